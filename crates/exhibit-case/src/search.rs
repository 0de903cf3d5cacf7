//! Searching a case: the index says which pages, the pages' own text says where.

use crate::document_date::date_of;
use crate::{Case, CaseError};
use exhibit_catalogue::Item;
use exhibit_index::{Cursor, Hit, Query, SearchOptions, Searcher, Snippet, Sort, Span, highlight, parse, snippet};
use exhibit_model::{ItemId, Page, PageKind, Rect, StatedDate};
use std::time::{Duration, Instant};

/// What to search for.
#[derive(Debug, Clone, Copy, Default)]
pub struct SearchRequest<'a> {
    /// The query, as typed.
    pub query: &'a str,
    /// Most hits.
    pub limit: usize,
    /// Hits passed over.
    pub offset: usize,
    /// Begin after the hit at which an earlier search of the same query and order ended ([`SearchResults::next`]).
    pub after: Option<Cursor>,
    /// One hit for each document, its best page.
    pub by_document: bool,
    /// Their order.
    pub sort: Sort,
    /// Whether words are to be found as they are written, without the other writings that the index knows of them.
    pub exact: bool,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct SearchResults {
    /// How the query was understood.
    pub read_as: String,
    /// Its clauses, by the numbers that spans carry.
    pub clauses: Vec<String>,
    /// Each widening that was made without being asked for.
    pub widenings: Vec<String>,
    /// What was taken as it stands but may have been meant otherwise, as sentences.
    pub remarks: Vec<String>,
    /// How many pages match.
    pub total: u64,
    /// How many documents have such a page.
    pub documents: u64,
    /// Where to go on, if there are more hits.
    pub next: Option<Cursor>,
    /// The hits asked for.
    pub hits: Vec<SearchHit>,
    /// How long it took.
    pub took: Duration,
}

/// A page that matches.
#[derive(Debug, Clone)]
pub struct SearchHit {
    /// The document.
    pub item: Item,
    /// Its name, safe to show.
    pub name: String,
    /// Its path, safe to show.
    pub path: String,
    /// The page's number.
    pub page: u32,
    /// What the document itself calls the page.
    pub label: String,
    /// The page's kind.
    pub kind: PageKind,
    /// The page's main language.
    pub language: String,
    /// OCR's mean confidence, 0 to 1; `None` where the text was not guessed.
    pub confidence: Option<f64>,
    /// The engine's measure of relevance.
    pub score: f32,
    /// The date that the document itself states, where it does.
    pub date: Option<StatedDate>,
    /// Other places of the same bytes.
    pub copies: u64,
    /// The first of them: item, and path, safe to show.
    pub places: Vec<(ItemId, String)>,
    /// The place that the query asked for, where that is another than `path`; safe to show.
    pub found_at: Option<String>,
    /// A stretch of the page's text around the first hits.
    pub snippet: Snippet,
    /// All hits on the page, in bytes of its text.
    pub spans: Vec<Span>,
    /// How many.
    pub count: usize,
    /// How many pages of the document match, where hits are documents; 1 where they are pages.
    pub pages: u64,
    /// All hits on the page, in characters (Unicode scalar values) of its text.
    pub offsets: Vec<(u32, u32)>,
    /// Where the hits stand on the page: the span's number and a region; several where it wraps.
    pub boxes: Vec<(usize, Rect)>,
}

/// The hits on one page of a document.
#[derive(Debug, Clone)]
pub struct PageHits {
    /// The page's number.
    pub page: u32,
    /// The hits, in bytes of its text.
    pub spans: Vec<Span>,
    /// Where they stand: the span's number and a region.
    pub boxes: Vec<(usize, Rect)>,
}

// Other places named with a hit; of a content that lies in very many, none.
const NAMED_PLACES: usize = 5;
const MOST_COPIES: u64 = 200;
const SNIPPET_CHARACTERS: usize = 160;

impl Case {
    /// Searches the case.
    ///
    /// # Errors
    /// [`CaseError::Query`] when the query cannot be understood.
    pub fn search(&self, request: &SearchRequest<'_>) -> Result<SearchResults, CaseError> {
        let began = Instant::now();
        let searcher = self.searcher()?;
        let query = self.understood(&searcher, request.query, request.exact)?;
        let options = SearchOptions {
            limit: request.limit,
            offset: request.offset,
            after: request.after,
            sort: request.sort,
            by_document: request.by_document,
        };
        let found = searcher.search(&query, &options)?;
        let mut hits = Vec::with_capacity(found.hits.len());
        for hit in &found.hits {
            hits.push(self.hit(&query, hit)?);
        }
        Ok(SearchResults {
            read_as: query.read_as(),
            clauses: query.clauses().into_iter().map(str::to_owned).collect(),
            widenings: query.widenings().into_iter().map(str::to_owned).collect(),
            remarks: query.hints().iter().map(|hint| hint.text.clone()).collect(),
            total: found.total,
            documents: found.documents,
            next: found.next,
            hits,
            took: began.elapsed(),
        })
    }

