//! Proofs of public Sigsum logs: a digest of ours was logged, and witnesses saw the log's state at the times they state
//! (proof texts of versions 1 and 2; policies as of 2026).
//!
//! A Sigsum tree head is a C2SP checkpoint with another outside, so that signatures and quorums are checked by
//! `exhibit-proof`. The leaf is signed by a key that is made for one request and thrown away: nothing links two of them.

use crate::fault::Fault;
use crate::moment::Moment;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use exhibit_proof::finding::chain;
use exhibit_proof::hash::{from_hex, to_hex};
use exhibit_proof::note::{KeyKind, Note, Signature, VerifierKey};
use exhibit_proof::policy::Policy;
use exhibit_proof::{Checkpoint, Hash, tree};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The most bytes of a proof, policy or request.
pub const MAX_TEXT: usize = 64 << 10;

/// The most hashes of an inclusion proof.
const MAX_HASHES: usize = 63;

/// The most cosignatures of a proof.
const MAX_COSIGNATURES: usize = 256;

const LEAF: &[u8] = b"sigsum.org/v1/tree-leaf\0";

/// What a log is asked to take: a digest, signed by a key that serves this once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeafRequest {
    message: [u8; 32],
    signature: [u8; 64],
    key: [u8; 32],
}

impl LeafRequest {
    /// A request to log the digest of `data`, signed by a new key; the secret must not be kept.
    #[must_use]
    pub fn new(data: &[u8], secret: &[u8; 32]) -> Self {
        let message: [u8; 32] = Sha256::digest(data).into();
        let key = SigningKey::from_bytes(secret);
        let signature = key.sign(&signed_leaf(&message)).to_bytes();
        Self { message, signature, key: key.verifying_key().to_bytes() }
    }

    /// The request's text, as Sigsum's programs take it.
    #[must_use]
    pub fn write(&self) -> String {
        let (message, signature, key) = (to_hex(&self.message), to_hex(&self.signature), to_hex(&self.key));
        format!("message={message}\nsignature={signature}\npublic_key={key}\n")
    }

    /// Reads a request.
    ///
    /// # Errors
    /// [`Fault`] for what is not one, or is not signed by its key.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::new(bytes)?;
        let request =
            Self { message: lines.hex("message")?, signature: lines.hex("signature")?, key: lines.hex("public_key")? };
        lines.end()?;
        check_leaf(&request.key, &request.message, &request.signature)?;
        Ok(request)
    }

    /// Whether it is over `data`.
    #[must_use]
    pub fn is_over(&self, data: &[u8]) -> bool {
        self.message == <[u8; 32]>::from(Sha256::digest(data))
    }

    /// The key that signed it.
    #[must_use]
    pub const fn key(&self) -> [u8; 32] {
        self.key
    }
}

/// A proof of public logging. Nothing of it is believed before [`Self::check`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proof {
    log: [u8; 32],
    key_hash: [u8; 32],
    leaf_signature: [u8; 64],
    // Version 1 begins its leaf with the first two bytes of the checksum.
    short: Option<[u8; 2]>,
    size: u64,
    root: Hash,
    signature: [u8; 64],
    cosignatures: Vec<Cosignature>,
    index: u64,
    hashes: Vec<Hash>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Cosignature {
    key_hash: [u8; 32],
    time: u64,
    signature: [u8; 64],
}

/// What a proof proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Logged {
    /// The latest time that a witness of the policy states: by then the digest was logged.
    pub at: Moment,
    /// The log, as its checkpoints name it.
    pub log: String,
    /// The witnesses of the policy that cosigned, with the time each states.
    pub witnesses: Vec<(String, Moment)>,
}

/// Whose signatures are asked for, as Sigsum's policy files say it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SigsumPolicy {
    policy: Policy,
    // By the SHA-256 of their public keys, in hexadecimal.
    logs: BTreeMap<String, VerifierKey>,
    witnesses: BTreeMap<String, (VerifierKey, String)>,
}

