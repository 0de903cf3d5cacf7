//! The entries of a zip archive: from its central directory, or, if that is broken, from the local headers.

use super::read_at;
use crate::formats::archive::dos_moment;
use crate::out::Input;
use exhibit_model::Moment;
use std::io;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
const END_64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// One entry.
pub(super) struct Entry {
    /// The name exactly as stored.
    pub(super) name: Vec<u8>,
    /// The name in UTF-8 from an Info-ZIP Unicode path field.
    pub(super) unicode_name: Option<String>,
    /// The compression method.
    pub(super) method: u16,
    /// General purpose flags.
    pub(super) flags: u16,
    /// CRC-32 of the content.
    pub(super) crc: u32,
    /// Bytes of the packed content.
    pub(super) packed: u64,
    /// The stated length of the content in bytes.
    pub(super) size: u64,
    /// Time and date in MS-DOS form, time first.
    pub(super) dos_time: (u16, u16),
    /// Modification time: in UTC if an extra field states it, else local time of an unknown zone.
    pub(super) modified: Option<Moment>,
    /// The system that made the entry, by whose rules its name is written; 0 is DOS.
    pub(super) host: u8,
    /// External attributes: a Unix mode in the upper half.
    pub(super) attributes: u32,
    /// The AES extra field, if there is one.
    pub(super) aes: Option<[u8; 7]>,
    /// Where the packed content begins.
    pub(super) data: Data,
}

/// Where an entry's packed content begins.
#[derive(Clone, Copy)]
pub(super) enum Data {
    /// After the local header at this offset.
    AfterHeader(u64),
    /// At this offset.
    At(u64),
}

impl Entry {
    /// Whether it is a directory entry.
    pub(super) fn is_directory(&self) -> bool {
        self.size == 0
            && (self.name.ends_with(b"/")
                || (self.name.ends_with(b"\\") && self.attributes & 0x10 != 0))
    }

    /// Whether its name is written by the rules of DOS and Windows.
    pub(super) fn is_of_windows(&self) -> bool {
        matches!(self.host, 0 | 6 | 10 | 11 | 14)
    }

    /// Whether it is a symbolic link.
    pub(super) fn is_link(&self) -> bool {
        (self.attributes >> 16) & 0o170_000 == 0o120_000
    }
}

/// Iterates over an archive's entries.
pub(super) struct Directory {
    size: u64,
    source: Source,
    at: u64,
    comment: Vec<u8>,
    split: bool,
    stated: u64,
    found: u64,
    scan_end: u64,
    /// Where the end record and its comment end.
    end: u64,
}

#[derive(Clone, Copy)]
enum Source {
    /// The central directory: where it starts and ends, and the error of its stated offsets.
    Central { start: u64, end: u64, shift: u64 },
    /// The local headers, searched for from the start of the file.
    Local,
}

impl Directory {
    /// Finds the directory of an archive of `size` bytes.
    ///
    /// # Errors
    /// An I/O error of the input.
    pub(super) fn open(input: &mut dyn Input, size: u64) -> io::Result<Self> {
        let mut directory = Self {
            size,
            source: Source::Local,
            at: 0,
            comment: Vec::new(),
            split: false,
            stated: 0,
            found: 0,
            scan_end: size,
            end: size,
        };
        let tail_at = size.saturating_sub(22 + (64 << 10));
        let tail = read_at(input, tail_at, 22 + (64 << 10))?;
        for at in (0..tail.len().saturating_sub(21)).rev() {
            if tail[at..].starts_with(&END)
                && directory.take_end(input, &tail[at..], tail_at + at as u64)?
            {
                break;
            }
        }
        directory.rewind();
        Ok(directory)
    }

    /// Accepts an end record if the directory that it points to exists.
    fn take_end(&mut self, input: &mut dyn Input, end: &[u8], at: u64) -> io::Result<bool> {
        let mut stated = u64::from(u16_at(end, 10));
        let mut length = u64::from(u32_at(end, 12));
        let mut start = u64::from(u32_at(end, 16));
        let mut directory_end = at;
        let split = u16_at(end, 4) != u16_at(end, 6) || u16_at(end, 8) != u16_at(end, 10);
        if let Some(wide) = end_64(input, at)? {
            (stated, length, start, directory_end) =
                (wide.stated, wide.length, wide.start, wide.at);
        }
        let Some(real_start) = directory_end.checked_sub(length).filter(|_| !split) else {
            self.split |= split;
            return Ok(false);
        };
        let begins = |bytes: &[u8]| stated == 0 || bytes.starts_with(&CENTRAL);
        let (start, shift) = if begins(&read_at(input, real_start, 4)?) {
            (real_start, real_start.wrapping_sub(start))
        } else if start < at && begins(&read_at(input, start, 4)?) {
            (start, 0)
        } else {
            return Ok(false);
        };
        let comment_size = usize::from(u16_at(end, 20));
        self.comment = end[22..].get(..comment_size).unwrap_or(&end[22..]).to_vec();
        self.stated = stated;
        self.end = (at + 22 + comment_size as u64).min(self.size);
        self.source = Source::Central { start, end: directory_end, shift };
        Ok(true)
    }

