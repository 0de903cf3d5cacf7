//! Tests of binary workbooks of every version, made record by record.

use super::extract;
use crate::formats::office::testing::{Outcome, read, torment};
use crate::formats::ole::rc4::tests::sealed_header;
use exhibit_model::{MarkKind, NoteCode, Verdict};
use std::io::{Cursor, Write};

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(data.len()).expect("small").to_le_bytes(), data]
        .concat()
}

fn bof(kind: u16) -> Vec<u8> {
    record(0x0809, &[&0x0600u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat())
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn counted(text: &str) -> Vec<u8> {
    let count = u16::try_from(text.encode_utf16().count()).expect("short").to_le_bytes();
    [&count[..], &[1], &wide(text)].concat()
}

fn at(row: u16, column: u16, format: u16, value: &[u8]) -> Vec<u8> {
    [&row.to_le_bytes()[..], &column.to_le_bytes(), &format.to_le_bytes(), value].concat()
}

fn compound(stream: &[u8], name: &str) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    file.create_stream(name).expect("a stream").write_all(stream).expect("memory");
    file.flush().expect("memory");
    file.into_inner().into_inner()
}

// A workbook of Excel 97: the sheets are (state, records).
fn workbook(globals: &[Vec<u8>], sheets: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let end = record(0x000a, &[]);
    let entry = |at: usize, state: u8, number: usize| {
        let name = format!("S{number}");
        let place = u32::try_from(at).expect("small").to_le_bytes();
        record(0x0085, &[&place[..], &[state, 0, 2, 0], name.as_bytes()].concat())
    };
    let start =
        bof(5).len() + globals.concat().len() + end.len() + sheets.len() * entry(0, 0, 1).len();
    let (mut list, mut bodies) = (Vec::new(), Vec::new());
    for (number, (state, body)) in sheets.iter().enumerate() {
        list.extend(entry(start + bodies.len(), *state, number + 1));
        bodies.extend([bof(0x10), body.clone(), end.clone()].concat());
    }
    [bof(5), globals.concat(), list, end, bodies].concat()
}

fn formats() -> Vec<Vec<u8>> {
    let format =
        |id: u16, code: &str| record(0x041e, &[&id.to_le_bytes()[..], &counted(code)].concat());
    let cell = |id: u16| record(0x00e0, &[&[0, 0][..], &id.to_le_bytes(), &[0; 16]].concat());
    vec![
        format(164, "000000"),
        format(165, "yyyy\"年\"m\"月\"d\"日\""),
        cell(0),
        cell(164),
        cell(165),
    ]
}

fn texts(list: &[&str]) -> Vec<u8> {
    let count = u32::try_from(list.len()).expect("few").to_le_bytes();
    let all: Vec<u8> = list.iter().flat_map(|text| counted(text)).collect();
    [&count[..], &count, &all].concat()
}

fn read_workbook(globals: &[Vec<u8>], sheets: &[(u8, Vec<u8>)]) -> Outcome {
    read(extract, &compound(&workbook(globals, sheets), "/Workbook"))
}

#[test]
fn cells_are_as_displayed() {
    let cells = [
        record(0x00fd, &at(0, 0, 0, &0u32.to_le_bytes())),
        record(0x0203, &at(0, 1, 1, &17f64.to_le_bytes())),
        record(0x027e, &at(0, 2, 2, &(43_007u32 << 2 | 2).to_le_bytes())),
        record(
            0x00bd,
            &[
                &at(1, 0, 0, &(250u32 << 2 | 3).to_le_bytes())[..],
                &[1, 0],
                &(5u32 << 2 | 2).to_le_bytes(),
                &[1, 0],
            ]
            .concat(),
        ),
        record(0x0205, &at(2, 0, 0, &[1, 0])),
        record(0x0205, &at(2, 1, 0, &[7, 1])),
        record(0x0006, &at(3, 0, 0, &[&1.5f64.to_le_bytes()[..], &[0; 8]].concat())),
        record(0x0006, &at(3, 1, 0, &[0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0])),
        record(0x0207, &counted("结果")),
        record(0x0204, &at(4, 0, 0, &[4, 0, 0, b'c', b'a', b'f', 0xe9])),
        record(0x00fd, &at(5, 0, 0, &9u32.to_le_bytes())),
    ]
    .concat();
    let mut globals = formats();
    globals.push(record(0x00fc, &texts(&["姓名"])));
    let outcome = read_workbook(&globals, &[(0, cells)]);
    assert_eq!(
        outcome.texts(),
        ["姓名\t000017\t2017年9月29日 2017-09-29\n2.5\t000005\nTRUE\t#DIV/0!\n1.5\t结果\ncafé\n"]
    );
    assert_eq!((outcome.labels(), &outcome.verdict), (vec!["S1"], &Verdict::Read));
    assert!(outcome.has_note(&NoteCode::CellTextMissing { cells: 1 }));
}

#[test]
fn shared_texts_continue_in_further_records() {
    // the characters of a text may change their width where it is continued
    let first = [&1u32.to_le_bytes()[..], &2u32.to_le_bytes(), &[6, 0, 1], &wide("登记")].concat();
    let second = [&[0][..], b"form", &[2, 0, 8, 1, 0], b"ok", &[0; 4]].concat();
    let globals = [record(0x00fc, &first), record(0x003c, &second)];
    let cells = [
        record(0x00fd, &at(0, 0, 0, &0u32.to_le_bytes())),
        record(0x00fd, &at(0, 1, 0, &1u32.to_le_bytes())),
    ]
    .concat();
    assert_eq!(read_workbook(&globals, &[(0, cells)]).texts(), ["登记form\tok\n"]);
}

#[test]
fn boxes_charts_comments_and_links_follow_the_cells() {
    let object = |kind: u16, id: u16| {
        record(
            0x005d,
            &[&[0x15, 0, 0x12, 0][..], &kind.to_le_bytes(), &id.to_le_bytes(), &[0; 14]].concat(),
        )
    };
    let text = |text: &str| {
        let count = u16::try_from(text.encode_utf16().count()).expect("short").to_le_bytes();
        [
            record(0x01b6, &[&[0; 10][..], &count, &[0; 6]].concat()),
            record(0x003c, &[&[1][..], &wide(text)].concat()),
            record(0x003c, &[0; 8]),
        ]
        .concat()
    };
    let word_art = wide("decorated\0");
    let length = u32::try_from(word_art.len()).expect("short");
    let properties = [&0xc0c0u16.to_le_bytes()[..], &length.to_le_bytes(), &word_art].concat();
    let drawing =
        [&[0x13, 0][..], &0xf00bu16.to_le_bytes(), &(length + 6).to_le_bytes(), &properties]
            .concat();
    let address = wide("https://example.org/x\0");
    let link = [
        &[0; 8][..],
        &[0; 16],
        &2u32.to_le_bytes(),
        &3u32.to_le_bytes(),
        &[0xe0, 0xc9, 0xea, 0x79, 0xf9, 0xba, 0xce, 0x11, 0x8c, 0x82, 0, 0xaa, 0, 0x4b, 0xa9, 0x0b],
        &u32::try_from(address.len()).expect("short").to_le_bytes(),
        &address,
    ]
    .concat();
    let chart = [
        bof(0x20),
        record(0x100d, &[&[0, 0, 2, 1][..], &wide("人数")].concat()),
        record(0x1065, &[2, 0]),
        record(0x0204, &at(0, 0, 0, &counted("East"))),
        record(0x0203, &at(0, 1, 0, &4471f64.to_le_bytes())),
        record(0x000a, &[]),
    ]
    .concat();
    let sheet = [
        record(
            0x0208,
            &[&1u16.to_le_bytes()[..], &[0; 10], &0x20u16.to_le_bytes(), &[0; 2]].concat(),
        ),
        record(
            0x007d,
            &[&2u16.to_le_bytes()[..], &2u16.to_le_bytes(), &[0; 4], &1u16.to_le_bytes(), &[0; 2]]
                .concat(),
        ),
        record(0x0203, &at(0, 0, 0, &1f64.to_le_bytes())),
        record(0x0203, &at(0, 2, 0, &2f64.to_le_bytes())),
        record(0x0203, &at(1, 0, 0, &3f64.to_le_bytes())),
        record(0x00ec, &drawing),
        object(6, 1),
        text("boxed\r登记"),
        object(0x19, 2),
        text("a comment"),
        chart,
        record(0x001c, &[&[3, 0, 1, 0, 0, 0, 2, 0][..], &counted("Li")].concat()),
        record(0x01b8, &link),
        record(0x0014, &counted("&CSecret")),
        record(0x0012, &[1, 0]),
    ]
    .concat();
    let outcome =
        read_workbook(&[], &[(0, sheet), (2, record(0x0203, &at(0, 0, 0, &9f64.to_le_bytes())))]);
    assert_eq!(
        outcome.texts(),
        [
            "1\t\t2\n3\nB4: Li: a comment\nboxed\n登记\ndecorated\n人数\nEast\n4471\nA1: https://example.org/x\nSecret\n",
            "9\n"
        ]
    );
    assert_eq!(outcome.marked(MarkKind::Hidden), ["2", "3", "9\n"]);
    assert_eq!(outcome.marked(MarkKind::Invisible), ["decorated"]);
    assert_eq!(outcome.property("sheet:protected"), Some("S1"));
}

#[test]
fn names_and_other_workbooks_are_kept() {
    let name =
        [&[0, 0, 0, 6, 0, 0][..], &[0; 8], &[0], b"Secret", &[0x17, 2, 1], &wide("常量")].concat();
    let book = [&[1, 0][..], &counted("\u{1}\u{1}Clists\u{3}people.xls")].concat();
    let dde = [&[0, 0][..], &counted("cmd\u{3}/c start")].concat();
    let outcome = read_workbook(
        &[record(0x0018, &name), record(0x01ae, &book), record(0x01ae, &dde)],
        &[(0, Vec::new())],
    );
    assert_eq!(outcome.texts(), ["Secret = \"常量\"\n"]);
    let outside: Vec<&str> = outcome
        .metadata
        .iter()
        .filter(|(key, _)| key == "sheet:external-workbook")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(outside, ["C:\\lists\\people.xls", "cmd|/c start"]);
}

#[test]
fn queries_and_choices_are_kept() {
    let text = |text: &str| counted(text);
    let list = b"one\0two";
    let rule = [
        &[0; 4][..],
        &text("title"),
        &[1, 0, 0, 0],
        &text("which one"),
        &[1, 0, 0, 0],
        &u16::try_from(list.len() + 3).expect("short").to_le_bytes(),
        &[0, 0],
        &[0x17, 7, 0],
        list,
    ]
    .concat();
    let sheet = [
        record(0x00dc, &[0; 12]),
        record(0x00cd, &text("ODBC;Server=203.0.113.5")),
        record(0x00cd, &text("SELECT 姓名 FROM people")),
        record(0x01be, &rule),
    ]
    .concat();
    let outcome = read_workbook(&[], &[(0, sheet)]);
    assert_eq!(outcome.texts(), ["title\nwhich one\none,two\n"]);
    assert_eq!(
        outcome.property("sheet:connection"),
        Some("ODBC;Server=203.0.113.5; SELECT 姓名 FROM people")
    );
}

#[test]
fn workbooks_before_excel_97_are_read() {
    let encoded = encoding_rs::GBK.encode("登记").0.into_owned();
    let label = |kind: u16, head: &[u8]| record(kind, &[head, &encoded].concat());
    let end = record(0x000a, &[]);
    let page = record(0x0042, &936u16.to_le_bytes());
    let two = [
        record(0x0009, &[2, 0, 0x10, 0]),
        page.clone(),
        record(0x001e, b"\x07General"),
        record(0x0043, &[0, 0, 0, 0]),
        record(0x0002, &[0, 0, 0, 0, 0, 0, 0, 42, 0]),
        record(0x0003, &[&[0, 0, 1, 0, 0, 0, 0][..], &1.5f64.to_le_bytes()].concat()),
        label(0x0004, &[1, 0, 0, 0, 0, 0, 0, 4]),
        end.clone(),
    ]
    .concat();
    let three = [
        record(0x0209, &[0, 3, 0x10, 0, 0, 0]),
        page.clone(),
        record(0x0203, &at(0, 0, 0, &42f64.to_le_bytes())),
        label(0x0204, &at(1, 0, 0, &[4, 0])),
        end.clone(),
    ]
    .concat();
    let four = [
        record(0x0409, &[0, 4, 0x10, 0, 0, 0]),
        page.clone(),
        record(0x0203, &at(0, 0, 0, &42f64.to_le_bytes())),
        label(0x0204, &at(1, 0, 0, &[4, 0])),
        end.clone(),
    ]
    .concat();
    assert_eq!(read(extract, &two).texts(), ["42\t1.5\n登记\n"]);
    assert_eq!(read(extract, &three).texts(), ["42\n登记\n"]);
    assert_eq!(read(extract, &four).texts(), ["42\n登记\n"]);
    let old_bof = |kind: u16| {
        record(0x0809, &[&0x0500u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 4]].concat())
    };
    let listed = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 4], &encoded].concat());
    let start = old_bof(5).len() + page.len() + listed(0).len() + end.len();
    let five = [
        old_bof(5),
        page,
        listed(u32::try_from(start).expect("small")),
        end.clone(),
        old_bof(0x10),
        label(0x0204, &at(0, 0, 0, &[4, 0])),
        record(0x001c, &[&[0, 0, 0, 0, 3, 0][..], b"why"].concat()),
        end,
    ]
    .concat();
    let outcome = read(extract, &compound(&five, "/Book"));
    assert_eq!((outcome.labels(), outcome.texts()), (vec!["登记"], vec!["登记\nA1: why\n"]));
}

