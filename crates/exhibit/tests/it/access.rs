//! Who looked: recorded by commands and by the browser interface, kept from others, and never in the way of looking.

use crate::bench::{Bench, Done};
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn case(bench: &Bench, arguments: &[&str]) -> Done {
    bench.run(&[&["-C", "case"], arguments].concat())
}

fn made() -> Bench {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    bench.write("trove/b.txt", "تىزىملىك");
    let _ = bench.take_in().code(0);
    bench
}

/// What the access log says: each act with what its entry keeps sealed, opened.
fn looks(bench: &Bench) -> Vec<(String, String)> {
    let entries =
        case(bench, &["log", "ls", "--access", "--json", "-l", "100000"]).code(0).objects();
    let read = |entry: &serde_json::Value| {
        let text: serde_json::Value =
            serde_json::from_str(entry["entry"].as_str().expect("text")).expect("JSON");
        let opened = entry["openings"]
            .as_object()
            .expect("openings")
            .values()
            .filter_map(|value| value.as_str());
        (text["act"].as_str().expect("an act").to_owned(), opened.collect::<Vec<_>>().join(" "))
    };
    entries.iter().map(read).collect()
}

fn acts(bench: &Bench) -> Vec<String> {
    looks(bench).into_iter().map(|(act, _)| act).collect()
}

#[test]
fn what_is_searched_shown_and_taken_out_is_recorded_and_nobody_reads_it_in_the_case() {
    let bench = made();
    let custody = fs::read(bench.path("case/custody/checkpoint")).expect("read");
    bench.write("names.txt", "登记\n");
    let _ = case(&bench, &["search", "登记"]).code(0);
    let _ = case(&bench, &["search", "--count", "nothing of the kind"]).code(1);
    let _ = case(&bench, &["show", "1"]).code(0);
    let _ = case(&bench, &["cat", "2", "--text", "--page", "1"]).code(0);
    let _ = case(&bench, &["cat", "2", "-o", "out"]).code(0);
    let _ = case(&bench, &["batch", "new", "names.txt"]).code(0);
    let _ = case(&bench, &["batch", "run", "1"]).code(0);
    assert_eq!(
        fs::read(bench.path("case/custody/checkpoint")).expect("read"),
        custody,
        "the custody log knows nothing"
    );
    let expected = [
        ("case.open", ""),
        ("search", "登记"),
        ("search", "nothing of the kind"),
        ("view", "EXH-000001"),
        ("view", "EXH-000002 1"),
        ("export", "EXH-000002"),
        ("batch", "names.txt"),
    ];
    let expected: Vec<_> = expected.map(|(act, what)| (act.to_owned(), what.to_owned())).into();
    assert_eq!(looks(&bench), expected);
    let checked = case(&bench, &["log", "check", "--access"]).code(0);
    assert!(checked.stdout.contains("is valid"), "{}", checked.stdout);
    let verified = case(&bench, &["verify"]).code(0);
    assert!(verified.stdout.contains("access log, 7 entries"), "{}", verified.stdout);
    // in the case's folder nothing of it can be read but in the list of latest searches, which can be switched off; the keys lie
    // apart, for their owner alone
    let found = Command::new("grep")
        .args(["-r", "-l", "--exclude=history.json", "nothing of the kind", "case"])
        .current_dir(bench.path(""))
        .output();
    assert!(found.expect("grep").stdout.is_empty());
    for key in fs::read_dir(bench.path("keys")).expect("keys").flatten() {
        let name = key.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".checkpoint") {
            assert_eq!(key.metadata().expect("metadata").permissions().mode() & 0o077, 0, "{name}");
        }
    }
}

