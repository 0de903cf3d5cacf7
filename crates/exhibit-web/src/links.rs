//! Addresses within the interface. All state of a page is in its address, so every link is complete.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

// All except the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes `text` as a value in an address.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A position in the results of a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SearchPlace<'a> {
    /// The query.
    pub query: &'a str,
    /// The order's name; empty for the query's own.
    pub sort: &'a str,
    /// The first row, from 0.
    pub from: u64,
    /// Whether words are matched only as written.
    pub exact: bool,
    /// Whether each row is a document.
    pub documents: bool,
    /// The cursor after the previous rows, as the index returned it; empty to count rows from the first.
    pub after: &'a str,
    /// The filter whose values are listed in full.
    pub more: &'a str,
}

impl<'a> SearchPlace<'a> {
    /// The first results of a query in its own order.
    #[must_use]
    pub fn of(query: &'a str) -> Self {
        Self { query, ..Self::default() }
    }
}

/// The search page.
#[must_use]
pub fn search(place: &SearchPlace<'_>) -> String {
    let mut address = Address::new("/search");
    address.push("q", place.query);
    address.push("sort", place.sort);
    address.count("from", place.from);
    address.push("after", place.after);
    address.count("exact", u64::from(place.exact));
    address.count("docs", u64::from(place.documents));
    address.push("more", place.more);
    if !place.more.is_empty() {
        address.text.push_str("#filters");
    }
    address.text
}

/// The distinctive words of the results of a query.
#[must_use]
pub fn telling(query: &str, exact: bool) -> String {
    let mut address = Address::new("/words");
    address.push("q", query);
    address.count("exact", u64::from(exact));
    address.text
}

/// The documents similar to document `number`, or to one page of it (0 for all).
#[must_use]
pub fn similar(number: &str, page: u32) -> String {
    let mut address = Address::new(&format!("/similar/{}", encoded(number)));
    address.count("p", u64::from(page));
    address.text
}

/// The saved searches; `done` is the name of the one that was just saved or deleted.
#[must_use]
pub fn saved(done: &str) -> String {
    let mut address = Address::new("/saved");
    address.push("done", done);
    address.text
}

/// A batch: lines of one kind (empty for those with most documents), from line number `from` of them.
#[must_use]
pub fn batch(number: u64, which: &str, from: u64) -> String {
    let mut address = Address::new(&format!("/batches/{number}"));
    address.push("which", which);
    address.count("from", from);
    address.text
}

/// The file of a batch's lines of one kind; `ending` is `csv` or `ndjson`.
#[must_use]
pub fn batch_file(number: u64, which: &str, ending: &str) -> String {
    let mut address = Address::new(&format!("/batches/{number}/lines.{ending}"));
    address.push("which", which);
    address.text
}

/// The position in a document that a link leads to, and where its reader came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place<'a> {
    /// The query whose hits are shown; empty for none.
    pub query: &'a str,
    /// The order of the results; empty for the query's own.
    pub sort: &'a str,
    /// The number among the results, from 1; 0 if the reader did not come from there.
    pub rank: u64,
    /// The hit among all of the document's, from 1; 0 for the first on the page.
    pub hit: usize,
    /// The page, from 1; 0 if it follows from the hit, or for the first.
    pub page: u32,
    /// The byte of the page's text from which a long page is shown.
    pub from: usize,
    /// Whether words are matched only as written.
    pub exact: bool,
    /// Whether the results were documents.
    pub documents: bool,
}

/// The page of document `number` (such as `EXH-000127`).
#[must_use]
pub fn document(number: &str, place: &Place<'_>) -> String {
    let mut address = Address::new(&format!("/doc/{}", encoded(number)));
    address.push("q", place.query);
    address.push("sort", place.sort);
    address.count("r", place.rank);
    address.count("hit", place.hit as u64);
    address.count("p", u64::from(place.page));
    address.count("from", place.from as u64);
    address.count("exact", u64::from(place.exact));
    address.count("docs", u64::from(place.documents));
    if !place.query.is_empty() && place.from == 0 {
        address.text.push_str("#now");
    }
    address.text
}

/// The page of a document at its tags, one of which was added or removed; empty for none.
#[must_use]
pub fn tag_changed(number: &str, place: &Place<'_>, tag: &str, off: bool) -> String {
    let document = document(number, place);
    let text = document.split('#').next().unwrap_or_default();
    let mut address = Address::new(text);
    address.separator = if text.contains('?') { '&' } else { '?' };
    address.push("tag", tag);
    address.count("off", u64::from(off && !tag.is_empty()));
    address.text + "#tags"
}

struct Address {
    text: String,
    separator: char,
}

impl Address {
    fn new(path: &str) -> Self {
        Self { text: path.to_owned(), separator: '?' }
    }

    fn push(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text.push_str(&format!("{}{name}={}", self.separator, encoded(value)));
            self.separator = '&';
        }
    }

    fn count(&mut self, name: &str, value: u64) {
        if value > 0 {
            self.push(name, &value.to_string());
        }
    }
}

/// The picture of a page of document `number`, for reading beside the text or larger.
#[must_use]
pub fn picture(number: &str, page: u32, large: bool) -> String {
    let address = format!("/doc/{}/page/{page}.png", encoded(number));
    if large { address + "?large=1" } else { address }
}

/// An entry of the custody log.
#[must_use]
pub fn log_entry(index: u64) -> String {
    format!("/log/{index}")
}

/// The list of items in a state (empty for all), within a container (empty for any), after the item numbered `after`
/// (0 for the first).
#[must_use]
pub fn items(state: &str, container: &str, after: u64) -> String {
    let mut address = Address::new("/items");
    address.push("state", state);
    address.push("in", container);
    address.count("after", after);
    address.text
}

/// The list of log entries, newest first, before the entry numbered `before` (0 for the newest).
#[must_use]
pub fn log(before: u64) -> String {
    let mut address = Address::new("/log");
    address.count("before", before);
    address.text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_encode_any_query() {
        let place = SearchPlace::of("登记 \"a&b\"");
        assert_eq!(search(&place), "/search?q=%E7%99%BB%E8%AE%B0%20%22a%26b%22");
        assert_eq!(
            search(&SearchPlace { query: "a", sort: "newest", from: 25, ..SearchPlace::default() }),
            "/search?q=a&sort=newest&from=25"
        );
        assert_eq!(search(&SearchPlace::default()), "/search");
        let place = Place { query: "a#b", page: 2, hit: 3, rank: 7, ..Place::default() };
        assert_eq!(document("EXH-000127", &place), "/doc/EXH-000127?q=a%23b&r=7&hit=3&p=2#now");
        assert_eq!(document("../x", &Place::default()), "/doc/..%2Fx");
        assert_eq!(items("failed", "", 0), "/items?state=failed");
        assert_eq!(picture("EXH-000127", 1, true), "/doc/EXH-000127/page/1.png?large=1");
    }
}
