//! Keys under which the alphabets of one language meet: Uyghur and Kazakh in Arabic, Latin and
//! Cyrillic letters.
//!
//! A key is written in plain Latin letters without diacritics, so that it is what such a word is
//! folded to when it is written in Latin letters. Keys join what alphabets keep apart (`ö` and `o`,
//! `ې` and `ە`): they are for finding more, beside the word itself.

/// Letters that only Turkic languages written in Arabic letters have.
const ARABIC_TELLING: [char; 7] = ['ە', 'ې', 'ۈ', 'ۆ', 'ۇ', 'ۋ', 'ڭ'];
/// Letters that only Turkic languages written in Cyrillic have.
const CYRILLIC_TELLING: [char; 9] = ['ә', 'ғ', 'қ', 'ң', 'ө', 'ұ', 'ү', 'һ', 'җ'];

/// Which alphabets of a text get keys: Arabic or Cyrillic letters, if any of its words has a letter that tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Keyed {
    pub(crate) arabic: bool,
    pub(crate) cyrillic: bool,
}

impl Keyed {
    /// Looks through a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut keyed = Self::default();
        // the first bytes of what is looked for below: texts without them, as most are, need no closer look
        let letters = text.bytes().any(|byte| matches!(byte, 0xd2 | 0xd3 | 0xd8..=0xdb));
        let forms = || text.as_bytes().windows(2).any(|pair| pair == [0xef, 0xaf]);
        if !letters && !forms() {
            return keyed;
        }
        for character in text.chars() {
            let value = u32::from(character);
            keyed.arabic |= matches!(value, 0x600..=0x6ff) && ARABIC_TELLING.contains(&character)
                // the presentation forms of these letters
                || matches!(value, 0xfbd3..=0xfbe9);
            keyed.cyrillic |= matches!(value, 0x490..=0x4e9) && CYRILLIC_TELLING.contains(&lower(character));
        }
        keyed
    }
}

fn lower(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// The keys of a word: one, or two where Uyghur and Kazakh read its letters differently. None if it has a letter that
/// neither language writes.
///
/// ```
/// for word in ["شۆھرەت", "Shöhret", "Шөһрәт", "Şöhret"] {
///     assert_eq!(exhibit_text::word_keys(word)[0], "shohret", "{word}");
/// }
/// ```
#[must_use]
pub fn word_keys(word: &str) -> Vec<String> {
    let folded = lower_cased(word);
    let older = folded.contains(['ə', 'ɵ', 'ⱪ', 'ƣ', 'ⱨ', 'ⱬ']);
    let mut keys: Vec<String> = Vec::new();
    for language in [Language::Uyghur, Language::Kazakh] {
        let mut key = String::with_capacity(folded.len());
        let mut letters = folded.chars().peekable();
        let known = std::iter::from_fn(|| letters.next().map(|letter| (letter, letters.peek().copied()))).all(
            |(letter, next)| {
                let said = match (letter, next) {
                    _ if older => older_latin(letter),
                    // as Turkish writes it
                    ('c', next) if next != Some('h') => Some("j"),
                    ('v', _) => Some(if language == Language::Kazakh { "v" } else { "w" }),
                    _ => None,
                };
                said.or_else(|| sound(letter, language)).is_some_and(|sound| {
                    key.push_str(sound);
                    true
                })
            },
        );
        if known && !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn lower_cased(word: &str) -> String {
    // letters that stay as they are but for their case
    let plain =
        |c: char| matches!(u32::from(c), 0x27 | 0x30..=0x7a | 0x400..=0x52f | 0x621..=0x64a | 0x679..=0x6d3 | 0x6d5);
    if word.chars().all(plain) {
        return word.chars().map(lower).collect();
    }
    unicode_normalization::UnicodeNormalization::nfkc(word).flat_map(char::to_lowercase).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Uyghur,
    Kazakh,
}

// Yéngi Yéziq, the Latin alphabet of the 1960s and 70s.
fn older_latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ə' | 'e' => "e",
        'ɵ' => "o",
        'q' => "ch",
        'x' => "sh",
        'h' => "x",
        'ⱪ' => "q",
        'ƣ' => "gh",
        'ⱨ' => "h",
        'ⱬ' => "zh",
        'v' => "w",
        _ => return None,
    })
}

