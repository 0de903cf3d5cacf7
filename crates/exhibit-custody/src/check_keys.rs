//! Checking who signs a log: from the key that its first entry names, through every handover, to the key that signs
//! now; and that nothing follows a seal, nor the revocation of the key that signs.

use crate::act::{Ref, Verb};
use crate::check::LogFault;
use crate::entry::Entry;
use exhibit_proof::chain::{MAX_HANDOVERS, hand_over, handover_path};
use exhibit_proof::proof::{LogProof, LogProofError};
use exhibit_proof::{Note, VerifierKey};
use std::collections::{BTreeMap, BTreeSet};

/// What entries say of keys and of the end, gathered in one pass.
#[derive(Default)]
pub(crate) struct Said {
    /// The keys that the first entry begins the case with.
    begun: Vec<Ref>,
    /// The bytes of the entries that handovers are about.
    adds: BTreeMap<u64, Vec<u8>>,
    /// The last revocation of each key.
    revoked: BTreeMap<Ref, u64>,
    /// The entry that seals the case.
    sealed: Option<u64>,
    /// The first entry after it.
    after_seal: Option<u64>,
}

/// The proofs of handovers that lie in a log's folder, by the entries that they are about.
pub(crate) type Handovers = BTreeMap<u64, Result<LogProof, LogProofError>>;

impl Said {
    pub(crate) fn note(&mut self, index: u64, bytes: &[u8], entry: &Entry, handovers: &Handovers) {
        if self.sealed.is_some() {
            self.after_seal.get_or_insert(index);
        }
        match entry.act {
            Verb::CaseOpen if index == 0 => self.begun.clone_from(&entry.made),
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

    /// Follows the handovers. Gives all keys that the log had, the one that signs now last; none where the log's beginning
    /// cannot be read.
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
        let Some(mut last) = self.begun.first().copied() else { return vec![key.clone()] };
        let mut keys: Vec<VerifierKey> = Vec::new();
        for (index, proof) in handovers {
            // One that was broken off before the public key changed: its proof may be half written.
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
            Ok(proof) => hand_over(&known.to_string(), self.adds.get(&index).map_or(&[], Vec::as_slice), proof)
                .map_err(|source| LogFault::Handover { name, source }),
        }
    }

    // Whether the log ends with the revocation of this key.
    fn is_last_word(&self, key: Ref, size: u64) -> bool {
        self.revoked.get(&key).is_some_and(|index| index + 1 == size)
    }
}

/// Whether a checkpoint may carry these signatures: that of the key, or at a handover those of both keys.
pub(crate) fn is_signed_as_written(note: &Note, key: &VerifierKey, handovers: &Handovers) -> bool {
    let of_handover = || handovers.values().flatten().any(|proof| proof.checkpoint == *note);
    match note.signatures.as_slice() {
        [_] => note.verify(key).is_ok(),
        [_, _] => note.verify(key).is_ok() && of_handover(),
        _ => false,
    }
}

/// What is remembered of a log as signed by one of its keys; others are named.
pub(crate) fn foreign(remembered: &[Note], keys: &[VerifierKey]) -> Vec<LogFault> {
    let known = |note: &&Note| keys.iter().any(|key| note.verify(key).is_ok());
    let strange: BTreeSet<String> = remembered
        .iter()
        .filter(|note| !known(note))
        .map(|note| note.text.lines().take(2).collect::<Vec<_>>().join(", "))
        .collect();
    strange.into_iter().map(|head| LogFault::ForeignCheckpoint { head }).collect()
}
