//! The progress of a run: counters that all threads update and any thread may read.

use crate::stages::StageName;
use exhibit_model::{ItemId, PageNumber};
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
    phase: Mutex<(Phase, Instant)>,
    stages: Mutex<BTreeMap<StageName, StageCounts>>,
    busy: Mutex<Vec<Busy>>,
}

#[derive(Debug, Clone, Copy)]
struct Busy {
    item: ItemId,
    page: Option<PageNumber>,
    since: Instant,
}

/// A job that is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Running {
    /// Its item.
    pub item: ItemId,
    /// Its first page, if it is about pages.
    pub page: Option<PageNumber>,
    /// For how long it has been running.
    pub lasted: Duration,
}

/// The counters at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The time since the run began.
    pub elapsed: Duration,
    /// The phase.
    pub phase: Phase,
    /// The time since the phase began.
    pub in_phase: Duration,
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
    /// The job that has been running longest.
    pub slowest: Option<Running>,
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
            phase: Mutex::new((Phase::Stage(StageName::READ), Instant::now())),
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
        *lock(&self.phase) = (phase, Instant::now());
    }

    pub(crate) fn count(&self, stage: StageName, change: impl FnOnce(&mut StageCounts)) {
        change(lock(&self.stages).entry(stage).or_default());
    }

    pub(crate) fn begin_job(&self, item: ItemId, page: Option<PageNumber>, since: Instant) {
        lock(&self.busy).push(Busy { item, page, since });
    }

    pub(crate) fn end_job(&self, item: ItemId, page: Option<PageNumber>) {
        lock(&self.busy).retain(|busy| (busy.item, busy.page) != (item, page));
    }

    /// The current values of the counters.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let slowest = lock(&self.busy).iter().min_by_key(|busy| busy.since).copied();
        let running =
            |busy: Busy| Running { item: busy.item, page: busy.page, lasted: busy.since.elapsed() };
        let (phase, entered) = *lock(&self.phase);
        Snapshot {
            elapsed: self.began.elapsed(),
            phase,
            in_phase: entered.elapsed(),
            stages: lock(&self.stages).clone(),
            met: get(&self.met),
            met_bytes: get(&self.met_bytes),
            walked: get(&self.walked) > 0,
            items: get(&self.items),
            searchable: get(&self.searchable),
            indexed: get(&self.indexed),
            slowest: slowest.map(running),
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

/// No time is estimated earlier: the first files say little about the others.
const ESTIMATE_AFTER: Duration = Duration::from_secs(15);

impl StageCounts {
    /// Jobs that are not done yet.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.jobs.saturating_sub(self.done)
    }
}

impl Snapshot {
    /// The amount done and the amount known so far in this phase: items while reading, pages during OCR.
    #[must_use]
    pub fn amounts(&self) -> (u64, u64) {
        match self.phase {
            Phase::Stage(name) => (self.stage(name).done, self.stage(name).jobs),
            Phase::Indexing => (1, 1),
        }
    }

    /// What is done in a minute, at the speed of this phase so far; `None` in its first seconds.
    #[must_use]
    pub fn per_minute(&self) -> Option<u64> {
        let seconds = self.in_phase.as_secs();
        if seconds < 3 { None } else { Some(self.amounts().0 * 60 / seconds) }
    }

    /// The minutes left in this phase, as a range, since files differ much in size: wider while little is done. `None`
    /// while it cannot be judged.
    #[must_use]
    pub fn minutes_left(&self) -> Option<(u64, u64)> {
        let open = self.phase == Phase::Stage(StageName::READ) && !self.walked;
        let (done, all) = self.amounts();
        if open || self.phase == Phase::Indexing || self.in_phase < ESTIMATE_AFTER || done == 0 {
            return None;
        }
        let left = self.in_phase.as_secs() * all.saturating_sub(done) / done;
        let (least, most) = if done * 10 < all { (50, 250) } else { (80, 150) };
        Some((left * least / 6000, (left * most).div_ceil(6000).max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(seconds: u64, done: u64, jobs: u64, walked: bool) -> Snapshot {
        let progress = IngestProgress::default();
        progress.count(StageName::READ, |counts| (counts.done, counts.jobs) = (done, jobs));
        Snapshot { in_phase: Duration::from_secs(seconds), walked, ..progress.snapshot() }
    }

    #[test]
    fn the_time_left_is_a_range_once_there_is_something_to_judge_by() {
        assert_eq!(reading(10, 50, 100, true).minutes_left(), None, "too early");
        assert_eq!(reading(60, 0, 100, true).minutes_left(), None, "nothing done");
        assert_eq!(reading(60, 50, 100, false).minutes_left(), None, "more may be found");
        assert_eq!(reading(600, 100, 200, true).minutes_left(), Some((8, 15)));
        assert_eq!(reading(600, 10, 200, true).minutes_left(), Some((95, 475)), "little is done");
        assert_eq!(reading(600, 200, 200, true).minutes_left(), Some((0, 1)));
        assert_eq!(
            (reading(600, 100, 200, true).per_minute(), reading(1, 1, 2, true).per_minute()),
            (Some(10), None)
        );
        assert_eq!(reading(1, 3, 8, true).stage(StageName::READ).left(), 5);
    }

    #[test]
    fn the_slowest_job_is_the_one_that_began_first() {
        let (progress, now) = (IngestProgress::default(), Instant::now());
        let earlier = now.checked_sub(Duration::from_secs(9)).expect("a moment");
        progress.begin_job(ItemId::new(4), Some(PageNumber::new(2)), now);
        progress.begin_job(ItemId::new(3), None, earlier);
        let slowest = progress.snapshot().slowest.expect("one");
        assert_eq!((slowest.item, slowest.page), (ItemId::new(3), None));
        assert!(slowest.lasted >= Duration::from_secs(9));
        progress.end_job(ItemId::new(3), None);
        assert_eq!(
            progress.snapshot().slowest.map(|slow| slow.page),
            Some(Some(PageNumber::new(2)))
        );
    }
}
