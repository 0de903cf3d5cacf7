//! What is known of a case: its sources, the ledger of items, their pages, and the acts on their way to the log.
//!
//! All SQL is in this crate. Writing happens in a [`Work`], one transaction that is wholly there or not at all;
//! once [`Work::commit`] has returned, it is on disk. The engine is SQLite in WAL mode with full synchronisation: readers in other processes
//! see the last committed state and never block the one writer.
//! Numbers are signed 64-bit, moments are microseconds UTC, digests are BLOBs of 32 bytes, names are BLOBs of the bytes found.

mod account;
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

pub use account::{Account, ContainerGap};
pub use items::{Added, Finding, Item, ItemFilter, ItemInFull, NewItem, NoteRow};
pub use jobs::{Finished, JobEnd, JobRow, JobState, Lease, MOST_DEATHS, Span, StageId, StageKey};
pub use outbox::Outgoing;
pub use pages::{NewPage, OcrState, PageRow, PageText};
pub use pictures::PagePicture;
pub use places::MOST_PLACES;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, params};
use std::path::Path;

/// The catalogue could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The database engine refused.
    #[error("the catalogue cannot {act}")]
    Engine {
        /// What was attempted.
        act: &'static str,
        /// Why it was refused.
        source: rusqlite::Error,
    },
    /// The catalogue was written by another version.
    #[error("the catalogue has form {found}; this program reads form {wanted}")]
    Form {
        /// The form's number in the file.
        found: i64,
        /// The one that is read.
        wanted: i64,
    },
    /// A stored value is not one that this program stores.
    #[error("the catalogue holds an impossible {what}")]
    Impossible {
        /// What kind of value.
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

/// A transaction under way. Dropped without commit, nothing of it happened.
#[derive(Debug)]
pub struct Work<'a> {
    pub(crate) tx: Transaction<'a>,
}

impl Catalogue {
    /// Makes a new, empty catalogue.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn create(path: &Path) -> Result<Self, CatalogueError> {
        let db = Connection::open(path).to("be created")?;
        schema::create(&db)?;
        drop(db);
        Self::open_for_writing(path)
    }

    /// Opens a catalogue for the one process that holds the case.
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
        // WAL needs its shared-memory file, so a reader opens read-write where it may, and never writes
        let writable = Self::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
        let catalogue = writable.or_else(|_| Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)).or_else(|error| {
            if has_unmerged(path) { Err(error) } else { Self::open_unchanging(path).map_err(|_| error) }
        })?;
        catalogue.db.pragma_update(None, "query_only", true).to("be opened")?;
        Ok(catalogue)
    }

    // on a medium that cannot be written to there is no place for shared memory, and nobody else writes either
    fn open_unchanging(path: &Path) -> Result<Self, CatalogueError> {
        let text = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        let address = format!("file:{text}?immutable=1");
        Self::open(Path::new(&address), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Self, CatalogueError> {
        let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).to("be opened")?;
        db.set_prepared_statement_cache_capacity(64);
        schema::set_up(&db)?;
        Ok(Self { db })
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn begin(&mut self) -> Result<Work<'_>, CatalogueError> {
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).to("begin a change")?;
        Ok(Work { tx })
    }

    /// A remembered number.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn number(&self, name: &str) -> Result<Option<i64>, CatalogueError> {
        number(&self.db, name)
    }

    /// Checks the engine's own structures; says each thing that is wrong.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`] when even checking is impossible.
    pub fn check(&self) -> Result<Vec<String>, CatalogueError> {
        let mut statement = self.db.prepare("PRAGMA integrity_check(100)").to("be checked")?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0)).to("be checked")?;
        let lines = lines.collect::<Result<Vec<_>, _>>().to("be checked")?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }
}

// whether changes stand beside the database that only a writer can merge into it
fn has_unmerged(path: &Path) -> bool {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-wal");
    std::fs::metadata(beside).is_ok_and(|file| file.len() > 0)
}

pub(crate) fn number(db: &Connection, name: &str) -> Result<Option<i64>, CatalogueError> {
    let mut statement = db.prepare_cached("SELECT value FROM numbers WHERE name = ?1").to("recall a number")?;
    statement.query_row([name], |row| row.get(0)).optional().to("recall a number")
}

impl Work<'_> {
    /// Remembers a number under a name.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn set_number(&self, name: &str, value: i64) -> Result<(), CatalogueError> {
        let sql =
            "INSERT INTO numbers (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        let mut statement = self.tx.prepare_cached(sql).to("remember a number")?;
        statement.execute(params![name, value]).to("remember a number").map(drop)
    }

    /// A remembered number, as this transaction sees it.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn number(&self, name: &str) -> Result<Option<i64>, CatalogueError> {
        number(&self.tx, name)
    }

    /// Makes it all durable.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`]; then nothing of it happened.
    pub fn commit(self) -> Result<(), CatalogueError> {
        self.tx.commit().to("make a change durable")
    }
}
