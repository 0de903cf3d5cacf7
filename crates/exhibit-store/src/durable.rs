//! Replacing files and folders durably: a crash at any moment leaves the old one or the new one, whole.
//!
//! A new file is written under a temporary name in the same folder, synced, renamed, and its folder synced. Processes
//! that replace the same file wait for each other. What a crash leaves under the temporary name is never read, and the
//! next replacement of the file overwrites it.

use rustix::fs::{FlockOperation, OFlags, flock};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Everyone whom the process's file mode creation mask allows.
    Default,
    /// The owner alone.
    Owner,
}

/// The steps of a replacement, after which tests interrupt it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Opened,
    Written,
    Synced,
    Renamed,
}

/// Replaces a file, or creates it, with what `write` writes.
///
/// # Errors
/// Those of the file system and of `write`; the old file is then still in place, unless only the last step failed:
/// making the folder durable.
pub fn replace_file(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    replace(path, readers, write, &mut |_| Ok(()))
}

/// Renames a file or folder that is complete and durable to its final name, and makes the name durable.
///
/// # Errors
/// Those of the file system.
pub fn put_in_place(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

fn replace(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut File) -> io::Result<()>,
    step: &mut dyn FnMut(Step) -> io::Result<()>,
) -> io::Result<()> {
    let new = temporary(path);
    let mut file = open_alone(&new, readers)?;
    step(Step::Opened)?;
    if let Err(error) = write(&mut file) {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    step(Step::Written)?;
    if let Err(error) = file.sync_all() {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    step(Step::Synced)?;
    fs::rename(&new, path)?;
    step(Step::Renamed)?;
    sync_folder_of(path)
}

// Hidden, so that readers of a folder skip it.
fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

// Opens the temporary file, empty, and locks it until it is closed.
fn open_alone(new: &Path, readers: Readers) -> io::Result<File> {
    let mode = if readers == Readers::Owner { 0o600 } else { 0o666 };
    // A folder from elsewhere may contain a link or a pipe in its place.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    loop {
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .mode(mode)
            .custom_flags(flags)
            .open(new)?;
        flock(&file, FlockOperation::LockExclusive)?;
        let own = file.metadata()?;
        // Another process may have renamed it while this one waited.
        if fs::symlink_metadata(new)
            .is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino()))
        {
            if readers == Readers::Owner {
                file.set_permissions(Permissions::from_mode(mode))?;
            }
            file.set_len(0)?;
            return Ok(file);
        }
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("listed").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    // A crash after each step leaves the old or the new content, and the next replacement removes what it left.
    #[test]
    fn a_crash_leaves_the_old_or_the_new_file_whole() {
        let steps = [
            (Step::Opened, "old"),
            (Step::Written, "old"),
            (Step::Synced, "old"),
            (Step::Renamed, "newer"),
        ];
        for (crash, content) in steps {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("settings");
            replace_file(&path, Readers::Default, |file| file.write_all(b"old")).expect("created");
            let mut reached = false;
            let died =
                replace(&path, Readers::Default, |file| file.write_all(b"newer"), &mut |step| {
                    assert!(!reached, "nothing happens after the crash");
                    reached = step == crash;
                    if reached { Err(io::Error::other("the process dies here")) } else { Ok(()) }
                });
            assert!(died.is_err() && reached, "{crash:?}");
            assert_eq!(fs::read_to_string(&path).expect("read"), content, "{crash:?}");
            assert_eq!(temporary(&path).exists(), crash != Step::Renamed, "{crash:?}");
            replace_file(&path, Readers::Default, |file| file.write_all(b"last"))
                .expect("replaced");
            assert_eq!(fs::read_to_string(&path).expect("read"), "last", "{crash:?}");
            assert_eq!(names(folder.path()), ["settings"], "{crash:?}");
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings");
        replace_file(&path, Readers::Default, |file| file.write_all(b"old")).expect("created");
        let full = replace_file(&path, Readers::Default, |file| {
            file.write_all(b"ne")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(full.expect_err("full").kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).expect("read"), "old");
        assert_eq!(names(folder.path()), ["settings"]);
    }

    // What is under the temporary name is not trusted: a link is not followed, and permissions are not taken over.
    #[test]
    fn a_planted_temporary_file_is_harmless() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("passwords"), folder.path().join("other"));
        fs::write(&other, "untouched").expect("written");
        std::os::unix::fs::symlink(&other, temporary(&path)).expect("linked");
        assert!(replace_file(&path, Readers::Owner, |file| file.write_all(b"secret")).is_err());
        assert_eq!(fs::read_to_string(&other).expect("read"), "untouched");
        fs::remove_file(temporary(&path)).expect("removed");
        fs::write(temporary(&path), "longer than the new content").expect("written");
        fs::set_permissions(temporary(&path), Permissions::from_mode(0o644)).expect("set");
        replace_file(&path, Readers::Owner, |file| file.write_all(b"secret")).expect("replaced");
        assert_eq!(fs::read_to_string(&path).expect("read"), "secret");
        assert_eq!(fs::metadata(&path).expect("a file").mode() & 0o777, 0o600);
    }

    #[test]
    fn writers_of_the_same_file_wait_for_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("history");
        std::thread::scope(|scope| {
            for writer in 0..4_u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..20 {
                        replace_file(path, Readers::Default, |file| {
                            (0..64).try_for_each(|_| file.write_all(&[b'a' + writer]))
                        })
                        .expect("replaced");
                        let read = fs::read(path).expect("read");
                        assert!(
                            read.len() == 64 && read.iter().all(|byte| *byte == read[0]),
                            "{read:?}"
                        );
                    }
                });
            }
        });
        assert_eq!(names(folder.path()), ["history"]);
    }
}
