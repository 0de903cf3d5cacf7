//! The names in an archive as text.
//!
//! Names that are not UTF-8 do not declare their encoding, and each is too short to guess from: one guess is made
//! over all of them.

use super::directory::Entry;
use crate::charset::{self, Decoder, Scheme};
use crate::out::{Out, Stop};
use encoding_rs::{WINDOWS_1250, WINDOWS_1252, WINDOWS_1254, WINDOWS_1257, WINDOWS_1258};

/// The number of bytes of names that are examined.
const LEARNED: usize = 1 << 20;

/// The encoding of an archive's names.
#[derive(Clone, Default)]
pub(crate) struct Names {
    sample: Vec<u8>,
    charset: Option<Charset>,
}

#[derive(Clone, Copy)]
enum Charset {
    Of(Scheme),
    /// Code page 437, the one named by the zip format itself.
    CodePage437,
}

impl Names {
    /// Adds a name to the statistics.
    pub(crate) fn learn(&mut self, name: &[u8]) {
        if std::str::from_utf8(name).is_err()
            && !is_damaged_utf8(name)
            && self.sample.len() + name.len() < LEARNED
        {
            self.sample.extend_from_slice(name);
            self.sample.push(b'\n');
        }
    }

    /// The number of bytes of names that were added and are not UTF-8.
    pub(crate) fn sample_size(&self) -> usize {
        self.sample.len()
    }

    /// Forgets all names but the last of them.
    pub(crate) fn keep_last(&mut self, bytes: usize) {
        if self.sample.len() > bytes {
            let cut = self.sample.len() - bytes;
            let name_end = self.sample[cut..]
                .iter()
                .position(|b| *b == b'\n')
                .map_or(self.sample.len(), |p| cut + p + 1);
            self.sample.drain(..name_end);
        }
    }

    /// Chooses an encoding after all names were added.
    pub(crate) fn settle(&mut self) {
        if self.sample.is_empty() {
            return;
        }
        let scheme = charset::guess(&self.sample, true).scheme;
        let dos = self.sample.iter().filter(|b| matches!(b, 0x80..=0xA8 | 0xE1)).count();
        let windows = self.sample.iter().filter(|b| matches!(b, 0xC0..=0xFF)).count();
        let western = [WINDOWS_1250, WINDOWS_1252, WINDOWS_1254, WINDOWS_1257, WINDOWS_1258]
            .map(Scheme::Web)
            .contains(&scheme);
        // Accented letters occur alone among others; Chinese or Cyrillic ones follow each other.
        let alone = !self.sample.windows(2).any(|pair| pair[0] >= 0x80 && pair[1] >= 0x80);
        let code_page_437 = (western || alone) && dos > windows;
        self.charset = Some(if code_page_437 { Charset::CodePage437 } else { Charset::Of(scheme) });
    }

    /// The same, and emits the encoding as a property if names are not all UTF-8.
    pub(crate) fn settle_as(&mut self, key: &'static str, out: &mut Out<'_>) -> Result<(), Stop> {
        self.settle();
        match self.charset() {
            Some(charset) => out.metadata(key, &charset),
            None => Ok(()),
        }
    }

    /// The name of the encoding, if names are not all UTF-8.
    pub(crate) fn charset(&self) -> Option<String> {
        self.charset.map(|charset| match charset {
            Charset::Of(scheme) => scheme.name(),
            Charset::CodePage437 => "ibm437".to_owned(),
        })
    }

    /// An entry's name as text; empty if its bytes are already UTF-8. The backslashes of an archive made on DOS or Windows
    /// divide folders: they are found in the text, as they can be half of a character in the bytes.
    pub(super) fn text_of(&self, entry: &Entry) -> String {
        let text = match &entry.unicode_name {
            Some(name) if name.as_bytes() != entry.name => name.clone(),
            _ => self.text(&entry.name),
        };
        if !entry.is_of_windows() {
            return text;
        }
        let shown = if text.is_empty() {
            String::from_utf8_lossy(&entry.name).into_owned()
        } else {
            text.clone()
        };
        if shown.contains('\\') && !shown.contains('/') { shown.replace('\\', "/") } else { text }
    }

    /// A name as text; empty if its bytes are already UTF-8, except for stray ones.
    pub(crate) fn text(&self, name: &[u8]) -> String {
        if std::str::from_utf8(name).is_ok() || is_damaged_utf8(name) {
            String::new()
        } else {
            self.decode(name)
        }
    }

    /// Decodes a name or another short text of the archive.
    pub(crate) fn decode(&self, bytes: &[u8]) -> String {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return text.to_owned();
        }
        if is_damaged_utf8(bytes) {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        match self.charset {
            Some(Charset::CodePage437) => bytes.iter().map(|b| code_page_437(*b)).collect(),
            Some(Charset::Of(scheme)) => {
                let mut text = String::new();
                Decoder::new(scheme).decode(bytes, true, &mut text);
                text
            }
            None => charset::decode_guessing(bytes).0,
        }
    }
}

/// Whether a name is UTF-8 except for a few stray bytes: it has characters of three bytes or more, which other
/// encodings hardly ever resemble, and at least as many of them as invalid bytes. No guess is made for such a name:
/// its valid part is kept, and the invalid bytes are shown as such.
fn is_damaged_utf8(name: &[u8]) -> bool {
    let (mut long, mut stray) = (0, 0);
    for chunk in name.utf8_chunks() {
        long += chunk.valid().chars().filter(|c| *c >= '\u{800}').count();
        stray += chunk.invalid().len();
    }
    long > 0 && long >= stray && stray > 0
}

/// A character of code page 437.
fn code_page_437(byte: u8) -> char {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    match byte {
        0..=0x7F => char::from(byte),
        _ => UPPER.chars().nth(usize::from(byte - 0x80)).unwrap_or('\u{fffd}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stray_bytes_do_not_change_the_encoding_of_names() {
        assert!(is_damaged_utf8(
            "备份/café caf?_?.txt"
                .as_bytes()
                .iter()
                .map(|b| if *b == b'?' { 0xff } else { *b })
                .collect::<Vec<_>>()
                .as_slice()
        ));
        let gbk: &[u8] = b"\xb1\xb8\xb7\xdd/\xb5\xc7\xbc\xc7\xb1\xed.txt";
        assert!(!is_damaged_utf8(gbk));
        assert!(!is_damaged_utf8("备份.txt".as_bytes()));
        assert!(!is_damaged_utf8(b"caf\xe9.txt"));
    }
}
