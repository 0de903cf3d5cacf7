//! Word documents (ECMA-376 part 1, 17): one page of text for each page that Word laid out when it last saved.
//!
//! All text in the file is emitted, each kind marked: running headers and footers once a section, notes and
//! comments at the end of the page that refers to them, deletions and hidden text in place. Pages are those of
//! the page breaks in the file; a document without any is one page.

mod numbering;
mod story;
#[cfg(test)]
mod tests;

use super::office::draft::Draft;
use super::office::package::{PART_CAP, Package, Relation, STREAM_CAP};
use super::office::xml::{Node, Xml};
use super::office::{drawing, properties};
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, NoteCode, PageKind, Reason, Request, Verdict};
use numbering::{Numbering, Styles};

pub(crate) use numbering::numeral;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};
use story::{References, Section, Shared, Signal, Story};

/// Emits the contents of a Word document.
pub(crate) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let mut first = [0; 2];
    let zipped = input.read_exact(&mut first).is_ok() && first == *b"PK";
    if input.rewind().is_ok()
        && !zipped
        && first.iter().any(|byte| matches!(byte, b'<' | 0xef | 0xff | 0xfe))
    {
        return extract_flat(input, request, out);
    }
    let Some(mut package) = Package::open(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    properties::emit(&mut package, out)?;
    let main = main_part(&mut package);
    let verdict = Document::read(&mut package, &main, out)?;
    properties::emit_embedded(&mut package, out)?;
    Ok(verdict)
}

/// Emits the contents of a document that is one XML file (Office 2003 XML: WordprocessingML).
fn extract_flat(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let mut bytes = Vec::new();
    if let Err(error) = input.take(most.saturating_add(1)).read_to_end(&mut bytes) {
        return Ok(Verdict::Failed(Reason::cannot_read(&error)));
    }
    if bytes.len() as u64 > most {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    }
    let mut shared = Shared {
        styles: Styles::default(),
        numbering: Numbering::default(),
        drawings: BTreeMap::new(),
        links: BTreeMap::new(),
    };
    Document::default().read_body("wordDocument", Xml::new(&bytes[..]), &mut shared, out)
}

fn main_part(package: &mut Package<'_>) -> String {
    let relations = package.relations("");
    let named = relations
        .into_iter()
        .find(|relation| relation.kind == "officeDocument" && !relation.external);
    named.map_or_else(|| "word/document.xml".to_owned(), |relation| relation.target)
}

#[derive(Default)]
struct Document {
    relations: Vec<Relation>,
    /// Headers, footers by part; notes by id.
    furniture: BTreeMap<String, Draft>,
    footnotes: BTreeMap<String, Draft>,
    endnotes: BTreeMap<String, Draft>,
    comments: BTreeMap<String, Draft>,
    /// The pages of the section being read.
    pages: Vec<Draft>,
    /// The pages of the previous section: its last page continues if the next section does not begin a new one.
    held: Vec<Draft>,
    said_furniture: BTreeSet<String>,
    /// Instructions of fields that fetch or run something, outside the body.
    acting: Vec<String>,
}

impl Document {
    fn read(package: &mut Package<'_>, main: &str, out: &mut Out<'_>) -> Result<Verdict, Stop> {
        let relations = package.relations(main);
        let part = |kind: &str| {
            let found =
                relations.iter().find(|relation| relation.kind == kind && !relation.external);
            found.map(|relation| relation.target.clone()).unwrap_or_default()
        };
        let mut shared = Shared {
            styles: Styles::read(package, &part("styles")),
            numbering: Numbering::read(package, &part("numbering")),
            drawings: drawing::texts(package, &relations),
            links: links(&relations),
        };
        let body_drawings = std::mem::take(&mut shared.drawings);
        let glossary = part("glossaryDocument");
        let mut acting = Vec::new();
        let mut document = Self {
            furniture: BTreeMap::new(),
            footnotes: notes(package, &part("footnotes"), "footnote", &mut shared, &mut acting),
            endnotes: notes(package, &part("endnotes"), "endnote", &mut shared, &mut acting),
            comments: notes(package, &part("comments"), "comment", &mut shared, &mut acting),
            pages: Vec::new(),
            held: Vec::new(),
            said_furniture: BTreeSet::new(),
            acting,
            relations,
        };

        document.read_furniture(package, &mut shared);
        if package.is_salvaged() {
            out.note(0, NoteCode::ZipDirectoryLost)?;
        }
        let Some(xml) = package.xml(main, STREAM_CAP) else {
            return Ok(package.missing(main));
        };
        shared.links = links(&document.relations);
        shared.drawings = body_drawings;
        let verdict = document.read_body(main, xml, &mut shared, out)?;
        // building blocks are text that the document keeps for insertion
        if let Some(xml) = package.xml(&glossary, PART_CAP) {
            let mut page = read_whole(xml, &mut Story::new(&mut shared));
            page.mark(0, MarkKind::Hidden);
            if !page.is_blank() {
                out.page(page.into_page(PageKind::Text, String::new()))?;
            }
        }
        Ok(verdict)
    }

