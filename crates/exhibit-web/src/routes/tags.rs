//! Tags put on a document and taken off.

use super::posted::{Sent, posted};
use crate::app::App;
use crate::guard::Visit;
use crate::links::{self, Place};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// Changes the tags of a document.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Extension(visit): Extension<Visit>,
    Path(number): Path<String>,
    sent: Sent,
) -> Response {
    posted(app, visit, sent, move |app, fields| {
        let id = app.case.resolve(&number)?;
        let tag = fields.text("tag").trim();
        app.case.set_tag(id, tag, fields.text("off").is_empty(), app.clock.now())?;
        let place = Place {
            query: fields.text("q"),
            sort: fields.text("sort"),
            rank: fields.number("r"),
            page: u32::try_from(fields.number("p")).unwrap_or(0),
            exact: fields.number("exact") > 0,
            documents: fields.number("docs") > 0,
            ..Place::default()
        };
        Ok(links::document(&app.case.label(id), &place).split('#').next().unwrap_or_default().to_owned() + "#tags")
    })
    .await
}
