//! How caged processes end, and the reason recorded in the ledger for it.

use exhibit_model::code::{OutputKind, ProtocolFault};
use exhibit_model::wire::WireError;
use exhibit_model::{Detail, Reason, Verdict};

/// How a worker ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorkerEnd {
    /// It returned its verdict. Everything it emitted before was passed on.
    Finished(Verdict),
    /// Its stack overflowed through deep nesting.
    StackOverflow,
    /// It was killed by a signal that none of the others accounts for.
    Crashed {
        /// The signal's number.
        signal: i32,
    },
    /// It attempted a system call that the cage forbids.
    Forbidden,
    /// It exited without a verdict.
    Exited {
        /// Its exit code.
        code: i32,
    },
    /// The reader has a fault and stopped itself.
    Panicked {
        /// The location in the program: file, line, column. Nothing of the document.
        place: String,
    },
    /// It needed more memory than allowed.
    OutOfMemory,
    /// It needed more time than allowed.
    TimedOut(Timer),
    /// It emitted more than allowed; the value names what.
    OutputLimit(OutputKind),
    /// Its output violates the protocol.
    BadOutput(BadOutput),
    /// The consumer stopped it.
    Stopped,
    /// Its fork server ended (killed from outside, for example) while it worked.
    Lost,
}

/// The time limit that was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Processor time.
    Cpu,
    /// Elapsed time.
    Wall,
}

/// The fault in a worker's output.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadOutput {
    /// A frame of an unknown kind.
    #[error("a frame of unknown kind {0}")]
    UnknownFrame(u8),
    /// A frame longer than its kind may be.
    #[error("a frame of {0} bytes")]
    FrameTooLong(usize),
    /// The output ended within a frame.
    #[error("an unfinished frame")]
    CutShort,
    /// A frame's content is malformed.
    #[error("a malformed record")]
    Malformed(#[source] WireError),
    /// Pages not in order, or more than requested.
    #[error("page {0} out of order or beyond the limit")]
    Page(u32),
    /// Members not properly started and ended in sequence, or more than requested.
    #[error("members out of order or beyond the limit")]
    Members,
    /// The media type was emitted twice.
    #[error("two media types")]
    TwoMediaTypes,
    /// Something after the verdict.
    #[error("something after the verdict")]
    AfterVerdict,
    /// It exited successfully, but without a verdict.
    #[error("no verdict")]
    NoVerdict,
}

impl WorkerEnd {
    /// Why the file was not read, for its ledger row; contains nothing of the document. `None` if the worker finished:
    /// then its verdict applies.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        Some(match self {
            Self::Finished(_) => return None,
            Self::StackOverflow => Reason::StackOverflow,
            Self::Crashed { signal } => killed(*signal),
            Self::Forbidden => Reason::ForbiddenCall,
            Self::Exited { code } => exited(*code),
            Self::Panicked { place } => Reason::ReaderPanicked { place: place.clone() },
            Self::OutOfMemory => Reason::MemoryLimit,
            Self::TimedOut(timer) => timer.reason(),
            Self::OutputLimit(kind) => Reason::OutputLimit { kind: *kind },
            Self::BadOutput(what) => Reason::BadOutput { fault: what.fault() },
            Self::Stopped => Reason::Stopped,
            Self::Lost => Reason::Lost,
        })
    }

    /// Whether a second attempt with more memory and time may have a different result.
    #[must_use]
    pub const fn worth_retrying(&self) -> bool {
        matches!(
            self,
            Self::OutOfMemory
                | Self::TimedOut(_)
                | Self::Lost
                | Self::Crashed { signal: libc::SIGKILL }
        )
    }
}

/// How a tool ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ToolStatus {
    /// It exited, with this exit code; 0 means success.
    Exited(i32),
    /// It was killed by a signal that none of the others accounts for.
    Crashed {
        /// The signal's number.
        signal: i32,
    },
    /// It attempted a system call that kills a process.
    Forbidden,
    /// It needed more memory than allowed.
    OutOfMemory,
    /// It needed more time than allowed.
    TimedOut(Timer),
    /// It wrote more than allowed to its standard output.
    OutputLimit,
    /// It could not be started, and why.
    NotStarted(String),
    /// Its launcher ended while it worked.
    Lost,
}

