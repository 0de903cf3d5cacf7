//! A view of a case: reading as a principal, within a scope. Every read of a case goes through one.
//!
//! This file has the documents, pages, pictures and tags; [`ledger`] counts, [`log`] reads the custody log, [`search`]
//! gives queries and searchers to `exhibit-search`.

mod coverage;
mod ledger;
mod log;
mod search;
#[cfg(test)]
mod tests;

pub use coverage::Coverage;
pub use ledger::SourceName;
pub use search::PageReader;

use crate::{
    Cage, Case, CaseError, Document, Places, Principal, Scope, TagCount, TagLog, date_of, own_path,
};
use exhibit_catalogue::{Catalogue, Item, ItemFilter, PagePicture, PageRow};
use exhibit_index::Index;
use exhibit_model::{ItemId, MetadataKey, Moment, Page, PageNumber, SourceId, StatedDate};
use exhibit_store::Originals;
use std::fs::File;
use std::ops::ControlFlow;

/// A case as one principal can read it. An item outside the scope is refused like an item that does not exist, and no
/// item that is returned refers to one. The page rows of a duplicate are those of its first copy.
#[derive(Debug, Clone)]
pub struct CaseView<'a> {
    case: &'a Case,
    principal: Principal,
    scope: Scope,
}

impl Case {
    /// The whole case, read by a principal.
    #[must_use]
    pub fn view(&self, principal: Principal) -> CaseView<'_> {
        CaseView { case: self, principal, scope: Scope::FULL }
    }
}

