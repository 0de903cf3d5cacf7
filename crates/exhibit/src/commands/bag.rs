//! `exhibit bag export`, and what can go wrong with bags and quotes.

use super::{Context, handed};
use crate::cli::{BagCommand, BagExport};
use crate::failure::{Exit, Failure};
use crate::looks;
use crate::meter::Meter;
use crate::output::{bytes, counted};
use crate::world::{self, MachineClock};
use exhibit_bag::{BagError, Exported, Lock, Means, Order, Receiver, Request, SealError, Selection, Step, export};
use exhibit_case::Case;
use exhibit_model::Clock;
use exhibit_verify::loadfile::Number;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, command: &BagCommand) -> Result<ExitCode, Failure> {
    match command {
        BagCommand::Export(asked) => write(context, asked),
        BagCommand::Check { bag, plain } => handed::check(context, bag, *plain),
        BagCommand::Import { bag, name, no_ocr, workers } => {
            handed::import(context, bag, name.as_deref(), (!no_ocr, *workers))
        }
        BagCommand::Received { id, write } => handed::received(context, id.as_deref().zip(write.as_deref())),
    }
}

fn write(context: &Context<'_>, asked: &BagExport) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    let selection = choose(&Case::open(&folder)?, asked)?;
    let output = context.output;
    let (bates, receiver) = (asked.bates.as_deref().map(series).transpose()?, receiver(asked)?);
    if context.dry_run() {
        let documents = counted(selection.documents.len() as u64, "document", "documents");
        let quotes = counted(selection.quotes.len() as u64, "quote", "quotes");
        output.line(&format!("would hand over {documents} and {quotes}"));
        return Ok(Exit::Done.into());
    }
    let lock = lock(context, asked)?;
    let cage = selection.pictures.then(|| world::cage(1)).transpose()?;
    // of a sealed case, too: its key signs for the package without adding to its log
    let mut held = world::hold_any(&folder)?;
    let chosen: Vec<String> = selection.documents.keys().map(|item| held.case.label(*item)).collect();
    let chosen = chosen.into_iter().chain(selection.quotes.iter().cloned()).collect::<Vec<_>>().join(" ");
    let _noted = looks::note(output, &held.case, looks::export("bag", &chosen));
    let mut meter = Meter::new(output);
    let mut progress = |step| match step {
        Step::Paint(pages) => meter.begin("painting pages", false, pages),
        Step::Painted => meter.more(1),
        Step::Copy(bytes) => meter.begin("copying", true, bytes),
        Step::Copied(more) => meter.more(more),
    };
    let order = Order { selection: &selection, target: &asked.path, lock, bates, receiver };
    let mut means =
        Means { cage: cage.as_ref(), now: MachineClock.now(), random: &mut world::random, progress: &mut progress };
    let exported = export(&mut held, &order, &mut means);
    meter.end();
    say(context, &asked.path, &exported.map_err(failure)?, &held.log.log().verifier().to_string());
    Ok(Exit::Done.into())
}

fn lock(context: &Context<'_>, asked: &BagExport) -> Result<Lock, Failure> {
    if let Some(passphrase) = asked.passphrase.get(true, context.arguments.global.no_input)? {
        return Ok(Lock::Passphrase(passphrase));
    }
    Ok(if asked.to.is_empty() { Lock::Open } else { Lock::Recipients(asked.to.clone()) })
}

// `ABC-` begins with ABC-0000001, `ABC-:500` with ABC-0000500.
fn series(text: &str) -> Result<Number, Failure> {
    let (prefix, start) = text.rsplit_once(':').unwrap_or((text, "1"));
    let number = Number::read(&format!("{prefix}{start:0>7}"));
    let sound = !prefix.ends_with(|c: char| c.is_ascii_digit()) && start.bytes().all(|b| b.is_ascii_digit());
    number.filter(|_| sound && !start.is_empty()).ok_or_else(|| {
        Failure::usage(format!("{text:?} cannot begin a series of numbers"))
            .hint("a prefix of ASCII letters, digits, - and _ that does not end with a digit, such as ABC- or ABC-:500")
    })
}

fn receiver(asked: &BagExport) -> Result<Option<Receiver>, Failure> {
    let Some(word) = &asked.receiver else { return Ok(None) };
    let known = Receiver::ALL.iter().find(|receiver| receiver.word() == word);
    known.copied().map(Some).ok_or_else(|| {
        let words: Vec<&str> = Receiver::ALL.iter().map(|receiver| receiver.word()).collect();
        Failure::usage(format!("no kind of receiver is called {word:?}")).hint(format!("one of {}", words.join(", ")))
    })
}

fn say(context: &Context<'_>, path: &Path, exported: &Exported, key: &str) {
    let output = context.output;
    let Exported { documents, pages, pictures, quotes, files, bytes: size, bates, entry, unpainted } = exported;
    if output.json {
        let unpainted: Vec<_> = unpainted
            .iter()
            .map(|(document, page, why)| json!({"document": document, "page": page, "reason": crate::codes::reason(why)}))
            .collect();
        let mut fields = json!({
            "path": path.display().to_string(), "documents": documents, "pages": pages, "pictures": pictures,
            "quotes": quotes, "files": files, "bytes": size, "log_entry": entry, "key": key, "unpainted": unpainted,
        });
        if let Some((first, last)) = bates {
            fields["bates"] = json!([first, last]);
        }
        output.object("bag", fields);
        return;
    }
    output.line(&format!(
        "Wrote {}: {}, texts of {}, {}, {}; {} ({}). Log entry {entry} records it.",
        path.display(),
        counted(*documents, "document", "documents"),
        counted(*pages, "page", "pages"),
        counted(*pictures, "picture", "pictures"),
        counted(*quotes, "quote", "quotes"),
        counted(*files, "file", "files"),
        bytes(*size),
    ));
    if let Some((first, last)) = bates {
        output.line(&format!("Pages are numbered {first} to {last}; load files are in data/loadfile."));
    }
    for (document, page, reason) in unpainted.iter().take(20) {
        let reason = crate::codes::reason_text(reason);
        output.remark(&format!("No picture of {document} page {page}: {reason}"));
    }
    if unpainted.len() > 20 {
        output.remark(&format!("... and of {} more: --json names them all", unpainted.len() - 20));
    }
    output.remark(&format!("Tell whoever gets it this key by another way: {key}"));
}

