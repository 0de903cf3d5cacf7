//! The custody log: its last entries, and one entry exactly as logged.

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
use crate::untrusted::{Name, digest, ltr};
use crate::words::Words;
use exhibit_case::CaseError;
use exhibit_model::{Digest, EntrySeq, ItemId};
use maud::{Markup, html};

/// The data of the list of entries.
#[derive(Clone, Debug, Default)]
pub struct LogView {
    /// How many entries the log has.
    pub size: u64,
    /// How many changes of tags are not logged yet.
    pub waiting: u64,
    /// The entries shown, newest first.
    pub entries: Vec<LogLine>,
    /// The newest entries, if those shown are older.
    pub first: Option<String>,
    /// Older entries.
    pub older: Option<String>,
    /// The last checkpoint, as signed.
    pub checkpoint: String,
}

/// A row of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Its index, from 0.
    pub index: u64,
    /// Its text, as hashed.
    pub text: Name,
    /// The document that it is about.
    pub document: Option<Subject>,
}

/// The document that an entry is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Its number.
    pub number: String,
    /// Its name; empty if the catalogue does not have it.
    pub name: Name,
    /// Its address.
    pub href: String,
}

/// The data of the page of one entry.
#[derive(Clone, Debug, Default)]
pub struct EntryView {
    /// Its index, from 0.
    pub index: u64,
    /// How many entries the log has.
    pub size: u64,
    /// The entry's canonical text, exactly the bytes that are hashed.
    pub canonical: String,
    /// Its leaf hash in hexadecimal digits.
    pub leaf_hash: String,
    /// The document that it is about.
    pub document: Option<Subject>,
    /// The values behind the entry's commitments: field and value.
    pub openings: Vec<(Name, Name)>,
    /// The proof that the entry is in the log (C2SP tlog-proof).
    pub proof: String,
    /// The last checkpoint, as signed.
    pub checkpoint: String,
}

/// The list of log entries, newest first.
#[derive(Debug)]
pub struct LogList;

impl Page for LogList {
    type View = LogView;

    fn load(app: &App, params: &Params) -> Result<Loaded<LogView>, PageError> {
        Ok(Loaded::new(AccessEvent::Log, entries(app, params.number("before"))?))
    }

    fn render(frame: &Frame, view: &LogView) -> Markup {
        list(frame, view)
    }

    fn samples() -> Vec<(&'static str, LogView)> {
        vec![("log", list_sample())]
    }
}

/// One log entry.
#[derive(Debug)]
pub struct LogEntry;

impl Page for LogEntry {
    type View = EntryView;

    fn load(app: &App, params: &Params) -> Result<Loaded<EntryView>, PageError> {
        let view = one(app, params.path("index"))?;
        Ok(Loaded::new(AccessEvent::LogEntry { index: view.index }, view))
    }

    fn render(frame: &Frame, view: &EntryView) -> Markup {
        entry(frame, view)
    }

    fn samples() -> Vec<(&'static str, EntryView)> {
        vec![("log-entry", entry_sample())]
    }
}

const ROWS: u64 = 25;

fn entries(app: &App, before: u64) -> Result<LogView, PageError> {
    let size = app.view().log_size()?;
    let end = if before == 0 { size } else { before.min(size) };
    let start = end.saturating_sub(ROWS);
    let mut checkpoint = String::new();
    let mut lines = Vec::new();
    for index in (start..end).rev() {
        let entry = match app.view().entry(EntrySeq::new(index)) {
            // about documents that this user cannot read
            Err(CaseError::NoSuchEntry(_)) => continue,
            entry => entry?,
        };
        let document = entry.item.map(|id| document(app, id));
        lines.push(LogLine { index, text: Name::from(entry.text.as_str()), document });
        checkpoint = entry.checkpoint;
    }
    Ok(LogView {
        size,
        waiting: app.view().marks_waiting()?,
        entries: lines,
        first: (end < size).then(|| links::log(0)),
        older: (start > 0).then(|| links::log(start)),
        checkpoint,
    })
}

fn one(app: &App, index: &str) -> Result<EntryView, PageError> {
    let size = app.view().log_size()?;
    let index =
        index.parse().ok().filter(|index: &u64| *index < size).ok_or(PageError::NotThere)?;
    let entry = app.view().entry(EntrySeq::new(index))?;
    Ok(EntryView {
        index,
        size,
        leaf_hash: leaf_hash(entry.text.as_bytes()).to_hex(),
        document: entry.item.map(|id| document(app, id)),
        openings: entry
            .openings
            .iter()
            .map(|(field, value)| (Name::from(field.as_str()), Name::from(value.as_str())))
            .collect(),
        proof: entry.proof,
        checkpoint: entry.checkpoint,
        canonical: entry.text,
    })
}

// RFC 6962, 2.1: a leaf is hashed after a zero byte.
fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::of(&[&[0], entry].concat())
}

fn document(app: &App, id: ItemId) -> Subject {
    let number = app.case.label(id);
    let name = app.view().item(id).map(|item| display::name(&app.case, &item)).unwrap_or_default();
    Subject { href: links::document(&number, &Place::default()), name, number }
}

