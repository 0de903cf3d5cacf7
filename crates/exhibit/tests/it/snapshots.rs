//! What commands print, whole, on a tiny case with a fixed clock and fixed randomness. `UPDATE_EXPECT=1` rewrites these texts.

use crate::bench::Bench;
use expect_test::{Expect, expect};
use std::fs::File;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// 2 January 2026, 03:04:05 UTC.
const CLOCK: u64 = 1_767_323_045;

/// A case with three documents and a file that is not supported, each taken in by a run of its own: their order is fixed.
struct Snapshots {
    bench: Bench,
    runs: AtomicU32,
}

impl Snapshots {
    fn new() -> Self {
        let made = Self { bench: Bench::new(), runs: AtomicU32::new(0) };
        made.bench.write(
            "trove/notice.txt",
            "所有进出人员须由值班员逐一登记。\nEvery person is registered.\n",
        );
        made.bench.write("trove/staff/list.csv", "name,role\nMeryem,cook\nLi Hua,guard\n");
        made.bench.write(
            "trove/staff/copy.txt",
            "所有进出人员须由值班员逐一登记。\nEvery person is registered.\n",
        );
        made.bench.write("trove/odd.bin", [0_u8, 1, 2, 3, 255, 254, 253]);
        let _ = made.run(&["init", "case", "--name", "Snapshot"]).0;
        for path in
            ["trove/notice.txt", "trove/staff/list.csv", "trove/staff/copy.txt", "trove/odd.bin"]
        {
            let file = File::options().write(true).open(made.bench.path(path)).expect("a file");
            file.set_modified(UNIX_EPOCH + Duration::from_secs(CLOCK - 86_400)).expect("a time");
            let _ = made.run(&[
                "-C",
                "case",
                "ingest",
                path,
                "--as",
                path,
                "--no-ocr",
                "--workers",
                "1",
            ]);
        }
        made
    }

    /// Runs a command; each run has randomness of its own, so that no number is used twice.
    fn run(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let mut command = self.bench.command(arguments);
        command.env("EXHIBIT_TEST_CLOCK", (CLOCK * 1_000_000).to_string());
        command.env("EXHIBIT_TEST_SEED", self.runs.fetch_add(1, Ordering::Relaxed).to_string());
        let output = command.output().expect("the program starts");
        let mut text = String::from_utf8(output.stdout).expect("UTF-8");
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            text.push_str(&format!("stderr: {line}\n"));
        }
        // what no clock of ours decides: how long a search took, and where the test runs
        let here = self.bench.path("").to_string_lossy().trim_end_matches('/').to_owned();
        (without_duration(&without_path(&text.replace(&here, "HERE"))), output.status.code())
    }

    fn check(&self, arguments: &[&str], expected: &Expect) {
        let mut all = vec!["-C", "case"];
        all.extend(arguments);
        let (text, code) = self.run(&all);
        expected.assert_eq(&format!("{text}exit: {}\n", code.unwrap_or(-1)));
    }
}

/// Replaces the sealed name of a source in log entries: it commits to an absolute path.
fn without_path(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        if line.contains("source.receive")
            && let Some(at) = line.find("\"name\":\"").map(|at| at + 8)
            && line.get(at..at + 64).is_some_and(|hash| hash.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            line.replace_range(at..at + 64, "SEALED");
        }
        lines.push(line + "\n");
    }
    lines.concat()
}

/// Replaces ` in 0.012 s` by ` in TIME`.
fn without_duration(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let taken = line.rsplit_once(" in ").filter(|(_, end)| {
            end.strip_suffix(" s").is_some_and(|number| number.parse::<f64>().is_ok())
        });
        lines.push(
            taken.map_or_else(|| line.to_owned(), |(before, _)| format!("{before} in TIME")) + "\n",
        );
    }
    lines.concat()
}

#[test]
fn durations_are_replaced() {
    assert_eq!(without_duration("1 page in 0.002 s\nin 2 s of\n"), "1 page in TIME\nin 2 s of\n");
}

