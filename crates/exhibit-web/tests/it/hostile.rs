//! Hostile names, texts and requests: nothing that a trove or a browser sends becomes markup, a header or an error of
//! the server.

use crate::forms::{post, token};
use crate::house::Browser;
use crate::pages::check;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use exhibit_model::{Detail, MetadataKey, Reason, State};
use exhibit_mutate::Mutator;
use exhibit_testing::{TestCase, TestItem};
use exhibit_web::links::encoded;
use exhibit_web::untrusted::Name;

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><svg/onload=alert(1)>",
    "</style><style>*{color:red}",
    "javascript:alert(1)",
    "&lt;b&gt;&amp;amp;",
    "a\u{202e}txt.exe\u{2066}\u{2069}",
    "\u{0}\u{7}\u{1b}[31m\u{85}\u{2028}\u{2029}",
    "{{7*7}} ${7*7} <%= 7 %>",
    "\u{feff}\u{200b}\u{ad}",
    "%3Cscript%3E%0d%0aset-cookie:x=1",
    "--><!--",
    "]]>",
];

fn case() -> TestCase {
    let mut items = Vec::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let body = format!("needle {number} {text} needle");
        items.push(
            TestItem::text(&format!("{number}{text}"), &body)
                .property(MetadataKey::DC_TITLE, text)
                .property(MetadataKey::MAIL_FROM, text)
                .property(MetadataKey::from(format!("x:{text}")), text),
        );
        let reason = Reason::CannotParse { detail: Detail::of(text) };
        items.push(TestItem::unread(
            &format!("bad {number}"),
            format!("{number}").as_bytes(),
            State::Failed,
            Some(reason),
        ));
    }
    TestCase::new(&items)
}

fn browser(case: &TestCase) -> Browser {
    Browser::over(&case.folder(), &case.keys(), None).come_in()
}

/// No page contains any of the hostile texts as markup.
fn assert_harmless(path: &str, html: &str) {
    for raw in [
        "<script>alert",
        "<img src=x",
        "<svg/onload",
        "<style>*{",
        "\u{202e}",
        "\u{0}",
        "\u{1b}",
        "<!--",
    ] {
        assert!(!html.contains(raw), "{path} contains {raw:?}");
    }
    assert!(!html.contains("href=\"javascript:"), "{path}");
    check(path, html);
}

#[test]
fn names_texts_and_properties_stay_text() {
    let case = case();
    let browser = browser(&case);
    for path in ["/", "/items", "/problems", "/log", "/search?q=needle", "/words?q=needle"] {
        let answer = browser.get(path);
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_harmless(path, answer.html());
    }
    for number in 1..=HOSTILE.len() * 2 {
        let path = format!("/doc/EXH-{number:06}?q=needle");
        let answer = browser.get(&path);
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_harmless(&path, answer.html());
    }
}

#[test]
fn queries_and_parameters_stay_text() {
    let case = case();
    let browser = browser(&case);
    // the search box contains the user's own text as it is, invisible characters included
    let is_visible = |text: &&&str| !text.contains(|c: char| c.is_control() || c == '\u{202e}');
    for text in HOSTILE.iter().filter(is_visible) {
        let value = encoded(text);
        for path in [
            format!("/search?q={value}"),
            format!("/search?q=needle&sort={value}&from={value}&after={value}&more={value}"),
            format!("/doc/EXH-000001?q={value}&p={value}&hit={value}&tag={value}"),
            format!("/items?state={value}&after={value}"),
            format!("/words?q={value}"),
            format!("/saved?done={value}"),
            format!("/batches/1?which={value}"),
            format!("/log?before={value}"),
            format!("/similar/EXH-000001?p={value}"),
            format!("/doc/{value}"),
            format!("/{value}"),
        ] {
            let answer = browser.get(&path);
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
            assert!(!answer.headers.contains_key("set-cookie"), "{path}");
            if answer.header("content-type").starts_with("text/html") {
                assert_harmless(&path, answer.html());
            }
        }
    }
}

