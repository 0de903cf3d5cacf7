//! `exhibit quote new|ls|check`

use super::bag::failure;
use super::{Context, Group, Run};
use crate::confirm::prompt;
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::output::Style;
use crate::system;
use crate::texts::texts;
use base64::Engine as _;
use clap::{Args, Subcommand};
use exhibit_bag::{
    CheckedQuote, NewQuote, Preview, QuoteStatus, SURE, SeenBy, check_quotes, list_quotes,
    make_quote, preview, render_pages,
};
use exhibit_case::CaseWriter;
use exhibit_model::{PageNumber, Rect, shown};
use exhibit_proof::anchor::{Anchor, MachineReading, Seen, basis};
use exhibit_proof::hash::to_hex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Tie passages to their pages, and check that they still match
#[derive(Debug, Args)]
pub(crate) struct QuoteArgs {
    #[command(subcommand)]
    command: QuoteCommand,
}

#[derive(Debug, Subcommand)]
enum QuoteCommand {
    /// Quote a passage of a page, character for character
    #[command(
        after_help = "Example:\n  exhibit quote new EXH-000003 --page 2 --text '须由值班员逐一登记'"
    )]
    New {
        /// The document
        #[arg(value_name = "DOC")]
        document: String,
        /// The page
        #[arg(long, value_name = "N")]
        page: PageNumber,
        /// The passage; line ends, cells and other white space may be typed in any way
        #[arg(long, value_name = "TEXT")]
        text: String,
        /// Which of several identical passages on the page
        #[arg(long, value_name = "N")]
        nth: Option<usize>,
        /// Do not render the page and keep its image with the quote
        #[arg(long)]
        no_picture: bool,
        /// Write the part of the page's picture with the passage to this SVG file, which must not exist
        #[arg(long, value_name = "FILE")]
        picture: Option<PathBuf>,
        /// State that you compared a machine's reading with the picture, and that it shows the passage
        #[arg(long, conflicts_with = "transcription")]
        compared: bool,
        /// State that the picture shows this text instead of what the machine read
        #[arg(long, value_name = "TEXT")]
        transcription: Option<String>,
        /// Who compared or transcribed, by name or pseudonym; it is in every package with the quote [default: a1]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// List quotes
    Ls,
    /// Check every quote against its page and the log; exits with 4 if one is invalid
    Check,
}

impl Run for QuoteArgs {
    const GROUP: Group = Group::HandOver;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &QuoteCommand) -> Result<ExitCode, Failure> {
    match command {
        QuoteCommand::New {
            document,
            page,
            text,
            nth,
            no_picture,
            picture,
            compared,
            transcription,
            by,
        } => {
            let seen = SeenBy { by: by.as_deref(), transcription: transcription.as_deref() };
            let seen = (*compared || transcription.is_some()).then_some(seen);
            let order =
                NewOrder { document, page: *page, text, nth: *nth, seen, by: by.as_deref() };
            new(context, &order, !no_picture, picture.as_deref())
        }
        QuoteCommand::Ls => {
            let quotes = list_quotes(&super::view(&context.case()?)).map_err(failure)?;
            for anchor in &quotes {
                print(context, anchor);
            }
            Ok(if quotes.is_empty() { Exit::Nothing } else { Exit::Done }.into())
        }
        QuoteCommand::Check => check(context),
    }
}

struct NewOrder<'a> {
    document: &'a str,
    page: PageNumber,
    text: &'a str,
    nth: Option<usize>,
    seen: Option<SeenBy<'a>>,
    by: Option<&'a str>,
}

fn new(
    context: &Context<'_>,
    order: &NewOrder<'_>,
    keep: bool,
    picture: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let mut held = system::hold(&context.case_folder()?)?;
    let item = held.view().resolve(order.document)?;
    let quote =
        NewQuote { item, page: order.page, exact: order.text, nth: order.nth, seen: order.seen };
    let found = preview(&held.view(), &quote).map_err(failure)?;
    if context.dry_run() {
        context.output.line(&texts().would_quote(held.case.label(item), order.page.to_string()));
        return Ok(Exit::Done.into());
    }
    if found.is_invisible {
        context.output.warn(&texts().quote_invisible());
    }
    if let Some(file) = picture {
        let png = held.view().picture(&system::cage(1)?, item, order.page, CROP_SIDE)?;
        let svg = cropped(&png, &found.regions).ok_or_else(|| Failure::usage(texts().no_crop()))?;
        std::fs::File::create_new(file)
            .and_then(|mut to| to.write_all(svg.as_bytes()))
            .map_err(|error| Failure::io(Act::Create, file, &error))?;
        context.output.remark(&texts().wrote_crop(shown_path(file)));
    }
    let seen = match &found.machine {
        None if order.seen.is_some() => {
            return Err(Failure::usage(texts().quote_not_machine()).hint(texts().nothing_done()));
        }
        None => None,
        Some(machine) => compared(context, order, &found, machine)?,
    };
    let quote = NewQuote { seen, ..quote };
    if keep {
        render(context, &mut held, &quote)?;
    }
    let anchor = make_quote(&mut held, &quote).map_err(failure)?;
    print(context, &anchor);
    Ok(Exit::Done.into())
}

