//! The text of a document, character by character, as pages with marks ([MS-DOC] 2.4).

use super::fib::Piece;
use super::formatting::{Formatting, Paragraph};
use super::lists::Lists;
use crate::formats::office::draft::Draft;
use encoding_rs::Encoding;
use exhibit_model::MarkKind;

/// The maximum length of a field's instruction.
const MOST_INSTRUCTION: usize = 64 << 10;

/// The characters of a document.
pub(super) struct Text<'d> {
    pub(super) document: &'d [u8],
    pub(super) pieces: &'d [Piece],
    pub(super) encoding: &'static Encoding,
}

/// Where a character is stored.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// Its offset in the document stream.
    pub(super) at: u32,
    /// Changes of properties of its piece.
    pub(super) changes: &'p [u8],
}

impl Text<'_> {
    /// Passes each of `count` positions from `start` on to `take`, as far as they are in the file.
    pub(super) fn each(&self, start: u32, count: u32, mut take: impl FnMut(u32, char, Place<'_>)) {
        let end = start.saturating_add(count);
        let first = self.pieces.partition_point(|piece| piece.end <= start);
        for piece in self.pieces[first..].iter().take_while(|piece| piece.start < end) {
            let (from, to) = (piece.start.max(start), piece.end.min(end));
            let size = if piece.wide { 2 } else { 1 };
            let skip = (from - piece.start) as usize * size;
            let begin = piece.place.saturating_add(skip);
            let length = (to - from) as usize * size;
            let bytes = self.document.get(begin..).unwrap_or_default();
            let bytes = &bytes[..bytes.len().min(length)];
            let place = |offset: usize| Place {
                at: u32::try_from(begin + offset).unwrap_or(u32::MAX),
                changes: &piece.changes,
            };
            let position = |offset: usize| from + u32::try_from(offset / size).unwrap_or(0);
            let mut offset = 0;
            if piece.wide {
                let units =
                    bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
                for unit in char::decode_utf16(units) {
                    let c = unit.unwrap_or('\u{fffd}');
                    take(position(offset), c, place(offset));
                    offset += c.len_utf16() * 2;
                }
            } else if self.encoding == encoding_rs::WINDOWS_1252 || bytes.is_ascii() {
                for (offset, byte) in bytes.iter().enumerate() {
                    let c = if *byte < 0x80 {
                        char::from(*byte)
                    } else {
                        decoded(&[*byte], self.encoding)
                    };
                    take(position(offset), c, place(offset));
                }
            } else {
                while let Some(byte) = bytes.get(offset) {
                    // a character of two bytes takes two positions
                    let double = *byte >= 0x80
                        && !self.encoding.is_single_byte()
                        && offset + 1 < bytes.len();
                    let length = if double { 2 } else { 1 };
                    take(
                        position(offset),
                        decoded(&bytes[offset..offset + length], self.encoding),
                        place(offset),
                    );
                    offset += length;
                }
            }
        }
    }

    /// Whether some of `count` positions are not in the file.
    pub(super) fn is_incomplete(&self, count: u32) -> bool {
        let mut end = 0;
        for piece in self.pieces {
            if piece.start > end {
                return end < count;
            }
            let size = if piece.wide { 2 } else { 1 };
            let needed = (piece.end.min(count.max(piece.start)) - piece.start) as usize * size;
            if piece.place.saturating_add(needed) > self.document.len() {
                return true;
            }
            end = piece.end;
        }
        end < count
    }
}

fn decoded(bytes: &[u8], encoding: &'static Encoding) -> char {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    text.chars().next().unwrap_or('\u{fffd}')
}

#[derive(Default)]
struct Field {
    instruction: String,
    in_result: bool,
}

/// A page: its text, the links on it, and the position after its end.
pub(super) type Page = (Draft, Vec<String>, u32);

