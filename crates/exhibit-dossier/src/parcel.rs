//! The folder of a bag while it is written: every file hashed as it goes, lists kept on disk, memory bounded.
//!
//! The folder lies beside its final place under another name and is renamed when it is whole and durable.

use crate::{DossierError, io_error};
use exhibit_proof::hash::to_hex;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

/// How many bytes are read at once.
const PIECE: usize = 1 << 18;

/// A bag under way.
pub(crate) struct Parcel {
    target: PathBuf,
    folder: PathBuf,
    payload: Lists,
    // In the order of their paths, so that their lists have one form.
    tags: BTreeMap<String, Written>,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    whole: bool,
}

/// The two manifests of one kind.
struct Lists {
    sha256: BufWriter<File>,
    sha512: BufWriter<File>,
}

/// What was written.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    sha512: [u8; 64],
}

impl Parcel {
    /// Begins a bag that will lie at `target`, which must not exist. What an interrupted attempt left is removed.
    pub(crate) fn begin(target: &Path) -> Result<Self, DossierError> {
        if target.symlink_metadata().is_ok() {
            return Err(DossierError::Exists(target.to_owned()));
        }
        let name = target.file_name().ok_or_else(|| DossierError::Exists(target.to_owned()))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".unfinished");
        let folder = target.with_file_name(hidden);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(io_error("remove", &folder)(error));
            }
            _ => {}
        }
        fs::create_dir(&folder).map_err(io_error("make the folder", &folder))?;
        let payload = Lists::begin(&folder, "manifest")?;
        Ok(Self { target: target.to_owned(), folder, payload, tags: BTreeMap::new(), files: 0, bytes: 0, whole: false })
    }

    /// Writes one file from a reader and lists it. Paths are ASCII, so that no system writes them otherwise.
    pub(crate) fn add(
        &mut self,
        path: &str,
        source: &mut dyn Read,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Written, DossierError> {
        let full = self.folder.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(io_error("make the folder", parent))?;
        }
        let mut file = File::create_new(&full).map_err(io_error("create", &full))?;
        let (mut sha256, mut sha512, mut size) = (Sha256::new(), Sha512::new(), 0);
        let mut piece = vec![0; PIECE];
        loop {
            let length = source.read(&mut piece).map_err(io_error("read what goes into", &full))?;
            if length == 0 {
                break;
            }
            sha256.update(&piece[..length]);
            sha512.update(&piece[..length]);
            file.write_all(&piece[..length]).map_err(io_error("write", &full))?;
            size += length as u64;
            progress(length as u64);
        }
        let written = Written { size, sha256: sha256.finalize().into(), sha512: sha512.finalize().into() };
        if path.starts_with("data/") {
            self.files += 1;
            self.bytes += size;
            self.payload.line(path, &written)?;
        } else {
            self.tags.insert(path.to_owned(), written);
        }
        Ok(written)
    }

    /// Writes a small file and lists it.
    pub(crate) fn put(&mut self, path: &str, bytes: &[u8]) -> Result<Written, DossierError> {
        self.add(path, &mut &bytes[..], &mut |_| {})
    }

    /// Ends the payload: its manifests are whole, listed among the tag files, and their digests given.
    pub(crate) fn end_payload(&mut self) -> Result<[[u8; 32]; 2], DossierError> {
        self.payload.end(&self.folder)?;
        let mut digests = [[0; 32]; 2];
        for (name, digest) in ["manifest-sha256.txt", "manifest-sha512.txt"].into_iter().zip(&mut digests) {
            let path = self.folder.join(name);
            let (mut sha256, mut sha512, mut size) = (Sha256::new(), Sha512::new(), 0);
            let mut file = File::open(&path).map_err(io_error("open", &path))?;
            let mut piece = vec![0; PIECE];
            loop {
                let length = file.read(&mut piece).map_err(io_error("read", &path))?;
                if length == 0 {
                    break;
                }
                sha256.update(&piece[..length]);
                sha512.update(&piece[..length]);
                size += length as u64;
            }
            let written = Written { size, sha256: sha256.finalize().into(), sha512: sha512.finalize().into() };
            *digest = written.sha256;
            self.tags.insert(name.to_owned(), written);
        }
        Ok(digests)
    }

    /// Ends the bag: durable, then under its name.
    pub(crate) fn end(mut self) -> Result<(), DossierError> {
        let mut lists = Lists::begin(&self.folder, "tagmanifest")?;
        for (path, written) in &self.tags {
            lists.line(path, written)?;
        }
        lists.end(&self.folder)?;
        let folder = File::open(&self.folder).map_err(io_error("open", &self.folder))?;
        rustix::fs::syncfs(&folder).map_err(|error| io_error("make durable", &self.folder)(error.into()))?;
        if self.target.symlink_metadata().is_ok() {
            return Err(DossierError::Exists(self.target.clone()));
        }
        fs::rename(&self.folder, &self.target).map_err(io_error("rename", &self.folder))?;
        self.whole = true;
        let above = self.target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(above).and_then(|above| above.sync_all()).map_err(io_error("make durable", above))
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        if !self.whole {
            // What cannot be removed now lies under a name that nobody takes for a bag, and goes with the next attempt.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

impl Lists {
    fn begin(folder: &Path, name: &str) -> Result<Self, DossierError> {
        let create = |kind: &str| {
            let path = folder.join(format!("{name}-{kind}.txt"));
            File::create_new(&path).map(BufWriter::new).map_err(io_error("create", &path))
        };
        Ok(Self { sha256: create("sha256")?, sha512: create("sha512")? })
    }

    fn line(&mut self, path: &str, written: &Written) -> Result<(), DossierError> {
        let short = writeln!(self.sha256, "{}  {path}", to_hex(&written.sha256));
        let long = writeln!(self.sha512, "{}  {path}", to_hex(&written.sha512));
        short.and(long).map_err(io_error("list", Path::new(path)))
    }

    fn end(&mut self, folder: &Path) -> Result<(), DossierError> {
        self.sha256.flush().and_then(|()| self.sha512.flush()).map_err(io_error("write lists in", folder))
    }
}
