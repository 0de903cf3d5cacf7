//! The whole way from a picture to text.

use crate::geometry::{Point, Tilted};
use crate::net::Net;
use crate::order::{Before, Span, order};
use crate::orient::{Way, direction, way};
use crate::pixels::Pixels;
use crate::recognise::{Character, Read, Recogniser, width_of};
use crate::{OcrError, detect};
use rten::ThreadPool;
use std::borrow::Cow;
use std::sync::Arc;

/// The models, as bytes.
#[derive(Clone, Debug, Default)]
pub struct ModelFiles {
    /// Finds lines (ONNX).
    pub detection: Cow<'static, [u8]>,
    /// Reads lines, fast (ONNX).
    pub tiny: Cow<'static, [u8]>,
    /// The characters of `tiny`, one a line.
    pub tiny_characters: Cow<'static, str>,
    /// Reads lines that `tiny` reads with doubt (ONNX). May be empty.
    pub small: Cow<'static, [u8]>,
    /// The characters of `small`, one a line.
    pub small_characters: Cow<'static, str>,
    /// Sees which way up a page is (ONNX). May be empty.
    pub orientation: Cow<'static, [u8]>,
}

/// Bounds on the reading of one picture. Reaching one is reported in [`Reading::more`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadingLimits {
    /// Lines.
    pub lines: usize,
    /// The width of all lines read, in pixels at a height of 48, by either model. A dense page has 60,000.
    pub width: usize,
    /// Of that, the width read by the larger model.
    pub small_width: usize,
}

impl ReadingLimits {
    /// 3,000 lines, 1,000,000 pixels, of which 300,000 by the larger model: at most a minute.
    pub const STANDARD: Self = Self { lines: 3000, width: 1_000_000, small_width: 300_000 };
}

/// Which models read lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recognition {
    /// The fast one alone.
    Tiny,
    /// The fast one, and the larger one where that is in doubt.
    Both,
    /// The larger one alone.
    Small,
}

/// The model that read a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// The fast one.
    Tiny,
    /// The larger one.
    Small,
}

/// What was read on a picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
    /// The lines, in reading order.
    pub lines: Vec<Line>,
    /// How most lines run.
    pub way: Way,
    /// A limit was reached: lines may be missing.
    pub more: bool,
}

/// A line of text.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// What separates it from the line before.
    pub before: Before,
    /// Its place, in pixels. `across` points in the direction of reading.
    pub place: Tilted,
    /// Its characters. A line that was not read has none.
    pub characters: Vec<Character>,
    /// The model that read it.
    pub size: Size,
    /// The mean certainty of the fast model over the line's characters, blanks left out: on a script that it does not
    /// know it is low.
    pub familiarity: f32,
    /// Whether its characters count.
    pub trust: Trust,
}

/// Whether the characters of a line count. A model reads what is likely: a line of another script becomes similar-looking
/// letters, a texture some scraps. Both show in its certainty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Trust {
    /// They count.
    Read,
    /// They count unless a program that knows the script of the other lines of the page reads the line too: most lines are of
    /// a script that the models do not know, and some of its letters look like Latin ones.
    Questioned,
    /// They do not count: no text, another script, or not legible.
    #[default]
    Unread,
}

/// From this certainty on, a line of at least `FEW` letters is text.
const LEAST_CERTAINTY: f32 = 0.5;
/// Fewer letters need more certainty.
const FEW: usize = 3;
const LEAST_OF_FEW: f32 = 0.8;
/// Where no line of a picture has `SOLID_LETTERS` with the certainty `SOLID`, all need more: it may have no text at all.
const SOLID: f32 = 0.9;
const SOLID_LETTERS: usize = 4;
const LEAST_ALONE: f32 = 0.7;
const LEAST_OF_FEW_ALONE: f32 = 0.95;

/// From this certainty of the fast model on, it knows the script of a line.
const FAMILIAR: f32 = 0.9;
/// Below it the larger model is believed from this certainty on, if the fast one has at least `UNKNOWN_LINE`: it knows three
/// times as many characters.
const BELIEVED: f32 = 0.85;
/// From this certainty on, Latin letters among lines of another script may be Latin letters.
const CLEARLY_LATIN: f32 = 0.97;

