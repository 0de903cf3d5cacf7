//! What a page shows besides glyphs: pictures, shapes of the size of letters, and what was drawn over what.
//!
//! Nothing is rendered: places are kept in grids over the page. They tell which pages must be read by OCR, and which
//! text cannot be seen.

use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect};

/// The cells of the coarse grid along each side.
const CELLS: usize = 64;
/// The side of a cell of the fine grid, in points, unless the page is larger than `MOST_FINE` of them.
const FINE: f32 = 2.0;
const MOST_FINE: usize = 512;
/// The maximum number of shapes that are examined on one page.
const MOST_SHAPES: u32 = 200_000;
/// The maximum number of areas that are drawn on one page.
const MOST_AREAS: u32 = 4_000;

/// A grid of the page, a bit a cell.
#[derive(Clone)]
struct Grid([u64; CELLS]);

impl Grid {
    const EMPTY: Self = Self([0; CELLS]);

    fn set(&mut self, rows: (usize, usize), columns: u64) {
        for row in rows.0..rows.1 {
            self.0[row] |= columns;
        }
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|row| row.count_ones()).sum()
    }
}

/// Collects what a page shows besides glyphs.
pub(super) struct Ink {
    size: (f32, f32),
    clips: Vec<Rect>,
    pictures: Grid,
    /// Narrow strips, which are a picture if there are many.
    strips: Grid,
    strip_count: u32,
    text: Grid,
    shapes: Vec<(u8, u8)>,
    /// Small areas of any form, of which letters may be made.
    specks: Vec<(u8, u8)>,
    examined: u32,
    cover: Cover,
}

impl Ink {
    /// Starts a page of this size in points.
    pub(super) fn new(size: (f32, f32)) -> Self {
        Self {
            size,
            clips: Vec::new(),
            pictures: Grid::EMPTY,
            strips: Grid::EMPTY,
            strip_count: 0,
            text: Grid::EMPTY,
            shapes: Vec::new(),
            specks: Vec::new(),
            examined: 0,
            cover: Cover::default(),
        }
    }

    /// Begins a clip to the inside of a box.
    pub(super) fn push_clip(&mut self, area: Rect) {
        let area = self.clips.last().map_or(area, |clip| clip.intersect(area));
        self.clips.push(area);
    }

    /// Ends the last clip.
    pub(super) fn pop_clip(&mut self) {
        self.clips.pop();
    }

    /// Ends all clips.
    pub(super) fn end_clips(&mut self) {
        self.clips.clear();
    }

    fn clipped(&self, area: Rect) -> Option<Rect> {
        let page = Rect::new(0.0, 0.0, f64::from(self.size.0), f64::from(self.size.1));
        let area = self.clips.last().map_or(area, |clip| clip.intersect(area)).intersect(page);
        (area.is_finite() && area.width() > 0.0 && area.height() > 0.0).then_some(area)
    }

    /// The rows and columns of the cells whose middle is within a box; at least one if `any`.
    fn cells(&self, area: Rect, any: bool) -> Option<((usize, usize), u64)> {
        let span = |from: f64, to: f64, side: f32| {
            let scale = CELLS as f64 / f64::from(side.max(1.0));
            let (from, to) = (from * scale, to * scale);
            let (mut first, mut last) =
                ((from + 0.5).floor() as usize, (to + 0.5).floor() as usize);
            if any && first == last {
                (first, last) = (from as usize, from as usize + 1);
            }
            (first.min(CELLS), last.min(CELLS))
        };
        let (left, right) = span(area.x0, area.x1, self.size.0);
        let rows = span(area.y0, area.y1, self.size.1);
        if left >= right || rows.0 >= rows.1 {
            return None;
        }
        let columns =
            if right - left >= CELLS { u64::MAX } else { ((1 << (right - left)) - 1) << left };
        Some((rows, columns))
    }