impl ToolStatus {
    /// Whether it exited successfully.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Exited(0))
    }

    /// What went wrong; `None` if it succeeded.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        Some(match self {
            Self::Exited(0) => return None,
            Self::Exited(code) => exited(*code),
            Self::Crashed { signal } => killed(*signal),
            Self::Forbidden => Reason::ForbiddenCall,
            Self::OutOfMemory => Reason::MemoryLimit,
            Self::TimedOut(timer) => timer.reason(),
            Self::OutputLimit => Reason::OutputLimit { kind: OutputKind::ToolOutput },
            Self::NotStarted(why) => Reason::NotStarted { detail: Detail::of(why) },
            Self::Lost => Reason::Lost,
        })
    }
}

impl Timer {
    const fn reason(self) -> Reason {
        match self {
            Self::Cpu => Reason::CpuTimeLimit,
            Self::Wall => Reason::WallTimeLimit,
        }
    }
}

impl BadOutput {
    const fn fault(&self) -> ProtocolFault {
        match self {
            Self::UnknownFrame(_) => ProtocolFault::UnknownFrame,
            Self::FrameTooLong(_) => ProtocolFault::FrameTooLong,
            Self::CutShort => ProtocolFault::CutShort,
            Self::Malformed(_) => ProtocolFault::Malformed,
            Self::Page(_) => ProtocolFault::Pages,
            Self::Members => ProtocolFault::Members,
            Self::TwoMediaTypes => ProtocolFault::TwoMediaTypes,
            Self::AfterVerdict => ProtocolFault::AfterVerdict,
            Self::NoVerdict => ProtocolFault::NoVerdict,
        }
    }
}

// signals and exit codes are small and positive
fn killed(signal: i32) -> Reason {
    Reason::Killed { signal: u64::from(signal.unsigned_abs()) }
}

fn exited(code: i32) -> Reason {
    Reason::Exited { code: u64::from(code.unsigned_abs()) }
}

/// The known facts about an ended process: its status, its peak memory as the kernel counted it, and its standard error
/// output (untrusted).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ended {
    pub(crate) status: Status,
    /// The largest resident set of the process, in bytes.
    pub(crate) peak_bytes: u64,
    pub(crate) last_words: Vec<u8>,
}

/// The wait status from the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    Exited(i32),
    Killed(i32),
    /// It failed before its work started; its last output states why.
    NotStarted,
}

/// A worker's own exit codes; it never uses any other.
pub(crate) mod exit {
    pub(crate) const DONE: i32 = 0;
    pub(crate) const NOT_CAGED: i32 = 70;
    pub(crate) const TOO_LARGE: i32 = 71;
    pub(crate) const UNHEARD: i32 = 72;
    pub(crate) const PANICKED: i32 = 101;
}

/// The prefix that the worker's panic hook writes; the location follows, then a line end.
pub(crate) const PANIC_MARK: &str = "panicked at ";

impl Ended {
    /// Interprets the end of a worker; `None` if it ended successfully, so that its verdict is valid.
    pub(crate) fn of_worker(&self) -> Option<WorkerEnd> {
        let words = String::from_utf8_lossy(&self.last_words);
        Some(match self.status {
            Status::Exited(exit::DONE) => return None,
            Status::Exited(exit::TOO_LARGE) => WorkerEnd::OutputLimit(OutputKind::OneRecord),
            Status::Exited(exit::UNHEARD) => WorkerEnd::Stopped,
            Status::Exited(exit::PANICKED) => WorkerEnd::Panicked { place: panic_place(&words) },
            Status::Exited(code) => WorkerEnd::Exited { code },
            Status::NotStarted => WorkerEnd::Lost,
            Status::Killed(libc::SIGSYS) => WorkerEnd::Forbidden,
            Status::Killed(libc::SIGXCPU) => WorkerEnd::TimedOut(Timer::Cpu),
            Status::Killed(libc::SIGABRT) if words.contains("memory allocation of") => {
                WorkerEnd::OutOfMemory
            }
            Status::Killed(libc::SIGABRT) if words.contains("overflowed its stack") => {
                WorkerEnd::StackOverflow
            }
            Status::Killed(libc::SIGABRT) if words.contains(PANIC_MARK) => {
                WorkerEnd::Panicked { place: panic_place(&words) }
            }
            Status::Killed(signal) => WorkerEnd::Crashed { signal },
        })
    }

