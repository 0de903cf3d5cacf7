//! Exports the results of a batch: as a table for a spreadsheet, or as one line of JSON for each line of the list.

use super::{BatchLine, BatchLineError};
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

const HEADER: [&str; 9] = [
    "line",
    "text",
    "pages",
    "documents",
    "new_pages",
    "first_document",
    "first_page",
    "context",
    "error",
];

/// The text of the reason why a line could not be run, in the language of the reader.
pub type ErrorText<'a> = &'a dyn Fn(&BatchLineError) -> String;

impl Search<'_> {
    /// Writes lines of a batch's latest run. `text` words the reasons of lines that could not be run.
    ///
    /// # Errors
    /// [`SearchError::NotKept`]; [`SearchError::Output`] if they cannot be written.
    pub fn write_batch(
        &self,
        number: u64,
        form: BatchForm,
        which: Which,
        text: ErrorText<'_>,
        to: &mut dyn Write,
    ) -> Result<(), SearchError> {
        match form {
            BatchForm::Csv => self.write_table(number, which, text, to)?,
            BatchForm::Ndjson => {
                let mut result = Ok(());
                self.batch_lines(number, &mut |line| {
                    if result.is_ok() && which.takes(&line) {
                        result = writeln!(to, "{}", record(self.view.case(), &line, text));
                    }
                })?;
                result.map_err(SearchError::Output)?;
            }
        }
        to.flush().map_err(SearchError::Output)
    }

    fn write_table(
        &self,
        number: u64,
        which: Which,
        text: ErrorText<'_>,
        to: &mut dyn Write,
    ) -> Result<(), SearchError> {
        let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        let mut result = table.write_record(HEADER);
        self.batch_lines(number, &mut |line| {
            if result.is_ok() && which.takes(&line) {
                result = table.write_record(row(self.view.case(), &line, text));
            }
        })?;
        result.map_err(|error| SearchError::Output(error.into()))?;
        table.flush().map_err(SearchError::Output)
    }
}

fn label(case: &Case, document: i64) -> String {
    case.label(ItemId::new(document))
}

fn row(case: &Case, line: &BatchLine, text: ErrorText<'_>) -> [String; 9] {
    let (document, page) = line
        .first
        .map_or_else(Default::default, |key| (label(case, key.document), key.page.to_string()));
    let cells = [
        line.line.to_string(),
        line.text.clone(),
        line.pages.to_string(),
        line.document_count.to_string(),
        line.new_pages.to_string(),
        document,
        page,
        line.context.replace(['\r', '\n', '\t'], " "),
        line.error.as_ref().map(text).unwrap_or_default(),
    ];
    cells.map(disarmed)
}

// A cell that a spreadsheet would evaluate as a formula gets an apostrophe, which the spreadsheet does not show.
fn disarmed(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn record(case: &Case, line: &BatchLine, text: ErrorText<'_>) -> Value {
    let documents: Vec<String> =
        line.documents.iter().map(|document| label(case, *document)).collect();
    let first = line
        .first
        .map(|key| json!({"document": label(case, key.document), "page": key.page.get()}));
    let error = line.error.as_ref().map(
        |error| json!({"code": error.code, "position": error.position, "values": error.values, "text": text(error)}),
    );
    json!({
        "v": 1, "kind": "batch-line", "line": line.line, "text": line.text, "pages": line.pages,
        "new_pages": line.new_pages, "document_count": line.document_count, "documents": documents, "first": first,
        "context": line.context,
        "error": error,
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
            ("a\nb", "\"a\nb\""),
            ("say \"a\"", "\"say \"\"a\"\"\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("@x", "'@x"),
            ("-1,2", "\"'-1,2\""),
        ] {
            let mut table = csv::WriterBuilder::new().from_writer(Vec::new());
            table.write_record([disarmed(cell.to_owned()), "x".to_owned()]).expect("a row");
            let written = String::from_utf8(table.into_inner().expect("bytes")).expect("text");
            assert_eq!(written, format!("{expected},x\n"), "{cell}");
        }
    }
}
