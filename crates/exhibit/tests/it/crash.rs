//! Killed at any moment, with a full disk, or twice at once: nothing acknowledged is lost and nothing is done twice.

use crate::bench::{Bench, example_trove};
use exhibit_mutate::Mutator;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// What must be equal whichever copy of a content came first: the content of each path, and what became of each content.
fn essence(bench: &Bench) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let ledger = bench.ledger();
    let text = |key: &str, item: &Value| item[key].as_str().unwrap_or_default().to_owned();
    let contents = ledger.iter().map(|(path, item)| (path.clone(), text("sha256", item))).collect();
    let firsts = ledger.values().filter(|item| item["state"] != "duplicate").map(|item| {
        let id = text("id", item);
        let words = if item["pages"] == 0 {
            String::new()
        } else {
            bench.run(&["-C", "case", "cat", &id, "--text"]).code(0).stdout
        };
        let key = if item["sha256"].is_null() { text("path", item) } else { text("sha256", item) };
        format!(
            "{key} {} {} {} {words}",
            text("state", item),
            item["reasons"],
            text("media_type", item)
        )
    });
    (contents, firsts.collect())
}

#[test]
fn killed_twenty_times_it_ends_the_same() {
    let kills: usize =
        std::env::var("EXHIBIT_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let trove = example_trove();
    let trove = trove.to_str().expect("UTF-8");
    let calm = Bench::new();
    let _ = calm.run(&["init", "case"]).code(0);
    let _ = calm.run(&["-C", "case", "ingest", trove]).code(3);
    let stormy = Bench::new();
    let _ = stormy.run(&["init", "case"]).code(0);
    // each run is killed once it has logged a number of entries: soon after one commit, or after several
    let mut numbers = Mutator::new(1);
    let a_part = usize::try_from(calm.log_size()).expect("small") / kills.max(1);
    for _ in 0..kills {
        let target = stormy.log_size() + numbers.below(2 * a_part.max(1)) as u64;
        let _ = stormy.kill_when(&["-C", "case", "ingest", trove], || stormy.log_size() > target);
        let checked = stormy.run(&["-C", "case", "verify", "--no-log"]).code(0);
        assert!(checked.stdout.contains("Everything is as it was received"), "{}", checked.stdout);
    }
    let _ = stormy.run(&["-C", "case", "ingest", trove]).code(3);
    assert_eq!(essence(&stormy), essence(&calm));
    let _ = stormy.run(&["-C", "case", "verify"]).code(0);
    for query in ["登记", "تىزىملىك", "register", "\"销毁\""] {
        let count = |bench: &Bench| bench.run(&["-C", "case", "search", "--count", query]).stdout;
        assert_eq!(count(&stormy), count(&calm), "{query}");
    }
}

#[test]
fn an_index_made_anew_is_whole_or_the_old_one_stays() {
    let bench = Bench::new();
    let pages: Vec<String> =
        (0..1_500).map(|page| format!("登记表 register {page} {}", page % 7)).collect();
    for file in 0..3 {
        bench.write(&format!("trove/{file}.txt"), pages[file * 500..][..500].join("\u{c}"));
    }
    let _ = bench.take_in().code(0);
    let counts = |bench: &Bench| {
        ["登记", "表", "\"register 12 5\"", "register -3"]
            .map(|query| bench.run(&["-C", "case", "search", "--count", query]).code(0).stdout)
    };
    let expected = counts(&bench);
    assert_eq!(expected[0].trim(), "1500");
    let aside = bench.path("case/index.new");
    let files = || std::fs::read_dir(&aside).map_or(0, Iterator::count);
    for round in 0..8 {
        // killed once the new index has some number of files; the last time, once it takes the place of the old one
        let mut began = false;
        let _ = bench.kill_when(&["-C", "case", "case", "repair", "--index"], || {
            began = began || files() > round;
            began && (round < 7 || !aside.join("exhibit-unfinished").exists())
        });
        assert_eq!(counts(&bench), expected, "round {round}");
    }
    let _ = bench.run(&["-C", "case", "case", "repair", "--index"]).code(0);
    assert_eq!(counts(&bench), expected);
    assert!(!bench.path("case/index.new").exists());

    // another version's index is never searched, nor added to
    bench.write("case/index/exhibit-analysis", "1.1");
    for command in
        [&["-C", "case", "search", "登记"][..], &["-C", "case", "ingest", "trove", "--no-ocr"]]
    {
        let refused = bench.run(command).code(8);
        assert!(refused.stderr.contains("was made by analysis 1.1"), "{}", refused.stderr);
        assert!(refused.stderr.contains("exhibit case repair --index"), "{}", refused.stderr);
    }
    let _ = bench.run(&["-C", "case", "case", "repair", "--index"]).code(0);
    assert_eq!(counts(&bench), expected);
}

#[test]
fn a_full_disk_stops_it_and_room_lets_it_go_on() {
    let bench = Bench::new();
    for number in 0..40 {
        bench.write(&format!("trove/{number:02}.txt"), format!("page {number}: 登记"));
    }
    bench.write("trove/zz-large.txt", "x".repeat(6 << 20));
    let _ = bench.run(&["init", "case"]).code(0);
    // writing beyond the limit fails as it does on a full disk
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$0\" -C case ingest trove --no-ocr"])
        .arg(env!("CARGO_BIN_EXE_exhibit"))
        .current_dir(bench.path(""))
        .env("EXHIBIT_KEYS", bench.path("keys"))
        .output()
        .expect("run");
    let stderr = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(8), "{stderr}");
    assert!(stderr.contains("everything done so far is kept"), "{stderr}");
    let _ = bench.run(&["-C", "case", "verify", "--no-log"]).code(0);
    let _ = bench.take_in().code(0);
    assert_eq!(bench.ledger().len(), 41);
    assert_eq!(bench.run(&["-C", "case", "search", "--count", "登记"]).stdout.trim(), "40");
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn ctrl_c_stops_soon_and_the_rest_is_read_later() {
    let bench = Bench::new();
    const FILES: usize = 2_000;
    for number in 0..FILES {
        bench.write(&format!("trove/{number:04}.txt"), format!("page {number}"));
    }
    let _ = bench.run(&["init", "case"]).code(0);
    let ingest =
        ["-C", "case", "ingest", "trove", "--no-ocr", "--workers", "1", "--progress", "json"];
    let mut command = bench.command(&ingest);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start");
    // interrupted once it has read something and has much left to read: a worker per file is slow enough
    let mut events = BufReader::new(child.stderr.take().expect("stderr")).lines();
    let started = events.by_ref().any(|line| {
        let event: Value = serde_json::from_str(&line.expect("a line")).expect("a JSON event");
        event["settled"].as_u64().is_some_and(|settled| settled > 0)
    });
    assert!(started, "it ended before anything was read");
    let interrupted =
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(interrupted.success());
    // the pipe is drained, so that the program never waits for us
    assert!(events.all(|line| line.is_ok()));
    let output = child.wait_with_output().expect("wait");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{stdout}");
    assert!(stdout.contains("Everything done so far is kept."), "{stdout}");
    let settled = bench.ledger().values().filter(|item| item["state"] == "read").count();
    assert!(settled < FILES, "all {settled} were read");
    let _ = bench.take_in().code(0);
    assert_eq!(bench.ledger().len(), FILES);
    assert!(bench.ledger().values().all(|item| item["state"] == "read"));
}

