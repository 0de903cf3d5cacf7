//! Suggestions for an empty result: changes to the query's tree, each with what it would find.

use crate::{Case, CaseError, CaseQuery, SearchRequest};
use exhibit_query::{ClauseText, Field, Form, Query};

/// Another query to try.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// How it differs.
    pub change: SuggestedChange,
    /// The query; its canonical text is what to ask.
    pub query: Query,
    /// Whether it is searched without widening.
    pub exact: bool,
    /// How many pages it finds: never none.
    pub pages: u64,
}

/// How a suggestion differs from the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestedChange {
    /// Without this clause.
    Without(ClauseText),
    /// Without this date, so that any date will do.
    AnyDate(ClauseText),
    /// This clause alone.
    Only(ClauseText),
    /// With spelling and script variants of the words.
    Variants,
    /// With a letter or two of this word different, for nothing has it as it is.
    Spelling(ClauseText),
    /// With a folder looked for by the words of its name, anywhere in paths.
    AnyFolder(ClauseText),
    /// With the words looked for in the names of files.
    InNames,
}

/// The most suggestions that are returned.
const MOST: usize = 8;
// Clauses of a query that are tried: a query of hundreds is nobody's slip.
const CLAUSES: usize = 12;
// From how many letters on two may differ.
const LONG: usize = 8;

struct Candidate {
    change: SuggestedChange,
    query: Query,
    exact: bool,
}

impl Case {
    /// Suggestions for a query that found nothing, those that change least first.
    ///
    /// # Errors
    /// What searching may return.
    pub fn suggestions(&self, query: &CaseQuery) -> Result<Vec<Suggestion>, CaseError> {
        let (parsed, exact) = (query.parsed(), query.exact());
        let of = |change, query| Candidate { change, query, exact };
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
            tried.extend(other.map(|query| of(SuggestedChange::AnyFolder((*text).clone()), query)));
        }
        if clauses.len() > 1 {
            let mut fewer: Vec<(u8, Candidate)> = clauses
                .iter()
                .filter_map(|(number, text)| {
                    let (order, change) = leave_out(text);
                    Some((order, of(change, parsed.without(*number)?)))
                })
                .collect();
            fewer.sort_by_key(|(order, _)| *order);
            tried.extend(fewer.into_iter().map(|(_, candidate)| candidate));
            // a filter alone answers another question
            let words = clauses.iter().filter(|(_, text)| text.field == Field::Text);
            let only = |(number, text): &(usize, &ClauseText)| {
                of(SuggestedChange::Only((*text).clone()), parsed.only(*number))
            };
            tried.extend(words.map(only));
        }
        tried.extend(parsed.in_field(Field::FileName).map(|query| of(SuggestedChange::InNames, query)));
        self.those_that_find(tried, query)
    }

    fn those_that_find(&self, tried: Vec<Candidate>, of: &CaseQuery) -> Result<Vec<Suggestion>, CaseError> {
        let mut found: Vec<Suggestion> = Vec::new();
        for Candidate { change, query, exact } in tried {
            if found.len() < MOST && !found.iter().any(|known| known.query == query) {
                let pages = self.would_find(of, &query, exact)?;
                found.extend((pages > 0).then_some(Suggestion { change, query, exact, pages }));
            }
        }
        Ok(found)
    }

    // The query with the words that nothing has taken more loosely.
    fn near_spellings(&self, of: &CaseQuery, clauses: &[(usize, &ClauseText)]) -> Result<Vec<Candidate>, CaseError> {
        let (parsed, exact) = (of.parsed(), of.exact());
        let mut candidates = Vec::new();
        for (number, text) in clauses.iter().filter(|(_, text)| is_spelled(text)) {
            if self.would_find(of, &parsed.only(*number), exact)? > 0 {
                continue;
            }
            let edits: &[u8] = if text.text.chars().count() < LONG { &[1] } else { &[1, 2] };
            for edits in edits {
                let near = ClauseText { form: Form::Near(*edits), ..(*text).clone() };
                let Ok(query) = parsed.with(*number, near) else { continue };
                if self.would_find(of, &query.only(*number), exact)? > 0 {
                    candidates.push(Candidate { change: SuggestedChange::Spelling((*text).clone()), query, exact });
                    break;
                }
            }
        }
        Ok(candidates)
    }

    // A query that every page matches is no suggestion.
    fn would_find(&self, of: &CaseQuery, query: &Query, exact: bool) -> Result<u64, CaseError> {
        if query.is_everything() {
            return Ok(0);
        }
        let query = self.changed(of, query.clone(), exact)?;
        Ok(self.search(&SearchRequest { limit: 0, ..SearchRequest::of(&query) })?.total)
    }
}

// Filters are left out first, then dates, then words.
fn leave_out(text: &ClauseText) -> (u8, SuggestedChange) {
    match text.field {
        field if field.is_date() => (1, SuggestedChange::AnyDate(text.clone())),
        Field::Text => (2, SuggestedChange::Without(text.clone())),
        _ => (0, SuggestedChange::Without(text.clone())),
    }
}

// Whether a clause is a word of letters, long enough to be told from others when one differs.
fn is_spelled(text: &ClauseText) -> bool {
    let letters = text.text.chars().all(|c| c.is_alphabetic() && !('\u{2e80}'..).contains(&c));
    text.field == Field::Text && !text.exact && text.form == Form::Word && letters && text.text.chars().count() >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_letters_are_spelled_otherwise() {
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
