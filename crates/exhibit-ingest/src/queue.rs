//! The queue: hands out leased jobs to the threads of each stage.
//!
//! Leases are rows of the work table. The committer takes them, a batch with each commit, and hands them to this queue
//! once that commit is durable; so every attempt is counted before it begins. An idle thread requests a commit
//! immediately.

use crate::IngestError;
use crate::committer::{Message, Sender};
use crate::run::StopRequest;
use exhibit_catalogue::Lease;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

pub(crate) struct Queue<'a> {
    stop: &'a StopRequest,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    lanes: Vec<Lane>,
    /// Whether intake may still send items that are not committed.
    receiving: bool,
    stopped: bool,
}

/// The jobs of one stage.
#[derive(Default)]
struct Lane {
    active: bool,
    leased: VecDeque<Lease>,
    /// Jobs handed out whose end is not committed: they may still add jobs.
    open: u64,
    /// Whether the last commit found no unleased job.
    exhausted: bool,
    /// Whether a thread has requested jobs from the committer.
    claimed: bool,
}

/// The leases taken for one stage with a commit.
#[derive(Default)]
pub(crate) struct Grant {
    pub(crate) wanted: usize,
    pub(crate) leases: Vec<Lease>,
    /// Jobs of the stage whose end is in the commit.
    pub(crate) ended: u64,
}

/// Leases in memory for one stage: more than all threads complete between two commits.
const ROOM: usize = 512;

impl<'a> Queue<'a> {
    pub(crate) fn new(stages: usize, stop: &'a StopRequest) -> Self {
        let lanes = (0..stages).map(|_| Lane::default()).collect();
        let state = State { lanes, receiving: true, stopped: false };
        Self { stop, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Starts handing out jobs of a stage.
    pub(crate) fn activate(&self, lane: usize) {
        self.lock().lanes[lane].active = true;
    }

    /// The next job of a stage; blocks while more may follow, and returns `None` once no more can.
    pub(crate) fn take(&self, lane: usize, out: &Sender<'_>) -> Result<Option<Lease>, IngestError> {
        let mut state = self.lock();
        loop {
            if state.stopped || self.stop.requested() {
                return Ok(None);
            }
            let receiving = state.receiving;
            let own = &mut state.lanes[lane];
            if let Some(job) = own.leased.pop_front() {
                own.open += 1;
                return Ok(Some(job));
            }
            if own.exhausted && own.open == 0 && !receiving {
                self.changed.notify_all();
                return Ok(None);
            }
            if !own.exhausted && !own.claimed {
                own.claimed = true;
                // sending may block until the committer, which needs this lock, has freed memory
                drop(state);
                out.send(Message::Claim)?;
                state = self.lock();
                continue;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The number of jobs of a stage that the next commit is to lease.
    pub(crate) fn room(&self, lane: usize) -> usize {
        let state = self.lock();
        let own = &state.lanes[lane];
        if !own.active || state.stopped || self.stop.requested() {
            0
        } else {
            ROOM.saturating_sub(own.leased.len())
        }
    }

    /// Adds the committed leases and ends of jobs, for each stage.
    pub(crate) fn committed(&self, grants: Vec<Grant>, receiving: bool) {
        let mut state = self.lock();
        state.receiving = receiving;
        for (own, grant) in state.lanes.iter_mut().zip(grants) {
            own.open = own.open.saturating_sub(grant.ended);
            own.claimed = false;
            if grant.wanted > 0 {
                own.exhausted = grant.leases.len() < grant.wanted;
                own.leased.extend(grant.leases);
            }
        }
        self.changed.notify_all();
    }

    /// Closes the queue: [`Queue::take`] returns `None` from now on.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
