//! Pictures in memory: three bytes a pixel, red, green, blue, row by row.

use crate::geometry::{Point, Tilted};

/// A picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pixels {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Pixels {
    /// A picture of `width` by `height` pixels; `None` if a side is 0 or the bytes are not three for each pixel.
    #[must_use]
    pub fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let (width, height) = (width as usize, height as usize);
        let expected = width.checked_mul(height)?.checked_mul(3)?;
        (expected > 0 && rgb.len() == expected).then_some(Self { width, height, rgb })
    }

    /// A picture of one colour. Its sides are at least 1.
    pub(crate) fn of_colour(width: usize, height: usize, colour: [u8; 3]) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        Self { width, height, rgb: colour.repeat(width * height) }
    }

    /// Pixels across.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Pixels down.
    #[must_use]
    pub const fn height(&self) -> usize {
        self.height
    }

    // The pixel at a place, or the nearest one on the edge.
    fn at(&self, x: isize, y: isize) -> [u8; 3] {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        let start = (y * self.width + x) * 3;
        [self.rgb[start], self.rgb[start + 1], self.rgb[start + 2]]
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.rgb[y * self.width * 3..(y + 1) * self.width * 3]
    }

    /// The picture scaled to another size by a triangle filter, wide enough when shrinking that no pixel is skipped.
    pub(crate) fn scaled(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let across = Weights::new(self.width, width);
        let down = Weights::new(self.height, height);
        let mut out = Self::of_colour(width, height, [0; 3]);
        let mut tall = vec![0.0f32; self.width * 3];
        for (y, (first, weights)) in down.iter().enumerate() {
            tall.fill(0.0);
            for (from, weight) in (first..).zip(weights) {
                for (sum, value) in tall.iter_mut().zip(self.row(from)) {
                    *sum += f32::from(*value) * weight;
                }
            }
            let row = &mut out.rgb[y * width * 3..(y + 1) * width * 3];
            for (to, (first, weights)) in row.as_chunks_mut::<3>().0.iter_mut().zip(across.iter()) {
                let mut sums = [0.5f32; 3];
                for (from, weight) in tall[first * 3..].as_chunks::<3>().0.iter().zip(weights) {
                    for (sum, value) in sums.iter_mut().zip(from) {
                        *sum += value * weight;
                    }
                }
                *to = sums.map(|value| value as u8);
            }
        }
        out
    }

    /// The part of the picture within a tilted rectangle, straightened: `across` is drawn from left to right.
    /// Every pixel is the mean of enough samples that none of the picture is skipped.
    pub(crate) fn straightened(&self, place: &Tilted, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let step = |length: f32, pixels: usize| {
            ((length / pixels as f32).ceil() as usize).clamp(1, MOST_SAMPLES)
        };
        let samples = step(place.height, height).max(step(place.width, width));
        let scale = 1.0 / (samples * samples) as f32;
        let mut out = Self::of_colour(width, height, [0; 3]);
        let (right, below) = (place.across, place.down());
        for (y, row) in out.rgb.chunks_exact_mut(width * 3).enumerate() {
            for (x, to) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let mut sums = [0.0f32; 3];
                for sample in 0..samples * samples {
                    let fraction = |place: usize, sample: usize, of: usize| {
                        (place as f32 + (sample as f32 + 0.5) / samples as f32) / of as f32 - 0.5
                    };
                    let along = fraction(x, sample % samples, width) * place.width;
                    let aside = fraction(y, sample / samples, height) * place.height;
                    let at = Point {
                        x: place.centre.x + right.x * along + below.x * aside,
                        y: place.centre.y + right.y * along + below.y * aside,
                    };
                    self.add_between(at, &mut sums);
                }
                *to = sums.map(|sum| (sum * scale + 0.5) as u8);
            }
        }
        out
    }

    // Adds the colour at a point between pixels, from the four around it.
    fn add_between(&self, at: Point, sums: &mut [f32; 3]) {
        let (x, y) = (at.x - 0.5, at.y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_share, lower_share) = (x - left, y - top);
        let (left, top) = (left as isize, top as isize);
        let (a, b) = (self.at(left, top), self.at(left + 1, top));
        let (c, d) = (self.at(left, top + 1), self.at(left + 1, top + 1));
        for channel in 0..3 {
            let [a, b, c, d] = [a, b, c, d].map(|pixel| f32::from(pixel[channel]));
            let upper = a + (b - a) * right_share;
            let lower = c + (d - c) * right_share;
            sums[channel] += upper + (lower - upper) * lower_share;
        }
    }

    /// A line straightened and evened: in grey, dark on a white ground whatever its colours and shadows, `height` pixels high
    /// and at most `most_width` wide. Returns its width and its pixels.
    #[must_use]
    pub fn even_line(&self, place: &Tilted, height: u32, most_width: u32) -> (u32, Vec<u8>) {
        let width = (height as f32 * place.width / place.height.max(1e-3)).ceil();
        let width = (width as u32).clamp(1, most_width.max(1));
        let line = self.straightened(place, width as usize, height as usize);
        let grey = line.rgb.as_chunks::<3>().0.iter().map(|[r, g, b]| luma(*r, *g, *b));
        (width, even(grey.collect(), width as usize, height.max(1) as usize))
    }

    /// A part of the picture; what is outside of it gets the colour of the nearest edge.
    pub(crate) fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let mut out = Self::of_colour(width, height, [0; 3]);
        let (width, height) = (out.width, out.height);
        for to_y in 0..height {
            for to_x in 0..width {
                let start = (to_y * width + to_x) * 3;
                let pixel = self.at((x + to_x) as isize, (y + to_y) as isize);
                out.rgb[start..start + 3].copy_from_slice(&pixel);
            }
        }
        out
    }

    /// The input of a network: planes of blue, green and red, each value less the mean, divided by the deviation, in
    /// rows of `stride` values of which the rest is 0.
    pub(crate) fn planes(&self, mean: [f32; 3], deviation: [f32; 3], stride: usize) -> Vec<f32> {
        let stride = stride.max(self.width);
        let plane = stride * self.height;
        let mut values = vec![0.0; plane * 3];
        for (channel, plane) in values.chunks_exact_mut(plane.max(1)).enumerate() {
            let (from, scale) = (2 - channel, 1.0 / (255.0 * deviation[channel]));
            let shift = mean[channel] / deviation[channel];
            for (y, row) in plane.chunks_exact_mut(stride).enumerate() {
                for (value, pixel) in row.iter_mut().zip(self.row(y).as_chunks::<3>().0) {
                    *value = f32::from(pixel[from]) * scale - shift;
                }
            }
        }
        values
    }

    /// The contrast of each column of pixels: its lightest value less its darkest. Gaps between letters have little.
    pub(crate) fn contrast_by_column(&self) -> Vec<u8> {
        let mut extremes = vec![(u8::MAX, u8::MIN); self.width];
        for y in 0..self.height {
            for ((least, most), pixel) in extremes.iter_mut().zip(self.row(y).as_chunks::<3>().0) {
                *least = pixel[1].min(*least);
                *most = pixel[1].max(*most);
            }
        }
        extremes.into_iter().map(|(least, most)| most - least).collect()
    }
}

