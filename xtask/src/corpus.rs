//! `cargo xtask corpus`: ingests a folder of real files into a case and compares the results with independent expectations.
//!
//! The corpus is not part of this repository: its folder is `EXHIBIT_CORPUS`, or else `../shared/corpus`. Each line of its
//! `expectations.jsonl` has a file, and strings that its text must contain. Fails on a panic, a lost file or a ledger that
//! does not reconcile; missing strings are reported but do not fail.

use crate::command;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the corpus if there is one.
pub(crate) fn run(_arguments: &[String]) -> Result<(), String> {
    let corpus = std::env::var_os("EXHIBIT_CORPUS")
        .map_or_else(|| command::root().join("../shared/corpus"), PathBuf::from);
    if !corpus.join("expectations.jsonl").is_file() {
        println!("no corpus found: set EXHIBIT_CORPUS");
        return Ok(());
    }
    let exhibit = command::build_release("exhibit")?;
    let work = command::root().join("target/corpus");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work)
        .map_err(|error| format!("cannot make {}: {error}", work.display()))?;
    let case = Case { exhibit, folder: work.join("case"), keys: work.join("keys") };
    case.run(&["init", path(&case.folder)?])?;
    let began = std::time::Instant::now();
    let ingested =
        case.command(&["-C", path(&case.folder)?, "ingest", path(&corpus.join("files"))?]).status();
    let ingested = ingested.map_err(|error| format!("cannot start the program: {error}"))?;
    println!("ingested in {:.1} s, exit code {:?}", began.elapsed().as_secs_f64(), ingested.code());
    let items = case.items()?;
    let results = results(&case, &items)?;
    write_results(&work.join("results.jsonl"), &results)?;
    let expectations = lines(&corpus.join("expectations.jsonl"))?;
    table(&results, &expectations);
    judge(&case, &corpus, &items, &results, &expectations)
}

struct Case {
    exhibit: PathBuf,
    folder: PathBuf,
    keys: PathBuf,
}

impl Case {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.exhibit);
        command.args(arguments).env("EXHIBIT_KEYS", &self.keys).env_remove("EXHIBIT_CASE");
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = self
            .command(arguments)
            .output()
            .map_err(|error| format!("cannot start the program: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn items(&self) -> Result<Vec<Value>, String> {
        let listed = self.run(&["-C", path(&self.folder)?, "ls", "--json"])?;
        listed
            .lines()
            .map(|line| serde_json::from_str(line).map_err(|error| error.to_string()))
            .collect()
    }

    fn text(&self, id: &str) -> Result<String, String> {
        self.run(&["-C", path(&self.folder)?, "cat", id, "--text"])
    }
}

fn path(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))
}

fn lines(path: &Path) -> Result<Vec<Value>, String> {
    let text = fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
}

/// One result for each file of the corpus: its text with that of all its members, and its properties.
fn results(case: &Case, items: &[Value]) -> Result<BTreeMap<String, Value>, String> {
    let trove = Trove::of(items);
    let mut results: BTreeMap<String, Value> = BTreeMap::new();
    for item in items.iter().filter(|item| item["container"].is_null()) {
        let mut inside = Vec::new();
        trove.collect(item, &mut inside, 0);
        let mut text = String::new();
        for found in &inside {
            text.push_str(&case.text(found["id"].as_str().unwrap_or_default())?);
            text.push('\n');
        }
        let names: Vec<Value> =
            trove.members(item).map(|member| json!(member_name(member))).collect();
        let mut result = json!({"text": text, "documents": inside.len(), "attachments": names, "members": names});
        head(case, trove.first(item), &mut result)?;
        results.insert(format!("files/{}", item["path"].as_str().unwrap_or_default()), result);
    }
    Ok(results)
}

/// The ledger, for finding the members of containers; a duplicate has the members of the item that was read.
struct Trove<'a> {
    by_id: BTreeMap<&'a str, &'a Value>,
    by_container: BTreeMap<&'a str, Vec<&'a Value>>,
}

impl<'a> Trove<'a> {
    fn of(items: &'a [Value]) -> Self {
        let by_id = items.iter().filter_map(|item| Some((item["id"].as_str()?, item))).collect();
        let mut by_container: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for item in items {
            if let Some(container) = item["container"].as_str() {
                by_container.entry(container).or_default().push(item);
            }
        }
        Self { by_id, by_container }
    }

