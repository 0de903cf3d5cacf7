//! External programs (mainly tesseract), run in a cage that lets them read what they need and no more.
//!
//! Their output is untrusted; it is bounded here and returned as bytes.

use crate::control::Start;
use crate::end::{Timer, ToolStatus};
use crate::launch::Launch;
use crate::limits::CageLimits;
use crate::pool::{Cage, CageError, Lease, Patience, Waited};
use crate::sys;
use rustix::event::{PollFd, PollFlags};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;

const STDERR_CAP: u64 = 64 << 10;
const STEP: usize = 64 << 10;

/// A program to run in a cage.
#[derive(Clone, Debug)]
pub struct Tool {
    /// The program, by its full path.
    pub program: PathBuf,
    /// Its arguments, without its own name.
    pub args: Vec<OsString>,
    /// Its whole environment, except for `OMP_THREAD_LIMIT=1`, which is always set.
    pub env: Vec<(OsString, OsString)>,
    /// Files and directories that it may read besides the system's libraries: its data, fonts.
    pub read_folders: Vec<PathBuf>,
    /// An empty directory that it may write to (and not execute from), for tools that need one.
    pub scratch: Option<PathBuf>,
    /// Its standard input, which it may read only in part (so the caller's process has to ignore
    /// `SIGPIPE`, as Rust programs do).
    pub input: Vec<u8>,
    /// Its resource limits. `output_bytes` bounds its standard output, and each file in its scratch directory.
    pub limits: CageLimits,
}

impl Tool {
    /// A program without arguments, input or directories.
    pub fn new(program: impl Into<PathBuf>, limits: CageLimits) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            read_folders: Vec::new(),
            scratch: None,
            input: Vec::new(),
            limits,
        }
    }

    fn launch(&self, without_landlock: bool) -> Launch {
        let mut env = self.env.clone();
        env.push(("OMP_THREAD_LIMIT".into(), "1".into()));
        Launch {
            program: self.program.clone(),
            args: self.args.clone(),
            env,
            read_folders: self.read_folders.clone(),
            scratch: self.scratch.clone(),
            file_bytes: self.limits.output_bytes,
            without_landlock,
        }
    }
}

/// How a tool ended, and its output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToolEnd {
    /// How it ended.
    pub status: ToolStatus,
    /// Its standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// The beginning of its standard error, 64 KiB at most.
    pub stderr: Vec<u8>,
}

impl Cage {
    /// Runs a program in a cage: no network, no other processes, no files except those named, limited memory and time.
    /// Waits while the maximum number of tools is running.
    ///
    /// # Errors
    /// [`CageError`] if the cage does not work here, [`CageError::NoLandlock`] if the kernel cannot restrict
    /// files and [`crate::CageOptions::tools_without_landlock`] is not set. However the program ends is a
    /// [`ToolEnd`].
    pub fn tool(&self, tool: &Tool) -> Result<ToolEnd, CageError> {
        let without_landlock = self.options.tools_without_landlock;
        if !without_landlock && sys::landlock_version().is_err() {
            return Err(CageError::NoLandlock);
        }
        let system = |e: Errno| CageError::System(e.into());
        let (theirs_in, stdin) = pipe_with(PipeFlags::CLOEXEC).map_err(system)?;
        let (stdout, theirs_out) = pipe_with(PipeFlags::CLOEXEC).map_err(system)?;
        let (stderr, theirs_err) = pipe_with(PipeFlags::CLOEXEC).map_err(system)?;
        fcntl_setfl(&stdin, OFlags::NONBLOCK).map_err(system)?;
        let share = self.memory.take(tool.limits.memory_bytes);
        let mut job = Start {
            turn: 0,
            memory_bytes: share.bytes,
            cpu_seconds: tool.limits.cpu_seconds,
            payload: tool.launch(without_landlock).encode(),
        };
        let mut lease = self.tools.lease();
        lease.begin(
            &self.options,
            &mut job,
            &[theirs_in.as_fd(), theirs_out.as_fd(), theirs_err.as_fd()],
        )?;
        drop((theirs_in, theirs_out, theirs_err));
        let mut talk = Exchange {
            input: &tool.input,
            stdin: Some(stdin),
            stdout: Captured::new(stdout, tool.limits.output_bytes),
            stderr: Captured::new(stderr, STDERR_CAP),
        };
        let mut patience = Patience::new(tool.limits.wall);
        let broken_off = talk.exchange(&mut patience).err();
        let status = end(&mut lease, broken_off, &mut patience, &talk.stderr.bytes);
        drop(share);
        Ok(ToolEnd { status, stdout: talk.stdout.bytes, stderr: talk.stderr.bytes })
    }
}

