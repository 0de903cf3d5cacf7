//! Workbooks in packages of binary records ([MS-XLSB]): the same parts and relations as xlsx; text boxes, charts and
//! diagrams are the same XML.

use super::open::{drawn_text, furniture, people, threads};
use super::{SheetWriter, cell_name};
use crate::formats::office::number_format::{self, Decimal, Format, Shown};
use crate::formats::office::package::{PART_CAP, Package, STREAM_CAP};
use crate::out::{Out, Stop};
use exhibit_model::{MarkKind, NoteCode, Verdict};
use std::collections::BTreeMap;
use std::io::Read;

/// The maximum length of a record.
const MOST_RECORD: usize = 1 << 24;

/// Records of a part, read one after the other.
struct Records<R> {
    bytes: R,
    data: Vec<u8>,
    /// Whether the part ends within a record, or cannot be read to its end.
    cut_short: bool,
}

impl<R: Read> Records<R> {
    fn new(bytes: R) -> Self {
        Self { bytes, data: Vec::new(), cut_short: false }
    }

    fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        loop {
            match self.bytes.read(&mut byte) {
                Ok(0) => return None,
                Ok(_) => return Some(byte[0]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => {
                    self.cut_short = true;
                    return None;
                }
            }
        }
    }

    // A number and a length, seven bits a byte, then the data.
    fn next(&mut self) -> Option<(u16, &[u8])> {
        let mut kind = u16::from(self.byte()?);
        if kind & 0x80 != 0 {
            kind = kind & 0x7f | u16::from(self.byte()? & 0x7f) << 7;
        }
        let mut length = 0usize;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        self.data.clear();
        let whole = length <= MOST_RECORD
            && self
                .bytes
                .by_ref()
                .take(length as u64)
                .read_to_end(&mut self.data)
                .is_ok_and(|read| read == length);
        if !whole {
            self.cut_short = true;
            return None;
        }
        Some((kind, &self.data))
    }
}

struct Workbook {
    /// Name, whether it is hidden, and part of each sheet.
    sheets: Vec<(String, bool, String)>,
    strings: Vec<String>,
    formats: Vec<Format>,
    from_1904: bool,
    people: BTreeMap<String, String>,
    names: String,
}

/// Emits the sheets of a workbook whose main part is `main`.
pub(super) fn extract(
    package: &mut Package<'_>,
    main: &str,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(workbook) = Workbook::read(package, main) else {
        return Ok(package.missing(main));
    };
    let mut missing = 0;
    for (at, (name, hidden, part)) in workbook.sheets.iter().enumerate() {
        let mut sheet = Sheet::new(&workbook, name, *hidden);
        if at == 0 {
            sheet.rest.push((workbook.names.clone(), Some(MarkKind::Annotation)));
        }
        if let Some(note) = sheet.read(package, part, out)? {
            out.note(out.pages(), note)?;
        }
        missing += sheet.missing;
    }
    if missing > 0 {
        out.note(0, NoteCode::CellTextMissing { cells: missing })?;
    }
    Ok(Verdict::Read)
}

impl Workbook {
    fn read(package: &mut Package<'_>, main: &str) -> Option<Self> {
        let relations = package.relations(main);
        let part = |kind: &str| {
            let found =
                relations.iter().find(|relation| relation.kind == kind && !relation.external);
            found.map(|relation| relation.target.clone()).unwrap_or_default()
        };
        let strings = shared_strings(package, &part("sharedStrings"));
        let formats = cell_formats(package, &part("styles"));
        let people = people(package, &part("person"));
        let mut workbook = Self {
            sheets: Vec::new(),
            strings,
            formats,
            from_1904: false,
            people,
            names: String::new(),
        };
        let mut records = Records::new(package.part(main, PART_CAP)?);
        while let Some((kind, data)) = records.next() {
            match kind {
                153 => workbook.from_1904 = long(data, 0).is_some_and(|flags| flags & 1 == 1),
                156 => {
                    // the first versions of the format had a value more
                    let found = [8, 12].into_iter().find_map(|start| {
                        let mut at = start;
                        let id = wide(data, &mut at)?;
                        let relation = relations.iter().find(|relation| relation.id == id)?;
                        Some((relation, wide(data, &mut at).unwrap_or_default()))
                    });
                    let Some((relation, name)) = found else { continue };
                    let hidden = long(data, 0).is_some_and(|state| state != 0);
                    workbook.sheets.push((name, hidden, relation.target.clone()));
                }
                39 => workbook.names.push_str(&constant(data).unwrap_or_default()),
                _ => {}
            }
        }
        Some(workbook)
    }
}

