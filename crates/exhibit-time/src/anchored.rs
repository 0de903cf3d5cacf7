//! The anchors of one state of a log: the files next to a checkpoint in `custody/anchors/<size>/`, both in a case and
//! in a bag (`docs/formats/time.md`).
//!
//! | file | content |
//! |---|---|
//! | `checkpoint` | the signed checkpoint that was anchored |
//! | `<name>.tsq`, `<name>.tsr`, `<name>.pem` | request, reply and certificates of a time stamping authority |
//! | `<name>.vkey`, `<name>.cosignature` | key and response of a witness |
//! | `<name>.leaf`, `<name>.sigsum`, `<name>.policy` | request to a public log, its proof, and the policy that it was checked against |
//! | `consistency` | in a bag: the proof that the checkpoint of the bag extends this one |

use crate::certificate::Certificate;
use crate::fault::TimeFault;
use crate::request::StampRequest;
use crate::sigsum::{LeafRequest, Proof, SigsumPolicy};
use crate::stamp::{self, StampContext};
use crate::stated_time::StatedTime;
use crate::witness::{self, AddCheckpoint};
use exhibit_proof::Checkpoint;
use exhibit_proof::finding::chain;
use exhibit_proof::note::{SignedNote, VerifierKey};
use exhibit_proof::policy::Policy;
use std::collections::BTreeMap;

/// The file name of the checkpoint.
pub const CHECKPOINT: &str = "checkpoint";

/// The file name of the proof that a later checkpoint extends this one.
pub const CONSISTENCY: &str = "consistency";

/// The maximum size of each file in bytes.
pub const MAX_FILE: usize = 1 << 20;

/// The kind of an anchor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AnchorKind {
    /// A time stamp of an authority.
    Stamp,
    /// A witness's cosignature.
    Witness,
    /// A proof of a public log.
    Sigsum,
}

impl AnchorKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Stamp, Self::Witness, Self::Sigsum];

    /// The code in JSON and in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stamp => "rfc3161",
            Self::Witness => "witness",
            Self::Sigsum => "sigsum",
        }
    }

    /// The extensions of its files: request, response, and the certificates, key or policy to check it against.
    #[must_use]
    pub const fn endings(self) -> [&'static str; 3] {
        match self {
            Self::Stamp => ["tsq", "tsr", "pem"],
            Self::Witness => ["add-checkpoint", "cosignature", "vkey"],
            Self::Sigsum => ["leaf", "sigsum", "policy"],
        }
    }
}

/// What the reader trusts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Authorities, and links to them.
    pub authorities: &'a [Certificate],
    /// A policy that names witnesses.
    pub witnesses: Option<&'a Policy>,
    /// A policy for public logs.
    pub sigsum: Option<&'a SigsumPolicy>,
    /// Whether the certificates, keys and policies stored with the anchors are trusted, because the owner of the case
    /// stored them.
    pub kept: bool,
}

/// A valid anchor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchored {
    /// Its name, the stem of its file names.
    pub name: String,
    /// Its kind.
    pub kind: AnchorKind,
    /// The time by which the checkpoint existed.
    pub by: StatedTime,
    /// The party that states so.
    pub who: String,
    /// Whether the reader trusts that party.
    pub is_trusted: bool,
}

/// The anchors in one folder.
#[derive(Clone, Debug)]
pub struct FoundAnchors {
    /// The state of the log that is anchored.
    pub checkpoint: Checkpoint,
    /// The anchors, each with its file name.
    pub anchors: Vec<(String, Result<Anchored, TimeFault>)>,
    /// Files that do not belong to an anchor.
    pub unexpected: Vec<String>,
}

/// Whether this is a valid name of an authority, witness or public log: 1 to 32 of `a-z`, `0-9`, `-`.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&name.len()) && name.bytes().all(is_allowed)
}

/// Checks the files of one folder, by name, given the keys of the log. Any of the keys may have signed the anchored
/// checkpoint, because a new key does not revoke the signatures of earlier ones.
///
/// # Errors
/// [`TimeFault::Checkpoint`] if there is no checkpoint of this log in the folder.
pub fn check(
    files: &BTreeMap<String, Vec<u8>>,
    log: &[VerifierKey],
    known: &Known<'_>,
) -> Result<FoundAnchors, TimeFault> {
    let bytes = files.get(CHECKPOINT).ok_or_else(|| TimeFault::Checkpoint("missing".to_owned()))?;
    let note = SignedNote::parse(bytes).map_err(|error| TimeFault::Checkpoint(chain(&error)))?;
    let mut checkpoint = Err(TimeFault::Checkpoint("the log has no key".to_owned()));
    for key in log.iter().rev() {
        checkpoint =
            Checkpoint::signed(&note, key).map_err(|error| TimeFault::Checkpoint(chain(&error)));
        if checkpoint.is_ok() {
            break;
        }
    }
    let checkpoint = checkpoint?;
    let mut found = FoundAnchors { checkpoint, anchors: Vec::new(), unexpected: Vec::new() };
    for file in files.keys() {
        match part(file) {
            Some((name, kind, 1)) => {
                let checked = check_one(files, &note, (name, kind), known);
                found.anchors.push((file.clone(), checked));
            }
            Some(_) => {}
            None if file == CHECKPOINT || file == CONSISTENCY => {}
            None => found.unexpected.push(file.clone()),
        }
    }
    Ok(found)
}

