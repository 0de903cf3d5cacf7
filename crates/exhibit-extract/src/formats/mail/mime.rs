//! The parts of a message (RFC 2045, 2046): a tree of headers and stretches of bytes.

use super::header::Header;
use crate::transfer::{self, Decoded};
use mail_parser::ContentType;

/// How deep nested parts are followed; deeper ones are kept undivided.
const DEPTH: usize = 40;

/// Maximum parts of one message; later ones stay with the last.
const PARTS: usize = 100_000;

/// A part, or the message itself.
pub(super) struct Part<'a> {
    /// Its header.
    pub(super) header: Header,
    /// Its media type in lower case, `text/plain` where none is stated.
    pub(super) media_type: String,
    content_type: Option<ContentType<'static>>,
    disposition: Option<ContentType<'static>>,
    /// Its body as stored in the message.
    pub(super) raw: &'a [u8],
    /// The parts of a multipart body.
    pub(super) parts: Vec<Part<'a>>,
    /// Text outside the parts of a multipart body, which no program shows.
    pub(super) outside: Vec<&'a [u8]>,
}

impl<'a> Part<'a> {
    /// Parses a message into its parts.
    pub(super) fn parse(message: &'a [u8]) -> Self {
        Self::parse_at(message, "text/plain", 0, &mut 0)
    }

    fn parse_at(bytes: &'a [u8], default: &str, depth: usize, count: &mut usize) -> Self {
        *count += 1;
        let (header, end) = Header::parse(bytes);
        let content_type = header.with_parameters("Content-Type");
        let media_type = content_type.as_ref().and_then(media_type).unwrap_or_else(|| default.to_owned());
        let disposition = header.with_parameters("Content-Disposition");
        let raw = &bytes[end..];
        let mut part =
            Self { header, media_type, content_type, disposition, raw, parts: Vec::new(), outside: Vec::new() };
        let boundary = part.parameter("boundary").filter(|b| !b.is_empty()).map(str::to_owned);
        if let Some(boundary) = boundary.filter(|_| part.media_type.starts_with("multipart/") && depth < DEPTH) {
            part.split(&boundary, depth, count);
        }
        part
    }

    fn split(&mut self, boundary: &str, depth: usize, count: &mut usize) {
        let default = if self.media_type == "multipart/digest" { "message/rfc822" } else { "text/plain" };
        let lines = Boundaries { bytes: self.raw, boundary: boundary.as_bytes(), at: 0 };
        let mut start: Option<usize> = None;
        let mut outside_from = Some(0);
        for line in lines {
            match (start, outside_from) {
                (Some(start), _) => {
                    self.parts.push(Self::parse_at(&self.raw[start..line.start.max(start)], default, depth + 1, count));
                }
                (None, Some(from)) => self.outside.push(&self.raw[from..line.start.max(from)]),
                (None, None) => {}
            }
            (start, outside_from) = if line.last { (None, Some(line.end)) } else { (Some(line.end), None) };
            if *count > PARTS {
                break;
            }
        }
        match (start, outside_from) {
            (Some(start), _) => self.parts.push(Self::parse_at(&self.raw[start..], default, depth + 1, count)),
            (None, Some(from)) if from > 0 => self.outside.push(&self.raw[from..]),
            _ => {}
        }
        if self.parts.is_empty() {
            self.outside.clear();
        }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.content_type.as_ref()?.attribute(name)
    }

    /// The declared encoding of the part's text.
    pub(super) fn charset(&self) -> Option<&str> {
        self.parameter("charset")
    }

    /// The S/MIME type of the part, in lower case: `enveloped-data`, `signed-data`.
    pub(super) fn smime_type(&self) -> String {
        self.parameter("smime-type").unwrap_or_default().to_ascii_lowercase()
    }

    /// The declared name of the content, or the last segment of the URL that it was saved from.
    pub(super) fn name(&self) -> Option<String> {
        self.file_name().or_else(|| {
            let location = self.header.get("Content-Location")?.split(['?', '#']).next()?;
            location.rsplit('/').next().filter(|name| name.contains('.')).map(str::to_owned)
        })
    }

