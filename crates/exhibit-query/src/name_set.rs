//! Searches many names at once, in one pass over the texts.
//!
//! A name is found exactly where a search for it finds it, variants included: the same tokens at the same
//! distances, so that characters are joined across line ends and forms fold alike. Searching a page for a name costs
//! nothing unless the page has the word of it that is rarest among the names. Queries with criteria other than whole
//! words and readings are not accepted ([`NameSet::add`]).

use crate::{Criterion, Node, Pattern, Phrase, Query, Slot, TextField, widen};
use exhibit_text::Sound;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;

/// Names to search for.
#[derive(Debug, Default)]
pub struct NameSet {
    // the patterns of slots, by number: a term, two syllables, or any of several terms
    terms: FxHashMap<Box<str>, u32>,
    readings: FxHashMap<(u16, u16), u32>,
    any: FxHashMap<Box<[u32]>, u32>,
    // the numbers in `any` that a term belongs to
    counts_for: FxHashMap<u32, Vec<u32>>,
    // a term at positions without another word, by both; and that other word, by the number of the whole
    except: FxHashMap<(u32, u32), u32>,
    unless: FxHashMap<u32, u32>,
    syllables: FxHashMap<Box<str>, u16>,
    // the possible syllables of a character
    read: FxHashMap<char, Vec<u16>>,
    // after `settle`: filters that exclude most tokens of a page, checked before the tables above
    likely_terms: Likely,
    likely_readings: Likely,
    // how many names use each word
    rarity: Vec<u32>,
    beside: bool,
    // names one after the other: the slots of each are those from `from` to the next one's
    names: Vec<Name>,
    slots: Vec<(u32, u32)>,
    // after `settle`: names by the word under which they are looked up, each with another word of it, and where each
    // word's names begin
    by_word: Vec<(u32, u32)>,
    begins: Vec<u32>,
}

/// A probabilistic set, small enough to stay in the processor's cache: true for all its elements, and for few others.
#[derive(Debug, Default)]
struct Likely {
    bits: Vec<u64>,
}

impl Likely {
    const BITS_EACH: usize = 16;

    fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let bits = (hashes.len() * Self::BITS_EACH).next_power_of_two().max(64);
        let mut likely = Self { bits: vec![0; bits / 64] };
        for hash in hashes {
            let (at, bit) = likely.place(hash);
            likely.bits[at] |= bit;
        }
        likely
    }

    fn has(&self, hash: u64) -> bool {
        let (at, bit) = self.place(hash);
        self.bits.get(at).is_some_and(|bits| bits & bit != 0)
    }

    // The index of the bits and the bit: the hash's upper half is the better one.
    fn place(&self, hash: u64) -> (usize, u64) {
        let at = (hash >> 32) as usize & (self.bits.len() * 64).wrapping_sub(1);
        (at / 64, 1 << (at % 64))
    }
}

#[derive(Debug, Clone, Copy)]
struct Name {
    number: u32,
    from: u32,
    // which slot is the rarest
    anchor: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    word: u32,
    position: u32,
    start: usize,
    end: usize,
}

/// Buffers for one thread.
#[derive(Debug, Default)]
pub struct NameScratch {
    hits: Vec<Hit>,
    found: Vec<(u32, usize, usize)>,
    // a bit for each word: whether it was found
    is_found: Vec<u64>,
}

impl Query {
    /// Adds the spelling and script variants of its words, whether any page has them or not.
    #[must_use]
    pub fn with_all_variants(&self) -> Self {
        widen(self, &|_| true)
    }
}

impl NameSet {
    /// Adds a name under the caller's number, as the query that searches for it; false if that query has criteria other
    /// than whole adjacent words and their readings: then the index has to be searched.
    pub fn add(&mut self, number: u32, query: &Query) -> bool {
        let Some(phrases) = phrases(query) else { return false };
        for phrase in phrases {
            let from = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
            for slot in &phrase.units[0].slots {
                let word = self.word(&slot.pattern);
                self.slots.push((word, slot.offset));
            }
            self.names.push(Name { number, from, anchor: 0 });
        }
        true
    }

    // The number of a slot's pattern.
    fn word(&mut self, pattern: &Pattern) -> u32 {
        let next = u32::try_from(self.rarity.len()).unwrap_or(u32::MAX);
        let word = match pattern {
            Pattern::Is(term) => return self.term(term),
            Pattern::Read(first, second) => {
                let pair = (self.syllable(first), self.syllable(second));
                *self.readings.entry(pair).or_insert(next)
            }
            Pattern::Any(patterns) => return self.any_of(patterns),
            Pattern::Except(pattern, without) => return self.except(pattern, without),
            // `phrases` rejects all others
            _ => next,
        };
        self.count(word)
    }

