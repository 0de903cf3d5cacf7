//! One batch: running it, and its lines of one kind.

use super::{BatchRow, row, running_sample, sample, state};
use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::coverage::{self, NotSearched};
use crate::css_rules::CssRules;
use crate::forms::token;
use crate::frame::{Frame, pager};
use crate::links::{self, Place, SearchPlace};
use crate::page_error::PageError;
use crate::pages::{Change, Page};
use crate::params::{FormData, Params};
use crate::untrusted::{Name, ltr};
use crate::words::{ENGLISH, Words};
use exhibit_case::chain_of;
use exhibit_messages::line_error;
use exhibit_model::ItemId;
use exhibit_query::PageKey;
use exhibit_search::{Batch, BatchLine, SearchError, Which};
use maud::{Markup, html};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

// Lines on a page.
const ROWS: usize = 100;

/// One batch with lines of one kind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BatchView {
    /// The batch.
    pub batch: BatchRow,
    /// Kinds of lines: the text, the address, whether it is shown.
    pub sorts: Vec<(String, String, bool)>,
    /// The lines shown.
    pub lines: Vec<LineView>,
    /// Files of these lines: the form's name and the address.
    pub files: Vec<(&'static str, String)>,
    /// The previous page of lines.
    pub earlier: Option<String>,
    /// The next page of lines.
    pub later: Option<String>,
    /// What is not searched.
    pub not_searched: NotSearched,
}

/// A line of a batch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LineView {
    /// Its number in the list.
    pub line: u64,
    /// The name or query.
    pub text: String,
    /// A search for it; `None` if it could not be run.
    pub href: Option<String>,
    /// Documents found.
    pub documents: u64,
    /// Pages found.
    pub pages: u64,
    /// How many of them are new.
    pub new_pages: u64,
    /// The first page: the document's number, the page, its address.
    pub first: Option<(String, u32, String)>,
    /// The text around the first hit.
    pub context: String,
    /// Why it could not be run.
    pub error: Option<String>,
}

/// One batch.
#[derive(Debug)]
pub struct BatchPage;

impl Page for BatchPage {
    type View = BatchView;

    fn load(app: &App, params: &Params) -> Result<Loaded<BatchView>, PageError> {
        let view = load(app, number_in(params.path("number"))?, params)?;
        Ok(Loaded::new(AccessEvent::Batch { name: view.batch.name.clone() }, view))
    }

    fn render(frame: &Frame, view: &BatchView) -> Markup {
        page(frame, view)
    }

    fn samples() -> Vec<(&'static str, BatchView)> {
        let running = BatchView { batch: running_sample(), ..BatchView::default() };
        vec![("batch", view_sample(sample(1))), ("batch-running", running)]
    }
}

/// The number of a batch in an address.
pub(super) fn number_in(text: &str) -> Result<u64, PageError> {
    text.parse().map_err(|_| PageError::NotThere)
}

/// Runs a batch in the background.
pub(in crate::pages) fn run(app: &Arc<App>, form: &FormData) -> Result<Change, PageError> {
    let number = number_in(form.path("number"))?;
    let batch = app.search().batch(number)?;
    let event =
        AccessEvent::BatchRun { name: batch.name, lines: batch.last_run.map(|run| run.lines) };
    let app = Arc::clone(app);
    Ok(Change::begun(event, links::batch(number, "", 0), move || begin(app, number)))
}

fn begin(app: Arc<App>, number: u64) {
    let Some(progress) = app.begin_batch(number) else { return };
    std::thread::spawn(move || {
        let run = AssertUnwindSafe(|| {
            app.search().run_batch(number, app.clock.now(), app.threads, &progress)
        });
        // in all cases, the batch does not stay marked as running
        let failed = match std::panic::catch_unwind(run) {
            Ok(ended) => ended.err().map(|error| chain_of(&error)),
            Err(_) => Some(app.words().run_panicked()),
        };
        app.end_batch(number, failed);
    });
}

pub(super) fn which(word: &str) -> Which {
    match word {
        "zero" => Which::Zero,
        "new" => Which::New,
        "bad" => Which::Bad,
        _ => Which::All,
    }
}

fn load(app: &App, number: u64, params: &Params) -> Result<BatchView, PageError> {
    let batch = app.search().batch(number)?;
    let words = app.words();
    let (sort, from) = (params.text("which"), params.number("from"));
    let (lines, more) = if sort.is_empty() {
        (best(app, number)?, false)
    } else {
        part(app, number, which(sort), usize::try_from(from).unwrap_or(usize::MAX))?
    };
    let sorts = [
        (words.lines_best(), ""),
        (words.lines_all(), "all"),
        (words.lines_new_word(), "new"),
        (words.lines_zero(), "zero"),
        (words.lines_bad_word(), "bad"),
    ];
    let rows = ROWS as u64;
    Ok(BatchView {
        batch: row(app, &batch),
        sorts: sorts
            .map(|(word, which)| (word, links::batch(number, which, 0), which == sort))
            .into(),
        lines: lines.into_iter().map(|line| self::line(app, words, &batch, line)).collect(),
        files: vec![
            ("CSV", links::batch_file(number, sort, "csv")),
            ("NDJSON", links::batch_file(number, sort, "ndjson")),
        ],
        earlier: (from > 0).then(|| links::batch(number, sort, from.saturating_sub(rows))),
        later: more.then(|| links::batch(number, sort, from.saturating_add(rows))),
        not_searched: coverage::not_searched(app)?,
    })
}

