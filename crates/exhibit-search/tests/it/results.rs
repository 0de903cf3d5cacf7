//! Results: paging, order, hits and their positions, facets, suggestions, similar documents.

use crate::{query, search};
use exhibit_case::{CaseError, Principal};
use exhibit_model::{ItemId, MetadataKey, Page, PageKind, PageNumber, Rect, TextBox};
use exhibit_query::{Facet, Sort};
use exhibit_search::{Search, SearchError, SearchRequest, SuggestedChange};
use exhibit_testing::{TestCase, TestItem};
use std::collections::BTreeMap;

fn numbered(count: usize) -> TestCase {
    let items: Vec<TestItem> = (0..count)
        .map(|number| {
            let day = format!("2019-01-{:02}T00:00:00Z", number % 28 + 1);
            TestItem::text(
                &format!("{number:02}.txt"),
                &format!("register {number}\u{c}register again {number}"),
            )
            .property(MetadataKey::CREATED, &day)
        })
        .collect();
    TestCase::new(&items)
}

#[test]
fn pages_of_results_join_without_gap_or_repetition() {
    let case = numbered(7);
    let open = case.open();
    let query = query(&open, "register");
    let key = |request: &SearchRequest<'_>| -> Vec<(i64, u32)> {
        let results = Search::of(open.view(Principal::LOCAL)).search(request).expect("results");
        assert_eq!((results.total, results.documents), (14, 7));
        results.hits.iter().map(|hit| (hit.item.id.get(), hit.page.get())).collect()
    };
    for sort in [Sort::Relevance, Sort::Received, Sort::Oldest, Sort::Newest, Sort::Path] {
        let whole = key(&SearchRequest { limit: 100, sort, ..SearchRequest::of(&query) });
        assert_eq!(whole.len(), 14, "{sort:?}");
        let mut by_offset = Vec::new();
        for offset in (0..14).step_by(4) {
            by_offset.extend(key(&SearchRequest {
                limit: 4,
                offset,
                sort,
                ..SearchRequest::of(&query)
            }));
        }
        assert_eq!(by_offset, whole, "{sort:?}");
        let (mut by_cursor, mut after) = (Vec::new(), None);
        loop {
            let request = SearchRequest { limit: 3, after, sort, ..SearchRequest::of(&query) };
            let results =
                Search::of(open.view(Principal::LOCAL)).search(&request).expect("results");
            by_cursor.extend(results.hits.iter().map(|hit| (hit.item.id.get(), hit.page.get())));
            after = results.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(by_cursor, whole, "{sort:?}");
    }
    assert_eq!(key(&SearchRequest { limit: 5, offset: 14, ..SearchRequest::of(&query) }), []);
    assert_eq!(key(&SearchRequest { limit: 0, ..SearchRequest::of(&query) }), []);
}

#[test]
fn documents_are_ordered_by_their_dates() {
    let case = numbered(5);
    let open = case.open();
    let query = query(&open, "register");
    let documents = |sort| -> Vec<i64> {
        let request =
            SearchRequest { limit: 10, by_document: true, sort, ..SearchRequest::of(&query) };
        let results = Search::of(open.view(Principal::LOCAL)).search(&request).expect("results");
        assert!(results.hits.iter().all(|hit| hit.pages == 2 && hit.date.is_some()));
        results.hits.iter().map(|hit| hit.item.id.get()).collect()
    };
    assert_eq!(documents(Sort::Oldest), [1, 2, 3, 4, 5]);
    assert_eq!(documents(Sort::Newest), [5, 4, 3, 2, 1]);
}