    fn term(&mut self, term: &str) -> u32 {
        self.beside |= term.starts_with(exhibit_text::KEY);
        if let Some(word) = self.terms.get(term) {
            return self.count(*word);
        }
        let next = u32::try_from(self.rarity.len()).unwrap_or(u32::MAX);
        self.terms.insert(term.into(), next);
        self.count(next)
    }

    fn any_of(&mut self, patterns: &[Pattern]) -> u32 {
        let mut words: Vec<u32> = patterns.iter().map(|pattern| self.word(pattern)).collect();
        words.sort_unstable();
        words.dedup();
        let next = u32::try_from(self.rarity.len()).unwrap_or(u32::MAX);
        let word = *self.any.entry(words.clone().into()).or_insert(next);
        if word == next {
            words.into_iter().for_each(|term| self.counts_for.entry(term).or_default().push(word));
        }
        self.count(word)
    }

    fn except(&mut self, pattern: &Pattern, without: &Pattern) -> u32 {
        let (term, others) = (self.word(pattern), self.word(without));
        let next = u32::try_from(self.rarity.len()).unwrap_or(u32::MAX);
        let word = *self.except.entry((term, others)).or_insert(next);
        if word == next {
            self.counts_for.entry(term).or_default().push(word);
            self.unless.insert(word, others);
        }
        self.count(word)
    }

    fn count(&mut self, word: u32) -> u32 {
        let at = word as usize;
        if at >= self.rarity.len() {
            self.rarity.resize(at + 1, 0);
        }
        self.rarity[at] += 1;
        word
    }

    fn syllable(&mut self, sound: &Sound) -> u16 {
        let syllable = sound.to_string();
        if let Some(known) = self.syllables.get(syllable.as_str()) {
            return *known;
        }
        let next = u16::try_from(self.syllables.len()).unwrap_or(u16::MAX);
        self.syllables.insert(syllable.into(), next);
        for character in sound.characters() {
            self.read.entry(character).or_default().push(next);
        }
        next
    }

    /// Prepares the names for searching. Must be called again after names are added.
    pub fn settle(&mut self) {
        self.likely_terms =
            Likely::of(self.terms.keys().map(|term| FxBuildHasher.hash_one(&**term)));
        self.likely_readings =
            Likely::of(self.readings.keys().map(|pair| FxBuildHasher.hash_one(pair)));
        let mut counts = vec![0_u32; self.rarity.len() + 1];
        for at in 0..self.names.len() {
            let slots = self.slots_of(at);
            let rarest = (0..).zip(slots).min_by_key(|(_, (word, _))| self.rarity[*word as usize]);
            let anchor: u32 = rarest.map_or(0, |(anchor, _)| anchor);
            counts[slots[anchor as usize].0 as usize + 1] += 1;
            self.names[at].anchor = anchor;
        }
        for word in 1..counts.len() {
            counts[word] += counts[word - 1];
        }
        self.begins.clone_from(&counts);
        self.by_word = vec![(0, 0); self.names.len()];
        for at in 0..self.names.len() {
            let slots = self.slots_of(at);
            let word = slots[self.names[at].anchor as usize].0;
            let others = slots.iter().map(|(other, _)| *other).filter(|other| *other != word);
            let other = others.min_by_key(|other| self.rarity[*other as usize]).unwrap_or(word);
            self.by_word[counts[word as usize] as usize] =
                (u32::try_from(at).unwrap_or(u32::MAX), other);
            counts[word as usize] += 1;
        }
    }

    fn slots_of(&self, name: usize) -> &[(u32, u32)] {
        let until = self.names.get(name + 1).map_or(self.slots.len(), |next| next.from as usize);
        &self.slots[self.names[name].from as usize..until]
    }

