//! Scopes: the part of a case that a view can read.

use crate::{Case, CaseError};
use exhibit_catalogue::{Catalogue, Item};
use exhibit_index::DocumentScope;
use exhibit_model::{Digest, ItemId, State};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The items of a case that a view can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(Option<Arc<BTreeSet<ItemId>>>);

impl Scope {
    /// Every item.
    pub const FULL: Self = Self(None);

    /// Only these items. Nothing grants such a scope yet: it exists so that tests can prove that views refuse.
    #[doc(hidden)]
    #[must_use]
    pub fn restricted(items: impl IntoIterator<Item = ItemId>) -> Self {
        Self(Some(Arc::new(items.into_iter().collect())))
    }

    /// Whether the scope contains an item.
    #[must_use]
    pub fn contains(&self, id: ItemId) -> bool {
        self.0.as_ref().is_none_or(|items| items.contains(&id))
    }

    /// Whether the scope contains every item.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.is_none()
    }

    /// The name of a restricted scope, by its items; `None` for the full scope. Results that were stored within one
    /// scope are recognised by it.
    #[must_use]
    pub fn name(&self) -> Option<Digest> {
        let items = self.0.as_ref()?;
        let bytes: Vec<u8> = items.iter().flat_map(|id| id.get().to_be_bytes()).collect();
        Some(Digest::of(&bytes))
    }

    /// The items; `None` for the full scope.
    pub(crate) fn items(&self) -> Option<impl Iterator<Item = ItemId>> {
        Some(self.0.as_ref()?.iter().copied())
    }
}

impl Case {
    /// The documents of the index that a scope contains. An entry of the index has the names of all places of its
    /// document, so a restricted scope contains only documents whose places it contains, with the containers around
    /// each.
    pub(crate) fn documents_of(&self, scope: &Scope) -> Result<DocumentScope, CaseError> {
        let Some(items) = scope.items() else { return Ok(DocumentScope::FULL) };
        let catalogue = self.catalogue();
        let mut within = Within { catalogue: &catalogue, scope, known: BTreeMap::new() };
        let mut documents = Vec::new();
        for id in items {
            let item = catalogue.item(id)?;
            if let Some(item) = item.filter(|item| item.duplicate_of.is_none())
                && within.everywhere(&item)?
            {
                documents.push(id.get());
            }
        }
        Ok(DocumentScope::only(documents))
    }
}

struct Within<'a> {
    catalogue: &'a Catalogue,
    scope: &'a Scope,
    // an item that is being looked up counts as contained: an archive can contain itself
    known: BTreeMap<ItemId, bool>,
}

impl Within<'_> {
    // Whether the scope contains every place of an item's bytes, with the containers around each.
    fn everywhere(&mut self, item: &Item) -> Result<bool, CaseError> {
        if let Some(known) = self.known.get(&item.id) {
            return Ok(*known);
        }
        self.known.insert(item.id, true);
        let mut places = match item.original.filter(|_| item.state != State::Empty) {
            Some(original) => self.catalogue.items_with(original, usize::MAX)?,
            None => Vec::new(),
        };
        places.push(item.clone());
        let mut all = true;
        for place in &places {
            all = all && self.scope.contains(place.id) && self.container(place)?;
        }
        self.known.insert(item.id, all);
        Ok(all)
    }

    fn container(&mut self, place: &Item) -> Result<bool, CaseError> {
        match place.container {
            None => Ok(true),
            Some(container) => match self.catalogue.item(container)? {
                Some(container) => self.everywhere(&container),
                None => Ok(false),
            },
        }
    }
}
