//! An intake that runs beside the server: `exhibit open` serves first, and ingests meanwhile.
//!
//! One thread runs the intake, again after each pause. While it is paused the case is unlocked, so that other commands can
//! change it. Only requests and states cross between the threads.

use crate::commands::ingest::{self, Means, Order};
use crate::failure::Failure;
use crate::output::Output;
use crate::system;
use exhibit_ingest::{IngestProgress, Snapshot, StopRequest, Summary};
use exhibit_web::{IntakeControl, IntakeState};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Run,
    Pause,
    End,
}

/// The handle of an intake: what it is asked to do, and what it does.
#[derive(Debug)]
pub(crate) struct Beside {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    wish: Wish,
    now: IntakeState,
    progress: Arc<IngestProgress>,
    stop: Arc<StopRequest>,
}

impl Beside {
    pub(crate) fn new() -> Arc<Self> {
        let (progress, stop) =
            (Arc::new(IngestProgress::default()), Arc::new(StopRequest::default()));
        let state = State { wish: Wish::Run, now: IntakeState::Running, progress, stop };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// Requests the end, also of a paused intake. Returns whether it was requested before.
    pub(crate) fn end(&self) -> bool {
        let mut state = self.lock();
        state.stop.request();
        let before = std::mem::replace(&mut state.wish, Wish::End) == Wish::End;
        self.changed.notify_all();
        before
    }

    /// Runs until the end is requested. Returns the result of the last run, if there was one.
    ///
    /// `run` ingests, until it is done or its stop is requested.
    fn follow<T>(
        &self,
        mut run: impl FnMut(&IngestProgress, &StopRequest) -> Result<(T, bool), String>,
    ) -> Option<(T, bool)> {
        let mut last = None;
        while let Some((progress, stop)) = self.next() {
            let result = run(&progress, &stop);
            let mut state = self.lock();
            state.now = match &result {
                Ok((_, true)) => IntakeState::Paused,
                Ok((_, false)) => IntakeState::Finished,
                Err(why) => IntakeState::Failed(why.clone()),
            };
            // complete, or failed: until it is continued. One that was stopped may have been asked to continue already
            if state.wish == Wish::Run && !matches!(result, Ok((_, true))) {
                state.wish = Wish::Pause;
            }
            last = result.ok().or(last);
        }
        last
    }

    // Waits for the request to run; `None` once the end is requested.
    fn next(&self) -> Option<(Arc<IngestProgress>, Arc<StopRequest>)> {
        let mut state = self.lock();
        loop {
            match state.wish {
                Wish::End => return None,
                Wish::Pause => {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
                }
                Wish::Run => {
                    state.progress = Arc::new(IngestProgress::default());
                    state.stop = Arc::new(StopRequest::default());
                    state.now = IntakeState::Running;
                    return Some((Arc::clone(&state.progress), Arc::clone(&state.stop)));
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IntakeControl for Beside {
    fn status(&self) -> (IntakeState, Option<Snapshot>) {
        let state = self.lock();
        let now = match &state.now {
            IntakeState::Running if state.wish != Wish::Run => IntakeState::Stopping,
            now => now.clone(),
        };
        (now, Some(state.progress.snapshot()))
    }

    fn pause(&self) {
        let mut state = self.lock();
        if state.wish == Wish::Run {
            state.wish = Wish::Pause;
            state.stop.request();
        }
    }

    fn resume(&self) {
        let mut state = self.lock();
        // while the last files of the run before are being finished, the request waits for their end
        if state.wish == Wish::Pause && state.now != IntakeState::Finished {
            state.wish = Wish::Run;
            self.changed.notify_all();
        }
    }
}

/// Takes in beside the server until the end is requested, from `means` that were acquired before. Reports on the terminal
/// as `exhibit ingest` does. Returns the summary of the last run.
pub(crate) fn take_in(
    beside: &Beside,
    output: &Output,
    folder: &Path,
    order: &Order<'_>,
    means: Means,
) -> Option<Summary> {
    let mut means = Some(means);
    let mut run = |progress: &IngestProgress, stop: &StopRequest| -> Result<Summary, Failure> {
        let means = match means.take() {
            Some(means) => means,
            None => ingest::prepare(output, folder, order, system::cage_of_intake)?,
        };
        ingest::take_in_with(output, means, order, progress, stop, |held, options, world| {
            Ok(exhibit_ingest::ingest(held, order.sources, options, world)?)
        })
    };
    let last = beside.follow(|progress, stop| match run(progress, stop) {
        Ok(summary) => {
            ingest::report(output, &summary);
            let stopped = summary.stopped;
            Ok((summary, stopped))
        }
        Err(failure) => {
            output.failure(&failure);
            Err(failure.message)
        }
    });
    last.map(|(summary, _)| summary)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::{self, JoinHandle};
    use std::time::{Duration, Instant};

    type Answer = Result<(u8, bool), String>;

    // An intake whose runs announce themselves, and end as the test tells them to, or when they are stopped.
    type Started = (Arc<Beside>, Receiver<()>, Sender<Answer>, JoinHandle<Option<(u8, bool)>>);

    fn started() -> Started {
        let (begun, begins) = channel();
        let (answer, answers) = channel::<Answer>();
        let beside = Beside::new();
        let own = Arc::clone(&beside);
        let thread = thread::spawn(move || {
            own.follow(|_, stop| {
                begun.send(()).expect("the test listens");
                loop {
                    match answers.recv_timeout(Duration::from_millis(5)) {
                        Ok(answer) => return answer,
                        Err(_) if stop.requested() => return Ok((0, true)),
                        Err(_) => {}
                    }
                }
            })
        });
        (beside, begins, answer, thread)
    }

    fn until(beside: &Beside, state: &IntakeState) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while beside.status().0 != *state {
            assert!(Instant::now() < deadline, "{:?} instead of {state:?}", beside.status().0);
            thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn an_intake_pauses_continues_and_ends() {
        let (beside, begins, answer, thread) = started();
        begins.recv().expect("it begins");
        assert_eq!(beside.status().0, IntakeState::Running);
        beside.pause();
        until(&beside, &IntakeState::Paused);
        assert!(begins.try_recv().is_err(), "nothing runs");
        beside.resume();
        begins.recv().expect("it begins again");
        answer.send(Ok((7, false))).expect("sent");
        until(&beside, &IntakeState::Finished);
        beside.resume();
        assert!(
            begins.recv_timeout(Duration::from_millis(50)).is_err(),
            "there is nothing to continue"
        );
        assert!(!beside.end());
        assert!(beside.end(), "requested before");
        assert_eq!(thread.join().expect("it ends"), Some((7, false)));
    }

    #[test]
    fn a_failed_intake_can_be_continued() {
        let (beside, begins, answer, thread) = started();
        begins.recv().expect("it begins");
        answer.send(Err("no space".to_owned())).expect("sent");
        until(&beside, &IntakeState::Failed("no space".to_owned()));
        beside.resume();
        begins.recv().expect("it begins again");
        beside.pause();
        beside.resume();
        until(&beside, &IntakeState::Running);
        begins.recv().expect("the request to continue is not lost");
        let _ = beside.end();
        assert_eq!(thread.join().expect("it ends"), Some((0, true)));
    }
}
