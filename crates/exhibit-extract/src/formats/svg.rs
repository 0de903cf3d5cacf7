//! SVG drawings: the text that they show, their titles and descriptions, and the pictures in them.
//!
//! Each text element is a line; pieces of it that are placed on their own are joined. What is drawn as curves is not read.
//! Scripts and styles are left out. Nothing is fetched: the addresses of pictures and links are properties.

use super::office::xml::{Node, Xml};
use super::ole;
use crate::out::{Input, Out, Stop};
use crate::{charset, transfer};
use exhibit_model::{
    Mark, MarkKind, Member, NoteCode, Page, PageKind, Reason, Relation, Request, Verdict,
};
use std::collections::HashSet;

/// The maximum number of addresses and of pictures that are emitted.
const MOST: usize = 1_000;

/// Emits the text, the addresses and the pictures.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = ole::whole(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit {
            bytes: request.limits.whole_file_bytes,
        }));
    };
    let (text, _) = charset::decode_guessing(&bytes);
    let mut xml = Xml::new(text.as_bytes());
    let mut drawing = Drawing::default();
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => {
                drawing.start(element.name());
                for key in ["href", "src"] {
                    let address = element.any(key).unwrap_or_default();
                    drawing.address(&address);
                }
            }
            Node::End(name) => drawing.end(&name),
            Node::Text(text) => drawing.text(&text),
            Node::Other => {}
        }
    }
    drawing.end_line(None);
    if xml.has_doctype() && text.contains("<!ENTITY") {
        out.note(0, NoteCode::EntitiesDeclared)?;
    }
    if drawing.scripts > 0 {
        out.note(0, NoteCode::ScriptsOmitted { count: drawing.scripts })?;
    }
    for link in &drawing.links {
        out.metadata("svg:link", link)?;
    }
    out.container_size(bytes.len() as u64);
    let page = Page {
        text: drawing.page,
        marks: drawing.marks,
        ..Page::of_text(0, PageKind::Text, String::new())
    };
    out.page(page)?;
    let damage = xml.damage().cloned();
    for (number, (ending, picture)) in (1_u32..).zip(drawing.pictures) {
        out.member(Member {
            name: format!("picture {number}.{ending}").into_bytes(),
            name_text: String::new(),
            modified: None,
            relation: Relation::Embedded,
        })?;
        out.member_from(&mut &picture[..])?;
    }
    damage.map_or(Ok(Verdict::Read), |damage| damage.settle("drawing", None, 1, out))
}

#[derive(Default)]
struct Drawing {
    page: String,
    marks: Vec<Mark>,
    line: String,
    /// The depth within a text element, a title or a description, and which it is.
    inside: Option<(usize, bool)>,
    depth: usize,
    /// The depth of a script or a style.
    skipped: Option<usize>,
    scripts: u64,
    links: Vec<String>,
    seen: HashSet<String>,
    pictures: Vec<(String, Vec<u8>)>,
}

impl Drawing {
    fn start(&mut self, name: &str) {
        self.depth += 1;
        match name {
            "script" | "style" if self.skipped.is_none() => {
                self.scripts += u64::from(name == "script");
                self.skipped = Some(self.depth);
            }
            "text" | "flowRoot" | "p" | "div" | "flowPara" => {
                self.end_line(None);
                self.inside.get_or_insert((self.depth, false));
            }
            "title" | "desc" => {
                self.end_line(None);
                self.inside = Some((self.depth, true));
            }
            "br" => self.line.push(' '),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped == Some(self.depth) {
            self.skipped = None;
        }
        if let Some((depth, is_note)) = self.inside
            && depth >= self.depth
        {
            self.end_line(is_note.then_some(MarkKind::Annotation));
            self.inside = None;
        } else if matches!(name, "p" | "div" | "flowPara") {
            self.end_line(None);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn text(&mut self, text: &str) {
        if self.inside.is_some() && self.skipped.is_none() {
            self.line.push_str(text);
        }
    }

    fn end_line(&mut self, kind: Option<MarkKind>) {
        let line = std::mem::take(&mut self.line);
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            return;
        }
        let start = self.page.len() as u32;
        self.page.push_str(&words.join(" "));
        self.marks.extend(kind.map(|kind| Mark { start, end: self.page.len() as u32, kind }));
        self.page.push('\n');
    }

    fn address(&mut self, address: &str) {
        let address = address.trim();
        if address.is_empty() || address.starts_with('#') {
            return;
        }
        if address.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) {
            if let Some((media_type, bytes)) =
                transfer::data_address(address).filter(|_| self.pictures.len() < MOST)
            {
                let ending = match media_type.as_str() {
                    "image/jpeg" | "image/jpg" => "jpg",
                    "image/png" => "png",
                    "image/gif" => "gif",
                    "image/webp" => "webp",
                    "image/svg+xml" => "svg",
                    _ => "bin",
                };
                self.pictures.push((ending.to_owned(), bytes));
            }
        } else if self.links.len() < MOST && self.seen.insert(address.to_owned()) {
            self.links.push(address.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{read, torment};

    #[test]
    fn text_titles_links_and_pictures() {
        let svg = r##"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
            <title>Plan of the gate</title><style>text { fill: red }</style>
            <text x="1">Ga<tspan x="9">te</tspan> &#x767B;&amp;记</text><text>second
            line</text><g><desc>drawn in March</desc><text>third</text></g>
            <a xlink:href="https://example.org/gate"><use href="#part"/></a>
            <image href="data:image/png;base64,iVBORw=="/></svg>"##;
        let outcome = read(extract, svg.as_bytes());
        assert_eq!(
            outcome.texts(),
            ["Plan of the gate\nGate 登&记\nsecond line\ndrawn in March\nthird\n"]
        );
        assert_eq!(outcome.marked(MarkKind::Annotation), ["Plan of the gate", "drawn in March"]);
        assert_eq!(outcome.property("svg:link"), Some("https://example.org/gate"));
        assert_eq!(outcome.members, [("picture 1.png".to_owned(), b"\x89PNG".to_vec())]);
        assert_eq!(outcome.verdict, Verdict::Read);
    }

    #[test]
    fn damaged_drawings_are_read_as_far_as_they_go() {
        let outcome = read(extract, b"<svg><script>x()</script><text>one</text><text>two");
        assert_eq!(outcome.texts(), ["one\ntwo\n"]);
        assert!(outcome.has_note(&NoteCode::ScriptsOmitted { count: 1 }));
        assert!(outcome.notes.iter().any(|note| matches!(note, NoteCode::PartCutShort { .. })));
        torment(extract, b"<svg><text>a<tspan>b</tspan></text><image href='data:,x'/></svg>", 2);
    }
}
