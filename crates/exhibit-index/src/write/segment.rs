//! A segment of the index while it is built in memory, and how it is written in the engine's form.
//!
//! The engine would follow each term to its posting list: three cache misses in a row for every second Chinese
//! character. Here terms get numbers ([`TermTable`]), the numbers are kept in text order, and sorted by term when the
//! segment is written: reads and writes are sequential, except for one random store per token. The written files are
//! the same ([decision 13](../../../docs/decisions/0013-segments-by-our-own-writer.md)).

use crate::schema::{Fields, Indexed, each_kept, each_place};
use crate::write::term_table::{Key, MOST_BYTES, TermTable};
use std::mem::take;
use tantivy::directory::TerminatingWrite;
use tantivy::fastfield::FastFieldsWriter;
use tantivy::fieldnorm::{FieldNormReaders, FieldNormsSerializer, FieldNormsWriter};
use tantivy::index::{Segment, SegmentComponent, SegmentId, SegmentMeta};
use tantivy::postings::{FieldSerializer, InvertedIndexSerializer};
use tantivy::schema::{Field, Value};
use tantivy::store::{Compressor, StoreWriter};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{DocId, TantivyDocument};

/// The pages of a future segment.
pub(crate) struct SegmentBuilder {
    segment: Segment,
    key: Field,
    pages: DocId,
    lists: Vec<List>,
    lengths: FieldNormsWriter,
    columns: FastFieldsWriter,
    found: Found,
}

/// The tokens of one field.
struct List {
    field: Field,
    indexed: Indexed,
    terms: TermTable,
    // term numbers in text order, each with how its position follows from the previous one
    tokens: Vec<u32>,
    // for each page that has tokens: where they end
    ends: Vec<(DocId, u32)>,
    count: u64,
}

// The highest bits of a token: it is at the position of the previous one, at the next, or at one given
// after it. The first of a page is relative to position 0.
const SAME: u32 = 0;
const NEXT: u32 = 1 << 30;
const GIVEN: u32 = 2 << 30;
const NUMBER: u32 = NEXT - 1;

/// Tokens whose numbers are looked up in a batch: enough for the processor to wait for many cache lines at
/// once, and few enough to stay in its caches, however long a page is.
const AT_ONCE: usize = 4_096;

/// A batch of tokens, reused for its buffers.
#[derive(Default)]
struct Found {
    tokens: Vec<(Key, u32, u32)>,
    // the bytes of those that are not their own key
    bytes: Vec<u8>,
}

impl SegmentBuilder {
    /// An empty builder of a segment that has no files yet.
    pub(crate) fn new(segment: Segment, fields: &Fields) -> tantivy::Result<Self> {
        let schema = segment.schema();
        let list = |(field, indexed)| List {
            field,
            indexed,
            terms: TermTable::default(),
            tokens: Vec::new(),
            ends: Vec::new(),
            count: 0,
        };
        Ok(Self {
            segment,
            key: fields.key,
            pages: 0,
            lists: fields.indexed().map(list).collect(),
            lengths: FieldNormsWriter::for_schema(&schema),
            columns: FastFieldsWriter::from_schema_and_tokenizer_manager(
                &schema,
                TokenizerManager::default(),
            )?,
            found: Found::default(),
        })
    }

