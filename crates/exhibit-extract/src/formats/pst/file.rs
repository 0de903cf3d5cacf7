//! The lower layers of a store ([MS-PST] 2.2): pages, trees of pages, blocks, nodes.
//!
//! Nothing is loaded as a whole: trees are walked page by page, and only some pages are kept. Three layouts exist: with
//! numbers of 32 bits, of 64 bits, and of 64 bits with pages of 4,096 bytes (`.ost` of Outlook 2013 and later).

use super::crypt::Encoding;
use super::rescue::Rescue;
use crate::out::Input;
use std::collections::{HashMap, HashSet};
use std::io::{Read, SeekFrom};

/// Types of pages: of the index of nodes, and of that of blocks.
pub(super) const NODES: u8 = 0x81;
pub(super) const BLOCKS: u8 = 0x80;

/// Pages that are kept in memory.
const KEPT_PAGES: usize = 2048;

/// Deeper trees of pages or blocks do not exist.
const MOST_LEVELS: u8 = 12;

/// The encoding of stores whose blocks are encrypted for an organisation.
const FOR_ORGANISATION: u8 = 0x10;

/// More than this is not read of one node.
pub(super) const MOST_BYTES: u64 = 256 << 20;

/// How numbers and pages are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// 32 bits: up to Outlook 2002.
    Ansi,
    /// 64 bits.
    Unicode,
    /// 64 bits, and pages of 4,096 bytes.
    Unicode4k,
}

impl Layout {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ansi => "ansi",
            Self::Unicode => "unicode",
            Self::Unicode4k => "unicode-4k",
        }
    }

    fn is_ansi(self) -> bool {
        self == Self::Ansi
    }

    /// The size of a page.
    pub(super) fn page(self) -> usize {
        if self == Self::Unicode4k { 4096 } else { 512 }
    }

    /// Where the numbers after the entries of a page begin.
    fn page_entries(self) -> usize {
        match self {
            Self::Ansi => 496,
            Self::Unicode => 488,
            Self::Unicode4k => 4056,
        }
    }

    /// The size of what follows the bytes of a block, and the unit that blocks are a multiple of.
    fn block_trailer(self) -> (u64, u64) {
        match self {
            Self::Ansi => (12, 64),
            Self::Unicode => (16, 64),
            Self::Unicode4k => (24, 512),
        }
    }

    /// The most bytes of a block of data.
    pub(super) fn block_size(self) -> u64 {
        match self {
            Self::Ansi => 8180,
            Self::Unicode => 8176,
            Self::Unicode4k => 65_512,
        }
    }

    /// The size of a number of a block or a place.
    fn number(self) -> usize {
        if self.is_ansi() { 4 } else { 8 }
    }

    /// The number at a place.
    pub(super) fn read(self, bytes: &[u8], at: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(self.number())?)?;
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        Some(u64::from_le_bytes(wide))
    }
}

impl Layout {
    /// The entries of a page of this type; `None` if it is none.
    pub(super) fn parse_page(self, bytes: &[u8], kind: u8) -> Option<Page> {
        let numbers = self.page_entries();
        let trailer = match self {
            Self::Ansi => 500,
            Self::Unicode => 496,
            Self::Unicode4k => 4072,
        };
        let (count, each, level) = if self == Self::Unicode4k {
            let count = usize::from(u16::from_le_bytes([bytes[numbers], bytes[numbers + 1]]));
            (count, usize::from(bytes[numbers + 4]), bytes[numbers + 5])
        } else {
            (usize::from(bytes[numbers]), usize::from(bytes[numbers + 2]), bytes[numbers + 3])
        };
        let fits =
            bytes[trailer] == kind && each >= 8 && count * each <= numbers && level <= MOST_LEVELS;
        fits.then(|| Page { level, entries: bytes[..count * each].to_vec(), each })
    }

    /// The node of an entry.
    pub(super) fn node(self, entry: &[u8]) -> Option<Node> {
        let width = self.number();
        let number = |at: usize| self.read(entry, at * width);
        let parent =
            entry.get(3 * width..3 * width + 4)?.try_into().ok().map(u32::from_le_bytes)?;
        let id = u32::try_from(number(0)? & 0xffff_ffff).ok()?;
        Some(Node { id, data: number(1)?, inner: number(2)?, parent })
    }

    /// The number that a block states in its trailer.
    fn stated_block(self, trailer: &[u8]) -> Option<u64> {
        self.read(trailer, if self.is_ansi() { 4 } else { 8 })
    }
}

