//! Headers of RAR 5 and 7: numbers of variable length, names in UTF-8, records of extra fields.

use super::{Block, Member, Method, Place, Seal};
use crate::formats::archive::{Fields, crc32, unix_moment, windows_moment};

/// The first bytes of an archive.
pub(super) const SIGNATURE: &[u8] = b"Rar!\x1a\x07\x01\x00";
/// Maximum bytes of a header, as the format states it.
pub(super) const MOST_HEADER: u64 = 2 << 20;

/// The encryption of all headers that follow.
pub(super) struct HeaderSeal {
    pub(super) salt: [u8; 16],
    pub(super) rounds: u8,
    pub(super) check: Option<[u8; 8]>,
}

/// The length of a whole header by its first bytes: checksum, length, and what the length counts.
pub(super) fn size(start: &[u8]) -> Option<u64> {
    let mut fields = Fields::new(start.get(4..)?);
    let before = fields.rest().len();
    let size = number(&mut fields)?;
    let own = (before - fields.rest().len()) as u64;
    (size > 0 && size <= MOST_HEADER).then_some(4 + own + size)
}

/// Parses a whole header; `None` if its checksum is wrong. The data that follow it are at `data`.
pub(super) fn block(header: &[u8], data: u64) -> Option<Block> {
    let mut fields = Fields::new(header);
    if fields.u32()? != crc32(fields.rest()) {
        return None;
    }
    number(&mut fields)?;
    let (kind, flags) = (number(&mut fields)?, number(&mut fields)?);
    let extra = if flags & 1 != 0 { usize::try_from(number(&mut fields)?).ok()? } else { 0 };
    let packed = if flags & 2 != 0 { number(&mut fields)? } else { 0 };
    let extra = Fields::new(header.get(header.len().checked_sub(extra)?..)?);
    match kind {
        1 => Some(Block::Main { sealed: false }),
        2 => {
            let mut member = file(&mut fields, flags, Place { at: data, packed })?;
            extras(extra, &mut member);
            Some(Block::File(Box::new(member)))
        }
        4 => {
            let (version, flags) = (number(&mut fields)?, number(&mut fields)?);
            let (rounds, salt) = (fields.u8()?, fields.take(16)?.try_into().ok()?);
            let check = if flags & 1 != 0 { fields.take(8)?.try_into().ok() } else { None };
            Some(Block::Sealed((version == 0).then_some(HeaderSeal { salt, rounds, check })))
        }
        5 => Some(Block::End { more: number(&mut fields)? & 1 != 0 }),
        _ => Some(Block::Other { packed }),
    }
}

/// A number in groups of seven bits, the lowest first.
fn number(fields: &mut Fields<'_>) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = fields.u8()?;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn file(fields: &mut Fields<'_>, flags: u64, place: Place) -> Option<Member> {
    let own = number(fields)?;
    let size = number(fields)?;
    let attributes = number(fields)?;
    let modified = if own & 2 != 0 { unix_moment(i64::from(fields.u32()?)) } else { None };
    let crc = if own & 4 != 0 { Some(fields.u32()?) } else { None };
    let packing = number(fields)?;
    let host = number(fields)?;
    let name_size = usize::try_from(number(fields)?).ok()?;
    let name = fields.take(name_size)?.to_vec();
    let version = packing & 0x3F;
    let base = (128_u64 << 10).checked_shl(u32::try_from(packing >> 10 & 0x1F).ok()?)?;
    let dictionary =
        if version == 0 { base } else { base.saturating_add(base / 32 * (packing >> 15 & 0x1F)) };
    let method = match (packing >> 7 & 7, version) {
        (0, _) => Method::Stored,
        (1..=5, 0 | 1) => Method::Packed50 { version: u8::try_from(version).ok()?, dictionary },
        (method, version) => Method::Unknown(version << 8 | method),
    };
    Some(Member {
        name,
        is_unicode: true,
        of_windows: false,
        modified,
        place,
        size: (own & 8 == 0).then_some(size),
        crc,
        method,
        solid: packing & 0x40 != 0,
        directory: own & 1 != 0,
        link: host == 1 && attributes & 0o170_000 == 0o120_000,
        target: None,
        seal: None,
        from_before: flags & 0x08 != 0,
        goes_on: flags & 0x10 != 0,
    })
}

/// The records behind a file's fields; one that is damaged ends them.
fn extras(mut extra: Fields<'_>, member: &mut Member) {
    while !extra.rest().is_empty() {
        let Some(record) =
            number(&mut extra).and_then(|size| extra.take(usize::try_from(size).ok()?))
        else {
            return;
        };
        let mut fields = Fields::new(record);
        let read = match number(&mut fields) {
            Some(1) => sealed(&mut fields, member),
            Some(3) => time(&mut fields, member),
            Some(5) => redirection(&mut fields, member),
            _ => Some(()),
        };
        if read.is_none() {
            return;
        }
    }
}

fn sealed(fields: &mut Fields<'_>, member: &mut Member) -> Option<()> {
    // whatever follows, its content cannot be read as it is
    member.seal = Some(Seal::Old);
    let (version, flags) = (number(fields)?, number(fields)?);
    let rounds = fields.u8()?;
    let (salt, start) = (fields.take(16)?.try_into().ok()?, fields.take(16)?.try_into().ok()?);
    let check = if flags & 1 != 0 { fields.take(8)?.try_into().ok() } else { None };
    if version == 0 {
        member.seal = Some(Seal::Five { salt, start, rounds, check });
    }
    if flags & 2 != 0 {
        // the checksum depends on the password
        member.crc = None;
    }
    Some(())
}

fn time(fields: &mut Fields<'_>, member: &mut Member) -> Option<()> {
    let flags = number(fields)?;
    if flags & 2 != 0 {
        let seconds = flags & 1 != 0;
        member.modified = if seconds {
            unix_moment(i64::from(fields.u32()?))
        } else {
            windows_moment(fields.u64()?)
        };
    }
    Some(())
}

fn redirection(fields: &mut Fields<'_>, member: &mut Member) -> Option<()> {
    let (kind, _) = (number(fields)?, number(fields)?);
    let size = usize::try_from(number(fields)?).ok()?;
    let target = String::from_utf8_lossy(fields.take(size)?).into_owned();
    member.link = matches!(kind, 1..=3);
    member.target = Some(target);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_length() {
        assert_eq!(number(&mut Fields::new(b"\x7f")), Some(127));
        assert_eq!(number(&mut Fields::new(b"\x81\x01")), Some(129));
        assert_eq!(number(&mut Fields::new(&[0xFF; 9])), None);
        assert_eq!(number(&mut Fields::new(&[0x80; 12])), None);
    }

    #[test]
    fn sizes_of_headers_are_bounded() {
        assert_eq!(size(b"\0\0\0\0\x0bxx"), Some(16));
        assert_eq!(size(b"\0\0\0\0\xff\xff\xff\x7fx"), None);
        assert_eq!(size(b"\0\0\0\0\0"), None);
    }
}
