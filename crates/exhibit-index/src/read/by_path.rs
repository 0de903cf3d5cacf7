//! Results in the order of their paths: folder by folder, as a tree is walked.
//!
//! Each segment numbers its own paths, so a number has no meaning outside it: the first results of each segment are
//! collected by number, and merged by the paths themselves. A cursor is a document and page; its path is
//! looked up, so the cursor stays valid while the index grows.

use crate::read::collect::{Found, Gathered, Rank, different};
use crate::read::columns::numbers;
use exhibit_model::PageNumber;
use exhibit_query::PageKey;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{ColumnValues, MonotonicallyMappableToU64, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// The options of a search in path order.
#[derive(Clone, Debug)]
pub(crate) struct ByPath {
    /// How many to return.
    pub(crate) keep: usize,
    /// Return only what comes after this path and page.
    pub(crate) after: Option<(Vec<u8>, PageKey)>,
    /// Return only the first page of each document.
    pub(crate) by_document: bool,
}

/// The results of one segment, with paths spelled out.
pub(crate) struct SegmentPaths {
    total: u64,
    documents: Vec<u64>,
    first: Vec<(Vec<u8>, PageKey, u64)>,
}

impl Collector for ByPath {
    type Fruit = Gathered;
    type Child = SegmentByPath;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentByPath> {
        let fast = segment.fast_fields();
        let places = fast.str("place")?;
        let after = self.after_in(places.as_ref())?;
        Ok(SegmentByPath {
            keep: self.keep,
            by_document: self.by_document,
            after,
            places,
            document: fast.i64("document")?.first_or_default_col(0),
            page: fast.u64("page")?.first_or_default_col(0),
            total: 0,
            documents: Vec::new(),
            heap: BinaryHeap::new(),
            pieces: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<tantivy::Result<SegmentPaths>>) -> tantivy::Result<Gathered> {
        let parts = parts.into_iter().collect::<tantivy::Result<Vec<SegmentPaths>>>()?;
        let documents: Vec<&[u64]> = parts.iter().map(|part| part.documents.as_slice()).collect();
        let mut all = Gathered { documents: different(&documents), ..Gathered::default() };
        let mut first = Vec::new();
        for part in parts {
            all.total += part.total;
            first.extend(part.first);
        }
        first.sort_unstable();
        if self.by_document {
            first.dedup_by(|next, kept| {
                let same = next.1.document == kept.1.document;
                kept.2 += if same { next.2 } else { 0 };
                same
            });
        }
        first.truncate(self.keep);
        all.first = first
            .into_iter()
            .map(|(_, key, pages)| Found { rank: Rank { primary: 0, key }, pages })
            .collect();
        Ok(all)
    }
}

impl ByPath {
    // The cursor in the numbers of one segment. A missing path sorts before all paths.
    fn after_in(&self, places: Option<&StrColumn>) -> std::io::Result<Option<After>> {
        let Some((path, key)) = &self.after else { return Ok(None) };
        if path.is_empty() {
            return Ok(Some(After { number: 0, key: Some(*key) }));
        }
        let next = [path, &b"\0"[..]].concat();
        let own = places.map(|places| numbers(places, path, &next)).transpose()?.unwrap_or(0..0);
        Ok(Some(After { number: own.start + 1, key: (!own.is_empty()).then_some(*key) }))
    }
}

/// A page of a segment: the number of its path (0 without a path), and the page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    number: u64,
    key: PageKey,
}

struct After {
    number: u64,
    // the page itself, if its path is in this segment
    key: Option<PageKey>,
}

/// The first results of one segment.
pub(crate) struct SegmentByPath {
    keep: usize,
    by_document: bool,
    after: Option<After>,
    places: Option<StrColumn>,
    document: Arc<dyn ColumnValues<i64>>,
    page: Arc<dyn ColumnValues<u64>>,
    total: u64,
    documents: Vec<u64>,
    // by page: a heap, with the last of the kept pages on top
    heap: BinaryHeap<Place>,
    // by document: each run of consecutive pages of one document
    pieces: Vec<(Place, u64)>,
}

impl SegmentCollector for SegmentByPath {
    type Fruit = tantivy::Result<SegmentPaths>;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.total += 1;
        let document = self.document.get_val(doc);
        let same = self.documents.last() == Some(&document.to_u64());
        if !same {
            self.documents.push(document.to_u64());
        }
        let number = self
            .places
            .as_ref()
            .and_then(|places| places.ords().first(doc))
            .map_or(0, |number| number + 1);
        if self.after.as_ref().is_some_and(|after| number < after.number) {
            return;
        }
        let page = u32::try_from(self.page.get_val(doc)).unwrap_or(u32::MAX);
        let place = Place { number, key: PageKey { document, page: PageNumber::new(page) } };
        if !self.comes_after(place) {
            return;
        }
        if self.by_document {
            match self.pieces.last_mut().filter(|(last, _)| same && last.key.document == document) {
                Some((first, pages)) => {
                    *pages += 1;
                    *first = (*first).min(place);
                }
                None => self.pieces.push((place, 1)),
            }
        } else if self.heap.len() < self.keep {
            self.heap.push(place);
        } else if self.heap.peek().is_some_and(|last| place < *last) {
            self.heap.pop();
            self.heap.push(place);
        }
    }

    fn harvest(self) -> tantivy::Result<SegmentPaths> {
        let mut kept: Vec<(Place, u64)> = if self.by_document {
            joined(self.pieces, self.keep)
        } else {
            self.heap.into_iter().map(|place| (place, 1)).collect()
        };
        kept.sort_unstable();
        let numbers: Vec<u64> =
            kept.iter().filter_map(|(place, _)| place.number.checked_sub(1)).collect();
        let mut paths = Vec::with_capacity(numbers.len());
        if let Some(places) = &self.places {
            places
                .dictionary()
                .sorted_ords_to_term_cb(&numbers, |path| paths.push(path.to_vec()))?;
        }
        let mut paths = paths.into_iter();
        let mut spelled = |(place, pages): (Place, u64)| {
            let path =
                if place.number == 0 { Vec::new() } else { paths.next().unwrap_or_default() };
            (path, place.key, pages)
        };
        let first = kept.into_iter().map(&mut spelled).collect();
        Ok(SegmentPaths { total: self.total, documents: self.documents, first })
    }
}

impl SegmentByPath {
    // By document, all pages of a document have its place.
    fn comes_after(&self, place: Place) -> bool {
        let Some(after) = &self.after else { return true };
        match (place.number.cmp(&after.number), after.key) {
            (Ordering::Less, _) => false,
            (Ordering::Greater, _) | (_, None) => true,
            (Ordering::Equal, Some(key)) if self.by_document => place.key.document > key.document,
            (Ordering::Equal, Some(key)) => place.key > key,
        }
    }
}

// Merges the pieces of each document and keeps the first ones. A document's place is the same in every segment, so
// what is among the first overall is among the first here.
fn joined(mut pieces: Vec<(Place, u64)>, keep: usize) -> Vec<(Place, u64)> {
    pieces.sort_unstable();
    pieces.dedup_by(|next, kept| {
        let same = next.0.key.document == kept.0.key.document;
        kept.1 += if same { next.1 } else { 0 };
        same
    });
    pieces.truncate(keep);
    pieces
}
