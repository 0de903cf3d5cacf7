//! Load files for law firms (`docs/formats/bag.md`): one series of page numbers for the whole package, a Concordance
//! table of documents, an Opticon list of pictures, and the text of each document as one file.
//!
//! They are a pure function of the facts that the package proves and of the first number, so that writing and checking
//! them give the same bytes. They add nothing to the records.

use exhibit_proof::bagit::{Checked, Files, read_small};
use exhibit_proof::finding::Fault;
use exhibit_proof::hash::to_hex;
use exhibit_proof::package::{ProvedDocument, picture_path, text_path};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The maximum size of the text of a page in bytes.
const MAX_TEXT: u64 = 64 << 20;

/// The label in `bag-info.txt` that states the first number.
pub const LABEL: &str = "Exhibit-Bates";

/// The folder of load files.
pub const FOLDER: &str = "data/loadfile/";

const COLUMNS: &str = "BEGBATES ENDBATES BEGATTACH ENDATTACH PAGECOUNT DOCID SHA256 FILESIZE FILENAME DATERECEIVED NATIVEPATH \
                       TEXTPATH PAGES NOTE";

/// A number of a series: a prefix, and a fixed number of digits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    prefix: String,
    value: u64,
    width: usize,
}

/// The load files of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadFiles {
    /// The last number.
    pub last: String,
    /// The content of the tables, by path.
    pub tables: BTreeMap<String, String>,
    /// The texts, by path: the document, and its pages in order, to be joined by form feeds.
    pub texts: BTreeMap<String, (String, Vec<u32>)>,
}

impl Number {
    /// Parses a number such as `ABC-0000001`: at most 40 letters, digits, `-` and `_`, the last 4 to 12 of them digits.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let prefix = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &text[prefix.len()..];
        let is_valid = text.len() <= 40
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let value =
            digits.parse().ok().filter(|value| *value > 0 && (4..=12).contains(&digits.len()))?;
        is_valid.then(|| Self { prefix: prefix.to_owned(), value, width: digits.len() })
    }

    fn plus(&self, more: u64) -> Option<String> {
        let digits = format!("{:0width$}", self.value.checked_add(more)?, width = self.width);
        (digits.len() == self.width).then(|| format!("{}{digits}", self.prefix))
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:0width$}", self.prefix, self.value, width = self.width)
    }
}

/// Rebuilds the load files that `bag-info.txt` declares from the proved facts, and compares. Returns the paths of the
/// expected load files, and adds deviations to `checked`.
pub fn check(
    files: &mut dyn Files,
    checked: &mut Checked,
    documents: &BTreeMap<String, ProvedDocument>,
) -> Vec<String> {
    let Some(first) = checked.label(LABEL).map(str::to_owned) else { return Vec::new() };
    let Some(expected) = Number::read(&first).and_then(|first| make(documents, &first)) else {
        checked.wrong(
            "bag-info.txt",
            Fault::LoadFile,
            format!("{first} is not a valid first number"),
        );
        return Vec::new();
    };
    let tables =
        expected.tables.into_iter().map(|(path, table)| (path, Sha256::digest(table).into()));
    let mut all: Vec<(String, [u8; 32])> = tables.collect();
    for (path, (label, pages)) in expected.texts {
        let mut hash = Sha256::new();
        for (page, nth) in pages.iter().zip(0..) {
            hash.update(if nth == 0 { "" } else { "\u{c}" });
            let text = text_path(&label, *page);
            match read_small(files, &text, MAX_TEXT) {
                Ok(text) => hash.update(text),
                Err(error) => checked.wrong(&text, Fault::LoadFile, error.reason),
            }
        }
        all.push((path, hash.finalize().into()));
    }
    for (path, sha256) in &all {
        match checked.files.get(path) {
            None => checked.wrong(path, Fault::Missing, "required by the proved facts"),
            Some(digests) if digests.sha256 != *sha256 => {
                checked.wrong(path, Fault::LoadFile, "differs from the proved facts");
            }
            Some(_) => {}
        }
    }
    all.into_iter().map(|(path, _)| path).collect()
}

