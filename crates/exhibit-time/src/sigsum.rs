//! Proofs of public Sigsum logs: our digest was logged, and witnesses cosigned the state of the log at the times that
//! they state (proof texts of versions 1 and 2; policies as of 2026).
//!
//! A Sigsum tree head is a C2SP checkpoint in another encoding, so `exhibit-proof` checks its signatures and quorums.
//! The leaf is signed by a key that is generated for one request and discarded, so that requests cannot be linked.

use crate::fault::TimeFault;
use crate::stated_time::StatedTime;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use exhibit_proof::finding::chain;
use exhibit_proof::hash::{from_hex, to_hex};
use exhibit_proof::note::{KeyKind, Signature, SignedNote, VerifierKey};
use exhibit_proof::policy::Policy;
use exhibit_proof::{Checkpoint, Hash, tree};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The maximum size of a proof, policy or request in bytes.
pub const MAX_TEXT: usize = 64 << 10;

/// The maximum number of hashes in an inclusion proof.
const MAX_HASHES: usize = 63;

/// The maximum number of cosignatures in a proof.
const MAX_COSIGNATURES: usize = 256;

const LEAF: &[u8] = b"sigsum.org/v1/tree-leaf\0";

/// A request to a log: a digest, signed by a single-use key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeafRequest {
    message: [u8; 32],
    signature: [u8; 64],
    key: [u8; 32],
}

impl LeafRequest {
    /// Creates a request to log the digest of `data`, signed by a new key. Do not store the secret.
    #[must_use]
    pub fn new(data: &[u8], secret: &[u8; 32]) -> Self {
        let message: [u8; 32] = Sha256::digest(data).into();
        let key = SigningKey::from_bytes(secret);
        let signature = key.sign(&signed_leaf(&message)).to_bytes();
        Self { message, signature, key: key.verifying_key().to_bytes() }
    }

    /// Writes the request in the format of Sigsum's programs.
    #[must_use]
    pub fn write(&self) -> String {
        let (message, signature, key) =
            (to_hex(&self.message), to_hex(&self.signature), to_hex(&self.key));
        format!("message={message}\nsignature={signature}\npublic_key={key}\n")
    }

    /// Reads a request.
    ///
    /// # Errors
    /// [`TimeFault`] if it is malformed or not signed by its key.
    pub fn read(bytes: &[u8]) -> Result<Self, TimeFault> {
        let mut lines = Lines::new(bytes)?;
        let request = Self {
            message: lines.hex("message")?,
            signature: lines.hex("signature")?,
            key: lines.hex("public_key")?,
        };
        lines.end()?;
        check_leaf(&request.key, &request.message, &request.signature)?;
        Ok(request)
    }

    /// Whether it covers `data`.
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

/// A proof of public logging. Do not rely on any part of it before [`Self::check`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proof {
    log: [u8; 32],
    key_hash: [u8; 32],
    leaf_signature: [u8; 64],
    // In version 1 the leaf begins with the first two bytes of the checksum.
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

/// The facts that a proof proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggedDigest {
    /// The latest time stated by a witness of the policy: the digest was logged by then.
    pub at: StatedTime,
    /// The name of the log, as in its checkpoints.
    pub log: String,
    /// The witnesses of the policy that cosigned, each with its stated time.
    pub witnesses: Vec<(String, StatedTime)>,
}

/// The required signatures, from a Sigsum policy file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SigsumPolicy {
    policy: Policy,
    // By the SHA-256 of their public keys, in hexadecimal.
    logs: BTreeMap<String, VerifierKey>,
    witnesses: BTreeMap<String, (VerifierKey, String)>,
}

