//! OFD (GB/T 33190-2016), the fixed layout of Chinese public offices: the text of each page with its boxes, templates and
//! annotations included; pictures and attachments as members; properties, custom tags, signatures and seals.
//!
//! Text is in the order in which it is drawn. No font is loaded, so the widths of characters are estimates where the
//! file does not place them one by one. What is drawn as curves is not read.

mod content;
mod signatures;
mod tags;
#[cfg(test)]
mod tests;

use super::layout::{Layout, MOST_GLYPHS, Matrix, numbers};
use super::office::one_line;
use super::office::package::{PART_CAP, Package, resolved};
use super::office::xml::Node;
use crate::out::{Input, Out, Stop};
use content::{Drawing, Object, Objects};
use exhibit_model::{MarkKind, NoteCode, Reason, Relation, Request, Verdict};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The part that names all others.
const ROOT: &str = "OFD.xml";
/// The part that lists what is encrypted (GM/T 0099).
const ENCRYPTIONS: &str = "Encryptions.xml";
/// The maximum number of titles of an outline, links and custom tags that are kept as properties.
const MOST_PROPERTIES: usize = 1_000;

/// Points per millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// Emits the contents of an OFD file.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(package) = Package::open(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    let mut file = File {
        package,
        used: BTreeSet::new(),
        texts: HashMap::new(),
        links: Kept::default(),
        signers: 0,
        dropped: 0,
    };
    let encrypted = file.package.has(ENCRYPTIONS);
    let bodies = file.bodies();
    let Some(bodies) = bodies.filter(|bodies| !bodies.is_empty()) else {
        if encrypted {
            out.note(0, NoteCode::EncryptionUnsupported { scheme: "GM/T 0099".to_owned() })?;
            return Ok(Verdict::Encrypted);
        }
        return Ok(file.package.missing(ROOT));
    };
    let count = bodies.len();
    let mut verdict = Verdict::Read;
    for (number, body) in (1..).zip(bodies) {
        for (key, value) in &body.properties {
            out.metadata(key, value)?;
        }
        if body.versions > 1 {
            out.note(0, NoteCode::FileUpdated { times: body.versions - 1 })?;
        }
        if encrypted && !file.package.has(&body.root) {
            out.note(0, NoteCode::EncryptionUnsupported { scheme: "GM/T 0099".to_owned() })?;
            verdict = Verdict::Encrypted;
            continue;
        }
        let label = if count > 1 { format!("document {number} ") } else { String::new() };
        file.document(&body, &label, out)?;
        if let Some(list) = &body.signatures {
            file.signatures(list, out)?;
        }
    }
    let links = std::mem::take(&mut file.links);
    file.dropped += links.emit("ofd:link", out)?;
    if file.dropped > 0 {
        out.note(0, NoteCode::RecordsDropped { count: file.dropped })?;
    }
    if file.package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    if file.signers > 0 {
        out.note(0, NoteCode::SignatureUnchecked { signers: file.signers })?;
    }
    file.rest(out)?;
    Ok(verdict)
}

/// A document of the file: what `OFD.xml` states about it.
#[derive(Default)]
struct DocBody {
    root: String,
    signatures: Option<String>,
    versions: u64,
    properties: Vec<(String, String)>,
}

struct File<'a> {
    package: Package<'a>,
    /// The parts that were read or emitted, in lower case.
    used: BTreeSet<String>,
    /// The text of objects by their id, for custom tags.
    texts: HashMap<String, String>,
    links: Kept,
    signers: u64,
    /// The number of titles, links and tags beyond what is kept.
    dropped: u64,
}

/// Up to [`MOST_PROPERTIES`] texts, and the number of those beyond.
#[derive(Default)]
struct Kept {
    texts: Vec<String>,
    dropped: u64,
}

impl Kept {
    fn add(&mut self, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            if self.texts.len() < MOST_PROPERTIES {
                self.texts.push(text);
            } else {
                self.dropped += 1;
            }
        }
    }

    fn join(&mut self, other: Self) {
        self.dropped += other.dropped;
        self.add(other.texts);
    }

    /// Emits the texts as values of a property; the number of those that were not kept.
    fn emit(self, key: &'static str, out: &mut Out<'_>) -> Result<u64, Stop> {
        for text in &self.texts {
            out.metadata(key, text)?;
        }
        Ok(self.dropped)
    }
}

