//! Objects embedded in a compound file, emitted as members: each inner storage becomes a compound file, a
//! packaged file (`\x01Ole10Native`) is extracted as it is, and so is the OOXML package of a newer program.

use crate::compound::{Compound, EntryKind};
use crate::out::{Out, Stop};
use exhibit_model::{Member, NoteCode, Relation};
use std::io::Cursor;

/// An object's bytes are kept in memory while it is extracted.
const MOST_BYTES: u64 = 256 << 20;
const MOST_OBJECTS: usize = 10_000;

type File<'b> = Compound<Cursor<&'b [u8]>>;

/// Emits the embedded objects of a compound file, and notes on damage of the file itself.
pub(crate) fn emit_embedded(bytes: &[u8], out: &mut Out<'_>) -> Result<(), Stop> {
    let Some(mut file) = File::open(Cursor::new(bytes)) else { return Ok(()) };
    out.container_size(bytes.len() as u64);
    for (path, storage) in object_storages(&file) {
        match object(&mut file, storage) {
            Some((name, object)) => {
                let name = name.into_bytes();
                out.member(Member { name, relation: Relation::Embedded, ..Member::default() })?;
                out.member_from(&mut Cursor::new(object))?;
            }
            None => out.note(0, NoteCode::ObjectUnreadable { object: path })?,
        }
    }
    file.emit_damage(out)
}

/// Emits the content of an object's own compound file, as stored in `word/embeddings/oleObject1.bin`.
pub(crate) fn emit_object(bytes: &[u8], out: &mut Out<'_>) -> Result<bool, Stop> {
    let Some(mut file) = File::open(Cursor::new(bytes)) else { return Ok(false) };
    let Some((name, object)) = packaged(&mut file, 0) else { return Ok(false) };
    out.container_size(bytes.len() as u64);
    out.member(Member {
        name: name.into_bytes(),
        relation: Relation::Embedded,
        ..Member::default()
    })?;
    out.member_from(&mut Cursor::new(object))?;
    file.emit_damage(out)?;
    Ok(true)
}

/// The file within an object's own compound file, if there is one: its name (`object` if it has none) and its bytes.
pub(crate) fn file_in_object(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    packaged(&mut File::open(Cursor::new(bytes))?, 0)
}

/// Emits an object of a presentation: the file within it, or else the object's own compound file.
pub(super) fn emit_object_or_itself(
    name: &str,
    bytes: &[u8],
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let inner = file_in_object(bytes);
    let (name, content) = match &inner {
        Some((inner_name, content)) if inner_name != "object" => {
            (inner_name.as_str(), &content[..])
        }
        Some((_, content)) => (name, &content[..]),
        None => (name, bytes),
    };
    out.member(Member {
        name: name.as_bytes().to_vec(),
        relation: Relation::Embedded,
        ..Member::default()
    })?;
    out.member_from(&mut Cursor::new(content))
}

// Word stores objects in ObjectPool/_1234, Excel in MBD00012345 at the root.
fn object_storages(file: &File<'_>) -> Vec<(String, usize)> {
    let name_of = |id: usize| file.entries()[id].name.as_str();
    let storages = file.entries().iter().filter(|entry| entry.kind == EntryKind::Storage);
    let mut found: Vec<(String, usize)> = storages
        .filter_map(|entry| match entry.parent? {
            0 if entry.name.starts_with("MBD") => Some((format!("/{}", entry.name), entry.id)),
            pool if pool > 0 && name_of(pool) == "ObjectPool" => {
                Some((format!("/ObjectPool/{}", entry.name), entry.id))
            }
            _ => None,
        })
        .take(MOST_OBJECTS)
        .collect();
    found.sort();
    found
}

fn object(file: &mut File<'_>, storage: usize) -> Option<(String, Vec<u8>)> {
    if let Some(found) = packaged(file, storage) {
        return Some(found);
    }
    let name = &file.entries().get(storage)?.name;
    let name = format!("{name}.ole");
    Some((name, file.as_file(storage)?))
}

/// The file within an object, as inserted by a packager or a newer Office program.
fn packaged(file: &mut File<'_>, storage: usize) -> Option<(String, Vec<u8>)> {
    let own = file.entries().get(storage).filter(|entry| entry.kind == EntryKind::Storage);
    let name = own.map_or_else(|| "object".to_owned(), |entry| entry.name.clone());
    for stream in ["Package", "CONTENTS", "\u{1}Ole10Native"] {
        let found = file.child(storage, stream).filter(|entry| entry.kind == EntryKind::Stream);
        if let Some(id) = found.map(|entry| entry.id) {
            let bytes = file.read(id, MOST_BYTES).bytes;
            return if stream.starts_with('\u{1}') {
                ole10_native(&bytes)
            } else {
                Some((name, bytes))
            };
        }
    }
    None
}

/// The name and bytes of a file as the Windows packager stores it: a size, a word, label and path ending in zero, two
/// words, a length and the path again, then the length of the file and the file.
pub(crate) fn ole10_native(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = |at: usize| {
        let rest = bytes.get(at..)?;
        let end = rest.iter().take(4096).position(|byte| *byte == 0)?;
        Some((&rest[..end], at + end + 1))
    };
    let long = |at: usize| {
        Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize)
    };
    let (label, at) = text(6)?;
    let (_, at) = text(at)?;
    let path_length = long(at + 4)?;
    let at = at.checked_add(8)?.checked_add(path_length)?;
    let content = bytes.get(at.checked_add(4)?..)?.get(..long(at)?)?;
    let (name, _, _) = encoding_rs::WINDOWS_1252.decode(label);
    let name = if name.is_empty() { "object".to_owned() } else { name.into_owned() };
    Some((name, content.to_vec()))
}
