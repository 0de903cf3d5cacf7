//! Every kind of tampering with the folder of a case, and every forgery of a row: each is named with its place.
//!
//! Tampering with bags is tried in `exhibit-bag`.

use crate::audited::audited;
use exhibit_audit::{AuditOptions, NoProgress, audit};
use exhibit_bag::{QuoteStatus, check_quotes};
use exhibit_case::{Case, CaseFolder, Principal};
use exhibit_model::{MetadataKey, NoteCode, Reason, Relation, State};
use exhibit_testing::{TestCase, TestItem, copy_folder, files_below, flip, overwrite};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const NOTICE: &str = "第一条 严防逃跑。\n第二条 所有进出人员须由值班员逐一登记，不得遗漏。\n";

/// A case that is tampered with, an earlier copy of the same case, and another case.
struct Forged {
    case: TestCase,
    earlier: PathBuf,
    other: PathBuf,
}

impl Forged {
    fn at(&self, path: &str) -> PathBuf {
        self.case.path(path)
    }

    /// The `nth` file below a folder that is not empty.
    fn file(&self, below: &str, nth: usize) -> PathBuf {
        let mut files = self.case.files(below);
        files.retain(|file| fs::metadata(file).expect("metadata").len() > 0);
        files.swap_remove(nth)
    }

    fn alter(&self, file: &Path, how: impl FnOnce(&mut Vec<u8>)) {
        overwrite(file, how);
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.at(path)).expect("read");
        assert!(text.contains(from), "{path} has no {from:?}: {text}");
        fs::write(self.at(path), text.replacen(from, to, 1)).expect("write");
    }

    fn take(&self, from: &Path, path: &str) {
        let (from, to) = (from.join(path), self.at(path));
        if from.is_dir() {
            return copy_folder(&from, &to);
        }
        fs::copy(from, to).expect("copy");
    }

    fn sql(&self, statements: &str) {
        self.case.sql(statements);
    }
}

fn setting(case: &Path, key: &str) -> String {
    let text = fs::read_to_string(case.join(CaseFolder::SETTINGS)).expect("read");
    text.lines().find(|line| line.starts_with(&format!("{key} = "))).expect("a setting").to_owned()
}