    /// A picture of this many pixels, placed by `transform`; `covers` if nothing shows through it. `order` counts what was
    /// drawn before.
    pub(super) fn picture(
        &mut self,
        (across, down): (u32, u32),
        transform: Affine,
        covers: bool,
        order: u32,
    ) {
        let (width, height) = (f64::from(across), f64::from(down));
        let Some(area) =
            self.clipped(transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height)))
        else {
            return;
        };
        self.pictured(area, across, down);
        if covers {
            self.cover
                .paint(self.size, area, |cell| *cell = Paint { order, area: 0, colour: None });
        }
    }

    /// Marks an area that shows a picture of this many pixels.
    fn pictured(&mut self, area: Rect, across: u32, down: u32) {
        // a single colour or a gradient, stretched
        const LEAST_PIXELS: u32 = 16;
        const STRIP: u32 = 8;
        if across.max(down) < LEAST_PIXELS {
            return;
        }
        let Some((rows, columns)) = self.cells(area, true) else { return };
        if across.min(down) < STRIP {
            self.strip_count += 1;
            self.strips.set(rows, columns);
        } else {
            self.pictures.set(rows, columns);
        }
    }

    /// An area that shows tiles of a picture.
    pub(super) fn tiled(&mut self, area: Rect) {
        if let Some((rows, columns)) = self.clipped(area).and_then(|area| self.cells(area, true)) {
            self.pictures.set(rows, columns);
        }
    }

    /// Whether a place is outside the clip.
    pub(super) fn is_clipped(&self, x: f32, y: f32) -> bool {
        self.clips
            .last()
            .is_some_and(|clip| !clip.inflate(1.0, 1.0).contains(Point::new(x.into(), y.into())))
    }

    /// Visible text in a box: left, top, right, bottom.
    pub(super) fn text(&mut self, rect: [f32; 4]) {
        let [x0, y0, x1, y1] = rect.map(f64::from);
        if let Some(area) = self.clipped(Rect::new(x0, y0, x1, y1))
            && let Some((rows, columns)) = self.cells(area, true)
        {
            self.text.set(rows, columns);
        }
    }

    /// A path that is filled or stroked; those of its parts that have the size and the form of letters are counted.
    pub(super) fn path(&mut self, path: &BezPath, transform: Affine) {
        let mut part = Part::default();
        for element in path.elements() {
            if self.examined >= MOST_SHAPES {
                return;
            }
            match element {
                PathEl::MoveTo(point) => {
                    self.part(&part);
                    part = Part::default();
                    part.add(transform * *point);
                }
                PathEl::LineTo(point) => part.line(transform * *point),
                PathEl::QuadTo(a, point) => part.curve(&[transform * *a, transform * *point]),
                PathEl::CurveTo(a, b, point) => {
                    part.curve(&[transform * *a, transform * *b, transform * *point])
                }
                PathEl::ClosePath => {}
            }
        }
        self.part(&part);
    }

    fn part(&mut self, part: &Part) {
        self.examined += 1;
        let Some(area) = part.area.filter(|_| self.examined < MOST_SHAPES) else { return };
        if part.is_like_a_letter() {
            let cell = self.clipped(area).map(|area| self.cell(area));
            self.shapes.extend(cell);
        } else {
            self.speck(area);
        }
    }

    /// A filled area: a small one may be part of a letter.
    pub(super) fn speck(&mut self, area: Rect) {
        const LARGEST: f64 = 30.0;
        let small = area.width() <= LARGEST && area.height() <= LARGEST;
        if small && self.specks.len() < MOST_SHAPES as usize {
            let cell = self.clipped(area).map(|area| self.cell(area));
            self.specks.extend(cell);
        }
    }

    /// The cell of the middle of an area.
    fn cell(&self, area: Rect) -> (u8, u8) {
        let cell = |at: f64, side: f32| {
            ((at / f64::from(side.max(1.0)) * CELLS as f64) as usize).min(CELLS - 1) as u8
        };
        let middle = area.center();
        (cell(middle.x, self.size.0), cell(middle.y, self.size.1))
    }

    /// An opaque area of one colour, drawn over what came before.
    pub(super) fn area(&mut self, area: Rect, colour: [u8; 3], order: u32) {
        if let Some(area) = self.clipped(area).filter(is_ground) {
            let paint = Paint { order, area: self.cover.areas + 1, colour: Some(colour) };
            self.cover.paint(self.size, area, |cell| *cell = paint);
        }
    }

    /// An area whose form or colour is unknown: light text on it can be seen, and what is behind it may be.
    pub(super) fn ground(&mut self, area: Rect) {
        if let Some(area) = self.clipped(area).filter(is_ground) {
            self.cover.paint(self.size, area, |cell| cell.colour = None);
        }
    }

    /// What was drawn last at a place.
    pub(super) fn topmost(&self, x: f32, y: f32) -> Paint {
        self.cover.at(self.size, x, y)
    }

    /// The share of the page, in thousandths, that pictures cover and visible text does not.
    pub(super) fn pictured_share(&self) -> u32 {
        const LEAST_STRIPS: u32 = 16;
        let mut bare = Grid::EMPTY;
        for row in 0..CELLS {
            let strips = if self.strip_count >= LEAST_STRIPS { self.strips.0[row] } else { 0 };
            bare.0[row] = (self.pictures.0[row] | strips) & !self.text.0[row];
        }
        (bare.count() * 1000).div_ceil((CELLS * CELLS) as u32)
    }

    /// The number of shapes of the size of letters where the page has no text. Many small areas are letters made of pieces.
    pub(super) fn letter_shapes(&self) -> u32 {
        const LEAST_SPECKS: usize = 200;
        const SPECKS_OF_A_LETTER: usize = 8;
        let outside = |(x, y): &&(u8, u8)| self.text.0[usize::from(*y)] >> *x & 1 == 0;
        let specks = self.specks.iter().filter(outside).count();
        let pieces = if specks >= LEAST_SPECKS { specks / SPECKS_OF_A_LETTER } else { 0 };
        (self.shapes.iter().filter(outside).count() + pieces) as u32
    }
}

