//! Searching a case: the index finds the pages, the pages' own text gives the positions.

use crate::{Search, SearchError};
use exhibit_catalogue::Item;
use exhibit_index::{Cursor, Hit, ScopedQuery, SearchOptions, Searcher};
use exhibit_model::{ItemId, Page, PageKind, PageNumber, Rect, StatedDate};
use exhibit_query::{HitSpan, Query, Snippet, Sort, highlight, parse, snippet};
use std::time::{Duration, Instant};

/// A query of this case: parsed once, its tags resolved to documents, widened unless it is exact, over one
/// state of the index. All operations on a query take one.
#[derive(Clone)]
pub struct CaseQuery {
    text: String,
    parsed: Query,
    resolved: ScopedQuery,
    exact: bool,
    searcher: Searcher,
}

impl CaseQuery {
    /// The query as typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The query as parsed.
    #[must_use]
    pub fn parsed(&self) -> &Query {
        &self.parsed
    }

    /// The query as executed.
    #[must_use]
    pub fn resolved(&self) -> &Query {
        self.resolved.query()
    }

    /// The query as executed, within the scope of the view.
    pub(crate) fn scoped(&self) -> &ScopedQuery {
        &self.resolved
    }

    /// Whether words match only as written, without spelling and script variants.
    #[must_use]
    pub fn exact(&self) -> bool {
        self.exact
    }

    pub(crate) fn searcher(&self) -> &Searcher {
        &self.searcher
    }
}

/// A search request.
#[derive(Clone, Copy)]
pub struct SearchRequest<'a> {
    /// The query.
    pub query: &'a CaseQuery,
    /// The maximum number of hits.
    pub limit: usize,
    /// The number of hits to skip.
    pub offset: usize,
    /// Begin after the last hit of an earlier search of the same query and order ([`SearchResults::next`]).
    pub after: Option<Cursor>,
    /// One hit per document, its best page.
    pub by_document: bool,
    /// The order of the hits.
    pub sort: Sort,
}

impl<'a> SearchRequest<'a> {
    /// A request for all matches of a query, best first, without hits.
    #[must_use]
    pub fn of(query: &'a CaseQuery) -> Self {
        Self { query, limit: 0, offset: 0, after: None, by_document: false, sort: Sort::default() }
    }
}

/// The results of a search.
#[derive(Debug, Clone)]
pub struct SearchResults {
    /// The number of matching pages.
    pub total: u64,
    /// The number of documents with a matching page.
    pub documents: u64,
    /// Where to continue, if there are more hits.
    pub next: Option<Cursor>,
    /// The requested hits.
    pub hits: Vec<SearchHit>,
    /// The time it took.
    pub took: Duration,
}

/// A matching page.
#[derive(Debug, Clone)]
pub struct SearchHit {
    /// The document.
    pub item: Item,
    /// Its name, safe to show.
    pub name: String,
    /// Its path, safe to show.
    pub path: String,
    /// The page's number.
    pub page: PageNumber,
    /// The page's label in the document itself.
    pub label: String,
    /// The page's kind.
    pub kind: PageKind,
    /// The page's main language.
    pub language: String,
    /// OCR's mean confidence, 0 to 1; `None` if the text is not from OCR.
    pub confidence: Option<f64>,
    /// The engine's relevance score.
    pub score: f32,
    /// The date that the document itself states, if any.
    pub date: Option<StatedDate>,
    /// The number of other places of the same bytes.
    pub copies: u64,
    /// The first of them: item and path, safe to show.
    pub places: Vec<(ItemId, String)>,
    /// The place that the query selects, if it is not `path`; safe to show.
    pub found_at: Option<String>,
    /// An excerpt of the page's text around the first hits.
    pub snippet: Snippet,
    /// All hits on the page, in bytes of its text.
    pub spans: Vec<HitSpan>,
    /// Their number.
    pub count: usize,
    /// The number of matching pages of the document, if hits are documents; 1 if they are pages.
    pub pages: u64,
    /// All hits on the page, in characters (Unicode scalar values) of its text.
    pub offsets: Vec<(u32, u32)>,
    /// Where the hits are on the page: the span's number and a region; several if a hit wraps.
    pub boxes: Vec<(usize, Rect)>,
}

/// The hits on one page of a document.
#[derive(Debug, Clone)]
pub struct PageHits {
    /// The page's number.
    pub page: PageNumber,
    /// The hits, in bytes of its text.
    pub spans: Vec<HitSpan>,
    /// Where they are: the span's number and a region.
    pub boxes: Vec<(usize, Rect)>,
}

