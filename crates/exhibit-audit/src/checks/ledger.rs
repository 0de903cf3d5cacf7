//! The ledger against the custody log, both ways: every row must agree with the log, and everything that the log records
//! as received must have its row. The rows alone do not decide what is checked: they are what may have been altered.

use super::open_sealed;
use crate::{
    AuditContext, AuditProgress, CaseFault, CasePlace, Check, CheckName, CheckStop, Findings,
    ReceiptField,
};
use exhibit_case::{CaseFolder, TreeParts, finding_digest, reader_of, reason_lines};
use exhibit_catalogue::{Catalogue, CatalogueError, Item, ItemFilter, PageRow, PageText};
use exhibit_custody::{Entry, Fact, Ref};
use exhibit_model::{EntrySeq, ItemId, SourceId, State};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// How many rows are read at once.
const AT_ONCE: u32 = 1000;

pub(super) struct Ledger;

impl Check for Ledger {
    fn name(&self) -> CheckName {
        CheckName::Ledger
    }

    fn place(&self) -> &'static str {
        CaseFolder::CATALOGUE
    }

    fn run(
        &self,
        cx: &AuditContext,
        findings: &mut Findings,
        _: &mut dyn AuditProgress,
    ) -> Result<(), CheckStop> {
        let (case, catalogue) = (cx.case()?, cx.catalogue()?);
        cx.log()?;
        let mut missing: BTreeMap<ItemId, EntrySeq> = cx.logged().receipts.clone();
        let (mut items, mut last) = (Vec::new(), None);
        loop {
            let filter = ItemFilter { after: last, most: AT_ONCE, ..ItemFilter::default() };
            catalogue.items(&filter, &mut |item| {
                items.push(item);
                ControlFlow::Continue(())
            })?;
            let Some(item) = items.last() else { break };
            last = Some(item.id);
            for item in items.drain(..) {
                missing.remove(&item.id);
                let mut row = Row {
                    cx,
                    catalogue,
                    place: CasePlace::Document(case.label(item.id)),
                    item: &item,
                    findings,
                };
                row.check()?;
            }
        }
        for (item, entry) in missing {
            findings.add(
                CasePlace::Document(case.label(item)),
                CaseFault::RowMissing { entry: entry.get() },
            );
        }
        let known: BTreeSet<SourceId> = catalogue.sources()?.into_iter().collect();
        for source in cx.logged().sources.symmetric_difference(&known) {
            findings.add(CasePlace::Source(*source), CaseFault::SourceDiffers);
        }
        Ok(())
    }
}

/// One row while it is checked.
struct Row<'a> {
    cx: &'a AuditContext,
    catalogue: &'a Catalogue,
    item: &'a Item,
    place: CasePlace,
    findings: &'a mut Findings,
}

impl Row<'_> {
    fn add(&mut self, fault: CaseFault) {
        self.findings.add(self.place.clone(), fault);
    }

    fn check(&mut self) -> Result<(), CatalogueError> {
        let (cx, item) = (self.cx, self.item);
        let logged = cx.logged();
        let receipt = logged.receipts.get(&item.id).copied();
        if receipt.is_none() || item.seq != receipt {
            self.add(CaseFault::ReceiptDiffers);
        }
        if let Some(entry) = receipt.and_then(|seq| cx.entry(seq)) {
            self.check_receipt(&entry)?;
        }
        let reading = logged.readings.get(&item.id).copied();
        if self.catalogue.settled_seq(item.id)? != reading {
            self.add(CaseFault::ReadingDiffers);
        }
        if let Some(entry) = reading.and_then(|seq| cx.entry(seq)) {
            self.check_reading(&entry)?;
        }
        let first = logged.firsts.get(&item.id).copied().filter(|_| reading.is_none());
        if first != item.duplicate_of || (item.state == State::Duplicate) != first.is_some() {
            self.add(CaseFault::DuplicateDiffers);
        }
        let unread = item.original.is_some() && first.is_none() && reading.is_none();
        if unread && item.state != State::Waiting && item.size > 0 {
            self.add(CaseFault::ReadingNotLogged { state: item.state });
        }
        Ok(())
    }

    fn check_receipt(&mut self, entry: &Entry) -> Result<(), CatalogueError> {
        let item = self.item;
        let from = item.container.map_or(Ref::Source(item.source), Ref::Item);
        let fact =
            |name: &str, text: &str| entry.facts.get(name) == Some(&Fact::Text(text.to_owned()));
        let mut agrees = vec![
            (ReceiptField::From, entry.used.contains(&from)),
            (ReceiptField::Relation, fact("relation", item.relation.word())),
        ];
        match item.original {
            Some(original) => agrees.extend([
                (ReceiptField::Content, entry.made.contains(&Ref::Original(original))),
                (ReceiptField::Size, entry.facts.get("size") == Some(&Fact::Number(item.size))),
            ]),
            None => agrees.extend([
                (ReceiptField::Content, entry.made.is_empty()),
                (ReceiptField::State, fact("state", item.state.word())),
            ]),
        }
        for (field, _) in agrees.into_iter().filter(|(_, agrees)| !agrees) {
            self.add(CaseFault::ReceiptFieldDiffers { entry: entry.seq.get(), field });
        }
        let values = open_sealed(self.catalogue, entry, &self.place, self.findings)?;
        if values.get("name").is_some_and(|name| *name != item.path) {
            self.add(CaseFault::PathDiffers);
        }
        if item.original.is_none()
            && values.get("reason").is_some_and(|reason| *reason != reason_lines(item).as_bytes())
        {
            self.add(CaseFault::ReasonDiffers);
        }
        Ok(())
    }

    fn check_reading(&mut self, entry: &Entry) -> Result<(), CatalogueError> {
        let (item, catalogue) = (self.item, self.catalogue);
        let values = open_sealed(catalogue, entry, &self.place, self.findings)?;
        let waits_again = item.state == State::Waiting;
        let finding =
            finding_digest(item, &catalogue.metadata(item.id)?, &catalogue.notes(item.id)?);
        if !waits_again && entry.params != Some(finding) {
            self.add(CaseFault::ReadingResultDiffers { entry: entry.seq.get() });
        }
        let (Some(seed), Some(original)) = (values.get("tree_seed"), item.original) else {
            return Ok(());
        };
        let Ok(seed) = <[u8; 32]>::try_from(seed.as_slice()) else { return Ok(()) };
        let text = |row: PageRow| PageText {
            page: row.number,
            digest: row.text_digest,
            reader: row.reader,
        };
        let texts: Vec<PageText> = catalogue.pages(item.id)?.into_iter().map(text).collect();
        let pictures = catalogue.pictures(item.id)?;
        let reader = reader_of(entry);
        let parts =
            TreeParts { original, size: item.size, texts: &texts, reader, pictures: &pictures };
        let tree = Ref::Tree(parts.tree(seed).root());
        // pages that OCR read since are logged once the last of the document is read
        if !entry.made.contains(&tree) && !waits_again && !catalogue.awaits_ocr(item.id)? {
            self.add(CaseFault::PagesDiffer { entry: entry.seq.get() });
        }
        Ok(())
    }
}