/// What a document states in its root part.
#[derive(Default)]
struct Document {
    size: Option<(f32, f32)>,
    templates: BTreeMap<String, String>,
    pages: Vec<(String, String)>,
    resources: Vec<String>,
    annotations: Option<String>,
    attachments: Option<String>,
    tags: Option<String>,
    outline: Kept,
}

/// A page or a template, read.
struct Content {
    size: Option<(f32, f32)>,
    templates: Vec<(String, bool)>,
    objects: Vec<Object>,
    links: Kept,
}

impl<'a> File<'a> {
    /// Takes a part as read; its name in the package.
    fn take(&mut self, name: &str) -> String {
        self.used.insert(name.to_lowercase());
        name.to_owned()
    }

    /// The documents; `None` if the root part is missing.
    fn bodies(&mut self) -> Option<Vec<DocBody>> {
        let name = self.take(ROOT);
        let mut xml = self.package.xml(&name, PART_CAP)?;
        let (mut bodies, mut text): (Vec<DocBody>, String) = (Vec::new(), String::new());
        let mut custom = None;
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    match element.name() {
                        "DocBody" => bodies.push(DocBody::default()),
                        "CustomData" => custom = element.value("Name"),
                        "Version" => {
                            bodies.last_mut().into_iter().for_each(|body| body.versions += 1)
                        }
                        _ => {}
                    }
                }
                Node::Text(found) => text.push_str(&found),
                Node::End(name) => {
                    let Some(body) = bodies.last_mut() else { continue };
                    match &*name {
                        "DocRoot" => body.root = resolved("", text.trim()),
                        "Signatures" => body.signatures = Some(resolved("", text.trim())),
                        "CustomData" => {
                            let key = format!("custom:{}", custom.take().unwrap_or_default());
                            body.properties.push((key, text.clone()));
                        }
                        name => {
                            let key = property_key(name);
                            body.properties.extend(key.map(|key| (key.to_owned(), text.clone())));
                        }
                    }
                    text.clear();
                }
                Node::Other => {}
            }
        }
        let mut roots = BTreeSet::new();
        bodies.retain(|body| !body.root.is_empty() && roots.insert(body.root.to_lowercase()));
        Some(bodies)
    }

    fn document(&mut self, body: &DocBody, label: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let Some(mut document) = self.read_document(&body.root, out)? else {
            return out.note(0, NoteCode::PartLost { part: body.root.clone(), sheet: None });
        };
        self.dropped += std::mem::take(&mut document.outline).emit("ofd:outline", out)?;
        let mut units = HashMap::new();
        for part in &document.resources {
            self.resources(part, &mut units, out)?;
        }
        let notes = self.annotations(document.annotations.as_deref(), out)?;
        let mut templates: HashMap<String, Option<Content>> = HashMap::new();
        for (at, (id, part)) in document.pages.iter().enumerate() {
            let Some(page) = self.content(part, out)? else {
                out.note(0, NoteCode::PartLost { part: part.clone(), sheet: None })?;
                continue;
            };
            let size = page.size.or(document.size).unwrap_or((210.0, 297.0));
            let mut drawing = Drawing::new(Layout::new(size.0, size.1), &units);
            for above in [false, true] {
                if above {
                    drawing.draw(&page.objects, Matrix::SAME, None);
                }
                for (template, _) in
                    page.templates.iter().filter(|(_, foreground)| *foreground == above)
                {
                    let Some(part) = document.templates.get(template) else { continue };
                    if !templates.contains_key(template) {
                        let read = self.content(part, out)?;
                        templates.insert(template.clone(), read);
                    }
                    if let Some(Some(content)) = templates.get(template) {
                        drawing.draw(&content.objects, Matrix::SAME, None);
                    }
                }
            }
            for note in notes.get(id).into_iter().flatten() {
                note.draw(&mut drawing);
            }
            let (layout, texts) = drawing.finish();
            self.texts
                .extend(texts.into_iter().take(100_000_usize.saturating_sub(self.texts.len())));
            self.links.join(page.links);
            let full = layout.is_full();
            let label =
                if label.is_empty() { String::new() } else { format!("{label}page {}", at + 1) };
            out.page(layout.into_page((size.0 * POINTS, size.1 * POINTS), label))?;
            if full {
                out.note(out.pages(), NoteCode::GlyphLimit { glyphs: MOST_GLYPHS as u64 })?;
            }
        }
        for note in notes.into_values().flatten() {
            self.links.join(note.links);
        }
        if let Some(part) = &document.tags {
            self.tags(part, out)?;
        }
        if let Some(part) = &document.attachments {
            self.attachments(part, out)?;
        }
        Ok(())
    }

    fn read_document(&mut self, root: &str, out: &mut Out<'_>) -> Result<Option<Document>, Stop> {
        let part = self.take(root);
        let folder = folder_of(&part).to_owned();
        let Some(mut xml) = self.package.xml(&part, PART_CAP) else { return Ok(None) };
        let (mut document, mut text) = (Document::default(), String::new());
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    let place = |location: Option<String>| {
                        location.map(|path| resolved(&folder, path.trim()))
                    };
                    match element.name() {
                        "TemplatePage" => {
                            let found = element.value("ID").zip(place(element.value("BaseLoc")));
                            document.templates.extend(found);
                        }
                        "Page" => {
                            let id = element.value("ID").unwrap_or_default();
                            document
                                .pages
                                .extend(place(element.value("BaseLoc")).map(|path| (id, path)));
                        }
                        "OutlineElem" => document.outline.add(element.value("Title")),
                        _ => {}
                    }
                }
                Node::Text(found) => text.push_str(&found),
                Node::End(name) => {
                    let path = || Some(resolved(&folder, text.trim()));
                    match &*name {
                        "PhysicalBox" if document.size.is_none() => {
                            document.size = size_of_box(&text)
                        }
                        "PublicRes" | "DocumentRes" => document.resources.extend(path()),
                        "Annotations" => document.annotations = path(),
                        "Attachments" => document.attachments = path(),
                        "CustomTags" => document.tags = path(),
                        _ => {}
                    }
                    text.clear();
                }
                Node::Other => {}
            }
        }
        let damage = xml.damage().cloned();
        if let Some(damage) = damage {
            damage.settle(&part, None, 0, out)?;
        }
        Ok(Some(document))
    }

    /// Reads a page or a template.
    fn content(&mut self, part: &str, out: &mut Out<'_>) -> Result<Option<Content>, Stop> {
        let name = self.take(part);
        let Some(mut xml) = self.package.xml(&name, PART_CAP) else { return Ok(None) };
        let mut content = Content {
            size: None,
            templates: Vec::new(),
            objects: Vec::new(),
            links: Kept::default(),
        };
        let (mut objects, mut text) = (Objects::default(), String::new());
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    objects.start(&element);
                    if element.name() == "Template" {
                        let foreground =
                            element.value("ZOrder").is_some_and(|order| order == "Foreground");
                        content
                            .templates
                            .extend(element.value("TemplateID").map(|id| (id, foreground)));
                    } else if element.name() == "URI" {
                        content.links.add(element.value("URI"));
                    }
                }
                Node::Text(found) => {
                    objects.text(&found);
                    text.push_str(&found);
                }
                Node::End(name) => {
                    objects.end(&name);
                    if name == "PhysicalBox" {
                        content.size = size_of_box(&text);
                    }
                    text.clear();
                }
                Node::Other => {}
            }
        }
        content.objects = objects.finish();
        let damage = xml.damage().cloned();
        if let Some(damage) = damage {
            damage.settle(&name, None, out.pages() + 1, out)?;
        }
        Ok(Some(content))
    }

    /// Reads what pages refer to: emits the pictures, keeps the composite units by their ids.
    fn resources(
        &mut self,
        part: &str,
        units: &mut HashMap<String, Vec<Object>>,
        out: &mut Out<'_>,
    ) -> Result<(), Stop> {
        let name = self.take(part);
        let folder = folder_of(part).to_owned();
        let Some(mut xml) = self.package.xml(&name, PART_CAP) else {
            return out.note(0, NoteCode::PartLost { part: name, sheet: None });
        };
        let (mut base, mut media, mut text) = (folder.clone(), Vec::new(), String::new());
        let mut unit: Option<(String, Objects)> = None;
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    match element.name() {
                        "Res" => {
                            base = element
                                .value("BaseLoc")
                                .map_or(folder.clone(), |path| resolved(&folder, &path));
                        }
                        "CompositeGraphicUnit" | "VectorGraphics" if unit.is_none() => {
                            unit = element.value("ID").map(|id| (id, Objects::default()));
                        }
                        _ => unit.iter_mut().for_each(|(_, objects)| objects.start(&element)),
                    }
                }
                Node::Text(found) => {
                    unit.iter_mut().for_each(|(_, objects)| objects.text(&found));
                    text.push_str(&found);
                }
                Node::End(name) => {
                    match &*name {
                        "MediaFile" => media.push((resolved(&base, text.trim()), false)),
                        "FontFile" => media.push((resolved(&base, text.trim()), true)),
                        "CompositeGraphicUnit" => {
                            units.extend(unit.take().map(|(id, objects)| (id, objects.finish())));
                        }
                        _ => unit.iter_mut().for_each(|(_, objects)| objects.end(&name)),
                    }
                    text.clear();
                }
                Node::Other => {}
            }
        }
        let damage = xml.damage().cloned();
        drop(xml);
        if let Some(damage) = damage {
            damage.settle(&name, None, 0, out)?;
        }
        for (part, font) in media {
            if font {
                self.take(&part);
            } else {
                self.member(&part, out)?;
            }
        }
        Ok(())
    }

    /// Emits a part as a member, once.
    fn member(&mut self, part: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.used.contains(&part.to_lowercase()) {
            return Ok(());
        }
        if !self.package.has(part) {
            self.take(part);
            return out.note(0, NoteCode::PartLost { part: part.to_owned(), sheet: None });
        }
        self.take(part);
        out.container_size(self.package.size());
        self.package.emit_member(part, out)
    }

    /// Emits the files attached to a document, under the names that they have in it.
    fn attachments(&mut self, list: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let name = self.take(list);
        let folder = folder_of(&name).to_owned();
        let mut found: Vec<(String, String)> = Vec::new();
        if let Some(mut xml) = self.package.xml(&name, PART_CAP) {
            let (mut title, mut text) = (String::new(), String::new());
            while let Some(node) = xml.next() {
                match node {
                    Node::Start(element) => {
                        text.clear();
                        if element.name() == "Attachment" {
                            title = element.value("Name").unwrap_or_default();
                        }
                    }
                    Node::Text(piece) => text.push_str(&piece),
                    Node::End(end) if end == "FileLoc" => {
                        found.push((title.clone(), resolved(&folder, text.trim())));
                    }
                    _ => {}
                }
            }
        }
        for (title, part) in found {
            if self.used.contains(&part.to_lowercase()) {
                continue;
            }
            self.take(&part);
            let file = part.rsplit('/').next().unwrap_or_default();
            let name = if title.trim().is_empty() || title == file {
                file.to_owned()
            } else {
                with_ending(&title, file)
            };
            if !self.package.has(&part) {
                out.note(0, NoteCode::PartLost { part, sheet: None })?;
                continue;
            }
            out.container_size(self.package.size());
            self.package.emit_member_as(&part, &name, Relation::Attachment, out)?;
        }
        Ok(())
    }

    /// The annotations of each page, by the page's id.
    fn annotations(
        &mut self,
        list: Option<&str>,
        out: &mut Out<'_>,
    ) -> Result<BTreeMap<String, Vec<Annotation>>, Stop> {
        let mut of_pages: BTreeMap<String, Vec<Annotation>> = BTreeMap::new();
        let Some(list) = list else { return Ok(of_pages) };
        let name = self.take(list);
        let folder = folder_of(&name).to_owned();
        let mut files = Vec::new();
        if let Some(mut xml) = self.package.xml(&name, PART_CAP) {
            let (mut page, mut text) = (String::new(), String::new());
            while let Some(node) = xml.next() {
                match node {
                    Node::Start(element) => {
                        text.clear();
                        if element.name() == "Page" {
                            page = element.value("PageID").unwrap_or_default();
                        }
                    }
                    Node::Text(piece) => text.push_str(&piece),
                    Node::End(end) if end == "FileLoc" => {
                        files.push((page.clone(), resolved(&folder, text.trim())));
                    }
                    _ => {}
                }
            }
        }
        for (page, part) in files {
            if self.used.contains(&part.to_lowercase()) {
                continue;
            }
            let name = self.take(&part);
            let Some(mut xml) = self.package.xml(&name, PART_CAP) else {
                out.note(0, NoteCode::PartLost { part: name, sheet: None })?;
                continue;
            };
            let notes = of_pages.entry(page).or_default();
            while let Some(node) = xml.next() {
                if let Node::Start(element) = &node
                    && element.name() == "Annot"
                {
                    notes.push(Annotation::new(element));
                }
                notes.last_mut().into_iter().for_each(|note| note.node(&node));
            }
            let damage = xml.damage().cloned();
            if let Some(damage) = damage {
                damage.settle(&name, None, 0, out)?;
            }
        }
        Ok(of_pages)
    }

    /// Emits what nothing refers to, so that nothing in the package is left out; fonts are.
    fn rest(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        for name in self.package.names() {
            let lower = name.to_lowercase();
            let is_font = [".ttf", ".otf", ".ttc", ".fon", ".pfb"]
                .iter()
                .any(|ending| lower.ends_with(ending));
            if !is_font && !name.ends_with('/') && !self.used.contains(&lower) {
                self.member(&name, out)?;
            }
        }
        Ok(())
    }
}

