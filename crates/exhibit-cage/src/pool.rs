//! The parent's side: as many fork servers as concurrent jobs, started on demand, replaced when they end.

use crate::control::{Answer, Control, Role, Start};
use crate::end::Ended;
use crate::frame::FrameReader;
use crate::memory::Memory;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

const START_PATIENCE: Duration = Duration::from_secs(60);
const END_PATIENCE: Duration = Duration::from_secs(10);

/// How to start fork servers, and their number.
#[derive(Clone, Debug)]
pub struct CageOptions {
    /// The program to execute for a fork server: this one, which then calls [`crate::serve`].
    pub program: PathBuf,
    /// Its only argument, which tells it to serve.
    pub argument: OsString,
    /// The maximum number of concurrent workers that read files, and of those that recognise text; further callers wait.
    pub workers: usize,
    /// The maximum number of concurrent tools; further callers wait.
    pub tools: usize,
    /// The memory of all jobs that run at a time, in bytes, by their limits: a job waits while too little is left, and one
    /// whose limit is larger gets this one.
    pub memory_bytes: u64,
    /// Run tools even if the kernel has no Landlock, so that they can read whatever the user can.
    pub tools_without_landlock: bool,
}

impl CageOptions {
    /// Serve by executing the running program again, with `argument`.
    pub fn new(argument: impl Into<OsString>, workers: usize) -> Self {
        Self {
            program: "/proc/self/exe".into(),
            argument: argument.into(),
            workers,
            tools: workers,
            memory_bytes: u64::MAX,
            tools_without_landlock: false,
        }
    }
}

/// Why the cage itself does not work; it implies nothing about the file.
#[derive(Debug, thiserror::Error)]
pub enum CageError {
    /// The given descriptor would let a worker write to the file.
    #[error("the file to read is open for writing")]
    WritableInput,
    /// The operating system refused a pipe, a socket or a similar resource.
    #[error("cannot create a pipe or socket")]
    System(#[source] io::Error),
    /// The server program cannot be executed.
    #[error("the fork server {} cannot be started", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The started program is not a server, or did not answer in time.
    #[error("the program started as a fork server is not one")]
    NoServer,
    /// The fork server cannot set up the prerequisites for caging workers.
    #[error("the fork server cannot cage workers here: {0}")]
    Unfit(String),
    /// A worker could not enter the cage, so it read nothing.
    #[error("a worker cannot be caged here: {0}")]
    NotCaged(String),
    /// The kernel has no Landlock, and running tools without it was not requested.
    #[error("the kernel cannot restrict what tools read (Landlock is missing)")]
    NoLandlock,
}

/// Runs workers and tools, each in its own cage. Shared by all threads that read files.
#[derive(Debug)]
pub struct Cage {
    pub(crate) options: CageOptions,
    pub(crate) workers: Pool,
    pub(crate) recognisers: Pool,
    pub(crate) tools: Pool,
    pub(crate) memory: Memory,
}

impl Cage {
    /// Starts the first fork server, to verify that this works; others follow on demand. All end when this
    /// value is dropped, and with the process, however it ends.
    ///
    /// # Errors
    /// [`CageError`] if no fork server can be started.
    pub fn start(options: CageOptions) -> Result<Self, CageError> {
        let cage = Self::on_demand(options);
        let mut first = cage.workers.lease();
        first.slot.server = Some(Server::start(&cage.options, Role::Workers)?);
        first.keep = true;
        drop(first);
        Ok(cage)
    }

    /// The same without a first fork server: whether one can be started shows at its first use.
    #[must_use]
    pub fn on_demand(options: CageOptions) -> Self {
        let workers = Pool::new(Role::Workers, options.workers);
        let recognisers = Pool::new(Role::Recognisers, options.workers);
        let tools = Pool::new(Role::Tools, options.tools);
        let memory = Memory::new(options.memory_bytes);
        Self { options, workers, recognisers, tools, memory }
    }
}

/// Slots for servers of one role.
#[derive(Debug)]
pub(crate) struct Pool {
    role: Role,
    free: Mutex<Vec<Slot>>,
    freed: Condvar,
}

#[derive(Debug, Default)]
pub(crate) struct Slot {
    server: Option<Server>,
    pub(crate) reader: FrameReader,
}

/// A slot, owned by one thread. Its server is kept afterwards only if the owner declared it idle.
pub(crate) struct Lease<'a> {
    pool: &'a Pool,
    pub(crate) slot: Slot,
    pub(crate) keep: bool,
}

impl Pool {
    fn new(role: Role, places: usize) -> Self {
        let free = (0..places.max(1)).map(|_| Slot::default()).collect();
        Self { role, free: Mutex::new(free), freed: Condvar::new() }
    }

