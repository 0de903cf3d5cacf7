//! Phrases in the engine: pages where tokens stand at given distances, or near each other, decided
//! by [`crate::occurrences`].

use crate::occurrences::{occurs, starts};
use crate::query::{Pattern, Phrase, Slot, Unit, alphabet};
use crate::schema::stands_for_first;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentReader;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::query::{
    BitSetDocSet, Bm25Weight, ConstScorer, DfaWrapper, EmptyScorer, EnableScoring, Explanation, FuzzyTermQuery, Query,
    Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, DocSet, InvertedIndexReader, Score, Searcher, TERMINATED, Term};

/// Asks for a phrase in a field.
#[derive(Clone, Debug)]
pub(crate) struct SequenceQuery {
    pub(crate) field: Field,
    pub(crate) phrase: Phrase,
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
        // beginnings and near words have no frequency of their own: they count the same wherever they occur
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
                pattern => Lookup::of(self.field, pattern),
            };
            unit.slots.iter().map(of_slot).collect()
        };
        let lookups: Vec<Vec<Lookup>> = self.phrase.units.iter().map(of_unit).collect::<tantivy::Result<_>>()?;
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
        let index = reader.inverted_index(field)?;
        let expanded = |lookup: &Lookup| {
            let mut infos = Vec::new();
            lookup.expand(&index, &mut infos).map(|()| infos)
        };
        if let [only] = self.lookups.as_slice() {
            let docs = docs_of(&index, &expanded(only)?, reader.max_doc())?;
            return Ok(Box::new(ConstScorer::new(BitSetDocSet::from(docs), boost)));
        }
        let mut slots = Vec::with_capacity(self.lookups.len());
        for lookup in &self.lookups {
            let Some(slot) = Tokens::open(&index, &expanded(lookup)?)? else {
                return Ok(Box::new(EmptyScorer));
            };
            slots.push(slot);
        }
        let norms = reader.get_fieldnorms_reader(field)?;
        let similarity = self.similarity.as_ref().map(|similarity| similarity.boost_by(boost));
        Ok(Box::new(SequenceScorer::new(self.query.phrase.clone(), slots, similarity, boost, norms)))
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

/// Whether a term is a single character of which the index holds pairs in its stead ([`stands_for_first`]).
pub(crate) fn is_character(term: &str) -> bool {
    let mut characters = term.chars();
    characters.next().is_some_and(exhibit_text::is_han) && characters.next().is_none()
}

// Whether a word stands beside the slot's character, so that a run begins or ends there.
fn is_run_edge(unit: &Unit, slot: &Slot) -> bool {
    let is_word = |pattern: &Pattern| match pattern {
        Pattern::Is(term) => !term.chars().next().is_some_and(exhibit_text::is_gram),
        _ => false,
    };
    let mut others = unit.slots.iter().filter(|other| other.offset.abs_diff(slot.offset) == 1);
    others.any(|other| is_word(&other.pattern))
}

// What to look up for a slot, made ready once for all segments.
enum Lookup {
    Term(Term),
    // a character, and the pairs that begin with it
    Character(String),
    Begins(String),
    // the automaton, and the terms it is led over: those of the word's alphabet
    Near(DfaWrapper, String, String),
    // the characters that two syllables stand for
    Read(Field, &'static [char], &'static [char]),
    Any(Vec<Lookup>),
}

impl Lookup {
    fn of(field: Field, pattern: &Pattern) -> tantivy::Result<Self> {
        Ok(match pattern {
            Pattern::Is(term) if is_character(term) => Self::Character(term.clone()),
            Pattern::Is(term) => Self::Term(Term::from_field_text(field, term)),
            Pattern::Begins(beginning) => Self::Begins(beginning.clone()),
            Pattern::Near(word, edits) => {
                let term = Term::from_field_text(field, word);
                let automaton = FuzzyTermQuery::new(term, *edits, true).automaton()?;
                let letters = alphabet(word);
                Self::Near(automaton, letters.start.to_string(), letters.end.to_string())
            }
            Pattern::Read(first, second) => {
                Self::Read(field, exhibit_text::characters_read(first), exhibit_text::characters_read(second))
            }
            Pattern::Any(patterns) => {
                Self::Any(patterns.iter().map(|pattern| Self::of(field, pattern)).collect::<tantivy::Result<_>>()?)
            }
        })
    }

