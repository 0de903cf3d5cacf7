//! Reading: a query in the engine's terms, its matching pages, and counts over them.

pub(crate) mod by_path;
pub(crate) mod collect;
pub(crate) mod columns;
pub(crate) mod conversation;
pub(crate) mod engine;
pub(crate) mod facets;
pub(crate) mod pair_cache;
pub(crate) mod postings;
pub(crate) mod range;
pub(crate) mod regex_automaton;
pub(crate) mod search;
pub(crate) mod sequence;
pub(crate) mod similar;
