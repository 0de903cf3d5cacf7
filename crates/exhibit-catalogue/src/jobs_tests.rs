//! The work table's rules: leases, attempts, deaths, versions.

use crate::{
    Added, Catalogue, Finished, JobChoice, JobCost, JobEnd, JobSpan, JobState, Lease, MOST_DEATHS,
    NewItem, StageId, StageKey, Work,
};
use exhibit_model::{Digest, ItemId, Moment, OriginalId, Reason, Relation, State};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn cost() -> JobCost {
    JobCost { elapsed: SECOND, peak_memory: Some(5 << 30) }
}

fn key(name: &str, version: &str) -> StageKey {
    StageKey { name: name.to_owned(), version: version.to_owned(), parameters: String::new() }
}

/// A catalogue with `count` items, and a `read` job for each.
fn with_jobs(count: i64) -> (tempfile::TempDir, Catalogue) {
    let folder = tempfile::tempdir().expect("folder");
    let mut catalogue = Catalogue::create(&folder.path().join("catalogue.db")).expect("create");
    let work = catalogue.begin().expect("begin");
    let (source, _) = work.source(b"/leak", "leak", Moment(1)).expect("source");
    let stage = work.stage(&key("read", "1")).expect("stage");
    for number in 1..=count {
        let input = Digest::of(&number.to_le_bytes());
        let path = number.to_string().into_bytes();
        let new = NewItem {
            source,
            container: None,
            path: &path,
            name_text: "",
            relation: Relation::File,
            content: Some((OriginalId::new(input), 8)),
            modified: None,
            changed: None,
            received: Moment(2),
            settled: None,
            cut: None,
        };
        assert_eq!(
            work.add_item(&new).expect("item"),
            Added::New(ItemId::new(number), State::Waiting)
        );
        assert!(work.add_job(stage, ItemId::new(number), JobSpan::Item, input).expect("job"));
        assert!(
            !work.add_job(stage, ItemId::new(number), JobSpan::Item, input).expect("job"),
            "added once"
        );
    }
    work.commit().expect("commit");
    (folder, catalogue)
}

fn lease(work: &Work<'_>, stage: StageId, most: usize) -> Vec<Lease> {
    work.lease(stage, JobChoice::All, most, "process 1", Moment(9)).expect("lease")
}

fn items(leases: &[Lease]) -> Vec<i64> {
    leases.iter().map(|lease| lease.item.get()).collect()
}

#[test]
fn those_attempted_least_come_first() {
    let (_folder, mut catalogue) = with_jobs(4);
    let work = catalogue.begin().expect("begin");
    let stage = work.stage(&key("read", "1")).expect("stage");
    let first = lease(&work, stage, 2);
    assert_eq!(items(&first), [1, 2]);
    assert_eq!(items(&lease(&work, stage, 1)), [3], "what is leased is not leased again");
    // the process was killed: an attempt, but no death
    assert_eq!(work.release_leases(false).expect("release"), 3);
    let again = lease(&work, stage, 9);
    assert_eq!(items(&again), [4, 1, 2, 3]);
    assert_eq!(
        again.iter().map(|lease| (lease.attempts, lease.deaths)).collect::<Vec<_>>(),
        [(1, 0), (2, 0), (2, 0), (2, 0)]
    );
    // the run ended before they were begun
    assert_eq!(work.release_leases(true).expect("release"), 4);
    assert_eq!(lease(&work, stage, 1)[0].attempts, 1);
}

