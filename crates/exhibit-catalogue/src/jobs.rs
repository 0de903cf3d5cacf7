//! The work table: the jobs of every stage, their leases, attempts and outcomes.
//!
//! A job is one run of a stage over one input: an item, or a range of its pages. Its key is the item, the pages, the
//! digest of the input, and the stage's name, version and parameters; adding it twice changes nothing. Rows are kept
//! when the job is done: they record which version of a stage produced the results of which input.
//!
//! Jobs that were never attempted come first, then those attempted least: a job that takes the process down with it
//! does not keep the others from being done.

use crate::items::{columns_of, reason_of};
use crate::{Catalogue, CatalogueError, Explained, Work};
use exhibit_model::{Digest, ItemId, Moment, PageNumber, Reason};
use rusqlite::{OptionalExtension, Row, params};
use std::time::Duration;

/// A job whose worker died this many times has failed.
pub const MOST_DEATHS: u32 = 3;

/// The identity of a stage: its name, its version, and the parameters that its results depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageKey {
    /// The name, such as `read`.
    pub name: String,
    /// The version of its results.
    pub version: String,
    /// Its parameters, in one canonical form.
    pub parameters: String,
}

/// The number of a [`StageKey`] in the table `stages`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageId(pub(crate) i64);

/// Which ready jobs are leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobChoice {
    /// All.
    All,
    /// Those whose worker never died: while more of them may follow.
    Untried,
}

/// What a job covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobSpan {
    /// The whole item.
    Item,
    /// Pages, from the first to the last.
    Pages(PageNumber, PageNumber),
}

impl JobSpan {
    const fn columns(self) -> (Option<u32>, Option<u32>) {
        match self {
            Self::Item => (None, None),
            Self::Pages(first, last) => (Some(first.get()), Some(last.get())),
        }
    }
}

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobState {
    /// It can be leased.
    Ready,
    /// A holder is working on it.
    Leased,
    /// Its results are committed.
    Done,
    /// It ended without results.
    Failed,
    /// It is no longer needed: its input was superseded.
    Abandoned,
}

impl JobState {
    const ALL: [Self; 5] = [Self::Ready, Self::Leased, Self::Done, Self::Failed, Self::Abandoned];

    /// The stored code.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A leased job: the right to work on it, until it is finished or released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub(crate) id: i64,
    /// The stage that is to run.
    pub stage: StageId,
    /// The item that it runs on.
    pub item: ItemId,
    /// The part of the item.
    pub span: JobSpan,
    /// The digest of the input.
    pub input: Digest,
    /// Attempts so far, this one included.
    pub attempts: u32,
    /// Attempts so far in which the worker died.
    pub deaths: u32,
}

/// How an attempt at a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    /// With results.
    Done,
    /// Without results, for this reason; a retry would not help.
    Failed(Reason),
    /// The worker died, for this reason.
    Died(Reason),
    /// The input was superseded.
    Abandoned,
}

/// The result of ending an attempt at a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It is in this final state.
    Final(JobState),
    /// It will be attempted again.
    Again,
    /// The lease was lost: the outcome does not count.
    Lost,
}

/// A row of the work table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are the columns of the table `work`, explained in the schema"
)]
pub struct JobRow {
    pub stage: StageKey,
    pub item: ItemId,
    pub span: JobSpan,
    pub input: Digest,
    pub state: JobState,
    pub attempts: u32,
    pub deaths: u32,
    pub holder: Option<String>,
    pub until: Option<Moment>,
    pub reason: Option<Reason>,
    pub elapsed: Option<Duration>,
    pub peak_memory: Option<u64>,
}

/// What an attempt at a job took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCost {
    /// Time from the start of the attempt to its end.
    pub elapsed: Duration,
    /// The peak memory of its worker, in bytes, if it had one and its end was reported.
    pub peak_memory: Option<u64>,
}

const COLUMNS: &str = "name, version, parameters, item, first, last, input, state, attempts, deaths, holder, until, reason, elapsed, reason_values, peak_memory";

fn span_of(first: Option<u32>, last: Option<u32>) -> JobSpan {
    first.zip(last).map_or(JobSpan::Item, |(first, last)| {
        JobSpan::Pages(PageNumber::new(first), PageNumber::new(last))
    })
}

fn digest_of(bytes: &[u8]) -> rusqlite::Result<Digest> {
    Digest::from_slice(bytes).ok_or(rusqlite::Error::InvalidQuery)
}

