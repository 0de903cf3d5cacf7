//! Pages on which every piece of text has a place of its own (OFD, XPS): the text in the order in which it is drawn,
//! with the boxes of its characters and words.
//!
//! Pieces that follow each other on one baseline become one line. The advance of a glyph is an estimate where the file
//! does not state it, as no font is loaded.

use exhibit_model::{Mark, MarkKind, Page, PageKind, Rect, TextBox};

/// The maximum number of characters placed on one page.
pub(crate) const MOST_GLYPHS: usize = 2_000_000;

/// A matrix as both formats write it: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Matrix(pub(crate) [f32; 6]);

impl Matrix {
    /// The matrix that changes nothing.
    pub(crate) const SAME: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// A shift.
    pub(crate) fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// Six numbers separated by blanks or commas; `None` if they are not six finite numbers.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(Self(numbers(text).try_into().ok()?))
    }

    /// This matrix, and `after` applied to its result.
    pub(crate) fn then(self, after: Self) -> Self {
        let ([a, b, c, d, e, f], m) = (self.0, after.0);
        Self([
            a * m[0] + b * m[2],
            a * m[1] + b * m[3],
            c * m[0] + d * m[2],
            c * m[1] + d * m[3],
            e * m[0] + f * m[2] + m[4],
            e * m[1] + f * m[3] + m[5],
        ])
    }

    /// Where a point gets to.
    pub(crate) fn apply(self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }
}

/// The finite numbers of a list separated by blanks or commas.
pub(crate) fn numbers(text: &str) -> Vec<f32> {
    let pieces =
        text.split(|c: char| c.is_whitespace() || c == ',').filter(|piece| !piece.is_empty());
    pieces
        .filter_map(|piece| piece.parse().ok())
        .filter(|number: &f32| number.is_finite())
        .collect()
}

/// Characters drawn one after another.
pub(crate) struct Run<'t> {
    /// Each character: the start of its baseline, and its advance, before `matrix`.
    pub(crate) glyphs: &'t [Glyph],
    /// The size of the font, before `matrix`.
    pub(crate) em: f32,
    /// From the run's coordinates to the page's.
    pub(crate) matrix: Matrix,
    /// What the text is, if it is not plain visible text.
    pub(crate) kind: Option<MarkKind>,
}

/// A character with its place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Glyph {
    pub(crate) character: char,
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) advance: f32,
    /// Whether lines of it run downwards.
    pub(crate) downwards: bool,
}

/// The end of what was drawn last.
struct End {
    at: (f32, f32),
    direction: (f32, f32),
    em: f32,
    character: char,
}

/// A page being laid out.
pub(crate) struct Layout {
    size: (f32, f32),
    text: String,
    boxes: Vec<TextBox>,
    marks: Vec<Mark>,
    end: Option<End>,
    glyphs: usize,
    /// The number of pictures placed.
    pub(crate) images: u32,
}

impl Layout {
    /// A page of this width and height, in its own units.
    pub(crate) fn new(width: f32, height: f32) -> Self {
        Self {
            size: (width.max(1e-3), height.max(1e-3)),
            text: String::new(),
            boxes: Vec::new(),
            marks: Vec::new(),
            end: None,
            glyphs: 0,
            images: 0,
        }
    }

    /// Whether more was to be placed than a page may have.
    pub(crate) fn is_full(&self) -> bool {
        self.glyphs >= MOST_GLYPHS
    }

    /// Places characters. They continue the line if they are on its baseline, after its end.
    pub(crate) fn run(&mut self, run: &Run<'_>) {
        let Some(first) = run.glyphs.first() else { return };
        let unit = |x: f32, y: f32| {
            let (at, to) = (run.matrix.apply(0.0, 0.0), run.matrix.apply(x, y));
            (to.0 - at.0, to.1 - at.1)
        };
        let length = |(x, y): (f32, f32)| x.hypot(y);
        let forward = if first.downwards { unit(0.0, 1.0) } else { unit(1.0, 0.0) };
        let scale = length(forward).max(1e-6);
        let direction = (forward.0 / scale, forward.1 / scale);
        let em = (run.em.abs() * length(unit(0.0, 1.0))).max(1e-6);
        let start = run.matrix.apply(first.x, first.y);
        self.join(start, direction, em, first.character);
        let from = self.text.len();
        for glyph in run.glyphs {
            if self.is_full() {
                break;
            }
            self.glyphs += 1;
            let at = run.matrix.apply(glyph.x, glyph.y);
            if let Some(end) = self.end.take_if(|_| self.text.len() > from)
                && gap(&end, at) > 0.8 * em
                && !is_ideographic(end.character)
                && !is_ideographic(glyph.character)
                && !end.character.is_whitespace()
                && !glyph.character.is_whitespace()
            {
                self.text.push(' ');
            }
            let advance = glyph.advance * scale;
            self.place(glyph, at, direction, em, advance);
            let after = (at.0 + direction.0 * advance, at.1 + direction.1 * advance);
            self.end = Some(End { at: after, direction, em, character: glyph.character });
        }
        self.mark(from, run.kind);
    }

