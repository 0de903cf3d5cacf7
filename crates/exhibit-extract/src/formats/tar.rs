//! Tar archives: old, POSIX ustar and pax (IEEE 1003.1), GNU. Every file is a member; links and devices are named.
//!
//! Headers are parsed here, so that a damaged one costs its own entry and not those after it, and no stated size
//! allocates memory. Owners and permissions are not kept; nothing is unpacked to a path.

mod header;

use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, NoteCode, Reason, Relation, Verdict};
use header::{BLOCK, Header, Kind, Pax};
use std::io::{self, Read, SeekFrom};

/// Maximum bytes of a long name or of pax records.
const LONG: u64 = 1 << 20;

/// Reads a tar archive.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match input.seek(SeekFrom::End(0)) {
        Ok(size) => size,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    out.container_size(size);
    let mut names = Names::default();
    let mut archive = Archive::new(size);
    while let Ok(Some(entry)) = archive.next(input) {
        names.learn(&entry.name);
    }
    names.settle_as("tar:names", out)?;
    let mut archive = Archive::new(size);
    let ended = loop {
        match archive.next(input) {
            Ok(Some(entry)) => emit_entry(&entry, &names, input, out)?,
            Ok(None) => break Verdict::Read,
            Err(error) => break Verdict::Failed(Reason::cannot_read_after(archive.at, &error)),
        }
    };
    if archive.damaged > 0 {
        out.note(0, NoteCode::BlocksDamaged { blocks: archive.damaged })?;
    }
    if archive.trailing > 0 {
        out.note(0, NoteCode::TrailingBytes { bytes: Some(archive.trailing) })?;
    }
    Ok(ended)
}

/// An entry: its header combined with the extension headers before it.
struct Entry {
    name: Vec<u8>,
    link: Vec<u8>,
    header: Header,
    data: u64,
    cut: bool,
}

/// Walks an archive's entries.
struct Archive {
    size: u64,
    at: u64,
    damaged: u64,
    trailing: u64,
    global: Pax,
}

impl Archive {
    fn new(size: u64) -> Self {
        Self { size, at: 0, damaged: 0, trailing: 0, global: Pax::default() }
    }

    fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        let (mut long_name, mut long_link, mut pax) = (None, None, self.global.clone());
        loop {
            let Some(mut header) = self.next_header(input)? else { return Ok(None) };
            let data = self.at;
            if !matches!(header.kind, Kind::LongName | Kind::LongLink | Kind::Pax | Kind::GlobalPax)
            {
                header.size = pax.size.unwrap_or(header.size);
                header.modified = pax.modified.or(header.modified);
                if pax.sparse {
                    header.kind = Kind::Sparse;
                }
            }
            let padded = if header.has_content() {
                header.size.div_ceil(BLOCK).saturating_mul(BLOCK)
            } else {
                0
            };
            let end = data.saturating_add(padded);
            let cut = header.has_content() && data.saturating_add(header.size) > self.size;
            self.at = end.min(self.size);
            match header.kind {
                Kind::LongName => long_name = Some(long(input, data, header.size)?),
                Kind::LongLink => long_link = Some(long(input, data, header.size)?),
                Kind::Pax => pax.take(&read_at(input, data, header.size.min(LONG))?),
                Kind::GlobalPax => {
                    self.global.take(&read_at(input, data, header.size.min(LONG))?);
                    pax = self.global.clone();
                }
                _ => {
                    let name = pax.path.or(long_name).unwrap_or_else(|| header.name.clone());
                    let link = pax.link.or(long_link).unwrap_or_else(|| header.link.clone());
                    return Ok(Some(Entry { name, link, header, data, cut }));
                }
            }
        }
    }

    /// The next valid header, past damaged blocks; `None` at the end.
    fn next_header(&mut self, input: &mut dyn Input) -> io::Result<Option<Header>> {
        let mut empty = 0;
        while self.at < self.size {
            let block = read_at(input, self.at, BLOCK)?;
            if block.len() < header::BLOCK_SIZE {
                self.trailing += block.iter().filter(|b| **b != 0).count() as u64;
                self.at = self.size;
                return Ok(None);
            }
            self.at += BLOCK;
            if block.iter().all(|b| *b == 0) {
                empty += 1;
                if empty == 2 {
                    return self.after_end(input);
                }
                continue;
            }
            empty = 0;
            match Header::parse(&block) {
                Some(header) => return Ok(Some(header)),
                None => self.damaged += 1,
            }
        }
        Ok(None)
    }

    /// Two empty blocks end an archive; another may follow, if archives were concatenated.
    fn after_end(&mut self, input: &mut dyn Input) -> io::Result<Option<Header>> {
        while self.at < self.size {
            let block = read_at(input, self.at, BLOCK)?;
            self.at = (self.at + BLOCK).min(self.size);
            if block.len() == header::BLOCK_SIZE
                && let Some(header) = Header::parse(&block)
            {
                return Ok(Some(header));
            }
            self.trailing += block.iter().filter(|b| **b != 0).count() as u64;
        }
        Ok(None)
    }
}

fn emit_entry(
    entry: &Entry,
    names: &Names,
    input: &mut dyn Input,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let target = || names.decode(&entry.link);
    let end = match entry.header.kind {
        Kind::Folder => return Ok(()),
        Kind::File => None,
        Kind::Link => Some(Reason::HardLink { target: target() }),
        Kind::SymbolicLink => Some(Reason::SymbolicLink { target: Some(target()) }),
        Kind::Device => Some(Reason::Device),
        Kind::Pipe => Some(Reason::NamedPipe),
        Kind::Sparse => Some(Reason::SparseFile),
        Kind::Continued => Some(Reason::ContinuedFile),
        Kind::Other(kind) => Some(Reason::UnknownEntry { kind: char::from(kind).to_string() }),
        Kind::LongName | Kind::LongLink | Kind::Pax | Kind::GlobalPax => return Ok(()),
    };
    out.member(Member {
        name: entry.name.clone(),
        name_text: names.text(&entry.name),
        modified: entry.header.modified,
        relation: Relation::Entry,
    })?;
    if let Some(reason) = end {
        return out.member_end(MemberEnd::Unsupported(reason));
    }
    if let Err(error) = input.seek(SeekFrom::Start(entry.data)) {
        return out.member_end(MemberEnd::Failed(Reason::cannot_read(&error)));
    }
    let mut content = Exactly { left: entry.header.size, input };
    let cut = entry.cut;
    out.member_from_or(&mut content, |emitted, error| {
        if cut {
            MemberEnd::Truncated(Reason::ArchiveEnds { bytes: emitted })
        } else {
            MemberEnd::Failed(Reason::cannot_read(&error))
        }
    })
}

/// Reads exactly this number of bytes; fewer are an error.
struct Exactly<'a> {
    left: u64,
    input: &'a mut dyn Input,
}

impl Read for Exactly<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.input.read(&mut out[..most])?;
        self.left -= count as u64;
        if count == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(count) }
    }
}

/// A long name or link: its bytes without the trailing NUL.
fn long(input: &mut dyn Input, at: u64, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = read_at(input, at, size.min(LONG))?;
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(bytes)
}

fn read_at(input: &mut dyn Input, at: u64, len: u64) -> io::Result<Vec<u8>> {
    input.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    input.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}
