//! The pairs of characters that match two syllables, looked up once for each segment.
//!
//! One name needs the same pairs several times: for widening, for each segmentation, for counting facets.

use crate::read::postings::each_beginning;
use exhibit_text::Sound;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{InvertedIndexReader, Term};

#[derive(Default, Debug)]
struct Known {
    pairs: HashMap<(SegmentId, Field, Sound, Sound), Arc<[TermInfo]>>,
    terms: usize,
}

/// The maximum number of cached terms: a searcher may serve a million names.
const MOST: usize = 200_000;

/// The lookups of one searcher.
#[derive(Clone, Default, Debug)]
pub(crate) struct PairCache(Arc<Mutex<Known>>);

impl PairCache {
    /// The terms of the pairs in one segment.
    pub(crate) fn of(
        &self,
        part: SegmentId,
        index: &InvertedIndexReader,
        field: Field,
        (first, second): (&Sound, &Sound),
    ) -> io::Result<Arc<[TermInfo]>> {
        let asked = (part, field, first.clone(), second.clone());
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(infos) = known().pairs.get(&asked) {
            return Ok(infos.clone());
        }
        let mut infos = Vec::new();
        let seconds = second.characters();
        for character in first.characters() {
            each_pair(index, field, character, &seconds, &mut infos)?;
        }
        let infos: Arc<[TermInfo]> = infos.into();
        let mut known = known();
        if known.terms + infos.len() > MOST {
            *known = Known::default();
        }
        known.terms += infos.len() + 1;
        known.pairs.insert(asked, infos.clone());
        Ok(infos)
    }
}

// The pairs of a character and one of several others, in ascending order. Most characters begin few pairs, so all of
// these are scanned; for other characters each pair is looked up.
fn each_pair(
    index: &InvertedIndexReader,
    field: Field,
    first: char,
    second: &[char],
    infos: &mut Vec<TermInfo>,
) -> std::io::Result<()> {
    let (found, mut rest) = (infos.len(), 4 * second.len() + 16);
    let mut term = String::from(first);
    let beginning = term.len();
    each_beginning(index, &term, &mut |pair, info| {
        let other = std::str::from_utf8(&pair[beginning..]).ok().and_then(|rest| {
            let mut rest = rest.chars();
            rest.next().filter(|_| rest.as_str().is_empty())
        });
        if other.is_some_and(|other| second.binary_search(&other).is_ok()) {
            infos.push(info.clone());
        }
        rest -= 1;
        rest > 0
    })?;
    if rest == 0 {
        infos.truncate(found);
        for other in second {
            term.truncate(beginning);
            term.push(*other);
            infos.extend(index.get_term_info(&Term::from_field_text(field, &term))?);
        }
    }
    Ok(())
}
