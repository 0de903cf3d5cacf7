//! The overview: what the case contains, the states of its items, and whether the account is complete.

use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::coverage;
use crate::css_rules::CssRules;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::page_error::PageError;
use crate::pages::Page;
use crate::pages::intake::{self, IntakeView};
use crate::params::Params;
use crate::untrusted::{Name, ltr};
use crate::words::Words;
use exhibit_case::Standing;
use exhibit_model::State;
use maud::{Markup, html};
use std::os::unix::ffi::OsStrExt as _;

/// The data of the overview.
#[derive(Clone, Debug, Default)]
pub struct OverviewView {
    /// How many items have each state, in the order of [`State::ALL`].
    pub states: Vec<(State, u64)>,
    /// How many originals are stored, each content once.
    pub originals: u64,
    /// Their size in bytes.
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
    /// Items in the state read that have pages which wait for OCR, or which it could not read.
    pub read_in_part: u64,
    /// Intakes that have not ended.
    pub intakes: Vec<Name>,
    /// Containers and sources whose members do not add up.
    pub gaps: Vec<Gap>,
    /// Entries of the custody log, and the last entry's address.
    pub log: Option<(u64, String)>,
    /// The intake that runs in this process, if it is not complete.
    pub intake: Option<IntakeView>,
    /// What this machine knows about the folder of the case.
    pub standing: Standing,
}

/// A value and how often it occurs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Count {
    /// Its name.
    pub label: String,
    /// The count.
    pub count: u64,
    /// The list of them.
    pub href: Option<String>,
}

/// A container or source whose members do not add up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The container's number and address; `None` for a source.
    pub container: Option<(String, String)>,
    /// How many members its reader found.
    pub found: u64,
    /// How many the ledger has.
    pub listed: u64,
}

/// The overview: counts only, no contents.
#[derive(Debug)]
pub struct Overview;

impl Page for Overview {
    type View = OverviewView;

    fn load(app: &App, params: &Params) -> Result<Loaded<OverviewView>, PageError> {
        let intake = intake::load(app, params);
        Ok(Loaded::new(AccessEvent::Nothing, OverviewView { intake, ..load(app)? }))
    }

    fn render(frame: &Frame, view: &OverviewView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, OverviewView)> {
        let broken = OverviewView {
            gaps: vec![
                Gap {
                    container: Some(("EXH-000126".to_owned(), "/doc/EXH-000126".to_owned())),
                    found: 3,
                    listed: 2,
                },
                Gap { container: None, found: 1_201, listed: 1_200 },
            ],
            ..sample()
        };
        let mut samples = vec![
            ("overview", sample()),
            ("overview-broken", broken),
            ("overview-empty", OverviewView::default()),
        ];
        let running = intake::samples()
            .map(|(name, view)| (name, OverviewView { intake: Some(view), ..sample() }));
        samples.extend(running);
        let copy = Standing::CopyOf("/home/user/Exhibit/<harbour>".into());
        let behind =
            Standing::Behind { size: 3_800, once: 4_120, last: Some("/media/disk/harbour".into()) };
        let lost = Standing::Behind { size: 3_800, once: 4_120, last: None };
        for (name, standing) in
            [("overview-copy", copy), ("overview-behind", behind), ("overview-lost", lost)]
        {
            samples.push((name, OverviewView { standing, ..sample() }));
        }
        let cut = OverviewView {
            intakes: vec![coverage::intake_text(
                &crate::words::ENGLISH,
                &coverage::sample_intake(),
            )],
            ..sample()
        };
        samples.push(("overview-interrupted", cut));
        samples
    }
}

// The most frequent kinds and languages; the rest would be a list of its own.
const MOST: usize = 12;

