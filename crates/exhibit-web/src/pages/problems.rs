//! The list of problems: items that need attention, grouped by cause.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::coverage;
use crate::css_rules::CssRules;
use crate::display;
use crate::frame::Frame;
use crate::links::{self, Place};
use crate::page_error::PageError;
use crate::pages::Page;
use crate::params::Params;
use crate::samples::HOSTILE;
use crate::untrusted::{Name, ltr};
use crate::words::{ENGLISH, Words};
use exhibit_case::CaseError;
use exhibit_catalogue::{Account, Item, ItemFilter};
use exhibit_model::State;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// The data of the list of problems.
#[derive(Clone, Debug, Default)]
pub struct ProblemsView {
    /// The causes, most frequent first within their state.
    pub causes: Vec<Cause>,
    /// How many items were examined.
    pub items: u64,
    /// How many still wait to be read.
    pub waiting: u64,
    /// Pages that wait for OCR, and that it could not read, as texts.
    pub pages: Vec<String>,
    /// Intakes that have not ended.
    pub intakes: Vec<Name>,
    /// How many problems were grouped, if there are more.
    pub cut: Option<u64>,
}

/// One cause.
#[derive(Clone, Debug)]
pub struct Cause {
    /// The state of the items.
    pub state: State,
    /// The reason of one of them; empty if the state is enough.
    pub reason: Name,
    /// Whether the reasons of others differ in their values.
    pub similar: bool,
    /// How many.
    pub count: u64,
    /// Some of them.
    pub sample: Vec<ProblemItem>,
    /// The list of all.
    pub all: String,
}

/// An item with the problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProblemItem {
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: Name,
    /// Where it was found, without its name.
    pub path: Name,
    /// Its page.
    pub href: String,
}

/// The list of problems.
#[derive(Debug)]
pub struct Problems;

impl Page for Problems {
    type View = ProblemsView;

    fn load(app: &App, _: &Params) -> Result<Loaded<ProblemsView>, PageError> {
        Ok(Loaded::new(AccessEvent::Problems, load(app)?))
    }

    fn render(frame: &Frame, view: &ProblemsView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, ProblemsView)> {
        let none = ProblemsView { items: 812, ..ProblemsView::default() };
        vec![("problems", sample()), ("problems-none", none)]
    }
}

// Problems read for grouping, and items listed for each group.
const GROUPED: u32 = 10_000;
const NAMED: usize = 8;

fn load(app: &App) -> Result<ProblemsView, PageError> {
    let states: Vec<State> = State::ALL.into_iter().filter(|state| state.is_problem()).collect();
    let found = app.view().items(&ItemFilter { states, most: GROUPED, ..ItemFilter::default() })?;
    let account = app.view().account()?;
    // by their codes: different wording by a parser does not make another cause
    let mut groups: BTreeMap<(State, Vec<String>), Vec<&Item>> = BTreeMap::new();
    for item in &found {
        groups.entry((item.state, item.causes())).or_default().push(item);
    }
    let mut causes = Vec::with_capacity(groups.len());
    for ((state, _), items) in groups {
        let reasons: BTreeSet<String> =
            items.iter().map(|item| display::why(app.words(), item)).collect();
        let sample: Result<Vec<ProblemItem>, CaseError> =
            items.iter().take(NAMED).map(|item| item_of(app, item)).collect();
        causes.push(Cause {
            state,
            similar: reasons.len() > 1,
            reason: reasons.first().map(|reason| Name::from(reason.as_str())).unwrap_or_default(),
            count: items.len() as u64,
            sample: sample?,
            all: links::items(state.word(), "", 0),
        });
    }
    causes.sort_by_key(|cause| (cause.state, std::cmp::Reverse(cause.count)));
    Ok(ProblemsView {
        causes,
        items: account.items.values().sum(),
        waiting: account.in_state(State::Waiting),
        pages: unread_pages(app.words(), &account),
        intakes: account
            .intakes
            .iter()
            .map(|intake| coverage::intake_text(app.words(), intake))
            .collect(),
        cut: (found.len() == GROUPED as usize).then_some(u64::from(GROUPED)),
    })
}

