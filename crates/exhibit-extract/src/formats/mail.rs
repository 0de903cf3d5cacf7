//! Internet messages (RFC 5322 and MIME): one page of headers and body, attachments and inner messages as members.
//!
//! The plain text of a body is preferred to its HTML alternative; where the two differ the HTML is also kept as a
//! member. Nothing is fetched. Sealed parts (S/MIME, PGP) stay sealed, with a note.

mod body;
mod date;
mod flowed;
mod header;
mod mime;
mod parameters;

pub(crate) use body::words;
pub(crate) use header::{Decoding, decode_labelled};

use crate::out::{Input, Out, Stop};
use body::Body;
use exhibit_model::{
    Mark, MarkKind, Member, MetadataKey, NoteCode, Page, PageKind, Reason, Relation, Request,
    Verdict,
};
use header::Header;
use mime::Part;
use std::io::{Cursor, Read, SeekFrom};

/// Minimum bytes of text on a page that is not the last.
const LEAST: usize = 32 << 10;

/// The fields shown on the page, as a mail program shows them.
const SHOWN: [&str; 12] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "bcc",
    "date",
    "subject",
    "resent-from",
    "resent-to",
    "resent-date",
    "newsgroups",
];

/// Reads a message.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let size = input.seek(SeekFrom::End(0)).unwrap_or(0);
    let most = request.limits.whole_file_bytes;
    if size > most {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    }
    let mut bytes = Vec::new();
    if let Err(error) = input.rewind().and_then(|()| input.take(most).read_to_end(&mut bytes)) {
        return Ok(Verdict::Failed(Reason::cannot_read(&error)));
    }
    out.container_size(size);
    // some programs of old end lines with CR alone
    let only_returns = bytes.contains(&b'\r') && !bytes.contains(&b'\n');
    if only_returns {
        bytes.iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
        out.metadata("text:line-ends", "cr")?;
    }
    let (message, rest) = apple_mail(&bytes);
    let part = Part::parse(message);
    emit_metadata(&part.header, out)?;
    let mut body = Body::default();
    body.take(&part);
    emit_pages(&part.header, &body, out)?;
    body.emit_notes(out)?;
    for file in body.members() {
        out.member(Member {
            name: file.name.clone().into_bytes(),
            relation: file.relation,
            ..Member::default()
        })?;
        out.member_from(&mut Cursor::new(file.bytes()))?;
    }
    if !rest.is_empty() {
        out.member(Member {
            name: b"flags.plist".to_vec(),
            relation: Relation::Embedded,
            ..Member::default()
        })?;
        out.member_from(&mut Cursor::new(rest))?;
    }
    Ok(Verdict::Read)
}

/// The fields of a header that is stored apart from its message, decoded.
pub(crate) fn header_fields(bytes: &[u8]) -> Vec<(String, String)> {
    let header = Header::parse(bytes).0;
    header.fields().iter().map(|field| (field.name.clone(), field.value.clone())).collect()
}

/// Apple Mail writes the length of the message before it, and its own metadata after it.
fn apple_mail(bytes: &[u8]) -> (&[u8], &[u8]) {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let digits = line.trim_ascii();
    let length = std::str::from_utf8(digits)
        .ok()
        .filter(|d| !d.is_empty() && d.len() < 12)
        .and_then(|d| d.parse().ok());
    let Some(length) = length.filter(|_| digits.iter().all(u8::is_ascii_digit)) else {
        return (bytes, &[]);
    };
    let rest = bytes.get(line.len() + 1..).unwrap_or_default();
    rest.split_at_checked(length).unwrap_or((rest, &[]))
}

fn emit_metadata(header: &Header, out: &mut Out<'_>) -> Result<(), Stop> {
    const KEPT: [(&str, &str, usize); 14] = [
        ("subject", "mail:subject", 1),
        ("from", "mail:from", 10),
        ("sender", "mail:sender", 1),
        ("reply-to", "mail:reply-to", 1),
        ("to", "mail:to", 100),
        ("cc", "mail:cc", 100),
        ("bcc", "mail:bcc", 100),
        ("message-id", "mail:message-id", 1),
        ("in-reply-to", "mail:in-reply-to", 1),
        ("references", "mail:references", 1),
        ("x-mailer", "mail:mailer", 1),
        ("user-agent", "mail:mailer", 1),
        ("x-originating-ip", "mail:originating-ip", 1),
        ("received", "mail:received", 50),
    ];
    for (name, key, most) in KEPT {
        let fields = header.fields().iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        for field in fields.take(most) {
            out.metadata(key, &field.value)?;
        }
    }
    let Some(written) = header.get("date") else { return Ok(()) };
    match date::parse(written) {
        Some(date) => {
            out.metadata(MetadataKey::MAIL_DATE, &date.rfc3339)?;
            match date.unknown_zone {
                Some(zone) => {
                    out.metadata("mail:date-as-written", written)?;
                    out.note(0, NoteCode::TimeZoneUnknown { zone })
                }
                None => Ok(()),
            }
        }
        None => {
            out.metadata("mail:date-as-written", written)?;
            out.note(0, NoteCode::DateUnreadable)
        }
    }
}

/// A date in RFC 3339, with its zone where the message states one that is understood.
pub(crate) fn date_of(date: &str) -> Option<String> {
    date::parse(date).map(|date| date.rfc3339)
}

/// Emits the header fields that a mail program shows and the body as pages.
fn emit_pages(header: &Header, body: &Body<'_, '_>, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut text = String::new();
    for field in header
        .fields()
        .iter()
        .filter(|f| SHOWN.iter().any(|name| f.name.eq_ignore_ascii_case(name)))
    {
        text.push_str(&format!("{}: {}\n", field.name, field.value));
    }
    let mut marks = Vec::new();
    if let Some(end) = u32::try_from(text.len()).ok().filter(|end| *end > 0) {
        marks.push(Mark { start: 0, end, kind: MarkKind::Header });
        text.push('\n');
    }
    let shift = u32::try_from(text.len()).unwrap_or(0);
    text.push_str(body.text());
    marks.extend(body.marks().iter().map(|mark| Mark {
        start: mark.start + shift,
        end: mark.end + shift,
        ..*mark
    }));
    let emit = |text: String, marks: Vec<Mark>, out: &mut Out<'_>| {
        out.page(Page { marks, ..Page::of_text(0, PageKind::Message, text) })
    };
    while let Some((page, of_page)) = super::text::cut_page(&mut text, &mut marks, LEAST) {
        emit(page, of_page, out)?;
    }
    if text.is_empty() { Ok(()) } else { emit(text, marks, out) }
}
