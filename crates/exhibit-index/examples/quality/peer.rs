//! Answers of another system's chain: a small index in memory and Lucene's classic reading of
//! queries.
//!
//! Words that the chain cuts into several terms become a boolean query of these terms under the
//! default operator, quoted ones a phrase, a word with a star a prefix of one term: what Lucene's
//! query parser does where no further option is set.

use crate::chains::{Chain, Terms};
use crate::set::Set;
use std::collections::{BTreeMap, BTreeSet};

type Pages = BTreeSet<usize>;

/// Answers every query by a chain.
pub(crate) fn answers(set: &Set, chain: &Chain) -> Vec<Pages> {
    let mut peer = Peer { chain, postings: BTreeMap::new(), all: (0..set.pages.len()).collect() };
    for (page, at) in set.pages.iter().zip(0..) {
        for (term, position) in (chain.terms)(&page.text) {
            peer.postings.entry(term).or_default().entry(at).or_default().insert(position);
        }
    }
    set.queries.iter().map(|query| peer.answer(&query.query)).collect()
}

struct Peer<'c> {
    chain: &'c Chain,
    // by term and page: positions
    postings: BTreeMap<String, BTreeMap<usize, BTreeSet<u32>>>,
    all: Pages,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Occur {
    Must,
    Should,
    MustNot,
}

impl Peer<'_> {
    fn answer(&self, query: &str) -> Pages {
        let pieces = pieces(query);
        let mut at = 0;
        let clauses = self.clauses(&pieces, &mut at);
        if !clauses.is_empty() && clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            // nothing but exclusions: Elasticsearch and Solr take them from everything
            return clauses.iter().fold(self.all.clone(), |left, (_, pages)| &left - pages);
        }
        boolean(&clauses)
    }

    // The clauses up to a closing bracket, each with what the classic parser makes of the operators around it.
    fn clauses(&self, pieces: &[Piece], at: &mut usize) -> Vec<(Occur, Pages)> {
        let mut clauses: Vec<(Occur, Pages)> = Vec::new();
        let (mut and, mut or, mut not) = (false, false, false);
        while let Some(piece) = pieces.get(*at) {
            *at += 1;
            let pages = match piece {
                Piece::Close => break,
                Piece::And => {
                    and = true;
                    continue;
                }
                Piece::Or => {
                    or = true;
                    continue;
                }
                Piece::Not => {
                    not = true;
                    continue;
                }
                Piece::Open => Some(boolean(&self.clauses(pieces, at))),
                Piece::Quoted(text) => self.phrase(&(self.chain.terms)(text)),
                Piece::Word(text) => self.word(text),
            };
            let Some(pages) = pages else { continue };
            let before = clauses.last_mut().filter(|(occur, _)| *occur != Occur::MustNot);
            match before {
                Some(before) if and => before.0 = Occur::Must,
                Some(before) if or && self.chain.and => before.0 = Occur::Should,
                _ => {}
            }
            let must = if self.chain.and { !or } else { and };
            let occur = match (not, must) {
                (true, _) => Occur::MustNot,
                (false, true) => Occur::Must,
                (false, false) => Occur::Should,
            };
            clauses.push((occur, pages));
            (and, or, not) = (false, false, false);
        }
        clauses
    }

    // None if the word has no term: such a clause is left out.
    fn word(&self, text: &str) -> Option<Pages> {
        if let Some(beginning) = text.strip_suffix('*') {
            let beginning = (self.chain.fold)(beginning);
            let terms = self
                .postings
                .range(beginning.clone()..)
                .take_while(|(term, _)| term.starts_with(&beginning));
            return Some(terms.flat_map(|(_, pages)| pages.keys().copied()).collect());
        }
        let occur = if self.chain.and { Occur::Must } else { Occur::Should };
        let terms = (self.chain.terms)(text);
        let clauses: Vec<(Occur, Pages)> =
            terms.iter().map(|(term, _)| (occur, self.pages(term))).collect();
        (!clauses.is_empty()).then(|| boolean(&clauses))
    }

    fn pages(&self, term: &str) -> Pages {
        self.postings.get(term).into_iter().flat_map(|pages| pages.keys().copied()).collect()
    }

    fn phrase(&self, terms: &Terms) -> Option<Pages> {
        let (first, _) = terms.first()?;
        let stands = |page: usize, start: u32| {
            let begins = terms[0].1;
            terms.iter().all(|(term, position)| {
                let positions = self.postings.get(term).and_then(|pages| pages.get(&page));
                positions.is_some_and(|positions| positions.contains(&(start + position - begins)))
            })
        };
        let candidates = self.postings.get(first).into_iter().flatten();
        Some(
            candidates
                .filter(|(page, starts)| starts.iter().any(|start| stands(**page, *start)))
                .map(|(page, _)| *page)
                .collect(),
        )
    }
}

fn boolean(clauses: &[(Occur, Pages)]) -> Pages {
    let of = |wanted: Occur| {
        clauses.iter().filter(move |(occur, _)| *occur == wanted).map(|(_, pages)| pages)
    };
    let mut musts = of(Occur::Must);
    let found = match musts.next() {
        Some(first) => musts.fold(first.clone(), |left, pages| &left & pages),
        None => of(Occur::Should).flatten().copied().collect(),
    };
    of(Occur::MustNot).fold(found, |left, pages| &left - pages)
}

enum Piece {
    Word(String),
    Quoted(String),
    Open,
    Close,
    And,
    Or,
    Not,
}

// Lucene's signs in ASCII only; square brackets, slashes and the like are taken as text, as if escaped.
fn pieces(query: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let quoted = rest.strip_prefix('"').and_then(|inner| inner.split_once('"'));
        if let Some((text, after)) = quoted {
            pieces.push(Piece::Quoted(text.to_owned()));
            rest = after;
        } else if matches!(first, '(' | ')' | '-') {
            pieces.push(match first {
                '(' => Piece::Open,
                ')' => Piece::Close,
                _ => Piece::Not,
            });
            rest = &rest[1..];
        } else {
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at(end.max(first.len_utf8()));
            pieces.push(match word {
                "AND" => Piece::And,
                "OR" => Piece::Or,
                "NOT" => Piece::Not,
                _ => Piece::Word(word.to_owned()),
            });
            rest = after;
        }
        rest = rest.trim_start();
    }
    pieces
}
