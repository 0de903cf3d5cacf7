//! Profiles of languages: the most frequent sequences of three letters of each, by which a text is compared with all
//! languages of its script, not only with those that are expected.
//!
//! The profiles are made from the Universal Declaration of Human Rights, which is in the public domain and exists in more
//! languages than any other text (`examples/language_profiles.rs`). A result is given only with a margin over the next
//! language; languages that are rare in practice need a wider one.

use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lines of a script, a tag and the sequences, the most frequent first.
const PROFILES: &str = include_str!("profiles.txt");

/// The number of sequences in a profile.
pub(super) const LENGTH: usize = 200;

/// The weight of the sequence at a rank: the logarithm of its frequency falls with that of the rank.
const FIRST: f32 = -1.779;
const SLOPE: f32 = -0.916;
const OFFSET: f32 = 10.0;
/// By how much a sequence that is in no profile is rarer than the last one of a profile.
const ABSENT: f32 = 1.2;

/// Languages in which most texts are written that people exchange.
const MAJOR: [&str; 60] = [
    "am", "ar", "az", "be", "bg", "bo", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa",
    "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "kk", "ku", "ky", "la", "lt", "lv", "mk", "mn",
    "mr", "ms", "my", "nb", "ne", "nl", "nn", "pl", "ps", "pt", "ro", "ru", "sk", "sl", "sq", "sr",
    "sv", "sw", "tg", "ti", "tr", "tt", "ug", "uk", "ur", "uz", "vi", "yi",
];

/// The advantage of a major language, in nats.
const BONUS: f32 = 2.0;

/// A script with several languages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Script {
    Arabic,
    Bengali,
    Cyrillic,
    Devanagari,
    Ethiopic,
    Hebrew,
    Latin,
    Myanmar,
    Syllabics,
    Tibetan,
}

static INDEXES: [LazyLock<Index>; 10] = [
    LazyLock::new(|| Index::of("Arab")),
    LazyLock::new(|| Index::of("Beng")),
    LazyLock::new(|| Index::of("Cyrl")),
    LazyLock::new(|| Index::of("Deva")),
    LazyLock::new(|| Index::of("Ethi")),
    LazyLock::new(|| Index::of("Hebr")),
    LazyLock::new(|| Index::of("Latn")),
    LazyLock::new(|| Index::of("Mymr")),
    LazyLock::new(|| Index::of("Cans")),
    LazyLock::new(|| Index::of("Tibt")),
];

/// The profiles of one script, by sequence.
struct Index {
    tags: Vec<&'static str>,
    /// For each sequence, the profiles that have it, and its rank there.
    ranks: HashMap<[char; 3], Vec<(u16, u8)>>,
}

impl Index {
    fn of(script: &str) -> Self {
        let mut index = Self { tags: Vec::new(), ranks: HashMap::new() };
        for line in PROFILES.lines() {
            let mut fields = line.split('\t');
            if fields.next() != Some(script) {
                continue;
            }
            let (Some(tag), Some(letters)) = (fields.next(), fields.next()) else { continue };
            let Ok(number) = u16::try_from(index.tags.len()) else { break };
            index.tags.push(tag);
            // a blank is written as `_`
            let letters: Vec<char> =
                letters.chars().map(|c| if c == '_' { ' ' } else { c }).collect();
            for (rank, sequence) in letters.as_chunks::<3>().0.iter().take(LENGTH).enumerate() {
                let rank = u8::try_from(rank).unwrap_or(u8::MAX);
                index.ranks.entry(*sequence).or_default().push((number, rank));
            }
        }
        index
    }
}

