//! Visio drawings of 2013 and later: a page for each of theirs, a line for each shape, its data, and comments.
//!
//! A shape without text of its own shows that of its master. Where shapes are is not read.

use super::office::draft::Draft;
use super::office::package::{PART_CAP, Package, resolved};
use super::office::properties;
use super::office::xml::{Element, Node};
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, NoteCode, PageKind, Reason, Request, Verdict};
use std::collections::{BTreeMap, HashMap};

/// Emits the contents of a drawing.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(mut package) = Package::open(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    properties::emit(&mut package, out)?;
    if package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    let root = package.relations("").into_iter().find(|relation| relation.kind == "document");
    let root = root.map_or_else(|| "visio/document.xml".to_owned(), |relation| relation.target);
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let masters = masters(&mut package, &resolved(&folder, "masters/masters.xml"));
    let pages = listed(&mut package, &resolved(&folder, "pages/pages.xml"), "Page");
    if pages.is_empty() && !package.has(&root) {
        return Ok(package.missing(&root));
    }
    let comments = comments(&mut package, &resolved(&folder, "comments.xml"));
    for page in &pages {
        emit_page(&mut package, page, &masters, &comments, out)?;
    }
    if pages.is_empty() {
        // a stencil has only masters
        let mut draft = Draft::default();
        let texts: BTreeMap<&String, &Shapes> = masters.iter().collect();
        texts
            .values()
            .for_each(|shapes| shapes.texts.values().for_each(|text| line(&mut draft, text)));
        if !draft.is_blank() {
            draft.emit(PageKind::Text, "", out)?;
        }
    }
    properties::emit_embedded(&mut package, out)?;
    Ok(Verdict::Read)
}

/// A page or master as a list names it.
struct Listed {
    id: String,
    name: String,
    part: String,
    is_background: bool,
}

fn listed(package: &mut Package<'_>, list: &str, element_name: &str) -> Vec<Listed> {
    let relations = package.relations(list);
    let mut found: Vec<Listed> = Vec::new();
    let Some(mut xml) = package.xml(list, PART_CAP) else { return found };
    while let Some(node) = xml.next() {
        let Node::Start(element) = node else { continue };
        if element.name() == element_name {
            found.push(Listed {
                id: element.value("ID").unwrap_or_default(),
                name: element.value("Name").or_else(|| element.value("NameU")).unwrap_or_default(),
                part: String::new(),
                is_background: element.value("Background").is_some_and(|value| value == "1"),
            });
        } else if element.name() == "Rel" {
            let id = element.foreign("id").unwrap_or_default();
            let part = relations
                .iter()
                .find(|relation| relation.id == id)
                .map(|relation| relation.target.clone());
            if let (Some(last), Some(part)) = (found.last_mut(), part) {
                last.part = part;
            }
        }
    }
    found
}

/// The texts of shapes by their ids; the first one is that of a master as a whole.
#[derive(Default)]
struct Shapes {
    first: Option<String>,
    texts: HashMap<String, String>,
}

fn masters(package: &mut Package<'_>, list: &str) -> HashMap<String, Shapes> {
    let mut masters = HashMap::new();
    for master in listed(package, list, "Master") {
        let mut shapes = Shapes::default();
        if let Some(mut xml) = package.xml(&master.part, PART_CAP) {
            let mut reader = Reader::default();
            while let Some(node) = xml.next() {
                reader.node(&node, &mut |shape| {
                    if !shape.text.is_empty() {
                        shapes.first.get_or_insert_with(|| shape.text.clone());
                        shapes.texts.insert(shape.id, shape.text);
                    }
                });
            }
        }
        masters.insert(master.id, shapes);
    }
    masters
}

