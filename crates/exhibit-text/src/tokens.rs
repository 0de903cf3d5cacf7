//! Tokens: the searchable units of a text, with their byte ranges.
//!
//! A word gives one token; each Han character (and each of other scripts written without spaces)
//! gives one token, and each adjacent pair gives one, at the position of the first. Positions count
//! words and such characters from 0, without punctuation. Offsets are bytes of the original
//! text. Tokens are emitted without allocations.
//!
//! `docs/formats/tokens.md` is the definition; its test vectors are run as a test.

use crate::fold::{self, Class, Folded};
use crate::grams::Grams;
use unicode_normalization::char::compose;

/// The maximum length of a term in bytes; longer terms are truncated at a character boundary.
pub const TERM_BYTES: usize = 255;

/// One searchable token of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token<'a> {
    /// The folded form.
    pub term: &'a str,
    /// The kind of token.
    pub kind: TokenKind,
    /// Its position among the words and characters of the text, from 0.
    pub position: u32,
    /// The first byte in the text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// The kind of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// A word.
    Word,
    /// A part of the word at the same position: a word with an apostrophe, a grouped number, or one broken at a line end.
    Part,
    /// A single character of a script written without spaces.
    Unigram,
    /// Two adjacent characters, at the position of the first.
    Bigram,
    /// The key of a word across the alphabets of its language (only from [`crate::index_terms()`]).
    Key,
    /// The written form of a Han character (only from [`crate::index_terms()`]).
    Form,
}

/// Emits each token of the text, ordered by position.
///
/// ```
/// let mut terms = Vec::new();
/// exhibit_text::tokens("Ürümchi 烏魯", &mut |token| terms.push((token.position, token.term.to_owned())));
/// let expected = [(0, "urumchi"), (1, "乌"), (1, "乌鲁"), (2, "鲁")];
/// assert_eq!(terms, expected.map(|(position, term)| (position, term.to_owned())));
/// ```
pub fn tokens<F: FnMut(Token<'_>)>(text: &str, emit: &mut F) {
    Tokenizer::new(text, emit).run();
}

// A folded string of at most TERM_BYTES.
struct Term {
    text: String,
    // set once a character did not fit; further characters are then ignored
    full: bool,
}

impl Term {
    fn new() -> Self {
        Self { text: String::with_capacity(2 * TERM_BYTES), full: false }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.full = false;
    }

    #[inline]
    fn push(&mut self, character: char) {
        if self.text.len() + character.len_utf8() > TERM_BYTES {
            self.full = true;
        }
        if !self.full {
            self.text.push(character);
        }
    }

    // Composes a mark with the last character, or drops it.
    fn compose(&mut self, mark: char) {
        let Some(last) = self.text.chars().next_back() else { return };
        if let Some(composed) = composed(last, mark).filter(|_| !self.full) {
            self.text.pop();
            self.push(composed);
        }
    }

    fn push_ascii(&mut self, run: &str) {
        let before = self.text.len();
        if self.full || before + run.len() > TERM_BYTES {
            run.chars().for_each(|character| self.push(character.to_ascii_lowercase()));
            return;
        }
        self.text.push_str(run);
        self.text[before..].make_ascii_lowercase();
    }
}

// A boundary between two parts of a word: the bytes of the term before it, and in the text the end of the part before
// and the start of the part after it.
#[derive(Clone, Copy)]
struct Joint {
    term: usize,
    end: usize,
    start: usize,
}

struct Tokenizer<'t, 's, F> {
    text: &'t str,
    emit: &'s mut F,
    position: u32,
    // the current word
    word: Term,
    word_start: usize,
    word_end: usize,
    in_word: bool,
    joints: Vec<Joint>,
    grams: Grams,
}

