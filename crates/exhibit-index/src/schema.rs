//! The fields of an entry in the engine, and which tokens of our analysis the index keeps.

use exhibit_query::values_text as values;
use exhibit_query::{PageEntry, PageKey};
use exhibit_text::TokenKind;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};

/// The name of our tokenizer in the schema; the engine itself analyses nothing.
const ANALYSIS: &str = "exhibit";
/// The same for fields that contain several places, one per line.
const PLACES: &str = "exhibit-places";
/// The version of the fields below, recorded together with [`exhibit_text::ANALYSIS_VERSION`].
pub(crate) const LAYOUT_VERSION: u32 = 6;

/// The engine's fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) key: Field,
    pub(crate) document: Field,
    pub(crate) page: Field,
    pub(crate) text: Field,
    pub(crate) name: Field,
    pub(crate) path: Field,
    pub(crate) title: Field,
    pub(crate) subject: Field,
    pub(crate) from: Field,
    pub(crate) to: Field,
    pub(crate) cc: Field,
    pub(crate) sheet: Field,
    pub(crate) hash: Field,
    pub(crate) thread: Field,
    pub(crate) language: Field,
    pub(crate) media_type: Field,
    pub(crate) extension: Field,
    pub(crate) word: Field,
    pub(crate) source: Field,
    pub(crate) date: Field,
    pub(crate) bytes: Field,
    pub(crate) pages: Field,
    pub(crate) ocr: Field,
    pub(crate) month: Field,
    pub(crate) container: Field,
    pub(crate) place: Field,
    pub(crate) folder: Field,
    pub(crate) sender: Field,
    pub(crate) recipient: Field,
}

/// How an indexed field's values become terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Indexed {
    /// By our analysis.
    Text,
    /// The same for several places, one per line.
    Places,
    /// Each value is a term, without positions.
    Whole,
}

impl Fields {
    /// The indexed fields in order: all that the schema marks as indexed.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (Field, Indexed)> {
        let whole = [self.key, self.document].map(|field| (field, Indexed::Whole));
        let named = [
            (self.text, Indexed::Text),
            (self.name, Indexed::Places),
            (self.path, Indexed::Places),
        ];
        let header = [self.title, self.subject, self.from, self.to, self.cc, self.sheet];
        let header = header.map(|field| (field, Indexed::Text));
        let words = [
            self.hash,
            self.thread,
            self.language,
            self.media_type,
            self.extension,
            self.word,
            self.source,
        ];
        let words = words.map(|field| (field, Indexed::Whole));
        whole.into_iter().chain(named).chain(header).chain(words)
    }

    /// The schema, and the fields in it.
    pub(crate) fn make() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(ANALYSIS)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let analysed = TextOptions::default().set_indexing_options(indexing);
        let places = TextFieldIndexing::default()
            .set_tokenizer(PLACES)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let places = TextOptions::default().set_indexing_options(places);
        let fields = Self {
            key: schema.add_bytes_field("key", INDEXED),
            document: schema.add_i64_field("document", INDEXED | FAST),
            page: schema.add_u64_field("page", FAST),
            text: schema.add_text_field("text", analysed.clone()),
            name: schema.add_text_field("name", places.clone()),
            path: schema.add_text_field("path", places),
            title: schema.add_text_field("title", analysed.clone()),
            subject: schema.add_text_field("subject", analysed.clone()),
            from: schema.add_text_field("from", analysed.clone()),
            to: schema.add_text_field("to", analysed.clone()),
            cc: schema.add_text_field("cc", analysed.clone()),
            sheet: schema.add_text_field("sheet", analysed),
            hash: schema.add_text_field("hash", STRING),
            thread: schema.add_text_field("thread", STRING | FAST),
            language: schema.add_text_field("language", STRING | FAST),
            media_type: schema.add_text_field("media_type", STRING | FAST),
            extension: schema.add_text_field("extension", STRING | FAST),
            word: schema.add_text_field("word", STRING | FAST),
            source: schema.add_text_field("source", STRING | FAST),
            date: schema.add_i64_field("date", FAST),
            bytes: schema.add_u64_field("bytes", FAST),
            pages: schema.add_u64_field("pages", FAST),
            ocr: schema.add_u64_field("ocr", FAST),
            month: schema.add_u64_field("month", FAST),
            container: schema.add_i64_field("container", FAST),
            // columns only: their values are not in the term dictionary
            place: schema.add_text_field("place", FAST),
            folder: schema.add_text_field("folder", FAST),
            sender: schema.add_text_field("sender", FAST),
            recipient: schema.add_text_field("recipient", FAST),
        };
        (schema.build(), fields)
    }

    /// The term that identifies one page.
    pub(crate) fn key_term(&self, key: PageKey) -> Term {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&key.document.to_be_bytes());
        bytes[8..].copy_from_slice(&key.page.get().to_be_bytes());
        Term::from_field_bytes(self.key, &bytes)
    }

    /// An entry in the engine's form.
    pub(crate) fn document(&self, entry: &PageEntry<'_>) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_bytes(self.key, self.key_term(entry.key).serialized_value_bytes());
        document.add_i64(self.document, entry.key.document);
        document.add_u64(self.page, u64::from(entry.key.page.get()));
        for (field, text) in [
            (self.text, entry.text),
            (self.name, &entry.names()),
            (self.path, &entry.paths()),
            (self.title, entry.title),
            (self.subject, entry.subject),
            (self.from, entry.from),
            (self.to, entry.to),
            (self.cc, entry.cc),
            (self.sheet, entry.sheet),
        ] {
            if !text.is_empty() {
                document.add_text(field, text);
            }
        }
        let words = entry.words().map(|word| (self.word, word.to_lowercase()));
        let sources = entry.sources.iter().map(|source| (self.source, source.to_lowercase()));
        let language = (self.language, entry.language.to_lowercase());
        let media_type = (self.media_type, entry.media_type.to_lowercase());
        let hash = (self.hash, entry.hash.to_lowercase());
        let messages = entry.messages.iter().map(|message| (self.thread, values::message(message)));
        let words = words.chain([language, media_type, hash, (self.extension, entry.extension())]);
        for (field, text) in words.chain(sources).chain(messages) {
            if !text.is_empty() {
                document.add_text(field, text);
            }
        }
        if let Some(date) = entry.date {
            document.add_i64(self.date, date.0);
            let (year, month, _) = date.date();
            document.add_u64(
                self.month,
                year.clamp(0, 9_999).unsigned_abs() * 12 + u64::from(month) - 1,
            );
        }
        for container in entry.containers {
            document.add_i64(self.container, *container);
        }
        let senders =
            values::addresses(entry.from).into_iter().map(|address| (self.sender, address));
        let recipients =
            values::addresses(entry.to).into_iter().map(|address| (self.recipient, address));
        let folders = entry.folders().into_iter().map(|folder| (self.folder, folder));
        let place = [(self.place, values::place(entry.path))];
        for (field, text) in senders.chain(recipients).chain(folders).chain(place) {
            if !text.is_empty() {
                document.add_text(field, text);
            }
        }
        if let Some(ocr) = entry.ocr {
            document.add_u64(self.ocr, u64::from(ocr));
        }
        document.add_u64(self.bytes, entry.bytes);
        document.add_u64(self.pages, u64::from(entry.pages));
        document
    }
}