/// A node: a message, a folder, a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Node {
    /// Its id.
    pub(super) id: u32,
    /// The block of its data.
    pub(super) data: u64,
    /// The block with the list of its inner nodes, or 0.
    pub(super) inner: u64,
    /// The node that it belongs to.
    pub(super) parent: u32,
}

impl Node {
    /// The kind of a node.
    pub(super) fn kind(self) -> u8 {
        kind_of(self.id)
    }
}

/// The kind that an id states.
pub(super) fn kind_of(id: u32) -> u8 {
    u8::try_from(id & 0x1f).unwrap_or(0)
}

/// Why something in a store cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The header is damaged.
    #[error("the header is damaged")]
    Header,
    /// Its blocks are encrypted for an organisation.
    #[error("encrypted")]
    Encrypted,
    /// A page is missing or damaged.
    #[error("a page of an index is damaged")]
    Page,
    /// A block is not in the index, or its place is outside of the file.
    #[error("a block is missing")]
    Block,
    /// A block does not have the form that its place requires.
    #[error("a block is damaged")]
    Form,
    /// A node is missing.
    #[error("a node is missing")]
    Node,
    /// Too large, or too deeply nested.
    #[error("too large")]
    TooLarge,
}

/// An opened store.
pub(super) struct Store<'a> {
    input: &'a mut dyn Input,
    size: u64,
    pub(super) layout: Layout,
    pub(super) encoding: Encoding,
    nodes: u64,
    blocks: u64,
    pages: HashMap<u64, Vec<u8>>,
    /// What was found by searching, once an index was found to be damaged.
    rescue: Option<Rescue>,
    /// Blocks whose trailer does not match their place or content.
    pub(super) damaged_blocks: u64,
    /// Whether the index of blocks is damaged.
    pub(super) block_index_damaged: bool,
}

/// A page of a tree.
pub(super) struct Page {
    pub(super) level: u8,
    entries: Vec<u8>,
    each: usize,
}

impl Page {
    /// Its entries, each with its key first.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.entries.chunks_exact(self.each)
    }
}

impl<'a> Store<'a> {
    /// Opens a store by its header.
    pub(super) fn open(input: &'a mut dyn Input) -> Result<Self, Fault> {
        let size = input.seek(SeekFrom::End(0)).map_err(|_| Fault::Header)?;
        let mut header = Vec::new();
        input.rewind().map_err(|_| Fault::Header)?;
        (&mut *input).take(600).read_to_end(&mut header).map_err(|_| Fault::Header)?;
        let version = u16::from_le_bytes([
            *header.get(10).ok_or(Fault::Header)?,
            *header.get(11).ok_or(Fault::Header)?,
        ]);
        let layout = match version {
            14 | 15 => Layout::Ansi,
            36.. => Layout::Unicode4k,
            20.. => Layout::Unicode,
            _ => return Err(Fault::Header),
        };
        let (nodes_at, blocks_at, encoding_at) =
            if layout.is_ansi() { (188, 196, 461) } else { (224, 240, 513) };
        let number = |at: usize| layout.read(&header, at).ok_or(Fault::Header);
        let (nodes, blocks) = (number(nodes_at)?, number(blocks_at)?);
        let encoding = *header.get(encoding_at).ok_or(Fault::Header)?;
        if encoding == FOR_ORGANISATION {
            return Err(Fault::Encrypted);
        }
        let encoding = Encoding::stated(encoding).ok_or(Fault::Header)?;
        Ok(Self {
            input,
            size,
            layout,
            encoding,
            nodes,
            blocks,
            pages: HashMap::new(),
            rescue: None,
            damaged_blocks: 0,
            block_index_damaged: false,
        })
    }

    /// The number of bytes of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of the file.
    pub(super) fn bytes_at(&mut self, at: u64, count: u64) -> Result<Vec<u8>, Fault> {
        if at.checked_add(count).is_none_or(|end| end > self.size) || count > MOST_BYTES {
            return Err(Fault::Block);
        }
        let mut bytes = Vec::new();
        let read = self
            .input
            .seek(SeekFrom::Start(at))
            .and_then(|_| (&mut *self.input).take(count).read_to_end(&mut bytes));
        match read {
            Ok(found) if found as u64 == count => Ok(bytes),
            _ => Err(Fault::Block),
        }
    }

    fn page(&mut self, at: u64, kind: u8) -> Result<Page, Fault> {
        let layout = self.layout;
        if !self.pages.contains_key(&at) {
            let bytes = self.bytes_at(at, layout.page() as u64).map_err(|_| Fault::Page)?;
            if self.pages.len() >= KEPT_PAGES {
                self.pages.clear();
            }
            self.pages.insert(at, bytes);
        }
        self.pages.get(&at).and_then(|bytes| layout.parse_page(bytes, kind)).ok_or(Fault::Page)
    }

