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

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(salt: u8, value: &[u8]) -> Opening {
        Opening { field: "path".to_owned(), salt: [salt; 16], value: value.to_vec() }
    }

    #[test]
    fn a_commitment_is_of_the_salt_and_then_the_value() {
        let bytes = [&[7; 16][..], b"list.xlsx"].concat();
        assert_eq!(opening(7, b"list.xlsx").commitment(), Digest::of(&bytes));
    }

    #[test]
    fn another_salt_or_value_is_another_commitment() {
        let one = opening(7, b"list.xlsx");
        assert_ne!(one.commitment(), opening(8, b"list.xlsx").commitment());
        assert_ne!(one.commitment(), opening(7, b"list.xls").commitment());
        assert_ne!(one.commitment(), opening(7, b"").commitment());
        let renamed = Opening { field: "name".to_owned(), ..one.clone() };
        assert_eq!(renamed.commitment(), one.commitment(), "the entry covers the field's name");
    }
}
