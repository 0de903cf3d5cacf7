//! Handing over: a quote, a bag, what proves it, and every kind of tampering with it, each named.

use crate::bench::{Bench, example_trove};
use crate::parcels::MORE;
use exhibit_proof::finding::Fault;
use exhibit_proof::hash::to_hex;
use exhibit_verify::{Request, Time, Unusable, What, verify};
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const NOTICE: &str = "第一条 严防逃跑。\n第二条 所有进出人员须由值班员逐一登记，不得遗漏。\n";
const QUOTED: &str = "须由值班员逐一登记";

/// A case with a quote, and a bag with all of it.
pub(crate) fn handed_over() -> (Bench, String) {
    let bench = Bench::new();
    bench.write("trove/notice.txt", NOTICE);
    bench.write("trove/b.html", "<html><title>notice</title><p>the registers were destroyed</html>");
    bench.write("trove/copy.html", "<html><title>notice</title><p>the registers were destroyed</html>");
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("in/list.txt", zip::write::SimpleFileOptions::default()).expect("a member");
    archive.write_all(b"a list of names").expect("write");
    bench.write("trove/z.zip", archive.finish().expect("an archive").into_inner());
    bench.write("trove/zz.pdf", fs::read(example_trove().join("post/3/access-request.pdf")).expect("a PDF"));
    let _ = bench.take_in().code(0);
    let notice = bench.ledger()["notice.txt"]["id"].as_str().expect("id").to_owned();
    let quote = bench.run(&["-C", "case", "quote", "new", &notice, "--page", "1", "--text", QUOTED, "--json"]).code(0);
    let quote = quote.objects()[0]["id"].as_str().expect("id").to_owned();
    let page = bench.run(&["-C", "case", "cat", "zz.pdf", "--text", "--page", "1"]).code(0).stdout;
    let line = page.lines().find(|line| line.len() > 8).expect("a line").to_owned();
    let _ = bench.run(&["-C", "case", "quote", "new", "zz.pdf", "--page", "1", "--text", &line, "--nth", "1"]).code(0);
    let _ = bench.run(&["-C", "case", "bag", "export", "bag", "--all", "--all-quotes"]).code(0);
    (bench, quote)
}

fn request(what: What, path: PathBuf) -> Request {
    Request { what, path, key: None, policy: None, entry: None, log: None, plain: false, time: Time::default() }
}

pub(crate) fn deviations(bag: &Path) -> Vec<(String, Fault, String)> {
    let report = verify(&request(What::Bag, bag.to_owned())).expect("a folder");
    report.deviations.into_iter().map(|d| (d.place, d.fault, d.detail)).collect()
}

pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("list").flatten() {
        if entry.path().is_dir() { files.extend(files_below(&entry.path())) } else { files.push(entry.path()) }
    }
    files.sort();
    files
}

pub(crate) fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).expect("below"));
        fs::create_dir_all(target.parent().expect("a parent")).expect("folders");
        fs::copy(&file, target).expect("copy");
    }
}

/// A copy of a bag that is tampered with.
pub(crate) struct Forged<'a> {
    pub(crate) bag: PathBuf,
    /// Another good bag of the same case, and one of another case.
    pub(crate) older: &'a Path,
    pub(crate) other: &'a Path,
}

