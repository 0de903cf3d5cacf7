//! The definition of a table, its rows, and the values in them.

use super::file::{Database, long, short};
use crate::charset::{self, Decoder};
use crate::formats::dbase::currency;
use crate::out::Stop;
use exhibit_model::CivilTime;
use std::collections::HashSet;

/// Receives each row.
type VisitRow<'v> = dyn FnMut(&mut Database<'_>, Vec<u8>) -> Result<(), Stop> + 'v;

/// The maximum bytes of a definition, which may continue on further pages.
const MOST_BYTES: usize = 1 << 20;
/// Access allows 255 columns.
const MOST_COLUMNS: usize = 4096;

/// A column of a table.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    kind: u8,
    number: u16,
    scale: u8,
    is_fixed: bool,
    fixed_offset: usize,
    variable_index: usize,
    size: usize,
}

/// The definition of a table.
#[derive(Debug)]
pub(super) struct Definition {
    /// The columns in the order of their numbers.
    pub(super) columns: Vec<Column>,
    has_variable: bool,
    is_jet_3: bool,
}

/// A value: text, or bytes that may be a file.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    File(Vec<u8>),
}

impl Definition {
    /// Reads the definition at a page.
    pub(super) fn read(database: &mut Database<'_>, first: u32) -> Option<Self> {
        let mut bytes = database.page(first).filter(|page| page[0] == 2)?;
        let (mut next, mut seen) = (long(&bytes, 4)?, HashSet::from([first]));
        while next != 0 && seen.insert(next) && bytes.len() < MOST_BYTES {
            let Some(page) = database.page(next).filter(|page| page[0] == 2) else { break };
            next = long(&page, 4).unwrap_or(0);
            bytes.extend_from_slice(&page[8..]);
        }
        let is_jet_3 = database.is_jet_3();
        let (variable_at, count_at, indexes_at, start, index_size, column_size) =
            if is_jet_3 { (23, 25, 31, 43, 8, 18) } else { (43, 45, 51, 63, 12, 25) };
        let count = usize::from(short(&bytes, count_at)?).min(MOST_COLUMNS);
        let indexes = long(&bytes, indexes_at)? as usize;
        let columns_at = indexes.checked_mul(index_size)?.checked_add(start)?;
        let mut names_at = columns_at.checked_add(count * column_size)?;
        let mut columns = Vec::new();
        for index in 0..count {
            let at = columns_at + index * column_size;
            let entry = bytes.get(at..at + column_size)?;
            let get = |jet_3: usize, jet_4: usize| {
                short(entry, if is_jet_3 { jet_3 } else { jet_4 }).unwrap_or(0)
            };
            let (name, next) = name_at(&bytes, names_at, database)?;
            names_at = next;
            columns.push(Column {
                name,
                kind: entry[0],
                number: get(1, 5),
                scale: if is_jet_3 { entry[8] } else { entry[12] },
                is_fixed: entry[if is_jet_3 { 13 } else { 15 }] & 1 != 0,
                fixed_offset: get(14, 21).into(),
                variable_index: get(3, 7).into(),
                size: get(16, 23).into(),
            });
        }
        columns.sort_by_key(|column| column.number);
        Some(Self { columns, has_variable: short(&bytes, variable_at)? > 0, is_jet_3 })
    }

    /// Visits all rows of the table whose definition is at a page; the number of rows that cannot be found.
    pub(super) fn rows(
        &self,
        database: &mut Database<'_>,
        owner: u32,
        visit: &mut VisitRow<'_>,
    ) -> Result<u64, Stop> {
        let mut lost = 0;
        for number in database.data_pages(owner) {
            let Some(page) = database.page(number) else {
                lost += 1;
                continue;
            };
            for row in 0..database.row_count(&page).min(4096) {
                match database.row(&page, row) {
                    None => {}
                    Some(Some(bytes)) => visit(database, bytes)?,
                    Some(None) => lost += 1,
                }
            }
        }
        Ok(lost)
    }