const MOST_SAMPLES: usize = 4;

/// The triangle filter along one side: for each new pixel, the first old one and the weights of those from there on.
struct Weights {
    first: Vec<usize>,
    ends: Vec<usize>,
    weights: Vec<f32>,
}

impl Weights {
    fn new(from: usize, to: usize) -> Self {
        let ratio = from as f32 / to as f32;
        let reach = ratio.max(1.0);
        let mut all = Self {
            first: Vec::with_capacity(to),
            ends: Vec::with_capacity(to),
            weights: Vec::new(),
        };
        for place in 0..to {
            let centre = (place as f32 + 0.5) * ratio;
            let first = ((centre - reach).floor().max(0.0) as usize).min(from - 1);
            let last = ((centre + reach).ceil() as usize).clamp(first + 1, from);
            let start = all.weights.len();
            let mut sum = 0.0;
            for old in first..last {
                let weight = (1.0 - ((old as f32 + 0.5 - centre) / reach).abs()).max(0.0);
                all.weights.push(weight);
                sum += weight;
            }
            if sum > 0.0 {
                all.weights[start..].iter_mut().for_each(|weight| *weight /= sum);
            } else {
                all.weights[start] = 1.0;
            }
            all.first.push(first);
            all.ends.push(all.weights.len());
        }
        all
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.first
            .iter()
            .zip(starts.zip(&self.ends))
            .map(|(first, (start, end))| (*first, &self.weights[start..*end]))
    }
}

fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8
}

/// The share of the pixels of a line below which its ink is, and above which its ground is.
const INK: f32 = 0.02;
const GROUND: f32 = 0.85;
/// Below this difference between ink and ground there is no ink.
const LEAST_INK: f32 = 24.0;

// Divides a line by its ground, which is estimated in places one height apart, and stretches its ink to black.
fn even(mut grey: Vec<u8>, width: usize, height: usize) -> Vec<u8> {
    let quantile = |counts: &[u32; 256], share: f32| {
        let wanted = (counts.iter().sum::<u32>() as f32 * share) as u32;
        let mut seen = 0;
        (0..=255_u8).find(|value| {
            seen += counts[usize::from(*value)];
            seen > wanted
        })
    };
    let count = |grey: &[u8], from: usize, to: usize| {
        let mut counts = [0_u32; 256];
        for row in grey.chunks_exact(width) {
            row[from..to].iter().for_each(|value| counts[usize::from(*value)] += 1);
        }
        counts
    };
    let all = count(&grey, 0, width);
    let [low, middle, high] =
        [INK, 0.5, 1.0 - INK].map(|share| i32::from(quantile(&all, share).unwrap_or_default()));
    // most of a line is ground
    if middle - low < high - middle {
        grey.iter_mut().for_each(|value| *value = 255 - *value);
    }
    let places = width.div_ceil(height);
    let grounds: Vec<f32> = (0..places)
        .map(|place| {
            let from = (place * height).saturating_sub(height / 2);
            let counts = count(&grey, from, ((place + 1) * height + height / 2).min(width));
            f32::from(quantile(&counts, GROUND).unwrap_or(u8::MAX)).max(1.0)
        })
        .collect();
    let ground = |x: usize| {
        let at = ((x as f32 + 0.5) / height as f32 - 0.5).clamp(0.0, (places - 1) as f32);
        let (before, share) = (at as usize, at.fract());
        grounds[before] + (grounds[(before + 1).min(places - 1)] - grounds[before]) * share
    };
    for row in grey.chunks_exact_mut(width) {
        for (x, value) in row.iter_mut().enumerate() {
            *value = (f32::from(*value) / ground(x) * 255.0).min(255.0) as u8;
        }
    }
    let darkest = f32::from(quantile(&count(&grey, 0, width), INK).unwrap_or_default());
    if 255.0 - darkest >= LEAST_INK {
        let stretch = |value: u8| {
            ((f32::from(value) - darkest) / (255.0 - darkest) * 255.0).clamp(0.0, 255.0) as u8
        };
        grey.iter_mut().for_each(|value| *value = stretch(*value));
    }
    grey
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: u32, height: u32, value: impl Fn(u32, u32) -> u8) -> Pixels {
        let rgb = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| [value(x, y); 3]);
        Pixels::new(width, height, rgb.collect()).expect("three bytes a pixel")
    }

    #[test]
    fn a_picture_has_three_bytes_a_pixel() {
        assert!(Pixels::new(2, 1, vec![0; 6]).is_some());
        for (width, height, bytes) in
            [(0, 1, 0), (1, 0, 0), (2, 1, 5), (2, 1, 7), (u32::MAX, u32::MAX, 6)]
        {
            assert!(
                Pixels::new(width, height, vec![0; bytes]).is_none(),
                "{width} {height} {bytes}"
            );
        }
    }

    #[test]
    fn scaling_keeps_even_colours_and_means() {
        for (width, height) in [(1, 1), (3, 200), (17, 5), (64, 64)] {
            let even = grey(40, 30, |_, _| 137).scaled(width, height);
            assert!(even.rgb.iter().all(|value| *value == 137), "{width} {height}");
            assert_eq!((even.width(), even.height()), (width, height));
        }
        // a chequerboard shrinks to its mean
        let board = grey(64, 64, |x, y| if (x + y) % 2 == 0 { 0 } else { 255 }).scaled(8, 8);
        assert!(
            board.rgb.iter().all(|value| (120..=135).contains(value)),
            "{:?}",
            &board.rgb[..24]
        );
        // a step stays where it is
        let step = grey(100, 4, |x, _| if x < 50 { 0 } else { 255 }).scaled(50, 4);
        assert_eq!((step.at(20, 1)[0], step.at(29, 1)[0]), (0, 255));
    }

    #[test]
    fn straightening_follows_the_tilt() {
        // white but for a black bar from (20, 40) to (80, 100), at 45 degrees
        let bar = grey(120, 140, |x, y| {
            let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
            let (along, aside) =
                ((x - 20.0 + y - 40.0) / 2f32.sqrt(), ((y - 40.0) - (x - 20.0)) / 2f32.sqrt());
            if (0.0..=84.85).contains(&along) && aside.abs() <= 6.0 { 0 } else { 255 }
        });
        let half = 0.5f32.sqrt();
        let place = Tilted {
            centre: Point { x: 50.0, y: 70.0 },
            across: Point { x: half, y: half },
            width: 80.0,
            height: 10.0,
        };
        let straight = bar.straightened(&place, 80, 10);
        assert!(straight.rgb.iter().all(|value| *value < 100), "all bar");
        let wider = Tilted { height: 40.0, ..place };
        let straight = bar.straightened(&wider, 80, 40);
        assert!(
            straight.at(40, 20)[0] < 30
                && straight.at(40, 3)[0] > 220
                && straight.at(40, 36)[0] > 220
        );
    }

    #[test]
    fn planes_are_blue_green_red_and_filled() {
        let picture = Pixels::new(1, 2, vec![255, 0, 51, 0, 255, 102]).expect("two pixels");
        let values = picture.planes([0.5; 3], [0.5; 3], 3);
        let expected = [
            -0.6, 0.0, 0.0, -0.2, 0.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, -1.0,
            0.0, 0.0,
        ];
        assert_eq!(values.len(), expected.len());
        assert!(values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{values:?}");
    }

    #[test]
    fn a_part_may_reach_over_the_edge() {
        let picture = grey(4, 4, |x, y| (x + 10 * y) as u8);
        let part = picture.part(2, 3, 4, 2);
        assert_eq!((part.at(0, 0)[0], part.at(3, 0)[0], part.at(3, 1)[0]), (32, 33, 33));
    }

    #[test]
    fn a_line_is_evened_whatever_its_colours() {
        let place = Tilted {
            centre: Point { x: 100.0, y: 10.0 },
            across: Point { x: 1.0, y: 0.0 },
            width: 200.0,
            height: 20.0,
        };
        let stroke = |x: usize, y: usize| x % 20 < 3 && (5..15).contains(&y);
        // a shadow from left to right, and light letters on a dark ground
        for light in [false, true] {
            let mut picture = Pixels::of_colour(200, 20, [0; 3]);
            for y in 0..20 {
                for x in 0..200 {
                    let ground = if light { 60 } else { 240 - x / 2 };
                    let ink = if light { 200 } else { ground / 4 };
                    let value = if stroke(x, y) { ink } else { ground };
                    picture.rgb[(y * 200 + x) * 3..][..3].fill(value as u8);
                }
            }
            let (width, line) = picture.even_line(&place, 20, 4000);
            assert_eq!((width, line.len()), (200, 4000));
            for (at, value) in line.iter().enumerate() {
                let (x, y) = (at % 200, at / 200);
                let (inner, outer) = (stroke(x, y) && x % 20 == 1, x % 20 > 5);
                assert!(!inner || *value < 60, "ink {x} {y} {value} {light}");
                assert!(!outer || *value > 215, "ground {x} {y} {value} {light}");
            }
        }
        assert_eq!(
            Pixels::of_colour(9, 9, [77; 3]).even_line(&place, 20, 50).0,
            50,
            "as wide as allowed"
        );
        let flat = Pixels::of_colour(200, 20, [77; 3]).even_line(&place, 20, 4000).1;
        assert!(flat.iter().all(|value| *value == 255), "no ink is made up");
        let none = Tilted { width: f32::NAN, height: 0.0, ..place };
        assert_eq!(Pixels::of_colour(9, 9, [77; 3]).even_line(&none, 20, 50).1.len(), 20);
    }
}
