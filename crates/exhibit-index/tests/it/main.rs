//! The index as its users see it.

mod corpus;
mod dates;
mod facets;
mod index;
mod property;
mod scope;

/// Every document of an index.
const FULL: exhibit_index::DocumentScope = exhibit_index::DocumentScope::FULL;

/// A query as it was understood, in English.
fn read_as(query: &exhibit_query::Query) -> String {
    exhibit_messages::query_read_as(
        query,
        exhibit_messages::Messages::new(exhibit_messages::Language::English),
    )
}
