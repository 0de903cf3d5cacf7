//! Forms that change something: each carries the session's token, and is answered with the way to where the change shows.

use crate::admission::{RequestContext, message_page};
use crate::app::App;
use crate::pages::{PageError, Params, error_page};
use crate::session::same;
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// A form as it was sent.
pub(crate) type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

/// Whether a token is that of the context's session.
pub(crate) fn is_own(context: &RequestContext, token: &str) -> bool {
    context.session.as_ref().is_some_and(|session| same(&session.form_token, token))
}

/// Does what a form asks for on a thread for blocking work, and leads to the address that `act` gives.
pub(crate) async fn posted(
    app: Arc<App>,
    context: RequestContext,
    sent: Sent,
    act: impl FnOnce(&App, &Params) -> Result<String, PageError> + Send + 'static,
) -> Response {
    let fields = sent.map(|Form(fields)| Params(fields)).unwrap_or(Params(Vec::new()));
    if !is_own(&context, fields.text("token")) {
        return message_page(&app, &context, StatusCode::FORBIDDEN, &app.words().refused);
    }
    done(app, context, move |app| act(app, &fields)).await
}

/// Does something on a thread for blocking work, and leads to the address that it gives.
pub(crate) async fn done(
    app: Arc<App>,
    context: RequestContext,
    act: impl FnOnce(&App) -> Result<String, PageError> + Send + 'static,
) -> Response {
    let acting = {
        let app = Arc::clone(&app);
        tokio::task::spawn_blocking(move || act(&app))
    };
    match acting.await {
        Ok(Ok(place)) => Redirect::to(&place).into_response(),
        Ok(Err(error)) => error_page(&app, &context, &error),
        Err(_) => message_page(&app, &context, StatusCode::INTERNAL_SERVER_ERROR, &app.words().failed),
    }
}
