//! The index as its users see it.

mod corpus;
mod dates;
mod facets;
mod index;
mod property;
mod scope;

/// Every document of an index.
const FULL: exhibit_index::DocumentScope = exhibit_index::DocumentScope::FULL;
