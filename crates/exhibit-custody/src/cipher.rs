//! Encrypting with a key (XChaCha20-Poly1305) and making a key of a passphrase (Argon2id).
//!
//! Nonces and salts are random and given by the caller. What bounds the work that a file from elsewhere can ask for
//! is in [`Cost::is_bearable`].

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The bytes of a nonce.
pub(crate) const NONCE: usize = 24;

/// A key that encrypts; wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// What somebody types to open a private key: any text, wiped when dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes a text; `None` where it is empty. One text in two Unicode spellings is one passphrase.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        // Room for all of it at once: a growing text would leave copies behind.
        let mut normal = Zeroizing::new(String::with_capacity(text.len() * 3));
        normal.extend(text.nfc());
        (!normal.is_empty()).then_some(Self(normal))
    }

    /// Whether two are one, as somebody typed them twice.
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

/// How much work it is to make a key of a passphrase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// What new keys get: the second recommendation of RFC 9106.
    pub const STANDARD: Self = Self { memory: 64 << 10, passes: 3, lanes: 4 };

    /// Whether a key's file may ask for this: at most 1 GiB and 32 passes.
    pub(crate) const fn is_bearable(self) -> bool {
        self.memory <= 1 << 20 && self.passes <= 32 && self.lanes <= 16
    }
}

/// Makes a key of a passphrase; `None` where Argon2 does not know such a cost.
pub(crate) fn stretch(passphrase: &Passphrase, salt: &[u8; 16], cost: Cost) -> Option<Secret> {
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(passphrase.0.as_bytes(), salt, key.as_mut_slice()).ok()?;
    Some(key)
}

/// Encrypts: 16 bytes longer than the text.
pub(crate) fn encrypt(key: &Secret, nonce: &[u8; NONCE], about: &[u8], text: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let sealed = cipher.encrypt(&XNonce::from(*nonce), Payload { msg: text, aad: about });
    sealed.expect("a text in memory is never too long for the cipher")
}

/// Decrypts; `None` where key, text or what it is about are not those of [`encrypt`].
pub(crate) fn decrypt(key: &Secret, nonce: &[u8; NONCE], about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: about }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_is_read_back_by_its_key_alone() {
        let (key, nonce) = (Zeroizing::new([7; 32]), [9; NONCE]);
        let sealed = encrypt(&key, &nonce, b"about", "登记".as_bytes());
        assert_eq!(sealed.len(), 6 + 16);
        assert_eq!(decrypt(&key, &nonce, b"about", &sealed).expect("opened").as_slice(), "登记".as_bytes());
        assert!(decrypt(&Zeroizing::new([8; 32]), &nonce, b"about", &sealed).is_none());
        assert!(decrypt(&key, &[8; NONCE], b"about", &sealed).is_none());
        assert!(decrypt(&key, &nonce, b"other", &sealed).is_none());
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert!(decrypt(&key, &nonce, b"about", &altered).is_none(), "byte {place}");
        }
    }

    #[test]
    fn spellings_of_one_text_are_one_passphrase() {
        let cost = Cost { memory: 64, passes: 1, lanes: 1 };
        let key = |text| stretch(&Passphrase::new(text).expect("not empty"), &[1; 16], cost).expect("a key");
        assert_eq!(key("caf\u{e9} تىزىم"), key("cafe\u{301} تىزىم"));
        assert_ne!(key("cafe"), key("café"));
        assert!(Passphrase::new("").is_none());
        assert_eq!(format!("{:?}", Passphrase::new("geheim")), "Some(Passphrase)");
    }
}
