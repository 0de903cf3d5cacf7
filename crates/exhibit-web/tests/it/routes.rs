//! Each route: the door, the refusals, and what the pages say about the case.

use crate::house::{Answer, CODE, HOUSE};
use crate::pages::check;
use axum::body::Body;
use axum::http::{Request, StatusCode};

const PAGES: &[&str] = &[
    "/",
    "/search",
    "/search?q=%E7%99%BB%E8%AE%B0",
    "/batches",
    "/saved",
    "/help",
    "/items",
    "/problems",
    "/log",
    "/log/0",
    "/doc/EXH-000001",
];

fn assert_headers(path: &str, answer: &Answer) {
    let policy = answer.header("content-security-policy");
    let nonce = policy
        .split_once("'nonce-")
        .and_then(|(_, rest)| rest.split_once('\''))
        .expect("a nonce")
        .0;
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
    );
    if let Some((_, style)) = String::from_utf8_lossy(&answer.bytes).split_once("<style nonce=\"") {
        assert!(style.starts_with(&format!("{nonce}\"")), "{path}");
    }
    for (name, value) in [
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{path}: {name}");
    }
    assert!(answer.header("permissions-policy").contains("geolocation=()"), "{path}");
}

#[test]
fn nobody_comes_in_without_the_code() {
    let visitor = HOUSE.visitor();
    let paths = [
        "/",
        "/search?q=a",
        "/doc/EXH-000001",
        "/doc/EXH-000001/page/1.png",
        "/items",
        "/log/0",
        "/open/wrong",
        "/nowhere",
    ];
    for path in paths {
        let answer = visitor.get(path);
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_headers(path, &answer);
        assert!(!answer.html().contains("Harbour"), "{path} names the case");
        check(path, answer.html());
    }
    assert_eq!(visitor.get(&exhibit_web::assets::style().path).status, StatusCode::OK);
}

#[test]
fn the_code_opens_once_and_another_is_announced() {
    let visitor = HOUSE.visitor();
    let ahead =
        visitor.ask(Request::get(format!("/open/{CODE}")).header("sec-purpose", "prefetch"));
    assert_eq!(ahead.status, StatusCode::UNAUTHORIZED);
    let answer = visitor.get(&format!("/open/{CODE}"));
    assert_eq!(answer.status, StatusCode::OK);
    assert_headers("/open", &answer);
    // a page of our own goes on to the overview: a redirect from another site would leave the strict cookie out
    assert!(
        answer.html().contains("<meta http-equiv=\"refresh\" content=\"0;url=/\">"),
        "{}",
        answer.html()
    );
    assert!(
        !answer.html().contains("Harbour") && !answer.html().contains(CODE),
        "{}",
        answer.html()
    );
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(CODE),
        "{cookie}"
    );
    assert_eq!(visitor.get(&format!("/open/{CODE}")).status, StatusCode::UNAUTHORIZED);
    let next = visitor.announced.lock().expect("kept").last().cloned().expect("announced");
    assert_eq!(visitor.get(&format!("/open/{next}")).status, StatusCode::OK);
    let guest = HOUSE.guest();
    assert_eq!(guest.get("/open/whatever").status, StatusCode::SEE_OTHER);
}

#[test]
fn every_route_answers_a_guest() {
    let guest = HOUSE.guest();
    for path in PAGES {
        let answer = guest.get(path);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.html());
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_headers(path, &answer);
        assert!(answer.html().contains("Harbour &lt;Ledger&gt;"), "{path}");
        check(path, answer.html());
    }
    for (path, status) in [
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/doc/EXH-999999", StatusCode::NOT_FOUND),
        ("/doc/..%2f..%2fetc%2fpasswd", StatusCode::NOT_FOUND),
        ("/doc/%ff%fe", StatusCode::BAD_REQUEST),
        ("/doc/EXH-000001/page/0.png", StatusCode::NOT_FOUND),
        ("/doc/EXH-000001/page/x.png", StatusCode::NOT_FOUND),
        ("/log/99999999", StatusCode::NOT_FOUND),
        ("/log/-1", StatusCode::NOT_FOUND),
        ("/static/style.css", StatusCode::NOT_FOUND),
        ("/items?in=nothing", StatusCode::NOT_FOUND),
        ("/items?after=99999999999999999999&state=x", StatusCode::OK),
        ("/search?from=99999999999999999999&q=needle", StatusCode::OK),
    ] {
        let answer = guest.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert_headers(path, &answer);
    }
}

