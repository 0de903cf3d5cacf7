//! A page being written: text, and marks that follow it.
//!
//! Marks never point outside the text, and are sorted by offset once the page is finished.

use crate::out::{Out, Stop};
use exhibit_model::{Mark, MarkKind, Page, PageKind};

/// Minimum bytes of text on a page of a long text that is not its last.
const LEAST: usize = 32 << 10;

/// Text with marks.
#[derive(Clone, Default, Debug)]
pub(crate) struct Draft {
    text: String,
    marks: Vec<Mark>,
    /// The number of pictures placed.
    pub(crate) images: u32,
}

impl Draft {
    /// Whether nothing except white space was written, and no picture placed.
    pub(crate) fn is_blank(&self) -> bool {
        self.images == 0 && self.text.chars().all(char::is_whitespace)
    }

    /// The number of bytes of text.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Adds plain text.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds text of a kind.
    pub(crate) fn push_as(&mut self, text: &str, kind: MarkKind) {
        let start = self.text.len();
        self.text.push_str(text);
        self.mark(start, kind);
    }

    /// Marks the text from byte `start` to its end; extends a mark of the same kind that ends there.
    pub(crate) fn mark(&mut self, start: usize, kind: MarkKind) {
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(self.text.len())) else {
            return;
        };
        if start >= end {
            return;
        }
        let before =
            self.marks.iter_mut().rev().take(4).find(|mark| mark.kind == kind && mark.end == start);
        match before {
            Some(mark) => mark.end = end,
            None => self.marks.push(Mark { start, end, kind }),
        }
    }

    /// Ends the line, unless the text is empty or already ends with a line end.
    pub(crate) fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Removes the last line end; a mark over it is shortened.
    pub(crate) fn drop_line_end(&mut self) {
        if self.text.ends_with('\n') {
            self.text.pop();
            let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            self.marks.iter_mut().for_each(|mark| mark.end = mark.end.min(end));
            self.marks.retain(|mark| mark.start < mark.end);
        }
    }

    /// Removes a tab at the end, as is after the last cell of a row.
    pub(crate) fn trim_tab(&mut self) {
        if self.text.ends_with('\t') {
            self.text.pop();
            let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            self.marks.iter_mut().for_each(|mark| mark.end = mark.end.min(end));
            self.marks.retain(|mark| mark.start < mark.end);
        }
    }

    /// Adds another draft as lines of its own, all of it of a kind if one is given.
    pub(crate) fn append_lines(&mut self, other: &Self, kind: Option<MarkKind>) {
        if other.text.trim().is_empty() {
            self.images += other.images;
            return;
        }
        self.end_line();
        self.append(other, kind);
        self.end_line();
    }

    /// Adds another draft, all of it of a kind if one is given.
    pub(crate) fn append(&mut self, other: &Self, kind: Option<MarkKind>) {
        let start = self.text.len();
        let Ok(shift) = u32::try_from(start) else { return };
        self.text.push_str(&other.text);
        if let Some(kind) = kind {
            self.mark(start, kind);
        }
        let shifted = other.marks.iter().filter_map(|mark| {
            Some(Mark {
                start: mark.start.checked_add(shift)?,
                end: mark.end.checked_add(shift)?,
                kind: mark.kind,
            })
        });
        self.marks.extend(shifted);
        self.images += other.images;
    }

    /// Emits the text as pages of this label; a long one is cut at ends of paragraphs or lines.
    pub(crate) fn emit(
        mut self,
        kind: PageKind,
        label: &str,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        self.marks.sort_by_key(|mark| (mark.start, mark.end));
        while let Some((text, marks)) =
            crate::formats::text::cut_page(&mut self.text, &mut self.marks, LEAST)
        {
            let label = label.to_owned();
            out.page(Page { marks, label, ..Page::of_text(0, kind, text) })?;
        }
        out.page(self.into_page(kind, label.to_owned()))
    }

    /// The finished page; `Out` numbers it.
    pub(crate) fn into_page(mut self, kind: PageKind, label: String) -> Page {
        self.marks.sort_by_key(|mark| (mark.start, mark.end));
        let mut page = Page::of_text(0, kind, self.text);
        page.label = label;
        page.marks = self.marks;
        page.counts.images = self.images;
        page
    }
}
