//! Runs a verification: a file or folder in, a report out.

use crate::folder::{Folder, open_named};
use crate::loadfile::{self, ranges};
use crate::log::{self, KEY};
use crate::report::Report;
use crate::time::{Time, TrustedFiles, report_anchors, timestamp};
use exhibit_messages::{Language, Message, Messages, verifier, verify as text};
use exhibit_proof::Checkpoint;
use exhibit_proof::anchor::{Basis, MachineReading, Seen, basis};
use exhibit_proof::bagit::{self, Again, Checked, Digests, Files};
use exhibit_proof::finding::{Fault, Finding, chain};
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::JsonValue;
use exhibit_proof::note::{SignedNote, VerifierKey};
use exhibit_proof::package::{self, Proved, ProvedQuote, TrustInput};
use exhibit_proof::policy::Policy;
use exhibit_proof::proof::LogProof;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The maximum size of a file that is checked alone, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// What to check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A bag: a folder.
    Bag,
    /// The proof of one log entry: a `.tlog-proof` file.
    Proof,
    /// The signed size and root of a log, or a folder with a complete copy of the log.
    Checkpoint,
    /// A quote in a bag.
    Quote,
    /// A time stamp, or the proof of a public log.
    Timestamp,
}

/// A request for a verification.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    /// What to check.
    pub what: What,
    /// Its path.
    pub path: PathBuf,
    /// The key of the log, known from another channel: the path of a file, or the text of the key.
    pub key: Option<String>,
    /// The file of a policy.
    pub policy: Option<PathBuf>,
    /// The log entry of a proof; by default the `.json` file next to the proof.
    pub entry: Option<PathBuf>,
    /// The folder of the log with the handovers of its keys; by default the enclosing folder.
    pub log: Option<PathBuf>,
    /// Whether to check a bag only as a bag, without custody proofs.
    pub plain: bool,
    /// Files for checking time stamps.
    pub time: Time,
}

/// Nothing could be checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The path.
    pub path: PathBuf,
    /// Why.
    pub reason: Unusable,
}

/// Why a file or folder cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unusable {
    /// It is not a file.
    NotAFile,
    /// It has more bytes than are read.
    TooLarge,
    /// It is not a folder.
    NotAFolder,
    /// It is not a quote.
    NotAQuote,
    /// It is a quote outside a bag.
    NotInABag,
    /// The operating system or a parser reports this.
    Reported(String),
}

impl VerifyError {
    pub(crate) fn new(path: &Path, reason: Unusable) -> Self {
        Self { path: path.to_owned(), reason }
    }

    pub(crate) fn reported(path: &Path, error: &dyn std::error::Error) -> Self {
        Self::new(path, Unusable::Reported(chain(error)))
    }

    /// The error as a message, to be shown in any language.
    #[must_use]
    pub fn message(&self) -> Message {
        let reason = match &self.reason {
            Unusable::NotAFile => verifier::not_a_file(),
            Unusable::TooLarge => verifier::too_large(MAX_FILE),
            Unusable::NotAFolder => verifier::not_a_folder(),
            Unusable::NotAQuote => verifier::not_a_quote(),
            Unusable::NotInABag => verifier::not_in_a_bag(),
            Unusable::Reported(text) => verifier::reported(text),
        };
        verifier::unusable(self.path.display().to_string(), reason)
    }
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Messages::new(Language::English).text(&self.message()))
    }
}

impl std::error::Error for VerifyError {}

/// Runs a verification.
///
/// # Errors
/// [`VerifyError`] if there is nothing to check at the path, or a file supplied by the reader cannot be used.
pub fn verify(request: &VerifyRequest) -> Result<Report, VerifyError> {
    let trust = trust(request)?;
    match request.what {
        What::Bag => bag(request, &trust),
        What::Quote => quote(request, &trust),
        What::Timestamp => timestamp(request),
        What::Checkpoint if request.path.is_dir() => log::whole(&request.path, &trust),
        What::Checkpoint => checkpoint(request, &trust),
        What::Proof => proof(request, &trust),
    }
}

