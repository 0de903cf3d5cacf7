//! The proofs in a bag: a record for each document, and in `custody/` the log's key, checkpoint and policy, and the
//! necessary log entries with their proofs.

use super::writer::BagWriter;
use crate::{BagError, reading};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exhibit_case::CaseWriter;
use exhibit_catalogue::{Item, PagePicture};
use exhibit_custody::{Entry, Log, Ref, Verb};
use exhibit_model::{EntrySeq, Opening, PageNumber};
use exhibit_proof::VerifierKey;
use exhibit_proof::document::{DocumentTree, LeafProof};
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::{JsonValue, MAX_NUMBER};
use exhibit_proof::package::{
    ProvedDocument, entry_path, handover_path, policy_text, proof_path, record_path,
};
use std::collections::{BTreeMap, BTreeSet};

/// The exported parts of a document.
pub(crate) struct Part<'a> {
    /// The document.
    pub(crate) item: &'a Item,
    /// The item that was read for it: itself, or the first with the same bytes.
    pub(crate) content: &'a Item,
    /// The path of its original in the bag.
    pub(crate) file: Option<&'a str>,
    /// The pages whose texts are in the bag.
    pub(crate) pages: &'a [PageNumber],
    /// The pages whose pictures are in the bag.
    pub(crate) pictures: &'a [PagePicture],
    /// Whether its name and those of its containers are revealed.
    pub(crate) names: bool,
}

/// Writes the record of one document; returns what it proves. The log entries that it needs are added to `entries`.
pub(crate) fn write_record(
    writer: &mut BagWriter,
    held: &mut CaseWriter,
    log: &Log,
    part: &Part<'_>,
    entries: &mut BTreeSet<EntrySeq>,
) -> Result<ProvedDocument, BagError> {
    let label = held.case.label(part.item.id);
    let no_bytes = || BagError::NoBytes { document: label.clone() };
    let receipt = part.item.seq.ok_or_else(no_bytes)?;
    let original = part.item.original.ok_or_else(no_bytes)?;
    let not_as_logged = |entry| BagError::NotAsLogged { document: label.clone(), entry };
    let received = JsonValue::read(&log.entry(receipt)?).map_err(|_| not_as_logged(receipt))?;
    let chain = held.view().chain(part.item)?;
    let receipts: Vec<EntrySeq> =
        chain.iter().filter_map(|item| item.seq).chain([receipt]).collect();
    entries.extend(&receipts);
    let items = chain.iter().chain([part.item]).map(|item| item.id.get().unsigned_abs());
    let container = |item: &Item| {
        Some(map([
            ("item", number(item.id.get().unsigned_abs())),
            ("receipt", number(item.seq?.get())),
        ]))
    };
    let opened = openings(held, &receipts, part.names)?;
    let mut proved = ProvedDocument {
        family: items.collect(),
        original: *original.digest().as_bytes(),
        size: received
            .get("facts")
            .and_then(|facts| facts.get("size")?.as_number())
            .unwrap_or(0)
            .unsigned_abs(),
        receipt: receipt.get(),
        received: received.get("at").and_then(JsonValue::as_text).unwrap_or_default().to_owned(),
        file: part.file.map(str::to_owned),
        page_count: 0,
        pages: BTreeMap::new(),
        reader: String::new(),
        machines: BTreeMap::new(),
        pictures: part
            .pictures
            .iter()
            .map(|picture| (picture.page.get(), *picture.sha256.as_bytes()))
            .collect(),
        opened: opened
            .iter()
            .map(|(entry, opening)| (entry.get(), opening.field.clone(), opening.value.clone()))
            .collect(),
    };
    let mut members = vec![
        ("v", number(1)),
        ("document", JsonValue::Text(label.clone())),
        ("item", number(part.item.id.get().unsigned_abs())),
        ("original", JsonValue::Text(original.to_string())),
        ("receipt", number(receipt.get())),
        ("containers", JsonValue::List(chain.iter().filter_map(container).collect())),
        ("openings", JsonValue::List(opened.iter().map(opening).collect())),
    ];
    members.extend(part.file.map(|path| ("file", JsonValue::Text(path.to_owned()))));
    if let Some(source) = handed_over_by(held, log, part.item.source)? {
        entries.insert(source);
        members.push(("source", number(source.get())));
    }
    match reading::of(held, log, part.content)? {
        Some(reading) => {
            entries.insert(reading.seq);
            proved.page_count = reading.pages;
            let indexes =
                leaves_of(&reading.tree, part).ok_or_else(|| not_as_logged(reading.seq))?;
            let proofs = reading.tree.prove_all(&indexes)?;
            proved.pages = part.pages.iter().map(|page| (page.get(), [0; 32])).collect();
            members.extend([
                ("reading", number(reading.seq.get())),
                ("content", number(part.content.id.get().unsigned_abs())),
                ("root", JsonValue::Text(reading.tree.root().to_hex())),
                ("leaves", number(reading.tree.leaves())),
                ("parts", JsonValue::List(proofs.iter().map(leaf).collect())),
            ]);
        }
        None if part.pages.is_empty() => {}
        None => return Err(BagError::NotRead { document: label }),
    }
    writer.put(&record_path(&label), map(members).write().as_bytes())?;
    Ok(proved)
}

