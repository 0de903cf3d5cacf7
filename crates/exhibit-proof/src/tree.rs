//! Roots and proofs of a Merkle tree (RFC 6962, section 2.1).
//!
//! Making a root or a proof asks its caller for the hashes of complete subtrees, a few dozen at most whatever the
//! tree's size. Checking one needs no tree. Both go down the tree by the same steps ([`Way`]), which are those of the
//! RFC's definitions of a path and a proof: to make a proof is to give the hashes beside the way, to check one is to
//! climb back up over them.

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
    let way = Way::to_leaf(index, size)?;
    way.beside.into_iter().rev().map(|(_, range)| range_root(range, read)).collect()
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
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let Way { beside, end } = Way::to_end_of(old, new)?;
    let first = Some(end).filter(|end| end.start != 0);
    first.into_iter().chain(beside.into_iter().rev().map(|(_, range)| range)).map(|r| range_root(r, read)).collect()
}

/// Checks that the entry whose leaf hash is `leaf` stands at `index` of the tree with this size and root.
///
/// # Errors
/// [`ProofError`], where it is not proved.
pub fn check_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> Result<(), ProofError> {
    let way = Way::to_leaf(index, size)?;
    if way.beside.len() != proof.len() {
        return Err(ProofError::Length { hashes: proof.len() });
    }
    let climb = |hash, ((side, _), beside): (&(Side, _), &Hash)| side.join(beside, &hash);
    let found = way.beside.iter().rev().zip(proof).fold(leaf, climb);
    if found == root { Ok(()) } else { Err(ProofError::Root) }
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
    let old = |fits: bool| if fits { Ok(()) } else { Err(ProofError::OldRoot) };
    if proof.is_empty() && (old_size == 0 || old_size == new_size) {
        let fits = (old_size > 0 || old_root == Hash::empty()) && (old_size < new_size || old_root == new_root);
        return old(fits);
    }
    if old_size == 0 {
        return Err(wrong_length);
    }
    let Way { beside, end } = Way::to_end_of(old_size, new_size)?;
    // Where the old tree is itself a subtree of the new one, its root is where the climb starts; the proof leaves it out.
    let (start, proof) = match proof {
        _ if end.start == 0 => (old_root, proof),
        [first, rest @ ..] => (*first, rest),
        [] => return Err(wrong_length),
    };
    if beside.len() != proof.len() {
        return Err(wrong_length);
    }
    let (mut old_hash, mut new_hash) = (start, start);
    for ((side, _), beside) in beside.iter().rev().zip(proof) {
        // What lies to the right of the way is not in the old tree.
        if *side == Side::Left {
            old_hash = side.join(beside, &old_hash);
        }
        new_hash = side.join(beside, &new_hash);
    }
    old(old_hash == old_root)?;
    if new_hash == new_root { Ok(()) } else { Err(ProofError::Root) }
}

/// The way from a tree's root down to one of its parts, and what lies beside it.
struct Way {
    // What is left aside at each step, the largest first, and on which side.
    beside: Vec<(Side, Range<u64>)>,
    end: Range<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Left,
    Right,
}

impl Way {
    // RFC 6962, section 2.1.1.
    fn to_leaf(index: u64, size: u64) -> Result<Self, ProofError> {
        if index >= size {
            return Err(ProofError::OutOfRange { asked: index, size });
        }
        Ok(Self::down(index, size, |range| range.end - range.start == 1))
    }

    // RFC 6962, section 2.1.2: to the largest part that ends where the old tree, of one leaf at least, ends.
    fn to_end_of(old: u64, size: u64) -> Result<Self, ProofError> {
        if old > size {
            return Err(ProofError::OutOfRange { asked: old, size });
        }
        Ok(Self::down(old - 1, size, |range| range.end == old))
    }

    fn down(leaf: u64, size: u64, arrived: impl Fn(&Range<u64>) -> bool) -> Self {
        let mut way = Self { beside: Vec::new(), end: 0..size };
        while !arrived(&way.end) {
            let middle = split(&way.end);
            let Range { start, end } = way.end;
            let (side, beside) = if leaf < middle { (Side::Right, middle..end) } else { (Side::Left, start..middle) };
            way.end = if leaf < middle { start..middle } else { middle..end };
            way.beside.push((side, beside));
        }
        way
    }
}

impl Side {
    fn join(self, beside: &Hash, way: &Hash) -> Hash {
        match self {
            Self::Left => Hash::node(beside, way),
            Self::Right => Hash::node(way, beside),
        }
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
