//! Searching: takes a query, returns pages in a stable order.

use crate::error::IndexError;
use crate::read::by_path::ByPath;
use crate::read::collect::{Best, Found, Rank};
use crate::read::engine::{Given, alone, engine_query, text_field};
use crate::read::pair_cache::PairCache;
use crate::read::postings::{holds, matching_terms};
use crate::read::range::InRange;
use crate::schema::Fields;
use crate::scope::{DocumentScope, ScopedQuery};
use exhibit_model::PageNumber;
use exhibit_query::PageKey;
use exhibit_query::{Pattern, Sort};
use std::fmt;
use std::str::FromStr;
use tantivy::collector::Count;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, TantivyError, Term};

/// A snapshot of the index: later commits are not visible.
#[derive(Clone)]
pub struct Searcher {
    pub(crate) engine: tantivy::Searcher,
    pub(crate) fields: Fields,
    pairs: PairCache,
}

/// Which of the results to return.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// The maximum number of hits to return.
    pub limit: usize,
    /// How many hits to skip. For distant pages a cursor is cheaper.
    pub offset: usize,
    /// Start after the hit with this cursor, in the same order.
    pub after: Option<Cursor>,
    /// The order; the query's own `sort:` takes precedence.
    pub sort: Sort,
    /// One hit for each document: its best page.
    pub by_document: bool,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { limit: 25, offset: 0, after: None, sort: Sort::Relevance, by_document: false }
    }
}

/// The results of a search.
#[derive(Clone, PartialEq, Debug)]
pub struct Results {
    /// How many pages match the query.
    pub total: u64,
    /// How many documents have a matching page.
    pub documents: u64,
    /// The requested hits.
    pub hits: Vec<Hit>,
    /// Where to continue, if there are more.
    pub next: Option<Cursor>,
}

/// A page that matches a query.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hit {
    /// Which page.
    pub key: PageKey,
    /// Its relevance; 0 in other orders. Comparable only within one search.
    pub score: f32,
    /// How many pages of its document match the query, if hits are documents; 1 if they are pages.
    pub pages: u64,
}

/// A position in a list of results, to continue from. Valid for the same query and order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor(Rank);

/// The text is not a cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a cursor is three hexadecimal numbers joined by dots, as a search gave it")]
pub struct ParseCursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}.{:x}.{:x}", self.0.primary, self.0.key.document, self.0.key.page.get())
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let mut parts = text.split('.');
        let mut part = || {
            let part = parts
                .next()
                .filter(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u64::from_str_radix(part, 16).ok()
        };
        let (Some(primary), Some(document), Some(page)) = (part(), part(), part()) else {
            return Err(ParseCursorError);
        };
        let (Ok(document), Ok(page)) = (i64::try_from(document), u32::try_from(page)) else {
            return Err(ParseCursorError);
        };
        if parts.next().is_some() {
            Err(ParseCursorError)
        } else {
            Ok(Self(Rank { primary, key: PageKey { document, page: PageNumber::new(page) } }))
        }
    }
}

impl Searcher {
    pub(crate) fn new(engine: tantivy::Searcher, fields: Fields) -> Self {
        Self { engine, fields, pairs: PairCache::default() }
    }

