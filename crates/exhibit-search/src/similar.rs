//! Similar documents: those that share the distinctive words of one document.
//!
//! The distinctive words are those of the document's own pages by tf·idf (Spärck Jones, 1972: a word is weighted by how
//! few pages have it, and by the logarithm of its occurrences), at most [`WORDS`] of them. The engine ranks pages with
//! any of them by BM25 (Robertson and Zaragoza, 2009). Words are compared, never persons; each result shows the words
//! that the two documents share.

use crate::distinctive::joined;
use crate::{Search, SearchError, SearchHit};
use exhibit_catalogue::PageRow;
use exhibit_model::{ItemId, PageNumber};
use exhibit_query::parse;
use exhibit_text::is_han;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The maximum number of words in the query.
const WORDS: usize = 30;
// The maximum number of pages read for them, and of characters of each.
const PAGES: usize = 50;
const CHARACTERS: usize = 20_000;

/// Documents similar to one.
#[derive(Debug, Clone)]
pub struct Similar {
    /// The distinctive words of the document, the most distinctive first.
    pub words: Vec<String>,
    /// The documents that share some of them, best first.
    pub hits: Vec<SimilarHit>,
}

/// A document that shares words with another.
#[derive(Debug, Clone)]
pub struct SimilarHit {
    /// The page that shares the most, with the shared words as hits.
    pub hit: SearchHit,
    /// The words it shares on that page, the most distinctive first.
    pub words: Vec<String>,
}

impl Search<'_> {
    /// The documents most similar to a document, or to one page of it; at most `most`. Of a long document, 50 pages
    /// spread over it are examined, and 20,000 characters of each.
    ///
    /// # Errors
    /// [`SearchError::Case`] if there is no such document or page; those of reading and searching.
    pub fn similar(
        &self,
        id: ItemId,
        page: Option<PageNumber>,
        most: usize,
    ) -> Result<Similar, SearchError> {
        let texts = self.texts_of(id, page)?;
        let words = self.weighed(&texts)?;
        let texts: Vec<String> = texts.into_iter().map(|(_, text)| text).collect();
        let weighted: Vec<(&str, f32)> =
            words.iter().map(|(word, weight)| (word.as_str(), *weight)).collect();
        let words: Vec<String> = words.iter().map(|(word, _)| word.clone()).collect();
        if weighted.is_empty() {
            return Ok(Similar { words, hits: Vec::new() });
        }
        let itself = self.view.content(id).map_or(id, |content| content.id);
        let found = self.view.searcher()?.similar(
            &weighted,
            &self.view.documents()?,
            itself.get(),
            most,
        )?;
        let query = parse(
            &words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR "),
        )?;
        let mut hits = Vec::with_capacity(found.len());
        for found in &found {
            let hit = self.hit(&query, found)?;
            let shared: BTreeSet<usize> = hit.spans.iter().map(|span| span.clause).collect();
            let shared: Vec<String> =
                shared.into_iter().filter_map(|clause| words.get(clause).cloned()).collect();
            let text = self.view.page(hit.item.id, hit.page)?.text;
            hits.push(SimilarHit { hit, words: joined(&shared, &[shortened(&text).to_owned()]) });
        }
        Ok(Similar { words: joined(&words, &texts), hits })
    }

    // The examined pages, by number, and the beginning of the text of each.
    fn texts_of(
        &self,
        id: ItemId,
        page: Option<PageNumber>,
    ) -> Result<Vec<(PageNumber, String)>, SearchError> {
        let rows = match page {
            Some(number) => vec![self.view.page_row(id, number)?],
            None => self.view.pages(id)?,
        };
        let step = rows.len().div_ceil(PAGES).max(1);
        let text =
            |row: &PageRow| Ok((row.number, shortened(&self.view.read_page(row)?.text).to_owned()));
        rows.iter().step_by(step).map(text).collect()
    }

    // The words that distinguish the texts from the other pages of the case, with their weights.
    fn weighed(&self, texts: &[(PageNumber, String)]) -> Result<Vec<(String, f32)>, SearchError> {
        let mut words: HashMap<String, Counted> = HashMap::new();
        for (number, text) in texts {
            count(text, *number, &mut words);
        }
        let (searcher, documents) = (self.view.searcher()?, self.view.documents()?);
        let words: BTreeMap<String, Counted> = words.into_iter().collect();
        let pages = searcher.pages(&documents)?.max(1);
        let frequencies = searcher.frequencies(words.keys().map(String::as_str), &documents)?;
        let mut weighed: Vec<(String, f64, f32)> = Vec::new();
        for ((word, counted), frequency) in words.into_iter().zip(frequencies) {
            // a word that no other page has finds nothing
            if frequency > counted.pages && frequency < pages.max(4) {
                let often = 1.0 + f64::from(counted.times).ln();
                weighed.push((word, often * rarity(pages, frequency), narrow(often)));
            }
        }
        weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(weighed.into_iter().take(WORDS).map(|(word, _, weight)| (word, weight)).collect())
    }
}

#[derive(Default)]
struct Counted {
    times: u32,
    pages: u64,
    last: Option<PageNumber>,
}

fn count(text: &str, number: PageNumber, words: &mut HashMap<String, Counted>) {
    exhibit_text::tokens(text, &mut |token| {
        if !tells(token.term) {
            return;
        }
        if !words.contains_key(token.term) {
            words.insert(token.term.to_owned(), Counted::default());
        }
        if let Some(counted) = words.get_mut(token.term) {
            counted.times += 1;
            counted.pages += u64::from(counted.last != Some(number));
            counted.last = Some(number);
        }
    });
}

/// The part of a text that is examined.
pub(crate) fn shortened(text: &str) -> &str {
    text.char_indices().nth(CHARACTERS).map_or(text, |(end, _)| &text[..end])
}

// Numbers and dates written in characters are as little distinctive as digits.
const COUNTING: &str = "〇零一二三四五六七八九十百千万亿两年月日号时分第个";

/// Whether a token can be distinctive: two Han characters, a word of three letters or more, a long number.
pub(crate) fn tells(term: &str) -> bool {
    let letters = term.chars().filter(|c| c.is_alphabetic()).count();
    let han = term.chars().filter(|c| is_han(*c)).count();
    if han > 0 && term.chars().all(|c| COUNTING.contains(c)) {
        return false;
    }
    match (han, letters) {
        (0, 0) => term.chars().filter(char::is_ascii_digit).count() >= 5,
        (0, _) => term.chars().count() >= 3,
        (han, _) => han >= 2,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a weight needs no more than 52 bits")]
fn rarity(pages: u64, frequency: u64) -> f64 {
    (pages as f64 / frequency as f64).ln()
}

#[expect(clippy::cast_possible_truncation, reason = "the engine weighs in 32 bits")]
fn narrow(weight: f64) -> f32 {
    weight as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_words_and_single_characters_are_not_distinctive() {
        for (term, expected) in [
            ("登记", true),
            ("登", false),
            ("of", false),
            ("list", true),
            ("2017", false),
            ("20170803", true),
            ("bh1060", true),
        ] {
            assert_eq!(tells(term), expected, "{term}");
        }
        let mut words = HashMap::new();
        count("登记表 登记", PageNumber::FIRST, &mut words);
        count("登记", PageNumber::new(2), &mut words);
        let counted = &words["登记"];
        assert_eq!((counted.times, counted.pages), (3, 2));
    }
}
