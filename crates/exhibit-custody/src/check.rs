//! A complete check of a log: rehashes every entry, recomputes every tile, and checks the signature and root of the
//! checkpoint, and earlier states of the log known from elsewhere.
//!
//! A check never stops at the first fault and never changes anything. It reads one bundle at a time, so its
//! memory does not grow with the log.

use crate::act::Fact;
use crate::check_keys::{Handovers, KeyFacts, foreign, is_signed_as_written};
use crate::entry::{Entry, EntryError};
use crate::folder::Folder;
use crate::frontier::Frontier;
use crate::log::{
    ANCHORS_FOLDER, CHECKPOINT_FILE, Head, KEY_FILE, LOCK_FILE, MAX_BUNDLE, MAX_NOTE,
};
use exhibit_proof::chain::{ChainError, HANDOVERS, MAX_HANDOVERS, handover_index, handover_path};
use exhibit_proof::entry::{EntryFormError, LogKind};
use exhibit_proof::finding::Fault;
use exhibit_proof::json::JsonValue;
use exhibit_proof::proof::{LogProof, LogProofError};
use exhibit_proof::text::LineError;
use exhibit_proof::tile::{self, FULL, Layer, TileName};
use exhibit_proof::tree;
use exhibit_proof::{Checkpoint, Hash, NoteError, SignedNote, VerifierKey};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Facts about a log known from elsewhere: the catalogue, an export, or a witness.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    /// Earlier sizes and roots of the log.
    pub heads: Vec<Head>,
    /// Earlier signed checkpoints of the log.
    pub checkpoints: Vec<SignedNote>,
    /// The public key of the log as a text ([`VerifierKey`]): the current one, or an earlier one.
    pub verifier: Option<String>,
}

impl Remembered {
    // All sizes and roots. Remembered checkpoints of other logs are reported by the check of signatures.
    fn heads(&self) -> Vec<Head> {
        let signed = self.checkpoints.iter().filter_map(|note| Checkpoint::parse(&note.text).ok());
        self.heads
            .iter()
            .copied()
            .chain(signed.map(|c| Head { size: c.size, root: c.root }))
            .collect()
    }
}

/// The result of a check.
#[derive(Debug)]
pub struct LogReport {
    /// The number of entries according to the checkpoint, or to the files if the checkpoint cannot be trusted.
    pub entries: u64,
    /// Whether the rehashed entries give the signed root, so that the entries are not at fault.
    pub entries_give_root: bool,
    /// All keys of the log in order; the last one is the current key.
    pub keys: Vec<VerifierKey>,
    /// The entry that seals the case, if any.
    pub sealed: Option<u64>,
    /// All faults, in the order in which they were found.
    pub deviations: Vec<LogFault>,
}

