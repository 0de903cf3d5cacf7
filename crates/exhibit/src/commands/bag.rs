//! `exhibit bag export|check`

use super::Context;
use crate::cli::{BagCommand, BagExport};
use crate::failure::{Exit, Failure};
use crate::output::{bytes, counted};
use crate::world::{self, MachineClock};
use exhibit_case::{Case, SearchRequest};
use exhibit_catalogue::ItemFilter;
use exhibit_dossier::{Chosen, DossierError, Exported, Selection, Step, export, list_quotes};
use exhibit_index::Sort;
use exhibit_model::{Clock, ItemId};
use exhibit_verify::{Language, Request, What, Words, verify};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, command: &BagCommand) -> Result<ExitCode, Failure> {
    match command {
        BagCommand::Export(asked) => write(context, asked),
        BagCommand::Check { folder, key, plain } => check(context, folder, key.clone(), *plain),
    }
}

/// How many hits are asked for at once when a query chooses documents.
const HITS_AT_ONCE: usize = 1000;

fn write(context: &Context<'_>, asked: &BagExport) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    let selection = choose(&Case::open(&folder)?, asked)?;
    let output = context.output;
    if context.dry_run() {
        let documents = counted(selection.documents.len() as u64, "document", "documents");
        let quotes = counted(selection.quotes.len() as u64, "quote", "quotes");
        output.line(&format!("would hand over {documents} and {quotes}"));
        return Ok(Exit::Done.into());
    }
    let mut held = world::hold(&folder)?;
    let shown = !output.quiet && std::io::stderr().is_terminal();
    let (mut all, mut done, mut last) = (0_u64, 0_u64, 0_u64);
    let exported =
        export(&mut held, &selection, &asked.folder, MachineClock.now(), &mut world::random, &mut |step| match step {
            Step::Begin(bytes) => all = bytes,
            Step::Copied(more) => {
                done += more;
                let percent = (done * 100).checked_div(all).unwrap_or(100);
                if shown && percent != last {
                    last = percent;
                    let _ = write!(std::io::stderr().lock(), "\r\u{1b}[2Kcopying: {percent} % of {}", bytes(all));
                }
            }
        });
    if shown {
        let _ = write!(std::io::stderr().lock(), "\r\u{1b}[2K");
    }
    say(context, &asked.folder, &exported.map_err(failure)?, &held.case.config.verifier);
    Ok(Exit::Done.into())
}

fn say(context: &Context<'_>, folder: &Path, exported: &Exported, key: &str) {
    let Exported { documents, pages, quotes, files, bytes: size, entry } = *exported;
    if context.output.json {
        let fields = json!({
            "path": folder.display().to_string(), "documents": documents, "pages": pages, "quotes": quotes,
            "files": files, "bytes": size, "log_entry": entry, "key": key,
        });
        context.output.object("bag", fields);
        return;
    }
    context.output.line(&format!(
        "Wrote {}: {}, texts of {}, {}; {} ({}). Log entry {entry} records it.",
        folder.display(),
        counted(documents, "document", "documents"),
        counted(pages, "page", "pages"),
        counted(quotes, "quote", "quotes"),
        counted(files, "file", "files"),
        bytes(size),
    ));
    context.output.remark(&format!("Tell whoever gets it this key by another way: {key}"));
}

fn choose(case: &Case, asked: &BagExport) -> Result<Selection, Failure> {
    let mut selection = Selection { without_names: asked.without_names, ..Selection::default() };
    for text in &asked.documents {
        let (document, pages) = pages_of(text);
        add(&mut selection, case.resolve(document)?, pages);
    }
    for query in &asked.query {
        let mut after = None;
        loop {
            let request = SearchRequest {
                query,
                limit: HITS_AT_ONCE,
                offset: 0,
                after,
                by_document: true,
                sort: Sort::Received,
                exact: false,
            };
            let results = case.search(&request)?;
            for hit in &results.hits {
                add(&mut selection, hit.item.id, None);
            }
            after = results.next;
            if after.is_none() {
                break;
            }
        }
    }
    if asked.all {
        let items = case.items(&ItemFilter::default())?;
        for item in items.iter().filter(|item| item.original.is_some() && item.seq.is_some()) {
            add(&mut selection, item.id, None);
        }
    }
    if asked.all_quotes {
        selection.quotes.extend(list_quotes(case).map_err(failure)?.iter().map(|quote| quote.id()));
    }
    selection.quotes.extend(asked.quotes.iter().cloned());
    Ok(selection)
}

