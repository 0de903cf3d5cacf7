//! The glyphs of a page: the text and position of each, in rendering order.
//!
//! Positions are in points from the top left corner of the page as displayed (rotation and crop box included). A copy
//! of a glyph over itself (the stroke of filled and stroked text, fake bold) is dropped. A glyph without a known
//! character is U+FFFD, or a blank if it has no shape. Of a pattern one tile is read. Nothing is rendered, no picture
//! is decoded. Text inside a soft mask is not read.

use super::ink::{self, Ink};
use super::unicode::Unmapped;
use hayro_interpret::font::{Glyph as Shape, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Vec2};
use hayro_interpret::pattern::{Pattern, TilingPattern};
use hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint,
    SoftMask,
};
use std::collections::{HashMap, HashSet};
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
    /// Whether it cannot be seen for another reason: its colour, its size, a clip, what is drawn over it.
    pub(super) unseen: bool,
    /// The number of the area whose colour it has, 0 for none.
    on_area: u32,
    /// The number of glyphs placed before it.
    order: u32,
}

/// Collects the glyphs of a page and counts what else is on it.
pub(super) struct Collector<'u, 'a> {
    /// The glyphs, in rendering order.
    pub(super) glyphs: Vec<Glyph>,
    /// Glyphs placed, including those without a character.
    pub(super) placed: u32,
    /// Glyphs for which no character could be found.
    pub(super) unmapped: u32,
    /// Glyphs that are bytes of a legacy encoding, decoded as such.
    pub(super) decoded: u32,
    /// Pictures placed.
    pub(super) images: u32,
    /// Whether glyphs were left out because there are too many.
    pub(super) overfull: bool,
    /// What else is shown.
    pub(super) ink: Ink,
    /// The groups that are open: whether each is see-through.
    groups: Vec<Group>,
    patterns: HashSet<u128>,
    seen: HashMap<Cell, u32, BuildHasherDefault<Mixer>>,
    unicode: &'u mut Unmapped<'a>,
}

impl<'u, 'a> Collector<'u, 'a> {
    /// Starts a page, or what lies over it; `unicode` is kept over all pages of the document.
    pub(super) fn new(unicode: &'u mut Unmapped<'a>, ink: Ink, placed: u32) -> Self {
        Self {
            glyphs: Vec::new(),
            placed,
            unmapped: 0,
            decoded: 0,
            images: 0,
            overfull: false,
            ink,
            groups: Vec::new(),
            patterns: HashSet::new(),
            seen: HashMap::default(),
            unicode,
        }
    }

    fn place(&mut self, shape: &Shape<'a>, text: Option<BfString>, advance: f32, look: Look) {
        if self.glyphs.len() >= MOST_GLYPHS {
            self.overfull = true;
            return;
        }
        self.placed = self.placed.saturating_add(1);
        let text =
            text.or_else(|| self.unicode.stated(shape)).or_else(|| self.unicode.look_up(shape));
        let (text, known) = match text {
            Some(text) => (text, true),
            None if self.unicode.is_blank(shape) => (BfString::Char(' '), true),
            None => (BfString::Char(char::REPLACEMENT_CHARACTER), false),
        };
        self.unmapped = self.unmapped.saturating_add(u32::from(!known));
        let Some(mut glyph) = located(text, advance, look) else { return };
        glyph.order = self.placed;
        glyph.unseen = look.unseen;
        if !look.invisible {
            self.mark_unseen(&mut glyph, look.colour);
        }
        if !self.is_copy(&glyph) {
            self.glyphs.push(glyph);
        }
    }

    /// Marks a glyph that is too small, outside the clip, or of the colour of what is behind it.
    fn mark_unseen(&self, glyph: &mut Glyph, colour: Option<[u8; 4]>) {
        const LEAST_EM: f32 = 1.0;
        const NEAR: u8 = 8;
        let (x, y) = ((glyph.rect[0] + glyph.rect[2]) / 2.0, (glyph.rect[1] + glyph.rect[3]) / 2.0);
        if glyph.em < LEAST_EM || self.ink.is_clipped(x, y) {
            glyph.unseen = true;
            return;
        }
        let Some([r, g, b, alpha]) = colour else { return };
        let behind = self.ink.topmost(x, y);
        let near =
            |one: [u8; 3], other: [u8; 3]| one.iter().zip(other).all(|(a, b)| a.abs_diff(b) < NEAR);
        let same = behind.colour.is_some_and(|behind| near(behind, [r, g, b]));
        glyph.unseen |= same || alpha < NEAR;
        // white on white is hidden, not covered
        if same && !near([r, g, b], [255; 3]) {
            glyph.on_area = behind.area;
        }
    }