impl Forged<'_> {
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.bag.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.bag.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, bytes).expect("write");
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.put(path, text.replacen(from, to, 1));
    }

    pub(crate) fn flip(&self, path: &str, at: usize) {
        let mut bytes = fs::read(self.bag.join(path)).expect("read");
        let at = at % bytes.len();
        bytes[at] ^= 1;
        self.put(path, bytes);
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.bag.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::create_dir_all(self.bag.join(to).parent().expect("a parent")).expect("folders");
        fs::rename(self.bag.join(from), self.bag.join(to)).expect("rename");
    }

    fn take(&self, from: &Path, path: &str) {
        fs::copy(from.join(path), self.bag.join(path)).expect("copy");
    }

    pub(crate) fn find(&self, below: &str, holding: &str) -> String {
        let found = files_below(&self.bag.join(below)).into_iter().find(|path| {
            let text = fs::read(path).expect("read");
            String::from_utf8_lossy(&text).contains(holding)
        });
        let found = found.unwrap_or_else(|| panic!("nothing below {below} holds {holding}"));
        found.strip_prefix(&self.bag).expect("below").to_str().expect("UTF-8").to_owned()
    }

    /// Writes lists and sizes anew, as a forger who knows BagIt does.
    pub(crate) fn cover_up(&self) {
        let hash = |path: &Path, kind: &str| {
            let bytes = fs::read(path).expect("read");
            if kind == "sha256" { to_hex(&Sha256::digest(bytes)) } else { to_hex(&Sha512::digest(bytes)) }
        };
        let (mut files, mut bytes) = (0, 0);
        for name in ["manifest", "tagmanifest"] {
            for kind in ["sha256", "sha512"] {
                let mut list = String::new();
                for file in files_below(&self.bag) {
                    let path = file.strip_prefix(&self.bag).expect("below").to_str().expect("UTF-8").to_owned();
                    let payload = path.starts_with("data/");
                    if payload != (name == "manifest") || path.starts_with("tagmanifest-") || !file.is_file() {
                        continue;
                    }
                    if payload && kind == "sha256" {
                        files += 1;
                        bytes += fs::metadata(&file).expect("metadata").len();
                    }
                    list.push_str(&format!("{}  {path}\n", hash(&file, kind)));
                }
                self.put(&format!("{name}-{kind}.txt"), list);
            }
            let info = self.text("bag-info.txt");
            let lines = info.lines().filter(|line| !line.starts_with("Payload-Oxum"));
            let kept: String = lines.map(|line| format!("{line}\n")).collect();
            self.put("bag-info.txt", format!("{kept}Payload-Oxum: {bytes}.{files}\n"));
        }
    }
}

pub(crate) type Tampering = (&'static str, Fault, fn(&Forged<'_>));

const TEXT: &str = "data/documents/EXH-000003/text/0001.txt";
const ORIGINAL: &str = "data/documents/EXH-000003/original.txt";
const RECORD: &str = "data/documents/EXH-000003/record.json";
const FIRST: &str = "custody/entries/000000000";

