//! The full-text index of a case's pages: writing it, and searching it by a parsed query.
//!
//! A page is one entry of the index. The index stores tokens, never text: everything shown to a reader is cut and
//! highlighted from the page's own text by [`exhibit_query`], with the analysis that made the tokens
//! ([`exhibit_text`]), so that what matched is what is highlighted. The index can always be rebuilt from the page
//! packs; it is never the only copy of a fact.

mod directory;
mod error;
mod index;
mod read;
mod schema;
mod scope;
mod write;

pub use error::IndexError;
pub use index::{Index, IndexWriter};
pub use read::facets::FacetRequest;
pub use read::search::{Cursor, Hit, ParseCursorError, Results, SearchOptions, Searcher};
pub use scope::{DocumentScope, ScopedQuery};