fn job_of(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    let (input, state): (Vec<u8>, String) = (row.get(6)?, row.get(7)?);
    let elapsed: Option<i64> = row.get(13)?;
    Ok(JobRow {
        stage: StageKey { name: row.get(0)?, version: row.get(1)?, parameters: row.get(2)? },
        item: ItemId::new(row.get(3)?),
        span: span_of(row.get(4)?, row.get(5)?),
        input: digest_of(&input)?,
        state: JobState::from_word(&state).ok_or(rusqlite::Error::InvalidQuery)?,
        attempts: row.get(8)?,
        deaths: row.get(9)?,
        holder: row.get(10)?,
        until: row.get::<_, Option<i64>>(11)?.map(Moment),
        reason: reason_of(row, 12, 14)?,
        elapsed: elapsed.map(|micros| Duration::from_micros(micros.unsigned_abs())),
        peak_memory: row.get::<_, Option<i64>>(15)?.map(i64::unsigned_abs),
    })
}

impl Catalogue {
    /// The jobs of an item, in the order in which they were added.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn jobs(&self, item: ItemId) -> Result<Vec<JobRow>, CatalogueError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM work JOIN stages ON stages.id = work.stage WHERE item = ?1 ORDER BY work.id"
        );
        let mut statement = self.db.prepare_cached(&sql).to("list jobs")?;
        let rows = statement.query_map([item.get()], job_of).to("list jobs")?;
        rows.collect::<Result<_, _>>().to("list jobs")
    }

    /// The number of ready jobs of a stage, of all its versions.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn ready_jobs(&self, name: &str) -> Result<u64, CatalogueError> {
        let sql = "SELECT count(*) FROM work WHERE state = 'ready' AND stage IN (SELECT id FROM stages WHERE name = ?1)";
        let mut statement = self.db.prepare_cached(sql).to("count jobs")?;
        statement
            .query_row([name], |row| row.get::<_, i64>(0))
            .to("count jobs")
            .map(i64::unsigned_abs)
    }

    /// The versions of a stage that have jobs in this case, oldest first.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn stage_versions(&self, name: &str) -> Result<Vec<(StageId, StageKey)>, CatalogueError> {
        let sql = "SELECT id, name, version, parameters FROM stages WHERE name = ?1 ORDER BY id";
        let mut statement = self.db.prepare_cached(sql).to("list stages")?;
        let row_of = |row: &Row<'_>| {
            let key = StageKey { name: row.get(1)?, version: row.get(2)?, parameters: row.get(3)? };
            Ok((StageId(row.get(0)?), key))
        };
        let rows = statement.query_map([name], row_of).to("list stages")?;
        rows.collect::<Result<_, _>>().to("list stages")
    }

    /// The version of a stage that produced a page's current layer.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn stage_of_page(
        &self,
        item: ItemId,
        number: PageNumber,
    ) -> Result<Option<StageKey>, CatalogueError> {
        let sql = "SELECT name, version, parameters FROM pages JOIN stages ON stages.id = pages.stage \
                   WHERE item = ?1 AND number = ?2 AND current = 1";
        let mut statement = self.db.prepare_cached(sql).to("look up a stage")?;
        let row_of = |row: &Row<'_>| {
            Ok(StageKey { name: row.get(0)?, version: row.get(1)?, parameters: row.get(2)? })
        };
        statement
            .query_row(params![item.get(), number.get()], row_of)
            .optional()
            .to("look up a stage")
    }
}

