//! HTML: the text that a reader sees, in reading order, as a stream of any length and any depth of nesting.
//!
//! Nothing is fetched and nothing is executed. Parts hidden by an attribute or an inline style are kept and marked;
//! style sheets and scripts are not applied, so what only they hide counts as visible. What would have been fetched
//! from elsewhere is noted, as fetching may have revealed that the page was opened.

mod sink;
mod style;

pub(crate) use sink::{Embedded, Findings};

use crate::charset::{self, Guess, Scheme, TextStream, stream};
use crate::out::{Input, Out, Stop};
use exhibit_model::{Mark, Member, NoteCode, Page, PageKind, Reason, Relation, Verdict};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use sink::Reading;
use std::io::{self, Cursor};

/// Minimum bytes of text on a page that is not the last.
const LEAST: usize = 8 << 10;

/// The number of leading bytes searched for a declared encoding; browsers search 1024.
const PRESCAN: usize = 16 << 10;

/// The number of hosts listed in a note.
const MOST_HOSTS: usize = 10;

/// Reads an HTML or XHTML file.
pub(crate) fn read(input: &mut dyn Input, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let failed = |error: io::Error| Ok(Verdict::Failed(Reason::cannot_read(&error)));
    let guess = match encoding(input) {
        Ok(guess) => guess,
        Err(error) => return failed(error),
    };
    let mut stream = match TextStream::open_as(input, guess) {
        Ok(stream) => stream,
        Err(error) => return failed(error),
    };
    let mut reader = None;
    let mut piece = String::new();
    let mut ended = Verdict::Read;
    loop {
        piece.clear();
        match stream.more(&mut piece) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                ended = Verdict::Failed(Reason::cannot_read(&error));
                break;
            }
        }
        let reader = reader.get_or_insert_with(|| Reader::new(&piece));
        reader.feed(&piece);
        reader.emit_full(out)?;
        reader.emit_embedded(out)?;
    }
    let findings = reader.map(Reader::finish).unwrap_or_default();
    let (text, marks) = (findings.text.clone(), findings.marks.clone());
    emit_pages(text, marks, out)?;
    findings.emit(out)?;
    stream.emit(out)?;
    Ok(ended)
}

/// The text of an in-memory HTML document, and what else was found in it.
pub(crate) fn text_of(html: &str) -> Findings {
    let reader = Reader::new(html);
    reader.feed(html);
    reader.finish()
}

/// The text of an HTML document of a package, in the encoding that it declares or that fits.
pub(crate) fn text_of_bytes(bytes: &[u8]) -> Findings {
    let guess = charset::decide(bytes, true, stated_encoding(&bytes[..bytes.len().min(PRESCAN)]));
    let mut text = String::new();
    charset::Decoder::new(guess.scheme).decode(&bytes[guess.mark..], true, &mut text);
    text_of(&text)
}

/// The tokenizer of the HTML standard, feeding a [`Reading`].
struct Reader {
    tokenizer: Tokenizer<Reading>,
    queue: BufferQueue,
}

impl Reader {
    /// Starts with the given beginning; with an XML declaration, elements may end within their start tag.
    fn new(beginning: &str) -> Self {
        let xml = beginning
            .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
            .starts_with("<?xml");
        Self {
            tokenizer: Tokenizer::new(Reading::new(xml), TokenizerOpts::default()),
            queue: BufferQueue::default(),
        }
    }

    fn feed(&self, text: &str) {
        self.queue.push_back(StrTendril::from_slice(text));
        while !self.queue.is_empty() {
            let _ = self.tokenizer.feed(&self.queue);
        }
    }

    fn emit_full(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        while let Some((text, marks)) = self.tokenizer.sink.take_page(LEAST) {
            emit_page(text, marks, out)?;
        }
        Ok(())
    }

    fn emit_embedded(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.tokenizer.sink.take_embedded().into_iter().try_for_each(|embedded| embedded.emit(out))
    }

    fn finish(self) -> Findings {
        self.tokenizer.end();
        self.tokenizer.sink.into_findings()
    }
}

/// Emits the remaining text, cut into pages.
fn emit_pages(text: String, marks: Vec<Mark>, out: &mut Out<'_>) -> Result<(), Stop> {
    let (mut text, mut marks) = (text, marks);
    while let Some(page) = super::text::cut_page(&mut text, &mut marks, LEAST) {
        emit_page(page.0, page.1, out)?;
    }
    if text.trim().is_empty() { Ok(()) } else { emit_page(text, marks, out) }
}

