//! EPUB (EPUB 3.3, and 2): the chapters in reading order, then those that are not in it; pictures and sound as members.
//!
//! Chapters are read as any web page is. Style sheets, fonts and scripts are left out; encrypted books stay encrypted.

use super::html;
use super::office::one_line;
use super::office::package::{PART_CAP, Package, resolved};
use super::office::xml::Node;
use crate::out::{Input, Out, Stop};
use crate::transfer;
use exhibit_model::{NoteCode, Reason, Request, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

const CONTAINER: &str = "META-INF/container.xml";
/// Encryption of this algorithm only scrambles the beginning of fonts.
const FONT_ALGORITHMS: [&str; 2] =
    ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];
/// The maximum number of links listed over all chapters.
const MOST_LINKS: usize = 1_000;

/// Emits the contents of a book.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(mut package) = Package::open(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    let roots = roots(&mut package);
    if package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    if !roots.iter().any(|root| package.has(root)) {
        return Ok(package.missing(roots.first().map_or(CONTAINER, String::as_str)));
    }
    out.container_size(package.size());
    let encrypted = encrypted_parts(&mut package);
    let mut reader =
        Reader { package, encrypted, emitted: BTreeSet::new(), links: BTreeSet::new(), sealed: 0 };
    let mut pages = 0;
    for root in &roots {
        pages += reader.book(root, out)?;
    }
    for link in reader.links.iter().take(MOST_LINKS) {
        out.metadata("html:link", link)?;
    }
    if reader.sealed > 0 {
        out.note(0, NoteCode::EncryptionUnsupported { scheme: "EPUB encryption.xml".to_owned() })?;
        if pages == 0 {
            return Ok(Verdict::Encrypted);
        }
    }
    Ok(Verdict::Read)
}

/// The package documents of the book: one for each rendition.
fn roots(package: &mut Package<'_>) -> Vec<String> {
    let mut roots = Vec::new();
    if let Some(mut xml) = package.xml(CONTAINER, PART_CAP) {
        while let Some(node) = xml.next() {
            if let Node::Start(element) = node
                && element.name() == "rootfile"
                && roots.len() < 100
            {
                roots.extend(element.value("full-path").map(|path| resolved("", &path)));
            }
        }
    }
    // a book whose container is damaged still has its package document
    if roots.is_empty() {
        roots = package
            .names()
            .into_iter()
            .filter(|name| name.to_lowercase().ends_with(".opf"))
            .collect();
    }
    roots
}

/// The parts whose content is encrypted, fonts apart, in lower case.
fn encrypted_parts(package: &mut Package<'_>) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    let Some(mut xml) = package.xml("META-INF/encryption.xml", PART_CAP) else { return parts };
    let mut algorithm = String::new();
    while let Some(node) = xml.next() {
        let Node::Start(element) = node else { continue };
        match element.name() {
            "EncryptedData" => algorithm.clear(),
            "EncryptionMethod" => algorithm = element.value("Algorithm").unwrap_or_default(),
            "CipherReference" if !FONT_ALGORITHMS.contains(&algorithm.as_str()) => {
                let address = element.value("URI").unwrap_or_default();
                parts.insert(resolved("", &plain_path(&address)).to_lowercase());
            }
            _ => {}
        }
    }
    parts
}

struct Reader<'a> {
    package: Package<'a>,
    encrypted: BTreeSet<String>,
    emitted: BTreeSet<String>,
    links: BTreeSet<String>,
    /// The number of encrypted chapters.
    sealed: u64,
}

/// A file of the book.
struct Item {
    part: String,
    media_type: String,
    is_navigation: bool,
}

