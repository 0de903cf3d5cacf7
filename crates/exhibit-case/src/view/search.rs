//! What searching reads: the index within a scope, and pages in bulk.

use super::CaseView;
use crate::CaseError;
use exhibit_catalogue::{Catalogue, PageRow};
use exhibit_index::{DocumentScope, ScopedQuery, Searcher};
use exhibit_model::{ItemId, Page, PageNumber};
use exhibit_query::Query;

impl<'a> CaseView<'a> {
    /// The documents of the index that this view can read. The index answers queries within them alone. A restricted
    /// scope leaves out a document with a place outside it: the index cannot separate the names of a document's places.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn documents(&self) -> Result<DocumentScope, CaseError> {
        self.case.documents_of(&self.scope)
    }

    /// A query within the scope.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn query(&self, query: Query) -> Result<ScopedQuery, CaseError> {
        Ok(self.documents()?.query(query))
    }

    /// The index as it is now, including what other processes have committed.
    ///
    /// # Errors
    /// [`CaseError::NoIndex`], [`CaseError::Index`].
    pub fn searcher(&self) -> Result<Searcher, CaseError> {
        let index = self.case.index()?;
        index.refresh()?;
        Ok(index.searcher())
    }

    /// The revision of the case's pages.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn revision(&self) -> Result<u64, CaseError> {
        Ok(self.case.catalogue().number("revision")?.unwrap_or(0).unsigned_abs())
    }

    /// The revision up to which pages are indexed.
    ///
    /// # Errors
    /// [`CaseError::NoIndex`], [`CaseError::Index`].
    pub fn indexed_revision(&self) -> Result<u64, CaseError> {
        Ok(self.case.index()?.committed()?)
    }

    /// The number of pages that can be searched now.
    #[must_use]
    pub fn searchable(&self) -> u64 {
        let pages = || Ok::<_, CaseError>(self.searcher()?.pages(&self.documents()?)?);
        pages().unwrap_or(0)
    }

    /// The number of searchable pages and the number of all pages, if these differ: while pages are still being
    /// indexed, or if the index was lost.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn behind(&self) -> Result<Option<(u64, u64)>, CaseError> {
        if self.indexed_revision()? >= self.revision()? {
            return Ok(None);
        }
        let (now, all) = (self.searchable(), self.pages_read()?);
        Ok((now < all).then_some((now, all)))
    }

    /// Reads pages in bulk on a connection of its own, for one thread.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn page_reader(&self) -> Result<PageReader<'a>, CaseError> {
        Ok(PageReader {
            view: self.clone(),
            catalogue: self.case.connect_catalogue()?,
            documents: self.documents()?,
        })
    }
}

/// Reads the searchable pages of a view in bulk.
pub struct PageReader<'a> {
    view: CaseView<'a>,
    catalogue: Catalogue,
    documents: DocumentScope,
}

impl std::fmt::Debug for PageReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageReader").field("view", &self.view).finish_non_exhaustive()
    }
}

impl PageReader<'_> {
    /// The last of the items after `after` that have about `pages` pages together; `None` if there are no more.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn last_of_next(&self, after: ItemId, pages: u32) -> Result<Option<ItemId>, CaseError> {
        Ok(self.catalogue.item_after_pages(after, pages)?)
    }

    /// At most `most` rows of pages after a page, up to the item `last`; moves `after` behind them. `None` if there are
    /// no more.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn rows(
        &self,
        after: &mut (ItemId, PageNumber),
        last: ItemId,
        most: u32,
    ) -> Result<Option<Vec<PageRow>>, CaseError> {
        let mut rows = self.catalogue.pages_of_items(*after, last, most)?;
        let Some(end) = rows.last() else { return Ok(None) };
        *after = (end.item, end.number);
        rows.retain(|row| self.documents.contains(row.item.get()));
        Ok(Some(rows))
    }

    /// Calls `each` with every page that changed after a revision.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn changed_since(
        &self,
        mut revision: u64,
        each: &mut dyn FnMut(&PageRow),
    ) -> Result<(), CaseError> {
        const AT_ONCE: u32 = 512;
        loop {
            let rows = self.catalogue.pages_after(revision, AT_ONCE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            revision = last.revision;
            rows.iter().filter(|row| self.documents.contains(row.item.get())).for_each(&mut *each);
        }
    }

    /// Reads the page of a row, and checks it against the row.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], [`CaseError::Store`].
    pub fn read(&self, row: &PageRow) -> Result<Page, CaseError> {
        self.view.read_page(row)
    }
}
