//! Text recognised by the worker's own models: the text and boxes of the lines that count, and what tesseract reads in
//! lines of scripts that the models do not know.
//!
//! Lines that do not count ([`Trust`]) are left to tesseract, or counted as not read: nothing is made up.

use crate::hocr::{self, closes_up, has_own_box};
use exhibit_model::{
    Before, Drawn, Picture, ReadCharacter, ReadLine, Reading, Rect, TextBox, Trust, Way,
};
use std::collections::BTreeMap;

/// The text of a page's picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Assembled {
    pub(crate) reading: hocr::Reading,
    /// Lines that are there but not in the text.
    pub(crate) unread: u64,
}

/// The part of a picture's lines, by their area, that may be in a script that the models do not know; 0 to 1.
pub(crate) fn foreign_share(read: &Reading) -> f32 {
    let area = |line: &&ReadLine| {
        (line.rect.x1 - line.rect.x0).max(0.0) * (line.rect.y1 - line.rect.y0).max(0.0)
    };
    let foreign: f32 =
        read.lines.iter().filter(|line| line.is_foreign()).map(|line| area(&line)).sum();
    let known: f32 =
        read.lines.iter().filter(|line| line.trust != Trust::Unread).map(|line| area(&line)).sum();
    if foreign > 0.0 { foreign / (foreign + known) } else { 0.0 }
}

/// A word that tesseract read in a drawn line.
#[derive(Debug, Clone, PartialEq)]
struct OtherWord {
    text: String,
    /// Whether it continues the word before.
    joined: bool,
    confidence: u8,
    /// On the page.
    rect: Rect,
}

/// A drawn line as tesseract read it.
#[derive(Debug, Clone, PartialEq)]
struct OtherLine {
    words: Vec<OtherWord>,
    /// Mean confidence over characters, 0 to 1.
    confidence: f32,
    model: String,
}

impl OtherLine {
    fn new(words: Vec<OtherWord>, model: &str) -> Self {
        let weighed = words
            .iter()
            .map(|word| (word.text.chars().count() as u64, u64::from(word.confidence.min(100))));
        let (sum, count) =
            weighed.fold((0, 0), |(sum, count), (length, c)| (sum + length * c, count + length));
        Self {
            words,
            confidence: sum as f32 / count.max(1) as f32 / 100.0,
            model: model.to_owned(),
        }
    }

    fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect()
    }
}

/// The confidence from which tesseract's reading of a line counts more than that of the models, if that is questioned.
const ANSWER: f32 = 0.8;

/// The lines that tesseract read, by their number in the reading.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Others {
    lines: BTreeMap<usize, OtherLine>,
}

impl Others {
    /// Whether all lines that were drawn because they do not count are read.
    pub(crate) fn are_complete(&self, read: &Reading) -> bool {
        let mut lines = read.lines.iter().enumerate();
        lines.all(|(number, line)| {
            line.drawn.is_none() || !line.is_foreign() || self.lines.contains_key(&number)
        })
    }

    /// The models that read lines.
    pub(crate) fn models(&self) -> Vec<&str> {
        let mut models: Vec<&str> = self.lines.values().map(|line| line.model.as_str()).collect();
        models.sort_unstable();
        models.dedup();
        models
    }

    /// Takes the lines that `believed` accepts, by text and confidence, and that no other model read with more confidence.
    /// Returns their number.
    pub(crate) fn take(
        &mut self,
        read: &Reading,
        picture: &Picture,
        tesseract: &hocr::Reading,
        model: &str,
        believed: impl Fn(&str, f32) -> bool,
    ) -> usize {
        let mut taken = 0;
        for (number, words) in words_by_line(read, picture, tesseract) {
            let line = OtherLine::new(words, model);
            let better =
                self.lines.get(&number).is_none_or(|before| line.confidence > before.confidence);
            let questioned =
                read.lines.get(number).is_some_and(|line| line.trust == Trust::Questioned);
            if better
                && (!questioned || line.confidence >= ANSWER)
                && believed(&line.text(), line.confidence)
            {
                self.lines.insert(number, line);
                taken += 1;
            }
        }
        taken
    }
}

