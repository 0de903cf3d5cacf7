//! Shared by the readers of archives: bounded fields, ranges of a file, members of a stated size, times.
//!
//! An archive's headers are read into memory within a limit; its content is streamed. A range that a header states is
//! cut to what the file has, and what is missing is an error at the place where it is missing.

mod chained;

pub(crate) use chained::Decrypted;

use crate::out::{Input, Out, Stop};
use exhibit_model::{Detail, MemberEnd, Moment, NoteCode, Reason};
use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// The fields of a header, read one after the other; `None` once it ends.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes not read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// The bytes up to a NUL, which is skipped.
    pub(crate) fn text(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|b| *b == 0)?;
        let text = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Some(text)
    }
}

/// The size of the input, which becomes the base of the limits on its members.
pub(crate) fn begin(input: &mut dyn Input, out: &mut Out<'_>) -> Result<u64, Reason> {
    match input.seek(SeekFrom::End(0)) {
        Ok(size) => {
            out.container_size(size);
            Ok(size)
        }
        Err(error) => Err(Reason::cannot_read(&error)),
    }
}

/// Reads `len` bytes at `at`, or as many as are available.
pub(crate) fn read_at(input: &mut dyn Input, at: u64, len: u64) -> io::Result<Vec<u8>> {
    input.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    input.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file that several readers read at places of their own.
#[derive(Clone)]
pub(crate) struct Shared<'a>(Rc<RefCell<&'a mut dyn Input>>);

impl<'a> Shared<'a> {
    pub(crate) fn new(input: &'a mut dyn Input) -> Self {
        Self(Rc::new(RefCell::new(input)))
    }

    /// A reader of a range of the file.
    pub(crate) fn range(&self, at: u64, len: u64) -> Range<'a> {
        Range { file: self.clone(), at, left: len }
    }
}

/// A range of a file.
pub(crate) struct Range<'a> {
    file: Shared<'a>,
    at: u64,
    left: u64,
}

impl Read for Range<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let mut file = self.file.0.borrow_mut();
        file.seek(SeekFrom::Start(self.at))?;
        let count = file.read(&mut buffer[..most])?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// Readers one after the other, the first at the end of the list.
pub(crate) struct Parts<R>(Vec<R>);

impl<R> Parts<R> {
    pub(crate) fn new(parts: Vec<R>) -> Self {
        Self(parts)
    }
}

impl<R: Read> Read for Parts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(part) = self.0.last_mut() {
            let count = part.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            self.0.pop();
        }
        Ok(0)
    }
}

/// Reads exactly this number of bytes, which the archive states of a member; fewer are an error.
pub(crate) struct Exactly<R> {
    inner: R,
    left: u64,
    crc: flate2::Crc,
}

impl<R: Read> Exactly<R> {
    pub(crate) fn new(inner: R, size: u64) -> Self {
        Self { inner, left: size, crc: flate2::Crc::new() }
    }

    /// The CRC-32 of what was read, if that is all.
    pub(crate) fn crc(&self) -> Option<u32> {
        (self.left == 0).then(|| self.crc.sum())
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buffer[..most])?;
        self.crc.update(&buffer[..count]);
        self.left -= count as u64;
        if count == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(count) }
    }
}

/// What was found of the members beside their content.
#[derive(Default)]
pub(crate) struct Findings {
    /// Members that do not match their checksums.
    pub(crate) checksums_wrong: u64,
    /// Bytes after the end of the archive.
    pub(crate) trailing: u64,
    /// Whether a password opened any of it.
    pub(crate) decrypted: bool,
}

impl Findings {
    /// Emits them as notes.
    pub(crate) fn emit(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.checksums_wrong > 0 {
            out.note(0, NoteCode::ChecksumsWrong { entries: self.checksums_wrong })?;
        }
        if self.trailing > 0 {
            out.note(0, NoteCode::TrailingBytes { bytes: Some(self.trailing) })?;
        }
        if self.decrypted { out.note(0, NoteCode::Decrypted) } else { Ok(()) }
    }
}

