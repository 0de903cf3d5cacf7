//! The fork server: a small process with one thread that forks a caged process for each job.
//!
//! It never reads a byte of a file, and has given up the privileges that its workers lack before the first of them
//! exists. It ends when its parent does, and all processes that it forked end with it.

use crate::control::{Answer, Ask, Control, Level, Role, Start};
use crate::end::{Ended, Status};
use crate::filter::Filter;
use crate::jail;
use crate::launch::launch;
use crate::sys::{self, Fork, SingleThread};
use crate::worker::{Job, Trade, work, write_only_places_of_panics};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, PidfdFlags, Resource, Signal, pidfd_open, pidfd_send_signal};
use std::error::Error;
use std::fs::{self, File};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::{io, panic};

const LAST_WORDS_CAP: usize = 4096;

/// The jobs that a fork server prepares for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preparation {
    /// Reading files.
    Read,
    /// Recognising text on pictures. Threads are refused while it is prepared for, and afterwards: a library that would
    /// start some works on the calling thread instead.
    Recognise,
}

/// The server's preparation before its first job: loading fonts, tables and models. Starts no thread, sees no untrusted
/// byte.
///
/// Heap memory left by it costs each worker some 40 µs per MiB, because each fork walks it;
/// [`crate::map_file`] costs nothing.
pub type Warm = fn(Preparation);

/// Serves as a fork server until the parent ends: the whole life of a process that [`crate::Cage`] started with
/// [`crate::CageOptions::argument`]. Call it first in `main`, before any thread exists.
pub fn serve(job: Job, warm: Warm) -> ! {
    let control = match take_control() {
        Ok(control) => control,
        Err(error) => {
            let say = "this command is for exhibit itself: it serves the parent that started it, and there is none";
            let _ =
                io::Write::write_all(&mut io::stderr(), format!("{say} ({error})\n").as_bytes());
            sys::exit(2)
        }
    };
    let code = match serve_on(&control, job, warm) {
        Ok(()) => 0,
        Err(error) => {
            let _ = control.answer(&Answer::Unfit(error.to_string()));
            1
        }
    };
    sys::exit(code)
}

// The socket was passed as standard input; moves it away from the descriptors that children use.
fn take_control() -> io::Result<Control> {
    let given = sys::take_standard(0)?;
    rustix::net::sockopt::socket_type(&given)?;
    let moved = rustix::io::fcntl_dupfd_cloexec(&given, 3)?;
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    std::mem::forget(given);
    sys::make_standard(nothing.as_fd(), 0)?;
    Ok(Control::new(moved))
}

fn serve_on(control: &Control, job: Job, warm: Warm) -> Result<(), Box<dyn Error>> {
    sys::allocate_in_large_steps();
    let Some(Ask::Hello(role)) = control.next_ask()? else {
        return Err("the parent is of another version".into());
    };
    // terminal signals are for the parent
    let _ = rustix::process::setsid();
    let (words, words_end) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    sys::make_standard(words_end.as_fd(), 2)?;
    drop(words_end);
    write_only_places_of_panics();
    let server = rustix::process::getpid();
    let (alone, kind) = match role {
        Role::Workers | Role::Recognisers => {
            let preparation =
                if role == Role::Workers { Preparation::Read } else { Preparation::Recognise };
            if preparation == Preparation::Recognise {
                jail::give_up_privileges()?;
                Filter::single_thread().apply(server)?;
            }
            panic::catch_unwind(|| warm(preparation)).map_err(|_| last_words(&words))?;
            jail::give_up_privileges()?;
            let alone = SingleThread::prove()?;
            let mapped_bytes = mapped_bytes()?;
            jail::limit(Resource::Fsize, 0)?;
            let level = jail::give_up_files()?;
            control.answer(&Answer::Ready(level))?;
            (alone, Kind::Workers(Trade { job, filter: Filter::worker(), server, mapped_bytes }))
        }
        Role::Tools => {
            jail::give_up_privileges()?;
            let alone = SingleThread::prove()?;
            control.answer(&Answer::Ready(Level::None))?;
            (alone, Kind::Tools { filters: [Filter::tool(false), Filter::tool(true)], server })
        }
    };
    let server = Server { control, alone, kind, words };
    while let Some(ask) = control.next_ask()? {
        if let Ask::Start(start, descriptors) = ask {
            let turn = start.turn;
            match server.run(start, descriptors)? {
                Some(ended) => control.answer(&Answer::Ended(turn, ended))?,
                None => return Ok(()),
            }
        }
    }
    Ok(())
}

