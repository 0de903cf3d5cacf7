//! The glyphs of a page: the text and position of each, in rendering order.
//!
//! Positions are in points from the top left corner of the page as displayed (rotation and crop box included). A copy
//! of a glyph over itself (the stroke of filled and stroked text, fake bold) is dropped. Nothing is rendered, no
//! picture is decoded. Text inside a pattern or a soft mask is not read.

use super::unicode::{self, Unmapped};
use hayro_interpret::font::{Glyph as Shape, GlyphRun};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Vec2};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The maximum number of glyphs kept of one page.
pub(super) const MOST_GLYPHS: usize = 4_000_000;

/// One glyph with text.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// Its text; in logical order.
    pub(super) text: BfString,
    /// The start of its baseline.
    pub(super) origin: (f32, f32),
    /// The length of the baseline along its direction.
    pub(super) advance: f32,
    /// The direction of its baseline, of length 1.
    pub(super) direction: (f32, f32),
    /// The height of an em.
    pub(super) em: f32,
    /// The corners of its box: left, top, right, bottom.
    pub(super) rect: [f32; 4],
    /// Whether its line runs down the page by its font's writing mode.
    pub(super) vertical: bool,
    /// Whether it is placed but not rendered.
    pub(super) invisible: bool,
}

/// Collects the glyphs of a page and counts what else is on it.
pub(super) struct Collector<'u, 'a> {
    /// The glyphs, in rendering order.
    pub(super) glyphs: Vec<Glyph>,
    /// Glyphs placed, including those without a character.
    pub(super) placed: u32,
    /// Glyphs for which no character could be found.
    pub(super) unmapped: u32,
    /// Pictures placed.
    pub(super) images: u32,
    /// Whether glyphs were left out because there are too many.
    pub(super) overfull: bool,
    seen: HashMap<Cell, u32, BuildHasherDefault<Mixer>>,
    unicode: &'u mut Unmapped<'a>,
}

impl<'u, 'a> Collector<'u, 'a> {
    /// Starts a page; `unicode` is kept over all pages of the document.
    pub(super) fn new(unicode: &'u mut Unmapped<'a>) -> Self {
        Self {
            glyphs: Vec::new(),
            placed: 0,
            unmapped: 0,
            images: 0,
            overfull: false,
            seen: HashMap::default(),
            unicode,
        }
    }

    fn place(&mut self, shape: &Shape<'a>, transform: Affine, vertical: bool, invisible: bool) {
        if self.glyphs.len() >= MOST_GLYPHS {
            self.overfull = true;
            return;
        }
        self.placed = self.placed.saturating_add(1);
        let text = shape.as_unicode().and_then(unicode::usable).or_else(|| self.unicode.look_up(shape));
        let Some(text) = text else {
            self.unmapped = self.unmapped.saturating_add(1);
            return;
        };
        let Some(glyph) = located(text, advance_of(shape), transform, vertical, invisible) else {
            return;
        };
        if !self.is_copy(&glyph) {
            self.glyphs.push(glyph);
        }
    }

    /// Whether the same glyph is already here, within an eighth of an em. An invisible copy of a visible glyph
    /// is a copy too; a visible one over an invisible one replaces it.
    fn is_copy(&mut self, glyph: &Glyph) -> bool {
        let key = match &glyph.text {
            BfString::Char(c) if c.is_whitespace() => return false,
            BfString::Char(c) => u32::from(*c),
            BfString::String(text) => text.bytes().fold(0x0011_0000, |sum: u32, b| sum.rotate_left(5) ^ u32::from(b)),
        };
        let near = glyph.em * 0.12;
        let size = glyph.em * 0.5;
        let cell = |v: f32| (v / size).floor() as i32;
        let (x, y) = glyph.origin;
        let mut last = None;
        for cx in [cell(x - near), cell(x + near)] {
            for cy in [cell(y - near), cell(y + near)] {
                if last.replace((cx, cy)) == Some((cx, cy)) {
                    continue;
                }
                let Some(&index) = self.seen.get(&Cell { key, x: cx, y: cy }) else { continue };
                let other = &mut self.glyphs[index as usize];
                let same_place = (other.origin.0 - x).abs() <= near && (other.origin.1 - y).abs() <= near;
                if same_place && (other.em - glyph.em).abs() <= near && other.direction_is(glyph.direction) {
                    other.invisible &= glyph.invisible;
                    return true;
                }
            }
        }
        self.seen.insert(Cell { key, x: cell(x), y: cell(y) }, self.glyphs.len() as u32);
        false
    }
}

