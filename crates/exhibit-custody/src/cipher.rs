//! Encryption (XChaCha20-Poly1305) and key derivation from a passphrase (Argon2id).
//!
//! The caller supplies random nonces and salts. [`KdfCost::is_bearable`] limits the work that an untrusted file can
//! require.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The length of a nonce in bytes.
pub(crate) const NONCE: usize = 24;

/// An encryption key, wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The passphrase of a private key: any text, wiped when dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Normalises a text, so that equivalent Unicode spellings are the same passphrase. Returns `None` if it is empty.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        // Allocated at full size: a growing text would leave copies in memory.
        let mut normal = Zeroizing::new(String::with_capacity(text.len() * 3));
        normal.extend(text.nfc());
        (!normal.is_empty()).then_some(Self(normal))
    }

    /// Whether two passphrases are equal, to confirm a typed one.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase")
    }
}

/// The cost of deriving a key from a passphrase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KdfCost {
    /// Memory in KiB.
    pub memory: u32,
    /// The number of passes.
    pub passes: u32,
    /// The number of lanes.
    pub lanes: u32,
}

impl KdfCost {
    /// The cost for new keys: the second recommendation of RFC 9106.
    pub const STANDARD: Self = Self { memory: 64 << 10, passes: 3, lanes: 4 };

    /// Whether a key file may require this cost: at most 1 GiB and 32 passes.
    pub(crate) const fn is_bearable(self) -> bool {
        self.memory <= 1 << 20 && self.passes <= 32 && self.lanes <= 16
    }
}

/// Derives a key from a passphrase. Returns `None` if Argon2 does not support the cost.
pub(crate) fn stretch(passphrase: &Passphrase, salt: &[u8; 16], cost: KdfCost) -> Option<Secret> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.0.as_bytes(), salt, key.as_mut_slice()).ok()?;
    Some(key)
}

/// Encrypts and authenticates a text; the result is 16 bytes longer.
pub(crate) fn encrypt(
    key: &Secret,
    nonce: &[u8; NONCE],
    associated: &[u8],
    text: &[u8],
) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let ciphertext = cipher.encrypt(&XNonce::from(*nonce), Payload { msg: text, aad: associated });
    ciphertext.expect("no text in memory is too long for the cipher")
}

/// Decrypts. Returns `None` if the key, the text or the associated data differ from those of [`encrypt`].
pub(crate) fn decrypt(
    key: &Secret,
    nonce: &[u8; NONCE],
    associated: &[u8],
    ciphertext: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    cipher
        .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: associated })
        .ok()
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypted_text_needs_its_key() {
        let (key, nonce) = (Zeroizing::new([7; 32]), [9; NONCE]);
        let ciphertext = encrypt(&key, &nonce, b"associated", "登记".as_bytes());
        assert_eq!(ciphertext.len(), 6 + 16);
        assert_eq!(
            decrypt(&key, &nonce, b"associated", &ciphertext).expect("opened").as_slice(),
            "登记".as_bytes()
        );
        assert!(decrypt(&Zeroizing::new([8; 32]), &nonce, b"associated", &ciphertext).is_none());
        assert!(decrypt(&key, &[8; NONCE], b"associated", &ciphertext).is_none());
        assert!(decrypt(&key, &nonce, b"other", &ciphertext).is_none());
        for place in 0..ciphertext.len() {
            let mut altered = ciphertext.clone();
            altered[place] ^= 1;
            assert!(decrypt(&key, &nonce, b"associated", &altered).is_none(), "byte {place}");
        }
    }

    #[test]
    fn unicode_spellings_are_one_passphrase() {
        let cost = KdfCost { memory: 64, passes: 1, lanes: 1 };
        let key = |text| {
            stretch(&Passphrase::new(text).expect("not empty"), &[1; 16], cost).expect("a key")
        };
        assert_eq!(key("caf\u{e9} تىزىم"), key("cafe\u{301} تىزىم"));
        assert_ne!(key("cafe"), key("café"));
        assert!(Passphrase::new("").is_none());
        assert_eq!(format!("{:?}", Passphrase::new("secret")), "Some(Passphrase)");
    }
}
