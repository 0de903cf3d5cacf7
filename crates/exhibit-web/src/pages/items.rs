//! The list of items: every file and every member of every container, one row each.

use crate::css_rules::CssRules;
use crate::frame::{Frame, Section, pager};
use crate::untrusted::{Name, ltr};
use crate::words::Words;
use exhibit_model::State;
use maud::{Markup, html};

/// What the list shows.
#[derive(Clone, Debug, Default)]
pub struct ItemsView {
    /// The state asked for.
    pub state: Option<State>,
    /// The container whose members are listed: its number, name and address.
    pub container: Option<(String, Name, String)>,
    /// How many there are in all, where that is known.
    pub total: Option<u64>,
    /// The rows shown.
    pub rows: Vec<ItemRow>,
    /// The beginning of the list, where the rows shown are further on.
    pub first: Option<String>,
    /// The page of rows after.
    pub later: Option<String>,
}

/// One item.
#[derive(Clone, Debug)]
pub struct ItemRow {
    /// Its number, such as `EXH-000127`.
    pub number: String,
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: Name,
    /// Where it was found, without its name.
    pub path: Name,
    /// The word for its kind; empty where unknown.
    pub kind: &'static str,
    /// What became of it.
    pub state: State,
    /// Why, for states that need a reason.
    pub reason: Name,
    /// How many pages it has.
    pub pages: u64,
    /// Its size in bytes, where it has bytes.
    pub size: Option<u64>,
}

/// Writes the list.
#[must_use]
pub fn page(frame: &Frame, view: &ItemsView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 {
                (words.items)
                @if let Some(state) = view.state { ": " (words.state(state)) }
            }
            @if let Some((number, name, href)) = &view.container {
                p { (words.members_of) " " a href=(href) { (name.show()) } " " span.number { (ltr(number)) } }
            }
            (filters(words, view))
            @if let Some(total) = view.total { p.dim role="status" { (words.items_in_list.of(total)) } }
            @if view.rows.is_empty() { p.lead { (words.no_items) } } @else { (table(words, &view.rows)) }
            (pager(words, view.first.as_deref().map(|href| (href, words.first_rows)), view.later.as_deref()))
        }
    };
    frame.page(Section::Items, words.items, &CssRules::default(), body)
}

fn filters(words: &Words, view: &ItemsView) -> Markup {
    let container = view.container.as_ref().map_or("", |(number, _, _)| number);
    html! {
        nav.filters aria-label=(words.by_state) {
            a href=(crate::links::items("", container, 0)) aria-current=[view.state.is_none().then_some("true")] { (words.all) }
            @for state in State::ALL {
                a href=(crate::links::items(state.word(), container, 0)) aria-current=[(view.state == Some(state)).then_some("true")] {
                    (words.state(state))
                }
            }
        }
    }
}

fn table(words: &Words, rows: &[ItemRow]) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table.list {
                thead {
                    tr {
                        th scope="col" { (words.number_column) }
                        th scope="col" { (words.name) }
                        th scope="col" { (words.kind_column) }
                        th scope="col" { (words.state_column) }
                        th.n scope="col" { (words.pages_column) }
                        th.n scope="col" { (words.size) }
                    }
                }
                tbody { @for row in rows { (item(words, row)) } }
            }
        }
    }
}

fn item(words: &Words, row: &ItemRow) -> Markup {
    html! {
        tr data-row {
            td.number { (ltr(&row.number)) }
            td.name {
                a href=(row.href) { (row.name.show()) }
                @if row.name.is_disguised() { " " span.pill.bad { "! " (words.disguised_name) } }
                @if !row.path.is_empty() { br; span.path { (row.path.show()) } }
            }
            td { (row.kind) }
            td {
                span.pill.warn[row.state.is_problem()] { (words.state(row.state)) }
                @if !row.reason.is_empty() { br; span.dim { (row.reason.show()) } }
            }
            td.n { @if row.pages > 0 { (words.number(row.pages)) } }
            td.n { @if let Some(size) = row.size { (words.bytes_short(size)) } }
        }
    }
}
