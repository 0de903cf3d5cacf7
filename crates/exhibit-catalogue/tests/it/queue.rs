//! The queue of jobs under random interleavings: every job ends once, and what is lost is done again.

use exhibit_catalogue::{
    Finished, JobChoice, JobCost, JobEnd, JobState, Lease, MOST_DEATHS, StageKey,
};
use exhibit_model::{ItemId, Moment, Reason, State};
use exhibit_mutate::Mutator;
use exhibit_testing::{TestCase, TestItem};
use std::collections::BTreeMap;
use std::time::Duration;

const KILLED: Reason = Reason::Killed { signal: 9 };

fn waiting(count: usize) -> TestCase {
    let items: Vec<TestItem> = (0..count)
        .map(|number| TestItem::waiting(&number.to_string(), number.to_string().as_bytes()))
        .collect();
    let case = TestCase::empty();
    let _ = case.add_unindexed(&items);
    case
}

fn read(version: &str) -> StageKey {
    StageKey { name: "read".to_owned(), version: version.to_owned(), parameters: String::new() }
}

#[test]
fn every_job_ends_once_whatever_is_interrupted() {
    for seed in 1..=6 {
        let case = waiting(12);
        let mut numbers = Mutator::new(seed);
        let mut held = case.writer();
        let mut leased: Vec<Lease> = Vec::new();
        let mut ended: BTreeMap<i64, u32> = BTreeMap::new();
        let mut deaths: BTreeMap<i64, u32> = BTreeMap::new();
        for _ in 0..300 {
            let work = held.catalogue.begin().expect("a transaction");
            let stage = work.stage(&read("1")).expect("a stage");
            match numbers.below(6) {
                0 | 1 => leased.extend(
                    work.lease(stage, JobChoice::All, numbers.below(4), "process 1", Moment(9))
                        .expect("leases"),
                ),
                2 | 3 if !leased.is_empty() => {
                    let lease = leased.swap_remove(numbers.below(leased.len()));
                    let finished =
                        work.finish(&lease, &JobEnd::Done, JobCost::default()).expect("finished");
                    if finished == Finished::Final(JobState::Done) {
                        *ended.entry(lease.item.get()).or_default() += 1;
                    }
                }
                4 if !leased.is_empty() => {
                    let lease = leased.swap_remove(numbers.below(leased.len()));
                    let died = deaths.entry(lease.item.get()).or_default();
                    match work
                        .finish(&lease, &JobEnd::Died(KILLED), JobCost::default())
                        .expect("finished")
                    {
                        Finished::Again => *died += 1,
                        Finished::Final(state) => {
                            *died += 1;
                            assert_eq!((state, *died), (JobState::Failed, MOST_DEATHS));
                            *ended.entry(lease.item.get()).or_default() += 1;
                        }
                        Finished::Lost => {}
                    }
                }
                // the process is killed: nothing that it leased ends any more
                5 if numbers.below(8) == 0 => {
                    drop(work);
                    let work = held.catalogue.begin().expect("a transaction");
                    let _ = work.release_leases(false).expect("released");
                    work.commit().expect("a commit");
                    let work = held.catalogue.begin().expect("a transaction");
                    for lease in leased.drain(..) {
                        let late = work
                            .finish(&lease, &JobEnd::Done, JobCost::default())
                            .expect("finished");
                        assert_eq!(late, Finished::Lost, "an outcome without its lease");
                    }
                    continue;
                }
                _ => {}
            }
            work.commit().expect("a commit");
        }
        // what is left is done at the end
        loop {
            let work = held.catalogue.begin().expect("a transaction");
            let _ = work.release_leases(true).expect("released");
            let stage = work.stage(&read("1")).expect("a stage");
            let leases =
                work.lease(stage, JobChoice::All, 100, "process 1", Moment(9)).expect("leases");
            for lease in &leases {
                assert_eq!(
                    work.finish(lease, &JobEnd::Done, JobCost::default()).expect("done"),
                    Finished::Final(JobState::Done)
                );
                *ended.entry(lease.item.get()).or_default() += 1;
            }
            work.commit().expect("a commit");
            if leases.is_empty() {
                break;
            }
        }
        assert_eq!(ended, (1..=12).map(|item| (item, 1)).collect(), "seed {seed}");
        assert_eq!(held.catalogue.ready_jobs("read").expect("a count"), 0);
    }
}

