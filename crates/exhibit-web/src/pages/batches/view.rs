//! Batches: lists of names or queries, and what came of them.

use crate::css_rules::CssRules;
use crate::frame::{Frame, Section, pager};
use crate::pages::search::view::token;
use crate::untrusted::{Name, ltr};
use crate::words::{Words, fill};
use maud::{Markup, html};

/// A batch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BatchRow {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Whether its lines are queries.
    pub queries: bool,
    /// Whether words are found only as they are written.
    pub exact: bool,
    /// When it was made.
    pub made: String,
    /// Its last run.
    pub run: Option<RunView>,
    /// How far it has come, while it is running.
    pub running: Option<Running>,
    /// Why its last run ended, where it did not end well.
    pub failed: Option<String>,
    /// Its page.
    pub href: String,
}

/// A run that has not ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Running {
    /// For how many seconds.
    pub seconds: u64,
    /// Pages read and queries answered.
    pub done: u64,
    /// Of how many; 0 where that is not known yet.
    pub of: u64,
}

/// A run of a batch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RunView {
    /// Its number.
    pub run: u64,
    /// When it began.
    pub at: String,
    /// Lines asked.
    pub lines: u64,
    /// Lines with a hit.
    pub found: u64,
    /// Lines with something new, where there was a run before.
    pub new: Option<u64>,
    /// Lines that could not be asked.
    pub bad: u64,
}

/// Writes the list, and the form for a new batch; `wrong` says why what was sent cannot be one.
#[must_use]
pub fn list(frame: &Frame, rows: &[BatchRow]) -> Markup {
    let words = frame.words;
    let body = html! {
        div.plain {
            h1 { (words.batches) }
            p.dim { (words.batches_note) }
            @if rows.is_empty() { p.lead { (words.no_batches) } }
            ul.cards {
                @for row in rows {
                    li.cause data-row {
                        h2 { a href=(row.href) { (Name::from(row.name.as_str()).show()) } " " span.number { (ltr(&format!("#{}", row.number))) } }
                        (state(words, row))
                    }
                }
            }
            h2 { (words.new_batch) }
            (form(frame))
        }
    };
    frame.page(Section::Batches, words.batches, &CssRules::default(), body)
}

fn form(frame: &Frame) -> Markup {
    let words = frame.words;
    html! {
        form.stacked method="post" action="/batches" enctype="multipart/form-data" {
            (token(frame))
            label { (words.batch_name) input type="text" name="name" maxlength="100" dir="auto"; }
            label { (words.batch_paste) textarea name="list" rows="8" dir="auto" lang="und" spellcheck="false" {} }
            label { (words.batch_file) input type="file" name="file"; }
            label.tick { input type="checkbox" name="queries" value="1"; (words.batch_queries) }
            label.tick { input type="checkbox" name="exact" value="1"; (words.batch_exact) }
            label { (words.batch_column) input type="number" name="column" min="1" max="1000"; }
            p.dim { (words.batch_limits) }
            div.send { button.primary type="submit" { (words.batch_keep) } }
        }
    }
}

fn state(words: &Words, row: &BatchRow) -> Markup {
    html! {
        p {
            @if row.queries { (words.of_queries) } @else { (words.of_names) }
            @if row.exact { " · " (words.exact_word) }
            " · " span.dim { (fill(words.made_on, &[("when", &row.made)])) }
        }
        @match &row.run {
            Some(run) => p { (counts(words, run)) },
            None => p.dim { (words.not_run) },
        }
        @if let Some(Running { seconds, done, of }) = row.running {
            p.warn role="status" {
                (fill(words.running_for, &[("seconds", &words.number(seconds))])) " "
                @if of > 0 { (fill(words.running_at, &[("done", &words.number(done)), ("of", &words.number(of))])) " " }
                a href=(row.href) { (words.reload) }
            }
        }
        @if let Some(reason) = &row.failed { p.bad role="alert" { (words.run_failed) " " (Name::from(reason.as_str()).show()) } }
    }
}

fn counts(words: &Words, run: &RunView) -> Markup {
    let found = fill(words.lines_found, &[("found", &words.number(run.found)), ("lines", &words.number(run.lines))]);
    html! {
        strong { (found) }
        @if let Some(new) = run.new { " · " (words.lines_new.of(new)) }
        @if run.bad > 0 { " · " span.warn { (words.lines_bad.of(run.bad)) } }
        " · " span.dim { (fill(words.run_on, &[("run", &words.number(run.run)), ("when", &run.at)])) }
    }
}