fn add(selection: &mut Selection, item: ItemId, pages: Option<BTreeSet<u32>>) {
    let chosen = selection.documents.entry(item);
    match pages {
        None => drop(chosen.insert_entry(Chosen::Whole)),
        Some(more) => {
            if let Chosen::Pages(pages) = chosen.or_insert_with(|| Chosen::Pages(BTreeSet::new())) {
                pages.extend(more);
            }
        }
    }
}

// `EXH-000003:1-3,7` is these pages of a document; a text whose end is not of that form is a document as a whole.
fn pages_of(text: &str) -> (&str, Option<BTreeSet<u32>>) {
    let Some((document, list)) = text.rsplit_once(':') else { return (text, None) };
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
        (1 <= first && first <= last && last - first < 100_000).then_some(first..=last)
    };
    match list.split(',').map(range).collect::<Option<Vec<_>>>() {
        Some(ranges) if !document.is_empty() => (document, Some(ranges.into_iter().flatten().collect())),
        _ => (text, None),
    }
}

fn check(context: &Context<'_>, folder: &Path, key: Option<String>, plain: bool) -> Result<ExitCode, Failure> {
    let request = Request { what: What::Bag, path: folder.to_owned(), key, policy: None, entry: None, plain };
    let report = verify(&request).map_err(|unable| Failure::new(Exit::Usage, "bag", unable.to_string()))?;
    if context.output.json {
        context.output.line(&report.json());
    } else {
        context.output.line(report.page(&Words::new(Language::English)).trim_end());
    }
    Ok(if report.is_good() { Exit::Done } else { Exit::Mismatch }.into())
}

/// What went wrong with a quote or a bag, as users see it.
pub(super) fn failure(error: DossierError) -> Failure {
    let message = exhibit_case::chain_of(&error);
    match error {
        DossierError::Case(error) => error.into(),
        DossierError::Io { act, path, source } => Failure::io(act, path, &source),
        DossierError::Exists(_) => {
            Failure::new(Exit::Usage, "exists", message).hint("name a folder that is not there yet")
        }
        DossierError::Nothing => Failure::usage(message)
            .hint("choose with --documents, --query, --quote, --all-quotes or --all; see `exhibit bag export --help`"),
        DossierError::NoBytes { .. } | DossierError::NotRead { .. } => {
            Failure::new(Exit::Nothing, "not-provable", message).hint("`exhibit problem ls` says what became of it")
        }
        DossierError::Altered { .. } | DossierError::NotAsLogged { .. } => {
            Failure::new(Exit::Mismatch, "mismatch", message).hint("`exhibit verify` names everything that differs")
        }
        DossierError::Absent { nearest: Some(nearest), .. } => Failure::new(Exit::Nothing, "no-such-passage", message)
            .hint(format!("most like it: {}", exhibit_model::shown(&nearest))),
        DossierError::Absent { .. } => Failure::new(Exit::Nothing, "no-such-passage", message).hint(
            "the passage must be there character for character: `exhibit cat DOC --text --page N` prints the page",
        ),
        DossierError::Ambiguous { .. } => {
            Failure::new(Exit::Usage, "ambiguous", message).hint("say which with --nth, or quote more of it")
        }
        DossierError::NoSuchQuote(_) => {
            Failure::new(Exit::Nothing, "no-such-quote", message).hint("`exhibit quote ls` lists them")
        }
        DossierError::Broken(_) => Failure::new(Exit::Mismatch, "broken-quote", message)
            .hint("`exhibit quote check` says why; make it anew, or leave it out"),
        DossierError::Anchor(_) => Failure::usage(message),
        DossierError::Proof(_) => Failure::new(Exit::Internal, "proof", message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_from_the_end() {
        let check = |text, document, pages: Option<&[u32]>| {
            assert_eq!(pages_of(text), (document, pages.map(|pages| pages.iter().copied().collect())), "{text}");
        };
        check("EXH-000003", "EXH-000003", None);
        check("EXH-000003:2", "EXH-000003", Some(&[2]));
        check("a:b.pdf:1-3,7", "a:b.pdf", Some(&[1, 2, 3, 7]));
        check("a:b.pdf", "a:b.pdf", None);
        check("3:0", "3:0", None);
        check("3:3-1", "3:3-1", None);
        check("3:1-4000000000", "3:1-4000000000", None);
        check(":1", ":1", None);
    }
}
