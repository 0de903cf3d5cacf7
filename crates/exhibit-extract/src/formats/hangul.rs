//! Hangul documents: HWP 5 in compound files, and HWPX in packages. Paragraphs in file order, cells of tables on lines of
//! their own; pictures as members.
//!
//! Documents for distribution are encrypted with a key that is in them; of these only the preview is read, with a note.

use super::office::draft::Draft;
use super::office::package::{PART_CAP, Package, STREAM_CAP};
use super::office::xml::Node;
use super::ole::{self, property_set};
use crate::compound::{Compound, EntryKind};
use crate::out::{Input, Out, Stop};
use exhibit_model::{MarkKind, Member, NoteCode, PageKind, Reason, Relation, Request, Verdict};
use std::io::{Cursor, Read};

/// The kind of record that is the text of a paragraph, and of one that begins a control.
const PARAGRAPH_TEXT: u32 = 67;
const CONTROL: u32 = 71;
/// The format identifier of the common set of properties ([MS-OLEPS] 3.1.1).
const SUMMARY_INFORMATION: [u8; 16] = [
    0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9,
];
/// The maximum bytes that a stream inflates to.
const MOST_INFLATED: u64 = 256 << 20;
/// The maximum number of sections.
const MOST_SECTIONS: usize = 10_000;

/// Emits the contents of an HWP 5 document.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(bytes) = ole::whole(input, most) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    };
    let Some(mut file) = Compound::open(Cursor::new(&bytes[..])) else {
        return Ok(Verdict::Failed(Reason::UnknownCompoundFile));
    };
    if let Some(mut set) = file.stream("\u{5}HwpSummaryInformation", 16 << 20) {
        // the properties have the numbers of the common set, under a format identifier of Hangul's own
        if let Some(format) = set.get_mut(28..44) {
            format.copy_from_slice(&SUMMARY_INFORMATION);
        }
        for (key, value) in property_set::properties(&set) {
            out.metadata(&key, &value)?;
        }
    }
    let header = file.stream("FileHeader", 256).unwrap_or_default();
    let flags = header.get(36..40).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let (compressed, encrypted, distributed) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0);
    if encrypted {
        out.note(0, NoteCode::EncryptionUnsupported { scheme: "HWP password".to_owned() })?;
        return Ok(Verdict::Encrypted);
    }
    if distributed {
        return distributed_preview(&mut file, out);
    }
    let mut sections = 0;
    for number in 0..MOST_SECTIONS {
        let name = format!("BodyText/Section{number}");
        let Some(stream) = file.stream(&name, STREAM_CAP) else { break };
        sections += 1;
        let (stream, whole) = if compressed { inflated(&stream) } else { (stream, true) };
        let mut draft = Draft::default();
        let complete = records(&stream, &mut draft);
        draft.emit(PageKind::Text, "", out)?;
        if !whole || !complete {
            out.note(out.pages(), NoteCode::PartCutShort { part: name, sheet: None })?;
        }
    }
    if sections == 0 {
        return Ok(Verdict::Failed(Reason::PartMissing { part: "BodyText".to_owned() }));
    }
    out.container_size(bytes.len() as u64);
    pictures(&mut file, compressed, out)?;
    file.emit_damage(out)?;
    Ok(Verdict::Read)
}

/// Emits the preview of a document whose text is encrypted for distribution.
fn distributed_preview(
    file: &mut Compound<Cursor<&[u8]>>,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    out.note(0, NoteCode::EncryptionUnsupported { scheme: "HWP distribution".to_owned() })?;
    let Some(preview) = file.stream("PrvText", 16 << 20).filter(|preview| !preview.is_empty())
    else {
        return Ok(Verdict::Encrypted);
    };
    let mut draft = Draft::default();
    draft.push(
        &encoding_rs::UTF_16LE
            .decode_without_bom_handling(&preview)
            .0
            .replace("\r\n", "\n")
            .replace('\0', ""),
    );
    draft.emit(PageKind::Text, "PrvText", out)?;
    let sections =
        file.entries().iter().filter(|entry| entry.name.starts_with("Section")).count() as u64;
    out.note(0, NoteCode::PartsUnread { parts: sections.max(1) })?;
    Ok(Verdict::Read)
}