    // The terms of a segment.
    fn expand(&self, index: &InvertedIndexReader, infos: &mut Vec<TermInfo>) -> tantivy::Result<()> {
        match self {
            Self::Term(term) => infos.extend(index.get_term_info(term)?),
            Self::Character(character) => {
                let of_it =
                    |term: &[u8]| term == character.as_bytes() || std::str::from_utf8(term).is_ok_and(stands_for_first);
                each_beginning(index, character, &mut |term, info| {
                    if of_it(term) {
                        infos.push(info.clone());
                    }
                    true
                })?;
            }
            Self::Begins(beginning) => each_beginning(index, beginning, &mut |_, info| {
                infos.push(info.clone());
                true
            })?,
            Self::Near(automaton, from, until) => {
                let mut stream = index.terms().search(automaton).ge(from).lt(until).into_stream()?;
                while stream.advance() {
                    infos.push(stream.value().clone());
                }
            }
            Self::Read(field, first, second) => {
                let info = |term: &str| index.get_term_info(&Term::from_field_text(*field, term));
                // few of all characters with a reading are in any text
                let held = |characters: &[char]| -> std::io::Result<Vec<char>> {
                    let mut kept = Vec::new();
                    for character in characters {
                        let mut held = false;
                        each_beginning(index, character.encode_utf8(&mut [0; 4]), &mut |_, _| {
                            held = true;
                            false
                        })?;
                        kept.extend(held.then_some(*character));
                    }
                    Ok(kept)
                };
                let second = held(second)?;
                for a in held(first)? {
                    for b in &second {
                        infos.extend(info(&String::from_iter([a, *b]))?);
                    }
                }
            }
            Self::Any(lookups) => lookups.iter().try_for_each(|lookup| lookup.expand(index, infos))?,
        }
        Ok(())
    }
}

// Says each term that begins so, until told not to go on.
fn each_beginning(
    index: &InvertedIndexReader,
    beginning: &str,
    say: &mut dyn FnMut(&[u8], &TermInfo) -> bool,
) -> std::io::Result<()> {
    let mut stream = index.terms().range().ge(beginning.as_bytes()).into_stream()?;
    while stream.advance() && stream.key().starts_with(beginning.as_bytes()) {
        if !say(stream.key(), stream.value()) {
            break;
        }
    }
    Ok(())
}

