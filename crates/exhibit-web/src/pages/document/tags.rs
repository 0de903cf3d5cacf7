//! Tags put on a document and taken off.

use crate::admission::RequestContext;
use crate::app::App;
use crate::links::{self, Place};
use crate::pages::posted::{Sent, posted};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// Changes the tags of a document.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    Path(number): Path<String>,
    sent: Sent,
) -> Response {
    posted(app, context, sent, move |app, fields| {
        let id = app.case.resolve(&number)?;
        let tag = fields.text("tag").trim();
        let before = app.case.tags_of(id)?;
        let off = !fields.text("off").is_empty();
        if app.case.set_tag(id, tag, !off, app.clock.now())? {
            (app.log_marks)();
        }
        let after = app.case.tags_of(id)?;
        // as it is kept: in which case it was written does not matter
        let (with, without) = if off { (&before, &after) } else { (&after, &before) };
        let changed = with.iter().find(|tag| !without.contains(tag)).map_or("", String::as_str);
        let place = Place {
            query: fields.text("q"),
            sort: fields.text("sort"),
            rank: fields.number("r"),
            page: u32::try_from(fields.number("p")).unwrap_or(0),
            exact: fields.number("exact") > 0,
            documents: fields.number("docs") > 0,
            ..Place::default()
        };
        Ok(links::tag_changed(&app.case.label(id), &place, changed, off))
    })
    .await
}