#[test]
fn a_released_lease_that_was_never_begun_is_no_attempt() {
    let case = waiting(2);
    let mut held = case.writer();
    for (unattempted, attempts) in [(true, 0), (false, 1)] {
        let work = held.catalogue.begin().expect("a transaction");
        let stage = work.stage(&read("1")).expect("a stage");
        assert_eq!(
            work.lease(stage, JobChoice::All, 9, "process 1", Moment(9)).expect("leases").len(),
            2
        );
        work.commit().expect("a commit");
        let job = held.catalogue.jobs(ItemId::new(1)).expect("jobs").remove(0);
        assert_eq!(
            (job.state, job.holder.as_deref(), job.until),
            (JobState::Leased, Some("process 1"), Some(Moment(9)))
        );
        let work = held.catalogue.begin().expect("a transaction");
        assert_eq!(work.release_leases(unattempted).expect("released"), 2);
        work.commit().expect("a commit");
        let job = held.catalogue.jobs(ItemId::new(1)).expect("jobs").remove(0);
        assert_eq!((job.state, job.attempts, job.holder), (JobState::Ready, attempts, None));
    }
}

#[test]
fn a_failure_keeps_its_reason_until_it_is_retried() {
    let case = waiting(1);
    let mut held = case.writer();
    let work = held.catalogue.begin().expect("a transaction");
    let stage = work.stage(&read("1")).expect("a stage");
    let lease =
        work.lease(stage, JobChoice::All, 1, "process 1", Moment(9)).expect("leases").remove(0);
    let elapsed = Duration::from_micros(1500);
    let cost = JobCost { elapsed, peak_memory: Some(1 << 40) };
    work.finish(&lease, &JobEnd::Failed(Reason::NoPages), cost).expect("finished");
    work.commit().expect("a commit");
    let job = held.catalogue.jobs(ItemId::new(1)).expect("jobs").remove(0);
    assert_eq!(
        (job.state, job.reason, job.elapsed),
        (JobState::Failed, Some(Reason::NoPages), Some(elapsed))
    );
    assert_eq!(job.peak_memory, Some(1 << 40));
    let work = held.catalogue.begin().expect("a transaction");
    assert!(
        work.lease(stage, JobChoice::All, 1, "process 1", Moment(9)).expect("leases").is_empty()
    );
    assert_eq!(work.requeue_failed(stage).expect("requeued"), 1);
    work.commit().expect("a commit");
    let job = held.catalogue.jobs(ItemId::new(1)).expect("jobs").remove(0);
    assert_eq!((job.state, job.reason, job.attempts), (JobState::Ready, None, 0));
}

#[test]
fn only_items_in_the_given_states_are_retried() {
    let case = TestCase::new(&[
        TestItem::unread("a", b"a", State::Failed, Some(Reason::NoPages)),
        TestItem::unread("b", b"b", State::Encrypted, None),
        TestItem::text("c", "text"),
    ]);
    let mut held = case.writer();
    let work = held.catalogue.begin().expect("a transaction");
    let stage = work.stage(&read("1")).expect("a stage");
    assert_eq!(work.retry(stage, &[]).expect("retried"), 0);
    assert_eq!(work.retry(stage, &[State::Encrypted]).expect("retried"), 1);
    work.commit().expect("a commit");
    let state =
        |item| held.catalogue.item(ItemId::new(item)).expect("a lookup").expect("an item").state;
    assert_eq!([1, 2, 3].map(state), [State::Failed, State::Waiting, State::Read]);
    assert_eq!(held.catalogue.ready_jobs("read").expect("a count"), 1);
}

#[test]
fn leases_expire_and_are_renewed_by_their_holder_alone() {
    let case = waiting(3);
    let mut held = case.writer();
    let work = held.catalogue.begin().expect("a transaction");
    let stage = work.stage(&read("1")).expect("a stage");
    let mine = work.lease(stage, JobChoice::All, 2, "process 1", Moment(10)).expect("leases");
    let others = work.lease(stage, JobChoice::All, 1, "process 2", Moment(10)).expect("leases");
    assert_eq!(work.renew_leases("process 1", Moment(20)).expect("renewed"), 2);
    assert_eq!(work.renew_leases("process 3", Moment(20)).expect("renewed"), 0);
    assert_eq!(work.expire_leases(Moment(10)).expect("expired"), 0, "until is not over yet");
    assert_eq!(work.expire_leases(Moment(11)).expect("expired"), 1);
    let late = work.finish(&others[0], &JobEnd::Done, JobCost::default()).expect("finished");
    assert_eq!(late, Finished::Lost, "its lease is over");
    for lease in &mine {
        let done = work.finish(lease, &JobEnd::Done, JobCost::default()).expect("finished");
        assert_eq!(done, Finished::Final(JobState::Done));
    }
    let again = work.lease(stage, JobChoice::All, 9, "process 1", Moment(30)).expect("leases");
    assert_eq!(
        again.iter().map(|lease| (lease.item, lease.attempts)).collect::<Vec<_>>(),
        [(others[0].item, 2)]
    );
    work.commit().expect("a commit");
}
