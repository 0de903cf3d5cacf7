//! The waiting items, as readers take them: straight from the catalogue, in the order of their numbers, each once a run.

use crate::run::Stop;
use exhibit_catalogue::{Catalogue, CatalogueError, Job};
use exhibit_model::ItemId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};

pub(crate) struct Queue<'a> {
    stop: &'a Stop,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    catalogue: Catalogue,
    ready: VecDeque<Job>,
    last: ItemId,
    /// Items handed out whose outcome the keeper has not committed yet: they may still bring members.
    open: u64,
    /// Whether intake may still bring items that are not committed.
    receiving: bool,
    stopped: bool,
    families: BTreeMap<ItemId, u64>,
}

const BATCH: u32 = 64;

impl<'a> Queue<'a> {
    pub(crate) fn new(catalogue: Catalogue, stop: &'a Stop) -> Self {
        let (ready, last) = (VecDeque::new(), ItemId(0));
        let state =
            State { catalogue, ready, last, open: 0, receiving: true, stopped: false, families: BTreeMap::new() };
        Self { stop, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The next item to read; waits while more may come, and gives `None` when no more will.
    pub(crate) fn take(&self) -> Result<Option<Job>, CatalogueError> {
        let mut state = self.lock();
        loop {
            if state.stopped || self.stop.requested() {
                return Ok(None);
            }
            if let Some(job) = state.ready.pop_front() {
                state.open += 1;
                return Ok(Some(job));
            }
            let more = state.catalogue.jobs(state.last, BATCH)?;
            if let Some(last) = more.last() {
                state.last = last.id;
                state.ready.extend(more);
                continue;
            }
            if state.open == 0 && !state.receiving {
                self.changed.notify_all();
                return Ok(None);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The bytes received within one file of a source: added up once, and counted on from there.
    pub(crate) fn family_size(&self, family: ItemId) -> Result<u64, CatalogueError> {
        let mut state = self.lock();
        if let Some(size) = state.families.get(&family) {
            return Ok(*size);
        }
        let size = state.catalogue.family_size(family)?;
        state.families.insert(family, size);
        Ok(size)
    }

    /// More bytes were received within a file of a source.
    pub(crate) fn grown(&self, family: ItemId, bytes: u64) {
        if let Some(size) = self.lock().families.get_mut(&family) {
            *size += bytes;
        }
    }

    /// The keeper has committed: new items may wait, and so many outcomes of items taken are in the catalogue.
    pub(crate) fn committed(&self, outcomes: u64, receiving: bool) {
        let mut state = self.lock();
        state.open = state.open.saturating_sub(outcomes);
        state.receiving = receiving;
        self.changed.notify_all();
    }

    /// No more is to be taken.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