// A defined name whose formula is a text.
fn constant(data: &[u8]) -> Option<String> {
    let mut at = 9;
    let name = wide(data, &mut at)?;
    let formula = data.get(at + 4..)?.strip_prefix(&[0x17])?;
    let count = usize::from(u16::from_le_bytes([*formula.first()?, *formula.get(1)?]));
    let text = encoding_rs::UTF_16LE.decode_without_bom_handling(formula.get(2..2 + count * 2)?).0;
    Some(format!("{name} = \"{text}\"\n"))
}

fn shared_strings(package: &mut Package<'_>, part: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let Some(part) = package.part(part, STREAM_CAP) else { return strings };
    let mut records = Records::new(part);
    while let Some((kind, data)) = records.next() {
        if kind == 19 {
            strings.push(wide(data, &mut 1).unwrap_or_default());
        }
    }
    strings
}

fn cell_formats(package: &mut Package<'_>, part: &str) -> Vec<Format> {
    let (mut codes, mut formats, mut in_cells) = (BTreeMap::new(), Vec::new(), false);
    let Some(part) = package.part(part, PART_CAP) else { return formats };
    let mut records = Records::new(part);
    while let Some((kind, data)) = records.next() {
        let short =
            |at: usize| Some(u32::from(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?])));
        match kind {
            44 => codes.extend(short(0).zip(wide(data, &mut 2))),
            617 => in_cells = true,
            618 => in_cells = false,
            47 if in_cells => {
                let id = short(2).unwrap_or(0);
                formats.push(Format { id, code: codes.get(&id).cloned() });
            }
            _ => {}
        }
    }
    formats
}

struct Sheet<'w> {
    workbook: &'w Workbook,
    writer: SheetWriter,
    name: String,
    hidden_columns: Vec<(u32, u32)>,
    row: u32,
    row_hidden: bool,
    missing: u64,
    rest: Vec<(String, Option<MarkKind>)>,
    links: Vec<(String, Option<MarkKind>)>,
    furniture: String,
    protected: bool,
}

impl<'w> Sheet<'w> {
    fn new(workbook: &'w Workbook, name: &str, hidden: bool) -> Self {
        Self {
            workbook,
            writer: SheetWriter::new(name, hidden),
            name: name.to_owned(),
            hidden_columns: Vec::new(),
            row: 0,
            row_hidden: false,
            missing: 0,
            rest: Vec::new(),
            links: Vec::new(),
            furniture: String::new(),
            protected: false,
        }
    }

