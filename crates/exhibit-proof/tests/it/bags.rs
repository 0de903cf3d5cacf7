//! Valid and invalid bags. The table of cases restates the Library of Congress' BagIt conformance suite
//! (github.com/LibraryOfCongress/bagit-conformance-suite, public domain): each case is built here as a bag of version 1.0
//! with SHA-256 and SHA-512, with the name and the verdict of the suite.

use exhibit_proof::bagit::{Checked, Files, FoundFile, FoundKind, Unreadable, check};
use exhibit_proof::finding::Fault;
use exhibit_proof::hash::to_hex;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeMap;

/// A bag in memory.
#[derive(Clone, Default)]
struct Bag(BTreeMap<Vec<u8>, Vec<u8>>);

impl Files for Bag {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        let found = |(path, bytes): (&Vec<u8>, &Vec<u8>)| FoundFile {
            path: path.clone(),
            size: bytes.len() as u64,
            kind: if bytes.starts_with(b"-> ") { FoundKind::Special } else { FoundKind::Plain },
        };
        Ok(self.0.iter().map(found).collect())
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let bytes = self.0.get(path.as_bytes()).ok_or(Unreadable { reason: "gone".to_owned() })?;
        bytes.chunks(3).for_each(each);
        Ok(())
    }
}

impl Bag {
    fn new(payload: &[(&str, &str)]) -> Self {
        let mut bag = Self::default();
        for (path, text) in payload {
            bag.put(&format!("data/{path}"), text);
        }
        bag.put("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
        let bytes: usize = payload.iter().map(|(_, text)| text.len()).sum();
        bag.put("bag-info.txt", &format!("Payload-Oxum: {bytes}.{}\n", payload.len()));
        bag.list_all();
        bag
    }

    fn put(&mut self, path: &str, text: &str) {
        self.0.insert(path.into(), text.into());
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.0[path.as_bytes()].clone()).expect("UTF-8")
    }

    fn edit(&mut self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.put(path, &text.replacen(from, to, 1));
    }

    /// Rewrites all manifests.
    fn list_all(&mut self) {
        self.0.retain(|path, _| {
            !path.starts_with(b"manifest-") && !path.starts_with(b"tagmanifest-")
        });
        self.write_manifests("manifest", |path| path.starts_with("data/"));
        self.list_tags();
    }

    fn list_tags(&mut self) {
        self.0.retain(|path, _| !path.starts_with(b"tagmanifest-"));
        self.write_manifests("tagmanifest", |path| !path.starts_with("data/"));
    }

    fn write_manifests(&mut self, name: &str, about: impl Fn(&str) -> bool) {
        let (mut short, mut long) = (String::new(), String::new());
        for (path, bytes) in &self.0 {
            let path = String::from_utf8_lossy(path);
            if about(&path) {
                let path = path.replace('%', "%25").replace('\n', "%0A");
                short.push_str(&format!("{}  {path}\n", to_hex(&Sha256::digest(bytes))));
                long.push_str(&format!("{}  {path}\n", to_hex(&Sha512::digest(bytes))));
            }
        }
        self.put(&format!("{name}-sha256.txt"), &short);
        self.put(&format!("{name}-sha512.txt"), &long);
    }

    fn check(&mut self) -> Checked {
        check(self)
    }

    fn line(&self, path: &str, number: usize) -> String {
        format!("{}\n", self.text(path).lines().nth(number).expect("a line"))
    }
}

fn basic() -> Bag {
    Bag::new(&[("bare-filename", "bare"), ("text-file.txt", "text")])
}

/// The verdict of the suite, and ours where evidence requires more.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    Valid,
    Warning,
    Invalid(Fault),
    /// Valid in the suite, rejected here on purpose.
    Refused(Fault),
}

use Verdict::{Invalid, Refused, Valid, Warning};

