//! The sheets of a workbook: where they are, their cells, and what follows the cells.

use super::cells;
use super::chart::{self, Chart};
use super::globals::{Globals, Listed};
use super::records::{BOF, Data, EOF, Record, Records, Version, characters, long, short, text};
use crate::formats::sheet::{SheetWriter, cell_name, furniture};
use crate::out::{Out, Stop};
use exhibit_model::MarkKind;
use std::collections::{BTreeMap, BTreeSet};

/// The maximum bytes of drawings of a sheet that are examined.
const MOST_DRAWN: usize = 64 << 20;

/// A sheet and its records.
pub(super) struct Found<'s> {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// The stream up to the sheet's end, and where it begins.
    stream: &'s [u8],
    at: usize,
    is_chart: bool,
}

impl<'s> Found<'s> {
    fn records(&self) -> Records<'s> {
        Records::new(self.stream, self.at)
    }
}

/// The sheets of a stream in the order of the workbook's list; without a list, in the order of the stream.
pub(super) fn find<'s>(stream: &'s [u8], globals: &Globals) -> Vec<Found<'s>> {
    let mut found = Vec::new();
    let mut begun = BTreeSet::new();
    // sheets that contain each other would be read again and again
    let mut budget = stream.len().saturating_mul(2);
    for listed in &globals.sheets {
        let begins =
            Records::new(stream, listed.at).next().is_some_and(|record| BOF.contains(&record.kind));
        if begins && begun.insert(listed.at) && budget > 0 {
            let end = end_of(stream, listed.at);
            budget = budget.saturating_sub(end - listed.at);
            found.push(sheet(stream, listed, end));
        }
    }
    if found.is_empty() {
        // lists that lead nowhere, and versions that have none
        let mut at = if globals.version >= Version::Five { end_of(stream, 0) } else { 0 };
        while let Some(record) = Records::new(stream, at).find(|record| BOF.contains(&record.kind))
        {
            let number = found.len();
            let name = globals
                .sheets
                .get(number)
                .map_or_else(|| format!("Sheet{}", number + 1), |listed| listed.name.clone());
            let hidden = globals.sheets.get(number).is_some_and(|listed| listed.hidden);
            at = end_of(stream, record.at);
            found.push(sheet(stream, &Listed { name, hidden, at: record.at }, at));
            if found.len() >= 10_000 {
                break;
            }
        }
    }
    found
}

// The offset after the end of what begins at `at`.
fn end_of(stream: &[u8], at: usize) -> usize {
    let mut depth = 0usize;
    for record in Records::new(stream, at) {
        if BOF.contains(&record.kind) {
            depth += 1;
        } else if record.kind == EOF {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return record.at + 4 + record.data.len();
            }
        }
    }
    stream.len()
}

fn sheet<'s>(stream: &'s [u8], listed: &Listed, end: usize) -> Found<'s> {
    let (name, hidden, at) = (listed.name.clone(), listed.hidden, listed.at);
    let first = Records::new(stream, at).next();
    let is_chart = first.and_then(|record| short(record.data, 2)) == Some(0x20);
    Found { name, hidden, stream: &stream[..end.min(stream.len())], at, is_chart }
}

/// What surrounds the cells of a sheet.
#[derive(Default)]
struct Around {
    hidden_rows: BTreeSet<u16>,
    hidden_columns: Vec<(u16, u16)>,
    /// Comments by the number of their object, and texts of other objects.
    comments: BTreeMap<u16, String>,
    boxes: Vec<String>,
    notes: Vec<(u16, u16, u16, String)>,
    links: Vec<String>,
    furniture: String,
    drawing: Vec<u8>,
    charts: Vec<Chart>,
    protected: bool,
    /// Sources of data, and their queries.
    connections: Vec<String>,
    /// Prompts and choices of cells with rules.
    choices: Vec<String>,
}

