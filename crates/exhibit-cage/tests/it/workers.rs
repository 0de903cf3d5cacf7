//! What workers can and cannot do, and how each way of going wrong ends.

use crate::{LIMITS, cage, cage_with, input_of, request, run, run_with};
use exhibit_cage::{BadOutput, CageError, CageLimits, Timer, WorkerEnd};
use exhibit_model::code::{OutputKind, ProtocolFault};
use exhibit_model::{Limits, Reason, Record, Request, Task, Verdict};
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

#[test]
fn a_worker_reads_its_file_and_nothing_moves_beneath_its_parent() {
    let cage = cage();
    for size in [0, 1, 70_000, 3_000_000] {
        let bytes: Vec<u8> =
            (0..size).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut input = input_of(&bytes);
        input.seek(SeekFrom::Start(1)).expect("seeks");
        let mut heard = Vec::new();
        let end = cage.run(&request("echo"), &input, LIMITS, &mut |record| {
            if let Record::MemberBytes(piece) = record {
                heard.extend(piece);
            }
            ControlFlow::Continue(())
        });
        assert_eq!(end.expect("caged"), WorkerEnd::Finished(Verdict::Read));
        assert!(heard == bytes, "{size} bytes");
        let mut rest = Vec::new();
        input.read_to_end(&mut rest).expect("reads");
        assert_eq!(rest.len(), bytes.len().saturating_sub(1), "the place in the file moved");
    }
}

#[test]
fn a_worker_is_ended_at_the_first_forbidden_call() {
    let cage = cage();
    for job in
        ["open", "openat", "socket", "thread", "fork", "exec", "executable memory", "signal parent"]
    {
        assert_eq!(run(&cage, job), WorkerEnd::Forbidden, "{job}");
    }
}

#[test]
fn a_worker_holds_three_descriptors_and_cannot_write_its_input() {
    let cage = cage();
    let (end, records) = run_with(&cage, &request("descriptors"), LIMITS);
    assert_eq!(end, WorkerEnd::Finished(Verdict::Read));
    assert_eq!(records, [Record::MediaType("0 1 2".to_owned())]);
    assert_eq!(run(&cage, "write input"), WorkerEnd::Finished(Verdict::Read));
    let writable = tempfile::tempfile().expect("a file");
    let end = cage.run(&request("quiet"), &writable, LIMITS, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(end, Err(CageError::WritableInput)));
}

#[test]
fn recognisers_have_servers_of_their_own_which_start_no_thread() {
    let cage = cage_with("serve-without-threads", 1).expect("a cage");
    let recognise = |job| Request { task: Task::Recognise { page: 1, dpi: 200 }, ..request(job) };
    let said = |request: &Request| run_with(&cage, request, LIMITS).1;
    assert_eq!(said(&request("refused")), [Record::MediaType("not tried".to_owned())]);
    assert_eq!(said(&recognise("refused")), [Record::MediaType("Some(Unsupported)".to_owned())]);
    // the refusal of the server does not soften the cage of its workers
    for job in ["thread", "fork", "open"] {
        assert_eq!(run_with(&cage, &recognise(job), LIMITS).0, WorkerEnd::Forbidden, "{job}");
    }
    assert_eq!(run(&cage, "quiet"), WorkerEnd::Finished(Verdict::Read));
}

#[test]
fn memory_runs_out_quickly_and_by_name() {
    let cage = cage();
    for job in ["memory", "one allocation"] {
        let begun = Instant::now();
        assert_eq!(run(&cage, job), WorkerEnd::OutOfMemory, "{job}");
        assert!(begun.elapsed() < Duration::from_secs(8), "{job} took {:?}", begun.elapsed());
    }
    let more = CageLimits { memory_bytes: 64 << 20, ..LIMITS };
    assert_eq!(run_with(&cage, &request("memory"), more).0, WorkerEnd::OutOfMemory);
}

#[test]
fn peak_memory_is_what_the_kernel_counted() {
    let cage = cage();
    let peak = |job: &str, limits| {
        let measured = cage.run_measured(&request(job), &input_of(b""), limits, &mut |_| {
            ControlFlow::Continue(())
        });
        measured.expect("caged").1.expect("the end is reported")
    };
    let quiet = peak("quiet", LIMITS);
    let limits = CageLimits { memory_bytes: 256 << 20, ..LIMITS };
    let hog = peak("memory", limits);
    assert!(quiet < 64 << 20, "{quiet}");
    // the limit is of the worker's own memory; pages shared with the fork server count in the peak
    assert!((128 << 20..=320 << 20).contains(&hog), "{hog} of a limit of 256 MiB");
    let short = CageLimits { wall: Duration::from_millis(200), ..LIMITS };
    assert!(peak("sleep", short) > 0, "of a worker that was killed too");
}

