//! Checking a whole case: every original against its digest, the whole log against its tree and signature, every
//! page record against its digest, and the catalogue against the log. Every deviation is reported, with its place;
//! none ends the check.

use crate::{Case, CaseError, layout};
use exhibit_catalogue::{Catalogue, Item, ItemFilter, NoteRow, PageRow};
use exhibit_custody::{Entry, Fact, Log, Remembered, check_log};
use exhibit_model::{Digest, OriginalId, wire::Writer};
use exhibit_store::Fixity;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What was checked, and everything that was not as it must be.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Originals read and hashed again.
    pub originals: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Originals that are not there.
    pub missing: u64,
    /// Originals whose bytes have another digest.
    pub altered: u64,
    /// Page records read.
    pub pages: u64,
    /// Log entries recomputed.
    pub entries: u64,
    /// Deviations found in the log alone.
    pub log_deviations: u64,
    /// All deviations.
    pub deviations: Vec<Deviation>,
    /// Leftovers of an interrupted run: nothing refers to them, and they are no deviation.
    pub leftovers: Vec<Deviation>,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// Where: a path in the case's folder, a document, or a log entry.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// How far a check has come.
#[derive(Debug, Clone, Copy)]
pub enum VerifyStep {
    /// So many bytes of originals are to be read.
    Begin(u64),
    /// So many more bytes of originals were read.
    Read(u64),
}

impl Verification {
    fn wrong(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.deviations.push(Deviation { place: place.into(), what: what.into() });
    }
}

impl Case {
    /// Checks the whole case.
    ///
    /// # Errors
    /// [`CaseError`] only where checking itself is impossible (a folder that cannot be listed, say).
    pub fn verify(&self, progress: &mut dyn FnMut(VerifyStep)) -> Result<Verification, CaseError> {
        let mut found = Verification::default();
        // a connection of its own, so that a long check holds nobody up
        let catalogue = Catalogue::open_for_reading(&self.folder.join(layout::CATALOGUE))?;
        for line in catalogue.check()? {
            found.wrong(layout::CATALOGUE, line);
        }
        self.verify_log(&catalogue, &mut found)?;
        self.verify_settings(&catalogue, &mut found)?;
        self.verify_index(&mut found);
        self.verify_originals(&catalogue, &mut found, progress)?;
        catalogue.all_pages(&mut |row| {
            found.pages += 1;
            if let Err(error) = self.read_page(&row) {
                found.wrong(self.page_place(&row), chain_of(&error));
            }
        })?;
        self.verify_ledger(&catalogue, &mut found)?;
        Ok(found)
    }

    fn verify_log(&self, catalogue: &Catalogue, found: &mut Verification) -> Result<(), CaseError> {
        let remembered = Remembered { heads: Vec::new(), verifier: Some(self.config.verifier.clone()) };
        let report = check_log(&self.folder.join(layout::CUSTODY), &remembered);
        found.entries = report.entries;
        for deviation in &report.deviations {
            let named = Deviation { place: layout::CUSTODY.to_owned(), what: deviation.to_string() };
            if deviation.is_harmless() {
                found.leftovers.push(named);
            } else {
                found.log_deviations += 1;
                found.deviations.push(named);
            }
        }
        let waiting = catalogue.outbox()?.len() as u64;
        let (expected, present) = (catalogue.next_seq()?, report.entries);
        if present + waiting < expected {
            found.log_deviations += 1;
            found.wrong(
                layout::CUSTODY,
                format!("it has {present} entries; the catalogue knows of {expected}: it was cut back"),
            );
        }
        Ok(())
    }

    // what exhibit.toml says must be what the log's first entry says
    fn verify_settings(&self, catalogue: &Catalogue, found: &mut Verification) -> Result<(), CaseError> {
        let Ok(log) = Log::open(&self.folder.join(layout::CUSTODY)) else { return Ok(()) };
        let Some(entry) = log.entry(0).ok().and_then(|bytes| Entry::read(&bytes).ok()) else { return Ok(()) };
        let name = catalogue.openings(0)?.into_iter().find(|opening| opening.field == "name").map(|o| o.value);
        let agrees = [
            ("name", name.is_none_or(|name| name == self.config.name.as_bytes())),
            ("prefix", entry.facts.get("prefix") == Some(&Fact::Text(self.config.prefix.clone()))),
            ("created", entry.at.to_rfc3339() == self.config.created),
            ("log", log.origin() == self.config.log),
        ];
        for (setting, _) in agrees.into_iter().filter(|(_, agrees)| !agrees) {
            found.wrong(layout::CONFIG, format!("its `{setting}` is not what the log says of the case's beginning"));
        }
        Ok(())
    }

    fn verify_index(&self, found: &mut Verification) {
        match self.index().map(exhibit_index::Index::damaged_files) {
            Ok(Ok(files)) => {
                for file in files {
                    let place = format!("{}/{}", layout::INDEX, file.display());
                    found.wrong(place, "its bytes were altered; `exhibit case repair --index` makes the index anew");
                }
            }
            Ok(Err(error)) => found.wrong(layout::INDEX, chain_of(&error)),
            Err(error) => found.wrong(layout::INDEX, chain_of(&error)),
        }
    }