#[test]
fn an_outcome_counts_only_while_its_lease_lasts() {
    let (_folder, mut catalogue) = with_jobs(1);
    let work = catalogue.begin().expect("begin");
    let stage = work.stage(&key("read", "1")).expect("stage");
    let old = lease(&work, stage, 1).remove(0);
    work.release_leases(false).expect("release");
    let new = lease(&work, stage, 1).remove(0);
    assert_eq!(work.finish(&old, &JobEnd::Done, cost()).expect("finish"), Finished::Lost);
    assert_eq!(
        work.finish(&new, &JobEnd::Done, cost()).expect("finish"),
        Finished::Final(JobState::Done)
    );
    assert_eq!(work.finish(&new, &JobEnd::Done, cost()).expect("finish"), Finished::Lost);
    work.commit().expect("commit");
    let job = catalogue.jobs(ItemId::new(1)).expect("jobs").remove(0);
    assert_eq!(
        (job.state, job.attempts, job.elapsed, job.holder),
        (JobState::Done, 2, Some(SECOND), None)
    );
    assert_eq!(job.peak_memory, Some(5 << 30));
    assert_eq!(catalogue.ready_jobs("read").expect("count"), 0);
}

#[test]
fn a_lease_that_nobody_renews_expires() {
    let (_folder, mut catalogue) = with_jobs(3);
    let work = catalogue.begin().expect("begin");
    let stage = work.stage(&key("read", "1")).expect("stage");
    let lost = lease(&work, stage, 1).remove(0);
    let kept =
        work.lease(stage, JobChoice::All, 1, "process 2", Moment(9)).expect("lease").remove(0);
    assert_eq!(work.renew_leases("process 2", Moment(20)).expect("renew"), 1);
    assert_eq!(
        work.expire_leases(Moment(9)).expect("expire"),
        0,
        "a lease lasts to its last moment"
    );
    assert_eq!(work.expire_leases(Moment(10)).expect("expire"), 1);
    let again = lease(&work, stage, 9);
    assert_eq!(items(&again), [3, 1], "what was attempted comes last");
    assert_eq!(again[1].attempts, 2, "the expired attempt counts");
    assert_eq!(work.finish(&lost, &JobEnd::Done, cost()).expect("finish"), Finished::Lost);
    assert_eq!(
        work.finish(&kept, &JobEnd::Done, cost()).expect("finish"),
        Finished::Final(JobState::Done)
    );
}

#[test]
fn three_deaths_are_a_failure_and_a_retry_begins_again() {
    let (_folder, mut catalogue) = with_jobs(1);
    let work = catalogue.begin().expect("begin");
    let stage = work.stage(&key("read", "1")).expect("stage");
    let killed = Reason::Killed { signal: 9 };
    for death in 1..=MOST_DEATHS {
        let own = lease(&work, stage, 1).remove(0);
        assert_eq!((own.attempts, own.deaths), (death, death - 1));
        let end = work.finish(&own, &JobEnd::Died(killed.clone()), cost()).expect("finish");
        let expected =
            if death < MOST_DEATHS { Finished::Again } else { Finished::Final(JobState::Failed) };
        assert_eq!(end, expected);
    }
    assert_eq!(lease(&work, stage, 1), []);
    work.commit().expect("commit");
    let job = catalogue.jobs(ItemId::new(1)).expect("jobs").remove(0);
    assert_eq!((job.state, job.reason), (JobState::Failed, Some(killed)));
    let work = catalogue.begin().expect("begin");
    assert_eq!(work.requeue_failed(stage).expect("requeue"), 1);
    assert_eq!(lease(&work, stage, 1)[0].deaths, 0);
    work.commit().expect("commit");
    assert_eq!(catalogue.jobs(ItemId::new(1)).expect("jobs").remove(0).reason, None);
    catalogue.db.execute("UPDATE work SET reason = 'quantum-limit'", []).expect("update");
    catalogue.jobs(ItemId::new(1)).expect_err("a code of no version");
}

