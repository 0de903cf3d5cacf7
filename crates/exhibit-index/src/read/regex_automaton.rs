//! A regular expression of a query as an automaton for the engine's term dictionary.

use exhibit_query::{Regex, RegexState};

/// An automaton that walks the dictionary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegexAutomaton<'r>(pub(crate) &'r Regex);

/// How much of a term has been read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    state: RegexState,
    // characters begun, counted up to three, and bytes that the last one still needs
    characters: u8,
    missing: u8,
    // whether the first character alone matched: then pairs that begin with it are candidates too
    first: bool,
}

impl tantivy_fst::Automaton for RegexAutomaton<'_> {
    type State = Walk;

    fn start(&self) -> Walk {
        Walk { state: self.0.start(), characters: 0, missing: 0, first: false }
    }

    fn is_match(&self, walk: &Walk) -> bool {
        let matched = self.0.is_match(walk.state);
        matched || (walk.first && walk.characters == 2)
    }

    fn can_match(&self, walk: &Walk) -> bool {
        !self.0.is_dead(walk.state) || (walk.first && walk.characters <= 2)
    }

    fn accept(&self, walk: &Walk, byte: u8) -> Walk {
        let mut next = Walk { state: self.0.next(walk.state, byte), ..*walk };
        if walk.missing > 0 {
            next.missing -= 1;
        } else {
            next.characters = (walk.characters + 1).min(3);
            next.missing = (byte.leading_ones().clamp(1, 4) - 1) as u8;
        }
        if next.missing == 0 && next.characters == 1 {
            next.first = self.0.is_match(next.state);
        }
        next
    }
}
