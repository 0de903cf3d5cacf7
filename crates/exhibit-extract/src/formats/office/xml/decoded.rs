//! Bytes of XML as UTF-8, whatever encoding they are in: that of their mark or declaration. Invalid bytes become U+FFFD.

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{BufRead, Read};

const BUFFER: usize = 16 << 10;

/// A reader of decoded bytes.
pub(super) struct Decoded<R> {
    bytes: R,
    /// Made at the first read, from the first bytes.
    decoder: Option<Decoder>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    charset: &'static str,
    invalid: u64,
}

impl<R: BufRead> Decoded<R> {
    /// Decodes `bytes`.
    pub(super) fn new(bytes: R) -> Self {
        let charset = UTF_8.name();
        Self {
            bytes,
            decoder: None,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            charset,
            invalid: 0,
        }
    }

    /// The encoding, and the number of places that are invalid in it.
    pub(super) fn invalid(&self) -> (&'static str, u64) {
        (self.charset, self.invalid)
    }

    fn fill(&mut self) -> std::io::Result<()> {
        self.buffer.resize(BUFFER, 0);
        (self.start, self.end) = (0, 0);
        while self.end == 0 && !self.ended {
            let input = self.bytes.fill_buf()?;
            let decoder = self.decoder.get_or_insert_with(|| {
                let encoding = encoding_of(input);
                self.charset = encoding.name();
                encoding.new_decoder_with_bom_removal()
            });
            let last = input.is_empty();
            let room = &mut self.buffer[..BUFFER - 4];
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(input, room, last);
            self.bytes.consume(read);
            self.end = written;
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.invalid += 1;
                    self.end += '\u{fffd}'.encode_utf8(&mut self.buffer[written..]).len();
                }
            }
        }
        Ok(())
    }
}

// XML 1.0, appendix F: a mark, or else the first characters, which are known.
fn encoding_of(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    match head {
        [b'<', 0, ..] => return UTF_16LE,
        [0, b'<', ..] => return UTF_16BE,
        _ => {}
    }
    let declaration =
        head.strip_prefix(b"<?xml").map(|rest| &rest[..rest.len().min(200)]).unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration);
    let declaration = declaration.split("?>").next().unwrap_or_default();
    let label = declaration.split_once("encoding").and_then(|(_, rest)| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        rest.split(['"', '\'']).nth(1)
    });
    // a declaration that can be read is not in UTF-16, whatever it states
    let stated = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    stated.filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE).unwrap_or(UTF_8)
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.start >= self.end && !self.ended {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn decoded(bytes: &[u8], step: usize) -> (String, u64) {
        let mut reader = Decoded::new(BufReader::with_capacity(step, bytes));
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("UTF-8");
        (text, reader.invalid().1)
    }

    #[test]
    fn every_encoding_becomes_utf8() {
        let text = "<?xml version=\"1.0\"?><t>登记 é</t>";
        let wide =
            |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let declared = "<?xml version='1.0' encoding='gb2312'?><t>登记</t>";
        for (bytes, expected) in [
            (text.as_bytes().to_vec(), text),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), text),
            (wide(u16::to_le_bytes), text),
            ([b"\xfe\xff".to_vec(), wide(u16::to_be_bytes)].concat(), text),
            ([b"\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat(), text),
            (encoding_rs::GBK.encode(declared).0.into_owned(), declared),
            (
                declared.replace("gb2312", "UTF-16").into_bytes(),
                declared.replace("gb2312", "UTF-16").as_str(),
            ),
        ] {
            assert_eq!(decoded(&bytes, 8 << 10), (expected.to_owned(), 0));
        }
        assert_eq!(decoded(b"", 16), (String::new(), 0));
    }

    #[test]
    fn invalid_bytes_are_replaced_and_counted() {
        assert_eq!(
            decoded(b"<t>a\xffb\xe7\x99</t>\xe7", 4),
            ("<t>a\u{fffd}b\u{fffd}</t>\u{fffd}".to_owned(), 3)
        );
        let long = [&b"<t>"[..], &[0xff; 50_000]].concat();
        assert_eq!(decoded(&long, 100).1, 50_000);
    }
}
