//! `reindex` under interruptions, leftovers and damage.

use exhibit_case::Principal;
use exhibit_ingest::{IngestError, IngestProgress, reindex};
use exhibit_search::{Search, SearchRequest};
use exhibit_testing::{TestCase, TestItem, copy_folder, flip};
use std::fs;
use std::path::Path;

const UNFINISHED: &str = "exhibit-unfinished";

fn case() -> TestCase {
    let pages: Vec<String> =
        (0..60).map(|page| format!("登记表 register {page} {}", page % 7)).collect();
    let items: Vec<TestItem> = (0..3)
        .map(|file| TestItem::text(&format!("{file}.txt"), &pages[file * 20..][..20].join("\u{c}")))
        .collect();
    TestCase::new(&items)
}

/// What several queries find: the same for every whole index of the case.
fn totals(case: &TestCase) -> Vec<u64> {
    let open = case.open();
    let total = |text: &str| {
        let query = Search::of(open.view(Principal::LOCAL)).query(text, false).expect("a query");
        Search::of(open.view(Principal::LOCAL))
            .search(&SearchRequest::of(&query))
            .expect("results")
            .total
    };
    ["登记", "register", "\"register 12 5\"", "register -3", "path:1.txt"].map(total).to_vec()
}

fn rebuild(case: &TestCase) -> Result<(), IngestError> {
    let held = case.writer();
    reindex(&held.case, &IngestProgress::default())
}

#[test]
fn a_rebuilt_index_finds_the_same() {
    let case = case();
    let expected = totals(&case);
    assert_eq!(expected[0], 60);
    rebuild(&case).expect("rebuilt");
    assert_eq!(totals(&case), expected);
    assert!(!case.path("index.new").exists());
    fs::remove_dir_all(case.path("index")).expect("removed");
    rebuild(&case).expect("rebuilt");
    assert_eq!(totals(&case), expected);
}

#[test]
fn leftovers_of_every_kind_are_replaced() {
    let case = case();
    let expected = totals(&case);
    type Leftover = (&'static str, fn(&Path));
    let leftovers: [Leftover; 5] = [
        ("an empty folder", |_| {}),
        ("a mark without an index", |aside| {
            fs::write(aside.join(UNFINISHED), "60").expect("written")
        }),
        ("another revision", |aside| fs::write(aside.join(UNFINISHED), "1").expect("written")),
        ("nonsense", |aside| {
            fs::write(aside.join(UNFINISHED), [0xff; 8]).expect("written");
            fs::write(aside.join("meta.json"), "{").expect("written");
        }),
        ("files of others", |aside| {
            fs::create_dir(aside.join("folder")).expect("made");
            fs::write(aside.join("folder/notes.txt"), "mine").expect("written");
        }),
    ];
    for (what, leave) in leftovers {
        let aside = case.path("index.new");
        fs::create_dir(&aside).expect("made");
        leave(&aside);
        assert_eq!(totals(&case), expected, "searching goes on beside {what}");
        rebuild(&case).expect(what);
        assert_eq!(totals(&case), expected, "{what}");
        assert!(!aside.exists(), "{what}");
    }
}

#[test]
fn an_interrupted_rebuild_is_resumed_while_pages_are_the_same() {
    let case = case();
    let expected = totals(&case);
    // as a kill leaves it after the last commit of the new index and before the exchange
    let revision = case
        .open()
        .folder
        .catalogue_for_reading()
        .expect("a catalogue")
        .number("revision")
        .expect("read")
        .expect("a revision");
    let aside = case.path("index.new");
    copy_folder(&case.path("index"), &aside);
    fs::write(aside.join(UNFINISHED), revision.to_string()).expect("written");
    let progress = IngestProgress::default();
    reindex(&case.writer().case, &progress).expect("resumed");
    assert_eq!(totals(&case), expected);
    assert!(!aside.exists());
    // pages were added since: what was built is of an earlier state, and is built again
    copy_folder(&case.path("index"), &aside);
    fs::write(aside.join(UNFINISHED), revision.to_string()).expect("written");
    let _ = case.add_unindexed(&[TestItem::text("later.txt", "登记 once more")]);
    rebuild(&case).expect("rebuilt");
    assert_eq!(totals(&case)[0], 61);
}

#[test]
fn pages_beside_a_damaged_one_stay_searchable() {
    let case = case();
    let expected = totals(&case);
    let pack = case.files("derived/pages").remove(0);
    flip(&pack, 100);
    rebuild(&case).expect("rebuilt without it");
    assert_eq!(totals(&case)[0], expected[0] - 1);
    let audit =
        exhibit_audit::audit(&case.folder(), &Default::default(), &mut exhibit_audit::NoProgress);
    let audit = audit.expect("checked");
    let codes: Vec<_> =
        audit.deviations().map(|finding| finding.fault.code().into_owned()).collect();
    assert!(codes.iter().any(|code| code == "page-unreadable"), "the check names it: {codes:?}");
    flip(&pack, 100);
    rebuild(&case).expect("rebuilt once the pack is whole");
    assert_eq!(totals(&case), expected);
    assert!(!case.path("index.new").exists());
}

#[test]
fn an_index_of_another_version_is_refused_and_rebuilt() {
    let case = case();
    let expected = totals(&case);
    fs::write(case.path("index/exhibit-analysis"), "1.1").expect("written");
    assert!(Search::of(case.open().view(Principal::LOCAL)).query("登记", false).is_err());
    rebuild(&case).expect("rebuilt");
    assert_eq!(totals(&case), expected);
}

#[test]
fn a_case_without_pages_has_an_empty_index() {
    let case = TestCase::empty();
    fs::remove_dir_all(case.path("index")).expect("removed");
    rebuild(&case).expect("rebuilt");
    assert_eq!(totals(&case), [0, 0, 0, 0, 0]);
}

#[test]
fn superseded_layers_are_not_found() {
    let case = case();
    let scanned = TestItem::scan("scan.png", "由 OCR 读出", 0.9);
    let _ = case.add(&[scanned]);
    let open = case.open();
    let rows = open.view(Principal::LOCAL).pages(case.id("scan.png")).expect("pages");
    assert_eq!(rows.len(), 1);
    let query = Search::of(open.view(Principal::LOCAL)).query("读出", false).expect("a query");
    assert_eq!(
        Search::of(open.view(Principal::LOCAL))
            .search(&SearchRequest::of(&query))
            .expect("results")
            .total,
        1
    );
}
