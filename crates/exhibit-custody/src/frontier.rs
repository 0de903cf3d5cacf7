//! The right edge of a growing tree: the hashes that are needed to append to a log, and the tiles that an append
//! must write.
//!
//! For each level of tiles the edge contains the hashes of the last, partial tile: at most 255 per level, so a
//! log of any size grows within a few kilobytes of memory.

use exhibit_proof::hash::Hash;
use exhibit_proof::tile::{FULL, Layer, TileName, write_hashes};
use exhibit_proof::tree::{self, Subtree};
use std::convert::Infallible;

/// The right edge of a tree of a given size.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Frontier {
    /// The edge of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Loads the edge of a log of `size` entries. `read` is called for its partial tiles of hashes, and must return as
    /// many hashes as the width of the tile.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn load<E>(
        size: u64,
        read: &mut dyn FnMut(TileName) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, E> {
        let mut levels = Vec::new();
        for level in 0..8 {
            let layer = Layer::Hashes(level);
            let count = layer.count(size);
            if count == 0 {
                break;
            }
            let partial =
                TileName::holding(layer, count - 1, size).filter(|tile| tile.width < FULL);
            levels.push(partial.map(&mut *read).transpose()?.unwrap_or_default());
        }
        Ok(Self { size, levels })
    }

    /// The number of entries in the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf, and calls `filled` with each tile that it completes and its bytes.
    pub fn push(&mut self, leaf: Hash, filled: &mut dyn FnMut(TileName, Vec<u8>)) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let tile = &mut self.levels[level];
            tile.push(hash);
            if tile.len() < usize::from(FULL) {
                return;
            }
            let layer = Layer::Hashes(u8::try_from(level).unwrap_or(u8::MAX));
            let index = layer.count(self.size) / u64::from(FULL) - 1;
            filled(TileName { layer, index, width: FULL }, write_hashes(tile));
            hash = tree::complete_root(tile);
            tile.clear();
        }
    }

    /// The partial tiles of the edge, with their bytes.
    pub fn partial_tiles(&self) -> impl Iterator<Item = (TileName, Vec<u8>)> {
        self.levels.iter().zip(0..).filter(|(tile, _)| !tile.is_empty()).map(|(tile, level)| {
            let layer = Layer::Hashes(level);
            let index = layer.count(self.size) / u64::from(FULL);
            (
                TileName { layer, index, width: u16::try_from(tile.len()).unwrap_or(FULL) },
                write_hashes(tile),
            )
        })
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut read = |subtree: Subtree| -> Result<Hash, Infallible> {
            // Only subtrees along the right edge are needed, and each is in the partial tile of its level.
            let within = u32::from(subtree.level % 8);
            let tile = &self.levels[usize::from(subtree.level / 8)];
            let start =
                usize::try_from((subtree.index << within) % u64::from(FULL)).unwrap_or(usize::MAX);
            Ok(tree::complete_root(&tile[start..start + (1 << within)]))
        };
        let Ok(root) = tree::root(self.size, &mut read);
        root
    }
}
