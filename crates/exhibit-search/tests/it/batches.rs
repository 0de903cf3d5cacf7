//! Batches: lists of names and queries in every script, run again, exported; and lists that are damaged.

use crate::search;
use exhibit_case::{CaseError, Principal};
use exhibit_model::Moment;
use exhibit_mutate::Mutator;
use exhibit_search::{
    BatchForm, BatchLine, BatchProgress, Kept, NewBatch, Search, SearchError, Which, read_list,
};
use exhibit_testing::{NOW, TestCase, overwrite};
use std::fs;

fn case() -> TestCase {
    TestCase::of_texts(&[
        ("a.txt", "值班员王立\n强登记。"),
        ("b.txt", "Reported by Shöhret Zakir to the office.\u{c}Zakir again"),
        ("c.txt", "ئون ئىككى كىشىنىڭ تىزىملىكى"),
    ])
}

fn batch(case: &TestCase, list: &str, queries: bool, exact: bool) -> u64 {
    let new = NewBatch { name: "list", list: list.as_bytes(), queries, exact, column: None };
    Search::of(case.open().view(Principal::LOCAL)).new_batch(&new, NOW).expect("a batch").0
}

fn lines(case: &TestCase, number: u64) -> Vec<BatchLine> {
    let mut lines = Vec::new();
    Search::of(case.open().view(Principal::LOCAL))
        .batch_lines(number, &mut |line| lines.push(line))
        .expect("lines");
    lines
}

fn run(case: &TestCase, number: u64) -> exhibit_search::BatchRun {
    Search::of(case.open().view(Principal::LOCAL))
        .run_batch(number, NOW, 2, &BatchProgress::default())
        .expect("a run")
}

fn exported(case: &TestCase, number: u64, form: BatchForm, which: Which) -> String {
    let mut out = Vec::new();
    Search::of(case.open().view(Principal::LOCAL))
        .write_batch(number, form, which, &|error| error.code.clone(), &mut out)
        .expect("an export");
    String::from_utf8(out).expect("text")
}

#[test]
fn names_are_found_in_every_spelling_and_bad_lines_do_not_stop_the_rest() {
    let case = case();
    let number = batch(
        &case,
        "王立強\nwang liqiang\nZakir\nnobody here\n，\n\nshohret zakir\nتىزىملىكى\n",
        false,
        false,
    );
    assert!(lines(&case, number).is_empty(), "it was not run yet");
    let run = run(&case, number);
    assert_eq!((run.lines, run.found, run.bad, run.new), (7, 5, 1, 5));
    let found: Vec<(u64, u64, u64, bool)> = lines(&case, number)
        .iter()
        .map(|line| (line.line, line.pages, line.document_count, line.error.is_some()))
        .collect();
    let expected = [
        (1, 1, 1, false),
        (2, 1, 1, false),
        (3, 2, 1, false),
        (4, 0, 0, false),
        (5, 0, 0, true),
        (7, 1, 1, false),
        (8, 1, 1, false),
    ];
    assert_eq!(found, expected);
    assert!(lines(&case, number)[0].context.contains("王立\n强"));
}

#[test]
fn names_and_queries_answer_alike() {
    let texts: Vec<(String, String)> = (0..20)
        .map(|number| {
            let rest = if number % 3 == 0 { "gate" } else { "archive" };
            (format!("{number}.txt"), format!("register {number} 登记表 {rest}"))
        })
        .collect();
    let documents: Vec<(&str, &str)> =
        texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let case = TestCase::of_texts(&documents);
    let list = "register\ngate\n登記表\narchive\nregister 7\nabsent\n";
    let mut pages = Vec::new();
    for queries in [false, true] {
        for exact in [false, true] {
            let number = batch(&case, list, queries, exact);
            let _ = run(&case, number);
            pages.push(lines(&case, number).iter().map(|line| line.pages).collect::<Vec<_>>());
        }
    }
    assert_eq!(pages[0], [20, 7, 20, 13, 1, 0]);
    assert!(
        pages.iter().all(|of| *of == pages[0]),
        "names and queries, with variants and without: {pages:?}"
    );
    let open = case.open();
    for (line, pages) in list.lines().zip(&pages[2]) {
        assert_eq!(search(&open, line).total, *pages, "{line}");
    }
}

#[test]
fn a_run_counts_what_is_new_since_the_one_before() {
    let case = case();
    let number = batch(&case, "Zakir\nabsent\n", false, false);
    assert_eq!((run(&case, number).new, run(&case, number).new), (1, 0));
    let _ = case.add_texts(&[("d.txt", "Zakir once more"), ("e.txt", "absent")]);
    let third = run(&case, number);
    assert_eq!((third.run, third.found, third.new), (3, 2, 2));
    assert_eq!(lines(&case, number).iter().map(|line| line.new_pages).collect::<Vec<_>>(), [1, 1]);
    let new = exported(&case, number, BatchForm::Ndjson, Which::New);
    assert_eq!(new.lines().count(), 2, "{new}");
    assert_eq!(run(&case, number).new, 0);
    assert_eq!(exported(&case, number, BatchForm::Ndjson, Which::New), "");
    let batches = Search::of(case.open().view(Principal::LOCAL)).batches().expect("batches");
    assert_eq!(batches[0].last_run.as_ref().map(|run| (run.run, run.found)), Some((4, 2)));
}