    /// Whether it has no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Emits the number of each name that occurs in the text, each once and in order, and its first occurrence: first
    /// byte and the byte after the last.
    pub fn find(
        &self,
        text: &str,
        scratch: &mut NameScratch,
        emit: &mut impl FnMut(u32, (usize, usize)),
    ) {
        let NameScratch { hits, found, is_found } = scratch;
        self.find_words(text, hits);
        found.clear();
        is_found.clear();
        is_found.resize(self.rarity.len().div_ceil(64), 0);
        hits.iter().for_each(|hit| is_found[hit.word as usize / 64] |= 1 << (hit.word % 64));
        let bit = |word: u32| is_found[word as usize / 64] >> (word % 64) & 1 == 1;
        let all_found = |name: u32| self.slots_of(name as usize).iter().all(|(word, _)| bit(*word));
        for places in hits.chunk_by(|a, b| a.word == b.word) {
            let word = places[0].word as usize;
            // most names have some word that is not on the page
            let names = &self.by_word[self.begins[word] as usize..self.begins[word + 1] as usize];
            for (name, _) in names.iter().filter(|(name, other)| bit(*other) && all_found(*name)) {
                let place = places
                    .iter()
                    .find_map(|place| self.stands(*name as usize, place.position, hits));
                found.extend(
                    place.map(|(start, end)| (self.names[*name as usize].number, start, end)),
                );
            }
        }
        found.sort_unstable();
        found.dedup_by_key(|(number, ..)| *number);
        for (number, start, end) in found {
            emit(*number, (*start, *end));
        }
    }

    // Finds all words of the names in the text, by word, then by position.
    fn find_words(&self, text: &str, hits: &mut Vec<Hit>) {
        hits.clear();
        let mut take = |token: exhibit_text::Token<'_>| {
            let place =
                |word| Hit { word, position: token.position, start: token.start, end: token.end };
            let likely = self.likely_terms.has(FxBuildHasher.hash_one(token.term));
            if let Some(word) = if likely { self.terms.get(token.term) } else { None } {
                hits.push(place(*word));
                let also =
                    if self.counts_for.is_empty() { None } else { self.counts_for.get(word) };
                hits.extend(also.into_iter().flatten().map(|word| place(*word)));
            }
            if token.kind == exhibit_text::TokenKind::Bigram && !self.readings.is_empty() {
                self.read_pair(token.term, &mut |word| hits.push(place(word)));
            }
        };
        if self.beside {
            exhibit_text::index_terms(text, &mut take);
        } else {
            exhibit_text::tokens(text, &mut take);
        }
        order(hits);
        if !self.unless.is_empty() {
            self.take_out(hits);
            order(hits);
        }
    }

    // Removes words at positions that have their other word; the rest counts for the words composed of them.
    fn take_out(&self, hits: &mut Vec<Hit>) {
        let stands = |word: u32, position: u32| {
            hits.binary_search_by_key(&(word, position), |hit| (hit.word, hit.position)).is_ok()
        };
        let is_out = |one: &Hit| {
            self.unless.get(&one.word).is_some_and(|other| stands(*other, one.position))
        };
        let mut left: Vec<Hit> = hits.iter().filter(|one| !is_out(one)).copied().collect();
        let more: Vec<Hit> = left
            .iter()
            .filter(|one| self.unless.contains_key(&one.word))
            .flat_map(|one| {
                let also = self.counts_for.get(&one.word).into_iter().flatten();
                also.map(|word| Hit { word: *word, ..*one })
            })
            .collect();
        left.extend(more);
        *hits = left;
    }

    fn read_pair(&self, pair: &str, emit: &mut dyn FnMut(u32)) {
        let mut characters = pair.chars();
        let mut read = || characters.next().and_then(|character| self.read.get(&character));
        let (Some(first), Some(second)) = (read(), read()) else { return };
        if characters.next().is_some() {
            return;
        }
        for a in first {
            for b in second {
                let pair = (*a, *b);
                let likely = self.likely_readings.has(FxBuildHasher.hash_one(pair));
                if let Some(word) = if likely { self.readings.get(&pair) } else { None } {
                    emit(*word);
                }
            }
        }
    }

    // The place of a name whose rarest word is at `position`, if all its words are at their distances.
    fn stands(&self, name: usize, position: u32, hits: &[Hit]) -> Option<(usize, usize)> {
        let slots = self.slots_of(name);
        let first = position.checked_sub(slots[self.names[name].anchor as usize].1)?;
        let mut place = (usize::MAX, 0);
        for (word, offset) in slots {
            let at = hits
                .binary_search_by_key(&(*word, first + offset), |hit| (hit.word, hit.position))
                .ok()?;
            place = (place.0.min(hits[at].start), place.1.max(hits[at].end));
        }
        Some(place)
    }
}

// Of several tokens at one position (a word and its part) the one emitted first represents all.
fn order(hits: &mut Vec<Hit>) {
    hits.sort_by_key(|hit| (hit.word, hit.position));
    hits.dedup_by_key(|hit| (hit.word, hit.position));
}

