//! The documents that a reader can see, and queries within them: the only ones that the index answers.

use exhibit_query::Query;
use std::sync::Arc;

/// The documents of the index that a reader can see: all, or those listed. `exhibit-case` makes it from the scope of a
/// view; nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentScope(Option<Arc<[i64]>>);

impl DocumentScope {
    /// Every document.
    pub const FULL: Self = Self(None);

    /// Only these documents.
    #[must_use]
    pub fn only(documents: impl IntoIterator<Item = i64>) -> Self {
        let mut documents: Vec<i64> = documents.into_iter().collect();
        documents.sort_unstable();
        documents.dedup();
        Self(Some(documents.into()))
    }

    /// Whether the scope contains a document.
    #[must_use]
    pub fn contains(&self, document: i64) -> bool {
        self.0.as_ref().is_none_or(|documents| documents.binary_search(&document).is_ok())
    }

    /// A query within this scope.
    #[must_use]
    pub fn query(&self, query: Query) -> ScopedQuery {
        ScopedQuery { query, scope: self.clone() }
    }

    /// The listed documents, sorted; `None` if the scope is full.
    pub(crate) fn listed(&self) -> Option<&[i64]> {
        self.0.as_deref()
    }
}

/// A query, and the documents in which it is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopedQuery {
    query: Query,
    scope: DocumentScope,
}

impl ScopedQuery {
    /// The query.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The documents in which it is answered.
    #[must_use]
    pub fn scope(&self) -> &DocumentScope {
        &self.scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_contains_what_it_lists() {
        let narrow = DocumentScope::only([7, 3, 7]);
        assert_eq!(narrow.listed(), Some(&[3, 7][..]));
        assert_eq!([3, 4, 7].map(|document| narrow.contains(document)), [true, false, true]);
        assert!(DocumentScope::FULL.contains(4) && !DocumentScope::only([]).contains(4));
        let query = exhibit_query::parse("copper").expect("a query");
        assert_eq!(
            (narrow.query(query.clone()).query(), narrow.query(query.clone()).scope()),
            (&query, &narrow)
        );
    }
}
