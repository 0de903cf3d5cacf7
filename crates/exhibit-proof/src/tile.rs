//! The layout of a tree's hashes and entries in files (C2SP tlog-tiles): tiles of 256 hashes, bundles of 256 entries,
//! and partial ones at the right edge.

use crate::hash::Hash;
use crate::text::decimal;
use crate::tree::{self, Subtree};

/// The number of hashes or entries in a full tile.
pub const FULL: u16 = 256;

/// The maximum length of an entry in bytes: its length is written in two bytes.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// What a tile contains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Layer {
    /// Hashes of complete subtrees of `256^level` leaves; level 0 contains the leaf hashes.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// The name of a tile or entry bundle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TileName {
    /// What it contains.
    pub layer: Layer,
    /// Its index within its layer, from 0.
    pub index: u64,
    /// The number of hashes or entries in it: 1 to 256.
    pub width: u16,
}

impl TileName {
    /// The tile of `layer` that contains the hash or entry at `position`, with the width that it has in a log of
    /// `size` entries. Returns `None` if the log has no such position.
    #[must_use]
    pub fn holding(layer: Layer, position: u64, size: u64) -> Option<Self> {
        let count = layer.count(size);
        let index = position / u64::from(FULL);
        let beyond = count.saturating_sub(index * u64::from(FULL)).min(u64::from(FULL));
        (position < count).then(|| Self {
            layer,
            index,
            width: u16::try_from(beyond).unwrap_or(FULL),
        })
    }

    /// All tiles and bundles that a log of `size` entries consists of, layer by layer, entries last.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let layers = (0..8).map(Layer::Hashes).chain([Layer::Entries]);
        layers.flat_map(move |layer| {
            let tiles = layer.count(size).div_ceil(u64::from(FULL));
            (0..tiles).filter_map(move |index| Self::holding(layer, index * u64::from(FULL), size))
        })
    }

    /// The tile's path, such as `tile/0/x001/234.p/5`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = match self.layer {
            Layer::Hashes(level) => format!("tile/{level}/"),
            Layer::Entries => "tile/entries/".to_owned(),
        };
        let mut groups = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        path.push_str(&groups.join("/"));
        if self.width < FULL {
            path.push_str(&format!(".p/{}", self.width));
        }
        path
    }

    /// Reads a path of exactly the form that [`Self::path`] writes.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (layer, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let layer = match layer {
            "entries" => Layer::Entries,
            level => Layer::Hashes(decimal(level).and_then(|l| u8::try_from(l).ok())?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, decimal(width).and_then(|w| u16::try_from(w).ok())?),
            None => (rest, FULL),
        };
        let mut index: u64 = 0;
        for group in number.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let value = digits.parse::<u64>().ok()?;
            index = index.checked_mul(1000)?.checked_add(value)?;
        }
        let name = Self { layer, index, width };
        // There is one valid spelling: the parsed name must be written the same way.
        ((1..=FULL).contains(&width) && name.path() == path).then_some(name)
    }
}

impl Layer {
    /// The number of hashes or entries in this layer of a log of `size` entries.
    #[must_use]
    pub const fn count(self, size: u64) -> u64 {
        match self {
            Self::Entries => size,
            Self::Hashes(level) if level < 8 => size >> (8 * level as u32),
            Self::Hashes(_) => 0,
        }
    }
}

/// Writes a tile of hashes.
#[must_use]
pub fn write_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads a tile of exactly `width` hashes.
#[must_use]
pub fn read_hashes(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && hashes.len() == usize::from(width))
        .then(|| hashes.iter().map(|hash| Hash(*hash)).collect())
}

/// Appends an entry to a bundle. Returns `false`, without changing the bundle, if it is longer than [`MAX_ENTRY`].
#[must_use]
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// Reads the entries of a bundle. Returns `None` if its bytes do not end where an entry ends.
#[must_use]
pub fn read_entries(mut bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bundle = rest;
    }
    bundle.is_empty().then_some(entries)
}

