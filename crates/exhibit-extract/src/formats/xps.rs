//! XPS and OpenXPS (ECMA-388): the text of each page with its boxes, in the order in which it is drawn; pictures as members.
//!
//! Fonts are not loaded: each run of glyphs states its text itself. What is drawn as curves is not read.

use super::layout::{Glyph, Layout, MOST_GLYPHS, Matrix, Run, numbers, usual_advance};
use super::office::package::{PART_CAP, Package, resolved};
use super::office::properties;
use super::office::xml::{Element, Node};
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, NoteCode, Reason, Request, Verdict};
use std::collections::BTreeSet;

/// Points in a unit of a page, 1/96 inch.
const POINTS: f32 = 0.75;
/// The maximum number of documents of a file and of links listed.
const MOST: usize = 1_000;

/// Emits the contents of an XPS file.
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
    let pages = pages(&mut package, out)?;
    if pages.is_empty() {
        return Ok(package.missing("FixedDocumentSequence"));
    }
    let mut links = BTreeSet::new();
    for part in &pages {
        page(&mut package, part, &mut links, out)?;
    }
    for link in links.iter().take(MOST) {
        out.metadata("xps:link", link)?;
    }
    emit_members(&mut package, out)?;
    Ok(Verdict::Read)
}

/// The parts of the pages, in order; those that no document lists follow.
fn pages(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<Vec<String>, Stop> {
    let relations = package.relations("");
    let root = relations
        .into_iter()
        .find(|relation| relation.kind == "fixedrepresentation")
        .map(|found| found.target);
    let sequence = root.unwrap_or_else(|| "FixedDocSeq.fdseq".to_owned());
    let documents = sources(package, &sequence, "DocumentReference");
    let mut pages = Vec::new();
    for document in documents.into_iter().take(MOST) {
        if package.has(&document) {
            pages.extend(sources(package, &document, "PageContent"));
        } else {
            out.note(0, NoteCode::PartLost { part: document, sheet: None })?;
        }
    }
    let listed: BTreeSet<String> = pages.iter().map(|part| part.to_lowercase()).collect();
    let is_page = |name: &String| name.to_lowercase().ends_with(".fpage");
    let mut rest: Vec<String> = package
        .names()
        .into_iter()
        .filter(|name| is_page(name) && !listed.contains(&name.to_lowercase()))
        .collect();
    rest.sort_by_key(|name| (name.len(), name.clone()));
    pages.extend(rest);
    Ok(pages)
}

/// The parts that a list names.
fn sources(package: &mut Package<'_>, part: &str, element_name: &str) -> Vec<String> {
    let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut found = Vec::new();
    let Some(mut xml) = package.xml(part, PART_CAP) else { return found };
    while let Some(node) = xml.next() {
        if let Node::Start(element) = node
            && element.name() == element_name
        {
            found.extend(element.value("Source").map(|path| resolved(&folder, &path)));
        }
    }
    found
}

fn page(
    package: &mut Package<'_>,
    part: &str,
    links: &mut BTreeSet<String>,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let Some(mut xml) = package.xml(part, PART_CAP) else {
        return out.note(0, NoteCode::PartLost { part: part.to_owned(), sheet: None });
    };
    let mut drawing =
        Drawing { layout: Layout::new(816.0, 1056.0), size: (816.0, 1056.0), open: Vec::new() };
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => {
                let link =
                    element.any("FixedPage.NavigateUri").or_else(|| element.any("NavigateUri"));
                links.extend(link.filter(|link| link.contains(':') && links.len() < MOST));
                drawing.start(&element);
            }
            Node::End(_) => drawing.end(),
            _ => {}
        }
    }
    let damage = xml.damage().cloned();
    drop(xml);
    let full = drawing.layout.is_full();
    let points = (drawing.size.0 * POINTS, drawing.size.1 * POINTS);
    out.page(drawing.layout.into_page(points, String::new()))?;
    let number = out.pages();
    if full {
        out.note(number, NoteCode::GlyphLimit { glyphs: MOST_GLYPHS as u64 })?;
    }
    if let Some(damage) = damage {
        damage.settle(part, None, number, out)?;
    }
    Ok(())
}

/// A page being drawn.
struct Drawing {
    layout: Layout,
    size: (f32, f32),
    open: Vec<Open>,
}

/// An open element: what it does to those within, and its glyphs, which its own properties may still move.
struct Open {
    matrix: Matrix,
    hidden: bool,
    glyphs: Option<Glyphs>,
}

struct Glyphs {
    text: String,
    indices: String,
    origin: (f32, f32),
    em: f32,
    leftwards: bool,
}

