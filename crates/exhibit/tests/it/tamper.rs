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
fn flipped_bytes_are_named_with_their_place() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    let _ = bench.take_in().code(0);
    let _ = bench.run(&["-C", "case", "verify", "--no-log"]).code(0);
    for folder in ["originals", "derived/pages", "custody/tile"] {
        let mut files = Vec::new();
        files_below(&bench.path("case").join(folder), &mut files);
        flip(&files[0], 20);
        let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
        assert!(
            found.stdout.contains(folder.split('/').next().expect("a folder")),
            "{folder}: {}",
            found.stdout
        );
        flip(&files[0], 20);
    }
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn a_damaged_index_is_named_and_rebuilt() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    let _ = bench.take_in().code(0);
    let mut files = Vec::new();
    files_below(&bench.path("case/index"), &mut files);
    files.retain(|file| file.extension().is_some_and(|e| e == "term"));
    flip(&files[0], 0);
    let found = bench.run(&["-C", "case", "verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("index/"), "{}", found.stdout);
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
fn a_broken_catalogue_does_not_end_the_check() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "one");
    let _ = bench.take_in().code(0);
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
    assert!(
        found.stdout.contains("were altered") && found.stdout.contains("exhibit.toml"),
        "{}",
        found.stdout
    );
}

#[test]
fn what_cannot_be_heard_is_not_success() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "one");
    let _ = bench.take_in().code(0);
    let full = |arguments: &[&str]| {
        let out = fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        bench
            .command(arguments)
            .stdout(out)
            .stderr(std::process::Stdio::null())
            .status()
            .expect("run")
            .code()
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
