//! `exhibit bag export|check|import|received`, and the failures of bags and quotes.

mod received;

use super::{Context, Group, Run};
use crate::access_log;
use crate::failure::{Exit, Failure, path as shown_path};
use crate::output::bytes;
use crate::passphrase::BagPassphrase;
use crate::progress::{Meter, Step as Shown};
use crate::system;
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_bag::{
    BagError, BagRequest, Difference, ExportContext, ExportOrder, ExportStep, Exported, Lock,
    MAX_QUOTE, Receiver, SealError, Selection, export, unfinished_exports,
};
use exhibit_case::Case;
use exhibit_verify::loadfile::Number;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Export packages that prove their contents, and check or import them
#[derive(Debug, Args)]
pub(crate) struct BagArgs {
    #[command(subcommand)]
    command: BagCommand,
}

#[derive(Debug, Subcommand)]
enum BagCommand {
    /// Write a package: originals, texts, quotes, and their proofs
    #[command(
        after_help = "Examples:\n  exhibit bag export ~/handover --documents EXH-000003 EXH-000007:1-3\n  \
                            exhibit bag export ~/handover --query 登记 --all-quotes\n  \
                            exhibit bag export ~/handover --all --pictures --bates DESK-\n  \
                            exhibit bag export ~/handover.age --all --to age1...\n  \
                            exhibit bag export ~/handover.age --all --passphrase"
    )]
    Export(BagExport),
    /// Check a package; exits with 4 if anything is wrong
    #[command(
        after_help = "Examples:\n  exhibit bag check ~/handover --key 'the key you were given'\n  \
                            exhibit bag check ~/handover.age --identity ~/key.txt"
    )]
    Check {
        #[command(flatten)]
        bag: BagRead,
        /// Check it as a plain BagIt bag, without proofs
        #[arg(long)]
        plain: bool,
    },
    /// Check a package of another case, and import it into this one if everything is valid
    #[command(
        after_help = "Examples:\n  exhibit bag import ~/handover --key 'the key you were given'\n  \
                            exhibit bag import ~/handover.age --identity ~/key.txt"
    )]
    Import {
        #[command(flatten)]
        bag: BagRead,
        /// The name of the source [default: the package's name]
        #[arg(long)]
        name: Option<String>,
        /// Skip OCR
        #[arg(long)]
        no_ocr: bool,
        /// Number of parallel workers [default: one per processor]
        #[arg(long, value_name = "N")]
        workers: Option<usize>,
    },
    /// List imported packages, or write one again exactly as it was received
    Received {
        /// The package, by the id that the list shows
        #[arg(value_name = "ID", requires = "write")]
        id: Option<String>,
        /// The folder to write it to
        #[arg(long, value_name = "DIR", requires = "id")]
        write: Option<PathBuf>,
    },
}

/// A package to read, and what opens it.
#[derive(Debug, Args)]
struct BagRead {
    /// The package: a folder, or a sealed file
    #[arg(value_name = "BAG")]
    path: PathBuf,
    /// The log's key as you know it from another channel: a file, or the key itself
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// The certificate of a time stamping authority that you trust
    #[arg(long, value_name = "FILE")]
    ca: Vec<PathBuf>,
    /// A file of age identities that opens a sealed package
    #[arg(long, value_name = "FILE", conflicts_with_all = ["passphrase", "passphrase_file"])]
    identity: Option<PathBuf>,
    #[command(flatten)]
    passphrase: BagPassphrase,
}

#[derive(Debug, Args)]
struct BagExport {
    /// The folder to create, or the file to seal the package into; it must not exist
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Documents; `DOC:1-3,7` takes only the texts of these pages, without the original
    #[arg(long, value_name = "DOC", num_args = 1..)]
    documents: Vec<String>,
    /// All documents that a query finds
    #[arg(long, value_name = "QUERY")]
    query: Vec<String>,
    /// All documents
    #[arg(long)]
    all: bool,
    /// Quotes, with the pages that they quote
    #[arg(long = "quote", value_name = "QUOTE", num_args = 1..)]
    quotes: Vec<String>,
    /// All quotes of the case
    #[arg(long)]
    all_quotes: bool,
    /// Keep the original file names and paths sealed
    #[arg(long)]
    without_names: bool,
    /// Render the pages, and include their images
    #[arg(long)]
    pictures: bool,
    /// Number every page and write load files: a prefix, and optionally the first number
    #[arg(long, value_name = "PREFIX[:START]")]
    bates: Option<String>,
    /// The kind of receiver, recorded in the log
    #[arg(long = "for", value_name = "KIND")]
    receiver: Option<String>,
    /// Seal the package to these age recipients (age1...)
    #[arg(long, value_name = "RECIPIENT", num_args = 1.., conflicts_with_all = ["passphrase", "passphrase_file"])]
    to: Vec<String>,
    #[command(flatten)]
    passphrase: BagPassphrase,
}

