//! 7z archives (7zFormat.txt of the LZMA SDK): every file is a member.
//!
//! The header is parsed here, so that its counts are compared with its bytes, and files are read in the order in which
//! their folders have them: each folder is unpacked once. The decoders are crates; what they are given is bounded here.
//! Nothing is unpacked to a path.

mod coders;
mod header;
mod sealed;

use super::archive::{self, Findings, Shared};
use crate::out::{Input, Out, Stop};
use coders::Closed;
use exhibit_model::{Member, MemberEnd, NoteCode, Reason, Relation, Request, Verdict};
use header::{Entry, Header, Streams};
use sealed::Keys;
use std::io::Read;

/// Maximum bytes of a header: that of a million files has about a hundred times a million.
const MOST_HEADER: u64 = 256 << 20;
/// Headers packed within packed headers; programs pack them once.
const MOST_PACKED: usize = 4;
/// The number of bytes unpacked to test whether a password is correct.
const TRIED: u64 = 8 << 20;

/// Why there is no list of files.
enum NoHeader {
    Encrypted,
    Lost,
    Unread(std::io::Error),
}

/// Reads a 7z archive.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let mut opening = Opening { keys: Keys::default(), passwords: &request.passwords, good: None };
    let found = opening.header(input, size, out.limits().members);
    let (streams, entries, names, end) = match found {
        Ok(Some(Found { streams, entries, names, end })) => (streams, entries, names, end),
        Ok(None) => return Ok(Verdict::Read),
        Err(NoHeader::Encrypted) => return Ok(Verdict::Encrypted),
        Err(NoHeader::Lost) if archive::volume_number(&request.name).is_some() => {
            out.note(0, NoteCode::ArchiveSplit)?;
            return Ok(Verdict::Failed(Reason::NoEntries));
        }
        Err(NoHeader::Lost) => return Ok(Verdict::Failed(Reason::NoEntries)),
        Err(NoHeader::Unread(error)) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    let mut findings = Findings { trailing: size.saturating_sub(end), ..Findings::default() };
    let inner = super::compressed::inner_name(&request.name);
    let name_of = |entry: &Entry| {
        let units = names.get(entry.name.clone()).unwrap_or_default().as_chunks::<2>().0;
        let name = char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)));
        let name: String = name.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        if name.is_empty() { inner.clone() } else { name.into_bytes() }
    };
    let member = |entry: &Entry| Member {
        name: name_of(entry),
        modified: entry.modified,
        relation: Relation::Entry,
        ..Member::default()
    };
    let shared = Shared::new(input);
    let mut with_streams = entries.iter().filter(|entry| entry.has_stream);
    for (folder, parts) in streams.folders.iter().zip(&streams.parts) {
        if parts.is_empty() {
            continue;
        }
        let mut content = opening.folder(&shared, &streams, folder, parts);
        findings.decrypted |= folder.is_encrypted() && content.is_ok();
        for (size, crc) in parts {
            let Some(entry) = with_streams.next() else { break };
            out.member(member(entry))?;
            match &mut content {
                Ok(content) if entry.is_link() => {
                    let mut target = Vec::new();
                    let read = content.take(*size).take(4096).read_to_end(&mut target).is_ok();
                    let target = read.then(|| String::from_utf8_lossy(&target).into_owned());
                    out.member_end(MemberEnd::Unsupported(Reason::SymbolicLink { target }))?;
                }
                Ok(content) => archive::emit_content(content, *size, *crc, &mut findings, out)?,
                Err(closed) => out.member_end(closed.end())?,
            }
        }
    }
    for entry in with_streams {
        out.member(member(entry))?;
        out.member_end(MemberEnd::Failed(Reason::StreamMissing))?;
    }
    for entry in entries.iter().filter(|entry| !entry.has_stream && !entry.is_directory()) {
        out.member(member(entry))?;
        let deleted = || MemberEnd::Unsupported(Reason::UnknownEntry { kind: "anti".to_owned() });
        out.member_end(if entry.is_anti { deleted() } else { MemberEnd::Whole })?;
    }
    findings.emit(out)?;
    Ok(Verdict::Read)
}

