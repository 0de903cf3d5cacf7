//! Draws text on pictures, with the outlines of a font.

use std::path::PathBuf;
use ttf_parser::{Face, OutlineBuilder};

/// A font of the system.
pub(crate) struct Font {
    bytes: Vec<u8>,
    /// Its number in a collection.
    number: u32,
}

impl Font {
    /// The sans or serif font with simplified and traditional Chinese, Latin and Cyrillic letters.
    pub(crate) fn cjk(serif: bool) -> Self {
        let name = if serif { "NotoSerifCJK-Regular.ttc" } else { "NotoSansCJK-Regular.ttc" };
        // of the collection's languages, 2 is simplified Chinese
        Self { bytes: read(name), number: 2 }
    }

    /// A sans font with Latin and Cyrillic letters.
    pub(crate) fn european() -> Self {
        Self { bytes: read("NotoSans-Regular.ttf"), number: 0 }
    }

    fn face(&self) -> Face<'_> {
        Face::parse(&self.bytes, self.number).expect("a font")
    }
}

fn read(name: &str) -> Vec<u8> {
    let folders = [
        "/usr/share/fonts/opentype/noto",
        "/usr/share/fonts/truetype/noto",
        "/usr/share/fonts/noto-cjk",
        "/usr/share/fonts/noto",
        "/usr/share/fonts",
    ];
    let path =
        folders.iter().map(|folder| PathBuf::from(folder).join(name)).find(|path| path.exists());
    let path = path.unwrap_or_else(|| {
        panic!("{name} is not there: fonts-noto-core and fonts-noto-cjk are needed")
    });
    std::fs::read(path).expect("a readable font")
}

/// Where and how text is drawn: the page's points go through this on their way to pixels.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    /// x' = a x + b y + c, y' = d x + e y + f
    pub(crate) matrix: [f32; 6],
}

impl Turn {
    pub(crate) const NONE: Self = Self { matrix: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] };

    /// Clockwise around a centre.
    pub(crate) fn around(x: f32, y: f32, degrees: f32) -> Self {
        let (s, c) = degrees.to_radians().sin_cos();
        Self { matrix: [c, -s, x - c * x + s * y, s, c, y - s * x - c * y] }
    }

    pub(crate) fn apply(&self, (x, y): (f32, f32)) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.matrix;
        (a * x + b * y + c, d * x + e * y + f)
    }
}

/// A picture that is drawn on.
pub(crate) struct Canvas {
    pub(crate) width: usize,
    pub(crate) height: usize,
    rgb: Vec<u8>,
    pub(crate) turn: Turn,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, paper: [u8; 3]) -> Self {
        Self { width, height, rgb: paper.repeat(width * height), turn: Turn::NONE }
    }

    /// Its bytes: red, green and blue of each pixel.
    pub(crate) fn into_rgb(self) -> Vec<u8> {
        self.rgb
    }

    /// Turned by quarters clockwise.
    pub(crate) fn rotated(self, quarters: usize) -> Self {
        (0..quarters).fold(self, |from, _| {
            let mut to = Self::new(from.height, from.width, [0; 3]);
            for y in 0..to.height {
                for x in 0..to.width {
                    let (old, new) =
                        (((from.height - 1 - x) * from.width + y) * 3, (y * to.width + x) * 3);
                    to.rgb[new..new + 3].copy_from_slice(&from.rgb[old..old + 3]);
                }
            }
            to
        })
    }

    /// Changes every pixel.
    pub(crate) fn each(&mut self, mut change: impl FnMut(usize, usize, [u8; 3]) -> [u8; 3]) {
        for y in 0..self.height {
            for x in 0..self.width {
                let at = (y * self.width + x) * 3;
                let pixel = change(x, y, [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]);
                self.rgb[at..at + 3].copy_from_slice(&pixel);
            }
        }
    }

    /// Draws text from left to right; returns each character with its place before turning: left and right edge.
    pub(crate) fn text(
        &mut self,
        font: &Font,
        size: f32,
        x: f32,
        baseline: f32,
        text: &str,
        ink: [u8; 3],
    ) -> Vec<(char, f32, f32)> {
        let face = font.face();
        let scale = size / f32::from(face.units_per_em());
        let mut at = x;
        let mut places = Vec::new();
        for character in text.chars() {
            let glyph =
                face.glyph_index(character).unwrap_or_else(|| panic!("the font has {character}"));
            let mut outline =
                Outline { scale, origin: (at, baseline), turn: self.turn, ..Outline::default() };
            face.outline_glyph(glyph, &mut outline);
            self.fill(&outline.edges, ink);
            let advance = f32::from(face.glyph_hor_advance(glyph).unwrap_or_default()) * scale;
            places.push((character, at, at + advance));
            at += advance;
        }
        places
    }

    /// Draws characters below each other, centred on `x`.
    pub(crate) fn column(
        &mut self,
        font: &Font,
        size: f32,
        x: f32,
        top: f32,
        text: &str,
        ink: [u8; 3],
    ) {
        for (index, character) in text.chars().enumerate() {
            let baseline = top + size * (0.88 + 1.12 * index as f32);
            self.text(font, size, x - size / 2.0, baseline, &character.to_string(), ink);
        }
    }

    // Fills what the edges enclose (non-zero rule), with four samples a pixel in both directions.
    fn fill(&mut self, edges: &[Edge], ink: [u8; 3]) {
        const FINE: usize = 4;
        let least = |of: fn(&Edge) -> f32| edges.iter().map(of).fold(f32::MAX, f32::min);
        let most = |of: fn(&Edge) -> f32| edges.iter().map(of).fold(f32::MIN, f32::max);
        if edges.is_empty() {
            return;
        }
        let clamp = |value: f32, most: usize| value.clamp(0.0, most as f32) as usize;
        let (left, right) = (
            clamp(least(|e| e.x0.min(e.x1)).floor(), self.width),
            clamp(most(|e| e.x0.max(e.x1)).ceil(), self.width),
        );
        let (top, bottom) = (
            clamp(least(|e| e.y0.min(e.y1)).floor(), self.height),
            clamp(most(|e| e.y0.max(e.y1)).ceil(), self.height),
        );
        let across = (right - left) * FINE;
        for y in top..bottom {
            let mut covered = vec![0u32; right - left];
            for sub in 0..FINE {
                let at = y as f32 + (sub as f32 + 0.5) / FINE as f32;
                let mut crossings: Vec<(f32, i32)> =
                    edges.iter().filter_map(|edge| edge.crossing(at)).collect();
                crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut winding = 0;
                for pair in crossings.windows(2) {
                    winding += pair[0].1;
                    if winding == 0 {
                        continue;
                    }
                    let fine = |x: f32| {
                        (((x - left as f32) * FINE as f32).round().max(0.0) as usize).min(across)
                    };
                    (fine(pair[0].0)..fine(pair[1].0))
                        .for_each(|sample| covered[sample / FINE] += 1);
                }
            }
            for (x, count) in covered.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                let at = (y * self.width + left + x) * 3;
                let share = count as f32 / (FINE * FINE) as f32;
                for (channel, ink) in ink.iter().enumerate() {
                    let paper = f32::from(self.rgb[at + channel]);
                    self.rgb[at + channel] =
                        (paper + (f32::from(*ink) - paper) * share).round() as u8;
                }
            }
        }
    }

    pub(crate) fn line(&mut self, from: (f32, f32), to: (f32, f32), thickness: f32, ink: [u8; 3]) {
        let length = (to.0 - from.0).hypot(to.1 - from.1).max(1e-3);
        let (nx, ny) = (
            (from.1 - to.1) / length * thickness / 2.0,
            (to.0 - from.0) / length * thickness / 2.0,
        );
        let corners = [
            (from.0 + nx, from.1 + ny),
            (to.0 + nx, to.1 + ny),
            (to.0 - nx, to.1 - ny),
            (from.0 - nx, from.1 - ny),
        ]
        .map(|point| self.turn.apply(point));
        let edges: Vec<Edge> =
            (0..4).map(|n| Edge::new(corners[n], corners[(n + 1) % 4])).collect();
        self.fill(&edges, ink);
    }
}

