//! The class of each character for the tokenizer, and its folded form.
//!
//! The result for a character never depends on its neighbours, except for marks that compose with the
//! letter before them. Results are computed once per block of 256 characters, at first use.

use crate::han::{self, Orthography};
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// The effect of a character on the words around it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// Ignored.
    Ignored,
    /// A soft hyphen: ignored, but a line may be broken at it.
    SoftHyphen,
    /// Part of a word.
    Letter,
    /// A decimal digit: part of a word.
    Digit,
    /// Composes with the letter before it, or is removed.
    Mark,
    /// A character indexed by itself and in pairs, joined across spaces and a line end.
    Han,
    /// Indexed by itself and in pairs, only within its word.
    Gram,
    /// Belongs to the gram before it.
    GramMark,
    /// White space within a line.
    Space,
    /// A line end.
    Newline,
    /// Joins two parts of a word.
    Apostrophe,
    /// Ends a word, or joins two parts of one at a line end.
    Hyphen,
    /// Ends a word, or between digits groups them.
    Comma,
    /// Ends a word and a run.
    Break,
    /// Folds to several characters ([`Block::several`]).
    Several,
}

/// The class and folded form of a character.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folded {
    pub(crate) class: Class,
    pub(crate) to: char,
    pub(crate) orthography: Orthography,
}

struct Block {
    folded: [Folded; 256],
    several: Vec<(u8, Box<[char]>)>,
}

const BLOCKS: usize = 0x11_0000 / 256;
static TABLE: [OnceLock<Box<Block>>; BLOCKS] = [const { OnceLock::new() }; BLOCKS];

fn block(character: char) -> &'static Block {
    let number = u32::from(character) as usize >> 8;
    TABLE[number].get_or_init(|| Box::new(Block::make(number)))
}

/// The class and folded form of a character.
#[inline]
pub(crate) fn folded(character: char) -> Folded {
    block(character).folded[u32::from(character) as usize & 255]
}

/// Whether a folded character is indexed by itself and in pairs, joined across spaces and a line end.
#[must_use]
pub fn is_han(character: char) -> bool {
    folded(character).class == Class::Han
}

/// Whether a folded character is indexed by itself and in pairs.
#[must_use]
pub fn is_gram(character: char) -> bool {
    matches!(folded(character).class, Class::Han | Class::Gram)
}

/// The characters that a character of class [`Class::Several`] folds to.
pub(crate) fn several(character: char) -> &'static [char] {
    let low = (u32::from(character) & 255) as u8;
    block(character)
        .several
        .iter()
        .find(|(at, _)| *at == low)
        .map_or(&[], |(_, characters)| characters)
}

/// Folds a word like the tokenizer, without splitting it. Use it to compare names and keys.
///
/// ```
/// assert_eq!(exhibit_text::fold_word("Shöhret"), "shohret");
/// ```
#[must_use]
pub fn fold_word(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    crate::tokens::tokens(word, &mut |token| {
        if matches!(token.kind, crate::TokenKind::Word | crate::TokenKind::Unigram) {
            out.push_str(token.term);
        }
    });
    out
}

impl Block {
    fn make(number: usize) -> Self {
        let default = Folded { class: Class::Break, to: ' ', orthography: Orthography::Either };
        let mut block = Self { folded: [default; 256], several: Vec::new() };
        for low in 0..=255_u8 {
            let value = (number << 8) as u32 | u32::from(low);
            let Some(character) = char::from_u32(value) else { continue };
            let characters = fold_characters(character);
            let folded = &mut block.folded[usize::from(low)];
            match characters.as_slice() {
                [] => folded.class = Class::Ignored,
                [only] => *folded = classify(character, *only),
                _ => {
                    folded.class = Class::Several;
                    block.several.push((low, characters.into()));
                }
            }
        }
        block
    }
}

// Applies compatibility composition, case folding and removal of diacritics until default changes.
fn fold_characters(character: char) -> Vec<char> {
    let mut folded = vec![character];
    // no character needs more than three rounds
    for _ in 0..4 {
        let mut next: Vec<char> = folded.iter().copied().flat_map(fold_once).collect();
        // removes a mark left by lower-casing (of a dotted capital I)
        if next.len() > 1 {
            next.retain(|c| !matches!(c, '\u{300}'..='\u{36f}'));
        }
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

fn fold_once(character: char) -> Vec<char> {
    if let Some(special) = special(character) {
        return special.chars().collect();
    }
    std::iter::once(character).nfkc().flat_map(char::to_lowercase).map(without_diacritic).collect()
}

// й, ї and ў are separate letters; ё and letters with stress marks fold to the plain ones.
fn without_diacritic(letter: char) -> char {
    if matches!(letter, 'й' | 'ї' | 'ў')
        || !matches!(letter.script(), Script::Latin | Script::Cyrillic | Script::Greek)
    {
        return letter;
    }
    let mut decomposed = std::iter::once(letter).nfd();
    match (decomposed.next(), decomposed.next()) {
        (Some(base), Some(mark)) if is_combining_mark(mark) => base,
        _ => letter,
    }
}

// Letters whose folded form does not follow from a decomposition.
fn special(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' | 'ǽ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' | 'ǿ' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ı' | 'İ' => "i",
        'ŋ' | 'Ŋ' => "ng",
        'ς' => "σ",
        // Arabic: hamza and madda over alef are often omitted; Persian kaf and yeh are typed for the Arabic ones,
        // and heh for do-chashmi heh. The Uyghur letters ى ي ې ە and the others are unchanged.
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ک' => "ك",
        'ی' => "ي",
        'ھ' => "ه",
        '\u{640}' => "",
        _ => return None,
    })
}

