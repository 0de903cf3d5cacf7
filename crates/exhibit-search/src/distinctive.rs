//! The words that distinguish the results of a search from the rest of the case.
//!
//! A word's measure is the log-likelihood ratio of its counts of pages (Dunning, 1993): how much better two rates, one
//! within the results and one outside, explain the counts than one rate for both. Words are measured, not persons: a
//! name in the result is a word of these documents and nothing more.
//!
//! Bounded: at most [`SAMPLE`] pages of the results are read, spread evenly, and 20,000 characters of each.

use crate::similar::{shortened, tells};
use crate::{CaseQuery, Search, SearchError};
use exhibit_index::{ScopedQuery, SearchOptions, Searcher};
use exhibit_model::ItemId;
use exhibit_query::parse;
use exhibit_text::is_han;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The maximum number of pages read.
const SAMPLE: usize = 500;
// The maximum number of words measured: those on most of the pages read.
const MEASURED: usize = 4_000;
// The maximum number of pairs of Han characters joined into longer words, and the maximum length of such a word.
const PAIRS: usize = 200;
const LONGEST: usize = 8;

/// The distinctive words of a set of pages.
#[derive(Debug, Clone, Default)]
pub struct DistinctiveWords {
    /// The words, the most distinctive first.
    pub words: Vec<DistinctiveWord>,
    /// The number of pages found.
    pub total: u64,
    /// The number of them that were read.
    pub read: u64,
}

/// A word that occurs on a greater share of the pages found than elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct DistinctiveWord {
    /// The word, folded as in the index.
    pub word: String,
    /// The number of the read pages that contain it.
    pub pages: u64,
    /// The number of pages of the whole case that contain it.
    pub in_case: u64,
    /// The log-likelihood ratio.
    pub score: f64,
}

/// The numbers of pages: found, read among them, and in the whole case.
#[derive(Clone, Copy)]
struct Sizes {
    found: u64,
    read: u64,
    case: u64,
}

impl Search<'_> {
    /// The words that distinguish the pages found by a query from the other pages of the case, at most `most`, without
    /// the query's own words. Empty if the query finds every page.
    ///
    /// # Errors
    /// Those of reading and searching.
    pub fn distinctive_words(
        &self,
        query: &CaseQuery,
        most: usize,
    ) -> Result<DistinctiveWords, SearchError> {
        let (searcher, query) = (query.searcher(), query.scoped());
        let (sample, total) = searcher.sample(query, SAMPLE)?;
        let mut texts = Vec::with_capacity(sample.len());
        for key in &sample {
            // verification reports what is damaged or missing
            let page = self.view.page(ItemId::new(key.document), key.page).ok();
            texts.extend(page.map(|page| shortened(&page.text).to_owned()));
        }
        let sizes =
            Sizes { found: total, read: texts.len() as u64, case: searcher.pages(query.scope())? };
        let mut words = measured(searcher, query, &texts, sizes)?;
        join_pairs(searcher, query, &texts, sizes, &mut words)?;
        words.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.word.cmp(&b.word)));
        words.truncate(most);
        Ok(DistinctiveWords { words, total, read: sizes.read })
    }
}

// Every word that is more frequent on the pages read than in the rest of the case.
fn measured(
    searcher: &Searcher,
    query: &ScopedQuery,
    texts: &[String],
    sizes: Sizes,
) -> Result<Vec<DistinctiveWord>, SearchError> {
    let mut counts: Vec<(String, u64)> = pages_by_word(texts).into_iter().collect();
    let least = if sizes.read > 3 { 2 } else { 1 };
    counts.retain(|(word, pages)| *pages >= least && tells(word) && !query.query().asks_for(word));
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(MEASURED);
    let in_case =
        searcher.frequencies(counts.iter().map(|(word, _)| word.as_str()), query.scope())?;
    let word = |((word, pages), in_case): ((String, u64), u64)| {
        telling(pages, in_case, sizes).map(|score| DistinctiveWord { word, pages, in_case, score })
    };
    Ok(counts.into_iter().zip(in_case).filter_map(word).collect())
}

fn pages_by_word(texts: &[String]) -> HashMap<String, u64> {
    let mut pages: HashMap<String, (u64, usize)> = HashMap::new();
    for (number, text) in (1..).zip(texts) {
        exhibit_text::tokens(text, &mut |token| match pages.get_mut(token.term) {
            Some((count, last)) => {
                *count += u64::from(*last != number);
                *last = number;
            }
            None => {
                pages.insert(token.term.to_owned(), (1, number));
            }
        });
    }
    pages.into_iter().map(|(word, (count, _))| (word, count)).collect()
}

// Consecutive pairs form a longer word, which replaces a pair that rarely occurs outside of it.
fn join_pairs(
    searcher: &Searcher,
    query: &ScopedQuery,
    texts: &[String],
    sizes: Sizes,
    words: &mut Vec<DistinctiveWord>,
) -> Result<(), SearchError> {
    words.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.word.cmp(&b.word)));
    let is_pair =
        |word: &&DistinctiveWord| word.word.chars().count() == 2 && word.word.chars().all(is_han);
    let pairs: BTreeMap<String, u64> = words
        .iter()
        .filter(is_pair)
        .take(PAIRS)
        .map(|word| (word.word.clone(), word.pages))
        .collect();
    let joins =
        |pair: &str| pairs.contains_key(pair) || is_han_pair(pair) && query.query().asks_for(pair);
    let mut inside: HashMap<String, u64> = HashMap::new();
    for (chain, pages) in chains(texts, &joins) {
        let parts: Vec<&str> = pairs_of(&chain);
        let rarest = parts.iter().filter_map(|part| pairs.get(*part)).min().copied();
        if rarest.is_none_or(|rarest| pages < 2 || pages * 2 < rarest) {
            continue;
        }
        let phrase = query.scope().query(parse(&format!("\"{chain}\""))?);
        let in_case = searcher
            .search(&phrase, &SearchOptions { limit: 0, ..SearchOptions::default() })?
            .total;
        let Some(score) = telling(pages, in_case, sizes) else { continue };
        parts.iter().for_each(|part| *inside.entry((*part).to_owned()).or_default() += pages);
        words.push(DistinctiveWord { word: chain, pages, in_case, score });
    }
    words.retain(|word| inside.get(&word.word).is_none_or(|pages| pages * 10 < word.pages * 7));
    Ok(())
}

