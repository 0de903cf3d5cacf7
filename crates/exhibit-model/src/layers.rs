//! Combines the layers of a page: the text of the file itself and what OCR reads from its picture.
//!
//! OCR never replaces a page as a whole. Where the two are at the same place, the file's own text is current unless it
//! does not read like text ([`plausibility`]) and OCR's reading does; what OCR reads where the file has no text, or has
//! text that nothing shows, is added after it. Lines that OCR read with little confidence are left out and counted.

use crate::page::{Box, Mark, MarkKind, Page, Rect};
use std::collections::HashSet;
use std::ops::Range;

/// What OCR reads from the picture of a page.
#[derive(Clone, Copy, Debug)]
pub struct Recognised<'a> {
    /// The text; lines end in `\n`.
    pub text: &'a str,
    /// Positions of its words and characters, with the confidence of each in percent.
    pub boxes: &'a [Box],
}

/// Which layer is current.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Current {
    /// The file's own text: OCR adds nothing to it.
    Own,
    /// The file's own text, followed by this number of words that OCR reads elsewhere on the page.
    Both {
        /// The number of words added.
        added: u64,
    },
    /// OCR's reading. The page has no text of its own, or this number of its characters was replaced.
    Recognised {
        /// The number of characters replaced.
        replaced: u64,
    },
}

/// The text of a page, combined from its layers.
#[derive(Clone, PartialEq, Debug)]
pub struct Combined {
    /// Which layer is current.
    pub current: Current,
    /// The text.
    pub text: String,
    /// Positions of its stretches.
    pub boxes: Vec<Box>,
    /// Stretches that are not plain visible text.
    pub marks: Vec<Mark>,
    /// Words of OCR that were left out, since it read them with little confidence.
    pub doubtful: u64,
}

/// The least mean confidence of a line, in percent, with which it is kept.
const LEAST_CONFIDENCE: u64 = 50;
/// The mean confidence of OCR, in percent, from which it is believed against the file's own text.
const TRUSTED: u64 = 60;
/// The plausibility below which text does not read like text.
const PLAUSIBLE: f32 = 0.6;
/// By how much OCR's reading must be more plausible than the text that it replaces.
const BETTER: f32 = 0.2;
/// From this share of common words on, two layers are the same text.
const SAME: f32 = 0.5;
/// The number of characters at the same place from which two layers can be compared.
const LEAST_COMPARED: usize = 8;

/// Combines the file's own text with what OCR reads.
#[must_use]
pub fn combine(own: &Page, recognised: &Recognised<'_>) -> Combined {
    let own_lines = lines_of(&own.text, &own.boxes);
    let mut read = lines_of(recognised.text, recognised.boxes);
    let doubtful = leave_out_doubtful(&mut read, recognised);
    let mut places = Places::new(own);
    let read: Vec<Seen> = read.into_iter().map(|line| places.see(recognised, own, line)).collect();
    let verdict = compare(own, recognised, &read);
    let under: HashSet<usize> = read.iter().flat_map(|line| line.under.iter().copied()).collect();
    let mut draft = Draft::default();
    let mut replaced = 0;
    for line in &own_lines {
        let text = &own.text[line.text.clone()];
        let seen = line.boxes.clone().filter(|at| under.contains(at)).count();
        if verdict == Verdict::Implausible && seen * 2 > line.boxes.len() {
            replaced += characters(text);
        } else {
            draft.keep(own, line);
        }
    }
    let kept = draft.text.chars().any(|c| c.is_alphanumeric());
    let mut added = 0;
    for line in &read {
        let wanted = match verdict {
            Verdict::Same => line.unaccounted,
            Verdict::Hidden => line.unaccounted || line.over_hidden,
            Verdict::Implausible => true,
        };
        if wanted {
            added += line.words;
            draft.add(recognised, line);
        }
    }
    let current = match (added, kept) {
        (0, _) => Current::Own,
        (added, true) if replaced == 0 => Current::Both { added },
        _ => Current::Recognised { replaced },
    };
    if current == Current::Own {
        let (text, boxes, marks) = (own.text.clone(), own.boxes.clone(), own.marks.clone());
        return Combined { current, text, boxes, marks, doubtful };
    }
    let marks = draft.marks(own);
    Combined { current, text: draft.text, boxes: draft.boxes, marks, doubtful }
}