fn unread_pages(words: &Words, account: &Account) -> Vec<String> {
    let waiting = account.pages_waiting_for_ocr;
    let failed = account.pages_ocr_failed;
    let waiting = (waiting > 0).then(|| words.unsearched_waiting_for_ocr(waiting));
    waiting.into_iter().chain((failed > 0).then(|| words.unsearched_ocr_failed(failed))).collect()
}

fn item_of(app: &App, item: &Item) -> Result<ProblemItem, CaseError> {
    let number = app.case.label(item.id);
    Ok(ProblemItem {
        name: display::name(&app.case, item),
        path: display::around(&app.view().path(item)?, &app.case.name(item)),
        href: links::document(&number, &Place::default()),
        number,
    })
}

fn page(frame: &Frame, view: &ProblemsView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.problems()) }
            (coverage::intakes(&view.intakes))
            @if view.waiting > 0 { p.warn { (words.still_reading(view.waiting)) } }
            @if !view.pages.is_empty() {
                section.cause {
                    h2 { (words.problems_pages()) }
                    ul { @for pages in &view.pages { li.warn { (pages) } } }
                    p.dim { (words.problems_pages_note()) }
                }
            }
            @if view.causes.is_empty() && view.pages.is_empty() && view.intakes.is_empty() && view.waiting == 0 {
                p.lead { (words.no_problems()) }
                p { (words.no_problems_checked(view.items)) }
            } @else if !view.causes.is_empty() {
                p { (words.problems_safe()) }
                @if let Some(n) = view.cut { p.warn { (words.problems_cut(n)) } }
                @for cause in &view.causes { (self::cause(words, cause)) }
            }
        }
    };
    frame.page(&words.problems(), &CssRules::default(), body)
}

fn cause(words: &Words, cause: &Cause) -> Markup {
    html! {
        section.cause data-row {
            h2 {
                (words.state(cause.state))
                @if !cause.reason.is_empty() {
                    ": " (cause.reason.show())
                    @if cause.similar { " " (words.problems_similar()) }
                }
                " " span.count { (words.items_in_list(cause.count)) }
            }
            p.dim { (words.what_to_do(cause.state)) }
            ul.samples {
                @for sample in &cause.sample {
                    li {
                        a href=(sample.href) { (sample.name.show()) } " " span.number { (ltr(&sample.number)) }
                        @if !sample.path.is_empty() { " " span.path { (sample.path.show()) } }
                    }
                }
            }
            @if cause.count > cause.sample.len() as u64 { p { a href=(cause.all) { (words.show_all(cause.count)) } } }
        }
    }
}

fn sample() -> ProblemsView {
    let cause = |state: State, reason: &str, count, sample| Cause {
        state,
        reason: Name::new(reason),
        similar: count > 5 && !reason.is_empty(),
        count,
        sample,
        all: links::items(state.word(), "", 0),
    };
    ProblemsView {
        causes: vec![
            cause(
                State::Encrypted,
                "",
                12,
                vec![
                    item(31, "名单(加密).zip".as_bytes(), "disk2/"),
                    item(77, b"list.pdf", "mail/"),
                ],
            ),
            cause(
                State::Failed,
                "the cross-reference table ends too early",
                7,
                vec![item(1044, HOSTILE, "disk2/<b>/")],
            ),
            cause(
                State::Truncated,
                "more than 1,000,000 members",
                1,
                vec![item(1051, b"big.zip", "")],
            ),
        ],
        items: 1_204,
        waiting: 18,
        pages: vec![ENGLISH.unsearched_waiting_for_ocr(310), ENGLISH.unsearched_ocr_failed(3)],
        intakes: vec![coverage::intake_text(&ENGLISH, &coverage::sample_intake())],
        cut: Some(10_000),
    }
}

fn item(number: u32, name: &[u8], path: &str) -> ProblemItem {
    let number = format!("EXH-{number:06}");
    let href = links::document(&number, &Place::default());
    ProblemItem { number, name: Name::new(name), path: Name::from(path), href }
}
