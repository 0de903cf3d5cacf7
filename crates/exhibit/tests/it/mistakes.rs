//! What people type wrongly, and what they are told: each message of use, and its exit code.

use crate::bench::Bench;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use zip::AesMode;
use zip::write::SimpleFileOptions;

fn trove(bench: &Bench) {
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    bench.write("trove/登记统计.md", "登记统计 seventeen\n");
    bench.write("trove/deep/list.txt", "copper\u{c}tin\u{c}zinc");
    let _ = bench.take_in().code(0);
}

const PASSWORD: &str = "baihe-2019";

// An archive with an encrypted member.
fn locked() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().with_aes_encryption(AesMode::Aes256, PASSWORD);
    writer.start_file("locked.txt", options).expect("a member");
    writer.write_all("名单 seventeen".as_bytes()).expect("its bytes");
    writer.finish().expect("an archive").into_inner()
}

/// The error and its hint, as printed.
fn said(bench: &Bench, arguments: &[&str], code: i32) -> String {
    bench.run(arguments).code(code).stderr
}

#[test]
fn a_path_where_nothing_is_asks_to_check_the_name() {
    let bench = Bench::new();
    trove(&bench);
    for arguments in [
        &["open", "nope", "--no-serve"][..],
        &["-C", "case", "ingest", "nope"],
        &["-C", "case", "problem", "retry", "--passwords", "nope"],
        &["-C", "case", "password", "import", "nope"],
        &["-C", "case", "batch", "new", "nope"],
        &["-C", "case", "log", "check", "--against", "nope"],
    ] {
        let said = said(&bench, arguments, 2);
        assert!(said.contains("nope") && said.contains("check the name"), "{arguments:?}: {said}");
    }
}