// Decides which lines count. `strange`: most lines of the page are of a script that the larger model does not know.
fn judge(lines: &mut [Line], strange: bool) {
    let solid =
        lines.iter().any(|line| line.letters() >= SOLID_LETTERS && line.certainty() >= SOLID);
    for line in lines {
        let least = match (solid, line.letters() < FEW) {
            (true, false) => LEAST_CERTAINTY,
            (true, true) => LEAST_OF_FEW,
            (false, false) => LEAST_ALONE,
            (false, true) => LEAST_OF_FEW_ALONE,
        };
        let is_text = line.letters() > 0 && line.certainty() >= least;
        let believed = line.size == Size::Small
            && line.familiarity >= UNKNOWN_LINE
            && line.certainty() >= BELIEVED;
        let may_be_strange = strange && line.is_latin();
        line.trust = match (is_text && (line.familiarity >= FAMILIAR || believed), may_be_strange) {
            (true, false) => Trust::Read,
            (true, true) if line.certainty() >= CLEARLY_LATIN => Trust::Questioned,
            _ => Trust::Unread,
        };
    }
}

impl Line {
    /// The mean certainty of its characters, blanks left out.
    #[must_use]
    pub fn certainty(&self) -> f32 {
        let inked = self.characters.iter().filter(|c| !c.character.is_whitespace());
        let (sum, count) =
            inked.fold((0.0, 0.0), |(sum, count), c| (sum + c.certainty, count + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    }

    // Characters that are no blanks.
    fn letters(&self) -> usize {
        self.characters.iter().filter(|c| !c.character.is_whitespace()).count()
    }

    // Whether it has letters, but none of the scripts that look like no other.
    fn is_latin(&self) -> bool {
        let mut letters =
            self.characters.iter().map(|c| c.character).filter(|c| c.is_alphabetic()).peekable();
        letters.peek().is_some() && letters.all(|c| c < '\u{2e80}')
    }

    // Its place from its first character to its last.
    fn ink(&self) -> Tilted {
        match &self.characters[..] {
            [first, .., last] if last.span.1 > first.span.0 => {
                self.place.between(first.span.0, last.span.1)
            }
            _ => self.place,
        }
    }

    /// Where one of its characters is, in pixels.
    #[must_use]
    pub fn place_of(&self, character: &Character) -> Tilted {
        self.place.between(character.span.0, character.span.1)
    }

    /// Its characters as text.
    #[must_use]
    pub fn text(&self) -> String {
        self.characters.iter().map(|c| c.character).collect()
    }
}

/// Below this certainty of the fast model a line is read again by the larger one.
const DOUBTFUL_LINE: f32 = 0.985;
/// Below this one it is of a script that neither knows.
const UNKNOWN_LINE: f32 = 0.6;
/// The number of lines in a script unknown to the larger model after which it is given no more
/// lines of the page.
const MOST_STRANGE: usize = 3;
/// From this certainty of the fast model on it is asked all the same.
const KNOWN_AGAIN: f32 = 0.85;
/// If more than one line in this number has characters unknown to the fast model, the whole page
/// is concerned.
const RARE: usize = 8;
/// A line is read again, too, for one character below this.
const DOUBTFUL_CHARACTER: f32 = 0.8;

/// Loaded models.
pub struct Engine {
    detection: Net,
    tiny: Recogniser,
    small: Option<Recogniser>,
    orientation: Option<Net>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("small", &self.small.is_some()).finish_non_exhaustive()
    }
}

/// What is left of the limits.
struct Budget {
    width: usize,
    small_width: usize,
    spent: bool,
    /// Lines that the larger model did not know, one after the other.
    strange: usize,
    /// All lines of an unknown script, and all others; short ones are not counted.
    unknown_lines: usize,
    known_lines: usize,
}

impl Budget {
    const fn new(width: usize, small_width: usize) -> Self {
        Self { width, small_width, spent: false, strange: 0, unknown_lines: 0, known_lines: 0 }
    }

    // Whether most lines are of a script that the models do not know.
    const fn is_strange(&self) -> bool {
        self.unknown_lines > self.known_lines
    }

