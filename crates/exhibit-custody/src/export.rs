//! A static copy of a log: tiles, checkpoint, key and handovers, readable by any tlog-tiles client. It contains nothing
//! else: no openings, no lock, no leftovers. The copy is created atomically.

use crate::log::{CHECKPOINT_FILE, KEY_FILE, Log, LogError, MAX_NOTE};
use exhibit_proof::chain::{HANDOVERS, MAX_HANDOVERS, handover_index, handover_path};
use exhibit_proof::tile::{self, FULL, Layer, TileName};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

impl Log {
    /// The proofs of key handovers, by log entry.
    ///
    /// # Errors
    /// [`LogError::Read`].
    pub fn handovers(&self) -> Result<BTreeMap<u64, Vec<u8>>, LogError> {
        let folder = self.folder.path().join(HANDOVERS);
        let unreadable = |source| LogError::Read { path: folder.clone(), source };
        let names = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            names => names.map_err(unreadable)?,
        };
        let mut proofs = BTreeMap::new();
        for name in names.take(MAX_HANDOVERS) {
            let name = name.map_err(unreadable)?.file_name();
            let index = handover_index(&format!("{HANDOVERS}/{}", name.to_string_lossy()));
            // An interrupted handover may have written its proof before its entry.
            if let Some(index) = index.filter(|index| *index < self.size()) {
                proofs.insert(
                    index,
                    self.folder.read(&handover_path(index), MAX_NOTE).map_err(unreadable)?,
                );
            }
        }
        Ok(proofs)
    }

    /// Writes a copy of this state of the log into a new folder. Returns the number of files.
    ///
    /// # Errors
    /// [`LogError::Copy`], also if `target` exists; [`LogError`] if the log cannot be read.
    pub fn copy_to(&self, target: &Path) -> Result<u64, LogError> {
        let failed = |source| LogError::Copy { path: target.to_owned(), source };
        if target.symlink_metadata().is_ok() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let unfinished = target.with_added_extension("unfinished");
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => fs::create_dir(&unfinished).map_err(failed)?,
        }
        let files = self.copy_files(&unfinished, target)?;
        let durable = |path: &Path| rustix::fs::syncfs(File::open(path)?).map_err(io::Error::from);
        durable(&unfinished).and_then(|()| fs::rename(&unfinished, target)).map_err(failed)?;
        let above =
            target.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
        crate::folder::sync_folder(above).map_err(failed)?;
        Ok(files)
    }

    fn copy_files(&self, folder: &Path, target: &Path) -> Result<u64, LogError> {
        let mut files = 0;
        let mut put = |name: &str, bytes: &[u8]| {
            files += 1;
            let path = folder.join(name);
            let parents = path.parent().map_or(Ok(()), fs::create_dir_all);
            let failed = |source| LogError::Copy { path: target.to_owned(), source };
            parents.and_then(|()| fs::write(&path, bytes)).map_err(failed)
        };
        put(KEY_FILE, format!("{}\n", self.verifier()).as_bytes())?;
        put(CHECKPOINT_FILE, self.checkpoint().as_bytes())?;
        for (index, proof) in self.handovers()? {
            put(&handover_path(index), &proof)?;
        }
        for layer in (0..8).map(Layer::Hashes).chain([Layer::Entries]) {
            for index in 0..layer.count(self.size()).div_ceil(u64::from(FULL)) {
                let Some(name) = TileName::holding(layer, index * u64::from(FULL), self.size())
                else {
                    break;
                };
                put(&name.path(), &self.tile_bytes(name)?)?;
            }
        }
        Ok(files)
    }

    fn tile_bytes(&self, name: TileName) -> Result<Vec<u8>, LogError> {
        if name.layer != Layer::Entries {
            return Ok(tile::write_hashes(&self.hashes(name)?));
        }
        let mut bytes = Vec::new();
        let whole = self.bundle(name)?.iter().all(|entry| tile::push_entry(&mut bytes, entry));
        if whole { Ok(bytes) } else { Err(LogError::Damaged { name: name.path() }) }
    }
}
