//! The bundled example trove, checked against what its makers say must come out.

use crate::bench::{Bench, Done, example_trove};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn expectations() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/trove.expected.jsonl");
    let text = std::fs::read_to_string(path).expect("expectations");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

// as readers compare: without white space and case
fn tight(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// The item at a path; `#2` stands for the second member of its container.
fn at<'a>(ledger: &'a BTreeMap<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split("!/");
    let mut item = ledger.get(parts.next()?)?;
    for part in parts {
        let mut members: Vec<&Value> =
            ledger.values().filter(|other| other["container"] == item["id"]).collect();
        members.sort_by_key(|member| member["id"].as_str().map(str::to_owned));
        item = match part.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => members.get(number.checked_sub(1)?)?,
            None => {
                let whole = format!("{}!/{part}", item["path"].as_str()?);
                members.into_iter().find(|member| member["path"] == whole.as_str())?
            }
        };
    }
    Some(item)
}

fn has_tesseract() -> bool {
    Path::new("/usr/bin/tesseract").exists()
}

#[test]
fn every_file_and_member_comes_out_as_its_makers_say() {
    let bench = Bench::new();
    let trove = example_trove();
    let _: Done = bench.run(&["demo", "case", "--trove", trove.to_str().expect("UTF-8")]).code(0);
    let ledger = bench.ledger();
    let by_id = |id: &Value| ledger.values().find(|item| item["id"] == *id);
    let mut wrong = Vec::new();
    for expected in expectations() {
        let path = expected["path"].as_str().expect("path");
        let Some(item) = at(&ledger, path) else {
            wrong.push(format!("{path} is missing"));
            continue;
        };
        // of equal contents, whichever was received first is read
        let read = if item["state"] == "duplicate" {
            by_id(&item["duplicate_of"]).unwrap_or(item)
        } else {
            item
        };
        let state = if expected["state"] == "duplicate" { item } else { read };
        if state["state"] != expected["state"] && item["state"] != "duplicate" {
            wrong.push(format!("{path} is {}, not {}", state["state"], expected["state"]));
        }
        let unknown = expected["media_type"].as_str().unwrap_or_default().is_empty()
            || read["state"] == "empty";
        if !unknown && read["media_type"] != expected["media_type"] {
            wrong.push(format!("{path} is {}, not {}", read["media_type"], expected["media_type"]));
        }
        let wanted = expected["contains"].as_array().cloned().unwrap_or_default();
        if wanted.is_empty() || (expected["ocr"] == true && !has_tesseract()) {
            continue;
        }
        let text = bench
            .run(&["-C", "case", "cat", item["id"].as_str().expect("id"), "--text"])
            .code(0)
            .stdout;
        for phrase in wanted.iter().filter_map(Value::as_str) {
            if !tight(&text).contains(&tight(phrase)) {
                wrong.push(format!("{path} lacks {phrase:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        bench.run(&["-C", "case", "status", "--json"]).code(0).objects()[0]["reconciled"],
        true
    );
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
    passwords_open_what_is_locked(&bench);
}

fn passwords_open_what_is_locked(bench: &Bench) {
    let ledger = bench.ledger();
    let locked = ledger.values().filter(|item| item["state"] == "encrypted").count();
    assert!(locked >= 2, "{locked}");
    let passwords: Vec<String> =
        expectations().iter().filter_map(|e| e["password"].as_str().map(str::to_owned)).collect();
    assert!(!passwords.is_empty(), "the expectations name the passwords");
    bench.write("passwords.txt", passwords.join("\n"));
    let _ = bench.run(&["-C", "case", "problem", "retry", "--passwords", "passwords.txt"]).code(3);
    let still = bench.ledger().values().filter(|item| item["state"] == "encrypted").count();
    assert_eq!(still, 0, "{:#?}", bench.states());
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn reporters_questions_are_answered() {
    let bench = Bench::new();
    let trove = example_trove();
    let _ = bench.run(&["init", "case"]).code(0);
    let _ =
        bench.run(&["-C", "case", "ingest", trove.to_str().expect("UTF-8"), "--no-ocr"]).code(3);
    for query in [
        "登记",
        "登記",
        "均已登记",
        "集中销毁",
        "register*",
        "تىزىملايدۇ",
        "\"12号\"",
        "автобус*",
        "登记 -销毁",
    ] {
        let found = bench.run(&["-C", "case", "search", query]);
        assert_eq!(found.code, 0, "{query}: {}{}", found.stdout, found.stderr);
    }
    let simplified = bench.run(&["-C", "case", "search", "--count", "登记"]).stdout;
    assert_eq!(bench.run(&["-C", "case", "search", "--count", "登記"]).stdout, simplified);
    let with = bench.run(&["-C", "case", "search", "--ids", "-l", "500", "登记 销毁"]).stdout;
    let without = bench.run(&["-C", "case", "search", "--ids", "-l", "500", "登记 -销毁"]).stdout;
    assert!(!with.is_empty() && !without.is_empty());
}

/// The rows of the table of questions: search, path and the words that the path's text holds.
fn questions() -> Vec<(String, String, Vec<String>)> {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/user/example-trove.md");
    let manual = std::fs::read_to_string(manual).expect("the manual");
    let in_code = |cell: &str| -> Vec<String> {
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(" | ").collect();
        let numbered = line.strip_prefix("| ")?.starts_with(|c: char| c.is_ascii_digit());
        numbered
            .then(|| (in_code(cells[2]).remove(0), in_code(cells[3]).remove(0), in_code(cells[4])))
    };
    manual.lines().filter_map(row).collect()
}

#[test]
fn the_ten_questions_of_the_manual_have_their_answers() {
    let bench = Bench::new();
    let trove = example_trove();
    let _ = bench.run(&["init", "case"]).code(0);
    let _ =
        bench.run(&["-C", "case", "ingest", trove.to_str().expect("UTF-8"), "--no-ocr"]).code(3);
    let questions = questions();
    assert_eq!(questions.len(), 10);
    for (query, path, answers) in questions {
        let hits = bench.run(&["-C", "case", "search", "--json", &query]).objects();
        let lies_there = |hit: &Value| {
            let places =
                hit["places"].as_array().into_iter().flatten().map(|place| place["path"].clone());
            places.chain([hit["path"].clone()]).any(|place| place == path.as_str())
        };
        let hit = hits
            .iter()
            .find(|hit| lies_there(hit))
            .unwrap_or_else(|| panic!("{query}: not in {path}: {hits:?}"));
        let document = hit["document"].as_str().expect("a document");
        let text = tight(&bench.run(&["-C", "case", "cat", document, "--text"]).stdout);
        assert!(!answers.is_empty(), "{query}");
        for answer in answers {
            assert!(
                text.contains(&tight(&answer)),
                "{query}: {path} does not say {answer}: {text}"
            );
        }
    }
}
