//! Addresses within the interface. All state of a page is in its address, so every link says where it leads in full.

use std::fmt::Write as _;

/// Writes `text` so that it can stand as a value in an address (RFC 3986: all but unreserved characters as `%XX`).
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            write!(safe, "%{byte:02X}").expect("writing to a String cannot fail");
        }
    }
    safe
}

/// The search page for a query, beginning with row `from` (0 for the first).
#[must_use]
pub fn search(query: &str, from: u64) -> String {
    match from {
        0 => format!("/search?q={}", encoded(query)),
        _ => format!("/search?q={}&from={from}", encoded(query)),
    }
}

/// Where in a document a link leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place<'a> {
    /// The query whose hits are shown; empty for none.
    pub query: &'a str,
    /// The page, from 1; 0 where it follows from the hit, or for the first.
    pub page: u32,
    /// The hit among all of the document's, from 1; 0 for none.
    pub hit: usize,
    /// The byte of the page's text from which a long page is shown.
    pub from: usize,
}

/// The page of document `number` (such as `EXH-000127`).
#[must_use]
pub fn document(number: &str, place: Place<'_>) -> String {
    let mut parts = Vec::new();
    if !place.query.is_empty() {
        parts.push(format!("q={}", encoded(place.query)));
    }
    if place.hit > 0 {
        parts.push(format!("hit={}", place.hit));
    }
    if place.page > 0 {
        parts.push(format!("p={}", place.page));
    }
    if place.from > 0 {
        parts.push(format!("from={}", place.from));
    }
    let separator = if parts.is_empty() { "" } else { "?" };
    let fragment = if place.hit > 0 { format!("#h{}", place.hit) } else { String::new() };
    format!("/doc/{}{separator}{}{fragment}", encoded(number), parts.join("&"))
}

/// The picture of a page of document `number`.
#[must_use]
pub fn picture(number: &str, page: u32) -> String {
    format!("/doc/{}/page/{page}.png", encoded(number))
}

/// An entry of the custody log.
#[must_use]
pub fn log_entry(index: u64) -> String {
    format!("/log/{index}")
}

/// The list of items in a state (empty for all), within a container (empty for any), beginning with row `from`.
#[must_use]
pub fn items(state: &str, container: &str, from: u64) -> String {
    let mut parts = Vec::new();
    if !state.is_empty() {
        parts.push(format!("state={}", encoded(state)));
    }
    if !container.is_empty() {
        parts.push(format!("in={}", encoded(container)));
    }
    if from > 0 {
        parts.push(format!("from={from}"));
    }
    let separator = if parts.is_empty() { "" } else { "?" };
    format!("/items{separator}{}", parts.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_any_query() {
        assert_eq!(search("登记 \"a&b\"", 0), "/search?q=%E7%99%BB%E8%AE%B0%20%22a%26b%22");
        assert_eq!(search("a", 25), "/search?q=a&from=25");
        let place = Place { query: "a#b", page: 2, hit: 3, from: 0 };
        assert_eq!(document("EXH-000127", place), "/doc/EXH-000127?q=a%23b&hit=3&p=2#h3");
        assert_eq!(document("../x", Place::default()), "/doc/..%2Fx");
        assert_eq!(items("failed", "", 0), "/items?state=failed");
        assert_eq!(picture("EXH-000127", 1), "/doc/EXH-000127/page/1.png");
    }
}
