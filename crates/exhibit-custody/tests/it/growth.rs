//! Logs of any size, grown in any steps, against the plain definition.

use exhibit_custody::Frontier;
use exhibit_proof::tile::{self, TileName};
use exhibit_proof::tree::{self, check_consistency, check_inclusion};
use exhibit_proof::{Hash, Layer, ProofError, Subtree};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The root over leaf hashes, straight from the definition (RFC 6962, section 2.1).
fn plain_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty(),
        [leaf] => *leaf,
        _ => {
            let left = leaves.len().next_power_of_two() / 2;
            Hash::node(&plain_root(&leaves[..left]), &plain_root(&leaves[left..]))
        }
    }
}

fn plain_subtree(leaves: &[Hash], subtree: Subtree) -> Hash {
    let index = usize::try_from(subtree.index).expect("small");
    plain_root(&leaves[index << subtree.level..(index + 1) << subtree.level])
}

/// Leaf hashes of entries that are all different.
fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| Hash::leaf(&n.to_be_bytes())).collect()
}

/// Grows a log of these leaves and keeps every tile that would be written on the way.
fn grow(leaves: &[Hash]) -> (Frontier, BTreeMap<TileName, Vec<u8>>) {
    let mut tiles = BTreeMap::new();
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf, &mut |name, bytes| drop(tiles.insert(name, bytes)));
    }
    tiles.extend(frontier.partial_tiles());
    (frontier, tiles)
}

fn read(tiles: &BTreeMap<TileName, Vec<u8>>, name: TileName) -> Result<Vec<Hash>, ProofError> {
    Ok(tile::read_hashes(&tiles[&name], name.width).expect("as wide as its name says"))
}

fn check_log(size: u64, old: u64, index: u64) {
    let leaves = leaves(size);
    let (frontier, tiles) = grow(&leaves);
    let root = plain_root(&leaves);
    assert_eq!(frontier.root(), root);
    let written: Vec<_> = tiles.keys().copied().collect();
    let expected: Vec<_> =
        TileName::all(size).filter(|tile| tile.layer != Layer::Entries).collect();
    assert_eq!(written, expected, "size {size}");
    assert_eq!(Frontier::load(size, &mut |name| read(&tiles, name)), Ok(frontier));

    let mut subtree = |subtree| tile::subtree_hash(subtree, size, &mut |name| read(&tiles, name));
    assert_eq!(tree::root(size, &mut subtree), Ok(root));
    let old_root = plain_root(&leaves[..usize::try_from(old).expect("small")]);
    let proof = tree::consistency(old, size, &mut subtree).expect("old enough");
    assert_eq!(check_consistency(old, old_root, size, root, &proof), Ok(()));
    if index < size {
        let proof = tree::inclusion(index, size, &mut subtree).expect("within");
        let leaf = leaves[usize::try_from(index).expect("small")];
        assert_eq!(check_inclusion(leaf, index, size, &proof, root), Ok(()));
        assert!(check_inclusion(leaf, index ^ 1, size, &proof, root).is_err() || size == 1);
    }
}

#[test]
fn logs_around_full_tiles() {
    for size in [0_u64, 1, 2, 255, 256, 257, 511, 512, 513, 65_537] {
        for (old, index) in [
            (0, 0),
            (size / 2, size / 2),
            (size.saturating_sub(1), size.saturating_sub(1)),
            (size, 1),
        ] {
            check_log(size, old, index);
        }
    }
}

#[test]
fn small_logs_in_every_combination() {
    for size in 0..20 {
        let leaves = leaves(size);
        let mut read = |subtree| Ok::<_, ProofError>(plain_subtree(&leaves, subtree));
        let root = plain_root(&leaves);
        for old in 0..=size {
            let proof = tree::consistency(old, size, &mut read).expect("within");
            for claimed in 0..=size {
                let claimed_root = plain_root(&leaves[..usize::try_from(claimed).expect("small")]);
                let verdict = check_consistency(claimed, claimed_root, size, root, &proof);
                let good =
                    claimed == old || (proof.is_empty() && (claimed == 0 || claimed == size));
                assert_eq!(verdict.is_ok(), good, "{claimed} of {size} by the proof of {old}");
            }
        }
        for index in 0..size {
            let proof = tree::inclusion(index, size, &mut read).expect("within");
            for (leaf, claimed) in leaves.iter().zip(0..) {
                let verdict = check_inclusion(*leaf, claimed, size, &proof, root);
                assert_eq!(
                    verdict.is_ok(),
                    claimed == index,
                    "{claimed} of {size} by the proof of {index}"
                );
            }
        }
        assert!(tree::inclusion(size, size, &mut read).is_err());
        assert!(tree::consistency(size + 1, size, &mut read).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn logs_of_any_size(size in 0_u64..3000, old: prop::sample::Index, index: prop::sample::Index) {
        check_log(size, old.index(usize::try_from(size + 1).expect("small")) as u64, index.index(3000) as u64);
    }

    #[test]
    fn proofs_of_random_hashes_prove_nothing(
        sizes in (0_u64..100, 0_u64..100),
        hashes in prop::collection::vec(any::<[u8; 32]>(), 0..9),
    ) {
        let proof: Vec<_> = hashes.into_iter().map(Hash).collect();
        let (some, other) = (Hash::leaf(b"some"), Hash::leaf(b"other"));
        prop_assert!(check_inclusion(some, sizes.0, sizes.1, &proof, other).is_err());
        prop_assert!(check_consistency(sizes.0, some, sizes.1, other, &proof).is_err());
    }

    #[test]
    fn sizes_near_the_end_of_numbers_do_no_harm(back in (0_u64..4, 0_u64..4), count in 0_usize..70) {
        let proof = vec![Hash::empty(); count];
        let (a, b) = (u64::MAX - back.0, u64::MAX - back.1);
        prop_assert!(check_inclusion(Hash::empty(), a, b, &proof, Hash::leaf(b"")).is_err());
        let (old, new) = (a.min(b), a.max(b));
        prop_assert!(check_consistency(old, Hash::leaf(b"x"), new, Hash::leaf(b""), &proof).is_err());
    }
}
