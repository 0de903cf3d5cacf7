//! The page: the unit of reading, searching and citing.
//!
//! A page's `text` is exactly what was found, in logical order. Everything else points into it by
//! byte offsets: boxes give the position of characters on the page, marks give the kind of a
//! stretch of text, runs give its language and script. Positions on the page are fractions of its width
//! and height, from the top left corner as the page is displayed.

use std::fmt;

/// One page of a document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Page {
    /// The page's number within its document, counted from 1.
    pub number: u32,
    /// The kind of page.
    pub kind: PageKind,
    /// The document's own label for it: a sheet's name, a slide's title, a printed page label. May be empty.
    pub label: String,
    /// The sheet, or part of a sheet, on the page; `None` for every other kind of page.
    pub sheet: Option<SheetPart>,
    /// Width in points (1/72 inch) as displayed; 0 if the page has no size.
    pub width: f32,
    /// Height in points; 0 if the page has no size.
    pub height: f32,
    /// The text, exactly as found, in logical order. Lines end in `\n`.
    pub text: String,
    /// Positions of stretches of the text, sorted by offset, not overlapping.
    pub boxes: Vec<Box>,
    /// Stretches that are not plain visible text, sorted by offset.
    pub marks: Vec<Mark>,
    /// Language and script by stretch, sorted by offset. Empty until determined.
    pub runs: Vec<Run>,
    /// The page's main language as a BCP 47 tag, `und` if undetermined.
    pub language: String,
    /// Counts made while reading.
    pub counts: Counts,
    /// How the text was obtained.
    pub source: TextSource,
}

/// The kind of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PageKind {
    /// A page of running text without a layout of its own (plain text, a word processor's text, a web page).
    #[default]
    Text,
    /// A laid-out page that can be rendered (PDF).
    Paper,
    /// A picture (a photograph, a scan, one frame of a TIFF).
    Picture,
    /// A sheet of a workbook, or a part of a long one.
    Sheet,
    /// A slide, its notes included.
    Slide,
    /// The body of a message with its headers.
    Message,
}

impl PageKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Paper, Self::Picture, Self::Sheet, Self::Slide, Self::Message];

    /// The word stored and displayed.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Paper => "paper",
            Self::Picture => "picture",
            Self::Sheet => "sheet",
            Self::Slide => "slide",
            Self::Message => "message",
        }
    }

    /// The kind that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether a page of this kind has a layout, so that it can be rendered as a picture.
    #[must_use]
    pub const fn is_rendered(self) -> bool {
        matches!(self, Self::Paper | Self::Picture)
    }
}

impl fmt::Display for PageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The sheet that a page shows, and its rows on the page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SheetPart {
    /// The sheet's name; empty for a table without one.
    pub name: String,
    /// The rows on the page; `None` if the sheet is empty.
    pub rows: Option<RowRange>,
}

/// Rows of a sheet, counted from 1, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowRange {
    /// The first row.
    pub first: u32,
    /// The last row, not before the first.
    pub last: u32,
}

/// A rectangle in fractions of the page's width and height, top left origin.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    /// Left edge.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
}

/// The position of a stretch of text: a glyph for Han, Kana and Hangul, a word otherwise.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Box {
    /// First byte of the stretch in the page's text.
    pub start: u32,
    /// Byte after its last.
    pub end: u32,
    /// The position on the page.
    pub rect: Rect,
    /// OCR confidence in percent (0-100); 255 if the text was not recognised by OCR.
    pub confidence: u8,
}

/// A stretch of text that is not plain visible text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// First byte of the stretch in the page's text.
    pub start: u32,
    /// Byte after its last.
    pub end: u32,
    /// The kind of mark.
    pub kind: MarkKind,
}

