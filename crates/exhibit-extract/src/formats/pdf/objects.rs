//! Accessors for the document's objects: text strings, names, references that may loop.

use hayro_syntax::object::{
    Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, String as PdfString,
};
use hayro_syntax::xref::XRef;
use std::ops::Deref;

/// A text string: UTF-16 or UTF-8 by its mark, PDFDocEncoding otherwise (ISO 32000-2, 7.9.2.2).
pub(super) fn text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // not in the standard, but many producers write it
        _ if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        _ if has_multibyte_characters(bytes) => multibyte(bytes),
        _ => bytes.iter().filter_map(|byte| pdf_doc(*byte)).collect(),
    }
}

/// Whether most bytes are beyond ASCII, as in the legacy encodings of Chinese that some producers write here.
fn has_multibyte_characters(bytes: &[u8]) -> bool {
    bytes.len() >= 4 && bytes.iter().filter(|byte| !byte.is_ascii()).count() * 3 > bytes.len() * 2
}

/// Such strings are too short to guess their encoding by statistics; simplified Chinese is tried first.
fn multibyte(bytes: &[u8]) -> String {
    let chinese = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    chinese.map_or_else(|| crate::charset::decode_guessing(bytes).0, |text| text.into_owned())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
    without_language(&String::from_utf16_lossy(&units))
}

/// Text without the language codes between escapes that UTF-16 strings may contain.
fn without_language(text: &str) -> String {
    text.split('\u{1b}').step_by(2).collect()
}

fn pdf_doc(byte: u8) -> Option<char> {
    const LOW: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 33] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚',
        '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{fffd}', '€',
    ];
    match byte {
        0x18..=0x1f => Some(LOW[usize::from(byte - 0x18)]),
        0x80..=0xa0 => Some(HIGH[usize::from(byte - 0x80)]),
        b'\t' | b'\n' | b'\r' => Some(char::from(byte)),
        0..=0x17 | 0x7f => None,
        _ => Some(char::from(byte)),
    }
}

/// The text under a key, if there is any; carriage returns become line ends.
pub(super) fn text_of(dict: &Dict<'_>, key: &str) -> Option<String> {
    let string = dict.get::<PdfString<'_>>(key)?;
    let text = text_string(&string).replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.replace('\0', ""))
}

/// Whether the name under a key equals the given one.
pub(super) fn is_named(dict: &Dict<'_>, key: &str, name: &[u8]) -> bool {
    dict.get::<Name<'_>>(key).is_some_and(|found| found.deref() == name)
}

/// The object that an entry refers to, with its number if it has one.
pub(super) fn resolved<'a>(
    entry: MaybeRef<Object<'a>>,
    xref: &'a XRef,
) -> (Option<ObjectIdentifier>, Option<Object<'a>>) {
    match entry {
        MaybeRef::Ref(reference) => {
            let id = ObjectIdentifier::from(reference);
            (Some(id), xref.get::<Object<'_>>(id))
        }
        MaybeRef::NotRef(object) => (None, Some(object)),
    }
}

/// The dictionaries of an array, with their numbers; other elements are skipped.
pub(super) fn dicts<'a>(
    array: &Array<'a>,
    xref: &'a XRef,
) -> impl Iterator<Item = (Option<ObjectIdentifier>, Dict<'a>)> {
    array.raw_iter().filter_map(move |entry| match resolved(entry, xref) {
        (id, Some(Object::Dict(dict))) => Some((id, dict)),
        _ => None,
    })
}

/// The document's catalog.
pub(super) fn catalog(xref: &XRef) -> Dict<'_> {
    xref.get::<Dict<'_>>(xref.root_id()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings() {
        assert_eq!(text_string(b"\xfe\xff\x76\x7b\x8b\xb0"), "登记");
        assert_eq!(text_string(b"\xff\xfe\x7b\x76\xb0\x8b"), "登记");
        assert_eq!(text_string(b"\xef\xbb\xbf\xe7\x99\xbb"), "登");
        assert_eq!(text_string(b"Gate \x93log\x94 \x85 \xe9"), "Gate ﬁlogﬂ – é");
        assert_eq!(text_string(b"\xfe\xff\x00\x1b\x00e\x00n\x00\x1b\x00A"), "A");
        assert_eq!(text_string(b"\xfe\xff\xd8"), "");
        assert_eq!(text_string(b"\xb2\xd6\xbf\xe2\xb5\xc7\xbc\xc7\xb1\xed"), "仓库登记表");
    }
}
