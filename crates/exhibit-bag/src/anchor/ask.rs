//! Requests for anchors: files that the user carries to the authorities, stored in the case until the replies are
//! imported.

use super::{Beside, checkpoint, folder, read_all, write_file};
use crate::{BagError, io_error};
use exhibit_case::CaseWriter;
use exhibit_custody::{Log, Random};
use exhibit_proof::VerifierKey;
use exhibit_time::anchored::{self, AnchorKind, CHECKPOINT};
use exhibit_time::sigsum::LeafRequest;
use exhibit_time::witness::{AddCheckpoint, read_key};
use exhibit_time::{StampRequest, TimeFault};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The recipients of the requests.
#[derive(Debug, Clone, Copy)]
pub struct AnchorRecipients<'a> {
    /// Names for time stamping authorities.
    pub authorities: &'a [String],
    /// Names for witnesses, each with the text of its key.
    pub witnesses: &'a [(String, Vec<u8>)],
    /// Names for public logs.
    pub sigsum: &'a [String],
}

/// The requests made.
#[derive(Debug, Clone)]
pub struct AnchorRequests {
    /// The number of entries in the state of the log to be anchored.
    pub size: u64,
    /// The files to carry, by name, with their kinds.
    pub files: Vec<(String, AnchorKind)>,
}

/// Requests anchors for the current state of the log, and writes the files to carry into `target`, which must not exist
/// or must be empty. An earlier request without a reply is repeated unchanged.
///
/// # Errors
/// [`BagError`]; anything written into the case by then is a request without a reply, which is harmless.
pub fn ask_anchors(
    held: &mut CaseWriter,
    recipients: &AnchorRecipients<'_>,
    target: &Path,
) -> Result<AnchorRequests, BagError> {
    check_names(recipients)?;
    let taken = || BagError::Exists(target.to_owned());
    if target.symlink_metadata().is_ok()
        && fs::read_dir(target).map_err(|_| taken())?.next().is_some()
    {
        return Err(taken());
    }
    let log = held.case.folder.log()?;
    let all = read_all(&held.case)?;
    let place = folder(&held.case).join(format!("{:09}", log.size()));
    let existing = all.iter().find(|beside| beside.size == log.size());
    let files = requests(&log, recipients, &all, existing, held.acts.random())?;
    fs::create_dir_all(&place).map_err(io_error("make the folder", &place))?;
    write_file(&place, CHECKPOINT, log.checkpoint().as_bytes())?;
    for (name, bytes) in &files {
        write_file(&place, name, bytes)?;
    }
    fs::create_dir_all(target).map_err(io_error("make the folder", target))?;
    let mut carried = Vec::new();
    for (name, bytes) in &files {
        if let Some((_, kind, 0)) = anchored::part(name) {
            write_file(target, name, bytes)?;
            carried.push((name.clone(), kind));
        }
    }
    Ok(AnchorRequests { size: log.size(), files: carried })
}

fn check_names(recipients: &AnchorRecipients<'_>) -> Result<(), BagError> {
    let mut seen = BTreeSet::new();
    let witnesses = recipients.witnesses.iter().map(|(name, _)| name);
    let names: Vec<&String> =
        recipients.authorities.iter().chain(witnesses).chain(recipients.sigsum).collect();
    for name in &names {
        if !anchored::is_name(name) || !seen.insert(*name) {
            return Err(BagError::AnchorName((*name).clone()));
        }
    }
    if names.is_empty() { Err(BagError::Nothing) } else { Ok(()) }
}

// The files to write next to the checkpoint, including earlier requests.
fn requests(
    log: &Log,
    recipients: &AnchorRecipients<'_>,
    all: &[Beside],
    existing: Option<&Beside>,
    random: Random<'_>,
) -> Result<Vec<(String, Vec<u8>)>, BagError> {
    let data = log.checkpoint();
    let mut files = Vec::new();
    // The existing request, unless it was answered.
    let before = |name: &str, kind: AnchorKind| {
        let [question, answer, _] = kind.endings().map(|ending| format!("{name}.{ending}"));
        let files = existing.map(|beside| &beside.files);
        match files.is_some_and(|files| files.contains_key(&answer)) {
            true => Err(BagError::Answered(name.to_owned())),
            false => Ok((files.and_then(|files| files.get(&question)).cloned(), question)),
        }
    };
    for name in recipients.authorities {
        let (existing, file) = before(name, AnchorKind::Stamp)?;
        let mut nonce = [0; 16];
        random(&mut nonce);
        files.push((
            file,
            existing.unwrap_or_else(|| StampRequest::new(data.as_bytes(), nonce).write()),
        ));
    }
    for (name, text) in recipients.witnesses {
        let key = read_key(text).map_err(BagError::Time)?;
        let (_, file) = before(name, AnchorKind::Witness)?;
        files.push((
            format!("{name}.{}", AnchorKind::Witness.endings()[2]),
            format!("{key}\n").into_bytes(),
        ));
        files.push((file, add_checkpoint(log, all, &key)?.into_bytes()));
    }
    for name in recipients.sigsum {
        let (existing, file) = before(name, AnchorKind::Sigsum)?;
        let mut secret = [0; 32];
        random(&mut secret);
        let request = existing
            .unwrap_or_else(|| LeafRequest::new(data.as_bytes(), &secret).write().into_bytes());
        files.push((file, request));
    }
    Ok(files)
}

// From the last state that this witness cosigned here: the witness remembers it, and needs the proof from there.
fn add_checkpoint(log: &Log, all: &[Beside], key: &VerifierKey) -> Result<String, BagError> {
    let [_, answer, own] = AnchorKind::Witness.endings();
    let cosigned = |beside: &&Beside| {
        let parts = beside.files.keys().filter_map(|file| anchored::part(file));
        let mut answered =
            parts.filter(|(name, _, _)| beside.files.contains_key(&format!("{name}.{answer}")));
        answered.any(|(name, _, _)| {
            beside.files.get(&format!("{name}.{own}")).and_then(|text| read_key(text).ok()).as_ref()
                == Some(key)
        })
    };
    let old = all.iter().filter(cosigned).map(|beside| beside.size).max().unwrap_or(0);
    if old >= log.size() {
        return Err(BagError::Time(TimeFault::Consistency(
            "this witness has cosigned this very state".to_owned(),
        )));
    }
    let hashes = log.consistency_proof(old)?;
    Ok(AddCheckpoint { old, hashes, checkpoint: checkpoint(log)? }.write())
}
