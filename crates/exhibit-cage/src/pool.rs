//! The parent's side: as many fork servers as may work at once, started when first needed, replaced when gone.

use crate::control::{Answer, Control, Role, Start};
use crate::end::Ended;
use crate::frame::FrameReader;
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

/// How to start fork servers, and how many.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program to execute for a fork server: this one, which then calls [`crate::serve`].
    pub program: PathBuf,
    /// The only argument it is given, by which it knows that it is to serve.
    pub argument: OsString,
    /// How many workers may run at once; further callers wait.
    pub workers: usize,
    /// How many tools may run at once; further callers wait.
    pub tools: usize,
    /// Run tools even where the kernel has no Landlock, so that they can read whatever the user can.
    pub tools_without_landlock: bool,
}

impl Options {
    /// Serve by executing the running program again, with `argument`.
    pub fn new(argument: impl Into<OsString>, workers: usize) -> Self {
        Self {
            program: "/proc/self/exe".into(),
            argument: argument.into(),
            workers,
            tools: workers,
            tools_without_landlock: false,
        }
    }
}

/// Why the cage itself does not work; nothing is said of the file.
#[derive(Debug, thiserror::Error)]
pub enum CageError {
    /// The descriptor handed over would let a worker write to the file.
    #[error("the file to read is open for writing")]
    WritableInput,
    /// The operating system refused a pipe, a socket or the like.
    #[error("no pipe or socket to be had")]
    System(#[source] io::Error),
    /// The program that is to serve cannot be executed.
    #[error("the fork server {} cannot be started", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program that was started is not one that serves, or not in time.
    #[error("the program started as fork server does not serve")]
    NoServer,
    /// The fork server cannot set up what it needs to cage workers.
    #[error("the fork server cannot cage workers here: {0}")]
    Unfit(String),
    /// A worker could not put the cage on, so it read nothing.
    #[error("a worker cannot be caged here: {0}")]
    NotCaged(String),
    /// The kernel has no Landlock, and running tools without it was not asked for.
    #[error("the kernel cannot restrict what tools read (Landlock is missing)")]
    NoLandlock,
}

/// Runs workers and tools, each in a cage of its own. Shared by all threads that have files to read.
#[derive(Debug)]
pub struct Cage {
    pub(crate) options: Options,
    pub(crate) workers: Pool,
    pub(crate) tools: Pool,
}

impl Cage {
    /// Starts the first fork server, to know that it can be done; further ones follow when needed. All end with the
    /// value, and with the process, however it ends.
    ///
    /// # Errors
    /// [`CageError`] if no fork server can be started.
    pub fn start(options: Options) -> Result<Self, CageError> {
        let workers = Pool::new(Role::Workers, options.workers);
        let tools = Pool::new(Role::Tools, options.tools);
        let mut first = workers.lease();
        first.slot.server = Some(Server::start(&options, Role::Workers)?);
        first.keep = true;
        drop(first);
        Ok(Self { options, workers, tools })
    }
}

/// Places for servers of one role.
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

/// A place, held by one thread. Its server goes on afterwards only if the holder said that it is at rest.
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

    /// A free place; waits for one.
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
    /// Hands a job to the place's server, starting one if there is none or it has gone.
    pub(crate) fn begin(
        &mut self,
        options: &Options,
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

    /// Waits for the job's end, and no longer than `patience`.
    pub(crate) fn end(&mut self, patience: &mut Patience) -> Waited {
        let Some(server) = &self.slot.server else { return Waited::Gone };
        let waited = server.end(patience);
        self.keep = matches!(waited, Waited::Ended(_));
        waited
    }

    /// Ends the job, and waits until that is done.
    pub(crate) fn stop(&mut self) -> Waited {
        if let Some(server) = &self.slot.server {
            // where it is gone already, waiting shows that
            let _ = server.control.stop(server.turn);
        }
        self.end(&mut Patience::new(END_PATIENCE))
    }
}

/// What came of waiting for a job's end.
#[derive(Debug)]
pub(crate) enum Waited {
    Ended(Ended),
    TimedOut,
    /// The server itself is gone.
    Gone,
}

#[derive(Debug)]
struct Server {
    process: Child,
    control: Control,
    turn: u64,
}

impl Server {
    fn start(options: &Options, role: Role) -> Result<Self, CageError> {
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
                Ok(Some(Answer::Ended(turn, ended))) if turn == self.turn => return Waited::Ended(ended),
                Ok(Some(Answer::Ended(..))) => {}
                _ => return Waited::Gone,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // whatever it forked ends with it
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Time that may be spent waiting; only waiting uses it up.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Duration,
}

impl Patience {
    pub(crate) const fn new(left: Duration) -> Self {
        Self { left }
    }

    /// Waits until something can be read (or the other end is closed).
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

/// A pipe's reading end, read with limited patience.
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