/// A fault of a log, and where it is.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogFault {
    /// A file is missing.
    #[error("{name} is missing")]
    Missing {
        /// The path of the file relative to the folder of the log.
        name: String,
    },
    /// Files at the end of the log are missing.
    #[error("{count} files from {first} are missing")]
    MissingFrom {
        /// The first missing file.
        first: String,
        /// The number of missing files.
        count: u64,
    },
    /// A file could not be read.
    #[error("{name} cannot be read")]
    Unreadable {
        /// The path of the file relative to the folder of the log.
        name: String,
        /// The cause.
        #[source]
        source: Arc<io::Error>,
    },
    /// There is an unexpected file.
    #[error("{name} is not part of the log")]
    Extra {
        /// The path of the file relative to the folder of the log.
        name: String,
    },
    /// A file that an interrupted append wrote or did not remove; the checkpoint does not refer to it.
    #[error(
        "{name} is left over from an append that was interrupted; the checkpoint does not refer to it"
    )]
    Leftover {
        /// The path of the file relative to the folder of the log.
        name: String,
    },
    /// The public key is invalid.
    #[error("{KEY_FILE} does not contain the public key of the log")]
    PublicKey(#[source] NoteError),
    /// The public key is neither the remembered one nor a successor of it.
    #[error("{KEY_FILE} contains another key than the remembered one: it was swapped")]
    KeySwapped,
    /// The signing key is neither the first key of the log nor a successor of it.
    #[error("the key in {KEY_FILE} is not a key of the log according to its entries")]
    KeyNotLogged,
    /// The proof of a handover cannot be read.
    #[error("{name} is not the proof of a handover")]
    HandoverForm {
        /// The path of the file relative to the folder of the log.
        name: String,
        /// The cause.
        #[source]
        source: LogProofError,
    },
    /// A handover from one key to the next is not valid.
    #[error("{name} does not prove a handover of the log's key")]
    Handover {
        /// The path of the file relative to the folder of the log.
        name: String,
        /// The cause.
        #[source]
        source: ChainError,
    },
    /// A handover was interrupted; `exhibit log key rotate` completes it.
    #[error("a handover to the next key was interrupted: `exhibit log key rotate` completes it")]
    HandoverUnfinished,
    /// The signing key was revoked earlier.
    #[error("the key in {KEY_FILE} was revoked in entry {index}, but still signs the log")]
    RevokedKey {
        /// The entry that revokes it.
        index: u64,
    },
    /// Entries follow the one that seals the case.
    #[error("entry {sealed} seals the case, but entry {index} follows it")]
    AfterSeal {
        /// The entry that seals the case.
        sealed: u64,
        /// The first entry after it.
        index: u64,
    },
    /// A remembered checkpoint is not signed by any key of this log.
    #[error("the remembered checkpoint ({head}) is not signed by a key of this log")]
    ForeignCheckpoint {
        /// Its origin and size.
        head: String,
    },
    /// The checkpoint is not a signed note, or not signed by the key of the log.
    #[error("the checkpoint is not signed by the key of the log")]
    Signature(#[source] NoteError),
    /// The signed text is not a checkpoint.
    #[error("the signed text is not a checkpoint")]
    Checkpoint(#[source] LineError),
    /// The checkpoint has lines or signatures that Exhibit does not write.
    #[error("the checkpoint has unexpected lines or signatures")]
    CheckpointExtended,
    /// The checkpoint belongs to another log.
    #[error("the checkpoint belongs to another log ({origin})")]
    Origin {
        /// The origin of that log.
        origin: String,
    },
    /// A file does not have the number of hashes or entries that its name requires.
    #[error("{name} does not contain the {width} hashes or entries that it must")]
    Form {
        /// The path of the file relative to the folder of the log.
        name: String,
        /// The required number.
        width: u16,
    },
    /// An entry does not match its leaf hash: one of the two was altered.
    #[error("entry {index} does not match its hash ({bundle} or {tile} was altered)")]
    Entry {
        /// The number of the entry.
        index: u64,
        /// The file with the entry.
        bundle: String,
        /// The file with its hash.
        tile: String,
    },
    /// An entry is malformed.
    #[error("entry {index} is not an act in canonical form")]
    EntryForm {
        /// The number of the entry.
        index: u64,
        /// The cause.
        #[source]
        source: EntryError,
    },
    /// An entry breaks a rule of the format, although its form is that of an entry.
    #[error("entry {index} is not as the format requires")]
    EntryRule {
        /// The number of the entry.
        index: u64,
        /// The rule.
        #[source]
        source: EntryFormError,
    },
    /// The origin of the log is not 16 hexadecimal digits and the kind of the log.
    #[error("the log has an origin of another form ({origin})")]
    OriginForm {
        /// The origin.
        origin: String,
    },
    /// An entry states another number than its index.
    #[error("entry {index} states number {stated}")]
    Sequence {
        /// Its index in the log.
        index: u64,
        /// The stated number.
        stated: u64,
    },
    /// A hash does not match the tile below it: one of the two was altered.
    #[error("hash {place} of {tile} does not match the tile below it ({below})")]
    Hash {
        /// The file with the hash.
        tile: String,
        /// The index of the hash in it, from 0.
        place: u64,
        /// The tile below the hash.
        below: String,
    },
    /// The tiles do not match the signed root.
    #[error("the hashes of the log do not match the signed root")]
    Root,
    /// The log is shorter than before.
    #[error("the log has {size} entries but had {once} before: it was rolled back")]
    RolledBack {
        /// The number of entries.
        size: u64,
        /// The earlier number of entries.
        once: u64,
    },
    /// The beginning of the log is different from before.
    #[error(
        "the first {once} entries differ from those that the log had before: its history was replaced"
    )]
    Forked {
        /// The earlier number of entries.
        once: u64,
    },
}

