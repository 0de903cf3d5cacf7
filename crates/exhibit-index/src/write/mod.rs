//! Writing: pages are buffered into a segment in memory and written in the engine's form.

pub(crate) mod segment;
pub(crate) mod superseded;
pub(crate) mod term_table;