// Shows how a machine read the passage, and prompts for a comparison with the picture where that is possible.
fn compared<'a>(
    context: &Context<'_>,
    order: &NewOrder<'a>,
    found: &Preview,
    machine: &MachineReading,
) -> Result<Option<SeenBy<'a>>, Failure> {
    let (output, texts) = (context.output, texts());
    let confidence = share(machine.confidence);
    output.warn(&texts.quote_of_machine(confidence, share(machine.least), shown(&machine.reader)));
    if !found.doubtful.is_empty() {
        let doubtful = found.doubtful.iter().take(MOST_DOUBTFUL);
        let doubtful: Vec<String> =
            doubtful.map(|(text, of)| format!("{} {}", shown(text), share(*of))).collect();
        output.warn(&texts.quote_doubtful(
            found.doubtful.len() as u64,
            doubtful.join(", "),
            share(SURE),
        ));
    }
    if order.seen.is_some() {
        return Ok(order.seen);
    }
    let question = texts.ask_compared(shown(&found.passage.exact));
    if prompt(context, &question)? {
        return Ok(Some(SeenBy { by: order.by, transcription: None }));
    }
    output.warn(&texts.quote_not_compared());
    Ok(None)
}

/// The most doubtful stretches that are listed.
const MOST_DOUBTFUL: usize = 20;
/// The longer side of the picture of which a part is shown, in pixels.
const CROP_SIDE: u32 = 2_400;

// A share of one, of a number in percent.
fn share(percent: u8) -> String {
    format!("{}.{:02}", percent / 100, percent % 100)
}

// The part of a picture with these regions, and something around them. The picture is not decoded here: it comes from a
// worker that has read an untrusted file.
fn cropped(png: &[u8], regions: &[Rect]) -> Option<String> {
    let number = |at: usize| png.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    // the size is in the first chunk (PNG, 11.2.1)
    let (width, height) = (f64::from(number(16)?), f64::from(number(20)?));
    let whole = regions.iter().copied().reduce(|all, one| all.union(&one));
    let all = whole.unwrap_or(Rect { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 });
    let margin = 0.04_f32;
    let left = f64::from((all.x0 - margin).clamp(0.0, 1.0)) * width;
    let right = f64::from((all.x1 + margin).clamp(0.0, 1.0)) * width;
    let (top, bottom) = (
        f64::from((all.y0 - margin).clamp(0.0, 1.0)) * height,
        f64::from((all.y1 + margin).clamp(0.0, 1.0)) * height,
    );
    let marks: String = regions
        .iter()
        .map(|rect| {
            let (x, y) = (f64::from(rect.x0) * width, f64::from(rect.y0) * height);
            let (w, h) = (f64::from(rect.x1 - rect.x0) * width, f64::from(rect.y1 - rect.y0) * height);
            format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" fill=\"none\" stroke=\"#c2185b\" stroke-width=\"3\"/>")
        })
        .collect();
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{left:.1} {top:.1} {:.1} {:.1}\" width=\"{:.0}\" height=\"{:.0}\">\
         <image width=\"{width}\" height=\"{height}\" href=\"data:image/png;base64,{}\"/>{marks}</svg>\n",
        right - left,
        bottom - top,
        right - left,
        bottom - top,
        base64::engine::general_purpose::STANDARD.encode(png),
    ))
}

// The image of the page is kept with the quote, if the page can be rendered.
fn render(
    context: &Context<'_>,
    held: &mut CaseWriter,
    quote: &NewQuote<'_>,
) -> Result<(), Failure> {
    if !held.view().page_row(quote.item, quote.page)?.kind.is_rendered() {
        return Ok(());
    }
    let cage = system::cage(1)?;
    let pages = BTreeSet::from([quote.page]);
    let refused = render_pages(held, &cage, quote.item, &pages, &mut || {}).map_err(failure)?;
    for (_, reason) in refused {
        let reason = crate::codes::reason_text(&reason);
        context.output.warn(&texts().quote_no_image(reason));
    }
    Ok(())
}

fn fields(anchor: &Anchor) -> Value {
    json!({
        "id": anchor.id(), "document": anchor.document, "page": anchor.page, "exact": anchor.passage.exact,
        "prefix": anchor.passage.prefix, "suffix": anchor.passage.suffix, "start": anchor.passage.start,
        "end": anchor.passage.end, "basis": basis(anchor.machine.as_ref()).word(), "machine": anchor.machine.as_ref().map(machine_fields), "regions": anchor.regions, "picture": anchor.picture.map(|sha256| to_hex(&sha256)), "created": anchor.created, "log_entry": anchor.entry,
    })
}

