//! The chain of a log's signing keys: each key hands over to the next, so that a reader who knows an earlier key of a
//! log can trust a later one.
//!
//! The entry `key.add` names both keys, and both sign a checkpoint over it: the old key states that it hands
//! over, the new key that it exists. The chain cannot tell which of two handovers of a stolen key is the
//! rightful one; remembered checkpoints can.

use crate::entry::{CheckedEntry, is_log_key};
use crate::finding::Fault;
use crate::hash::to_hex;
use crate::json::JsonValue;
use crate::note::VerifierKey;
use crate::proof::{LogProof, LogProofError};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The folder with the proof of each handover, relative to the folder of a log or of the proofs in a package.
pub const HANDOVERS: &str = "handovers";

/// The maximum number of handovers in a chain.
pub const MAX_HANDOVERS: usize = 1000;

/// Why a handover is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The entry is not a `key.add` that names both keys.
    #[error("the entry does not record that one key follows another")]
    CheckedEntry,
    /// The key that hands over is not the key that the log had at the time.
    #[error("the key that hands over is not the key that the log had at the time")]
    Stranger,
    /// The proof belongs to another entry.
    #[error("the proof belongs to another entry")]
    Index,
    /// The proof is not that of the two entries of a handover, signed by both keys alone.
    #[error(
        "the checkpoint must end with the two entries of the handover and be signed by both keys alone"
    )]
    Checkpoint,
    /// The key that hands over did not sign it.
    #[error("the key that hands over did not sign it")]
    Old(#[source] LogProofError),
    /// The key that takes over did not sign it.
    #[error("the key that takes over did not sign it")]
    New(#[source] LogProofError),
}

/// The reference to a key in log entries: `key:<id>:<SHA-256 of its 32 bytes>`.
#[must_use]
pub fn key_ref(key: &VerifierKey) -> String {
    format!("key:{}:{}", to_hex(&key.id()), to_hex(&Sha256::digest(key.public())))
}

/// The path of the proof of a handover, given its log entry, relative to the folder of the log.
#[must_use]
pub fn handover_path(index: u64) -> String {
    format!("{HANDOVERS}/{index:09}.tlog-proof")
}

/// The log entry of a handover, given the path of its proof relative to the folder of the log.
#[must_use]
pub fn handover_index(path: &str) -> Option<u64> {
    let number = path.strip_prefix(HANDOVERS)?.strip_prefix('/')?.strip_suffix(".tlog-proof")?;
    number.parse().ok().filter(|index| handover_path(*index) == path)
}

/// Follows one handover: `known` refers to the key that the log had, `entry` is the bytes of the `key.add`. Returns
/// the old key and the new one.
///
/// # Errors
/// [`ChainError`] if the new key must not be trusted.
pub fn hand_over(
    known: &str,
    entry: &[u8],
    proof: &LogProof,
) -> Result<(VerifierKey, VerifierKey), ChainError> {
    let (index, old, new) = read(entry).ok_or(ChainError::CheckedEntry)?;
    if key_ref(&old) != known {
        return Err(ChainError::Stranger);
    }
    if proof.index != index || proof.extra.is_some() {
        return Err(ChainError::Index);
    }
    proof.verify(entry, &old).map_err(ChainError::Old)?;
    let checkpoint = proof.verify(entry, &new).map_err(ChainError::New)?;
    let ends = index.checked_add(2) == Some(checkpoint.size) && checkpoint.extensions.is_empty();
    if ends && proof.checkpoint.signatures.len() == 2 {
        Ok((old, new))
    } else {
        Err(ChainError::Checkpoint)
    }
}

/// The entries of a log that limit what may follow them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogLimits {
    sealed: Option<u64>,
    after_seal: Option<u64>,
    revoked: BTreeMap<String, u64>,
}

impl LogLimits {
    /// Adds an entry; entries are added in their order. Returns what is wrong with its place.
    pub fn add(&mut self, entry: &CheckedEntry) -> Option<Fault> {
        if self.sealed.is_some() {
            self.after_seal.get_or_insert(entry.seq);
        }
        match entry.act {
            "case.seal" => drop(self.sealed.get_or_insert(entry.seq)),
            "key.revoke" => drop(self.revoked.insert(entry.object.clone(), entry.seq)),
            _ => {}
        }
        ((entry.act == "case.open") != (entry.seq == 0)).then_some(Fault::EntryFirst)
    }

