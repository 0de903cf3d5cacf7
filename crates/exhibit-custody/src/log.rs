//! The log on disk: tiles of hashes, bundles of entries, and a signed checkpoint that states how many of them count.
//!
//! The checkpoint is the only file that is ever replaced, and it is replaced last. So at any time the folder
//! contains a complete log of the size in its checkpoint. The files of an interrupted append are not referenced,
//! and the next append overwrites them. Opening a log never deletes anything.

use crate::act::{Ref, Verb};
use crate::entry::Entry;
use crate::folder::Folder;
use crate::frontier::Frontier;
use crate::key::Key;
use exhibit_model::EntrySeq;
use exhibit_proof::chain::{handover_path, successor};
use exhibit_proof::proof::LogProof;
use exhibit_proof::text::LineError;
use exhibit_proof::tile::{self, FULL, Layer, MAX_ENTRY, TileName};
use exhibit_proof::tree::{self, Subtree};
use exhibit_proof::{Checkpoint, Hash, NoteError, ProofError, SignedNote, VerifierKey};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) const KEY_FILE: &str = "key.pub";
pub(crate) const CHECKPOINT_FILE: &str = "checkpoint";
pub(crate) const LOCK_FILE: &str = "lock";
pub(crate) const ANCHORS_FOLDER: &str = "anchors";
/// The maximum size of a key file or checkpoint in bytes.
pub(crate) const MAX_NOTE: usize = 64 << 10;
/// The maximum size of a bundle in bytes.
pub(crate) const MAX_BUNDLE: usize = FULL as usize * (MAX_ENTRY + 2);

/// The size and root of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The number of entries.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
}

/// A log, opened for reading, at the state when it was opened.
#[derive(Clone, Debug)]
pub struct Log {
    pub(crate) folder: Folder,
    verifier: VerifierKey,
    checkpoint: SignedNote,
    head: Head,
}

/// A log, opened exclusively for appending.
#[derive(Debug)]
pub struct LogWriter {
    log: Log,
    key: Key,
    frontier: Frontier,
    // The bytes of the last, partial entry bundle.
    tail: Vec<u8>,
    end: End,
    // Released on drop and on a crash.
    _lock: File,
}

/// Whether a log accepts more entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It accepts more entries.
    Open,
    /// Its last entry seals the case: it accepts no further entries.
    Sealed,
    /// Its last entry revokes the signing key: the next key must take over first, see [`LogWriter::hand_over`].
    Revoked,
}

