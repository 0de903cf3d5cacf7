//! Regular expressions over terms, bounded in the size of their automaton.
//!
//! An expression is matched against a whole term: a word, a Han character or a pair of neighbours, folded as the index
//! folds them. Its own letters are folded too, escapes and classes by name are not. It never matches terms that are
//! indexed in addition to the text (keys and forms).

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use std::sync::Arc;

/// A regular expression as written, and its automaton.
#[derive(Clone, Debug)]
pub struct Regex {
    written: String,
    automaton: Arc<dense::DFA<Vec<u32>>>,
    begin: StateID,
}

/// The state of an expression that has read part of a term.
#[derive(Clone, Copy, Debug)]
pub struct RegexState(StateID);

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Regex {}

impl Regex {
    /// The lower bound of terms of the text; terms added to the text sort before it.
    pub const FROM: &str = " ";

    /// Returns `None` if it is invalid, uses word boundaries (`\\b`), or is too large. `^` and `$` change nothing.
    pub(crate) fn new(written: &str) -> Option<Self> {
        const NFA: usize = 200_000;
        const DFA: usize = 1_000_000;
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .minimize(false)
            .dfa_size_limit(Some(DFA))
            .determinize_size_limit(Some(DFA));
        let automaton = dense::Builder::new()
            .configure(config)
            .thompson(thompson::Config::new().nfa_size_limit(Some(NFA)))
            .build(&folded(written))
            .ok()?;
        let begin = automaton.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
        Some(Self { written: written.to_owned(), automaton: Arc::new(automaton), begin })
    }

    /// The expression as written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The state before the first byte of a term.
    #[must_use]
    pub fn start(&self) -> RegexState {
        RegexState(self.begin)
    }

    /// The state after one more byte.
    #[must_use]
    pub fn next(&self, state: RegexState, byte: u8) -> RegexState {
        RegexState(self.automaton.next_state(state.0, byte))
    }

    /// Whether the bytes read so far are a match.
    #[must_use]
    pub fn is_match(&self, state: RegexState) -> bool {
        self.automaton.is_match_state(self.automaton.next_eoi_state(state.0))
    }

    /// Whether no further byte can lead to a match.
    #[must_use]
    pub fn is_dead(&self, state: RegexState) -> bool {
        self.automaton.is_dead_state(state.0)
    }

    /// Whether it matches a term of the text.
    pub fn takes(&self, term: &str) -> bool {
        let end =
            term.bytes().fold(self.begin, |state, byte| self.automaton.next_state(state, byte));
        term >= Self::FROM && self.automaton.is_match_state(self.automaton.next_eoi_state(end))
    }
}

// Letters as in terms; what follows a backslash, and names in braces after it, are left unchanged.
fn folded(written: &str) -> String {
    let mut folded = String::with_capacity(written.len());
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' {
            let fold = if character.is_alphanumeric() {
                exhibit_text::fold_word(character.encode_utf8(&mut [0; 4]))
            } else {
                String::new()
            };
            if fold.is_empty() {
                folded.push(character)
            } else {
                folded.push_str(&fold)
            }
            continue;
        }
        folded.push(character);
        let Some(escaped) = characters.next() else { break };
        folded.push(escaped);
        if matches!(escaped, 'p' | 'P' | 'x' | 'u') && characters.peek() == Some(&'{') {
            for inner in characters.by_ref() {
                folded.push(inner);
                if inner == '}' {
                    break;
                }
            }
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_terms_are_matched() {
        for (expression, term, expected) in [
            ("regist(er|ry)", "registry", true),
            ("regist(er|ry)", "registrys", false),
            ("REGIST.*", "registers", true),
            (".*ing", "meeting", true),
            ("王.", "王立", true),
            ("國.", "国家", true),
            (".{1,3}", "\u{2}ab", false),
            ("\\d{4}", "2017", true),
            ("\\D+", "abc", true),
            ("\\p{Han}+", "登记", true),
            ("Ш[өо]һрәт", "шөһрәт", true),
            ("a|b", "b", true),
            ("", "", false),
        ] {
            let regex = Regex::new(expression).expect("a sound expression");
            assert_eq!(regex.takes(term), expected, "{expression} {term}");
        }
    }

    #[test]
    fn what_is_unsound_or_too_large_is_refused() {
        for expression in ["(", "a{2", "\\p{L}{500}", "(.{50}){50}", "[ab]*a[ab]{30}"] {
            let clock = std::time::Instant::now();
            assert!(Regex::new(expression).is_none() || expression == "a{2", "{expression}");
            assert!(clock.elapsed().as_secs() < 5, "{expression}");
        }
    }
}
