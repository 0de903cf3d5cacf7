//! FictionBook 2: a page for each section of the first level, notes marked, the pictures in it as members.

use super::office::draft::Draft;
use super::office::one_line;
use super::office::xml::{Element, Node, Xml};
use super::ole;
use crate::out::{Input, Out, Stop};
use crate::transfer;
use exhibit_model::{MarkKind, Member, NoteCode, PageKind, Reason, Relation, Request, Verdict};

/// The maximum number of pictures, and of links.
const MOST: usize = 10_000;

/// Emits the contents of a book.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(bytes) = ole::whole(input, most) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    };
    out.container_size(bytes.len() as u64);
    let mut xml = Xml::new(&bytes[..]);
    let mut book = Book::default();
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => book.start(&element, out)?,
            Node::Text(text) => book.text(&text),
            Node::End(name) => book.end(&name, out)?,
            Node::Other => {}
        }
    }
    book.end_page(out)?;
    if book.damaged > 0 {
        out.note(0, NoteCode::EmbeddedUndecodable { count: book.damaged })?;
    }
    if xml.has_doctype() && bytes.windows(8).any(|window| window == b"<!ENTITY") {
        out.note(0, NoteCode::EntitiesDeclared)?;
    }
    let damage = xml.damage().cloned();
    damage.map_or(Ok(Verdict::Read), |damage| damage.settle("book", None, 0, out))
}

#[derive(Default)]
struct Book {
    page: Draft,
    label: String,
    line: String,
    /// Whether the current body is one of notes.
    notes: bool,
    in_body: bool,
    /// The depth of sections.
    sections: u32,
    /// The depth within a title.
    title: u32,
    /// Whether within the description, and the texts of a person or a property there.
    in_description: bool,
    person: Vec<String>,
    binary: Option<(String, String)>,
    members: usize,
    damaged: u64,
}

