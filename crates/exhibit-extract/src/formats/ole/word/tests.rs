//! Documents of Word 97 made table by table: pieces, formatting, lists, notes, encryption.

use super::{Unread, read};
use crate::formats::office::draft::Draft;
use crate::formats::ole::rc4::tests::sealed_header;
use exhibit_model::{MarkKind, Page, PageKind};

const TEXT_AT: usize = 0x400;

/// What a document of a test has.
#[derive(Default)]
struct Made {
    text: String,
    /// The lengths of main text, footnotes, headers, a gap, comments, endnotes, boxes, boxes of headers.
    counts: [u32; 8],
    /// Runs of character and paragraph properties: from and to a position, and the properties.
    characters: Vec<(u32, u32, Vec<u8>)>,
    paragraphs: Vec<(u32, u32, Vec<u8>)>,
    tables: Vec<(usize, Vec<u8>)>,
    /// Bytes after a table that belong to it without being counted.
    after: Vec<(usize, Vec<u8>)>,
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn page_of_runs(runs: &[(u32, u32, Vec<u8>)], is_paragraph: bool) -> Vec<u8> {
    let place = |position: u32| u32::try_from(TEXT_AT).expect("small") + position * 2;
    let mut page = vec![0; 512];
    let size = if is_paragraph { 13 } else { 1 };
    let mut end = 510;
    for (at, (from, to, properties)) in runs.iter().enumerate() {
        page[at * 4..at * 4 + 4].copy_from_slice(&place(*from).to_le_bytes());
        page[at * 4 + 4..at * 4 + 8].copy_from_slice(&place(*to).to_le_bytes());
        let body = if is_paragraph {
            let mut body = [&[0, 0][..], properties].concat();
            body.resize(body.len().next_multiple_of(2), 0);
            [&[0, u8::try_from(body.len() / 2).expect("short")][..], &body].concat()
        } else {
            [&[u8::try_from(properties.len()).expect("short")][..], properties].concat()
        };
        end = (end - body.len()) / 2 * 2;
        page[end..end + body.len()].copy_from_slice(&body);
        page[(runs.len() + 1) * 4 + at * size] = u8::try_from(end / 2).expect("within the page");
    }
    page[511] = u8::try_from(runs.len()).expect("few");
    page
}

impl Made {
    fn of(text: &str) -> Self {
        let mut made = Self { text: text.to_owned(), ..Self::default() };
        made.counts[0] = u32::try_from(text.encode_utf16().count()).expect("short");
        made
    }

    fn streams(&self) -> (Vec<u8>, Vec<u8>) {
        let mut document = vec![0; TEXT_AT];
        let text: Vec<u8> = self.text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        document.extend(&text);
        let pages_at = document.len().next_multiple_of(512);
        document.resize(pages_at, 0);
        document.extend(page_of_runs(&self.characters, false));
        document.extend(page_of_runs(&self.paragraphs, true));
        document[..4].copy_from_slice(&[0xec, 0xa5, 0xc1, 0]);
        document[0x98..0x9a].copy_from_slice(&90u16.to_le_bytes());
        for (at, count) in self.counts.iter().enumerate() {
            document[0x4c + at * 4..0x50 + at * 4].copy_from_slice(&count.to_le_bytes());
        }
        let count = u32::try_from(text.len() / 2).expect("short");
        let place = u32::try_from(TEXT_AT).expect("small");
        let pieces = [&words(&[0, count])[..], &[0, 0], &place.to_le_bytes(), &[0, 0]].concat();
        let clx = [&[2][..], &u32::try_from(pieces.len()).expect("short").to_le_bytes(), &pieces]
            .concat();
        let number = u32::try_from(pages_at / 512).expect("few");
        let mut tables = self.tables.clone();
        tables.push((33, clx));
        tables.push((12, words(&[0, u32::MAX, number])));
        tables.push((13, words(&[0, u32::MAX, number + 1])));
        let mut table = vec![0; 8];
        for (number, bytes) in tables {
            let at = u32::try_from(table.len()).expect("small");
            let entry = 0x9a + number * 8;
            document[entry..entry + 4].copy_from_slice(&at.to_le_bytes());
            document[entry + 4..entry + 8]
                .copy_from_slice(&u32::try_from(bytes.len()).expect("small").to_le_bytes());
            table.extend(bytes);
            for (_, more) in self.after.iter().filter(|(of, _)| *of == number) {
                table.extend(more);
            }
        }
        (document, table)
    }

