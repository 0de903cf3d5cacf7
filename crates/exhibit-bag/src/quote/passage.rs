//! Finding the passage to quote in a text, with its context.

use exhibit_proof::anchor::Passage;

/// The number of characters of context before and after a quote.
const CONTEXT: usize = 32;

/// The maximum number of characters in a quote.
pub const MAX_QUOTE: usize = 8_192;

/// The `nth` place (from 1) of exactly this passage in a text; `None` if there are fewer.
pub(crate) fn find(text: &str, exact: &str, nth: usize) -> Option<Passage> {
    let at = places(text, exact).nth(nth.wrapping_sub(1))?;
    let (before, after) = (&text[..at], &text[at + exact.len()..]);
    let start = before.chars().count();
    Some(Passage {
        exact: exact.to_owned(),
        prefix: before.chars().skip(start.saturating_sub(CONTEXT)).collect(),
        suffix: after.chars().take(CONTEXT).collect(),
        start: start as u64,
        end: (start + exact.chars().count()) as u64,
    })
}

/// The places of a passage in a text, in bytes, including overlapping ones.
pub(crate) fn places<'a>(text: &'a str, exact: &'a str) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(exact)?;
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
        Some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "第一条 严防逃跑。\n第二条 所有人员须逐一登记，不得遗漏。\n第三条 所有人员须逐一登记。";

    #[test]
    fn found_passages_are_in_the_text() {
        let passage = find(TEXT, "须逐一登记", 2).expect("there twice");
        assert_eq!((passage.start, passage.end), (38, 43));
        assert_eq!(passage.suffix, "。");
        assert_eq!(passage.prefix.chars().count(), CONTEXT);
        let (start, end) = passage.locate(TEXT).expect("in its place");
        assert_eq!(&TEXT[start..end], "须逐一登记");
        assert_eq!(find(TEXT, "须逐一登记", 3), None);
        assert_eq!(find(TEXT, "须逐一登记", 0), None);
    }

    #[test]
    fn overlapping_places_are_found() {
        assert_eq!(places("ааа", "аа").collect::<Vec<_>>(), [0, 2]);
        assert_eq!(places("abc", "x").count(), 0);
    }
}
