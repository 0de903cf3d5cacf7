//! The tokens of one slot of a phrase, as the engine stores them: which terms a pattern matches, and their
//! positions, document by document.

use crate::read::pair_cache::PairCache;
use crate::read::regex_automaton::RegexAutomaton;
use crate::schema::stands_for_first;
use exhibit_query::{Pattern, Regex, alphabet};
use exhibit_text::Sound;
use std::sync::Arc;
use tantivy::index::SegmentId;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::query::{DfaWrapper, FuzzyTermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    BitSet, DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term,
};

/// Whether a term is a single character for which the index stores pairs instead ([`stands_for_first`]).
pub(crate) fn is_character(term: &str) -> bool {
    let mut characters = term.chars();
    characters.next().is_some_and(exhibit_text::is_han) && characters.next().is_none()
}

/// The tokens of one field in one segment.
pub(crate) struct List {
    part: SegmentId,
    index: Arc<InvertedIndexReader>,
}

impl List {
    pub(crate) fn of(segment: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        Ok(Self { part: segment.segment_id(), index: segment.inverted_index(field)? })
    }
}

/// The lookup of a slot, prepared once for all segments.
pub(crate) enum Lookup {
    Term(Term),
    // a character, and the pairs that begin with it
    Character(String),
    Begins(String),
    // the automaton, and the terms it runs over: those of the word's alphabet
    Near(DfaWrapper, String, String),
    // the pairs that match two syllables
    Read(Field, Sound, Sound, PairCache),
    // the characters that match one syllable
    ReadAlone(Vec<char>),
    Matches(Regex),
    Any(Vec<Lookup>),
    // the tokens of the first at positions that have none of the second
    Except(Box<Lookup>, Box<Lookup>),
}

impl Lookup {
    pub(crate) fn of(field: Field, pattern: &Pattern, pairs: &PairCache) -> tantivy::Result<Self> {
        let of = |pattern| Self::of(field, pattern, pairs);
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
                Self::Read(field, first.clone(), second.clone(), pairs.clone())
            }
            Pattern::ReadAlone(sound) => Self::ReadAlone(sound.characters()),
            Pattern::Matches(regex) => Self::Matches(regex.clone()),
            Pattern::Except(tokens, without) => {
                Self::Except(Box::new(of(tokens)?), Box::new(of(without)?))
            }
            Pattern::Any(patterns) => {
                Self::Any(patterns.iter().map(of).collect::<tantivy::Result<_>>()?)
            }
        })
    }

    /// Whether tokens are selected by position as well as by term.
    pub(crate) fn excludes(&self) -> bool {
        match self {
            Self::Except(..) => true,
            Self::Any(lookups) => lookups.iter().any(Self::excludes),
            _ => false,
        }
    }

    /// The documents of a segment that have a token; only for lookups that exclude nothing.
    pub(crate) fn docs(&self, list: &List, all: DocId) -> tantivy::Result<BitSet> {
        let mut infos = Vec::new();
        self.expand(list, &mut infos)?;
        docs_of(&list.index, &infos, all)
    }

    /// The tokens of a segment; `None` if there are none.
    pub(crate) fn open(&self, list: &List) -> tantivy::Result<Option<Tokens>> {
        match self {
            Self::Except(tokens, without) => {
                let Some(tokens) = tokens.open(list)? else { return Ok(None) };
                Ok(Some(Tokens::Except {
                    tokens: Box::new(tokens),
                    without: without.open(list)?.map(Box::new),
                }))
            }
            Self::Any(lookups) if self.excludes() => {
                let mut all = Vec::with_capacity(lookups.len());
                for lookup in lookups {
                    all.extend(lookup.open(list)?);
                }
                Ok((!all.is_empty()).then_some(Tokens::Either { all, buffer: Vec::new() }))
            }
            _ => {
                let mut infos = Vec::new();
                self.expand(list, &mut infos)?;
                Tokens::open(&list.index, &infos)
            }
        }
    }

    // The terms of a segment.
    fn expand(&self, list: &List, infos: &mut Vec<TermInfo>) -> tantivy::Result<()> {
        let index = &*list.index;
        match self {
            Self::Term(term) => infos.extend(index.get_term_info(term)?),
            Self::Character(character) => each_of_character(index, character, &mut |info| {
                infos.push(info.clone());
                true
            })?,
            Self::ReadAlone(characters) => {
                for character in characters {
                    each_of_character(index, character.encode_utf8(&mut [0; 4]), &mut |info| {
                        infos.push(info.clone());
                        true
                    })?;
                }
            }
            Self::Begins(beginning) => each_beginning(index, beginning, &mut |_, info| {
                infos.push(info.clone());
                true
            })?,
            Self::Near(automaton, from, until) => {
                let mut stream =
                    index.terms().search(automaton).ge(from).lt(until).into_stream()?;
                while stream.advance() {
                    infos.push(stream.value().clone());
                }
            }
            Self::Read(field, first, second, pairs) => {
                infos.extend_from_slice(&pairs.of(list.part, index, *field, (first, second))?);
            }
            Self::Matches(regex) => each_matching(index, regex, &mut |info| {
                infos.push(info.clone());
                true
            })?,
            Self::Any(lookups) => {
                lookups.iter().try_for_each(|lookup| lookup.expand(list, infos))?
            }
            // positions outside the excluded set are a subset of all positions
            Self::Except(tokens, _) => tokens.expand(list, infos)?,
        }
        Ok(())
    }
}

