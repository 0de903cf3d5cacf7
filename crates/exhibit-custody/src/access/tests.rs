//! Tests of the access log: no recorded access is lost or logged twice, and destroyed openings stay unreadable.

use super::*;
use exhibit_model::EntrySeq;
use std::collections::BTreeMap;
use tempfile::TempDir;

const NOW: Moment = Moment(1_700_000_000_000_000);

fn random(bytes: &mut [u8]) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static STATE: AtomicU64 = AtomicU64::new(1);
    for byte in bytes {
        let next = STATE.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        *byte = (next ^ (next >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).to_be_bytes()[0];
    }
}

fn open(parent: &TempDir, now: Moment) -> AccessLog {
    let (folder, keys) = (parent.path().join("access"), parent.path().join("keys"));
    AccessLog::open_or_begin(&folder, &keys, ("a1", "exhibit 0.1.0"), now, &mut random)
        .expect("an access log")
}

fn search(query: &str) -> AccessRecord {
    AccessRecord::new(Verb::Search).secret("query", query)
}

fn queries(log: &AccessLog) -> Vec<String> {
    let mut found = Vec::new();
    let each = &mut |entry: OpenedEntry| {
        found.extend(entry.opened.get("query").cloned());
        true
    };
    log.entries(EntrySeq::new(0), each).expect("read");
    found
}

fn acts(log: &AccessLog) -> Vec<&'static str> {
    let mut acts = Vec::new();
    let each = &mut |entry: OpenedEntry| {
        acts.push(crate::Entry::read(&entry.bytes).expect("an entry").act.word());
        true
    };
    log.entries(EntrySeq::new(0), each).expect("read");
    acts
}

#[test]
fn accesses_are_recorded_folded_and_read() {
    let parent = TempDir::new().expect("a folder");
    let log = open(&parent, NOW);
    for number in 0..300 {
        log.record_access(search(&format!("登记 {number}")), NOW, &mut random)
            .expect("written down");
        if number == 100 {
            assert_eq!(log.fold(365, NOW, &mut random).expect("folded"), Some(101));
        }
    }
    assert_eq!(log.check().expect("checked").waiting, 199);
    assert_eq!(log.fold(365, NOW, &mut random).expect("folded"), Some(199));
    assert_eq!(log.fold(365, NOW, &mut random).expect("folded"), Some(0));
    let expected: Vec<String> = (0..300).map(|number| format!("登记 {number}")).collect();
    assert_eq!(queries(&log), expected);
    let report = log.check().expect("checked");
    assert!(report.is_valid(), "{report:?}");
    assert_eq!((report.opened, report.waiting, report.locked), (300, 0, 0));
    // neither the log nor the openings contain the queries in plain text
    for day in [
        parent.path().join("access/openings/2023-11-14"),
        parent.path().join("access/log/tile/entries"),
    ] {
        for file in
            fs::read_dir(day).expect("listed").flatten().filter(|file| file.path().is_file())
        {
            assert!(
                !String::from_utf8_lossy(&fs::read(file.path()).expect("read")).contains("登记")
            );
        }
    }
}

#[test]
fn an_interrupted_fold_gives_the_same_entries() {
    let parent = TempDir::new().expect("a folder");
    let log = open(&parent, NOW);
    log.record_access(search("one"), NOW, &mut random).expect("written down");
    log.fold(365, NOW, &mut random).expect("folded");
    log.record_access(search("two"), NOW, &mut random).expect("written down");
    log.record_access(search("three"), NOW, &mut random).expect("written down");
    // moved, but not appended: the state after a kill between the two steps
    let access = parent.path().join("access");
    let target = access.join("openings/2023-11-14/000000000002");
    fs::rename(access.join("journal/2023-11-14"), &target).expect("moved");
    let kept = fs::read(&target).expect("read");
    log.record_access(search("four"), NOW, &mut random).expect("written down");
    assert_eq!(log.fold(365, NOW, &mut random).expect("folded"), Some(3));
    assert_eq!(queries(&log), ["one", "two", "three", "four"]);
    // already appended: folding again changes nothing
    assert_eq!(fs::read(&target).expect("read"), kept);
    assert_eq!(log.fold(365, NOW, &mut random).expect("folded"), Some(0));
    assert!(log.check().expect("checked").is_valid());
}

#[test]
fn a_torn_record_loses_nothing_else() {
    let parent = TempDir::new().expect("a folder");
    let log = open(&parent, NOW);
    log.record_access(search("one"), NOW, &mut random).expect("written down");
    log.record_access(search("torn"), NOW, &mut random).expect("written down");
    let journal = parent.path().join("access/journal/2023-11-14");
    let bytes = fs::read(&journal).expect("read");
    fs::write(&journal, &bytes[..bytes.len() - 7]).expect("torn");
    log.record_access(search("two"), NOW, &mut random).expect("written down");
    assert_eq!(log.fold(365, NOW, &mut random).expect("folded"), Some(2));
    assert_eq!(queries(&log), ["one", "two"]);
    assert!(log.check().expect("checked").is_valid());
    // a journal of torn bytes only
    fs::write(&journal, b"look and see").expect("torn");
    assert_eq!(log.fold(365, NOW, &mut random).expect("folded"), Some(0));
    assert!(log.check().expect("checked").is_valid());
}

