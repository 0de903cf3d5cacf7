//! The content of a message: its parts sorted into text to read and files to emit.

use super::flowed;
use super::header::{Header, decode_labelled};
use super::mime::{Part, Uuencoded, Yenc};
use crate::formats::html;
use crate::out::{Out, Stop};
use crate::transfer;
use exhibit_model::{Mark, MarkKind, NoteCode, Relation, Severity};
use std::collections::BTreeMap;

/// The text and the files of a message.
#[derive(Default)]
pub(super) struct Body<'p, 'a> {
    text: String,
    marks: Vec<Mark>,
    members: Vec<File<'p, 'a>>,
    observed: BTreeMap<Observed, u64>,
}

/// Observations on parts, with their counts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Observed {
    AttachmentEncodingDamaged,
    CharsetGuessed { charset: String },
    CharsetMismatch { stated: String, charset: String },
    HtmlFormDiffers,
    NameIncomplete,
    PartsRecovered,
    Pgp,
    Remote(NoteCode),
    Signed,
    Smime,
    TextEncodingDamaged,
    TextOutsideParts,
    Undecodable { charset: String, places: u64 },
}

impl Observed {
    fn note(self, count: u64) -> NoteCode {
        match self {
            Self::AttachmentEncodingDamaged => NoteCode::AttachmentEncodingDamaged { count },
            Self::CharsetGuessed { charset } => NoteCode::CharsetGuessed { charset, texts: count },
            Self::CharsetMismatch { stated, charset } => {
                NoteCode::CharsetMismatch { stated, charset, texts: count }
            }
            Self::HtmlFormDiffers => NoteCode::HtmlFormDiffers { parts: count },
            Self::NameIncomplete => NoteCode::AttachmentNameIncomplete { count },
            Self::PartsRecovered => NoteCode::MessagePartsRecovered { count },
            Self::Pgp => NoteCode::PgpEncrypted { parts: count },
            Self::Remote(hosts) => hosts,
            Self::Signed => NoteCode::SignatureUnchecked { signers: count },
            Self::Smime => NoteCode::SmimeEncrypted { parts: count },
            Self::TextEncodingDamaged => NoteCode::TextEncodingDamaged { texts: count },
            Self::TextOutsideParts => NoteCode::TextOutsideParts { count },
            Self::Undecodable { charset, places } => {
                NoteCode::UndecodableBytes { charset, places: places * count }
            }
        }
    }
}

/// A file that a message contains.
pub(super) struct File<'p, 'a> {
    /// Its name, generated if the message has none.
    pub(super) name: String,
    /// How the message contains it.
    pub(super) relation: Relation,
    content: Content<'p, 'a>,
}

enum Content<'p, 'a> {
    Part(&'p Part<'a>),
    Bytes(Vec<u8>),
}

impl File<'_, '_> {
    /// Its bytes, without transfer encoding.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match &self.content {
            Content::Part(part) => part.content().bytes,
            Content::Bytes(bytes) => bytes.clone(),
        }
    }
}

impl<'p, 'a> Body<'p, 'a> {
    /// The text to read.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Its hidden stretches.
    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The files contained in the message.
    pub(super) fn members(&self) -> &[File<'p, 'a>] {
        &self.members
    }

