//! The folder of a case on this machine, stored beside its key: it reveals a copy before anything is written to it.
//!
//! People make a working copy of evidence first. An entry in the log of a copy would start a second history under the
//! same key, and lock out the original. So the folder that is written to is remembered, by its path and by what the
//! system says that it is: a folder that was moved or renamed is the same one, a copy beside the original is not.

use crate::{CaseError, CaseFolder, Config, Keys, io_error, remembered};
use exhibit_custody::Head;
use exhibit_proof::Checkpoint;
use rustix::fs::{Mode, OFlags};
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The longest file of a place that is read: a path has at most 4,096 bytes.
const LONGEST: u64 = 8 << 10;

/// What this machine knows about a case's folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// It is where the case is worked on, or nothing else is known.
    #[default]
    Own,
    /// It is a copy of the case in this folder, which has all its entries.
    CopyOf(PathBuf),
    /// Its log is an earlier state, or another history, of the one that this machine saw.
    Behind {
        /// The entries of its log.
        size: u64,
        /// The entries that the log once had.
        once: u64,
        /// The folder in which the case was written to last, if it is another one.
        last: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Place {
    fn of(folder: &Path) -> std::io::Result<Self> {
        let path = folder.canonicalize()?;
        let found = fs::metadata(&path)?;
        Ok(Self { path, device: found.dev(), inode: found.ino() })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.path == other.path || (self.device, self.inode) == (other.device, other.inode)
    }

    fn read(keys: &Path, log: &str) -> Option<Self> {
        let mut bytes = Vec::new();
        fs::File::open(place_path(keys, log)).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let (device, inode) = std::str::from_utf8(&bytes[..line]).ok()?.split_once(' ')?;
        let path = PathBuf::from(std::ffi::OsString::from_vec(bytes[line + 1..].to_vec()));
        let (device, inode) = (device.parse().ok()?, inode.parse().ok()?);
        path.is_absolute().then_some(Self { path, device, inode })
    }

    fn write(&self, keys: &Path, log: &str) -> std::io::Result<()> {
        let path = place_path(keys, log);
        let new = path.with_added_extension(format!("{}.new", std::process::id()));
        let mode = (Mode::RUSR | Mode::WUSR).bits();
        let no_link = OFlags::NOFOLLOW.bits().cast_signed();
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .custom_flags(no_link)
            .open(&new)?;
        writeln!(file, "{} {}", self.device, self.inode)?;
        file.write_all(self.path.as_os_str().as_bytes())?;
        fs::rename(&new, &path)
    }
}

fn place_path(keys: &Path, log: &str) -> PathBuf {
    keys.join(format!("{}.place", log.split('/').next().unwrap_or(log)))
}

/// The case that a folder is a copy of, if this machine works on that one.
pub(crate) fn original_of(keys: &Path, log: &str, folder: &Path) -> Option<PathBuf> {
    let (kept, own) = (Place::read(keys, log)?, Place::of(folder).ok()?);
    if kept.is_same(&own) {
        return None;
    }
    // gone, or something else by now: then this folder was moved here, perhaps from another disk
    let there = Place::of(&kept.path).ok()?;
    let is_case = Config::read(&CaseFolder::new(&kept.path)).is_ok_and(|config| config.log == log);
    (is_case && !there.is_same(&own)).then_some(kept.path)
}

/// Remembers the folder of a case. A failure does not harm the case.
pub(crate) fn remember(keys: &Path, log: &str, folder: &Path) {
    let Ok(own) = Place::of(folder) else { return };
    if Place::read(keys, log).as_ref() != Some(&own) {
        let _ = own.write(keys, log);
    }
}

/// What this machine knows about the folder of a case, by the state of its log and by its place.
#[must_use]
pub fn standing(keys: &Path, folder: &CaseFolder) -> Standing {
    let Ok(log) = folder.log() else { return Standing::Own };
    let origin = log.origin().to_owned();
    let once = remembered(keys, &origin).and_then(|note| Checkpoint::parse(&note.text).ok());
    if let Some(once) = once
        && log.continues(Head { size: once.size, root: once.root }).is_err()
    {
        let own = Place::of(folder.path()).ok();
        let last =
            Place::read(keys, &origin).filter(|kept| own.is_none_or(|own| !kept.is_same(&own)));
        let last = last.map(|kept| kept.path).filter(|path| CaseFolder::new(path).is_case());
        return Standing::Behind { size: log.size(), once: once.size, last };
    }
    match original_of(keys, &origin, folder.path()) {
        Some(original) => Standing::CopyOf(original),
        None => Standing::Own,
    }
}

/// Makes a copy the folder in which the case is worked on from now on; the folder that it was copied from is a copy then.
///
/// # Errors
/// [`CaseError::Log`] if its log is not the last state that this machine saw; [`CaseError::Io`].
pub fn adopt(keys: &Keys<'_>, folder: &Path) -> Result<(), CaseError> {
    let own = CaseFolder::new(folder);
    Config::read(&own)?;
    let log = own.log()?;
    if let Some(note) = remembered(keys.folder, log.origin())
        && let Ok(once) = Checkpoint::parse(&note.text)
    {
        log.continues(Head { size: once.size, root: once.root })?;
    }
    let place = Place::of(folder).map_err(io_error("find", folder))?;
    place
        .write(keys.folder, log.origin())
        .map_err(io_error("write", &place_path(keys.folder, log.origin())))
}