/// Emits the content of the current member and ends it, from a reader that has exactly that: unpacked, and compared with
/// its CRC-32 if the archive states one. What precedes damage is kept.
pub(crate) fn emit_content(
    content: impl Read,
    size: u64,
    crc: Option<u32>,
    findings: &mut Findings,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let mut content = Exactly::new(content, size);
    out.member_from_or(&mut content, |bytes, error| end_of(bytes, &error))?;
    findings.checksums_wrong +=
        u64::from(content.crc().zip(crc).is_some_and(|(found, stated)| found != stated));
    Ok(())
}

/// How a member ends whose content cannot be read beyond some bytes.
pub(crate) fn end_of(bytes: u64, error: &io::Error) -> MemberEnd {
    match bytes {
        0 if error.kind() == io::ErrorKind::UnexpectedEof => {
            MemberEnd::Truncated(Reason::ArchiveEnds { bytes })
        }
        0 => MemberEnd::Failed(Reason::cannot_decompress(error)),
        bytes => MemberEnd::Truncated(Reason::DataDamaged { bytes, detail: Detail::of(error) }),
    }
}

/// Emits the content of the current member, which is a range of the file itself, and ends it.
pub(crate) fn emit_stored(
    input: &mut dyn Input,
    at: u64,
    size: u64,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    if let Err(error) = input.seek(SeekFrom::Start(at)) {
        return out.member_end(MemberEnd::Failed(Reason::cannot_read(&error)));
    }
    out.member_from_or(&mut Exactly::new(input, size), |bytes, error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            MemberEnd::Truncated(Reason::ArchiveEnds { bytes })
        } else {
            MemberEnd::Failed(Reason::cannot_read(&error))
        }
    })
}

/// The part of a file from an offset on, as a file of its own: an archive behind a program that unpacks it.
pub(crate) struct Rest<'a> {
    input: &'a mut dyn Input,
    start: u64,
}

impl<'a> Rest<'a> {
    pub(crate) fn new(input: &'a mut dyn Input, start: u64) -> io::Result<Self> {
        input.seek(SeekFrom::Start(start))?;
        Ok(Self { input, start })
    }
}

impl Read for Rest<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

impl Seek for Rest<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => {
                self.input.seek(SeekFrom::Start(at.saturating_add(self.start)))?
            }
            other => self.input.seek(other)?,
        };
        at.checked_sub(self.start).ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }
}

/// The number of a volume of an archive that was split into files, by a name such as `a.7z.002`; the first is 1.
pub(crate) fn volume_number(name: &[u8]) -> Option<u32> {
    let ending = crate::identify::ending(name);
    let stem = name.len().checked_sub(ending.len() + 1).filter(|_| ending.len() == 3)?;
    if ending.bytes().all(|b| b.is_ascii_digit()) {
        // a version or a year is no volume: what is split names its own format before the number
        let inner = crate::identify::ending(&name[..stem]);
        let known = matches!(
            inner.as_str(),
            "7z" | "zip" | "rar" | "tar" | "gz" | "tgz" | "iso" | "img" | "exe" | "xz" | "bz2"
        );
        return ending.parse().ok().filter(|number| *number > 0 && known);
    }
    let (kind, digits) = ending.split_at_checked(1)?;
    let number: u32 = digits.parse().ok()?;
    match kind {
        "z" => Some(number),
        "r" => Some(number + 2),
        _ => None,
    }
}

/// Whether a file is the rest of an archive that begins in another file, by its name.
pub(crate) fn is_later_volume(name: &[u8]) -> bool {
    volume_number(name).is_some_and(|number| number > 1)
}

