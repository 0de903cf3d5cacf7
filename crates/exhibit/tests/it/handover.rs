//! Handing over: quotes and bags by commands, and programs of others that check them. Tampering with bags is tried in
//! `exhibit-bag`.

use crate::bench::{Bench, example_trove};
use exhibit_testing::{ForgedBag, deviations, files_below};
use std::fs;
use std::io::Write as _;
use std::process::Command;

const NOTICE: &str = "第一条 严防逃跑。\n第二条 所有进出人员须由值班员逐一登记，不得遗漏。\n";
const QUOTED: &str = "须由值班员逐一登记";

/// A case with a quote, and a bag with all of it.
pub(crate) fn handed_over() -> (Bench, String) {
    let bench = Bench::new();
    bench.write("trove/notice.txt", NOTICE);
    bench
        .write("trove/b.html", "<html><title>notice</title><p>the registers were destroyed</html>");
    bench.write(
        "trove/copy.html",
        "<html><title>notice</title><p>the registers were destroyed</html>",
    );
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("in/list.txt", zip::write::SimpleFileOptions::default()).expect("a member");
    archive.write_all(b"a list of names").expect("write");
    bench.write("trove/z.zip", archive.finish().expect("an archive").into_inner());
    bench.write(
        "trove/zz.pdf",
        fs::read(example_trove().join("post/3/access-request.pdf")).expect("a PDF"),
    );
    let _ = bench.take_in().code(0);
    let notice = bench.ledger()["notice.txt"]["id"].as_str().expect("id").to_owned();
    let quote = bench
        .run(&["-C", "case", "quote", "new", &notice, "--page", "1", "--text", QUOTED, "--json"])
        .code(0);
    let quote = quote.objects()[0]["id"].as_str().expect("id").to_owned();
    let page = bench.run(&["-C", "case", "cat", "zz.pdf", "--text", "--page", "1"]).code(0).stdout;
    let line = page.lines().find(|line| line.len() > 8).expect("a line").to_owned();
    let _ = bench
        .run(&[
            "-C", "case", "quote", "new", "zz.pdf", "--page", "1", "--text", &line, "--nth", "1",
        ])
        .code(0);
    let _ = bench.run(&["-C", "case", "bag", "export", "bag", "--all", "--all-quotes"]).code(0);
    (bench, quote)
}

const TEXT: &str = "data/documents/EXH-000003/text/0001.txt";
const FIRST: &str = "custody/entries/000000000";

