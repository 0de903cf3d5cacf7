//! The parts of a message (RFC 2045, 2046): a tree of headers and stretches of bytes.

use super::header::{self, Header};
use super::parameters::{Parameters, Value};
use crate::transfer::{self, Decoded};

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
    content_type: Parameters,
    disposition: Parameters,
    /// Whether its parts were found without a boundary that its header declares.
    pub(super) recovered: bool,
    /// Its body as stored in the message.
    pub(super) raw: &'a [u8],
    /// The parts of a multipart body.
    pub(super) parts: Vec<Part<'a>>,
    /// Text outside the parts of a multipart body, which no program shows.
    pub(super) outside: Vec<&'a [u8]>,
}

impl<'a> Part<'a> {
    /// Parses a message into its parts; blank lines before its header are skipped.
    pub(super) fn parse(message: &'a [u8]) -> Self {
        let mut start = message;
        while let Some((line, rest)) =
            first_line(start).filter(|(line, _)| line.trim_ascii().is_empty())
        {
            debug_assert!(!line.is_empty());
            start = rest;
        }
        let begins = first_line(start)
            .is_some_and(|(line, _)| header::is_field(line) || line.starts_with(b"From "));
        Self::parse_at(if begins { start } else { message }, "text/plain", 0, &mut 0)
    }

    fn parse_at(bytes: &'a [u8], default: &str, depth: usize, count: &mut usize) -> Self {
        *count += 1;
        let (header, end) = Header::parse(bytes);
        let raw = &bytes[end..];
        let types: Vec<Parameters> = header.all("Content-Type").map(Parameters::parse).collect();
        let fits = |candidate: &Parameters| {
            candidate.value.to_ascii_lowercase().starts_with("multipart")
                && candidate
                    .get("boundary")
                    .is_some_and(|b| Boundaries::new(raw, b.text.as_bytes()).next().is_some())
        };
        let chosen = if types.len() > 1 { types.iter().position(fits).unwrap_or(0) } else { 0 };
        let content_type = types.into_iter().nth(chosen);
        let stated = content_type.as_ref().and_then(media_type);
        let disposition =
            header.all("Content-Disposition").next().map(Parameters::parse).unwrap_or_default();
        let mut part = Self {
            header,
            media_type: stated.clone().unwrap_or_else(|| default.to_owned()),
            content_type: content_type.unwrap_or_default(),
            disposition,
            recovered: false,
            raw,
            parts: Vec::new(),
            outside: Vec::new(),
        };
        if depth < DEPTH {
            part.divide(stated.is_some(), depth, count);
        }
        part
    }

    /// Divides a multipart body by its declared boundary. If the body has no such line, or nothing is declared, by the
    /// boundary that it has: a line `--x` that is followed by the header of a part.
    fn divide(&mut self, stated: bool, depth: usize, count: &mut usize) {
        let multipart = self.media_type.starts_with("multipart/");
        let declared =
            self.parameter("boundary").filter(|boundary| multipart && !boundary.is_empty());
        if let Some(boundary) = declared {
            self.split(boundary.as_bytes(), depth, count);
            self.divide_at_mistyped(boundary.as_bytes(), depth, count);
        }
        let plain =
            self.media_type == "text/plain" && depth == 0 && (!stated || !self.is_attachment());
        if self.parts.is_empty()
            && (multipart || plain)
            && let Some(boundary) = undeclared_boundary(self.raw, !multipart)
        {
            self.split(boundary, depth, count);
            self.recovered = !self.parts.is_empty();
            if self.recovered && !multipart {
                "multipart/mixed".clone_into(&mut self.media_type);
            }
        }
    }

    /// Divides parts at lines that differ from the boundary in a character or two and are followed by the header of a part.
    fn divide_at_mistyped(&mut self, boundary: &[u8], depth: usize, count: &mut usize) {
        let mut at = 0;
        while at < self.parts.len() && *count <= PARTS {
            let part = &mut self.parts[at];
            at += 1;
            if !part.parts.is_empty() {
                continue;
            }
            if let Some((start, end)) = mistyped_boundary(part.raw, boundary) {
                let raw = part.raw;
                part.raw = &raw[..start];
                self.parts.insert(at, Self::parse_at(&raw[end..], "text/plain", depth + 1, count));
                self.recovered = true;
            }
        }
    }