// The program as a user who has no right to the case. Nobody is refused anything as the superuser.
fn as_another_user(bench: &Bench, arguments: &[&str]) -> (i32, String) {
    let mut command: Command = bench.command(arguments);
    command.current_dir("/");
    if rustix::process::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    } else {
        let path = bench.path("case");
        let none = std::os::unix::fs::PermissionsExt::from_mode(0o0);
        std::fs::set_permissions(path, none).expect("permissions");
    }
    let output = command.output().expect("the program starts");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_refused_permission_names_whose_it_is() {
    let bench = Bench::new();
    trove(&bench);
    let case = bench.path("case").to_string_lossy().into_owned();
    for arguments in [
        &["-C", &case, "search", "copper"][..],
        &["-C", &case, "status"],
        &["-C", &case, "show", "1"],
        &["-C", &case, "verify"],
        &["-C", &case, "ingest"],
    ] {
        let (code, said) = as_another_user(&bench, arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(
            said.contains("you may not read the case") && said.contains("it belongs to "),
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("IoError"), "{said}");
    }
    if rustix::process::geteuid().is_root() {
        let (code, said) =
            as_another_user(&bench, &["-C", "/", "init", "/forbidden-by-its-owner/case"]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("belongs to root") && said.contains("--into"), "{said}");
    }
}

#[test]
fn an_empty_search_asks_for_a_query() {
    let bench = Bench::new();
    trove(&bench);
    for empty in ["", "  "] {
        let said = said(&bench, &["-C", "case", "search", empty], 2);
        assert!(said.contains("nothing to search for") && said.contains("type words"), "{said}");
    }
    let _ = bench.run(&["-C", "case", "search", "", "--facets"]).code(0);
}

#[test]
fn a_page_that_does_not_exist_is_answered_with_how_many_do() {
    let bench = Bench::new();
    trove(&bench);
    bench.write("trove/box.zip", locked());
    let _ = bench.take_in().code(3);
    let list = bench.ledger()["deep/list.txt"]["id"].as_str().expect("a number").to_owned();
    let said = said(&bench, &["-C", "case", "cat", &list, "--text", "--page", "99"], 1);
    assert!(said.contains("has no page 99") && said.contains("it has 3 pages"), "{said}");
    for arguments in [
        &["quote", "new", "locked.txt", "--page", "1", "--text", "x"][..],
        &["cat", "locked.txt", "--text", "--page", "1"],
        &["show", "locked.txt", "--page", "1"],
    ] {
        let said = bench.run(&[&["-C", "case"], arguments].concat()).code(1).stderr;
        assert!(
            said.contains("it is encrypted") && said.contains("problem retry"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_wrong_command_leads_to_the_right_one() {
    let bench = Bench::new();
    let said = said(&bench, &["export", "out"], 2);
    assert!(said.contains("`exhibit bag export`"), "{said}");
    let said = bench.run(&["find", "x"]).code(2).stderr;
    assert!(said.contains("`exhibit search`"), "{said}");
}

#[test]
fn a_long_query_is_shown_around_its_error_alone() {
    let bench = Bench::new();
    trove(&bench);
    for query in [
        "(".repeat(3_000),
        "登".repeat(20_001),
        format!("{} colour:red {}", "ab ".repeat(900), "cd ".repeat(900)),
    ] {
        let said = said(&bench, &["-C", "case", "search", &query], 2);
        let widest = said.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest < 200, "{widest} characters in a line of {said}");
        let lines: Vec<&str> = said.lines().collect();
        let caret =
            lines.iter().position(|line| line.trim_start().starts_with('^')).expect("a caret");
        let shown = lines[caret - 1].trim().chars().filter(|c| *c != '…').count();
        assert!((50..=64).contains(&shown), "{shown} characters around the error: {said}");
    }
    // a short query is shown whole, with the caret below its error
    let said = said(&bench, &["-C", "case", "search", "登记 colour:red"], 2);
    assert!(said.contains("\n  登记 colour:red\n"), "{said}");
}

#[test]
fn a_number_a_name_or_a_hash_finds_the_document() {
    let bench = Bench::new();
    trove(&bench);
    let ledger = bench.ledger();
    let item = &ledger["登记统计.md"];
    let (label, hash) =
        (item["id"].as_str().expect("a number"), item["sha256"].as_str().expect("a hash"));
    let short = format!("exh{}", label.trim_start_matches("EXH-").trim_start_matches('0'));
    for name in [label, &short, "登记统计.md", hash, &hash[..10]] {
        let shown = bench.run(&["-C", "case", "show", name]).code(0).stdout;
        assert!(shown.contains(label), "{name}: {shown}");
        let found = bench.run(&["-C", "case", "search", name]).code(0).stdout;
        assert!(found.contains(label) && found.contains("登记统计.md"), "{name}: {found}");
        let found = bench.run(&["-C", "case", "search", "--json", name]).code(0).objects();
        let named =
            found.iter().find(|object| object["kind"] == "named").expect("the named document");
        assert_eq!(named["document"], label, "{name}");
        assert_eq!(
            bench.run(&["-C", "case", "search", "--ids", name]).code(0).stdout.lines().next(),
            Some(label)
        );
    }
    bench.write("trove/other/list.txt", "lead");
    let _ = bench.take_in().code(0);
    let said = said(&bench, &["-C", "case", "show", "list.txt"], 1);
    assert!(said.contains("several documents") && said.matches("EXH-").count() == 2, "{said}");
}

#[test]
fn a_list_of_passwords_says_how_many_files_it_opened() {
    let bench = Bench::new();
    bench.write("trove/box.zip", locked());
    let _ = bench.take_in().code(3);
    bench.write("wrong", "one\ntwo\n");
    bench.write("right", format!("{}\n", PASSWORD));
    let done = bench.run(&["-C", "case", "problem", "retry", "--passwords", "wrong"]).code(3);
    assert!(
        done.stdout.contains("No password fitted: 1 item is still encrypted."),
        "{}",
        done.stdout
    );
    let done =
        bench.run(&["-C", "case", "problem", "retry", "--passwords", "right", "--json"]).code(0);
    assert_eq!(done.objects()[0]["encrypted"], serde_json::json!({"retried": 1, "opened": 1}));
}

#[test]
fn a_line_of_the_log_names_its_document() {
    let bench = Bench::new();
    trove(&bench);
    let log = bench.run(&["-C", "case", "log", "ls", "--json"]).code(0).objects();
    let about: Vec<&serde_json::Value> =
        log.iter().filter(|entry| entry["document"].is_string()).collect();
    assert_eq!(about.len(), 6, "the receipt and the reading of each of three files: {log:?}");
    assert!(about.iter().any(|entry| entry["name"] == "登记统计.md"), "{about:?}");
    let text = bench.run(&["-C", "case", "log", "ls"]).code(0).stdout;
    assert_eq!(text.matches("登记统计.md").count(), 2, "{text}");
}
