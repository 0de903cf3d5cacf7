//! The signing key: locked by a passphrase, followed by another, lost, exposed; and the case that is closed for good.

use crate::bench::{Bench, Done};
use exhibit_proof::finding::{Fault, Finding};
use exhibit_verify::{Time, VerifyRequest, What, verify};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;

fn secret(bench: &Bench, name: &str, text: &str) {
    bench.write(name, text);
    fs::set_permissions(bench.path(name), fs::Permissions::from_mode(0o600)).expect("permissions");
}

/// A case with one document, whose key is locked by the passphrase in the file `old`.
fn locked() -> Bench {
    let bench = Bench::new();
    secret(&bench, "old", "ئون ئىككى دەرىجە\n");
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    let made = bench.run(&["init", "case", "--passphrase", "--key-passphrase-file", "old"]).code(0);
    assert!(made.stdout.contains("locked by the passphrase"), "{}", made.stdout);
    bench
}

fn plain() -> Bench {
    let bench = Bench::new();
    bench.write("trove/a.txt", "所有进出人员须由值班员逐一登记。");
    let _ = bench.take_in().code(0);
    bench
}

fn key_files(bench: &Bench) -> Vec<PathBuf> {
    let files = fs::read_dir(bench.path("keys")).expect("keys").flatten().map(|entry| entry.path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "key")).collect();
    files.sort();
    files
}

fn case(bench: &Bench, arguments: &[&str]) -> Done {
    bench.run(&[&["-C", "case"], arguments].concat())
}

#[test]
fn a_locked_key_asks_for_its_passphrase_and_for_nothing_else() {
    let bench = locked();
    let ingest = |more: &[&str]| case(&bench, &[&["ingest", "trove", "--no-ocr"], more].concat());
    let refused = ingest(&["--no-input"]).code(7);
    assert!(refused.stderr.contains("--key-passphrase-file"), "{}", refused.stderr);
    secret(&bench, "wrong", "ئون ئىككى");
    let refused = ingest(&["--key-passphrase-file", "wrong"]).code(9);
    assert!(refused.stderr.contains("does not open the key"), "{}", refused.stderr);
    let _ = ingest(&["--key-passphrase-file", "old"]).code(0);
    // what does not sign needs no key
    let _ = case(&bench, &["search", "登记", "--no-input"]).code(0);
    let _ = case(&bench, &["verify", "--no-log", "--no-input"]).code(0);
    let unlogged = case(&bench, &["verify", "--no-input"]).code(0);
    assert!(unlogged.stderr.contains("not logged"), "{}", unlogged.stderr);
    // a passphrase never stands on the command line, and a file of it is for its owner
    fs::set_permissions(bench.path("old"), fs::Permissions::from_mode(0o644)).expect("permissions");
    let refused = ingest(&["--key-passphrase-file", "old"]).code(2);
    assert!(refused.stderr.contains("chmod 600"), "{}", refused.stderr);
}

#[test]
fn a_passphrase_comes_through_a_descriptor() {
    let bench = locked();
    let script =
        "exec 3<old; exec \"$0\" -C case ingest trove --no-ocr --key-passphrase-file /dev/fd/3";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_exhibit")]).current_dir(bench.path(""));
    let status =
        command.env("EXHIBIT_KEYS", bench.path("keys")).stdout(Stdio::null()).status().expect("sh");
    assert!(status.success());
}

#[test]
fn a_key_is_locked_anew_and_unlocked() {
    let bench = locked();
    secret(&bench, "new", "another one");
    let _ = case(
        &bench,
        &["case", "rekey", "--key-passphrase-file", "old", "--new-passphrase-file", "new"],
    )
    .code(0);
    let ingest =
        |file: &str| case(&bench, &["ingest", "trove", "--no-ocr", "--key-passphrase-file", file]);
    let _ = ingest("old").code(9);
    let _ = ingest("new").code(0);
    let _ = case(&bench, &["case", "rekey", "--none", "--key-passphrase-file", "old"]).code(9);
    let _ = case(&bench, &["case", "rekey", "--none", "--key-passphrase-file", "new"]).code(0);
    let _ = case(&bench, &["verify", "--no-input"]).code(0);
    let listed = case(&bench, &["log", "key", "ls", "--json"]).code(0).objects();
    assert_eq!((&listed[0]["signs"], &listed[0]["locked"]), (&true.into(), &false.into()));
}