/// Builds the load files of documents, numbered from `first`. Returns `None` if the series does not have enough digits.
#[must_use]
pub fn make(documents: &BTreeMap<String, ProvedDocument>, first: &Number) -> Option<LoadFiles> {
    let mut order: Vec<(&String, &ProvedDocument)> = documents.iter().collect();
    order.sort_by(|a, b| a.1.family.cmp(&b.1.family));
    // a document without pages also has a number
    let counts = order.iter().map(|(_, document)| (document.pages.len() as u64).max(1));
    let starts =
        counts.scan(0, |next, count| Some((std::mem::replace(next, *next + count), count)));
    let numbered: Vec<_> = order.iter().zip(starts).collect();
    let mut table = String::from('\u{feff}') + &line(COLUMNS.split(' ').map(str::to_owned));
    let (mut list, mut texts, mut last) = (String::new(), BTreeMap::new(), String::new());
    for family in numbered.chunk_by(|(a, _), (b, _)| a.1.family.first() == b.1.family.first()) {
        let from = first.plus(family.first()?.1.0)?;
        let to = family.last().and_then(|(_, (start, count))| first.plus(start + count - 1))?;
        let attached =
            if family.len() > 1 { [from, to.clone()] } else { [String::new(), String::new()] };
        for ((label, document), (start, count)) in family {
            let numbers = [first.plus(*start)?, first.plus(start + count - 1)?];
            let text =
                (!document.pages.is_empty()).then(|| format!("{FOLDER}text/{}.txt", numbers[0]));
            table.push_str(&row(label, document, &numbers, &attached, text.as_deref()));
            list.push_str(&pictures(label, document, first, *start)?);
            texts.extend(
                text.map(|path| {
                    (path, ((*label).clone(), document.pages.keys().copied().collect()))
                }),
            );
        }
        last = to;
    }
    let mut tables = BTreeMap::from([(format!("{FOLDER}documents.dat"), table)]);
    if !list.is_empty() {
        tables.insert(format!("{FOLDER}pages.opt"), list);
    }
    Some(LoadFiles { last, tables, texts })
}

fn row(
    label: &str,
    document: &ProvedDocument,
    numbers: &[String; 2],
    attached: &[String; 2],
    text: Option<&str>,
) -> String {
    let pages: Vec<u32> = document.pages.keys().copied().collect();
    let is_name =
        |(entry, field, _): &&(u64, String, Vec<u8>)| *entry == document.receipt && field == "name";
    let name = document
        .opened
        .iter()
        .find(is_name)
        .map(|(_, _, name)| String::from_utf8_lossy(name).into_owned());
    let note = match (pages.len() as u64, document.page_count) {
        (0, _) => "no pages included; one number for the file".to_owned(),
        (included, all) if included < all => {
            format!("{included} of {all} pages included; the others have no number")
        }
        _ => String::new(),
    };
    let backslashes = |path: Option<&str>| path.unwrap_or_default().replace('/', "\\");
    line([
        numbers[0].clone(),
        numbers[1].clone(),
        attached[0].clone(),
        attached[1].clone(),
        pages.len().max(1).to_string(),
        label.to_owned(),
        to_hex(&document.original),
        document.size.to_string(),
        name.unwrap_or_default(),
        document.received.clone(),
        backslashes(document.file.as_deref()),
        backslashes(text),
        ranges(&pages),
        note,
    ])
}

// Concordance: þ around each value, the control character 20 between values, ® for a line end in a value.
fn line(values: impl IntoIterator<Item = String>) -> String {
    let plain = |value: String| {
        let one = |c: char| match c {
            '\n' => '\u{ae}',
            '\u{fe}' | '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => '\u{fffd}',
            c => c,
        };
        format!("\u{fe}{}\u{fe}", value.chars().map(one).collect::<String>())
    };
    values.into_iter().map(plain).collect::<Vec<_>>().join("\u{14}") + "\r\n"
}

// Opticon: the number, the volume, the picture, whether a document begins, two empty fields, the number of pictures.
fn pictures(label: &str, document: &ProvedDocument, first: &Number, start: u64) -> Option<String> {
    let mut lines = String::new();
    let pictured =
        document.pages.keys().zip(0..).filter(|(page, _)| document.pictures.contains_key(page));
    for ((page, place), nth) in pictured.zip(0..) {
        let (begins, count) =
            if nth == 0 { ("Y", document.pictures.len().to_string()) } else { ("", String::new()) };
        let path = picture_path(label, *page).replace('/', "\\");
        lines.push_str(&format!(
            "{},EXHIBIT,{path},{begins},,,{count}\r\n",
            first.plus(start + place)?
        ));
    }
    Some(lines)
}