    /// Whether entries have to be searched for one by one.
    pub(super) fn is_damaged(&self) -> bool {
        matches!(self.source, Source::Local)
    }

    /// The number of bytes of the file that belong neither to the directory nor to these ranges, which entries occupy. After
    /// an entry may be a descriptor of its sizes.
    pub(super) fn unlisted(&self, ranges: &mut [std::ops::Range<u64>]) -> u64 {
        const DESCRIPTOR_BYTES: u64 = 24;
        let Source::Central { start, .. } = self.source else { return 0 };
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        let (mut unlisted, mut at) = (0, 0);
        for range in ranges.iter() {
            let gap = range.start.min(start).saturating_sub(at);
            unlisted += if at > 0 && gap <= DESCRIPTOR_BYTES { 0 } else { gap };
            at = at.max(range.end);
        }
        let gap = start.saturating_sub(at);
        unlisted += if at > 0 && gap <= DESCRIPTOR_BYTES { 0 } else { gap };
        unlisted + self.size.saturating_sub(self.end)
    }

    /// Whether the archive continues in other files.
    pub(super) fn is_split(&self) -> bool {
        self.split
    }

    /// The archive's comment.
    pub(super) fn comment(&self) -> &[u8] {
        &self.comment
    }

    /// The number of stated entries that were not found, after the last one.
    pub(super) fn missing(&self) -> u64 {
        self.stated.saturating_sub(self.found)
    }

    /// Rewinds to the first entry.
    pub(super) fn rewind(&mut self) {
        self.found = 0;
        self.at = match self.source {
            Source::Central { start, .. } => start,
            Source::Local => 0,
        };
    }

    /// The next entry.
    ///
    /// # Errors
    /// An I/O error of the input.
    pub(super) fn next(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        let entry = match self.source {
            Source::Central { end, shift, .. } => self.next_central(input, end, shift)?,
            Source::Local => self.next_local(input)?,
        };
        self.found += u64::from(entry.is_some());
        Ok(entry)
    }

    fn next_central(
        &mut self,
        input: &mut dyn Input,
        end: u64,
        shift: u64,
    ) -> io::Result<Option<Entry>> {
        if self.at >= end {
            return Ok(None);
        }
        let head = read_at(input, self.at, 46)?;
        if head.len() < 46 || !head.starts_with(&CENTRAL) {
            return Ok(None);
        }
        let sizes = [28, 30, 32].map(|at| usize::from(u16_at(&head, at)));
        let rest = read_at(input, self.at + 46, sizes.iter().sum())?;
        self.at += 46 + sizes.iter().sum::<usize>() as u64;
        let name = rest.get(..sizes[0]).unwrap_or(&rest).to_vec();
        let extra = rest.get(sizes[0]..sizes[0] + sizes[1]).unwrap_or_default();
        let mut entry = Entry::of_fields(&head[8..], name);
        entry.host = head[5];
        entry.attributes = u32_at(&head, 38);
        let mut header = u64::from(u32_at(&head, 42));
        entry.take_extra(extra, Some(&mut header));
        entry.data = Data::AfterHeader(header.wrapping_add(shift));
        Ok(Some(entry))
    }

    fn next_local(&mut self, input: &mut dyn Input) -> io::Result<Option<Entry>> {
        while let Some(at) = find(input, &[LOCAL], self.at, self.size)? {
            let head = read_at(input, at, 30)?;
            self.at = at + 4;
            if head.len() < 30 || u16_at(&head, 4) & 0xFF > 100 || u16_at(&head, 26) == 0 {
                continue;
            }
            let (name_size, extra_size) =
                (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
            let rest = read_at(input, at + 30, name_size + extra_size)?;
            let Some(name) = rest.get(..name_size).filter(|name| !name.contains(&0)) else {
                continue;
            };
            let data = at + 30 + (name_size + extra_size) as u64;
            let mut entry = Entry::of_fields(&head[6..], name.to_vec());
            entry.take_extra(rest.get(name_size..).unwrap_or_default(), None);
            entry.data = Data::At(data);
            if entry.flags & 8 != 0 && entry.packed == 0 {
                self.find_packed_end(input, data, &mut entry)?;
            }
            self.at = data.saturating_add(entry.packed).min(self.size).max(at + 4);
            if data.saturating_add(entry.packed) > self.size {
                self.at = data.min(self.size);
            }
            return Ok(Some(entry));
        }
        Ok(None)
    }

    /// Finds the end of content whose size follows it, by the descriptor that states the distance to it.
    fn find_packed_end(
        &mut self,
        input: &mut dyn Input,
        data: u64,
        entry: &mut Entry,
    ) -> io::Result<()> {
        if self.scan_end <= data {
            entry.packed = self.size - data.min(self.size);
            return Ok(());
        }
        let mut from = data;
        while let Some(at) = find(input, &[DESCRIPTOR, LOCAL, CENTRAL], from, self.size)? {
            let found = read_at(input, at, 24)?;
            if !found.starts_with(&DESCRIPTOR) {
                entry.packed = at - data;
                return Ok(());
            }
            if found.len() >= 16 && u64::from(u32_at(&found, 8)) == at - data {
                entry.crc = u32_at(&found, 4);
                entry.packed = at - data;
                entry.size = u64::from(u32_at(&found, 12));
                return Ok(());
            }
            from = at + 4;
        }
        entry.packed = self.size.saturating_sub(data);
        self.scan_end = data;
        Ok(())
    }
}

impl Entry {
    /// The fields that local and central headers share, from `flags` on.
    fn of_fields(fields: &[u8], name: Vec<u8>) -> Self {
        let dos_time = (u16_at(fields, 4), u16_at(fields, 6));
        Self {
            name,
            unicode_name: None,
            flags: u16_at(fields, 0),
            method: u16_at(fields, 2),
            dos_time,
            modified: dos_moment(dos_time),
            crc: u32_at(fields, 8),
            packed: u64::from(u32_at(fields, 12)),
            size: u64::from(u32_at(fields, 16)),
            host: 3,
            attributes: 0,
            aes: None,
            data: Data::At(0),
        }
    }

