//! Language detection, tokens with offsets, folding and variants: pure functions.
//!
//! The index, queries and highlighting share one analysis: [`tokens::tokens`] emits the searchable
//! tokens of a page, each with the byte range that it came from. The text of the page is never
//! changed. `docs/formats/tokens.md` defines every step, with test vectors.

pub mod language;
pub mod tokens;

mod chinese_names;
mod fold;
mod grams;
mod han;
mod index_terms;
mod inflection;
mod number_variants;
mod pinyin;
mod script_keys;
mod wade_giles;

pub use chinese_names::{is_name_part, sounds, spellings};
pub use fold::{fold_word, is_gram, is_han};
pub use han::{forms_of_class, written_form};
pub use index_terms::{FORM, KEY, index_terms};
pub use inflection::inflected_forms;
pub use number_variants::number_variants;
pub use pinyin::Sound;
pub use script_keys::{key_forms, word_keys};
pub use tokens::{Token, TokenKind, tokens};

/// The version of the analysis. An index built by another version must be rebuilt, because the
/// same text may give other tokens.
pub const ANALYSIS_VERSION: u32 = 3;
