//! The store of originals: one read-only file per content, `ab/cdef…`, named by the SHA-256 of its bytes.
//!
//! A deposit is hashed while it is written to a temporary file, and then renamed. It counts once
//! [`Originals::sync`] has returned. What a crash leaves before that is never trusted: the next
//! deposit of the same bytes replaces it.

use crate::{StoreError, io_error};
use exhibit_model::{Digest, OriginalId};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder of originals.
#[derive(Debug)]
pub struct Originals {
    root: PathBuf,
    folder: File,
}

// Of the whole process: two stores of one folder must not write to the same temporary file.
static NEXT_TEMPORARY: AtomicU64 = AtomicU64::new(0);

/// A write into the store. Dropping it before [`FinishedDeposit::keep`] discards the bytes.
#[derive(Debug)]
pub struct Deposit<'a> {
    store: &'a Originals,
    path: PathBuf,
    file: Option<File>,
    hasher: Sha256,
    size: u64,
}

/// A deposit whose bytes are written and hashed, but that is not in the store yet.
#[derive(Debug)]
#[must_use]
pub struct FinishedDeposit<'a> {
    /// The SHA-256 of the bytes written.
    pub original: OriginalId,
    /// Their number.
    pub size: u64,
    deposit: Deposit<'a>,
}

/// The result of checking an original against its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixity {
    /// The bytes have the digest that names them.
    Matches,
    /// The bytes have another digest.
    Differs(Digest),
    /// There is no such file.
    Missing,
}

const INCOMING: &str = "incoming";

impl Originals {
    /// Opens the store in `root`, creating it if necessary.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let incoming = root.join(INCOMING);
        fs::create_dir_all(&incoming).map_err(io_error("make the folder", &incoming))?;
        let folder = File::open(root).map_err(io_error("open", root))?;
        Ok(Self { root: root.to_owned(), folder })
    }

    /// Removes leftovers of interrupted deposits. Only the process that has locked the case may call it.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn sweep(&self) -> Result<(), StoreError> {
        let incoming = self.root.join(INCOMING);
        for entry in fs::read_dir(&incoming).map_err(io_error("list", &incoming))? {
            let path = entry.map_err(io_error("list", &incoming))?.path();
            fs::remove_file(&path).map_err(io_error("remove", &path))?;
        }
        Ok(())
    }

    /// The path of an original.
    #[must_use]
    pub fn path(&self, original: OriginalId) -> PathBuf {
        let name = original.to_string();
        self.root.join(&name[..2]).join(&name[2..])
    }

    /// Starts a deposit.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn deposit(&self) -> Result<Deposit<'_>, StoreError> {
        loop {
            let number = NEXT_TEMPORARY.fetch_add(1, Ordering::Relaxed);
            let path = self.root.join(INCOMING).join(format!("{}-{number}", std::process::id()));
            match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                // a leftover of an earlier process with the same id
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                result => {
                    let file = result.map_err(io_error("create", &path))?;
                    return Ok(Deposit {
                        store: self,
                        path,
                        file: Some(file),
                        hasher: Sha256::new(),
                        size: 0,
                    });
                }
            }
        }
    }

    /// Makes all finished deposits durable: bytes, names and folders (one `syncfs`).
    ///
    /// # Errors
    /// [`StoreError::Io`]; then none of them may be acknowledged.
    pub fn sync(&self) -> Result<(), StoreError> {
        rustix::fs::syncfs(&self.folder).map_err(|e| io_error("make durable", &self.root)(e.into()))
    }

    /// Opens an original for reading.
    ///
    /// # Errors
    /// [`StoreError::Io`], also if it is not in the store.
    pub fn open_original(&self, original: OriginalId) -> Result<File, StoreError> {
        let path = self.path(original);
        File::open(&path).map_err(io_error("open the original", &path))
    }

    /// Rehashes an original and compares the digest. Calls `progress` with the size of each block read.
    ///
    /// # Errors
    /// [`StoreError::Io`] if it exists but cannot be read.
    pub fn check(
        &self,
        original: OriginalId,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Fixity, StoreError> {
        let path = self.path(original);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Fixity::Missing);
            }
            Err(error) => return Err(io_error("open the original", &path)(error)),
        };
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer).map_err(io_error("read the original", &path))? {
                0 => break,
                count => {
                    hasher.update(&buffer[..count]);
                    progress(count as u64);
                }
            }
        }
        let digest = Digest::from_bytes(hasher.finalize().into());
        Ok(if digest == original.digest() { Fixity::Matches } else { Fixity::Differs(digest) })
    }

    /// Calls `each` with every file in the store: its original, or the path of an unexpected file.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn for_each(
        &self,
        each: &mut dyn FnMut(Result<OriginalId, PathBuf>),
    ) -> Result<(), StoreError> {
        let list = |folder: &Path| -> Result<Vec<PathBuf>, StoreError> {
            let entries = fs::read_dir(folder).map_err(io_error("list", folder))?;
            let paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>();
            let mut paths = paths.map_err(io_error("list", folder))?;
            paths.sort();
            Ok(paths)
        };
        let metadata = |path: &Path| path.symlink_metadata().ok();
        for folder in list(&self.root)? {
            let prefix =
                folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if prefix == INCOMING {
                continue;
            }
            // links are unexpected, because their target is outside the store
            if !metadata(&folder).is_some_and(|metadata| metadata.is_dir()) {
                each(Err(folder));
                continue;
            }
            for path in list(&folder)? {
                let is_file = metadata(&path).is_some_and(|metadata| metadata.is_file());
                let rest =
                    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                match Digest::parse(&format!("{prefix}{rest}")) {
                    Ok(digest) if prefix.len() == 2 && is_file => each(Ok(OriginalId::new(digest))),
                    _ => each(Err(path)),
                }
            }
        }
        Ok(())
    }
}

impl<'a> Deposit<'a> {
    /// Writes bytes.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the deposit must then be dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(io_error("write", &self.path)),
            None => Ok(()),
        }
    }

    /// The number of bytes written so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Finishes writing and computes the digest. The bytes are then stored by [`FinishedDeposit::keep`] or discarded.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn finish(mut self) -> Result<FinishedDeposit<'a>, StoreError> {
        let hasher = std::mem::take(&mut self.hasher);
        let original = OriginalId::new(Digest::from_bytes(hasher.finalize().into()));
        if let Some(file) = self.file.take() {
            let read_only = fs::Permissions::from_mode(0o400);
            file.set_permissions(read_only).map_err(io_error("make read-only", &self.path))?;
        }
        Ok(FinishedDeposit { original, size: self.size, deposit: self })
    }
}

impl FinishedDeposit<'_> {
    /// Moves the bytes to their name in the store, replacing a leftover of an interrupted deposit. Call it only for an
    /// original that is not acknowledged yet; otherwise drop the deposit. Durable after [`Originals::sync`].
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn keep(self) -> Result<(), StoreError> {
        let store = self.deposit.store;
        let target = store.path(self.original);
        match fs::rename(&self.deposit.path, &target) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let folder = target.parent().unwrap_or(&store.root);
                fs::create_dir_all(folder).map_err(io_error("make the folder", folder))?;
                fs::rename(&self.deposit.path, &target).map_err(io_error("name", &target))
            }
            result => result.map_err(io_error("name", &target)),
        }
    }
}

impl Drop for Deposit<'_> {
    fn drop(&mut self) {
        // the file no longer exists after a rename; other leftovers are removed by the next sweep
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests;
