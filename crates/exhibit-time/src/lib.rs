//! Proofs of when a state of a custody log existed: time stamps of authorities (RFC 3161), cosignatures of witnesses
//! (C2SP tlog-witness) and proofs of public logs (Sigsum), all as files.
//!
//! Everything here is a pure function of its arguments: no file system, no clock, no network. It is separate from
//! `exhibit-proof` so that the code that proves a package can be reviewed in an evening and depends only on hashing,
//! Ed25519 and encoding; certificates and their algorithms are needed only for time
//! (`docs/decisions/0006-time-stamps-in-their-own-crate.md`).

mod algorithm;
pub mod anchored;
pub mod bag;
mod certificate;
mod chain;
mod cursor;
mod fault;
mod name;
mod request;
pub mod sigsum;
pub mod stamp;
mod stated_time;
mod token;
pub mod witness;

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

pub use certificate::{Certificate, MAX_CERTIFICATES};
pub use fault::TimeFault;
pub use request::StampRequest;
pub use sigsum::SigsumPolicy;
pub use stamp::{StampContext, TimeStamp};
pub use stated_time::StatedTime;
pub use token::MAX_REPLY;
