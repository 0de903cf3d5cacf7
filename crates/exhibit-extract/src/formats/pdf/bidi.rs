//! Converts lines with right-to-left letters from visual to logical order.
//!
//! A page stores such a line in visual order, from left to right, often in presentation forms. Undoing that takes the
//! Unicode bidirectional algorithm in reverse: the line's main direction is guessed from its letters (and the
//! page's), right-to-left stretches are reversed, and Latin, Han and numbers inside them stay left to right.
//! If different typed texts look the same, the simplest is chosen; embedding controls are never invented.
//!
//! Presentation forms (U+FB50 to U+FEFC) are the result of shaping letters, so undoing it restores the letters.
//! The final and isolated forms of heh are read as ە (U+06D5) once the document shows letters that only its
//! users have (Uyghur, Kazakh, Sorani), for fonts have one glyph for both; otherwise as ه (U+0647). Letters that the
//! document itself states as letters are never changed.
//!
//! Producers disagree on brackets: some state the shape rendered, some the character typed. Which of the two a
//! document does is voted by how many brackets pair up each way; rendered shapes are the default.

use super::glyphs::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use unicode_bidi::{BidiClass, bidi_class};
use unicode_normalization::UnicodeNormalization;

/// Statistics about the document seen so far.
#[derive(Default)]
pub(super) struct Habits {
    /// Brackets that pair up as rendered shapes, less those that pair up as typed.
    pub(super) mirrored: i64,
    /// Whether letters occur that Arabic and Persian do not have.
    pub(super) has_ae: bool,
    /// Right-to-left letters less others, on the current page.
    pub(super) balance: i64,
}

/// One unit of a line in visual order.
#[derive(Clone, Copy)]
pub(super) struct Unit {
    /// The glyph's number; `None` for a blank that represents a gap.
    pub(super) glyph: Option<u32>,
    /// Whether the run that contains it is right-to-left.
    pub(super) reversed: bool,
    /// The index of the run in the line, so that boxes of different runs are not joined.
    pub(super) stretch: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Left,
    Right,
    Number,
    Joiner,
    Blank,
    Other,
}

/// Whether a character belongs to a right-to-left script.
pub(super) fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Updates the document's statistics with a glyph's text.
pub(super) fn observe(habits: &mut Habits, text: &BfString) {
    let mut one = |c: char| {
        if is_right_to_left(c) {
            habits.balance += 1;
            habits.has_ae |= matches!(c, '\u{6ad}' | '\u{6c5}'..='\u{6c8}' | '\u{6cb}' | '\u{6d0}' | '\u{6d5}'
                | '\u{fbd3}'..='\u{fbe7}' | '\u{fbec}'..='\u{fbf8}');
        } else if c.is_alphabetic() {
            habits.balance -= 1;
        }
    };
    match text {
        BfString::Char(c) => one(*c),
        BfString::String(text) => text.chars().for_each(one),
    }
}

/// Converts a line in visual order, from left to right, to logical order.
pub(super) fn to_logical(seen: &[Unit], glyphs: &[Glyph], habits: &Habits) -> Vec<Unit> {
    let classes: Vec<Class> = seen.iter().map(|unit| class_of(unit, glyphs)).collect();
    let mut read = Vec::with_capacity(seen.len());
    let mut stretch = 0;
    if is_mainly_right(seen, glyphs, habits) {
        read_right(seen, &classes, glyphs, &mut read, &mut stretch);
        return read;
    }
    let mut at = 0;
    while at < seen.len() {
        if classes[at] != Class::Right {
            read.push(Unit { stretch, ..seen[at] });
            at += 1;
            continue;
        }
        let reach = (at..seen.len()).take_while(|i| classes[*i] != Class::Left);
        let end =
            reach.filter(|i| classes[*i] == Class::Right).last().map_or(at + 1, |last| last + 1);
        stretch += 1;
        read_right(&seen[at..end], &classes[at..end], glyphs, &mut read, &mut stretch);
        stretch += 1;
        at = end;
    }
    read
}

/// Reads a right-to-left run: from its right end, left-to-right runs within it forwards.
fn read_right(
    seen: &[Unit],
    classes: &[Class],
    glyphs: &[Glyph],
    read: &mut Vec<Unit>,
    stretch: &mut u32,
) {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < seen.len() {
        let end = match classes[at] {
            Class::Left => left_run_end(at, seen, classes, glyphs),
            Class::Number => number_run_end(at, seen, classes, glyphs),
            _ => at,
        };
        if end > at {
            runs.push((at, end));
        }
        at = end.max(at + 1);
    }
    let mut at = seen.len();
    while at > 0 {
        match runs.last() {
            Some(&(start, end)) if end == at => {
                *stretch += 1;
                read.extend(
                    seen[start..end].iter().map(|unit| Unit { stretch: *stretch, ..*unit }),
                );
                *stretch += 1;
                runs.pop();
                at = start;
            }
            _ => {
                at -= 1;
                read.push(Unit { stretch: *stretch, reversed: true, ..seen[at] });
            }
        }
    }
}