    /// The bytes of each column in a row; `None` where there is no value.
    pub(super) fn values<'r>(&self, row: &'r [u8]) -> Vec<(&Column, Option<&'r [u8]>)> {
        let layout = self.layout(row);
        self.columns
            .iter()
            .map(|column| (column, layout.as_ref().and_then(|layout| layout.value(column))))
            .collect()
    }

    fn layout<'r>(&self, row: &'r [u8]) -> Option<Layout<'r>> {
        let (columns, start) = if self.is_jet_3 {
            (usize::from(*row.first()?), 1)
        } else {
            (usize::from(short(row, 0)?), 2)
        };
        let nulls_at = row.len().checked_sub(columns.div_ceil(8))?;
        let mut ends = Vec::new();
        if self.has_variable && self.is_jet_3 {
            let count = usize::from(*row.get(nulls_at.checked_sub(1)?)?);
            let mut jumps = (row.len() - 1) / 256;
            let last = nulls_at.checked_sub(2)?.checked_sub(jumps)?;
            if last.saturating_sub(count) / 256 < jumps {
                jumps -= 1;
            }
            let last = nulls_at - 2 - jumps;
            let mut used = 0;
            for index in 0..=count {
                while used < jumps
                    && row.get(nulls_at - 2 - used).is_some_and(|at| usize::from(*at) == index)
                {
                    used += 1;
                }
                ends.push(usize::from(*row.get(last.checked_sub(index)?)?) + used * 256);
            }
        } else if self.has_variable {
            let count = usize::from(short(row, nulls_at.checked_sub(2)?)?);
            for index in 0..=count {
                ends.push(short(row, nulls_at.checked_sub(4 + 2 * index)?)?.into());
            }
        }
        Some(Layout { row, start, columns, nulls: &row[nulls_at..], ends })
    }
}

/// Where the values of a row are.
struct Layout<'r> {
    row: &'r [u8],
    start: usize,
    columns: usize,
    /// A bit for each column that has a value.
    nulls: &'r [u8],
    /// Where the values of variable length begin, and where the last one ends.
    ends: Vec<usize>,
}

impl<'r> Layout<'r> {
    fn value(&self, column: &Column) -> Option<&'r [u8]> {
        let number = usize::from(column.number);
        let is_set = self.nulls.get(number / 8).is_some_and(|byte| byte & 1 << (number % 8) != 0);
        if column.kind == 1 {
            // the bit is the value
            let value: &[u8] = if is_set { &[1] } else { &[0] };
            return Some(value).filter(|_| number < self.columns);
        }
        if !is_set || number >= self.columns {
            return None;
        }
        if column.is_fixed {
            let at = self.start + column.fixed_offset;
            return self.row.get(at..at + column.size);
        }
        self.row.get(
            *self.ends.get(column.variable_index)?..*self.ends.get(column.variable_index + 1)?,
        )
    }
}

/// The name at an offset, and where the next one begins.
fn name_at(bytes: &[u8], at: usize, database: &Database<'_>) -> Option<(String, usize)> {
    if database.is_jet_3() {
        let length = usize::from(*bytes.get(at)?);
        let name = bytes.get(at + 1..at + 1 + length)?;
        return Some((narrow(name, database), at + 1 + length));
    }
    let length = usize::from(short(bytes, at)?);
    let name = bytes.get(at + 2..at + 2 + length)?;
    Some((encoding_rs::UTF_16LE.decode_without_bom_handling(name).0.into_owned(), at + 2 + length))
}

/// Text of Jet 3, which is in the code page of the database.
fn narrow(bytes: &[u8], database: &Database<'_>) -> String {
    let guess = charset::decide(bytes, true, database.code_page);
    let mut text = String::new();
    Decoder::new(guess.scheme).decode(&bytes[guess.mark..], true, &mut text);
    text
}

/// Text of Jet 4: UTF-16, or stretches in which each byte is a character, between such of UTF-16. Zeros part the two.
fn wide(bytes: &[u8]) -> String {
    let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") else {
        return encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned();
    };
    let mut units = Vec::with_capacity(rest.len());
    for (number, stretch) in rest.split(|byte| *byte == 0).enumerate() {
        if number % 2 == 0 {
            units.extend(stretch.iter().map(|byte| u16::from(*byte)));
        } else {
            units
                .extend(stretch.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
        }
    }
    String::from_utf16_lossy(&units)
}

