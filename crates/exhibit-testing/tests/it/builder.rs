//! Test cases are good and reproducible: every check passes, and the same calls give the same log.

use exhibit_audit::{AuditOptions, NoProgress, audit};
use exhibit_case::Principal;
use exhibit_catalogue::ItemFilter;
use exhibit_custody::Act;
use exhibit_model::{EntrySeq, ItemId, Moment, Relation, State};
use exhibit_testing::{TestCase, TestItem, deviations, random, stored_case};
use std::collections::BTreeSet;

fn findings(case: &TestCase) -> Vec<String> {
    let audit = audit(&case.folder(), &AuditOptions { keys: Some(&case.keys()) }, &mut NoProgress)
        .expect("checked");
    audit
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.place(), finding.text()))
        .collect()
}

fn entries(case: &TestCase) -> Vec<Vec<u8>> {
    let log = case.open().folder.log().expect("a log");
    (0..log.size()).map(|seq| log.entry(EntrySeq::new(seq)).expect("an entry")).collect()
}

#[test]
fn every_check_of_a_built_case_passes() {
    let case = stored_case();
    assert_eq!(findings(&case), [] as [&str; 0]);
    let states: BTreeSet<State> =
        case.open().view(Principal::LOCAL).states().expect("states").into_keys().collect();
    let expected = [
        State::Read,
        State::Empty,
        State::Duplicate,
        State::Encrypted,
        State::Unsupported,
        State::Failed,
        State::Truncated,
    ];
    assert_eq!(states, BTreeSet::from(expected));
    let account = case.open().view(Principal::LOCAL).account().expect("an account");
    assert_eq!(account.gaps, []);
    let bag = case.export("bag", &["list.txt"], &[]);
    assert_eq!(deviations(&bag), []);
}

#[test]
fn the_same_calls_make_the_same_log() {
    let built = || {
        let case = TestCase::of_texts(&[("a.txt", "登记"), ("b.txt", "تىزىملىك")]);
        case.tag("a.txt", "checked");
        let _ = case.log(Act::access_set(true, 30));
        case
    };
    let (one, two) = (built(), built());
    assert_eq!(entries(&one), entries(&two));
    let checkpoint =
        |case: &TestCase| std::fs::read(case.path("custody/checkpoint")).expect("read");
    assert_eq!(checkpoint(&one), checkpoint(&two));
    let other = TestCase::of_seed(2);
    assert_ne!(entries(&one)[0], entries(&other)[0], "another seed gives another key");
}

#[test]
fn neighbouring_seeds_give_unrelated_bytes() {
    let bytes = |seed| {
        let mut bytes = [0; 64];
        random(seed)(&mut bytes);
        bytes
    };
    assert_eq!(bytes(3), bytes(3));
    let all: BTreeSet<[u8; 64]> = (0..1000).map(bytes).collect();
    assert_eq!(all.len(), 1000);
    let same = |a: [u8; 64], b: [u8; 64]| a.iter().zip(b).filter(|(a, b)| *a == b).count();
    assert!((0..100).all(|seed| same(bytes(seed), bytes(seed + 1)) < 8));
    let mut stream = random(3);
    let (mut first, mut second) = ([0; 32], [0; 32]);
    stream(&mut first);
    stream(&mut second);
    assert_ne!(first, second, "every call gives other bytes");
}

#[test]
fn a_duplicate_is_independent_of_its_original() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let copy = case.duplicate();
    let _ = copy.add_texts(&[("b.txt", "two")]);
    assert_eq!(copy.id("b.txt"), ItemId::new(2));
    let count = |case: &TestCase| {
        case.open().view(Principal::LOCAL).items(&ItemFilter::default()).expect("items").len()
    };
    assert_eq!((count(&case), count(&copy)), (1, 2));
    assert_eq!((findings(&case), findings(&copy)), (Vec::new(), Vec::new()));
}

#[test]
fn items_have_what_they_were_built_with() {
    let case = TestCase::new(&[
        TestItem::archive("a.zip"),
        TestItem::text("1", "one\u{c}two")
            .within("a.zip")
            .relation(Relation::Attachment)
            .modified(Moment(5)),
        TestItem::archive("inner.zip").within("a.zip"),
        TestItem::text("2", "three").within("inner.zip"),
        TestItem::waiting("later", b"later"),
    ]);
    let open = case.open();
    let item = |path: &str| open.view(Principal::LOCAL).item(case.id(path)).expect("an item");
    let one = item("1");
    assert_eq!(
        (one.container, one.pages, one.relation),
        (Some(case.id("a.zip")), 2, Relation::Attachment)
    );
    assert_eq!((one.modified, one.ordinal, item("inner.zip").ordinal), (Some(Moment(5)), 0, 1));
    assert_eq!((item("a.zip").found, item("inner.zip").found), (2, 1));
    assert_eq!(
        open.view(Principal::LOCAL).path(&item("2")).expect("a path"),
        "a.zip!/inner.zip!/2"
    );
    assert_eq!(item("later").state, State::Waiting);
    assert_eq!(open.view(Principal::LOCAL).searchable(), 3);
    assert_eq!(findings(&case), [] as [&str; 0]);
}
