//! Routes: what was asked, the case's answer, and the page that shows it. The case is asked on threads for blocking work.

pub mod batches;
pub mod document;
pub mod help;
pub(crate) mod history;
pub mod items;
pub(crate) mod lists_load;
pub(crate) mod lists_samples;
pub mod log;
pub(crate) mod log_load;
pub mod overview;
pub(crate) mod overview_load;
pub(crate) mod posted;
pub mod problems;
pub mod saved;
pub(crate) mod saved_load;
pub mod search;
pub mod similar;
pub(crate) mod similar_load;

use crate::admission::{RequestContext, message_page, see_other};
use crate::app::App;
use crate::assets;
use crate::frame::Frame;
use crate::session::same;
use crate::untrusted::Name;
use crate::words::{Message, Words};
use axum::Extension;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use exhibit_case::CaseError;
use maud::Markup;
use std::convert::Infallible;
use std::sync::Arc;

/// What stands after the `?` of an address: names and values, the first of each name counts where one is wanted.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Every value of a name: what check boxes send.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or(0)
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    // what cannot be read asks for nothing
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default()))
    }
}

/// Why a page cannot be shown.
pub(crate) enum PageError {
    /// Nothing is at the address.
    NotThere,
    /// What was sent cannot be used, and why.
    Unusable(&'static str),
    /// The case refused.
    Case(CaseError),
}

impl From<CaseError> for PageError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NoSuchDocument(_) | CaseError::NoSuchPage { .. } | CaseError::NotKept { .. } => Self::NotThere,
            error => Self::Case(error),
        }
    }
}

/// Asks the case on a thread for blocking work, and answers with the page or a message.
pub(crate) async fn answer(
    app: Arc<App>,
    context: RequestContext,
    ask: impl FnOnce(&App, &Frame) -> Result<Markup, PageError> + Send + 'static,
) -> Response {
    let loading = {
        let (app, frame) = (Arc::clone(&app), app.frame(&context));
        tokio::task::spawn_blocking(move || ask(&app, &frame))
    };
    match loading.await {
        Ok(Ok(page)) => Html(page.into_string()).into_response(),
        Ok(Err(error)) => error_page(&app, &context, &error),
        Err(_) => message_page(&app, &context, StatusCode::INTERNAL_SERVER_ERROR, &app.words().failed),
    }
}

/// The page of an error. The reason is shown; the log gets its kind alone, since reasons name files.
pub(crate) fn error_page(app: &App, context: &RequestContext, error: &PageError) -> Response {
    let words = app.words();
    let (status, message, detail) = match error {
        PageError::NotThere => (StatusCode::NOT_FOUND, &words.not_there, String::new()),
        PageError::Unusable(why) => (StatusCode::BAD_REQUEST, &words.unusable, (*why).to_owned()),
        PageError::Case(error) => {
            tracing::warn!(kind = kind(error), "web.answer");
            let (status, message) = message_of(words, error);
            (status, message, reasons(error))
        }
    };
    let page = crate::message_page::page(&app.frame(context), message, &Name::from(detail.as_str()));
    (status, Html(page.into_string())).into_response()
}

fn message_of<'a>(words: &'a Words, error: &CaseError) -> (StatusCode, &'a Message) {
    match error {
        CaseError::Altered { .. } => (StatusCode::INTERNAL_SERVER_ERROR, &words.altered),
        CaseError::NotPainted { .. } => (StatusCode::NOT_FOUND, &words.not_painted),
        CaseError::NotATag(_) | CaseError::TooManyLines { .. } | CaseError::Query(_) => {
            (StatusCode::BAD_REQUEST, &words.unusable)
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, &words.failed),
    }
}

fn kind(error: &CaseError) -> &'static str {
    match error {
        CaseError::Altered { .. } => "altered",
        CaseError::NotPainted { .. } => "not painted",
        CaseError::Catalogue(_) => "catalogue",
        CaseError::Store(_) => "store",
        CaseError::Index(_) => "index",
        CaseError::Log(_) => "log",
        CaseError::Cage(_) => "cage",
        CaseError::Io { .. } => "io",
        _ => "other",
    }
}

// An error with its causes, each once.
pub(crate) fn reasons(error: &CaseError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// Explains how to ask.
pub(crate) async fn help(State(app): State<Arc<App>>, Extension(context): Extension<RequestContext>) -> Response {
    answer(app, context, |_, frame| {
        let fields: Vec<(&str, &str)> = exhibit_index::FIELDS.iter().map(|field| (field.name, field.takes)).collect();
        Ok(help::page(frame, &fields))
    })
    .await
}

/// The address that opened this session, once more: the session is open already.
pub(crate) async fn opened() -> Redirect {
    Redirect::to("/")
}

/// Ends the session.
pub(crate) async fn leave(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let token = form.ok().and_then(|Form(fields)| fields.into_iter().find(|(name, _)| name == "token"));
    match (&context.session, token) {
        (Some(session), Some((_, token))) if same(&session.form_token, &token) => {
            let cookie = app.sessions.leave(session);
            let outside = RequestContext { session: None, ..context };
            let mut response = message_page(&app, &outside, StatusCode::OK, &app.words().left);
            response.headers_mut().extend(
                see_other("/", &cookie).headers_mut().remove(header::SET_COOKIE).map(|c| (header::SET_COOKIE, c)),
            );
            response.headers_mut().insert(
                header::HeaderName::from_static("clear-site-data"),
                header::HeaderValue::from_static("\"cache\", \"storage\""),
            );
            response
        }
        _ => message_page(&app, &context, StatusCode::FORBIDDEN, &app.words().refused),
    }
}

/// The interface's own files.
pub(crate) async fn asset(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    address: Uri,
) -> Response {
    match assets::at(address.path()) {
        Some(asset) => ([(header::CONTENT_TYPE, asset.media_type)], asset.bytes).into_response(),
        None => message_page(&app, &context, StatusCode::NOT_FOUND, &app.words().not_there),
    }
}

/// Nothing is at the address.
pub(crate) async fn not_there(State(app): State<Arc<App>>, Extension(context): Extension<RequestContext>) -> Response {
    message_page(&app, &context, StatusCode::NOT_FOUND, &app.words().not_there)
}

/// The address is used the wrong way.
pub(crate) async fn wrong_method(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
) -> Response {
    message_page(&app, &context, StatusCode::METHOD_NOT_ALLOWED, &app.words().wrong_method)
}
