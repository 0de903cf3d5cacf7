//! Policies: the known logs, and the witnesses that must have cosigned (C2SP tlog-policy, as published on
//! 2026-07-22).
//!
//! Names in a policy are bytes without meaning outside of it, compared byte for byte.

use crate::checkpoint::Checkpoint;
use crate::note::{KeyKind, NoteError, SignedNote, VerifierKey};
use crate::text::{LineError, decimal};

/// A policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    // In line order, so that members precede their groups. The first is `none`.
    parties: Vec<Party>,
    // `None` only during parsing.
    quorum: Option<usize>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Party {
    name: Vec<u8>,
    rule: Rule,
    grouped: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Rule {
    Witness(VerifierKey),
    Group { threshold: usize, members: Vec<usize> },
}

/// A checkpoint that a policy accepts, and the keys that signed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The key of the log that signed it.
    pub log: VerifierKey,
    /// The keys of the witnesses that cosigned it, each with the time it states, in seconds since 1970.
    pub witnesses: Vec<(VerifierKey, u64)>,
}

/// Why a policy does not accept a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The signed text is not a checkpoint.
    #[error("the signed text is not a checkpoint")]
    Form(#[from] LineError),
    /// A signature by a key of the policy is forged, which invalidates the whole note.
    #[error("a signature by a key of the policy does not match")]
    Forged,
    /// No log of the policy signed it as its own.
    #[error("not signed by a log of the policy")]
    NoLog,
    /// Too few witnesses cosigned it.
    #[error("too few witnesses of the policy cosigned it")]
    Quorum,
}

impl Policy {
    /// Parses a policy.
    ///
    /// # Errors
    /// [`LineError`] for anything that the specification does not allow.
    pub fn parse(text: &[u8]) -> Result<Self, LineError> {
        let mut policy = Self { logs: Vec::new(), parties: Vec::new(), quorum: None };
        let none = Rule::Group { threshold: 0, members: Vec::new() };
        // `none` cannot be a member of a group, so it counts as grouped from the start.
        policy.parties.push(Party { name: b"none".to_vec(), rule: none, grouped: true });
        let mut line = 1;
        for bytes in text.split_inclusive(|b| *b == b'\n') {
            policy.line(bytes).map_err(|must| LineError { line, must })?;
            line += 1;
        }
        if policy.quorum.is_some() {
            Ok(policy)
        } else {
            Err(LineError { line, must: "must be followed by a quorum line" })
        }
    }

    /// Checks a signed checkpoint.
    ///
    /// # Errors
    /// [`Refusal`] if the policy does not accept it.
    pub fn check(&self, note: &SignedNote) -> Result<Accepted, Refusal> {
        let checkpoint = Checkpoint::parse(&note.text)?;
        let mut log = None;
        for key in &self.logs {
            let signed = signed_at(note, key)?.is_some();
            log = log.or_else(|| Some(key).filter(|key| signed && key.name() == checkpoint.origin));
        }
        let log = log.ok_or(Refusal::NoLog)?.clone();
        let mut witnesses = Vec::new();
        let mut witnessed: Vec<bool> = Vec::new();
        for party in &self.parties {
            witnessed.push(match &party.rule {
                Rule::Witness(key) => {
                    let time = signed_at(note, key)?;
                    witnesses.extend(time.map(|time| (key.clone(), time)));
                    time.is_some()
                }
                Rule::Group { threshold, members } => {
                    members.iter().filter(|member| witnessed[**member]).count() >= *threshold
                }
            });
        }
        let has_quorum = self.quorum.is_some_and(|quorum| witnessed[quorum]);
        if has_quorum { Ok(Accepted { checkpoint, log, witnesses }) } else { Err(Refusal::Quorum) }
    }

    /// Whether the policy names this witness.
    #[must_use]
    pub fn knows(&self, witness: &VerifierKey) -> bool {
        self.parties.iter().any(|party| matches!(&party.rule, Rule::Witness(key) if key == witness))
    }

