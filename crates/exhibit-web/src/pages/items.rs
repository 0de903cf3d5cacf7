//! The list of items: every file and every member of every container, one row each.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::css_rules::CssRules;
use crate::display;
use crate::frame::{Frame, pager};
use crate::links::{self, Place};
use crate::page_error::PageError;
use crate::pages::Page;
use crate::params::Params;
use crate::samples::HOSTILE;
use crate::untrusted::{Name, ltr};
use crate::words::Words;
use exhibit_case::CaseError;
use exhibit_catalogue::{Item, ItemFilter};
use exhibit_model::{ItemId, State};
use maud::{Markup, html};

/// The data of the list.
#[derive(Clone, Debug, Default)]
pub struct ItemsView {
    /// The state that is listed.
    pub state: Option<State>,
    /// The container whose members are listed: its number, name and address.
    pub container: Option<(String, Name, String)>,
    /// How many there are in all, if known.
    pub total: Option<u64>,
    /// The rows shown.
    pub rows: Vec<ItemRow>,
    /// The start of the list, if the rows shown are further on.
    pub first: Option<String>,
    /// The next page of rows.
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
    /// The name of its kind; empty if unknown.
    pub kind: String,
    /// Its state.
    pub state: State,
    /// The reason, for states that need one.
    pub reason: Name,
    /// How many pages it has.
    pub pages: u64,
    /// Its size in bytes, if it has bytes.
    pub size: Option<u64>,
}

/// The list of items.
#[derive(Debug)]
pub struct Items;

impl Page for Items {
    type View = ItemsView;

    fn load(app: &App, params: &Params) -> Result<Loaded<ItemsView>, PageError> {
        load(app, params)
    }

    fn render(frame: &Frame, view: &ItemsView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, ItemsView)> {
        let container =
            Some(("EXH-000126".to_owned(), Name::from("通知.zip"), "/doc/EXH-000126".to_owned()));
        vec![
            ("items", sample()),
            ("items-members", ItemsView { container, ..sample() }),
            ("items-none", ItemsView { state: Some(State::Failed), ..ItemsView::default() }),
        ]
    }
}

// Rows on a page of the list.
const ROWS: u32 = 100;

fn load(app: &App, params: &Params) -> Result<Loaded<ItemsView>, PageError> {
    let (case, view) = (&app.case, app.view());
    let state = State::from_word(params.text("state"));
    let container = match params.text("in") {
        "" => None,
        number => Some(view.item(view.resolve(number)?)?),
    };
    let after = i64::try_from(params.number("after")).unwrap_or(i64::MAX);
    let filter = ItemFilter {
        states: state.into_iter().collect(),
        container: container.as_ref().map(|item| item.duplicate_of.unwrap_or(item.id)),
        after: (after > 0).then_some(ItemId::new(after)),
        most: ROWS + 1,
    };
    let mut found = view.items(&filter)?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let total = match (&container, state) {
        (Some(_), _) => None,
        (None, Some(state)) => Some(view.account()?.items.get(&state).copied().unwrap_or(0)),
        (None, None) => Some(view.account()?.items.values().sum()),
    };
    let word = state.map_or("", State::word);
    let number = container.as_ref().map(|item| case.label(item.id)).unwrap_or_default();
    let last = found.last().map_or(0, |item| item.id.get().unsigned_abs());
    let event = AccessEvent::Items { container: container.as_ref().map(|item| item.id) };
    let rows: Result<Vec<ItemRow>, CaseError> =
        found.iter().map(|item| row(app, app.words(), item)).collect();
    let view = ItemsView {
        state,
        container: container.map(|item| (number.clone(), display::name(case, &item), to(&number))),
        total,
        rows: rows?,
        first: (after > 0).then(|| links::items(word, &number, 0)),
        later: more.then(|| links::items(word, &number, last)),
    };
    Ok(Loaded::new(event, view))
}

fn to(number: &str) -> String {
    links::document(number, &Place::default())
}

fn row(app: &App, words: &Words, item: &Item) -> Result<ItemRow, CaseError> {
    let number = app.case.label(item.id);
    Ok(ItemRow {
        href: to(&number),
        number,
        name: display::name(&app.case, item),
        path: display::around(&app.view().path(item)?, &app.case.name(item)),
        kind: words.kind(&item.media_type),
        state: item.state,
        reason: Name::from(display::why(words, item).as_str()),
        pages: u64::from(item.pages),
        size: item.original.map(|_| item.size),
    })
}

fn page(frame: &Frame, view: &ItemsView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 {
                (words.items())
                @if let Some(state) = view.state { ": " (words.state(state)) }
            }
            @if let Some((number, name, href)) = &view.container {
                p { (words.members_of()) " " a href=(href) { (name.show()) } " " span.number { (ltr(number)) } }
            }
            (filters(words, view))
            @if let Some(total) = view.total { p.dim role="status" { (words.items_in_list(total)) } }
            @if view.rows.is_empty() { p.lead { (words.no_items()) } } @else { (table(words, &view.rows)) }
            (pager(words, view.first.as_deref().map(|href| (href, words.first_rows())), view.later.as_deref()))
        }
    };
    frame.page(&words.items(), &CssRules::default(), body)
}

fn filters(words: &Words, view: &ItemsView) -> Markup {
    let container = view.container.as_ref().map_or("", |(number, _, _)| number);
    html! {
        nav.filters aria-label=(words.by_state()) {
            a href=(crate::links::items("", container, 0)) aria-current=[view.state.is_none().then_some("true")] { (words.all()) }
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
                        th scope="col" { (words.number_column()) }
                        th scope="col" { (words.name()) }
                        th scope="col" { (words.kind_column()) }
                        th scope="col" { (words.state_column()) }
                        th.n scope="col" { (words.pages_column()) }
                        th.n scope="col" { (words.size()) }
                    }
                }
                tbody { @for row in rows { (row_of(words, row)) } }
            }
        }
    }
}

fn row_of(words: &Words, row: &ItemRow) -> Markup {
    html! {
        tr data-row {
            td.number { (ltr(&row.number)) }
            td.name {
                a href=(row.href) { (row.name.show()) }
                @if row.name.is_disguised() { " " span.pill.bad { "! " (words.disguised_name()) } }
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

fn sample() -> ItemsView {
    let row = |number: u32, name: &[u8], kind, state, reason: &str| ItemRow {
        number: format!("EXH-{number:06}"),
        href: links::document(&format!("EXH-{number:06}"), &Place::default()),
        name: Name::new(name),
        path: Name::from("disk2/综合科/2019/"),
        kind,
        state,
        reason: Name::new(reason),
        pages: 3,
        size: Some(482_133),
    };
    ItemsView {
        total: Some(1_204),
        rows: vec![
            row(
                127,
                "关于规范仓库出入登记工作的通知.pdf".as_bytes(),
                "PDF".to_owned(),
                State::Read,
                "",
            ),
            row(398, "ئامبار تىزىملىكى 2019-4.docx".as_bytes(), "Word".to_owned(), State::Read, ""),
            row(
                1044,
                HOSTILE,
                "PDF".to_owned(),
                State::Failed,
                "the cross-reference table ends too early",
            ),
            ItemRow {
                size: None,
                pages: 0,
                ..row(1045, b"link", "".to_owned(), State::Unsupported, "a symbolic link")
            },
        ],
        later: Some(links::items("", "", 100)),
        ..ItemsView::default()
    }
}