/// Writes characters as pages.
pub(super) struct Walker<'w> {
    formatting: &'w Formatting,
    lists: &'w mut Lists,
    draft: Draft,
    pages: Vec<Page>,
    links: Vec<String>,
    acting: Vec<String>,
    fields: Vec<Field>,
    /// How many of the fields have not reached their result.
    instructions: usize,
    /// The current paragraph, once it has begun.
    paragraph: Option<Paragraph>,
    /// Readings of its words.
    readings: String,
    last: char,
}

impl<'w> Walker<'w> {
    pub(super) fn new(formatting: &'w Formatting, lists: &'w mut Lists) -> Self {
        Self {
            formatting,
            lists,
            draft: Draft::default(),
            pages: Vec::new(),
            links: Vec::new(),
            acting: Vec::new(),
            fields: Vec::new(),
            instructions: 0,
            paragraph: None,
            readings: String::new(),
            last: '\r',
        }
    }

    /// Takes the next character.
    pub(super) fn take(&mut self, position: u32, c: char, place: Place<'_>) {
        let paragraph = match self.paragraph {
            Some(paragraph) => paragraph,
            None => self.begin_paragraph(position, place),
        };
        match c {
            '\u{13}' => {
                self.fields.push(Field::default());
                self.instructions += 1;
            }
            '\u{14}' => self.begin_result(),
            '\u{15}' => self.end_field(paragraph, place),
            _ if self.instructions > 0 => {
                if let Some(field) = self
                    .fields
                    .last_mut()
                    .filter(|field| field.instruction.len() < MOST_INSTRUCTION)
                {
                    field.instruction.push(if c == '\r' || c == '\u{7}' { ' ' } else { c });
                }
            }
            '\r' => self.end_paragraph("\n"),
            '\u{7}' => {
                let row = paragraph.ends_row || (self.last == '\u{7}' && !paragraph.in_table);
                if row {
                    self.draft.trim_tab();
                }
                self.end_paragraph(if row { "\n" } else { "\t" });
            }
            '\u{c}' => {
                self.end_paragraph("");
                self.draft.end_line();
                self.end_page(position + 1);
            }
            '\u{b}' | '\u{e}' => self.draft.push("\n"),
            _ => self.character(c, paragraph, place),
        }
        self.last = c;
    }

    fn begin_paragraph(&mut self, position: u32, place: Place<'_>) -> Paragraph {
        let paragraph = self.formatting.paragraph(place.at, place.changes).unwrap_or_default();
        self.paragraph = Some(paragraph);
        if paragraph.page_break && !self.draft.is_blank() {
            self.end_page(position);
        }
        let label = paragraph.list.filter(|list| *list > 0);
        let label = label.and_then(|list| self.lists.label(list, paragraph.level.unwrap_or(0)));
        if let Some(label) = label.filter(|label| !label.is_empty()) {
            self.draft.push(&label);
            self.draft.push("\t");
        }
        paragraph
    }

    fn character(&mut self, c: char, paragraph: Paragraph, place: Place<'_>) {
        let characters = self.formatting.characters(place.at, paragraph.style, place.changes);
        let shown = match c {
            _ if characters.symbol.is_some() && characters.special => {
                characters.symbol.and_then(|symbol| char::from_u32(u32::from(symbol)))
            }
            '\u{1e}' => Some('\u{2011}'),
            '\u{1f}' => Some('\u{ad}'),
            '\t' => Some('\t'),
            '\u{1}' | '\u{8}' => {
                self.draft.images += u32::from(characters.special && c == '\u{1}');
                None
            }
            c if c < ' ' => None,
            c => Some(c),
        };
        let Some(shown) = shown else { return };
        let start = self.draft.len();
        self.draft.push(shown.encode_utf8(&mut [0; 4]));
        if characters.deleted {
            self.draft.mark(start, MarkKind::Deleted);
        }
        if characters.hidden == Some(true) {
            self.draft.mark(start, MarkKind::Hidden);
        }
    }