    fn first(&self, item: &'a Value) -> &'a Value {
        item["duplicate_of"]
            .as_str()
            .and_then(|first| self.by_id.get(first))
            .copied()
            .unwrap_or(item)
    }

    fn members(&self, item: &'a Value) -> impl Iterator<Item = &'a Value> {
        let id = self.first(item)["id"].as_str().unwrap_or_default();
        self.by_container.get(id).into_iter().flatten().copied()
    }

    fn collect(&self, item: &'a Value, inside: &mut Vec<&'a Value>, depth: u32) {
        inside.push(item);
        for member in self.members(item).filter(|_| depth < 25) {
            self.collect(member, inside, depth + 1);
        }
    }
}

fn member_name(item: &Value) -> &str {
    item["path"].as_str().and_then(|path| path.rsplit("!/").next()).unwrap_or_default()
}

fn head(case: &Case, first: &Value, result: &mut Value) -> Result<(), String> {
    let id = first["id"].as_str().unwrap_or_default();
    result["type"] = first["media_type"].clone();
    result["state"] = first["state"].clone();
    result["pages"] = first["pages"].clone();
    result["language"] = first["languages"].get(0).cloned().unwrap_or(Value::Null);
    result["encrypted"] = json!(first["state"] == "encrypted");
    result["error"] = first["reasons"][0]["text"].clone();
    let shown = case.run(&["-C", path(&case.folder)?, "show", id, "--json"])?;
    let document: Value = serde_json::from_str(shown.trim()).unwrap_or(Value::Null);
    let mut metadata = serde_json::Map::new();
    for pair in document["metadata"].as_array().into_iter().flatten() {
        let (key, value) = (pair[0].as_str().unwrap_or_default(), pair[1].clone());
        if key == "text:charset" || key == "html:charset" {
            result["charset"] = value.clone();
        }
        metadata.entry(expected_name(key).to_owned()).or_insert(value);
    }
    result["metadata"] = Value::Object(metadata);
    Ok(())
}

/// The name of a property in the expectations.
fn expected_name(key: &str) -> &str {
    match key {
        "dc:title" | "pdf:Title" | "html:title" => "title",
        "dc:creator" | "pdf:Author" => "author",
        "mail:subject" | "dc:subject" => "subject",
        "mail:from" => "from",
        "mail:to" => "to",
        "mail:cc" => "cc",
        "mail:date" => "date",
        "mail:message-id" => "message_id",
        "dcterms:created" | "pdf:CreationDate" => "created",
        "dcterms:modified" | "pdf:ModDate" => "modified",
        other => other,
    }
}

fn write_results(path: &Path, results: &BTreeMap<String, Value>) -> Result<(), String> {
    let mut file = fs::File::create(path)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    for (name, result) in results {
        let mut line = result.clone();
        line["file"] = json!(name);
        writeln!(file, "{line}")
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

// for comparison: without white space, soft hyphens and case
fn normalised(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{ad}')
        .flat_map(char::to_lowercase)
        .collect()
}

#[derive(Default)]
struct Row {
    files: u64,
    states: BTreeMap<String, u64>,
    wanted: u64,
    found: u64,
}

fn table(results: &BTreeMap<String, Value>, expectations: &[Value]) {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let format_of = |file: &str| file.split('/').nth(1).unwrap_or_default().to_owned();
    for (file, result) in results {
        let row = rows.entry(format_of(file)).or_default();
        row.files += 1;
        *row.states.entry(result["state"].as_str().unwrap_or("?").to_owned()).or_default() += 1;
    }
    let texts: BTreeMap<&String, String> = results
        .iter()
        .map(|(file, result)| (file, normalised(result["text"].as_str().unwrap_or_default())))
        .collect();
    let mut missing = Vec::new();
    for expectation in expectations {
        let Some(file) = expectation["file"].as_str() else { continue };
        let row = rows.entry(format_of(file)).or_default();
        let empty = String::new();
        let text = texts.get(&file.to_owned()).unwrap_or(&empty);
        for key in ["must_contain", "words", "formatted", "lines"] {
            for wanted in
                expectation[key].as_array().into_iter().flatten().filter_map(Value::as_str)
            {
                row.wanted += 1;
                if text.contains(&normalised(wanted)) {
                    row.found += 1;
                } else {
                    missing.push(format!("{file} lacks {wanted:?} ({key})\n"));
                }
            }
        }
    }
    let _ = fs::write(command::root().join("target/corpus/missing.txt"), missing.concat());
    println!(
        "{:<14} {:>5}  {:>7} {:>7} {:>6}  states",
        "format", "files", "wanted", "found", "share"
    );
    let mut total = Row::default();
    for (format, row) in &rows {
        print_row(format, row);
        total.files += row.files;
        total.wanted += row.wanted;
        total.found += row.found;
        for (state, count) in &row.states {
            *total.states.entry(state.clone()).or_default() += count;
        }
    }
    print_row("all", &total);
}

fn print_row(format: &str, row: &Row) {
    let share = if row.wanted == 0 {
        "-".to_owned()
    } else {
        format!("{:.3}", row.found as f64 / row.wanted as f64)
    };
    let states: Vec<String> =
        row.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
    println!(
        "{format:<14} {:>5}  {:>7} {:>7} {share:>6}  {}",
        row.files,
        row.wanted,
        row.found,
        states.join(", ")
    );
}

fn judge(
    case: &Case,
    corpus: &Path,
    items: &[Value],
    results: &BTreeMap<String, Value>,
    expectations: &[Value],
) -> Result<(), String> {
    let mut wrong = Vec::new();
    for item in items {
        let panicked = |reason: &Value| {
            matches!(reason["code"].as_str(), Some("reader-panicked" | "parser-panicked"))
        };
        let reasons = &item["reasons"];
        if reasons.as_array().is_some_and(|reasons| reasons.iter().any(panicked))
            || item["state"] == "waiting"
        {
            wrong.push(format!("{}: {} {reasons}", item["path"], item["state"]));
        }
    }
    for file in expectations.iter().filter_map(|e| e["file"].as_str()) {
        if corpus.join(file).is_file() && !results.contains_key(file) {
            wrong.push(format!("{file} is lost"));
        }
    }
    let status = case.run(&["-C", path(&case.folder)?, "status", "--json"])?;
    let status: Value = serde_json::from_str(status.trim()).map_err(|error| error.to_string())?;
    if status["reconciled"] != true {
        wrong.push(format!("the ledger does not reconcile: {}", status["gaps"]));
    }
    if wrong.is_empty() {
        println!("no panics, no lost files, every container reconciles");
        return Ok(());
    }
    wrong.sort();
    wrong.dedup();
    Err(wrong.join("\n"))
}
