//! Ranges of dates and numbers in the engine, over the columns kept beside the index.

use std::ops::RangeInclusive;
use tantivy::query::{BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{BitSet, DocId, DocSet, Score, SegmentReader};

/// Pages whose column has a value in a range, both ends included. Pages without a value are in none.
#[derive(Clone, Debug)]
pub(crate) enum InRange {
    /// Of a column of dates.
    Date(&'static str, RangeInclusive<i64>),
    /// Of a column of numbers.
    Number(&'static str, RangeInclusive<u64>),
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
                reader.fast_fields().i64(column)?.get_docids_for_value_range(range.clone(), all, &mut docs);
            }
            Self::Number(column, range) => {
                reader.fast_fields().u64(column)?.get_docids_for_value_range(range.clone(), all, &mut docs);
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
