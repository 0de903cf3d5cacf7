//! One file read by one worker, from the parent's side.

use crate::check::Checker;
use crate::control::Start;
use crate::end::{BadOutput, Ended, Status, Timer, WorkerEnd, exit};
use crate::frame::{FrameError, FrameReader, Kind};
use crate::limits::CageLimits;
use crate::pool::{Cage, CageError, Patience, PatientPipe, Waited};
use exhibit_model::wire::{decode_verdict, encode_request};
use exhibit_model::{Limits, Record, Request, Task, Verdict};
use rustix::fs::{OFlags, fcntl_getfl};
use rustix::pipe::{PipeFlags, pipe_with};
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::fd::AsFd;

impl Cage {
    /// Reads one file in a separate process, forked and caged for it. The worker's records are checked and passed to
    /// `on_record` as they arrive; breaking ends the worker. Waits while all workers are busy.
    ///
    /// `input` must be open for reading only. Its file offset is not changed.
    ///
    /// # Errors
    /// [`CageError`] if the file could not be given to a caged worker; that implies nothing about the file. The result
    /// of reading a file, success or not, is a [`WorkerEnd`].
    pub fn run(
        &self,
        request: &Request,
        input: &File,
        limits: CageLimits,
        on_record: &mut dyn FnMut(Record) -> ControlFlow<()>,
    ) -> Result<WorkerEnd, CageError> {
        self.run_measured(request, input, limits, on_record).map(|(end, _)| end)
    }

    /// [`Cage::run`], which also returns the peak memory of the worker in bytes, as the kernel counted it (pages shared
    /// with the fork server included), if the kernel reported its end.
    ///
    /// # Errors
    /// As [`Cage::run`].
    pub fn run_measured(
        &self,
        request: &Request,
        input: &File,
        limits: CageLimits,
        on_record: &mut dyn FnMut(Record) -> ControlFlow<()>,
    ) -> Result<(WorkerEnd, Option<u64>), CageError> {
        let system = |e: rustix::io::Errno| CageError::System(e.into());
        if fcntl_getfl(input).map_err(system)? & OFlags::RWMODE != OFlags::RDONLY {
            return Err(CageError::WritableInput);
        }
        let share = self.memory.take(limits.memory_bytes);
        let mut job = Start {
            turn: 0,
            memory_bytes: share.bytes,
            cpu_seconds: limits.cpu_seconds,
            payload: encode_request(request),
        };
        let pool = if matches!(request.task, Task::Recognise { .. }) {
            &self.recognisers
        } else {
            &self.workers
        };
        let mut lease = pool.lease();
        let (pipe, pipe_end) = pipe_with(PipeFlags::CLOEXEC).map_err(system)?;
        lease.begin(&self.options, &mut job, &[input.as_fd(), pipe_end.as_fd()])?;
        drop(pipe_end);
        let mut patience = Patience::new(limits.wall);
        let file_bytes = input.metadata().map_err(CageError::System)?.len();
        let mut checker = Checker::new(request.limits, limits.output_bytes, file_bytes);
        let mut source = PatientPipe { pipe: &pipe, patience: &mut patience };
        let outcome = listen(&mut lease.slot.reader, &mut source, &mut checker, on_record);
        let at_end = matches!(outcome, Ok(_) | Err(WorkerEnd::BadOutput(BadOutput::CutShort)));
        let waited = if at_end { lease.end(&mut patience) } else { lease.stop() };
        let mut peak = peak_of(&waited);
        let end = match (outcome, waited) {
            (
                _,
                Waited::Ended(Ended {
                    status: Status::Exited(exit::NOT_CAGED), last_words, ..
                }),
            ) => {
                return Err(CageError::NotCaged(
                    String::from_utf8_lossy(&last_words).trim().to_owned(),
                ));
            }
            (outcome, Waited::Ended(ended)) if at_end => {
                ended.of_worker().unwrap_or_else(|| verdict_of(outcome))
            }
            (_, Waited::TimedOut) if at_end => {
                peak = peak_of(&lease.stop());
                WorkerEnd::TimedOut(Timer::Wall)
            }
            (Ok(_), _) => WorkerEnd::Lost,
            (Err(WorkerEnd::BadOutput(BadOutput::CutShort)), Waited::Gone) => WorkerEnd::Lost,
            (Err(end), _) => end,
        };
        // the worker has ended, or its server with it
        drop(share);
        Ok((end, peak))
    }
}

const fn peak_of(waited: &Waited) -> Option<u64> {
    match waited {
        Waited::Ended(ended) => Some(ended.peak_bytes),
        Waited::TimedOut | Waited::Gone => None,
    }
}

fn verdict_of(outcome: Result<Option<Verdict>, WorkerEnd>) -> WorkerEnd {
    match outcome {
        Ok(Some(verdict)) => WorkerEnd::Finished(verdict),
        Ok(None) => WorkerEnd::BadOutput(BadOutput::NoVerdict),
        Err(end) => end,
    }
}

/// Reads a worker's output, from its first frame to its verdict, as the parent does: records are validated and passed
/// to `on_record`. `output_bytes` bounds what is accepted. For tests and fuzzing; [`Cage::run`] does it with a live worker.
pub fn check_stream(
    source: &mut dyn Read,
    limits: Limits,
    output_bytes: u64,
    on_record: &mut dyn FnMut(Record),
) -> WorkerEnd {
    let mut pass = |record| {
        on_record(record);
        ControlFlow::Continue(())
    };
    let mut checker = Checker::new(limits, output_bytes, u64::MAX);
    verdict_of(listen(&mut FrameReader::default(), source, &mut checker, &mut pass))
}

// Reads a worker's output to its end; returns the verdict, if there is one.
fn listen(
    reader: &mut FrameReader,
    source: &mut dyn Read,
    checker: &mut Checker,
    on_record: &mut dyn FnMut(Record) -> ControlFlow<()>,
) -> Result<Option<Verdict>, WorkerEnd> {
    let mut verdict = None;
    while let Some((kind, payload)) = reader.next(source).map_err(end_of_error)? {
        if verdict.is_some() {
            return Err(WorkerEnd::BadOutput(BadOutput::AfterVerdict));
        }
        if kind == Kind::Verdict {
            checker.verdict()?;
            let decoded = decode_verdict(payload)
                .map_err(|e| WorkerEnd::BadOutput(BadOutput::Malformed(e)))?;
            verdict = Some(decoded);
        } else if on_record(checker.record(kind, payload)?).is_break() {
            return Err(WorkerEnd::Stopped);
        }
    }
    Ok(verdict)
}

fn end_of_error(error: FrameError) -> WorkerEnd {
    match error {
        FrameError::Bad(what) => WorkerEnd::BadOutput(what),
        FrameError::Source(error) if error.kind() == io::ErrorKind::TimedOut => {
            WorkerEnd::TimedOut(Timer::Wall)
        }
        FrameError::Source(_) => WorkerEnd::Lost,
    }
}
