//! Importing replies: each is checked against its request and this log, stored, and logged.

use super::{Beside, logged, read_all, write_file};
use crate::BagError;
use exhibit_case::CaseWriter;
use exhibit_custody::{Act, Fact, Log, Ref, Verb};
use exhibit_model::{Digest, EntrySeq};
use exhibit_proof::SignedNote;
use exhibit_time::anchored::{self, AnchorKind, Anchored, CHECKPOINT, Known};
use exhibit_time::{
    Certificate, SigsumPolicy, StampContext, StampRequest, TimeFault, sigsum, stamp, witness,
};
use std::collections::BTreeMap;

/// A reply to import.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Certificates of trusted time stamping authorities, and links to them; may be empty.
    pub authorities: &'a [Certificate],
    /// The Sigsum policy to check a proof against.
    pub policy: Option<&'a [u8]>,
}

/// The result of an import.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The number of entries in the anchored state of the log.
    pub size: u64,
    /// What the anchor proves, and who issued it.
    pub anchored: Anchored,
    /// The log entry that records it.
    pub entry: EntrySeq,
    /// Whether it had been imported before.
    pub already: bool,
}

/// Imports a reply: finds its request, checks it, stores it, logs it.
///
/// # Errors
/// [`BagError`]; a reply that is not valid is not stored.
pub fn import_anchor(held: &mut CaseWriter, reply: &Reply<'_>) -> Result<Imported, BagError> {
    let log = held.case.folder.log()?;
    let all = read_all(&held.case)?;
    let (beside, name, kind) = find(&all, reply)?;
    let answer = format!("{name}.{}", kind.endings()[1]);
    if beside.files.get(&answer).is_some_and(|there| there != reply.bytes) {
        return Err(BagError::Answered(name));
    }
    let mut files = beside.files.clone();
    files.insert(answer.clone(), reply.bytes.to_vec());
    let own = format!("{name}.{}", kind.endings()[2]);
    if let Some(bytes) = kept_with(reply, kind, &files, &name)? {
        files.insert(own.clone(), bytes);
    }
    let anchored = check(&files, &answer, &log)?;
    if let Some(entry) = logged(&log)?.get(&Digest::of(reply.bytes)) {
        return Ok(Imported { size: beside.size, anchored, entry: *entry, already: true });
    }
    for file in [&own, &answer] {
        if let Some(bytes) = files.get(file) {
            write_file(&beside.path, file, bytes)?;
        }
    }
    let act = act(beside.size, &files, &anchored);
    let work = held.catalogue.begin()?;
    let entry = held.acts.log(&work, act)?;
    work.commit()?;
    held.flush()?;
    Ok(Imported { size: beside.size, anchored, entry, already: false })
}

// Finds the request that a reply answers.
fn find<'a>(
    all: &'a [Beside],
    reply: &Reply<'_>,
) -> Result<(&'a Beside, String, AnchorKind), BagError> {
    let kind = match reply.bytes {
        [0x30, ..] => AnchorKind::Stamp,
        bytes if bytes.starts_with(b"version=") => AnchorKind::Sigsum,
        bytes if bytes.starts_with("\u{2014} ".as_bytes()) => AnchorKind::Witness,
        _ => return Err(BagError::Time(TimeFault::Form("the reply"))),
    };
    let mut fault = None;
    // The newest first: if none fits, the fault is that of the latest request.
    for beside in all.iter().rev() {
        for (name, _, _) in beside
            .files
            .keys()
            .filter_map(|f| anchored::part(f))
            .filter(|p| p.1 == kind && p.2 == 0)
        {
            match fits(beside, name, kind, reply) {
                Ok(()) => return Ok((beside, name.to_owned(), kind)),
                // A stamp of this log with another nonce is more specific than a stamp of other data.
                Err(other) if fault.is_none() || other != TimeFault::OtherData => {
                    fault = Some(other)
                }
                Err(_) => {}
            }
        }
    }
    Err(fault.map_or(BagError::RequestError(kind.word()), BagError::Time))
}

