//! Converts the tags and characters of an HTML document to text as they arrive.
//!
//! There is no tree: only a stack of open elements is kept, so memory does not grow with the text, and no depth
//! of nesting can exhaust the call stack.

use super::style::{Flow, ends_implicitly, flow, is_void, keeps_space, style_hides};
use crate::formats::text::cut_page;
use crate::transfer;
use exhibit_model::{Mark, MarkKind};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Maximum number of tracked open elements; deeper ones are read as if they were inline.
const DEPTH: usize = 4096;

/// Maximum number of listed links.
pub(super) const LINKS: usize = 1000;

/// What was found in an HTML document.
#[derive(Default)]
pub(crate) struct Findings {
    /// The text.
    pub(crate) text: String,
    /// The stretches of it that are hidden or form values.
    pub(crate) marks: Vec<Mark>,
    /// The title.
    pub(crate) title: String,
    /// The declared language of the page.
    pub(crate) language: String,
    /// Names and contents of `meta` elements.
    pub(crate) meta: Vec<(String, String)>,
    /// Targets of links.
    pub(crate) links: BTreeSet<String>,
    /// The number of links not listed.
    pub(crate) links_left: u64,
    /// Hosts that displaying the page would fetch from.
    pub(crate) remote: BTreeSet<String>,
    /// Files within `data:` addresses.
    pub(crate) embedded: Vec<Embedded>,
    /// The number of embedded files found so far.
    embedded_count: u64,
    /// How many of them could not be decoded.
    pub(crate) embedded_bad: u64,
    /// The number of comments.
    pub(crate) comments: u64,
    /// The number of scripts.
    pub(crate) scripts: u64,
}

/// A file embedded in the document.
pub(crate) struct Embedded {
    /// A name derived from its number and kind.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// An open element.
struct Open {
    name: String,
    hides: bool,
    silent: bool,
    keeps_space: bool,
}

/// The separator required between the text so far and the text to come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Paragraph,
}

/// The state of a reading; a [`TokenSink`] receives tokens by shared reference.
pub(super) struct Reading(RefCell<State>);

#[derive(Default)]
struct State {
    found: Findings,
    open: Vec<Open>,
    too_deep: u64,
    hidden: usize,
    silent: usize,
    kept_space: usize,
    gap: Gap,
    first_cell: bool,
    in_title: bool,
    xml: bool,
}

impl Reading {
    /// Starts reading HTML, or XHTML if `xml`.
    pub(super) fn new(xml: bool) -> Self {
        Self(RefCell::new(State { xml, ..State::default() }))
    }

    /// Takes a page's worth of text and its marks, if there is more than that.
    pub(super) fn take_page(&self, least: usize) -> Option<(String, Vec<Mark>)> {
        let found = &mut self.0.borrow_mut().found;
        cut_page(&mut found.text, &mut found.marks, least)
    }

    /// Takes the embedded files found so far.
    pub(super) fn take_embedded(&self) -> Vec<Embedded> {
        std::mem::take(&mut self.0.borrow_mut().found.embedded)
    }

    /// Finishes the reading.
    pub(super) fn into_findings(self) -> Findings {
        let mut found = self.0.into_inner().found;
        if !found.text.is_empty() {
            found.text.push('\n');
        }
        found.title = found.title.split_whitespace().collect::<Vec<_>>().join(" ");
        found
    }
}

