//! What is drawn on a page: text objects with the places of their characters, pictures, composite units.

use crate::formats::layout::{Glyph, Layout, Matrix, Run, numbers, usual_advance};
use crate::formats::office::xml::Element;
use exhibit_model::MarkKind;
use std::collections::HashMap;

/// Units within units are drawn to this depth.
const MOST_DEPTH: usize = 8;
/// The maximum number of objects drawn on one page, those of units counted each time.
const MOST_OBJECTS: usize = 500_000;

/// An object of a page.
#[derive(Debug)]
pub(super) enum Object {
    Text(Text),
    Picture,
    Unit { id: String, matrix: Matrix },
}

/// A text object.
#[derive(Debug)]
pub(super) struct Text {
    id: String,
    matrix: Matrix,
    size: f32,
    stretch: f32,
    invisible: bool,
    downwards: bool,
    codes: Vec<Code>,
}

/// Characters placed one after another.
#[derive(Debug)]
struct Code {
    place: (Option<f32>, Option<f32>),
    /// The distances between characters, as stored.
    across: String,
    down: String,
    text: String,
}

/// Collects objects from the elements of a part.
#[derive(Default)]
pub(super) struct Objects {
    done: Vec<Object>,
    text: Option<Text>,
    in_code: bool,
}

impl Objects {
    pub(super) fn start(&mut self, element: &Element<'_>) {
        let value = |name: &str| element.value(name);
        match element.name() {
            "TextObject" => {
                let read = |name| {
                    value(name).and_then(|text| text.parse().ok()).filter(|n: &f32| n.is_finite())
                };
                let no = |name: &str| value(name).is_some_and(|text| text == "false");
                let yes = |name: &str| value(name).is_some_and(|text| text == "true");
                let unpainted = no("Fill") && !yes("Stroke");
                self.text = Some(Text {
                    id: value("ID").unwrap_or_default(),
                    matrix: placed(element),
                    size: read("Size").unwrap_or(3.5),
                    stretch: read("HScale").filter(|scale| *scale > 0.0).unwrap_or(1.0),
                    invisible: no("Visible")
                        || unpainted
                        || value("Alpha").is_some_and(|alpha| alpha == "0"),
                    downwards: read("ReadDirection").is_some_and(|degrees| degrees == 90.0),
                    codes: Vec::new(),
                });
            }
            "TextCode" => {
                if let Some(text) = &mut self.text {
                    let read = |name| {
                        value(name)
                            .and_then(|text| text.parse().ok())
                            .filter(|n: &f32| n.is_finite())
                    };
                    text.codes.push(Code {
                        place: (read("X"), read("Y")),
                        across: value("DeltaX").unwrap_or_default(),
                        down: value("DeltaY").unwrap_or_default(),
                        text: String::new(),
                    });
                    self.in_code = true;
                }
            }
            "ImageObject" => self.done.push(Object::Picture),
            "CompositeObject" => {
                let id = value("ResourceID").unwrap_or_default();
                self.done.push(Object::Unit { id, matrix: placed(element) });
            }
            _ => {}
        }
    }

    pub(super) fn text(&mut self, found: &str) {
        if self.in_code
            && let Some(code) = self.text.as_mut().and_then(|text| text.codes.last_mut())
        {
            code.text.push_str(found);
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        match name {
            "TextCode" => self.in_code = false,
            "TextObject" => self.done.extend(self.text.take().map(Object::Text)),
            _ => {}
        }
    }

    /// The objects that have ended so far.
    pub(super) fn so_far(&self) -> &[Object] {
        &self.done
    }

    /// All objects, that of a damaged end included.
    pub(super) fn finish(mut self) -> Vec<Object> {
        self.done.extend(self.text.take().map(Object::Text));
        self.done
    }
}

/// From an object's coordinates to those around it: its own matrix, then the corner of its boundary.
fn placed(element: &Element<'_>) -> Matrix {
    let own = element.value("CTM").and_then(|text| Matrix::parse(&text)).unwrap_or(Matrix::SAME);
    match numbers(&element.value("Boundary").unwrap_or_default())[..] {
        [x, y, ..] => own.then(Matrix::shift(x, y)),
        _ => own,
    }
}

/// The first `most` distances between characters; `g 3 1.5` is 1.5 three times.
fn deltas(text: &str, most: usize) -> Vec<f32> {
    let mut found = Vec::new();
    let mut pieces = text.split_whitespace();
    while let Some(piece) = pieces.next().filter(|_| found.len() < most) {
        if piece == "g" {
            let count = pieces.next().and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
            let value = pieces.next().and_then(|value| value.parse::<f32>().ok()).unwrap_or(0.0);
            found.extend(std::iter::repeat_n(value, count.min(most - found.len())));
        } else if let Ok(value) = piece.parse::<f32>() {
            found.push(value);
        }
    }
    found.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = 0.0);
    found
}

/// Draws objects on a page.
pub(super) struct Drawing<'u> {
    pub(super) layout: Layout,
    units: &'u HashMap<String, Vec<Object>>,
    drawn: usize,
    texts: Vec<(String, String)>,
}