#[test]
fn destroyed_openings_stay_unreadable_and_the_log_verifies() {
    let parent = TempDir::new().expect("a folder");
    let log = open(&parent, NOW);
    log.record_access(search("old"), NOW, &mut random).expect("written down");
    log.fold(30, NOW, &mut random).expect("folded");
    let copy =
        fs::read(parent.path().join("access/openings/2023-11-14/000000000001")).expect("a backup");
    let later = Moment(NOW.0 + 31 * DAY);
    log.record_access(search("new"), later, &mut random).expect("written down");
    log.fold(30, later, &mut random).expect("folded");
    assert_eq!(queries(&log), ["new"]);
    assert_eq!(acts(&log), ["case.open", "search", "search", "dispose"]);
    let report = log.check().expect("checked");
    assert!(report.is_valid() && report.opened == 1, "{report:?}");
    // a backup of the case does not restore it: the day's key is destroyed
    fs::create_dir(parent.path().join("access/openings/2023-11-14")).expect("made");
    fs::write(parent.path().join("access/openings/2023-11-14/000000000001"), copy)
        .expect("put back");
    assert_eq!(queries(&log), ["new"]);
    assert_eq!(log.check().expect("checked").locked, 1);
    let days =
        parent.path().join("keys").read_dir().expect("keys").flatten().map(|file| file.path());
    let days = days
        .filter(|path| path.extension().is_some_and(|ending| ending == "days"))
        .collect::<Vec<_>>();
    assert!(!fs::read_to_string(&days[0]).expect("read").contains("2023-11-14"));
}

#[test]
fn altered_removed_and_swapped_openings_are_reported() {
    let parent = TempDir::new().expect("a folder");
    let log = open(&parent, NOW);
    for query in ["one", "two", "three"] {
        log.record_access(search(query), NOW, &mut random).expect("written down");
    }
    log.fold(365, NOW, &mut random).expect("folded");
    let path = parent.path().join("access/openings/2023-11-14/000000000001");
    let good = fs::read(&path).expect("read");
    for place in 0..good.len() {
        let mut altered = good.clone();
        altered[place] ^= 1;
        fs::write(&path, altered).expect("written");
        let report = log.check().expect("checked");
        assert!(!report.is_valid(), "byte {place}");
    }
    fs::write(&path, &good[..good.len() / 2]).expect("cut");
    assert!(!log.check().expect("checked").is_valid());
    fs::write(&path, &good).expect("as it was");
    assert!(log.check().expect("checked").is_valid());
    for name in ["checkpoint", "tile/0/000.p/4", "tile/entries/000.p/4"] {
        let path = parent.path().join("access/log").join(name);
        let kept = fs::read(&path).expect("read");
        let mut altered = kept.clone();
        altered[kept.len() / 2] ^= 1;
        fs::write(&path, altered).expect("written");
        assert!(!log.check().expect("checked").is_valid(), "{name}");
        fs::write(&path, kept).expect("as it was");
    }
}

#[test]
fn concurrent_writers_lose_nothing() {
    let parent = TempDir::new().expect("a folder");
    drop(open(&parent, NOW));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let parent = &parent;
            scope.spawn(move || {
                let log = open(parent, NOW);
                for number in 0..50 {
                    log.record_access(search(&format!("{thread}/{number}")), NOW, &mut random)
                        .expect("written down");
                    if number % 10 == thread {
                        log.fold(365, NOW, &mut random).expect("folded or left to another");
                    }
                }
            });
        }
    });
    let log = open(&parent, NOW);
    log.fold(365, NOW, &mut random).expect("folded");
    let mut found = queries(&log);
    assert_eq!(found.len(), 200);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 200, "each once");
    assert!(log.check().expect("checked").is_valid());
}

#[test]
fn logging_can_be_turned_off_and_needs_its_key() {
    let parent = TempDir::new().expect("a folder");
    let log = open(&parent, NOW);
    log.record_access(search("one"), NOW, &mut random).expect("written down");
    log.set(false, 30, NOW, &mut random).expect("recorded");
    assert_eq!(acts(&log), ["case.open", "search", "access.set"]);
    let empty = TempDir::new().expect("a folder");
    let elsewhere = AccessLog::open_or_begin(
        &parent.path().join("access"),
        empty.path(),
        ("a1", "t"),
        NOW,
        &mut random,
    );
    assert!(
        matches!(elsewhere, Err(AccessError::Key(_))),
        "another machine cannot sign, and does not create a new log"
    );
    let reader = AccessLog::open(&parent.path().join("access"), empty.path()).expect("opened");
    assert_eq!(acts(&reader).len(), 3, "but it can read the plain values");
    assert!(queries(&reader).is_empty());
}

#[test]
fn the_kind_is_plain_and_the_values_are_commitments() {
    let record = Record {
        at: NOW,
        actor: "a1".to_owned(),
        tool: "t".to_owned(),
        seed: [7; 32],
        look: AccessRecord::new(Verb::View)
            .fact("page", Fact::Number(3))
            .secret("document", "EXH-000003"),
    };
    let sealed = record.seal(EntrySeq::new(5)).expect("an entry");
    assert_eq!(sealed, record.seal(EntrySeq::new(5)).expect("an entry"), "always the same");
    let entry = crate::Entry::read(&sealed.bytes).expect("an entry");
    assert_eq!(
        (entry.seq, entry.act, entry.object),
        (EntrySeq::new(5), crate::Verb::View, crate::Ref::Case)
    );
    assert_eq!(entry.facts, BTreeMap::from([("page".to_owned(), Fact::Number(3))]));
    assert_eq!(entry.sealed["document"], sealed.openings[0].commitment());
    assert!(!String::from_utf8_lossy(&sealed.bytes).contains("EXH"));
    let long = AccessRecord::new(Verb::Search).secret("query", &"登".repeat(100_000));
    assert!(long.sealed["query"].len() <= 64 << 10);
}
