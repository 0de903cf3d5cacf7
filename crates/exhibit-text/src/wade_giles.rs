//! Wade-Giles: the pinyin syllables of a spelling.
//!
//! The table is generated from pinyin, syllable by syllable, so that it is complete and has no other entries. Writers
//! often omit apostrophes and umlauts, so a spelling without them has more syllables. Postal spellings and established
//! English forms of names are not supported.

use crate::chinese_names::SYLLABLES;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A possible syllable of a spelling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    /// In pinyin.
    pub(crate) syllable: &'static str,
    /// Whether the spelling lacks an apostrophe for this syllable.
    pub(crate) unmarked: bool,
}

/// The maximum length of a spelling in bytes.
pub(crate) const MAX_LENGTH: usize = 8;

static TABLE: LazyLock<HashMap<String, Vec<Entry>>> = LazyLock::new(|| {
    let mut table: HashMap<String, Vec<Entry>> = HashMap::new();
    for syllable in SYLLABLES.split_whitespace() {
        for spelling in spellings(syllable) {
            let without = spelling.replace('\'', "");
            let mut forms =
                vec![(spelling.replace('ü', "u"), false), (without.replace('ü', "u"), true)];
            forms.extend([(without.clone(), without != spelling), (spelling.clone(), false)]);
            for (form, unmarked) in forms {
                let unmarked = unmarked && spelling.contains('\'');
                let entries = table.entry(form).or_default();
                if !entries.iter().any(|known| known.syllable == syllable) {
                    entries.push(Entry { syllable, unmarked });
                }
            }
        }
    }
    table
});

/// The possible syllables of a spelling in lower case with `'` for every apostrophe; empty if it is not a spelling.
pub(crate) fn syllables(spelling: &str) -> &'static [Entry] {
    TABLE.get(spelling).map_or(&[], Vec::as_slice)
}

// Initials in pinyin and in Wade-Giles, longer ones first.
const INITIALS: [(&str, &str); 21] = [
    ("zh", "ch"),
    ("ch", "ch'"),
    ("sh", "sh"),
    ("b", "p"),
    ("p", "p'"),
    ("m", "m"),
    ("f", "f"),
    ("d", "t"),
    ("t", "t'"),
    ("n", "n"),
    ("l", "l"),
    ("g", "k"),
    ("k", "k'"),
    ("h", "h"),
    ("j", "ch"),
    ("q", "ch'"),
    ("x", "hs"),
    ("r", "j"),
    ("z", "ts"),
    ("c", "ts'"),
    ("s", "s"),
];

// The spellings of a pinyin syllable, with all apostrophes and umlauts.
fn spellings(syllable: &'static str) -> Vec<String> {
    let whole: &[&str] = match syllable {
        "zhi" => &["chih"],
        "chi" => &["ch'ih"],
        "shi" => &["shih"],
        "ri" => &["jih"],
        "zi" => &["tzu"],
        "ci" => &["tz'u", "ts'u"],
        "si" => &["ssu", "szu"],
        "yi" => &["i", "yi"],
        "you" => &["yu"],
        "ye" => &["yeh"],
        "yan" => &["yen"],
        "yong" => &["yung"],
        "yu" => &["yü"],
        "yue" => &["yüeh"],
        "yuan" => &["yüan"],
        "yun" => &["yün"],
        "er" => &["erh"],
        "e" => &["o", "e"],
        "ge" => &["ko", "ke"],
        "ke" => &["k'o", "k'e"],
        "he" => &["ho", "he"],
        "lüe" => &["lüeh", "lio"],
        "nüe" => &["nüeh", "nio"],
        _ => &[],
    };
    if !whole.is_empty() {
        return whole.iter().map(|spelling| (*spelling).to_owned()).collect();
    }
    let Some((initial, ours)) = INITIALS.iter().find(|(initial, _)| syllable.starts_with(initial))
    else {
        return vec![syllable.to_owned()];
    };
    let last = &syllable[initial.len()..];
    vec![format!("{ours}{}", ending(initial, last))]
}

fn ending<'a>(initial: &str, last: &'a str) -> &'a str {
    let palatal = matches!(initial, "j" | "q" | "x");
    match last {
        "u" if palatal => "ü",
        "uan" if palatal => "üan",
        "un" if palatal => "ün",
        "ue" if palatal => "üeh",
        "ie" => "ieh",
        "ian" => "ien",
        "iong" => "iung",
        "ong" => "ung",
        "ui" if matches!(initial, "g" | "k") => "uei",
        "uo" if !matches!(initial, "g" | "k" | "h" | "sh") => "o",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_of_spellings() {
        for (spelling, expected) in [
            ("chang", "zhang chang"),
            ("ch'ang", "chang"),
            ("chien", "jian qian"),
            ("kuo", "guo kuo"),
            ("i", "yi"),
            ("yu", "you yu"),
            ("yü", "yu"),
            ("chun", "zhun chun jun qun"),
            ("chün", "jun qun"),
            ("ch'un", "chun qun"),
            ("ts'ao", "cao"),
            ("hsüeh", "xue"),
            ("jung", "rong"),
            ("erh", "er"),
            ("lo", "lo luo"),
            ("lü", "lü"),
            ("lu", "lu lü"),
            ("tzu", "ci zi"),
            ("jo", "ruo"),
            ("zhang", ""),
            ("xi", ""),
            ("dong", ""),
        ] {
            let mut found: Vec<&str> =
                syllables(spelling).iter().map(|entry| entry.syllable).collect();
            found.sort_unstable();
            let mut expected: Vec<&str> = expected.split_whitespace().collect();
            expected.sort_unstable();
            assert_eq!(found, expected, "{spelling}");
        }
        assert!(TABLE.keys().all(|spelling| spelling.len() <= MAX_LENGTH));
    }
}
