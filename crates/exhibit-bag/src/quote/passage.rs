//! Finding the passage to quote in a text, with its context: exactly as typed, else whatever white space is typed.

use exhibit_proof::anchor::Passage;

/// The number of characters of context before and after a quote.
const CONTEXT: usize = 32;

/// The maximum number of characters in a quote.
pub const MAX_QUOTE: usize = 8_192;

/// A place in a text, in bytes.
pub(crate) type Place = (usize, usize);

/// The passage at a place of a text, with its context.
pub(crate) fn passage(text: &str, (from, to): Place) -> Passage {
    let (before, exact, after) = (&text[..from], &text[from..to], &text[to..]);
    let start = before.chars().count();
    Passage {
        exact: exact.to_owned(),
        prefix: before.chars().skip(start.saturating_sub(CONTEXT)).collect(),
        suffix: after.chars().take(CONTEXT).collect(),
        start: start as u64,
        end: (start + exact.chars().count()) as u64,
    }
}

/// The places of a passage in a text, at most `most`: those where it is exactly as typed; if there are none, those where
/// only white space, line ends, cell borders and soft hyphens differ. The places are those of the text as it is.
pub(crate) fn places(text: &str, typed: &str, most: usize) -> Vec<Place> {
    let exact: Vec<Place> = exact_places(text, typed).take(most).collect();
    if !exact.is_empty() || typed.is_empty() {
        return exact;
    }
    let (page, wanted) = (Folded::of(text), Folded::of(&without_tokens(typed)));
    if wanted.text.is_empty() {
        return Vec::new();
    }
    let found = exact_places(&page.text, &wanted.text).take(most);
    found.map(|(from, to)| page.place(from, to)).collect()
}

// Including overlapping ones.
fn exact_places<'a>(text: &'a str, exact: &'a str) -> impl Iterator<Item = Place> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(exact)?;
        from = at + text[at..].chars().next().map_or(1, char::len_utf8);
        Some((at, at + exact.len()))
    })
}

// The tokens that stand for white space where text is shown.
fn without_tokens(typed: &str) -> String {
    ["[LF]", "[CR]", "[TAB]", "[NBSP]", "[SHY]"]
        .iter()
        .fold(typed.to_owned(), |text, token| text.replace(token, " "))
}

/// A text in which white space is one space or none, with the places of its characters in the text itself.
struct Folded {
    text: String,
    /// For each character: its first byte here, and its place in the text itself.
    characters: Vec<(usize, Place)>,
}

impl Folded {
    fn of(text: &str) -> Self {
        let mut folded = Self { text: String::new(), characters: Vec::new() };
        let kept: Vec<(usize, char)> =
            text.char_indices().filter(|(_, c)| !is_ignored(*c)).collect();
        let mut next = 0;
        while let Some((at, c)) = kept.get(next).copied() {
            let run = kept[next..].iter().take_while(|(_, c)| c.is_whitespace()).count();
            let before = next.checked_sub(1).map(|before| kept[before].1);
            let (after, broken) = (kept.get(next + run).map(|(_, c)| *c), is_hyphen(c));
            if run > 0 {
                // between words of a script with spaces it matters; beside Han characters and signs it does not
                if before.is_some_and(needs_space) && after.is_some_and(needs_space) {
                    folded.push(' ', (at, at + c.len_utf8()));
                }
                next += run;
                continue;
            }
            let spaces = kept[next + 1..].iter().take_while(|(_, c)| c.is_whitespace()).count();
            let follows = kept.get(next + 1 + spaces).map(|(_, c)| *c);
            // a hyphen within a word, at the end of a line or not
            if broken
                && before.is_some_and(char::is_alphabetic)
                && follows.is_some_and(char::is_alphabetic)
            {
                next += 1 + spaces;
                continue;
            }
            folded.push(c, (at, at + c.len_utf8()));
            next += 1;
        }
        folded
    }

    fn push(&mut self, c: char, place: Place) {
        self.characters.push((self.text.len(), place));
        self.text.push(c);
    }

    // The place in the text itself of a stretch of this one.
    fn place(&self, from: usize, to: usize) -> Place {
        let first = self.characters.partition_point(|(at, _)| *at < from);
        let last = self.characters.partition_point(|(at, _)| *at < to).saturating_sub(1);
        let start = self.characters.get(first).map_or(0, |(_, place)| place.0);
        (start, self.characters.get(last).map_or(start, |(_, place)| place.1))
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

// What nobody sees: soft hyphens, joiners, marks of direction and of byte order.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn needs_space(c: char) -> bool {
    // Han, Kana and full-width forms are written without spaces
    let is_wide = matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}');
    c.is_alphanumeric() && !is_wide
}

/// How a typed passage differs from the nearest one on the page: stretches of both, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// In both.
    Same(String),
    /// Typed, and not on the page.
    Typed(String),
    /// On the page, and not typed.
    Page(String),
}

