//! The source of macros in VBA ([MS-OVBA] 2.3 and 2.4), emitted as members: a text for each module.

use super::property_set::encoding_of;
use crate::out::{Out, Stop};
use encoding_rs::Encoding;
use exhibit_model::{Member, NoteCode, Relation};
use std::io::Cursor;

/// The maximum bytes of a module's source.
const MOST_BYTES: usize = 64 << 20;
const MOST_MODULES: usize = 10_000;
/// The storages in which a project is: of a project file, of Word, of Excel.
const PROJECTS: [&str; 3] = ["", "/Macros", "/_VBA_PROJECT_CUR"];

/// A module of a project.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
struct Module {
    name: String,
    stream: String,
    offset: usize,
    /// Whether it belongs to a document, a form or a class.
    is_class: bool,
}

/// Emits the modules of a compound file's projects, and notes that there are macros. Returns whether there are any.
pub(crate) fn emit(bytes: &[u8], out: &mut Out<'_>) -> Result<bool, Stop> {
    let mut found = false;
    for project in PROJECTS {
        let Some(directory) = super::stream(bytes, &format!("{project}/VBA/dir")) else { continue };
        if !std::mem::replace(&mut found, true) {
            out.note(0, NoteCode::MacrosPresent { part: None })?;
            out.container_size(bytes.len() as u64);
        }
        let directory = decompressed(&directory).unwrap_or_default();
        let (modules, encoding) = modules(&directory);
        for module in modules {
            let storage = format!("{project}/VBA");
            let stream =
                super::stream(bytes, &format!("{storage}/{}", module.stream)).unwrap_or_default();
            let Some(source) = source(&stream, module.offset) else {
                out.note(
                    0,
                    NoteCode::ObjectUnreadable { object: format!("{storage}/{}", module.stream) },
                )?;
                continue;
            };
            let ending = if module.is_class { "cls" } else { "bas" };
            let name = format!("{}.{ending}", module.name).into_bytes();
            out.member(Member { name, relation: Relation::Embedded, ..Member::default() })?;
            out.member_from(&mut Cursor::new(
                encoding.decode_without_bom_handling(&source).0.as_bytes(),
            ))?;
        }
    }
    Ok(found)
}

// The source is where the directory states; where that is wrong, at the first compressed text that begins as modules do.
fn source(stream: &[u8], offset: usize) -> Option<Vec<u8>> {
    let stated = stream.get(offset..).and_then(decompressed);
    if stated.as_ref().is_some_and(|source| !source.is_empty()) {
        return stated;
    }
    let begins = stream.windows(9).position(|window| window == b"\0Attribut")?;
    decompressed(stream.get(begins.checked_sub(3)?..)?)
}

// [MS-OVBA] 2.3.4.2: records of a number, a length and that many bytes.
fn modules(directory: &[u8]) -> (Vec<Module>, &'static Encoding) {
    let (mut modules, mut encoding) = (Vec::<Module>::new(), encoding_rs::WINDOWS_1252);
    let mut at = 0usize;
    while let Some(header) = directory.get(at..at.saturating_add(6)) {
        let kind = u16::from_le_bytes([header[0], header[1]]);
        let stated = u32::from_le_bytes([header[2], header[3], header[4], header[5]]) as usize;
        // the record of the project's version states four of its six bytes
        let length = if kind == 0x0009 { 6 } else { stated };
        let Some(data) = (at + 6).checked_add(length).and_then(|end| directory.get(at + 6..end))
        else {
            break;
        };
        let text = || encoding.decode_without_bom_handling(data).0.into_owned();
        let wide = || encoding_rs::UTF_16LE.decode_without_bom_handling(data).0.into_owned();
        match kind {
            0x0003 if data.len() == 2 => {
                encoding = encoding_of(u16::from_le_bytes([data[0], data[1]]))
            }
            0x0019 if modules.len() < MOST_MODULES => {
                modules.push(Module { name: text(), ..Module::default() })
            }
            _ => {
                if let Some(module) = modules.last_mut() {
                    match kind {
                        0x0047 => module.name = wide(),
                        0x001a => module.stream = text(),
                        0x0032 => module.stream = wide(),
                        0x0031 => {
                            module.offset = data
                                .try_into()
                                .map_or(0, |bytes| u32::from_le_bytes(bytes) as usize);
                        }
                        0x0022 => module.is_class = true,
                        _ => {}
                    }
                }
            }
        }
        at += 6 + length;
    }
    (modules, encoding)
}

