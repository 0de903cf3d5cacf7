//! Facets: how the pages that answer a query divide by language, type, date and the like.

use crate::engine::engine_query;
use crate::error::IndexError;
use crate::query::{Query, kind_of};
use crate::search::Searcher;
use exhibit_model::Moment;
use std::collections::BTreeMap;
use tantivy::query::EnableScoring;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, SegmentReader, TantivyError};

/// What to divide pages by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Facet {
    /// The page's language tag, in lower case: a value for `lang:`.
    Language,
    /// The file's kind ([`crate::kind_of`]): a value for `type:`.
    Kind,
    /// The file's media type: a value for `type:`.
    MediaType,
    /// The ending of the file's name: a value for `ext:`.
    Extension,
    /// States, tags and other words: values for `is:`, `has:`, and `tag:` or `source:` with these before them.
    Word,
    /// The year of the document's date: a value for `date:`; `undated` without one (`is:undated`).
    Year,
    /// Year and month, as in `2017-08`; `undated` without a date.
    Month,
}

impl Searcher {
    /// Counts the pages that answer a query by each value of a facet. Exact; most pages first, equals by value.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn facet(&self, query: &Query, facet: Facet) -> Result<Vec<(String, u64)>, IndexError> {
        Ok(self.facets(query, &[facet])?.remove(0))
    }

    /// Counts by several facets, in the order given, while going through the answers once.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn facets(&self, query: &Query, facets: &[Facet]) -> Result<Vec<Vec<(String, u64)>>, IndexError> {
        let weight = engine_query(query, &self.fields).weight(EnableScoring::disabled_from_searcher(&self.engine))?;
        let mut counts: Vec<BTreeMap<String, u64>> = vec![BTreeMap::new(); facets.len()];
        for segment in self.engine.segment_readers() {
            let mut answers = BitSet::with_max_value(segment.max_doc());
            weight.for_each_no_score(segment, &mut |docs| {
                for doc in docs.iter().filter(|doc| !segment.is_deleted(**doc)) {
                    answers.insert(*doc);
                }
            })?;
            for (facet, counts) in facets.iter().zip(&mut counts) {
                self.by_facet(segment, *facet, &answers, counts)?;
            }
        }
        let sorted = |counts: BTreeMap<String, u64>| {
            let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts
        };
        Ok(counts.into_iter().map(sorted).collect())
    }

    fn by_facet(
        &self,
        segment: &SegmentReader,
        facet: Facet,
        answers: &BitSet,
        counts: &mut BTreeMap<String, u64>,
    ) -> Result<(), TantivyError> {
        match facet {
            Facet::Language => by_term(segment, self.fields.language, answers, counts),
            Facet::Kind => {
                let mut types = BTreeMap::new();
                by_term(segment, self.fields.media_type, answers, &mut types)?;
                for (media_type, count) in types {
                    *counts.entry(kind_of(&media_type).to_owned()).or_default() += count;
                }
                Ok(())
            }
            Facet::MediaType => by_term(segment, self.fields.media_type, answers, counts),
            Facet::Extension => by_term(segment, self.fields.extension, answers, counts),
            Facet::Word => by_term(segment, self.fields.word, answers, counts),
            Facet::Year => by_date(segment, answers, counts, |year, _| format!("{year:04}")),
            Facet::Month => by_date(segment, answers, counts, |year, month| format!("{year:04}-{month:02}")),
        }
    }
}

fn by_term(
    segment: &SegmentReader,
    field: Field,
    answers: &BitSet,
    counts: &mut BTreeMap<String, u64>,
) -> Result<(), TantivyError> {
    let index = segment.inverted_index(field)?;
    let mut terms = index.terms().stream()?;
    while terms.advance() {
        let mut block = index.read_block_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
        let mut count = 0;
        while !block.docs().is_empty() {
            count += block.docs().iter().filter(|doc| answers.contains(**doc)).count() as u64;
            block.advance();
        }
        if count > 0 {
            *counts.entry(String::from_utf8_lossy(terms.key()).into_owned()).or_default() += count;
        }
    }
    Ok(())
}

fn by_date(
    segment: &SegmentReader,
    answers: &BitSet,
    counts: &mut BTreeMap<String, u64>,
    name: fn(i64, u32) -> String,
) -> Result<(), TantivyError> {
    let dates = segment.fast_fields().i64("date")?;
    let mut by_month: BTreeMap<Option<(i64, u32)>, u64> = BTreeMap::new();
    for doc in (0..segment.max_doc()).filter(|doc| answers.contains(*doc)) {
        let month = dates.first(doc).map(|date| {
            let (year, month, _) = Moment(date).civil_date();
            (year, month)
        });
        *by_month.entry(month).or_default() += 1;
    }
    for (month, count) in by_month {
        let value = month.map_or_else(|| "undated".to_owned(), |(year, month)| name(year, month));
        *counts.entry(value).or_default() += count;
    }
    Ok(())
}
