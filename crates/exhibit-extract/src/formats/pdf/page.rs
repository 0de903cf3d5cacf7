//! Converts one page of the document to a page of the model: text, boxes, marks, counts.

use super::annotations;
use super::bidi::{self, Habits, Unit};
use super::glyphs::{self, Collector, Glyph};
use super::ink::Ink;
use super::layers;
use super::lines::{self, Line};
use super::unicode::Unmapped;
use exhibit_model::{Counts, Mark, MarkKind, Page, PageKind, Rect, TextBox};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, Rect as Area};
use hayro_interpret::{
    Context, InterpreterCache, InterpreterSettings, RenderContent, interpret_page,
};
use hayro_syntax::Pdf;
use hayro_syntax::page::Page as PdfPage;

/// State kept from page to page while a document is read.
pub(super) struct Reading<'a> {
    unicode: Unmapped<'a>,
    cache: InterpreterCache<'a>,
    settings: InterpreterSettings,
    habits: Habits,
}

impl<'a> Reading<'a> {
    /// Starts reading `pdf`.
    pub(super) fn new(pdf: &'a Pdf) -> Self {
        Self {
            unicode: Unmapped::new(pdf),
            cache: InterpreterCache::new(),
            settings: InterpreterSettings::default(),
            habits: Habits::default(),
        }
    }
}

/// A page, and what should be noted about it.
#[derive(Default)]
pub(super) struct Read {
    pub(super) page: Page,
    /// Whether lines were sorted by position, since the page renders them upwards.
    pub(super) sorted: bool,
    /// Whether glyphs were left out because there are too many.
    pub(super) overfull: bool,
    /// Whether an annotation acts (runs a script, starts a program).
    pub(super) acts: bool,
    /// Glyphs that are bytes of a legacy encoding.
    pub(super) decoded: u32,
    /// Characters under areas of one colour that were drawn over them.
    pub(super) covered: glyphs::Covered,
    /// Redactions that are marked and not applied.
    pub(super) redactions: u32,
}

/// A page of the document with all its layers on.
pub(super) struct Lit<'b, 'r> {
    pub(super) source: &'r PdfPage<'b>,
    pub(super) reading: &'r mut Reading<'b>,
}

/// Reads one page; text that only `lit` shows is marked as hidden.
pub(super) fn read<'a>(
    source: &PdfPage<'a>,
    reading: &mut Reading<'a>,
    lit: Option<Lit<'_, '_>>,
) -> Read {
    let (width, height) = source.render_dimensions();
    let mut text = Text::new(width, height);
    let mut shown = collect(source, RenderContent::PAGE, reading, Before::new(width, height));
    let mut read = Read { overfull: shown.overfull, decoded: shown.decoded, ..Read::default() };
    let mut counts = Counts {
        glyphs: shown.placed,
        unmapped: shown.unmapped,
        images: shown.images,
        ..Counts::default()
    };
    let notes = annotations::of_page(source);
    let mut over = None;
    if !notes.is_empty() {
        let before = Before { ink: shown.ink, placed: shown.placed };
        let mut found = collect(source, RenderContent::ANNOTATIONS, reading, before);
        counts.glyphs = found.placed;
        counts.unmapped = counts.unmapped.saturating_add(found.unmapped);
        counts.images = counts.images.saturating_add(found.images);
        read.overfull |= found.overfull;
        read.decoded = read.decoded.saturating_add(found.decoded);
        read.acts = notes.iter().any(|note| note.acts);
        read.redactions = notes.iter().filter(|note| note.is_redaction).count() as u32;
        glyphs::cover(&mut found.ink, &mut found.glyphs);
        shown.ink = found.ink;
        over = Some(found.glyphs);
    }
    read.covered = glyphs::cover(&mut shown.ink, &mut shown.glyphs);
    counts.pictured = shown.ink.pictured_share();
    counts.shapes = shown.ink.letter_shapes();
    read.sorted = text.add(&shown.glyphs, None, &mut reading.habits);
    if let Some(lit) = lit {
        let all = collect(lit.source, RenderContent::PAGE, lit.reading, Before::new(width, height));
        counts.glyphs = counts.glyphs.max(all.placed);
        counts.unmapped = counts.unmapped.max(all.unmapped);
        text.add(
            &layers::hidden(all.glyphs, &shown.glyphs),
            Some(MarkKind::Hidden),
            &mut reading.habits,
        );
    }
    if let Some(over) = over {
        text.add_annotations(&over, &notes, &mut reading.habits);
    }
    text.page.counts = counts;
    read.page = text.page;
    read
}

