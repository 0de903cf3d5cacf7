//! The header of a 7z archive: where the packed streams are, how folders unpack them, and the files in the folders.
//!
//! Counts are compared with the bytes that are left before anything is allocated for them.

use crate::formats::archive::{Fields, windows_moment};
use exhibit_model::Moment;
use std::ops::Range;

/// Coders of one folder, and streams of one coder: archives have at most four of either.
const MOST_CODERS: u64 = 32;

/// How a file of coders unpacks packed streams into one stream.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) coders: Vec<Coder>,
    /// Which output each bound input reads: by input, then output.
    pub(super) bound: Vec<(usize, usize)>,
    /// The inputs that read packed streams, in their order.
    pub(super) packed: Vec<usize>,
    /// The first of its packed streams among those of the archive.
    pub(super) first_packed: usize,
    /// The length of each coder's output.
    pub(super) sizes: Vec<u64>,
    /// The CRC-32 of its last output.
    pub(super) crc: Option<u32>,
}

/// A step of unpacking: one output from one input or more.
#[derive(Debug)]
pub(super) struct Coder {
    /// The method's number.
    pub(super) method: u64,
    /// The inputs that it has.
    pub(super) inputs: usize,
    pub(super) properties: Vec<u8>,
}

impl Folder {
    /// The coder whose output no other coder reads.
    pub(super) fn last_coder(&self) -> Option<usize> {
        (0..self.coders.len()).find(|coder| !self.bound.iter().any(|(_, output)| output == coder))
    }

    /// The length of what it unpacks to.
    pub(super) fn size(&self) -> u64 {
        self.last_coder().and_then(|coder| self.sizes.get(coder)).copied().unwrap_or(0)
    }

    /// Whether a password is needed.
    pub(super) fn is_encrypted(&self) -> bool {
        self.coders.iter().any(|coder| coder.method == super::coders::AES)
    }
}

/// Packed streams and folders.
#[derive(Debug, Default)]
pub(super) struct Streams {
    /// The packed streams' ranges of the file.
    pub(super) packed: Vec<Range<u64>>,
    pub(super) folders: Vec<Folder>,
    /// By folder, the files in it: their lengths and CRC-32s.
    pub(super) parts: Vec<Vec<(u64, Option<u32>)>>,
}

/// A file of the archive.
#[derive(Debug, Default, Clone)]
pub(super) struct Entry {
    /// Its name's place in the list of names, in UTF-16.
    pub(super) name: Range<usize>,
    pub(super) has_stream: bool,
    pub(super) is_empty_file: bool,
    pub(super) is_anti: bool,
    pub(super) modified: Option<Moment>,
    pub(super) attributes: u32,
}

impl Entry {
    /// Whether it is a folder of the file system.
    pub(super) fn is_directory(&self) -> bool {
        self.attributes & 0x10 != 0 || (!self.has_stream && !self.is_empty_file && !self.is_anti)
    }

    /// Whether it is a symbolic link, whose content is the target.
    pub(super) fn is_link(&self) -> bool {
        let unix =
            self.attributes & 0x8000 != 0 && (self.attributes >> 16) & 0o170_000 == 0o120_000;
        unix || self.attributes & 0x400 != 0
    }
}

/// What a header states.
#[derive(Debug)]
pub(super) enum Header {
    /// The header itself is packed.
    Packed(Streams),
    /// The archive.
    Plain { streams: Streams, entries: Vec<Entry>, names: Vec<u8> },
}

impl Header {
    /// Parses a header; `most` is the maximum number of files.
    pub(super) fn parse(bytes: &[u8], most: u64) -> Option<Self> {
        let mut fields = Fields::new(bytes);
        match fields.u8()? {
            0x17 => Some(Self::Packed(streams(&mut fields)?)),
            0x01 => {
                let (mut main, mut files) = (Streams::default(), (Vec::new(), Vec::new()));
                loop {
                    match fields.u8() {
                        Some(0x02) => skip_properties(&mut fields)?,
                        Some(0x03) => drop(streams(&mut fields)?),
                        Some(0x04) => main = streams(&mut fields)?,
                        Some(0x05) => files = entries(&mut fields, most)?,
                        Some(0) | None => break,
                        Some(_) => return None,
                    }
                }
                Some(Self::Plain { streams: main, entries: files.0, names: files.1 })
            }
            _ => None,
        }
    }
}

