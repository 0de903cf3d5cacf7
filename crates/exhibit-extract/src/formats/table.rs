//! Tables as text: comma-, semicolon-, tab- or bar-separated values (RFC 4180 and its looser kin).
//!
//! The text is kept exactly as it stands, a page for every few hundred rows; rows and columns are only counted here.

use crate::charset::TextStream;
use crate::out::{Input, Out, Stop};
use exhibit_model::{NoteKind, Page, PageKind, RowRange, SheetPart, Verdict};

/// Most rows on a page.
const ROWS: u64 = 500;

/// Most bytes of text on a page, but for a single longer row.
const PAGE_BYTES: usize = 256 << 10;

/// Beyond this a row with an open quote is taken to have one that is never closed.
const ROW_BYTES: usize = 1 << 20;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads a table.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let mut stream = match TextStream::open(input) {
        Ok(stream) => stream,
        Err(error) => return Ok(Verdict::Failed(format!("the file cannot be read: {error}"))),
    };
    let mut rows = Rows::default();
    let ended = loop {
        match stream.more(&mut rows.text) {
            Ok(true) => rows.say_full(out)?,
            Ok(false) => break Verdict::Read,
            Err(error) => break Verdict::Failed(format!("the file cannot be read to its end: {error}")),
        }
    };
    rows.say_rest(out)?;
    stream.say(out)?;
    rows.say_counts(out)?;
    Ok(ended)
}

/// Cuts a stream of text into rows, and rows into pages.
#[derive(Default)]
struct Rows {
    text: String,
    /// Where in `text` the search for the end of the present row goes on.
    scanned: usize,
    /// Where in `text` the present row begins.
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
    fn say_full(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.delimiter.is_none() {
            self.delimiter = delimiter(&self.text);
        }
        while let Some(end) = self.next_row_end() {
            self.count_row();
            self.row_start = end;
            if self.page_rows == ROWS || self.row_start >= PAGE_BYTES {
                self.say_page(out)?;
            }
        }
        if self.text.len() - self.row_start > 2 * ROW_BYTES {
            self.say_piece(out)?;
        }
        Ok(())
    }

    /// Finds the end of the present row, counting its fields; `None` where more text is needed.
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

    /// Ends a row whose quote is never closed at its first line end.
    fn end_at_line(&mut self) -> Option<usize> {
        let line_end = self.text[self.row_start..].find('\n')? + self.row_start + 1;
        self.unclosed += 1;
        self.open_quote = false;
        self.scanned = line_end;
        Some(line_end)
    }

    /// Says what there is of a row too long to wait for its end.
    fn say_piece(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.cut_rows += 1;
        self.row_start = self.text.len();
        self.say_page(out)
    }

    fn count_row(&mut self) {
        let fields = self.fields + 1;
        self.fields = 0;
        self.rows += 1;
        self.page_rows += 1;
        self.uneven += u64::from(self.rows > 1 && fields != self.columns);
        self.columns = self.columns.max(fields);
    }

    fn say_page(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        let mut page = Page::of_text(0, PageKind::Sheet, self.text[..self.row_start].to_owned());
        let first = self.rows + 1 - self.page_rows.min(self.rows);
        let last = self.rows.max(first);
        page.label = format!("{first}-{last}");
        let row = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        page.sheet =
            Some(SheetPart { name: String::new(), rows: Some(RowRange { first: row(first), last: row(last) }) });
        out.page(page)?;
        self.text.drain(..self.row_start);
        self.scanned -= self.row_start;
        self.row_start = 0;
        self.page_rows = 0;
        Ok(())
    }

    fn say_rest(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.say_full(out)?;
        if self.row_start < self.text.len() {
            self.unclosed += u64::from(self.open_quote);
            self.count_row();
            self.row_start = self.text.len();
            self.scanned = self.row_start;
        }
        if self.page_rows > 0 {
            self.say_page(out)?;
        }
        Ok(())
    }

    fn say_counts(&self, out: &mut Out<'_>) -> Result<(), Stop> {
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
            let text = format!("{} of {} rows have another number of fields than the rest", self.uneven, self.rows);
            out.note(NoteKind::Remark, 0, text)?;
        }
        if self.unclosed > 0 {
            out.note(NoteKind::Remark, 0, format!("{} quotes are never closed", self.unclosed))?;
        }
        if self.cut_rows > 0 {
            out.note(NoteKind::Remark, 0, "rows too long for a page go on on the next one")?;
        }
        Ok(())
    }
}

/// The delimiter that splits the first lines of `text` most evenly; `None` where none stands in them.
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

/// The delimiter of a text that is a table beyond doubt: five rows or more, all of equally many fields, three or more.
pub(crate) fn certain_delimiter(text: &str) -> Option<u8> {
    DELIMITERS.into_iter().find(|d| {
        let counts = field_counts(text, *d);
        counts.len() >= 5 && counts[0] >= 3 && counts.iter().all(|count| *count == counts[0])
    })
}

/// How evenly a delimiter splits the first lines: the share of lines with the commonest number of fields, times a
/// little more for more fields; 0 where it splits hardly any.
fn evenness(text: &str, delimiter: u8) -> f64 {
    let counts = field_counts(text, delimiter);
    let split: Vec<usize> = counts.iter().copied().filter(|count| *count > 1).collect();
    if split.is_empty() {
        return 0.0;
    }
    let commonest = split.iter().map(|count| split.iter().filter(|other| *other == count).count()).max().unwrap_or(0);
    let fields = split.iter().sum::<usize>() as f64 / split.len() as f64;
    commonest as f64 / counts.len() as f64 + fields.ln() / 10.0
}

/// The number of fields of each of the first rows, the last one left out as it may be cut.
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