// Encrypts the records of a stream, as Excel does, behind its header.
fn encrypted(password: &str) -> Vec<u8> {
    let (header, key) = sealed_header(password);
    let pass = record(0x002f, &[&[1, 0][..], &header].concat());
    let mut stream = workbook(&[pass], &[(0, record(0x0204, &at(0, 0, 0, &counted("机密"))))]);
    let mut mask = vec![0; stream.len()];
    key.decrypt(&mut mask, 1024);
    let mut place = 0;
    while place + 4 <= stream.len() {
        let kind = u16::from_le_bytes([stream[place], stream[place + 1]]);
        let length = usize::from(u16::from_le_bytes([stream[place + 2], stream[place + 3]]));
        let plain = match kind {
            0x0809 | 0x002f => length,
            0x0085 => 4,
            _ => 0,
        };
        for at in place + 4 + plain..place + 4 + length {
            stream[at] ^= mask[at];
        }
        place += 4 + length;
    }
    compound(&stream, "/Workbook")
}

#[test]
fn encrypted_workbooks_open_with_a_password_or_excels_own() {
    for (password, texts, verdict) in [
        ("secret", vec!["机密\n"], Verdict::Read),
        ("VelvetSweatshop", vec!["机密\n"], Verdict::Read),
        ("another", vec![], Verdict::Encrypted),
    ] {
        let outcome = read(extract, &encrypted(password));
        assert_eq!((outcome.texts(), &outcome.verdict), (texts, &verdict), "{password}");
        assert_eq!(outcome.has_note(&NoteCode::Decrypted), verdict == Verdict::Read);
    }
    let obfuscated = workbook(&[record(0x002f, &[0, 0, 1, 2, 3, 4])], &[]);
    assert_eq!(read(extract, &compound(&obfuscated, "/Workbook")).verdict, Verdict::Encrypted);
}

#[test]
fn damaged_workbooks_are_harmless() {
    let cells = [
        record(0x00fd, &at(0, 0, 0, &0u32.to_le_bytes())),
        record(0x01b8, &[3; 80]),
        record(0x00ec, &[0xff; 40]),
    ];
    let mut globals = formats();
    globals.push(record(0x00fc, &texts(&["姓名", "x"])));
    let stream = workbook(&globals, &[(0, cells.concat())]);
    torment(extract, &stream, 3);
    torment(extract, &compound(&stream, "/Workbook"), 601);
    let cut = read(extract, &stream[..stream.len() - 6]);
    assert_eq!(cut.labels(), ["S1"]);
}
