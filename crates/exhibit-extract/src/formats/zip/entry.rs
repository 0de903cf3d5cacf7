//! The content of one entry: found, decrypted, unpacked, its checksum checked against the directory.
//!
//! The zip crate is given a header built here from the directory's fields, so that a false local header, or
//! fields that only the directory has, make no difference.

use super::directory::{Data, Entry, u16_at};
use super::read_at;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Detail, MemberEnd, Reason};
use std::cell::Cell;
use std::io::{self, Cursor, Read, SeekFrom};
use std::ops::Range;
use zip::ZipReadOptions;
use zip::read::{ZipFile, read_zipfile_from_stream_with_options};
use zip::result::{ZipError, ZipResult};

/// The number of bytes unpacked to test whether a password is correct.
const TRIED: u64 = 1 << 20;

/// What was found of entries beside their content.
#[derive(Default)]
pub(super) struct Findings {
    /// Entries that do not match their checksums.
    pub(super) checksums_wrong: u64,
    /// Entries with another name in front of their content than in the directory.
    pub(super) names_differ: u64,
    /// The bytes of the file that entries occupy.
    pub(super) ranges: Vec<Range<u64>>,
}

impl Findings {
    /// Notes what precedes the content of an entry, and where it is.
    pub(super) fn examine(&mut self, entry: &Entry, input: &mut dyn Input) -> io::Result<()> {
        let Data::AfterHeader(at) = entry.data else { return Ok(()) };
        let head = read_at(input, at, 30 + entry.name.len())?;
        if head.len() < 30 || !head.starts_with(b"PK\x03\x04") {
            return Ok(());
        }
        let (name, extra) = (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
        // the directory may be encrypted, and names then be masked in the headers
        let masked = entry.flags & 0x2000 != 0;
        let same = name == entry.name.len() && head.get(30..) == Some(&entry.name[..]);
        self.names_differ += u64::from(!masked && !same);
        self.ranges.push(at..(at + (30 + name + extra) as u64).saturating_add(entry.packed));
        Ok(())
    }
}

/// Emits the content of an entry whose member was started, and ends it. Content that does not match its checksum is whole
/// as far as anybody can tell; of content that cannot be unpacked to its end, the beginning is kept.
pub(super) fn emit(
    entry: &Entry,
    input: &mut dyn Input,
    passwords: &[String],
    findings: &mut Findings,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let data = match data_start(entry, input) {
        Ok(Some(data)) => data,
        Ok(None) => {
            return out.member_end(MemberEnd::Failed(Reason::HeaderMissing));
        }
        Err(error) => return out.member_end(MemberEnd::Failed(Reason::cannot_read(&error))),
    };
    let password = if entry.flags & 1 == 1 {
        match find_password(entry, data, input, passwords) {
            Ok(Some(password)) => Some(password),
            Ok(None) => return out.member_end(MemberEnd::Encrypted),
            Err(end) => return out.member_end(end),
        }
    } else {
        None
    };
    let done = Cell::new(false);
    let mut packed = Packed::new(entry, data, input, &done);
    match unpack(entry, &mut packed, password.as_deref(), false) {
        Ok(content) => {
            let mut content = Summed { inner: content, crc: flate2::Crc::new(), ended: false };
            let result = out.member_from_or(&mut content, |bytes, error| match bytes {
                0 => MemberEnd::Failed(Reason::cannot_decompress(&error)),
                bytes => {
                    MemberEnd::Truncated(Reason::DataDamaged { bytes, detail: Detail::of(&error) })
                }
            });
            done.set(true);
            findings.checksums_wrong +=
                u64::from(content.ended && has_checksum(entry) && content.crc.sum() != entry.crc);
            result
        }
        Err(error) => out.member_end(end_of(&error)),
    }
}

/// Whether the checksum of an entry is known: streamed entries state it after their content, and those in the second form
/// of AES encryption state none.
fn has_checksum(entry: &Entry) -> bool {
    let streamed = entry.crc == 0 && entry.flags & 8 != 0 && matches!(entry.data, Data::At(_));
    let second_form = entry.aes.is_some_and(|aes| u16::from_le_bytes([aes[0], aes[1]]) == 2);
    !streamed && !second_form
}

/// Computes the checksum of what is read.
struct Summed<R> {
    inner: R,
    crc: flate2::Crc,
    ended: bool,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.crc.update(&buffer[..count]);
        self.ended |= count == 0 && !buffer.is_empty();
        Ok(count)
    }
}

/// The target of a symbolic link, as stored.
pub(super) fn link_target(entry: &Entry, input: &mut dyn Input) -> Option<Vec<u8>> {
    let data = data_start(entry, input).ok().flatten()?;
    let done = Cell::new(false);
    let mut packed = Packed::new(entry, data, input, &done);
    let mut target = Vec::new();
    let mut content = unpack(entry, &mut packed, None, true).ok()?.take(4096);
    let read = content.read_to_end(&mut target);
    done.set(true);
    read.ok().map(|_| target)
}

/// Where the packed bytes begin; `None` if no local header precedes them.
fn data_start(entry: &Entry, input: &mut dyn Input) -> io::Result<Option<u64>> {
    match entry.data {
        Data::At(at) => Ok(Some(at)),
        Data::AfterHeader(at) => {
            let head = read_at(input, at, 30)?;
            let sizes = u64::from(u16_at(&head, 26)) + u64::from(u16_at(&head, 28));
            Ok((head.len() == 30 && head.starts_with(b"PK\x03\x04")).then(|| at + 30 + sizes))
        }
    }
}