    /// Emits notes for the user.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub(super) fn emit_notes(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        let mut notes: Vec<NoteCode> =
            self.observed.iter().map(|(observed, count)| observed.clone().note(*count)).collect();
        notes.sort_by_key(|code| code.severity() == Severity::Remark);
        notes.into_iter().try_for_each(|code| out.note(0, code))
    }

    /// Adds a part and all parts within it.
    pub(super) fn take(&mut self, part: &'p Part<'a>) {
        if part.recovered {
            self.observe(Observed::PartsRecovered);
        }
        for outside in &part.outside {
            self.take_outside(outside);
        }
        match part.media_type.as_str() {
            "multipart/alternative" if !part.parts.is_empty() => self.take_alternatives(part),
            "multipart/related" if !part.parts.is_empty() => {
                self.take(&part.parts[0]);
                part.parts[1..].iter().for_each(|part| self.carry(part));
            }
            "multipart/encrypted" => {
                self.observe(Observed::Pgp);
                part.parts.iter().for_each(|part| self.carry(part));
            }
            "multipart/signed" if !part.parts.is_empty() => {
                self.observe(Observed::Signed);
                part.parts.iter().for_each(|part| self.take(part));
            }
            _ if !part.parts.is_empty() => part.parts.iter().for_each(|part| self.take(part)),
            _ => self.take_leaf(part),
        }
    }

    fn take_leaf(&mut self, part: &'p Part<'a>) {
        let shown = match part.media_type.as_str() {
            "text/plain"
            | "message/delivery-status"
            | "message/disposition-notification"
            | "text/rfc822-headers" => true,
            "text/html" | "application/xhtml+xml" => true,
            media_type => media_type.starts_with("multipart/"),
        };
        if !shown || part.is_attachment() {
            self.carry(part);
            return;
        }
        if part.media_type.ends_with("html") || part.media_type.ends_with("xhtml+xml") {
            self.take_html(part);
        } else {
            self.take_plain(part);
        }
        if part.file_name().is_some() {
            self.carry(part);
        }
    }

    /// A text in alternative forms: the plain one is read, the HTML one is compared with it.
    fn take_alternatives(&mut self, part: &'p Part<'a>) {
        let readable =
            |part: &Part<'_>, wanted: &str| part.media_type == wanted && !part.is_attachment();
        let plain = part
            .parts
            .iter()
            .find(|part| readable(part, "text/plain") && !part.raw.trim_ascii().is_empty());
        let start = self.text.len();
        for inner in &part.parts {
            if plain.is_some_and(|plain| std::ptr::eq(plain, inner)) {
                self.take_leaf(inner);
            }
        }
        let plain_words = plain.map(|_| words(&self.text[start..]));
        for inner in part
            .parts
            .iter()
            .filter(|inner| !plain.is_some_and(|plain| std::ptr::eq(plain, *inner)))
        {
            match (&plain_words, html_of(inner)) {
                (Some(words), Some(html)) => self.take_twin(words, inner, html),
                _ => self.take(inner),
            }
        }
    }

    /// The HTML form of a text whose plain form was read: kept as a file if it contains more.
    fn take_twin(
        &mut self,
        plain: &BTreeMap<String, u32>,
        holder: &'p Part<'a>,
        html: &'p Part<'a>,
    ) {
        let (text, ..) = text_of(html);
        let found = html::text_of(&text);
        let shown = words(&found.text);
        if shown.iter().any(|(word, n)| *n > plain.get(word).copied().unwrap_or(0)) {
            self.observe(Observed::HtmlFormDiffers);
            self.add(
                html.name().unwrap_or_else(|| "body.html".to_owned()),
                Relation::Embedded,
                Content::Part(html),
            );
        }
        self.note_remote(&found);
        self.add_embedded(found);
        if !std::ptr::eq(holder, html) {
            holder
                .parts
                .iter()
                .filter(|part| !std::ptr::eq(*part, html))
                .for_each(|part| self.carry(part));
        }
    }

    fn take_plain(&mut self, part: &'p Part<'a>) {
        let (mut text, observed) = text_of(part);
        observed.into_iter().for_each(|observed| self.observe(observed));
        if let Some(delete_blank) = part.flowed() {
            text = flowed::join(&text, delete_blank);
        }
        if text.contains("=ybegin ") {
            text = self.take_yenc(part).unwrap_or(text);
        }
        if text.contains("-----BEGIN PGP MESSAGE-----") {
            self.observe(Observed::Pgp);
        }
        if text.contains("-----BEGIN PGP SIGNED MESSAGE-----") {
            self.observe(Observed::Signed);
        }
        let mut rest = &text[..];
        while let Some(found) = Uuencoded::find(rest.as_bytes()) {
            let (start, end) = found.span;
            self.push_text(&rest[..start]);
            let name = String::from_utf8_lossy(found.name).into_owned();
            let bytes = transfer::uuencoded(found.lines).bytes;
            self.add(name, Relation::Attachment, Content::Bytes(bytes));
            rest = &rest[end.min(rest.len())..];
        }
        self.push_text(rest);
    }

    /// Takes the yEnc files out of a text, and returns the rest of it.
    fn take_yenc(&mut self, part: &'p Part<'a>) -> Option<String> {
        let content = part.content().bytes;
        let mut kept = Vec::new();
        let mut rest = &content[..];
        while let Some(found) = Yenc::find(rest) {
            kept.extend_from_slice(&rest[..found.span.0]);
            let name = decode_labelled(part.charset().as_deref(), found.name).text;
            self.add(name, Relation::Attachment, Content::Bytes(transfer::yenc(found.lines)));
            rest = &rest[found.span.1.min(rest.len())..];
        }
        if rest.len() == content.len() {
            return None;
        }
        kept.extend_from_slice(rest);
        Some(decode_labelled(part.charset().as_deref(), &kept).text)
    }

    fn take_html(&mut self, part: &'p Part<'a>) {
        let (text, observed) = text_of(part);
        observed.into_iter().for_each(|observed| self.observe(observed));
        let found = html::text_of(&text);
        self.separate();
        let shift = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.push_str(&found.text);
        let shifted =
            found.marks.iter().map(|m| Mark { start: m.start + shift, end: m.end + shift, ..*m });
        self.marks.extend(shifted);
        self.note_remote(&found);
        self.add_embedded(found);
    }

    /// Text before the first part and after the last, which mail programs do not show.
    fn take_outside(&mut self, bytes: &[u8]) {
        let text = decode_labelled(None, bytes).text;
        let usual = text.trim().is_empty() || (text.len() < 300 && text.contains("MIME"));
        if !usual {
            self.separate();
            let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            self.push_text(&text);
            let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            self.marks.push(Mark { start, end, kind: MarkKind::Hidden });
            self.observe(Observed::TextOutsideParts);
        }
    }

    fn push_text(&mut self, text: &str) {
        self.separate();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.text.push_str(&text);
    }

    /// An empty line between one text and the next.
    fn separate(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str(if self.text.ends_with('\n') { "\n" } else { "\n\n" });
        }
    }

    /// Emits a part as a file.
    fn carry(&mut self, part: &'p Part<'a>) {
        if !part.parts.is_empty() {
            part.parts.iter().for_each(|part| self.carry(part));
            return;
        }
        let sealed =
            part.smime_type() == "enveloped-data" || part.smime_type() == "authenveloped-data";
        if sealed {
            self.observe(Observed::Smime);
        }
        if part.content().strange > 0 {
            self.observe(Observed::AttachmentEncodingDamaged);
        }
        if part.has_incomplete_name() {
            self.observe(Observed::NameIncomplete);
        }
        let message = matches!(part.media_type.as_str(), "message/rfc822" | "message/global");
        let relation = match part.header.get("Content-ID") {
            _ if message => Relation::Message,
            Some(_) if !part.is_attachment() => Relation::Embedded,
            _ => Relation::Attachment,
        };
        let name = part.name().unwrap_or_else(|| self.made_up_name(part, message));
        self.add(name, relation, Content::Part(part));
    }

    fn made_up_name(&self, part: &Part<'_>, message: bool) -> String {
        let number = self.members.len() + 1;
        let subject = message
            .then(|| Header::parse(&part.content().bytes).0.get("subject").map(str::to_owned))
            .flatten();
        if let Some(subject) = subject.filter(|subject| !subject.trim().is_empty()) {
            let short: String = subject
                .chars()
                .map(|c| if matches!(c, '/' | '\\') { '_' } else { c })
                .take(80)
                .collect();
            return format!("{short}.eml");
        }
        let ending = match part.media_type.as_str() {
            _ if message => "eml",
            "text/plain" => "txt",
            "text/html" => "html",
            "text/calendar" => "ics",
            "image/jpeg" => "jpg",
            "application/pgp-encrypted" | "application/octet-stream" => "bin",
            other => other
                .rsplit('/')
                .next()
                .filter(|e| e.len() <= 5 && e.bytes().all(|b| b.is_ascii_alphanumeric()))
                .unwrap_or("bin"),
        };
        format!("part-{number}.{ending}")
    }

    fn add(&mut self, name: String, relation: Relation, content: Content<'p, 'a>) {
        self.members.push(File { name, relation, content });
    }

    fn add_embedded(&mut self, found: html::Findings) {
        for file in found.embedded {
            self.add(file.name, Relation::Embedded, Content::Bytes(file.bytes));
        }
    }

    fn note_remote(&mut self, found: &html::Findings) {
        if !found.remote.is_empty() {
            self.observe(Observed::Remote(found.remote_content()));
        }
    }

    fn observe(&mut self, observed: Observed) {
        *self.observed.entry(observed).or_default() += 1;
    }
}

