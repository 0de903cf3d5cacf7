//! Decodes bytes to text incrementally, counting what cannot be decoded.

use super::ebcdic::CODE_PAGE_500;
use super::{Scheme, johab};
use encoding_rs::DecoderResult;

/// Decodes one text.
pub(crate) struct Decoder {
    scheme: Scheme,
    web: encoding_rs::Decoder,
    carry: Vec<u8>,
    shifted: bool,
    /// The bits of a UTF-7 sequence that are not yet a character, and their number.
    bits: (u32, u32),
    high_surrogate: Option<u16>,
    /// The characters from byte 80 on, of a code page.
    upper: Vec<char>,
    undecodable: u64,
}

impl Decoder {
    /// Starts a text, after its byte order mark.
    pub(crate) fn new(scheme: Scheme) -> Self {
        let encoding = match scheme {
            Scheme::Web(encoding) => encoding,
            Scheme::Iso2022Kr => encoding_rs::EUC_KR,
            _ => encoding_rs::GBK,
        };
        let web = encoding.new_decoder_without_bom_handling();
        let upper =
            if let Scheme::Dos(page) = scheme { page.upper().collect() } else { Vec::new() };
        Self {
            scheme,
            web,
            carry: Vec::new(),
            shifted: false,
            bits: (0, 0),
            high_surrogate: None,
            upper,
            undecodable: 0,
        }
    }

    /// The number of U+FFFD that replace bytes that could not be decoded.
    pub(crate) fn undecodable(&self) -> u64 {
        self.undecodable
    }

    /// Appends the text of the next bytes to `text`; `last` marks the final call.
    pub(crate) fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        match self.scheme {
            Scheme::Web(_) => self.decode_web(bytes, last, text),
            Scheme::Utf32Le => self.decode_wide(bytes, last, u32::from_le_bytes, text),
            Scheme::Utf32Be => self.decode_wide(bytes, last, u32::from_be_bytes, text),
            Scheme::Utf7 => self.decode_utf7(bytes, last, text),
            Scheme::Johab => self.decode_johab(bytes, last, text),
            Scheme::Dos(_) => {
                for byte in bytes {
                    match byte.checked_sub(0x80).map(|at| self.upper.get(usize::from(at))) {
                        None => text.push(char::from(*byte)),
                        Some(Some(character)) if *character != '\u{fffd}' => text.push(*character),
                        Some(_) => self.replace(text),
                    }
                }
            }
            Scheme::Ebcdic => text.extend(bytes.iter().map(|b| CODE_PAGE_500[usize::from(*b)])),
            Scheme::Hz => {
                let eight_bit = self.unescape_hz(bytes, last);
                self.decode_web(&eight_bit, last, text);
            }
            Scheme::Iso2022Kr => {
                let eight_bit = self.unshift_korean(bytes);
                self.decode_web(&eight_bit, last, text);
            }
        }
    }

    fn decode_web(&mut self, mut bytes: &[u8], last: bool, text: &mut String) {
        loop {
            let room =
                self.web.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(4096);
            text.reserve(room.clamp(64, 1 << 20));
            let (result, read) = self.web.decode_to_string_without_replacement(bytes, text, last);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.replace(text),
            }
        }
    }

    fn replace(&mut self, text: &mut String) {
        self.undecodable += 1;
        text.push('\u{fffd}');
    }

    fn decode_wide(
        &mut self,
        bytes: &[u8],
        last: bool,
        number: fn([u8; 4]) -> u32,
        text: &mut String,
    ) {
        self.carry.extend_from_slice(bytes);
        let carry = std::mem::take(&mut self.carry);
        let (units, rest) = carry.as_chunks::<4>();
        for unit in units {
            match char::from_u32(number(*unit)) {
                Some(c) => text.push(c),
                None => self.replace(text),
            }
        }
        self.carry = rest.to_vec();
        if last && !rest.is_empty() {
            self.replace(text);
        }
    }

    /// Decodes UTF-7: between `+` and `-` is base64 of UTF-16; `+-` is a plus sign. Whatever else ends a sequence is text.
    fn decode_utf7(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        for &byte in bytes {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => 64,
            };
            match (self.shifted, byte) {
                (false, b'+') => {
                    self.shifted = true;
                    self.carry.clear();
                    self.bits = (0, 0);
                }
                (false, 0..=0x7F) => text.push(char::from(byte)),
                (false, _) => self.replace(text),
                (true, _) if value < 64 => {
                    self.carry = vec![byte];
                    let (bits, count) = (self.bits.0 << 6 | u32::from(value), self.bits.1 + 6);
                    self.bits = (bits, count);
                    if count >= 16 {
                        let unit = u16::try_from(bits >> (count - 16) & 0xFFFF).unwrap_or_default();
                        self.bits = (bits & ((1 << (count - 16)) - 1), count - 16);
                        self.push_unit(unit, text);
                    }
                }
                (true, _) => {
                    self.end_utf7(text);
                    match byte {
                        b'-' if self.carry.is_empty() => text.push('+'),
                        b'-' => {}
                        0..=0x7F => text.push(char::from(byte)),
                        _ => self.replace(text),
                    }
                    self.carry.clear();
                }
            }
        }
        if last && self.shifted {
            self.end_utf7(text);
        }
    }

    fn end_utf7(&mut self, text: &mut String) {
        self.shifted = false;
        let (bits, count) = std::mem::take(&mut self.bits);
        if self.high_surrogate.take().is_some() || count >= 6 || bits != 0 {
            self.replace(text);
        }
    }

    fn push_unit(&mut self, unit: u16, text: &mut String) {
        let units: Vec<u16> = self.high_surrogate.take().into_iter().chain([unit]).collect();
        if units.len() == 1 && (0xD800..0xDC00).contains(&unit) {
            self.high_surrogate = Some(unit);
            return;
        }
        for character in char::decode_utf16(units) {
            match character {
                Ok(character) => text.push(character),
                Err(_) => self.replace(text),
            }
        }
    }

    fn decode_johab(&mut self, bytes: &[u8], last: bool, text: &mut String) {
        for &byte in bytes {
            match self.carry.pop() {
                Some(lead) if johab::is_trail(byte) => match johab::character(lead, byte) {
                    Some(character) => text.push(character),
                    None => self.replace(text),
                },
                Some(_) => {
                    self.replace(text);
                    self.begin_johab(byte, text);
                }
                None => self.begin_johab(byte, text),
            }
        }
        if last && self.carry.pop().is_some() {
            self.replace(text);
        }
    }

    fn begin_johab(&mut self, byte: u8, text: &mut String) {
        match byte {
            0..=0x7F => text.push(char::from(byte)),
            _ if johab::is_lead(byte) => self.carry.push(byte),
            _ => self.replace(text),
        }
    }

    /// Decodes HZ: between `~{` and `~}` each byte gets its eighth bit, `~~` is a tilde, `~` at line end joins lines.
    fn unescape_hz(&mut self, bytes: &[u8], last: bool) -> Vec<u8> {
        self.carry.extend_from_slice(bytes);
        let carry = std::mem::take(&mut self.carry);
        let mut eight_bit = Vec::with_capacity(carry.len());
        let mut rest = &carry[..];
        while let [first, tail @ ..] = rest {
            match (self.shifted, *first, tail) {
                (_, b'~', []) | (true, _, []) if !last => break,
                (false, b'~', [b'{', after @ ..]) => (self.shifted, rest) = (true, after),
                (false, b'~', [b'~', after @ ..]) => {
                    eight_bit.push(b'~');
                    rest = after;
                }
                (false, b'~', [b'\n', after @ ..]) => rest = after,
                (true, b'~', [b'}', after @ ..]) => (self.shifted, rest) = (false, after),
                (true, b'\n', _) => {
                    eight_bit.push(b'\n');
                    (self.shifted, rest) = (false, tail);
                }
                (true, lead, [trail, after @ ..]) => {
                    eight_bit.extend([lead | 0x80, trail | 0x80]);
                    rest = after;
                }
                (_, byte, after) => {
                    eight_bit.push(byte);
                    rest = after;
                }
            }
        }
        self.carry = rest.to_vec();
        eight_bit
    }

    /// Decodes ISO-2022-KR: between SO and SI each byte gets its eighth bit; the designation `ESC $ ) C` is removed.
    fn unshift_korean(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut eight_bit = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            let designation: &[u8] = b"\x1B$)C";
            if byte == designation[self.carry.len()] {
                self.carry.push(byte);
                if self.carry.len() == designation.len() {
                    self.carry.clear();
                }
                continue;
            }
            eight_bit.append(&mut self.carry);
            match byte {
                0x0E => self.shifted = true,
                0x0F => self.shifted = false,
                b'\n' => {
                    self.shifted = false;
                    eight_bit.push(byte);
                }
                0x1B => self.carry.push(byte),
                0x21..=0x7E if self.shifted => eight_bit.push(byte | 0x80),
                _ => eight_bit.push(byte),
            }
        }
        eight_bit
    }
}

