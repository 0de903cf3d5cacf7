//! Keys that are equal for a word in all alphabets of its language: Uyghur and Kazakh in Arabic, Latin and
//! Cyrillic letters.
//!
//! A key is written in basic Latin letters plus `ö` and `ü`, which distinguish words. Writers of Latin letters often
//! omit umlauts: [`key_forms`] lists the possible keys of such a word. Keys merge other letters that an alphabet
//! distinguishes (`ې` and `ە`): they extend a search for the word itself.

/// Arabic letters that only Turkic languages use.
const TURKIC_ARABIC: [char; 7] = ['ە', 'ې', 'ۈ', 'ۆ', 'ۇ', 'ۋ', 'ڭ'];
/// Cyrillic letters that only Turkic languages use.
const TURKIC_CYRILLIC: [char; 9] = ['ә', 'ғ', 'қ', 'ң', 'ө', 'ұ', 'ү', 'һ', 'җ'];

/// The possible languages of a text in Arabic or Cyrillic letters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Languages {
    uyghur: bool,
    kazakh: bool,
}

impl Languages {
    const BOTH: Self = Self { uyghur: true, kazakh: true };

    // The language whose letters were seen; both if there is no evidence, or contradictory evidence.
    fn resolved(self) -> Self {
        if self.uyghur == self.kazakh { Self::BOTH } else { self }
    }

    fn observe(&mut self, character: char) {
        match u32::from(character) {
            // ئ ې ۈ and their presentation forms; җ
            0x626
            | 0x6d0
            | 0x6c8
            | 0xfbe4..=0xfbe7
            | 0xfbdb..=0xfbdc
            | 0xfe89..=0xfe8c
            | 0xfbea..=0xfbfb
            | 0x496..=0x497 => self.uyghur = true,
            // the high hamza; ұ і
            0x674..=0x678 | 0x4b0..=0x4b1 | 0x406 | 0x456 => self.kazakh = true,
            _ => {}
        }
    }
}

/// The scripts of a text whose words get keys: Arabic or Cyrillic, if the text has a letter that only Turkic languages
/// use, in the possible languages of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct KeyedScripts {
    pub(crate) arabic: bool,
    pub(crate) cyrillic: bool,
    languages: Languages,
}

impl KeyedScripts {
    /// Detects the scripts of a text.
    pub(crate) fn detect(text: &str) -> Self {
        let mut scripts = Self::default();
        // the lead bytes of the letters below: most texts have none of them and need no further scan
        let letters = any_of(text, |byte, _| matches!(byte, 0xd2 | 0xd3 | 0xd8..=0xdb));
        if !letters && !any_of(text, |byte, next| (byte == 0xef) & (next == 0xaf)) {
            return scripts;
        }
        let (mut arabic, mut cyrillic) = (Languages::default(), Languages::default());
        for character in text.chars() {
            match u32::from(character) {
                0x600..=0x6ff => {
                    scripts.arabic |= TURKIC_ARABIC.contains(&character);
                    arabic.observe(character);
                }
                // presentation forms
                0xfb50..=0xfbff | 0xfe89..=0xfe8c => {
                    scripts.arabic |= matches!(u32::from(character), 0xfbd3..=0xfbe9);
                    arabic.observe(character);
                }
                0x400..=0x4e9 => {
                    scripts.cyrillic |= TURKIC_CYRILLIC.contains(&lower(character));
                    cyrillic.observe(character);
                }
                _ => {}
            }
        }
        scripts.languages = match (scripts.arabic, scripts.cyrillic) {
            (true, false) => arabic.resolved(),
            (false, true) => cyrillic.resolved(),
            _ => Languages::BOTH,
        };
        scripts
    }

    /// The keys of a word in the text.
    pub(crate) fn word_keys(self, word: &str) -> Vec<String> {
        let latin = word.chars().next().is_some_and(|first| u32::from(first) < 0x370);
        keys(word, if latin { Languages::BOTH } else { self.languages })
    }
}

// Whether any pair of adjacent bytes matches; written so that the compiler can vectorise it.
fn any_of(text: &str, is: impl Fn(u8, u8) -> bool) -> bool {
    const CHUNK: usize = 128;
    let Some((_, after)) = text.as_bytes().split_first() else { return false };
    let mut chunks = text.as_bytes().chunks(CHUNK).zip(after.chunks(CHUNK));
    chunks.any(|(bytes, after)| {
        bytes.iter().zip(after).fold(false, |any, (byte, next)| any | is(*byte, *next))
    })
}