/// An annotation of a page.
struct Annotation {
    kind: MarkKind,
    remark: String,
    in_remark: bool,
    objects: Objects,
    boundary: Matrix,
    links: Kept,
}

impl Annotation {
    fn new(element: &super::office::xml::Element<'_>) -> Self {
        let shown = element.value("Visible").is_none_or(|visible| visible != "false");
        Self {
            kind: if shown { MarkKind::Annotation } else { MarkKind::Hidden },
            remark: String::new(),
            in_remark: false,
            objects: Objects::default(),
            boundary: Matrix::SAME,
            links: Kept::default(),
        }
    }

    fn node(&mut self, node: &Node<'_>) {
        match node {
            Node::Start(element) => match element.name() {
                "Remark" => self.in_remark = true,
                "Appearance" => {
                    let boundary = numbers(&element.value("Boundary").unwrap_or_default());
                    if let [x, y, ..] = boundary[..] {
                        self.boundary = Matrix::shift(x, y);
                    }
                }
                "URI" => self.links.add(element.value("URI")),
                _ => self.objects.start(element),
            },
            Node::Text(text) if self.in_remark => self.remark.push_str(text),
            Node::Text(text) => self.objects.text(text),
            Node::End(name) if *name == "Remark" => self.in_remark = false,
            Node::End(name) => self.objects.end(name),
            Node::Other => {}
        }
    }