#[test]
fn a_retried_item_waits_and_has_a_job() {
    let (_folder, mut catalogue) = with_jobs(2);
    let work = catalogue.begin().expect("begin");
    let first = work.stage(&key("read", "1")).expect("stage");
    let own = lease(&work, first, 1).remove(0);
    work.finish(&own, &JobEnd::Failed(Reason::NoPages), cost()).expect("finish");
    let finding = crate::ReadResult {
        state: State::Failed,
        reason: Some(&Reason::NoPages),
        media_type: "text/plain",
        found: 0,
        metadata: &[],
        notes: &[],
    };
    work.settle(ItemId::new(1), &finding).expect("settle");
    // by a later version: its job is the one that was there
    let second = work.stage(&key("read", "2")).expect("stage");
    assert_eq!(work.retry(second, &[State::Failed]).expect("retry"), 1);
    assert_eq!(items(&lease(&work, second, 9)), [1, 2]);
    work.commit().expect("commit");
    assert_eq!(
        catalogue.item(ItemId::new(1)).expect("item").map(|item| item.state),
        Some(State::Waiting)
    );
    let jobs = catalogue.jobs(ItemId::new(1)).expect("jobs");
    assert_eq!(jobs.iter().map(|job| job.stage.version.as_str()).collect::<Vec<_>>(), ["2"]);
}

#[test]
fn a_version_adopts_what_is_unfinished_and_repeats_what_it_supersedes() {
    let (_folder, mut catalogue) = with_jobs(3);
    let work = catalogue.begin().expect("begin");
    let first = work.stage(&key("read", "1")).expect("stage");
    for own in lease(&work, first, 2) {
        let media_type = if own.item == ItemId::new(1) { "application/pdf" } else { "text/plain" };
        let finding = crate::ReadResult {
            state: State::Read,
            reason: None,
            media_type,
            found: 0,
            metadata: &[],
            notes: &[],
        };
        work.settle(own.item, &finding).expect("settle");
        work.finish(&own, &JobEnd::Done, cost()).expect("finish");
    }
    let second = work.stage(&key("read", "2")).expect("stage");
    assert_eq!(lease(&work, first, 9), []);
    assert_eq!(items(&lease(&work, second, 9)), [3], "the third was not read yet");
    assert_eq!(work.supersede(second, first, Some(&[])).expect("none"), []);
    let pdfs = Some(&["application/pdf"][..]);
    assert_eq!(work.supersede(second, first, pdfs).expect("PDFs"), [ItemId::new(1)]);
    assert_eq!(work.supersede(second, first, pdfs).expect("PDFs"), [], "once");
    assert_eq!(work.supersede(second, first, None).expect("all"), [ItemId::new(2)]);
    work.commit().expect("commit");
    let jobs = catalogue.jobs(ItemId::new(1)).expect("jobs");
    let states: Vec<(&str, JobState)> =
        jobs.iter().map(|job| (job.stage.version.as_str(), job.state)).collect();
    assert_eq!(states, [("1", JobState::Done), ("2", JobState::Ready)]);
    assert_eq!(catalogue.stage_versions("read").expect("versions").len(), 2);
}

#[test]
fn the_next_jobs_are_found_by_an_index() {
    let (_folder, catalogue) = with_jobs(1);
    let sql = "EXPLAIN QUERY PLAN SELECT id FROM work WHERE stage = 1 AND state = 'ready' ORDER BY attempts, id LIMIT 9";
    let mut statement = catalogue.db.prepare(sql).expect("plan");
    let rows = statement.query_map([], |row| row.get::<_, String>(3)).expect("plan");
    let plan = rows.collect::<Result<Vec<_>, _>>().expect("plan").join("; ");
    assert!(plan.contains("work_ready") && !plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn what_died_is_not_leased_while_others_may_follow() {
    let (_folder, mut catalogue) = with_jobs(2);
    let work = catalogue.begin().expect("begin");
    let stage = work.stage(&key("read", "1")).expect("stage");
    let first = lease(&work, stage, 1).remove(0);
    let killed = Reason::Killed { signal: 9 };
    assert_eq!(
        work.finish(&first, &JobEnd::Died(killed), cost()).expect("finish"),
        Finished::Again
    );
    let untried =
        |most| work.lease(stage, JobChoice::Untried, most, "process 1", Moment(9)).expect("lease");
    assert_eq!(items(&untried(9)), [2]);
    assert!(untried(9).is_empty(), "the one that died waits");
    assert_eq!(items(&lease(&work, stage, 9)), [1]);
}
