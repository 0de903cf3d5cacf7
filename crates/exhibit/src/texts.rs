//! The texts of this run, in the language that the arguments choose. The language is set once, before any command runs, and
//! is English until then.

use exhibit_messages::cli::Texts;
use exhibit_messages::{Language, Message, Messages};
use exhibit_model::shown;
use std::sync::OnceLock;

static LANGUAGE: OnceLock<Language> = OnceLock::new();

/// Sets the language of this run. Later calls have no effect.
pub(crate) fn set(language: Language) {
    let _ = LANGUAGE.set(language);
}

/// The language of this run.
pub(crate) fn language() -> Language {
    LANGUAGE.get().copied().unwrap_or_default()
}

/// The texts of the command line: a method for each message. Untrusted values have to be made safe before they are inserted.
pub(crate) fn texts() -> Texts {
    Texts(Messages::new(language()))
}

/// The text of a message with values from files, which are made safe to print.
pub(crate) fn safe(message: &Message) -> String {
    texts().0.text(&message.map_texts(shown))
}
