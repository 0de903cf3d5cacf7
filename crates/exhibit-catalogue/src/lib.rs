//! The catalogue of a case: its sources, the ledger of items, their pages, the jobs, and pending log entries.
//!
//! All SQL is in this crate. Writes happen in a [`Work`], an atomic transaction, which is on disk once
//! [`Work::commit`] has returned. The engine is SQLite in WAL mode with full synchronisation: readers in other processes
//! see the last committed state and never block the single writer.
//! Numbers are signed 64-bit, times are microseconds UTC, digests are BLOBs of 32 bytes, names are BLOBs of the original
//! bytes.

mod account;
mod intakes;
mod items;
mod jobs;
#[cfg(test)]
mod jobs_tests;
mod outbox;
mod pages;
mod pictures;
mod places;
mod schema;
#[cfg(test)]
mod tests;

pub use account::{Account, ContainerGap, Unread};
pub use intakes::{Intake, IntakeEnd};
pub use items::{Added, Item, ItemFilter, ItemInFull, NewItem, NoteRow, ReadResult};
pub use jobs::{
    Finished, JobChoice, JobCost, JobEnd, JobRow, JobSpan, JobState, Lease, MOST_DEATHS, StageId,
    StageKey,
};
pub use outbox::Outgoing;
pub use pages::{DOUBTFUL, NewPage, OcrState, PageRow, PageText};
pub use pictures::PagePicture;
pub use places::MOST_PLACES;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use std::path::Path;

/// An operation of the catalogue failed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The database engine failed.
    #[error("the catalogue cannot {act}")]
    Engine {
        /// What was attempted.
        act: &'static str,
        /// The cause.
        source: rusqlite::Error,
    },
    /// The catalogue was written by another version.
    #[error("the catalogue has form {found}; this program supports form {wanted}")]
    Form {
        /// The form number in the file.
        found: i64,
        /// The supported form number.
        wanted: i64,
    },
    /// A stored value is invalid.
    #[error("the catalogue contains an invalid {what}")]
    Impossible {
        /// The kind of value.
        what: &'static str,
    },
}

impl CatalogueError {
    /// Whether the disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let Self::Engine { source, .. } = self else { return false };
        source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
    }
}

pub(crate) trait Explained<T> {
    fn to(self, act: &'static str) -> Result<T, CatalogueError>;
}

impl<T> Explained<T> for Result<T, rusqlite::Error> {
    fn to(self, act: &'static str) -> Result<T, CatalogueError> {
        self.map_err(|source| CatalogueError::Engine { act, source })
    }
}

/// An open catalogue.
#[derive(Debug)]
pub struct Catalogue {
    pub(crate) db: Connection,
}

/// A transaction. Dropping it without commit rolls it back.
#[derive(Debug)]
pub struct Work<'a> {
    pub(crate) tx: Transaction<'a>,
}

impl Catalogue {
    /// Creates an empty catalogue.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn create(path: &Path) -> Result<Self, CatalogueError> {
        let db = Connection::open(path).to("be created")?;
        schema::create(&db)?;
        drop(db);
        Self::open_for_writing(path)
    }

    /// Opens a catalogue for the process that has locked the case.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn open_for_writing(path: &Path) -> Result<Self, CatalogueError> {
        let catalogue = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::complete(&catalogue.db)?;
        Ok(catalogue)
    }

    /// Opens a catalogue for reading, while another process may write.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn open_for_reading(path: &Path) -> Result<Self, CatalogueError> {
        // WAL needs its shared-memory file, so a reader opens read-write if it can, and never writes
        let writable = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
        let catalogue = writable
            .or_else(|_| Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY))
            .or_else(|error| {
                if has_unmerged(path) {
                    Err(error)
                } else {
                    Self::open_unchanging(path).map_err(|_| error)
                }
            })?;
        catalogue.db.pragma_update(None, "query_only", true).to("be opened")?;
        Ok(catalogue)
    }

    // on a read-only medium there is no place for shared memory, and no other process writes either
    fn open_unchanging(path: &Path) -> Result<Self, CatalogueError> {
        let text =
            path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let address = format!("file:{text}?immutable=1");
        Self::open(
            Path::new(&address),
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
        )
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Self, CatalogueError> {
        let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .to("be opened")?;
        db.set_prepared_statement_cache_capacity(64);
        schema::set_up(&db)?;
        Ok(Self { db })
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn begin(&mut self) -> Result<Work<'_>, CatalogueError> {
        let tx = self
            .db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .to("begin a change")?;
        Ok(Work { tx })
    }

    /// A stored number.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn number(&self, name: &str) -> Result<Option<i64>, CatalogueError> {
        number(&self.db, name)
    }

    /// Checks the internal structures of the engine. Returns the faults.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`] if the check itself fails.
    pub fn check(&self) -> Result<Vec<String>, CatalogueError> {
        let mut statement = self.db.prepare("PRAGMA integrity_check(100)").to("be checked")?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0)).to("be checked")?;
        let lines = lines.collect::<Result<Vec<_>, _>>().to("be checked")?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }
}

// whether there is a write-ahead log that only a writer can merge into the database
fn has_unmerged(path: &Path) -> bool {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-wal");
    std::fs::metadata(beside).is_ok_and(|file| file.len() > 0)
}

pub(crate) fn number(db: &Connection, name: &str) -> Result<Option<i64>, CatalogueError> {
    let mut statement =
        db.prepare_cached("SELECT value FROM numbers WHERE name = ?1").to("read a number")?;
    statement.query_row([name], |row| row.get(0)).optional().to("read a number")
}

impl Work<'_> {
    /// Stores a number under a name.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn set_number(&self, name: &str, value: i64) -> Result<(), CatalogueError> {
        let sql = "INSERT INTO numbers (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let mut statement = self.tx.prepare_cached(sql).to("remember a number")?;
        statement.execute(params![name, value]).to("remember a number").map(drop)
    }

    /// A stored number, as this transaction sees it.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn number(&self, name: &str) -> Result<Option<i64>, CatalogueError> {
        number(&self.tx, name)
    }

    /// Commits the transaction durably.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`]; then nothing was changed.
    pub fn commit(self) -> Result<(), CatalogueError> {
        self.tx.commit().to("make a change durable")
    }
}
