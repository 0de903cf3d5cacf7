//! A page with one message: something was not found, was refused or failed. It states what happened, what is safe and
//! what to do.

use crate::admission::RequestContext;
use crate::app::App;
use crate::css_rules::CssRules;
use crate::frame::Frame;
use crate::untrusted::Name;
use crate::words::PageMessage;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};

/// Renders the message. `detail` is the finding; it may be empty.
#[must_use]
pub fn page(frame: &Frame, message: &PageMessage, detail: &Name) -> Markup {
    let body = html! {
        div.plain.message.stop[message.stop] role=[message.stop.then_some("alert")] {
            h1 { @if message.stop { "! " } (message.what) }
            @if !detail.is_empty() { p { (detail.show()) } }
            p { (message.safe) }
            p { strong { (message.next) } }
            @if frame.form_token.is_some() {
                p { a href="/" { (frame.words.overview()) } " · " a href="/search" { (frame.words.search()) } }
            }
        }
    };
    frame.page(&message.title, &CssRules::default(), body)
}

/// A response that is a page with one message.
#[must_use]
pub fn message_page(
    app: &App,
    context: &RequestContext,
    status: StatusCode,
    message: &PageMessage,
) -> Response {
    let frame = app.frame(context);
    (status, Html(page(&frame, message, &Name::default()).into_string())).into_response()
}
