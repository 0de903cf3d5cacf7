//! Tags in the custody log: written at once where that is possible, otherwise by the next command that locks the case, and
//! checked against their file by `exhibit verify`.

use crate::bench::{Bench, Done};
use exhibit_case::keep_still;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    bench.write("trove/b.txt", "第一条 严防逃跑。");
    let _ = bench.take_in().code(0);
    bench
}

fn case(bench: &Bench, arguments: &[&str]) -> Done {
    bench.run(&[&["-C", "case"], arguments].concat())
}

/// Every entry of the log: its number, and its bytes.
fn entries(bench: &Bench) -> Vec<(u64, String)> {
    let listed = case(bench, &["log", "ls", "--limit", "1000", "--json"]).code(0).objects();
    let of = |line: &Value| {
        (line["seq"].as_u64().expect("seq"), line["entry"].as_str().expect("entry").to_owned())
    };
    listed.iter().map(of).collect()
}

fn marks(bench: &Bench) -> Vec<(u64, String)> {
    entries(bench).into_iter().filter(|(_, entry)| entry.contains(r#""act":"mark""#)).collect()
}

fn verify(bench: &Bench, code: i32) -> Value {
    case(bench, &["verify", "--no-log", "--json"]).code(code).objects().remove(0)
}

#[test]
fn a_tag_is_an_entry_that_does_not_say_it() {
    let bench = bench();
    let _ = case(&bench, &["tag", "add", "待核实", "1", "2"]).code(0);
    let _ = case(&bench, &["tag", "add", "待核实", "1"]).code(0);
    let _ = case(&bench, &["tag", "rm", "待核实", "2"]).code(0);
    let marks = marks(&bench);
    let said: Vec<_> = marks
        .iter()
        .map(|(_, entry)| {
            let entry: Value = serde_json::from_str(entry).expect("JSON");
            (
                entry["object"].as_str().expect("object").to_owned(),
                entry["facts"]["on"].as_bool().expect("on"),
            )
        })
        .collect();
    let expected = [("item:1", true), ("item:2", true), ("item:2", false)]
        .map(|(item, on)| (item.to_owned(), on));
    assert_eq!(said, expected, "what changed nothing is no entry");
    assert!(marks.iter().all(|(_, entry)| !entry.contains("待核实")));
    let shown = case(&bench, &["log", "show", &marks[0].0.to_string()]).code(0).stdout;
    assert!(shown.contains("sealed in it: tag = 待核实"), "{shown}");
    let found = verify(&bench, 0);
    assert_eq!(found["leftovers"].as_array().map(Vec::len), Some(0), "{found}");
}

#[test]
fn a_tag_waits_for_the_next_command_that_locks_the_case() {
    let bench = bench();
    let still = keep_still(&bench.path("case")).expect("a lock");
    let said = case(&bench, &["tag", "add", "checked", "1"]).code(0);
    assert!(said.stderr.contains("Not in the log yet (the case is in use"), "{}", said.stderr);
    assert_eq!(
        case(&bench, &["search", "tag:checked", "--count"]).code(0).stdout.trim(),
        "1",
        "it is a tag all the same"
    );
    assert!(marks(&bench).is_empty());
    let listed = case(&bench, &["log", "ls"]).code(0);
    assert!(listed.stderr.contains("1 tag change is not in the log yet"), "{}", listed.stderr);
    let found = verify(&bench, 0);
    assert_eq!(found["leftovers"][0]["place"], "tags.ndjson", "{found}");
    drop(still);
    // the next that signs, whatever it does
    let _ = case(&bench, &["verify"]).code(0);
    let marked = marks(&bench);
    assert_eq!(marked.len(), 1);
    assert!(
        entries(&bench)
            .last()
            .is_some_and(|(seq, entry)| *seq > marked[0].0 && entry.contains("fixity"))
    );
    assert_eq!(verify(&bench, 0)["leftovers"].as_array().map(Vec::len), Some(0));
}

#[test]
fn what_waits_is_logged_before_what_is_taken_in_and_before_the_seal() {
    let bench = bench();
    let wait = |tag: &str| {
        let still = keep_still(&bench.path("case")).expect("a lock");
        let _ = case(&bench, &["tag", "add", tag, "1"]).code(0);
        drop(still);
    };
    wait("one");
    bench.write("trove/c.txt", "第三条");
    let _ = bench.take_in().code(0);
    let received = entries(&bench)
        .iter()
        .rfind(|(_, entry)| entry.contains("item.receive"))
        .map(|(seq, _)| *seq);
    assert!(marks(&bench)[0].0 < received.expect("a receipt"));
    wait("two");
    let _ = case(&bench, &["case", "seal", "--yes"]).code(0);
    let all = entries(&bench);
    assert!(
        all[all.len() - 2].1.contains(r#""act":"mark""#)
            && all[all.len() - 1].1.contains("case.seal")
    );
    let _ = case(&bench, &["tag", "add", "three", "1"]).code(2);
    let _ = verify(&bench, 0);
}

#[test]
fn nobody_is_asked_for_a_passphrase_to_tag() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    bench.write("secret", "a passphrase of its own\n");
    fs::set_permissions(bench.path("secret"), fs::Permissions::from_mode(0o600))
        .expect("permissions");
    let key = ["--key-passphrase-file", "secret"];
    let _ = bench.run(&[&["init", "case", "--passphrase"], &key[..]].concat()).code(0);
    let _ = case(&bench, &[&["ingest", "trove", "--no-ocr"], &key[..]].concat()).code(0);
    let said = case(&bench, &["tag", "add", "one", "1", "--no-input"]).code(0);
    assert!(said.stderr.contains("Not in the log yet"), "{}", said.stderr);
    assert!(marks(&bench).is_empty());
    let _ = case(&bench, &[&["tag", "add", "two", "1"], &key[..]].concat()).code(0);
    assert_eq!(marks(&bench).len(), 2);
}