// The words that tesseract read, by the number of the line in which they are.
fn words_by_line(
    read: &Reading,
    picture: &Picture,
    tesseract: &hocr::Reading,
) -> BTreeMap<usize, Vec<OtherWord>> {
    let drawn: Vec<(usize, &ReadLine, Drawn)> = read
        .lines
        .iter()
        .enumerate()
        .filter_map(|(n, line)| Some((n, line, line.drawn?)))
        .collect();
    let (width, height) = (picture.width as f32, picture.height as f32);
    let mut lines: BTreeMap<usize, Vec<OtherWord>> = BTreeMap::new();
    let mut end = None;
    for word in &tesseract.boxes {
        let y = f32::midpoint(word.rect.y0, word.rect.y1) * height - Drawn::MARGIN as f32;
        let text = tesseract
            .text
            .get(word.start as usize..word.end as usize)
            .filter(|text| !text.is_empty());
        let row = (y / Drawn::PITCH as f32).floor();
        let line = if row >= 0.0 { drawn.get(row as usize) } else { None };
        if let (Some(text), Some((number, line, drawn))) = (text, line) {
            let share =
                |x: f32| ((x * width - Drawn::MARGIN as f32) / drawn.width as f32).clamp(0.0, 1.0);
            let words = lines.entry(*number).or_default();
            words.push(OtherWord {
                text: text.to_owned(),
                joined: end == Some(word.start) && !words.is_empty(),
                confidence: word.confidence,
                rect: part_of(line.rect, drawn.way, share(word.rect.x0), share(word.rect.x1)),
            });
        }
        end = Some(word.end);
    }
    lines
}

// The part of a line's rectangle between two shares of its length, in its direction.
fn part_of(rect: Rect, way: Way, from: f32, to: f32) -> Rect {
    let (width, height) = (rect.x1 - rect.x0, rect.y1 - rect.y0);
    match way {
        Way::Upright => Rect { x0: rect.x0 + from * width, x1: rect.x0 + to * width, ..rect },
        Way::UpsideDown => Rect { x0: rect.x1 - to * width, x1: rect.x1 - from * width, ..rect },
        Way::Clockwise | Way::Vertical => {
            Rect { y0: rect.y0 + from * height, y1: rect.y0 + to * height, ..rect }
        }
        Way::CounterClockwise => {
            Rect { y0: rect.y1 - to * height, y1: rect.y1 - from * height, ..rect }
        }
    }
}

/// The text of all lines that count, with what tesseract read in the others.
pub(crate) fn assemble(read: &Reading, others: &Others) -> Assembled {
    let mut draft = Draft::default();
    let mut unread = 0;
    // what separates lines is kept over those that are left out
    let mut before = Before::Nothing;
    for (number, line) in read.lines.iter().enumerate() {
        before = if rank(line.before) > rank(before) { line.before } else { before };
        let length = draft.reading.text.len();
        match (others.lines.get(&number), line.trust) {
            (Some(other), _) => draft.words(before, &other.words),
            (None, Trust::Read | Trust::Questioned) => draft.line(before, line),
            (None, Trust::Unread) => {}
        }
        if draft.reading.text.len() > length {
            before = Before::Nothing;
        } else if line.is_foreign() || line.characters.is_empty() {
            unread += 1;
        }
    }
    Assembled { reading: draft.finish(), unread }
}

fn rank(before: Before) -> u8 {
    match before {
        Before::Nothing => 0,
        Before::Space => 1,
        Before::Gap => 2,
        Before::Line => 3,
        Before::Block => 4,
    }
}

/// A word that is being assembled: from where in the text, around what, and its least certainty.
struct Word {
    start: usize,
    rect: Rect,
    certainty: u8,
}

#[derive(Default)]
struct Draft {
    reading: hocr::Reading,
    certainty: u64,
}

impl Draft {
    fn line(&mut self, before: Before, line: &ReadLine) {
        let Some(first) = line.characters.iter().position(|c| !c.character.is_whitespace()) else {
            return;
        };
        self.separate(before, line.characters[first].character);
        let mut word: Option<Word> = None;
        let mut blank = false;
        for character in &line.characters[first..] {
            if character.character.is_whitespace() {
                self.end(&mut word);
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                self.space(character.character);
            }
            self.character(character, &mut word);
        }
        self.end(&mut word);
    }

