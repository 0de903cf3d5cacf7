//! PowerPoint presentations (ECMA-376 part 1, 19): one page a slide, in presentation order.
//!
//! A slide's text is that of its shapes in drawing order, a line a paragraph; then charts and diagrams,
//! text of its layout and master that is not merely a prompt, its notes and its comments, each marked.

#[cfg(test)]
mod tests;

use super::office::draft::Draft;
use super::office::drawing::Choices;
use super::office::package::{PART_CAP, Package, Relation, STREAM_CAP};
use super::office::xml::{Damage, Element, Node};
use super::office::{drawing, one_line, properties};
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, NoteCode, PageKind, Reason, Request, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Emits the contents of a presentation.
pub(crate) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(mut package) = Package::open(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    properties::emit(&mut package, out)?;
    let relations = package.relations("");
    let main =
        relations.iter().find(|relation| relation.kind == "officeDocument" && !relation.external);
    let main =
        main.map_or_else(|| "ppt/presentation.xml".to_owned(), |relation| relation.target.clone());
    let verdict = read(&mut package, &main, out)?;
    properties::emit_embedded(&mut package, out)?;
    Ok(verdict)
}

fn read(package: &mut Package<'_>, main: &str, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let mut deck = Deck::read(package, main);
    if package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    if deck.slides.is_empty() {
        // a presentation whose list of slides is lost still has its slides
        deck.slides = package.names().into_iter().filter(|name| is_slide(name)).collect();
        deck.slides.sort_by_key(|name| (name.len(), name.clone()));
    }
    if deck.slides.is_empty() && !package.has(main) {
        return Ok(package.missing(main));
    }
    // a slide that is not in the list was removed from the presentation, not from the file
    let listed: BTreeSet<String> = deck.slides.iter().map(|name| name.to_lowercase()).collect();
    let mut removed: Vec<String> = package
        .names()
        .into_iter()
        .filter(|name| is_slide(name) && !listed.contains(&name.to_lowercase()))
        .collect();
    removed.sort_by_key(|name| (name.len(), name.clone()));
    let shown = std::mem::take(&mut deck.slides).into_iter().map(|part| (part, false));
    let mut verdict = Verdict::Read;
    for (part, removed) in
        shown.chain(removed.into_iter().map(|part| (part, true))).collect::<Vec<_>>()
    {
        if let Some(damage) = deck.emit_slide(package, &part, removed, out)? {
            let page = out.pages();
            let settled = damage.settle(&part, None, page, out)?;
            if settled != Verdict::Read {
                verdict = settled;
            }
        }
    }
    Ok(verdict)
}

fn is_slide(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("ppt/slides/slide") && name.ends_with(".xml")
}

#[derive(Default)]
struct Deck {
    slides: Vec<String>,
    /// Width and height in points.
    size: (f32, f32),
    authors: BTreeMap<String, String>,
    /// Layouts and masters whose text was already emitted.
    said_backgrounds: BTreeSet<String>,
}

impl Deck {
    fn read(package: &mut Package<'_>, main: &str) -> Self {
        let relations = package.relations(main);
        let mut deck = Self::default();
        if let Some(mut xml) = package.xml(main, PART_CAP) {
            while let Some(node) = xml.next() {
                let Node::Start(element) = node else { continue };
                match element.name() {
                    "sldId" => {
                        let id = element.foreign("id").unwrap_or_default();
                        let found = relations
                            .iter()
                            .find(|relation| relation.id == id && relation.kind == "slide");
                        deck.slides.extend(found.map(|relation| relation.target.clone()));
                    }
                    "sldSz" => deck.size = (points(&element, "cx"), points(&element, "cy")),
                    _ => {}
                }
            }
        }
        for relation in relations
            .iter()
            .filter(|relation| matches!(relation.kind.as_str(), "commentAuthors" | "authors"))
        {
            deck.authors.extend(authors(package, &relation.target));
        }
        deck
    }