    fn read(
        &mut self,
        package: &mut Package<'_>,
        part: &str,
        out: &mut Out<'_>,
    ) -> Result<Option<NoteCode>, Stop> {
        let relations = package.relations(part);
        for relation in relations.iter().filter(|relation| !relation.external) {
            let found = match relation.kind.as_str() {
                "comments" => comments(package, &relation.target),
                "threadedComment" => threads(package, &relation.target, &self.workbook.people),
                _ => continue,
            };
            for (row, column, text) in found {
                self.writer.note(row, column, &text);
            }
        }
        let drawn = drawn_text(package, &relations);
        let place = |part: &str| (part.to_owned(), Some(self.name.clone()));
        let note = match package.part(part, STREAM_CAP) {
            Some(bytes) => {
                let (part, sheet) = place(part);
                let mut records = Records::new(bytes);
                while let Some((kind, data)) = records.next() {
                    match kind {
                        494 => {
                            let mut at = 16;
                            let id = wide(data, &mut at).unwrap_or_default();
                            let target = relations.iter().find(|relation| relation.id == id);
                            let target =
                                target.map(|relation| relation.target.clone()).unwrap_or_default();
                            self.link(data, &mut at, target);
                        }
                        _ => self.record(kind, data, out)?,
                    }
                }
                records.cut_short.then_some(NoteCode::PartCutShort { part, sheet })
            }
            None => {
                let (part, sheet) = place(part);
                Some(NoteCode::PartLost { part, sheet })
            }
        };
        if self.protected {
            out.metadata("sheet:protected", &self.name)?;
        }
        let mut rest = vec![(drawn, None)];
        rest.append(&mut self.rest);
        rest.append(&mut self.links);
        rest.push((std::mem::take(&mut self.furniture), Some(MarkKind::Furniture)));
        std::mem::replace(&mut self.writer, SheetWriter::new("", false)).finish(&rest, out)?;
        Ok(note)
    }

