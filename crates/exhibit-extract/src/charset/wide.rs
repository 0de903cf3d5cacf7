//! UTF-16 and UTF-32 without a byte order mark: only on evidence in the bytes.
//!
//! A few NUL bytes are no evidence: padded records, terminators and transmission errors leave them in texts of one byte
//! for each character.

use super::{Decoder, Scheme, multibyte, plausible_share};
use encoding_rs::{UTF_16BE, UTF_16LE};

/// The encoding by its NUL bytes: decoded that way the text is all letters, spaces and punctuation, and its NUL bytes are
/// where that encoding has them.
pub(super) fn by_nul_pattern(bytes: &[u8]) -> Option<Scheme> {
    let nul = bytes.iter().filter(|b| **b == 0).count();
    if bytes.len() < 4 || nul == 0 || is_text_with_nul(bytes, nul) {
        return None;
    }
    let candidates =
        [Scheme::Utf32Le, Scheme::Utf32Be, Scheme::Web(UTF_16LE), Scheme::Web(UTF_16BE)]
            .into_iter()
            .filter_map(|s| {
                let text = decoded(bytes, s);
                // Any text has some spaces, digits or line ends; words of a binary file that happen to be letters do not.
                let plain = text.chars().filter(char::is_ascii).count();
                let share =
                    if plain * 100 >= text.chars().count() { plausible_share(&text) } else { 0.0 };
                (share > 0.97).then_some((s, share))
            });
    candidates
        .fold(None, |best: Option<(Scheme, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        })
        .map(|(scheme, _)| scheme)
        .or_else(|| by_characters(bytes))
}

/// UTF-16 of a Chinese or Japanese text without a space or line end, which has few NUL bytes or none: decoded that way, its
/// characters are frequent ones.
pub(super) fn by_characters(bytes: &[u8]) -> Option<Scheme> {
    let whole = &bytes[..bytes.len() / 2 * 2];
    if whole.len() < 6 {
        return None;
    }
    [UTF_16LE, UTF_16BE].map(Scheme::Web).into_iter().find(|scheme| {
        let (share, characters) = multibyte::common_share(&decoded(whole, *scheme));
        characters >= 3 && characters as usize * 4 >= whole.len() && share >= 70
    })
}

fn decoded(bytes: &[u8], scheme: Scheme) -> String {
    let unit = if matches!(scheme, Scheme::Web(_)) { 2 } else { 4 };
    let mut text = String::new();
    Decoder::new(scheme).decode(&bytes[..bytes.len() / unit * unit], false, &mut text);
    text
}

/// Whether the bytes are a text once its NUL bytes are left out: UTF-8 beyond ASCII; or ASCII whose NUL bytes are not at
/// every second place.
fn is_text_with_nul(bytes: &[u8], nul: usize) -> bool {
    let rest: Vec<u8> = bytes.iter().copied().filter(|b| *b != 0).collect();
    let controls =
        rest.iter().filter(|b| matches!(b, 1..=6 | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F)).count();
    if controls * 50 > rest.len() {
        return false;
    }
    if !rest.is_ascii() {
        return multibyte_utf8(&rest) && nul * 4 < bytes.len();
    }
    let odd = bytes.iter().skip(1).step_by(2).filter(|b| **b == 0).count();
    let one_sided = odd.max(nul - odd) * 10 >= nul * 9;
    let every_second = one_sided && nul * 5 >= bytes.len() * 2;
    let of_four = nul * 10 >= bytes.len() * 7 && fours(bytes);
    !(every_second || of_four)
}

/// Whether the text is UTF-8 with characters of three bytes, except for a few bytes.
fn multibyte_utf8(bytes: &[u8]) -> bool {
    let (mut long, mut stray) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        long += chunk.valid().chars().filter(|c| *c >= '\u{80}').count();
        stray += chunk.invalid().len();
    }
    long > 0 && stray * 4 <= long
}

/// Whether nine of ten groups of four bytes have exactly one that is not NUL, always at the same end.
fn fours(bytes: &[u8]) -> bool {
    let (groups, _) = bytes.as_chunks::<4>();
    let fits =
        |group: &[u8; 4]| matches!(group, [first, 0, 0, 0] | [0, 0, 0, first] if *first != 0);
    groups.iter().filter(|group| fits(group)).count() * 10 >= groups.len() * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn nul_bytes_count_only_where_an_encoding_has_them() {
        for text in [
            "plain words, line by line\r\n",
            "登记表 1\r\n第二行\r\n",
            "قائمة الأسماء\n",
            "Список лиц\n",
        ] {
            assert_eq!(
                by_nul_pattern(&wide(text, u16::to_le_bytes)),
                Some(Scheme::Web(UTF_16LE)),
                "{text}"
            );
            assert_eq!(
                by_nul_pattern(&wide(text, u16::to_be_bytes)),
                Some(Scheme::Web(UTF_16BE)),
                "{text}"
            );
            let utf32: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            assert_eq!(by_nul_pattern(&utf32), Some(Scheme::Utf32Le), "{text}");
        }
        for text in [
            b"name,no\r\nregister\0,2\r\n".to_vec(),
            b"line of a list\0\nanother line\0\n".repeat(20),
            [&b"a record"[..], &[0; 56]].concat().repeat(9),
            [&b"text and its end\r\n"[..], &[0; 400]].concat(),
            "登记甲\0,1\n登记乙,2\n".as_bytes().to_vec(),
        ] {
            assert_eq!(by_nul_pattern(&text), None, "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn han_without_any_nul_is_recognised() {
        // 销 and 開 have a byte 0
        for text in [
            "文件销毁的销毁记录，开会后销毁。",
            "開會通知，請於開會前登記。",
            "这份名单必须在三月十五日前交回办公室，不得外传。",
            "各單位須於本月底前完成人員登記。",
            "この表は登録のためのものである。",
        ] {
            for (unit, scheme) in
                [(u16::to_le_bytes as fn(u16) -> [u8; 2], UTF_16LE), (u16::to_be_bytes, UTF_16BE)]
            {
                let bytes = wide(text, unit);
                assert_eq!(by_characters(&bytes), Some(Scheme::Web(scheme)), "{text}");
                assert_eq!(super::super::guess(&bytes, true).scheme, Scheme::Web(scheme), "{text}");
            }
        }
        for text in ["各单位要在月底前把登记表上报", "список", "plain ascii words of a text"]
        {
            let bytes = encoding_rs::GB18030.encode(text).0;
            assert_eq!(by_characters(&bytes), None, "{text}");
            assert_eq!(by_characters(text.as_bytes()), None, "{text}");
        }
    }
}
