//! Checking a whole case: every original against its digest, the whole log against its tree and signature, every
//! page record against its digest, and the catalogue against the log. Every deviation is reported, with its place;
//! none ends the check.

use crate::ledger_check::Logged;
use crate::{Case, CaseError, layout};
use exhibit_catalogue::{Catalogue, Item, ItemFilter, NoteRow, PageRow};
use exhibit_custody::{Entry, Fact, Log, Remembered, check_log_with};
use exhibit_model::{Digest, MetadataKey, OriginalId, wire::Writer};
use exhibit_proof::Note;
use exhibit_store::{Fixity, Originals};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

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
    /// The keys that signed the log, one after the other.
    pub keys: u64,
    /// The log entry that seals the case, where one does.
    pub sealed: Option<u64>,
    /// The log entries that record quotes.
    pub quotes: BTreeSet<u64>,
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
    // what keeps a part of the check from going on is itself something found
    fn also(&mut self, checked: Result<(), CaseError>) {
        if let Err(error) = checked {
            self.wrong(layout::CATALOGUE, chain_of(&error));
        }
    }

    /// Adds what somebody else found.
    pub fn wrong(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.deviations.push(Deviation { place: place.into(), what: what.into() });
    }

    pub(crate) fn left(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.leftovers.push(Deviation { place: place.into(), what: what.into() });
    }
}

impl Case {
    /// Checks the whole case; `once` is checkpoints that its log is known to have had. Nothing that is found wrong ends the check.
    pub fn verify(&self, once: &[Note], progress: &mut dyn FnMut(VerifyStep)) -> Verification {
        let mut found = Verification::default();
        let mut logged = Logged::default();
        check_log_alone(&self.folder, (Some(&self.config.verifier), once), &mut logged, &mut found);
        // a connection of its own, so that a long check holds nobody up
        let result = Catalogue::open_for_reading(&self.folder.join(layout::CATALOGUE)).map_err(CaseError::from);
        let catalogue = match result {
            Ok(catalogue) => catalogue,
            Err(error) => {
                found.wrong(layout::CATALOGUE, chain_of(&error));
                check_originals_alone(&self.originals, &logged, &mut found);
                return found;
            }
        };
        let checked = self.verify_catalogue(&catalogue, &mut found);
        found.also(checked);
        let checked = self.verify_pages(&catalogue, &mut found);
        found.also(checked);
        let checked = self.verify_cited(&catalogue, &mut found);
        found.also(checked);
        let noted = note_waiting(&catalogue, &mut logged);
        found.also(noted);
        found.quotes = std::mem::take(&mut logged.quotes);
        let checked = self.verify_settings(&catalogue, &logged, &mut found);
        found.also(checked);
        let checked = self.verify_marks(&catalogue, &logged.marks, &mut found);
        found.also(checked);
        self.verify_index(&mut found);
        if let Err(error) = self.verify_originals(&catalogue, &logged, &mut found, progress) {
            found.wrong(layout::ORIGINALS, chain_of(&error));
            check_originals_alone(&self.originals, &logged, &mut found);
        }
        let checked = self.verify_ledger(&catalogue, &mut logged, &mut found);
        found.also(checked);
        found
    }

    fn verify_catalogue(&self, catalogue: &Catalogue, found: &mut Verification) -> Result<(), CaseError> {
        for line in catalogue.check()? {
            found.wrong(layout::CATALOGUE, line);
        }
        let waiting = catalogue.outbox()?.len() as u64;
        let (expected, present) = (catalogue.next_seq()?, found.entries);
        if present + waiting < expected {
            found.log_deviations += 1;
            let what = format!("it has {present} entries; the catalogue knows of {expected}: it was cut back");
            found.wrong(layout::CUSTODY, what);
        }
        Ok(())
    }

    fn verify_pages(&self, catalogue: &Catalogue, found: &mut Verification) -> Result<(), CaseError> {
        catalogue.all_pages(&mut |row| {
            found.pages += 1;
            match self.read_page(&row) {
                Ok(page) if Digest::of(page.text.as_bytes()) == row.text_digest => {}
                Ok(_) => found.wrong(self.page_place(&row), "its text is not the one that the catalogue recorded"),
                Err(error) => found.wrong(self.page_place(&row), chain_of(&error)),
            }
        })?;
        Ok(())
    }