/// Whether an area is large enough to have text on it.
fn is_ground(area: &Rect) -> bool {
    const LEAST_SIDE: f64 = 3.0;
    area.width() >= LEAST_SIDE && area.height() >= LEAST_SIDE
}

/// The corners of a box that a path's points are in.
pub(super) fn bounds(path: &BezPath) -> Rect {
    let mut part = Part::default();
    for element in path.elements() {
        match element {
            PathEl::MoveTo(a) | PathEl::LineTo(a) => part.add(*a),
            PathEl::QuadTo(a, b) => [a, b].iter().for_each(|point| part.add(**point)),
            PathEl::CurveTo(a, b, c) => [a, b, c].iter().for_each(|point| part.add(**point)),
            PathEl::ClosePath => {}
        }
    }
    part.area.unwrap_or_default()
}

/// A part of a path.
#[derive(Default)]
struct Part {
    area: Option<Rect>,
    last: Point,
    curves: u32,
    slanted: u32,
    straight: u32,
}

impl Part {
    fn add(&mut self, point: Point) {
        let there = Rect::from_points(point, point);
        self.area = Some(self.area.map_or(there, |area| area.union(there)));
        self.last = point;
    }

    fn line(&mut self, point: Point) {
        let way = point - self.last;
        if way.x.abs() > 0.2 && way.y.abs() > 0.2 {
            self.slanted += 1;
        } else if way.hypot() > 0.2 {
            self.straight += 1;
        }
        self.add(point);
    }

    fn curve(&mut self, points: &[Point]) {
        self.curves += 1;
        points.iter().for_each(|point| self.add(*point));
    }

    /// Letters have curves, or more edges than a rectangle; they are neither lines nor large.
    fn is_like_a_letter(&self) -> bool {
        let Some(area) = self.area else { return false };
        let (width, height) = (area.width(), area.height());
        let edges = self.curves + self.slanted + self.straight;
        let form = self.curves >= 1 || (edges >= 3 && self.slanted >= 1) || self.straight >= 5;
        form && height >= 2.0 && width >= 1.0 && height <= 90.0 && width <= 120.0
    }
}

/// What was drawn at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Paint {
    /// The number of glyphs placed before the last opaque area or picture; 0 if there is none.
    pub(super) order: u32,
    /// The number of that area if it is of one colour, from 1; 0 for a picture.
    pub(super) area: u32,
    /// The colour, if it is known.
    pub(super) colour: Option<[u8; 3]>,
}

