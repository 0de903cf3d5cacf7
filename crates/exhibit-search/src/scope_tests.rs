//! Searching within a restricted scope: what is outside it is in no result, count, suggestion or stored line.

use crate::{
    BatchForm, BatchLine, BatchProgress, NewBatch, Search, SearchError, SearchRequest, Which,
};
use exhibit_case::{Case, CaseError, Principal, Scope};
use exhibit_model::{ItemId, Moment};
use exhibit_testing::TestCase;

const NOW: Moment = Moment(1_800_000_000_000_000);

fn trove() -> TestCase {
    TestCase::of_texts(&[
        ("a/one.txt", "copper depot ledger, ordinary page one"),
        ("b/two.txt", "copper depot secret, ordinary page two"),
        ("a/three.txt", "ordinary weather"),
        ("b/four.txt", "copper depot ledger, ordinary page four"),
    ])
}

fn full(case: &Case) -> Search<'_> {
    Search::of(case.view(Principal::LOCAL))
}

/// Within documents 1 and 3.
fn narrow(case: &Case) -> Search<'_> {
    Search::of(case.view(Principal::LOCAL).within(Scope::restricted([1, 3].map(ItemId::new))))
}

#[test]
fn results_facets_and_hits_are_those_of_the_scope() {
    let folder = trove();
    let case = folder.open();
    case.view(Principal::LOCAL).set_tag(ItemId::new(2), "hidden", true, NOW).expect("tagged");
    let search = narrow(&case);
    for text in ["copper", "ordinary", "", "tag:hidden", "secret", "path:two", "folder:b"] {
        let query = search.query(text, false).expect("a query");
        let results = search
            .search(&SearchRequest { limit: 10, ..SearchRequest::of(&query) })
            .expect("results");
        let found: Vec<i64> = results.hits.iter().map(|hit| hit.item.id.get()).collect();
        assert!(found.iter().all(|document| [1, 3].contains(document)), "{text} {found:?}");
        assert_eq!(
            (results.total, results.documents),
            (found.len() as u64, found.len() as u64),
            "{text}"
        );
        assert_eq!(search.documents_found(&query).expect("documents").len(), found.len());
        for facet in search.facets(&query, 10).expect("facets") {
            for value in &facet.values {
                let hidden = ["b", "hidden"].contains(&value.value.as_str());
                assert!(
                    value.pages <= 2 && (!hidden || value.pages == 0),
                    "{text} {:?} {value:?}",
                    facet.facet
                );
            }
        }
    }
    let query = search.query("copper", false).expect("a query");
    assert!(matches!(
        search.hits(&query, ItemId::new(2)),
        Err(SearchError::Case(CaseError::NoSuchDocument(_)))
    ));
    assert_eq!(
        full(&case)
            .documents_found(&full(&case).query("copper", false).expect("a query"))
            .expect("all")
            .len(),
        3
    );
}

#[test]
fn suggestions_words_and_similar_documents_are_those_of_the_scope() {
    let folder = trove();
    let case = folder.open();
    let pages = |search: &Search<'_>, text: &str| {
        let query = search.query(text, false).expect("a query");
        let suggestions = search.suggestions(&query).expect("suggestions");
        suggestions
            .into_iter()
            .map(|suggestion| (suggestion.query.to_string(), suggestion.pages))
            .collect::<Vec<_>>()
    };
    // a slip for a word of a hidden document is not corrected
    assert!(pages(&full(&case), "secrt").iter().any(|(_, pages)| *pages == 1));
    assert!(pages(&narrow(&case), "secrt").is_empty());
    assert_eq!(pages(&narrow(&case), "ledger absent"), [("ledger".to_owned(), 1)]);
    let search = narrow(&case);
    let query = search.query("copper", false).expect("a query");
    let words = search.distinctive_words(&query, 20).expect("words");
    assert_eq!((words.total, words.read), (1, 1));
    assert!(words.words.iter().all(|word| word.in_case <= 2 && word.word != "secret"), "{words:?}");
    let similar = |search: &Search<'_>| -> Vec<i64> {
        let similar = search.similar(ItemId::new(1), None, 10).expect("similar documents");
        similar.hits.iter().map(|hit| hit.hit.item.id.get()).collect()
    };
    assert_eq!(similar(&full(&case)).first(), Some(&4));
    assert!(similar(&search).iter().all(|document| *document == 3));
    assert!(matches!(
        search.similar(ItemId::new(2), None, 5),
        Err(SearchError::Case(CaseError::NoSuchDocument(_)))
    ));
}

