//! Fonts whose codes are bytes of a legacy encoding of Chinese, Japanese or Korean.
//!
//! Old programs write such bytes into a simple font that is not embedded, and leave it to the reader's system to show
//! them. By the Latin encoding that the font states, or by none, they would be accented letters. The name of such a font
//! in the document tells the encoding; without one only bytes that are nothing else are decoded.

use super::objects::is_named;
use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, WINDOWS_1252};
use hayro_interpret::hayro_cmap::BfString;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Name, Object};
use std::ops::Deref;

/// The maximum number of objects that are searched for fonts.
const MOST_OBJECTS: usize = 200_000;

/// The bytes of a run, if they may be of a legacy encoding: two or more beyond ASCII, each read as the Latin letter of its
/// byte or as nothing.
pub(super) fn bytes_of<T: FnOnce() -> Option<BfString>>(
    glyphs: impl Iterator<Item = (u32, T)> + Clone,
) -> Option<Vec<u8>> {
    const LEAST: usize = 2;
    let high = |code: u32| (0x80..=0xff).contains(&code);
    let mut beyond = 0;
    for (code, _) in glyphs.clone() {
        if code > 0xff {
            return None;
        }
        beyond += usize::from(high(code));
    }
    if beyond < LEAST {
        return None;
    }
    let mut bytes = Vec::new();
    for (code, text) in glyphs {
        let byte = u8::try_from(code).ok()?;
        if high(code) && text().is_some_and(|text| !is_latin_of(byte, &text)) {
            return None;
        }
        bytes.push(byte);
    }
    Some(bytes)
}

/// Whether a text is what a Latin encoding makes of a byte.
fn is_latin_of(byte: u8, text: &BfString) -> bool {
    let BfString::Char(c) = text else { return false };
    let (latin, _) = WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte));
    // bullets are in place of what the encoding leaves open
    latin.contains(*c)
        || *c == '•'
        || matches!(*c, '\u{a0}'..='\u{ff}')
        || standard(byte) == Some(*c)
}

/// The character of a byte beyond ASCII in Adobe's standard encoding (ISO 32000-2, annex D.2), where that differs from
/// windows-1252.
pub(super) fn standard(byte: u8) -> Option<char> {
    const LOW: &str = "⁄¥ƒ§¤'“«‹›ﬁﬂ";
    const HIGH: [(u8, char); 38] = [
        (0xb1, '–'),
        (0xb2, '†'),
        (0xb3, '‡'),
        (0xb4, '·'),
        (0xb7, '•'),
        (0xb8, '‚'),
        (0xb9, '„'),
        (0xba, '”'),
        (0xbc, '…'),
        (0xbd, '‰'),
        (0xc1, '`'),
        (0xc2, '´'),
        (0xc3, 'ˆ'),
        (0xc4, '˜'),
        (0xc5, '¯'),
        (0xc6, '˘'),
        (0xc7, '˙'),
        (0xc8, '¨'),
        (0xca, '˚'),
        (0xcb, '¸'),
        (0xcd, '˝'),
        (0xce, '˛'),
        (0xcf, 'ˇ'),
        (0xd0, '—'),
        (0xe1, 'Æ'),
        (0xe3, 'ª'),
        (0xe8, 'Ł'),
        (0xe9, 'Ø'),
        (0xea, 'Œ'),
        (0xeb, 'º'),
        (0xf1, 'æ'),
        (0xf5, 'ı'),
        (0xf8, 'ł'),
        (0xf9, 'ø'),
        (0xfa, 'œ'),
        (0xfb, 'ß'),
        (0xaf, 'ﬂ'),
        (0xae, 'ﬁ'),
    ];
    match byte {
        0xa4..=0xaf => LOW.chars().nth(usize::from(byte - 0xa4)),
        _ => HIGH.iter().find(|(code, _)| *code == byte).map(|(_, c)| *c),
    }
}

/// The characters of bytes, with the number of bytes of each; `None` if they are not all of the encoding that the fonts
/// state, or, without one, might be Latin.
pub(super) fn decoded(
    bytes: &[u8],
    stated: Option<&'static Encoding>,
) -> Option<Vec<(char, usize)>> {
    if stated.is_none() && !is_plainly_chinese(bytes) {
        return None;
    }
    let encoding = stated.unwrap_or(GB18030);
    let mut characters = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let longest = if byte.is_ascii() { 1 } else { 4 };
        let found = (1..=longest).find_map(|length| {
            let text = encoding
                .decode_without_bom_handling_and_without_replacement(bytes.get(at..at + length)?)?;
            let mut characters = text.chars();
            let c = characters.next().filter(|c| !c.is_control())?;
            characters.next().is_none().then_some((c, length))
        })?;
        characters.push(found);
        at += found.1;
    }
    characters.iter().any(|(_, length)| *length > 1).then_some(characters)
}

