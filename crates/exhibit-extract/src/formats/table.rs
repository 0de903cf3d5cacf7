//! Tables as text: comma-, semicolon-, tab- or bar-separated values (RFC 4180 and looser dialects).
//!
//! The text is kept exactly as it is, a page for every few hundred rows; rows and columns are only counted here.

use crate::charset::TextStream;
use crate::out::{Input, Out, Stop};
use exhibit_model::{NoteCode, Page, PageKind, Reason, RowRange, SheetPart, Verdict};

/// Maximum rows on a page.
const ROWS: u64 = 500;

/// Maximum bytes of text on a page, except for a single longer row.
const PAGE_BYTES: usize = 256 << 10;

/// Beyond this length a row with an open quote is assumed to have one that is never closed.
const ROW_BYTES: usize = 1 << 20;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads a table.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let mut stream = match TextStream::open(input) {
        Ok(stream) => stream,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    };
    let mut rows = Rows::default();
    let ended = loop {
        match stream.more(&mut rows.text) {
            Ok(true) => rows.emit_full(out)?,
            Ok(false) => break Verdict::Read,
            Err(error) => break Verdict::Failed(Reason::cannot_read(&error)),
        }
    };
    rows.emit_rest(out)?;
    stream.emit(out)?;
    rows.emit_counts(out)?;
    Ok(ended)
}

/// Splits a stream of text into rows, and rows into pages.
#[derive(Default)]
struct Rows {
    text: String,
    /// The position in `text` where the search for the end of the current row resumes.
    scanned: usize,
    /// The position in `text` where the current row begins.
    row_start: usize,
    open_quote: bool,
    fields: u64,
    delimiter: Option<u8>,
    page_rows: u64,
    rows: u64,
    columns: u64,
    uneven: u64,
    unclosed: u64,
    cut_rows: u64,
}

impl Rows {
    fn emit_full(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.delimiter.is_none() {
            self.delimiter = delimiter(&self.text);
        }
        while let Some(end) = self.next_row_end() {
            self.count_row();
            self.row_start = end;
            if self.page_rows == ROWS || self.row_start >= PAGE_BYTES {
                self.emit_page(out)?;
            }
        }
        if self.text.len() - self.row_start > 2 * ROW_BYTES {
            self.emit_piece(out)?;
        }
        Ok(())
    }

