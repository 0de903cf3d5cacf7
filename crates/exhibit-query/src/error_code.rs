//! The stored form of query errors: a code with values, from which the error can be made again.

use crate::error::{Alternative, Operator, QueryError, QueryErrorKind as Kind, QueryLimit};
use crate::field::{Field, known_word};

/// All operators.
const OPERATORS: [Operator; 5] =
    [Operator::And, Operator::Or, Operator::Not, Operator::Minus, Operator::Exact];

/// The codes of what to do instead.
const ALTERNATIVES: [(&str, Alternative); 10] = [
    ("ledger", Alternative::Ledger),
    ("tag-decisions", Alternative::TagDecisions),
    ("tag-notes", Alternative::TagNotes),
    ("no-redaction", Alternative::NoRedaction),
    ("text-of-signed", Alternative::TextOfSigned),
    ("no-translation", Alternative::NoTranslation),
    ("name-itself", Alternative::NameItself),
    ("batch", Alternative::Batch),
    ("quotes", Alternative::Quotes),
    ("sheet-pages", Alternative::SheetPages),
];

/// The codes of limits.
const LIMITS: [(&str, QueryLimit); 3] = [
    ("characters", QueryLimit::Characters),
    ("clauses", QueryLimit::Clauses),
    ("brackets", QueryLimit::Brackets),
];

fn word_of<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

