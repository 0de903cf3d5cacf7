//! Workbooks: one page a sheet, cells as displayed, a line a row, a tab between columns.
//!
//! Line n of a page is the page's n-th row (unless a cell contains line breaks), so that a hit can be cited by its
//! row; a sheet of more rows than [`ROWS`] is several pages. Hidden parts (sheets, rows, columns) are marked.

mod biff;
mod open;
#[cfg(test)]
mod tests;
mod xlsb;
mod xml2003;

use super::office::draft::Draft;
use super::office::number_format::Shown;
use super::office::package::Package;
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, PageKind, Reason, Request, RowRange, SheetPart, Verdict};
use std::collections::BTreeMap;
use std::io::Read;

/// The maximum number of rows on one page.
const ROWS: u32 = 500;
/// A gap of more columns than this is written as one tab.
const WIDEST_GAP: u32 = 256;

/// Emits the contents of a workbook.
pub(crate) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let mut first = [0; 4];
    let zipped = input.read_exact(&mut first).is_ok() && first == *b"PK\x03\x04";
    if let Err(error) = input.rewind() {
        return Ok(Verdict::Failed(Reason::cannot_read(&error)));
    }
    if matches!(
        first,
        [b'<' | b' ' | b'\r' | b'\n', ..]
            | [0xef, 0xbb, 0xbf, _]
            | [0xff, 0xfe, ..]
            | [0xfe, 0xff, ..]
    ) {
        let mut head = Vec::new();
        // what it is is stated at its root
        let read = (&mut *input).take(4096).read_to_end(&mut head);
        if read.is_err() || input.rewind().is_err() {
            return Ok(Verdict::Failed(Reason::NotAPackage));
        }
        let head: Vec<u8> = head.into_iter().filter(|byte| *byte != 0).collect();
        let open_document = head.windows(15).any(|window| window == b"office:document");
        if open_document {
            return super::opendocument::extract(input, request, out);
        }
        return xml2003::extract(input, request, out);
    }
    if !zipped {
        return biff::extract(input, request, out);
    }
    let Some(package) = Package::open(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    let open_document = package.has("content.xml") || package.has("encrypted-package");
    if open_document && !package.has("xl/workbook.xml") {
        return super::opendocument::extract_package(package, request, out);
    }
    open::extract(package, out)
}

/// The maximum bytes of cells that are kept in memory before they become a page.
const MOST_HELD: usize = 16 << 20;

/// Writes the pages of one sheet. Cells may come in any order: those of a page are sorted, and a cell of a page that
/// is already emitted restarts that page.
pub(crate) struct SheetWriter {
    name: String,
    hidden: bool,
    draft: Draft,
    cells: Vec<Cell>,
    sorted: bool,
    /// The bytes of text in the cells.
    bytes: usize,
    /// The index of the current run of [`ROWS`] rows.
    chunk: u32,
    last_row: u32,
    /// Text of notes by the cell (row, column) that they belong to.
    notes: BTreeMap<(u32, u32), String>,
    emitted: u32,
}

struct Cell {
    /// Row and column.
    place: (u32, u32),
    shown: Shown,
    hidden: bool,
}

impl SheetWriter {
    /// Starts a sheet.
    pub(crate) fn new(name: &str, hidden: bool) -> Self {
        Self {
            name: name.to_owned(),
            hidden,
            draft: Draft::default(),
            cells: Vec::new(),
            sorted: true,
            bytes: 0,
            chunk: 0,
            last_row: 0,
            notes: BTreeMap::new(),
            emitted: 0,
        }
    }

    /// Whether anything was written.
    pub(crate) fn has_cells(&self) -> bool {
        self.emitted > 0 || !self.cells.is_empty()
    }

    /// Adds a note to a cell (counted from 0); it is written at the end of the page that contains the cell.
    pub(crate) fn note(&mut self, row: u32, column: u32, text: &str) {
        let line = format!("{}: {}\n", cell_name(row, column), text.trim());
        self.notes.entry((row, column)).or_default().push_str(&line);
    }

    /// Writes a cell (counted from 0).
    pub(crate) fn cell(
        &mut self,
        place: (u32, u32),
        text: &str,
        hidden: bool,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        self.value(place, Shown::plain(text), hidden, out)
    }

