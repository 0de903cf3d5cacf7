//! Stores of every layout, whole and damaged.

mod store;

use super::crypt::Encoding;
use super::file::Layout;
use super::read as extract;
use crate::formats::mapi::id;
use crate::formats::mapi::property::kind;
use crate::formats::msg;
use crate::formats::msg::tests::check_fixture;
use crate::formats::msg::write::Raw;
use crate::formats::office::testing::{Outcome, read, torment};
use exhibit_model::{NoteCode, Verdict};
use store::Made;

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

const INBOX: u32 = 0x8022;
const TOP: u32 = 0x8042;
const MESSAGE: u32 = 0x20_0024;

fn sample(layout: Layout, encoding: Encoding) -> Vec<u8> {
    let mut made = Made::new(layout, encoding);
    let store = made.properties(&[wide(id::DISPLAY_NAME, "Archive"), long(0x67ff, 77)], &[]);
    made.node(0x21, 0, store);
    let set = [2, 0x20, 6, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
    let names = made.properties(&[binary(2, &set), binary(3, &[8, 0x82, 0, 0, 6, 0, 0, 0])], &[]);
    made.node(0x61, 0, names);
    for (id, parent, name, count) in
        [(0x122, 0x122, "", 0), (TOP, 0x122, "Top", 0), (INBOX, TOP, "收件箱", 3)]
    {
        let folder = made.properties(&[wide(id::DISPLAY_NAME, name), long(0x3602, count)], &[]);
        made.node(id, parent, folder);
    }
    let recipients = made.table(&[
        vec![
            wide(id::DISPLAY_NAME, "Li"),
            wide(id::SMTP_ADDRESS, "li@example.org"),
            long(id::RECIPIENT_TYPE, 1),
        ],
        vec![
            wide(id::DISPLAY_NAME, "Wu"),
            wide(id::SMTP_ADDRESS, "wu@example.org"),
            long(id::RECIPIENT_TYPE, 2),
        ],
    ]);
    let file = made.properties(
        &[wide(id::ATTACH_NAME, "登记表.txt"), binary(id::ATTACH_DATA, &[b'x'; 20_000])],
        &[],
    );
    let inner = made.properties(&[wide(id::SUBJECT, "inner"), wide(id::BODY, "inside")], &[]);
    let object = Raw {
        id: id::ATTACH_DATA,
        kind: kind::OBJECT,
        values: vec![vec![0xa4, 0, 0, 0, 9, 0, 0, 0]],
    };
    let holder = made.properties(
        &[wide(id::DISPLAY_NAME, "forwarded"), long(id::ATTACH_METHOD, 5), object],
        &[(0xa4, inner)],
    );
    let keywords =
        ["red", "blue"].map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    let message = made.properties(
        &[
            wide(id::SUBJECT, "\u{1}\u{1}Re: 关于登记"),
            wide(id::BODY, &"a long body ".repeat(500)),
            wide(0x8000, "Room 3"),
            Raw {
                id: id::SUBMITTED,
                kind: 0x40,
                values: vec![131_542_272_000_000_000_u64.to_le_bytes().to_vec()],
            },
            Raw { id: 0x3a58, kind: kind::WIDE | kind::MANY, values: keywords.to_vec() },
        ],
        &[(0x692, recipients), (0x8025, file), (0x8045, holder)],
    );
    made.node(MESSAGE, INBOX, message);
    let second = made.properties(&[wide(id::SUBJECT, "second"), wide(id::BODY, "short")], &[]);
    made.node(MESSAGE + 0x20, INBOX, second);
    let orphan = made.properties(&[wide(id::SUBJECT, "deleted"), wide(id::BODY, "gone")], &[]);
    made.node(MESSAGE + 0x40, 0x9002, orphan);
    let broken = made.plain(b"this is not a heap");
    made.node(MESSAGE + 0x60, INBOX, broken);
    let associated = made.properties(&[wide(id::SUBJECT, "settings")], &[]);
    made.node(0x20_0028, INBOX, associated);
    made.finish()
}

fn names(outcome: &Outcome) -> Vec<&str> {
    outcome.members.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn messages_of_every_layout_and_encoding_are_read() {
    for layout in [Layout::Ansi, Layout::Unicode, Layout::Unicode4k] {
        for encoding in [Encoding::None, Encoding::Permute, Encoding::Cyclic] {
            let outcome = read(extract, &sample(layout, encoding));
            assert_eq!(outcome.verdict, Verdict::Read, "{layout:?} {encoding:?}");
            let expected = [
                "Top/收件箱/00200024 Re: 关于登记.msg",
                "Top/收件箱/00200044 second.msg",
                "(no folder)/00200064 deleted.msg",
                "Top/收件箱/00200084.msg",
            ];
            assert_eq!(names(&outcome), expected, "{layout:?} {encoding:?}");
            let message = read(msg::read, &outcome.members[0].1);
            assert!(message.notes.is_empty(), "{:?}", message.notes);
            assert_eq!(message.property("mail:subject"), Some("Re: 关于登记"));
            assert_eq!(message.property("mail:to"), Some("Li <li@example.org>"));
            assert_eq!(message.property("mail:cc"), Some("Wu <wu@example.org>"));
            assert_eq!(message.property("mail:date"), Some("2017-11-04T00:00:00Z"));
            assert_eq!(message.property("mapi:location"), Some("Room 3"));
            assert_eq!(message.property("mapi:children"), Some("red; blue"));
            assert!(message.texts()[0].ends_with(&"a long body ".repeat(500).trim()));
            assert_eq!(names(&message), ["登记表.txt", "forwarded.msg"]);
            assert_eq!(message.members[0].1, [b'x'; 20_000]);
            assert_eq!(
                read(msg::read, &message.members[1].1).texts(),
                ["Subject: inner\n\ninside"]
            );
        }
    }
}

#[test]
fn fuzzing_starts_from_the_same_store() {
    check_fixture("store.pst", &sample(Layout::Unicode, Encoding::Permute));
}

#[test]
fn the_store_states_what_was_announced_found_and_read() {
    let outcome = read(extract, &sample(Layout::Unicode, Encoding::Permute));
    assert_eq!(outcome.property("pst:name"), Some("Archive"));
    assert_eq!(outcome.property("pst:format"), Some("unicode"));
    assert_eq!(outcome.property("pst:encoding"), Some("permute"));
    assert_eq!(outcome.property("pst:password"), Some("true"));
    assert_eq!(outcome.property("pst:folder"), Some("Top/收件箱 (3)"));
    assert!(outcome.has_note(&NoteCode::StoreMessages { announced: 3, found: 4, read: 3 }));
    assert!(outcome.has_note(&NoteCode::StoreMessagesOrphaned { count: 1 }));
    assert!(outcome.has_note(&NoteCode::AssociatedItemsSkipped { count: 1 }));
}

#[test]
fn a_damaged_block_loses_one_message_only() {
    let whole = sample(Layout::Unicode, Encoding::None);
    let mut broken = whole.clone();
    let wanted: Vec<u8> = "second".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = whole.windows(wanted.len()).position(|window| window == wanted).expect("there");
    // the signature of the heap that the text is in
    let heap = whole[..at].windows(2).rposition(|window| window == [0xec, 0xbc]).expect("a heap");
    broken[heap] = 0;
    let outcome = read(extract, &broken);
    assert_eq!(outcome.members.len(), 4);
    assert!(outcome.has_note(&NoteCode::StoreMessages { announced: 3, found: 4, read: 2 }));
}

/// The place of the root of an index, and of its type in its trailer.
fn root(bytes: &[u8], layout: Layout, at: usize) -> usize {
    let trailer = match layout {
        Layout::Ansi => 500,
        Layout::Unicode => 496,
        Layout::Unicode4k => 4072,
    };
    let place = u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    place as usize + trailer
}

#[test]
fn what_a_damaged_index_names_is_found_by_searching() {
    for layout in [Layout::Ansi, Layout::Unicode, Layout::Unicode4k] {
        let whole = sample(layout, Encoding::Permute);
        let (nodes, blocks) = if layout == Layout::Ansi { (188, 196) } else { (224, 240) };
        for damaged in [vec![nodes], vec![blocks], vec![nodes, blocks]] {
            let mut broken = whole.clone();
            for at in damaged {
                let place = root(&whole, layout, at);
                broken[place] = 0;
            }
            let outcome = read(extract, &broken);
            let mut found = names(&outcome);
            found.sort_unstable();
            assert_eq!(found.len(), 4, "{layout:?} {found:?}");
            assert_eq!(found[1], "Top/收件箱/00200024 Re: 关于登记.msg");
            let message = read(
                msg::read,
                &outcome.members.iter().find(|(name, _)| name == found[1]).expect("there").1,
            );
            assert_eq!(names(&message), ["登记表.txt", "forwarded.msg"]);
        }
    }
    let mut broken = sample(Layout::Unicode, Encoding::None);
    let place = root(&broken, Layout::Unicode, 224);
    broken[place] = 0;
    let outcome = read(extract, &broken);
    assert!(outcome.has_note(&NoteCode::StoreDamaged { count: 1 }), "{:?}", outcome.notes);
}

#[test]
fn attachments_that_cannot_be_read_are_listed() {
    let mut made = Made::new(Layout::Unicode, Encoding::None);
    let broken = made.plain(b"no heap");
    let message = made.properties(&[wide(id::SUBJECT, "s")], &[(0x8025, broken)]);
    made.node(MESSAGE, INBOX, message);
    let outcome = read(extract, &made.finish());
    assert!(outcome.has_note(&NoteCode::StorePropertiesLost { count: 1 }));
    assert_eq!(names(&read(msg::read, &outcome.members[0].1)), ["attachment-1.bin"]);
}

#[test]
fn a_store_that_is_encrypted_for_an_organisation_is_encrypted() {
    let mut bytes = sample(Layout::Unicode, Encoding::None);
    bytes[513] = 0x10;
    assert_eq!(read(extract, &bytes).verdict, Verdict::Encrypted);
}

#[test]
fn hostile_stores_end() {
    // a block of blocks that refers to itself, and a page that does
    let mut bytes = sample(Layout::Unicode, Encoding::None);
    let top =
        bytes.chunks_exact(512).rposition(|page| page[496..498] == [0x81, 0x81]).expect("a page")
            * 512;
    let place = (top as u64).to_le_bytes();
    bytes[top + 16..top + 24].copy_from_slice(&place);
    let outcome = read(extract, &bytes);
    assert!(outcome.notes.iter().any(|note| matches!(note, NoteCode::StoreDamaged { .. })));
    assert!(matches!(read(extract, b"!BDN").verdict, Verdict::Failed(_)));
    assert!(matches!(
        read(extract, &[b"!BDN\0\0\0\0SM\x17\0".as_slice(), &[0; 600]].concat()).verdict,
        Verdict::Failed(_)
    ));
}

#[test]
fn truncated_and_mutated_stores_are_harmless() {
    let whole = sample(Layout::Unicode, Encoding::None);
    torment(extract, &whole[..], 4001);
    // the header is at the start, the trees at the end: most of the rest is content
    let mut state = 77u64;
    for _ in 0..60 {
        let mut changed = whole.clone();
        for _ in 0..4 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let below = usize::try_from(state >> 33).expect("small") % (changed.len() - 0x4400);
            changed[0x4400 + below] ^= 1 << (state >> 20 & 7);
        }
        read(extract, &changed);
    }
}
