//! OpenDocument text, presentations and workbooks (OASIS OpenDocument 1.3): text as displayed, as stored in the file.
//!
//! A text document breaks into pages at its soft page breaks; a presentation has a page a slide, a workbook a
//! page a sheet, whose cells carry the displayed text. Notes, annotations, tracked deletions, headers and footers
//! are marked.

mod blowfish;
mod objects;
mod sealed;
#[cfg(test)]
mod tests;

use super::office::draft::Draft;
use super::office::package::{PART_CAP, Package, STREAM_CAP};
use super::office::xml::{Element, Node};
use super::sheet::SheetWriter;
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, NoteCode, PageKind, Reason, Request, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// The maximum number of times that a repeated cell or row with text is written out.
const MOST_REPEATS: u32 = 1000;
/// The part that contains the document's text.
const CONTENT: &str = "content.xml";
/// The only part of a document that is one XML file.
const FLAT: &str = "document.xml";

/// Emits the contents of an OpenDocument file.
pub(crate) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let mut start = [0; 2];
    let zipped = input.read_exact(&mut start).is_ok() && start == *b"PK";
    if input.rewind().is_ok() && !zipped {
        return extract_flat(input, request, out);
    }
    match Package::open(input, request.limits.whole_file_bytes) {
        Some(package) => extract_package(package, request, out),
        None => Ok(Verdict::Failed(Reason::NotAPackage)),
    }
}

/// Emits the contents of a document that is one XML file: its parts are elements of it.
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
    let mut package = Package::of_one_part(bytes);
    for (key, value) in properties(&mut package, FLAT) {
        out.metadata(&key, &value)?;
    }
    let mut body = Body { hidden_styles: hidden_styles(&mut package, &[FLAT]), ..Body::default() };
    let furniture = body.furniture(&mut package, FLAT);
    read_body(&mut package, FLAT, body, &furniture, out)
}

/// Emits the contents of an OpenDocument package.
pub(crate) fn extract_package(
    mut package: Package<'_>,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let encrypted = sealed::parts(&mut package);
    let essential = encrypted.iter().any(sealed::Part::is_essential);
    if !encrypted.is_empty() {
        let most = request.limits.whole_file_bytes;
        let opened = sealed::open(&mut package, &encrypted, &request.passwords, most);
        if !opened && essential {
            emit_properties(&mut package, out)?;
            return Ok(Verdict::Encrypted);
        }
        if opened {
            out.note(0, NoteCode::Decrypted)?;
        }
    }
    // newer programs encrypt the whole package
    if essential && package.has(sealed::WHOLE) && !package.has(CONTENT) {
        let mut inner = Vec::new();
        if let Some(mut part) = package.part(sealed::WHOLE, STREAM_CAP) {
            // what was read before an error may still be read
            let _ = part.read_to_end(&mut inner);
        }
        let mut inner = std::io::Cursor::new(inner);
        return match Package::open(&mut inner, request.limits.whole_file_bytes) {
            Some(package) => extract_open(package, out),
            None => Ok(Verdict::Failed(Reason::NotAPackage)),
        };
    }
    extract_open(package, out)
}

fn extract_open(mut package: Package<'_>, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    emit_properties(&mut package, out)?;
    let mut body = Body {
        hidden_styles: hidden_styles(&mut package, &["styles.xml", CONTENT]),
        ..Body::default()
    };
    body.objects = objects::texts(&mut package);
    let furniture = body.furniture(&mut package, "styles.xml");
    if !package.has(CONTENT) {
        return Ok(package.missing(CONTENT));
    }
    let verdict = read_body(&mut package, CONTENT, body, &furniture, out)?;
    if package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    emit_members(&mut package, out)?;
    Ok(verdict)
}

fn read_body(
    package: &mut Package<'_>,
    part: &str,
    mut body: Body,
    furniture: &Draft,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(mut xml) = package.xml(part, STREAM_CAP) else {
        return Ok(package.missing(part));
    };
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => body.start(&element, out)?,
            Node::Text(text) => body.text(&text),
            Node::End(name) => body.end(&name, out)?,
            Node::Other => {}
        }
    }
    let damage = xml.damage().cloned();
    body.finish(furniture, out)?;
    for reference in body.outside {
        let (part, relation) = (part.to_owned(), reference.0.to_owned());
        out.metadata("office:external-reference", &format!("{relation} {}", reference.1))?;
        out.note(0, NoteCode::ExternalReference { part, relation, target: reference.1 })?;
    }
    match damage {
        Some(damage) => damage.settle(part, None, 0, out),
        None => Ok(Verdict::Read),
    }
}