    fn pages(&self) -> Vec<Page> {
        let (document, table) = self.streams();
        let read = read(document, |_| Some(table.clone()), &[]).expect("a document");
        assert!(!read.incomplete);
        pages(read.pages)
    }
}

fn pages(drafts: Vec<Draft>) -> Vec<Page> {
    let pages: Vec<Page> =
        drafts.into_iter().map(|draft| draft.into_page(PageKind::Text, String::new())).collect();
    assert!(pages.iter().all(Page::is_sound));
    pages
}

fn texts(pages: &[Page]) -> Vec<&str> {
    pages.iter().map(|page| page.text.as_str()).collect()
}

fn marked(pages: &[Page], kind: MarkKind) -> Vec<&str> {
    let of = |page: &'_ Page| -> Vec<(usize, usize)> {
        page.marks
            .iter()
            .filter(|mark| mark.kind == kind)
            .map(|mark| (mark.start as usize, mark.end as usize))
            .collect()
    };
    pages
        .iter()
        .flat_map(|page| of(page).into_iter().map(|(start, end)| &page.text[start..end]))
        .collect()
}

#[test]
fn hidden_and_deleted_text_is_marked_in_place() {
    let mut made = Made::of("shown hidden deleted open\r登记 by style\r");
    made.characters = vec![(6, 13, vec![0x3c, 0x08, 1]), (13, 21, vec![0x00, 0x08, 1])];
    // style 1 hides its text
    let style = [
        &[0, 0][..],
        &0xfff1u16.to_le_bytes(),
        &2u16.to_le_bytes(),
        &[0, 0, 0, 0],
        &[0, 0, 0, 0],
        &[2, 0, 1, 0],
        &[3, 0, 0x3c, 0x08, 1],
    ]
    .concat();
    let length = u16::try_from(style.len()).expect("short").to_le_bytes();
    let mut sheet = [&[4, 0, 2, 0, 10, 0][..], &[0, 0], &length, &style].concat();
    sheet.resize(sheet.len().next_multiple_of(2), 0);
    made.tables.push((1, sheet));
    made.paragraphs = vec![(0, 26, Vec::new()), (26, 38, vec![0x00, 0x46, 1, 0])];
    let pages = made.pages();
    assert_eq!(texts(&pages), ["shown hidden deleted open\n登记 by style\n"]);
    assert_eq!(marked(&pages, MarkKind::Hidden), ["hidden ", "登记 by style"]);
    assert_eq!(marked(&pages, MarkKind::Deleted), ["deleted "]);
}

#[test]
fn tables_fields_and_page_breaks() {
    let mut made = Made::of(
        "a\u{7}b\u{7}\u{7}c\r\u{13}HYPERLINK \"https://example.org/x\" \u{14}link\u{15}\r\u{c}\
        two\u{b}lines\u{1e}\u{13}EQ \\o\\ad(\\s\\up 9(dēng),登)\u{15}记\r\u{13}INCLUDEPICTURE \"http://203.0.113.7/p\" \u{14}\u{15}\u{13}XE \"entry\"\u{15}\r",
    );
    made.paragraphs = vec![
        (0, 4, vec![0x16, 0x24, 1]),
        (4, 5, vec![0x16, 0x24, 1, 0x17, 0x24, 1]),
        (5, 200, Vec::new()),
    ];
    let pages = made.pages();
    assert_eq!(
        texts(&pages),
        [
            "a\tb\nc\nlink\nhttps://example.org/x\n",
            "two\nlines\u{2011}登记 (EQ \\o\\ad(\\s\\up 9(dēng),登))\nXE \"entry\"\n"
        ]
    );
    let (document, table) = made.streams();
    let read = read(document, |_| Some(table.clone()), &[]).expect("a document");
    assert_eq!(read.acting, ["INCLUDEPICTURE \"http://203.0.113.7/p\""]);
}

#[test]
fn lists_have_their_numbers() {
    let level = |format: u8, start: u32, label: &[u16]| {
        let label: Vec<u8> = label.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        [
            &start.to_le_bytes()[..],
            &[format, 0],
            &[0; 22],
            &u16::try_from(label.len() / 2).expect("short").to_le_bytes(),
            &label,
        ]
        .concat()
    };
    let mut levels = [level(37, 1, &[0, 0x3001]), level(0, 3, &[0x28, 0, 0x2e, 1, 0x29])].concat();
    for _ in 2..9 {
        levels.extend(level(0, 1, &[]));
    }
    let mut made = Made::of("总则\ra\rb\r附则\r");
    made.tables.push((73, [&[1, 0][..], &7u32.to_le_bytes(), &[0; 24]].concat()));
    made.after.push((73, levels));
    made.tables.push((74, [&words(&[1, 7, 0, 0, 0])[..], &words(&[u32::MAX])].concat()));
    let item = |level: u8| vec![0x0b, 0x46, 1, 0, 0x0a, 0x26, level];
    made.paragraphs = vec![(0, 3, item(0)), (3, 5, item(1)), (5, 7, item(1)), (7, 10, item(0))];
    assert_eq!(texts(&made.pages()), ["一、\t总则\n(一.3)\ta\n(一.4)\tb\n二、\t附则\n"]);
}

