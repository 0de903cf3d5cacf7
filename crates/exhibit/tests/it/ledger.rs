//! Taking in: every file and member gets one row, and doing it again changes nothing.

use crate::bench::Bench;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use zip::write::SimpleFileOptions;

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("begin");
        writer.write_all(bytes).expect("write");
    }
    writer.finish().expect("finish").into_inner()
}

#[test]
fn every_entry_has_a_row_and_links_are_not_followed() {
    let bench = Bench::new();
    bench.write("secret.txt", "outside the source");
    bench.write("trove/a.txt", "所有人员须逐一登记。");
    bench.write("trove/copy/a.txt", "所有人员须逐一登记。");
    bench.write("trove/empty.txt", "");
    bench.write("trove/thing.bin", [0_u8, 159, 146, 150, 7, 7, 7, 0, 0, 1]);
    std::os::unix::fs::symlink(bench.path("secret.txt"), bench.path("trove/link")).expect("link");
    std::os::unix::fs::symlink(bench.path("trove"), bench.path("trove/copy/loop")).expect("link");
    let odd = bench.path("trove").join(std::ffi::OsStr::from_bytes(b"caf\xe9 \x1b[2J.txt"));
    fs::write(odd, "odd name").expect("write");
    let _ = bench.take_in().code(3);
    assert_eq!(
        bench.states(),
        [
            "a.txt: read",
            "café [ESC][2J.txt: read",
            "copy/a.txt: duplicate",
            "copy/loop: unsupported (symbolic-link)",
            "empty.txt: empty",
            "link: unsupported (symbolic-link)",
            "thing.bin: unsupported (no-reader)",
        ]
    );
    let status = &bench.run(&["-C", "case", "status", "--json"]).code(0).objects()[0];
    assert_eq!(status["reconciled"], true);
    let _ = bench.run(&["-C", "case", "search", "outside"]).code(1);
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn running_again_takes_in_only_what_is_new() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "first");
    let first = bench.take_in().code(0);
    assert!(first.stdout.contains("Received 1 item, read 1 page"), "{}", first.stdout);
    let log = bench.run(&["-C", "case", "log", "ls"]).code(0).stdout;
    let again = bench.take_in().code(0);
    assert!(again.stdout.contains("Received 0 items"), "{}", again.stdout);
    assert_eq!(
        bench.run(&["-C", "case", "log", "ls"]).code(0).stdout,
        log,
        "nothing done, nothing logged"
    );
    bench.write("trove/b.txt", "second");
    bench.write("trove/a.txt", "first, changed");
    let third = bench.take_in().code(0);
    assert!(third.stdout.contains("Received 2 items"), "{}", third.stdout);
    let _ = bench.run(&["-C", "case", "search", "changed"]).code(0);
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn containers_add_up_at_any_depth_and_stop_at_twenty() {
    let bench = Bench::new();
    let mut nested = zip_of(&[("innermost.txt", "the innermost page".as_bytes())]);
    for level in 0..24 {
        nested = zip_of(&[
            (&format!("level{level}.zip"), &nested),
            ("note.txt", format!("note {level}").as_bytes()),
        ]);
    }
    bench.write("trove/deep.zip", nested);
    let _ = bench.take_in().code(3);
    let ledger = bench.ledger();
    let deepest = ledger.values().filter(|item| item["state"] == "truncated").collect::<Vec<_>>();
    assert_eq!(deepest.len(), 1);
    let reason = &deepest[0]["reasons"][0];
    assert_eq!(
        (&reason["code"], &reason["values"]["depth"]),
        (&"depth-limit".into(), &20.into()),
        "{reason}"
    );
    assert_eq!(ledger.len(), 41, "the file, and two members at each of twenty levels");
    assert_eq!(
        bench.run(&["-C", "case", "status", "--json"]).code(0).objects()[0]["reconciled"],
        true
    );
}

#[test]
fn bombs_cost_one_row() {
    let bench = Bench::new();
    let zeros = vec![0_u8; 96 << 20];
    bench.write(
        "trove/bomb.zip",
        zip_of(&[("zeros.txt", &zeros), ("after.txt", b"after the bomb")]),
    );
    bench.write("trove/good.txt", "a good file beside it");
    let _ = bench.take_in().code(3);
    let ledger = bench.ledger();
    assert_eq!(ledger["bomb.zip"]["state"], "truncated");
    assert_eq!(ledger["bomb.zip!/zeros.txt"]["state"], "truncated");
    assert_eq!(ledger["good.txt"]["state"], "read");
    assert_eq!(
        bench.run(&["-C", "case", "status", "--json"]).code(0).objects()[0]["reconciled"],
        true
    );
}

