//! Sources as they are found: odd names, links, pipes, files that cannot be read, files that change, bags.

use crate::bag_source::{BagFile, BagSource};
use crate::committer::{Content, Message, Outcome};
use crate::run::{Threads, register, run_stages, unfinished};
use crate::stages::{Event, JobContext, NewJob, Output, Outputs, Stage, StageName};
use crate::{IngestError, IngestProgress, StopRequest, Summary};
use exhibit_case::Principal;
use exhibit_catalogue::{IntakeEnd, Item, ItemFilter, JobEnd, JobSpan, Lease};
use exhibit_custody::{Act, Channel};
use exhibit_model::{Digest, ItemId, OriginalId, State};
use exhibit_proof::bagit::{Files, FoundFile, FoundKind, Unreadable};
use exhibit_testing::TestCase;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// Reads nothing: every item is settled as read without pages.
struct Settle;

impl Stage for Settle {
    fn name(&self) -> StageName {
        StageName::READ
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn next(&self, event: &Event<'_>) -> Vec<NewJob> {
        match event {
            Event::Received { original } => {
                vec![NewJob { span: JobSpan::Item, input: original.digest() }]
            }
            Event::Pages { .. } => Vec::new(),
        }
    }

    fn run(&self, job: &Lease, means: &JobContext<'_>) -> Result<Outputs, IngestError> {
        let item = means.catalogue.item(job.item)?.expect("the item");
        let outputs = vec![Output::Outcome(Outcome::new(item.size))];
        Ok(Outputs { end: JobEnd::Done, outputs, peak_memory: None })
    }
}

fn run(case: &TestCase, sources: &[PathBuf]) -> Result<Summary, IngestError> {
    let mut held = case.writer();
    let sources = register(&mut held, sources, None)?;
    let (progress, stop) = (IngestProgress::default(), StopRequest::default());
    run_stages(
        &mut held,
        sources,
        &[&Settle],
        &[],
        1,
        &Threads { progress: &progress, stop: &stop },
    )
}

fn items(case: &TestCase) -> BTreeMap<Vec<u8>, Item> {
    let items = case.open().view(Principal::LOCAL).items(&ItemFilter::default()).expect("items");
    items.into_iter().map(|item| (item.path.clone(), item)).collect()
}

fn states(case: &TestCase) -> Vec<(String, State, Vec<String>)> {
    let line = |(path, item): (Vec<u8>, Item)| {
        (String::from_utf8_lossy(&path).into_owned(), item.state, item.causes())
    };
    items(case).into_iter().map(line).collect()
}

fn audit(case: &TestCase) {
    let options = exhibit_audit::AuditOptions::default();
    let found = exhibit_audit::audit(&case.folder(), &options, &mut exhibit_audit::NoProgress)
        .expect("checked");
    assert!(found.is_good(), "{:?}", found.findings);
}

#[test]
fn names_of_any_bytes_are_received_exactly() {
    let case = TestCase::without_source();
    let trove = case.trove(&[("plain.txt", "1")]);
    let names: [&[u8]; 6] = [
        b"\xb5\xc7\xbc\xc7.txt",
        "登记\u{202e}.txt".as_bytes(),
        b"new\nline",
        b" spaces ",
        b"-rf",
        "e\u{301}".as_bytes(),
    ];
    for (number, name) in names.iter().enumerate() {
        fs::write(trove.join(OsStr::from_bytes(name)), number.to_string().repeat(3))
            .expect("written");
    }
    let deep = trove.join("d/".repeat(40));
    fs::create_dir_all(&deep).expect("made");
    fs::write(deep.join("deep.txt"), "deep").expect("written");
    let summary = run(&case, &[trove]).expect("a run");
    assert_eq!(summary.items, 8);
    let found = items(&case);
    for name in names {
        assert!(found.contains_key(name), "{:?}", String::from_utf8_lossy(name));
    }
    assert_eq!(summary.account.gaps, []);
    audit(&case);
}

#[test]
fn what_is_no_file_is_listed_with_its_reason_and_never_followed() {
    let case = TestCase::without_source();
    let trove = case.trove(&[("a.txt", "1")]);
    symlink("/etc/hostname", trove.join("link")).expect("a link");
    symlink("/nowhere", trove.join("dangling")).expect("a link");
    symlink(".", trove.join("loop")).expect("a link");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let pipe = trove.join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, pipe, rustix::fs::FileType::Fifo, mode, 0)
        .expect("a pipe");
    let _listening =
        std::os::unix::net::UnixListener::bind(trove.join("socket")).expect("a socket");
    let _ = run(&case, &[trove]).expect("a run");
    let line =
        |path: &str, cause: &str| (path.to_owned(), State::Unsupported, vec![cause.to_owned()]);
    let expected = [
        ("a.txt".to_owned(), State::Read, Vec::new()),
        line("dangling", "symbolic-link"),
        line("link", "symbolic-link"),
        line("loop", "symbolic-link"),
        line("pipe", "named-pipe"),
        line("socket", "socket"),
    ];
    assert_eq!(states(&case), expected);
    audit(&case);
}

