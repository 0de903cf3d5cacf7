//! The middle layer of a store ([MS-PST] 2.3): a heap within a node, and in it properties or a table.

use super::file::{Fault, Layout, Node, Store};
use crate::formats::mapi::property::{fixed_size, kind};
use crate::formats::msg::write::Raw;
use std::collections::BTreeMap;

const HEAP: u8 = 0xec;
const PROPERTIES: u8 = 0xbc;
const TABLE: u8 = 0x7c;
const TREE: u8 = 0xb5;

/// More rows than this are not read of a table.
const MOST_ROWS: usize = 1 << 20;

/// A node that is read.
pub(super) struct Heap {
    blocks: Vec<Vec<u8>>,
    inner: BTreeMap<u32, Node>,
    wide_index: bool,
}

impl Heap {
    /// Reads a node. Inner nodes that cannot be listed are missing where they are needed.
    pub(super) fn open(store: &mut Store<'_>, node: Node) -> Result<Self, Fault> {
        let blocks = store.data(node.data)?;
        let inner = store.inner_nodes(node.inner).unwrap_or_default();
        let inner = inner.into_iter().map(|node| (node.id, node)).collect();
        let heap = Self { blocks, inner, wide_index: store.layout == Layout::Unicode4k };
        let signed = heap.blocks.first().and_then(|block| block.get(2)) == Some(&HEAP);
        if signed { Ok(heap) } else { Err(Fault::Form) }
    }

    /// The nodes within this one.
    pub(super) fn inner(&self) -> impl Iterator<Item = Node> {
        self.inner.values().copied()
    }

    fn kind(&self) -> u8 {
        self.blocks.first().and_then(|block| block.get(3)).copied().unwrap_or(0)
    }

    fn root(&self) -> Option<u32> {
        long(self.blocks.first()?, 4)
    }

    /// An item of the heap.
    fn item(&self, id: u32) -> Option<&[u8]> {
        let (index, block) = if self.wide_index {
            (id >> 5 & 0x3fff, id >> 19)
        } else {
            (id >> 5 & 0x7ff, id >> 16)
        };
        let index = (index as usize).checked_sub(1)?;
        let block = self.blocks.get(block as usize)?;
        let map = usize::from(short(block, 0)?);
        let count = usize::from(short(block, map)?);
        if index >= count {
            return None;
        }
        let place = map + 4 + index * 2;
        block.get(usize::from(short(block, place)?)..usize::from(short(block, place + 2)?))
    }

    /// The records of a tree in the heap, each a key and the rest.
    fn records(&self, root: u32) -> Result<(usize, Vec<&[u8]>), Fault> {
        let header = self.item(root).ok_or(Fault::Form)?;
        let [TREE, key, rest, levels, ..] = *header else { return Err(Fault::Form) };
        let (key, each) = (usize::from(key), usize::from(key) + usize::from(rest));
        let top = long(header, 4).ok_or(Fault::Form)?;
        let mut found = Vec::new();
        let mut open = vec![(top, levels)];
        while let Some((id, level)) = open.pop() {
            if id == 0 {
                continue;
            }
            let item = self.item(id).ok_or(Fault::Form)?;
            if level == 0 {
                found.extend(item.chunks_exact(each.max(1)));
            } else {
                let entries = item.chunks_exact(key + 4);
                open.extend(entries.filter_map(|entry| Some((long(entry, key)?, level - 1))).rev());
            }
            if found.len() > MOST_ROWS || open.len() > MOST_ROWS {
                return Err(Fault::TooLarge);
            }
        }
        Ok((key, found))
    }

    /// The bytes that a number refers to: an item of the heap, or an inner node.
    fn referred(&self, store: &mut Store<'_>, id: u32) -> Result<Vec<u8>, Fault> {
        if id == 0 {
            return Ok(Vec::new());
        }
        if id & 0x1f == 0 {
            return self.item(id).map(<[u8]>::to_vec).ok_or(Fault::Form);
        }
        let node = self.inner.get(&id).ok_or(Fault::Node)?;
        Ok(store.data(node.data)?.concat())
    }

    /// The properties of a node, and how many of them cannot be read.
    pub(super) fn properties(&self, store: &mut Store<'_>) -> Result<(Vec<Raw>, u64), Fault> {
        self.properties_but(store, None)
    }

    /// As [`Self::properties`], without the one of this id.
    pub(super) fn properties_without(
        &self,
        store: &mut Store<'_>,
        without: u16,
    ) -> Result<(Vec<Raw>, u64), Fault> {
        self.properties_but(store, Some(without))
    }

    fn properties_but(
        &self,
        store: &mut Store<'_>,
        without: Option<u16>,
    ) -> Result<(Vec<Raw>, u64), Fault> {
        if self.kind() != PROPERTIES {
            return Err(Fault::Form);
        }
        let (_, records) = self.records(self.root().ok_or(Fault::Form)?)?;
        let (mut found, mut lost, mut left) = (Vec::new(), 0, store.most_bytes());
        for record in records {
            let (Some(id), Some(of), Some(value)) =
                (short(record, 0), short(record, 2), long(record, 4))
            else {
                continue;
            };
            if without == Some(id) {
                continue;
            }
            match self.value(store, of, value) {
                Ok(values) => {
                    let size: usize = values.iter().map(Vec::len).sum();
                    // several properties may refer to the same bytes in a hostile file
                    left = left.checked_sub(size as u64).ok_or(Fault::TooLarge)?;
                    found.push(Raw { id, kind: of, values });
                }
                Err(_) => lost += 1,
            }
        }
        Ok((found, lost))
    }