    /// Begins a new line, or separates the coming text from the one before it on the same line.
    fn join(&mut self, start: (f32, f32), direction: (f32, f32), em: f32, next: char) {
        let Some(end) = &self.end else {
            self.end_line();
            return;
        };
        let across = (start.0 - end.at.0) * direction.1 - (start.1 - end.at.1) * direction.0;
        let along = gap(end, start);
        let large = em.max(end.em);
        let parallel = end.direction.0 * direction.0 + end.direction.1 * direction.1 > 0.99;
        if !parallel || across.abs() > 0.4 * large || along < -0.6 * large {
            self.end_line();
            return;
        }
        let least = if is_ideographic(end.character) && is_ideographic(next) { 0.5 } else { 0.25 };
        if along > least * large
            && !self.text.ends_with(char::is_whitespace)
            && !next.is_whitespace()
        {
            self.text.push(' ');
        }
    }

    fn place(
        &mut self,
        glyph: &Glyph,
        at: (f32, f32),
        direction: (f32, f32),
        em: f32,
        advance: f32,
    ) {
        let start = self.text.len();
        match glyph.character {
            '\n' | '\r' | '\t' => self.text.push(' '),
            c if c.is_control() => return,
            c => self.text.push(c),
        }
        if glyph.character.is_whitespace() {
            return;
        }
        // upwards from the baseline, as seen along it
        let up = (direction.1, -direction.0);
        let (below, above) = if glyph.downwards { (-0.5, 0.5) } else { (-0.2, 0.8) };
        let corner = |along: f32, up_by: f32| {
            let (x, y) = (at.0 + direction.0 * along, at.1 + direction.1 * along);
            (x + up.0 * up_by * em, y + up.1 * up_by * em)
        };
        let corners = [
            corner(0.0, below),
            corner(0.0, above),
            corner(advance, below),
            corner(advance, above),
        ];
        let least =
            |of: fn(&(f32, f32)) -> f32| corners.iter().map(of).fold(f32::INFINITY, f32::min);
        let most =
            |of: fn(&(f32, f32)) -> f32| corners.iter().map(of).fold(f32::NEG_INFINITY, f32::max);
        let rect = Rect {
            x0: least(|corner| corner.0) / self.size.0,
            y0: least(|corner| corner.1) / self.size.1,
            x1: most(|corner| corner.0) / self.size.0,
            y1: most(|corner| corner.1) / self.size.1,
        };
        self.add_box(start, glyph.character, rect);
    }

    fn add_box(&mut self, start: usize, character: char, rect: Rect) {
        let near = |value: f32| value.is_finite() && (-3.9..=4.9).contains(&value);
        if ![rect.x0, rect.y0, rect.x1, rect.y1].into_iter().all(near) {
            return;
        }
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(self.text.len())) else {
            return;
        };
        let before = self.text[..start as usize].chars().next_back();
        let in_word = !is_ideographic(character)
            && before.is_some_and(|c| !c.is_whitespace() && !is_ideographic(c));
        match self.boxes.last_mut() {
            Some(last) if in_word && last.end == start => {
                last.end = end;
                last.rect = last.rect.union(&rect);
            }
            _ => self.boxes.push(TextBox { start, end, rect, confidence: 255 }),
        }
    }

    /// Adds text that has no place, as lines of their own.
    pub(crate) fn lines(&mut self, text: &str, kind: Option<MarkKind>) {
        if text.trim().is_empty() {
            return;
        }
        self.end_line();
        let from = self.text.len();
        self.text.push_str(text.trim_end());
        self.mark(from, kind);
        self.end_line();
    }

    fn mark(&mut self, from: usize, kind: Option<MarkKind>) {
        let (Some(kind), Ok(start), Ok(end)) =
            (kind, u32::try_from(from), u32::try_from(self.text.len()))
        else {
            return;
        };
        if start < end {
            self.marks.push(Mark { start, end, kind });
        }
    }

    fn end_line(&mut self) {
        self.end = None;
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// The finished page, of a size in points.
    pub(crate) fn into_page(mut self, points: (f32, f32), label: String) -> Page {
        self.end_line();
        let glyphs = u32::try_from(self.glyphs).unwrap_or(u32::MAX);
        let size = |points: f32| if points.is_finite() && points > 0.0 { points } else { 0.0 };
        let mut page = Page::of_text(0, PageKind::Text, self.text);
        page.label = label;
        page.boxes = self.boxes;
        page.marks = self.marks;
        (page.width, page.height) = (size(points.0), size(points.1));
        (page.counts.glyphs, page.counts.images) = (glyphs, self.images);
        page
    }
}