    /// Calls `found` with every node, in the order of their ids. Pages that cannot be read are counted; nodes that are
    /// found by searching then follow.
    pub(super) fn each_node<E>(
        &mut self,
        found: &mut dyn FnMut(&mut Self, Node) -> Result<(), E>,
    ) -> Result<u64, E> {
        let layout = self.layout;
        let mut damaged = 0;
        let mut open = vec![(self.nodes, MOST_LEVELS + 1)];
        let (mut visited, mut ids) = (HashSet::new(), Vec::new());
        while let Some((at, above)) = open.pop() {
            let page = match self.page(at, NODES) {
                Ok(page) if page.level < above && visited.insert(at) => page,
                _ => {
                    damaged += 1;
                    continue;
                }
            };
            if page.level > 0 {
                let inner =
                    page.entries().filter_map(|entry| layout.read(entry, 2 * layout.number()));
                // the last is taken first
                open.extend(inner.map(|at| (at, page.level)).rev());
                continue;
            }
            for node in page.entries().filter_map(|entry| layout.node(entry)) {
                ids.push(node.id);
                found(self, node)?;
            }
        }
        if damaged > 0 {
            ids.sort_unstable();
            let others =
                self.rescue().nodes.values().filter(|node| ids.binary_search(&node.id).is_err());
            let others: Vec<Node> = others.copied().collect();
            for node in others {
                found(self, node)?;
            }
        }
        Ok(damaged)
    }

    fn rescue(&mut self) -> &Rescue {
        let known = self.rescue.take();
        let rescue = known.unwrap_or_else(|| Rescue::search(self));
        self.rescue.insert(rescue)
    }

    /// The node with this id.
    pub(super) fn node(&mut self, id: u32) -> Result<Node, Fault> {
        match self.lookup(self.nodes, NODES, u64::from(id), u64::MAX) {
            Ok(entry) => entry.and_then(|entry| self.layout.node(&entry)).ok_or(Fault::Node),
            Err(_) => self.rescue().nodes.get(&id).copied().ok_or(Fault::Node),
        }
    }

    /// The entry with this key in a tree; `mask` is of the bits that count.
    fn lookup(
        &mut self,
        root: u64,
        kind: u8,
        key: u64,
        mask: u64,
    ) -> Result<Option<Vec<u8>>, Fault> {
        let (mut at, mut above) = (root, MOST_LEVELS + 1);
        let width = self.layout.number();
        loop {
            let page = self.page(at, kind)?;
            if page.level >= above {
                return Err(Fault::Page);
            }
            let key_of = |entry: &[u8]| self.layout.read(entry, 0).unwrap_or(u64::MAX) & mask;
            if page.level == 0 {
                return Ok(page
                    .entries()
                    .find(|entry| key_of(entry) == key & mask)
                    .map(<[u8]>::to_vec));
            }
            let below = page.entries().take_while(|entry| key_of(entry) <= key & mask).last();
            let Some(entry) = below else { return Ok(None) };
            at = self.layout.read(entry, 2 * width).ok_or(Fault::Page)?;
            above = page.level;
        }
    }

    /// The decoded bytes of a block.
    pub(super) fn block(&mut self, number: u64) -> Result<Vec<u8>, Fault> {
        let width = self.layout.number();
        let (entry, is_certain) = match self.lookup(self.blocks, BLOCKS, number, !1) {
            Ok(entry) => (entry.ok_or(Fault::Block)?, true),
            Err(_) => {
                self.block_index_damaged = true;
                (self.rescue().blocks.get(&(number & !1)).cloned().ok_or(Fault::Block)?, false)
            }
        };
        let at = self.layout.read(&entry, width).ok_or(Fault::Block)?;
        let size = entry.get(2 * width..2 * width + 2).ok_or(Fault::Block)?;
        let size = u64::from(u16::from_le_bytes([size[0], size[1]]));
        let (trailer_size, unit) = self.layout.block_trailer();
        let whole = (size + trailer_size).next_multiple_of(unit);
        let mut bytes = match self.bytes_at(at, whole) {
            Ok(bytes) => bytes,
            // the last block of a truncated file may lack its trailer
            Err(_) => {
                self.damaged_blocks += 1;
                self.bytes_at(at, size)?
            }
        };
        let size = usize::try_from(size).map_err(|_| Fault::TooLarge)?;
        let trailer_at = bytes.len()
            - usize::try_from(trailer_size).map_err(|_| Fault::TooLarge)?.min(bytes.len());
        let trailer = bytes.split_off(trailer_at.max(size));
        bytes.truncate(size);
        if !is_certain
            && self.layout.stated_block(&trailer).is_none_or(|stated| stated & !1 != number & !1)
        {
            return Err(Fault::Block);
        }
        let mut inflated_size = size;
        if !trailer.is_empty() {
            let stated = u16::from_le_bytes([trailer[0], *trailer.get(1).unwrap_or(&0)]);
            if usize::from(stated) != size {
                self.damaged_blocks += 1;
            }
            if self.layout == Layout::Unicode4k {
                inflated_size = trailer
                    .get(18..20)
                    .map_or(size, |b| usize::from(u16::from_le_bytes([b[0], b[1]])));
            }
        }
        let is_data = number & 2 == 0;
        if is_data {
            self.encoding.decode(&mut bytes, self.layout.read(&entry, 0).unwrap_or(number));
        }
        if inflated_size > size {
            let mut inflated = Vec::new();
            let read =
                flate2::read::ZlibDecoder::new(&bytes[..]).take(1 << 17).read_to_end(&mut inflated);
            if read.is_ok() && !inflated.is_empty() {
                bytes = inflated;
            }
        }
        Ok(bytes)
    }

