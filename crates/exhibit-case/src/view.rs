//! A view of a case: reading as a principal, within a scope.

use crate::{Cage, Case, CaseError, Document, Principal, TagCount, own_path};
use exhibit_catalogue::{Item, ItemFilter, PageRow};
use exhibit_model::{ItemId, Page};
use std::collections::BTreeSet;
use std::fs::File;
use std::ops::ControlFlow;

/// The items of a case that a view can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(Option<BTreeSet<ItemId>>);

impl Scope {
    /// Every item.
    pub const FULL: Self = Self(None);

    /// Only these items. Nothing grants such a scope yet: it exists so that tests can prove that views refuse.
    #[doc(hidden)]
    #[must_use]
    pub fn restricted(items: impl IntoIterator<Item = ItemId>) -> Self {
        Self(Some(items.into_iter().collect()))
    }

    /// Whether the scope contains an item.
    #[must_use]
    pub fn contains(&self, id: ItemId) -> bool {
        self.0.as_ref().is_none_or(|items| items.contains(&id))
    }
}

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

impl CaseView<'_> {
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

    fn allow(&self, id: ItemId) -> Result<(), CaseError> {
        if self.scope.contains(id) { Ok(()) } else { Err(CaseError::NoSuchDocument(self.case.label(id))) }
    }

    // the row without its references to items outside the scope
    fn masked(&self, mut item: Item) -> Item {
        for reference in [&mut item.container, &mut item.family, &mut item.duplicate_of] {
            *reference = reference.filter(|id| self.scope.contains(*id));
        }
        item
    }

    /// Resolves an item from user input, as [`Case::resolve`] does.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`].
    pub fn resolve(&self, document: &str) -> Result<ItemId, CaseError> {
        self.case.resolve_within(document, &self.scope)
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
        let all = ItemFilter { most: if self.scope == Scope::FULL { filter.most } else { 0 }, ..filter.clone() };
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
        Ok(all.into_iter().skip(hidden.map_or(0, |at| at + 1)).map(|item| self.masked(item)).collect())
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
            let kept = std::mem::take(items).into_iter().filter(|item| self.scope.contains(item.id));
            *items = kept.map(|item| self.masked(item)).collect();
        }
        Ok(document)
    }

    /// One page, checked against the digest that was recorded with it.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], [`CaseError::NoSuchPage`]; [`CaseError::Store`] when the page's record is damaged.
    pub fn page(&self, id: ItemId, number: u32) -> Result<Page, CaseError> {
        self.allow(id)?;
        self.case.page(id, number)
    }

    /// The catalogue's row of a page.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], [`CaseError::NoSuchPage`].
    pub fn page_row(&self, id: ItemId, number: u32) -> Result<PageRow, CaseError> {
        self.allow(id)?;
        self.case.page_row(id, number)
    }

    /// The picture of a page as a PNG file, its longer side at most `max_side` pixels.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::RenderError`] with the reason, if the page has none.
    pub fn picture(&self, cage: &Cage, id: ItemId, number: u32, max_side: u32) -> Result<Vec<u8>, CaseError> {
        self.allow(id)?;
        self.case.picture(cage, id, number, max_side)
    }

    /// Opens the bytes of an item; `None` if none were received.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`], [`CaseError::Store`].
    pub fn original(&self, id: ItemId) -> Result<Option<File>, CaseError> {
        let item = self.item(id)?;
        Ok(item.original.map(|original| self.case.originals().open_original(original)).transpose()?)
    }

    /// The tags of the scope's documents, by name.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn tags(&self) -> Result<Vec<TagCount>, CaseError> {
        let mut tags = self.case.tags()?;
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Acts, CaseWriter, Keys, NewCase};
    use exhibit_catalogue::{Added, NewItem};
    use exhibit_model::{Digest, FixedClock, Moment, OriginalId, Relation};

    const NOW: Moment = Moment(1_700_000_000_000_000);

    fn acts() -> Acts {
        Acts::new(FixedClock(NOW), |bytes: &mut [u8]| bytes.fill(7), Principal::LOCAL, "exhibit test")
    }

    fn is_missing<T>(read: Result<T, CaseError>, document: &str) -> bool {
        matches!(read, Err(CaseError::NoSuchDocument(label)) if label == document)
    }

    #[test]
    fn views_refuse_items_outside_their_scope() {
        let parent = tempfile::tempdir().expect("a folder");
        let (folder, keys) = (parent.path().join("case"), parent.path().join("keys"));
        let new = NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None };
        Case::init(&folder, &new, &mut acts()).expect("a case");
        let mut held = CaseWriter::take(&folder, &Keys::plain(&keys), acts()).expect("the case");
        let work = held.catalogue.begin().expect("begin");
        let (source, _) = work.source(b"/leak", "leak", NOW).expect("a source");
        let mut ids = Vec::new();
        for (name, text) in [("a.txt", "same"), ("b.txt", "same"), ("c.txt", "other")] {
            let container = (name == "b.txt").then(|| (ids[0], 1));
            let new = NewItem {
                source,
                container,
                path: name.as_bytes(),
                name_text: "",
                relation: Relation::File,
                content: Some((OriginalId::new(Digest::of(text.as_bytes())), 4)),
                modified: None,
                changed: None,
                received: NOW,
                settled: None,
                cut: None,
            };
            let Added::New(id, _) = work.add_item(&new).expect("added") else { panic!("a new item") };
            ids.push(id);
        }
        work.commit().expect("commit");
        let case = &held.case;
        case.set_tag(ids[0], "secret", true, NOW).expect("tagged");
        case.set_tag(ids[2], "secret", true, NOW).expect("tagged");
        let full = case.view(Principal::LOCAL);
        let narrow = full.clone().within(Scope::restricted([ids[1]]));
        for (outside, label) in [(ids[0], "EXH-000001"), (ids[2], "EXH-000003")] {
            assert!(full.document(outside).is_ok());
            let row = full.item(outside).expect("an item");
            let members = ItemFilter { container: Some(outside), ..ItemFilter::default() };
            let refusals = [
                ("resolve", is_missing(narrow.resolve(label), label)),
                ("items", is_missing(narrow.items(&members), label)),
                ("item", is_missing(narrow.item(outside), label)),
                ("chain", is_missing(narrow.chain(&row), label)),
                ("path", is_missing(narrow.path(&row), label)),
                ("document", is_missing(narrow.document(outside), label)),
                ("page", is_missing(narrow.page(outside, 1), label)),
                ("page_row", is_missing(narrow.page_row(outside, 1), label)),
                ("original", is_missing(narrow.original(outside), label)),
                ("tags_of", is_missing(narrow.tags_of(outside), label)),
            ];
            for (method, refused) in refusals {
                assert!(refused, "{method} of {label}");
            }
        }
        assert_eq!((full.tags().expect("tags").len(), narrow.tags().expect("tags").len()), (1, 0));
        assert_eq!(full.tagged("secret").expect("tagged").len(), 2);
        assert!(narrow.tagged("secret").expect("tagged").is_empty());
        assert!(full.resolve("c.txt").is_ok() && is_missing(narrow.resolve("c.txt"), "c.txt"));
        assert_eq!(full.items(&ItemFilter::default()).expect("items").len(), 3);
        let one = ItemFilter { most: 1, ..ItemFilter::default() };
        let items = narrow.items(&one).expect("items");
        assert_eq!(items.iter().map(|item| item.id).collect::<Vec<_>>(), [ids[1]]);
        let inside = narrow.document(ids[1]).expect("a document");
        assert_eq!((inside.item.container, inside.item.duplicate_of), (None, None));
        assert_eq!((inside.path.as_str(), inside.chain.len(), inside.copies.len()), ("b.txt", 0, 0));
        let whole = full.document(ids[1]).expect("a document");
        assert_eq!((whole.path.as_str(), whole.chain.len(), whole.copies.len()), ("a.txt!/b.txt", 1, 1));
        assert_eq!((narrow.principal(), narrow.scope().contains(ids[0])), (&Principal::LOCAL, false));
    }
}
