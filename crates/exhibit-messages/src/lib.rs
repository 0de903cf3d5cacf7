//! Every text for people, by language.
//!
//! The texts are in `texts/`, a folder for each language and a file for each room, in [Fluent]: named arguments, plural
//! forms by CLDR, selectors. English is complete; a message that another language does not have yet is shown in English.
//! The build script checks the files against each other and generates one function per message with its arguments as typed
//! parameters, in alphabetical order: `verify::proved_pages(document, pages, sha256)`. A misspelt key, a missing or
//! superfluous argument and a malformed file fail the build. `Texts` of a room has the same functions as methods that return
//! the text in one language: `texts.hit_of(number, of)`.
//!
//! A [`Message`] is a key with values. It becomes text at the surface, by [`Messages::text`]. Values are inserted as they
//! are: they are never read as Fluent, and never as markup. There is no IO here.
//!
//! [Fluent]: https://projectfluent.org

mod codes;
mod language;
mod message;
mod number;
#[cfg(feature = "queries")]
mod queries;
mod render;
mod verification;

pub use codes::{note, reason};
pub use language::{Direction, Language};
pub use message::{Message, MessageValue};
#[cfg(feature = "queries")]
pub use queries::{
    line_error, query_error, query_error_with_hint, query_field, query_hint, query_read_as,
    query_read_part, query_remark,
};
pub use render::Messages;
pub use verification::fault;

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
