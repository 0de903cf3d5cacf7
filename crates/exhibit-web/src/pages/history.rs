//! Remembering searches: turned on, turned off, forgotten.

use crate::admission::RequestContext;
use crate::app::App;
use crate::pages::posted::{Sent, posted};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// Changes what is remembered.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    Path(how): Path<String>,
    sent: Sent,
) -> Response {
    posted(app, context, sent, move |app, _| {
        match how.as_str() {
            "on" => app.case.turn_history(true)?,
            "off" => app.case.turn_history(false)?,
            "clear" => app.case.clear_history()?,
            _ => return Err(crate::pages::PageError::NotThere),
        }
        Ok("/search".to_owned())
    })
    .await
}
