//! What a line says: a network gives each step along the line a probability for each character (CTC); repeated
//! characters and blanks are dropped.

use crate::OcrError;
use crate::geometry::Tilted;
use crate::net::Net;
use crate::pixels::Pixels;

/// The height of a line as given to the network.
const HEIGHT: usize = 48;
/// The least width: what is narrower is filled up, as in training.
const LEAST_WIDTH: usize = 160;
/// The greatest width; a longer line is cut between letters, into pieces of at least `LEAST_PIECE`.
const MOST_WIDTH: usize = 3200;
const LEAST_PIECE: usize = 1800;
const MOST_PIECE: usize = 2400;
/// The greatest width of a line in all its pieces; a longer one is squeezed.
const MOST_LINE: usize = 24_000;
/// The network's steps along a line: one each so many pixels.
const STEP: f32 = 8.0;
/// Less likely alternatives are not kept.
const LEAST_ALTERNATIVE: f32 = 0.01;

/// A character as read.
#[derive(Clone, PartialEq, Debug)]
pub struct Character {
    /// The likeliest character.
    pub character: char,
    /// Its probability, 0 to 1.
    pub certainty: f32,
    /// Where it begins and ends, as shares of the line's length.
    pub span: (f32, f32),
    /// The second and third likeliest characters, with their probabilities.
    pub others: Vec<(char, f32)>,
}

/// A line as read.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Read {
    pub(crate) characters: Vec<Character>,
}

impl Read {
    /// The mean probability of its characters, blanks left out; 0 if there are none.
    pub(crate) fn certainty(&self) -> f32 {
        let (sum, count) = self.sum();
        if count == 0 { 0.0 } else { (sum / count as f64) as f32 }
    }

    /// The sum of the probabilities of its characters and their number, blanks left out.
    pub(crate) fn sum(&self) -> (f64, usize) {
        let inked = self.characters.iter().filter(|c| !c.character.is_whitespace());
        inked.fold((0.0, 0), |(sum, count), c| (sum + f64::from(c.certainty), count + 1))
    }

    /// How good a reading is, to compare ways to read the same line: certain letters count.
    pub(crate) fn worth(&self) -> f32 {
        let letters = self.characters.iter().filter(|c| c.character.is_alphanumeric()).count();
        self.certainty().powi(4) * letters as f32
    }
}

/// A network that reads lines, and its characters.
pub(crate) struct Recogniser {
    net: Net,
    characters: Vec<char>,
    sorted: Vec<char>,
}

impl Recogniser {
    /// `dictionary` has one character a line, in the order of the network's classes after the blank; the class after
    /// the last is a space.
    pub(crate) fn new(net: Net, name: &'static str, dictionary: &str) -> Result<Self, OcrError> {
        let mut characters = Vec::new();
        for line in dictionary.split_terminator('\n') {
            let mut all = line.trim_end_matches('\r').chars();
            match (all.next(), all.next()) {
                (Some(character), None) => characters.push(character),
                _ => {
                    let detail = format!("line {} is not one character", characters.len() + 1);
                    return Err(OcrError::Dictionary { name, detail });
                }
            }
        }
        characters.push(' ');
        let mut sorted = characters.clone();
        sorted.sort_unstable();
        Ok(Self { net, characters, sorted })
    }

    /// Whether it knows a character.
    pub(crate) fn knows(&self, character: char) -> bool {
        self.sorted.binary_search(&character).is_ok()
    }

    /// Reads the line in a rectangle, whose width is the line's length.
    pub(crate) fn read(&self, picture: &Pixels, place: &Tilted) -> Result<Read, OcrError> {
        let width = width_of(place);
        if width <= MOST_WIDTH {
            return self.read_straight(&picture.straightened(place, width, HEIGHT));
        }
        let line = picture.straightened(place, width, HEIGHT);
        let mut read = Read::default();
        for (from, to) in pieces(&line.contrast_by_column()) {
            let piece = self.read_straight(&line.part(from, 0, to - from, HEIGHT))?;
            let share = |at: f32| (from as f32 + at * (to - from) as f32) / width as f32;
            read.characters.extend(
                piece
                    .characters
                    .into_iter()
                    .map(|c| Character { span: (share(c.span.0), share(c.span.1)), ..c }),
            );
        }
        Ok(read)
    }