#[test]
fn two_at_once_are_refused() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "first");
    let _ = bench.take_in().code(0);
    let lock = std::fs::File::open(bench.path("case/lock")).expect("lock");
    lock.lock().expect("lock");
    let refused = bench.take_in().code(5);
    assert!(refused.stderr.contains("in use by process"), "{}", refused.stderr);
    let _ = bench.run(&["-C", "case", "search", "first"]).code(0);
}

/// A trove whose intake takes long enough to be interrupted after its first entries.
fn long_trove(bench: &Bench) {
    for number in 0..40 {
        bench.write(&format!("trove/a{number:02}.txt"), format!("copper {number}"));
    }
    for name in ["y", "z"] {
        bench.write(&format!("trove/{name}.bin"), vec![name.as_bytes()[0]; 96 << 20]);
    }
}

/// The number of files received; asked of the folder, because a command would take too long.
fn received(bench: &Bench) -> usize {
    let folders = std::fs::read_dir(bench.path("case/originals")).into_iter().flatten().flatten();
    let files =
        |folder: std::fs::DirEntry| std::fs::read_dir(folder.path()).map_or(0, Iterator::count);
    folders.map(files).sum()
}

/// That the interrupted intake is visible everywhere, and gone once it was resumed.
fn is_visible_until_resumed(bench: &Bench) {
    let status = bench.run(&["-C", "case", "status"]).code(0).stdout;
    assert!(
        status.contains("has not finished") && status.contains("continue with `exhibit ingest`"),
        "{status}"
    );
    assert!(!status.contains("accounted for"), "{status}");
    let status = bench.run(&["-C", "case", "status", "--json"]).code(0).objects().remove(0);
    let (intake, reconciled) = (&status["intakes"][0], &status["reconciled"]);
    assert_eq!(
        (intake["known"].as_u64(), reconciled.as_bool()),
        (Some(42), Some(false)),
        "{status}"
    );
    assert!(intake["received"].as_u64().expect("a number") < 42, "{status}");
    let problems = bench.run(&["-C", "case", "problem", "ls"]).code(0).stdout;
    assert!(problems.contains("of 42 known entries were not received"), "{problems}");
    for query in ["copper", "nowhere"] {
        let said = bench.run(&["-C", "case", "search", query]).stderr;
        assert!(said.contains("of 42 known entries were not received"), "{said}");
    }
    // without a source, the interrupted one is received to its end
    let done = bench.run(&["-C", "case", "ingest", "--no-ocr"]);
    assert!([0, 3].contains(&done.code), "{}", done.stderr);
    assert_eq!(bench.ledger().len(), 42);
    let status = bench.run(&["-C", "case", "status"]).code(0).stdout;
    assert!(status.contains("Every container and source is accounted for."), "{status}");
}

#[test]
fn a_killed_intake_is_visible_until_it_is_resumed() {
    let bench = Bench::new();
    long_trove(&bench);
    let _ = bench.run(&["init", "case"]).code(0);
    let arguments = ["-C", "case", "ingest", "trove", "--no-ocr"];
    let ended = bench.kill_when(&arguments, || !bench.ledger_is_empty());
    assert_eq!(ended, None, "it was killed before its end");
    is_visible_until_resumed(&bench);
}

#[test]
fn an_intake_that_was_stopped_is_visible_until_it_is_resumed() {
    let bench = Bench::new();
    long_trove(&bench);
    let _ = bench.run(&["init", "case"]).code(0);
    let mut command = bench.command(&["-C", "case", "ingest", "trove", "--no-ocr"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start");
    while received(&bench) < 40 {
        assert!(child.try_wait().expect("wait").is_none(), "it ended too early");
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("a signal");
    assert_eq!(child.wait().expect("wait").code(), Some(130));
    let status = bench.run(&["-C", "case", "status", "--json"]).code(0).objects().remove(0);
    assert_eq!(status["intakes"][0]["end"], "requested", "{status}");
    is_visible_until_resumed(&bench);
}
