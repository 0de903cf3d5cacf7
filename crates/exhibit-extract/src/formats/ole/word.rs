//! Word documents of 1993 to 2003 ([MS-DOC]): all text that the file has, in the pieces of its last save.
//!
//! Pages follow the page breaks in the file. Hidden and deleted text is in its place, marked. Lists have their numbers,
//! rows of tables are lines. Footnotes, endnotes and comments are on the page that refers to them; headers, footers and
//! text boxes on the last page, since their places are not stored with them.

mod fib;
mod formatting;
mod lists;
#[cfg(test)]
mod tests;
mod text;

use super::rc4;
use crate::formats::docx::add_links;
use crate::formats::office::draft::Draft;
use encoding_rs::Encoding;
use exhibit_model::MarkKind;
use fib::Fib;
use formatting::Formatting;
use lists::Lists;
use text::{Text, Walker};

/// Why a document was not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unread {
    /// None of the passwords opens it.
    Encrypted,
    /// Its tables are missing or damaged.
    Damaged,
}

/// A document's pages, and what there is to state about them.
#[derive(Default, Debug)]
pub(super) struct Document {
    pub(super) pages: Vec<Draft>,
    /// Instructions of fields that fetch or run something.
    pub(super) acting: Vec<String>,
    /// Whether text that the document states is missing.
    pub(super) incomplete: bool,
    pub(super) decrypted: bool,
}

/// The stream's bytes and its tables, decrypted.
struct Streams {
    document: Vec<u8>,
    table: Vec<u8>,
}

/// Reads a document from its stream `WordDocument`; `stream` returns another stream by name.
pub(super) fn read(
    mut document: Vec<u8>,
    stream: impl Fn(&str) -> Option<Vec<u8>>,
    passwords: &[String],
) -> Result<Document, Unread> {
    let fib = Fib::read(&document).ok_or(Unread::Damaged)?;
    let mut decrypted = false;
    let mut table = match fib.table_stream() {
        // some programs use the other table, or name it in another case
        Some(name) => stream(name)
            .or_else(|| stream("/1Table"))
            .or_else(|| stream("/0Table"))
            .unwrap_or_default(),
        None => Vec::new(),
    };
    if fib.encrypted {
        let header =
            table.get(..fib.key_size).and_then(rc4::Header::read).filter(|_| !fib.obfuscated);
        let key = header.and_then(|header| header.key(passwords)).ok_or(Unread::Encrypted)?;
        // the first bytes state how to read the rest
        let plain = document.get(..0x44).map(<[u8]>::to_vec).unwrap_or_default();
        key.decrypt(&mut document, 512);
        document[..plain.len()].copy_from_slice(&plain);
        document[0x0b] &= !1;
        key.decrypt(&mut table, 512);
        decrypted = true;
    }
    let fib = Fib::read(&document).ok_or(Unread::Damaged)?;
    let streams = Streams { document, table };
    let pieces = fib.pieces(&streams).ok_or(Unread::Damaged)?;
    let formatting = Formatting::read(&fib, &streams);
    let reader = Reader {
        text: Text { document: &streams.document, pieces: &pieces, encoding: fib.encoding },
        formatting: &formatting,
        lists: Lists::read(&fib, &streams),
        acting: Vec::new(),
    };
    let mut read = reader.read(&fib, &streams);
    read.decrypted = decrypted;
    Ok(read)
}

struct Reader<'d> {
    text: Text<'d>,
    formatting: &'d Formatting,
    lists: Lists,
    acting: Vec<String>,
}

/// A note of the text: where it is referred to, and its own text.
struct Note {
    reference: u32,
    draft: Draft,
    kind: MarkKind,
}