    fn character(&mut self, read: &ReadCharacter, word: &mut Option<Word>) {
        let own = has_own_box(read.character);
        if own {
            self.end(word);
        }
        let start = self.reading.text.len();
        self.reading.text.push(read.character);
        self.reading.characters += 1;
        self.certainty += u64::from(read.certainty);
        match word {
            _ if own => self.boxed(start, read.rect, read.certainty),
            Some(word) => {
                word.rect = word.rect.union(&read.rect);
                word.certainty = word.certainty.min(read.certainty);
            }
            None => *word = Some(Word { start, rect: read.rect, certainty: read.certainty }),
        }
    }

    fn end(&mut self, word: &mut Option<Word>) {
        if let Some(Word { start, rect, certainty }) = word.take() {
            self.boxed(start, rect, certainty);
        }
    }

    fn boxed(&mut self, start: usize, rect: Rect, confidence: u8) {
        let offset = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        self.reading.boxes.push(TextBox {
            start: offset(start),
            end: offset(self.reading.text.len()),
            rect,
            confidence,
        });
    }

    // Blanks stay between words, not between characters that are written without.
    fn space(&mut self, next: char) {
        if !(self.reading.text.chars().next_back().is_some_and(closes_up) && closes_up(next)) {
            self.reading.text.push(' ');
        }
    }

    fn separate(&mut self, before: Before, next: char) {
        if self.reading.text.is_empty() {
            return;
        }
        match before {
            Before::Nothing => self.space(next),
            Before::Space => self.reading.text.push(' '),
            Before::Gap => self.reading.text.push_str("  "),
            Before::Line => self.reading.text.push('\n'),
            Before::Block => self.reading.text.push_str("\n\n"),
        }
    }

    fn words(&mut self, before: Before, words: &[OtherWord]) {
        for (number, word) in words.iter().enumerate() {
            match word.text.chars().next() {
                None => continue,
                Some(first) if number == 0 => self.separate(before, first),
                Some(_) if word.joined => {}
                Some(_) => self.reading.text.push(' '),
            }
            let start = self.reading.text.len();
            self.reading.text.push_str(&word.text);
            let characters = word.text.chars().filter(|c| !c.is_whitespace()).count();
            self.reading.characters += characters;
            self.certainty += characters as u64 * u64::from(word.confidence.min(100));
            self.boxed(start, word.rect, word.confidence);
        }
    }