// The maximum number of other places named with a hit; none are named for a content with very many places.
const NAMED_PLACES: usize = 5;
const MOST_COPIES: u64 = 200;
const SNIPPET_CHARACTERS: usize = 160;
// The longest path that a query may name, in bytes.
const MOST_NAME: usize = 4096;

impl Search<'_> {
    /// Parses a query and resolves it in this case: the only place where the text of a request is parsed.
    ///
    /// # Errors
    /// [`SearchError::Query`] if the query cannot be parsed.
    pub fn query(&self, text: &str, exact: bool) -> Result<CaseQuery, SearchError> {
        self.resolve_query(text.to_owned(), parse(text)?, exact, self.view.searcher()?)
    }

    /// The documents that a whole query names instead of describing: by number (`EXH-000017`, `exh17`), digest, path, or
    /// file name; at most five.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub fn named(&self, query: &str) -> Result<Vec<Item>, SearchError> {
        let text = query.trim();
        // in a large case, looking for a name takes longer than searching: only what may be one is looked for
        if text.len() > MOST_NAME || !(may_be_number(text) || may_be_path(text)) {
            return Ok(Vec::new());
        }
        let found = self.view.named(text, NAMED_PLACES)?;
        found.into_iter().map(|id| Ok(self.view.item(id)?)).collect()
    }

    /// Another query over the same state of the index as an earlier one.
    pub(crate) fn changed(
        &self,
        of: &CaseQuery,
        parsed: Query,
        exact: bool,
    ) -> Result<CaseQuery, SearchError> {
        self.resolve_query(parsed.to_string(), parsed, exact, of.searcher.clone())
    }

    fn resolve_query(
        &self,
        text: String,
        parsed: Query,
        exact: bool,
        searcher: Searcher,
    ) -> Result<CaseQuery, SearchError> {
        let tagged = parsed.clone().with_tags(|tag| self.view.tagged(tag))?;
        let resolved = widened(&searcher, self.view.query(tagged)?, exact);
        Ok(CaseQuery { text, parsed, resolved, exact, searcher })
    }

    /// Searches the case.
    ///
    /// # Errors
    /// Those of the index and the catalogue.
    pub fn search(&self, request: &SearchRequest<'_>) -> Result<SearchResults, SearchError> {
        let began = Instant::now();
        let CaseQuery { resolved, searcher, .. } = request.query;
        let options = SearchOptions {
            limit: request.limit,
            offset: request.offset,
            after: request.after,
            sort: request.sort,
            by_document: request.by_document,
        };
        let found = searcher.search(resolved, &options)?;
        let mut hits = Vec::with_capacity(found.hits.len());
        for hit in &found.hits {
            hits.push(self.hit(resolved.query(), hit)?);
        }
        Ok(SearchResults {
            total: found.total,
            documents: found.documents,
            next: found.next,
            hits,
            took: began.elapsed(),
        })
    }

    pub(crate) fn hit(&self, query: &Query, hit: &Hit) -> Result<SearchHit, SearchError> {
        let (id, number) = (ItemId::new(hit.key.document), hit.key.page);
        let item = self.view.item(id)?;
        let row = self.view.page_row(id, number)?;
        let copies = self.view.copy_count(&item)?;
        let places = self.places(&item, copies)?;
        let found_at = if query.asks_for_places() { self.found_at(query, &item)? } else { None };
        let page = self.view.read_page(&row)?;
        let spans = highlight(query, &page.text);
        Ok(SearchHit {
            name: self.view.case().name(&item),
            path: self.view.path(&item)?,
            item,
            page: number,
            label: row.label,
            kind: row.kind,
            language: row.language,
            confidence: row.confidence,
            score: hit.score,
            pages: hit.pages,
            date: self.view.stated_date(id)?,
            copies,
            places,
            found_at,
            snippet: snippet(&page.text, &spans, SNIPPET_CHARACTERS),
            count: spans.len(),
            offsets: in_characters(&page.text, &spans),
            boxes: regions(&page, &spans),
            spans,
        })
    }

    // The place that the query selects, if it is not the item's own.
    fn found_at(&self, query: &Query, item: &Item) -> Result<Option<String>, SearchError> {
        let mut paths = self.view.places(item)?.paths;
        let of_place: Vec<&str> = paths.iter().map(String::as_str).collect();
        let found = query.place_asked_for(&of_place).filter(|place| *place > 0);
        Ok(found.map(|place| paths.swap_remove(place)))
    }

    // The first other places of the same bytes.
    fn places(&self, item: &Item, copies: u64) -> Result<Vec<(ItemId, String)>, SearchError> {
        if !(1..=MOST_COPIES).contains(&copies) {
            return Ok(Vec::new());
        }
        let others = self.view.copies(item, NAMED_PLACES)?;
        others.iter().map(|other| Ok((other.id, self.view.path(other)?))).collect()
    }

    /// The numbers of all documents that a query finds, in order.
    ///
    /// # Errors
    /// Those of the index.
    pub fn documents_found(&self, query: &CaseQuery) -> Result<Vec<i64>, SearchError> {
        let options =
            SearchOptions { limit: usize::MAX, by_document: true, ..SearchOptions::default() };
        let found = query.searcher.search(&query.resolved, &options)?;
        let mut documents: Vec<i64> = found.hits.iter().map(|hit| hit.key.document).collect();
        documents.sort_unstable();
        Ok(documents)
    }

    /// The pages of one document that match a query, with the positions of the hits.
    ///
    /// # Errors
    /// [`SearchError::Case`] if there is no such document; those of the catalogue.
    pub fn hits(&self, query: &CaseQuery, id: ItemId) -> Result<Vec<PageHits>, SearchError> {
        let rows = self.view.pages(id)?;
        let mut hits = Vec::new();
        for row in rows {
            let page = self.view.read_page(&row)?;
            let spans = highlight(query.resolved(), &page.text);
            if !spans.is_empty() {
                hits.push(PageHits { page: row.number, boxes: regions(&page, &spans), spans });
            }
        }
        Ok(hits)
    }
}