/// What is on a page before more is drawn on it.
struct Before {
    ink: Ink,
    placed: u32,
}

impl Before {
    fn new(width: f32, height: f32) -> Self {
        Self { ink: Ink::new((width, height)), placed: 0 }
    }
}

struct Rendered {
    glyphs: Vec<Glyph>,
    placed: u32,
    unmapped: u32,
    decoded: u32,
    images: u32,
    overfull: bool,
    ink: Ink,
}

fn collect<'a>(
    source: &PdfPage<'a>,
    content: RenderContent,
    reading: &mut Reading<'a>,
    before: Before,
) -> Rendered {
    let (width, height) = source.render_dimensions();
    let settings = InterpreterSettings { render_content: content, ..reading.settings.clone() };
    let transform = Affine::new(source.initial_transform(true).as_coeffs());
    let area = Area::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut context = Context::new(transform, area, &reading.cache, source.xref(), settings);
    let mut collector = Collector::new(&mut reading.unicode, before.ink, before.placed);
    interpret_page(source, &mut context, &mut collector);
    let Collector { glyphs, placed, unmapped, decoded, images, overfull, mut ink, .. } = collector;
    ink.end_clips();
    Rendered { glyphs, placed, unmapped, decoded, images, overfull, ink }
}

/// The text of a page as it grows.
struct Text {
    page: Page,
}

impl Text {
    fn new(width: f32, height: f32) -> Self {
        Self { page: Page { kind: PageKind::Paper, width, height, ..Page::default() } }
    }

    /// Adds glyphs line by line; invisible ones are marked as such, the others as `kind`. Returns whether lines were sorted.
    fn add(&mut self, glyphs: &[Glyph], kind: Option<MarkKind>, habits: &mut Habits) -> bool {
        let (lines, sorted) = lines::lines_of(glyphs);
        habits.balance = 0;
        glyphs.iter().for_each(|glyph| bidi::observe(habits, &glyph.text));
        let mixed: Vec<bool> = lines.iter().map(|line| has_right_to_left(line, glyphs)).collect();
        let read: Vec<Option<Vec<Unit>>> = lines
            .iter()
            .zip(mixed)
            .map(|(line, mixed)| mixed.then(|| bidi::to_logical(&line.units, glyphs, habits)))
            .collect();
        habits.mirrored +=
            read.iter().flatten().map(|units| bidi::vote(units, glyphs)).sum::<i64>();
        for (line, read) in lines.iter().zip(&read) {
            let start = self.page.text.len();
            self.add_line(read.as_deref().unwrap_or(&line.units), glyphs, habits);
            let outside = line.rect[2] < 0.0
                || line.rect[3] < 0.0
                || line.rect[0] > self.page.width
                || line.rect[1] > self.page.height;
            let kind = if line.invisible || outside { Some(MarkKind::Invisible) } else { kind };
            if kind.is_some() {
                while self.page.marks.pop_if(|mark| mark.start as usize >= start).is_some() {}
            }
            self.mark(start, kind);
            self.page.text.push('\n');
        }
        sorted
    }

