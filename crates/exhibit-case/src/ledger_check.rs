//! Holds the ledger against the custody log, both ways: every row must be what the log says, and everything that the
//! log says was received and read must have its row. Not the rows alone decide what is checked: they are what may have been altered.

use crate::access::AccessSettings;
use crate::tree::{TreeParts, reader_of};
use crate::verify::{finding_digest, reason_lines};
use crate::{Case, CaseError};
use exhibit_catalogue::{Catalogue, Item, PageRow, PageText};
use exhibit_custody::{Entry, Fact, Log};
use exhibit_model::{Digest, SourceId, State};
use std::collections::{BTreeMap, BTreeSet};

/// How many bytes the salt of an opening has (docs/formats/custody.md).
const SALT: usize = 16;

/// What the log says of items, gathered in one pass over its entries.
#[derive(Default)]
pub(crate) struct Logged {
    receipts: BTreeMap<i64, u64>,
    readings: BTreeMap<i64, u64>,
    firsts: BTreeMap<i64, i64>,
    sources: BTreeSet<SourceId>,
    /// What was last said of recording who looked.
    pub(crate) access: AccessSettings,
    /// Every entry that records a quote.
    pub(crate) quotes: BTreeSet<u64>,
    /// Every entry that records a change of tags.
    pub(crate) marks: Vec<Entry>,
    /// Every original that an entry of receipt names.
    pub(crate) originals: BTreeSet<Digest>,
}

impl Logged {
    /// Takes an entry into account.
    pub(crate) fn note(&mut self, entry: &Entry) {
        let number = |of: &str, kind: &str| of.strip_prefix(kind).and_then(|n| n.parse::<i64>().ok());
        let item = number(&entry.object, "item:");
        match (entry.act.as_str(), item) {
            ("item.receive", Some(item)) => {
                self.receipts.insert(item, entry.seq);
                let originals = entry.made.iter().filter_map(|made| made.strip_prefix("original:"));
                self.originals.extend(originals.filter_map(|hex| Digest::parse(hex).ok()));
            }
            ("item.derive" | "item.fail", Some(item)) => {
                self.readings.insert(item, entry.seq);
            }
            ("item.duplicate", Some(item)) => {
                let first = entry.used.iter().find_map(|used| number(used, "item:"));
                self.firsts.insert(item, first.unwrap_or(0));
            }
            ("quote", _) => drop(self.quotes.insert(entry.seq)),
            ("mark", _) => self.marks.push(entry.clone()),
            ("access.set", _) => {
                let record = entry.facts.get("record") != Some(&Fact::Flag(false));
                let keep_days = match entry.facts.get("keep_days") {
                    Some(Fact::Number(days)) => u32::try_from(*days).unwrap_or(u32::MAX),
                    _ => self.access.keep_days,
                };
                self.access = AccessSettings { record, keep_days };
            }
            ("source.receive", _) => self.sources.extend(number(&entry.object, "source:").map(SourceId::new)),
            _ => {}
        }
    }

    /// Says what is wrong with a row, and strikes it off.
    pub(crate) fn check(&mut self, catalogue: &Catalogue, log: &Log, item: &Item) -> Result<Vec<String>, CaseError> {
        let mut wrong = Vec::new();
        let receipt = self.receipts.remove(&item.id.get());
        if receipt.is_none() || item.seq != receipt {
            wrong.push("the log has no entry of its receipt, or another one".to_owned());
        }
        if let Some(entry) = receipt.and_then(|seq| read(log, seq)) {
            check_receipt(catalogue, item, &entry, &mut wrong)?;
        }
        let reading = self.readings.remove(&item.id.get());
        if catalogue.settled_seq(item.id)? != reading {
            wrong.push("the last reading that the log records is not the one it names".to_owned());
        }
        if let Some(entry) = reading.and_then(|seq| read(log, seq)) {
            check_reading(catalogue, item, &entry, &mut wrong)?;
        }
        let first = self.firsts.remove(&item.id.get()).filter(|_| reading.is_none());
        if first != item.duplicate_of.map(|id| id.get()) || (item.state == State::Duplicate) != first.is_some() {
            wrong.push("the log does not say that it repeats that item".to_owned());
        }
        let unread = item.original.is_some() && first.is_none() && reading.is_none();
        if unread && item.state != State::Waiting && item.size > 0 {
            wrong.push(format!("it is {}, but the log records no reading of it", item.state));
        }
        Ok(wrong)
    }

