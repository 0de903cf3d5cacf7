//! Forms that change something: each carries the session's token, and is answered with the way to where the change shows.

use super::{Asked, Trouble, in_trouble};
use crate::app::App;
use crate::guard::{Visit, message_page};
use crate::session::same;
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

/// A form as it was sent.
pub(crate) type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

/// Whether a token is that of the visit's session.
pub(crate) fn is_own(visit: &Visit, token: &str) -> bool {
    visit.session.as_ref().is_some_and(|session| same(&session.form_token, token))
}

/// Does what a form asks for on a thread for blocking work, and leads to the address that `act` gives.
pub(crate) async fn posted(
    app: Arc<App>,
    visit: Visit,
    sent: Sent,
    act: impl FnOnce(&App, &Asked) -> Result<String, Trouble> + Send + 'static,
) -> Response {
    let fields = sent.map(|Form(fields)| Asked(fields)).unwrap_or(Asked(Vec::new()));
    if !is_own(&visit, fields.text("token")) {
        return message_page(&app, &visit, StatusCode::FORBIDDEN, &app.words().refused);
    }
    done(app, visit, move |app| act(app, &fields)).await
}

/// Does something on a thread for blocking work, and leads to the address that it gives.
pub(crate) async fn done(
    app: Arc<App>,
    visit: Visit,
    act: impl FnOnce(&App) -> Result<String, Trouble> + Send + 'static,
) -> Response {
    let acting = {
        let app = Arc::clone(&app);
        tokio::task::spawn_blocking(move || act(&app))
    };
    match acting.await {
        Ok(Ok(place)) => Redirect::to(&place).into_response(),
        Ok(Err(trouble)) => in_trouble(&app, &visit, &trouble),
        Err(_) => message_page(&app, &visit, StatusCode::INTERNAL_SERVER_ERROR, &app.words().failed),
    }
}
