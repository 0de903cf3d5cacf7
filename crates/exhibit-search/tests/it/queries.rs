//! What queries find: words in every script, fields, tags, places.

use crate::{found, query, search};
use exhibit_case::Principal;
use exhibit_model::{Counts, MetadataKey, NoteCode, Page, PageKind, Reason, Relation, State};
use exhibit_search::{Search, SearchError};
use exhibit_testing::{TestCase, TestItem, flip};
use std::fs;

fn varied() -> TestCase {
    let sheet = Page {
        text: "name\tnumber\n王立强\t12".to_owned(),
        kind: PageKind::Sheet,
        counts: Counts { characters: 18, ..Counts::default() },
        ..Page::default()
    };
    let case = TestCase::new(&[
        TestItem::text("通知.txt", "第一条 严防逃跑。\u{c}第二条 所有进出人员须由值班员逐一登记。")
            .language("zh"),
        TestItem::text("a/uyghur.txt", "ئون ئىككى كىشىنىڭ تىزىملىكى شۆھرەت زاكىر").language("ug"),
        TestItem::text(
            "a/b/english.txt",
            "The registers were destroyed; 12 persons, entered on Monday.",
        )
        .language("en"),
        TestItem::archive("post.zip"),
        TestItem::message("letter.eml", "gate@example.org", "Registers", "They were burnt.")
            .within("post.zip")
            .property(MetadataKey::MAIL_TO, "office@example.org")
            .property(MetadataKey::MAIL_DATE, "2019-03-28T10:20:30+08:00"),
        TestItem::scan("scan.png", "值班员 签名", 0.42).language("zh"),
        TestItem::new("table.xlsx", b"xlsx")
            .media_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            .page(sheet)
            .note(0, NoteCode::FileUpdated { times: 1 }),
        TestItem::unread("locked.pdf", b"%PDF", State::Encrypted, None)
            .media_type("application/pdf"),
        TestItem::without_bytes("pipe", State::Unsupported, Reason::NamedPipe)
            .relation(Relation::File),
        TestItem::text("copy.txt", "The registers were destroyed; 12 persons, entered on Monday."),
    ]);
    case.tag("通知.txt", "待核实");
    case.tag("letter.eml", "checked twice");
    case
}

#[test]
fn words_are_found_in_every_script() {
    let case = varied();
    for (text, expected) in [
        ("登记", &["通知.txt 2"][..]),
        ("登記", &["通知.txt 2"]),
        ("值班员", &["scan.png 1", "通知.txt 2"]),
        ("\"值班员逐一\"", &["通知.txt 2"]),
        ("تىزىملىكى", &["a/uyghur.txt 1"]),
        ("tizimliki", &["a/uyghur.txt 1"]),
        ("Shöhret Zakir", &["a/uyghur.txt 1"]),
        ("REGISTERS", &["a/b/english.txt 1"]),
        ("ｒｅｇｉｓｔｅｒｓ", &["a/b/english.txt 1"]),
        ("regist*", &["a/b/english.txt 1"]),
        ("wang liqiang", &["table.xlsx 1"]),
        ("registers monday", &["a/b/english.txt 1"]),
        ("registers OR burnt", &["a/b/english.txt 1", "post.zip!/letter.eml 1"]),
        ("persons -monday", &[]),
        ("were -registers", &["post.zip!/letter.eml 1"]),
        ("\"were registers\"", &[]),
        ("absent", &[]),
    ] {
        assert_eq!(found(&case, text), expected, "{text}");
    }
}

#[test]
fn fields_narrow_what_is_found() {
    let case = varied();
    for (text, expected) in [
        ("from:gate@example.org", &["post.zip!/letter.eml 1"][..]),
        ("to:office@example.org", &["post.zip!/letter.eml 1"]),
        ("from:office@example.org", &[]),
        ("date:2019", &["post.zip!/letter.eml 1"]),
        ("date:2019-03", &["post.zip!/letter.eml 1"]),
        ("date:2020", &[]),
        ("tag:待核实", &["通知.txt 1", "通知.txt 2"]),
        ("tag:\"Checked Twice\"", &["post.zip!/letter.eml 1"]),
        ("tag:nothing", &[]),
        ("-tag:待核实 登记", &[]),
        ("lang:ug", &["a/uyghur.txt 1"]),
        ("lang:zh 登记", &["通知.txt 2"]),
        ("path:a/b registers", &["a/b/english.txt 1"]),
        ("filename:letter.eml", &["post.zip!/letter.eml 1"]),
    ] {
        assert_eq!(found(&case, text), expected, "{text}");
    }
}

