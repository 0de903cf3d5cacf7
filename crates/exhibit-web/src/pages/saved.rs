//! The saved searches: what each finds now, and how much of it is new.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::coverage::{self, NotSearched};
use crate::css_rules::CssRules;
use crate::display;
use crate::forms::token;
use crate::forms::{Done, Undo, undo};
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::page_error::PageError;
use crate::pages::{Change, Page};
use crate::params::{FormData, Params};
use crate::untrusted::{Name, ltr};
use crate::words::{ENGLISH, Words};
use exhibit_model::{ItemId, Moment};
use exhibit_search::{Saved, SearchError};
use maud::{Markup, html};
use std::sync::Arc;

/// A saved search.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SavedRow {
    /// Its name.
    pub name: String,
    /// The query.
    pub query: String,
    /// Whether words are matched only as written.
    pub exact: bool,
    /// Its results.
    pub href: String,
    /// Documents that it finds now; `None` if the query can no longer be parsed.
    pub documents: Option<u64>,
    /// When it was last opened.
    pub seen: Option<String>,
    /// How many are new since then.
    pub new: u64,
    /// Some of them: number and address.
    pub first_new: Vec<(String, String)>,
}

/// The data of the page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SavedView {
    /// The searches.
    pub rows: Vec<SavedRow>,
    /// The change that was just made.
    pub undo: Option<Undo>,
    /// What they did not search.
    pub not_searched: NotSearched,
}

/// The saved searches.
#[derive(Debug)]
pub struct SavedSearches;

impl Page for SavedSearches {
    type View = SavedView;

    fn load(app: &App, params: &Params) -> Result<Loaded<SavedView>, PageError> {
        Ok(Loaded::new(AccessEvent::SavedSearches, load(app, params.text("done"))?))
    }

    fn render(frame: &Frame, view: &SavedView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, SavedView)> {
        vec![
            (
                "saved",
                SavedView {
                    rows: sample(),
                    undo: Some(undone()),
                    not_searched: coverage::sample(&ENGLISH),
                },
            ),
            ("saved-none", SavedView::default()),
        ]
    }
}

// New documents listed; and the longest name, in characters.
const NAMED: usize = 20;
const LONGEST: usize = 100;

fn load(app: &App, done: &str) -> Result<SavedView, PageError> {
    let saved = app.search().saved()?;
    let rows: Result<Vec<SavedRow>, PageError> =
        saved.iter().map(|(name, saved)| row(app, name, saved)).collect();
    // only the last change can be undone
    let undo = app.saved_before(done).map(|_| {
        let said = if saved.contains_key(done) { Done::SearchSaved } else { Done::SearchForgotten };
        let fields = vec![("name", done.to_owned())];
        Undo { said, name: done.to_owned(), action: "/saved/undo".to_owned(), fields }
    });
    Ok(SavedView { rows: rows?, undo, not_searched: coverage::not_searched(app)? })
}

fn row(app: &App, name: &str, saved: &Saved) -> Result<SavedRow, PageError> {
    let query = app.search().saved_query(saved);
    let found = match query.and_then(|query| app.search().documents_found(&query)) {
        // it was saved by another version of the query language
        Err(SearchError::Query(_)) => None,
        found => Some(found?),
    };
    let is_new = |document: &&i64| saved.documents.binary_search(document).is_err();
    let new: Vec<i64> = match (&found, saved.seen) {
        (Some(found), Some(_)) => found.iter().filter(is_new).copied().collect(),
        _ => Vec::new(),
    };
    let link = |document: &i64| {
        let number = app.case.label(ItemId::new(*document));
        let href = links::document(
            &number,
            &Place { query: &saved.query, exact: saved.exact, ..Place::default() },
        );
        (number, href)
    };
    Ok(SavedRow {
        name: name.to_owned(),
        query: saved.query.clone(),
        exact: saved.exact,
        href: to(saved),
        documents: found.map(|found| found.len() as u64),
        seen: saved.seen.map(|at| display::when(Moment(at))),
        new: new.len() as u64,
        first_new: new.iter().take(NAMED).map(link).collect(),
    })
}

fn to(saved: &Saved) -> String {
    links::search(&SearchPlace { exact: saved.exact, ..SearchPlace::of(&saved.query) })
}

