//! The header fields of a message or of one of its parts: unfolded, decoded, looked up (RFC 5322, 2047, 2231).
//!
//! Fields with bytes beyond ASCII are against the rules and common: they are decoded as UTF-8 if valid, else one
//! guess is made over the whole header.

use crate::charset::{self, Decoder, Scheme};
use crate::transfer;
use std::borrow::Cow;

/// Maximum number of kept fields.
const FIELDS: usize = 10_000;

/// A header.
#[derive(Default)]
pub(super) struct Header {
    fields: Vec<Field>,
}

/// A header field.
pub(super) struct Field {
    /// Its name as written.
    pub(super) name: String,
    /// Its value: unfolded, encoded words decoded.
    pub(super) value: String,
    /// The value as written, of a field with parameters: an encoded word may contain what divides them.
    written: Option<String>,
}

impl Header {
    /// Parses the header at the start of `bytes`; the returned offset is where the rest begins.
    pub(super) fn parse(bytes: &[u8]) -> (Self, usize) {
        let (lines, end) = header_lines(bytes);
        let block = &bytes[..end];
        let scheme = if std::str::from_utf8(block).is_ok() {
            Scheme::Web(encoding_rs::UTF_8)
        } else {
            charset::guess(block, true).scheme
        };
        let fields =
            lines.into_iter().take(FIELDS).filter_map(|line| Field::parse(line, scheme)).collect();
        (Self { fields }, end)
    }

    /// All fields in their order.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The value of the first field of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_str())
    }

    /// The values of all fields of this name, with parameters as they are written.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
        fields.map(|field| field.written.as_deref().unwrap_or(&field.value))
    }
}

impl Field {
    fn parse(line: &[u8], scheme: Scheme) -> Option<Self> {
        let colon = line.iter().position(|b| *b == b':')?;
        let name = std::str::from_utf8(line[..colon].trim_ascii_end()).ok()?.to_owned();
        let mut text = String::new();
        Decoder::new(scheme).decode(&line[colon + 1..], true, &mut text);
        let unfolded = unfold(&text);
        let value = decode_words(&unfolded);
        let written =
            (name.len() > 8 && name[..8].eq_ignore_ascii_case("content-")).then_some(unfolded);
        Some(Self { name, value, written })
    }
}

/// The lines of the header with their continuations, and where the header ends: after an empty line, or before a line
/// that is not a field.
fn header_lines(bytes: &[u8]) -> (Vec<&[u8]>, usize) {
    let mut lines: Vec<&[u8]> = Vec::new();
    let (mut at, mut start) = (0, 0);
    while at < bytes.len() {
        let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |p| at + p + 1);
        let line = &bytes[at..end];
        let continues =
            line.first().is_some_and(|b| matches!(b, b' ' | b'\t')) && !lines.is_empty();
        if line.trim_ascii().is_empty()
            && !(continues && bytes.get(end).is_some_and(|b| matches!(b, b' ' | b'\t')))
        {
            return (lines, end);
        }
        if continues {
            if let Some(last) = lines.last_mut() {
                *last = &bytes[start..end];
            }
        } else if is_field(line) {
            start = at;
            lines.push(line);
        } else if !line.starts_with(b"From ") && !line.starts_with(b">From ") {
            return (lines, at);
        }
        at = end;
    }
    (lines, bytes.len())
}

/// Whether a line is a header field.
pub(super) fn is_field(line: &[u8]) -> bool {
    let colon = line.iter().position(|b| *b == b':');
    colon.is_some_and(|at| {
        at > 0 && line[..at].trim_ascii_end().iter().all(|b| b.is_ascii_graphic())
    })
}

/// Joins the lines of a field.
fn unfold(text: &str) -> String {
    let mut unfolded = String::with_capacity(text.len());
    for line in text.split('\n') {
        unfolded.push_str(line.trim_end_matches('\r'));
    }
    unfolded.trim().to_owned()
}