/// The end of the left-to-right run that begins with a letter at `at`.
fn left_run_end(at: usize, seen: &[Unit], classes: &[Class], glyphs: &[Glyph]) -> usize {
    let mut end = at + 1;
    let mut open = 0_i32;
    let mut pending = 0_i32;
    for i in at + 1..seen.len() {
        match classes[i] {
            Class::Right => break,
            Class::Left => end = i + 1,
            Class::Number => {
                let between = &classes[end..i];
                let parted = between.contains(&Class::Blank)
                    && between.iter().any(|class| *class != Class::Blank);
                if parted {
                    break;
                }
                end = i + 1;
            }
            _ => {
                let c = first_of(&seen[i], glyphs);
                match pair_of(c) {
                    Some((_, true)) => pending += 1,
                    Some((_, false)) if open > 0 && i == end => {
                        open -= 1;
                        end = i + 1;
                    }
                    _ => {}
                }
            }
        }
        if end == i + 1 {
            open += std::mem::take(&mut pending);
        }
    }
    end
}

/// The end of the number that begins at `at`, and of the letters directly after it.
fn number_run_end(at: usize, seen: &[Unit], classes: &[Class], glyphs: &[Glyph]) -> usize {
    let mut end = at + 1;
    while end < seen.len() {
        let joined = classes[end] == Class::Joiner && classes.get(end + 1) == Some(&Class::Number);
        match classes[end] {
            Class::Number => end += 1,
            _ if joined => end += 2,
            _ => break,
        }
    }
    let next = (end..seen.len()).find(|i| classes[*i] != Class::Blank);
    match next {
        Some(i) if classes[i] == Class::Left => left_run_end(i, seen, classes, glyphs),
        _ => end,
    }
}

fn is_mainly_right(seen: &[Unit], glyphs: &[Glyph], habits: &Habits) -> bool {
    let (mut right, mut left) = (0_u32, 0_u32);
    for unit in seen {
        let c = first_of(unit, glyphs);
        if is_right_to_left(c) {
            right += 1;
        } else if c.is_alphabetic() {
            left += if c >= '\u{2e80}' { 2 } else { 1 };
        }
    }
    if habits.balance >= 0 { left < 2 * right } else { right > 2 * left }
}

fn class_of(unit: &Unit, glyphs: &[Glyph]) -> Class {
    let c = first_of(unit, glyphs);
    match bidi_class(c) {
        BidiClass::L => Class::Left,
        BidiClass::R | BidiClass::AL | BidiClass::NSM => Class::Right,
        BidiClass::EN | BidiClass::AN | BidiClass::ET => Class::Number,
        BidiClass::ES | BidiClass::CS => Class::Joiner,
        BidiClass::WS | BidiClass::B | BidiClass::S => Class::Blank,
        _ => Class::Other,
    }
}

fn first_of(unit: &Unit, glyphs: &[Glyph]) -> char {
    unit.glyph.map_or(' ', |i| glyphs[i as usize].first())
}

/// Votes whether the brackets of right-to-left runs are shapes (positive) or typed characters (negative).
pub(super) fn vote(read: &[Unit], glyphs: &[Glyph]) -> i64 {
    let brackets =
        || read.iter().filter(|u| u.reversed).filter_map(|u| pair_of(first_of(u, glyphs)));
    let typed = pairs(brackets());
    let shapes = pairs(brackets().map(|(pair, opens)| (pair, !opens)));
    shapes - typed
}

fn pairs(brackets: impl Iterator<Item = (usize, bool)>) -> i64 {
    let mut open = Vec::new();
    let mut matched = 0;
    for (pair, opens) in brackets {
        if opens {
            open.push(pair);
        } else if open.last() == Some(&pair) {
            open.pop();
            matched += 1;
        }
    }
    matched
}

/// Appends the text of a unit of a line in logical order.
pub(super) fn emit(unit: &Unit, glyphs: &[Glyph], habits: &Habits, text: &mut String) {
    let Some(index) = unit.glyph else {
        text.push(' ');
        return;
    };
    match &glyphs[index as usize].text {
        BfString::Char(c) if unit.reversed && habits.mirrored >= 0 => {
            push_unshaped(mirrored(*c), habits, text)
        }
        BfString::Char(c) => push_unshaped(*c, habits, text),
        BfString::String(string) => string.chars().for_each(|c| push_unshaped(c, habits, text)),
    }
}

fn push_unshaped(c: char, habits: &Habits, text: &mut String) {
    match c {
        '\u{fee9}' | '\u{feea}' if habits.has_ae => text.push('\u{6d5}'),
        // ornate brackets, and the ligatures of whole words, which are typed as such
        '\u{fd3e}'..='\u{fd4f}' | '\u{fdf0}'..='\u{fdff}' => text.push(c),
        '\u{fb50}'..='\u{fdef}' | '\u{fe70}'..='\u{fefc}' => text.extend(std::iter::once(c).nfkc()),
        _ => text.push(c),
    }
}

const PAIRS: [(char, char); 20] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('<', '>'),
    ('«', '»'),
    ('‹', '›'),
    ('≤', '≥'),
    ('⟨', '⟩'),
    ('（', '）'),
    ('［', '］'),
    ('｛', '｝'),
    ('〈', '〉'),
    ('《', '》'),
    ('「', '」'),
    ('『', '』'),
    ('【', '】'),
    ('〔', '〕'),
    ('〖', '〗'),
    ('⁅', '⁆'),
    ('⌈', '⌉'),
];

fn pair_of(c: char) -> Option<(usize, bool)> {
    PAIRS.iter().enumerate().find_map(|(i, (open, close))| match c {
        _ if c == *open => Some((i, true)),
        _ if c == *close => Some((i, false)),
        _ => None,
    })
}

fn mirrored(c: char) -> char {
    match pair_of(c) {
        Some((i, true)) => PAIRS[i].1,
        Some((i, false)) => PAIRS[i].0,
        None => c,
    }
}