    /// How many pages of a scope are searchable now.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn pages(&self, scope: &DocumentScope) -> Result<u64, IndexError> {
        let Some(filter) = filter_of(scope) else { return Ok(self.engine.num_docs()) };
        Ok(self.engine.search(&*filter, &Count)? as u64)
    }

    /// On how many pages of a scope a term of the text occurs.
    pub(crate) fn pages_with(&self, term: Term, scope: &DocumentScope) -> Result<u64, IndexError> {
        let term = TermQuery::new(term, IndexRecordOption::Basic);
        Ok(self.engine.search(&*within(Box::new(term), scope), &Count)? as u64)
    }

    /// Adds to a query the spelling and script variants of its words that this index has: Chinese names by their
    /// readings, Uyghur and Kazakh words in their other alphabets, dates and numbers in other numerals, English and
    /// Russian words in their other inflected forms. Each is read back ([`exhibit_query::Query::widenings`]);
    /// search and highlight with the query that this returns.
    #[must_use]
    pub fn widen(&self, query: &ScopedQuery) -> ScopedQuery {
        let scope = query.scope();
        let occurs = |pattern: &Pattern| match scope.listed() {
            None => Ok(holds(&self.engine, self.fields.text, pattern, &self.pairs)?),
            // a variant that only other documents contain is not read back
            Some(_) => {
                let alone = alone(self.fields.text, pattern.clone(), &self.pairs);
                Ok::<_, TantivyError>(self.engine.search(&*within(alone, scope), &Count)? > 0)
            }
        };
        // an index that cannot be read reports the error when it is searched
        scope.query(exhibit_query::widen(query.query(), &|pattern| occurs(pattern).unwrap_or(true)))
    }

    /// The engine's form of a query, after checking that no pattern matches more words than are searched at once.
    pub(crate) fn engine_query(
        &self,
        query: &ScopedQuery,
    ) -> Result<Box<dyn EngineQuery>, IndexError> {
        const MOST: usize = 20_000;
        let (query, scope) = (query.query(), query.scope());
        for (field, pattern) in query.patterns() {
            let field = text_field(field, &self.fields);
            let written = match pattern {
                Pattern::Matches(regex) => format!("/{}/", regex.written()),
                Pattern::ReadAlone(sound) => format!("pinyin:{sound}"),
                _ => continue,
            };
            if matching_terms(&self.engine, field, pattern, MOST)? > MOST {
                return Err(IndexError::TooManyWords { pattern: written, most: MOST });
            }
        }
        let resolved = query.clone().with_threads(|thread| self.conversation(thread, scope))?;
        Ok(within(
            engine_query(&resolved, Given { fields: &self.fields, pairs: &self.pairs }),
            scope,
        ))
    }

    /// Finds the pages that match the query, counts them and their documents, and returns the requested ones.
    ///
    /// The order is stable: ties are broken by document and page.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read; [`IndexError::TooManyWords`] if a pattern is too wide.
    pub fn search(
        &self,
        query: &ScopedQuery,
        options: &SearchOptions,
    ) -> Result<Results, IndexError> {
        let sort = query.query().sort.unwrap_or(options.sort);
        let wanted = options.offset.saturating_add(options.limit);
        let after = options
            .after
            .map(|cursor| cursor.0)
            .filter(|rank| query.scope().contains(rank.key.document));
        let (keep, by_document) = (wanted.saturating_add(1), options.by_document);
        let engine_query = self.engine_query(query)?;
        let gathered = if sort == Sort::Path {
            let after = after
                .map(|rank| Ok::<_, TantivyError>((self.path_of(rank.key)?, rank.key)))
                .transpose()?;
            self.engine.search(&*engine_query, &ByPath { keep, after, by_document })?
        } else {
            self.engine.search(&*engine_query, &Best { keep, after, sort, by_document })?
        };
        let more = gathered.first.len() > wanted;
        let found = gathered
            .first
            .get(options.offset..wanted.min(gathered.first.len()))
            .unwrap_or_default();
        let score = |rank: &Rank| match (sort, u32::try_from(rank.primary)) {
            (Sort::Relevance, Ok(bits)) => f32::from_bits(bits),
            _ => 0.0,
        };
        let hit = |found: &Found| Hit {
            key: found.rank.key,
            score: score(&found.rank),
            pages: found.pages,
        };
        Ok(Results {
            total: gathered.total,
            documents: gathered.documents,
            hits: found.iter().map(hit).collect(),
            next: found.last().filter(|_| more).map(|found| Cursor(found.rank)),
        })
    }

    // The path of a document as stored in its column; empty if it has none, or is no longer in the index.
    fn path_of(&self, key: PageKey) -> tantivy::Result<Vec<u8>> {
        let term = Term::from_field_i64(self.fields.document, key.document);
        let mut path = Vec::new();
        for segment in self.engine.segment_readers() {
            let Some(places) = segment.fast_fields().str("place")? else { continue };
            let index = segment.inverted_index(self.fields.document)?;
            let Some(mut pages) = index.read_postings(&term, IndexRecordOption::Basic)? else {
                continue;
            };
            while pages.doc() != TERMINATED && segment.is_deleted(pages.doc()) {
                pages.advance();
            }
            let number =
                if pages.doc() == TERMINATED { None } else { places.ords().first(pages.doc()) };
            if let Some(number) = number {
                places.ord_to_bytes(number, &mut path)?;
                break;
            }
        }
        Ok(path)
    }
}

// The pages of a scope; `None` if it is full.
fn filter_of(scope: &DocumentScope) -> Option<Box<dyn EngineQuery>> {
    let documents = scope.listed()?.to_vec();
    Some(Box::new(ConstScoreQuery::new(Box::new(InRange::Among("document", documents)), 0.0)))
}

/// A query of the engine within a scope.
pub(crate) fn within(query: Box<dyn EngineQuery>, scope: &DocumentScope) -> Box<dyn EngineQuery> {
    match filter_of(scope) {
        None => query,
        Some(filter) => {
            Box::new(BooleanQuery::new(vec![(Occur::Must, query), (Occur::Must, filter)]))
        }
    }
}
