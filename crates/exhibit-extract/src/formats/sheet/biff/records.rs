//! The stream of records: its version, its decryption, records with their continuations, texts in them.

use crate::formats::ole::rc4::{Header, xor_array};
use encoding_rs::Encoding;

pub(super) const BOF: [u16; 4] = [0x0009, 0x0209, 0x0409, 0x0809];
pub(super) const EOF: u16 = 0x000a;
pub(super) const CONTINUE: u16 = 0x003c;
const FILEPASS: u16 = 0x002f;

/// The generation of a stream's records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Version {
    Two,
    Three,
    Four,
    /// Excel 5 and 95.
    Five,
    /// Excel 97 to 2003.
    Eight,
}

impl Version {
    /// The version of a stream, by its first record.
    pub(super) fn of(stream: &[u8]) -> Option<Self> {
        let short = |at: usize| Some(u16::from_le_bytes(stream.get(at..at + 2)?.try_into().ok()?));
        match short(0)? {
            0x0009 => Some(Self::Two),
            0x0209 => Some(Self::Three),
            0x0409 => Some(Self::Four),
            // some programs write the version of an older record here
            0x0809 => match short(4)? {
                0x0200 | 0x0002 | 0x0007 => Some(Self::Two),
                0x0300 => Some(Self::Three),
                0x0400 => Some(Self::Four),
                0x0600 | 0x0800 => Some(Self::Eight),
                _ => Some(Self::Five),
            },
            _ => None,
        }
    }
}

/// Whether a stream was encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opened {
    Plain,
    Decrypted,
    Encrypted,
}

/// One record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'s> {
    pub(super) kind: u16,
    pub(super) at: usize,
    pub(super) data: &'s [u8],
}

/// Reads the records of a stream from an offset on.
#[derive(Clone, Debug)]
pub(super) struct Records<'s> {
    stream: &'s [u8],
    at: usize,
    /// Whether the last record is longer than the rest of the stream.
    pub(super) cut_short: bool,
}

impl<'s> Records<'s> {
    pub(super) fn new(stream: &'s [u8], at: usize) -> Self {
        Self { stream, at, cut_short: false }
    }

    /// The data of the records that continue the last one.
    pub(super) fn continuations(&mut self) -> Vec<&'s [u8]> {
        let mut parts = Vec::new();
        let mut next = self.clone();
        while let Some(record) = next.next().filter(|record| record.kind == CONTINUE) {
            parts.push(record.data);
            *self = next.clone();
        }
        parts
    }
}

impl<'s> Iterator for Records<'s> {
    type Item = Record<'s>;

    fn next(&mut self) -> Option<Record<'s>> {
        let header = self.stream.get(self.at..self.at.checked_add(4)?)?;
        let kind = u16::from_le_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let start = self.at + 4;
        let Some(data) = self.stream.get(start..start + length) else {
            self.cut_short = true;
            self.at = self.stream.len();
            return None;
        };
        let record = Record { kind, at: self.at, data };
        self.at = start + length;
        Some(record)
    }
}

/// Decrypts a stream in place if it is encrypted.
pub(super) fn open(stream: &mut [u8], passwords: &[String]) -> Opened {
    let header = Records::new(stream, 0).take(64).find(|record| record.kind == FILEPASS);
    let Some(header) = header.map(|record| record.data.to_vec()) else { return Opened::Plain };
    let stated = |at: usize| short(&header, at).unwrap_or(0);
    let eight = Version::of(stream) == Some(Version::Eight);
    if eight && stated(0) == 1 {
        let Some(key) = Header::read(&header[2..]).and_then(|header| header.key(passwords)) else {
            return Opened::Encrypted;
        };
        let mut mask = vec![0; stream.len()];
        key.decrypt(&mut mask, 1024);
        each_sealed(stream, |place, byte, _| byte ^ mask[place]);
        return Opened::Decrypted;
    }
    let (key, verifier) = if eight { (stated(2), stated(4)) } else { (stated(0), stated(2)) };
    let Some(array) = xor_array(key, verifier, passwords) else { return Opened::Encrypted };
    each_sealed(stream, |place, byte, length| byte.rotate_left(3) ^ array[(place + length) % 16]);
    Opened::Decrypted
}

