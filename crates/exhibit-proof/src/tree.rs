//! Roots and proofs of a Merkle tree (RFC 6962, section 2.1).
//!
//! Making a root or a proof asks its caller for the hashes of complete subtrees, a few dozen at most whatever the
//! tree's size. Checking one needs no tree: the algorithms are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use crate::hash::Hash;
use std::ops::Range;

/// A complete subtree: the leaves from `index << level` up to `(index + 1) << level`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subtree {
    /// Its height: it has `2^level` leaves.
    pub level: u8,
    /// Its place among the subtrees of its height, from 0.
    pub index: u64,
}

/// Why a proof cannot be made, or does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry or the older tree does not lie within the tree.
    #[error("{asked} does not lie within a tree of {size} entries")]
    OutOfRange {
        /// The entry's index, or the older tree's size.
        asked: u64,
        /// The tree's size.
        size: u64,
    },
    /// The proof has not as many hashes as one for these sizes must have.
    #[error("the proof has the wrong number of hashes ({hashes})")]
    Length {
        /// How many it has.
        hashes: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
    /// A consistency proof leads to another root of the older tree.
    #[error("the proof leads to another root of the older tree")]
    OldRoot,
}

/// The root of a tree of `size` leaves.
///
/// # Errors
/// Those of `read`.
pub fn root<E>(size: u64, read: &mut dyn FnMut(Subtree) -> Result<Hash, E>) -> Result<Hash, E> {
    if size == 0 { Ok(Hash::empty()) } else { range_root(0..size, read) }
}

/// The inclusion proof of the leaf at `index` in a tree of `size` leaves: the sibling's hash first.
///
/// # Errors
/// [`ProofError::OutOfRange`] where there is no such leaf, and those of `read`.
pub fn inclusion<E: From<ProofError>>(
    index: u64,
    size: u64,
    read: &mut dyn FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if index >= size {
        return Err(ProofError::OutOfRange { asked: index, size }.into());
    }
    let mut siblings = Vec::new();
    let mut range = 0..size;
    while range.end - range.start > 1 {
        let middle = split(&range);
        if index < middle {
            siblings.push(middle..range.end);
            range.end = middle;
        } else {
            siblings.push(range.start..middle);
            range.start = middle;
        }
    }
    siblings.into_iter().rev().map(|sibling| range_root(sibling, read)).collect()
}

/// The proof that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// # Errors
/// [`ProofError::OutOfRange`] where `old` is greater than `new`, and those of `read`.
pub fn consistency<E: From<ProofError>>(
    old: u64,
    new: u64,
    read: &mut dyn FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if old > new {
        return Err(ProofError::OutOfRange { asked: old, size: new }.into());
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    let mut range = 0..new;
    while range.end != old {
        let middle = split(&range);
        if old <= middle {
            parts.push(middle..range.end);
            range.end = middle;
        } else {
            parts.push(range.start..middle);
            range.start = middle;
        }
    }
    if range.start != 0 {
        parts.push(range);
    }
    parts.into_iter().rev().map(|part| range_root(part, read)).collect()
}

/// Checks that the entry whose leaf hash is `leaf` stands at `index` of the tree with this size and root.
///
/// # Errors
/// [`ProofError`], where it is not proved.
pub fn check_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange { asked: index, size });
    }
    let wrong_length = ProofError::Length { hashes: proof.len() };
    let (mut place, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length);
        }
        if place & 1 == 1 || place == last {
            hash = Hash::node(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = Hash::node(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    match (last, hash == root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(wrong_length),
    }
}

/// Checks that the tree of `new_size` leaves begins with the tree of `old_size` leaves.
///
/// # Errors
/// [`ProofError`], where it is not proved.
pub fn check_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let wrong_length = ProofError::Length { hashes: proof.len() };
    if old_size > new_size {
        return Err(ProofError::OutOfRange { asked: old_size, size: new_size });
    }
    if old_size == 0 || old_size == new_size {
        let old_root_fits =
            (old_size > 0 || old_root == Hash::empty()) && (old_size < new_size || old_root == new_root);
        return match (proof.is_empty(), old_root_fits) {
            (true, true) => Ok(()),
            (true, false) => Err(ProofError::OldRoot),
            (false, _) => Err(wrong_length),
        };
    }
    let (mut place, mut last) = (old_size - 1, new_size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    // The old tree is itself a subtree of the new one exactly when its size is a power of two; its root is then
    // where the proof starts, and is not repeated in it.
    let (seed, rest) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(wrong_length)?;
        (*first, rest)
    };
    let (mut old_hash, mut new_hash) = (seed, seed);
    for part in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if place & 1 == 1 || place == last {
            old_hash = Hash::node(part, &old_hash);
            new_hash = Hash::node(part, &new_hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = Hash::node(&new_hash, part);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        Err(wrong_length)
    } else if old_hash != old_root {
        Err(ProofError::OldRoot)
    } else if new_hash != new_root {
        Err(ProofError::Root)
    } else {
        Ok(())
    }
}

/// The root over neighbouring hashes of one level, `hashes` being a complete subtree (a power of two of them).
#[must_use]
pub fn complete_root(hashes: &[Hash]) -> Hash {
    debug_assert!(hashes.len().is_power_of_two());
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| Hash::node(&pair[0], &pair[1])).collect();
    }
    row.first().copied().unwrap_or_else(Hash::empty)
}

// Where RFC 6962 divides a range of more than one leaf: after the largest power of two that leaves something over.
fn split(range: &Range<u64>) -> u64 {
    let length = range.end - range.start;
    range.start + (1 << (length - 1).ilog2())
}

fn range_root<E>(range: Range<u64>, read: &mut dyn FnMut(Subtree) -> Result<Hash, E>) -> Result<Hash, E> {
    let length = range.end - range.start;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return read(Subtree { level: u8::try_from(level).unwrap_or(u8::MAX), index: range.start >> level });
    }
    let middle = split(&range);
    let left = range_root(range.start..middle, read)?;
    let right = range_root(middle..range.end, read)?;
    Ok(Hash::node(&left, &right))
}
