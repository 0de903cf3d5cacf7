//! The store of originals: one read-only file per content, `ab/cdef…`, named by the SHA-256 of its bytes.
//!
//! A deposit is hashed while it is written to a temporary file, then renamed to its name. It counts once
//! [`Originals::sync`] has returned; what a crash leaves behind before that is never believed: the next
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
    next_temporary: AtomicU64,
}

/// Bytes on their way into the store. Dropped unfinished, it leaves nothing.
#[derive(Debug)]
pub struct Deposit<'a> {
    store: &'a Originals,
    path: PathBuf,
    file: Option<File>,
    hasher: Sha256,
    size: u64,
}

/// A deposit whose bytes are all written and named by their digest, and that is not in the store yet.
#[derive(Debug)]
#[must_use]
pub struct Sealed<'a> {
    /// The SHA-256 of the bytes written.
    pub original: OriginalId,
    /// How many bytes.
    pub size: u64,
    deposit: Deposit<'a>,
}

/// What checking an original against its name found.
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
    /// Opens the store in `root`, making it if need be, and sweeps what an interrupted deposit left.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let incoming = root.join(INCOMING);
        fs::create_dir_all(&incoming).map_err(io_error("make the folder", &incoming))?;
        let folder = File::open(root).map_err(io_error("open", root))?;
        Ok(Self { root: root.to_owned(), folder, next_temporary: AtomicU64::new(0) })
    }

    /// Removes what interrupted deposits left behind. Only the one process that holds the case may call it.
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

    /// Where the bytes of an original lie.
    #[must_use]
    pub fn path(&self, original: OriginalId) -> PathBuf {
        let name = original.to_string();
        self.root.join(&name[..2]).join(&name[2..])
    }

    /// Begins a deposit.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn deposit(&self) -> Result<Deposit<'_>, StoreError> {
        let number = self.next_temporary.fetch_add(1, Ordering::Relaxed);
        let path = self.root.join(INCOMING).join(format!("{}-{number}", std::process::id()));
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .map_err(io_error("create", &path))?;
        Ok(Deposit { store: self, path, file: Some(file), hasher: Sha256::new(), size: 0 })
    }

    /// Makes every deposit finished so far durable: their bytes, names and folders (one `syncfs`).
    ///
    /// # Errors
    /// [`StoreError::Io`]; then none of them may be acknowledged.
    pub fn sync(&self) -> Result<(), StoreError> {
        rustix::fs::syncfs(&self.folder).map_err(|e| io_error("make durable", &self.root)(e.into()))
    }

    /// Opens an original for reading.
    ///
    /// # Errors
    /// [`StoreError::Io`], also when it is not held.
    pub fn open_original(&self, original: OriginalId) -> Result<File, StoreError> {
        let path = self.path(original);
        File::open(&path).map_err(io_error("open the original", &path))
    }

    /// Hashes an original again and compares; `progress` hears of each block read, in bytes.
    ///
    /// # Errors
    /// [`StoreError::Io`] when it is there but cannot be read.
    pub fn check(&self, original: OriginalId, progress: &mut dyn FnMut(u64)) -> Result<Fixity, StoreError> {
        let path = self.path(original);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Fixity::Missing),
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

    /// Calls `each` with every file in the store: its original, or the path of a file that has no business there.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn for_each(&self, each: &mut dyn FnMut(Result<OriginalId, PathBuf>)) -> Result<(), StoreError> {
        let list = |folder: &Path| -> Result<Vec<PathBuf>, StoreError> {
            let entries = fs::read_dir(folder).map_err(io_error("list", folder))?;
            let paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>();
            let mut paths = paths.map_err(io_error("list", folder))?;
            paths.sort();
            Ok(paths)
        };
        let about = |path: &Path| path.symlink_metadata().ok();
        for folder in list(&self.root)? {
            let prefix = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if prefix == INCOMING {
                continue;
            }
            // what is linked lies elsewhere, whatever it holds today
            if !about(&folder).is_some_and(|about| about.is_dir()) {
                each(Err(folder));
                continue;
            }
            for path in list(&folder)? {
                let plain = about(&path).is_some_and(|about| about.is_file());
                let rest = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                match Digest::parse(&format!("{prefix}{rest}")) {
                    Ok(digest) if prefix.len() == 2 && plain => each(Ok(OriginalId::new(digest))),
                    _ => each(Err(path)),
                }
            }
        }
        Ok(())
    }
}

