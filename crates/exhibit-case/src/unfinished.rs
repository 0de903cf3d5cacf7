//! A case that is being created: what a killed `init` left is removed by the next one.
//!
//! The settings are written last, by renaming the marker that was created first. So a folder with the marker and without
//! settings is one that never became a case, and everything in it that a case would have, originals excepted, is its own.

use crate::{CaseError, CaseFolder, io_error};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A folder in which a case is being created; locked against others that create one there.
#[derive(Debug)]
pub(crate) struct Unfinished {
    marker: PathBuf,
    file: File,
}

impl Unfinished {
    /// Begins in a folder that does not exist, is empty, or has what an interrupted attempt left.
    pub(crate) fn begin(folder: &CaseFolder) -> Result<Self, CaseError> {
        let path = folder.path();
        fs::create_dir_all(path).map_err(io_error("make the folder", path))?;
        let marker = folder.unfinished_settings();
        let begun = match fs::symlink_metadata(&marker) {
            Ok(found) => found.is_file(),
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(io_error("read", &marker)(error)),
        };
        if !begun && fs::read_dir(path).map_err(io_error("list", path))?.next().is_some() {
            return Err(CaseError::NotEmpty(path.to_owned()));
        }
        let mut options = OpenOptions::new();
        let open = options
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(crate::writer::NO_LINK)
            .open(&marker);
        let file = open.map_err(io_error("create", &marker))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(CaseError::Locked { holder: "another process".to_owned() });
        }
        if begun {
            remove_leftovers(folder, &marker)?;
        }
        Ok(Self { marker, file })
    }

    /// Makes the folder a case: its settings are there, whole, or not at all.
    pub(crate) fn finish(mut self, folder: &CaseFolder, settings: &str) -> Result<(), CaseError> {
        let written = self.file.set_len(0).and_then(|()| self.file.write_all(settings.as_bytes()));
        written.and_then(|()| self.file.sync_all()).map_err(io_error("write", &self.marker))?;
        let path = folder.settings();
        fs::rename(&self.marker, &path).map_err(io_error("rename", &path))?;
        let holder = File::open(folder.path()).map_err(io_error("open", folder.path()))?;
        holder.sync_all().map_err(io_error("make durable", folder.path()))
    }
}

fn remove_leftovers(folder: &CaseFolder, marker: &Path) -> Result<(), CaseError> {
    let path = folder.path();
    let foreign = || CaseError::NotEmpty(path.to_owned());
    let mut own = Vec::new();
    for entry in fs::read_dir(path).map_err(io_error("list", path))? {
        let entry = entry.map_err(io_error("list", path))?;
        if entry.path() == marker {
            continue;
        }
        if !folder.is_of_new_case(&entry.file_name()) {
            return Err(foreign());
        }
        own.push(entry.path());
    }
    // an attempt to create a case never gets as far as an original
    if has_files(&folder.originals_folder()) {
        return Err(foreign());
    }
    for path in own {
        let is_folder = fs::symlink_metadata(&path).map_err(io_error("read", &path))?.is_dir();
        let removed = if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(io_error("remove", &path))?;
    }
    Ok(())
}

fn has_files(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.filter_map(Result::ok).any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => has_files(&entry.path()),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Acts, Case, Keys, NewCase, Principal};
    use exhibit_model::{FixedClock, Moment};

    fn init(path: &Path, keys: &Path, seed: u8) -> Result<(), CaseError> {
        let new = NewCase { name: "case", prefix: "EXH", keys, lock: None };
        let mut acts = Acts::new(
            FixedClock(Moment(0)),
            move |bytes| bytes.fill(seed),
            Principal::LOCAL,
            "test",
        );
        Case::init(path, &new, &mut acts)
    }

    // A case that was being created when its process was killed: everything but its name in settings.
    fn killed(path: &Path, keys: &Path) -> CaseFolder {
        init(path, keys, 7).expect("a case");
        let folder = CaseFolder::new(path);
        fs::remove_file(folder.settings()).expect("removed");
        fs::write(folder.unfinished_settings(), b"").expect("written");
        folder
    }

    #[test]
    fn an_interrupted_attempt_is_replaced_by_the_next() {
        let parent = tempfile::tempdir().expect("a folder");
        let (path, keys) = (parent.path().join("case"), parent.path().join("keys"));
        let folder = killed(&path, &keys);
        assert!(!folder.is_case());
        init(&path, &keys, 9).expect("a case");
        assert!(folder.is_case() && !folder.unfinished_settings().exists());
        drop(
            crate::CaseWriter::take(
                &path,
                &Keys::plain(&keys),
                Acts::new(FixedClock(Moment(0)), |b| b.fill(3), Principal::LOCAL, "test"),
            )
            .expect("a writer"),
        );
        assert!(matches!(init(&path, &keys, 9), Err(CaseError::Exists(_))));
    }

    #[test]
    fn nothing_of_others_is_removed() {
        for (name, is_original) in
            [("notes.txt", false), ("originals/ab/cd", true), ("originals/kept", true)]
        {
            let parent = tempfile::tempdir().expect("a folder");
            let (path, keys) = (parent.path().join("case"), parent.path().join("keys"));
            let folder = killed(&path, &keys);
            let file = path.join(name);
            fs::create_dir_all(file.parent().expect("a parent")).expect("made");
            fs::write(&file, b"mine").expect("written");
            assert!(
                matches!(init(&path, &keys, 9), Err(CaseError::NotEmpty(_))),
                "{name} {is_original}"
            );
            assert!(file.exists() && folder.custody().exists(), "{name}");
        }
        let parent = tempfile::tempdir().expect("a folder");
        fs::write(parent.path().join("notes.txt"), b"mine").expect("written");
        assert!(matches!(
            init(parent.path(), &parent.path().join("keys"), 9),
            Err(CaseError::NotEmpty(_))
        ));
    }

    #[test]
    fn two_attempts_do_not_disturb_each_other() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = CaseFolder::new(&parent.path().join("case"));
        let first = Unfinished::begin(&folder).expect("begun");
        assert!(matches!(Unfinished::begin(&folder), Err(CaseError::Locked { .. })));
        drop(first);
        drop(Unfinished::begin(&folder).expect("the first has ended"));
    }
}
