//! The anchors of a case's log in time: requests, replies, and whether they are still valid
//! (`docs/formats/time.md`).
//!
//! Requests and replies are files; the user carries them. A reply is written before it is logged: if a crash leaves one
//! without its entry, [`list_anchors`] reports it, and importing it again completes it.

mod ask;
mod import;
mod pack;

pub use ask::{AnchorRecipients, AnchorRequests, ask_anchors};
pub use import::{Imported, Reply, import_anchor};
pub(crate) use pack::{anchors_of, pack_anchors};

use crate::{BagError, io_error};
use exhibit_case::Case;
use exhibit_custody::{Entry, Fact, Log, LogError, Ref};
use exhibit_model::{Digest, EntrySeq};
use exhibit_proof::note::VerifierKey;
use exhibit_proof::{Checkpoint, SignedNote, tree};
use exhibit_store::{Readers, replace_file};
use exhibit_time::anchored::{self, Anchored, CHECKPOINT, CONSISTENCY, Known, MAX_FILE};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The beginning of an entry of the act `anchor`: canonical JSON is sorted, and `act` comes first.
const ANCHOR_ENTRY: &[u8] = b"{\"act\":\"anchor\",";

/// The beginning of an entry of the act `key.add`.
const KEY_ENTRY: &[u8] = b"{\"act\":\"key.add\",";

/// An anchor of the case, or a request for one.
#[derive(Debug, Clone)]
pub struct AnchorRow {
    /// The number of entries in the anchored state of the log.
    pub size: u64,
    /// Its name, or that of an unexpected file.
    pub name: String,
    /// Its status.
    pub standing: AnchorStatus,
}

/// The status of an anchor.
#[derive(Debug, Clone)]
pub enum AnchorStatus {
    /// It is valid, and this log entry records it.
    Valid(Anchored, EntrySeq),
    /// It is valid, but no log entry records it: an import was interrupted, or the file was placed there by other
    /// means.
    NotLogged(Anchored),
    /// It was requested; there is no reply yet.
    Requested(anchored::AnchorKind),
    /// It is not valid.
    Broken(AnchorFault),
}

/// Why an anchor is not valid.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AnchorFault {
    /// The time stamp, cosignature or proof is not valid.
    #[error(transparent)]
    Time(#[from] exhibit_time::TimeFault),
    /// The checkpoint has another log size than the name of its folder.
    #[error("it is of a log of {stated} entries")]
    Size {
        /// The size that the checkpoint states.
        stated: u64,
    },
    /// The log is shorter than the anchored state.
    #[error("the log has {size} entries but once had {once}: it was rolled back")]
    RolledBack {
        /// The number of entries in the log.
        size: u64,
        /// The earlier number of entries.
        once: u64,
    },
    /// The log does not begin with the anchored state.
    #[error("the log begins otherwise than it did then: it is another history")]
    Forked,
    /// The file is not one that belongs next to an anchored checkpoint.
    #[error("unexpected file")]
    Unexpected,
    /// The log cannot be read as far as is needed to check this anchor.
    #[error("the custody log cannot be read")]
    Log(#[source] Arc<LogError>),
}

impl AnchorFault {
    /// The stable code of this fault.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Time(_) => "anchor-invalid",
            Self::Size { .. } => "anchor-size",
            Self::RolledBack { .. } => "anchor-rolled-back",
            Self::Forked => "anchor-forked",
            Self::Unexpected => "anchor-unexpected-file",
            Self::Log(_) => "anchor-log-unreadable",
        }
    }
}

