//! The pages of a database file, and rows within them.

use crate::charset::Scheme;
use crate::formats::ole::rc4::Rc4;
use crate::out::Input;
use std::collections::HashMap;
use std::io::SeekFrom;

/// The key of the header, in every database.
const HEADER_KEY: [u8; 4] = 0x6b39_dac7_u32.to_le_bytes();

/// Bits of a row's offset.
const OFFSET: u16 = 0x1fff;
const DELETED: u16 = 0x8000;
const ELSEWHERE: u16 = 0x4000;
/// The maximum number of pages that the text or bytes of one cell are spread over.
const MOST_HOPS: usize = 1 << 20;

/// What a file turned out to be.
pub(super) enum Opened<'a> {
    Database(Database<'a>),
    /// Encrypted, and how.
    Encrypted(&'static str),
    Damaged,
}

/// An opened database.
pub(super) struct Database<'a> {
    input: &'a mut dyn Input,
    size: u64,
    page_size: usize,
    version: u8,
    /// The key of pages; zero if they are not encoded.
    key: u32,
    pub(super) code_page: Option<Scheme>,
    /// How many bytes of pages may still be read: those of an honest file are read a few times.
    left: u64,
    /// The data pages of each table, by the page of its definition.
    owners: Option<HashMap<u32, Vec<u32>>>,
    /// Pages that were read last.
    cache: HashMap<u32, Vec<u8>>,
}