    /// A query as it is searched: its tags stand for their documents, and it is widened unless it is to be exact.
    pub(crate) fn understood(&self, searcher: &Searcher, query: &str, exact: bool) -> Result<Query, CaseError> {
        let query = parse(query)?.with_tags(|tag| self.tagged(tag))?;
        Ok(widened(searcher, query, exact))
    }

    pub(crate) fn hit(&self, query: &Query, hit: &Hit) -> Result<SearchHit, CaseError> {
        let (id, number) = (ItemId::new(hit.key.document), hit.key.page);
        let item = self.item(id)?;
        let (row, copies, metadata) = {
            let catalogue = self.catalogue();
            let row = catalogue.page(id, number)?;
            let copies = match item.original {
                Some(original) => catalogue.copies(original)?.saturating_sub(1),
                None => 0,
            };
            (
                row.ok_or_else(|| CaseError::NoSuchPage { document: self.label(id), page: number })?,
                copies,
                catalogue.metadata(id)?,
            )
        };
        let places = self.places(&item, copies)?;
        let found_at = if query.asks_for_places() { self.found_at(query, &item)? } else { None };
        let page = self.read_page(&row)?;
        let spans = highlight(query, &page.text);
        Ok(SearchHit {
            name: self.name(&item),
            path: self.path(&item)?,
            item,
            page: number,
            label: row.label,
            kind: row.kind,
            language: row.language,
            confidence: row.confidence,
            score: hit.score,
            pages: hit.pages,
            date: date_of(&metadata),
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

    // The place that the query asks for, if it is not the item's own.
    fn found_at(&self, query: &Query, item: &Item) -> Result<Option<String>, CaseError> {
        let mut paths = self.all_places(item)?.paths;
        let of_place: Vec<&str> = paths.iter().map(String::as_str).collect();
        let found = query.place_asked_for(&of_place).filter(|place| *place > 0);
        Ok(found.map(|place| paths.swap_remove(place)))
    }

    // Some of the other places of the same bytes.
    fn places(&self, item: &Item, copies: u64) -> Result<Vec<(ItemId, String)>, CaseError> {
        let Some(original) = item.original.filter(|_| (1..=MOST_COPIES).contains(&copies)) else {
            return Ok(Vec::new());
        };
        let mut others = self.catalogue().items_with(original, NAMED_PLACES + 1)?;
        others.retain(|other| other.id != item.id);
        others.iter().take(NAMED_PLACES).map(|other| Ok((other.id, self.path(other)?))).collect()
    }

    // sees what other processes have made searchable since
    pub(crate) fn searcher(&self) -> Result<Searcher, CaseError> {
        let index = self.index()?;
        index.refresh()?;
        Ok(index.searcher())
    }

    /// The numbers of all documents that a query finds, in order; limit and order do not count.
    ///
    /// # Errors
    /// [`CaseError::Query`] when the query cannot be understood.
    pub fn documents_found(&self, request: &SearchRequest<'_>) -> Result<Vec<i64>, CaseError> {
        let searcher = self.searcher()?;
        let query = self.understood(&searcher, request.query, request.exact)?;
        let options = SearchOptions { limit: usize::MAX, by_document: true, ..SearchOptions::default() };
        let mut documents: Vec<i64> =
            searcher.search(&query, &options)?.hits.iter().map(|hit| hit.key.document).collect();
        documents.sort_unstable();
        Ok(documents)
    }

    /// Which pages of one document match a query, and where; `exact` as in [`SearchRequest`].
    ///
    /// # Errors
    /// [`CaseError::Query`] when the query cannot be understood.
    pub fn hits(&self, query: &str, exact: bool, id: ItemId) -> Result<Vec<PageHits>, CaseError> {
        let query = self.understood(&self.searcher()?, query, exact)?;
        let item = self.item(id)?;
        let rows = self.catalogue().pages(item.duplicate_of.unwrap_or(id))?;
        let mut hits = Vec::new();
        for row in rows {
            let page = self.read_page(&row)?;
            let spans = highlight(&query, &page.text);
            if !spans.is_empty() {
                hits.push(PageHits { page: row.number, boxes: regions(&page, &spans), spans });
            }
        }
        Ok(hits)
    }
}

pub(crate) fn widened(searcher: &Searcher, query: Query, exact: bool) -> Query {
    if exact { query } else { searcher.widen(&query) }
}

fn regions(page: &Page, spans: &[Span]) -> Vec<(usize, Rect)> {
    let offset = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let of_span = |(number, span): (usize, &Span)| {
        page.regions(offset(span.start), offset(span.end))
            .into_iter()
            .map(move |rect| (number, rect))
            .collect::<Vec<_>>()
    };
    spans.iter().enumerate().flat_map(of_span).collect()
}

fn in_characters(text: &str, spans: &[Span]) -> Vec<(u32, u32)> {
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
    fn offsets_are_counted_in_characters() {
        let span = |start, end| Span { start, end, clause: 0 };
        assert_eq!(in_characters("关于a登记", &[span(3, 6), span(7, 13)]), [(1, 2), (3, 5)]);
        assert_eq!(in_characters("登记", &[span(0, 6), span(3, 6)]), [(0, 2), (1, 2)]);
    }
}
