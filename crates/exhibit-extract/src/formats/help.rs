//! Compiled help (CHM, ITSF 3): its pages and pictures as members. What only programs use of it (indexes, styles of the
//! viewer) is left out.
//!
//! Pages are in one stream compressed with LZX, in blocks that a table gives the places of. Members are read in the order
//! of their places, so that each block is decompressed about once.

use crate::charset;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Member, MemberEnd, NoteCode, Reason, Relation, Request, Verdict};
use lzxd::{Lzxd, WindowSize};
use std::collections::HashSet;
use std::io::{Error, ErrorKind, Read, SeekFrom};

/// The size of a block once it is decompressed.
const BLOCK: u64 = 0x8000;
/// The maximum bytes of the directory, and of the table of blocks.
const MOST_BYTES: u64 = 256 << 20;
const CONTENT: &str = "::DataSpace/Storage/MSCompressed/Content";
const CONTROL: &str = "::DataSpace/Storage/MSCompressed/ControlData";
const RESETS: &str = "::DataSpace/Storage/MSCompressed/Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/ResetTable";

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: Vec<u8>,
    section: u64,
    offset: u64,
    length: u64,
}

/// Emits the files of a help archive.
pub(super) fn extract(
    input: &mut dyn Input,
    _request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let size = input.seek(SeekFrom::End(0)).unwrap_or(0);
    out.container_size(size);
    let Some((entries, content)) = directory(input, size) else {
        return Ok(Verdict::Failed(Reason::PartMissing { part: "ITSP".to_owned() }));
    };
    let mut archive = Archive { input, content, stream: None };
    archive.stream = archive.compressed(&entries);
    if let Some(title) = archive.title(&entries) {
        out.metadata("dc:title", &title)?;
    }
    let mut files: Vec<&Entry> = entries.iter().filter(|entry| entry.is_file()).collect();
    files.sort_by_key(|entry| (entry.section, entry.offset));
    let without_stream = archive.stream.is_none() && files.iter().any(|entry| entry.section != 0);
    for entry in files {
        let name_text = if std::str::from_utf8(&entry.name).is_ok() {
            String::new()
        } else {
            charset::decode_guessing(&entry.name).0
        };
        let name = entry.name.strip_prefix(b"/").unwrap_or(&entry.name).to_vec();
        let name_text = name_text.trim_start_matches('/').to_owned();
        out.member(Member { name, name_text, relation: Relation::Embedded, ..Member::default() })?;
        if entry.section != 0 && archive.stream.is_none() {
            out.member_end(MemberEnd::Failed(Reason::StreamMissing))?;
            continue;
        }
        let mut file = File { archive: &mut archive, entry: entry.clone(), read: 0 };
        out.member_from_or(&mut file, |_, error| {
            MemberEnd::Failed(Reason::cannot_decompress(&error))
        })?;
    }
    if without_stream {
        out.note(0, NoteCode::PartLost { part: CONTENT.to_owned(), sheet: None })?;
    }
    Ok(Verdict::Read)
}

impl Entry {
    /// Whether it is a file that people put in the archive.
    fn is_file(&self) -> bool {
        let inner = self.name.strip_prefix(b"/").unwrap_or_default();
        !inner.is_empty()
            && !inner.starts_with(b"#")
            && !inner.starts_with(b"$")
            && !self.name.ends_with(b"/")
    }
}

/// The entries of the directory, and where the content begins.
fn directory(input: &mut dyn Input, size: u64) -> Option<(Vec<Entry>, u64)> {
    let header = read_at(input, 0, 0x60)?;
    let (start, length) = (long(&header, 0x48)?, long(&header, 0x50)?.min(MOST_BYTES).min(size));
    let content =
        if short(&header, 4)? >= 3 { long(&header, 0x58)? } else { start.checked_add(length)? };
    let bytes = read_at(input, start, length)?;
    if header.get(..4)? != b"ITSF" || bytes.get(..4)? != b"ITSP" {
        return None;
    }
    let (head, chunk) = (short(&bytes, 8)? as usize, short(&bytes, 0x10)? as usize);
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    for chunk in
        bytes.get(head..)?.chunks(chunk.max(0x20)).filter(|chunk| chunk.starts_with(b"PMGL"))
    {
        let free = short(chunk, 4).unwrap_or(0) as usize;
        let mut rest = chunk.get(0x14..chunk.len().saturating_sub(free)).unwrap_or_default();
        while let Some((entry, after)) = entry(rest) {
            rest = after;
            if seen.insert(entry.name.clone()) {
                entries.push(entry);
            }
        }
    }
    (!entries.is_empty()).then_some((entries, content))
}

