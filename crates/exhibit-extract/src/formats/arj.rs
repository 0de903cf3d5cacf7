//! ARJ archives: every file is a member. Stored files and the methods 1 to 4 are unpacked; garbled ones are encrypted.

use super::archive::{self, Fields, Findings, crc32, dos_moment, read_at};
use super::lzh::{Bits, Ring, Unpacked, Window};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, Moment, NoteCode, Reason, Relation, Verdict};
use std::io::{self, Read, SeekFrom};

/// Reads an archive.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = match archive::begin(input, out) {
        Ok(size) => size,
        Err(reason) => return Ok(Verdict::Failed(reason)),
    };
    let mut names = Names::default();
    let mut entries = Entries::new(size);
    while let Ok(Some(entry)) = entries.next(input) {
        names.learn(&entry.name);
    }
    names.settle_as("arj:names", out)?;
    let mut entries = Entries::new(size);
    let mut findings = Findings::default();
    loop {
        match entries.next(input) {
            Ok(Some(entry)) => emit(&entry, &names, &mut findings, input, out)?,
            Ok(None) => break,
            Err(error) => {
                return Ok(Verdict::Failed(Reason::cannot_read_after(entries.at, &error)));
            }
        }
    }
    if entries.damaged {
        out.note(0, NoteCode::BlocksDamaged { blocks: 1 })?;
    }
    if entries.is_part {
        out.note(0, NoteCode::ArchiveSplit)?;
    }
    findings.trailing = entries.trailing;
    findings.emit(out)?;
    Ok(if entries.begun { Verdict::Read } else { Verdict::Failed(Reason::NoEntries) })
}

fn emit(
    entry: &Entry,
    names: &Names,
    findings: &mut Findings,
    input: &mut dyn Input,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    if matches!(entry.kind, 3 | 4) {
        return Ok(());
    }
    let decoded = names.text(&entry.name);
    let shown = if decoded.is_empty() {
        String::from_utf8_lossy(&entry.name).into_owned()
    } else {
        decoded.clone()
    };
    out.member(Member {
        name: entry.name.clone(),
        name_text: if shown.contains('\\') { shown.replace('\\', "/") } else { decoded },
        modified: entry.modified,
        relation: Relation::Entry,
    })?;
    if entry.flags & 0x01 != 0 {
        return out.member_end(MemberEnd::Encrypted);
    }
    if entry.flags & 0x08 != 0 {
        return out.member_end(MemberEnd::Unsupported(Reason::ContinuedFile));
    }
    if let Err(error) = input.seek(SeekFrom::Start(entry.data)) {
        return out.member_end(MemberEnd::Failed(Reason::cannot_read(&error)));
    }
    let packed = input.take(entry.packed);
    let content: Box<dyn Read + '_> = match entry.method {
        0 => Box::new(packed),
        1..=3 => Box::new(Unpacked::new(packed, Window::ARJ)),
        4 => Box::new(Fastest { bits: Bits::new(packed), ring: Ring::new(Window::ARJ.bits) }),
        method => {
            let method =
                Reason::ArchiveMethod { format: "arj".to_owned(), method: method.to_string() };
            return out.member_end(MemberEnd::Unsupported(method));
        }
    };
    archive::emit_content(content, entry.size, Some(entry.crc), findings, out)
}

struct Entry {
    name: Vec<u8>,
    modified: Option<Moment>,
    flags: u8,
    method: u8,
    kind: u8,
    packed: u64,
    size: u64,
    crc: u32,
    data: u64,
}

/// Walks the entries.
struct Entries {
    size: u64,
    at: u64,
    /// Whether the header of the archive itself was found.
    begun: bool,
    damaged: bool,
    is_part: bool,
    trailing: u64,
}

impl Entries {
    fn new(size: u64) -> Self {
        Self { size, at: 0, begun: false, damaged: false, is_part: false, trailing: 0 }
    }

    fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        loop {
            if self.at >= self.size || self.damaged {
                return Ok(None);
            }
            let start = read_at(input, self.at, 4)?;
            let [0x60, 0xEA, low, high] = start[..] else {
                self.damaged = true;
                return Ok(None);
            };
            let length = u64::from(u16::from_le_bytes([low, high]));
            if length == 0 {
                self.trailing = self.size - (self.at + 4).min(self.size);
                self.at = self.size;
                return Ok(None);
            }
            let header = read_at(input, self.at + 4, length + 4)?;
            let (basic, sum) = header.split_at(header.len().saturating_sub(4));
            let entry = (basic.len() as u64 == length && *sum == crc32(basic).to_le_bytes())
                .then(|| parse(basic));
            let Some(mut entry) = entry.flatten() else {
                self.damaged = true;
                return Ok(None);
            };
            let mut data = self.at + 8 + length;
            loop {
                let more = read_at(input, data, 2)?;
                let [low, high] = more[..] else { break };
                data += 2;
                match u64::from(u16::from_le_bytes([low, high])) {
                    0 => break,
                    more => data += more + 4,
                }
            }
            entry.data = data;
            if entry.kind == 2 {
                self.at = data;
                self.begun = true;
                continue;
            }
            self.is_part |= entry.flags & 0x04 != 0;
            self.at = data.saturating_add(entry.packed).min(self.size);
            return Ok(Some(entry));
        }
    }
}

fn parse(header: &[u8]) -> Option<Entry> {
    let first = usize::from(*header.first()?);
    let mut fields = Fields::new(header.get(4..)?);
    let (flags, method, kind) = (fields.u8()?, fields.u8()?, fields.u8()?);
    fields.u8()?;
    let time = (fields.u16()?, fields.u16()?);
    let (packed, size, crc) = (u64::from(fields.u32()?), u64::from(fields.u32()?), fields.u32()?);
    let name = Fields::new(header.get(first..)?).text()?.to_vec();
    let packed = if kind == 2 { 0 } else { packed };
    Some(Entry {
        name,
        modified: dos_moment(time),
        flags,
        method,
        kind,
        packed,
        size,
        crc,
        data: 0,
    })
}

/// Method 4: lengths and distances by a unary count of the bits that follow.
struct Fastest<R> {
    bits: Bits<R>,
    ring: Ring,
}

impl<R: Read> Fastest<R> {
    /// A number whose width is counted from `least` to `most`.
    fn number(&mut self, least: u32, most: u32) -> io::Result<u32> {
        let (mut width, mut base) = (least, 0);
        while width < most && self.bits.take(1)? == 1 {
            base += 1 << width;
            width += 1;
        }
        Ok(base + if width > 0 { self.bits.take(width)? } else { 0 })
    }
}

impl<R: Read> Read for Fastest<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.ring.is_drained() {
            match self.number(0, 7)? {
                0 => {
                    let byte = self.bits.take(8)?;
                    self.ring.push(u8::try_from(byte).map_err(io::Error::other)?);
                }
                length => {
                    let distance = self.number(9, 13)?;
                    self.ring.copy(distance as usize + 1, length as usize + 2);
                }
            }
        }
        Ok(self.ring.drain(buffer))
    }
}
