//! Searching small cases whose pages are written by the tests: no workers, no OCR.

mod batches;
mod kept;
mod queries;
mod results;

use exhibit_case::{Case, Principal};
use exhibit_search::{CaseQuery, Search, SearchRequest, SearchResults};
use exhibit_testing::TestCase;

/// A parsed query of a case.
pub(crate) fn query(case: &Case, text: &str) -> CaseQuery {
    Search::of(case.view(Principal::LOCAL))
        .query(text, false)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The first hundred results of a query.
pub(crate) fn search(case: &Case, text: &str) -> SearchResults {
    let query = query(case, text);
    Search::of(case.view(Principal::LOCAL))
        .search(&SearchRequest { limit: 100, ..SearchRequest::of(&query) })
        .expect("results")
}

/// The paths and pages that a query finds, sorted.
pub(crate) fn found(case: &TestCase, text: &str) -> Vec<String> {
    let results = search(&case.open(), text);
    let mut pages: Vec<String> =
        results.hits.iter().map(|hit| format!("{} {}", hit.path, hit.page)).collect();
    assert_eq!(results.total, pages.len() as u64, "{text}");
    pages.sort();
    pages
}
