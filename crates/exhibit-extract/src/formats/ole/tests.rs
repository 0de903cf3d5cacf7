//! Compound files built in memory: embedded objects, sealed packages, and hostile ones.

use super::{extract_doc, extract_object, extract_ppt, extract_sealed};
use crate::formats::office::testing::{package, read, torment};
use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use exhibit_model::{MarkKind, NoteCode, Reason, Verdict};
use sha1::{Digest, Sha1};
use std::io::{Cursor, Write};

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    for (path, content) in streams {
        let path = std::path::Path::new(path);
        if let Some(parent) = path.parent() {
            file.create_storage_all(parent).expect("a storage");
        }
        file.create_stream(path).expect("a stream").write_all(content).expect("memory");
    }
    file.flush().expect("memory");
    file.into_inner().into_inner()
}

#[test]
fn objects_are_extracted_as_their_files() {
    let native = [
        &[0; 4][..],
        &[2, 0],
        b"plan.pdf\0",
        b"C:\\plan.pdf\0",
        &[0, 0, 3, 0],
        &9u32.to_le_bytes(),
        b"C:\\x.pdf\0",
        &4u32.to_le_bytes(),
        b"%PDF",
    ]
    .concat();
    let bytes = compound(&[
        ("/MBD0001/\u{1}Ole10Native", &native),
        ("/MBD0002/Package", b"PK\x03\x04"),
        ("/MBD0003/WordDocument", b"old"),
        ("/MBD0003/Deep/Stream", b"x"),
        ("/ObjectPool/_123/CONTENTS", b"%PDF-1.4"),
    ]);
    // the workbook reader fails on it; embedded files are extracted by the reader of objects in documents
    let outcome = read(extract_doc, &bytes);
    let names: Vec<&str> = outcome.members.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["plan.pdf", "MBD0002", "MBD0003.ole", "_123"]);
    assert_eq!(
        (&outcome.members[0].1[..], &outcome.members[1].1[..]),
        (&b"%PDF"[..], &b"PK\x03\x04"[..])
    );
    let mut inner = cfb::CompoundFile::open(Cursor::new(outcome.members[2].1.clone()))
        .expect("a compound file");
    assert!(inner.is_stream("/WordDocument") && inner.is_stream("/Deep/Stream"));
    let mut text = String::new();
    std::io::Read::read_to_string(
        &mut inner.open_stream("/WordDocument").expect("a stream"),
        &mut text,
    )
    .expect("text");
    assert_eq!(text, "old");
    assert!(matches!(outcome.verdict, Verdict::Failed(_)));
    let object = read(extract_object, &compound(&[("/\u{1}Ole10Native", &native)]));
    assert_eq!(
        (object.members, object.verdict),
        (vec![("plan.pdf".to_owned(), b"%PDF".to_vec())], Verdict::Read)
    );
    let other = read(extract_object, &compound(&[("/Other", b"x")]));
    assert_eq!(other.verdict, Verdict::Unsupported(Reason::UnknownCompoundFile));
}

fn sha1(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha1::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().to_vec()
}

// The standard scheme of [MS-OFFCRYPTO] 2.3.4.7, in reverse.
fn sealed(content: &[u8], password: &str) -> Vec<u8> {
    let salt = [7u8; 16];
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut state = sha1(&[&salt, &password]);
    for turn in 0..50_000u32 {
        state = sha1(&[&turn.to_le_bytes(), &state]);
    }
    let last = sha1(&[&state, &[0; 4]]);
    let mut pad = [0x36u8; 64];
    pad.iter_mut().zip(&last).for_each(|(byte, hash)| *byte ^= hash);
    let cipher = Aes128::new_from_slice(&sha1(&[&pad])[..16]).expect("sixteen bytes");
    let encrypt = |bytes: &[u8]| {
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len().next_multiple_of(16), 0);
        padded
            .chunks_exact(16)
            .flat_map(|chunk| {
                let mut block = aes::cipher::Block::<Aes128>::try_from(chunk).expect("a block");
                cipher.encrypt_block(&mut block);
                block.to_vec()
            })
            .collect::<Vec<u8>>()
    };
    let verifier = [9u8; 16];
    let header = [
        &[0; 8][..],
        &0x660eu32.to_le_bytes(),
        &0x8004u32.to_le_bytes(),
        &128u32.to_le_bytes(),
        &[0; 12],
    ]
    .concat();
    let info = [
        &[4, 0, 2, 0][..],
        &[0x24, 0, 0, 0],
        &32u32.to_le_bytes(),
        &header,
        &16u32.to_le_bytes(),
        &salt,
        &encrypt(&verifier),
        &20u32.to_le_bytes(),
        &encrypt(&sha1(&[&verifier])),
    ]
    .concat();
    let package = [&(content.len() as u64).to_le_bytes()[..], &encrypt(content)].concat();
    compound(&[("/EncryptionInfo", &info), ("/EncryptedPackage", &package)])
}

