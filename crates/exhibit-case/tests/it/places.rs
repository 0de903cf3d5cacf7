//! All places of the same bytes, through containers and their copies.

use exhibit_case::{Principal, own_path};
use exhibit_catalogue::MOST_PLACES;
use exhibit_model::ItemId;
use exhibit_testing::{TestCase, TestItem};

fn paths(case: &TestCase, id: ItemId) -> Vec<String> {
    let open = case.open();
    open.view(Principal::LOCAL)
        .places(&open.view(Principal::LOCAL).item(id).expect("an item"))
        .expect("places")
        .paths
}

#[test]
fn copies_and_copies_of_containers_are_places() {
    let case = TestCase::new(&[
        TestItem::archive("a.zip"),
        TestItem::text("m.txt", "text").within("a.zip"),
        TestItem::text("own.txt", "text"),
        TestItem::new("copy of a.zip", b"a.zip"),
        TestItem::text("other.txt", "another text"),
    ]);
    let member = case.id("m.txt");
    let mut found = paths(&case, member);
    assert_eq!(found[0], "a.zip!/m.txt", "its own place is the first");
    found.sort();
    assert_eq!(found, ["a.zip!/m.txt", "copy of a.zip!/m.txt", "own.txt"]);
    assert_eq!(paths(&case, case.id("own.txt"))[0], "own.txt");
    assert_eq!(paths(&case, case.id("other.txt")), ["other.txt"]);
    let open = case.open();
    let places = open
        .view(Principal::LOCAL)
        .places(&open.view(Principal::LOCAL).item(member).expect("an item"))
        .expect("places");
    assert!(places.containers.contains(&case.id("a.zip")), "{places:?}");
    assert_eq!(places.sources, [case.source()]);
}

#[test]
fn an_archive_that_contains_itself_ends() {
    let case = TestCase::new(&[
        TestItem::new("quine.zip", b"quine"),
        TestItem::new("inner quine.zip", b"quine").within("quine.zip"),
        TestItem::text("m.txt", "text").within("quine.zip"),
    ]);
    let found = paths(&case, case.id("m.txt"));
    assert!(found.contains(&"quine.zip!/m.txt".to_owned()) && found.len() < 5, "{found:?}");
    let own = paths(&case, case.id("quine.zip"));
    assert!(own.contains(&"quine.zip".to_owned()) && own.len() < 5, "{own:?}");
}

#[test]
fn places_are_limited() {
    let names: Vec<String> = (0..MOST_PLACES + 5).map(|number| format!("{number}.txt")).collect();
    let items: Vec<TestItem> = names.iter().map(|name| TestItem::text(name, "the same")).collect();
    let case = TestCase::empty();
    let ids = case.add_unindexed(&items);
    let found = paths(&case, ids[0]);
    assert_eq!((found.len(), found[0].as_str()), (MOST_PLACES, "0.txt"));
    assert_eq!(
        paths(&case, ids[MOST_PLACES + 2])[0],
        format!("{}.txt", MOST_PLACES + 2),
        "an item's own place"
    );
}

#[test]
fn empty_files_have_one_place_each() {
    let case = TestCase::of_texts(&[("a", ""), ("b", "")]);
    assert_eq!(paths(&case, case.id("a")), ["a"]);
}

#[test]
fn hostile_names_are_shown_safely() {
    let case = TestCase::new(&[
        TestItem::text("x", "1").path_bytes(b"\x1b[31m\xff.txt", ""),
        TestItem::text("y", "2").path_bytes(b"\xff", "invoice\u{202e}fdp.exe"),
        TestItem::text("a\nb/../c", "3"),
    ]);
    let open = case.open();
    for number in 1..=3 {
        let path =
            own_path(&open.view(Principal::LOCAL).item(ItemId::new(number)).expect("an item"));
        let is_safe = |c: char| !c.is_control() && c != '\u{202e}';
        assert!(!path.is_empty() && path.chars().all(is_safe), "{path:?}");
    }
}
