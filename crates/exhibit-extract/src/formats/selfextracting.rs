//! Programs that unpack an archive behind them: 7z, RAR, zip, cabinets. The archive is read as such; of the program
//! nothing is read but its first bytes, by which it is recognised.
//!
//! The archive is found by searching for the beginnings of archives whose own checks hold.

use super::archive::{Fields, Rest, crc32, read_at};
use super::{cabinet, rar, sevenz, zip};
use crate::out::{Input, Out, Stop};
use exhibit_model::{NoteCode, Reason, Request, Verdict};
use std::io::{self, SeekFrom};

/// Maximum bytes that are searched.
const SEARCHED: u64 = 256 << 20;
/// Bytes that are looked at once, and by how many these overlap.
const STEP: u64 = 1 << 20;
const OVERLAP: u64 = 64;

/// The format of the archive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Inner {
    SevenZip,
    Rar,
    Cabinet,
    Zip,
}

/// Whether an archive is behind a program.
pub(crate) fn is_one(input: &mut dyn Input) -> io::Result<bool> {
    find(input).map(|found| found.is_some())
}

/// Reads the archive.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let (start, inner) = match find(input) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(Verdict::Failed(Reason::NoEntries)),
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    out.note(0, NoteCode::SelfExtracting { bytes: start })?;
    let mut rest = match Rest::new(input, start) {
        Ok(rest) => rest,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    match inner {
        Inner::SevenZip => sevenz::read(&mut rest, request, out),
        Inner::Rar => rar::read(&mut rest, request, out),
        Inner::Cabinet => cabinet::read(&mut rest, out),
        Inner::Zip => zip::read(&mut rest, request, out),
    }
}

/// The first archive, and where it begins.
fn find(input: &mut dyn Input) -> io::Result<Option<(u64, Inner)>> {
    let size = input.seek(SeekFrom::End(0))?;
    if let Some(start) = zip::start_of_entries(input, size)? {
        return Ok((start > 0).then_some((start, Inner::Zip)));
    }
    let mut at = 0;
    while at < size.min(SEARCHED) {
        let bytes = read_at(input, at, STEP + OVERLAP)?;
        let most = usize::try_from(STEP).unwrap_or(usize::MAX).min(bytes.len());
        for place in (0..most).filter(|place| matches!(bytes[*place], b'7' | b'R' | b'M')) {
            if let Some(inner) = begins(&bytes[place..], size - at - place as u64) {
                return Ok(Some((at + place as u64, inner)));
            }
        }
        at += STEP;
    }
    Ok(None)
}

/// The format of an archive that begins with these bytes, of which there are `left`.
fn begins(bytes: &[u8], left: u64) -> Option<Inner> {
    if bytes.starts_with(b"7z\xBC\xAF\x27\x1C") {
        let stated = Fields::new(bytes.get(8..)?).u32()?;
        return (crc32(bytes.get(12..32)?) == stated).then_some(Inner::SevenZip);
    }
    if rar::begins(bytes) {
        return Some(Inner::Rar);
    }
    if bytes.starts_with(b"MSCF\0\0\0\0") {
        let mut fields = Fields::new(bytes.get(8..)?);
        let (size, gap, table) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (_, minor, major) = (fields.u32()?, fields.u8()?, fields.u8()?);
        let fits = u64::from(size) <= left && gap == 0 && table < size && (minor, major) == (3, 1);
        return fits.then_some(Inner::Cabinet);
    }
    None
}