#[test]
fn hits_have_their_positions_in_bytes_characters_and_on_the_page() {
    let text = "编号：登记。Ünïcode 登记";
    let boxed = TextBox {
        start: 9,
        end: 15,
        rect: Rect { x0: 0.1, y0: 0.2, x1: 0.3, y1: 0.25 },
        confidence: 255,
    };
    let page = Page { boxes: vec![boxed], ..Page::of_text(1, PageKind::Paper, text.to_owned()) };
    let case =
        TestCase::new(&[TestItem::new("a.pdf", b"%PDF").media_type("application/pdf").page(page)]);
    let open = case.open();
    let results = search(&open, "登记");
    let hit = &results.hits[0];
    let spans: Vec<&str> = hit.spans.iter().map(|span| &text[span.start..span.end]).collect();
    assert_eq!((hit.count, spans), (2, vec!["登记", "登记"]));
    let characters: Vec<char> = text.chars().collect();
    for (start, end) in &hit.offsets {
        assert_eq!(characters[*start as usize..*end as usize].iter().collect::<String>(), "登记");
    }
    assert_eq!(hit.boxes.len(), 1, "only the first has a box");
    assert!((hit.boxes[0].1.x0 - 0.1).abs() < 0.001 && hit.boxes[0].0 == 0);
    let pages = Search::of(open.view(Principal::LOCAL))
        .hits(&query(&open, "登记"), ItemId::new(1))
        .expect("hits");
    assert_eq!(
        pages.iter().map(|page| (page.page.get(), page.spans.len())).collect::<Vec<_>>(),
        [(1, 2)]
    );
    assert!(
        Search::of(open.view(Principal::LOCAL))
            .hits(&query(&open, "absent"), ItemId::new(1))
            .expect("hits")
            .is_empty()
    );
    let missing =
        Search::of(open.view(Principal::LOCAL)).hits(&query(&open, "登记"), ItemId::new(9));
    assert!(matches!(missing, Err(SearchError::Case(CaseError::NoSuchDocument(_)))));
}

fn facets(case: &TestCase, text: &str, facet: Facet) -> BTreeMap<String, u64> {
    let open = case.open();
    let counts =
        Search::of(open.view(Principal::LOCAL)).facets(&query(&open, text), 50).expect("facets");
    let values =
        counts.into_iter().find(|counts| counts.facet == facet).map(|counts| counts.values);
    values.unwrap_or_default().into_iter().map(|count| (count.value, count.pages)).collect()
}

fn mixed() -> TestCase {
    let case = TestCase::new(&[
        TestItem::text("a/one.txt", "register")
            .language("en")
            .property(MetadataKey::CREATED, "2019-05-01"),
        TestItem::text("a/b/two.txt", "register two")
            .language("zh")
            .property(MetadataKey::CREATED, "2020-05-01"),
        TestItem::archive("post.zip"),
        TestItem::message("m.eml", "gate@example.org", "s", "register three").within("post.zip"),
        TestItem::scan("scan.png", "register four", 0.3),
    ]);
    case.tag("a/one.txt", "checked");
    case
}

#[test]
fn facets_count_pages_by_their_properties() {
    let case = mixed();
    let of = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
        pairs.iter().map(|(value, pages)| ((*value).to_owned(), *pages)).collect()
    };
    assert_eq!(facets(&case, "register", Facet::Folder), of(&[("a", 2), ("post.zip!", 1)]));
    let years = facets(&case, "register", Facet::Year);
    assert_eq!((years.get("2019"), years.get("2020")), (Some(&1), Some(&1)), "{years:?}");
    let tags = facets(&case, "register", Facet::Tag);
    assert_eq!(tags, of(&[("checked", 1)]));
    let senders = facets(&case, "register", Facet::Sender);
    assert_eq!(senders, of(&[("gate@example.org", 1)]));
    let languages = facets(&case, "register", Facet::Language);
    assert_eq!((languages.get("en"), languages.get("zh")), (Some(&1), Some(&1)), "{languages:?}");
    assert!(facets(&case, "absent", Facet::Folder).is_empty());
}

#[test]
fn a_chosen_value_narrows_other_facets_and_not_its_own() {
    let case = mixed();
    let languages = facets(&case, "register lang:en", Facet::Language);
    assert!(languages.len() >= 2, "the others can still be chosen: {languages:?}");
    let years = facets(&case, "register lang:en", Facet::Year);
    assert_eq!((years.get("2019"), years.get("2020")), (Some(&1), None), "{years:?}");
}

#[test]
fn every_count_of_a_facet_is_what_its_query_finds() {
    let case = mixed();
    let open = case.open();
    let all = Search::of(open.view(Principal::LOCAL))
        .facets(&query(&open, "register"), 50)
        .expect("facets");
    for (facet, field) in [
        (Facet::Language, "lang"),
        (Facet::Tag, "tag"),
        (Facet::Sender, "from"),
        (Facet::Year, "date"),
    ] {
        let counts = all.iter().find(|counts| counts.facet == facet).expect("the facet");
        assert!(!counts.values.is_empty(), "{facet:?}");
        for count in counts
            .values
            .iter()
            .filter(|count| !matches!(count.value.as_str(), "undated" | "und" | ""))
        {
            let narrowed = format!("register {field}:{}", count.value);
            assert_eq!(search(&open, &narrowed).total, count.pages, "{narrowed}");
        }
    }
}