/// Whether bytes beyond ASCII are six or more in pairs of the common Chinese characters and their punctuation: no Latin
/// text has so many accented letters in a row, and Cyrillic text is of other bytes.
fn is_plainly_chinese(bytes: &[u8]) -> bool {
    const LEAST: usize = 6;
    let mut count = 0;
    let mut rest = bytes;
    while let Some(byte) = rest.first() {
        if byte.is_ascii() {
            rest = &rest[1..];
            continue;
        }
        let [lead, trail, after @ ..] = rest else { return false };
        if !(matches!(lead, 0xa1..=0xa3 | 0xb0..=0xd7) && matches!(trail, 0xa1..=0xfe)) {
            return false;
        }
        count += 2;
        rest = after;
    }
    // bytes of KOI8-R in lower case are pairs of this kind too
    let beyond = bytes.iter().any(|byte| !byte.is_ascii() && !(0xc0..=0xdf).contains(byte));
    beyond
        && count >= LEAST
        && bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count() < count
}

/// What the document's simple fonts that are not embedded tell of their codes.
#[derive(Clone, Copy, Default)]
pub(super) struct Fonts {
    /// A legacy encoding, by a name.
    pub(super) encoding: Option<&'static Encoding>,
    /// Whether fonts without a stated encoding are read as windows-1252: those of Windows are, Type 1 fonts are not.
    pub(super) windows: bool,
}

impl Fonts {
    /// Looks at the fonts of a document.
    pub(super) fn of(pdf: &Pdf) -> Self {
        let mut fonts = Self::default();
        let mut type1 = false;
        for object in pdf.objects().into_iter().take(MOST_OBJECTS) {
            let Object::Dict(dict) = object else { continue };
            let truetype = is_named(&dict, "Subtype", b"TrueType");
            if !(truetype || is_named(&dict, "Subtype", b"Type1")) {
                continue;
            }
            let Some(name) = dict.get::<Name<'_>>("BaseFont") else { continue };
            let silent = !dict.contains_key("Encoding")
                && !matches!(name.as_str(), "Symbol" | "ZapfDingbats");
            type1 |= silent && !truetype;
            if !is_embedded(&dict) {
                fonts.encoding = fonts.encoding.or_else(|| encoding_of_name(name.deref()));
                fonts.windows |= silent && truetype;
            }
        }
        fonts.windows &= !type1;
        fonts
    }
}

fn is_embedded(font: &Dict<'_>) -> bool {
    let descriptor = font.get::<Dict<'_>>("FontDescriptor").unwrap_or_default();
    ["FontFile", "FontFile2", "FontFile3"].iter().any(|key| descriptor.contains_key(*key))
}

