//! Workbooks in packages of binary records: xlsb through calamine, or else office_oxide.
//!
//! Both parse hostile bytes and are known to panic; such a panic is caught here and is a failure with a reason.

use super::SheetWriter;
use crate::formats::office::number_format::{self, Decimal, Format};
use crate::formats::office::package::{Package, STREAM_CAP};
use crate::out::{Out, Stop};
use calamine::{DataRef, Reader, SheetVisible, Xlsb};
use exhibit_model::{Detail, NoteCode, Reason, Request, Verdict};
use office_oxide::xlsx::XlsxDocument;
use std::io::{Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

type Cells = Vec<((u32, u32), String)>;

/// Emits the sheets of an xlsb workbook.
pub(super) fn extract_xlsb(package: &mut Package<'_>, request: &Request, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let Some(bytes) = repacked(package, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: request.limits.whole_file_bytes }));
    };
    let read = catch_unwind(AssertUnwindSafe(|| xlsb_sheets(&bytes)));
    match read {
        Ok(Ok(sheets)) => {
            for (name, hidden, cells) in sheets {
                let mut writer = SheetWriter::new(&name, hidden);
                for (place, text) in cells {
                    writer.cell(place, &text, false, out)?;
                }
                writer.finish(&[], out)?;
            }
            Ok(Verdict::Read)
        }
        failed => {
            let reason = match failed {
                Ok(Err(error)) => Reason::CannotParse { detail: Detail::of(&error) },
                _ => Reason::ParserPanicked { format: "xlsb".to_owned() },
            };
            second_opinion(&bytes, reason, out)
        }
    }
}

fn xlsb_sheets(bytes: &[u8]) -> Result<Vec<(String, bool, Cells)>, calamine::XlsbError> {
    let mut workbook = Xlsb::new(Cursor::new(bytes))?;
    let metadata = workbook.sheets_metadata().to_vec();
    let mut sheets = Vec::new();
    for sheet in metadata {
        let mut cells = Vec::new();
        let mut reader = workbook.worksheet_cells_reader(&sheet.name)?;
        while let Some(cell) = reader.next_cell()? {
            cells.push((cell.get_position(), shown(cell.get_value())));
        }
        cells.sort_by_key(|(place, _)| *place);
        sheets.push((sheet.name.clone(), sheet.visible != SheetVisible::Visible, cells));
    }
    Ok(sheets)
}

fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => {
            Decimal::of(*number).map_or_else(|| number.to_string(), |n| number_format::general(&n))
        }
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(moment) => {
            // calamine reports whether it is a duration or a date, not how the cell displays it
            let serial = moment.as_f64();
            let id = if moment.is_duration() {
                46
            } else if serial.fract() == 0.0 {
                14
            } else if serial < 1.0 {
                21
            } else {
                22
            };
            Decimal::of(serial)
                .map_or_else(String::new, |n| number_format::shown(&n, &Format { id, code: None }, false).text)
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

// The second reader reports sheets, not which of their cells are hidden.
fn second_opinion(bytes: &[u8], reason: Reason, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let texts = catch_unwind(AssertUnwindSafe(|| {
        let document = XlsxDocument::from_reader(Cursor::new(bytes)).ok()?;
        let sheets = document.worksheets.iter().enumerate();
        Some(sheets.map(|(at, sheet)| (sheet.name.clone(), document.sheet_plain_text(at))).collect::<Vec<_>>())
    }));
    let Ok(Some(texts)) = texts else {
        return Ok(Verdict::Failed(reason));
    };
    out.note(0, NoteCode::FallbackParser { reason: Box::new(reason) })?;
    for (name, text) in texts {
        let mut writer = SheetWriter::new(&name, false);
        for (row, line) in text.unwrap_or_default().lines().enumerate() {
            writer.cell((u32::try_from(row).unwrap_or(u32::MAX), 0), line, false, out)?;
        }
        writer.finish(&[], out)?;
    }
    Ok(Verdict::Read)
}

// A package with only the parts that contain cells, each within its cap: what the parsers inflate is bounded.
fn repacked(package: &mut Package<'_>, most: u64) -> Option<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut total = 0;
    for name in package.names() {
        let wanted = name.to_lowercase();
        if wanted.contains("/media/") || wanted.contains("/embeddings/") || wanted.ends_with('/') {
            continue;
        }
        let mut bytes = Vec::new();
        let part = package.part(&name, STREAM_CAP)?;
        // a part that ends in an error is kept as far as it was read
        let _ = part.take(most - total + 1).read_to_end(&mut bytes);
        total += bytes.len() as u64;
        if total > most {
            return None;
        }
        zip.start_file(name, stored).ok()?;
        std::io::Write::write_all(&mut zip, &bytes).ok()?;
    }
    let mut cursor = zip.finish().ok()?;
    cursor.rewind().ok()?;
    Some(cursor.into_inner())
}