    fn read_furniture(&mut self, package: &mut Package<'_>, shared: &mut Shared) {
        let parts: Vec<String> = self
            .relations
            .iter()
            .filter(|relation| {
                matches!(relation.kind.as_str(), "header" | "footer") && !relation.external
            })
            .map(|relation| relation.target.clone())
            .collect();
        for part in parts {
            let relations = package.relations(&part);
            shared.links = links(&relations);
            let Some(xml) = package.xml(&part, PART_CAP) else { continue };
            let mut story = Story::new(shared);
            let mut draft = read_whole(xml, &mut story);
            add_links(&mut draft, std::mem::take(&mut story.references.links));
            self.acting.append(&mut story.references.acting);
            self.furniture.insert(part, draft);
        }
    }

    fn read_body<R: BufRead>(
        &mut self,
        main: &str,
        mut xml: Xml<R>,
        shared: &mut Shared,
        out: &mut Out<'_>,
    ) -> Result<Verdict, Stop> {
        let mut story = Story::new(shared);
        while let Some(node) = xml.next() {
            match story.read(&node) {
                Some(Signal::PageBreak) => self.end_page(&mut story, out)?,
                Some(Signal::SectionEnd(section)) => {
                    self.end_page(&mut story, out)?;
                    self.end_section(&section, out)?;
                }
                None => {}
            }
        }
        let nothing_yet = self.pages.is_empty() && self.held.is_empty();
        if !story.is_blank() || nothing_yet || !self.pages.is_empty() {
            self.end_page(&mut story, out)?;
            self.end_section(&Section { continuous: true, ..Section::default() }, out)?;
        }
        self.add_the_rest();
        self.emit_held(out)?;
        if xml.has_doctype() {
            out.note(0, NoteCode::EntitiesDeclared)?;
        }
        match xml.damage() {
            Some(damage) => damage.clone().settle(main, None, 0, out),
            None => Ok(Verdict::Read),
        }
    }

    fn end_page(&mut self, story: &mut Story<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
        let mut page = story.take();
        let References { footnotes, endnotes, comments, links, acting } =
            std::mem::take(&mut story.references);
        for (ids, notes, kind) in [
            (footnotes, &mut self.footnotes, MarkKind::Notes),
            (endnotes, &mut self.endnotes, MarkKind::Notes),
            (comments, &mut self.comments, MarkKind::Annotation),
        ] {
            for note in ids.iter().filter_map(|id| notes.remove(id)) {
                page.append_lines(&note, Some(kind));
            }
        }
        add_links(&mut page, links);
        for instruction in acting.into_iter().chain(std::mem::take(&mut self.acting)) {
            out.metadata("office:field", &instruction)?;
            out.note(0, NoteCode::ActiveField { instruction })?;
        }
        self.pages.push(page);
        Ok(())
    }

    /// Ends a section: its headers go before its first page, its footers after its last.
    fn end_section(&mut self, section: &Section, out: &mut Out<'_>) -> Result<(), Stop> {
        let headers = self.section_furniture(&section.headers);
        let footers = self.section_furniture(&section.footers);
        let mut pages = std::mem::take(&mut self.pages);
        if let Some(first) = pages.first_mut()
            && !headers.is_blank()
        {
            let mut with_headers = Draft::default();
            with_headers.append_lines(&headers, Some(MarkKind::Furniture));
            with_headers.append(first, None);
            *first = with_headers;
        }
        if let Some(last) = pages.last_mut() {
            last.append_lines(&footers, Some(MarkKind::Furniture));
        }
        match self.held.last_mut() {
            Some(last) if section.continuous && !pages.is_empty() => {
                last.end_line();
                last.append(&pages.remove(0), None);
                self.held.append(&mut pages);
            }
            _ => {
                self.emit_held(out)?;
                self.held = pages;
            }
        }
        Ok(())
    }

