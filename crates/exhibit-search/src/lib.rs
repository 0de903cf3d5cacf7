//! Searching a case: queries and their results, facets, suggestions, distinctive words, similar documents, saved
//! searches, the search history, and batches of names and queries.
//!
//! [`Search`] is the only entry point. It reads the documents, pages and tags of a case through a [`CaseView`], and
//! matches them by means of the case's index, within the view's scope.

mod batch;
mod distinctive;
mod facets;
mod files;
mod history;
mod lists;
mod saved;
#[cfg(test)]
mod scope_tests;
mod search;
mod similar;
mod suggest;
#[cfg(test)]
mod tests;

pub use batch::{
    Batch, BatchForm, BatchLine, BatchLineError, BatchProgress, BatchRun, ErrorText, MOST_LINES,
    NewBatch, Which,
};
pub use distinctive::{DistinctiveWord, DistinctiveWords};
pub use facets::{FacetCount, FacetCounts};
pub use history::{History, Searched};
pub use lists::{LineFault, ListLine, read_list};
pub use saved::Saved;
pub use search::{CaseQuery, PageHits, SearchHit, SearchRequest, SearchResults};
pub use similar::{Similar, SimilarHit};
pub use suggest::{SuggestedChange, Suggestion};

use exhibit_case::{CaseError, CaseView};
use exhibit_catalogue::CatalogueError;
use exhibit_index::IndexError;
use exhibit_query::QueryError;

/// Searching one case, within the scope of a view.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    view: CaseView<'a>,
}

impl<'a> Search<'a> {
    /// Searching what this view can read.
    #[must_use]
    pub fn of(view: CaseView<'a>) -> Self {
        Self { view }
    }
}

/// An operation of searching failed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The query cannot be parsed.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The index returned an error.
    #[error("the index cannot be used")]
    Index(#[from] IndexError),
    /// The case contains no saved search or batch of this name or number.
    #[error("no {what:?} {name}")]
    NotKept {
        /// The kind.
        what: Kept,
        /// Its name or number.
        name: String,
    },
    /// A list has more lines than a batch can have.
    #[error("the list has {lines} lines, a batch takes {most}")]
    TooManyLines {
        /// The number of its lines.
        lines: usize,
        /// The maximum.
        most: usize,
    },
    /// The output could not be written.
    #[error("the output cannot be written")]
    Output(#[source] std::io::Error),
    /// The case returned an error.
    #[error(transparent)]
    Case(#[from] CaseError),
}

/// What a case keeps under a name or number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A batch, by its number.
    Batch,
    /// A saved search, by its name.
    SavedSearch,
}

impl From<CatalogueError> for SearchError {
    fn from(error: CatalogueError) -> Self {
        Self::Case(error.into())
    }
}
