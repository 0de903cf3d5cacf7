//! Why a page cannot be shown, and the response that explains it.

use crate::access_events::Unrecorded;
use crate::admission::RequestContext;
use crate::app::App;
use crate::message_page::{message_page, page};
use crate::untrusted::Name;
use crate::words::{PageMessage, Words};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use exhibit_case::{CaseError, chain_of, is_disk_full};
use exhibit_search::SearchError;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The requested page is at this other address.
    #[error("moved")]
    Moved(String),
    /// The address does not exist.
    #[error("not found")]
    NotThere,
    /// The page has no picture.
    #[error("no picture")]
    NoPicture,
    /// The request cannot be used, and why.
    #[error("{0}")]
    Unusable(String),
    /// The access log cannot be written.
    #[error(transparent)]
    Unrecorded(#[from] Unrecorded),
    /// The case returned an error.
    #[error(transparent)]
    Case(CaseError),
    /// Searching the case returned an error.
    #[error(transparent)]
    Search(SearchError),
}

impl From<CaseError> for PageError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NoSuchDocument(_)
            | CaseError::NoSuchPage { .. }
            | CaseError::NoSuchEntry(_) => Self::NotThere,
            error => Self::Case(error),
        }
    }
}

impl From<SearchError> for PageError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Case(error) => error.into(),
            SearchError::NotKept { .. } => Self::NotThere,
            error => Self::Search(error),
        }
    }
}

/// The response to a request that failed. The reason is shown; the log gets only its kind, since reasons name files.
pub(crate) fn error_page(app: &App, context: &RequestContext, error: &PageError) -> Response {
    let words = app.words();
    let (status, message, detail) = match error {
        PageError::Moved(address) => return Redirect::to(address).into_response(),
        PageError::Case(error) if is_disk_full(error) => {
            (StatusCode::INSUFFICIENT_STORAGE, words.disk_full(), chain_of(error))
        }
        PageError::Search(error) if is_disk_full(error) => {
            (StatusCode::INSUFFICIENT_STORAGE, words.disk_full(), chain_of(error))
        }
        PageError::NotThere => (StatusCode::NOT_FOUND, words.not_there(), String::new()),
        PageError::NoPicture => (StatusCode::NOT_FOUND, words.render_error(), String::new()),
        PageError::Unusable(why) => (StatusCode::BAD_REQUEST, words.unusable(), why.clone()),
        PageError::Unrecorded(error) => {
            tracing::warn!("web.unrecorded");
            (StatusCode::SERVICE_UNAVAILABLE, words.unrecorded(), error.to_string())
        }
        PageError::Case(error) => {
            tracing::warn!(kind = kind(error), "web.answer");
            let (status, message) = message_of(words, error);
            let detail = match error {
                CaseError::RenderError { reason } => {
                    words.plain_text_of(&exhibit_messages::reason(reason))
                }
                other => chain_of(other),
            };
            (status, message, detail)
        }
        PageError::Search(error) => {
            let kind = if matches!(error, SearchError::Index(_)) { "index" } else { "other" };
            tracing::warn!(kind, "web.answer");
            let (status, message) = match error {
                SearchError::TooManyLines { .. } | SearchError::Query(_) => {
                    (StatusCode::BAD_REQUEST, words.unusable())
                }
                _ => (StatusCode::INTERNAL_SERVER_ERROR, words.failed()),
            };
            let detail = match error {
                SearchError::Query(error) => {
                    words.plain_text_of(&exhibit_messages::query_error(error))
                }
                other => chain_of(other),
            };
            (status, message, detail)
        }
    };
    let page = page(&app.frame(context), &message, &Name::from(detail.as_str()));
    (status, Html(page.into_string())).into_response()
}

/// The response to a request whose handler panicked.
pub(crate) fn failed(app: &App, context: &RequestContext) -> Response {
    message_page(app, context, StatusCode::INTERNAL_SERVER_ERROR, &app.words().failed())
}

fn message_of(words: &Words, error: &CaseError) -> (StatusCode, PageMessage) {
    match error {
        CaseError::Altered { .. } => (StatusCode::INTERNAL_SERVER_ERROR, words.altered()),
        CaseError::RenderError { .. } => (StatusCode::NOT_FOUND, words.render_error()),
        CaseError::NotATag(_) => (StatusCode::BAD_REQUEST, words.unusable()),
        CaseError::Sealed => (StatusCode::CONFLICT, words.unusable()),
        CaseError::NoIndex => (StatusCode::SERVICE_UNAVAILABLE, words.failed()),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, words.failed()),
    }
}

fn kind(error: &CaseError) -> &'static str {
    match error {
        CaseError::Altered { .. } => "altered",
        CaseError::RenderError { .. } => "not rendered",
        CaseError::Catalogue(_) => "catalogue",
        CaseError::Store(_) => "store",
        CaseError::Index(_) => "index",
        CaseError::Log(_) => "log",
        CaseError::Cage(_) => "cage",
        CaseError::Io { .. } => "io",
        _ => "other",
    }
}