/// The files next to one anchored checkpoint.
pub(crate) struct Beside {
    pub(crate) size: u64,
    pub(crate) path: PathBuf,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Lists the anchors of the case's log and pending requests, each checked against the current log.
///
/// # Errors
/// [`BagError`] if files or the log cannot be read.
pub fn list_anchors(case: &Case) -> Result<Vec<AnchorRow>, BagError> {
    let all = read_all(case)?;
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let log = case.folder.log()?;
    let (logged, keys) = (logged(&log)?, keys(&log)?);
    let mut rows = Vec::new();
    for beside in all {
        rows.extend(rows_of(&beside, (&log, &keys), &logged));
    }
    Ok(rows)
}

fn rows_of(
    beside: &Beside,
    (log, keys): (&Log, &[VerifierKey]),
    logged: &BTreeMap<Digest, EntrySeq>,
) -> Vec<AnchorRow> {
    let row =
        |name: &str, standing| AnchorRow { size: beside.size, name: name.to_owned(), standing };
    let broken = |name: &str, fault: AnchorFault| row(name, AnchorStatus::Broken(fault));
    let known = Known { kept: true, ..Known::default() };
    let found = match anchored::check(&beside.files, keys, &known) {
        Ok(found) => found,
        Err(fault) => return vec![broken(CHECKPOINT, fault.into())],
    };
    let mut rows = Vec::new();
    if let Err(fault) = check_log(log, beside.size, &found.checkpoint) {
        rows.push(broken(CHECKPOINT, fault));
    }
    // It belongs in bags: in a case the log itself shows that it extends the anchored state.
    let of_bags = beside.files.keys().filter(|file| *file == CONSISTENCY);
    rows.extend(
        found.unexpected.iter().chain(of_bags).map(|file| broken(file, AnchorFault::Unexpected)),
    );
    for (file, checked) in &found.anchors {
        let entry = logged.get(&Digest::of(&beside.files[file]));
        rows.push(match (checked, entry) {
            (Ok(anchored), Some(entry)) => {
                row(&anchored.name, AnchorStatus::Valid(anchored.clone(), *entry))
            }
            (Ok(anchored), None) => row(&anchored.name, AnchorStatus::NotLogged(anchored.clone())),
            (Err(fault), _) => broken(file, fault.clone().into()),
        });
    }
    for (name, kind, _) in
        beside.files.keys().filter_map(|file| anchored::part(file)).filter(|part| part.2 == 0)
    {
        if !beside.files.contains_key(&format!("{name}.{}", kind.endings()[1])) {
            rows.push(row(name, AnchorStatus::Requested(kind)));
        }
    }
    rows
}

// Checks that the log still begins with the anchored state.
fn check_log(log: &Log, size: u64, anchored: &Checkpoint) -> Result<(), AnchorFault> {
    if anchored.size != size {
        return Err(AnchorFault::Size { stated: anchored.size });
    }
    let head = log.head();
    if size > head.size {
        return Err(AnchorFault::RolledBack { size: head.size, once: size });
    }
    let proof = log.consistency_proof(size).map_err(|error| AnchorFault::Log(Arc::new(error)))?;
    tree::check_consistency(size, anchored.root, head.size, head.root, &proof)
        .map_err(|_| AnchorFault::Forked)
}

/// The digests in the log's `anchor` entries, with the number of the entry.
pub(crate) fn logged(log: &Log) -> Result<BTreeMap<Digest, EntrySeq>, BagError> {
    let mut digests = BTreeMap::new();
    log.entries_from(EntrySeq::FIRST, &mut |seq, bytes| {
        if let Some(entry) =
            bytes.starts_with(ANCHOR_ENTRY).then(|| Entry::read(bytes).ok()).flatten()
        {
            let bytes =
                |made: &Ref| if let Ref::Bytes(digest) = made { Some(*digest) } else { None };
            digests.extend(entry.made.iter().filter_map(bytes).map(|digest| (digest, seq)));
        }
        true
    })?;
    Ok(digests)
}

/// The keys of the log according to its entries, the current signing key last. Whether each is a valid successor is
/// verified by the check of the log.
pub(crate) fn keys(log: &Log) -> Result<Vec<VerifierKey>, BagError> {
    let mut keys = Vec::new();
    log.entries_from(EntrySeq::FIRST, &mut |_, bytes| {
        if let Some(entry) = bytes.starts_with(KEY_ENTRY).then(|| Entry::read(bytes).ok()).flatten()
        {
            for name in ["after", "key"] {
                if let Some(Fact::Text(line)) = entry.facts.get(name) {
                    keys.extend(VerifierKey::parse(line));
                }
            }
        }
        true
    })?;
    keys.push(log.verifier().clone());
    Ok(keys)
}

pub(crate) fn folder(case: &Case) -> PathBuf {
    case.folder.anchors()
}

/// All anchored checkpoints with the files next to them, the oldest first.
pub(crate) fn read_all(case: &Case) -> Result<Vec<Beside>, BagError> {
    let folder = folder(case);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).map_err(io_error("list", &folder))? {
        let path = entry.map_err(io_error("list", &folder))?.path();
        let size =
            path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        // Other folders are ignored; they anchor nothing.
        let Some(size) = size.filter(|_| path.is_dir()) else { continue };
        all.push(Beside { size, files: read_files(&path)?, path });
    }
    all.sort_by_key(|beside| beside.size);
    Ok(all)
}

fn read_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, BagError> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(io_error("list", folder))? {
        let path = entry.map_err(io_error("list", folder))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let is_unfinished = name.starts_with('.');
        if !is_unfinished && path.symlink_metadata().is_ok_and(|about| about.is_file()) {
            files.insert(name.to_owned(), read_file(&path)?);
        }
    }
    Ok(files)
}

fn read_file(path: &Path) -> Result<Vec<u8>, BagError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(io_error("read", path))?;
    file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(io_error("read", path))?;
    if bytes.len() > MAX_FILE {
        return Err(BagError::Time(exhibit_time::TimeFault::TooLarge { most: MAX_FILE }));
    }
    Ok(bytes)
}

/// Writes a file atomically and durably; does nothing if it already has the same content.
pub(crate) fn write_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), BagError> {
    let path = folder.join(name);
    if fs::read(&path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    replace_file(&path, Readers::Default, |file| file.write_all(bytes))
        .map_err(io_error("write", &path))
}

/// The signed checkpoint of the current log.
pub(crate) fn checkpoint(log: &Log) -> Result<SignedNote, BagError> {
    SignedNote::parse(log.checkpoint().as_bytes())
        .map_err(|error| BagError::Time(exhibit_time::TimeFault::Checkpoint(error.to_string())))
}
