//! One page of a document: its picture with the hits overlaid as links, and its text in paragraphs.

use crate::css_rules::CssRules;
use crate::direction::{Direction, declared};
use crate::untrusted::{Label, Name, Span, clause_class, rendered};
use crate::words::Words;
use exhibit_model::Rect;
use maud::{Markup, html};

/// The picture of a page.
#[derive(Clone, Debug)]
pub enum PictureView {
    /// It can be rendered.
    Shown {
        /// The address of the picture.
        source: String,
        /// The address of a larger one.
        large: String,
        /// The page's width and height in any unit, if it has a size of its own.
        size: Option<(u32, u32)>,
        /// The positions of the hits.
        boxes: Vec<HitBox>,
    },
    /// It cannot be shown; the reason.
    None(String),
}

/// The position of one hit: one rectangle for each line.
#[derive(Clone, PartialEq, Debug)]
pub struct HitBox {
    /// The hit's number within the document, from 1.
    pub number: usize,
    /// Which clause of the query matched.
    pub clause: usize,
    /// Whether it is the current hit.
    pub current: bool,
    /// Its rectangles.
    pub places: Vec<Rect>,
}

/// The text of a page.
#[derive(Clone, Debug)]
pub struct Text {
    /// How the text was obtained, with OCR's program and languages.
    pub origin: Origin,
    /// The page's main language, `und` if undetermined.
    pub language: String,
    /// Its paragraphs.
    pub blocks: Vec<Block>,
    /// Whether lines are rows of a sheet with cells between tabs.
    pub is_table: bool,
    /// The hits, numbered, in order, not overlapping, in bytes of the page's text.
    pub spans: Vec<Span>,
    /// The current hit; 0 for none.
    pub current: usize,
    /// Stretches that are not plain visible text, in order, not overlapping.
    pub labels: Vec<Label>,
    /// The part of a long page that is shown.
    pub part: Option<Part>,
}

/// How a page's text was obtained.
#[derive(Clone, PartialEq, Debug)]
pub enum Origin {
    /// From the file itself.
    File,
    /// From the file itself, as an invisible layer under the picture: the output of another program's OCR.
    Layer,
    /// Recognised from the picture.
    Ocr {
        /// The program and its version.
        engine: String,
        /// The language models used.
        languages: String,
        /// Mean confidence, 0 to 1.
        confidence: f32,
    },
}

/// A paragraph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its number on the page, from 1.
    pub number: usize,
    /// Its first byte in the page's text.
    pub start: usize,
    /// Its text.
    pub text: String,
    /// Its language.
    pub language: String,
}

/// A part of a long page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// First character shown, from 1.
    pub from: u64,
    /// Last character shown.
    pub to: u64,
    /// How many there are.
    pub of: u64,
    /// The previous part.
    pub earlier: Option<String>,
    /// The next part.
    pub later: Option<String>,
}

/// Renders the picture and positions each hit's box.
#[must_use]
pub fn picture(words: &Words, picture: &PictureView, rules: &mut CssRules) -> Markup {
    match picture {
        PictureView::None(why) => html! { p.no-picture { (why) } },
        PictureView::Shown { source, size, boxes, .. } => html! {
            div.sheet.ltr dir="ltr" id=[size.map(|(width, height)| rules.proportion(width, height))] {
                img src=(source) alt=(words.picture_of_page()) decoding="async";
                @for hit in boxes {
                    @for (part, place) in hit.places.iter().enumerate() {
                        a.hit.(clause_class(hit.clause)).now[hit.current] id=(rules.hit_box(hit.number, part + 1, *place))
                            href={ "#h" (hit.number) } aria-label=(hit_name(words, hit, part)) {}
                    }
                }
            }
        },
    }
}

fn hit_name(words: &Words, hit: &HitBox, part: usize) -> String {
    let number = hit.number as u64;
    match hit.places.len() {
        0 | 1 => words.hit_n(number),
        parts => words.hit_n_part(number, part as u64 + 1, parts as u64),
    }
}

/// Renders the text.
#[must_use]
pub fn text(words: &Words, text: &Text) -> Markup {
    html! {
        div.panehead {
            h2 id="text-head" { (words.text()) }
            (origin(words, &text.origin))
            span.dim { (words.language_of(&text.language)) }
        }
        (parts(words, text.part.as_ref()))
        @if text.blocks.is_empty() { p.lead { (words.no_text_on_page()) } }
        @if text.is_table { (table(text)) } @else { @for block in &text.blocks { (paragraph(words, text, block)) } }
        (parts(words, text.part.as_ref()))
    }
}

fn origin(words: &Words, origin: &Origin) -> Markup {
    html! {
        @match origin {
            Origin::File => span.dim { (words.text_from_file()) },
            Origin::Layer => span.warn { (words.text_from_layer()) },
            Origin::Ocr { engine, languages, confidence } => {
                span { (words.ocr_confidence(*confidence)) }
                span.dim { (Name::from(engine.as_str()).show()) " · " (Name::from(languages.as_str()).show()) }
            },
        }
    }
}

fn paragraph(words: &Words, text: &Text, block: &Block) -> Markup {
    let (from, to) = (block.start, block.start + block.text.len());
    let first_hit = text.spans.partition_point(|span| span.end <= from);
    let holds_current = text.spans[first_hit..]
        .iter()
        .take_while(|span| span.start < to)
        .any(|span| span.number > 0 && span.number == text.current);
    html! {
        div.para.now[holds_current] id={ "p" (block.number) } {
            a.para-number href={ "#p" (block.number) } aria-label=(words.paragraph_n(block.number as u64)) {
                bdi.ltr dir="ltr" { "¶" (block.number) }
            }
            p lang=(declared(&block.text, &block.language)) dir=(Direction::of(&block.text, &block.language).word()) {
                (rendered(&block.text, block.start, &text.spans, &text.labels, text.current))
            }
        }
    }
}

fn table(text: &Text) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table.cells {
                @for block in &text.blocks {
                    tr id={ "p" (block.number) } {
                        th scope="row" { a href={ "#p" (block.number) } { (block.number) } }
                        @for (start, cell) in cells(block) {
                            td lang=(declared(cell, &block.language)) dir=(Direction::of(cell, &block.language).word()) {
                                (rendered(cell, start, &text.spans, &text.labels, text.current))
                            }
                        }
                    }
                }
            }
        }
    }
}

// The cells of a row, each with its first byte in the page's text.
fn cells(block: &Block) -> impl Iterator<Item = (usize, &str)> {
    let base = block.text.as_ptr() as usize;
    block.text.split('\t').map(move |cell| (block.start + (cell.as_ptr() as usize - base), cell))
}

fn parts(words: &Words, part: Option<&Part>) -> Markup {
    html! {
        @if let Some(part) = part {
            p.part {
                (words.part_of_page(part.from, part.of, part.to))
                @if let Some(href) = &part.earlier { " " a rel="prev-part" href=(href) { "← " (words.earlier_part()) } }
                @if let Some(href) = &part.later { " " a rel="next-part" href=(href) { (words.later_part()) " →" } }
            }
        }
    }
}
