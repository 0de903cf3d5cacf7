//! Signed notes: a text and the signatures under it (C2SP signed-note v1.0.0).
//!
//! Keys are Ed25519: those that sign notes (type 0x01), and those of witnesses that cosign checkpoints with a time
//! (type 0x04, C2SP tlog-cosignature v1.0.1). A note's text means nothing until a signature by a known key was checked.

use crate::BASE64;
use crate::hash::{from_hex, to_hex};
use base64::Engine as _;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::fmt;

/// The most signatures that a note may carry here; the specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// What a key's signatures are over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    /// The note's text.
    Note,
    /// The note's text and the time of signing, by a witness.
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

/// A secret key with the name it signs under. It is wiped from memory when dropped, and never shown.
pub struct SignerKey {
    verifier: VerifierKey,
    secret: SigningKey,
}

/// A text and the signatures under it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What is signed, its last line feed included.
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
    /// The signature proper.
    pub bytes: Vec<u8>,
}

/// Why a note or a key is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is not UTF-8.
    #[error("the note is not UTF-8")]
    NotUtf8,
    /// The note holds a control character other than a line feed.
    #[error("the note holds a control character other than a line feed")]
    ControlCharacter,
    /// There is no text, or no blank line with signatures after it.
    #[error("the note is not a text, a blank line and signatures")]
    Shape,
    /// A line after the last blank line is not a signature line.
    #[error("line {line} of the signatures is not a signature line")]
    SignatureLine {
        /// Which, from 1.
        line: usize,
    },
    /// Two signatures are by the same key.
    #[error("line {line} of the signatures repeats a key")]
    RepeatedKey {
        /// Which, from 1.
        line: usize,
    },
    /// There are more than [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// None of the signatures is by the key.
    #[error("the note is not signed by this key")]
    NotSigned,
    /// The signature by the key is not one of this text.
    #[error("the signature does not match the note's text")]
    Forged,
    /// A key's name is empty or has a space or a plus sign in it.
    #[error("a key's name is not empty and has no space, plus sign or control character")]
    KeyName,
    /// A key's text is not a name, an id and a key.
    #[error("a key is its name, eight hexadecimal digits and a base64 text, joined by plus signs")]
    KeyShape,
    /// A key's id is not the one that follows from its name and material.
    #[error("the key's id does not match its name and material")]
    KeyId,
    /// The key is of a type that is not supported.
    #[error("the key is of type {kind:#04x}; only Ed25519 (0x01, and 0x04 for witnesses) is supported")]
    KeyType {
        /// The type byte.
        kind: u8,
    },
    /// The key's bytes are not an Ed25519 key that can be trusted.
    #[error("the key's bytes are not a sound Ed25519 key")]
    KeyMaterial,
}

