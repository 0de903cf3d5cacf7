//! What is wrong with a query, where, and the nearest right form.

use std::fmt;

/// A query that cannot be understood. It is never searched as something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    /// Where in the query, in characters from 0.
    pub position: usize,
    /// What is wrong.
    pub kind: QueryErrorKind,
}

/// What is wrong with a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QueryErrorKind {
    /// A quotation mark that nothing closes.
    OpenQuote,
    /// A bracket that nothing closes.
    OpenBracket,
    /// A closing bracket that nothing opened.
    ExtraBracket,
    /// Quotation marks with nothing to search between them.
    EmptyQuotes,
    /// Brackets with nothing between them.
    EmptyBrackets,
    /// An operator without anything to work on.
    LonelyOperator(String),
    /// A field that does not exist.
    UnknownField {
        /// What was written.
        name: String,
        /// The known field nearest to it, if one is near.
        nearest: Option<&'static str>,
    },
    /// A field with nothing right after its colon.
    EmptyField(&'static str),
    /// A field with a value that it does not take.
    BadValue {
        /// The field.
        field: &'static str,
        /// What was written.
        value: String,
        /// What it takes.
        takes: &'static str,
    },
    /// A word of `is:` or `has:` that is none of theirs.
    UnknownWord {
        /// The field.
        field: &'static str,
        /// What was written.
        word: String,
        /// The nearest word, with its field, if one is near.
        nearest: Option<(&'static str, &'static str)>,
        /// What the field takes.
        takes: &'static str,
    },
    /// A field, or a word of one, that nothing in a case can answer.
    NotAnswered {
        /// The field, or the field and its word.
        what: String,
        /// What to do instead.
        instead: &'static str,
    },
    /// Signs without a letter or digit.
    NothingToSearch(String),
    /// A star that is not at the end of a word.
    MisplacedStar(String),
    /// `~` after something that it does not go with.
    MisplacedTilde(String),
    /// A regular expression between slashes that cannot be read, or is too large.
    Pattern(String),
    /// More characters, clauses or nested brackets than are taken.
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The most that is taken.
        most: usize,
    },
}

impl QueryError {
    pub(crate) fn new(position: usize, kind: QueryErrorKind) -> Self {
        Self { position, kind }
    }

    /// What to write instead, as a sentence, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        use QueryErrorKind as Kind;
        Some(match &self.kind {
            Kind::OpenQuote => "close the phrase with another quotation mark".to_owned(),
            Kind::OpenBracket => "add a closing bracket, or put text that has a bracket in quotes".to_owned(),
            Kind::ExtraBracket => "remove it, or put text that has a bracket in quotes".to_owned(),
            Kind::EmptyQuotes | Kind::EmptyBrackets => "put words between them, or remove them".to_owned(),
            Kind::LonelyOperator(operator) => match operator.as_str() {
                "=" => "write =word without a space, or remove the sign".to_owned(),
                "-" => "write -word without a space, or remove the minus".to_owned(),
                "NOT" => "write NOT word; to search for the word itself, write \"not\"".to_owned(),
                operator => {
                    format!(
                        "write one {operator} other; to search for the word itself, write \"{}\"",
                        operator.to_lowercase()
                    )
                }
            },
            Kind::UnknownField { nearest: Some(nearest), .. } => format!("did you mean {nearest}: ?"),
            Kind::UnknownField { name, nearest: None } => {
                format!("to search for the text itself, put it in quotes: \"{name}: …\"")
            }
            Kind::EmptyField(field) => format!("write {field}:value without a space after the colon"),
            Kind::BadValue { field, takes, .. } => format!("{field}: takes {takes}"),
            Kind::UnknownWord { nearest: Some((field, word)), .. } => format!("did you mean {field}:{word} ?"),
            Kind::UnknownWord { field, takes, nearest: None, .. } => format!("{field}: takes {takes}"),
            Kind::NotAnswered { instead, .. } => (*instead).to_owned(),
            Kind::NothingToSearch(_) => "remove it; signs are not searched".to_owned(),
            Kind::MisplacedStar(_) => "write the beginning of a word, then the star: regist*".to_owned(),
            Kind::MisplacedTilde(_) => {
                "write word~1 or word~2 for one word, \"two words\"~5 for words near each other".to_owned()
            }
            Kind::Pattern(pattern) => format!(
                "it is matched against single words, so leave out ^, $ and \\b, close each bracket, and keep repetitions \
                 small; to search for the text itself, put it in quotes: \"/{pattern}/\""
            ),
            Kind::TooMuch { .. } => "for long lists of names, use a batch search".to_owned(),
        })
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use QueryErrorKind as Kind;
        match &self.kind {
            Kind::OpenQuote => f.write_str("a phrase is not closed")?,
            Kind::OpenBracket => f.write_str("a bracket is not closed")?,
            Kind::ExtraBracket => f.write_str("a closing bracket has no opening one")?,
            Kind::EmptyQuotes => f.write_str("there is nothing to search between the quotes")?,
            Kind::EmptyBrackets => f.write_str("there is nothing between the brackets")?,
            Kind::LonelyOperator(operator) => write!(f, "{operator} has nothing to work on")?,
            Kind::UnknownField { name, .. } => write!(f, "there is no field {name}:")?,
            Kind::EmptyField(field) => write!(f, "{field}: has no value")?,
            Kind::BadValue { field, value, .. } => write!(f, "{field}: does not take “{value}”")?,
            Kind::UnknownWord { field, word, .. } => write!(f, "there is no {field}:{word}")?,
            Kind::NotAnswered { what, .. } => write!(f, "{what} cannot be asked for yet")?,
            Kind::NothingToSearch(text) => write!(f, "“{text}” has no letter or digit to search")?,
            Kind::MisplacedStar(text) => write!(f, "the star in “{text}” is not at the end of a word")?,
            Kind::MisplacedTilde(text) => write!(f, "the ~ in “{text}” does not follow a word or a phrase of words")?,
            Kind::Pattern(pattern) => write!(f, "the pattern /{pattern}/ cannot be used")?,
            Kind::TooMuch { what, most } => write!(f, "the query has more than {most} {what}")?,
        }
        write!(f, " (character {})", self.position + 1)
    }
}

impl std::error::Error for QueryError {}
