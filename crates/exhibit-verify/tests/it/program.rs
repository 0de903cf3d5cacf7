//! The program: its exit status, its languages, its JSON.

use crate::made::{Plan, bag, key};
use exhibit_proof::json::JsonValue;
use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str], path: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exhibit-verify"));
    command.args(arguments).args(path);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(name);
    }
    command.output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn the_exit_status_gives_the_result() {
    let folder = bag(Plan::default()).write();
    let mut tampered = bag(Plan::default());
    tampered.put("data/more.txt", "more");
    let tampered = tampered.write();
    let known = key(1);
    for (path, key, status) in [
        (folder.path(), key(1), 0),
        (folder.path(), key(9), 1),
        (tampered.path(), key(1), 1),
        (Path::new("missing"), key(1), 2),
        (folder.path(), "not a key".to_owned(), 2),
    ] {
        let output = run(&["bag", "--key", &key], Some(path));
        assert_eq!(
            output.status.code(),
            Some(status),
            "{}: {}",
            path.display(),
            text(&output.stdout)
        );
        assert_eq!(output.stdout.is_empty(), status == 2);
        assert_eq!(output.stderr.is_empty(), status != 2);
    }
    let output = run(&["bag", "--key", &known], Some(folder.path()));
    let head =
        format!("exhibit-verify {}: {}\n", env!("CARGO_PKG_VERSION"), folder.path().display());
    assert!(text(&output.stdout).starts_with(&head));
}

#[test]
fn invalid_invocations_are_errors() {
    let folder = bag(Plan::default()).write();
    for arguments in [
        &["bag"][..],
        &["parcel", "x"],
        &["bag", "x", "y"],
        &["bag", "--other"],
        &["bag", "--key"],
        &["bag", "--lang", "xx"],
    ] {
        let output = run(arguments, None);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).ends_with("try `exhibit-verify --help`\n"), "{arguments:?}");
    }
    let key = folder.path().join("custody/key.pub");
    let output = run(&["bag", "--key", key.to_str().expect("UTF-8")], Some(folder.path()));
    assert_eq!(output.status.code(), Some(0), "a key can be a file");
    assert!(
        text(&run(&["--help"], None).stdout).starts_with("Checks packages, quotes, log entries")
    );
    assert_eq!(
        text(&run(&["-V"], None).stdout),
        format!("exhibit-verify {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_hostile_path_cannot_control_the_terminal() {
    for arguments in [["bag", "\u{1b}[2Jx"], ["\u{1b}[2J", "x"], ["bag", "--\u{202e}x"]] {
        let output = run(&arguments, None);
        assert_eq!(output.status.code(), Some(2));
        assert!(!text(&output.stderr).contains(['\u{1b}', '\u{202e}']), "{}", text(&output.stderr));
    }
}

#[cfg(unix)]
#[test]
fn the_name_of_a_bag_cannot_control_the_terminal() {
    let outer = tempfile::tempdir().expect("a folder");
    let folder = bag(Plan::default()).write();
    let named = outer.path().join("\u{1b}[2J\u{202e}bag");
    std::fs::rename(folder.path(), &named).expect("renamed");
    let output = run(&["bag"], Some(&named));
    assert_eq!(output.status.code(), Some(0));
    assert!(!text(&output.stdout).contains(['\u{1b}', '\u{202e}']), "{:?}", text(&output.stdout));
}

#[test]
fn json_and_languages() {
    let folder = bag(Plan::default()).write();
    let output = run(&["--json", "bag"], Some(folder.path()));
    let line = text(&output.stdout);
    let json = JsonValue::read(line.trim_end().as_bytes()).expect("one object of canonical JSON");
    assert_eq!(json.get("good"), Some(&JsonValue::Bool(true)));
    let pages = ["en", "zh-Hans", "ug"]
        .map(|tag| text(&run(&["bag", "--lang", tag], Some(folder.path())).stdout));
    assert!(pages[0] != pages[1] && pages[1] != pages[2] && pages[0] != pages[2]);
    assert_eq!(
        text(&run(&["bag"], Some(folder.path())).stdout),
        pages[0],
        "English without a language of the system"
    );
}
