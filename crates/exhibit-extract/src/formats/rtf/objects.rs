//! Pictures and embedded objects of an RTF file.

use crate::formats::ole::{file_in_object, ole10_native};

/// Bytes given as pairs of hexadecimal digits, or as they are.
#[derive(Default)]
pub(super) struct Bytes {
    /// The bytes so far.
    pub(super) bytes: Vec<u8>,
    half: Option<u8>,
}

impl Bytes {
    /// Adds digits; other characters are not part of any byte.
    pub(super) fn digits(&mut self, text: &[u8]) {
        for digit in text.iter().filter_map(|byte| char::from(*byte).to_digit(16)) {
            let digit = u8::try_from(digit).unwrap_or(0);
            match self.half.take() {
                Some(high) => self.bytes.push(high << 4 | digit),
                None => self.half = Some(digit),
            }
        }
    }
}

/// The form of a picture, by its control word.
pub(super) fn picture_ending(word: &str) -> Option<&'static str> {
    Some(match word {
        "pngblip" => "png",
        "jpegblip" => "jpg",
        "emfblip" => "emf",
        "wmetafile" => "wmf",
        "macpict" => "pict",
        "pmmetafile" => "met",
        "dibitmap" => "bmp",
        "wbitmap" => "ddb",
        _ => return None,
    })
}

/// A picture as a file: a bitmap gets the header that it has in a file.
pub(super) fn picture(ending: &str, bytes: Vec<u8>) -> Vec<u8> {
    if ending != "bmp" || bytes.starts_with(b"BM") {
        return bytes;
    }
    let long = |at: usize| {
        bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
    };
    let bits = bytes.get(14).copied().unwrap_or(0);
    let colours = match (long(32), bits) {
        (0, 1..=8) => 1u32 << bits,
        (stated, _) => stated.min(256),
    };
    let start = long(0).saturating_add(colours * 4).saturating_add(14);
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX).saturating_add(14);
    [b"BM", &size.to_le_bytes()[..], &[0; 4], &start.to_le_bytes(), &bytes].concat()
}

/// An object as OLE 1 stores it ([MS-OLEDS] 2.2).
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Object {
    /// A file: its name and its bytes.
    File(String, Vec<u8>),
    /// A link to something outside.
    Link(String),
}

/// The object in the bytes of `\objdata`; `number` is for names.
pub(super) fn object(bytes: Vec<u8>, number: usize) -> Object {
    match ole1(&bytes) {
        Some(Ole1::Link(target)) => Object::Link(target),
        Some(Ole1::Embedded(class, native)) => {
            if class.eq_ignore_ascii_case("Package")
                && let Some((name, content)) = ole10_native(&[&[0; 4], native].concat())
            {
                return Object::File(name, content);
            }
            match file_in_object(native) {
                Some((name, content)) if name != "object" => Object::File(name, content),
                Some((_, content)) => Object::File(format!("object{number}"), content),
                None => Object::File(format!("object{number}.ole"), native.to_vec()),
            }
        }
        None => Object::File(format!("object{number}.bin"), bytes),
    }
}

enum Ole1<'b> {
    Embedded(String, &'b [u8]),
    Link(String),
}

fn ole1(bytes: &[u8]) -> Option<Ole1<'_>> {
    let long =
        |at: usize| Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let form = long(4)?;
    let mut at = 8;
    let mut text = || {
        let length = long(at)? as usize;
        let text = bytes.get(at + 4..)?.get(..length)?;
        at += 4 + length;
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        Some(crate::charset::decode_guessing(&text[..end]).0)
    };
    let (class, topic, _item) = (text()?, text()?, text()?);
    match form {
        1 => Some(Ole1::Link(topic)),
        2 => {
            let size = long(at)? as usize;
            let native = bytes.get(at + 4..)?;
            Some(Ole1::Embedded(class, &native[..size.min(native.len())]))
        }
        _ => None,
    }
}
