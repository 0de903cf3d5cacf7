//! Writing a bag: every file is hashed while it is written, lists are stored on disk, memory is bounded.
//!
//! A bag is a folder, or one sealed file (a tar within age), of which nothing is on disk unsealed except the lists of
//! digests and neutral paths, in unnamed files. Either is written next to its target under another name and
//! renamed once it is complete and durable.

use super::seal::Lock;
use crate::{BagError, io_error};
use age::stream::StreamWriter;
use exhibit_proof::hash::to_hex;
use exhibit_store::put_in_place;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek as _, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The size of the read buffer in bytes.
const PIECE: usize = 1 << 18;

/// The end of the name of a bag that is not finished.
const UNFINISHED: &str = ".unfinished";

/// The folder within a sealed bag's tar.
pub(crate) const WITHIN: &str = "bag/";

/// A bag that is being written.
pub(crate) struct BagWriter {
    target: PathBuf,
    unfinished: PathBuf,
    shape: Shape,
    payload: Lists,
    // In path order, so that their lists have a single form.
    tags: BTreeMap<String, Written>,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    whole: bool,
}

enum Shape {
    Folder,
    Sealed(Box<tar::Builder<StreamWriter<BufWriter<File>>>>),
    // while the bag is being finished
    Ended,
}

/// The two manifests of one kind, in unnamed files.
struct Lists {
    sha256: BufWriter<File>,
    sha512: BufWriter<File>,
}

/// A file that was written.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    sha512: [u8; 64],
}

impl BagWriter {
    /// Begins a bag at `target`, which must not exist. Removes the leftovers of an interrupted attempt.
    pub(crate) fn begin(target: &Path, lock: &Lock) -> Result<Self, BagError> {
        if target.symlink_metadata().is_ok() {
            return Err(BagError::Exists(target.to_owned()));
        }
        let name = target.file_name().ok_or_else(|| BagError::Exists(target.to_owned()))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(UNFINISHED);
        let unfinished = target.with_file_name(hidden);
        remove(&unfinished).map_err(io_error("remove", &unfinished))?;
        let payload = Lists::begin(&unfinished)?;
        let shape = match lock.writer(&unfinished)? {
            Some(writer) => Shape::Sealed(Box::new(tar::Builder::new(writer))),
            None => {
                create_folder(&unfinished).map_err(io_error("make the folder", &unfinished))?;
                Shape::Folder
            }
        };
        let target = target.to_owned();
        Ok(Self {
            target,
            unfinished,
            shape,
            payload,
            tags: BTreeMap::new(),
            files: 0,
            bytes: 0,
            whole: false,
        })
    }

    /// Writes one file of `size` bytes from a reader and lists it. Paths are ASCII, so that every system writes them
    /// alike.
    pub(crate) fn add(
        &mut self,
        path: &str,
        size: u64,
        source: &mut dyn Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Written, BagError> {
        let written = self.write(path, size, source, progress)?;
        if path.starts_with("data/") {
            self.files += 1;
            self.bytes += written.size;
            self.payload.line(path, &written)?;
        } else {
            self.tags.insert(path.to_owned(), written);
        }
        Ok(written)
    }

    /// Writes a small file and lists it.
    pub(crate) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<Written, BagError> {
        self.add(path, bytes.len() as u64, &mut &bytes[..], &mut |_| {})
    }

    fn write(
        &mut self,
        path: &str,
        size: u64,
        source: &mut dyn Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Written, BagError> {
        let full = self.unfinished.join(path);
        let mut hashed =
            Hashed { source, sha256: Sha256::new(), sha512: Sha512::new(), size: 0, progress };
        let copied = match &mut self.shape {
            Shape::Folder => to_folder(&full, &mut hashed),
            Shape::Sealed(tar) => append(tar, path, size, &mut hashed),
            Shape::Ended => Ok(()),
        };
        copied.map_err(io_error("write", &full))?;
        // in a sealed bag, a file that grew or shrank meanwhile would shift everything after it
        if hashed.size != size
            || hashed.read(&mut [0]).map_err(io_error("read what goes into", &full))? > 0
        {
            let changed =
                io::Error::other(format!("it does not have the {size} bytes that it must have"));
            return Err(io_error("write", &full)(changed));
        }
        Ok(Written {
            size,
            sha256: hashed.sha256.finalize().into(),
            sha512: hashed.sha512.finalize().into(),
        })
    }

    /// Ends the payload: completes its manifests, lists them among the tag files, and returns their digests.
    pub(crate) fn end_payload(&mut self) -> Result<[[u8; 32]; 2], BagError> {
        let lists = std::mem::replace(&mut self.payload, Lists::begin(&self.unfinished)?);
        let mut digests = [[0; 32]; 2];
        for ((kind, mut list), digest) in lists.end(&self.unfinished)?.into_iter().zip(&mut digests)
        {
            let path = format!("manifest-{kind}.txt");
            let size = list.metadata().map_err(io_error("read", &self.unfinished))?.len();
            *digest = self.add(&path, size, &mut list, &mut |_| {})?.sha256;
        }
        Ok(digests)
    }

    /// Finishes the bag: makes it durable, then renames it to its target.
    pub(crate) fn end(mut self) -> Result<(), BagError> {
        let mut lists = Lists::begin(&self.unfinished)?;
        for (path, written) in &self.tags {
            lists.line(path, written)?;
        }
        for (kind, mut list) in lists.end(&self.unfinished)? {
            let size = list.metadata().map_err(io_error("read", &self.unfinished))?.len();
            self.write(&format!("tagmanifest-{kind}.txt"), size, &mut list, &mut |_| {})?;
        }
        self.settle().map_err(io_error("make durable", &self.unfinished))?;
        if self.target.symlink_metadata().is_ok() {
            return Err(BagError::Exists(self.target.clone()));
        }
        put_in_place(&self.unfinished, &self.target)
            .map_err(io_error("rename", &self.unfinished))?;
        self.whole = true;
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        if let Shape::Sealed(tar) = std::mem::replace(&mut self.shape, Shape::Ended) {
            let file =
                tar.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            return file.sync_all();
        }
        Ok(rustix::fs::syncfs(&File::open(&self.unfinished)?)?)
    }
}

impl Drop for BagWriter {
    fn drop(&mut self) {
        if !self.whole {
            // Leftovers that cannot be removed now have a name that no bag has; the next attempt removes them.
            let _ = remove(&self.unfinished);
        }
    }
}

/// The exports next to this target that were interrupted: each has copies of documents.
#[must_use]
pub fn unfinished_exports(target: &Path) -> Vec<PathBuf> {
    let parent =
        target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let is_unfinished = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.as_encoded_bytes()).unwrap_or_default();
        name.starts_with(b".") && name.ends_with(UNFINISHED.as_bytes())
    };
    let names = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = names.map(|entry| entry.path()).filter(is_unfinished).collect();
    found.sort();
    found
}

