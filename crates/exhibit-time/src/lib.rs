//! What shows when a custody log stood as it stands: time stamps of authorities (RFC 3161), cosignatures of witnesses (C2SP
//! tlog-witness) and proofs of public logs (Sigsum), all as files.
//!
//! Everything here is a pure function of its arguments: no file system, no clock, no network. It is a crate apart from
//! `exhibit-proof` so that what proves a package can be read in an evening and rests on hashing, Ed25519 and encoding
//! alone; certificates and their algorithms are needed for time only (`docs/decisions/0006-time-stamps-in-their-own-crate.md`).

mod algorithm;
pub mod anchored;
pub mod bag;
mod certificate;
mod chain;
mod cursor;
mod fault;
mod moment;
mod name;
mod request;
pub mod sigsum;
pub mod stamp;
mod token;
pub mod witness;

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

pub use certificate::{Certificate, MAX_CERTIFICATES};
pub use fault::Fault;
pub use moment::Moment;
pub use request::Request;
pub use sigsum::SigsumPolicy;
pub use stamp::{Against, Stamp};
pub use token::MAX_REPLY;