    fn draw(&self, drawing: &mut Drawing<'_>) {
        drawing.draw(self.objects.so_far(), self.boundary, Some(self.kind));
        drawing.layout.lines(&self.remark, Some(self.kind));
    }
}

/// The width and height of a box written as `x y width height`.
fn size_of_box(text: &str) -> Option<(f32, f32)> {
    match numbers(text)[..] {
        [_, _, width, height] if width > 0.0 && height > 0.0 => Some((width, height)),
        _ => None,
    }
}

fn folder_of(part: &str) -> &str {
    part.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A title with the ending of a file's name, if it has not got it.
fn with_ending(title: &str, file: &str) -> String {
    let title = one_line(title);
    match file.rsplit_once('.') {
        Some((_, ending))
            if !title.to_lowercase().ends_with(&format!(".{}", ending.to_lowercase())) =>
        {
            format!("{title}.{ending}")
        }
        _ => title,
    }
}

fn property_key(element: &str) -> Option<&'static str> {
    Some(match element {
        "DocID" => "ofd:DocID",
        "Title" => "dc:title",
        "Author" => "dc:creator",
        "Subject" => "dc:subject",
        "Abstract" => "dc:description",
        "CreationDate" => "dcterms:created",
        "ModDate" => "dcterms:modified",
        "DocUsage" => "ofd:DocUsage",
        "Keyword" => "cp:keywords",
        "Creator" => "app:Application",
        "CreatorVersion" => "app:AppVersion",
        _ => return None,
    })
}
