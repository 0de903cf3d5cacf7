//! Runs with stages that need neither workers nor OCR: the queue, the committer, leases, retries and recovery.

use crate::committer::{Content, Message, Outcome};
use crate::run::{Threads, register, run_stages};
use crate::stages::{
    Event, JobContext, NewJob, Output, Outputs, Stage, StageName, Superseded, reason_of_death,
};
use crate::{IngestError, IngestProgress, StopRequest, Summary};
use exhibit_case::{Acts, CaseWriter, Principal, read_page};
use exhibit_catalogue::{
    Item, ItemFilter, JobChoice, JobEnd, JobRow, JobSpan, JobState, Lease, MOST_DEATHS, StageKey,
};
use exhibit_model::{
    FixedClock, ItemId, Member, Note, NoteCode, Page, PageKind, PageNumber, Reason, Relation, State,
};
use exhibit_testing::{NOW, TOOL, TestCase};
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

const CRASH: Reason = Reason::Killed { signal: 9 };

/// A case without sources, and a trove next to it.
struct Trove {
    case: TestCase,
    folder: PathBuf,
}

/// How a run is interrupted, if it is.
#[derive(Default)]
struct Run<'a> {
    retry: &'a [State],
    /// The committer panics at this request for randomness: in the middle of a transaction.
    random_calls: Option<u64>,
    workers: usize,
}

impl Trove {
    fn new(files: &[(&str, &str)]) -> Self {
        let case = TestCase::without_source();
        let folder = case.trove(files);
        Self { case, folder }
    }

    fn held(&self) -> CaseWriter {
        self.case.writer()
    }

    fn run(&self, stages: &[&dyn Stage]) -> Summary {
        self.run_with(stages, &Run::default(), &StopRequest::default(), &IngestProgress::default())
            .expect("the run")
    }

    fn run_with(
        &self,
        stages: &[&dyn Stage],
        run: &Run<'_>,
        stop: &StopRequest,
        progress: &IngestProgress,
    ) -> Result<Summary, IngestError> {
        let (mut calls, last) = (0_u64.., run.random_calls);
        let random = move |bytes: &mut [u8]| {
            let call = calls.next().unwrap_or_default();
            assert!(last != Some(call), "the process dies here");
            bytes.fill(call as u8);
        };
        let acts = Acts::new(FixedClock(NOW), random, Principal::LOCAL, TOOL);
        let mut held = self.case.writer_with(acts);
        let sources = register(&mut held, std::slice::from_ref(&self.folder), None)?;
        run_stages(
            &mut held,
            sources,
            stages,
            run.retry,
            run.workers.max(1),
            &Threads { progress, stop },
        )
    }

    fn items(&self) -> BTreeMap<String, Item> {
        let held = self.held();
        let mut items = BTreeMap::new();
        let mut each = |item: Item| {
            items.insert(String::from_utf8_lossy(&item.path).into_owned(), item);
            ControlFlow::Continue(())
        };
        held.catalogue.items(&ItemFilter::default(), &mut each).expect("items");
        items
    }

    fn item(&self, path: &str) -> Item {
        self.items().remove(path).expect("the item")
    }

    fn jobs(&self, path: &str) -> Vec<JobRow> {
        let id = self.item(path).id;
        self.held().catalogue.jobs(id).expect("jobs")
    }

    /// The result of every path, with the texts of its pages and its notes.
    fn essence(&self) -> BTreeMap<String, (State, Vec<String>, Vec<String>)> {
        let items = self.items();
        let held = self.held();
        let outcome = |(path, item): (String, Item)| {
            let pages = held.catalogue.pages(item.id).expect("pages");
            let texts =
                pages.iter().map(|row| held.view().read_page(row).expect("page").text).collect();
            let notes = held.catalogue.notes(item.id).expect("notes");
            let notes = notes.iter().map(|note| note.code.parts().line()).collect();
            (path, (item.state, texts, notes))
        };
        items.into_iter().map(outcome).collect()
    }

