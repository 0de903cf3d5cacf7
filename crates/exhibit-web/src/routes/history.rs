//! Remembering searches: turned on, turned off, forgotten.

use super::posted::{Sent, posted};
use crate::app::App;
use crate::guard::Visit;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// Changes what is remembered.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Extension(visit): Extension<Visit>,
    Path(how): Path<String>,
    sent: Sent,
) -> Response {
    posted(app, visit, sent, move |app, _| {
        match how.as_str() {
            "on" => app.case.turn_history(true)?,
            "off" => app.case.turn_history(false)?,
            "clear" => app.case.clear_history()?,
            _ => return Err(super::Trouble::NotThere),
        }
        Ok("/search".to_owned())
    })
    .await
}
