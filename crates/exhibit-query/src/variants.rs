//! Spelling and script variants of words: Chinese names by their readings, Uyghur and Kazakh words by the key that
//! their alphabets share, dates and numbers in digits and in numerals, inflected forms.

use crate::unit::{single_word, unit};
use crate::{Pattern, Phrase, Slot, Unit};
use exhibit_text::{KEY, Sound, TokenKind};

fn one(unit: Unit) -> Phrase {
    Phrase { units: vec![unit], apart: 0 }
}

/// Han characters with these readings: each neighbouring pair of sounds.
pub(crate) fn read_as(sounds: &[Sound]) -> Phrase {
    let slots = sounds.windows(2).zip(0..).map(|(pair, offset)| {
        let pattern = Pattern::Read(pair[0].clone(), pair[1].clone());
        Slot { offset, pattern }
    });
    one(Unit { slots: slots.collect(), length: u32::try_from(sounds.len()).unwrap_or(u32::MAX) })
}

/// The value of `pinyin:`. Separated syllables are taken as written; joined ones are split in every possible way: one
/// syllable (`xian`) may be two as well (`xi an`).
pub(crate) fn pinyin(text: &str) -> Vec<Phrase> {
    let ways = || exhibit_text::spellings(text).into_iter().map(|way| read_as(&way));
    match exhibit_text::sounds(text) {
        Some(sounds) => match <[Sound; 1]>::try_from(sounds) {
            Ok([sound]) => {
                let slots = vec![Slot { offset: 0, pattern: Pattern::ReadAlone(sound) }];
                std::iter::once(one(Unit { slots, length: 1 })).chain(ways()).collect()
            }
            Err(sounds) => vec![read_as(&sounds)],
        },
        None => ways().collect(),
    }
}

/// A text in all variants of its dates and numbers, its own first; empty if it has neither.
pub(crate) fn written(text: &str) -> Vec<Phrase> {
    let others = exhibit_text::number_variants(text);
    if others.is_empty() {
        return Vec::new();
    }
    let mut phrases: Vec<Phrase> = Vec::new();
    for unit in std::iter::once(text).chain(others.iter().map(String::as_str)).filter_map(unit) {
        if phrases.iter().all(|known| known.units[0] != unit) {
            phrases.push(one(unit));
        }
    }
    phrases
}

/// A word with its other inflected forms; `None` if it is not an English or Russian word.
pub(crate) fn inflected(text: &str) -> Option<Phrase> {
    let word = single_word(text)?;
    let forms = exhibit_text::inflected_forms(&word);
    if forms.is_empty() {
        return None;
    }
    let any = std::iter::once(word).chain(forms).map(Pattern::Is).collect();
    Some(one(Unit { slots: vec![Slot { offset: 0, pattern: Pattern::Any(any) }], length: 1 }))
}

/// Words with the same keys in any alphabet; `None` if a word has no key.
pub(crate) fn by_key(text: &str) -> Option<Phrase> {
    let mut slots = Vec::new();
    let mut sound = true;
    exhibit_text::tokens(text, &mut |token| match token.kind {
        TokenKind::Word => {
            let written = &text[token.start..token.end];
            let keys = exhibit_text::word_keys(written);
            sound &= !keys.is_empty();
            let plain = written.is_ascii();
            let any = keys
                .iter()
                .flat_map(|key| if plain { umlauts_left_out(key) } else { as_written(key) });
            slots.push(Slot { offset: token.position, pattern: Pattern::Any(any.collect()) });
        }
        TokenKind::Part | TokenKind::Key | TokenKind::Form => {}
        TokenKind::Unigram | TokenKind::Bigram => sound = false,
    });
    let length = slots.last().map(|slot| slot.offset + 1)?;
    sound.then(|| one(Unit { slots, length }))
}

fn key(form: &str) -> Pattern {
    Pattern::Is(format!("{KEY}{form}"))
}

// Plain Latin letters may be meant as o or ö, u or ü.
fn umlauts_left_out(plain: &str) -> Vec<Pattern> {
    let forms = exhibit_text::key_forms(plain);
    std::iter::once(Pattern::Is(plain.to_owned()))
        .chain(forms.iter().map(|form| key(form)))
        .collect()
}

// A word that distinguishes o from ö means it; but a word in plain Latin letters may stand for either.
fn as_written(own: &str) -> Vec<Pattern> {
    let plain = own.replace('ö', "o").replace('ü', "u");
    let forms = exhibit_text::key_forms(&plain);
    let others: Vec<Pattern> =
        forms.iter().filter(|form| *form != own).map(|form| key(form)).collect();
    let latin = Pattern::Is(plain);
    let latin = if others.is_empty() {
        latin
    } else {
        Pattern::Except(Box::new(latin), Box::new(Pattern::Any(others)))
    };
    vec![key(own), latin]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_searched_under_all_its_keys() {
        let phrase = by_key("Шөһрәт Закир").expect("words of letters");
        assert_eq!(phrase.units[0].slots.len(), 2);
        assert!(phrase.units[0].slots[0].pattern.takes("shohret"));
        assert!(phrase.units[0].slots[1].pattern.takes(&format!("{KEY}zakir")));
        assert_eq!(by_key("登记"), None);
    }
}