/// Saves a search.
pub(super) fn save(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    let name: String = form.text("name").trim().chars().take(LONGEST).collect();
    let query = form.text("q");
    let name = if name.is_empty() { query.chars().take(LONGEST).collect() } else { name };
    let before = app.search().saved()?.remove(&name);
    let query = app.search().query(query, form.number("exact") > 0)?;
    app.search().save_search(&name, &query, app.clock.now())?;
    app.keep_before(&name, before);
    Ok(Change::shown_at(links::saved(&name)))
}

/// Opens a saved search: later results count as new.
pub(super) fn run(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    let name = form.text("name");
    let saved = app.search().saved()?.remove(name).ok_or(PageError::NotThere)?;
    let found = app.search().documents_found(&app.search().saved_query(&saved)?)?;
    app.search().seen_search(name, found, app.clock.now())?;
    Ok(Change::shown_at(to(&saved)))
}

/// Deletes a saved search.
pub(super) fn forget(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    let name = form.text("name");
    let before = app.search().saved()?.remove(name);
    app.search().forget_search(name)?;
    app.keep_before(name, before);
    Ok(Change::shown_at(links::saved(name)))
}

/// Undoes the last saving or deleting, and restores when it was last opened.
pub(super) fn take_back(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    let name = form.text("name");
    let before = app.saved_before(name).ok_or(PageError::NotThere)?;
    app.search().put_back_search(name, before)?;
    app.nothing_before();
    Ok(Change::shown_at(links::saved("")))
}

fn page(frame: &Frame, view: &SavedView) -> Markup {
    let rows = &view.rows;
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.saved()) }
            (undo(frame, view.undo.as_ref()))
            p.dim { (words.saved_note()) }
            @if rows.is_empty() { p.lead { (words.nothing_saved()) } } @else { (coverage::block(words, &view.not_searched)) }
            ul.cards { @for row in rows { (card(frame, row)) } }
        }
    };
    frame.page(&words.saved(), &CssRules::default(), body)
}

fn card(frame: &Frame, row: &SavedRow) -> Markup {
    let words = frame.words;
    html! {
        li.cause data-row {
            h2 { a href=(row.href) { (Name::from(row.name.as_str()).show()) } }
            p.read-as {
                bdi.term lang="und" dir="auto" { (exhibit_model::shown(&row.query)) }
                @if row.exact { span.dim { " · " (words.exact_word()) } }
            }
            p {
                @match row.documents {
                    Some(documents) => (words.documents(documents)),
                    None => span.warn { (words.query_unreadable()) },
                }
                @if let Some(seen) = &row.seen { ", " (news(words, row, seen)) }
            }
            @if !row.first_new.is_empty() {
                p.new {
                    span.dim { (words.new_word()) ": " }
                    @for (number, href) in &row.first_new { a href=(href) { (ltr(number)) } " " }
                    @if row.new > row.first_new.len() as u64 { "…" }
                }
            }
            div.send {
                (button(frame, "/saved/run", row, &words.saved_run()))
                " "
                (button(frame, "/saved/rm", row, &words.forget()))
            }
        }
    }
}

fn news(words: &Words, row: &SavedRow, seen: &str) -> Markup {
    html! { strong { (words.new_since(row.new)) } " " span.dim { (words.since(seen)) } }
}

fn button(frame: &Frame, to: &str, row: &SavedRow, word: &str) -> Markup {
    html! {
        form.inline method="post" action=(to) {
            (token(frame))
            input type="hidden" name="name" value=(row.name);
            button type="submit" { (word) }
        }
    }
}

fn sample() -> Vec<SavedRow> {
    let row = |name: &str, query: &str| SavedRow {
        name: name.to_owned(),
        query: query.to_owned(),
        href: links::search(&SearchPlace::of(query)),
        documents: Some(41),
        seen: Some("2026-02-11 14:02:09 UTC".to_owned()),
        new: 25,
        first_new: vec![(
            "EXH-000127".to_owned(),
            links::document("EXH-000127", &Place::default()),
        )],
        ..SavedRow::default()
    };
    vec![
        row("registers", "登记 (销毁 OR destroy*)"),
        SavedRow {
            documents: None,
            seen: None,
            new: 0,
            first_new: Vec::new(),
            exact: true,
            ..row("<b>old</b>", "a (b")
        },
        SavedRow {
            seen: None, new: 0, first_new: Vec::new(), ..row("ئامبار", "تىزىملىك")
        },
    ]
}

fn undone() -> Undo {
    let fields = vec![("name", "ئامبار <b>".to_owned())];
    let name = "ئامبار <b>".to_owned();
    Undo { said: Done::SearchForgotten, name, action: "/saved/undo".to_owned(), fields }
}
