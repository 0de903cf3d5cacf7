//! What is asked for, done: a file or folder in, a report out.

use crate::folder::Folder;
use crate::loadfile::{self, ranges};
use crate::log::{self, KEY};
use crate::report::Report;
use crate::time::{Brought, Time, say_anchors, timestamp};
use exhibit_messages::verify as text;
use exhibit_proof::Checkpoint;
use exhibit_proof::bagit::{self, Checked, Digests, Files};
use exhibit_proof::finding::{Fault, Finding, chain};
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::Value;
use exhibit_proof::note::{Note, VerifierKey};
use exhibit_proof::package::{self, Proved, Trust};
use exhibit_proof::policy::Policy;
use exhibit_proof::proof::LogProof;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The most bytes of a single file that is checked by itself.
const MAX_FILE: u64 = 64 << 20;

/// What is to be checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A bag: a folder.
    Bag,
    /// The proof of one log entry: a `.tlog-proof` file.
    Proof,
    /// A log's signed size and root; or a folder with a copy of the log, whole.
    Checkpoint,
    /// A quote in a bag.
    Quote,
    /// A time stamp, or a public log's proof.
    Timestamp,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is to be checked.
    pub what: What,
    /// Where it lies.
    pub path: PathBuf,
    /// The log's key, known from elsewhere: a file with it, or its text.
    pub key: Option<String>,
    /// A policy: a file.
    pub policy: Option<PathBuf>,
    /// The log entry that a proof is about; without it, the `.json` file beside the proof.
    pub entry: Option<PathBuf>,
    /// The folder of a log whose handovers say which key took over; without it, the folder around what is checked.
    pub log: Option<PathBuf>,
    /// Whether a bag is checked as a bag alone, without custody proofs.
    pub plain: bool,
    /// What the reader brings to judge times by.
    pub time: Time,
}

/// Nothing could be checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unable {
    /// The path.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

impl std::fmt::Display for Unable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for Unable {}

