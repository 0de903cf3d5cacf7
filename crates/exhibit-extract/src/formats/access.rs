//! Access databases (Jet 3 and 4, ACE): each table is a sheet; files in cells are members.
//!
//! The pages of a table are found by the table that they name, so that damaged usage maps lose nothing. Deleted rows,
//! relations, queries and forms are not read; the names of these are properties, as are links to other databases.

mod file;
mod table;
#[cfg(test)]
mod tests;

use super::ole;
use super::sheet::SheetWriter;
use crate::identify;
use crate::out::{Input, Out, Stop};
use exhibit_model::{
    Detail, FileKind, MediaType, Member, NoteCode, Reason, Relation, Request, Verdict,
};
use file::{Database, Opened};
use std::io::{Cursor, Read};
use table::{Column, Definition, Value};

/// The page of the definition of the catalog of objects.
const CATALOG: u32 = 2;
/// The maximum number of objects of the catalog.
const MOST_OBJECTS: usize = 100_000;
/// The maximum number of names of queries, forms and links that become properties.
const MOST_NAMES: usize = 1_000;
/// The maximum bytes that a file in a cell inflates to.
const MOST_INFLATED: u64 = 256 << 20;

/// An object of the catalog.
#[derive(Debug, Default)]
struct Object {
    name: String,
    kind: i64,
    page: u32,
    link: String,
}

/// Emits the contents of a database.
pub(super) fn extract(
    input: &mut dyn Input,
    _request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let mut database = match Database::open(input, CATALOG) {
        Opened::Database(database) => database,
        Opened::Encrypted(scheme) => {
            out.note(0, NoteCode::EncryptionUnsupported { scheme: scheme.to_owned() })?;
            return Ok(Verdict::Encrypted);
        }
        Opened::Damaged => {
            return Ok(Verdict::Failed(Reason::PartMissing { part: "MSysObjects".to_owned() }));
        }
    };
    out.container_size(database.size());
    out.metadata("access:version", database.version())?;
    let Some(catalog) = Definition::read(&mut database, CATALOG) else {
        return Ok(Verdict::Failed(Reason::PartMissing { part: "MSysObjects".to_owned() }));
    };
    let (objects, damage) = objects(&mut database, &catalog);
    note_damage("MSysObjects", damage, out)?;
    emit_names(&objects, out)?;
    for object in objects.iter().filter(|object| object.is_table()) {
        match Definition::read(&mut database, object.page) {
            Some(definition) => read_table(&mut database, object, &definition, out)?,
            None => out.note(0, NoteCode::PartLost { part: object.name.clone(), sheet: None })?,
        }
    }
    if database.is_spent() {
        out.note(0, NoteCode::TextMissing)?;
    }
    Ok(Verdict::Read)
}

fn note_damage(part: &str, places: u64, out: &mut Out<'_>) -> Result<(), Stop> {
    if places == 0 {
        return Ok(());
    }
    let detail = Detail::of(&format!("{places} unreadable rows"));
    out.note(0, NoteCode::PartDamaged { part: part.to_owned(), sheet: None, detail })
}

impl Object {
    fn is_table(&self) -> bool {
        self.kind == 1 && !self.name.starts_with("MSys") && !self.name.starts_with('~')
    }

    /// The property that has the name of an object without rows.
    fn key(&self) -> Option<&'static str> {
        Some(match self.kind {
            4 | 6 => "access:linked-table",
            5 => "access:query",
            -32768 => "access:form",
            -32766 => "access:macro",
            -32764 => "access:report",
            -32761 => "access:module",
            _ => return None,
        })
    }
}

fn emit_names(objects: &[Object], out: &mut Out<'_>) -> Result<(), Stop> {
    let named = objects.iter().filter_map(|object| Some((object.key()?, object)));
    let named = named.filter(|(_, object)| !object.name.starts_with('~'));
    for (key, object) in named.clone().take(MOST_NAMES) {
        out.metadata(key, format!("{} {}", object.name, object.link).trim())?;
    }
    if objects.iter().any(|object| matches!(object.kind, -32761 | -32766)) {
        out.note(0, NoteCode::MacrosPresent { part: None })?;
    }
    match named.count().saturating_sub(MOST_NAMES) as u64 {
        0 => Ok(()),
        count => out.note(0, NoteCode::RecordsDropped { count }),
    }
}

fn objects(database: &mut Database<'_>, catalog: &Definition) -> (Vec<Object>, u64) {
    let mut found = Vec::new();
    let damage = catalog.rows(database, CATALOG, &mut |database, row| {
        if found.len() >= MOST_OBJECTS {
            return Ok(());
        }
        let mut object = Object::default();
        let mut link = Vec::new();
        for (column, bytes) in catalog.values(&row) {
            let value = column.value(bytes, database);
            match (column.name.as_str(), value) {
                ("Name", Value::Text(text)) => object.name = text,
                ("Type", Value::Text(text)) => object.kind = text.parse().unwrap_or(0),
                ("Id", Value::Text(text)) => {
                    // only the lower three bytes are the page
                    let id: i64 = text.parse().unwrap_or(0);
                    object.page = u32::try_from(id & 0x00ff_ffff).unwrap_or(0);
                }
                ("Database" | "Connect" | "ForeignName", Value::Text(text)) if !text.is_empty() => {
                    link.push(text)
                }
                _ => {}
            }
        }
        object.link = link.join(" ");
        found.push(object);
        Ok(())
    });
    (found, damage.unwrap_or(1))
}