/// The reason for marking a stretch of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkKind {
    /// Present in the file, not rendered: an OCR layer, or hidden text.
    Invisible,
    /// From an annotation or a comment.
    Annotation,
    /// The value of a form field.
    FormValue,
    /// Deleted under change tracking, still in the file.
    Deleted,
    /// In a part that the application hides (hidden sheet, row, slide or style).
    Hidden,
    /// A running header or footer.
    Furniture,
    /// Speaker's notes, footnotes, endnotes.
    Notes,
    /// Message headers.
    Header,
}

/// The language and script of a stretch of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// First byte of the stretch in the page's text.
    pub start: u32,
    /// Byte after its last.
    pub end: u32,
    /// BCP 47 tag, with script if that is informative (`zh-Hans`, `ug`, `kk-Cyrl`), `und` if undetermined.
    pub language: String,
}

/// Counts made while a page was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Glyphs rendered or placed.
    pub glyphs: u32,
    /// Glyphs for which no character could be found.
    pub unmapped: u32,
    /// Pictures placed on the page.
    pub images: u32,
    /// Characters of the text (Unicode scalar values, white space not counted).
    pub characters: u32,
    /// The share of the page, in thousandths, that pictures cover and visible text does not.
    pub pictured: u32,
    /// Drawn shapes of the size of letters, where the page has no text.
    pub shapes: u32,
}

/// How a page's text was obtained.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum TextSource {
    /// From the file itself.
    #[default]
    Native,
    /// Recognised by OCR from the page's picture.
    Ocr {
        /// The program and its version, such as `tesseract 5.3.0`.
        engine: String,
        /// The language models used, such as `chi_sim+eng`.
        languages: String,
        /// Mean confidence over the page's characters, 0 to 1.
        confidence: f32,
    },
}

/// The least share of a page, in thousandths, at which pictures are read by OCR: about three centimetres square of A4.
const LEAST_PICTURED: u32 = 20;
/// The least number of shapes of the size of letters that may be text drawn as curves.
const LEAST_SHAPES: u32 = 20;
/// The same, for a page without text.
const LEAST_SHAPES_ALONE: u32 = 3;

/// Whether characters that could not be determined (U+FFFD) are within words: next to a letter or a digit, or next to
/// each other. Alone they are bullets and ornaments.
fn has_broken_words(text: &str) -> bool {
    const UNKNOWN: &str = "\u{fffd}";
    text.match_indices(UNKNOWN).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + UNKNOWN.len()..].chars().next();
        [before, after].into_iter().flatten().any(|c| c.is_alphanumeric() || c == '\u{fffd}')
    })
}

impl Page {
    /// A page of plain text without positions.
    #[must_use]
    pub fn of_text(number: u32, kind: PageKind, text: String) -> Self {
        let mut page = Self { number, kind, text, language: "und".to_owned(), ..Self::default() };
        page.count_characters();
        page
    }

    /// Sets `counts.characters` from the text.
    pub fn count_characters(&mut self) {
        let characters = self.text.chars().filter(|c| !c.is_whitespace()).count();
        self.counts.characters = u32::try_from(characters).unwrap_or(u32::MAX);
    }

    /// Whether the page's picture should be read by OCR: it shows something that its text does not account for. That is,
    /// pictures cover a good part of it, letters are drawn as shapes, or glyphs within words have no character.
    #[must_use]
    pub fn wants_ocr(&self) -> bool {
        if !self.kind.is_rendered() || self.source != TextSource::Native {
            return false;
        }
        let Counts { glyphs, unmapped, images, characters, pictured, shapes } = self.counts;
        let no_text = characters == 0 || unmapped >= glyphs.max(1);
        (no_text && (images > 0 || glyphs > 0 || shapes >= LEAST_SHAPES_ALONE))
            || pictured >= LEAST_PICTURED
            || shapes >= LEAST_SHAPES
            || has_broken_words(&self.text)
    }

    /// Whether pictures on the page are left out of OCR, since they are too small to contain text worth reading.
    #[must_use]
    pub fn leaves_pictures_unread(&self) -> bool {
        self.kind == PageKind::Paper
            && self.counts.images > 0
            && self.counts.pictured > 0
            && !self.wants_ocr()
    }

