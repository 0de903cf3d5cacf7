//! The folder of a log on disk: bounded reads and durable writes.
//!
//! Files that no signed checkpoint refers to are written in place; only the checkpoint is replaced, by renaming.
//! There is no rollback: an interrupted step leaves the same state as a killed program.

use rustix::fs::{Mode, OFlags};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// The maximum number of files that are open while they are made durable.
const OPEN_AT_ONCE: usize = 128;

/// The number of files that are synced concurrently.
const SYNCED_AT_ONCE: usize = 8;

/// The folder of one log.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    #[cfg(test)]
    pub(crate) crash: crate::log::tests::Crash,
}

/// A change to the disk, reported before it is made, so that tests can interrupt there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step<'a> {
    MakeFolder(&'a Path),
    Write(&'a Path, &'a [u8]),
    SyncFile(&'a Path),
    SyncFolder(&'a Path),
    Rename(&'a Path, &'a Path),
    Remove(&'a Path),
}

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            #[cfg(test)]
            crash: crate::log::tests::Crash::default(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a file of at most `limit` bytes.
    pub(crate) fn read(&self, name: &str, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // Does not follow links, and does not block on a pipe in place of a file.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(self.path.join(name), flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let read = file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
        if read > limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any valid file"));
        }
        Ok(bytes)
    }

    /// Creates the folder if it does not exist.
    pub(crate) fn make(&self) -> io::Result<()> {
        if !self.path.is_dir() {
            self.step(&Step::MakeFolder(&self.path))?;
            fs::create_dir(&self.path)?;
        }
        self.sync_folder(self.path.parent().unwrap_or(Path::new(".")))
    }

    /// Writes files that nothing refers to yet, and makes them and their folders durable.
    fn write_all(&self, files: &[(String, Vec<u8>)]) -> io::Result<()> {
        let mut folders = BTreeSet::new();
        for group in files.chunks(OPEN_AT_ONCE) {
            let mut open = Vec::new();
            for (name, bytes) in group {
                let path = self.path.join(name);
                self.make_parents(&path, &mut folders)?;
                open.push((self.write(&path, bytes)?, path));
            }
            self.sync_files(&open)?;
        }
        folders.iter().try_for_each(|folder| self.sync_folder(folder))
    }

    /// Replaces a file atomically and durably, after `others`, the new files that it refers to, are durable.
    pub(crate) fn replace(
        &self,
        name: &str,
        bytes: Vec<u8>,
        mut others: Vec<(String, Vec<u8>)>,
    ) -> io::Result<()> {
        let unfinished = format!("{name}.new");
        let (path, new) = (self.path.join(name), self.path.join(&unfinished));
        others.push((unfinished, bytes));
        self.write_all(&others)?;
        self.step(&Step::Rename(&new, &path))?;
        fs::rename(&new, &path)?;
        self.sync_folder(&self.path)
    }

    /// Removes all files of a folder except one, and the folder if it is then empty.
    pub(crate) fn remove_all_but(&self, name: &str, kept: Option<&str>) -> io::Result<()> {
        let folder = self.path.join(name);
        if !folder.is_dir() {
            return Ok(());
        }
        for file in fs::read_dir(&folder)? {
            let file = file?;
            if kept.is_none_or(|kept| file.file_name() != *kept) {
                self.step(&Step::Remove(&file.path()))?;
                fs::remove_file(file.path())?;
            }
        }
        if kept.is_none() { fs::remove_dir(&folder) } else { Ok(()) }
    }

    // Concurrently, so that the file system writes its journal once for many files.
    fn sync_files(&self, files: &[(File, PathBuf)]) -> io::Result<()> {
        files.iter().try_for_each(|(_, path)| self.step(&Step::SyncFile(path)))?;
        let share = files.len().div_ceil(SYNCED_AT_ONCE).max(1);
        std::thread::scope(|scope| {
            let sync =
                |files: &[(File, PathBuf)]| files.iter().try_for_each(|(file, _)| file.sync_all());
            let threads: Vec<_> =
                files.chunks(share).map(|files| scope.spawn(move || sync(files))).collect();
            threads.into_iter().try_for_each(|thread| {
                thread.join().unwrap_or_else(|_| Err(io::Error::other("a sync thread panicked")))
            })
        })
    }

    fn make_parents(&self, path: &Path, folders: &mut BTreeSet<PathBuf>) -> io::Result<()> {
        let Some(parent) = path.parent() else { return Ok(()) };
        folders.insert(parent.to_owned());
        if parent == self.path || parent.is_dir() {
            return Ok(());
        }
        self.make_parents(parent, folders)?;
        self.step(&Step::MakeFolder(parent))?;
        fs::create_dir(parent)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<File> {
        self.step(&Step::Write(path, bytes))?;
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        Ok(file)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step(&Step::SyncFolder(path))?;
        sync_folder(path)
    }

    #[cfg(test)]
    fn step(&self, step: &Step<'_>) -> io::Result<()> {
        self.crash.step(step)
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests interrupt here")]
    fn step(&self, _: &Step<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    rustix::fs::fsync(File::open(path)?)?;
    Ok(())
}