// The process's address space.
fn mapped_bytes() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.map(|kib| kib << 10).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

enum Kind {
    Workers(Trade),
    /// The filters of tools without and with a scratch directory.
    Tools {
        filters: [Filter; 2],
        server: Pid,
    },
}

struct Server<'a> {
    control: &'a Control,
    alone: SingleThread,
    kind: Kind,
    words: OwnedFd,
}

impl Server<'_> {
    // Runs one job to its end; `None` if the parent ended meanwhile.
    fn run(
        &self,
        start: Start,
        descriptors: Vec<OwnedFd>,
    ) -> Result<Option<Ended>, Box<dyn Error>> {
        match &self.kind {
            Kind::Workers(trade) => match sys::fork(&self.alone)? {
                Fork::Child => work(trade, &start, descriptors),
                Fork::Parent(pid) => {
                    drop(descriptors);
                    let status = self.wait(pid, start.turn)?;
                    let last_words = last_words(&self.words).into_bytes();
                    Ok(status.map(|(status, peak_bytes)| Ended { status, peak_bytes, last_words }))
                }
            },
            Kind::Tools { filters, server } => {
                let (failure, failure_end) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
                match sys::fork(&self.alone)? {
                    Fork::Child => launch(*server, filters, &start, descriptors, failure_end),
                    Fork::Parent(pid) => {
                        drop((descriptors, failure_end));
                        let status = self.wait(pid, start.turn)?;
                        let last_words = last_words(&failure).into_bytes();
                        let failed = !last_words.is_empty();
                        let actual = |status| if failed { Status::NotStarted } else { status };
                        Ok(status.map(|(status, peak_bytes)| Ended {
                            status: actual(status),
                            peak_bytes,
                            last_words,
                        }))
                    }
                }
            }
        }
    }

    // Waits for the end of a child, killing it when the parent requests it or has ended (then `None`).
    fn wait(&self, pid: Pid, turn: u64) -> Result<Option<(Status, u64)>, Box<dyn Error>> {
        let child = pidfd_open(pid, PidfdFlags::empty())?;
        loop {
            let mut watched = [readable(child.as_fd()), readable(self.control.as_fd())];
            match poll(&mut watched, None) {
                Err(Errno::INTR) => continue,
                done => done?,
            };
            if !watched[0].revents().is_empty() {
                return end_of(pid).map(Some);
            }
            match self.control.next_ask()? {
                Some(Ask::Stop(which)) if which == turn => pidfd_send_signal(&child, Signal::KILL)?,
                Some(Ask::Stop(_)) => {}
                Some(_) => return Err("the parent asks for two things at once".into()),
                None => {
                    pidfd_send_signal(&child, Signal::KILL)?;
                    end_of(pid)?;
                    return Ok(None);
                }
            }
        }
    }
}

fn readable(descriptor: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::from_borrowed_fd(descriptor, PollFlags::IN)
}

// Reaps a child that has ended or was killed: its status, and the largest resident set that it had, in bytes.
fn end_of(child: Pid) -> Result<(Status, u64), Box<dyn Error>> {
    let (status, peak_bytes) = sys::reap(child)?;
    if libc::WIFEXITED(status) {
        return Ok((Status::Exited(libc::WEXITSTATUS(status)), peak_bytes));
    }
    if libc::WIFSIGNALED(status) {
        return Ok((Status::Killed(libc::WTERMSIG(status)), peak_bytes));
    }
    Err("a child neither ended nor was ended".into())
}

// The content of a non-blocking pipe, as text.
fn last_words(pipe: &OwnedFd) -> String {
    let mut words = Vec::new();
    let mut buffer = [0; LAST_WORDS_CAP];
    while let Ok(count @ 1..) = rustix::io::read(pipe, &mut buffer) {
        let room = LAST_WORDS_CAP.saturating_sub(words.len());
        words.extend_from_slice(&buffer[..count.min(room)]);
    }
    String::from_utf8_lossy(&words).into_owned()
}
