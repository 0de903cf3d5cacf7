//! Checking the keys of a log: from the key in its first entry, through every handover, to the current signing key;
//! and that nothing follows a seal or the revocation of the signing key.

use crate::act::{Ref, Verb};
use crate::check::LogFault;
use crate::entry::Entry;
use exhibit_proof::chain::{MAX_HANDOVERS, hand_over, handover_path};
use exhibit_proof::proof::{LogProof, LogProofError};
use exhibit_proof::{SignedNote, VerifierKey};
use std::collections::{BTreeMap, BTreeSet};

/// Facts about keys and the end of the log, collected from entries in one pass.
#[derive(Default)]
pub(crate) struct KeyFacts {
    /// The keys in the first entry.
    first_keys: Vec<Ref>,
    /// The bytes of the `key.add` entries with a handover.
    adds: BTreeMap<u64, Vec<u8>>,
    /// The last revocation of each key.
    revoked: BTreeMap<Ref, u64>,
    /// The entry that seals the case.
    sealed: Option<u64>,
    /// The first entry after it.
    after_seal: Option<u64>,
}

/// The proofs of handovers in the folder of a log, by log entry.
pub(crate) type Handovers = BTreeMap<u64, Result<LogProof, LogProofError>>;

impl KeyFacts {
    pub(crate) fn add_entry(
        &mut self,
        index: u64,
        bytes: &[u8],
        entry: &Entry,
        handovers: &Handovers,
    ) {
        if self.sealed.is_some() {
            self.after_seal.get_or_insert(index);
        }
        match entry.act {
            Verb::CaseOpen if index == 0 => self.first_keys.clone_from(&entry.made),
            Verb::KeyAdd if handovers.contains_key(&index) => {
                self.adds.insert(index, bytes.to_vec());
            }
            Verb::KeyRevoke if self.revoked.len() < MAX_HANDOVERS => {
                self.revoked.insert(entry.object, index);
            }
            Verb::CaseSeal => {
                self.sealed.get_or_insert(index);
            }
            _ => {}
        }
    }

    /// The entry that seals the case.
    pub(crate) const fn sealed(&self) -> Option<u64> {
        self.sealed
    }

    /// Follows the handovers. Returns all keys of the log, the current one last.
    pub(crate) fn chain(
        &self,
        key: &VerifierKey,
        size: u64,
        handovers: &Handovers,
        wrong: &mut Vec<LogFault>,
    ) -> Vec<VerifierKey> {
        if let (Some(sealed), Some(index)) = (self.sealed, self.after_seal) {
            wrong.push(LogFault::AfterSeal { sealed, index });
        }
        let own = Ref::key(key);
        let Some(mut last) = self.first_keys.first().copied() else { return vec![key.clone()] };
        let mut keys: Vec<VerifierKey> = Vec::new();
        for (index, proof) in handovers {
            // A handover was interrupted before the public key changed, and its proof may be incomplete.
            if self.is_last_word(own, size) && index + 2 == size {
                continue;
            }
            match self.follow(last, *index, proof) {
                Ok((old, new)) => {
                    keys.push(old);
                    last = Ref::key(&new);
                }
                Err(deviation) => wrong.push(deviation),
            }
        }
        if last != own {
            wrong.push(LogFault::KeyNotLogged);
        } else if self.is_last_word(own, size) {
            wrong.push(LogFault::HandoverUnfinished);
        } else if let Some(index) = self.revoked.get(&own) {
            wrong.push(LogFault::RevokedKey { index: *index });
        }
        keys.push(key.clone());
        keys
    }

    fn follow(
        &self,
        known: Ref,
        index: u64,
        proof: &Result<LogProof, LogProofError>,
    ) -> Result<(VerifierKey, VerifierKey), LogFault> {
        let name = handover_path(index);
        match proof {
            Err(source) => Err(LogFault::HandoverForm { name, source: *source }),
            Ok(proof) => hand_over(
                &known.to_string(),
                self.adds.get(&index).map_or(&[], Vec::as_slice),
                proof,
            )
            .map_err(|source| LogFault::Handover { name, source }),
        }
    }

    // Whether the log ends with the revocation of this key.
    fn is_last_word(&self, key: Ref, size: u64) -> bool {
        self.revoked.get(&key).is_some_and(|index| index + 1 == size)
    }
}

/// Whether a checkpoint has the expected signatures: that of the key, or at a handover those of both keys.
pub(crate) fn is_signed_as_written(
    note: &SignedNote,
    key: &VerifierKey,
    handovers: &Handovers,
) -> bool {
    let is_handover = || handovers.values().flatten().any(|proof| proof.checkpoint == *note);
    match note.signatures.as_slice() {
        [_] => note.verify(key).is_ok(),
        [_, _] => note.verify(key).is_ok() && is_handover(),
        _ => false,
    }
}

/// Reports remembered checkpoints that are not signed by a key of the log.
pub(crate) fn foreign(remembered: &[SignedNote], keys: &[VerifierKey]) -> Vec<LogFault> {
    let known = |note: &&SignedNote| keys.iter().any(|key| note.verify(key).is_ok());
    let unknown: BTreeSet<String> = remembered
        .iter()
        .filter(|note| !known(note))
        .map(|note| note.text.lines().take(2).collect::<Vec<_>>().join(", "))
        .collect();
    unknown.into_iter().map(|head| LogFault::ForeignCheckpoint { head }).collect()
}
