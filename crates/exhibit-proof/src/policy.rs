//! Policies: which logs are known, and which witnesses must have cosigned (C2SP tlog-policy, as published on
//! 2026-07-22).
//!
//! Names in a policy are bytes that mean nothing outside of it; two names are the same only byte for byte.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{KeyKind, Note, NoteError, VerifierKey};

/// A policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    // In the order of their lines, so that members come before the groups that they are in.
    parties: Vec<Party>,
    quorum: Option<usize>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Party {
    name: Vec<u8>,
    rule: Rule,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Rule {
    Witness(VerifierKey),
    Group { threshold: usize, members: Vec<usize> },
}

/// A checkpoint that a policy accepts, and who vouches for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The key of the log that signed it.
    pub log: VerifierKey,
    /// The keys of the witnesses that cosigned it, each with the time it states, in seconds since 1970.
    pub witnesses: Vec<(VerifierKey, u64)>,
}

/// Why a text is not a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy")]
pub struct PolicyError {
    /// The line, from 1; one after the last where something is missing at the end.
    pub line: usize,
    /// What is wrong there.
    #[source]
    pub fault: Fault,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A control character, or no line feed at the end.
    #[error("it has a control character or no line feed")]
    Character,
    /// Not a log, witness, group or quorum line of the right length.
    #[error("it is not a log, witness, group or quorum line")]
    Shape,
    /// The key is not one.
    #[error("its key cannot be used")]
    Key(#[source] NoteError),
    /// The key is of the wrong kind for a log or a witness.
    #[error("its key is of the wrong kind")]
    KeyKind,
    /// The key was given before.
    #[error("its key was given before")]
    RepeatedKey,
    /// The name was given before, or is `none`.
    #[error("its name was given before, or is `none`")]
    RepeatedName,
    /// A name was not given on a line before.
    #[error("it refers to a name that no line before it gives")]
    UnknownName,
    /// A member is a member already.
    #[error("it refers to a member that is in a group already")]
    RepeatedMember,
    /// The threshold is not a number from 1 to the number of members.
    #[error("its threshold is not from 1 to the number of its members")]
    Threshold,
    /// There is no quorum line, or more than one.
    #[error("there must be one quorum line, and it is not that")]
    Quorum,
}

/// Why a policy does not accept a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// None of the policy's logs signed it.
    #[error("it is not signed by a log that the policy knows")]
    NoLog,
    /// A signature by a key that the policy knows is forged.
    #[error("a signature by a key that the policy knows does not match")]
    Forged,
    /// What is signed is not a checkpoint.
    #[error("what is signed is not a checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// The checkpoint names another log than the one that signed it.
    #[error("it names another log than the one that signed it")]
    Origin,
    /// Too few witnesses cosigned it.
    #[error("too few of the policy's witnesses cosigned it")]
    Quorum,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`PolicyError`] for anything that the specification does not allow.
    pub fn parse(text: &[u8]) -> Result<Self, PolicyError> {
        let mut draft = Draft::default();
        let mut number = 0;
        for line in text.split_inclusive(|b| *b == b'\n') {
            number += 1;
            draft.line(line).map_err(|fault| PolicyError { line: number, fault })?;
        }
        let quorum = draft.quorum.ok_or(PolicyError { line: number + 1, fault: Fault::Quorum })?;
        Ok(Self { logs: draft.logs, parties: draft.parties, quorum })
    }

    /// Checks a signed checkpoint.
    ///
    /// # Errors
    /// [`Refusal`], where the policy does not accept it.
    pub fn check(&self, note: &Note) -> Result<Accepted, Refusal> {
        let mut log = None;
        for key in &self.logs {
            if signed(note, key)? {
                log.get_or_insert(key);
            }
        }
        let log = log.ok_or(Refusal::NoLog)?.clone();
        let mut witnesses = Vec::new();
        let mut witnessed: Vec<bool> = Vec::new();
        for party in &self.parties {
            witnessed.push(match &party.rule {
                Rule::Witness(key) if signed(note, key)? => {
                    witnesses.push((key.clone(), note.cosigned_at(key).map_err(|_| Refusal::Forged)?));
                    true
                }
                Rule::Witness(_) => false,
                Rule::Group { threshold, members } => {
                    members.iter().filter(|member| witnessed[**member]).count() >= *threshold
                }
            });
        }
        let checkpoint = Checkpoint::parse(&note.text).map_err(Refusal::Checkpoint)?;
        if checkpoint.origin != log.name() {
            return Err(Refusal::Origin);
        }
        if self.quorum.is_some_and(|quorum| !witnessed[quorum]) {
            return Err(Refusal::Quorum);
        }
        Ok(Accepted { checkpoint, log, witnesses })
    }
}

// A known key's signature that does not match spoils the whole note.
fn signed(note: &Note, key: &VerifierKey) -> Result<bool, Refusal> {
    match note.verify(key) {
        Ok(()) => Ok(true),
        Err(NoteError::NotSigned) => Ok(false),
        Err(_) => Err(Refusal::Forged),
    }
}

