//! IngestProgress of a run of ingest: several steps, whose amounts become known while it runs.

use super::{Bar, PLAIN_EVERY, form, joined, print_event, print_line, while_shown};
use crate::cli::ProgressForm;
use crate::output::{Output, bytes, number};
use crate::texts::texts;
use exhibit_ingest::{IngestProgress, Phase, Running, Snapshot, StageName};
use serde_json::json;
use std::time::{Duration, Instant};

/// Runs `work` while its progress is shown.
pub(crate) fn watch<T>(output: &Output, progress: &IngestProgress, work: impl FnOnce() -> T) -> T {
    let form = form(output);
    if form == ProgressForm::None {
        return work();
    }
    let pause =
        if form == ProgressForm::Bar { Duration::from_millis(200) } else { Duration::from_secs(1) };
    // lines are printed every 5 per cent, and from time to time
    let mut last = (Instant::now(), 0);
    let mut bar = None;
    let show = move || {
        let snapshot = progress.snapshot();
        match form {
            ProgressForm::Bar => {
                let (done, all) = snapshot.amounts();
                bar.get_or_insert_with(Bar::new).show(done, all, line(&snapshot));
            }
            ProgressForm::Json => print_event(&event(&snapshot)),
            _ => {
                let step = percent(&snapshot) / 5;
                if last.0.elapsed() >= PLAIN_EVERY || (step > last.1 && snapshot.walked) {
                    last = (Instant::now(), step);
                    print_line(&line(&snapshot));
                }
            }
        }
    };
    while_shown((pause, pause), show, work)
}

fn percent(snapshot: &Snapshot) -> u64 {
    let (done, all) = snapshot.amounts();
    (done * 100).checked_div(all).unwrap_or(0).min(100)
}

fn line(snapshot: &Snapshot) -> String {
    let texts = texts();
    let (done, all) = snapshot.amounts();
    let (done, all) = (number(done), number(all));
    let searchable = Some(texts.progress_searchable(number(snapshot.searchable)));
    let estimate = estimate(snapshot);
    let slow = snapshot.slowest.filter(|slow| slow.lasted.as_secs() >= 5);
    let slow =
        slow.map(|slow| texts.progress_slow(label(&slow), slow.lasted.as_secs().to_string()));
    match snapshot.phase {
        Phase::Stage(StageName::READ) => {
            let reading = match snapshot.walked {
                true => texts.progress_reading(all, done),
                false => texts.progress_reading_so_far(all, done),
            };
            let found = texts.progress_found(bytes(snapshot.met_bytes));
            let pages = texts.pages(snapshot.stage(StageName::READ).pages);
            joined([Some(reading), Some(found), Some(pages), searchable, estimate, slow])
        }
        Phase::Stage(StageName::OCR) => {
            joined([Some(texts.progress_ocr(all, done)), searchable, estimate, slow])
        }
        Phase::Stage(name) => joined([
            Some(texts.progress_stage(all, done, name.as_str())),
            searchable,
            estimate,
            slow,
        ]),
        Phase::Indexing => joined([Some(texts.progress_last()), searchable, estimate, slow]),
    }
}

fn label(running: &Running) -> String {
    match running.page {
        None => format!("item {}", running.item.get()),
        Some(page) => format!("item {} page {page}", running.item.get()),
    }
}

fn estimate(snapshot: &Snapshot) -> Option<String> {
    let (from, to) = snapshot.minutes_left()?;
    Some(texts().minutes_left_range(from.to_string(), to.to_string()))
}

fn event(snapshot: &Snapshot) -> serde_json::Value {
    let stage = match snapshot.phase {
        Phase::Stage(StageName::READ) => "reading",
        Phase::Stage(name) => name.as_str(),
        Phase::Indexing => "indexing",
    };
    let (read, ocr) = (snapshot.stage(StageName::READ), snapshot.stage(StageName::OCR));
    json!({
        "v": 1, "kind": "progress", "stage": stage, "seconds": snapshot.elapsed.as_secs(),
        "met": snapshot.met, "met_bytes": snapshot.met_bytes, "walked": snapshot.walked, "items": snapshot.items,
        "settled": read.done, "pages": read.pages, "searchable": snapshot.searchable,
        "ocr_wanted": ocr.jobs, "ocr_done": ocr.done,
    })
}