impl SigsumPolicy {
    /// Parses a policy file.
    ///
    /// # Errors
    /// [`TimeFault::Policy`] with the line.
    pub fn read(bytes: &[u8]) -> Result<Self, TimeFault> {
        if bytes.len() > MAX_TEXT {
            return Err(TimeFault::TooLarge { most: MAX_TEXT });
        }
        let (mut logs, mut witnesses) = (BTreeMap::new(), BTreeMap::new());
        // The same policy with keys in C2SP's format; names are bytes in both.
        let mut text = Vec::new();
        for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            let wrong = || TimeFault::Policy(format!("line {number}: invalid key"));
            let words: Vec<&[u8]> =
                line.split(|b| b" \t\n".contains(b)).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                [b"log", key, rest @ ..] if rest.len() < 2 => {
                    let (hash, public) = public_key(key).ok_or_else(wrong)?;
                    let key = VerifierKey::new(&origin(&hash), KeyKind::Note, &public)
                        .map_err(|_| wrong())?;
                    text.extend(format!("log {key}\n").into_bytes());
                    logs.insert(hash, key);
                }
                [b"witness", name, key, rest @ ..] if rest.len() < 2 => {
                    let (hash, public) = public_key(key).ok_or_else(wrong)?;
                    let key = VerifierKey::new(&hash, KeyKind::Cosignature, &public)
                        .map_err(|_| wrong())?;
                    text.extend([b"witness ", *name, format!(" {key}\n").as_bytes()].concat());
                    witnesses.insert(hash, (key, String::from_utf8_lossy(name).into_owned()));
                }
                _ => text.extend_from_slice(line),
            }
        }
        let policy = Policy::parse(&text).map_err(|error| TimeFault::Policy(chain(&error)))?;
        Ok(Self { policy, logs, witnesses })
    }
}

impl Proof {
    /// Parses a proof.
    ///
    /// # Errors
    /// [`TimeFault::Line`].
    pub fn read(bytes: &[u8]) -> Result<Self, TimeFault> {
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
        Ok(Self {
            log,
            key_hash,
            leaf_signature,
            short,
            size,
            root,
            signature,
            cosignatures,
            index,
            hashes,
        })
    }

    /// Checks that the digest of `data` was logged by a log of the policy, submitted by `key`, and cosigned.
    ///
    /// # Errors
    /// [`TimeFault`].
    pub fn check(
        &self,
        data: &[u8],
        key: &[u8; 32],
        policy: &SigsumPolicy,
    ) -> Result<LoggedDigest, TimeFault> {
        self.answers(data, key)?;
        let checksum: [u8; 32] = Sha256::digest(Sha256::digest(data)).into();
        let log = policy.logs.get(&to_hex(&self.log));
        let log = log.ok_or_else(|| TimeFault::Policy("it does not know the log".to_owned()))?;
        let accepted = policy
            .policy
            .check(&self.note(log, policy))
            .map_err(|error| TimeFault::Policy(chain(&error)))?;
        let leaf = Hash::leaf(&[&checksum[..], &self.leaf_signature, &self.key_hash].concat());
        tree::check_inclusion(leaf, self.index, self.size, &self.hashes, self.root)
            .map_err(|error| TimeFault::Inclusion(chain(&error)))?;
        let named = |(key, seconds): &(VerifierKey, u64)| {
            let name = policy.witnesses.get(key.name()).map_or(key.name(), |(_, name)| name);
            (name.to_owned(), StatedTime::from_seconds(i64::try_from(*seconds).unwrap_or(i64::MAX)))
        };
        let witnesses: Vec<(String, StatedTime)> = accepted.witnesses.iter().map(named).collect();
        let latest = witnesses.iter().map(|(_, at)| *at).max();
        let at = latest.ok_or_else(|| {
            TimeFault::Policy("no witness of the policy states a time".to_owned())
        })?;
        Ok(LoggedDigest { at, log: log.name().to_owned(), witnesses })
    }

    /// Checks that its leaf covers `data` and was signed by this key, not that it was logged.
    ///
    /// # Errors
    /// [`TimeFault`].
    pub fn answers(&self, data: &[u8], key: &[u8; 32]) -> Result<(), TimeFault> {
        let message: [u8; 32] = Sha256::digest(data).into();
        let checksum: [u8; 32] = Sha256::digest(message).into();
        if self.key_hash != <[u8; 32]>::from(Sha256::digest(key)) {
            return Err(TimeFault::Leaf);
        }
        if self.short.is_some_and(|short| short != checksum[..2]) {
            return Err(TimeFault::OtherData);
        }
        check_leaf(key, &message, &self.leaf_signature)
    }