#[test]
fn a_batch_reads_and_lists_the_scope_alone() {
    let folder = trove();
    let case = folder.open();
    for (list, queries) in
        [("copper\nsecret\nweather\n", false), ("copper\ntext:secret OR path:two\nweather\n", true)]
    {
        let new =
            NewBatch { name: "list", list: list.as_bytes(), queries, exact: false, column: None };
        let (number, _) = full(&case).new_batch(&new, NOW).expect("a batch");
        let run = |search: &Search<'_>| {
            search.run_batch(number, NOW, 2, &BatchProgress::default()).expect("a run")
        };
        let lines = |search: &Search<'_>| {
            let mut lines: Vec<BatchLine> = Vec::new();
            search.batch_lines(number, &mut |line| lines.push(line)).expect("lines");
            lines
                .into_iter()
                .map(|line| (line.pages, line.document_count, line.documents))
                .collect::<Vec<_>>()
        };
        assert_eq!(run(&full(&case)).run, 1);
        // a run over the whole case is not listed within a scope
        assert_eq!(
            (
                narrow(&case).batch(number).expect("a batch").last_run.is_none(),
                lines(&narrow(&case))
            ),
            (true, vec![])
        );
        let own = run(&narrow(&case));
        assert_eq!((own.run, own.found, own.scope.is_some()), (2, 2, true));
        assert_eq!(lines(&narrow(&case)), [(1, 1, vec![1]), (0, 0, vec![]), (1, 1, vec![3])]);
        assert_eq!(lines(&full(&case))[..2], [(3, 3, vec![1, 2, 4]), (1, 1, vec![2])]);
        assert_eq!(
            full(&case).batch(number).expect("a batch").last_run.map(|run| run.run),
            Some(1)
        );
        let mut written = Vec::new();
        narrow(&case)
            .write_batch(
                number,
                BatchForm::Ndjson,
                Which::All,
                &|error| error.code.clone(),
                &mut written,
            )
            .expect("an export");
        let written = String::from_utf8(written).expect("text");
        assert!(
            written.contains("EXH-000001")
                && !written.contains("EXH-000002")
                && !written.contains("EXH-000004"),
            "{written}"
        );
    }
}

#[test]
fn saved_results_and_the_history_show_nothing_else() {
    let folder = trove();
    let case = folder.open();
    let query = full(&case).query("copper", false).expect("a query");
    full(&case).save_search("metal", &query, NOW).expect("saved");
    full(&case).seen_search("metal", vec![1, 2, 4], NOW).expect("seen");
    full(&case).remember_search("copper", false, 3, NOW);
    assert_eq!(narrow(&case).saved().expect("saved searches")["metal"].documents, [1]);
    assert!(narrow(&case).history().expect("a history").searches.is_empty());
    narrow(&case).remember_search("weather", false, 1, NOW);
    assert!(matches!(
        narrow(&case).clear_history(),
        Err(SearchError::Case(CaseError::PartialScope))
    ));
    assert_eq!(full(&case).history().expect("a history").searches.len(), 1);
    narrow(&case).seen_search("metal", vec![1, 3], NOW).expect("seen");
    assert_eq!(full(&case).saved().expect("saved searches")["metal"].documents, [1, 2, 3, 4]);
}
