//! A bag's folder on disk. No link is followed, whatever it points to; links are named as what they are.

use exhibit_proof::bagit::{Files, Found, Unreadable};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// How deep folders may lie in one another.
const MAX_DEPTH: usize = 64;

/// The most files that a bag may have: what is known of each is held in memory.
const MAX_FILES: usize = 4_000_000;

/// A folder, as a bag's files.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The bag in this folder. Nothing is read yet.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
}

impl Files for Folder {
    fn list(&mut self) -> Result<Vec<Found>, Unreadable> {
        let mut found = Vec::new();
        let mut waiting = vec![(self.root.clone(), Vec::new(), 0)];
        while let Some((folder, path, depth)) = waiting.pop() {
            let failed = |error: io::Error| Unreadable { reason: format!("{}: {error}", folder.display()) };
            for entry in fs::read_dir(&folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let mut own: Vec<u8> = path.clone();
                own.extend_from_slice(entry.file_name().as_encoded_bytes());
                let about = entry.path().symlink_metadata().map_err(failed)?;
                if about.is_dir() && depth < MAX_DEPTH {
                    own.push(b'/');
                    waiting.push((entry.path(), own, depth + 1));
                } else {
                    if found.len() == MAX_FILES {
                        return Err(Unreadable { reason: format!("there are more than {MAX_FILES} files") });
                    }
                    found.push(Found { path: own, size: about.len(), plain: about.is_file() });
                }
            }
        }
        Ok(found)
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let path = self.root.join(path);
        let failed = |error: io::Error| Unreadable { reason: error.to_string() };
        let mut file = File::open(&path).map_err(failed)?;
        let mut piece = vec![0; 1 << 18];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(length) => each(&piece[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
}