#[test]
fn keys_follow_one_another_through_case_and_bag() {
    let bench = plain();
    let first = fs::read_to_string(bench.path("case/custody/key.pub")).expect("a key");
    bench.write("first.pub", &first);
    let _ = case(&bench, &["log", "key", "rotate"]).code(0);
    let old = key_files(&bench)
        .into_iter()
        .find(|file| !file.to_string_lossy().contains('-'))
        .expect("the first key");
    fs::remove_file(old).expect("the first key is not needed any more");
    let _ = case(&bench, &["log", "key", "rotate", "--reason", "compromised"]).code(0);
    let second = fs::read_to_string(bench.path("case/custody/key.pub")).expect("a key");
    assert_ne!(first, second);
    bench.write("trove/b.txt", "تىزىملىك");
    let _ = bench.take_in().code(0);
    let checked = case(&bench, &["verify"]).code(0);
    assert!(checked.stdout.contains("3 keys"), "{}", checked.stdout);
    let listed = case(&bench, &["log", "key", "ls", "--json"]).code(0).objects();
    let reasons: Vec<_> =
        listed.iter().map(|key| key["revoked"].as_str().unwrap_or("-").to_owned()).collect();
    assert_eq!(reasons, ["superseded", "compromised", "-"]);
    // an earlier key is called unreliable afterwards; the one that signs is not
    let id = first.split('+').nth(1).expect("an id").to_owned();
    let _ = case(&bench, &["log", "key", "revoke", &id, "--reason", "compromised"]).code(0);
    let signs = second.split('+').nth(1).expect("an id").to_owned();
    let refused = case(&bench, &["log", "key", "revoke", &signs, "--reason", "lost"]).code(2);
    assert!(refused.stderr.contains("rotate"), "{}", refused.stderr);
    let _ = case(&bench, &["log", "key", "revoke", "00000000", "--reason", "lost"]).code(1);
    // a reader who knows the first key believes the last one
    let _ = case(&bench, &["bag", "export", "bag", "--all"]).code(0);
    let good = bench.run(&["bag", "check", "bag", "--key", "first.pub"]).code(0);
    assert!(good.stdout.contains("signed by a successor of the key"), "{}", good.stdout);
    let _ = bench.run(&["bag", "check", "bag", "--key", second.trim()]).code(0);
    let other = Bench::new();
    let _ = other.run(&["init", "case"]).code(0);
    let strange = fs::read_to_string(other.path("case/custody/key.pub")).expect("a key");
    let _ = bench.run(&["bag", "check", "bag", "--key", strange.trim()]).code(4);
    let handovers = fs::read_dir(bench.path("bag/custody/handovers")).expect("handovers").flatten();
    let path = handovers.map(|entry| entry.path()).min().expect("a handover");
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replace("index ", "index 1")).expect("write");
    let found = bench.run(&["bag", "check", "bag"]).code(4);
    assert!(found.stdout.contains("handovers/"), "{}", found.stdout);
}

#[test]
fn a_key_locked_by_a_passphrase_is_followed_by_a_locked_one() {
    let bench = locked();
    let _ = case(&bench, &["log", "key", "rotate", "--key-passphrase-file", "old"]).code(0);
    let _ = case(&bench, &["ingest", "trove", "--no-ocr", "--no-input"]).code(7);
    let _ = case(&bench, &["ingest", "trove", "--no-ocr", "--key-passphrase-file", "old"]).code(0);
    for file in key_files(&bench) {
        let text = fs::read_to_string(&file).expect("a key");
        assert!(
            text.starts_with("EXHIBIT+KEY+1\n") && !text.contains("PRIVATE"),
            "{}",
            file.display()
        );
        assert_eq!(fs::metadata(&file).expect("metadata").permissions().mode() & 0o777, 0o600);
    }
}

/// Watches a case from now on for one step.
type Step = fn(&Bench) -> Box<dyn FnMut() -> bool + '_>;

/// The visible steps of a change of the log: its start, another key, each entry, and the change of the key.
const STEPS: [Step; 5] = [
    |_| Box::new(|| true),
    |bench| {
        let before = key_files(bench).len();
        Box::new(move || key_files(bench).len() > before)
    },
    |bench| {
        let before = bench.log_size();
        Box::new(move || bench.log_size() > before)
    },
    |bench| {
        let before = bench.log_size();
        Box::new(move || bench.log_size() > before + 1)
    },
    |bench| {
        let key = |bench: &Bench| fs::read(bench.path("case/custody/key.pub")).ok();
        let before = key(bench);
        Box::new(move || key(bench) != before)
    },
];

