//! The output of a reader: emits records, enforcing the request's limits on pages, text and members.

use exhibit_model::{
    Detail, Limits, Member, MemberEnd, MetadataKey, Note, NoteCode, Page, Reason, Record, Severity,
    Sink, SinkClosed, Verdict,
};
use std::io::{Read, Seek};

/// The bytes of one file.
pub trait Input: Read + Seek {}
impl<T: Read + Seek> Input for T {}

/// Why a reader stops before the end of its file.
#[derive(Debug)]
pub enum Stop {
    /// The reader of the records disconnected.
    Closed,
    /// The named limit was reached; records emitted so far remain valid.
    Limit(Reason),
}

impl From<SinkClosed> for Stop {
    fn from(_: SinkClosed) -> Self {
        Self::Closed
    }
}

/// Emits records, enforcing limits.
pub struct Out<'a> {
    sink: &'a mut dyn Sink,
    limits: Limits,
    pages: u32,
    text_bytes: u64,
    members: u64,
    member_bytes: u64,
    container_bytes: u64,
    said_content: bool,
    /// The last note that a part could not be read.
    partial: Option<NoteCode>,
    /// Pages whose text was not read to its end.
    cut_pages: u64,
    /// Reused for the bytes of every member.
    buffer: Vec<u8>,
}

/// The most text of one page with a layout: a page crosses the worker's pipe in one frame, and takes many times its bytes
/// when it is indexed.
const PAGE_TEXT: usize = 4 << 20;
/// The most text of one page without a layout, which continues on the next.
const PART_TEXT: usize = 1 << 20;
/// The most boxes, and marks, of one page.
const PAGE_PARTS: usize = 500_000;
/// A page is split at the end of a line if one ends within this number of bytes before the limit.
const LINE_SEARCH: usize = 64 << 10;
const LABEL: usize = 4 << 10;

impl<'a> Out<'a> {
    /// Emits to `sink`, within `limits`.
    pub fn new(sink: &'a mut dyn Sink, limits: Limits) -> Self {
        Self {
            sink,
            limits,
            pages: 0,
            text_bytes: 0,
            members: 0,
            member_bytes: 0,
            container_bytes: u64::MAX,
            said_content: false,
            partial: None,
            cut_pages: 0,
            buffer: Vec::new(),
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The number of pages emitted so far; the next page's number is one more.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Sets the container's own size in bytes, the base of the ratio limit on its members.
    pub fn container_size(&mut self, bytes: u64) {
        self.container_bytes = bytes;
    }

    /// Emits a record that is neither page nor member.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn emit(&mut self, record: Record) -> Result<(), Stop> {
        Ok(self.sink.emit(record)?)
    }

    /// Emits a property; an empty value is skipped, one over 64 KiB is truncated there with a note.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn metadata(&mut self, key: impl Into<MetadataKey>, value: &str) -> Result<(), Stop> {
        let value = value.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if value.is_empty() {
            return Ok(());
        }
        let (key, end) = (key.into(), value.floor_char_boundary(64 << 10));
        self.emit(Record::Metadata { key: key.clone(), value: value[..end].to_owned() })?;
        if end < value.len() {
            self.note(0, NoteCode::PropertyTruncated { key: key.to_string(), bytes: end as u64 })?;
        }
        Ok(())
    }

    /// Emits a note about a page, or about the whole file (0).
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn note(&mut self, page: u32, code: NoteCode) -> Result<(), Stop> {
        if code.severity() == Severity::Partial {
            self.partial = Some(code.clone());
        }
        if matches!(code, NoteCode::GlyphLimit { .. } | NoteCode::PageTextTruncated { .. }) {
            self.cut_pages += 1;
        }
        self.emit(Record::Note(Note { code, page }))
    }

    /// Numbers and emits the next page. One with more text than a page may have continues on further pages; if it has a
    /// layout, so that its number has a meaning, its text is truncated instead, with a note.
    ///
    /// # Errors
    /// [`Stop::Limit`] when pages or text exceed the limits.
    pub fn page(&mut self, mut page: Page) -> Result<(), Stop> {
        if page.label.len() > LABEL {
            page.label.truncate(page.label.floor_char_boundary(LABEL));
            self.note(
                0,
                NoteCode::PropertyTruncated {
                    key: "page-label".to_owned(),
                    bytes: page.label.len() as u64,
                },
            )?;
        }
        while let Some(at) = cut_of(&page) {
            let rest = split_off(&mut page, at);
            if page.kind.is_rendered() {
                self.one_page(page)?;
                return self.note(self.pages, NoteCode::PageTextTruncated { bytes: at as u64 });
            }
            self.one_page(std::mem::replace(&mut page, rest))?;
        }
        self.one_page(page)
    }

