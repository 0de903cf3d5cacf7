//! Text in which characters are written as escapes: JSON and JavaScript (`\u767b`), XML (`&#x767b;`), vCard and iCalendar
//! (folded lines, quoted-printable, `\n`).
//!
//! The pages have the exact text. Lines with escapes follow on further pages, labelled `decoded`, in the form in which
//! they are searched for. Memory is bounded: very long lines are taken in pieces that end outside of escapes.

use super::text;
use crate::charset::{self, Decoder, Scheme, TextStream};
use crate::out::{Input, Out, Stop};
use crate::transfer;
use exhibit_model::{NoteCode, Page, PageKind, Reason, Verdict};
use std::io;

/// Minimum bytes of text on a page that is not the last.
const LEAST: usize = 8 << 10;

/// Lines longer than this are taken in pieces.
const LINE: usize = 32 << 10;

/// How a format writes escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// Backslashes, as in JSON (RFC 8259) and JavaScript.
    Backslash,
    /// References, as in XML.
    Reference,
    /// Content lines (RFC 5545, 6350; vCard 2.1).
    ContentLine,
}

/// Reads a text with escapes.
pub(crate) fn read(
    escapes: Escapes,
    input: &mut dyn Input,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let verdict = text::read(input, out)?;
    if verdict != Verdict::Read {
        return Ok(verdict);
    }
    match emit_decoded(escapes, input, out)? {
        Ok(0) => {}
        Ok(lines) => out.note(0, NoteCode::EscapesDecoded { lines })?,
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    }
    Ok(Verdict::Read)
}

/// Emits the lines with escapes as further pages, and returns their number.
fn emit_decoded(
    escapes: Escapes,
    input: &mut dyn Input,
    out: &mut Out<'_>,
) -> Result<io::Result<u64>, Stop> {
    let mut stream = match TextStream::open(input) {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    let (mut pending, mut page, mut lines) = (String::new(), String::new(), 0);
    let mut marks = Vec::new();
    loop {
        let more = match stream.more(&mut pending) {
            Ok(more) => more,
            Err(error) => return Ok(Err(error)),
        };
        let mut start = 0;
        while let Some(length) = line_length(&pending[start..], escapes, !more) {
            if let Some(decoded) = decoded(&pending[start..start + length], escapes) {
                lines += 1;
                page.push_str(decoded.trim_end_matches('\n'));
                page.push('\n');
            }
            start += length;
        }
        pending.drain(..start);
        while let Some((text, _)) = text::cut_page(&mut page, &mut marks, LEAST) {
            emit_page(text, out)?;
        }
        if !more {
            break;
        }
    }
    if !page.is_empty() {
        emit_page(page, out)?;
    }
    Ok(Ok(lines))
}

fn emit_page(text: String, out: &mut Out<'_>) -> Result<(), Stop> {
    out.page(Page { label: "decoded".to_owned(), ..Page::of_text(0, PageKind::Text, text) })
}

/// The length of the next line, with its continuations; `None` if more text is needed to know it.
fn line_length(text: &str, escapes: Escapes, all: bool) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    let mut end = 0;
    while let Some(at) = text[end..].find('\n') {
        end += at + 1;
        let continues = escapes == Escapes::ContentLine && continues(&text[..end], &text[end..]);
        if !continues && (end < text.len() || all || escapes != Escapes::ContentLine) {
            return Some(end);
        }
        if end > LINE {
            return Some(end);
        }
    }
    if text.len() > 2 * LINE {
        return Some(piece_length(text));
    }
    all.then_some(text.len())
}

/// Whether a content line continues: the next one is folded, or quoted-printable text goes on in it.
fn continues(line: &str, next: &str) -> bool {
    next.starts_with([' ', '\t'])
        || (line.trim_end().ends_with('=') && quoted_printable_value(line).is_some())
}

/// Where to end a piece of a very long line: outside of any escape.
fn piece_length(text: &str) -> usize {
    let limit = text.floor_char_boundary(LINE);
    let quiet = |at: usize| {
        let before = &text[text.floor_char_boundary(at.saturating_sub(14))..at];
        !before.contains(['\\', '&'])
    };
    let candidates = text[..limit].char_indices().rev().take(4096).map(|(at, _)| at);
    candidates.filter(|at| *at > 0).find(|at| quiet(*at)).unwrap_or(limit)
}