fn emit_properties(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
    for (key, value) in properties(package, "meta.xml") {
        out.metadata(&key, &value)?;
    }
    Ok(())
}

fn properties(package: &mut Package<'_>, part: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(mut xml) = package.xml(part, PART_CAP) {
        let mut open: Option<(String, String)> = None;
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) if element.name() == "body" => break,
                Node::Start(element) => {
                    open = property_key(&element).map(|key| (key, String::new()))
                }
                Node::Text(text) => {
                    if let Some((_, value)) = &mut open {
                        value.push_str(&text);
                    }
                }
                Node::End(_) => found.extend(open.take()),
                Node::Other => {}
            }
        }
    }
    found
}

// The creator in OpenDocument is the last editor; the author is the initial creator.
fn property_key(element: &Element<'_>) -> Option<String> {
    Some(
        match element.qualified() {
            "meta:initial-creator" => "dc:creator",
            "dc:creator" => "cp:lastModifiedBy",
            "meta:creation-date" => "dcterms:created",
            "dc:date" => "dcterms:modified",
            "dc:title" => "dc:title",
            "dc:subject" => "dc:subject",
            "dc:description" => "dc:description",
            "dc:language" => "dc:language",
            "meta:keyword" => "cp:keywords",
            "meta:generator" => "app:Application",
            "meta:printed-by" => "odf:printed-by",
            "meta:print-date" => "cp:lastPrinted",
            "meta:editing-cycles" => "cp:revision",
            "meta:editing-duration" => "odf:editing-duration",
            "meta:user-defined" => return Some(format!("custom:{}", element.any("name")?)),
            _ => return None,
        }
        .to_owned(),
    )
}

/// The styles whose text, table or slide is not shown.
fn hidden_styles(package: &mut Package<'_>, parts: &[&str]) -> BTreeSet<String> {
    let mut hidden = BTreeSet::new();
    for part in parts {
        let Some(mut xml) = package.xml(part, STREAM_CAP) else { continue };
        let mut style = None;
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => match element.name() {
                    "style" => style = element.any("name"),
                    "text-properties" | "table-properties" | "drawing-page-properties" => {
                        let off = element.any("display").as_deref() == Some("none")
                            || (element.name() == "table-properties"
                                && element.any("display").as_deref() == Some("false"))
                            || element.any("visibility").as_deref() == Some("hidden");
                        if off {
                            hidden.extend(style.clone());
                        }
                    }
                    "body" => break,
                    _ => {}
                },
                Node::End(name) if name == "style" => style = None,
                _ => {}
            }
        }
    }
    hidden
}