    fn read_straight(&self, line: &Pixels) -> Result<Read, OcrError> {
        let width = line.width().max(LEAST_WIDTH);
        let output = self.net.run(width, HEIGHT, line.planes([0.5; 3], [0.5; 3], width))?;
        let (classes, steps) = match output.shape[..] {
            [1, steps, classes] if classes == self.characters.len() + 1 => (classes, steps),
            _ => {
                let detail = format!("{:?} for {} characters", output.shape, self.characters.len());
                return Err(OcrError::Run { detail });
            }
        };
        let share = STEP / line.width() as f32;
        Ok(self.decode(&output.values, classes, steps, share))
    }

    // `share` is the part of the line that one step covers.
    fn decode(&self, values: &[f32], classes: usize, steps: usize, share: f32) -> Read {
        struct Peak {
            class: usize,
            certainty: f32,
            step: usize,
            first: usize,
            last: usize,
        }
        let mut peaks: Vec<Peak> = Vec::new();
        let mut before = 0;
        for (step, row) in values.chunks_exact(classes.max(1)).take(steps).enumerate() {
            let (class, certainty) = likeliest(row);
            match peaks.last_mut() {
                Some(peak) if class == before && class != 0 => {
                    peak.last = step;
                    if certainty > peak.certainty {
                        (peak.certainty, peak.step) = (certainty, step);
                    }
                }
                _ if class != 0 => {
                    peaks.push(Peak { class, certainty, step, first: step, last: step })
                }
                _ => {}
            }
            before = class;
        }
        let middle = |peak: &Peak| (peak.first + peak.last + 1) as f32 / 2.0;
        let pitch = match &peaks[..] {
            [first, .., last] => (middle(last) - middle(first)) / (peaks.len() - 1) as f32,
            _ => HEIGHT as f32 / STEP,
        };
        let characters = peaks.iter().enumerate().map(|(index, peak)| {
            // half way to its neighbours, but no further than one mean pitch
            let middle_here = middle(peak);
            let from = match index.checked_sub(1).map(|before| middle(&peaks[before])) {
                Some(before) => f32::midpoint(before, middle_here).max(middle_here - pitch),
                None => middle_here - pitch / 2.0,
            };
            let to = match peaks.get(index + 1).map(middle) {
                Some(after) => f32::midpoint(after, middle_here).min(middle_here + pitch),
                None => middle_here + pitch / 2.0,
            };
            let row = &values[peak.step * classes..(peak.step + 1) * classes];
            Character {
                character: self.character(peak.class),
                certainty: peak.certainty.clamp(0.0, 1.0),
                span: ((from * share).clamp(0.0, 1.0), (to * share).clamp(0.0, 1.0)),
                others: self.others(row, peak.class),
            }
        });
        Read { characters: characters.collect() }
    }

    fn character(&self, class: usize) -> char {
        class.checked_sub(1).and_then(|index| self.characters.get(index)).copied().unwrap_or(' ')
    }

    // The two likeliest characters beside the one chosen.
    fn others(&self, row: &[f32], chosen: usize) -> Vec<(char, f32)> {
        let mut best: [(usize, f32); 2] = [(0, 0.0); 2];
        for (class, value) in row.iter().enumerate().skip(1) {
            if *value > best[1].1 && class != chosen {
                best[1] = (class, *value);
                if best[1].1 > best[0].1 {
                    best.swap(0, 1);
                }
            }
        }
        let kept =
            best.into_iter().filter(|(class, value)| *class != 0 && *value >= LEAST_ALTERNATIVE);
        kept.map(|(class, value)| (self.character(class), value.min(1.0))).collect()
    }
}

/// The pixels across that a line takes when it is read.
pub(crate) fn width_of(place: &Tilted) -> usize {
    let width = (HEIGHT as f32 * place.width / place.height.max(1e-3)).ceil();
    (width as usize).clamp(16, MOST_LINE)
}