impl<'u> Drawing<'u> {
    pub(super) fn new(layout: Layout, units: &'u HashMap<String, Vec<Object>>) -> Self {
        Self { layout, units, drawn: 0, texts: Vec::new() }
    }

    /// Draws objects, which are of a kind if they are not plain content.
    pub(super) fn draw(&mut self, objects: &[Object], matrix: Matrix, kind: Option<MarkKind>) {
        self.draw_within(objects, matrix, kind, MOST_DEPTH);
    }

    fn draw_within(
        &mut self,
        objects: &[Object],
        matrix: Matrix,
        kind: Option<MarkKind>,
        depth: usize,
    ) {
        for object in objects {
            self.drawn += 1;
            if self.drawn > MOST_OBJECTS {
                return;
            }
            match object {
                Object::Text(text) => {
                    text.draw(&mut self.layout, matrix, kind);
                    if !text.id.is_empty() {
                        let words = text.codes.iter().map(|code| code.text.as_str()).collect();
                        self.texts.push((text.id.clone(), words));
                    }
                }
                Object::Picture => self.layout.images = self.layout.images.saturating_add(1),
                Object::Unit { id, matrix: own } => {
                    if let Some(within) = self.units.get(id).filter(|_| depth > 0) {
                        self.draw_within(within, own.then(matrix), kind, depth - 1);
                    }
                }
            }
        }
    }

    /// The page, and the texts of its objects by their ids.
    pub(super) fn finish(self) -> (Layout, Vec<(String, String)>) {
        (self.layout, self.texts)
    }
}

impl Text {
    fn draw(&self, layout: &mut Layout, matrix: Matrix, kind: Option<MarkKind>) {
        let (mut x, mut y) = (0.0, 0.0);
        for code in &self.codes {
            (x, y) = (code.place.0.unwrap_or(x), code.place.1.unwrap_or(y));
            let glyphs = code.glyphs((x, y), self.size * self.stretch, self.downwards);
            let kind = kind.or(self.invisible.then_some(MarkKind::Invisible));
            layout.run(&Run {
                glyphs: &glyphs,
                em: self.size,
                matrix: self.matrix.then(matrix),
                kind,
            });
        }
    }
}

impl Code {
    /// The characters with their places; distances that are not stated are as the last one, or as fonts usually have.
    fn glyphs(&self, start: (f32, f32), size: f32, downwards: bool) -> Vec<Glyph> {
        let count = self.text.chars().count();
        let (across, down) = (deltas(&self.across, count), deltas(&self.down, count));
        let only_down =
            across.iter().all(|step| *step == 0.0) && down.iter().any(|step| *step > 0.0);
        let downwards = downwards || only_down;
        let stated = |list: &[f32], at: usize| list.get(at).or(list.last()).copied();
        let (mut x, mut y) = start;
        let mut glyphs = Vec::with_capacity(self.text.len().min(1 << 16));
        for (at, character) in self.text.chars().filter(|c| !matches!(c, '\n' | '\r')).enumerate() {
            let usual = usual_advance(character) * size;
            let along = if downwards { &down } else { &across };
            let step = stated(along, at).filter(|step| *step > 0.0);
            let advance = step.map_or(usual, |step| step.min(usual.max(size)));
            glyphs.push(Glyph { character, x, y, advance, downwards });
            if downwards {
                y += step.unwrap_or(size);
                x += stated(&across, at).unwrap_or(0.0);
            } else {
                x += stated(along, at).unwrap_or(usual);
                y += stated(&down, at).unwrap_or(0.0);
            }
        }
        glyphs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_repeated_and_bounded() {
        for (text, expected) in [
            ("1 2.5 3", vec![1.0, 2.5, 3.0]),
            ("g 3 1.5 2", vec![1.5, 1.5, 1.5, 2.0]),
            ("g x 1 2", vec![2.0]),
            ("NaN 1", vec![0.0, 1.0]),
            ("", vec![]),
        ] {
            assert_eq!(deltas(text, 9), expected, "{text}");
        }
        assert_eq!(deltas("g 18446744073709551615 1 g 9999999999 1", 9).len(), 9);
    }

    #[test]
    fn characters_are_placed_by_their_distances() {
        let code = |across: &str, down: &str, text: &str| Code {
            place: (None, None),
            across: across.to_owned(),
            down: down.to_owned(),
            text: text.to_owned(),
        };
        let places = |code: Code| {
            code.glyphs((1.0, 2.0), 4.0, false).iter().map(|g| (g.x, g.y)).collect::<Vec<_>>()
        };
        assert_eq!(
            places(code("4 5", "", "登记名单")),
            [(1.0, 2.0), (5.0, 2.0), (10.0, 2.0), (15.0, 2.0)]
        );
        assert_eq!(places(code("", "", "登记")), [(1.0, 2.0), (5.0, 2.0)]);
        assert_eq!(places(code("", "6", "登记")), [(1.0, 2.0), (1.0, 8.0)]);
        assert!(
            code("", "6", "登记")
                .glyphs((0.0, 0.0), 4.0, false)
                .iter()
                .all(|glyph| glyph.downwards)
        );
    }
}
