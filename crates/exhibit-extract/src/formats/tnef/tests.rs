//! TNEF made attribute by attribute.

use super::{SIGNATURE, read as extract};
use crate::formats::mapi::id;
use crate::formats::office::testing::{read, torment};
use exhibit_model::NoteCode;

fn attribute(level: u8, number: u32, data: &[u8]) -> Vec<u8> {
    let sum = data.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let length = u32::try_from(data.len()).expect("small");
    [&[level][..], &number.to_le_bytes(), &length.to_le_bytes(), data, &sum.to_le_bytes()].concat()
}

fn file(attributes: &[Vec<u8>]) -> Vec<u8> {
    [&SIGNATURE[..], &[1, 0], &attributes.concat()].concat()
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(4), 0);
    padded
}

/// A property with values of any length.
fn property(kind: u16, id: u16, values: &[&[u8]]) -> Vec<u8> {
    let mut bytes = [kind.to_le_bytes(), id.to_le_bytes()].concat();
    bytes.extend(u32::try_from(values.len()).expect("small").to_le_bytes());
    for value in values {
        bytes.extend(u32::try_from(value.len()).expect("small").to_le_bytes());
        bytes.extend(padded(value));
    }
    bytes
}

fn list(properties: &[Vec<u8>]) -> Vec<u8> {
    [&u32::try_from(properties.len()).expect("small").to_le_bytes()[..], &properties.concat()]
        .concat()
}

fn units(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

const BEGIN: u32 = 0x0006_9002;
const DATA: u32 = 0x0006_800f;
const TITLE: u32 = 0x0001_8010;
const OF_ATTACHMENT: u32 = 0x0006_9005;

fn sample() -> Vec<u8> {
    let inner = file(&[attribute(1, 0x0001_8004, b"inner\0")]);
    let object = [&[7; 16][..], &inner].concat();
    let named = [
        &0x1fu16.to_le_bytes()[..],
        &0x8000u16.to_le_bytes(),
        &[2, 0x20, 6, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46],
        &0u32.to_le_bytes(),
        &0x8208u32.to_le_bytes(),
        &1u32.to_le_bytes(),
        &12u32.to_le_bytes(),
        &units("Room 3"),
    ]
    .concat();
    let kind =
        [&3u16.to_le_bytes()[..], &id::RECIPIENT_TYPE.to_le_bytes(), &1u32.to_le_bytes()].concat();
    let row = list(&[
        kind,
        property(0x1e, id::DISPLAY_NAME, &[b"Li\0"]),
        property(0x1e, id::ADDRESS, &[b"li@example.org\0"]),
    ]);
    file(&[
        attribute(1, 0x0006_9007, &[0xa8, 3, 0, 0, 0, 0, 0, 0]),
        attribute(1, 0x0001_8004, b"\xb5\xc7\xbc\xc7\0"),
        attribute(1, 0x0003_8005, &[0xe1, 7, 11, 0, 4, 0, 10, 0, 20, 0, 30, 0, 0, 0]),
        attribute(
            1,
            0x0006_9003,
            &list(&[property(0x1f, id::BODY, &[&units("body text\0")]), named]),
        ),
        attribute(1, 0x0006_9004, &[&1u32.to_le_bytes()[..], &row].concat()),
        attribute(2, BEGIN, &[0; 14]),
        attribute(2, TITLE, b"DJB.TXT\0"),
        attribute(2, DATA, b"content"),
        attribute(
            2,
            OF_ATTACHMENT,
            &list(&[property(0x1f, id::ATTACH_NAME, &[&units("登记表.txt\0")])]),
        ),
        attribute(2, BEGIN, &[0; 14]),
        attribute(2, TITLE, b"inner message\0"),
        attribute(2, OF_ATTACHMENT, &list(&[property(0x0d, id::ATTACH_DATA, &[&object])])),
    ])
}

#[test]
fn a_message_and_its_attachments_are_read() {
    let outcome = read(extract, &sample());
    assert_eq!(
        outcome.texts(),
        [
            "To: Li <li@example.org>\nDate: 2017-11-04T10:20:30Z\nSubject: 登记\nLocation: Room 3\n\nbody text"
        ]
    );
    let names: Vec<&str> = outcome.members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["登记表.txt", "inner message.tnef"]);
    assert_eq!(outcome.members[0].1, b"content");
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    assert_eq!(read(extract, &outcome.members[1].1).property("mail:subject"), Some("inner"));
}

#[test]
fn damage_is_noted_and_the_rest_read() {
    let mut wrong = sample();
    let at = wrong.windows(7).position(|window| window == b"content").expect("there");
    wrong[at] = b'C';
    let outcome = read(extract, &wrong);
    assert_eq!(outcome.members[0].1, b"Content");
    assert!(outcome.has_note(&NoteCode::ContentChecksumsWrong { count: 1 }));
    let cut = read(extract, &sample()[..at + 3]);
    assert_eq!(cut.members[0].1, b"con");
    assert!(cut.has_note(&NoteCode::FileCutShort));
    let padded = [&sample()[..], b"\r\n\0\0"].concat();
    assert!(read(extract, &padded).notes.is_empty());
    let endless = file(&[attribute(1, 0x0006_9003, &[0xff, 0xff, 0xff, 0x7f, 0x1f, 0, 0, 0])]);
    assert!(read(extract, &endless).has_note(&NoteCode::TextMissing));
}

#[test]
fn truncated_and_mutated_files_are_harmless() {
    torment(extract, &sample(), 13);
}