impl Run for BagArgs {
    const GROUP: Group = Group::HandOver;

    fn supports_dry_run(&self) -> bool {
        !matches!(self.command, BagCommand::Received { write: Some(_), .. })
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &BagCommand) -> Result<ExitCode, Failure> {
    match command {
        BagCommand::Export(asked) => write(context, asked),
        BagCommand::Check { bag, plain } => received::check(context, bag, *plain),
        BagCommand::Import { bag, name, no_ocr, workers } => {
            received::import(context, bag, name.as_deref(), (!no_ocr, *workers))
        }
        BagCommand::Received { id, write } => {
            received::received(context, id.as_deref().zip(write.as_deref()))
        }
    }
}

fn write(context: &Context<'_>, asked: &BagExport) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    let selection = choose(&Case::open(&folder)?, asked)?;
    let output = context.output;
    let (bates, receiver) = (asked.bates.as_deref().map(series).transpose()?, receiver(asked)?);
    if context.dry_run() {
        let documents = texts().documents(selection.documents.len() as u64);
        let quotes = texts().quotes(selection.quotes.len() as u64);
        output.line(&texts().would_export(documents, quotes));
        return Ok(Exit::Done.into());
    }
    let lock = lock(context, asked)?;
    for unfinished in unfinished_exports(&asked.path) {
        output.warn(&texts().unfinished_export(shown_path(&unfinished)));
    }
    let cage = selection.pictures.then(|| system::cage(1)).transpose()?;
    // of a sealed case too: its key signs for the package without adding to its log
    let mut held = system::hold_any(&folder)?;
    let chosen: Vec<String> =
        selection.documents.keys().map(|item| held.case.label(*item)).collect();
    let chosen =
        chosen.into_iter().chain(selection.quotes.iter().cloned()).collect::<Vec<_>>().join(" ");
    let _noted = access_log::note(output, &held.case, access_log::export("bag", &chosen))?;
    let mut meter = Meter::new(output);
    let mut progress = |step| match step {
        ExportStep::Render(pages) => meter.begin(Shown::Render, false, pages),
        ExportStep::Rendered => meter.more(1),
        ExportStep::Copy(bytes) => meter.begin(Shown::Copy, true, bytes),
        ExportStep::Copied(more) => meter.more(more),
    };
    let order = ExportOrder { selection: &selection, target: &asked.path, lock, bates, receiver };
    let mut means = ExportContext { cage: cage.as_ref(), progress: &mut progress };
    let exported = export(&mut held, &order, &mut means);
    meter.end();
    print(
        context,
        &asked.path,
        &exported.map_err(failure)?,
        &held.log.log().verifier().to_string(),
    );
    Ok(Exit::Done.into())
}

fn lock(context: &Context<'_>, asked: &BagExport) -> Result<Lock, Failure> {
    if let Some(passphrase) = asked.passphrase.get(true, context.arguments.global.no_input)? {
        return Ok(Lock::Passphrase(passphrase));
    }
    Ok(if asked.to.is_empty() { Lock::Open } else { Lock::Recipients(asked.to.clone()) })
}

// `ABC-` starts at ABC-0000001, `ABC-:500` at ABC-0000500.
fn series(text: &str) -> Result<Number, Failure> {
    let (prefix, start) = text.rsplit_once(':').unwrap_or((text, "1"));
    let number = Number::read(&format!("{prefix}{start:0>7}"));
    let sound = !prefix.ends_with(|c: char| c.is_ascii_digit())
        && start.bytes().all(|b| b.is_ascii_digit());
    number.filter(|_| sound && !start.is_empty()).ok_or_else(|| {
        Failure::usage(texts().bad_series(format!("{text:?}"))).hint(texts().hint_bad_series())
    })
}

fn receiver(asked: &BagExport) -> Result<Option<Receiver>, Failure> {
    let Some(word) = &asked.receiver else { return Ok(None) };
    let known = Receiver::ALL.iter().find(|receiver| receiver.word() == word);
    known.copied().map(Some).ok_or_else(|| {
        let words: Vec<&str> = Receiver::ALL.iter().map(|receiver| receiver.word()).collect();
        Failure::usage(texts().unknown_receiver(format!("{word:?}")))
            .hint(texts().hint_unknown_receiver(words.join(", ")))
    })
}

fn print(context: &Context<'_>, path: &Path, exported: &Exported, key: &str) {
    let output = context.output;
    let Exported {
        documents,
        pages,
        pictures,
        quotes,
        files,
        bytes: size,
        bates,
        entry,
        not_rendered,
    } = exported;
    if output.json {
        let not_rendered: Vec<_> = not_rendered
            .iter()
            .map(|(document, page, why)| json!({"document": document, "page": page.get(), "reason": crate::codes::reason(why)}))
            .collect();
        let mut fields = json!({
            "path": path.display().to_string(), "documents": documents, "pages": pages, "pictures": pictures,
            "quotes": quotes, "files": files, "bytes": size, "log_entry": entry.get(), "key": key, "not_rendered": not_rendered,
        });
        if let Some((first, last)) = bates {
            fields["bates"] = json!([first, last]);
        }
        output.object("bag", fields);
        return;
    }
    let texts = texts();
    output.line(&texts.wrote_bag(
        bytes(*size),
        texts.documents(*documents),
        entry.to_string(),
        texts.files(*files),
        texts.pages(*pages),
        shown_path(path),
        texts.pictures(*pictures),
        texts.quotes(*quotes),
    ));
    if let Some((first, last)) = bates {
        output.line(&texts.bates_numbered(first, last));
    }
    for (document, page, reason) in not_rendered.iter().take(20) {
        let reason = crate::codes::reason_text(reason);
        output.remark(&texts.no_image(document, page.to_string(), reason));
    }
    if not_rendered.len() > 20 {
        output.remark(&texts.no_images_more((not_rendered.len() - 20).to_string()));
    }
    output.remark(&texts.give_key(key));
}

fn choose(case: &Case, asked: &BagExport) -> Result<Selection, Failure> {
    let request = BagRequest {
        documents: &asked.documents,
        queries: &asked.query,
        all: asked.all,
        quotes: &asked.quotes,
        all_quotes: asked.all_quotes,
    };
    let selection = Selection::resolve(&super::view(case), &request).map_err(failure)?;
    Ok(Selection { without_names: asked.without_names, pictures: asked.pictures, ..selection })
}

/// The failure of a quote or a bag, as users see it.
pub(super) fn failure(error: BagError) -> Failure {
    let texts = texts();
    let chain = exhibit_case::chain_of(&error);
    match error {
        BagError::Case(error) => error.into(),
        BagError::Search(error) => error.into(),
        BagError::Io { ref source, .. } => Failure::of_io(chain, source),
        BagError::Exists(path) => {
            Failure::new(Exit::Usage, "exists", texts.bag_exists(shown_path(&path)))
                .hint(texts.hint_bag_exists())
        }
        BagError::Nothing => {
            Failure::usage(texts.nothing_chosen()).hint(texts.hint_nothing_chosen())
        }
        BagError::NoBytes { document } => not_provable(texts.bag_no_bytes(document)),
        BagError::NotRead { document } => not_provable(texts.bag_not_read(document)),
        BagError::Altered { document } => mismatch(texts.altered(document)),
        BagError::PictureAltered { document, page } => {
            mismatch(texts.picture_altered(document, page.to_string()))
        }
        BagError::BagDamaged => mismatch(texts.bag_damaged()),
        BagError::NotAsLogged { document, entry } => {
            mismatch(texts.not_as_logged(document, entry.to_string()))
        }
        BagError::Series(first) => {
            Failure::usage(texts.series_too_short(first)).hint(texts.hint_series_too_short())
        }
        BagError::NoSuchBag(id) => {
            Failure::new(Exit::Nothing, "no-such-handover", texts.no_such_bag(format!("{id:?}")))
                .hint(texts.hint_received())
        }
        BagError::Changed(path) => Failure::new(Exit::Mismatch, "changed", texts.bag_changed(path))
            .hint(texts.hint_bag_changed()),
        BagError::Seal(error) => seal_failure(error),
        error @ (BagError::Absent { .. }
        | BagError::Ambiguous { .. }
        | BagError::NoSuchQuote(_)
        | BagError::Broken(_)
        | BagError::Seen
        | BagError::Length
        | BagError::Anchor(_)) => quote_failure(error, chain),
        BagError::AnchorName(name) => Failure::usage(texts.bad_anchor_name(format!("{name:?}"))),
        BagError::Answered(name) => {
            Failure::new(Exit::Usage, "answered", texts.anchor_answered(format!("{name:?}")))
                .hint(texts.hint_anchor_answered())
        }
        BagError::RequestError(kind) => {
            Failure::new(Exit::Nothing, "not-asked", texts.no_matching_request(kind))
                .hint(texts.hint_no_matching_request())
        }
        BagError::NoPolicy => Failure::usage(texts.no_policy()).hint(texts.hint_no_policy()),
        BagError::Time(_) => {
            Failure::new(Exit::Mismatch, "anchor", chain).hint(texts.hint_anchor_refused())
        }
        BagError::Proof(_) => Failure::new(Exit::Internal, "proof", chain),
    }
}

fn not_provable(message: String) -> Failure {
    Failure::new(Exit::Nothing, "not-provable", message).hint(texts().hint_problems())
}

fn mismatch(message: String) -> Failure {
    Failure::new(Exit::Mismatch, "mismatch", message).hint(texts().hint_verify())
}

fn quote_failure(error: BagError, chain: String) -> Failure {
    let texts = texts();
    match error {
        BagError::Absent { document, page, nearest, differences } => {
            let message = texts.passage_absent(document, page.to_string());
            let failure = Failure::new(Exit::Nothing, "no-such-passage", message);
            failure.hint(match (differences, nearest) {
                (Some(differences), _) => texts.hint_passage_differs(marked(&differences)),
                (None, Some(nearest)) => texts.hint_passage_nearest(exhibit_model::shown(&nearest)),
                (None, None) => texts.hint_passage_exact(),
            })
        }
        BagError::Ambiguous { document, page, count, first } => {
            let mut message = texts.passage_ambiguous(count as u64, document, page.to_string());
            for (number, place) in (1_u32..).zip(&first) {
                let [before, exact, after] =
                    [&place.prefix, &place.exact, &place.suffix].map(|text| in_line(text));
                let place = texts.passage_place(after, before, exact, number.to_string());
                message.push_str(&format!("\n  {place}"));
            }
            Failure::new(Exit::Usage, "ambiguous", message).hint(texts.hint_passage_ambiguous())
        }
        BagError::Seen => Failure::usage(texts.bad_seen()),
        BagError::NoSuchQuote(name) => {
            Failure::new(Exit::Nothing, "no-such-quote", texts.no_such_quote(format!("{name:?}")))
                .hint(texts.hint_quotes())
        }
        BagError::Broken(quote) => {
            Failure::new(Exit::Mismatch, "broken-quote", texts.quote_broken(quote))
                .hint(texts.hint_quote_broken())
        }
        BagError::Length => Failure::usage(texts.quote_length(MAX_QUOTE as u64)),
        _ => Failure::usage(chain),
    }
}

// A text in one line, safe to print.
fn in_line(text: &str) -> String {
    exhibit_model::shown(&text.replace(['\n', '\r', '\t'], " "))
}

// What was typed and is not on the page in `[-…-]`, what is on the page and was not typed in `[+…+]`.
fn marked(differences: &[Difference]) -> String {
    let part = |difference: &Difference| match difference {
        Difference::Same(text) => in_line(text),
        Difference::Typed(text) => format!("[-{}-]", in_line(text)),
        Difference::Page(text) => format!("[+{}+]", in_line(text)),
    };
    differences.iter().map(part).collect()
}

fn seal_failure(error: SealError) -> Failure {
    let texts = texts();
    let chain = exhibit_case::chain_of(&error);
    match error {
        SealError::Unopened(path) => {
            Failure::new(Exit::WrongPassphrase, "sealed", texts.not_unsealed(shown_path(&path)))
                .hint(texts.hint_other_identity())
        }
        SealError::NotSealed { .. } => {
            Failure::new(Exit::Usage, "sealed", chain).hint(texts.hint_truncated_bag())
        }
        SealError::Recipient(text) => {
            Failure::new(Exit::Usage, "sealed", texts.not_a_recipient(format!("{text:?}")))
        }
        SealError::Identities(path) => {
            Failure::new(Exit::Usage, "sealed", texts.no_identity(shown_path(&path)))
        }
        SealError::Recipients(_) | SealError::TooMany(_) => {
            Failure::new(Exit::Usage, "sealed", chain)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_starts_at_the_given_number() {
        let first = |text: &str| series(text).map(|number| number.to_string()).ok();
        assert_eq!(first("ABC-").as_deref(), Some("ABC-0000001"));
        assert_eq!(first("ABC:500").as_deref(), Some("ABC0000500"));
        assert_eq!(first("A:000000012").as_deref(), Some("A000000012"));
        for odd in ["A1", "A:0", "A:", "A:x", "登", "A B"] {
            assert_eq!(first(odd), None, "{odd}");
        }
    }
}
