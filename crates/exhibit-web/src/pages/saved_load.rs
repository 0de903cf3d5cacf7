//! The routes of saved searches.

use crate::admission::RequestContext;
use crate::app::App;
use crate::display as shown;
use crate::forms::Undo;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::pages::posted::{Sent, posted};
use crate::pages::saved::{SavedRow, page};
use crate::pages::{PageError, Params, answer};
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
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    params: Params,
) -> Response {
    answer(app, context, move |app, frame| rows(app, frame, params.text("done"))).await
}

fn rows(app: &App, frame: &Frame, done: &str) -> Result<Markup, PageError> {
    let saved = app.case.saved()?;
    let rows: Result<Vec<SavedRow>, PageError> = saved.iter().map(|(name, saved)| row(app, name, saved)).collect();
    // only what was changed last can be taken back
    let undo = app.saved_before(done).map(|_| {
        let said = if saved.contains_key(done) { frame.words.search_saved } else { frame.words.search_forgotten };
        let fields = vec![("name", done.to_owned())];
        Undo { said, name: done.to_owned(), action: "/saved/undo".to_owned(), fields }
    });
    Ok(page(frame, &rows?, undo.as_ref()))
}

fn row(app: &App, name: &str, saved: &Saved) -> Result<SavedRow, PageError> {
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
pub(crate) async fn save(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    sent: Sent,
) -> Response {
    posted(app, context, sent, |app, fields| {
        let name: String = fields.text("name").trim().chars().take(LONGEST).collect();
        let query = fields.text("q");
        let name = if name.is_empty() { query.chars().take(LONGEST).collect() } else { name };
        let before = app.case.saved()?.remove(&name);
        app.case.save_search(&name, query, fields.number("exact") > 0, app.clock.now())?;
        app.keep_before(&name, before);
        Ok(links::saved(&name))
    })
    .await
}

/// Looks at a saved search: from now on what comes is new.
pub(crate) async fn run(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    sent: Sent,
) -> Response {
    posted(app, context, sent, |app, fields| {
        let name = fields.text("name");
        let saved = app.case.saved()?.remove(name).ok_or(PageError::NotThere)?;
        let found = app.case.found_now(&saved)?;
        app.case.seen_search(name, found, app.clock.now())?;
        Ok(to(&saved))
    })
    .await
}

/// Forgets a saved search.
pub(crate) async fn forget(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    sent: Sent,
) -> Response {
    posted(app, context, sent, |app, fields| {
        let name = fields.text("name");
        let before = app.case.saved()?.remove(name);
        app.case.forget_search(name)?;
        app.keep_before(name, before);
        Ok(links::saved(name))
    })
    .await
}

/// Takes back the last saving or forgetting, with what was new since it was looked at.
pub(crate) async fn undo(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    sent: Sent,
) -> Response {
    posted(app, context, sent, |app, fields| {
        let name = fields.text("name");
        let before = app.saved_before(name).ok_or(PageError::NotThere)?;
        app.case.put_back_search(name, before)?;
        app.nothing_before();
        Ok(links::saved(""))
    })
    .await
}
