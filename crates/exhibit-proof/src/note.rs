//! Signed notes: a text and the signatures under it (C2SP signed-note v1.0.0).
//!
//! Keys are Ed25519: those that sign notes (type 0x01), and those of witnesses that cosign checkpoints with a time
//! (type 0x04, C2SP tlog-cosignature v1.0.1). Do not rely on the text of a note before a signature by a known key was
//! checked.

use crate::BASE64;
use crate::hash::{from_hex, to_hex};
use crate::text::{LineError, Lines, base64};
use base64::Engine as _;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The maximum number of signatures of a note; the specification requires support for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// What the signatures of a key cover.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// The text of the note.
    Note,
    /// The text of the note and the time of signing, by a witness.
    Cosignature,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Note => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// A public key with the name it signs under.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    id: [u8; 4],
    key: VerifyingKey,
}

/// A secret key with the name it signs under. It is wiped from memory when dropped, and `Debug` does not print it.
pub struct SignerKey {
    verifier: VerifierKey,
    secret: SigningKey,
}

/// A text and the signatures under it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedNote {
    /// The signed text, including its last line feed.
    pub text: String,
    /// The signatures, in their order.
    pub signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub id: [u8; 4],
    /// The bytes of the signature.
    pub bytes: Vec<u8>,
}

/// Why a note or a key is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not a text, a blank line and signatures.
    #[error("not a signed note")]
    Form(#[from] LineError),
    /// None of the signatures is by the key.
    #[error("the note is not signed by this key")]
    NotSigned,
    /// The signature by the key does not match the text.
    #[error("the signature does not match the text of the note")]
    Forged,
    /// The name of a key is empty or contains a character that is not allowed.
    #[error(
        "the name of a key must not be empty or contain a space, plus sign or control character"
    )]
    KeyName,
    /// The text of a key is not a name, an id and a key.
    #[error(
        "a key must be one line: its name, eight hexadecimal digits and a base64 text, joined by plus signs"
    )]
    KeyShape,
    /// The id of a key does not match its name and material.
    #[error("the id of the key does not match its name and material")]
    KeyId,
    /// The key is of a type that is not supported.
    #[error(
        "the key is of type {kind:#04x}; only Ed25519 (0x01, and 0x04 for witnesses) is supported"
    )]
    KeyType {
        /// The type byte.
        kind: u8,
    },
    /// The bytes are not a safe Ed25519 public key.
    #[error("not a safe Ed25519 key")]
    KeyMaterial,
}

impl VerifierKey {
    /// Creates a named public key.
    ///
    /// # Errors
    /// [`NoteError`] for an invalid name or key.
    pub fn new(name: &str, kind: KeyKind, public: &[u8; 32]) -> Result<Self, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::KeyName);
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| NoteError::KeyMaterial)?;
        // Under a weak key, one signature is valid for many texts.
        if key.is_weak() || key.to_bytes() != *public {
            return Err(NoteError::KeyMaterial);
        }
        Ok(Self { name: name.to_owned(), kind, id: key_id(name, kind, public), key })
    }

    /// Parses `<name>+<id>+<key>`.
    ///
    /// # Errors
    /// [`NoteError`] for anything that [`fmt::Display`] would not have written the same way.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        read_key(text, Self::new, |key| key)
    }

    /// Parses a file with one key on one line.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn read(file: &[u8]) -> Result<Self, NoteError> {
        let line = str::from_utf8(file).ok().and_then(|text| text.strip_suffix('\n'));
        Self::parse(line.ok_or(NoteError::KeyShape)?)
    }

    /// The name that the key signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the signatures of the key cover.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The id of the key, as in signature lines.
    #[must_use]
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// Whether these bytes are a valid Ed25519 signature of a message by this key, in canonical form.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        <[u8; 64]>::try_from(signature)
            .is_ok_and(|bytes| self.key.verify_strict(message, &bytes.into()).is_ok())
    }

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.key.to_bytes()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join_key(&self.name, self.id, self.kind, &self.key.to_bytes()))
    }
}