impl LogFault {
    /// The stable code of this fault.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "file-missing",
            Self::MissingFrom { .. } => "files-missing",
            Self::Unreadable { .. } => "file-unreadable",
            Self::Extra { .. } => "file-unexpected",
            Self::Leftover { .. } => "file-leftover",
            Self::PublicKey(_) => "public-key",
            Self::KeySwapped => "key-swapped",
            Self::KeyNotLogged => "key-not-logged",
            Self::HandoverForm { .. } => "handover-form",
            Self::Handover { .. } => "handover",
            Self::HandoverUnfinished => "handover-unfinished",
            Self::RevokedKey { .. } => "key-revoked",
            Self::AfterSeal { .. } => "after-seal",
            Self::ForeignCheckpoint { .. } => "foreign-checkpoint",
            Self::Signature(_) => "signature",
            Self::Checkpoint(_) => "checkpoint",
            Self::CheckpointExtended => "checkpoint-extended",
            Self::Origin { .. } => "origin",
            Self::Form { .. } => "file-form",
            Self::Entry { .. } => "entry",
            Self::EntryForm { .. } => "entry-form",
            Self::EntryRule { source, .. } => source.fault.word(),
            Self::OriginForm { .. } => "origin-form",
            Self::Sequence { .. } => "sequence",
            Self::Hash { .. } => "hash",
            Self::Root => "root",
            Self::RolledBack { .. } => "rolled-back",
            Self::Forked { .. } => "forked",
        }
    }

    /// The values of this fault, by name, without causes.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, Fact)> {
        let text = |text: &String| Fact::Text(text.clone());
        match self {
            Self::Missing { name }
            | Self::Unreadable { name, .. }
            | Self::Extra { name }
            | Self::Leftover { name }
            | Self::HandoverForm { name, .. }
            | Self::Handover { name, .. } => vec![("name", text(name))],
            Self::MissingFrom { first, count } => {
                vec![("first", text(first)), ("count", Fact::Number(*count))]
            }
            Self::RevokedKey { index }
            | Self::EntryForm { index, .. }
            | Self::EntryRule { index, .. } => {
                vec![("index", Fact::Number(*index))]
            }
            Self::AfterSeal { sealed, index } => {
                vec![("sealed", Fact::Number(*sealed)), ("index", Fact::Number(*index))]
            }
            Self::ForeignCheckpoint { head } => vec![("head", text(head))],
            Self::Origin { origin } | Self::OriginForm { origin } => vec![("origin", text(origin))],
            Self::Form { name, width } => {
                vec![("name", text(name)), ("width", Fact::Number(u64::from(*width)))]
            }
            Self::Entry { index, bundle, tile } => {
                vec![
                    ("index", Fact::Number(*index)),
                    ("bundle", text(bundle)),
                    ("tile", text(tile)),
                ]
            }
            Self::Sequence { index, stated } => {
                vec![("index", Fact::Number(*index)), ("stated", Fact::Number(*stated))]
            }
            Self::Hash { tile, place, below } => {
                vec![("tile", text(tile)), ("place", Fact::Number(*place)), ("below", text(below))]
            }
            Self::RolledBack { size, once } => {
                vec![("size", Fact::Number(*size)), ("once", Fact::Number(*once))]
            }
            Self::Forked { once } => vec![("once", Fact::Number(*once))],
            Self::PublicKey(_)
            | Self::KeySwapped
            | Self::KeyNotLogged
            | Self::HandoverUnfinished
            | Self::Signature(_)
            | Self::Checkpoint(_)
            | Self::CheckpointExtended
            | Self::Root => Vec::new(),
        }
    }

    /// Whether it is only a leftover of an interrupted append and does not invalidate the log.
    #[must_use]
    pub const fn is_harmless(&self) -> bool {
        matches!(self, Self::Leftover { .. } | Self::HandoverUnfinished)
    }
}