/// Writes the cells of a sheet, and returns what follows them.
pub(super) fn read(
    found: &Found<'_>,
    globals: &Globals,
    writer: &mut SheetWriter,
    missing: &mut u64,
    out: &mut Out<'_>,
) -> Result<Vec<(String, Option<MarkKind>)>, Stop> {
    let mut around = Around::read(found, globals);
    for (row, column, object, author) in std::mem::take(&mut around.notes) {
        let text = around.comments.remove(&object).unwrap_or_default();
        let by = if author.is_empty() || text.starts_with(&author) {
            String::new()
        } else {
            format!("{author}: ")
        };
        writer.note(u32::from(row), u32::from(column), &format!("{by}{}", lines(&text)));
    }
    let (mut depth, mut awaited) = (0usize, None);
    for record in found.records() {
        match record.kind {
            kind if BOF.contains(&kind) => depth += 1,
            EOF => depth = depth.saturating_sub(1),
            _ if depth != 1 || found.is_chart => {}
            0x0207 | 0x0007 => {
                if let Some((row, column, format)) = awaited.take()
                    && let Some(shown) = cells::result(&record, format, globals)
                {
                    writer.value((row, column), shown, around.hides(row, column), out)?;
                }
            }
            _ => {
                let Some(of_record) = cells::of(&record, globals) else { continue };
                *missing += u64::from(of_record.missing);
                awaited = of_record.awaited.or(awaited);
                for (row, column, shown) in of_record.cells {
                    writer.value((row, column), shown, around.hides(row, column), out)?;
                }
            }
        }
    }
    if around.protected {
        out.metadata("sheet:protected", &found.name)?;
    }
    for connection in &around.connections {
        out.metadata("sheet:connection", connection)?;
    }
    Ok(around.rest())
}

impl Around {
    fn read(found: &Found<'_>, globals: &Globals) -> Self {
        let mut around = Self::default();
        let (mut depth, mut object) = (0usize, (0u16, 0u16));
        let mut records = found.records();
        while let Some(record) = records.next() {
            let in_chart = depth > 1 || found.is_chart;
            match record.kind {
                kind if BOF.contains(&kind) => {
                    depth += 1;
                    if depth > 1 || found.is_chart {
                        around.charts.push(Chart::default());
                    }
                }
                EOF => depth = depth.saturating_sub(1),
                0x005d => {
                    let eight = globals.version == Version::Eight;
                    let kind = short(record.data, 4).unwrap_or(0);
                    object = (kind, short(record.data, 6).unwrap_or(0));
                    if !eight && let Some(text) = old_text(record.data, kind, globals) {
                        around.boxes.push(text);
                    }
                }
                0x01b6 => {
                    let parts = records.continuations();
                    around.text(record.data, &parts, object);
                }
                0x00ec => {
                    around.draw(record.data);
                    records.continuations().into_iter().for_each(|part| around.draw(part));
                }
                _ if in_chart => {
                    if let Some(chart) = around.charts.last_mut() {
                        chart.take(&record, globals);
                    }
                }
                _ => around.take(&record, globals),
            }
        }
        around
    }

    fn draw(&mut self, data: &[u8]) {
        if self.drawing.len() + data.len() <= MOST_DRAWN {
            self.drawing.extend_from_slice(data);
        }
    }