// [MS-OVBA] 2.4.1: chunks of at most 4096 bytes, each of copies and literal bytes.
fn decompressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let (first, mut rest) = bytes.split_first()?;
    if *first != 1 {
        return None;
    }
    let mut plain: Vec<u8> = Vec::new();
    while let Some((header, after)) = rest.split_at_checked(2) {
        let header = u16::from_le_bytes([header[0], header[1]]);
        if header >> 12 & 7 != 3 || plain.len() > MOST_BYTES {
            break;
        }
        let (chunk, after) = after.split_at(after.len().min(usize::from(header & 0x0fff) + 1));
        rest = after;
        if header & 0x8000 == 0 {
            plain.extend_from_slice(chunk);
        } else {
            unpack(chunk, &mut plain)?;
        }
    }
    Some(plain)
}

fn unpack(mut chunk: &[u8], plain: &mut Vec<u8>) -> Option<()> {
    let start = plain.len();
    while let Some((flags, after)) = chunk.split_first() {
        chunk = after;
        for bit in 0..8 {
            if chunk.is_empty() {
                return Some(());
            }
            if flags >> bit & 1 == 0 {
                plain.push(chunk[0]);
                chunk = &chunk[1..];
                continue;
            }
            let (token, after) = chunk.split_at_checked(2)?;
            chunk = after;
            let token = u16::from_le_bytes([token[0], token[1]]);
            let written = plain.len() - start;
            // as many bits as are needed for the distance to the chunk's start, at least four
            let bits = (usize::BITS - written.saturating_sub(1).leading_zeros()).max(4);
            let length = usize::from(token & (0xffff >> bits)) + 3;
            let distance = usize::from(token >> (16 - bits)) + 1;
            let from = plain.len().checked_sub(distance).filter(|from| *from >= start)?;
            if plain.len() - start + length > 8192 {
                return None;
            }
            for at in from..from + length {
                plain.push(plain[at]);
            }
        }
    }
    Some(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Bytes as a container with literal bytes only.
    pub(crate) fn packed(plain: &[u8]) -> Vec<u8> {
        let body: Vec<u8> = plain.chunks(8).flat_map(|chunk| [&[0][..], chunk].concat()).collect();
        let header = 0xb000 | u16::try_from(body.len() - 1).expect("short");
        [&[1][..], &header.to_le_bytes(), &body].concat()
    }

    /// The directory of a project with these modules, in the code page of Chinese Windows.
    pub(crate) fn directory(modules: &[(&str, u32)]) -> Vec<u8> {
        let record = |kind: u16, data: &[u8]| {
            [
                &kind.to_le_bytes()[..],
                &u32::try_from(data.len()).expect("short").to_le_bytes(),
                data,
            ]
            .concat()
        };
        let mut all =
            [record(3, &936u16.to_le_bytes()), [9, 0, 4, 0, 0, 0, 1, 2, 3, 4, 5, 6].to_vec()]
                .concat();
        for (name, offset) in modules {
            all.extend(record(0x19, &encoding_rs::GBK.encode(name).0));
            all.extend(record(0x1a, &encoding_rs::GBK.encode(name).0));
            all.extend(record(0x31, &offset.to_le_bytes()));
            all.extend(record(0x21, &[]));
        }
        packed(&all)
    }

    #[test]
    fn containers_are_unpacked() {
        // the example of [MS-OVBA] 3.2.2
        let sample = [
            0x01, 0x19, 0xb0, 0x00, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x00, 0x69,
            0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x00, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76,
            0x2e,
        ];
        assert_eq!(decompressed(&sample).as_deref(), Some(&b"abcdefghijklmnopqrstuv."[..]));
        // and of 3.2.3: one letter, copied
        let sample = [0x01, 0x03, 0xb0, 0x02, 0x61, 0x45, 0x00];
        assert_eq!(decompressed(&sample), Some(vec![b'a'; 73]));
        for end in 0..sample.len() {
            let _ = decompressed(&sample[..end]);
        }
        assert_eq!(decompressed(&[0x01, 0x02, 0xb0, 0x01, 0xff, 0xff]), None);
    }

    #[test]
    fn a_wrong_offset_does_not_lose_a_module() {
        let text = packed(b"Attribute VB_Name = \"x\"");
        let stream = [&[0xff; 40][..], &text].concat();
        for offset in [40, 0, 9999] {
            assert_eq!(
                source(&stream, offset).as_deref(),
                Some(&b"Attribute VB_Name = \"x\""[..]),
                "{offset}"
            );
        }
        assert_eq!(source(b"", 0), None);
    }
}
