//! SQLite databases, by a bounded reader of the file format (version 3): each table is a sheet, in the order of its keys.
//!
//! The first row has the names of the columns. Files within cells are members. Deleted rows are not searched for, and
//! changes that are only in a write-ahead log beside the file are not read.

mod file;
mod record;
mod schema;
#[cfg(test)]
mod tests;

use super::office::draft::Draft;
use super::sheet::SheetWriter;
use crate::out::{Input, Out, Stop};
use crate::{charset, identify};
use exhibit_model::{
    Detail, FileKind, MediaType, Member, NoteCode, PageKind, Reason, Relation, Request, Verdict,
};
use file::{Cursor, Database};
use record::Value;
use schema::{Column, Table};

/// Bytes in a cell that are no file are written as a literal up to this length, and are a member beyond it.
const MOST_LITERAL: usize = 256;
/// Text stored as bytes is written into its cell up to this length.
const MOST_TEXT: usize = 64 << 10;
/// The maximum number of tables, views, triggers and indexes.
const MOST_OBJECTS: usize = 100_000;

/// Emits the contents of a database.
pub(super) fn extract(
    input: &mut dyn Input,
    _request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(mut database) = Database::open(input) else {
        return Ok(Verdict::Failed(Reason::PartMissing { part: "database header".to_owned() }));
    };
    out.container_size(database.size());
    out.metadata("sqlite:user-version", &database.user_version.to_string())?;
    out.metadata("sqlite:application-id", &database.application_id.to_string())?;
    out.metadata("sqlite:encoding", database.encoding.name())?;
    let (objects, damage) = schema::objects(&mut database);
    let schema_damaged = damage > 0;
    if schema_damaged {
        note_damage("sqlite_schema", damage, out)?;
    }
    let mut statements = Draft::default();
    for object in objects.iter().take(MOST_OBJECTS) {
        if let Some(table) = object.table() {
            read_table(&mut database, &table, out)?;
        }
        statements.push(&object.statement);
        statements.end_line();
    }
    if !statements.is_blank() {
        statements.emit(PageKind::Text, "sqlite_schema", out)?;
    }
    if database.has_log {
        out.note(0, NoteCode::DatabaseLogApart)?;
    }
    if database.is_cut_short() {
        out.note(0, NoteCode::FileCutShort)?;
    }
    Ok(Verdict::Read)
}

fn note_damage(part: &str, places: u64, out: &mut Out<'_>) -> Result<(), Stop> {
    let detail = Detail::of(&format!("{places} unreadable pages or records"));
    out.note(0, NoteCode::PartDamaged { part: part.to_owned(), sheet: None, detail })
}

fn read_table(database: &mut Database<'_>, table: &Table, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut sheet = SheetWriter::new(&table.name, false);
    for (at, column) in table.columns.iter().enumerate() {
        sheet.cell((0, index(at)), &column.name, false, out)?;
    }
    let mut cursor = Cursor::new(database, table.root, table.keyed);
    let (mut row, mut broken) = (0, 0);
    while let Some(entry) = cursor.next(database) {
        row += 1;
        let (values, whole) = record::values(&entry.payload);
        broken += u64::from(!whole || !entry.whole);
        let mut values = values.into_iter();
        let extra = values.len().saturating_sub(table.columns.len());
        for (at, column) in table.columns.iter().enumerate() {
            let value = if column.stored { values.next() } else { continue };
            let text = match value {
                Some(Value::Null) if column.is_row_id => entry.row_id.to_string(),
                Some(value) => cell_text(
                    value,
                    &Place { table, column, row: entry.row_id, number: row },
                    database,
                    out,
                )?,
                None => column.default.clone(),
            };
            sheet.cell((row, index(at)), &text, false, out)?;
        }
        // what the schema does not name is shown all the same
        for (at, value) in values.take(extra).enumerate() {
            let column = Column::default();
            let at = index(table.columns.len() + at);
            let text = cell_text(
                value,
                &Place { table, column: &column, row: entry.row_id, number: row },
                database,
                out,
            )?;
            sheet.cell((row, at), &text, false, out)?;
        }
    }
    sheet.finish(&[], out)?;
    match broken + cursor.damage {
        0 => Ok(()),
        places => note_damage(&table.name, places, out),
    }
}

/// The place of a value.
struct Place<'t> {
    table: &'t Table,
    column: &'t Column,
    row: i64,
    number: u32,
}

fn cell_text(
    value: Value<'_>,
    place: &Place<'_>,
    database: &Database<'_>,
    out: &mut Out<'_>,
) -> Result<String, Stop> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Integer(number) if place.column.is_real => format!("{number}.0"),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(bytes) => database.encoding.text(bytes),
        Value::Bytes(bytes) => return blob_text(bytes, place, out),
    })
}

/// What a cell of bytes shows: their text, the name of the member that they become, or a literal as SQLite writes it.
fn blob_text(bytes: &[u8], place: &Place<'_>, out: &mut Out<'_>) -> Result<String, Stop> {
    if bytes.is_empty() {
        return Ok(String::new());
    }
    let kind = identify::identify(b"", &mut std::io::Cursor::new(bytes)).ok();
    let row = MediaType::find(kind.map_or("application/octet-stream", |kind| kind.media_type));
    let unknown = row.is_none_or(|row| matches!(row.kind, FileKind::Unknown | FileKind::Other));
    if row.is_some_and(|row| row.name == "text/plain") && bytes.len() <= MOST_TEXT {
        return Ok(charset::decode_guessing(bytes).0);
    }
    if bytes.len() < 16 || (unknown && bytes.len() <= MOST_LITERAL) {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        return Ok(format!("X'{digits}'"));
    }
    let ending = row.and_then(|row| row.endings.first()).copied().unwrap_or("bin");
    let row = if place.table.keyed { i64::from(place.number) } else { place.row };
    let name = format!("{} {} {row}.{ending}", place.table.name, place.column.name);
    let member = Member {
        name: name.clone().into_bytes(),
        relation: Relation::Embedded,
        ..Member::default()
    };
    out.member(member)?;
    out.member_from(&mut &bytes[..])?;
    Ok(name)
}

fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
