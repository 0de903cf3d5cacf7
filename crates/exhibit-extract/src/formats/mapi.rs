//! Items of Outlook: messages, appointments, contacts, tasks, from whatever file they are stored in ([MS-OXCMSG]).
//!
//! One page as of an internet message: the fields that a mail program shows, then the body. The plain text of a body is
//! preferred to its other forms; where those have more words they are kept as members.

mod fields;
pub(crate) mod lzfu;
pub(crate) mod property;
#[cfg(test)]
mod tests;

use super::{html, mail, rtf};
use crate::charset::Scheme;
use crate::out::{Out, Stop};
use exhibit_model::{Mark, MarkKind, Member, MetadataKey, NoteCode, Page, PageKind, Relation};
use property::{Properties, Value, narrow_scheme};
use std::io::Cursor;

/// Minimum bytes of text on a page that is not the last.
const LEAST: usize = 32 << 10;

/// Ids of properties ([MS-OXPROPS]).
pub(crate) mod id {
    pub(crate) const IMPORTANCE: u16 = 0x0017;
    pub(crate) const CLASS: u16 = 0x001a;
    pub(crate) const SENSITIVITY: u16 = 0x0036;
    pub(crate) const SUBJECT: u16 = 0x0037;
    pub(crate) const SUBMITTED: u16 = 0x0039;
    pub(crate) const REPRESENTING_NAME: u16 = 0x0042;
    pub(crate) const REPRESENTING_ADDRESS: u16 = 0x0065;
    pub(crate) const TOPIC: u16 = 0x0070;
    pub(crate) const HEADERS: u16 = 0x007d;
    pub(crate) const RECIPIENT_TYPE: u16 = 0x0c15;
    pub(crate) const SENDER_NAME: u16 = 0x0c1a;
    pub(crate) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(crate) const DISPLAY_BCC: u16 = 0x0e02;
    pub(crate) const DISPLAY_CC: u16 = 0x0e03;
    pub(crate) const DISPLAY_TO: u16 = 0x0e04;
    pub(crate) const DELIVERED: u16 = 0x0e06;
    pub(crate) const FLAGS: u16 = 0x0e07;
    pub(crate) const BODY: u16 = 0x1000;
    pub(crate) const REPORT: u16 = 0x1001;
    pub(crate) const RTF: u16 = 0x1009;
    pub(crate) const HTML: u16 = 0x1013;
    pub(crate) const MESSAGE_ID: u16 = 0x1035;
    pub(crate) const REFERENCES: u16 = 0x1039;
    pub(crate) const IN_REPLY_TO: u16 = 0x1042;
    pub(crate) const DISPLAY_NAME: u16 = 0x3001;
    pub(crate) const ADDRESS: u16 = 0x3003;
    pub(crate) const CREATED: u16 = 0x3007;
    pub(crate) const MODIFIED: u16 = 0x3008;
    pub(crate) const ATTACH_DATA: u16 = 0x3701;
    pub(crate) const ATTACH_ENDING: u16 = 0x3703;
    pub(crate) const ATTACH_SHORT_NAME: u16 = 0x3704;
    pub(crate) const ATTACH_METHOD: u16 = 0x3705;
    pub(crate) const ATTACH_NAME: u16 = 0x3707;
    pub(crate) const ATTACH_PATH: u16 = 0x3708;
    pub(crate) const ATTACH_LONG_PATH: u16 = 0x370d;
    pub(crate) const ATTACH_TYPE: u16 = 0x370e;
    pub(crate) const ATTACH_CONTENT_ID: u16 = 0x3712;
    pub(crate) const ATTACH_FLAGS: u16 = 0x3714;
    pub(crate) const SMTP_ADDRESS: u16 = 0x39fe;
    pub(crate) const INTERNET_CODE_PAGE: u16 = 0x3fde;
    pub(crate) const MESSAGE_CODE_PAGE: u16 = 0x3ffd;
    pub(crate) const SENDER_SMTP: u16 = 0x5d01;
    pub(crate) const REPRESENTING_SMTP: u16 = 0x5d02;
    pub(crate) const ATTACH_HIDDEN: u16 = 0x7ffe;
}

/// An item, without its attachments.
#[derive(Default)]
pub(crate) struct Item {
    /// Its own properties.
    pub(crate) properties: Properties,
    /// Those of each recipient.
    pub(crate) recipients: Vec<Properties>,
    /// A code page that the file states outside of the properties.
    pub(crate) code_page: Option<i64>,
}