/// How OCR's reading compares with the file's own text at the same place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// It is the same text, or the own text is believed.
    Same,
    /// Another text than the invisible one that lies over the picture.
    Hidden,
    /// The own text does not read like text.
    Implausible,
}

fn compare(own: &Page, recognised: &Recognised<'_>, read: &[Seen]) -> Verdict {
    let over: Vec<&Seen> = read.iter().filter(|line| !line.under.is_empty()).collect();
    let theirs: String =
        over.iter().map(|line| &recognised.text[line.text.clone()]).collect::<Vec<_>>().join(" ");
    let mut under: Vec<usize> = over.iter().flat_map(|line| line.under.iter().copied()).collect();
    under.sort_unstable();
    under.dedup();
    if characters(&theirs) < LEAST_COMPARED as u64 {
        return Verdict::Same;
    }
    let ours = text_under(own, &under);
    if common(&ours, &theirs) >= SAME {
        return Verdict::Same;
    }
    let confidence = mean(over.iter().flat_map(|line| &recognised.boxes[line.boxes.clone()]));
    let (before, after) = (plausibility(&without_few_unknown(&ours)), plausibility(&theirs));
    if confidence < TRUSTED || after < PLAUSIBLE {
        Verdict::Same
    } else if before < PLAUSIBLE && after >= before + BETTER {
        Verdict::Implausible
    } else if over.iter().any(|line| line.over_hidden) {
        Verdict::Hidden
    } else {
        Verdict::Same
    }
}

/// A text without the words that have characters that could not be determined, if less than a fifth of all are: the lines
/// of such words are read again, and the rest of the text is as good as any.
fn without_few_unknown(text: &str) -> String {
    let unknown = text.matches('\u{fffd}').count() as u64;
    if unknown * 5 >= characters(text) {
        return text.to_owned();
    }
    let known = text.split_whitespace().filter(|word| !word.contains('\u{fffd}'));
    known.collect::<Vec<_>>().join(" ")
}

/// The text of these boxes: those of one line without a blank where the text has none.
fn text_under(own: &Page, under: &[usize]) -> String {
    let mut text = String::new();
    let mut end = None;
    for &at in under {
        let b = own.boxes[at];
        if end.is_some_and(|end| end != b.start) {
            text.push(' ');
        }
        text.push_str(&own.text[b.start as usize..b.end as usize]);
        end = Some(b.end);
    }
    text
}

/// A line of a text, and its boxes.
struct Line {
    text: Range<usize>,
    boxes: Range<usize>,
}

fn lines_of(text: &str, boxes: &[Box]) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut start, mut first) = (0, 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let last = first + boxes[first..].partition_point(|b| (b.start as usize) < end);
        lines.push(Line {
            text: start..start + line.trim_end_matches('\n').len(),
            boxes: first..last,
        });
        (start, first) = (end, last);
    }
    lines
}

/// Drops the lines with little confidence, and those without a letter or digit; returns the number of words of the
/// former.
fn leave_out_doubtful(lines: &mut Vec<Line>, recognised: &Recognised<'_>) -> u64 {
    let mut doubtful = 0;
    lines.retain(|line| {
        let text = &recognised.text[line.text.clone()];
        if !text.chars().any(char::is_alphanumeric) {
            return false;
        }
        let sure = line.boxes.is_empty()
            || mean(&recognised.boxes[line.boxes.clone()]) >= LEAST_CONFIDENCE;
        doubtful += if sure { 0 } else { words(text) };
        sure
    });
    doubtful
}

