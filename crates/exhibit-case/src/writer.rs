//! Creating a case, and locking it: only one process at a time may write.

use crate::access::AccessSettings;
use crate::acts::Acts;
use crate::keys::{Keys, Memory, key_path};
use crate::unfinished::Unfinished;
use crate::{Case, CaseError, CaseFolder, CaseView, Config, io_error, place};
use exhibit_catalogue::{Catalogue, CatalogueError, Work};
use exhibit_custody::log::End;
use exhibit_custody::{Act, Fact, Key, KeyProtection, LogError, LogWriter};
use exhibit_index::Index;
use exhibit_model::EntrySeq;
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The settings of a new case.
#[derive(Debug, Clone)]
pub struct NewCase<'a> {
    /// Its display name.
    pub name: &'a str,
    /// The prefix of its documents' labels: capital letters and digits.
    pub prefix: &'a str,
    /// The folder for signing keys, separate from the case.
    pub keys: &'a Path,
    /// The lock of its signing key.
    pub lock: Option<&'a KeyProtection>,
}

/// An exclusively locked, writable case. The lock is released on drop.
pub struct CaseWriter {
    /// The case, for reading.
    pub case: Case,
    /// The catalogue, for writing.
    pub catalogue: Catalogue,
    /// The custody log, for appending.
    pub log: LogWriter,
    /// Logs acts.
    pub acts: Acts,
    // the last known state of the log is written before the lock is released
    _memory: Memory,
    _lock: File,
}

impl std::fmt::Debug for CaseWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaseWriter").field("case", &self.case.folder).finish_non_exhaustive()
    }
}

impl Case {
    /// Creates a case in `folder`, which must not exist or must be empty: its key, log, catalogue, and last its
    /// `exhibit.toml`, so that an interrupted attempt does not count as a case. What such an attempt left is removed.
    ///
    /// # Errors
    /// [`CaseError::Exists`], [`CaseError::NotEmpty`], and those of creating files.
    pub fn init(folder: &Path, new: &NewCase<'_>, acts: &mut Acts) -> Result<(), CaseError> {
        let own = CaseFolder::new(folder);
        if own.settings().exists() {
            return Err(CaseError::Exists(folder.to_owned()));
        }
        let unfinished = Unfinished::begin(&own)?;
        own.create_folders()?;
        let key = Key::generate("custody", acts.random());
        let log = key.verifier().name().to_owned();
        let verifier = key.verifier().to_string();
        fs::create_dir_all(new.keys).map_err(io_error("make the folder", new.keys))?;
        key.save(&key_path(new.keys, &log), new.lock, acts.random())?;
        let now = acts.now();
        let mut catalogue = own.create_catalogue()?;
        let work = catalogue.begin()?;
        let opened = Act::case_open(key.verifier())
            .fact("prefix", Fact::Text(new.prefix.to_owned()))
            .secret("name", new.name.as_bytes());
        acts.log_at(&work, opened, now)?;
        work.commit()?;
        let mut writer = LogWriter::create(&own.custody(), key)?;
        flush_outbox(&mut catalogue, &mut writer)?;
        Index::open_or_create(&own.index())?;
        let config = Config {
            form: 1,
            name: new.name.to_owned(),
            prefix: new.prefix.to_owned(),
            log,
            verifier,
            created: now.to_rfc3339(),
            access: AccessSettings::default(),
        };
        unfinished.finish(&own, &config.text()?)?;
        place::remember(new.keys, &config.log, folder);
        Ok(())
    }
}

impl CaseWriter {
    /// Locks the case in `folder`, and completes the work of a killed process: committed entries are appended to the
    /// log. `acts` logs what this process does.
    ///
    /// # Errors
    /// [`CaseError::Locked`] if another process has the lock; [`CaseError::Sealed`]; [`CaseError::HandoverUnfinished`].
    pub fn take(folder: &Path, keys: &Keys<'_>, acts: Acts) -> Result<Self, CaseError> {
        let held = Self::take_any(folder, keys, acts)?;
        match held.log.end() {
            End::Open => Ok(held),
            End::Sealed => Err(CaseError::Sealed),
            End::Revoked => Err(CaseError::HandoverUnfinished),
        }
    }

    /// Locks a case whose log may not accept entries now: to do something without an entry, or to complete a handover.
    ///
    /// # Errors
    /// [`CaseError::Locked`] if another process has the lock.
    pub fn take_any(folder: &Path, keys: &Keys<'_>, acts: Acts) -> Result<Self, CaseError> {
        let own = CaseFolder::new(folder);
        Config::read(&own)?;
        let lock = lock(&own.lock())?;
        let mut catalogue = own.catalogue_for_writing()?;
        let custody = own.custody();
        let mut log = LogWriter::open(&custody, keys.of_log(&custody)?)?;
        let memory = Memory::recall(keys.folder, &own, log.log())?;
        let origin = log.log().origin().to_owned();
        // nothing is added to a sealed case: a copy of it is as good as the original
        if log.end() != End::Sealed {
            if let Some(original) = place::original_of(keys.folder, &origin, folder) {
                return Err(CaseError::Copy { folder: folder.to_owned(), original });
            }
            place::remember(keys.folder, &origin, folder);
        }
        flush_outbox(&mut catalogue, &mut log)?;
        let case = Case::open(folder)?;
        case.originals.sweep()?;
        let mut held = Self { case, catalogue, log, acts, _memory: memory, _lock: lock };
        held.complete_access()?;
        Ok(held)
    }

