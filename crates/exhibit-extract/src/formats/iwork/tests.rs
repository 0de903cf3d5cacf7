//! Documents of iWork that the tests make, and what is read of them.

use super::*;
use crate::formats::office::testing::{package, read, torment};
use exhibit_model::MarkKind;
use std::io::Write;

const KEYNOTE: &str = r#"<?xml version="1.0"?><key:presentation xmlns:sf="x" xmlns:sfa="y" xmlns:key="z"><key:theme-list><key:theme>
  <key:master-slide key:name="Blank"><sf:p>Title text</sf:p></key:master-slide></key:theme></key:theme-list>
  <key:slide-list><key:slide><sf:p>First <sf:span>slide</sf:span><sf:br/></sf:p><key:sticky-note><sf:p>a comment</sf:p></key:sticky-note>
  <key:notes><sf:p>a note</sf:p></key:notes></key:slide>
  <key:slide><sf:tabular-model sf:name="Table 1"><sf:grid sf:numcols="2"><sf:datasource>
  <sf:t><sf:ct sfa:s="one"/></sf:t><sf:n sf:v="2.5"/><sf:g/><sf:t><sf:so><sf:p>rich</sf:p></sf:so></sf:t></sf:datasource></sf:grid></sf:tabular-model></key:slide></key:slide-list>
  <key:metadata><key:title><key:string sfa:string="登记"/></key:title><key:authors><key:string sfa:string="A"/></key:authors></key:metadata></key:presentation>"#;

#[test]
fn slides_tables_notes_and_properties() {
    let whole = package(&[
        ("index.apxl", KEYNOTE),
        ("thumbs/st0.jpg", "small"),
        ("QuickLook/Preview.pdf", "pdf"),
        ("photo.jpg", "jpg"),
    ]);
    let outcome = read(extract, &whole);
    assert_eq!(outcome.verdict, Verdict::Read);
    assert_eq!(
        outcome.texts(),
        ["First slide\na comment\na note\n", "Table 1\none\t2.5\n\trich\n"]
    );
    assert_eq!(outcome.marked(MarkKind::Notes), ["a note"]);
    assert_eq!(outcome.marked(MarkKind::Annotation), ["a comment"]);
    assert_eq!(
        (outcome.property("dc:title"), outcome.property("dc:creator")),
        (Some("登记"), Some("A"))
    );
    let members: Vec<&str> = outcome.members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(members, ["photo.jpg", "QuickLook/Preview.pdf"]);
    torment(extract, &whole, whole.len() / 40);
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn field(number: usize, bytes: &[u8]) -> Vec<u8> {
    [varint(number << 3 | 2), varint(bytes.len()), bytes.to_vec()].concat()
}

fn number(field: usize, value: usize) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn archive(messages: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, message) in messages {
        let info = [number(1, *kind), number(3, message.len())].concat();
        let header = [number(1, 7), field(2, &info)].concat();
        bytes.extend([varint(header.len()), header, message.clone()].concat());
    }
    let mut blocks = Vec::new();
    for piece in bytes.chunks(50) {
        let block =
            [varint(piece.len()), vec![(piece.len() as u8 - 1) << 2], piece.to_vec()].concat();
        blocks.extend([0, block.len() as u8, 0, 0]);
        blocks.extend(block);
    }
    blocks
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("a zip").into_inner()
}

#[test]
fn texts_of_archives() {
    let body = archive(&[
        (1, b"\x08\x01".to_vec()),
        (2001, field(3, "登记名单\u{2028}second \u{fffc}line".as_bytes())),
        (6005, field(3, &[number(1, 1), field(3, "a cell".as_bytes())].concat())),
    ]);
    let master = archive(&[(2001, field(3, b"Title Text"))]);
    let parts = [
        ("Index/Document.iwa", body),
        ("Index/MasterSlide-1.iwa", master),
        ("Data/photo.png", b"png".to_vec()),
    ];
    let whole = zipped(&parts);
    let outcome = read(extract, &whole);
    assert_eq!(outcome.texts(), ["登记名单\nsecond line\na cell\n", "Title Text\n"]);
    assert_eq!(outcome.labels(), ["Document", "MasterSlide-1"]);
    assert_eq!(outcome.marked(MarkKind::Furniture), ["Title Text\n"]);
    assert_eq!((outcome.members.len(), outcome.notes.len()), (1, 0));
    let nested = zipped(&[("Index.zip", zipped(&parts)), ("preview.jpg", b"jpg".to_vec())]);
    assert_eq!(read(extract, &nested).texts().len(), 2);
    torment(extract, &whole, whole.len() / 40);
    let cut = zipped(&[("Index/Document.iwa", parts[0].1[..60].to_vec())]);
    assert!(read(extract, &cut).has_note(&NoteCode::PartsUnread { parts: 1 }));
}

#[test]
fn encrypted_documents() {
    let outcome = read(
        extract,
        &zipped(&[
            (".iwpv2", vec![1]),
            ("Index/Document.iwa", vec![9; 99]),
            ("preview.jpg", vec![1]),
        ]),
    );
    assert_eq!((outcome.verdict, outcome.members.len()), (Verdict::Encrypted, 1));
}

#[test]
fn fuzzing_starts_from_the_same_file() {
    crate::formats::msg::tests::check_fixture(
        "formats/slides.key",
        &package(&[("index.apxl", KEYNOTE), ("photo.jpg", "jpg")]),
    );
}
