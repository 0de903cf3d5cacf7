//! Plain text in any encoding, in pages cut at form feeds, else at ends of paragraphs and lines.
//!
//! Line ends become `\n`; nothing else is changed. A file of any size is read in bounded memory.

use crate::charset::TextStream;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Mark, NoteCode, Page, PageKind, Reason, Verdict};
use std::io;

/// Minimum bytes of text on a page that ends neither at a form feed nor at the end of the text.
const LEAST: usize = 8 << 10;

/// The maximum number of pages that end at form feeds; beyond it, form feeds are ordinary white space.
const FED_PAGES: u32 = 10_000;

/// Maximum bytes of the declaration of a bag.
const BAG_DECLARATION: u64 = 4 << 10;

/// Reads a plain text.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let size = input.seek(io::SeekFrom::End(0)).unwrap_or(0);
    let mut stream = match TextStream::open(input) {
        Ok(stream) => stream,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    let mut pages = Pages::new(size);
    let mut bag = None;
    loop {
        match stream.more(&mut pages.text) {
            Ok(true) => {
                if size <= BAG_DECLARATION {
                    bag = bag_version(&pages.text);
                }
                pages.emit_full(out)?;
            }
            Ok(false) => break,
            Err(error) => {
                pages.emit_rest(out)?;
                stream.emit(out)?;
                return Ok(Verdict::Failed(Reason::cannot_read(&error)));
            }
        }
    }
    pages.emit_rest(out)?;
    if pages.cut_lines > 0 {
        out.note(0, NoteCode::LongLines { lines: pages.cut_lines })?;
    }
    stream.emit(out)?;
    if let Some(version) = bag {
        out.metadata("bagit:version", &version)?;
        out.note(0, NoteCode::BagDeclared { version })?;
    }
    Ok(Verdict::Read)
}

/// The version in the declaration of a BagIt bag (RFC 8493, 2.1.1).
fn bag_version(text: &str) -> Option<String> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let version = lines.next()?.strip_prefix("BagIt-Version:")?.trim();
    let is_version =
        !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (is_version && lines.next()?.starts_with("Tag-File-Character-Encoding:"))
        .then(|| version.to_owned())
}

/// Splits a stream of text into pages.
struct Pages {
    text: String,
    least: usize,
    fed_pages: u32,
    cut_lines: u64,
}

impl Pages {
    /// Pages grow with the file, so that a very large one does not have more than some ten thousands of them.
    fn new(size: u64) -> Self {
        let least = usize::try_from(size / 40_000).unwrap_or(usize::MAX).clamp(LEAST, 64 << 10);
        Self { text: String::new(), least, fed_pages: 0, cut_lines: 0 }
    }

    /// Emits all pages whose end is known.
    fn emit_full(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        let mut start = 0;
        loop {
            let rest = &self.text[start..];
            let window = &rest[..rest.floor_char_boundary(2 * self.least)];
            if self.fed_pages < FED_PAGES
                && let Some(feed) = window.find('\u{c}')
            {
                emit_page(&rest[..feed], out)?;
                self.fed_pages += 1;
                start += feed + 1;
            } else if rest.len() > 2 * self.least {
                let (end, whole_line) = self.cut(window);
                emit_page(&rest[..end], out)?;
                self.cut_lines += u64::from(!whole_line);
                start += end;
            } else {
                break;
            }
        }
        self.text.drain(..start);
        Ok(())
    }

    fn emit_rest(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.emit_full(out)?;
        if !self.text.is_empty() {
            emit_page(&self.text, out)?;
        }
        self.text.clear();
        Ok(())
    }

    /// Where to end a page within `window`: after its last empty line, else its last line, else its last white space,
    /// else its last character; and whether a line ends there.
    fn cut(&self, window: &str) -> (usize, bool) {
        let late = |at: &usize| *at >= self.least;
        if let Some(at) = window.rfind("\n\n").map(|at| at + 2).filter(late) {
            return (at, true);
        }
        if let Some(at) = window.rfind('\n').map(|at| at + 1) {
            return (at, true);
        }
        let space = window
            .char_indices()
            .rev()
            .find(|(_, c)| c.is_whitespace())
            .map(|(at, c)| at + c.len_utf8());
        (space.filter(late).unwrap_or(window.len()), false)
    }
}

fn emit_page(text: &str, out: &mut Out<'_>) -> Result<(), Stop> {
    out.page(Page::of_text(0, PageKind::Text, text.to_owned()))
}

/// Takes a page from the front of `text`, up to a line end after `least` bytes, if at least twice as much is available.
pub(crate) fn cut_page(
    text: &mut String,
    marks: &mut Vec<Mark>,
    least: usize,
) -> Option<(String, Vec<Mark>)> {
    if text.len() <= 2 * least {
        return None;
    }
    let window = &text[..text.floor_char_boundary(2 * least)];
    let after =
        |wanted: &str| window.rfind(wanted).map(|at| at + wanted.len()).filter(|at| *at >= least);
    let end = after("\n\n").or_else(|| after("\n")).or_else(|| after(" ")).unwrap_or(window.len());
    let page: String = text.drain(..end).collect();
    let end = u32::try_from(end).unwrap_or(u32::MAX);
    let mut of_page = Vec::new();
    let mut rest = Vec::new();
    for mark in marks.drain(..) {
        if mark.start < end {
            of_page.push(Mark { end: mark.end.min(end), ..mark });
        }
        if mark.end > end {
            rest.push(Mark {
                start: mark.start.max(end) - end,
                end: mark.end - end,
                kind: mark.kind,
            });
        }
    }
    *marks = rest;
    Some((page, of_page))
}