/// The HTML part that `part` is, or that it contains together with its pictures.
fn html_of<'p, 'a>(part: &'p Part<'a>) -> Option<&'p Part<'a>> {
    let is_html = |part: &Part<'_>| part.media_type == "text/html" && !part.is_attachment();
    if is_html(part) {
        return Some(part);
    }
    let inner = part
        .parts
        .first()
        .filter(|_| matches!(part.media_type.as_str(), "multipart/related" | "multipart/mixed"))?;
    is_html(inner).then_some(inner)
}

/// The text of a part, and observations on its encoding.
fn text_of(part: &Part<'_>) -> (String, Vec<Observed>) {
    let content = part.content();
    let stated = part.charset().or_else(|| {
        let html = part.media_type.ends_with("html");
        html.then(|| html::stated_encoding(&content.bytes).map(|scheme| scheme.name())).flatten()
    });
    let decoding = decode_labelled(stated.as_deref(), &content.bytes);
    let charset = decoding.scheme.name();
    let mut observed = Vec::new();
    match stated {
        _ if decoding.as_stated => {}
        Some(stated) => {
            observed.push(Observed::CharsetMismatch { stated, charset: charset.clone() })
        }
        None => observed.push(Observed::CharsetGuessed { charset: charset.clone() }),
    }
    if content.strange > 0 {
        observed.push(Observed::TextEncodingDamaged);
    }
    if decoding.undecodable > 0 {
        observed.push(Observed::Undecodable { charset, places: decoding.undecodable });
    }
    (decoding.text, observed)
}

/// How often each word occurs in a text, letters and digits only.
pub(crate) fn words(text: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    counts
}