/// The differences between a typed passage and a stretch of a page, by a longest common subsequence; `None` if they are
/// too long to be compared.
pub(crate) fn differences(typed: &str, page: &str) -> Option<Vec<Difference>> {
    const LONGEST: usize = 1_000;
    let (typed, page): (Vec<char>, Vec<char>) = (typed.chars().collect(), page.chars().collect());
    if typed.len() > LONGEST || page.len() > LONGEST {
        return None;
    }
    let width = page.len() + 1;
    let mut common = vec![0_u16; (typed.len() + 1) * width];
    for (a, left) in typed.iter().enumerate().rev() {
        for (b, right) in page.iter().enumerate().rev() {
            common[a * width + b] = if left == right {
                common[(a + 1) * width + b + 1] + 1
            } else {
                common[(a + 1) * width + b].max(common[a * width + b + 1])
            };
        }
    }
    let mut found: Vec<Difference> = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < typed.len() || b < page.len() {
        let is_same = a < typed.len() && b < page.len() && typed[a] == page[b];
        let is_typed = b == page.len()
            || (a < typed.len() && common[(a + 1) * width + b] >= common[a * width + b + 1]);
        match (is_same, is_typed, found.last_mut()) {
            (true, _, Some(Difference::Same(text))) => text.push(page[b]),
            (true, ..) => found.push(Difference::Same(page[b].to_string())),
            (false, true, Some(Difference::Typed(text))) => text.push(typed[a]),
            (false, true, _) => found.push(Difference::Typed(typed[a].to_string())),
            (false, false, Some(Difference::Page(text))) => text.push(page[b]),
            (false, false, _) => found.push(Difference::Page(page[b].to_string())),
        }
        a += usize::from(is_same || is_typed);
        b += usize::from(is_same || !is_typed);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "第一条 严防逃跑。\n第二条 所有人员须逐一登记，不得遗漏。\n第三条 所有人员须逐一登记。";

    #[test]
    fn found_passages_are_in_the_text() {
        let places = places(TEXT, "须逐一登记", 9);
        let passage = passage(TEXT, places[1]);
        assert_eq!((places.len(), passage.start, passage.end), (2, 38, 43));
        assert_eq!(passage.suffix, "。");
        assert_eq!(passage.prefix.chars().count(), CONTEXT);
        let (start, end) = passage.locate(TEXT).expect("in its place");
        assert_eq!(&TEXT[start..end], "须逐一登记");
    }

    #[test]
    fn overlapping_places_are_found() {
        assert_eq!(places("ааа", "аа", 9), [(0, 4), (2, 6)]);
        assert_eq!(places("abc", "x", 9), []);
        assert_eq!(places("abc", "", 0), []);
    }

    #[test]
    fn white_space_is_found_however_it_is_typed() {
        for (text, typed, exact) in [
            ("由两名见证\n人签字。", "由两名见证人签字", "由两名见证\n人签字"),
            ("由两名见证\n人签字。", "见证[LF]人", "见证\n人"),
            ("回扣\t12%\n", "回扣 12%", "回扣\t12%"),
            ("回扣\t12%\n", "回扣12%", "回扣\t12%"),
            (
                "every  person\r\nis registered",
                "every person is registered",
                "every  person\r\nis registered",
            ),
            ("regi\u{ad}stered", "registered", "regi\u{ad}stered"),
            ("regi-\nstered now", "registered now", "regi-\nstered now"),
            ("well-known", "well-\nknown", "well-known"),
            ("one two", "one\u{a0}two", "one two"),
            ("逐\u{3000}一　登记", "逐一登记", "逐\u{3000}一　登记"),
            ("ئون\nئىككى", "ئون ئىككى", "ئون\nئىككى"),
            ("a\u{200f}b", "ab", "a\u{200f}b"),
        ] {
            let found = places(text, typed, 9);
            assert_eq!(found.len(), 1, "{typed:?} in {text:?}");
            assert_eq!(&text[found[0].0..found[0].1], exact, "{typed:?}");
            let passage = passage(text, found[0]);
            assert!(passage.locate(text).is_ok(), "{passage:?}");
        }
        for (text, typed) in
            [("now here", "nowhere"), ("nowhere", "now here"), ("abc", " \n"), ("12 34", "1234")]
        {
            assert_eq!(places(text, typed, 9), [], "{typed:?} is not {text:?}");
        }
        // exactly as typed comes first, also where more would be found otherwise
        assert_eq!(places("登 记 登记", "登记", 9), [(8, 14)]);
    }

    #[test]
    fn differences_are_those_of_both_texts() {
        let marked = differences("见证人沈若岚", "见证人涩兰网").expect("short");
        assert_eq!(marked[0], Difference::Same("见证人".to_owned()));
        let of = |side: fn(&Difference) -> Option<&str>| {
            marked.iter().filter_map(side).collect::<String>()
        };
        let typed = |one: &Difference| match one {
            Difference::Same(text) | Difference::Typed(text) => Some(text.clone()),
            Difference::Page(_) => None,
        };
        assert_eq!(marked.iter().filter_map(typed).collect::<String>(), "见证人沈若岚");
        let page = of(|one| match one {
            Difference::Same(text) | Difference::Page(text) => Some(text.as_str()),
            Difference::Typed(_) => None,
        });
        assert_eq!(page, "见证人涩兰网");
        assert_eq!(differences(&"x".repeat(1_001), "x"), None);
        assert_eq!(differences("", ""), Some(Vec::new()));
    }
}
