//! Where phrases occur, given the positions of their tokens.
//!
//! The engine and the evaluation of a page's text both decide by these functions, so that they
//! cannot disagree about what is near.

use crate::{Phrase, Unit};

/// The positions at which a unit begins, ascending: those from which each of its slots has a token at its distance.
///
/// `positions` contains, slot by slot, the ascending positions of the slot's tokens.
pub fn starts(unit: &Unit, positions: &[&[u32]]) -> Vec<u32> {
    let Some((rarest, _)) = positions.iter().enumerate().min_by_key(|(_, of_slot)| of_slot.len())
    else {
        return Vec::new();
    };
    let own = unit.slots[rarest].offset;
    let begins = positions[rarest].iter().filter_map(|position| position.checked_sub(own));
    begins
        .filter(|start| {
            let mut slots = unit.slots.iter().zip(positions);
            slots.all(|(slot, of_slot)| of_slot.binary_search(&(start + slot.offset)).is_ok())
        })
        .collect()
}

/// An occurrence of one unit of a phrase.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Occurrence {
    /// Its first position.
    pub(crate) start: u32,
    /// The number of the unit in the phrase.
    pub(crate) unit: usize,
}

/// All occurrences of units that belong to an occurrence of the phrase, ascending.
///
/// `starts` contains, unit by unit, where each begins. The units occur together if, from the first one's start to the
/// last one's end, there are at most `apart` positions more than the units occupy. A unit that the phrase names twice
/// must occur twice, not overlapping.
pub(crate) fn together(phrase: &Phrase, starts: &[Vec<u32>]) -> Vec<Occurrence> {
    let units = &phrase.units;
    if units.len() == 1 {
        return starts[0].iter().map(|start| Occurrence { start: *start, unit: 0 }).collect();
    }
    if starts.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let mut found: Vec<Occurrence> = windows(phrase, starts).flatten().collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether the phrase occurs: whether [`together`] finds anything.
pub fn occurs(phrase: &Phrase, starts: &[Vec<u32>]) -> bool {
    if phrase.units.len() == 1 {
        !starts[0].is_empty()
    } else {
        windows(phrase, starts).next().is_some()
    }
}

// The occurrences of the phrase, each from its leftmost unit.
fn windows<'p>(
    phrase: &'p Phrase,
    starts: &'p [Vec<u32>],
) -> impl Iterator<Item = Vec<Occurrence>> + 'p {
    let units = &phrase.units;
    let reach = units.iter().map(|unit| unit.length).sum::<u32>() + phrase.apart;
    // near an occurrence of the rarest unit there must be one of each other: most pages are rejected here
    let rarest = starts.iter().min_by_key(|of_unit| of_unit.len()).map_or(&[][..], Vec::as_slice);
    let beside = |of_unit: &[u32], start: u32| {
        let (from, until) = (start.saturating_sub(reach), start.saturating_add(reach));
        of_unit.get(of_unit.partition_point(|s| *s < from)).is_some_and(|s| *s <= until)
    };
    let mut lefts: Vec<u32> = Vec::new();
    if rarest.iter().any(|start| starts.iter().all(|of_unit| beside(of_unit, *start))) {
        lefts = starts.iter().flatten().copied().filter(|left| beside(rarest, *left)).collect();
        lefts.sort_unstable();
        lefts.dedup();
    }
    lefts.into_iter().filter_map(move |left| {
        let window = window(units, starts, left, left.saturating_add(reach));
        // a later occurrence is found from its own start
        window.iter().any(|occurrence| occurrence.start == left).then_some(window)
    })
}

// One occurrence of each unit within the window, the earliest; `None` if a unit is missing.
fn window(units: &[Unit], starts: &[Vec<u32>], left: u32, right: u32) -> Vec<Occurrence> {
    let mut window: Vec<Occurrence> = Vec::with_capacity(units.len());
    for (number, unit) in units.iter().enumerate() {
        let twin = window.iter().rev().find(|occurrence| units[occurrence.unit] == *unit);
        let from = twin.map_or(left, |occurrence| occurrence.start + unit.length);
        let at = starts[number].partition_point(|start| *start < from);
        match starts[number].get(at) {
            Some(start) if start + unit.length <= right => {
                window.push(Occurrence { start: *start, unit: number })
            }
            _ => return Vec::new(),
        }
    }
    window
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pattern, Slot};

    fn word(term: &str) -> Unit {
        Unit { slots: vec![Slot { offset: 0, pattern: Pattern::Is(term.to_owned()) }], length: 1 }
    }

    fn check(words: &[&str], apart: u32, starts: &[&[u32]], expected: &[u32]) {
        let phrase = Phrase { units: words.iter().map(|w| word(w)).collect(), apart };
        let starts: Vec<Vec<u32>> = starts.iter().map(|s| s.to_vec()).collect();
        let found: Vec<u32> = together(&phrase, &starts).iter().map(|o| o.start).collect();
        assert_eq!(found, expected, "{words:?} ~{apart}");
    }

    #[test]
    fn nearness_counts_the_words_between_in_any_order() {
        check(&["a", "b"], 0, &[&[5], &[6]], &[5, 6]);
        check(&["a", "b"], 0, &[&[6], &[5]], &[5, 6]);
        check(&["a", "b"], 0, &[&[5], &[7]], &[]);
        check(&["a", "b"], 1, &[&[5], &[7]], &[5, 7]);
        check(&["a", "a"], 3, &[&[5], &[5]], &[]);
        check(&["a", "a"], 3, &[&[5, 6], &[5, 6]], &[5, 6]);
        check(&["a", "b", "c"], 2, &[&[1, 20], &[3, 22], &[5, 40]], &[1, 3, 5]);
    }

    #[test]
    fn a_unit_needs_each_slot_at_its_distance() {
        let unit = Unit {
            slots: [(0, "登记"), (1, "记表")]
                .map(|(offset, term)| Slot { offset, pattern: Pattern::Is(term.to_owned()) })
                .to_vec(),
            length: 3,
        };
        assert_eq!(starts(&unit, &[&[0, 4, 9], &[1, 6, 10]]), [0, 9]);
        assert_eq!(starts(&unit, &[&[0], &[]]), [] as [u32; 0]);
    }
}
