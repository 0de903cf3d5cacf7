//! The folder of a bag on disk. Links are never followed, but listed as links.

use exhibit_proof::bagit::{Files, FoundFile, Unreadable};
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
            let failed = |error: io::Error| Unreadable { reason: format!("{}: {error}", folder.display()) };
            for entry in fs::read_dir(&folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let mut name: Vec<u8> = path.clone();
                name.extend_from_slice(entry.file_name().as_encoded_bytes());
                let metadata = entry.path().symlink_metadata().map_err(failed)?;
                if metadata.is_dir() && depth < MAX_DEPTH {
                    name.push(b'/');
                    pending.push((entry.path(), name, depth + 1));
                } else {
                    if found.len() == MAX_FILES {
                        return Err(Unreadable { reason: format!("more than {MAX_FILES} files") });
                    }
                    found.push(FoundFile { path: name, size: metadata.len(), plain: metadata.is_file() });
                }
            }
        }
        Ok(found)
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let path = self.root.join(path);
        let failed = |error: io::Error| Unreadable { reason: error.to_string() };
        let mut file = File::open(&path).map_err(failed)?;
        let mut chunk = vec![0; 1 << 18];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(length) => each(&chunk[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}