/// Calls `emit` with each term that has this prefix, until it returns false.
pub(crate) fn each_beginning(
    index: &InvertedIndexReader,
    beginning: &str,
    emit: &mut dyn FnMut(&[u8], &TermInfo) -> bool,
) -> std::io::Result<()> {
    let mut stream = index.terms().range().ge(beginning.as_bytes()).into_stream()?;
    while stream.advance() && stream.key().starts_with(beginning.as_bytes()) {
        if !emit(stream.key(), stream.value()) {
            break;
        }
    }
    Ok(())
}

// Emits the term of a character, and those of the pairs that stand for it, until `emit` returns false.
fn each_of_character(
    index: &InvertedIndexReader,
    character: &str,
    emit: &mut dyn FnMut(&TermInfo) -> bool,
) -> std::io::Result<()> {
    let of_it = |term: &[u8]| {
        term == character.as_bytes() || std::str::from_utf8(term).is_ok_and(stands_for_first)
    };
    each_beginning(index, character, &mut |term, info| !of_it(term) || emit(info))
}

// Emits each term that a regular expression matches, and each pair that stands for its first character if that matches,
// until `emit` returns false.
fn each_matching(
    index: &InvertedIndexReader,
    regex: &Regex,
    emit: &mut dyn FnMut(&TermInfo) -> bool,
) -> std::io::Result<()> {
    let mut stream = index.terms().search(RegexAutomaton(regex)).ge(Regex::FROM).into_stream()?;
    while stream.advance() {
        let Ok(term) = std::str::from_utf8(stream.key()) else { continue };
        let first =
            || term.chars().next().is_some_and(|first| regex.takes(first.encode_utf8(&mut [0; 4])));
        if (regex.takes(term) || (stands_for_first(term) && first())) && !emit(stream.value()) {
            break;
        }
    }
    Ok(())
}

/// Counts the terms of a field that match a pattern, up to one more than `most`. Only regular expressions and
/// syllables can match very many terms; other patterns count as 0.
pub(crate) fn matching_terms(
    searcher: &Searcher,
    field: Field,
    pattern: &Pattern,
    most: usize,
) -> tantivy::Result<usize> {
    let mut count = 0;
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut one_more = |_: &TermInfo| {
            count += 1;
            count <= most
        };
        match pattern {
            Pattern::Matches(regex) => each_matching(&index, regex, &mut one_more)?,
            Pattern::ReadAlone(sound) => {
                for character in sound.characters() {
                    each_of_character(&index, character.encode_utf8(&mut [0; 4]), &mut one_more)?;
                }
            }
            _ => {}
        }
    }
    Ok(count)
}