type Case = (&'static str, Verdict, fn(&mut Bag));

fn with_fetch(bag: &mut Bag, line: &str) {
    bag.put("fetch.txt", line);
    bag.list_tags();
}

fn listing(bag: &mut Bag, path: &str) {
    for manifest in ["manifest-sha256.txt", "manifest-sha512.txt"] {
        bag.edit(manifest, "data/bare-filename", path);
    }
    bag.list_tags();
}

const CASES: &[Case] = &[
    ("valid/basicBag", Valid, |_| {}),
    ("valid/minimal-bag", Valid, |bag| {
        bag.0.remove(b"bag-info.txt".as_slice());
        bag.list_tags();
    }),
    ("valid/bag-in-a-bag", Valid, |bag| {
        let inner = bag.clone();
        *bag = Bag::default();
        for (path, bytes) in inner.0 {
            bag.0.insert([b"data/bag/", path.as_slice()].concat(), bytes);
        }
        bag.put("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
        bag.list_all();
    }),
    ("valid/bag-with-space", Valid, |bag| {
        *bag = Bag::new(&[("test 1.txt", "1"), ("test2.txt", "2")])
    }),
    ("valid/bag-with-escapable-characters", Valid, |bag| {
        *bag = Bag::new(&[("test file with spaces.txt", "1")])
    }),
    ("valid/bag-with-encoded-names", Valid, |bag| {
        *bag = Bag::new(&[("%7Edir2/t", "1"), ("%t", "2"), ("dir1/~t", "3")])
    }),
    ("valid/duplicate-metadata-entries", Valid, |bag| {
        bag.edit("bag-info.txt", "Payload", "Contact-Name: A\nContact-Name: B\nPayload");
        bag.list_tags();
    }),
    ("valid/uncommon-metadata-separators", Warning, |bag| {
        bag.edit("bag-info.txt", "Payload", "Contact-Name :A\nPayload");
        bag.list_tags();
    }),
    ("valid/ISO-8859-1-encoded-tag-files", Refused(Fault::Declaration), |bag| {
        bag.edit("bagit.txt", "UTF-8", "ISO-8859-1");
        bag.list_tags();
    }),
    ("valid/UTF-16-encoded-tag-files", Refused(Fault::Declaration), |bag| {
        bag.edit("bagit.txt", "UTF-8", "UTF-16");
        bag.list_tags();
    }),
    ("valid/holey-bag", Refused(Fault::Fetch), |bag| {
        with_fetch(bag, "http://example.org/ - data/text-file.txt\n")
    }),
    ("valid/local-fetch", Refused(Fault::Fetch), |bag| {
        with_fetch(bag, "file:///x - data/text-file.txt\n")
    }),
    ("valid/bag-with-leading-dot-slash-in-manifest", Warning, |bag| {
        listing(bag, "./data/bare-filename")
    }),
    ("warning/relative-path", Warning, |bag| listing(bag, "./data/bare-filename")),
    ("warning/made-with-md5sum-tools", Warning, |bag| listing(bag, "*data/bare-filename")),
    ("warning/duplicate-file-with-different-case", Refused(Fault::Missing), |bag| {
        let more = bag.line("manifest-sha512.txt", 0).replace("data/bare", "data/BARE");
        let text = bag.text("manifest-sha512.txt");
        bag.put("manifest-sha512.txt", &(text + &more));
        bag.list_tags();
    }),
    (
        "warning/same-filename-listed-twice-with-different-normalization",
        Refused(Fault::LooksAlike),
        |bag| {
            *bag = Bag::new(&[("N\u{fa}\u{f1}ez", "1"), ("Nu\u{301}n\u{303}ez", "1")]);
        },
    ),
    ("warning/special-system-files", Valid, |bag| *bag = Bag::new(&[("Thumbs.db", "1")])),
    ("invalid/same-filename-listed-twice-with-the-same-hash", Invalid(Fault::Repeated), |bag| {
        let twice = bag.line("manifest-sha256.txt", 0) + &bag.text("manifest-sha256.txt");
        bag.put("manifest-sha256.txt", &twice);
        bag.list_tags();
    }),
    ("invalid/same-filename-listed-twice-with-different-hashes", Invalid(Fault::Repeated), |bag| {
        let twice =
            bag.line("manifest-sha256.txt", 0).replacen(|c: char| c.is_ascii_hexdigit(), "0", 8)
                + &bag.text("manifest-sha256.txt");
        bag.put("manifest-sha256.txt", &twice);
        bag.list_tags();
    }),
    ("invalid/notAllManifestsListAllFiles", Invalid(Fault::Unlisted), |bag| {
        let line = bag.line("manifest-sha512.txt", 1);
        bag.edit("manifest-sha512.txt", &line, "");
        bag.list_tags();
    }),
    ("invalid/bagit-with-invalid-whitespace", Invalid(Fault::Declaration), |bag| {
        bag.edit("bagit.txt", "BagIt-Version:", "BagIt-Version :");
        bag.list_tags();
    }),
    ("own: a space after the version", Invalid(Fault::Declaration), |bag| {
        bag.edit("bagit.txt", "1.0", "1.0 ");
        bag.list_tags();
    }),
    ("invalid/baginfo-missing-encoding", Invalid(Fault::Declaration), |bag| {
        bag.edit("bagit.txt", "Tag-File-Character-Encoding: UTF-8\n", "");
        bag.list_tags();
    }),
    ("invalid/bom-in-bagit.txt", Invalid(Fault::Declaration), |bag| {
        bag.edit("bagit.txt", "BagIt", "\u{feff}BagIt");
        bag.list_tags();
    }),
    ("invalid/corrupt-data-file", Invalid(Fault::Altered), |bag| {
        bag.put("data/bare-filename", "bear")
    }),
    ("invalid/corrupt-tag-file", Invalid(Fault::Altered), |bag| {
        bag.put("bag-info.txt", "Payload-Oxum: 8.2\nA: b\n")
    }),
    ("invalid/extra-file-in-bag", Invalid(Fault::Unlisted), |bag| bag.put("data/bar", "")),
    ("invalid/invalid-version-number", Invalid(Fault::Declaration), |bag| {
        bag.edit("bagit.txt", "1.0", "a.b");
        bag.list_tags();
    }),
    ("invalid/missing-baginfo", Invalid(Fault::Missing), |bag| {
        drop(bag.0.remove(b"bag-info.txt".as_slice()))
    }),
    ("invalid/missing-bagit.txt", Invalid(Fault::Declaration), |bag| {
        bag.0.remove(b"bagit.txt".as_slice());
        bag.list_tags();
    }),
    ("invalid/out-of-scope-file-paths-using-dot-notation", Invalid(Fault::ManifestPath), |bag| {
        listing(bag, "data/../../../etc/passwd");
    }),
    (
        "invalid/out-of-scope-file-paths-using-dot-notation-for-fetch",
        Invalid(Fault::Fetch),
        |bag| {
            with_fetch(bag, "http://example.org/ - ../../x\n");
        },
    ),
    (
        "linux-only/out-of-scope-file-paths-using-absolute-path",
        Invalid(Fault::ManifestPath),
        |bag| listing(bag, "/etc/x"),
    ),
    (
        "linux-only/out-of-scope-file-paths-using-absolute-path-for-fetch",
        Invalid(Fault::Fetch),
        |bag| {
            with_fetch(bag, "http://example.org/ - /etc/x\n");
        },
    ),
    ("linux-only/out-of-scope-file-paths-using-shortcut", Invalid(Fault::ManifestPath), |bag| {
        listing(bag, "~/x")
    }),
    ("linux-only/out-of-scope-file-paths-using-shortcut-for-fetch", Invalid(Fault::Fetch), |bag| {
        with_fetch(bag, "http://example.org/ - ~/x\n");
    }),
    (
        "linux-only/out-of-scope-file-paths-using-shortcut-username",
        Invalid(Fault::ManifestPath),
        |bag| listing(bag, "~root/x"),
    ),
    (
        "linux-only/out-of-scope-file-paths-using-shortcut-username-for-fetch",
        Invalid(Fault::Fetch),
        |bag| {
            with_fetch(bag, "http://example.org/ - ~root/x\n");
        },
    ),
    (
        "windows-only/out-of-scope-file-paths-using-absolute-path",
        Invalid(Fault::ManifestPath),
        |bag| listing(bag, "C:\\x"),
    ),
    (
        "windows-only/out-of-scope-file-paths-using-absolute-path-for-fetch",
        Invalid(Fault::Fetch),
        |bag| {
            with_fetch(bag, "http://example.org/ - C:\\x\n");
        },
    ),
    ("windows-only/out-of-scope-file-paths-using-shortcut", Invalid(Fault::ManifestPath), |bag| {
        listing(bag, "%HOMEDRIVE%\\x")
    }),
    (
        "windows-only/out-of-scope-file-paths-using-shortcut-for-fetch",
        Invalid(Fault::Fetch),
        |bag| {
            with_fetch(bag, "http://example.org/ - %HOMEDRIVE%\\x\n");
        },
    ),
    ("windows-only/out-of-scope-file-paths-using-unc", Invalid(Fault::ManifestPath), |bag| {
        listing(bag, "\\\\host\\x")
    }),
    ("windows-only/out-of-scope-file-paths-using-unc-for-fetch", Invalid(Fault::Fetch), |bag| {
        with_fetch(bag, "http://example.org/ - \\\\host\\x\n");
    }),
];

#[test]
fn conformance_suite_verdicts() {
    for (name, verdict, make) in CASES {
        let mut bag = basic();
        make(&mut bag);
        let checked = bag.check();
        let has = |fault| checked.deviations.iter().any(|d| d.fault == fault);
        let good = match *verdict {
            Valid => checked.deviations.is_empty(),
            Warning => checked.deviations.is_empty() && !checked.remarks.is_empty(),
            Invalid(fault) | Refused(fault) => has(fault),
        };
        assert!(good, "{name} is {verdict:?}: {:?} {:?}", checked.deviations, checked.remarks);
    }
}

#[test]
fn deviations_have_their_place() {
    let mut bag = basic();
    bag.put("data/bare-filename", "bear");
    bag.0.remove(b"data/text-file.txt".as_slice());
    bag.put("data/more", "more");
    bag.put("data/link", "-> /etc/passwd");
    bag.0.insert(b"data/\xff".to_vec(), Vec::new());
    bag.put("data/a\nb", "");
    bag.put("DATA/bare-filename", "");
    bag.put("MANIFEST-sha256.txt", "");
    let found: Vec<String> = bag.check().deviations.iter().map(ToString::to_string).collect();
    for wanted in [
        "data/bare-filename: altered: its digest differs from manifest-sha256.txt:1",
        "data/bare-filename: altered: its digest differs from manifest-sha512.txt:1",
        "data/text-file.txt: missing: listed in manifest-sha256.txt:2",
        "data/more: unlisted: not listed in manifest-sha256.txt",
        "data/link: not-a-file",
        "data/\u{fffd}: unsafe-name: not UTF-8",
        "data/a\nb: unsafe-name: contains a control character",
        "data/bare-filename: looks-alike: DATA/bare-filename",
        "manifest-sha256.txt: looks-alike: MANIFEST-sha256.txt",
    ] {
        assert!(found.iter().any(|line| line == wanted), "{wanted:?} is not in {found:#?}");
    }
    assert_eq!(bag.check().payload(), (2, 8), "only regular files with safe names count");
}

#[test]
fn invalid_lines_and_sizes_are_found() {
    for (path, from, to, fault) in [
        ("bag-info.txt", "8.2", "8.3", Fault::Oxum),
        ("bag-info.txt", "8.2", "08.2", Fault::Oxum),
        ("bag-info.txt", "8.2\n", "8.2\nPayload-Oxum: 8.2\n", Fault::Oxum),
        ("bag-info.txt", "Payload-Oxum: 8.2", "no colon", Fault::Info),
        ("bag-info.txt", "Payload", " x\nPayload", Fault::Info),
        ("manifest-sha256.txt", "data/", "data//", Fault::ManifestPath),
        ("manifest-sha256.txt", "data/bare-filename", "bagit.txt", Fault::ManifestPath),
        ("manifest-sha256.txt", "data/bare-filename", "data/bare%0Afilename", Fault::ManifestPath),
        ("manifest-sha256.txt", "data/bare-filename", "data/bare%0d", Fault::ManifestPath),
        ("manifest-sha256.txt", "  data/", "data/", Fault::ManifestLine),
        ("manifest-sha256.txt", "  data/bare-filename\n", "\n", Fault::ManifestLine),
        ("manifest-sha256.txt", "\n", "\n\n", Fault::ManifestLine),
    ] {
        let mut bag = basic();
        bag.edit(path, from, to);
        bag.list_tags();
        let checked = bag.check();
        assert!(
            checked.deviations.iter().any(|d| d.fault == fault && d.place.starts_with(path)),
            "{to:?}: {checked:?}"
        );
    }
    let mut bag = basic();
    for name in ["manifest-sha256.txt", "manifest-sha512.txt"] {
        bag.0.remove(name.as_bytes());
    }
    bag.list_tags();
    assert_eq!(bag.check().deviations[0].fault, Fault::NoManifest);
    let mut bag = basic();
    let long = "f".repeat(1 << 20);
    bag.put("manifest-sha256.txt", &long);
    assert!(bag.check().deviations.iter().any(|d| d.fault == Fault::ManifestLine));
    bag = basic();
    bag.edit("tagmanifest-sha256.txt", "bag-info.txt", "data/text-file.txt");
    assert!(bag.check().deviations.iter().any(|d| d.fault == Fault::ManifestPath));
}

#[test]
fn all_line_endings_are_accepted() {
    for end in ["\r\n", "\r"] {
        let mut bag = basic();
        for path in ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt"] {
            let text = bag.text(path).replace('\n', end);
            bag.put(path, &text);
        }
        bag.list_tags();
        assert_eq!(bag.check().deviations, []);
    }
    let mut bag = basic();
    let upper = bag.text("manifest-sha256.txt").replace("  data", "\t \tdata");
    bag.put("manifest-sha256.txt", &upper);
    bag.list_tags();
    assert_eq!(bag.check().deviations, []);
}

#[test]
fn names_with_trailing_dots_and_spaces_are_confusable() {
    for (one, other) in
        [("a", "a."), ("b.txt", "b.txt "), ("c/x", "C./x"), ("stra\u{df}e", "strasse")]
    {
        let checked = Bag::new(&[(one, "1"), (other, "2")]).check();
        assert!(
            checked.deviations.iter().any(|found| found.fault == Fault::LooksAlike),
            "{one} {other}"
        );
    }
}

#[test]
fn the_number_of_findings_is_limited() {
    let mut bag = basic();
    bag.put("manifest-sha256.txt", &"\n".repeat(300_000));
    bag.put("bag-info.txt", &"x\n".repeat(10));
    let checked = bag.check();
    assert_eq!(checked.deviations.len(), exhibit_proof::bagit::MAX_FINDINGS + 1);
    assert!(
        checked.deviations.iter().any(|found| found.detail == "further findings are not listed")
    );
}