/// Runs a command again and again and kills it at each of its steps, until it ends by itself.
fn kill_until_done(bench: &Bench, arguments: &[&str]) {
    for step in STEPS {
        // ended by itself: done now, or done already by one that was killed on its way out
        if bench.kill_when(arguments, step(bench)).is_some() {
            return;
        }
        let checked = case(bench, &["verify", "--no-log"]);
        assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    }
    assert!([0, 2].contains(&bench.run(arguments).code));
}

#[test]
fn a_killed_rotation_is_finished_and_never_breaks_the_log() {
    let bench = plain();
    for _ in 0..3 {
        kill_until_done(&bench, &["-C", "case", "log", "key", "rotate"]);
        bench.write("trove/more.txt", format!("{:?}", std::time::SystemTime::now()));
        let _ = bench.take_in().code(0);
        let _ = case(&bench, &["verify"]).code(0);
    }
    let keys = case(&bench, &["log", "key", "ls", "--json"]).code(0).objects();
    assert!(keys.len() >= 4, "{}", keys.len());
}

#[test]
fn a_killed_seal_is_either_done_or_not() {
    let bench = plain();
    kill_until_done(&bench, &["-C", "case", "case", "seal", "--yes"]);
    let acts: Vec<String> = case(&bench, &["log", "ls", "--json", "-l", "1000"])
        .code(0)
        .objects()
        .iter()
        .map(|entry| entry["entry"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(acts.iter().filter(|act| act.contains("case.seal")).count(), 1);
    assert!(acts.last().is_some_and(|act| act.contains("case.seal")), "{acts:?}");
}

#[test]
fn a_sealed_case_takes_nothing_and_gives_everything() {
    let bench = plain();
    let unasked = case(&bench, &["case", "seal", "--no-input"]).code(7);
    assert!(unasked.stderr.contains("--yes"), "{}", unasked.stderr);
    let sealed = case(&bench, &["case", "seal", "--yes", "--json"]).code(0).objects();
    let entries = sealed[0]["log_entry"].as_u64().expect("a number") + 1;
    let size =
        || case(&bench, &["log", "check", "--json"]).code(0).objects()[0]["entries"].as_u64();
    bench.write("names.txt", "登记\n");
    bench.write("passwords.txt", "x\n");
    for refused in [
        &["ingest", "trove"][..],
        &["case", "seal", "--yes"],
        &["quote", "new", "1", "--page", "1", "--text", "登记"],
        &["log", "key", "rotate"],
        &["batch", "new", "names.txt"],
        &["password", "import", "passwords.txt"],
        &["search", "登记", "--save", "x"],
    ] {
        let done = case(&bench, refused).code(2);
        assert!(done.stderr.contains("sealed"), "{refused:?}: {}", done.stderr);
    }
    let _ = case(&bench, &["search", "登记"]).code(0);
    let _ = case(&bench, &["cat", "1", "--text"]).code(0);
    let _ = case(&bench, &["case", "repair", "--index"]).code(0);
    let checked = case(&bench, &["verify"]).code(0);
    assert!(checked.stdout.contains("sealed by log entry"), "{}", checked.stdout);
    assert_eq!(size(), Some(entries), "nothing follows");
    // a package of it is bound by a statement of its key
    let _ = case(&bench, &["bag", "export", "bag", "--all"]).code(0);
    assert_eq!(size(), Some(entries), "nothing follows");
    let key = fs::read_to_string(bench.path("case/custody/key.pub")).expect("a key");
    let good = bench.run(&["bag", "check", "bag", "--key", key.trim()]).code(0);
    assert!(good.stdout.contains("EXH-000001"), "{}", good.stdout);
    let script =
        || std::process::Command::new("sh").arg(bench.path("bag/verify.sh")).output().expect("sh");
    let said = script();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    for name in ["custody/export", "bag-info.txt", "VERIFY.txt"] {
        let path = bench.path("bag").join(name);
        let text = fs::read_to_string(&path).expect("read");
        fs::write(&path, text.replacen(":", ";", 1).replacen("sha256", "sha255", 1))
            .expect("write");
        let _ = bench.run(&["bag", "check", "bag"]).code(4);
        assert!(!script().status.success(), "{name}");
        fs::write(&path, text).expect("write");
    }
    let _ = bench.run(&["bag", "check", "bag"]).code(0);
    fs::remove_file(bench.path("bag/custody/export")).expect("remove");
    let _ = bench.run(&["bag", "check", "bag"]).code(4);
}

#[test]
fn a_log_is_checked_against_what_is_remembered() {
    let bench = plain();
    fs::copy(bench.path("case/custody/checkpoint"), bench.path("kept")).expect("kept");
    let copied = std::process::Command::new("cp")
        .args(["-a", "case", "earlier"])
        .current_dir(bench.path(""))
        .status();
    assert!(copied.expect("cp").success());
    bench.write("trove/b.txt", "تىزىملىك");
    let _ = bench.take_in().code(0);
    let good = case(&bench, &["log", "check", "--against", "kept"]).code(0);
    assert!(good.stdout.contains("The log is valid"), "{}", good.stdout);
    fs::copy(bench.path("case/custody/checkpoint"), bench.path("later")).expect("kept");
    // the whole case is put back to an earlier state, catalogue and all: this machine remembers
    fs::remove_dir_all(bench.path("case")).expect("remove");
    fs::rename(bench.path("earlier"), bench.path("case")).expect("rename");
    let found = case(&bench, &["log", "check"]).code(4);
    assert!(found.stdout.contains("rolled back"), "{}", found.stdout);
    let found = case(&bench, &["verify", "--no-log"]).code(4);
    assert!(found.stdout.contains("rolled back"), "{}", found.stdout);
    let refused = bench.take_in().code(4);
    assert!(refused.stderr.contains("rolled back"), "{}", refused.stderr);
    // elsewhere nothing is remembered, and nothing is wrong
    for memory in fs::read_dir(bench.path("keys")).expect("keys").flatten() {
        if memory.path().extension().is_some_and(|ending| ending == "checkpoint") {
            fs::remove_file(memory.path()).expect("remove");
        }
    }
    let _ = case(&bench, &["log", "check", "--against", "kept"]).code(0);
    // it continues from there: a reader who kept the later checkpoint sees a fork
    bench.write("trove/c.txt", "another");
    let _ = bench.take_in().code(0);
    let _ = case(&bench, &["log", "check", "--against", "later"]).code(4);
    bench.write("odd", "not a checkpoint\n");
    let _ = case(&bench, &["log", "check", "--against", "odd"]).code(2);
    let other = plain();
    fs::copy(other.path("case/custody/checkpoint"), bench.path("strange")).expect("copied");
    let found = case(&bench, &["log", "check", "--against", "strange"]).code(4);
    assert!(found.stdout.contains("not signed by a key of this log"), "{}", found.stdout);
}

#[test]
fn a_copy_of_the_log_is_checked_by_others() {
    let bench = plain();
    let _ = case(&bench, &["log", "key", "rotate"]).code(0);
    let _ = case(&bench, &["log", "export", "copy"]).code(0);
    let _ = case(&bench, &["log", "export", "copy"]).code(2);
    let same = |name: &str| {
        let (ours, theirs) = (bench.path("case/custody").join(name), bench.path("copy").join(name));
        assert_eq!(fs::read(ours).expect("ours"), fs::read(theirs).expect("theirs"), "{name}");
    };
    same("key.pub");
    same("checkpoint");
    assert!(!bench.path("copy/lock").exists());
    assert_eq!(held_against(&bench, What::Checkpoint, "copy", None), []);
    // in a folder named custody it is checked as a case's log is
    fs::create_dir(bench.path("elsewhere")).expect("made");
    fs::rename(bench.path("copy"), bench.path("elsewhere/custody")).expect("moved");
    let checked = bench.run(&["-C", "elsewhere", "log", "check"]).code(0);
    assert!(checked.stdout.contains("2 keys"), "{}", checked.stdout);
}

// What `exhibit-verify` finds of a log or proof, given a key from elsewhere.
fn held_against(bench: &Bench, what: What, path: &str, key: Option<&str>) -> Vec<(String, Fault)> {
    let request = VerifyRequest {
        what,
        path: bench.path(path),
        key: key.map(|key| key.trim_end().to_owned()),
        policy: None,
        entry: None,
        log: None,
        plain: false,
        time: Time::default(),
    };
    let report = verify(&request).expect("something to check");
    let below = bench.path("").display().to_string();
    let place = |finding: &Finding| {
        finding.place.trim_start_matches(&below).trim_start_matches('/').to_owned()
    };
    report.deviations.iter().map(|finding| (place(finding), finding.fault)).collect()
}