/// Whether a field has any term of a pattern.
pub(crate) fn holds(
    searcher: &Searcher,
    field: Field,
    pattern: &Pattern,
    pairs: &PairCache,
) -> tantivy::Result<bool> {
    let lookup = Lookup::of(field, pattern, pairs)?;
    let mut infos = Vec::new();
    for segment in searcher.segment_readers() {
        lookup.expand(&List::of(segment, field)?, &mut infos)?;
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

/// The tokens of one slot: read from the engine for one term or a few, collected beforehand for many.
pub(crate) enum Tokens {
    One(Box<SegmentPostings>),
    Few { postings: Vec<SegmentPostings>, buffer: Vec<u32> },
    Gathered { tokens: Vec<(DocId, u32)>, at: usize },
    // of all of these
    Either { all: Vec<Tokens>, buffer: Vec<u32> },
    // of the first, where the second has none; a document may end up with none
    Except { tokens: Box<Tokens>, without: Option<Box<Tokens>> },
}

impl Tokens {
    // `None` if there is no token.
    fn open(index: &InvertedIndexReader, infos: &[TermInfo]) -> tantivy::Result<Option<Self>> {
        const POSITIONS: IndexRecordOption = IndexRecordOption::WithFreqsAndPositions;
        const FEW: usize = 12;
        if let [only] = infos {
            let postings = index.read_postings_from_terminfo(only, POSITIONS)?;
            return Ok(Some(Self::One(Box::new(postings))));
        }
        if infos.len() <= FEW {
            let open = |info| index.read_postings_from_terminfo(info, POSITIONS);
            let postings: Vec<SegmentPostings> =
                infos.iter().map(open).collect::<std::io::Result<_>>()?;
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

    pub(crate) fn doc(&self) -> DocId {
        match self {
            Self::One(postings) => postings.doc(),
            Self::Few { postings, .. } => {
                postings.iter().map(DocSet::doc).min().unwrap_or(TERMINATED)
            }
            Self::Gathered { tokens, at } => tokens.get(*at).map_or(TERMINATED, |(doc, _)| *doc),
            Self::Either { all, .. } => all.iter().map(Self::doc).min().unwrap_or(TERMINATED),
            Self::Except { tokens, .. } => tokens.doc(),
        }
    }

    pub(crate) fn seek(&mut self, target: DocId) -> DocId {
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
            Self::Either { all, .. } => {
                all.iter_mut().map(|one| one.seek(target)).min().unwrap_or(TERMINATED)
            }
            Self::Except { tokens, .. } => tokens.seek(target),
        }
    }

    pub(crate) fn positions(&mut self, into: &mut Vec<u32>) {
        match self {
            Self::One(postings) => {
                postings.positions(into);
                // a word and a part of it at one position can be the same term
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
                into.extend(
                    tokens[*at..]
                        .iter()
                        .take_while(|(of, _)| *of == doc)
                        .map(|(_, position)| *position),
                );
            }
            Self::Either { all, buffer } => {
                into.clear();
                let doc = all.iter().map(Self::doc).min().unwrap_or(TERMINATED);
                for one in all.iter_mut().filter(|one| one.doc() == doc) {
                    one.positions(buffer);
                    into.extend_from_slice(buffer);
                }
                into.sort_unstable();
                into.dedup();
            }
            Self::Except { tokens, without } => {
                tokens.positions(into);
                let doc = tokens.doc();
                if let Some(without) = without.as_deref_mut().filter(|_| doc != TERMINATED)
                    && without.seek(doc) == doc
                {
                    let mut taken = Vec::new();
                    without.positions(&mut taken);
                    into.retain(|position| taken.binary_search(position).is_err());
                }
            }
        }
    }

    pub(crate) fn size(&self) -> u32 {
        match self {
            Self::One(postings) => postings.size_hint(),
            Self::Few { postings, .. } => {
                postings.iter().map(DocSet::size_hint).fold(0, u32::saturating_add)
            }
            Self::Gathered { tokens, .. } => u32::try_from(tokens.len()).unwrap_or(u32::MAX),
            Self::Either { all, .. } => all.iter().map(Self::size).fold(0, u32::saturating_add),
            Self::Except { tokens, .. } => tokens.size(),
        }
    }
}