/// A number of one to nine bytes: the first one's leading ones are the count of those that follow.
fn number(fields: &mut Fields<'_>) -> Option<u64> {
    let first = fields.u8()?;
    let more = first.leading_ones() as usize;
    let mut value = 0;
    for (at, byte) in fields.take(more)?.iter().enumerate() {
        value |= u64::from(*byte) << (8 * at);
    }
    let high = if more < 7 { u64::from(first & (0x7F >> more)) } else { 0 };
    Some(if more < 8 { value | high << (8 * more) } else { value })
}

/// A count of things that take a byte each at least.
fn count(fields: &mut Fields<'_>) -> Option<usize> {
    let count = usize::try_from(number(fields)?).ok()?;
    (count <= fields.rest().len()).then_some(count)
}

/// A flag for each of `count` things.
fn flags(fields: &mut Fields<'_>, count: usize) -> Option<Vec<bool>> {
    let bytes = fields.take(count.div_ceil(8))?;
    Some((0..count).map(|at| bytes[at / 8] & (0x80 >> (at % 8)) != 0).collect())
}

/// As [`flags`], preceded by a byte that states whether all are set.
fn flags_or_all(fields: &mut Fields<'_>, count: usize) -> Option<Vec<bool>> {
    if fields.u8()? == 0 {
        flags(fields, count)
    } else {
        (count <= MOST_FLAGS).then(|| vec![true; count])
    }
}

/// More flags than any header has room for.
const MOST_FLAGS: usize = 64 << 20;

/// CRC-32s of `count` streams, some of which have none.
fn checksums(fields: &mut Fields<'_>, count: usize) -> Option<Vec<Option<u32>>> {
    let given = flags_or_all(fields, count)?;
    given.into_iter().map(|given| if given { fields.u32().map(Some) } else { Some(None) }).collect()
}

fn skip_properties(fields: &mut Fields<'_>) -> Option<()> {
    while number(fields)? != 0 {
        let size = usize::try_from(number(fields)?).ok()?;
        fields.take(size)?;
    }
    Some(())
}

fn streams(fields: &mut Fields<'_>) -> Option<Streams> {
    let mut found = Streams::default();
    let mut parts_stated = false;
    loop {
        match fields.u8()? {
            0 => break,
            0x06 => found.packed = packed_streams(fields)?,
            0x07 => found.folders = folders(fields)?,
            0x08 => {
                found.parts = parts(fields, &found.folders)?;
                parts_stated = true;
            }
            _ => return None,
        }
    }
    if !parts_stated {
        found.parts =
            found.folders.iter().map(|folder| vec![(folder.size(), folder.crc)]).collect();
    }
    let needed = found.folders.last().map_or(0, |last| last.first_packed + last.packed.len());
    (needed <= found.packed.len()).then_some(found)
}

fn packed_streams(fields: &mut Fields<'_>) -> Option<Vec<Range<u64>>> {
    let mut at = 32_u64.checked_add(number(fields)?)?;
    let count = count(fields)?;
    let mut found = Vec::new();
    loop {
        match fields.u8()? {
            0 => break,
            0x09 => {
                for _ in 0..count {
                    let end = at.checked_add(number(fields)?)?;
                    found.push(at..end);
                    at = end;
                }
            }
            0x0A => drop(checksums(fields, count)?),
            _ => return None,
        }
    }
    Some(found)
}

