//! The overview: what the case holds, what became of it, and whether the account is complete.

use crate::css_rules::CssRules;
use crate::frame::{Frame, Section};
use crate::untrusted::ltr;
use crate::words::{Words, fill};
use exhibit_model::State;
use maud::{Markup, html};

/// What the overview shows.
#[derive(Clone, Debug, Default)]
pub struct OverviewView {
    /// How many items have each state, in the order of [`State::ALL`].
    pub states: Vec<(State, u64)>,
    /// How many originals are kept, each content once.
    pub originals: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Pages read.
    pub pages: u64,
    /// Pages that wait for OCR.
    pub waiting_for_ocr: u64,
    /// Pages searchable now.
    pub searchable: u64,
    /// Counts by kind, most first.
    pub kinds: Vec<Count>,
    /// Counts by language, most first.
    pub languages: Vec<Count>,
    /// How many sources there are.
    pub sources: u64,
    /// Pages that OCR read.
    pub by_ocr: u64,
    /// Pages that OCR could not read.
    pub ocr_failed: u64,
    /// Containers and sources whose members do not add up.
    pub gaps: Vec<Gap>,
    /// Entries of the custody log, and the last entry's address.
    pub log: Option<(u64, String)>,
}

/// A value and how often it occurs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Count {
    /// How it is called.
    pub label: String,
    /// How many.
    pub count: u64,
    /// The list of them.
    pub href: Option<String>,
}

/// A container or source whose members do not add up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The container's number and address; `None` for a source.
    pub container: Option<(String, String)>,
    /// How many members its reader met.
    pub found: u64,
    /// How many the ledger has.
    pub listed: u64,
}

/// Writes the overview.
#[must_use]
pub fn page(frame: &Frame, view: &OverviewView) -> Markup {
    let words = frame.words;
    let mut rules = CssRules::default();
    let found: u64 = view.states.iter().map(|(_, count)| count).sum();
    let body = html! {
        div.plain {
            h1 { (words.overview) }
            @if found == 0 {
                p.lead { (words.nothing_taken_in) }
                p { code { "exhibit ingest FOLDER" } }
            } @else {
                (figures(words, view, found))
                (account(words, view, found))
                div.columns {
                    (bars(words, 0, words.by_state, &states(words, view), &mut rules))
                    (bars(words, 1, words.by_kind, &view.kinds, &mut rules))
                    (bars(words, 2, words.by_language, &view.languages, &mut rules))
                }
                @if let Some((entries, href)) = &view.log {
                    h2 { (words.log) }
                    p { a href=(href) { (words.log_entries.of(*entries)) } }
                }
            }
        }
    };
    frame.page(Section::Overview, words.overview, &rules, body)
}

fn figures(words: &Words, view: &OverviewView, found: u64) -> Markup {
    html! {
        form.query role="search" method="get" action="/search" {
            input.box type="search" name="q" dir="auto" lang="und" aria-label=(words.query) autocomplete="off" spellcheck="false" data-key="/";
            button.primary type="submit" { (words.search_button) }
        }
        ul.figures {
            li { strong { (words.number(found)) } " " (words.files_and_members) " · " (words.sources.of(view.sources)) }
            li { strong { (words.number(view.originals)) } " " (words.originals) " · " (words.bytes_short(view.bytes)) }
            li { strong { (words.number(view.pages)) } " " (words.pages_read) @if view.by_ocr > 0 { " · " (words.number(view.by_ocr)) " " (words.pages_by_ocr) } }
            li { strong { (words.number(view.searchable)) } " " (words.pages_searchable) }
            @if view.ocr_failed > 0 { li.warn { strong { (words.number(view.ocr_failed)) } " " (words.pages_ocr_failed) } }
            @if view.waiting_for_ocr > 0 {
                li.warn { strong { (words.number(view.waiting_for_ocr)) } " " (words.pages_waiting_for_ocr) }
            }
        }
    }
}

fn states(words: &Words, view: &OverviewView) -> Vec<Count> {
    let shown = view.states.iter().filter(|(_, count)| *count > 0);
    shown
        .map(|(state, count)| Count {
            label: words.state(*state).to_owned(),
            count: *count,
            href: Some(crate::links::items(state.word(), "", 0)),
        })
        .collect()
}

/// The account: every item has exactly one state, and what each container and source held adds up.
fn account(words: &Words, view: &OverviewView, found: u64) -> Markup {
    let terms: Vec<String> = view
        .states
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{} {}", words.number(*count), words.state(*state)))
        .collect();
    let waiting = view.states.iter().find(|(state, _)| *state == State::Waiting).map_or(0, |(_, count)| *count);
    html! {
        h2 { (words.account) }
        p.account { (words.number(found)) " " (words.found) " = " (terms.join(" + ")) }
        @if waiting > 0 {
            p.warn { (words.still_reading.of(waiting)) }
        }
        @if !view.gaps.is_empty() {
            div.trouble role="alert" {
                p { strong { "! " (words.account_broken) } " " (words.account_advice) }
                ul {
                    @for gap in &view.gaps {
                        li {
                            @match &gap.container { Some((number, href)) => a href=(href) { (ltr(number)) }, None => (words.the_source) }
                            ": " (fill(words.account_gap, &[("found", &words.number(gap.found)), ("listed", &words.number(gap.listed))]))
                        }
                    }
                }
            }
        } @else if waiting == 0 {
            p.ok { "✓ " (words.account_complete) }
        }
    }
}

fn bars(words: &Words, group: usize, title: &str, counts: &[Count], rules: &mut CssRules) -> Markup {
    let most = counts.iter().map(|count| count.count).max().unwrap_or(0).max(1);
    html! {
        @if !counts.is_empty() {
            section {
                h2 { (title) }
                table.bars {
                    @for (n, count) in counts.iter().enumerate() {
                        tr {
                            th scope="row" { @match &count.href { Some(href) => a href=(href) { (count.label) }, None => (count.label) } }
                            td.n { (words.number(count.count)) }
                            td.track aria-hidden="true" { span.fill id=(rules.bar(group, n, share(count.count, most))) {} }
                        }
                    }
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a bar's length needs no more than 24 bits")]
fn share(count: u64, most: u64) -> f32 {
    count as f32 / most as f32
}