/// Reads the key and policy supplied by the reader.
///
/// # Errors
/// [`VerifyError`] if they cannot be used.
pub fn trust(request: &VerifyRequest) -> Result<TrustInput, VerifyError> {
    let key = match &request.key {
        None => None,
        Some(text) if Path::new(text).is_file() => Some(key_file(Path::new(text))?),
        Some(text) => {
            let unable = |error| VerifyError::reported(Path::new(text), &error);
            Some(VerifierKey::parse(text).map_err(unable)?)
        }
    };
    let policy = request.policy.as_ref().map(|path| {
        let unable = |error| VerifyError::reported(path, &error);
        Policy::parse(&read(path)?).map_err(unable)
    });
    Ok(TrustInput { key, policy: policy.transpose()? })
}

fn key_file(path: &Path) -> Result<VerifierKey, VerifyError> {
    VerifierKey::read(&read(path)?).map_err(|error| VerifyError::reported(path, &error))
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, VerifyError> {
    let unable = |error: std::io::Error| VerifyError::reported(path, &error);
    // The files next to a proof are untrusted: reading a device may never end.
    if !path.is_file() && path.exists() {
        return Err(VerifyError::new(path, Unusable::NotAFile));
    }
    let (file, _) = open_named(path).map_err(unable)?;
    let mut bytes = Vec::new();
    match file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unable)? {
        length if length as u64 > MAX_FILE => Err(VerifyError::new(path, Unusable::TooLarge)),
        _ => Ok(bytes),
    }
}

fn bag(request: &VerifyRequest, trust: &TrustInput) -> Result<Report, VerifyError> {
    let path = &request.path;
    let trusted = request.time.read()?;
    if !path.is_dir() {
        return Err(VerifyError::new(path, Unusable::NotAFolder));
    }
    Ok(check_bag(&mut Folder::new(path), trust, &trusted, request.plain).report)
}

/// The result of checking a bag.
#[derive(Clone, Debug)]
pub struct CheckedBag {
    /// The report.
    pub report: Report,
    /// The facts that its proofs prove, if it has any.
    pub proved: Option<Proved>,
    /// Every readable file, with its digests.
    pub files: Arc<BTreeMap<String, Digests>>,
}

/// Checks a bag, given access to its files.
pub fn check_bag(
    files: &mut dyn Files,
    trust: &TrustInput,
    trusted: &TrustedFiles,
    plain: bool,
) -> CheckedBag {
    let mut checked = bagit::check(files);
    let (payload, bytes) = checked.payload();
    let proved = if plain { None } else { prove(files, &mut checked, trust) };
    let mut report = Report::default();
    report.checked.push(text::checked_bag(bytes, payload));
    report.proved.push(text::proved_intact());
    match &proved {
        Some(proved) => {
            report_proved(&mut report, proved, trust);
            let mut again = Again::new(files, &checked);
            report_anchors(&mut report, &mut again, &mut checked, (proved, trust), trusted);
            again.report(&mut checked);
        }
        None => report.not_proved.push(text::not_custody()),
    }
    let first = checked
        .label(loadfile::LABEL)
        .and_then(loadfile::Number::read)
        .filter(|_| proved.is_some());
    if let Some(first) = first {
        report.proved.push(text::proved_load_files(first.to_string()));
    }
    report_limits(&mut report);
    let files = Arc::clone(&checked.files);
    take_findings(&mut report, checked);
    CheckedBag { report, proved, files }
}

/// Checks the proofs in a bag and the load files derived from them, given the result of [`bagit::check`], and adds its
/// findings to it. Returns `None` if the bag contains no usable proofs.
pub fn prove(files: &mut dyn Files, checked: &mut Checked, trust: &TrustInput) -> Option<Proved> {
    package::check(files, checked, trust, &loadfile::check)
}

