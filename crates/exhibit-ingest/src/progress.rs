//! How far a run has come: counters that all threads add to and anyone may look at.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a run is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Receiving and reading files.
    Reading,
    /// Reading pictures of pages by OCR.
    Ocr,
    /// Making the last pages searchable.
    Indexing,
}

/// Counters of a run.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    pub(crate) met: AtomicU64,
    pub(crate) met_bytes: AtomicU64,
    pub(crate) walked: AtomicU64,
    pub(crate) items: AtomicU64,
    pub(crate) settled: AtomicU64,
    pub(crate) settled_bytes: AtomicU64,
    pub(crate) pages: AtomicU64,
    pub(crate) searchable: AtomicU64,
    pub(crate) indexed: AtomicU64,
    pub(crate) ocr_wanted: AtomicU64,
    pub(crate) ocr_done: AtomicU64,
    pub(crate) ocr_read: AtomicU64,
    stage: AtomicU64,
    busy: Mutex<Vec<(String, Instant)>>,
}

/// The counters at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Since the run began.
    pub elapsed: Duration,
    /// What it is busy with.
    pub stage: Stage,
    /// Entries that walking met so far, and whether it is over.
    pub met: u64,
    /// Bytes of the files met.
    pub met_bytes: u64,
    /// Whether all sources are walked to their end.
    pub walked: bool,
    /// Items received in this run, members of containers included.
    pub items: u64,
    /// Of those and of what waited before, how many are settled.
    pub settled: u64,
    /// Their bytes.
    pub settled_bytes: u64,
    /// Pages read in this run.
    pub pages: u64,
    /// Pages that can be searched now, in the whole case.
    pub searchable: u64,
    /// Pages handed to the index in this run.
    pub indexed: u64,
    /// Pages for OCR in this run.
    pub ocr_wanted: u64,
    /// Of those, done.
    pub ocr_done: u64,
    /// Of those, read by OCR; of the others the own text stands, or nothing could be read.
    pub ocr_read: u64,
    /// What has been in hand the longest, and for how long.
    pub slowest: Option<(String, Duration)>,
}

impl Default for Progress {
    fn default() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            began: Instant::now(),
            met: zero(),
            met_bytes: zero(),
            walked: zero(),
            items: zero(),
            settled: zero(),
            settled_bytes: zero(),
            pages: zero(),
            searchable: zero(),
            indexed: zero(),
            ocr_wanted: zero(),
            ocr_done: zero(),
            ocr_read: zero(),
            stage: zero(),
            busy: Mutex::new(Vec::new()),
        }
    }
}

pub(crate) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

impl Progress {
    pub(crate) fn stage(&self, stage: Stage) {
        self.stage.store(stage as u64, Ordering::Relaxed);
    }

    pub(crate) fn take_up(&self, label: &str) -> Instant {
        let now = Instant::now();
        self.busy().push((label.to_owned(), now));
        now
    }

    pub(crate) fn put_down(&self, label: &str) {
        self.busy().retain(|(busy, _)| busy != label);
    }

    fn busy(&self) -> std::sync::MutexGuard<'_, Vec<(String, Instant)>> {
        self.busy.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The counters now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let slowest = self.busy().iter().min_by_key(|(_, since)| *since).map(|(l, since)| (l.clone(), since.elapsed()));
        Snapshot {
            elapsed: self.began.elapsed(),
            stage: match get(&self.stage) {
                0 => Stage::Reading,
                1 => Stage::Ocr,
                _ => Stage::Indexing,
            },
            met: get(&self.met),
            met_bytes: get(&self.met_bytes),
            walked: get(&self.walked) > 0,
            items: get(&self.items),
            settled: get(&self.settled),
            settled_bytes: get(&self.settled_bytes),
            pages: get(&self.pages),
            searchable: get(&self.searchable),
            indexed: get(&self.indexed),
            ocr_wanted: get(&self.ocr_wanted),
            ocr_done: get(&self.ocr_done),
            ocr_read: get(&self.ocr_read),
            slowest,
        }
    }
}
