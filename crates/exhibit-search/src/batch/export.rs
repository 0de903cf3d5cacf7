//! Exports the results of a batch: as a table for a spreadsheet, or as one line of JSON for each line of the list.

use super::BatchLine;
use crate::{Search, SearchError};
use exhibit_case::Case;
use exhibit_model::ItemId;
use serde_json::{Value, json};
use std::io::Write;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchForm {
    /// A table, RFC 4180, with a header row.
    Csv,
    /// One JSON object per line.
    Ndjson,
}

/// Which lines of a batch to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those without a match.
    Zero,
    /// Those with a match that is new since the previous run.
    New,
    /// Those that could not be run.
    Bad,
}

impl Which {
    /// Whether a line is selected.
    #[must_use]
    pub fn takes(self, line: &BatchLine) -> bool {
        match self {
            Self::All => true,
            Self::Zero => line.pages == 0 && line.error.is_none(),
            Self::New => line.new_pages > 0,
            Self::Bad => line.error.is_some(),
        }
    }
}

const HEADER: &str = "line,text,pages,documents,new_pages,first_document,first_page,context,error\r\n";

impl Search<'_> {
    /// Writes lines of a batch's latest run.
    ///
    /// # Errors
    /// [`SearchError::NotKept`]; [`SearchError::Output`] if they cannot be written.
    pub fn write_batch(
        &self,
        number: u64,
        form: BatchForm,
        which: Which,
        to: &mut dyn Write,
    ) -> Result<(), SearchError> {
        let mut result = match form {
            BatchForm::Csv => to.write_all(HEADER.as_bytes()),
            BatchForm::Ndjson => Ok(()),
        };
        self.batch_lines(number, &mut |line| {
            if result.is_ok() && which.takes(&line) {
                result = match form {
                    BatchForm::Csv => to.write_all(row(self.view.case(), &line).as_bytes()),
                    BatchForm::Ndjson => writeln!(to, "{}", record(self.view.case(), &line)),
                };
            }
        })?;
        result.and_then(|()| to.flush()).map_err(SearchError::Output)
    }
}

fn label(case: &Case, document: i64) -> String {
    case.label(ItemId::new(document))
}

fn row(case: &Case, line: &BatchLine) -> String {
    let (document, page) =
        line.first.map_or_else(Default::default, |(document, page)| (label(case, document), page.to_string()));
    let cells = [
        line.line.to_string(),
        line.text.clone(),
        line.pages.to_string(),
        line.document_count.to_string(),
        line.new_pages.to_string(),
        document,
        page,
        line.context.replace(['\r', '\n', '\t'], " "),
        line.error.clone().unwrap_or_default(),
    ];
    cells.map(|cell| quoted(&cell)).join(",") + "\r\n"
}

// A cell that a spreadsheet would evaluate as a formula gets an apostrophe, which the spreadsheet does not show.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    let plain = !cell.contains(['"', ',', ';', '\r', '\n']);
    if plain { cell } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

fn record(case: &Case, line: &BatchLine) -> Value {
    let documents: Vec<String> = line.documents.iter().map(|document| label(case, *document)).collect();
    let first = line.first.map(|(document, page)| json!({"document": label(case, document), "page": page}));
    json!({
        "v": 1, "kind": "batch-line", "line": line.line, "text": line.text, "pages": line.pages,
        "new_pages": line.new_pages, "document_count": line.document_count, "documents": documents, "first": first,
        "context": line.context,
        "error": line.error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_disarmed() {
        for (cell, expected) in [
            ("王立强", "王立强"),
            ("a,b", "\"a,b\""),
            ("say \"a\"", "\"say \"\"a\"\"\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("-1,2", "\"'-1,2\""),
        ] {
            assert_eq!(quoted(cell), expected, "{cell}");
        }
    }
}
