//! The routes of the lists of items and of problems.

use crate::admission::RequestContext;
use crate::app::App;
use crate::display as shown;
use crate::frame::Frame;
use crate::links::{self, Place};
use crate::pages::items::{ItemRow, ItemsView};
use crate::pages::problems::{Cause, ProblemsView, Sample};
use crate::pages::{PageError, Params, answer};
use crate::pages::{items, problems};
use crate::untrusted::Name;
use crate::words::Words;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use exhibit_case::CaseError;
use exhibit_catalogue::{Item, ItemFilter};
use exhibit_model::{ItemId, State as ItemState};
use maud::Markup;
use std::collections::BTreeMap;
use std::sync::Arc;

// Rows on a page of the list.
const ROWS: u32 = 100;
// Problems read to be grouped, and items named of each group.
const GROUPED: u32 = 10_000;
const NAMED: usize = 8;

/// Lists items.
pub(crate) async fn items(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    params: Params,
) -> Response {
    answer(app, context, move |app, frame| list(app, frame, &params)).await
}

fn list(app: &App, frame: &Frame, params: &Params) -> Result<Markup, PageError> {
    let case = &app.case;
    let state = ItemState::from_word(params.text("state"));
    let container = match params.text("in") {
        "" => None,
        number => Some(case.item(case.resolve(number)?)?),
    };
    let after = i64::try_from(params.number("after")).unwrap_or(i64::MAX);
    let filter = ItemFilter {
        states: state.into_iter().collect(),
        container: container.as_ref().map(|item| item.duplicate_of.unwrap_or(item.id)),
        after: (after > 0).then_some(ItemId(after)),
        most: ROWS + 1,
    };
    let mut found = case.items(&filter)?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let total = match (&container, state) {
        (Some(_), _) => None,
        (None, Some(state)) => Some(case.account()?.items.get(&state).copied().unwrap_or(0)),
        (None, None) => Some(case.account()?.items.values().sum()),
    };
    let word = state.map_or("", ItemState::word);
    let number = container.as_ref().map(|item| case.label(item.id)).unwrap_or_default();
    let last = found.last().map_or(0, |item| item.id.0.unsigned_abs());
    let rows: Result<Vec<ItemRow>, CaseError> = found.iter().map(|item| row(app, frame.words, item)).collect();
    let view = ItemsView {
        state,
        container: container.map(|item| (number.clone(), shown::name(case, &item), to(&number))),
        total,
        rows: rows?,
        first: (after > 0).then(|| links::items(word, &number, 0)),
        later: more.then(|| links::items(word, &number, last)),
    };
    Ok(items::page(frame, &view))
}

fn to(number: &str) -> String {
    links::document(number, &Place::default())
}

fn row(app: &App, words: &Words, item: &Item) -> Result<ItemRow, CaseError> {
    let number = app.case.label(item.id);
    Ok(ItemRow {
        href: to(&number),
        number,
        name: shown::name(&app.case, item),
        path: shown::around(&app.case.path(item)?, &app.case.name(item)),
        kind: words.kind(&item.media_type),
        state: item.state,
        reason: Name::from(item.reason.as_str()),
        pages: u64::from(item.pages),
        size: item.original.map(|_| item.size),
    })
}

/// Lists problems by their cause.
pub(crate) async fn problems(State(app): State<Arc<App>>, Extension(context): Extension<RequestContext>) -> Response {
    answer(app, context, grouped).await
}

fn grouped(app: &App, frame: &Frame) -> Result<Markup, PageError> {
    let states: Vec<ItemState> = ItemState::ALL.into_iter().filter(|state| state.is_problem()).collect();
    let found = app.case.items(&ItemFilter { states, most: GROUPED, ..ItemFilter::default() })?;
    let account = app.case.account()?;
    let mut groups: BTreeMap<(ItemState, &str), Vec<&Item>> = BTreeMap::new();
    for item in &found {
        groups.entry((item.state, item.reason.as_str())).or_default().push(item);
    }
    let mut causes = Vec::with_capacity(groups.len());
    for ((state, reason), items) in groups {
        let sample: Result<Vec<Sample>, CaseError> = items.iter().take(NAMED).map(|item| sample(app, item)).collect();
        causes.push(Cause {
            state,
            reason: Name::from(reason),
            count: items.len() as u64,
            sample: sample?,
            all: links::items(state.word(), "", 0),
        });
    }
    causes.sort_by_key(|cause| (cause.state, std::cmp::Reverse(cause.count)));
    let view = ProblemsView {
        causes,
        items: account.items.values().sum(),
        waiting: account.items.get(&ItemState::Waiting).copied().unwrap_or(0),
        cut: (found.len() == GROUPED as usize).then_some(u64::from(GROUPED)),
    };
    Ok(problems::page(frame, &view))
}

fn sample(app: &App, item: &Item) -> Result<Sample, CaseError> {
    let number = app.case.label(item.id);
    Ok(Sample {
        name: shown::name(&app.case, item),
        path: shown::around(&app.case.path(item)?, &app.case.name(item)),
        href: to(&number),
        number,
    })
}