    fn take(&mut self, width: usize, small: bool) -> bool {
        let of = if small { &mut self.small_width } else { &mut self.width };
        match of.checked_sub(width) {
            Some(left) => {
                *of = left;
                true
            }
            None => {
                self.spent |= !small;
                false
            }
        }
    }
}

impl Engine {
    /// Loads models.
    ///
    /// # Errors
    /// [`OcrError`] if one is not usable.
    pub fn load(files: ModelFiles) -> Result<Self, OcrError> {
        // where no thread may be started, this runs on the calling one
        let threads = Arc::new(ThreadPool::with_num_threads(1));
        let net = |name, bytes| Net::load(name, bytes, Arc::clone(&threads));
        let small = if files.small.is_empty() {
            None
        } else {
            Some(Recogniser::new(net("small", files.small)?, "small", &files.small_characters)?)
        };
        let orientation = if files.orientation.is_empty() {
            None
        } else {
            Some(net("orientation", files.orientation)?)
        };
        Ok(Self {
            detection: net("detection", files.detection)?,
            tiny: Recogniser::new(net("tiny", files.tiny)?, "tiny", &files.tiny_characters)?,
            small,
            orientation,
        })
    }

    /// Runs each model once on next to nothing. What is done once in a process is done then.
    ///
    /// # Errors
    /// [`OcrError::Run`] if a model fails.
    pub fn rehearse(&self) -> Result<(), OcrError> {
        let blank = Pixels::of_colour(96, 48, [255; 3]);
        let place = Tilted {
            centre: Point { x: 48.0, y: 24.0 },
            across: Point { x: 1.0, y: 0.0 },
            width: 96.0,
            height: 48.0,
        };
        detect::detect(&self.detection, &blank, 1)?;
        way(self.orientation.as_ref(), &self.tiny, &blank, &[place])?;
        for recogniser in std::iter::once(&self.tiny).chain(&self.small) {
            recogniser.read(&blank, &place)?;
        }
        Ok(())
    }

    /// Reads a picture.
    ///
    /// # Errors
    /// [`OcrError::Run`] if a model fails.
    pub fn read(
        &self,
        picture: &Pixels,
        recognition: Recognition,
        limits: ReadingLimits,
    ) -> Result<Reading, OcrError> {
        let found = detect::detect(&self.detection, picture, limits.lines)?;
        let way = way(self.orientation.as_ref(), &self.tiny, picture, &found.places)?;
        let mut budget = Budget::new(limits.width, limits.small_width);
        let mut lines = Vec::with_capacity(found.places.len());
        for place in &found.places {
            lines.push(self.line(picture, place, way, recognition, &mut budget)?);
        }
        if recognition == Recognition::Both {
            self.read_unknown(picture, &mut lines, &mut budget)?;
        }
        judge(&mut lines, budget.is_strange());
        let along = direction(&found.places, way);
        let spans: Vec<Span> = lines.iter().map(|line| Span::of(&line.ink(), along)).collect();
        let mut unordered: Vec<Option<Line>> = lines.into_iter().map(Some).collect();
        let ordered = order(&spans).into_iter().filter_map(|(index, before)| {
            let line = unordered.get_mut(index).and_then(Option::take)?;
            Some(Line { before, ..line })
        });
        Ok(Reading { lines: ordered.collect(), way, more: found.more || budget.spent })
    }

    // On a page with characters that the fast model does not know, such as traditional ones, it writes look-alikes, and
    // some with certainty: then all lines are read by the larger one.
    fn read_unknown(
        &self,
        picture: &Pixels,
        lines: &mut [Line],
        budget: &mut Budget,
    ) -> Result<(), OcrError> {
        let Some(small) = &self.small else { return Ok(()) };
        let unknown = |line: &Line| {
            line.characters
                .iter()
                .any(|c| c.character.is_alphabetic() && !self.tiny.knows(c.character))
        };
        let with_unknown =
            lines.iter().filter(|line| line.size == Size::Small && unknown(line)).count();
        // a rare name is no reason to read the rest of a page again
        if with_unknown * RARE <= lines.len() {
            return Ok(());
        }
        for line in lines
            .iter_mut()
            .filter(|line| line.size == Size::Tiny && line.familiarity >= UNKNOWN_LINE)
        {
            if !budget.take(width_of(&line.place), true) {
                break;
            }
            let read = small.read(picture, &line.place)?;
            if read.sum().1 * 2 > line.letters() {
                (line.characters, line.size) = (read.characters, Size::Small);
            }
        }
        Ok(())
    }