#[test]
fn time_runs_out() {
    let cage = cage();
    let short = CageLimits { wall: Duration::from_millis(300), ..LIMITS };
    for job in ["spin", "sleep", "close and sleep"] {
        let begun = Instant::now();
        assert_eq!(
            run_with(&cage, &request(job), short).0,
            WorkerEnd::TimedOut(Timer::Wall),
            "{job}"
        );
        assert!(begun.elapsed() < Duration::from_secs(8), "{job}");
    }
    let busy = CageLimits { cpu_seconds: 1, ..LIMITS };
    assert_eq!(run_with(&cage, &request("spin"), busy).0, WorkerEnd::TimedOut(Timer::Cpu));
}

#[test]
fn waiting_for_the_listener_is_not_billed_to_the_file() {
    let limits = CageLimits { wall: Duration::from_millis(400), ..LIMITS };
    let end = cage().run(&request("length"), &input_of(b"bytes"), limits, &mut |_| {
        std::thread::sleep(Duration::from_millis(600));
        ControlFlow::Continue(())
    });
    assert_eq!(end.expect("caged"), WorkerEnd::Finished(Verdict::Read));
}

#[test]
fn crashes_are_told_apart() {
    let cage = cage();
    assert_eq!(run(&cage, "abort"), WorkerEnd::Crashed { signal: 6 });
    assert_eq!(run(&cage, "leave"), WorkerEnd::Exited { code: 9 });
    assert_eq!(run(&cage, "overflow"), WorkerEnd::StackOverflow);
    let (end, records) = run_with(&cage, &request("panic late"), LIMITS);
    let WorkerEnd::Panicked { place } = &end else { panic!("{end:?}") };
    assert!(place.contains("main.rs:"), "{place}");
    let reason = end.reason().expect("a reason");
    assert!(!format!("{reason:?}").contains("secret"), "the document's words leak into the reason");
    assert_eq!(records, [Record::MediaType("before".to_owned())], "what was said before stands");
}

#[test]
fn unsound_output_is_refused() {
    let cage = cage();
    let bad = |what| WorkerEnd::BadOutput(what);
    for (job, expected) in [
        ("garbage", bad(BadOutput::UnknownFrame(0xff))),
        ("cut", bad(BadOutput::CutShort)),
        ("after verdict", bad(BadOutput::AfterVerdict)),
        ("pages backwards", bad(BadOutput::Page(1))),
        ("endless", bad(BadOutput::TwoMediaTypes)),
        ("giant", WorkerEnd::OutputLimit(OutputKind::OneRecord)),
    ] {
        assert_eq!(run(&cage, job), expected, "{job}");
    }
    for job in ["bad record", "bad note", "bad verdict"] {
        let end = run(&cage, job);
        assert!(matches!(end, WorkerEnd::BadOutput(BadOutput::Malformed(_))), "{job}: {end:?}");
        assert_eq!(end.reason(), Some(Reason::BadOutput { fault: ProtocolFault::Malformed }));
    }
}

#[test]
fn output_is_bounded() {
    let cage = cage();
    let mut few = request("members");
    few.limits = Limits { members: 3, member_bytes: 10 << 20, ..Limits::STANDARD };
    assert_eq!(run_with(&cage, &few, LIMITS).0, WorkerEnd::BadOutput(BadOutput::Members));
    few.name = b"endless members".to_vec();
    assert_eq!(run_with(&cage, &few, LIMITS).0, WorkerEnd::OutputLimit(OutputKind::MemberBytes));
    let little = CageLimits { output_bytes: 0, ..LIMITS };
    assert_eq!(
        run_with(&cage, &request("length"), little).0,
        WorkerEnd::OutputLimit(OutputKind::Records)
    );
}

#[test]
fn a_listener_may_break_off_and_the_next_file_is_read() {
    let cage = cage();
    let end = cage
        .run(&request("endless members"), &input_of(b""), LIMITS, &mut |_| ControlFlow::Break(()));
    assert_eq!(end.expect("caged"), WorkerEnd::Stopped);
    assert_eq!(run(&cage, "quiet"), WorkerEnd::Finished(Verdict::Read));
}

#[test]
fn long_requests_arrive() {
    let mut long = request("quiet");
    long.passwords = (0..40_000).map(|n| format!("password number {n}")).collect();
    assert_eq!(run_with(&cage(), &long, LIMITS).0, WorkerEnd::Finished(Verdict::Read));
}

#[test]
fn servers_that_cannot_cage_are_refused() {
    assert!(
        matches!(cage_with("serve-with-threads", 1), Err(CageError::Unfit(why)) if why.contains("threads"))
    );
    assert!(
        matches!(cage_with("serve-broken", 1), Err(CageError::Unfit(why)) if why.contains("panicked"))
    );
    assert!(matches!(cage_with("nothing of the kind", 1), Err(CageError::NoServer)));
}