fn classify(original: char, folded: char) -> Folded {
    let plain = |class| Folded { class, to: folded, orthography: Orthography::Either };
    if let Some(value) = digit_value(folded) {
        return Folded {
            class: Class::Digit,
            to: char::from(b'0' + value),
            orthography: Orthography::Either,
        };
    }
    match folded {
        '\u{ad}' => return plain(Class::SoftHyphen),
        '\n' => return plain(Class::Newline),
        '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
            return plain(Class::Break);
        }
        '\'' | '`' | '´' | '\u{2018}' | '\u{2019}' | '\u{2b9}' | '\u{2bb}' | '\u{2bc}'
        | '\u{2be}' | '\u{2bf}' => {
            return plain(Class::Apostrophe);
        }
        '-' | '\u{2010}' | '\u{2011}' => return plain(Class::Hyphen),
        ',' => return plain(Class::Comma),
        '○' => return Folded { class: Class::Han, to: '〇', orthography: Orthography::Either },
        _ if is_ignorable(folded) => return plain(Class::Ignored),
        _ if folded.is_whitespace() => return plain(Class::Space),
        _ => {}
    }
    let mark = is_combining_mark(folded);
    if !mark && !folded.is_alphanumeric() {
        let radical = matches!(folded, '\u{2e80}'..='\u{2ef3}' | '\u{31c0}'..='\u{31e3}');
        return if radical { han(original, folded) } else { plain(Class::Break) };
    }
    match folded.script() {
        Script::Han => han(original, folded),
        Script::Hiragana | Script::Katakana | Script::Bopomofo => plain(Class::Han),
        Script::Hangul | Script::Yi if !mark => plain(Class::Gram),
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar => {
            plain(if mark { Class::GramMark } else { Class::Gram })
        }
        // the prolonged sound mark and other letters shared by the kana scripts
        Script::Common if matches!(folded, 'ー' | '々' | '〆') => plain(Class::Han),
        Script::Inherited | Script::Latin | Script::Cyrillic | Script::Greek if mark => {
            plain(Class::Mark)
        }
        Script::Arabic | Script::Hebrew | Script::Syriac if mark => plain(Class::Mark),
        _ => plain(Class::Letter),
    }
}

fn han(original: char, folded: char) -> Folded {
    let tables = han::tables();
    Folded {
        class: Class::Han,
        to: tables.representative(folded),
        orthography: tables.orthography(original),
    }
}

// Characters without width and meaning: joiners, direction marks, variation selectors.
fn is_ignorable(character: char) -> bool {
    matches!(character,
        '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}' | '\r')
}

// The zero of each script's decimal digits (general category Nd); the other nine digits follow it.
const ZEROS: [u32; 62] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50,
    0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0,
];

fn digit_value(character: char) -> Option<u8> {
    let value = u32::from(character);
    let zero = ZEROS[ZEROS.partition_point(|zero| *zero <= value).checked_sub(1)?];
    u8::try_from(value - zero).ok().filter(|digit| *digit < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fold() {
        for (word, expected) in [
            ("Shöhret", "shohret"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ﬁle", "file"),
            ("İstanbul", "istanbul"),
            ("ДОГОВОР", "договор"),
            ("Ёлка", "елка"),
            ("й", "й"),
            ("и\u{306}", "й"),
            ("١٢٣", "123"),
            ("２０１７", "2017"),
            ("ﺋﯘﻳﻐﯘﺭ", "ئۇيغۇر"),
            ("ئ\u{64e}ۇ", "ئۇ"),
            ("ي\u{654}ۇ", "ئۇ"),
            ("كىتـــاب", "كىتاب"),
            ("国\u{fe00}", "国"),
            ("ｶﾞ", "ガ"),
            ("㍻", "平成"),
        ] {
            assert_eq!(fold_word(word), expected, "{word}");
        }
    }

    #[test]
    fn uyghur_letters_stay_distinct() {
        let letters = ["ى", "ي", "ې", "ە", "ا", "ۇ", "ۈ", "ۆ", "و", "ۋ", "ئ", "ه"];
        for (i, a) in letters.iter().enumerate() {
            for b in &letters[i + 1..] {
                assert_ne!(fold_word(a), fold_word(b));
            }
        }
    }

    #[test]
    fn folding_is_idempotent_for_every_character() {
        for value in (0..0x3_0000).chain(0xe_0000..0xe_1000) {
            let Some(character) = char::from_u32(value) else { continue };
            let once = folded(character);
            if matches!(once.class, Class::Letter | Class::Digit | Class::Han | Class::Gram) {
                let again = folded(once.to);
                assert_eq!((again.class, again.to), (once.class, once.to), "{value:x} {character}");
            }
            for inner in several(character) {
                assert_ne!(folded(*inner).class, Class::Several, "{value:x} {character} {inner}");
            }
        }
    }
}