    /// The positions of the text between two byte offsets, one rectangle per line.
    #[must_use]
    pub fn regions(&self, start: u32, end: u32) -> Vec<Rect> {
        let mut regions: Vec<Rect> = Vec::new();
        let first = self.boxes.partition_point(|b| b.end <= start);
        for b in self.boxes[first..].iter().take_while(|b| b.start < end) {
            match regions.last_mut() {
                Some(last) if last.continues(&b.rect) => *last = last.union(&b.rect),
                _ => regions.push(b.rect),
            }
        }
        regions
    }

    /// Whether every offset and number is valid, so that later steps can rely on them: stretches are within the
    /// text, on character boundaries; those of boxes are in order and do not overlap; positions are finite and near
    /// the page; rows are those of a sheet. The order of marks and runs is not checked.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let inside = |start: u32, end: u32| {
            let (start, end) = (start as usize, end as usize);
            start <= end && self.text.is_char_boundary(start) && self.text.is_char_boundary(end)
        };
        let near = |v: f32| v.is_finite() && (-4.0..=5.0).contains(&v);
        self.text.len() <= u32::MAX as usize
            && self.width.is_finite()
            && self.height.is_finite()
            && self.boxes.windows(2).all(|pair| pair[0].end <= pair[1].start)
            && self.boxes.iter().all(|b| {
                inside(b.start, b.end)
                    && near(b.rect.x0)
                    && near(b.rect.y0)
                    && near(b.rect.x1)
                    && near(b.rect.y1)
            })
            && self.marks.iter().all(|m| inside(m.start, m.end))
            && self.runs.iter().all(|r| inside(r.start, r.end))
            && self.sheet.as_ref().is_none_or(|sheet| {
                self.kind == PageKind::Sheet
                    && sheet.rows.is_none_or(|rows| 1 <= rows.first && rows.first <= rows.last)
            })
    }
}

