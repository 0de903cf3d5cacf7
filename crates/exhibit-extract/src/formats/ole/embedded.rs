//! Objects embedded in a compound file, emitted as members: each inner storage becomes a compound file, a
//! packaged file (`\x01Ole10Native`) is extracted as it is, and so is the OOXML package of a newer program.

use crate::out::{Out, Stop};
use exhibit_model::{Member, NoteCode, Relation};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

/// An object's bytes are kept in memory while it is extracted.
const MOST_BYTES: u64 = 256 << 20;
const MOST_OBJECTS: usize = 10_000;

type File<'b> = cfb::CompoundFile<Cursor<&'b [u8]>>;

/// Emits the embedded objects of a compound file.
pub(crate) fn emit_embedded(bytes: &[u8], out: &mut Out<'_>) -> Result<(), Stop> {
    let Ok(mut file) = cfb::CompoundFile::open(Cursor::new(bytes)) else { return Ok(()) };
    out.container_size(bytes.len() as u64);
    for storage in object_storages(&file) {
        match object(&mut file, &storage) {
            Some((name, object)) => {
                let name = name.into_bytes();
                out.member(Member { name, relation: Relation::Embedded, ..Member::default() })?;
                out.member_from(&mut Cursor::new(object))?;
            }
            None => {
                out.note(0, NoteCode::ObjectUnreadable { object: storage.display().to_string() })?;
            }
        }
    }
    Ok(())
}

/// Emits the content of an object's own compound file, as stored in `word/embeddings/oleObject1.bin`.
pub(crate) fn emit_object(bytes: &[u8], out: &mut Out<'_>) -> Result<bool, Stop> {
    let Ok(mut file) = cfb::CompoundFile::open(Cursor::new(bytes)) else { return Ok(false) };
    let Some((name, object)) = packaged(&mut file, Path::new("/")) else { return Ok(false) };
    out.container_size(bytes.len() as u64);
    out.member(Member { name: name.into_bytes(), relation: Relation::Embedded, ..Member::default() })?;
    out.member_from(&mut Cursor::new(object))?;
    Ok(true)
}

/// Emits an object of a presentation: the file within it, or else the object's own compound file.
pub(super) fn emit_object_or_itself(name: &str, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Stop> {
    let file = cfb::CompoundFile::open(Cursor::new(bytes)).ok();
    let inner = file.and_then(|mut file| packaged(&mut file, Path::new("/")));
    let (name, content) = match &inner {
        Some((inner_name, content)) if inner_name != "object" => (inner_name.as_str(), &content[..]),
        Some((_, content)) => (name, &content[..]),
        None => (name, bytes),
    };
    out.member(Member { name: name.as_bytes().to_vec(), relation: Relation::Embedded, ..Member::default() })?;
    out.member_from(&mut Cursor::new(content))
}

// Word stores objects in ObjectPool/_1234, Excel in MBD00012345 at the root.
fn object_storages(file: &File<'_>) -> Vec<PathBuf> {
    let mut storages: Vec<PathBuf> = file
        .walk()
        .filter(|entry| entry.is_storage() && !entry.is_root())
        .map(|entry| entry.path().to_owned())
        .filter(|path| {
            let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            match &parts[..] {
                [_, name] => name.starts_with("MBD"),
                [_, pool, _] => pool == "ObjectPool",
                _ => false,
            }
        })
        .take(MOST_OBJECTS)
        .collect();
    storages.sort();
    storages
}

fn object(file: &mut File<'_>, storage: &Path) -> Option<(String, Vec<u8>)> {
    if let Some(found) = packaged(file, storage) {
        return Some(found);
    }
    let name = storage.file_name()?.to_string_lossy().into_owned();
    Some((format!("{name}.ole"), as_file(file, storage)?))
}

/// The file within an object, as inserted by a packager or a newer Office program.
fn packaged(file: &mut File<'_>, storage: &Path) -> Option<(String, Vec<u8>)> {
    let name = storage.file_name().map_or_else(|| "object".to_owned(), |name| name.to_string_lossy().into_owned());
    let package = storage.join("Package");
    if file.is_stream(&package) {
        return Some((name, stream(file, &package)?));
    }
    let contents = storage.join("CONTENTS");
    if file.is_stream(&contents) {
        return Some((name, stream(file, &contents)?));
    }
    let native = storage.join("\u{1}Ole10Native");
    if file.is_stream(&native) {
        return ole10_native(&stream(file, &native)?);
    }
    None
}

fn stream(file: &mut File<'_>, path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.open_stream(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

// As the Windows packager writes it: a size, a word, label and path ending in zero, two words, a length and the path
// again, then the length of the file and the file.
fn ole10_native(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = |at: usize| {
        let rest = bytes.get(at..)?;
        let end = rest.iter().take(4096).position(|byte| *byte == 0)?;
        Some((&rest[..end], at + end + 1))
    };
    let long = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize);
    let (label, at) = text(6)?;
    let (_, at) = text(at)?;
    let path_length = long(at + 4)?;
    let at = at.checked_add(8)?.checked_add(path_length)?;
    let content = bytes.get(at.checked_add(4)?..)?.get(..long(at)?)?;
    let (name, _, _) = encoding_rs::WINDOWS_1252.decode(label);
    let name = if name.is_empty() { "object".to_owned() } else { name.into_owned() };
    Some((name, content.to_vec()))
}

fn as_file(file: &mut File<'_>, storage: &Path) -> Option<Vec<u8>> {
    let mut inner = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    let entries: Vec<(PathBuf, bool)> = file
        .walk_storage(storage)
        .ok()?
        .skip(1)
        .take(MOST_OBJECTS)
        .map(|entry| (entry.path().to_owned(), entry.is_stream()))
        .collect();
    let mut total = 0;
    for (path, is_stream) in entries {
        let target = Path::new("/").join(path.strip_prefix(storage).ok()?);
        if is_stream {
            let bytes = stream(file, &path)?;
            total += bytes.len() as u64;
            if total > MOST_BYTES {
                return None;
            }
            inner.create_stream(&target).ok()?.write_all(&bytes).ok()?;
        } else {
            inner.create_storage(&target).ok()?;
        }
    }
    inner.flush().ok()?;
    Some(inner.into_inner().into_inner())
}