impl Drawing {
    fn start(&mut self, element: &Element<'_>) {
        let number =
            |name: &str| element.value(name).and_then(|text| text.trim().parse::<f32>().ok());
        let matrix_of = |name: &str| element.value(name).and_then(|text| Matrix::parse(&text));
        let parent =
            self.open.last().map_or((Matrix::SAME, false), |open| (open.matrix, open.hidden));
        let own = matrix_of("RenderTransform").unwrap_or(Matrix::SAME);
        let hidden = parent.1 || number("Opacity") == Some(0.0);
        let mut open = Open { matrix: own.then(parent.0), hidden, glyphs: None };
        match element.name() {
            "FixedPage" => {
                let size = (number("Width").unwrap_or(816.0), number("Height").unwrap_or(1056.0));
                self.size = size;
                self.layout = Layout::new(size.0, size.1);
            }
            "MatrixTransform" => {
                // the parent is the property, its parent the element that is moved
                if let (Some(matrix), Some(at)) =
                    (matrix_of("Matrix"), self.open.len().checked_sub(2))
                {
                    let moved = &mut self.open[at];
                    moved.matrix = matrix.then(moved.matrix);
                }
            }
            "Glyphs" => {
                let text = element.value("UnicodeString").unwrap_or_default();
                open.hidden |= element.value("Fill").is_some_and(|fill| is_transparent(&fill));
                open.glyphs = Some(Glyphs {
                    text: text.strip_prefix("{}").map_or(text.clone(), str::to_owned),
                    indices: element.value("Indices").unwrap_or_default(),
                    origin: (number("OriginX").unwrap_or(0.0), number("OriginY").unwrap_or(0.0)),
                    em: number("FontRenderingEmSize").unwrap_or(12.0),
                    leftwards: number("BidiLevel")
                        .is_some_and(|level| level.rem_euclid(2.0) == 1.0),
                });
            }
            "ImageBrush" => self.layout.images = self.layout.images.saturating_add(1),
            _ => {}
        }
        self.open.push(open);
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let Some(glyphs) = open.glyphs else { return };
        let kind = open.hidden.then_some(MarkKind::Invisible);
        let placed = glyphs.placed();
        self.layout.run(&Run { glyphs: &placed, em: glyphs.em, matrix: open.matrix, kind });
    }
}

impl Glyphs {
    /// The characters with their places. Where a glyph stands for several characters, they share its advance.
    fn placed(&self) -> Vec<Glyph> {
        let characters: Vec<char> = self.text.chars().collect();
        let mut placed = Vec::with_capacity(characters.len());
        let (mut x, mut at) = (self.origin.0, 0);
        let mut place = |characters: &[char], advance: Option<f32>| {
            for character in characters {
                let usual = usual_advance(*character) * self.em;
                let advance = advance.map_or(usual, |advance| advance / characters.len() as f32);
                let start = if self.leftwards { x - advance } else { x };
                placed.push(Glyph {
                    character: *character,
                    x: start,
                    y: self.origin.1,
                    advance,
                    downwards: false,
                });
                x += if self.leftwards { -advance } else { advance };
            }
        };
        let mut entries = self.indices.split(';').filter(|_| !self.indices.is_empty());
        while at < characters.len() {
            let Some(entry) = entries.next() else {
                place(&characters[at..=at], None);
                at += 1;
                continue;
            };
            let (count, glyph_count) = cluster(entry);
            let end = at.saturating_add(count.max(1)).min(characters.len());
            let mut advance = advance_of(entry);
            for more in entries.by_ref().take(glyph_count.saturating_sub(1)) {
                advance = advance.zip(advance_of(more)).map(|(one, other)| one + other);
            }
            place(&characters[at..end], advance.map(|hundredths| hundredths * self.em / 100.0));
            at = end;
        }
        placed
    }
}

/// The numbers of characters and of glyphs that an entry begins with, such as `(2:1)`.
fn cluster(entry: &str) -> (usize, usize) {
    let inside = entry
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .map(|(inside, _)| inside);
    let Some(inside) = inside else { return (1, 1) };
    let mut counts = inside.split(':').map(|count| count.trim().parse().unwrap_or(1));
    (counts.next().unwrap_or(1), counts.next().unwrap_or(1))
}

fn advance_of(entry: &str) -> Option<f32> {
    let advance = numbers(&entry.split(',').nth(1)?.replace(',', " "));
    advance.first().copied().filter(|advance| *advance >= 0.0)
}

/// Whether a colour written with eight digits has an alpha of zero.
fn is_transparent(fill: &str) -> bool {
    let fill = fill.trim();
    fill.eq_ignore_ascii_case("transparent") || (fill.len() == 9 && fill.starts_with("#00"))
}

