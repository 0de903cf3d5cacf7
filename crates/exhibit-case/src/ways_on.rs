//! What else to try where a search found nothing: each way with what it would find.

use crate::{Case, CaseError, SearchRequest};
use exhibit_index::parse;

/// A way on from an empty result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOn {
    /// What it does.
    pub how: How,
    /// The query to ask.
    pub query: String,
    /// How many pages it finds: never none.
    pub pages: u64,
}

/// What a way on does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// Leaves out this part of the query.
    Without(String),
    /// Leaves out this date, so that any date will do.
    AnyDate(String),
    /// Asks for this part of the query alone.
    Only(String),
    /// Finds other writings of the words, too.
    Variants,
    /// Finds this word with a letter or two that differ, for nothing has it as it is.
    Spelling(String),
    /// Looks for a folder by the words of its name, wherever it lies.
    AnyFolder(String),
    /// Looks for the words in the names of files.
    InNames,
}

/// The most ways that are given.
const MOST: usize = 8;
// Parts of a query that are tried: a query of hundreds is nobody's slip.
const PARTS: usize = 12;

impl Case {
    /// Ways on from a query that found nothing, those that change least first.
    ///
    /// # Errors
    /// [`CaseError::Query`] when the query cannot be understood; what searching may meet.
    pub fn ways_on(&self, query: &str, exact: bool) -> Result<Vec<WayOn>, CaseError> {
        let understood = parse(query)?;
        let parts: Vec<&str> = understood.clauses().into_iter().take(PARTS).collect();
        let mut tried: Vec<(How, String, bool)> = Vec::new();
        if exact || query.contains('=') {
            tried.push((How::Variants, query.replace('=', ""), false));
        }
        tried.extend(self.near_spellings(query, &parts, exact)?);
        for part in parts.iter().filter(|part| part.starts_with("folder:")) {
            let anywhere = part.replacen("folder:", "path:", 1);
            tried.push((How::AnyFolder((*part).to_owned()), query.replacen(part, &anywhere, 1), exact));
        }
        if parts.len() > 1 {
            let without = |part: &&str| Some((leave_out(part), without(query, part)?, exact));
            let mut fewer: Vec<_> = parts.iter().filter_map(without).collect();
            // filters first, then dates, then words
            fewer.sort_by_key(|(how, ..)| match how {
                How::Without(part) if part.contains(':') => 0,
                How::AnyDate(_) => 1,
                _ => 2,
            });
            tried.extend(fewer);
            // a filter alone answers another question
            let words = parts.iter().filter(|part| !part.contains(':'));
            tried.extend(words.map(|part| (How::Only((*part).to_owned()), (*part).to_owned(), exact)));
        }
        // what has a field of its own would not be asked of names
        if !query.contains([':', '：']) {
            tried.push((How::InNames, format!("filename:({query})"), exact));
        }
        let mut ways: Vec<WayOn> = Vec::new();
        for (how, query, exact) in tried {
            if ways.len() < MOST && !ways.iter().any(|way| way.query == query) {
                let pages = self.would_find(&query, exact)?;
                ways.extend((pages > 0).then_some(WayOn { how, query, pages }));
            }
        }
        Ok(ways)
    }

    // The query with the words that nothing has taken more loosely.
    fn near_spellings(&self, query: &str, parts: &[&str], exact: bool) -> Result<Vec<(How, String, bool)>, CaseError> {
        let mut ways = Vec::new();
        for part in parts.iter().filter(|part| is_spelled(part)) {
            if self.would_find(part, exact)? > 0 {
                continue;
            }
            let edits: &[u8] = if part.chars().count() < LONG { &[1] } else { &[1, 2] };
            for edits in edits {
                let Some(looser) = with_tilde(query, part, *edits) else { continue };
                if self.would_find(&format!("{part}~{edits}"), exact)? > 0 {
                    ways.push((How::Spelling((*part).to_owned()), looser, exact));
                    break;
                }
            }
        }
        Ok(ways)
    }

    // A query that cannot be understood finds nothing; one that asks for nothing is no way on.
    fn would_find(&self, query: &str, exact: bool) -> Result<u64, CaseError> {
        if !parse(query).is_ok_and(|query| !query.is_everything()) {
            return Ok(0);
        }
        Ok(self.search(&SearchRequest { query, exact, limit: 0, ..SearchRequest::default() })?.total)
    }
}

fn leave_out(part: &str) -> How {
    let is_date = ["date:", "after:", "before:"].iter().any(|field| part.starts_with(field));
    if is_date { How::AnyDate(part.to_owned()) } else { How::Without(part.to_owned()) }
}

// From how many letters on two may differ.
const LONG: usize = 8;

// Whether a part is a word of letters, long enough to be told from others when one differs.
fn is_spelled(part: &str) -> bool {
    let letters = part.chars().all(|c| c.is_alphabetic() && !('\u{2e80}'..).contains(&c));
    letters && part.chars().count() >= 4
}

// The query with edits allowed in a word; none where it does not stand there as a word by itself.
fn with_tilde(query: &str, part: &str, edits: u8) -> Option<String> {
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '（' | '）' | '-'));
    let (at, _) = query
        .match_indices(part)
        .find(|(at, part)| ends(query[..*at].chars().next_back()) && ends(query[at + part.len()..].chars().next()))?;
    let (before, after) = query.split_at(at + part.len());
    Some(format!("{before}~{edits}{after}"))
}

// The query without one of its parts as it is written there.
fn without(query: &str, part: &str) -> Option<String> {
    let at = query.find(part)?;
    let before = query[..at].trim_end_matches(['-', '=']).trim_end();
    let rest = format!("{before} {}", query[at + part.len()..].trim_start());
    Some(rest.trim().to_owned()).filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_out_as_they_are_written() {
        for (query, part, expected) in [
            ("登记 lang:ug date:2017", "lang:ug", Some("登记 date:2017")),
            ("登记 -copy", "copy", Some("登记")),
            ("登记", "登记", None),
            ("a b", "c", None),
        ] {
            assert_eq!(without(query, part).as_deref(), expected, "{query} without {part}");
        }
        assert_eq!(with_tilde("mengqi (meng OR x)", "meng", 1).as_deref(), Some("mengqi (meng~1 OR x)"));
        assert_eq!(with_tilde("from:meng \"a meng\"", "meng", 1), None);
        assert!(is_spelled("журнол") && !is_spelled("登记登记") && !is_spelled("abc") && !is_spelled("lang:ug"));
        assert_eq!(leave_out("after:2017"), How::AnyDate("after:2017".to_owned()));
    }
}
