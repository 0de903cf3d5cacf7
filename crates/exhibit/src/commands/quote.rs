//! `exhibit quote new|ls|check`

use super::bag::failure;
use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::system;
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_bag::{CheckedQuote, NewQuote, QuoteStatus, check_quotes, list_quotes, make_quote, render_pages};
use exhibit_case::CaseWriter;
use exhibit_model::{PageNumber, shown};
use exhibit_proof::anchor::Anchor;
use exhibit_proof::hash::to_hex;
use serde_json::{Value, json};
use std::collections::BTreeSet;
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
    #[command(after_help = "Example:\n  exhibit quote new EXH-000003 --page 2 --text '须由值班员逐一登记'")]
    New {
        /// The document
        #[arg(value_name = "DOC")]
        document: String,
        /// The page
        #[arg(long, value_name = "N")]
        page: PageNumber,
        /// The passage, exactly as on the page
        #[arg(long, value_name = "TEXT")]
        text: String,
        /// Which of several identical passages on the page
        #[arg(long, value_name = "N")]
        nth: Option<usize>,
        /// Do not render the page and keep its image with the quote
        #[arg(long)]
        no_picture: bool,
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
        QuoteCommand::New { document, page, text, nth, no_picture } => {
            let mut held = system::hold(&context.case_folder()?)?;
            let item = held.view().resolve(document)?;
            let quote = NewQuote { item, page: *page, exact: text, nth: *nth };
            if context.dry_run() {
                context.output.line(&texts().would_quote(held.case.label(item), page.to_string()));
                return Ok(Exit::Done.into());
            }
            if !no_picture {
                render(context, &mut held, &quote)?;
            }
            let anchor = make_quote(&mut held, &quote).map_err(failure)?;
            print(context, &anchor);
            Ok(Exit::Done.into())
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

// The image of the page is kept with the quote, if the page can be rendered and the passage is on it.
fn render(context: &Context<'_>, held: &mut CaseWriter, quote: &NewQuote<'_>) -> Result<(), Failure> {
    let kind = held.view().page_row(quote.item, quote.page)?.kind;
    if !kind.is_rendered() || !held.view().page(quote.item, quote.page)?.text.contains(quote.exact) {
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
        context.output.line(&texts().quotes_valid(good as u64, texts().quotes(quotes.len() as u64)));
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
        QuoteStatus::PageGone => ("page-gone", texts.quote_page_gone(), Some(texts.quote_page_gone_detail())),
        QuoteStatus::NotLogged => ("not-logged", texts.quote_not_logged(), Some(texts.quote_not_logged_detail())),
        QuoteStatus::Unreadable => ("unreadable", texts.quote_unreadable(), Some(texts.quote_unreadable_detail())),
    };
    let output = context.output;
    if output.json {
        let mut object = quote.anchor.as_ref().map_or_else(|| json!({"id": quote.id}), fields);
        object["standing"] = json!(code);
        if let QuoteStatus::Broken { nearest: Some(nearest) } | QuoteStatus::Superseded { nearest: Some(nearest) } =
            &quote.standing
        {
            object["nearest"] = json!(nearest);
        }
        output.object("quote", object);
        return;
    }
    let style = if quote.standing == QuoteStatus::Valid { Style::Good } else { Style::Bad };
    let what = quote.anchor.as_ref().map_or_else(|| shown(&quote.id), line);
    output.line(&format!("{}  {what}", output.style(style, &word)));
    if let Some(detail) = detail {
        output.line(&format!("    {detail}"));
    }
}
