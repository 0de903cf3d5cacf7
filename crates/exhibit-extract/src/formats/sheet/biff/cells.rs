//! The cells of a sheet, of every version of the records ([MS-XLS] 2.4; of Excel 2 to 4 by their own numbers).

use super::globals::Globals;
use super::records::{Record, Version, double, long, short, text};
use crate::formats::office::number_format::{self, Decimal, Format, Shown};

/// A cell: row, column, and its value as displayed.
pub(super) type Cell = (u32, u32, Shown);

/// The cells of a record, and the place of one whose text is in the next record of text.
pub(super) struct Found {
    pub(super) cells: Vec<Cell>,
    pub(super) awaited: Option<(u32, u32, usize)>,
    /// Whether the cell refers to a text that is missing.
    pub(super) missing: bool,
}

/// The cells of a record; `None` if it has none.
pub(super) fn of(record: &Record<'_>, globals: &Globals) -> Option<Found> {
    let data = record.data;
    let (row, column) = (u32::from(short(data, 0)?), u32::from(short(data, 2)?));
    // cells of Excel 2 have three bytes of attributes in place of the index of a format
    let two = record.kind < 0x0010 && globals.version == Version::Two;
    let format = if two { usize::from(data.get(4)? & 0x3f) } else { usize::from(short(data, 4)?) };
    let value = data.get(if two { 7 } else { 6 }..)?;
    let one = |shown: Shown| {
        Some(Found { cells: vec![(row, column, shown)], awaited: None, missing: false })
    };
    let numbered = |number: f64, format: usize| numbered(number, format, globals);
    match record.kind {
        0x0203 | 0x0003 => one(numbered(double(value, 0)?, format)),
        0x027e => one(numbered(rk(long(value, 0)?), format)),
        0x0002 => one(numbered(f64::from(short(value, 0)?), format)),
        0x00bd => {
            let pairs = data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6).zip(column..);
            let cells = pairs.filter_map(|(pair, column)| {
                Some((row, column, numbered(rk(long(pair, 2)?), usize::from(short(pair, 0)?))))
            });
            Some(Found { cells: cells.collect(), awaited: None, missing: false })
        }
        0x00fd => match globals.texts.get(long(value, 0)? as usize) {
            Some(text) => one(texted(text, format, globals)),
            None => Some(Found { cells: Vec::new(), awaited: None, missing: true }),
        },
        0x0204 | 0x00d6 | 0x0004 => {
            let size = if globals.version == Version::Two { 1 } else { 2 };
            one(texted(&text(value, size, globals.version, globals.encoding)?, format, globals))
        }
        0x0205 | 0x0005 => one(flag(*value.first()?, *value.get(1)? != 0)),
        0x0006 | 0x0206 | 0x0406 => match value.get(..8)? {
            [0, .., 0xff, 0xff] => Some(Found {
                cells: Vec::new(),
                awaited: Some((row, column, format)),
                missing: false,
            }),
            [kind @ (1 | 2), _, flagged, .., 0xff, 0xff] => one(flag(*flagged, *kind == 2)),
            [_, .., 0xff, 0xff] => one(Shown::default()),
            _ => one(numbered(double(value, 0)?, format)),
        },
        _ => None,
    }
}

/// The text of a record that follows a formula.
pub(super) fn result(record: &Record<'_>, format: usize, globals: &Globals) -> Option<Shown> {
    let size = if globals.version == Version::Two { 1 } else { 2 };
    Some(texted(&text(record.data, size, globals.version, globals.encoding)?, format, globals))
}

fn numbered(number: f64, format: usize, globals: &Globals) -> Shown {
    let general = Format::default();
    let format = globals.formats.get(format).unwrap_or(&general);
    match Decimal::of(number) {
        Some(number) => number_format::shown(&number, format, globals.from_1904),
        None => Shown::plain(number.to_string()),
    }
}

fn texted(text: &str, format: usize, globals: &Globals) -> Shown {
    globals
        .formats
        .get(format)
        .map_or_else(|| Shown::plain(text), |format| number_format::shown_text(text, format))
}

/// A truth value, or an error.
pub(in crate::formats::sheet) fn flag(value: u8, is_error: bool) -> Shown {
    Shown::plain(match (is_error, value) {
        (false, 0) => "FALSE",
        (false, _) => "TRUE",
        (true, 0x00) => "#NULL!",
        (true, 0x07) => "#DIV/0!",
        (true, 0x0f) => "#VALUE!",
        (true, 0x17) => "#REF!",
        (true, 0x1d) => "#NAME?",
        (true, 0x24) => "#NUM!",
        (true, 0x2a) => "#N/A",
        (true, _) => "#ERROR",
    })
}

/// The upper thirty bits of a double, or a whole number; either may be in hundredths.
pub(in crate::formats::sheet) fn rk(rk: u32) -> f64 {
    let number = if rk & 2 == 0 {
        f64::from_bits(u64::from(rk & !3) << 32)
    } else {
        f64::from(rk.cast_signed() >> 2)
    };
    if rk & 1 == 0 { number } else { number / 100.0 }
}
