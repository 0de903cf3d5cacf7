//! The folder of a bag on disk. Links are never followed, but listed as links; nothing but plain files is read.

use exhibit_proof::bagit::{Files, FoundFile, FoundKind, Unreadable};
use exhibit_proof::names;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The maximum nesting depth of folders.
const MAX_DEPTH: usize = 64;

/// The maximum number of files in a bag: facts about each file are kept in memory.
const MAX_FILES: usize = 4_000_000;

/// Gives access to the files of a bag in a folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The bag in this folder. Does not read anything yet.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl Files for Folder {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let mut found = Vec::new();
        let mut pending = vec![(self.root.clone(), Vec::new(), 0)];
        while let Some((folder, path, depth)) = pending.pop() {
            let failed =
                |error: io::Error| Unreadable { reason: format!("{}: {error}", folder.display()) };
            let mut is_empty = depth > 0;
            for entry in fs::read_dir(&folder).map_err(failed)? {
                is_empty = false;
                let entry = entry.map_err(failed)?;
                let mut name: Vec<u8> = path.clone();
                name.extend_from_slice(entry.file_name().as_encoded_bytes());
                let metadata = entry.path().symlink_metadata().map_err(failed)?;
                if metadata.is_dir() && depth < MAX_DEPTH {
                    name.push(b'/');
                    pending.push((entry.path(), name, depth + 1));
                } else {
                    found.push(FoundFile {
                        path: name,
                        size: metadata.len(),
                        kind: kind(&metadata),
                    });
                }
            }
            if is_empty {
                let path = path.strip_suffix(b"/").unwrap_or(&path).to_vec();
                found.push(FoundFile { path, size: 0, kind: FoundKind::EmptyFolder });
            }
            if found.len() > MAX_FILES {
                return Err(Unreadable { reason: format!("more than {MAX_FILES} files") });
            }
        }
        Ok(found)
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let failed = |error: io::Error| Unreadable { reason: error.to_string() };
        let (mut file, size) = open(&self.root, path).map_err(failed)?;
        let (mut chunk, mut left) = (vec![0; 1 << 18], size);
        loop {
            match file.read(&mut chunk) {
                Ok(0) => return Ok(()),
                // A file that grows as fast as it is read would have no end.
                Ok(length) if length as u64 > left => {
                    return Err(failed(io::Error::other("grows while it is read")));
                }
                Ok(length) => {
                    left -= length as u64;
                    each(&chunk[..length]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

#[cfg(unix)]
fn kind(metadata: &fs::Metadata) -> FoundKind {
    use std::os::unix::fs::MetadataExt as _;
    match metadata.is_file() {
        true if metadata.nlink() > 1 => FoundKind::HardLinked,
        true => FoundKind::Plain,
        false => FoundKind::Special,
    }
}

#[cfg(not(unix))]
fn kind(metadata: &fs::Metadata) -> FoundKind {
    if metadata.is_file() { FoundKind::Plain } else { FoundKind::Special }
}

// Opens a plain file below a folder, and returns its size. No part of its path may be a link, and a pipe does not block.
fn open(root: &Path, path: &str) -> io::Result<(File, u64)> {
    if let Some(flaw) = names::flaw(path) {
        return Err(io::Error::other(flaw));
    }
    plain(open_below(root, path)?)
}

/// Opens a plain file that the reader named, and returns its size: a link is followed, a pipe does not block.
pub(crate) fn open_named(path: &Path) -> io::Result<(File, u64)> {
    plain(open_at_once(path)?)
}

fn plain(file: File) -> io::Result<(File, u64)> {
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, metadata.len()))
    } else {
        Err(io::Error::other("not a plain file"))
    }
}

#[cfg(unix)]
fn open_below(root: &Path, path: &str) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open, openat};
    let mut at = open(root, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let last = if parts.peek().is_some() { OFlags::DIRECTORY } else { OFlags::NONBLOCK };
        at = openat(
            &at,
            part,
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | last,
            Mode::empty(),
        )?;
    }
    Ok(File::from(at))
}

#[cfg(unix)]
fn open_at_once(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    Ok(File::from(open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())?))
}

#[cfg(not(unix))]
fn open_below(root: &Path, path: &str) -> io::Result<File> {
    let path = root.join(path);
    let is_plain = path.symlink_metadata()?.is_file();
    if is_plain { File::open(path) } else { Err(io::Error::other("not a plain file")) }
}

#[cfg(not(unix))]
fn open_at_once(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn read(folder: &Path, path: &str) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = Vec::new();
        Folder::new(folder).read(path, &mut |chunk| bytes.extend_from_slice(chunk)).map(|()| bytes)
    }

    #[test]
    fn only_plain_files_below_the_folder_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("bag");
        fs::create_dir_all(root.join("data")).expect("a folder");
        fs::write(root.join("data/a"), "bytes").expect("a file");
        fs::write(folder.path().join("secret"), "secret").expect("a file");
        symlink("a", root.join("data/link")).expect("a link");
        symlink("data", root.join("linked")).expect("a link");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            root.join("data/pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .expect("a pipe");
        assert_eq!(read(&root, "data/a"), Ok(b"bytes".to_vec()));
        for path in [
            "data/link",
            "linked/a",
            "data/pipe",
            "data",
            "../secret",
            "data/../../secret",
            "/dev/zero",
            "",
        ] {
            assert!(read(&root, path).is_err(), "{path:?}");
        }
        assert!(
            open_named(&root.join("data/pipe")).is_err(),
            "a pipe that the reader named does not block"
        );
        assert!(open_named(&root.join("data/link")).is_ok());
    }

    #[test]
    fn everything_is_listed_with_its_kind() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("a/empty")).expect("a folder");
        fs::write(folder.path().join("a/one"), "1").expect("a file");
        fs::write(folder.path().join("two"), "2").expect("a file");
        fs::hard_link(folder.path().join("two"), folder.path().join("three")).expect("a link");
        symlink("/etc", folder.path().join("etc")).expect("a link");
        let mut found = Folder::new(folder.path()).list().expect("a list");
        found.sort_by(|a, b| a.path.cmp(&b.path));
        let found: Vec<(String, FoundKind)> = found
            .into_iter()
            .map(|found| (String::from_utf8(found.path).expect("UTF-8"), found.kind))
            .collect();
        let expected = [
            ("a/empty", FoundKind::EmptyFolder),
            ("a/one", FoundKind::Plain),
            ("etc", FoundKind::Special),
            ("three", FoundKind::HardLinked),
            ("two", FoundKind::HardLinked),
        ];
        assert_eq!(found, expected.map(|(path, kind)| (path.to_owned(), kind)));
    }
}
