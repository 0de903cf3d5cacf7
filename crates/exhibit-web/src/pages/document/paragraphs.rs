//! Splits a page's text into paragraphs for display: each with one language and one direction, and long pages in parts.
//!
//! Nothing is left out or joined: the paragraphs of a part, with the line ends between them, are its text.

use crate::direction::Direction;
use crate::pages::document::page_view::Block;
use crate::untrusted::Label;
use crate::words::Words;
use exhibit_model::{Mark, MarkKind, Page, PageKind, Rect};
use std::ops::Range;

/// The most bytes of a page's text that are shown at once.
pub(crate) const PART: usize = 120_000;

/// Which bytes of `text` are shown so that byte `around` is among them: all of a page that is not long, otherwise the
/// part of a fixed grid, cut at line ends where one is near.
pub(crate) fn part(text: &str, around: usize) -> Range<usize> {
    if text.len() <= PART + PART / 2 {
        return 0..text.len();
    }
    let cut = |number: usize| {
        let at = text.floor_char_boundary(number.saturating_mul(PART));
        let near = text.floor_char_boundary(at + PART / 8);
        text[at..near]
            .find('\n')
            .map_or(at, |newline| if at == 0 || at == text.len() { at } else { at + newline + 1 })
    };
    let around = around.min(text.len().saturating_sub(1));
    let mut number = around / PART;
    if around < cut(number) {
        number -= 1;
    }
    cut(number)..cut(number + 1)
}

/// Whether each line of a page is a paragraph: rows of sheets, lines of slides, paragraphs of word processors. Lines of
/// plain text, mail and printed pages may be parts of one.
pub(crate) fn is_by_line(page: &Page, media_type: &str) -> bool {
    let may_be_wrapped = media_type.starts_with("text/") || media_type.starts_with("message/");
    match page.kind {
        PageKind::Sheet | PageKind::Slide => true,
        PageKind::Text => page.boxes.is_empty() && !may_be_wrapped,
        PageKind::Paper | PageKind::Picture | PageKind::Message => false,
    }
}

/// The paragraphs of a page that begin within `shown`, numbered on the whole page. Empty lines are paragraphs of sheets
/// alone, where they are rows.
pub(crate) fn blocks(page: &Page, by_line: bool, shown: &Range<usize>) -> Vec<Block> {
    let layout = Layout::of(page);
    let mut blocks: Vec<Block> = Vec::new();
    let (mut number, mut open, mut start, mut last_line) = (0, None, 0, 0..0);
    for line in page.text.split_inclusive('\n') {
        let (at, text) = (start, line.trim_end_matches(['\n', '\r']));
        start += line.len();
        if text.trim().is_empty() && page.kind != PageKind::Sheet {
            open = None;
            continue;
        }
        let language = language_at(page, at + (text.len() - text.trim_start().len()));
        let direction = Direction::of(text, language);
        let nature = Some((language, direction));
        let this_line = at..at + text.len();
        let goes_on =
            nature == open && !by_line && !layout.parts(&last_line, &this_line, direction);
        last_line = this_line;
        number += usize::from(!goes_on);
        open = nature;
        if !shown.contains(&at) {
            continue;
        }
        match blocks.last_mut().filter(|_| goes_on) {
            Some(block) => {
                let end = at + text.len();
                page.text[block.start..end].clone_into(&mut block.text);
            }
            None => blocks.push(Block {
                number,
                start: at,
                text: text.to_owned(),
                language: language.to_owned(),
            }),
        }
    }
    blocks
}

/// The lines of a laid-out page; empty for pages without positions.
struct Layout<'a> {
    page: &'a Page,
    // the left and right edges of the lines
    left: f32,
    right: f32,
}

// How far before the edge the last line of a paragraph ends, and how much taller than a line the gap
// between paragraphs is.
const SHORT: f32 = 0.12;
const GAP: f32 = 0.9;

impl<'a> Layout<'a> {
    fn of(page: &'a Page) -> Self {
        let edges = page.boxes.iter().fold((f32::MAX, f32::MIN), |(left, right), word| {
            (left.min(word.rect.x0), right.max(word.rect.x1))
        });
        Self { page, left: edges.0, right: edges.1 }
    }

    /// Whether a paragraph ends between two lines: the first ends early, or there is a gap before the second.
    fn parts(&self, before: &Range<usize>, after: &Range<usize>, direction: Direction) -> bool {
        let (Some(before), Some(after)) = (self.place(before), self.place(after)) else {
            return false;
        };
        let ends_early = match direction {
            Direction::Ltr => before.x1 < self.right - SHORT,
            Direction::Rtl => before.x0 > self.left + SHORT,
        };
        let height = (before.y1 - before.y0).min(after.y1 - after.y0);
        ends_early || after.y0 - before.y1 > GAP * height || after.y1 < before.y0
    }

    fn place(&self, line: &Range<usize>) -> Option<Rect> {
        let boxes = &self.page.boxes;
        let first = boxes.partition_point(|word| word.end as usize <= line.start);
        let within = boxes[first..].iter().take_while(|word| (word.start as usize) < line.end);
        within.map(|word| word.rect).reduce(|all, rect| all.union(&rect))
    }
}