    /// The block of a property's bytes if there are more than `most` of them.
    pub(super) fn large(
        &self,
        store: &mut Store<'_>,
        id: u16,
        most: u64,
    ) -> Result<Option<u64>, Fault> {
        let (_, records) = self.records(self.root().ok_or(Fault::Form)?)?;
        let record = records
            .iter()
            .find(|record| short(record, 0) == Some(id) && short(record, 2) == Some(kind::BINARY));
        let Some(value) =
            record.and_then(|record| long(record, 4)).filter(|value| value & 0x1f != 0)
        else {
            return Ok(None);
        };
        let node = self.inner.get(&value).ok_or(Fault::Node)?;
        let leaves = store.leaves(node.data)?;
        // each but the last is full
        let size = leaves.len() as u64 * store.layout.block_size();
        Ok((size > most).then_some(node.data))
    }

    fn value(&self, store: &mut Store<'_>, of: u16, value: u32) -> Result<Vec<Vec<u8>>, Fault> {
        let each = of & !kind::MANY;
        if of & kind::MANY != 0 {
            return Ok(several(each, &self.referred(store, value)?));
        }
        match fixed_size(each) {
            Some(size @ 0..=4) => Ok(vec![value.to_le_bytes()[..size].to_vec()]),
            _ => Ok(vec![self.referred(store, value)?]),
        }
    }

    /// The rows of a table as properties.
    pub(super) fn rows(&self, store: &mut Store<'_>) -> Result<Vec<Vec<Raw>>, Fault> {
        if self.kind() != TABLE {
            return Err(Fault::Form);
        }
        let info = self.item(self.root().ok_or(Fault::Form)?).ok_or(Fault::Form)?;
        let columns: Vec<&[u8]> = info.get(22..).unwrap_or_default().chunks_exact(8).collect();
        let columns = &columns[..usize::from(*info.get(1).ok_or(Fault::Form)?).min(columns.len())];
        let (bits, width) = (short(info, 6), short(info, 8));
        let (Some(bits), Some(width), Some(rows)) = (bits, width, long(info, 14)) else {
            return Err(Fault::Form);
        };
        let (bits, width) = (usize::from(bits), usize::from(width));
        if width == 0 || rows == 0 {
            return Ok(Vec::new());
        }
        let blocks = if rows & 0x1f == 0 {
            vec![self.item(rows).ok_or(Fault::Form)?.to_vec()]
        } else {
            let node = self.inner.get(&rows).copied().ok_or(Fault::Node)?;
            store.data(node.data)?
        };
        let (mut found, mut left) = (Vec::new(), store.most_bytes());
        for row in blocks.iter().flat_map(|block| block.chunks_exact(width)).take(MOST_ROWS) {
            let mut cells = Vec::new();
            for column in columns {
                let (Some(of), Some(id), Some(at)) =
                    (short(column, 0), short(column, 2), short(column, 4))
                else {
                    continue;
                };
                let (size, bit) = (usize::from(column[6]), usize::from(column[7]));
                let present =
                    row.get(bits + bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
                let Some(cell) =
                    row.get(usize::from(at)..usize::from(at) + size).filter(|_| present)
                else {
                    continue;
                };
                let fixed = fixed_size(of).is_some_and(|fixed| fixed <= 8 && fixed <= size);
                let values = match (fixed, long(cell, 0)) {
                    (true, _) => vec![cell.to_vec()],
                    (false, Some(value)) => match self.value(store, of, value) {
                        Ok(values) => values,
                        Err(_) => continue,
                    },
                    (false, None) => continue,
                };
                let size: usize = values.iter().map(Vec::len).sum();
                left = left.checked_sub(size as u64).ok_or(Fault::TooLarge)?;
                cells.push(Raw { id, kind: of, values });
            }
            found.push(cells);
        }
        Ok(found)
    }
}

/// Several values of a type: of a fixed size one after the other, else with a list of their places ([MS-PST] 2.3.3.4).
fn several(each: u16, bytes: &[u8]) -> Vec<Vec<u8>> {
    if let Some(size) = fixed_size(each) {
        return bytes.chunks_exact(size).map(<[u8]>::to_vec).collect();
    }
    let count = long(bytes, 0).unwrap_or(0) as usize;
    let count = count.min(bytes.len() / 4);
    let place = |at: usize| {
        if at == count { Some(bytes.len()) } else { long(bytes, 4 + at * 4).map(|at| at as usize) }
    };
    let mut values = Vec::new();
    let mut total = 0;
    for at in 0..count {
        let Some(value) = place(at).zip(place(at + 1)).and_then(|(from, to)| bytes.get(from..to))
        else {
            continue;
        };
        total += value.len();
        // places may overlap in a hostile file
        if total > bytes.len() {
            break;
        }
        values.push(value.to_vec());
    }
    values
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