/// A line without its escapes; `None` if it has none.
fn decoded(line: &str, escapes: Escapes) -> Option<String> {
    match escapes {
        Escapes::Backslash => line.contains('\\').then(|| without_backslashes(line)).flatten(),
        Escapes::Reference => line.contains('&').then(|| without_references(line)).flatten(),
        Escapes::ContentLine => content_line(line),
    }
}

/// Decodes backslash escapes; `None` if all of them are those of quotes and slashes, which divide words anyway.
fn without_backslashes(line: &str) -> Option<String> {
    let mut text = String::with_capacity(line.len());
    let mut telling = false;
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (character, length, tells) = match after.as_bytes().first() {
            Some(b'u') => match unicode_escape(&rest[at..]) {
                Some((character, length)) => (character, length - 1, true),
                None => ('\\', 0, false),
            },
            Some(b'x') => match after.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(byte) => (char::from(byte), 3, true),
                None => ('\\', 0, false),
            },
            Some(b'n' | b'r') => ('\n', 1, true),
            Some(b't' | b'b' | b'f') => ('\t', 1, true),
            Some(b'"') => ('"', 1, false),
            Some(b'\'') => ('\'', 1, false),
            Some(b'/') => ('/', 1, false),
            Some(b'\\') => ('\\', 1, false),
            _ => ('\\', 0, false),
        };
        text.push(character);
        telling |= tells;
        rest = &after[length..];
    }
    text.push_str(rest);
    telling.then_some(text)
}

/// The character of `\uXXXX`, or of a surrogate pair of them, and its length.
fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let unit = |text: &str| {
        let hex = text
            .strip_prefix("\\u")?
            .get(..4)
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u16::from_str_radix(hex, 16).ok()
    };
    let first = unit(text)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 6));
    }
    let second = text.get(6..).and_then(unit);
    let pair = char::decode_utf16([first, second.unwrap_or(0)]).next()?.ok();
    Some(pair.map_or(('\u{fffd}', 6), |character| (character, 12)))
}

/// Decodes character references; `None` if there is none.
fn without_references(line: &str) -> Option<String> {
    let mut text = String::with_capacity(line.len());
    let mut any = false;
    let mut rest = line;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let window = &after[..after.floor_char_boundary(12)];
        match window.find(';').and_then(|end| Some((reference(&window[..end])?, end))) {
            Some((character, end)) => {
                any = true;
                text.push(character);
                rest = &after[end + 1..];
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    any.then_some(text)
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control() || c.is_whitespace())
        }
    }
}

/// A content line unfolded and decoded; `None` if it is neither folded nor encoded.
fn content_line(line: &str) -> Option<String> {
    let body = line.strip_suffix('\n').unwrap_or(line);
    if body.starts_with([' ', '\t']) {
        // the rest of a line that is too long, such as one of a picture
        return None;
    }
    if let Some((label, value)) = quoted_printable_value(body) {
        let name = &body[..body.len() - value.len()];
        let joined: String = value
            .split('\n')
            .map(|piece| piece.trim_end_matches('\r'))
            .collect::<Vec<_>>()
            .join("\n");
        let bytes = transfer::quoted_printable(joined.as_bytes()).bytes;
        let guess = charset::decide(
            &bytes,
            true,
            label.and_then(|label| Scheme::for_label(label.as_bytes())),
        );
        let mut text = name.to_owned();
        Decoder::new(guess.scheme).decode(&bytes[guess.mark..], true, &mut text);
        return Some(text);
    }
    let unfolded = body.replace("\n ", "").replace("\n\t", "");
    let binary = unfolded.split(':').next().is_some_and(|name| {
        let name = name.to_ascii_uppercase();
        name.contains("ENCODING=B") || name.contains("VALUE=BINARY")
    });
    if binary {
        return None;
    }
    let text = unescaped_value(&unfolded);
    (text != body).then_some(text)
}

/// Decodes `\n`, `\,`, `\;` and `\\`.
fn unescaped_value(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => plain.push('\n'),
                Some(escaped @ (',' | ';' | ':' | '\\')) => plain.push(escaped),
                Some(other) => plain.extend(['\\', other]),
                None => plain.push('\\'),
            },
            _ => plain.push(character),
        }
    }
    plain
}