impl Paint {
    const PAPER: Self = Self { order: 0, area: 0, colour: Some([255; 3]) };
}

/// The areas drawn on a page, in cells; the last one counts.
#[derive(Default)]
struct Cover {
    across: usize,
    down: usize,
    cells: Vec<Paint>,
    areas: u32,
}

impl Cover {
    fn paint(&mut self, (width, height): (f32, f32), area: Rect, change: impl Fn(&mut Paint)) {
        if self.areas >= MOST_AREAS {
            return;
        }
        self.areas += 1;
        if self.cells.is_empty() {
            let cells = |side: f32| ((side / FINE).ceil() as usize).clamp(1, MOST_FINE);
            (self.across, self.down) = (cells(width), cells(height));
            self.cells = vec![Paint::PAPER; self.across * self.down];
        }
        // cells whose middle is within the area
        let span = |from: f64, to: f64, side: f32, cells: usize| {
            let scale = cells as f64 / f64::from(side.max(1.0));
            let bound = |at: f64| ((at * scale + 0.5).floor() as usize).min(cells);
            bound(from)..bound(to)
        };
        let columns = span(area.x0, area.x1, width, self.across);
        for row in span(area.y0, area.y1, height, self.down) {
            self.cells[row * self.across..][columns.clone()].iter_mut().for_each(&change);
        }
    }