#[cfg(test)]
mod tests {
    use super::super::dos_pages::CodePage;
    use super::*;

    /// The text and the number of undecodable places, decoded in pieces of each length.
    fn decoded(scheme: Scheme, bytes: &[u8]) -> (String, u64) {
        let in_pieces = |length: usize| {
            let (mut decoder, mut text) = (Decoder::new(scheme), String::new());
            bytes.chunks(length).for_each(|piece| decoder.decode(piece, false, &mut text));
            decoder.decode(&[], true, &mut text);
            (text, decoder.undecodable())
        };
        let whole = in_pieces(bytes.len().max(1));
        for length in 1..4 {
            assert_eq!(in_pieces(length), whole, "in pieces of {length}");
        }
        whole
    }

    #[test]
    fn utf7_is_decoded() {
        for (bytes, text, undecodable) in [
            (&b"+dnuLsFQNU1U- list"[..], "登记名单 list", 0),
            (b"Hi Mom +Jjo-!", "Hi Mom ☺!", 0),
            (b"1 +- 1 = 2", "1 + 1 = 2", 0),
            (b"+2D3cgA-.", "💀.", 0),
            (b"+dnuLsA\nnext", "登记\nnext", 0),
            (b"+dns", "登", 0),
            (b"+2D0-x", "\u{fffd}x", 1),
            (b"caf\xE9", "caf\u{fffd}", 1),
        ] {
            assert_eq!(
                decoded(Scheme::Utf7, bytes),
                (text.to_owned(), undecodable),
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn johab_and_code_pages_are_decoded() {
        let syllable = |c: char| johab::encode_syllable(c).expect("a syllable").to_be_bytes();
        let bytes =
            [&syllable('명')[..], &syllable('단'), b" 1\n", &syllable('끝')[..1], b"\n"].concat();
        assert_eq!(decoded(Scheme::Johab, &bytes), ("명단 1\n\u{fffd}\n".to_owned(), 1));
        let turkish = Scheme::Dos(CodePage::numbered(857).expect("a page"));
        assert_eq!(decoded(turkish, b"a\xA7\x8Dr \x9Fey\xE7"), ("ağır şey\u{fffd}".to_owned(), 1));
    }
}