impl TokenSink for Reading {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let state = &mut *self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.characters(&text),
            Token::CommentToken(_) => state.found.comments += 1,
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => return state.start(&tag),
                TagKind::EndTag => state.end(&tag.name),
            },
            Token::DoctypeToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        while self.open.last().is_some_and(|open| ends_implicitly(&open.name, name)) {
            self.pop();
        }
        self.properties(tag);
        let flow = flow(name);
        self.before(flow, name);
        let hides =
            attribute(tag, "hidden").is_some() || attribute(tag, "style").is_some_and(style_hides);
        if is_void(name) {
            self.hidden += usize::from(hides);
            self.void(tag);
            self.hidden -= usize::from(hides);
            return TokenSinkResult::Continue;
        }
        self.found.scripts += u64::from(name == "script");
        if tag.self_closing && self.xml {
            self.after(flow);
            return TokenSinkResult::Continue;
        }
        if name == "title" && self.found.title.is_empty() {
            self.in_title = true;
        }
        self.push(Open {
            name: name.to_owned(),
            hides,
            silent: flow == Flow::Silent,
            keeps_space: keeps_space(name),
        });
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }

    fn push(&mut self, open: Open) {
        if self.open.len() >= DEPTH {
            self.too_deep += 1;
            return;
        }
        self.hidden += usize::from(open.hides);
        self.silent += usize::from(open.silent);
        self.kept_space += usize::from(open.keeps_space);
        self.open.push(open);
    }

    fn pop(&mut self) {
        if let Some(open) = self.open.pop() {
            self.hidden -= usize::from(open.hides);
            self.silent -= usize::from(open.silent);
            self.kept_space -= usize::from(open.keeps_space);
            if flow(&open.name) != Flow::Cell {
                self.after(flow(&open.name));
            }
        }
    }

    fn end(&mut self, name: &str) {
        self.in_title &= name != "title";
        if self.too_deep > 0 && !matches!(name, "script" | "style" | "title") {
            self.too_deep -= 1;
            self.after(flow(name));
            return;
        }
        if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            while self.open.len() > at {
                self.pop();
            }
        } else if name == "br" || name == "p" {
            self.gap = self.gap.max(Gap::Line);
        }
    }

    /// The effect of a start tag on the flow of text.
    fn before(&mut self, flow: Flow, name: &str) {
        match flow {
            Flow::Inline | Flow::Silent => {}
            Flow::Line => self.gap = self.gap.max(Gap::Line),
            Flow::Paragraph => self.gap = self.gap.max(Gap::Paragraph),
            Flow::Cell if self.first_cell => self.first_cell = false,
            Flow::Cell => self.cell(),
        }
        if name == "tr" {
            self.first_cell = true;
        }
    }

    fn after(&mut self, flow: Flow) {
        match flow {
            Flow::Line => self.gap = self.gap.max(Gap::Line),
            Flow::Paragraph => self.gap = self.gap.max(Gap::Paragraph),
            Flow::Inline | Flow::Silent | Flow::Cell => {}
        }
    }

    /// A tab before every cell of a row except the first, so that columns are distinguishable even if cells are empty.
    fn cell(&mut self) {
        if self.gap >= Gap::Line {
            self.write_gap();
        }
        self.gap = Gap::None;
        self.found.text.push('\t');
    }

    /// An element without content.
    fn void(&mut self, tag: &Tag) {
        match &*tag.name {
            "br" => {
                self.write_gap_before_break();
                self.gap = Gap::None;
                self.found.text.push('\n');
            }
            "img" | "image" | "area" => {
                // a picture stands between what precedes and follows it, so its text is words of its own
                if let Some(alt) = attribute(tag, "alt").filter(|alt| !alt.trim().is_empty()) {
                    self.gap = self.gap.max(Gap::Space);
                    self.words(alt);
                    self.gap = self.gap.max(Gap::Space);
                }
            }
            "input" => self.input(tag),
            "meta" => self.meta(tag),
            _ => {}
        }
    }

    /// The displayed value of a form field.
    fn input(&mut self, tag: &Tag) {
        let kind = attribute(tag, "type").unwrap_or("text").to_ascii_lowercase();
        let Some(value) = attribute(tag, "value").filter(|value| !value.trim().is_empty()) else {
            return;
        };
        if matches!(
            kind.as_str(),
            "hidden" | "password" | "checkbox" | "radio" | "image" | "file" | "color" | "range"
        ) {
            return;
        }
        self.gap = self.gap.max(Gap::Space);
        self.write_gap();
        let start = self.found.text.len();
        let kind = if self.hidden > 0 { MarkKind::Hidden } else { MarkKind::FormValue };
        self.found.text.push_str(value);
        self.mark(start, kind);
        self.gap = Gap::Space;
    }

    fn meta(&mut self, tag: &Tag) {
        let name =
            attribute(tag, "name").or_else(|| attribute(tag, "property")).unwrap_or_default();
        let name: String =
            name.to_ascii_lowercase().chars().filter(|c| c.is_ascii_graphic()).take(60).collect();
        let useful = [
            "author",
            "description",
            "keywords",
            "generator",
            "date",
            "copyright",
            "publisher",
            "created",
        ];
        let known = useful.contains(&name.as_str())
            || ["dc.", "dcterms.", "og:", "article:"].iter().any(|p| name.starts_with(p));
        if let Some(content) =
            attribute(tag, "content").filter(|_| known && self.found.meta.len() < 100)
        {
            self.found.meta.push((name, content.to_owned()));
        }
    }

    /// Links, resources fetched from elsewhere, embedded files.
    fn properties(&mut self, tag: &Tag) {
        let name = &*tag.name;
        if name == "html" && self.found.language.is_empty() {
            attribute(tag, "lang").unwrap_or_default().clone_into(&mut self.found.language);
        }
        for attribute in &tag.attrs {
            let value = attribute.value.trim();
            match &*attribute.name.local {
                "href" if matches!(name, "a" | "area") => self.link(value),
                "href" if name == "link" => self.fetched(value),
                "src" | "background" | "poster" | "data" | "srcset" => self.fetched(value),
                "srcdoc" => {
                    let bytes = attribute.value.as_bytes().to_vec();
                    self.embed("html", bytes);
                }
                "style" => {
                    for part in value.split("url(").skip(1).take(20) {
                        self.fetched(part.trim_start_matches(['"', '\'', ' ']));
                    }
                }
                _ => {}
            }
        }
    }

    fn link(&mut self, target: &str) {
        if target.is_empty() || target.starts_with('#') || target.len() > 4096 {
            return;
        }
        if target.starts_with("data:") {
            self.fetched(target);
        } else if self.found.links.len() < LINKS {
            self.found.links.insert(target.to_owned());
        } else if !self.found.links.contains(target) {
            self.found.links_left += 1;
        }
    }

    fn fetched(&mut self, address: &str) {
        if address.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) {
            match transfer::data_address(address) {
                Some((media_type, bytes)) => self.embed(extension(&media_type), bytes),
                None => self.found.embedded_bad += 1,
            }
            return;
        }
        let lower = address
            .get(..address.floor_char_boundary(300))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let rest = ["http://", "https://", "ftp://", "//", "\\\\"]
            .iter()
            .find_map(|start| lower.strip_prefix(start));
        if let Some(host) =
            rest.and_then(|rest| rest.split(['/', '?', '#', '\\', ' ', '"', '\'', ')']).next())
            && !host.is_empty()
            && self.found.remote.len() < LINKS
        {
            self.found.remote.insert(host.to_owned());
        }
    }

    fn embed(&mut self, extension: &str, bytes: Vec<u8>) {
        self.found.embedded_count += 1;
        let name = format!("embedded-{}.{extension}", self.found.embedded_count);
        self.found.embedded.push(Embedded { name, bytes });
    }

    fn characters(&mut self, text: &str) {
        if self.in_title {
            self.found.title.push_str(&text[..text.floor_char_boundary(4096)]);
        }
        if self.silent > 0 {
            return;
        }
        if self.kept_space > 0 { self.exact(text) } else { self.words(text) }
    }

    /// Text in which any run of white space is one space.
    fn words(&mut self, text: &str) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        let mut rest = text;
        while !rest.is_empty() {
            let after = rest.trim_start_matches(is_space);
            if after.len() < rest.len() {
                self.gap = self.gap.max(Gap::Space);
            }
            let end = after.find(is_space).unwrap_or(after.len());
            if end > 0 {
                self.write_gap();
                let start = self.found.text.len();
                self.found.text.push_str(&after[..end]);
                self.mark_if_hidden(start);
            }
            rest = &after[end..];
        }
    }

    /// Text in which white space is significant.
    fn exact(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.write_gap();
        let start = self.found.text.len();
        self.found.text.push_str(text);
        self.mark_if_hidden(start);
    }

    /// Writes the separator required between the text so far and the text to come.
    fn write_gap(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        let text = &mut self.found.text;
        if text.is_empty() {
            return;
        }
        match gap {
            Gap::None => {}
            Gap::Space if text.ends_with(['\n', '\t', ' ']) => {}
            Gap::Space => text.push(' '),
            Gap::Line if text.ends_with('\n') => {}
            Gap::Line => text.push('\n'),
            Gap::Paragraph if text.ends_with("\n\n") => {}
            Gap::Paragraph if text.ends_with('\n') => text.push('\n'),
            Gap::Paragraph => text.push_str("\n\n"),
        }
    }

    fn write_gap_before_break(&mut self) {
        if self.gap >= Gap::Line {
            self.write_gap();
        }
    }

    fn mark_if_hidden(&mut self, start: usize) {
        if self.hidden > 0 {
            self.mark(start, MarkKind::Hidden);
        }
    }

    /// Marks the text from `start` on, merged with the previous mark if only white space separates them.
    fn mark(&mut self, start: usize, kind: MarkKind) {
        let found = &mut self.found;
        let (Ok(from), Ok(end)) = (u32::try_from(start), u32::try_from(found.text.len())) else {
            return;
        };
        match found.marks.last_mut() {
            Some(last)
                if last.kind == kind && found.text[last.end as usize..start].trim().is_empty() =>
            {
                last.end = end
            }
            _ => found.marks.push(Mark { start: from, end, kind }),
        }
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
}

/// The usual extension of a file of this media type.
fn extension(media_type: &str) -> &str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/svg+xml" => "svg",
        "text/plain" => "txt",
        "text/html" => "html",
        "application/pdf" => "pdf",
        other => other
            .rsplit('/')
            .next()
            .filter(|e| e.len() < 8 && e.bytes().all(|b| b.is_ascii_alphanumeric()))
            .unwrap_or("bin"),
    }
}