fn emit_page(
    package: &mut Package<'_>,
    page: &Listed,
    masters: &HashMap<String, Shapes>,
    comments: &HashMap<String, Vec<String>>,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let mut draft = Draft::default();
    let Some(mut xml) = package.xml(&page.part, PART_CAP) else {
        return out.note(0, NoteCode::PartLost { part: page.part.clone(), sheet: None });
    };
    let mut reader = Reader::default();
    while let Some(node) = xml.next() {
        reader.node(&node, &mut |shape| {
            let inherited = || {
                let master = masters.get(&shape.master)?;
                if shape.master_shape.is_empty() {
                    master.first.as_ref()
                } else {
                    master.texts.get(&shape.master_shape)
                }
            };
            match inherited().filter(|_| shape.text.is_empty() && !shape.has_text) {
                Some(text) => line(&mut draft, text),
                None => line(&mut draft, &shape.text),
            }
            for (label, value) in &shape.data {
                let start = draft.len();
                line(
                    &mut draft,
                    &if label.is_empty() { value.clone() } else { format!("{label}: {value}") },
                );
                draft.mark(start, MarkKind::FormValue);
            }
        });
    }
    let damage = xml.damage().cloned();
    drop(xml);
    for comment in comments.get(&page.id).into_iter().flatten() {
        let start = draft.len();
        line(&mut draft, comment);
        draft.mark(start, MarkKind::Annotation);
    }
    if page.is_background {
        draft.mark(0, MarkKind::Furniture);
    }
    draft.emit(PageKind::Text, &page.name, out)?;
    if let Some(damage) = damage {
        damage.settle(&page.part, None, out.pages(), out)?;
    }
    Ok(())
}

fn line(draft: &mut Draft, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        draft.push(text);
        draft.push("\n");
    }
}

/// A shape that has ended.
#[derive(Default)]
struct Shape {
    id: String,
    master: String,
    master_shape: String,
    text: String,
    has_text: bool,
    data: Vec<(String, String)>,
}

/// Reads shapes; those within a group come before the group's own end.
#[derive(Default)]
struct Reader {
    open: Vec<Shape>,
    in_text: bool,
    in_data: bool,
    row: Option<(String, String)>,
}