#[derive(Clone, Copy)]
struct Edge {
    x0: f32,
    y0: f32,
    x1: f32,
    y1: f32,
}

impl Edge {
    fn new(from: (f32, f32), to: (f32, f32)) -> Self {
        Self { x0: from.0, y0: from.1, x1: to.0, y1: to.1 }
    }

    // Where it crosses a height, and in which direction.
    fn crossing(&self, y: f32) -> Option<(f32, i32)> {
        let down = self.y1 > self.y0;
        let (top, bottom) = if down { (self.y0, self.y1) } else { (self.y1, self.y0) };
        (top <= y && y < bottom).then(|| {
            let share = (y - self.y0) / (self.y1 - self.y0);
            (self.x0 + (self.x1 - self.x0) * share, if down { 1 } else { -1 })
        })
    }
}

struct Outline {
    scale: f32,
    origin: (f32, f32),
    turn: Turn,
    start: (f32, f32),
    at: (f32, f32),
    edges: Vec<Edge>,
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            scale: 1.0,
            origin: (0.0, 0.0),
            turn: Turn::NONE,
            start: (0.0, 0.0),
            at: (0.0, 0.0),
            edges: Vec::new(),
        }
    }
}

impl Outline {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        self.turn.apply((self.origin.0 + x * self.scale, self.origin.1 - y * self.scale))
    }

    fn to(&mut self, point: (f32, f32)) {
        self.edges.push(Edge::new(self.at, point));
        self.at = point;
    }

    fn curve(&mut self, point: impl Fn(f32) -> (f32, f32)) {
        (1..=8).for_each(|step| self.to(point(step as f32 / 8.0)));
    }
}

fn mix(a: (f32, f32), b: (f32, f32), share: f32) -> (f32, f32) {
    (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.place(x, y);
        self.start = self.at;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let point = self.place(x, y);
        self.to(point);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (a, b, c) = (self.at, self.place(x1, y1), self.place(x, y));
        self.curve(|t| mix(mix(a, b, t), mix(b, c, t), t));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (a, b, c, d) = (self.at, self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.curve(|t| {
            let (ab, bc, cd) = (mix(a, b, t), mix(b, c, t), mix(c, d, t));
            mix(mix(ab, bc, t), mix(bc, cd, t), t)
        });
    }

    fn close(&mut self) {
        let start = self.start;
        self.to(start);
    }
}
