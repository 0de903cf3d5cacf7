//! The folder of a log on disk: a complete check of a copy from `exhibit log export`, and the chain of keys in such a
//! copy or in the `custody/` of a package.

use crate::folder::Folder;
use crate::report::Report;
use crate::run::{VerifyError, check_note, read, wrong};
use exhibit_messages::verify as text;
use exhibit_proof::bagit::{Files as _, FoundFile, FoundKind, read_small};
use exhibit_proof::chain::{
    HANDOVERS, LogLimits, MAX_HANDOVERS, hand_over, handover_index, handover_path, key_ref,
};
use exhibit_proof::entry::{CheckedEntry, LogKind, is_log_key};
use exhibit_proof::finding::{Fault, chain};
use exhibit_proof::json::JsonValue;
use exhibit_proof::note::{SignedNote, VerifierKey};
use exhibit_proof::package::TrustInput;
use exhibit_proof::proof::LogProof;
use exhibit_proof::tile::{FULL, Layer, TileName, read_entries, read_hashes, subtree_hash};
use exhibit_proof::tree::{self, ProofError, complete_root};
use exhibit_proof::{Checkpoint, Hash};
use std::collections::BTreeSet;
use std::path::Path;

/// The file name of the public key of a log.
pub(crate) const KEY: &str = "key.pub";

/// The file name of the checkpoint of a log.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// The maximum size of a tile, a bundle, a proof or a note in bytes.
const MAX_PART: u64 = 17 << 20;

/// The successors of `known` in order, as proved by the handovers in the folder of a log.
pub(crate) fn followers(folder: &Path, known: &VerifierKey) -> Vec<VerifierKey> {
    let mut files = Folder::new(folder);
    let (mut keys, mut last) = (Vec::new(), key_ref(known));
    for index in handovers(folder) {
        let read = |files: &mut Folder| {
            let proof =
                LogProof::read(&read_small(files, &handover_path(index), MAX_PART).ok()?).ok()?;
            hand_over(&last, &entry(files, index)?, &proof).ok()
        };
        // Handovers before the known key, and invalid ones, are skipped.
        if let Some((_, new)) = read(&mut files) {
            last = key_ref(&new);
            keys.push(new);
        }
    }
    keys
}

// The log entries of the stored handovers, in order.
fn handovers(folder: &Path) -> Vec<u64> {
    let names = std::fs::read_dir(folder.join(HANDOVERS)).into_iter().flatten().flatten();
    let index = |name: std::fs::DirEntry| {
        handover_index(&format!("{HANDOVERS}/{}", name.file_name().to_str()?))
    };
    let indexes: BTreeSet<u64> = names.filter_map(index).collect();
    indexes.into_iter().take(MAX_HANDOVERS).collect()
}

// Reads an entry of a package or of a log. Only its proof shows that it belongs to the log.
fn entry(files: &mut Folder, index: u64) -> Option<Vec<u8>> {
    if let Ok(bytes) = read_small(files, &format!("entries/{index:09}.json"), MAX_PART) {
        return Some(bytes);
    }
    let checkpoint = SignedNote::parse(&read_small(files, CHECKPOINT, MAX_PART).ok()?).ok()?;
    let size = Checkpoint::parse(&checkpoint.text).ok()?.size;
    let name = TileName::holding(Layer::Entries, index, size)?;
    let bundle = read_small(files, &name.path(), MAX_PART).ok()?;
    let within = usize::try_from(index % u64::from(FULL)).ok()?;
    read_entries(&bundle)?.get(within).map(|entry| entry.to_vec())
}