impl Findings {
    /// Emits the text as pages of this label.
    ///
    /// # Errors
    /// [`Stop`] if the consumer disconnected or a limit is reached.
    pub(crate) fn emit_text(&mut self, label: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let (mut text, mut marks) =
            (std::mem::take(&mut self.text), std::mem::take(&mut self.marks));
        let page = |text: String, marks: Vec<Mark>| Page {
            marks,
            label: label.to_owned(),
            ..Page::of_text(0, PageKind::Text, text)
        };
        while let Some((of_page, its_marks)) = super::text::cut_page(&mut text, &mut marks, LEAST) {
            out.page(page(of_page, its_marks))?;
        }
        if text.trim().is_empty() { Ok(()) } else { out.page(page(text, marks)) }
    }
}

fn emit_page(text: String, marks: Vec<Mark>, out: &mut Out<'_>) -> Result<(), Stop> {
    out.page(Page { marks, ..Page::of_text(0, PageKind::Text, text) })
}

impl Findings {
    /// Emits everything except the text.
    ///
    /// # Errors
    /// [`Stop`] if the consumer disconnected or a limit is reached.
    pub(crate) fn emit(self, out: &mut Out<'_>) -> Result<(), Stop> {
        out.metadata("dc:title", &self.title)?;
        out.metadata("dc:language", &self.language)?;
        for (name, content) in &self.meta {
            out.metadata(format!("html:{name}"), content)?;
        }
        for link in &self.links {
            out.metadata("html:link", link)?;
        }
        self.emit_notes(out)?;
        self.embedded.into_iter().try_for_each(|embedded| embedded.emit(out))
    }

    /// Emits notes on how the text was read.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub(crate) fn emit_notes(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        if !self.remote.is_empty() {
            out.note(0, self.remote_content())?;
        }
        let (comments, scripts) = (self.comments, self.scripts);
        let (links, embedded) = (self.links_left, self.embedded_bad);
        let counted = [
            (comments, NoteCode::CommentsOmitted { count: comments }),
            (scripts, NoteCode::ScriptsOmitted { count: scripts }),
            (links, NoteCode::LinksOmitted { count: links, kept: sink::LINKS as u64 }),
            (embedded, NoteCode::EmbeddedUndecodable { count: embedded }),
        ];
        counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .try_for_each(|(_, code)| out.note(0, code))
    }

    /// The hosts that the document would fetch from.
    pub(crate) fn remote_content(&self) -> NoteCode {
        let hosts: Vec<String> = self.remote.iter().take(MOST_HOSTS).cloned().collect();
        NoteCode::RemoteContent { more: (self.remote.len() - hosts.len()) as u64, hosts }
    }
}

impl Embedded {
    /// Emits the file as a member.
    ///
    /// # Errors
    /// [`Stop`] if the consumer disconnected or a limit is reached.
    pub(crate) fn emit(self, out: &mut Out<'_>) -> Result<(), Stop> {
        out.member(Member {
            name: self.name.into_bytes(),
            relation: Relation::Embedded,
            ..Member::default()
        })?;
        out.member_from(&mut Cursor::new(self.bytes))
    }
}

/// The encoding of an HTML file: as declared, unless its bytes are clearly in another one.
fn encoding(input: &mut dyn Input) -> io::Result<Guess> {
    stream::detect(input, |head| stated_encoding(&head[..head.len().min(PRESCAN)]))
}

/// The encoding declared by a `meta` element or an XML declaration.
pub(crate) fn stated_encoding(head: &[u8]) -> Option<Scheme> {
    let lower = head.to_ascii_lowercase();
    let find = |from: usize, wanted: &[u8]| {
        lower[from..].windows(wanted.len()).position(|w| w == wanted).map(|p| p + from)
    };
    let value_at = |at: usize| {
        let rest = lower[at..].trim_ascii_start();
        let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
        let quoted = rest.first().is_some_and(|b| matches!(b, b'"' | b'\''));
        let rest = &rest[usize::from(quoted)..];
        let end = rest
            .iter()
            .position(|b| matches!(b, b'"' | b'\'' | b' ' | b'>' | b';' | b'/' | b'?'))?;
        Scheme::for_label(&rest[..end])
    };
    if let Some(scheme) = stream::stated_in_xml(head) {
        return Some(scheme);
    }
    let mut from = 0;
    while let Some(meta) = find(from, b"<meta") {
        let end = find(meta, b">").unwrap_or(lower.len());
        if let Some(at) = find(meta, b"charset").filter(|at| *at < end)
            && let Some(scheme) = value_at(at + 7)
        {
            return Some(scheme.readable_as_ascii());
        }
        from = meta + 5;
    }
    None
}
