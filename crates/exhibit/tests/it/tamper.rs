//! A flipped byte anywhere in a case is named.

use crate::bench::Bench;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("list").flatten() {
        if entry.path().is_dir() {
            files_below(&entry.path(), files);
        } else {
            files.push(entry.path());
        }
    }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("read");
    bytes[at] ^= 1;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("permissions");
    fs::write(path, bytes).expect("write");
}

#[test]
fn flipped_bytes_in_originals_pages_and_log_are_named() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    bench.write("trove/b.html", "<html><title>notice</title><p>the registers were destroyed</html>");
    let _ = bench.take_in().code(0);
    let _ = bench.run(&["-C", "case", "verify", "--no-log"]).code(0);
    for folder in ["originals", "derived/pages", "custody"] {
        let mut files = Vec::new();
        files_below(&bench.path("case").join(folder), &mut files);
        files.retain(|file| fs::metadata(file).expect("metadata").len() > 0);
        assert!(!files.is_empty(), "{folder}");
        for file in files {
            let length = usize::try_from(fs::metadata(&file).expect("metadata").len()).expect("small");
            for at in [0, length / 2, length - 1] {
                flip(&file, at);
                let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
                let place = file.strip_prefix(bench.path("case")).expect("below").display().to_string();
                let first = place.split('/').next().expect("a folder");
                assert!(found.stdout.contains(first), "{place} at {at}: {}", found.stdout);
                flip(&file, at);
            }
        }
    }
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn flipped_bytes_in_settings_and_index_are_named() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    let _ = bench.take_in().code(0);
    let toml = bench.path("case/exhibit.toml");
    let text = fs::read_to_string(&toml).expect("settings");
    for (from, to) in
        [("name = \"case\"", "name = \"cash\""), ("\"EXH\"", "\"EXI\""), ("created = \"2", "created = \"3")]
    {
        fs::write(&toml, text.replace(from, to)).expect("write");
        let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
        assert!(found.stdout.contains("exhibit.toml"), "{from}: {}", found.stdout);
    }
    fs::write(&toml, text).expect("write");
    let mut files = Vec::new();
    files_below(&bench.path("case/index"), &mut files);
    files.retain(|file| file.extension().is_some_and(|e| e == "term" || e == "idx" || e == "pos"));
    assert!(!files.is_empty());
    for file in &files {
        flip(file, 0);
        let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
        assert!(found.stdout.contains("index/"), "{}: {}", file.display(), found.stdout);
        flip(file, 0);
    }
    flip(&files[0], 0);
    let _ = bench.run(&["-C", "case", "case", "repair", "--index"]).code(0);
    let _ = bench.run(&["-C", "case", "verify", "--no-log"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "登记"]).code(0);
}