fn load(app: &App) -> Result<OverviewView, PageError> {
    let words = app.words();
    let account = app.view().account()?;
    let entries = app.view().log_size()?;
    let mut kinds: Vec<Count> = Vec::new();
    for (media_type, count) in &account.media_types {
        let label = words.kind(media_type);
        match kinds.iter_mut().find(|known| known.label == label) {
            Some(known) => known.count += count,
            None => kinds.push(Count { label: label.to_owned(), count: *count, href: None }),
        }
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds.truncate(MOST);
    let language = |(tag, count): &(String, u64)| Count {
        label: words.language_of(tag),
        count: *count,
        href: (tag != "und").then(|| links::search(&SearchPlace::of(&format!("lang:{tag}")))),
    };
    let gaps = account.gaps.iter().map(|gap| Gap {
        container: gap.container.map(|id| {
            let number = app.case.label(id);
            (number.clone(), links::document(&number, &Place::default()))
        }),
        found: gap.found,
        listed: gap.listed,
    });
    Ok(OverviewView {
        states: State::ALL
            .map(|state| (state, account.items.get(&state).copied().unwrap_or(0)))
            .into(),
        originals: account.originals,
        bytes: account.bytes,
        pages: account.pages_with_text(),
        read_in_part: account.read_in_part,
        intakes: account
            .intakes
            .iter()
            .map(|intake| coverage::intake_text(words, intake))
            .collect(),
        by_ocr: account.pages_by_ocr,
        waiting_for_ocr: account.pages_waiting_for_ocr,
        ocr_failed: account.pages_ocr_failed,
        searchable: app.view().searchable(),
        sources: account.sources,
        gaps: gaps.collect(),
        languages: account.languages.iter().take(MOST).map(language).collect(),
        kinds,
        log: entries.checked_sub(1).map(|last| (entries, links::log_entry(last))),
        intake: None,
        standing: (app.standing)(),
    })
}

fn page(frame: &Frame, view: &OverviewView) -> Markup {
    let words = frame.words;
    let mut rules = CssRules::default();
    let found: u64 = view.states.iter().map(|(_, count)| count).sum();
    let body = html! {
        div.plain {
            h1 { (words.overview()) }
            (standing(words, &view.standing))
            @if let Some(intake) = &view.intake { (intake::section(frame, intake)) }
            @if found == 0 {
                @if view.intake.is_none() {
                    p.lead { (words.nothing_taken_in()) }
                    p { code { "exhibit ingest FOLDER" } }
                }
            } @else {
                (figures(words, view, found))
                (account(words, view, found))
                div.columns {
                    (bars(words, 0, &words.by_state(), &states(words, view), &mut rules))
                    (bars(words, 1, &words.by_kind(), &view.kinds, &mut rules))
                    (bars(words, 2, &words.by_language(), &view.languages, &mut rules))
                }
                @if let Some((entries, href)) = &view.log {
                    h2 { (words.log()) }
                    p { a href=(href) { (words.log_entries(*entries)) } }
                }
            }
        }
    };
    let watched = view.intake.as_ref().is_some_and(|intake| intake.watched);
    let refresh = watched.then_some(intake::REFRESH);
    Frame { refresh, ..frame.clone() }.page(&words.overview(), &rules, body)
}

// Whatever is done in a copy, or in an earlier state, is not part of the case.
fn standing(words: &Words, standing: &Standing) -> Markup {
    let place = |folder: &std::path::Path| Name::new(folder.as_os_str().as_bytes()).show();
    html! {
        @match standing {
            Standing::Own => {}
            Standing::CopyOf(original) => div.trouble role="alert" {
                p { strong.bad { "! " (words.copy_of()) } " " (place(original)) }
                p { (words.copy_of_advice()) }
            },
            Standing::Behind { size, once, last } => div.trouble role="alert" {
                p { strong.bad { "! " (words.behind(*once, *size)) } }
                @match last {
                    Some(last) => p { (words.behind_elsewhere()) " " (place(last)) ". " (words.behind_advice()) },
                    None => p { (words.behind_nowhere()) },
                }
            },
        }
    }
}

fn figures(words: &Words, view: &OverviewView, found: u64) -> Markup {
    html! {
        form.query role="search" method="get" action="/search" {
            input.box type="search" name="q" dir="auto" lang="und" aria-label=(words.query()) autocomplete="off" spellcheck="false" data-key="/";
            button.primary type="submit" { (words.search_button()) }
        }
        ul.figures {
            li { strong { (words.number(found)) } " " (words.files_and_members()) " · " (words.sources(view.sources)) }
            li { strong { (words.number(view.originals)) } " " (words.originals()) " · " (words.bytes_short(view.bytes)) }
            li { strong { (words.number(view.pages)) } " " (words.pages_read()) @if view.by_ocr > 0 { " · " (words.number(view.by_ocr)) " " (words.pages_by_ocr()) } }
            li { strong { (words.number(view.searchable)) } " " (words.pages_searchable()) }
            @if view.ocr_failed > 0 { li.warn { strong { (words.number(view.ocr_failed)) } " " (words.pages_ocr_failed()) } }
            @if view.waiting_for_ocr > 0 {
                li.warn { strong { (words.number(view.waiting_for_ocr)) } " " (words.pages_waiting_for_ocr()) }
            }
        }
    }
}

// The states that items have, those that were read in part apart.
fn states(words: &Words, view: &OverviewView) -> Vec<Count> {
    let mut counts = Vec::new();
    for (state, count) in &view.states {
        let in_part = if *state == State::Read { view.read_in_part.min(*count) } else { 0 };
        let href = || Some(crate::links::items(state.word(), "", 0));
        let shown =
            [(words.state(*state).to_owned(), count - in_part), (words.read_in_part(), in_part)];
        counts.extend(
            shown.into_iter().filter(|(_, count)| *count > 0).map(|(label, count)| Count {
                label,
                count,
                href: href(),
            }),
        );
    }
    counts
}

/// The account: every item has exactly one state, the members of each container add up, and every source was received to
/// its end.
fn account(words: &Words, view: &OverviewView, found: u64) -> Markup {
    let terms: Vec<String> = states(words, view)
        .iter()
        .map(|term| format!("{} {}", words.number(term.count), term.label))
        .collect();
    let unread: u64 =
        view.states.iter().filter(|(state, _)| state.is_problem()).map(|(_, count)| count).sum();
    let unread = unread + view.read_in_part;
    let waiting = view
        .states
        .iter()
        .find(|(state, _)| *state == State::Waiting)
        .map_or(0, |(_, count)| *count);
    html! {
        h2 { (words.account()) }
        p.account { (words.number(found)) " " (words.found()) " = " (terms.join(" + ")) }
        @if waiting > 0 {
            p.warn { (words.still_reading(waiting)) }
        }
        @if !view.gaps.is_empty() {
            div.trouble role="alert" {
                p { strong { "! " (words.account_broken()) } " " (words.account_advice()) }
                ul {
                    @for gap in &view.gaps {
                        li {
                            @match &gap.container { Some((number, href)) => a href=(href) { (ltr(number)) }, None => (words.the_source()) }
                            ": " (words.account_gap(gap.found, gap.listed))
                        }
                    }
                }
            }
        } @else if !view.intakes.is_empty() {
            div.trouble role="alert" {
                p { strong { "! " (words.account_not_received()) } }
                (coverage::intakes(&view.intakes))
            }
        } @else if waiting == 0 && unread == 0 {
            p.ok { "✓ " (words.account_complete(found)) }
        } @else if waiting == 0 {
            p.ok { "✓ " (words.account_complete_but(found)) " " a href="/problems" { (words.account_unread(unread)) } "." }
        }
    }
}

fn bars(
    words: &Words,
    group: usize,
    title: &str,
    counts: &[Count],
    rules: &mut CssRules,
) -> Markup {
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

fn sample() -> OverviewView {
    let count =
        |label: &str, count, href: Option<String>| Count { label: label.to_owned(), count, href };
    OverviewView {
        states: vec![
            (State::Waiting, 0),
            (State::Read, 1_020),
            (State::Empty, 3),
            (State::Duplicate, 149),
            (State::Encrypted, 12),
            (State::Unsupported, 9),
            (State::Failed, 7),
            (State::Truncated, 4),
        ],
        originals: 1_055,
        bytes: 4_812_330_912,
        pages: 61_020,
        waiting_for_ocr: 310,
        searchable: 60_710,
        kinds: vec![
            count("PDF", 512, None),
            count("E-mail", 301, None),
            count("Spreadsheet", 118, None),
            count("Word", 89, None),
        ],
        languages: vec![
            count("Chinese, simplified", 40_112, None),
            count("Uyghur", 12_004, None),
            count("English", 8_904, None),
        ],
        sources: 2,
        by_ocr: 2_210,
        ocr_failed: 3,
        read_in_part: 14,
        intakes: Vec::new(),
        gaps: Vec::new(),
        log: Some((4_120, links::log_entry(4_119))),
        intake: None,
        standing: Standing::Own,
    }
}