fn take_findings(report: &mut Report, checked: Checked) {
    report.deviations = checked.deviations;
    report.remarks = checked.remarks;
}

fn report_log(
    report: &mut Report,
    key: &VerifierKey,
    earlier: &[VerifierKey],
    checkpoint: &Checkpoint,
    trust: &TrustInput,
) {
    let shown = key.to_string();
    report.checked.push(text::checked_log(
        checkpoint.size,
        &checkpoint.origin,
        checkpoint.root.to_string(),
    ));
    match &trust.key {
        Some(known) if known == key => report.proved.push(text::proved_key(&shown)),
        Some(known) if earlier.contains(known) => {
            report.proved.push(text::proved_key_after(&shown))
        }
        _ => report.not_proved.push(text::not_key(&shown)),
    }
    report.facts.insert("log".to_owned(), JsonValue::Text(checkpoint.origin.clone()));
    report.facts.insert("key".to_owned(), JsonValue::Text(shown));
    report.facts.insert("root".to_owned(), JsonValue::Text(checkpoint.root.to_string()));
    report.facts.insert("size".to_owned(), JsonValue::Text(checkpoint.size.to_string()));
}

fn report_proved(report: &mut Report, proved: &Proved, trust: &TrustInput) {
    report_log(report, &proved.key, &proved.earlier, &proved.checkpoint, trust);
    let earlier = proved.earlier.iter().map(|key| JsonValue::Text(key.to_string())).collect();
    report.facts.insert("earlier_keys".to_owned(), JsonValue::List(earlier));
    report_witnesses(report, &proved.witnesses);
    if !proved.exported.is_empty() {
        report.proved.push(text::proved_export(&proved.exported));
    }
    for (id, quote) in &proved.quotes {
        report.quotes.push(quoted(id, quote));
    }
    for (label, document) in &proved.documents {
        let digest = to_hex(&document.original);
        if document.file.is_some() {
            report.proved.push(text::proved_original(&document.received, label, &digest));
        }
        let is_name = |(entry, field, _): &&(u64, String, Vec<u8>)| {
            *entry == document.receipt && field == "name"
        };
        if let Some((_, _, name)) = document.opened.iter().find(is_name) {
            report.proved.push(text::proved_name(label, String::from_utf8_lossy(name)));
        }
        if !document.pages.is_empty() {
            let pages: Vec<u32> = document.pages.keys().copied().collect();
            report.proved.push(text::proved_pages(
                pages.len() as u64,
                label,
                page_ranges(&pages),
                &digest,
            ));
        }
        if !document.pictures.is_empty() {
            let pages: Vec<u32> = document.pictures.keys().copied().collect();
            report.proved.push(text::proved_pictures(
                pages.len() as u64,
                label,
                page_ranges(&pages),
                &digest,
            ));
        }
    }
    let names = |names: Vec<&String>| {
        JsonValue::List(names.into_iter().map(|name| JsonValue::Text(name.clone())).collect())
    };
    report.facts.insert("documents".to_owned(), names(proved.documents.keys().collect()));
    report.facts.insert("quotes".to_owned(), names(proved.quotes.keys().collect()));
}

/// What a quote rests on, and the words quoted.
fn quoted(id: &str, quote: &ProvedQuote) -> (Basis, Message) {
    let ProvedQuote { document, exact, machine, .. } = quote;
    let page = u64::from(quote.page);
    let percent = |percent: u8| format!("{}.{:02}", percent / 100, percent % 100);
    let message = match machine {
        None => text::quoted_file(document, exact, page, id),
        Some(MachineReading { reader, confidence, least, seen }) => {
            let (confidence, least) = (percent(*confidence), percent(*least));
            match seen {
                None => text::quoted_machine(confidence, document, exact, least, page, id, reader),
                Some(Seen { by, at, transcription: None }) => text::quoted_compared(
                    at, by, confidence, document, exact, least, page, id, reader,
                ),
                Some(Seen { by, at, transcription: Some(transcription) }) => {
                    text::quoted_transcribed(
                        at,
                        by,
                        confidence,
                        document,
                        exact,
                        page,
                        id,
                        reader,
                        transcription,
                    )
                }
            }
        }
    };
    (basis(machine.as_ref()), message)
}