fn pictures(
    file: &mut Compound<Cursor<&[u8]>>,
    compressed: bool,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    let Some(storage) = file.find("BinData").map(|entry| entry.id) else { return Ok(()) };
    let streams: Vec<(usize, String)> = file
        .children(storage)
        .filter(|entry| entry.kind == EntryKind::Stream)
        .map(|entry| (entry.id, entry.name.clone()))
        .collect();
    for (id, name) in streams {
        let stream = file.read(id, STREAM_CAP).bytes;
        // some are stored as they are in compressed documents too
        let (unpacked, whole) = if compressed { inflated(&stream) } else { (Vec::new(), false) };
        let content = if whole && !unpacked.is_empty() { unpacked } else { stream };
        let name = format!("BinData/{name}").into_bytes();
        out.member(Member { name, relation: Relation::Embedded, ..Member::default() })?;
        out.member_from(&mut &content[..])?;
    }
    Ok(())
}

/// Inflated bytes, as far as they go, and whether that is to their end.
fn inflated(bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut whole = Vec::new();
    let mut stream = flate2::read::DeflateDecoder::new(bytes).take(MOST_INFLATED);
    let read = stream.read_to_end(&mut whole).is_ok();
    let ended = read && (whole.len() as u64) < MOST_INFLATED;
    (whole, ended)
}

/// Writes the paragraphs among records; whether the records end where their stream does.
fn records(mut bytes: &[u8], draft: &mut Draft) -> bool {
    // what the paragraphs are that are nested more deeply than the control that they belong to
    let mut within: Vec<(u32, MarkKind)> = Vec::new();
    while !bytes.is_empty() {
        let Some((head, rest)) = bytes.split_at_checked(4) else { return false };
        let header = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        let (tag, level) = (header & 0x3ff, header >> 10 & 0x3ff);
        let (size, rest) = match header >> 20 {
            0xfff => match rest.split_at_checked(4) {
                Some((size, rest)) => {
                    (u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize, rest)
                }
                None => return false,
            },
            size => (size as usize, rest),
        };
        let (body, after) = rest.split_at(size.min(rest.len()));
        within.retain(|(above, _)| *above < level);
        match tag {
            PARAGRAPH_TEXT => {
                let start = draft.len();
                draft.push(&paragraph(body));
                draft.end_line();
                if let Some((_, kind)) = within.last() {
                    draft.mark(start, *kind);
                }
            }
            CONTROL => within.extend(control(body).map(|kind| (level, kind))),
            _ => {}
        }
        if size > rest.len() {
            return false;
        }
        bytes = after;
    }
    true
}

/// What the paragraphs within a control are.
fn control(body: &[u8]) -> Option<MarkKind> {
    // the name is stored backwards
    match body.get(..4)? {
        b"daeh" | b"toof" => Some(MarkKind::Furniture),
        b"  nf" | b"  ne" => Some(MarkKind::Notes),
        b"tmct" | b"emct" => Some(MarkKind::Annotation),
        b"dihs" | b"ihdt" => Some(MarkKind::Hidden),
        _ => None,
    }
}

/// The text of a paragraph: UTF-16 with control characters, most of which are eight units long.
fn paragraph(body: &[u8]) -> String {
    let mut units = body.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let mut text = Vec::new();
    while let Some(unit) = units.next() {
        match unit {
            10 | 13 => text.push(u16::from(b'\n')),
            24 => text.push(u16::from(b'-')),
            30 => text.push(0xa0),
            31 => text.push(u16::from(b' ')),
            0 | 25..=29 => {}
            1..=23 => {
                text.extend((unit == 9).then_some(u16::from(b'\t')));
                (&mut units).take(7).for_each(drop);
            }
            _ => text.push(unit),
        }
    }
    String::from_utf16_lossy(&text).trim_end_matches('\n').to_owned()
}

/// Emits the contents of an HWPX document.
pub(super) fn extract_package(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(mut package) = Package::open(input, request.limits.whole_file_bytes) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    properties(&mut package, out)?;
    if is_encrypted(&mut package) {
        out.note(0, NoteCode::EncryptionUnsupported { scheme: "HWPX manifest".to_owned() })?;
        return Ok(Verdict::Encrypted);
    }
    let is_section = |name: &String| {
        let lower = name.to_lowercase();
        lower.starts_with("contents/section") && lower.ends_with(".xml")
    };
    let mut sections: Vec<String> = package.names().into_iter().filter(is_section).collect();
    sections.sort_by_key(|name| (name.len(), name.clone()));
    if sections.is_empty() {
        return Ok(package.missing("Contents/section0.xml"));
    }
    for part in &sections {
        section(&mut package, part, out)?;
    }
    if package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    out.container_size(package.size());
    for name in package.names() {
        if name.to_lowercase().starts_with("bindata/") && !name.ends_with('/') {
            package.emit_member(&name, out)?;
        }
    }
    Ok(Verdict::Read)
}

