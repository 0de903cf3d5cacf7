//! The routes of batches: kept, run in the background one at a time, looked at, written out.

pub(crate) mod samples;
pub mod view;

use crate::admission::{RequestContext, message_page};
use crate::app::App;
use crate::display as shown;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::pages::batches::view::{BatchRow, BatchView, LineView, RunView, list, page};
use crate::pages::posted::{Sent, done, is_own, posted};
use crate::pages::{PageError, Params, answer, error_page};
use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use exhibit_case::{Batch, BatchForm, BatchLine, CaseError, NewBatch, Which};
use exhibit_model::{ItemId, Moment};
use http_body::{Frame as BodyFrame, SizeHint};
use maud::Markup;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// The longest list that can be sent, in bytes, with all around it.
pub(crate) const MOST_LIST: usize = 64 << 20;
// Lines on a page.
const ROWS: usize = 100;

/// Lists the batches.
pub(crate) async fn all(State(app): State<Arc<App>>, Extension(context): Extension<RequestContext>) -> Response {
    answer(app, context, |app, frame| {
        let mut rows: Vec<BatchRow> = app.case.batches()?.iter().map(|batch| row(app, batch)).collect();
        rows.reverse();
        Ok(list(frame, &rows))
    })
    .await
}

fn row(app: &App, batch: &Batch) -> BatchRow {
    let (running, failed) = app.batch_state(batch.number);
    let run = batch.last_run.as_ref().map(|run| RunView {
        run: run.run,
        at: shown::when(Moment(run.at)),
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
        made: shown::when(Moment(batch.made)),
        run,
        running,
        failed,
        href: links::batch(batch.number, "", 0),
    }
}

// What the form for a new batch says.
#[derive(Default)]
struct Form {
    token: String,
    name: String,
    pasted: Vec<u8>,
    file: Vec<u8>,
    file_name: String,
    queries: bool,
    exact: bool,
    column: Option<usize>,
}

impl Form {
    async fn read(mut parts: Multipart) -> Result<Self, MultipartError> {
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await?;
            let text = || String::from_utf8_lossy(&bytes).trim().to_owned();
            match name.as_str() {
                "token" => form.token = text(),
                "name" => form.name = text(),
                "list" => form.pasted = bytes.to_vec(),
                "file" => (form.file, form.file_name) = (bytes.to_vec(), file_name),
                "queries" => form.queries = true,
                "exact" => form.exact = true,
                "column" => form.column = text().parse::<usize>().ok().and_then(|column| column.checked_sub(1)),
                _ => {}
            }
        }
        Ok(form)
    }

    fn keep(&self, app: &App) -> Result<String, PageError> {
        let is_file = !self.file.is_empty();
        let list = if is_file { &self.file } else { &self.pasted };
        let is_table = is_file && self.file_name.to_lowercase().ends_with(".csv");
        let column = self.column.or(is_table.then_some(0));
        if exhibit_case::read_list(list, column).is_empty() {
            return Err(PageError::Unusable(app.words().batch_empty));
        }
        let named = [self.name.as_str(), self.file_name.as_str(), app.words().batch_unnamed];
        let name = named.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let name: String = name.chars().take(100).collect();
        let new = NewBatch { name: &name, list, queries: self.queries, exact: self.exact, column };
        let (number, _) = app.case.new_batch(&new, app.clock.now())?;
        Ok(links::batch(number, "", 0))
    }
}

/// Keeps a new batch.
pub(crate) async fn new(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    parts: Result<Multipart, MultipartRejection>,
) -> Response {
    let form = match parts {
        Ok(parts) => Form::read(parts).await.map_err(drop),
        Err(_) => Err(()),
    };
    let Ok(form) = form else {
        let words = app.words();
        return error_page(&app, &context, &PageError::Unusable(words.batch_unread));
    };
    if !is_own(&context, &form.token) {
        return message_page(&app, &context, StatusCode::FORBIDDEN, &app.words().refused);
    }
    done(app, context, move |app| form.keep(app)).await
}

/// Runs a batch in the background.
pub(crate) async fn run(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    Path(number): Path<u64>,
    sent: Sent,
) -> Response {
    let own = Arc::clone(&app);
    posted(app, context, sent, move |app, _| {
        app.case.batch(number)?;
        if let Some(progress) = app.begin_batch(number) {
            std::thread::spawn(move || {
                let run = AssertUnwindSafe(|| own.case.run_batch(number, own.clock.now(), own.threads, &progress));
                // whatever happens, the batch is not said to run for ever
                let failed = match std::panic::catch_unwind(run) {
                    Ok(ended) => ended.err().map(|error| crate::pages::reasons(&error)),
                    Err(_) => Some("it broke off".to_owned()),
                };
                own.end_batch(number, failed);
            });
        }
        Ok(links::batch(number, "", 0))
    })
    .await
}