impl Reader<'_> {
    /// Emits one rendition; the number of chapters read.
    fn book(&mut self, root: &str, out: &mut Out<'_>) -> Result<u64, Stop> {
        let (items, spine, navigation) = self.package_document(root, out)?;
        let titles = navigation.map(|part| self.titles(&part)).unwrap_or_default();
        let listed: BTreeSet<&String> = spine.iter().collect();
        let in_order = spine.iter().filter_map(|id| items.get(id));
        let beside = items
            .iter()
            .filter(|(id, item)| !listed.contains(id) && !item.is_navigation)
            .map(|(_, item)| item);
        let mut read = 0;
        for item in in_order.chain(beside) {
            if !self.emitted.insert(item.part.to_lowercase()) {
                continue;
            }
            let is_text = matches!(
                item.media_type.as_str(),
                "application/xhtml+xml"
                    | "text/html"
                    | "text/x-oeb1-document"
                    | "application/x-dtbook+xml"
            );
            if is_text {
                read += u64::from(self.chapter(&item.part, &titles, out)?);
            } else if is_content(&item.media_type) {
                self.member(&item.part, out)?;
            }
        }
        Ok(read)
    }

    fn member(&mut self, part: &str, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.package.has(part) {
            self.package.emit_member(part, out)
        } else {
            out.note(0, NoteCode::PartLost { part: part.to_owned(), sheet: None })
        }
    }

    fn chapter(
        &mut self,
        part: &str,
        titles: &BTreeMap<String, String>,
        out: &mut Out<'_>,
    ) -> Result<bool, Stop> {
        if self.encrypted.contains(&part.to_lowercase()) {
            self.sealed += 1;
            return Ok(false);
        }
        let mut bytes = Vec::new();
        let whole = self
            .package
            .part(part, PART_CAP)
            .is_some_and(|mut stream| stream.read_to_end(&mut bytes).is_ok());
        if !whole {
            out.note(0, NoteCode::PartLost { part: part.to_owned(), sheet: None })?;
        }
        let mut found = html::text_of_bytes(&bytes);
        let title =
            titles.get(&part.to_lowercase()).cloned().unwrap_or_else(|| one_line(&found.title));
        found.emit_text(&title, out)?;
        found.emit_notes(out)?;
        let outside = found.links.iter().filter(|link| link.contains(':'));
        let room = MOST_LINKS.saturating_sub(self.links.len());
        self.links.extend(outside.take(room).cloned());
        for embedded in found.embedded {
            embedded.emit(out)?;
        }
        Ok(whole)
    }

    /// Emits the properties; the files of the book by id, the ids in reading order, and the table of contents.
    #[expect(clippy::type_complexity, reason = "the three are taken apart at once")]
    fn package_document(
        &mut self,
        root: &str,
        out: &mut Out<'_>,
    ) -> Result<(BTreeMap<String, Item>, Vec<String>, Option<String>), Stop> {
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let (mut items, mut spine, mut navigation) = (BTreeMap::new(), Vec::new(), None);
        let mut properties = Vec::new();
        let Some(mut xml) = self.package.xml(root, PART_CAP) else {
            return Ok((items, spine, navigation));
        };
        let (mut text, mut in_metadata) = (String::new(), false);
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    match element.name() {
                        "package" => {
                            properties.extend(
                                element
                                    .value("version")
                                    .map(|version| ("epub:version".to_owned(), version)),
                            );
                        }
                        "metadata" => in_metadata = true,
                        "item" => {
                            let is_navigation = element
                                .value("properties")
                                .is_some_and(|words| words.contains("nav"));
                            let part = resolved(
                                &folder,
                                &plain_path(&element.value("href").unwrap_or_default()),
                            );
                            let media_type = element
                                .value("media-type")
                                .unwrap_or_default()
                                .to_ascii_lowercase();
                            if is_navigation || media_type == "application/x-dtbncx+xml" {
                                navigation = Some(part.clone());
                            }
                            items.extend(
                                element
                                    .value("id")
                                    .map(|id| (id, Item { part, media_type, is_navigation })),
                            );
                        }
                        "itemref" => spine.extend(element.value("idref")),
                        _ => {}
                    }
                }
                Node::Text(piece) if in_metadata => text.push_str(&piece),
                Node::End(name) => {
                    if in_metadata && let Some(key) = property_key(&name) {
                        properties.push((key.to_owned(), std::mem::take(&mut text)));
                    }
                    in_metadata &= name != "metadata";
                }
                _ => {}
            }
        }
        let damage = xml.damage().cloned();
        drop(xml);
        for (key, value) in properties {
            out.metadata(key, &value)?;
        }
        if let Some(damage) = damage {
            damage.settle(root, None, 0, out)?;
        }
        Ok((items, spine, navigation))
    }

    /// The titles in the table of contents, by part in lower case; the first one of each part.
    fn titles(&mut self, navigation: &str) -> BTreeMap<String, String> {
        let folder = navigation.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let mut titles = BTreeMap::new();
        let Some(mut xml) = self.package.xml(navigation, PART_CAP) else { return titles };
        let (mut text, mut target) = (String::new(), None);
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => match element.name() {
                    "navPoint" | "navLabel" => text.clear(),
                    "a" => {
                        text.clear();
                        target = element.value("href");
                    }
                    "content" => {
                        let part =
                            element.value("src").map(|path| resolved(&folder, &plain_path(&path)));
                        part.into_iter().for_each(|part| {
                            titles.entry(part.to_lowercase()).or_insert_with(|| one_line(&text));
                        });
                    }
                    _ => {}
                },
                Node::Text(piece) => text.push_str(&piece),
                Node::End(name) if name == "a" => {
                    let part = target.take().map(|path| resolved(&folder, &plain_path(&path)));
                    part.into_iter().for_each(|part| {
                        titles.entry(part.to_lowercase()).or_insert_with(|| one_line(&text));
                    });
                }
                _ => {}
            }
        }
        titles
    }
}

/// Whether files of this media type are content of their own: neither styles, fonts and scripts, nor tables of contents.
fn is_content(media_type: &str) -> bool {
    let family = media_type.split('/').next().unwrap_or_default();
    matches!(family, "image" | "audio" | "video")
        || matches!(media_type, "application/pdf" | "text/plain")
}

/// The path of a relative address, without its fragment and escapes.
fn plain_path(address: &str) -> String {
    let path = address.split(['#', '?']).next().unwrap_or_default();
    String::from_utf8_lossy(&transfer::percent(path.as_bytes())).into_owned()
}