    /// Whether no page was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.pages == 0
    }

    /// The id of the future segment.
    pub(crate) fn id(&self) -> SegmentId {
        self.segment.id()
    }

    /// Whether it has a page with this key.
    pub(crate) fn holds(&self, key: &[u8]) -> bool {
        self.lists.iter().any(|list| list.field == self.key && list.terms.holds(key))
    }

    /// Adds a page.
    pub(crate) fn add(&mut self, document: &TantivyDocument) -> tantivy::Result<()> {
        self.columns.add_document(document)?;
        for list in &mut self.lists {
            let mut length = None;
            for value in document.get_all(list.field) {
                let length = length.get_or_insert(0);
                if let Some(text) = value.as_str() {
                    *length += list.add_text(self.pages, text, &mut self.found);
                } else if let Some(bytes) = value.as_bytes() {
                    *length += list.add_term(self.pages, bytes);
                } else if let Some(number) = value.as_i64() {
                    *length +=
                        list.add_term(self.pages, &tantivy::i64_to_u64(number).to_be_bytes());
                }
            }
            if let Some(length) = length {
                self.lengths.record(self.pages, list.field, length);
            }
        }
        self.pages += 1;
        Ok(())
    }

    /// The bytes of memory it uses, including what writing it will need.
    pub(crate) fn memory(&self) -> usize {
        let lists: usize = self.lists.iter().map(List::memory).sum();
        let widest =
            self.lists.iter().map(|list| (list.at_once() + list.terms.most()) * size_of::<u64>());
        let widest = widest.max().unwrap_or(0);
        lists + widest + self.lengths.mem_usage() + self.columns.mem_usage()
    }

    /// Writes the files of the segment.
    pub(crate) fn write(mut self) -> tantivy::Result<SegmentMeta> {
        let segment = &self.segment;
        self.lengths.fill_up_to_max_doc(self.pages);
        let lengths =
            FieldNormsSerializer::from_write(segment.open_write(SegmentComponent::FieldNorms)?)?;
        self.lengths.serialize(lengths, None)?;
        let lengths = FieldNormReaders::open(segment.open_read(SegmentComponent::FieldNorms)?)?;
        let mut lists = InvertedIndexSerializer::open(segment)?;
        for list in take(&mut self.lists).into_iter().filter(|list| list.count > 0) {
            let mut out =
                lists.new_field(list.field, list.count, lengths.get_field(list.field)?)?;
            list.write(&mut out)?;
            out.close()?;
        }
        lists.close()?;
        let mut columns = segment.open_write(SegmentComponent::FastFields)?;
        self.columns.serialize(&mut columns, None)?;
        columns.terminate()?;
        // no fields are stored; merging segments expects one empty entry for each page
        const BLOCK: usize = 16_384;
        let entries = segment.open_write(SegmentComponent::Store)?;
        let mut entries = StoreWriter::new(entries, Compressor::None, BLOCK, false)?;
        let (nothing, schema) = (TantivyDocument::new(), segment.schema());
        for _ in 0..self.pages {
            entries.store(&nothing, &schema)?;
        }
        entries.close()?;
        Ok(self.segment.with_max_doc(self.pages).meta().clone())
    }
}

impl List {
    // Adds a text's tokens; returns how many there are.
    fn add_text(&mut self, page: DocId, text: &str, found: &mut Found) -> u32 {
        let indexed = self.indexed;
        // a second text would have to continue at the positions of the first
        let first = self.ends.last().is_none_or(|(last, _)| *last != page);
        debug_assert!(first || indexed == Indexed::Whole, "one text of a page in a field");
        let (mut last, mut count) = (0, 0);
        let mut take = |term: &str, position: u32| {
            let key = self.terms.key(term.as_bytes());
            found.tokens.push((key, position, found.bytes.len() as u32));
            if !key.is_short() {
                found.bytes.extend_from_slice(term.as_bytes());
            }
            count += 1;
            if found.tokens.len() == AT_ONCE {
                self.number(found, &mut last);
            }
        };
        match indexed {
            Indexed::Text => each_kept(text, &mut take),
            Indexed::Places => each_place(text, &mut take),
            Indexed::Whole => return self.add_term(page, text.as_bytes()),
        }
        self.number(found, &mut last);
        self.end(page, count)
    }

    // Assigns numbers to the tokens found, after a token at position `last`.
    fn number(&mut self, found: &mut Found, last: &mut u32) {
        let Found { tokens, bytes } = found;
        for (at, (key, position, begins)) in tokens.iter().enumerate() {
            let end = tokens.get(at + 1).map_or(bytes.len(), |(.., next)| *next as usize);
            let number = self.terms.count(*key, &bytes[*begins as usize..end]);
            match position.wrapping_sub(*last) {
                0 => self.tokens.push(SAME | number),
                1 => self.tokens.push(NEXT | number),
                _ => self.tokens.extend([GIVEN | number, *position]),
            }
            *last = *position;
        }
        tokens.clear();
        bytes.clear();
    }

    // Adds one term; returns 1, or 0 if it is too long to be indexed.
    fn add_term(&mut self, page: DocId, term: &[u8]) -> u32 {
        if term.len() > MOST_BYTES {
            return 0;
        }
        let number = self.terms.count(self.terms.key(term), term);
        self.tokens.push(SAME | number);
        self.end(page, 1)
    }

    fn end(&mut self, page: DocId, count: u32) -> u32 {
        self.count += u64::from(count);
        let end = self.tokens.len() as u32;
        match self.ends.last_mut().filter(|(last, _)| *last == page) {
            Some(last) => last.1 = end,
            None => self.ends.push((page, end)),
        }
        count
    }

    // Reserved capacity that is never touched uses no memory.
    fn memory(&self) -> usize {
        self.terms.memory() + self.tokens.len() * 4 + self.ends.len() * 8
    }

    // How many tokens are sorted in one pass, plus the rest of the last term; there are as many passes as needed.
    fn at_once(&self) -> usize {
        const TIMES: usize = 2;
        const LEAST: usize = 1 << 18;
        (self.tokens.len() / TIMES).max(LEAST)
    }

