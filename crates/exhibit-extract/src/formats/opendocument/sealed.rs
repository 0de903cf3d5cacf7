//! Encrypted OpenDocument packages (OASIS OpenDocument 1.3 part 2, 4.8): parts with AES in CBC or GCM mode or with Blowfish, keys by
//! PBKDF2 or Argon2. A password is right if the stated digest fits, or if a part unpacks.

use super::blowfish::Blowfish;
use crate::formats::office::package::{PART_CAP, Package};
use crate::formats::office::xml::{Element, Node};
use crate::formats::ole::sealed::{base64, decrypted};
use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use sha1::Digest;
use std::io::Read;

/// The part that contains the whole package, where that is encrypted.
pub(super) const WHOLE: &str = "encrypted-package";
/// The most work that a file may ask for to try a password.
const MOST_TURNS: u32 = 10_000_000;
const MOST_KIBIBYTES: u32 = 256 << 10;

/// How one part is encrypted.
#[derive(Default, Debug)]
pub(super) struct Part {
    path: String,
    size: u64,
    algorithm: String,
    start: Vec<u8>,
    derivation: String,
    salt: Vec<u8>,
    turns: u32,
    key_bytes: usize,
    memory: u32,
    lanes: u32,
    start_hash: String,
    digest_kind: String,
    digest: Vec<u8>,
}

/// The encrypted parts of a package.
pub(super) fn parts(package: &mut Package<'_>) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::new();
    let Some(mut xml) = package.xml("META-INF/manifest.xml", PART_CAP) else { return found };
    let mut entry = (String::new(), 0);
    while let Some(node) = xml.next() {
        let Node::Start(element) = node else { continue };
        match element.name() {
            "file-entry" => {
                let size = element.any("size").and_then(|size| size.parse().ok()).unwrap_or(0);
                entry = (element.any("full-path").unwrap_or_default(), size);
            }
            "encryption-data" if found.len() < 10_000 => {
                let (path, size) = entry.clone();
                let defaults = Part { path, size, turns: 1024, key_bytes: 16, ..Part::default() };
                found.push(Part {
                    digest_kind: element.any("checksum-type").unwrap_or_default(),
                    digest: bytes(&element, "checksum"),
                    ..defaults
                });
            }
            name => {
                if let Some(part) = found.last_mut() {
                    part.take(name, &element);
                }
            }
        }
    }
    found
}

fn bytes(element: &Element<'_>, name: &str) -> Vec<u8> {
    element.any(name).and_then(|text| base64(&text)).unwrap_or_default()
}

/// Decrypts the parts with one of the passwords; false if none is right.
pub(super) fn open(
    package: &mut Package<'_>,
    parts: &[Part],
    passwords: &[String],
    most: u64,
) -> bool {
    // a small part is enough to find the password
    let Some(first) = parts
        .iter()
        .filter(|part| !part.digest.is_empty())
        .min_by_key(|part| part.size)
        .or(parts.first())
    else {
        return false;
    };
    let Some(sealed) = sealed_bytes(package, &first.path) else { return false };
    let Some(password) =
        passwords.iter().find(|password| first.opened(&sealed, password, most).is_some())
    else {
        return false;
    };
    let mut left = most;
    for part in parts {
        let Some(opened) = sealed_bytes(package, &part.path)
            .and_then(|sealed| part.opened(&sealed, password, left))
        else {
            continue;
        };
        left = left.saturating_sub(opened.len() as u64);
        package.replace(&part.path, opened);
    }
    true
}

fn sealed_bytes(package: &mut Package<'_>, path: &str) -> Option<Vec<u8>> {
    let mut sealed = Vec::new();
    package.part(path, PART_CAP)?.read_to_end(&mut sealed).ok()?;
    Some(sealed)
}

impl Part {
    /// Whether nothing can be read without this part.
    pub(super) fn is_essential(&self) -> bool {
        matches!(self.path.as_str(), "content.xml" | WHOLE)
    }

    fn take(&mut self, name: &str, element: &Element<'_>) {
        let number = |name: &str| element.any(name).and_then(|value| value.parse::<u32>().ok());
        let last = |name: &str| {
            element
                .any(name)
                .map(|name| name.rsplit(['#', ':', '/']).next().unwrap_or("").to_lowercase())
        };
        match name {
            "algorithm" => {
                self.algorithm = last("algorithm-name").unwrap_or_default();
                self.start = bytes(element, "initialisation-vector");
            }
            "key-derivation" => {
                self.derivation = last("key-derivation-name").unwrap_or_default();
                self.salt = bytes(element, "salt");
                self.turns = number("iteration-count")
                    .or_else(|| number("argon2-iterations"))
                    .unwrap_or(self.turns);
                self.key_bytes =
                    number("key-size").map_or(self.key_bytes, |size| size.clamp(1, 64) as usize);
                self.memory = number("argon2-memory").unwrap_or(0);
                self.lanes = number("argon2-lanes").unwrap_or(0);
            }
            "start-key-generation" => {
                self.start_hash = last("start-key-generation-name").unwrap_or_default()
            }
            _ => {}
        }
    }

