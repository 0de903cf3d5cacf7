//! Analysis chains of other systems, rebuilt from their configuration and from the published
//! definitions of their parts.
//!
//! Each chain turns text into terms with positions. What is rebuilt is what decides whether a page
//! is found; scoring, stemming fields and synonyms that an installation may add are not.

use jieba_rs::{Jieba, TokenizeMode};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// A term and its position.
pub(crate) type Terms = Vec<(String, u32)>;

/// A system's way from text to terms, and how it joins them when nothing is said.
pub(crate) struct Chain {
    pub(crate) name: &'static str,
    /// Terms of a page or of a query's words.
    pub(crate) terms: fn(&str) -> Terms,
    /// The folding of a prefix, which is not cut into terms.
    pub(crate) fold: fn(&str) -> String,
    /// Whether words side by side must all be there.
    pub(crate) and: bool,
}

/// The chains, in the order of the table's columns.
pub(crate) const CHAINS: [Chain; 5] = [
    Chain {
        name: "Datashare",
        terms: |text| standard(text, ascii_folding),
        fold: ascii_folding,
        and: false,
    },
    Chain {
        name: "OpenAleph",
        terms: |text| standard(text, icu_folding),
        fold: icu_folding,
        and: true,
    },
    Chain {
        name: "DocumentCloud",
        terms: |text| standard(text, str::to_lowercase),
        fold: str::to_lowercase,
        and: false,
    },
    Chain { name: "CJK bigrams", terms: bigrams, fold: str::to_lowercase, and: true },
    Chain { name: "jieba", terms: jieba, fold: str::to_lowercase, and: true },
];

// Lucene's StandardTokenizer: word boundaries of UAX #29, each Han character and each hiragana by itself.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '\u{2e80}'..='\u{2fdf}');
    text.split_word_bound_indices().filter(move |(_, word)| word.contains(is_word))
}

fn standard(text: &str, fold: fn(&str) -> String) -> Terms {
    words(text).zip(0..).map(|((_, word), position)| (fold(word), position)).collect()
}

// ASCIIFoldingFilter after lower-casing: letters that have an ASCII equal become it, everything else stays.
fn ascii_folding(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.to_lowercase().chars() {
        let plain: String =
            std::iter::once(letter).nfkd().filter(|c| !is_combining_mark(*c)).collect();
        match letter_without_parts(letter) {
            Some(ascii) => folded.push_str(ascii),
            None if !plain.is_empty() && plain.is_ascii() => folded.push_str(&plain.to_lowercase()),
            None => folded.push(letter),
        }
    }
    folded
}

// Letters that do not decompose, as both folding filters map them.
fn letter_without_parts(letter: char) -> Option<&'static str> {
    Some(match letter {
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        'ð' | 'đ' => "d",
        'þ' => "th",
        'ø' | 'ɵ' => "o",
        'ł' => "l",
        'ħ' | 'ⱨ' => "h",
        'ŋ' => "n",
        'ı' => "i",
        'ə' => "a",
        'ⱪ' => "k",
        'ⱬ' | 'ƶ' => "z",
        _ => return None,
    })
}

// ICUFoldingFilter: NFKC case folding, then the foldings of UTR #30 as Lucene ships them.
fn icu_folding(word: &str) -> String {
    let folded = word.nfkc().flat_map(char::to_lowercase).filter(|c| !is_ignorable(*c));
    let bare: String = folded.nfd().filter(|c| !is_diacritic(*c)).collect();
    let mut out = String::with_capacity(bare.len());
    for letter in bare.nfc() {
        match letter_without_parts(letter) {
            Some(ascii) => out.push_str(ascii),
            None => out.push(utr30_letter(letter)),
        }
    }
    out
}

fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}')
}

// DiacriticFolding, for the blocks that the test set has.
fn is_diacritic(c: char) -> bool {
    matches!(c, '^' | '`' | '¨' | '¯' | '´' | '·' | '¸' | '\u{2b0}'..='\u{36f}' | '\u{483}'..='\u{487}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{f18}' | '\u{f19}' | '\u{f35}' | '\u{f37}' | '\u{f39}'
        | '\u{f3e}' | '\u{f3f}' | '\u{f82}'..='\u{f84}' | '\u{3099}'..='\u{309c}' | '\u{30fc}')
}

// The letters that UTR #30 maps one to one, and digits of other scripts.
fn utr30_letter(letter: char) -> char {
    match letter {
        'ة' => 'ه',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ґ' | 'ғ' => 'г',
        'җ' => 'ж',
        'қ' => 'к',
        'ң' => 'н',
        'ұ' => 'ү',
        '٠'..='٩' => digit(letter, '٠'),
        '۰'..='۹' => digit(letter, '۰'),
        '०'..='९' => digit(letter, '०'),
        '༠'..='༩' => digit(letter, '༠'),
        other => other,
    }
}

fn digit(digit: char, zero: char) -> char {
    char::from_digit(u32::from(digit) - u32::from(zero), 10).unwrap_or(digit)
}

// Lucene's CJKAnalyzer: width folding, lower case, pairs of Han characters and kana that touch; one alone stays alone.
fn bigrams(text: &str) -> Terms {
    let wide: Vec<(usize, &str)> = words(text).collect();
    let touches = |at: usize| {
        let next = wide.get(at + 1);
        next.is_some_and(|(start, word)| is_cjk(word) && wide[at].0 + wide[at].1.len() == *start)
    };
    let mut terms = Vec::new();
    let mut position = 0;
    let mut paired = false;
    for (at, (_, word)) in wide.iter().enumerate() {
        let folded = width_folding(word);
        if !is_cjk(word) {
            terms.push((folded, position));
            position += 1;
            paired = false;
        } else if touches(at) {
            terms.push((folded + &width_folding(wide[at + 1].1), position));
            position += 1;
            paired = true;
        } else if paired {
            // said already, as the second of a pair
            paired = false;
        } else {
            terms.push((folded, position));
            position += 1;
        }
    }
    terms
}

fn width_folding(word: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    word.chars().map(narrow).collect::<String>().to_lowercase()
}

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

// jieba with its own dictionary, for stretches of Han characters: words by its default mode, and the shorter words that
// its search mode finds in them, at the position of the longer. Other scripts, which it would cut into letters, are cut
// by the standard tokenizer.
fn jieba(text: &str) -> Terms {
    let mut terms = Terms::new();
    let mut position = 0;
    let mut words = words(text).peekable();
    while let Some((start, word)) = words.next() {
        if !is_cjk(word) {
            terms.push((word.to_lowercase(), position));
            position += 1;
            continue;
        }
        let mut end = start + word.len();
        while let Some((_, next)) = words.next_if(|(next, word)| *next == end && is_cjk(word)) {
            end += next.len();
        }
        let stretch = &text[start..end];
        let whole = JIEBA.tokenize(stretch, TokenizeMode::Default, true);
        let shorter = JIEBA.tokenize(stretch, TokenizeMode::Search, true);
        for within in &whole {
            terms.push((within.word.to_owned(), position));
            let inside = shorter.iter().filter(|s| {
                within.start <= s.start && s.end <= within.end && s.word != within.word
            });
            terms.extend(inside.map(|s| (s.word.to_owned(), position)));
            position += 1;
        }
    }
    terms
}

fn is_cjk(word: &str) -> bool {
    word.starts_with(
        |c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..),
    )
}