    fn one_page(&mut self, mut page: Page) -> Result<(), Stop> {
        if self.pages >= self.limits.pages {
            return Err(Stop::Limit(Reason::PageLimit { pages: u64::from(self.limits.pages) }));
        }
        self.text_bytes += page.text.len() as u64;
        if self.text_bytes > self.limits.text_bytes {
            return Err(Stop::Limit(Reason::TextLimit { bytes: self.limits.text_bytes }));
        }
        self.pages += 1;
        page.number = self.pages;
        if page.language.is_empty() {
            "und".clone_into(&mut page.language);
        }
        page.count_characters();
        self.said_content |=
            page.counts.characters > 0 || page.counts.glyphs > 0 || page.counts.images > 0;
        self.emit(Record::Page(Box::new(page)))
    }

    /// Begins a member.
    ///
    /// # Errors
    /// [`Stop::Limit`] when there are more members than the limit.
    pub fn member(&mut self, member: Member) -> Result<(), Stop> {
        if self.members >= self.limits.members {
            return Err(Stop::Limit(Reason::MemberLimit { members: self.limits.members }));
        }
        self.members += 1;
        self.said_content = true;
        self.emit(Record::Member(member))
    }

    /// Emits the bytes of the current member, to the end of `bytes`, and ends it. A read error ends it as failed;
    /// the limits on bytes and ratio end it as truncated, and the container with it.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_from(&mut self, bytes: &mut dyn Read) -> Result<(), Stop> {
        self.member_from_or(bytes, |_, error| MemberEnd::Failed(Reason::cannot_read(&error)))
    }

    /// As [`Self::member_from`], but `end` decides how the member ends on a read error, from the number of bytes read
    /// before it and the error.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_from_or(
        &mut self,
        bytes: &mut dyn Read,
        end: impl FnOnce(u64, std::io::Error) -> MemberEnd,
    ) -> Result<(), Stop> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(64 << 10, 0);
        let mut emitted = 0;
        let ended = loop {
            let count = match bytes.read(&mut buffer) {
                Ok(0) => break MemberEnd::Whole,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => break end(emitted, error),
            };
            emitted += count as u64;
            self.member_bytes(&buffer[..count])?;
        };
        self.buffer = buffer;
        self.member_end(ended)
    }

    /// Emits bytes of the current member; where they exceed the limits on bytes and ratio, ends it as truncated.
    ///
    /// # Errors
    /// [`Stop::Limit`] when the container's limits are reached.
    pub fn member_bytes(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        if let Some(limit) = self.member_limit(bytes.len() as u64) {
            self.member_end(MemberEnd::Truncated(limit.clone()))?;
            return Err(Stop::Limit(limit));
        }
        self.emit(Record::MemberBytes(bytes.to_vec()))
    }

    /// Ends the current member.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub fn member_end(&mut self, end: MemberEnd) -> Result<(), Stop> {
        self.emit(Record::MemberEnd(end))
    }

    fn member_limit(&mut self, more: u64) -> Option<Reason> {
        const FREE: u64 = 64 << 20;
        self.member_bytes += more;
        if self.member_bytes > self.limits.member_bytes {
            return Some(Reason::MemberBytesLimit { bytes: self.limits.member_bytes });
        }
        let ratio = self.limits.ratio.max(1);
        let inflated = self.member_bytes > FREE && self.member_bytes / ratio > self.container_bytes;
        inflated.then_some(Reason::RatioLimit { ratio })
    }

    /// The final verdict: a file read to its end that yielded nothing is empty, unless a part could not be read.
    pub(crate) fn settle(&self, verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Read if !self.said_content && self.pages == 0 && self.partial.is_some() => {
                let detail = self
                    .partial
                    .as_ref()
                    .map_or_else(Detail::default, |code| Detail::of(code.word()));
                Verdict::Failed(Reason::CannotParse { detail })
            }
            Verdict::Read if !self.said_content && self.pages == 0 => Verdict::Empty,
            Verdict::Read if self.cut_pages > 0 => {
                Verdict::Truncated(Reason::PageTextLimit { pages: self.cut_pages })
            }
            other => other,
        }
    }
}