#[test]
fn what_cannot_be_read_is_failed_and_read_once_it_can_be() {
    if rustix::process::getuid().is_root() {
        // everything can be read
        return;
    }
    let case = TestCase::without_source();
    let trove = case.trove(&[("a.txt", "1"), ("closed/b.txt", "2"), ("secret.txt", "3")]);
    let mode = |name: &str, mode| {
        fs::set_permissions(trove.join(name), fs::Permissions::from_mode(mode)).expect("a mode")
    };
    mode("secret.txt", 0o000);
    mode("closed", 0o000);
    let _ = run(&case, std::slice::from_ref(&trove)).expect("a run");
    let failed = |path: &str, cause: &str| (path.to_owned(), State::Failed, vec![cause.to_owned()]);
    assert!(states(&case).contains(&failed("secret.txt", "cannot-open")), "{:?}", states(&case));
    assert!(states(&case).contains(&failed("closed", "cannot-list")), "{:?}", states(&case));
    mode("secret.txt", 0o600);
    mode("closed", 0o700);
    let _ = run(&case, &[trove]).expect("a run");
    assert!(
        states(&case).iter().any(|(path, state, _)| path == "secret.txt" && *state == State::Read)
    );
    assert!(
        states(&case)
            .iter()
            .any(|(path, state, _)| path == "closed/b.txt" && *state == State::Read)
    );
    audit(&case);
}

#[test]
fn a_file_that_changed_is_another_item_and_the_same_file_is_not() {
    let case = TestCase::without_source();
    let trove = case.trove(&[("a.txt", "one"), ("b.txt", "two")]);
    let source = std::slice::from_ref(&trove);
    assert_eq!(run(&case, source).expect("a run").items, 2);
    assert_eq!(run(&case, source).expect("a run").items, 0);
    fs::write(trove.join("a.txt"), "another text").expect("written");
    fs::remove_file(trove.join("b.txt")).expect("removed");
    assert_eq!(run(&case, source).expect("a run").items, 1);
    let all = case.open().view(Principal::LOCAL).items(&ItemFilter::default()).expect("items");
    let paths: Vec<_> = all
        .iter()
        .map(|item| (String::from_utf8_lossy(&item.path).into_owned(), item.size))
        .collect();
    let expected =
        [("a.txt", 3), ("b.txt", 3), ("a.txt", 12)].map(|(path, size)| (path.to_owned(), size));
    assert_eq!(paths, expected, "nothing that was received is lost");
    audit(&case);
}

#[test]
fn a_single_file_is_a_source() {
    let case = TestCase::without_source();
    let trove = case.trove(&[("a.txt", "one"), ("b.txt", "two")]);
    assert_eq!(run(&case, &[trove.join("a.txt")]).expect("a run").items, 1);
    assert_eq!(states(&case), [("a.txt".to_owned(), State::Read, Vec::new())]);
    assert_eq!(
        run(&case, &[trove.join("a.txt"), trove]).expect("a run").items,
        2,
        "as a copy, and the other"
    );
    audit(&case);
}

#[test]
fn a_case_is_not_received_into_itself() {
    let case = TestCase::without_source();
    for source in [case.folder(), case.path("custody"), case.beside("")] {
        let refused = run(&case, std::slice::from_ref(&source));
        assert!(
            matches!(refused, Err(IngestError::Entangled(_))),
            "{}: {refused:?}",
            source.display()
        );
    }
    let missing = run(&case, &[case.beside("missing")]);
    assert!(matches!(missing, Err(IngestError::Source { .. })), "{missing:?}");
    assert!(items(&case).is_empty());
}

#[test]
fn empty_folders_and_files_are_accounted_for() {
    let case = TestCase::without_source();
    let trove = case.trove(&[("empty.txt", ""), ("also empty", "")]);
    fs::create_dir(trove.join("folder")).expect("made");
    let summary = run(&case, &[trove]).expect("a run");
    assert_eq!((summary.items, summary.account.items[&State::Empty]), (2, 2));
    assert_eq!(summary.account.gaps, []);
    let none = case.beside("none");
    fs::create_dir(&none).expect("made");
    assert_eq!(run(&case, &[none]).expect("a run").items, 0);
    audit(&case);
}