    fn emit_slide(
        &mut self,
        package: &mut Package<'_>,
        part: &str,
        removed: bool,
        out: &mut Out<'_>,
    ) -> Result<Option<Damage>, Stop> {
        let relations = package.relations(part);
        let (mut slide, damage) = Shapes::read(package, part, &relations, false);
        let mut page = std::mem::take(&mut slide.draft);
        super::docx::add_links(&mut page, std::mem::take(&mut slide.links));
        self.add_backgrounds(package, &relations, &mut page);
        let of_kind = |kind: &str| {
            relations.iter().filter(|r| r.kind == kind && !r.external).cloned().collect::<Vec<_>>()
        };
        for notes in of_kind("notesSlide") {
            let inner = package.relations(&notes.target);
            let (shapes, _) = Shapes::read(package, &notes.target, &inner, false);
            let mut notes = shapes.draft;
            super::docx::add_links(&mut notes, shapes.links);
            page.append_lines(&notes, Some(MarkKind::Notes));
        }
        for comments in of_kind("comments") {
            for comment in self.comments(package, &comments.target) {
                let mut lines = Draft::default();
                lines.push(&comment);
                page.append_lines(&lines, Some(MarkKind::Annotation));
            }
        }
        if slide.hidden || removed {
            page.mark(0, MarkKind::Hidden);
        }
        let mut page = page.into_page(PageKind::Slide, one_line(&slide.title));
        (page.width, page.height) = self.size;
        out.page(page)?;
        Ok(damage)
    }

    // Text on the layout and the master is on every slide that uses them; it is emitted with the first.
    fn add_backgrounds(
        &mut self,
        package: &mut Package<'_>,
        relations: &[Relation],
        page: &mut Draft,
    ) {
        let layouts = relations.iter().filter(|relation| relation.kind == "slideLayout");
        let mut parts: Vec<String> = layouts.map(|relation| relation.target.clone()).collect();
        for layout in parts.clone() {
            let inner = package.relations(&layout);
            parts.extend(inner.into_iter().filter(|r| r.kind == "slideMaster").map(|r| r.target));
        }
        for part in parts {
            if !self.said_backgrounds.insert(part.clone()) {
                continue;
            }
            let inner = package.relations(&part);
            let (shapes, _) = Shapes::read(package, &part, &inner, true);
            page.append_lines(&shapes.draft, Some(MarkKind::Furniture));
        }
    }

    fn comments(&self, package: &mut Package<'_>, part: &str) -> Vec<String> {
        let mut found = Vec::new();
        let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
        let (mut head, mut text, mut taking) = (String::new(), String::new(), false);
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => match element.name() {
                    "cm" | "reply" => {
                        end_comment(&mut found, &head, &mut text);
                        let author = element.value("authorId").unwrap_or_default();
                        let author = self.authors.get(&author).cloned().unwrap_or_default();
                        let date = element
                            .value("dt")
                            .or_else(|| element.value("created"))
                            .unwrap_or_default();
                        let parts: Vec<String> =
                            [author, date].into_iter().filter(|part| !part.is_empty()).collect();
                        head = parts.join(", ");
                    }
                    "text" | "t" => taking = true,
                    _ => {}
                },
                Node::Text(piece) if taking => text.push_str(&piece),
                Node::End(name) => match &*name {
                    "text" | "t" => taking = false,
                    "p" => text.push('\n'),
                    _ => {}
                },
                _ => {}
            }
        }
        end_comment(&mut found, &head, &mut text);
        found
    }
}

fn end_comment(found: &mut Vec<String>, head: &str, text: &mut String) {
    let body = std::mem::take(text);
    if !body.trim().is_empty() {
        let colon = if head.is_empty() { "" } else { ": " };
        found.push(format!("{head}{colon}{}", body.trim()));
    }
}

fn authors(package: &mut Package<'_>, part: &str) -> BTreeMap<String, String> {
    let mut authors = BTreeMap::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return authors };
    while let Some(node) = xml.next() {
        let Node::Start(element) = node else { continue };
        if let (Some(id), Some(name)) = (element.value("id"), element.value("name")) {
            authors.insert(id, name);
        }
    }
    authors
}

// English metric units: 12,700 to the point.
fn points(element: &Element<'_>, name: &str) -> f32 {
    let units: f32 = element.value(name).and_then(|units| units.parse().ok()).unwrap_or(0.0);
    if units.is_finite() && (0.0..1e9).contains(&units) { units / 12_700.0 } else { 0.0 }
}

/// The text of a part's shapes.
#[derive(Default)]
struct Shapes {
    draft: Draft,
    title: String,
    hidden: bool,
    links: Vec<String>,
    placeholder: Option<String>,
    in_text: bool,
    line: String,
    cell: Option<usize>,
    cells: usize,
    hidden_shape: bool,
    /// Prompts of layouts and masters ("Click to edit") are not text of the presentation.
    without_placeholders: bool,
    choices: Choices,
}

