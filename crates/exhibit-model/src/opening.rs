//! The opening of a commitment in a log entry.

use crate::Digest;

/// Opens one commitment of an entry. Destroying it does not change the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// The commitment's name in the entry.
    pub field: String,
    /// The salt, which prevents guessing the value.
    pub salt: [u8; 16],
    /// The value.
    pub value: Vec<u8>,
}

impl Opening {
    /// The commitment that this opens: `SHA-256(salt ‖ value)`.
    #[must_use]
    pub fn commitment(&self) -> Digest {
        Digest::of(&[&self.salt[..], &self.value].concat())
    }
}
