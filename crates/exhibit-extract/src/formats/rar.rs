//! RAR archives, versions 1.5 to 7: every file is a member, also of several volumes one behind the other.
//!
//! Headers are parsed here, so that names keep their bytes, encryption and damage are told apart and no stated size
//! allocates memory; the decoders are those of the crate `rars`. Nothing is unpacked to a path.

mod decode;
mod five;
mod four;
mod sealed;
mod volumes;

use super::archive::{self, Findings, Shared};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use decode::Decoders;
use exhibit_model::{Detail, MemberEnd, Moment, NoteCode, Reason, Relation, Request, Verdict};
use std::io;
use volumes::{Entry, Volumes};

/// A header.
enum Block {
    /// The beginning of a volume.
    Main { sealed: bool },
    /// The headers that follow are encrypted; `None` if by an unknown version.
    Sealed(Option<five::HeaderSeal>),
    /// A file, or a part of one.
    File(Box<Member>),
    /// The end of a volume; `more` if another one follows.
    End { more: bool },
    /// Comments, recovery records and the like, with bytes of data.
    Other { packed: u64 },
}

/// A range of the file.
#[derive(Clone, Copy)]
struct Place {
    at: u64,
    packed: u64,
}

/// How content is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Method {
    Stored,
    Packed15,
    Packed20,
    Packed29,
    Packed50 { version: u8, dictionary: u64 },
    Unknown(u64),
}

/// How content is encrypted.
#[derive(Clone)]
enum Seal {
    /// By a cipher of RAR before version 3, or an unknown one.
    Old,
    Three {
        salt: Option<Vec<u8>>,
    },
    Five {
        salt: [u8; 16],
        start: [u8; 16],
        rounds: u8,
        check: Option<[u8; 8]>,
    },
}

/// A file as its header describes it.
struct Member {
    /// In UTF-8 if `is_unicode`, else in an OEM charset.
    name: Vec<u8>,
    is_unicode: bool,
    /// Whether backslashes divide folders.
    of_windows: bool,
    modified: Option<Moment>,
    place: Place,
    /// Bytes of the content, if they were known when the header was written.
    size: Option<u64>,
    crc: Option<u32>,
    method: Method,
    /// Whether it continues the dictionary of the file before it.
    solid: bool,
    directory: bool,
    link: bool,
    /// Where a link or a copy leads.
    target: Option<String>,
    seal: Option<Seal>,
    /// Whether it begins in a volume before this one.
    from_before: bool,
    /// Whether it goes on in the next volume.
    goes_on: bool,
}

/// Whether an archive begins with these bytes: its signature, and a header with its checksum.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    if let Some(header) = bytes.strip_prefix(five::SIGNATURE) {
        let size = five::size(header).and_then(|size| usize::try_from(size).ok());
        return size
            .and_then(|size| header.get(..size))
            .is_some_and(|header| five::block(header, 0).is_some());
    }
    bytes.strip_prefix(four::SIGNATURE).is_some_and(|header| four::block(header, 0).is_some())
}

/// Reads a RAR archive.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let mut names = Names::default();
    let mut volumes = Volumes::new(size, &request.passwords);
    let mut entries = 0_u64;
    loop {
        match volumes.next(input) {
            Ok(Some(entry)) => {
                entries += 1;
                if !entry.member.is_unicode {
                    names.learn(&entry.member.name);
                }
            }
            Ok(None) => break,
            Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
        }
    }
    if volumes.is_closed() {
        return Ok(Verdict::Encrypted);
    }
    names.settle_as("rar:names", out)?;
    let damaged = volumes.damaged;
    volumes.rewind();
    let mut unpacking = Unpacking {
        request,
        good: None,
        decoders: Decoders::default(),
        findings: Findings::default(),
    };
    while let Ok(Some(entry)) = volumes.next(input) {
        if !entry.member.directory {
            unpacking.emit(&entry, &names, input, out)?;
        }
    }
    if volumes.missing {
        out.note(0, NoteCode::ArchiveSplit)?;
    }
    if damaged {
        out.note(0, NoteCode::BlocksDamaged { blocks: 1 })?;
    }
    unpacking.findings.trailing = volumes.trailing;
    unpacking.findings.decrypted |= volumes.was_opened();
    unpacking.findings.emit(out)?;
    Ok(if entries == 0 && damaged { Verdict::Failed(Reason::NoEntries) } else { Verdict::Read })
}

/// Unpacks one file after the other.
struct Unpacking<'r> {
    request: &'r Request,
    /// The last password that opened a file.
    good: Option<&'r str>,
    decoders: Decoders,
    findings: Findings,
}