    fn take(&mut self, record: &Record<'_>, globals: &Globals) {
        let data = record.data;
        match record.kind {
            0x0208 => {
                if let (Some(row), true) =
                    (short(data, 0), short(data, 12).is_some_and(|flags| flags & 0x20 != 0))
                {
                    self.hidden_rows.insert(row);
                }
            }
            0x007d => {
                if let (Some(first), Some(last), true) = (
                    short(data, 0),
                    short(data, 2),
                    short(data, 8).is_some_and(|flags| flags & 1 != 0),
                ) {
                    self.hidden_columns.push((first, last));
                }
            }
            0x001c => self.note(data, globals),
            0x01b8 => self.links.extend(link(data)),
            0x0014 | 0x0015 => {
                let size = if globals.version == Version::Eight { 2 } else { 1 };
                for section in text(data, size, globals.version, globals.encoding)
                    .map(|code| furniture(&code))
                    .unwrap_or_default()
                {
                    self.furniture.push_str(&section);
                    self.furniture.push('\n');
                }
            }
            // a query: its texts follow in pieces
            0x00dc => self.connections.push(String::new()),
            0x00cd => {
                let piece = text(data, 2, globals.version, globals.encoding).unwrap_or_default();
                if let Some(connection) = self.connections.last_mut() {
                    let joint = if connection.is_empty() { "" } else { "; " };
                    connection.push_str(joint);
                    connection.push_str(&piece);
                }
            }
            0x01be if globals.version == Version::Eight => self.choices.extend(choices(data)),
            0x0012 => self.protected |= short(data, 0) == Some(1),
            _ => {}
        }
    }

    // In Excel 97 the author and the object with the text; before that, the text itself.
    fn note(&mut self, data: &[u8], globals: &Globals) {
        let (Some(row), Some(column)) = (short(data, 0), short(data, 2)) else { return };
        if globals.version == Version::Eight {
            let object = short(data, 6).unwrap_or(0);
            let author =
                data.get(8..).and_then(|data| text(data, 2, Version::Eight, globals.encoding));
            self.notes.push((row, column, object, author.unwrap_or_default()));
            return;
        }
        let bytes = data.get(6..).unwrap_or_default();
        let piece = globals.encoding.decode_without_bom_handling(bytes).0.into_owned();
        // a long comment continues in records for row 65535
        if row == 0xffff {
            if let Some((_, _, object, _)) = self.notes.last() {
                self.comments.entry(*object).or_default().push_str(&piece);
            }
            return;
        }
        let object = u16::try_from(self.notes.len()).unwrap_or(u16::MAX);
        self.comments.insert(object, piece);
        self.notes.push((row, column, object, String::new()));
    }

    fn text(&mut self, data: &[u8], parts: &[&[u8]], object: (u16, u16)) {
        let count = usize::from(short(data, 10).unwrap_or(0));
        let Some((flags, first)) = parts.first().and_then(|part| part.split_first()) else {
            return;
        };
        let mut all = vec![first];
        all.extend(parts.iter().skip(1));
        let Some(text) = Data::new(all).characters(count, flags & 1 == 1) else { return };
        if object.0 == 0x19 {
            self.comments.insert(object.1, text);
        } else if !text.trim().is_empty() {
            self.boxes.push(text);
        }
    }

    fn hides(&self, row: u32, column: u32) -> bool {
        let within =
            |(first, last): &(u16, u16)| (u32::from(*first)..=u32::from(*last)).contains(&column);
        u16::try_from(row).is_ok_and(|row| self.hidden_rows.contains(&row))
            || self.hidden_columns.iter().any(within)
    }

    fn rest(self) -> Vec<(String, Option<MarkKind>)> {
        let mut rest: Vec<(String, Option<MarkKind>)> = Vec::new();
        rest.extend(self.boxes.iter().map(|text| (lines(text), None)));
        rest.extend(
            chart::shapes(&self.drawing).into_iter().map(|text| (text, Some(MarkKind::Invisible))),
        );
        rest.extend(self.charts.into_iter().map(|chart| (lines(&chart.into_text()), None)));
        // comments whose cell is unknown
        rest.extend(self.comments.values().map(|text| (lines(text), Some(MarkKind::Annotation))));
        rest.extend(self.choices.into_iter().map(|text| (text, Some(MarkKind::Annotation))));
        rest.extend(self.links.into_iter().map(|link| (link, Some(MarkKind::Annotation))));
        rest.push((self.furniture, Some(MarkKind::Furniture)));
        rest
    }
}