#[derive(Default)]
struct Draft {
    logs: Vec<VerifierKey>,
    parties: Vec<Party>,
    grouped: Vec<usize>,
    // None: no quorum line yet. Some(None): `quorum none`.
    quorum: Option<Option<usize>>,
}

impl Draft {
    fn line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let line = line.strip_suffix(b"\n").ok_or(Fault::Character)?;
        if line.iter().any(|b| (*b < 0x20 && *b != b'\t') || *b == 0x7f) {
            return Err(Fault::Character);
        }
        let items: Vec<&[u8]> = line.split(|b| matches!(b, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] | [b"log", key, _] => {
                let key = read_key(key, KeyKind::Note, self.logs.iter())?;
                self.logs.push(key);
                Ok(())
            }
            [b"witness", name, key] | [b"witness", name, key, _] => {
                let known = self.parties.iter().filter_map(|party| match &party.rule {
                    Rule::Witness(key) => Some(key),
                    Rule::Group { .. } => None,
                });
                let key = read_key(key, KeyKind::Cosignature, known)?;
                self.add(name, Rule::Witness(key))
            }
            [b"group", name, threshold, members @ ..] if !members.is_empty() => self.group(name, threshold, members),
            [b"quorum", name] => self.set_quorum(name),
            _ => Err(Fault::Shape),
        }
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], names: &[&[u8]]) -> Result<(), Fault> {
        let mut members = Vec::new();
        for name in names {
            let member = self.find(name)?;
            if self.grouped.contains(&member) {
                return Err(Fault::RepeatedMember);
            }
            self.grouped.push(member);
            members.push(member);
        }
        let number = || str::from_utf8(threshold).ok().and_then(crate::decimal).and_then(|n| usize::try_from(n).ok());
        let threshold = match threshold {
            b"any" => 1,
            b"all" => members.len(),
            _ => number().filter(|n| (1..=members.len()).contains(n)).ok_or(Fault::Threshold)?,
        };
        self.add(name, Rule::Group { threshold, members })
    }

    fn set_quorum(&mut self, name: &[u8]) -> Result<(), Fault> {
        if self.quorum.is_some() {
            return Err(Fault::Quorum);
        }
        self.quorum = Some(if name == b"none" { None } else { Some(self.find(name)?) });
        Ok(())
    }

    fn add(&mut self, name: &[u8], rule: Rule) -> Result<(), Fault> {
        if name == b"none" || self.find(name).is_ok() {
            return Err(Fault::RepeatedName);
        }
        self.parties.push(Party { name: name.to_vec(), rule });
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<usize, Fault> {
        self.parties.iter().position(|party| party.name == name).ok_or(Fault::UnknownName)
    }
}