fn report_witnesses(report: &mut Report, witnesses: &[(String, u64)]) {
    for (witness, at) in witnesses {
        report.proved.push(text::proved_witness(minute(*at), witness));
    }
    if witnesses.is_empty() {
        report.not_proved.push(text::not_time());
    }
}

fn report_limits(report: &mut Report) {
    report.not_proved.extend([
        text::not_authentic(),
        text::not_author(),
        text::not_before(),
        text::not_elsewhere(),
    ]);
}

fn quote(request: &VerifyRequest, trust: &TrustInput) -> Result<Report, VerifyError> {
    let path = &request.path;
    let trusted = request.time.read()?;
    let unable = |reason| VerifyError::new(path, reason);
    let name = path
        .file_stem()
        .and_then(|name| name.to_str())
        .ok_or_else(|| unable(Unusable::NotAQuote))?;
    let whole = std::path::absolute(path).map_err(|error| VerifyError::reported(path, &error))?;
    let root = whole.ancestors().skip(1).find(|folder| folder.join("bagit.txt").is_file());
    let root = root.ok_or_else(|| unable(Unusable::NotInABag))?;
    let mut files = Folder::new(root);
    let mut checked = bagit::check(&mut files);
    let proved = prove(&mut files, &mut checked, trust);
    let mut report = Report::default();
    report.checked.push(text::checked_quote(name));
    if let Some(proved) = &proved {
        report_log(&mut report, &proved.key, &proved.earlier, &proved.checkpoint, trust);
        report_witnesses(&mut report, &proved.witnesses);
        let mut again = Again::new(&mut files, &checked);
        report_anchors(&mut report, &mut again, &mut checked, (proved, trust), &trusted);
        again.report(&mut checked);
        match proved.quotes.get(name).filter(|_| whole == root.join(package::quote_path(name))) {
            Some(quote) => {
                let original = proved
                    .documents
                    .get(&quote.document)
                    .map(|document| to_hex(&document.original));
                let original = original.unwrap_or_default();
                report.proved.push(text::proved_quote_page(
                    &quote.document,
                    u64::from(quote.page),
                    name,
                    original,
                ));
                report.quotes.push(quoted(name, quote));
            }
            None => checked.deviations.push(Finding {
                place: path.display().to_string(),
                fault: Fault::Quote,
                detail: "not among the quotes that the bag proves".to_owned(),
            }),
        }
    }
    report_limits(&mut report);
    take_findings(&mut report, checked);
    Ok(report)
}

fn checkpoint(request: &VerifyRequest, trust: &TrustInput) -> Result<Report, VerifyError> {
    let path = &request.path;
    let bytes = read(path)?;
    let folder = request.log.clone().unwrap_or_else(|| path.with_file_name(""));
    let known = known_key(trust, &folder)?;
    let mut report = Report::default();
    match SignedNote::parse(&bytes) {
        Ok(note) => {
            let (key, earlier) = signing_key(&note, known, &folder);
            check_note(&mut report, path, &note, (&key, &earlier), trust);
        }
        Err(error) => wrong(&mut report, path, Fault::Checkpoint, chain(&error)),
    }
    report.not_proved.push(text::not_fork());
    Ok(report)
}

// The key that the reader knows, or else the one in the folder of the log.
fn known_key(trust: &TrustInput, folder: &Path) -> Result<VerifierKey, VerifyError> {
    trust.key.clone().map_or_else(|| key_file(&folder.join(KEY)), Ok)
}

