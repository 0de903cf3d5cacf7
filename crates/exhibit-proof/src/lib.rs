//! Merkle log, checkpoints and proofs: the part that an opposing expert reviews.
//!
//! Everything here is a pure function of its arguments: no file system, no clock, no network, no randomness. Text from
//! outside is parsed strictly: what a specification does not allow is rejected, never corrected.
//!
//! | module | contents | specification |
//! |---|---|---|
//! | [`hash`] | leaf and node hashes | RFC 6962, section 2.1 |
//! | [`tree`] | roots, inclusion and consistency proofs | RFC 6962, section 2.1; RFC 9162, section 2.1 |
//! | [`tile`] | the layout of a tree's hashes and entries in files | C2SP tlog-tiles |
//! | [`note`] | signed notes, their keys, cosignatures | C2SP signed-note v1.0.0, tlog-cosignature v1.0.1 (Ed25519) |
//! | [`checkpoint`] | the signed size and root of a log | C2SP tlog-checkpoint v1.0.0 |
//! | [`proof`] | the proof of one entry as a text | C2SP tlog-proof@v1 |
//! | [`entry`] | the form of log entries, and of each act | `docs/formats/custody.md` |
//! | [`chain`] | handovers from one key of a log to the next | `docs/formats/custody.md` |
//! | [`statement`] | a statement by the key of a log about a package from a sealed case | `docs/formats/bag.md` |
//! | [`policy`] | which signatures are required | C2SP tlog-policy, as published on 2026-07-22 |
//! | [`document`] | a document as a tree of pages that can be proved separately | `docs/formats/custody.md` |
//! | [`anchor`] | quotes tied to pages | W3C Web Annotation; `docs/formats/anchor.md` |
//! | [`bagit`] | complete checks of bags | RFC 8493 |
//! | [`names`] | safe and confusable file names | Unicode canonical equivalence |
//! | [`package`] | what a bag made by Exhibit proves | `docs/formats/bag.md` |
//! | [`finding`] | findings of a check, each with its place | |
//! | [`json`] | canonical JSON | RFC 8785, integers only |
//! | [`text`] | line-based texts, parsed strictly | |

pub mod anchor;
pub mod bagit;
pub mod chain;
pub mod checkpoint;
pub mod document;
pub mod entry;
pub mod finding;
pub mod hash;
pub mod json;
pub mod names;
pub mod note;
pub mod package;
pub mod policy;
pub mod proof;
pub mod statement;
pub mod text;
pub mod tile;
pub mod tree;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use hash::Hash;
pub use note::{KeyKind, NoteError, Signature, SignedNote, SignerKey, VerifierKey};
pub use tile::{Layer, TileName};
pub use tree::{ProofError, Subtree};

/// Standard base64 with padding (RFC 4648, section 4), decoded only from its canonical form.
pub(crate) use base64::engine::general_purpose::STANDARD as BASE64;
