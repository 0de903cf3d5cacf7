//! What anchors one state of a log: the files that lie beside a checkpoint in `custody/anchors/<size>/`, in a case and in a
//! bag alike (`docs/formats/time.md`).
//!
//! | file | what it is |
//! |---|---|
//! | `checkpoint` | the signed checkpoint that was anchored |
//! | `<name>.tsq`, `<name>.tsr`, `<name>.pem` | request, reply and certificates of a time stamping authority |
//! | `<name>.vkey`, `<name>.cosignature` | a witness's key and answer |
//! | `<name>.leaf`, `<name>.sigsum`, `<name>.policy` | request to a public log, its proof, and the policy that it was held against |
//! | `consistency` | in a bag: the proof that the bag's checkpoint goes on from this one |

use crate::certificate::Certificate;
use crate::fault::Fault;
use crate::moment::Moment;
use crate::request::Request;
use crate::sigsum::{LeafRequest, Proof, SigsumPolicy};
use crate::stamp::{self, Against};
use crate::witness::{self, AddCheckpoint};
use exhibit_proof::Checkpoint;
use exhibit_proof::finding::chain;
use exhibit_proof::note::{Note, VerifierKey};
use exhibit_proof::policy::Policy;
use std::collections::BTreeMap;

/// The checkpoint's file.
pub const CHECKPOINT: &str = "checkpoint";

/// The file of the proof that a later checkpoint goes on from this one.
pub const CONSISTENCY: &str = "consistency";

/// The most bytes of one of the files.
pub const MAX_FILE: usize = 1 << 20;

/// What kind of anchor it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A time stamp of an authority.
    Stamp,
    /// A witness's cosignature.
    Witness,
    /// A proof of a public log.
    Sigsum,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stamp, Self::Witness, Self::Sigsum];

    /// The word for machines, and in the log.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stamp => "rfc3161",
            Self::Witness => "witness",
            Self::Sigsum => "sigsum",
        }
    }

    /// The endings of its files: what is asked, what is answered, what it is held against.
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
    /// Whether the certificates, keys and policies that lie beside the anchors are trusted: the case's own keeper put
    /// them there.
    pub kept: bool,
}

/// An anchor that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchored {
    /// Its name among the files.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The moment by which the checkpoint was there.
    pub by: Moment,
    /// Who says so.
    pub who: String,
    /// Whether the reader trusts who says so.
    pub is_trusted: bool,
}

/// What the files in one folder prove.
#[derive(Clone, Debug)]
pub struct Found {
    /// The state of the log that is anchored.
    pub checkpoint: Checkpoint,
    /// The anchors, each by the file that it is in.
    pub anchors: Vec<(String, Result<Anchored, Fault>)>,
    /// Files that are none of these.
    pub strange: Vec<String>,
}

/// Whether a name may be one of an authority, witness or public log: 1 to 32 of `a-z`, `0-9`, `-`.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&name.len()) && name.bytes().all(sound)
}

/// Checks the files of one folder, given by their names, of the log that had these keys: any of them may have signed the
/// anchored checkpoint, for a key that took over does not undo what the one before it signed.
///
/// # Errors
/// [`Fault::Checkpoint`], where there is no checkpoint of this log in it.
pub fn check(files: &BTreeMap<String, Vec<u8>>, log: &[VerifierKey], known: &Known<'_>) -> Result<Found, Fault> {
    let bytes = files.get(CHECKPOINT).ok_or_else(|| Fault::Checkpoint("it is missing".to_owned()))?;
    let note = Note::parse(bytes).map_err(|error| Fault::Checkpoint(chain(&error)))?;
    let mut checkpoint = Err(Fault::Checkpoint("the log has no key".to_owned()));
    for key in log.iter().rev() {
        checkpoint = Checkpoint::signed(&note, key).map_err(|error| Fault::Checkpoint(chain(&error)));
        if checkpoint.is_ok() {
            break;
        }
    }
    let checkpoint = checkpoint?;
    let mut found = Found { checkpoint, anchors: Vec::new(), strange: Vec::new() };
    for file in files.keys() {
        match part(file) {
            Some((name, kind, 1)) => {
                let checked = check_one(files, &note, (name, kind), known);
                found.anchors.push((file.clone(), checked));
            }
            Some(_) => {}
            None if file == CHECKPOINT || file == CONSISTENCY => {}
            None => found.strange.push(file.clone()),
        }
    }
    Ok(found)
}

