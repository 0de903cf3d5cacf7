//! Saved searches: a named query, and its results when it was last viewed.

use crate::files::{read_json, write_whole};
use crate::{CaseQuery, Search, SearchError};
use exhibit_model::{ItemId, Moment};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A saved search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Saved {
    /// The query, as typed.
    pub query: String,
    /// Whether words match only as written, without variants.
    pub exact: bool,
    /// When it was saved, microseconds since 1970.
    pub made: i64,
    /// When it was last viewed.
    pub seen: Option<i64>,
    /// The documents that it found then, by number, in order.
    pub documents: Vec<i64>,
}

impl Search<'_> {
    /// The saved searches, by name, with those of their results that the view can read.
    ///
    /// # Errors
    /// [`SearchError::Case`] if they cannot be read.
    pub fn saved(&self) -> Result<BTreeMap<String, Saved>, SearchError> {
        let mut all = self.all_saved()?;
        for saved in all.values_mut() {
            saved.documents.retain(|document| self.is_visible(*document));
        }
        Ok(all)
    }

    fn all_saved(&self) -> Result<BTreeMap<String, Saved>, SearchError> {
        let path = self.view.case().folder.saved();
        if path.exists() { read_json(&path) } else { Ok(BTreeMap::new()) }
    }

    fn is_visible(&self, document: i64) -> bool {
        self.view.scope().contains(ItemId::new(document))
    }

    /// Saves a search under a name, replacing an earlier one.
    ///
    /// # Errors
    /// [`SearchError::Case`].
    pub fn save_search(
        &self,
        name: &str,
        query: &CaseQuery,
        now: Moment,
    ) -> Result<(), SearchError> {
        self.view.case().must_be_open()?;
        let mut all = self.all_saved()?;
        let (query, exact) = (query.text().to_owned(), query.exact());
        let saved = Saved { query, exact, made: now.0, seen: None, documents: Vec::new() };
        all.insert(name.to_owned(), saved);
        self.keep_saved(&all)
    }

    /// Deletes a saved search.
    ///
    /// # Errors
    /// [`SearchError::NotKept`] if there is none with this name.
    pub fn forget_search(&self, name: &str) -> Result<(), SearchError> {
        self.view.case().must_be_open()?;
        let mut all = self.all_saved()?;
        all.remove(name).ok_or_else(|| not_saved(name))?;
        self.keep_saved(&all)
    }

    /// Restores an earlier state of a saved search: with its earlier results, or deleted.
    ///
    /// # Errors
    /// [`SearchError::Case`], also within a restricted scope: it does not see all of the earlier results.
    pub fn put_back_search(&self, name: &str, before: Option<Saved>) -> Result<(), SearchError> {
        self.view.whole()?;
        self.view.case().must_be_open()?;
        let mut all = self.all_saved()?;
        match before {
            Some(saved) => all.insert(name.to_owned(), saved),
            None => all.remove(name),
        };
        self.keep_saved(&all)
    }

    /// The query of a saved search, over the index as it is now.
    ///
    /// # Errors
    /// [`SearchError::Query`] if the query can no longer be parsed.
    pub fn saved_query(&self, saved: &Saved) -> Result<CaseQuery, SearchError> {
        self.query(&saved.query, saved.exact)
    }

    /// Records that a saved search was viewed, with its results.
    ///
    /// # Errors
    /// [`SearchError::NotKept`] if there is none with this name.
    pub fn seen_search(
        &self,
        name: &str,
        documents: Vec<i64>,
        now: Moment,
    ) -> Result<(), SearchError> {
        self.view.case().must_be_open()?;
        let mut all = self.all_saved()?;
        let saved = all.get_mut(name).ok_or_else(|| not_saved(name))?;
        // what this view cannot read stays as it was
        let hidden = saved.documents.iter().copied().filter(|document| !self.is_visible(*document));
        let mut documents: Vec<i64> = hidden.chain(documents).collect();
        documents.sort_unstable();
        (saved.seen, saved.documents) = (Some(now.0), documents);
        self.keep_saved(&all)
    }

    fn keep_saved(&self, all: &BTreeMap<String, Saved>) -> Result<(), SearchError> {
        write_whole(&self.view.case().folder.saved(), |file| {
            Ok(serde_json::to_writer_pretty(file, all)?)
        })
    }
}

fn not_saved(name: &str) -> SearchError {
    SearchError::NotKept { what: crate::Kept::SavedSearch, name: exhibit_model::shown(name) }
}