    fn pattern(&mut self, tiling: &TilingPattern<'a>, area: Rect, is_stroke: bool) {
        const MOST_PATTERNS: usize = 64;
        if self.patterns.len() >= MOST_PATTERNS || !self.patterns.insert(tiling.cache_key()) {
            return;
        }
        let matrix = tiling.matrix;
        if matrix.determinant().abs() < 1e-12 {
            return;
        }
        // the tile at the start of the area
        let inside = matrix.inverse().transform_rect_bbox(area);
        let steps = |from: f64, tile: f64, step: f32| {
            ((from - tile) / f64::from(step.abs())).floor() * f64::from(step.abs())
        };
        let start = (
            steps(inside.x0, tiling.bbox.x0, tiling.x_step),
            steps(inside.y0, tiling.bbox.y0, tiling.y_step),
        );
        let images = self.images;
        self.ink.push_clip(area);
        tiling.interpret(self, matrix * Affine::translate(start), is_stroke);
        if self.images > images {
            self.ink.tiled(area);
        }
        self.ink.pop_clip();
    }

    /// Whether what is drawn hides what is behind it.
    fn is_opaque(&self) -> bool {
        self.groups.iter().all(|group| *group == Group::Opaque)
    }

    fn look(
        &self,
        transform: Affine,
        run: &GlyphRun<'_, 'a>,
        props: &DrawProps<'a>,
        mode: &DrawMode,
    ) -> Look {
        Look {
            transform,
            vertical: run.writing_mode() == WritingMode::Vertical,
            invisible: matches!(mode, DrawMode::Invisible),
            unseen: self.groups.contains(&Group::Invisible),
            colour: match &props.paint {
                Paint::Color(colour) => Some(colour.to_rgba().to_rgba8()),
                Paint::Pattern(_) => None,
            },
        }
    }

    /// Whether the same glyph is already here, within an eighth of an em. An invisible copy of a visible glyph
    /// is a copy too; a visible one over an invisible one replaces it.
    fn is_copy(&mut self, glyph: &Glyph) -> bool {
        let key = match &glyph.text {
            BfString::Char(c) if c.is_whitespace() => return false,
            BfString::Char(c) => u32::from(*c),
            BfString::String(text) => {
                text.bytes().fold(0x0011_0000, |sum: u32, b| sum.rotate_left(5) ^ u32::from(b))
            }
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
                let same_place =
                    (other.origin.0 - x).abs() <= near && (other.origin.1 - y).abs() <= near;
                if same_place
                    && (other.em - glyph.em).abs() <= near
                    && other.direction_is(glyph.direction)
                {
                    other.invisible &= glyph.invisible;
                    other.unseen &= glyph.unseen;
                    other.order = glyph.order;
                    return true;
                }
            }
        }
        self.seen.insert(Cell { key, x: cell(x), y: cell(y) }, self.glyphs.len() as u32);
        false
    }
}

/// What is under areas of one colour that were drawn over it, or has the colour of the area that it is on.
#[derive(Default)]
pub(super) struct Covered {
    /// The number of characters, white space not counted.
    pub(super) characters: u32,
    /// The numbers of the areas.
    pub(super) areas: HashSet<u32>,
}

/// Marks the glyphs over which something was drawn, and tells `ink` of those that can be seen.
pub(super) fn cover(ink: &mut Ink, glyphs: &mut [Glyph]) -> Covered {
    let mut covered = Covered::default();
    for glyph in glyphs.iter_mut().filter(|glyph| !glyph.is_space()) {
        let [left, top, right, bottom] = glyph.rect;
        let at = |part: f32| ink.topmost(left + (right - left) * part, (top + bottom) / 2.0);
        let over = [at(0.25), at(0.5), at(0.75)];
        if over.iter().all(|paint| paint.order >= glyph.order) {
            if over[1].area > 0 && !glyph.invisible && !glyph.unseen {
                covered.characters += 1;
                covered.areas.insert(over[1].area);
            }
            glyph.unseen = true;
        } else if glyph.on_area > 0 && glyph.unseen && !glyph.invisible {
            covered.characters += 1;
            covered.areas.insert(glyph.on_area);
        }
        if !glyph.invisible && !glyph.unseen {
            ink.text(glyph.rect);
        }
    }
    covered
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

/// How a glyph is drawn.
#[derive(Clone, Copy)]
struct Look {
    /// From glyph space (1,000 units an em) to the page.
    transform: Affine,
    vertical: bool,
    invisible: bool,
    unseen: bool,
    /// Red, green, blue and alpha.
    colour: Option<[u8; 4]>,
}

/// How a group is drawn over what is behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Opaque,
    SeeThrough,
    Invisible,
}