#[test]
fn suggestions_find_what_they_promise() {
    let case = mixed();
    let open = case.open();
    for text in
        ["register absentword", "regster", "two three", "register date:2030", "absent nothing"]
    {
        let asked = query(&open, text);
        let total = Search::of(open.view(Principal::LOCAL))
            .search(&SearchRequest::of(&asked))
            .expect("results")
            .total;
        for suggestion in
            Search::of(open.view(Principal::LOCAL)).suggestions(&asked).expect("suggestions")
        {
            let changed = Search::of(open.view(Principal::LOCAL))
                .query(&suggestion.query.to_string(), suggestion.exact)
                .expect("a query");
            let found = Search::of(open.view(Principal::LOCAL))
                .search(&SearchRequest::of(&changed))
                .expect("results")
                .total;
            assert_eq!(found, suggestion.pages, "{text}: {:?}", suggestion.change);
            assert!(found > total, "{text}: {:?} finds no more", suggestion.change);
        }
    }
    let asked = query(&open, "register date:2030");
    let suggestions =
        Search::of(open.view(Principal::LOCAL)).suggestions(&asked).expect("suggestions");
    let any_date = |change: &SuggestedChange| {
        matches!(change, SuggestedChange::AnyDate(_) | SuggestedChange::Without(_))
    };
    assert!(suggestions.iter().any(|suggestion| any_date(&suggestion.change)), "{suggestions:?}");
}

#[test]
fn similar_documents_share_words_and_are_not_the_document_itself() {
    let mut texts: Vec<(String, String)> = (0..20)
        .map(|number| (format!("{number}.txt"), format!("ordinary letter number {number}")))
        .collect();
    texts.push(("x.txt".to_owned(), "copper depot payment\u{c}a page about weather".to_owned()));
    texts.push(("y.txt".to_owned(), "copper depot invoice".to_owned()));
    texts.push(("z.txt".to_owned(), "weather report".to_owned()));
    let documents: Vec<(&str, &str)> =
        texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let case = TestCase::of_texts(&documents);
    let open = case.open();
    let paths = |page| -> Vec<String> {
        let similar = Search::of(open.view(Principal::LOCAL))
            .similar(case.id("x.txt"), page, 10)
            .expect("similar documents");
        similar.hits.iter().map(|found| found.hit.path.clone()).collect()
    };
    assert!(
        paths(None).contains(&"y.txt".to_owned()) && !paths(None).contains(&"x.txt".to_owned())
    );
    assert_eq!(paths(Some(PageNumber::new(2)))[0], "z.txt");
    assert!(!paths(Some(PageNumber::FIRST)).contains(&"z.txt".to_owned()));
    let missing = Search::of(open.view(Principal::LOCAL)).similar(
        case.id("x.txt"),
        Some(PageNumber::new(9)),
        10,
    );
    assert!(missing.is_err() || missing.is_ok_and(|similar| similar.hits.is_empty()));
    let none = Search::of(open.view(Principal::LOCAL))
        .similar(case.id("x.txt"), None, 0)
        .expect("similar documents");
    assert!(none.hits.is_empty());
}

#[test]
fn distinctive_words_are_those_of_the_result() {
    let mut texts: Vec<(String, String)> = (0..20)
        .map(|number| (format!("{number}.txt"), format!("ordinary letter number {number}")))
        .collect();
    for number in 0..4 {
        texts.push((format!("c{number}.txt"), format!("登记 登记表 copper depot {number}")));
    }
    let documents: Vec<(&str, &str)> =
        texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let case = TestCase::of_texts(&documents);
    let open = case.open();
    let words = Search::of(open.view(Principal::LOCAL))
        .distinctive_words(&query(&open, "copper"), 10)
        .expect("words");
    assert_eq!((words.total, words.read), (4, 4));
    let all: Vec<&str> = words.words.iter().map(|word| word.word.as_str()).collect();
    assert!(
        all.contains(&"depot") && !all.contains(&"copper") && !all.contains(&"letter"),
        "{all:?}"
    );
    let none = Search::of(open.view(Principal::LOCAL))
        .distinctive_words(&query(&open, "absent"), 10)
        .expect("words");
    assert!(none.words.is_empty() && none.total == 0);
}