impl VerifierKey {
    /// Names a public key.
    ///
    /// # Errors
    /// [`NoteError`] for an unusable name or key.
    pub fn new(name: &str, kind: KeyKind, public: &[u8; 32]) -> Result<Self, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::KeyName);
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| NoteError::KeyMaterial)?;
        // A weak key has signatures that fit many texts at once.
        if key.is_weak() || key.to_bytes() != *public {
            return Err(NoteError::KeyMaterial);
        }
        Ok(Self { name: name.to_owned(), kind, id: key_id(name, kind, public), key })
    }

    /// Reads `<name>+<id>+<key>`.
    ///
    /// # Errors
    /// [`NoteError`] for anything that [`fmt::Display`] would not have written the same way.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let (name, id, kind, material) = split_key(text)?;
        let verifier = Self::new(name, kind, &material)?;
        if verifier.id == id { Ok(verifier) } else { Err(NoteError::KeyId) }
    }

    /// The name that the key signs under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key's signatures are over.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key's id, as signature lines carry it.
    #[must_use]
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The public key's 32 bytes.
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
    /// Names a secret key.
    ///
    /// # Errors
    /// [`NoteError`] for an unusable name.
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

    /// The key as the text in which it is kept: `PRIVATE+KEY+<name>+<id>+<key>`, the form of Go's `note` package.
    /// Whoever reads it can sign.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let VerifierKey { name, id, kind, .. } = &self.verifier;
        format!("PRIVATE+KEY+{}", join_key(name, *id, *kind, self.secret.as_bytes()))
    }

    /// Reads a kept key.
    ///
    /// # Errors
    /// [`NoteError`] for anything that [`Self::to_secret_text`] would not have written the same way.
    pub fn parse_secret_text(text: &str) -> Result<Self, NoteError> {
        let (name, id, kind, secret) = split_key(text.strip_prefix("PRIVATE+KEY+").ok_or(NoteError::KeyShape)?)?;
        if kind != KeyKind::Note {
            return Err(NoteError::KeyType { kind: kind.byte() });
        }
        let signer = Self::new(name, &secret)?;
        if signer.verifier.id == id { Ok(signer) } else { Err(NoteError::KeyId) }
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

impl Note {
    /// Reads a note. Its signatures are not checked yet: see [`Self::verify`].
    ///
    /// # Errors
    /// [`NoteError`] for anything that the specification does not allow.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let note = str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?;
        if note.bytes().any(|b| b < 0x20 && b != b'\n') {
            return Err(NoteError::ControlCharacter);
        }
        // The text keeps the first of the two line feeds.
        let blank = note.rfind("\n\n").ok_or(NoteError::Shape)?;
        let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Shape)?;
        let mut note = Self { text: text.to_owned(), signatures: Vec::new() };
        for (line, number) in lines.split('\n').zip(1..) {
            if number > MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let signature = Signature::parse(line).ok_or(NoteError::SignatureLine { line: number })?;
            if note.signatures.iter().any(|s| (&s.name, s.id) == (&signature.name, signature.id)) {
                return Err(NoteError::RepeatedKey { line: number });
            }
            note.signatures.push(signature);
        }
        Ok(note)
    }

    /// Checks that `key` signed the text.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`] or [`NoteError::Forged`].
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let (message, signature) = self.signed_by(key)?;
        let signature = <[u8; 64]>::try_from(signature).map_err(|_| NoteError::Forged)?;
        key.key.verify_strict(message.as_bytes(), &signature.into()).map_err(|_| NoteError::Forged)
    }

    /// When a witness cosigned the text, in seconds since 1970; to be believed only after [`Self::verify`].
    ///
    /// # Errors
    /// [`NoteError::NotSigned`] where `key` did not, or [`NoteError::Forged`].
    pub fn cosigned_at(&self, key: &VerifierKey) -> Result<u64, NoteError> {
        let signature = self.signature_by(key).filter(|_| key.kind == KeyKind::Cosignature);
        let signature = signature.ok_or(NoteError::NotSigned)?;
        let time = signature.bytes.first_chunk::<8>().map(|time| u64::from_be_bytes(*time));
        time.filter(|time| i64::try_from(*time).is_ok()).ok_or(NoteError::Forged)
    }

    fn signature_by(&self, key: &VerifierKey) -> Option<&Signature> {
        self.signatures.iter().find(|signature| signature.name == key.name && signature.id == key.id)
    }

    // What a key's signature is over, and the signature proper.
    fn signed_by(&self, key: &VerifierKey) -> Result<(Cow<'_, str>, &[u8]), NoteError> {
        let bytes = self.signature_by(key).ok_or(NoteError::NotSigned)?.bytes.as_slice();
        match key.kind {
            KeyKind::Note => Ok((Cow::Borrowed(&self.text), bytes)),
            KeyKind::Cosignature => {
                let time = self.cosigned_at(key)?;
                Ok((Cow::Owned(format!("cosignature/v1\ntime {time}\n{}", self.text)), &bytes[8..]))
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

impl Signature {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let decoded = BASE64.decode(encoded).ok()?;
        let (id, bytes) = decoded.split_first_chunk::<4>()?;
        let sound = is_key_name(name) && !bytes.is_empty();
        sound.then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
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
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', kind.byte()]).chain_update(public).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn join_key(name: &str, id: [u8; 4], kind: KeyKind, material: &[u8; 32]) -> String {
    format!("{name}+{}+{}", to_hex(&id), BASE64.encode([&[kind.byte()][..], material].concat()))
}

/// A key's name, id, kind and material, as its text says.
type KeyParts<'a> = (&'a str, [u8; 4], KeyKind, [u8; 32]);

fn split_key(text: &str) -> Result<KeyParts<'_>, NoteError> {
    // The key's base64 may hold plus signs; its name cannot.
    let mut parts = text.splitn(3, '+');
    let mut part = || parts.next().ok_or(NoteError::KeyShape);
    let (name, id, encoded) = (part()?, part()?, part()?);
    let id = from_hex(id).and_then(|id| id.try_into().ok()).ok_or(NoteError::KeyShape)?;
    let decoded = BASE64.decode(encoded).map_err(|_| NoteError::KeyShape)?;
    let (kind, material) = decoded.split_first().ok_or(NoteError::KeyShape)?;
    let kinds = [KeyKind::Note, KeyKind::Cosignature];
    let kind = kinds.into_iter().find(|k| k.byte() == *kind).ok_or(NoteError::KeyType { kind: *kind })?;
    Ok((name, id, kind, material.try_into().map_err(|_| NoteError::KeyMaterial)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key and the note printed in C2SP signed-note v1.0.0.
    const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\
        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    #[test]
    fn the_printed_example_verifies() {
        let key = VerifierKey::parse(KEY).expect("a key");
        assert_eq!(key.to_string(), KEY);
        let note = Note::parse(NOTE.as_bytes()).expect("a note");
        assert_eq!(note.to_string(), NOTE);
        assert_eq!(note.verify(&key), Ok(()));
    }

    #[test]
    fn every_altered_character_of_the_printed_note_is_noticed() {
        let key = VerifierKey::parse(KEY).expect("a key");
        for place in 0..NOTE.len() {
            for bit in 0..8 {
                let mut bytes = NOTE.as_bytes().to_vec();
                bytes[place] ^= 1 << bit;
                let accepted = Note::parse(&bytes).and_then(|note| note.verify(&key));
                assert!(accepted.is_err(), "bit {bit} of byte {place}");
            }
        }
    }

    #[test]
    fn what_is_signed_here_verifies_here() {
        let signer = SignerKey::new("9f3a5c0d71b2e846/custody", &[7; 32]).expect("a name");
        let kept = SignerKey::parse_secret_text(&signer.to_secret_text()).expect("a key");
        let text = "登记\n\n二\n".to_owned();
        let note = Note { signatures: vec![kept.sign(&text)], text };
        let read = Note::parse(note.to_string().as_bytes()).expect("a note");
        assert_eq!(read, note);
        assert_eq!(read.verify(signer.verifier()), Ok(()));
        let other = SignerKey::new("9f3a5c0d71b2e846/custody", &[8; 32]).expect("a name");
        assert_eq!(read.verify(other.verifier()), Err(NoteError::NotSigned));
        assert!(!format!("{signer:?}").contains(&BASE64.encode([7; 32])[4..12]), "a secret is never shown");
    }

    #[test]
    fn a_witness_cosigns_text_and_time() {
        let text = "9f3a5c0d71b2e846/custody\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n".to_owned();
        // The message as tlog-cosignature defines it, signed like any text.
        let secret = SignerKey::new("witness.example/w1", &[3; 32]).expect("a name");
        let witness =
            VerifierKey::new("witness.example/w1", KeyKind::Cosignature, &secret.verifier.public()).expect("a key");
        let signed = secret.sign(&format!("cosignature/v1\ntime 1679315147\n{text}")).bytes;
        let with = |time: u64| {
            let bytes = [&time.to_be_bytes()[..], &signed].concat();
            Note {
                text: text.clone(),
                signatures: vec![Signature { name: witness.name.clone(), id: witness.id, bytes }],
            }
        };
        let note = with(1_679_315_147);
        assert_eq!((note.verify(&witness), note.cosigned_at(&witness)), (Ok(()), Ok(1_679_315_147)));
        assert_eq!(with(1_679_315_148).verify(&witness), Err(NoteError::Forged));
        assert_eq!(with(1 << 63).verify(&witness), Err(NoteError::Forged));
        assert_eq!(note.verify(&secret.verifier), Err(NoteError::NotSigned), "another kind of key, another id");
        assert_eq!(note.cosigned_at(&secret.verifier), Err(NoteError::NotSigned));
        let mut short = note.clone();
        short.signatures[0].bytes.truncate(7);
        assert_eq!(short.verify(&witness), Err(NoteError::Forged));
        assert_eq!(VerifierKey::parse(&witness.to_string()), Ok(witness));
    }

    #[test]
    fn odd_notes_are_refused() {
        let line = NOTE.lines().nth(2).expect("a signature line");
        let many: String = (0..=MAX_SIGNATURES).map(|n| line.replace("/foo", &format!("/{n}")) + "\n").collect();
        for (note, error) in [
            (NOTE.replace('\n', "\r\n"), NoteError::ControlCharacter),
            (NOTE.trim_end().to_owned(), NoteError::Shape),
            (NOTE.replace("\n\n", "\n"), NoteError::Shape),
            (String::new(), NoteError::Shape),
            ("text\n\n".to_owned(), NoteError::Shape),
            (format!("{NOTE}{line}\n"), NoteError::RepeatedKey { line: 2 }),
            (format!("{NOTE}more\n"), NoteError::SignatureLine { line: 2 }),
            (NOTE.replace("— ", "- "), NoteError::SignatureLine { line: 1 }),
            (NOTE.replace("— ", "—  "), NoteError::SignatureLine { line: 1 }),
            (NOTE.replace("/foo ", "/f\u{a0}o "), NoteError::SignatureLine { line: 1 }),
            (NOTE.replace("aQM=", "aQN="), NoteError::SignatureLine { line: 1 }),
            (NOTE.replace("aQM=", "aQM= "), NoteError::SignatureLine { line: 1 }),
            (format!("text\n\n{many}"), NoteError::TooManySignatures),
        ] {
            assert_eq!(Note::parse(note.as_bytes()), Err(error), "{note:?}");
        }
        assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::NotUtf8));
    }

    #[test]
    fn odd_keys_are_refused() {
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
            assert_eq!(VerifierKey::parse(&KEY.replace(from, to)), Err(error), "{from:?} -> {to:?}");
        }
        // A point of small order: signatures under it fit more than one text.
        let mut weak = [0; 32];
        weak[0] = 1;
        assert_eq!(VerifierKey::new("weak", KeyKind::Note, &weak), Err(NoteError::KeyMaterial));
    }
}