    fn record(&mut self, kind: u16, data: &[u8], out: &mut Out<'_>) -> Result<(), Stop> {
        match kind {
            0 => {
                self.row = long(data, 0).unwrap_or(self.row).min((1 << 20) - 1);
                self.row_hidden = data.get(11).is_some_and(|flags| flags & 0x10 != 0);
            }
            60 => {
                let hidden = data.get(16).is_some_and(|flags| flags & 1 == 1);
                self.hidden_columns.extend(long(data, 0).zip(long(data, 4)).filter(|_| hidden));
            }
            535 => self.protected = true,
            479 => {
                let mut at = 2;
                for _ in 0..6 {
                    let Some(code) = wide(data, &mut at) else { break };
                    for section in furniture(&code) {
                        self.furniture.push_str(&section);
                        self.furniture.push('\n');
                    }
                }
            }
            2..=11 | 62 => {
                let Some(column) = long(data, 0) else { return Ok(()) };
                let column = column.min((1 << 14) - 1);
                let style = (long(data, 4).unwrap_or(0) & 0x00ff_ffff) as usize;
                let Some(shown) = self.shown(kind, style, data.get(8..).unwrap_or_default()) else {
                    return Ok(());
                };
                let hidden = self
                    .hidden_columns
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&column));
                self.writer.value((self.row, column), shown, self.row_hidden || hidden, out)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn shown(&mut self, kind: u16, style: usize, value: &[u8]) -> Option<Shown> {
        let general = Format::default();
        let format = self.workbook.formats.get(style).unwrap_or(&general);
        let numbered = |number: f64| match Decimal::of(number) {
            Some(number) => number_format::shown(&number, format, self.workbook.from_1904),
            None => Shown::plain(number.to_string()),
        };
        let double = || Some(f64::from_le_bytes(value.get(..8)?.try_into().ok()?));
        Some(match kind {
            2 => numbered(super::biff::rk(long(value, 0)?)),
            3 | 11 => super::biff::flag(*value.first()?, true),
            4 | 10 => super::biff::flag(*value.first()?, false),
            5 | 9 => numbered(double()?),
            6 | 8 => number_format::shown_text(&wide(value, &mut 0)?, format),
            62 => number_format::shown_text(&wide(value, &mut 1)?, format),
            7 => match self.workbook.strings.get(long(value, 0)? as usize) {
                Some(text) => number_format::shown_text(text, format),
                None => {
                    self.missing += 1;
                    return None;
                }
            },
            _ => return None,
        })
    }

    fn link(&mut self, data: &[u8], at: &mut usize, target: String) {
        let (Some(row), Some(column)) = (long(data, 0), long(data, 8)) else { return };
        let (place, tip) = (wide(data, at).unwrap_or_default(), wide(data, at).unwrap_or_default());
        let place = if place.is_empty() { place } else { format!("#{place}") };
        for text in [target + &place, tip] {
            if !text.trim().is_empty() {
                self.links.push((
                    format!("{}: {text}", cell_name(row, column)),
                    Some(MarkKind::Annotation),
                ));
            }
        }
    }
}

/// The comments of a part: row, column, and text that begins with its author.
fn comments(package: &mut Package<'_>, part: &str) -> Vec<(u32, u32, String)> {
    let (mut authors, mut found) = (Vec::new(), Vec::new());
    let Some(part) = package.part(part, PART_CAP) else { return found };
    let mut records = Records::new(part);
    let mut open: Option<(u32, u32, String)> = None;
    while let Some((kind, data)) = records.next() {
        match kind {
            632 => authors.push(wide(data, &mut 0).unwrap_or_default()),
            635 => {
                let author = long(data, 0)
                    .and_then(|at| authors.get(at as usize).cloned())
                    .unwrap_or_default();
                open = long(data, 4).zip(long(data, 12)).map(|(row, column)| (row, column, author));
            }
            637 => {
                let Some((row, column, author)) = open.take() else { continue };
                let text = wide(data, &mut 1).unwrap_or_default();
                // a threaded comment is repeated here for old programs, with a marker in place of its author
                if !author.starts_with("tc={") {
                    let by = if author.is_empty() || text.starts_with(&author) {
                        String::new()
                    } else {
                        format!("{author}: ")
                    };
                    found.push((row, column, format!("{by}{text}")));
                }
            }
            _ => {}
        }
    }
    found
}

// A text after the number of its characters; the highest number stands for none.
fn wide(data: &[u8], at: &mut usize) -> Option<String> {
    let count = long(data, *at)?;
    *at += 4;
    if count == u32::MAX {
        return Some(String::new());
    }
    let end = at.checked_add((count as usize).checked_mul(2)?)?;
    let text =
        encoding_rs::UTF_16LE.decode_without_bom_handling(data.get(*at..end)?).0.into_owned();
    *at = end;
    Some(text)
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use crate::formats::office::testing::{read, relations, torment};
    use crate::formats::sheet::extract;
    use exhibit_model::{MarkKind, NoteCode};
    use std::io::{Cursor, Write};

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let number = if kind < 0x80 {
            vec![u8::try_from(kind).expect("seven bits")]
        } else {
            vec![
                u8::try_from(kind & 0x7f).expect("seven bits") | 0x80,
                u8::try_from(kind >> 7).expect("seven bits"),
            ]
        };
        let length = [
            u8::try_from(data.len() & 0x7f | 0x80).expect("a byte"),
            u8::try_from(data.len() >> 7).expect("short"),
        ];
        [&number[..], &length, data].concat()
    }

    fn wide(text: &str) -> Vec<u8> {
        let count = u32::try_from(text.encode_utf16().count()).expect("short").to_le_bytes();
        count.into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    }

