//! What a search does not reach within a scope: with every answer, so that nothing found is not mistaken for nothing there.

use super::CaseView;
use crate::CaseError;
use exhibit_catalogue::{DOUBTFUL, Intake, OcrState, Unread};
use exhibit_model::State;

/// What can be searched, and what cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Pages that can be searched now.
    pub searchable: u64,
    /// What was received and cannot be searched, or not reliably.
    pub unread: Unread,
    /// The number of pages that were read, if the index does not have all of them yet.
    pub index_behind: Option<u64>,
    /// Intakes that have not ended: the sources have more entries than the case.
    pub intakes: Vec<Intake>,
}

impl Coverage {
    /// Whether everything that was received can be searched, and everything was received.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self { searchable: self.searchable, ..Self::default() }
    }

    /// The number of items in a state that were not read.
    #[must_use]
    pub fn items(&self, state: State) -> u64 {
        self.unread.items.get(&state).copied().unwrap_or(0)
    }
}

impl CaseView<'_> {
    /// What a search of this view reaches and what it does not.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`]; [`CaseError::NoIndex`], [`CaseError::Index`].
    pub fn coverage(&self) -> Result<Coverage, CaseError> {
        Ok(Coverage {
            searchable: self.searchable(),
            unread: self.unread()?,
            index_behind: self.behind()?.map(|(_, all)| all),
            intakes: self.intakes()?,
        })
    }

    /// The intakes that have not ended, of sources with an item in the scope.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn intakes(&self) -> Result<Vec<Intake>, CaseError> {
        let mut intakes = self.case.catalogue().intakes()?;
        if !self.scope.is_full() {
            let visible = self.sources()?;
            intakes.retain(|intake| visible.iter().any(|source| source.id == intake.source));
        }
        Ok(intakes)
    }

    fn unread(&self) -> Result<Unread, CaseError> {
        let catalogue = self.case.catalogue();
        let Some(items) = self.scope.items() else { return Ok(catalogue.unread()?) };
        let mut unread = Unread::default();
        for id in items {
            let Some(item) = catalogue.item(id)? else { continue };
            if item.state.is_problem() || item.state == State::Waiting {
                *unread.items.entry(item.state).or_default() += 1;
            }
            for page in catalogue.pages(id)? {
                unread.pages_waiting_for_ocr += u64::from(page.ocr == OcrState::Wanted);
                unread.pages_ocr_failed += u64::from(page.ocr == OcrState::Failed);
                unread.pages_doubtful +=
                    u64::from(page.confidence.is_some_and(|confidence| confidence < DOUBTFUL));
            }
        }
        Ok(unread)
    }
}