    // Parses a line. The error says what the line must be.
    fn line(&mut self, line: &[u8]) -> Result<(), &'static str> {
        let line = line.strip_suffix(b"\n").ok_or("must end with a line feed")?;
        if line.iter().any(|b| (*b < 0x20 && *b != b'\t') || *b == 0x7f) {
            return Err("must not contain control characters except tabs");
        }
        let items: Vec<&[u8]> =
            line.split(|b| matches!(b, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => {}
            [first, ..] if first.starts_with(b"#") => {}
            [b"log", key] | [b"log", key, _] => {
                let key = read_key(key, KeyKind::Note)?;
                if self.logs.iter().any(|log| log.public() == key.public()) {
                    return Err("must not repeat the key of a log");
                }
                self.logs.push(key);
            }
            [b"witness", name, key] | [b"witness", name, key, _] => {
                let key = read_key(key, KeyKind::Cosignature)?;
                let same = |party: &Party| matches!(&party.rule, Rule::Witness(w) if w.public() == key.public());
                if self.parties.iter().any(same) {
                    return Err("must not repeat the key of a witness");
                }
                self.add(name, Rule::Witness(key))?;
            }
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(name, threshold, members)?
            }
            [b"quorum", name] if self.quorum.is_none() => self.quorum = Some(self.find(name)?),
            _ => return Err("must be a log, witness or group line, or the only quorum line"),
        }
        Ok(())
    }

    fn group(
        &mut self,
        name: &[u8],
        threshold: &[u8],
        names: &[&[u8]],
    ) -> Result<(), &'static str> {
        let mut members = Vec::new();
        for name in names {
            let member = self.find(name)?;
            if std::mem::replace(&mut self.parties[member].grouped, true) {
                return Err("must not have a member that is already in a group");
            }
            members.push(member);
        }
        let threshold = match str::from_utf8(threshold).unwrap_or_default() {
            "any" => Some(1),
            "all" => Some(members.len()),
            number => decimal(number).and_then(|number| usize::try_from(number).ok()),
        };
        let threshold = threshold.filter(|threshold| (1..=members.len()).contains(threshold));
        let threshold =
            threshold.ok_or("must have a threshold from 1 to the number of its members")?;
        self.add(name, Rule::Group { threshold, members })
    }

    fn add(&mut self, name: &[u8], rule: Rule) -> Result<(), &'static str> {
        if self.find(name).is_ok() {
            return Err("must not repeat a name");
        }
        self.parties.push(Party { name: name.to_vec(), rule, grouped: false });
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<usize, &'static str> {
        self.parties
            .iter()
            .position(|party| party.name == name)
            .ok_or("must use names that earlier lines define")
    }
}

// The time of a key's signature, or 0 if the signature states no time; `None` if the key did not sign.
fn signed_at(note: &SignedNote, key: &VerifierKey) -> Result<Option<u64>, Refusal> {
    match note.verify(key) {
        Ok(time) => Ok(Some(time.unwrap_or(0))),
        Err(NoteError::NotSigned) => Ok(None),
        Err(_) => Err(Refusal::Forged),
    }
}

