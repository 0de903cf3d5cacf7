//! The checks before every route: the host name of the request, the site it comes from, the session, and the headers of
//! every response.
//!
//! Addresses are never logged: they contain queries.

use crate::app::App;
use crate::assets;
use crate::message_page::message_page;
use crate::session::{Session, fresh_secret};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, html};
use std::net::IpAddr;
use std::sync::Arc;

const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    ),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
];

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), \
     clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), gyroscope=(), hid=(), \
     identity-credentials-get=(), idle-detection=(), interest-cohort=(), keyboard-map=(), local-fonts=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), \
     storage-access=(), usb=(), window-management=(), xr-spatial-tracking=()";

/// The security policy of a page whose style block has this nonce.
#[must_use]
pub fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// What a handler knows about its request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The nonce of this response's style block.
    pub nonce: String,
    /// The session; `None` if the response is public (style sheet, messages).
    pub session: Option<Session>,
}

/// Admits or refuses a request, and sets the headers of its response.
pub async fn admit(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let nonce = fresh_secret();
    let context = RequestContext { nonce, session: session_of(&app, request.headers()) };
    let mut response = match check(&app, &request, &context) {
        Ok(()) => {
            request.extensions_mut().insert(context.clone());
            next.run(request).await
        }
        Err(response) => *response,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&context.nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn check(app: &App, request: &Request, context: &RequestContext) -> Result<(), Box<Response>> {
    let words = app.words();
    let refuse = |status, message| Err(Box::new(message_page(app, context, status, message)));
    let host =
        request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_own_host(host, &app.names, app.any_address) {
        let outside = RequestContext { session: None, ..context.clone() };
        return Err(Box::new(message_page(
            app,
            &outside,
            StatusCode::MISDIRECTED_REQUEST,
            &words.refused(),
        )));
    }
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reading && !from_own_page(request.headers(), host) {
        return refuse(StatusCode::FORBIDDEN, &words.refused());
    }
    let path = request.uri().path();
    if context.session.is_some() || path.starts_with("/static/") {
        return Ok(());
    }
    match path.strip_prefix("/open/") {
        // a browser that prefetches must not use up the code
        Some(code) if reading && !request.headers().contains_key("sec-purpose") => {
            match app.sessions.enter(code) {
                Some(cookie) => Err(Box::new(opened(app, context, &cookie))),
                None => refuse(StatusCode::UNAUTHORIZED, &words.closed()),
            }
        }
        _ => refuse(StatusCode::UNAUTHORIZED, &words.closed()),
    }
}

fn session_of(app: &App, headers: &HeaderMap) -> Option<Session> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.filter_map(|cookies| app.sessions.of_cookies(cookies)).next()
}

/// Whether a request that changes something comes from one of our own pages. `no-referrer` makes browsers send
/// `Origin: null` with our own forms, so `Sec-Fetch-Site` decides if present, and the form's token always.
fn from_own_page(headers: &HeaderMap, host: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, None | Some("null")) => true,
        (None, Some(origin)) => {
            origin.strip_prefix("http://").or(origin.strip_prefix("https://")) == Some(host)
        }
    }
}

/// Whether `host` (a `Host` header) names this server: a loopback name, or one of `own` (the configured addresses and
/// names). Any other name that resolves here was pointed here by someone else (DNS rebinding). A server bound to
/// all addresses accepts `any_address`: an address, unlike a name, cannot be rebound.
#[must_use]
pub fn is_own_host(host: &str, own: &[String], any_address: bool) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(address, _)| address),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let is_address =
        name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || any_address);
    is_address
        || name.eq_ignore_ascii_case("localhost")
        || own.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The page that opens a session: it sets the cookie and continues to the overview by itself. A redirect would not do: a
/// browser that was sent here by a file of the user does not send a `SameSite=Strict` cookie along with it.
fn opened(app: &App, context: &RequestContext, cookie: &str) -> Response {
    let words = app.frame(context).words;
    let page = html! {
        (DOCTYPE)
        html lang=(words.lang()) dir=(words.dir().word()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="refresh" content="0;url=/";
                title { "Exhibit" }
                link rel="stylesheet" href=(assets::style().path);
            }
            body { main id="main" { div.plain { h1 { (words.session_opened()) } p { a href="/" { (words.to_the_case()) } } } } }
        }
    };
    let mut response = Html(page.into_string()).into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_are_answered() {
        let own = ["192.168.1.7".to_owned(), "exhibit.example".to_owned()];
        for (host, expect) in [
            ("127.0.0.1:8080", true),
            ("127.0.0.1", true),
            ("127.8.8.8:1", true),
            ("localhost:8080", true),
            ("LOCALHOST", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("192.168.1.7:8080", true),
            ("exhibit.example", true),
            ("192.168.1.8:8080", false),
            ("evil.example:8080", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:8080", false),
            ("[::2]:8080", false),
            ("[", false),
            ("", false),
        ] {
            assert_eq!(is_own_host(host, &own, false), expect, "{host}");
        }
        for (host, expect) in
            [("192.168.1.8:8080", true), ("[fe80::1]:80", true), ("evil.example", false)]
        {
            assert_eq!(is_own_host(host, &own, true), expect, "{host}, bound to all addresses");
        }
    }

    #[test]
    fn only_own_pages_may_post() {
        for (site, origin, expect) in [
            (Some("same-origin"), Some("null"), true),
            (Some("same-origin"), None, true),
            (Some("same-site"), Some("http://localhost:8080"), false),
            (Some("cross-site"), Some("null"), false),
            (Some("none"), None, false),
            (None, Some("http://localhost:8080"), true),
            (None, Some("http://localhost:3000"), false),
            (None, Some("https://evil.example"), false),
            (None, Some("null"), true),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                if let Some(value) = value {
                    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
                }
            }
            assert_eq!(from_own_page(&headers, "localhost:8080"), expect, "{site:?} {origin:?}");
        }
    }
}