impl LogReport {
    /// Whether nothing was found that invalidates the log.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.deviations.iter().all(LogFault::is_harmless)
    }
}

/// Checks a whole log.
#[must_use]
pub fn check_log(folder: &Path, remembered: &Remembered) -> LogReport {
    check_log_with(folder, remembered, &mut |_| {})
}

/// Checks a whole log, and calls `each` with every readable entry in order, to compare it with the catalogue, or for
/// progress. An entry may be passed to `each` and also be reported.
#[must_use]
pub fn check_log_with(
    folder: &Path,
    remembered: &Remembered,
    each: &mut dyn FnMut(&Entry),
) -> LogReport {
    let mut check = Check {
        folder: Folder::new(folder),
        handover_files: BTreeSet::new(),
        handovers: Handovers::new(),
        kind: None,
        deviations: Vec::new(),
    };
    let found = check.list();
    let key = check.key();
    check.read_handovers();
    let signed = check.checkpoint(key.as_ref());
    let size = signed.map_or_else(|| size_by_files(&found), |head| head.size);
    check.names(&found, size);
    let mut heads = remembered.heads();
    heads.extend(check.handovers.values().flatten().filter_map(head_of));
    let read = check.entries(&found, size, &heads, each);
    check.upper_tiles(&found, size);
    check.missing_tails(&found, size);
    check.root(size, signed);
    check.history(size, &read, &heads);
    let keys = check.keys(key.as_ref(), size, &read, remembered);
    let entries_give_root =
        signed.is_some_and(|head| read.whole && read.frontier.root() == head.root);
    LogReport {
        entries: size,
        entries_give_root,
        keys,
        sealed: read.key_facts.sealed(),
        deviations: check.deviations,
    }
}

fn head_of(proof: &LogProof) -> Option<Head> {
    let checkpoint = Checkpoint::parse(&proof.checkpoint.text).ok()?;
    Some(Head { size: checkpoint.size, root: checkpoint.root })
}

struct Check {
    folder: Folder,
    handover_files: BTreeSet<u64>,
    handovers: Handovers,
    // The kind of the log, which has its own acts.
    kind: Option<LogKind>,
    deviations: Vec<LogFault>,
}

// The result of reading all entries.
struct Read {
    // The tree over the existing entries.
    frontier: Frontier,
    // Whether no entry was missing.
    whole: bool,
    // The roots at the remembered sizes.
    roots: BTreeMap<u64, Hash>,
    // Facts about keys and the end.
    key_facts: KeyFacts,
}