impl<'a> CaseView<'a> {
    /// The same view within a scope.
    #[doc(hidden)]
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Who reads.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What can be read.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The case: its settings, its label for an item, and its files.
    #[must_use]
    pub fn case(&self) -> &'a Case {
        self.case
    }

    /// The case as a whole, for its own checks, for writing, and for what has no single document: received bags.
    ///
    /// # Errors
    /// [`CaseError::PartialScope`] unless the scope is full.
    pub fn whole(&self) -> Result<WholeCase<'a>, CaseError> {
        if self.scope.is_full() { Ok(WholeCase(self.case)) } else { Err(CaseError::PartialScope) }
    }

    fn allow(&self, id: ItemId) -> Result<(), CaseError> {
        if self.scope.contains(id) {
            Ok(())
        } else {
            Err(CaseError::NoSuchDocument(self.case.label(id)))
        }
    }

    // the row without its references to items outside the scope
    fn masked(&self, mut item: Item) -> Item {
        for reference in [&mut item.container, &mut item.family, &mut item.duplicate_of] {
            *reference = reference.filter(|id| self.scope.contains(*id));
        }
        item
    }

    /// Resolves an item from user input: a label, a number, at least eight digits of a digest, a path below a source, or
    /// a file name.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::AmbiguousName`] if it is the digest or name of several.
    pub fn resolve(&self, document: &str) -> Result<ItemId, CaseError> {
        self.case.resolve_within(document, &self.scope)
    }

    /// The documents that a text names, at most `most`: by label, digest, path below a source, or file name. Unlike in
    /// [`Self::resolve`], a bare number names none.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn named(&self, text: &str, most: usize) -> Result<Vec<ItemId>, CaseError> {
        self.case.named_within(text, &self.scope, most)
    }

    /// The items that match a filter, in the order of their numbers.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`] if the filter's container is outside the scope; [`CaseError::Catalogue`].
    pub fn items(&self, filter: &ItemFilter) -> Result<Vec<Item>, CaseError> {
        if let Some(container) = filter.container {
            self.allow(container)?;
        }
        let most = if filter.most == 0 { usize::MAX } else { filter.most as usize };
        // the catalogue does not know the scope: the limit counts what is left
        let all = ItemFilter {
            most: if self.scope.is_full() { filter.most } else { 0 },
            ..filter.clone()
        };
        let mut items = Vec::new();
        self.case.catalogue().items(&all, &mut |item| {
            if self.scope.contains(item.id) {
                items.push(self.masked(item));
            }
            if items.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(items)
    }

    /// One item.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`].
    pub fn item(&self, id: ItemId) -> Result<Item, CaseError> {
        self.allow(id)?;
        Ok(self.masked(self.case.item(id)?))
    }

    /// The containers around an item, outermost first, from the outermost that only containers of the scope separate
    /// from the item.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn chain(&self, item: &Item) -> Result<Vec<Item>, CaseError> {
        self.allow(item.id)?;
        let all = self.case.chain(item)?;
        let hidden = all.iter().rposition(|container| !self.scope.contains(container.id));
        Ok(all
            .into_iter()
            .skip(hidden.map_or(0, |at| at + 1))
            .map(|item| self.masked(item))
            .collect())
    }

    /// An item's whole path through the containers of its [chain](Self::chain), safe to show.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn path(&self, item: &Item) -> Result<String, CaseError> {
        let mut parts: Vec<String> = self.chain(item)?.iter().map(own_path).collect();
        parts.push(own_path(item));
        Ok(parts.join("!/"))
    }

    /// The details of one document; of its first 500 members, those of the scope.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`].
    pub fn document(&self, id: ItemId) -> Result<Document, CaseError> {
        self.allow(id)?;
        let mut document = self.case.document(id)?;
        document.path = self.path(&document.item)?;
        document.chain = self.chain(&document.item)?;
        document.item = self.masked(document.item);
        for items in [&mut document.members, &mut document.copies] {
            let kept =
                std::mem::take(items).into_iter().filter(|item| self.scope.contains(item.id));
            *items = kept.map(|item| self.masked(item)).collect();
        }
        Ok(document)
    }

    /// The item that was read for a document: itself, or the first with the same bytes.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], also if that item is outside the scope.
    pub fn content(&self, id: ItemId) -> Result<Item, CaseError> {
        self.allow(id)?;
        self.item(self.case.item(id)?.duplicate_of.unwrap_or(id))
    }

    /// The properties of a document.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn metadata(&self, id: ItemId) -> Result<Vec<(MetadataKey, String)>, CaseError> {
        self.allow(id)?;
        let content = self.case.item(id)?.duplicate_of.unwrap_or(id);
        Ok(self.case.catalogue().metadata(content)?)
    }

    /// The date that a document itself states, if any.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn stated_date(&self, id: ItemId) -> Result<Option<StatedDate>, CaseError> {
        Ok(date_of(&self.metadata(id)?))
    }

    /// The number of other places of an item's bytes.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn copy_count(&self, item: &Item) -> Result<u64, CaseError> {
        self.allow(item.id)?;
        let Some(original) = item.original else { return Ok(0) };
        if self.scope.is_full() {
            return Ok(self.case.catalogue().copies(original)?.saturating_sub(1));
        }
        Ok(self.copies(item, usize::MAX)?.len() as u64)
    }

    /// The other items with the same bytes, at most `most`.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn copies(&self, item: &Item, most: usize) -> Result<Vec<Item>, CaseError> {
        self.allow(item.id)?;
        let Some(original) = item.original else { return Ok(Vec::new()) };
        let listed = if self.scope.is_full() { most.saturating_add(1) } else { usize::MAX };
        let mut copies = self.case.catalogue().items_with(original, listed)?;
        copies.retain(|copy| copy.id != item.id && self.scope.contains(copy.id));
        copies.truncate(most);
        Ok(copies.into_iter().map(|copy| self.masked(copy)).collect())
    }

    /// All places of an item's bytes; only its own within the scope, unless the scope contains all of them.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn places(&self, item: &Item) -> Result<Places, CaseError> {
        self.allow(item.id)?;
        let content = item.duplicate_of.unwrap_or(item.id);
        if self.documents()?.contains(content.get()) {
            return self.case.all_places(item);
        }
        let containers = self.chain(item)?.iter().map(|container| container.id).collect();
        Ok(Places { paths: vec![self.path(item)?], containers, sources: vec![item.source] })
    }

    /// The catalogue's rows of a document's pages; for a duplicate, those of its first copy.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn pages(&self, id: ItemId) -> Result<Vec<PageRow>, CaseError> {
        self.allow(id)?;
        let content = self.case.item(id)?.duplicate_of.unwrap_or(id);
        Ok(self.case.catalogue().pages(content)?)
    }

    /// Reads the page of a row from its pack, and checks it against the row.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`] unless the scope contains the row's item or one with the same bytes;
    /// [`CaseError::Store`] when the page's record is damaged.
    pub fn read_page(&self, row: &PageRow) -> Result<Page, CaseError> {
        if !self.scope.contains(row.item) {
            let item = self.case.item(row.item)?;
            let same = match item.original {
                Some(original) => self.case.catalogue().items_with(original, usize::MAX)?,
                None => Vec::new(),
            };
            if !same
                .iter()
                .any(|copy| copy.duplicate_of == Some(row.item) && self.scope.contains(copy.id))
            {
                return Err(CaseError::NoSuchDocument(self.case.label(row.item)));
            }
        }
        self.case.read_page(row)
    }

    /// One page, checked against the digest that was recorded with it.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], [`CaseError::NoSuchPage`]; [`CaseError::Store`] when the page's record is damaged.
    pub fn page(&self, id: ItemId, number: PageNumber) -> Result<Page, CaseError> {
        self.allow(id)?;
        self.case.page(id, number)
    }

    /// The catalogue's row of a page.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], [`CaseError::NoSuchPage`].
    pub fn page_row(&self, id: ItemId, number: PageNumber) -> Result<PageRow, CaseError> {
        self.allow(id)?;
        self.case.page_row(id, number)
    }

    /// The rows of every reading of a page that was completed, superseded ones included, oldest first.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn page_layers(&self, id: ItemId, number: PageNumber) -> Result<Vec<PageRow>, CaseError> {
        self.allow(id)?;
        let content = self.case.item(id)?.duplicate_of.unwrap_or(id);
        let mut rows = self.case.catalogue().page_layers(content, number)?;
        rows.retain(|row| row.revision > 0);
        Ok(rows)
    }

    /// The picture of a page as a PNG file, its longer side at most `max_side` pixels.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::RenderError`] with the reason, if the page has none.
    pub fn picture(
        &self,
        cage: &Cage,
        id: ItemId,
        number: PageNumber,
        max_side: u32,
    ) -> Result<Vec<u8>, CaseError> {
        self.allow(id)?;
        self.case.picture(cage, id, number, max_side)
    }

    /// The cited pictures of a document's pages.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn pictures(&self, id: ItemId) -> Result<Vec<PagePicture>, CaseError> {
        self.allow(id)?;
        let content = self.case.item(id)?.duplicate_of.unwrap_or(id);
        Ok(self.case.catalogue().pictures(content)?)
    }

    /// Opens a cited picture of a document's page.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::NoSuchPage`] if it is not one of the document's pictures;
    /// [`CaseError::Store`].
    pub fn open_picture(&self, id: ItemId, picture: &PagePicture) -> Result<File, CaseError> {
        if !self.pictures(id)?.contains(picture) {
            return Err(self.case.no_such_page(id, picture.page));
        }
        self.case.open_cited(picture.sha256)
    }

    /// Opens the bytes of an item; `None` if none were received.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], [`CaseError::Store`].
    pub fn original(&self, id: ItemId) -> Result<Option<File>, CaseError> {
        let item = self.item(id)?;
        Ok(item
            .original
            .map(|original| self.case.originals().open_original(original))
            .transpose()?)
    }

    /// The tags of the scope's documents, by name.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn tags(&self) -> Result<Vec<TagCount>, CaseError> {
        let mut tags = self.case.tags()?;
        if self.scope.is_full() {
            return Ok(tags);
        }
        for tag in &mut tags {
            tag.documents.retain(|document| self.scope.contains(ItemId::new(*document)));
        }
        tags.retain(|tag| !tag.documents.is_empty());
        Ok(tags)
    }

    /// The tags of a document, by name.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Io`].
    pub fn tags_of(&self, id: ItemId) -> Result<Vec<String>, CaseError> {
        self.allow(id)?;
        self.case.tags_of(id)
    }

    /// The documents of the scope with a tag, by number, in order.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn tagged(&self, tag: &str) -> Result<Vec<i64>, CaseError> {
        let mut documents = self.case.tagged(tag)?;
        documents.retain(|document| self.scope.contains(ItemId::new(*document)));
        Ok(documents)
    }

    /// Adds a tag to a document, or removes it, durably. Returns whether that changed anything.
    /// [`crate::CaseWriter::log_marks`] logs it.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::NotATag`]; [`CaseError::Io`].
    pub fn set_tag(&self, id: ItemId, tag: &str, on: bool, now: Moment) -> Result<bool, CaseError> {
        self.allow(id)?;
        self.case.set_tag(id, tag, on, now)
    }
}