impl<'a> Deposit<'a> {
    /// Takes more bytes.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the deposit is then of no use.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(io_error("write", &self.path)),
            None => Ok(()),
        }
    }

    /// How many bytes were taken so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Ends writing: the bytes have their digest now, and wait to be kept or let go.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn seal(mut self) -> Result<Sealed<'a>, StoreError> {
        let hasher = std::mem::take(&mut self.hasher);
        let original = OriginalId::new(Digest::from_bytes(hasher.finalize().into()));
        if let Some(file) = self.file.take() {
            let read_only = fs::Permissions::from_mode(0o400);
            file.set_permissions(read_only).map_err(io_error("make read-only", &self.path))?;
        }
        Ok(Sealed { original, size: self.size, deposit: self })
    }
}

impl Sealed<'_> {
    /// Gives the bytes their name in the store, replacing what an interrupted deposit may have left there. Call it only for an
    /// original that is not acknowledged yet; drop the deposit otherwise. Durable after [`Originals::sync`].
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
        // gone already when the deposit was named; otherwise what is left is swept at the next start
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &Originals, bytes: &[u8]) -> OriginalId {
        let mut deposit = store.deposit().expect("deposit");
        for chunk in bytes.chunks(3) {
            deposit.write(chunk).expect("write");
        }
        let sealed = deposit.seal().expect("seal");
        let original = sealed.original;
        assert_eq!(sealed.size, bytes.len() as u64);
        sealed.keep().expect("keep");
        original
    }

    fn listing(store: &Originals) -> Vec<String> {
        let mut names = Vec::new();
        store.for_each(&mut |entry| names.push(format!("{entry:?}"))).expect("list");
        names
    }

    #[test]
    fn bytes_come_back_under_their_digest_and_read_only() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Originals::open(folder.path()).expect("open");
        let original = put(&store, b"abc");
        assert_eq!(original.digest(), Digest::of(b"abc"));
        store.sync().expect("sync");
        let path = store.path(original);
        assert_eq!(fs::read(&path).expect("read"), b"abc");
        assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o400);
        assert_eq!(store.check(original, &mut |_| {}).expect("check"), Fixity::Matches);
    }

    #[test]
    fn torn_leftovers_are_replaced() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Originals::open(folder.path()).expect("open");
        let original = put(&store, b"abc");
        let path = store.path(original);
        fs::remove_file(&path).expect("remove");
        fs::write(&path, b"a").expect("a torn write");
        assert!(matches!(store.check(original, &mut |_| {}), Ok(Fixity::Differs(_))));
        assert_eq!(put(&store, b"abc"), original);
        assert_eq!(store.check(original, &mut |_| {}).expect("check"), Fixity::Matches);
        assert_eq!(listing(&store).len(), 1);
    }

    #[test]
    fn unfinished_deposits_leave_nothing_and_strangers_are_named() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Originals::open(folder.path()).expect("open");
        let mut deposit = store.deposit().expect("deposit");
        deposit.write(b"half").expect("write");
        drop(deposit.seal().expect("seal"));
        assert_eq!(fs::read_dir(folder.path().join(INCOMING)).expect("list").count(), 0);
        std::mem::forget(store.deposit().expect("a deposit that a crash interrupts"));
        store.sweep().expect("sweep");
        assert_eq!(fs::read_dir(folder.path().join(INCOMING)).expect("list").count(), 0);
        fs::create_dir_all(folder.path().join("zz")).expect("folder");
        fs::write(folder.path().join("zz/notes.txt"), b"x").expect("write");
        assert!(listing(&store)[0].contains("notes.txt"));
        let absent = OriginalId::new(Digest::of(b"absent"));
        assert_eq!(store.check(absent, &mut |_| {}).expect("check"), Fixity::Missing);
    }
}