impl Check {
    // Lists the tiles in the folder; unexpected files are reported.
    fn list(&mut self) -> BTreeSet<TileName> {
        let mut tiles = BTreeSet::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let names = match self.names_in(&folder) {
                Ok(names) => names,
                Err(source) => {
                    let name = if folder.is_empty() { ".".to_owned() } else { folder };
                    self.deviations.push(LogFault::Unreadable { name, source: Arc::new(source) });
                    continue;
                }
            };
            for (name, is_folder) in names {
                match TileName::parse(&name) {
                    Some(tile) if is_folder == Some(false) => drop(tiles.insert(tile)),
                    _ if is_folder == Some(true) && name == HANDOVERS => folders.push(name),
                    _ if is_folder == Some(false) && handover_index(&name).is_some() => {
                        self.handover_files.extend(handover_index(&name));
                    }
                    _ if is_folder == Some(true) && is_tile_folder(&name) => folders.push(name),
                    // Anchors are not part of the log and are checked separately.
                    _ if is_folder == Some(true) && name == ANCHORS_FOLDER => {}
                    _ if is_folder == Some(false)
                        && [KEY_FILE, CHECKPOINT_FILE, LOCK_FILE].contains(&&*name) => {}
                    _ if is_folder == Some(false) && is_unfinished(&name) => {
                        self.deviations.push(LogFault::Leftover { name });
                    }
                    _ => self.deviations.push(LogFault::Extra { name }),
                }
            }
        }
        tiles
    }

    // The sorted names in a folder, each with whether it is a folder (true), a file (false) or something else.
    fn names_in(&self, folder: &str) -> io::Result<BTreeMap<String, Option<bool>>> {
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(self.folder.path().join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let kind = entry.file_type()?;
            let is_folder = (kind.is_dir() || kind.is_file()).then(|| kind.is_dir());
            names.insert(name, is_folder);
        }
        Ok(names)
    }

    fn key(&mut self) -> Option<VerifierKey> {
        let bytes = self.read(KEY_FILE, MAX_NOTE)?;
        let key = VerifierKey::read(&bytes)
            .map_err(|error| self.deviations.push(LogFault::PublicKey(error)))
            .ok()?;
        self.kind = LogKind::of(key.name());
        if self.kind.is_none() {
            self.deviations.push(LogFault::OriginForm { origin: key.name().to_owned() });
        }
        Some(key)
    }

    fn read_handovers(&mut self) {
        for index in std::mem::take(&mut self.handover_files) {
            let name = handover_path(index);
            if self.handovers.len() == MAX_HANDOVERS {
                self.deviations.push(LogFault::Extra { name });
                return;
            }
            let Some(bytes) = self.read(&name, MAX_NOTE) else { continue };
            self.handovers.insert(index, LogProof::read(&bytes));
        }
    }

    fn keys(
        &mut self,
        key: Option<&VerifierKey>,
        size: u64,
        read: &Read,
        remembered: &Remembered,
    ) -> Vec<VerifierKey> {
        let Some(key) = key else { return Vec::new() };
        let keys = read.key_facts.chain(key, size, &self.handovers, &mut self.deviations);
        let known = |verifier: &String| keys.iter().any(|key| key.to_string() == *verifier);
        if remembered.verifier.as_ref().is_some_and(|verifier| !known(verifier)) {
            self.deviations.push(LogFault::KeySwapped);
        }
        self.deviations.extend(foreign(&remembered.checkpoints, &keys));
        keys
    }

    // The size and root signed by the key of the log.
    fn checkpoint(&mut self, key: Option<&VerifierKey>) -> Option<Head> {
        let bytes = self.read(CHECKPOINT_FILE, MAX_NOTE)?;
        let key = key?;
        let signed = SignedNote::parse(&bytes).and_then(|note| note.verify(key).map(|_| note));
        let note = signed.map_err(|error| self.deviations.push(LogFault::Signature(error))).ok()?;
        let checkpoint = Checkpoint::parse(&note.text);
        let checkpoint =
            checkpoint.map_err(|error| self.deviations.push(LogFault::Checkpoint(error))).ok()?;
        if !checkpoint.extensions.is_empty() || !is_signed_as_written(&note, key, &self.handovers) {
            self.deviations.push(LogFault::CheckpointExtended);
        }
        if checkpoint.origin != key.name() {
            self.deviations.push(LogFault::Origin { origin: checkpoint.origin });
            return None;
        }
        Some(Head { size: checkpoint.size, root: checkpoint.root })
    }

    // Reports tiles that do not belong to a log of this size.
    fn names(&mut self, found: &BTreeSet<TileName>, size: u64) {
        for tile in found {
            let position = tile.index.saturating_mul(u64::from(FULL));
            if TileName::holding(tile.layer, position, size) != Some(*tile) {
                self.deviations.push(LogFault::Leftover { name: tile.path() });
            }
        }
    }

    fn entries(
        &mut self,
        found: &BTreeSet<TileName>,
        size: u64,
        heads: &[Head],
        each: &mut dyn FnMut(&Entry),
    ) -> Read {
        let sizes: BTreeSet<u64> = heads.iter().map(|head| head.size).collect();
        let mut read = Read {
            frontier: Frontier::new(),
            whole: true,
            roots: BTreeMap::new(),
            key_facts: KeyFacts::default(),
        };
        read.roots.insert(0, Hash::empty());
        for bundle in tiles_to_read(found, Layer::Entries, size) {
            let tile = TileName { layer: Layer::Hashes(0), ..bundle };
            let hashes = self.hashes(tile);
            let bytes = self.read(&bundle.path(), MAX_BUNDLE);
            let Some(entries) = bytes.as_deref().and_then(|bytes| self.split(bundle, bytes)) else {
                read.whole = false;
                continue;
            };
            for (entry, place) in entries.into_iter().zip(0..) {
                let index = bundle.index * u64::from(FULL) + place as u64;
                let leaf = Hash::leaf(entry);
                read.frontier.push(leaf, &mut |_, _| {});
                if read.whole && sizes.contains(&(index + 1)) {
                    read.roots.insert(index + 1, read.frontier.root());
                }
                if hashes.as_ref().is_some_and(|hashes| hashes[place] != leaf) {
                    self.deviations.push(LogFault::Entry {
                        index,
                        bundle: bundle.path(),
                        tile: tile.path(),
                    });
                }
                self.entry(index, entry, &mut read.key_facts, each);
            }
        }
        read.whole &= read.frontier.size() == size;
        read
    }

    fn entry(
        &mut self,
        index: u64,
        bytes: &[u8],
        key_facts: &mut KeyFacts,
        each: &mut dyn FnMut(&Entry),
    ) {
        let value = JsonValue::read(bytes).map_err(EntryError::Json);
        match value.and_then(|value| Entry::from_value(&value, bytes).map(|entry| (entry, value))) {
            Ok((entry, value)) => {
                each(&entry);
                self.rules(index, &value);
                if entry.seq.get() != index {
                    self.deviations.push(LogFault::Sequence { index, stated: entry.seq.get() });
                }
                key_facts.add_entry(index, bytes, &entry, &self.handovers);
            }
            Err(source) => self.deviations.push(LogFault::EntryForm { index, source }),
        }
    }

    // What an entry must be beyond its form: its act has a place, and its own members.
    fn rules(&mut self, index: u64, value: &JsonValue) {
        let Some(kind) = self.kind else { return };
        let source = match exhibit_proof::entry::CheckedEntry::from_value(value, kind) {
            Err(source) => source,
            Ok(entry) if (entry.act == "case.open") != (index == 0) => {
                EntryFormError { fault: Fault::EntryFirst, detail: entry.act.to_owned() }
            }
            Ok(_) => return,
        };
        self.deviations.push(LogFault::EntryRule { index, source });
    }

    // Checks every hash above the leaves against the tile below it.
    fn upper_tiles(&mut self, found: &BTreeSet<TileName>, size: u64) {
        for level in 1..8 {
            for tile in tiles_to_read(found, Layer::Hashes(level), size) {
                let Some(hashes) = self.hashes(tile) else { continue };
                for (hash, place) in hashes.into_iter().zip(0..) {
                    let index = tile.index * u64::from(FULL) + place;
                    let below = TileName { layer: Layer::Hashes(level - 1), index, width: FULL };
                    // Faults of the tile below were already reported.
                    let row = self.folder.read(&below.path(), usize::from(FULL) * 32).ok();
                    let row = row.and_then(|bytes| tile::read_hashes(&bytes, FULL));
                    if row.is_some_and(|row| tree::complete_root(&row) != hash) {
                        let (tile, below) = (tile.path(), below.path());
                        self.deviations.push(LogFault::Hash { tile, place, below });
                    }
                }
            }
        }
    }

    // Reports missing files so far after the existing files that they were not read.
    fn missing_tails(&mut self, found: &BTreeSet<TileName>, size: u64) {
        for layer in (0..8).map(Layer::Hashes).chain([Layer::Entries]) {
            let expected = layer.count(size).div_ceil(u64::from(FULL));
            // Leaf tiles are read together with the entries.
            let alongside = if layer == Layer::Hashes(0) { Layer::Entries } else { layer };
            let read = tiles_to_read(found, alongside, size).count() as u64;
            if let Some(first) = TileName::holding(layer, read * u64::from(FULL), size) {
                let count = expected - read;
                self.deviations.push(LogFault::MissingFrom { first: first.path(), count });
            }
        }
    }

    fn root(&mut self, size: u64, signed: Option<Head>) {
        let mut read = |name: TileName| {
            let bytes = self.folder.read(&name.path(), usize::from(FULL) * 32).map_err(drop)?;
            tile::read_hashes(&bytes, name.width).ok_or(())
        };
        // Missing tiles were already reported.
        if let (Some(head), Ok(frontier)) = (signed, Frontier::load(size, &mut read))
            && frontier.root() != head.root
        {
            self.deviations.push(LogFault::Root);
        }
    }

    fn history(&mut self, size: u64, read: &Read, heads: &[Head]) {
        for head in heads {
            let once = head.size;
            if once > size {
                self.deviations.push(LogFault::RolledBack { size, once });
            } else if read.roots.get(&once).is_some_and(|root| *root != head.root) {
                self.deviations.push(LogFault::Forked { once });
            }
        }
    }

    fn read(&mut self, name: &str, limit: usize) -> Option<Vec<u8>> {
        let deviation = match self.folder.read(name, limit) {
            Ok(bytes) => return Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                LogFault::Missing { name: name.to_owned() }
            }
            Err(source) => LogFault::Unreadable { name: name.to_owned(), source: Arc::new(source) },
        };
        self.deviations.push(deviation);
        None
    }

    fn hashes(&mut self, tile: TileName) -> Option<Vec<Hash>> {
        let bytes = self.read(&tile.path(), usize::from(FULL) * 32)?;
        let hashes = tile::read_hashes(&bytes, tile.width);
        if hashes.is_none() {
            self.deviations.push(LogFault::Form { name: tile.path(), width: tile.width });
        }
        hashes
    }

    fn split<'a>(&mut self, bundle: TileName, bytes: &'a [u8]) -> Option<Vec<&'a [u8]>> {
        let entries =
            tile::read_entries(bytes).filter(|entries| entries.len() == usize::from(bundle.width));
        if entries.is_none() {
            self.deviations.push(LogFault::Form { name: bundle.path(), width: bundle.width });
        }
        entries
    }
}