impl Book {
    fn start(&mut self, element: &Element<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
        match element.name() {
            "description" => self.in_description = true,
            "author" | "translator" if self.in_description => self.person.clear(),
            "body" => {
                self.end_page(out)?;
                self.in_body = true;
                self.notes = element.value("name").is_some_and(|name| name != "main");
            }
            "section" => {
                if self.sections == 0 {
                    self.end_page(out)?;
                }
                self.sections = self.sections.saturating_add(1);
            }
            "title" if self.in_body => self.title += 1,
            "p" | "v" | "subtitle" | "text-author" | "tr" if self.in_body => self.end_line(),
            "td" | "th" if !self.line.is_empty() => self.line.push('\t'),
            "image" if self.in_body => self.page.images += 1,
            "binary" => {
                self.binary = Some((element.value("id").unwrap_or_default(), String::new()))
            }
            _ => {}
        }
        if self.in_description {
            self.line.clear();
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        match &mut self.binary {
            Some((_, data)) => data.push_str(text),
            None => {
                let blank = text.starts_with(char::is_whitespace) && !self.line.is_empty();
                self.line.push_str(if blank { " " } else { "" });
                self.line.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
                self.line.push_str(
                    if text.trim_end().len() < text.len() && !self.line.is_empty() {
                        " "
                    } else {
                        ""
                    },
                );
            }
        }
    }

    fn end(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        if let Some((id, data)) = self.binary.take_if(|_| name == "binary") {
            return self.picture(&id, &data, out);
        }
        if self.in_description {
            return self.describe(name, out);
        }
        match name {
            "p" | "v" | "subtitle" | "text-author" | "tr" => self.end_line(),
            "title" => {
                self.end_line();
                self.title = self.title.saturating_sub(1);
            }
            "section" => {
                self.end_line();
                self.sections = self.sections.saturating_sub(1);
            }
            "body" => {
                self.end_page(out)?;
                self.in_body = false;
                self.sections = 0;
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes an element of the description.
    fn describe(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let text = one_line(&std::mem::take(&mut self.line));
        let key = match name {
            "description" => {
                self.in_description = false;
                return Ok(());
            }
            "first-name" | "middle-name" | "last-name" | "nickname" => {
                self.person.extend((!text.is_empty()).then_some(text));
                return Ok(());
            }
            "author" | "translator" => {
                let key = if name == "author" { "dc:creator" } else { "dc:contributor" };
                return out.metadata(key, &std::mem::take(&mut self.person).join(" "));
            }
            "book-title" => "dc:title",
            "lang" => "dc:language",
            "date" => "dcterms:created",
            "genre" => "dc:subject",
            "keywords" => "cp:keywords",
            "p" => "dc:description",
            "publisher" => "dc:publisher",
            "isbn" | "id" => "dc:identifier",
            "program-used" => "app:Application",
            "email" | "home-page" | "src-url" => "fb2:source",
            _ => return Ok(()),
        };
        out.metadata(key, &text)
    }

    fn picture(&mut self, id: &str, data: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        let decoded = transfer::base64(data.as_bytes());
        if decoded.strange > 0 || decoded.bytes.is_empty() {
            self.damaged += 1;
        }
        self.members += 1;
        if self.members > MOST || decoded.bytes.is_empty() {
            return Ok(());
        }
        let name = if id.is_empty() { format!("binary {}", self.members) } else { id.to_owned() };
        out.member(Member {
            name: name.into_bytes(),
            relation: Relation::Embedded,
            ..Member::default()
        })?;
        out.member_from(&mut &decoded.bytes[..])
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_matches(' ');
        if line.is_empty() {
            return;
        }
        if self.title > 0 && self.label.is_empty() {
            self.label = one_line(line);
        }
        if self.notes {
            self.page.push_as(&format!("{line}\n"), MarkKind::Notes);
        } else {
            self.page.push(&format!("{line}\n"));
        }
    }

    fn end_page(&mut self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.end_line();
        let (page, label) = (std::mem::take(&mut self.page), std::mem::take(&mut self.label));
        if page.is_blank() { Ok(()) } else { page.emit(PageKind::Text, &label, out) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{read, torment};

    const BOOK: &str = r##"<?xml version="1.0" encoding="UTF-8"?><FictionBook xmlns:l="x"><description><title-info><genre>prose</genre>
        <author><first-name>Ada</first-name><last-name>Writer</last-name></author><book-title>The Gate</book-title>
        <annotation><p>About a gate.</p></annotation><lang>ru</lang></title-info></description>
        <body><title><p>The Gate</p></title><section><title><p>Part</p><p>one</p></title><section><p>First <emphasis>word</emphasis>, and
        more<a l:href="#n1">[1]</a>.</p><poem><stanza><v>a verse</v></stanza></poem></section></section>
        <section><p>Second</p><table><tr><td>a</td><td>b</td></tr></table></section></body>
        <body name="notes"><section id="n1"><p>A note</p></section></body>
        <binary id="a.png" content-type="image/png">iVBO
        Rw==</binary><binary id="bad">!</binary></FictionBook>"##;

    #[test]
    fn sections_notes_properties_and_pictures() {
        let outcome = read(extract, BOOK.as_bytes());
        assert_eq!(
            outcome.texts(),
            [
                "The Gate\n",
                "Part\none\nFirst word, and more[1].\na verse\n",
                "Second\na\tb\n",
                "A note\n"
            ]
        );
        assert_eq!(outcome.labels(), ["The Gate", "Part", "", ""]);
        assert_eq!(outcome.marked(MarkKind::Notes), ["A note\n"]);
        for (key, value) in [
            ("dc:creator", "Ada Writer"),
            ("dc:title", "The Gate"),
            ("dc:description", "About a gate."),
        ] {
            assert_eq!(outcome.property(key), Some(value));
        }
        assert_eq!(outcome.members, [("a.png".to_owned(), b"\x89PNG".to_vec())]);
        assert!(outcome.has_note(&NoteCode::EmbeddedUndecodable { count: 1 }));
    }

    #[test]
    fn damaged_books_are_read_as_far_as_they_go() {
        let outcome = read(extract, &BOOK.as_bytes()[..700]);
        assert!(outcome.texts()[0].starts_with("The Gate"));
        assert!(outcome.notes.iter().any(|note| matches!(note, NoteCode::PartCutShort { .. })));
        torment(extract, BOOK.as_bytes(), 37);
        let deep = format!("<FictionBook><body>{}<p>x</p>", "<section>".repeat(100_000));
        assert_eq!(read(extract, deep.as_bytes()).texts(), ["x\n"]);
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/book.fb2", BOOK.as_bytes());
    }
}
