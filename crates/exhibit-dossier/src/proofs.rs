//! What proves a bag: a record beside each document, and in `custody/` the log's key, checkpoint and policy, and the log
//! entries that are needed, with their proofs.

use crate::parcel::Parcel;
use crate::{DossierError, tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exhibit_case::Held;
use exhibit_catalogue::Item;
use exhibit_custody::{Entry, Log};
use exhibit_proof::VerifierKey;
use exhibit_proof::document::LeafProof;
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::{MAX_NUMBER, Value};
use exhibit_proof::package::{entry_path, policy_text, proof_path, record_path};
use std::collections::BTreeSet;

/// What of a document is handed over.
pub(crate) struct Part<'a> {
    /// The document.
    pub(crate) item: &'a Item,
    /// The item that was read for it: itself, or the first of the same bytes.
    pub(crate) content: &'a Item,
    /// Where its original lies in the bag.
    pub(crate) file: Option<&'a str>,
    /// The pages whose texts are in the bag.
    pub(crate) pages: &'a [u32],
    /// Whether its name and those of its containers are opened.
    pub(crate) names: bool,
}

/// Writes the record of one document. The log entries that it rests on are added to `entries`.
pub(crate) fn write_record(
    parcel: &mut Parcel,
    held: &mut Held,
    log: &Log,
    part: &Part<'_>,
    entries: &mut BTreeSet<u64>,
) -> Result<(), DossierError> {
    let label = held.case.label(part.item.id);
    let no_bytes = || DossierError::NoBytes { document: label.clone() };
    let receipt = part.item.seq.ok_or_else(no_bytes)?;
    let original = part.item.original.ok_or_else(no_bytes)?;
    let chain = held.case.chain(part.item)?;
    let receipts: Vec<u64> = chain.iter().filter_map(|item| item.seq).chain([receipt]).collect();
    entries.extend(&receipts);
    let container =
        |item: &Item| Some(map([("item", number(item.id.0.unsigned_abs())), ("receipt", number(item.seq?))]));
    let containers = chain.iter().filter_map(container).collect();
    let mut members = vec![
        ("v", number(1)),
        ("document", Value::Text(label.clone())),
        ("item", number(part.item.id.0.unsigned_abs())),
        ("original", Value::Text(original.to_string())),
        ("receipt", number(receipt)),
        ("containers", Value::List(containers)),
        ("openings", openings(held, &receipts, part.names)?),
    ];
    members.extend(part.file.map(|path| ("file", Value::Text(path.to_owned()))));
    match tree::reading(held, log, part.content)? {
        Some(reading) => {
            entries.insert(reading.seq);
            let missing = || DossierError::NotAsLogged { document: label.clone(), entry: reading.seq };
            let texts = part.pages.iter().map(|page| reading.tree.text_of_page(*page).ok_or_else(missing));
            let indexes = std::iter::once(Ok(0)).chain(texts).collect::<Result<Vec<u64>, _>>()?;
            let proofs = reading.tree.prove_all(&indexes)?;
            members.extend([
                ("reading", number(reading.seq)),
                ("content", number(part.content.id.0.unsigned_abs())),
                ("root", Value::Text(reading.tree.root().to_hex())),
                ("leaves", number(reading.tree.leaves())),
                ("parts", Value::List(proofs.iter().map(leaf).collect())),
            ]);
        }
        None if part.pages.is_empty() => {}
        None => return Err(DossierError::NotRead { document: label }),
    }
    parcel.put(&record_path(&label), map(members).write().as_bytes()).map(drop)
}

// Names alone: reasons can quote what is not handed over, and a tree's seed would give away all its salts.
fn openings(held: &Held, receipts: &[u64], names: bool) -> Result<Value, DossierError> {
    let mut list = Vec::new();
    for seq in receipts.iter().filter(|_| names) {
        for opening in held.catalogue.openings(*seq)?.iter().filter(|opening| opening.field == "name") {
            list.push(map([
                ("entry", number(*seq)),
                ("field", Value::Text(opening.field.clone())),
                ("salt", Value::Text(to_hex(&opening.salt))),
                ("value", Value::Text(STANDARD.encode(&opening.value))),
            ]));
        }
    }
    Ok(Value::List(list))
}

fn leaf(proof: &LeafProof) -> Value {
    map([
        ("index", number(proof.index)),
        ("record", Value::Text(String::from_utf8_lossy(&proof.record).into_owned())),
        ("proof", Value::List(proof.hashes.iter().map(|hash| Value::Text(hash.to_base64())).collect())),
    ])
}

/// Writes the log's part: key, checkpoint, policy, and the entries with their proofs.
pub(crate) fn write_log(
    parcel: &mut Parcel,
    log: &Log,
    key: &VerifierKey,
    entries: &mut BTreeSet<u64>,
) -> Result<(), DossierError> {
    parcel.put("custody/key.pub", format!("{key}\n").as_bytes())?;
    parcel.put("custody/checkpoint", log.checkpoint().as_bytes())?;
    parcel.put("custody/policy", policy_text(key).as_bytes())?;
    entries.extend(key_entries(log)?);
    for seq in entries.iter() {
        parcel.put(&entry_path(*seq), &log.entry(*seq)?)?;
        parcel.put(&proof_path(*seq), log.tlog_proof(*seq)?.as_bytes())?;
    }
    Ok(())
}

// The entry that names the key that signs: the first, unless the key was changed since.
fn key_entries(log: &Log) -> Result<Option<u64>, DossierError> {
    let first = Entry::read(&log.entry(0)?).ok().filter(|entry| entry.act == "case.open");
    Ok(first.map(|entry| entry.seq))
}

pub(crate) fn map<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

pub(crate) fn number(number: u64) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(MAX_NUMBER).min(MAX_NUMBER))
}