    /// The whole case, read by the principal who writes.
    #[must_use]
    pub fn view(&self) -> CaseView<'_> {
        self.case.view(self.acts.actor().clone())
    }

    /// The name of this program in the log.
    #[must_use]
    pub fn tool(&self) -> &str {
        self.acts.tool()
    }

    /// Logs one act, durably. Returns its index in the log.
    ///
    /// # Errors
    /// [`CaseError::Act`], [`CaseError::Catalogue`], [`CaseError::Log`], also if the log accepts no entry now.
    pub fn log(&mut self, act: Act) -> Result<EntrySeq, CaseError> {
        self.log_with(act, |_| Ok(()))
    }

    /// The same, with a change of the catalogue that is committed with the entry.
    pub(crate) fn log_with(
        &mut self,
        act: Act,
        change: impl FnOnce(&Work<'_>) -> Result<(), CatalogueError>,
    ) -> Result<EntrySeq, CaseError> {
        // an entry that was committed could never be appended, and would keep every later writer away
        match self.log.end() {
            End::Open => {}
            End::Sealed => return Err(LogError::Sealed.into()),
            End::Revoked => return Err(LogError::Revoked.into()),
        }
        let work = self.catalogue.begin()?;
        let entry = self.acts.log(&work, act)?;
        change(&work)?;
        work.commit()?;
        self.flush()?;
        Ok(entry)
    }

    /// Appends the committed entries in the outbox to the log, then clears the outbox. Idempotent.
    ///
    /// # Errors
    /// [`CaseError::Log`], [`CaseError::Catalogue`].
    pub fn flush(&mut self) -> Result<(), CaseError> {
        flush_outbox(&mut self.catalogue, &mut self.log)
    }
}

/// Appends the entries in the outbox to the log and returns the size of the log,
/// or `None` if the outbox is empty. Entries that the log already has are compared and skipped. The outbox is not
/// cleared: pass the number to [`exhibit_catalogue::Work::posted`] in the next transaction, or call
/// [`CaseWriter::flush`].
///
/// # Errors
/// [`CaseError::Log`], [`CaseError::Catalogue`].
pub fn append_outbox(catalogue: &Catalogue, log: &mut LogWriter) -> Result<Option<u64>, CaseError> {
    let waiting = catalogue.outbox()?;
    let Some(first) = waiting.first().map(|outgoing| outgoing.seq) else { return Ok(None) };
    let entries: Vec<Vec<u8>> = waiting.into_iter().map(|outgoing| outgoing.entry).collect();
    Ok(Some(log.append_from(first, &entries)?))
}

// Appends the entries in the outbox to the log, then clears the outbox.
fn flush_outbox(catalogue: &mut Catalogue, log: &mut LogWriter) -> Result<(), CaseError> {
    let Some(size) = append_outbox(catalogue, log)? else { return Ok(()) };
    let work = catalogue.begin()?;
    work.posted(size)?;
    Ok(work.commit()?)
}

/// Keeps writers away during a check of a case, so that it does not change; released on drop. `None` if there never was
/// a writer.
///
/// # Errors
/// [`CaseError::Locked`] if another process is writing.
pub fn keep_still(folder: &Path) -> Result<Option<File>, CaseError> {
    let path = CaseFolder::new(folder).lock();
    match fs::OpenOptions::new().read(true).custom_flags(NO_LINK).open(&path) {
        Ok(mut file) => {
            take_lock(&mut file, FlockOperation::NonBlockingLockShared)?;
            Ok(Some(file))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("open", &path)(error)),
    }
}

// a case from elsewhere may contain a link in place of its lock
pub(crate) const NO_LINK: i32 = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();

fn take_lock(file: &mut File, operation: FlockOperation) -> Result<(), CaseError> {
    if flock(&*file, operation).is_ok() {
        return Ok(());
    }
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    let holder: String = holder.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    Err(CaseError::Locked {
        holder: if holder.is_empty() { "another process".to_owned() } else { holder },
    })
}

fn lock(path: &Path) -> Result<File, CaseError> {
    let mut options = fs::OpenOptions::new();
    let open = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(NO_LINK)
        .open(path);
    let mut file = open.map_err(io_error("open", path))?;
    take_lock(&mut file, FlockOperation::NonBlockingLockExclusive)?;
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let holder = format!("process {} on {}\n", std::process::id(), host.trim());
    file.set_len(0).and_then(|()| file.rewind()).map_err(io_error("write", path))?;
    file.write_all(holder.as_bytes()).map_err(io_error("write", path))?;
    Ok(file)
}
