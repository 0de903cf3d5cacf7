//! The overview: what the case holds, what became of it, and whether the account is complete.

use crate::frame::{Frame, Section};
use crate::positions::Positions;
use crate::trove::{Name, ltr};
use crate::words::{Words, fill};
use exhibit_model::State;
use maud::{Markup, html};

/// What the overview shows.
#[derive(Clone, Debug, Default)]
pub struct OverviewView {
    /// How many items have each state, in the order of [`State::ALL`].
    pub states: Vec<(State, u64)>,
    /// How many files and members were found.
    pub found: u64,
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
    /// The sources, in order of receipt.
    pub sources: Vec<Source>,
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

/// A source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its name.
    pub name: Name,
    /// When it was received.
    pub received: String,
    /// How many items came from it, members included.
    pub items: u64,
}

/// Writes the overview.
#[must_use]
pub fn page(frame: &Frame, view: &OverviewView) -> Markup {
    let words = frame.words;
    let mut positions = Positions::default();
    let body = html! {
        div.plain {
            h1 { (words.overview) }
            @if view.found == 0 {
                p.lead { (words.nothing_taken_in) }
                p { code { "exhibit ingest FOLDER" } }
            } @else {
                (figures(words, view))
                (account(words, view))
                div.columns {
                    (bars(words, 0, words.by_state, &states(words, view), &mut positions))
                    (bars(words, 1, words.by_kind, &view.kinds, &mut positions))
                    (bars(words, 2, words.by_language, &view.languages, &mut positions))
                }
                (sources(words, &view.sources))
                @if let Some((entries, href)) = &view.log {
                    h2 { (words.log) }
                    p { a href=(href) { (words.log_entries.of(*entries)) } }
                }
            }
        }
    };
    frame.page(Section::Overview, words.overview, &positions, body)
}

fn figures(words: &Words, view: &OverviewView) -> Markup {
    html! {
        form.query role="search" method="get" action="/search" {
            input.box type="search" name="q" dir="auto" lang="und" aria-label=(words.query) autocomplete="off" spellcheck="false" data-key="/";
            button.primary type="submit" { (words.search_button) }
        }
        ul.figures {
            li { strong { (words.number(view.found)) } " " (words.files_and_members) }
            li { strong { (words.number(view.originals)) } " " (words.originals) " · " (words.bytes_short(view.bytes)) }
            li { strong { (words.number(view.pages)) } " " (words.pages_read) }
            li { strong { (words.number(view.searchable)) } " " (words.pages_searchable) }
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

/// The account: every item found has exactly one state, and the states add up.
fn account(words: &Words, view: &OverviewView) -> Markup {
    let sum: u64 = view.states.iter().map(|(_, count)| count).sum();
    let terms: Vec<String> = view
        .states
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{} {}", words.number(*count), words.state(*state)))
        .collect();
    let waiting = view.states.iter().find(|(state, _)| *state == State::Waiting).map_or(0, |(_, count)| *count);
    html! {
        h2 { (words.account) }
        p.account { (words.number(view.found)) " " (words.found) " = " (terms.join(" + ")) }
        @if sum != view.found {
            p.trouble role="alert" {
                strong { "! " (words.account_broken) } " "
                (fill(words.account_difference, &[("found", &words.number(view.found)), ("sum", &words.number(sum))]))
            }
        } @else if waiting > 0 {
            p.warn { (words.still_reading.of(waiting)) }
        } @else {
            p.ok { "✓ " (words.account_complete) }
        }
    }
}

fn bars(words: &Words, group: usize, title: &str, counts: &[Count], positions: &mut Positions) -> Markup {
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
                            td.track aria-hidden="true" { span.fill id=(positions.bar(group, n, share(count.count, most))) {} }
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

fn sources(words: &Words, sources: &[Source]) -> Markup {
    html! {
        @if !sources.is_empty() {
            h2 { (words.sources) }
            div.scroll tabindex="0" {
                table.list {
                    thead { tr { th scope="col" { (words.source) } th scope="col" { (words.received) } th.n scope="col" { (words.items) } } }
                    tbody {
                        @for source in sources {
                            tr { td { (source.name.show()) } td { (ltr(&source.received)) } td.n { (words.number(source.items)) } }
                        }
                    }
                }
            }
        }
    }
}