    // Reads one line, in the direction in which the page's lines run, or if it runs against them, in the better one.
    fn line(
        &self,
        picture: &Pixels,
        place: &Tilted,
        way: Way,
        recognition: Recognition,
        budget: &mut Budget,
    ) -> Result<Line, OcrError> {
        let mut line = Line {
            before: Before::Nothing,
            place: *place,
            characters: Vec::new(),
            size: Size::Tiny,
            familiarity: 0.0,
            trust: Trust::Unread,
        };
        let mut best: Option<Read> = None;
        for quarters in directions(place, way) {
            let turned = place.turned(quarters);
            if !budget.take(width_of(&turned), false) {
                break;
            }
            let read = self.tiny.read(picture, &turned)?;
            if best.as_ref().is_none_or(|best| read.worth() > best.worth()) {
                (best, line.place) = (Some(read), turned);
            }
        }
        let Some(tiny) = best else { return Ok(line) };
        line.familiarity = tiny.certainty();
        let tiny_certainty = tiny.certainty();
        // after some lines of a script that it does not know the larger model is asked only where it may know one again
        let worthwhile = budget.strange < MOST_STRANGE || tiny_certainty >= KNOWN_AGAIN;
        let again = match (recognition, &self.small) {
            (Recognition::Small, Some(small)) => Some(small),
            (Recognition::Both, Some(small)) if doubtful(&tiny) && worthwhile => Some(small),
            _ => None,
        };
        let mut known = tiny_certainty >= UNKNOWN_LINE && (worthwhile || again.is_some());
        line.characters = tiny.characters;
        if let Some(small) = again
            && budget.take(width_of(&line.place), true)
        {
            let read = small.read(picture, &line.place)?;
            // on a script that it does not know it reads blanks and some points
            known = read.sum().1 * 2 > line.letters();
            if known {
                line.characters = read.characters;
                line.size = Size::Small;
                budget.strange = 0;
            } else {
                budget.strange += 1;
            }
        }
        if line.letters() >= SOLID_LETTERS {
            budget.known_lines += usize::from(known);
            budget.unknown_lines += usize::from(!known);
        }
        Ok(line)
    }
}

// The directions in which a line may run, as quarter turns.
fn directions(place: &Tilted, way: Way) -> impl Iterator<Item = u8> {
    let page = way.quarters();
    // a column on a page of rows (a spine, a signature); a heading over vertical columns
    let against = match page % 2 {
        0 => place.is_tall(),
        _ => place.width > 1.5 * place.height,
    };
    let other = match (way, against) {
        (Way::Upright, true) => Some(1),
        (Way::Vertical, true) => Some(0),
        _ => None,
    };
    std::iter::once(page).chain(other)
}

fn doubtful(read: &Read) -> bool {
    let certainty = read.certainty();
    let weak = |c: &Character| c.certainty < DOUBTFUL_CHARACTER && !c.character.is_whitespace();
    certainty >= UNKNOWN_LINE && (certainty < DOUBTFUL_LINE || read.characters.iter().any(weak))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(letters: usize, certainty: f32) -> Line {
        let character =
            Character { character: '登', certainty, span: (0.0, 1.0), others: Vec::new() };
        Line {
            before: Before::Line,
            place: Tilted {
                centre: Point { x: 50.0, y: 10.0 },
                across: Point { x: 1.0, y: 0.0 },
                width: 100.0,
                height: 20.0,
            },
            characters: vec![character; letters],
            size: Size::Tiny,
            familiarity: certainty,
            trust: Trust::Unread,
        }
    }

    fn judged(lines: &[(usize, f32)]) -> Vec<bool> {
        let mut lines: Vec<Line> =
            lines.iter().map(|(letters, certainty)| line(*letters, *certainty)).collect();
        // what is judged here is whether it is text
        lines.iter_mut().for_each(|line| line.familiarity = 1.0);
        judge(&mut lines, false);
        lines.iter().map(|line| line.trust == Trust::Read).collect()
    }

    #[test]
    fn scraps_are_no_text() {
        assert_eq!(
            judged(&[(9, 0.95), (9, 0.55), (9, 0.45), (2, 0.85), (2, 0.75), (0, 1.0)]),
            [true, true, false, true, false, false]
        );
        // with nothing better on the picture
        assert_eq!(
            judged(&[(9, 0.75), (9, 0.65), (2, 0.94), (1, 0.96)]),
            [true, false, false, true]
        );
    }

    #[test]
    fn the_larger_model_is_believed_where_the_fast_one_is_not_lost() {
        let trust = |size, familiarity, certainty| {
            let mut lines = [Line { size, familiarity, ..line(9, certainty) }];
            judge(&mut lines, false);
            lines[0].trust
        };
        assert_eq!(trust(Size::Small, 0.7, 0.95), Trust::Read);
        assert_eq!(trust(Size::Small, 0.7, 0.8), Trust::Unread, "neither is certain");
        assert_eq!(trust(Size::Small, 0.5, 0.95), Trust::Unread, "another script");
        assert_eq!(trust(Size::Small, 0.95, 0.75), Trust::Read);
        assert_eq!(trust(Size::Tiny, 0.89, 0.89), Trust::Unread);
    }

    #[test]
    fn latin_letters_among_lines_of_another_script_are_questioned() {
        let latin = |certainty| {
            let mut line = line(9, certainty);
            line.characters.iter_mut().for_each(|c| c.character = 'B');
            line
        };
        let mut number = latin(0.95);
        number.characters.iter_mut().for_each(|c| c.character = '7');
        let mut lines = [latin(0.95), latin(0.98), line(9, 0.95), number];
        judge(&mut lines, true);
        let trust = lines.each_ref().map(|line| line.trust);
        assert_eq!(trust, [Trust::Unread, Trust::Questioned, Trust::Read, Trust::Read]);
        judge(&mut lines, false);
        assert!(lines.iter().all(|line| line.trust == Trust::Read));
    }

    #[test]
    fn blanks_do_not_count() {
        let mut line = line(2, 0.5);
        line.characters.push(Character {
            character: ' ',
            certainty: 1.0,
            span: (0.0, 1.0),
            others: Vec::new(),
        });
        assert!((line.certainty() - 0.5).abs() < 1e-6);
        assert_eq!((line.letters(), line.text().as_str()), (2, "登登 "));
        line.characters.clear();
        assert!(line.certainty().abs() < 1e-6);
    }

    #[test]
    fn lines_against_the_page_are_read_both_ways() {
        let flat = line(1, 1.0).place;
        let tall = flat.turned(1);
        let ways = |place: &Tilted, way| directions(place, way).collect::<Vec<_>>();
        assert_eq!(ways(&flat, Way::Upright), [0]);
        assert_eq!(ways(&tall, Way::Upright), [0, 1]);
        assert_eq!(ways(&tall, Way::Vertical), [1]);
        assert_eq!(ways(&flat, Way::Vertical), [1, 0]);
        assert_eq!(ways(&flat, Way::UpsideDown), [2]);
        assert_eq!(ways(&tall, Way::CounterClockwise), [3]);
    }

    #[test]
    fn doubtful_lines_are_those_of_a_known_script() {
        let of = |certainties: &[f32]| Read {
            characters: certainties.iter().flat_map(|c| line(1, *c).characters).collect(),
        };
        assert!(doubtful(&of(&[0.9; 9])));
        assert!(!doubtful(&of(&[0.99; 9])) && !doubtful(&of(&[0.5; 9])));
        assert!(
            doubtful(&of(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.79])),
            "one weak character"
        );
        assert!(!doubtful(&Read::default()));
    }

    #[test]
    fn budgets_are_spent_once() {
        let mut budget = Budget::new(100, 50);
        assert!(budget.take(60, false) && budget.take(50, true) && !budget.take(1, true));
        assert!(!budget.spent, "the fast model has read all");
        assert!(!budget.take(41, false) && budget.spent && budget.take(40, false));
    }
}
