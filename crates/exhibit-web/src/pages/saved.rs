//! The saved searches: what each finds now, and what of it is new.

use crate::css_rules::CssRules;
use crate::forms::{Undo, undo};
use crate::frame::{Frame, Section};
use crate::pages::search::view::token;
use crate::untrusted::{Name, ltr};
use crate::words::{Words, fill};
use maud::{Markup, html};

/// A saved search.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SavedRow {
    /// Its name.
    pub name: String,
    /// The query.
    pub query: String,
    /// Whether words are found only as they are written.
    pub exact: bool,
    /// Its results.
    pub href: String,
    /// Documents that it finds now; none where the query cannot be understood any more.
    pub documents: Option<u64>,
    /// When it was last looked at.
    pub seen: Option<String>,
    /// How many are new since.
    pub new: u64,
    /// Some of them: number and address.
    pub first_new: Vec<(String, String)>,
}

/// Writes the list.
#[must_use]
pub fn page(frame: &Frame, rows: &[SavedRow], done: Option<&Undo>) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.saved) }
            (undo(frame, done))
            p.dim { (words.saved_note) }
            @if rows.is_empty() { p.lead { (words.nothing_saved) } }
            ul.cards { @for row in rows { (card(frame, row)) } }
        }
    };
    frame.page(Section::Saved, words.saved, &CssRules::default(), body)
}

fn card(frame: &Frame, row: &SavedRow) -> Markup {
    let words = frame.words;
    html! {
        li.cause data-row {
            h2 { a href=(row.href) { (Name::from(row.name.as_str()).show()) } }
            p.read-as {
                bdi.term lang="und" dir="auto" { (exhibit_model::shown(&row.query)) }
                @if row.exact { span.dim { " · " (words.exact_word) } }
            }
            p {
                @match row.documents {
                    Some(documents) => (words.documents.of(documents)),
                    None => span.warn { (words.query_unreadable) },
                }
                @if let Some(seen) = &row.seen { ", " (news(words, row, seen)) }
            }
            @if !row.first_new.is_empty() {
                p.new {
                    span.dim { (words.new_word) ": " }
                    @for (number, href) in &row.first_new { a href=(href) { (ltr(number)) } " " }
                    @if row.new > row.first_new.len() as u64 { "…" }
                }
            }
            div.send {
                (button(frame, "/saved/run", row, words.saved_run))
                " "
                (button(frame, "/saved/rm", row, words.forget))
            }
        }
    }
}

fn news(words: &Words, row: &SavedRow, seen: &str) -> Markup {
    html! { strong { (words.new_since.of(row.new)) } " " span.dim { (fill(words.since, &[("when", seen)])) } }
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
