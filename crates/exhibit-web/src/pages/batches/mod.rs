//! Batches: lists of names or queries, and the form for a new one. A batch is stored, run in the background one at a
//! time, viewed ([`batch`]), and exported ([`mod@file`]).

pub mod batch;
pub(super) mod file;

use super::{Change, Page};
use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::css_rules::CssRules;
use crate::display;
use crate::forms::token;
use crate::frame::Frame;
use crate::links;
use crate::page_error::PageError;
use crate::params::{FormData, Params};
use crate::untrusted::{Name, ltr};
use crate::words::Words;
use exhibit_model::Moment;
use exhibit_search::{Batch, NewBatch};
use maud::{Markup, html};
use std::sync::Arc;

/// The longest list that can be sent, in bytes, including the rest of the form.
pub(super) const MOST_LIST: usize = 64 << 20;

/// A batch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BatchRow {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Whether its lines are queries.
    pub queries: bool,
    /// Whether words are matched only as written.
    pub exact: bool,
    /// When it was made.
    pub made: String,
    /// Its last run.
    pub run: Option<RunView>,
    /// Its progress, while it is running.
    pub running: Option<RunningBatch>,
    /// Why its last run failed, if it did.
    pub failed: Option<String>,
    /// Its page.
    pub href: String,
}

/// A run that has not ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RunningBatch {
    /// Its duration in seconds.
    pub seconds: u64,
    /// Pages read and queries answered.
    pub done: u64,
    /// The total; 0 if not known yet.
    pub of: u64,
}

/// A run of a batch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RunView {
    /// Its number.
    pub run: u64,
    /// When it started.
    pub at: String,
    /// Lines run.
    pub lines: u64,
    /// Lines with a hit.
    pub found: u64,
    /// Lines with new results, if there was a run before.
    pub new: Option<u64>,
    /// Lines that could not be run.
    pub bad: u64,
}

/// The list of batches.
#[derive(Debug)]
pub struct BatchList;

impl Page for BatchList {
    type View = Vec<BatchRow>;

    fn load(app: &App, _: &Params) -> Result<Loaded<Self::View>, PageError> {
        let mut rows: Vec<BatchRow> =
            app.search().batches()?.iter().map(|batch| row(app, batch)).collect();
        rows.reverse();
        Ok(Loaded::new(AccessEvent::Batches, rows))
    }

    fn render(frame: &Frame, rows: &Self::View) -> Markup {
        list(frame, rows)
    }

    fn samples() -> Vec<(&'static str, Self::View)> {
        let mut failed = BatchRow { run: None, ..sample(2) };
        failed.failed = Some("cannot write <b>/case</b>: no space left".to_owned());
        vec![("batches", vec![running_sample(), failed, sample(1)]), ("batches-none", Vec::new())]
    }
}

fn row(app: &App, batch: &Batch) -> BatchRow {
    let (running, failed) = app.batch_state(batch.number);
    let run = batch.last_run.as_ref().map(|run| RunView {
        run: run.run,
        at: display::when(Moment(run.at)),
        lines: run.lines,
        found: run.found,
        new: (run.since > 0).then_some(run.new),
        bad: run.bad,
    });
    BatchRow {
        number: batch.number,
        name: batch.name.clone(),
        queries: batch.queries,
        exact: batch.exact,
        made: display::when(Moment(batch.made)),
        run,
        running,
        failed,
        href: links::batch(batch.number, "", 0),
    }
}

/// Stores a new batch.
pub(super) fn new(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    let (file, file_name) = (form.bytes("file"), form.file_name("file"));
    let list = if file.is_empty() { form.bytes("list") } else { file };
    let is_table = !file.is_empty() && file_name.to_lowercase().ends_with(".csv");
    let column =
        usize::try_from(form.number("column")).ok().and_then(|column| column.checked_sub(1));
    let column = column.or(is_table.then_some(0));
    if exhibit_search::read_list(list, column).is_empty() {
        return Err(PageError::Unusable(app.words().batch_empty()));
    }
    let unnamed = app.words().batch_unnamed();
    let named = [form.text("name").trim(), file_name, &unnamed];
    let name = named.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let name: String = name.chars().take(100).collect();
    let (queries, exact) = (form.has("queries"), form.has("exact"));
    let new = NewBatch { name: &name, list, queries, exact, column };
    let (number, _) = app.search().new_batch(&new, app.clock.now())?;
    Ok(Change::shown_at(links::batch(number, "", 0)))
}

