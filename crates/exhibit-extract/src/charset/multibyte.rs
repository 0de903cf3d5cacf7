//! Evidence for the multibyte encodings of Chinese, Japanese and Korean, also in damaged and in very short texts.
//!
//! A text is divided into characters as each encoding would, and each character costs as much as it is rare in texts of
//! that encoding's language. Damage costs too, but does not exclude an encoding: one byte that is lost or wrong must not
//! turn a Chinese text into one of accented letters.

use super::frequent::{HANGUL, KANJI, SIMPLIFIED, SIMPLIFIED_NEXT, TRADITIONAL, TRADITIONAL_NEXT};
use super::{Scheme, johab};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS};
use std::sync::LazyLock;

/// What speaks for one encoding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// The encoding.
    pub(super) scheme: Scheme,
    /// Characters beyond ASCII, damaged ones included.
    pub(super) characters: u32,
    /// Those that are frequent in the language.
    pub(super) common: u32,
    /// Places that no character of the encoding begins with.
    pub(super) damaged: u32,
    /// The cost of the whole text, in nats.
    pub(super) cost: f32,
}

impl Evidence {
    /// Whether the text is one of this encoding's language: at least `percent` of its characters are frequent ones, and
    /// no more than one in eight is damaged.
    pub(super) fn is_plausible(&self, percent: u32) -> bool {
        self.characters >= 2
            && self.common * 100 >= self.characters * percent
            && (self.damaged * 8 <= self.characters || (self.damaged == 1 && self.characters >= 4))
    }
}

/// The evidence for every multibyte encoding, the best first.
pub(super) fn weigh(bytes: &[u8]) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = MODELS.iter().map(|model| model.weigh(bytes)).collect();
    all.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    all
}

/// The share in percent of a text's characters beyond ASCII that are frequent in Chinese, Japanese or Korean; and their
/// number.
pub(super) fn common_share(text: &str) -> (u32, u32) {
    let (mut common, mut all) = (0, 0);
    for character in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        let kana = matches!(character, '\u{3041}'..='\u{30fe}');
        common += u32::from(
            kana || PUNCTUATION.contains(character) || COMMON.binary_search(&character).is_ok(),
        );
    }
    ((common * 100).checked_div(all).unwrap_or(0), all)
}

/// Loads the tables.
pub(super) fn warm() {
    LazyLock::force(&COMMON);
    LazyLock::force(&MODELS);
}

const PUNCTUATION: &str = "\u{3000}，。、；：？！“”‘’（）《》【】—…·〔〕「」『』";

/// The frequent characters of all languages.
static COMMON: LazyLock<Vec<char>> = LazyLock::new(|| {
    let lists = [SIMPLIFIED, SIMPLIFIED_NEXT, TRADITIONAL, TRADITIONAL_NEXT, KANJI, HANGUL];
    let mut all: Vec<char> = lists.iter().flat_map(|list| list.chars()).collect();
    all.sort_unstable();
    all.dedup();
    all
});