    /// Returns a free slot; waits for one.
    pub(crate) fn lease(&self) -> Lease<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(slot) = free.pop() {
                return Lease { pool: self, slot, keep: false };
            }
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if !self.keep {
            self.slot.server = None;
        }
        let slot = std::mem::take(&mut self.slot);
        self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).push(slot);
        self.pool.freed.notify_one();
    }
}

impl Lease<'_> {
    /// Sends a job to the slot's server, starting one if there is none or it has ended.
    pub(crate) fn begin(
        &mut self,
        options: &CageOptions,
        job: &mut Start,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(), CageError> {
        self.slot.reader.reset();
        if let Some(server) = &mut self.slot.server
            && server.begin(job, descriptors).is_ok()
        {
            return Ok(());
        }
        let server = self.slot.server.insert(Server::start(options, self.pool.role)?);
        server.begin(job, descriptors).map_err(CageError::System)
    }

    /// Waits for the end of the job, at most for `patience`.
    pub(crate) fn end(&mut self, patience: &mut Patience) -> Waited {
        let Some(server) = &self.slot.server else { return Waited::Gone };
        let waited = server.end(patience);
        self.keep = matches!(waited, Waited::Ended(_));
        waited
    }

    /// Kills the job, and waits until it has ended.
    pub(crate) fn stop(&mut self) -> Waited {
        if let Some(server) = &self.slot.server {
            // if it has already ended, waiting reveals that
            let _ = server.control.stop(server.turn);
        }
        self.end(&mut Patience::new(END_PATIENCE))
    }
}

/// The result of waiting for the end of a job.
#[derive(Debug)]
pub(crate) enum Waited {
    Ended(Ended),
    TimedOut,
    /// The server itself has ended.
    Gone,
}

#[derive(Debug)]
struct Server {
    process: Child,
    control: Control,
    turn: u64,
}

impl Server {
    fn start(options: &CageOptions, role: Role) -> Result<Self, CageError> {
        let flags = SocketFlags::CLOEXEC;
        let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
            .map_err(|e| CageError::System(e.into()))?;
        let process = Command::new(&options.program)
            .arg0("exhibit")
            .arg(&options.argument)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|source| CageError::Start { program: options.program.clone(), source })?;
        let server = Self { process, control: Control::new(ours), turn: 0 };
        server.control.hello(role).map_err(|_| CageError::NoServer)?;
        let mut patience = Patience::new(START_PATIENCE);
        patience.wait(server.control.as_fd()).map_err(|_| CageError::NoServer)?;
        match server.control.next_answer() {
            Ok(Some(Answer::Ready(_))) => Ok(server),
            Ok(Some(Answer::Unfit(why))) => Err(CageError::Unfit(why)),
            _ => Err(CageError::NoServer),
        }
    }

    fn begin(&mut self, job: &mut Start, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        self.turn += 1;
        job.turn = self.turn;
        self.control.start(job, descriptors)
    }

    fn end(&self, patience: &mut Patience) -> Waited {
        loop {
            if patience.wait(self.control.as_fd()).is_err() {
                return Waited::TimedOut;
            }
            match self.control.next_answer() {
                Ok(Some(Answer::Ended(turn, ended))) if turn == self.turn => {
                    return Waited::Ended(ended);
                }
                Ok(Some(Answer::Ended(..))) => {}
                _ => return Waited::Gone,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // all its forked processes end with it
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A budget of waiting time; only waiting consumes it.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Duration,
}

impl Patience {
    pub(crate) const fn new(left: Duration) -> Self {
        Self { left }
    }

    /// Waits until input is available (or the other end is closed).
    pub(crate) fn wait(&mut self, descriptor: BorrowedFd<'_>) -> io::Result<()> {
        self.wait_any(&mut [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)])
    }

    /// Waits until one of several is ready.
    pub(crate) fn wait_any(&mut self, watched: &mut [PollFd<'_>]) -> io::Result<()> {
        loop {
            let begun = Instant::now();
            let timeout = Timespec::try_from(self.left).map_err(|_| io::ErrorKind::InvalidInput)?;
            let ready = poll(watched, Some(&timeout));
            self.left = self.left.saturating_sub(begun.elapsed());
            match ready {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                Ok(_) => return Ok(()),
            }
        }
    }
}

/// The read end of a pipe, with a time budget.
pub(crate) struct PatientPipe<'a> {
    pub(crate) pipe: &'a OwnedFd,
    pub(crate) patience: &'a mut Patience,
}

impl io::Read for PatientPipe<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.patience.wait(self.pipe.as_fd())?;
        Ok(rustix::io::read(self.pipe, buffer)?)
    }
}