#[test]
fn exact_queries_have_no_variants() {
    let case = varied();
    let open = case.open();
    let total = |text: &str, exact: bool| {
        let query = Search::of(open.view(Principal::LOCAL)).query(text, exact).expect("a query");
        assert_eq!((query.text(), query.exact()), (text, exact));
        Search::of(open.view(Principal::LOCAL))
            .search(&exhibit_search::SearchRequest::of(&query))
            .expect("results")
            .total
    };
    for (text, widened, exact) in
        [("登記", 1, 1), ("登记", 1, 1), ("tizimliki", 1, 0), ("registers", 1, 1)]
    {
        assert_eq!((total(text, false), total(text, true)), (widened, exact), "{text}");
    }
}

#[test]
fn queries_that_cannot_be_parsed_are_errors_of_their_own() {
    let case = varied();
    let open = case.open();
    for bad in
        ["\"", "(a", "a)", "date:yesterday", "size:>x", "lang:", "nosuchfield:\"", "a OR", "-"]
    {
        match Search::of(open.view(Principal::LOCAL)).query(bad, false) {
            Err(SearchError::Query(_)) => {}
            Ok(query) => assert!(!query.parsed().to_string().is_empty(), "{bad}"),
            Err(other) => panic!("{bad}: {other}"),
        }
    }
    assert!(matches!(
        Search::of(open.view(Principal::LOCAL)).query("\"", false),
        Err(SearchError::Query(_))
    ));
}

#[test]
fn a_query_reads_the_same_after_printing() {
    let case = varied();
    let open = case.open();
    for text in [
        "登记 -tag:待核实",
        "a OR b c",
        "\"two words\" lang:zh",
        "date:2019..2020 from:gate@example.org",
        "(a b) OR c",
    ] {
        let printed = query(&open, text).parsed().to_string();
        assert_eq!(query(&open, &printed).parsed().to_string(), printed, "{text}");
        assert_eq!(search(&open, text).total, search(&open, &printed).total, "{text}");
    }
}

#[test]
fn other_places_of_the_same_bytes_are_named() {
    let case = varied();
    let results = search(&case.open(), "registers");
    assert_eq!(results.hits.len(), 1, "the same bytes are one hit");
    let hit = &results.hits[0];
    assert_eq!((hit.copies, hit.places.len(), hit.places[0].1.as_str()), (1, 1, "copy.txt"));
    let by_place = search(&case.open(), "path:copy.txt");
    assert_eq!(
        by_place.hits[0].found_at.as_deref(),
        Some("copy.txt"),
        "{:?}",
        by_place.hits[0].path
    );
}

#[test]
fn a_damaged_or_missing_index_is_an_error_not_an_empty_result() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let missing = case.duplicate();
    fs::remove_dir_all(missing.path("index")).expect("removed");
    assert!(matches!(
        Search::of(missing.open().view(Principal::LOCAL)).query("one", false),
        Err(SearchError::Case(exhibit_case::CaseError::NoIndex))
    ));
    let damaged = case.duplicate();
    flip(&damaged.path("index/meta.json"), 3);
    let opened = Search::of(damaged.open().view(Principal::LOCAL)).query("one", false);
    assert!(matches!(
        opened,
        Err(SearchError::Case(exhibit_case::CaseError::Index(_)) | SearchError::Index(_))
    ));
    let other_version = case.duplicate();
    fs::write(other_version.path("index/exhibit-analysis"), "0.1").expect("written");
    let opened =
        Search::of(other_version.open().view(Principal::LOCAL)).query("one", false).map(drop);
    let is_index_error = |error: &SearchError| {
        matches!(
            error,
            SearchError::Index(_) | SearchError::Case(exhibit_case::CaseError::Index(_))
        )
    };
    assert!(opened.as_ref().is_err_and(is_index_error), "{opened:?}");
}

#[test]
fn a_page_whose_record_is_damaged_is_not_shown_as_empty() {
    let case = TestCase::of_texts(&[("a.txt", "one two three")]);
    let pack = case.files("derived/pages").remove(0);
    flip(&pack, 60);
    let open = case.open();
    let query = query(&open, "two");
    let results = Search::of(open.view(Principal::LOCAL)).search(&exhibit_search::SearchRequest {
        limit: 1,
        ..exhibit_search::SearchRequest::of(&query)
    });
    assert!(
        matches!(results, Err(SearchError::Case(exhibit_case::CaseError::Store(_)))),
        "{results:?}"
    );
}