/// Checks a whole log: every entry, every hash, the root, the signature, and the chain of its keys.
pub(crate) fn whole(folder: &Path, trust: &TrustInput) -> Result<Report, VerifyError> {
    let (place, key_place) = (folder.join(CHECKPOINT), folder.join(KEY));
    let (own, note) = (read(&key_place)?, read(&place)?);
    let mut check = Check {
        files: Folder::new(folder),
        folder,
        report: Report::default(),
        handovers: Vec::new(),
    };
    let own = match VerifierKey::read(&own) {
        Ok(own) => own,
        Err(error) => {
            wrong(&mut check.report, &key_place, Fault::Key, chain(&error));
            return Ok(check.report);
        }
    };
    let Some(kind) = LogKind::of(own.name()).filter(|_| is_log_key(&own)) else {
        wrong(&mut check.report, &key_place, Fault::Origin, "not the origin of a log".to_owned());
        return Ok(check.report);
    };
    match SignedNote::parse(&note) {
        Err(error) => wrong(&mut check.report, &place, Fault::Checkpoint, chain(&error)),
        Ok(note) => {
            let first = check.first_key();
            let mut keys = check.keys(first.as_deref());
            let is_current = match keys.last() {
                Some(last) => *last == own,
                None => first == Some(key_ref(&own)),
            };
            if !is_current {
                wrong(
                    &mut check.report,
                    &key_place,
                    Fault::Key,
                    "not the current key of the log".to_owned(),
                );
            }
            keys.retain(|key| *key != own);
            if trust.key.as_ref().is_some_and(|known| *known != own && !keys.contains(known)) {
                let detail = "neither the expected key nor a successor of it";
                wrong(&mut check.report, &key_place, Fault::Key, detail.to_owned());
            }
            check_note(&mut check.report, &place, &note, (&own, &keys), trust);
            if let Ok(checkpoint) = Checkpoint::signed(&note, &own) {
                let is_usual = note.signatures.len() == 1 || check.handovers.contains(&note);
                if !is_usual || !checkpoint.extensions.is_empty() {
                    check.wrong(CHECKPOINT, Fault::CheckpointLines, "");
                }
                check.tree(&checkpoint, (kind, &own));
            }
        }
    }
    let mut report = check.report;
    report.not_proved.push(text::not_fork());
    report.not_proved.push(text::not_entries());
    Ok(report)
}

struct Check<'a> {
    files: Folder,
    folder: &'a Path,
    report: Report,
    // The checkpoints of handovers, which both keys signed.
    handovers: Vec<SignedNote>,
}