impl Reader {
    fn node(&mut self, node: &Node<'_>, done: &mut dyn FnMut(Shape)) {
        match node {
            Node::Start(element) => self.start(element, done),
            Node::Text(text) if self.in_text => {
                self.open.last_mut().into_iter().for_each(|shape| shape.text.push_str(text));
            }
            Node::End(name) => match &**name {
                "Shape" => self.open.pop().into_iter().for_each(done),
                "Text" => self.in_text = false,
                "Section" => self.in_data = false,
                "Row" => {
                    let row = self.row.take().filter(|(_, value)| !value.is_empty());
                    self.open
                        .last_mut()
                        .into_iter()
                        .for_each(|shape| shape.data.extend(row.clone()));
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn start(&mut self, element: &Element<'_>, done: &mut dyn FnMut(Shape)) {
        match element.name() {
            "Shape" => {
                let master = element.value("Master");
                // parts of a group belong to the master of the group
                let master = master.or_else(|| self.open.last().map(|group| group.master.clone()));
                self.open.push(Shape {
                    id: element.value("ID").unwrap_or_default(),
                    master: master.unwrap_or_default(),
                    master_shape: element.value("MasterShape").unwrap_or_default(),
                    ..Shape::default()
                });
            }
            "Shapes" => {
                // the group's own text is drawn with it, before its parts
                let Some(group) = self.open.last_mut() else { return };
                let rest = Shape {
                    id: group.id.clone(),
                    master: group.master.clone(),
                    ..Shape::default()
                };
                let group = std::mem::replace(group, Shape { has_text: true, ..rest });
                done(group);
            }
            "Text" => {
                self.in_text = true;
                self.open.last_mut().into_iter().for_each(|shape| shape.has_text = true);
            }
            "Section" => self.in_data = element.value("N").is_some_and(|name| name == "Property"),
            "Row" if self.in_data => self.row = Some((String::new(), String::new())),
            "Cell" => {
                let Some(row) = &mut self.row else { return };
                let value = element.value("V").unwrap_or_default();
                match element.value("N").as_deref() {
                    Some("Label") => row.0 = value,
                    Some("Value") => row.1 = value,
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// The comments by the id of their page, each with its author.
fn comments(package: &mut Package<'_>, part: &str) -> HashMap<String, Vec<String>> {
    let (mut authors, mut found): (HashMap<String, String>, HashMap<String, Vec<String>>) =
        Default::default();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
    let mut open: Option<(String, String)> = None;
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => match element.name() {
                "AuthorEntry" => {
                    authors.extend(element.value("ID").zip(element.value("Name")));
                }
                "CommentEntry" => {
                    let author = element
                        .value("AuthorID")
                        .and_then(|id| authors.get(&id).cloned())
                        .unwrap_or_default();
                    open =
                        Some((element.value("PageID").unwrap_or_default(), format!("{author}: ")));
                }
                _ => {}
            },
            Node::Text(text) => open.iter_mut().for_each(|(_, comment)| comment.push_str(&text)),
            Node::End(name) if name == "CommentEntry" => {
                let comment = open.take();
                comment
                    .into_iter()
                    .for_each(|(page, text)| found.entry(page).or_default().push(text));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{package, read, relations, torment};

    const PAGE: &str = r#"<PageContents><Shapes><Shape ID="1" Master="2"/><Shape ID="2" Master="2"><Text><cp IX="0"/>own &#25968;</Text>
        <Section N="Property"><Row N="Row_1"><Cell N="Value" V="7 people"/><Cell N="Label" V="Staff"/></Row><Row><Cell N="Value" V=""/></Row></Section>
        <Section N="User"><Row><Cell N="Value" V="not data"/></Row></Section></Shape>
        <Shape ID="3" Type="Group" Master="2"><Text>group</Text><Shapes><Shape ID="4" MasterShape="8"/><Shape ID="5"><Text>inner</Text></Shape></Shapes></Shape>
        </Shapes></PageContents>"#;

    fn drawing(page: &str) -> Vec<u8> {
        package(&[
            ("_rels/.rels", &relations(&[("1", "document", "visio/document.xml")])),
            ("visio/document.xml", "<VisioDocument/>"),
            (
                "visio/masters/masters.xml",
                r#"<Masters><Master ID="2" Name="M"><Rel r:id="r1"/></Master></Masters>"#,
            ),
            ("visio/masters/_rels/masters.xml.rels", &relations(&[("r1", "master", "m.xml")])),
            (
                "visio/masters/m.xml",
                r#"<MasterContents><Shapes><Shape ID="7"><Text>from master</Text></Shape><Shape ID="8"><Text>part of master</Text></Shape></Shapes></MasterContents>"#,
            ),
            (
                "visio/pages/pages.xml",
                r#"<Pages><Page ID="0" Name="计划"><Rel r:id="r1"/></Page><Page ID="5" Name="lost"><Rel r:id="r2"/></Page></Pages>"#,
            ),
            (
                "visio/pages/_rels/pages.xml.rels",
                &relations(&[("r1", "page", "page1.xml"), ("r2", "page", "page2.xml")]),
            ),
            ("visio/pages/page1.xml", page),
            (
                "visio/comments.xml",
                r#"<Comments><AuthorList><AuthorEntry ID="1" Name="B"/></AuthorList><CommentList><CommentEntry AuthorID="1" PageID="0">check this</CommentEntry></CommentList></Comments>"#,
            ),
            ("visio/media/image1.png", "png"),
        ])
    }

    #[test]
    fn shapes_masters_data_and_comments() {
        let outcome = read(extract, &drawing(PAGE));
        assert_eq!(
            outcome.texts(),
            ["from master\nown 数\nStaff: 7 people\ngroup\npart of master\ninner\nB: check this\n"]
        );
        assert_eq!(outcome.labels(), ["计划"]);
        assert_eq!(outcome.marked(MarkKind::FormValue), ["Staff: 7 people\n"]);
        assert_eq!(outcome.marked(MarkKind::Annotation), ["B: check this\n"]);
        assert_eq!(outcome.members, [("visio/media/image1.png".to_owned(), b"png".to_vec())]);
        assert!(outcome.has_note(&NoteCode::PartLost {
            part: "visio/pages/page2.xml".to_owned(),
            sheet: None
        }));
    }

    #[test]
    fn hostile_files_end() {
        let whole = drawing(PAGE);
        torment(extract, &whole, whole.len() / 40);
        let deep = format!("<PageContents>{}<Text>x</Text>", "<Shapes><Shape>".repeat(100_000));
        let outcome = read(extract, &drawing(&format!("{deep}</Shape>")));
        assert_eq!(outcome.texts()[0], "x\nB: check this\n");
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/drawing.vsdx", &drawing(PAGE));
    }
}