// A document number or a digest: letters, then digits; or hexadecimal digits.
fn may_be_number(text: &str) -> bool {
    let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_label =
        prefix.len() < text.len() && prefix.starts_with(|c: char| c.is_ascii_alphabetic());
    is_label || (text.len() >= 8 && text.bytes().all(|b| b.is_ascii_hexdigit()))
}

// A path, or a file name with an ending.
fn may_be_path(text: &str) -> bool {
    let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_ending =
        (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    text.contains('/') || (is_ending && ending.bytes().any(|b| b.is_ascii_alphabetic()))
}

pub(crate) fn widened(searcher: &Searcher, query: ScopedQuery, exact: bool) -> ScopedQuery {
    if exact { query } else { searcher.widen(&query) }
}

fn regions(page: &Page, spans: &[HitSpan]) -> Vec<(usize, Rect)> {
    let offset = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let of_span = |(number, span): (usize, &HitSpan)| {
        page.regions(offset(span.start), offset(span.end))
            .into_iter()
            .map(move |rect| (number, rect))
            .collect::<Vec<_>>()
    };
    spans.iter().enumerate().flat_map(of_span).collect()
}

fn in_characters(text: &str, spans: &[HitSpan]) -> Vec<(u32, u32)> {
    let (mut at, mut characters) = (0, 0_u32);
    let mut count_to = |bytes: usize| {
        if bytes < at {
            (at, characters) = (0, 0);
        }
        let more = text.get(at..bytes).map_or(0, |stretch| stretch.chars().count());
        characters += u32::try_from(more).unwrap_or(u32::MAX);
        at = bytes;
        characters
    };
    spans.iter().map(|span| (count_to(span.start), count_to(span.end))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_name_a_document_is_looked_up() {
        let looked_up = |text: &&str| may_be_number(text) || may_be_path(text);
        for text in ["EXH-000017", "exh17", "deadbeef", "20170803", "名单.docx", "a/b", "box.7z"]
        {
            assert!(looked_up(&text), "{text}");
        }
        for text in ["", "2017", "登记", "3.5", "copper", "date:2017-08 copper", "e.g."] {
            assert!(!looked_up(&text), "{text}");
        }
    }

    #[test]
    fn offsets_are_counted_in_characters() {
        let span = |start, end| HitSpan { start, end, clause: 0 };
        assert_eq!(in_characters("关于a登记", &[span(3, 6), span(7, 13)]), [(1, 2), (3, 5)]);
        assert_eq!(in_characters("登记", &[span(0, 6), span(3, 6)]), [(0, 2), (1, 2)]);
    }
}