fn folders(fields: &mut Fields<'_>) -> Option<Vec<Folder>> {
    if fields.u8()? != 0x0B {
        return None;
    }
    let count = count(fields)?;
    // tables of their own elsewhere in the header: no program writes them
    if fields.u8()? != 0 {
        return None;
    }
    let mut found: Vec<Folder> = Vec::new();
    let mut first_packed = 0;
    for _ in 0..count {
        let mut folder = folder(fields)?;
        folder.first_packed = first_packed;
        first_packed += folder.packed.len();
        found.push(folder);
    }
    loop {
        match fields.u8()? {
            0 => break,
            0x0C => {
                for folder in &mut found {
                    folder.sizes =
                        (0..folder.coders.len()).map(|_| number(fields)).collect::<Option<_>>()?;
                }
            }
            0x0A => {
                let given = checksums(fields, count)?;
                found.iter_mut().zip(given).for_each(|(folder, crc)| folder.crc = crc);
            }
            _ => return None,
        }
    }
    Some(found)
}

fn folder(fields: &mut Fields<'_>) -> Option<Folder> {
    let coders = number(fields)?;
    if coders == 0 || coders > MOST_CODERS {
        return None;
    }
    let mut folder = Folder::default();
    let mut inputs = 0;
    for _ in 0..coders {
        let flags = fields.u8()?;
        let id = fields.take(usize::from(flags & 0x0F))?;
        let method = id.iter().fold(0, |id, byte| id << 8 | u64::from(*byte));
        let (ins, outs) =
            if flags & 0x10 != 0 { (number(fields)?, number(fields)?) } else { (1, 1) };
        if id.len() > 8 || outs != 1 || ins == 0 || ins > MOST_CODERS || flags & 0x80 != 0 {
            return None;
        }
        let size = if flags & 0x20 != 0 { usize::try_from(number(fields)?).ok()? } else { 0 };
        let properties = fields.take(size)?.to_vec();
        inputs += usize::try_from(ins).ok()?;
        folder.coders.push(Coder { method, inputs: usize::try_from(ins).ok()?, properties });
    }
    for _ in 1..folder.coders.len() {
        let (input, output) =
            (usize::try_from(number(fields)?).ok()?, usize::try_from(number(fields)?).ok()?);
        let known = input < inputs && output < folder.coders.len();
        if !known || folder.bound.iter().any(|(i, o)| *i == input || *o == output) {
            return None;
        }
        folder.bound.push((input, output));
    }
    let packed = inputs.checked_sub(folder.bound.len())?;
    if packed == 1 {
        folder.packed =
            (0..inputs).filter(|at| !folder.bound.iter().any(|(input, _)| input == at)).collect();
    } else {
        for _ in 0..packed {
            folder
                .packed
                .push(usize::try_from(number(fields)?).ok().filter(|input| *input < inputs)?);
        }
    }
    Some(folder)
}

/// The length and checksum of each file of a folder.
type Parts = Vec<(u64, Option<u32>)>;

/// The files of each folder: how many, how long, their checksums.
fn parts(fields: &mut Fields<'_>, folders: &[Folder]) -> Option<Vec<Parts>> {
    let mut counts = vec![1_usize; folders.len()];
    let mut next = fields.u8()?;
    if next == 0x0D {
        for stated in &mut counts {
            *stated = count(fields)?;
        }
        next = fields.u8()?;
    }
    let mut found: Vec<Vec<(u64, Option<u32>)>> = Vec::new();
    let has_sizes = next == 0x09;
    for (folder, count) in folders.iter().zip(&counts) {
        let mut left = folder.size();
        let mut sizes = Vec::new();
        for _ in 1..*count {
            let size = if has_sizes { number(fields)? } else { return None };
            left = left.checked_sub(size)?;
            sizes.push((size, None));
        }
        if *count > 0 {
            sizes.push((left, if *count == 1 { folder.crc } else { None }));
        }
        found.push(sizes);
    }
    if has_sizes {
        next = fields.u8()?;
    }
    while next != 0 {
        if next != 0x0A {
            return None;
        }
        let mut missing: Vec<&mut Option<u32>> =
            found.iter_mut().flatten().map(|(_, crc)| crc).filter(|crc| crc.is_none()).collect();
        let given = checksums(fields, missing.len())?;
        missing.iter_mut().zip(given).for_each(|(crc, given)| **crc = given);
        next = fields.u8()?;
    }
    Some(found)
}