fn of_word<T: Copy>(table: &[(&'static str, T)], word: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

impl QueryError {
    /// The stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.kind {
            Kind::OpenQuote => "open-quote",
            Kind::OpenBracket => "open-bracket",
            Kind::ExtraBracket => "extra-bracket",
            Kind::EmptyQuotes => "empty-quotes",
            Kind::EmptyBrackets => "empty-brackets",
            Kind::LonelyOperator(_) => "lonely-operator",
            Kind::UnknownField { .. } => "unknown-field",
            Kind::EmptyField(_) => "empty-field",
            Kind::BadValue { .. } => "bad-value",
            Kind::UnknownWord { .. } => "unknown-word",
            Kind::Unsupported { .. } => "unsupported",
            Kind::NothingToSearch(_) => "nothing-to-search",
            Kind::MisplacedStar(_) => "misplaced-star",
            Kind::MisplacedTilde(_) => "misplaced-tilde",
            Kind::Pattern(_) => "pattern",
            Kind::TooMuch { .. } => "too-much",
        }
    }

    /// The values of the code, by name.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, String)> {
        let field = |field: &Field| ("field", field.name().to_owned());
        match &self.kind {
            Kind::OpenQuote
            | Kind::OpenBracket
            | Kind::ExtraBracket
            | Kind::EmptyQuotes
            | Kind::EmptyBrackets => Vec::new(),
            Kind::LonelyOperator(operator) => vec![("operator", operator.sign().to_owned())],
            Kind::UnknownField { name, nearest } => {
                let nearest = nearest.map(|nearest| ("nearest", nearest.name().to_owned()));
                std::iter::once(("name", name.clone())).chain(nearest).collect()
            }
            Kind::EmptyField(of) => vec![field(of)],
            Kind::BadValue { field: of, value } => vec![field(of), ("value", value.clone())],
            Kind::UnknownWord { field: of, word, nearest } => {
                let nearest =
                    nearest.map(|(of, word)| [("nearest_field", of.name()), ("nearest", word)]);
                let nearest =
                    nearest.into_iter().flatten().map(|(name, value)| (name, value.to_owned()));
                [field(of), ("word", word.clone())].into_iter().chain(nearest).collect()
            }
            Kind::Unsupported { what, instead } => {
                vec![
                    ("what", what.clone()),
                    ("instead", word_of(&ALTERNATIVES, *instead).to_owned()),
                ]
            }
            Kind::NothingToSearch(text)
            | Kind::MisplacedStar(text)
            | Kind::MisplacedTilde(text) => {
                vec![("text", text.clone())]
            }
            Kind::Pattern(pattern) => vec![("pattern", pattern.clone())],
            Kind::TooMuch { what, most } => {
                vec![("what", word_of(&LIMITS, *what).to_owned()), ("most", most.to_string())]
            }
        }
    }

    /// The error of a code and its values; `None` if this version does not know it.
    #[must_use]
    pub fn from_code<'a>(
        code: &str,
        position: usize,
        value: impl Fn(&str) -> Option<&'a str>,
    ) -> Option<Self> {
        let text = |name: &str| value(name).map(str::to_owned);
        let field = || Field::named(value("field")?);
        let kind = match code {
            "open-quote" => Kind::OpenQuote,
            "open-bracket" => Kind::OpenBracket,
            "extra-bracket" => Kind::ExtraBracket,
            "empty-quotes" => Kind::EmptyQuotes,
            "empty-brackets" => Kind::EmptyBrackets,
            "lonely-operator" => {
                let sign = value("operator")?;
                Kind::LonelyOperator(
                    OPERATORS.into_iter().find(|operator| operator.sign() == sign)?,
                )
            }
            "unknown-field" => Kind::UnknownField {
                name: text("name")?,
                nearest: value("nearest").and_then(Field::named),
            },
            "empty-field" => Kind::EmptyField(field()?),
            "bad-value" => Kind::BadValue { field: field()?, value: text("value")? },
            "unknown-word" => {
                let nearest = value("nearest_field").and_then(Field::named).zip(value("nearest"));
                let nearest = nearest.and_then(|(field, word)| known_word(field, word));
                Kind::UnknownWord { field: field()?, word: text("word")?, nearest }
            }
            "unsupported" => Kind::Unsupported {
                what: text("what")?,
                instead: of_word(&ALTERNATIVES, value("instead")?)?,
            },
            "nothing-to-search" => Kind::NothingToSearch(text("text")?),
            "misplaced-star" => Kind::MisplacedStar(text("text")?),
            "misplaced-tilde" => Kind::MisplacedTilde(text("text")?),
            "pattern" => Kind::Pattern(text("pattern")?),
            "too-much" => Kind::TooMuch {
                what: of_word(&LIMITS, value("what")?)?,
                most: value("most")?.parse().ok()?,
            },
            _ => return None,
        };
        Some(Self { position, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;
    use std::collections::{BTreeMap, BTreeSet};

    fn again(error: &QueryError) -> Option<QueryError> {
        let values: BTreeMap<&str, String> = error.values().into_iter().collect();
        QueryError::from_code(error.code(), error.position, |name| {
            values.get(name).map(String::as_str)
        })
    }

    #[test]
    fn errors_are_made_again_from_their_codes() {
        let mut codes = BTreeSet::new();
        let long = "a ".repeat(3_000);
        for query in [
            "\"a",
            "(a",
            "a)",
            "\"\"",
            "()",
            "a OR",
            "AND a",
            "NOT",
            "a -",
            "=",
            "fild:x",
            "zzzzzz:x",
            "from:",
            "date:x",
            "is:opne",
            "is:truncatd",
            "has:attachmnt",
            "entity:a",
            "claim:a",
            "has:note",
            "?",
            "a*b",
            "~2",
            "/(/",
            &long,
        ] {
            let Err(error) = parse(query) else { continue };
            codes.insert(error.code());
            assert_eq!(again(&error).as_ref(), Some(&error), "{query}: {error}");
        }
        assert!(codes.len() >= 13, "{codes:?}");
        for operator in OPERATORS {
            let error = QueryError { position: 4, kind: Kind::LonelyOperator(operator) };
            assert_eq!(again(&error), Some(error));
        }
        for (_, instead) in ALTERNATIVES {
            let error = QueryError {
                position: 0,
                kind: Kind::Unsupported { what: "x".to_owned(), instead },
            };
            assert_eq!(again(&error), Some(error));
        }
        for (_, what) in LIMITS {
            let error = QueryError { position: 0, kind: Kind::TooMuch { what, most: 7 } };
            assert_eq!(again(&error), Some(error));
        }
    }

    #[test]
    fn unknown_codes_and_missing_values_are_none() {
        assert_eq!(QueryError::from_code("of-a-later-version", 0, |_| None), None);
        assert_eq!(QueryError::from_code("bad-value", 0, |_| None), None);
        assert_eq!(
            QueryError::from_code("too-much", 0, |name| (name == "what").then_some("clauses")),
            None
        );
        assert_eq!(QueryError::from_code("lonely-operator", 0, |_| Some("XOR")), None);
    }
}