/// The mean confidence of boxes in percent, weighted by their length.
fn mean<'b>(boxes: impl IntoIterator<Item = &'b Box>) -> u64 {
    let (sum, weight) = boxes.into_iter().fold((0, 0), |(sum, weight), b| {
        let length = u64::from(b.end.saturating_sub(b.start));
        (sum + length * u64::from(b.confidence.min(100)), weight + length)
    });
    sum / weight.max(1)
}

/// A line of OCR, compared with the file's own text at its place.
struct Seen {
    text: Range<usize>,
    boxes: Range<usize>,
    words: u64,
    /// Boxes of the own text at its place.
    under: Vec<usize>,
    /// Whether it has words where the file has no usable text.
    unaccounted: bool,
    /// Whether most of the own text at its place is invisible.
    over_hidden: bool,
}

/// The boxes of the file's own text, by their height on the page.
struct Places {
    bands: Vec<Vec<usize>>,
    /// Whether each is invisible.
    hidden: Vec<bool>,
    /// Whether each has a character that could not be determined.
    broken: Vec<bool>,
    /// Whether each is of a word or a character: the box of a note that the page does not show has all of its text.
    word: Vec<bool>,
    /// The number of comparisons left. What is not compared counts as missing in the file's own text.
    left: usize,
}

const BANDS: usize = 64;
/// The maximum number of pairs of boxes that are compared: a hostile page has millions of boxes at one place.
const MOST_COMPARISONS: usize = 20_000_000;

impl Places {
    fn new(own: &Page) -> Self {
        let mut bands = vec![Vec::new(); BANDS];
        let invisible: Vec<&Mark> =
            own.marks.iter().filter(|mark| mark.kind == MarkKind::Invisible).collect();
        let mut hidden = Vec::with_capacity(own.boxes.len());
        let mut broken = Vec::with_capacity(own.boxes.len());
        let mut word = Vec::with_capacity(own.boxes.len());
        for (at, b) in own.boxes.iter().enumerate() {
            let before = invisible.partition_point(|mark| mark.start <= b.start);
            hidden.push(before > 0 && b.start < invisible[before - 1].end);
            let text = &own.text[b.start as usize..b.end as usize];
            broken.push(text.contains('\u{fffd}'));
            word.push(!text.contains(char::is_whitespace));
            for band in bands_of(b.rect) {
                bands[band].push(at);
            }
        }
        Self { bands, hidden, broken, word, left: MOST_COMPARISONS }
    }

    fn see(&mut self, recognised: &Recognised<'_>, own: &Page, line: Line) -> Seen {
        let mut under = Vec::new();
        let (mut missing, mut broken) = (0, false);
        let boxes = &recognised.boxes[line.boxes.clone()];
        for b in boxes {
            let letters = recognised.text[b.start as usize..b.end as usize]
                .chars()
                .filter(|c| c.is_alphanumeric())
                .count();
            let mut covered = 0.0;
            for band in bands_of(b.rect) {
                let some = self.bands[band].len().min(self.left);
                self.left -= some;
                for &at in &self.bands[band][..some] {
                    let place = own.boxes[at].rect;
                    // a box in two bands is seen twice: only in the band of its upper edge, or in the first one asked
                    if bands_of(place).start.max(bands_of(b.rect).start) != band {
                        continue;
                    }
                    let common = shared(place, b.rect);
                    let is_note = !self.word[at] || area(place) > LARGEST_WORD * area(b.rect);
                    if !is_note && common > 0.3 * area(place).min(area(b.rect)) {
                        under.push(at);
                        covered += common;
                        broken |= self.broken[at] && letters > 0;
                    }
                }
            }
            if covered < 0.4 * area(b.rect) || area(b.rect) <= 0.0 {
                missing += letters;
            }
        }
        under.sort_unstable();
        under.dedup();
        let text = &recognised.text[line.text.clone()];
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        if boxes.is_empty() {
            missing = letters;
        }
        let hidden = under.iter().filter(|at| self.hidden[**at]).count();
        Seen {
            words: words(text),
            unaccounted: broken
                || (missing * 4 >= letters && missing >= LEAST_MISSING.min(letters)),
            over_hidden: hidden * 2 > under.len(),
            text: line.text,
            boxes: line.boxes,
            under,
        }
    }
}