fn machine_fields(machine: &MachineReading) -> Value {
    let seen = machine.seen.as_ref();
    let seen =
        seen.map(|seen| json!({"by": seen.by, "at": seen.at, "transcription": seen.transcription}));
    json!({"reader": machine.reader, "confidence": machine.confidence, "least": machine.least, "seen": seen})
}

// What the text of a quote rests on.
fn basis_text(machine: Option<&MachineReading>) -> String {
    let texts = texts();
    let Some(MachineReading { reader, confidence, seen, .. }) = machine else {
        return texts.basis_file();
    };
    let machine = texts.basis_machine(share(*confidence), shown(reader));
    match seen {
        None => texts.basis_not_compared(machine),
        Some(Seen { by, at, transcription: None }) => texts.basis_compared(at, shown(by), machine),
        Some(Seen { by, at, transcription: Some(text) }) => {
            texts.basis_transcribed(at, shown(by), machine, shown(text))
        }
    }
}

fn print(context: &Context<'_>, anchor: &Anchor) {
    if context.output.json {
        context.output.object("quote", fields(anchor));
    } else {
        context.output.line(&line(anchor));
        context.output.line(&format!("    {}", basis_text(anchor.machine.as_ref())));
    }
}

fn line(anchor: &Anchor) -> String {
    let place = texts().quote_place(&anchor.document, anchor.page.to_string());
    format!("{}  {place}  \u{201c}{}\u{201d}", anchor.id(), shown(&anchor.passage.exact))
}

fn check(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let quotes = check_quotes(&super::view(&context.case()?)).map_err(failure)?;
    let good = quotes.iter().filter(|quote| quote.standing == QuoteStatus::Valid).count();
    for quote in &quotes {
        report(context, quote);
    }
    if !context.output.json {
        context
            .output
            .line(&texts().quotes_valid(good as u64, texts().quotes(quotes.len() as u64)));
    }
    Ok(if good == quotes.len() { Exit::Done } else { Exit::Mismatch }.into())
}

fn report(context: &Context<'_>, quote: &CheckedQuote) {
    let texts = texts();
    let (code, word, detail) = match &quote.standing {
        QuoteStatus::Valid => ("valid", texts.quote_valid(), None),
        QuoteStatus::Reread => ("reread", texts.quote_reread(), Some(texts.quote_reread_detail())),
        QuoteStatus::Superseded { nearest } => {
            let detail = match nearest {
                Some(nearest) => texts.quote_superseded_nearest(shown(nearest)),
                None => texts.quote_superseded_detail(),
            };
            ("superseded", texts.quote_superseded(), Some(detail))
        }
        QuoteStatus::Broken { nearest } => {
            let detail = match nearest {
                Some(nearest) => texts.quote_broken_nearest(shown(nearest)),
                None => texts.quote_broken_detail(),
            };
            ("broken", texts.quote_status_broken(), Some(detail))
        }
        QuoteStatus::PageGone => {
            ("page-gone", texts.quote_page_gone(), Some(texts.quote_page_gone_detail()))
        }
        QuoteStatus::NotLogged => {
            ("not-logged", texts.quote_not_logged(), Some(texts.quote_not_logged_detail()))
        }
        QuoteStatus::Unreadable => {
            ("unreadable", texts.quote_unreadable(), Some(texts.quote_unreadable_detail()))
        }
    };
    let output = context.output;
    if output.json {
        let mut object = quote.anchor.as_ref().map_or_else(|| json!({"id": quote.id}), fields);
        object["standing"] = json!(code);
        if let QuoteStatus::Broken { nearest: Some(nearest) }
        | QuoteStatus::Superseded { nearest: Some(nearest) } = &quote.standing
        {
            object["nearest"] = json!(nearest);
        }
        output.object("quote", object);
        return;
    }
    let style = if quote.standing == QuoteStatus::Valid { Style::Good } else { Style::Bad };
    let what = quote.anchor.as_ref().map_or_else(|| shown(&quote.id), line);
    output.line(&format!("{}  {what}", output.style(style, &word)));
    if let Some(anchor) = &quote.anchor {
        output.line(&format!("    {}", basis_text(anchor.machine.as_ref())));
    }
    if let Some(detail) = detail {
        output.line(&format!("    {detail}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_shows_the_regions_of_a_picture_without_decoding_it() {
        let mut png = vec![0; 30];
        png[16..24].copy_from_slice(&[0, 0, 3, 232, 0, 0, 7, 208]);
        let svg =
            cropped(&png, &[Rect { x0: 0.5, y0: 0.5, x1: 0.6, y1: 0.52 }]).expect("a picture");
        assert!(
            svg.starts_with("<svg ") && svg.contains("viewBox=\"460.0 920.0 180.0 200.0\""),
            "{svg}"
        );
        assert!(svg.contains("<rect x=\"500.0\" y=\"1000.0\" width=\"100.0\""), "{svg}");
        let whole = cropped(&png, &[]).expect("a picture");
        assert!(whole.contains("viewBox=\"0.0 0.0 1000.0 2000.0\""), "{whole}");
        assert_eq!(cropped(&png[..20], &[]), None);
    }
}
