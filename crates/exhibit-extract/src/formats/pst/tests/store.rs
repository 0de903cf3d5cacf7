//! Stores made in code, in every layout and encoding.

use crate::formats::mapi::property::{fixed_size, kind};
use crate::formats::msg::write::Raw;
use crate::formats::pst::crypt::Encoding;
use crate::formats::pst::file::Layout;

/// A node's content: its data block and the block of its inner nodes.
#[derive(Clone, Copy)]
pub(super) struct Content {
    data: u64,
    inner: u64,
}

/// A store being made.
pub(super) struct Made {
    layout: Layout,
    encoding: Encoding,
    bytes: Vec<u8>,
    blocks: Vec<[u64; 3]>,
    nodes: Vec<[u64; 4]>,
}

impl Made {
    pub(super) fn new(layout: Layout, encoding: Encoding) -> Self {
        Self { layout, encoding, bytes: vec![0; 0x4400], blocks: Vec::new(), nodes: Vec::new() }
    }

    fn number(&self, value: u64) -> Vec<u8> {
        let width = if self.layout == Layout::Ansi { 4 } else { 8 };
        value.to_le_bytes()[..width].to_vec()
    }

    fn block(&mut self, content: &[u8], is_data: bool) -> u64 {
        let id = (self.blocks.len() as u64 + 1) * 4 + if is_data { 0 } else { 2 };
        let mut stored = content.to_vec();
        let inflated = stored.len();
        if self.layout == Layout::Unicode4k && is_data && content.len() > 2000 {
            let mut deflate =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut deflate, content).expect("memory");
            stored = deflate.finish().expect("memory");
        }
        if is_data {
            self.encoding.encode(&mut stored, id);
        }
        let (trailer, unit) = match self.layout {
            Layout::Ansi => (12, 64),
            Layout::Unicode => (16, 64),
            Layout::Unicode4k => (24, 512),
        };
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        let at = self.bytes.len();
        let size = stored.len();
        let mut tail = vec![0; trailer];
        let short = |value: usize| u16::try_from(value).expect("a block").to_le_bytes();
        tail[..2].copy_from_slice(&short(size));
        let number = self.number(id);
        let number_at = if self.layout == Layout::Ansi { 4 } else { 8 };
        tail[number_at..number_at + number.len()].copy_from_slice(&number);
        if self.layout == Layout::Unicode4k {
            tail[18..20].copy_from_slice(&short(inflated));
        }
        stored.resize((size + trailer).next_multiple_of(unit) - trailer, 0);
        self.bytes.extend(stored);
        self.bytes.extend(tail);
        self.blocks.push([id, at as u64, size as u64]);
        id
    }

    /// The block, or the block of blocks, of data of any size.
    fn data(&mut self, content: &[u8]) -> u64 {
        if content.len() <= 8000 {
            return self.block(content, true);
        }
        let parts: Vec<u64> = content.chunks(8000).map(|part| self.block(part, true)).collect();
        let mut list = vec![1, 1];
        list.extend(u16::try_from(parts.len()).expect("few").to_le_bytes());
        list.extend(u32::try_from(content.len()).expect("small").to_le_bytes());
        parts.iter().for_each(|part| list.extend(self.number(*part)));
        self.block(&list, false)
    }

    /// The list of inner nodes.
    fn inner(&mut self, nodes: &[(u32, Content)]) -> u64 {
        if nodes.is_empty() {
            return 0;
        }
        let mut list = vec![2, 0];
        list.extend(u16::try_from(nodes.len()).expect("few").to_le_bytes());
        if self.layout != Layout::Ansi {
            list.extend([0; 4]);
        }
        for (id, content) in nodes {
            for value in [u64::from(*id), content.data, content.inner] {
                list.extend(self.number(value));
            }
        }
        self.block(&list, false)
    }

    fn heap(&mut self, client: u8, items: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0xec, client];
        bytes.extend(self.item(0).to_le_bytes());
        bytes.extend([0; 4]);
        let mut places = Vec::new();
        for item in items {
            places.push(bytes.len());
            bytes.extend(item);
        }
        places.push(bytes.len());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        let map = u16::try_from(bytes.len()).expect("small");
        bytes[..2].copy_from_slice(&map.to_le_bytes());
        bytes.extend(u16::try_from(items.len()).expect("few").to_le_bytes());
        bytes.extend([0; 2]);
        places
            .iter()
            .for_each(|place| bytes.extend(u16::try_from(*place).expect("small").to_le_bytes()));
        bytes
    }

    #[expect(clippy::unused_self, reason = "every layout states items in the first block alike")]
    fn item(&self, at: usize) -> u32 {
        (u32::try_from(at).expect("few") + 1) << 5
    }

    /// A node with properties, and the given inner nodes.
    pub(super) fn properties(&mut self, properties: &[Raw], nodes: &[(u32, Content)]) -> Content {
        let mut nodes = nodes.to_vec();
        let mut items = vec![Vec::new(), Vec::new()];
        let mut records = Vec::new();
        for raw in properties {
            let bytes = flat(raw);
            records.extend(raw.id.to_le_bytes());
            records.extend(raw.kind.to_le_bytes());
            let value = match fixed_size(raw.kind).filter(|size| *size <= 4) {
                Some(_) => {
                    let mut inline = [0; 4];
                    inline[..bytes.len()].copy_from_slice(&bytes);
                    u32::from_le_bytes(inline)
                }
                None if bytes.is_empty() => 0,
                None if bytes.len() > 3000 => {
                    let id = (u32::try_from(nodes.len()).expect("few") + 0x500) << 5 | 0x1f;
                    let data = self.data(&bytes);
                    nodes.push((id, Content { data, inner: 0 }));
                    id
                }
                None => {
                    items.push(bytes);
                    self.item(items.len() - 1)
                }
            };
            records.extend(value.to_le_bytes());
        }
        items[0] = [&[0xb5, 2, 6, 0][..], &self.item(1).to_le_bytes()].concat();
        items[1] = records;
        let heap = self.heap(0xbc, &items);
        Content { data: self.data(&heap), inner: self.inner(&nodes) }
    }

    /// A node with a table of texts and of one number each.
    pub(super) fn table(&mut self, rows: &[Vec<Raw>]) -> Content {
        let columns: Vec<(u16, u16)> = rows[0].iter().map(|raw| (raw.id, raw.kind)).collect();
        let width = columns.len() * 4;
        let mut items = vec![Vec::new(), Vec::new()];
        let mut matrix = Vec::new();
        for row in rows {
            for raw in row {
                let value = if fixed_size(raw.kind).is_some() {
                    u32::from_le_bytes(raw.values[0][..4].try_into().expect("four bytes"))
                } else {
                    items.push(flat(raw));
                    self.item(items.len() - 1)
                };
                matrix.extend(value.to_le_bytes());
            }
            matrix.push(0xff);
        }
        let short = |value: usize| u16::try_from(value).expect("small").to_le_bytes();
        let mut info = vec![0x7c, u8::try_from(columns.len()).expect("few")];
        [width, width, width, width + 1].iter().for_each(|end| info.extend(short(*end)));
        info.extend([0; 4]);
        info.extend(self.item(1).to_le_bytes());
        info.extend([0; 4]);
        for (at, (id, of)) in columns.iter().enumerate() {
            info.extend([of.to_le_bytes(), id.to_le_bytes(), short(at * 4)].concat());
            info.extend([4, u8::try_from(at).expect("few")]);
        }
        items[0] = info;
        items[1] = matrix;
        let heap = self.heap(0x7c, &items);
        Content { data: self.data(&heap), inner: 0 }
    }

    /// A node with bytes.
    pub(super) fn plain(&mut self, bytes: &[u8]) -> Content {
        Content { data: self.data(bytes), inner: 0 }
    }

    pub(super) fn node(&mut self, id: u32, parent: u32, content: Content) {
        self.nodes.push([u64::from(id), content.data, content.inner, u64::from(parent)]);
    }

    /// A tree of pages with these entries, and the place of its root.
    fn tree(&mut self, kind: u8, entries: &[Vec<u8>], keys: &[u64]) -> u64 {
        const EACH: usize = 5;
        let leaves: Vec<(u64, u64)> = entries
            .chunks(EACH)
            .zip(keys.chunks(EACH))
            .map(|(entries, keys)| (keys[0], self.page(kind, 0, entries)))
            .collect();
        let above: Vec<Vec<u8>> = leaves
            .iter()
            .map(|(key, at)| [self.number(*key), self.number(0), self.number(*at)].concat())
            .collect();
        self.page(kind, 1, &above)
    }

    fn page(&mut self, kind: u8, level: u8, entries: &[Vec<u8>]) -> u64 {
        let (size, numbers, trailer) = match self.layout {
            Layout::Ansi => (512, 496, 500),
            Layout::Unicode => (512, 488, 496),
            Layout::Unicode4k => (4096, 4056, 4072),
        };
        self.bytes.resize(self.bytes.len().next_multiple_of(size), 0);
        let at = self.bytes.len() as u64;
        let mut page = entries.concat();
        page.resize(size, 0);
        let (count, each) = (
            u8::try_from(entries.len()).expect("few"),
            u8::try_from(entries[0].len()).expect("small"),
        );
        if self.layout == Layout::Unicode4k {
            page[numbers..numbers + 6].copy_from_slice(&[count, 0, count, 0, each, level]);
        } else {
            page[numbers..numbers + 4].copy_from_slice(&[count, count, each, level]);
        }
        page[trailer..trailer + 2].fill(kind);
        self.bytes.extend(page);
        at
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let mut nodes = self.nodes.clone();
        nodes.sort_unstable();
        let entry = |made: &Self, [id, data, inner, parent]: [u64; 4]| {
            let mut entry = [made.number(id), made.number(data), made.number(inner)].concat();
            entry.extend(&parent.to_le_bytes()[..if made.layout == Layout::Ansi { 4 } else { 8 }]);
            entry
        };
        let node_entries: Vec<Vec<u8>> = nodes.iter().map(|node| entry(&self, *node)).collect();
        let node_keys: Vec<u64> = nodes.iter().map(|node| node[0]).collect();
        let blocks = self.blocks.clone();
        let block_entries: Vec<Vec<u8>> = blocks
            .iter()
            .map(|[id, at, size]| {
                let mut entry = [self.number(*id), self.number(*at)].concat();
                entry.extend(&size.to_le_bytes()[..2]);
                entry.extend([2, 0]);
                if self.layout != Layout::Ansi {
                    entry.extend([0; 4]);
                }
                entry
            })
            .collect();
        let block_keys: Vec<u64> = blocks.iter().map(|block| block[0]).collect();
        let node_tree = self.tree(0x81, &node_entries, &node_keys);
        let block_tree = self.tree(0x80, &block_entries, &block_keys);
        let (version, nodes_at, blocks_at, encoding_at) = match self.layout {
            Layout::Ansi => (15, 188, 196, 461),
            Layout::Unicode => (23, 224, 240, 513),
            Layout::Unicode4k => (36, 224, 240, 513),
        };
        self.bytes[..4].copy_from_slice(b"!BDN");
        self.bytes[8..12].copy_from_slice(&[b'S', b'M', version, 0]);
        for (at, value) in [(nodes_at, node_tree), (blocks_at, block_tree)] {
            let value = self.number(value);
            self.bytes[at..at + value.len()].copy_from_slice(&value);
        }
        self.bytes[encoding_at] = match self.encoding {
            Encoding::None => 0,
            Encoding::Permute => 1,
            Encoding::Cyclic => 2,
        };
        self.bytes
    }
}

/// The bytes of a property's value, of several values with their places.
fn flat(raw: &Raw) -> Vec<u8> {
    let each = raw.kind & !kind::MANY;
    if raw.kind & kind::MANY == 0 || fixed_size(each).is_some() {
        return raw.values.concat();
    }
    let count = raw.values.len();
    let mut bytes = u32::try_from(count).expect("few").to_le_bytes().to_vec();
    let mut at = 4 + count * 4;
    for value in &raw.values {
        bytes.extend(u32::try_from(at).expect("small").to_le_bytes());
        at += value.len();
    }
    bytes.extend(raw.values.concat());
    bytes
}
