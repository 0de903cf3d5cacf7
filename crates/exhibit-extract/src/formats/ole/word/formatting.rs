//! The formatting that matters for text ([MS-DOC] 2.6, 2.9): hidden and deleted characters, symbols, rows of tables,
//! lists; of styles as well.

use super::Streams;
use super::fib::{self, Fib, long, short};

/// The size of a page of formatting, which is at a multiple of it.
const PAGE: usize = 512;
/// The maximum number of runs.
const MOST: usize = 4 << 20;

/// Properties of characters.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Characters {
    /// `None` if the style decides.
    pub(super) hidden: Option<bool>,
    pub(super) deleted: bool,
    pub(super) style: Option<u16>,
    /// The character of a symbol font that stands here.
    pub(super) symbol: Option<u16>,
    /// Whether control characters and the like have a meaning of their own.
    pub(super) special: bool,
}

/// Properties of a paragraph.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Paragraph {
    pub(super) style: u16,
    /// The list and its level.
    pub(super) list: Option<u16>,
    pub(super) level: Option<u8>,
    pub(super) in_table: bool,
    pub(super) ends_row: bool,
    pub(super) page_break: bool,
}

#[derive(Clone, Default, Debug)]
struct Style {
    based_on: u16,
    characters: Characters,
    paragraph: Paragraph,
}

/// Runs of formatting by their place in the document stream, and styles.
#[derive(Default)]
pub(super) struct Formatting {
    characters: Vec<(u32, u32, Characters)>,
    paragraphs: Vec<(u32, u32, Paragraph)>,
    styles: Vec<Style>,
}

impl Formatting {
    /// Reads the pages that the tables of the block name.
    pub(super) fn read(fib: &Fib, streams: &Streams) -> Self {
        let table = fib.tables(streams);
        let mut formatting =
            Self { styles: styles(fib.part(table, fib::STYLES), fib.old), ..Self::default() };
        for (number, is_paragraph) in [(fib::CHARACTER_PAGES, false), (fib::PARAGRAPH_PAGES, true)]
        {
            let entries = fib.part(table, number);
            let size = if fib.old { 2 } else { 4 };
            let count = entries.len().saturating_sub(4) / (4 + size);
            for at in 0..count {
                let entry = (count + 1) * 4 + at * size;
                let page = if fib.old {
                    short(entries, entry).map(u32::from)
                } else {
                    long(entries, entry)
                };
                let Some(page) = page.map(|page| (page & 0x003f_ffff) as usize * PAGE) else {
                    break;
                };
                let Some(page) = streams.document.get(page..page + PAGE) else { continue };
                formatting.page(page, is_paragraph, fib.old);
            }
        }
        formatting.characters.sort_by_key(|run| run.0);
        formatting.paragraphs.sort_by_key(|run| run.0);
        formatting
    }

    // [MS-DOC] 2.9.33 and 2.9.174: places, then where in the page the properties between two of them are.
    fn page(&mut self, page: &[u8], is_paragraph: bool, old: bool) {
        let count = usize::from(page[PAGE - 1]);
        let size = if !is_paragraph {
            1
        } else if old {
            7
        } else {
            13
        };
        for run in 0..count {
            let (Some(start), Some(end)) = (long(page, run * 4), long(page, run * 4 + 4)) else {
                return;
            };
            let at = page.get((count + 1) * 4 + run * size).map_or(0, |at| usize::from(*at) * 2);
            if start >= end || self.characters.len() + self.paragraphs.len() > MOST {
                continue;
            }
            let properties = page.get(at..PAGE - 1).filter(|_| at > 0).unwrap_or_default();
            if is_paragraph {
                let (skip, length) = match properties.first() {
                    Some(0) if !old => {
                        (2, properties.get(1).map_or(0, |words| usize::from(*words) * 2))
                    }
                    Some(words) if old => (1, usize::from(*words) * 2),
                    Some(words) => (1, (usize::from(*words) * 2).saturating_sub(1)),
                    None => (0, 0),
                };
                let body = properties.get(skip..).unwrap_or_default();
                let body = &body[..body.len().min(length)];
                let mut paragraph =
                    Paragraph { style: short(body, 0).unwrap_or(0), ..Paragraph::default() };
                if old {
                    paragraph.style = body.first().map_or(0, |style| u16::from(*style));
                }
                paragraph.apply(body.get(if old { 1 } else { 2 }..).unwrap_or_default(), old);
                self.paragraphs.push((start, end, paragraph));
            } else {
                let length = properties.first().map_or(0, |length| usize::from(*length));
                let body = properties.get(1..).unwrap_or_default();
                let mut characters = Characters::default();
                characters.apply(&body[..body.len().min(length)], old);
                if characters != Characters::default() {
                    self.characters.push((start, end, characters));
                }
            }
        }
    }