/// The encoding of a font by its name, in Latin letters or in bytes of that encoding.
fn encoding_of_name(name: &[u8]) -> Option<&'static Encoding> {
    const LATIN: [(&str, &Encoding); 24] = [
        ("simsun", GB18030),
        ("simhei", GB18030),
        ("simkai", GB18030),
        ("simfang", GB18030),
        ("fangsong", GB18030),
        ("kaiti", GB18030),
        ("stsong", GB18030),
        ("stkaiti", GB18030),
        ("stfangsong", GB18030),
        ("stheiti", GB18030),
        ("yahei", GB18030),
        ("gb2312", GB18030),
        ("gbk", GB18030),
        ("mingliu", BIG5),
        ("dfkai", BIG5),
        ("msung", BIG5),
        ("jhenghei", BIG5),
        ("ms-gothic", SHIFT_JIS),
        ("ms-mincho", SHIFT_JIS),
        ("msgothic", SHIFT_JIS),
        ("msmincho", SHIFT_JIS),
        ("batang", EUC_KR),
        ("gulim", EUC_KR),
        ("dotum", EUC_KR),
    ];
    const WORDS: [(&str, &Encoding); 20] = [
        ("宋体", GB18030),
        ("黑体", GB18030),
        ("楷体", GB18030),
        ("仿宋", GB18030),
        ("隶书", GB18030),
        ("幼圆", GB18030),
        ("雅黑", GB18030),
        ("方正", GB18030),
        ("华文", GB18030),
        ("明體", BIG5),
        ("標楷", BIG5),
        ("黑體", BIG5),
        ("ゴシック", SHIFT_JIS),
        ("明朝", SHIFT_JIS),
        ("바탕", EUC_KR),
        ("굴림", EUC_KR),
        ("돋움", EUC_KR),
        ("궁서", EUC_KR),
        ("명조", EUC_KR),
        ("고딕", EUC_KR),
    ];
    let lower = String::from_utf8_lossy(name).to_lowercase();
    if let Some((_, encoding)) = LATIN.iter().find(|(word, _)| lower.contains(word)) {
        return Some(encoding);
    }
    if let Some((_, encoding)) = WORDS.iter().find(|(word, _)| lower.contains(word)) {
        return Some(encoding);
    }
    WORDS.iter().find_map(|(word, encoding)| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(name)?;
        text.contains(word).then_some(*encoding)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], stated: Option<&'static Encoding>) -> Option<String> {
        decoded(bytes, stated).map(|characters| characters.iter().map(|(c, _)| c).collect())
    }

    #[test]
    fn bytes_are_decoded_by_the_name_of_the_font() {
        for (word, encoding) in [
            ("人员登记名单 12", GB18030),
            ("登記名單", BIG5),
            ("登録名簿カード", SHIFT_JIS),
            ("등록 명단", EUC_KR),
        ] {
            let (bytes, _, failed) = encoding.encode(word);
            assert_eq!((text(&bytes, Some(encoding)).as_deref(), failed), (Some(word), false));
            assert_eq!(
                text(&bytes[..bytes.len() - 1], Some(encoding)).is_none(),
                !word.ends_with('2'),
                "{word}"
            );
        }
        assert_eq!(text(b"plain", Some(GB18030)), None);
    }

    #[test]
    fn without_a_name_only_what_is_nothing_else_is_decoded() {
        let check = |word: &str, encoding: &'static Encoding, expect: bool| {
            let (bytes, _, _) = encoding.encode(word);
            assert_eq!(text(&bytes, None).is_some(), expect, "{word}");
        };
        check("人员登记名单必须在三月", GB18030, true);
        check("第三号，登记表。", GB18030, true);
        check("单", GB18030, false);
        check("Журнал регистрации", encoding_rs::WINDOWS_1251, false);
        check("журнал", encoding_rs::KOI8_R, false);
        check("журнал регистрации", encoding_rs::KOI8_R, false);
        check("café naïve à l’été", WINDOWS_1252, false);
        check("ÀÈÌÒÙàèìòù", WINDOWS_1252, false);
        check("Ελληνικά γράμματα", encoding_rs::WINDOWS_1253, false);
    }

    #[test]
    fn names_of_fonts() {
        let check = |name: &[u8], expect: Option<&'static Encoding>| {
            assert_eq!(encoding_of_name(name), expect)
        };
        check(b"\xcb\xce\xcc\xe5", Some(GB18030));
        check(b"SimHei,Bold", Some(GB18030));
        check("宋体".as_bytes(), Some(GB18030));
        check(b"\xb2\xd3\xa9\xfa\xc5\xe9", Some(BIG5));
        check(b"MS-Mincho", Some(SHIFT_JIS));
        check(b"Helvetica", None);
        check(b"ABCDEF+TimesNewRoman", None);
    }

    #[test]
    fn only_bytes_that_are_read_as_latin_letters_are_candidates() {
        let bytes = |glyphs: &[(u32, Option<&str>)]| {
            let glyphs = glyphs.iter().map(|(code, text)| {
                (*code, || text.map(|text| BfString::Char(text.chars().next().unwrap_or(' '))))
            });
            bytes_of(glyphs)
        };
        assert_eq!(
            bytes(&[(0xc8, Some("È")), (0xcb, None), (0x41, Some("A"))]),
            Some(vec![0xc8, 0xcb, 0x41])
        );
        assert_eq!(
            bytes(&[(0xc8, Some("人")), (0xcb, Some("Ë"))]),
            None,
            "the font states another character"
        );
        assert_eq!(bytes(&[(0xc8, Some("È")), (0x41, Some("A"))]), None, "one accented letter");
        assert_eq!(bytes(&[(0x1c8, None), (0xc8, None), (0xcb, None)]), None, "codes of two bytes");
    }
}