// Changes each encrypted byte, by its place in the stream, and the length of its record.
fn each_sealed(stream: &mut [u8], change: impl Fn(usize, u8, usize) -> u8) {
    let mut at = 0;
    while let Some(header) = stream.get(at..at + 4) {
        let kind = u16::from_le_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_le_bytes([header[2], header[3]]));
        let start = at + 4;
        at = start + length;
        if let Some((first, count)) = sealed(kind, start, length)
            && let Some(bytes) = stream.get_mut(first..first + count)
        {
            bytes
                .iter_mut()
                .zip(first..)
                .for_each(|(byte, place)| *byte = change(place, *byte, length));
        }
    }
}

// The encrypted part of a record's data: records that are needed before the key is known are plain.
fn sealed(kind: u16, at: usize, length: usize) -> Option<(usize, usize)> {
    match kind {
        FILEPASS | 0x00e1 | 0x0138 | 0x0194 | 0x0195 | 0x0196 => None,
        kind if BOF.contains(&kind) => None,
        0x0085 => Some((at + length.min(4), length.saturating_sub(4))),
        _ => Some((at, length)),
    }
}

/// Reads values from the data of a record and its continuations.
pub(super) struct Data<'s> {
    parts: Vec<&'s [u8]>,
    part: usize,
    at: usize,
}

impl<'s> Data<'s> {
    pub(super) fn new(parts: Vec<&'s [u8]>) -> Self {
        Self { parts, part: 0, at: 0 }
    }

    fn byte(&mut self) -> Option<u8> {
        while self.at >= self.parts.get(self.part)?.len() {
            (self.part, self.at) = (self.part + 1, 0);
        }
        self.at += 1;
        self.parts[self.part].get(self.at - 1).copied()
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        Some(u32::from(self.short()?) | u32::from(self.short()?) << 16)
    }

    pub(super) fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let left = self.parts.get(self.part)?.len() - self.at;
            if left >= count {
                self.at += count;
                return Some(());
            }
            count -= left;
            (self.part, self.at) = (self.part + 1, 0);
        }
        Some(())
    }

    /// Characters of one or two bytes each. Where they continue in another part, that begins with its own flags.
    pub(super) fn characters(&mut self, count: usize, mut wide: bool) -> Option<String> {
        let mut units: Vec<u16> = Vec::new();
        while units.len() < count {
            if self.at >= self.parts.get(self.part)?.len() {
                (self.part, self.at) = (self.part + 1, 0);
                wide = self.byte()? & 1 == 1;
                continue;
            }
            let rest = &self.parts[self.part][self.at..];
            let size = if wide { 2 } else { 1 };
            let taken = (rest.len() / size).min(count - units.len());
            if taken == 0 {
                self.at += rest.len();
                continue;
            }
            let bytes = &rest[..taken * size];
            if wide {
                units.extend(
                    bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])),
                );
            } else {
                units.extend(bytes.iter().map(|byte| u16::from(*byte)));
            }
            self.at += bytes.len();
        }
        Some(String::from_utf16_lossy(&units))
    }

    /// A text with its formatting, as in the table of shared texts: the formatting and the readings are skipped.
    pub(super) fn rich_text(&mut self) -> Option<String> {
        let count = usize::from(self.short()?);
        let flags = self.byte()?;
        let runs = if flags & 8 == 0 { 0 } else { usize::from(self.short()?) };
        let readings = if flags & 4 == 0 { 0 } else { self.long()? as usize };
        let text = self.characters(count, flags & 1 == 1)?;
        self.skip(runs * 4)?;
        self.skip(readings)?;
        Some(text)
    }
}

/// A text of a record of any version: its length in `size` bytes, then of Excel 97 flags, then characters.
pub(super) fn text(
    data: &[u8],
    size: usize,
    version: Version,
    encoding: &'static Encoding,
) -> Option<String> {
    let count = if size == 1 { usize::from(*data.first()?) } else { usize::from(short(data, 0)?) };
    if version < Version::Eight {
        let bytes = data.get(size..)?;
        let bytes = &bytes[..bytes.len().min(count)];
        return Some(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    let wide = data.get(size)? & 1 == 1;
    let rest = data.get(size + 1..)?;
    let bytes = &rest[..rest.len().min(if wide { count * 2 } else { count })];
    Some(characters(bytes, wide))
}

/// Characters of UTF-16, or of its low bytes.
pub(super) fn characters(bytes: &[u8], wide: bool) -> String {
    if wide {
        let units: Vec<u16> =
            bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        String::from_utf16_lossy(&units)
    } else {
        bytes.iter().map(|byte| char::from(*byte)).collect()
    }
}

pub(super) fn short(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(super) fn long(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub(super) fn double(data: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(data.get(at..at.checked_add(8)?)?.try_into().ok()?))
}