fn sound(letter: char, language: Language) -> Option<&'static str> {
    let kazakh = language == Language::Kazakh;
    arabic(letter, kazakh).or_else(|| cyrillic(letter, kazakh)).or_else(|| latin(letter))
}

fn arabic(letter: char, kazakh: bool) -> Option<&'static str> {
    Some(match letter {
        'ئ' | 'ء' | '\u{674}' | '\u{640}' => "",
        'ا' => "a",
        'ە' | 'ې' => "e",
        'ب' => "b",
        'پ' => "p",
        'ت' => "t",
        'ج' => "j",
        'چ' => "ch",
        'خ' => "x",
        'ح' if kazakh => "x",
        'د' => "d",
        'ر' => "r",
        'ز' => "z",
        'ژ' => "zh",
        'س' => "s",
        'ش' => "sh",
        'غ' => "gh",
        'ع' if kazakh => "gh",
        'ف' => "f",
        'ق' => "q",
        'ك' | 'ک' => "k",
        'گ' => "g",
        'ڭ' => "ng",
        'ل' => "l",
        'م' => "m",
        'ن' => "n",
        'ھ' | 'ه' => "h",
        'ۆ' if kazakh => "v",
        'و' | 'ۆ' => "o",
        'ۇ' | 'ۈ' => "u",
        'ۋ' => "w",
        'ى' => "i",
        'ي' | 'ی' => "y",
        _ => return None,
    })
}

fn cyrillic(letter: char, kazakh: bool) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'ә' if kazakh => "a",
        'ә' | 'е' | 'э' => "e",
        'б' => "b",
        'в' if kazakh => "v",
        'в' => "w",
        'г' => "g",
        'ғ' => "gh",
        'д' => "d",
        'ж' if kazakh => "j",
        'ж' => "zh",
        'җ' => "j",
        'з' => "z",
        'и' if kazakh => "y",
        'и' | 'ы' | 'і' => "i",
        'й' => "y",
        'к' => "k",
        'қ' => "q",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'ң' => "ng",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' if kazakh => "w",
        'у' | 'ү' | 'ұ' => "u",
        'ф' => "f",
        'х' => "x",
        'һ' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' | 'щ' => "sh",
        'ь' | 'ъ' => "",
        'ю' if kazakh => "yw",
        'ю' => "yu",
        'я' => "ya",
        'ё' => "yo",
        _ => return None,
    })
}

fn latin(letter: char) -> Option<&'static str> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    Some(match letter {
        'a'..='z' => {
            let at = letter as usize - 'a' as usize;
            &LETTERS[at..=at]
        }
        'ö' => "o",
        'ü' | 'û' => "u",
        'ë' | 'é' | 'ä' | 'ê' | 'è' => "e",
        'á' | 'â' => "a",
        'ï' | 'í' | 'ı' | 'î' => "i",
        'ó' | 'ô' => "o",
        'ú' => "u",
        'ş' => "sh",
        'ç' => "ch",
        'ğ' => "gh",
        'ñ' | 'ŋ' => "ng",
        'ž' => "zh",
        '\'' | '’' | 'ʼ' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_alphabets_meet() {
        for words in [
            &["ئۇيغۇر", "Uyghur", "Уйғур", "uyƣur"][..],
            &["ئۈرۈمچى", "Ürümchi", "Үрүмчи", "ürümqi"][..3],
            &["شىنجاڭ", "Shinjang", "Шинҗаң", "Xinjaŋ"][..3],
            &["زاكىر", "Zakir", "Закир"],
            &["قەشقەر", "Qeshqer", "Қәшқәр", "ⱪəxⱪər"],
            &["ﺋﯘﻳﻐﯘﺭ", "uyghur"],
            &["جەڭچى", "jengchi", "ceñçi"],
            &["قازاق", "Қазақ", "qazaq"],
            &["ماعجان", "Мағжан"],
        ] {
            let keys: Vec<Vec<String>> = words.iter().map(|word| word_keys(word)).collect();
            for other in &keys[1..] {
                assert!(other.iter().any(|key| keys[0].contains(key)), "{words:?} {keys:?}");
            }
        }
    }

    #[test]
    fn other_words_have_no_key() {
        for word in ["登记", "ظاهر", "word1", ""] {
            assert_eq!(word_keys(word), [] as [String; 0], "{word}");
        }
    }
}
