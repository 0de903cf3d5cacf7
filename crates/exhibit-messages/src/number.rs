//! Numbers by the custom of a language (CLDR): which digits, and what separates groups of three.

use crate::Language;

/// The separator of groups of three digits. All three languages write Latin digits.
const fn separator(language: Language) -> char {
    match language {
        Language::English | Language::SimplifiedChinese | Language::Uyghur => ',',
    }
}

/// A number with its digits grouped.
pub(crate) fn grouped(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separator(language));
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_in_threes() {
        for language in Language::ALL {
            for (number, expect) in [
                (0, "0"),
                (61, "61"),
                (999, "999"),
                (1_904, "1,904"),
                (u64::MAX, "18,446,744,073,709,551,615"),
            ] {
                assert_eq!(grouped(language, number), expect);
            }
        }
    }
}
