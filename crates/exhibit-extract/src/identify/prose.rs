//! Text formats, recognised by their beginning; a name decides only between formats that look the same.

use super::{Kind, ending};
use crate::charset::{self, Scheme};
use crate::formats::{mbox, table};
use std::borrow::Cow;

/// The text format of a file that begins with `head`; `None` if it is not text.
pub(super) fn by_text(name: &[u8], head: &[u8]) -> Option<Kind> {
    let whole = (head.len() as u64) < super::HEAD;
    let guess = charset::decide(head, whole, charset::stream::stated_in_xml(head));
    if !is_text(head, guess.scheme) {
        return None;
    }
    let mut text = String::new();
    charset::Decoder::new(guess.scheme).decode(&head[guess.mark..], false, &mut text);
    if !guess.sure && !is_plausible(&text) {
        return None;
    }
    let ending = ending(name);
    Some(
        by_mail(&text, &ending)
            .or_else(|| by_markup(&text, &ending))
            .or_else(|| by_first_line(&text))
            .or_else(|| by_ending(&ending))
            .or_else(|| by_table(&text, &ending))
            .unwrap_or(kind!("text/plain")),
    )
}

/// Whether a text in a guessed encoding consists of characters that texts have, damaged places apart.
fn is_plausible(text: &str) -> bool {
    let damaged = text.matches('\u{fffd}').count();
    damaged * 8 <= text.chars().count()
        && charset::plausible_share(&text.replace('\u{fffd}', "")) >= 0.9
}

/// Whether the bytes can be text: hardly any control characters other than white space and escapes. NUL bytes may pad
/// a text that is otherwise clean, and what controls a terminal or printer may occur in it.
fn is_text(head: &[u8], scheme: Scheme) -> bool {
    let wide =
        matches!(scheme, Scheme::Utf32Le | Scheme::Utf32Be | Scheme::Ebcdic | Scheme::Iso2022Kr)
            || scheme == Scheme::Web(encoding_rs::UTF_16LE)
            || scheme == Scheme::Web(encoding_rs::UTF_16BE);
    if wide {
        return true;
    }
    let count = |wanted: fn(&u8) -> bool| head.iter().filter(|b| wanted(b)).count();
    let nul = count(|b| *b == 0);
    let terminal = count(|b| matches!(b, 7 | 8 | 0x1A));
    let controls = count(|b| matches!(b, 1..=6 | 0x0B | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F));
    let rest = head.len() - nul;
    let padded = nul * 50 <= head.len()
        || (controls * 200 <= rest
            && nul * 4 <= head.len() * 3
            && count(|b| matches!(b, b'\n' | b' ')) > 0);
    padded && controls * 50 <= rest && terminal * 8 <= rest
}

/// Mail: a message by its header fields, a mailbox by its separator line before them.
fn by_mail(text: &str, ending: &str) -> Option<Kind> {
    let only_returns = text.contains('\r') && !text.contains('\n');
    let text =
        &*if only_returns { Cow::Owned(text.replace('\r', "\n")) } else { Cow::Borrowed(text) };
    let text = text.trim_start_matches(['\u{feff}', '\r', '\n']);
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let separator = first.starts_with("From ");
    if separator
        && (mbox::is_separator(first.as_bytes())
            || header_fields(rest.strip_prefix('>').unwrap_or(rest)).0 > 0)
    {
        return Some(kind!("application/mbox"));
    }
    if ending == "emlx"
        && first.trim_end().bytes().all(|b| b.is_ascii_digit())
        && header_fields(rest).0 > 0
    {
        return Some(kind!("message/x-emlx"));
    }
    let (known, telling) = header_fields(text);
    if matches!(ending, "mht" | "mhtml") && known > 0 {
        return Some(kind!("multipart/related"));
    }
    let enough = (known >= 2 && telling > 0) || (ending == "eml" && known > 0);
    enough.then_some(kind!("message/rfc822"))
}

/// The number of mail fields at the start of `text`, and how many of these are rare elsewhere.
fn header_fields(text: &str) -> (usize, usize) {
    const KNOWN: [&str; 12] = [
        "to",
        "cc",
        "bcc",
        "date",
        "subject",
        "reply-to",
        "sender",
        "content-type",
        "from",
        "content-transfer-encoding",
        "x-mailer",
        "importance",
    ];
    const TELLING: [&str; 10] = [
        "from",
        "received",
        "message-id",
        "mime-version",
        "return-path",
        "delivered-to",
        "x-mozilla-status",
        "x-gm-thrid",
        "dkim-signature",
        "x-originating-ip",
    ];
    let (mut known, mut telling) = (0, 0);
    for line in text.lines().take(200) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((field, _)) =
            line.split_once(':').filter(|(f, _)| f.bytes().all(|b| b.is_ascii_graphic()))
        else {
            break;
        };
        let field = field.to_ascii_lowercase();
        let tells = TELLING.contains(&field.as_str());
        telling += usize::from(tells);
        known += usize::from(tells || KNOWN.contains(&field.as_str()));
    }
    (known, telling)
}