/// The time of an MS-DOS time and date, in an unknown zone.
pub(crate) fn dos_moment((time, date): (u16, u16)) -> Option<Moment> {
    let field = |value: u16, shift: u32, bits: u32| u32::from(value >> shift) & ((1 << bits) - 1);
    let year = 1980 + i64::from(field(date, 9, 7));
    let second = field(time, 0, 5) * 2;
    Moment::from_civil(
        year,
        field(date, 5, 4),
        field(date, 0, 5),
        field(time, 11, 5),
        field(time, 5, 6),
        second,
    )
}

/// The time of a Windows time: ticks of 100 nanoseconds since 1601, in UTC.
pub(crate) fn windows_moment(ticks: u64) -> Option<Moment> {
    let micros = i64::try_from(ticks / 10).ok()?.checked_sub(11_644_473_600_000_000)?;
    (ticks > 0).then_some(Moment(micros))
}

/// The time of a number of seconds since 1970, in UTC.
pub(crate) fn unix_moment(seconds: i64) -> Option<Moment> {
    seconds.checked_mul(1_000_000).map(Moment)
}

/// A CRC-32 of some bytes.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn fields_end_where_the_header_ends() {
        let mut fields = Fields::new(b"\x01\x02\x03\x04\x05ab\0c");
        assert_eq!((fields.u8(), fields.u32()), (Some(1), Some(0x0504_0302)));
        assert_eq!(fields.text(), Some(&b"ab"[..]));
        assert_eq!((fields.text(), fields.u16(), fields.rest()), (None, None, &b"c"[..]));
        assert_eq!(fields.take(usize::MAX), None);
    }

    #[test]
    fn ranges_of_one_file_do_not_disturb_each_other() {
        let mut file = Cursor::new(b"0123456789".to_vec());
        let shared = Shared::new(&mut file);
        let (mut one, mut other) = (shared.range(2, 3), shared.range(8, 100));
        let mut byte = [0];
        let mut read = |range: &mut Range<'_>| {
            range.read(&mut byte).map(|count| (count, byte[0])).expect("a cursor")
        };
        assert_eq!(
            (read(&mut one), read(&mut other), read(&mut one)),
            ((1, b'2'), (1, b'8'), (1, b'3'))
        );
        assert_eq!(
            (read(&mut other), read(&mut other).0, read(&mut one)),
            ((1, b'9'), 0, (1, b'4'))
        );
        assert_eq!(read(&mut one).0, 0);
    }

    #[test]
    fn the_rest_of_a_file_has_offsets_of_its_own() {
        let mut file = Cursor::new(b"0123456789".to_vec());
        let mut rest = Rest::new(&mut file, 4).expect("a cursor");
        assert_eq!(rest.seek(SeekFrom::End(0)).expect("an end"), 6);
        assert_eq!(rest.seek(SeekFrom::Start(2)).expect("a place"), 2);
        let mut bytes = Vec::new();
        rest.read_to_end(&mut bytes).expect("bytes");
        assert_eq!(bytes, b"6789");
        assert!(rest.seek(SeekFrom::End(-8)).is_err());
    }

    #[test]
    fn volumes_by_their_names() {
        for (name, number) in [
            ("a.7z.001", Some(1)),
            ("folder/名单.zip.012", Some(12)),
            ("a.z03", Some(3)),
            ("a.r00", Some(2)),
            ("report.001", None),
            ("v1.2.003", None),
            ("a.7z.000", None),
            ("a.7z", None),
            (".001", None),
        ] {
            assert_eq!(volume_number(name.as_bytes()), number, "{name}");
        }
    }

    #[test]
    fn times_of_archives() {
        assert_eq!(dos_moment((0x6000, 0x58c1)), Moment::from_civil(2024, 6, 1, 12, 0, 0));
        assert_eq!(
            windows_moment(133_617_168_000_000_000),
            Moment::from_civil(2024, 6, 1, 12, 0, 0)
        );
        assert_eq!((windows_moment(0), unix_moment(i64::MAX)), (None, None));
    }
}