#[test]
fn no_package_has_it_unless_it_is_asked_for() {
    let bench = made();
    let _ = case(&bench, &["search", "登记"]).code(0);
    let _ = case(&bench, &["bag", "export", "bag", "--all"]).code(0);
    assert!(
        looks(&bench)
            .iter()
            .any(|(act, what)| act == "export" && what.contains("EXH-000001 EXH-000002"))
    );
    let _ = case(&bench, &["log", "export", "copy"]).code(0);
    let origin =
        fs::read_to_string(bench.path("case/access/log/key.pub")).expect("a key")[..16].to_owned();
    for folder in ["bag", "copy"] {
        let found = Command::new("grep")
            .args(["-r", "-l", &origin, folder])
            .current_dir(bench.path(""))
            .output();
        assert!(found.expect("grep").stdout.is_empty(), "{folder}");
    }
    let _ = case(&bench, &["log", "export", "more", "--with-access-log"]).code(0);
    assert!(bench.path("more-access/checkpoint").exists());
    assert!(!bench.path("more-access/openings").exists());
}

#[test]
fn it_is_switched_off_and_on_and_both_logs_say_so() {
    let bench = made();
    let _ = case(&bench, &["search", "one"]).code(1);
    let _ = case(&bench, &["case", "access", "off"]).code(0);
    let _ = case(&bench, &["search", "two"]).code(1);
    let shown = case(&bench, &["case", "access"]).code(0);
    assert!(shown.stdout.contains("logging is off"), "{}", shown.stdout);
    let _ = case(&bench, &["case", "access", "on", "--keep-days", "30"]).code(0);
    let _ = case(&bench, &["search", "three"]).code(1);
    assert_eq!(acts(&bench), ["case.open", "search", "access.set", "access.set", "search"]);
    let custody = case(&bench, &["log", "ls", "-l", "1000"]).code(0).stdout;
    assert_eq!(custody.matches("access.set").count(), 2);
    let _ = case(&bench, &["verify"]).code(0);
    // by hand, past both logs
    let toml = bench.path("case/exhibit.toml");
    let text = fs::read_to_string(&toml).expect("settings");
    fs::write(&toml, text.replace("record = true", "record = false")).expect("write");
    let found = case(&bench, &["verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("`access`"), "{}", found.stdout);
}

#[test]
fn what_cannot_be_recorded_is_shown_only_on_express_request() {
    let bench = made();
    let _ = case(&bench, &["search", "登记"]).code(0);
    let refused = |arguments: &[&str]| {
        let done = case(&bench, arguments).code(70);
        assert!(done.stderr.contains("the access log cannot be written"), "{}", done.stderr);
        assert!(done.stderr.contains("--unrecorded"), "{}", done.stderr);
        assert!(!done.stdout.contains("EXH-") && !done.stdout.contains("登记"), "{}", done.stdout);
    };
    // the keys are on another machine
    fs::rename(bench.path("keys"), bench.path("elsewhere")).expect("moved");
    for arguments in [
        &["search", "登记"][..],
        &["show", "1"],
        &["cat", "1", "--text"],
        &["search", "-q", "登记"],
    ] {
        refused(arguments);
    }
    let searched = case(&bench, &["search", "登记", "--unrecorded"]).code(0);
    assert_eq!(searched.stderr.matches("Access is not recorded").count(), 1, "{}", searched.stderr);
    fs::rename(bench.path("elsewhere"), bench.path("keys")).expect("moved back");
    // a place where nothing can be written: a file stands where the journals' folder would
    fs::remove_dir_all(bench.path("case/access/journal")).expect("removed");
    fs::write(bench.path("case/access/journal"), b"").expect("written");
    refused(&["search", "登记"]);
    let _ = case(&bench, &["show", "1", "--unrecorded"]).code(0);
}

#[test]
fn a_copy_is_shown_as_such_and_changes_nothing() {
    let bench = made();
    let _ = Command::new("cp")
        .args(["-r"])
        .args([bench.path("case"), bench.path("copy")])
        .status()
        .expect("copied");
    let refused = bench.run(&["-C", "copy", "problem", "retry"]).code(2);
    assert!(
        refused.stderr.contains("is a copy of the case in")
            && refused.stderr.contains("case adopt"),
        "{}",
        refused.stderr
    );
    // the original goes on, and the copy is behind it then
    let mut copied =
        served(bench.command(&["-C", "copy", "serve", "--json", "--listen", "127.0.0.1:0"]));
    let overview = get(copied.port, &copied.cookie, "/");
    assert!(
        overview.contains("This folder is a copy of the case in")
            && overview.contains("role=\"alert\""),
        "{overview}"
    );
    let _ = bench.run(&["-C", "case", "tag", "add", "seen", "1"]).code(0);
    let _ = bench.run(&["-C", "case", "ingest"]).code(0);
    let overview = get(copied.port, &copied.cookie, "/");
    assert!(
        overview.contains("earlier state of the case") && overview.contains("last changed in"),
        "{overview}"
    );
    let _ = Command::new("kill").arg(copied.child.id().to_string()).status();
    let _ = copied.child.wait();
    let behind = bench.run(&["-C", "copy", "problem", "retry"]).code(4);
    let original = bench.path("case").canonicalize().expect("a path").display().to_string();
    assert!(behind.stderr.contains(&original), "the other folder is named: {}", behind.stderr);
    let _ = bench.run(&["-C", "case", "verify"]).code(0);
}

#[test]
fn a_case_from_before_there_was_an_access_log_gets_one() {
    let bench = made();
    let toml = bench.path("case/exhibit.toml");
    let text = fs::read_to_string(&toml).expect("settings");
    let before = text.split("[access]").next().expect("a part").to_owned();
    assert_ne!(text, before);
    fs::write(&toml, before).expect("write");
    let _ = case(&bench, &["search", "登记"]).code(0);
    assert_eq!(acts(&bench), ["case.open", "search"]);
    let _ = case(&bench, &["verify"]).code(0);
}

#[test]
fn tampering_with_it_is_named() {
    let bench = made();
    for query in ["one", "two", "three"] {
        let _ = case(&bench, &["search", query]).code(1);
    }
    let _ = looks(&bench);
    let mut files = Vec::new();
    below(&bench.path("case/access"), &mut files);
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        let good = fs::read(&file).expect("read");
        let mut altered = good.clone();
        altered[good.len() / 2] ^= 1;
        fs::write(&file, altered).expect("write");
        let found = case(&bench, &["verify", "--no-log"]).code(4);
        assert!(found.stdout.contains("access"), "{}: {}", file.display(), found.stdout);
        fs::write(&file, good).expect("write");
    }
    let _ = case(&bench, &["log", "check", "--access"]).code(0);
    fs::remove_dir_all(bench.path("case/access/log")).expect("removed");
    let found = case(&bench, &["verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("its log is missing"), "{}", found.stdout);
}

fn below(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("listed").flatten() {
        match entry.path() {
            path if path.is_dir() => below(&path, files),
            path if entry.metadata().is_ok_and(|metadata| metadata.len() > 0) => files.push(path),
            _ => {}
        }
    }
}

#[test]
fn searches_that_are_killed_are_recorded_if_they_were_answered() {
    let bench = made();
    let mut answered = BTreeSet::new();
    for number in 0..40_u64 {
        let query = format!("query{number}");
        let mut command = bench.command(&["-C", "case", "search", &query]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("start");
        let mut line = String::new();
        // its answer is there: from now on it must be on record, whatever becomes of the process
        let _ = BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line);
        let _ = child.kill();
        let _ = child.wait();
        if !line.is_empty() {
            answered.insert(query);
        }
        if number % 10 == 9 {
            let _ = case(&bench, &["log", "check", "--access"]).code(0);
        }
    }
    assert!(answered.len() > 30, "{}", answered.len());
    let recorded: BTreeSet<String> = looks(&bench).into_iter().map(|(_, what)| what).collect();
    assert!(answered.is_subset(&recorded), "{:?}", answered.difference(&recorded));
}

#[test]
fn the_browser_interface_and_commands_record_side_by_side() {
    let bench = made();
    let mut served = serve(&bench);
    let get = |path: &str| get(served.port, &served.cookie, path);
    assert!(get("/search?q=%E7%99%BB%E8%AE%B0").starts_with("HTTP/1.1 200"));
    for number in 0..5 {
        assert!(get(&format!("/search?q=web{number}")).starts_with("HTTP/1.1 200"));
        let _ = case(&bench, &["search", &format!("cli{number}")]).code(1);
    }
    assert!(get("/doc/1?p=1").starts_with("HTTP/1.1 200"));
    assert!(get("/doc/99999").starts_with("HTTP/1.1 404"));
    assert!(get("/words?q=words").starts_with("HTTP/1.1 200"));
    assert!(get("/items").starts_with("HTTP/1.1 200"));
    let _ = Command::new("kill").arg(served.child.id().to_string()).status();
    let _ = served.child.wait();
    let looks = looks(&bench);
    let expected = ["登记", "web0", "web4", "cli0", "cli4", "EXH-000001 1", "words"];
    for what in expected {
        assert_eq!(
            looks.iter().filter(|(_, opened)| opened == what).count(),
            1,
            "{what}: {looks:?}"
        );
    }
    assert!(
        !looks.iter().any(|(_, what)| what.contains("99999")),
        "what was not shown was not looked at"
    );
    assert_eq!(
        looks.iter().filter(|(act, _)| act == "list").count(),
        1,
        "the list of items: {looks:?}"
    );
    let _ = case(&bench, &["log", "check", "--access"]).code(0);
}

#[test]
fn the_browser_interface_shows_nothing_that_it_cannot_record() {
    let bench = made();
    let mut served = serve(&bench);
    let get = |path: &str| get(served.port, &served.cookie, path);
    assert!(get("/search?q=%E7%99%BB%E8%AE%B0").contains("EXH-000001"));
    // a file where the folder of journals would be: nothing can be written there
    let (journal, elsewhere) = (bench.path("case/access/journal"), bench.path("elsewhere"));
    fs::rename(&journal, &elsewhere).expect("moved");
    fs::write(&journal, b"").expect("written");
    for path in [
        "/search?q=%E7%99%BB%E8%AE%B0",
        "/words?q=%E7%99%BB%E8%AE%B0",
        "/doc/2",
        "/items",
        "/log/1",
    ] {
        let answer = get(path);
        assert!(answer.starts_with("HTTP/1.1 503"), "{path}: {answer}");
        assert!(answer.contains("the access log cannot be written"), "{path}: {answer}");
        assert!(!answer.contains("EXH-0000"), "{path}: {answer}");
    }
    assert!(get("/help").starts_with("HTTP/1.1 200"), "it shows nothing of the case");
    fs::remove_file(&journal).expect("removed");
    fs::rename(&elsewhere, &journal).expect("moved back");
    assert!(get("/doc/2").contains("EXH-000002"));
    let _ = Command::new("kill").arg(served.child.id().to_string()).status();
    let _ = served.child.wait();
    // the keys are on another machine: it does not start, for there is nothing that it may show
    fs::rename(bench.path("keys"), bench.path("away")).expect("moved");
    let refused = case(&bench, &["serve", "--listen", "127.0.0.1:0"]).code(70);
    assert!(refused.stderr.contains("the access log cannot be written"), "{}", refused.stderr);
}

pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) port: u16,
    pub(crate) cookie: String,
}

fn serve(bench: &Bench) -> Served {
    served(bench.command(&["-C", "case", "serve", "--json", "--listen", "127.0.0.1:0"]))
}

/// Starts a server, and opens a session.
pub(crate) fn served(mut command: Command) -> Served {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("start");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("an address");
    let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let link = said["address"].as_str().expect("a link").trim_start_matches("http://").to_owned();
    let (host, path) = link.split_once('/').expect("a path");
    let port = host.rsplit(':').next().expect("a port").parse().expect("a number");
    let answer = get(port, "", &format!("/{path}"));
    let cookie = answer.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"));
    let cookie = cookie
        .and_then(|line| line.split_once(':'))
        .and_then(|(_, value)| value.trim().split(';').next());
    let cookie = cookie.unwrap_or_else(|| panic!("no session: {answer}")).to_owned();
    Served { child, port, cookie }
}

pub(crate) fn get(port: u16, cookie: &str, path: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    stream.set_read_timeout(Some(deadline - Instant::now())).expect("set");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