impl Column {
    /// The value of its bytes in a row.
    pub(super) fn value(&self, bytes: Option<&[u8]>, database: &mut Database<'_>) -> Value {
        let Some(bytes) = bytes else { return Value::Text(String::new()) };
        let text = |bytes: &[u8], database: &Database<'_>| {
            let text = if database.is_jet_3() { narrow(bytes, database) } else { wide(bytes) };
            text.replace("\r\n", "\n").replace('\0', "")
        };
        let eight = <[u8; 8]>::try_from(bytes.get(..8).unwrap_or_default()).unwrap_or_default();
        Value::Text(match self.kind {
            1 => if bytes == [1] { "true" } else { "false" }.to_owned(),
            2 => bytes.first().map(u8::to_string).unwrap_or_default(),
            3 => short(bytes, 0).map(|value| value.cast_signed().to_string()).unwrap_or_default(),
            4 | 18 => {
                long(bytes, 0).map(|value| value.cast_signed().to_string()).unwrap_or_default()
            }
            5 => currency(i64::from_le_bytes(eight)),
            6 => long(bytes, 0).map(|bits| f32::from_bits(bits).to_string()).unwrap_or_default(),
            7 => f64::from_le_bytes(eight).to_string(),
            8 => date(f64::from_le_bytes(eight)),
            10 => text(bytes, database),
            11 => return Value::File(database.long_value(bytes)),
            12 => {
                let memo = database.long_value(bytes);
                text(&memo, database)
            }
            15 => guid(bytes),
            16 => numeric(bytes, self.scale),
            19 => i64::from_le_bytes(eight).to_string(),
            20 => String::from_utf8_lossy(bytes).trim_matches('\0').to_owned(),
            _ => return Value::File(bytes.to_vec()),
        })
    }
}

/// Days since 30 December 1899 as a date, and its time unless that is midnight.
fn date(days: f64) -> String {
    if !(-700_000.0..=3_000_000.0).contains(&days) {
        return days.to_string();
    }
    // the time counts forwards from the day even before 1900
    let (whole, part) = (days.trunc(), days.fract().abs());
    #[expect(clippy::cast_possible_truncation, reason = "within the range above")]
    let (day, seconds) = (whole as i64 - 25_569, (part * 86_400.0).round() as i64);
    let (day, seconds) = (day + seconds / 86_400, seconds % 86_400);
    let (year, month, of_month) = CivilTime(day * 86_400_000_000).date();
    let date = format!("{year:04}-{month:02}-{of_month:02}");
    match seconds {
        0 => date,
        _ => format!("{date} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

fn guid(bytes: &[u8]) -> String {
    let Ok(b) = <[u8; 16]>::try_from(bytes) else { return String::new() };
    let hex = |part: &[u8]| part.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let turned = |part: &[u8]| part.iter().rev().copied().collect::<Vec<u8>>();
    let first = [hex(&turned(&b[..4])), hex(&turned(&b[4..6])), hex(&turned(&b[6..8]))].join("-");
    format!("{{{first}-{}-{}}}", hex(&b[8..10]), hex(&b[10..]))
}

/// A number of up to 28 digits: a sign, then four numbers of 32 bits, the most significant first.
fn numeric(bytes: &[u8], scale: u8) -> String {
    let Some((sign, rest)) = bytes.split_first().filter(|(_, rest)| rest.len() >= 16) else {
        return String::new();
    };
    let words = rest[..16].chunks_exact(4);
    let number =
        words.fold(0u128, |number, word| number << 32 | u128::from(long(word, 0).unwrap_or(0)));
    let digits = format!("{number:0>width$}", width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if *sign == 0 { "" } else { "-" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_text() {
        for (days, text) in [
            (0.0, "1899-12-30"),
            (1.0, "1899-12-31"),
            (43_550.5, "2019-03-26 12:00:00"),
            (-1.25, "1899-12-29 06:00:00"),
            (f64::NAN, "NaN"),
            (1e300, &1e300f64.to_string()),
        ] {
            assert_eq!(date(days), text);
        }
        let mut bytes = [0; 17];
        bytes[13..].copy_from_slice(&12_345u32.to_le_bytes());
        assert_eq!(
            (numeric(&bytes, 2), numeric(&bytes, 0)),
            ("123.45".to_owned(), "12345".to_owned())
        );
        bytes[0] = 0x80;
        assert_eq!(numeric(&bytes, 7), "-0.0012345");
        assert_eq!(numeric(&[], 2), "");
        let id: Vec<u8> = (1..=16).collect();
        assert_eq!(guid(&id), "{04030201-0605-0807-090A-0B0C0D0E0F10}");
    }

    #[test]
    fn compressed_text() {
        for (bytes, text) in [
            (&b"a\0b\0"[..], "ab"),
            (b"\xFF\xFEab", "ab"),
            (b"\xFF\xFEa\0\x7B\x76\0b", "a登b"),
            (b"\xFF\xFE", ""),
            (b"\xFF\xFEa\0\x7B", "a"),
            (b"", ""),
        ] {
            assert_eq!(wide(bytes), text, "{bytes:?}");
        }
    }
}