    /// Whether the queue and the ledger agree, and the log lacks no entry.
    fn check(&self) {
        let items = self.items();
        let held = self.held();
        for (path, item) in items {
            let jobs = held.catalogue.jobs(item.id).expect("jobs");
            let unfinished = jobs.iter().any(|job| {
                job.stage.name == "read" && matches!(job.state, JobState::Ready | JobState::Leased)
            });
            assert_eq!(item.state == State::Waiting, unfinished, "{path}: {jobs:?}");
        }
        assert_eq!(
            held.catalogue.outbox().expect("outbox").len(),
            0,
            "committed entries are logged"
        );
        assert_eq!(held.catalogue.next_seq().expect("seq").get(), held.log.log().size());
    }

    /// Checks of the case find nothing.
    fn audit(&self) {
        let options = exhibit_audit::AuditOptions::default();
        let found =
            exhibit_audit::audit(&self.case.folder(), &options, &mut exhibit_audit::NoProgress);
        let found = found.expect("the case can be checked");
        assert!(found.is_good(), "{found:?}");
    }
}

/// Reads texts: pages end at form feeds, `die` kills the worker, `zip:a|b` contains two members, `stop` requests a
/// stop.
#[derive(Default)]
struct FakeRead<'a> {
    version: &'static str,
    /// Prepended to every page of a file whose name ends in `.new`.
    prefix: &'static str,
    /// The content that kills the worker.
    deadly: &'static str,
    supersedes: &'static [&'static str],
    stop: Option<&'a StopRequest>,
    /// The run fails at this job.
    fails_at: Option<u64>,
    runs: AtomicU64,
}

impl Stage for FakeRead<'_> {
    fn name(&self) -> StageName {
        StageName::READ
    }

    fn version(&self) -> &'static str {
        if self.version.is_empty() { "1" } else { self.version }
    }

    fn supersedes(&self, _: &StageKey) -> Superseded {
        match self.supersedes {
            [] => Superseded::Nothing,
            ["*"] => Superseded::Everything,
            types => Superseded::MediaTypes(types),
        }
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
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let item = means.catalogue.item(job.item)?.expect("the item");
        let mut text = String::new();
        let mut file = means.originals.open_original(item.original.expect("bytes"))?;
        file.read_to_string(&mut text).expect("text");
        let mut outcome = Outcome::new(item.size);
        let new = item.path.ends_with(b".new");
        outcome.media_type = if new { "text/x-new" } else { "text/plain" }.to_owned();
        let members = text.strip_prefix("zip:");
        for (number, text) in (1..).zip(text.split('\u{c}')).filter(|_| members.is_none()) {
            let text = if new { format!("{}{text}", self.prefix) } else { text.to_owned() };
            let page = Box::new(Page::of_text(number, PageKind::Text, text));
            means.out.send(Message::Page { item: item.id, stage: job.stage, page })?;
            outcome.pages = number;
        }
        for (ordinal, bytes) in (0..).zip(members.iter().flat_map(|members| members.split('|'))) {
            let mut deposit = means.originals.deposit()?;
            deposit.write(bytes.as_bytes())?;
            let content = Content::Bytes(deposit.finish()?);
            let name = format!("{}/{ordinal}", String::from_utf8_lossy(&item.path)).into_bytes();
            let member = Member {
                name,
                name_text: String::new(),
                relation: Relation::Entry,
                modified: None,
            };
            outcome.found += 1;
            means.out.send(Message::Member {
                container: item.id,
                source: item.source,
                ordinal,
                member,
                content,
            })?;
        }
        if self.fails_at == Some(run) {
            return Err(IngestError::Thread("stage"));
        }
        let mut end = JobEnd::Done;
        if !self.deadly.is_empty() && text.contains(self.deadly) {
            let reason = reason_of_death(job, CRASH);
            (outcome.state, outcome.reason) = (State::Failed, Some(reason.clone()));
            end = JobEnd::Died(reason);
            if let Some(stop) = self.stop {
                stop.request();
            }
        } else if text == "stop"
            && let Some(stop) = self.stop
        {
            stop.request();
        }
        Ok(Outputs { end, outputs: vec![Output::Outcome(outcome)], peak_memory: None })
    }
}

/// A minimal stage: it counts the characters of each page.
struct CountCharacters;