    /// The part as it was before it was encrypted, if the password is right.
    fn opened(&self, sealed: &[u8], password: &str, most: u64) -> Option<Vec<u8>> {
        let start = match self.start_hash.as_str() {
            "sha256" | "sha2-256" => sha2::Sha256::digest(password).to_vec(),
            _ => sha1::Sha1::digest(password).to_vec(),
        };
        let key = self.key(&start)?;
        let packed = match self.algorithm.as_str() {
            "aes256-gcm" => counted(&key, sealed)?,
            name if name.starts_with("aes") => {
                let mut open = decrypted(&key, Some(&self.start), sealed)?;
                let padding = usize::from(*open.last()?);
                open.truncate(
                    open.len().checked_sub(padding).filter(|_| (1..=16).contains(&padding))?,
                );
                open
            }
            name if name.starts_with("blowfish") => {
                Blowfish::new(&key).decrypt(&self.start, sealed)?
            }
            _ => return None,
        };
        let begin = &packed[..packed.len().min(1024)];
        let fits = match self
            .digest_kind
            .rsplit(['#', ':', '/'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
            .as_str()
        {
            _ if self.digest.is_empty() => None,
            "sha256-1k" => Some(sha2::Sha256::digest(begin).to_vec() == self.digest),
            "sha1-1k" | "1k" => Some(sha1::Sha1::digest(begin).to_vec() == self.digest),
            "sha256" => Some(sha2::Sha256::digest(&packed).to_vec() == self.digest),
            _ => Some(sha1::Sha1::digest(&packed).to_vec() == self.digest),
        };
        if fits == Some(false) {
            return None;
        }
        let mut plain = Vec::new();
        let unpacked =
            flate2::read::DeflateDecoder::new(&packed[..]).take(most).read_to_end(&mut plain);
        // a digest that fits proves the password even if the part is damaged
        (unpacked.is_ok() || fits == Some(true))
            .then_some(plain)
            .filter(|plain| fits.is_some() || !plain.is_empty())
    }

    fn key(&self, start: &[u8]) -> Option<Vec<u8>> {
        if self.derivation.starts_with("argon2") {
            if self.memory > MOST_KIBIBYTES || self.turns > 100 || !(1..=64).contains(&self.lanes) {
                return None;
            }
            let parameters =
                argon2::Params::new(self.memory, self.turns, self.lanes, Some(self.key_bytes))
                    .ok()?;
            let hash = argon2::Argon2::new(
                argon2::Algorithm::Argon2id,
                argon2::Version::V0x13,
                parameters,
            );
            let mut key = vec![0; self.key_bytes];
            hash.hash_password_into(start, &self.salt, &mut key).ok()?;
            return Some(key);
        }
        (self.turns <= MOST_TURNS).then(|| pbkdf2(start, &self.salt, self.turns, self.key_bytes))
    }
}

// AES-256 in counter mode, as GCM uses it: a nonce, the bytes, and a tag that is not needed to read them.
fn counted(key: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256::new_from_slice(key).ok()?;
    let (nonce, rest) = sealed.split_at_checked(12)?;
    let mut plain = rest.get(..rest.len().checked_sub(16)?)?.to_vec();
    for (number, chunk) in (2u32..).zip(plain.chunks_mut(16)) {
        let counter = [nonce, &number.to_be_bytes()].concat();
        let mut block = aes::cipher::Block::<Aes256>::try_from(&counter[..]).ok()?;
        cipher.encrypt_block(&mut block);
        chunk.iter_mut().zip(block.iter()).for_each(|(byte, mask)| *byte ^= mask);
    }
    Some(plain)
}

// RFC 8018 with HMAC of SHA-1.
fn pbkdf2(password: &[u8], salt: &[u8], turns: u32, length: usize) -> Vec<u8> {
    let mut block = [0u8; 64];
    if password.len() > 64 {
        block[..20].copy_from_slice(&sha1::Sha1::digest(password));
    } else {
        block[..password.len()].copy_from_slice(password);
    }
    let keyed = |mask: u8| {
        let mut hash = sha1::Sha1::new();
        hash.update(block.map(|byte| byte ^ mask));
        hash
    };
    let (inner, outer) = (keyed(0x36), keyed(0x5c));
    let hmac = |bytes: &[u8]| {
        let mut first = inner.clone();
        first.update(bytes);
        let mut second = outer.clone();
        second.update(first.finalize());
        second.finalize()
    };
    let mut key = Vec::new();
    for number in 1u32.. {
        if key.len() >= length {
            break;
        }
        let mut turned = hmac(&[salt, &number.to_be_bytes()].concat());
        let mut sum = turned;
        for _ in 1..turns {
            turned = hmac(&turned);
            sum.iter_mut().zip(turned).for_each(|(byte, turned)| *byte ^= turned);
        }
        key.extend_from_slice(&sum);
    }
    key.truncate(length);
    key
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Bytes encrypted with AES-256 in CBC mode under `secret`, with zeros for salt and start, and their digest.
    pub(crate) fn sealed(plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut packed =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, plain).expect("memory");
        let mut packed = packed.finish().expect("memory");
        let digest = sha2::Sha256::digest(&packed[..packed.len().min(1024)]).to_vec();
        let padding = 16 - packed.len() % 16;
        packed.resize(packed.len() + padding, u8::try_from(padding).expect("short"));
        let key = pbkdf2(&sha2::Sha256::digest("secret"), &[0; 16], 3, 32);
        let cipher = Aes256::new_from_slice(&key).expect("a key");
        let mut before = [0u8; 16];
        for chunk in packed.chunks_mut(16) {
            chunk.iter_mut().zip(before).for_each(|(byte, mask)| *byte ^= mask);
            let mut block = aes::cipher::Block::<Aes256>::try_from(&*chunk).expect("a block");
            cipher.encrypt_block(&mut block);
            chunk.copy_from_slice(&block);
            before.copy_from_slice(&block);
        }
        (packed, digest)
    }

    #[test]
    fn keys_match_their_published_values() {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            hex(&pbkdf2(b"password", b"salt", 2, 25)),
            "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957cae9313626"
        );
        assert_eq!(
            hex(&pbkdf2(b"password", b"salt", 1, 20)),
            "0c60c80f961f0e71f3a9b524af6012062fe037a6"
        );
    }
}
