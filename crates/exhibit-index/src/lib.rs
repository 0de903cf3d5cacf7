//! The query language, what is searchable, hits and how they are marked.
//!
//! A page is one entry of the index. The index keeps tokens, never text: everything shown to a
//! reader is cut and marked from the page's own text, with the analysis that made the tokens
//! ([`exhibit_text`]), so that what matched is what is marked. The index can always be made again
//! from the page packs; it is never the only place where anything is known.

mod alike;
mod by_path;
mod collect;
mod columns;
mod earlier;
mod engine;
mod entry;
mod error;
mod facets;
mod folder;
mod highlight;
mod index;
mod matcher;
mod names;
mod occurrences;
mod part;
mod query;
mod range;
mod reads;
mod schema;
mod search;
mod sequence;
mod slot;
mod snippet;
mod terms;
mod thread;

pub use columns::clause_value;
pub use entry::{PageEntry, PageKey};
pub use error::IndexError;
pub use facets::Facet;
pub use highlight::{Span, highlight};
pub use index::{Index, Writer};
pub use matcher::matches;
pub use names::{Names, Scratch};
pub use query::error::{QueryError, QueryErrorKind};
pub use query::{Chosen, FIELDS, FieldHelp, Hint, Query, Selection, Sort, Thread, kind_of, parse};
pub use search::{Cursor, Hit, ParseCursorError, Results, SearchOptions, Searcher};
pub use snippet::{Snippet, snippet};