fn subject(subject: &Subject) -> Markup {
    html! { a href=(subject.href) { (ltr(&subject.number)) } @if !subject.name.is_empty() { " " (subject.name.show()) } }
}

fn list(frame: &Frame, view: &LogView) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.log()) }
            p { (words.log_explained()) }
            p.dim role="status" { (words.log_entries(view.size)) }
            @if view.waiting > 0 { p { (words.log_waiting(view.waiting)) } }
            div.scroll tabindex="0" {
                table.list {
                    thead { tr { th.n scope="col" { (words.entry()) } th scope="col" { (words.canonical()) } th scope="col" { (words.about()) } } }
                    tbody {
                        @for line in &view.entries {
                            tr data-row {
                                td.n { a href=(crate::links::log_entry(line.index)) { (ltr(&format!("#{}", line.index))) } }
                                td { code.brief { (line.text.show()) } }
                                td { @if let Some(document) = &line.document { (subject(document)) } }
                            }
                        }
                    }
                }
            }
            (pager(words, view.first.as_deref().map(|href| (href, words.first_rows())), view.older.as_deref()))
            (checkpoint(words, &view.checkpoint))
        }
    };
    frame.page(&words.log(), &CssRules::default(), body)
}

fn entry(frame: &Frame, view: &EntryView) -> Markup {
    let words = frame.words;
    let last = view.size.saturating_sub(1);
    let index = view.index.to_string();
    let body = html! {
        div.plain {
            p { a href="/log" { "← " (words.log()) } }
            h1 { (words.log_entry()) " " (ltr(&format!("#{index}"))) }
            p.dim { (words.entry_of(last)) }
            nav.pager aria-label=(words.pages_of_list()) {
                @if view.index > 0 { a href=(crate::links::log_entry(view.index - 1)) rel="prev" data-key="[" { "← " (words.earlier_entry()) } }
                @if view.index < last { a href=(crate::links::log_entry(view.index + 1)) rel="next" data-key="]" { (words.later_entry()) " →" } }
            }
            @if let Some(document) = &view.document { p { (words.about()) ": " (subject(document)) } }
            h2 { (words.canonical()) }
            p.dim { (words.canonical_explained()) }
            pre.exact lang="und" dir="ltr" tabindex="0" { (exact(&view.canonical)) }
            @if !view.openings.is_empty() {
                h2 { (words.openings()) }
                p.dim { (words.openings_explained()) }
                div.scroll tabindex="0" {
                    table.list {
                        @for (field, value) in &view.openings { tr { th scope="row" { (field.show()) } td { (value.show()) } } }
                    }
                }
            }
            h2 { (words.leaf_hash()) }
            p { (digest(&view.leaf_hash)) }
            @if !view.proof.is_empty() {
                details { summary { h2 { (words.proof()) } } pre.exact lang="und" dir="ltr" tabindex="0" { (exact(&view.proof)) } }
            }
            (checkpoint(words, &view.checkpoint))
        }
    };
    let title = format!("{} #{index}", words.log_entry());
    frame.page(&title, &CssRules::default(), body)
}

fn checkpoint(words: &Words, text: &str) -> Markup {
    html! {
        @if !text.is_empty() {
            h2 { (words.checkpoint()) }
            p.dim { (words.checkpoint_explained()) }
            pre.exact lang="und" dir="ltr" tabindex="0" { (exact(text)) }
        }
    }
}

// The text line by line; characters that could control or reorder are shown as tokens.
fn exact(text: &str) -> Markup {
    html! { @for line in text.lines() { (exhibit_model::shown(line)) "\n" } }
}

const ENTRY: &str = r#"{"act":"item received","at":"2026-02-11T14:02:09Z","item":127,"original":"9f2c41d07b6d3b8e5a10c4f7e29d8861b03fa5c7d24e916087ab35cd90f1e41b","salt":"q0Jm3o8mZ1m9JX4sU0l5Og","v":1}"#;
const CHECKPOINT: &str = "exhibit.example/harbour-ledger\n4120\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— exhibit.example/harbour-ledger Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

fn list_sample() -> LogView {
    let line = |index, text: &[u8], number: Option<&str>| LogLine {
        index,
        text: Name::new(text),
        document: number.map(sample_subject),
    };
    LogView {
        size: 4_120,
        waiting: 2,
        entries: vec![
            line(4_119, ENTRY.as_bytes(), Some("EXH-001204")),
            line(4_118, HOSTILE, None),
            line(0, b"{}", None),
        ],
        first: Some(links::log(0)),
        older: Some(links::log(4_000)),
        checkpoint: CHECKPOINT.to_owned(),
    }
}

fn sample_subject(number: &str) -> Subject {
    Subject {
        number: number.to_owned(),
        name: Name::new(HOSTILE),
        href: links::document(number, &Place::default()),
    }
}

fn entry_sample() -> EntryView {
    EntryView {
        index: 1_882,
        size: 4_120,
        canonical: ENTRY.to_owned(),
        leaf_hash: "77a1".repeat(16),
        document: Some(sample_subject("EXH-000127")),
        openings: vec![(Name::from("name"), Name::new(HOSTILE))],
        proof: "c2sp.org/tlog-proof@v1\nindex 1882\n".to_owned(),
        checkpoint: CHECKPOINT.to_owned(),
    }
}
