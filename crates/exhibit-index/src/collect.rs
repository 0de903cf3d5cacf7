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
}

/// How many pages there are, and the first of them, in order.
#[derive(Default, Debug)]
pub(crate) struct Gathered {
    pub(crate) total: u64,
    pub(crate) first: Vec<Rank>,
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
            heap: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(&self, fruits: Vec<Gathered>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for fruit in fruits {
            all.total += fruit.total;
            all.first.extend(fruit.first);
        }
        all.first.sort_unstable_by(|a, b| b.cmp(a));
        all.first.truncate(self.keep);
        Ok(all)
    }
}

/// The best of one segment.
pub(crate) struct SegmentBest {
    best: Best,
    document: Arc<dyn ColumnValues<i64>>,
    page: Arc<dyn ColumnValues<u64>>,
    date: Column<i64>,
    total: u64,
    // the least of what is kept on top
    heap: BinaryHeap<Reverse<Rank>>,
}

impl SegmentBest {
    fn primary(&self, doc: DocId, score: Score) -> u64 {
        match self.best.sort {
            // the bits of numbers that are not negative are in the order of the numbers
            Sort::Relevance => u64::from(score.max(0.0).to_bits()),
            Sort::Received => 0,
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
    type Fruit = Gathered;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        let primary = self.primary(doc, score);
        let full = self.heap.len() >= self.best.keep;
        if full && self.heap.peek().is_none_or(|Reverse(least)| primary < least.primary) {
            return;
        }
        let page = u32::try_from(self.page.get_val(doc)).unwrap_or(u32::MAX);
        let rank = Rank { primary, key: PageKey { document: self.document.get_val(doc), page } };
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

    fn harvest(self) -> Gathered {
        Gathered { total: self.total, first: self.heap.into_iter().map(|Reverse(rank)| rank).collect() }
    }
}