/// Words in readable form: pairs that are consecutive in the texts are joined, other words are unchanged, and
/// each joined word takes the place of its first pair.
pub(crate) fn joined(words: &[String], texts: &[String]) -> Vec<String> {
    let joins = |pair: &str| words.iter().any(|word| word == pair);
    let mut shown: Vec<(usize, String)> = Vec::new();
    let mut inside: HashSet<&str> = HashSet::new();
    let chains = chains(texts, &joins);
    for chain in chains.keys() {
        let parts = pairs_of(chain);
        let first =
            parts.iter().filter_map(|part| words.iter().position(|word| word == part)).min();
        shown.extend(first.map(|first| (first, chain.clone())));
        inside.extend(parts);
    }
    let alone = words.iter().enumerate().filter(|(_, word)| !inside.contains(word.as_str()));
    shown.extend(alone.map(|(at, word)| (at, word.clone())));
    shown.sort();
    shown.into_iter().map(|(_, word)| word).collect()
}

fn is_han_pair(word: &str) -> bool {
    word.chars().count() == 2 && word.chars().all(is_han)
}

// The pairs of neighbouring characters of a word.
fn pairs_of(word: &str) -> Vec<&str> {
    let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    starts.windows(3).map(|window| &word[window[0]..window[2]]).collect()
}

// The longest runs of pairs that each start one character after the previous pair, with the number of pages of each
// run.
fn chains(texts: &[String], joins: &dyn Fn(&str) -> bool) -> BTreeMap<String, u64> {
    let mut pages: BTreeMap<String, u64> = BTreeMap::new();
    for text in texts {
        let mut seen: HashSet<String> = HashSet::new();
        let (mut run, mut next) = (String::new(), 0);
        let mut end = |run: &mut String| {
            let length = run.chars().count();
            if (3..=LONGEST).contains(&length) {
                seen.insert(std::mem::take(run));
            }
            run.clear();
        };
        exhibit_text::tokens(text, &mut |token| {
            if !is_han_pair(token.term) || !joins(token.term) {
                return;
            }
            if token.position == next && !run.is_empty() {
                run.extend(token.term.chars().nth(1));
            } else {
                end(&mut run);
                run.push_str(token.term);
            }
            next = token.position + 1;
        });
        end(&mut run);
        seen.into_iter().for_each(|run| *pages.entry(run).or_default() += 1);
    }
    pages
}

// The log-likelihood ratio, if the word occurs on a greater share of the pages found than of the others. The unread
// pages among those found are assumed to be like the read ones.
#[expect(clippy::cast_precision_loss, reason = "a measure needs no more than 52 bits")]
fn telling(pages: u64, in_case: u64, sizes: Sizes) -> Option<f64> {
    let (inside, read) = (pages as f64, sizes.read as f64);
    let outside_pages = sizes.case.saturating_sub(sizes.found) as f64;
    let in_found = inside * sizes.found as f64 / read.max(1.0);
    let outside = (in_case.max(pages) as f64 - in_found).clamp(0.0, outside_pages);
    if outside_pages == 0.0 || inside / read <= outside / outside_pages {
        return None;
    }
    let together = (inside + outside) / (read + outside_pages);
    let likely = |of: f64, all: f64, rate: f64| {
        let part = |count: f64, rate: f64| if count > 0.0 { count * rate.ln() } else { 0.0 };
        part(of, rate) + part(all - of, 1.0 - rate)
    };
    let apart = likely(inside, read, inside / read)
        + likely(outside, outside_pages, outside / outside_pages);
    let as_one = likely(inside, read, together) + likely(outside, outside_pages, together);
    // 3.84: chance alone exceeds this for one word in twenty
    Some(2.0 * (apart - as_one)).filter(|ratio| *ratio > 3.84)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_published_one() {
        // 110 of 1000 pages against 50 of 9000: computed by hand from Dunning's formula
        let sizes = Sizes { found: 1_000, read: 1_000, case: 10_000 };
        let ratio = telling(110, 160, sizes).expect("it tells");
        assert!((ratio - 328.63).abs() < 0.5, "{ratio}");
        assert_eq!(telling(110, 5_000, sizes), None, "it is commoner outside");
        assert_eq!(
            telling(10, 10, Sizes { found: 10, read: 10, case: 10 }),
            None,
            "there is no outside"
        );
        // half of the results read, the same rates
        let half =
            telling(55, 160, Sizes { found: 1_000, read: 500, case: 10_000 }).expect("it tells");
        assert!((half - 189.37).abs() < 0.5, "{half}");
    }

    #[test]
    fn pairs_make_words() {
        assert_eq!(pairs_of("登记表"), ["登记", "记表"]);
        let texts = ["交登记表。 登记\n表格".to_owned(), "登记 登记表".to_owned()];
        let joins = |pair: &str| ["登记", "记表"].contains(&pair);
        let found = chains(&texts, &joins);
        assert_eq!(found, BTreeMap::from([("登记表".to_owned(), 2)]));
        let words = ["copper", "记表", "登记", "销毁"].map(str::to_owned);
        assert_eq!(joined(&words, &texts), ["copper", "登记表", "销毁"]);
    }
}
