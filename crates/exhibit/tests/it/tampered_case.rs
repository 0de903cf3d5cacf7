//! A good case, and every kind of tampering with its folder: each detected, and named with its place.
//!
//! The catalogue's rows have a test of their own beside this one ([`crate::tamper`]); bags too ([`crate::handover`]).

use crate::bench::Bench;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const NOTICE: &str = "第一条 严防逃跑。\n第二条 所有进出人员须由值班员逐一登记，不得遗漏。\n";

/// A copy of a case that is tampered with, an earlier copy of the same case, and another case.
struct Forged {
    case: PathBuf,
    earlier: PathBuf,
    other: PathBuf,
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("list").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).expect("folder");
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).expect("below"));
        fs::create_dir_all(target.parent().expect("a parent")).expect("folders");
        fs::copy(&file, &target).expect("copy");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).expect("permissions");
    }
}

impl Forged {
    fn at(&self, path: &str) -> PathBuf {
        self.case.join(path)
    }

    /// The `nth` file below a folder that has any bytes.
    fn file(&self, below: &str, nth: usize) -> PathBuf {
        let files = files_below(&self.at(below));
        files
            .into_iter()
            .filter(|file| fs::metadata(file).expect("metadata").len() > 0)
            .nth(nth)
            .expect("so many files")
    }

    fn alter(&self, file: &Path, how: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(file).expect("read");
        let before = bytes.clone();
        how(&mut bytes);
        assert_ne!(before, bytes, "{}", file.display());
        fs::write(file, bytes).expect("write");
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.at(path)).expect("read");
        assert!(text.contains(from), "{path} has no {from:?}: {text}");
        fs::write(self.at(path), text.replacen(from, to, 1)).expect("write");
    }

    fn take(&self, from: &Path, path: &str) {
        let (from, to) = (from.join(path), self.at(path));
        if from.is_dir() {
            return copy(&from, &to);
        }
        fs::copy(from, to).expect("copy");
    }

    fn sql(&self, statements: &str) {
        let catalogue = rusqlite::Connection::open(self.at("catalogue.db")).expect("open");
        catalogue.execute_batch(&format!("PRAGMA foreign_keys = off; {statements}")).expect("forge");
        assert!(catalogue.total_changes() > 0, "{statements}");
    }

    fn setting(&self, key: &str) -> String {
        let text = fs::read_to_string(self.at("exhibit.toml")).expect("read");
        text.lines().find(|line| line.starts_with(&format!("{key} = "))).expect("a setting").to_owned()
    }
}

