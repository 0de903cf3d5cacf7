//! Intakes that have not ended: a row from before the first entry of a source is received until its last one is, so that
//! an interrupted intake stays visible until it is completed.

use crate::{Catalogue, CatalogueError, Explained, Work};
use exhibit_model::{Moment, SourceId};
use rusqlite::params;

/// An intake of a source that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The source.
    pub source: SourceId,
    /// Its path or other permanent name.
    pub path: Vec<u8>,
    /// Its display name.
    pub name: String,
    /// The number of its entries; `None` if they were not all counted.
    pub known: Option<u64>,
    /// The number of its entries in the ledger.
    pub received: u64,
    /// When the last of them was received; the beginning of the intake if none was.
    pub last: Moment,
    /// Why it stopped, if it did.
    pub end: IntakeEnd,
}

/// Why an intake stopped before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntakeEnd {
    /// Not recorded: it is running, or its process was killed, or the machine stopped.
    Unknown,
    /// On request.
    Requested,
    /// The disk of the case was full.
    NoSpace,
    /// Entries that were counted were no longer there: a disk was removed, or files were deleted meanwhile.
    SourceLost,
    /// Another error.
    Failed,
}

impl IntakeEnd {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Unknown, Self::Requested, Self::NoSpace, Self::SourceLost, Self::Failed];

    /// The stored code.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Requested => "requested",
            Self::NoSpace => "no-space",
            Self::SourceLost => "source-lost",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.word() == word)
    }
}

impl Intake {
    /// The number of entries that are known and were not received; `None` if the entries were not counted.
    #[must_use]
    pub fn missing(&self) -> Option<u64> {
        self.known.map(|known| known.saturating_sub(self.received))
    }

    /// Whether the source is a folder or file: running without a source resumes its intake. Received bags have other
    /// names.
    #[must_use]
    pub fn is_path(&self) -> bool {
        self.path.starts_with(b"/")
    }
}

impl Catalogue {
    /// The intakes that have not ended, in the order of their sources.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn intakes(&self) -> Result<Vec<Intake>, CatalogueError> {
        // a case that was created before, and not written to since, has no table of them
        let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'intakes'";
        if !self
            .db
            .prepare_cached(sql)
            .and_then(|mut found| found.exists([]))
            .to("look for intakes")?
        {
            return Ok(Vec::new());
        }
        let sql = "SELECT s.id, s.path, s.name, i.known, i.ended, count(DISTINCT m.path), \
                   max(i.began, coalesce(max(m.received), 0)) \
                   FROM intakes i JOIN sources s ON s.id = i.source \
                   LEFT JOIN items m ON m.source = s.id AND m.container IS NULL \
                   AND (m.sha256 IS NOT NULL OR m.state <> 'failed') GROUP BY s.id ORDER BY s.id";
        let mut statement = self.db.prepare_cached(sql).to("list intakes")?;
        let rows = statement.query_map([], |row| {
            let ended: String = row.get(4)?;
            Ok(Intake {
                source: SourceId::new(row.get(0)?),
                path: row.get(1)?,
                name: row.get(2)?,
                known: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
                received: row.get::<_, i64>(5)?.unsigned_abs(),
                last: Moment(row.get(6)?),
                end: IntakeEnd::from_word(&ended).ok_or(rusqlite::Error::InvalidQuery)?,
            })
        });
        rows.to("list intakes")?.collect::<Result<_, _>>().to("list intakes")
    }
}

impl Work<'_> {
    /// Records that the intake of a source begins, or begins again.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn intake_begins(&self, source: SourceId, now: Moment) -> Result<(), CatalogueError> {
        let sql = "INSERT INTO intakes (source, began, known, ended) VALUES (?1, ?2, NULL, '') \
                   ON CONFLICT (source) DO UPDATE SET began = excluded.began, ended = ''";
        self.tx.execute(sql, params![source.get(), now.0]).to("begin an intake").map(drop)
    }

    /// Records the number of entries that a source has, if its intake has not ended.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn intake_counted(&self, source: SourceId, entries: u64) -> Result<(), CatalogueError> {
        let sql = "UPDATE intakes SET known = ?2 WHERE source = ?1";
        self.tx
            .execute(sql, params![source.get(), entries.cast_signed()])
            .to("count a source")
            .map(drop)
    }

    /// Records why all intakes that have not ended, and have no reason yet, stopped.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn intakes_stopped(&self, end: IntakeEnd) -> Result<(), CatalogueError> {
        let sql = "UPDATE intakes SET ended = ?1 WHERE ended = ''";
        self.tx.execute(sql, [end.word()]).to("record the end of an intake").map(drop)
    }

    /// Records the number of entries that a walk of a source found to its end. If it had counted more before, entries were
    /// lost meanwhile, and the intake has not ended.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn walked(&self, source: SourceId, found: u64) -> Result<(), CatalogueError> {
        let lost = "UPDATE intakes SET ended = ?3 WHERE source = ?1 AND known > ?2";
        let word = IntakeEnd::SourceLost.word();
        let lost = self
            .tx
            .execute(lost, params![source.get(), found.cast_signed(), word])
            .to("end an intake")?;
        if lost > 0 {
            return Ok(());
        }
        self.tx
            .execute("DELETE FROM intakes WHERE source = ?1", [source.get()])
            .to("end an intake")?;
        let sql = "UPDATE sources SET found = ?2 WHERE id = ?1";
        self.tx
            .execute(sql, params![source.get(), found.cast_signed()])
            .to("count a source")
            .map(drop)
    }
}