impl SigsumPolicy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`Fault::Policy`], which names the line.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_TEXT {
            return Err(Fault::TooLarge { most: MAX_TEXT });
        }
        let (mut logs, mut witnesses) = (BTreeMap::new(), BTreeMap::new());
        // The same policy with keys as C2SP writes them; names are bytes in both.
        let mut text = Vec::new();
        for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            let wrong = || Fault::Policy(format!("line {number}: its key cannot be used"));
            let words: Vec<&[u8]> = line.split(|b| b" \t\n".contains(b)).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                [b"log", key, rest @ ..] if rest.len() < 2 => {
                    let (hash, public) = public_key(key).ok_or_else(wrong)?;
                    let key = VerifierKey::new(&origin(&hash), KeyKind::Note, &public).map_err(|_| wrong())?;
                    text.extend(format!("log {key}\n").into_bytes());
                    logs.insert(hash, key);
                }
                [b"witness", name, key, rest @ ..] if rest.len() < 2 => {
                    let (hash, public) = public_key(key).ok_or_else(wrong)?;
                    let key = VerifierKey::new(&hash, KeyKind::Cosignature, &public).map_err(|_| wrong())?;
                    text.extend([b"witness ", *name, format!(" {key}\n").as_bytes()].concat());
                    witnesses.insert(hash, (key, String::from_utf8_lossy(name).into_owned()));
                }
                _ => text.extend_from_slice(line),
            }
        }
        let policy = Policy::parse(&text).map_err(|error| Fault::Policy(chain(&error)))?;
        Ok(Self { policy, logs, witnesses })
    }
}

impl Proof {
    /// Reads a proof text.
    ///
    /// # Errors
    /// [`Fault::Line`], which names the line.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::new(bytes)?;
        let version = lines.value("version")?;
        let is_first = match version {
            "1" => true,
            "2" => false,
            _ => return Err(lines.wrong()),
        };
        let log = lines.hex("log")?;
        let leaf: Vec<&str> = lines.value("leaf")?.split(' ').collect();
        let (short, rest) = match (is_first, leaf.as_slice()) {
            (true, [short, rest @ ..]) => (Some(fixed(short).ok_or(lines.wrong())?), rest),
            (_, rest) => (None, rest),
        };
        let [key_hash, leaf_signature] = rest else { return Err(lines.wrong()) };
        let key_hash = fixed(key_hash).ok_or(lines.wrong())?;
        let leaf_signature = fixed(leaf_signature).ok_or(lines.wrong())?;
        lines.blank()?;
        let size = lines.number("size")?;
        let root = Hash::from_hex(lines.value("root_hash")?).ok_or(lines.wrong())?;
        let signature = lines.hex("signature")?;
        let cosignatures = read_cosignatures(&mut lines)?;
        let (mut index, mut hashes) = (0, Vec::new());
        if size == 0 {
            return Err(lines.wrong());
        } else if size > 1 {
            lines.blank()?;
            index = lines.number("leaf_index")?;
            while lines.is_next("node_hash") && hashes.len() < MAX_HASHES {
                hashes.push(Hash::from_hex(lines.value("node_hash")?).ok_or(lines.wrong())?);
            }
        }
        lines.end()?;
        Ok(Self { log, key_hash, leaf_signature, short, size, root, signature, cosignatures, index, hashes })
    }

    /// Checks that the digest of `data` was logged by a log of the policy, submitted by `key`, and cosigned.
    ///
    /// # Errors
    /// [`Fault`], by what is wrong.
    pub fn check(&self, data: &[u8], key: &[u8; 32], policy: &SigsumPolicy) -> Result<Logged, Fault> {
        self.answers(data, key)?;
        let checksum: [u8; 32] = Sha256::digest(Sha256::digest(data)).into();
        let log = policy.logs.get(&to_hex(&self.log));
        let log = log.ok_or_else(|| Fault::Policy("it does not know the log".to_owned()))?;
        let accepted = policy.policy.check(&self.note(log, policy)).map_err(|error| Fault::Policy(chain(&error)))?;
        let leaf = Hash::leaf(&[&checksum[..], &self.leaf_signature, &self.key_hash].concat());
        tree::check_inclusion(leaf, self.index, self.size, &self.hashes, self.root)
            .map_err(|error| Fault::Inclusion(chain(&error)))?;
        let named = |(key, seconds): &(VerifierKey, u64)| {
            let name = policy.witnesses.get(key.name()).map_or(key.name(), |(_, name)| name);
            (name.to_owned(), Moment::from_seconds(i64::try_from(*seconds).unwrap_or(i64::MAX)))
        };
        let witnesses: Vec<(String, Moment)> = accepted.witnesses.iter().map(named).collect();
        let latest = witnesses.iter().map(|(_, at)| *at).max();
        let at = latest.ok_or_else(|| Fault::Policy("no witness that it knows says when".to_owned()))?;
        Ok(Logged { at, log: log.name().to_owned(), witnesses })
    }

    /// Whether its leaf is over `data` and was made by this key; not whether it was logged.
    ///
    /// # Errors
    /// [`Fault`], where it was not.
    pub fn answers(&self, data: &[u8], key: &[u8; 32]) -> Result<(), Fault> {
        let message: [u8; 32] = Sha256::digest(data).into();
        let checksum: [u8; 32] = Sha256::digest(message).into();
        if self.key_hash != <[u8; 32]>::from(Sha256::digest(key)) {
            return Err(Fault::Leaf);
        }
        if self.short.is_some_and(|short| short != checksum[..2]) {
            return Err(Fault::OtherData);
        }
        check_leaf(key, &message, &self.leaf_signature)
    }

    // The tree head as the signed note that it is.
    fn note(&self, log: &VerifierKey, policy: &SigsumPolicy) -> Note {
        let checkpoint =
            Checkpoint { origin: log.name().to_owned(), size: self.size, root: self.root, extensions: Vec::new() };
        let own = Signature { name: log.name().to_owned(), id: log.id(), bytes: self.signature.to_vec() };
        let known = self.cosignatures.iter().filter_map(|cosignature| {
            let (key, _) = policy.witnesses.get(&to_hex(&cosignature.key_hash))?;
            let bytes = [&cosignature.time.to_be_bytes()[..], &cosignature.signature].concat();
            Some(Signature { name: key.name().to_owned(), id: key.id(), bytes })
        });
        Note { text: checkpoint.text(), signatures: std::iter::once(own).chain(known).collect() }
    }
}