    fn verify_originals(
        &self,
        catalogue: &Catalogue,
        found: &mut Verification,
        progress: &mut dyn FnMut(VerifyStep),
    ) -> Result<(), CaseError> {
        let mut expected: BTreeSet<OriginalId> = BTreeSet::new();
        let mut bytes = 0;
        catalogue.items(&ItemFilter::default(), &mut |item| {
            if let Some(original) = item.original
                && expected.insert(original)
            {
                bytes += item.size;
            }
            ControlFlow::Continue(())
        })?;
        progress(VerifyStep::Begin(bytes));
        for original in &expected {
            let place =
                || format!("{}/{}/{}", layout::ORIGINALS, &original.to_string()[..2], &original.to_string()[2..]);
            found.originals += 1;
            let checked = self.originals.check(*original, &mut |more| {
                found.bytes += more;
                progress(VerifyStep::Read(more));
            });
            match checked {
                Ok(Fixity::Matches) => {}
                Ok(Fixity::Missing) => {
                    found.missing += 1;
                    found.wrong(place(), "the original is missing");
                }
                Ok(Fixity::Differs(digest)) => {
                    found.altered += 1;
                    found.wrong(place(), format!("its bytes were altered: they have the SHA-256 {digest}"));
                }
                Err(error) => {
                    found.altered += 1;
                    found.wrong(place(), chain_of(&error));
                }
            }
        }
        self.originals.for_each(&mut |entry| match entry {
            Ok(original) if expected.contains(&original) => {}
            Ok(original) => found.leftovers.push(Deviation {
                place: format!("{}/{original}", layout::ORIGINALS),
                what: "no item refers to it".to_owned(),
            }),
            Err(path) => {
                let place = path.strip_prefix(&self.folder).unwrap_or(&path).display().to_string();
                found.wrong(place, "it has no business among the originals");
            }
        })?;
        Ok(())
    }

    // each row of the ledger must say what the log says of its receipt, and of its reading
    fn verify_ledger(&self, catalogue: &Catalogue, found: &mut Verification) -> Result<(), CaseError> {
        let Ok(log) = Log::open(&self.folder.join(layout::CUSTODY)) else { return Ok(()) };
        let mut items = Vec::new();
        let mut last = None;
        loop {
            let filter = ItemFilter { after: last, most: 1000, ..ItemFilter::default() };
            catalogue.items(&filter, &mut |item| {
                items.push(item);
                ControlFlow::Continue(())
            })?;
            let Some(item) = items.last() else { return Ok(()) };
            last = Some(item.id);
            for item in items.drain(..) {
                for what in row_deviations(catalogue, &log, &item)? {
                    found.wrong(self.label(item.id), what);
                }
            }
        }
    }

    fn page_place(&self, row: &PageRow) -> String {
        format!(
            "{} page {}, {}/{:08}.pack at byte {}",
            self.label(row.item),
            row.number,
            layout::PACKS,
            row.place.0,
            row.place.1
        )
    }
}

fn row_deviations(catalogue: &Catalogue, log: &Log, item: &Item) -> Result<Vec<String>, CaseError> {
    let mut wrong = Vec::new();
    if let Some(seq) = item.seq {
        let entry = log.entry(seq).ok().and_then(|bytes| Entry::read(&bytes).ok());
        match entry {
            None => wrong.push(format!("its receipt, log entry {seq}, cannot be read")),
            Some(entry) => wrong.extend(receipt_deviations(catalogue, item, &entry)?),
        }
    } else {
        wrong.push("the log has no entry of its receipt".to_owned());
    }
    if let Some(seq) = catalogue.settled_seq(item.id)? {
        let entry = log.entry(seq).ok().and_then(|bytes| Entry::read(&bytes).ok());
        let finding = finding_digest(item, &catalogue.metadata(item.id)?, &catalogue.notes(item.id)?);
        let agrees =
            entry.is_some_and(|entry| entry.object == format!("item:{}", item.id.0) && entry.params == Some(finding));
        if !agrees {
            wrong.push(format!("what was found in it is not what log entry {seq} recorded"));
        }
    }
    Ok(wrong)
}

fn receipt_deviations(catalogue: &Catalogue, item: &Item, entry: &Entry) -> Result<Vec<String>, CaseError> {
    let mut wrong = Vec::new();
    let names = |refs: &[String], wanted: &str| refs.iter().any(|r| r == wanted);
    let itself = format!("item:{}", item.id.0);
    if entry.object != itself && !names(&entry.made, &itself) {
        wrong.push(format!("log entry {} is not of its receipt", entry.seq));
    }
    if let Some(original) = item.original {
        let bytes = format!("original:{original}");
        if entry.object != bytes && !names(&entry.made, &bytes) && !names(&entry.used, &bytes) {
            wrong.push(format!("log entry {} records other bytes", entry.seq));
        }
    }
    for opening in catalogue.openings(entry.seq)? {
        let mut salted = opening.salt.clone();
        salted.extend_from_slice(&opening.value);
        if entry.sealed.get(&opening.field) != Some(&Digest::of(&salted)) {
            wrong.push(format!("what log entry {} keeps sealed as `{}` does not open", entry.seq, opening.field));
        }
        if opening.field == "name" && opening.value != item.path {
            wrong.push("its path is not the one recorded at its receipt".to_owned());
        }
    }
    Ok(wrong)
}

/// The digest of what reading an item found, as log entries of type `item.derive` and `item.fail` carry it in `params_sha256`:
/// state, reason, media type, count of members, properties and notes, in the byte form of `exhibit_model::wire`.
#[must_use]
pub fn finding_digest(item: &Item, metadata: &[(String, String)], notes: &[NoteRow]) -> Digest {
    let mut w = Writer::new();
    w.text(item.state.word());
    w.text(&item.reason);
    w.text(&item.media_type);
    w.number(item.found);
    w.number(metadata.len() as u64);
    for (key, value) in metadata {
        w.text(key);
        w.text(value);
    }
    w.number(notes.len() as u64);
    for note in notes {
        w.text(&note.kind);
        w.number(u64::from(note.page));
        w.text(&note.text);
    }
    Digest::of(&w.into_bytes())
}

/// An error and all its causes, on one line.
#[must_use]
pub fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
