//! Ranges of dates, numbers and names in the engine, over the columns stored with the index.

use crate::read::columns::numbers;
use std::fmt::Debug;
use std::ops::{Range, RangeInclusive};
use tantivy::columnar::Column;
use tantivy::query::{
    BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::{BitSet, DocId, DocSet, Score, SegmentReader};

/// Pages whose column has a value in a range, both ends included. Pages without a value never match.
#[derive(Clone, Debug)]
pub(crate) enum InRange {
    /// On a column of dates.
    Date(&'static str, RangeInclusive<i64>),
    /// On a column of numbers.
    Number(&'static str, RangeInclusive<u64>),
    /// On a column of texts: the half-open range from first to last.
    Text(&'static str, Vec<u8>, Vec<u8>),
    /// Any of these numbers, which are sorted.
    Among(&'static str, Vec<i64>),
}

// The engine treats a range that ends before the least value of a column as containing it, so it is not called then.
fn within<T: PartialOrd + Copy + Debug + Send + Sync + 'static>(
    column: &Column<T>,
    range: RangeInclusive<T>,
    all: Range<DocId>,
    docs: &mut Vec<DocId>,
) {
    if *range.end() >= column.min_value() && *range.start() <= column.max_value() {
        column.get_docids_for_value_range(range, all, docs);
    }
}

impl Query for InRange {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for InRange {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let all = 0..reader.max_doc();
        let mut docs: Vec<DocId> = Vec::new();
        match self {
            Self::Date(column, range) => {
                within(&reader.fast_fields().i64(column)?, range.clone(), all, &mut docs);
            }
            Self::Number(column, range) => {
                within(&reader.fast_fields().u64(column)?, range.clone(), all, &mut docs);
            }
            Self::Text(column, first, last) => {
                if let Some(column) = reader.fast_fields().str(column)? {
                    let numbers = numbers(&column, first, last)?;
                    if let Some(end) = numbers.end.checked_sub(1).filter(|_| !numbers.is_empty()) {
                        within(column.ords(), numbers.start..=end, all, &mut docs);
                    }
                }
            }
            Self::Among(column, numbers) => {
                let column = reader.fast_fields().i64(column)?;
                docs.extend(all.filter(|doc| {
                    column.first(*doc).is_some_and(|n| numbers.binary_search(&n).is_ok())
                }));
            }
        }
        let mut set = BitSet::with_max_value(reader.max_doc());
        for doc in docs {
            set.insert(doc);
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(set), boost)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let inside = scorer.doc() <= doc && scorer.seek(doc) == doc;
        Ok(Explanation::new("a range", if inside { 1.0 } else { 0.0 }))
    }
}
