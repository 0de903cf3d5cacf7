//! Checking a whole log: every entry hashed again, every tile computed again, the checkpoint's signature and root,
//! and what else is known of the log from elsewhere.
//!
//! A check never stops at the first deviation and never changes anything. It reads one bundle at a time, so its
//! memory does not grow with the log.

use crate::act::Fact;
use crate::check_keys::{Handovers, Said, foreign, is_signed_as_written};
use crate::entry::{Entry, EntryError};
use crate::folder::Folder;
use crate::frontier::Frontier;
use crate::log::{ANCHORS_FOLDER, CHECKPOINT_FILE, Head, KEY_FILE, LOCK_FILE, MAX_BUNDLE, MAX_NOTE};
use exhibit_proof::chain::{ChainError, HANDOVERS, MAX_HANDOVERS, handover_index, handover_path};
use exhibit_proof::proof::{LogProof, LogProofError};
use exhibit_proof::text::LineError;
use exhibit_proof::tile::{self, FULL, Layer, TileName};
use exhibit_proof::tree;
use exhibit_proof::{Checkpoint, Hash, Note, NoteError, VerifierKey};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What is known of a log from elsewhere: from the catalogue, from an export, from a witness.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    /// Sizes and roots that the log once had.
    pub heads: Vec<Head>,
    /// Signed checkpoints that the log once had.
    pub checkpoints: Vec<Note>,
    /// The log's public key as a text ([`VerifierKey`]): the one that it has, or one that handed over to it.
    pub verifier: Option<String>,
}

impl Remembered {
    // All sizes and roots; what is remembered but is no checkpoint of this log is named when its signature is looked at.
    fn heads(&self) -> Vec<Head> {
        let signed = self.checkpoints.iter().filter_map(|note| Checkpoint::parse(&note.text).ok());
        self.heads.iter().copied().chain(signed.map(|c| Head { size: c.size, root: c.root })).collect()
    }
}

/// What a check found.
#[derive(Debug)]
pub struct Report {
    /// How many entries the log has by its checkpoint; by its files, where the checkpoint cannot be trusted.
    pub entries: u64,
    /// Whether the entries that are there, hashed again, give the signed root: then what deviates is something else.
    pub entries_give_root: bool,
    /// The keys that the log had, one after the other; the one that signs now is the last.
    pub keys: Vec<VerifierKey>,
    /// The entry that seals the case, where one does.
    pub sealed: Option<u64>,
    /// Everything that is not as it must be, in the order in which it was found.
    pub deviations: Vec<LogFault>,
}

