//! Roots and proofs of a Merkle tree (RFC 6962, section 2.1).
//!
//! To compute a root or a proof, the caller supplies the hashes of complete subtrees, a few dozen at most for any
//! tree size. Checking a proof needs no tree. Both descend the tree in the same steps ([`Descent`]), those of the
//! RFC's definitions of a path and a proof: a proof consists of the hashes of the siblings on the way down, and
//! checking it folds them on the way back up.

use crate::hash::Hash;
use std::ops::Range;

/// A complete subtree: the leaves from `index << level` up to `(index + 1) << level`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Subtree {
    /// Its height: it has `2^level` leaves.
    pub level: u8,
    /// Its index among the subtrees of its height, from 0.
    pub index: u64,
}

/// Why a proof cannot be computed, or is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry or the older tree is not within the tree.
    #[error("{asked} is out of range for a tree of {size} entries")]
    OutOfRange {
        /// The entry's index, or the older tree's size.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The proof does not have the number of hashes that these sizes require.
    #[error("the proof has the wrong number of hashes ({hashes})")]
    Length {
        /// The number of hashes in the proof.
        hashes: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
    /// A consistency proof leads to another root of the older tree.
    #[error("the proof leads to another root of the older tree")]
    OldRoot,
}

/// Computes the root of a tree of `size` leaves.
///
/// # Errors
/// Those of `read`.
pub fn root<E>(size: u64, read: &mut dyn FnMut(Subtree) -> Result<Hash, E>) -> Result<Hash, E> {
    if size == 0 { Ok(Hash::empty()) } else { range_root(0..size, read) }
}

/// Computes the inclusion proof of the leaf at `index` in a tree of `size` leaves: the sibling's hash first.
///
/// # Errors
/// [`ProofError::OutOfRange`] if there is no such leaf, and those of `read`.
pub fn inclusion<E: From<ProofError>>(
    index: u64,
    size: u64,
    read: &mut dyn FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    let descent = Descent::to_leaf(index, size)?;
    descent.siblings.into_iter().rev().map(|(_, range)| range_root(range, read)).collect()
}

/// Computes the proof that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// # Errors
/// [`ProofError::OutOfRange`] if `old` is greater than `new`, and those of `read`.
pub fn consistency<E: From<ProofError>>(
    old: u64,
    new: u64,
    read: &mut dyn FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Vec<Hash>, E> {
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let Descent { siblings, end } = Descent::to_end_of(old, new)?;
    let first = Some(end).filter(|end| end.start != 0);
    first
        .into_iter()
        .chain(siblings.into_iter().rev().map(|(_, range)| range))
        .map(|r| range_root(r, read))
        .collect()
}

/// Checks that the entry whose leaf hash is `leaf` is at `index` of the tree with this size and root.
///
/// # Errors
/// [`ProofError`] if the proof is not valid.
pub fn check_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), ProofError> {
    let descent = Descent::to_leaf(index, size)?;
    if descent.siblings.len() != proof.len() {
        return Err(ProofError::Length { hashes: proof.len() });
    }
    let climb = |hash, ((side, _), sibling): (&(Side, _), &Hash)| side.join(sibling, &hash);
    let found = descent.siblings.iter().rev().zip(proof).fold(leaf, climb);
    if found == root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `new_size` leaves begins with the tree of `old_size` leaves.
///
/// # Errors
/// [`ProofError`] if the proof is not valid.
pub fn check_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let wrong_length = ProofError::Length { hashes: proof.len() };
    let check_old = |is_equal: bool| if is_equal { Ok(()) } else { Err(ProofError::OldRoot) };
    if proof.is_empty() && (old_size == 0 || old_size == new_size) {
        let is_equal = (old_size > 0 || old_root == Hash::empty())
            && (old_size < new_size || old_root == new_root);
        return check_old(is_equal);
    }
    if old_size == 0 {
        return Err(wrong_length);
    }
    let Descent { siblings, end } = Descent::to_end_of(old_size, new_size)?;
    // If the old tree is itself a subtree of the new one, the climb starts at its root, which the proof omits.
    let (start, proof) = match proof {
        _ if end.start == 0 => (old_root, proof),
        [first, rest @ ..] => (*first, rest),
        [] => return Err(wrong_length),
    };
    if siblings.len() != proof.len() {
        return Err(wrong_length);
    }
    let (mut old_hash, mut new_hash) = (start, start);
    for ((side, _), sibling) in siblings.iter().rev().zip(proof) {
        // Subtrees to the right are not in the old tree.
        if *side == Side::Left {
            old_hash = side.join(sibling, &old_hash);
        }
        new_hash = side.join(sibling, &new_hash);
    }
    check_old(old_hash == old_root)?;
    if new_hash == new_root { Ok(()) } else { Err(ProofError::Root) }
}

/// The descent from the root of a tree to one of its subtrees, with the siblings that it passes.
struct Descent {
    // The sibling at each step, the largest first, and its side.
    siblings: Vec<(Side, Range<u64>)>,
    end: Range<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

impl Descent {
    // RFC 6962, section 2.1.1.
    fn to_leaf(index: u64, size: u64) -> Result<Self, ProofError> {
        if index >= size {
            return Err(ProofError::OutOfRange { asked: index, size });
        }
        Ok(Self::down(index, size, |range| range.end - range.start == 1))
    }

    // RFC 6962, section 2.1.2: to the largest subtree that ends where the old tree, of at least one leaf, ends.
    fn to_end_of(old: u64, size: u64) -> Result<Self, ProofError> {
        if old > size {
            return Err(ProofError::OutOfRange { asked: old, size });
        }
        Ok(Self::down(old - 1, size, |range| range.end == old))
    }

    fn down(leaf: u64, size: u64, arrived: impl Fn(&Range<u64>) -> bool) -> Self {
        let mut descent = Self { siblings: Vec::new(), end: 0..size };
        while !arrived(&descent.end) {
            let middle = split(&descent.end);
            let Range { start, end } = descent.end;
            let (side, sibling) = if leaf < middle {
                (Side::Right, middle..end)
            } else {
                (Side::Left, start..middle)
            };
            descent.end = if leaf < middle { start..middle } else { middle..end };
            descent.siblings.push((side, sibling));
        }
        descent
    }
}

impl Side {
    fn join(self, sibling: &Hash, inner: &Hash) -> Hash {
        match self {
            Self::Left => Hash::node(sibling, inner),
            Self::Right => Hash::node(inner, sibling),
        }
    }
}

/// Computes the root over adjacent hashes of one level that form a complete subtree (their number is a power of two).
#[must_use]
pub fn complete_root(hashes: &[Hash]) -> Hash {
    debug_assert!(hashes.len().is_power_of_two());
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| Hash::node(&pair[0], &pair[1])).collect();
    }
    row.first().copied().unwrap_or_else(Hash::empty)
}

// Where RFC 6962 splits a range of more than one leaf: after the largest power of two less than its length.
fn split(range: &Range<u64>) -> u64 {
    let length = range.end - range.start;
    range.start + (1 << (length - 1).ilog2())
}

fn range_root<E>(
    range: Range<u64>,
    read: &mut dyn FnMut(Subtree) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let length = range.end - range.start;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return read(Subtree {
            level: u8::try_from(level).unwrap_or(u8::MAX),
            index: range.start >> level,
        });
    }
    let middle = split(&range);
    let left = range_root(range.start..middle, read)?;
    let right = range_root(middle..range.end, read)?;
    Ok(Hash::node(&left, &right))
}