    /// The properties of the character at a place, in a paragraph of a style; `changes` are those of its piece.
    pub(super) fn characters(&self, place: u32, style: u16, changes: &[u8]) -> Characters {
        let mut found = at(&self.characters, place).unwrap_or_default();
        if !changes.is_empty() {
            found.apply(changes, false);
        }
        if found.hidden.is_none() {
            let of = |style: u16| self.inherited(style, |style| style.characters.hidden);
            found.hidden = found.style.and_then(of).or_else(|| of(style));
        }
        found
    }

    /// The properties of the paragraph at a place, with the list of its style.
    pub(super) fn paragraph(&self, place: u32, changes: &[u8]) -> Option<Paragraph> {
        let mut found = at(&self.paragraphs, place)?;
        if !changes.is_empty() {
            found.apply(changes, false);
        }
        if found.list.is_none() {
            found.list = self.inherited(found.style, |style| style.paragraph.list);
            found.level =
                found.level.or_else(|| self.inherited(found.style, |style| style.paragraph.level));
        }
        Some(found)
    }

    fn inherited<T>(&self, style: u16, property: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut style = style;
        // styles that are based on each other end here
        for _ in 0..20 {
            let found = self.styles.get(usize::from(style))?;
            if let Some(property) = property(found) {
                return Some(property);
            }
            style = found.based_on;
        }
        None
    }
}

fn at<T: Copy>(runs: &[(u32, u32, T)], place: u32) -> Option<T> {
    let run = runs.get(runs.partition_point(|run| run.0 <= place).checked_sub(1)?)?;
    (place < run.1).then_some(run.2)
}

impl Characters {
    fn apply(&mut self, properties: &[u8], old: bool) {
        for (code, operand) in (Properties { rest: properties, old }) {
            let first = operand.first().copied().unwrap_or(0);
            match code {
                0x083c => self.hidden = toggled(first),
                0x0800 => self.deleted = first != 0,
                0x4a30 => self.style = short(operand, 0),
                0x6a09 => self.symbol = short(operand, 2),
                0x0855 => self.special = first != 0,
                _ => {}
            }
        }
    }
}

impl Paragraph {
    fn apply(&mut self, properties: &[u8], old: bool) {
        for (code, operand) in (Properties { rest: properties, old }) {
            let on = operand.first().is_some_and(|value| *value != 0);
            match code {
                0x260a => self.level = operand.first().copied(),
                0x460b => self.list = short(operand, 0).filter(|list| *list < 0x8000),
                0x2416 | 0x244b => self.in_table = on,
                0x2417 | 0x244c => self.ends_row = on,
                0x2407 => self.page_break = on,
                0x4600 => self.style = short(operand, 0).unwrap_or(self.style),
                _ => {}
            }
        }
    }
}

// On, off, or (128 and 129) as the style or its opposite; a style that does not hide is assumed for these.
fn toggled(value: u8) -> Option<bool> {
    match value {
        0 => Some(false),
        1 | 0x81 => Some(true),
        _ => None,
    }
}

/// Codes with their operands ([MS-DOC] 2.6.1); those of Word 6 by the numbers of their successors.
struct Properties<'p> {
    rest: &'p [u8],
    old: bool,
}