    /// The blocks of data below a block, in order.
    pub(super) fn data(&mut self, block: u64) -> Result<Vec<Vec<u8>>, Fault> {
        let mut found = Vec::new();
        let mut left = self.most_bytes();
        for leaf in self.leaves(block)? {
            let bytes = self.block(leaf)?;
            left = left.checked_sub(bytes.len() as u64).ok_or(Fault::TooLarge)?;
            found.push(bytes);
        }
        Ok(found)
    }

    /// No node has more bytes than its file; deflated ones may have some more.
    pub(super) fn most_bytes(&self) -> u64 {
        let ratio = if self.layout == Layout::Unicode4k { 16 } else { 1 };
        self.size.saturating_mul(ratio).min(MOST_BYTES)
    }

    /// The numbers of the blocks of data below a block, in order.
    pub(super) fn leaves(&mut self, block: u64) -> Result<Vec<u64>, Fault> {
        // a block of numbers has at most as many as fit into its 8 KiB (64 KiB)
        const MOST: usize = 1 << 22;
        let mut found = Vec::new();
        if block == 0 {
            return Ok(found);
        }
        let width = self.layout.number();
        let mut open = vec![(block, 3u8)];
        while let Some((block, depth)) = open.pop() {
            if block & 2 == 0 {
                found.push(block);
                continue;
            }
            let bytes = self.block(block)?;
            if bytes.first() != Some(&1) || bytes.len() < 8 || depth == 0 {
                return Err(Fault::Form);
            }
            let count = usize::from(u16::from_le_bytes([bytes[2], bytes[3]]));
            let inner = bytes[8..]
                .chunks_exact(width)
                .take(count)
                .filter_map(|number| self.layout.read(number, 0));
            open.extend(inner.map(|block| (block, depth - 1)).rev());
            // each has at least one byte of the file
            if (found.len() + open.len()) as u64 > self.size || found.len() + open.len() > MOST {
                return Err(Fault::TooLarge);
            }
        }
        Ok(found)
    }

    /// The inner nodes of a node.
    pub(super) fn inner_nodes(&mut self, block: u64) -> Result<Vec<Node>, Fault> {
        let mut found = Vec::new();
        if block == 0 {
            return Ok(found);
        }
        let width = self.layout.number();
        let start = if self.layout.is_ansi() { 4 } else { 8 };
        let mut open = vec![(block, 3u8)];
        while let Some((block, depth)) = open.pop() {
            let bytes = self.block(block)?;
            if bytes.first() != Some(&2) || bytes.len() < start || depth == 0 {
                return Err(Fault::Form);
            }
            let (level, count) = (bytes[1], usize::from(u16::from_le_bytes([bytes[2], bytes[3]])));
            let number = |entry: &[u8], at: usize| self.layout.read(entry, at * width).unwrap_or(0);
            if level > 0 {
                let entries = bytes[start..].chunks_exact(2 * width).take(count);
                open.extend(entries.map(|entry| (number(entry, 1), depth - 1)).rev());
            } else {
                let entries = bytes[start..].chunks_exact(3 * width).take(count);
                found.extend(entries.filter_map(|entry| {
                    let id = u32::try_from(number(entry, 0) & 0xffff_ffff).ok()?;
                    Some(Node { id, data: number(entry, 1), inner: number(entry, 2), parent: 0 })
                }));
            }
            if found.len() > 1 << 20 || open.len() > 1 << 16 {
                return Err(Fault::TooLarge);
            }
        }
        Ok(found)
    }
}