impl Check<'_> {
    fn wrong(&mut self, name: &str, fault: Fault, detail: &str) {
        wrong(&mut self.report, &self.folder.join(name), fault, detail.to_owned());
    }

    fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        let found = read_small(&mut self.files, name, MAX_PART);
        found.map_err(|error| self.wrong(name, Fault::Missing, &error.reason)).ok()
    }

    // The reference to the first key of the log in entry 0.
    fn first_key(&mut self) -> Option<String> {
        let opened = JsonValue::read(&entry(&mut self.files, 0)?).ok()?;
        let opens = opened.text("act") == Some("case.open");
        let made = opened
            .list("made")?
            .iter()
            .find_map(|made| made.as_text().filter(|made| made.starts_with("key:")));
        made.filter(|_| opens).map(str::to_owned)
    }

    // All keys that handed over or took over, oldest first.
    fn keys(&mut self, first: Option<&str>) -> Vec<VerifierKey> {
        let (mut keys, mut last) = (Vec::new(), first.unwrap_or_default().to_owned());
        for index in handovers(self.folder) {
            let name = handover_path(index);
            let followed = self.bytes(&name).ok_or_else(String::new).and_then(|bytes| {
                let proof = LogProof::read(&bytes).map_err(|error| chain(&error))?;
                let entry = entry(&mut self.files, index)
                    .ok_or_else(|| format!("entry {index} is missing"))?;
                let keys = hand_over(&last, &entry, &proof).map_err(|error| chain(&error))?;
                Ok((keys, proof.checkpoint))
            });
            match followed {
                Ok(((old, new), note)) => {
                    self.handovers.push(note);
                    last = key_ref(&new);
                    keys.extend([old, new]);
                }
                Err(detail) => self.wrong(&name, Fault::Key, &detail),
            }
        }
        keys.dedup();
        keys
    }

    fn tree(&mut self, checkpoint: &Checkpoint, log: (LogKind, &VerifierKey)) {
        let size = checkpoint.size;
        let before = self.report.deviations.len();
        let files = self.unexpected_files(size);
        // An untrusted checkpoint must not control how long its check takes.
        if size.div_ceil(u64::from(FULL)) > files {
            return self.wrong("tile", Fault::Missing, "too few files for a log of this size");
        }
        // The roots of the full tiles of a level are the hashes of the level above.
        let mut below = self.entries(size, log);
        for level in 1..8 {
            below = self.level(level, size, &below);
        }
        let files = &mut self.files;
        let mut tile = |name: TileName| {
            let bytes = read_small(files, &name.path(), MAX_PART).ok();
            bytes.and_then(|bytes| read_hashes(&bytes, name.width)).ok_or(ProofError::Root)
        };
        let root = tree::root(size, &mut |subtree| subtree_hash(subtree, size, &mut tile));
        if root != Ok(checkpoint.root) {
            self.wrong(CHECKPOINT, Fault::Checkpoint, "the entries have another root");
        }
        self.report.checked.push(text::checked_entries(size));
        if self.report.deviations.len() == before {
            self.report.proved.push(text::proved_whole_log(size));
        }
    }

    // Reports files that do not belong to a copy of a log of this size; returns the number of files.
    fn unexpected_files(&mut self, size: u64) -> u64 {
        let found = match self.files.list() {
            Ok(found) => found,
            Err(error) => {
                self.wrong("", Fault::Unreadable, &error.reason);
                return 0;
            }
        };
        let files = found.len() as u64;
        for FoundFile { path, kind, .. } in found {
            let name = String::from_utf8_lossy(&path).into_owned();
            let tile = |name: &str| {
                TileName::parse(name).filter(|tile| {
                    let first = tile.index.checked_mul(u64::from(FULL));
                    first.and_then(|first| TileName::holding(tile.layer, first, size))
                        == Some(*tile)
                })
            };
            let belongs = [KEY, CHECKPOINT].contains(&&*name)
                || handover_index(&name).is_some()
                || tile(&name).is_some();
            if kind == FoundKind::EmptyFolder {
                self.wrong(&name, Fault::EmptyFolder, "");
            } else if kind == FoundKind::Special {
                self.wrong(&name, Fault::NotAFile, "");
            } else if !belongs {
                self.wrong(&name, Fault::Unproved, "");
            }
        }
        files
    }

    // Checks each bundle of entries against the tile of their hashes; returns the roots of the full tiles.
    fn entries(&mut self, size: u64, (kind, key): (LogKind, &VerifierKey)) -> Vec<Hash> {
        let (mut roots, mut limits) = (Vec::new(), LogLimits::default());
        for index in 0..size.div_ceil(u64::from(FULL)) {
            let first = index * u64::from(FULL);
            let Some(name) = TileName::holding(Layer::Entries, first, size) else { break };
            let hashes = self.hashes(TileName { layer: Layer::Hashes(0), ..name });
            roots.extend(hashes.as_deref().filter(|_| name.width == FULL).map(complete_root));
            let Some(bundle) = self.bytes(&name.path()) else { continue };
            let Some(entries) =
                read_entries(&bundle).filter(|entries| entries.len() == usize::from(name.width))
            else {
                self.wrong(&name.path(), Fault::Entry, "does not contain the expected entries");
                continue;
            };
            for ((entry, number), nth) in entries.iter().zip(first..).zip(0..) {
                let place = format!("{}: entry {number}", name.path());
                if hashes.as_ref().is_some_and(|hashes| hashes.get(nth) != Some(&Hash::leaf(entry)))
                {
                    self.wrong(&place, Fault::Proof, "its hash differs from the hash in the log");
                }
                match CheckedEntry::read(entry, kind) {
                    Ok(entry) if entry.seq == number => {
                        if let Some(fault) = limits.add(&entry) {
                            self.wrong(&place, fault, "");
                        }
                    }
                    Ok(entry) => self.wrong(
                        &place,
                        Fault::EntryNumber,
                        &format!("states number {}", entry.seq),
                    ),
                    Err(error) => self.wrong(&place, error.fault, &error.detail),
                }
            }
        }
        for (number, fault) in limits.faults(size, key) {
            let name = TileName::holding(Layer::Entries, number, size)
                .map_or("tile".to_owned(), |name| name.path());
            self.wrong(&format!("{name}: entry {number}"), fault, "");
        }
        roots
    }

    // Checks each tile of a level against the tiles below it; returns the roots of the full tiles of the level.
    fn level(&mut self, level: u8, size: u64, below: &[Hash]) -> Vec<Hash> {
        let mut roots = Vec::new();
        for (expected, first) in
            below.chunks(usize::from(FULL)).zip((0..).step_by(usize::from(FULL)))
        {
            let Some(name) = TileName::holding(Layer::Hashes(level), first, size) else { break };
            if self.hashes(name).is_some_and(|hashes| hashes != expected) {
                self.wrong(&name.path(), Fault::Proof, "its hashes differ from the tiles below it");
            }
            roots.extend(
                Some(expected).filter(|row| row.len() == usize::from(FULL)).map(complete_root),
            );
        }
        roots
    }

    fn hashes(&mut self, name: TileName) -> Option<Vec<Hash>> {
        let hashes = read_hashes(&self.bytes(&name.path())?, name.width);
        if hashes.is_none() {
            self.wrong(&name.path(), Fault::Proof, "does not contain the expected hashes");
        }
        hashes
    }
}
