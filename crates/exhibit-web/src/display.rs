//! How rows of the catalogue are shown: names as found, folders, times.

use crate::untrusted::Name;
use crate::words::Words;
use exhibit_case::Case;
use exhibit_catalogue::Item;
use exhibit_model::{Moment, State};

/// The last part of an item's path, as found; its number if it has no name.
pub(crate) fn name(case: &Case, item: &Item) -> Name {
    let whole = own_path(item);
    let name = trimmed(whole).rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if name.is_empty() { Name::from(case.label(item.id).as_str()) } else { Name::new(name) }
}

/// The folders of an item's own path, without its name and without a slash at the end.
pub(crate) fn folder(item: &Item) -> Name {
    let whole = trimmed(own_path(item));
    let end = whole.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    Name::new(&whole[..end])
}

fn own_path(item: &Item) -> &[u8] {
    if item.name_text.is_empty() { &item.path } else { item.name_text.as_bytes() }
}

fn trimmed(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    &path[..end]
}

/// A path that ends in a name, without the name.
pub(crate) fn around(path: &str, name: &str) -> Name {
    Name::from(path.strip_suffix(name).unwrap_or(path))
}

/// Why an item is in its state; empty if the state says enough.
pub(crate) fn why(words: &Words, item: &Item) -> String {
    let reasons =
        item.reasons().map(|reason| words.plain_text_of(&exhibit_messages::reason(reason)));
    reasons.collect::<Vec<_>>().join("; ")
}

/// A time for people: `2026-02-11 14:02:09 UTC`.
pub(crate) fn when(moment: Moment) -> String {
    moment.to_rfc3339().replace('T', " ").replace('Z', " UTC")
}

/// The day of a time.
pub(crate) fn day(moment: Moment) -> String {
    moment.to_rfc3339().split('T').next().unwrap_or_default().to_owned()
}

/// The state to show beside a name: `None` if the item was read without problems.
pub(crate) fn remarkable(state: State) -> Option<State> {
    (state != State::Read).then_some(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_for_people() {
        let moment = Moment::from_civil(2026, 2, 11, 14, 2, 9).expect("a date");
        assert_eq!(when(moment), "2026-02-11 14:02:09 UTC");
        assert_eq!(day(moment), "2026-02-11");
    }

    #[test]
    fn paths_lose_their_name_once() {
        assert_eq!(around("a.zip!/b/c.txt", "c.txt").plain(), "a.zip!/b/");
        assert_eq!(around("c.txt", "c.txt").plain(), "");
        assert_eq!(trimmed(b"a/b//"), b"a/b");
        assert_eq!(trimmed(b"//"), b"");
    }
}