/// A glyph on the page; `None` if the numbers are absurd.
fn located(text: BfString, advance: f32, look: Look) -> Option<Glyph> {
    let Look { transform, vertical, invisible, .. } = look;
    let advance = f64::from(advance);
    let (start, end, top, bottom) = if vertical {
        (Point::new(500.0, 880.0), Point::new(500.0, -120.0), (0.0, 880.0), (1000.0, -120.0))
    } else {
        (Point::ORIGIN, Point::new(advance, 0.0), (0.0, 790.0), (advance, -210.0))
    };
    let linear = |v: Vec2| transform * v.to_point() - transform * Point::ORIGIN;
    let along = if vertical { linear(Vec2::new(0.0, -1.0)) } else { linear(Vec2::new(1.0, 0.0)) };
    let em = if vertical { linear(Vec2::new(1000.0, 0.0)) } else { linear(Vec2::new(0.0, 1000.0)) }
        .hypot();
    let length = along.hypot();
    let corners = [top, bottom, (top.0, bottom.1), (bottom.0, top.1)]
        .map(|corner| transform * Point::from(corner));
    let least = |f: fn(&Point) -> f64| corners.iter().map(f).fold(f64::INFINITY, f64::min) as f32;
    let most =
        |f: fn(&Point) -> f64| corners.iter().map(f).fold(f64::NEG_INFINITY, f64::max) as f32;
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
        unseen: false,
        on_area: 0,
        order: 0,
    })
}

impl<'a> Device<'a> for Collector<'_, 'a> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        let look = self.look(props.transform, run, &props, mode);
        let at = |glyph: &PositionedGlyph<'a>| Look {
            transform: look.transform * glyph.transform(),
            ..look
        };
        if let Some(decoded) = self.unicode.legacy_text(run.glyphs()) {
            let mut glyphs = run.glyphs().iter();
            for (c, bytes) in decoded {
                let taken: Vec<_> = glyphs.by_ref().take(bytes).collect();
                let Some(first) = taken.first() else { break };
                let advance = taken.iter().map(|glyph| advance_of(glyph)).sum();
                self.decoded = self.decoded.saturating_add(bytes as u32);
                self.place(first, Some(BfString::Char(c)), advance, at(first));
            }
            return;
        }
        for glyph in run.glyphs() {
            self.place(glyph, None, advance_of(glyph), at(glyph));
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.images = self.images.saturating_add(1);
        let covers = match &image {
            Image::Stencil(_) => false,
            Image::Raster(raster) => {
                let dict = raster.stream().dict();
                !["SMask", "Mask", "SMaskInData"].iter().any(|key| dict.contains_key(*key))
            }
        };
        let covers = covers
            && self.is_opaque()
            && props.blend_mode == BlendMode::Normal
            && props.soft_mask.is_none();
        self.ink.picture((image.width(), image.height()), props.transform, covers, self.placed);
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let area = props.transform.transform_rect_bbox(ink::bounds(path));
        if let Some(tiling) = tiling(&props.paint) {
            self.pattern(tiling, area, matches!(mode, DrawMode::Stroke(_)));
            return;
        }
        self.ink.path(path, props.transform);
        if matches!(mode, DrawMode::Fill(_)) {
            self.ink.ground(area);
        }
    }

    fn draw_rect(&mut self, rect: &Rect, props: DrawProps<'a>, mode: &DrawMode) {
        let area = props.transform.transform_rect_bbox(*rect);
        if matches!(mode, DrawMode::Fill(_)) {
            self.ink.speck(area);
        }
        match &props.paint {
            Paint::Color(colour) if matches!(mode, DrawMode::Fill(_)) => {
                let [r, g, b, alpha] = colour.to_rgba().to_rgba8();
                let [a, b_, c, d, ..] = props.transform.as_coeffs();
                let upright =
                    (a.abs() < 1e-9 && d.abs() < 1e-9) || (b_.abs() < 1e-9 && c.abs() < 1e-9);
                let solid = alpha >= 250
                    && props.blend_mode == BlendMode::Normal
                    && props.soft_mask.is_none();
                if solid && upright && self.is_opaque() {
                    self.ink.area(area, [r, g, b], self.placed);
                } else if alpha > 0 {
                    self.ink.ground(area);
                }
            }
            Paint::Color(_) => {}
            Paint::Pattern(_) => match tiling(&props.paint) {
                Some(tiling) => self.pattern(tiling, area, matches!(mode, DrawMode::Stroke(_))),
                None => self.ink.ground(area),
            },
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        // letters may be drawn by what shows through their outlines
        self.ink.path(&clip.path, Affine::IDENTITY);
        self.ink.push_clip(ink::bounds(&clip.path));
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.ink.push_clip(*rect);
    }

    fn pop_clip(&mut self) {
        self.ink.pop_clip();
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend: BlendMode,
    ) {
        self.groups.push(match opacity {
            _ if opacity < 0.03 => Group::Invisible,
            _ if opacity < 0.98 || mask.is_some() || blend != BlendMode::Normal => {
                Group::SeeThrough
            }
            _ => Group::Opaque,
        });
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }
}

fn tiling<'p, 'a>(paint: &'p Paint<'a>) -> Option<&'p TilingPattern<'a>> {
    match paint {
        Paint::Pattern(pattern) => match &**pattern {
            Pattern::Tiling(tiling) => Some(tiling),
            Pattern::Shading(_) => None,
        },
        Paint::Color(_) => None,
    }
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