    fn split(&mut self, boundary: &[u8], depth: usize, count: &mut usize) {
        let default =
            if self.media_type == "multipart/digest" { "message/rfc822" } else { "text/plain" };
        let lines = Boundaries::new(self.raw, boundary);
        let mut start: Option<usize> = None;
        let mut outside_from = Some(0);
        for line in lines {
            match (start, outside_from) {
                (Some(start), _) => {
                    self.parts.push(Self::parse_at(
                        &self.raw[start..line.start.max(start)],
                        default,
                        depth + 1,
                        count,
                    ));
                }
                (None, Some(from)) => self.outside.push(&self.raw[from..line.start.max(from)]),
                (None, None) => {}
            }
            (start, outside_from) =
                if line.last { (None, Some(line.end)) } else { (Some(line.end), None) };
            if *count > PARTS {
                break;
            }
        }
        match (start, outside_from) {
            (Some(start), _) => {
                self.parts.push(Self::parse_at(&self.raw[start..], default, depth + 1, count))
            }
            (None, Some(from)) if from > 0 => self.outside.push(&self.raw[from..]),
            _ => {}
        }
        if self.parts.is_empty() {
            self.outside.clear();
        }
    }

    fn parameter(&self, name: &str) -> Option<String> {
        self.content_type.get(name).map(|value| value.text)
    }

    /// The declared encoding of the part's text.
    pub(super) fn charset(&self) -> Option<String> {
        self.parameter("charset").filter(|charset| !charset.trim().is_empty())
    }

    /// Whether its lines are to be joined (RFC 3676), and whether the blank at a join is to be deleted.
    pub(super) fn flowed(&self) -> Option<bool> {
        let is = |name: &str, wanted: &str| {
            self.parameter(name).is_some_and(|v| v.trim().eq_ignore_ascii_case(wanted))
        };
        is("format", "flowed").then(|| is("delsp", "yes"))
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
        self.stated_name().map(|value| value.text)
    }

    /// Whether sections of its declared name are missing.
    pub(super) fn has_incomplete_name(&self) -> bool {
        self.stated_name().is_some_and(|value| value.incomplete)
    }

    fn stated_name(&self) -> Option<Value> {
        let some = |value: &Value| !value.text.trim().is_empty();
        self.disposition
            .get("filename")
            .filter(some)
            .or_else(|| self.content_type.get("name").filter(some))
    }

    /// Whether the part is meant to be saved rather than shown.
    pub(super) fn is_attachment(&self) -> bool {
        self.disposition.value.eq_ignore_ascii_case("attachment")
    }

    /// Its content without the transfer encoding. A declared encoding that the content is clearly not in is passed over.
    pub(super) fn content(&self) -> Decoded {
        let as_it_is = |strange| Decoded { bytes: self.raw.to_vec(), strange };
        let encoding =
            self.header.get("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
        match encoding
            .split(['(', ';'])
            .next()
            .unwrap_or_default()
            .trim_matches(|c: char| c.is_whitespace() || c == '"')
        {
            "base64" if is_sentences(self.raw) => as_it_is(1),
            "base64" => transfer::base64(self.raw),
            "x-uuencode" | "uuencode" | "x-uue" => match Uuencoded::find(self.raw) {
                Some(found) => transfer::uuencoded(found.lines),
                None => as_it_is(1),
            },
            "x-yenc" | "yenc" => match Yenc::find(self.raw) {
                Some(found) => Decoded { bytes: transfer::yenc(found.lines), strange: 0 },
                None => as_it_is(1),
            },
            other if self.is_hidden_base64() => {
                let decoded = transfer::base64(self.raw);
                Decoded { strange: decoded.strange + u64::from(!other.is_empty()), ..decoded }
            }
            "quoted-printable" => transfer::quoted_printable(self.raw),
            _ => as_it_is(0),
        }
    }

    /// Whether a text is base64 though nothing declares it, and decodes to text.
    fn is_hidden_base64(&self) -> bool {
        let text = self.media_type.starts_with("text/")
            && self.parts.is_empty()
            && transfer::is_base64(self.raw);
        text && {
            let bytes = transfer::base64(self.raw).bytes;
            let controls = bytes
                .iter()
                .filter(|b| matches!(b, 0..=8 | 0x0B..=0x0C | 0x0E..=0x1F | 0x7F))
                .count();
            let decoded = header::decode_labelled(self.charset().as_deref(), &bytes);
            controls == 0 && decoded.undecodable * 20 <= decoded.text.len() as u64
        }
    }
}

/// Whether bytes are words with blanks between them from their first line on, so that they are not base64.
fn is_sentences(bytes: &[u8]) -> bool {
    let first = bytes
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let blanks = first.iter().filter(|b| **b == b' ').count();
    first.len() >= 8 && blanks * 15 >= first.len()
}

fn first_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    Some((&bytes[..=end], &bytes[end + 1..]))
}