/// How many times larger than a word of OCR a word of the file at its place may be: the box of a note is the area that it
/// is about.
const LARGEST_WORD: f32 = 8.0;
/// The number of letters and digits from which a line is missing in the file's own text; a shorter line is if all are.
const LEAST_MISSING: usize = 2;

fn bands_of(rect: Rect) -> Range<usize> {
    let band = |y: f32| (y.clamp(0.0, 1.0) * BANDS as f32) as usize;
    let first = band(rect.y0).min(BANDS - 1);
    first..band(rect.y1).clamp(first, BANDS - 1) + 1
}

fn area(rect: Rect) -> f32 {
    (rect.x1 - rect.x0).max(0.0) * (rect.y1 - rect.y0).max(0.0)
}

fn shared(a: Rect, b: Rect) -> f32 {
    let across = a.x1.min(b.x1) - a.x0.max(b.x0);
    let down = a.y1.min(b.y1) - a.y0.max(b.y0);
    across.max(0.0) * down.max(0.0)
}

/// The text of a page as it grows.
#[derive(Default)]
struct Draft {
    text: String,
    boxes: Vec<Box>,
    /// The lines of the file's own text that are kept: their place in it, and where they begin here.
    kept: Vec<(Range<usize>, usize)>,
}

impl Draft {
    /// Adds a line of the file's own text.
    fn keep(&mut self, own: &Page, line: &Line) {
        self.kept.push((line.text.clone(), self.text.len()));
        self.append(&own.text[line.text.clone()], &own.boxes[line.boxes.clone()], line.text.start);
    }

    /// The marks of the file's own text, on what is kept of it.
    fn marks(&self, own: &Page) -> Vec<Mark> {
        let moved = |at: u32| {
            let at = at as usize;
            let next = self.kept.partition_point(|(text, _)| text.start <= at);
            let line = next.checked_sub(1).and_then(|line| self.kept.get(line));
            line.map_or(0, |(text, start)| start + (at - text.start).min(text.len())) as u32
        };
        let marks = own.marks.iter().map(|mark| Mark {
            start: moved(mark.start),
            end: moved(mark.end),
            ..*mark
        });
        marks.filter(|mark| mark.start < mark.end).collect()
    }

    /// Adds a line that OCR read.
    fn add(&mut self, recognised: &Recognised<'_>, line: &Seen) {
        self.append(
            &recognised.text[line.text.clone()],
            &recognised.boxes[line.boxes.clone()],
            line.text.start,
        );
    }

    fn append(&mut self, text: &str, boxes: &[Box], from: usize) {
        let moved = |at: u32, start: usize| (at as usize - from + start) as u32;
        let start = self.text.len();
        self.text.push_str(text);
        self.text.push('\n');
        // the box of a note covers all its lines
        let end = (from + text.len()) as u32;
        self.boxes.extend(boxes.iter().map(|b| Box {
            start: moved(b.start, start),
            end: moved(b.end.min(end), start),
            ..*b
        }));
    }
}

fn characters(text: &str) -> u64 {
    text.chars().filter(|c| !c.is_whitespace()).count() as u64
}

fn words(text: &str) -> u64 {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count() as u64
}

/// The share of the characters of `theirs` in words that `ours` has too. Han, Kana and Hangul count one by one.
fn common(ours: &str, theirs: &str) -> f32 {
    let known: HashSet<String> = pieces(ours).into_iter().collect();
    let (mut all, mut same) = (0_usize, 0_usize);
    for piece in pieces(theirs) {
        let length = piece.chars().count();
        all += length;
        same += if known.contains(&piece) { length } else { 0 };
    }
    if all == 0 { 1.0 } else { same as f32 / all as f32 }
}

fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        let alone = is_ideographic(c);
        if (alone || !c.is_alphanumeric()) && !word.is_empty() {
            pieces.push(std::mem::take(&mut word));
        }
        if alone {
            pieces.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    pieces.extend(Some(word).filter(|word| !word.is_empty()));
    pieces
}

fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// How much text reads like text, from 0 to 1, without a dictionary: by the make of its words. Characters that could not
/// be determined, symbols and digits within words, scripts mixed in one word, changes of case, words without vowels and
/// words of accented letters alone tell text from what a wrong character map leaves of it.
#[must_use]
pub fn plausibility(text: &str) -> f32 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for word in text.split_whitespace() {
        let length = word.chars().count() as f32;
        sum += length * plausible_word(word);
        weight += length;
    }
    if weight > 0.0 { sum / weight } else { 0.0 }
}

fn plausible_word(word: &str) -> f32 {
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\u{fffd}');
    if inner.is_empty() {
        return if word.chars().count() <= 3 { 0.7 } else { 0.2 };
    }
    if inner.contains('\u{fffd}') {
        return 0.0;
    }
    if inner.chars().all(|c| !c.is_alphabetic()) {
        return 0.9;
    }
    let length = inner.chars().count();
    let odd = inner.chars().filter(|c| !c.is_alphanumeric() && !is_joining(*c)).count();
    if odd * 5 > length {
        return 0.2;
    }
    let latin = inner.chars().filter(|c| is_latin(*c)).count();
    let accented = inner.chars().filter(|c| is_latin(*c) && !c.is_ascii()).count();
    if latin >= 4 && accented * 3 > latin * 2 {
        return 0.1;
    }
    let mut worst: f32 = if odd > 0 { 0.7 } else { 1.0 };
    for part in inner.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()) {
        worst = worst.min(plausible_letters(part));
    }
    worst
}

/// Characters within words and addresses, and combining signs.
fn is_joining(c: char) -> bool {
    matches!(
        c,
        '-' | '\'' | '’' | '.' | ',' | '/' | ':' | '@' | '_' | '&' | '·' | '\u{200b}'
            ..='\u{200d}' | '\u{ad}'
    ) || matches!(c, '\u{300}'..='\u{36f}' | '\u{640}'..='\u{670}' | '\u{900}'..='\u{dff}' | '\u{e00}'..='\u{fff}')
}

fn plausible_letters(part: &str) -> f32 {
    let letters: Vec<char> = part.chars().collect();
    let latin = letters.iter().filter(|c| is_latin(**c)).count();
    let cyrillic = letters.iter().filter(|c| matches!(c, '\u{400}'..='\u{52f}')).count();
    if latin > 0 && latin < letters.len() {
        // a formula may have a Greek letter, a Chinese sentence a Latin word
        return if cyrillic > 0 { 0.1 } else { 0.8 };
    }
    if letters.len() < 4 || latin + cyrillic == 0 {
        return 1.0;
    }
    let switches =
        letters.windows(2).filter(|pair| pair[0].is_lowercase() && pair[1].is_uppercase()).count();
    let vowels = letters.iter().filter(|c| is_vowel(**c)).count();
    let capitals = letters.iter().all(|c| c.is_uppercase());
    let fair = [
        (switches >= 2, 0.2),
        (vowels == 0 && !(capitals && letters.len() <= 6), 0.3),
        (vowels * 8 < letters.len() && letters.len() >= 9, 0.4),
    ];
    fair.iter().filter(|(found, _)| *found).map(|(_, value)| *value).fold(1.0, f32::min)
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// Vowels, and what serves as one in some language that is written with these letters.
fn is_vowel(c: char) -> bool {
    const VOWELS: &str = "aeiouyrlwаеёиоуыэюяіїєөүұәӨъьй";
    let folded = c.to_lowercase().next().unwrap_or(c);
    VOWELS.contains(folded)
        || (!folded.is_ascii()
            && is_latin(folded)
            && !"çćčďđģğķłļñńňņřśšşťţźžżßþð".contains(folded))
}

#[cfg(test)]
mod tests;