// The class with the greatest value, and that value; the first of equals. Blocks are compared first, which the compiler
// turns into wide instructions: there are thousands of classes for each step.
fn likeliest(row: &[f32]) -> (usize, f32) {
    const LANES: usize = 16;
    const BLOCK: usize = LANES * 8;
    let (mut best_block, mut best) = (0, f32::NEG_INFINITY);
    for (number, block) in row.chunks(BLOCK).enumerate() {
        let mut lanes = [f32::NEG_INFINITY; LANES];
        let (whole, rest) = block.as_chunks::<LANES>();
        for values in whole {
            for (lane, value) in lanes.iter_mut().zip(values) {
                *lane = if *value > *lane { *value } else { *lane };
            }
        }
        let most =
            lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
        if most > best {
            (best_block, best) = (number, most);
        }
    }
    let block = row.chunks(BLOCK).nth(best_block).unwrap_or_default();
    match block.iter().position(|value| *value >= best) {
        Some(index) => (best_block * BLOCK + index, best),
        None => (0, 0.0),
    }
}

// Where to cut a long line: at the column of the least contrast within reach.
fn pieces(contrast: &[u8]) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while contrast.len() - start > MOST_WIDTH {
        let reach = &contrast[start + LEAST_PIECE..start + MOST_PIECE];
        // the middle of the widest run of the least contrast
        let least = reach.iter().copied().min().unwrap_or_default().saturating_add(8);
        let mut widest = 0..0;
        let mut run = 0..0;
        for (place, value) in reach.iter().enumerate() {
            run = if *value > least { place + 1..place + 1 } else { run.start..place + 1 };
            if run.len() > widest.len() {
                widest = run.clone();
            }
        }
        let end = start + LEAST_PIECE + usize::midpoint(widest.start, widest.end);
        pieces.push((start, end));
        start = end;
    }
    pieces.push((start, contrast.len()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_likeliest_class_is_the_first_greatest(row in prop::collection::vec(0.0f32..1.0, 1..700)) {
            let (mut class, mut value) = (0, f32::NEG_INFINITY);
            for (index, candidate) in row.iter().enumerate() {
                if *candidate > value {
                    (class, value) = (index, *candidate);
                }
            }
            prop_assert_eq!(likeliest(&row), (class, value));
        }

        #[test]
        fn pieces_cover_a_line_without_gaps(contrast in prop::collection::vec(any::<u8>(), 1..9000)) {
            let pieces = pieces(&contrast);
            prop_assert_eq!(pieces[0].0, 0);
            prop_assert_eq!(pieces[pieces.len() - 1].1, contrast.len());
            prop_assert!(pieces.windows(2).all(|pair| pair[0].1 == pair[1].0));
            prop_assert!(pieces.iter().all(|(from, to)| to > from && to - from <= MOST_WIDTH));
        }
    }

    #[test]
    fn values_that_are_no_numbers_are_read_as_nothing() {
        assert_eq!(likeliest(&[]), (0, 0.0));
        assert_eq!(likeliest(&[f32::NAN; 300]), (0, 0.0));
        let mut row = vec![f32::NAN; 300];
        row[257] = 0.5;
        assert_eq!(likeliest(&row), (257, 0.5));
    }

    #[test]
    fn long_lines_are_cut_in_gaps() {
        let mut contrast = vec![200; 5000];
        contrast[2000..2030].fill(3);
        contrast[1900..1905].fill(0);
        contrast[3900..3920].fill(1);
        assert_eq!(pieces(&contrast), [(0, 2015), (2015, 5000)]);
        assert_eq!(pieces(&contrast[..3200]), [(0, 3200)]);
    }

    #[test]
    fn widths_are_bounded() {
        let line = |width: f32, height: f32| {
            width_of(&Tilted {
                centre: Point::default(),
                across: Point { x: 1.0, y: 0.0 },
                width,
                height,
            })
        };
        assert_eq!(line(400.0, 40.0), 480);
        assert_eq!(line(3.0, 40.0), 16);
        assert_eq!(line(1e9, 1.0), MOST_LINE);
        assert_eq!(line(10.0, 0.0), MOST_LINE);
        assert_eq!(line(f32::NAN, 10.0), 16);
    }
}