/// The files of a bag in memory; one may be missing.
struct InMemory(BTreeMap<String, Vec<u8>>);

impl Files for InMemory {
    fn list(&mut self) -> Result<Vec<FoundFile>, Unreadable> {
        Ok(self
            .0
            .iter()
            .map(|(path, bytes)| FoundFile {
                path: path.clone().into_bytes(),
                size: bytes.len() as u64,
                kind: FoundKind::Plain,
            })
            .collect())
    }

    fn read(&mut self, path: &str, each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable> {
        let bytes =
            self.0.get(path).ok_or_else(|| Unreadable { reason: "it is missing".to_owned() })?;
        bytes.chunks(2).for_each(each);
        Ok(())
    }
}

fn bag(files: &[(&str, &[u8], &[u8])]) -> BagSource {
    let file = |(path, stated, _): &(&str, &[u8], &[u8])| BagFile {
        place: format!("data/{path}"),
        path: path.as_bytes().to_vec(),
        original: OriginalId::new(Digest::of(stated)),
    };
    let bytes = files.iter().filter(|(_, _, bytes)| !bytes.is_empty());
    BagSource {
        identity: b"bag:1".to_vec(),
        name: "bag".to_owned(),
        receipt: Box::new(|number| Act::source_receive(number, Channel::Bag, b"bag")),
        from: Box::new(InMemory(
            bytes.map(|(path, _, bytes)| (format!("data/{path}"), bytes.to_vec())).collect(),
        )),
        files: files.iter().map(file).collect(),
    }
}

fn receive_bag(case: &TestCase, bag: BagSource) -> Result<u64, IngestError> {
    let budget = crate::committer::ByteBudget::default();
    let originals = case.open().folder.originals()?;
    let (progress, stop) = (IngestProgress::default(), StopRequest::default());
    let catalogue = case.open().folder.catalogue_for_reading()?;
    let (sender, inbox) = std::sync::mpsc::sync_channel(100);
    let out = crate::committer::Sender::new(sender, &budget);
    let mut intake = crate::intake::Intake {
        originals: &originals,
        catalogue,
        out,
        progress: &progress,
        stop: &stop,
    };
    let received = intake.take_over(exhibit_model::SourceId::new(1), bag);
    drop(intake);
    received.map(|()| inbox.iter().count() as u64)
}

/// Receives a folder of ten files; calls `at` with the folder after the third, while the intake waits to hand over the
/// next. Returns the result and the messages.
fn receive_until(
    case: &TestCase,
    at: &dyn Fn(&Path, &StopRequest),
) -> (Result<(), IngestError>, Vec<String>) {
    let names: Vec<(String, String)> =
        (0..10).map(|n| (format!("{n}.txt"), n.to_string())).collect();
    let files: Vec<(&str, &str)> =
        names.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let trove = case.trove(&files);
    let budget = crate::committer::ByteBudget::default();
    let originals = case.open().folder.originals().expect("a store");
    let (progress, stop) = (IngestProgress::default(), StopRequest::default());
    let catalogue = case.open().folder.catalogue_for_reading().expect("a catalogue");
    // nothing is sent before it is taken
    let (sender, inbox) = std::sync::mpsc::sync_channel(0);
    let out = crate::committer::Sender::new(sender, &budget);
    let mut intake = crate::intake::Intake {
        originals: &originals,
        catalogue,
        out,
        progress: &progress,
        stop: &stop,
    };
    let number = exhibit_model::SourceId::new(1);
    std::thread::scope(|scope| {
        let receiving = scope.spawn(|| {
            let result = intake.receive(number, &trove);
            drop(intake);
            result
        });
        let mut seen = Vec::new();
        for message in &inbox {
            seen.push(match message {
                Message::Counted { entries, .. } => format!("counted {entries}"),
                Message::Walked { found, .. } => format!("walked {found}"),
                Message::File { content: Content::None(state, _), .. } => state.word().to_owned(),
                _ => "file".to_owned(),
            });
            if seen.len() == 4 {
                at(&trove, &stop);
            }
        }
        (receiving.join().expect("no panic"), seen)
    })
}

#[test]
fn a_stopped_intake_is_counted_and_does_not_end() {
    let case = TestCase::empty();
    let (result, seen) = receive_until(&case, &|_, stop| stop.request());
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(seen[0], "counted 10", "{seen:?}");
    let files = seen.iter().filter(|message| *message == "file").count();
    assert!((3..=4).contains(&files), "one more may have been waiting: {seen:?}");
    assert!(!seen.iter().any(|message| message.starts_with("walked")), "{seen:?}");
    let (_, seen) = receive_until(&TestCase::empty(), &|_, _| {});
    assert_eq!((seen.len(), seen.last().map(String::as_str)), (12, Some("walked 10")), "{seen:?}");
}

#[test]
fn a_source_that_is_gone_ends_the_intake_and_fails_no_entry() {
    let case = TestCase::empty();
    let (result, seen) =
        receive_until(&case, &|trove, _| fs::remove_dir_all(trove).expect("removed"));
    assert!(matches!(result, Err(IngestError::Source { .. })), "{result:?}");
    assert!(
        !seen.iter().any(|message| message == "failed" || message.starts_with("walked")),
        "{seen:?}"
    );
}

#[test]
fn an_interrupted_intake_stays_visible_until_it_is_resumed() {
    let case = TestCase::without_source();
    let trove = case.trove(&[("a.txt", "one"), ("b.txt", "two"), ("c.txt", "three")]);
    let stop = StopRequest::default();
    stop.request();
    let mut held = case.writer();
    let sources = register(&mut held, std::slice::from_ref(&trove), None).expect("registered");
    let progress = IngestProgress::default();
    let summary = run_stages(
        &mut held,
        sources,
        &[&Settle],
        &[],
        1,
        &Threads { progress: &progress, stop: &stop },
    );
    let account = summary.expect("a run").account;
    assert!(!account.is_complete() && account.gaps.is_empty(), "{account:?}");
    let [intake] = &account.intakes[..] else { panic!("one intake: {account:?}") };
    assert_eq!((intake.received, intake.end, intake.is_path()), (1, IntakeEnd::Requested, true));
    // the next run of no source resumes it
    let resumed = unfinished(&mut held).expect("sources");
    assert_eq!(held.catalogue.intakes().expect("intakes")[0].end, IntakeEnd::Unknown);
    let go_on = StopRequest::default();
    let threads = Threads { progress: &progress, stop: &go_on };
    let account =
        run_stages(&mut held, resumed, &[&Settle], &[], 1, &threads).expect("a run").account;
    assert!(account.is_complete() && account.intakes.is_empty(), "{account:?}");
    assert!(unfinished(&mut held).expect("sources").is_empty());
    drop(held);
    assert_eq!(items(&case).len(), 3);
    audit(&case);
}

#[test]
fn a_source_that_is_not_there_is_not_resumed_and_stays_visible() {
    let case = TestCase::without_source();
    let trove = case.trove(&[("a.txt", "one"), ("b.txt", "two")]);
    let mut held = case.writer();
    let sources = register(&mut held, std::slice::from_ref(&trove), None).expect("registered");
    fs::remove_dir_all(&trove).expect("removed");
    let (progress, stop) = (IngestProgress::default(), StopRequest::default());
    let threads = Threads { progress: &progress, stop: &stop };
    let lost = run_stages(&mut held, sources, &[&Settle], &[], 1, &threads);
    assert!(matches!(lost, Err(IngestError::Source { .. })), "{lost:?}");
    assert!(unfinished(&mut held).expect("sources").is_empty());
    let intakes = held.catalogue.intakes().expect("intakes");
    assert_eq!((intakes.len(), intakes[0].end, intakes[0].known), (1, IntakeEnd::SourceLost, None));
}

#[test]
fn the_files_of_a_bag_are_those_that_were_checked() {
    let case = TestCase::empty();
    let good: &[(&str, &[u8], &[u8])] = &[("a.txt", b"one", b"one"), ("b.txt", b"two", b"two")];
    assert_eq!(
        receive_bag(&case, bag(good)).expect("received"),
        4,
        "their number, two files, and the end of the walk"
    );
    for (what, files) in [
        ("other bytes", &[("a.txt", &b"one"[..], &b"0ne"[..])][..]),
        ("a longer file", &[("a.txt", b"one", b"one ")]),
        ("a missing file", &[("a.txt", b"one", b"")]),
        ("the second file", &[("a.txt", b"one", b"one"), ("b.txt", b"two", b"2")]),
    ] {
        let refused = receive_bag(&case, bag(files));
        let place = format!("data/{}", files.last().expect("a file").0);
        assert!(
            matches!(refused, Err(IngestError::BagChanged { place: ref named }) if *named == place),
            "{what}: {refused:?}"
        );
    }
    assert!(Path::new(&case.folder()).exists());
    assert_eq!(
        case.open()
            .view(Principal::LOCAL)
            .items(&ItemFilter { after: Some(ItemId::new(0)), ..ItemFilter::default() })
            .expect("items")
            .len(),
        0
    );
}