#[test]
fn root_help() {
    let bench = Bench::new();
    let help = bench.run(&["--help"]).code(0);
    assert_eq!(bench.run(&["-h"]).code(0).stdout, help.stdout);
    expect![[r#"
        Turns a leaked trove of documents into evidence that holds up

        Usage: exhibit [OPTIONS] COMMAND

        Start
          open [DIR]  Ingest a folder, serve it on this machine and open the browser
          init DIR    Create a case folder
          demo DIR    Create a practice case of invented documents
          doctor      Check this machine: cage, tools, fonts, disk space

        Material
          ingest [SOURCE]...     Ingest files, folders and archives; resumes where it stopped
          status                 Show progress, totals and problems of the case
          problem ls|show|retry  Show files that failed, are encrypted, unsupported or truncated, and retry them
          password import|ls     Manage passwords to try on encrypted files

        Search
          search QUERY...               Search; the same operators as in the browser
          show DOC                      Show one document
          cat DOC                       Write a document's original bytes, its text, or the image of a page
          ls [PATH]                     List the items of the case
          similar DOC                   Find similar documents, by shared distinctive terms
          batch new|ls|show|run|export  Search for many names or queries from a file
          saved ls|show|run|rm          Manage saved searches, and show new results
          history ls|clear|on|off       Manage the search history
          tag add|rm|ls                 Tag documents

        Hand over
          quote new|ls|check                Tie passages to their pages, and check that they still match
          bag export|check|import|received  Export packages that prove their contents, and check or import them

        Trust
          verify [PATH]                        Check the case against its hashes and its log
          log ls|show|check|export             Read, check and copy the custody log
          log key ls|rotate|revoke             Manage the keys that sign the log
          log anchor request|import|ls         Anchor the log in time (RFC 3161, witnesses, Sigsum), offline
          case seal|access|rekey|adopt|repair  Seal a case, change its passphrase, set access logging, rebuild its index

        Run
          serve              Serve the browser interface on this machine
          completions SHELL  Print completions for a shell
          man DIR            Write manual pages
          version            Print the version

        Options
          -C, --case DIR                  The case [default: EXHIBIT_CASE, else the nearest parent folder with an exhibit.toml]
              --json                      Print JSON
          -n, --dry-run                   Show what would be done, without doing it
          -y, --yes                       Answer yes to all questions
          -q, --quiet                     Print no progress and no remarks
          -v, --verbose                   Print details on stderr; repeat for more
              --progress HOW              How to show progress: auto, bar, plain, json, none
              --color WHEN                When to use colour; NO_COLOR is respected: auto, always, never
              --lang LANG                 The language of messages and pages [default: EXHIBIT_LANG, else en]: en, zh-Hans, ug
              --memory SIZE               The most memory of all processes, such as 4G [default: 3/4 of this computer's]
              --unrecorded                Show contents even if the access log cannot be written; nothing is recorded then
              --no-input                  Never prompt; fail instead
              --key-passphrase-file FILE  Read the signing key's passphrase from a file's first line (/dev/fd/N: a descriptor)
          -h, --help                      Print help; `exhibit COMMAND --help` has details and examples
          -V, --version                   Print the version

        Exit codes
          0 success, 1 nothing found, 2 usage error, 3 some items failed, 4 evidence does not match, 5 case in use,
          7 input needed, 8 tool or disk space missing, 9 wrong passphrase or identity, 10 no case, 70 internal error,
          130 interrupted (can be resumed)
    "#]].assert_eq(&help.stdout);
}

#[test]
fn help_of_a_command() {
    expect![[r#"
        Check the whole log for forks, rollbacks, altered or missing files, swapped keys; exits with 4 if
        anything differs

        Usage: exhibit log check [OPTIONS]

        Options:
              --against <CHECKPOINT>...     A checkpoint of this log that was kept elsewhere: the log must
                                            still extend it
          -C, --case <DIR>                  The case [default: EXHIBIT_CASE, else the nearest parent folder
                                            with an exhibit.toml]
              --access                      Check the access log instead, with its sealed values
              --json                        Print JSON
          -n, --dry-run                     Show what would be done, without doing it
          -y, --yes                         Answer yes to all questions
          -q, --quiet                       Print no progress and no remarks
          -v, --verbose...                  Print details on stderr; repeat for more
              --progress <HOW>              How to show progress [default: auto] [possible values: auto,
                                            bar, plain, json, none]
              --color <WHEN>                When to use colour; NO_COLOR is respected [default: auto]
                                            [possible values: auto, always, never]
              --lang <LANG>                 The language of messages and pages [default: EXHIBIT_LANG, else
                                            en] [possible values: en, zh-Hans, ug]
              --memory <SIZE>               The most memory of all processes, such as 4G [default: 3/4 of
                                            this computer's]
              --unrecorded                  Show contents even if the access log cannot be written; nothing
                                            is recorded then
              --no-input                    Never prompt; fail instead
              --key-passphrase-file <FILE>  Read the signing key's passphrase from a file's first line
                                            (/dev/fd/N: a descriptor)
          -h, --help                        Print help

        Examples:
          exhibit log check
          exhibit log check --against ~/kept/checkpoint
    "#]]
    .assert_eq(&Bench::new().run(&["log", "check", "--help"]).code(0).stdout);
}

#[test]
fn commands_on_a_tiny_case() {
    let case = Snapshots::new();
    case.check(
        &["status"],
        &expect![[r#"
            Snapshot
            case · created 2026-01-02T03:04:05Z

            All 4 items, by state
                      2  read
                      1  duplicate
                      1  unsupported
              119 bytes in 3 originals; 2 pages read
              Every container and source is accounted for.
              1 problem: see `exhibit problem ls`
            exit: 0
        "#]],
    );
    case.check(
        &["ls"],
        &expect![[r#"
        EXH-000001  read          77 bytes    1 p  notice.txt
        EXH-000002  read          35 bytes    1 p  list.csv
        EXH-000003  duplicate     77 bytes         copy.txt
        EXH-000004  unsupported    7 bytes         odd.bin
        exit: 0
    "#]],
    );
    case.check(&["ls", "--json"], &expect![[r#"
        {"v":1,"kind":"item","id":"EXH-000001","path":"notice.txt","container":null,"sha256":"ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52","size":77,"media_type":"text/plain","state":"read","reason":null,"reasons":[],"duplicate_of":null,"pages":1,"languages":["zh-Hans"],"members":0,"modified":"2026-01-01T03:04:05Z","received":"2026-01-02T03:04:05Z","log_entry":2}
        {"v":1,"kind":"item","id":"EXH-000002","path":"list.csv","container":null,"sha256":"b30b3f1aaf4e491bc76470d5ef65cbdb7b87b5466851d20cc13cc73f287bd00c","size":35,"media_type":"text/csv","state":"read","reason":null,"reasons":[],"duplicate_of":null,"pages":1,"languages":[],"members":0,"modified":"2026-01-01T03:04:05Z","received":"2026-01-02T03:04:05Z","log_entry":5}
        {"v":1,"kind":"item","id":"EXH-000003","path":"copy.txt","container":null,"sha256":"ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52","size":77,"media_type":null,"state":"duplicate","reason":null,"reasons":[],"duplicate_of":"EXH-000001","pages":0,"languages":[],"members":0,"modified":"2026-01-01T03:04:05Z","received":"2026-01-02T03:04:05Z","log_entry":8}
        {"v":1,"kind":"item","id":"EXH-000004","path":"odd.bin","container":null,"sha256":"db89824d39a30f48b5c79775d5f01f4859e1b80f6d7acde373cd29d6facb3fe6","size":7,"media_type":"application/octet-stream","state":"unsupported","reason":"files of type application/octet-stream are not supported","reasons":[{"code":"no-reader","values":{"media_type":"application/octet-stream"},"text":"files of type application/octet-stream are not supported"}],"duplicate_of":null,"pages":0,"languages":[],"members":0,"modified":"2026-01-01T03:04:05Z","received":"2026-01-02T03:04:05Z","log_entry":11}
        exit: 0
    "#]]);
    case.check(
        &["show", "1"],
        &expect![[r#"
        EXH-000001  notice.txt
          path        notice.txt
          source      trove/notice.txt
          state       read
          type        text/plain
          size        77 bytes
          sha256      ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52
          modified    2026-01-01T03:04:05Z
          received    2026-01-02T03:04:05Z
          log entry   2
          pages       1
          languages   zh-Hans
          also at     EXH-000003  copy.txt
        exit: 0
    "#]],
    );
    case.check(
        &["problem", "ls"],
        &expect![[r#"
            unsupported: files of type application/octet-stream are not supported  1 item
                EXH-000004  odd.bin
            exit: 0
        "#]],
    );
    case.check(
        &["search", "登记"],
        &expect![[r#"
            1 page of 1 document in TIME

            EXH-000001  notice.txt  page 1 · 1 hit · also in 1 place
              notice.txt
              = EXH-000003  copy.txt
              所有进出人员须由值班员逐一登记。 Every person is registered.
            stderr: Read as: 登记
            stderr: warning: not searched: 1 item of an unsupported type; see `exhibit problem ls`
            exit: 0
        "#]],
    );
    case.check(&["search", "登记", "--json"], &expect![[r#"
        {"v":1,"kind":"hit","document":"EXH-000001","path":"notice.txt","page":1,"snippet":"所有进出人员须由值班员逐一登记。\nEvery person is registered.","offsets":[[13,15]],"boxes":[],"sha256":"ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52","media_type":"text/plain","language":"zh-Hans","ocr_confidence":null,"score":0.5790849924087524,"date":null,"copies":1,"found_at":null,"places":[{"document":"EXH-000003","path":"copy.txt"}],"pages":1}
        {"v":1,"kind":"coverage","pages_searched":2,"complete":false,"pages_waiting_for_ocr":0,"pages_ocr_failed":0,"pages_doubtful":0,"doubtful_below":0.7,"items":{"waiting":0,"encrypted":0,"unsupported":1,"failed":0,"truncated":0},"pages_not_indexed":0,"intakes":[]}
        exit: 0
    "#]]);
    case.check(
        &["search", "nowhere"],
        &expect![[r#"
            0 pages of 0 documents in TIME
            stderr: Read as: nowhere
            stderr: warning: not searched: 1 item of an unsupported type; see `exhibit problem ls`
            exit: 1
        "#]],
    );
    case.check(&["log", "ls"], &expect![[r#"
               0  {"act":"case.open","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"prefix":"EXH"},"made":["key:7fdea2af:b8e2a83201c8c814504f195aa878ec91db02071e725eb4b455571078080bb505"],"object":"case","salt":"e76ba57ff9d2beb9f7e4493669f266b6","sealed":{"name":"0794fe2733dcb338d10c10f72ab02feb152cdd443e4c3a607e429eacaa4b2072"},"seq":0,"tool":"exhibit 0.1.0","used":[],"v":1}
               1  {"act":"source.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"channel":"file"},"made":[],"object":"source:1","salt":"42db430b5147bb681ee63b2267701f3f","sealed":{"name":"SEALED"},"seq":1,"tool":"exhibit 0.1.0","used":[],"v":1}
               2  {"act":"item.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"relation":"file","size":77},"made":["original:ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52"],"object":"item:1","salt":"7593029ec1bb74405df047862a1fc500","sealed":{"name":"b732fbcfffbfab1ac85b84e7209a25b400e8d933dd4443f5d5840518f7356d07"},"seq":2,"tool":"exhibit 0.1.0","used":["source:1"],"v":1}
                  EXH-000001  notice.txt
               3  {"act":"item.derive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"leaves":2,"pages":1,"reader":"exhibit 0.1.0","state":"read"},"made":["tree:ef0284f4410e659696b949c98d2a29111a7c2b7929cb43444d09a89364514856"],"object":"item:1","params_sha256":"faaf45230d2b9604db801110dde4ede7d4afa19fbfc7e731750977e1e85bef30","salt":"222a9cbdfa69b67567abb8a0f125ca58","sealed":{"tree_seed":"e3f8c9e4be2f66cd638bd56db3476f8fb0a386169b000fc952bcbe0904825b31"},"seq":3,"tool":"exhibit 0.1.0","used":["original:ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52"],"v":1}
                  EXH-000001  notice.txt
               4  {"act":"source.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"channel":"file"},"made":[],"object":"source:2","salt":"f855dc99f74196d21315ef546b105a64","sealed":{"name":"SEALED"},"seq":4,"tool":"exhibit 0.1.0","used":[],"v":1}
               5  {"act":"item.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"relation":"file","size":35},"made":["original:b30b3f1aaf4e491bc76470d5ef65cbdb7b87b5466851d20cc13cc73f287bd00c"],"object":"item:2","salt":"10c22fa4432af302acb92063dc67dedd","sealed":{"name":"a7f8dec11b03c9eaa6160658eba61c0df9daedfb50388f01923be0e7415430fc"},"seq":5,"tool":"exhibit 0.1.0","used":["source:2"],"v":1}
                  EXH-000002  list.csv
               6  {"act":"item.derive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"leaves":2,"pages":1,"reader":"exhibit 0.1.0","state":"read"},"made":["tree:4ea006f225c0be52b2862f28cd1b935f34191e0d434ade655f623e49df86437c"],"object":"item:2","params_sha256":"0d711b02c494fe2bbf565db52a6a68ee3f166638577f4e6f5ccb3f8b5ff18b2b","salt":"699631f4a88fee65b5e9714166529ad6","sealed":{"tree_seed":"0d42a93177b9a52a15eacb258b9658eb5ff5afe6db93b077189c04789f2e3d91"},"seq":6,"tool":"exhibit 0.1.0","used":["original:b30b3f1aaf4e491bc76470d5ef65cbdb7b87b5466851d20cc13cc73f287bd00c"],"v":1}
                  EXH-000002  list.csv
               7  {"act":"source.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"channel":"file"},"made":[],"object":"source:3","salt":"6819edb10a2605c8f5eac91a8ad0a8a6","sealed":{"name":"SEALED"},"seq":7,"tool":"exhibit 0.1.0","used":[],"v":1}
               8  {"act":"item.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"relation":"file","size":77},"made":["original:ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52"],"object":"item:3","salt":"878a3790eb2fcb3bef4eaa47fc5ded14","sealed":{"name":"8c7867685dd80adf069893d467fed30f658fa715009fbb53088ed225545785b5"},"seq":8,"tool":"exhibit 0.1.0","used":["source:3"],"v":1}
                  EXH-000003  copy.txt
               9  {"act":"item.duplicate","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{},"made":[],"object":"item:3","salt":"9598e588419146b90e2307fbf2aa80ba","sealed":{},"seq":9,"tool":"exhibit 0.1.0","used":["original:ad4c685b3ffbc36955aa1d00e466e1f4a64338b81859bd0f03602758ed625b52","item:1"],"v":1}
                  EXH-000003  copy.txt
              10  {"act":"source.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"channel":"file"},"made":[],"object":"source:4","salt":"cfcf6fad233673a59f0f77f11d48a856","sealed":{"name":"SEALED"},"seq":10,"tool":"exhibit 0.1.0","used":[],"v":1}
              11  {"act":"item.receive","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"relation":"file","size":7},"made":["original:db89824d39a30f48b5c79775d5f01f4859e1b80f6d7acde373cd29d6facb3fe6"],"object":"item:4","salt":"fd67e8b0cdfd3547a029e47c8f685807","sealed":{"name":"3d6457ad72e2bdd5156ab71e6d9de503abfd683be2197777e46615ea4f08c68a"},"seq":11,"tool":"exhibit 0.1.0","used":["source:4"],"v":1}
                  EXH-000004  odd.bin
              12  {"act":"item.fail","actor":"a1","at":"2026-01-02T03:04:05.000000Z","facts":{"reader":"exhibit 0.1.0","state":"unsupported"},"made":[],"object":"item:4","params_sha256":"35dc32ca35fe9a84eb239517f70f07b8c82a0f7c57d67e67507c22883d7ee761","salt":"ddc2cefab5ecdfc8a1c0f480432dc8c1","sealed":{"reason":"0d5a4362d15b33e3ce1a7ada6d13a739db15c4240691ac9ea4465563fd5813f6"},"seq":12,"tool":"exhibit 0.1.0","used":["original:db89824d39a30f48b5c79775d5f01f4859e1b80f6d7acde373cd29d6facb3fe6"],"v":1}
                  EXH-000004  odd.bin
        exit: 0
    "#]]);
    case.check(
        &["verify", "--no-log"],
        &expect![[r#"
        Checked 3 originals (119 bytes), 2 page records and 13 log entries against their digests.
        Checked the access log, 1 entry.
        Everything is as it was received and logged.
        exit: 0
    "#]],
    );
}

#[test]
fn the_same_inputs_give_the_same_log() {
    let log = || {
        let case = Snapshots::new();
        case.run(&["-C", "case", "log", "ls"]).0
    };
    let first = log();
    assert!(first.lines().count() > 5, "{first}");
    assert_eq!(first, log());
}

#[test]
fn what_cannot_be_shown_beforehand_is_refused() {
    let bench = Bench::new();
    bench.write("trove/a.txt", "登记");
    let _ = bench.take_in().code(0);
    for refused in [
        &["problem", "retry"][..],
        &["cat", "1", "--text", "-o", "out"],
        &["batch", "export", "1", "-o", "out"],
        &["man", "pages"],
    ] {
        let mut all = vec!["-C", "case", "--dry-run"];
        all.extend(refused);
        let done = bench.run(&all).code(2);
        assert!(done.stderr.contains("does not support --dry-run"), "{refused:?}: {}", done.stderr);
    }
    assert!(!bench.path("out").exists() && !bench.path("pages").exists());
    for shown in [
        &["case", "seal"][..],
        &["quote", "new", "1", "--page", "1", "--text", "登记"],
        &["bag", "export", "bag", "--all"],
    ] {
        let mut all = vec!["-C", "case", "--dry-run"];
        all.extend(shown);
        let done = bench.run(&all).code(0);
        assert!(done.stdout.starts_with("would "), "{shown:?}: {}", done.stdout);
    }
    assert!(!bench.path("bag").exists());
    let _ = bench.run(&["-C", "case", "quote", "ls"]).code(1);
}