fn end(
    lease: &mut Lease<'_>,
    broken_off: Option<ToolStatus>,
    patience: &mut Patience,
    stderr: &[u8],
) -> ToolStatus {
    let waited = if broken_off.is_some() { lease.stop() } else { lease.end(patience) };
    match (broken_off, waited) {
        (Some(status), _) => status,
        (None, Waited::Ended(ended)) => ended.of_tool(stderr),
        (None, Waited::Gone) => ToolStatus::Lost,
        (None, Waited::TimedOut) => {
            lease.stop();
            ToolStatus::TimedOut(Timer::Wall)
        }
    }
}

// One output: open until the tool closes it; keeps the first `cap` bytes.
struct Captured {
    pipe: Option<OwnedFd>,
    bytes: Vec<u8>,
    cap: u64,
    over: bool,
}

impl Captured {
    const fn new(pipe: OwnedFd, cap: u64) -> Self {
        Self { pipe: Some(pipe), bytes: Vec::new(), cap, over: false }
    }

    fn read_some(&mut self, buffer: &mut [u8]) {
        let Some(pipe) = &self.pipe else { return };
        match rustix::io::read(pipe, &mut *buffer) {
            Err(Errno::INTR) => {}
            Ok(count @ 1..) => {
                let room = self.cap.saturating_sub(self.bytes.len() as u64);
                let kept = count.min(usize::try_from(room).unwrap_or(usize::MAX));
                self.bytes.extend_from_slice(&buffer[..kept]);
                self.over |= kept < count;
            }
            Ok(0) | Err(_) => self.pipe = None,
        }
    }
}

// The exchange between parent and tool while it runs.
struct Exchange<'a> {
    input: &'a [u8],
    stdin: Option<OwnedFd>,
    stdout: Captured,
    stderr: Captured,
}

impl Exchange<'_> {
    // Feeds and reads the tool until it has closed both outputs; an error is the reason for stopping early.
    fn exchange(&mut self, patience: &mut Patience) -> Result<(), ToolStatus> {
        let mut buffer = vec![0; STEP];
        loop {
            if self.input.is_empty() {
                self.stdin = None;
            }
            let [stdin, stdout, stderr] = self.ready(patience)?;
            if stdin {
                self.feed();
            }
            if stdout {
                self.stdout.read_some(&mut buffer);
            }
            if stderr {
                self.stderr.read_some(&mut buffer);
            }
            if self.stdout.over {
                return Err(ToolStatus::OutputLimit);
            }
            if self.stdout.pipe.is_none() && self.stderr.pipe.is_none() {
                return Ok(());
            }
        }
    }

    // Waits until at least one of the open pipes is ready; returns which.
    fn ready(&self, patience: &mut Patience) -> Result<[bool; 3], ToolStatus> {
        let sides = [
            (self.stdin.as_ref(), PollFlags::OUT),
            (self.stdout.pipe.as_ref(), PollFlags::IN),
            (self.stderr.pipe.as_ref(), PollFlags::IN),
        ];
        let mut watched: Vec<_> =
            sides.iter().filter_map(|(pipe, what)| pipe.map(|p| PollFd::new(p, *what))).collect();
        patience.wait_any(&mut watched).map_err(|_| ToolStatus::TimedOut(Timer::Wall))?;
        let mut answers = watched.iter().map(|one| !one.revents().is_empty());
        Ok(sides.map(|(pipe, _)| pipe.is_some() && answers.next().unwrap_or(false)))
    }

    fn feed(&mut self) {
        let Some(stdin) = &self.stdin else { return };
        match rustix::io::write(stdin, self.input) {
            Ok(count) => self.input = &self.input[count..],
            Err(Errno::AGAIN | Errno::INTR) => {}
            // a tool need not read all its input
            Err(_) => self.stdin = None,
        }
    }
}