/// The first password that unpacks the beginning of the entry; the member's end if no password applies.
fn find_password(
    entry: &Entry,
    data: u64,
    input: &mut dyn Input,
    passwords: &[String],
) -> Result<Option<Vec<u8>>, MemberEnd> {
    if entry.flags & 0x40 != 0 && entry.aes.is_none() {
        // no password that is known here opens it, but encrypted it is
        return Err(MemberEnd::Encrypted);
    }
    for password in passwords.iter().flat_map(|password| byte_forms(password)) {
        let done = Cell::new(false);
        let mut packed = Packed::new(entry, data, input, &done);
        let tried = match unpack(entry, &mut packed, Some(&password), true) {
            Ok(content) => {
                let mut beginning = content.take(TRIED);
                let tried = io::copy(&mut beginning, &mut io::sink());
                done.set(true);
                tried.is_ok()
            }
            Err(
                error @ (ZipError::CompressionMethodNotSupported(_) | ZipError::InvalidArchive(_)),
            ) => {
                return Err(end_of(&error));
            }
            Err(_) => false,
        };
        if tried {
            return Ok(Some(password));
        }
    }
    Ok(None)
}

/// A password in the byte encodings that archivers use: UTF-8, and those of Chinese, Japanese and Russian Windows.
fn byte_forms(password: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![password.as_bytes().to_vec()];
    if !password.is_ascii() {
        for encoding in
            [encoding_rs::GBK, encoding_rs::BIG5, encoding_rs::WINDOWS_1251, encoding_rs::SHIFT_JIS]
        {
            let (bytes, _, lossy) = encoding.encode(password);
            if !lossy {
                forms.push(bytes.into_owned());
            }
        }
    }
    forms
}

/// Starts unpacking an entry; `check` is whether content that does not match its checksum is an error.
fn unpack<'a, 'b>(
    entry: &Entry,
    packed: &'a mut Packed<'b>,
    password: Option<&'a [u8]>,
    check: bool,
) -> ZipResult<ZipFile<'a, Packed<'b>>> {
    let method = if entry.method == 99 {
        entry.aes.map_or(99, |aes| u16::from_le_bytes([aes[5], aes[6]]))
    } else {
        entry.method
    };
    if !matches!(method, 0 | 8 | 9 | 12 | 14 | 93 | 95) {
        return Err(ZipError::CompressionMethodNotSupported(method));
    }
    let mut options = ZipReadOptions::new()
        .password(password)
        .override_compressed_size(entry.packed)
        .override_crc(entry.crc)
        .ignore_crc32(!check || !has_checksum(entry));
    if method == 14 {
        options = options.override_uncompressed_size(entry.size);
    }
    read_zipfile_from_stream_with_options(packed, options)?.ok_or(ZipError::FileNotFound)
}

fn end_of(error: &ZipError) -> MemberEnd {
    match error {
        ZipError::CompressionMethodNotSupported(method) => {
            MemberEnd::Unsupported(Reason::CompressionMethod { method: u64::from(*method) })
        }
        ZipError::InvalidPassword => MemberEnd::Encrypted,
        ZipError::UnsupportedArchive(text) => {
            MemberEnd::Unsupported(Reason::ZipFeature { detail: Detail::of(text) })
        }
        error => MemberEnd::Failed(Reason::CannotDecompress {
            os_error: None,
            detail: Detail::of(error),
        }),
    }
}

/// A header, then the packed bytes; ends once `done`, so that the rest of an entry is not read needlessly.
struct Packed<'a> {
    header: Cursor<Vec<u8>>,
    input: &'a mut dyn Input,
    at: u64,
    placed: bool,
    left: u64,
    done: &'a Cell<bool>,
}

impl<'a> Packed<'a> {
    fn new(entry: &Entry, data: u64, input: &'a mut dyn Input, done: &'a Cell<bool>) -> Self {
        let header = Cursor::new(header(entry));
        Self { header, input, at: data, placed: false, left: entry.packed, done }
    }
}

impl Read for Packed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let of_header = self.header.read(buffer)?;
        if of_header > 0 || self.done.get() || buffer.is_empty() {
            return Ok(of_header);
        }
        if !self.placed {
            self.input.seek(SeekFrom::Start(self.at))?;
            self.placed = true;
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.input.read(&mut buffer[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// A local header for the entry: sizes after the content, so that the archive's stated sizes are not relied on. The old
/// encryption checks passwords against the time where sizes come after the content, else against the CRC (APPNOTE 6.1.6):
/// for entries of the latter kind, the header has the CRC and sizes from the directory.
fn header(entry: &Entry) -> Vec<u8> {
    let mut header = b"PK\x03\x04\x14\0".to_vec();
    let by_crc = entry.flags & 9 == 1 && entry.aes.is_none();
    let flags = if by_crc { entry.flags & !0x40 } else { entry.flags & !0x40 | 8 };
    for field in [flags, entry.method, entry.dos_time.0, entry.dos_time.1] {
        header.extend(field.to_le_bytes());
    }
    let stated = if by_crc { [u64::from(entry.crc), entry.packed, entry.size] } else { [0; 3] };
    for field in stated {
        header.extend(u32::try_from(field).unwrap_or(u32::MAX).to_le_bytes());
    }
    let extra = entry.aes.map(|aes| [&[1, 0x99, 7, 0][..], &aes[..]].concat()).unwrap_or_default();
    header.extend(1_u16.to_le_bytes());
    header.extend(u16::try_from(extra.len()).unwrap_or(0).to_le_bytes());
    header.push(b'x');
    header.extend(extra);
    header
}
