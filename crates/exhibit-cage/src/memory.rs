//! The memory of all jobs together: each gets its limit from one account before it starts, and waits if too little is
//! left.
//!
//! The limits of single workers do not bound their sum: many files that need much memory at once would take the whole
//! machine, and the system would kill a process of its choice.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The account of memory.
#[derive(Debug)]
pub(crate) struct Memory {
    all: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    left: u64,
    /// Those who wait, in the order in which they came: a large job is not passed by small ones for ever.
    queue: VecDeque<u64>,
    next: u64,
}

/// The memory of one job; given back on drop.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    memory: &'a Memory,
    pub(crate) bytes: u64,
}

impl Memory {
    pub(crate) fn new(all: u64) -> Self {
        let state = State { left: all, queue: VecDeque::new(), next: 0 };
        Self { all, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Takes memory for a job: what it wants, or all that there is if it wants more. Waits while too much is taken.
    pub(crate) fn take(&self, wanted: u64) -> Share<'_> {
        let bytes = wanted.min(self.all);
        let mut state = self.lock();
        let ticket = state.next;
        state.next += 1;
        state.queue.push_back(ticket);
        while state.queue.front() != Some(&ticket) || state.left < bytes {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.queue.pop_front();
        state.left -= bytes;
        drop(state);
        self.changed.notify_all();
        Share { memory: self, bytes }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.memory.lock().left += self.bytes;
        self.memory.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn the_sum_of_all_shares_never_exceeds_the_account() {
        let (memory, taken, most) = (Memory::new(10), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..8_u64 {
                let (memory, taken, most) = (&memory, &taken, &most);
                scope.spawn(move || {
                    for turn in 0..200 {
                        let share = memory.take((thread + turn) % 14);
                        let now = taken.fetch_add(share.bytes, Ordering::SeqCst) + share.bytes;
                        most.fetch_max(now, Ordering::SeqCst);
                        std::thread::yield_now();
                        taken.fetch_sub(share.bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        let most = most.into_inner();
        assert!((1..=10).contains(&most), "{most}");
        assert_eq!(
            memory.take(99).bytes,
            10,
            "a job that wants more gets all, and everything was given back"
        );
    }

    #[test]
    fn a_large_job_is_not_passed_by_small_ones() {
        let memory = Memory::new(10);
        let first = memory.take(4);
        let (order, came) = channel();
        std::thread::scope(|scope| {
            let (memory, large, small) = (&memory, order.clone(), order);
            scope.spawn(move || {
                let share = memory.take(10);
                large.send("large").expect("heard");
                drop(share);
            });
            while memory.lock().queue.is_empty() {
                std::thread::sleep(Duration::from_millis(1));
            }
            scope.spawn(move || {
                let share = memory.take(1);
                small.send("small").expect("heard");
                drop(share);
            });
            assert!(
                came.recv_timeout(Duration::from_millis(100)).is_err(),
                "the small one waits its turn"
            );
            drop(first);
            assert_eq!((came.recv(), came.recv()), (Ok("large"), Ok("small")));
        });
    }
}