fn entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let (length, rest) = number(bytes)?;
    let (name, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let (section, rest) = number(rest)?;
    let (offset, rest) = number(rest)?;
    let (length, rest) = number(rest)?;
    (!name.is_empty()).then(|| (Entry { name: name.to_vec(), section, offset, length }, rest))
}

/// A number of seven bits a byte, the most significant first.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

fn short(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([found[0], found[1], found[2], found[3]]))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(short(bytes, at)?) | u64::from(short(bytes, at + 4)?) << 32)
}

/// Bytes at an offset of the file, as far as they exist.
fn read_at(input: &mut dyn Input, at: u64, length: u64) -> Option<Vec<u8>> {
    input.seek(SeekFrom::Start(at)).ok()?;
    let mut bytes = Vec::new();
    (&mut *input).take(length.min(MOST_BYTES)).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

struct Archive<'a> {
    input: &'a mut dyn Input,
    /// Where what is stored begins.
    content: u64,
    stream: Option<Stream>,
}

/// The compressed stream.
struct Stream {
    /// Where it begins in the file.
    start: u64,
    /// Where each block begins in it, and where the last one ends.
    blocks: Vec<u64>,
    length: u64,
    /// After how many blocks decompression restarts.
    interval: usize,
    decoder: Lzxd,
    /// The next block to be decompressed.
    next: usize,
    /// The last block that was decompressed, and its bytes.
    current: Option<(usize, Vec<u8>)>,
    /// How many more blocks may be decompressed: those of an honest archive are, about once.
    left: usize,
}

impl Archive<'_> {
    fn stored(&mut self, entries: &[Entry], name: &str) -> Option<Vec<u8>> {
        let entry =
            entries.iter().find(|entry| entry.name == name.as_bytes() && entry.section == 0)?;
        read_at(self.input, self.content.checked_add(entry.offset)?, entry.length)
    }

    fn compressed(&mut self, entries: &[Entry]) -> Option<Stream> {
        let start = entries.iter().find(|entry| entry.name == CONTENT.as_bytes())?;
        let start = self.content.checked_add(start.offset)?;
        let control =
            self.stored(entries, CONTROL).filter(|control| control.get(4..8) == Some(b"LZXC"))?;
        let unit = if short(&control, 8)? >= 2 { BLOCK } else { 1 };
        let bytes = |at| short(&control, at).map(|value| u64::from(value) * unit);
        let interval = usize::try_from(bytes(12)? / BLOCK).ok()?.max(1);
        let window = window(bytes(16)?)?;
        let table = self.stored(entries, RESETS)?;
        let (count, header) = (short(&table, 4)? as usize, short(&table, 12)? as usize);
        let (length, compressed) = (long(&table, 16)?, long(&table, 24)?);
        let places = table.get(header..)?.chunks_exact(8).take(count);
        let mut blocks: Vec<u64> = places.map(|place| long(place, 0).unwrap_or(0)).collect();
        blocks.push(compressed);
        let left = blocks.len().saturating_mul(4).saturating_add(10_000);
        let decoder = Lzxd::new(window);
        Some(Stream { start, blocks, length, interval, decoder, next: 0, current: None, left })
    }

    /// Decompresses a block.
    fn block(&mut self, wanted: usize) -> std::io::Result<&[u8]> {
        let damaged = |_| Error::from(ErrorKind::InvalidData);
        let stream = self.stream.as_mut().ok_or(ErrorKind::NotFound)?;
        if stream.current.as_ref().is_none_or(|(number, _)| *number != wanted) {
            let first = wanted - wanted % stream.interval;
            if wanted < stream.next || first > stream.next {
                stream.next = first;
            }
            while stream.next <= wanted {
                let number = stream.next;
                stream.left = stream.left.checked_sub(1).ok_or(ErrorKind::FileTooLarge)?;
                if number.is_multiple_of(stream.interval) {
                    stream.decoder.reset();
                }
                let place = stream.blocks.get(number).zip(stream.blocks.get(number + 1));
                let (from, to) = place.ok_or(ErrorKind::UnexpectedEof)?;
                let size = stream.length.saturating_sub(number as u64 * BLOCK).min(BLOCK);
                let packed = to
                    .checked_sub(*from)
                    .filter(|packed| *packed <= 4 * BLOCK)
                    .ok_or(ErrorKind::InvalidData)?;
                let at = stream.start.checked_add(*from).ok_or(ErrorKind::InvalidData)?;
                let bytes = read_at(self.input, at, packed).ok_or(ErrorKind::UnexpectedEof)?;
                let size = usize::try_from(size).map_err(|_| ErrorKind::InvalidData)?;
                let plain = stream.decoder.decompress_next(&bytes, size).map_err(damaged)?.to_vec();
                stream.current = Some((number, plain));
                stream.next += 1;
            }
        }
        Ok(stream.current.as_ref().map_or(&[], |(_, bytes)| bytes))
    }

    /// The title that the archive states.
    fn title(&mut self, entries: &[Entry]) -> Option<String> {
        const TITLE: u16 = 3;
        let system = self.stored(entries, "/#SYSTEM")?;
        let mut rest = system.get(4..)?;
        while let Some((head, after)) = rest.split_at_checked(4) {
            let (code, length) =
                (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
            let (value, after) = after.split_at_checked(length.into())?;
            if code == TITLE {
                let text = value.split(|byte| *byte == 0).next().unwrap_or_default();
                return Some(charset::decode_guessing(text).0);
            }
            rest = after;
        }
        None
    }
}

