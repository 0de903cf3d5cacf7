//! The routes of what is derived from words: documents like one, and the words that set a result apart.

use crate::admission::RequestContext;
use crate::app::App;
use crate::display as shown;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::pages::search::row;
use crate::pages::similar;
use crate::pages::similar::{SimilarView, TellingRow, TellingView};
use crate::pages::{PageError, Params, answer};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use exhibit_case::CaseError;
use maud::Markup;
use std::sync::Arc;

// Documents and words shown.
const ROWS: usize = 25;
const WORDS: usize = 60;

/// Shows the documents like one.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    Path(number): Path<String>,
    params: Params,
) -> Response {
    answer(app, context, move |app, frame| alike(app, frame, &number, &params)).await
}

fn alike(app: &App, frame: &Frame, number: &str, params: &Params) -> Result<Markup, PageError> {
    let id = app.case.resolve(number)?;
    let page = u32::try_from(params.number("p")).ok().filter(|page| *page > 0);
    let similar = app.case.similar(id, page, ROWS)?;
    let item = app.case.item(id)?;
    let number = app.case.label(id);
    // a row leads to its page with the shared words marked
    let rows = similar.hits.iter().zip(1..).map(|(found, rank)| {
        let query = found.words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ");
        let made = row(app, frame.words, &SearchPlace::of(&query), &found.hit, rank);
        let place = Place { query: &query, page: found.hit.page, ..Place::default() };
        let href = links::document(&made.number, &place);
        // what is shared is one thing: it has one colour
        let mut snippet = made.snippet.clone();
        snippet.iter_mut().flat_map(|snippet| &mut snippet.spans).for_each(|span| span.clause = 0);
        crate::pages::search::view::Row { shares: found.words.clone(), snippet, href, ..made }
    });
    let view = SimilarView {
        name: shown::name(&app.case, &item),
        href: links::document(&number, &Place { page: page.unwrap_or(0), ..Place::default() }),
        page,
        words: similar
            .words
            .iter()
            .map(|word| (word.clone(), links::search(&SearchPlace::of(&format!("\"{word}\"")))))
            .collect(),
        rows: rows.collect(),
        number,
    };
    Ok(similar::page(frame, &view))
}

/// Shows the words that set what a query finds apart.
pub(crate) async fn telling(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    params: Params,
) -> Response {
    answer(app, context, move |app, frame| words(app, frame, &params)).await
}

fn words(app: &App, frame: &Frame, params: &Params) -> Result<Markup, PageError> {
    let (query, exact) = (params.text("q"), params.number("exact") > 0);
    let back = links::search(&SearchPlace { exact, ..SearchPlace::of(query) });
    let found = match app.case.telling_words(query, exact, WORDS) {
        // the search page says what is wrong with it
        Err(CaseError::Query(_)) => exhibit_case::TellingWords::default(),
        found => found?,
    };
    let row = |word: &exhibit_case::TellingWord| {
        let narrowed = format!("{} \"{}\"", grouped(query), word.word);
        TellingRow {
            word: word.word.clone(),
            pages: word.pages,
            in_case: word.in_case,
            score: word.score,
            href: links::search(&SearchPlace { exact, ..SearchPlace::of(&narrowed) }),
        }
    };
    let rows = found.words.iter().map(row).collect();
    let view = TellingView { query: query.to_owned(), back, total: found.total, read: found.read, rows };
    Ok(similar::telling(frame, &view))
}

// Alternatives stay together beside another word.
fn grouped(query: &str) -> String {
    if query.contains(" OR ") { format!("({query})") } else { query.to_owned() }
}