    fn write(self, out: &mut FieldSerializer<'_>) -> tantivy::Result<()> {
        const ELSEWHERE: u32 = u32::MAX;
        let (counts, order) = (self.terms.counts(), self.terms.sorted());
        // by number: where the next posting of a term goes, for the terms written in this pass
        let mut next = vec![ELSEWHERE; self.terms.len()];
        let mut places: Vec<u64> = Vec::new();
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let (mut now, mut filled) = (0, 0);
            while now < rest.len() && (now == 0 || filled < self.at_once()) {
                let number = rest[now] as usize;
                next[number] = filled as u32;
                filled += counts[number] as usize;
                now += 1;
            }
            places.clear();
            places.resize(filled, 0);
            self.each_token(|page, number, position| {
                let next = &mut next[number as usize];
                if *next != ELSEWHERE {
                    places[*next as usize] = u64::from(page) << 32 | u64::from(position);
                    *next += 1;
                }
            });
            let (these, others) = rest.split_at(now);
            let mut from = 0;
            for number in these {
                let of_term = &places[from..from + counts[*number as usize] as usize];
                from += of_term.len();
                next[*number as usize] = ELSEWHERE;
                self.write_term(*number, of_term, out)?;
            }
            rest = others;
        }
        Ok(())
    }

    fn each_token(&self, mut emit: impl FnMut(DocId, u32, u32)) {
        let mut from = 0;
        for (page, end) in &self.ends {
            let mut position = 0;
            let mut tokens = self.tokens[from..*end as usize].iter();
            while let Some(token) = tokens.next() {
                match token & !NUMBER {
                    SAME => {}
                    NEXT => position += 1,
                    _ => position = tokens.next().copied().unwrap_or(position),
                }
                emit(*page, token & NUMBER, position);
            }
            from = *end as usize;
        }
    }

    fn write_term(
        &self,
        number: u32,
        places: &[u64],
        out: &mut FieldSerializer<'_>,
    ) -> tantivy::Result<()> {
        let page = |place: &u64| (place >> 32) as DocId;
        let of_pages = places.chunk_by(|a, b| page(a) == page(b));
        let positions = self.indexed != Indexed::Whole;
        let pages = if positions { of_pages.clone().count() as u32 } else { 0 };
        out.new_term(self.terms.bytes(number, &mut [0; 8]), pages, positions)?;
        let mut steps = Vec::new();
        for of_page in of_pages {
            steps.clear();
            if positions {
                let mut last = 0;
                steps.extend(of_page.iter().map(|place| {
                    let position = *place as u32;
                    position - std::mem::replace(&mut last, position)
                }));
            }
            out.write_doc(page(&of_page[0]), steps.len() as u32, &steps);
        }
        Ok(out.close_term()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::PageNumber;
    use exhibit_query::{PageEntry, PageKey};
    use std::fmt::Write as _;
    use tantivy::indexer::NoMergePolicy;
    use tantivy::postings::Postings;
    use tantivy::schema::{IndexRecordOption, OwnedValue};
    use tantivy::tokenizer::{PreTokenizedString, SimpleTokenizer, Token};
    use tantivy::{DocSet, Index, IndexWriter, TERMINATED};

    const TEXTS: [&str; 7] = [
        "白党办发〔2017〕12号 关于建立搬迁人员登记台账的通知",
        "登記表三冊被銷毀，登记表三册在锅炉房集中销\n毁",
        "The registers were destroyed, and the registers' copies too: commis-\nsion",
        "",
        "تىزىملىك نومۇرىنى باشقىلارغا بەرمەڭ Шөһрәт Закир",
        "登记登记登记登记 登 记",
        "a\u{0}b internationalisation internationalisations",
    ];

    // The document for the engine: texts as the tokens that the index keeps.
    fn given(document: &TantivyDocument, fields: &Fields) -> TantivyDocument {
        let mut given = TantivyDocument::new();
        for (field, value) in document.field_values() {
            let indexed = fields.indexed().find(|(of, _)| *of == field).map(|(_, indexed)| indexed);
            let mut tokens = Vec::new();
            let mut emit = |term: &str, position: u32| {
                let text = term.to_owned();
                tokens.push(Token { text, position: position as usize, ..Token::default() });
            };
            match (indexed, value.as_str()) {
                (Some(Indexed::Text), Some(text)) => each_kept(text, &mut emit),
                (Some(Indexed::Places), Some(text)) => each_place(text, &mut emit),
                _ => {
                    given.add_field_value(field, &OwnedValue::from(value));
                    continue;
                }
            }
            let text = value.as_str().unwrap_or_default().to_owned();
            given.add_pre_tokenized_text(field, PreTokenizedString { text, tokens });
        }
        given
    }

    // Everything that an index contains, as text.
    fn dump(index: &Index, fields: &Fields) -> String {
        let searcher = index.reader().expect("a reader").searcher();
        let mut dump = String::new();
        for segment in searcher.segment_readers() {
            let _ = writeln!(dump, "{} of {}", segment.num_docs(), segment.max_doc());
            for (field, _) in fields.indexed() {
                let lengths = segment.get_fieldnorms_reader(field).expect("lengths");
                let lengths: Vec<u8> =
                    (0..segment.max_doc()).map(|doc| lengths.fieldnorm_id(doc)).collect();
                let list = segment.inverted_index(field).expect("a list");
                let _ = writeln!(dump, "{field:?} {} {lengths:?}", list.total_num_tokens());
                let mut terms = list.terms().stream().expect("terms");
                while terms.advance() {
                    let _ = write!(
                        dump,
                        "  {:?} {:?}:",
                        terms.key().escape_ascii().to_string(),
                        terms.value()
                    );
                    let all = IndexRecordOption::WithFreqsAndPositions;
                    let mut postings =
                        list.read_postings_from_terminfo(terms.value(), all).expect("postings");
                    let mut positions = Vec::new();
                    while postings.doc() != TERMINATED {
                        positions.clear();
                        if list.terms().num_terms() > 0 && !lengths.is_empty() {
                            postings.positions(&mut positions);
                        }
                        let _ = write!(
                            dump,
                            " {}×{}{positions:?}",
                            postings.doc(),
                            postings.term_freq()
                        );
                        postings.advance();
                    }
                    dump.push('\n');
                }
            }
            for column in
                ["document", "page", "date", "bytes", "pages", "ocr", "month", "container"]
            {
                if let Ok(Some((values, _))) = segment.fast_fields().u64_lenient(column) {
                    let values: Vec<Vec<u64>> = (0..segment.max_doc())
                        .map(|doc| values.values_for_doc(doc).collect())
                        .collect();
                    let _ = writeln!(dump, "{column} {values:?}");
                }
            }
            for column in [
                "language",
                "media_type",
                "word",
                "place",
                "folder",
                "sender",
                "recipient",
                "thread",
            ] {
                let Some(values) = segment.fast_fields().str(column).expect("a column") else {
                    continue;
                };
                for doc in 0..segment.max_doc() {
                    let _ = write!(dump, "{column} {doc}");
                    for number in values.term_ords(doc) {
                        let mut text = String::new();
                        values.ord_to_str(number, &mut text).expect("a text");
                        let _ = write!(dump, " {text:?}");
                    }
                    dump.push('\n');
                }
            }
        }
        dump
    }

    #[test]
    fn a_segment_equals_the_one_of_the_engine() {
        let (schema, fields) = Fields::make();
        let documents: Vec<TantivyDocument> = (0..700_u32)
            .map(|number| {
                // two of them have more tokens than one batch
                let times = if matches!(number, 40 | 44) { 900 } else { 1 + number as usize % 3 };
                let text = TEXTS[number as usize % 7].repeat(times) + &number.to_string();
                let path = format!("disk2/{}/通知{number}.pdf", number % 5);
                fields.document(&PageEntry {
                    key: PageKey {
                        document: i64::from(number / 3) - 5,
                        page: PageNumber::new(number % 3 + 1),
                    },
                    text: &text,
                    name: "通知.pdf",
                    path: &path,
                    copies: &["post/副本.pdf", "a/b"],
                    containers: &[3, 1],
                    language: "zh-Hans",
                    media_type: "application/pdf",
                    state: "read",
                    from: if number % 4 == 0 { "Meng <meng@baihe.example>" } else { "" },
                    messages: &["a@x.example"],
                    date: (number % 2 == 0)
                        .then_some(exhibit_model::CivilTime(i64::from(number) * 86_400_000_000)),
                    ocr: (number % 3 == 0).then_some(90),
                    flags: &["image", "source:post"],
                    ..PageEntry::default()
                })
            })
            .collect();
        let mut dumps = Vec::new();
        for ours in [true, false] {
            let index = Index::create_in_ram(schema.clone());
            for name in ["exhibit", "exhibit-places"] {
                index.tokenizers().register(name, SimpleTokenizer::default());
            }
            let mut writer: IndexWriter =
                index.writer_with_num_threads(1, 15_000_000).expect("a writer");
            writer.set_merge_policy(Box::new(NoMergePolicy));
            if ours {
                let mut part = SegmentBuilder::new(writer.new_segment(), &fields).expect("a part");
                for document in &documents {
                    part.add(document).expect("added");
                }
                assert!(part.memory() > 100_000);
                writer.add_segment(part.write().expect("written")).expect("added");
            } else {
                for document in &documents {
                    writer.add_document(given(document, &fields)).expect("added");
                }
            }
            writer.commit().expect("committed");
            dumps.push(dump(&index, &fields));
        }
        assert!(dumps[0].len() > 100_000);
        let differs = dumps[0].lines().zip(dumps[1].lines()).find(|(ours, theirs)| ours != theirs);
        assert_eq!(differs, None);
        assert_eq!(dumps[0].len(), dumps[1].len());
    }
}