/// A case without a scope: what its own checks, its writers and received bags read. Only a view with the full scope
/// gives it.
#[derive(Debug, Clone, Copy)]
pub struct WholeCase<'a>(&'a Case);

impl<'a> WholeCase<'a> {
    /// The store of originals.
    #[must_use]
    pub fn originals(&self) -> &'a Originals {
        self.0.originals()
    }

    /// Opens the store of originals once more.
    ///
    /// # Errors
    /// [`CaseError::Store`].
    pub fn open_originals(&self) -> Result<Originals, CaseError> {
        Ok(self.0.folder.originals()?)
    }

    /// The store of cited pictures.
    ///
    /// # Errors
    /// [`CaseError::Store`].
    pub fn cited(&self) -> Result<Originals, CaseError> {
        self.0.cited()
    }

    /// The search index.
    ///
    /// # Errors
    /// [`CaseError::NoIndex`], [`CaseError::Index`].
    pub fn index(&self) -> Result<&'a Index, CaseError> {
        self.0.index()
    }

    /// Whether a source was walked completely.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn is_walked(&self, source: SourceId) -> Result<bool, CaseError> {
        Ok(self.0.catalogue().is_walked(source)?)
    }

    /// Reads all tag changes, and how many of them the given catalogue counts as logged.
    ///
    /// # Errors
    /// [`CaseError::Io`], [`CaseError::Catalogue`].
    pub fn tag_log(&self, catalogue: &Catalogue) -> Result<TagLog, CaseError> {
        self.0.tag_log(catalogue)
    }
}
