//! Samples of batches and saved searches.

use crate::forms::Undo;
use crate::frame::Frame;
use crate::links::{self, Place, SearchPlace};
use crate::pages::batches::view::{BatchRow, BatchView, LineView, RunView, Running, list, page};
use crate::pages::saved::{self, SavedRow};
use crate::samples::Sample;
use crate::words::ENGLISH;

pub(crate) fn samples(frame: &Frame) -> Vec<Sample> {
    let mut running = batch(3);
    running.running = Some(Running { seconds: 42, done: 31_000, of: 61_000 });
    let mut failed = BatchRow { run: None, ..batch(2) };
    failed.failed = Some("cannot write <b>/case</b>: no space left".to_owned());
    let rows = [running.clone(), failed, batch(1)];
    vec![
        Sample { name: "batches", page: list(frame, &rows) },
        Sample { name: "batches-none", page: list(frame, &[]) },
        Sample { name: "batch", page: page(frame, &view(batch(1))) },
        Sample { name: "batch-running", page: page(frame, &BatchView { batch: running, ..BatchView::default() }) },
        Sample { name: "saved", page: saved::page(frame, &saved(), Some(&undone())) },
        Sample { name: "saved-none", page: saved::page(frame, &[], None) },
    ]
}

fn batch(number: u64) -> BatchRow {
    let run =
        RunView { run: 2, at: "2026-02-11 14:02:09 UTC".to_owned(), lines: 12_400, found: 310, new: Some(4), bad: 2 };
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

fn view(batch: BatchRow) -> BatchView {
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
            (ENGLISH.lines_best, links::batch(1, "", 0), true),
            (ENGLISH.lines_zero, links::batch(1, "zero", 0), false),
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
    }
}

fn saved() -> Vec<SavedRow> {
    let row = |name: &str, query: &str| SavedRow {
        name: name.to_owned(),
        query: query.to_owned(),
        href: links::search(&SearchPlace::of(query)),
        documents: Some(41),
        seen: Some("2026-02-11 14:02:09 UTC".to_owned()),
        new: 25,
        first_new: vec![("EXH-000127".to_owned(), links::document("EXH-000127", &Place::default()))],
        ..SavedRow::default()
    };
    vec![
        row("registers", "登记 (销毁 OR destroy*)"),
        SavedRow {
            documents: None,
            seen: None,
            new: 0,
            first_new: Vec::new(),
            exact: true,
            ..row("<b>old</b>", "a (b")
        },
        SavedRow { seen: None, new: 0, first_new: Vec::new(), ..row("ئامبار", "تىزىملىك") },
    ]
}

fn undone() -> Undo {
    let fields = vec![("name", "ئامبار <b>".to_owned())];
    let name = "ئامبار <b>".to_owned();
    Undo { said: ENGLISH.search_forgotten, name, action: "/saved/undo".to_owned(), fields }
}
