//! Anchors in a bag: those that are valid and logged, each with the proof that the bag's checkpoint extends its state.

use super::{AnchorStatus, checkpoint, keys, logged, read_all, rows_of};
use crate::BagError;
use crate::bag::BagWriter;
use exhibit_case::CaseWriter;
use exhibit_custody::Log;
use exhibit_model::EntrySeq;
use exhibit_time::anchored::{AnchorKind, Anchored, CHECKPOINT, CONSISTENCY};
use exhibit_time::witness::AddCheckpoint;
use std::collections::{BTreeMap, BTreeSet};

/// The anchors included in a bag of the current log: the number of entries that each covers, and its statement.
pub(crate) fn anchors_of(held: &CaseWriter, log: &Log) -> Result<Vec<(u64, Anchored)>, BagError> {
    let (logged, keys) = (logged(log)?, keys(log)?);
    let mut all = Vec::new();
    for beside in read_all(&held.case)?.iter().filter(|beside| beside.size <= log.size()) {
        for row in rows_of(beside, (log, &keys), &logged) {
            if let AnchorStatus::Valid(anchored, _) = row.standing {
                all.push((beside.size, anchored));
            }
        }
    }
    Ok(all)
}

/// Copies the anchors of states that are not newer than the bag's. The log entries that record them are added to
/// `entries`.
pub(crate) fn pack_anchors(
    writer: &mut BagWriter,
    held: &CaseWriter,
    log: &Log,
    entries: &mut BTreeSet<EntrySeq>,
) -> Result<(), BagError> {
    let (logged, keys) = (logged(log)?, keys(log)?);
    for beside in read_all(&held.case)?.iter().filter(|beside| beside.size <= log.size()) {
        let mut files = BTreeMap::new();
        for row in rows_of(beside, (log, &keys), &logged) {
            if let AnchorStatus::Valid(anchored, entry) = row.standing {
                entries.insert(entry);
                let [request, reply, own] = anchored.kind.endings();
                // A witness request can be rebuilt, and reveals when an earlier request was made.
                let request = Some(request).filter(|_| anchored.kind != AnchorKind::Witness);
                for ending in [request, Some(reply), Some(own)].into_iter().flatten() {
                    let name = format!("{}.{ending}", anchored.name);
                    files.extend(beside.files.get(&name).map(|bytes| (name, bytes.clone())));
                }
            }
        }
        if files.is_empty() {
            continue;
        }
        let hashes = log.consistency_proof(beside.size)?;
        let proof = AddCheckpoint { old: beside.size, hashes, checkpoint: checkpoint(log)? };
        files.insert(CONSISTENCY.to_owned(), proof.write().into_bytes());
        files.insert(CHECKPOINT.to_owned(), beside.files[CHECKPOINT].clone());
        for (name, bytes) in files {
            writer.put(&format!("custody/anchors/{:09}/{name}", beside.size), &bytes)?;
        }
    }
    Ok(())
}
