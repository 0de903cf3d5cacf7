//! Tests of the log's proofs against published vectors and against a simple second implementation.

mod bags;
mod log_proof;
mod signatures;
mod specifications;
mod vectors;

use exhibit_proof::{Hash, Subtree};

/// The root over leaf hashes, by the definition (RFC 6962, section 2.1).
fn plain_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::empty(),
        [leaf] => *leaf,
        _ => {
            let mut left = 1;
            while left * 2 < leaves.len() {
                left *= 2;
            }
            Hash::node(&plain_root(&leaves[..left]), &plain_root(&leaves[left..]))
        }
    }
}

fn plain_subtree(leaves: &[Hash], subtree: Subtree) -> Hash {
    let index = usize::try_from(subtree.index).expect("small");
    plain_root(&leaves[index << subtree.level..(index + 1) << subtree.level])
}

/// Leaf hashes of distinct entries.
fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|n| Hash::leaf(&n.to_be_bytes())).collect()
}