fn lower(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// The keys of a word: one, or two if Uyghur and Kazakh read its letters differently. Empty if it has a letter that
/// neither language uses.
///
/// ```
/// for word in ["شۆھرەت", "Shöhret", "Шөһрәт", "Şöhret"] {
///     assert_eq!(exhibit_text::word_keys(word)[0], "shöhret", "{word}");
/// }
/// ```
#[must_use]
pub fn word_keys(word: &str) -> Vec<String> {
    let mut languages = Languages::default();
    word.chars().for_each(|character| languages.observe(character));
    keys(word, languages.resolved())
}

/// The possible keys of a word in Latin letters whose umlauts may have been omitted: first unchanged, then with `ö` for
/// `o` and `ü` for `u` in every combination. A word with more than six such letters has no other key.
#[must_use]
pub fn key_forms(plain: &str) -> Vec<String> {
    const MAX_LETTERS: usize = 6;
    let mut forms = vec![String::with_capacity(plain.len())];
    let expand = plain.chars().filter(|c| matches!(c, 'o' | 'u')).count() <= MAX_LETTERS;
    for letter in plain.chars() {
        let umlaut = match letter {
            'o' if expand => Some('ö'),
            'u' if expand => Some('ü'),
            _ => None,
        };
        let mut with = if umlaut.is_some() { forms.clone() } else { Vec::new() };
        forms.iter_mut().for_each(|form| form.push(letter));
        with.iter_mut().for_each(|form| form.extend(umlaut));
        forms.append(&mut with);
    }
    forms
}

fn keys(word: &str, languages: Languages) -> Vec<String> {
    // fonts often encode ە as the heh that looks like it; Uyghur and Kazakh use another heh
    let folded = if word.contains(['\u{fee9}', '\u{feea}']) {
        lower_cased(&word.replace(['\u{fee9}', '\u{feea}'], "ە"))
    } else {
        lower_cased(word)
    };
    let older = folded.contains(['ə', 'ɵ', 'ⱪ', 'ƣ', 'ⱨ', 'ⱬ']);
    let mut keys: Vec<String> = Vec::new();
    let candidates = [(Language::Uyghur, languages.uyghur), (Language::Kazakh, languages.kazakh)];
    for (language, _) in candidates.into_iter().filter(|(_, possible)| *possible) {
        // in Kazakh و and ۇ are front vowels too, depending on the other letters of the word
        let front = language == Language::Kazakh && folded.contains(['\u{674}', 'ە', 'ك', 'گ']);
        let mut key = String::with_capacity(folded.len());
        let mut letters = folded.chars().peekable();
        let known =
            std::iter::from_fn(|| letters.next().map(|letter| (letter, letters.peek().copied())))
                .all(|(letter, next)| {
                    let special = match (letter, next) {
                        _ if older => older_latin(letter),
                        // as in Turkish
                        ('c', next) if next != Some('h') => Some("j"),
                        ('v', _) => Some(if language == Language::Kazakh { "v" } else { "w" }),
                        ('و', _) if front => Some("ö"),
                        ('ۇ', _) if front => Some("ü"),
                        _ => None,
                    };
                    special.or_else(|| sound(letter, language)).is_some_and(|sound| {
                        key.push_str(sound);
                        true
                    })
                });
        if known && !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn lower_cased(word: &str) -> String {
    // letters that change only in case
    let plain = |c: char| matches!(u32::from(c), 0x27 | 0x30..=0x7a | 0x400..=0x52f | 0x621..=0x64a | 0x679..=0x6d3 | 0x6d5);
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
        'ɵ' => "ö",
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
        'و' => "o",
        'ۆ' => "ö",
        'ۇ' => "u",
        'ۈ' => "ü",
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
        'о' => "o",
        'ө' => "ö",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' if kazakh => "w",
        'ү' => "ü",
        'у' | 'ұ' => "u",
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
        'ö' => "ö",
        'ü' => "ü",
        'û' => "u",
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
    fn alphabets_share_keys() {
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
                let forms = |key: &String| key_forms(key).into_iter().collect::<Vec<_>>();
                assert!(
                    other.iter().flat_map(forms).any(|key| keys[0].contains(&key)),
                    "{words:?} {keys:?}"
                );
            }
        }
    }

    #[test]
    fn words_that_differ_in_umlauts_have_different_keys() {
        for (back, front) in [
            ("ئوت", "ئۆت"),
            ("ئۇن", "ئۈن"),
            ("от", "өт"),
            ("ot", "öt"),
            ("ورنى", "ٴورنى"),
            ("كۇل", "كۈل"),
        ] {
            let (back, front) = (word_keys(back), word_keys(front));
            assert!(
                back.iter().all(|key| !front.contains(key)) || back[0] != front[0],
                "{back:?} {front:?}"
            );
        }
        assert_eq!(word_keys("ٴومىر"), ["ömir"]);
        assert_eq!(word_keys("өмір"), ["ömir"]);
        assert_eq!(word_keys("قﻪلﻪم")[0], "qelem");
        assert_eq!(key_forms("tom"), ["tom", "töm"]);
        assert_eq!(key_forms("kuto"), ["kuto", "küto", "kutö", "kütö"]);
    }

    #[test]
    fn other_words_have_no_keys() {
        for word in ["登记", "ظاهر", "word1", ""] {
            assert_eq!(word_keys(word), [] as [String; 0], "{word}");
        }
    }
}