#[test]
fn missing_and_foreign_files_are_named_all_at_once() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "one");
    bench.write("trove/b.txt", "two");
    let _ = bench.take_in().code(0);
    let mut originals = Vec::new();
    files_below(&bench.path("case/originals"), &mut originals);
    fs::remove_file(&originals[0]).expect("remove");
    flip(&originals[1], 0);
    bench.write("case/originals/zz/notes.txt", "mine");
    let found = bench.run(&["-C", "case", "verify"]).code(4);
    for says in ["is missing", "were altered", "unexpected file"] {
        assert!(found.stdout.contains(says), "{says}: {}", found.stdout);
    }
    let as_json = bench.run(&["-C", "case", "verify", "--json"]).code(4);
    assert_eq!(as_json.objects()[0]["deviations"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_the_ledger_says_is_held_against_the_log() {
    let bench = Bench::new();
    bench.write("trove/registers-of-june.txt", "one");
    let _ = bench.take_in().code(0);
    // the write-ahead log is merged when the last connection closes: names stand in the database file
    let path = bench.path("case/catalogue.db");
    let bytes = fs::read(&path).expect("read");
    let needle = b"registers-of-june.txt";
    let places: Vec<usize> = (0..bytes.len() - needle.len()).filter(|at| bytes[*at..].starts_with(needle)).collect();
    assert!(!places.is_empty());
    for at in places {
        flip(&path, at);
    }
    let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("EXH-000001"), "{}", found.stdout);
}

/// A case with a document, its copy, a page of another, a container with members, and a link.
fn varied() -> Bench {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    bench.write("trove/b.txt", "the registers were destroyed");
    bench.write("trove/copy.txt", "the registers were destroyed");
    bench.write("trove/mail.mbox", "From a@b Thu Jan  3 10:00:00 2019\nFrom: a@b\nSubject: one\nDate: Thu, 3 Jan 2019 10:00:00 +0000\n\nfirst\n\nFrom a@b Thu Jan  3 11:00:00 2019\nFrom: a@b\nSubject: two\n\nsecond\n");
    std::os::unix::fs::symlink("/etc/hostname", bench.path("trove/link")).expect("link");
    let _ = bench.take_in().code(3);
    let _ = bench.run(&["-C", "case", "verify", "--no-log"]).code(0);
    bench
}

#[test]
fn rows_removed_or_forged_are_named() {
    let bench = varied();
    let whole = fs::read(bench.path("case/catalogue.db")).expect("read");
    for forgery in [
        "DELETE FROM items WHERE id = 2 AND id NOT IN (SELECT duplicate_of FROM items WHERE duplicate_of IS NOT NULL)",
        "DELETE FROM pages WHERE item = 1; DELETE FROM metadata WHERE item = 1; DELETE FROM notes WHERE item = 1; DELETE FROM items WHERE id = 1",
        "UPDATE items SET sha256 = NULL WHERE id = 1",
        "DELETE FROM pages WHERE item = 1",
        "UPDATE pages SET (pack, place, digest, text_digest) = (SELECT pack, place, digest, text_digest FROM pages WHERE item = 1) WHERE item = 2",
        "DELETE FROM openings WHERE seq > 0; UPDATE items SET path = CAST('innocent.txt' AS BLOB) WHERE id = 1",
        "UPDATE items SET state = 'failed', reason = 'forged', settled_seq = NULL WHERE id = 1",
        "UPDATE items SET state = 'read' WHERE state = 'duplicate'",
        "UPDATE items SET duplicate_of = 1 WHERE state = 'duplicate'",
        "UPDATE items SET reason = 'a device' WHERE state = 'unsupported'",
        "UPDATE items SET size = size + 1 WHERE id = 1",
        "UPDATE items SET container = NULL WHERE container IS NOT NULL",
        "DELETE FROM items WHERE container IS NOT NULL; UPDATE items SET found = 0, settled_seq = NULL WHERE found > 0",
        "UPDATE items SET languages = 'fr' WHERE id = 1; UPDATE pages SET text_digest = zeroblob(32) WHERE item = 1",
        "INSERT INTO sources (path, name, received) VALUES (CAST('/x' AS BLOB), 'x', 0)",
    ] {
        for beside in ["-wal", "-shm"] {
            let _ = fs::remove_file(bench.path(&format!("case/catalogue.db{beside}")));
        }
        fs::write(bench.path("case/catalogue.db"), &whole).expect("restore");
        let db = rusqlite::Connection::open(bench.path("case/catalogue.db")).expect("open");
        db.execute_batch(&format!("PRAGMA foreign_keys = off; {forgery}")).expect("forge");
        let changed = db.total_changes();
        drop(db);
        let found = bench.run(&["-C", "case", "verify", "--no-log"]);
        let quiet = changed == 0;
        assert_eq!(found.code, if quiet { 0 } else { 4 }, "{forgery}: {}", found.stdout);
    }
}

#[test]
fn a_broken_catalogue_does_not_end_the_check() {
    let bench = varied();
    let mut originals = Vec::new();
    files_below(&bench.path("case/originals"), &mut originals);
    flip(&originals[0], 0);
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(bench.path(&format!("case/catalogue.db{beside}")));
    }
    fs::write(bench.path("case/catalogue.db"), b"not a database").expect("write");
    let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("were altered"), "{}", found.stdout);
    fs::write(bench.path("case/exhibit.toml"), b"form = ").expect("write");
    let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("were altered") && found.stdout.contains("exhibit.toml"), "{}", found.stdout);
}

#[test]
fn what_cannot_be_heard_is_not_success() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "one");
    let _ = bench.take_in().code(0);
    let full = |arguments: &[&str]| {
        let out = fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        bench.command(arguments).stdout(out).stderr(std::process::Stdio::null()).status().expect("run").code()
    };
    assert_eq!(full(&["-C", "case", "ls"]), Some(8));
    assert_eq!(full(&["completions", "bash"]), Some(8));
    let lock = fs::File::open(bench.path("case/lock")).expect("lock");
    lock.lock().expect("lock");
    let _ = bench.run(&["-C", "case", "verify"]).code(5);
    drop(lock);
    let _ = bench.run(&["-C", "case", "-n", "serve"]).code(2);
    let _ = bench.run(&["-C", "case", "search", "--json", "one -two"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "one", "--count"]).code(0);
}

#[test]
fn altered_originals_are_never_handed_on_unnoticed() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "one");
    let _ = bench.take_in().code(0);
    let mut originals = Vec::new();
    files_below(&bench.path("case/originals"), &mut originals);
    flip(&originals[0], 0);
    let _ = bench.run(&["-C", "case", "cat", "1"]).code(4);
}