/// Parses a file name: the name of the anchor, its kind, and the index of the extension in [`AnchorKind::endings`].
#[must_use]
pub fn part(file: &str) -> Option<(&str, AnchorKind, usize)> {
    let (name, ending) = file.split_once('.').filter(|(name, _)| is_name(name))?;
    let place = |kind: AnchorKind| {
        Some((name, kind, kind.endings().iter().position(|known| *known == ending)?))
    };
    AnchorKind::ALL.into_iter().find_map(place)
}

/// Checks that the checkpoint `note` extends an anchored one, with the proof stored next to that.
///
/// # Errors
/// [`TimeFault`] if it does not.
pub fn check_consistency(
    files: &BTreeMap<String, Vec<u8>>,
    older: &Checkpoint,
    note: &SignedNote,
) -> Result<(), TimeFault> {
    let bytes = files
        .get(CONSISTENCY)
        .ok_or_else(|| TimeFault::Consistency("the proof is missing".to_owned()))?;
    let proof = AddCheckpoint::read(bytes)?;
    if proof.checkpoint != *note {
        return Err(TimeFault::Consistency("the proof leads to another checkpoint".to_owned()));
    }
    proof.check(older)
}

fn check_one(
    files: &BTreeMap<String, Vec<u8>>,
    checkpoint: &SignedNote,
    (name, kind): (&str, AnchorKind),
    known: &Known<'_>,
) -> Result<Anchored, TimeFault> {
    let [request, response, context] =
        kind.endings().map(|ending| files.get(&format!("{name}.{ending}")));
    let response = response.ok_or(TimeFault::Form("the anchor"))?;
    let (by, who, is_trusted) = match kind {
        AnchorKind::Stamp => {
            check_stamp(&checkpoint.to_string(), request, response, context, known)?
        }
        AnchorKind::Witness => {
            let key = witness::read_key(context.ok_or(TimeFault::Form("the key of the witness"))?)?;
            let at = witness::check(checkpoint, response, &key)?;
            (
                at,
                key.name().to_owned(),
                known.kept || known.witnesses.is_some_and(|policy| policy.knows(&key)),
            )
        }
        AnchorKind::Sigsum => {
            check_logged(&checkpoint.to_string(), request, response, context, known)?
        }
    };
    Ok(Anchored { name: name.to_owned(), kind, by, who, is_trusted })
}

fn check_stamp(
    checkpoint: &str,
    request: Option<&Vec<u8>>,
    response: &[u8],
    context: Option<&Vec<u8>>,
    known: &Known<'_>,
) -> Result<(StatedTime, String, bool), TimeFault> {
    let request = request.map(|bytes| StampRequest::read(bytes)).transpose()?;
    let kept = context.map_or(Ok(Vec::new()), |bytes| Certificate::read_all(bytes))?;
    let has_authority = known.kept && kept.iter().any(Certificate::is_self_issued);
    let trusted: Vec<Certificate> =
        known.authorities.iter().chain(kept.iter().filter(|_| has_authority)).cloned().collect();
    let data = checkpoint.as_bytes();
    let against = StampContext { data, request: request.as_ref(), kept: &kept, trusted: &trusted };
    let stamp = match stamp::check(response, &against) {
        // An unknown signer does not invalidate the stamp's.
        Err(TimeFault::NoAnchor(_)) => {
            stamp::check(response, &StampContext { trusted: &[], ..against })?
        }
        checked => checked?,
    };
    Ok((stamp.no_later_than(), stamp.signer().to_owned(), stamp.is_trusted))
}

fn check_logged(
    checkpoint: &str,
    request: Option<&Vec<u8>>,
    response: &[u8],
    context: Option<&Vec<u8>>,
    known: &Known<'_>,
) -> Result<(StatedTime, String, bool), TimeFault> {
    let request = LeafRequest::read(request.ok_or(TimeFault::Leaf)?)?;
    let proof = Proof::read(response)?;
    let check = |policy: &SigsumPolicy| proof.check(checkpoint.as_bytes(), &request.key(), policy);
    let (logged, is_trusted) = match known.sigsum.map(check) {
        Some(Ok(logged)) => (logged, true),
        // An unknown signer does not invalidate the proof's.
        None | Some(Err(TimeFault::Policy(_))) => {
            let stored = context.ok_or_else(|| TimeFault::Policy("missing".to_owned()))?;
            (check(&SigsumPolicy::read(stored)?)?, known.kept)
        }
        Some(Err(fault)) => return Err(fault),
    };
    let witnesses: Vec<&str> = logged.witnesses.iter().map(|(name, _)| name.as_str()).collect();
    Ok((logged.at, format!("{}, witnessed by {}", logged.log, witnesses.join(", ")), is_trusted))
}