// [MS-XLS] 2.4.82: four texts for the user, then a formula; one that is a text has the choices of a list.
fn choices(data: &[u8]) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), 4);
    for _ in 0..4 {
        let (Some(count), Some(flags)) = (short(data, at), data.get(at + 2)) else { return found };
        let end = at + 3 + usize::from(count) * if flags & 1 == 1 { 2 } else { 1 };
        let Some(bytes) = data.get(at + 3..end) else { return found };
        let text = characters(bytes, flags & 1 == 1);
        // a single zero stands for no text
        found.extend((!text.trim_matches(['\0', ' ']).is_empty()).then_some(text));
        at = end;
    }
    let formula = data.get(at + 4..).and_then(|formula| formula.strip_prefix(&[0x17]));
    if let Some([count, flags, rest @ ..]) = formula {
        let bytes = usize::from(*count) * if flags & 1 == 1 { 2 } else { 1 };
        let list =
            rest.get(..bytes).map(|bytes| characters(bytes, flags & 1 == 1).replace('\0', ","));
        found.extend(list);
    }
    found
}

// The text of a box before Excel 97 follows its outline: its length is stated, and it is the last text of the record.
fn old_text(data: &[u8], kind: u16, globals: &Globals) -> Option<String> {
    if globals.version != Version::Five || kind != 6 {
        return None;
    }
    let count = usize::from(short(data, 44)?);
    let start = 70 + data.get(70).map_or(0, |length| usize::from(*length) + 1) % 256;
    let from = |start: usize| data.get(start..start.checked_add(count)?);
    // an object without a name has its text at once
    let bytes = from(70)
        .filter(|_| data.len() < start + count)
        .or_else(|| from(start))
        .or_else(|| from(70))?;
    let text = globals.encoding.decode_without_bom_handling(bytes).0.into_owned();
    (!text.trim().is_empty()).then_some(text)
}

// [MS-OSHARED] 2.3.7.1: an address, a place within it, or both.
fn link(data: &[u8]) -> Option<String> {
    let cell = cell_name(u32::from(short(data, 0)?), u32::from(short(data, 4)?));
    let flags = long(data, 28)?;
    let mut at = 32;
    let counted = |at: &mut usize| -> Option<String> {
        let bytes = (long(data, *at)? as usize).checked_mul(2)?;
        let start = *at + 4;
        let text = characters(data.get(start..start.checked_add(bytes)?)?, true);
        *at = start + bytes;
        Some(text.trim_end_matches('\0').to_owned())
    };
    let mut parts = Vec::new();
    if flags & 0x10 != 0 {
        counted(&mut at)?;
    }
    if flags & 0x80 != 0 {
        counted(&mut at)?;
    }
    if flags & 0x101 == 0x101 {
        parts.push(counted(&mut at)?);
    } else if flags & 1 != 0 {
        let moniker = data.get(at..at + 16)?;
        at += 16;
        if moniker.starts_with(&[0xe0, 0xc9, 0xea, 0x79]) {
            let bytes = long(data, at)? as usize;
            let address = characters(data.get(at + 4..(at + 4).checked_add(bytes)?)?, true);
            parts.push(address.split('\0').next().unwrap_or_default().to_owned());
            at += 4 + bytes;
        } else if moniker.starts_with(&[0x03, 0x03, 0, 0]) {
            let length = long(data, at + 2)? as usize;
            let path = data.get(at + 6..(at + 6).checked_add(length)?)?;
            let short_path =
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(path).0.into_owned();
            at = at.checked_add(6 + length + 24)?;
            let size = long(data, at)? as usize;
            let wide = (size > 6).then(|| data.get(at + 10..(at + 4).checked_add(size)?)).flatten();
            let path = wide.map_or(short_path, |wide| characters(wide, true));
            parts.push(path.trim_end_matches('\0').to_owned());
            at = (at + 4).checked_add(size)?;
        }
    }
    if flags & 8 != 0
        && let Some(place) = counted(&mut at)
    {
        parts.push(format!("#{place}"));
    }
    let address = parts.concat();
    (!address.is_empty()).then(|| format!("{cell}: {address}"))
}

fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\u{b}'], "\n").trim_end_matches('\0').to_owned()
}
