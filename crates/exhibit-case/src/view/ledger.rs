//! The ledger within a scope: counts of items and pages, and sources.

use super::CaseView;
use crate::CaseError;
use exhibit_catalogue::{Account, OcrState, PageRow};
use exhibit_model::{ItemId, SourceId, State};
use std::collections::{BTreeMap, BTreeSet};

/// A source of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceName {
    /// Its number.
    pub id: SourceId,
    /// Its path, as it was given.
    pub path: Vec<u8>,
    /// Its name.
    pub name: String,
}

impl CaseView<'_> {
    /// The account of the scope: counts, and containers of the scope that do not reconcile.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn account(&self) -> Result<Account, CaseError> {
        let Some(items) = self.scope.items() else { return self.case.account() };
        let mut account = Account::default();
        let mut counts = Counts::default();
        let catalogue = self.case.catalogue();
        for id in items {
            let Some(item) = catalogue.item(id)? else { continue };
            *account.items.entry(item.state).or_default() += 1;
            *counts.media_types.entry(item.media_type).or_default() += 1;
            counts.sources.insert(item.source);
            if let Some(original) = item.original
                && counts.originals.insert(original)
            {
                account.bytes += item.size;
            }
            let pages = catalogue.pages(id)?;
            let is_unread =
                |page: &PageRow| matches!(page.ocr, OcrState::Wanted | OcrState::Failed);
            account.read_in_part +=
                u64::from(item.state == State::Read && pages.iter().any(is_unread));
            for page in pages {
                *counts.languages.entry(page.language).or_default() += 1;
                account.pages += 1;
                account.pages_waiting_for_ocr += u64::from(page.ocr == OcrState::Wanted);
                account.pages_ocr_failed += u64::from(page.ocr == OcrState::Failed);
                account.pages_by_ocr += u64::from(!page.reader.is_empty());
            }
        }
        account.gaps = catalogue.account()?.gaps;
        account
            .gaps
            .retain(|gap| gap.container.is_some_and(|container| self.scope.contains(container)));
        drop(catalogue);
        account.intakes = self.intakes()?;
        account.media_types = most_first(counts.media_types);
        account.languages = most_first(counts.languages);
        account.originals = counts.originals.len() as u64;
        account.sources = counts.sources.len() as u64;
        Ok(account)
    }

    /// The number of items in each state: cheaper than the whole account.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn states(&self) -> Result<BTreeMap<State, u64>, CaseError> {
        if self.scope.is_full() { self.case.states() } else { Ok(self.account()?.items) }
    }

    /// The number of pages that have been read: cheaper than the whole account.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn pages_read(&self) -> Result<u64, CaseError> {
        if self.scope.is_full() { self.case.pages_read() } else { Ok(self.account()?.pages) }
    }

    /// The sources with an item in the scope, in the order of their numbers; in the full scope, every source.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn sources(&self) -> Result<Vec<SourceName>, CaseError> {
        let visible = self.visible_sources()?;
        let catalogue = self.case.catalogue();
        let mut sources = Vec::new();
        for id in catalogue
            .sources()?
            .into_iter()
            .filter(|id| visible.as_ref().is_none_or(|all| all.contains(id)))
        {
            sources.extend(catalogue.source(id)?.map(|(path, name, _)| SourceName {
                id,
                path,
                name,
            }));
        }
        Ok(sources)
    }

    // the sources of the scope's items; `None` for all
    fn visible_sources(&self) -> Result<Option<BTreeSet<SourceId>>, CaseError> {
        let Some(items) = self.scope.items() else { return Ok(None) };
        let catalogue = self.case.catalogue();
        let source = |id: ItemId| Ok(catalogue.item(id)?.map(|item| item.source));
        Ok(Some(
            items
                .map(source)
                .collect::<Result<Vec<_>, CaseError>>()?
                .into_iter()
                .flatten()
                .collect(),
        ))
    }
}

#[derive(Default)]
struct Counts {
    media_types: BTreeMap<String, u64>,
    languages: BTreeMap<String, u64>,
    sources: BTreeSet<SourceId>,
    originals: BTreeSet<exhibit_model::OriginalId>,
}

fn most_first(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut counts: Vec<(String, u64)> =
        counts.into_iter().filter(|(value, _)| !value.is_empty()).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}
