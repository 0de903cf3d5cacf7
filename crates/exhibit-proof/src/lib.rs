//! Merkle log, checkpoints and proofs: what an opposing expert reads.
//!
//! Everything here is a pure function of its arguments: no file system, no clock, no network, no randomness of its
//! own. Text that comes from outside is parsed strictly: what a specification does not allow is refused, never
//! mended.
//!
//! | module | what it holds | specification |
//! |---|---|---|
//! | [`hash`] | leaf and node hashes | RFC 6962, section 2.1 |
//! | [`tree`] | roots, inclusion and consistency proofs | RFC 6962, section 2.1; RFC 9162, section 2.1 |
//! | [`tile`] | how a tree's hashes and entries lie in files | C2SP tlog-tiles |
//! | [`note`] | signed notes, their keys, cosignatures | C2SP signed-note v1.0.0, tlog-cosignature v1.0.1 (Ed25519) |
//! | [`checkpoint`] | a log's signed size and root | C2SP tlog-checkpoint v1.0.0 |
//! | [`proof`] | one entry's proof as a text | C2SP tlog-proof@v1 |
//! | [`chain`] | how a log's key hands over to the next | `docs/formats/custody.md` |
//! | [`statement`] | what a log's key says of a package from a sealed case | `docs/formats/bag.md` |
//! | [`policy`] | whose signatures are asked for | C2SP tlog-policy, as published on 2026-07-22 |
//! | [`document`] | a document as a tree of pages, each provable alone | `docs/formats/custody.md` |
//! | [`anchor`] | quotes tied to pages | W3C Web Annotation; `docs/formats/anchor.md` |
//! | [`bagit`] | bags, checked whole | RFC 8493 |
//! | [`names`] | safe names, names that look alike | Unicode canonical equivalence |
//! | [`package`] | what a bag of Exhibit's proves | `docs/formats/bag.md` |
//! | [`finding`] | what a check found, each with its place | |
//! | [`json`] | canonical JSON | RFC 8785, whole numbers only |
//! | [`text`] | texts in lines, read strictly | |

pub mod anchor;
pub mod bagit;
pub mod chain;
pub mod checkpoint;
pub mod document;
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
pub use note::{KeyKind, Note, NoteError, Signature, SignerKey, VerifierKey};
pub use tile::{Layer, TileName};
pub use tree::{ProofError, Subtree};

/// Standard base64 with padding (RFC 4648, section 4), decoded only from its one canonical form.
pub(crate) use base64::engine::general_purpose::STANDARD as BASE64;