impl<'r> Unpacking<'r> {
    fn emit(
        &mut self,
        entry: &Entry,
        names: &Names,
        input: &mut dyn Input,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        let member = &entry.member;
        out.member(exhibit_model::Member {
            name: member.name.clone(),
            name_text: shown_name(member, names),
            modified: member.modified,
            relation: Relation::Entry,
        })?;
        let unread = match (&member.target, &member.method) {
            _ if member.from_before => Some(Reason::ContinuedFile),
            (Some(target), _) if member.link => {
                Some(Reason::SymbolicLink { target: Some(target.clone()) })
            }
            (Some(target), _) => Some(Reason::HardLink { target: target.clone() }),
            (None, Method::Unknown(method)) => Some(Reason::ArchiveMethod {
                format: "rar".to_owned(),
                method: format!("{method:x}"),
            }),
            (None, method) if *method != Method::Stored && member.size.is_none() => {
                Some(Reason::ArchiveMethod {
                    format: "rar".to_owned(),
                    method: "unknown length".to_owned(),
                })
            }
            _ => None,
        };
        if let Some(reason) = unread {
            self.decoders.lose(member);
            return out.member_end(MemberEnd::Unsupported(reason));
        }
        let shared = Shared::new(input);
        let password = match &member.seal {
            None => None,
            Some(seal) => match self.password(seal, entry, &shared) {
                Some(password) => Some(password),
                None => {
                    self.decoders.lose(member);
                    return out.member_end(MemberEnd::Encrypted);
                }
            },
        };
        self.findings.decrypted |= password.is_some();
        if member.link {
            let target = decode::target(entry, &shared, password.as_ref());
            return out.member_end(MemberEnd::Unsupported(Reason::SymbolicLink { target }));
        }
        let mut sink = Sink { out, crc: flate2::Crc::new(), written: 0, stopped: None };
        let unpacked = self.decoders.unpack(entry, &shared, password.as_ref(), &mut sink);
        let Sink { crc, written, stopped, .. } = sink;
        if let Some(stop) = stopped {
            return Err(stop);
        }
        let fits = member.crc.is_none_or(|stated| stated == crc.sum());
        let whole = member.size.is_none_or(|size| size == written);
        match unpacked {
            Ok(()) if whole => {
                self.findings.checksums_wrong += u64::from(!fits);
                out.member_end(MemberEnd::Whole)
            }
            Ok(()) => out.member_end(MemberEnd::Truncated(Reason::ArchiveEnds { bytes: written })),
            Err(_) if entry.cut || !entry.whole => {
                out.member_end(MemberEnd::Truncated(Reason::ArchiveEnds { bytes: written }))
            }
            Err(error) => out.member_end(archive::end_of(written, &error)),
        }
    }

    /// The key of the first password that fits: by what the archive states of it, or else by unpacking the file.
    fn password(&mut self, seal: &Seal, entry: &Entry, file: &Shared<'_>) -> Option<decode::Key> {
        let passwords = self.request.passwords.iter().map(String::as_str);
        let tried: Vec<&'r str> = self.good.into_iter().chain(passwords).collect();
        for password in tried {
            let Some(key) = self.decoders.key(seal, password) else { continue };
            let fits = match seal {
                Seal::Five { check: Some(check), .. } => *check == key.check,
                _ => self.decoders.opens(entry, file, &key),
            };
            if fits {
                self.good = Some(password);
                return Some(key);
            }
        }
        None
    }
}

/// A name as text, empty if its bytes are that already.
fn shown_name(member: &Member, names: &Names) -> String {
    let text = if member.is_unicode { String::new() } else { names.text(&member.name) };
    if !member.of_windows {
        return text;
    }
    let shown = if text.is_empty() {
        String::from_utf8_lossy(&member.name).into_owned()
    } else {
        text.clone()
    };
    if shown.contains('\\') { shown.replace('\\', "/") } else { text }
}

/// Passes unpacked bytes on as those of the current member.
struct Sink<'o, 'a> {
    out: &'o mut Out<'a>,
    crc: flate2::Crc,
    written: u64,
    stopped: Option<Stop>,
}

impl io::Write for Sink<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(64 << 10);
        if self.stopped.is_some() {
            return Err(io::ErrorKind::Other.into());
        }
        if let Err(stop) = self.out.member_bytes(&bytes[..count]) {
            self.stopped = Some(stop);
            return Err(io::ErrorKind::Other.into());
        }
        self.crc.update(&bytes[..count]);
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An error of a decoder.
fn refused(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(Detail::of(&error).text().to_owned())
}
