//! Reads the columns that the engine stores next to its term lists: values by page, in bulk.

use std::ops::Range;
use tantivy::columnar::{Column, ColumnIndex, StrColumn};
use tantivy::{DocId, SegmentReader};

/// The numbers of a column's values in the half-open range from `first` to `last`.
pub(crate) fn numbers(
    column: &StrColumn,
    first: &[u8],
    last: &[u8],
) -> std::io::Result<Range<u64>> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let (from, until) = column.dictionary().term_bounds_to_ord(Included(first), Excluded(last))?;
    let all = column.num_terms() as u64;
    let from = match from {
        Included(number) => number,
        Excluded(number) => number.saturating_add(1),
        Unbounded => 0,
    };
    let until = match until {
        Included(number) => number.saturating_add(1),
        Excluded(number) => number,
        Unbounded => all,
    };
    Ok(from.min(all)..until.min(all))
}

/// A column of numbers; signed ones as unsigned numbers in the same order.
pub(crate) fn numbers_of(segment: &SegmentReader, column: &str) -> tantivy::Result<Column<u64>> {
    let found = segment.fast_fields().u64_lenient(column)?;
    Ok(found.map_or_else(|| Column::build_empty_column(segment.max_doc()), |(column, _)| column))
}

/// Reads the values of many pages at once; reused for its buffers.
#[derive(Default)]
pub(crate) struct Values {
    pages: Vec<DocId>,
    rows: Vec<u32>,
    values: Vec<u64>,
}

impl Values {
    /// Every value of these pages, each with its page, in the order of the pages.
    pub(crate) fn of(
        &mut self,
        column: &Column<u64>,
        pages: &[DocId],
    ) -> impl Iterator<Item = (DocId, u64)> {
        self.pages.clear();
        self.rows.clear();
        column.row_ids_for_docs(pages, &mut self.pages, &mut self.rows);
        self.values.resize(self.rows.len(), 0);
        column.values.get_vals(&self.rows, &mut self.values);
        self.pages.iter().copied().zip(self.values.iter().copied())
    }

    /// The value of each of these pages, for a column with one value per page; 0 without the column.
    pub(crate) fn only(&mut self, column: &Column<u64>, pages: &[DocId]) -> &[u64] {
        self.values.clear();
        self.values.resize(pages.len(), 0);
        if let ColumnIndex::Full = column.index {
            column.values.get_vals(pages, &mut self.values);
        } else {
            for (value, page) in self.values.iter_mut().zip(pages) {
                *value = column.first(*page).unwrap_or(0);
            }
        }
        &self.values
    }
}
