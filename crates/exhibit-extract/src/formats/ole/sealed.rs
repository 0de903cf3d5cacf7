//! Office Open XML files sealed with a password ([MS-OFFCRYPTO] 2.3): the agile and the standard scheme, with AES.
//!
//! Every given password is tried, and the default one that Excel uses for read-only workbooks. Nothing
//! here guesses.

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::formats::office::xml::{Node, Xml};

/// The password that Excel uses when it does not ask the user for one.
const EXCELS_OWN: &str = "VelvetSweatshop";
/// The maximum number of key derivation rounds that the format allows.
const MOST_TURNS: u32 = 10_000_000;

/// Why a package stays sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sealed {
    /// None of the passwords is the right one.
    WrongPassword,
    /// Unsupported scheme; as stated in the file.
    Scheme(String),
    /// The bytes are inconsistent.
    Damaged,
}

/// The encryption of a file.
#[derive(Debug, PartialEq)]
enum Scheme {
    Agile(Box<Agile>),
    Standard { salt: Vec<u8>, key_bytes: usize, verifier: Vec<u8>, verifier_hash: Vec<u8> },
}

#[derive(Debug, Default, PartialEq)]
struct Agile {
    data: Parameters,
    key: Parameters,
    turns: u32,
    verifier_input: Vec<u8>,
    verifier_hash: Vec<u8>,
    sealed_key: Vec<u8>,
}

#[derive(Debug, Default, PartialEq)]
struct Parameters {
    salt: Vec<u8>,
    key_bytes: usize,
    hash: Option<Hash>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Opens a sealed package with the streams `EncryptionInfo` and `EncryptedPackage` of its compound file.
pub(super) fn opened(info: &[u8], package: &[u8], passwords: &[String]) -> Result<Vec<u8>, Sealed> {
    let scheme = scheme(info)?;
    let tried = passwords.iter().map(String::as_str).chain([EXCELS_OWN]);
    for password in tried {
        let key = match &scheme {
            Scheme::Agile(agile) => agile.package_key(password),
            Scheme::Standard { salt, key_bytes, verifier, verifier_hash } => {
                standard_key(password, salt, *key_bytes, verifier, verifier_hash)
            }
        };
        if let Some(key) = key {
            return unsealed(&scheme, &key, package).ok_or(Sealed::Damaged);
        }
    }
    Err(Sealed::WrongPassword)
}

fn unsealed(scheme: &Scheme, key: &[u8], package: &[u8]) -> Option<Vec<u8>> {
    let size = usize::try_from(u64::from_le_bytes(package.get(..8)?.try_into().ok()?)).ok()?;
    let sealed = &package[8..];
    let mut open = match scheme {
        Scheme::Standard { .. } => decrypted(key, None, sealed)?,
        Scheme::Agile(agile) => {
            let mut open = Vec::with_capacity(sealed.len());
            for (number, segment) in sealed.chunks(4096).enumerate() {
                let number = u32::try_from(number).ok()?.to_le_bytes();
                let start = fitted(agile.data.hash?.of(&[&agile.data.salt, &number]), 16);
                open.extend(decrypted(key, Some(&start), segment)?);
            }
            open
        }
    };
    open.truncate(size);
    Some(open)
}

fn scheme(info: &[u8]) -> Result<Scheme, Sealed> {
    let short =
        |at: usize| info.get(at..at + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    match (short(0), short(2)) {
        (Some(4), Some(4)) => Agile::read(info.get(8..).unwrap_or_default())
            .map(|agile| Scheme::Agile(Box::new(agile))),
        (Some(2..=4), Some(2)) => standard(info).ok_or(Sealed::Damaged).and_then(|scheme| scheme),
        (Some(major), Some(minor)) => Err(Sealed::Scheme(format!("version {major}.{minor}"))),
        _ => Err(Sealed::Damaged),
    }
}

// 2.3.4.5: a header preceded by its length, then the verifier. AES only; RC4 is for legacy formats.
fn standard(info: &[u8]) -> Option<Result<Scheme, Sealed>> {
    let long =
        |at: usize| Some(u32::from_le_bytes(info.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let header = long(8)? as usize;
    let (algorithm, bits) = (long(20)?, long(28)?);
    if !matches!(algorithm, 0x660e..=0x6610) {
        return Some(Err(Sealed::Scheme(format!("algorithm {algorithm:#06x}"))));
    }
    let at = 12usize.checked_add(header)?;
    let salt_size = long(at)? as usize;
    let salt = info.get(at + 4..)?.get(..salt_size.min(16))?.to_vec();
    let verifier = info.get(at + 20..at + 36)?.to_vec();
    let verifier_hash = info.get(at + 40..at + 72)?.to_vec();
    Some(Ok(Scheme::Standard {
        salt,
        key_bytes: (bits / 8).clamp(16, 32) as usize,
        verifier,
        verifier_hash,
    }))
}

// 2.3.4.7.
fn standard_key(
    password: &str,
    salt: &[u8],
    key_bytes: usize,
    verifier: &[u8],
    stated: &[u8],
) -> Option<Vec<u8>> {
    let turned = turned(Hash::Sha1, salt, password, 50_000);
    let last = Hash::Sha1.of(&[&turned, &[0; 4]]);
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(&last).for_each(|(byte, hash)| *byte ^= hash);
        Hash::Sha1.of(&[&block])
    };
    let key = [padded(0x36), padded(0x5c)].concat()[..key_bytes].to_vec();
    let hash = Hash::Sha1.of(&[&decrypted(&key, None, verifier)?]);
    let stated = decrypted(&key, None, stated)?;
    (stated.get(..20)? == hash).then_some(key)
}

impl Agile {
    // 2.3.4.10.
    fn read(xml: &[u8]) -> Result<Self, Sealed> {
        let mut agile = Self::default();
        let mut xml = Xml::new(xml);
        while let Some(node) = xml.next() {
            let Node::Start(element) = node else { continue };
            let bytes =
                |name: &str| element.value(name).and_then(|text| base64(&text)).unwrap_or_default();
            let parameters = || {
                let bits: usize =
                    element.value("keyBits").and_then(|bits| bits.parse().ok()).unwrap_or(0);
                let cipher = element.value("cipherAlgorithm").unwrap_or_default();
                let chaining = element.value("cipherChaining").unwrap_or_default();
                if cipher != "AES" || chaining != "ChainingModeCBC" {
                    return Err(Sealed::Scheme(format!("{cipher} {chaining}")));
                }
                let name = element.value("hashAlgorithm").unwrap_or_default();
                let hash = Hash::named(&name).ok_or(Sealed::Scheme(name))?;
                Ok(Parameters { salt: bytes("saltValue"), key_bytes: bits / 8, hash: Some(hash) })
            };
            match element.name() {
                "keyData" => agile.data = parameters()?,
                "encryptedKey" => {
                    agile.key = parameters()?;
                    agile.turns = element
                        .value("spinCount")
                        .and_then(|count| count.parse().ok())
                        .unwrap_or(u32::MAX);
                    agile.verifier_input = bytes("encryptedVerifierHashInput");
                    agile.verifier_hash = bytes("encryptedVerifierHashValue");
                    agile.sealed_key = bytes("encryptedKeyValue");
                }
                _ => {}
            }
        }
        let whole =
            agile.data.hash.is_some() && agile.key.hash.is_some() && agile.turns <= MOST_TURNS;
        if whole { Ok(agile) } else { Err(Sealed::Damaged) }
    }

    // 2.3.4.11 to 2.3.4.13: three blocks are sealed with separate keys, derived with different constants.
    fn package_key(&self, password: &str) -> Option<Vec<u8>> {
        let hash = self.key.hash?;
        let turned = turned(hash, &self.key.salt, password, self.turns);
        let open = |purpose: [u8; 8], sealed: &[u8]| {
            let key = fitted(hash.of(&[&turned, &purpose]), self.key.key_bytes);
            decrypted(&key, Some(&fitted(self.key.salt.clone(), 16)), sealed)
        };
        let input = open([0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], &self.verifier_input)?;
        let stated = open([0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e], &self.verifier_hash)?;
        let found = hash.of(&[input.get(..self.key.salt.len().min(input.len()))?]);
        if stated.get(..found.len())? != found {
            return None;
        }
        let key = open([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], &self.sealed_key)?;
        key.get(..self.data.key_bytes).map(<[u8]>::to_vec)
    }
}

impl Hash {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "SHA1" | "SHA-1" => Self::Sha1,
            "SHA256" | "SHA-256" => Self::Sha256,
            "SHA384" | "SHA-384" => Self::Sha384,
            "SHA512" | "SHA-512" => Self::Sha512,
            _ => return None,
        })
    }

    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            parts.iter().for_each(|part| hash.update(part));
            hash.finalize().to_vec()
        }
        match self {
            Self::Sha1 => digest::<sha1::Sha1>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
        }
    }
}