#[test]
fn exports_select_lines_and_disarm_formulas() {
    let case = TestCase::of_texts(&[("a.txt", "=SUM(1) \"quoted\", text")]);
    let number = batch(&case, "=SUM\n@absent\n，\nquoted\n", false, false);
    let _ = run(&case, number);
    let all = exported(&case, number, BatchForm::Csv, Which::All);
    assert!(
        all.starts_with(
            "line,text,pages,documents,new_pages,first_document,first_page,context,error\r\n"
        ),
        "{all}"
    );
    assert!(
        all.contains("\r\n1,'=SUM,1,1,1,EXH-000001,1,\"'=SUM(1) \"\"quoted\"\", text\",\r\n"),
        "{all}"
    );
    assert!(all.contains("\r\n2,'@absent,0,0,0,,,,\r\n"), "{all}");
    let zero = exported(&case, number, BatchForm::Csv, Which::Zero);
    assert_eq!(zero.lines().count(), 2, "{zero}");
    let bad = exported(&case, number, BatchForm::Ndjson, Which::Bad);
    let bad: serde_json::Value = serde_json::from_str(&bad).expect("one object");
    let error = &bad["error"];
    assert!(
        bad["line"] == 3 && error["code"].is_string() && error["text"] == error["code"],
        "{bad}"
    );
    let failing = &mut Failing;
    let written = Search::of(case.open().view(Principal::LOCAL)).write_batch(
        number,
        BatchForm::Csv,
        Which::All,
        &|error| error.code.clone(),
        failing,
    );
    assert!(matches!(written, Err(SearchError::Output(_))));
}

struct Failing;

impl std::io::Write for Failing {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is full"))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_table_is_read_by_its_column() {
    let case = case();
    let table = "id;name\n1;Zakir\n2;\"王立强\"\n3\n";
    let new = NewBatch {
        name: "t",
        list: table.as_bytes(),
        queries: false,
        exact: false,
        column: Some(1),
    };
    let (number, count) =
        Search::of(case.open().view(Principal::LOCAL)).new_batch(&new, NOW).expect("a batch");
    assert_eq!(count, 3);
    let _ = run(&case, number);
    let found: Vec<(u64, u64)> =
        lines(&case, number).iter().map(|line| (line.line, line.pages)).collect();
    assert_eq!(found, [(1, 0), (2, 2), (3, 1)]);
}

#[test]
fn any_list_is_read_line_by_line() {
    let list = "王立强,1\r\n\"Wang \"\"Li\"\"\",2\n\u{feff}x\t3;4\n\n";
    let mut numbers = Mutator::new(31);
    for _ in 0..400 {
        let bytes = numbers.mutate(list.as_bytes());
        for column in [None, Some(0), Some(1), Some(usize::MAX)] {
            let lines = read_list(&bytes, column);
            let most = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
            assert!(lines.windows(2).all(|pair| pair[0].number < pair[1].number), "{bytes:?}");
            assert!(lines.iter().all(|line| (1..=most).contains(&line.number)), "{bytes:?}");
        }
    }
}

#[test]
fn a_batch_that_is_damaged_or_missing_is_an_error() {
    let case = case();
    let number = batch(&case, "Zakir\n", false, false);
    let _ = run(&case, number);
    let open = case.open();
    assert!(matches!(
        Search::of(open.view(Principal::LOCAL)).batch(9),
        Err(SearchError::NotKept { what: Kept::Batch, .. })
    ));
    let result = case.path(&format!("batches/{number}/run-1.ndjson"));
    let whole = fs::read(&result).expect("read");
    overwrite(&result, |bytes| bytes.truncate(bytes.len() - 5));
    let cut = Search::of(open.view(Principal::LOCAL)).batch_lines(number, &mut |_| {});
    assert!(
        matches!(cut, Err(SearchError::Case(CaseError::Io { act: "understand", .. }))),
        "{cut:?}"
    );
    fs::write(&result, whole).expect("written");
    overwrite(&case.path(&format!("batches/{number}/batch.json")), |bytes| bytes.truncate(4));
    assert!(Search::of(open.view(Principal::LOCAL)).batches().is_err());
    // a folder of a process that was killed has no `batch.json`, and its number is not used again
    fs::remove_file(case.path(&format!("batches/{number}/batch.json"))).expect("removed");
    fs::create_dir(case.path("batches/notes")).expect("made");
    assert!(Search::of(open.view(Principal::LOCAL)).batches().expect("batches").is_empty());
    assert_eq!(batch(&case, "x\n", false, false), number + 1);
}

#[test]
fn a_sealed_case_runs_no_batch_and_shows_those_it_has() {
    let case = case();
    let number = batch(&case, "Zakir\n", false, false);
    let _ = run(&case, number);
    case.write(|held| held.seal().expect("sealed"));
    let open = case.open();
    let search = Search::of(open.view(Principal::LOCAL));
    let new = NewBatch { name: "", list: b"a\n", queries: false, exact: false, column: None };
    assert!(matches!(search.new_batch(&new, Moment(0)), Err(SearchError::Case(CaseError::Sealed))));
    let again = search.run_batch(number, NOW, 1, &BatchProgress::default());
    assert!(matches!(again, Err(SearchError::Case(CaseError::Sealed))));
    assert_eq!(lines(&case, number)[0].pages, 2);
}