static MODELS: LazyLock<[Model; 6]> = LazyLock::new(|| {
    let hiragana: String = ('\u{3041}'..='\u{3093}').collect();
    let katakana: String = ('\u{30a1}'..='\u{30f6}').chain(['ー']).collect();
    let chinese = |encoding, lists: [&str; 2], prior, unit, rare| {
        let tiers = [(lists[0], 6.4), (PUNCTUATION, 6.4), (lists[1], 7.9)];
        Model::new(Scheme::Web(encoding), &tiers, prior, unit, rare)
    };
    let japanese = |encoding, prior, unit, rare| {
        let tiers =
            [(hiragana.as_str(), 5.2), (katakana.as_str(), 7.0), (PUNCTUATION, 6.4), (KANJI, 7.6)];
        Model::new(Scheme::Web(encoding), &tiers, prior, unit, rare)
    };
    let korean = |scheme, prior, unit, rare| {
        Model::new(scheme, &[(HANGUL, 5.8), (PUNCTUATION, 7.5)], prior, unit, rare)
    };
    [
        chinese(
            GB18030,
            [SIMPLIFIED, SIMPLIFIED_NEXT],
            0.0,
            gb18030_unit,
            |lead, trail| match lead {
                0xA1..=0xA3 => 8.5,
                0xB0..=0xD7 if trail >= 0xA1 => 10.4,
                0xA4..=0xA9 | 0xD8..=0xF7 if trail >= 0xA1 => 12.4,
                _ => 15.5,
            },
        ),
        chinese(BIG5, [TRADITIONAL, TRADITIONAL_NEXT], 1.0, big5_unit, |lead, _| match lead {
            0xA1..=0xA3 => 8.5,
            0xA4..=0xC6 => 10.4,
            0xC9..=0xF9 => 12.4,
            _ => 15.5,
        }),
        korean(Scheme::Web(EUC_KR), 2.0, euc_kr_unit, |lead, trail| match lead {
            0xA1..=0xA3 if trail >= 0xA1 => 8.5,
            0xB0..=0xC8 if trail >= 0xA1 => 9.9,
            0xA4..=0xAF | 0xCA..=0xFD if trail >= 0xA1 => 12.4,
            _ => 15.0,
        }),
        japanese(SHIFT_JIS, 2.0, shift_jis_unit, |lead, _| match lead {
            0 => 7.5,
            0x81..=0x84 => 8.5,
            0x88..=0x97 => 10.4,
            0x98..=0xEA => 12.8,
            _ => 16.0,
        }),
        japanese(EUC_JP, 4.0, euc_jp_unit, |lead, _| match lead {
            0x8E => 9.0,
            0xA1..=0xA8 => 8.5,
            0xB0..=0xCF => 10.4,
            0xD0..=0xF4 => 12.8,
            _ => 16.0,
        }),
        korean(Scheme::Johab, 6.0, johab_unit, |lead, _| match lead {
            0x84..=0xD3 => 10.2,
            0xD8..=0xDE => 9.5,
            _ => 12.6,
        }),
    ]
});

/// The cost of an ASCII character, and of a damaged place.
const ASCII: f32 = 3.0;
const DAMAGE: f32 = 13.0;

struct Model {
    scheme: Scheme,
    /// The codes of frequent characters, sorted, with their costs.
    frequent: Vec<(u16, f32)>,
    prior: f32,
    unit: fn(&[u8]) -> Unit,
    /// The cost of another character, by its two bytes.
    rare: fn(u8, u8) -> f32,
}

/// The character at the start of some bytes.
enum Unit {
    Ascii,
    Pair(u8, u8),
    /// A single byte beyond ASCII that is a character.
    Single,
    /// A character of three or four bytes.
    Long(usize),
    Damage,
}

impl Model {
    fn new(
        scheme: Scheme,
        tiers: &[(&str, f32)],
        prior: f32,
        unit: fn(&[u8]) -> Unit,
        rare: fn(u8, u8) -> f32,
    ) -> Self {
        let mut frequent: Vec<(u16, f32)> = Vec::new();
        for (list, cost) in tiers {
            frequent.extend(
                list.chars().filter_map(|character| Some((code_of(scheme, character)?, *cost))),
            );
        }
        frequent.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        frequent.dedup_by_key(|(code, _)| *code);
        Self { scheme, frequent, prior, unit, rare }
    }

    fn weigh(&self, bytes: &[u8]) -> Evidence {
        let (mut characters, mut common, mut damaged, mut cost) = (0, 0, 0, self.prior);
        let mut rest = bytes;
        while let Some(first) = rest.first() {
            let length = match (self.unit)(rest) {
                Unit::Ascii => {
                    cost += ASCII;
                    1
                }
                Unit::Pair(lead, trail) => {
                    characters += 1;
                    match self
                        .frequent
                        .binary_search_by_key(&u16::from_be_bytes([lead, trail]), |(code, _)| *code)
                    {
                        Ok(at) => {
                            cost += self.frequent[at].1;
                            common += 1;
                        }
                        Err(_) => cost += (self.rare)(lead, trail),
                    }
                    2
                }
                Unit::Single => {
                    characters += 1;
                    cost += (self.rare)(0, *first);
                    1
                }
                Unit::Long(length) => {
                    characters += 1;
                    cost += 18.0;
                    length
                }
                Unit::Damage => {
                    characters += 1;
                    damaged += 1;
                    cost += DAMAGE;
                    1
                }
            };
            rest = &rest[length.min(rest.len())..];
        }
        Evidence { scheme: self.scheme, characters, common, damaged, cost }
    }
}