fn list(frame: &Frame, rows: &[BatchRow]) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.batches()) }
            p.dim { (words.batches_note()) }
            @if rows.is_empty() { p.lead { (words.no_batches()) } }
            ul.cards {
                @for row in rows {
                    li.cause data-row {
                        h2 { a href=(row.href) { (Name::from(row.name.as_str()).show()) } " " span.number { (ltr(&format!("#{}", row.number))) } }
                        (state(words, row))
                    }
                }
            }
            h2 { (words.new_batch()) }
            (new_form(frame))
        }
    };
    frame.page(&words.batches(), &CssRules::default(), body)
}

fn new_form(frame: &Frame) -> Markup {
    let words = frame.words;
    html! {
        form.stacked method="post" action="/batches" enctype="multipart/form-data" {
            (token(frame))
            label { (words.batch_name()) input type="text" name="name" maxlength="100" dir="auto"; }
            label { (words.batch_paste()) textarea name="list" rows="8" dir="auto" lang="und" spellcheck="false" {} }
            label { (words.batch_file()) input type="file" name="file"; }
            label.tick { input type="checkbox" name="queries" value="1"; (words.batch_queries()) }
            label.tick { input type="checkbox" name="exact" value="1"; (words.batch_exact()) }
            label { (words.batch_column()) input type="number" name="column" min="1" max="1000"; }
            p.dim { (words.batch_limits()) }
            div.send { button.primary type="submit" { (words.batch_keep()) } }
        }
    }
}

fn state(words: &Words, row: &BatchRow) -> Markup {
    html! {
        p {
            @if row.queries { (words.of_queries()) } @else { (words.of_names()) }
            @if row.exact { " · " (words.exact_word()) }
            " · " span.dim { (words.made_on(&row.made)) }
        }
        @match &row.run {
            Some(run) => p { (counts(words, run)) },
            None => p.dim { (words.not_run()) },
        }
        @if let Some(RunningBatch { seconds, done, of }) = row.running {
            p.warn role="status" {
                (words.running_for(seconds)) " "
                @if of > 0 { (words.running_at(done, of)) " " }
                a href=(row.href) { (words.reload()) }
            }
        }
        @if let Some(reason) = &row.failed { p.bad role="alert" { (words.run_failed()) " " (Name::from(reason.as_str()).show()) } }
    }
}

fn counts(words: &Words, run: &RunView) -> Markup {
    let found = words.lines_found(run.found, run.lines);
    html! {
        strong { (found) }
        @if let Some(new) = run.new { " · " (words.lines_new(new)) }
        @if run.bad > 0 { " · " span.warn { (words.lines_bad(run.bad)) } }
        " · " span.dim { (words.run_on(run.run, &run.at)) }
    }
}

fn sample(number: u64) -> BatchRow {
    let run = RunView {
        run: 2,
        at: "2026-02-11 14:02:09 UTC".to_owned(),
        lines: 12_400,
        found: 310,
        new: Some(4),
        bad: 2,
    };
    BatchRow {
        number,
        name: "staff of 综合科 <2019>.csv".to_owned(),
        made: "2026-02-10 09:00:00 UTC".to_owned(),
        exact: number == 2,
        run: Some(run),
        href: links::batch(number, "", 0),
        ..BatchRow::default()
    }
}

fn running_sample() -> BatchRow {
    BatchRow { running: Some(RunningBatch { seconds: 42, done: 31_000, of: 61_000 }), ..sample(3) }
}