fn window(bytes: u64) -> Option<WindowSize> {
    Some(match bytes.next_power_of_two() {
        0..=0x8000 => WindowSize::KB32,
        0x1_0000 => WindowSize::KB64,
        0x2_0000 => WindowSize::KB128,
        0x4_0000 => WindowSize::KB256,
        0x8_0000 => WindowSize::KB512,
        0x10_0000 => WindowSize::MB1,
        0x20_0000 => WindowSize::MB2,
        _ => return None,
    })
}

/// The bytes of a file of the archive.
struct File<'f, 'a> {
    archive: &'f mut Archive<'a>,
    entry: Entry,
    read: u64,
}

impl Read for File<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.entry.length.saturating_sub(self.read);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let at = self.entry.offset.checked_add(self.read).ok_or(ErrorKind::InvalidData)?;
        let count = if self.entry.section == 0 {
            let at = self.archive.content.checked_add(at).ok_or(ErrorKind::InvalidData)?;
            self.archive.input.seek(SeekFrom::Start(at))?;
            self.archive.input.read(&mut buffer[..most])?
        } else {
            let block = self
                .archive
                .block(usize::try_from(at / BLOCK).map_err(|_| ErrorKind::InvalidData)?)?;
            let inside = usize::try_from(at % BLOCK).map_err(|_| ErrorKind::InvalidData)?;
            let rest = block.get(inside..).unwrap_or_default();
            let count = most.min(rest.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            count
        };
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.read += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{read, torment};

    fn coded(mut value: usize) -> Vec<u8> {
        let mut bytes = vec![(value & 0x7f) as u8];
        while value > 0x7f {
            value >>= 7;
            bytes.insert(0, (value & 0x7f) as u8 | 0x80);
        }
        bytes
    }

    /// A block that LZX stores as it is.
    fn block(plain: &[u8]) -> Vec<u8> {
        let bits = 3u32 << 28 | (plain.len() as u32) << 4;
        let mut bytes = [(bits >> 16) as u16, bits as u16]
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect::<Vec<_>>();
        bytes.extend([1, 0, 0, 0].repeat(3));
        bytes.extend_from_slice(plain);
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        bytes
    }

    fn archive() -> Vec<u8> {
        let page = "<html><title>登记</title><p>first page</html>".as_bytes().to_vec();
        let mut plain = page.clone();
        plain.resize(BLOCK as usize + 100, b'x');
        let blocks: Vec<Vec<u8>> = plain.chunks(BLOCK as usize).map(block).collect();
        let stream = blocks.concat();
        let mut control = 6u32.to_le_bytes().to_vec();
        control.extend(b"LZXC");
        control.extend([2u32, 1, 2, 1].iter().flat_map(|value| value.to_le_bytes()));
        let mut resets =
            [2u32, 2, 8, 0x28].iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>();
        for value in [plain.len(), stream.len(), BLOCK as usize, 0, blocks[0].len()] {
            resets.extend((value as u64).to_le_bytes());
        }
        let system = [&3u32.to_le_bytes()[..], &[3, 0, 5, 0], b"Help\0"].concat();
        let mut content = Vec::new();
        let mut entries = Vec::new();
        let mut add = |name: &[u8], section: usize, offset: usize, length: usize| {
            entries.extend(
                [coded(name.len()), name.to_vec(), coded(section), coded(offset), coded(length)]
                    .concat(),
            );
        };
        add(b"/", 0, 0, 0);
        add(b"/stored.txt", 0, 0, 6);
        content.extend(b"stored");
        for (name, bytes) in
            [("/#SYSTEM", &system), (CONTENT, &stream), (CONTROL, &control), (RESETS, &resets)]
        {
            add(name.as_bytes(), 0, content.len(), bytes.len());
            content.extend_from_slice(bytes);
        }
        add(b"/page.htm", 1, 0, page.len());
        add("/long.htm".as_bytes(), 1, 20, plain.len() - 20);
        add(b"/\xB5\xC7\xBC\xC7\xC3\xFB\xB5\xA5.htm", 1, page.len(), 5);
        add(b"/lying.htm", 1, 9_000_000, 5);
        let mut chunk = b"PMGL".to_vec();
        chunk.extend((0x1000 - 0x14 - entries.len() as u32).to_le_bytes());
        chunk.resize(0x14, 0);
        chunk.extend(entries);
        chunk.resize(0x1000, 0);
        let mut directory = b"ITSP".to_vec();
        directory.extend([1u32, 0x54, 10, 0x1000].iter().flat_map(|value| value.to_le_bytes()));
        directory.resize(0x54, 0);
        directory.extend(chunk);
        let mut file = b"ITSF".to_vec();
        file.extend(3u32.to_le_bytes());
        file.resize(0x48, 0);
        for value in [0x60, directory.len(), 0x60 + directory.len()] {
            file.extend((value as u64).to_le_bytes());
        }
        [file, directory, content].concat()
    }

    #[test]
    fn files_are_members() {
        let outcome = read(extract, &archive());
        assert_eq!(
            (outcome.verdict.clone(), outcome.property("dc:title")),
            (Verdict::Read, Some("Help"))
        );
        let names: Vec<&str> = outcome.members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names[..3], ["stored.txt", "page.htm", "long.htm"]);
        assert_eq!(outcome.members[0].1, b"stored");
        assert_eq!(
            outcome.members[1].1,
            "<html><title>登记</title><p>first page</html>".as_bytes()
        );
        assert_eq!(outcome.members[2].1.len() as u64, BLOCK + 80);
        assert!(outcome.members[2].1.ends_with(b"xxx"));
        assert_eq!((outcome.members[3].1.len(), outcome.members[4].1.len()), (5, 0));
    }

    #[test]
    fn hostile_files_end() {
        let whole = archive();
        torment(extract, &whole[..whole.len().min(9000)], 171);
        let mut spoilt = whole.clone();
        spoilt[0x60 + 0x54 + 0x1000..].iter_mut().for_each(|byte| *byte ^= 0x55);
        assert!(!read(extract, &spoilt).members.is_empty());
        assert!(matches!(read(extract, b"ITSF\x03\0\0\0").verdict, Verdict::Failed(_)));
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/help.chm", &archive());
    }
}