/// The declared charset and the value of a property in quoted-printable.
fn quoted_printable_value(line: &str) -> Option<(Option<&str>, &str)> {
    let (name, value) = line.split_once(':')?;
    let mut parameters = name.split(';').skip(1).map(str::trim);
    let is_quoted = |parameter: &str| {
        let value = parameter
            .split_once('=')
            .filter(|(key, _)| key.eq_ignore_ascii_case("ENCODING"))
            .map(|(_, v)| v);
        value.unwrap_or(parameter).eq_ignore_ascii_case("QUOTED-PRINTABLE")
    };
    if !parameters.clone().any(is_quoted) {
        return None;
    }
    let charset = parameters.find_map(|parameter| {
        parameter
            .split_once('=')
            .filter(|(key, _)| key.eq_ignore_ascii_case("CHARSET"))
            .map(|(_, label)| label)
    });
    Some((charset, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::{Limits, Record};
    use std::io::Cursor;

    /// The exact text, and the decoded lines.
    fn texts(escapes: Escapes, bytes: &[u8]) -> (String, String) {
        let mut records: Vec<Record> = Vec::new();
        let verdict =
            read(escapes, &mut Cursor::new(bytes), &mut Out::new(&mut records, Limits::STANDARD));
        assert_eq!(verdict.expect("no limit"), Verdict::Read);
        let (mut exact, mut decoded) = (String::new(), String::new());
        for record in records {
            if let Record::Page(page) = record {
                if page.label == "decoded" { &mut decoded } else { &mut exact }
                    .push_str(&page.text);
            }
        }
        (exact, decoded)
    }

    #[test]
    fn escapes_of_json_are_decoded_line_by_line() {
        for (text, expected) in [
            (r#"{"a":"\u767b\u8BB0","b":"x"}"#, "{\"a\":\"登记\",\"b\":\"x\"}\n"),
            ("{\n\"a\": \"plain\",\n\"b\": \"\\u767b\"\n}\n", "\"b\": \"登\"\n"),
            (r#"{"a":"\ud83d\ude00 \ud83d x"}"#, "{\"a\":\"😀 \u{fffd} x\"}\n"),
            (r#"{"a":"one\ntwo"}"#, "{\"a\":\"one\ntwo\"}\n"),
            (r#"{"a":"C:\\dir \"x\" http:\/\/x"}"#, ""),
            (r#"{"a":"\u76"}"#, ""),
            (r#"{"a":"登记"}"#, ""),
        ] {
            assert_eq!(
                texts(Escapes::Backslash, text.as_bytes()),
                (text.to_owned(), expected.to_owned())
            );
        }
    }

    #[test]
    fn references_of_xml_are_decoded() {
        for (text, expected) in [
            ("<a>&#x767B;&#35760;</a>\n<b>x</b>\n", "<a>登记</a>\n"),
            ("<a>AT&amp;T</a>", "<a>AT&T</a>\n"),
            ("<a>&unknown; &#0; &#xD800; &</a>", ""),
        ] {
            assert_eq!(
                texts(Escapes::Reference, text.as_bytes()),
                (text.to_owned(), expected.to_owned())
            );
        }
    }

    #[test]
    fn content_lines_are_unfolded_and_decoded() {
        for (text, expected) in [
            (
                "BEGIN:VEVENT\nSUMMARY:long sum\n mary folded\nEND:VEVENT\n",
                "SUMMARY:long summary folded\n",
            ),
            ("SUMMARY:第一\n\t行\n", "SUMMARY:第一行\n"),
            ("NOTE:one\\, two\\nthree\n", "NOTE:one, two\nthree\n"),
            (
                "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=99=BB=\n=E8=AE=B0;;;;\nTEL:123\n",
                "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:登记;;;;\n",
            ),
            (
                "N;QUOTED-PRINTABLE;CHARSET=GBK:=B5=C7=BC=C7\n",
                "N;QUOTED-PRINTABLE;CHARSET=GBK:登记\n",
            ),
            ("PHOTO;ENCODING=b:AAAA\n BBBB\n", ""),
            ("TEL:123\nFN:登记", ""),
        ] {
            assert_eq!(
                texts(Escapes::ContentLine, text.as_bytes()),
                (text.to_owned(), expected.to_owned())
            );
        }
    }

    #[test]
    fn long_lines_are_decoded_in_pieces() {
        let text = format!("[{}]", "\"\\u767b\\u8bb0 and words\",".repeat(20_000));
        let (exact, decoded) = texts(Escapes::Backslash, text.as_bytes());
        assert_eq!(exact, text);
        assert_eq!(decoded.matches("登记").count(), 20_000);
        let endless = "\\u767b".repeat(40_000);
        let (_, decoded) = texts(Escapes::Backslash, endless.as_bytes());
        assert!(decoded.matches('登').count() >= 39_900);
    }
}