    // what exhibit.toml says must be what the log says of the case's beginning, and of recording who looked
    fn verify_settings(
        &self,
        catalogue: &Catalogue,
        logged: &Logged,
        found: &mut Verification,
    ) -> Result<(), CaseError> {
        if self.config.access != logged.access {
            let what = "its `access` is not what the log says: `exhibit case access` changes it so that the log knows";
            found.wrong(layout::CONFIG, what);
        }
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
        logged: &Logged,
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
            Ok(original) if logged.originals.contains(&original.digest()) => {
                found.wrong(
                    format!("{}/{original}", layout::ORIGINALS),
                    "the log names it, but no row of the ledger does",
                );
            }
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

    fn verify_ledger(
        &self,
        catalogue: &Catalogue,
        logged: &mut Logged,
        found: &mut Verification,
    ) -> Result<(), CaseError> {
        let Ok(log) = Log::open(&self.folder.join(layout::CUSTODY)) else { return Ok(()) };
        let mut items = Vec::new();
        let mut last = None;
        loop {
            let filter = ItemFilter { after: last, most: 1000, ..ItemFilter::default() };
            catalogue.items(&filter, &mut |item| {
                items.push(item);
                ControlFlow::Continue(())
            })?;
            let Some(item) = items.last() else { break };
            last = Some(item.id);
            for item in items.drain(..) {
                for what in logged.check(catalogue, &log, &item)? {
                    found.wrong(self.label(item.id), what);
                }
            }
        }
        for (place, what) in logged.missing(self, catalogue)? {
            found.wrong(place, what);
        }
        Ok(())
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

/// Checks what can be checked of a case whose settings or catalogue cannot be read: its log, and every original against its name.
#[must_use]
pub fn verify_remains(folder: &Path, why: &CaseError) -> Verification {
    let mut found = Verification::default();
    let mut logged = Logged::default();
    found.wrong(folder.display().to_string(), chain_of(why));
    check_log_alone(folder, (None, &[]), &mut logged, &mut found);
    match Originals::open(&folder.join(layout::ORIGINALS)) {
        Ok(originals) => check_originals_alone(&originals, &logged, &mut found),
        Err(error) => found.wrong(layout::ORIGINALS, chain_of(&error)),
    }
    found
}

fn check_log_alone(
    folder: &Path,
    (verifier, once): (Option<&String>, &[Note]),
    logged: &mut Logged,
    found: &mut Verification,
) {
    let remembered = Remembered { heads: Vec::new(), checkpoints: once.to_vec(), verifier: verifier.cloned() };
    let report = check_log_with(&folder.join(layout::CUSTODY), &remembered, &mut |entry| logged.note(entry));
    found.entries = report.entries;
    found.keys = report.keys.len() as u64;
    found.sealed = report.sealed;
    for deviation in &report.deviations {
        let named = Deviation { place: layout::CUSTODY.to_owned(), what: chain_of(deviation) };
        if deviation.is_harmless() {
            found.leftovers.push(named);
        } else {
            found.log_deviations += 1;
            found.deviations.push(named);
        }
    }
}

// entries that are committed and on their way to the log say what happened as well as those in it
fn note_waiting(catalogue: &Catalogue, logged: &mut Logged) -> Result<(), CaseError> {
    for outgoing in catalogue.outbox()? {
        if let Ok(entry) = Entry::read(&outgoing.entry) {
            logged.note(&entry);
        }
    }
    Ok(())
}

// by their names, and by what the log says was received
fn check_originals_alone(originals: &Originals, logged: &Logged, found: &mut Verification) {
    let mut present = BTreeSet::new();
    let listed = originals.for_each(&mut |entry| match entry {
        Ok(original) => {
            present.insert(original.digest());
            found.originals += 1;
            let checked = originals.check(original, &mut |more| found.bytes += more);
            if !matches!(checked, Ok(Fixity::Matches)) {
                found.altered += 1;
                found.wrong(format!("{}/{original}", layout::ORIGINALS), "its bytes were altered, or cannot be read");
            }
        }
        Err(path) => found.wrong(path.display().to_string(), "it has no business among the originals"),
    });
    if let Err(error) = listed {
        found.wrong(layout::ORIGINALS, chain_of(&error));
    }
    for digest in logged.originals.difference(&present) {
        found.missing += 1;
        found.wrong(format!("{}/{digest}", layout::ORIGINALS), "the original is missing");
    }
}

/// The digest of what reading an item found, as log entries of type `item.derive` and `item.fail` carry it in `params_sha256`:
/// state, reasons, media type, count of members, properties and notes, in the byte form of `exhibit_model::wire`. Codes and their
/// values are hashed, never a sentence, and never what a foreign program wrote (`detail`).
#[must_use]
pub fn finding_digest(item: &Item, metadata: &[(MetadataKey, String)], notes: &[NoteRow]) -> Digest {
    let mut w = Writer::new();
    w.text(item.state.word());
    w.number(item.reasons().count() as u64);
    item.reasons().for_each(|reason| reason.parts().write_hashed(&mut w));
    w.text(&item.media_type);
    w.number(item.found);
    w.number(metadata.len() as u64);
    for (key, value) in metadata {
        w.text(key.as_str());
        w.text(value);
    }
    w.number(notes.len() as u64);
    for note in notes {
        w.number(u64::from(note.page));
        note.code.parts().write_hashed(&mut w);
    }
    Digest::of(&w.into_bytes())
}

/// The reasons of an item as the log seals them: a line each (docs/formats/codes.md), without any text of a foreign program.
#[must_use]
pub fn reason_lines(item: &Item) -> String {
    item.reasons().map(|reason| reason.parts().line()).collect::<Vec<_>>().join("\n")
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

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{Detail, ItemId, MetadataKey, Moment, NoteCode, Reason, Relation, SourceId, State};

    fn item(reason: Option<Reason>, cut: Option<Reason>) -> Item {
        Item {
            id: ItemId::new(1),
            source: SourceId::new(1),
            container: None,
            ordinal: 0,
            path: b"a.xls".to_vec(),
            name_text: String::new(),
            relation: Relation::File,
            depth: 0,
            family: None,
            original: None,
            size: 3,
            modified: None,
            received: Moment(0),
            state: State::Failed,
            reason,
            duplicate_of: None,
            cut,
            media_type: "application/vnd.ms-excel".to_owned(),
            found: 0,
            pages: 0,
            languages: Vec::new(),
            seq: None,
        }
    }

    fn parse_error(detail: &str) -> Reason {
        Reason::CannotParse { detail: Detail::of(detail) }
    }

    #[test]
    fn the_wording_of_a_library_changes_neither_digest_nor_sealed_reason() {
        let of = |wording: &str| {
            let item = item(Some(parse_error(wording)), None);
            let warning = NoteCode::ParserWarning { detail: Detail::of(wording) };
            let ocr = NoteCode::OcrFailed { reason: Box::new(parse_error(wording)) };
            let notes = [NoteRow { code: warning, page: 0 }, NoteRow { code: ocr, page: 2 }];
            (finding_digest(&item, &[], &notes), reason_lines(&item))
        };
        assert_eq!(of("unexpected record 0x0809 at byte 512"), of("Invalid BOF"));
        assert_eq!(of("").1, "cannot-parse");
    }

    #[test]
    fn every_fact_of_a_finding_changes_the_digest() {
        let limit = |pages| Some(Reason::PageLimit { pages });
        let note = |page, updates| NoteRow { code: NoteCode::FileUpdated { times: updates }, page };
        let key = (MetadataKey::from("dc:title"), "a".to_owned());
        let findings = [
            finding_digest(&item(None, None), &[], &[]),
            finding_digest(&item(limit(3), None), &[], &[]),
            finding_digest(&item(limit(4), None), &[], &[]),
            finding_digest(&item(None, limit(3)), std::slice::from_ref(&key), &[]),
            finding_digest(&item(limit(3), limit(3)), &[], &[]),
            finding_digest(&item(None, None), &[key], &[]),
            finding_digest(&item(None, None), &[], &[note(0, 1)]),
            finding_digest(&item(None, None), &[], &[note(1, 1)]),
            finding_digest(&item(None, None), &[], &[note(0, 2)]),
            finding_digest(&item(None, None), &[], &[note(0, 1), note(0, 1)]),
            finding_digest(&Item { state: State::Read, ..item(None, None) }, &[], &[]),
            finding_digest(&Item { found: 1, ..item(None, None) }, &[], &[]),
        ];
        assert_eq!(findings.iter().collect::<BTreeSet<_>>().len(), findings.len());
    }

    // The bytes that docs/formats/custody.md states, written here by hand.
    #[test]
    fn the_bytes_of_a_finding_are_those_documented() {
        let note = NoteRow { code: NoteCode::MacrosPresent { part: Some("vba".to_owned()) }, page: 2 };
        let found =
            finding_digest(&item(Some(parse_error("x")), Some(Reason::ArchiveEnds { bytes: 300 })), &[], &[note]);
        let bytes: &[&[u8]] = &[
            b"\x06failed\x02",
            b"\x0carchive-ends\x01\x05bytes\x00\xac\x02",
            b"\x0ccannot-parse\x00",
            b"\x18application/vnd.ms-excel\x00\x00\x01",
            b"\x02\x0emacros-present\x01\x04part\x01\x03vba",
        ];
        assert_eq!(found, Digest::of(&bytes.concat()));
    }
}
