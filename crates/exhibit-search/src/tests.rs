//! Searches of a small case whose pages are written by the tests: no workers, no OCR.

use crate::{
    BatchForm, BatchProgress, MOST_LINES, NewBatch, Search, SearchError, SearchRequest,
    SuggestedChange, Which,
};
use exhibit_case::{CaseError, CaseFolder, Principal};
use exhibit_model::ItemId;
use exhibit_query::Facet;
use exhibit_testing::{NOW, TestCase};

fn three() -> TestCase {
    TestCase::of_texts(&[
        ("a/one.txt", "copper ledger of the northern depot, copper paid in full"),
        ("a/two.txt", "copper ledger of the southern depot, nothing paid"),
        ("b/three.txt", "minutes of a meeting about the weather"),
    ])
}

#[test]
fn a_query_finds_pages_and_their_facets() {
    let folder = three();
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    let query = search.query("copper", false).expect("a query");
    let results =
        search.search(&SearchRequest { limit: 10, ..SearchRequest::of(&query) }).expect("results");
    let mut paths: Vec<&str> = results.hits.iter().map(|hit| hit.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!((results.total, results.documents, paths), (2, 2, vec!["a/one.txt", "a/two.txt"]));
    let facets = search.facets(&query, 10).expect("facets");
    let folders = facets.iter().find(|facet| facet.facet == Facet::Folder).expect("folders");
    let folders: Vec<(&str, u64)> =
        folders.values.iter().map(|count| (count.value.as_str(), count.pages)).collect();
    assert_eq!(folders, [("a", 2)]);
    let hits = search.hits(&query, ItemId::new(1)).expect("hits");
    assert_eq!(
        hits.iter().map(|page| (page.page.get(), page.spans.len())).collect::<Vec<_>>(),
        [(1, 2)]
    );
}

#[test]
fn errors_name_their_kind() {
    let folder = three();
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    assert!(matches!(search.query("\"", false).err(), Some(SearchError::Query(_))));
    assert!(matches!(search.batch(7), Err(SearchError::NotKept { what: crate::Kept::Batch, .. })));
    assert!(matches!(
        search.forget_search("none"),
        Err(SearchError::NotKept { what: crate::Kept::SavedSearch, .. })
    ));
    let missing = search.similar(ItemId::new(99), None, 5);
    assert!(matches!(missing, Err(SearchError::Case(CaseError::NoSuchDocument(_)))));
    let list = "a\n".repeat(MOST_LINES + 1);
    let new =
        NewBatch { name: "", list: list.as_bytes(), queries: false, exact: false, column: None };
    assert!(matches!(search.new_batch(&new, NOW), Err(SearchError::TooManyLines { .. })));
    std::fs::remove_dir_all(CaseFolder::new(&folder.folder()).index()).expect("no index");
    let case = folder.open();
    assert!(matches!(
        Search::of(case.view(Principal::LOCAL)).query("a", false).err(),
        Some(SearchError::Case(CaseError::NoIndex))
    ));
}

#[test]
fn an_empty_result_has_suggestions() {
    let folder = three();
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    let query = search.query("coper weather", false).expect("a query");
    let suggestions = search.suggestions(&query).expect("suggestions");
    assert!(suggestions.iter().all(|suggestion| suggestion.pages > 0));
    let without = |word: &str| {
        let of = |change: &SuggestedChange| matches!(change, SuggestedChange::Without(clause) if clause.text == word);
        suggestions
            .iter()
            .find(|suggestion| of(&suggestion.change))
            .map(|suggestion| suggestion.pages)
    };
    assert_eq!((without("coper"), without("weather")), (Some(1), None), "{suggestions:?}");
}

#[test]
fn distinctive_words_and_similar_documents_share_what_is_rare() {
    let mut documents: Vec<(String, String)> = (0..30)
        .map(|number| (format!("{number}.txt"), format!("ordinary letter number {number}")))
        .collect();
    for number in 0..4 {
        documents.push((format!("copper{number}.txt"), format!("copper depot payment {number}")));
    }
    let documents: Vec<(&str, &str)> =
        documents.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = TestCase::of_texts(&documents);
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    let query = search.query("copper", false).expect("a query");
    let found = search.distinctive_words(&query, 10).expect("words");
    let words: Vec<(&str, u64, u64)> =
        found.words.iter().map(|word| (word.word.as_str(), word.pages, word.in_case)).collect();
    assert_eq!((found.total, found.read, words), (4, 4, vec![("depot", 4, 4), ("payment", 4, 4)]));
    let similar = search.similar(ItemId::new(31), None, 10).expect("similar documents");
    let mut paths: Vec<&str> = similar.hits.iter().map(|found| found.hit.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["copper1.txt", "copper2.txt", "copper3.txt"]);
}

#[test]
fn saved_searches_keep_what_was_seen() {
    let folder = three();
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    let query = search.query("copper", true).expect("a query");
    search.save_search("metal", &query, NOW).expect("saved");
    let found = search.documents_found(&query).expect("documents");
    search.seen_search("metal", found, NOW).expect("seen");
    let saved = search.saved().expect("saved searches").remove("metal").expect("the search");
    assert_eq!(
        (saved.query.as_str(), saved.exact, saved.seen, &saved.documents[..]),
        ("copper", true, Some(NOW.0), &[1, 2][..])
    );
    let _ = folder.add_texts(&[("c/four.txt", "more copper")]);
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    let query = search.saved_query(&saved).expect("a query");
    assert_eq!(search.documents_found(&query).expect("documents"), [1, 2, 4]);
    search.forget_search("metal").expect("deleted");
    assert!(search.saved().expect("saved searches").is_empty());
    search.put_back_search("metal", Some(saved)).expect("restored");
    assert_eq!(search.saved().expect("saved searches")["metal"].documents, [1, 2]);
}

#[test]
fn history_can_be_turned_off() {
    let folder = three();
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    search.remember_search(" copper ", false, 2, NOW);
    search.remember_search("  ", false, 3, NOW);
    let queries = || {
        search
            .history()
            .expect("a history")
            .searches
            .into_iter()
            .map(|one| one.query)
            .collect::<Vec<_>>()
    };
    assert_eq!(queries(), ["copper"]);
    search.turn_history(false).expect("off");
    search.remember_search("depot", false, 2, NOW);
    assert!(queries().is_empty());
    search.turn_history(true).expect("on");
    search.remember_search("depot", false, 2, NOW);
    assert_eq!(queries(), ["depot"]);
    search.clear_history().expect("cleared");
    assert!(queries().is_empty());
}

#[test]
fn a_batch_counts_lines_and_what_is_new() {
    let folder = three();
    let case = folder.open();
    let list = "copper\nweather\nabsent\n";
    let new = NewBatch {
        name: "words",
        list: list.as_bytes(),
        queries: false,
        exact: false,
        column: None,
    };
    let (number, lines) =
        Search::of(case.view(Principal::LOCAL)).new_batch(&new, NOW).expect("a batch");
    assert_eq!((number, lines), (1, 3));
    let run = Search::of(case.view(Principal::LOCAL))
        .run_batch(number, NOW, 2, &BatchProgress::default())
        .expect("a run");
    assert_eq!((run.run, run.lines, run.found, run.bad), (1, 3, 2, 0));
    let _ = folder.add_texts(&[("c/four.txt", "more copper")]);
    let case = folder.open();
    let search = Search::of(case.view(Principal::LOCAL));
    let run = search.run_batch(number, NOW, 2, &BatchProgress::default()).expect("a run");
    assert_eq!((run.run, run.found, run.new), (2, 2, 1));
    assert_eq!(search.batches().expect("batches")[0].last_run.as_ref().map(|run| run.run), Some(2));
    let mut zero = Vec::new();
    search
        .write_batch(number, BatchForm::Csv, Which::Zero, &|error| error.code.clone(), &mut zero)
        .expect("an export");
    let zero = String::from_utf8(zero).expect("text");
    assert_eq!(zero.lines().skip(1).collect::<Vec<_>>(), ["3,absent,0,0,0,,,,"]);
    let mut new = Vec::new();
    search
        .write_batch(number, BatchForm::Csv, Which::New, &|error| error.code.clone(), &mut new)
        .expect("an export");
    let new = String::from_utf8(new).expect("text");
    assert_eq!(
        new.lines().nth(1),
        Some(
            "1,copper,3,3,1,EXH-000001,1,\"copper ledger of the northern depot, copper paid in full\","
        )
    );
}
