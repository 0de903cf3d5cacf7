//! A worker: a process that cages itself, reads one file, emits its contents, and exits.

use crate::control::Start;
use crate::end::{PANIC_MARK, exit};
use crate::filter::Filter;
use crate::frame::FrameWriter;
use crate::input::JobInput;
use crate::jail::{self, JailError};
use crate::sys;
use exhibit_model::wire::decode_request;
use exhibit_model::{Request, Sink, Verdict};
use rustix::process::{Pid, Resource};
use std::fs::File;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{self, AssertUnwindSafe};

/// The job: reads the input, emits its contents, returns a verdict. Runs in the cage, so it can open no file and start
/// no thread, and it may crash safely.
pub type Job = fn(&Request, &mut JobInput, &mut dyn Sink) -> Verdict;

/// Data that a fork server passes to all its workers.
pub(crate) struct Trade {
    pub(crate) job: Job,
    pub(crate) filter: Filter,
    pub(crate) server: Pid,
    /// Address space that the server had mapped before its first fork.
    pub(crate) mapped_bytes: u64,
}

/// Continues as the worker for one job, directly after the fork.
pub(crate) fn work(trade: &Trade, start: &Start, descriptors: Vec<OwnedFd>) -> ! {
    // all descriptors except the standard three are about to be closed without their owners' knowledge
    let descriptors = ManuallyDrop::new(descriptors);
    let (input, output) = match enter(trade, start, &descriptors) {
        Ok(both) => both,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            sys::exit(exit::NOT_CAGED)
        }
    };
    sys::exit(read_one(trade.job, &start.payload, input, output))
}

// Enters the cage. Nothing of the input has been read when this returns.
fn enter(
    trade: &Trade,
    start: &Start,
    descriptors: &[OwnedFd],
) -> Result<(JobInput, File), JailError> {
    let gone = || JailError::Descriptors(std::io::ErrorKind::NotFound.into());
    let (input, output) =
        (descriptors.first().ok_or_else(gone)?, descriptors.get(1).ok_or_else(gone)?);
    jail::die_with(trade.server)?;
    jail::keep_descriptors(&[input.as_fd(), output.as_fd()])?;
    sys::close_all_others().map_err(JailError::Descriptors)?;
    let input = sys::take_standard(0).map_err(JailError::Descriptors)?;
    let output = sys::take_standard(1).map_err(JailError::Descriptors)?;
    let input = JobInput::new(File::from(input)).map_err(JailError::Descriptors)?;
    jail::exact_limit(Resource::As, trade.mapped_bytes.saturating_add(start.memory_bytes))?;
    jail::limit_cpu(start.cpu_seconds)?;
    jail::exact_limit(Resource::Nofile, 3)?;
    jail::exact_limit(Resource::Nproc, 0)?;
    trade.filter.apply(rustix::process::getpid()).map_err(JailError::Seccomp)?;
    Ok((input, File::from(output)))
}

// The worker's exit code.
fn read_one(job: Job, request: &[u8], input: JobInput, output: File) -> i32 {
    let mut input = ManuallyDrop::new(input);
    let mut writer = ManuallyDrop::new(FrameWriter::new(output));
    let Ok(request) = decode_request(request) else { return exit::NOT_CAGED };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| job(&request, &mut input, &mut *writer)));
    match outcome {
        Err(_) => {
            // records emitted before the fault remain valid
            let _ = writer.flush();
            exit::PANICKED
        }
        Ok(_) if writer.too_large => exit::TOO_LARGE,
        Ok(verdict) => match writer.finish(&verdict) {
            Ok(()) => exit::DONE,
            Err(_) => exit::UNHEARD,
        },
    }
}

/// Makes a panic write its location, and nothing else: its message may quote the document.
pub(crate) fn write_only_places_of_panics() {
    panic::set_hook(Box::new(|info| {
        let mut stderr = std::io::stderr();
        let _ = match info.location() {
            Some(place) => writeln!(stderr, "{PANIC_MARK}{place}"),
            None => writeln!(stderr, "{PANIC_MARK}"),
        };
    }));
}
