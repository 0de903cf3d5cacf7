//! Lists of names asked at once, and saved searches: what they find, what is new, what cannot be used.

use crate::bench::Bench;
use serde_json::Value;

fn records(bench: &Bench, arguments: &[&str]) -> Vec<Value> {
    let mut whole = vec!["-C", "case", "batch", "export", "--format", "ndjson"];
    whole.extend(arguments);
    bench.run(&whole).code(0).objects()
}

#[test]
fn a_list_of_names_is_asked_and_says_what_is_new() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "值班员王立\n强登记。");
    bench.write("trove/b.txt", "Reported by Shöhret Zakir to the office.");
    let _ = bench.take_in().code(0);
    bench.write(
        "names.txt",
        "王立強\nwang liqiang\nZakir\nnobody here\n，\n\nshohret zakir\n".as_bytes(),
    );
    bench.write("bad.txt", b"\xff\xfe\nZakir\n");
    let _ = bench.run(&["-C", "case", "batch", "new", "names.txt"]).code(0);
    let _ = bench.run(&["-C", "case", "batch", "run", "1"]).code(3);
    let found = records(&bench, &["1"]);
    let line = |record: &Value| {
        let error = if record["error"].is_null() { "" } else { " bad" };
        let documents: Vec<&str> = record["documents"]
            .as_array()
            .expect("documents")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        format!("{} {} {}{error}", record["line"], record["pages"], documents.join(" "))
    };
    let lines: Vec<String> = found.iter().map(line).collect();
    let one = found[0]["documents"][0].as_str().expect("a document").to_owned();
    let two = found[2]["documents"][0].as_str().expect("a document").to_owned();
    let expected = [
        format!("1 1 {one}"),
        format!("2 1 {one}"),
        format!("3 1 {two}"),
        "4 0 ".to_owned(),
        "5 0  bad".to_owned(),
        format!("7 1 {two}"),
    ];
    assert_eq!(lines, expected);
    let error = &found[4]["error"];
    assert_eq!(
        (error["code"].as_str(), error["values"]["text"].as_str()),
        (Some("nothing-to-search"), Some("，"))
    );
    let reason = error["text"].as_str().expect("a reason");
    assert!(
        reason.contains("“，” has no letter or digit") && !reason.contains("quotes"),
        "{reason}"
    );
    assert!(found[0]["context"].as_str().expect("a context").contains("王立\n强"));
    let zero: Vec<String> = records(&bench, &["1", "--zero"]).iter().map(line).collect();
    assert_eq!(zero, ["4 0 "]);

    bench.write("trove/c.txt", "Zakir again; 王立強。");
    let _ = bench.take_in().code(0);
    let _ = bench.run(&["-C", "case", "batch", "run", "1"]).code(3);
    let new: Vec<String> = records(&bench, &["1", "--new"])
        .iter()
        .map(|r| format!("{} {}", r["line"], r["new_pages"]))
        .collect();
    assert_eq!(new, ["1 1", "2 1", "3 1"]);
    let _ = bench.run(&["-C", "case", "batch", "run", "1"]).code(3);
    assert!(records(&bench, &["1", "--new"]).is_empty());

    let _ = bench.run(&["-C", "case", "batch", "new", "bad.txt", "--exact"]).code(0);
    let run = bench.run(&["-C", "case", "batch", "run", "2"]).code(3);
    assert!(run.stderr.contains("line 1") && run.stderr.contains("not UTF-8"), "{}", run.stderr);
    let _ = bench.run(&["-C", "case", "batch", "run", "3"]).code(1);
}

#[test]
fn saved_searches_say_what_is_new() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "register one");
    let _ = bench.take_in().code(0);
    let _ = bench.run(&["-C", "case", "saved", "ls"]).code(1);
    let _ = bench.run(&["-C", "case", "search", "register", "--save", "lists"]).code(0);
    let _ = bench.run(&["-C", "case", "search", "(register", "--save", "wrong"]).code(2);
    let _ = bench.run(&["-C", "case", "saved", "run", "lists"]).code(0);
    bench.write("trove/b.txt", "register two");
    let _ = bench.take_in().code(0);
    let mut saved = bench.run(&["-C", "case", "saved", "ls", "--json"]).code(0).objects();
    let coverage = saved.pop().expect("what was not searched");
    assert_eq!((saved.len(), &coverage["kind"]), (1, &Value::from("coverage")));
    assert_eq!(
        (&saved[0]["documents"], saved[0]["new"].as_array().map(Vec::len)),
        (&Value::from(2), Some(1))
    );
    let again = bench.run(&["-C", "case", "saved", "run", "lists"]).code(0);
    assert!(again.stderr.contains("1 new document"), "{}", again.stderr);
    let again = bench.run(&["-C", "case", "saved", "run", "lists"]).code(0);
    assert!(again.stderr.contains("0 new documents"), "{}", again.stderr);
    let _ = bench.run(&["-C", "case", "saved", "rm", "lists"]).code(0);
    let gone = bench.run(&["-C", "case", "saved", "run", "lists"]).code(1);
    assert!(gone.stderr.contains("no saved search lists"), "{}", gone.stderr);
}