/// Creates a folder and those above it that are missing, for its owner alone.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Creates a file, which must not exist, and the folders above it, for its owner alone.
pub(crate) fn create_file(path: &Path) -> io::Result<File> {
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    removed
        .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn to_folder(full: &Path, source: &mut Hashed<'_>) -> io::Result<()> {
    let mut file = create_file(full)?;
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece)? {
            0 => return Ok(()),
            length => file.write_all(&piece[..length])?,
        }
    }
}

// Reproducible: no owner, no time, fixed permissions.
fn append<W: Write>(
    tar: &mut tar::Builder<W>,
    path: &str,
    size: u64,
    source: &mut Hashed<'_>,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(format!("{WITHIN}{path}"))?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_cksum();
    tar.append(&header, source.take(size))
}

/// A reader that hashes and counts the bytes it returns.
struct Hashed<'a> {
    source: &'a mut dyn Read,
    sha256: Sha256,
    sha512: Sha512,
    size: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Read for Hashed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(into)?;
        self.sha256.update(&into[..length]);
        self.sha512.update(&into[..length]);
        self.size += length as u64;
        (self.progress)(length as u64);
        Ok(length)
    }
}

impl Lists {
    fn begin(beside: &Path) -> Result<Self, BagError> {
        let unnamed = || {
            let mut path = beside.as_os_str().to_owned();
            path.push(".list");
            let path = PathBuf::from(path);
            let _ = fs::remove_file(&path);
            let file =
                File::options().read(true).write(true).create_new(true).mode(0o600).open(&path);
            let file = file.and_then(|file| fs::remove_file(&path).map(|()| file));
            file.map(BufWriter::new).map_err(io_error("create", &path))
        };
        Ok(Self { sha256: unnamed()?, sha512: unnamed()? })
    }

    fn line(&mut self, path: &str, written: &Written) -> Result<(), BagError> {
        let short = writeln!(self.sha256, "{}  {path}", to_hex(&written.sha256));
        let long = writeln!(self.sha512, "{}  {path}", to_hex(&written.sha512));
        short.and(long).map_err(io_error("list", Path::new(path)))
    }

    fn end(self, beside: &Path) -> Result<[(&'static str, File); 2], BagError> {
        let rewound = |list: BufWriter<File>| {
            let mut file = list.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind().map(|()| file)
        };
        let read = |list| rewound(list).map_err(io_error("write lists beside", beside));
        Ok([("sha256", read(self.sha256)?), ("sha512", read(self.sha512)?)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn an_interrupted_export_is_private_and_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("handover");
        for lock in [
            Lock::Open,
            Lock::Recipients(vec![age::x25519::Identity::generate().to_public().to_string()]),
        ] {
            let mut writer = BagWriter::begin(&target, &lock).expect("begun");
            writer.put("data/documents/EXH-000001/text/0001.txt", b"a page").expect("written");
            let unfinished = folder.path().join(".handover.unfinished");
            assert_eq!(unfinished_exports(&target), std::slice::from_ref(&unfinished));
            assert_eq!(mode(&unfinished), if unfinished.is_dir() { 0o700 } else { 0o600 });
            if unfinished.is_dir() {
                assert_eq!(mode(&unfinished.join("data/documents")), 0o700);
                assert_eq!(
                    mode(&unfinished.join("data/documents/EXH-000001/text/0001.txt")),
                    0o600
                );
            }
            drop(writer);
            assert!(unfinished_exports(&target).is_empty());
        }
        fs::write(folder.path().join(".other.unfinished"), "").expect("written");
        fs::write(folder.path().join("some.unfinished"), "").expect("written");
        assert_eq!(unfinished_exports(&target), [folder.path().join(".other.unfinished")]);
    }
}