impl<'t, 's, F: FnMut(Token<'_>)> Tokenizer<'t, 's, F> {
    fn new(text: &'t str, emit: &'s mut F) -> Self {
        Self {
            text,
            emit,
            position: 0,
            word: Term::new(),
            word_start: 0,
            word_end: 0,
            in_word: false,
            joints: Vec::new(),
            grams: Grams::new(),
        }
    }

    fn run(mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at = if byte.is_ascii_alphanumeric() {
                self.ascii_word(at)
            } else {
                self.characters(at)
            };
        }
        self.end_word();
        self.grams.end(self.emit);
    }

    // Reads a run of ASCII letters and digits at once.
    fn ascii_word(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let length = bytes[start..].iter().position(|byte| !byte.is_ascii_alphanumeric());
        let end = length.map_or(bytes.len(), |length| start + length);
        if !self.in_word && end - start <= TERM_BYTES && ends_word(bytes.get(end)) {
            self.emit_slice(start, end);
            // a single space has no other effect
            return if bytes.get(end) == Some(&b' ') { end + 1 } else { end };
        }
        self.begin_word(start);
        self.word.push_ascii(&self.text[start..end]);
        self.word_end = end;
        end
    }

    // Emits a word that is a contiguous slice of the text.
    #[inline]
    fn emit_slice(&mut self, start: usize, end: usize) {
        if self.grams.is_open() {
            self.grams.end(self.emit);
        }
        let mut term = &self.text[start..end];
        if term.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.word.clear();
            self.word.push_ascii(term);
            term = &self.word.text;
        }
        (self.emit)(Token { term, kind: TokenKind::Word, position: self.position, start, end });
        self.position += 1;
    }

    // Reads characters until the next run of ASCII letters.
    fn characters(&mut self, mut start: usize) -> usize {
        let mut characters = self.text[start..].chars();
        while let Some(character) = characters.next() {
            let end = self.text.len() - characters.as_str().len();
            if let Some(next) = self.read(fold::folded(character), character, start, end) {
                return next;
            }
            start = end;
            if self.text.as_bytes().get(start).is_some_and(u8::is_ascii_alphanumeric) {
                break;
            }
        }
        start
    }

    // Reads one character; returns where to continue if that is not its end.
    #[inline]
    fn read(&mut self, folded: Folded, character: char, start: usize, end: usize) -> Option<usize> {
        match folded.class {
            Class::Letter | Class::Digit => {
                self.begin_word(start);
                self.word.push(folded.to);
                self.word_end = end;
            }
            Class::Han => self.gram(folded.to, true, start, end),
            Class::Gram => self.gram(folded.to, false, start, end),
            Class::Ignored => {}
            Class::Mark | Class::GramMark => self.mark(folded, end),
            Class::Space => {
                self.end_word();
                self.grams.space();
            }
            Class::Newline => {
                self.end_word();
                self.grams.line(self.emit);
            }
            Class::SoftHyphen | Class::Hyphen | Class::Apostrophe | Class::Comma => {
                return self.joint(folded.class, end);
            }
            Class::Break => {
                self.end_word();
                self.grams.end(self.emit);
            }
            Class::Several => {
                for inner in fold::several(character) {
                    self.read(fold::folded(*inner), *inner, start, end);
                }
            }
        }
        None
    }

    #[inline]
    fn begin_word(&mut self, start: usize) {
        if !self.in_word {
            if self.grams.is_open() {
                self.grams.end(self.emit);
            }
            self.in_word = true;
            self.word_start = start;
            self.word.clear();
            self.joints.clear();
        }
    }

    #[inline]
    fn end_word(&mut self) {
        if self.in_word {
            self.emit_word();
        }
    }

    fn emit_word(&mut self) {
        self.in_word = false;
        let (position, start, end) = (self.position, self.word_start, self.word_end);
        self.position += 1;
        (self.emit)(Token { term: &self.word.text, kind: TokenKind::Word, position, start, end });
        if !self.joints.is_empty() {
            self.emit_parts(position);
        }
        if self.word.text.ends_with(|last: char| last.is_ascii_digit()) {
            self.emit_percent(position);
        }
    }

    // Emits a number with its percent sign as a part.
    fn emit_percent(&mut self, position: u32) {
        let rest = &self.text[self.word_end..];
        if let Some(sign) = ["%", "％", "٪", "﹪"].into_iter().find(|sign| rest.starts_with(sign))
        {
            self.word.push('%');
            let (start, end) = (self.word_start, self.word_end + sign.len());
            (self.emit)(Token {
                term: &self.word.text,
                kind: TokenKind::Part,
                position,
                start,
                end,
            });
        }
    }

    // Omits parts of one letter (a possessive s, an elided l), which are not distinctive.
    fn emit_parts(&mut self, position: u32) {
        let last = Joint { term: self.word.text.len(), end: self.word_end, start: 0 };
        let (mut from, mut start) = (0, self.word_start);
        for joint in self.joints.iter().chain([&last]) {
            let term = &self.word.text[from..joint.term];
            if term.chars().nth(1).is_some() {
                (self.emit)(Token { term, kind: TokenKind::Part, position, start, end: joint.end });
            }
            (from, start) = (joint.term, joint.start);
        }
        // O'Brien's is also O'Brien
        if let [.., _, possessive] = self.joints.as_slice()
            && self.word.text[possessive.term..].chars().nth(1).is_none()
        {
            let (term, start, end) =
                (&self.word.text[..possessive.term], self.word_start, possessive.end);
            (self.emit)(Token { term, kind: TokenKind::Part, position, start, end });
        }
    }

    // A hyphen, apostrophe or comma: continues the word, or ends it.
    fn joint(&mut self, class: Class, end: usize) -> Option<usize> {
        let next = if self.in_word { self.continuation(class, end) } else { None };
        let Some(next) = next else {
            if class != Class::SoftHyphen {
                self.end_word();
                self.grams.end(self.emit);
            }
            return None;
        };
        if class != Class::SoftHyphen && !self.word.full {
            self.joints.push(Joint { term: self.word.text.len(), end: self.word_end, start: next });
        }
        Some(next)
    }

    // Returns where the next part of the word starts, if the character that ends at `end` joins two parts.
    fn continuation(&self, class: Class, end: usize) -> Option<usize> {
        let rest = &self.text[end..];
        let class_at = |text: &str| text.chars().next().map(|c| fold::folded(c).class);
        match class {
            Class::Apostrophe => (class_at(rest) == Some(Class::Letter)).then_some(end),
            Class::Comma => {
                let ends_in_digit = self.word.text.ends_with(|c: char| c.is_ascii_digit());
                let bytes = rest.as_bytes();
                let three = bytes.len() >= 3 && bytes[..3].iter().all(u8::is_ascii_digit);
                let over = !matches!(class_at(rest.get(3..)?), Some(Class::Letter | Class::Digit));
                let group = self.word.text.len() - self.joints.last().map_or(0, |joint| joint.term);
                let groups = self.word.text.bytes().all(|b| b.is_ascii_digit())
                    && if self.joints.is_empty() { group <= 3 } else { group == 3 };
                (ends_in_digit && three && over && groups).then_some(end)
            }
            _ => {
                if !self.text[..self.word_end].chars().next_back().is_some_and(char::is_alphabetic)
                {
                    return None;
                }
                let blank =
                    |c: char| matches!(fold::folded(c).class, Class::Space | Class::Ignored);
                let line =
                    rest.trim_start_matches(blank).strip_prefix('\n')?.trim_start_matches(blank);
                (class_at(line) == Some(Class::Letter)).then_some(self.text.len() - line.len())
            }
        }
    }

    fn mark(&mut self, folded: Folded, end: usize) {
        if self.in_word {
            self.word.compose(folded.to);
            self.word_end = end;
        } else {
            let is_separate = folded.class == Class::GramMark;
            self.grams.mark(folded.to, end, if is_separate { None } else { Some(composed) });
        }
    }

    #[inline]
    fn gram(&mut self, character: char, joins: bool, start: usize, end: usize) {
        self.end_word();
        if self.grams.take(character, joins, self.position, (start, end), self.emit) {
            self.position += 1;
        }
    }
}