impl Stage for CountCharacters {
    fn name(&self) -> StageName {
        StageName::of_test("characters")
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn next(&self, event: &Event<'_>) -> Vec<NewJob> {
        let Event::Pages { pages, .. } = event else { return Vec::new() };
        pages
            .iter()
            .map(|row| NewJob {
                span: JobSpan::Pages(row.number, row.number),
                input: row.text_digest,
            })
            .collect()
    }

    fn run(&self, job: &Lease, means: &JobContext<'_>) -> Result<Outputs, IngestError> {
        let JobSpan::Pages(number, _) = job.span else { return Ok(Outputs::ABANDONED) };
        let row =
            means.catalogue.page(job.item, number)?.filter(|row| row.text_digest == job.input);
        let Some(row) = row else { return Ok(Outputs::ABANDONED) };
        let page = read_page(means.packs, &row)?;
        // any code with one number is suitable
        let code = NoteCode::GlyphLimit { glyphs: page.text.chars().count() as u64 };
        let note = Note { code, page: number.get() };
        Ok(Outputs { end: JobEnd::Done, outputs: vec![Output::Note(note)], peak_memory: None })
    }
}

#[test]
fn each_item_is_read_once() {
    let names: Vec<String> = (0..700).map(|n| format!("{n:03}.txt")).collect();
    let files: Vec<(&str, &str)> =
        names.iter().map(|name| (name.as_str(), name.as_str())).collect();
    let case = Trove::new(&files);
    let read = FakeRead::default();
    let progress = IngestProgress::default();
    let run = Run { workers: 3, ..Run::default() };
    let summary =
        case.run_with(&[&read], &run, &StopRequest::default(), &progress).expect("the run");
    assert_eq!((summary.items, summary.pages), (700, 700));
    assert_eq!(read.runs.load(Ordering::Relaxed), 700);
    let counts = progress.snapshot().stage(StageName::READ);
    assert_eq!((counts.jobs, counts.done, counts.failed, counts.pages), (700, 700, 0, 700));
    assert!(
        case.jobs("000.txt").iter().all(|job| (job.state, job.attempts) == (JobState::Done, 1))
    );
    case.check();
    let summary = case.run(&[&read]);
    assert_eq!(
        (summary.items, read.runs.load(Ordering::Relaxed)),
        (0, 700),
        "nothing is done twice"
    );
}

#[test]
fn members_are_read_in_the_same_run() {
    let case = Trove::new(&[("a.zip", "zip:one|zip:two|three"), ("b.txt", "one")]);
    let summary = case.run(&[&FakeRead::default()]);
    assert_eq!(summary.items, 6);
    let states: Vec<State> = case.items().into_values().map(|item| item.state).collect();
    assert!(!states.contains(&State::Waiting), "{states:?}");
    assert_eq!(summary.account.gaps, []);
    case.check();
}

#[test]
fn three_worker_deaths_fail_the_item() {
    let case = Trove::new(&[("bad.txt", "one\u{c}poison"), ("good.txt", "two")]);
    let read = FakeRead { deadly: "poison", ..FakeRead::default() };
    case.run(&[&read]);
    assert_eq!(read.runs.load(Ordering::Relaxed), u64::from(MOST_DEATHS) + 1);
    let item = case.item("bad.txt");
    assert_eq!(item.state, State::Failed);
    assert_eq!(
        item.reason,
        Some(Reason::WorkerDied { deaths: u64::from(MOST_DEATHS), last: Box::new(CRASH) })
    );
    assert_eq!(item.causes(), ["worker-died killed"]);
    assert_eq!(case.item("good.txt").state, State::Read);
    let job = case.jobs("bad.txt").remove(0);
    assert_eq!((job.state, job.attempts, job.deaths), (JobState::Failed, 3, 3));
    assert_eq!(job.reason, item.reason);
    case.check();
    case.run(&[&read]);
    assert_eq!(
        read.runs.load(Ordering::Relaxed),
        4,
        "a failed job is not attempted again by itself"
    );
    // a retry starts from scratch
    let retry = Run { retry: &[State::Failed], ..Run::default() };
    let _ = case
        .run_with(&[&read], &retry, &StopRequest::default(), &IngestProgress::default())
        .expect("the run");
    assert_eq!(read.runs.load(Ordering::Relaxed), 7);
    assert_eq!(case.jobs("bad.txt")[0].deaths, 3);
    let sound = FakeRead::default();
    let _ = case
        .run_with(&[&sound], &retry, &StopRequest::default(), &IngestProgress::default())
        .expect("the run");
    let job = case.jobs("bad.txt").remove(0);
    assert_eq!((job.state, job.attempts, job.deaths, job.reason), (JobState::Done, 1, 0, None));
    assert_eq!(case.item("bad.txt").state, State::Read);
    case.check();
}

#[test]
fn deaths_are_counted_across_runs() {
    let case = Trove::new(&[("bad.txt", "poison")]);
    for deaths in 1..=MOST_DEATHS {
        let stop = StopRequest::default();
        let read = FakeRead { deadly: "poison", stop: Some(&stop), ..FakeRead::default() };
        let _ = case
            .run_with(&[&read], &Run::default(), &stop, &IngestProgress::default())
            .expect("the run");
        assert_eq!(read.runs.load(Ordering::Relaxed), 1);
        let job = case.jobs("bad.txt").remove(0);
        let state = if deaths < MOST_DEATHS { JobState::Ready } else { JobState::Failed };
        assert_eq!((job.deaths, job.attempts, job.state), (deaths, deaths, state));
        let last = if deaths < MOST_DEATHS {
            CRASH
        } else {
            Reason::WorkerDied { deaths: u64::from(deaths), last: Box::new(CRASH) }
        };
        assert_eq!(job.reason, Some(last));
        case.check();
    }
    assert_eq!(case.item("bad.txt").state, State::Failed);
}

#[test]
fn leases_of_a_killed_process_are_requeued() {
    let case = Trove::new(&[("a.txt", "one"), ("b.txt", "two")]);
    // received, then killed while both were being read
    let failing = FakeRead { fails_at: Some(0), ..FakeRead::default() };
    let _ = case
        .run_with(&[&failing], &Run::default(), &StopRequest::default(), &IngestProgress::default())
        .expect_err("it fails");
    let mut held = case.held();
    let work = held.catalogue.begin().expect("begin");
    let key =
        StageKey { name: "read".to_owned(), version: "1".to_owned(), parameters: String::new() };
    let stage = work.stage(&key).expect("stage");
    work.release_leases(false).expect("release");
    let leases = work.lease(stage, JobChoice::All, 9, "process 1", NOW).expect("lease");
    work.commit().expect("commit");
    drop(held);
    let leased = case
        .items()
        .into_values()
        .filter(|item| leases.iter().any(|lease| lease.item == item.id))
        .count();
    assert_eq!(leased, leases.len());
    assert!(leased > 0);
    let read = FakeRead::default();
    case.run(&[&read]);
    assert_eq!(read.runs.load(Ordering::Relaxed), 2);
    assert!(case.items().into_values().all(|item| item.state == State::Read));
    let job = case.jobs("a.txt").remove(0);
    assert!(
        job.attempts >= 2 && job.deaths == 0,
        "an interruption is an attempt and no death: {job:?}"
    );
    case.check();
}

#[test]
fn a_stop_counts_no_attempt_for_jobs_not_begun() {
    let names: Vec<String> = (0..40).map(|n| format!("{n:02}.txt")).collect();
    let mut files: Vec<(&str, &str)> =
        names.iter().map(|name| (name.as_str(), name.as_str())).collect();
    files[0].1 = "stop";
    let case = Trove::new(&files);
    let stop = StopRequest::default();
    let read = FakeRead { stop: Some(&stop), ..FakeRead::default() };
    let summary = case
        .run_with(&[&read], &Run::default(), &stop, &IngestProgress::default())
        .expect("the run");
    assert!(summary.stopped);
    for path in case.items().keys() {
        let job = case.jobs(path).remove(0);
        let expected =
            if job.state == JobState::Done { (JobState::Done, 1) } else { (JobState::Ready, 0) };
        assert_eq!((job.state, job.attempts), expected, "{path}");
        assert_eq!(job.holder, None);
    }
    case.run(&[&FakeRead::default()]);
    assert_eq!(case.items().len(), 40);
    assert!(case.items().into_values().all(|item| item.state == State::Read));
    case.check();
}

#[test]
fn a_kill_in_any_group_gives_the_same_results() {
    let files = [
        ("a.zip", "zip:one|two\u{c}two|three"),
        ("b.txt", "one"),
        ("c.txt", "poison"),
        ("d.txt", "four"),
    ];
    let deadly = || FakeRead { deadly: "poison", ..FakeRead::default() };
    let calm = Trove::new(&files);
    calm.run(&[&deadly(), &CountCharacters]);
    let stormy = Trove::new(&files);
    let mut interrupted = 0;
    for calls in (0..60).step_by(3) {
        // the committer's thread dies within a transaction; then a stage fails
        let run = Run { random_calls: Some(calls), ..Run::default() };
        let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            stormy.run_with(
                &[&deadly(), &CountCharacters],
                &run,
                &StopRequest::default(),
                &IngestProgress::default(),
            )
        }));
        interrupted += u32::from(!matches!(end, Ok(Ok(_))));
        stormy.check();
        let failing = FakeRead { fails_at: Some(calls % 4), ..deadly() };
        let end = stormy.run_with(
            &[&failing, &CountCharacters],
            &Run::default(),
            &StopRequest::default(),
            &IngestProgress::default(),
        );
        interrupted += u32::from(end.is_err());
        stormy.check();
    }
    assert!(interrupted > 3, "{interrupted}");
    stormy.run(&[&deadly(), &CountCharacters]);
    assert_eq!(stormy.essence(), calm.essence());
    stormy.audit();
}