/// Checks what is asked for.
///
/// # Errors
/// [`Unable`], where there is nothing to check at the path, or what the reader brought cannot be used.
pub fn verify(request: &Request) -> Result<Report, Unable> {
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

/// What the reader knows from elsewhere, read.
///
/// # Errors
/// [`Unable`], where it cannot be used.
pub fn trust(request: &Request) -> Result<Trust, Unable> {
    let key = match &request.key {
        None => None,
        Some(text) if Path::new(text).is_file() => Some(key_file(Path::new(text))?),
        Some(text) => {
            let unable = |error| Unable { path: PathBuf::from(text), reason: chain(&error) };
            Some(VerifierKey::parse(text).map_err(unable)?)
        }
    };
    let policy = request.policy.as_ref().map(|path| {
        let unable = |error| Unable { path: path.clone(), reason: chain(&error) };
        Policy::parse(&read(path)?).map_err(unable)
    });
    Ok(Trust { key, policy: policy.transpose()? })
}

fn key_file(path: &Path) -> Result<VerifierKey, Unable> {
    VerifierKey::read(&read(path)?).map_err(|error| Unable { path: path.to_owned(), reason: chain(&error) })
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Unable> {
    let unable = |reason: String| Unable { path: path.to_owned(), reason };
    // What lies beside a proof is not ours: opening a pipe would wait, and a device may never end.
    if !fs::metadata(path).map_err(|error| unable(error.to_string()))?.is_file() {
        return Err(unable("it is not a file".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
    match read.map_err(|error| unable(error.to_string()))? {
        length if length as u64 > MAX_FILE => Err(unable(format!("it has more than {MAX_FILE} bytes"))),
        _ => Ok(bytes),
    }
}

fn bag(request: &Request, trust: &Trust) -> Result<Report, Unable> {
    let path = &request.path;
    let brought = request.time.read()?;
    if !path.is_dir() {
        return Err(Unable { path: path.to_owned(), reason: "it is not a folder".to_owned() });
    }
    Ok(check_bag(&mut Folder::new(path), trust, &brought, request.plain).report)
}

/// A bag that was checked.
#[derive(Clone, Debug)]
pub struct CheckedBag {
    /// What is said of it.
    pub report: Report,
    /// What its proofs prove, where it has any.
    pub proved: Option<Proved>,
    /// Every file that could be read, with its digests.
    pub files: BTreeMap<String, Digests>,
}

/// Checks a bag, wherever its files are.
pub fn check_bag(files: &mut dyn Files, trust: &Trust, brought: &Brought, plain: bool) -> CheckedBag {
    let mut checked = bagit::check(files);
    let (payload, bytes) = checked.payload();
    let proved = if plain { None } else { prove(files, &mut checked, trust) };
    let mut report = Report::default();
    report.checked.push(text::checked_bag(bytes, payload));
    report.proved.push(text::proved_intact());
    match &proved {
        Some(proved) => {
            say_proved(&mut report, proved, trust);
            say_anchors(&mut report, files, &mut checked, (proved, trust), brought);
        }
        None => report.not_proved.push(text::not_custody()),
    }
    if let Some(first) = checked.label(loadfile::LABEL).filter(|_| proved.is_some()) {
        report.proved.push(text::proved_load_files(first));
    }
    say_limits(&mut report);
    let files = std::mem::take(&mut checked.files);
    take_findings(&mut report, checked);
    CheckedBag { report, proved, files }
}

/// Checks the proofs in a bag, given what [`bagit::check`] found, and the load files that rest on them; adds what it finds to it.
/// `None` where there is nothing that could prove anything.
pub fn prove(files: &mut dyn Files, checked: &mut Checked, trust: &Trust) -> Option<Proved> {
    package::check(files, checked, trust, &loadfile::check)
}

fn take_findings(report: &mut Report, checked: Checked) {
    report.deviations = checked.deviations;
    report.remarks = checked.remarks;
}

fn say_log(report: &mut Report, key: &VerifierKey, earlier: &[VerifierKey], checkpoint: &Checkpoint, trust: &Trust) {
    let shown = key.to_string();
    report.checked.push(text::checked_log(checkpoint.size, &checkpoint.origin, checkpoint.root.to_string()));
    match &trust.key {
        Some(known) if known == key => report.proved.push(text::proved_key(&shown)),
        Some(known) if earlier.contains(known) => report.proved.push(text::proved_key_after(&shown)),
        _ => report.not_proved.push(text::not_key(&shown)),
    }
    report.facts.insert("log".to_owned(), Value::Text(checkpoint.origin.clone()));
    report.facts.insert("key".to_owned(), Value::Text(shown));
    report.facts.insert("root".to_owned(), Value::Text(checkpoint.root.to_string()));
    report.facts.insert("size".to_owned(), Value::Text(checkpoint.size.to_string()));
}

fn say_proved(report: &mut Report, proved: &Proved, trust: &Trust) {
    say_log(report, &proved.key, &proved.earlier, &proved.checkpoint, trust);
    let earlier = proved.earlier.iter().map(|key| Value::Text(key.to_string())).collect();
    report.facts.insert("earlier_keys".to_owned(), Value::List(earlier));
    say_witnesses(report, &proved.witnesses);
    if !proved.exported.is_empty() {
        report.proved.push(text::proved_export(&proved.exported));
    }
    for (quote, (document, page)) in &proved.quotes {
        report.proved.push(text::proved_quote(document, u64::from(*page), quote));
    }
    for (label, document) in &proved.documents {
        let digest = to_hex(&document.original);
        if document.file.is_some() {
            report.proved.push(text::proved_original(&document.received, label, &digest));
        }
        let own = |(entry, field, _): &&(u64, String, Vec<u8>)| *entry == document.receipt && field == "name";
        if let Some((_, _, name)) = document.opened.iter().find(own) {
            report.proved.push(text::proved_name(label, String::from_utf8_lossy(name)));
        }
        if !document.pages.is_empty() {
            let pages: Vec<u32> = document.pages.keys().copied().collect();
            report.proved.push(text::proved_pages(label, ranges(&pages), &digest));
        }
        if !document.pictures.is_empty() {
            let pages: Vec<u32> = document.pictures.keys().copied().collect();
            report.proved.push(text::proved_pictures(label, ranges(&pages), &digest));
        }
    }
    let names = |names: Vec<&String>| Value::List(names.into_iter().map(|name| Value::Text(name.clone())).collect());
    report.facts.insert("documents".to_owned(), names(proved.documents.keys().collect()));
    report.facts.insert("quotes".to_owned(), names(proved.quotes.keys().collect()));
}

fn say_witnesses(report: &mut Report, witnesses: &[(String, u64)]) {
    for (witness, at) in witnesses {
        report.proved.push(text::proved_witness(moment(*at), witness));
    }
    if witnesses.is_empty() {
        report.not_proved.push(text::not_time());
    }
}

fn say_limits(report: &mut Report) {
    report.not_proved.extend([text::not_authentic(), text::not_author(), text::not_before(), text::not_elsewhere()]);
}

fn quote(request: &Request, trust: &Trust) -> Result<Report, Unable> {
    let path = &request.path;
    let brought = request.time.read()?;
    let unable = |reason: &str| Unable { path: path.to_owned(), reason: reason.to_owned() };
    let name = path.file_stem().and_then(|name| name.to_str()).ok_or_else(|| unable("it is not a quote"))?;
    let whole = std::path::absolute(path).map_err(|error| unable(&error.to_string()))?;
    let root = whole.ancestors().skip(1).find(|folder| folder.join("bagit.txt").is_file());
    let root = root.ok_or_else(|| unable("it does not lie in a bag: a quote is proved by what lies beside it"))?;
    let mut files = Folder::new(root);
    let mut checked = bagit::check(&mut files);
    let proved = prove(&mut files, &mut checked, trust);
    let mut report = Report::default();
    report.checked.push(text::checked_quote(name));
    if let Some(proved) = &proved {
        say_log(&mut report, &proved.key, &proved.earlier, &proved.checkpoint, trust);
        say_witnesses(&mut report, &proved.witnesses);
        say_anchors(&mut report, &mut files, &mut checked, (proved, trust), &brought);
        match proved.quotes.get(name).filter(|_| whole == root.join(package::quote_path(name))) {
            Some((document, page)) => {
                let original = proved.documents.get(document).map(|document| to_hex(&document.original));
                let original = original.unwrap_or_default();
                report.proved.push(text::proved_quote_page(document, u64::from(*page), name, original));
            }
            None => checked.deviations.push(Finding {
                place: path.display().to_string(),
                fault: Fault::Quote,
                detail: "it is not among the quotes that the bag proves".to_owned(),
            }),
        }
    }
    say_limits(&mut report);
    take_findings(&mut report, checked);
    Ok(report)
}

fn checkpoint(request: &Request, trust: &Trust) -> Result<Report, Unable> {
    let path = &request.path;
    let bytes = read(path)?;
    let folder = request.log.clone().unwrap_or_else(|| path.with_file_name(""));
    let known = known_key(trust, &folder)?;
    let mut report = Report::default();
    match Note::parse(&bytes) {
        Ok(note) => {
            let (key, earlier) = signing_key(&note, known, &folder);
            check_note(&mut report, path, &note, (&key, &earlier), trust);
        }
        Err(error) => wrong(&mut report, path, Fault::Checkpoint, chain(&error)),
    }
    report.not_proved.push(text::not_fork());
    Ok(report)
}

// The key that the reader knows, else the one that lies in the log's folder.
fn known_key(trust: &Trust, folder: &Path) -> Result<VerifierKey, Unable> {
    trust.key.clone().map_or_else(|| key_file(&folder.join(KEY)), Ok)
}

// The last key that signed a note, of the known one and those that took over from it; and those before it.
fn signing_key(note: &Note, known: VerifierKey, folder: &Path) -> (VerifierKey, Vec<VerifierKey>) {
    let mut earlier = log::followers(folder, &known);
    earlier.insert(0, known.clone());
    let signed = earlier.iter().rposition(|key| note.verify(key).is_ok());
    earlier.truncate(signed.map_or(1, |last| last + 1));
    let key = earlier.pop().unwrap_or(known);
    (key, earlier)
}

/// Checks a checkpoint that `key` should have signed, after `earlier` keys that handed over to it.
pub(crate) fn check_note(
    report: &mut Report,
    path: &Path,
    note: &Note,
    (key, earlier): (&VerifierKey, &[VerifierKey]),
    trust: &Trust,
) {
    match Checkpoint::signed(note, key) {
        Ok(checkpoint) => {
            say_log(report, key, earlier, &checkpoint, trust);
            report.proved.push(text::proved_checkpoint());
        }
        Err(error) => wrong(report, path, Fault::Checkpoint, chain(&error)),
    }
    match trust.policy.as_ref().map(|policy| policy.check(note)) {
        Some(Ok(accepted)) => {
            let witnesses: Vec<(String, u64)> =
                accepted.witnesses.iter().map(|(key, at)| (key.name().to_owned(), *at)).collect();
            say_witnesses(report, &witnesses);
        }
        Some(Err(refusal)) => wrong(report, path, Fault::Policy, chain(&refusal)),
        None => say_witnesses(report, &[]),
    }
}

fn proof(request: &Request, trust: &Trust) -> Result<Report, Unable> {
    let path = &request.path;
    let bytes = read(path)?;
    let entry = read(request.entry.as_ref().unwrap_or(&path.with_extension("json")))?;
    let around = path.ancestors().skip(1).find(|folder| folder.join(KEY).is_file());
    let folder = request.log.as_deref().or(around).map_or_else(|| path.with_file_name(""), Path::to_owned);
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

pub(crate) fn wrong(report: &mut Report, path: &Path, fault: Fault, detail: String) {
    report.deviations.push(Finding { place: path.display().to_string(), fault, detail });
}

// Seconds since 1970 as a day and time, without seconds.
fn moment(seconds: u64) -> String {
    let moment = exhibit_time::Moment::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)).to_string();
    let (day, time) = moment.split_once('T').unwrap_or((&moment, ""));
    format!("{day} {} UTC", time.get(..5).unwrap_or(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_moments_for_people() {
        assert_eq!(loadfile::ranges(&[1, 2, 3, 7, 9, 10]), "1-3, 7, 9-10");
        assert_eq!(moment(0), "1970-01-01 00:00 UTC");
        assert_eq!(moment(1_709_210_096), "2024-02-29 12:34 UTC");
        assert_eq!(moment(253_402_300_799), "9999-12-31 23:59 UTC");
    }
}
