//! The search history of this user; it can be turned off.
//!
//! The file is stored in the case, readable by its owner alone, and is never exported. It is not a record of the
//! case: it can be cleared, and drops old searches.

use crate::files::{io_error, read_json};
use crate::{Search, SearchError};
use exhibit_model::Moment;
use exhibit_store::{Readers, replace_file};
use serde::{Deserialize, Serialize};
use std::io::Write;

/// The maximum number of searches in the history.
const MOST: usize = 200;

/// The content of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Whether searches are recorded.
    pub on: bool,
    /// The searches, newest first.
    pub searches: Vec<Searched>,
}

impl Default for History {
    fn default() -> Self {
        Self { on: true, searches: Vec::new() }
    }
}

/// A recorded search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// When, microseconds since 1970.
    pub at: i64,
    /// The query, as typed.
    pub query: String,
    /// Whether words matched only as written, without variants.
    pub exact: bool,
    /// The number of pages found.
    pub pages: u64,
}

impl History {
    fn add(&mut self, searched: Searched) {
        self.searches
            .retain(|known| known.query != searched.query || known.exact != searched.exact);
        self.searches.insert(0, searched);
        self.searches.truncate(MOST);
    }
}

impl Search<'_> {
    /// The search history; empty and off within a restricted scope.
    ///
    /// # Errors
    /// [`SearchError::Case`] if it cannot be read.
    pub fn history(&self) -> Result<History, SearchError> {
        // the counts of its searches are those of the whole case
        if !self.view.scope().is_full() {
            return Ok(History { on: false, searches: Vec::new() });
        }
        let path = self.view.case().folder.history();
        if path.exists() { read_json(&path) } else { Ok(History::default()) }
    }

    /// Adds a search to the history, unless it is off or cannot be written: a search never fails because of this.
    pub fn remember_search(&self, query: &str, exact: bool, pages: u64, now: Moment) {
        if self.view.case().is_sealed() {
            return;
        }
        let Ok(mut history) = self.history() else { return };
        if history.on && !query.trim().is_empty() {
            history.add(Searched { at: now.0, query: query.trim().to_owned(), exact, pages });
            // a case on a read-only medium has no history
            let _ = self.keep_history(&history);
        }
    }

    /// Clears the history.
    ///
    /// # Errors
    /// [`SearchError::Case`].
    pub fn clear_history(&self) -> Result<(), SearchError> {
        let on = self.history().map_or(true, |history| history.on);
        self.keep_history(&History { on, searches: Vec::new() })
    }

    /// Turns the history on or off; turning it off clears it.
    ///
    /// # Errors
    /// [`SearchError::Case`].
    pub fn turn_history(&self, on: bool) -> Result<(), SearchError> {
        let searches = if on { self.history()?.searches } else { Vec::new() };
        self.keep_history(&History { on, searches })
    }

    fn keep_history(&self, history: &History) -> Result<(), SearchError> {
        self.view.whole()?;
        let path = self.view.case().folder.history();
        let replaced = replace_file(&path, Readers::Owner, |file| {
            file.write_all(&serde_json::to_vec(history)?)
        });
        replaced.map_err(io_error("write", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_search_is_listed_once_and_old_ones_are_dropped() {
        let mut history = History::default();
        for at in 0..300 {
            history.add(Searched { at, query: (at % 250).to_string(), exact: false, pages: 1 });
        }
        assert_eq!(history.searches.len(), MOST);
        assert_eq!((history.searches[0].at, history.searches[0].query.as_str()), (299, "49"));
        assert_eq!(history.searches.iter().filter(|searched| searched.query == "49").count(), 1);
    }
}
