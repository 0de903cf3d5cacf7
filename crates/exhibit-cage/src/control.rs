//! Messages between parent and fork server over their socket (SOCK_SEQPACKET: whole messages, in order).
//!
//! Both ends are our own code; the socket never reaches a caged process. A start message may exceed one packet:
//! its payload continues in further ones.

use crate::end::{Ended, Status};
use exhibit_model::wire::{Reader, WireError, Writer};
use rustix::cmsg_space;
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Changes with every change of a message; both ends are one program, so a mismatch means that it was replaced midway.
pub(crate) const VERSION: u8 = 2;

const PIECE: usize = 32 << 10;
const MESSAGE_CAP: usize = PIECE + 1024;
const PAYLOAD_CAP: u64 = 64 << 20;

/// The role of a server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Forks workers that read files.
    Workers,
    /// Forks workers that recognise text on pictures.
    Recognisers,
    /// Launches tools.
    Tools,
}

/// One job.
#[derive(Debug)]
pub(crate) struct Start {
    /// A counter of the server's jobs.
    pub(crate) turn: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) cpu_seconds: u64,
    /// A request for workers, a tool's description for tools.
    pub(crate) payload: Vec<u8>,
}

/// A message of the parent.
#[derive(Debug)]
pub(crate) enum Ask {
    /// The first message.
    Hello(Role),
    /// A job; input and outputs are passed as descriptors.
    Start(Start, Vec<OwnedFd>),
    /// Kill the job of this turn, if it has not ended.
    Stop(u64),
}

/// A message of a server.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It is set up; reports the level of Landlock support.
    Ready(Level),
    /// It cannot serve, and why; it exits.
    Unfit(String),
    /// The job of this turn has ended.
    Ended(u64, Ended),
}

/// The level of support for a protection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Level {
    Full,
    Partial,
    None,
}

/// One end of the socket.
#[derive(Debug)]
pub(crate) struct Control(OwnedFd);

impl AsFd for Control {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Control {
    pub(crate) const fn new(socket: OwnedFd) -> Self {
        Self(socket)
    }

    pub(crate) fn hello(&self, role: Role) -> io::Result<()> {
        self.send(&[0, VERSION, role as u8], &[])
    }

    pub(crate) fn start(&self, start: &Start, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let (first, rest) = start.payload.split_at(start.payload.len().min(PIECE));
        let mut w = Writer::new();
        w.byte(1);
        for number in
            [start.turn, start.memory_bytes, start.cpu_seconds, start.payload.len() as u64]
        {
            w.number(number);
        }
        w.bytes(first);
        self.send(&w.into_bytes(), descriptors)?;
        rest.chunks(PIECE).try_for_each(|piece| self.send(piece, &[]))
    }

    pub(crate) fn stop(&self, turn: u64) -> io::Result<()> {
        let mut w = Writer::new();
        w.byte(2);
        w.number(turn);
        self.send(&w.into_bytes(), &[])
    }

    pub(crate) fn answer(&self, answer: &Answer) -> io::Result<()> {
        let mut w = Writer::new();
        match answer {
            Answer::Ready(level) => {
                w.byte(0);
                w.byte(*level as u8);
            }
            Answer::Unfit(why) => {
                w.byte(1);
                w.text(why);
            }
            Answer::Ended(turn, ended) => {
                w.byte(2);
                w.number(*turn);
                let (tag, value) = match ended.status {
                    Status::Exited(code) => (0, code),
                    Status::Killed(signal) => (1, signal),
                    Status::NotStarted => (2, 0),
                };
                w.byte(tag);
                w.signed(i64::from(value));
                w.number(ended.peak_bytes);
                w.bytes(&ended.last_words);
            }
        }
        self.send(&w.into_bytes(), &[])
    }

    /// The parent's next message; `None` once the parent has ended.
    pub(crate) fn next_ask(&self) -> io::Result<Option<Ask>> {
        let mut descriptors = Vec::new();
        let message = self.receive(&mut descriptors)?;
        if message.is_empty() {
            return Ok(None);
        }
        let mut r = Reader::new(&message);
        match malformed(r.byte())? {
            0 if message.len() == 3 && message[1] == VERSION => {
                let roles = [Role::Workers, Role::Recognisers, Role::Tools];
                let role = roles.into_iter().find(|role| *role as u8 == message[2]);
                role.map(|role| Some(Ask::Hello(role)))
                    .ok_or_else(|| io::Error::other("a role of another version"))
            }
            1 => {
                let start = self.rest_of_start(malformed(read_start(&mut r))?)?;
                Ok(start.map(|start| Ask::Start(start, descriptors)))
            }
            2 => Ok(Some(Ask::Stop(malformed(r.number())?))),
            _ => Err(io::Error::other("a message of another version")),
        }
    }

    /// The server's next message; `None` once the server has ended.
    pub(crate) fn next_answer(&self) -> io::Result<Option<Answer>> {
        let message = self.receive(&mut Vec::new())?;
        if message.is_empty() { Ok(None) } else { malformed(read_answer(&message)).map(Some) }
    }

