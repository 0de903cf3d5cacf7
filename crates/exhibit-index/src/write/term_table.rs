//! The terms of one field while a segment is built: each once, with a number and a count.
//!
//! Most terms are pairs of Han characters, six bytes long: a term of up to seven bytes is its own key, so that one
//! cache line describes it completely. The terms of a page are looked up one after another ([`TermTable::count`] in a
//! loop of its own), and the processor waits for many of these lines at once; a table that has to be followed from
//! line to line is two to three times as slow.

use std::hash::{BuildHasher, RandomState};

/// The key of a term in the table: the bytes of a short one from the highest down, and its length; a hash of a long one
/// and [`LONG`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key(u64);

/// The length of every term that is not its own key.
const LONG: u64 = 0xff;

impl Key {
    /// Whether the key is the whole term.
    pub(crate) fn is_short(self) -> bool {
        self.0 & 0xff != LONG
    }
}

const SHORT_BYTES: usize = 7;
/// The maximum length in bytes of a term in an index.
pub(crate) const MOST_BYTES: usize = 65_530;

#[derive(Clone, Copy)]
struct Slot {
    key: Key,
    // one more than the number of a short term, or than the offset of a long one; 0 if the slot is free
    term: u32,
    count: u32,
}

const FREE: Slot = Slot { key: Key(0), term: 0, count: 0 };
/// The header of a long term: its length and its number.
const HEAD: usize = 6;

/// All terms of a field.
pub(crate) struct TermTable {
    // a power of two, never more than half full
    slots: Vec<Slot>,
    // by number: a short term, or the offset of a long one
    terms: Vec<(Key, u32)>,
    // long terms, each after its length and number
    long: Vec<u8>,
    // files come from adversaries, who cannot know which terms collide
    seed: u64,
    most: u32,
}

impl Default for TermTable {
    fn default() -> Self {
        let seed = RandomState::new().hash_one(0) | 1;
        Self { slots: vec![FREE; 64], terms: Vec::new(), long: Vec::new(), seed, most: 0 }
    }
}

// The first eight bytes from the highest down, 0 for missing ones.
fn begins(term: &[u8]) -> u64 {
    if let Some(whole) = term.first_chunk() {
        return u64::from_be_bytes(*whole);
    }
    // from both ends, overlapping in the middle
    match (term.first_chunk(), term.last_chunk()) {
        (Some(first), Some(last)) => {
            let (first, last) = (u32::from_be_bytes(*first), u32::from_be_bytes(*last));
            u64::from(first) << 32 | u64::from(last) << (64 - 8 * term.len())
        }
        _ => (0..).zip(term).fold(0, |word, (at, byte)| word | u64::from(*byte) << (56 - 8 * at)),
    }
}

// Both halves of a product: every bit of both numbers affects it.
fn fold(a: u64, b: u64) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let product = u128::from(a ^ ODD) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

impl TermTable {
    /// The key of a term of at most [`MOST_BYTES`].
    pub(crate) fn key(&self, term: &[u8]) -> Key {
        if term.len() <= SHORT_BYTES {
            return Key(begins(term) | term.len() as u64);
        }
        let other = self.seed.rotate_left(32) | 1;
        let mut hash = fold(self.seed, term.len() as u64 | 1 << 32);
        for bytes in term.chunks_exact(8) {
            hash = fold(hash ^ begins(bytes), other);
        }
        // the last eight bytes once more, covering the remainder
        Key(fold(hash ^ begins(&term[term.len() - 8..]), other) | LONG)
    }

    /// Whether the table contains a term.
    pub(crate) fn holds(&self, term: &[u8]) -> bool {
        self.slots[self.find(self.key(term), term)].term > 0
    }

    /// Counts a term, and returns its number. The bytes of a short one are not read.
    #[inline]
    pub(crate) fn count(&mut self, key: Key, term: &[u8]) -> u32 {
        let at = self.find(key, term);
        let slot = &mut self.slots[at];
        if slot.term == 0 {
            return self.add(at, key, term);
        }
        slot.count += 1;
        let slot = *slot;
        self.most = self.most.max(slot.count);
        self.number(&slot)
    }

