//! How far work has come, on stderr: a line that is redrawn on a terminal, lines elsewhere, or JSON events.

mod bar;
mod ingest;

pub(crate) use bar::Meter;
pub(crate) use ingest::{Count, count, watch};