#[test]
fn other_names_and_other_sites_are_refused() {
    let guest = HOUSE.guest();
    for host in ["evil.example", "evil.example:8080", "localhost.evil.example", ""] {
        let answer = guest.ask(Request::get("/").header("host", host));
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!answer.html().contains("<nav"), "{host}");
    }
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:3000"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let answer = guest.ask(Request::post("/leave").header(name, value));
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(guest.get("/").status, StatusCode::OK, "the session is still open");
    assert_eq!(
        guest.ask(Request::post("/search").header("sec-fetch-site", "same-origin")).status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[test]
fn leaving_needs_the_form_and_ends_the_session() {
    let guest = HOUSE.guest();
    let page = guest.get("/");
    let token = page
        .html()
        .split_once("name=\"token\" value=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("a token")
        .0;
    let post = |body: String| {
        let request = Request::post("/leave")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "null");
        guest.send(request, Body::from(body))
    };
    assert_eq!(post("token=wrong".to_owned()).status, StatusCode::FORBIDDEN);
    assert_eq!(post(String::new()).status, StatusCode::FORBIDDEN);
    let left = post(format!("token={token}"));
    assert_eq!(left.status, StatusCode::OK);
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    assert!(left.header("clear-site-data").contains("storage"));
    assert_eq!(guest.get("/").status, StatusCode::UNAUTHORIZED);
}

#[test]
fn a_search_shows_rows_with_marked_hits_and_leads_to_the_page() {
    let guest = HOUSE.guest();
    let answer = guest.get("/search?q=%E7%99%BB%E8%AE%B0%20%E9%94%80%E6%AF%81");
    let html = answer.html();
    assert!(html.contains("<mark class=\"h1\">登记</mark>"), "the first clause is marked");
    assert!(
        html.contains("<mark class=\"h2\">销毁</mark>"),
        "the second clause is marked otherwise"
    );
    assert!(html.contains("Read as"), "{html}");
    assert!(html.contains("lang=\"zh"), "snippets say their language");
    let link = html
        .split_once("class=\"title\"><a href=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("a row")
        .0;
    let link = link.replace("&amp;", "&");
    let page = guest.get(link.split('#').next().expect("an address"));
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.html().contains("id=\"now\"") && page.html().contains("<mark class=\"h1 now\""),
        "{link}"
    );
    check(&link, page.html());
}

#[test]
fn a_query_that_cannot_be_read_says_where() {
    let guest = HOUSE.guest();
    let answer = guest.get("/search?q=%E7%99%BB%E8%AE%B0%20%28%3Cb%3E");
    let html = answer.html();
    assert_eq!(answer.status, StatusCode::OK);
    assert!(
        html.contains("role=\"alert\"") && html.contains("<mark class=\"wrong\">(</mark>&lt;b&gt;"),
        "{html}"
    );
    assert!(!html.contains("class=\"rows\""));
    check("wrong query", html);
}

#[test]
fn an_empty_result_offers_ways_on() {
    let guest = HOUSE.guest();
    let answer = guest.get("/search?q=zzzzzz%20yyyyyy");
    let html = answer.html();
    assert!(html.contains("No results."), "{html}");
    assert!(!html.contains("only \u{2068}zzzzzz"), "a way that finds nothing is none: {html}");
    assert!(html.contains("href=\"/problems\""), "broken.pdf was not searched: {html}");
}

#[test]
fn hostile_text_and_names_stay_text() {
    let guest = HOUSE.guest();
    let search = guest.get("/search?q=needle%20onclick");
    let number = guest.number_of("needle onclick");
    let document = guest.get(&format!("/doc/{number}?q=needle"));
    for (page, answer) in
        [("search", &search), ("document", &document), ("items", &guest.get("/items"))]
    {
        let html = answer.html();
        for raw in ["<img src=x", "<script>alert", "<b onclick", "\u{202e}"] {
            assert!(!html.contains(raw), "{page}: {raw:?}");
        }
        assert!(html.contains("<bdi class=\"tk\" dir=\"ltr\">[RLO]</bdi>"), "{page}");
        check(page, html);
    }
    assert!(document.html().contains("Disguised name"));
    assert!(document.html().contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_eq!(document.html().matches("<mark class=\"h1").count(), 3);
}

#[test]
fn the_document_page_says_where_it_is_from_and_how_to_prove_it() {
    let guest = HOUSE.guest();
    let number = guest.number_of("needle onclick");
    let html = guest.get(&format!("/doc/{number}")).html().to_owned();
    let digest = exhibit_model::Digest::of(
        "needle </p><script>alert(1)</script> \u{202e}needle\u{202c} <b onclick=x>needle</b>\n"
            .as_bytes(),
    );
    assert!(html.replace("<wbr>", "").contains(&digest.to_hex()), "its SHA-256");
    assert!(html.contains("drop &lt;1&gt;"), "its source");
    assert!(html.contains("2026-02-11 14:02:09 UTC"), "when it was received");
    assert!(html.contains("Copies (1)"), "the other place of the same bytes");
    let entry = html
        .split_once("href=\"/log/")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("its log entry")
        .0;
    let entry = guest.get(&format!("/log/{entry}")).html().to_owned();
    assert!(entry.contains(&digest.to_hex()), "the entry names the bytes: {entry}");
    assert!(entry.contains(&number), "the entry leads back");
}

#[test]
fn containers_lead_to_members_and_back() {
    let guest = HOUSE.guest();
    let items = guest.get("/items").html().to_owned();
    let row = items
        .split("<tr data-row>")
        .find(|row| row.contains("通知.zip</bdi>"))
        .expect("the container");
    let number = row
        .split_once("href=\"/doc/")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("its page")
        .0;
    let html = guest.get(&format!("/doc/{number}")).html().to_owned();
    let members = html.matches("<span class=\"vh\">member: </span>").count();
    assert!(members > 0, "{html}");
    let member = html
        .split_once("member: </span><a href=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("a member")
        .0;
    let inside = guest.get(member).html().to_owned();
    assert!(inside.contains("<span class=\"vh\">container: </span>"), "{inside}");
    assert!(inside.contains(&format!("href=\"/doc/{number}\"")));
    let list = guest.get(&format!("/items?in={number}"));
    assert_eq!(list.html().matches("<tr data-row>").count(), members);
}

#[test]
fn uyghur_pages_run_from_right_to_left() {
    let guest = HOUSE.guest();
    let number = guest.number_of("تىزىملايدۇ");
    let html = guest
        .get(&format!(
            "/doc/{number}?q=%D8%AA%D9%89%D8%B2%D9%89%D9%85%D9%84%D8%A7%D9%8A%D8%AF%DB%87"
        ))
        .html()
        .to_owned();
    assert!(html.contains("<p lang=\"ug\" dir=\"rtl\">"), "{html}");
    assert!(html.contains("<mark class=\"h1 now\""), "{html}");
}

#[test]
fn long_pages_come_in_parts_around_the_hit() {
    let guest = HOUSE.guest();
    let number = guest.number_of("needle filename:long");
    let first = guest.get(&format!("/doc/{number}?q=needle"));
    let last = guest.get(&format!("/doc/{number}?q=needle&hit=1000"));
    for answer in [&first, &last] {
        assert!(answer.bytes.len() < 2_000_000, "{} bytes", answer.bytes.len());
        check("part", answer.html());
    }
    assert!(first.html().contains("Characters 1 to "));
    assert!(last.html().contains("Hit 1,000 of 1,000") && last.html().contains("id=\"h1000\""));
    let mut address = format!("/doc/{number}?p=1");
    let mut seen = 0;
    loop {
        let html = guest.get(&address).html().replace("&amp;", "&");
        let range = html
            .split_once("Characters ")
            .and_then(|(_, rest)| rest.split_once(" on this page"))
            .expect("a range")
            .0;
        let numbers: Vec<u64> =
            range.replace(',', "").split(' ').filter_map(|word| word.parse().ok()).collect();
        assert_eq!(numbers[0], seen + 1, "{range}");
        seen = numbers[1];
        match html.split_once("rel=\"next-part\" href=\"") {
            Some((_, rest)) => rest.split('"').next().expect("a link").clone_into(&mut address),
            None => break assert_eq!(numbers[1], numbers[2]),
        }
    }
}

#[test]
fn pictures_are_rendered_with_the_hits_over_them() {
    let guest = HOUSE.guest();
    let number = guest.number_of("台账 type:pdf");
    let html = guest.get(&format!("/doc/{number}?q=%E5%8F%B0%E8%B4%A6")).html().to_owned();
    let picture = html
        .split_once("<img src=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("a picture")
        .0;
    let boxes = html.matches("class=\"hit h1").count();
    let marks = html.matches("<mark class=\"h1").count();
    assert!(boxes >= marks && marks > 0, "{boxes} boxes for {marks} hits");
    assert!(html.contains("#b1-1{left:"), "boxes have places");
    let answer = guest.get(picture);
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/png"));
    assert!(answer.bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_headers(picture, &answer);
    let large = guest.get(&format!("{picture}?large=1"));
    assert!(large.bytes.len() > answer.bytes.len());
    let text_only = guest.number_of("needle onclick");
    assert_eq!(guest.get(&format!("/doc/{text_only}/page/1.png")).status, StatusCode::NOT_FOUND);
}

#[test]
fn filters_become_part_of_the_query_and_can_be_taken_back() {
    let guest = HOUSE.guest();
    let all = guest.get("/search?q=needle%20OR%20%E7%99%BB%E8%AE%B0");
    let html = all.html();
    assert!(
        html.contains("name=\"type\" value=\"csv\"") && html.contains("name=\"lang\""),
        "{html}"
    );
    let sent =
        guest.get("/search?q=needle%20OR%20%E7%99%BB%E8%AE%B0&apply=1&type=csv&type=text&type=%22&lang=zz&docs=1");
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(
        sent.header("location"),
        "/search?q=%28needle%20OR%20%E7%99%BB%E8%AE%B0%29%20type%3A%28csv%20OR%20text%29%20lang%3Azz&docs=1"
    );
    let some = guest
        .get("/search?q=%28needle%20OR%20%E7%99%BB%E8%AE%B0%29%20type%3A%28csv%20OR%20text%29");
    let html = some.html();
    assert!(
        html.contains("value=\"(needle OR 登记) type:(csv OR text)\""),
        "the box says it: {html}"
    );
    assert!(html.contains("type=\"checkbox\" name=\"type\" value=\"csv\" checked"), "{html}");
    assert!(
        html.contains("type=\"hidden\" name=\"q\" value=\"needle OR 登记\""),
        "the form adds to the rest: {html}"
    );
    assert!(
        html.contains("name=\"type\" value=\"word\"") || html.contains("value=\"pdf\""),
        "others are still offered"
    );
    // an excluded kind leaves what the others count
    let without = guest.get("/search?q=needle%20-type%3Acsv");
    assert!(without.html().contains("No longer exclude \u{2068}csv"), "{}", without.html());
}

#[test]
fn rows_can_be_documents_and_go_on_from_where_they_ended() {
    let guest = HOUSE.guest();
    let documents = guest.get("/search?q=needle%20ext%3Acsv&docs=1");
    let rows = documents.html().matches("<li class=\"row\"").count();
    assert_eq!(rows, 1, "one document: {}", documents.html());
    let mut path = "/search?q=manyfold&sort=received".to_owned();
    let mut links = Vec::new();
    loop {
        let answer = guest.get(&path);
        let html = answer.html().to_owned();
        let found = html.split("<div class=\"title\"><a href=\"").skip(1);
        links.extend(found.map(|rest| rest.split('?').next().unwrap_or_default().to_owned()));
        let Some((_, rest)) = html.split_once("after=") else { break };
        let place = rest.split(['&', '"']).next().unwrap_or_default();
        path = format!("/search?q=manyfold&sort=received&from=25&after={place}");
        assert!(links.len() < 1_000);
    }
    let total = links.len();
    links.sort();
    links.dedup();
    assert_eq!((total, links.len()), (30, 30), "each page once");
}