/// One thing that is not as it must be, and where.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogFault {
    /// A file is missing.
    #[error("{name} is missing")]
    Missing {
        /// The file's name within the log's folder.
        name: String,
    },
    /// Files at the log's end are missing.
    #[error("{count} files from {first} on are missing")]
    MissingFrom {
        /// The first of them.
        first: String,
        /// How many.
        count: u64,
    },
    /// A file could not be read.
    #[error("{name} could not be read")]
    Unreadable {
        /// The file's name within the log's folder.
        name: String,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// Something is there that is no part of a log.
    #[error("{name} is no part of the log")]
    Extra {
        /// Its name within the log's folder.
        name: String,
    },
    /// A file that an interrupted append wrote, or did not get to remove; the checkpoint does not refer to it.
    #[error("{name} is left over from an append that was interrupted; the checkpoint does not refer to it")]
    Leftover {
        /// The file's name within the log's folder.
        name: String,
    },
    /// The public key's file is not one.
    #[error("{KEY_FILE} does not hold the log's public key")]
    PublicKey(#[source] NoteError),
    /// The public key is not the one remembered, nor one that took over from it.
    #[error("{KEY_FILE} holds another key than the one remembered: it was swapped")]
    KeySwapped,
    /// The log does not begin with the key that signs it, and no key that it had hands over to it.
    #[error("the key in {KEY_FILE} is not the one that the log names as its own")]
    KeyNotLogged,
    /// The proof of a handover cannot be read.
    #[error("{name} is not the proof of a handover")]
    HandoverForm {
        /// The file's name within the log's folder.
        name: String,
        /// Why.
        #[source]
        source: LogProofError,
    },
    /// A handover from one key to the next is not to be believed.
    #[error("{name} does not prove that the log's key was handed over")]
    Handover {
        /// The file's name within the log's folder.
        name: String,
        /// Why.
        #[source]
        source: ChainError,
    },
    /// A handover was broken off; `exhibit log key rotate` finishes it.
    #[error("a handover to the next key was broken off: `exhibit log key rotate` finishes it")]
    HandoverUnfinished,
    /// The key that signs was revoked before.
    #[error("the key in {KEY_FILE} was revoked in entry {index}, and the log went on under it")]
    RevokedKey {
        /// The entry that revokes it.
        index: u64,
    },
    /// Entries follow the one that seals the case.
    #[error("entry {sealed} seals the case, but entry {index} follows it")]
    AfterSeal {
        /// The entry that seals.
        sealed: u64,
        /// The first that follows.
        index: u64,
    },
    /// A remembered checkpoint is not signed by any key that this log had.
    #[error("the remembered checkpoint ({head}) is not signed by a key of this log")]
    ForeignCheckpoint {
        /// Its identity and size.
        head: String,
    },
    /// The checkpoint is not a signed note, or not signed by the log's key.
    #[error("the checkpoint is not signed by the log's key")]
    Signature(#[source] NoteError),
    /// What is signed is not a checkpoint.
    #[error("what is signed is not a checkpoint")]
    Checkpoint(#[source] LineError),
    /// The checkpoint has lines or signatures that Exhibit does not write.
    #[error("the checkpoint has lines or signatures that do not belong there")]
    CheckpointExtended,
    /// The checkpoint is of another log.
    #[error("the checkpoint is of another log ({origin})")]
    Origin {
        /// The log that it is of.
        origin: String,
    },
    /// A file has not as many hashes or entries as its name says.
    #[error("{name} does not hold the {width} hashes or entries that it must")]
    Form {
        /// The file's name within the log's folder.
        name: String,
        /// How many it must hold.
        width: u16,
    },
    /// An entry does not fit its leaf hash: one of the two was altered.
    #[error("entry {index} does not fit its hash (one of {bundle} and {tile} was altered)")]
    Entry {
        /// The entry's number.
        index: u64,
        /// The file that holds the entry.
        bundle: String,
        /// The file that holds its hash.
        tile: String,
    },
    /// An entry's bytes are not an entry.
    #[error("entry {index} is not an act in canonical form")]
    EntryForm {
        /// The entry's number.
        index: u64,
        /// Why.
        #[source]
        source: EntryError,
    },
    /// An entry states another number than the one it has.
    #[error("entry {index} says that it is number {stated}")]
    Sequence {
        /// The number that it has.
        index: u64,
        /// The number that it states.
        stated: u64,
    },
    /// A hash does not fit the tile below it: one of the two was altered.
    #[error("hash {place} of {tile} does not fit the tile below it ({below})")]
    Hash {
        /// The file that holds the hash.
        tile: String,
        /// The hash's place in it, from 0.
        place: u64,
        /// The tile that it is the root of.
        below: String,
    },
    /// The tiles do not give the signed root.
    #[error("the log's hashes do not give the signed root")]
    Root,
    /// The log is shorter than it once was.
    #[error("the log has {size} entries but once had {once}: it was rolled back")]
    RolledBack {
        /// How many it has.
        size: u64,
        /// How many it had.
        once: u64,
    },
    /// The log's beginning is not what it once was.
    #[error("the first {once} entries are not those that the log once had: its history was replaced")]
    Forked {
        /// How many entries it had.
        once: u64,
    },
}

impl LogFault {
    /// The stable word for this fault.
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
            Self::Sequence { .. } => "sequence",
            Self::Hash { .. } => "hash",
            Self::Root => "root",
            Self::RolledBack { .. } => "rolled-back",
            Self::Forked { .. } => "forked",
        }
    }

    /// The values of this fault, by name; causes are not among them.
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
            Self::MissingFrom { first, count } => vec![("first", text(first)), ("count", Fact::Number(*count))],
            Self::RevokedKey { index } | Self::EntryForm { index, .. } => vec![("index", Fact::Number(*index))],
            Self::AfterSeal { sealed, index } => {
                vec![("sealed", Fact::Number(*sealed)), ("index", Fact::Number(*index))]
            }
            Self::ForeignCheckpoint { head } => vec![("head", text(head))],
            Self::Origin { origin } => vec![("origin", text(origin))],
            Self::Form { name, width } => vec![("name", text(name)), ("width", Fact::Number(u64::from(*width)))],
            Self::Entry { index, bundle, tile } => {
                vec![("index", Fact::Number(*index)), ("bundle", text(bundle)), ("tile", text(tile))]
            }
            Self::Sequence { index, stated } => {
                vec![("index", Fact::Number(*index)), ("stated", Fact::Number(*stated))]
            }
            Self::Hash { tile, place, below } => {
                vec![("tile", text(tile)), ("place", Fact::Number(*place)), ("below", text(below))]
            }
            Self::RolledBack { size, once } => vec![("size", Fact::Number(*size)), ("once", Fact::Number(*once))],
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

    /// Whether it is only what an interrupted append leaves behind, and says nothing against the log.
    #[must_use]
    pub const fn is_harmless(&self) -> bool {
        matches!(self, Self::Leftover { .. } | Self::HandoverUnfinished)
    }
}

impl Report {
    /// Whether nothing was found that speaks against the log.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.deviations.iter().all(LogFault::is_harmless)
    }
}