    /// Interprets the end of a tool.
    pub(crate) fn of_tool(&self, stderr: &[u8]) -> ToolStatus {
        let says = |what: &[u8]| stderr.windows(what.len()).any(|w| w == what);
        match self.status {
            Status::Exited(code) => ToolStatus::Exited(code),
            Status::NotStarted => {
                ToolStatus::NotStarted(String::from_utf8_lossy(&self.last_words).into_owned())
            }
            Status::Killed(libc::SIGSYS) => ToolStatus::Forbidden,
            Status::Killed(libc::SIGXCPU) => ToolStatus::TimedOut(Timer::Cpu),
            Status::Killed(libc::SIGABRT)
                if says(b"std::bad_alloc") || says(b"memory allocation of") =>
            {
                ToolStatus::OutOfMemory
            }
            Status::Killed(signal) => ToolStatus::Crashed { signal },
        }
    }
}

// The location comes from the worker, so only characters that can occur in a location are kept.
fn panic_place(words: &str) -> String {
    let place =
        words.split(PANIC_MARK).nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || "/._-:".contains(*c);
    let place: String = place.chars().take(200).take_while(plain).collect();
    if place.is_empty() { "an unknown place".to_owned() } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(status: Status, words: &str) -> Option<WorkerEnd> {
        Ended { status, peak_bytes: 0, last_words: words.as_bytes().to_vec() }.of_worker()
    }

    #[test]
    fn last_output_states_why_a_worker_aborted() {
        let aborted = Status::Killed(libc::SIGABRT);
        assert_eq!(
            end(aborted, "memory allocation of 99 bytes failed\n"),
            Some(WorkerEnd::OutOfMemory)
        );
        assert_eq!(
            end(aborted, "\nthread 'main' has overflowed its stack\n"),
            Some(WorkerEnd::StackOverflow)
        );
        assert_eq!(end(aborted, ""), Some(WorkerEnd::Crashed { signal: 6 }));
        assert_eq!(end(Status::Exited(0), "chatter"), None);
    }

    #[test]
    fn panic_location_is_sanitised() {
        let place = |words: &str| match end(Status::Exited(101), words) {
            Some(WorkerEnd::Panicked { place }) => place,
            other => panic!("{other:?}"),
        };
        assert_eq!(place("panicked at src/pdf.rs:12:5\nmore"), "src/pdf.rs:12:5");
        assert_eq!(place("panicked at \u{202e}<b>evil"), "an unknown place");
        assert_eq!(place("nothing"), "an unknown place");
    }

    #[test]
    fn every_end_except_a_verdict_has_a_reason() {
        for end in [
            WorkerEnd::StackOverflow,
            WorkerEnd::Crashed { signal: 11 },
            WorkerEnd::Forbidden,
            WorkerEnd::Exited { code: 3 },
            WorkerEnd::OutOfMemory,
            WorkerEnd::TimedOut(Timer::Wall),
            WorkerEnd::OutputLimit(OutputKind::Records),
            WorkerEnd::BadOutput(BadOutput::NoVerdict),
            WorkerEnd::Stopped,
            WorkerEnd::Lost,
        ] {
            assert!(end.reason().is_some(), "{end:?}");
        }
        assert_eq!(WorkerEnd::Finished(Verdict::Read).reason(), None);
    }
}