impl<'p> Iterator for Properties<'p> {
    type Item = (u16, &'p [u8]);

    fn next(&mut self) -> Option<(u16, &'p [u8])> {
        let (code, start, length) =
            if self.old { old_property(self.rest)? } else { property(self.rest)? };
        let operand = self.rest.get(start..)?;
        let operand = &operand[..operand.len().min(length)];
        self.rest = self.rest.get(start + length..).unwrap_or_default();
        Some((code, operand))
    }
}

fn property(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let code = short(bytes, 0)?;
    let (start, length) = match (code, code >> 13) {
        (0xd608 | 0xd606, _) => (4, usize::from(short(bytes, 2)?).saturating_sub(1)),
        (_, 0 | 1) => (2, 1),
        (_, 2 | 4 | 5) => (2, 2),
        (_, 3) => (2, 4),
        (_, 7) => (2, 3),
        _ => (3, usize::from(*bytes.get(2)?)),
    };
    Some((code, start, length))
}

// Word 6: a code of one byte; the lengths of its operands are fixed except for some.
fn old_property(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let code = *bytes.first()?;
    let new = match code {
        24 => 0x2416,
        25 => 0x2417,
        9 => 0x2407,
        65 => 0x0800,
        92 => 0x083c,
        117 => 0x0855,
        _ => 0,
    };
    let (start, length) = match code {
        // lengths as stated before the operand
        3 | 15 | 68 | 81 | 101 | 104 | 108 | 187 | 190..=192 => (2, usize::from(*bytes.get(1)?)),
        12 | 23 => (2, usize::from(*bytes.get(1)?)),
        188 => (3, usize::from(short(bytes, 1)?).saturating_sub(1)),
        4..=11
        | 13
        | 14
        | 24
        | 25
        | 29
        | 36
        | 37
        | 44
        | 50
        | 51
        | 65
        | 66
        | 71
        | 74..=79
        | 82..=92
        | 94
        | 98
        | 100
        | 117 => (1, 1),
        2
        | 16..=22
        | 26..=28
        | 30..=35
        | 38..=43
        | 45..=49
        | 69
        | 70
        | 72
        | 73
        | 80
        | 93
        | 95..=97
        | 99
        | 102
        | 103
        | 105..=107 => (1, 2),
        67 | 109..=116 => (1, 4),
        _ => return None,
    };
    Some((new, start, length))
}

// [MS-DOC] 2.9.271: the sizes that the sheet states are respected, so that later versions can be read.
fn styles(sheet: &[u8], old: bool) -> Vec<Style> {
    let mut styles = Vec::new();
    let (Some(header), Some(count), Some(base)) =
        (short(sheet, 0), short(sheet, 2), short(sheet, 4))
    else {
        return styles;
    };
    let mut at = 2 + usize::from(header);
    for _ in 0..count.min(4096) {
        let Some(length) = short(sheet, at) else { break };
        let end = at + 2 + usize::from(length);
        let body = sheet.get(at + 2..end).unwrap_or_default();
        styles.push(if old {
            Style::default()
        } else {
            style(body, usize::from(base)).unwrap_or_default()
        });
        at = end + usize::from(length) % 2;
    }
    styles
}

fn style(body: &[u8], base: usize) -> Option<Style> {
    let kind = short(body, 2)? & 0xf;
    let mut style = Style { based_on: short(body, 2)? >> 4, ..Style::default() };
    let parts = short(body, 4)? & 0xf;
    let name = usize::from(short(body, base)?);
    let mut at = base + 2 + name * 2 + 2;
    for part in 0..parts {
        let length = usize::from(short(body, at)?);
        let properties = body.get(at + 2..at + 2 + length)?;
        match (kind, part) {
            (1, 0) => style.paragraph.apply(properties.get(2..).unwrap_or_default(), false),
            (1, 1) | (2, 0) => style.characters.apply(properties, false),
            _ => {}
        }
        at += 2 + length + length % 2;
    }
    Some(style)
}