fn read_cosignatures(lines: &mut Lines<'_>) -> Result<Vec<Cosignature>, Fault> {
    let mut all: Vec<Cosignature> = Vec::new();
    while lines.is_next("cosignature") {
        let words: Vec<&str> = lines.value("cosignature")?.split(' ').collect();
        let [key_hash, time, signature] = words.as_slice() else { return Err(lines.wrong()) };
        let cosignature = Cosignature {
            key_hash: fixed(key_hash).ok_or(lines.wrong())?,
            time: decimal(time).ok_or(lines.wrong())?,
            signature: fixed(signature).ok_or(lines.wrong())?,
        };
        if all.len() == MAX_COSIGNATURES || all.iter().any(|other| other.key_hash == cosignature.key_hash) {
            return Err(lines.wrong());
        }
        all.push(cosignature);
    }
    Ok(all)
}

fn signed_leaf(message: &[u8; 32]) -> Vec<u8> {
    [LEAF, &Sha256::digest(message)].concat()
}

fn check_leaf(key: &[u8; 32], message: &[u8; 32], signature: &[u8; 64]) -> Result<(), Fault> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| Fault::Leaf)?;
    key.verify_strict(&signed_leaf(message), &ed25519_dalek::Signature::from_bytes(signature)).map_err(|_| Fault::Leaf)
}

fn origin(key_hash: &str) -> String {
    format!("sigsum.org/v1/tree/{key_hash}")
}

// A public key in hexadecimal of either case, with the hash that names it.
fn public_key(text: &[u8]) -> Option<(String, [u8; 32])> {
    let public: [u8; 32] = fixed(&str::from_utf8(text).ok()?.to_ascii_lowercase())?;
    Some((to_hex(&Sha256::digest(public)), public))
}

fn fixed<const SIZE: usize>(text: &str) -> Option<[u8; SIZE]> {
    from_hex(text)?.try_into().ok()
}

fn decimal(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let number: u64 = if plain { text.parse().ok()? } else { return None };
    i64::try_from(number).is_ok().then_some(number)
}

/// `key=value` lines, one after the other.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Split<'a, char>>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_TEXT {
            return Err(Fault::TooLarge { most: MAX_TEXT });
        }
        let text = str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
        Ok(Self { rest: text.ok_or(Fault::Form("the text"))?.split('\n').peekable(), number: 0 })
    }

    const fn wrong(&self) -> Fault {
        Fault::Line(self.number)
    }

    fn is_next(&mut self, key: &str) -> bool {
        self.rest.peek().and_then(|line| line.split_once('=')).is_some_and(|(found, _)| found == key)
    }

    fn value(&mut self, key: &str) -> Result<&'a str, Fault> {
        self.number += 1;
        let (found, value) = self.rest.next().and_then(|line| line.split_once('=')).ok_or(self.wrong())?;
        if found == key { Ok(value) } else { Err(self.wrong()) }
    }

    fn hex<const SIZE: usize>(&mut self, key: &str) -> Result<[u8; SIZE], Fault> {
        fixed(self.value(key)?).ok_or(self.wrong())
    }

    fn number(&mut self, key: &str) -> Result<u64, Fault> {
        decimal(self.value(key)?).ok_or(self.wrong())
    }

    fn blank(&mut self) -> Result<(), Fault> {
        self.number += 1;
        if self.rest.next() == Some("") { Ok(()) } else { Err(self.wrong()) }
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.number += 1;
        if self.rest.next().is_none() { Ok(()) } else { Err(self.wrong()) }
    }
}