/// A file within an item: its name, its relation to the item.
pub(crate) struct Attached {
    /// Its name; made up if it has none.
    pub(crate) name: String,
    /// How the item contains it.
    pub(crate) relation: Relation,
}

impl Item {
    /// Emits properties, pages, notes, and other forms of the body as members. Returns the encoding of narrow texts.
    ///
    /// # Errors
    /// [`Stop`] if the consumer disconnected or a limit is reached.
    pub(crate) fn emit(&self, out: &mut Out<'_>) -> Result<Scheme, Stop> {
        let mut sample = Vec::new();
        self.properties.sample(&mut sample);
        self.recipients.iter().for_each(|recipient| recipient.sample(&mut sample));
        let pages = [
            self.properties.number(id::MESSAGE_CODE_PAGE),
            self.code_page,
            self.properties.number(id::INTERNET_CODE_PAGE),
        ];
        let (narrow, guessed) = narrow_scheme(&pages, &sample);
        if guessed {
            out.note(0, NoteCode::CharsetGuessed { charset: narrow.name(), texts: 1 })?;
        }
        let header = Header::of(self, narrow);
        header.emit(out)?;
        let labelled = fields::labelled(&self.properties, narrow);
        for (label, text) in &labelled {
            out.metadata(fields::key(label), text)?;
        }
        let body = Body::of(self, narrow);
        emit_pages(&header, &labelled, &body, out)?;
        body.emit_rest(out)?;
        Ok(narrow)
    }
}