impl Rect {
    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    // The next glyph or word of one line: most of its height shared (for a column of vertical text,
    // most of its width), and no wide gap between.
    fn continues(&self, next: &Self) -> bool {
        let shared = |a0: f32, a1: f32, b0: f32, b1: f32| {
            let least = (a1 - a0).min(b1 - b0);
            least > 0.0 && a1.min(b1) - a0.max(b0) > 0.5 * least
        };
        let gap = |a0: f32, a1: f32, b0: f32, b1: f32| (b0 - a1).max(a0 - b1);
        let line = shared(self.y0, self.y1, next.y0, next.y1)
            && gap(self.x0, self.x1, next.x0, next.x1) < 0.05;
        let column = shared(self.x0, self.x1, next.x0, next.x1)
            && gap(self.y0, self.y1, next.y0, next.y1) < 0.005
            && next.y1 - next.y0 > 0.8 * (next.x1 - next.x0) * 0.7
            && self.y1 - self.y0 > self.x1 - self.x0;
        line || column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(start: u32, end: u32, x0: f32, y0: f32, x1: f32, y1: f32) -> Box {
        Box { start, end, rect: Rect { x0, y0, x1, y1 }, confidence: 255 }
    }

    #[test]
    fn a_hit_over_a_line_end_has_two_regions() {
        let page = Page {
            text: "登记\n记表".to_owned(),
            boxes: vec![
                boxed(0, 3, 0.80, 0.10, 0.83, 0.12),
                boxed(3, 6, 0.83, 0.10, 0.86, 0.12),
                boxed(7, 10, 0.10, 0.13, 0.13, 0.15),
                boxed(10, 13, 0.13, 0.13, 0.16, 0.15),
            ],
            ..Page::default()
        };
        assert!(page.is_sound());
        let regions = page.regions(3, 10);
        assert_eq!(regions.len(), 2);
        assert_eq!(page.regions(0, 6), vec![Rect { x0: 0.80, y0: 0.10, x1: 0.86, y1: 0.12 }]);
    }

    #[test]
    fn invalid_pages_are_detected() {
        let mut page = Page { text: "登".to_owned(), ..Page::default() };
        page.marks.push(Mark { start: 1, end: 3, kind: MarkKind::Invisible });
        assert!(!page.is_sound());
        page.marks.clear();
        page.boxes.push(boxed(0, 3, f32::NAN, 0.0, 1.0, 1.0));
        assert!(!page.is_sound());
        page.boxes.clear();
        page.kind = PageKind::Sheet;
        for (first, last, sound) in [(1, 1, true), (501, 1000, true), (0, 3, false), (3, 2, false)]
        {
            page.sheet =
                Some(SheetPart { name: String::new(), rows: Some(RowRange { first, last }) });
            assert_eq!(page.is_sound(), sound, "{first}-{last}");
        }
        page.kind = PageKind::Text;
        page.sheet = Some(SheetPart::default());
        assert!(!page.is_sound(), "only sheets have rows");
    }

    #[test]
    fn ocr_is_for_what_the_text_does_not_account_for() {
        let check = |counts: Counts, text: &str, wanted: bool, reason: &str| {
            let page =
                Page { kind: PageKind::Paper, text: text.to_owned(), counts, ..Page::default() };
            assert_eq!(page.wants_ocr(), wanted, "{reason}");
            assert!(
                !Page { kind: PageKind::Text, ..page.clone() }.wants_ocr(),
                "such a page cannot be rendered"
            );
            let source = TextSource::Ocr {
                engine: String::new(),
                languages: String::new(),
                confidence: 1.0,
            };
            assert!(!Page { source, ..page }.wants_ocr(), "it has been read");
        };
        let none = Counts::default();
        let typed = Counts { glyphs: 100, characters: 90, ..none };
        check(none, "", false, "a blank page shows nothing");
        check(Counts { images: 1, ..none }, "", true, "a scan");
        check(
            Counts { glyphs: 9, unmapped: 9, characters: 9, ..none },
            "\u{fffd} \u{fffd}",
            true,
            "no known glyph",
        );
        check(Counts { images: 3, pictured: 19, ..typed }, "typed", false, "a small logo");
        check(
            Counts { images: 3, pictured: 20, ..typed },
            "typed",
            true,
            "a picture in a typed page",
        );
        check(
            Counts { images: 1, pictured: 990, glyphs: 1, characters: 1, ..none },
            "7",
            true,
            "a scan with a number",
        );
        check(Counts { shapes: 2, ..none }, "", false, "an ornament");
        check(Counts { shapes: 3, ..none }, "", true, "letters drawn as curves");
        check(Counts { shapes: 19, ..typed }, "typed", false, "a chart");
        check(Counts { shapes: 20, ..typed }, "typed", true, "a paragraph drawn as curves");
        let broken = Counts { unmapped: 1, ..typed };
        check(broken, "lautet Zx9\u{fffd}mB", true, "a glyph within a word");
        check(broken, "and \u{fffd}\u{fffd} or", true, "a word without a known glyph");
        check(broken, "\u{fffd} first\n\u{fffd} second", false, "bullets");
    }

    #[test]
    fn pictures_that_are_left_out_are_known() {
        let page = |images, pictured| Page {
            kind: PageKind::Paper,
            counts: Counts { images, pictured, glyphs: 50, characters: 50, ..Counts::default() },
            ..Page::default()
        };
        assert!(page(1, 5).leaves_pictures_unread());
        assert!(!page(1, 0).leaves_pictures_unread(), "under the text");
        assert!(!page(1, 500).leaves_pictures_unread(), "it is read by OCR");
        assert!(!page(0, 0).leaves_pictures_unread());
    }

    fn row(count: u16, width: f32, gap: f32) -> Page {
        let boxes = (0..count).map(|n| {
            let (start, x) = (u32::from(n), f32::from(n) * (width + gap));
            boxed(start, start + 1, x, 0.1, x + width, 0.12)
        });
        Page { text: "x".repeat(usize::from(count)), boxes: boxes.collect(), ..Page::default() }
    }

    #[test]
    fn a_region_ends_at_a_wide_gap() {
        assert_eq!(row(4, 0.02, 0.04).regions(0, 4).len(), 1, "words of one line");
        assert_eq!(row(4, 0.02, 0.06).regions(0, 4).len(), 4, "columns of a table");
        assert_eq!(row(4, 0.0, 0.0).regions(0, 4).len(), 1, "boxes without width");
    }

    #[test]
    fn regions_are_only_of_the_stretch() {
        let page = row(5, 0.02, 0.0);
        let edges =
            |start, end| page.regions(start, end).iter().map(|r| (r.x0, r.x1)).collect::<Vec<_>>();
        assert_eq!(edges(1, 2), [(page.boxes[1].rect.x0, page.boxes[1].rect.x1)]);
        assert_eq!(edges(1, 4), [(page.boxes[1].rect.x0, page.boxes[3].rect.x1)]);
        assert_eq!(edges(0, u32::MAX), [(0.0, page.boxes[4].rect.x1)]);
        for (start, end) in [(0, 0), (2, 2), (5, 9), (u32::MAX, u32::MAX), (3, 1)] {
            assert_eq!(edges(start, end), [], "{start}-{end}");
        }
        assert_eq!(Page::default().regions(0, 10), []);
        // a hit within a word has the whole word's box
        let word = Page {
            text: "registers".to_owned(),
            boxes: vec![boxed(0, 9, 0.1, 0.1, 0.3, 0.12)],
            ..page
        };
        assert_eq!(word.regions(3, 4), [word.boxes[0].rect]);
    }

    #[test]
    fn a_column_of_vertical_text_is_one_region() {
        let boxes = (0..4_u16).map(|n| {
            let y = 0.1 + f32::from(n) * 0.03;
            boxed(u32::from(n) * 3, u32::from(n) * 3 + 3, 0.90, y, 0.92, y + 0.03)
        });
        let mut page =
            Page { text: "登记名单".to_owned(), boxes: boxes.collect(), ..Page::default() };
        assert!(page.is_sound());
        assert_eq!(page.regions(0, 12).len(), 1);
        // the next column is to the left, from the top
        page.boxes[2].rect = Rect { x0: 0.80, y0: 0.10, x1: 0.82, y1: 0.13 };
        page.boxes[3].rect = Rect { x0: 0.80, y0: 0.13, x1: 0.82, y1: 0.16 };
        assert_eq!(page.regions(0, 12).len(), 2);
    }

    #[test]
    fn each_way_to_be_unsound_is_detected() {
        let page = Page {
            text: "登记".to_owned(),
            boxes: vec![boxed(0, 3, 0.1, 0.1, 0.2, 0.2)],
            ..Page::default()
        };
        assert!(page.is_sound());
        let with = |change: &dyn Fn(&mut Page)| {
            let mut changed = page.clone();
            change(&mut changed);
            changed.is_sound()
        };
        assert!(
            with(&|page| page.boxes.push(boxed(3, 6, 0.2, 0.1, 0.3, 0.2))),
            "touching stretches"
        );
        assert!(
            !with(&|page| page.boxes.push(boxed(0, 3, 0.2, 0.1, 0.3, 0.2))),
            "overlapping stretches"
        );
        assert!(
            !with(&|page| page.boxes.insert(0, boxed(3, 6, 0.2, 0.1, 0.3, 0.2))),
            "out of order"
        );
        assert!(!with(&|page| page.boxes.push(boxed(6, 7, 0.2, 0.1, 0.3, 0.2))), "beyond the text");
        assert!(
            !with(&|page| page.boxes.push(boxed(6, 3, 0.2, 0.1, 0.3, 0.2))),
            "ends before it starts"
        );
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!with(&|page| page.width = odd));
            assert!(!with(&|page| page.height = odd));
        }
        for (place, near) in
            [(-4.0, true), (5.0, true), (-4.01, false), (5.01, false), (f32::INFINITY, false)]
        {
            for side in 0..4 {
                let sound = with(&|page| {
                    let rect = &mut page.boxes[0].rect;
                    *[&mut rect.x0, &mut rect.y0, &mut rect.x1, &mut rect.y1][side] = place;
                });
                assert_eq!(sound, near, "{place} at side {side}");
            }
        }
        for (start, end, sound) in
            [(0, 6, true), (3, 3, true), (0, 2, false), (4, 6, false), (6, 9, false), (3, 0, false)]
        {
            assert_eq!(
                with(&|page| page.marks.push(Mark { start, end, kind: MarkKind::Hidden })),
                sound
            );
            let run = Run { start, end, language: "zh".to_owned() };
            assert_eq!(with(&|page| page.runs.push(run.clone())), sound);
        }
    }

    #[test]
    fn characters_are_counted_without_white_space() {
        for (text, characters) in [
            ("", 0),
            (" \n\t\u{3000}\u{a0}", 0),
            ("a b\nc", 3),
            ("e\u{301}", 2),
            ("登 记", 2),
            ("👩", 1),
        ] {
            let page = Page::of_text(1, PageKind::Text, text.to_owned());
            assert_eq!(page.counts.characters, characters, "{text:?}");
            assert_eq!((page.language.as_str(), page.is_sound()), ("und", true));
        }
    }

    #[test]
    fn ocr_is_only_for_rendered_pages_that_were_not_recognised_yet() {
        let counts = Counts { images: 1, ..Counts::default() };
        for kind in PageKind::ALL {
            let mut page = Page { kind, counts, ..Page::default() };
            assert_eq!(page.wants_ocr(), kind.is_rendered(), "{kind}");
            page.source = TextSource::Ocr {
                engine: String::new(),
                languages: String::new(),
                confidence: 0.0,
            };
            assert!(!page.wants_ocr(), "{kind}");
        }
        let most =
            Counts { glyphs: u32::MAX, unmapped: u32::MAX, characters: 9, ..Counts::default() };
        assert!(Page { kind: PageKind::Paper, counts: most, ..Page::default() }.wants_ocr());
    }

    #[test]
    fn kinds_of_pages_are_found_by_their_words() {
        for kind in PageKind::ALL {
            assert_eq!(PageKind::from_word(&kind.to_string()), Some(kind));
            assert_eq!(PageKind::from_word(&kind.word().to_uppercase()), None);
        }
        assert_eq!(PageKind::from_word(""), None);
    }

    proptest::proptest! {
        #[test]
        fn regions_cover_exactly_the_boxes_of_the_stretch(
            rects: Vec<(u8, u8, u8, u8)>, start in 0_u32..40, length in 1_u32..40,
        ) {
            let boxes: Vec<Box> = (0_u32..).zip(&rects).map(|(at, (x, y, width, height))| {
                let (x, y) = (f32::from(*x) / 256.0, f32::from(*y) / 256.0);
                boxed(at, at + 1, x, y, x + f32::from(*width) / 1024.0, y + f32::from(*height) / 1024.0)
            }).collect();
            let page = Page { text: "x".repeat(boxes.len()), boxes, ..Page::default() };
            let regions = page.regions(start, start + length);
            let within = page.boxes.iter().filter(|b| (start..start + length).contains(&b.start));
            let within: Vec<Rect> = within.map(|b| b.rect).collect();
            proptest::prop_assert!(regions.len() <= within.len());
            for rect in &within {
                proptest::prop_assert!(regions.iter().any(|region| region.union(rect) == *region));
            }
            let around = |rects: &[Rect]| rects.iter().copied().reduce(|one, other| one.union(&other));
            proptest::prop_assert_eq!(around(&regions), around(&within));
        }
    }
}