    fn at(&self, (width, height): (f32, f32), x: f32, y: f32) -> Paint {
        if self.cells.is_empty() || !(0.0..width).contains(&x) || !(0.0..height).contains(&y) {
            return Paint::PAPER;
        }
        let cell =
            |at: f32, side: f32, cells: usize| ((at / side * cells as f32) as usize).min(cells - 1);
        let (column, row) = (cell(x, width, self.across), cell(y, height, self.down));
        let paint = self.cells.get(row * self.across + column).copied().unwrap_or(Paint::PAPER);
        // what was drawn after the last area is unknown
        if self.areas >= MOST_AREAS { Paint { colour: None, ..paint } } else { paint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ink() -> Ink {
        Ink::new((640.0, 640.0))
    }

    fn placed(ink: &mut Ink, pixels: (u32, u32), [x0, y0, x1, y1]: [f64; 4]) {
        let scale =
            [(x1 - x0) / f64::from(pixels.0), 0.0, 0.0, (y1 - y0) / f64::from(pixels.1), x0, y0];
        ink.picture(pixels, Affine::new(scale), true, 0);
    }

    #[test]
    fn pictures_cover_what_text_does_not() {
        let mut page = ink();
        placed(&mut page, (100, 100), [0.0, 0.0, 320.0, 640.0]);
        assert_eq!(page.pictured_share(), 500);
        page.text([0.0, 0.0, 320.0, 320.0]);
        assert_eq!(page.pictured_share(), 250);
        placed(&mut page, (100, 100), [-500.0, -500.0, 5000.0, 5000.0]);
        assert_eq!(page.pictured_share(), 750);
    }

    #[test]
    fn strips_are_a_picture_if_there_are_many() {
        let mut page = ink();
        placed(&mut page, (256, 1), [0.0, 0.0, 640.0, 640.0]);
        placed(&mut page, (1, 1), [0.0, 0.0, 640.0, 640.0]);
        assert_eq!(page.pictured_share(), 0, "a gradient and a colour");
        let mut page = ink();
        for n in 0..40 {
            let top = f64::from(n) * 16.0;
            placed(&mut page, (1700, 4), [0.0, top, 640.0, top + 16.0]);
        }
        assert_eq!(page.pictured_share(), 1000);
    }

    #[test]
    fn clips_end_where_they_began() {
        let mut page = ink();
        page.push_clip(Rect::new(0.0, 0.0, 320.0, 640.0));
        page.push_clip(Rect::new(160.0, 0.0, 640.0, 640.0));
        placed(&mut page, (100, 100), [0.0, 0.0, 640.0, 640.0]);
        assert_eq!(page.pictured_share(), 250);
        page.pop_clip();
        placed(&mut page, (100, 100), [0.0, 0.0, 640.0, 640.0]);
        assert_eq!(page.pictured_share(), 500);
        page.pop_clip();
        page.pop_clip();
        placed(&mut page, (100, 100), [0.0, 0.0, 640.0, 640.0]);
        assert_eq!(page.pictured_share(), 1000);
    }

    #[test]
    fn shapes_of_the_size_of_letters() {
        let check = |svg: &str, expect: u32| {
            let mut page = ink();
            page.path(&BezPath::from_svg(svg).expect("a path"), Affine::IDENTITY);
            assert_eq!(page.letter_shapes(), expect, "{svg}");
        };
        check("M10 10 C10 20 20 20 20 10 L10 10 Z", 1);
        check("M10 10 L14 20 L18 10 L14 14 Z M30 10 C30 20 40 20 40 10 Z", 2);
        check("M10 10 H20 V12 H12 V18 H20 V20 H10 Z", 1);
        check("M10 10 H20 V20 H10 Z", 0);
        check("M10 10 L300 300", 0);
        check("M10 10 C10 400 400 400 400 10 Z", 0);
        let mut page = ink();
        page.text([0.0, 0.0, 100.0, 100.0]);
        page.path(
            &BezPath::from_svg("M10 10 C10 20 20 20 20 10 Z").expect("a path"),
            Affine::IDENTITY,
        );
        assert_eq!(page.letter_shapes(), 0, "an underline of text, or its copy");
    }

    #[test]
    fn letters_made_of_pieces() {
        let piece = |n: u32| {
            let (x, y) = (f64::from(n % 100) * 5.0, f64::from(n / 100) * 3.0);
            Rect::new(x, y, x + 4.0, y + 1.0)
        };
        for (count, letters) in [(199, 0), (400, 50)] {
            let mut page = ink();
            (0..count).for_each(|n| page.speck(piece(n)));
            page.speck(Rect::new(0.0, 0.0, 600.0, 1.0));
            assert_eq!(page.letter_shapes(), letters);
        }
    }

    #[test]
    fn the_last_paint_counts() {
        let mut page = ink();
        assert_eq!(page.topmost(15.0, 15.0), Paint::PAPER);
        page.area(Rect::new(10.0, 10.0, 100.0, 30.0), [0; 3], 5);
        page.area(Rect::new(10.0, 10.0, 12.0, 640.0), [9; 3], 6);
        let black = Paint { order: 5, area: 1, colour: Some([0; 3]) };
        assert_eq!(page.topmost(15.0, 15.0), black);
        assert_eq!(page.topmost(105.0, 15.0), Paint::PAPER);
        page.ground(Rect::new(0.0, 0.0, 640.0, 640.0));
        assert_eq!(
            page.topmost(15.0, 15.0),
            Paint { colour: None, ..black },
            "what it covers is still covered"
        );
        placed(&mut page, (50, 50), [0.0, 0.0, 50.0, 50.0]);
        assert_eq!(page.topmost(15.0, 15.0), Paint { order: 0, area: 0, colour: None });
        for (x, y) in [(-1.0, 15.0), (f32::NAN, 15.0), (640.0, 640.0)] {
            assert_eq!(page.topmost(x, y), Paint::PAPER, "{x} {y}");
        }
    }

    #[test]
    fn areas_and_shapes_are_bounded() {
        let mut page = ink();
        for n in 0..MOST_AREAS + 5 {
            page.area(Rect::new(0.0, 0.0, 640.0, 10.0), [0; 3], n);
        }
        let last = Paint { order: MOST_AREAS - 1, area: MOST_AREAS, colour: None };
        assert_eq!(page.topmost(5.0, 5.0), last, "the colour is unknown from there on");
        let many = "M10 10 C10 20 20 20 20 10 Z ".repeat(1000);
        let path = BezPath::from_svg(&many).expect("a path");
        (0..300).for_each(|_| page.path(&path, Affine::IDENTITY));
        assert!(page.letter_shapes() <= MOST_SHAPES);
    }
}