#[test]
fn a_newer_version_reruns_affected_jobs_and_keeps_old_results() {
    let case = Trove::new(&[("a.new", "one\u{c}two"), ("b.txt", "three")]);
    case.run(&[&FakeRead::default(), &CountCharacters]);
    let second = FakeRead {
        version: "2",
        prefix: "better ",
        supersedes: &["text/x-new"],
        ..FakeRead::default()
    };
    case.run(&[&second, &CountCharacters]);
    assert_eq!(second.runs.load(Ordering::Relaxed), 1);
    let (new, old) = (case.item("a.new"), case.item("b.txt"));
    let held = case.held();
    let version = |item: ItemId, page| {
        held.catalogue.stage_of_page(item, page).expect("stage").map(|key| key.version)
    };
    assert_eq!(version(new.id, PageNumber::FIRST).as_deref(), Some("2"));
    assert_eq!(version(old.id, PageNumber::FIRST).as_deref(), Some("1"));
    let layers = held.catalogue.page_layers(new.id, PageNumber::FIRST).expect("layers");
    let texts: Vec<String> =
        layers.iter().map(|row| held.view().read_page(row).expect("page").text).collect();
    assert_eq!(texts, ["one", "better one"], "the superseded layer can still be read");
    assert_eq!(held.catalogue.pages(new.id).expect("pages").len(), 2);
    let jobs = held.catalogue.jobs(new.id).expect("jobs");
    let count = |name: &str| jobs.iter().filter(|job| job.stage.name == name).count();
    assert_eq!(
        (count("read"), count("characters")),
        (2, 4),
        "dependent stages rerun for the changed pages"
    );
    drop(held);
    // identical results are not a new layer
    let third =
        FakeRead { version: "3", prefix: "better ", supersedes: &["*"], ..FakeRead::default() };
    case.run(&[&third, &CountCharacters]);
    assert_eq!(third.runs.load(Ordering::Relaxed), 2);
    assert_eq!(
        case.held().catalogue.page_layers(new.id, PageNumber::FIRST).expect("layers").len(),
        2
    );
    case.check();
    case.audit();
}

#[test]
fn a_stage_can_be_added_independently() {
    let case = Trove::new(&[("a.txt", "登记\u{c}three"), ("b.txt", "four!")]);
    let progress = IngestProgress::default();
    let stages: [&dyn Stage; 2] = [&FakeRead::default(), &CountCharacters];
    let _ = case
        .run_with(&stages, &Run::default(), &StopRequest::default(), &progress)
        .expect("the run");
    let notes = |path: &str| case.essence().remove(path).expect("the item").2;
    let counted = |characters: u64| NoteCode::GlyphLimit { glyphs: characters }.parts().line();
    assert_eq!(notes("a.txt"), [counted(2), counted(5)]);
    assert_eq!(notes("b.txt"), [counted(5)]);
    let counts = progress.snapshot().stage(StageName::of_test("characters"));
    assert_eq!((counts.jobs, counts.done), (3, 3));
    case.check();
}
