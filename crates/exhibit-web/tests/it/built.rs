//! Pages over cases that tests build without workers: every state of an item, every kind of page, sealed and damaged
//! cases.

use crate::forms::{post, sent_list, token};
use crate::house::Browser;
use crate::pages::check;
use axum::http::StatusCode;
use exhibit_case::Principal;
use exhibit_model::{
    Detail, MetadataKey, NoteCode, Page, PageKind, Reason, Relation, RowRange, SheetPart, State,
};
use exhibit_testing::{NOW, TestCase, TestItem, flip};
use exhibit_web::links::encoded;
use std::fs;

fn browser(case: &TestCase) -> Browser {
    Browser::over(&case.folder(), &case.keys(), None).come_in()
}

fn html(browser: &Browser, path: &str) -> String {
    let answer = browser.get(path);
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.html());
    check(path, answer.html());
    answer.html().to_owned()
}

/// An item in every state, and a page of every kind.
fn varied() -> TestCase {
    let sheet = Page {
        kind: PageKind::Sheet,
        sheet: Some(SheetPart {
            name: "名单".to_owned(),
            rows: Some(RowRange { first: 1, last: 2 }),
        }),
        text: "王立强\t12\nZakir\t7".to_owned(),
        ..Page::default()
    };
    let slide = Page {
        kind: PageKind::Slide,
        label: "Overview".to_owned(),
        ..Page::of_text(1, PageKind::Slide, "plan".to_owned())
    };
    let case = TestCase::new(&[
        TestItem::text("通知.txt", "第一条 严防逃跑。\u{c}第二条 逐一登记。").language("zh"),
        TestItem::text("تىزىملىك.txt", "ئون ئىككى كىشىنىڭ تىزىملىكى").language("ug"),
        TestItem::archive("post.zip"),
        TestItem::message("letter.eml", "gate@example.org", "Registers", "They were burnt.")
            .within("post.zip")
            .property(MetadataKey::MAIL_DATE, "2019-03-28T10:20:30+08:00"),
        TestItem::new("table.xlsx", b"xlsx").media_type("application/vnd.ms-excel").page(sheet),
        TestItem::new("talk.pptx", b"pptx").media_type("application/vnd.ms-powerpoint").page(slide),
        TestItem::scan("scan.png", "值班员 签名", 0.42).language("zh"),
        TestItem::text("a.pdf", "page with a layout")
            .kind(PageKind::Paper)
            .media_type("application/pdf"),
        TestItem::unread("locked.pdf", b"%PDF locked", State::Encrypted, None)
            .media_type("application/pdf"),
        TestItem::unread(
            "bad.xls",
            b"x",
            State::Failed,
            Some(Reason::CannotParse { detail: Detail::of("<b>at</b> 7") }),
        ),
        TestItem::without_bytes("pipe", State::Unsupported, Reason::NamedPipe)
            .relation(Relation::File),
        TestItem::text("empty.txt", ""),
        TestItem::waiting("later", b"later"),
        TestItem::text("cut.txt", "the beginn")
            .cut(Reason::ArchiveEnds { bytes: 10 })
            .note(1, NoteCode::FileUpdated { times: 2 }),
        TestItem::text("copy.txt", "第一条 严防逃跑。\u{c}第二条 逐一登记。"),
    ]);
    case.tag("通知.txt", "待核实");
    case
}

#[test]
fn every_document_has_a_page_in_every_state() {
    let case = varied();
    let browser = browser(&case);
    for number in 1..=15 {
        let page = html(&browser, &format!("/doc/EXH-{number:06}"));
        assert!(page.contains(&format!("EXH-{number:06}")), "{number}");
    }
    let of = |path: &str| html(&browser, &format!("/doc/{}", case.id(path).label("EXH")));
    assert!(of("locked.pdf").contains("ncrypted"));
    assert!(of("bad.xls").contains("&lt;b&gt;at&lt;/b&gt; 7"), "the detail of a parser is text");
    assert!(of("copy.txt").contains("通知.txt"), "a copy names the other place");
    assert!(of("通知.txt").contains("待核实"));
    assert!(of("تىزىملىك.txt").contains("dir=\"rtl\""));
    assert!(of("letter.eml").contains("gate@example.org") && of("letter.eml").contains("post.zip"));
    assert!(of("table.xlsx").contains("王立强"));
    assert!(html(&browser, "/doc/EXH-000001?p=2").contains("逐一登记"));
}

