//! dBase tables (III, IV, 5, 7, FoxPro): one sheet, deleted records marked as hidden.
//!
//! Text is in the code page that the header names, unless another fits clearly better. Memos are in a file of their own
//! beside the table, which is not read from here.

use super::sheet::SheetWriter;
use crate::charset::{self, Decoder, Scheme};
use crate::out::{Input, Out, Stop};
use exhibit_model::{CivilTime, NoteCode, Reason, Request, StatedDate, Verdict};
use std::io::{BufReader, Read, SeekFrom};

/// The maximum number of fields; dBase allows 255, Visual FoxPro as many.
const MOST_FIELDS: usize = 2048;
/// The bytes of text from which the encoding is determined.
const SAMPLE: usize = 64 << 10;

/// What the header states.
struct Table {
    fields: Vec<Field>,
    header_size: u64,
    record_size: usize,
    records: u64,
    code_page: Option<Scheme>,
    modified: String,
}

#[derive(Debug, PartialEq, Eq)]
struct Field {
    name: Vec<u8>,
    kind: u8,
    size: usize,
    decimals: u8,
}

/// Emits the records of a table.
pub(super) fn extract(
    input: &mut dyn Input,
    _request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let failed = |part: &str| Ok(Verdict::Failed(Reason::PartMissing { part: part.to_owned() }));
    let size = input.seek(SeekFrom::End(0)).unwrap_or(0);
    let mut header = Vec::new();
    if input.rewind().is_err() || (&mut *input).take(128 << 10).read_to_end(&mut header).is_err() {
        return failed("header");
    }
    let Some(table) = Table::parse(&header) else { return failed("header") };
    let sample = sample(&table, &header);
    let guess = charset::decide(&sample, false, table.code_page);
    let text = |bytes: &[u8]| {
        let mut text = String::new();
        Decoder::new(guess.scheme).decode(bytes, true, &mut text);
        text
    };
    charset::stream::emit_encoding(guess, 0, out)?;
    out.metadata("dcterms:modified", &table.modified)?;
    out.metadata("table:rows", &table.records.to_string())?;
    out.metadata("table:columns", &table.fields.len().to_string())?;
    let mut sheet = SheetWriter::new("", false);
    for (column, field) in (0..).zip(&table.fields) {
        sheet.cell((0, column), text(&field.name).trim(), false, out)?;
    }
    if input.seek(SeekFrom::Start(table.header_size)).is_err() {
        return failed("records");
    }
    let mut records = BufReader::with_capacity(64 << 10, input);
    let mut record = vec![0; table.record_size];
    let (mut row, mut memos) = (0u32, 0u64);
    while u64::from(row) < table.records && records.read_exact(&mut record).is_ok() {
        // the mark of the end of the file
        if record[0] == 0x1a {
            break;
        }
        row += 1;
        let deleted = record[0] == b'*';
        let mut rest = &record[1..];
        for (column, field) in (0..).zip(&table.fields) {
            let (bytes, after) = rest.split_at(field.size.min(rest.len()));
            rest = after;
            memos += u64::from(field.is_memo() && field.value(bytes, &text).is_none());
            let value = field.value(bytes, &text).unwrap_or_default();
            sheet.cell((row, column), &value, deleted, out)?;
        }
    }
    sheet.finish(&[], out)?;
    if u64::from(row) < table.records || size < table.header_size {
        out.note(0, NoteCode::FileCutShort)?;
    }
    if memos > 0 {
        out.note(0, NoteCode::PartLost { part: "memo".to_owned(), sheet: None })?;
    }
    Ok(Verdict::Read)
}

impl Table {
    fn parse(header: &[u8]) -> Option<Self> {
        let fixed = header.get(..32)?;
        let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let records = u64::from(u32::from_le_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]));
        let (header_size, record_size) = (u64::from(short(8)), usize::from(short(10)));
        let is_seven = fixed[0] & 7 == 4;
        let (start, length, name) = if is_seven { (68, 48, 32) } else { (32, 32, 11) };
        let end = header.len().min(usize::try_from(header_size).unwrap_or(usize::MAX));
        let mut fields = Vec::new();
        for descriptor in header.get(start..end)?.chunks_exact(length).take(MOST_FIELDS) {
            if matches!(descriptor[0], 0x0d | 0) {
                break;
            }
            let at = if is_seven { 32 } else { 11 };
            let (kind, decimals) = (descriptor[at], descriptor[if is_seven { 34 } else { 17 }]);
            let size = usize::from(descriptor[if is_seven { 33 } else { 16 }]);
            let size = if kind == b'C' { size | usize::from(decimals) << 8 } else { size };
            let name = descriptor[..name].split(|byte| *byte == 0).next().unwrap_or_default();
            fields.push(Field { name: name.to_vec(), kind, size, decimals });
        }
        if fields.is_empty() || record_size < 2 {
            return None;
        }
        // years are counted from 1900; a small one is of this century
        let year = i64::from(fixed[1]) + if fixed[1] < 80 { 2000 } else { 1900 };
        let date = format!("{year:04}-{:02}-{:02}", fixed[2], fixed[3]);
        let modified = if StatedDate::parse(&date).is_some() { date } else { String::new() };
        Some(Self {
            fields,
            header_size,
            record_size,
            records,
            code_page: code_page(fixed[29]),
            modified,
        })
    }
}

