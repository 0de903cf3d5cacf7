//! The same pages under Tantivy's default chain: words at anything that is no letter or digit, in lower case, words of
//! more than 40 bytes left out. A Chinese sentence is one word to it.

use crate::meter::{Meter, Times, size};
use crate::queries::Sort;
use crate::text::Texts;
use crate::{Failed, HEAP};
use std::path::Path;
use std::time::Instant;
use tantivy::collector::{Count, TopDocs};
use tantivy::indexer::NoMergePolicy;
use tantivy::query::QueryParser;
use tantivy::schema::{FAST, Field, Schema, TEXT};
use tantivy::snippet::SnippetGenerator;
use tantivy::{Index, TantivyDocument};

/// An index of the peer's.
pub(crate) struct Peer {
    index: Index,
    text: Field,
}

/// What making an index cost.
pub(crate) struct Made {
    pub(crate) cpu: f64,
    pub(crate) bytes: f64,
}

impl Peer {
    /// Indexes texts, each under its number.
    pub(crate) fn make(
        folder: &Path,
        texts: &mut dyn Iterator<Item = String>,
    ) -> Result<(Self, Made), Failed> {
        std::fs::create_dir_all(folder)?;
        let mut schema = Schema::builder();
        let text = schema.add_text_field("text", TEXT);
        let number = schema.add_u64_field("number", FAST);
        let index = Index::create_in_dir(folder, schema.build())?;
        let mut writer = index.writer_with_num_threads(1, HEAP)?;
        let (mut generating, whole) = (0.0, Meter::start());
        let mut count = 0;
        loop {
            let began = Instant::now();
            let Some(page) = texts.next() else { break };
            generating += began.elapsed().as_secs_f64();
            let mut document = TantivyDocument::new();
            document.add_text(text, page);
            document.add_u64(number, count);
            writer.add_document(document)?;
            count += 1;
        }
        writer.commit()?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        writer.wait_merging_threads()?;
        let made = Made { cpu: (whole.cpu() - generating).max(0.001), bytes: size(folder) };
        Ok((Self { index, text }, made))
    }

    /// Opens what [`Peer::make`] made.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failed> {
        let index = Index::open_in_dir(folder)?;
        let text = index.schema().get_field("text")?;
        Ok(Self { index, text })
    }

    /// Asks each query of a sort: pages found, and how long each took with 25 highlighted hits.
    pub(crate) fn ask(&self, sort: &Sort, texts: &Texts) -> Result<(usize, Times), Failed> {
        let searcher = self.index.reader()?.searcher();
        let parser = QueryParser::for_index(&self.index, vec![self.text]);
        let (mut times, mut found) = (Vec::new(), 0);
        for query in &sort.queries {
            let began = Instant::now();
            let query = parser.parse_query(query)?;
            let (best, count) =
                searcher.search(&query, &(TopDocs::with_limit(25).order_by_score(), Count))?;
            let mut took = began.elapsed();
            found += count;
            // the texts are not in the index; making them again is not counted
            let pages = best.iter().map(|(_, at)| {
                let number = searcher
                    .segment_reader(at.segment_ord)
                    .fast_fields()
                    .u64("number")?
                    .first(at.doc_id);
                Ok(texts.page(number.unwrap_or(0) as usize))
            });
            let pages: Vec<String> = pages.collect::<tantivy::Result<_>>()?;
            let began = Instant::now();
            let mut generator = SnippetGenerator::create(&searcher, &*query, self.text)?;
            generator.set_max_num_chars(160);
            let shown = pages.iter().filter(|page| !generator.snippet(page).is_empty()).count();
            took += began.elapsed();
            assert!(shown <= 25);
            times.push(took);
        }
        Ok((found, Times::of(times)))
    }
}