/// Why a log cannot be read or appended to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// An append could not be written. The log is unchanged.
    #[error("cannot write to the log in {}; nothing was appended", path.display())]
    Write {
        /// The log's folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The folder of a new log already contains a log.
    #[error("there is already a log in {}", path.display())]
    Exists {
        /// The log's folder.
        path: PathBuf,
    },
    /// Another program has the log open for appending.
    #[error("another program has the log in {} open for writing", path.display())]
    Locked {
        /// The log's folder.
        path: PathBuf,
    },
    /// The public key of the log is invalid.
    #[error("{KEY_FILE} does not contain the public key of the log")]
    PublicKey(#[source] NoteError),
    /// The checkpoint is not a signed note, or not signed by the key of the log.
    #[error("the checkpoint is not signed by the key of the log")]
    Signature(#[source] NoteError),
    /// The signed text is not a checkpoint.
    #[error("the signed text is not a checkpoint")]
    Checkpoint(#[source] LineError),
    /// The checkpoint belongs to another log.
    #[error("the checkpoint belongs to another log")]
    Origin,
    /// The signing key is not that of this log.
    #[error("the signing key is not that of this log")]
    WrongKey,
    /// A file of the log is damaged; a check of the whole log gives details.
    #[error("{name} is damaged; check the whole log")]
    Damaged {
        /// The name of the file in the folder of the log.
        name: String,
    },
    /// The tiles do not match the root of the checkpoint; a check of the whole log gives details.
    #[error("the hashes of the log do not match its signed root; check the whole log")]
    Root,
    /// The checkpoint was replaced by another program while the log was open.
    #[error("the log was changed by another program while it was open")]
    ChangedUnderneath,
    /// A copy of the log could not be written.
    #[error("cannot write a copy of the log to {}", path.display())]
    Copy {
        /// The target.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// An entry is too long.
    #[error("entry {place} has {bytes} bytes; the maximum is {MAX_ENTRY}")]
    EntryTooLong {
        /// Its index among the given entries, from 0.
        place: usize,
        /// Its length in bytes.
        bytes: usize,
    },
    /// The entries begin after the end of the log: entries in between were lost, or the log was rolled back.
    #[error(
        "the log ends at {size} but the entries begin at {first}: it was rolled back, or entries were lost"
    )]
    Gap {
        /// The number of entries in the log.
        size: u64,
        /// The number of the first given entry.
        first: u64,
    },
    /// The log has a different entry under the number of a given one.
    #[error("the log has a different entry under number {index}")]
    OtherEntry {
        /// The number.
        index: u64,
    },
    /// The log's last entry seals the case.
    #[error("the case is sealed: its log accepts no further entries")]
    Sealed,
    /// The last entry of the log revokes the signing key.
    #[error("the signing key is revoked, and the next one has not taken over yet")]
    Revoked,
    /// The key is not the next key according to the last entries of the log.
    #[error("the key is not the next key according to the log")]
    NotSuccessor,
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
    /// There is no such entry, or no such older state.
    #[error("the log is shorter than that")]
    OutOfRange(#[from] ProofError),
}

impl Log {
    /// Opens a log for reading and checks its signature. To check all of it, see [`crate::check_log`].
    ///
    /// # Errors
    /// [`LogError`] if the key or checkpoint is invalid.
    pub fn open(folder: &Path) -> Result<Self, LogError> {
        Self::open_in(Folder::new(folder))
    }

    /// The number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.head.size
    }

    /// The log's size and root.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The log's identity, such as `9f3a5c0d71b2e846/custody`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.verifier.name()
    }

    /// The key that signs the log.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The signed checkpoint, exactly as stored.
    #[must_use]
    pub fn checkpoint(&self) -> String {
        self.checkpoint.to_string()
    }

    /// The bytes of an entry, checked against its leaf hash.
    ///
    /// # Errors
    /// [`LogError`] if there is none or it does not match its hash.
    pub fn entry(&self, seq: EntrySeq) -> Result<Vec<u8>, LogError> {
        let index = seq.get();
        let name = self.tile_holding(Layer::Entries, index)?;
        let place = usize::try_from(index % u64::from(FULL)).unwrap_or(usize::MAX);
        let mut entries = self.bundle(name)?;
        let hashes = self.hashes(TileName { layer: Layer::Hashes(0), ..name })?;
        let entry = entries.swap_remove(place);
        if Hash::leaf(&entry) == hashes[place] {
            Ok(entry)
        } else {
            Err(LogError::Damaged { name: name.path() })
        }
    }

    /// Calls `each` with the bytes of all entries from `first`, in order, each checked against its leaf hash, until
    /// `each` returns `false`.
    ///
    /// # Errors
    /// [`LogError`] if a file cannot be read or an entry does not match its hash; `each` was called for those before.
    pub fn entries_from(
        &self,
        first: EntrySeq,
        each: &mut dyn FnMut(EntrySeq, &[u8]) -> bool,
    ) -> Result<(), LogError> {
        let (first, full) = (first.get(), u64::from(FULL));
        for tile in first / full..self.size().div_ceil(full) {
            let name = self.tile_holding(Layer::Entries, tile * full)?;
            let hashes = self.hashes(TileName { layer: Layer::Hashes(0), ..name })?;
            for ((entry, hash), index) in self.bundle(name)?.iter().zip(hashes).zip(tile * full..) {
                if index < first {
                    continue;
                }
                if Hash::leaf(entry) != hash {
                    return Err(LogError::Damaged { name: name.path() });
                }
                if !each(EntrySeq::new(index), entry) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The proof that the log contains an entry, the sibling's hash first.
    ///
    /// # Errors
    /// [`LogError`] if there is none or tiles cannot be read.
    pub fn inclusion_proof(&self, seq: EntrySeq) -> Result<Vec<Hash>, LogError> {
        tree::inclusion(seq.get(), self.size(), &mut |subtree| self.subtree(subtree))
    }

    /// The proof that the log still begins with its first `old_size` entries.
    ///
    /// # Errors
    /// [`LogError`] if it is shorter or tiles cannot be read.
    pub fn consistency_proof(&self, old_size: u64) -> Result<Vec<Hash>, LogError> {
        tree::consistency(old_size, self.size(), &mut |subtree| self.subtree(subtree))
    }

    /// The proof of an entry as a self-contained text (a `.tlog-proof` file).
    ///
    /// # Errors
    /// [`LogError`] if there is none or tiles cannot be read.
    pub fn tlog_proof(&self, seq: EntrySeq) -> Result<String, LogError> {
        let hashes = self.inclusion_proof(seq)?;
        Ok(LogProof { extra: None, index: seq.get(), hashes, checkpoint: self.checkpoint.clone() }
            .write())
    }

    /// Checks that the log extends an earlier state.
    ///
    /// # Errors
    /// [`LogError::RolledBack`], [`LogError::Forked`], or another error if tiles cannot be read.
    pub fn continues(&self, once: Head) -> Result<(), LogError> {
        let (size, before) = (self.size(), once.size);
        if before > size {
            return Err(LogError::RolledBack { size, once: before });
        }
        let root = tree::root(before, &mut |subtree| self.subtree(subtree))?;
        if root == once.root { Ok(()) } else { Err(LogError::Forked { once: before }) }
    }

    /// Whether the log accepts more entries.
    ///
    /// # Errors
    /// [`LogError`] if its last entry cannot be read.
    pub fn end(&self) -> Result<End, LogError> {
        let Some(last) = self.size().checked_sub(1) else { return Ok(End::Open) };
        Ok(end_by(&self.entry(EntrySeq::new(last))?, &self.verifier))
    }

    fn open_in(folder: Folder) -> Result<Self, LogError> {
        let read = |name: &str| {
            let unreadable = |source| LogError::Read { path: folder.path().join(name), source };
            folder.read(name, MAX_NOTE).map_err(unreadable)
        };
        let verifier = VerifierKey::read(&read(KEY_FILE)?).map_err(LogError::PublicKey)?;
        let checkpoint = SignedNote::parse(&read(CHECKPOINT_FILE)?).map_err(LogError::Signature)?;
        checkpoint.verify(&verifier).map_err(LogError::Signature)?;
        let Checkpoint { origin, size, root, .. } =
            Checkpoint::parse(&checkpoint.text).map_err(LogError::Checkpoint)?;
        if origin != verifier.name() {
            return Err(LogError::Origin);
        }
        Ok(Self { folder, verifier, checkpoint, head: Head { size, root } })
    }

    fn tile_holding(&self, layer: Layer, position: u64) -> Result<TileName, LogError> {
        TileName::holding(layer, position, self.size())
            .ok_or_else(|| ProofError::OutOfRange { asked: position, size: self.size() }.into())
    }

    fn subtree(&self, subtree: Subtree) -> Result<Hash, LogError> {
        tile::subtree_hash(subtree, self.size(), &mut |name| self.hashes(name))
    }

    pub(crate) fn hashes(&self, name: TileName) -> Result<Vec<Hash>, LogError> {
        let (bytes, width) = self.read_tile(name, usize::from(FULL) * 32)?;
        let mut hashes = tile::read_hashes(&bytes, width)
            .ok_or_else(|| LogError::Damaged { name: name.path() })?;
        hashes.truncate(usize::from(name.width));
        Ok(hashes)
    }

    pub(crate) fn bundle(&self, name: TileName) -> Result<Vec<Vec<u8>>, LogError> {
        let (bytes, width) = self.read_tile(name, MAX_BUNDLE)?;
        let entries =
            tile::read_entries(&bytes).filter(|entries| entries.len() == usize::from(width));
        let entries = entries.ok_or_else(|| LogError::Damaged { name: name.path() })?;
        Ok(entries.into_iter().take(usize::from(name.width)).map(<[u8]>::to_vec).collect())
    }

    // A writer removes a partial tile once a wider one is covered by a checkpoint. A reader with an older checkpoint
    // then uses the beginning of the wider tile.
    fn read_tile(&self, name: TileName, limit: usize) -> Result<(Vec<u8>, u16), LogError> {
        let read =
            |name: TileName| self.folder.read(&name.path(), limit).map(|bytes| (bytes, name.width));
        let unreadable =
            |source| LogError::Read { path: self.folder.path().join(name.path()), source };
        let source = match read(name) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => source,
            outcome => return outcome.map_err(unreadable),
        };
        let now = Self::open_in(self.folder.clone())?;
        let wider = TileName::holding(name.layer, name.index * u64::from(FULL), now.size());
        match wider.filter(|wider| wider.width > name.width) {
            Some(wider) => read(wider).map_err(unreadable),
            None => Err(unreadable(source)),
        }
    }
}

impl LogWriter {
    /// Creates a log in `folder`, which is created if necessary; its parent must exist.
    ///
    /// # Errors
    /// [`LogError::Exists`] if the folder contains a log; others if it cannot be written.
    pub fn create(folder: &Path, key: Key) -> Result<Self, LogError> {
        let disk = Folder::new(folder);
        let failed = |source| LogError::Write { path: folder.to_owned(), source };
        if folder.join(CHECKPOINT_FILE).exists() {
            return Err(LogError::Exists { path: folder.to_owned() });
        }
        disk.make().map_err(failed)?;
        disk.replace(KEY_FILE, format!("{}\n", key.verifier()).into_bytes(), Vec::new())
            .map_err(failed)?;
        let checkpoint = sign(&key, Head { size: 0, root: Hash::empty() });
        disk.replace(CHECKPOINT_FILE, checkpoint.to_string().into_bytes(), Vec::new())
            .map_err(failed)?;
        Self::open(folder, key)
    }

    /// Opens a log for appending.
    ///
    /// # Errors
    /// [`LogError`] if the log is locked, has another key, or its end is damaged.
    pub fn open(folder: &Path, key: Key) -> Result<Self, LogError> {
        Self::open_in(Folder::new(folder), key)
    }

    /// The current state of the log.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// Appends entries, signs, and returns the number of the first entry once everything is durable.
    ///
    /// # Errors
    /// [`LogError`]; the log on disk is then unchanged, or contains all entries if only the last step failed: reopen
    /// it to find out.
    pub fn append(&mut self, entries: &[Vec<u8>]) -> Result<u64, LogError> {
        let old = self.log.head;
        if entries.is_empty() {
            return Ok(old.size);
        }
        match self.end {
            End::Open => {}
            End::Sealed => return Err(LogError::Sealed),
            End::Revoked => return Err(LogError::Revoked),
        }
        let mut grown =
            Growth { frontier: self.frontier.clone(), tail: self.tail.clone(), files: Vec::new() };
        for (entry, place) in entries.iter().zip(0..) {
            if !grown.push(entry) {
                return Err(LogError::EntryTooLong { place, bytes: entry.len() });
            }
        }
        grown.push_partial(old.size);
        let head = Head { size: grown.frontier.size(), root: grown.frontier.root() };
        let checkpoint = sign(&self.key, head);
        self.commit(grown.files, &checkpoint)?;
        self.frontier = grown.frontier;
        self.tail = grown.tail;
        self.log.checkpoint = checkpoint;
        self.log.head = head;
        self.end = entries.last().map_or(End::Open, |last| end_by(last, &self.log.verifier));
        self.tidy(old.size);
        Ok(old.size)
    }

    /// Whether the log accepts more entries.
    #[must_use]
    pub const fn end(&self) -> End {
        self.end
    }

    /// Hands over to the next key. The last entries of the log must be the `key.add` with both keys, and the `key.revoke`
    /// of the current key. The log stays valid for readers at any time, because the checkpoint carries both signatures
    /// before the public key changes. If interrupted, repeat the call.
    ///
    /// # Errors
    /// [`LogError::NotSuccessor`], others if it cannot be written.
    pub fn hand_over(&mut self, next: Key) -> Result<(), LogError> {
        let index = self
            .log
            .size()
            .checked_sub(2)
            .filter(|_| self.end == End::Revoked)
            .ok_or(LogError::NotSuccessor)?;
        if successor(&self.log.entry(EntrySeq::new(index))?).as_ref() != Some(next.verifier()) {
            return Err(LogError::NotSuccessor);
        }
        let text = self.log.checkpoint.text.clone();
        let signatures = [&self.key, &next].map(|key| key.signer().sign(&text)).to_vec();
        let both = SignedNote { text, signatures };
        let hashes = self.log.inclusion_proof(EntrySeq::new(index))?;
        let proof = LogProof { extra: None, index, hashes, checkpoint: both.clone() }.write();
        let (name, proof) = (handover_path(index), proof.into_bytes());
        // If the proof and the checkpoint with both signatures exist, they are not written again.
        let is_written = self.log.checkpoint == both
            && self.log.folder.read(&name, MAX_NOTE).is_ok_and(|stored| stored == proof);
        if !is_written {
            self.commit(vec![(name, proof)], &both)?;
        }
        self.log.checkpoint = both;
        let folder = &self.log.folder;
        let line = format!("{}\n", next.verifier()).into_bytes();
        let failed = |source| LogError::Write { path: folder.path().to_owned(), source };
        folder.replace(KEY_FILE, line, Vec::new()).map_err(failed)?;
        self.log.verifier = next.verifier().clone();
        self.key = next;
        self.end = End::Open;
        Ok(())
    }

    /// Signs a text other than a checkpoint (a [`exhibit_proof::statement`]) as a note.
    #[must_use]
    pub fn sign_statement(&self, text: &str) -> String {
        SignedNote { signatures: vec![self.key.signer().sign(text)], text: text.to_owned() }
            .to_string()
    }

    /// Appends the entries numbered from `first` that the log does not have yet, and returns its size.
    ///
    /// Entries that the log already has are compared and not appended again. So a caller that keeps entries in an
    /// outbox until this returns may repeat the call after any crash: each entry is in the log exactly once.
    ///
    /// # Errors
    /// [`LogError::Gap`] if `first` is after the end of the log, [`LogError::OtherEntry`] if the log has a different
    /// entry under the same number; nothing is appended then. Otherwise as [`Self::append`].
    pub fn append_from(&mut self, first: EntrySeq, entries: &[Vec<u8>]) -> Result<u64, LogError> {
        let first = first.get();
        let size = self.log.size();
        let existing = size.checked_sub(first).ok_or(LogError::Gap { size, first })?;
        let existing = usize::try_from(existing).unwrap_or(usize::MAX).min(entries.len());
        self.log.compare(first, &entries[..existing])?;
        self.append(&entries[existing..])?;
        Ok(self.log.size())
    }

    fn open_in(folder: Folder, key: Key) -> Result<Self, LogError> {
        // Does not create a lock in a folder without a log; what is read without the lock may be outdated.
        let folder = Log::open_in(folder)?.folder;
        let lock = lock(&folder)?;
        let log = Log::open_in(folder)?;
        if log.verifier != *key.verifier() {
            return Err(LogError::WrongKey);
        }
        let frontier = Frontier::load(log.size(), &mut |name| log.hashes(name))?;
        if frontier.root() != log.head.root {
            return Err(LogError::Root);
        }
        let tail = log.read_tail(&frontier)?;
        let end = log.end()?;
        Ok(Self { log, key, frontier, tail, end, _lock: lock })
    }

    fn commit(
        &self,
        files: Vec<(String, Vec<u8>)>,
        checkpoint: &SignedNote,
    ) -> Result<(), LogError> {
        let folder = &self.log.folder;
        let failed = |source| LogError::Write { path: folder.path().to_owned(), source };
        let unreadable =
            |source| LogError::Read { path: folder.path().join(CHECKPOINT_FILE), source };
        // A log must never sign two histories: the stored checkpoint must be the last one signed.
        let current = folder.read(CHECKPOINT_FILE, MAX_NOTE).map_err(unreadable)?;
        if current != self.log.checkpoint().into_bytes() {
            return Err(LogError::ChangedUnderneath);
        }
        folder.replace(CHECKPOINT_FILE, checkpoint.to_string().into_bytes(), files).map_err(failed)
    }

    // Removes partial tiles that the new checkpoint does not refer to. A failure is ignored: a check reports
    // leftovers, and the next append tries again.
    fn tidy(&self, old_size: u64) {
        for layer in (0..8).map(Layer::Hashes).chain([Layer::Entries]) {
            let (old, new) = (layer.count(old_size), layer.count(self.log.size()));
            if new == 0 {
                continue;
            }
            let current =
                TileName::holding(layer, new - 1, self.log.size()).filter(|tile| tile.width < FULL);
            // One tile further back, because an earlier append may have been interrupted before its cleanup.
            for index in (old / u64::from(FULL)).saturating_sub(1)..=new / u64::from(FULL) {
                let kept =
                    current.filter(|tile| tile.index == index).map(|tile| tile.width.to_string());
                let folder = format!("{}.p", TileName { layer, index, width: FULL }.path());
                if self.log.folder.remove_all_but(&folder, kept.as_deref()).is_err() {
                    return;
                }
            }
        }
    }
}

impl Log {
    // Checks that the log contains these entries from `first`.
    fn compare(&self, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError> {
        let mut cached: (Option<TileName>, Vec<Vec<u8>>) = (None, Vec::new());
        for (entry, index) in entries.iter().zip(first..) {
            let name = self.tile_holding(Layer::Entries, index)?;
            if cached.0 != Some(name) {
                cached = (Some(name), self.bundle(name)?);
            }
            let place = usize::try_from(index % u64::from(FULL)).unwrap_or(usize::MAX);
            if cached.1.get(place) != Some(entry) {
                return Err(LogError::OtherEntry { index });
            }
        }
        Ok(())
    }

    // The bytes of the last, partial bundle, checked against the hashes that appends build on.
    fn read_tail(&self, frontier: &Frontier) -> Result<Vec<u8>, LogError> {
        let last = self
            .size()
            .checked_sub(1)
            .and_then(|last| TileName::holding(Layer::Entries, last, self.size()));
        let Some(name) = last.filter(|tile| tile.width < FULL) else { return Ok(Vec::new()) };
        let entries = self.bundle(name)?;
        let hashes: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry)).collect();
        let leaves = frontier.partial_tiles().find(|(tile, _)| tile.layer == Layer::Hashes(0));
        if leaves.is_none_or(|(_, bytes)| bytes != tile::write_hashes(&hashes)) {
            return Err(LogError::Damaged { name: name.path() });
        }
        let mut tail = Vec::new();
        let whole = entries.iter().all(|entry| tile::push_entry(&mut tail, entry));
        if whole { Ok(tail) } else { Err(LogError::Damaged { name: name.path() }) }
    }
}

// An append in memory, with the files that must be written for it.
struct Growth {
    frontier: Frontier,
    tail: Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
}

impl Growth {
    fn push(&mut self, entry: &[u8]) -> bool {
        if !tile::push_entry(&mut self.tail, entry) {
            return false;
        }
        let files = &mut self.files;
        self.frontier.push(Hash::leaf(entry), &mut |name, bytes| files.push((name.path(), bytes)));
        let size = self.frontier.size();
        if size.is_multiple_of(u64::from(FULL)) {
            let name =
                TileName { layer: Layer::Entries, index: size / u64::from(FULL) - 1, width: FULL };
            self.files.push((name.path(), std::mem::take(&mut self.tail)));
        }
        true
    }

    // Tiles that did not grow are already written and covered by a checkpoint.
    fn push_partial(&mut self, old_size: u64) {
        let size = self.frontier.size();
        for (name, bytes) in self.frontier.partial_tiles() {
            if name.layer.count(old_size) != name.layer.count(size) {
                self.files.push((name.path(), bytes));
            }
        }
        if let Some(name) =
            TileName::holding(Layer::Entries, size - 1, size).filter(|name| name.width < FULL)
        {
            self.files.push((name.path(), self.tail.clone()));
        }
    }
}

fn end_by(last: &[u8], key: &VerifierKey) -> End {
    match Entry::read(last) {
        Ok(entry) if entry.act == Verb::CaseSeal => End::Sealed,
        Ok(entry) if entry.act == Verb::KeyRevoke && entry.object == Ref::key(key) => End::Revoked,
        _ => End::Open,
    }
}

fn sign(key: &Key, head: Head) -> SignedNote {
    let origin = key.verifier().name().to_owned();
    let text =
        Checkpoint { origin, size: head.size, root: head.root, extensions: Vec::new() }.text();
    SignedNote { signatures: vec![key.signer().sign(&text)], text }
}

fn lock(folder: &Folder) -> Result<File, LogError> {
    let path = folder.path().join(LOCK_FILE);
    let unreadable = |source| LogError::Read { path: path.clone(), source };
    let file =
        File::options().write(true).create(true).truncate(false).open(&path).map_err(unreadable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(LogError::Locked { path: folder.path().to_owned() })
        }
        Err(std::fs::TryLockError::Error(source)) => Err(unreadable(source)),
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
pub(crate) mod tests;
