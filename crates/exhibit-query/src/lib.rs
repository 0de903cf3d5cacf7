//! The query language: its grammar, the meaning of a query on a page, and how matches are shown.
//!
//! Pure functions over text, without a search engine: the engine and the evaluation of single pages ([`matches()`])
//! return the same results because both are derived from the tree that is built here.

mod clause;
mod edit;
mod entry;
mod error;
mod error_code;
mod facet;
mod field;
mod filters;
mod highlight;
mod lex;
mod matcher;
mod name_set;
mod occurrences;
mod parse;
mod pattern;
mod print;
mod query;
mod regex;
mod snippet;
mod unit;
mod values;
pub mod values_text;
mod variants;
mod widen;

pub use entry::{PageEntry, PageKey};
pub use error::{Alternative, Operator, QueryError, QueryErrorKind, QueryLimit};
pub use facet::{CONFIDENCE_BANDS, Facet};
pub use field::Field;
pub use filters::{Filter, FilteredQuery};
pub use highlight::{HitSpan, highlight};
pub use matcher::matches;
pub use name_set::{NameScratch, NameSet};
pub use occurrences::{occurs, starts};
pub use parse::parse;
pub use pattern::{Pattern, alphabet};
pub use print::ReadPart;
pub use query::{
    Clause, ClauseText, Criterion, Form, Hint, HintKind, MessageRef, Node, NumberField, Phrase,
    Property, Query, Slot, Sort, TextField, Unit,
};
pub use regex::{Regex, RegexState};
pub use snippet::{Snippet, snippet};
pub use values::kind_of;
pub use values_text::clause_value;
pub use widen::widen;
