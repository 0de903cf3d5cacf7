//! The file information block ([MS-DOC] 2.5): the version, the lengths of the texts, the places of the tables.

use super::{Streams, encoding_of_language};
use encoding_rs::Encoding;

/// The maximum number of pieces and of positions in a table.
const MOST: usize = 4 << 20;

/// The numbers of tables in the block of Word 97.
pub(super) const STYLES: usize = 1;
pub(super) const FOOTNOTE_REFERENCES: usize = 2;
pub(super) const FOOTNOTES: usize = 3;
pub(super) const COMMENT_REFERENCES: usize = 4;
pub(super) const COMMENTS: usize = 5;
pub(super) const HEADERS: usize = 11;
pub(super) const CHARACTER_PAGES: usize = 12;
pub(super) const PARAGRAPH_PAGES: usize = 13;
const PIECES: usize = 33;
pub(super) const AUTHORS: usize = 36;
pub(super) const ENDNOTE_REFERENCES: usize = 46;
pub(super) const ENDNOTES: usize = 47;
pub(super) const LISTS: usize = 73;
pub(super) const LIST_OVERRIDES: usize = 74;

/// A piece of the text: positions from `start` to `end` are at `place` in the document stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) place: usize,
    /// Whether characters have two bytes.
    pub(super) wide: bool,
    /// Properties that the last saves changed.
    pub(super) changes: Vec<u8>,
}

/// What the block states.
#[derive(Debug)]
pub(super) struct Fib {
    pub(super) encrypted: bool,
    pub(super) obfuscated: bool,
    /// The size of the encryption header.
    pub(super) key_size: usize,
    /// The encoding of characters of one byte.
    pub(super) encoding: &'static Encoding,
    pub(super) main: u32,
    pub(super) footnotes: u32,
    pub(super) headers: u32,
    pub(super) comments: u32,
    pub(super) endnotes: u32,
    pub(super) boxes: u32,
    pub(super) header_boxes: u32,
    second_table: bool,
    /// Whether the document is of Word 6 or 95: no tables of their own stream, other places.
    pub(super) old: bool,
    complex: bool,
    text_at: (usize, usize),
    /// Offset and length of each table.
    parts: Vec<(usize, usize)>,
}

impl Fib {
    /// Reads the block at the start of the document stream.
    pub(super) fn read(document: &[u8]) -> Option<Self> {
        let flags = short(document, 0x0a)?;
        // Word 6 and later; Chinese and Japanese versions of Word 6 have numbers of their own
        if !matches!(short(document, 0)?, 0xa5ec | 0xa5dc | 0xa697..=0xa699) {
            return None;
        }
        let version = short(document, 2)?;
        let old = version < 0x69;
        let count = |at: usize| long(document, at).map(|count| count & 0x7fff_ffff);
        let at = if old { 0x34 } else { 0x4c };
        let parts = if old { old_parts(document) } else { parts(document) };
        let fib = Self {
            encrypted: flags & 0x0100 != 0,
            obfuscated: flags & 0x8000 != 0,
            key_size: long(document, 0x0e)? as usize,
            encoding: if old {
                encoding_of_language(short(document, 6)?)
            } else {
                encoding_rs::WINDOWS_1252
            },
            main: count(at)?,
            footnotes: count(at + 4)?,
            headers: count(at + 8)?,
            comments: count(at + 16)?,
            endnotes: count(at + 20)?,
            boxes: count(at + 24)?,
            header_boxes: count(at + 28)?,
            second_table: flags & 0x0200 != 0,
            old,
            complex: flags & 0x0004 != 0,
            text_at: (long(document, 0x18)? as usize, long(document, 0x1c)? as usize),
            parts,
        };
        let all = [
            fib.main,
            fib.footnotes,
            fib.headers,
            fib.comments,
            fib.endnotes,
            fib.boxes,
            fib.header_boxes,
        ];
        let sum = all.iter().try_fold(0u32, |sum, count| sum.checked_add(*count));
        // the lengths of an encrypted document are encrypted too
        (fib.encrypted || sum.is_some()).then_some(fib)
    }

    /// The number of characters of all texts.
    pub(super) fn characters(&self) -> u32 {
        self.main
            + self.footnotes
            + self.headers
            + self.comments
            + self.endnotes
            + self.boxes
            + self.header_boxes
    }

