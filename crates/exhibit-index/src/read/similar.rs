//! Pages that share distinctive terms (more like this), and how many pages have a word.

use crate::error::IndexError;
use crate::read::collect::Best;
use crate::read::search::{Hit, Searcher, within};
use crate::scope::{DocumentScope, ScopedQuery};
use exhibit_model::PageNumber;
use exhibit_query::PageKey;
use exhibit_query::Sort;
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, EnableScoring, Occur, Query as EngineQuery,
    TermQuery,
};
use tantivy::schema::IndexRecordOption;

impl Searcher {
    /// On how many pages of a scope each word of the analysis occurs in the text. In the full scope, pages whose entries
    /// were replaced may count until their segment is merged.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn frequencies<'w>(
        &self,
        words: impl IntoIterator<Item = &'w str>,
        scope: &DocumentScope,
    ) -> Result<Vec<u64>, IndexError> {
        let of = |word| {
            let term = Term::from_field_text(self.fields.text, word);
            if scope.listed().is_some() {
                self.pages_with(term, scope)
            } else {
                Ok(self.engine.doc_freq(&term)?)
            }
        };
        words.into_iter().map(of).collect()
    }

    /// The pages of a scope that share words with these, each word weighted, best first; one page per document, none of
    /// `except`. The engine's BM25 weighs a word by how rare it is and how often it occurs on the page.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn similar(
        &self,
        words: &[(&str, f32)],
        scope: &DocumentScope,
        except: i64,
        most: usize,
    ) -> Result<Vec<Hit>, IndexError> {
        let asked = |(word, weight): &(&str, f32)| -> (Occur, Box<dyn EngineQuery>) {
            let term = Term::from_field_text(self.fields.text, word);
            let word = TermQuery::new(term, IndexRecordOption::WithFreqs);
            (Occur::Should, Box::new(BoostQuery::new(Box::new(word), *weight)))
        };
        let mut clauses: Vec<_> = words.iter().map(asked).collect();
        let itself = TermQuery::new(
            Term::from_field_i64(self.fields.document, except),
            IndexRecordOption::Basic,
        );
        clauses.push((Occur::MustNot, Box::new(ConstScoreQuery::new(Box::new(itself), 0.0))));
        let best = Best { keep: most, after: None, sort: Sort::Relevance, by_document: true };
        let found =
            self.engine.search(&*within(Box::new(BooleanQuery::new(clauses)), scope), &best)?.first;
        let score = |primary: u64| u32::try_from(primary).map_or(0.0, f32::from_bits);
        Ok(found
            .iter()
            .map(|f| Hit { key: f.rank.key, score: score(f.rank.primary), pages: f.pages })
            .collect())
    }

    /// At most `most` of the pages that match a query, spread evenly over all of them in the order of receipt; and the
    /// total number of matching pages.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the index cannot be read.
    pub fn sample(
        &self,
        query: &ScopedQuery,
        most: usize,
    ) -> Result<(Vec<PageKey>, u64), IndexError> {
        let mut all = Vec::new();
        let weight = self
            .engine_query(query)?
            .weight(EnableScoring::disabled_from_searcher(&self.engine))?;
        for segment in self.engine.segment_readers() {
            let document = segment.fast_fields().i64("document")?.first_or_default_col(0);
            let page = segment.fast_fields().u64("page")?.first_or_default_col(0);
            weight.for_each_no_score(segment, &mut |docs| {
                for doc in docs.iter().filter(|doc| !segment.is_deleted(**doc)) {
                    let page = u32::try_from(page.get_val(*doc)).unwrap_or(u32::MAX);
                    all.push(PageKey {
                        document: document.get_val(*doc),
                        page: PageNumber::new(page),
                    });
                }
            })?;
        }
        all.sort_unstable();
        let total = all.len();
        if total > most {
            all = (0..most).map(|n| all[n * total / most]).collect();
        }
        Ok((all, total as u64))
    }
}