/// The texts in the first records, and the names of the fields.
fn sample(table: &Table, head: &[u8]) -> Vec<u8> {
    let mut sample = Vec::new();
    for field in &table.fields {
        sample.extend_from_slice(&field.name);
        sample.push(b'\n');
    }
    let start = usize::try_from(table.header_size).unwrap_or(usize::MAX);
    for record in head.get(start..).unwrap_or_default().chunks_exact(table.record_size) {
        let mut rest = &record[1..];
        for field in &table.fields {
            let (bytes, after) = rest.split_at(field.size.min(rest.len()));
            rest = after;
            if matches!(field.kind, b'C' | b'V') {
                sample.extend_from_slice(bytes.trim_ascii_end());
                sample.push(b'\n');
            }
        }
        if sample.len() > SAMPLE {
            break;
        }
    }
    sample
}

impl Field {
    fn is_memo(&self) -> bool {
        matches!(self.kind, b'M' | b'G' | b'P' | b'W') || (self.kind == b'B' && self.size == 10)
    }

    /// The value as text; `None` for a memo, whose text is in another file.
    fn value(&self, bytes: &[u8], text: &dyn Fn(&[u8]) -> String) -> Option<String> {
        let four = || {
            bytes.get(..4).map(|bytes| i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        };
        let eight = || bytes.get(..8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        let number = |value: f64| if value == 0.0 { "0".to_owned() } else { format!("{value}") };
        let value = match self.kind {
            _ if self.is_memo() => {
                let is_empty = bytes.iter().all(|byte| matches!(byte, 0 | b' ' | b'0'));
                return is_empty.then(String::new);
            }
            b'D' => {
                let digits = bytes.trim_ascii();
                match digits {
                    [a, b, c, d, e, f, g, h] if digits.iter().all(u8::is_ascii_digit) => {
                        let parts = [&[*a, *b, *c, *d][..], &[*e, *f][..], &[*g, *h][..]];
                        parts.map(|part| String::from_utf8_lossy(part).into_owned()).join("-")
                    }
                    other => text(other),
                }
            }
            b'I' | b'+' if self.size == 4 => {
                four().map(|value| value.to_string()).unwrap_or_default()
            }
            b'B' | b'O' if self.size == 8 => {
                eight().map(f64::from_le_bytes).map(number).unwrap_or_default()
            }
            b'Y' => eight().map(i64::from_le_bytes).map(currency).unwrap_or_default(),
            b'T' | b'@' => eight().map(moment).unwrap_or_default(),
            b'0' => String::new(),
            b'N' | b'F' | b'L' => text(bytes).trim_matches(['\0', ' ']).to_owned(),
            _ => text(bytes).trim_end_matches(['\0', ' ']).to_owned(),
        };
        Some(value)
    }
}

/// Ten-thousandths as a number.
pub(super) fn currency(value: i64) -> String {
    let (sign, value) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    format!("{sign}{}.{:04}", value / 10_000, value % 10_000)
}

/// A Julian day and the milliseconds of it, as date and time.
fn moment(bytes: [u8; 8]) -> String {
    let day = i64::from(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    let milliseconds = i64::from(i32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]));
    // the Julian day of 1970-01-01
    let time = (day - 2_440_588).checked_mul(86_400_000_000).filter(|_| day > 0);
    let Some((year, month, day)) = time.map(|time| CivilTime(time).date()) else {
        return String::new();
    };
    let seconds = (milliseconds + 500).div_euclid(1000);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The encoding for the number of a language driver.
fn code_page(driver: u8) -> Option<Scheme> {
    Scheme::for_code_page(match driver {
        0x01 | 0x09 | 0x0b | 0x0d | 0x0f | 0x11 | 0x15 | 0x18 | 0x19 | 0x1b => 437,
        0x02 | 0x0a | 0x0e | 0x10 | 0x12 | 0x14 | 0x16 | 0x1a | 0x1d | 0x25 | 0x37 => 850,
        0x03 | 0x57..=0x59 => 1252,
        0x04 => 10_000,
        0x08 | 0x17 | 0x66 => 865,
        0x13 | 0x7b => 932,
        0x1c | 0x6c => 863,
        0x1f | 0x22 | 0x23 | 0x40 | 0x64 | 0x87 => 852,
        0x24 => 860,
        0x26 | 0x65 => 866,
        0x4d | 0x7a => 936,
        0x4e | 0x79 => 949,
        0x4f | 0x78 => 950,
        0x50 | 0x7c => 874,
        0x67 => 861,
        0x6a | 0x86 => 737,
        0x6b | 0x88 => 857,
        0xc8 => 1250,
        0xc9 => 1251,
        0xca => 1254,
        0xcb => 1253,
        0xcc => 1257,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{read, torment};
    use exhibit_model::MarkKind;

    fn table(version: u8, driver: u8, fields: &[(&[u8], u8, u8)], records: &[&[u8]]) -> Vec<u8> {
        let is_seven = version & 7 == 4;
        let start: u16 = if is_seven { 68 } else { 32 };
        let length: u16 = if is_seven { 48 } else { 32 };
        let header_size = start + length * fields.len() as u16 + 1;
        let record_size: u16 = 1 + fields.iter().map(|field| u16::from(field.2)).sum::<u16>();
        let mut bytes = vec![version, 124, 3, 9];
        bytes.extend((records.len() as u32).to_le_bytes());
        bytes.extend(header_size.to_le_bytes());
        bytes.extend(record_size.to_le_bytes());
        bytes.resize(start.into(), 0);
        bytes[29] = driver;
        for (name, kind, size) in fields {
            let mut descriptor = name.to_vec();
            descriptor.resize(length.into(), 0);
            let at = if is_seven { 32 } else { 11 };
            descriptor[at] = *kind;
            descriptor[if is_seven { 33 } else { 16 }] = *size;
            bytes.extend(descriptor);
        }
        bytes.push(0x0d);
        records.iter().for_each(|record| bytes.extend_from_slice(record));
        bytes.push(0x1a);
        bytes
    }

    #[test]
    fn records_are_rows_and_deleted_ones_are_hidden() {
        let bytes = table(
            3,
            0x4d,
            &[
                (b"\xD0\xD5\xC3\xFB", b'C', 8),
                (b"BORN", b'D', 8),
                (b"N", b'N', 5),
                (b"OK", b'L', 1),
            ],
            &[b" \xB5\xC7\xBC\xC7    19780203 1.50T", b"*gone    19999999    7F"],
        );
        let outcome = read(extract, &bytes);
        assert_eq!(
            outcome.texts(),
            ["姓名\tBORN\tN\tOK\n登记\t1978-02-03\t1.50\tT\ngone\t1999-99-99\t7\tF\n"]
        );
        assert_eq!(outcome.marked(MarkKind::Hidden), ["gone", "1999-99-99", "7", "F"]);
        assert_eq!(outcome.property("dcterms:modified"), Some("2024-03-09"));
        assert_eq!((outcome.verdict, outcome.notes.len()), (Verdict::Read, 0));
    }

    #[test]
    fn binary_fields_and_memos() {
        let day = [&2_460_311i32.to_le_bytes()[..], &45_296_000i32.to_le_bytes()].concat();
        let record = [
            &b" "[..],
            &(-7i32).to_le_bytes(),
            &1.25f64.to_le_bytes(),
            &(-12_345i64).to_le_bytes(),
            &day,
            &3u32.to_le_bytes(),
        ]
        .concat();
        let fields: &[(&[u8], u8, u8)] =
            &[(b"I", b'I', 4), (b"B", b'B', 8), (b"Y", b'Y', 8), (b"T", b'T', 8), (b"M", b'M', 4)];
        let outcome = read(extract, &table(0x30, 3, fields, &[&record]));
        assert_eq!(outcome.texts(), ["I\tB\tY\tT\tM\n-7\t1.25\t-1.2345\t2024-01-01 12:34:56\n"]);
        assert!(outcome.has_note(&NoteCode::PartLost { part: "memo".to_owned(), sheet: None }));
        let seven = table(4, 0, &[(b"A_LONG_NAME_OF_A_FIELD", b'C', 4)], &[b" abcd"]);
        assert_eq!(read(extract, &seven).texts(), ["A_LONG_NAME_OF_A_FIELD\nabcd\n"]);
    }

    #[test]
    fn what_the_header_states_is_not_trusted() {
        let mut bytes = table(3, 0, &[(b"A", b'C', 4)], &[b" abcd", b" efgh"]);
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        let outcome = read(extract, &bytes);
        assert_eq!(outcome.texts(), ["A\nabcd\nefgh\n"]);
        assert!(outcome.has_note(&NoteCode::FileCutShort));
        assert!(matches!(read(extract, &bytes[..31]).verdict, Verdict::Failed(_)));
        torment(
            extract,
            &table(3, 0x65, &[(b"A", b'C', 200), (b"T", b'T', 8)], &[&[b' '; 209][..]; 4]),
            9,
        );
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture(
            "formats/table.dbf",
            &table(3, 0x65, &[(b"A", b'C', 9), (b"T", b'T', 8)], &[&[b' '; 18][..]; 2]),
        );
    }
}
