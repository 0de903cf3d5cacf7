//! The access record: what each page shows of the case, as a value.
//!
//! The loader of a page returns a [`Loaded`]: what the page shows, and the event of showing it. The view inside
//! can only be taken out by recording the event, so no page is rendered without a record, and a page whose event cannot
//! be recorded is refused. The [`Recorder`] makes the events into entries of the access log.

use crate::app::App;
use exhibit_model::{ItemId, PageNumber};
use std::sync::Arc;

/// What a user viewed. Names, queries and texts of documents are contents; counts are not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AccessEvent {
    /// No contents: counts, help, a form, a file of the interface. Not recorded.
    Nothing,
    /// The results of a query.
    Search {
        /// The query.
        query: String,
    },
    /// The distinctive words of the results of a query.
    DistinctiveWords {
        /// The query.
        query: String,
    },
    /// The recent searches.
    RecentSearches,
    /// The saved searches.
    SavedSearches,
    /// A document.
    Document {
        /// The document.
        item: ItemId,
        /// The page that is shown; `None` for a document without pages.
        page: Option<PageNumber>,
        /// The query whose hits are highlighted; empty for none.
        query: String,
    },
    /// The picture of a page.
    PagePicture {
        /// The document.
        item: ItemId,
        /// The page.
        page: PageNumber,
    },
    /// The documents similar to one, with passages.
    Similar {
        /// The document they are compared with.
        item: ItemId,
        /// The page of it that is compared; `None` for the whole document.
        page: Option<PageNumber>,
    },
    /// The list of items.
    Items {
        /// The container whose members are listed; `None` for the whole list.
        container: Option<ItemId>,
    },
    /// The list of problems, which names items.
    Problems,
    /// The list of entries of the custody log.
    Log,
    /// An entry of the custody log, with the values behind its commitments.
    LogEntry {
        /// Its index.
        index: u64,
    },
    /// The list of batches.
    Batches,
    /// The results of a batch, with passages.
    Batch {
        /// The batch's name.
        name: String,
    },
    /// The start of a batch run.
    BatchRun {
        /// The batch's name.
        name: String,
        /// How many lines it has, if known.
        lines: Option<u64>,
    },
    /// The results of a batch, as a file.
    BatchFile {
        /// The batch's number.
        number: u64,
    },
}

/// The event could not be recorded; the reason.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unrecorded(pub String);

/// Records an event; called before what was loaded is shown. Must return quickly.
pub type Recorder = Arc<dyn Fn(&AccessEvent) -> Result<(), Unrecorded> + Send + Sync>;

/// What a loader returns: the data of a page, and the event of showing it.
#[derive(Debug)]
pub struct Loaded<V> {
    event: AccessEvent,
    view: V,
}

impl<V> Loaded<V> {
    /// Data of the case, and the event of showing them.
    pub const fn new(event: AccessEvent, view: V) -> Self {
        Self { event, view }
    }

    /// Records the event and returns the data: the only access to them.
    ///
    /// # Errors
    /// [`Unrecorded`]: the data must not be shown then.
    pub(crate) fn recorded(self, app: &App) -> Result<V, Unrecorded> {
        app.record(&self.event)?;
        Ok(self.view)
    }
}
