//! The pages of a database file, and the rows of its trees.
//!
//! No page is visited twice, so that trees and chains end whatever the file states; memory is bounded by the depth of a
//! tree and the size of the file.

use crate::charset;
use crate::out::Input;
use std::io::{Read, SeekFrom};

const SIGNATURE: &[u8; 16] = b"SQLite format 3\0";
/// Trees of real databases have less than ten levels.
const MOST_DEPTH: usize = 64;

/// How a database stores text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// A text; one that is not in the encoding of its database, as some programs write, is guessed.
    pub(super) fn text(self, bytes: &[u8]) -> String {
        let text = match self {
            Self::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => charset::decode_guessing(bytes).0,
            },
            Self::Utf16Le => {
                encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
            }
            Self::Utf16Be => {
                encoding_rs::UTF_16BE.decode_without_bom_handling(bytes).0.into_owned()
            }
        };
        if text.contains('\0') { text.replace('\0', "") } else { text }
    }
}

/// An opened database.
pub(super) struct Database<'a> {
    input: &'a mut dyn Input,
    size: u64,
    page_size: usize,
    usable: usize,
    stated_pages: u32,
    visited: Vec<u64>,
    pub(super) encoding: Encoding,
    pub(super) user_version: i32,
    pub(super) application_id: i32,
    /// Whether changes are written to a log beside the file first.
    pub(super) has_log: bool,
}

impl<'a> Database<'a> {
    /// Opens a database; `None` if its header is not one.
    pub(super) fn open(input: &'a mut dyn Input) -> Option<Self> {
        let size = input.seek(SeekFrom::End(0)).ok()?;
        input.rewind().ok()?;
        let mut header = [0; 100];
        input.read_exact(&mut header).ok()?;
        if &header[..16] != SIGNATURE {
            return None;
        }
        let page_size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65536,
            size if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return None,
        };
        let long = |at: usize| {
            u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        // a page has room for at least 480 bytes
        let usable = page_size - usize::from(header[20]).min(page_size - 480);
        let pages = usize::try_from(size.div_ceil(page_size as u64)).ok()?;
        Some(Self {
            input,
            size,
            page_size,
            usable,
            stated_pages: if long(24) == long(92) { long(28) } else { 0 },
            visited: vec![0; pages / 64 + 1],
            encoding: match long(56) {
                2 => Encoding::Utf16Le,
                3 => Encoding::Utf16Be,
                _ => Encoding::Utf8,
            },
            user_version: long(60).cast_signed(),
            application_id: long(68).cast_signed(),
            has_log: header[18] == 2 || header[19] == 2,
        })
    }

    /// The file's size in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Whether the header states more pages than the file has.
    pub(super) fn is_cut_short(&self) -> bool {
        u64::from(self.stated_pages) * self.page_size as u64 > self.size
    }

