//! Formats inside a zip archive or an OLE2 compound file, recognised by their members.

use super::{Kind, ending};
use crate::compound::Compound;
use crate::out::Input;
use std::io::Read;

/// The type of a file with a zip signature.
pub(super) fn in_zip(head: &[u8], input: &mut dyn Input) -> Kind {
    if let Some(found) = stored_mimetype(head).and_then(|mimetype| by_mimetype(&mimetype)) {
        return found;
    }
    let Ok(mut archive) = zip::ZipArchive::new(input) else {
        return kind!("application/zip");
    };
    if let Some(found) =
        text_of(&mut archive, "mimetype", 200).and_then(|mimetype| by_mimetype(mimetype.trim()))
    {
        return found;
    }
    if let Some(types) = text_of(&mut archive, "[Content_Types].xml", 1 << 20)
        && let Some(found) = by_content_types(&types)
    {
        return found;
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("AndroidManifest.xml") {
        return kind!("application/vnd.android.package-archive");
    }
    if has("OFD.xml") {
        return kind!("application/ofd");
    }
    if has("Index/Document.iwa") || has("Index.zip") || has("index.apxl") || has("index.xml") {
        return apple(&mut archive);
    }
    if has("META-INF/container.xml") {
        return kind!("application/epub+zip");
    }
    let manifest = has("META-INF/MANIFEST.MF");
    let mut names = archive.file_names_raw();
    if names.by_ref().take(1000).any(|name| name.ends_with(b".kml") && !name.contains(&b'/'))
        && !manifest
    {
        return kind!("application/vnd.google-earth.kmz");
    }
    if manifest {
        return kind!("application/java-archive");
    }
    kind!("application/zip")
}

/// Apple's Pages, Numbers and Keynote, by entries unique to each.
fn apple<R: Read + std::io::Seek>(archive: &mut zip::ZipArchive<R>) -> Kind {
    // the documents of one XML file state what they are at their root
    if let Some(start) = text_of(archive, "index.xml", 4096) {
        if start.contains("<ls:document") {
            return kind!("application/vnd.apple.numbers");
        }
        if start.contains("<sl:document") {
            return kind!("application/vnd.apple.pages");
        }
    }
    let starts = |start: &[u8]| archive.file_names_raw().any(|name| name.starts_with(start));
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("index.apxl") || starts(b"Index/Slide") || starts(b"Index/MasterSlide") {
        return kind!("application/vnd.apple.keynote");
    }
    if starts(b"Index/CalculationEngine")
        && !has("index.xml")
        && starts(b"Index/Tables/")
        && !starts(b"Index/Document.iwa.p")
    {
        return kind!("application/vnd.apple.numbers");
    }
    if has("Index/Document.iwa") || has("buildVersionHistory.plist") {
        return kind!("application/vnd.apple.pages");
    }
    kind!("application/zip")
}

/// The content of an entry named `mimetype` that is the first entry and not compressed, as OpenDocument and EPUB require.
fn stored_mimetype(head: &[u8]) -> Option<String> {
    let method = u16::from_le_bytes(head.get(8..10)?.try_into().ok()?);
    let size = u32::from_le_bytes(head.get(18..22)?.try_into().ok()?) as usize;
    let name_size = usize::from(u16::from_le_bytes(head.get(26..28)?.try_into().ok()?));
    let extra_size = usize::from(u16::from_le_bytes(head.get(28..30)?.try_into().ok()?));
    let start = 30 + name_size + extra_size;
    let name = head.get(30..30 + name_size)?;
    let text = head.get(start..start.checked_add(size)?).filter(|_| size < 200)?;
    (name == b"mimetype" && method == 0).then(|| String::from_utf8_lossy(text).trim().to_owned())
}

/// The type that a package or a document of one XML file states for itself.
pub(super) fn by_mimetype(mimetype: &str) -> Option<Kind> {
    const OPEN: &str = "application/vnd.oasis.opendocument.";
    if let Some(rest) = mimetype.strip_prefix(OPEN) {
        return Some(match rest {
            "text" => kind!("application/vnd.oasis.opendocument.text"),
            "text-template" => kind!("application/vnd.oasis.opendocument.text-template"),
            "text-master" => kind!("application/vnd.oasis.opendocument.text-master"),
            "presentation" => kind!("application/vnd.oasis.opendocument.presentation"),
            "presentation-template" => {
                kind!("application/vnd.oasis.opendocument.presentation-template")
            }
            "spreadsheet" => kind!("application/vnd.oasis.opendocument.spreadsheet"),
            "spreadsheet-template" => {
                kind!("application/vnd.oasis.opendocument.spreadsheet-template")
            }
            "graphics" => kind!("application/vnd.oasis.opendocument.graphics"),
            "chart" => kind!("application/vnd.oasis.opendocument.chart"),
            "formula" => kind!("application/vnd.oasis.opendocument.formula"),
            "base" => kind!("application/vnd.oasis.opendocument.base"),
            _ => kind!("application/zip"),
        });
    }
    match mimetype {
        "application/epub+zip" => Some(kind!("application/epub+zip")),
        "application/hwp+zip" => Some(kind!("application/hwp+zip")),
        "application/vnd.sun.xml.writer" => Some(kind!("application/vnd.sun.xml.writer")),
        "application/vnd.sun.xml.calc" => Some(kind!("application/vnd.sun.xml.calc")),
        "application/vnd.sun.xml.impress" => Some(kind!("application/vnd.sun.xml.impress")),
        _ => None,
    }
}

/// Office Open XML by the content type of its main part (ECMA-376 part 2).
fn by_content_types(types: &str) -> Option<Kind> {
    let types = types.to_ascii_lowercase();
    MAIN_PARTS.iter().find(|(part, _)| types.contains(part)).map(|(_, kind)| *kind)
}

const MAIN_PARTS: &[(&str, Kind)] = &[
    (
        "wordprocessingml.document.main+xml",
        kind!("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ),
    (
        "wordprocessingml.template.main+xml",
        kind!("application/vnd.openxmlformats-officedocument.wordprocessingml.template"),
    ),
    (
        "ms-word.document.macroenabled.main+xml",
        kind!("application/vnd.ms-word.document.macroenabled.12"),
    ),
    (
        "ms-word.template.macroenabledtemplate.main+xml",
        kind!("application/vnd.ms-word.template.macroenabled.12"),
    ),
    (
        "presentationml.presentation.main+xml",
        kind!("application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ),
    (
        "presentationml.slideshow.main+xml",
        kind!("application/vnd.openxmlformats-officedocument.presentationml.slideshow"),
    ),
    (
        "presentationml.template.main+xml",
        kind!("application/vnd.openxmlformats-officedocument.presentationml.template"),
    ),
    (
        "ms-powerpoint.presentation.macroenabled.main+xml",
        kind!("application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    ),
    (
        "ms-powerpoint.slideshow.macroenabled.main+xml",
        kind!("application/vnd.ms-powerpoint.slideshow.macroenabled.12"),
    ),
    (
        "ms-powerpoint.template.macroenabled.main+xml",
        kind!("application/vnd.ms-powerpoint.template.macroenabled.12"),
    ),
    (
        "ms-excel.sheet.binary.macroenabled.main",
        kind!("application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    ),
    (
        "spreadsheetml.sheet.main+xml",
        kind!("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ),
    (
        "spreadsheetml.template.main+xml",
        kind!("application/vnd.openxmlformats-officedocument.spreadsheetml.template"),
    ),
    (
        "ms-excel.sheet.macroenabled.main+xml",
        kind!("application/vnd.ms-excel.sheet.macroenabled.12"),
    ),
    (
        "ms-excel.template.macroenabled.main+xml",
        kind!("application/vnd.ms-excel.template.macroenabled.12"),
    ),
    (
        "ms-excel.addin.macroenabled.main+xml",
        kind!("application/vnd.ms-excel.addin.macroenabled.12"),
    ),
    ("ms-visio.drawing.main+xml", kind!("application/vnd.ms-visio.drawing")),
    (
        "ms-visio.drawing.macroenabled.main+xml",
        kind!("application/vnd.ms-visio.drawing.macroenabled.12"),
    ),
    ("ms-visio.stencil.main+xml", kind!("application/vnd.ms-visio.stencil")),
    ("ms-visio.template.main+xml", kind!("application/vnd.ms-visio.template")),
    ("ms-package.xps-fixeddocumentsequence+xml", kind!("application/vnd.ms-xpsdocument")),
];

/// The text of an entry, at most `most` bytes of it; `None` if it is missing or unreadable.
fn text_of<R: Read + std::io::Seek>(
    archive: &mut zip::ZipArchive<R>,
    name: &str,
    most: u64,
) -> Option<String> {
    let entry = archive.by_name(name).ok()?;
    let mut bytes = Vec::new();
    entry.take(most).read_to_end(&mut bytes).ok()?;
    Some(match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode(rest).0.into_owned(),
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode(rest).0.into_owned(),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// The type of an OLE2 compound file, by the names of the streams in its root.
pub(super) fn in_compound(name: &[u8], head: &[u8], input: &mut dyn Input) -> Kind {
    let names: Vec<String> = match Compound::open(input) {
        Some(file) => file.children(0).take(10_000).map(|entry| entry.name.clone()).collect(),
        None => names_in_head(head),
    };
    by_streams(&|wanted| names.iter().any(|name| name.eq_ignore_ascii_case(wanted)), &ending(name))
}

fn by_streams(has: &dyn Fn(&str) -> bool, ending: &str) -> Kind {
    if has("EncryptedPackage") {
        return kind!("application/x-tika-ooxml-protected");
    }
    if has("__properties_version1.0") || has("__nameid_version1.0") {
        return kind!("application/vnd.ms-outlook");
    }
    if has("WordDocument") {
        return kind!("application/msword");
    }
    if has("PowerPoint Document") {
        return kind!("application/vnd.ms-powerpoint");
    }
    if has("Workbook") || has("Book") {
        return kind!("application/vnd.ms-excel");
    }
    if has("VisioDocument") {
        return kind!("application/vnd.visio");
    }
    if has("Quill") {
        return kind!("application/x-mspublisher");
    }
    if has("FileHeader") && (has("BodyText") || has("DocInfo")) {
        return kind!("application/x-hwp-v5");
    }
    if has("MatOST") || has("MM") || has("WksSSWorkBook") {
        return kind!("application/vnd.ms-works");
    }
    if has("Props9") || has("Props12") || has("Props14") {
        return kind!("application/vnd.ms-project");
    }
    match ending {
        "msi" | "msp" => kind!("application/x-msi"),
        "mpp" => kind!("application/vnd.ms-project"),
        "wps" => kind!("application/vnd.ms-works"),
        "hwp" => kind!("application/x-hwp-v5"),
        _ if has("\u{5}SummaryInformation") && has("\u{4840}\u{3f3f}\u{4577}\u{446c}") => {
            kind!("application/x-msi")
        }
        _ => kind!("application/x-ole-storage"),
    }
}

/// Stream names in the first bytes of a compound file whose directory cannot be followed.
fn names_in_head(head: &[u8]) -> Vec<String> {
    const KNOWN: [&str; 7] = [
        "EncryptedPackage",
        "WordDocument",
        "PowerPoint Document",
        "Workbook",
        "Book",
        "VisioDocument",
        "__properties_version1.0",
    ];
    let found = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).chain([0, 0]).collect();
        head.windows(wide.len()).any(|window| window == wide)
    };
    KNOWN.into_iter().filter(|name| found(name)).map(str::to_owned).collect()
}