    /// Says what the log records and the ledger does not have, once every row was checked.
    pub(crate) fn missing(&self, case: &Case, catalogue: &Catalogue) -> Result<Vec<(String, String)>, CaseError> {
        let mut wrong = Vec::new();
        for (item, seq) in &self.receipts {
            let place = case.label(exhibit_model::ItemId::new(*item));
            wrong.push((place, format!("log entry {seq} records its receipt, but the ledger does not have it")));
        }
        let known: BTreeSet<SourceId> = catalogue.sources()?.into_iter().collect();
        for source in self.sources.symmetric_difference(&known) {
            wrong
                .push((format!("source {source}"), "the log and the ledger do not agree that there is one".to_owned()));
        }
        Ok(wrong)
    }
}

fn read(log: &Log, seq: u64) -> Option<Entry> {
    log.entry(seq).ok().and_then(|bytes| Entry::read(&bytes).ok())
}

// what is sealed in an entry, opened; what does not open is said
pub(crate) fn opened(
    catalogue: &Catalogue,
    entry: &Entry,
    wrong: &mut Vec<String>,
) -> Result<BTreeMap<String, Vec<u8>>, CaseError> {
    let mut values = BTreeMap::new();
    for opening in catalogue.openings(entry.seq)? {
        let mut salted = opening.salt.clone();
        salted.extend_from_slice(&opening.value);
        // a salt of any length would let bytes move between it and the value
        if opening.salt.len() == SALT && entry.sealed.get(&opening.field) == Some(&Digest::of(&salted)) {
            values.insert(opening.field, opening.value);
        }
    }
    for field in entry.sealed.keys().filter(|field| !values.contains_key(*field)) {
        wrong.push(format!("what log entry {} keeps sealed as `{field}` does not open", entry.seq));
    }
    Ok(values)
}

fn check_receipt(catalogue: &Catalogue, item: &Item, entry: &Entry, wrong: &mut Vec<String>) -> Result<(), CaseError> {
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("log entry {} records another {what}", entry.seq));
        }
    };
    let from = item.container.map_or_else(|| format!("source:{}", item.source), |id| format!("item:{}", id.get()));
    must(entry.used.contains(&from), "container or source");
    must(
        entry.facts.get("relation") == Some(&Fact::Text(item.relation.word().to_owned())),
        "relation to its container",
    );
    match item.original {
        Some(original) => {
            must(entry.made.contains(&format!("original:{original}")), "content");
            must(entry.facts.get("size") == Some(&Fact::Number(item.size)), "size");
        }
        None => {
            must(entry.made.is_empty(), "content");
            must(entry.facts.get("state") == Some(&Fact::Text(item.state.word().to_owned())), "state");
        }
    }
    let values = opened(catalogue, entry, wrong)?;
    if values.get("name").is_some_and(|name| *name != item.path) {
        wrong.push("its path is not the one recorded at its receipt".to_owned());
    }
    if item.original.is_none() && values.get("reason").is_some_and(|reason| *reason != reason_lines(item).as_bytes()) {
        wrong.push("its reason is not the one recorded at its receipt".to_owned());
    }
    Ok(())
}

fn check_reading(catalogue: &Catalogue, item: &Item, entry: &Entry, wrong: &mut Vec<String>) -> Result<(), CaseError> {
    let values = opened(catalogue, entry, wrong)?;
    let waits_again = item.state == State::Waiting;
    let finding = finding_digest(item, &catalogue.metadata(item.id)?, &catalogue.notes(item.id)?);
    if !waits_again && entry.params != Some(finding) {
        wrong.push(format!("what was found in it is not what log entry {} recorded", entry.seq));
    }
    let (Some(seed), Some(original)) = (values.get("tree_seed"), item.original) else { return Ok(()) };
    let Ok(seed) = <[u8; 32]>::try_from(seed.as_slice()) else { return Ok(()) };
    let text = |row: PageRow| PageText { page: row.number, digest: row.text_digest, reader: row.reader };
    let texts: Vec<PageText> = catalogue.pages(item.id)?.into_iter().map(text).collect();
    let pictures = catalogue.pictures(item.id)?;
    let reader = reader_of(entry);
    let parts = TreeParts { original, size: item.size, texts: &texts, reader, pictures: &pictures };
    let tree = format!("tree:{}", parts.tree(seed).root().to_hex());
    // pages that OCR read since are logged once the last of the document is read
    if !entry.made.contains(&tree) && !waits_again && !catalogue.awaits_ocr(item.id)? {
        wrong.push(format!("its pages are not those that log entry {} recorded", entry.seq));
    }
    Ok(())
}