/// Shows a batch.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    Path(number): Path<u64>,
    params: Params,
) -> Response {
    answer(app, context, move |app, frame| one(app, frame, number, &params)).await
}

fn which(word: &str) -> Which {
    match word {
        "zero" => Which::Zero,
        "new" => Which::New,
        "bad" => Which::Bad,
        _ => Which::All,
    }
}

fn one(app: &App, frame: &Frame, number: u64, params: &Params) -> Result<Markup, PageError> {
    let batch = app.case.batch(number)?;
    let words = frame.words;
    let (sort, from) = (params.text("which"), params.number("from"));
    let (lines, more) = if sort.is_empty() {
        (best(app, number)?, false)
    } else {
        part(app, number, which(sort), usize::try_from(from).unwrap_or(usize::MAX))?
    };
    let sorts = [
        (words.lines_best, ""),
        (words.lines_all, "all"),
        (words.lines_new_word, "new"),
        (words.lines_zero, "zero"),
        (words.lines_bad_word, "bad"),
    ];
    let rows = ROWS as u64;
    let view = BatchView {
        batch: row(app, &batch),
        sorts: sorts.map(|(word, which)| (word, links::batch(number, which, 0), which == sort)).into(),
        lines: lines.into_iter().map(|line| self::line(app, &batch, line)).collect(),
        files: vec![
            ("CSV", links::batch_file(number, sort, "csv")),
            ("NDJSON", links::batch_file(number, sort, "ndjson")),
        ],
        earlier: (from > 0).then(|| links::batch(number, sort, from.saturating_sub(rows))),
        later: more.then(|| links::batch(number, sort, from.saturating_add(rows))),
    };
    Ok(page(frame, &view))
}

// The lines with most documents.
fn best(app: &App, number: u64) -> Result<Vec<BatchLine>, CaseError> {
    let mut best: Vec<BatchLine> = Vec::new();
    let keep = |lines: &mut Vec<BatchLine>| {
        lines.sort_by(|a, b| b.document_count.cmp(&a.document_count).then_with(|| a.line.cmp(&b.line)));
        lines.truncate(ROWS);
    };
    app.case.batch_lines(number, &mut |line| {
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

// Lines of one sort in the order of the list, and whether there are more.
fn part(app: &App, number: u64, which: Which, from: usize) -> Result<(Vec<BatchLine>, bool), CaseError> {
    let (mut lines, mut met) = (Vec::new(), 0_usize);
    app.case.batch_lines(number, &mut |line| {
        if which.takes(&line) {
            met += 1;
            if met > from && lines.len() < ROWS {
                lines.push(line);
            }
        }
    })?;
    Ok((lines, met > from.saturating_add(ROWS)))
}

fn line(app: &App, batch: &Batch, line: BatchLine) -> LineView {
    let query = if batch.queries { line.text.clone() } else { format!("\"{}\"", line.text.replace(['"', '*'], " ")) };
    let to = |document: i64, page: u32| {
        let number = app.case.label(ItemId(document));
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
        first: line.first.map(|(document, page)| to(document, page)),
        text: line.text,
        context: line.context,
        error: line.error,
    }
}

/// Writes lines of a batch as a file.
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Extension(context): Extension<RequestContext>,
    Path((number, file)): Path<(u64, String)>,
    params: Params,
) -> Response {
    let (form, media_type) = match file.as_str() {
        "lines.csv" => (BatchForm::Csv, "text/csv; charset=utf-8"),
        "lines.ndjson" => (BatchForm::Ndjson, "application/x-ndjson"),
        _ => return error_page(&app, &context, &PageError::NotThere),
    };
    let which = which(params.text("which"));
    let known = {
        let app = Arc::clone(&app);
        tokio::task::spawn_blocking(move || app.case.batch(number)).await
    };
    if !matches!(known, Ok(Ok(_))) {
        return error_page(&app, &context, &PageError::NotThere);
    }
    let (sender, receiver) = mpsc::channel(4);
    std::thread::spawn(move || {
        let mut to = Pieces { sender, kept: Vec::new() };
        if let Err(error) = app.case.write_batch(number, form, which, &mut to) {
            // a file that ends early is not to be taken for a whole one
            let _ = to.sender.blocking_send(Err(std::io::Error::other(error.to_string())));
        }
    });
    let disposition = format!("attachment; filename=\"batch-{number}.{}\"", file.trim_start_matches("lines."));
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::new(Pouring(receiver))).into_response()
}

type Piece = Result<Bytes, std::io::Error>;

// Writes to whoever reads the answer, piece by piece, no faster than it is read.
struct Pieces {
    sender: mpsc::Sender<Piece>,
    kept: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.kept.extend_from_slice(bytes);
        if self.kept.len() > 64 << 10 {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.kept));
        self.sender.blocking_send(Ok(piece)).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

struct Pouring(mpsc::Receiver<Piece>);

impl HttpBody for Pouring {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, std::io::Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| piece.map(BodyFrame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
