//! What is left of a store whose indexes are damaged: leaf pages are found by their form, wherever they are.
//!
//! Such a page may be an old one that the store no longer uses: a block that it names counts only if the block itself
//! states the same number.

use super::file::{BLOCKS, NODES, Node, Store};
use std::collections::{BTreeMap, HashMap};

/// Entries beyond this number are not kept.
const MOST: usize = 4 << 20;

const CHUNK: u64 = 1 << 20;

/// Entries of leaf pages.
#[derive(Default)]
pub(super) struct Rescue {
    /// Nodes by id.
    pub(super) nodes: BTreeMap<u32, Node>,
    /// The entries of blocks by number, without its lowest bit.
    pub(super) blocks: HashMap<u64, Vec<u8>>,
}

impl Rescue {
    /// Searches a whole store.
    pub(super) fn search(store: &mut Store<'_>) -> Self {
        let mut found = Self::default();
        let page = store.layout.page();
        let mut at = 0;
        while at < store.size() {
            let count = CHUNK.min(store.size() - at);
            // a part that cannot be read is passed over
            let bytes = store.bytes_at(at, count).unwrap_or_default();
            for page in bytes.chunks_exact(page) {
                if found.nodes.len() + found.blocks.len() > MOST {
                    return found;
                }
                found.take(store, page);
            }
            at += count;
        }
        found
    }

    fn take(&mut self, store: &Store<'_>, page: &[u8]) {
        let layout = store.layout;
        for kind in [NODES, BLOCKS] {
            let Some(leaf) = layout.parse_page(page, kind).filter(|leaf| leaf.level == 0) else {
                continue;
            };
            let keys: Vec<u64> = leaf.entries().filter_map(|entry| layout.read(entry, 0)).collect();
            if !keys.is_sorted() || keys.contains(&0) {
                continue;
            }
            for (key, entry) in keys.iter().zip(leaf.entries()) {
                if kind == BLOCKS {
                    self.blocks.insert(key & !1, entry.to_vec());
                } else if let Some(node) = layout.node(entry) {
                    self.nodes.entry(node.id).or_insert(node);
                }
            }
        }
    }
}