/// What is done to a bag, and what must be named. Where lists are written anew, the bag is a good BagIt bag again.
const TAMPERINGS: &[Tampering] = &[
    ("a bit of a page's text", Fault::Altered, |b| b.flip(TEXT, 5)),
    ("a bit of a page's text, lists anew", Fault::Content, |b| (b.flip(TEXT, 5), b.cover_up()).1),
    ("a bit of an original", Fault::Altered, |b| b.flip(ORIGINAL, 9)),
    ("a bit of an original, lists anew", Fault::Content, |b| (b.flip(ORIGINAL, 9), b.cover_up()).1),
    ("an original cut short", Fault::Altered, |b| b.put(ORIGINAL, &NOTICE.as_bytes()[..20])),
    ("an original cut short, lists anew", Fault::Export, |b| {
        (b.put(ORIGINAL, &NOTICE.as_bytes()[..20]), b.cover_up()).1
    }),
    ("an original grown", Fault::Altered, |b| b.put(ORIGINAL, NOTICE.repeat(2))),
    ("an original emptied", Fault::Altered, |b| b.put(ORIGINAL, "")),
    ("an original removed", Fault::Missing, |b| b.remove(ORIGINAL)),
    ("an original removed, lists anew", Fault::Missing, |b| (b.remove(ORIGINAL), b.cover_up()).1),
    ("a page removed, lists anew", Fault::Missing, |b| (b.remove(TEXT), b.cover_up()).1),
    ("a page swapped with another document's, lists anew", Fault::Content, |b| {
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
    ("a page under another number, lists anew", Fault::Unproved, |b| {
        b.rename(TEXT, "data/documents/EXH-000003/text/0002.txt");
        b.cover_up();
    }),
    ("a file added", Fault::Unlisted, |b| b.put("data/documents/EXH-000003/more.txt", "more")),
    ("a file added, lists anew", Fault::Unproved, |b| (b.put("data/more.txt", "more"), b.cover_up()).1),
    ("a tag file added", Fault::Unlisted, |b| b.put("README.txt", "read me")),
    ("a tag file added, lists anew", Fault::Unproved, |b| (b.put("README.txt", "read me"), b.cover_up()).1),
    ("a proof added, lists anew", Fault::Unproved, |b| (b.put("custody/note.txt", "x"), b.cover_up()).1),
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
    ("a name that turns the line around", Fault::UnsafeName, |b| b.put("data/a\u{202e}txt.exe", "x")),
    ("a name with a line end", Fault::UnsafeName, |b| b.put("data/a\nb", "x")),
    ("a link in place of an original", Fault::NotAFile, |b| {
        b.remove(ORIGINAL);
        std::os::unix::fs::symlink("/etc/hostname", b.bag.join(ORIGINAL)).expect("link");
    }),
    ("a linked folder", Fault::NotAFile, |b| std::os::unix::fs::symlink("/etc", b.bag.join("data/etc")).expect("link")),
    ("a pipe", Fault::NotAFile, |b| {
        assert!(Command::new("mkfifo").arg(b.bag.join("data/pipe")).status().expect("mkfifo").success());
    }),
    ("a path out of the bag in a list", Fault::ManifestPath, |b| {
        b.edit("manifest-sha256.txt", ORIGINAL, "data/../../notice.txt");
    }),
    ("an absolute path in a list", Fault::ManifestPath, |b| b.edit("manifest-sha512.txt", ORIGINAL, "/etc/passwd")),
    ("a line end hidden in a list", Fault::ManifestPath, |b| b.edit("manifest-sha256.txt", ORIGINAL, "data/a%0Ab")),
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
    ("a list with its lines in another order, lists of lists anew", Fault::Export, |b| {
        let list = b.text("manifest-sha256.txt");
        let turned: String = list.lines().rev().map(|line| format!("{line}\n")).collect();
        b.put("manifest-sha256.txt", turned);
    }),
    ("another version", Fault::Declaration, |b| b.edit("bagit.txt", "1.0", "0.97")),
    ("another size stated", Fault::Oxum, |b| b.edit("bag-info.txt", "Payload-Oxum: ", "Payload-Oxum: 1")),
    ("another day stated, lists anew", Fault::Export, |b| {
        b.edit("bag-info.txt", "Bagging-Date: 2", "Bagging-Date: 1");
        b.cover_up();
    }),
    ("files to be fetched", Fault::Fetch, |b| b.put("fetch.txt", format!("http://example.org/x - {ORIGINAL}\n"))),
    ("another script, lists anew", Fault::Export, |b| (b.put("verify.sh", "echo fine\n"), b.cover_up()).1),
    ("another explanation, lists anew", Fault::Export, |b| (b.put("VERIFY.txt", "all is proved\n"), b.cover_up()).1),
    ("another description, lists anew", Fault::Export, |b| {
        b.edit("data/ro-crate-metadata.json", "handed over", "forged");
        b.cover_up();
    }),
    ("all proofs removed, lists anew", Fault::NoCustody, |b| {
        fs::remove_dir_all(b.bag.join("custody")).expect("remove");
        b.cover_up();
    }),
    ("a log entry altered, lists anew", Fault::Proof, |b| {
        (b.edit(&format!("{FIRST}.json"), "\"a1\"", "\"a2\""), b.cover_up()).1
    }),
    ("the first log entry removed, lists anew", Fault::Key, |b| (b.remove(&format!("{FIRST}.json")), b.cover_up()).1),
    ("the entry of the export removed, lists anew", Fault::Export, |b| {
        let entry = b.find("custody/entries", "\"act\":\"export\"");
        b.remove(&entry);
        b.remove(&entry.replace(".json", ".tlog-proof"));
        b.cover_up();
    }),
    ("the entry of the receipt removed, lists anew", Fault::Receipt, |b| {
        let entry = b.find("custody/entries", "\"object\":\"item:3\"");
        b.remove(&entry);
        b.remove(&entry.replace(".json", ".tlog-proof"));
        b.cover_up();
    }),
    ("a proof of another entry, lists anew", Fault::Proof, |b| {
        let other = b.find("custody/entries", "\"act\":\"export\"").replace(".json", ".tlog-proof");
        let text = b.text(&other);
        b.put(&format!("{FIRST}.tlog-proof"), text);
        b.cover_up();
    }),
    ("another index in a proof, lists anew", Fault::Proof, |b| {
        b.edit(&format!("{FIRST}.tlog-proof"), "index 0", "index 1");
        b.cover_up();
    }),
    ("a hash of a proof altered, lists anew", Fault::Proof, |b| {
        (b.flip(&format!("{FIRST}.tlog-proof"), 40), b.cover_up()).1
    }),
    ("entry and proof under another number, lists anew", Fault::Proof, |b| {
        b.rename(&format!("{FIRST}.json"), "custody/entries/000000001.json");
        b.rename(&format!("{FIRST}.tlog-proof"), "custody/entries/000000001.tlog-proof");
        b.cover_up();
    }),
    ("an older checkpoint, lists anew", Fault::Proof, |b| {
        b.take(b.older, "custody/checkpoint");
        b.cover_up();
    }),
    ("another size in the checkpoint, lists anew", Fault::Checkpoint, |b| {
        let size = b.text("custody/checkpoint").lines().nth(1).expect("a size").to_owned();
        b.edit("custody/checkpoint", &format!("\n{size}\n"), &format!("\n1{size}\n"));
        b.cover_up();
    }),
    ("another signature, lists anew", Fault::Checkpoint, |b| {
        let last = b.text("custody/checkpoint").len() - 12;
        b.flip("custody/checkpoint", last);
        b.cover_up();
    }),
    ("another case's key, lists anew", Fault::Checkpoint, |b| (b.take(b.other, "custody/key.pub"), b.cover_up()).1),
    ("another case's key and checkpoint, lists anew", Fault::Key, |b| {
        b.take(b.other, "custody/key.pub");
        b.take(b.other, "custody/checkpoint");
        b.cover_up();
    }),
    ("another case's proofs, lists anew", Fault::Export, |b| {
        fs::remove_dir_all(b.bag.join("custody")).expect("remove");
        copy(&b.other.join("custody"), &b.bag.join("custody"));
        b.cover_up();
    }),
    ("another policy, lists anew", Fault::Policy, |b| (b.put("custody/policy", "quorum all\n"), b.cover_up()).1),
    ("another original in the record, lists anew", Fault::Receipt, |b| {
        let from = b.text(RECORD);
        let at = from.find("\"original\":\"").expect("there") + 12;
        b.put(RECORD, from.replace(&from[at..at + 64].to_owned(), &"ab".repeat(32)));
        b.cover_up();
    }),
    ("a salt in the record altered, lists anew", Fault::Part, |b| {
        let from = b.text(RECORD);
        let at = from.find("\\\"salt\\\":\\\"").expect("there") + 12;
        let other = if from.as_bytes()[at] == b'0' { "1" } else { "0" };
        b.put(RECORD, [&from[..at], other, &from[at + 1..]].concat());
        b.cover_up();
    }),
    ("another page in the record, lists anew", Fault::Part, |b| {
        b.edit(RECORD, "\\\"page\\\":1", "\\\"page\\\":2");
        b.cover_up();
    }),
    ("another number of pages in the record, lists anew", Fault::Reading, |b| {
        b.edit(RECORD, "\"leaves\":2", "\"leaves\":3");
        b.cover_up();
    }),
    ("another name opened, lists anew", Fault::Opening, |b| {
        b.edit(RECORD, "bm90aWNlLnR4dA==", "bm90aWNlLnR4dQ==");
        b.cover_up();
    }),
    ("a wrong salt of an opening, lists anew", Fault::Opening, |b| {
        let from = b.text(RECORD);
        let at = from.find("\"field\":\"name\",\"salt\":\"").expect("there") + 23;
        let other = if from.as_bytes()[at] == b'0' { "1" } else { "0" };
        b.put(RECORD, [&from[..at], other, &from[at + 1..]].concat());
        b.cover_up();
    }),
    ("a letter moved from a name into its salt, lists anew", Fault::Record, |b| {
        let from = b.text(RECORD);
        let at = from.find("\"field\":\"name\",\"salt\":\"").expect("there") + 23 + 32;
        b.put(RECORD, [&from[..at], "6e", &from[at..]].concat());
        b.edit(RECORD, "bm90aWNlLnR4dA==", "b3RpY2UudHh0");
        b.cover_up();
    }),
    ("a member said to be of another container, lists anew", Fault::Receipt, |b| {
        let record = b.find("data/documents", "\"containers\":[{");
        b.edit(&record, "\"containers\":[{\"item\":4", "\"containers\":[{\"item\":1");
        b.cover_up();
    }),
    ("a record of another document, lists anew", Fault::Record, |b| {
        let other = b.text("data/documents/EXH-000001/record.json");
        b.put(RECORD, other);
        b.cover_up();
    }),
    ("a record with other spaces, lists anew", Fault::Record, |b| (b.edit(RECORD, ",", ", "), b.cover_up()).1),
    ("a record removed, lists anew", Fault::Unproved, |b| (b.remove(RECORD), b.cover_up()).1),
    ("a forged quote, lists anew", Fault::QuoteText, |b| {
        let quote = b.find("data/quotes", QUOTED);
        b.edit(&quote, QUOTED, "不由值班员逐一登记");
        b.cover_up();
    }),
    ("a quote said to be elsewhere, lists anew", Fault::QuoteLog, |b| {
        let quote = b.find("data/quotes", QUOTED);
        b.edit(&quote, "\"page=1\"", "\"page=2\"");
        b.cover_up();
    }),
    ("a quote under another name, lists anew", Fault::Quote, |b| {
        let quote = b.find("data/quotes", QUOTED);
        b.rename(&quote, "data/quotes/Q-000001.json");
        b.cover_up();
    }),
    ("a quote with text around it altered, lists anew", Fault::QuoteLog, |b| {
        let quote = b.find("data/quotes", QUOTED);
        b.edit(&quote, "\"suffix\":\"", "\"suffix\":\"x");
        b.cover_up();
    }),
];

#[test]
fn every_kind_of_tampering_is_named() {
    let (bench, quote) = handed_over();
    let _ = bench.run(&["-C", "case", "bag", "export", "later", "--all", "--quote", &quote, "--all-quotes"]).code(0);
    let numbered = ["--all", "--all-quotes", "--pictures", "--bates", "T-"];
    let _ = bench.run(&[["-C", "case", "bag", "export", "numbered"].as_slice(), &numbered].concat()).code(0);
    let other = Bench::new();
    other.write("trove/notice.txt", NOTICE);
    let _ = other.take_in().code(0);
    let _ = other.run(&["-C", "case", "bag", "export", "bag", "--all"]).code(0);
    let (older, good, others) = (bench.path("later"), bench.path("numbered"), other.path("bag"));
    for bag in [&older, &good, &others] {
        assert_eq!(deviations(bag), []);
    }
    assert!(TAMPERINGS.len() >= 40);
    let all = || TAMPERINGS.iter().chain(MORE);
    assert_eq!(all().map(|(name, ..)| *name).collect::<BTreeSet<_>>().len(), all().count());
    let mut missed = Vec::new();
    for (name, fault, tamper) in all() {
        let forged = Forged { bag: bench.path("forged"), older: &older, other: &others };
        copy(&good, &forged.bag);
        tamper(&forged);
        let found = deviations(&forged.bag);
        if !found.iter().any(|(_, named, _)| named == fault) {
            missed.push((name, found));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn any_flipped_bit_of_a_bag_is_noticed() {
    let (bench, _) = handed_over();
    let bag = bench.path("bag");
    for file in files_below(&bag) {
        let bytes = fs::read(&file).expect("read");
        for at in [0, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(&file, &flipped).expect("write");
            assert_ne!(deviations(&bag), [], "byte {at} of {}", file.display());
        }
        fs::write(&file, &bytes).expect("write");
    }
    assert_eq!(deviations(&bag), []);
}

#[test]
fn a_page_is_handed_over_without_showing_another() {
    let bench = Bench::new();
    let sheets = "<html><p>secret one</html>";
    bench.write("trove/a.html", sheets);
    bench.write("trove/notice.txt", NOTICE);
    let _ = bench.take_in().code(0);
    let quote =
        bench.run(&["-C", "case", "quote", "new", "notice.txt", "--page", "1", "--text", QUOTED, "--json"]).code(0);
    let id = quote.objects()[0]["id"].as_str().expect("id").to_owned();
    let _ = bench.run(&["-C", "case", "bag", "export", "bag", "--quote", &id, "--without-names"]).code(0);
    assert_eq!(deviations(&bench.path("bag")), []);
    let holds = |needle: &str| {
        let of = |file: PathBuf| String::from_utf8_lossy(&fs::read(file).expect("read")).contains(needle);
        files_below(&bench.path("bag")).into_iter().any(of)
    };
    assert!(holds(QUOTED), "the page that is quoted goes with it");
    for hidden in ["secret one", "a.html", "notice.txt", "bm90aWNl", "tree_seed\",\"salt", "original.txt"] {
        assert!(!holds(hidden), "{hidden}");
    }
    let path = bench.path(&format!("bag/data/quotes/{id}.json"));
    let report = verify(&request(What::Quote, path)).expect("a quote");
    assert!(report.is_good() && report.proved.iter().any(|line| line.id() == "proved-quote-page"), "{report:?}");
}

#[test]
fn single_proofs_and_checkpoints_are_checked_alone() {
    let (bench, _) = handed_over();
    let proof = request(What::Proof, bench.path("bag/custody/entries/000000000.tlog-proof"));
    assert!(verify(&proof).expect("a proof").is_good());
    let wrong = Request { entry: Some(bench.path("bag/bagit.txt")), ..proof };
    assert_eq!(verify(&wrong).expect("a proof").deviations[0].fault, Fault::Proof);
    let endless = Request { entry: Some(PathBuf::from("/dev/zero")), ..wrong };
    assert!(verify(&endless).is_err_and(|unable| unable.reason == Unusable::NotAFile));
    let checkpoint = request(What::Checkpoint, bench.path("case/custody/checkpoint"));
    assert!(verify(&checkpoint).expect("a checkpoint").is_good());
    let other = Bench::new();
    let _ = other.run(&["init", "case"]).code(0);
    let key = fs::read_to_string(other.path("case/custody/key.pub")).expect("a key").trim().to_owned();
    let foreign = Request { key: Some(key.clone()), ..checkpoint };
    assert_eq!(verify(&foreign).expect("a checkpoint").deviations[0].fault, Fault::Checkpoint);
    let bag = Request { key: Some(key), ..request(What::Bag, bench.path("bag")) };
    assert_eq!(verify(&bag).expect("a bag").deviations[0].fault, Fault::Key);
    assert!(verify(&request(What::Bag, bench.path("no such folder"))).is_err());
}

#[test]
fn quotes_are_exact_and_broken_ones_are_shown() {
    let bench = Bench::new();
    bench.write("trove/notice.txt", NOTICE);
    bench.write("trove/twice.txt", "登记。登记。");
    let _ = bench.take_in().code(0);
    let quote = |more: &[&str]| {
        let fixed = ["-C", "case", "quote", "new", "notice.txt", "--page", "1", "--text"];
        bench.run(&[&fixed[..], more].concat())
    };
    let near = quote(&["须由值班人员逐一登记"]).code(1);
    assert!(near.stderr.contains("须由值班员逐一登记"), "{}", near.stderr);
    let _ = quote(&[""]).code(2);
    let twice = |more: &[&str]| {
        let fixed = ["-C", "case", "quote", "new", "twice.txt", "--page", "1", "--text", "登记"];
        bench.run(&[&fixed[..], more].concat())
    };
    let _ = twice(&[]).code(2);
    let _ = twice(&["--nth", "2"]).code(0);
    let _ = quote(&[QUOTED]).code(0);
    let listed = bench.run(&["-C", "case", "quote", "ls", "--json"]).code(0).objects();
    assert_eq!((listed.len(), &listed[0]["start"], &listed[1]["exact"]), (2, &3.into(), &QUOTED.into()));
    let _ = bench.run(&["-C", "case", "quote", "check"]).code(0);
    let id = listed[1]["id"].as_str().expect("id");
    let path = bench.path(&format!("case/quotes/{id}.json"));
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replacen(QUOTED, "不由值班员逐一登记", 1)).expect("write");
    bench.write("case/quotes/Q-000099.json", "{}");
    let checked = bench.run(&["-C", "case", "quote", "check", "--json"]).code(4).objects();
    let standing: Vec<&str> = checked.iter().filter_map(|quote| quote["standing"].as_str()).collect();
    assert_eq!(standing, ["valid", "not-logged", "unreadable"]);
    let refused = bench.run(&["-C", "case", "bag", "export", "bag", "--quote", id]).code(4);
    assert!(refused.stderr.contains("no longer valid"), "{}", refused.stderr);
    assert!(!bench.path("bag").exists());
    let found = bench.run(&["-C", "case", "verify"]).code(4);
    assert!(found.stdout.contains(&format!("quotes/{id}.json: the log does not record")), "{}", found.stdout);
    assert!(found.stdout.contains("quotes/Q-000099.json: it is not a quote"), "{}", found.stdout);
    fs::remove_file(bench.path("case/quotes/Q-000099.json")).expect("removed");
    fs::remove_file(&path).expect("removed");
    let found = bench.run(&["-C", "case", "verify"]).code(4);
    assert!(found.stdout.contains("records it, but it is missing"), "{}", found.stdout);
    fs::write(&path, text).expect("write");
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn an_export_that_fails_leaves_nothing_that_looks_whole() {
    let (bench, _) = handed_over();
    let _ = bench.run(&["-C", "case", "bag", "export", "bag", "--all"]).code(2);
    let _ = bench.run(&["-C", "case", "bag", "export", "new"]).code(2);
    let _ = bench.run(&["-C", "case", "bag", "export", "new", "--documents", "EXH-000001:7"]).code(1);
    let original = files_below(&bench.path("case/originals")).remove(0);
    fs::remove_file(&original).expect("remove");
    fs::write(&original, "other bytes").expect("write");
    let _ = bench.run(&["-C", "case", "bag", "export", "new", "--all"]).code(4);
    bench.write(".new.unfinished/bagit.txt", "of a run that was killed");
    let here: Vec<_> = fs::read_dir(bench.path("")).expect("list").flatten().map(|e| e.file_name()).collect();
    assert!(here.iter().all(|name| name != "new"), "{here:?}");
    let _ = bench.run(&["-C", "case", "bag", "export", "new", "--documents", "EXH-000003:1"]).code(0);
    assert!(!bench.path(".new.unfinished").exists());
    assert_eq!(deviations(&bench.path("new")), []);
}

#[test]
fn the_same_selection_gives_the_same_payload() {
    let (bench, _) = handed_over();
    let _ = bench.run(&["-C", "case", "bag", "export", "again", "--all", "--all-quotes"]).code(0);
    for path in files_below(&bench.path("bag/data")) {
        let own = path.strip_prefix(bench.path("bag")).expect("below");
        let same = fs::read(&path).expect("read") == fs::read(bench.path("again").join(own)).expect("read");
        assert!(same || own.ends_with("ro-crate-metadata.json"), "{} differs", own.display());
    }
}

#[test]
fn tools_that_are_not_ours_agree() {
    let (bench, _) = handed_over();
    let script = |bag: &str| Command::new("sh").arg(bench.path(bag).join("verify.sh")).output().expect("sh");
    let good = script("bag");
    assert!(
        good.status.success(),
        "{}{}",
        String::from_utf8_lossy(&good.stdout),
        String::from_utf8_lossy(&good.stderr)
    );
    for (name, tamper) in [
        ("a page", (|b: &Forged<'_>| b.flip(TEXT, 5)) as fn(&Forged<'_>)),
        ("an entry", |b| (b.edit(&format!("{FIRST}.json"), "\"a1\"", "\"a2\""), b.cover_up()).1),
        ("a signature", |b| (b.edit("custody/checkpoint", "\n\n", "\nx\n\n"), b.cover_up()).1),
        ("an added file", |b| b.put("data/more", "x")),
        ("a changed list", |b| (b.put("data/more", "x"), b.cover_up()).1),
    ] {
        let forged = Forged { bag: bench.path("forged"), older: &bench.path("bag"), other: &bench.path("bag") };
        copy(&bench.path("bag"), &forged.bag);
        tamper(&forged);
        let found = script("forged");
        assert_eq!(found.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&found.stdout));
    }
    // the Library of Congress' program, where it is installed
    let bagit = Command::new("python3").args(["-m", "bagit", "--validate", "--quiet"]).arg(bench.path("bag")).output();
    match bagit {
        Ok(output) if !String::from_utf8_lossy(&output.stderr).contains("No module named") => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        _ => {
            assert!(std::env::var_os("EXHIBIT_INTEROP").is_none(), "bagit is not installed, but it is asked for");
            println!("not tried: bagit is not installed");
        }
    }
}
