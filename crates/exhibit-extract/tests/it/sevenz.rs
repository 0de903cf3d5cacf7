//! 7z archives as 7-Zip writes them, made by `tests/fixtures/archives/make.sh`, and damaged ones.

use crate::said::{fixture, read, read_with, torment};
use exhibit_model::{Limits, MemberEnd, NoteCode, Reason, Verdict};

/// What `make.sh` puts into archives: the text of its longest file.
pub(crate) fn long_text() -> String {
    (1..=40).map(|line| format!("line {line}: 登记表 gate {}\n", line * 7919 % 1000)).collect()
}

#[test]
fn members_come_out_by_every_method() {
    for method in
        ["lzma2", "lzma", "ppmd", "bzip2", "deflate", "copy", "bcj2", "bcj", "arm64", "delta"]
    {
        let said = read("a.7z", &fixture(&format!("{method}.7z")));
        assert_eq!(
            (said.media_type.as_str(), &said.verdict),
            ("application/x-7z-compressed", &Verdict::Read),
            "{method}"
        );
        let mut names = said.names();
        names.sort();
        assert_eq!(names, ["code.bin", "empty.txt", "папка/b.txt", "名单.txt"], "{method}");
        assert!(
            said.members.iter().all(|(.., end)| *end == MemberEnd::Whole),
            "{method}: {:?}",
            said.members
        );
        let of = |name: &str| {
            &said.members.iter().find(|(m, ..)| m.name == name.as_bytes()).expect("a member").1
        };
        assert_eq!(*of("名单.txt"), long_text().as_bytes(), "{method}");
        assert_eq!(
            (of("папка/b.txt").as_slice(), of("empty.txt").len()),
            (&b"second file\n"[..], 0),
            "{method}"
        );
        assert_eq!(of("code.bin")[..10], *b"\xe8\x05\x01\0\0\x8b\xc0\xeb\x03\xe8", "{method}");
        assert!(said.notes.is_empty(), "{method}: {:?}", said.notes);
        let modified = said.members[0].0.modified.expect("a time");
        assert_eq!(modified.to_string().get(..19), Some("2019-03-04T05:06:08"), "{method}");
    }
}

#[test]
fn methods_without_a_decoder_are_named() {
    let said = read("a.7z", &fixture("deflate64.7z"));
    let method = Reason::ArchiveMethod { format: "7z".to_owned(), method: "40109".to_owned() };
    let ends: Vec<&MemberEnd> = said.members.iter().map(|(.., end)| end).collect();
    assert!(ends.contains(&&MemberEnd::Unsupported(method)), "{ends:?}");
    assert_eq!(said.members.len(), 4);
}

#[test]
fn passwords_open_content_and_names() {
    for name in ["sealed.7z", "sealed-names.7z", "sealed-copy.7z"] {
        let bytes = fixture(name);
        let open = read_with(name, &bytes, &["wrong", "secret"], Limits::STANDARD);
        let text =
            open.members.iter().find(|(m, ..)| m.name == "名单.txt".as_bytes()).expect("a member");
        assert_eq!(
            (text.1.as_slice(), &text.2),
            (long_text().as_bytes(), &MemberEnd::Whole),
            "{name}"
        );
        assert!(open.has_note(&NoteCode::Decrypted), "{name}");
        let closed = read_with(name, &bytes, &["wrong", "Secret"], Limits::STANDARD);
        if name == "sealed-names.7z" {
            assert_eq!((&closed.verdict, closed.members.len()), (&Verdict::Encrypted, 0));
        } else {
            let ends =
                closed.members.iter().filter(|(.., end)| *end == MemberEnd::Encrypted).count();
            assert_eq!(
                (closed.members.len(), ends),
                (4, 3),
                "{name}: an empty file is not encrypted"
            );
        }
    }
}

#[test]
fn links_are_named_and_not_followed() {
    let said = read("a.7z", &fixture("link.7z"));
    let target = Some("名单.txt".to_owned());
    assert_eq!(said.members[0].2, MemberEnd::Unsupported(Reason::SymbolicLink { target }));
}

#[test]
fn an_archive_without_its_end_has_no_entries() {
    let bytes = fixture("lzma2.7z");
    let cut = read("a.7z", &bytes[..bytes.len() - 20]);
    assert_eq!(cut.verdict, Verdict::Failed(Reason::NoEntries));
    let part = read("a.7z.001", &bytes[..bytes.len() - 20]);
    assert!(part.has_note(&NoteCode::ArchiveSplit), "{:?}", part.notes);
    let noise: Vec<u8> =
        (0..600_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let rest = read("a.7z.002", &noise);
    assert_eq!(rest.verdict, Verdict::Unsupported(Reason::ContinuedFile));
    let trailing = read("a.7z", &[&bytes[..], b"appended"].concat());
    assert!(trailing.has_note(&NoteCode::TrailingBytes { bytes: Some(8) }), "{:?}", trailing.notes);
}

#[test]
fn damage_keeps_what_precedes_it() {
    let mut bytes = fixture("copy.7z");
    let at = bytes.windows(7).position(|w| w == b"line 20").expect("stored text");
    bytes[at] ^= 1;
    let said = read("a.7z", &bytes);
    assert!(said.has_note(&NoteCode::ChecksumsWrong { entries: 1 }), "{:?}", said.notes);
    assert!(said.members.iter().all(|(.., end)| *end == MemberEnd::Whole));
    let mut bytes = fixture("bzip2.7z");
    bytes[60] ^= 0xFF;
    let said = read("a.7z", &bytes);
    assert_eq!(said.members.len(), 4, "each file is named");
    assert!(
        said.members
            .iter()
            .any(|(.., end)| matches!(end, MemberEnd::Failed(_) | MemberEnd::Truncated(_)))
    );
    assert!(
        said.members.iter().filter(|(.., end)| *end == MemberEnd::Whole).count() >= 2,
        "others are not touched"
    );
}

#[test]
fn damaged_archives_end_in_order() {
    for name in ["lzma2.7z", "lzma.7z", "ppmd.7z", "bcj2.7z", "delta.7z"] {
        torment(name, &fixture(name));
    }
}