    fn emit_held(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        for page in std::mem::take(&mut self.held) {
            out.page(page.into_page(PageKind::Text, String::new()))?;
        }
        Ok(())
    }

    fn section_furniture(&mut self, ids: &[String]) -> Draft {
        let mut draft = Draft::default();
        for id in ids {
            let relation = self.relations.iter().find(|relation| relation.id == *id);
            let Some(part) = relation.map(|relation| relation.target.clone()) else { continue };
            if self.said_furniture.insert(part.clone())
                && let Some(found) = self.furniture.get(&part)
            {
                draft.append_lines(found, None);
            }
        }
        draft
    }

    /// Notes, comments, headers and footers that nothing refers to are still in the file: they go on its last page.
    fn add_the_rest(&mut self) {
        let Some(page) = self.held.last_mut() else { return };
        for (notes, kind) in [
            (&mut self.footnotes, MarkKind::Notes),
            (&mut self.endnotes, MarkKind::Notes),
            (&mut self.comments, MarkKind::Annotation),
        ] {
            for note in std::mem::take(notes).into_values() {
                page.append_lines(&note, Some(kind));
            }
        }
        for (part, draft) in &self.furniture {
            if self.said_furniture.insert(part.clone()) {
                page.append_lines(draft, Some(MarkKind::Furniture));
            }
        }
    }
}

/// Adds link targets that the text itself does not show, a line each, as annotations.
pub(crate) fn add_links(page: &mut Draft, links: Vec<String>) {
    let mut emitted = BTreeSet::new();
    for link in links {
        // looking up a link takes time proportional to the text; beyond this number, each is emitted
        let looked_up = emitted.len() < 2000;
        if emitted.insert(link.clone()) && !(looked_up && page.text().contains(&link)) {
            let mut line = Draft::default();
            line.push(&link);
            page.append_lines(&line, Some(MarkKind::Annotation));
        }
    }
}

fn links(relations: &[Relation]) -> BTreeMap<String, String> {
    let external =
        relations.iter().filter(|relation| relation.external && relation.kind == "hyperlink");
    external.map(|relation| (relation.id.clone(), relation.target.clone())).collect()
}

fn read_whole<R: BufRead>(mut xml: Xml<R>, story: &mut Story<'_>) -> Draft {
    while let Some(node) = xml.next() {
        story.read(&node);
    }
    story.take()
}

/// The notes of a part by id: a comment's text begins with its author and date.
fn notes(
    package: &mut Package<'_>,
    part: &str,
    element_name: &str,
    shared: &mut Shared,
    acting: &mut Vec<String>,
) -> BTreeMap<String, Draft> {
    let mut notes = BTreeMap::new();
    shared.links = links(&package.relations(part));
    let Some(mut xml) = package.xml(part, PART_CAP) else { return notes };
    let mut story = Story::new(shared);
    let mut open: Option<(String, Draft)> = None;
    while let Some(node) = xml.next() {
        story.read(&node);
        match &node {
            Node::Start(element) if element.name() == element_name => {
                let separator = element.value("type").is_some_and(|kind| kind.contains("eparator"));
                let mut draft = Draft::default();
                if let Some(author) = element.value("author") {
                    let date =
                        element.value("date").map_or_else(String::new, |date| format!(", {date}"));
                    draft.push(&format!("{author}{date}: "));
                }
                open = element.value("id").filter(|_| !separator).map(|id| (id, draft));
            }
            Node::End(name) if name == element_name => {
                let mut text = story.take();
                let references = std::mem::take(&mut story.references);
                acting.extend(references.acting);
                if let Some((id, mut draft)) = open.take() {
                    add_links(&mut text, references.links);
                    draft.append(&text, None);
                    notes.insert(id, draft);
                }
            }
            _ => {}
        }
    }
    notes
}
