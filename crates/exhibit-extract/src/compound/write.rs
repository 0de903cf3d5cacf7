//! Writes compound files ([MS-CFB] version 3), in memory: storages that are extracted as files of their own, and
//! messages of stores that have no files.
//!
//! The same content always gives the same bytes: there are no times, and entries are in the order of the format.

use super::{CUTOFF, END, MINI, SIGNATURE};
use std::cmp::Ordering;

const SECTOR: usize = 512;
const FREE: u32 = u32::MAX;
const OF_TABLE: u32 = 0xffff_fffd;
const OF_LIST: u32 = 0xffff_fffc;

/// A compound file being made.
pub(crate) struct Builder {
    nodes: Vec<Node>,
}

struct Node {
    name: Vec<u16>,
    class: [u8; 16],
    parent: usize,
    is_stream: bool,
    content: Vec<u8>,
    size: u64,
    children: Vec<usize>,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
}

impl Builder {
    /// The number of the root storage.
    pub(crate) const ROOT: usize = 0;

    /// An empty file whose root has this class identifier.
    pub(crate) fn new(class: [u8; 16]) -> Self {
        Self { nodes: vec![Node { start: END, ..Node::new("Root Entry", class, 0, None) }] }
    }

    /// Adds a storage, and returns its number. Names are cut at the 31 units that the format allows.
    pub(crate) fn storage(&mut self, parent: usize, name: &str, class: [u8; 16]) -> usize {
        self.add(Node::new(name, class, parent, None))
    }

    /// Adds a stream.
    pub(crate) fn stream(&mut self, parent: usize, name: &str, content: Vec<u8>) {
        self.add(Node::new(name, [0; 16], parent, Some(content)));
    }

    /// Replaces the content of a stream of the root, or adds it.
    pub(crate) fn replace(&mut self, name: &str, content: Vec<u8>) {
        let wanted: Vec<u16> = name.encode_utf16().collect();
        match self
            .nodes
            .iter_mut()
            .find(|node| node.parent == Self::ROOT && node.is_stream && node.name == wanted)
        {
            Some(node) => (node.size, node.content) = (content.len() as u64, content),
            None => self.stream(Self::ROOT, name, content),
        }
    }

    fn add(&mut self, node: Node) -> usize {
        let (number, parent) = (self.nodes.len(), node.parent);
        self.nodes.push(node);
        self.nodes[parent].children.push(number);
        number
    }

    /// The bytes of the file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        for storage in 0..self.nodes.len() {
            let mut children = std::mem::take(&mut self.nodes[storage].children);
            children.sort_by(|a, b| order(&self.nodes[*a].name, &self.nodes[*b].name));
            self.nodes[storage].child = self.tree(&children);
        }
        let (mini, mini_table) = self.small_streams();
        let mut body = Body::default();
        let directory = body.reserve(self.nodes.len() * 128);
        let mini_table_start = body.append(&mini_table);
        self.nodes[Self::ROOT].start = body.append(&mini);
        for node in self.nodes.iter_mut().filter(|node| node.size >= CUTOFF) {
            node.start = body.append(&std::mem::take(&mut node.content));
        }
        self.nodes[Self::ROOT].size = mini.len() as u64;
        let entries = self.entries();
        body.bytes[directory as usize * SECTOR..][..entries.len()].copy_from_slice(&entries);
        body.finish(directory, mini_table_start, mini_table.len())
    }

    /// A balanced tree of siblings, and the number of its top.
    fn tree(&mut self, sorted: &[usize]) -> u32 {
        let Some(middle) = sorted.get(sorted.len() / 2).copied() else { return FREE };
        let (before, after) = (&sorted[..sorted.len() / 2], &sorted[sorted.len() / 2 + 1..]);
        let (left, right) = (self.tree(before), self.tree(after));
        (self.nodes[middle].left, self.nodes[middle].right) = (left, right);
        number(middle)
    }

    /// The stream of small streams and its allocation table.
    fn small_streams(&mut self) -> (Vec<u8>, Vec<u8>) {
        let (mut mini, mut table) = (Vec::new(), Vec::new());
        for node in &mut self.nodes {
            if node.size >= CUTOFF || node.size == 0 {
                continue;
            }
            let first = mini.len() / MINI as usize;
            node.start = number(first);
            mini.extend_from_slice(&node.content);
            mini.resize(mini.len().next_multiple_of(MINI as usize), 0);
            let end = mini.len() / MINI as usize;
            table.extend((first + 1..end).flat_map(|next| number(next).to_le_bytes()));
            table.extend(END.to_le_bytes());
        }
        table.resize(table.len().next_multiple_of(SECTOR), 0xff);
        (mini, table)
    }

    fn entries(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            let mut entry = [0u8; 128];
            for (unit, place) in node.name.iter().zip(entry.chunks_exact_mut(2)) {
                place.copy_from_slice(&unit.to_le_bytes());
            }
            entry[64] = u8::try_from(node.name.len() * 2 + 2).unwrap_or(64);
            entry[66] = match (at, node.is_stream) {
                (Self::ROOT, _) => 5,
                (_, false) => 1,
                (_, true) => 2,
            };
            entry[67] = 1;
            entry[68..72].copy_from_slice(&node.left.to_le_bytes());
            entry[72..76].copy_from_slice(&node.right.to_le_bytes());
            entry[76..80].copy_from_slice(&node.child.to_le_bytes());
            entry[80..96].copy_from_slice(&node.class);
            entry[116..120].copy_from_slice(&node.start.to_le_bytes());
            entry[120..128].copy_from_slice(&node.size.to_le_bytes());
            bytes.extend_from_slice(&entry);
        }
        // places without an entry have no siblings
        let mut free = [0u8; 128];
        free[68..80].fill(0xff);
        while bytes.len() % SECTOR != 0 {
            bytes.extend_from_slice(&free);
        }
        bytes
    }
}

