//! The routes of saved searches.

use super::posted::{Sent, posted};
use super::{Trouble, answer, shown};
use crate::app::App;
use crate::frame::Frame;
use crate::guard::Visit;
use crate::links::{self, Place, SearchPlace};
use crate::view::saved::{SavedRow, page};
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use exhibit_case::{CaseError, Saved};
use exhibit_model::{ItemId, Moment};
use maud::Markup;
use std::sync::Arc;

// New documents named; and the longest name, in characters.
const NAMED: usize = 20;
const LONGEST: usize = 100;

/// Lists them.
pub(crate) async fn list(State(app): State<Arc<App>>, Extension(visit): Extension<Visit>) -> Response {
    answer(app, visit, rows).await
}

fn rows(app: &App, frame: &Frame) -> Result<Markup, Trouble> {
    let rows: Result<Vec<SavedRow>, Trouble> =
        app.case.saved()?.iter().map(|(name, saved)| row(app, name, saved)).collect();
    Ok(page(frame, &rows?))
}

fn row(app: &App, name: &str, saved: &Saved) -> Result<SavedRow, Trouble> {
    let found = match app.case.found_now(saved) {
        // it was saved by a version that understood more, or less
        Err(CaseError::Query(_)) => None,
        found => Some(found?),
    };
    let is_new = |document: &&i64| saved.documents.binary_search(document).is_err();
    let new: Vec<i64> = match (&found, saved.seen) {
        (Some(found), Some(_)) => found.iter().filter(is_new).copied().collect(),
        _ => Vec::new(),
    };
    let link = |document: &i64| {
        let number = app.case.label(ItemId(*document));
        let href = links::document(&number, &Place { query: &saved.query, exact: saved.exact, ..Place::default() });
        (number, href)
    };
    Ok(SavedRow {
        name: name.to_owned(),
        query: saved.query.clone(),
        exact: saved.exact,
        href: to(saved),
        documents: found.map(|found| found.len() as u64),
        seen: saved.seen.map(|at| shown::when(Moment(at))),
        new: new.len() as u64,
        first_new: new.iter().take(NAMED).map(link).collect(),
    })
}

fn to(saved: &Saved) -> String {
    links::search(&SearchPlace { exact: saved.exact, ..SearchPlace::of(&saved.query) })
}

/// Saves a search.
pub(crate) async fn save(State(app): State<Arc<App>>, Extension(visit): Extension<Visit>, sent: Sent) -> Response {
    posted(app, visit, sent, |app, fields| {
        let name: String = fields.text("name").trim().chars().take(LONGEST).collect();
        let query = fields.text("q");
        let name = if name.is_empty() { query.chars().take(LONGEST).collect() } else { name };
        app.case.save_search(&name, query, fields.number("exact") > 0, app.clock.now())?;
        Ok("/saved".to_owned())
    })
    .await
}

/// Looks at a saved search: from now on what comes is new.
pub(crate) async fn run(State(app): State<Arc<App>>, Extension(visit): Extension<Visit>, sent: Sent) -> Response {
    posted(app, visit, sent, |app, fields| {
        let name = fields.text("name");
        let saved = app.case.saved()?.remove(name).ok_or(Trouble::NotThere)?;
        let found = app.case.found_now(&saved)?;
        app.case.seen_search(name, found, app.clock.now())?;
        Ok(to(&saved))
    })
    .await
}

/// Forgets a saved search.
pub(crate) async fn forget(State(app): State<Arc<App>>, Extension(visit): Extension<Visit>, sent: Sent) -> Response {
    posted(app, visit, sent, |app, fields| {
        app.case.forget_search(fields.text("name"))?;
        Ok("/saved".to_owned())
    })
    .await
}