impl Reader<'_> {
    fn read(mut self, fib: &Fib, streams: &Streams) -> Document {
        let table = fib.tables(streams);
        let main = self.walk(0, fib.main);
        let mut notes = Vec::new();
        let authors = fib::texts(fib.part(table, fib::AUTHORS));
        let mut start = fib.main;
        for (count, references, texts, size, kind) in [
            (fib.footnotes, fib::FOOTNOTE_REFERENCES, fib::FOOTNOTES, 2, MarkKind::Notes),
            (fib.comments, fib::COMMENT_REFERENCES, fib::COMMENTS, 30, MarkKind::Annotation),
            (fib.endnotes, fib::ENDNOTE_REFERENCES, fib::ENDNOTES, 2, MarkKind::Notes),
        ] {
            // between the footnotes and the comments are the headers
            let first = match references {
                fib::FOOTNOTE_REFERENCES => start,
                fib::COMMENT_REFERENCES => fib.main + fib.footnotes + fib.headers,
                _ => fib.main + fib.footnotes + fib.headers + fib.comments,
            };
            start = first;
            let by = |at: usize| {
                let data = fib.part(table, references);
                let places = fib::positions(data, size).len();
                let entry = data.get((places * 4 + at * size)..)?;
                (kind == MarkKind::Annotation)
                    .then(|| authors.get(usize::from(fib::short(entry, 20)?)).cloned())
                    .flatten()
            };
            notes.extend(self.notes(
                fib.part(table, references),
                fib.part(table, texts),
                size,
                (first, count),
                kind,
                &by,
            ));
        }
        let headers =
            self.stories(fib.part(table, fib::HEADERS), fib.main + fib.footnotes, fib.headers);
        let boxes_at = fib.main + fib.footnotes + fib.headers + fib.comments + fib.endnotes;
        let boxes = self.walk(boxes_at, fib.boxes);
        let header_boxes = self.walk(boxes_at + fib.boxes, fib.header_boxes);
        let mut pages = Vec::new();
        let mut notes = notes.into_iter().peekable();
        let count = main.len();
        for (at, (mut page, links, end)) in main.into_iter().enumerate() {
            while let Some(note) = notes.next_if(|note| note.reference < end || at + 1 == count) {
                page.append_lines(&note.draft, Some(note.kind));
            }
            add_links(&mut page, links);
            pages.push(page);
        }
        while pages.len() > 1 && pages.last().is_some_and(Draft::is_blank) {
            pages.pop();
        }
        if pages.is_empty() {
            pages.push(Draft::default());
        }
        if let Some(last) = pages.last_mut() {
            for note in notes {
                last.append_lines(&note.draft, Some(note.kind));
            }
            for (text_box, links, _) in boxes {
                last.append_lines(&text_box, None);
                add_links(last, links);
            }
            for (furniture, links, _) in headers.into_iter().chain(header_boxes) {
                last.append_lines(&furniture, Some(MarkKind::Furniture));
                add_links(last, links);
            }
        }
        let incomplete = self.text.is_incomplete(fib.characters());
        Document { pages, acting: self.acting, incomplete, decrypted: false }
    }

    // A stretch of text, by pages: each with its links and the position after its end.
    fn walk(&mut self, start: u32, count: u32) -> Vec<(Draft, Vec<String>, u32)> {
        let mut walker = Walker::new(self.formatting, &mut self.lists);
        self.text.each(start, count, |position, c, place| walker.take(position, c, place));
        let (pages, acting) = walker.finish(start.saturating_add(count));
        self.acting.extend(acting);
        pages
    }

    fn whole(&mut self, start: u32, count: u32) -> Draft {
        let mut whole = Draft::default();
        for (page, links, _) in self.walk(start, count) {
            whole.append_lines(&page, None);
            add_links(&mut whole, links);
        }
        whole
    }

    // The notes that a table of references and one of texts describe; without them, all text as one note.
    fn notes(
        &mut self,
        references: &[u8],
        texts: &[u8],
        size: usize,
        (first, count): (u32, u32),
        kind: MarkKind,
        by: &dyn Fn(usize) -> Option<String>,
    ) -> Vec<Note> {
        let (references, texts) = (fib::positions(references, size), fib::positions(texts, 0));
        let mut found = Vec::new();
        let mut end = 0;
        for (at, pair) in texts.windows(2).enumerate() {
            let (Some(reference), true) =
                (references.get(at), pair[0] == end && pair[0] <= pair[1] && pair[1] <= count)
            else {
                break;
            };
            let text = self.whole(first + pair[0], pair[1] - pair[0]);
            let mut draft = Draft::default();
            if let Some(author) = by(at).filter(|author| !author.is_empty()) {
                draft.push(&format!("{author}: "));
            }
            draft.append(&text, None);
            end = pair[1];
            found.push(Note { reference: *reference, draft, kind });
        }
        if end < count {
            let draft = self.whole(first + end, count - end);
            found.push(Note { reference: u32::MAX, draft, kind });
        }
        found.retain(|note| !note.draft.text().trim().is_empty());
        found
    }

    // Headers and footers: those of each section are often the same.
    fn stories(
        &mut self,
        positions: &[u8],
        first: u32,
        count: u32,
    ) -> Vec<(Draft, Vec<String>, u32)> {
        let mut positions = fib::positions(positions, 0);
        if positions.len() < 2 || positions.windows(2).any(|pair| pair[0] > pair[1]) {
            positions = vec![0];
        }
        positions.retain(|position| *position <= count);
        positions.push(count);
        let mut emitted = std::collections::BTreeSet::new();
        let mut found = Vec::new();
        for pair in positions.windows(2) {
            for story in self.walk(first + pair[0], pair[1] - pair[0]) {
                if !story.0.is_blank() && emitted.insert(story.0.text().trim().to_owned()) {
                    found.push(story);
                }
            }
        }
        found
    }
}

/// The encoding of the texts before Word 97, by the language of the program that wrote them.
fn encoding_of_language(language: u16) -> &'static Encoding {
    match (language, language & 0x3ff) {
        (0x0404 | 0x0c04 | 0x1404, _) => encoding_rs::BIG5,
        (_, 0x04) => encoding_rs::GB18030,
        (_, 0x11) => encoding_rs::SHIFT_JIS,
        (_, 0x12) => encoding_rs::EUC_KR,
        (_, 0x19 | 0x22 | 0x23 | 0x02) => encoding_rs::WINDOWS_1251,
        (_, 0x05 | 0x0e | 0x15 | 0x18 | 0x1b | 0x1a) => encoding_rs::WINDOWS_1250,
        (_, 0x08) => encoding_rs::WINDOWS_1253,
        (_, 0x1f) => encoding_rs::WINDOWS_1254,
        (_, 0x0d) => encoding_rs::WINDOWS_1255,
        (_, 0x01 | 0x29 | 0x20 | 0x80) => encoding_rs::WINDOWS_1256,
        _ => encoding_rs::WINDOWS_1252,
    }
}