// Whether the next byte certainly ends a word.
fn ends_word(next: Option<&u8>) -> bool {
    next.is_none_or(|byte| {
        byte.is_ascii() && !matches!(byte, b'\'' | b'`' | b'-' | b',' | b'%' | b'\r')
    })
}

// Composes a letter with the mark after it, and folds the result.
fn composed(letter: char, mark: char) -> Option<char> {
    let composed = match (letter, mark) {
        ('ى', '\u{654}') => Some('ئ'),
        _ => compose(letter, mark),
    };
    composed
        .map(fold::folded)
        .filter(|folded| folded.class != Class::Several)
        .map(|folded| folded.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn listed(text: &str) -> String {
        let mut lines = Vec::new();
        tokens(text, &mut |t| {
            lines.push(format!("{}@{} {}..{}", t.term, t.position, t.start, t.end))
        });
        lines.join(" | ")
    }

    #[test]
    fn tokens_have_their_byte_ranges() {
        for (text, expected) in [
            ("Hello, World", "hello@0 0..5 | world@1 7..12"),
            ("登 记\n表", "登@0 0..3 | 登记@0 0..7 | 记@1 4..7 | 记表@1 4..11 | 表@2 8..11"),
            (
                "commis-\n  sion of",
                "commission@0 0..14 | commis@0 0..6 | sion@0 10..14 | of@1 15..17",
            ),
            ("O'Brien", "obrien@0 0..7 | brien@0 2..7"),
            ("12,345 人", "12345@0 0..6 | 12@0 0..2 | 345@0 3..6 | 人@1 7..10"),
        ] {
            assert_eq!(listed(text), expected, "{text}");
        }
    }

    #[test]
    fn long_words_are_truncated() {
        let text = format!("{} end", "é".repeat(5_000));
        let mut seen = Vec::new();
        tokens(&text, &mut |t| seen.push((t.term.len(), t.position, t.start, t.end)));
        assert_eq!(seen, [(255, 0, 0, 10_000), (3, 1, 10_001, 10_004)]);
    }

    proptest! {
        #[test]
        fn any_text_gives_valid_tokens(text in "(\\PC|[a-z'\\-\u{ad},0-9 \n]|[登记表錶 \n]|[가-각ก-์ئىيې]|\u{654}|\u{301}|\u{3099}){0,60}") {
            let mut last = (0, 0);
            tokens(&text, &mut |t| {
                assert!(!t.term.is_empty() && t.term.len() <= TERM_BYTES);
                assert!(t.start < t.end && text.is_char_boundary(t.start) && text.is_char_boundary(t.end));
                assert!(t.position >= last.0 && t.position <= last.0 + 1);
                last = (t.position, t.end);
            });
        }

        #[test]
        fn folding_is_idempotent(text in "(\\PC|[登记錶Ёйﻼﷲ]){0,40}") {
            let once = crate::fold_word(&text);
            prop_assert_eq!(crate::fold_word(&once), once);
        }
    }
}
