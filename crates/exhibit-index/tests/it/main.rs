//! The index as its users see it.

mod corpus;
mod index;
mod property;