/// How far a point is after the end, along its line.
fn gap(end: &End, at: (f32, f32)) -> f32 {
    (at.0 - end.at.0) * end.direction.0 + (at.1 - end.at.1) * end.direction.1
}

/// The advance of a character in a font of size 1, as most fonts have it.
pub(crate) fn usual_advance(character: char) -> f32 {
    match character {
        c if is_ideographic(c) => 1.0,
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.3,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.85,
        c if c.is_uppercase() => 0.65,
        _ => 0.5,
    }
}

fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f32, y: f32, em: f32) -> Vec<Glyph> {
        let mut at = x;
        text.chars()
            .map(|character| {
                let advance = usual_advance(character) * em;
                at += advance;
                Glyph { character, x: at - advance, y, advance, downwards: false }
            })
            .collect()
    }

    fn page(pieces: &[(&str, f32, f32)]) -> Page {
        let mut layout = Layout::new(210.0, 297.0);
        for (text, x, y) in pieces {
            let glyphs = line(text, *x, *y, 4.0);
            layout.run(&Run { glyphs: &glyphs, em: 4.0, matrix: Matrix::SAME, kind: None });
        }
        let page = layout.into_page((595.0, 842.0), String::new());
        assert!(page.is_sound(), "{page:?}");
        page
    }

    #[test]
    fn pieces_on_one_baseline_are_a_line() {
        for (pieces, text) in [
            (&[("号码：", 10.0, 20.0), ("0500", 23.0, 20.1)][..], "号码：0500\n"),
            (&[("号码：", 10.0, 20.0), ("0500", 40.0, 20.0)], "号码： 0500\n"),
            (&[("登记", 10.0, 20.0), ("名单", 18.0, 20.0)], "登记名单\n"),
            (&[("登记", 10.0, 20.0), ("名单", 10.0, 26.0)], "登记\n名单\n"),
            (&[("right", 100.0, 20.0), ("left", 10.0, 20.0)], "right\nleft\n"),
            (&[("登\u{1}\n记", 10.0, 20.0)], "登 记\n"),
        ] {
            assert_eq!(page(pieces).text, text, "{pieces:?}");
        }
    }

    #[test]
    fn ideographs_have_boxes_of_their_own_and_words_have_one() {
        let page = page(&[("登记 word", 21.0, 29.7)]);
        let texts: Vec<&str> =
            page.boxes.iter().map(|b| &page.text[b.start as usize..b.end as usize]).collect();
        assert_eq!(texts, ["登", "记", "word"]);
        let rect = page.boxes[0].rect;
        assert!((rect.x0 - 0.1).abs() < 1e-4 && (rect.x1 - 25.0 / 210.0).abs() < 1e-4, "{rect:?}");
        assert!(rect.y0 < 0.1 && rect.y1 > 0.1, "around the baseline: {rect:?}");
        assert_eq!((page.width, page.counts.glyphs), (595.0, 7));
    }

    #[test]
    fn matrices_are_applied_in_order() {
        let quarter = Matrix([0.0, 1.0, -1.0, 0.0, 0.0, 0.0]);
        assert_eq!(quarter.then(Matrix::shift(10.0, 5.0)).apply(2.0, 0.0), (10.0, 7.0));
        assert_eq!(Matrix::shift(10.0, 5.0).then(quarter).apply(0.0, 0.0), (-5.0, 10.0));
        assert_eq!(Matrix::parse("1,0 0 1 3 4"), Some(Matrix::shift(3.0, 4.0)));
        assert_eq!(Matrix::parse("1 0 0 1 3"), None);
        assert_eq!(Matrix::parse("1 0 0 1 3 NaN"), None);
        let mut layout = Layout::new(100.0, 100.0);
        for (text, y) in [("上", 10.0), ("下", 14.0)] {
            let glyph = Glyph {
                character: text.chars().next().expect("one"),
                x: 50.0,
                y,
                advance: 4.0,
                downwards: true,
            };
            layout.run(&Run {
                glyphs: &[glyph],
                em: 4.0,
                matrix: Matrix::SAME,
                kind: Some(MarkKind::Invisible),
            });
        }
        let page = layout.into_page((0.0, f32::NAN), String::new());
        assert_eq!((page.text.as_str(), page.marks.len(), page.height), ("上下\n", 2, 0.0));
    }

    #[test]
    fn impossible_places_have_no_box() {
        let page = page(&[("far", 1e9, 20.0), ("nan", f32::NAN, 1.0), ("here", 10.0, 20.0)]);
        assert_eq!(page.boxes.len(), 1);
        assert!(page.text.contains("far") && page.text.contains("nan"));
    }
}