// The phrases of a query that is a disjunction of phrases, each of whole words or readings.
fn phrases(query: &Query) -> Option<Vec<&Phrase>> {
    let mut clauses = Vec::new();
    match &query.root {
        Node::Clause(number) => clauses.push(*number),
        Node::Or(nodes) => {
            for node in nodes {
                let Node::Clause(number) = node else { return None };
                clauses.push(*number);
            }
        }
        _ => return None,
    }
    let mut phrases = Vec::new();
    for number in clauses {
        let Criterion::Words { field: TextField::Text, any } = &query.clauses[number].asks else {
            return None;
        };
        for phrase in any {
            let [unit] = phrase.units.as_slice() else { return None };
            if unit.slots.is_empty() || !unit.slots.iter().all(is_whole) {
                return None;
            }
            phrases.push(phrase);
        }
    }
    Some(phrases)
}

fn is_whole(slot: &Slot) -> bool {
    fn terms(pattern: &Pattern) -> bool {
        match pattern {
            Pattern::Is(_) => true,
            Pattern::Any(patterns) => {
                patterns.iter().all(|pattern| matches!(pattern, Pattern::Is(_)))
            }
            _ => false,
        }
    }
    fn whole(pattern: &Pattern) -> bool {
        match pattern {
            // the exclusion is on a term, so that it is known when terms are
            Pattern::Except(pattern, without) => {
                matches!(**pattern, Pattern::Is(_)) && terms(without)
            }
            Pattern::Any(patterns) => {
                patterns.iter().all(|pattern| !matches!(pattern, Pattern::Any(_)) && whole(pattern))
            }
            pattern => matches!(pattern, Pattern::Is(_) | Pattern::Read(..)),
        }
    }
    whole(&slot.pattern)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PageEntry, matches, parse};
    use proptest::prelude::*;

    fn found(names: &[&str], text: &str, wide: bool) -> Vec<(u32, String)> {
        let mut all = NameSet::default();
        for (number, name) in (0..).zip(names) {
            if let Ok(query) = parse(&format!("\"{name}\"")) {
                assert!(
                    all.add(number, &if wide { query.with_all_variants() } else { query }),
                    "{name}"
                );
            }
        }
        all.settle();
        let mut found = Vec::new();
        let mut emit = |number, (start, end): (usize, usize)| {
            found.push((number, text[start..end].to_owned()))
        };
        all.find(text, &mut NameScratch::default(), &mut emit);
        found
    }

    #[test]
    fn names_are_found_as_searches_find_them() {
        let names = ["王立強", "王立", "Shohret Zakir", "立强", "O'Brien", "王", "，", "王立强 刘"];
        let numbers = |text| {
            found(&names, text, false).into_iter().map(|(number, _)| number).collect::<Vec<_>>()
        };
        assert_eq!(numbers("王立\n强, Shöhret  Zakir"), [0, 1, 2, 3, 5]);
        assert_eq!(numbers("obrien's zakir shohret"), [4]);
        assert!(numbers("").is_empty());
    }

    #[test]
    fn variants_are_found_in_the_same_pass_with_places() {
        let names = ["Wang Liqiang", "Shohret Zakir", "2017年", "wang li"];
        let text = "王立\n強、شۆھرەت زاكىر 二〇一七年";
        let expected = [(0, "王立\n強"), (1, "شۆھرەت زاكىر"), (2, "二〇一七年"), (3, "王立")];
        assert_eq!(
            found(&names, text, true),
            expected.map(|(number, place)| (number, place.to_owned()))
        );
        assert_eq!(found(&names, text, false), []);
    }

    proptest! {
        #[test]
        fn one_pass_finds_what_searches_find(
            names in proptest::collection::vec("([ab王立强登 \n'-]|wang|li |zakir|年|201[67]|زاكىر|ot |öt |ئۆت |ئوت |Li ){1,6}", 1..12),
            text in "([ab王立强登汪里 \n,'-]|زاكىر|Zakir|二〇一七年|2016| ot | öt | ئوت | ئۆت |ۈ){0,40}",
            wide: bool,
        ) {
            let listed: Vec<&str> = names.iter().map(String::as_str).collect();
            let entry = PageEntry { text: &text, ..PageEntry::default() };
            let answers = |name: &String| parse(&format!("\"{name}\""))
                .is_ok_and(|query| matches(&if wide { query.with_all_variants() } else { query }, &entry));
            let expected: Vec<u32> = (0..).zip(&names).filter(|(_, name)| answers(name)).map(|(n, _)| n).collect();
            let found: Vec<u32> = found(&listed, &text, wide).into_iter().map(|(number, _)| number).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
