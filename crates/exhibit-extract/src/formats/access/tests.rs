//! Access databases that the tests make, and what is read of them.

use super::*;
use crate::formats::office::testing::{Outcome, read, torment};
use crate::formats::ole::rc4::Rc4;

const PAGE: usize = 4096;

/// A column: name, kind, whether it has a fixed size, its size.
type Spec<'c> = (&'c str, u8, bool, u16);

fn definition(columns: &[Spec<'_>]) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    page[..2].copy_from_slice(&[2, 1]);
    let variable = columns.iter().filter(|column| !column.2).count() as u16;
    page[43..45].copy_from_slice(&variable.to_le_bytes());
    page[45..47].copy_from_slice(&(columns.len() as u16).to_le_bytes());
    let (mut at, mut fixed, mut index) = (63, 0u16, 0u16);
    for (number, (_, kind, is_fixed, size)) in columns.iter().enumerate() {
        page[at] = *kind;
        page[at + 5..at + 7].copy_from_slice(&(number as u16).to_le_bytes());
        page[at + 7..at + 9].copy_from_slice(&index.to_le_bytes());
        page[at + 15] = u8::from(*is_fixed);
        page[at + 21..at + 23].copy_from_slice(&fixed.to_le_bytes());
        page[at + 23..at + 25].copy_from_slice(&size.to_le_bytes());
        (fixed, index) = if *is_fixed { (fixed + size, index) } else { (fixed, index + 1) };
        at += 25;
    }
    for (name, ..) in columns {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        page[at..at + 2].copy_from_slice(&(name.len() as u16).to_le_bytes());
        page[at + 2..at + 2 + name.len()].copy_from_slice(&name);
        at += 2 + name.len();
    }
    page
}

fn row(columns: &[Spec<'_>], values: &[Option<Vec<u8>>]) -> Vec<u8> {
    let mut bytes = (columns.len() as u16).to_le_bytes().to_vec();
    for (column, value) in
        columns.iter().zip(values).filter(|(column, _)| column.2 && column.1 != 1)
    {
        bytes.extend(value.clone().unwrap_or_else(|| vec![0; column.3.into()]));
    }
    let mut ends = vec![bytes.len() as u16];
    for (_, value) in columns.iter().zip(values).filter(|(column, _)| !column.2) {
        bytes.extend(value.clone().unwrap_or_default());
        ends.push(bytes.len() as u16);
    }
    ends.iter().rev().for_each(|end| bytes.extend(end.to_le_bytes()));
    bytes.extend((ends.len() as u16 - 1).to_le_bytes());
    let mut nulls = vec![0u8; columns.len().div_ceil(8)];
    for (number, value) in values.iter().enumerate() {
        nulls[number / 8] |= u8::from(value.is_some()) << (number % 8);
    }
    bytes.extend(nulls);
    bytes
}

/// A page of rows, with the flags of each.
fn data(owner: u32, rows: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    page[..2].copy_from_slice(&[1, 1]);
    page[4..8].copy_from_slice(&owner.to_le_bytes());
    page[12..14].copy_from_slice(&(rows.len() as u16).to_le_bytes());
    let mut end = PAGE;
    for (number, (flags, row)) in rows.iter().enumerate() {
        end -= row.len();
        page[end..end + row.len()].copy_from_slice(row);
        page[14 + 2 * number..16 + 2 * number].copy_from_slice(&(flags | end as u16).to_le_bytes());
    }
    page
}

fn wide(text: &str) -> Option<Vec<u8>> {
    Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

fn pointer(length: u32, row: u8, page: u32) -> Option<Vec<u8>> {
    Some([&length.to_le_bytes()[..], &[row], &page.to_le_bytes()[..3], &[0; 4]].concat())
}

const CATALOG_COLUMNS: &[Spec<'_>] = &[
    ("Id", 4, true, 4),
    ("Type", 3, true, 2),
    ("Name", 10, false, 510),
    ("Connect", 12, false, 0),
];

const COLUMNS: &[Spec<'_>] = &[
    ("编号", 4, true, 4),
    ("Name", 10, false, 510),
    ("Born", 8, true, 8),
    ("Held", 1, true, 0),
    ("Sum", 5, true, 8),
    ("Memo", 12, false, 0),
    ("File", 11, false, 0),
];

fn database() -> Vec<u8> {
    let mut header = vec![0; PAGE];
    header[..19].copy_from_slice(b"\0\x01\0\0Standard Jet DB");
    header[0x14] = 1;
    Rc4::new(&0x6b39_dac7_u32.to_le_bytes()).apply(&mut header[0x18..0x98]);
    let object = |id: i32, kind: i16, name: &str, connect: Option<Vec<u8>>| {
        let values = [
            Some(id.to_le_bytes().to_vec()),
            Some(kind.to_le_bytes().to_vec()),
            wide(name),
            connect,
        ];
        (0, row(CATALOG_COLUMNS, &values))
    };
    let inline = |text: &str| {
        let bytes = wide(text).unwrap_or_default();
        Some([&(bytes.len() as u32 | 0x8000_0000).to_le_bytes()[..], &[0; 8], &bytes].concat())
    };
    let catalog = data(
        2,
        &[
            object(2, 1, "MSysObjects", None),
            object(4, 1, "人员", None),
            object(9, 5, "Query1", None),
            object(0, 6, "linked", inline("other.mdb")),
            object(99, 1, "lost", None),
        ],
    );
    let person = |id: i32, name: &str, held: bool, memo: Option<Vec<u8>>, file: Option<Vec<u8>>| {
        let born = Some(43_550.5f64.to_le_bytes().to_vec());
        let values = [
            Some(id.to_le_bytes().to_vec()),
            wide(name),
            born,
            held.then(Vec::new),
            Some((-12_500i64).to_le_bytes().to_vec()),
            memo,
            file,
        ];
        row(COLUMNS, &values)
    };
    let rows = [
        (0, person(7, "登记", true, inline("short memo"), pointer(4 | 0x4000_0000, 1, 6))),
        (0x8000, person(8, "deleted", false, None, None)),
        (0x4000, vec![2, 6, 0, 0]),
        (0, person(10, "", false, pointer(12, 3, 6), None)),
    ];
    let values = [
        (0, b"lval".to_vec()),
        (0, b"\x89PNG".to_vec()),
        (0x8000, person(9, "elsewhere", true, None, None)),
        (0, [&[4, 6, 0, 0][..], &wide("第一").unwrap_or_default()].concat()),
        (0, [&[0, 0, 0, 0][..], &wide(" two").unwrap_or_default()].concat()),
    ];
    let pages = [
        header,
        vec![0; PAGE],
        definition(CATALOG_COLUMNS),
        catalog,
        definition(COLUMNS),
        data(4, &rows),
        data(0, &values),
    ];
    pages.concat()
}

const EXPECTED: &str = "编号\tName\tBorn\tHeld\tSum\tMemo\tFile\n7\t登记\t2019-03-26 12:00:00\ttrue\t-1.2500\tshort memo\t89504E47\n9\telsewhere\t2019-03-26 12:00:00\ttrue\t-1.2500\n10\t\t2019-03-26 12:00:00\tfalse\t-1.2500\t第一 two\n";

#[test]
fn tables_are_sheets() {
    let outcome = read(extract, &database());
    assert_eq!(outcome.verdict, Verdict::Read);
    assert_eq!(outcome.texts(), [EXPECTED]);
    assert_eq!(outcome.labels(), ["人员"]);
    for (key, value) in [
        ("access:version", "Jet 4"),
        ("access:query", "Query1"),
        ("access:linked-table", "linked other.mdb"),
    ] {
        assert_eq!(outcome.property(key), Some(value));
    }
    assert!(outcome.has_note(&NoteCode::PartLost { part: "lost".to_owned(), sheet: None }));
}

/// A copy whose pages are encoded with a key, as Jet does.
fn encoded(key: u32, version: u8) -> Vec<u8> {
    let mut bytes = database();
    bytes[0x14] = version;
    let flip = |bytes: &mut Vec<u8>| {
        Rc4::new(&0x6b39_dac7_u32.to_le_bytes()).apply(&mut bytes[0x18..0x98])
    };
    flip(&mut bytes);
    bytes[0x3e..0x42].copy_from_slice(&key.to_le_bytes());
    flip(&mut bytes);
    for (number, page) in (0u32..).zip(bytes.chunks_mut(PAGE)).skip(1) {
        Rc4::new(&(key ^ number).to_le_bytes()).apply(page);
    }
    bytes
}

#[test]
fn encoded_pages_are_read_and_encrypted_ones_are_not() {
    assert_eq!(read(extract, &encoded(0x1234_5678, 1)).texts(), [EXPECTED]);
    let mut encrypted = encoded(0x1234_5678, 3);
    encrypted[PAGE..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    let outcome = read(extract, &encrypted);
    assert_eq!(outcome.verdict, Verdict::Encrypted);
    assert!(
        outcome.has_note(&NoteCode::EncryptionUnsupported { scheme: "Access password".to_owned() })
    );
}

#[test]
fn files_of_attachment_columns() {
    let header = [
        &20u32.to_le_bytes()[..],
        &[0; 4],
        &4u32.to_le_bytes(),
        &wide("txt\0").unwrap_or_default(),
    ]
    .concat();
    let body = [&header[..], b"content"].concat();
    let stored = [&[0; 8][..], &body].concat();
    assert_eq!(attachment(&stored), Some(("file.txt".to_owned(), b"content".to_vec())));
    let mut deflated = [1, 0, 0, 0, 0, 0, 0, 0].to_vec();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &body).expect("memory");
    deflated.extend(encoder.finish().expect("memory"));
    assert_eq!(attachment(&deflated), Some(("file.txt".to_owned(), b"content".to_vec())));
    for other in [&b""[..], b"\0\0\0\0", &[0xff; 40], &[0; 40]] {
        assert_eq!(attachment(other), None);
    }
}

fn no_rows(outcome: &Outcome) -> bool {
    outcome.pages.iter().all(|page| !page.text.contains("登记"))
}

#[test]
fn hostile_files_end() {
    let whole = database();
    torment(extract, &whole, whole.len() / 30);
    assert!(no_rows(&read(extract, &whole[..PAGE * 2])));
    // a chain of pages that returns to itself, and rows without end
    let mut cyclic = whole.clone();
    let end = wide(" two").unwrap_or_default();
    let row = cyclic.windows(8).position(|bytes| bytes == end).expect("the end of the chain");
    cyclic[row - 4..row].copy_from_slice(&[3, 6, 0, 0]);
    read(extract, &cyclic);
    let mut many = whole;
    many[5 * PAGE + 12..5 * PAGE + 14].copy_from_slice(&u16::MAX.to_le_bytes());
    read(extract, &many);
}

#[test]
fn fuzzing_starts_from_the_same_file() {
    crate::formats::msg::tests::check_fixture("formats/tables.mdb", &database());
}
