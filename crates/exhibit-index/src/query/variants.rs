//! Other writings of words: Chinese names by their readings, Uyghur and Kazakh words by the key in
//! which their alphabets meet, years and numbers in Chinese and in Arabic digits.

use super::{Pattern, Phrase, Slot, Unit};
use exhibit_text::{KEY, TokenKind};

fn one(unit: Unit) -> Phrase {
    Phrase { units: vec![unit], apart: 0 }
}

/// Han characters that can be read so: each neighbouring pair of syllables.
pub(crate) fn read_as(syllables: &[String]) -> Phrase {
    let slots = syllables.windows(2).zip(0..).map(|(pair, offset)| {
        let pattern = Pattern::Read(pair[0].clone(), pair[1].clone());
        Slot { offset, pattern }
    });
    one(Unit { slots: slots.collect(), length: u32::try_from(syllables.len()).unwrap_or(u32::MAX) })
}

/// The value of `pinyin:`. Syllables set apart are taken as they are; what is written together is cut in every way.
pub(crate) fn pinyin(text: &str) -> Vec<Phrase> {
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower.split_whitespace().collect();
    if parts.len() > 1 && parts.iter().all(|part| exhibit_text::is_syllable(part)) {
        let syllables: Vec<String> = parts.into_iter().map(str::to_owned).collect();
        return vec![read_as(&syllables)];
    }
    exhibit_text::syllables(text).iter().map(|way| read_as(way)).collect()
}

/// Words that have the same keys in any alphabet; none if a word has no key.
pub(crate) fn by_key(text: &str) -> Option<Phrase> {
    let mut slots = Vec::new();
    let mut sound = true;
    exhibit_text::tokens(text, &mut |token| match token.kind {
        TokenKind::Word => {
            let keys = exhibit_text::word_keys(&text[token.start..token.end]);
            sound &= !keys.is_empty();
            let either = keys.into_iter().flat_map(|key| [Pattern::Is(format!("{KEY}{key}")), Pattern::Is(key)]);
            slots.push(Slot { offset: token.position, pattern: Pattern::Any(either.collect()) });
        }
        TokenKind::Part | TokenKind::Key => {}
        TokenKind::Unigram | TokenKind::Bigram => sound = false,
    });
    let length = slots.last().map(|slot| slot.offset + 1)?;
    sound.then(|| one(Unit { slots, length }))
}

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

fn value(digit: char) -> Option<u32> {
    let digit = if matches!(digit, '零' | '○' | 'Ｏ') { '〇' } else { digit };
    DIGITS.iter().position(|known| *known == digit).and_then(|value| u32::try_from(value).ok())
}

/// The text with its numbers written the other way: Arabic digits for Chinese ones and the reverse. None if it has no
/// number that is read as one: a year, month, day or number before 年 月 日 号 or within brackets.
pub(crate) fn other_numbers(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().map(|c| char::from_u32(u32::from(c)).unwrap_or(c)).collect();
    let mut written = String::new();
    let (mut changed, mut at) = (false, 0);
    while at < characters.len() {
        let is_number = |c: &char| c.is_ascii_digit() || value(*c).is_some() || *c == '十';
        let length = characters[at..].iter().take_while(|c| is_number(c)).count();
        if length == 0 {
            written.push(characters[at]);
            at += 1;
            continue;
        }
        let number: String = characters[at..at + length].iter().collect();
        let unit = characters.get(at + length).copied();
        match other_number(&number, unit) {
            Some(other) => {
                written.push_str(&other);
                changed = true;
            }
            None => written.push_str(&number),
        }
        at += length;
    }
    changed.then_some(written)
}

fn other_number(number: &str, unit: Option<char>) -> Option<String> {
    let year = number.chars().count() == 4;
    let counted = matches!(unit, Some('年' | '月' | '日' | '号' | '號'));
    if number.bytes().all(|b| b.is_ascii_digit()) {
        return match number.parse::<usize>() {
            // years digit by digit
            Ok(_) if year => Some(number.bytes().map(|b| DIGITS[usize::from(b - b'0')]).collect()),
            Ok(small) if counted && (1..100).contains(&small) => Some(counted_number(small)),
            _ => None,
        };
    }
    if year && number.chars().all(|c| value(c).is_some()) {
        return number.chars().map(|c| value(c).and_then(|v| char::from_digit(v, 10))).collect();
    }
    if !counted {
        return None;
    }
    let (tens, ones) = number.split_once('十').unwrap_or(("〇", number));
    let digit = |text: &str, empty| {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (None, _) => Some(empty),
            (Some(only), None) => value(only),
            _ => None,
        }
    };
    Some((digit(tens, 1)? * 10 + digit(ones, 0)?).to_string())
}

fn counted_number(number: usize) -> String {
    let (tens, ones) = (number / 10, number % 10);
    let mut written = String::new();
    if tens > 1 {
        written.push(DIGITS[tens]);
    }
    if tens > 0 {
        written.push('十');
    }
    if ones > 0 {
        written.push(DIGITS[ones]);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_the_other_way() {
        for (text, expected) in [
            ("二〇一七年八月二十三日", Some("2017年8月23日")),
            ("2017年8月23日", Some("二〇一七年八月二十三日")),
            ("二零一七", Some("2017")),
            ("2017", Some("二〇一七")),
            ("第十号", Some("第10号")),
            ("一一列举", None),
            ("三人行", None),
            ("12", None),
            ("十月", Some("10月")),
            ("register", None),
        ] {
            assert_eq!(other_numbers(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_word_is_asked_for_under_all_its_keys() {
        let phrase = by_key("Шөһрәт Закир").expect("words of letters");
        assert_eq!(phrase.units[0].slots.len(), 2);
        assert!(phrase.units[0].slots[0].pattern.takes("shohret"));
        assert!(phrase.units[0].slots[1].pattern.takes(&format!("{KEY}zakir")));
        assert_eq!(by_key("登记"), None);
    }
}