#[test]
fn a_case_and_its_source_never_lie_within_each_other() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "first");
    let _ = bench.run(&["init", "trove/case"]).code(0);
    let refused = bench.run(&["-C", "trove/case", "ingest", "trove"]).code(2);
    assert!(refused.stderr.contains("contains the case, or is inside it"), "{}", refused.stderr);
    let missing = bench.run(&["-C", "trove/case", "ingest", "nowhere"]).code(2);
    assert!(missing.stderr.contains("nowhere"), "{}", missing.stderr);
}

#[test]
fn errors_say_what_and_what_next() {
    let bench = Bench::new();
    for (arguments, code, says) in [
        (&["status"][..], 10, "no case in"),
        (&["-C", "case", "search", "\"open"], 2, "^"),
        (&["-C", "case", "search", "(a"], 2, "hint:"),
        (&["-C", "case", "search", "foo:bar"], 2, "foo"),
        (&["-C", "case", "show", "EXH-999999"], 1, "no document"),
        (&["-C", "case", "init", "case"], 2, "a case already"),
        (&["-C", "case", "ls", "--state", "lost"], 2, "unknown state"),
        (&["sarch"], 2, "search"),
    ] {
        if !bench.path("case").exists() && code != 10 {
            bench.write("trove/a.txt", "first");
            let _ = bench.take_in().code(0);
        }
        let done = bench.run(arguments).code(code);
        assert!(done.stderr.contains(says), "{arguments:?}: {}", done.stderr);
    }
    let as_json = bench.run(&["-C", "nowhere", "--json", "status"]).code(10);
    let error: serde_json::Value =
        serde_json::from_str(as_json.stderr.trim()).expect("a JSON error");
    assert_eq!((error["kind"].as_str(), error["code"].as_str()), (Some("error"), Some("no-case")));
}

#[test]
fn open_makes_a_case_apart_from_the_source() {
    let bench = Bench::new();
    bench.write("leak/a.txt", "一份文件");
    let _ = bench.run(&["open", "leak", "--no-serve"]).code(0);
    let _ = bench.run(&["open", "leak", "--no-serve"]).code(0);
    assert_eq!(
        fs::read_dir(bench.path("leak")).expect("list").count(),
        1,
        "the source is as it was"
    );
    let found = bench.run(&["-C", "home/Exhibit/leak", "search", "--ids", "文件"]).code(0);
    assert_eq!(found.stdout, "EXH-000001\n");
    bench.write("other/leak/b.txt", "另一份");
    let _ = bench.run(&["open", "other/leak", "--no-serve"]).code(0);
    assert!(bench.path("home/Exhibit/leak-2/exhibit.toml").exists());
}

#[test]
fn a_lost_index_is_said_and_made_anew() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有人员须逐一登记。");
    let _ = bench.take_in().code(0);
    fs::remove_dir_all(bench.path("case/index")).expect("remove");
    let lost = bench.run(&["-C", "case", "search", "登记"]).code(8);
    assert!(lost.stderr.contains("exhibit case repair --index"), "{}", lost.stderr);
    let _ = bench.run(&["-C", "case", "case", "repair", "--index"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "登记"]).code(0);
    fs::remove_dir_all(bench.path("case/index")).expect("remove");
    let _ = bench.take_in().code(0);
    let _ = bench.run(&["-C", "case", "search", "登记"]).code(0);
}

#[test]
fn a_case_can_be_read_where_nothing_can_be_written() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有人员须逐一登记。");
    let _ = bench.take_in().code(0);
    // for root nothing is read-only: there this only shows that reading does not need what it must not have
    let only_read = |read_only: bool| {
        let mode = if read_only { "a-w" } else { "u+w" };
        let done = std::process::Command::new("chmod")
            .args(["-R", mode, "case"])
            .current_dir(bench.path(""))
            .status();
        assert!(done.expect("chmod").success());
    };
    only_read(true);
    let found = bench.run(&["-C", "case", "search", "--ids", "登记"]);
    let checked = bench.run(&["-C", "case", "verify", "--no-log"]);
    only_read(false);
    assert_eq!(found.code(0).stdout, "EXH-000001\n");
    let _ = checked.code(0);
}
