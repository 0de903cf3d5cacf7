//! The router, made from the one list of routes, and how each kind of route is answered.
//!
//! A loader runs on a thread for blocking work. What it loaded is recorded on the same thread, and only then rendered
//! or sent.

use crate::admission::{RequestContext, admit};
use crate::app::App;
use crate::frame::{Frame, Section};
use crate::message_page::message_page;
use crate::page_error::{PageError, error_page, failed};
use crate::pages::{ActForm, Content, LoadFile, ROUTES, RenderPage, Route, Serve};
use crate::params::{FormData, Params};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use std::sync::Arc;
use std::time::Duration;

/// The routes, behind the admission checks.
pub fn router(app: Arc<App>) -> Router {
    let routes =
        ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, handler(route)));
    routes
        .fallback(not_there)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), admit))
        .with_state(app)
}

fn handler(route: &Route) -> MethodRouter<Arc<App>> {
    let section = route.section;
    match route.serve {
        Serve::Page(render) => get(move |State(app), Extension(context), params| {
            page(app, context, params, section, render)
        }),
        Serve::File { load, renders } => get(move |State(app), Extension(context), params| {
            file(app, context, params, load, renders)
        }),
        Serve::Form { act, most_bytes } => {
            post(move |State(app), Extension(context), params, request| {
                form(app, context, params, request, act)
            })
            .layer(DefaultBodyLimit::max(most_bytes))
        }
        Serve::Leave => post(leave),
    }
}

async fn page(
    app: Arc<App>,
    context: RequestContext,
    params: Params,
    section: Section,
    render: RenderPage,
) -> Response {
    let frame = Frame { section, ..app.frame(&context) };
    let page = blocking(&app, move |app| render(app, &frame, &params)).await;
    answer(&app, &context, page.map(|page| page.map(|page| Html(page.into_string()))))
}

async fn file(
    app: Arc<App>,
    context: RequestContext,
    params: Params,
    load: LoadFile,
    renders: bool,
) -> Response {
    // never closed: the semaphore lives as long as the server
    let turn = if renders { app.renderers.acquire().await.ok() } else { None };
    let content = blocking(&app, move |app| Ok(load(app, &params)?.recorded(app)?)).await;
    drop(turn);
    answer(&app, &context, content)
}

// For a form to arrive in whole: the longest is a list of a batch.
const FORM_TIME: Duration = Duration::from_secs(120);

async fn form(
    app: Arc<App>,
    context: RequestContext,
    params: Params,
    request: Request,
    act: ActForm,
) -> Response {
    let is_upload = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let read = tokio::time::timeout(FORM_TIME, FormData::read(params, request)).await;
    let data = match read.ok().flatten() {
        Some(data) => data,
        // too long, or cut off: the sender of a long list must learn why it was refused
        None if is_upload => {
            return error_page(&app, &context, &PageError::Unusable(app.words().batch_unread()));
        }
        None => FormData::default(),
    };
    if !data.is_own(&context) {
        return message_page(&app, &context, StatusCode::FORBIDDEN, &app.words().refused());
    }
    let to = blocking(&app, move |app| act(app, &data)?.done(app)).await;
    answer(&app, &context, to.map(|to| to.map(|to| Redirect::to(&to))))
}

/// Ends the session.
async fn leave(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    params: Params,
    request: Request,
) -> Response {
    let read = tokio::time::timeout(FORM_TIME, FormData::read(params, request)).await;
    let data = read.ok().flatten().unwrap_or_default();
    let Some(session) = context.session.as_ref().filter(|_| data.is_own(&context)) else {
        return message_page(&app, &context, StatusCode::FORBIDDEN, &app.words().refused());
    };
    let cookie = app.sessions.leave(session);
    let outside = RequestContext { session: None, ..context };
    let mut response = message_page(&app, &outside, StatusCode::OK, &app.words().left());
    let headers = response.headers_mut();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    headers.insert(HeaderName::from_static("clear-site-data"), clear);
    response
}

type Outcome<T> = Result<Result<T, PageError>, tokio::task::JoinError>;

async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&Arc<App>) -> Result<T, PageError> + Send + 'static,
) -> Outcome<T> {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || work(&app)).await
}

fn answer(app: &App, context: &RequestContext, outcome: Outcome<impl IntoResponse>) -> Response {
    match outcome {
        Ok(Ok(response)) => response.into_response(),
        Ok(Err(error)) => error_page(app, context, &error),
        Err(_) => failed(app, context),
    }
}

impl IntoResponse for Content {
    fn into_response(self) -> Response {
        let mut response = ([(header::CONTENT_TYPE, self.media_type)], self.body).into_response();
        let name = self
            .download_name
            .map(|name| HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")));
        if let Some(Ok(disposition)) = name {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

/// The address does not exist.
async fn not_there(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
) -> Response {
    message_page(&app, &context, StatusCode::NOT_FOUND, &app.words().not_there())
}

/// The address does not accept this method.
async fn wrong_method(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
) -> Response {
    message_page(&app, &context, StatusCode::METHOD_NOT_ALLOWED, &app.words().wrong_method())
}
