//! Regular expressions over terms, bounded in the size of their automaton.
//!
//! An expression is matched against a whole term: a word, a Han character or a pair of neighbours, folded as the index
//! folds them. Its own letters are folded too, escapes and classes by name are not. It never takes what stands beside
//! the text (keys and forms).

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use std::sync::Arc;

/// A regular expression as written, and its automaton.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    written: String,
    automaton: Arc<dense::DFA<Vec<u32>>>,
    begin: StateID,
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Regex {}

impl Regex {
    /// Where terms of the text begin; what stands beside it lies before.
    pub(crate) const FROM: &str = " ";

    /// None if it cannot be read, looks around (`^`, `\\b`), or is too large.
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

    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    /// Whether it matches a term of the text.
    pub(crate) fn takes(&self, term: &str) -> bool {
        let end = term.bytes().fold(self.begin, |state, byte| self.automaton.next_state(state, byte));
        term >= Self::FROM && self.automaton.is_match_state(self.automaton.next_eoi_state(end))
    }
}

/// How far a term was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    state: StateID,
    // characters begun, no more than three counted, and bytes that the last one still needs
    characters: u8,
    missing: u8,
    // whether the first character alone was matched: then pairs that begin with it are looked at too
    first: bool,
}

impl tantivy_fst::Automaton for Regex {
    type State = Walk;

    fn start(&self) -> Walk {
        Walk { state: self.begin, characters: 0, missing: 0, first: false }
    }

    fn is_match(&self, walk: &Walk) -> bool {
        let matched = self.automaton.is_match_state(self.automaton.next_eoi_state(walk.state));
        matched || (walk.first && walk.characters == 2)
    }

    fn can_match(&self, walk: &Walk) -> bool {
        !self.automaton.is_dead_state(walk.state) || (walk.first && walk.characters <= 2)
    }

    fn accept(&self, walk: &Walk, byte: u8) -> Walk {
        let mut next = Walk { state: self.automaton.next_state(walk.state, byte), ..*walk };
        if walk.missing > 0 {
            next.missing -= 1;
        } else {
            next.characters = (walk.characters + 1).min(3);
            next.missing = (byte.leading_ones().clamp(1, 4) - 1) as u8;
        }
        if next.missing == 0 && next.characters == 1 {
            next.first = self.automaton.is_match_state(self.automaton.next_eoi_state(next.state));
        }
        next
    }
}

// Letters as terms have them; what follows a backslash, and names in braces after it, are left as they are.
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