fn emit_members(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
    out.container_size(package.size());
    let mut signatures = 0;
    for name in package.names() {
        let lower = name.to_lowercase();
        let ending = lower.rsplit('.').next().unwrap_or_default();
        if matches!(
            ending,
            "png" | "jpg" | "jpeg" | "tif" | "tiff" | "wdp" | "jxr" | "gif" | "bmp" | "pdf"
        ) {
            package.emit_member(&name, out)?;
        } else if ending == "psdsxs" || lower.ends_with("/xml-signature.xml") {
            signatures += 1;
        } else if ending == "piece" {
            // a part in pieces between others, as when it was printed to a stream
            out.note(0, NoteCode::PartLost { part: name, sheet: None })?;
        }
    }
    if signatures > 0 {
        out.note(0, NoteCode::SignatureUnchecked { signers: signatures })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{package, read, relations, torment};

    fn xps(page: &str) -> Vec<u8> {
        package(&[
            ("_rels/.rels", &relations(&[("1", "fixedrepresentation", "/Seq.fdseq")])),
            (
                "Seq.fdseq",
                r#"<FixedDocumentSequence><DocumentReference Source="/Doc/1.fdoc"/><DocumentReference Source="/Doc/2.fdoc"/></FixedDocumentSequence>"#,
            ),
            (
                "Doc/1.fdoc",
                r#"<FixedDocument><PageContent Source="Pages/1.fpage"/><PageContent Source="Pages/9.fpage"/></FixedDocument>"#,
            ),
            ("Doc/Pages/1.fpage", page),
            (
                "Doc/Pages/2.fpage",
                r#"<FixedPage Width="100" Height="100"><Glyphs OriginX="1" OriginY="9" FontRenderingEmSize="9" UnicodeString="unlisted"/></FixedPage>"#,
            ),
            ("Resources/a.png", "png"),
            ("Resources/f.odttf", "font"),
        ])
    }

    const PAGE: &str = r##"<FixedPage Width="960" Height="480" xmlns="http://schemas.microsoft.com/xps/2005/06">
        <Canvas><Canvas.RenderTransform><MatrixTransform Matrix="2,0,0,2,0,0"/></Canvas.RenderTransform>
        <Glyphs OriginX="48" OriginY="24" FontRenderingEmSize="10" UnicodeString="登记" Indices="1,100;2,100"/>
        <Glyphs OriginX="68" OriginY="24" FontRenderingEmSize="10" UnicodeString="{}{A}" Indices="(2:1)7,90;3"/></Canvas>
        <Glyphs OriginX="96" OriginY="200" FontRenderingEmSize="10" UnicodeString="below" Fill="#00FFFFFF"/>
        <Path FixedPage.NavigateUri="https://example.org/x"><Path.Fill><ImageBrush ImageSource="/Resources/a.png"/></Path.Fill></Path>
        </FixedPage>"##;

    #[test]
    fn pages_have_text_with_boxes() {
        let outcome = read(extract, &xps(PAGE));
        assert_eq!(outcome.texts(), ["登记{A}\nbelow\n", "unlisted\n"]);
        assert_eq!(outcome.marked(MarkKind::Invisible), ["below"]);
        let page = &outcome.pages[0];
        assert_eq!((page.width, page.height, page.counts.images), (720.0, 360.0, 1));
        let rect = page.boxes[0].rect;
        assert!((rect.x0 - 0.1).abs() < 1e-4 && (rect.x1 - 116.0 / 960.0).abs() < 1e-4, "{rect:?}");
        assert_eq!(outcome.property("xps:link"), Some("https://example.org/x"));
        assert_eq!(outcome.members, [("Resources/a.png".to_owned(), b"png".to_vec())]);
        for part in ["Doc/2.fdoc", "Doc/Pages/9.fpage"] {
            assert!(
                outcome.has_note(&NoteCode::PartLost { part: part.to_owned(), sheet: None }),
                "{part}"
            );
        }
    }

    #[test]
    fn glyphs_of_clusters_share_their_advance() {
        let glyphs = |indices: &str, leftwards| Glyphs {
            text: "ffi!".to_owned(),
            indices: indices.to_owned(),
            origin: (100.0, 0.0),
            em: 10.0,
            leftwards,
        };
        let places =
            |glyphs: Glyphs| glyphs.placed().iter().map(|g| g.x.round()).collect::<Vec<_>>();
        assert_eq!(places(glyphs("(3:1)9,90", false)), [100.0, 103.0, 106.0, 109.0]);
        assert_eq!(places(glyphs("(3:2)9,60;10,30;4", false)), [100.0, 103.0, 106.0, 109.0]);
        assert_eq!(places(glyphs("1,50;1,50;1,50;1,50", true)), [95.0, 90.0, 85.0, 80.0]);
        assert_eq!(glyphs("(99999999999:3)1;;;;;;", false).placed().len(), 4);
    }

    #[test]
    fn hostile_files_end() {
        let whole = xps(PAGE);
        torment(extract, &whole, whole.len() / 40);
        let deep = format!("<FixedPage>{}<Glyphs UnicodeString='x'/>", "<Canvas>".repeat(200_000));
        assert_eq!(read(extract, &xps(&deep)).texts()[0], "x\n");
        assert!(matches!(read(extract, &package(&[("a", "b")])).verdict, Verdict::Failed(_)));
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/page.xps", &xps(PAGE));
    }
}