fn emit_members(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
    out.container_size(package.size());
    for name in package.names() {
        let folder = |wanted: &str| name.starts_with(wanted) && !name.ends_with('/');
        let object = folder("Object ") && !name.contains("/");
        if folder("Basic/") && name.ends_with(".xml") && !name.contains("script-l") {
            out.note(0, NoteCode::MacrosPresent { part: Some(name.clone()) })?;
        } else if !(folder("Pictures/")
            || (name.contains("/Pictures/") && !name.ends_with('/'))
            || folder("media/")
            || folder("Thumbnails/")
            || object)
        {
            continue;
        }
        package.emit_member(&name, out)?;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Plain,
    Deleted,
    Annotation,
    Notes,
}

#[derive(Default)]
struct Cell {
    paragraphs: Vec<String>,
    value: String,
    columns: u32,
    note: String,
    covered: bool,
}

#[derive(Default)]
struct Row {
    cells: Vec<(u32, Cell)>,
    columns: u32,
    repeats: u32,
}

#[derive(Default)]
struct Body {
    draft: Draft,
    line: String,
    /// The layer of the current text, innermost last, with the depth of its element.
    layers: Vec<(Layer, u32)>,
    depth: u32,
    in_paragraph: u32,
    /// Whether a blank here would be redundant.
    after_blank: bool,
    hidden_styles: BTreeSet<String>,
    hidden_spans: Vec<u32>,
    started: bool,
    slide: Option<String>,
    slide_name: String,
    sheet: Option<SheetWriter>,
    in_spreadsheet: bool,
    row: Option<Row>,
    cell: Option<Cell>,
    next_row: u32,
    row_cells: Vec<u32>,
    tables: u32,
    annotation_by: BTreeMap<u32, String>,
    taking_author: bool,
    title: String,
    in_title: bool,
    /// The text of embedded objects by their folder.
    objects: BTreeMap<String, String>,
    /// Objects, readings and descriptions within the current paragraph, which follow it.
    asides: Vec<(String, MarkKind)>,
    reading: u32,
    describing: bool,
    /// Whether the document's class is stated at its root, as before OpenDocument.
    class: String,
    links: Vec<String>,
    /// What is fetched on opening: the kind of reference, and its target.
    outside: Vec<(&'static str, String)>,
    lists: objects::Lists,
    list_style: Vec<String>,
    /// Whether the next paragraph is the first of its list item.
    item: bool,
}

impl Body {
    fn layer(&self) -> Layer {
        self.layers.last().map_or(Layer::Plain, |(layer, _)| *layer)
    }

    /// The text of headers, footers and master pages, which are stored in the styles; and the list styles.
    fn furniture(&mut self, package: &mut Package<'_>, part: &str) -> Draft {
        let mut lines = Draft::default();
        let Some(mut xml) = package.xml(part, PART_CAP) else { return lines };
        let (mut line, mut inside, mut paragraph) = (String::new(), 0u32, 0u32);
        let (mut master, mut placeholder) = (false, false);
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => match element.name() {
                    "body" => break,
                    "master-page" => master = true,
                    "notes" => placeholder = true,
                    "frame" | "custom-shape" => {
                        placeholder = element.any("placeholder").as_deref() == Some("true")
                    }
                    name if name.starts_with("header") || name.starts_with("footer") => inside += 1,
                    "p" | "h" => paragraph += 1,
                    "tab" => line.push('\t'),
                    _ => self.lists.take(&element),
                },
                Node::Text(text) if (inside > 0 || (master && !placeholder)) && paragraph > 0 => {
                    line.push_str(&text)
                }
                Node::End(name) => match &*name {
                    "master-page" => master = false,
                    "frame" | "custom-shape" | "notes" => placeholder = false,
                    name if name.starts_with("header") || name.starts_with("footer") => {
                        inside = inside.saturating_sub(1)
                    }
                    "p" | "h" => {
                        paragraph = paragraph.saturating_sub(1);
                        // `<number>` and the like stand for what is filled in when displayed
                        let field = line.trim().starts_with('<') && line.trim().ends_with('>');
                        if !line.trim().is_empty() && !field {
                            lines.push(&line);
                            lines.push("\n");
                        }
                        line.clear();
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        lines
    }

    fn start(&mut self, element: &Element<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
        self.depth += 1;
        let name = element.name();
        match name {
            "document-content" | "document" => {
                self.class = element.any("class").unwrap_or_default()
            }
            "body" if !self.class.is_empty() => {
                self.started = true;
                self.in_spreadsheet = self.class == "spreadsheet";
            }
            "text" | "presentation" | "spreadsheet" | "drawing" | "chart"
                if element.qualified().starts_with("office:") =>
            {
                self.started = true;
                self.in_spreadsheet = name == "spreadsheet";
            }
            _ if !self.started => self.lists.take(element),
            "p" | "h" => {
                self.in_paragraph += 1;
                self.after_blank = true;
                self.begin_item(element);
            }
            "list" | "ordered-list" | "unordered-list" => self.begin_list(element),
            "list-item" | "list-header" => self.item = name == "list-item",
            "ruby-text" => {
                self.reading += 1;
                self.asides.push((String::new(), MarkKind::Annotation));
            }
            "a" => self.link(element),
            "title" | "desc" if element.qualified().starts_with("svg:") => {
                self.describing = true;
                self.asides.push((String::new(), MarkKind::Invisible));
            }
            "object" | "object-ole" => {
                let folder = element.any("href").unwrap_or_default();
                let text =
                    self.objects.remove(folder.trim_start_matches("./").trim_end_matches('/'));
                self.asides.extend(text.map(|text| (text, MarkKind::FormValue)));
            }
            "footer-decl" | "header-decl" => {
                self.describing = true;
                self.asides.push((String::new(), MarkKind::Furniture));
            }
            "dde-source" | "dde-connection-decl" | "section-source" | "cell-range-source" => {
                self.source(element)
            }
            "s" => {
                let count: usize =
                    element.any("c").and_then(|count| count.parse().ok()).unwrap_or(1);
                self.line.push_str(&" ".repeat(count.min(1000)));
                self.after_blank = false;
            }
            "tab" => self.line.push('\t'),
            "line-break" => self.line.push('\n'),
            "soft-page-break"
                if self.slide.is_none() && !self.in_spreadsheet && self.tables == 0 =>
            {
                self.flush_line();
                self.end_page(out)?;
            }
            "span" | "hidden-text" | "section" => {
                let style = element
                    .any("style-name")
                    .is_some_and(|style| self.hidden_styles.contains(&style));
                let display = element.value("display").as_deref() == Some("none");
                if style || display {
                    self.flush_line();
                    self.hidden_spans.push(self.depth);
                }
            }
            "tracked-changes" | "deletion" => self.enter(Layer::Deleted),
            "annotation" => self.enter(Layer::Annotation),
            "creator" => self.taking_author = self.layer() == Layer::Annotation,
            "note-body" => self.enter(Layer::Notes),
            "notes" if element.qualified().starts_with("presentation:") => self.enter(Layer::Notes),
            "page" => {
                self.slide = Some(element.any("style-name").unwrap_or_default());
                self.slide_name = element.any("name").unwrap_or_default();
                self.title.clear();
            }
            "frame" => self.in_title = element.any("class").as_deref() == Some("title"),
            "image" => {
                self.draft.images += 1;
                self.source(element);
            }
            "table" => self.begin_table(element),
            "table-row" => self.begin_row(element),
            "table-cell" | "covered-table-cell" => self.begin_cell(element),
            _ => {}
        }
        Ok(())
    }

    fn link(&mut self, element: &Element<'_>) {
        let address =
            element.any("href").filter(|address| !address.is_empty() && self.links.len() < 100_000);
        self.links.extend(address);
    }

    // References outside the package, which are followed on opening.
    fn source(&mut self, element: &Element<'_>) {
        let dde: Vec<String> = ["dde-application", "dde-topic", "dde-item"]
            .iter()
            .filter_map(|name| element.any(name))
            .collect();
        let address = element
            .any("href")
            .filter(|address| address.contains(':') || address.starts_with("../"));
        let reference = if dde.is_empty() {
            address.map(|address| ("link", address))
        } else {
            Some(("dde", dde.join("|")))
        };
        self.outside.extend(reference.filter(|_| self.outside.len() < 1000));
    }

    fn begin_list(&mut self, element: &Element<'_>) {
        let style = element
            .any("style-name")
            .or_else(|| self.list_style.last().cloned())
            .unwrap_or_default();
        if self.list_style.is_empty()
            && element.any("continue-numbering").as_deref() != Some("true")
        {
            self.lists.restart(&style);
        }
        self.list_style.push(style);
    }

    // The number or bullet of a list item, or of a numbered heading, before its first paragraph.
    fn begin_item(&mut self, element: &Element<'_>) {
        let label = if element.name() == "h" && self.list_style.is_empty() {
            let level =
                element.any("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1);
            self.lists.label(objects::OUTLINE, level)
        } else if std::mem::take(&mut self.item) {
            self.list_style.last().and_then(|style| self.lists.label(style, self.list_style.len()))
        } else {
            None
        };
        if let Some(label) = label.filter(|label| !label.is_empty()) {
            self.line.push_str(&label);
            self.line.push(' ');
        }
    }

    // What belongs to a paragraph but is not in its line.
    fn write_asides(&mut self) {
        let asides = std::mem::take(&mut self.asides);
        let readings: Vec<&str> = asides
            .iter()
            .filter(|(_, kind)| *kind == MarkKind::Annotation)
            .map(|(text, _)| text.trim())
            .collect();
        if !readings.is_empty() {
            let text = format!(" ({})", readings.join(" "));
            match &mut self.cell {
                Some(cell) => cell.paragraphs.push(text),
                None => self.draft.push_as(&text, MarkKind::Annotation),
            }
        }
        for (text, kind) in asides
            .iter()
            .filter(|(text, kind)| *kind != MarkKind::Annotation && !text.trim().is_empty())
        {
            let mut lines = Draft::default();
            lines.push(text);
            // the text of an object is plain
            self.draft
                .append_lines(&lines, Some(*kind).filter(|kind| *kind != MarkKind::FormValue));
        }
    }

    fn enter(&mut self, layer: Layer) {
        self.flush_line();
        self.layers.push((layer, self.depth));
    }

    fn begin_table(&mut self, element: &Element<'_>) {
        self.tables += 1;
        if self.in_spreadsheet && self.tables == 1 {
            let style = element.any("style-name").unwrap_or_default();
            let hidden = self.hidden_styles.contains(&style);
            self.sheet = Some(SheetWriter::new(&element.any("name").unwrap_or_default(), hidden));
            self.next_row = 0;
        }
    }

    fn begin_row(&mut self, element: &Element<'_>) {
        if self.sheet.is_some() && self.tables == 1 {
            let repeats = repeated(element, "number-rows-repeated");
            self.row = Some(Row { repeats, ..Row::default() });
        } else {
            self.row_cells.push(0);
        }
    }

    fn begin_cell(&mut self, element: &Element<'_>) {
        if self.row.is_some() && self.tables == 1 {
            let shown = element
                .any("date-value")
                .or_else(|| element.any("boolean-value"))
                .or_else(|| element.any("value"));
            self.cell = Some(Cell {
                columns: repeated(element, "number-columns-repeated"),
                value: shown.unwrap_or_default(),
                covered: element.name() == "covered-table-cell",
                ..Cell::default()
            });
        } else if let Some(cells) = self.row_cells.last_mut() {
            if *cells > 0 {
                self.draft.push("\t");
            }
            *cells += 1;
        }
    }

    fn text(&mut self, text: &str) {
        if self.reading > 0 || self.describing {
            if let Some((aside, _)) = self.asides.last_mut() {
                aside.push_str(text);
            }
        } else if self.taking_author {
            self.annotation_by.entry(self.depth).or_default().push_str(text);
            let author = self.annotation_by.remove(&self.depth).unwrap_or_default();
            self.line.push_str(&author);
            self.line.push_str(": ");
            self.taking_author = false;
        } else if self.started && self.in_paragraph > 0 {
            // white space in OpenDocument is one blank, except where elements specify otherwise
            for c in text.chars() {
                let blank = matches!(c, ' ' | '\t' | '\n' | '\r');
                if !(blank && self.after_blank) {
                    self.line.push(if blank { ' ' } else { c });
                }
                self.after_blank = blank;
            }
        }
    }

    fn kind(&self) -> Option<MarkKind> {
        match self.layer() {
            Layer::Deleted => Some(MarkKind::Deleted),
            Layer::Annotation => Some(MarkKind::Annotation),
            Layer::Notes => Some(MarkKind::Notes),
            Layer::Plain if !self.hidden_spans.is_empty() => Some(MarkKind::Hidden),
            Layer::Plain => None,
        }
    }

    fn flush_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        if let Some(cell) = &mut self.cell {
            if self.layers.is_empty() {
                cell.paragraphs.push(line);
            } else {
                cell.note.push_str(&line);
            }
            return;
        }
        match self.kind() {
            Some(kind) => self.draft.push_as(&line, kind),
            None => self.draft.push(&line),
        }
    }

    fn end(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.started {
            self.end_known(name, out)?;
        }
        if self.hidden_spans.last() == Some(&self.depth) {
            self.flush_line();
            self.hidden_spans.pop();
        }
        if self.layers.last().is_some_and(|(_, depth)| *depth == self.depth) {
            self.flush_line();
            self.layers.pop();
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn end_known(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        match name {
            "p" | "h" => {
                self.in_paragraph = self.in_paragraph.saturating_sub(1);
                if self.in_title && self.title.is_empty() && self.layers.is_empty() {
                    self.title.clone_from(&self.line);
                }
                self.flush_line();
                if self.in_paragraph == 0 {
                    self.write_asides();
                }
                match &mut self.cell {
                    Some(cell) if !self.layers.is_empty() => cell.note.push('\n'),
                    Some(_) => {}
                    None => self.draft.push("\n"),
                }
            }
            "creator" => self.taking_author = false,
            "ruby-text" => self.reading = self.reading.saturating_sub(1),
            "title" | "desc" | "footer-decl" | "header-decl" => {
                self.describing = false;
                if self.in_paragraph == 0 {
                    self.write_asides();
                }
            }
            "list" | "ordered-list" | "unordered-list" => {
                self.list_style.pop();
            }
            "frame" => {
                self.in_title = false;
                if self.in_paragraph == 0 {
                    self.write_asides();
                }
            }
            "page" => {
                let style = self.slide.take().unwrap_or_default();
                if self.hidden_styles.contains(&style) {
                    self.draft.mark(0, MarkKind::Hidden);
                }
                let title =
                    if self.title.trim().is_empty() { &self.slide_name } else { &self.title };
                let title = super::office::one_line(title);
                let mut draft = std::mem::take(&mut self.draft);
                super::docx::add_links(&mut draft, std::mem::take(&mut self.links));
                out.page(draft.into_page(PageKind::Slide, title))?;
            }
            "table-cell" | "covered-table-cell" => self.end_cell(),
            "table-row" => self.end_row(out)?,
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0
                    && let Some(sheet) = self.sheet.take()
                {
                    let drawn = std::mem::take(&mut self.draft);
                    let mut rest = vec![(drawn.text().to_owned(), None)];
                    let links = std::mem::take(&mut self.links);
                    rest.extend(links.into_iter().map(|link| (link, Some(MarkKind::Annotation))));
                    sheet.finish(&rest, out)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        if let (Some(cell), Some(row), 1) = (&mut self.cell, &mut self.row, self.tables) {
            let cell = std::mem::take(cell);
            let (column, columns) = (row.columns, cell.columns);
            row.columns = column.saturating_add(columns);
            let empty = cell.paragraphs.is_empty() && cell.note.is_empty() && cell.value.is_empty();
            if !empty {
                row.cells.push((column, cell));
            }
            self.cell = None;
        } else if self.draft.text().ends_with('\n') && !self.row_cells.is_empty() {
            self.draft.drop_line_end();
        }
    }

    fn end_row(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.tables != 1 || self.sheet.is_none() {
            self.row_cells.pop();
            self.draft.push("\n");
            return Ok(());
        }
        let (Some(row), Some(sheet)) = (self.row.take(), self.sheet.as_mut()) else {
            return Ok(());
        };
        let first = self.next_row;
        self.next_row = first.saturating_add(row.repeats);
        let repeats = if row.cells.is_empty() { 0 } else { row.repeats.min(MOST_REPEATS) };
        for at in first..first.saturating_add(repeats) {
            for (column, cell) in &row.cells {
                let text = if cell.paragraphs.is_empty() {
                    cell.value.clone()
                } else {
                    cell.paragraphs.join("\n")
                };
                for repeat in 0..cell.columns.min(MOST_REPEATS) {
                    sheet.cell((at, column.saturating_add(repeat)), &text, cell.covered, out)?;
                }
                if !cell.note.trim().is_empty() {
                    sheet.note(at, *column, &cell.note);
                }
            }
        }
        if row.repeats > MOST_REPEATS && !row.cells.is_empty() {
            let (repeats, written) = (u64::from(row.repeats), u64::from(MOST_REPEATS));
            out.note(0, NoteCode::RowRepeatsTruncated { repeats, written })?;
        }
        Ok(())
    }

    fn end_page(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.draft.is_blank() {
            return Ok(());
        }
        let mut draft = std::mem::take(&mut self.draft);
        super::docx::add_links(&mut draft, std::mem::take(&mut self.links));
        out.page(draft.into_page(PageKind::Text, String::new()))
    }

    fn finish(&mut self, furniture: &Draft, out: &mut Out<'_>) -> Result<(), Stop> {
        self.flush_line();
        if let Some(sheet) = self.sheet.take() {
            sheet.finish(&[], out)?;
        }
        self.write_asides();
        super::docx::add_links(&mut self.draft, std::mem::take(&mut self.links));
        // objects that nothing shows are still in the file
        for text in std::mem::take(&mut self.objects).into_values() {
            let mut lines = Draft::default();
            lines.push(&text);
            self.draft.append_lines(&lines, Some(MarkKind::Hidden));
        }
        self.draft.append_lines(furniture, Some(MarkKind::Furniture));
        if out.pages() == 0 || !self.draft.is_blank() {
            let draft = std::mem::take(&mut self.draft);
            out.page(draft.into_page(PageKind::Text, String::new()))?;
        }
        Ok(())
    }
}

fn repeated(element: &Element<'_>, name: &str) -> u32 {
    element.any(name).and_then(|count| count.parse().ok()).unwrap_or(1).max(1)
}
