//! The access log: views, searches and exports, in a separate log with the same format as the custody log.
//!
//! An access is recorded before its result is shown ([`AccessLog::record_access`]): encrypted and appended to a journal,
//! without waiting for the disk. From time to time [`AccessLog::fold`] makes the journal durable, moves it to the
//! openings and appends its entries to the log. If interrupted, it can be repeated and gives the same entries. So a
//! killed program loses no record; a power cut may lose those since the last fold.
//!
//! The keys are stored outside the case: one that signs, and one per day that encrypts. Records beyond the retention
//! period are made unreadable by destroying the key of their day; the log still verifies.

mod check;
mod days;
mod journal;

pub use check::{AccessReport, OpenedEntry, OpeningFault};
pub use journal::AccessRecord;

use crate::act::{Act, EntryContext, Fact, Ref, Verb};
use crate::cipher::NONCE;
use crate::key::{Key, KeyError};
use crate::log::{Log, LogError, LogWriter};
use crate::{ActError, Random};
use days::Days;
use exhibit_model::{EntrySeq, Moment};
use journal::{Record, day_of, is_day};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

const LOG: &str = "log";
const JOURNAL: &str = "journal";
const OPENINGS: &str = "openings";
const LOCK: &str = "lock";

/// The microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// The access log of a case.
#[derive(Debug)]
pub struct AccessLog {
    folder: PathBuf,
    keys: PathBuf,
    origin: String,
    actor: String,
    tool: String,
}

