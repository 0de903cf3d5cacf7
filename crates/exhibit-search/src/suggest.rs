//! Suggestions for an empty result: changes to the query's tree, each with the number of pages it would find.

use crate::{CaseQuery, Search, SearchError, SearchRequest};
use exhibit_query::{ClauseText, Field, Form, Query};

/// Another query to try.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The change.
    pub change: SuggestedChange,
    /// The query; its canonical text is what to run.
    pub query: Query,
    /// Whether it is searched without variants.
    pub exact: bool,
    /// The number of pages it finds, never 0.
    pub pages: u64,
}

/// How a suggestion differs from the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestedChange {
    /// This clause is removed.
    Without(ClauseText),
    /// This date is removed, so that any date matches.
    AnyDate(ClauseText),
    /// Only this clause.
    Only(ClauseText),
    /// Spelling and script variants of the words are included.
    Variants,
    /// This word matches with one or two letters different, because nothing contains it as written.
    Spelling(ClauseText),
    /// A folder is replaced by the words of its name, anywhere in paths.
    AnyFolder(ClauseText),
    /// The words are searched in file names.
    InNames,
}

/// The maximum number of suggestions returned.
const MOST: usize = 8;
// The maximum number of clauses tried: a query of hundreds is not a slip.
const CLAUSES: usize = 12;
// The number of letters from which two may differ.
const LONG: usize = 8;

struct Candidate {
    change: SuggestedChange,
    query: Query,
    exact: bool,
}

impl Search<'_> {
    /// Suggestions for a query without results, those that change it least first.
    ///
    /// # Errors
    /// Those of searching.
    pub fn suggestions(&self, query: &CaseQuery) -> Result<Vec<Suggestion>, SearchError> {
        let (parsed, exact) = (query.parsed(), query.exact());
        let candidate = |change, query| Candidate { change, query, exact };
        let clauses: Vec<(usize, &ClauseText)> =
            parsed.clauses.iter().map(|clause| &clause.text).enumerate().take(CLAUSES).collect();
        let mut tried: Vec<Candidate> = Vec::new();
        let inexact = parsed.inexact();
        if exact || inexact.is_some() {
            let query = inexact.unwrap_or_else(|| parsed.clone());
            tried.push(Candidate { change: SuggestedChange::Variants, query, exact: false });
        }
        tried.extend(self.near_spellings(query, &clauses)?);
        for (number, text) in clauses.iter().filter(|(_, text)| text.field == Field::Folder) {
            let anywhere = ClauseText { field: Field::Path, ..(*text).clone() };
            let other = parsed.with(*number, anywhere).ok();
            tried.extend(
                other.map(|query| candidate(SuggestedChange::AnyFolder((*text).clone()), query)),
            );
        }
        if clauses.len() > 1 {
            let mut fewer: Vec<(u8, Candidate)> = clauses
                .iter()
                .filter_map(|(number, text)| {
                    let (order, change) = leave_out(text);
                    Some((order, candidate(change, parsed.without(*number)?)))
                })
                .collect();
            fewer.sort_by_key(|(order, _)| *order);
            tried.extend(fewer.into_iter().map(|(_, candidate)| candidate));
            // a filter alone answers a different question
            let words = clauses.iter().filter(|(_, text)| text.field == Field::Text);
            let only = |(number, text): &(usize, &ClauseText)| {
                candidate(SuggestedChange::Only((*text).clone()), parsed.only(*number))
            };
            tried.extend(words.map(only));
        }
        tried.extend(
            parsed
                .in_field(Field::FileName)
                .map(|query| candidate(SuggestedChange::InNames, query)),
        );
        self.those_that_find(tried, query)
    }

    fn those_that_find(
        &self,
        tried: Vec<Candidate>,
        original: &CaseQuery,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let mut found: Vec<Suggestion> = Vec::new();
        for Candidate { change, query, exact } in tried {
            if found.len() < MOST && !found.iter().any(|known| known.query == query) {
                let pages = self.would_find(original, &query, exact)?;
                found.extend((pages > 0).then_some(Suggestion { change, query, exact, pages }));
            }
        }
        Ok(found)
    }

    // The query with the unmatched words relaxed.
    fn near_spellings(
        &self,
        original: &CaseQuery,
        clauses: &[(usize, &ClauseText)],
    ) -> Result<Vec<Candidate>, SearchError> {
        let (parsed, exact) = (original.parsed(), original.exact());
        let mut candidates = Vec::new();
        for (number, text) in clauses.iter().filter(|(_, text)| is_spelled(text)) {
            if self.would_find(original, &parsed.only(*number), exact)? > 0 {
                continue;
            }
            let edits: &[u8] = if text.text.chars().count() < LONG { &[1] } else { &[1, 2] };
            for edits in edits {
                let near = ClauseText { form: Form::Near(*edits), ..(*text).clone() };
                let Ok(query) = parsed.with(*number, near) else { continue };
                if self.would_find(original, &query.only(*number), exact)? > 0 {
                    candidates.push(Candidate {
                        change: SuggestedChange::Spelling((*text).clone()),
                        query,
                        exact,
                    });
                    break;
                }
            }
        }
        Ok(candidates)
    }

    // A query that matches every page is not a suggestion.
    fn would_find(
        &self,
        original: &CaseQuery,
        query: &Query,
        exact: bool,
    ) -> Result<u64, SearchError> {
        if query.is_everything() {
            return Ok(0);
        }
        let query = self.changed(original, query.clone(), exact)?;
        Ok(self.search(&SearchRequest { limit: 0, ..SearchRequest::of(&query) })?.total)
    }
}

// Filters are removed first, then dates, then words.
fn leave_out(text: &ClauseText) -> (u8, SuggestedChange) {
    match text.field {
        field if field.is_date() => (1, SuggestedChange::AnyDate(text.clone())),
        Field::Text => (2, SuggestedChange::Without(text.clone())),
        _ => (0, SuggestedChange::Without(text.clone())),
    }
}

// Whether a clause is a word of letters, long enough to be recognisable with one letter different.
fn is_spelled(text: &ClauseText) -> bool {
    let letters = text.text.chars().all(|c| c.is_alphabetic() && !('\u{2e80}'..).contains(&c));
    text.field == Field::Text
        && !text.exact
        && text.form == Form::Word
        && letters
        && text.text.chars().count() >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_letters_get_spelling_variants() {
        for (query, expected) in [
            ("журнол", true),
            ("登记登记", false),
            ("abc", false),
            ("lang:ug", false),
            ("\"журнол\"", false),
            ("=журнол", false),
            ("журнол*", false),
        ] {
            let query = exhibit_query::parse(query).expect("a valid query");
            assert_eq!(is_spelled(&query.clauses[0].text), expected, "{query}");
        }
        let query = exhibit_query::parse("after:2017 lang:ug word").expect("a valid query");
        let order: Vec<u8> = query.clauses.iter().map(|clause| leave_out(&clause.text).0).collect();
        assert_eq!(order, [1, 0, 2]);
    }
}