    /// The bytes of a page that was not visited yet; a page that the file ends in has fewer.
    fn page(&mut self, number: u32) -> Option<Vec<u8>> {
        let at = (number as usize).checked_sub(1)?;
        let start = at as u64 * self.page_size as u64;
        if start >= self.size {
            return None;
        }
        let (word, bit) = (self.visited.get_mut(at / 64)?, 1u64 << (at % 64));
        if *word & bit != 0 {
            return None;
        }
        *word |= bit;
        self.input.seek(SeekFrom::Start(start)).ok()?;
        let mut bytes = Vec::with_capacity(self.page_size);
        (&mut *self.input).take(self.page_size as u64).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The payload of a cell: its beginning in the page, the rest in a chain of pages of their own.
    fn payload(&mut self, page: &[u8], at: usize, stated: u64, is_table: bool) -> (Vec<u8>, bool) {
        let usable = self.usable;
        let least = (usable - 12) * 32 / 255 - 23;
        let most = if is_table { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
        let stated = usize::try_from(stated).unwrap_or(usize::MAX);
        let local = if stated <= most {
            stated
        } else {
            let wanted = least + (stated - least) % (usable - 4);
            if wanted <= most { wanted } else { least }
        };
        let start = page.get(at..).unwrap_or_default();
        let mut bytes = start[..local.min(start.len())].to_vec();
        if bytes.len() < local || stated == local {
            return (bytes, start.len() >= local);
        }
        let mut next = start.get(local..local + 4).map_or(0, be32);
        while bytes.len() < stated {
            let Some(page) = self.page(next) else { return (bytes, false) };
            let body = page.get(4..usable.min(page.len())).unwrap_or_default();
            if body.is_empty() {
                return (bytes, false);
            }
            bytes.extend_from_slice(&body[..body.len().min(stated - bytes.len())]);
            next = page.get(..4).map_or(0, be32);
        }
        (bytes, true)
    }
}

/// A row, or an entry of a table without row ids.
pub(super) struct Entry {
    pub(super) row_id: i64,
    pub(super) payload: Vec<u8>,
    /// Whether all of the payload that is stated was found.
    pub(super) whole: bool,
}

/// Walks through a tree in the order of its keys.
pub(super) struct Cursor {
    open: Vec<Open>,
    keyed: bool,
    /// The number of places that could not be followed.
    pub(super) damage: u64,
}

/// A page of the tree that is being walked through.
struct Open {
    page: Vec<u8>,
    /// Where the header of the page begins.
    header: usize,
    step: usize,
}

impl Open {
    fn kind(&self) -> u8 {
        self.page.get(self.header).copied().unwrap_or(0)
    }

    fn is_leaf(&self) -> bool {
        self.kind() & 8 != 0
    }

    fn cells(&self) -> usize {
        self.page.get(self.header + 3..self.header + 5).map_or(0, |bytes| usize::from(be16(bytes)))
    }

    /// Where a cell begins.
    fn cell(&self, number: usize) -> Option<usize> {
        let pointers = self.header + if self.is_leaf() { 8 } else { 12 };
        let at = pointers + 2 * number;
        let start = usize::from(be16(self.page.get(at..at + 2)?));
        (start > pointers && start < self.page.len()).then_some(start)
    }

    /// The page left of a cell, or right of all.
    fn child(&self, number: usize) -> Option<u32> {
        let at = if number < self.cells() { self.cell(number)? } else { self.header + 8 };
        self.page.get(at..at + 4).map(be32)
    }
}

impl Cursor {
    /// Starts at a root; `keyed` for tables without row ids.
    pub(super) fn new(database: &mut Database<'_>, root: u32, keyed: bool) -> Self {
        let mut cursor = Self { open: Vec::new(), keyed, damage: 0 };
        cursor.descend(database, Some(root));
        cursor
    }

    fn descend(&mut self, database: &mut Database<'_>, page: Option<u32>) {
        let header = if page == Some(1) { 100 } else { 0 };
        let opened =
            page.filter(|_| self.open.len() < MOST_DEPTH).and_then(|number| database.page(number));
        let opened = opened.map(|page| Open { page, header, step: 0 });
        let fits = |open: &Open| {
            if self.keyed { matches!(open.kind(), 2 | 10) } else { matches!(open.kind(), 5 | 13) }
        };
        match opened.filter(fits) {
            Some(open) => self.open.push(open),
            None => self.damage += 1,
        }
    }

    /// The next entry; `None` at the end.
    pub(super) fn next(&mut self, database: &mut Database<'_>) -> Option<Entry> {
        loop {
            let open = self.open.last_mut()?;
            let (step, cells) = (open.step, open.cells());
            open.step += 1;
            if open.is_leaf() {
                if step >= cells {
                    self.open.pop();
                    continue;
                }
                match self.entry(database, step, 0) {
                    Some(entry) => return Some(entry),
                    None => self.damage += 1,
                }
            } else if self.keyed {
                // a page, then the entry right of it
                if step > 2 * cells {
                    self.open.pop();
                } else if step % 2 == 0 {
                    let child = open.child(step / 2);
                    self.descend(database, child);
                } else {
                    match self.entry(database, step / 2, 4) {
                        Some(entry) => return Some(entry),
                        None => self.damage += 1,
                    }
                }
            } else if step > cells {
                self.open.pop();
            } else {
                let child = open.child(step);
                self.descend(database, child);
            }
        }
    }

    /// The entry in a cell of the innermost page, `skip` bytes after the cell's beginning.
    fn entry(&mut self, database: &mut Database<'_>, number: usize, skip: usize) -> Option<Entry> {
        let open = self.open.last()?;
        let at = open.cell(number)? + skip;
        let (size, length) = varint(open.page.get(at..)?)?;
        let at = at + length;
        let (row_id, length) = if self.keyed { (0, 0) } else { varint(open.page.get(at..)?)? };
        let (payload, whole) = database.payload(&open.page, at + length, size, !self.keyed);
        Some(Entry { row_id: row_id.cast_signed(), payload, whole })
    }
}

/// A number of one to nine bytes, and its length.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0u64;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Some((number << 8 | u64::from(*byte), 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, at + 1));
        }
    }
    None
}

fn be16(bytes: &[u8]) -> u16 {
    bytes.iter().take(2).fold(0, |number, byte| number << 8 | u16::from(*byte))
}

fn be32(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}