/// The boundary of a body whose boundary is not declared: of a line `--x` that is followed by a field of a part's header.
/// `first` is whether nothing but the usual sentence on MIME may precede it.
fn undeclared_boundary(body: &[u8], first: bool) -> Option<&[u8]> {
    let mut rest = body;
    let mut lines = 0;
    while let Some((line, after)) = first_line(rest) {
        rest = after;
        let line = line.trim_ascii_end();
        let boundary = line
            .strip_prefix(b"--")
            .filter(|b| (1..=200).contains(&b.len()) && b.iter().any(u8::is_ascii_alphanumeric));
        if let Some(boundary) = boundary
            && first_line(rest).is_some_and(|(next, _)| {
                let name = next.get(..8).unwrap_or_default();
                header::is_field(next) && name.eq_ignore_ascii_case(b"content-")
            })
        {
            return Some(boundary);
        }
        lines += usize::from(!line.is_empty());
        let usual = line.is_empty() || line.windows(4).any(|w| w == b"MIME");
        if lines > 5_000 || (first && !usual) {
            return None;
        }
    }
    None
}

/// Where a line that is nearly the boundary begins and ends, if the header of a part follows it.
fn mistyped_boundary(body: &[u8], boundary: &[u8]) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some((line, rest)) = first_line(&body[at..]) {
        let next = line.len() + at;
        let near = line
            .trim_ascii_end()
            .strip_prefix(b"--")
            .is_some_and(|other| is_nearly(other, boundary));
        if near
            && first_line(rest).is_some_and(|(field, _)| {
                header::is_field(field)
                    && field.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"))
            })
        {
            return Some((at, next));
        }
        at = next;
    }
    None
}

/// Whether two boundaries of some length differ only in a character or two that follow each other.
fn is_nearly(one: &[u8], other: &[u8]) -> bool {
    let longest = one.len().max(other.len());
    let prefix = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let suffix = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    longest >= 6
        && one != other
        && prefix + suffix >= longest - 2
        && one.len().abs_diff(other.len()) <= 1
}

