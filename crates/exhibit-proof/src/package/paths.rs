//! The paths of the files of a package.

use super::{DOCUMENTS, ENTRIES, QUOTES, RECORD};

/// The path, in a package, of a log entry.
#[must_use]
pub fn entry_path(number: u64) -> String {
    format!("{ENTRIES}{number:09}.json")
}

/// The path, in a package, of the proof of a log entry.
#[must_use]
pub fn proof_path(number: u64) -> String {
    format!("{ENTRIES}{number:09}.tlog-proof")
}

/// The path, in a package, of the proof of a handover from one key of the log to the next.
#[must_use]
pub fn handover_path(index: u64) -> String {
    format!("custody/{}", crate::chain::handover_path(index))
}

/// The path, in a package, of the record of a document.
#[must_use]
pub fn record_path(document: &str) -> String {
    format!("{DOCUMENTS}{document}{RECORD}")
}

/// The path, in a package, of the text of a page.
#[must_use]
pub fn text_path(document: &str, page: u32) -> String {
    format!("{DOCUMENTS}{document}/text/{page:04}.txt")
}

/// The path, in a package, of the picture of a page.
#[must_use]
pub fn picture_path(document: &str, page: u32) -> String {
    format!("{DOCUMENTS}{document}/pictures/{page:04}.png")
}

/// The path, in a package, of a quote.
#[must_use]
pub fn quote_path(quote: &str) -> String {
    format!("{QUOTES}{quote}.json")
}