/// How a text compares with the languages of its script.
pub(super) struct Comparison {
    /// The tags of profiles with their scores in nats, and the share of the text's sequences that are in them; the best first.
    languages: Vec<(&'static str, f32, f32)>,
    sequences: usize,
}

/// Compares a text with the languages of a script.
pub(super) fn compare(script: Script, text: &str) -> Comparison {
    let index = &INDEXES[script as usize];
    let last = weight(LENGTH) - ABSENT;
    let mut scores = vec![(0.0_f32, 0_usize); index.tags.len()];
    let mut sequences = 0;
    for_sequences(text, |sequence| {
        sequences += 1;
        for (language, rank) in index.ranks.get(&sequence).map_or(&[][..], Vec::as_slice) {
            let score = &mut scores[usize::from(*language)];
            score.0 += weight(usize::from(*rank)) - last;
            score.1 += 1;
        }
    });
    let mut languages: Vec<(&str, f32, f32)> = index
        .tags
        .iter()
        .zip(scores)
        .map(|(tag, (score, found))| {
            let bonus = if is_major(tag) { BONUS } else { 0.0 };
            (*tag, score + bonus, found as f32 / sequences.max(1) as f32)
        })
        .collect();
    languages.sort_by(|a, b| b.1.total_cmp(&a.1));
    Comparison { languages, sequences }
}

fn weight(rank: usize) -> f32 {
    FIRST + SLOPE * (rank as f32 + OFFSET).ln()
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

fn is_major(tag: &str) -> bool {
    MAJOR.contains(&primary(tag))
}

impl Comparison {
    /// The language, if it is the nearest by a margin that chance does not give.
    pub(super) fn decided(&self) -> Option<&'static str> {
        let (tag, score, found) = *self.languages.first()?;
        let next = self
            .languages
            .iter()
            .find(|other| primary(other.0) != primary(tag))
            .map_or(0.0, |other| other.1);
        let (margin, fewest) = if is_major(tag) { (2.0, 8) } else { (3.5, 60) };
        let wide = (score - next) / (self.sequences as f32).sqrt() >= margin;
        (wide && found >= 0.28 && self.sequences >= fewest).then_some(tag)
    }

    /// Whether nothing speaks against a language that another method found: its profile is the nearest, or `nearly` so.
    pub(super) fn allows(&self, tag: &str, nearly: f32) -> bool {
        let Some(best) = self.languages.first() else { return false };
        self.languages.iter().find(|language| primary(language.0) == primary(tag)).is_some_and(
            |own| {
                (best.1 - own.1) / (self.sequences.max(1) as f32).sqrt() <= nearly
                    && own.2 >= 0.28
                    && self.sequences >= 20
            },
        )
    }
}

/// Calls `each` for every three letters, the blanks between words included.
fn for_sequences(text: &str, mut each: impl FnMut([char; 3])) {
    let mut last = ['\0', ' '];
    let mut push = |character: char| {
        let [first, second] = last;
        if first != '\0' && second != ' ' {
            each([first, second, character]);
        }
        last = [second, character];
    };
    let mut after_blank = true;
    for character in text.nfc().flat_map(char::to_lowercase) {
        let letter = match character {
            '\'' | '’' | 'ʼ' | 'ʻ' => '\'',
            c if c.is_alphabetic() || is_combining_mark(c) => c,
            _ => ' ',
        };
        if letter != ' ' || !after_blank {
            push(letter);
        }
        after_blank = letter == ' ';
    }
    if !after_blank {
        push(' ');
    }
}

/// The profile of a text: its most frequent sequences of three letters.
pub(super) fn profile_of(text: &str) -> String {
    let mut counts: HashMap<[char; 3], u32> = HashMap::new();
    for_sequences(text, |sequence| *counts.entry(sequence).or_default() += 1);
    let mut counts: Vec<([char; 3], u32)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    counts.iter().take(LENGTH).flat_map(|(sequence, _)| sequence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_complete() {
        let mut scripts = std::collections::BTreeSet::new();
        for line in PROFILES.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 3, "{line}");
            scripts.insert(fields[0]);
            let letters = fields[2].chars().count();
            assert!(
                letters.is_multiple_of(3) && (300..=3 * LENGTH).contains(&letters),
                "{} {letters}",
                fields[1]
            );
        }
        assert_eq!(scripts.len(), INDEXES.len());
        for index in &INDEXES {
            assert!(!index.tags.is_empty());
        }
        assert!(MAJOR.is_sorted());
    }

    #[test]
    fn sequences_cross_no_blanks() {
        let mut found = Vec::new();
        for_sequences("  Ab, c’est", |sequence| found.push(sequence.iter().collect::<String>()));
        assert_eq!(found, [" ab", "ab ", " c'", "c'e", "'es", "est", "st "]);
        assert!(profile_of("abc abc abc abd").starts_with(" ababcbc "));
    }

    #[test]
    fn letters_without_a_language_are_undecided() {
        for text in [
            "",
            "x",
            "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Qgb2YgYmFzZSBzaXh0eSBmb3VyIGVuY29kaW5n",
            "Zhang Wei Li Na Wang Fang Liu Yang Chen Jie Zhao Lei",
            "GET /index.html HTTP/1.1 Host: example.org Accept: text/html Connection: keep-alive",
        ] {
            assert_eq!(compare(Script::Latin, text).decided(), None, "{text}");
        }
    }
}