impl SignerKey {
    /// Creates a named secret key.
    ///
    /// # Errors
    /// [`NoteError`] for an invalid name.
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Self, NoteError> {
        let secret = SigningKey::from_bytes(secret);
        let public = secret.verifying_key().to_bytes();
        Ok(Self { verifier: VerifierKey::new(name, KeyKind::Note, &public)?, secret })
    }

    /// The public half.
    #[must_use]
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The 32 secret bytes of the key, for storing them encrypted.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        self.secret.as_bytes()
    }

    /// Writes the key as `PRIVATE+KEY+<name>+<id>+<key>`, the format of Go's `note` package. Anyone who can read it
    /// can sign.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let VerifierKey { name, id, kind, .. } = &self.verifier;
        format!("PRIVATE+KEY+{}", join_key(name, *id, *kind, self.secret.as_bytes()))
    }

    /// Parses a stored key.
    ///
    /// # Errors
    /// [`NoteError`] for anything that [`Self::to_secret_text`] would not have written the same way.
    pub fn parse_secret_text(text: &str) -> Result<Self, NoteError> {
        let text = text.strip_prefix("PRIVATE+KEY+").ok_or(NoteError::KeyShape)?;
        let new = |name: &str, kind: KeyKind, secret: &[u8; 32]| match kind {
            KeyKind::Note => Self::new(name, secret),
            KeyKind::Cosignature => Err(NoteError::KeyType { kind: kind.byte() }),
        };
        read_key(text, new, |signer| &signer.verifier)
    }

    /// Signs a text.
    #[must_use]
    pub fn sign(&self, text: &str) -> Signature {
        let bytes = self.secret.sign(text.as_bytes()).to_bytes().to_vec();
        Signature { name: self.verifier.name.clone(), id: self.verifier.id, bytes }
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl SignedNote {
    /// Parses a note without checking its signatures: see [`Self::verify`].
    ///
    /// # Errors
    /// [`NoteError`] for anything that the specification does not allow.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let mut lines = Lines::new(bytes)?;
        // The first of the two line feeds belongs to the text.
        let end = lines
            .rest()
            .rfind("\n\n")
            .ok_or_else(|| lines.wrong("must have a blank line before the signatures"))?;
        let text = &lines.rest()[..=end];
        for _ in text.split('\n') {
            lines.next();
        }
        let mut signatures: Vec<Signature> = Vec::new();
        while signatures.is_empty() || !lines.rest().is_empty() {
            let signature = lines.take("must be a signature line", Signature::parse)?;
            if signatures
                .iter()
                .any(|other| (&other.name, other.id) == (&signature.name, signature.id))
            {
                return Err(lines.wrong("must not repeat the signature of a key").into());
            }
            if signatures.len() == MAX_SIGNATURES {
                return Err(lines.wrong("must not have more signatures").into());
            }
            signatures.push(signature);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Checks that `key` signed the text. Returns the time that a witness states with its signature, in seconds since
    /// 1970; other keys state no time.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`] or [`NoteError::Forged`].
    pub fn verify(&self, key: &VerifierKey) -> Result<Option<u64>, NoteError> {
        let own = |signature: &&Signature| signature.name == key.name && signature.id == key.id;
        let bytes = self.signatures.iter().find(own).ok_or(NoteError::NotSigned)?.bytes.as_slice();
        let (time, signature) = match key.kind {
            KeyKind::Note => (None, bytes),
            KeyKind::Cosignature => {
                bytes.split_first_chunk().map(|(t, s)| (Some(t), s)).ok_or(NoteError::Forged)?
            }
        };
        let time = time.map(|time| u64::from_be_bytes(*time));
        let message = time.map(|time| format!("cosignature/v1\ntime {time}\n")).unwrap_or_default()
            + &self.text;
        // The specification limits times to 63 bits.
        let in_range = time.is_none_or(|time| i64::try_from(time).is_ok());
        if in_range && key.verifies(message.as_bytes(), signature) {
            Ok(time)
        } else {
            Err(NoteError::Forged)
        }
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

impl Signature {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let decoded = base64(encoded)?;
        let (id, bytes) = decoded.split_first_chunk::<4>()?;
        let is_valid = is_key_name(name) && !bytes.is_empty();
        is_valid.then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "— {} {}", self.name, BASE64.encode([&self.id[..], &self.bytes].concat()))
    }
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

fn key_id(name: &str, kind: KeyKind, public: &[u8; 32]) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', kind.byte()])
        .chain_update(public)
        .finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn join_key(name: &str, id: [u8; 4], kind: KeyKind, material: &[u8; 32]) -> String {
    format!("{name}+{}+{}", to_hex(&id), BASE64.encode([&[kind.byte()][..], material].concat()))
}

// Parses `<name>+<id>+<kind and material>`, builds the key, and compares its computed id with the stated one.
fn read_key<K>(
    text: &str,
    new: impl FnOnce(&str, KeyKind, &[u8; 32]) -> Result<K, NoteError>,
    verifier: impl FnOnce(&K) -> &VerifierKey,
) -> Result<K, NoteError> {
    // The base64 may contain plus signs; the name cannot.
    let parts: Vec<&str> = text.splitn(3, '+').collect();
    let [name, id, encoded] = parts[..] else { return Err(NoteError::KeyShape) };
    let (id, decoded) = from_hex(id).zip(base64(encoded)).ok_or(NoteError::KeyShape)?;
    let (kind, material) = decoded.split_first().ok_or(NoteError::KeyShape)?;
    let kinds = [KeyKind::Note, KeyKind::Cosignature];
    let kind =
        kinds.into_iter().find(|k| k.byte() == *kind).ok_or(NoteError::KeyType { kind: *kind })?;
    let key = new(name, kind, material.try_into().map_err(|_| NoteError::KeyMaterial)?)?;
    if verifier(&key).id[..] == id { Ok(key) } else { Err(NoteError::KeyId) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key and the note from C2SP signed-note v1.0.0.
    const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\
        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn specification_example_verifies() {
        let key = VerifierKey::parse(KEY).expect("a key");
        assert_eq!(key.to_string(), KEY);
        let note = SignedNote::parse(NOTE.as_bytes()).expect("a note");
        assert_eq!(note.to_string(), NOTE);
        assert_eq!(note.verify(&key), Ok(None));
    }

    #[test]
    fn every_flipped_bit_is_detected() {
        let key = VerifierKey::parse(KEY).expect("a key");
        for place in 0..NOTE.len() {
            for bit in 0..8 {
                let mut bytes = NOTE.as_bytes().to_vec();
                bytes[place] ^= 1 << bit;
                let accepted = SignedNote::parse(&bytes).and_then(|note| note.verify(&key));
                assert!(accepted.is_err(), "bit {bit} of byte {place}");
            }
        }
    }

    #[test]
    fn signed_notes_verify() {
        let signer = SignerKey::new("9f3a5c0d71b2e846/custody", &[7; 32]).expect("a name");
        let stored = SignerKey::parse_secret_text(&signer.to_secret_text()).expect("a key");
        let text = "登记\n\n二\n".to_owned();
        let note = SignedNote { signatures: vec![stored.sign(&text)], text };
        let read = SignedNote::parse(note.to_string().as_bytes()).expect("a note");
        assert_eq!(read, note);
        assert_eq!(read.verify(signer.verifier()), Ok(None));
        let other = SignerKey::new("9f3a5c0d71b2e846/custody", &[8; 32]).expect("a name");
        assert_eq!(read.verify(other.verifier()), Err(NoteError::NotSigned));
        assert!(
            !format!("{signer:?}").contains(&BASE64.encode([7; 32])[4..12]),
            "Debug must not print the secret"
        );
    }

    #[test]
    fn a_witness_cosigns_text_and_time() {
        let text = "9f3a5c0d71b2e846/custody\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
            .to_owned();
        // The message defined by tlog-cosignature, signed like any text.
        let secret = SignerKey::new("witness.example/w1", &[3; 32]).expect("a name");
        let witness =
            VerifierKey::new("witness.example/w1", KeyKind::Cosignature, &secret.verifier.public())
                .expect("a key");
        let signed = secret.sign(&format!("cosignature/v1\ntime 1679315147\n{text}")).bytes;
        let with = |time: u64| {
            let bytes = [&time.to_be_bytes()[..], &signed].concat();
            SignedNote {
                text: text.clone(),
                signatures: vec![Signature { name: witness.name.clone(), id: witness.id, bytes }],
            }
        };
        let note = with(1_679_315_147);
        assert_eq!(note.verify(&witness), Ok(Some(1_679_315_147)));
        assert_eq!(with(1_679_315_148).verify(&witness), Err(NoteError::Forged));
        assert_eq!(with(1 << 63).verify(&witness), Err(NoteError::Forged));
        assert_eq!(
            note.verify(&secret.verifier),
            Err(NoteError::NotSigned),
            "another kind of key has another id"
        );
        let mut short = note.clone();
        short.signatures[0].bytes.truncate(7);
        assert_eq!(short.verify(&witness), Err(NoteError::Forged));
        assert_eq!(VerifierKey::parse(&witness.to_string()), Ok(witness));
    }

    #[test]
    fn invalid_notes_are_rejected() {
        let line = NOTE.lines().nth(2).expect("a signature line");
        let many: String =
            (0..=MAX_SIGNATURES).map(|n| line.replace("/foo", &format!("/{n}")) + "\n").collect();
        for (note, line, must) in [
            (
                NOTE.replace('\n', "\r\n"),
                1,
                "must not contain control characters except line feeds",
            ),
            (NOTE.trim_end().to_owned(), 3, "must end with a line feed"),
            (NOTE.replace("\n\n", "\n"), 0, "must have a blank line before the signatures"),
            (String::new(), 0, "must have a blank line before the signatures"),
            ("text\n\n".to_owned(), 3, "must be a signature line"),
            (format!("{NOTE}{line}\n"), 4, "must not repeat the signature of a key"),
            (format!("{NOTE}more\n"), 4, "must be a signature line"),
            (format!("{NOTE}\n"), 5, "must be a signature line"),
            (NOTE.replace("— ", "- "), 3, "must be a signature line"),
            (NOTE.replace("— ", "—  "), 3, "must be a signature line"),
            (NOTE.replace("/foo ", "/f\u{a0}o "), 3, "must be a signature line"),
            (NOTE.replace("aQM=", "aQN="), 3, "must be a signature line"),
            (NOTE.replace("aQM=", "aQM= "), 3, "must be a signature line"),
            (format!("text\n\n{many}"), 67, "must not have more signatures"),
        ] {
            assert_eq!(
                SignedNote::parse(note.as_bytes()),
                Err(LineError { line, must }.into()),
                "{note:?}"
            );
        }
        let not_utf8 = LineError { line: 2, must: "must be UTF-8" };
        assert_eq!(SignedNote::parse(b"a\n\xff\n\n"), Err(not_utf8.into()));
    }

    #[test]
    fn invalid_keys_are_rejected() {
        for (from, to, error) in [
            ("530d903a", "530d903b", NoteError::KeyId),
            ("530d903a", "530D903A", NoteError::KeyShape),
            ("example.com/foo", "", NoteError::KeyName),
            ("example.com/foo", "example.com /foo", NoteError::KeyName),
            ("example.com/foo", "example.com/fop", NoteError::KeyId),
            ("+AekyeRrm", "+BekyeRrm", NoteError::KeyType { kind: 5 }),
            ("+AekyeRrm", "+BOkyeRrm", NoteError::KeyId),
            ("3U2k", "3U0=", NoteError::KeyMaterial),
            ("3U2k", "3U2k ", NoteError::KeyShape),
            ("+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "", NoteError::KeyShape),
        ] {
            assert_eq!(
                VerifierKey::parse(&KEY.replace(from, to)),
                Err(error),
                "{from:?} -> {to:?}"
            );
        }
        // A point of small order: signatures under it are valid for more than one text.
        let mut weak = [0; 32];
        weak[0] = 1;
        assert_eq!(VerifierKey::new("weak", KeyKind::Note, &weak), Err(NoteError::KeyMaterial));
    }
}