impl<'a> Database<'a> {
    /// Opens a database whose catalog is at a page.
    pub(super) fn open(input: &'a mut dyn Input, catalog: u32) -> Opened<'a> {
        let mut header = [0; 160];
        let size = input.seek(SeekFrom::End(0)).unwrap_or(0);
        if input.rewind().is_err() || input.read_exact(&mut header).is_err() {
            return Opened::Damaged;
        }
        let version = header[0x14];
        let (page_size, encrypted) = if version == 0 { (2048, 126) } else { (4096, 128) };
        Rc4::new(&HEADER_KEY).apply(&mut header[0x18..0x18 + encrypted]);
        let page = u32::from(u16::from_le_bytes([header[0x3c], header[0x3d]]));
        let mut database = Self {
            input,
            size,
            page_size,
            version,
            key: 0,
            code_page: Scheme::for_code_page(page).filter(|_| version == 0),
            left: size.saturating_mul(16).saturating_add(64 << 20),
            owners: None,
            cache: HashMap::new(),
        };
        let is_definition =
            |page: Option<Vec<u8>>| page.is_some_and(|page| page.first() == Some(&2));
        if is_definition(database.page(catalog)) {
            return Opened::Database(database);
        }
        database.cache.clear();
        database.key = u32::from_le_bytes([header[0x3e], header[0x3f], header[0x40], header[0x41]]);
        if database.key != 0 && is_definition(database.page(catalog)) {
            return Opened::Database(database);
        }
        let whole = size >= (u64::from(catalog) + 1) * page_size as u64;
        match database.key {
            0 => Opened::Damaged,
            _ if !whole => Opened::Damaged,
            _ if version >= 2 => Opened::Encrypted("Access password"),
            _ => Opened::Encrypted("Jet encoding"),
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn is_jet_3(&self) -> bool {
        self.version == 0
    }

    /// The name of the version that wrote the file.
    pub(super) fn version(&self) -> &'static str {
        match self.version {
            0 => "Jet 3",
            1 => "Jet 4",
            2 => "ACE 12",
            3 => "ACE 14",
            4 => "ACE 15",
            _ => "ACE 16 or later",
        }
    }

    /// The number of pages that the file has room for.
    fn pages(&self) -> u32 {
        u32::try_from(self.size / self.page_size as u64).unwrap_or(u32::MAX)
    }

    /// Whether so much was read that an honest file would have been read long before.
    pub(super) fn is_spent(&self) -> bool {
        self.left < self.page_size as u64
    }

    /// The data pages of the table whose definition is at a page.
    pub(super) fn data_pages(&mut self, owner: u32) -> Vec<u32> {
        if self.owners.is_none() {
            let mut owners: HashMap<u32, Vec<u32>> = HashMap::new();
            for number in 1..self.pages() {
                if let Some((1, owner)) = self.owner(number) {
                    owners.entry(owner).or_default().push(number);
                }
            }
            self.owners = Some(owners);
        }
        self.owners.as_ref().and_then(|owners| owners.get(&owner)).cloned().unwrap_or_default()
    }

    /// The bytes of a whole page.
    pub(super) fn page(&mut self, number: u32) -> Option<Vec<u8>> {
        const MOST_CACHED: usize = 256;
        if let Some(page) = self.cache.get(&number) {
            return Some(page.clone());
        }
        let page = self.read_page(number)?;
        if self.cache.len() >= MOST_CACHED {
            self.cache.clear();
        }
        self.cache.insert(number, page.clone());
        Some(page)
    }

    fn read_page(&mut self, number: u32) -> Option<Vec<u8>> {
        self.left = self.left.checked_sub(self.page_size as u64)?;
        let start = u64::from(number) * self.page_size as u64;
        self.input.seek(SeekFrom::Start(start)).ok()?;
        let mut bytes = vec![0; self.page_size];
        self.input.read_exact(&mut bytes).ok()?;
        if self.key != 0 && number != 0 {
            Rc4::new(&(self.key ^ number).to_le_bytes()).apply(&mut bytes);
        }
        Some(bytes)
    }

    /// The first bytes of a page: its kind, and the table that it names.
    fn owner(&mut self, number: u32) -> Option<(u8, u32)> {
        if self.key != 0 {
            let page = self.read_page(number)?;
            return Some((page[0], long(&page, 4)?));
        }
        self.left = self.left.checked_sub(8)?;
        self.input.seek(SeekFrom::Start(u64::from(number) * self.page_size as u64)).ok()?;
        let mut bytes = [0; 8];
        self.input.read_exact(&mut bytes).ok()?;
        Some((bytes[0], u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]])))
    }

    /// The number of rows of a data page.
    pub(super) fn row_count(&self, page: &[u8]) -> u16 {
        short(page, if self.is_jet_3() { 8 } else { 12 }).unwrap_or(0)
    }

    /// The row of a page by its number, with the flags of its offset.
    fn row_at<'p>(&self, page: &'p [u8], number: u16) -> Option<(u16, &'p [u8])> {
        let first = if self.is_jet_3() { 10 } else { 14 };
        let at = first + 2 * usize::from(number);
        let offset = short(page, at)?;
        let start = usize::from(offset & OFFSET);
        let end = if number == 0 { page.len() } else { usize::from(short(page, at - 2)? & OFFSET) };
        let least = first + 2 * usize::from(self.row_count(page));
        (start >= least).then_some((offset, page.get(start..end)?))
    }

    /// The bytes of a row, wherever they are; `None` for a deleted row, `Some(None)` for one that cannot be found.
    pub(super) fn row(&mut self, page: &[u8], number: u16) -> Option<Option<Vec<u8>>> {
        let Some((offset, bytes)) = self.row_at(page, number) else { return Some(None) };
        if offset & DELETED != 0 {
            return None;
        }
        if offset & ELSEWHERE == 0 {
            return Some(Some(bytes.to_vec()));
        }
        let Some(pointer) = long(bytes, 0) else { return Some(None) };
        Some(self.pointed(pointer))
    }

    /// The row that a pointer names: the number of the row, and its page in three bytes.
    fn pointed(&mut self, pointer: u32) -> Option<Vec<u8>> {
        let page = self.page(pointer >> 8)?;
        let (_, bytes) = self.row_at(&page, (pointer & 0xff) as u16)?;
        Some(bytes.to_vec())
    }

    /// The content of a cell of any length, which its twelve bytes point to; as far as it can be found.
    pub(super) fn long_value(&mut self, cell: &[u8]) -> Vec<u8> {
        const INLINE: u32 = 0x8000_0000;
        const ONE_ROW: u32 = 0x4000_0000;
        let (Some(stated), Some(mut pointer)) = (long(cell, 0), long(cell, 4)) else {
            return Vec::new();
        };
        let length = (stated & 0x3fff_ffff) as usize;
        if stated & INLINE != 0 {
            let rest = cell.get(12..).unwrap_or_default();
            return rest[..length.min(rest.len())].to_vec();
        }
        if stated & ONE_ROW != 0 {
            let mut bytes = self.pointed(pointer).unwrap_or_default();
            bytes.truncate(length);
            return bytes;
        }
        let mut bytes = Vec::new();
        for _ in 0..MOST_HOPS {
            let Some(row) = Some(pointer)
                .filter(|pointer| *pointer != 0)
                .and_then(|pointer| self.pointed(pointer))
            else {
                break;
            };
            pointer = long(&row, 0).unwrap_or(0);
            bytes.extend_from_slice(row.get(4..).unwrap_or_default());
            if bytes.len() >= length {
                break;
            }
        }
        bytes.truncate(length);
        bytes
    }
}

pub(super) fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?).map(|found| u16::from_le_bytes([found[0], found[1]]))
}

pub(super) fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([found[0], found[1], found[2], found[3]]))
}