/// Formats page numbers as ranges: `1-3, 7` for 1, 2, 3, 7.
#[must_use]
pub fn ranges(pages: &[u32]) -> String {
    let runs = pages.chunk_by(|a, b| a + 1 == *b).map(|run| match run {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}-{last}"),
        [] => String::new(),
    });
    runs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(family: &[u64], pages: &[u32], page_count: u64) -> ProvedDocument {
        ProvedDocument {
            family: family.to_vec(),
            original: [1; 32],
            size: 3,
            receipt: 7,
            received: "2026-11-23T09:30:00.000000Z".to_owned(),
            file: Some("data/documents/X/original.pdf".to_owned()),
            page_count,
            pages: pages.iter().map(|page| (*page, [0; 32])).collect(),
            reader: String::new(),
            machines: BTreeMap::new(),
            pictures: pages.iter().take(2).map(|page| (*page, [0; 32])).collect(),
            opened: vec![(7, "name".to_owned(), "a\n\u{fe}登.pdf".as_bytes().to_vec())],
        }
    }

    fn made(documents: &[(&str, ProvedDocument)], first: &str) -> Option<LoadFiles> {
        let documents = documents
            .iter()
            .map(|(label, document)| ((*label).to_owned(), document.clone()))
            .collect();
        make(&documents, &Number::read(first).expect("a number"))
    }

    #[test]
    fn families_stay_together_and_gaps_are_noted() {
        let case = [
            ("A-1", document(&[1], &[1, 2, 3], 3)),
            ("A-2", document(&[2], &[1], 1)),
            ("A-3", document(&[1, 3], &[2, 4], 9)),
            ("A-4", document(&[1, 3, 4], &[], 0)),
        ];
        let files = made(&case, "N-0099").expect("enough digits");
        let table = &files.tables["data/loadfile/documents.dat"];
        let lines: Vec<Vec<&str>> =
            table.split("\r\n").map(|line| line.split('\u{14}').collect()).collect();
        let column = |at: usize| {
            lines[1..5].iter().map(|l| l[at].trim_matches('\u{fe}')).collect::<Vec<_>>()
        };
        assert!(table.starts_with("\u{feff}\u{fe}BEGBATES\u{fe}\u{14}"), "{table}");
        assert_eq!(column(5), ["A-1", "A-3", "A-4", "A-2"]);
        assert_eq!(column(0), ["N-0099", "N-0102", "N-0104", "N-0105"]);
        assert_eq!(column(1), ["N-0101", "N-0103", "N-0104", "N-0105"]);
        assert_eq!(column(2), ["N-0099", "N-0099", "N-0099", ""]);
        assert_eq!(column(3), ["N-0104", "N-0104", "N-0104", ""]);
        assert_eq!(column(12), ["1-3", "2, 4", "", "1"]);
        assert_eq!(column(13)[1], "2 of 9 pages included; the others have no number");
        assert_eq!(column(8)[0], "a\u{ae}\u{fffd}登.pdf");
        assert_eq!(files.last, "N-0105");
        let list = &files.tables["data/loadfile/pages.opt"];
        assert!(list.starts_with(
            "N-0099,EXHIBIT,data\\documents\\A-1\\pictures\\0001.png,Y,,,2\r\nN-0100,EXHIBIT,"
        ));
        assert_eq!(files.texts["data/loadfile/text/N-0102.txt"], ("A-3".to_owned(), vec![2, 4]));
        assert_eq!(made(&case, "N-9998"), None);
    }

    #[test]
    fn numbers_are_parsed() {
        assert_eq!(
            Number::read("ABC-0000001").and_then(|n| n.plus(41)).as_deref(),
            Some("ABC-0000042")
        );
        for invalid in
            ["", "ABC", "ABC1", "ABC 0001", "登0001", "A,0001", "A0000", "A0000000000001"]
        {
            assert_eq!(Number::read(invalid), None, "{invalid}");
        }
    }
}
