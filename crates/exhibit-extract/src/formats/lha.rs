//! LHA and LZH archives, headers of levels 0 to 3: every file is a member. Stored files and the methods `lh4` to `lh7`
//! are unpacked, others named.

use super::archive::{self, Fields, Findings, dos_moment, read_at, unix_moment, windows_moment};
use super::lzh::{Unpacked, Window};
use super::zip::names::Names;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, Moment, NoteCode, Reason, Relation, Verdict};
use std::io::{self, Read, SeekFrom};

/// Maximum bytes of a header with its extensions.
const MOST_HEADER: u64 = 1 << 20;

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
    names.settle_as("lha:names", out)?;
    let mut entries = Entries::new(size);
    let mut findings = Findings::default();
    let mut count = 0_u64;
    loop {
        match entries.next(input) {
            Ok(Some(entry)) => {
                count += 1;
                emit(&entry, &names, &mut findings, input, out)?;
            }
            Ok(None) => break,
            Err(error) => {
                return Ok(Verdict::Failed(Reason::cannot_read_after(entries.at, &error)));
            }
        }
    }
    if entries.damaged {
        out.note(0, NoteCode::BlocksDamaged { blocks: 1 })?;
    }
    findings.trailing = entries.trailing;
    findings.emit(out)?;
    Ok(if count == 0 { Verdict::Failed(Reason::NoEntries) } else { Verdict::Read })
}

fn emit(
    entry: &Entry,
    names: &Names,
    findings: &mut Findings,
    input: &mut dyn Input,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    // a link is a folder whose name states the target
    let bar = entry.name.iter().position(|b| *b == b'|').filter(|_| entry.method == *b"-lhd-");
    if entry.method == *b"-lhd-" && bar.is_none() {
        return Ok(());
    }
    let name = &entry.name[..bar.unwrap_or(entry.name.len())];
    let decoded = entry.unicode.clone().unwrap_or_else(|| names.text(name));
    let shown = if decoded.is_empty() {
        String::from_utf8_lossy(name).into_owned()
    } else {
        decoded.clone()
    };
    out.member(Member {
        name: name.to_vec(),
        name_text: if shown.contains('\\') { shown.replace('\\', "/") } else { decoded },
        modified: entry.modified,
        relation: Relation::Entry,
    })?;
    if let Some(bar) = bar {
        let target = Some(names.decode(&entry.name[bar + 1..]));
        return out.member_end(MemberEnd::Unsupported(Reason::SymbolicLink { target }));
    }
    if let Err(error) = input.seek(SeekFrom::Start(entry.data)) {
        return out.member_end(MemberEnd::Failed(Reason::cannot_read(&error)));
    }
    let packed = input.take(entry.packed);
    let mut content: Summed<Box<dyn Read + '_>> =
        match (&entry.method, Window::of_lha(entry.method[3])) {
            (b"-lh0-" | b"-lz4-" | b"-pm0-", _) => Summed::new(Box::new(packed)),
            ([b'-', b'l', b'h', ..], Some(window)) => {
                Summed::new(Box::new(Unpacked::new(packed, window)))
            }
            _ => {
                let method = String::from_utf8_lossy(&entry.method).into_owned();
                return out.member_end(MemberEnd::Unsupported(Reason::ArchiveMethod {
                    format: "lha".to_owned(),
                    method,
                }));
            }
        };
    let mut nothing = Findings::default();
    archive::emit_content(&mut content, entry.size, None, &mut nothing, out)?;
    let whole = content.count == entry.size;
    findings.checksums_wrong +=
        u64::from(whole && entry.crc.is_some_and(|stated| stated != content.crc));
    Ok(())
}

/// Computes the CRC-16 of what is read.
struct Summed<R> {
    inner: R,
    crc: u16,
    count: u64,
}

impl<R> Summed<R> {
    fn new(inner: R) -> Self {
        Self { inner, crc: 0, count: 0 }
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.crc = crc16(self.crc, &buffer[..count]);
        self.count += count as u64;
        Ok(count)
    }
}

fn crc16(crc: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(crc, |crc, byte| {
        let mut crc = crc ^ u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 };
        }
        crc
    })
}

struct Entry {
    method: [u8; 5],
    name: Vec<u8>,
    /// The name in UTF-16, where the archive has it.
    unicode: Option<String>,
    modified: Option<Moment>,
    packed: u64,
    size: u64,
    crc: Option<u16>,
    data: u64,
}

/// Walks the entries.
struct Entries {
    size: u64,
    at: u64,
    damaged: bool,
    trailing: u64,
}

impl Entries {
    fn new(size: u64) -> Self {
        Self { size, at: 0, damaged: false, trailing: 0 }
    }

    fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        if self.at >= self.size || self.damaged {
            return Ok(None);
        }
        let start = read_at(input, self.at, 32)?;
        if start.first() == Some(&0) {
            let rest = self.size - self.at - 1;
            let behind = read_at(input, self.at + 1, rest.min(64 << 10))?;
            self.trailing = if behind.iter().all(|b| *b == 0) { 0 } else { rest };
            self.at = self.size;
            return Ok(None);
        }
        let size = match start.get(20) {
            Some(0 | 1) => u64::from(start[0]) + 2,
            Some(2) => u64::from(u16::from_le_bytes([start[0], start[1]])),
            Some(3) => start
                .get(24..28)
                .map_or(0, |b| u64::from(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))),
            _ => 0,
        };
        let header = read_at(input, self.at, size.min(MOST_HEADER))?;
        // those of level 1 are behind the header; they are short as a rule
        let mut found = None;
        for most in [4 << 10, MOST_HEADER] {
            let behind = if start.get(20) == Some(&1) {
                read_at(input, self.at + size, most)?
            } else {
                Vec::new()
            };
            found = parse(&header, &behind).filter(|_| header.len() as u64 == size);
            if found.is_some() || (behind.len() as u64) < most {
                break;
            }
        }
        let Some((mut entry, more)) = found else {
            self.damaged = true;
            return Ok(None);
        };
        entry.data = self.at + size + more;
        entry.packed = entry.packed.saturating_sub(more);
        self.at = entry.data.saturating_add(entry.packed).min(self.size);
        Ok(Some(entry))
    }
}

/// An entry, and the bytes of the extensions behind its header, which level 1 counts as packed content.
fn parse(header: &[u8], behind: &[u8]) -> Option<(Entry, u64)> {
    let level = *header.get(20)?;
    let method: [u8; 5] = header.get(2..7)?.try_into().ok()?;
    if method[0] != b'-' || method[4] != b'-' {
        return None;
    }
    let mut fields = Fields::new(&header[7..]);
    let (packed, size) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
    let time = fields.u32()?;
    fields.take(2)?;
    let dos = (u16::try_from(time & 0xFFFF).ok()?, u16::try_from(time >> 16).ok()?);
    let modified = if level < 2 { dos_moment(dos) } else { unix_moment(i64::from(time)) };
    let mut entry = Entry {
        method,
        name: Vec::new(),
        unicode: None,
        modified,
        packed,
        size,
        crc: None,
        data: 0,
    };
    if level < 2 {
        let sum = header[2..].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        if sum != header[1] {
            return None;
        }
        let length = usize::from(fields.u8()?);
        entry.name = fields.take(length)?.to_vec();
        entry.crc = fields.u16();
        if level == 0 {
            return Some((entry, 0));
        }
        fields.u8()?;
        let first = usize::from(fields.u16()?);
        let more = extensions(Fields::new(behind), first, 2, &mut entry)?;
        return Some((entry, more));
    }
    entry.crc = fields.u16();
    fields.u8()?;
    if level == 2 {
        let first = usize::from(fields.u16()?);
        extensions(fields, first, 2, &mut entry)?;
    } else {
        fields.u32()?;
        let first = usize::try_from(fields.u32()?).ok()?;
        extensions(fields, first, 4, &mut entry)?;
    }
    Some((entry, 0))
}

/// Reads the extensions, each of which ends with the length of the next; their length together.
fn extensions(
    mut fields: Fields<'_>,
    first: usize,
    length_size: usize,
    entry: &mut Entry,
) -> Option<u64> {
    let (mut folder, mut wide_folder, mut wide_name) = (Vec::new(), None, None);
    let (mut length, mut total) = (first, 0);
    while length > 0 {
        let extension = fields.take(length)?;
        total += length as u64;
        let (kind, rest) = extension.split_first()?;
        let (body, next) = rest.split_at_checked(rest.len().checked_sub(length_size)?)?;
        match kind {
            0x01 => entry.name = body.to_vec(),
            0x02 => folder = body.iter().map(|b| if *b == 0xFF { b'/' } else { *b }).collect(),
            0x41 => {
                let mut times = Fields::new(body.get(8..)?);
                entry.modified = times.u64().and_then(windows_moment).or(entry.modified);
            }
            0x44 => wide_name = Some(wide(body)),
            0x45 => wide_folder = Some(wide(body).replace('\u{ffff}', "/")),
            0x54 => {
                entry.modified =
                    Fields::new(body).u32().and_then(|time| unix_moment(i64::from(time)))
            }
            _ => {}
        }
        length = next.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
    }
    if !folder.is_empty() {
        if !folder.ends_with(b"/") {
            folder.push(b'/');
        }
        entry.name = [folder, std::mem::take(&mut entry.name)].concat();
    }
    if let Some(name) = wide_name {
        entry.unicode = Some(wide_folder.unwrap_or_default() + &name);
    }
    Some(total)
}

fn wide(bytes: &[u8]) -> String {
    let units: Vec<u16> =
        bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_of_the_format() {
        assert_eq!(crc16(0, b"123456789"), 0xBB3D);
        assert_eq!(crc16(crc16(0, b"1234"), b"56789"), 0xBB3D);
    }
}
