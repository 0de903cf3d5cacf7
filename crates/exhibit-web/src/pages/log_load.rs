//! The routes of the custody log.

use crate::admission::RequestContext;
use crate::app::App;
use crate::frame::Frame;
use crate::links::{self, Place};
use crate::pages::log::{self as view, EntryView, LogLine, LogView};
use crate::pages::{PageError, Params, answer};
use crate::untrusted::Name;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use exhibit_model::{Digest, ItemId};
use maud::Markup;
use std::sync::Arc;

const ROWS: u64 = 25;

/// Lists entries, newest first.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    params: Params,
) -> Response {
    answer(app, context, move |app, frame| entries(app, frame, params.number("before"))).await
}

fn entries(app: &App, frame: &Frame, before: u64) -> Result<Markup, PageError> {
    let size = app.case.log_size()?;
    let end = if before == 0 { size } else { before.min(size) };
    let start = end.saturating_sub(ROWS);
    let mut checkpoint = String::new();
    let mut lines = Vec::new();
    for index in (start..end).rev() {
        let entry = app.case.entry(index)?;
        let document = entry.item.map(|id| document(app, id));
        lines.push(LogLine { index, text: Name::from(entry.text.as_str()), document });
        checkpoint = entry.checkpoint;
    }
    let view = LogView {
        size,
        waiting: app.case.marks_waiting()?,
        entries: lines,
        first: (end < size).then(|| links::log(0)),
        older: (start > 0).then(|| links::log(start)),
        checkpoint,
    };
    Ok(view::list(frame, &view))
}

/// Shows one entry.
pub(crate) async fn entry(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    Path(index): Path<String>,
) -> Response {
    answer(app, context, move |app, frame| one(app, frame, &index)).await
}

fn one(app: &App, frame: &Frame, index: &str) -> Result<Markup, PageError> {
    let size = app.case.log_size()?;
    let index = index.parse().ok().filter(|index: &u64| *index < size).ok_or(PageError::NotThere)?;
    let entry = app.case.entry(index)?;
    let view = EntryView {
        index,
        size,
        leaf_hash: leaf_hash(entry.text.as_bytes()).to_hex(),
        document: entry.item.map(|id| document(app, id)),
        openings: entry
            .openings
            .iter()
            .map(|(field, value)| (Name::from(field.as_str()), Name::from(value.as_str())))
            .collect(),
        proof: entry.proof,
        checkpoint: entry.checkpoint,
        canonical: entry.text,
    };
    Ok(view::entry(frame, &view))
}

// RFC 6962, 2.1: a leaf is hashed behind a zero byte.
fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::of(&[&[0], entry].concat())
}

fn document(app: &App, id: ItemId) -> (String, String) {
    let number = app.case.label(id);
    let href = links::document(&number, &Place::default());
    (number, href)
}
