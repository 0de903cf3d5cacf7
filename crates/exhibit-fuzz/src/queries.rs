//! The query language.

use exhibit_query::parse;

/// Any text is a query or a clear error whose place is within the text.
pub(crate) fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if text.len() > 4096 {
        return;
    }
    let _ = parse(&text);
}
