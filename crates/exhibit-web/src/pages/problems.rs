//! The list of problems: items that need a look, grouped by cause.

use crate::css_rules::CssRules;
use crate::frame::{Frame, Section};
use crate::untrusted::{Name, ltr};
use crate::words::{Words, fill};
use exhibit_model::State;
use maud::{Markup, html};

/// What the list of problems shows.
#[derive(Clone, Debug, Default)]
pub struct ProblemsView {
    /// The causes, most frequent first within their state.
    pub causes: Vec<Cause>,
    /// How many items were looked at.
    pub items: u64,
    /// How many still wait to be read.
    pub waiting: u64,
    /// How many problems were grouped, where there are more.
    pub cut: Option<u64>,
}

/// One cause.
#[derive(Clone, Debug)]
pub struct Cause {
    /// What became of the items.
    pub state: State,
    /// The reason that they share; empty where the state says all.
    pub reason: Name,
    /// How many.
    pub count: u64,
    /// Some of them.
    pub sample: Vec<Sample>,
    /// The list of all.
    pub all: String,
}

/// An item with the problem.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: Name,
    /// Where it was found, without its name.
    pub path: Name,
    /// Its page.
    pub href: String,
}

/// Writes the list of problems.
#[must_use]
pub fn page(frame: &Frame, view: &ProblemsView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.problems) }
            @if view.waiting > 0 { p.warn { (words.still_reading.of(view.waiting)) } }
            @if view.causes.is_empty() {
                p.lead { (words.no_problems) }
                p { (words.no_problems_checked.of(view.items)) }
            } @else {
                p { (words.problems_safe) }
                @if let Some(n) = view.cut { p.warn { (fill(words.problems_cut, &[("n", &words.number(n))])) } }
                @for cause in &view.causes { (self::cause(words, cause)) }
            }
        }
    };
    frame.page(Section::Problems, words.problems, &CssRules::default(), body)
}

fn cause(words: &Words, cause: &Cause) -> Markup {
    html! {
        section.cause data-row {
            h2 {
                (words.state(cause.state))
                @if !cause.reason.is_empty() { ": " (cause.reason.show()) }
                " " span.count { (words.items_in_list.of(cause.count)) }
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
            @if cause.count > cause.sample.len() as u64 { p { a href=(cause.all) { (words.show_all.of(cause.count)) } } }
        }
    }
}
