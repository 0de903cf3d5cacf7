//! The distinctive words of the results of a query.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::css_rules::CssRules;
use crate::frame::Frame;
use crate::links::{self, SearchPlace};
use crate::page_error::PageError;
use crate::pages::Page;
use crate::params::Params;
use crate::untrusted::Name;
use crate::words::Words;
use exhibit_query::{ClauseText, Field, Form};
use exhibit_search::SearchError;
use maud::{Markup, html};

/// The distinctive words of a result.
#[derive(Clone, Debug, Default)]
pub struct DistinctiveView {
    /// The query.
    pub query: String,
    /// Its results.
    pub back: String,
    /// Pages it found.
    pub total: u64,
    /// How many of them were read.
    pub read: u64,
    /// The words, the most distinctive first.
    pub rows: Vec<DistinctiveRow>,
}

/// A distinctive word.
#[derive(Clone, PartialEq, Debug)]
pub struct DistinctiveRow {
    /// The word.
    pub word: String,
    /// How many of the pages read have it.
    pub pages: u64,
    /// How many pages of the case have it.
    pub in_case: u64,
    /// The measure.
    pub score: f64,
    /// The results with it.
    pub href: String,
}

/// The distinctive words of the results of a query.
#[derive(Debug)]
pub struct DistinctivePage;

impl Page for DistinctivePage {
    type View = DistinctiveView;

    fn load(app: &App, params: &Params) -> Result<Loaded<DistinctiveView>, PageError> {
        let view = load(app, params)?;
        let event = match view.query.trim() {
            "" => AccessEvent::Nothing,
            _ => AccessEvent::DistinctiveWords { query: view.query.clone() },
        };
        Ok(Loaded::new(event, view))
    }

    fn render(frame: &Frame, view: &DistinctiveView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, DistinctiveView)> {
        vec![("telling", sample())]
    }
}

// Words shown.
const WORDS: usize = 60;

fn load(app: &App, params: &Params) -> Result<DistinctiveView, PageError> {
    let (query, exact) = (params.text("q"), params.number("exact") > 0);
    let back = links::search(&SearchPlace { exact, ..SearchPlace::of(query) });
    let parsed = match app.search().query(query, exact) {
        // the search page explains the error
        Err(SearchError::Query(_)) => None,
        parsed => Some(parsed?),
    };
    let found = match &parsed {
        Some(parsed) => app.search().distinctive_words(parsed, WORDS)?,
        None => exhibit_search::DistinctiveWords::default(),
    };
    let narrowed = |word: &str| {
        let text = ClauseText {
            field: Field::Text,
            exact: false,
            text: word.to_owned(),
            form: Form::Quoted,
        };
        parsed
            .as_ref()
            .and_then(|parsed| Some(parsed.parsed().narrowed(text).ok()?.to_string()))
            .unwrap_or_default()
    };
    let row = |word: &exhibit_search::DistinctiveWord| {
        let narrowed = narrowed(&word.word);
        DistinctiveRow {
            word: word.word.clone(),
            pages: word.pages,
            in_case: word.in_case,
            score: word.score,
            href: links::search(&SearchPlace { exact, ..SearchPlace::of(&narrowed) }),
        }
    };
    let rows = found.words.iter().map(row).collect();
    Ok(DistinctiveView {
        query: query.to_owned(),
        back,
        total: found.total,
        read: found.read,
        rows,
    })
}

fn page(frame: &Frame, view: &DistinctiveView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            p { a.back href=(view.back) { "← " (words.back_to_results()) } }
            h1 { (words.distinctive_words()) }
            p.read-as { span.dim { (words.query_word()) ": " } bdi.term lang="und" dir="auto" { (exhibit_model::shown(&view.query)) } }
            p.dim { (words.telling_note()) " " (words.telling_read(view.read, view.total)) }
            @if view.rows.is_empty() { p.lead { (words.no_distinctive_words()) } } @else { (table(words, view)) }
        }
    };
    frame.page(&words.distinctive_words(), &CssRules::default(), body)
}

fn table(words: &Words, view: &DistinctiveView) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table.list.words {
                thead {
                    tr {
                        th scope="col" { (words.word_column()) }
                        th.n scope="col" { (words.pages_here_column()) }
                        th.n scope="col" { (words.pages_in_case_column()) }
                        th.n scope="col" { (words.measure_column()) }
                    }
                }
                tbody {
                    @for row in &view.rows {
                        tr data-row {
                            td { a href=(row.href) { (Name::from(row.word.as_str()).show()) } }
                            td.n { (words.number(row.pages)) }
                            td.n { (words.number(row.in_case)) }
                            td.n { (format!("{:.1}", row.score)) }
                        }
                    }
                }
            }
        }
    }
}

const QUERY: &str = "登记 (销毁 OR destroy*)";

fn sample() -> DistinctiveView {
    let row = |(word, pages, in_case, score): (&str, u64, u64, f64)| DistinctiveRow {
        word: word.to_owned(),
        pages,
        in_case,
        score,
        href: links::search(&SearchPlace::of(&format!("{QUERY} \"{word}\""))),
    };
    DistinctiveView {
        query: QUERY.to_owned(),
        back: links::search(&SearchPlace::of(QUERY)),
        total: 1_904,
        read: 500,
        rows: [("登记表", 310, 402, 512.3), ("ئامبار", 28, 31, 60.1), ("monthly", 44, 160, 21.7)]
            .map(row)
            .into(),
    }
}
