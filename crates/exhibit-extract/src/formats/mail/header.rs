//! The header fields of a message or of one of its parts: unfolded, decoded, looked up (RFC 5322, 2047, 2231).
//!
//! Fields with bytes beyond ASCII are against the rules and common: they are decoded as UTF-8 if valid, else one
//! guess is made over the whole header.

use crate::charset::{self, Decoder, Scheme};
use crate::transfer;
use mail_parser::{ContentType, MessageParser};

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
        let fields = lines.into_iter().take(FIELDS).filter_map(|line| Field::parse(line, scheme)).collect();
        (Self { fields }, end)
    }

    /// All fields in their order.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The value of the first field of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_str())
    }

    /// A field with parameters, such as Content-Type.
    pub(super) fn with_parameters(&self, name: &str) -> Option<ContentType<'static>> {
        let value = self.get(name)?;
        let field = format!("Content-Type: {}\r\n\r\n", value.replace(['\r', '\n'], " "));
        let parsed = MessageParser::new().with_mime_headers().parse_headers(field.as_bytes())?.into_owned();
        parsed.headers().first().and_then(|header| header.value().as_content_type().cloned())
    }
}

impl Field {
    fn parse(line: &[u8], scheme: Scheme) -> Option<Self> {
        let colon = line.iter().position(|b| *b == b':')?;
        let name = std::str::from_utf8(line[..colon].trim_ascii_end()).ok()?.to_owned();
        let mut text = String::new();
        Decoder::new(scheme).decode(&line[colon + 1..], true, &mut text);
        Some(Self { name, value: decode_words(&unfold(&text)) })
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
        let continues = line.first().is_some_and(|b| matches!(b, b' ' | b'\t')) && !lines.is_empty();
        if line.trim_ascii().is_empty() && !(continues && bytes.get(end).is_some_and(|b| matches!(b, b' ' | b'\t'))) {
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

fn is_field(line: &[u8]) -> bool {
    let colon = line.iter().position(|b| *b == b':');
    colon.is_some_and(|at| at > 0 && line[..at].trim_ascii_end().iter().all(|b| b.is_ascii_graphic()))
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
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => bytes.extend(word.bytes),
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
        decoded.push_str(&decode_labelled(Some(&charset), &bytes).0);
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

/// Decodes bytes by the encoding that a label names; without a valid one, by a guess. Returns the encoding, and
/// whether it is the labelled one.
pub(crate) fn decode_labelled(label: Option<&str>, bytes: &[u8]) -> (String, Scheme, bool) {
    let attempt = |scheme: Scheme| {
        let mut text = String::new();
        let mut decoder = Decoder::new(scheme);
        decoder.decode(bytes, true, &mut text);
        (text, decoder.undecodable())
    };
    let ascii_label =
        label.is_some_and(|label| matches!(label.to_ascii_lowercase().as_str(), "us-ascii" | "ascii" | "unknown-8bit"));
    let stated = label.and_then(|label| Scheme::for_label(label.as_bytes())).map(charset::wider_scheme);
    if let Some(scheme) = stated.filter(|_| !ascii_label || bytes.is_ascii()) {
        let (text, undecodable) = attempt(scheme);
        if undecodable == 0 {
            return (text, scheme, true);
        }
        let guess = charset::guess(bytes, true).scheme;
        let (guessed, worse) = attempt(guess);
        return if worse < undecodable { (guessed, guess, false) } else { (text, scheme, true) };
    }
    let guess = charset::guess(bytes, true);
    let text = attempt(guess.scheme).0;
    (text, guess.scheme, guess.sure)
}