    // Converts the tree head into the equivalent signed note.
    fn note(&self, log: &VerifierKey, policy: &SigsumPolicy) -> SignedNote {
        let checkpoint = Checkpoint {
            origin: log.name().to_owned(),
            size: self.size,
            root: self.root,
            extensions: Vec::new(),
        };
        let log_signature =
            Signature { name: log.name().to_owned(), id: log.id(), bytes: self.signature.to_vec() };
        let known = self.cosignatures.iter().filter_map(|cosignature| {
            let (key, _) = policy.witnesses.get(&to_hex(&cosignature.key_hash))?;
            let bytes = [&cosignature.time.to_be_bytes()[..], &cosignature.signature].concat();
            Some(Signature { name: key.name().to_owned(), id: key.id(), bytes })
        });
        SignedNote {
            text: checkpoint.text(),
            signatures: std::iter::once(log_signature).chain(known).collect(),
        }
    }
}

fn read_cosignatures(lines: &mut Lines<'_>) -> Result<Vec<Cosignature>, TimeFault> {
    let mut all: Vec<Cosignature> = Vec::new();
    while lines.is_next("cosignature") {
        let words: Vec<&str> = lines.value("cosignature")?.split(' ').collect();
        let [key_hash, time, signature] = words.as_slice() else { return Err(lines.wrong()) };
        let cosignature = Cosignature {
            key_hash: fixed(key_hash).ok_or(lines.wrong())?,
            time: decimal(time).ok_or(lines.wrong())?,
            signature: fixed(signature).ok_or(lines.wrong())?,
        };
        if all.len() == MAX_COSIGNATURES
            || all.iter().any(|other| other.key_hash == cosignature.key_hash)
        {
            return Err(lines.wrong());
        }
        all.push(cosignature);
    }
    Ok(all)
}

fn signed_leaf(message: &[u8; 32]) -> Vec<u8> {
    [LEAF, &Sha256::digest(message)].concat()
}

fn check_leaf(key: &[u8; 32], message: &[u8; 32], signature: &[u8; 64]) -> Result<(), TimeFault> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| TimeFault::Leaf)?;
    key.verify_strict(&signed_leaf(message), &ed25519_dalek::Signature::from_bytes(signature))
        .map_err(|_| TimeFault::Leaf)
}

fn origin(key_hash: &str) -> String {
    format!("sigsum.org/v1/tree/{key_hash}")
}

// Parses a public key in hexadecimal of either case; returns it with the hash that identifies it.
fn public_key(text: &[u8]) -> Option<(String, [u8; 32])> {
    let public: [u8; 32] = fixed(&str::from_utf8(text).ok()?.to_ascii_lowercase())?;
    Some((to_hex(&Sha256::digest(public)), public))
}

fn fixed<const SIZE: usize>(text: &str) -> Option<[u8; SIZE]> {
    from_hex(text)?.try_into().ok()
}

fn decimal(text: &str) -> Option<u64> {
    let plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    let number: u64 = if plain { text.parse().ok()? } else { return None };
    i64::try_from(number).is_ok().then_some(number)
}

/// Reads `key=value` lines in order.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Split<'a, char>>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, TimeFault> {
        if bytes.len() > MAX_TEXT {
            return Err(TimeFault::TooLarge { most: MAX_TEXT });
        }
        let text = str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
        Ok(Self {
            rest: text.ok_or(TimeFault::Form("the text"))?.split('\n').peekable(),
            number: 0,
        })
    }

    const fn wrong(&self) -> TimeFault {
        TimeFault::Line(self.number)
    }

    fn is_next(&mut self, key: &str) -> bool {
        self.rest
            .peek()
            .and_then(|line| line.split_once('='))
            .is_some_and(|(found, _)| found == key)
    }

    fn value(&mut self, key: &str) -> Result<&'a str, TimeFault> {
        self.number += 1;
        let (found, value) =
            self.rest.next().and_then(|line| line.split_once('=')).ok_or(self.wrong())?;
        if found == key { Ok(value) } else { Err(self.wrong()) }
    }

    fn hex<const SIZE: usize>(&mut self, key: &str) -> Result<[u8; SIZE], TimeFault> {
        fixed(self.value(key)?).ok_or(self.wrong())
    }

    fn number(&mut self, key: &str) -> Result<u64, TimeFault> {
        decimal(self.value(key)?).ok_or(self.wrong())
    }

    fn blank(&mut self) -> Result<(), TimeFault> {
        self.number += 1;
        if self.rest.next() == Some("") { Ok(()) } else { Err(self.wrong()) }
    }

    fn end(&mut self) -> Result<(), TimeFault> {
        self.number += 1;
        if self.rest.next().is_none() { Ok(()) } else { Err(self.wrong()) }
    }
}
