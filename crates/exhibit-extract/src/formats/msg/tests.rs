//! Messages as files: written by our own writer, and changed.

use super::read as extract;
use super::write::{Raw, Writer};
use crate::compound::Compound;
use crate::formats::mapi::id;
use crate::formats::mapi::property::{Name, Names, kind};
use crate::formats::office::testing::{read, torment};
use exhibit_model::{CompoundFault, NoteCode, Verdict};
use std::io::Cursor;

fn wide(id: u16, text: &str) -> Raw {
    Raw {
        id,
        kind: kind::WIDE,
        values: vec![text.encode_utf16().flat_map(u16::to_le_bytes).collect()],
    }
}

fn long(id: u16, number: u32) -> Raw {
    Raw { id, kind: 3, values: vec![number.to_le_bytes().to_vec()] }
}

fn binary(id: u16, bytes: &[u8]) -> Raw {
    Raw { id, kind: kind::BINARY, values: vec![bytes.to_vec()] }
}

fn names() -> Names {
    let mut names = Names::default();
    let set = [2, 0x20, 6, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
    names.insert(0x8000, Name::Number(set, 0x8208));
    names.insert(0x8001, Name::Text(super::write::PUBLIC_STRINGS, "Keywords".to_owned()));
    names
}

fn sample() -> Vec<u8> {
    let mut writer = Writer::new(&names());
    writer.recipient(&[
        long(id::RECIPIENT_TYPE, 1),
        wide(id::DISPLAY_NAME, "Li"),
        wide(id::SMTP_ADDRESS, "li@example.org"),
    ]);
    writer.attachment(&[
        wide(id::ATTACH_NAME, "登记表.txt"),
        long(id::ATTACH_METHOD, 1),
        binary(id::ATTACH_DATA, &[b'x'; 5000]),
    ]);
    writer
        .attachment(&[long(id::ATTACH_METHOD, 2), wide(id::ATTACH_LONG_PATH, "\\\\host\\far.doc")]);
    let outer =
        writer.begin_inner(&[wide(id::DISPLAY_NAME, "the/inner"), long(id::ATTACH_METHOD, 5)]);
    writer.attachment(&[wide(id::ATTACH_NAME, "deep.txt"), binary(id::ATTACH_DATA, b"deep")]);
    writer.properties(&[
        wide(id::SUBJECT, "inner"),
        wide(id::BODY, "inside"),
        wide(0x8000, "Room 3"),
    ]);
    writer.end_inner(outer);
    let keywords =
        ["red", "blue"].map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    writer.properties(&[
        wide(id::SUBJECT, "outer"),
        wide(id::BODY, "hello"),
        long(id::IMPORTANCE, 2),
        Raw {
            id: id::SUBMITTED,
            kind: 0x40,
            values: vec![131_542_272_000_000_000_u64.to_le_bytes().to_vec()],
        },
        Raw { id: 0x8001, kind: kind::WIDE | kind::MANY, values: keywords.to_vec() },
    ]);
    writer.finish()
}

#[test]
fn a_message_its_attachments_and_an_inner_message_are_read() {
    let outcome = read(extract, &sample());
    assert_eq!(outcome.verdict, Verdict::Read);
    assert_eq!(
        outcome.texts(),
        [
            "To: Li <li@example.org>\nDate: 2017-11-04T00:00:00Z\nSubject: outer\nCategories: red; blue\n\nhello"
        ]
    );
    assert_eq!(outcome.property("mail:importance"), Some("high"));
    let names: Vec<&str> = outcome.members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["登记表.txt", "the_inner.msg"]);
    assert_eq!(outcome.members[0].1, [b'x'; 5000]);
    let (part, relation) = ("far.doc".to_owned(), "attachment".to_owned());
    assert!(outcome.has_note(&NoteCode::ExternalReference {
        part,
        relation,
        target: "\\\\host\\far.doc".to_owned()
    }));
    let inner = read(extract, &outcome.members[1].1);
    assert_eq!(inner.texts(), ["Subject: inner\nLocation: Room 3\n\ninside"]);
    assert_eq!(inner.members, [("deep.txt".to_owned(), b"deep".to_vec())]);
    assert!(inner.notes.is_empty(), "{:?}", inner.notes);
}

/// Checks that the file of this name among the fixtures, from which fuzzing starts, has these bytes. With
/// `EXHIBIT_WRITE_FIXTURES` set it is written.
pub(crate) fn check_fixture(name: &str, bytes: &[u8]) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    if std::env::var_os("EXHIBIT_WRITE_FIXTURES").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("written");
    }
    assert!(
        std::fs::read(&path).is_ok_and(|found| found == bytes),
        "{name}: set EXHIBIT_WRITE_FIXTURES to write it"
    );
}

#[test]
fn fuzzing_starts_from_the_same_message() {
    check_fixture("message.msg", &sample());
}

#[test]
fn streams_are_read_without_their_list() {
    let mut file = Compound::open(Cursor::new(sample())).expect("a compound file");
    let mut copy = file.copy(0, super::CLASS).expect("small");
    copy.replace(super::PROPERTIES, Vec::new());
    let outcome = read(extract, &copy.finish());
    assert_eq!(outcome.property("mail:subject"), Some("outer"));
    assert_eq!((outcome.property("mail:date"), outcome.members.len()), (None, 2));
}

#[test]
fn an_attachment_that_is_cut_short_keeps_its_beginning() {
    let mut bytes = sample();
    let name: Vec<u8> = "__substg1.0_37010102".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let entry =
        bytes.chunks_exact(128).position(|entry| entry.starts_with(&name)).expect("an entry") * 128;
    bytes[entry + 120..entry + 124].copy_from_slice(&600_000u32.to_le_bytes());
    let outcome = read(extract, &bytes);
    assert_eq!(outcome.members[0].1[..5000], [b'x'; 5000]);
    assert!(
        outcome.has_note(&NoteCode::CompoundDamaged { fault: CompoundFault::StreamCut, count: 1 })
    );
}

#[test]
fn truncated_and_mutated_messages_are_harmless() {
    torment(extract, &sample(), 401);
    assert!(matches!(read(extract, b"\xd0\xcf\x11\xe0").verdict, Verdict::Failed(_)));
}