/// Where the text of a page must be cut; `None` if the page is not too large.
fn cut_of(page: &Page) -> Option<usize> {
    let starts =
        [page.boxes.get(PAGE_PARTS).map(|b| b.start), page.marks.get(PAGE_PARTS).map(|m| m.start)];
    let parts = starts.into_iter().flatten().min().map(|start| start as usize);
    let most_text = if page.kind.is_rendered() { PAGE_TEXT } else { PART_TEXT };
    let most = parts.unwrap_or(usize::MAX).min(most_text);
    if parts.is_none() && page.text.len() <= most_text {
        return None;
    }
    let most = page.text.floor_char_boundary(most.min(page.text.len()));
    let line = page.text.as_bytes()[most.saturating_sub(LINE_SEARCH)..most]
        .iter()
        .rposition(|b| *b == b'\n');
    let at = line.map_or(most, |line| most.saturating_sub(LINE_SEARCH) + line + 1);
    // many boxes at one place of the text: at least a character goes on, so that cutting ends
    let first = page.text.chars().next().map_or(0, char::len_utf8);
    Some(at.max(first)).filter(|at| *at < page.text.len())
}

/// Cuts a page in two at an offset of its text. A box or mark across it is on both.
fn split_off(page: &mut Page, at: usize) -> Page {
    let mut rest = Page {
        kind: page.kind,
        label: page.label.clone(),
        sheet: page.sheet.clone(),
        width: page.width,
        height: page.height,
        text: page.text.split_off(at),
        language: page.language.clone(),
        source: page.source.clone(),
        ..Page::default()
    };
    let at = at as u32;
    let (first, second) =
        parts_at(std::mem::take(&mut page.boxes), at, |b| (&mut b.start, &mut b.end));
    (page.boxes, rest.boxes) = (first, second);
    let (first, second) =
        parts_at(std::mem::take(&mut page.marks), at, |m| (&mut m.start, &mut m.end));
    (page.marks, rest.marks) = (first, second);
    page.boxes.truncate(PAGE_PARTS);
    page.marks.truncate(PAGE_PARTS);
    rest
}

