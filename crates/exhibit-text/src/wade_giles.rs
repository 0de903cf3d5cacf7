//! Wade-Giles: which syllables of pinyin a spelling stands for.
//!
//! The table is worked out from pinyin, syllable by syllable, so that every syllable has its spelling and nothing
//! else is one. Writers leave out apostrophes and umlauts: a spelling without them stands for more. It does not
//! know the spellings of the postal service, nor names that have English forms of their own.

use crate::chinese_names::SYLLABLES;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A syllable that a spelling stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Meant {
    /// In pinyin.
    pub(crate) syllable: &'static str,
    /// Whether only if an apostrophe was left out.
    pub(crate) unmarked: bool,
}

/// The most bytes of a spelling.
pub(crate) const LONGEST: usize = 8;

static TABLE: LazyLock<HashMap<String, Vec<Meant>>> = LazyLock::new(|| {
    let mut table: HashMap<String, Vec<Meant>> = HashMap::new();
    for syllable in SYLLABLES.split_whitespace() {
        for spelling in spellings(syllable) {
            let without = spelling.replace('\'', "");
            let mut forms = vec![(spelling.replace('ü', "u"), false), (without.replace('ü', "u"), true)];
            forms.extend([(without.clone(), without != spelling), (spelling.clone(), false)]);
            for (form, unmarked) in forms {
                let unmarked = unmarked && spelling.contains('\'');
                let meant = table.entry(form).or_default();
                if !meant.iter().any(|known| known.syllable == syllable) {
                    meant.push(Meant { syllable, unmarked });
                }
            }
        }
    }
    table
});

/// What a spelling stands for, in lower case with `'` for every apostrophe; nothing if it is none.
pub(crate) fn meant(spelling: &str) -> &'static [Meant] {
    TABLE.get(spelling).map_or(&[], Vec::as_slice)
}

// Initials in pinyin and in Wade-Giles; longer ones first.
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

// The spellings of a syllable of pinyin, with all their marks.
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
    let Some((initial, ours)) = INITIALS.iter().find(|(initial, _)| syllable.starts_with(initial)) else {
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
    fn spellings_stand_for_syllables() {
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
            let mut said: Vec<&str> = meant(spelling).iter().map(|meant| meant.syllable).collect();
            said.sort_unstable();
            let mut expected: Vec<&str> = expected.split_whitespace().collect();
            expected.sort_unstable();
            assert_eq!(said, expected, "{spelling}");
        }
        assert!(TABLE.keys().all(|spelling| spelling.len() <= LONGEST));
    }
}
