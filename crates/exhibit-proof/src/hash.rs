//! The hashes of a Merkle tree (RFC 6962, section 2.1). Leaves and nodes cannot be confused, because the hash input
//! of a leaf begins with 0x00 and that of a node with 0x01.

use crate::BASE64;
use crate::text::base64;
use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A hash in a Merkle tree, 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The root of a tree without leaves: the hash of the empty string.
    #[must_use]
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The hash of a leaf, given the bytes of its entry.
    #[must_use]
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// The hash of the parent of two nodes.
    #[must_use]
    pub fn node(left: &Self, right: &Self) -> Self {
        Self(
            Sha256::new()
                .chain_update([1])
                .chain_update(left.0)
                .chain_update(right.0)
                .finalize()
                .into(),
        )
    }

    /// Encodes the hash as base64, the format of checkpoints and proofs.
    #[must_use]
    pub fn to_base64(self) -> String {
        BASE64.encode(self.0)
    }

    /// Decodes the base64 of exactly 32 bytes.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        base64(text)?.try_into().ok().map(Self)
    }

    /// Encodes the hash as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        to_hex(&self.0)
    }

    /// Decodes 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        from_hex(text)?.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

/// Encodes bytes as lower-case hexadecimal digits.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Decodes lower-case hexadecimal digits, two for each byte.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_rejects_other_text() {
        assert_eq!(from_hex(&to_hex(&[0, 0xab, 0xff])), Some(vec![0, 0xab, 0xff]));
        for invalid in ["0", "AB", "g0", " 00", "0x00"] {
            assert_eq!(from_hex(invalid), None, "{invalid}");
        }
        assert_eq!(Hash::from_hex(&Hash::empty().to_hex()), Some(Hash::empty()));
    }

    #[test]
    fn only_canonical_base64_is_accepted() {
        let text = Hash([0; 32]).to_base64();
        assert_eq!(Hash::from_base64(&text), Some(Hash([0; 32])));
        let last_bits_set = text.replace("A=", "B=");
        for invalid in
            [text.trim_end_matches('='), last_bits_set.as_str(), &format!("{text}\n"), &text[4..]]
        {
            assert_eq!(Hash::from_base64(invalid), None, "{invalid:?}");
        }
    }
}
