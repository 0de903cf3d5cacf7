//! What opens a commitment of a log entry.

use crate::Digest;

/// What opens one commitment of an entry. Destroying it leaves the log as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// The commitment's name in the entry.
    pub field: String,
    /// What keeps the value from being guessed.
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
