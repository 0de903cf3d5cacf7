//! The lines of a batch as a file, written while it is sent.

use super::batch::{number_in, which};
use crate::access_events::{AccessEvent, Loaded};
use crate::app::App;
use crate::page_error::PageError;
use crate::pages::Content;
use crate::params::Params;
use axum::body::{Body, Bytes, HttpBody};
use exhibit_messages::line_error;
use exhibit_search::{BatchForm, BatchLineError};
use http_body::{Frame as BodyFrame, SizeHint};
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Renders lines of a batch as a file.
pub(in crate::pages) fn load(
    app: &Arc<App>,
    params: &Params,
) -> Result<Loaded<Content>, PageError> {
    let (form, ending, media_type) = match params.path("file") {
        "lines.csv" => (BatchForm::Csv, "csv", "text/csv; charset=utf-8"),
        "lines.ndjson" => (BatchForm::Ndjson, "ndjson", "application/x-ndjson"),
        _ => return Err(PageError::NotThere),
    };
    let number = number_in(params.path("number"))?;
    app.search().batch(number)?;
    let which = which(params.text("which"));
    let (sender, receiver) = mpsc::channel(4);
    let app = Arc::clone(app);
    std::thread::spawn(move || {
        let words = app.words();
        let text = |error: &BatchLineError| {
            words.plain_text_of(&line_error(&error.code, error.query().as_ref()))
        };
        let mut to = Pieces { sender, kept: Vec::new() };
        if let Err(error) = app.search().write_batch(number, form, which, &text, &mut to) {
            // a file that ends early must not be taken for a whole one
            let _ = to.sender.blocking_send(Err(std::io::Error::other(error.to_string())));
        }
    });
    let download_name = Some(format!("batch-{number}.{ending}"));
    let content = Content { media_type, download_name, body: Body::new(Pouring(receiver)) };
    Ok(Loaded::new(AccessEvent::BatchFile { number }, content))
}

type Piece = Result<Bytes, std::io::Error>;

// Sends the file piece by piece, with back-pressure from the reader.
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
