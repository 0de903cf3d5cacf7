//! RAR archives of all versions, made by `tests/fixtures/archives/make_rar.py`, and damaged ones.

use crate::said::{Said, fixture, read, read_with, torment};
use crate::sevenz::long_text;
use exhibit_model::{Limits, MemberEnd, NoteCode, Reason, Verdict};

fn content<'s>(said: &'s Said, name: &str) -> &'s [u8] {
    &said.members.iter().find(|(member, ..)| member.name == name.as_bytes()).expect("a member").1
}

fn check_members(name: &str, said: &Said, long: &str) {
    assert_eq!(
        (said.media_type.as_str(), &said.verdict),
        ("application/vnd.rar", &Verdict::Read),
        "{name}"
    );
    assert!(
        said.members.iter().all(|(.., end)| *end == MemberEnd::Whole),
        "{name}: {:?}",
        said.members
    );
    assert_eq!(content(said, long), long_text().as_bytes(), "{name}");
    assert_eq!(content(said, "empty.txt").len(), 0, "{name}");
    assert_eq!(content(said, "code.bin").len(), 540, "{name}");
    assert!(said.names().contains(&"folder/b0.txt".to_owned()), "{name}: {:?}", said.names());
}

#[test]
fn members_come_out_of_every_version() {
    for (name, long) in [
        ("five", "名单.txt"),
        ("five-stored", "名单.txt"),
        ("five-solid", "名单.txt"),
        ("seven", "名单.txt"),
        ("four", "list.txt"),
        ("four-solid", "list.txt"),
        ("two", "list.txt"),
        ("one-and-a-half", "list.txt"),
    ] {
        let said = read("a.rar", &fixture(&format!("{name}.rar")));
        check_members(name, &said, long);
        assert!(said.notes.is_empty(), "{name}: {:?}", said.notes);
        if name.ends_with("solid") {
            assert_eq!(said.members.len(), 6, "{name}");
            let last =
                said.members.iter().find(|(m, ..)| m.name.ends_with(b"b2.txt")).expect("a member");
            assert_eq!(last.1, "second file\n".repeat(3).as_bytes(), "{name}");
        }
    }
}

#[test]
fn passwords_open_content_and_names() {
    for (name, long) in [
        ("five-sealed", "名单.txt"),
        ("five-sealed-names", "名单.txt"),
        ("four-sealed", "list.txt"),
        ("four-sealed-names", "list.txt"),
    ] {
        let bytes = fixture(&format!("{name}.rar"));
        let open = read_with("a.rar", &bytes, &["wrong", "secret"], Limits::STANDARD);
        check_members(name, &open, long);
        assert_eq!(
            open.notes.iter().map(|note| &note.code).collect::<Vec<_>>(),
            [&NoteCode::Decrypted],
            "{name}"
        );
        let closed = read_with("a.rar", &bytes, &["wrong"], Limits::STANDARD);
        if name.ends_with("names") {
            assert_eq!((&closed.verdict, closed.members.len()), (&Verdict::Encrypted, 0), "{name}");
        } else {
            let encrypted =
                closed.members.iter().filter(|(.., end)| *end == MemberEnd::Encrypted).count();
            assert!(closed.members.len() == 4 && encrypted >= 3, "{name}: {:?}", closed.members);
        }
    }
}

#[test]
fn volumes_one_behind_the_other_are_one_archive() {
    for name in ["five-parts", "four-parts"] {
        let bytes = fixture(&format!("{name}.rar"));
        let whole = read("a.rar", &bytes);
        assert_eq!(content(&whole, "list.txt"), long_text().as_bytes(), "{name}");
        assert!(
            whole.members.iter().all(|(.., end)| *end == MemberEnd::Whole)
                && whole.notes.is_empty(),
            "{name}"
        );
        // without the last volume
        let last = bytes.windows(4).rposition(|w| w == b"Rar!").expect("volumes");
        let cut = read("a.rar", &bytes[..last]);
        assert!(cut.has_note(&NoteCode::ArchiveSplit), "{name}: {:?}", cut.notes);
        let (_, kept, end) = &cut.members[0];
        assert!(matches!(end, MemberEnd::Truncated(Reason::ArchiveEnds { .. })), "{name}: {end:?}");
        assert!(kept.len() > 600 && long_text().as_bytes().starts_with(kept), "{name}");
        // without the first one
        let second = read("a.rar", &bytes[last..]);
        assert_eq!(second.members[0].2, MemberEnd::Unsupported(Reason::ContinuedFile), "{name}");
    }
}

#[test]
fn damage_keeps_what_precedes_it() {
    let whole = fixture("five-stored.rar");
    let mut bytes = whole.clone();
    let at = bytes.windows(7).position(|w| w == b"line 20").expect("stored text");
    bytes[at] ^= 1;
    let said = read("a.rar", &bytes);
    assert!(said.has_note(&NoteCode::ChecksumsWrong { entries: 1 }), "{:?}", said.notes);
    assert_eq!(content(&said, "名单.txt").len(), long_text().len());
    let cut = read("a.rar", &whole[..at]);
    let (_, kept, end) = &cut.members[0];
    assert!(matches!(end, MemberEnd::Truncated(Reason::ArchiveEnds { .. })), "{end:?}");
    assert_eq!(*kept, whole[at - kept.len()..at]);
    let second = whole.windows(7).position(|w| w == b"folder/").expect("a header");
    let mut bytes = whole;
    bytes[second] ^= 1;
    let said = read("a.rar", &bytes);
    assert_eq!(
        (said.members.len(), said.has_note(&NoteCode::BlocksDamaged { blocks: 1 })),
        (1, true)
    );
    let solid = fixture("five-solid.rar");
    let trailing = read("a.rar", &[&solid[..], b"appended"].concat());
    assert!(trailing.has_note(&NoteCode::TrailingBytes { bytes: Some(8) }), "{:?}", trailing.notes);
}

#[test]
fn a_lost_file_of_a_solid_archive_costs_those_after_it() {
    let mut bytes = fixture("four-solid.rar");
    let name = bytes.windows(8).position(|w| w == b"list.txt").expect("a header");
    bytes[name + 30..name + 120].fill(0xFF);
    let said = read("a.rar", &bytes);
    assert!(said.members.len() == 6, "each file is named");
    let whole = said.members.iter().filter(|(.., end)| *end == MemberEnd::Whole).count();
    assert!(whole < 4, "{:?}", said.members);
}

#[test]
fn damaged_archives_end_in_order() {
    for name in
        ["five", "five-solid", "seven", "four", "four-solid", "two", "one-and-a-half", "five-parts"]
    {
        torment("a.rar", &fixture(&format!("{name}.rar")));
    }
}
