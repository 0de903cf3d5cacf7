//! The index as its users see it.

mod corpus;
mod dates;
mod facets;
mod index;
mod property;
