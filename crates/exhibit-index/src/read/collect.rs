//! Collects the best pages of a search, in one stable order, and counts all.

use crate::read::columns::{Values, numbers_of};
use exhibit_model::PageNumber;
use exhibit_query::PageKey;
use exhibit_query::Sort;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::mem::take;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, MonotonicallyMappableToU64};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// A page's place in the order of results: greater is earlier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rank {
    /// The sort key, greater first.
    pub(crate) primary: u64,
    /// Ties are broken by document and page, smaller first.
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

/// The options of the collector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Best {
    /// How many to return.
    pub(crate) keep: usize,
    /// Return only what comes after this one.
    pub(crate) after: Option<Rank>,
    pub(crate) sort: Sort,
    /// Return only the best page of each document.
    pub(crate) by_document: bool,
}

/// The number of pages and documents, and the first of them, in order.
#[derive(Default, Debug)]
pub(crate) struct Gathered {
    pub(crate) total: u64,
    pub(crate) documents: u64,
    pub(crate) first: Vec<Found>,
}

/// A page, and how many pages of its document it represents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) rank: Rank,
    pub(crate) pages: u64,
}

/// The results of one segment: a document is in several pieces if its pages are not adjacent.
pub(crate) struct Part {
    total: u64,
    documents: Vec<u64>,
    first: Vec<Found>,
}

impl Collector for Best {
    type Fruit = Gathered;
    type Child = SegmentBest;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentBest> {
        Ok(SegmentBest {
            best: *self,
            document: numbers_of(segment, "document")?,
            page: numbers_of(segment, "page")?,
            date: segment.fast_fields().i64("date")?,
            total: 0,
            waiting: Vec::with_capacity(AT_ONCE),
            scores: Vec::with_capacity(AT_ONCE),
            values: Values::default(),
            documents: Vec::new(),
            pieces: Vec::new(),
            heap: BinaryHeap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(&self, parts: Vec<Part>) -> tantivy::Result<Gathered> {
        let documents: Vec<&[u64]> = parts.iter().map(|part| part.documents.as_slice()).collect();
        let mut all = Gathered { documents: different(&documents), ..Gathered::default() };
        for part in parts {
            all.total += part.total;
            all.first.extend(part.first);
        }
        if self.by_document {
            join(&mut all.first);
            // only documents whose best page comes after the cursor are still to be returned
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

/// Counts the distinct numbers in these lists.
pub(crate) fn different(lists: &[&[u64]]) -> u64 {
    /// Numbers up to this range, as those of items usually are, are counted in a bit set.
    const NEAR: u64 = 1 << 26;
    let all = || lists.iter().copied().flatten().copied();
    let (Some(least), Some(most)) = (all().min(), all().max()) else { return 0 };
    if most - least < NEAR {
        let mut bits = vec![0_u64; ((most - least) / 64 + 1) as usize];
        all()
            .map(|number| number - least)
            .for_each(|number| bits[(number / 64) as usize] |= 1 << (number % 64));
        return bits.into_iter().map(|bits| u64::from(bits.count_ones())).sum();
    }
    let mut numbers: Vec<u64> = all().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.len() as u64
}

// Merges the pieces of each document.
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

/// Pages whose documents are looked up in one batch.
const AT_ONCE: usize = 256;

/// The best results of one segment.
pub(crate) struct SegmentBest {
    best: Best,
    // as unsigned numbers in the same order
    document: Column<u64>,
    page: Column<u64>,
    date: Column<i64>,
    total: u64,
    // pages that matched and are not processed yet, with their scores
    waiting: Vec<DocId>,
    scores: Vec<Score>,
    values: Values,
    // each document found; adjacent duplicates are left out
    documents: Vec<u64>,
    // by document: the best page of each run of pages of one document
    pieces: Vec<Found>,
    // by page: a heap, with the least of the kept pages on top
    heap: BinaryHeap<Reverse<Rank>>,
}

impl SegmentBest {
    fn primary(&self, doc: DocId, score: Score) -> u64 {
        match self.best.sort {
            // the bits of non-negative floats sort as the numbers do
            Sort::Relevance => u64::from(score.max(0.0).to_bits()),
            // path order has a collector of its own
            Sort::Received | Sort::Path => 0,
            Sort::Newest => self.date.first(doc).map_or(0, ordered),
            Sort::Oldest => self.date.first(doc).map_or(0, |date| !ordered(date)),
        }
    }
}

// Dates as numbers in the same order; a missing date is the least.
fn ordered(date: i64) -> u64 {
    ((date as u64) ^ (1 << 63)).max(1)
}

impl SegmentCollector for SegmentBest {
    type Fruit = Part;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.waiting.push(doc);
        self.scores.push(score);
        if self.waiting.len() == AT_ONCE {
            self.process();
        }
    }

    fn harvest(mut self) -> Part {
        self.process();
        let kept = self.heap.into_iter().map(|Reverse(rank)| Found { rank, pages: 1 });
        let first = if self.best.by_document { self.pieces } else { kept.collect() };
        Part { total: self.total, documents: self.documents, first }
    }
}

impl SegmentBest {
    // Processes the waiting pages.
    fn process(&mut self) {
        let (waiting, scores, mut values) =
            (take(&mut self.waiting), take(&mut self.scores), take(&mut self.values));
        self.total += waiting.len() as u64;
        for ((doc, score), document) in
            waiting.iter().zip(&scores).zip(values.only(&self.document, &waiting))
        {
            self.take(*doc, *score, *document);
        }
        (self.waiting, self.scores, self.values) = (waiting, scores, values);
        self.waiting.clear();
        self.scores.clear();
    }

    fn take(&mut self, doc: DocId, score: Score, document: u64) {
        let same = self.documents.last() == Some(&document);
        if !same {
            self.documents.push(document);
        }
        let primary = self.primary(doc, score);
        if !self.best.by_document {
            return self.keep(doc, document, primary);
        }
        let rank = self.rank(doc, document, primary);
        match self.pieces.last_mut().filter(|_| same) {
            Some(piece) => {
                piece.pages += 1;
                piece.rank = piece.rank.max(rank);
            }
            None => self.pieces.push(Found { rank, pages: 1 }),
        }
    }

    fn rank(&self, doc: DocId, document: u64, primary: u64) -> Rank {
        let page = self.page.first(doc).map_or(0, |page| u32::try_from(page).unwrap_or(u32::MAX));
        Rank {
            primary,
            key: PageKey { document: i64::from_u64(document), page: PageNumber::new(page) },
        }
    }

    fn keep(&mut self, doc: DocId, document: u64, primary: u64) {
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

#[cfg(test)]
mod tests {
    use super::different;

    #[test]
    fn numbers_are_counted_once_near_and_far() {
        for (lists, expected) in [
            (&[][..], 0),
            (&[&[][..], &[7][..]][..], 1),
            (&[&[3, 9, 3, 64, 63][..], &[9, 1 << 25][..]][..], 5),
            (&[&[0, u64::MAX][..], &[5, 0][..]][..], 3),
        ] {
            assert_eq!(different(lists), expected, "{lists:?}");
        }
    }
}