fn turned(hash: Hash, salt: &[u8], password: &str, turns: u32) -> Vec<u8> {
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut state = hash.of(&[salt, &password]);
    for turn in 0..turns {
        state = hash.of(&[&turn.to_le_bytes(), &state]);
    }
    state
}

// Truncated, or padded with 0x36.
fn fitted(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.resize(length, 0x36);
    bytes
}

/// AES over whole blocks: chained from `start`, or each separately. A trailing partial block is ignored.
pub(crate) fn decrypted(key: &[u8], start: Option<&[u8]>, sealed: &[u8]) -> Option<Vec<u8>> {
    fn with<C: BlockCipherDecrypt + KeyInit>(
        key: &[u8],
        start: Option<&[u8]>,
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        let cipher = C::new_from_slice(key).ok()?;
        let mut open = Vec::with_capacity(sealed.len());
        let mut before = start.map(<[u8]>::to_vec);
        for chunk in sealed.chunks_exact(16) {
            let mut block = aes::cipher::Block::<C>::try_from(chunk).ok()?;
            cipher.decrypt_block(&mut block);
            match &mut before {
                Some(before) => {
                    open.extend(block.iter().zip(before.iter()).map(|(byte, mask)| byte ^ mask));
                    before.copy_from_slice(chunk);
                }
                None => open.extend(block.iter()),
            }
        }
        Some(open)
    }
    if start.is_some_and(|start| start.len() != 16) {
        return None;
    }
    match key.len() {
        16 => with::<Aes128>(key, start, sealed),
        24 => with::<Aes192>(key, start, sealed),
        32 => with::<Aes256>(key, start, sealed),
        _ => None,
    }
}

/// The bytes that a text in base64 stands for; white space is skipped.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0u32);
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace() && *c != b'=') {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}