fn choose(case: &Case, asked: &BagExport) -> Result<Selection, Failure> {
    let request = Request {
        documents: &asked.documents,
        queries: &asked.query,
        all: asked.all,
        quotes: &asked.quotes,
        all_quotes: asked.all_quotes,
    };
    let selection = Selection::resolve(case, &request).map_err(failure)?;
    Ok(Selection { without_names: asked.without_names, pictures: asked.pictures, ..selection })
}

/// What went wrong with a quote or a bag, as users see it.
pub(super) fn failure(error: BagError) -> Failure {
    let message = exhibit_case::chain_of(&error);
    match error {
        BagError::Case(error) => error.into(),
        BagError::Io { act, path, source } => Failure::io(act, path, &source),
        BagError::Exists(_) => Failure::new(Exit::Usage, "exists", message).hint("name a folder that is not there yet"),
        BagError::Nothing => Failure::usage(message)
            .hint("choose with --documents, --query, --quote, --all-quotes or --all; see `exhibit bag export --help`"),
        BagError::NoBytes { .. } | BagError::NotRead { .. } => {
            Failure::new(Exit::Nothing, "not-provable", message).hint("`exhibit problem ls` says what became of it")
        }
        BagError::Altered { .. }
        | BagError::PictureAltered { .. }
        | BagError::BagDamaged
        | BagError::NotAsLogged { .. } => {
            Failure::new(Exit::Mismatch, "mismatch", message).hint("`exhibit verify` names everything that differs")
        }
        BagError::Absent { nearest: Some(nearest), .. } => Failure::new(Exit::Nothing, "no-such-passage", message)
            .hint(format!("most like it: {}", exhibit_model::shown(&nearest))),
        BagError::Absent { .. } => Failure::new(Exit::Nothing, "no-such-passage", message).hint(
            "the passage must be there character for character: `exhibit cat DOC --text --page N` prints the page",
        ),
        BagError::Ambiguous { .. } => {
            Failure::new(Exit::Usage, "ambiguous", message).hint("say which with --nth, or quote more of it")
        }
        BagError::NoSuchQuote(_) => {
            Failure::new(Exit::Nothing, "no-such-quote", message).hint("`exhibit quote ls` lists them")
        }
        BagError::Broken(_) => Failure::new(Exit::Mismatch, "broken-quote", message)
            .hint("`exhibit quote check` says why; make it anew, or leave it out"),
        BagError::Changed(_) => Failure::new(Exit::Mismatch, "changed", message)
            .hint("something writes to it: copy it to a place of its own, and take that in"),
        BagError::NoSuchBag(_) => Failure::new(Exit::Nothing, "no-such-handover", message)
            .hint("`exhibit bag received` lists what was handed over"),
        BagError::Series(_) => Failure::usage(message).hint("give more digits: --bates PREFIX:000000001"),
        BagError::Seal(error) => {
            let wrong = matches!(error, SealError::Unopened(_));
            let failure = Failure::new(if wrong { Exit::WrongPassphrase } else { Exit::Usage }, "sealed", message);
            match error {
                SealError::Unopened(_) => failure.hint("try another --identity FILE, or --passphrase"),
                SealError::NotSealed { .. } => failure.hint("it was cut short or altered: ask for it again"),
                _ => failure,
            }
        }
        BagError::Length | BagError::Anchor(_) | BagError::AnchorName(_) => Failure::usage(message),
        BagError::Answered(_) => Failure::new(Exit::Usage, "answered", message)
            .hint("`exhibit log anchor ls` shows it; ask again once the log has grown, or under another name"),
        BagError::NotAsked(_) => Failure::new(Exit::Nothing, "not-asked", message)
            .hint("`exhibit log anchor ls` shows what was asked; is it another case's?"),
        BagError::NoPolicy => Failure::usage(message).hint("give the policy file of the log with --policy"),
        BagError::Time(_) => Failure::new(Exit::Mismatch, "anchor", message)
            .hint("nothing was kept; `exhibit log anchor ls` shows what was asked, and --ca names whom you trust"),
        BagError::Proof(_) => Failure::new(Exit::Internal, "proof", message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_begin_where_they_are_told() {
        let first = |text: &str| series(text).map(|number| number.to_string()).ok();
        assert_eq!(first("ABC-").as_deref(), Some("ABC-0000001"));
        assert_eq!(first("ABC:500").as_deref(), Some("ABC0000500"));
        assert_eq!(first("A:000000012").as_deref(), Some("A000000012"));
        for odd in ["A1", "A:0", "A:", "A:x", "登", "A B"] {
            assert_eq!(first(odd), None, "{odd}");
        }
    }
}