fn parts_at<T: Clone>(
    parts: Vec<T>,
    at: u32,
    mut ends: impl FnMut(&mut T) -> (&mut u32, &mut u32),
) -> (Vec<T>, Vec<T>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for mut part in parts {
        let (start, end) = ends(&mut part);
        let (start, end) = (*start, *end);
        if end > at {
            let mut later = part.clone();
            let (new_start, new_end) = ends(&mut later);
            (*new_start, *new_end) = (start.max(at) - at, end - at);
            after.push(later);
        }
        if start < at {
            *ends(&mut part).1 = end.min(at);
            before.push(part);
        }
    }
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{Mark, MarkKind, PageKind, wire};

    fn emitted(page: Page) -> (Vec<Page>, Vec<NoteCode>, Verdict) {
        let mut records: Vec<Record> = Vec::new();
        let mut out = Out::new(&mut records, Limits::STANDARD);
        out.page(page).expect("within the limits");
        let verdict = out.settle(Verdict::Read);
        let (mut pages, mut notes) = (Vec::new(), Vec::new());
        for record in records {
            match record {
                Record::Page(page) => pages.push(*page),
                Record::Note(note) => notes.push(note.code),
                _ => {}
            }
        }
        (pages, notes, verdict)
    }

    #[test]
    fn a_page_too_large_for_a_frame_continues_on_the_next() {
        let line = "所有进出人员须由值班员逐一登记。\n";
        let text = line.repeat((PART_TEXT * 9 / 4) / line.len());
        let marks = vec![Mark { start: 3, end: text.len() as u32, kind: MarkKind::Hidden }];
        let page = Page {
            text: text.clone(),
            marks,
            kind: PageKind::Text,
            label: "甲".to_owned(),
            ..Page::default()
        };
        let (pages, notes, verdict) = emitted(page);
        assert_eq!((pages.len(), notes, verdict), (3, vec![], Verdict::Read));
        assert_eq!(
            pages.iter().map(|page| page.text.as_str()).collect::<String>(),
            text,
            "nothing is lost"
        );
        for (number, page) in (1..).zip(&pages) {
            assert_eq!((page.number, page.label.as_str()), (number, "甲"));
            assert!(page.text.ends_with('\n'), "cut at the end of a line");
            assert_eq!(page.marks.len(), 1);
            assert_eq!(page.marks[0].end as usize, page.text.len());
            assert!(page.is_sound() && wire::encode_page(page).len() < (16 << 20));
        }
        assert_eq!((pages[0].marks[0].start, pages[1].marks[0].start), (3, 0));
        let (pages, ..) = emitted(Page { text: "x".repeat(PART_TEXT), ..Page::default() });
        assert_eq!(pages.len(), 1, "at the limit");
        let (pages, ..) = emitted(Page { text: "字".repeat(PART_TEXT), ..Page::default() });
        assert_eq!(pages.len(), 4, "without lines, at characters");
    }

    #[test]
    fn a_laid_out_page_too_large_for_a_frame_is_truncated_and_says_so() {
        let glyph = |n: u32| exhibit_model::TextBox {
            start: 3 * n,
            end: 3 * n + 3,
            rect: Default::default(),
            confidence: 255,
        };
        let count = 600_000_u32;
        let boxes: Vec<_> = (0..count).map(glyph).collect();
        let page = Page {
            text: "字".repeat(count as usize),
            boxes,
            kind: PageKind::Paper,
            ..Page::default()
        };
        let (pages, notes, verdict) = emitted(page);
        assert_eq!(pages.len(), 1, "its number stays that of the page");
        assert_eq!(pages[0].boxes.len(), PAGE_PARTS);
        assert!(pages[0].is_sound() && wire::encode_page(&pages[0]).len() < (16 << 20));
        assert_eq!(notes, [NoteCode::PageTextTruncated { bytes: pages[0].text.len() as u64 }]);
        assert_eq!(verdict, Verdict::Truncated(Reason::PageTextLimit { pages: 1 }));
    }

    #[test]
    fn text_beyond_the_glyphs_that_are_read_makes_a_file_truncated() {
        let mut records: Vec<Record> = Vec::new();
        let mut out = Out::new(&mut records, Limits::STANDARD);
        out.page(Page { text: "a".to_owned(), ..Page::default() }).expect("a page");
        out.note(1, NoteCode::GlyphLimit { glyphs: 4 }).expect("a sink");
        assert_eq!(
            out.settle(Verdict::Read),
            Verdict::Truncated(Reason::PageTextLimit { pages: 1 })
        );
        assert_eq!(out.settle(Verdict::Encrypted), Verdict::Encrypted);
    }

    #[test]
    fn many_boxes_at_one_place_end_too() {
        let same =
            exhibit_model::TextBox { start: 0, end: 3, rect: Default::default(), confidence: 255 };
        let page =
            Page {
                text: "字体".to_owned(), boxes: vec![same; PAGE_PARTS + 9], ..Page::default()
            };
        let (pages, ..) = emitted(page);
        assert_eq!(pages.iter().map(|page| page.text.as_str()).collect::<String>(), "字体");
    }

    #[test]
    fn what_could_not_be_read_is_not_empty() {
        let mut records: Vec<Record> = Vec::new();
        let mut out = Out::new(&mut records, Limits::STANDARD);
        assert_eq!(out.settle(Verdict::Read), Verdict::Empty);
        out.note(0, NoteCode::Decrypted).expect("a sink");
        assert_eq!(out.settle(Verdict::Read), Verdict::Empty);
        out.note(0, NoteCode::TextMissing).expect("a sink");
        assert!(matches!(out.settle(Verdict::Read), Verdict::Failed(Reason::CannotParse { .. })));
        assert_eq!(out.settle(Verdict::Encrypted), Verdict::Encrypted);
        out.page(Page { text: "a".to_owned(), ..Page::default() }).expect("a page");
        assert_eq!(out.settle(Verdict::Read), Verdict::Read);
    }
}