/// The files of an archive, and where it ends.
struct Found {
    streams: Streams,
    entries: Vec<Entry>,
    names: Vec<u8>,
    end: u64,
}

/// Opens folders with the passwords that are known.
struct Opening<'p> {
    keys: Keys,
    passwords: &'p [String],
    /// The last password that opened a folder.
    good: Option<&'p str>,
}

impl<'p> Opening<'p> {
    /// The list of files; `None` if the archive is empty.
    fn header(
        &mut self,
        input: &mut dyn Input,
        size: u64,
        most: u64,
    ) -> Result<Option<Found>, NoHeader> {
        let start = archive::read_at(input, 0, 32).map_err(NoHeader::Unread)?;
        let mut fields = archive::Fields::new(start.get(12..).unwrap_or_default());
        let (Some(at), Some(length), Some(crc)) = (fields.u64(), fields.u64(), fields.u32()) else {
            return Err(NoHeader::Lost);
        };
        if length == 0 {
            return Ok(None);
        }
        let at =
            at.checked_add(32).filter(|at| at.checked_add(length).is_some_and(|end| end <= size));
        let Some(at) = at.filter(|_| length <= MOST_HEADER) else { return Err(NoHeader::Lost) };
        let mut bytes = archive::read_at(input, at, length).map_err(NoHeader::Unread)?;
        if archive::crc32(&bytes) != crc {
            return Err(NoHeader::Lost);
        }
        for _ in 0..MOST_PACKED {
            match Header::parse(&bytes, most).ok_or(NoHeader::Lost)? {
                Header::Plain { streams, entries, names } => {
                    return Ok(Some(Found { streams, entries, names, end: at + length }));
                }
                Header::Packed(streams) => bytes = self.unpacked(input, &streams)?,
            }
        }
        Err(NoHeader::Lost)
    }

    /// The header that is packed in the only folder of these streams.
    fn unpacked(&mut self, input: &mut dyn Input, streams: &Streams) -> Result<Vec<u8>, NoHeader> {
        let folder = streams
            .folders
            .first()
            .filter(|folder| folder.size() <= MOST_HEADER)
            .ok_or(NoHeader::Lost)?;
        let shared = Shared::new(input);
        let parts = [(folder.size(), folder.crc)];
        let content =
            self.folder(&shared, streams, folder, &parts).map_err(|closed| match closed {
                Closed::Encrypted => NoHeader::Encrypted,
                _ => NoHeader::Lost,
            })?;
        let mut bytes = Vec::new();
        content.take(folder.size()).read_to_end(&mut bytes).map_err(|_| NoHeader::Lost)?;
        let whole = bytes.len() as u64 == folder.size()
            && folder.crc.is_none_or(|crc| crc == archive::crc32(&bytes));
        if whole { Ok(bytes) } else { Err(NoHeader::Lost) }
    }

    /// What a folder unpacks to. If it is encrypted, by the first password with which its first file unpacks.
    fn folder<'a>(
        &mut self,
        file: &Shared<'a>,
        streams: &Streams,
        folder: &header::Folder,
        parts: &[(u64, Option<u32>)],
    ) -> Result<Box<dyn Read + 'a>, Closed> {
        if !folder.is_encrypted() {
            return coders::open(file, streams, folder, None, &mut self.keys);
        }
        let (first, crc) = parts.first().copied().unwrap_or_default();
        let tried: Vec<&'p str> =
            self.good.into_iter().chain(self.passwords.iter().map(String::as_str)).collect();
        for password in tried {
            let content = coders::open(file, streams, folder, Some(password), &mut self.keys);
            let mut content = match content {
                Ok(content) => content.take(first.min(TRIED)),
                Err(Closed::Refused(_)) => continue,
                Err(closed) => return Err(closed),
            };
            let mut begun = archive::Exactly::new(&mut content, first.min(TRIED));
            let read = std::io::copy(&mut begun, &mut std::io::sink()).is_ok();
            let fits =
                first > TRIED || begun.crc().zip(crc).is_none_or(|(found, stated)| found == stated);
            if read && fits {
                self.good = Some(password);
                return coders::open(file, streams, folder, Some(password), &mut self.keys);
            }
        }
        Err(Closed::Encrypted)
    }
}