fn media_type(content_type: &Parameters) -> Option<String> {
    let value = content_type.value.to_ascii_lowercase();
    let (main, sub) = value.split_once('/').unwrap_or((&value, ""));
    let (main, sub) = (main.trim(), sub.split_whitespace().next().unwrap_or_default());
    match (main, sub) {
        ("", _) => None,
        ("text", "") => Some("text/plain".to_owned()),
        ("multipart", "") => Some("multipart/mixed".to_owned()),
        (_, "") => Some("application/octet-stream".to_owned()),
        _ => Some(format!("{main}/{sub}")),
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

impl<'a> Boundaries<'a> {
    fn new(bytes: &'a [u8], boundary: &'a [u8]) -> Self {
        Self { bytes, boundary: boundary.trim_ascii_end(), at: 0 }
    }
}

impl Iterator for Boundaries<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        while self.at < self.bytes.len() {
            let start = self.at;
            let rest = &self.bytes[start..];
            let end =
                rest.iter().position(|b| *b == b'\n').map_or(self.bytes.len(), |p| start + p + 1);
            self.at = end;
            let line = self.bytes[start..end].trim_ascii_end();
            let Some(after) = line.strip_prefix(b"--").and_then(|l| l.strip_prefix(self.boundary))
            else {
                continue;
            };
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
    /// The first uuencoded file in `text`; it ends at its `end` line, or at the first line that is not uuencoded.
    pub(super) fn find(text: &'a [u8]) -> Option<Self> {
        let mut at = 0;
        while let Some((line, _)) = first_line(&text[at..]) {
            let end = at + line.len();
            if let Some(name) = Self::begins(line)
                && let Some((lines, span_end)) = Self::lines(text, end)
            {
                return Some(Self { name, lines: &text[end..lines], span: (at, span_end) });
            }
            at = end;
        }
        None
    }

    /// Where the encoded lines from `start` on end, and the line that ends the file; `None` if there is none of them.
    fn lines(text: &[u8], start: usize) -> Option<(usize, usize)> {
        let mut at = start;
        while at < text.len() {
            let length =
                text[at..].iter().position(|b| *b == b'\n').map_or(text.len() - at, |p| p + 1);
            let line = text[at..at + length].strip_suffix(b"\n").unwrap_or(&text[at..at + length]);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.trim_ascii() == b"end" {
                return (at > start).then_some((at, at + length));
            }
            let stated = usize::from(line.first().copied().unwrap_or(b' ').wrapping_sub(32) & 63);
            let encoded = stated.div_ceil(3) * 4;
            let given = line.len().saturating_sub(1);
            let in_alphabet = line.iter().all(|b| (32..=96).contains(b));
            // blanks at the end may be lost, and some programs add a check character
            if !in_alphabet || given > encoded + 2 || given + 2 < stated {
                break;
            }
            at += length;
        }
        (at > start).then_some((at, at))
    }

    /// The name on a line such as `begin 644 picture.jpg`.
    fn begins(line: &'a [u8]) -> Option<&'a [u8]> {
        let rest = line.strip_prefix(b"begin ")?;
        let digits = rest.iter().take_while(|b| (b'0'..=b'7').contains(b)).count();
        let name = rest[digits..].strip_prefix(b" ")?.trim_ascii();
        ((3..=4).contains(&digits) && !name.is_empty()).then_some(name)
    }
}

/// A file in yEnc within a body.
pub(super) struct Yenc<'a> {
    /// The name on its first line.
    pub(super) name: &'a [u8],
    /// The lines between the header and the trailer.
    pub(super) lines: &'a [u8],
    /// Where it begins and ends in the body.
    pub(super) span: (usize, usize),
}

impl<'a> Yenc<'a> {
    /// The first yEnc file in `body`.
    pub(super) fn find(body: &'a [u8]) -> Option<Self> {
        let mut at = 0;
        while let Some((line, mut rest)) = first_line(&body[at..]) {
            let mut from = at + line.len();
            if let Some(header) = line.strip_prefix(b"=ybegin ")
                && let Some(name) = header
                    .windows(6)
                    .position(|w| w == b" name=")
                    .map(|p| header[p + 6..].trim_ascii())
                && !name.is_empty()
            {
                if let Some((part, after)) =
                    first_line(rest).filter(|(part, _)| part.starts_with(b"=ypart "))
                {
                    (from, rest) = (from + part.len(), after);
                }
                let length = rest.windows(6).position(|w| w == b"=yend ").unwrap_or(rest.len());
                let trailer =
                    first_line(&rest[length..]).map_or(rest.len() - length, |(line, _)| line.len());
                return Some(Self {
                    name,
                    lines: &body[from..from + length],
                    span: (at, from + length + trailer),
                });
            }
            at = from;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuencoded_files_end_where_their_lines_end() {
        for (text, lines, after) in [
            ("x\nbegin 644 a.txt\n#0V%T\n`\nend\nafter\n", "#0V%T\n`\n", "after\n"),
            ("begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n", "#0V%T\r\n`\r\n", ""),
            ("begin 644 a.txt\n#0V%T\nand then a sentence\n", "#0V%T\n", "and then a sentence\n"),
            ("begin 644 a.txt\n#0V%T", "#0V%T", ""),
        ] {
            let found = Uuencoded::find(text.as_bytes()).expect("a file");
            assert_eq!((found.name, found.lines), (&b"a.txt"[..], lines.as_bytes()), "{text}");
            assert_eq!(&text[found.span.1..], after, "{text}");
        }
        for text in [
            "begin 644 a.txt\nlower case words\nend\n",
            "begin again\n#0V%T\nend\n",
            "begin 644 x\nend\n",
        ] {
            assert!(Uuencoded::find(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn many_beginnings_do_not_take_long() {
        let text = "begin 644 a.txt\nno such line\n".repeat(50_000);
        assert!(Uuencoded::find(text.as_bytes()).is_none());
    }
}