fn read_key<'a>(
    text: &[u8],
    kind: KeyKind,
    mut known: impl Iterator<Item = &'a VerifierKey>,
) -> Result<VerifierKey, Fault> {
    let text = str::from_utf8(text).map_err(|_| Fault::Key(NoteError::NotUtf8))?;
    let key = VerifierKey::parse(text).map_err(Fault::Key)?;
    if key.kind() != kind {
        return Err(Fault::KeyKind);
    }
    if known.any(|other| other.public() == key.public()) { Err(Fault::RepeatedKey) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;
    use crate::note::{Signature, SignerKey};

    const LOG: &str = "log.example/custody";

    fn signer(name: &str, byte: u8) -> SignerKey {
        SignerKey::new(name, &[byte; 32]).expect("a name")
    }

    fn witness(byte: u8) -> VerifierKey {
        let public = signer("w", byte).verifier().public();
        VerifierKey::new(&format!("witness.example/{byte}"), KeyKind::Cosignature, &public).expect("a key")
    }

    fn cosign(byte: u8, text: &str) -> Signature {
        let signed = signer("w", byte).sign(&format!("cosignature/v1\ntime 1679315147\n{text}")).bytes;
        let bytes = [&1_679_315_147_u64.to_be_bytes()[..], &signed].concat();
        Signature { name: witness(byte).name().to_owned(), id: witness(byte).id(), bytes }
    }

    fn note(witnesses: &[u8]) -> Note {
        let checkpoint = Checkpoint { origin: LOG.to_owned(), size: 0, root: Hash::empty(), extensions: Vec::new() };
        let text = checkpoint.text();
        let mut signatures = vec![signer(LOG, 1).sign(&text)];
        signatures.extend(witnesses.iter().map(|byte| cosign(*byte, &text)));
        Note { text, signatures }
    }

    // The shape of the example in the specification: two of three, and any of the others.
    fn policy() -> String {
        let witnesses: String = [(11, "X1"), (12, "X2"), (13, "X3"), (21, "Y1"), (22, "Y2")]
            .iter()
            .map(|(byte, name)| format!("witness {name} {}\n", witness(*byte)))
            .collect();
        format!(
            "# two of X, one of Y\nlog {} https://log.example/\n\n{witnesses}\
             group X\t2  X1 X2 X3\ngroup Y any Y1 Y2\n group both all X Y\nquorum both\n",
            signer(LOG, 1).verifier()
        )
    }

    #[test]
    fn a_quorum_is_what_the_policy_says() {
        let policy = Policy::parse(policy().as_bytes()).expect("a policy");
        for (witnesses, good) in [
            (&[11, 12, 21][..], true),
            (&[11, 13, 22], true),
            (&[11, 12, 13, 21, 22], true),
            (&[11, 12], false),
            (&[11, 21, 22], false),
            (&[99, 98, 97], false),
            (&[], false),
        ] {
            let outcome = policy.check(&note(witnesses));
            assert_eq!(outcome.as_ref().err(), (!good).then_some(&Refusal::Quorum), "{witnesses:?}");
            if let Ok(accepted) = outcome {
                assert_eq!(accepted.witnesses.len(), witnesses.len());
                assert!(accepted.witnesses.iter().all(|(_, time)| *time == 1_679_315_147));
            }
        }
        let none = Policy::parse(format!("quorum none\nlog {}\n", signer(LOG, 1).verifier()).as_bytes());
        assert!(none.expect("a policy").check(&note(&[])).is_ok());
    }

    #[test]
    fn forged_and_foreign_checkpoints_are_refused() {
        let policy = Policy::parse(policy().as_bytes()).expect("a policy");
        let check = |alter: &dyn Fn(&mut Note)| {
            let mut note = note(&[11, 12, 13, 21]);
            alter(&mut note);
            policy.check(&note).err()
        };
        assert_eq!(check(&|_| {}), None);
        assert_eq!(check(&|note| note.signatures[3].bytes[70] ^= 1), Some(Refusal::Forged), "one more than needed");
        assert_eq!(check(&|note| note.signatures[0].bytes[0] ^= 1), Some(Refusal::Forged));
        assert_eq!(check(&|note| drop(note.signatures.remove(0))), Some(Refusal::NoLog));
        let resigned = |text: &str| {
            let signatures = vec![signer(LOG, 1).sign(text), cosign(11, text), cosign(12, text), cosign(21, text)];
            policy.check(&Note { text: text.to_owned(), signatures }).err()
        };
        assert_eq!(resigned("hello\n"), Some(Refusal::Checkpoint(CheckpointError::Lines)));
        assert_eq!(resigned(&note(&[]).text.replace(LOG, "other.example")), Some(Refusal::Origin));
    }

    #[test]
    fn odd_policies_are_refused_with_their_line() {
        let (log, x1) = (signer(LOG, 1).verifier().to_string(), witness(11).to_string());
        for (from, to, line, fault) in [
            ("quorum both\n", "quorum both", 12, Fault::Character),
            ("quorum both\n", "", 12, Fault::Quorum),
            ("quorum both\n", "quorum both\nquorum none\n", 13, Fault::Quorum),
            ("quorum both\n", "quorum other\n", 12, Fault::UnknownName),
            ("quorum both\n", "quorum both X\n", 12, Fault::Shape),
            ("group X\t2", "group X\t4", 9, Fault::Threshold),
            ("group X\t2", "group X\t0", 9, Fault::Threshold),
            ("group X\t2", "group X\t02", 9, Fault::Threshold),
            ("group X\t2", "group X1\t2", 9, Fault::RepeatedName),
            ("group X\t2", "group none\t2", 9, Fault::RepeatedName),
            ("X1 X2 X3", "X1 X2 X2", 9, Fault::RepeatedMember),
            ("Y1 Y2\n", "Y1 X1\n", 10, Fault::RepeatedMember),
            ("Y1 Y2\n", "Y1 Y\n", 10, Fault::UnknownName),
            ("Y1 Y2\n", "Y1 \u{212a}\n", 10, Fault::UnknownName),
            ("any Y1 Y2\n", "any\n", 10, Fault::Shape),
            ("witness X2", "witness X1", 5, Fault::RepeatedName),
            ("witness X2", "Witness X2", 5, Fault::Shape),
            ("\n\n", "\r\n\n", 2, Fault::Character),
            ("# two", "# \u{1b}two", 1, Fault::Character),
            (&*x1, &*log, 4, Fault::KeyKind),
            (&*log, &*x1, 2, Fault::KeyKind),
            ("\n\n", &format!("\nlog {log}\n"), 3, Fault::RepeatedKey),
            ("+", "-", 2, Fault::Key(NoteError::KeyShape)),
        ] {
            let odd = policy().replacen(from, to, 1);
            let odd = if from == "+" { policy().replace(from, to) } else { odd };
            let found = Policy::parse(odd.as_bytes()).expect_err(to);
            assert_eq!((found.line, found.fault), (line, fault), "{from:?} -> {to:?}");
        }
    }
}