fn read_table(
    database: &mut Database<'_>,
    object: &Object,
    definition: &Definition,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let mut sheet = SheetWriter::new(&object.name, false);
    for (at, column) in (0..).zip(&definition.columns) {
        sheet.cell((0, at), &column.name, false, out)?;
    }
    let mut number = 0;
    let damage = definition.rows(database, object.page, &mut |database, row| {
        number += 1;
        for (at, (column, bytes)) in (0..).zip(definition.values(&row)) {
            let text = match column.value(bytes, database) {
                Value::Text(text) => text,
                Value::File(bytes) => file_text(&bytes, column, object, number, out)?,
            };
            sheet.cell((number, at), &text, false, out)?;
        }
        Ok(())
    })?;
    sheet.finish(&[], out)?;
    note_damage(&object.name, damage, out)
}

/// Emits the file in a cell as a member, and returns its name; short bytes of no known kind are written as digits.
fn file_text(
    bytes: &[u8],
    column: &Column,
    object: &Object,
    row: u32,
    out: &mut Out<'_>,
) -> Result<String, Stop> {
    if bytes.is_empty() {
        return Ok(String::new());
    }
    let (stated, content) = match attachment(bytes).or_else(|| embedded(bytes)) {
        Some(found) => found,
        None => (String::new(), bytes.to_vec()),
    };
    let kind = identify::identify(stated.as_bytes(), &mut Cursor::new(&content[..])).ok();
    let known = MediaType::find(kind.map_or("application/octet-stream", |kind| kind.media_type));
    let unknown = known
        .is_none_or(|row| matches!(row.kind, FileKind::Unknown | FileKind::Other | FileKind::Text));
    if stated.is_empty() && unknown && content.len() <= 256 {
        return Ok(content.iter().map(|byte| format!("{byte:02X}")).collect());
    }
    let ending = known.and_then(|row| row.endings.first()).copied().unwrap_or("bin");
    let ending = match stated.contains('.') {
        true => format!(" {stated}"),
        false if stated.is_empty() => format!(".{ending}"),
        false => format!(" {stated}.{ending}"),
    };
    let name = format!("{} {} {row}{ending}", object.name, column.name);
    out.member(Member {
        name: name.clone().into_bytes(),
        relation: Relation::Embedded,
        ..Member::default()
    })?;
    out.member_from(&mut &content[..])?;
    Ok(name)
}

/// A file in a column of attachments: stored or deflated, after a header with its extension.
fn attachment(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let long = |bytes: &[u8], at: usize| {
        bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
    };
    let mut inflated = Vec::new();
    let body = match long(bytes, 0)? {
        0 => bytes.get(8..)?,
        1 => {
            let mut stream = flate2::read::ZlibDecoder::new(bytes.get(8..)?).take(MOST_INFLATED);
            stream.read_to_end(&mut inflated).ok()?;
            &inflated[..]
        }
        _ => return None,
    };
    let (header, ending) = (long(body, 0)?, long(body, 8)?);
    if !(12..=300).contains(&header) || ending * 2 + 12 > header {
        return None;
    }
    let ending =
        encoding_rs::UTF_16LE.decode_without_bom_handling(body.get(12..12 + ending * 2)?).0;
    let ending = ending.trim_end_matches('\0');
    Some((format!("file.{ending}"), body.get(header..)?.to_vec()))
}

/// A file in an embedded object: of the packager, or the object's own data.
fn embedded(bytes: &[u8]) -> Option<(String, Vec<u8>)> {
    let header = bytes.get(..4).filter(|start| start[..2] == [0x15, 0x1c])?;
    // the description of the object, then an OLE 1 stream: version, format, names, data
    let mut at = usize::from(u16::from_le_bytes([header[2], header[3]])).checked_add(8)?;
    let long = |at: usize| {
        let found = bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes([found[0], found[1], found[2], found[3]]) as usize)
    };
    let class_length = long(at)?;
    let class =
        bytes.get(at + 4..at.checked_add(4)?.checked_add(class_length)?)?.to_ascii_lowercase();
    at = at + 4 + class_length;
    for _ in 0..2 {
        at = at.checked_add(4)?.checked_add(long(at)?)?;
    }
    let data = bytes.get(at.checked_add(4)?..at.checked_add(4)?.checked_add(long(at)?)?)?;
    if class.starts_with(b"package") {
        // as in a compound file, without the length before it
        return ole::ole10_native(&[&[0; 4], data].concat());
    }
    ole::file_in_object(data).or_else(|| Some((String::new(), data.to_vec())))
}
