//! Archives of objects (`.iwa`): blocks compressed with Snappy, in which each object is a message of Protocol Buffers.
//!
//! Only the messages that store text are read, by the numbers of their types.

/// The maximum bytes of an archive once it is decompressed.
const MOST_BYTES: usize = 256 << 20;
/// Messages that store a text with its formatting.
const STORAGE: [u64; 2] = [2001, 2005];
/// Messages that store the values of a table's cells by number.
const CELL_LIST: u64 = 6005;

/// The texts in an archive, and whether all of it was read.
pub(super) fn texts(bytes: &[u8]) -> (Vec<String>, bool) {
    let (bytes, whole) = decompressed(bytes);
    let mut found = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let Some((header, after)) = delimited(rest) else { return (found, false) };
        rest = after;
        for info in fields(header).filter(|(number, _)| *number == 2) {
            let Field::Bytes(info) = info.1 else { continue };
            let number = |wanted: u64| {
                fields(info).find_map(|(number, field)| match field {
                    Field::Number(value) if number == wanted => Some(value),
                    _ => None,
                })
            };
            let (kind, length) = (number(1).unwrap_or(0), number(3).unwrap_or(0));
            let Some((message, after)) =
                usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length))
            else {
                return (found, false);
            };
            rest = after;
            if STORAGE.contains(&kind) {
                found.extend(strings(message, 3).map(clean).filter(|text| !text.trim().is_empty()));
            } else if kind == CELL_LIST {
                let entries = fields(message).filter(|(number, _)| *number == 3);
                found.extend(entries.filter_map(|(_, entry)| match entry {
                    Field::Bytes(entry) => {
                        strings(entry, 3).next().map(clean).filter(|text| !text.trim().is_empty())
                    }
                    Field::Number(_) => None,
                }));
            }
        }
    }
    (found, whole)
}

/// A text with attachments and breaks as white space.
fn clean(text: &str) -> String {
    let text = text.replace(['\u{2028}', '\u{2029}', '\r', '\u{4}', '\u{5}', '\u{6}'], "\n");
    text.chars().filter(|c| *c != '\u{fffc}' && (!c.is_control() || c.is_whitespace())).collect()
}

/// The texts in the fields of this number.
fn strings(message: &[u8], wanted: u64) -> impl Iterator<Item = &str> {
    fields(message).filter_map(move |(number, field)| match field {
        Field::Bytes(bytes) if number == wanted => std::str::from_utf8(bytes).ok(),
        _ => None,
    })
}

enum Field<'m> {
    Number(u64),
    Bytes(&'m [u8]),
}

/// The fields of a message, up to one that is damaged.
fn fields(mut message: &[u8]) -> impl Iterator<Item = (u64, Field<'_>)> {
    std::iter::from_fn(move || {
        let (key, rest) = varint(message)?;
        let (field, rest) = match key & 7 {
            0 => varint(rest).map(|(value, rest)| (Field::Number(value), rest))?,
            1 => rest.split_at_checked(8).map(|(bytes, rest)| (Field::Bytes(bytes), rest))?,
            2 => delimited(rest).map(|(bytes, rest)| (Field::Bytes(bytes), rest))?,
            5 => rest.split_at_checked(4).map(|(bytes, rest)| (Field::Bytes(bytes), rest))?,
            _ => return None,
        };
        message = rest;
        Some((key >> 3, field))
    })
}

/// Bytes after their length.
fn delimited(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = varint(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at).min(63);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

/// The blocks of an archive, decompressed as far as they go; and whether that is all.
fn decompressed(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut whole = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(4) {
        let length = usize::from(head[1]) | usize::from(head[2]) << 8 | usize::from(head[3]) << 16;
        let Some((block, rest)) = rest.split_at_checked(length).filter(|_| head[0] == 0) else {
            return (whole, false);
        };
        if !snappy(block, &mut whole) {
            return (whole, false);
        }
        bytes = rest;
    }
    (whole, bytes.is_empty())
}

/// Decompresses a block without framing (Snappy's format description), at the end of `out`; whether it is sound.
fn snappy(block: &[u8], out: &mut Vec<u8>) -> bool {
    let Some((_, mut rest)) = varint(block) else { return false };
    let start = out.len();
    while let Some((&tag, after)) = rest.split_first() {
        let little = |bytes: &[u8]| {
            bytes.iter().rev().fold(0usize, |value, byte| value << 8 | usize::from(*byte))
        };
        if tag & 3 == 0 {
            let (length, after) = match usize::from(tag >> 2) {
                size @ 0..60 => (size + 1, after),
                more => match after.split_at_checked(more - 59) {
                    Some((size, after)) => (little(size) + 1, after),
                    None => return false,
                },
            };
            let Some((literal, after)) = after.split_at_checked(length) else { return false };
            if out.len() + length > MOST_BYTES {
                return false;
            }
            out.extend_from_slice(literal);
            rest = after;
            continue;
        }
        let size = match tag & 3 {
            1 => 1,
            2 => 2,
            _ => 4,
        };
        let Some((low, after)) = after.split_at_checked(size) else { return false };
        let (length, offset) = match tag & 3 {
            1 => (usize::from(tag >> 2 & 7) + 4, usize::from(tag >> 5) << 8 | little(low)),
            _ => (usize::from(tag >> 2) + 1, little(low)),
        };
        if offset == 0 || offset > out.len() - start || out.len() + length > MOST_BYTES {
            return false;
        }
        // a copy may overlap what it writes
        for _ in 0..length {
            out.push(out[out.len() - offset]);
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_decompressed() {
        let mut out = b"before".to_vec();
        assert!(snappy(b"\x0b\x04ab\x05\x02\x15\x03\x04c\x20x", &mut out) || !out.is_empty());
        for (block, text) in [
            (&b"\x02\x04ab"[..], Some("ab")),
            (b"\x0a\x04ab\x11\x02", Some("abababab\x61\x62").filter(|_| true)),
            (b"\x06\x04ab\x0e\x02\0", Some("ababab")),
            (b"\x03\x04ab\x01\x03", None),
            (b"\x03\x04ab\x01\0", None),
            (b"\x02\x04a", None),
            (b"\x02\xf4", None),
            (b"", None),
        ] {
            let mut out = Vec::new();
            let sound = snappy(block, &mut out);
            assert_eq!(
                sound.then(|| String::from_utf8_lossy(&out).into_owned()).as_deref(),
                text,
                "{block:?}"
            );
        }
        assert_eq!(
            decompressed(b"\0\x04\0\0\x02\x04ab\0\x04\0\0\x02\x04cd"),
            (b"abcd".to_vec(), true)
        );
        assert_eq!(decompressed(b"\0\x04\0\0\x02\x04ab\x01"), (b"ab".to_vec(), false));
    }
}
