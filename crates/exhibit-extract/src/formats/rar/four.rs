//! Headers of RAR 1.5 to 4: blocks with a 16-bit checksum, names in an OEM charset or in a packed form of UTF-16.

use super::{Block, Member, Method, Place, Seal};
use crate::formats::archive::{Fields, crc32, dos_moment};

/// The first bytes of an archive.
pub(super) const SIGNATURE: &[u8] = b"Rar!\x1a\x07\x00";

/// A header's checksum, kind, flags and length.
pub(super) struct Start {
    pub(super) kind: u8,
    pub(super) flags: u16,
    pub(super) size: u64,
}

impl Start {
    /// Parses the first seven bytes of a header.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(bytes.get(2..)?);
        let (kind, flags, size) = (fields.u8()?, fields.u16()?, u64::from(fields.u16()?));
        ((0x72..=0x7B).contains(&kind) && size >= 7).then_some(Self { kind, flags, size })
    }
}

/// Parses a whole header; `None` if its checksum is wrong. The data that follow it are at `data`.
pub(super) fn block(bytes: &[u8], data: u64) -> Option<Block> {
    let Start { kind, flags, size } = Start::parse(bytes)?;
    let header = bytes.get(..usize::try_from(size).ok()?)?;
    // comments within old headers are not covered, and the checksum of the signature block is constant
    let covered = u16::try_from(crc32(&header[2..]) & 0xFFFF).ok()?;
    let old_comment = flags & 0x08 != 0 && matches!(kind, 0x73 | 0x74);
    if covered != u16::from_le_bytes([header[0], header[1]])
        && !(kind == 0x73 && flags & 0x02 != 0)
        && !old_comment
    {
        return None;
    }
    let mut fields = Fields::new(&header[7..]);
    match kind {
        0x73 => Some(Block::Main { sealed: flags & 0x80 != 0 }),
        0x7B => Some(Block::End { more: flags & 0x01 != 0 }),
        0x74 => file(&mut fields, flags, data).map(|member| Block::File(Box::new(member))),
        _ => {
            let packed = if flags & 0x8000 != 0 { u64::from(fields.u32()?) } else { 0 };
            Some(Block::Other { packed })
        }
    }
}

fn file(fields: &mut Fields<'_>, flags: u16, data: u64) -> Option<Member> {
    let (packed, size) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
    let (host, crc) = (fields.u8()?, fields.u32()?);
    let time = (fields.u16()?, fields.u16()?);
    let (version, method, name_size) = (fields.u8()?, fields.u8()?, usize::from(fields.u16()?));
    let attributes = fields.u32()?;
    let (packed_high, size_high) =
        if flags & 0x100 != 0 { (fields.u32()?, fields.u32()?) } else { (0, 0) };
    let stored_name = fields.take(name_size)?;
    let salt = if flags & 0x400 != 0 { Some(fields.take(8)?.to_vec()) } else { None };
    let (name, text) =
        if flags & 0x200 != 0 { unicode_name(stored_name) } else { (stored_name.to_vec(), false) };
    let unknown = size == u64::from(u32::MAX) && flags & 0x100 == 0;
    let link = match host {
        3 => attributes & 0o170_000 == 0o120_000,
        _ => attributes & 0x400 != 0,
    };
    let method = match (method, version) {
        (0x30, _) => Method::Stored,
        (0x31..=0x35, 0..=15) => Method::Packed15,
        (0x31..=0x35, 16..=26) => Method::Packed20,
        (0x31..=0x35, 27..=40) => Method::Packed29,
        _ => Method::Unknown(u64::from(version) << 8 | u64::from(method)),
    };
    let seal =
        (flags & 0x04 != 0).then_some(if version < 29 { Seal::Old } else { Seal::Three { salt } });
    Some(Member {
        name,
        is_unicode: text,
        of_windows: host != 3,
        modified: dos_moment(time),
        place: Place { at: data, packed: packed | u64::from(packed_high) << 32 },
        size: (!unknown).then_some(size | u64::from(size_high) << 32),
        crc: Some(crc),
        method,
        solid: flags & 0x10 != 0,
        directory: flags & 0xE0 == 0xE0,
        link,
        target: None,
        seal,
        from_before: flags & 0x01 != 0,
        goes_on: flags & 0x02 != 0,
    })
}

/// A name, and whether it is in UTF-8: after a NUL is its Unicode form, packed in relation to the bytes before it; without
/// one, the bytes are UTF-8 themselves.
fn unicode_name(stored: &[u8]) -> (Vec<u8>, bool) {
    let Some(end) = stored.iter().position(|b| *b == 0) else {
        return (stored.to_vec(), std::str::from_utf8(stored).is_ok());
    };
    let (plain, packed) = (&stored[..end], &stored[end + 1..]);
    match unpacked(plain, packed).map(|units| String::from_utf16_lossy(&units)) {
        Some(text) if !text.is_empty() => (text.into_bytes(), true),
        _ => (plain.to_vec(), false),
    }
}

/// The UTF-16 units of a packed name: two bits for each tell where its bytes come from.
fn unpacked(plain: &[u8], packed: &[u8]) -> Option<Vec<u16>> {
    let mut fields = Fields::new(packed);
    let high = u16::from(fields.u8()?) << 8;
    let mut units = Vec::new();
    let (mut flags, mut left) = (0_u8, 0);
    while !fields.rest().is_empty() && units.len() < 4096 {
        if left == 0 {
            flags = fields.u8()?;
            left = 4;
        }
        left -= 1;
        let kind = flags >> 6;
        flags <<= 2;
        match kind {
            0 => match fields.u8() {
                Some(byte) => units.push(u16::from(byte)),
                None => break,
            },
            1 => units.push(u16::from(fields.u8()?) | high),
            2 => units.push(fields.u16()?),
            _ => {
                let length = fields.u8()?;
                let (shift, high) = if length & 0x80 != 0 { (fields.u8()?, high) } else { (0, 0) };
                for _ in 0..u32::from(length & 0x7F) + 2 {
                    let byte = plain.get(units.len()).copied().unwrap_or(0);
                    units.push(u16::from(byte.wrapping_add(shift)) | high);
                }
            }
        }
    }
    Some(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unpacked_in_relation_to_their_bytes() {
        // two characters of the high byte 0x4e, then three letters taken from the plain name
        let stored = b"??.txt\0\x4e\x5c\x01\x02\x02";
        assert_eq!(unicode_name(stored), ("\u{4e01}\u{4e02}.txt".as_bytes().to_vec(), true));
        assert_eq!(unicode_name(b"a.txt\0"), (b"a.txt".to_vec(), false));
        assert_eq!(unicode_name("名.txt".as_bytes()), ("名.txt".as_bytes().to_vec(), true));
        assert_eq!(unpacked(b"", b"\x4e\x40"), None, "cut after the flags");
    }

    #[test]
    fn a_wrong_checksum_is_no_header() {
        let mut header = b"\0\0\x7b\0\x40\x07\0".to_vec();
        let sum = crc32(&header[2..]);
        header[..2].copy_from_slice(&sum.to_le_bytes()[..2]);
        assert!(matches!(block(&header, 7), Some(Block::End { more: false })));
        header[3] ^= 1;
        assert!(block(&header, 7).is_none());
        assert!(block(&header[..5], 7).is_none());
    }
}