/// Why the access log cannot be used. The case does not depend on it.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A file could not be read or written.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The day keys cannot be read.
    #[error("{} does not contain the day keys of the access log", .0.display())]
    Days(PathBuf),
    /// The key of a day is not on this machine, or was destroyed.
    #[error("the key of the access log for {0} is not on this machine")]
    NoDay(String),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The log could not be read or appended to.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An access cannot be written as an entry.
    #[error(transparent)]
    Act(#[from] ActError),
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> AccessError {
    let path = path.to_owned();
    move |source| AccessError::Io { path, source }
}

impl AccessLog {
    /// Opens the access log in `folder`, or creates it. `keys` is the folder of keys, outside the case.
    ///
    /// # Errors
    /// [`AccessError`], also if its key is not on this machine.
    pub fn open_or_begin(
        folder: &Path,
        keys: &Path,
        (actor, tool): (&str, &str),
        now: Moment,
        random: Random<'_>,
    ) -> Result<Self, AccessError> {
        let with_origin = |origin: &str| Self {
            folder: folder.to_owned(),
            keys: keys.to_owned(),
            origin: origin.to_owned(),
            actor: actor.to_owned(),
            tool: tool.to_owned(),
        };
        if let Some(log) = Log::open(&folder.join(LOG)).ok().filter(|log| log.size() > 0) {
            let log = with_origin(log.origin());
            // fails now if the key is missing, instead of on every access
            log.key().map(|_| log)
        } else {
            Self::begin(folder, keys, (actor, tool), now, random).map(|origin| with_origin(&origin))
        }
    }

    /// Opens an existing access log for reading.
    ///
    /// # Errors
    /// [`AccessError`] if there is none.
    pub fn open(folder: &Path, keys: &Path) -> Result<Self, AccessError> {
        let origin = Log::open(&folder.join(LOG))?.origin().to_owned();
        let (folder, keys) = (folder.to_owned(), keys.to_owned());
        Ok(Self { folder, keys, origin, actor: String::new(), tool: String::new() })
    }

    /// Whether a folder contains an access log.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(LOG).join("checkpoint").exists()
    }

    /// Whether a folder contains openings, and so must once have contained an access log.
    #[must_use]
    pub fn was_in(folder: &Path) -> bool {
        names(&folder.join(OPENINGS)).is_ok_and(|names| !names.is_empty())
    }

    /// The folder of the log itself.
    #[must_use]
    pub fn log_folder(folder: &Path) -> PathBuf {
        folder.join(LOG)
    }

    fn begin(
        folder: &Path,
        keys: &Path,
        (actor, tool): (&str, &str),
        now: Moment,
        random: Random<'_>,
    ) -> Result<String, AccessError> {
        for name in [JOURNAL, OPENINGS] {
            fs::create_dir_all(folder.join(name)).map_err(failed(folder))?;
        }
        let _lock = lock(folder, FlockOperation::LockExclusive)?;
        // a log that another process has created meanwhile, or one without its first entry after a crash
        let mut writer = match Log::open(&folder.join(LOG)) {
            Ok(log) if log.size() > 0 => return Ok(log.origin().to_owned()),
            Ok(log) => {
                let key = Key::load(&key_path(keys, log.origin()), &mut |_| None)?;
                LogWriter::open(&folder.join(LOG), key)?
            }
            Err(_) => {
                let key = Key::generate("access", random);
                fs::create_dir_all(keys).map_err(failed(keys))?;
                key.save(&key_path(keys, key.verifier().name()), None, random)?;
                LogWriter::create(&folder.join(LOG), key)?
            }
        };
        let verifier = writer.log().verifier().clone();
        let stamp = EntryContext { seq: EntrySeq::FIRST, at: now, actor, tool };
        writer.append(&[Act::case_open(&verifier).seal(&stamp, random)?.bytes])?;
        Ok(verifier.name().to_owned())
    }

    fn key_path(&self) -> PathBuf {
        key_path(&self.keys, &self.origin)
    }

    // The key has no passphrase, because every search needs it.
    fn key(&self) -> Result<Key, AccessError> {
        Ok(Key::load(&self.key_path(), &mut |_| None)?)
    }

    fn days_path(&self) -> PathBuf {
        self.key_path().with_extension("days")
    }

    fn about(&self, day: &str) -> Vec<u8> {
        format!("exhibit access 1\n{}\n{day}\n", self.origin).into_bytes()
    }

    /// Records an access. Call it before showing the result.
    ///
    /// # Errors
    /// [`AccessError`]: the access is then not recorded.
    pub fn record_access(
        &self,
        look: AccessRecord,
        now: Moment,
        random: Random<'_>,
    ) -> Result<(), AccessError> {
        let day = day_of(now);
        let mut days = Days::load(&self.days_path())?;
        if days.get(&day).is_none() {
            let _lock = lock(&self.folder, FlockOperation::LockExclusive)?;
            days = Days::load(&self.days_path())?;
            days.begin(&day, random)?;
        }
        let key = days.get(&day).ok_or_else(|| AccessError::NoDay(day.clone()))?;
        let (mut seed, mut nonce) = ([0; 32], [0; NONCE]);
        random(&mut seed);
        random(&mut nonce);
        let record =
            Record { at: now, actor: self.actor.clone(), tool: self.tool.clone(), seed, look };
        let path = self.folder.join(JOURNAL).join(&day);
        journal::append(&path, &self.about(&day), key, &nonce, &record).map_err(failed(&path))
    }

    /// Whether a journal has at least this size, or was begun before this time.
    #[must_use]
    pub fn is_due(&self, bytes: u64, begun_before: std::time::SystemTime) -> bool {
        let journals = fs::read_dir(self.folder.join(JOURNAL)).into_iter().flatten().flatten();
        journals.filter_map(|file| file.metadata().ok()).any(|file| {
            let old =
                file.created().or_else(|_| file.modified()).is_ok_and(|made| made < begun_before);
            file.len() > 0 && (old || file.len() >= bytes)
        })
    }

    /// Appends the recorded accesses to the log, durably, and destroys openings older than `keep_days`. Returns the
    /// number of appended entries, or `None` if another process is folding.
    ///
    /// # Errors
    /// [`AccessError`]; the recorded accesses are then kept.
    pub fn fold(
        &self,
        keep_days: u32,
        now: Moment,
        random: Random<'_>,
    ) -> Result<Option<u64>, AccessError> {
        let Ok(_lock) = lock(&self.folder, FlockOperation::NonBlockingLockExclusive) else {
            return Ok(None);
        };
        let mut writer = LogWriter::open(&self.folder.join(LOG), self.key()?)?;
        let mut days = Days::load(&self.days_path())?;
        let before = writer.log().size();
        self.finish(&mut writer, &days)?;
        for day in names(&self.folder.join(JOURNAL))?.into_iter().filter(|name| is_day(name)) {
            let target = self.openings(&day).join(format!("{:012}", writer.log().size()));
            let journal = self.folder.join(JOURNAL).join(&day);
            if journal::move_to(&journal, &target).map_err(failed(&journal))?.is_some() {
                self.finish(&mut writer, &days)?;
            }
        }
        self.shred(&mut writer, &mut days, keep_days, now, random)?;
        Ok(Some(writer.log().size() - before))
    }

    fn openings(&self, day: &str) -> PathBuf {
        self.folder.join(OPENINGS).join(day)
    }

    // Appends the entries of the last moved file of openings, unless the log already has them.
    fn finish(&self, writer: &mut LogWriter, days: &Days) -> Result<(), AccessError> {
        let size = writer.log().size();
        for (day, first) in self.files()?.into_iter().filter(|(_, first)| *first == size) {
            let path = self.openings(&day).join(format!("{first:012}"));
            let Some(key) = days.get(&day) else {
                // it cannot be decrypted any more: the log continues without it
                fs::rename(&path, path.with_extension("lost")).map_err(failed(&path))?;
                continue;
            };
            let read = journal::read(&path, &self.about(&day), key).map_err(failed(&path))?;
            let entries = read
                .records
                .iter()
                .zip(first..)
                .map(|(record, seq)| Ok(record.seal(EntrySeq::new(seq))?.bytes));
            let entries = entries.collect::<Result<Vec<_>, AccessError>>()?;
            if entries.is_empty() {
                fs::remove_file(&path).map_err(failed(&path))?;
            }
            writer.append_from(EntrySeq::new(first), &entries)?;
        }
        Ok(())
    }

    // All files of openings: the day, and the number of the first entry.
    fn files(&self) -> Result<Vec<(String, u64)>, AccessError> {
        let mut files = Vec::new();
        for day in names(&self.folder.join(OPENINGS))?.into_iter().filter(|name| is_day(name)) {
            for name in names(&self.openings(&day))? {
                if let Some(first) =
                    name.parse().ok().filter(|first| format!("{first:012}") == name)
                {
                    files.push((day.clone(), first));
                }
            }
        }
        files.sort_by_key(|(_, first)| *first);
        Ok(files)
    }

    fn shred(
        &self,
        writer: &mut LogWriter,
        days: &mut Days,
        keep_days: u32,
        now: Moment,
        random: Random<'_>,
    ) -> Result<(), AccessError> {
        let first_kept =
            day_of(Moment(now.0.saturating_sub(i64::from(keep_days).saturating_mul(DAY)).max(0)));
        let folders = names(&self.folder.join(OPENINGS))?.into_iter();
        let old: Vec<String> = folders.filter(|day| is_day(day) && *day < first_kept).collect();
        if old.is_empty() && days.before(&first_kept).is_empty() {
            return Ok(());
        }
        // Logged before it is done; if interrupted, it is logged and done again.
        let act = Act::new(Verb::Dispose, Ref::Case)
            .fact("days", Fact::Number(old.len() as u64))
            .fact("before", Fact::Text(first_kept.clone()));
        self.log_act(writer, act, now, random)?;
        days.shred_before(&first_kept)?;
        for day in old {
            let folder = self.openings(&day);
            fs::remove_dir_all(&folder).map_err(failed(&folder))?;
        }
        Ok(())
    }

    fn log_act(
        &self,
        writer: &mut LogWriter,
        act: Act,
        now: Moment,
        random: Random<'_>,
    ) -> Result<(), AccessError> {
        let stamp = EntryContext {
            seq: EntrySeq::new(writer.log().size()),
            at: now,
            actor: &self.actor,
            tool: &self.tool,
        };
        writer.append(&[act.seal(&stamp, random)?.bytes])?;
        Ok(())
    }

    /// Records in the access log that access logging was turned on or off.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn set(
        &self,
        record: bool,
        keep_days: u32,
        now: Moment,
        random: Random<'_>,
    ) -> Result<(), AccessError> {
        let _ = self.fold(keep_days, now, random)?;
        let _lock = lock(&self.folder, FlockOperation::LockExclusive)?;
        let mut writer = LogWriter::open(&self.folder.join(LOG), self.key()?)?;
        self.log_act(&mut writer, Act::access_set(record, keep_days), now, random)
    }
}

fn key_path(keys: &Path, origin: &str) -> PathBuf {
    keys.join(format!("{}.key", origin.split('/').next().unwrap_or(origin)))
}

fn lock(folder: &Path, how: FlockOperation) -> Result<File, AccessError> {
    let path = folder.join(LOCK);
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed(&path))?;
    flock(&file, how).map_err(|error| failed(&path)(error.into()))?;
    Ok(file)
}

// The sorted names in a folder; empty if it does not exist.
fn names(folder: &Path) -> Result<Vec<String>, AccessError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed(folder))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(failed(folder))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests;