impl Node {
    fn new(name: &str, class: [u8; 16], parent: usize, content: Option<Vec<u8>>) -> Self {
        let is_stream = content.is_some();
        let content = content.unwrap_or_default();
        Self {
            name: name.encode_utf16().take(31).collect(),
            class,
            parent,
            is_stream,
            size: content.len() as u64,
            content,
            children: Vec::new(),
            left: FREE,
            right: FREE,
            child: FREE,
            start: if is_stream { END } else { 0 },
        }
    }
}

/// The sectors after the header, and the chain of each.
#[derive(Default)]
struct Body {
    bytes: Vec<u8>,
    table: Vec<u32>,
}

impl Body {
    /// Adds room for a stream, and returns its first sector.
    fn reserve(&mut self, size: usize) -> u32 {
        if size == 0 {
            return END;
        }
        let first = self.table.len();
        self.bytes.resize(self.bytes.len() + size.next_multiple_of(SECTOR), 0);
        let end = first + size.div_ceil(SECTOR);
        self.table.extend((first + 1..end).map(number));
        self.table.push(END);
        number(first)
    }

    fn append(&mut self, content: &[u8]) -> u32 {
        let at = self.bytes.len();
        let first = self.reserve(content.len());
        self.bytes[at..at + content.len()].copy_from_slice(content);
        first
    }

    /// The file: header, sectors, the allocation table, and the list of its sectors that the header has no room for.
    fn finish(mut self, directory: u32, mini_table: u32, mini_table_size: usize) -> Vec<u8> {
        const IN_HEADER: usize = 109;
        const EACH: usize = SECTOR / 4;
        const LISTED: usize = EACH - 1;
        let (mut tables, mut lists) = (0usize, 0usize);
        // the table has entries for itself and for the list
        loop {
            let needed = (self.table.len() + tables + lists).div_ceil(EACH);
            let needed_lists = needed.saturating_sub(IN_HEADER).div_ceil(LISTED);
            if (needed, needed_lists) == (tables, lists) {
                break;
            }
            (tables, lists) = (needed, needed_lists);
        }
        let first_table = self.table.len();
        let first_list = first_table + tables;
        self.table.extend(std::iter::repeat_n(OF_TABLE, tables));
        self.table.extend(std::iter::repeat_n(OF_LIST, lists));
        self.table.resize(tables * EACH, FREE);
        let places: Vec<u32> = (first_table..first_list).map(number).collect();
        let mut file = vec![0u8; SECTOR];
        file[..8].copy_from_slice(&SIGNATURE);
        let shorts = [(24, 0x3e), (26, 3), (28, 0xfffe), (30, 9), (32, 6)];
        shorts
            .iter()
            .for_each(|(at, value)| file[*at..at + 2].copy_from_slice(&u16::to_le_bytes(*value)));
        let longs = [
            (44, number(tables)),
            (48, directory),
            (56, 4096),
            (60, mini_table),
            (64, number(mini_table_size / SECTOR)),
            (68, if lists > 0 { number(first_list) } else { END }),
            (72, number(lists)),
        ];
        longs
            .iter()
            .for_each(|(at, value)| file[*at..at + 4].copy_from_slice(&value.to_le_bytes()));
        for at in 0..IN_HEADER {
            let place = places.get(at).copied().unwrap_or(FREE);
            file[76 + at * 4..80 + at * 4].copy_from_slice(&place.to_le_bytes());
        }
        file.append(&mut self.bytes);
        file.extend(self.table.iter().flat_map(|entry| entry.to_le_bytes()));
        for (at, listed) in places.get(IN_HEADER..).unwrap_or_default().chunks(LISTED).enumerate() {
            let next = if at + 1 < lists { number(first_list + at + 1) } else { END };
            let free = std::iter::repeat_n(FREE, LISTED - listed.len());
            let list = listed.iter().copied().chain(free).chain([next]);
            file.extend(list.flat_map(u32::to_le_bytes));
        }
        file
    }
}

/// Shorter names first, then by their upper case ([MS-CFB] 2.6.4).
fn order(one: &[u16], other: &[u16]) -> Ordering {
    let upper = |unit: &u16| {
        char::from_u32(u32::from(*unit))
            .filter(|c| !c.is_ascii_uppercase())
            .and_then(|c| c.to_uppercase().next())
            .map_or(u32::from(*unit), u32::from)
    };
    one.len().cmp(&other.len()).then_with(|| one.iter().map(upper).cmp(other.iter().map(upper)))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(END)
}