/// Whether a field has any term of a pattern.
pub(crate) fn holds(searcher: &Searcher, field: Field, pattern: &Pattern) -> tantivy::Result<bool> {
    let lookup = Lookup::of(field, pattern)?;
    let mut infos = Vec::new();
    for segment in searcher.segment_readers() {
        lookup.expand(&*segment.inverted_index(field)?, &mut infos)?;
        if !infos.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn docs_of(index: &InvertedIndexReader, infos: &[TermInfo], all: DocId) -> tantivy::Result<BitSet> {
    let mut docs = BitSet::with_max_value(all);
    for info in infos {
        let mut block = index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while !block.docs().is_empty() {
            for doc in block.docs() {
                docs.insert(*doc);
            }
            block.advance();
        }
    }
    Ok(docs)
}

// The tokens of one slot: of one term or a few as the engine keeps them, of many gathered at once.
enum Tokens {
    One(Box<SegmentPostings>),
    Few { postings: Vec<SegmentPostings>, buffer: Vec<u32> },
    Gathered { tokens: Vec<(DocId, u32)>, at: usize },
}

impl Tokens {
    // None if there is no token.
    fn open(index: &InvertedIndexReader, infos: &[TermInfo]) -> tantivy::Result<Option<Self>> {
        const POSITIONS: IndexRecordOption = IndexRecordOption::WithFreqsAndPositions;
        const FEW: usize = 12;
        if let [only] = infos {
            let postings = index.read_postings_from_terminfo(only, POSITIONS)?;
            return Ok(Some(Self::One(Box::new(postings))));
        }
        if infos.len() <= FEW {
            let open = |info| index.read_postings_from_terminfo(info, POSITIONS);
            let postings: Vec<SegmentPostings> = infos.iter().map(open).collect::<std::io::Result<_>>()?;
            return Ok((!postings.is_empty()).then_some(Self::Few { postings, buffer: Vec::new() }));
        }
        let mut tokens = Vec::new();
        let mut positions = Vec::new();
        for info in infos {
            let mut postings = index.read_postings_from_terminfo(info, POSITIONS)?;
            let mut doc = postings.doc();
            while doc != TERMINATED {
                postings.positions(&mut positions);
                tokens.extend(positions.iter().map(|position| (doc, *position)));
                doc = postings.advance();
            }
        }
        tokens.sort_unstable();
        tokens.dedup();
        Ok((!tokens.is_empty()).then_some(Self::Gathered { tokens, at: 0 }))
    }

    fn doc(&self) -> DocId {
        match self {
            Self::One(postings) => postings.doc(),
            Self::Few { postings, .. } => postings.iter().map(DocSet::doc).min().unwrap_or(TERMINATED),
            Self::Gathered { tokens, at } => tokens.get(*at).map_or(TERMINATED, |(doc, _)| *doc),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::One(postings) if postings.doc() < target => postings.seek(target),
            Self::One(postings) => postings.doc(),
            Self::Few { postings, .. } => {
                for postings in postings.iter_mut().filter(|postings| postings.doc() < target) {
                    postings.seek(target);
                }
                self.doc()
            }
            Self::Gathered { tokens, at } => {
                *at += tokens[*at..].partition_point(|(doc, _)| *doc < target);
                self.doc()
            }
        }
    }

    fn positions(&mut self, into: &mut Vec<u32>) {
        match self {
            Self::One(postings) => {
                postings.positions(into);
                // a word and its part at one position can be the same term
                into.dedup();
            }
            Self::Few { postings, buffer } => {
                into.clear();
                let doc = postings.iter().map(DocSet::doc).min().unwrap_or(TERMINATED);
                for postings in postings.iter_mut().filter(|postings| postings.doc() == doc) {
                    postings.positions(buffer);
                    into.extend_from_slice(buffer);
                }
                into.sort_unstable();
                into.dedup();
            }
            Self::Gathered { tokens, at } => {
                into.clear();
                let doc = tokens[*at].0;
                into.extend(tokens[*at..].iter().take_while(|(of, _)| *of == doc).map(|(_, position)| *position));
            }
        }
    }

    fn size(&self) -> u32 {
        match self {
            Self::One(postings) => postings.size_hint(),
            Self::Few { postings, .. } => postings.iter().map(DocSet::size_hint).fold(0, u32::saturating_add),
            Self::Gathered { tokens, .. } => u32::try_from(tokens.len()).unwrap_or(u32::MAX),
        }
    }
}

struct SequenceScorer {
    phrase: Phrase,
    slots: Vec<Tokens>,
    // the slots' numbers, rarest first
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
        let mut scorer =
            Self { phrase, slots, order, positions, begins: Vec::new(), similarity, boost, norms, doc: 0, count: 0 };
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

    // How often the phrase occurs in the document that all slots are at; words near each other count once.
    fn occurrences(&mut self) -> u32 {
        if let [unit] = self.phrase.units.as_slice() {
            // slot by slot, rarest first: most documents are done after two
            let mut begins = std::mem::take(&mut self.begins);
            begins.clear();
            for (turn, slot) in self.order.iter().enumerate() {
                let offset = unit.slots[*slot].offset;
                let positions = &mut self.positions[*slot];
                self.slots[*slot].positions(positions);
                if turn == 0 {
                    begins.extend(positions.iter().filter_map(|position| position.checked_sub(offset)));
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
