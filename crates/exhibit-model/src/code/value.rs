//! The values of codes: numbers, texts, lists of texts and codes within codes, each bounded.

use super::{DETAIL, Parts, Reason};
use crate::wire::Writer;
use std::collections::BTreeMap;

/// The values of a code by name.
pub type Values = BTreeMap<String, Value>;

/// The greatest number: `2^53 - 1`, which every JSON parser preserves exactly.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;
/// The maximum bytes of one text.
pub const MAX_TEXT: usize = 2048;
/// The maximum bytes of text from an external program.
const MAX_DETAIL: usize = 512;
/// The maximum number of texts in one list.
pub const MAX_LIST: usize = 16;
/// The maximum number of values of one code.
pub const MAX_VALUES: usize = 8;

/// The maximum nesting of codes: a note with a reason that has a reason.
pub const MAX_DEPTH: usize = 2;

/// One value of a code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Value {
    /// A whole number, at most [`MAX_NUMBER`].
    Number(u64),
    /// A text, at most [`MAX_TEXT`] bytes.
    Text(String),
    /// Texts, at most [`MAX_LIST`].
    List(Vec<String>),
    /// A code. Codes are nested at most [`MAX_DEPTH`] deep; those that a worker emits, once.
    Code(Parts),
}

impl Value {
    pub(super) fn write_hashed(&self, w: &mut Writer) {
        match self {
            Self::Number(number) => {
                w.byte(0);
                w.number(*number);
            }
            Self::Text(text) => {
                w.byte(1);
                w.text(text);
            }
            Self::List(list) => {
                w.byte(2);
                w.number(list.len() as u64);
                list.iter().for_each(|text| w.text(text));
            }
            Self::Code(parts) => {
                w.byte(3);
                parts.write_hashed(w);
            }
        }
    }
}

pub(super) fn without_detail(values: &Values) -> Values {
    let kept = values.iter().filter(|(name, _)| *name != DETAIL);
    kept.map(|(name, value)| {
        let value = match value {
            Value::Code(parts) => Value::Code(Parts {
                word: parts.word.clone(),
                values: without_detail(&parts.values),
            }),
            other => other.clone(),
        };
        (name.clone(), value)
    })
    .collect()
}

/// Text from an external program or the operating system, such as a parser's error: untrusted, cut at 512 bytes,
/// shown escaped. Nothing may be decided by it, and no digest covers it, so that a different wording in another version
/// changes nothing. It is always the value `detail` of its code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Detail(String);

impl Detail {
    /// The text of `source`, truncated if too long.
    pub fn of(source: &(impl std::fmt::Display + ?Sized)) -> Self {
        Self(bounded(&source.to_string(), MAX_DETAIL))
    }

    /// The text; empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Parts that do not form a valid code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The word is unknown to this version.
    #[error("unknown code {word:?}: it was written by another version of Exhibit, or altered")]
    Unknown {
        /// The word.
        word: String,
    },
    /// A value is missing or of another type.
    #[error("the code {word:?} needs another value {name:?}")]
    Value {
        /// The code's word.
        word: String,
        /// The value's name.
        name: String,
    },
    /// The code has no such value.
    #[error("the code {word:?} has no value {name:?}")]
    Surplus {
        /// The code's word.
        word: String,
        /// The value's name.
        name: String,
    },
    /// The values are not canonical JSON.
    #[error("the values of the code {word:?} are not canonical JSON")]
    Json {
        /// The code's word.
        word: String,
    },
}

/// A type that a code's value can have.
pub(crate) trait Field: Sized {
    /// The value; `None` is omitted.
    fn write(&self) -> Option<Value>;
    /// The typed value; `None` if it is not of this type.
    fn read(value: Option<Value>) -> Option<Self>;
    /// An example value.
    fn sample() -> Self;
}

pub(crate) fn named(name: &str, field: &impl Field) -> Option<(String, Value)> {
    field.write().map(|value| (name.to_owned(), value))
}

/// The values of a code being decoded.
pub(crate) struct Fields {
    parts: Parts,
}

impl Fields {
    pub(crate) const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    // A word of the table, so that values can be taken while it is matched.
    pub(crate) fn word(&self) -> &'static str {
        let known = super::NoteCode::WORDS.iter().chain(Reason::WORDS);
        known.copied().find(|word| *word == self.parts.word).unwrap_or_default()
    }

    pub(crate) fn take<F: Field>(&mut self, name: &str) -> Result<F, CodeError> {
        F::read(self.parts.values.remove(name)).ok_or_else(|| CodeError::Value {
            word: self.parts.word.clone(),
            name: name.to_owned(),
        })
    }

    pub(crate) fn unknown(self) -> CodeError {
        CodeError::Unknown { word: self.parts.word }
    }

    pub(crate) fn end(self) -> Result<(), CodeError> {
        match self.parts.values.into_keys().next() {
            Some(name) => Err(CodeError::Surplus { word: self.parts.word, name }),
            None => Ok(()),
        }
    }
}

fn bounded(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

impl Field for String {
    fn write(&self) -> Option<Value> {
        Some(Value::Text(bounded(self, MAX_TEXT)))
    }

    fn read(value: Option<Value>) -> Option<Self> {
        if let Some(Value::Text(text)) = value { Some(text) } else { None }
    }

    fn sample() -> Self {
        "ئۇيغۇر/名单".to_owned()
    }
}

impl Field for u64 {
    fn write(&self) -> Option<Value> {
        Some(Value::Number((*self).min(MAX_NUMBER)))
    }

    fn read(value: Option<Value>) -> Option<Self> {
        if let Some(Value::Number(number)) = value { Some(number) } else { None }
    }

    fn sample() -> Self {
        3
    }
}

impl<F: Field> Field for Option<F> {
    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(Field::write)
    }

    fn read(value: Option<Value>) -> Option<Self> {
        match value {
            None => Some(None),
            some => F::read(some).map(Some),
        }
    }

    fn sample() -> Self {
        Some(F::sample())
    }
}

impl Field for Vec<String> {
    fn write(&self) -> Option<Value> {
        Some(Value::List(self.iter().take(MAX_LIST).map(|text| bounded(text, MAX_TEXT)).collect()))
    }

    fn read(value: Option<Value>) -> Option<Self> {
        if let Some(Value::List(list)) = value { Some(list) } else { None }
    }

    fn sample() -> Self {
        vec!["cdn.example".to_owned(), "tracker.example".to_owned()]
    }
}

impl Field for Detail {
    fn write(&self) -> Option<Value> {
        (!self.0.is_empty()).then(|| Value::Text(self.0.clone()))
    }

    fn read(value: Option<Value>) -> Option<Self> {
        match value {
            None => Some(Self::default()),
            Some(Value::Text(text)) if !text.is_empty() => Some(Self::of(&text)),
            _ => None,
        }
    }

    fn sample() -> Self {
        Self::of("unexpected end of file")
    }
}

impl Field for Box<Reason> {
    fn write(&self) -> Option<Value> {
        Some(Value::Code(self.parts()))
    }

    fn read(value: Option<Value>) -> Option<Self> {
        if let Some(Value::Code(parts)) = value {
            Reason::from_parts(parts).ok().map(Self::new)
        } else {
            None
        }
    }

    fn sample() -> Self {
        Self::new(Reason::CannotDecompress { os_error: None, detail: Detail::sample() })
    }
}