/// Checks a whole log.
#[must_use]
pub fn check_log(folder: &Path, remembered: &Remembered) -> Report {
    check_log_with(folder, remembered, &mut |_| {})
}

/// Checks a whole log, and hands out each entry that could be read, in their order: to compare them with the
/// catalogue, or to tell how far the check has come. An entry that is handed out may still be among the deviations.
#[must_use]
pub fn check_log_with(folder: &Path, remembered: &Remembered, each: &mut dyn FnMut(&Entry)) -> Report {
    let mut check = Check {
        folder: Folder::new(folder),
        handover_files: BTreeSet::new(),
        handovers: Handovers::new(),
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
    let entries_give_root = signed.is_some_and(|head| read.whole && read.frontier.root() == head.root);
    Report { entries: size, entries_give_root, keys, sealed: read.said.sealed(), deviations: check.deviations }
}

fn head_of(proof: &LogProof) -> Option<Head> {
    let checkpoint = Checkpoint::parse(&proof.checkpoint.text).ok()?;
    Some(Head { size: checkpoint.size, root: checkpoint.root })
}

struct Check {
    folder: Folder,
    handover_files: BTreeSet<u64>,
    handovers: Handovers,
    deviations: Vec<LogFault>,
}

// What was learned by reading all entries.
struct Read {
    // The tree over the entries that are there.
    frontier: Frontier,
    // Whether every entry was there.
    whole: bool,
    // The roots over the entries at the sizes that are remembered.
    roots: BTreeMap<u64, Hash>,
    // What entries say of keys, and of the end.
    said: Said,
}

impl Check {
    // Every tile in the folder by its layer; everything else that is there but should not be is a deviation.
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
                    _ if is_folder == Some(true) && may_hold_tiles(&name) => folders.push(name),
                    // What anchors the log in time is no part of it, and is checked apart.
                    _ if is_folder == Some(true) && name == ANCHORS_FOLDER => {}
                    _ if is_folder == Some(false) && [KEY_FILE, CHECKPOINT_FILE, LOCK_FILE].contains(&&*name) => {}
                    _ if is_folder == Some(false) && is_unfinished(&name) => {
                        self.deviations.push(LogFault::Leftover { name });
                    }
                    _ => self.deviations.push(LogFault::Extra { name }),
                }
            }
        }
        tiles
    }

    // The names in a folder, sorted, each with whether it is a folder (true), a file (false) or something else.
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
        VerifierKey::read(&bytes).map_err(|error| self.deviations.push(LogFault::PublicKey(error))).ok()
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

    fn keys(&mut self, key: Option<&VerifierKey>, size: u64, read: &Read, remembered: &Remembered) -> Vec<VerifierKey> {
        let Some(key) = key else { return Vec::new() };
        let keys = read.said.chain(key, size, &self.handovers, &mut self.deviations);
        let known = |verifier: &String| keys.iter().any(|key| key.to_string() == *verifier);
        if remembered.verifier.as_ref().is_some_and(|verifier| !known(verifier)) {
            self.deviations.push(LogFault::KeySwapped);
        }
        self.deviations.extend(foreign(&remembered.checkpoints, &keys));
        keys
    }

    // The size and root that the log's key signed.
    fn checkpoint(&mut self, key: Option<&VerifierKey>) -> Option<Head> {
        let bytes = self.read(CHECKPOINT_FILE, MAX_NOTE)?;
        let key = key?;
        let signed = Note::parse(&bytes).and_then(|note| note.verify(key).map(|_| note));
        let note = signed.map_err(|error| self.deviations.push(LogFault::Signature(error))).ok()?;
        let checkpoint = Checkpoint::parse(&note.text);
        let checkpoint = checkpoint.map_err(|error| self.deviations.push(LogFault::Checkpoint(error))).ok()?;
        if !checkpoint.extensions.is_empty() || !is_signed_as_written(&note, key, &self.handovers) {
            self.deviations.push(LogFault::CheckpointExtended);
        }
        if checkpoint.origin != key.name() {
            self.deviations.push(LogFault::Origin { origin: checkpoint.origin });
            return None;
        }
        Some(Head { size: checkpoint.size, root: checkpoint.root })
    }

    // Tiles that a log of this size does not consist of.
    fn names(&mut self, found: &BTreeSet<TileName>, size: u64) {
        for tile in found {
            let position = tile.index.saturating_mul(u64::from(FULL));
            if TileName::holding(tile.layer, position, size) != Some(*tile) {
                self.deviations.push(LogFault::Leftover { name: tile.path() });
            }
        }
    }

    fn entries(&mut self, found: &BTreeSet<TileName>, size: u64, heads: &[Head], each: &mut dyn FnMut(&Entry)) -> Read {
        let sizes: BTreeSet<u64> = heads.iter().map(|head| head.size).collect();
        let mut read = Read { frontier: Frontier::new(), whole: true, roots: BTreeMap::new(), said: Said::default() };
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
                    self.deviations.push(LogFault::Entry { index, bundle: bundle.path(), tile: tile.path() });
                }
                self.entry(index, entry, &mut read.said, each);
            }
        }
        read.whole &= read.frontier.size() == size;
        read
    }

    fn entry(&mut self, index: u64, bytes: &[u8], said: &mut Said, each: &mut dyn FnMut(&Entry)) {
        match Entry::read(bytes) {
            Ok(entry) => {
                each(&entry);
                if entry.seq != index {
                    self.deviations.push(LogFault::Sequence { index, stated: entry.seq });
                }
                said.note(index, bytes, &entry, &self.handovers);
            }
            Err(source) => self.deviations.push(LogFault::EntryForm { index, source }),
        }
    }

    // Every hash above the leaves against the tile that it is the root of.
    fn upper_tiles(&mut self, found: &BTreeSet<TileName>, size: u64) {
        for level in 1..8 {
            for tile in tiles_to_read(found, Layer::Hashes(level), size) {
                let Some(hashes) = self.hashes(tile) else { continue };
                for (hash, place) in hashes.into_iter().zip(0..) {
                    let index = tile.index * u64::from(FULL) + place;
                    let below = TileName { layer: Layer::Hashes(level - 1), index, width: FULL };
                    // What is wrong with that tile itself was said when it was reached.
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

    // What lies so far beyond the files that are there that it was not even looked for.
    fn missing_tails(&mut self, found: &BTreeSet<TileName>, size: u64) {
        for layer in (0..8).map(Layer::Hashes).chain([Layer::Entries]) {
            let expected = layer.count(size).div_ceil(u64::from(FULL));
            // Leaf tiles are read along with the entries.
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
        // Where a tile is missing, that was said when it was looked for.
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => LogFault::Missing { name: name.to_owned() },
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
        let entries = tile::read_entries(bytes).filter(|entries| entries.len() == usize::from(bundle.width));
        if entries.is_none() {
            self.deviations.push(LogFault::Form { name: bundle.path(), width: bundle.width });
        }
        entries
    }
}

// The tiles of a layer that a log of this size must have, up to one beyond the last that is there: a checkpoint that
// states an absurd size, or a file named for an absurd place, does not make a check endless.
fn tiles_to_read(found: &BTreeSet<TileName>, layer: Layer, size: u64) -> impl Iterator<Item = TileName> + use<> {
    let also = if layer == Layer::Entries { Layer::Hashes(0) } else { layer };
    let last = near(found).filter(|tile| tile.layer == layer || tile.layer == also).map(|tile| tile.index).max();
    let end = last.map_or(1, |last| last.saturating_add(2)).min(layer.count(size).div_ceil(u64::from(FULL)));
    (0..end).filter_map(move |index| TileName::holding(layer, index * u64::from(FULL), size))
}

// How many entries there must be by the names of the files: where the checkpoint cannot be trusted.
fn size_by_files(found: &BTreeSet<TileName>) -> u64 {
    let ends = near(found).filter(|tile| tile.layer == Layer::Entries);
    ends.map(|tile| tile.index * u64::from(FULL) + u64::from(tile.width)).max().unwrap_or(0)
}

// The files that stand where they could, given how many there are.
fn near(found: &BTreeSet<TileName>) -> impl Iterator<Item = &TileName> {
    const MISSING_AT_MOST: u64 = 10_000;
    let end = found.len() as u64 + MISSING_AT_MOST;
    found.iter().filter(move |tile| tile.index < end)
}

fn is_unfinished(name: &str) -> bool {
    name.strip_suffix(".new").is_some_and(|name| [KEY_FILE, CHECKPOINT_FILE].contains(&name))
}

fn may_hold_tiles(name: &str) -> bool {
    let mut parts = name.split('/');
    let digits = |text: &str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_digit());
    parts.next() == Some("tile")
        && parts.next().is_none_or(|layer| layer == "entries" || (layer.len() == 1 && ("0".."8").contains(&layer)))
        && parts.all(|part| part.strip_prefix('x').or(part.strip_suffix(".p")).is_some_and(digits))
}