/// The two bytes of a character in an encoding.
fn code_of(scheme: Scheme, character: char) -> Option<u16> {
    let web: &'static Encoding = match scheme {
        Scheme::Web(encoding) => encoding,
        Scheme::Johab => return johab::encode_syllable(character),
        _ => return None,
    };
    let text = character.to_string();
    let (bytes, _, unmappable) = web.encode(&text);
    match (&bytes[..], unmappable) {
        ([lead, trail], false) => Some(u16::from_be_bytes([*lead, *trail])),
        _ => None,
    }
}

/// A pair of bytes if the second is one that can follow the first.
fn pair(bytes: &[u8], trails: fn(u8) -> bool) -> Unit {
    match bytes {
        [lead, trail, ..] if trails(*trail) => Unit::Pair(*lead, *trail),
        _ => Unit::Damage,
    }
}

fn gb18030_unit(bytes: &[u8]) -> Unit {
    match bytes {
        [0..=0x7F, ..] => Unit::Ascii,
        [0x80, ..] => Unit::Single,
        [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..] => Unit::Long(4),
        [0x81..=0xFE, ..] => pair(bytes, |trail| matches!(trail, 0x40..=0x7E | 0x80..=0xFE)),
        _ => Unit::Damage,
    }
}

fn big5_unit(bytes: &[u8]) -> Unit {
    match bytes {
        [0..=0x7F, ..] => Unit::Ascii,
        [0x81..=0xFE, ..] => pair(bytes, |trail| matches!(trail, 0x40..=0x7E | 0xA1..=0xFE)),
        _ => Unit::Damage,
    }
}

fn euc_kr_unit(bytes: &[u8]) -> Unit {
    match bytes {
        [0..=0x7F, ..] => Unit::Ascii,
        [0x81..=0xFD, ..] => {
            pair(bytes, |trail| matches!(trail, 0x41..=0x5A | 0x61..=0x7A | 0x81..=0xFE))
        }
        _ => Unit::Damage,
    }
}

fn shift_jis_unit(bytes: &[u8]) -> Unit {
    match bytes {
        [0..=0x7F, ..] => Unit::Ascii,
        [0xA1..=0xDF, ..] => Unit::Single,
        [0x81..=0x9F | 0xE0..=0xFC, ..] => {
            pair(bytes, |trail| matches!(trail, 0x40..=0x7E | 0x80..=0xFC))
        }
        _ => Unit::Damage,
    }
}

fn euc_jp_unit(bytes: &[u8]) -> Unit {
    match bytes {
        [0..=0x7F, ..] => Unit::Ascii,
        [0x8F, 0xA1..=0xFE, 0xA1..=0xFE, ..] => Unit::Long(3),
        [0x8E | 0xA1..=0xFE, ..] => pair(bytes, |trail| trail >= 0xA1 && trail != 0xFF),
        _ => Unit::Damage,
    }
}