impl Work<'_> {
    /// The number of a stage in its current version, added if it is new. Ready jobs of other versions become jobs of this
    /// version.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn stage(&self, key: &StageKey) -> Result<StageId, CatalogueError> {
        let bound = params![key.name, key.version, key.parameters];
        let sql = "INSERT INTO stages (name, version, parameters) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.tx.execute(sql, bound).to("add a stage")?;
        let sql = "SELECT id FROM stages WHERE name = ?1 AND version = ?2 AND parameters = ?3";
        let id: i64 = self.tx.query_row(sql, bound, |row| row.get(0)).to("look up a stage")?;
        let mut statement = self
            .tx
            .prepare_cached("SELECT id FROM stages WHERE name = ?1 AND id <> ?2")
            .to("list stages")?;
        let others = statement
            .query_map(params![key.name, id], |row| row.get::<_, i64>(0))
            .to("list stages")?;
        for other in others {
            let other = other.to("list stages")?;
            let sql = "UPDATE OR IGNORE work SET stage = ?1 WHERE stage = ?2 AND state = 'ready'";
            self.tx.execute(sql, [id, other]).to("adopt jobs")?;
            // the remaining ones already have a job of this version
            let sql = "UPDATE work SET state = 'abandoned' WHERE stage = ?1 AND state = 'ready'";
            self.tx.execute(sql, [other]).to("adopt jobs")?;
        }
        Ok(StageId(id))
    }

    /// Adds a job, unless it was added before. Returns whether it is new.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn add_job(
        &self,
        stage: StageId,
        item: ItemId,
        span: JobSpan,
        input: Digest,
    ) -> Result<bool, CatalogueError> {
        let (first, last) = span.columns();
        let sql = "INSERT INTO work (stage, item, first, last, input, state) VALUES (?1, ?2, ?3, ?4, ?5, 'ready') \
                   ON CONFLICT DO NOTHING";
        let mut insert = self.tx.prepare_cached(sql).to("add a job")?;
        let added = insert
            .execute(params![stage.0, item.get(), first, last, input.as_bytes()])
            .to("add a job")?;
        Ok(added > 0)
    }

    /// Leases up to `most` ready jobs of a stage. Each lease counts as an attempt, until it is released.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn lease(
        &self,
        stage: StageId,
        choice: JobChoice,
        most: usize,
        holder: &str,
        until: Moment,
    ) -> Result<Vec<Lease>, CatalogueError> {
        let sql = match choice {
            JobChoice::All => {
                "SELECT id, item, first, last, input, attempts, deaths FROM work \
                 WHERE stage = ?1 AND state = 'ready' ORDER BY attempts, id LIMIT ?2"
            }
            JobChoice::Untried => {
                "SELECT id, item, first, last, input, attempts, deaths FROM work \
                 WHERE stage = ?1 AND state = 'ready' AND deaths = 0 ORDER BY attempts, id LIMIT ?2"
            }
        };
        let mut select = self.tx.prepare_cached(sql).to("lease jobs")?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let row_of = |row: &Row<'_>| {
            let input: Vec<u8> = row.get(4)?;
            Ok(Lease {
                id: row.get(0)?,
                stage,
                item: ItemId::new(row.get(1)?),
                span: span_of(row.get(2)?, row.get(3)?),
                input: digest_of(&input)?,
                attempts: row.get::<_, u32>(5)?.saturating_add(1),
                deaths: row.get(6)?,
            })
        };
        let rows = select.query_map(params![stage.0, most], row_of).to("lease jobs")?;
        let leases: Vec<Lease> = rows.collect::<Result<_, _>>().to("lease jobs")?;
        let sql = "UPDATE work SET state = 'leased', attempts = ?2, holder = ?3, until = ?4 WHERE id = ?1";
        let mut update = self.tx.prepare_cached(sql).to("lease jobs")?;
        for lease in &leases {
            update.execute(params![lease.id, lease.attempts, holder, until.0]).to("lease jobs")?;
        }
        Ok(leases)
    }

    /// Records how an attempt ended. A job whose worker died is ready again, until it died [`MOST_DEATHS`] times.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn finish(
        &self,
        lease: &Lease,
        end: &JobEnd,
        cost: JobCost,
    ) -> Result<Finished, CatalogueError> {
        let died = matches!(end, JobEnd::Died(_));
        let deaths = lease.deaths + u32::from(died);
        let (state, reason) = match end {
            JobEnd::Done => (JobState::Done, None),
            JobEnd::Abandoned => (JobState::Abandoned, None),
            JobEnd::Failed(reason) => (JobState::Failed, Some(reason)),
            JobEnd::Died(reason) if deaths >= MOST_DEATHS => (JobState::Failed, Some(reason)),
            JobEnd::Died(reason) => (JobState::Ready, Some(reason)),
        };
        let (reason, values) = columns_of(reason);
        let sql = "UPDATE work SET state = ?3, deaths = ?4, reason = ?5, reason_values = ?6, elapsed = ?7, peak_memory = ?8, holder = NULL, until = NULL \
                   WHERE id = ?1 AND state = 'leased' AND attempts = ?2";
        let mut update = self.tx.prepare_cached(sql).to("finish a job")?;
        let micros = i64::try_from(cost.elapsed.as_micros()).unwrap_or(i64::MAX);
        let peak = cost.peak_memory.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let bound =
            params![lease.id, lease.attempts, state.word(), deaths, reason, values, micros, peak];
        let updated = update.execute(bound).to("finish a job")?;
        Ok(match (updated, state) {
            (0, _) => Finished::Lost,
            (_, JobState::Ready) => Finished::Again,
            (_, state) => Finished::Final(state),
        })
    }

    /// Makes abandoned leased jobs ready again. With `unattempted`, they were never started, and the lease does not count
    /// as an attempt. Returns the count.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn release_leases(&self, unattempted: bool) -> Result<usize, CatalogueError> {
        let sql = "UPDATE work SET state = 'ready', attempts = attempts - ?1, holder = NULL, until = NULL \
                   WHERE state = 'leased'";
        self.tx.execute(sql, [i64::from(unattempted)]).to("release jobs")
    }

    /// Extends all leases of a holder. Returns their count.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn renew_leases(&self, holder: &str, until: Moment) -> Result<usize, CatalogueError> {
        let sql = "UPDATE work SET until = ?2 WHERE state = 'leased' AND holder = ?1";
        self.tx.execute(sql, params![holder, until.0]).to("renew leases")
    }

    /// Makes the jobs ready again whose leases ended before `now`. The attempt counts, and an outcome that their holders
    /// still report does not ([`Finished::Lost`]). Returns the count.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn expire_leases(&self, now: Moment) -> Result<usize, CatalogueError> {
        let sql = "UPDATE work SET state = 'ready', holder = NULL, until = NULL WHERE state = 'leased' AND until < ?1";
        self.tx.execute(sql, [now.0]).to("expire leases")
    }

    /// Makes the job of each of these whole items at a stage ready, as if it had never been attempted.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub(crate) fn requeue(&self, stage: StageId, items: &[ItemId]) -> Result<(), CatalogueError> {
        let sql = "UPDATE work SET stage = ?2, state = 'ready', attempts = 0, deaths = 0, reason = '', reason_values = '{}', holder = NULL, until = NULL \
                   WHERE id = (SELECT work.id FROM work JOIN stages ON stages.id = work.stage WHERE item = ?1 AND first IS NULL \
                   AND name = (SELECT name FROM stages WHERE id = ?2) ORDER BY work.stage = ?2 DESC, work.id DESC LIMIT 1)";
        let mut update = self.tx.prepare_cached(sql).to("requeue jobs")?;
        let sql = "INSERT INTO work (stage, item, input, state) SELECT ?2, id, sha256, 'ready' FROM items WHERE id = ?1";
        let mut insert = self.tx.prepare_cached(sql).to("requeue jobs")?;
        for item in items {
            if update.execute(params![item.get(), stage.0]).to("requeue jobs")? == 0 {
                insert.execute(params![item.get(), stage.0]).to("requeue jobs")?;
            }
        }
        Ok(())
    }

    /// Makes the failed jobs of a stage ready again, as if they had never been attempted. Returns the count.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn requeue_failed(&self, stage: StageId) -> Result<usize, CatalogueError> {
        let sql = "UPDATE OR IGNORE work SET stage = ?1, state = 'ready', attempts = 0, deaths = 0, reason = '', reason_values = '{}' \
                   WHERE state = 'failed' AND stage IN (SELECT id FROM stages WHERE name = (SELECT name FROM stages WHERE id = ?1))";
        self.tx.execute(sql, [stage.0]).to("requeue jobs")
    }

    /// Adds a job of `stage` for each finished job of an earlier version of it, on the same input, optionally only for
    /// items of certain media types. The existing results are kept until the new ones are committed. Returns the items.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn supersede(
        &self,
        stage: StageId,
        past: StageId,
        media_types: Option<&[&str]>,
    ) -> Result<Vec<ItemId>, CatalogueError> {
        let type_clause = match media_types {
            None => "1".to_owned(),
            Some([]) => return Ok(Vec::new()),
            Some(types) => format!("items.media_type IN ({})", vec!["?"; types.len()].join(", ")),
        };
        let sql = format!(
            "INSERT INTO work (stage, item, first, last, input, state) \
             SELECT ?, item, first, last, input, 'ready' FROM work JOIN items ON items.id = work.item \
             WHERE stage = ? AND work.state IN ('done', 'failed') AND {type_clause} ORDER BY work.id \
             ON CONFLICT DO NOTHING RETURNING item"
        );
        let mut insert = self.tx.prepare(&sql).to("supersede jobs")?;
        let numbers = [stage.0, past.0].map(rusqlite::types::Value::from);
        let types = media_types
            .unwrap_or_default()
            .iter()
            .map(|t| rusqlite::types::Value::from((*t).to_owned()));
        let bound = rusqlite::params_from_iter(numbers.into_iter().chain(types));
        let rows =
            insert.query_map(bound, |row| row.get(0).map(ItemId::new)).to("supersede jobs")?;
        rows.collect::<Result<_, _>>().to("supersede jobs")
    }
}