fn property_key(element: &str) -> Option<&'static str> {
    Some(match element {
        "title" => "dc:title",
        "creator" => "dc:creator",
        "contributor" => "dc:contributor",
        "subject" => "dc:subject",
        "description" => "dc:description",
        "publisher" => "dc:publisher",
        "date" => "dcterms:created",
        "language" => "dc:language",
        "identifier" => "dc:identifier",
        "rights" => "dc:rights",
        "source" => "dc:source",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::office::testing::{package, read, torment};

    const CONTAINER_PART: &str = r#"<container><rootfiles><rootfile full-path="OPS/book.opf" media-type="x"/></rootfiles></container>"#;
    const BOOK: &str = r#"<package version="3.0"><metadata xmlns:dc="x"><dc:title>The Gate</dc:title><dc:creator>A. Writer</dc:creator>
        <dc:language>zh</dc:language></metadata><manifest>
        <item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
        <item id="two" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
        <item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
        <item id="left" href="text/left.xhtml" media-type="application/xhtml+xml"/>
        <item id="pic" href="img/a.png" media-type="image/png"/><item id="gone" href="img/b.png" media-type="image/png"/>
        <item id="css" href="s.css" media-type="text/css"/></manifest>
        <spine><itemref idref="one"/><itemref idref="two" linear="no"/><itemref idref="none"/></spine></package>"#;
    const NAVIGATION: &str = r##"<html><nav><ol><li><a href="text/one.xhtml#a">第一章</a></li><li><a href="text/one.xhtml">again</a></li></ol></nav></html>"##;

    fn book(extra: &[(&str, &str)]) -> Vec<u8> {
        let parts = [
            ("mimetype", "application/epub+zip"),
            ("META-INF/container.xml", CONTAINER_PART),
            ("OPS/book.opf", BOOK),
            ("OPS/nav.xhtml", NAVIGATION),
            (
                "OPS/text/one.xhtml",
                "<?xml version='1.0'?><html><head><title>x</title><style>no</style></head><body><h1>登记</h1><p>One.</p></body></html>",
            ),
            (
                "OPS/text/two b.xhtml",
                r#"<html><head><title>Two</title></head><body>two <a href="https://example.org/x">out</a></body></html>"#,
            ),
            ("OPS/text/left.xhtml", "<html><body>left out</body></html>"),
            ("OPS/img/a.png", "png"),
            ("OPS/s.css", "p {}"),
        ];
        package(&[&parts[..], extra].concat())
    }

    #[test]
    fn chapters_are_read_in_order_then_what_is_left() {
        let outcome = read(extract, &book(&[]));
        assert_eq!(outcome.verdict, Verdict::Read);
        assert_eq!(outcome.texts(), ["登记\n\nOne.\n", "two out\n", "left out\n"]);
        assert_eq!(outcome.labels(), ["第一章", "Two", ""]);
        for (key, value) in [
            ("dc:title", "The Gate"),
            ("dc:creator", "A. Writer"),
            ("epub:version", "3.0"),
            ("html:link", "https://example.org/x"),
        ] {
            assert_eq!(outcome.property(key), Some(value));
        }
        assert_eq!(outcome.members, [("OPS/img/a.png".to_owned(), b"png".to_vec())]);
        assert!(
            outcome.has_note(&NoteCode::PartLost { part: "OPS/img/b.png".to_owned(), sheet: None })
        );
    }

    #[test]
    fn encrypted_chapters_are_not_lost_in_silence() {
        let cipher = |algorithm: &str, parts: &[&str]| {
            let data = parts.iter().map(|part| {
                format!(r#"<EncryptedData><EncryptionMethod Algorithm="{algorithm}"/><CipherData><CipherReference URI="{part}"/></CipherData></EncryptedData>"#)
            });
            format!("<encryption>{}</encryption>", data.collect::<String>())
        };
        let all = ["OPS/text/one.xhtml", "OPS/text/two%20b.xhtml", "OPS/text/left.xhtml"];
        for (algorithm, parts, verdict, pages) in [
            ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", &all[..], Verdict::Encrypted, 0),
            ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", &all[..1], Verdict::Read, 2),
            ("http://www.idpf.org/2008/embedding", &all[..], Verdict::Read, 3),
        ] {
            let outcome =
                read(extract, &book(&[("META-INF/encryption.xml", &cipher(algorithm, parts))]));
            assert_eq!((outcome.verdict, outcome.pages.len()), (verdict, pages));
        }
    }

    #[test]
    fn a_book_without_its_container_and_damaged_ones() {
        let outcome = read(extract, &package(&[("x.opf", BOOK), ("text/one.xhtml", "<p>one</p>")]));
        assert_eq!(outcome.texts(), ["one\n"]);
        assert!(matches!(read(extract, &package(&[("a", "b")])).verdict, Verdict::Failed(_)));
        let whole = book(&[]);
        torment(extract, &whole, whole.len() / 40);
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/book.epub", &book(&[]));
    }
}
