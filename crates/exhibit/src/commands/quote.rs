//! `exhibit quote new|ls|check`

use super::Context;
use super::bag::failure;
use crate::cli::QuoteCommand;
use crate::failure::{Exit, Failure};
use crate::output::{Style, counted};
use crate::system::{self, MachineClock};
use exhibit_case::Held;
use exhibit_dossier::{NewQuote, Standing, StandingQuote, check_quotes, list_quotes, make_quote, paint_pages};
use exhibit_model::{Clock, shown};
use exhibit_proof::anchor::Anchor;
use exhibit_proof::hash::to_hex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, command: &QuoteCommand) -> Result<ExitCode, Failure> {
    match command {
        QuoteCommand::New { document, page, text, nth, no_picture } => {
            let mut held = system::hold(&context.case_folder()?)?;
            let item = held.case.resolve(document)?;
            let quote = NewQuote { item, page: *page, exact: text, nth: *nth };
            if context.dry_run() {
                context.output.line(&format!("would quote page {page} of {}", held.case.label(item)));
                return Ok(Exit::Done.into());
            }
            if !no_picture {
                paint(context, &mut held, &quote)?;
            }
            let anchor = make_quote(&mut held, &quote, MachineClock.now(), &mut system::random).map_err(failure)?;
            print(context, &anchor);
            Ok(Exit::Done.into())
        }
        QuoteCommand::Ls => {
            let quotes = list_quotes(&context.case()?).map_err(failure)?;
            for anchor in &quotes {
                print(context, anchor);
            }
            Ok(if quotes.is_empty() { Exit::Nothing } else { Exit::Done }.into())
        }
        QuoteCommand::Check => check(context),
    }
}

// The page's picture is kept with the quote, where the page has one and the passage is on it.
fn paint(context: &Context<'_>, held: &mut Held, quote: &NewQuote<'_>) -> Result<(), Failure> {
    let kind = held.case.page_row(quote.item, quote.page)?.kind;
    if (kind != "paper" && kind != "picture") || !held.case.page(quote.item, quote.page)?.text.contains(quote.exact) {
        return Ok(());
    }
    let cage = system::cage(1)?;
    let (pages, now) = (BTreeSet::from([quote.page]), MachineClock.now());
    let refused =
        paint_pages(held, &cage, quote.item, &pages, now, &mut system::random, &mut || {}).map_err(failure)?;
    for (_, reason) in refused {
        context.output.warn(&format!("the quote has no picture of its page: {reason}"));
    }
    Ok(())
}

fn fields(anchor: &Anchor) -> Value {
    json!({
        "id": anchor.id(), "document": anchor.document, "page": anchor.page, "exact": anchor.passage.exact,
        "prefix": anchor.passage.prefix, "suffix": anchor.passage.suffix, "start": anchor.passage.start,
        "end": anchor.passage.end, "regions": anchor.regions, "picture": anchor.picture.map(|sha256| to_hex(&sha256)), "created": anchor.created, "log_entry": anchor.entry,
    })
}

fn print(context: &Context<'_>, anchor: &Anchor) {
    if context.output.json {
        context.output.object("quote", fields(anchor));
    } else {
        context.output.line(&line(anchor));
    }
}

fn line(anchor: &Anchor) -> String {
    format!("{}  {} p. {}  \u{201c}{}\u{201d}", anchor.id(), anchor.document, anchor.page, shown(&anchor.passage.exact))
}

fn check(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let quotes = check_quotes(&context.case()?).map_err(failure)?;
    let good = quotes.iter().filter(|quote| quote.standing == Standing::Holds).count();
    for quote in &quotes {
        report(context, quote);
    }
    if !context.output.json {
        let all = counted(quotes.len() as u64, "quote", "quotes");
        context.output.line(&format!("{good} of {all}: the page says it, word for word, and the log recorded it."));
    }
    Ok(if good == quotes.len() { Exit::Done } else { Exit::Mismatch }.into())
}

fn report(context: &Context<'_>, quote: &StandingQuote) {
    let (word, says) = match &quote.standing {
        Standing::Holds => ("holds", String::new()),
        Standing::ReadAnew => ("read-anew", "the page was read anew; it says the same: make the quote anew".to_owned()),
        Standing::Broken { nearest } => {
            let nearest = nearest.as_ref().map(|text| format!("; most like it: \u{201c}{}\u{201d}", shown(text)));
            ("broken", format!("the page does not say it any more{}", nearest.unwrap_or_default()))
        }
        Standing::PageGone => ("page-gone", "its document or page is not there any more".to_owned()),
        Standing::NotLogged => ("not-logged", "the log does not record it: it was put there, or changed".to_owned()),
        Standing::Unreadable => ("unreadable", "the file is not a quote".to_owned()),
    };
    let output = context.output;
    if output.json {
        let mut object = quote.anchor.as_ref().map_or_else(|| json!({"id": quote.id}), fields);
        object["standing"] = json!(word);
        if let Standing::Broken { nearest: Some(nearest) } = &quote.standing {
            object["nearest"] = json!(nearest);
        }
        output.object("quote", object);
        return;
    }
    let style = if quote.standing == Standing::Holds { Style::Good } else { Style::Bad };
    let what = quote.anchor.as_ref().map_or_else(|| shown(&quote.id), line);
    output.line(&format!("{}  {what}", output.style(style, word)));
    if !says.is_empty() {
        output.line(&format!("    {says}"));
    }
}
