//! The documents of a conversation: those linked by message ids, directly or through others.
//!
//! Each message names itself and those that it answers. A missing message still links those that name it.

use crate::error::IndexError;
use crate::read::search::Searcher;
use crate::scope::DocumentScope;
use exhibit_query::MessageRef;
use exhibit_query::values_text::message;
use std::collections::{BTreeSet, HashSet};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, SegmentReader, TERMINATED, Term};

impl Searcher {
    /// The numbers of a scope's documents of a conversation, in order. Documents outside the scope link nothing.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn conversation(
        &self,
        thread: &MessageRef,
        scope: &DocumentScope,
    ) -> Result<Vec<i64>, IndexError> {
        let (mut documents, mut known) = (BTreeSet::new(), HashSet::new());
        let seen = |document: i64| scope.contains(document);
        let mut next: Vec<String> = Vec::new();
        let first = match thread {
            MessageRef::Document(document) => {
                let term = Term::from_field_i64(self.fields.document, *document);
                self.add_linked(&term, &seen, &mut documents, &mut next)?;
                Vec::new()
            }
            MessageRef::Id(name) => vec![message(name)],
        };
        next.extend(first);
        while let Some(name) = next.pop() {
            if !name.is_empty() && known.insert(name.clone()) {
                let term = Term::from_field_text(self.fields.thread, &name);
                self.add_linked(&term, &seen, &mut documents, &mut next)?;
            }
        }
        Ok(documents.into_iter().collect())
    }

    // Adds the documents that have a term, and the newly found messages that those documents name.
    fn add_linked(
        &self,
        term: &Term,
        seen: &dyn Fn(i64) -> bool,
        documents: &mut BTreeSet<i64>,
        names: &mut Vec<String>,
    ) -> tantivy::Result<()> {
        for segment in self.engine.segment_readers() {
            for document in pages_with(segment, term.field(), term)? {
                let number = segment.fast_fields().i64("document")?.first(document);
                if !number.is_some_and(|number| seen(number) && documents.insert(number)) {
                    continue;
                }
                let Some(column) = segment.fast_fields().str("thread")? else { continue };
                for ordinal in column.term_ords(document) {
                    let mut name = String::new();
                    if column.ord_to_str(ordinal, &mut name)? {
                        names.push(name);
                    }
                }
            }
        }
        Ok(())
    }
}

fn pages_with(segment: &SegmentReader, field: Field, term: &Term) -> tantivy::Result<Vec<u32>> {
    let index = segment.inverted_index(field)?;
    let Some(mut pages) = index.read_postings(term, IndexRecordOption::Basic)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    while pages.doc() != TERMINATED {
        if !segment.is_deleted(pages.doc()) {
            found.push(pages.doc());
        }
        pages.advance();
    }
    Ok(found)
}
