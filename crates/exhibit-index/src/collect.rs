//! Gathering the best pages of a search, in one stable order, and counting all.

use crate::entry::PageKey;
use crate::query::Sort;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, ColumnValues};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// A page's place in the order of results: greater is earlier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rank {
    /// By what is sorted, greater first.
    pub(crate) primary: u64,
    /// Among equals by document and page, smaller first.
    pub(crate) key: PageKey,
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        self.primary.cmp(&other.primary).then_with(|| other.key.cmp(&self.key))
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a search asks of the collector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Best {
    /// How many to keep.
    pub(crate) keep: usize,
    /// Keep only what comes after this one.
    pub(crate) after: Option<Rank>,
    pub(crate) sort: Sort,
    /// Keep the best page of each document alone.
    pub(crate) by_document: bool,
}

/// How many pages and documents there are, and the first of them, in order.
#[derive(Default, Debug)]
pub(crate) struct Gathered {
    pub(crate) total: u64,
    pub(crate) documents: u64,
    pub(crate) first: Vec<Found>,
}

/// A page, and how many pages of its document it stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) rank: Rank,
    pub(crate) pages: u64,
}

/// What one segment gives: documents are in several pieces where their pages do not stand together.
pub(crate) struct Part {
    total: u64,
    documents: Vec<i64>,
    first: Vec<Found>,
}

impl Collector for Best {
    type Fruit = Gathered;
    type Child = SegmentBest;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentBest> {
        let fast = segment.fast_fields();
        Ok(SegmentBest {
            best: *self,
            document: fast.i64("document")?.first_or_default_col(0),
            page: fast.u64("page")?.first_or_default_col(0),
            date: fast.i64("date")?,
            total: 0,
            documents: Vec::new(),
            pieces: Vec::new(),
            heap: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(&self, parts: Vec<Part>) -> tantivy::Result<Gathered> {
        let (mut all, mut documents) = (Gathered::default(), Vec::new());
        for part in parts {
            all.total += part.total;
            documents.extend(part.documents);
            all.first.extend(part.first);
        }
        documents.sort_unstable();
        documents.dedup();
        all.documents = documents.len() as u64;
        if self.by_document {
            join(&mut all.first);
            // only a document whose best page comes later is still to be given
            all.first.retain(|found| self.after.is_none_or(|after| found.rank < after));
        }
        if all.first.len() > self.keep {
            all.first.select_nth_unstable_by(self.keep, |a, b| b.rank.cmp(&a.rank));
            all.first.truncate(self.keep);
        }
        all.first.sort_unstable_by_key(|found| std::cmp::Reverse(found.rank));
        Ok(all)
    }
}

// Puts the pieces of each document together.
fn join(pieces: &mut Vec<Found>) {
    pieces.sort_unstable_by_key(|piece| piece.rank.key);
    pieces.dedup_by(|next, kept| {
        let same = next.rank.key.document == kept.rank.key.document;
        if same {
            kept.pages += next.pages;
            kept.rank = kept.rank.max(next.rank);
        }
        same
    });
}

/// The best of one segment.
pub(crate) struct SegmentBest {
    best: Best,
    document: Arc<dyn ColumnValues<i64>>,
    page: Arc<dyn ColumnValues<u64>>,
    date: Column<i64>,
    total: u64,
    // each document met, but for neighbours that are the same
    documents: Vec<i64>,
    // by document: the best page of each stretch of pages of one document
    pieces: Vec<Found>,
    // by page: the least of what is kept on top
    heap: BinaryHeap<Reverse<Rank>>,
}

impl SegmentBest {
    fn primary(&self, doc: DocId, score: Score) -> u64 {
        match self.best.sort {
            // the bits of numbers that are not negative are in the order of the numbers
            Sort::Relevance => u64::from(score.max(0.0).to_bits()),
            // the order of paths has a collector of its own
            Sort::Received | Sort::Path => 0,
            Sort::Newest => self.date.first(doc).map_or(0, ordered),
            Sort::Oldest => self.date.first(doc).map_or(0, |date| !ordered(date)),
        }
    }
}

// Dates as numbers in the same order, none of them the least.
fn ordered(date: i64) -> u64 {
    ((date as u64) ^ (1 << 63)).max(1)
}

impl SegmentCollector for SegmentBest {
    type Fruit = Part;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        let document = self.document.get_val(doc);
        let same = self.documents.last() == Some(&document);
        if !same {
            self.documents.push(document);
        }
        let primary = self.primary(doc, score);
        if self.best.by_document {
            let rank = self.rank(doc, document, primary);
            match self.pieces.last_mut().filter(|_| same) {
                Some(piece) => {
                    piece.pages += 1;
                    piece.rank = piece.rank.max(rank);
                }
                None => self.pieces.push(Found { rank, pages: 1 }),
            }
        } else {
            self.keep(doc, document, primary);
        }
    }

    fn harvest(self) -> Part {
        let kept = self.heap.into_iter().map(|Reverse(rank)| Found { rank, pages: 1 });
        let first = if self.best.by_document { self.pieces } else { kept.collect() };
        Part { total: self.total, documents: self.documents, first }
    }
}

impl SegmentBest {
    fn rank(&self, doc: DocId, document: i64, primary: u64) -> Rank {
        let page = u32::try_from(self.page.get_val(doc)).unwrap_or(u32::MAX);
        Rank { primary, key: PageKey { document, page } }
    }

    fn keep(&mut self, doc: DocId, document: i64, primary: u64) {
        let full = self.heap.len() >= self.best.keep;
        if full && self.heap.peek().is_none_or(|Reverse(least)| primary < least.primary) {
            return;
        }
        let rank = self.rank(doc, document, primary);
        if self.best.after.is_some_and(|after| rank >= after) {
            return;
        }
        if full && self.heap.peek().is_some_and(|Reverse(least)| rank > *least) {
            self.heap.pop();
        } else if full {
            return;
        }
        self.heap.push(Reverse(rank));
    }
}