    /// The name of the stream with the tables; `None` if they are in the document stream.
    pub(super) fn table_stream(&self) -> Option<&'static str> {
        (!self.old).then_some(if self.second_table { "/1Table" } else { "/0Table" })
    }

    /// The bytes that contain the tables.
    pub(super) fn tables<'s>(&self, streams: &'s Streams) -> &'s [u8] {
        if self.old { &streams.document } else { &streams.table }
    }

    /// The bytes of a table; none if it is missing.
    pub(super) fn part<'t>(&self, table: &'t [u8], number: usize) -> &'t [u8] {
        let (at, length) = self.parts.get(number).copied().unwrap_or_default();
        table.get(at..at.saturating_add(length)).unwrap_or_default()
    }

    /// The place of a table, and the bytes from there to the end of the stream.
    pub(super) fn from<'t>(&self, table: &'t [u8], number: usize) -> &'t [u8] {
        let (at, length) = self.parts.get(number).copied().unwrap_or_default();
        if length == 0 { &[] } else { table.get(at..).unwrap_or_default() }
    }

    /// The pieces of the text, in order; without a table of them, the text is one piece.
    pub(super) fn pieces(&self, streams: &Streams) -> Option<Vec<Piece>> {
        let table = self.part(self.tables(streams), PIECES);
        if let Some(pieces) = pieces(table, self.old).filter(|pieces| !pieces.is_empty()) {
            return Some(pieces);
        }
        let (start, end) = self.text_at;
        let in_one = self.old && !self.complex || !self.old && start >= 0x200;
        if !in_one || start >= end || end > streams.document.len().saturating_add(1 << 20) {
            return None;
        }
        let wide = !self.old && end - start >= self.characters() as usize * 2;
        let count = self.characters().max(1);
        Some(vec![Piece { start: 0, end: count, place: start, wide, changes: Vec::new() }])
    }
}

fn parts(document: &[u8]) -> Vec<(usize, usize)> {
    let count = usize::from(short(document, 0x98).unwrap_or(0)).min(200);
    let pair = |at: usize| {
        Some((long(document, 0x9a + at * 8)? as usize, long(document, 0x9e + at * 8)? as usize))
    };
    (0..count).map_while(pair).collect()
}

// The block of Word 6 has the same tables in the same order at first, with gaps; later ones are at places of their own.
fn old_parts(document: &[u8]) -> Vec<(usize, usize)> {
    let mut parts = vec![(0, 0); 48];
    for (number, at) in [
        (STYLES, 0x60),
        (FOOTNOTE_REFERENCES, 0x68),
        (FOOTNOTES, 0x70),
        (COMMENT_REFERENCES, 0x78),
        (COMMENTS, 0x80),
        (HEADERS, 0xb0),
        (CHARACTER_PAGES, 0xb8),
        (PARAGRAPH_PAGES, 0xc0),
        (PIECES, 0x160),
        (ENDNOTE_REFERENCES, 0x1d2),
        (ENDNOTES, 0x1da),
    ] {
        if let (Some(place), Some(length)) = (long(document, at), long(document, at + 4)) {
            parts[number] = (place as usize, length as usize);
        }
    }
    parts
}

// [MS-DOC] 2.9.38: properties that were changed, then the table of pieces.
fn pieces(clx: &[u8], old: bool) -> Option<Vec<Piece>> {
    let (mut at, mut changes) = (0, Vec::new());
    while *clx.get(at)? == 1 {
        let length = usize::from(short(clx, at + 1)?);
        changes.push(clx.get(at + 3..at + 3 + length)?);
        at += 3 + length;
    }
    let table = clx.get(at + 5..)?;
    let table = &table[..table.len().min(long(clx, at + 1)? as usize)];
    let count = (table.len().checked_sub(4)? / 12).min(MOST);
    let mut pieces = Vec::with_capacity(count);
    for number in 0..count {
        let (start, end) = (long(table, number * 4)?, long(table, number * 4 + 4)?);
        let entry = (count + 1) * 4 + number * 8;
        let (place, change) = (long(table, entry + 2)?, short(table, entry + 6)?);
        let narrow = old || place & 0x4000_0000 != 0;
        let at = (place & 0x3fff_ffff) as usize;
        let change = changes.get(usize::from(change >> 1)).filter(|_| change & 1 == 1);
        if start >= end || pieces.last().is_some_and(|last: &Piece| last.end > start) {
            continue;
        }
        pieces.push(Piece {
            start,
            end,
            place: if old {
                place as usize
            } else if narrow {
                at / 2
            } else {
                at
            },
            wide: !narrow,
            changes: change.map(|change| change.to_vec()).unwrap_or_default(),
        });
    }
    Some(pieces)
}

/// The positions at the start of a table whose entries have this number of further bytes.
pub(super) fn positions(table: &[u8], size: usize) -> Vec<u32> {
    let count = table.len().saturating_sub(4) / (4 + size) + 1;
    (0..count.min(MOST)).map_while(|at| long(table, at * 4)).collect()
}

/// Texts one after the other, each after the number of its characters.
pub(super) fn texts(table: &[u8]) -> Vec<String> {
    let (mut texts, mut at) = (Vec::new(), 0);
    while let Some(count) = short(table, at) {
        let end = at + 2 + usize::from(count) * 2;
        let Some(characters) = table.get(at + 2..end) else { break };
        texts.push(encoding_rs::UTF_16LE.decode_without_bom_handling(characters).0.into_owned());
        at = end;
    }
    texts
}

pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
