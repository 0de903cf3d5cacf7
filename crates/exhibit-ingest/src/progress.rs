//! The progress of a run: counters that all threads update and any thread may read.

use crate::stages::StageName;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The phase of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Running the jobs of a stage; in the first, files are received at the same time.
    Stage(StageName),
    /// Making the last pages searchable.
    Indexing,
}

/// The counters of one stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageCounts {
    /// Jobs of this run: those that were ready when it began, and those added since.
    pub jobs: u64,
    /// Those of them that ended for good.
    pub done: u64,
    /// Those of them that gave no results.
    pub failed: u64,
    /// Pages produced.
    pub pages: u64,
    /// Bytes of the items done.
    pub bytes: u64,
}

/// Counters of a run.
#[derive(Debug)]
pub struct IngestProgress {
    began: Instant,
    pub(crate) met: AtomicU64,
    pub(crate) met_bytes: AtomicU64,
    pub(crate) walked: AtomicU64,
    pub(crate) items: AtomicU64,
    pub(crate) searchable: AtomicU64,
    pub(crate) indexed: AtomicU64,
    phase: Mutex<Phase>,
    stages: Mutex<BTreeMap<StageName, StageCounts>>,
    busy: Mutex<Vec<(String, Instant)>>,
}

/// The counters at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The time since the run began.
    pub elapsed: Duration,
    /// The phase.
    pub phase: Phase,
    /// The counters of each stage.
    pub stages: BTreeMap<StageName, StageCounts>,
    /// Entries found by walking so far.
    pub met: u64,
    /// Bytes of the files found.
    pub met_bytes: u64,
    /// Whether all sources were walked completely.
    pub walked: bool,
    /// Items received in this run, including members of containers.
    pub items: u64,
    /// Pages that can be searched now, in the whole case.
    pub searchable: u64,
    /// Pages indexed in this run.
    pub indexed: u64,
    /// The job that has been running longest, and since when.
    pub slowest: Option<(String, Duration)>,
}

impl Default for IngestProgress {
    fn default() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            began: Instant::now(),
            met: zero(),
            met_bytes: zero(),
            walked: zero(),
            items: zero(),
            searchable: zero(),
            indexed: zero(),
            phase: Mutex::new(Phase::Stage(StageName::READ)),
            stages: Mutex::default(),
            busy: Mutex::new(Vec::new()),
        }
    }
}

pub(crate) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

impl IngestProgress {
    pub(crate) fn enter(&self, phase: Phase) {
        *lock(&self.phase) = phase;
    }

    pub(crate) fn count(&self, stage: StageName, change: impl FnOnce(&mut StageCounts)) {
        change(lock(&self.stages).entry(stage).or_default());
    }

    pub(crate) fn begin_job(&self, label: &str, now: Instant) {
        lock(&self.busy).push((label.to_owned(), now));
    }

    pub(crate) fn end_job(&self, label: &str) {
        lock(&self.busy).retain(|(busy, _)| busy != label);
    }

    /// The current values of the counters.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let slowest =
            lock(&self.busy).iter().min_by_key(|(_, since)| *since).map(|(l, since)| (l.clone(), since.elapsed()));
        Snapshot {
            elapsed: self.began.elapsed(),
            phase: *lock(&self.phase),
            stages: lock(&self.stages).clone(),
            met: get(&self.met),
            met_bytes: get(&self.met_bytes),
            walked: get(&self.walked) > 0,
            items: get(&self.items),
            searchable: get(&self.searchable),
            indexed: get(&self.indexed),
            slowest,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Snapshot {
    /// The counters of a stage.
    #[must_use]
    pub fn stage(&self, name: StageName) -> StageCounts {
        self.stages.get(&name).copied().unwrap_or_default()
    }
}