/// What is done, how the place of a finding begins, a part of the finding's line, and how it is done.
type Tampering = (&'static str, &'static str, &'static str, fn(&Forged));

const TAMPERINGS: &[Tampering] = &[
    ("a bit of an original", "originals/", "altered", |c| {
        c.alter(&c.file("originals", 0), |b| b[0] ^= 1)
    }),
    ("an original cut short", "originals/", "altered", |c| {
        c.alter(&c.file("originals", 1), |b| b.truncate(5))
    }),
    ("an original grown", "originals/", "altered", |c| {
        c.alter(&c.file("originals", 1), |b| b.push(b'\n'))
    }),
    ("an original emptied", "originals/", "altered", |c| {
        c.alter(&c.file("originals", 0), Vec::clear)
    }),
    ("an original removed", "originals/", "is missing", |c| {
        fs::remove_file(c.file("originals", 0)).expect("remove")
    }),
    ("two originals swapped", "originals/", "altered", |c| {
        let (one, two) = (c.file("originals", 0), c.file("originals", 1));
        let bytes = fs::read(&one).expect("read");
        fs::copy(&two, &one).expect("copy");
        fs::write(two, bytes).expect("write");
    }),
    ("an original under another name", "originals/", "is missing", |c| {
        let file = c.file("originals", 0);
        fs::rename(&file, file.with_file_name("0".repeat(62))).expect("rename");
    }),
    (
        "a link to the same bytes elsewhere in place of an original",
        "originals/",
        "unexpected file",
        |c| {
            let file = c.file("originals", 0);
            let elsewhere = c.case.beside("elsewhere");
            fs::copy(&file, &elsewhere).expect("copy");
            fs::remove_file(&file).expect("remove");
            symlink(elsewhere, file).expect("link");
        },
    ),
    ("a file added among the originals", "originals/", "unexpected file", |c| {
        fs::write(c.at("originals/notes.txt"), "mine").expect("write");
    }),
    ("a name of full-width digits among the originals", "originals/", "unexpected file", |c| {
        let folder = c.at("originals/００");
        fs::create_dir_all(&folder).expect("folder");
        fs::write(folder.join("a".repeat(62)), "x").expect("write");
    }),
    ("a bit of a page pack", "EXH-0000", "derived/pages", |c| {
        c.alter(&c.file("derived/pages", 0), |b| {
            let middle = b.len() / 2;
            b[middle] ^= 1;
        });
    }),
    ("a page pack cut short", "EXH-0000", "derived/pages", |c| {
        c.alter(&c.file("derived/pages", 0), |b| b.truncate(b.len() / 2));
    }),
    ("a page pack removed", "EXH-0000", "derived/pages", |c| {
        fs::remove_file(c.file("derived/pages", 0)).expect("remove");
    }),
    ("another case's page packs", "EXH-0000", "derived/pages", |c| {
        c.take(&c.other, "derived/pages")
    }),
    ("a page swapped for another's in the catalogue", "EXH-0000", "log entry", |c| {
        c.sql("UPDATE pages SET (pack, place, digest, text_digest) = (SELECT pack, place, digest, text_digest FROM pages WHERE item = 1) WHERE item = 2");
    }),
    ("a row of the ledger removed", "EXH-000001", "records its receipt", |c| {
        c.sql("DELETE FROM pages WHERE item = 1; DELETE FROM metadata WHERE item = 1; DELETE FROM notes WHERE item = 1; DELETE FROM items WHERE id = 1");
    }),
    ("a row of the ledger repeated", "EXH-0000", "receipt", |c| {
        c.sql("CREATE TEMP TABLE t AS SELECT * FROM items WHERE id = 1; UPDATE t SET id = 99; INSERT INTO items SELECT * FROM t");
    }),
    ("another path in the ledger", "EXH-000001", "its path is not the one", |c| {
        c.sql("UPDATE items SET path = CAST('innocent.txt' AS BLOB) WHERE id = 1");
    }),
    ("another state in the ledger", "EXH-000001", "log", |c| {
        c.sql("UPDATE items SET state = 'failed', reason = 'stopped' WHERE id = 1");
    }),
    ("another size in the ledger", "EXH-000001", "another size", |c| {
        c.sql("UPDATE items SET size = size + 1 WHERE id = 1")
    }),
    ("another source in the ledger", "source 2", "do not agree", |c| {
        c.sql("INSERT INTO sources (path, name, received) VALUES (CAST('/x' AS BLOB), 'x', 0)");
    }),
    ("an opening removed", "EXH-000001", "does not open", |c| {
        c.sql("DELETE FROM openings WHERE field = 'name'")
    }),
    ("a wrong salt of an opening", "EXH-000001", "does not open", |c| {
        c.sql("UPDATE openings SET salt = zeroblob(16) WHERE field = 'name'");
    }),
    ("a letter moved from a path into its salt", "EXH-000001", "does not open", |c| {
        c.sql("UPDATE openings SET salt = CAST(salt || substr(value, 1, 1) AS BLOB), value = substr(value, 2) WHERE field = 'name' AND seq > 1; \
               UPDATE items SET path = substr(path, 2)");
    }),
    ("another case's catalogue", "originals/", "no row of the ledger", |c| {
        c.take(&c.other, "catalogue.db")
    }),
    ("no catalogue", "", "is not a database", |c| {
        fs::write(c.at("catalogue.db"), "not a database").expect("write")
    }),
    ("a bit of a log entry", "custody", "does not match its hash", |c| {
        c.alter(&c.file("custody/tile/entries", 0), |b| b[20] ^= 1);
    }),
    ("two log entries swapped", "custody", "does not match its hash", |c| {
        c.alter(&c.file("custody/tile/entries", 0), |b| {
            let length = |at: usize| 2 + usize::from(b[at]) * 256 + usize::from(b[at + 1]);
            let (first, second) = (length(0), length(length(0)));
            b[..first + second].rotate_left(first);
        });
    }),
    ("a log entry repeated", "custody", "must", |c| {
        c.alter(&c.file("custody/tile/entries", 0), |b| {
            let first = 2 + usize::from(b[0]) * 256 + usize::from(b[1]);
            b.extend_from_within(..first);
        });
    }),
    ("a bit of the log's hashes", "custody", "does not match", |c| {
        c.alter(&c.file("custody/tile/0", 0), |b| b[40] ^= 1)
    }),
    ("the log's hashes cut short", "custody", "does not contain", |c| {
        c.alter(&c.file("custody/tile/0", 0), |b| b.truncate(b.len() - 32));
    }),
    ("the log's entries removed", "custody", "is missing", |c| {
        fs::remove_file(c.file("custody/tile/entries", 0)).expect("remove");
    }),
    ("a file added to the log", "custody", "not part of the log", |c| {
        fs::write(c.at("custody/x"), "").expect("write")
    }),
    ("an earlier log", "custody", "cut back", |c| c.take(&c.earlier, "custody")),
    ("an earlier checkpoint", "custody", "cut back", |c| c.take(&c.earlier, "custody/checkpoint")),
    ("another case's checkpoint", "custody", "not signed", |c| {
        c.take(&c.other, "custody/checkpoint")
    }),
    ("another size in the checkpoint", "custody", "not signed", |c| {
        c.replace("custody/checkpoint", "custody\n", "custody\n1")
    }),
    ("a bit of the signature", "custody", "not signed", |c| {
        c.alter(&c.at("custody/checkpoint"), |b| {
            let last = b.len() - 12;
            b[last] = if b[last] == b'A' { b'B' } else { b'A' };
        });
    }),
    ("another case's key", "custody", "another key", |c| c.take(&c.other, "custody/key.pub")),
    ("another case's log", "custody", "another key", |c| c.take(&c.other, "custody")),
    ("another name in the settings", "exhibit.toml", "`name`", |c| {
        c.replace("exhibit.toml", "name = \"", "name = \"x")
    }),
    ("another prefix in the settings", "exhibit.toml", "`prefix`", |c| {
        c.replace("exhibit.toml", "\"EXH\"", "\"EXI\"")
    }),
    ("another day in the settings", "exhibit.toml", "`created`", |c| {
        c.replace("exhibit.toml", "created = \"2", "created = \"3");
    }),
    ("another key in the settings", "custody", "another key", |c| {
        c.replace(
            "exhibit.toml",
            &setting(&c.case.folder(), "verifier"),
            &setting(&c.other, "verifier"),
        );
    }),
    ("settings that cannot be read", "", "exhibit.toml", |c| {
        fs::write(c.at("exhibit.toml"), "form = ").expect("write")
    }),
    ("a bit of the index", "index/", "altered", |c| {
        let files = files_below(&c.at("index"));
        let file =
            files.iter().find(|file| file.extension().is_some_and(|e| e == "term")).expect("terms");
        c.alter(file, |b| b[0] ^= 1);
    }),
];

type QuoteTampering = (&'static str, &'static str, &'static str, fn(&Forged));

/// What is done to quotes, which quote is named, and its status.
const QUOTES: &[QuoteTampering] = &[
    ("a forged quote", "Q-0000", "not-logged", |c| {
        c.alter(&c.file("quotes", 0), |b| {
            let text = String::from_utf8(b.clone()).expect("UTF-8").replace("逐一登记", "不必登记");
            *b = text.into_bytes();
        })
    }),
    ("a quote said to be on another page", "Q-0000", "not-logged", |c| {
        c.alter(&c.file("quotes", 0), |b| {
            *b = String::from_utf8(b.clone())
                .expect("UTF-8")
                .replace("page=1", "page=2")
                .into_bytes();
        })
    }),
    ("a quote under another number", "Q-000001", "unreadable", |c| {
        fs::rename(c.file("quotes", 0), c.at("quotes/Q-000001.json")).expect("rename");
    }),
    ("a quote with another spelling", "Q-0000", "unreadable", |c| {
        c.alter(&c.file("quotes", 0), |b| b.push(b' '))
    }),
    ("a quote of a page that says something else now", "Q-0000", "broken", |c| {
        c.sql("UPDATE pages SET (pack, place, digest, text_digest) = (SELECT pack, place, digest, text_digest FROM pages WHERE item = 1) WHERE item = 2");
    }),
];

/// A case with a quote, an earlier copy of it, and another case.
fn cases() -> (TestCase, PathBuf, TestCase) {
    let case =
        TestCase::of_texts(&[("b.html", "the registers were destroyed"), ("notice.txt", NOTICE)]);
    let earlier = case.beside("earlier");
    copy_folder(&case.folder(), &earlier);
    let _ = case.add_texts(&[("later.txt", "a list of names")]);
    let _ = case.quote("notice.txt", 1, "须由值班员逐一登记");
    let other = TestCase::of_seed(7);
    let _ = other.add_texts(&[("other.txt", "quite another case")]);
    (case, earlier, other)
}

#[test]
fn every_kind_of_tampering_with_a_case_is_named() {
    let (case, earlier, other) = cases();
    assert!(audited(&case).is_good() && audited(&other).is_good());
    assert!(TAMPERINGS.len() >= 40);
    let mut missed = Vec::new();
    for (name, place, what, tamper) in TAMPERINGS {
        let forged =
            Forged { case: case.duplicate(), earlier: earlier.clone(), other: other.folder() };
        tamper(&forged);
        let found: Vec<(String, String)> = audited(&forged.case)
            .deviations()
            .map(|finding| (finding.place(), finding.text()))
            .collect();
        let is_named = found
            .iter()
            .any(|(at, text)| at.starts_with(place) && format!("{at}: {text}").contains(what));
        if !is_named {
            missed.push(format!("{name}: {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_kind_of_tampering_with_quotes_is_named() {
    let (case, earlier, other) = cases();
    let statuses = |case: &Case| -> Vec<(String, &str)> {
        let checked = check_quotes(&case.view(Principal::LOCAL)).expect("checked");
        let word = |status: &QuoteStatus| match status {
            QuoteStatus::Valid => "valid",
            QuoteStatus::Reread => "reread",
            QuoteStatus::Superseded { .. } => "superseded",
            QuoteStatus::Broken { .. } => "broken",
            QuoteStatus::PageGone => "page-gone",
            QuoteStatus::NotLogged => "not-logged",
            QuoteStatus::Unreadable => "unreadable",
        };
        checked.iter().map(|quote| (quote.id.clone(), word(&quote.standing))).collect()
    };
    assert!(statuses(&case.open()).iter().all(|(_, status)| *status == "valid"));
    for (name, id, status, tamper) in QUOTES {
        let forged =
            Forged { case: case.duplicate(), earlier: earlier.clone(), other: other.folder() };
        tamper(&forged);
        let found = statuses(&forged.case.open());
        assert!(
            found.iter().any(|(quote, found)| quote.starts_with(id) && found == status),
            "{name}: {found:?}"
        );
    }
}

/// A case with a document, its copy, notes, a container with members, and a link.
fn varied() -> TestCase {
    TestCase::new(&[
        TestItem::text("a.txt", "所有进出人员须由值班员逐一登记。")
            .note(1, NoteCode::FileUpdated { times: 2 }),
        TestItem::text("b.txt", "the registers were destroyed")
            .property(MetadataKey::DC_TITLE, "b"),
        TestItem::text("copy.txt", "the registers were destroyed"),
        TestItem::archive("mail.mbox"),
        TestItem::message("1", "a@example.org", "one", "first").within("mail.mbox"),
        TestItem::message("2", "a@example.org", "two", "second").within("mail.mbox"),
        TestItem::without_bytes("link", State::Unsupported, Reason::SymbolicLink { target: None })
            .relation(Relation::File),
    ])
}

/// Forgeries of rows, each of which changes something.
const FORGERIES: &[&str] = &[
    "DELETE FROM pages WHERE item = 1; DELETE FROM metadata WHERE item = 1; DELETE FROM notes WHERE item = 1; DELETE FROM items WHERE id = 1",
    "UPDATE items SET sha256 = NULL WHERE id = 1",
    "DELETE FROM pages WHERE item = 1",
    "UPDATE pages SET (pack, place, digest, text_digest) = (SELECT pack, place, digest, text_digest FROM pages WHERE item = 1) WHERE item = 2",
    "DELETE FROM openings WHERE seq > 0; UPDATE items SET path = CAST('innocent.txt' AS BLOB) WHERE id = 1",
    "UPDATE items SET path = CAST('innocent.txt' AS BLOB) WHERE id = 1",
    "UPDATE items SET state = 'failed', reason = 'forged', settled_seq = NULL WHERE id = 1",
    "UPDATE items SET state = 'failed', reason = 'no-pages' WHERE id = 1",
    "UPDATE items SET state = 'read' WHERE state = 'duplicate'",
    "UPDATE items SET duplicate_of = 1 WHERE state = 'duplicate'",
    "UPDATE items SET reason = 'device', reason_values = '{}' WHERE state = 'unsupported'",
    "UPDATE items SET cut = 'replaced' WHERE id = 1",
    "UPDATE notes SET code = 'decrypted', code_values = '{}'",
    "UPDATE notes SET page = page + 1",
    "DELETE FROM notes",
    "UPDATE items SET size = size + 1 WHERE id = 1",
    "UPDATE items SET container = NULL WHERE container IS NOT NULL",
    "UPDATE items SET relation = 'attachment' WHERE container IS NOT NULL",
    "DELETE FROM items WHERE container IS NOT NULL; UPDATE items SET found = 0, settled_seq = NULL WHERE found > 0",
    "UPDATE items SET found = found + 1 WHERE found > 0",
    "UPDATE items SET media_type = 'text/html' WHERE id = 1",
    "UPDATE metadata SET value = 'forged'",
    "UPDATE items SET languages = 'fr' WHERE id = 1; UPDATE pages SET text_digest = zeroblob(32) WHERE item = 1",
    "INSERT INTO sources (path, name, received) VALUES (CAST('/x' AS BLOB), 'x', 0)",
    "UPDATE openings SET value = CAST('x' AS BLOB) WHERE field = 'name'",
    "UPDATE items SET seq = seq + 1 WHERE id = 1",
];

#[test]
fn rows_removed_or_forged_are_named() {
    let case = varied();
    assert_eq!(audited(&case).findings.len(), 0);
    let mut missed = Vec::new();
    for forgery in FORGERIES {
        let forged = case.duplicate();
        forged.sql(forgery);
        if audited(&forged).is_good() {
            missed.push(forgery);
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_flipped_byte_in_any_file_is_named() {
    let case = varied();
    let mut files = 0;
    for folder in [CaseFolder::ORIGINALS, CaseFolder::PACKS, CaseFolder::CUSTODY] {
        for file in case.files(folder) {
            let length =
                usize::try_from(fs::metadata(&file).expect("metadata").len()).expect("small");
            files += usize::from(length > 0);
            for at in [0, length / 3, length.saturating_sub(1)].into_iter().filter(|_| length > 0) {
                flip(&file, at);
                let found = audited(&case);
                let top = folder.split('/').next().expect("a folder");
                let is_named = found.deviations().any(|finding| finding.place().contains(top));
                assert!(is_named, "{} at {at}: {:?}", file.display(), found.findings);
                flip(&file, at);
            }
        }
    }
    assert!(files >= 8, "{files}");
    assert!(audited(&case).is_good());
}

#[test]
fn a_name_altered_in_the_database_file_is_named() {
    let case = TestCase::of_texts(&[("registers-of-june.txt", "one")]);
    // the write-ahead log was merged when the last connection closed
    let path = case.path(CaseFolder::CATALOGUE);
    let bytes = fs::read(&path).expect("read");
    let needle = b"registers-of-june.txt";
    let places: Vec<usize> =
        (0..bytes.len() - needle.len()).filter(|at| bytes[*at..].starts_with(needle)).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| flip(&path, at));
    let found = audited(&case);
    assert!(
        found.deviations().any(|finding| finding.place() == "EXH-000001"),
        "{:?}",
        found.findings
    );
}

#[test]
fn damage_in_several_places_is_found_in_one_run() {
    let case = varied();
    let originals = case.files(CaseFolder::ORIGINALS);
    fs::remove_file(&originals[0]).expect("removed");
    flip(&originals[1], 0);
    fs::create_dir_all(case.path("originals/zz")).expect("made");
    fs::write(case.path("originals/zz/notes.txt"), "mine").expect("written");
    let found = audited(&case);
    let codes: Vec<_> =
        found.deviations().map(|finding| finding.fault.code().into_owned()).collect();
    for code in ["original-missing", "original-altered", "unexpected-file"] {
        assert!(codes.iter().any(|found| found == code), "{code}: {codes:?}");
    }
    let fixity = found.fixity();
    assert_eq!((fixity.missing, fixity.altered), (1, 1));
}

#[test]
fn a_check_never_changes_a_case() {
    let case = varied();
    let contents = |folder: &Path| -> Vec<(PathBuf, Vec<u8>)> {
        let volatile = |file: &Path| file.to_string_lossy().contains("catalogue.db-");
        let files = files_below(folder).into_iter().filter(|file| !volatile(file));
        files.map(|file| (file.clone(), fs::read(&file).expect("read"))).collect()
    };
    flip(&case.files(CaseFolder::ORIGINALS)[0], 0);
    let before = contents(&case.folder());
    let first = audited(&case);
    let again = audit(&case.folder(), &AuditOptions::default(), &mut NoProgress).expect("checked");
    assert_eq!(first.findings.len(), again.findings.len());
    assert_eq!(contents(&case.folder()), before);
}

#[test]
fn every_change_of_the_file_of_tags_is_named() {
    let case = TestCase::of_texts(&[("a.txt", "one"), ("b.txt", "two")]);
    for tag in ["one", "two", "three"] {
        case.tag("a.txt", tag);
    }
    let file = case.path(CaseFolder::TAGS);
    let good = fs::read_to_string(&file).expect("tags");
    let lines: Vec<&str> = good.lines().collect();
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    for (how, bytes, place) in [
        ("another tag", good.replace("\"two\"", "\"ten\""), "tags.ndjson, change 2"),
        ("off", good.replacen("true", "false", 1), "tags.ndjson, change 1"),
        (
            "another document",
            good.replacen("\"document\":1", "\"document\":2", 1),
            "tags.ndjson, change 1",
        ),
        (
            "no document",
            good.replacen("\"document\":1", "\"document\":77", 1),
            "tags.ndjson, change 1",
        ),
        ("another time", good.replacen("\"at\":1", "\"at\":2", 1), "tags.ndjson, change 1"),
        ("the first two swapped", joined(&[lines[1], lines[0], lines[2]]), "tags.ndjson, change 1"),
        ("the last removed", joined(&lines[..2]), "tags.ndjson"),
        ("one removed", joined(&[lines[0], lines[2]]), "tags.ndjson, change 2"),
        (
            "one repeated",
            joined(&[lines[0], lines[0], lines[1], lines[2]]),
            "tags.ndjson, change 2",
        ),
        ("one damaged", good.replacen("\"on\"", "\"no\"", 1), "tags.ndjson, change 1"),
        ("all removed", String::new(), "tags.ndjson"),
    ] {
        assert_ne!(bytes, good, "{how}");
        fs::write(&file, bytes).expect("written");
        let found: Vec<String> =
            audited(&case).deviations().map(|finding| finding.place()).collect();
        assert!(found.iter().any(|found| found == place), "{how}: {found:?}");
    }
    fs::write(&file, &good).expect("written");
    assert!(audited(&case).is_good());
}
