//! Pages superseded by a re-indexed page.

use std::sync::{Arc, PoisonError, RwLock};
use tantivy::index::SegmentId;
use tantivy::query::{ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

/// The segments that one writer has started, in order.
#[derive(Clone, Default, Debug)]
pub(crate) struct SegmentLog(Arc<RwLock<Vec<SegmentId>>>);

impl SegmentLog {
    /// Records that a segment was started.
    pub(crate) fn begin(&self, part: SegmentId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(part);
    }

    /// The pages that have a term, in segments that were started before the last one.
    pub(crate) fn superseded(&self, term: Term) -> Superseded {
        let before = self.0.read().unwrap_or_else(PoisonError::into_inner).len().saturating_sub(1);
        Superseded { term, begun: self.clone(), before }
    }

    // Whether a segment is not among the first `before` ones.
    fn is_since(&self, before: usize, part: SegmentId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner)[before..].contains(&part)
    }
}

/// The pages that have a term, except those in segments started since.
///
/// The engine may apply a deletion only after it already has the segment with the new page.
#[derive(Clone, Debug)]
pub(crate) struct Superseded {
    term: Term,
    begun: SegmentLog,
    before: usize,
}

impl Query for Superseded {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Superseded {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        if self.begun.is_since(self.before, reader.segment_id()) {
            return Ok(Box::new(EmptyScorer));
        }
        let list = reader.inverted_index(self.term.field())?;
        Ok(match list.read_postings(&self.term, IndexRecordOption::Basic)? {
            Some(pages) => Box::new(ConstScorer::new(pages, boost)),
            None => Box::new(EmptyScorer),
        })
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        let found = scorer.doc() != TERMINATED && scorer.seek(doc) == doc;
        Ok(Explanation::new("superseded", if found { 1.0 } else { 0.0 }))
    }
}