fn fits(beside: &Beside, name: &str, kind: AnchorKind, reply: &Reply<'_>) -> Result<(), TimeFault> {
    let [request, _, own] =
        kind.endings().map(|ending| beside.files.get(&format!("{name}.{ending}")));
    let request = request.ok_or(TimeFault::Form("the request"))?;
    let checkpoint = beside.files.get(CHECKPOINT).ok_or(TimeFault::Form("the checkpoint"))?;
    match kind {
        AnchorKind::Stamp => stamp::answers(reply.bytes, &StampRequest::read(request)?),
        AnchorKind::Witness => {
            let note = SignedNote::parse(checkpoint)
                .map_err(|error| TimeFault::Checkpoint(error.to_string()))?;
            let key = witness::read_key(own.ok_or(TimeFault::Form("a witness's key"))?)?;
            witness::check(&note, reply.bytes, &key).map(drop)
        }
        AnchorKind::Sigsum => {
            let request = sigsum::LeafRequest::read(request)?;
            sigsum::Proof::read(reply.bytes)?.answers(checkpoint, &request.key())
        }
    }
}

// What must be stored to check the reply again: the chain of certificates, or the policy.
fn kept_with(
    reply: &Reply<'_>,
    kind: AnchorKind,
    files: &BTreeMap<String, Vec<u8>>,
    name: &str,
) -> Result<Option<Vec<u8>>, BagError> {
    match kind {
        AnchorKind::Witness => Ok(None),
        AnchorKind::Sigsum => {
            let policy = reply.policy.ok_or(BagError::NoPolicy)?;
            SigsumPolicy::read(policy).map_err(BagError::Time)?;
            Ok(Some(policy.to_vec()))
        }
        AnchorKind::Stamp => {
            let request = files
                .get(&format!("{name}.tsq"))
                .map(|bytes| StampRequest::read(bytes))
                .transpose();
            let request = request.map_err(BagError::Time)?;
            let data = files.get(CHECKPOINT).map_or(&[][..], Vec::as_slice);
            let trusted = reply.authorities;
            let against = StampContext { data, request: request.as_ref(), kept: trusted, trusted };
            let stamp = stamp::check(reply.bytes, &against).map_err(BagError::Time)?;
            let chain = if stamp.is_trusted {
                stamp.chain
            } else {
                stamp::embedded_certificates(reply.bytes).map_err(BagError::Time)?
            };
            Ok(Some(chain.iter().map(Certificate::pem).collect::<String>().into_bytes()))
        }
    }
}

// Checks the reply as every later check will, with the files next to it.
fn check(files: &BTreeMap<String, Vec<u8>>, answer: &str, log: &Log) -> Result<Anchored, BagError> {
    let known = Known { kept: true, ..Known::default() };
    let found = anchored::check(files, &super::keys(log)?, &known).map_err(BagError::Time)?;
    super::check_log(log, found.checkpoint.size, &found.checkpoint)
        .map_err(|fault| BagError::Time(TimeFault::Consistency(exhibit_case::chain_of(&fault))))?;
    let own = found.anchors.into_iter().find(|(file, _)| file == answer);
    own.map_or(Err(TimeFault::Form("the reply")), |(_, checked)| checked).map_err(BagError::Time)
}

// The authority's name is a commitment: readers of the log need not learn whom a case deals with.
fn act(size: u64, files: &BTreeMap<String, Vec<u8>>, anchored: &Anchored) -> Act {
    let [request, answer, own] =
        anchored.kind.endings().map(|ending| files.get(&format!("{}.{ending}", anchored.name)));
    let bytes = |bytes: &Vec<u8>| Ref::Bytes(Digest::of(bytes));
    let object = files.get(CHECKPOINT).map_or(Ref::Case, bytes);
    let mut act = Act::new(Verb::Anchor, object)
        .fact("kind", Fact::Text(anchored.kind.word().to_owned()))
        .fact("log_size", Fact::Number(size))
        .fact("by", Fact::Text(anchored.by.to_string()))
        .fact("trusted", Fact::Flag(anchored.is_trusted))
        .secret("authority", format!("{}: {}", anchored.name, anchored.who).as_bytes());
    if let Some(request) = request {
        act = act.uses(bytes(request));
    }
    for made in [answer, own].into_iter().flatten() {
        act = act.makes(bytes(made));
    }
    act
}