#[test]
fn sealed_files_open_with_a_given_password() {
    let content = package(&[
        (
            "[Content_Types].xml",
            "<Types><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>",
        ),
        (
            "word/document.xml",
            "<w:document><w:body><w:p><w:r><w:t>机密</w:t></w:r></w:p></w:body></w:document>",
        ),
    ]);
    let outcome = read(extract_sealed, &sealed(&content, "secret"));
    assert_eq!((outcome.texts(), &outcome.verdict), (vec!["机密\n"], &Verdict::Read));
    assert!(outcome.has_note(&NoteCode::Decrypted));
    assert_eq!(outcome.marked(MarkKind::Hidden), Vec::<&str>::new());
    assert_eq!(read(extract_sealed, &sealed(&content, "another")).verdict, Verdict::Encrypted);
}

#[test]
fn truncated_and_mutated_compound_files_are_harmless() {
    let bytes = compound(&[
        ("/WordDocument", &[0xec, 0xa5, 0xc1, 0, 0, 0]),
        ("/1Table", &[1; 600]),
        ("/ObjectPool/_1/x", &[2; 5000]),
    ]);
    for reader in [extract_doc, extract_ppt, extract_object, extract_sealed] {
        torment(reader, &bytes, 601);
    }
    torment(
        extract_sealed,
        &compound(&[
            ("/EncryptionInfo", &[4, 0, 4, 0, 64, 0, 0, 0, b'<', b'x']),
            ("/EncryptedPackage", &[0; 64]),
        ]),
        601,
    );
}

#[test]
fn macros_are_emitted_as_text() {
    let source = super::macros::tests::packed(&encoding_rs::GBK.encode("Sub 登记()\r\nEnd Sub").0);
    let directory = super::macros::tests::directory(&[("模块1", 3), ("lost", 0)]);
    let module = [&[0xff; 3][..], &source].concat();
    let bytes = compound(&[("/VBA/dir", &directory), ("/VBA/模块1", &module)]);
    let outcome = read(extract_object, &bytes);
    assert_eq!(
        outcome.members,
        [("模块1.bas".to_owned(), "Sub 登记()\r\nEnd Sub".as_bytes().to_vec())]
    );
    assert_eq!(outcome.verdict, Verdict::Read);
    assert!(outcome.has_note(&NoteCode::MacrosPresent { part: None }));
    assert!(outcome.has_note(&NoteCode::ObjectUnreadable { object: "/VBA/lost".to_owned() }));
    torment(extract_object, &bytes, 997);
}

#[test]
fn what_rights_management_encrypts_is_encrypted() {
    let bytes =
        compound(&[("/\u{9}DRMContent", b"sealed"), ("/WordDocument", b"a message to the reader")]);
    for reader in [extract_doc, extract_ppt, crate::formats::sheet::extract] {
        let outcome = read(reader, &bytes);
        assert_eq!(outcome.verdict, Verdict::Encrypted);
        assert!(
            outcome.has_note(&NoteCode::EncryptionUnsupported { scheme: "DRMContent".to_owned() })
        );
    }
    for streams in [
        &[("/EncryptedPackage", &b"sealed"[..])][..],
        &[("/EncryptedPackage", b"x"), ("/EncryptionInfo", b"x")],
    ] {
        assert_eq!(read(extract_sealed, &compound(streams)).verdict, Verdict::Encrypted);
    }
}