// The tiles of a layer that a log of this size must have, up to one after the last existing one, so that a checkpoint
// with an absurd size, or a file name with an absurd index, does not make the check endless.
fn tiles_to_read(
    found: &BTreeSet<TileName>,
    layer: Layer,
    size: u64,
) -> impl Iterator<Item = TileName> + use<> {
    let also = if layer == Layer::Entries { Layer::Hashes(0) } else { layer };
    let last = near(found)
        .filter(|tile| tile.layer == layer || tile.layer == also)
        .map(|tile| tile.index)
        .max();
    let end = last
        .map_or(1, |last| last.saturating_add(2))
        .min(layer.count(size).div_ceil(u64::from(FULL)));
    (0..end).filter_map(move |index| TileName::holding(layer, index * u64::from(FULL), size))
}

// The number of entries according to the file names, for when the checkpoint cannot be trusted.
fn size_by_files(found: &BTreeSet<TileName>) -> u64 {
    let ends = near(found).filter(|tile| tile.layer == Layer::Entries);
    ends.map(|tile| tile.index * u64::from(FULL) + u64::from(tile.width)).max().unwrap_or(0)
}

// The files with a plausible index, given the number of files.
fn near(found: &BTreeSet<TileName>) -> impl Iterator<Item = &TileName> {
    const MAX_MISSING: u64 = 10_000;
    let end = found.len() as u64 + MAX_MISSING;
    found.iter().filter(move |tile| tile.index < end)
}

fn is_unfinished(name: &str) -> bool {
    name.strip_suffix(".new").is_some_and(|name| [KEY_FILE, CHECKPOINT_FILE].contains(&name))
}

fn is_tile_folder(name: &str) -> bool {
    let mut parts = name.split('/');
    let digits = |text: &str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    parts.next() == Some("tile")
        && parts.next().is_none_or(|layer| {
            layer == "entries" || (layer.len() == 1 && ("0".."8").contains(&layer))
        })
        && parts.all(|part| part.strip_prefix('x').or(part.strip_suffix(".p")).is_some_and(digits))
}