    fn end_paragraph(&mut self, end: &str) {
        let readings = std::mem::take(&mut self.readings);
        if !readings.is_empty() {
            self.draft.push(" ");
            self.draft.push_as(&format!("({readings})"), MarkKind::Annotation);
        }
        self.draft.push(end);
        self.paragraph = None;
    }

    fn end_page(&mut self, position: u32) {
        let (draft, links) = (std::mem::take(&mut self.draft), std::mem::take(&mut self.links));
        self.pages.push((draft, links, position));
    }

    fn begin_result(&mut self) {
        let Some(field) = self.fields.last_mut().filter(|field| !field.in_result) else { return };
        field.in_result = true;
        self.instructions -= 1;
        let instruction = std::mem::take(&mut field.instruction);
        self.note_instruction(&instruction);
    }

    fn end_field(&mut self, paragraph: Paragraph, place: Place<'_>) {
        let Some(field) = self.fields.pop() else { return };
        if field.in_result {
            return;
        }
        self.instructions -= 1;
        let instruction = field.instruction.trim().to_owned();
        // a field within the instruction of another is a part of it
        if self.instructions > 0 {
            if let Some(outer) =
                self.fields.last_mut().filter(|field| field.instruction.len() < MOST_INSTRUCTION)
            {
                outer.instruction.push_str(&instruction);
            }
            return;
        }
        if instruction.get(..3).is_some_and(|verb| verb.eq_ignore_ascii_case("eq ")) {
            self.formula(&instruction, paragraph, place);
            return;
        }
        self.note_instruction(&instruction);
        if instruction.contains('"') && !instruction.to_uppercase().starts_with("HYPERLINK") {
            self.draft.push_as(&instruction, MarkKind::Hidden);
        }
    }

    // A formula's text is in its instruction; readings over a word (`\s\up`) do not part it from its neighbours.
    fn formula(&mut self, instruction: &str, paragraph: Paragraph, place: Place<'_>) {
        let base = instruction.strip_suffix(')').filter(|_| instruction.contains("\\up"));
        match base.and_then(|start| start.rsplit_once(',')) {
            Some((_, base)) => {
                for c in base.chars() {
                    self.character(c, paragraph, place);
                }
                let blank = if self.readings.is_empty() { "" } else { " " };
                self.readings.push_str(blank);
                self.readings.push_str(instruction);
            }
            None => self.draft.push(instruction),
        }
    }

    fn note_instruction(&mut self, instruction: &str) {
        let mut words = instruction.split_whitespace();
        let Some(verb) = words.next().map(str::to_uppercase) else { return };
        match verb.as_str() {
            "HYPERLINK" => {
                let quoted = instruction.split('"').nth(1).map(str::to_owned);
                let address = quoted
                    .or_else(|| words.find(|word| !word.starts_with('\\')).map(str::to_owned));
                let within = instruction.split_whitespace().nth(1) == Some("\\l");
                self.links.extend(address.filter(|_| !within));
            }
            "DDE" | "DDEAUTO" | "INCLUDETEXT" | "INCLUDEPICTURE" | "IMPORT" | "LINK"
            | "DATABASE" => {
                self.acting.push(instruction.trim().to_owned());
            }
            _ => {}
        }
    }

    /// The pages, and the instructions that fetch or run something.
    pub(super) fn finish(mut self, position: u32) -> (Vec<Page>, Vec<String>) {
        // an instruction that is never ended is text
        for field in std::mem::take(&mut self.fields) {
            if !field.in_result && !field.instruction.trim().is_empty() {
                self.draft.push_as(&field.instruction, MarkKind::Hidden);
            }
        }
        if !self.readings.is_empty() {
            self.end_paragraph("");
        }
        if !self.draft.is_blank() || self.pages.is_empty() || self.draft.len() > 0 {
            self.end_page(position);
        }
        (self.pages, self.acting)
    }
}