    /// The declared name of the content.
    pub(super) fn file_name(&self) -> Option<String> {
        let parameter = |field: &Option<ContentType<'static>>, name: &str| {
            let value = field.as_ref()?.attribute(name)?;
            Some(super::header::decode_words(value)).filter(|value| !value.trim().is_empty())
        };
        parameter(&self.disposition, "filename").or_else(|| parameter(&self.content_type, "name"))
    }

    /// Whether the part is meant to be saved rather than shown.
    pub(super) fn is_attachment(&self) -> bool {
        self.disposition.as_ref().is_some_and(|d| d.c_type.eq_ignore_ascii_case("attachment"))
    }

    /// Its content without the transfer encoding.
    pub(super) fn content(&self) -> Decoded {
        let encoding = self.header.get("Content-Transfer-Encoding").unwrap_or_default().trim().to_ascii_lowercase();
        match encoding.as_str() {
            "base64" => transfer::base64(self.raw),
            "quoted-printable" => transfer::quoted_printable(self.raw),
            "x-uuencode" | "uuencode" | "x-uue" => match Uuencoded::find(self.raw) {
                Some(found) => transfer::uuencoded(found.lines),
                None => Decoded { bytes: self.raw.to_vec(), strange: 1 },
            },
            _ => Decoded { bytes: self.raw.to_vec(), strange: 0 },
        }
    }
}

fn media_type(content_type: &ContentType<'_>) -> Option<String> {
    let (main, sub) = (content_type.c_type.trim(), content_type.c_subtype.as_deref().unwrap_or_default().trim());
    let media_type = format!("{main}/{sub}").to_ascii_lowercase();
    match (main.is_empty(), sub.is_empty()) {
        (false, false) => Some(media_type),
        (false, true) if main.eq_ignore_ascii_case("text") => Some("text/plain".to_owned()),
        (false, true) if main.eq_ignore_ascii_case("multipart") => Some("multipart/mixed".to_owned()),
        (false, true) => Some("application/octet-stream".to_owned()),
        _ => None,
    }
}

/// A boundary line: where the text before it ends (the line end before it belongs to it), and where the line ends.
struct Line {
    start: usize,
    end: usize,
    last: bool,
}

/// The boundary lines of a multipart body.
struct Boundaries<'a> {
    bytes: &'a [u8],
    boundary: &'a [u8],
    at: usize,
}

impl Iterator for Boundaries<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while self.at < self.bytes.len() {
            let start = self.at;
            let rest = &self.bytes[start..];
            let end = rest.iter().position(|b| *b == b'\n').map_or(self.bytes.len(), |p| start + p + 1);
            self.at = end;
            let line = self.bytes[start..end].trim_ascii_end();
            let Some(after) = line.strip_prefix(b"--").and_then(|l| l.strip_prefix(self.boundary)) else { continue };
            if !after.is_empty() && after != b"--" {
                continue;
            }
            let before = &self.bytes[..start];
            let before = before.strip_suffix(b"\n").unwrap_or(before);
            let before = before.strip_suffix(b"\r").unwrap_or(before);
            return Some(Line { start: before.len(), end, last: after == b"--" });
        }
        None
    }
}

/// A uuencoded file within text.
pub(super) struct Uuencoded<'a> {
    /// The name on its first line.
    pub(super) name: &'a [u8],
    /// The lines between the first and the last.
    pub(super) lines: &'a [u8],
    /// Where it begins and ends in the text.
    pub(super) span: (usize, usize),
}

impl<'a> Uuencoded<'a> {
    /// The first uuencoded file in `text`.
    pub(super) fn find(text: &'a [u8]) -> Option<Self> {
        let mut at = 0;
        while at < text.len() {
            let end = text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |p| at + p + 1);
            if let Some(name) = Self::begins(&text[at..end])
                && let Some(length) = text[end..].windows(5).position(|w| w == b"\nend\n" || w == b"\nend\r")
            {
                let lines = &text[end..end + length + 1];
                let well_formed = lines.split(|b| *b == b'\n').take(3).all(|l| l.len() < 90);
                if well_formed {
                    return Some(Self { name, lines, span: (at, end + length + 5) });
                }
            }
            at = end;
        }
        None
    }

    /// The name on a line such as `begin 644 picture.jpg`.
    fn begins(line: &'a [u8]) -> Option<&'a [u8]> {
        let rest = line.strip_prefix(b"begin ")?;
        let digits = rest.iter().take_while(|b| (b'0'..=b'7').contains(b)).count();
        let name = rest[digits..].strip_prefix(b" ")?.trim_ascii();
        ((3..=4).contains(&digits) && !name.is_empty()).then_some(name)
    }
}