#[test]
fn quotes_are_exact_and_broken_ones_are_shown() {
    let bench = Bench::new();
    bench.write("trove/notice.txt", NOTICE);
    bench.write("trove/twice.txt", "登记。登记。");
    let _ = bench.take_in().code(0);
    let quote = |more: &[&str]| {
        let fixed = ["-C", "case", "quote", "new", "notice.txt", "--page", "1", "--text"];
        bench.run(&[&fixed[..], more].concat())
    };
    let near = quote(&["须由值班人员逐一登记"]).code(1);
    assert!(near.stderr.contains("须由值班[-人-]员逐一登记"), "{}", near.stderr);
    let _ = quote(&[""]).code(2);
    let twice = |more: &[&str]| {
        let fixed = ["-C", "case", "quote", "new", "twice.txt", "--page", "1", "--text", "登记"];
        bench.run(&[&fixed[..], more].concat())
    };
    let _ = twice(&[]).code(2);
    let _ = twice(&["--nth", "2"]).code(0);
    let _ = quote(&[QUOTED]).code(0);
    let listed = bench.run(&["-C", "case", "quote", "ls", "--json"]).code(0).objects();
    assert_eq!(
        (listed.len(), &listed[0]["start"], &listed[1]["exact"]),
        (2, &3.into(), &QUOTED.into())
    );
    let _ = bench.run(&["-C", "case", "quote", "check"]).code(0);
    let id = listed[1]["id"].as_str().expect("id");
    let path = bench.path(&format!("case/quotes/{id}.json"));
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replacen(QUOTED, "不由值班员逐一登记", 1)).expect("write");
    bench.write("case/quotes/Q-000099.json", "{}");
    let checked = bench.run(&["-C", "case", "quote", "check", "--json"]).code(4).objects();
    let standing: Vec<&str> =
        checked.iter().filter_map(|quote| quote["standing"].as_str()).collect();
    assert_eq!(standing, ["valid", "not-logged", "unreadable"]);
    let refused = bench.run(&["-C", "case", "bag", "export", "bag", "--quote", id]).code(4);
    assert!(refused.stderr.contains("no longer valid"), "{}", refused.stderr);
    assert!(!bench.path("bag").exists());
    let found = bench.run(&["-C", "case", "verify"]).code(4);
    assert!(
        found.stdout.contains(&format!("quotes/{id}.json: the log does not record")),
        "{}",
        found.stdout
    );
    assert!(found.stdout.contains("quotes/Q-000099.json: it is not a quote"), "{}", found.stdout);
    fs::remove_file(bench.path("case/quotes/Q-000099.json")).expect("removed");
    fs::remove_file(&path).expect("removed");
    let found = bench.run(&["-C", "case", "verify"]).code(4);
    assert!(found.stdout.contains("records it, but it is missing"), "{}", found.stdout);
    fs::write(&path, text).expect("write");
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn an_export_that_fails_leaves_nothing_that_looks_whole() {
    let (bench, _) = handed_over();
    let _ = bench.run(&["-C", "case", "bag", "export", "bag", "--all"]).code(2);
    let _ = bench.run(&["-C", "case", "bag", "export", "new"]).code(2);
    let _ =
        bench.run(&["-C", "case", "bag", "export", "new", "--documents", "EXH-000001:7"]).code(1);
    let original = files_below(&bench.path("case/originals")).remove(0);
    fs::remove_file(&original).expect("remove");
    fs::write(&original, "other bytes").expect("write");
    let _ = bench.run(&["-C", "case", "bag", "export", "new", "--all"]).code(4);
    bench.write(".new.unfinished/bagit.txt", "of a run that was killed");
    let here: Vec<_> =
        fs::read_dir(bench.path("")).expect("list").flatten().map(|e| e.file_name()).collect();
    assert!(here.iter().all(|name| name != "new"), "{here:?}");
    let _ =
        bench.run(&["-C", "case", "bag", "export", "new", "--documents", "EXH-000003:1"]).code(0);
    assert!(!bench.path(".new.unfinished").exists());
    assert_eq!(deviations(&bench.path("new")), []);
}

#[test]
fn tools_that_are_not_ours_agree() {
    let (bench, _) = handed_over();
    let script =
        |bag: &str| Command::new("sh").arg(bench.path(bag).join("verify.sh")).output().expect("sh");
    let good = script("bag");
    assert!(
        good.status.success(),
        "{}{}",
        String::from_utf8_lossy(&good.stdout),
        String::from_utf8_lossy(&good.stderr)
    );
    for (name, tamper) in [
        ("a page", (|b: &ForgedBag| b.flip(TEXT, 5)) as fn(&ForgedBag)),
        ("an entry", |b| (b.edit(&format!("{FIRST}.json"), "\"a1\"", "\"a2\""), b.cover_up()).1),
        ("a signature", |b| (b.edit("custody/checkpoint", "\n\n", "\nx\n\n"), b.cover_up()).1),
        ("an added file", |b| b.put("data/more", "x")),
        ("a changed list", |b| (b.put("data/more", "x"), b.cover_up()).1),
    ] {
        let bag = bench.path("bag");
        let forged = ForgedBag::new(&bag, bench.path("forged"), &bag, &bag);
        tamper(&forged);
        let found = script("forged");
        assert_eq!(
            found.status.code(),
            Some(1),
            "{name}: {}",
            String::from_utf8_lossy(&found.stdout)
        );
    }
    // the Library of Congress' program, where it is installed
    let bagit = Command::new("python3")
        .args(["-m", "bagit", "--validate", "--quiet"])
        .arg(bench.path("bag"))
        .output();
    match bagit {
        Ok(output) if !String::from_utf8_lossy(&output.stderr).contains("No module named") => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        _ => {
            assert!(
                std::env::var_os("EXHIBIT_INTEROP").is_none(),
                "bagit is not installed, but it is asked for"
            );
            println!("not tried: bagit is not installed");
        }
    }
}