impl Glyph {
    /// Whether its baseline runs in this direction, within a tenth of a right angle.
    pub(super) fn direction_is(&self, direction: (f32, f32)) -> bool {
        self.direction.0 * direction.0 + self.direction.1 * direction.1 > 0.98
    }

    /// Its first character.
    pub(super) fn first(&self) -> char {
        match &self.text {
            BfString::Char(c) => *c,
            BfString::String(text) => text.chars().next().unwrap_or(' '),
        }
    }

    /// Whether its text is only white space.
    pub(super) fn is_space(&self) -> bool {
        match &self.text {
            BfString::Char(c) => c.is_whitespace(),
            BfString::String(text) => text.chars().all(char::is_whitespace),
        }
    }
}

fn advance_of(shape: &Shape<'_>) -> f32 {
    let advance = match shape {
        Shape::Outline(glyph) => glyph.advance_width(),
        Shape::Type3(glyph) => glyph.advance_width(),
    };
    advance.filter(|a| a.is_finite()).unwrap_or(500.0)
}

/// A glyph under a transform from glyph space (1,000 units an em) to the page; `None` if the numbers are absurd.
fn located(text: BfString, advance: f32, transform: Affine, vertical: bool, invisible: bool) -> Option<Glyph> {
    let advance = f64::from(advance);
    let (start, end, top, bottom) = if vertical {
        (Point::new(500.0, 880.0), Point::new(500.0, -120.0), (0.0, 880.0), (1000.0, -120.0))
    } else {
        (Point::ORIGIN, Point::new(advance, 0.0), (0.0, 790.0), (advance, -210.0))
    };
    let linear = |v: Vec2| transform * v.to_point() - transform * Point::ORIGIN;
    let along = if vertical { linear(Vec2::new(0.0, -1.0)) } else { linear(Vec2::new(1.0, 0.0)) };
    let em = if vertical { linear(Vec2::new(1000.0, 0.0)) } else { linear(Vec2::new(0.0, 1000.0)) }.hypot();
    let length = along.hypot();
    let corners = [top, bottom, (top.0, bottom.1), (bottom.0, top.1)].map(|corner| transform * Point::from(corner));
    let least = |f: fn(&Point) -> f64| corners.iter().map(f).fold(f64::INFINITY, f64::min) as f32;
    let most = |f: fn(&Point) -> f64| corners.iter().map(f).fold(f64::NEG_INFINITY, f64::max) as f32;
    let rect = [least(|p| p.x), least(|p| p.y), most(|p| p.x), most(|p| p.y)];
    let origin = transform * start;
    let sane = |v: f64| v.is_finite() && v.abs() < 1e7;
    if !(sane(origin.x) && sane(origin.y) && em > 1e-3 && sane(em) && length > 1e-9)
        || rect.iter().any(|v| !sane(f64::from(*v)))
    {
        return None;
    }
    let direction = ((along.x / length) as f32, (along.y / length) as f32);
    let reach = transform * end - origin;
    let advance = reach.x as f32 * direction.0 + reach.y as f32 * direction.1;
    Some(Glyph {
        text,
        origin: (origin.x as f32, origin.y as f32),
        advance,
        direction,
        em: em as f32,
        rect,
        vertical,
        invisible,
    })
}

impl<'a> Device<'a> for Collector<'_, 'a> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let invisible = matches!(mode, DrawMode::Invisible);
        let vertical = run.writing_mode() == WritingMode::Vertical;
        for glyph in run.glyphs() {
            self.place(glyph, props.transform * glyph.transform(), vertical, invisible);
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.images = self.images.saturating_add(1);
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_clip_rect(&mut self, _: &hayro_interpret::kurbo::Rect) {}
    fn draw_rect(&mut self, _: &hayro_interpret::kurbo::Rect, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

#[derive(PartialEq, Eq, Hash)]
struct Cell {
    key: u32,
    x: i32,
    y: i32,
}

/// Mixes the three numbers of a [`Cell`]; an adversary who causes collisions slows one page down, within the
/// worker's time limit.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0.rotate_left(21) ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_i32(&mut self, value: i32) {
        self.write_u32(value as u32);
    }
}
