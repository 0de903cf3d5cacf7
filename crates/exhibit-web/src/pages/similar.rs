//! The documents like one, and the words that set a result apart.

use crate::css_rules::CssRules;
use crate::frame::{Frame, Section};
use crate::pages::search::view::{Row, row};
use crate::untrusted::{Name, ltr};
use crate::words::{Words, fill};
use maud::{Markup, html};

/// The documents like one.
#[derive(Clone, Debug, Default)]
pub struct SimilarView {
    /// The document's number.
    pub number: String,
    /// Its name.
    pub name: Name,
    /// Its page.
    pub href: String,
    /// The page of it that is compared; none for all of it.
    pub page: Option<u32>,
    /// Its telling words, each with a search for it.
    pub words: Vec<(String, String)>,
    /// The documents, best first.
    pub rows: Vec<Row>,
}

/// Writes the documents like one.
#[must_use]
pub fn page(frame: &Frame, view: &SimilarView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.search {
            div.results {
                h1 { (words.more_like) " " a href=(view.href) { (view.name.show()) } }
                p.dim {
                    (ltr(&view.number))
                    @if let Some(page) = view.page { " · " (words.page_short(page)) }
                    " · " (words.more_like_note)
                }
                @if view.words.is_empty() { p.lead { (words.no_telling_words) } } @else { (words_of(words, &view.words)) }
                @if view.rows.is_empty() {
                    @if !view.words.is_empty() { p.lead { (words.nothing_alike) } }
                } @else {
                    h2 { (words.alike) }
                    ol.rows { @for found in &view.rows { (row(words, found)) } }
                }
            }
        }
    };
    frame.page(Section::None, words.more_like, &CssRules::default(), body)
}

fn words_of(words: &Words, telling: &[(String, String)]) -> Markup {
    html! {
        p.shares {
            span.dim { (words.its_words) ": " }
            @for (word, href) in telling { a href=(href) { (Name::from(word.as_str()).show()) } " " }
        }
    }
}

/// The words that set a result apart.
#[derive(Clone, Debug, Default)]
pub struct TellingView {
    /// The query.
    pub query: String,
    /// Its results.
    pub back: String,
    /// Pages it found.
    pub total: u64,
    /// Pages of them that were read.
    pub read: u64,
    /// The words, the most telling first.
    pub rows: Vec<TellingRow>,
}

/// A word that sets a result apart.
#[derive(Clone, PartialEq, Debug)]
pub struct TellingRow {
    /// The word.
    pub word: String,
    /// On how many of the pages read it stands.
    pub pages: u64,
    /// On how many of the case.
    pub in_case: u64,
    /// The measure.
    pub score: f64,
    /// The results that have it.
    pub href: String,
}

/// Writes the words that set a result apart.
#[must_use]
pub fn telling(frame: &Frame, view: &TellingView) -> Markup {
    let words = frame.words;
    let counts = [("read", words.number(view.read)), ("total", words.number(view.total))];
    let counts: Vec<(&str, &str)> = counts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let body = html! {
        div.plain {
            p { a.back href=(view.back) { "← " (words.back_to_results) } }
            h1 { (words.telling_words) }
            p.read-as { span.dim { (words.query_word) ": " } bdi.term lang="und" dir="auto" { (exhibit_model::shown(&view.query)) } }
            p.dim { (words.telling_note) " " (fill(words.telling_read, &counts)) }
            @if view.rows.is_empty() { p.lead { (words.no_telling_words) } } @else { (table(words, view)) }
        }
    };
    frame.page(Section::Search, words.telling_words, &CssRules::default(), body)
}

fn table(words: &Words, view: &TellingView) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table.list.words {
                thead {
                    tr {
                        th scope="col" { (words.word_column) }
                        th.n scope="col" { (words.pages_here_column) }
                        th.n scope="col" { (words.pages_in_case_column) }
                        th.n scope="col" { (words.measure_column) }
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