// The receipt entry of a source that was received from another case: it names that case's log and bag.
fn handed_over_by(
    held: &CaseWriter,
    log: &Log,
    source: exhibit_model::SourceId,
) -> Result<Option<EntrySeq>, BagError> {
    let identity = held
        .view()
        .sources()?
        .into_iter()
        .find(|known| known.id == source)
        .map(|source| source.path);
    if !identity.is_some_and(|identity| identity.starts_with(b"bag:")) {
        return Ok(None);
    }
    let mut found = None;
    log.entries_from(EntrySeq::FIRST, &mut |seq, bytes| {
        let entry = Entry::read(bytes).ok().filter(|entry| {
            entry.act == Verb::SourceReceive && entry.object == Ref::Source(source)
        });
        found = found.or(entry.map(|_| seq));
        found.is_none()
    })?;
    Ok(found)
}

// The indexes of the proved leaves in a document's tree: the original, then texts, then pictures.
fn leaves_of(tree: &DocumentTree, part: &Part<'_>) -> Option<Vec<u64>> {
    let texts = part.pages.iter().map(|page| tree.text_of_page(page.get()));
    let pictures = part.pictures.iter().map(|picture| tree.picture_of_page(picture.page.get()));
    std::iter::once(Some(0)).chain(texts).chain(pictures).collect()
}

// Only names: reasons can quote what is not exported, and a tree's seed would reveal all its salts.
fn openings(
    held: &CaseWriter,
    receipts: &[EntrySeq],
    names: bool,
) -> Result<Vec<(EntrySeq, Opening)>, BagError> {
    let mut list = Vec::new();
    for seq in receipts.iter().filter(|_| names) {
        let openings =
            held.view().openings(*seq)?.into_iter().filter(|opening| opening.field == "name");
        list.extend(openings.map(|opening| (*seq, opening)));
    }
    Ok(list)
}

fn opening((seq, opening): &(EntrySeq, Opening)) -> JsonValue {
    map([
        ("entry", number(seq.get())),
        ("field", JsonValue::Text(opening.field.clone())),
        ("salt", JsonValue::Text(to_hex(&opening.salt))),
        ("value", JsonValue::Text(STANDARD.encode(&opening.value))),
    ])
}

fn leaf(proof: &LeafProof) -> JsonValue {
    map([
        ("index", number(proof.index)),
        ("record", JsonValue::Text(String::from_utf8_lossy(&proof.record).into_owned())),
        (
            "proof",
            JsonValue::List(
                proof.hashes.iter().map(|hash| JsonValue::Text(hash.to_base64())).collect(),
            ),
        ),
    ])
}

/// Writes the log's part: key, checkpoint, policy, the handovers between its keys, and the entries with their proofs.
pub(crate) fn write_log(
    writer: &mut BagWriter,
    log: &Log,
    key: &VerifierKey,
    entries: &mut BTreeSet<EntrySeq>,
) -> Result<(), BagError> {
    writer.put("custody/key.pub", format!("{key}\n").as_bytes())?;
    writer.put("custody/checkpoint", log.checkpoint().as_bytes())?;
    writer.put("custody/policy", policy_text(key).as_bytes())?;
    // The entry with the first key; those with each of its successors, and the revocations of their predecessors.
    entries.insert(EntrySeq::FIRST);
    for (index, proof) in log.handovers()? {
        writer.put(&handover_path(index), &proof)?;
        entries.extend([index, index + 1].map(EntrySeq::new));
    }
    for seq in entries.iter() {
        writer.put(&entry_path(seq.get()), &log.entry(*seq)?)?;
        writer.put(&proof_path(seq.get()), log.tlog_proof(*seq)?.as_bytes())?;
    }
    Ok(())
}

pub(crate) fn map<'a>(members: impl IntoIterator<Item = (&'a str, JsonValue)>) -> JsonValue {
    JsonValue::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

pub(crate) fn number(number: u64) -> JsonValue {
    JsonValue::Number(i64::try_from(number).unwrap_or(MAX_NUMBER).min(MAX_NUMBER))
}