/// HTML and XML, by the first tag.
fn by_markup(text: &str, ending: &str) -> Option<Kind> {
    let start = skip_comments(text);
    let beginning = start[..start.floor_char_boundary(4096)].to_ascii_lowercase();
    let begins = |tag: &str| {
        beginning.strip_prefix(tag).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/')
        })
    };
    let html_name = matches!(
        ending,
        "html" | "htm" | "xhtml" | "xht" | "shtml" | "hta" | "asp" | "aspx" | "php" | "jsp"
    );
    // an OpenDocument file that is one XML file states its type at its root
    if beginning.contains("<office:document") {
        let stated = beginning
            .split_once("office:mimetype=")
            .and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next());
        if let Some(kind) = stated.and_then(super::packages::by_mimetype) {
            return Some(kind);
        }
    }
    // Office 2003 wrote documents and workbooks as one XML file
    if beginning.contains("schemas.microsoft.com/office/word/2003/wordml")
        && beginning.contains("worddocument")
    {
        return Some(kind!("application/vnd.ms-wordml"));
    }
    if beginning.contains("urn:schemas-microsoft-com:office:spreadsheet")
        && beginning.contains("<workbook")
        || beginning.contains("<ss:workbook")
    {
        return Some(kind!("application/vnd.ms-spreadsheetml"));
    }
    if beginning.starts_with("<?xml") {
        let root = root_name(start);
        return Some(match root.as_deref() {
            Some("emails") if start.contains("OPFMessage") => {
                kind!("application/x-olm-message+xml")
            }
            Some("html") => kind!("application/xhtml+xml"),
            Some("svg") => kind!("image/svg+xml"),
            Some("FictionBook") => kind!("application/x-fictionbook+xml"),
            Some("rss") => kind!("application/rss+xml"),
            Some("feed") => kind!("application/atom+xml"),
            Some("kml") => kind!("application/vnd.google-earth.kml+xml"),
            _ => kind!("application/xml"),
        });
    }
    const TAGS: [&str; 24] = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<title",
        "<meta",
        "<script",
        "<style",
        "<table",
        "<div",
        "<p",
        "<h1",
        "<h2",
        "<br",
        "<a",
        "<b",
        "<font",
        "<center",
        "<iframe",
        "<ul",
        "<ol",
        "<span",
        "<img",
        "<link",
    ];
    let markdown_name = by_ending(ending).is_some_and(|kind| kind.media_type == "text/markdown");
    if TAGS.iter().take(if markdown_name { 2 } else { TAGS.len() }).any(|tag| begins(tag)) {
        return Some(kind!("text/html"));
    }
    if begins("<svg") {
        return Some(kind!("image/svg+xml"));
    }
    if html_name && beginning.contains('<') {
        return Some(kind!("text/html"));
    }
    let xml_name =
        matches!(ending, "xml" | "xsd" | "xsl" | "xslt" | "rdf" | "plist" | "gpx" | "kml");
    (xml_name && beginning.starts_with('<')).then_some(kind!("application/xml"))
}

/// The text after white space and comments.
fn skip_comments(text: &str) -> &str {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    while let Some(comment) = rest.strip_prefix("<!--") {
        match comment.find("-->") {
            Some(end) => rest = comment[end + 3..].trim_start(),
            None => break,
        }
    }
    rest
}

/// The local name of an XML text's root element.
fn root_name(text: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')?..];
        if rest.starts_with("<?") {
            rest = &rest[rest.find("?>")? + 2..];
        } else if rest.starts_with("<!--") {
            rest = &rest[rest.find("-->")? + 3..];
        } else if rest.starts_with("<!") {
            rest = &rest[rest.find('>')? + 1..];
        } else {
            let name: String = rest[1..]
                .chars()
                .take_while(|c| !c.is_whitespace() && !matches!(c, '>' | '/'))
                .collect();
            return name.rsplit(':').next().map(str::to_owned);
        }
    }
}

/// Formats identified by their first line.
fn by_first_line(text: &str) -> Option<Kind> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let beginning = start[..start.floor_char_boundary(64)].to_ascii_uppercase();
    if beginning.starts_with("BEGIN:VCALENDAR") {
        return Some(kind!("text/calendar"));
    }
    if beginning.starts_with("BEGIN:VCARD") {
        return Some(kind!("text/vcard"));
    }
    if beginning.starts_with("WEBVTT") {
        return Some(kind!("text/vtt"));
    }
    if beginning.starts_with("HTTP/1.") || beginning.starts_with("HTTP/2 ") {
        return Some(kind!("message/http"));
    }
    let json = start.starts_with("{\"")
        || start.starts_with("[{")
        || start.starts_with("{\n")
        || start.starts_with("{\r\n");
    (json && start.contains("\":")).then_some(kind!("application/json"))
}

/// Text formats that only the file name distinguishes from plain text.
fn by_ending(ending: &str) -> Option<Kind> {
    Some(match ending {
        "csv" => kind!("text/csv"),
        "tsv" | "tab" => kind!("text/tab-separated-values"),
        "psv" => kind!("text/csv"),
        "md" | "markdown" | "mdown" | "mkd" => kind!("text/markdown"),
        "json" | "geojson" | "jsonl" | "ndjson" => kind!("application/json"),
        "css" => kind!("text/css"),
        "js" | "mjs" => kind!("text/javascript"),
        "sql" => kind!("application/sql"),
        "yaml" | "yml" => kind!("application/yaml"),
        "toml" => kind!("application/toml"),
        "srt" => kind!("application/x-subrip"),
        "log" | "ini" | "conf" | "cfg" | "properties" | "py" | "sh" | "bat" | "ps1" | "c" | "h"
        | "java" | "rs" | "tex" => kind!("text/plain"),
        _ => return None,
    })
}

/// A table not identified by its name: at least five rows with the same number of fields, three or more.
fn by_table(text: &str, ending: &str) -> Option<Kind> {
    if !matches!(ending, "" | "txt" | "dat" | "asc" | "xls") {
        return None;
    }
    Some(match table::certain_delimiter(text)? {
        b'\t' => kind!("text/tab-separated-values"),
        _ => kind!("text/csv"),
    })
}