    /// Parses the relevant extra fields; `header` is the local header's offset if it may be 64 bits wide.
    fn take_extra(&mut self, mut extra: &[u8], mut header: Option<&mut u64>) {
        while extra.len() >= 4 {
            let length = usize::from(u16_at(extra, 2));
            let Some(body) = extra.get(4..4 + length) else { return };
            match u16_at(extra, 0) {
                0x0001 => self.take_wide(body, header.as_deref_mut()),
                0x5455 if length >= 5 && body[0] & 1 == 1 => {
                    self.modified =
                        Some(Moment(i64::from(u32_at(body, 1).cast_signed()) * 1_000_000));
                }
                0x000A if length >= 32 && u16_at(body, 4) == 1 => {
                    let ticks = u64_at(body, 8);
                    let micros = i64::try_from(ticks / 10).ok().map(|m| m - 11_644_473_600_000_000);
                    self.modified = micros.filter(|_| ticks > 0).map(Moment).or(self.modified);
                }
                0x7075 if length > 5 => {
                    let text = std::str::from_utf8(&body[5..]).ok().map(str::to_owned);
                    self.unicode_name = text.filter(|_| u32_at(body, 1) == crc32(&self.name));
                }
                0x9901 => self.aes = body.try_into().ok(),
                _ => {}
            }
            extra = &extra[4 + length..];
        }
    }

    /// The sizes, and the offset of the local header, that do not fit 32 bits.
    fn take_wide(&mut self, body: &[u8], header: Option<&mut u64>) {
        let wide = |value: u64| value == u64::from(u32::MAX);
        let fields =
            [wide(self.size), wide(self.packed), header.as_deref().is_some_and(|h| wide(*h))];
        let mut at = 0;
        let mut next = |present: bool| {
            let value = (present && body.len() >= at + 8).then(|| u64_at(body, at));
            at += if value.is_some() { 8 } else { 0 };
            value
        };
        let [size, packed, place] = fields.map(&mut next);
        self.size = size.unwrap_or(self.size);
        self.packed = packed.unwrap_or(self.packed);
        if let (Some(header), Some(place)) = (header, place) {
            *header = place;
        }
    }
}

/// The fields of a zip64 end record, and its position.
struct End64 {
    stated: u64,
    length: u64,
    start: u64,
    at: u64,
}

/// The zip64 end record whose locator is directly before the end record at `end`.
fn end_64(input: &mut dyn Input, end: u64) -> io::Result<Option<End64>> {
    let Some(locator_at) = end.checked_sub(20) else { return Ok(None) };
    let locator = read_at(input, locator_at, 20)?;
    if !locator.starts_with(&END_64_LOCATOR) {
        return Ok(None);
    }
    let usual = locator_at.checked_sub(56);
    for at in [Some(u64_at(&locator, 8)), usual].into_iter().flatten() {
        let record = read_at(input, at, 56)?;
        if record.len() == 56 && record.starts_with(&END_64) {
            let [stated, length, start] = [32, 40, 48].map(|field| u64_at(&record, field));
            return Ok(Some(End64 { stated, length, start, at }));
        }
    }
    Ok(None)
}

/// The first offset from `from` where one of the signatures occurs.
fn find(
    input: &mut dyn Input,
    signatures: &[[u8; 4]],
    from: u64,
    size: u64,
) -> io::Result<Option<u64>> {
    const STEP: usize = 64 << 10;
    let mut at = from;
    while at < size {
        let bytes = read_at(input, at, STEP + 3)?;
        if bytes.len() < 4 {
            return Ok(None);
        }
        let mut start = 0;
        while let Some(p) = bytes[start..].iter().position(|b| *b == b'P').map(|p| p + start) {
            if signatures.iter().any(|signature| bytes[p..].starts_with(signature)) {
                return Ok(Some(at + p as u64));
            }
            start = p + 1;
        }
        at += STEP as u64;
    }
    Ok(None)
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