// The lines with most documents.
fn best(app: &App, number: u64) -> Result<Vec<BatchLine>, SearchError> {
    let mut best: Vec<BatchLine> = Vec::new();
    let keep = |lines: &mut Vec<BatchLine>| {
        lines.sort_by(|a, b| {
            b.document_count.cmp(&a.document_count).then_with(|| a.line.cmp(&b.line))
        });
        lines.truncate(ROWS);
    };
    app.search().batch_lines(number, &mut |line| {
        if line.pages > 0 {
            best.push(line);
            if best.len() > 20 * ROWS {
                keep(&mut best);
            }
        }
    })?;
    keep(&mut best);
    Ok(best)
}

// Lines of one kind in the order of the list, and whether there are more.
fn part(
    app: &App,
    number: u64,
    which: Which,
    from: usize,
) -> Result<(Vec<BatchLine>, bool), SearchError> {
    let (mut lines, mut count) = (Vec::new(), 0_usize);
    app.search().batch_lines(number, &mut |line| {
        if which.takes(&line) {
            count += 1;
            if count > from && lines.len() < ROWS {
                lines.push(line);
            }
        }
    })?;
    Ok((lines, count > from.saturating_add(ROWS)))
}

fn line(app: &App, words: &Words, batch: &Batch, line: BatchLine) -> LineView {
    let query = if batch.queries {
        line.text.clone()
    } else {
        format!("\"{}\"", line.text.replace(['"', '*'], " "))
    };
    let to = |key: PageKey| {
        let (number, page) = (app.case.label(ItemId::new(key.document)), key.page.get());
        let place = Place { query: &query, page, exact: batch.exact, ..Place::default() };
        let href = links::document(&number, &place);
        (number, page, href)
    };
    LineView {
        line: line.line,
        href: line
            .error
            .is_none()
            .then(|| links::search(&SearchPlace { exact: batch.exact, ..SearchPlace::of(&query) })),
        documents: line.document_count,
        pages: line.pages,
        new_pages: line.new_pages,
        first: line.first.map(to),
        text: line.text,
        context: line.context,
        error: line
            .error
            .map(|error| words.plain_text_of(&line_error(&error.code, error.query().as_ref()))),
    }
}

fn page(frame: &Frame, view: &BatchView) -> Markup {
    let words = frame.words;
    let batch = &view.batch;
    let body = html! {
        div.plain {
            p { a.back href="/batches" { "← " (words.batches()) } }
            h1 { (Name::from(batch.name.as_str()).show()) " " span.number { (ltr(&format!("#{}", batch.number))) } }
            (state(words, batch))
            (coverage::block(words, &view.not_searched))
            @if batch.running.is_none() {
                form.inline method="post" action={ "/batches/" (batch.number) "/run" } {
                    (token(frame))
                    button.primary type="submit" { @if batch.run.is_some() { (words.run_again()) } @else { (words.run_it()) } }
                }
                p.dim { (words.run_note()) }
            }
            @if batch.run.is_some() { (results(words, view)) }
        }
    };
    frame.page(&words.batches(), &CssRules::default(), body)
}

fn results(words: &Words, view: &BatchView) -> Markup {
    html! {
        h2 { (words.lines()) }
        nav.filters aria-label=(words.lines()) {
            @for (word, href, shown) in &view.sorts { a href=(href) aria-current=[shown.then_some("true")] { (word) } }
        }
        p {
            span.dim { (words.as_file()) ": " }
            @for (name, href) in &view.files { a href=(href) download { (name) } " " }
        }
        @if view.lines.is_empty() { p.lead { (words.no_lines()) } } @else { (table(words, &view.lines)) }
        (pager(words, view.earlier.as_deref().map(|href| (href, words.earlier_rows())), view.later.as_deref()))
    }
}

fn table(words: &Words, lines: &[LineView]) -> Markup {
    html! {
        div.scroll tabindex="0" {
            table.list {
                thead {
                    tr {
                        th.n scope="col" { (words.line_column()) }
                        th scope="col" { (words.name_or_query()) }
                        th.n scope="col" { (words.documents_column()) }
                        th.n scope="col" { (words.pages_column()) }
                        th.n scope="col" { (words.new_column()) }
                        th scope="col" { (words.first_hit()) }
                    }
                }
                tbody { @for line in lines { (line_row(words, line)) } }
            }
        }
    }
}

fn line_row(words: &Words, line: &LineView) -> Markup {
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
                    a href=(href) { (ltr(number)) } " " span.dim { (words.page_short(u64::from(*page))) } br;
                    span.context { (Name::from(line.context.replace(['\n', '\r', '\t'], " ").as_str()).show()) }
                }
            }
        }
    }
}

fn view_sample(batch: BatchRow) -> BatchView {
    let line = |line: u64, text: &str, context: &str| LineView {
        line,
        text: text.to_owned(),
        href: Some(links::search(&SearchPlace::of(&format!("\"{text}\"")))),
        documents: 12,
        pages: 40,
        new_pages: line % 2,
        first: Some(("EXH-000127".to_owned(), 3, links::document("EXH-000127", &Place::default()))),
        context: context.to_owned(),
        error: None,
    };
    let bad = LineView {
        line: 7,
        text: "“".to_owned(),
        error: Some("it has no letter or digit to search".to_owned()),
        ..LineView::default()
    };
    BatchView {
        batch,
        sorts: vec![
            (ENGLISH.lines_best(), links::batch(1, "", 0), true),
            (ENGLISH.lines_zero(), links::batch(1, "zero", 0), false),
        ],
        lines: vec![
            line(1, "孟", "…逐一登记。孟值班员…"),
            line(2, "<script>alert(1)</script>", "needle </p> \u{202e}desrever"),
            line(3, "تىزىملىك", "ئامبار تىزىملىكى"),
            bad,
        ],
        files: vec![("CSV", links::batch_file(1, "", "csv"))],
        earlier: None,
        later: Some(links::batch(1, "all", 100)),
        not_searched: coverage::sample(&ENGLISH),
    }
}