/// The files, and their names' bytes.
fn entries(fields: &mut Fields<'_>, most: u64) -> Option<(Vec<Entry>, Vec<u8>)> {
    let count = number(fields)?;
    // the least that a file takes is one bit
    if count > most.saturating_add(1) || count > (fields.rest().len() as u64).saturating_mul(8) {
        return None;
    }
    let count = usize::try_from(count).ok()?;
    let mut found = vec![Entry { has_stream: true, ..Entry::default() }; count];
    let mut names = Vec::new();
    loop {
        let property = number(fields)?;
        if property == 0 {
            return Some((found, names));
        }
        let size = usize::try_from(number(fields)?).ok()?;
        let mut body = Fields::new(fields.take(size)?);
        match property {
            0x0E => {
                let empty = flags(&mut body, count)?;
                found.iter_mut().zip(empty).for_each(|(entry, empty)| entry.has_stream = !empty);
            }
            0x0F | 0x10 => {
                let empty = found.iter_mut().filter(|entry| !entry.has_stream).collect::<Vec<_>>();
                let set = flags(&mut body, empty.len())?;
                for (entry, set) in empty.into_iter().zip(set) {
                    *(if property == 0x0F {
                        &mut entry.is_empty_file
                    } else {
                        &mut entry.is_anti
                    }) = set;
                }
            }
            0x11 if body.u8()? == 0 => {
                names = body.rest().to_vec();
                let mut at = 0;
                for entry in &mut found {
                    let length = names[at..].chunks_exact(2).position(|unit| unit == [0, 0])? * 2;
                    entry.name = at..at + length;
                    at += length + 2;
                }
            }
            0x14 => {
                let given = flags_or_all(&mut body, count)?;
                body.u8().filter(|elsewhere| *elsewhere == 0)?;
                for entry in
                    found.iter_mut().zip(given).filter_map(|(entry, given)| given.then_some(entry))
                {
                    entry.modified = windows_moment(body.u64()?);
                }
            }
            0x15 => {
                let given = flags_or_all(&mut body, count)?;
                body.u8().filter(|elsewhere| *elsewhere == 0)?;
                for entry in
                    found.iter_mut().zip(given).filter_map(|(entry, given)| given.then_some(entry))
                {
                    entry.attributes = body.u32()?;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_length() {
        for (bytes, value) in [
            (&b"\x05"[..], 5),
            (b"\x80\xff", 0xff),
            (b"\x81\x02", 0x102),
            (b"\xc0\x01\x02", 0x201),
            (b"\xff\x01\x02\x03\x04\x05\x06\x07\x08", 0x0807_0605_0403_0201),
            (b"\xfe\x01\x02\x03\x04\x05\x06\x07", 0x0007_0605_0403_0201),
        ] {
            assert_eq!(number(&mut Fields::new(bytes)), Some(value), "{bytes:x?}");
            assert_eq!(number(&mut Fields::new(&bytes[..bytes.len() - 1])), None, "{bytes:x?} cut");
        }
    }

    #[test]
    fn counts_are_compared_with_what_is_left() {
        let header = |files: &[u8]| [&[1, 5][..], files].concat();
        assert!(
            Header::parse(&header(b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f\0\0"), u64::MAX).is_none()
        );
        assert!(Header::parse(&header(b"\x03\0\0"), 1).is_none(), "more files than the limit");
        assert!(
            matches!(Header::parse(&header(b"\x01\0\0"), 9), Some(Header::Plain { entries, .. }) if entries.len() == 1)
        );
        let packed = b"\x17\x06\0\x7f\x09";
        assert!(Header::parse(packed, 9).is_none(), "more packed streams than bytes");
    }
}
