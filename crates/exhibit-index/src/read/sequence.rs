//! Phrases in the engine: pages where tokens occur at given distances, or near each other, decided
//! by [`exhibit_query`].

use crate::read::pair_cache::PairCache;
use crate::read::postings::{List, Lookup, Tokens};
use exhibit_query::{Pattern, Phrase, Slot, Unit};
use exhibit_query::{occurs, starts};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentReader;
use tantivy::query::{
    BitSetDocSet, Bm25Weight, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer,
    Weight,
};
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, Score, TERMINATED, Term};

/// Searches for a phrase in a field.
#[derive(Clone, Debug)]
pub(crate) struct SequenceQuery {
    pub(crate) field: Field,
    pub(crate) phrase: Phrase,
    pub(crate) pairs: PairCache,
}

impl SequenceQuery {
    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.phrase.units.iter().flat_map(|unit| &unit.slots).map(|slot| &slot.pattern)
    }
}

impl Query for SequenceQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let terms: Option<Vec<Term>> = self
            .patterns()
            .map(|pattern| match pattern {
                Pattern::Is(term) => Some(Term::from_field_text(self.field, term)),
                _ => None,
            })
            .collect();
        // prefixes and near words have no frequency of their own: they count the same wherever they occur
        let similarity = match (scoring, terms) {
            (EnableScoring::Enabled { statistics_provider, .. }, Some(terms)) => {
                Some(Bm25Weight::for_terms(statistics_provider, &terms)?)
            }
            _ => None,
        };
        let of_unit = |unit: &Unit| -> tantivy::Result<Vec<Lookup>> {
            let of_slot = |slot: &Slot| match &slot.pattern {
                Pattern::Is(term) if is_run_edge(unit, slot) => {
                    Ok(Lookup::Term(Term::from_field_text(self.field, term)))
                }
                pattern => Lookup::of(self.field, pattern, &self.pairs),
            };
            unit.slots.iter().map(of_slot).collect()
        };
        let lookups: Vec<Vec<Lookup>> =
            self.phrase.units.iter().map(of_unit).collect::<tantivy::Result<_>>()?;
        let lookups = lookups.into_iter().flatten().collect();
        Ok(Box::new(SequenceWeight { query: self.clone(), lookups, similarity }))
    }
}

struct SequenceWeight {
    query: SequenceQuery,
    // slot by slot
    lookups: Vec<Lookup>,
    similarity: Option<Bm25Weight>,
}

impl Weight for SequenceWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let field = self.query.field;
        let list = List::of(reader, field)?;
        if let [only] = self.lookups.as_slice()
            && !only.excludes()
        {
            let docs = only.docs(&list, reader.max_doc())?;
            return Ok(Box::new(ConstScorer::new(BitSetDocSet::from(docs), boost)));
        }
        let mut slots = Vec::with_capacity(self.lookups.len());
        for lookup in &self.lookups {
            let Some(slot) = lookup.open(&list)? else {
                return Ok(Box::new(EmptyScorer));
            };
            slots.push(slot);
        }
        let norms = reader.get_fieldnorms_reader(field)?;
        let similarity = self.similarity.as_ref().map(|similarity| similarity.boost_by(boost));
        Ok(Box::new(SequenceScorer::new(
            self.query.phrase.clone(),
            slots,
            similarity,
            boost,
            norms,
        )))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.doc() < doc {
            scorer.seek(doc);
        }
        let score = if scorer.doc() == doc { scorer.score() } else { 0.0 };
        Ok(Explanation::new("a phrase", score))
    }
}

// Whether a word is next to the slot's character, so that a run begins or ends there.
fn is_run_edge(unit: &Unit, slot: &Slot) -> bool {
    let is_word = |pattern: &Pattern| match pattern {
        Pattern::Is(term) => !term.chars().next().is_some_and(exhibit_text::is_gram),
        _ => false,
    };
    let mut others = unit.slots.iter().filter(|other| other.offset.abs_diff(slot.offset) == 1);
    others.any(|other| is_word(&other.pattern))
}

struct SequenceScorer {
    phrase: Phrase,
    slots: Vec<Tokens>,
    // the numbers of the slots, rarest first
    order: Vec<usize>,
    positions: Vec<Vec<u32>>,
    begins: Vec<u32>,
    similarity: Option<Bm25Weight>,
    boost: Score,
    norms: FieldNormReader,
    doc: DocId,
    count: u32,
}

impl SequenceScorer {
    fn new(
        phrase: Phrase,
        slots: Vec<Tokens>,
        similarity: Option<Bm25Weight>,
        boost: Score,
        norms: FieldNormReader,
    ) -> Self {
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by_key(|slot| slots[*slot].size());
        let positions = vec![Vec::new(); slots.len()];
        let mut scorer = Self {
            phrase,
            slots,
            order,
            positions,
            begins: Vec::new(),
            similarity,
            boost,
            norms,
            doc: 0,
            count: 0,
        };
        scorer.doc = scorer.next_from(0);
        scorer
    }

    // The first document from `target` on in which the phrase occurs.
    fn next_from(&mut self, mut target: DocId) -> DocId {
        'candidates: while target < TERMINATED {
            for slot in &self.order {
                let doc = self.slots[*slot].seek(target);
                if doc > target {
                    target = doc;
                    continue 'candidates;
                }
            }
            self.count = self.occurrences();
            if self.count > 0 {
                return target;
            }
            target += 1;
        }
        TERMINATED
    }

    // How often the phrase occurs in the document that all slots are at; near words count once.
    fn occurrences(&mut self) -> u32 {
        if let [unit] = self.phrase.units.as_slice() {
            // slot by slot, rarest first: most documents are rejected after two
            let mut begins = std::mem::take(&mut self.begins);
            begins.clear();
            for (turn, slot) in self.order.iter().enumerate() {
                let offset = unit.slots[*slot].offset;
                let positions = &mut self.positions[*slot];
                self.slots[*slot].positions(positions);
                if turn == 0 {
                    begins.extend(
                        positions.iter().filter_map(|position| position.checked_sub(offset)),
                    );
                } else {
                    begins.retain(|begin| positions.binary_search(&(begin + offset)).is_ok());
                }
                if begins.is_empty() {
                    break;
                }
            }
            self.begins = begins;
            return u32::try_from(self.begins.len()).unwrap_or(u32::MAX);
        }
        for (slot, positions) in self.slots.iter_mut().zip(&mut self.positions) {
            slot.positions(positions);
        }
        let mut next = 0;
        let mut begins = Vec::with_capacity(self.phrase.units.len());
        for unit in &self.phrase.units {
            let of_unit: Vec<&[u32]> =
                self.positions[next..next + unit.slots.len()].iter().map(Vec::as_slice).collect();
            next += unit.slots.len();
            begins.push(starts(unit, &of_unit));
            if begins.last().is_some_and(Vec::is_empty) {
                return 0;
            }
        }
        u32::from(occurs(&self.phrase, &begins))
    }
}

impl DocSet for SequenceScorer {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc = self.next_from(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.next_from(target);
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.order.first().map_or(0, |rarest| self.slots[*rarest].size() / 2)
    }
}

impl Scorer for SequenceScorer {
    fn score(&mut self) -> Score {
        match &self.similarity {
            Some(similarity) => similarity.score(self.norms.fieldnorm_id(self.doc), self.count),
            None => self.boost,
        }
    }
}