    fn words(values: &[u32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn workbook(sheet: &[u8]) -> Vec<u8> {
        let parts: Vec<(&str, Vec<u8>)> = vec![
            ("_rels/.rels", relations(&[("w", "officeDocument", "book/main.bin")]).into_bytes()),
            (
                "book/main.bin",
                [
                    record(153, &words(&[0])),
                    record(156, &[words(&[1, 1]), wide("s"), wide("甲")].concat()),
                    record(
                        39,
                        &[vec![0; 9], wide("Secret"), words(&[0]), vec![0x17, 1, 0, b'x', 0]]
                            .concat(),
                    ),
                ]
                .concat(),
            ),
            (
                "book/_rels/main.bin.rels",
                relations(&[
                    ("s", "worksheet", "sheets/one.bin"),
                    ("t", "sharedStrings", "strings.bin"),
                    ("y", "styles", "styles.bin"),
                ])
                .into_bytes(),
            ),
            ("book/strings.bin", record(19, &[vec![0], wide("姓名")].concat())),
            (
                "book/styles.bin",
                [
                    record(44, &[vec![164, 0], wide("000000")].concat()),
                    record(617, &[]),
                    record(47, &[0, 0, 0, 0]),
                    record(47, &[0, 0, 164, 0]),
                    record(618, &[]),
                ]
                .concat(),
            ),
            ("book/sheets/one.bin", sheet.to_vec()),
            (
                "book/sheets/_rels/one.bin.rels",
                relations(&[
                    ("h", "hyperlink", "https://example.org/b"),
                    ("c", "comments", "../comments.bin"),
                    ("d", "drawing", "../drawing.xml"),
                ])
                .into_bytes(),
            ),
            (
                "book/comments.bin",
                [
                    record(632, &wide("Li")),
                    record(635, &words(&[0, 4, 4, 1, 1])),
                    record(637, &[vec![0], wide("why")].concat()),
                ]
                .concat(),
            ),
            (
                "book/drawing.xml",
                b"<xdr:sp><xdr:txBody><a:p><a:r><a:t>boxed</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
                    .to_vec(),
            ),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
            zip.write_all(&content).expect("memory");
        }
        zip.finish().expect("a zip").into_inner()
    }

    #[test]
    fn binary_workbooks_have_all_that_xlsx_has() {
        let cell =
            |column: u32, style: u32, value: &[u8]| [&words(&[column, style])[..], value].concat();
        let hidden_row = [&words(&[1, 0])[..], &[0, 0, 0, 0x10, 0]].concat();
        let sheet = [
            record(60, &[words(&[3, 3, 0, 0]), vec![1, 0]].concat()),
            record(0, &[words(&[0, 0]), vec![0; 5]].concat()),
            record(7, &cell(0, 0, &words(&[0]))),
            record(5, &cell(1, 1, &17f64.to_le_bytes())),
            record(2, &cell(2, 0, &(250u32 << 2 | 3).to_le_bytes())),
            record(8, &cell(3, 0, &wide("made"))),
            record(0, &hidden_row),
            record(4, &cell(0, 0, &[1])),
            record(3, &cell(1, 0, &[7])),
            record(62, &cell(2, 0, &[vec![0], wide("rich")].concat())),
            record(7, &cell(3, 0, &words(&[9]))),
            record(
                494,
                &[words(&[0, 0, 0, 0]), wide("h"), wide("B2"), wide(""), wide("")].concat(),
            ),
            record(479, &[vec![0, 0], wide("&CSecret")].concat()),
            record(535, &[]),
        ]
        .concat();
        let outcome = read(extract, &workbook(&sheet));
        assert_eq!(
            outcome.texts(),
            [
                "姓名\t000017\t2.5\tmade\nTRUE\t#DIV/0!\trich\nB5: Li: why\nboxed\nSecret = \"x\"\nA1: https://example.org/b#B2\nSecret\n"
            ]
        );
        assert_eq!(outcome.labels(), ["甲"]);
        assert_eq!(outcome.property("sheet:protected"), Some("甲"));
        assert!(outcome.has_note(&NoteCode::CellTextMissing { cells: 1 }));
        let hidden = outcome.marked(MarkKind::Hidden);
        assert_eq!(
            hidden[1..],
            ["made", "TRUE", "#DIV/0!", "rich"],
            "the first is the hidden sheet"
        );
        torment(extract, &workbook(&sheet), 97);
        let cut = read(extract, &workbook(&sheet[..sheet.len() - 10]));
        assert!(
            cut.notes.iter().any(|note| matches!(note, NoteCode::PartCutShort { .. })),
            "{:?}",
            cut.notes
        );
    }
}