/// What a file's name says: the anchor's name, its kind, and which of its three files it is.
#[must_use]
pub fn part(file: &str) -> Option<(&str, Kind, usize)> {
    let (name, ending) = file.split_once('.').filter(|(name, _)| is_name(name))?;
    let place = |kind: Kind| Some((name, kind, kind.endings().iter().position(|known| *known == ending)?));
    Kind::ALL.into_iter().find_map(place)
}

/// Checks that the checkpoint `note` goes on from an anchored one, by the proof beside that.
///
/// # Errors
/// [`Fault`], where it does not.
pub fn check_consistency(files: &BTreeMap<String, Vec<u8>>, older: &Checkpoint, note: &Note) -> Result<(), Fault> {
    let bytes = files.get(CONSISTENCY).ok_or_else(|| Fault::Consistency("the proof is missing".to_owned()))?;
    let proof = AddCheckpoint::read(bytes)?;
    if proof.checkpoint != *note {
        return Err(Fault::Consistency("the proof leads to another checkpoint".to_owned()));
    }
    proof.check(older)
}

fn check_one(
    files: &BTreeMap<String, Vec<u8>>,
    checkpoint: &Note,
    (name, kind): (&str, Kind),
    known: &Known<'_>,
) -> Result<Anchored, Fault> {
    let [asked, answered, beside] = kind.endings().map(|ending| files.get(&format!("{name}.{ending}")));
    let answered = answered.ok_or(Fault::Form("the anchor"))?;
    let (by, who, is_trusted) = match kind {
        Kind::Stamp => check_stamp(&checkpoint.to_string(), asked, answered, beside, known)?,
        Kind::Witness => {
            let key = witness::read_key(beside.ok_or(Fault::Form("a witness's key"))?)?;
            let at = witness::check(checkpoint, answered, &key)?;
            (at, key.name().to_owned(), known.kept || known.witnesses.is_some_and(|policy| policy.knows(&key)))
        }
        Kind::Sigsum => check_logged(&checkpoint.to_string(), asked, answered, beside, known)?,
    };
    Ok(Anchored { name: name.to_owned(), kind, by, who, is_trusted })
}

fn check_stamp(
    checkpoint: &str,
    asked: Option<&Vec<u8>>,
    answered: &[u8],
    beside: Option<&Vec<u8>>,
    known: &Known<'_>,
) -> Result<(Moment, String, bool), Fault> {
    let request = asked.map(|bytes| Request::read(bytes)).transpose()?;
    let kept = beside.map_or(Ok(Vec::new()), |bytes| Certificate::read_all(bytes))?;
    let has_authority = known.kept && kept.iter().any(Certificate::is_self_issued);
    let trusted: Vec<Certificate> =
        known.authorities.iter().chain(kept.iter().filter(|_| has_authority)).cloned().collect();
    let data = checkpoint.as_bytes();
    let against = Against { data, request: request.as_ref(), kept: &kept, trusted: &trusted };
    let stamp = match stamp::check(answered, &against) {
        // Not being known to the reader is no fault of the stamp's.
        Err(Fault::NoAnchor(_)) => stamp::check(answered, &Against { trusted: &[], ..against })?,
        checked => checked?,
    };
    Ok((stamp.no_later_than(), stamp.signer().to_owned(), stamp.is_trusted))
}

fn check_logged(
    checkpoint: &str,
    asked: Option<&Vec<u8>>,
    answered: &[u8],
    beside: Option<&Vec<u8>>,
    known: &Known<'_>,
) -> Result<(Moment, String, bool), Fault> {
    let request = LeafRequest::read(asked.ok_or(Fault::Leaf)?)?;
    let proof = Proof::read(answered)?;
    let held = |policy: &SigsumPolicy| proof.check(checkpoint.as_bytes(), &request.key(), policy);
    let (logged, is_trusted) = match known.sigsum.map(held) {
        Some(Ok(logged)) => (logged, true),
        // Not being known to the reader is no fault of the proof's.
        None | Some(Err(Fault::Policy(_))) => {
            let own = beside.ok_or_else(|| Fault::Policy("there is none".to_owned()))?;
            (held(&SigsumPolicy::read(own)?)?, known.kept)
        }
        Some(Err(fault)) => return Err(fault),
    };
    let witnesses: Vec<&str> = logged.witnesses.iter().map(|(name, _)| name.as_str()).collect();
    Ok((logged.at, format!("{}, seen by {}", logged.log, witnesses.join(", ")), is_trusted))
}