/// What is done, what a line of the report must begin with, what it must say, and how it is done.
type Tampering = (&'static str, &'static str, &'static str, fn(&Forged));

const TAMPERINGS: &[Tampering] = &[
    ("a bit of an original", "originals/", "altered", |c| c.alter(&c.file("originals", 0), |b| b[0] ^= 1)),
    ("an original cut short", "originals/", "altered", |c| c.alter(&c.file("originals", 1), |b| b.truncate(5))),
    ("an original grown", "originals/", "altered", |c| c.alter(&c.file("originals", 1), |b| b.push(b'\n'))),
    ("an original emptied", "originals/", "altered", |c| c.alter(&c.file("originals", 0), Vec::clear)),
    ("an original removed", "originals/", "is missing", |c| fs::remove_file(c.file("originals", 0)).expect("remove")),
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
    ("a link to the same bytes elsewhere in place of an original", "originals/", "unexpected file", |c| {
        let file = c.file("originals", 0);
        let elsewhere = c.case.with_file_name("elsewhere");
        fs::copy(&file, &elsewhere).expect("copy");
        fs::remove_file(&file).expect("remove");
        symlink(elsewhere, file).expect("link");
    }),
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
    ("another case's page packs", "EXH-0000", "derived/pages", |c| c.take(&c.other, "derived/pages")),
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
        c.sql("UPDATE items SET state = 'failed', reason = 'forged' WHERE id = 1");
    }),
    ("another size in the ledger", "EXH-000001", "another size", |c| {
        c.sql("UPDATE items SET size = size + 1 WHERE id = 1")
    }),
    ("another source in the ledger", "source 2", "do not agree", |c| {
        c.sql("INSERT INTO sources (path, name, received) VALUES (CAST('/x' AS BLOB), 'x', 0)");
    }),
    ("an opening removed", "EXH-000001", "does not open", |c| c.sql("DELETE FROM openings WHERE field = 'name'")),
    ("a wrong salt of an opening", "EXH-000001", "does not open", |c| {
        c.sql("UPDATE openings SET salt = zeroblob(16) WHERE field = 'name'");
    }),
    ("a letter moved from a path into its salt", "EXH-000001", "does not open", |c| {
        c.sql("UPDATE openings SET salt = CAST(salt || substr(value, 1, 1) AS BLOB), value = substr(value, 2) WHERE field = 'name' AND seq > 1; \
               UPDATE items SET path = substr(path, 2)");
    }),
    ("another case's catalogue", "originals/", "no row of the ledger", |c| c.take(&c.other, "catalogue.db")),
    ("no catalogue", "", "is not a database", |c| fs::write(c.at("catalogue.db"), "not a database").expect("write")),
    ("a bit of a log entry", "custody", "does not fit its hash", |c| {
        c.alter(&c.file("custody/tile/entries", 0), |b| b[20] ^= 1);
    }),
    ("two log entries swapped", "custody", "does not fit its hash", |c| {
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
    ("a bit of the log's hashes", "custody", "does not fit", |c| c.alter(&c.file("custody/tile/0", 0), |b| b[40] ^= 1)),
    ("the log's hashes cut short", "custody", "does not hold", |c| {
        c.alter(&c.file("custody/tile/0", 0), |b| b.truncate(b.len() - 32));
    }),
    ("the log's entries removed", "custody", "is missing", |c| {
        fs::remove_file(c.file("custody/tile/entries", 0)).expect("remove");
    }),
    ("a file added to the log", "custody", "no part of the log", |c| fs::write(c.at("custody/x"), "").expect("write")),
    ("an earlier log", "custody", "cut back", |c| c.take(&c.earlier, "custody")),
    ("an earlier checkpoint", "custody", "cut back", |c| c.take(&c.earlier, "custody/checkpoint")),
    ("another case's checkpoint", "custody", "not signed", |c| c.take(&c.other, "custody/checkpoint")),
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
    ("another prefix in the settings", "exhibit.toml", "`prefix`", |c| c.replace("exhibit.toml", "\"EXH\"", "\"EXI\"")),
    ("another day in the settings", "exhibit.toml", "`created`", |c| {
        c.replace("exhibit.toml", "created = \"2", "created = \"3");
    }),
    ("another key in the settings", "custody", "another key", |c| {
        let other = Forged { case: c.other.clone(), earlier: PathBuf::new(), other: PathBuf::new() };
        c.replace("exhibit.toml", &c.setting("verifier"), &other.setting("verifier"));
    }),
    ("settings that cannot be read", "", "exhibit.toml", |c| {
        fs::write(c.at("exhibit.toml"), "form = ").expect("write")
    }),
    ("a bit of the index", "index/", "altered", |c| {
        let files = files_below(&c.at("index"));
        let file = files.iter().find(|file| file.extension().is_some_and(|e| e == "term")).expect("terms");
        c.alter(file, |b| b[0] ^= 1);
    }),
];

/// Quotes are held against their pages and the log by a command of their own.
const QUOTES: &[Tampering] = &[
    ("a forged quote", "Q-0000", "not-logged", |c| {
        c.alter(&c.file("quotes", 0), |b| {
            let text = String::from_utf8(b.clone()).expect("UTF-8").replace("逐一登记", "不必登记");
            *b = text.into_bytes();
        })
    }),
    ("a quote said to be on another page", "Q-0000", "not-logged", |c| {
        c.alter(&c.file("quotes", 0), |b| {
            *b = String::from_utf8(b.clone()).expect("UTF-8").replace("page=1", "page=2").into_bytes();
        })
    }),
    ("a quote under another number", "Q-000001", "unreadable", |c| {
        fs::rename(c.file("quotes", 0), c.at("quotes/Q-000001.json")).expect("rename");
    }),
    ("a quote with another spelling", "Q-0000", "unreadable", |c| c.alter(&c.file("quotes", 0), |b| b.push(b' '))),
    ("a quote of a page that says something else now", "Q-0000", "broken", |c| {
        c.sql("UPDATE pages SET (pack, place, digest, text_digest) = (SELECT pack, place, digest, text_digest FROM pages WHERE item = 1) WHERE item = 2");
    }),
];

/// A case with a quote, an earlier copy of it, and another case.
fn cases() -> (Bench, Bench) {
    let bench = Bench::new();
    bench.write("trove/b.html", "<html><title>notice</title><p>the registers were destroyed</html>");
    bench.write("trove/notice.txt", NOTICE);
    let _ = bench.take_in().code(0);
    copy(&bench.path("case"), &bench.path("earlier"));
    bench.write("trove/later.txt", "a list of names");
    let _ = bench.take_in().code(0);
    let quote = ["-C", "case", "quote", "new", "notice.txt", "--page", "1", "--text", "须由值班员逐一登记"];
    let _ = bench.run(&quote).code(0);
    let other = Bench::new();
    other.write("trove/other.txt", "quite another case");
    let _ = other.take_in().code(0);
    (bench, other)
}

#[test]
fn every_kind_of_tampering_with_a_case_is_named() {
    let (bench, other) = cases();
    let forged = Forged { case: bench.path("forged"), earlier: bench.path("earlier"), other: other.path("case") };
    let _ = bench.run(&["-C", "case", "verify", "--no-log"]).code(0);
    assert!(TAMPERINGS.len() >= 40);
    let mut missed = Vec::new();
    for (name, place, what, tamper) in TAMPERINGS {
        copy(&bench.path("case"), &forged.case);
        tamper(&forged);
        let done = bench.run(&["verify", "forged", "--no-log", "--json"]);
        let found = done.objects().first().map(|object| object["deviations"].clone()).unwrap_or_default();
        let named = found.as_array().into_iter().flatten().any(|deviation| {
            let says = |key: &str| deviation[key].as_str().expect("a text").to_owned();
            says("place").starts_with(place) && (says("place") + ": " + &says("text")).contains(what)
        });
        if done.code != 4 || !named {
            missed.push(format!("{name}: {} {found} {}", done.code, done.stderr));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_kind_of_tampering_with_quotes_is_named() {
    let (bench, other) = cases();
    let forged = Forged { case: bench.path("forged"), earlier: bench.path("earlier"), other: other.path("case") };
    let _ = bench.run(&["-C", "case", "quote", "check"]).code(0);
    for (name, id, standing, tamper) in QUOTES {
        copy(&bench.path("case"), &forged.case);
        tamper(&forged);
        let done = bench.run(&["-C", "forged", "quote", "check", "--json"]).code(4);
        let named = done.objects().iter().any(|quote| {
            quote["id"].as_str().is_some_and(|quote| quote.starts_with(id)) && quote["standing"] == *standing
        });
        assert!(named, "{name}: {}", done.stdout);
    }
}