fn language_at(page: &Page, at: usize) -> &str {
    let next = page.runs.partition_point(|run| (run.end as usize) <= at);
    match page.runs.get(next).filter(|run| (run.start as usize) <= at) {
        Some(run) if run.language != "und" => &run.language,
        _ => &page.language,
    }
}

/// Stretches that are not plain visible text, in order and not overlapping, for display.
pub(crate) fn labels(words: &Words, page: &Page) -> Vec<Label> {
    let mut reached = 0;
    let mut labels = Vec::new();
    let mut marks: Vec<&Mark> = page.marks.iter().collect();
    marks.sort_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end)));
    for mark in marks {
        let (start, end) = ((mark.start as usize).max(reached), mark.end as usize);
        if start < end {
            labels.push(words.label(start, end, mark.kind));
            reached = end;
        }
    }
    labels
}

/// Whether all of the page's text is invisible: a text layer under the picture of a scan.
pub(crate) fn is_layer(page: &Page, labels: &[Label]) -> bool {
    let mut reached = 0;
    let hidden = labels.iter().filter(|label| label.kind == MarkKind::Invisible);
    for label in hidden {
        if !page.text.get(reached..label.start).is_some_and(|between| between.trim().is_empty()) {
            return false;
        }
        reached = label.end;
    }
    reached > 0 && page.text.get(reached..).is_some_and(|rest| rest.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{Run, TextBox};

    fn page(text: &str) -> Page {
        Page::of_text(1, PageKind::Text, text.to_owned())
    }

    #[test]
    fn paragraphs_end_at_blank_lines_and_where_the_direction_turns() {
        let text = "各部门:\n现通知如下\n\n  \n三、登记\r\nئامبار تىزىملىكى\nline";
        let mut page = page(text);
        page.runs = vec![Run { start: 0, end: 10, language: "zh-Hans".to_owned() }];
        let blocks = blocks(&page, false, &(0..text.len()));
        let shown: Vec<(usize, &str, &str)> = blocks
            .iter()
            .map(|block| (block.number, block.text.as_str(), block.language.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (1, "各部门:", "zh-Hans"),
                (2, "现通知如下", "und"),
                (3, "三、登记", "und"),
                (4, "ئامبار تىزىملىكى", "und"),
                (5, "line", "und"),
            ]
        );
        for block in &blocks {
            assert!(text[block.start..].starts_with(&block.text));
        }
    }

    #[test]
    fn lines_of_one_kind_stay_together_and_sheets_stay_apart() {
        let mut page = page("one\ntwo\n\nthree\n");
        let all = 0..page.text.len();
        let texts = |page: &Page| {
            blocks(page, is_by_line(page, "text/plain"), &all)
                .into_iter()
                .map(|block| block.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&page), ["one\ntwo", "three"]);
        page.kind = PageKind::Sheet;
        assert_eq!(texts(&page), ["one", "two", "", "three"]);
        page.kind = PageKind::Slide;
        assert_eq!(texts(&page), ["one", "two", "three"]);
    }

    #[test]
    fn on_paper_a_short_line_ends_its_paragraph() {
        let text = "one two\nthree\nfour\n";
        let mut page = page(text);
        let word = |start, end, x0: f32, x1: f32, y0: f32| TextBox {
            start,
            end,
            rect: Rect { x0, x1, y0, y1: y0 + 0.02 },
            confidence: 255,
        };
        page.boxes = vec![
            word(0, 3, 0.1, 0.4, 0.10),
            word(4, 7, 0.5, 0.9, 0.10),
            word(8, 13, 0.1, 0.3, 0.13),
            word(14, 18, 0.1, 0.9, 0.16),
        ];
        let texts = |page: &Page| {
            blocks(page, false, &(0..text.len()))
                .into_iter()
                .map(|block| block.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&page), ["one two\nthree", "four"]);
        page.boxes[3].rect.y0 = 0.5;
        page.boxes[2].rect.x1 = 0.9;
        page.boxes[3].rect.y1 = 0.52;
        assert_eq!(texts(&page), ["one two\nthree", "four"], "a gap parts too");
    }

    #[test]
    fn parts_cover_a_long_page_without_gap() {
        for line in ["登记表 2019\n", "x"] {
            let text = line.repeat(500_000 / line.len());
            let mut reached = 0;
            while reached < text.len() {
                let part = part(&text, reached);
                assert!(part.start == reached && part.end > reached, "{part:?} from {reached}");
                reached = part.end;
            }
        }
        assert_eq!(part("short", 900), 0..5);
    }

    #[test]
    fn a_text_layer_is_known() {
        let mut page = page("登记 表\n");
        page.marks = vec![
            Mark { start: 0, end: 6, kind: MarkKind::Invisible },
            Mark { start: 7, end: 10, kind: MarkKind::Invisible },
        ];
        let words = &crate::words::ENGLISH;
        assert!(is_layer(&page, &labels(words, &page)));
        page.marks.pop();
        assert!(!is_layer(&page, &labels(words, &page)));
        page.marks.clear();
        assert!(!is_layer(&page, &labels(words, &page)));
    }
}