    /// Writes a value, with what is stored where its text conceals a part of it.
    pub(crate) fn value(
        &mut self,
        place: (u32, u32),
        shown: Shown,
        hidden: bool,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        if shown.text.is_empty() && shown.stored.is_none() {
            return Ok(());
        }
        let chunk = place.0 / ROWS;
        if chunk != self.chunk || self.bytes > MOST_HELD {
            self.end_page(true, out)?;
            self.chunk = chunk;
        }
        self.sorted &= self.cells.last().is_none_or(|last| last.place <= place);
        self.bytes +=
            shown.text.len() + shown.stored.as_ref().map_or(0, String::len) + size_of::<Cell>();
        self.cells.push(Cell { place, shown, hidden });
        Ok(())
    }

    /// Writes the cells of the page: a line a row, from the first row of its run.
    fn write_cells(&mut self) {
        let mut cells = std::mem::take(&mut self.cells);
        if !std::mem::replace(&mut self.sorted, true) {
            cells.sort_by_key(|cell| cell.place);
        }
        self.bytes = 0;
        let (mut row, mut column) = (self.chunk * ROWS, 0);
        let mut before = None;
        for cell in cells {
            if row < cell.place.0 {
                self.draft.push(&"\n".repeat((cell.place.0 - row) as usize));
                (row, column) = (cell.place.0, 0);
            }
            let gap = cell.place.1.saturating_sub(column);
            let tabs = if gap > WIDEST_GAP { 1 } else { gap };
            self.draft.push(&"\t".repeat(tabs as usize));
            column = cell.place.1;
            // two cells of one place are kept apart
            if before.replace(cell.place) == Some(cell.place) {
                self.draft.push("\n");
            }
            let start = self.draft.len();
            self.draft.push(&cell.shown.text);
            if let Some(stored) = &cell.shown.stored {
                let concealed = cell.shown.text.is_empty();
                if !concealed {
                    self.draft.push(" ");
                }
                self.draft.push_as(
                    stored,
                    if concealed { MarkKind::Hidden } else { MarkKind::Invisible },
                );
            }
            if cell.hidden {
                self.draft.mark(start, MarkKind::Hidden);
            }
        }
        self.last_row = row;
    }

    /// Ends the sheet: what belongs to it as a whole is written at the end of its last page.
    pub(crate) fn finish(
        mut self,
        rest: &[(String, Option<MarkKind>)],
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        self.write_cells();
        self.add_notes(u32::MAX);
        for (text, kind) in rest {
            let mut lines = Draft::default();
            lines.push(text);
            self.draft.append_lines(&lines, *kind);
        }
        // an empty sheet is a page too: it exists, and it has a name
        if !self.draft.is_blank() || self.emitted == 0 {
            self.end_page(false, out)?;
        }
        Ok(())
    }

    fn add_notes(&mut self, before_row: u32) {
        let later = self.notes.split_off(&(before_row, 0));
        for text in std::mem::replace(&mut self.notes, later).into_values() {
            let mut note = Draft::default();
            note.push(&text);
            self.draft.append_lines(&note, Some(MarkKind::Annotation));
        }
    }

    fn end_page(&mut self, more: bool, out: &mut Out<'_>) -> Result<(), Stop> {
        if more {
            self.write_cells();
            self.add_notes((self.chunk + 1).saturating_mul(ROWS));
            if self.draft.is_blank() {
                self.draft = Draft::default();
                return Ok(());
            }
        }
        let mut draft = std::mem::take(&mut self.draft);
        draft.end_line();
        if self.hidden {
            draft.mark(0, MarkKind::Hidden);
        }
        let first = self.chunk * ROWS + 1;
        let last =
            if more { (self.chunk + 1) * ROWS } else { self.last_row.max(self.chunk * ROWS) + 1 };
        let rows = (!draft.is_blank()).then_some(RowRange { first, last });
        let whole = self.chunk == 0 && self.emitted == 0 && !more;
        let label =
            if whole { self.name.clone() } else { format!("{} rows {first}-{last}", self.name) };
        self.emitted += 1;
        let mut page = draft.into_page(PageKind::Sheet, label);
        page.sheet = Some(SheetPart { name: self.name.clone(), rows });
        out.page(page)
    }
}

use open::furniture;

/// The name of a cell counted from 0: `B3` for row 2, column 1.
pub(crate) fn cell_name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &(u64::from(row) + 1).to_string()
}

/// The position of a cell named as in `$B$3`, counted from 0 (row, column), of at most 2^20 rows and 2^14 columns.
pub(crate) fn cell_place(name: &str) -> Option<(u32, u32)> {
    let name = name.replace('$', "");
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = name.split_at(digits);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0u32, |column, letter| {
        letter
            .is_ascii_alphabetic()
            .then(|| column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    let row: u32 = number.parse().ok()?;
    ((1..=1 << 20).contains(&row) && column <= 1 << 14).then(|| (row - 1, column - 1))
}