    /// Finds the end of the current row, counting its fields; `None` if more text is needed.
    fn next_row_end(&mut self) -> Option<usize> {
        let delimiter = self.delimiter.unwrap_or(b',');
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.scanned) {
            self.scanned += 1;
            if byte == b'"' {
                self.open_quote = !self.open_quote;
            } else if byte == b'\n' && !self.open_quote {
                return Some(self.scanned);
            } else if byte == delimiter && !self.open_quote {
                self.fields += 1;
            }
        }
        if self.open_quote && self.scanned - self.row_start > ROW_BYTES {
            return self.end_at_line();
        }
        None
    }

    /// Ends a row with an unclosed quote at its first line end.
    fn end_at_line(&mut self) -> Option<usize> {
        let line_end = self.text[self.row_start..].find('\n')? + self.row_start + 1;
        self.unclosed += 1;
        self.open_quote = false;
        self.scanned = line_end;
        Some(line_end)
    }

    /// Emits the available part of a row that is too long to wait for its end.
    fn emit_piece(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.cut_rows += 1;
        self.row_start = self.text.len();
        self.emit_page(out)
    }

    fn count_row(&mut self) {
        let fields = self.fields + 1;
        self.fields = 0;
        self.rows += 1;
        self.page_rows += 1;
        self.uneven += u64::from(self.rows > 1 && fields != self.columns);
        self.columns = self.columns.max(fields);
    }

    fn emit_page(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        let mut page = Page::of_text(0, PageKind::Sheet, self.text[..self.row_start].to_owned());
        let first = self.rows + 1 - self.page_rows.min(self.rows);
        let last = self.rows.max(first);
        page.label = format!("{first}-{last}");
        let row = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        page.sheet = Some(SheetPart {
            name: String::new(),
            rows: Some(RowRange { first: row(first), last: row(last) }),
        });
        out.page(page)?;
        self.text.drain(..self.row_start);
        self.scanned -= self.row_start;
        self.row_start = 0;
        self.page_rows = 0;
        Ok(())
    }

    fn emit_rest(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.emit_full(out)?;
        if self.row_start < self.text.len() {
            self.unclosed += u64::from(self.open_quote);
            self.count_row();
            self.row_start = self.text.len();
            self.scanned = self.row_start;
        }
        if self.page_rows > 0 {
            self.emit_page(out)?;
        }
        Ok(())
    }

    fn emit_counts(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.rows == 0 {
            return Ok(());
        }
        out.metadata("table:rows", &self.rows.to_string())?;
        out.metadata("table:columns", &self.columns.to_string())?;
        let delimiter = match self.delimiter {
            Some(b',') => "comma",
            Some(b';') => "semicolon",
            Some(b'\t') => "tab",
            Some(b'|') => "bar",
            _ => "",
        };
        out.metadata("table:delimiter", delimiter)?;
        if self.uneven > 0 {
            out.note(0, NoteCode::UnevenRows { uneven: self.uneven, rows: self.rows })?;
        }
        if self.unclosed > 0 {
            out.note(0, NoteCode::UnclosedQuotes { quotes: self.unclosed })?;
        }
        if self.cut_rows > 0 {
            out.note(0, NoteCode::LongRows { rows: self.cut_rows })?;
        }
        Ok(())
    }
}

/// The delimiter that splits the first lines of `text` most evenly; `None` if they contain none.
fn delimiter(text: &str) -> Option<u8> {
    DELIMITERS
        .into_iter()
        .map(|d| (evenness(text, d), d))
        .filter(|(score, _)| *score > 0.0)
        .fold(None, |best: Option<(f64, u8)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        })
        .map(|(_, d)| d)
}

/// The delimiter of a text that is certainly a table: five rows or more, all of equal length, three fields or more.
pub(crate) fn certain_delimiter(text: &str) -> Option<u8> {
    DELIMITERS.into_iter().find(|d| {
        let counts = field_counts(text, *d);
        counts.len() >= 5 && counts[0] >= 3 && counts.iter().all(|count| *count == counts[0])
    })
}

/// How evenly a delimiter splits the first lines: the share of lines with the most common number of fields, times a
/// little more for more fields; 0 if it splits hardly any.
fn evenness(text: &str, delimiter: u8) -> f64 {
    let counts = field_counts(text, delimiter);
    let split: Vec<usize> = counts.iter().copied().filter(|count| *count > 1).collect();
    if split.is_empty() {
        return 0.0;
    }
    let commonest = split
        .iter()
        .map(|count| split.iter().filter(|other| *other == count).count())
        .max()
        .unwrap_or(0);
    let fields = split.iter().sum::<usize>() as f64 / split.len() as f64;
    commonest as f64 / counts.len() as f64 + fields.ln() / 10.0
}

/// The number of fields of each of the first rows, without the last one, which may be incomplete.
fn field_counts(text: &str, delimiter: u8) -> Vec<usize> {
    let mut counts = Vec::new();
    let (mut fields, mut open_quote) = (1, false);
    let sample = &text[..text.floor_char_boundary(16 << 10)];
    for byte in sample.bytes() {
        match byte {
            b'"' => open_quote = !open_quote,
            b'\n' if !open_quote => {
                counts.push(fields);
                fields = 1;
            }
            _ if byte == delimiter && !open_quote => fields += 1,
            _ => {}
        }
    }
    if counts.is_empty() || (sample.len() == text.len() && !text.ends_with('\n')) {
        counts.push(fields);
    }
    counts.truncate(100);
    counts
}
