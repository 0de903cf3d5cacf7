//! The keys of a case: where they are stored, how they are opened, how one hands over to the next, and the last known
//! state of the log, which is stored next to them.
//!
//! Everything that appends to the log gets the key here. The folder of keys is separate from every case, so the state
//! stored there reveals a case that was rolled back.

use crate::writer::CaseWriter;
use crate::{CaseError, CaseFolder, io_error};
use exhibit_custody::log::End;
use exhibit_custody::{Act, Head, Key, KeyError, KeyProtection, Log, Passphrase, Revocation};
use exhibit_model::EntrySeq;
use exhibit_proof::chain::successor;
use exhibit_proof::hash::to_hex;
use exhibit_proof::{Checkpoint, SignedNote, VerifierKey};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The folder of signing keys, and the source of passphrases.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// The folder, separate from every case.
    pub folder: &'a Path,
    /// Returns the passphrase of the key in a file, if it can be requested.
    pub ask: &'a dyn Fn(&Path) -> Option<Passphrase>,
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl<'a> Keys<'a> {
    /// Keys without a passphrase; locked ones stay locked.
    #[must_use]
    pub fn plain(folder: &'a Path) -> Self {
        Self { folder, ask: &|_| None }
    }

    fn load(&self, path: &Path) -> Result<Key, KeyError> {
        Key::load(path, &mut |path| (self.ask)(path))
    }

    // The key that signs the log in a folder.
    pub(crate) fn of_log(&self, folder: &Path) -> Result<Key, CaseError> {
        Ok(self.load(&key_file(self.folder, Log::open(folder)?.verifier()))?)
    }
}

/// The path of the first signing key of a log.
#[must_use]
pub fn key_path(keys: &Path, log: &str) -> PathBuf {
    keys.join(format!("{}.key", origin(log)))
}

/// The path of a key of a log: the file name of a successor contains its id.
#[must_use]
pub fn key_file(keys: &Path, key: &VerifierKey) -> PathBuf {
    let own = later_key_path(keys, key);
    if own.exists() { own } else { key_path(keys, key.name()) }
}

fn later_key_path(keys: &Path, key: &VerifierKey) -> PathBuf {
    keys.join(format!("{}-{}.key", origin(key.name()), to_hex(&key.id())))
}

fn origin(log: &str) -> &str {
    log.split('/').next().unwrap_or(log)
}

/// Why the signing key is changed, and how the new one is locked.
#[derive(Debug)]
pub struct Rotation<'a> {
    /// Why the old key no longer signs.
    pub reason: Revocation,
    /// The lock of the new key.
    pub lock: Option<&'a KeyProtection>,
}

/// A completed handover.
#[derive(Debug, Clone)]
pub struct Rotated {
    /// The key that signed until now.
    pub old: VerifierKey,
    /// The key that signs from now on.
    pub new: VerifierKey,
    /// The file of the new key.
    pub file: PathBuf,
    /// The log entry that names both.
    pub entry: EntrySeq,
}

impl CaseWriter {
    /// Hands over to a new signing key of the log; completes an interrupted handover instead. The new key is
    /// durable before the log names it.
    ///
    /// # Errors
    /// [`CaseError::Key`], [`CaseError::Log`].
    pub fn rotate_key(
        &mut self,
        keys: &Keys<'_>,
        rotation: &Rotation<'_>,
    ) -> Result<Rotated, CaseError> {
        let old = self.log.log().verifier().clone();
        let next = match self.log.end() {
            End::Sealed => return Err(CaseError::Sealed),
            End::Revoked => keys.load(&self.next_key_file(keys)?)?,
            End::Open => {
                let next = Key::successor(&old, self.acts.random());
                next.save(
                    &later_key_path(keys.folder, next.verifier()),
                    rotation.lock,
                    self.acts.random(),
                )?;
                let work = self.catalogue.begin()?;
                self.acts.log(&work, Act::key_add(next.verifier(), &old))?;
                self.acts.log(&work, Act::key_revoke(&old, rotation.reason))?;
                work.commit()?;
                self.flush()?;
                next
            }
        };
        let new = next.verifier().clone();
        let entry = EntrySeq::new(self.log.log().size().saturating_sub(2));
        self.log.hand_over(next)?;
        Ok(Rotated { old, file: key_file(keys.folder, &new), new, entry })
    }

    // The file of the key that the log's last entries name as the next.
    fn next_key_file(&self, keys: &Keys<'_>) -> Result<PathBuf, CaseError> {
        let log = self.log.log();
        let next = successor(&log.entry(EntrySeq::new(log.size().saturating_sub(2)))?);
        Ok(later_key_path(keys.folder, &next.ok_or(exhibit_custody::LogError::NotSuccessor)?))
    }

    /// Records in the log why a key that signed earlier is not to be trusted, or is lost.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`], [`CaseError::Log`].
    pub fn revoke_key(
        &mut self,
        key: &VerifierKey,
        reason: Revocation,
    ) -> Result<EntrySeq, CaseError> {
        self.log(Act::key_revoke(key, reason))
    }
}

/// Locks the key in a file with another passphrase, or removes the lock.
///
/// # Errors
/// [`KeyError`].
pub fn rekey(
    keys: &Keys<'_>,
    file: &Path,
    lock: Option<&KeyProtection>,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<(), KeyError> {
    keys.load(file)?.save_again(file, lock, random)
}

/// The last checkpoint that this machine saw or signed of a log, stored next to its key. It reveals a copy of the case
/// that was rolled back.
#[must_use]
pub fn remembered(keys: &Path, log: &str) -> Option<SignedNote> {
    let mut bytes = Vec::new();
    fs::File::open(memory_path(keys, log)).ok()?.take(64 << 10).read_to_end(&mut bytes).ok()?;
    SignedNote::parse(&bytes)
        .ok()
        .filter(|note| Checkpoint::parse(&note.text).is_ok_and(|c| c.origin == log))
}

fn memory_path(keys: &Path, log: &str) -> PathBuf {
    keys.join(format!("{}.checkpoint", origin(log)))
}

/// Stores the state of a log on drop.
#[derive(Debug)]
pub(crate) struct Memory {
    path: PathBuf,
    checkpoint: PathBuf,
}

impl Memory {
    /// Checks a log against its last known state, so that a second history is never signed.
    pub(crate) fn recall(keys: &Path, case: &CaseFolder, log: &Log) -> Result<Self, CaseError> {
        if let Some(note) = remembered(keys, log.origin())
            && let Ok(once) = Checkpoint::parse(&note.text)
        {
            log.continues(Head { size: once.size, root: once.root })?;
        }
        Ok(Self { path: memory_path(keys, log.origin()), checkpoint: case.checkpoint() })
    }

    // Not synced: an older checkpoint is no worse than none, and still true.
    fn write(&self) -> Result<(), CaseError> {
        let new = self.path.with_added_extension(format!("{}.new", std::process::id()));
        fs::copy(&self.checkpoint, &new).map_err(io_error("write", &new))?;
        fs::rename(&new, &self.path).map_err(io_error("rename", &new))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // a failure to store it does not harm the case
        let _ = self.write();
    }
}