impl Shapes {
    fn read(
        package: &mut Package<'_>,
        part: &str,
        relations: &[Relation],
        without_placeholders: bool,
    ) -> (Self, Option<Damage>) {
        let mut shapes = Self { without_placeholders, ..Self::default() };
        let drawings = drawing::texts(package, relations);
        let Some(mut xml) = package.xml(part, STREAM_CAP) else {
            return (shapes, Some(Damage::Lost));
        };
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    let written = shapes.written();
                    if !shapes.choices.start(element.name(), written) {
                        shapes.start(&element, relations, &drawings);
                    }
                }
                Node::Text(text) if shapes.in_text && !shapes.choices.is_skipping() => {
                    shapes.line.push_str(&text)
                }
                Node::End(name) => {
                    let written = shapes.written();
                    if !shapes.choices.end(&name, written) {
                        shapes.end(&name);
                    }
                }
                _ => {}
            }
        }
        shapes.end_paragraph();
        (shapes, xml.damage().cloned())
    }

    // What was written so far, to compare forms of the same content.
    fn written(&self) -> usize {
        self.draft.len() + self.line.len() + self.draft.images as usize
    }

    fn start(
        &mut self,
        element: &Element<'_>,
        relations: &[Relation],
        drawings: &BTreeMap<String, String>,
    ) {
        let name = element.name();
        match name {
            "sld" => self.hidden = matches!(element.value("show").as_deref(), Some("0" | "false")),
            "sp" | "graphicFrame" | "pic" | "cxnSp" => {
                (self.placeholder, self.hidden_shape) = (None, false)
            }
            "cNvPr" => {
                self.hidden_shape = matches!(element.any("hidden").as_deref(), Some("1" | "true"));
                for name in ["title", "descr"] {
                    let text = element
                        .any(name)
                        .filter(|text| !text.trim().is_empty() && !self.without_placeholders);
                    if let Some(text) = text {
                        self.line(&text, Some(MarkKind::Invisible));
                    }
                }
            }
            "ph" => {
                self.placeholder = Some(element.any("type").unwrap_or_else(|| "body".to_owned()))
            }
            "t" => self.in_text = true,
            "br" => self.line.push('\n'),
            "tab" => {}
            "tr" => self.cells = 0,
            "tc" => {
                if self.cells > 0 {
                    self.draft.push("\t");
                }
                self.cells += 1;
                self.cell = Some(0);
            }
            "blip" => self.draft.images += 1,
            "chart" | "relIds" => {
                let id = element.foreign(if name == "chart" { "id" } else { "dm" });
                if let Some(text) = id.and_then(|id| drawings.get(&id)) {
                    let mut lines = Draft::default();
                    lines.push(text);
                    self.draft.append_lines(&lines, None);
                }
            }
            "hlinkClick" | "hlinkHover" | "hlinkMouseOver" => {
                let id = element.foreign("id").unwrap_or_default();
                let link = relations.iter().find(|relation| relation.id == id && relation.external);
                self.links.extend(link.map(|relation| relation.target.clone()));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "p" => self.end_paragraph(),
            "tc" => self.cell = None,
            "tr" => self.draft.push("\n"),
            "sp" | "graphicFrame" | "pic" => (self.placeholder, self.hidden_shape) = (None, false),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let line = std::mem::take(&mut self.line);
        let placeholder = self.placeholder.as_deref();
        if self.without_placeholders && placeholder.is_some() {
            return;
        }
        if let Some(paragraphs) = &mut self.cell {
            if *paragraphs > 0 && !line.is_empty() {
                self.draft.push("\n");
            }
            *paragraphs += 1;
            self.draft.push(&line);
            return;
        }
        if matches!(placeholder, Some("title" | "ctrTitle")) && !line.trim().is_empty() {
            if !self.title.is_empty() {
                self.title.push(' ');
            }
            self.title.push_str(&line);
        }
        if line.is_empty() {
            return;
        }
        let kind = match placeholder {
            Some("ftr" | "hdr" | "sldNum" | "dt") => Some(MarkKind::Furniture),
            _ if self.hidden_shape => Some(MarkKind::Hidden),
            _ => None,
        };
        self.line(&line, kind);
    }

    fn line(&mut self, text: &str, kind: Option<MarkKind>) {
        self.draft.end_line();
        match kind {
            Some(kind) => self.draft.push_as(text, kind),
            None => self.draft.push(text),
        }
        self.draft.push("\n");
    }
}