    fn rest_of_start(&self, (mut start, length): (Start, u64)) -> io::Result<Option<Start>> {
        if length > PAYLOAD_CAP {
            return Err(io::Error::other("a job description too long"));
        }
        while (start.payload.len() as u64) < length {
            let piece = self.receive(&mut Vec::new())?;
            if piece.is_empty() {
                return Ok(None);
            }
            start.payload.extend_from_slice(&piece);
        }
        Ok(Some(start))
    }

    fn send(&self, message: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
        let mut along = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() && !along.push(SendAncillaryMessage::ScmRights(descriptors)) {
            return Err(io::Error::other("more descriptors than a message takes"));
        }
        loop {
            match sendmsg(&self.0, &[IoSlice::new(message)], &mut along, SendFlags::NOSIGNAL) {
                Err(Errno::INTR) => {}
                done => return done.map(|_| ()).map_err(io::Error::from),
            }
        }
    }

    // One message; empty once the other end is closed.
    fn receive(&self, descriptors: &mut Vec<OwnedFd>) -> io::Result<Vec<u8>> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
        let mut along = RecvAncillaryBuffer::new(&mut space);
        let mut message = vec![0; MESSAGE_CAP];
        let got = loop {
            match recvmsg(
                &self.0,
                &mut [IoSliceMut::new(&mut message)],
                &mut along,
                RecvFlags::CMSG_CLOEXEC,
            ) {
                Err(Errno::INTR) => {}
                Err(Errno::CONNRESET) => return Ok(Vec::new()),
                got => break got?,
            }
        };
        for part in along.drain() {
            if let RecvAncillaryMessage::ScmRights(more) = part {
                descriptors.extend(more);
            }
        }
        if got.flags.intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC) {
            return Err(io::Error::other(
                "a message longer than any should be, or no descriptors left",
            ));
        }
        message.truncate(got.bytes);
        Ok(message)
    }
}

fn malformed<T>(result: Result<T, WireError>) -> io::Result<T> {
    result.map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
}

fn read_start(r: &mut Reader<'_>) -> Result<(Start, u64), WireError> {
    let (turn, memory_bytes, cpu_seconds) = (r.number()?, r.number()?, r.number()?);
    let length = r.number()?;
    let payload = r.bytes()?.to_vec();
    r.end()?;
    Ok((Start { turn, memory_bytes, cpu_seconds, payload }, length))
}

fn read_answer(message: &[u8]) -> Result<Answer, WireError> {
    let mut r = Reader::new(message);
    let answer = match r.byte()? {
        0 => Answer::Ready(match r.byte()? {
            0 => Level::Full,
            1 => Level::Partial,
            _ => Level::None,
        }),
        1 => Answer::Unfit(r.text()?),
        2 => {
            let turn = r.number()?;
            let (tag, value) = (r.byte()?, r.signed()?);
            let value = i32::try_from(value).map_err(|_| r.expected("a status"))?;
            let status = match tag {
                0 => Status::Exited(value),
                1 => Status::Killed(value),
                _ => Status::NotStarted,
            };
            Answer::Ended(
                turn,
                Ended { status, peak_bytes: r.number()?, last_words: r.bytes()?.to_vec() },
            )
        }
        _ => return Err(r.expected("an answer")),
    };
    r.end()?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    fn pair() -> (Control, Control) {
        let (a, b) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
                .expect("a pair");
        (Control::new(a), Control::new(b))
    }

    #[test]
    fn long_jobs_arrive_with_their_descriptors() {
        let (parent, server) = pair();
        for length in [0, 5, PIECE, PIECE + 1, 5 * PIECE + 7] {
            let start = Start {
                turn: 9,
                memory_bytes: 1 << 40,
                cpu_seconds: 3,
                payload: vec![0xa5; length],
            };
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    parent.start(&start, &[server.as_fd(), parent.as_fd()]).expect("sent")
                });
                match server.next_ask().expect("received") {
                    Some(Ask::Start(got, descriptors)) => {
                        assert_eq!((got.turn, got.memory_bytes, got.cpu_seconds), (9, 1 << 40, 3));
                        assert_eq!(got.payload.len(), length);
                        assert_eq!(descriptors.len(), 2);
                    }
                    other => panic!("{other:?}"),
                }
            });
        }
    }

    #[test]
    fn end_is_received_then_disconnection() {
        let (parent, server) = pair();
        let ended =
            Ended { status: Status::Killed(9), peak_bytes: 5 << 30, last_words: b"words".to_vec() };
        server.answer(&Answer::Ended(3, ended.clone())).expect("sent");
        drop(server);
        assert!(matches!(parent.next_answer(), Ok(Some(Answer::Ended(3, got))) if got == ended));
        assert!(matches!(parent.next_answer(), Ok(None)));
        assert!(parent.stop(3).is_err());
    }
}