#[test]
fn any_query_string_is_answered() {
    let case = case();
    let browser = browser(&case);
    let mut numbers = Mutator::new(17);
    let good = b"q=needle%20OR%20x&sort=path&from=25&docs=1&apply=1&type=text&lang=zz&exact=1";
    for _ in 0..150 {
        let mutant = numbers.mutate(good);
        let query: String = mutant
            .iter()
            .map(|byte| {
                if byte.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(byte) {
                    (*byte as char).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect();
        for path in ["/search", "/words", "/items", "/doc/EXH-000001"] {
            let path = format!("{path}?{query}");
            let answer = browser.get(&path);
            assert!(
                !answer.status.is_server_error(),
                "{path}: {} {}",
                answer.status,
                String::from_utf8_lossy(&answer.bytes)
            );
        }
    }
}

#[test]
fn redirects_stay_on_this_server() {
    let case = case();
    let browser = browser(&case);
    let token = token(&browser);
    for text in HOSTILE.iter().chain(&[
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "x\r\nlocation: y",
    ]) {
        let save = [("token", token.as_str()), ("name", text), ("q", "needle")];
        let filters = browser.get(&format!("/search?q=needle&apply=1&folder={}", encoded(text)));
        let tag = [("token", token.as_str()), ("tag", "x"), ("q", text), ("sort", text)];
        for answer in
            [post(&browser, "/saved", &save), post(&browser, "/doc/EXH-000001/tags", &tag), filters]
        {
            let location = answer.header("location");
            assert!(!answer.status.is_server_error(), "{text}: {}", answer.status);
            let is_own = location.starts_with('/')
                && !location.starts_with("//")
                && !location.starts_with("/\\");
            assert!(location.is_empty() || is_own, "{text}: {location}");
        }
    }
}

#[test]
fn forms_that_are_cut_or_mixed_up_change_nothing() {
    let case = case();
    let browser = browser(&case);
    let token = token(&browser);
    let send = |path: &str, kind: &str, body: Vec<u8>| {
        let request = Request::post(path).header("content-type", kind).header("origin", "null");
        browser.send(request, Body::from(body))
    };
    let form = "application/x-www-form-urlencoded";
    for body in ["", "token", "token=", "=", "&&&", "token=%", "token=%zz", "tag=x", "%00=%00"] {
        let answer = send("/doc/EXH-000001/tags", form, body.as_bytes().to_vec());
        assert!(answer.status.is_client_error(), "{body}: {}", answer.status);
    }
    let twice = format!("token=wrong&token={token}&tag=twice");
    let answer = send("/doc/EXH-000001/tags", form, twice.into_bytes());
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "the first of two tokens counts");
    for kind in
        ["text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary="]
    {
        let answer =
            send("/doc/EXH-000001/tags", kind, format!("token={token}&tag=mixed").into_bytes());
        assert!(answer.status.is_client_error(), "{kind}: {}", answer.status);
    }
    let cut = format!("--edge\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n{token}");
    let answer = send("/batches", "multipart/form-data; boundary=edge", cut.into_bytes());
    assert!(answer.status.is_client_error(), "{}", answer.status);
    let page = browser.get("/doc/EXH-000001");
    assert!(!page.html().contains("twice") && !page.html().contains("mixed"));
    assert!(browser.get("/batches").html().contains("There is no batch yet"));
}

#[test]
fn other_methods_are_refused() {
    let case = case();
    let browser = browser(&case);
    for path in ["/", "/search", "/items", "/doc/EXH-000001", "/log", "/log/0", "/help"] {
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
            let request = Request::builder().method(method).uri(path).header("origin", "null");
            let status = browser.ask(request).status;
            assert!(status.is_client_error(), "{method} {path}: {status}");
        }
    }
}

#[test]
fn names_of_any_bytes_are_shown_on_one_line_with_tokens() {
    let mut numbers = Mutator::new(23);
    for text in HOSTILE {
        for _ in 0..40 {
            let bytes = numbers.mutate(text.as_bytes());
            let name = Name::new(bytes.clone());
            let html = name.show().into_string();
            let inner = html.split_once('>').expect("a tag").1;
            for raw in
                ["<script", "<img", "<svg", "\u{202e}", "\u{2066}", "\n", "\r", "\0", "\u{1b}"]
            {
                assert!(!inner.contains(raw), "{bytes:?}: {html}");
            }
            let reorders = String::from_utf8_lossy(&bytes)
                .chars()
                .any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
            assert_eq!(name.is_disguised(), reorders, "{bytes:?}");
            assert!(!name.plain().contains('\n'), "{bytes:?}");
        }
    }
}
