//! Language and script, tokens and folds with offsets back: pure functions.
//!
//! One analysis serves index, query and highlighting: what [`tokens::tokens`] says of a page is
//! what is searchable of it, and each token says which bytes of the page it came from. The page's
//! text itself is never changed. `docs/formats/tokens.md` defines every step, with vectors.

pub mod language;
pub mod tokens;

mod fold;
mod forms;
mod grams;
mod han;
mod keys;
mod readings;
mod romanised;
mod searchable;
mod wade_giles;
mod writings;

pub use fold::{fold_word, is_gram, is_han};
pub use forms::forms;
pub use han::{forms_of_class, written_form};
pub use keys::{key_forms, word_keys};
pub use readings::Sound;
pub use romanised::{is_name_part, sounds, spellings};
pub use searchable::{FORM, KEY, searchable};
pub use tokens::{Token, TokenKind, tokens};
pub use writings::writings;

/// The version of the analysis. An index made by another version must be made again: the same
/// text would give other tokens.
pub const ANALYSIS_VERSION: u32 = 3;