// The last of the known key and its successors that signed a note, and the keys before it.
fn signing_key(
    note: &SignedNote,
    known: VerifierKey,
    folder: &Path,
) -> (VerifierKey, Vec<VerifierKey>) {
    let mut earlier = log::followers(folder, &known);
    earlier.insert(0, known.clone());
    let signed = earlier.iter().rposition(|key| note.verify(key).is_ok());
    earlier.truncate(signed.map_or(1, |last| last + 1));
    let key = earlier.pop().unwrap_or(known);
    (key, earlier)
}

/// Checks a checkpoint that must be signed by `key`, the successor of `earlier` keys.
pub(crate) fn check_note(
    report: &mut Report,
    path: &Path,
    note: &SignedNote,
    (key, earlier): (&VerifierKey, &[VerifierKey]),
    trust: &TrustInput,
) {
    match Checkpoint::signed(note, key) {
        Ok(checkpoint) => {
            report_log(report, key, earlier, &checkpoint, trust);
            report.proved.push(text::proved_checkpoint());
        }
        Err(error) => wrong(report, path, Fault::Checkpoint, chain(&error)),
    }
    match trust.policy.as_ref().map(|policy| policy.check(note)) {
        Some(Ok(accepted)) => {
            let witnesses: Vec<(String, u64)> =
                accepted.witnesses.iter().map(|(key, at)| (key.name().to_owned(), *at)).collect();
            report_witnesses(report, &witnesses);
        }
        Some(Err(refusal)) => wrong(report, path, Fault::Policy, chain(&refusal)),
        None => report_witnesses(report, &[]),
    }
}

fn proof(request: &VerifyRequest, trust: &TrustInput) -> Result<Report, VerifyError> {
    let path = &request.path;
    let bytes = read(path)?;
    let entry = read(request.entry.as_ref().unwrap_or(&path.with_extension("json")))?;
    let enclosing = path.ancestors().skip(1).find(|folder| folder.join(KEY).is_file());
    let folder = request
        .log
        .as_deref()
        .or(enclosing)
        .map_or_else(|| path.with_file_name(""), Path::to_owned);
    let known = known_key(trust, &folder)?;
    let mut report = Report::default();
    match LogProof::read(&bytes) {
        Err(error) => wrong(&mut report, path, Fault::Proof, chain(&error)),
        Ok(proof) => {
            let (key, earlier) = signing_key(&proof.checkpoint, known, &folder);
            check_note(&mut report, path, &proof.checkpoint, (&key, &earlier), trust);
            match proof.verify(&entry, &key) {
                Ok(_) => report.proved.push(text::proved_entry(proof.index)),
                Err(error) => wrong(&mut report, path, Fault::Proof, chain(&error)),
            }
        }
    }
    report.not_proved.push(text::not_said());
    Ok(report)
}

// Page numbers for people, with dashes between the ends of ranges.
fn page_ranges(pages: &[u32]) -> String {
    ranges(pages).replace('-', "\u{2013}")
}

pub(crate) fn wrong(report: &mut Report, path: &Path, fault: Fault, detail: String) {
    report.deviations.push(Finding { place: path.display().to_string(), fault, detail });
}

// Formats seconds since 1970 as date and time without seconds.
fn minute(seconds: u64) -> String {
    let time = exhibit_time::StatedTime::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
        .to_string();
    let (day, time) = time.split_once('T').unwrap_or((&time, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_ranges_and_times() {
        assert_eq!(loadfile::ranges(&[1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
        assert_eq!(page_ranges(&[1, 2, 3, 7, 9, 10]), "1–3, 7, 9–10");
        assert_eq!(minute(0), "1970-01-01 00:00 UTC");
        assert_eq!(minute(1_709_210_096), "2024-02-29 12:34 UTC");
        assert_eq!(minute(253_402_300_799), "9999-12-31 23:59 UTC");
    }
}