fn section(package: &mut Package<'_>, part: &str, out: &mut Out<'_>) -> Result<(), Stop> {
    let Some(mut xml) = package.xml(part, STREAM_CAP) else {
        return out.note(0, NoteCode::PartLost { part: part.to_owned(), sheet: None });
    };
    let mut draft = Draft::default();
    let (mut taking, mut depth) = (false, 0u32);
    let mut within: Vec<(u32, usize, MarkKind)> = Vec::new();
    while let Some(node) = xml.next() {
        match node {
            Node::Start(element) => {
                depth = depth.saturating_add(1);
                let kind = match element.name() {
                    "header" | "footer" => Some(MarkKind::Furniture),
                    "footNote" | "endNote" => Some(MarkKind::Notes),
                    "hiddenComment" | "memo" => Some(MarkKind::Annotation),
                    _ => None,
                };
                if let Some(kind) = kind {
                    draft.end_line();
                    within.push((depth, draft.len(), kind));
                }
                match element.name() {
                    "t" => taking = true,
                    "p" => draft.end_line(),
                    "tab" if taking => draft.push("\t"),
                    "lineBreak" if taking => draft.push("\n"),
                    "nbSpace" | "fwSpace" if taking => draft.push(" "),
                    "hyphen" if taking => draft.push("-"),
                    "pic" => draft.images += 1,
                    _ => {}
                }
            }
            Node::Text(text) if taking => draft.push(&text),
            Node::End(name) => {
                match &*name {
                    "t" => taking = false,
                    "p" => draft.end_line(),
                    _ => {}
                }
                if let Some((_, start, kind)) = within.pop_if(|(at, ..)| *at == depth) {
                    draft.end_line();
                    draft.mark(start, kind);
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    let damage = xml.damage().cloned();
    drop(xml);
    draft.emit(PageKind::Text, "", out)?;
    match damage {
        Some(damage) => damage.settle(part, None, out.pages(), out).map(drop),
        None => Ok(()),
    }
}

fn properties(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut found = Vec::new();
    if let Some(mut xml) = package.xml("Contents/content.hpf", PART_CAP) {
        let (mut text, mut key) = (String::new(), None);
        while let Some(node) = xml.next() {
            match node {
                Node::Start(element) => {
                    text.clear();
                    key = match element.name() {
                        "title" => Some("dc:title"),
                        "language" => Some("dc:language"),
                        "meta" => match element.value("name").as_deref() {
                            Some("creator") => Some("dc:creator"),
                            Some("subject") => Some("dc:subject"),
                            Some("description") => Some("dc:description"),
                            Some("lastsaveby") => Some("cp:lastModifiedBy"),
                            Some("CreatedDate") => Some("dcterms:created"),
                            Some("ModifiedDate") => Some("dcterms:modified"),
                            Some("keyword") => Some("cp:keywords"),
                            _ => None,
                        },
                        _ => None,
                    };
                }
                Node::Text(piece) => text.push_str(&piece),
                Node::End(_) => {
                    found.extend(key.take().map(|key| (key, std::mem::take(&mut text))))
                }
                Node::Other => {}
            }
        }
    }
    found.into_iter().try_for_each(|(key, value)| out.metadata(key, &value))
}

fn is_encrypted(package: &mut Package<'_>) -> bool {
    let Some(mut xml) = package.xml("META-INF/manifest.xml", PART_CAP) else { return false };
    while let Some(node) = xml.next() {
        if let Node::Start(element) = node
            && element.name() == "encryption-data"
        {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compound::Builder;
    use crate::formats::office::testing::{package, read, torment};
    use std::io::Write;

    fn record(tag: u32, level: u32, body: &[u8]) -> Vec<u8> {
        let size = body.len() as u32;
        let header = tag | level << 10 | size.min(0xfff) << 20;
        let long = if size >= 0xfff { size.to_le_bytes().to_vec() } else { Vec::new() };
        [&header.to_le_bytes()[..], &long, body].concat()
    }

    fn units(text: &[u16]) -> Vec<u8> {
        text.iter().flat_map(|unit| unit.to_le_bytes()).collect()
    }

    fn text(text: &str) -> Vec<u8> {
        units(&text.encode_utf16().collect::<Vec<_>>())
    }

    fn document(flags: u32) -> Vec<u8> {
        let mut builder = Builder::new([0; 16]);
        let mut header = b"HWP Document File".to_vec();
        header.resize(36, 0);
        header.extend(flags.to_le_bytes());
        header.resize(256, 0);
        builder.stream(Builder::ROOT, "FileHeader", header);
        builder.stream(Builder::ROOT, "PrvText", text("미리 보기\r\n"));
        let with_control = [
            &units(&[2, 1, 1, 1, 1, 1, 1, 2])[..],
            &text("등록 登记"),
            &units(&[9, 0, 0, 0, 0, 0, 0, 9]),
            &text("x"),
            &units(&[13]),
        ]
        .concat();
        let section = [
            record(66, 0, &[0; 8]),
            record(PARAGRAPH_TEXT, 1, &with_control),
            record(CONTROL, 1, b"  nf"),
            record(PARAGRAPH_TEXT, 3, &text("각주")),
            record(PARAGRAPH_TEXT, 1, &text(&"긴".repeat(3000))),
        ]
        .concat();
        let pack = |bytes: &[u8]| {
            let mut encoder =
                flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).expect("memory");
            encoder.finish().expect("memory")
        };
        let packed = |bytes: &[u8]| if flags & 1 != 0 { pack(bytes) } else { bytes.to_vec() };
        let body = builder.storage(Builder::ROOT, "BodyText", [0; 16]);
        builder.stream(body, "Section0", packed(&section));
        let pictures = builder.storage(Builder::ROOT, "BinData", [0; 16]);
        builder.stream(pictures, "BIN0001.png", packed(b"\x89PNG picture"));
        builder.finish()
    }

    #[test]
    fn paragraphs_notes_and_pictures() {
        for flags in [0, 1] {
            let outcome = read(extract, &document(flags));
            assert_eq!(outcome.verdict, Verdict::Read);
            assert_eq!(outcome.texts(), [format!("등록 登记\tx\n각주\n{}\n", "긴".repeat(3000))]);
            assert_eq!(outcome.marked(MarkKind::Notes), ["각주\n"]);
            assert_eq!(
                outcome.members,
                [("BinData/BIN0001.png".to_owned(), b"\x89PNG picture".to_vec())]
            );
            assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
        }
    }

    #[test]
    fn encrypted_and_distributed_documents() {
        assert_eq!(read(extract, &document(2)).verdict, Verdict::Encrypted);
        let outcome = read(extract, &document(5));
        assert_eq!(outcome.texts(), ["미리 보기\n"]);
        assert!(outcome.has_note(&NoteCode::PartsUnread { parts: 1 }));
    }

    #[test]
    fn packages() {
        let section = r#"<hs:sec xmlns:hp="x"><hp:p><hp:run><hp:t>등록<hp:tab/>登记</hp:t></hp:run></hp:p><hp:p><hp:run><hp:tbl><hp:tr><hp:tc><hp:p><hp:run><hp:t>셀</hp:t></hp:run></hp:p></hp:tc></hp:tr></hp:tbl>
            <hp:ctrl><hp:footNote><hp:p><hp:run><hp:t>각주</hp:t></hp:run></hp:p></hp:footNote></hp:ctrl><hp:t>after</hp:t></hp:run></hp:p></hs:sec>"#;
        let properties = r#"<opf:package><opf:metadata><opf:title>제목</opf:title><opf:meta name="creator" content="text">Kim</opf:meta></opf:metadata></opf:package>"#;
        let parts = [
            ("mimetype", "application/hwp+zip"),
            ("Contents/content.hpf", properties),
            ("Contents/section0.xml", section),
            ("Contents/section10.xml", "<s><p><t>last</t></p></s>"),
            ("Contents/section2.xml", "<s><p><t>second</t></p></s>"),
            ("BinData/image1.png", "png"),
        ];
        let whole = package(&parts);
        let outcome = read(extract_package, &whole);
        assert_eq!(outcome.texts(), ["등록\t登记\n셀\n각주\nafter\n", "second\n", "last\n"]);
        assert_eq!(outcome.marked(MarkKind::Notes), ["각주\n"]);
        assert_eq!(
            (outcome.property("dc:title"), outcome.property("dc:creator")),
            (Some("제목"), Some("Kim"))
        );
        assert_eq!(outcome.members.len(), 1);
        let sealed = package(
            &[
                &parts[..],
                &[("META-INF/manifest.xml", "<m><file-entry><encryption-data/></file-entry></m>")],
            ]
            .concat(),
        );
        assert_eq!(read(extract_package, &sealed).verdict, Verdict::Encrypted);
        torment(extract_package, &whole, whole.len() / 40);
    }

    #[test]
    fn hostile_files_end() {
        let whole = document(1);
        torment(extract, &whole, whole.len() / 40);
        let mut draft = Draft::default();
        assert!(!records(&record(PARAGRAPH_TEXT, 0, &text("ab"))[..6], &mut draft));
        assert_eq!(draft.text(), "a\n");
    }

    #[test]
    fn fuzzing_starts_from_the_same_file() {
        crate::formats::msg::tests::check_fixture("formats/document.hwp", &document(1));
    }
}