    // The slot of a term, or the free one where it would go.
    #[inline]
    fn find(&self, key: Key, term: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = self.home(key);
        loop {
            let slot = &self.slots[at];
            if slot.term == 0
                || slot.key == key && (key.is_short() || self.long_term(slot.term - 1).1 == term)
            {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn home(&self, key: Key) -> usize {
        fold(key.0 ^ self.seed, self.seed.rotate_left(17) | 1) as usize & (self.slots.len() - 1)
    }

    fn number(&self, slot: &Slot) -> u32 {
        if slot.key.is_short() { slot.term - 1 } else { self.long_term(slot.term - 1).0 }
    }

    #[cold]
    fn add(&mut self, at: usize, key: Key, term: &[u8]) -> u32 {
        let number = self.terms.len() as u32;
        let begins = self.long.len() as u32;
        if !key.is_short() {
            self.long.extend_from_slice(&(term.len() as u16).to_le_bytes());
            self.long.extend_from_slice(&number.to_le_bytes());
            self.long.extend_from_slice(term);
        }
        self.terms.push((key, begins));
        let term = if key.is_short() { number } else { begins } + 1;
        self.slots[at] = Slot { key, term, count: 1 };
        if self.terms.len() * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![FREE; old.len() * 2];
        let mask = self.slots.len() - 1;
        for slot in old.into_iter().filter(|slot| slot.term > 0) {
            let mut at = self.home(slot.key);
            while self.slots[at].term > 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    // The number and bytes of a long term, by its offset.
    fn long_term(&self, begins: u32) -> (u32, &[u8]) {
        let (head, rest) = self.long[begins as usize..].split_at(HEAD);
        let length = usize::from(u16::from_le_bytes([head[0], head[1]]));
        (u32::from_le_bytes([head[2], head[3], head[4], head[5]]), &rest[..length])
    }

    /// The bytes of a term by its number; those of a short one are written into `word`.
    pub(crate) fn bytes<'a>(&'a self, number: u32, word: &'a mut [u8; 8]) -> &'a [u8] {
        let (key, begins) = self.terms[number as usize];
        if !key.is_short() {
            return self.long_term(begins).1;
        }
        *word = key.0.to_be_bytes();
        &word[..usize::from(word[SHORT_BYTES])]
    }

    /// The count of the most frequent term, if more than once.
    pub(crate) fn most(&self) -> usize {
        self.most as usize
    }

    /// The number of terms.
    pub(crate) fn len(&self) -> usize {
        self.terms.len()
    }

    /// How often each term was counted, by its number.
    pub(crate) fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.terms.len()];
        for slot in self.slots.iter().filter(|slot| slot.term > 0) {
            counts[self.number(slot) as usize] = slot.count;
        }
        counts
    }

    /// The numbers of all terms in the order of their bytes.
    pub(crate) fn sorted(&self) -> Vec<u32> {
        // a long term comes after all short ones that are its prefix
        let long = |number: u32| self.long_term(self.terms[number as usize].1).1;
        let first = |(number, (key, _)): (u32, &(Key, u32))| {
            if key.is_short() {
                return (key.0, number);
            }
            (begins(long(number)) & !0xff | 8, number)
        };
        let mut order: Vec<(u64, u32)> = (0..).zip(&self.terms).map(first).collect();
        order.sort_unstable_by(|a, b| {
            let both_long = a.0 & 0xff == 8;
            a.0.cmp(&b.0)
                .then_with(|| if both_long { long(a.1).cmp(long(b.1)) } else { a.1.cmp(&b.1) })
        });
        order.into_iter().map(|(_, number)| number).collect()
    }

    /// The bytes of memory used.
    pub(crate) fn memory(&self) -> usize {
        // counts and order are allocated for each term at the end
        self.slots.capacity() * size_of::<Slot>() + self.terms.len() * 48 + self.long.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn short_and_long_terms_sort_by_their_bytes() {
        let mut terms = TermTable::default();
        let texts = [
            "登记",
            "",
            "a",
            "a\0",
            "register",
            "registe",
            "registers",
            "registe\0",
            "表格",
            "登记表格",
        ];
        for text in texts {
            terms.count(terms.key(text.as_bytes()), text.as_bytes());
        }
        let mut expected = texts;
        expected.sort_unstable();
        let found: Vec<Vec<u8>> = terms
            .sorted()
            .into_iter()
            .map(|number| terms.bytes(number, &mut [0; 8]).to_vec())
            .collect();
        assert_eq!(found, expected.map(|text| text.as_bytes().to_vec()));
    }

    proptest! {
        #[test]
        fn each_term_is_counted_once_for_each_time(texts in prop::collection::vec("[ab登\\x00]{0,12}", 0..400)) {
            let mut terms = TermTable::default();
            let mut expected: BTreeMap<&[u8], u32> = BTreeMap::new();
            for text in &texts {
                let number = terms.count(terms.key(text.as_bytes()), text.as_bytes());
                prop_assert_eq!(terms.bytes(number, &mut [0; 8]).to_vec(), text.as_bytes().to_vec());
                *expected.entry(text.as_bytes()).or_default() += 1;
            }
            let counts = terms.counts();
            let found: Vec<(Vec<u8>, u32)> = terms
                .sorted()
                .into_iter()
                .map(|number| (terms.bytes(number, &mut [0; 8]).to_vec(), counts[number as usize]))
                .collect();
            let expected: Vec<(Vec<u8>, u32)> = expected.into_iter().map(|(term, n)| (term.to_vec(), n)).collect();
            prop_assert_eq!(found, expected);
            prop_assert!(texts.iter().all(|text| terms.holds(text.as_bytes())));
            prop_assert!(!terms.holds(b"elsewhere") && !terms.holds(b"else"));
        }
    }
}
