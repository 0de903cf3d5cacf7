//! The direction of a stretch of text from the trove, and the language it is declared as.
//!
//! The server declares both on every such stretch, so that no browser has to guess and browsers do not differ.
//! The text's own letters decide; the language decides only if they do not.

use unicode_bidi::{BidiClass, bidi_class};

/// The direction of a line of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Direction {
    /// Left to right.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value of a `dir` attribute.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }

    /// The direction of `text` in `language` (a BCP 47 tag, `und` if unknown).
    ///
    /// Text in a right-to-left language is right-to-left as soon as it has one such letter: an Uyghur sentence may
    /// begin with a number or a Latin name. Other text follows the majority of its letters.
    #[must_use]
    pub fn of(text: &str, language: &str) -> Self {
        let (mut left, mut right) = (0_usize, 0_usize);
        for c in text.chars().take(SAMPLE) {
            match bidi_class(c) {
                BidiClass::L => left += 1,
                BidiClass::R | BidiClass::AL => right += 1,
                _ => {}
            }
        }
        let runs_right_to_left = match (is_right_to_left(language), left, right) {
            (true, 0, _) => true,
            (true, _, right) => right > 0,
            (false, left, right) => right > left,
        };
        if runs_right_to_left { Self::Rtl } else { Self::Ltr }
    }
}

// Enough to determine a paragraph's direction; bounds the work on a line of a hundred megabytes.
const SAMPLE: usize = 4096;

/// Whether a language is usually written from right to left. A script in the tag decides first.
fn is_right_to_left(language: &str) -> bool {
    let mut parts = language.split('-');
    let base = parts.next().unwrap_or_default();
    match parts.find(|part| part.len() == 4) {
        Some(script) => ["Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Aran"].contains(&script),
        None => ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"]
            .contains(&base),
    }
}

/// The `lang` of a stretch of undetermined language: `und`, with the script if its letters determine it.
/// Browsers choose a font by the script alone.
#[must_use]
pub fn undetermined(text: &str) -> &'static str {
    let (mut han, mut arabic, mut other) = (0_usize, 0_usize, 0_usize);
    for c in text.chars().take(SAMPLE) {
        match c {
            '\u{2e80}'..='\u{2fdf}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => han += 1,
            '\u{600}'..='\u{6ff}'
            | '\u{750}'..='\u{77f}'
            | '\u{8a0}'..='\u{8ff}'
            | '\u{fb50}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefe}' => {
                arabic += 1;
            }
            _ if c.is_alphabetic() => other += 1,
            _ => {}
        }
    }
    if arabic > han && arabic * 2 > other {
        "und-Arab"
    } else if han > 0 && han * 4 > other {
        "und-Hani"
    } else {
        "und"
    }
}

/// The tag to declare for `text`: its language if determined, otherwise what its letters determine.
#[must_use]
pub fn declared<'a>(text: &str, language: &'a str) -> &'a str {
    let well_formed = !language.is_empty()
        && language.len() <= 35
        && language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if well_formed && language != "und" { language } else { undetermined(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_decide_and_language_settles() {
        for (text, language, expect) in [
            ("关于登记的通知", "zh-Hans", Direction::Ltr),
            ("ئامبار تىزىملىكى 2019-4.docx", "und", Direction::Rtl),
            ("3-نومۇرلۇق ئامبار", "ug", Direction::Rtl),
            ("PDF, Word ۋە باشقىلار", "ug", Direction::Rtl),
            ("3-nomurluq ambar", "ug", Direction::Ltr),
            ("3-nomurluq ambar", "ug-Latn", Direction::Ltr),
            ("2019-04-30", "ug", Direction::Rtl),
            ("2019-04-30", "en", Direction::Ltr),
            ("قازاق", "kk-Arab", Direction::Rtl),
            ("", "und", Direction::Ltr),
        ] {
            assert_eq!(Direction::of(text, language), expect, "{text} in {language}");
        }
    }

    #[test]
    fn only_well_formed_tags_are_declared() {
        for (text, language, expect) in [
            ("登记", "zh-Hans", "zh-Hans"),
            ("登记", "und", "und-Hani"),
            ("登记", "\"><script>", "und-Hani"),
            ("تىزىم", "", "und-Arab"),
            ("report.pdf", "und", "und"),
            ("三号仓库登记表_2019Q2.xlsx", "und", "und-Hani"),
        ] {
            assert_eq!(declared(text, language), expect, "{text} in {language}");
        }
    }
}