/// The fields that a mail program shows, and those by which messages are linked.
#[derive(Default)]
struct Header {
    /// Their names on the page, the keys of their properties, and their values.
    fields: Vec<(&'static str, MetadataKey, String)>,
    /// Properties that are not shown.
    others: Vec<(MetadataKey, String)>,
    unreadable_date: bool,
}

impl Header {
    fn of(item: &Item, narrow: Scheme) -> Self {
        let properties = &item.properties;
        let text = |id: u16| properties.text(id, narrow);
        let internet = text(id::HEADERS)
            .map(|headers| mail::header_fields(headers.as_bytes()))
            .unwrap_or_default();
        let internet = |name: &str| {
            let found = internet.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone()).filter(|value| !value.trim().is_empty())
        };
        let mut header = Self::default();
        let mut show = |name: &'static str, key: MetadataKey, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
                header.fields.push((name, key, value));
            }
        };
        let representing =
            address(properties, narrow, id::REPRESENTING_SMTP, id::REPRESENTING_ADDRESS);
        let sender = address(properties, narrow, id::SENDER_SMTP, id::SENDER_ADDRESS);
        // old programs store the address with the sender only
        let same = representing.is_none() && text(id::REPRESENTING_NAME) == text(id::SENDER_NAME);
        let representing = if same { sender.clone() } else { representing };
        let from = found_person(text(id::REPRESENTING_NAME), representing.clone());
        let by = found_person(text(id::SENDER_NAME), sender.clone());
        let from = better(from, internet("From"));
        show("From", MetadataKey::MAIL_FROM, from.clone().or_else(|| by.clone()));
        if by.is_some() && from.is_some() && sender != representing {
            show("Sender", MetadataKey::from("mail:sender".to_owned()), by);
        }
        show("Reply-To", MetadataKey::from("mail:reply-to".to_owned()), internet("Reply-To"));
        for (name, key, kind, display) in [
            ("To", MetadataKey::MAIL_TO, 1, id::DISPLAY_TO),
            ("Cc", MetadataKey::MAIL_CC, 2, id::DISPLAY_CC),
            ("Bcc", MetadataKey::MAIL_BCC, 3, id::DISPLAY_BCC),
        ] {
            let of_kind = item.recipients.iter().filter(|recipient| {
                let stated = recipient.number(id::RECIPIENT_TYPE).unwrap_or(1) & 0xf;
                stated == kind || (kind == 1 && !(1..=3).contains(&stated))
            });
            let people: Vec<String> = of_kind
                .filter_map(|recipient| {
                    let address = address(recipient, narrow, id::SMTP_ADDRESS, id::ADDRESS);
                    found_person(recipient.text(id::DISPLAY_NAME, narrow), address)
                })
                .collect();
            let listed = (!people.is_empty()).then(|| people.join(", "));
            show(name, key, listed.or_else(|| internet(name)).or_else(|| text(display)));
        }
        let times = [id::SUBMITTED, id::DELIVERED].into_iter().find_map(|id| properties.time(id));
        let written = internet("Date");
        let stated = written.as_deref().and_then(mail::date_of);
        let unreadable = written.is_some() && stated.is_none();
        let date = stated.or_else(|| times.map(exhibit_model::Moment::to_rfc3339));
        show("Date", MetadataKey::MAIL_DATE, date);
        let subject = text(id::SUBJECT).map(|subject| without_prefix_mark(&subject));
        show("Subject", MetadataKey::MAIL_SUBJECT, subject.or_else(|| internet("Subject")));
        header.unreadable_date = unreadable;
        header.add_others(properties, narrow, &internet);
        if let Some(written) = written.filter(|_| unreadable) {
            header.others.push((MetadataKey::from("mail:date-as-written".to_owned()), written));
        }
        header
    }

    fn add_others(
        &mut self,
        properties: &Properties,
        narrow: Scheme,
        internet: &dyn Fn(&str) -> Option<String>,
    ) {
        let text = |id: u16| properties.text(id, narrow);
        let time = |id: u16| properties.time(id).map(exhibit_model::Moment::to_rfc3339);
        let word = |id: u16, words: &[(i64, &str)]| {
            let number = properties.number(id)?;
            words.iter().find(|(value, _)| *value == number).map(|(_, word)| (*word).to_owned())
        };
        let draft = properties.number(id::FLAGS).is_some_and(|flags| flags & 8 != 0);
        let others: [(&str, Option<String>); 14] = [
            ("mail:message-id", text(id::MESSAGE_ID).or_else(|| internet("Message-ID"))),
            ("mail:in-reply-to", text(id::IN_REPLY_TO).or_else(|| internet("In-Reply-To"))),
            ("mail:references", text(id::REFERENCES).or_else(|| internet("References"))),
            ("mail:mailer", internet("X-Mailer").or_else(|| internet("User-Agent"))),
            ("mail:originating-ip", internet("X-Originating-IP")),
            ("mail:received", internet("Received")),
            ("mail:delivered", time(id::DELIVERED)),
            ("mail:importance", word(id::IMPORTANCE, &[(0, "low"), (2, "high")])),
            (
                "mail:sensitivity",
                word(id::SENSITIVITY, &[(1, "personal"), (2, "private"), (3, "confidential")]),
            ),
            ("mapi:class", text(id::CLASS)),
            ("mapi:topic", text(id::TOPIC)),
            ("mapi:draft", draft.then(|| "true".to_owned())),
            ("dcterms:created", time(id::CREATED)),
            ("dcterms:modified", time(id::MODIFIED)),
        ];
        let stated = others
            .into_iter()
            .filter_map(|(key, value)| Some((MetadataKey::from(key.to_owned()), value?)));
        self.others.extend(stated);
    }

    fn emit(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        for (_, key, value) in &self.fields {
            out.metadata(key.clone(), value)?;
        }
        for (key, value) in &self.others {
            out.metadata(key.clone(), value)?;
        }
        if self.unreadable_date { out.note(0, NoteCode::DateUnreadable) } else { Ok(()) }
    }
}

/// The internet address if there is one, else whatever address is stored.
fn address(properties: &Properties, narrow: Scheme, smtp: u16, stored: u16) -> Option<String> {
    properties.text(smtp, narrow).or_else(|| properties.text(stored, narrow))
}

/// The sender as the internet header states it, where the item has only an address within an organisation.
fn better(stored: Option<String>, internet: Option<String>) -> Option<String> {
    match (stored, internet) {
        (Some(stored), Some(internet)) if !stored.contains('@') && internet.contains('@') => {
            Some(internet)
        }
        (stored, internet) => stored.or(internet),
    }
}

fn found_person(name: Option<String>, address: Option<String>) -> Option<String> {
    let person = person(name.as_deref(), address.as_deref());
    (!person.is_empty()).then_some(person)
}

