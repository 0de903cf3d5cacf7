//! What searching stores in a case: saved searches and the history.

use crate::query;
use exhibit_case::{CaseError, Principal};
use exhibit_model::Moment;
use exhibit_search::{Search, SearchError};
use exhibit_testing::{NOW, TestCase};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

fn case() -> TestCase {
    TestCase::of_texts(&[("a.txt", "register one"), ("b.txt", "other")])
}

fn queries(case: &TestCase) -> Vec<String> {
    Search::of(case.open().view(Principal::LOCAL))
        .history()
        .expect("a history")
        .searches
        .into_iter()
        .map(|one| one.query)
        .collect()
}

#[test]
fn saved_searches_know_what_is_new() {
    let case = case();
    let open = case.open();
    let search = Search::of(open.view(Principal::LOCAL));
    search.save_search("登记册", &query(&open, "register"), NOW).expect("saved");
    search.save_search("all", &query(&open, "other OR register"), NOW).expect("saved");
    let found = search.documents_found(&query(&open, "register")).expect("documents");
    search.seen_search("登记册", found, Moment(NOW.0 + 1)).expect("seen");
    let saved = search.saved().expect("saved searches");
    assert_eq!(saved.keys().collect::<Vec<_>>(), ["all", "登记册"]);
    assert_eq!((saved["登记册"].seen, &saved["登记册"].documents[..]), (Some(NOW.0 + 1), &[1][..]));
    assert_eq!(saved["all"].seen, None);
    let _ = case.add_texts(&[("c.txt", "register two")]);
    let open = case.open();
    let search = Search::of(open.view(Principal::LOCAL));
    let asked = search.saved_query(&search.saved().expect("saved")["登记册"]).expect("a query");
    let now = search.documents_found(&asked).expect("documents");
    let before = &search.saved().expect("saved")["登记册"].documents;
    assert_eq!(now.iter().filter(|document| !before.contains(document)).collect::<Vec<_>>(), [&3]);
    // the same name replaces it, as if it was never seen
    search.save_search("登记册", &query(&open, "other"), NOW).expect("saved");
    assert_eq!(search.saved().expect("saved")["登记册"].seen, None);
}

#[test]
fn saved_searches_that_are_missing_or_damaged_are_errors() {
    let case = case();
    let open = case.open();
    let search = Search::of(open.view(Principal::LOCAL));
    let not_kept = |result: Result<(), SearchError>| matches!(result, Err(SearchError::NotKept { name, .. }) if name == "x");
    assert!(not_kept(search.forget_search("x")) && not_kept(search.seen_search("x", vec![1], NOW)));
    search.put_back_search("x", None).expect("nothing to put back");
    search.save_search("x", &query(&open, "register"), NOW).expect("saved");
    let path = case.path("saved.json");
    let whole = fs::read_to_string(&path).expect("read");
    for bad in ["", "[]", "{\"x\":1}", &whole[..whole.len() - 1], "\u{0}"] {
        fs::write(&path, bad).expect("written");
        assert!(matches!(search.saved(), Err(SearchError::Case(CaseError::Io { .. }))), "{bad}");
        assert!(
            search.save_search("y", &query(&open, "a"), NOW).is_err(),
            "a damaged file is not replaced: {bad}"
        );
        assert_eq!(fs::read_to_string(&path).expect("read"), bad);
    }
    fs::write(&path, whole).expect("written");
    assert_eq!(search.saved().expect("saved").len(), 1);
}

#[test]
fn a_saved_query_that_cannot_be_parsed_any_more_says_so() {
    let case = case();
    let open = case.open();
    let search = Search::of(open.view(Principal::LOCAL));
    search.save_search("x", &query(&open, "register"), NOW).expect("saved");
    let mut saved = search.saved().expect("saved").remove("x").expect("it");
    saved.query = "\"".to_owned();
    assert!(matches!(search.saved_query(&saved), Err(SearchError::Query(_))));
}

#[test]
fn the_history_is_short_private_and_without_repetition() {
    let case = case();
    let open = case.open();
    let search = Search::of(open.view(Principal::LOCAL));
    assert!(queries(&case).is_empty() && search.history().expect("a history").on);
    for (number, text) in ["登记", "register", "  登记  ", "", "   "].into_iter().enumerate() {
        search.remember_search(text, false, 1, Moment(NOW.0 + number as i64));
    }
    assert_eq!(queries(&case), ["登记", "register"], "the latest first, once");
    let mode = fs::metadata(case.path("history.json")).expect("metadata").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for number in 0..400 {
        search.remember_search(&format!("query {number}"), false, 1, Moment(NOW.0 + 10 + number));
    }
    let kept = queries(&case);
    assert!(kept.len() < 400 && kept[0] == "query 399", "{} are kept", kept.len());
}

#[test]
fn a_damaged_history_is_reported_and_can_be_cleared() {
    let case = case();
    let open = case.open();
    let search = Search::of(open.view(Principal::LOCAL));
    search.remember_search("one", false, 1, NOW);
    fs::write(case.path("history.json"), "{").expect("written");
    assert!(search.history().is_err());
    search.remember_search("two", false, 1, NOW);
    assert_eq!(
        fs::read(case.path("history.json")).expect("read"),
        b"{",
        "it is not replaced by remembering"
    );
    search.clear_history().expect("cleared");
    assert!(queries(&case).is_empty());
}

#[test]
fn a_sealed_case_remembers_and_saves_nothing() {
    let case = case();
    let open = case.open();
    let asked = query(&open, "register");
    Search::of(open.view(Principal::LOCAL)).save_search("before", &asked, NOW).expect("saved");
    case.write(|held| held.seal().expect("sealed"));
    let search = Search::of(open.view(Principal::LOCAL));
    search.remember_search("after", false, 1, NOW);
    assert!(queries(&case).is_empty());
    let is_sealed = |result: Result<(), SearchError>| {
        matches!(result, Err(SearchError::Case(CaseError::Sealed)))
    };
    assert!(is_sealed(search.save_search("after", &asked, NOW)));
    assert!(is_sealed(search.forget_search("before")));
    assert!(is_sealed(search.put_back_search("before", None)));
    assert!(search.saved().expect("saved").contains_key("before"));
}
