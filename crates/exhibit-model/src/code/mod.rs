//! Codes: facts about how a file was read, as stable words with typed values.
//!
//! A [`NoteCode`] is an observation on a file that was read, a [`Reason`] is why a file was not read (to its
//! end). Both travel from the worker to the catalogue, the log and scripts as a word and its values; sentences are made
//! at the surface only. Words and names of values are stable: they are stored and hashed.
//! `docs/formats/codes.md` lists them.

mod json;
mod note;
mod reason;
mod value;

pub use note::{CompoundFault, NoteCode, Severity};
pub use reason::{OutputKind, PictureCoding, ProtocolFault, Reason};
pub use value::{
    CodeError, Detail, MAX_DEPTH, MAX_LIST, MAX_NUMBER, MAX_TEXT, MAX_VALUES, Value, Values,
};

use crate::wire::Writer;

/// The name of text from an external program: it is displayed, but decides nothing and is not hashed.
pub const DETAIL: &str = "detail";

/// A code as a word and its values, as stored and sent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Parts {
    /// The code's word.
    pub word: String,
    /// Its values by name.
    pub values: Values,
}

impl Parts {
    /// Writes what a digest covers: the word and all values except `detail`, in the order of their names.
    pub fn write_hashed(&self, w: &mut Writer) {
        w.text(&self.word);
        let hashed = || self.values.iter().filter(|(name, _)| *name != DETAIL);
        w.number(hashed().count() as u64);
        for (name, value) in hashed() {
            w.text(name);
            value.write_hashed(w);
        }
    }

    /// A one-line representation of the code without its `detail`: the word, then, if there are any, a space and its
    /// values as canonical JSON.
    #[must_use]
    pub fn line(&self) -> String {
        let hashed = value::without_detail(&self.values);
        if hashed.is_empty() {
            self.word.clone()
        } else {
            format!("{} {}", self.word, json::write(&hashed))
        }
    }

    /// The values as canonical JSON (RFC 8785).
    #[must_use]
    pub fn values_json(&self) -> String {
        json::write(&self.values)
    }

    /// Parses a word and values from canonical JSON.
    ///
    /// # Errors
    /// [`CodeError::Json`] for any text that [`Self::values_json`] would not write.
    pub fn of_json(word: &str, values: &str) -> Result<Self, CodeError> {
        let values = json::read(values).ok_or_else(|| CodeError::Json { word: word.to_owned() })?;
        Ok(Self { word: word.to_owned(), values })
    }
}

/// Defines codes: an enum with named, typed values, and its conversion to words and values and back.
macro_rules! codes {
    (
        $(#[$of_all:meta])*
        pub enum $name:ident {
            $(
                $(#[$of_one:meta])*
                $variant:ident $({ $( $(#[$of_field:meta])* $field:ident: $type:ty ),+ $(,)? })? = $word:literal,
            )+
        }
    ) => {
        $(#[$of_all])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum $name {
            $( $(#[$of_one])* $variant $({ $( $(#[$of_field])* $field: $type ),+ })? ),+
        }

        impl $name {
            /// The words of all codes, in the order of their declaration.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The code's stable word.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self {
                    $( Self::$variant $({ $($field: _),+ })? => $word ),+
                }
            }

            /// The code's values by name, within the storage limits.
            #[must_use]
            pub fn values(&self) -> $crate::code::Values {
                let mut values = $crate::code::Values::new();
                match self {
                    $( Self::$variant $({ $($field),+ })? => {
                        $($( values.extend($crate::code::value::named(stringify!($field), $field)); )+)?
                    } ),+
                }
                values
            }

            /// The code for a word and its values.
            ///
            /// # Errors
            /// [`CodeError`](crate::code::CodeError) for an unknown word, and for values that it does not have.
            pub fn from_parts(parts: $crate::code::Parts) -> Result<Self, $crate::code::CodeError> {
                let mut fields = $crate::code::value::Fields::new(parts);
                let code = match fields.word() {
                    $( $word => Self::$variant $({ $($field: fields.take(stringify!($field))?),+ })?, )+
                    _ => return Err(fields.unknown()),
                };
                fields.end()?;
                Ok(code)
            }

            /// The code as a word and its values.
            #[must_use]
            pub fn parts(&self) -> $crate::code::Parts {
                $crate::code::Parts { word: self.word().to_owned(), values: self.values() }
            }

            /// One of each code with example values, for tests and for galleries of texts.
            #[must_use]
            pub fn samples() -> Vec<Self> {
                vec![$( Self::$variant $({ $($field: <$type as $crate::code::value::Field>::sample()),+ })? ),+]
            }
        }
    };
}

/// Defines a fieldless enum that is stored by words.
macro_rules! words {
    (
        $(#[$of_all:meta])*
        pub enum $name:ident { $( $(#[$of_one:meta])* $variant:ident = $word:literal, )+ }
    ) => {
        $(#[$of_all])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $( $(#[$of_one])* $variant ),+ }

        impl $name {
            /// All of them, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }

            /// The variant for a word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }

        impl $crate::code::value::Field for $name {
            fn write(&self) -> Option<$crate::code::Value> {
                Some($crate::code::Value::Text(self.word().to_owned()))
            }

            fn read(value: Option<$crate::code::Value>) -> Option<Self> {
                match value? {
                    $crate::code::Value::Text(word) => Self::from_word(&word),
                    _ => None,
                }
            }

            fn sample() -> Self {
                Self::ALL[0]
            }
        }
    };
}

use {codes, words};

#[cfg(test)]
mod tests;
