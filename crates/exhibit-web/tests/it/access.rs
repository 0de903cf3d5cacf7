//! The access record: every route of the list is requested, and records exactly the event of what it shows; where the
//! event cannot be recorded, nothing is shown.

use crate::forms::{post, sent_list, token};
use crate::house::{Answer, Browser, House};
use axum::http::StatusCode;
use exhibit_model::{ItemId, PageNumber};
use exhibit_web::AccessEvent;
use exhibit_web::pages::ROUTES;
use std::collections::BTreeSet;

/// A request to a route, and the event that it records: nothing if it shows nothing of the case.
struct Row {
    route: (&'static str, &'static str),
    request: Box<dyn Fn(&Browser) -> Answer>,
    event: Option<AccessEvent>,
}

fn get(path: &'static str, address: impl Into<String>, event: Option<AccessEvent>) -> Row {
    let address = address.into();
    Row { route: ("GET", path), request: Box::new(move |guest| guest.get(&address)), event }
}

fn send(
    path: &'static str,
    address: &str,
    fields: &[(&'static str, &str)],
    event: Option<AccessEvent>,
) -> Row {
    let fields: Vec<(&str, String)> =
        fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let address = address.to_owned();
    let request = move |guest: &Browser| {
        let token = token(guest);
        let mut all = vec![("token", token.as_str())];
        all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
        post(guest, &address, &all)
    };
    Row { route: ("POST", path), request: Box::new(request), event }
}

// In this order: what a row makes, those after it show.
fn rows(text: &str, picture: &str, container: &str) -> Vec<Row> {
    let item =
        |number: &str| ItemId::new(number.trim_start_matches("EXH-").parse().expect("a number"));
    let query = || "needle".to_owned();
    let name = || "my <list>".to_owned();
    let list = |guest: &Browser| {
        let token = token(guest);
        let parts: [(&str, Option<&str>, &[u8]); 3] = [
            ("token", None, token.as_bytes()),
            ("name", None, b"my <list>"),
            ("list", None, b"needle\nmanyfold\n"),
        ];
        sent_list(guest, &parts)
    };
    vec![
        get("/", "/", None),
        get("/search", "/search?q=needle&docs=1", Some(AccessEvent::Search { query: query() })),
        get("/search", "/search?q=a%20%28", Some(AccessEvent::Search { query: "a (".to_owned() })),
        get("/search", "/search?q=+", Some(AccessEvent::RecentSearches)),
        get("/search", "/search?q=needle&apply=1&type=text", None),
        get("/words", "/words?q=needle", Some(AccessEvent::DistinctiveWords { query: query() })),
        get("/words", "/words", None),
        get("/help", "/help", None),
        Row { route: ("POST", "/batches"), request: Box::new(list), event: None },
        get("/batches", "/batches", Some(AccessEvent::Batches)),
        send(
            "/batches/{number}/run",
            "/batches/1/run",
            &[],
            Some(AccessEvent::BatchRun { name: name(), lines: None }),
        ),
        get("/batches/{number}", "/batches/1?which=all", Some(AccessEvent::Batch { name: name() })),
        get(
            "/batches/{number}/{file}",
            "/batches/1/lines.csv",
            Some(AccessEvent::BatchFile { number: 1 }),
        ),
        send("/saved", "/saved", &[("name", "first"), ("q", "needle")], None),
        get("/saved", "/saved", Some(AccessEvent::SavedSearches)),
        send("/saved/run", "/saved/run", &[("name", "first")], None),
        send("/saved/rm", "/saved/rm", &[("name", "first")], None),
        send("/saved/undo", "/saved/undo", &[("name", "first")], None),
        get("/items", "/items", Some(AccessEvent::Items { container: None })),
        get(
            "/items",
            format!("/items?in={container}"),
            Some(AccessEvent::Items { container: Some(item(container)) }),
        ),
        get("/problems", "/problems", Some(AccessEvent::Problems)),
        get("/log", "/log", Some(AccessEvent::Log)),
        get("/log/{index}", "/log/3", Some(AccessEvent::LogEntry { index: 3 })),
        get(
            "/doc/{number}",
            format!("/doc/{text}?q=needle"),
            Some(AccessEvent::Document {
                item: item(text),
                page: Some(PageNumber::FIRST),
                query: query(),
            }),
        ),
        get(
            "/doc/{number}",
            format!("/doc/{container}"),
            Some(AccessEvent::Document { item: item(container), page: None, query: String::new() }),
        ),
        send("/doc/{number}/tags", &format!("/doc/{text}/tags"), &[("tag", "checked")], None),
        get(
            "/doc/{number}/page/{file}",
            format!("/doc/{picture}/page/1.png"),
            Some(AccessEvent::PagePicture { item: item(picture), page: PageNumber::FIRST }),
        ),
        get(
            "/similar/{number}",
            format!("/similar/{text}?p=1"),
            Some(AccessEvent::Similar { item: item(text), page: Some(PageNumber::FIRST) }),
        ),
        send("/intake/{how}", "/intake/pause", &[], None),
        send("/history/{how}", "/history/clear", &[], None),
        get("/open/{code}", "/open/whatever", None),
        get("/static/{file}", exhibit_web::assets::style().path.clone(), None),
        send("/leave", "/leave", &[], None),
    ]
}

#[test]
fn every_route_records_what_it_shows_and_shows_nothing_that_it_cannot_record() {
    let house = House::build();
    let guest = house.guest();
    let (text, picture) = (guest.number_of("needle onclick"), guest.number_of("台账 type:pdf"));
    let items = guest.get("/items").html().to_owned();
    let row = items
        .split("<tr data-row>")
        .find(|row| row.contains("通知.zip</bdi>"))
        .expect("the container");
    let container = row
        .split_once("href=\"/doc/")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("its page")
        .0;
    let rows = rows(&text, &picture, container);
    let tested: BTreeSet<(&str, &str)> = rows.iter().map(|row| row.route).collect();
    let routes: BTreeSet<(&str, &str)> =
        ROUTES.iter().map(|route| (route.method, route.path)).collect();
    assert_eq!(tested, routes, "every route has a row here, with the event that it records");
    assert_eq!(routes.len(), ROUTES.len(), "no route is in the list twice");
    let log = &guest.access_log;
    for Row { route, request, event } in rows {
        if event.is_some() {
            log.set_full(true);
            let refused = request(&guest);
            log.set_full(false);
            assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{route:?}");
            let page = refused.html();
            assert!(
                page.contains("the access log cannot be written") && page.contains("no space left"),
                "{page}"
            );
            for content in ["EXH-", "needle", "&lt;list&gt;", "data-row"] {
                assert!(!page.contains(content), "{route:?} shows {content}: {page}");
            }
        }
        let _ = log.take();
        let answer = request(&guest);
        assert!(
            answer.status.is_success() || answer.status.is_redirection(),
            "{route:?}: {}",
            answer.status
        );
        assert_eq!(log.take(), Vec::from_iter(event), "{route:?}");
    }
}

#[test]
fn a_run_that_cannot_be_recorded_does_not_begin() {
    let house = House::build();
    let guest = house.guest();
    let token = token(&guest);
    let made = sent_list(&guest, &[("token", None, token.as_bytes()), ("list", None, b"needle")]);
    assert_eq!(made.header("location"), "/batches/1");
    guest.access_log.set_full(true);
    let refused = post(&guest, "/batches/1/run", &[("token", &token)]);
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    guest.access_log.set_full(false);
    let batch = guest.get("/batches/1").html().to_owned();
    assert!(batch.contains("Not run yet") && !batch.contains("role=\"status\""), "{batch}");
}

#[test]
fn what_is_not_there_is_not_recorded() {
    let house = &crate::house::HOUSE;
    let guest = house.guest();
    for address in
        ["/doc/EXH-999999", "/log/99999999", "/doc/EXH-000001/page/x.png", "/batches/x", "/nowhere"]
    {
        assert_eq!(guest.get(address).status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(house.visitor().get("/items").status, StatusCode::UNAUTHORIZED);
    assert_eq!(guest.access_log.take(), Vec::new());
}
