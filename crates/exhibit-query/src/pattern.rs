//! The terms that a single token of a query matches.

use crate::Regex;
use exhibit_text::{FORM, KEY, Sound};

/// A set of terms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// This term.
    Is(String),
    /// Any term with this prefix.
    Begins(String),
    /// Any term at most this many edits away: a character added, left out, changed, or two neighbours swapped.
    Near(String, u8),
    /// Two Han characters with these readings.
    Read(Sound, Sound),
    /// A Han character with this reading.
    ReadAlone(Sound),
    /// Any term that the expression matches from beginning to end.
    Matches(Regex),
    /// Any term of any of these patterns.
    Any(Vec<Pattern>),
    /// The first, at positions that have none of the second.
    Except(Box<Pattern>, Box<Pattern>),
}

impl Pattern {
    /// Whether a term is in the set.
    pub fn takes(&self, term: &str) -> bool {
        match self {
            Self::Is(wanted) => wanted == term,
            Self::Begins(beginning) => term.starts_with(beginning.as_str()),
            Self::Near(wanted, most) => {
                let first = term.chars().next();
                first.is_some_and(|first| alphabet(wanted).contains(&first))
                    && distance_within(wanted, term, usize::from(*most))
            }
            Self::Read(first, second) => {
                let mut characters = term.chars();
                let read = |character: Option<char>, sound: &Sound| {
                    character.is_some_and(|c| sound.takes(c))
                };
                read(characters.next(), first)
                    && read(characters.next(), second)
                    && characters.next().is_none()
            }
            Self::ReadAlone(sound) => {
                let mut characters = term.chars();
                characters.next().is_some_and(|character| sound.takes(character))
                    && characters.next().is_none()
            }
            Self::Matches(regex) => regex.takes(term),
            Self::Any(patterns) => patterns.iter().any(|pattern| pattern.takes(term)),
            // positions are checked elsewhere
            Self::Except(pattern, _) => pattern.takes(term),
        }
    }

    /// Whether it matches terms that are indexed in addition to the text's own tokens.
    pub fn asks_beside_text(&self) -> bool {
        match self {
            Self::Is(term) => term.starts_with([KEY, FORM]),
            Self::Any(patterns) => patterns.iter().any(Self::asks_beside_text),
            Self::Except(pattern, without) => {
                pattern.asks_beside_text() || without.asks_beside_text()
            }
            Self::Begins(_)
            | Self::Near(..)
            | Self::Read(..)
            | Self::ReadAlone(_)
            | Self::Matches(_) => false,
        }
    }
}

/// The first characters of words near this one: those of its own alphabet and its neighbours'.
pub fn alphabet(word: &str) -> std::ops::Range<char> {
    match word.chars().next().unwrap_or('a') {
        '\u{0}'..'\u{370}' => '0'..'\u{370}',
        '\u{370}'..'\u{590}' => '\u{370}'..'\u{590}',
        '\u{590}'..'\u{900}' => '\u{590}'..'\u{900}',
        _ => '\u{900}'..'\u{2e80}',
    }
}

/// Whether two words are at most `most` edits apart (optimal string alignment distance, in characters).
fn distance_within(a: &str, b: &str, most: usize) -> bool {
    // words that differ much in length are rejected at once; a character has at most four bytes
    if a.len().abs_diff(b.len()) > 4 * most || a.chars().count().abs_diff(b.chars().count()) > most
    {
        return false;
    }
    strsim::osa_distance(a, b) <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_in_characters() {
        for (a, b, most, expected) in [
            ("urumchi", "urumqi", 1, false),
            ("urumchi", "urumqi", 2, true),
            ("register", "regsiter", 1, true),
            ("договор", "договр", 1, true),
            ("شىنجاڭ", "شنجاڭ", 1, true),
            ("a", "", 1, true),
            ("abc", "xyz", 2, false),
        ] {
            assert_eq!(distance_within(a, b, most), expected, "{a} {b}");
        }
    }
}