#[test]
fn documents_are_addressed_by_label_alone() {
    let case = varied();
    let browser = browser(&case);
    for path in [
        "/doc/EXH-000016",
        "/doc/EXH-0",
        "/doc/-1",
        "/doc/",
        "/doc/EXH-000001/x",
        "/similar/EXH-000016",
    ] {
        let status = browser.get(path).status;
        assert!(
            status == StatusCode::NOT_FOUND || status == StatusCode::BAD_REQUEST,
            "{path}: {status}"
        );
    }
    let beyond = browser.get("/doc/EXH-000001?p=3");
    assert_ne!(beyond.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", beyond.html());
}

#[test]
fn lists_are_filtered_by_state_and_container() {
    let case = varied();
    let browser = browser(&case);
    let rows = |path: &str| html(&browser, path).matches("<tr data-row>").count();
    assert_eq!(rows("/items"), 15);
    for (state, expected) in [
        ("failed", 1),
        ("encrypted", 1),
        ("duplicate", 1),
        ("waiting", 1),
        ("truncated", 1),
        ("empty", 1),
    ] {
        assert_eq!(rows(&format!("/items?state={state}")), expected, "{state}");
    }
    assert_eq!(rows("/items?in=EXH-000003"), 1);
    assert_eq!(rows("/items?after=14"), 1);
    let problems = html(&browser, "/problems");
    for name in ["locked.pdf", "bad.xls", "cut.txt"] {
        assert!(
            problems.contains(name) || problems.contains("href=\"/items?state="),
            "{name}: {problems}"
        );
    }
}

#[test]
fn results_link_to_the_hit_and_mark_it() {
    let case = varied();
    let browser = browser(&case);
    for (query, number, marked) in [
        ("登记", 1, "登记"),
        ("تىزىملىكى", 2, "تىزىملىكى"),
        ("burnt", 4, "burnt"),
        ("签名", 7, "签名"),
        ("Zakir", 5, "Zakir"),
    ] {
        let page = html(&browser, &format!("/search?q={}", encoded(query)));
        assert!(page.contains(&format!("href=\"/doc/EXH-{number:06}?")), "{query}: {page}");
        let document = html(&browser, &format!("/doc/EXH-{number:06}?q={}", encoded(query)));
        assert!(document.contains("<mark class=\"h1") && document.contains(marked), "{query}");
    }
}

#[test]
fn every_log_entry_has_a_page_with_its_proof() {
    let case = varied();
    let browser = browser(&case);
    let size = case.open().view(Principal::LOCAL).log_size().expect("a size");
    for index in [0, 1, size / 2, size - 1] {
        let page = html(&browser, &format!("/log/{index}"));
        assert!(page.contains("&quot;act&quot;"), "{index}");
    }
    for bad in
        [size.to_string(), u64::MAX.to_string(), "-1".to_owned(), "x".to_owned(), "1.5".to_owned()]
    {
        assert_eq!(browser.get(&format!("/log/{bad}")).status, StatusCode::NOT_FOUND, "{bad}");
    }
    let opened = case
        .open()
        .view(Principal::LOCAL)
        .item(case.id("通知.txt"))
        .expect("an item")
        .seq
        .expect("a receipt");
    assert!(
        html(&browser, &format!("/log/{opened}")).contains("通知.txt"),
        "what the entry seals is shown here"
    );
    assert!(html(&browser, "/log?before=5").contains("href=\"/log/0\""));
}

#[test]
fn without_workers_texts_are_shown_and_pictures_are_not() {
    let case = varied();
    let browser = browser(&case);
    let number = case.id("a.pdf").label("EXH");
    assert!(html(&browser, &format!("/doc/{number}")).contains("page with a layout"));
    let picture = browser.get(&format!("/doc/{number}/page/1.png"));
    assert!(
        picture.status.is_client_error() || picture.status.is_server_error(),
        "{}",
        picture.status
    );
    assert!(!picture.bytes.starts_with(b"\x89PNG"));
}

#[test]
fn a_sealed_case_is_shown_and_not_changed() {
    let case = TestCase::of_texts(&[("a.txt", "register one")]);
    let browser = browser(&case);
    let token = token(&browser);
    let _ = post(&browser, "/saved", &[("token", &token), ("name", "kept"), ("q", "register")]);
    case.write(|held| held.seal().expect("sealed"));
    assert!(html(&browser, "/search?q=register").contains("EXH-000001"));
    assert!(html(&browser, "/saved").contains("kept"));
    for (path, fields) in [
        ("/saved", &[("name", "new"), ("q", "register")][..]),
        ("/saved/rm", &[("name", "kept")]),
        ("/doc/EXH-000001/tags", &[("tag", "checked")]),
    ] {
        let mut all = vec![("token", token.as_str())];
        all.extend(fields);
        let answer = post(&browser, path, &all);
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        check(path, answer.html());
    }
    let list =
        sent_list(&browser, &[("token", None, token.as_bytes()), ("list", None, b"register")]);
    assert!(list.status.is_client_error(), "{}", list.status);
    assert!(
        html(&browser, "/saved").contains("kept")
            && !html(&browser, "/doc/EXH-000001").contains("checked")
    );
}

#[test]
fn a_damaged_page_is_an_error_that_names_it_and_the_rest_is_shown() {
    let case = TestCase::of_texts(&[("a.txt", "register one"), ("b.txt", "register two")]);
    let browser = browser(&case);
    let pack = case.files("derived/pages").remove(0);
    flip(&pack, 60);
    let answer = browser.get("/doc/EXH-000001");
    assert!(!answer.html().contains("register one") && !answer.status.is_redirection());
    check("damaged", answer.html());
    assert!(html(&browser, "/doc/EXH-000002").contains("register two"));
    assert!(html(&browser, "/items").contains("a.txt"));
}

#[test]
fn a_missing_index_is_named_and_the_list_of_items_is_still_shown() {
    let case = TestCase::of_texts(&[("a.txt", "register one")]);
    fs::remove_dir_all(case.path("index")).expect("removed");
    let browser = browser(&case);
    for path in ["/search?q=register", "/doc/EXH-000001"] {
        let answer = browser.get(path);
        assert!(!answer.html().contains("class=\"rows\""), "{path}: {}", answer.html());
        check(path, answer.html());
        let is_named = answer.status == StatusCode::SERVICE_UNAVAILABLE
            && answer.html().contains("no search index");
        assert!(
            is_named || answer.status == StatusCode::OK,
            "{path}: {} {}",
            answer.status,
            answer.html()
        );
    }
    assert!(html(&browser, "/items").contains("a.txt"));
}

#[test]
fn an_empty_case_has_every_page() {
    let case = TestCase::empty();
    let browser = browser(&case);
    for path in [
        "/",
        "/search",
        "/search?q=a",
        "/items",
        "/problems",
        "/log",
        "/log/0",
        "/batches",
        "/saved",
        "/help",
        "/words",
    ] {
        let _ = html(&browser, path);
    }
    assert_eq!(browser.get("/doc/EXH-000001").status, StatusCode::NOT_FOUND);
}

#[test]
fn tags_of_others_appear_without_a_new_session() {
    let case = TestCase::of_texts(&[("a.txt", "register one")]);
    let browser = browser(&case);
    assert!(!html(&browser, "/doc/EXH-000001").contains("urgent"));
    assert!(
        case.open()
            .view(Principal::LOCAL)
            .set_tag(case.id("a.txt"), "urgent", true, NOW)
            .expect("set")
    );
    assert!(html(&browser, "/doc/EXH-000001").contains("urgent"));
    assert!(html(&browser, "/search?q=tag%3Aurgent").contains("EXH-000001"));
    let _ = case.add_texts(&[("b.txt", "register two")]);
    assert!(html(&browser, "/search?q=register").contains("EXH-000002"), "and new documents too");
}

#[test]
fn two_sessions_have_tokens_of_their_own() {
    let case = TestCase::of_texts(&[("a.txt", "register one")]);
    let (one, two) = (browser(&case), browser(&case));
    let (first, second) = (token(&one), token(&two));
    assert_ne!(first, second);
    let fields = [("token", second.as_str()), ("tag", "checked")];
    assert_eq!(post(&one, "/doc/EXH-000001/tags", &fields).status, StatusCode::FORBIDDEN);
    assert_eq!(post(&two, "/doc/EXH-000001/tags", &fields).status, StatusCode::SEE_OTHER);
}

#[test]
fn a_document_is_read_without_the_index() {
    let case = varied();
    fs::remove_dir_all(exhibit_case::CaseFolder::new(&case.folder()).index()).expect("no index");
    let browser = browser(&case);
    let plain = html(&browser, "/doc/EXH-000001");
    assert!(plain.contains("严防逃跑") && !plain.contains("case repair --index"), "{plain}");
    let searched = html(&browser, "/doc/EXH-000001?q=%E9%80%83%E8%B7%91&r=1");
    assert!(
        searched.contains("严防逃跑") && searched.contains("exhibit case repair --index"),
        "{searched}"
    );
    assert!(!searched.contains("<mark"), "{searched}");
}

#[test]
fn the_last_hit_of_a_document_leads_to_the_next_result() {
    let case = TestCase::new(&[
        TestItem::text("a.txt", "严防逃跑。严防失火。"),
        TestItem::text("b.txt", "严防失窃。"),
    ]);
    let browser = browser(&case);
    let key = |page: &str, key: &str| {
        let end = page.find(&format!("data-key=\"{key}\"")).map(|at| &page[..at]);
        let href = end
            .and_then(|before| before.rsplit_once("href=\""))
            .map(|(_, href)| href.trim_end().trim_end_matches('"'));
        href.map(|href| href.replace("&amp;", "&"))
    };
    let first = html(&browser, "/search?q=%E4%B8%A5%E9%98%B2");
    let mut at = first.split("href=\"").find(|part| part.starts_with("/doc/")).expect("a result");
    at = at.split('"').next().expect("an address");
    let (mut page, mut seen) =
        (html(&browser, &at.replace("&amp;", "&")), std::collections::BTreeSet::new());
    for _ in 0..8 {
        seen.insert(page.split_once("class=\"number\"").expect("a number").1[..60].to_owned());
        match key(&page, "n") {
            Some(next) => page = html(&browser, &next),
            None => break,
        }
    }
    assert_eq!(seen.len(), 2, "n goes through the hits of all results: {seen:?}");
    assert!(key(&page, "n").is_none(), "and ends with the last");
    assert!(key(&page, "p").is_some());
}