    fn add_line(&mut self, units: &[Unit], glyphs: &[Glyph], habits: &Habits) {
        let mut open: Option<(usize, [f32; 4], u32)> = None;
        for unit in units {
            let start = self.page.text.len();
            bidi::emit(unit, glyphs, habits, &mut self.page.text);
            if unit.glyph.is_some_and(|i| glyphs[i as usize].unseen) {
                self.mark(start, Some(MarkKind::Invisible));
            }
            let glyph = unit.glyph.map(|i| &glyphs[i as usize]).filter(|glyph| !glyph.is_space());
            let alone = glyph.is_some_and(|glyph| lines::is_ideographic(glyph.first()));
            if let Some((word, rect, stretch)) = open {
                match glyph {
                    Some(glyph) if !alone && stretch == unit.stretch => {
                        open = Some((word, lines::union(rect, glyph.rect), stretch));
                        continue;
                    }
                    _ => self.add_box(word, start, rect),
                }
            }
            open = glyph.map(|glyph| (start, glyph.rect, unit.stretch));
            if let (true, Some((word, rect, _))) = (alone, open) {
                self.add_box(word, self.page.text.len(), rect);
                open = None;
            }
        }
        if let Some((word, rect, _)) = open {
            self.add_box(word, self.page.text.len(), rect);
        }
    }

    fn add_box(&mut self, start: usize, end: usize, rect: [f32; 4]) {
        let (width, height) = (self.page.width, self.page.height);
        let part = |v: f32, side: f32| (v / side).clamp(-1.4, 2.4);
        let rect = Rect {
            x0: part(rect[0], width),
            y0: part(rect[1], height),
            x1: part(rect[2], width),
            y1: part(rect[3], height),
        };
        if start < end {
            self.page.boxes.push(TextBox {
                start: start as u32,
                end: end as u32,
                rect,
                confidence: 255,
            });
        }
    }

    /// Marks the text from `start` on; extends the previous mark if it ends there or a line end earlier.
    fn mark(&mut self, start: usize, kind: Option<MarkKind>) {
        let (start, end) = (start as u32, self.page.text.len() as u32);
        let Some(kind) = kind.filter(|_| start < end) else { return };
        match self.page.marks.last_mut() {
            Some(last) if last.kind == kind && last.end + 1 >= start => last.end = end,
            _ => self.page.marks.push(Mark { start, end, kind }),
        }
    }

    /// Adds the text that annotations render, then what they contain and do not render.
    fn add_annotations(
        &mut self,
        glyphs: &[Glyph],
        notes: &[annotations::Annotation],
        habits: &mut Habits,
    ) {
        let mut by_note: Vec<Vec<Glyph>> = vec![Vec::new(); notes.len() + 1];
        for glyph in glyphs {
            let (x, y) =
                ((glyph.rect[0] + glyph.rect[2]) / 2.0, (glyph.rect[1] + glyph.rect[3]) / 2.0);
            let home = notes.iter().position(|note| note.contains(x, y)).unwrap_or(notes.len());
            by_note[home].push(glyph.clone());
        }
        for (note, glyphs) in notes.iter().map(Some).chain([None]).zip(&by_note) {
            let kind = note.map_or(MarkKind::Annotation, |note| note.kind);
            let start = self.page.text.len();
            self.add(glyphs, Some(kind), habits);
            let rendered = squeezed(&self.page.text[start..]);
            for text in note.map_or(&[][..], |note| &note.texts) {
                if !rendered.contains(&squeezed(text)) {
                    self.add_note_text(text, note.and_then(|note| note.rect), kind);
                }
            }
        }
    }

    fn add_note_text(&mut self, text: &str, rect: Option<[f32; 4]>, kind: MarkKind) {
        let start = self.page.text.len();
        self.page.text.push_str(text);
        if let Some(rect) = rect {
            self.add_box(start, self.page.text.len(), rect);
        }
        self.mark(start, Some(kind));
        self.page.text.push('\n');
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn has_right_to_left(line: &Line, glyphs: &[Glyph]) -> bool {
    line.units.iter().filter_map(|unit| unit.glyph).any(|i| match &glyphs[i as usize].text {
        BfString::Char(c) => bidi::is_right_to_left(*c),
        BfString::String(text) => text.chars().any(bidi::is_right_to_left),
    })
}