/// The hash of a complete subtree of a log of `size` entries, from the tile that contains it.
///
/// `read` is called for one tile of hashes and must return as many hashes as the width of the tile.
///
/// # Errors
/// Those of `read`, and its error for [`tree::ProofError::OutOfRange`] if the log has no such subtree.
pub fn subtree_hash<E: From<tree::ProofError>>(
    subtree: Subtree,
    size: u64,
    read: &mut dyn FnMut(TileName) -> Result<Vec<Hash>, E>,
) -> Result<Hash, E> {
    let out_of_range = || tree::ProofError::OutOfRange { asked: subtree.index, size };
    let layer = Layer::Hashes(subtree.level / 8);
    let within = u32::from(subtree.level % 8);
    let first = subtree
        .index
        .checked_shl(within)
        .filter(|f| f >> within == subtree.index)
        .ok_or_else(out_of_range)?;
    let tile = TileName::holding(layer, first, size).ok_or_else(out_of_range)?;
    let hashes = read(tile)?;
    let start = usize::try_from(first % u64::from(FULL)).unwrap_or(usize::MAX);
    let row = hashes.get(start..start + (1 << within)).ok_or_else(out_of_range)?;
    Ok(tree::complete_root(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_the_specification() {
        let name = |layer, index, width| TileName { layer, index, width };
        for (tile, path) in [
            (name(Layer::Hashes(0), 0, 256), "tile/0/000"),
            (name(Layer::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067"),
            (name(Layer::Hashes(3), 1234, 5), "tile/3/x001/234.p/5"),
            (name(Layer::Entries, 999, 255), "tile/entries/999.p/255"),
        ] {
            assert_eq!(tile.path(), path);
            assert_eq!(TileName::parse(path), Some(tile));
        }
        for odd in [
            "tile/0/0",
            "tile/0/x000/001",
            "tile/0/1234",
            "tile/00/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/001/x234",
            "tile/0/+01",
            "tile/0/000/",
            "tile/-1/000",
            "entries/000",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(TileName::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn tiles_of_70000_entries_match_the_specification() {
        let tiles: Vec<_> = TileName::all(70_000).collect();
        let tiles_at = |level, full: bool| {
            tiles
                .iter()
                .filter(|t| t.layer == Layer::Hashes(level) && (t.width == FULL) == full)
                .collect::<Vec<_>>()
        };
        assert_eq!((tiles_at(0, true).len(), tiles_at(0, false)[0].width), (273, 112));
        assert_eq!((tiles_at(1, true).len(), tiles_at(1, false)[0].width), (1, 17));
        assert_eq!((tiles_at(2, true).len(), tiles_at(2, false)[0].width), (0, 1));
        assert_eq!(tiles.iter().filter(|t| t.layer == Layer::Entries).count(), 274);
        let paths: Vec<_> = TileName::all(256).map(|t| t.path()).collect();
        assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
        assert_eq!(TileName::all(0).count(), 0);
    }

    #[test]
    fn truncated_bundles_are_rejected() {
        let mut bundle = Vec::new();
        assert!(push_entry(&mut bundle, b"one"));
        assert!(push_entry(&mut bundle, b""));
        assert!(push_entry(&mut bundle, &[7; MAX_ENTRY]));
        assert!(!push_entry(&mut bundle, &[7; MAX_ENTRY + 1]));
        assert_eq!(bundle[..7], [0, 3, b'o', b'n', b'e', 0, 0]);
        let entries = read_entries(&bundle).expect("whole");
        assert_eq!(entries.iter().map(|e| e.len()).collect::<Vec<_>>(), [3, 0, MAX_ENTRY]);
        assert_eq!(read_entries(&bundle[..bundle.len() - 1]), None);
        assert_eq!(read_entries(&bundle[..6]), None);
    }
}
