//! All places of an item's bytes: its own, those of its copies, and for each of them every place of the container
//! around it.

use crate::{Case, CaseError};
use exhibit_catalogue::{Catalogue, CatalogueError, Item, MOST_PLACES};
use exhibit_model::{ItemId, SourceId, State, shown, shown_bytes};

/// The places of an item's bytes; only the first if there are very many.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Its paths, safe to show, the item's own first.
    pub paths: Vec<String>,
    /// The containers around it, in all of its places.
    pub containers: Vec<ItemId>,
    /// The numbers of its sources.
    pub sources: Vec<SourceId>,
}

impl Places {
    /// Looks up all places.
    ///
    /// # Errors
    /// [`CatalogueError::Engine`].
    pub fn of(catalogue: &Catalogue, item: &Item) -> Result<Self, CatalogueError> {
        let mut places = Self::default();
        places.paths = places.gather(catalogue, item, &mut Vec::new())?;
        Ok(places)
    }

    // `within` contains the items that are being looked up: an archive can contain itself.
    fn gather(
        &mut self,
        catalogue: &Catalogue,
        item: &Item,
        within: &mut Vec<ItemId>,
    ) -> Result<Vec<String>, CatalogueError> {
        let mut same = match item.original.filter(|_| item.state != State::Empty) {
            Some(original) => catalogue.items_with(original, MOST_PLACES)?,
            None => Vec::new(),
        };
        same.retain(|other| other.id != item.id);
        same.insert(0, item.clone());
        let mut paths: Vec<String> = Vec::new();
        for place in same.iter().take(MOST_PLACES) {
            if within.contains(&place.id) {
                continue;
            }
            let holder = match place.container {
                Some(container) => catalogue.item(container)?,
                None => None,
            };
            note(&mut self.sources, place.source);
            let Some(holder) = holder else {
                paths.push(own_path(place));
                continue;
            };
            note(&mut self.containers, holder.id);
            within.push(place.id);
            let above = self.gather(catalogue, &holder, within)?;
            within.pop();
            paths.extend(above.into_iter().map(|above| format!("{above}!/{}", own_path(place))));
            if paths.len() >= MOST_PLACES {
                break;
            }
        }
        paths.truncate(MOST_PLACES);
        Ok(paths)
    }
}

impl Case {
    /// All places of an item.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn all_places(&self, item: &Item) -> Result<Places, CaseError> {
        Ok(Places::of(&self.catalogue(), item)?)
    }
}

/// An item's path within its source or container, safe to show.
#[must_use]
pub fn own_path(item: &Item) -> String {
    if item.name_text.is_empty() { shown_bytes(&item.path) } else { shown(&item.name_text) }
}

fn note<T: PartialEq>(known: &mut Vec<T>, one: T) {
    if !known.contains(&one) {
        known.push(one);
    }
}
