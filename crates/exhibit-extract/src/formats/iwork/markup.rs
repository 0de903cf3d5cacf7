//! The XML of documents of 2005 to 2012.

use crate::formats::office::draft::Draft;
use crate::formats::office::package::{Package, STREAM_CAP};
use crate::formats::office::xml::{Element, Node};
use crate::out::{Out, Stop};
use exhibit_model::{MarkKind, PageKind, Verdict};

/// Reads the main part of a document.
pub(super) fn read(
    package: &mut Package<'_>,
    part: &str,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(mut xml) = package.xml(part, STREAM_CAP) else { return Ok(package.missing(part)) };
    let mut document = Document::default();
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => document.start(&element, out)?,
            Node::Text(text) => document.text(&text),
            Node::End(name) => document.end(&name, out)?,
            Node::Other => {}
        }
    }
    let damage = xml.damage().cloned();
    document.end_page(out)?;
    damage.map_or(Ok(Verdict::Read), |damage| damage.settle(part, None, 0, out))
}

#[derive(Default)]
struct Document {
    draft: Draft,
    label: String,
    slides: bool,
    /// The names of the open elements that matter here, innermost last, with their depth.
    within: Vec<(Part, u32)>,
    depth: u32,
    paragraph: u32,
    /// The property that is being read.
    property: Option<&'static str>,
    columns: u32,
    cell: u32,
    cell_text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Page,
    Master,
    Notes,
    Comment,
    Furniture,
    Table,
    Cell,
    Metadata,
}

impl Document {
    fn is_in(&self, part: Part) -> bool {
        self.within.iter().any(|(open, _)| *open == part)
    }

    fn start(&mut self, element: &Element<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
        self.depth = self.depth.saturating_add(1);
        let directly_in_table = self
            .within
            .last()
            .is_some_and(|(part, at)| *part == Part::Table && *at + 1 == self.depth);
        let part = match element.name() {
            "presentation" => {
                self.slides = true;
                None
            }
            "slide" | "workspace" => {
                self.end_page(out)?;
                self.label = element.any("workspace-name").unwrap_or_default();
                Some(Part::Page)
            }
            "master-slide" | "theme-list" | "templates" | "prototypes" => Some(Part::Master),
            "notes" => Some(Part::Notes),
            "sticky-note" | "annotation" | "annotation-field" => Some(Part::Comment),
            "footnote" | "endnote" => Some(Part::Notes),
            "header" | "footer" => Some(Part::Furniture),
            "metadata" => Some(Part::Metadata),
            "tabular-model" => {
                if let Some(name) = element.any("name").filter(|_| !self.is_in(Part::Master)) {
                    self.line(&name);
                }
                None
            }
            "grid" => {
                self.columns =
                    element.any("numcols").and_then(|count| count.parse().ok()).unwrap_or(0);
                None
            }
            "datasource" => {
                self.cell = 0;
                Some(Part::Table)
            }
            _ if directly_in_table => Some(Part::Cell),
            _ => None,
        };
        if let Some(part) = part {
            self.within.push((part, self.depth));
        }
        match element.name() {
            "p" if element.qualified() == "sf:p" => self.paragraph += 1,
            "br" | "lnbr" | "crbr" | "pgbr" | "ctbr" if self.paragraph > 0 => self.push("\n"),
            "tab" if self.paragraph > 0 => self.push("\t"),
            "title" if self.is_in(Part::Metadata) => self.property = Some("dc:title"),
            "authors" if self.is_in(Part::Metadata) => self.property = Some("dc:creator"),
            "comment" if self.is_in(Part::Metadata) => self.property = Some("dc:description"),
            "keywords" if self.is_in(Part::Metadata) => self.property = Some("cp:keywords"),
            "string" => {
                if let (Some(key), Some(value)) = (self.property, element.any("string")) {
                    out.metadata(key, &value)?;
                }
            }
            _ => {}
        }
        if self.is_in(Part::Cell) {
            let value = match element.name() {
                "ct" => element.any("s"),
                "n" | "rn" => element.any("v"),
                "d" | "rd" => element.any("cell-date"),
                "rt" | "rct" => element.any("s"),
                _ => None,
            };
            self.cell_text.push_str(&value.unwrap_or_default());
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        if self.is_in(Part::Master) {
            return;
        }
        if self.is_in(Part::Cell) {
            self.cell_text.push_str(text);
        } else {
            self.draft.push(text);
        }
    }

    fn line(&mut self, text: &str) {
        self.draft.end_line();
        self.draft.push(text.trim());
        self.draft.end_line();
    }

    fn text(&mut self, text: &str) {
        if self.paragraph == 0 || self.is_in(Part::Master) {
            return;
        }
        let kind = self.within.iter().rev().find_map(|(part, _)| match part {
            Part::Notes => Some(MarkKind::Notes),
            Part::Comment => Some(MarkKind::Annotation),
            Part::Furniture => Some(MarkKind::Furniture),
            _ => None,
        });
        // line ends are elements; those in the text only lay out the markup
        let text = text.replace('\n', "");
        match kind {
            Some(kind) if !self.is_in(Part::Cell) => self.draft.push_as(&text, kind),
            _ => self.push(&text),
        }
    }

    fn end(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        if let Some((part, _)) = self.within.pop_if(|(_, at)| *at == self.depth) {
            match part {
                Part::Cell => self.end_cell(),
                Part::Table => self.draft.end_line(),
                Part::Page => self.end_page(out)?,
                Part::Metadata => self.property = None,
                _ => {}
            }
        }
        match name {
            "p" if self.paragraph > 0 => {
                self.paragraph -= 1;
                if !self.is_in(Part::Master) && !self.is_in(Part::Cell) {
                    self.draft.end_line();
                }
            }
            "title" | "authors" | "comment" | "keywords" => self.property = None,
            _ => {}
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn end_cell(&mut self) {
        let text = std::mem::take(&mut self.cell_text);
        if self.is_in(Part::Master) {
            return;
        }
        if self.cell > 0 {
            let ends_row = self.columns > 0 && self.cell.is_multiple_of(self.columns);
            self.draft.push(if ends_row { "\n" } else { "\t" });
        }
        self.cell = self.cell.saturating_add(1);
        self.draft.push(text.trim());
    }

    fn end_page(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        let (draft, label) = (std::mem::take(&mut self.draft), std::mem::take(&mut self.label));
        if draft.text().trim().is_empty() {
            return Ok(());
        }
        draft.emit(if self.slides { PageKind::Slide } else { PageKind::Text }, &label, out)
    }
}
