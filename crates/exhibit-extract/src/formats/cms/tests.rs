//! Signed messages made element by element.

use super::read as extract;
use crate::formats::office::testing::{read, torment};
use exhibit_model::{NoteCode, Verdict};

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("small").to_be_bytes();
    [&[tag, 0x82][..], &length, content].concat()
}

fn indefinite(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, 0x80][..], content, &[0, 0]].concat()
}

const SIGNED: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];

fn certificate() -> Vec<u8> {
    let name = |kind: &[u8], text: &str| {
        element(0x31, &element(0x30, &[element(6, kind), element(0x0c, text.as_bytes())].concat()))
    };
    let subject =
        element(0x30, &[name(&[0x55, 4, 3], "李四"), name(&[0x55, 4, 10], "Example")].concat());
    let body = [
        element(0xa0, &element(2, &[2])),
        element(2, &[9]),
        element(0x30, &[]),
        element(0x30, &[]),
        element(0x30, &[]),
        subject,
    ];
    element(0x30, &element(0x30, &body.concat()))
}

fn signer() -> Vec<u8> {
    let time = [
        element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5]),
        element(0x31, &element(0x17, b"190328102030Z")),
    ];
    let attributes = element(0xa0, &element(0x30, &time.concat()));
    element(0x30, &[element(2, &[1]), attributes].concat())
}

fn signed(content: Option<Vec<u8>>, wrap: fn(u8, &[u8]) -> Vec<u8>) -> Vec<u8> {
    let content = content.map(|content| wrap(0xa0, &content)).unwrap_or_default();
    let data = [
        element(2, &[1]),
        element(0x31, &[]),
        wrap(0x30, &[element(6, &DATA), content].concat()),
        element(0xa0, &certificate()),
        element(0x31, &signer()),
    ];
    wrap(0x30, &[element(6, &SIGNED), wrap(0xa0, &wrap(0x30, &data.concat()))].concat())
}

#[test]
fn what_is_signed_is_a_member() {
    let message = b"Content-Type: text/plain\r\n\r\nhello";
    for bytes in [
        signed(Some(element(4, message)), element),
        signed(
            Some(indefinite(
                0x24,
                &[element(4, &message[..9]), element(4, &message[9..])].concat(),
            )),
            indefinite,
        ),
    ] {
        let outcome = read(extract, &bytes);
        assert_eq!(outcome.members, [("content.eml".to_owned(), message.to_vec())]);
        assert_eq!(
            outcome.texts(),
            ["Certificate: CN=李四, O=Example\nSigned: 2019-03-28T10:20:30Z\n"]
        );
        assert_eq!(outcome.property("signature:time"), Some("2019-03-28T10:20:30Z"));
        assert!(outcome.has_note(&NoteCode::SignatureUnchecked { signers: 1 }));
    }
    let other = read(extract, &signed(Some(element(4, b"%PDF")), element));
    assert_eq!(other.members, [("content.bin".to_owned(), b"%PDF".to_vec())]);
    assert_eq!(super::name_of(b"dir/a.pdf.p7m"), "a.pdf");
}

#[test]
fn a_signature_without_its_content_names_the_signer() {
    let outcome = read(extract, &signed(None, element));
    assert_eq!(
        (outcome.members.len(), outcome.pages.len(), outcome.verdict),
        (0, 1, Verdict::Read)
    );
}

#[test]
fn truncated_and_mutated_messages_are_harmless() {
    torment(extract, &signed(Some(indefinite(0x24, &element(4, b"hello"))), indefinite), 5);
    let deep = [0x30, 0x80].repeat(200_000);
    assert!(matches!(read(extract, &deep).verdict, Verdict::Failed(_) | Verdict::Read));
}
