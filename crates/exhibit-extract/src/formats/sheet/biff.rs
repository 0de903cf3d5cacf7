//! Workbooks in binary records ([MS-XLS]): Excel 2.1 to 4 (a stream of records without a container), 5 and 95 (texts
//! in a code page), 97 to 2003.
//!
//! A cell's text is its stored value as its format displays it. Text boxes, shapes, charts, comments and links follow
//! the cells of their sheet. Encrypted workbooks are opened with the given passwords and Excel's own.

mod cells;
mod chart;
mod globals;
mod records;
mod sheet;
#[cfg(test)]
mod tests;

use super::SheetWriter;
use crate::formats::ole;
use crate::out::{Input, Out, Stop};
pub(super) use cells::{flag, rk};
use exhibit_model::{Detail, NoteCode, Reason, Request, Verdict};
use globals::Globals;
use records::{Opened, Version};

/// The name of the stream with the records, as notes state it.
const STREAM: &str = "Workbook";

/// Emits the contents of an xls workbook.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = ole::whole(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit {
            bytes: request.limits.whole_file_bytes,
        }));
    };
    ole::emit_properties(&bytes, out)?;
    if ole::is_rights_managed(&bytes, out)? {
        return Ok(Verdict::Encrypted);
    }
    let compound = bytes.starts_with(b"\xd0\xcf\x11\xe0");
    let mut stream = if compound {
        // a file of both generations has both streams
        match ole::stream(&bytes, "/Workbook").or_else(|| ole::stream(&bytes, "/Book")) {
            Some(stream) => stream,
            None => return Ok(Verdict::Failed(Reason::PartMissing { part: STREAM.to_owned() })),
        }
    } else {
        bytes.clone()
    };
    match records::open(&mut stream, &request.passwords) {
        Opened::Plain => {}
        Opened::Decrypted => out.note(0, NoteCode::Decrypted)?,
        Opened::Encrypted => return Ok(Verdict::Encrypted),
    }
    let Some(version) = Version::of(&stream) else {
        let detail = Detail::of("no workbook record at its start");
        return Ok(Verdict::Failed(Reason::CannotParse { detail }));
    };
    let verdict = read(&stream, version, out)?;
    if compound {
        ole::macros::emit(&bytes, out)?;
        ole::emit_embedded(&bytes, out)?;
    }
    Ok(verdict)
}

fn read(stream: &[u8], version: Version, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let globals = Globals::read(stream, version);
    if globals.macro_sheets {
        out.note(0, NoteCode::MacrosPresent { part: None })?;
    }
    for link in &globals.outside {
        out.metadata("sheet:external-workbook", link)?;
    }
    let sheets = sheet::find(stream, &globals);
    let mut missing = 0;
    for (at, found) in sheets.iter().enumerate() {
        let mut writer = SheetWriter::new(&found.name, found.hidden);
        let mut rest = sheet::read(found, &globals, &mut writer, &mut missing, out)?;
        if at == 0 && !globals.names.is_empty() {
            rest.insert(0, (globals.names.clone(), Some(exhibit_model::MarkKind::Annotation)));
        }
        writer.finish(&rest, out)?;
    }
    if missing > 0 {
        out.note(0, NoteCode::CellTextMissing { cells: missing })?;
    }
    if globals.cut_short || sheets.is_empty() {
        out.note(0, NoteCode::PartCutShort { part: STREAM.to_owned(), sheet: None })?;
    }
    if sheets.is_empty() {
        return Ok(Verdict::Failed(Reason::PartMissing { part: STREAM.to_owned() }));
    }
    Ok(Verdict::Read)
}
