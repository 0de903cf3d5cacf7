//! Every kind of tampering with a bag is found by its check, even if the forger rewrites the manifests.

use crate::handed_over::{NOTICE, QUOTED, handed_over, handed_over_of, numbered};
use exhibit_proof::finding::Fault;
use exhibit_testing::{ForgedBag, copy_folder, deviations, files_below};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

type Tampering = (&'static str, Fault, fn(&ForgedBag));

const TEXT: &str = "data/documents/EXH-000003/text/0001.txt";
const ORIGINAL: &str = "data/documents/EXH-000003/original.txt";
const RECORD: &str = "data/documents/EXH-000003/record.json";
const FIRST: &str = "custody/entries/000000000";

/// What is done to a bag, and the fault that must be found. Where manifests are rewritten, it is a valid BagIt bag again.
const TAMPERINGS: &[Tampering] = &[
    ("a bit of a page's text", Fault::Altered, |b| b.flip(TEXT, 5)),
    ("a bit of a page's text, manifests rewritten", Fault::Content, |b| {
        (b.flip(TEXT, 5), b.cover_up()).1
    }),
    ("a bit of an original", Fault::Altered, |b| b.flip(ORIGINAL, 9)),
    ("a bit of an original, manifests rewritten", Fault::Content, |b| {
        (b.flip(ORIGINAL, 9), b.cover_up()).1
    }),
    ("an original cut short", Fault::Altered, |b| b.put(ORIGINAL, &NOTICE.as_bytes()[..20])),
    ("an original cut short, manifests rewritten", Fault::Export, |b| {
        (b.put(ORIGINAL, &NOTICE.as_bytes()[..20]), b.cover_up()).1
    }),
    ("an original grown", Fault::Altered, |b| b.put(ORIGINAL, NOTICE.repeat(2))),
    ("an original emptied", Fault::Altered, |b| b.put(ORIGINAL, "")),
    ("an original removed", Fault::Missing, |b| b.remove(ORIGINAL)),
    ("an original removed, manifests rewritten", Fault::Missing, |b| {
        (b.remove(ORIGINAL), b.cover_up()).1
    }),
    ("a page removed, manifests rewritten", Fault::Missing, |b| (b.remove(TEXT), b.cover_up()).1),
    ("a page swapped with another document's, manifests rewritten", Fault::Content, |b| {
        b.rename(TEXT, "data/x");
        b.rename("data/documents/EXH-000001/text/0001.txt", TEXT);
        b.rename("data/x", "data/documents/EXH-000001/text/0001.txt");
        b.cover_up();
    }),
    ("originals swapped", Fault::Altered, |b| {
        b.rename(ORIGINAL, "data/x");
        b.rename("data/documents/EXH-000001/original.html", ORIGINAL);
        b.rename("data/x", "data/documents/EXH-000001/original.html");
    }),
    ("a page under another number, manifests rewritten", Fault::Unproved, |b| {
        b.rename(TEXT, "data/documents/EXH-000003/text/0002.txt");
        b.cover_up();
    }),
    ("a file added", Fault::Unlisted, |b| b.put("data/documents/EXH-000003/more.txt", "more")),
    ("a file added, manifests rewritten", Fault::Unproved, |b| {
        (b.put("data/more.txt", "more"), b.cover_up()).1
    }),
    ("a tag file added", Fault::Unlisted, |b| b.put("README.txt", "read me")),
    ("a tag file added, manifests rewritten", Fault::Unproved, |b| {
        (b.put("README.txt", "read me"), b.cover_up()).1
    }),
    ("a proof added, manifests rewritten", Fault::Unproved, |b| {
        (b.put("custody/note.txt", "x"), b.cover_up()).1
    }),
    ("a file with a name that looks alike", Fault::LooksAlike, |b| {
        b.put("data/documents/exh-000003/ORIGINAL.txt", NOTICE);
        b.cover_up();
    }),
    ("composed and decomposed names", Fault::LooksAlike, |b| {
        b.put("data/N\u{fa}.txt", "1");
        b.put("data/Nu\u{301}.txt", "1");
        b.cover_up();
    }),
    ("a Cyrillic letter in a name", Fault::UnsafeName, |b| {
        b.rename(ORIGINAL, "data/documents/EXH-000003/\u{43e}riginal.txt");
        b.cover_up();
    }),
    ("a name that turns the line around", Fault::UnsafeName, |b| {
        b.put("data/a\u{202e}txt.exe", "x")
    }),
    ("a name with a line end", Fault::UnsafeName, |b| b.put("data/a\nb", "x")),
    ("a link in place of an original", Fault::NotAFile, |b| {
        b.remove(ORIGINAL);
        std::os::unix::fs::symlink("/etc/hostname", b.bag.join(ORIGINAL)).expect("link");
    }),
    ("a linked folder", Fault::NotAFile, |b| {
        std::os::unix::fs::symlink("/etc", b.bag.join("data/etc")).expect("link")
    }),
    ("a pipe", Fault::NotAFile, |b| {
        assert!(
            Command::new("mkfifo").arg(b.bag.join("data/pipe")).status().expect("mkfifo").success()
        );
    }),
    ("a path out of the bag in a list", Fault::ManifestPath, |b| {
        b.edit("manifest-sha256.txt", ORIGINAL, "data/../../notice.txt");
    }),
    ("an absolute path in a list", Fault::ManifestPath, |b| {
        b.edit("manifest-sha512.txt", ORIGINAL, "/etc/passwd")
    }),
    ("a line end hidden in a list", Fault::ManifestPath, |b| {
        b.edit("manifest-sha256.txt", ORIGINAL, "data/a%0Ab")
    }),
    ("a file listed twice", Fault::Repeated, |b| {
        let list = b.text("manifest-sha256.txt");
        b.put("manifest-sha256.txt", format!("{list}{}\n", list.lines().next().expect("a line")));
    }),
    ("a huge line in a list", Fault::ManifestLine, |b| {
        b.put("manifest-sha256.txt", "f".repeat(1 << 22));
    }),
    ("a list in capitals beside the list", Fault::LooksAlike, |b| {
        let list = b.text("manifest-sha256.txt");
        b.put("MANIFEST-SHA256.TXT", list);
    }),
    ("a list removed", Fault::Missing, |b| b.remove("manifest-sha512.txt")),
    ("the lists of proofs removed", Fault::Missing, |b| {
        b.remove("tagmanifest-sha256.txt");
        b.remove("tagmanifest-sha512.txt");
    }),
    ("a list with its lines in another order, lists of manifests rewritten", Fault::Export, |b| {
        let list = b.text("manifest-sha256.txt");
        let turned: String = list.lines().rev().map(|line| format!("{line}\n")).collect();
        b.put("manifest-sha256.txt", turned);
    }),
    ("another version", Fault::Declaration, |b| b.edit("bagit.txt", "1.0", "0.97")),
    ("another size stated", Fault::Oxum, |b| {
        b.edit("bag-info.txt", "Payload-Oxum: ", "Payload-Oxum: 1")
    }),
    ("another day stated, manifests rewritten", Fault::Export, |b| {
        b.edit("bag-info.txt", "Bagging-Date: 2", "Bagging-Date: 1");
        b.cover_up();
    }),
    ("files to be fetched", Fault::Fetch, |b| {
        b.put("fetch.txt", format!("http://example.org/x - {ORIGINAL}\n"))
    }),
    ("another script, manifests rewritten", Fault::Export, |b| {
        (b.put("verify.sh", "echo fine\n"), b.cover_up()).1
    }),
    ("another explanation, manifests rewritten", Fault::Export, |b| {
        (b.put("VERIFY.txt", "all is proved\n"), b.cover_up()).1
    }),
    ("another description, manifests rewritten", Fault::Export, |b| {
        b.edit("data/ro-crate-metadata.json", "handed over", "forged");
        b.cover_up();
    }),
    ("all proofs removed, manifests rewritten", Fault::NoCustody, |b| {
        fs::remove_dir_all(b.bag.join("custody")).expect("remove");
        b.cover_up();
    }),
    ("a log entry altered, manifests rewritten", Fault::Proof, |b| {
        (b.edit(&format!("{FIRST}.json"), "\"a1\"", "\"a2\""), b.cover_up()).1
    }),
    ("the first log entry removed, manifests rewritten", Fault::Key, |b| {
        (b.remove(&format!("{FIRST}.json")), b.cover_up()).1
    }),
    ("the entry of the export removed, manifests rewritten", Fault::Export, |b| {
        let entry = b.find("custody/entries", "\"act\":\"export\"");
        b.remove(&entry);
        b.remove(&entry.replace(".json", ".tlog-proof"));
        b.cover_up();
    }),
    ("the entry of the receipt removed, manifests rewritten", Fault::Receipt, |b| {
        let entry = b.find("custody/entries", "\"object\":\"item:3\"");
        b.remove(&entry);
        b.remove(&entry.replace(".json", ".tlog-proof"));
        b.cover_up();
    }),
    ("a proof of another entry, manifests rewritten", Fault::Proof, |b| {
        let other = b.find("custody/entries", "\"act\":\"export\"").replace(".json", ".tlog-proof");
        let text = b.text(&other);
        b.put(&format!("{FIRST}.tlog-proof"), text);
        b.cover_up();
    }),
    ("another index in a proof, manifests rewritten", Fault::Proof, |b| {
        b.edit(&format!("{FIRST}.tlog-proof"), "index 0", "index 1");
        b.cover_up();
    }),
    ("a hash of a proof altered, manifests rewritten", Fault::Proof, |b| {
        (b.flip(&format!("{FIRST}.tlog-proof"), 40), b.cover_up()).1
    }),
    ("entry and proof under another number, manifests rewritten", Fault::Proof, |b| {
        b.rename(&format!("{FIRST}.json"), "custody/entries/000000001.json");
        b.rename(&format!("{FIRST}.tlog-proof"), "custody/entries/000000001.tlog-proof");
        b.cover_up();
    }),
    ("an older checkpoint, manifests rewritten", Fault::Proof, |b| {
        b.take(&b.older, "custody/checkpoint");
        b.cover_up();
    }),
    ("another size in the checkpoint, manifests rewritten", Fault::Checkpoint, |b| {
        let size = b.text("custody/checkpoint").lines().nth(1).expect("a size").to_owned();
        b.edit("custody/checkpoint", &format!("\n{size}\n"), &format!("\n1{size}\n"));
        b.cover_up();
    }),
    ("another signature, manifests rewritten", Fault::Checkpoint, |b| {
        let last = b.text("custody/checkpoint").len() - 12;
        b.flip("custody/checkpoint", last);
        b.cover_up();
    }),
    ("another case's key, manifests rewritten", Fault::Checkpoint, |b| {
        (b.take(&b.other, "custody/key.pub"), b.cover_up()).1
    }),
    ("another case's key and checkpoint, manifests rewritten", Fault::Key, |b| {
        b.take(&b.other, "custody/key.pub");
        b.take(&b.other, "custody/checkpoint");
        b.cover_up();
    }),
    ("another case's proofs, manifests rewritten", Fault::Export, |b| {
        fs::remove_dir_all(b.bag.join("custody")).expect("remove");
        copy_folder(&b.other.join("custody"), &b.bag.join("custody"));
        b.cover_up();
    }),
    ("another policy, manifests rewritten", Fault::Policy, |b| {
        (b.put("custody/policy", "quorum all\n"), b.cover_up()).1
    }),
    ("another original in the record, manifests rewritten", Fault::Receipt, |b| {
        let from = b.text(RECORD);
        let at = from.find("\"original\":\"").expect("there") + 12;
        b.put(RECORD, from.replace(&from[at..at + 64].to_owned(), &"ab".repeat(32)));
        b.cover_up();
    }),
    ("a salt in the record altered, manifests rewritten", Fault::Part, |b| {
        let from = b.text(RECORD);
        let at = from.find("\\\"salt\\\":\\\"").expect("there") + 12;
        let other = if from.as_bytes()[at] == b'0' { "1" } else { "0" };
        b.put(RECORD, [&from[..at], other, &from[at + 1..]].concat());
        b.cover_up();
    }),
    ("another page in the record, manifests rewritten", Fault::Part, |b| {
        b.edit(RECORD, "\\\"page\\\":1", "\\\"page\\\":2");
        b.cover_up();
    }),
    ("another number of pages in the record, manifests rewritten", Fault::Reading, |b| {
        b.edit(RECORD, "\"leaves\":2", "\"leaves\":3");
        b.cover_up();
    }),
    ("another name opened, manifests rewritten", Fault::Opening, |b| {
        b.edit(RECORD, "bm90aWNlLnR4dA==", "bm90aWNlLnR4dQ==");
        b.cover_up();
    }),
    ("a wrong salt of an opening, manifests rewritten", Fault::Opening, |b| {
        let from = b.text(RECORD);
        let at = from.find("\"field\":\"name\",\"salt\":\"").expect("there") + 23;
        let other = if from.as_bytes()[at] == b'0' { "1" } else { "0" };
        b.put(RECORD, [&from[..at], other, &from[at + 1..]].concat());
        b.cover_up();
    }),
    ("a letter moved from a name into its salt, manifests rewritten", Fault::Record, |b| {
        let from = b.text(RECORD);
        let at = from.find("\"field\":\"name\",\"salt\":\"").expect("there") + 23 + 32;
        b.put(RECORD, [&from[..at], "6e", &from[at..]].concat());
        b.edit(RECORD, "bm90aWNlLnR4dA==", "b3RpY2UudHh0");
        b.cover_up();
    }),
    ("a member said to be of another container, manifests rewritten", Fault::Receipt, |b| {
        let record = b.find("data/documents", "\"containers\":[{");
        b.edit(&record, "\"containers\":[{\"item\":4", "\"containers\":[{\"item\":1");
        b.cover_up();
    }),
    ("a record of another document, manifests rewritten", Fault::Record, |b| {
        let other = b.text("data/documents/EXH-000001/record.json");
        b.put(RECORD, other);
        b.cover_up();
    }),
    ("a record with other spaces, manifests rewritten", Fault::Record, |b| {
        (b.edit(RECORD, ",", ", "), b.cover_up()).1
    }),
    ("a record removed, manifests rewritten", Fault::Unproved, |b| {
        (b.remove(RECORD), b.cover_up()).1
    }),
    ("a forged quote, manifests rewritten", Fault::QuoteText, |b| {
        let quote = b.find("data/quotes", QUOTED);
        b.edit(&quote, QUOTED, "不由值班员逐一登记");
        b.cover_up();
    }),
    ("a quote said to be elsewhere, manifests rewritten", Fault::QuoteLog, |b| {
        let quote = b.find("data/quotes", QUOTED);
        b.edit(&quote, "\"page=1\"", "\"page=2\"");
        b.cover_up();
    }),
    ("a quote under another name, manifests rewritten", Fault::Quote, |b| {
        let quote = b.find("data/quotes", QUOTED);
        b.rename(&quote, "data/quotes/Q-000001.json");
        b.cover_up();
    }),
    ("a quote with text around it altered, manifests rewritten", Fault::QuoteLog, |b| {
        let quote = b.find("data/quotes", QUOTED);
        let text = b.text(&quote);
        let at = text.find("\"suffix\":\"").expect("there") + 10;
        let first = text[at..].chars().next().expect("more text").len_utf8();
        b.put(&quote, [&text[..at], "x", &text[at + first..]].concat());
        b.cover_up();
    }),
];

const PICTURE: &str = "data/documents/EXH-000005/pictures/0001.png";
const DOCUMENTS: &str = "data/loadfile/documents.dat";
const PAGES: &str = "data/loadfile/pages.opt";

/// What is done to a bag with pictures and load files.
const MORE: &[Tampering] = &[
    ("a bit of a picture", Fault::Altered, |b| b.flip(PICTURE, 99)),
    ("a bit of a picture, manifests rewritten", Fault::Content, |b| {
        (b.flip(PICTURE, 99), b.cover_up()).1
    }),
    ("a picture removed, manifests rewritten", Fault::Missing, |b| {
        (b.remove(PICTURE), b.cover_up()).1
    }),
    ("a picture under another number, manifests rewritten", Fault::Unproved, |b| {
        b.rename(PICTURE, "data/documents/EXH-000005/pictures/0009.png");
        b.cover_up();
    }),
    ("a picture in another document, manifests rewritten", Fault::Unproved, |b| {
        b.rename(PICTURE, "data/documents/EXH-000003/pictures/0001.png");
        b.cover_up();
    }),
    ("a picture added, manifests rewritten", Fault::Unproved, |b| {
        b.put(
            "data/documents/EXH-000003/pictures/0001.png",
            fs::read(b.bag.join(PICTURE)).expect("read"),
        );
        b.cover_up();
    }),
    ("a picture's proof taken out of the record, manifests rewritten", Fault::QuoteText, |b| {
        let record = "data/documents/EXH-000005/record.json";
        let mut value: Value = serde_json::from_str(&b.text(record)).expect("JSON");
        let image = |part: &Value| {
            part["record"].as_str().is_some_and(|text| text.contains("\"kind\":\"image\""))
        };
        value["parts"].as_array_mut().expect("parts").retain(|part| !image(part));
        b.put(record, value.to_string());
        b.cover_up();
    }),
    ("a picture said to be a text, manifests rewritten", Fault::Part, |b| {
        let record = "data/documents/EXH-000005/record.json";
        b.edit(record, "\\\"kind\\\":\\\"image\\\"", "\\\"kind\\\":\\\"text\\\"");
        b.cover_up();
    }),
    ("a quote of another picture, manifests rewritten", Fault::QuoteLog, |b| {
        let quote = b.find("data/quotes", "\"picture\":\"");
        let text = b.text(&quote);
        let at = text.find("\"picture\":\"").expect("there") + 11;
        b.put(&quote, text.replace(&text[at..at + 64], &"ab".repeat(32)));
        b.cover_up();
    }),
    ("a quote without its picture, manifests rewritten", Fault::QuoteLog, |b| {
        let quote = b.find("data/quotes", "\"picture\":\"");
        let text = b.text(&quote);
        let at = text.find(",\"picture\":\"").expect("there");
        b.put(&quote, format!("{}{}", &text[..at], &text[at + 77..]));
        b.cover_up();
    }),
    ("another digest in the table, manifests rewritten", Fault::LoadFile, |b| {
        let text = b.text(DOCUMENTS);
        let row = text
            .lines()
            .nth(1)
            .expect("a row")
            .split('\u{14}')
            .nth(6)
            .expect("a digest")
            .to_owned();
        b.put(DOCUMENTS, text.replace(row.trim_matches('\u{fe}'), &"0".repeat(64)));
        b.cover_up();
    }),
    ("rows of the table swapped, manifests rewritten", Fault::LoadFile, |b| {
        let text = b.text(DOCUMENTS);
        let mut rows: Vec<&str> = text.split_inclusive("\r\n").collect();
        rows.swap(1, 2);
        b.put(DOCUMENTS, rows.concat());
        b.cover_up();
    }),
    ("a row of the table removed, manifests rewritten", Fault::LoadFile, |b| {
        let text = b.text(DOCUMENTS);
        let rows: Vec<&str> = text.split_inclusive("\r\n").collect();
        b.put(DOCUMENTS, rows[..rows.len() - 1].concat());
        b.cover_up();
    }),
    ("another picture in the list, manifests rewritten", Fault::LoadFile, |b| {
        b.edit(PAGES, "EXH-000005", "EXH-000003");
        b.cover_up();
    }),
    ("a load file removed, manifests rewritten", Fault::Missing, |b| {
        (b.remove(PAGES), b.cover_up()).1
    }),
    ("a load file added, manifests rewritten", Fault::Unproved, |b| {
        (b.put("data/loadfile/more.dat", "x"), b.cover_up()).1
    }),
    ("another text for law firms, manifests rewritten", Fault::LoadFile, |b| {
        b.put("data/loadfile/text/T-0000001.txt", "another text");
        b.cover_up();
    }),
    ("another first number, manifests rewritten", Fault::LoadFile, |b| {
        b.edit("bag-info.txt", "Exhibit-Bates: T-0000001", "Exhibit-Bates: T-0000002");
        b.cover_up();
    }),
    ("a first number that is none, manifests rewritten", Fault::LoadFile, |b| {
        b.edit("bag-info.txt", "Exhibit-Bates: T-0000001", "Exhibit-Bates: ../1");
        b.cover_up();
    }),
    ("no first number, manifests rewritten", Fault::Unproved, |b| {
        b.edit("bag-info.txt", "Exhibit-Bates: T-0000001\n", "");
        b.cover_up();
    }),
];

#[test]
fn every_kind_of_tampering_is_named() {
    let case = handed_over();
    let older = case.export("older", &["b.html"], &[]);
    let good = numbered(&case, "numbered");
    let others = handed_over_of(7);
    let other = others.export("bag", &["notice.txt"], &[]);
    for bag in [&older, &good, &other] {
        assert_eq!(deviations(bag), []);
    }
    assert!(TAMPERINGS.len() >= 40);
    let all = || TAMPERINGS.iter().chain(MORE);
    assert_eq!(all().map(|(name, ..)| *name).collect::<BTreeSet<_>>().len(), all().count());
    let mut missed = Vec::new();
    for (name, fault, tamper) in all() {
        let forged = ForgedBag::new(&good, case.beside("forged"), &older, &other);
        tamper(&forged);
        let found = deviations(&forged.bag);
        if !found.iter().any(|(_, named, _)| named == fault) {
            missed.push((name, found));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_flipped_bit_or_a_cut_in_any_file_of_a_bag_is_found() {
    let case = handed_over();
    let bag = case.export("bag", &["notice.txt"], &[]);
    assert_eq!(deviations(&bag), []);
    for file in files_below(&bag) {
        let bytes = fs::read(&file).expect("read");
        let middle = bytes.len() / 2;
        let mut flipped = bytes.clone();
        flipped[middle] ^= 1 << (middle % 8);
        for (what, damaged) in
            [("a bit", &flipped[..]), ("the end", &bytes[..bytes.len() - 1]), ("all", &[])]
        {
            fs::write(&file, damaged).expect("written");
            assert_ne!(deviations(&bag), [], "{what} of {}", file.display());
        }
        fs::write(&file, &bytes).expect("written");
    }
    assert_eq!(deviations(&bag), []);
}