fn johab_unit(bytes: &[u8]) -> Unit {
    match bytes {
        [0..=0x7F, ..] => Unit::Ascii,
        [lead, ..] if johab::is_lead(*lead) => pair(bytes, johab::is_trail),
        _ => Unit::Damage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{
        IBM866, ISO_8859_7, KOI8_R, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
        WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1258,
    };

    fn best(bytes: &[u8]) -> Evidence {
        weigh(bytes)[0]
    }

    #[test]
    fn words_of_a_few_characters_are_told_apart() {
        for (encoding, words) in [
            (
                GB18030,
                &[
                    "机密",
                    "收到",
                    "附件",
                    "保密",
                    "同意",
                    "登记表",
                    "内部资料",
                    "会议记录",
                    "王芳",
                    "刘建国",
                ][..],
            ),
            (
                BIG5,
                &["機密", "登記表", "內部資料", "人員登記", "收到", "聯絡人", "關於登記的通知"][..],
            ),
            (EUC_KR, &["명단", "비밀 문서", "회의록을 보내 주십시오"][..]),
            (SHIFT_JIS, &["会議の記録", "この表は登録のためのものです", "ソフト能力表です"][..]),
            (EUC_JP, &["これは会議の記録です", "登録をお願いします"][..]),
        ] {
            for word in words {
                let bytes = encoding.encode(word).0;
                assert_eq!(
                    best(&bytes).scheme,
                    Scheme::Web(encoding),
                    "{word}: {:?}",
                    weigh(&bytes)
                );
            }
        }
        let johab: Vec<u8> = "각 기관은 인원 등록을 완료하여야 한다"
            .chars()
            .flat_map(|c| {
                johab::encode_syllable(c).map_or(vec![b' '], |code| code.to_be_bytes().to_vec())
            })
            .collect();
        assert_eq!(best(&johab).scheme, Scheme::Johab);
        assert!(best(&johab).is_plausible(60));
    }

    #[test]
    fn damage_does_not_exclude_an_encoding() {
        let clean =
            GB18030.encode("各单位要在月底前把登记表上报办公室，名单不得外传。").0.into_owned();
        for at in [1, 7, 20] {
            for (case, damaged) in [
                ("cut", clean[..clean.len() - 1].to_vec()),
                ("dropped", [&clean[..at], &clean[at + 1..]].concat()),
                ("inserted", [&clean[..at], &[0xFF], &clean[at..]].concat()),
                ("line end", [&clean[..at], b"\r\n", &clean[at..]].concat()),
            ] {
                let evidence = best(&[&clean[..], b"\n", &damaged, b"\n", &clean].concat());
                assert_eq!(evidence.scheme, Scheme::Web(GB18030), "{case} at {at}");
                assert!(evidence.is_plausible(60), "{case} at {at}: {evidence:?}");
            }
        }
    }

    #[test]
    fn texts_of_single_bytes_are_not_plausible() {
        for (text, encodings) in [
            (
                "О мерах по учёту населения. Во исполнение решения совета сообщаем следующее",
                &[WINDOWS_1251, KOI8_R, IBM866][..],
            ),
            (
                "СПИСОК ЛИЦ, ПОДЛЕЖАЩИХ УЧЁТУ ПО МЕСТУ ЖИТЕЛЬСТВА В РАЙОНЕ",
                &[WINDOWS_1251, KOI8_R, IBM866],
            ),
            (
                "تعميم بشأن تسجيل السكان إلى جميع الإدارات المحلية يرجى اتخاذ الإجراءات اللازمة",
                &[WINDOWS_1256],
            ),
            (
                "Προς όλες τις υπηρεσίες: ο κατάλογος των ονομάτων είναι εμπιστευτικός",
                &[WINDOWS_1253, ISO_8859_7],
            ),
            ("רשימת השמות תישאר במשרד ולא תועבר לאיש מחוץ לארגון", &[WINDOWS_1255]),
            ("รายชื่อบุคคลต้องเก็บไว้ในสำนักงานและห้ามเผยแพร่", &[WINDOWS_874]),
            (
                "Seznam osob musí zůstat v kanceláři až do příštího čtvrtletí, děkuji",
                &[WINDOWS_1250],
            ),
            (
                "Kişilerin listesi büroda saklanmalı, dışarıya çıkarılmamalıdır, teşekkürler",
                &[WINDOWS_1254],
            ),
            ("Danh sach nay phai đươc giư lai tai văn phong", &[WINDOWS_1258]),
            (
                "Die Bücher für die Behörde müssen spätestens am Fünften übergeben werden",
                &[WINDOWS_1252],
            ),
            (
                "Le café naïve où l’été dernier était déjà fermé, à côté de la forêt",
                &[WINDOWS_1252],
            ),
        ] {
            for encoding in encodings {
                let bytes = encoding.encode(text).0;
                let best = best(&bytes);
                assert!(!best.is_plausible(45), "{} {best:?}", encoding.name());
            }
        }
    }
}
