//! Runs of grams: characters that are indexed by themselves and in pairs.
//!
//! A complete gram is emitted after the pair that it forms with the gram before it, so that positions ascend. Both are
//! slices of one buffer; there are no allocations per gram.

use crate::tokens::{TERM_BYTES, Token, TokenKind};
use unicode_normalization::char::compose;

/// The gap between the last gram and the next character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Line,
}

#[derive(Clone, Copy)]
struct Gram {
    // the start of its form in the buffer
    from: usize,
    joins: bool,
    position: u32,
    start: usize,
    end: usize,
}

/// The state of the current run of grams.
pub(crate) struct Grams {
    // the forms of `before` and `gram`, after those of earlier grams
    forms: String,
    // the last emitted gram, which waits for its neighbour, and the current one
    before: Option<Gram>,
    gram: Option<Gram>,
    gap: Gap,
}

// The buffer size in bytes at which the forms of earlier grams are dropped.
const MAX_BUFFER: usize = 4_096;

impl Grams {
    pub(crate) fn new() -> Self {
        Self { forms: String::new(), before: None, gram: None, gap: Gap::None }
    }

    /// Whether there is a current gram.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.gram.is_some()
    }

    /// Adds a gram. Returns false if it only completed the previous gram, and so does not take a position.
    #[inline]
    pub(crate) fn take<F: FnMut(Token<'_>)>(
        &mut self,
        character: char,
        joins: bool,
        position: u32,
        (start, end): (usize, usize),
        emit: &mut F,
    ) -> bool {
        if !joins && self.completes(character, end) {
            return false;
        }
        let neighbours = match (&self.gram, self.gap) {
            (Some(_), Gap::None) => true,
            (Some(gram), Gap::Space | Gap::Line) => gram.joins && joins,
            (None, _) => false,
        };
        self.finish(emit);
        if !neighbours {
            self.before = None;
            self.forms.clear();
        } else if self.forms.len() > MAX_BUFFER {
            self.forget();
        }
        let from = self.forms.len();
        self.forms.push(character);
        self.gram = Some(Gram { from, joins, position, start, end });
        self.gap = Gap::None;
        true
    }

    // Composes the letters of a Hangul syllable.
    fn completes(&mut self, character: char, end: usize) -> bool {
        let Some(gram) = self.gram.as_mut().filter(|_| self.gap == Gap::None) else { return false };
        let last = self.forms.chars().next_back();
        let Some(syllable) = last.and_then(|last| compose(last, character)) else { return false };
        self.forms.pop();
        self.forms.push(syllable);
        gram.end = end;
        true
    }

    fn forget(&mut self) {
        if let Some(before) = &mut self.before {
            self.forms.drain(..before.from);
            before.from = 0;
        }
    }

    /// Adds a mark. `merge` composes it with the last character of the gram, or returns `None` to drop the mark; without
    /// `merge` the mark is appended.
    pub(crate) fn mark(
        &mut self,
        mark: char,
        end: usize,
        merge: Option<fn(char, char) -> Option<char>>,
    ) {
        let Some(gram) = self.gram.as_mut().filter(|_| self.gap == Gap::None) else { return };
        gram.end = end;
        let length = self.forms.len() - gram.from;
        match merge {
            None if length + mark.len_utf8() <= TERM_BYTES => self.forms.push(mark),
            None => {}
            Some(merge) => {
                let merged = self.forms.chars().next_back().and_then(|last| merge(last, mark));
                if let Some(merged) = merged {
                    self.forms.pop();
                    self.forms.push(merged);
                }
            }
        }
    }

    // Emits the current gram, after the pair with the gram before it.
    #[inline]
    fn finish<F: FnMut(Token<'_>)>(&mut self, emit: &mut F) {
        let Some(gram) = self.gram.take() else { return };
        if let Some(before) = self.before {
            let (position, start, end) = (before.position, before.start, gram.end);
            emit(Token {
                term: cut(&self.forms[before.from..]),
                kind: TokenKind::Bigram,
                position,
                start,
                end,
            });
        }
        let Gram { position, start, end, .. } = gram;
        emit(Token {
            term: cut(&self.forms[gram.from..]),
            kind: TokenKind::Unigram,
            position,
            start,
            end,
        });
        self.before = Some(gram);
    }

    /// Ends the run.
    #[inline]
    pub(crate) fn end<F: FnMut(Token<'_>)>(&mut self, emit: &mut F) {
        self.finish(emit);
        self.before = None;
        self.gap = Gap::None;
    }

    /// Adds white space within a line.
    #[inline]
    pub(crate) fn space(&mut self) {
        if self.gap == Gap::None && self.gram.is_some() {
            self.gap = Gap::Space;
        }
    }

    /// Adds a line end; a second one ends the run.
    #[inline]
    pub(crate) fn line<F: FnMut(Token<'_>)>(&mut self, emit: &mut F) {
        if self.gap == Gap::Line {
            self.end(emit);
        } else if self.gram.is_some() {
            self.gap = Gap::Line;
        }
    }
}

#[inline]
fn cut(form: &str) -> &str {
    if form.len() <= TERM_BYTES { form } else { &form[..form.floor_char_boundary(TERM_BYTES)] }
}