    fn finish(mut self) -> hocr::Reading {
        if !self.reading.text.is_empty() {
            self.reading.text.push('\n');
        }
        if self.reading.characters > 0 {
            self.reading.confidence =
                self.certainty as f32 / self.reading.characters as f32 / 100.0;
        }
        self.reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::Page;

    fn rect(x0: f32, x1: f32) -> Rect {
        Rect { x0, y0: 0.1, x1, y1: 0.2 }
    }

    fn line(before: Before, text: &str, certainty: u8) -> ReadLine {
        let characters = text.chars().enumerate().map(|(n, character)| ReadCharacter {
            character,
            certainty,
            rect: rect(0.01 * n as f32, 0.01 * (n + 1) as f32),
            others: Vec::new(),
        });
        ReadLine {
            before,
            rect: rect(0.0, 0.9),
            familiarity: certainty,
            large: false,
            trust: if certainty > 90 { Trust::Read } else { Trust::Unread },
            characters: characters.collect(),
            drawn: None,
        }
    }

    fn page(lines: Vec<ReadLine>) -> Reading {
        Reading { page: 1, width: 900, height: 900, lines, ..Reading::default() }
    }

    fn sound(reading: &hocr::Reading) {
        let page =
            Page { text: reading.text.clone(), boxes: reading.boxes.clone(), ..Page::default() };
        assert!(page.is_sound(), "{reading:#?}");
    }

    #[test]
    fn characters_have_boxes_of_their_own_and_words_have_one() {
        let read = page(vec![line(Before::Nothing, "登记 表No. 17b，完", 96)]);
        let Assembled { reading, unread } = assemble(&read, &Others::default());
        assert_eq!((reading.text.as_str(), unread), ("登记表No. 17b，完\n", 0));
        let boxed: Vec<&str> =
            reading.boxes.iter().map(|b| &reading.text[b.start as usize..b.end as usize]).collect();
        assert_eq!(boxed, ["登", "记", "表", "No.", "17b，", "完"]);
        assert!((reading.confidence - 0.96).abs() < 0.001);
        assert_eq!(reading.characters, 11);
        sound(&reading);
    }

    #[test]
    fn a_word_is_as_certain_as_its_least_certain_letter() {
        let mut read = page(vec![line(Before::Nothing, "guard 登", 95)]);
        read.lines[0].characters[2].certainty = 41;
        let reading = assemble(&read, &Others::default()).reading;
        assert_eq!(reading.boxes.iter().map(|b| b.confidence).collect::<Vec<_>>(), [41, 95]);
    }

    #[test]
    fn lines_are_separated_as_they_are_placed() {
        let read = page(vec![
            line(Before::Nothing, "序号", 99),
            line(Before::Gap, "姓名", 99),
            line(Before::Line, "1", 99),
            line(Before::Space, "a", 99),
            line(Before::Nothing, "b", 99),
            line(Before::Block, "完", 99),
            line(Before::Nothing, "了", 99),
        ]);
        assert_eq!(assemble(&read, &Others::default()).reading.text, "序号  姓名\n1 a b\n\n完了\n");
    }

    #[test]
    fn doubtful_lines_are_left_out_and_counted() {
        let scrap = line(Before::Line, "x", 20);
        let not_reached = line(Before::Line, "", 0);
        let read = page(vec![
            line(Before::Nothing, "登记", 99),
            line(Before::Block, "∏peACTa", 70),
            scrap,
            not_reached,
            line(Before::Line, "完", 99),
        ]);
        let Assembled { reading, unread } = assemble(&read, &Others::default());
        // the block that began with the line that is left out begins with the next
        assert_eq!((reading.text.as_str(), unread), ("登记\n\n完\n", 2));
        assert!((foreign_share(&read) - 1.0 / 3.0).abs() < 0.01);
        assert!(foreign_share(&page(vec![line(Before::Nothing, "登记", 99)])).abs() < f32::EPSILON);
    }

    fn with_others() -> (Reading, Picture) {
        let foreign = |y0: f32, way| ReadLine {
            rect: Rect { x0: 0.1, y0, x1: 0.9, y1: y0 + 0.1 },
            drawn: Some(Drawn { width: 400, way }),
            ..line(Before::Line, "JijqJlo jlaall", 51)
        };
        let read = page(vec![
            line(Before::Nothing, "登记表", 99),
            foreign(0.4, Way::Upright),
            line(Before::Line, "完", 99),
            foreign(0.6, Way::UpsideDown),
        ]);
        let height = 2 * Drawn::PITCH + 2 * Drawn::MARGIN;
        (read, Picture { page: 1, width: 400 + 2 * Drawn::MARGIN, height, png: Vec::new() })
    }

    // words as tesseract reads them: row, pixels across, confidence
    fn tesseract(picture: &Picture, words: &[(&str, f32, (f32, f32), u8)]) -> hocr::Reading {
        let mut reading = hocr::Reading::default();
        for (text, row, (x0, x1), confidence) in words {
            let start = reading.text.len() as u32;
            reading.text.push_str(text.trim_end());
            let end = reading.text.len() as u32;
            if text.ends_with(' ') {
                reading.text.push(' ');
            }
            let y = (Drawn::MARGIN as f32 + Drawn::PITCH as f32 * row) / picture.height as f32;
            let across = |x: f32| (x + Drawn::MARGIN as f32) / picture.width as f32;
            let rect = Rect { x0: across(*x0), y0: y, x1: across(*x1), y1: y + 0.1 };
            reading.boxes.push(TextBox { start, end, rect, confidence: *confidence });
        }
        reading
    }

    #[test]
    fn tesseract_reads_lines_in_other_scripts() {
        let (read, picture) = with_others();
        let mut others = Others::default();
        assert!(!others.are_complete(&read));
        let words = [
            ("три ", 0.2, (0.0, 100.0), 90),
            ("сло", 0.2, (200.0, 300.0), 90),
            ("ва ", 0.2, (300.0, 400.0), 60),
        ];
        let first = tesseract(&picture, &words);
        assert_eq!(
            others.take(&read, &picture, &first, "rus", |text, confidence| text == "трислова"
                && confidence > 0.7),
            1
        );
        assert!(!others.are_complete(&read));
        let Assembled { reading, unread } = assemble(&read, &others);
        assert_eq!((reading.text.as_str(), unread), ("登记表\nтри слова\n完\n", 1));
        sound(&reading);
        let places: Vec<(f32, f32)> =
            reading.boxes.iter().map(|b| (b.rect.x0, b.rect.x1)).collect();
        for ((x0, x1), (expected0, expected1)) in
            places[3..6].iter().zip([(0.1, 0.3), (0.5, 0.7), (0.7, 0.9)])
        {
            assert!((x0 - expected0).abs() < 0.001 && (x1 - expected1).abs() < 0.001, "{places:?}");
        }
        assert_eq!(others.models(), ["rus"]);
        // a line is read again only with more confidence; that of a line upside down begins on its right
        let words = [("үш ", 0.2, (0.0, 100.0), 70), ("сөз ", 1.2, (0.0, 100.0), 70)];
        let second = tesseract(&picture, &words);
        assert_eq!(others.take(&read, &picture, &second, "kaz", |_, _| true), 1);
        assert!(others.are_complete(&read));
        let reading = assemble(&read, &others).reading;
        assert_eq!(reading.text, "登记表\nтри слова\n完\nсөз\n");
        let last = reading.boxes.last().expect("a box").rect;
        assert!((last.x0 - 0.7).abs() < 0.001 && (last.x1 - 0.9).abs() < 0.001, "{last:?}");
        assert_eq!(others.models(), ["kaz", "rus"]);
    }

    #[test]
    fn questioned_lines_are_those_of_the_models_unless_tesseract_is_sure() {
        let (mut read, picture) = with_others();
        let mut questioned = line(Before::Line, "BX 1007", 98);
        (questioned.trust, questioned.drawn) = (Trust::Questioned, read.lines[3].drawn);
        read.lines[3] = questioned;
        let mut others = Others::default();
        for (confidence, taken, text) in [(70, 0, "BX 1007"), (85, 1, "БХ 1007")] {
            let words = [
                ("БХ ", 1.2, (0.0, 100.0), confidence),
                ("1007 ", 1.2, (200.0, 300.0), confidence),
            ];
            let sure = tesseract(&picture, &words);
            assert_eq!(others.take(&read, &picture, &sure, "rus", |_, _| true), taken);
            let Assembled { reading, unread } = assemble(&read, &others);
            assert_eq!(
                (reading.text, unread),
                (format!("登记表\n\n完\n{text}\n").replace("\n\n", "\n"), 1)
            );
        }
        assert!(!others.are_complete(&read), "the line that does not count is not read");
    }

    #[test]
    fn words_beside_drawn_lines_are_not_taken() {
        let (read, picture) = with_others();
        let mut others = Others::default();
        let words = [
            ("а ", -0.3, (0.0, 9.0), 90),
            ("б ", 2.1, (0.0, 9.0), 90),
            ("в ", f32::NAN, (0.0, 9.0), 90),
        ];
        let beside = tesseract(&picture, &words);
        assert_eq!(others.take(&read, &picture, &beside, "rus", |_, _| true), 0);
        let refused = tesseract(&picture, &[("слово ", 0.2, (0.0, 9.0), 90)]);
        assert_eq!(others.take(&read, &picture, &refused, "rus", |_, _| false), 0);
        assert_eq!(assemble(&read, &others).unread, 2);
    }

    #[test]
    fn parts_of_lines_follow_their_direction() {
        let rect = Rect { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 };
        let of = |way| part_of(rect, way, 0.25, 0.5);
        assert_eq!(of(Way::Clockwise), Rect { y0: 0.25, y1: 0.5, ..rect });
        assert_eq!(of(Way::CounterClockwise), Rect { y0: 0.5, y1: 0.75, ..rect });
        assert_eq!(of(Way::UpsideDown), Rect { x0: 0.5, x1: 0.75, ..rect });
        assert_eq!(of(Way::Upright), Rect { x0: 0.25, x1: 0.5, ..rect });
    }
}
