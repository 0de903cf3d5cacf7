//! Merkle log, checkpoints and proofs: what an opposing expert reads.