#[test]
fn notes_are_on_the_page_that_refers_to_them() {
    let mut made = Made::of("one\u{2}\r\u{c}two\u{5}\rfoot\rhead\rhead\rsee\rboxed\r");
    made.counts = [11, 5, 10, 0, 4, 0, 6, 0];
    made.tables = vec![
        (2, [&words(&[3, 11])[..], &[1, 0]].concat()),
        (3, words(&[0, 5, 5])),
        (4, [&words(&[9, 11])[..], &[0; 20], &[0, 0], &[0; 8]].concat()),
        (5, words(&[0, 4, 4])),
        (11, words(&[0, 5, 10])),
        (36, [&2u16.to_le_bytes()[..], &[b'L', 0, b'i', 0]].concat()),
    ];
    let pages = made.pages();
    assert_eq!(texts(&pages), ["one\nfoot\n", "two\nLi: see\nboxed\nhead\n"]);
    assert_eq!(marked(&pages, MarkKind::Notes), ["foot\n"]);
    assert_eq!(marked(&pages, MarkKind::Annotation), ["Li: see\n"]);
    assert_eq!(marked(&pages, MarkKind::Furniture), ["head\n"]);
    // without tables of notes their text is still read
    made.tables.clear();
    assert_eq!(texts(&made.pages()), ["one\n", "two\nfoot\nsee\nboxed\nhead\nhead\n"]);
}

#[test]
fn encrypted_documents_open_with_their_password() {
    let (mut document, mut table) = Made::of("机密\r").streams();
    let (header, key) = sealed_header("secret");
    table.splice(..8, header.iter().copied());
    // the tables moved
    let moved = u32::try_from(header.len() - 8).expect("short");
    for entry in (0x9a..0x9a + 90 * 8).step_by(8) {
        let at = u32::from_le_bytes(document[entry..entry + 4].try_into().expect("four bytes"));
        if at > 0 {
            document[entry..entry + 4].copy_from_slice(&(at + moved).to_le_bytes());
        }
    }
    document[0x0b] |= 1;
    document[0x0e] = u8::try_from(header.len()).expect("short");
    let plain = document[..0x44].to_vec();
    key.decrypt(&mut document, 512);
    document[..0x44].copy_from_slice(&plain);
    key.decrypt(&mut table, 512);
    table[..header.len()].copy_from_slice(&header);
    let open =
        |password: &str| read(document.clone(), |_| Some(table.clone()), &[password.to_owned()]);
    let opened = open("secret").expect("the right password");
    assert!(opened.decrypted);
    assert_eq!(texts(&pages(opened.pages)), ["机密\n"]);
    assert_eq!(open("wrong").err(), Some(Unread::Encrypted));
}

#[test]
fn text_of_word_95_is_in_its_code_page() {
    let text = encoding_rs::GBK.encode("登记\rdone\r").0.into_owned();
    let mut document = vec![0; 0x300];
    document[..8].copy_from_slice(&[0xec, 0xa5, 0x68, 0, 0, 0, 0x04, 0x08]);
    document[0x18..0x1c].copy_from_slice(&0x300u32.to_le_bytes());
    let end = u32::try_from(0x300 + text.len()).expect("small");
    document[0x1c..0x20].copy_from_slice(&end.to_le_bytes());
    document[0x34..0x38].copy_from_slice(&u32::try_from(text.len()).expect("short").to_le_bytes());
    document.extend(text);
    let read = read(document, |_| None, &[]).expect("a document");
    assert_eq!(texts(&pages(read.pages)), ["登记\ndone\n"]);
}

#[test]
fn damaged_documents_are_harmless() {
    let mut made = Made::of("a\u{7}b\u{7}\u{7}\u{13}X\u{14}y\u{15}\r\u{2}登记\r");
    made.characters = vec![(0, 3, vec![0x3c, 0x08, 1])];
    made.paragraphs = vec![(0, 9, vec![0x0b, 0x46, 1, 0, 0x0a, 0x26, 8])];
    made.tables.push((73, [&[9, 0][..], &[7; 60]].concat()));
    made.tables.push((74, words(&[3, 7, 0, 0, 1, 7, 0])));
    let (document, table) = made.streams();
    for at in (0..document.len()).step_by(2) {
        let mut changed = document.clone();
        changed[at] = 0xff;
        let _ = read(changed, |_| Some(table.clone()), &[]);
        let _ = read(document[..at].to_vec(), |_| Some(table.clone()), &[]);
    }
    for at in 0..table.len() {
        let mut changed = table.clone();
        changed[at] = 0xff;
        let _ = read(document.clone(), |_| Some(changed.clone()), &[]);
        let _ = read(document.clone(), |_| Some(table[..at].to_vec()), &[]);
    }
}