/// Decodes encoded words (RFC 2047), also within quotes, against the rules. Adjacent words in one encoding
/// are decoded as one, as many programs split characters between them.
pub(super) fn decode_words(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut run: Option<(String, Vec<u8>)> = None;
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        let Some((word, after)) = Word::parse(&rest[at..]) else {
            end_run(&mut run, &mut decoded);
            decoded.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        if !(run.is_some() && rest[..at].trim().is_empty()) {
            end_run(&mut run, &mut decoded);
            decoded.push_str(&rest[..at]);
        }
        match &mut run {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => {
                bytes.extend(word.bytes)
            }
            _ => {
                end_run(&mut run, &mut decoded);
                run = Some((word.charset.to_owned(), word.bytes));
            }
        }
        rest = after;
    }
    end_run(&mut run, &mut decoded);
    decoded.push_str(rest);
    decoded
}

fn end_run(run: &mut Option<(String, Vec<u8>)>, decoded: &mut String) {
    if let Some((charset, bytes)) = run.take() {
        decoded.push_str(&decode_labelled(Some(&charset), &bytes).text);
    }
}

/// An encoded word.
struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Word<'a> {
    /// Parses the word at the start of `text`, and returns what follows it.
    fn parse(text: &'a str) -> Option<(Self, &'a str)> {
        let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
        let (encoding, rest) = rest.split_once('?')?;
        let end = rest.find("?=")?;
        let (body, after) = (&rest[..end], &rest[end + 2..]);
        if charset.is_empty() || charset.len() > 60 || charset.contains(char::is_whitespace) {
            return None;
        }
        let bytes = match encoding {
            "B" | "b" => transfer::base64(body.as_bytes()).bytes,
            "Q" | "q" => transfer::quoted_printable(body.replace('_', " ").as_bytes()).bytes,
            _ => return None,
        };
        let charset = charset.split('*').next().unwrap_or(charset);
        Some((Self { charset, bytes }, after))
    }
}

/// Decoded bytes of a message.
pub(crate) struct Decoding {
    /// The text.
    pub(crate) text: String,
    /// The encoding.
    pub(crate) scheme: Scheme,
    /// Whether it is the one that the message declares; without a declaration, whether it is certain.
    pub(crate) as_stated: bool,
    /// The number of U+FFFD that replace bytes that could not be decoded.
    pub(crate) undecodable: u64,
}

/// Decodes bytes by the encoding that a label names, unless they are clearly in another one; without a valid label, by a
/// guess.
pub(crate) fn decode_labelled(label: Option<&str>, bytes: &[u8]) -> Decoding {
    let contradicted = |label: &str| {
        let ascii = ["us-ascii", "ascii", "ansi_x3.4-1968", "7bit"]
            .iter()
            .any(|name| label.eq_ignore_ascii_case(name));
        ascii && !bytes.is_ascii()
    };
    let contradicted = label.is_some_and(contradicted);
    let stated =
        label.filter(|_| !contradicted).and_then(|label| Scheme::for_label(label.as_bytes()));
    let guess = charset::decide(bytes, true, stated);
    let mut text = String::new();
    let mut decoder = Decoder::new(guess.scheme);
    let bytes = without_idle_escapes(guess.scheme, &bytes[guess.mark..]);
    decoder.decode(&bytes, true, &mut text);
    Decoding {
        text,
        scheme: guess.scheme,
        as_stated: guess.sure && guess.overruled.is_none() && !contradicted,
        undecodable: decoder.undecodable(),
    }
}

/// Removes escape sequences of ISO-2022-JP that are directly followed by another, as where encoded words were joined.
fn without_idle_escapes(scheme: Scheme, bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_escape = |at: usize| {
        matches!(bytes.get(at..at + 3), Some([0x1B, b'(', b'B' | b'J'] | [0x1B, b'$', b'B' | b'@']))
    };
    if scheme != Scheme::Web(encoding_rs::ISO_2022_JP)
        || !(0..bytes.len()).any(|at| is_escape(at) && is_escape(at + 3))
    {
        return Cow::Borrowed(bytes);
    }
    let mut kept = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if is_escape(at) && is_escape(at + 3) {
            at += 3;
        } else {
            kept.push(bytes[at]);
            at += 1;
        }
    }
    Cow::Owned(kept)
}
