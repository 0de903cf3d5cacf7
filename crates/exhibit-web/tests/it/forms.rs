//! What forms change: saved searches, history, tags, batches; and that none does without the session's token. Tests that
//! change the case have one of their own.

use crate::house::{Answer, Browser, HOUSE, House};
use crate::pages::check;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use exhibit_web::links::encoded;

pub(crate) fn token(guest: &Browser) -> String {
    let page = guest.get("/");
    let after = page.html().split_once("name=\"token\" value=\"").expect("a token").1.to_owned();
    after.split('"').next().expect("its end").to_owned()
}

pub(crate) fn post(guest: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "null");
    guest.send(request, Body::from(body.join("&")))
}

pub(crate) fn sent_list(guest: &Browser, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                .bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let request =
        Request::post("/batches").header("content-type", "multipart/form-data; boundary=edge");
    guest.send(request.header("origin", "null"), Body::from(body))
}

#[test]
fn no_form_changes_anything_without_the_token() {
    let house = House::build();
    let guest = house.guest();
    let number = guest.number_of("needle onclick");
    for path in [
        "/saved",
        "/saved/run",
        "/saved/rm",
        "/saved/undo",
        "/history/off",
        "/batches/1/run",
        &format!("/doc/{number}/tags"),
    ] {
        for fields in [&[("token", "wrong"), ("name", "x"), ("q", "needle"), ("tag", "x")][..], &[]]
        {
            assert_eq!(post(&guest, path, fields).status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let answer = sent_list(&guest, &[("token", None, b"wrong"), ("list", None, b"needle")]);
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(guest.get("/saved").html().contains("No search is saved"));
    assert!(guest.get("/batches").html().contains("There is no batch yet"));
}

#[test]
fn a_search_is_saved_looked_at_and_forgotten() {
    let house = House::build();
    let guest = house.guest();
    let token = token(&guest);
    let fields =
        [("token", token.as_str()), ("name", "<b>first</b>"), ("q", "manyfold"), ("exact", "1")];
    let saved = post(&guest, "/saved", &fields);
    assert_eq!(
        (saved.status, saved.header("location")),
        (StatusCode::SEE_OTHER, "/saved?done=%3Cb%3Efirst%3C%2Fb%3E")
    );
    let page = guest.get(saved.header("location"));
    check("saved", page.html());
    assert!(page.html().contains("action=\"/saved/undo\""), "{}", page.html());
    assert!(
        page.html().contains("&lt;b&gt;first&lt;/b&gt;") && page.html().contains("30 documents"),
        "{}",
        page.html()
    );
    let run = post(&guest, "/saved/run", &[("token", &token), ("name", "<b>first</b>")]);
    assert_eq!(run.header("location"), "/search?q=manyfold&exact=1");
    assert!(guest.get("/saved").html().contains("<strong>0 new</strong>"));
    assert_eq!(
        post(&guest, "/saved/run", &[("token", &token), ("name", "other")]).status,
        StatusCode::NOT_FOUND
    );
    let wrong = post(&guest, "/saved", &[("token", &token), ("name", "x"), ("q", "a (b")]);
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    check("wrong", wrong.html());
    let name = [("token", token.as_str()), ("name", "<b>first</b>")];
    let gone = post(&guest, "/saved/rm", &name);
    let page = guest.get(gone.header("location"));
    check("forgotten", page.html());
    assert!(
        page.html().contains("No search is saved") && page.html().contains("was forgotten"),
        "{}",
        page.html()
    );
    // taken back, it still knows what was looked at; once
    let back = post(&guest, "/saved/undo", &name);
    assert_eq!(back.header("location"), "/saved");
    let page = guest.get("/saved?done=%3Cb%3Efirst%3C%2Fb%3E");
    assert!(
        page.html().contains("<strong>0 new</strong>") && !page.html().contains("/saved/undo"),
        "{}",
        page.html()
    );
    assert_eq!(post(&guest, "/saved/undo", &name).status, StatusCode::NOT_FOUND);
    // saving over another and taking that back leaves the other
    let over = [("token", token.as_str()), ("name", "<b>first</b>"), ("q", "needle")];
    let _ = post(&guest, "/saved", &over);
    assert!(guest.get("/saved").html().contains("needle"));
    let _ = post(&guest, "/saved/undo", &name);
    let page = guest.get("/saved");
    assert!(page.html().contains("manyfold") && !page.html().contains("needle"), "{}", page.html());
    let _ = post(&guest, "/saved/rm", &name);
    assert!(guest.get("/saved").html().contains("No search is saved"));
}

#[test]
fn searches_are_shown_again_until_history_is_off() {
    let house = House::build();
    let guest = house.guest();
    let token = token(&guest);
    let _ = guest.get("/search?q=manyfold%2017");
    let _ = guest.get("/search?q=manyfold%2017&sort=path&from=25");
    let blank = guest.get("/search");
    check("blank", blank.html());
    assert_eq!(
        blank.html().matches("href=\"/search?q=manyfold%2017\"").count(),
        1,
        "{}",
        blank.html()
    );
    let off = post(&guest, "/history/off", &[("token", &token)]);
    assert_eq!(off.header("location"), "/search");
    let _ = guest.get("/search?q=manyfold%2018");
    assert!(!guest.get("/search").html().contains("manyfold"));
    assert_eq!(post(&guest, "/history/else", &[("token", &token)]).status, StatusCode::NOT_FOUND);
}

#[test]
fn a_tag_is_put_on_found_and_taken_off() {
    let house = House::build();
    let guest = house.guest();
    let token = token(&guest);
    let number = guest.number_of("needle onclick");
    let tags = format!("/doc/{number}/tags");
    let fields = [("token", token.as_str()), ("tag", "待核实 A"), ("q", "needle"), ("p", "1")];
    let put = post(&guest, &tags, &fields);
    let place = format!("/doc/{number}?q=needle&p=1&tag={}#tags", encoded("待核实 a"));
    assert_eq!(put.header("location"), place);
    let page = guest.get(place.trim_end_matches("#tags"));
    check("tagged", page.html());
    assert!(page.html().contains("Tagged with"), "{}", page.html());
    assert!(!guest.get(&format!("/doc/{number}?tag=other")).html().contains("Tagged with"));
    // what was there before is not taken off by taking back
    let again = post(&guest, &tags, &fields);
    assert_eq!(again.header("location"), format!("/doc/{number}?q=needle&p=1#tags"));
    assert!(page.html().contains("待核实 a"), "{}", page.html());
    let found = guest.get(&format!("/search?q={}", encoded("tag:\"待核实 a\"")));
    assert!(found.html().contains(&format!("/doc/{number}?")));
    assert!(
        guest.get("/search?q=needle").html().contains("name=\"tag\" value=\"待核实 a\""),
        "a filter offers it"
    );
    let bad = post(&guest, &tags, &[("token", &token), ("tag", "a\"b")]);
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    let off = post(&guest, &tags, &[("token", &token), ("tag", "待核实 a"), ("off", "1")]);
    assert_eq!(
        off.header("location"),
        format!("/doc/{number}?tag={}&off=1#tags", encoded("待核实 a"))
    );
    let page = guest.get(off.header("location").trim_end_matches("#tags"));
    assert!(page.html().contains("removed."), "{}", page.html());
    assert!(!guest.get(&format!("/doc/{number}")).html().contains("待核实"));
    let log = guest.get("/log");
    assert!(
        log.html().matches("&quot;act&quot;:&quot;mark&quot;").count() >= 2,
        "each change is logged: {}",
        log.html()
    );
    assert!(!log.html().contains("not logged yet"), "{}", log.html());
}

#[test]
fn a_batch_is_sent_run_and_read() {
    let house = House::build();
    let guest = house.guest();
    let token = token(&guest);
    let list = "name,note\nneedle,x\n\"登記表\",y\nnobody at all,z\n，,w\n";
    let parts: [(&str, Option<&str>, &[u8]); 4] = [
        ("token", None, token.as_bytes()),
        ("name", None, b""),
        ("list", None, b""),
        ("file", Some("<b>staff</b>.csv"), list.as_bytes()),
    ];
    let kept = sent_list(&guest, &parts);
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.html());
    let place = kept.header("location").to_owned();
    let before = guest.get(&place);
    check("not run", before.html());
    assert!(
        before.html().contains("Not run yet") && before.html().contains("&lt;b&gt;staff"),
        "{}",
        before.html()
    );
    let run = post(&guest, &format!("{place}/run"), &[("token", &token)]);
    assert_eq!(run.header("location"), place);
    let started = std::time::Instant::now();
    let page = loop {
        let page = guest.get(&place).html().to_owned();
        if page.contains("lines found") {
            break page;
        }
        assert!(page.contains("Running for") && page.contains("Reload"), "{page}");
        assert!(started.elapsed().as_secs() < 60, "it ends");
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    check("run", &page);
    assert!(page.contains("1 not usable"), "{page}");
    assert!(page.contains("needle") && page.contains("登記表"));
    let zero = guest.get(&format!("{place}?which=zero")).html().to_owned();
    assert!(zero.contains("nobody at all") && !zero.contains("登記表"), "{zero}");
    let bad = guest.get(&format!("{place}?which=bad")).html().to_owned();
    assert!(bad.contains("has no letter or digit to search"), "{bad}");
    let file = guest.get(&format!("{place}/lines.csv?which=zero"));
    assert!(file.header("content-disposition").contains("attachment"));
    let text = String::from_utf8(file.bytes).expect("UTF-8");
    assert!(
        text.starts_with("line,text,")
            && text.contains("nobody at all")
            && !text.contains("needle"),
        "{text}"
    );
    let lines = guest.get(&format!("{place}/lines.ndjson"));
    assert_eq!(String::from_utf8_lossy(&lines.bytes).lines().count(), 5);
    for path in ["/batches/99", "/batches/99/lines.csv", &format!("{place}/lines.exe")] {
        assert_eq!(guest.get(path).status, StatusCode::NOT_FOUND, "{path}");
    }
    let empty = sent_list(&guest, &[("token", None, token.as_bytes()), ("list", None, b" \n")]);
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
}

#[test]
fn filters_go_down_folders_and_offer_all_values() {
    let guest = HOUSE.guest();
    let page =
        guest.get(&format!("/search?q={}", encoded("登记 folder:\"综合科\""))).html().to_owned();
    check("within", &page);
    assert!(
        page.contains("all folders") && page.contains("name=\"folder\" value=\"综合科/2019\""),
        "{page}"
    );
    let many = guest
        .get("/search?q=needle%20OR%20manyfold%20OR%20%E7%99%BB%E8%AE%B0&more=is")
        .html()
        .to_owned();
    assert!(many.contains("<details open><summary>State"), "{many}");
    // ticking a folder below the chosen one narrows to it
    let q = encoded("登记 folder:\"综合科\"");
    let folder = encoded("综合科/2019");
    let applied = guest.get(&format!("/search?q={q}&apply=1&folder={folder}"));
    assert_eq!(
        applied.header("location"),
        format!("/search?q={}", encoded("登记 folder:综合科/2019"))
    );
}

#[test]
fn documents_alike_and_telling_words_are_links_away() {
    let guest = HOUSE.guest();
    let page = guest.get(&format!("/search?q={}", encoded("登记"))).html().to_owned();
    assert!(page.contains("href=\"/words?q="), "{page}");
    let words = guest.get(&format!("/words?q={}", encoded("登记")));
    check("words", words.html());
    assert!(words.html().contains("<tr data-row>"), "{}", words.html());
    let number = guest.number_of("登记 销毁");
    let alike = guest.get(&format!("/similar/{number}"));
    check("similar", alike.html());
    assert!(alike.html().contains("Shares") && alike.html().contains("<mark"), "{}", alike.html());
    assert_eq!(guest.get("/similar/EXH-999999").status, StatusCode::NOT_FOUND);
    assert_eq!(guest.get(&format!("/similar/{number}?p=999")).status, StatusCode::NOT_FOUND);
    check("help", guest.get("/help").html());
    assert_eq!(guest.get("/words?q=%28").status, StatusCode::OK);
}