/// A person as in a header field: `Name <address>`.
fn person(name: Option<&str>, address: Option<&str>) -> String {
    let clean = |text: &str| {
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\0' | '\'')).to_owned()
    };
    let (name, address) =
        (name.map(clean).unwrap_or_default(), address.map(clean).unwrap_or_default());
    match (name.is_empty(), address.is_empty()) {
        (false, false) if name.eq_ignore_ascii_case(&address) => address,
        (false, false) if name.contains([',', ';', '<']) && !name.starts_with('"') => {
            format!("\"{}\" <{address}>", name.replace('"', "'"))
        }
        (false, false) => format!("{name} <{address}>"),
        (true, _) => address,
        (_, true) => name,
    }
}

/// A subject without the two characters that state where its prefix ends ([MS-PST] 2.5.3.1.1.1).
pub(crate) fn without_prefix_mark(subject: &str) -> String {
    let mut characters = subject.chars();
    match characters.next() {
        Some('\u{1}') => {
            characters.next();
            characters.as_str().to_owned()
        }
        _ => subject.to_owned(),
    }
}

/// The forms of a body.
#[derive(Default)]
struct Body {
    text: String,
    marks: Vec<Mark>,
    notes: Vec<NoteCode>,
    /// Forms that have more words than the one shown, by name.
    others: Vec<(&'static str, Vec<u8>)>,
    html: Option<html::Findings>,
    rtf: Option<rtf::Found>,
}

impl Body {
    fn of(item: &Item, narrow: Scheme) -> Self {
        let mut body = Self::default();
        // reports of delivery have a text of their own
        let plain =
            [id::BODY, id::REPORT].into_iter().find_map(|id| item.properties.text(id, narrow));
        let rtf = item.properties.bytes(id::RTF).and_then(lzfu::decompress);
        let mut read_rtf = rtf.as_ref().map(|(rtf, whole)| {
            if !whole {
                body.notes.push(NoteCode::TextMissing);
            }
            rtf::parse(rtf)
        });
        let unpacked = read_rtf.as_mut().and_then(|found| found.html.take());
        let wrapped = unpacked.is_some();
        let html = body
            .html_text(item, narrow)
            .or_else(|| unpacked.map(|html| (html.clone().into_bytes(), html)));
        let has_html = html.is_some();
        body.text =
            plain.map(|text| text.replace("\r\n", "\n").replace('\r', "\n")).unwrap_or_default();
        let words = (!body.text.trim().is_empty()).then(|| mail::words(&body.text));
        if let Some((bytes, text)) = html {
            let mut found = html::text_of(&text);
            match &words {
                Some(words) if has_more(words, &found.text) => {
                    body.notes.push(NoteCode::HtmlFormDiffers { parts: 1 });
                    body.others.push(("body.html", bytes));
                }
                Some(_) => {}
                None => {
                    (body.text, body.marks) =
                        (std::mem::take(&mut found.text), std::mem::take(&mut found.marks));
                }
            }
            body.html = Some(found);
        }
        if let (Some(found), Some((bytes, _)), false, false) = (read_rtf, rtf, wrapped, has_html) {
            let page = found.text().into_page(PageKind::Message, String::new());
            match &words {
                Some(words) if has_more(words, &page.text) => {
                    body.notes.push(NoteCode::RtfFormDiffers);
                    body.others.push(("body.rtf", bytes));
                }
                Some(_) => {}
                None => {
                    (body.text, body.marks) = (page.text, page.marks);
                    body.rtf = Some(found);
                }
            }
        }
        body
    }

    /// The HTML form, as stored and as text.
    fn html_text(&mut self, item: &Item, narrow: Scheme) -> Option<(Vec<u8>, String)> {
        match item.properties.get(id::HTML)? {
            Value::Binary(bytes) if !bytes.is_empty() => {
                let page = item
                    .properties
                    .number(id::INTERNET_CODE_PAGE)
                    .and_then(|page| u32::try_from(page).ok());
                let stated =
                    page.and_then(Scheme::for_code_page).or_else(|| html::stated_encoding(bytes));
                let label = stated.map(Scheme::name);
                let mail::Decoding { text, scheme, as_stated, .. } =
                    mail::decode_labelled(label.as_deref(), bytes);
                match label {
                    _ if as_stated => {}
                    Some(stated) => {
                        let charset = scheme.name();
                        self.notes.push(NoteCode::CharsetMismatch { stated, charset, texts: 1 });
                    }
                    None => self
                        .notes
                        .push(NoteCode::CharsetGuessed { charset: scheme.name(), texts: 1 }),
                }
                Some((bytes.clone(), text))
            }
            value => Some(value.text(narrow))
                .filter(|text| !text.trim().is_empty())
                .map(|t| (t.clone().into(), t)),
        }
    }