fn read_key(text: &[u8], kind: KeyKind) -> Result<VerifierKey, &'static str> {
    let key = str::from_utf8(text).ok().and_then(|text| VerifierKey::parse(text).ok());
    key.filter(|key| key.kind() == kind).ok_or("must have a valid key of the right kind")
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
        VerifierKey::new(&format!("witness.example/{byte}"), KeyKind::Cosignature, &public)
            .expect("a key")
    }

    fn cosign(byte: u8, text: &str) -> Signature {
        let signed =
            signer("w", byte).sign(&format!("cosignature/v1\ntime 1679315147\n{text}")).bytes;
        let bytes = [&1_679_315_147_u64.to_be_bytes()[..], &signed].concat();
        Signature { name: witness(byte).name().to_owned(), id: witness(byte).id(), bytes }
    }

    fn note(witnesses: &[u8]) -> SignedNote {
        let checkpoint = Checkpoint {
            origin: LOG.to_owned(),
            size: 0,
            root: Hash::empty(),
            extensions: Vec::new(),
        };
        let text = checkpoint.text();
        let mut signatures = vec![signer(LOG, 1).sign(&text)];
        signatures.extend(witnesses.iter().map(|byte| cosign(*byte, &text)));
        SignedNote { text, signatures }
    }

    // The structure of the example in the specification: two of three, and any of the others.
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
    fn quorums_follow_the_policy() {
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
            assert_eq!(
                outcome.as_ref().err(),
                (!good).then_some(&Refusal::Quorum),
                "{witnesses:?}"
            );
            if let Ok(accepted) = outcome {
                assert_eq!(accepted.witnesses.len(), witnesses.len());
                assert!(accepted.witnesses.iter().all(|(_, time)| *time == 1_679_315_147));
            }
        }
        let none =
            Policy::parse(format!("quorum none\nlog {}\n", signer(LOG, 1).verifier()).as_bytes());
        assert!(none.expect("a policy").check(&note(&[])).is_ok());
    }

    #[test]
    fn forged_and_foreign_checkpoints_are_rejected() {
        let policy = Policy::parse(policy().as_bytes()).expect("a policy");
        let check = |alter: &dyn Fn(&mut SignedNote)| {
            let mut note = note(&[11, 12, 13, 21]);
            alter(&mut note);
            policy.check(&note).err()
        };
        assert_eq!(check(&|_| {}), None);
        assert_eq!(
            check(&|note| note.signatures[3].bytes[70] ^= 1),
            Some(Refusal::Forged),
            "even if more than needed signed"
        );
        assert_eq!(check(&|note| note.signatures[0].bytes[0] ^= 1), Some(Refusal::Forged));
        assert_eq!(check(&|note| drop(note.signatures.remove(0))), Some(Refusal::NoLog));
        let resigned = |text: &str| {
            let signatures = vec![
                signer(LOG, 1).sign(text),
                cosign(11, text),
                cosign(12, text),
                cosign(21, text),
            ];
            policy.check(&SignedNote { text: text.to_owned(), signatures }).err()
        };
        let missing = LineError { line: 2, must: "must be the size as a plain decimal number" };
        assert_eq!(resigned("hello\n"), Some(Refusal::Form(missing)));
        assert_eq!(resigned(&note(&[]).text.replace(LOG, "other.example")), Some(Refusal::NoLog));
    }

    #[test]
    fn invalid_policies_are_rejected_with_their_line() {
        let (log, x1) = (signer(LOG, 1).verifier().to_string(), witness(11).to_string());
        let shape = "must be a log, witness or group line, or the only quorum line";
        let (name, unknown) =
            ("must not repeat a name", "must use names that earlier lines define");
        let (member, threshold) = (
            "must not have a member that is already in a group",
            "must have a threshold from 1 to the number of its members",
        );
        let (key, other) =
            ("must have a valid key of the right kind", "must not repeat the key of a log");
        let control = "must not contain control characters except tabs";
        for (from, to, line, must) in [
            ("quorum both\n", "quorum both", 12, "must end with a line feed"),
            ("quorum both\n", "", 12, "must be followed by a quorum line"),
            ("quorum both\n", "quorum both\nquorum none\n", 13, shape),
            ("quorum both\n", "quorum other\n", 12, unknown),
            ("quorum both\n", "quorum both X\n", 12, shape),
            ("group X\t2", "group X\t4", 9, threshold),
            ("group X\t2", "group X\t0", 9, threshold),
            ("group X\t2", "group X\t02", 9, threshold),
            ("group X\t2", "group X1\t2", 9, name),
            ("group X\t2", "group none\t2", 9, name),
            ("X1 X2 X3", "X1 X2 X2", 9, member),
            ("Y1 Y2\n", "Y1 none\n", 10, member),
            ("Y1 Y2\n", "Y1 X1\n", 10, member),
            ("Y1 Y2\n", "Y1 Y\n", 10, unknown),
            ("Y1 Y2\n", "Y1 \u{212a}\n", 10, unknown),
            ("any Y1 Y2\n", "any\n", 10, shape),
            ("witness X2", "witness X1", 5, name),
            ("witness X2", "Witness X2", 5, shape),
            ("\n\n", "\r\n\n", 2, control),
            ("# two", "# \u{1b}two", 1, control),
            (&*x1, &*log, 4, key),
            (&*log, &*x1, 2, key),
            ("\n\n", &format!("\nlog {log}\n"), 3, other),
            ("+", "-", 2, key),
        ] {
            let invalid = policy().replacen(from, to, 1);
            let invalid = if from == "+" { policy().replace(from, to) } else { invalid };
            assert_eq!(
                Policy::parse(invalid.as_bytes()),
                Err(LineError { line, must }),
                "{from:?} -> {to:?}"
            );
        }
    }
}
