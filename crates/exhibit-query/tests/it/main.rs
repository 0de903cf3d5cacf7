//! Tests of the query language through its public interface.

mod edits;
mod errors;
mod filters;
mod matching;
mod names;
mod read_as;
mod shown;
mod values;

use exhibit_messages::{Language, Messages};
use exhibit_query::{Query, parse};

/// The texts in which queries are compared here.
const ENGLISH: Messages = Messages::new(Language::English);

/// Parses a query that is expected to be valid.
fn query(text: &str) -> Query {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
