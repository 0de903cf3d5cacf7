//! Many plain names at once, looked for in one pass over the texts.
//!
//! A name is found exactly where a search for it as a phrase finds it: the same tokens at the same distances, so that
//! characters are joined across line ends and forms fold alike. Looking for a name in a page costs nothing unless the
//! page has the name's rarest word.

use crate::query::{Pattern, unit};
use std::collections::HashMap;

/// Names to look for.
#[derive(Debug, Default)]
pub struct Names {
    words: HashMap<Box<str>, u32>,
    names: Vec<Name>,
    // how many names have the word; after `settle`, which names are looked for when it is met
    rarity: Vec<u32>,
    by_word: Vec<Vec<u32>>,
}

#[derive(Debug)]
struct Name {
    number: u32,
    // words and their distances from the first
    slots: Box<[(u32, u32)]>,
    // which of them is the rarest
    anchor: usize,
}

/// Room to work in, for one thread.
#[derive(Debug, Default)]
pub struct Scratch {
    met: Vec<(u32, u32)>,
}

impl Names {
    /// Adds a name under the caller's number; false if it has nothing to search.
    pub fn add(&mut self, number: u32, name: &str) -> bool {
        let Some(unit) = unit(name) else { return false };
        let mut slots = Vec::with_capacity(unit.slots.len());
        for slot in unit.slots {
            let Pattern::Is(term) = slot.pattern else { return false };
            let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
            let word = *self.words.entry(term.into_boxed_str()).or_insert(next);
            if word == next {
                self.rarity.push(0);
            }
            self.rarity[word as usize] += 1;
            slots.push((word, slot.offset));
        }
        self.names.push(Name { number, slots: slots.into(), anchor: 0 });
        true
    }

    /// Makes the names ready to be looked for. What is added later needs it again.
    pub fn settle(&mut self) {
        self.by_word = vec![Vec::new(); self.rarity.len()];
        for (at, name) in self.names.iter_mut().enumerate() {
            let rarest = name.slots.iter().enumerate().min_by_key(|(_, (word, _))| self.rarity[*word as usize]);
            name.anchor = rarest.map_or(0, |(anchor, _)| anchor);
            self.by_word[name.slots[name.anchor].0 as usize].push(u32::try_from(at).unwrap_or(u32::MAX));
        }
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Says the number of each name that stands in the text, each name once, in no order.
    pub fn find(&self, text: &str, scratch: &mut Scratch, say: &mut impl FnMut(u32)) {
        let met = &mut scratch.met;
        met.clear();
        exhibit_text::tokens(text, &mut |token| {
            if let Some(word) = self.words.get(token.term) {
                met.push((*word, token.position));
            }
        });
        met.sort_unstable();
        met.dedup();
        for places in met.chunk_by(|a, b| a.0 == b.0) {
            for name in &self.by_word[places[0].0 as usize] {
                let name = &self.names[*name as usize];
                if places.iter().any(|(_, position)| name.stands(*position, met)) {
                    say(name.number);
                }
            }
        }
    }
}

impl Name {
    // Whether all its words stand at their distances, its rarest at `position`.
    fn stands(&self, position: u32, met: &[(u32, u32)]) -> bool {
        let Some(first) = position.checked_sub(self.slots[self.anchor].1) else { return false };
        self.slots.iter().all(|(word, offset)| met.binary_search(&(*word, first + offset)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PageEntry, matches, parse};
    use proptest::prelude::*;

    fn found(names: &[&str], text: &str) -> Vec<u32> {
        let mut all = Names::default();
        for (number, name) in (0..).zip(names) {
            all.add(number, name);
        }
        all.settle();
        let mut found = Vec::new();
        all.find(text, &mut Scratch::default(), &mut |number| found.push(number));
        found.sort_unstable();
        found
    }

    #[test]
    fn names_are_found_as_searches_find_them() {
        let names = ["王立強", "王立", "Shohret Zakir", "立强", "O'Brien", "王", "，", "王立强 刘"];
        assert_eq!(found(&names, "王立\n强, Shöhret  Zakir"), [0, 1, 2, 3, 5]);
        assert_eq!(found(&names, "obrien's zakir shohret"), [4]);
        assert!(found(&names, "").is_empty());
    }

    proptest! {
        #[test]
        fn one_pass_finds_what_phrases_find(
            names in proptest::collection::vec("[ab王立强登 \n'-]{1,7}", 1..12),
            text in "[ab王立强登 \n,'-]{0,40}",
        ) {
            let listed: Vec<&str> = names.iter().map(String::as_str).collect();
            let entry = PageEntry { text: &text, ..PageEntry::default() };
            let expected: Vec<u32> = (0..)
                .zip(&names)
                .filter(|(_, name)| {
                    parse(&format!("\"{name}\"")).is_ok_and(|query| matches(&query, &entry))
                })
                .map(|(number, _)| number)
                .collect();
            prop_assert_eq!(found(&listed, &text), expected);
        }
    }
}
