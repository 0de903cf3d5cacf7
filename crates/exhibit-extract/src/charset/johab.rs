//! Johab (KS X 1001, annex 3): Korean of early Windows and DOS programs, which no web decoder supports.
//!
//! A syllable is composed of three groups of five bits; symbols and Han characters are those of EUC-KR in another order.

const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// The group of bits that stands for an absent initial, medial or final.
const NO_INITIAL: u16 = 1;
const NO_MEDIAL: u16 = 2;
const NO_FINAL: u16 = 1;

/// Whether a character of two bytes can begin with this one.
pub(super) fn is_lead(byte: u8) -> bool {
    matches!(byte, 0x84..=0xD3 | 0xD8..=0xDE | 0xE0..=0xF9)
}

/// Whether a character of two bytes can end with this one.
pub(super) fn is_trail(byte: u8) -> bool {
    matches!(byte, 0x31..=0x7E | 0x81..=0xFE)
}

/// The character of two bytes.
pub(super) fn character(lead: u8, trail: u8) -> Option<char> {
    match lead {
        0x84..=0xD3 if matches!(trail, 0x41..=0x7E | 0x81..=0xFE) => {
            syllable(u16::from_be_bytes([lead, trail]))
        }
        0xD9..=0xDE => of_wansung(lead - 0xD9, 0x21, trail),
        0xE0..=0xF9 => of_wansung(lead - 0xE0, 0x4A, trail),
        _ => None,
    }
}

/// The bytes of a syllable.
pub(super) fn encode_syllable(character: char) -> Option<u16> {
    let number = u32::from(character).checked_sub(0xAC00).filter(|number| *number < 11_172)?;
    let number = u16::try_from(number).ok()?;
    let (initial, medial, last) = (number / 588, number / 28 % 21, number % 28);
    let medial = 3 + medial + 2 * ((medial + 1) / 6);
    let last = 1 + last + u16::from(last >= 17);
    Some(0x8000 | (initial + 2) << 10 | medial << 5 | last)
}

fn syllable(code: u16) -> Option<char> {
    let (initial, medial, last) = (code >> 10 & 31, code >> 5 & 31, code & 31);
    let medial_index = medial_index(medial);
    let final_index =
        (last >= 2 && last != 18 && last <= 29).then(|| last - 1 - u16::from(last > 18));
    match (initial, medial_index, final_index) {
        (2..=20, Some(medial), _) if last == NO_FINAL || final_index.is_some() => {
            let number = ((initial - 2) * 21 + medial) * 28 + final_index.unwrap_or(0);
            char::from_u32(0xAC00 + u32::from(number))
        }
        (2..=20, None, _) if medial == NO_MEDIAL && last == NO_FINAL => {
            INITIALS.chars().nth(usize::from(initial - 2))
        }
        (NO_INITIAL, Some(medial), _) if last == NO_FINAL => {
            char::from_u32(0x314F + u32::from(medial))
        }
        (NO_INITIAL, None, Some(index)) if medial == NO_MEDIAL => {
            FINALS.chars().nth(usize::from(index - 1))
        }
        _ => None,
    }
}

/// The number of a medial among the 21; they are in groups of six whose first two codes are unused.
fn medial_index(medial: u16) -> Option<u16> {
    match medial {
        3..=7 => Some(medial - 3),
        10..=15 => Some(medial - 5),
        18..=23 => Some(medial - 7),
        26..=29 => Some(medial - 9),
        _ => None,
    }
}

/// A symbol or Han character: two rows of EUC-KR share a lead byte.
fn of_wansung(pair: u8, first_row: u8, trail: u8) -> Option<char> {
    let place = match trail {
        0x31..=0x7E => trail - 0x31,
        0x91..=0xFE => trail - 0x91 + 78,
        _ => return None,
    };
    let row = first_row + 2 * pair + u8::from(place >= 94);
    let bytes = [row | 0x80, (0x21 + place % 94) | 0x80];
    let text = encoding_rs::EUC_KR.decode_without_bom_handling_and_without_replacement(&bytes)?;
    text.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_round_trip() {
        for character in '\u{AC00}'..='\u{D7A3}' {
            let [lead, trail] = encode_syllable(character).expect("a syllable").to_be_bytes();
            assert!(is_lead(lead) && is_trail(trail));
            assert_eq!(super::character(lead, trail), Some(character));
        }
        assert_eq!(encode_syllable('a'), None);
    }

    #[test]
    fn letters_symbols_and_han_characters_are_decoded() {
        for (code, expected) in [
            (0x8841, 'ㄱ'),
            (0x8444, 'ㄳ'),
            (0xD041, 'ㅎ'),
            (0x8461, 'ㅏ'),
            (0x87A1, 'ㅣ'),
            (0xD932, '、'),
            (0xD96A, '★'),
            (0xE2D0, '國'),
            (0xE031, '伽'),
            (0xF9FE, '詰'),
        ] {
            let [lead, trail] = u16::to_be_bytes(code);
            assert_eq!(character(lead, trail), Some(expected), "{code:04x}");
        }
        assert_eq!(character(0x84, 0x41), None);
        assert_eq!(character(0xDF, 0x41), None);
    }
}
