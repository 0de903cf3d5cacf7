//! What was recognised on the picture of a page: lines of characters, each with its place, its certainty and what it
//! might be instead.

use crate::page::Rect;

/// The lines recognised on a page's picture, in reading order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Reading {
    /// The page's number.
    pub page: u32,
    /// Pixels across of the picture that was read.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The direction of most lines.
    pub way: Way,
    /// Whether a limit was reached, so that lines may be missing.
    pub truncated: bool,
    /// The lines.
    pub lines: Vec<ReadLine>,
}

/// The direction of lines on a page as it is displayed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Way {
    /// From left to right.
    #[default]
    Upright,
    /// From top to bottom: the page was turned clockwise.
    Clockwise,
    /// From right to left: the page is upside down.
    UpsideDown,
    /// From bottom to top: the page was turned counter-clockwise.
    CounterClockwise,
    /// From top to bottom, in columns from right to left.
    Vertical,
}

/// A recognised line.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ReadLine {
    /// What separates it from the line before.
    pub before: Before,
    /// The smallest rectangle around it.
    pub rect: Rect,
    /// The mean certainty in percent of the model that is fast and knows fewer characters: low on a script that it does
    /// not know.
    pub familiarity: u8,
    /// Whether the larger model read it.
    pub large: bool,
    /// Whether its characters count.
    pub trust: Trust,
    /// Its characters; none if it was not read because of a limit.
    pub characters: Vec<ReadCharacter>,
    /// How it is drawn on the picture that accompanies the reading, if it may be in a script that the models do not know.
    pub drawn: Option<Drawn>,
}

/// How a line is drawn on a picture of lines for another program: straight, one each [`Drawn::PITCH`] pixels from the top,
/// beginning [`Drawn::MARGIN`] pixels from the left, in the order of the reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Drawn {
    /// Its width there in pixels.
    pub width: u32,
    /// The direction in which it is drawn, as seen on the page.
    pub way: Way,
}

impl Drawn {
    /// The height of a drawn line in pixels.
    pub const HEIGHT: u32 = 64;
    /// From the top of a line to the top of the next.
    pub const PITCH: u32 = 88;
    /// The empty space around all lines.
    pub const MARGIN: u32 = 32;
    /// The maximum number of lines drawn.
    pub const MOST: usize = 300;
    /// The maximum width of a line.
    pub const MOST_WIDTH: u32 = 4000;
}

/// Whether the characters of a line count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Trust {
    /// They count.
    Read,
    /// They count unless another program reads the line as text of the script that most lines of the page have.
    Questioned,
    /// They do not count: no text, another script, or not legible.
    #[default]
    Unread,
}

/// What separates a line from the one before it in reading order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Before {
    /// It is the first, or continues the line before.
    #[default]
    Nothing,
    /// A gap of a letter or two.
    Space,
    /// A wide gap, as between the cells of a table.
    Gap,
    /// It is on the next line.
    Line,
    /// It begins another block.
    Block,
}

/// A recognised character.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ReadCharacter {
    /// The character.
    pub character: char,
    /// The certainty in percent.
    pub certainty: u8,
    /// Its place.
    pub rect: Rect,
    /// The next likeliest characters, at most two, with their certainties in percent.
    pub others: Vec<(char, u8)>,
}

/// The maximum number of alternatives of a character.
pub const MOST_OTHERS: usize = 2;

/// The minimum number of letters in a line of an unknown script; fewer are specks and scraps.
const LETTERS: usize = 4;

impl ReadLine {
    /// Whether it may be in a script that the models do not know.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.trust == Trust::Unread && self.letters() >= LETTERS
    }

    /// The number of its characters, blanks left out.
    #[must_use]
    pub fn letters(&self) -> usize {
        self.characters.iter().filter(|c| !c.character.is_whitespace()).count()
    }

    /// The mean certainty of its characters in percent, blanks left out; 0 if there are none.
    #[must_use]
    pub fn certainty(&self) -> f32 {
        let inked = self.characters.iter().filter(|c| !c.character.is_whitespace());
        let (sum, count) =
            inked.fold((0u64, 0u64), |(sum, count), c| (sum + u64::from(c.certainty), count + 1));
        if count == 0 { 0.0 } else { sum as f32 / count as f32 }
    }
}

impl Reading {
    /// Whether every value is valid: positions near the page, percentages, characters that are no controls.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let near = |v: f32| v.is_finite() && (-4.0..=5.0).contains(&v);
        let placed = |r: &Rect| near(r.x0) && near(r.y0) && near(r.x1) && near(r.y1);
        let printed = |c: char| !c.is_control();
        self.lines.iter().all(|line| {
            placed(&line.rect)
                && line.familiarity <= 100
                && line.drawn.is_none_or(|drawn| (1..=Drawn::MOST_WIDTH).contains(&drawn.width))
                && line.characters.iter().all(|c| {
                    placed(&c.rect)
                        && c.certainty <= 100
                        && printed(c.character)
                        && c.others.len() <= MOST_OTHERS
                        && c.others
                            .iter()
                            .all(|(other, certainty)| *certainty <= 100 && printed(*other))
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_readings_are_detected() {
        let character = ReadCharacter {
            character: '登',
            certainty: 97,
            rect: Rect { x0: 0.1, y0: 0.1, x1: 0.2, y1: 0.2 },
            others: vec![('澄', 2)],
        };
        let line = ReadLine { familiarity: 96, characters: vec![character], ..ReadLine::default() };
        let reading = Reading { lines: vec![line], ..Reading::default() };
        assert!(reading.is_sound());
        let with = |change: &dyn Fn(&mut ReadLine)| {
            let mut changed = reading.clone();
            change(&mut changed.lines[0]);
            changed.is_sound()
        };
        assert!(!with(&|line| line.familiarity = 101));
        assert!(!with(&|line| line.drawn = Some(Drawn::default())), "a drawn line has a width");
        assert!(!with(&|line| line.rect.x1 = f32::NAN));
        assert!(!with(&|line| line.characters[0].rect.y0 = 6.0));
        assert!(!with(&|line| line.characters[0].certainty = 255));
        assert!(!with(&|line| line.characters[0].character = '\n'));
        assert!(!with(&|line| line.characters[0].others = vec![('a', 1); 3]));
        assert!(!with(&|line| line.characters[0].others[0].0 = '\u{7}'));
    }

    #[test]
    fn scraps_are_not_of_another_script() {
        let line = |text: &str, trust| {
            let character = |character| ReadCharacter { character, ..ReadCharacter::default() };
            ReadLine {
                trust,
                characters: text.chars().map(character).collect(),
                ..ReadLine::default()
            }
        };
        assert!(
            line("∏peACTa", Trust::Unread).is_foreign()
                && !line("∏p e", Trust::Unread).is_foreign()
        );
        assert!(
            !line("BX 1007", Trust::Questioned).is_foreign()
                && !line("登记表格", Trust::Read).is_foreign()
        );
    }

    #[test]
    fn certainty_is_that_of_ink() {
        let of = |certainty, character| ReadCharacter {
            character,
            certainty,
            ..ReadCharacter::default()
        };
        let mut line = ReadLine {
            characters: vec![of(90, 'a'), of(0, ' '), of(70, 'b')],
            ..ReadLine::default()
        };
        assert!((line.certainty() - 80.0).abs() < 1e-6);
        line.characters.clear();
        assert!(line.certainty().abs() < 1e-6);
    }
}
