//! A restricted scope: what is outside it is in no result, count or list.

use crate::FULL;
use exhibit_index::{DocumentScope, FacetRequest, Index, ScopedQuery, SearchOptions, Searcher};
use exhibit_model::{CivilTime, PageNumber};
use exhibit_query::{MessageRef, PageEntry, PageKey, Query, Sort, parse};

/// Documents 1 and 3 are in the scope. 2 links 1 and 3 in a conversation.
fn index(folder: &tempfile::TempDir) -> Index {
    let index = Index::open_or_create(folder.path()).expect("an index");
    let mut writer = index.writer(0).expect("a writer");
    let mail = |document: i64, path: &'static str, text: &'static str| PageEntry {
        key: PageKey { document, page: PageNumber::FIRST },
        text,
        path,
        name: path,
        language: "en",
        date: CivilTime::new(2000 + document, 1, 1, 0, 0, 0),
        ..PageEntry::default()
    };
    let entries = [
        (mail(1, "in/a.eml", "copper ledger ordinary"), "<a@x>", "", "first@x"),
        (mail(2, "out/b.eml", "copper ledger secret ordinary"), "<b@x>", "<a@x>", "second@x"),
        (mail(3, "in/c.eml", "copper weather ordinary"), "<c@x>", "<b@x>", "third@x"),
        (mail(4, "out/d.eml", "weathers 王立强 ordinary"), "<d@x>", "", "fourth@x"),
    ];
    for (entry, id, answers, from) in entries {
        let messages: Vec<&str> =
            [id, answers].into_iter().filter(|message| !message.is_empty()).collect();
        writer
            .put(&PageEntry { messages: &messages, from, sources: &[from], ..entry })
            .expect("put");
    }
    writer.commit(1).expect("commit");
    index
}

fn narrow() -> DocumentScope {
    DocumentScope::only([1, 3])
}

fn query(text: &str) -> Query {
    parse(text).expect("a query")
}

fn found(
    searcher: &Searcher,
    query: &ScopedQuery,
    options: &SearchOptions,
) -> (u64, u64, Vec<i64>) {
    let results = searcher.search(query, options).expect("a search");
    (results.total, results.documents, results.hits.iter().map(|hit| hit.key.document).collect())
}

#[test]
fn results_and_counts_are_those_of_the_scope() {
    let folder = tempfile::tempdir().expect("a folder");
    let searcher = index(&folder).searcher();
    for sort in [Sort::Received, Sort::Path, Sort::Relevance, Sort::Newest, Sort::Oldest] {
        for by_document in [false, true] {
            let options = SearchOptions { sort, by_document, ..SearchOptions::default() };
            for text in
                ["copper", "", "-secret", "copper OR weathers", "path:out OR copper", "-path:out"]
            {
                let (total, documents, mut hits) =
                    found(&searcher, &narrow().query(query(text)), &options);
                hits.sort_unstable();
                assert!(
                    hits.iter().all(|document| [1, 3].contains(document)),
                    "{text} {sort:?} {hits:?}"
                );
                assert_eq!(
                    (total, documents),
                    (hits.len() as u64, hits.len() as u64),
                    "{text} {sort:?}"
                );
            }
        }
    }
    let options = SearchOptions::default();
    for text in [
        "secret",
        "path:out",
        "王立强",
        "from:second",
        "date:2002",
        "source:second@x",
        "sender:second@x",
    ] {
        assert_eq!(found(&searcher, &narrow().query(query(text)), &options).0, 0, "{text}");
        assert_eq!(
            found(&searcher, &FULL.query(query(text)), &options).0,
            1 + u64::from(text == "path:out"),
            "{text}"
        );
    }
    assert_eq!(searcher.pages(&narrow()).expect("a count"), 2);
    assert_eq!(searcher.pages(&DocumentScope::only([])).expect("a count"), 0);
    assert_eq!(found(&searcher, &DocumentScope::only([]).query(query("copper")), &options).0, 0);
}

#[test]
fn facets_and_samples_are_those_of_the_scope() {
    let folder = tempfile::tempdir().expect("a folder");
    let searcher = index(&folder).searcher();
    let tags = vec![("tagged".to_owned(), vec![2, 3])];
    let requests = [
        FacetRequest::Language,
        FacetRequest::Extension,
        FacetRequest::Source,
        FacetRequest::Year,
        FacetRequest::Folder(String::new()),
        FacetRequest::Sender,
        FacetRequest::Among(tags),
    ];
    let counted = searcher.facets(&narrow().query(query("")), &requests).expect("counts");
    let expected: [&[(&str, u64)]; 7] = [
        &[("en", 2)],
        &[("eml", 2)],
        &[("first@x", 1), ("third@x", 1)],
        &[("2001", 1), ("2003", 1)],
        &[("in", 2)],
        &[("first@x", 1), ("third@x", 1)],
        &[("tagged", 1)],
    ];
    for ((request, counts), expected) in requests.iter().zip(counted).zip(expected) {
        let counts: Vec<(&str, u64)> =
            counts.iter().map(|(value, count)| (value.as_str(), *count)).collect();
        assert_eq!(counts, expected, "{request:?}");
    }
    let (sample, total) =
        searcher.sample(&narrow().query(query("ordinary")), 10).expect("a sample");
    assert_eq!((sample.iter().map(|key| key.document).collect::<Vec<_>>(), total), (vec![1, 3], 2));
}

#[test]
fn words_and_variants_outside_the_scope_are_unknown() {
    let folder = tempfile::tempdir().expect("a folder");
    let searcher = index(&folder).searcher();
    let words = ["copper", "ledger", "secret"];
    assert_eq!(searcher.frequencies(words, &narrow()).expect("counts"), [2, 1, 0]);
    assert_eq!(searcher.frequencies(words, &FULL).expect("counts"), [3, 2, 1]);
    for (text, spread) in [("weather", true), ("\"Wang Liqiang\"", true), ("copper", false)] {
        let narrowed = searcher.widen(&narrow().query(query(text)));
        let widened = searcher.widen(&FULL.query(query(text)));
        assert_eq!(narrowed.scope(), &narrow());
        assert_eq!(widened.query() != narrowed.query(), spread, "{text}");
        assert_eq!(narrowed.query(), &query(text), "{text}");
    }
}

#[test]
fn similar_documents_and_conversations_stay_within_the_scope() {
    let folder = tempfile::tempdir().expect("a folder");
    let searcher = index(&folder).searcher();
    let similar = |scope: &DocumentScope| -> Vec<i64> {
        let hits =
            searcher.similar(&[("copper", 1.0), ("ledger", 2.0)], scope, 1, 10).expect("a search");
        hits.iter().map(|hit| hit.key.document).collect()
    };
    assert_eq!((similar(&FULL), similar(&narrow())), (vec![2, 3], vec![3]));
    let of = |thread: &MessageRef, scope: &DocumentScope| {
        searcher.conversation(thread, scope).expect("documents")
    };
    for thread in [MessageRef::Document(1), MessageRef::Id("a@x".to_owned())] {
        assert_eq!((of(&thread, &FULL), of(&thread, &narrow())), (vec![1, 2, 3], vec![1]));
    }
    assert!(of(&MessageRef::Document(2), &narrow()).is_empty());
    let options = SearchOptions::default();
    assert_eq!(found(&searcher, &narrow().query(query("thread:2")), &options).0, 0);
}