    fn emit_rest(self, out: &mut Out<'_>) -> Result<(), Stop> {
        for note in self.notes {
            out.note(0, note)?;
        }
        for (name, bytes) in self.others {
            out.member(Member {
                name: name.into(),
                relation: Relation::Embedded,
                ..Member::default()
            })?;
            out.member_from(&mut Cursor::new(bytes))?;
        }
        if let Some(found) = self.html {
            if !found.remote.is_empty() {
                out.note(0, found.remote_content())?;
            }
            found.embedded.into_iter().try_for_each(|embedded| embedded.emit(out))?;
        }
        match self.rtf {
            Some(found) => {
                found.emit_notes(out)?;
                found.emit_objects(out)
            }
            None => Ok(()),
        }
    }
}

fn has_more(words: &std::collections::BTreeMap<String, u32>, text: &str) -> bool {
    mail::words(text).iter().any(|(word, n)| *n > words.get(word).copied().unwrap_or(0))
}

fn emit_pages(
    header: &Header,
    labelled: &[(String, String)],
    body: &Body,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let mut text = String::new();
    for (name, _, value) in &header.fields {
        text.push_str(&format!("{name}: {value}\n"));
    }
    for (label, value) in labelled.iter().filter(|(label, _)| label != fields::NOT_SHOWN) {
        text.push_str(&format!("{label}: {value}\n"));
    }
    let mut marks = Vec::new();
    if let Some(end) = u32::try_from(text.len()).ok().filter(|end| *end > 0) {
        marks.push(Mark { start: 0, end, kind: MarkKind::Header });
        text.push('\n');
    }
    let shift = u32::try_from(text.len()).unwrap_or(0);
    text.push_str(&body.text);
    marks.extend(body.marks.iter().map(|mark| Mark {
        start: mark.start + shift,
        end: mark.end + shift,
        ..*mark
    }));
    while let Some((page, of_page)) = super::text::cut_page(&mut text, &mut marks, LEAST) {
        out.page(Page { marks: of_page, ..Page::of_text(0, PageKind::Message, page) })?;
    }
    if text.is_empty() {
        Ok(())
    } else {
        out.page(Page { marks, ..Page::of_text(0, PageKind::Message, text) })
    }
}

/// What an attachment's properties state of it. `number` is for names, `message` whether it is a message.
pub(crate) fn attached(
    properties: &Properties,
    narrow: Scheme,
    number: usize,
    message: Option<&str>,
) -> Attached {
    let text = |id: u16| properties.text(id, narrow);
    let path = || {
        let path = text(id::ATTACH_LONG_PATH).or_else(|| text(id::ATTACH_PATH))?;
        path.rsplit(['/', '\\']).next().map(str::to_owned)
    };
    let stated = text(id::ATTACH_NAME)
        .or_else(|| text(id::ATTACH_SHORT_NAME))
        .or_else(|| text(id::DISPLAY_NAME).filter(|name| message.is_some() || name.contains('.')))
        .or_else(path);
    let name = match (stated, message) {
        (Some(name), Some(ending)) => format!("{}.{ending}", short(&name)),
        (Some(name), None) => name,
        (None, Some(ending)) => format!("message-{number}.{ending}"),
        (None, None) => {
            let ending = text(id::ATTACH_ENDING).or_else(|| {
                let media_type = text(id::ATTACH_TYPE)?;
                let last = media_type.rsplit('/').next()?.to_owned();
                (last.len() <= 5 && last.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(last)
            });
            format!(
                "attachment-{number}.{}",
                ending.as_deref().unwrap_or("bin").trim_start_matches('.')
            )
        }
    };
    let shown_in_body = properties.number(id::ATTACH_HIDDEN).unwrap_or(0) != 0
        || properties.number(id::ATTACH_FLAGS).unwrap_or(0) & 4 != 0;
    let relation = match message {
        Some(_) => Relation::Message,
        None if shown_in_body && text(id::ATTACH_CONTENT_ID).is_some() => Relation::Embedded,
        None => Relation::Attachment,
    };
    Attached { name, relation }
}

/// A subject as part of a file name.
pub(crate) fn short(name: &str) -> String {
    let safe = |c: char| if matches!(c, '/' | '\\') || c.is_control() { '_' } else { c };
    name.trim().chars().map(safe).take(80).collect()
}
