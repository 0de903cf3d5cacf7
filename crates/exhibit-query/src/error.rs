//! Errors of a query, as a code with its values and its position. The sentences are in `exhibit-messages`.

use crate::field::Field;
use std::fmt;

/// A query that cannot be parsed. It is never searched as something else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    /// Where in the query, in characters from 0.
    pub position: usize,
    /// The kind of error.
    pub kind: QueryErrorKind,
}

/// The kinds of errors in a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QueryErrorKind {
    /// A quotation mark without a closing one.
    OpenQuote,
    /// A bracket without a closing one.
    OpenBracket,
    /// A closing bracket without an opening one.
    ExtraBracket,
    /// Quotation marks with nothing to search between them.
    EmptyQuotes,
    /// Brackets with nothing between them.
    EmptyBrackets,
    /// An operator without an operand.
    LonelyOperator(Operator),
    /// A field that does not exist.
    UnknownField {
        /// The name as written.
        name: String,
        /// The nearest known field, if one is near.
        nearest: Option<Field>,
    },
    /// A field with no value right after its colon.
    EmptyField(Field),
    /// A field with a value that it does not accept.
    BadValue {
        /// The field.
        field: Field,
        /// The value as written.
        value: String,
    },
    /// An unknown word of `is:` or `has:`.
    UnknownWord {
        /// The field.
        field: Field,
        /// The word as written.
        word: String,
        /// The nearest word, with its field, if one is near.
        nearest: Option<(Field, &'static str)>,
    },
    /// A field, or a word of one, that no data in a case can answer.
    Unsupported {
        /// The field, or the field and its word, as in a query.
        what: String,
        /// What to do instead.
        instead: Alternative,
    },
    /// Signs without a letter or digit.
    NothingToSearch(String),
    /// A star that is not at the end of a word.
    MisplacedStar(String),
    /// `~` after something that it cannot follow.
    MisplacedTilde(String),
    /// A regular expression between slashes that is invalid or too large.
    Pattern(String),
    /// A limit exceeded.
    TooMuch {
        /// The limited quantity.
        what: QueryLimit,
        /// The limit.
        most: usize,
    },
}

/// An operator of the language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `AND`.
    And,
    /// `OR`.
    Or,
    /// `NOT`.
    Not,
    /// `-`, as `NOT`.
    Minus,
    /// `=`: the word only as written.
    Exact,
}

impl Operator {
    /// The operator as written in a query.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Or => "OR",
            Self::Not => "NOT",
            Self::Minus => "-",
            Self::Exact => "=",
        }
    }
}

/// The limited quantities of a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueryLimit {
    /// Characters.
    Characters,
    /// Clauses.
    Clauses,
    /// Levels of brackets.
    Brackets,
}

/// What to do instead of a search that is not supported.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alternative {
    /// The ledger lists files without pages.
    Ledger,
    /// A tag of the user can record a decision.
    TagDecisions,
    /// A tag of the user can stand for a note.
    TagNotes,
    /// Redaction is not supported yet.
    NoRedaction,
    /// Signatures within files are not checked: search for the text of a signed page.
    TextOfSigned,
    /// Translations are not supported yet.
    NoTranslation,
    /// Entities are not supported: search for the name, or for its readings.
    NameItself,
    /// Watch lists are not supported: use a batch.
    Batch,
    /// Claims are not supported: quotes are listed by a command.
    Quotes,
    /// Tables are searched as pages: `sheet:` names a sheet.
    SheetPages,
}

impl QueryError {
    pub(crate) fn new(position: usize, kind: QueryErrorKind) -> Self {
        Self { position, kind }
    }
}

/// For logs and error chains of developers; the sentence for users is in `exhibit-messages`.
impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query refused at character {}: {}", self.position + 1, self.code())?;
        for (name, value) in self.values() {
            write!(f, " {name}={value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for QueryError {}
