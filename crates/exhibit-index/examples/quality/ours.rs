//! Answers of Exhibit's own engine, asked as the program asks it: parsed, widened, searched.

use crate::set::Set;
use exhibit_index::{DocumentScope, Index, SearchOptions};
use exhibit_model::PageNumber;
use exhibit_query::{PageEntry, PageKey, Sort, parse};
use std::collections::BTreeSet;
use std::path::Path;

/// Indexes the pages in an empty folder and answers every query. A query that is refused finds nothing.
pub(crate) fn answers(set: &Set, folder: &Path) -> Vec<BTreeSet<usize>> {
    let index = Index::open_or_create(folder).expect("an index can be made in an empty folder");
    let mut writer = index.writer(50_000_000).expect("a new index has no other writer");
    for (page, document) in set.pages.iter().zip(1..) {
        let key = PageKey { document, page: PageNumber::FIRST };
        let entry = PageEntry {
            key,
            text: &page.text,
            name: "page.txt",
            language: "und",
            ..PageEntry::default()
        };
        writer.put(&entry).expect("the folder can be written");
    }
    writer.commit(1).expect("the folder can be written");
    writer.finish().expect("the folder can be written");
    let searcher = index.searcher();
    let options =
        SearchOptions { limit: set.pages.len(), sort: Sort::Received, ..SearchOptions::default() };
    let answer = |query: &str| -> BTreeSet<usize> {
        let Ok(query) = parse(query) else { return BTreeSet::new() };
        let results = searcher
            .search(&searcher.widen(&DocumentScope::FULL.query(query)), &options)
            .expect("the index can be read");
        results.hits.iter().filter_map(|hit| usize::try_from(hit.key.document - 1).ok()).collect()
    };
    set.queries.iter().map(|query| answer(&query.query)).collect()
}