/// Whether a pair stands for its first character too: then the index stores the character only where a run begins or
/// ends, and a search for it takes all pairs that begin with it.
pub(crate) fn stands_for_first(pair: &str) -> bool {
    let mut characters = pair.chars();
    let (first, second) = (characters.next(), characters.next());
    first.is_some_and(exhibit_text::is_han)
        && second.is_some_and(exhibit_text::is_gram)
        && characters.next().is_none()
}

/// Emits the tokens of several places, one per line, that the index keeps, with their positions: no phrase spans
/// two places.
pub(crate) fn each_place(text: &str, emit: &mut impl FnMut(&str, u32)) {
    for (place, base) in values::lines(text) {
        each_kept(place, &mut |term: &str, position| emit(term, position + base));
    }
}

/// Emits the tokens that the index keeps, with their positions: all except the characters within a run, which their
/// pairs stand for.
pub(crate) fn each_kept(text: &str, emit: &mut impl FnMut(&str, u32)) {
    // a character within a run, until it is known whether a pair stands for it
    let (mut held, mut at) = (String::with_capacity(8), 0);
    let (mut waiting, mut after_pair) = (false, false);
    exhibit_text::index_terms(text, &mut |next| {
        // a character's form comes before the character
        if next.kind == TokenKind::Form {
            if std::mem::take(&mut waiting) {
                emit(&held, at);
            }
            return emit(next.term, next.position);
        }
        let pair = next.kind == TokenKind::Bigram;
        if waiting && !(pair && next.position == at && stands_for_first(next.term)) {
            emit(&held, at);
        }
        // its pair, if it has one, comes next
        waiting = next.kind == TokenKind::Unigram && after_pair;
        after_pair = pair;
        if waiting {
            held.clear();
            held.push_str(next.term);
            at = next.position;
        } else {
            emit(next.term, next.position);
        }
    });
    if waiting {
        emit(&held, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // a field missing there would be in the schema and have no postings
    #[test]
    fn every_indexed_field_of_the_schema_is_indexed() {
        let (schema, fields) = Fields::make();
        let positions = |field: Field| {
            let option = schema.get_field_entry(field).field_type().get_index_record_option();
            option.is_some_and(IndexRecordOption::has_positions)
        };
        let wanted: Vec<(Field, bool)> = schema
            .fields()
            .filter(|(_, entry)| entry.is_indexed())
            .map(|(field, _)| (field, positions(field)))
            .collect();
        let given: Vec<(Field, bool)> =
            fields.indexed().map(|(field, indexed)| (field, indexed != Indexed::Whole)).collect();
        assert_eq!(given, wanted);
    }

    #[test]
    fn characters_within_a_run_are_kept_as_pairs_alone() {
        let kept = |text: &str| {
            let mut kept = Vec::new();
            each_kept(text, &mut |term: &str, position| kept.push(format!("{term}@{position}")));
            kept.join(" ")
        };
        assert_eq!(kept("登记表格，人"), "登@0 登记@0 记表@1 表格@2 格@3 人@4");
        assert_eq!(kept("第3批"), "第@0 3@1 批@2");
        assert_eq!(kept("登记"), "登@0 登记@0 记@1");
        assert_eq!(kept("ทะเ"), "ท@0 ทะ@0 ะ@1 ะเ@1 เ@2");
    }
}
