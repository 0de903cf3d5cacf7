//! Runs of grams: characters that are searched by themselves and in pairs.
//!
//! A gram is said when it is complete, and before it the pair that it makes with its neighbour, so that positions
//! ascend. Both are stretches of one buffer; nothing is allocated per gram.

use crate::tokens::{TERM_BYTES, Token, TokenKind};
use unicode_normalization::char::compose;

/// What stands between the last gram and the next character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Line,
}

#[derive(Clone, Copy)]
struct Gram {
    // where its form begins in the buffer
    from: usize,
    joins: bool,
    position: u32,
    start: usize,
    end: usize,
}

/// The grams being read.
pub(crate) struct Grams {
    // the forms of `before` and `gram`, one after the other, behind those of earlier ones
    forms: String,
    // the gram said already, waiting for its neighbour; and the one being read
    before: Option<Gram>,
    gram: Option<Gram>,
    gap: Gap,
}

// Forms that are no longer needed are dropped when there are so many bytes of them.
const KEPT: usize = 4_096;

impl Grams {
    pub(crate) fn new() -> Self {
        Self { forms: String::new(), before: None, gram: None, gap: Gap::None }
    }

    /// Whether a gram is being read.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.gram.is_some()
    }

    /// Takes a gram; false if it only completed the one before it, and takes no position of its own.
    #[inline]
    pub(crate) fn take<F: FnMut(Token<'_>)>(
        &mut self,
        character: char,
        joins: bool,
        position: u32,
        (start, end): (usize, usize),
        say: &mut F,
    ) -> bool {
        if !joins && self.completes(character, end) {
            return false;
        }
        let neighbours = match (&self.gram, self.gap) {
            (Some(_), Gap::None) => true,
            (Some(gram), Gap::Space | Gap::Line) => gram.joins && joins,
            (None, _) => false,
        };
        self.finish(say);
        if !neighbours {
            self.before = None;
            self.forms.clear();
        } else if self.forms.len() > KEPT {
            self.forget();
        }
        let from = self.forms.len();
        self.forms.push(character);
        self.gram = Some(Gram { from, joins, position, start, end });
        self.gap = Gap::None;
        true
    }

    // The letters of a Hangul syllable.
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

    /// Takes a mark: `merge` says what the gram's last character becomes, nothing if the mark is dropped. `None` for a
    /// mark that is kept beside it.
    pub(crate) fn mark(&mut self, mark: char, end: usize, merge: Option<fn(char, char) -> Option<char>>) {
        let Some(gram) = self.gram.as_mut().filter(|_| self.gap == Gap::None) else { return };
        gram.end = end;
        let own = self.forms.len() - gram.from;
        match merge {
            None if own + mark.len_utf8() <= TERM_BYTES => self.forms.push(mark),
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

    // Says the gram that was being read, first in a pair with the one before it.
    #[inline]
    fn finish<F: FnMut(Token<'_>)>(&mut self, say: &mut F) {
        let Some(gram) = self.gram.take() else { return };
        if let Some(before) = self.before {
            let (position, start, end) = (before.position, before.start, gram.end);
            say(Token { term: cut(&self.forms[before.from..]), kind: TokenKind::Bigram, position, start, end });
        }
        let Gram { position, start, end, .. } = gram;
        say(Token { term: cut(&self.forms[gram.from..]), kind: TokenKind::Unigram, position, start, end });
        self.before = Some(gram);
    }

    /// Ends the run.
    #[inline]
    pub(crate) fn end<F: FnMut(Token<'_>)>(&mut self, say: &mut F) {
        self.finish(say);
        self.before = None;
        self.gap = Gap::None;
    }

    /// Takes white space within a line.
    #[inline]
    pub(crate) fn space(&mut self) {
        if self.gap == Gap::None && self.gram.is_some() {
            self.gap = Gap::Space;
        }
    }

    /// Takes a line end; a second one ends what was joined.
    #[inline]
    pub(crate) fn line<F: FnMut(Token<'_>)>(&mut self, say: &mut F) {
        if self.gap == Gap::Line {
            self.end(say);
        } else if self.gram.is_some() {
            self.gap = Gap::Line;
        }
    }
}

#[inline]
fn cut(form: &str) -> &str {
    if form.len() <= TERM_BYTES { form } else { &form[..form.floor_char_boundary(TERM_BYTES)] }
}
