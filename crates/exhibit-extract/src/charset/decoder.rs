//! Decodes bytes to text incrementally, counting what cannot be decoded.

use super::Scheme;
use super::ebcdic::CODE_PAGE_500;
use encoding_rs::DecoderResult;

/// Decodes one text.
pub(crate) struct Decoder {
    scheme: Scheme,
    web: encoding_rs::Decoder,
    carry: Vec<u8>,
    shifted: bool,
    undecodable: u64,
}

impl Decoder {
    /// Starts a text, after its byte order mark.
    pub(crate) fn new(scheme: Scheme) -> Self {
        let encoding = match scheme {
            Scheme::Web(encoding) => encoding,
            Scheme::Iso2022Kr => encoding_rs::EUC_KR,
            Scheme::Hz | Scheme::Utf32Le | Scheme::Utf32Be | Scheme::Ebcdic => encoding_rs::GBK,
        };
        let web = encoding.new_decoder_without_bom_handling();
        Self { scheme, web, carry: Vec::new(), shifted: false, undecodable: 0 }
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
            let room = self.web.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(4096);
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

    fn decode_wide(&mut self, bytes: &[u8], last: bool, number: fn([u8; 4]) -> u32, text: &mut String) {
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