/// One batch with lines of one sort.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BatchView {
    /// The batch.
    pub batch: BatchRow,
    /// Sorts of lines: the word, the address, whether it is shown.
    pub sorts: Vec<(&'static str, String, bool)>,
    /// The lines shown.
    pub lines: Vec<LineView>,
    /// Files of these lines: the form's name and the address.
    pub files: Vec<(&'static str, String)>,
    /// The page of lines before, and after.
    pub earlier: Option<String>,
    /// The page of lines after.
    pub later: Option<String>,
}

/// A line of a batch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LineView {
    /// Its number in the list.
    pub line: u64,
    /// The name or query.
    pub text: String,
    /// A search for it; none where it could not be asked.
    pub href: Option<String>,
    /// Documents found.
    pub documents: u64,
    /// Pages found.
    pub pages: u64,
    /// Pages of them that are new.
    pub new_pages: u64,
    /// The first page: the document's number, the page, its address.
    pub first: Option<(String, u32, String)>,
    /// The text around the first hit.
    pub context: String,
    /// Why it could not be asked.
    pub error: Option<String>,
}

/// Writes one batch.
#[must_use]
pub fn page(frame: &Frame, view: &BatchView) -> Markup {
    let words = frame.words;
    let batch = &view.batch;
    let body = html! {
        div.plain {
            p { a.back href="/batches" { "← " (words.batches) } }
            h1 { (Name::from(batch.name.as_str()).show()) " " span.number { (ltr(&format!("#{}", batch.number))) } }
            (state(words, batch))
            @if batch.running.is_none() {
                form.inline method="post" action={ "/batches/" (batch.number) "/run" } {
                    (token(frame))
                    button.primary type="submit" { @if batch.run.is_some() { (words.run_again) } @else { (words.run_it) } }
                }
                p.dim { (words.run_note) }
            }
            @if batch.run.is_some() { (results(words, view)) }
        }
    };
    frame.page(Section::Batches, words.batches, &CssRules::default(), body)
}

fn results(words: &Words, view: &BatchView) -> Markup {
    html! {
        h2 { (words.lines) }
        nav.filters aria-label=(words.lines) {
            @for (word, href, shown) in &view.sorts { a href=(href) aria-current=[shown.then_some("true")] { (word) } }
        }
        p {
            span.dim { (words.as_file) ": " }
            @for (name, href) in &view.files { a href=(href) download { (name) } " " }
        }
        @if view.lines.is_empty() { p.lead { (words.no_lines) } } @else { (table(words, &view.lines)) }
        (pager(words, view.earlier.as_deref().map(|href| (href, words.earlier_rows)), view.later.as_deref()))
    }
}

fn table(words: &Words, lines: &[LineView]) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table.list {
                thead {
                    tr {
                        th.n scope="col" { (words.line_column) }
                        th scope="col" { (words.name_or_query) }
                        th.n scope="col" { (words.documents_column) }
                        th.n scope="col" { (words.pages_column) }
                        th.n scope="col" { (words.new_column) }
                        th scope="col" { (words.first_hit) }
                    }
                }
                tbody { @for line in lines { (row(words, line)) } }
            }
        }
    }
}

fn row(words: &Words, line: &LineView) -> Markup {
    let text = Name::from(line.text.as_str());
    html! {
        tr data-row {
            td.n { (words.number(line.line)) }
            td.name { @match &line.href { Some(href) => a href=(href) { (text.show()) }, None => (text.show()) } }
            td.n { (words.number(line.documents)) }
            td.n { (words.number(line.pages)) }
            td.n { @if line.new_pages > 0 { strong { (words.number(line.new_pages)) } } @else { "0" } }
            td {
                @if let Some(error) = &line.error { span.warn { (Name::from(error.as_str()).show()) } }
                @if let Some((number, page, href)) = &line.first {
                    a href=(href) { (ltr(number)) } " " span.dim { (words.page_short(*page)) } br;
                    span.context { (Name::from(line.context.replace(['\n', '\r', '\t'], " ").as_str()).show()) }
                }
            }
        }
    }
}
