//! What the records before the sheets define: their names, texts, formats, and names of cells.

use super::records::{BOF, Data, EOF, Record, Records, Version, characters, long, short, text};
use crate::formats::office::number_format::Format;
use crate::formats::ole::property_set::encoding_of;
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// The maximum number of sheets and of outside links that are kept.
const MOST: usize = 10_000;

/// A sheet as the workbook lists it.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// The offset of its first record.
    pub(super) at: usize,
}

/// The workbook's own data.
pub(super) struct Globals {
    pub(super) version: Version,
    pub(super) encoding: &'static Encoding,
    pub(super) from_1904: bool,
    pub(super) sheets: Vec<Listed>,
    pub(super) texts: Vec<String>,
    /// The formats of cells by the index that cells state.
    pub(super) formats: Vec<Format>,
    pub(super) macro_sheets: bool,
    /// Defined names with a text: a line each.
    pub(super) names: String,
    /// Other workbooks, and sources of DDE.
    pub(super) outside: Vec<String>,
    pub(super) cut_short: bool,
}

impl Globals {
    /// Reads the whole stream once: records outside a sheet, and in old versions formats within it.
    pub(super) fn read(stream: &[u8], version: Version) -> Self {
        let mut globals = Self {
            version,
            encoding: code_page(stream),
            from_1904: false,
            sheets: Vec::new(),
            texts: Vec::new(),
            formats: Vec::new(),
            macro_sheets: false,
            names: String::new(),
            outside: Vec::new(),
            cut_short: false,
        };
        let (mut codes, mut ids): (BTreeMap<u32, String>, Vec<u32>) = (BTreeMap::new(), Vec::new());
        let mut records = Records::new(stream, 0);
        let mut depth = 0usize;
        while let Some(record) = records.next() {
            let outermost = depth <= 1 || version < Version::Five;
            match record.kind {
                kind if BOF.contains(&kind) => depth += 1,
                EOF => {
                    depth = depth.saturating_sub(1);
                    // what follows belongs to the sheets
                    if depth == 0 && version >= Version::Five {
                        break;
                    }
                }
                0x00fc if outermost => {
                    let mut parts = vec![record.data];
                    parts.extend(records.continuations());
                    globals.shared_texts(Data::new(parts));
                }
                _ if outermost => globals.take(&record, &mut codes, &mut ids),
                _ => {}
            }
        }
        globals.cut_short = records.cut_short;
        globals.formats =
            ids.into_iter().map(|id| Format { id, code: codes.get(&id).cloned() }).collect();
        globals
    }

    fn take(&mut self, record: &Record<'_>, codes: &mut BTreeMap<u32, String>, ids: &mut Vec<u32>) {
        let (data, version) = (record.data, self.version);
        match record.kind {
            0x0022 => self.from_1904 = short(data, 0) == Some(1),
            0x0085 if self.sheets.len() < MOST => {
                let name = data
                    .get(6..)
                    .and_then(|data| text(data, 1, version, self.encoding))
                    .unwrap_or_default();
                let hidden = data.get(4).is_some_and(|state| state & 3 != 0);
                self.macro_sheets |= matches!(data.get(5), Some(1 | 6));
                let at = long(data, 0).unwrap_or(0) as usize;
                self.sheets.push(Listed { name, hidden, at });
            }
            0x001e => {
                let id = u32::try_from(codes.len()).unwrap_or(u32::MAX);
                codes.insert(id, text(data, 1, version, self.encoding).unwrap_or_default());
            }
            0x041e => {
                let size = if version < Version::Eight { 1 } else { 2 };
                let code = data
                    .get(2..)
                    .and_then(|data| text(data, size, version, self.encoding))
                    .unwrap_or_default();
                let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
                let id = if version == Version::Four {
                    Some(next)
                } else {
                    short(data, 0).map(u32::from)
                };
                codes.extend(id.map(|id| (id, code)));
            }
            // the numbers of formats, of the versions from 2 on
            0x0043 => ids.push(u32::from(data.get(2).copied().unwrap_or(0) & 0x3f)),
            0x0243 | 0x0443 => ids.push(u32::from(data.get(1).copied().unwrap_or(0))),
            0x00e0 => ids.push(short(data, 2).map_or(0, u32::from)),
            0x0018 | 0x0218 => self.name(data),
            0x01ae => self.book(data),
            _ => {}
        }
    }

    fn shared_texts(&mut self, mut data: Data<'_>) {
        let (Some(_), Some(count)) = (data.long(), data.long()) else { return };
        for _ in 0..count {
            let Some(text) = data.rich_text() else { break };
            self.texts.push(text);
        }
    }

    // Of the formulas of names only a text is read (its token is 0x17).
    fn name(&mut self, data: &[u8]) {
        let found = (|| {
            let length = usize::from(*data.get(3)?);
            let builtin = data.first()? & 0x20 != 0;
            let (name, formula) = if self.version == Version::Eight {
                let wide = data.get(14)? & 1 == 1;
                let end = 15 + if wide { length * 2 } else { length };
                (characters(data.get(15..end)?, wide), data.get(end..)?)
            } else {
                let name = self
                    .encoding
                    .decode_without_bom_handling(data.get(14..14 + length)?)
                    .0
                    .into_owned();
                (name, data.get(14 + length..)?)
            };
            let constant = formula.strip_prefix(&[0x17]).filter(|_| !builtin)?;
            Some((name, text(constant, 1, self.version, self.encoding)?))
        })();
        if let Some((name, constant)) = found {
            self.names.push_str(&format!("{name} = \"{constant}\"\n"));
        }
    }

    // Another workbook, or the program and topic of DDE; lengths beyond 255 stand for the workbook itself.
    fn book(&mut self, data: &[u8]) {
        let length = short(data, 2).unwrap_or(0);
        if !(1..=255).contains(&length) || self.outside.len() >= MOST {
            return;
        }
        let Some(path) =
            data.get(2..).and_then(|data| text(data, 2, Version::Eight, self.encoding))
        else {
            return;
        };
        let encoded = path.strip_prefix('\u{1}');
        let mut plain = String::new();
        let mut rest = encoded.unwrap_or(&path).chars();
        while let Some(c) = rest.next() {
            match c {
                '\u{1}' => match rest.next() {
                    Some('@') => plain.push_str("\\\\"),
                    drive => plain.extend(drive.into_iter().chain([':', '\\'])),
                },
                '\u{2}' | '\u{3}' if encoded.is_some() => plain.push('\\'),
                '\u{3}' => plain.push('|'),
                '\u{4}' => plain.push_str("..\\"),
                c if c.is_control() => {}
                c => plain.push(c),
            }
        }
        if !plain.trim().is_empty() {
            self.outside.push(plain);
        }
    }
}

fn code_page(stream: &[u8]) -> &'static Encoding {
    let mut records = Records::new(stream, 0).take(1000);
    let page =
        records.find(|record| record.kind == 0x0042).and_then(|record| short(record.data, 0));
    match page {
        Some(0x8000) => encoding_rs::MACINTOSH,
        Some(page) if page != 0x8001 && page != 367 => encoding_of(page),
        _ => encoding_rs::WINDOWS_1252,
    }
}
