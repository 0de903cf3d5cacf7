//! SHA-256 digests, and the identity of an original.
//!
//! A digest of one kind is never used as another: an [`OriginalId`] is made only from the digest of
//! an original's bytes.
//!
//! ```compile_fail
//! use exhibit_model::{Digest, OriginalId};
//! fn wants_original(_: OriginalId) {}
//! wants_original(Digest::of(b"page text"));
//! ```

use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256 digest (FIPS 180-4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest is 64 lower-case hexadecimal digits")]
pub struct ParseDigestError;

impl Digest {
    /// Hashes `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Wraps the 32 bytes of a digest computed elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Copies a digest from a slice of exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Parses 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// [`ParseDigestError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, ParseDigestError> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(ParseDigestError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_value(pair[0])? << 4 | hex_value(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn hex_value(digit: u8) -> Result<u8, ParseDigestError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ParseDigestError),
    }
}

/// Writes bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.to_hex())
    }
}

/// The identity of an original: the SHA-256 of its exact bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OriginalId(Digest);

impl OriginalId {
    /// The identity of the original whose bytes have this digest.
    #[must_use]
    pub const fn new(digest_of_bytes: Digest) -> Self {
        Self(digest_of_bytes)
    }

    /// The digest of the original's bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.0
    }
}

impl fmt::Display for OriginalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_abc_is_the_published_vector() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_hex(), hex);
        assert_eq!(Digest::parse(hex), Ok(Digest::of(b"abc")));
    }

    #[test]
    fn odd_texts_are_rejected() {
        for text in ["", "ba78", &"g".repeat(64), &"A".repeat(64), &"0".repeat(65)] {
            assert_eq!(Digest::parse(text), Err(ParseDigestError), "{text}");
        }
    }

    #[test]
    fn each_position_of_a_digest_is_checked() {
        let good = Digest::of(b"").to_hex();
        assert_eq!(good, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for at in 0..64 {
            for odd in ["g", "A", " ", "/", ":", "`", "\0"] {
                let mut text = good.clone();
                text.replace_range(at..=at, odd);
                assert_eq!(Digest::parse(&text), Err(ParseDigestError), "{text:?}");
            }
        }
        assert_eq!(
            Digest::parse(&"é".repeat(32)),
            Err(ParseDigestError),
            "64 bytes, not 64 digits"
        );
    }

    #[test]
    fn a_digest_is_only_of_32_bytes() {
        for length in [0, 31, 33, 64] {
            assert_eq!(Digest::from_slice(&vec![1; length]), None, "{length}");
        }
        assert_eq!(hex(&[]), "");
        assert_eq!(hex(&[0, 0x0f, 0xf0, 0xff]), "000ff0ff");
    }

    proptest::proptest! {
        #[test]
        fn digests_round_trip_and_are_ordered_as_their_text(one: [u8; 32], other: [u8; 32]) {
            let (a, b) = (Digest::from_bytes(one), Digest::from_bytes(other));
            proptest::prop_assert_eq!(Digest::parse(&a.to_string()), Ok(a));
            proptest::prop_assert_eq!(Digest::from_slice(a.as_bytes()), Some(a));
            proptest::prop_assert_eq!(a.cmp(&b), a.to_hex().cmp(&b.to_hex()));
            proptest::prop_assert_eq!(OriginalId::new(a).digest(), a);
            proptest::prop_assert_eq!(format!("{a:?}"), format!("sha256:{a}"));
        }
    }
}