    /// The entry that seals the case.
    #[must_use]
    pub const fn sealed(&self) -> Option<u64> {
        self.sealed
    }

    /// What is wrong with a log of this size that is signed by this key, each with its entry.
    #[must_use]
    pub fn faults(&self, size: u64, key: &VerifierKey) -> Vec<(u64, Fault)> {
        let beyond =
            self.sealed.and_then(|sealed| sealed.checked_add(1)).filter(|next| *next != size);
        let after = self.after_seal.or(beyond).map(|entry| (entry, Fault::AfterSeal));
        // A log that ends with the revocation of its key is an unfinished handover.
        let revoked =
            self.revoked.get(&key_ref(key)).filter(|entry| entry.checked_add(1) != Some(size));
        after.into_iter().chain(revoked.map(|entry| (*entry, Fault::KeyRevoked))).collect()
    }
}

/// The key that takes over, according to a `key.add` entry.
#[must_use]
pub fn successor(entry: &[u8]) -> Option<VerifierKey> {
    read(entry).map(|(_, _, new)| new)
}

fn read(entry: &[u8]) -> Option<(u64, VerifierKey, VerifierKey)> {
    let value = JsonValue::read(entry).ok()?;
    let key = |name| VerifierKey::parse(value.get("facts")?.text(name)?).ok().filter(is_log_key);
    let (old, new) = (key("after")?, key("key")?);
    let names_new_key = value.text("act")? == "key.add" && value.text("object")? == key_ref(&new);
    let is_valid = names_new_key && old.name() == new.name() && old != new;
    is_valid.then_some((value.number("seq")?, old, new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checkpoint, Hash, SignedNote, SignerKey, tree};

    fn signer(byte: u8) -> SignerKey {
        SignerKey::new("9f3a5c0d71b2e846/custody", &[byte; 32]).expect("a name")
    }

    fn entry(old: &SignerKey, new: &SignerKey, seq: u64) -> Vec<u8> {
        let (old, new) = (old.verifier(), new.verifier());
        let object = key_ref(new);
        format!(
            r#"{{"act":"key.add","facts":{{"after":"{old}","key":"{new}"}},"object":"{object}","seq":{seq},"v":1}}"#
        )
        .into_bytes()
    }

    fn proof(entry: &[u8], signers: &[&SignerKey]) -> LogProof {
        sized_proof(entry, signers, &[b"revoked"])
    }

    fn sized_proof(entry: &[u8], signers: &[&SignerKey], after: &[&[u8]]) -> LogProof {
        let first = Hash::leaf(b"first");
        let pair = tree::complete_root(&[first, Hash::leaf(entry)]);
        let (mut root, mut hashes) = (pair, vec![first]);
        for next in after {
            let next = Hash::leaf(next);
            root = Hash::node(&root, &next);
            hashes.push(next);
        }
        let (origin, size) = ("9f3a5c0d71b2e846/custody".to_owned(), 2 + after.len() as u64);
        let text = Checkpoint { origin, size, root, extensions: Vec::new() }.text();
        let signatures = signers.iter().map(|signer| signer.sign(&text)).collect();
        LogProof { extra: None, index: 1, hashes, checkpoint: SignedNote { text, signatures } }
    }

    #[test]
    fn both_keys_must_sign_a_handover() {
        let (old, new) = (signer(1), signer(2));
        let entry = entry(&old, &new, 1);
        let known = key_ref(old.verifier());
        let followed = hand_over(&known, &entry, &proof(&entry, &[&old, &new]));
        assert_eq!(followed, Ok((old.verifier().clone(), new.verifier().clone())));
        assert_eq!(successor(&entry).as_ref(), Some(new.verifier()));
        let by_new = hand_over(&known, &entry, &proof(&entry, &[&new]));
        assert!(
            matches!(by_new, Err(ChainError::Old(_))),
            "a new key cannot appoint itself: {by_new:?}"
        );
        let by_old = hand_over(&known, &entry, &proof(&entry, &[&old]));
        assert!(
            matches!(by_old, Err(ChainError::New(_))),
            "a new key must have signed: {by_old:?}"
        );
    }

    #[test]
    fn invalid_handovers_are_rejected() {
        let (old, new, other) = (signer(1), signer(2), signer(3));
        let good = entry(&old, &new, 1);
        let both = proof(&good, &[&old, &new]);
        let known = key_ref(old.verifier());
        assert_eq!(hand_over(&key_ref(other.verifier()), &good, &both), Err(ChainError::Stranger));
        let elsewhere = LogProof { index: 0, ..both.clone() };
        assert_eq!(hand_over(&known, &good, &elsewhere), Err(ChainError::Index));
        let short = sized_proof(&good, &[&old, &new], &[]);
        assert_eq!(hand_over(&known, &good, &short), Err(ChainError::Checkpoint));
        let three = proof(&good, &[&old, &new, &other]);
        assert_eq!(hand_over(&known, &good, &three), Err(ChainError::Checkpoint));
        let itself = entry(&old, &old, 1);
        assert_eq!(hand_over(&known, &itself, &both), Err(ChainError::CheckedEntry));
        for (from, to) in
            [("key.add", "key.bad"), ("\"after\"", "\"before\""), ("custody+", "custodi+")]
        {
            let altered =
                String::from_utf8(good.clone()).expect("UTF-8").replacen(from, to, 1).into_bytes();
            assert!(hand_over(&known, &altered, &both).is_err(), "{from}");
        }
    }

    fn limiting(seq: u64, act: &str, object: &str, facts: &str) -> CheckedEntry {
        let (salt, at) = ("0a".repeat(16), "2026-11-23T09:30:00.000000Z");
        let made = if act == "case.open" {
            format!("[\"{}\"]", key_ref(signer(1).verifier()))
        } else {
            "[]".to_owned()
        };
        let text = format!(
            r#"{{"act":"{act}","actor":"a1","at":"{at}","facts":{facts},"made":{made},"object":"{object}","salt":"{salt}","sealed":{{}},"seq":{seq},"tool":"t","used":[],"v":1}}"#
        );
        CheckedEntry::read(text.as_bytes(), crate::entry::LogKind::Custody).expect("an entry")
    }

    #[test]
    fn a_seal_and_a_revocation_end_what_they_end() {
        let (own, other) = (signer(1), signer(2));
        let revoke = |seq, key: &SignerKey| {
            limiting(seq, "key.revoke", &key_ref(key.verifier()), r#"{"reason":"lost"}"#)
        };
        let mut limits = LogLimits::default();
        assert_eq!(limits.add(&limiting(0, "case.open", "case", "{}")), None);
        assert_eq!(limits.add(&revoke(1, &other)), None);
        assert_eq!(limits.faults(2, own.verifier()), []);
        assert_eq!(limits.add(&revoke(2, &own)), None);
        assert_eq!(limits.faults(3, own.verifier()), [], "a handover may be unfinished");
        assert_eq!(limits.faults(4, own.verifier()), [(2, Fault::KeyRevoked)]);
        assert_eq!(limits.add(&limiting(3, "case.seal", "case", "{}")), None);
        assert_eq!(
            (limits.sealed(), limits.faults(4, signer(3).verifier())),
            (Some(3), Vec::new())
        );
        assert_eq!(limits.faults(5, signer(3).verifier()), [(4, Fault::AfterSeal)]);
        assert_eq!(limits.add(&limiting(7, "case.open", "case", "{}")), Some(Fault::EntryFirst));
        assert_eq!(limits.faults(8, signer(3).verifier()), [(7, Fault::AfterSeal)]);
        assert_eq!(
            LogLimits::default().add(&limiting(0, "case.seal", "case", "{}")),
            Some(Fault::EntryFirst)
        );
    }

    #[test]
    fn paths_round_trip() {
        assert_eq!(handover_index(&handover_path(42)), Some(42));
        assert_eq!(handover_path(1), "handovers/000000001.tlog-proof");
        for odd in [
            "handovers/1.tlog-proof",
            "handovers/000000001",
            "000000001.tlog-proof",
            "handovers/+00000001.tlog-proof",
        ] {
            assert_eq!(handover_index(odd), None, "{odd}");
        }
    }
}
