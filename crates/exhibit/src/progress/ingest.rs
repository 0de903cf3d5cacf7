//! Progress of a run of ingest: several steps, whose amounts become known while it runs.

use super::{PLAIN_EVERY, form, print_event, print_line, redraw, time_left, while_shown};
use crate::cli::ProgressForm;
use crate::output::{Output, bytes, counted, number};
use exhibit_ingest::{Phase, Progress, Snapshot, StageName};
use serde_json::json;
use std::time::{Duration, Instant};

/// No time is estimated earlier: the first files say little about the others.
const ESTIMATE_AFTER: Duration = Duration::from_secs(120);

/// Runs `work` while its progress is shown.
pub(crate) fn watch<T>(output: &Output, progress: &Progress, work: impl FnOnce() -> T) -> T {
    let form = form(output);
    if form == ProgressForm::None {
        return work();
    }
    let pause = if form == ProgressForm::Bar { Duration::from_millis(200) } else { Duration::from_secs(1) };
    // lines are printed every 5 per cent, and from time to time
    let mut last = (Instant::now(), 0);
    let show = move || {
        let snapshot = progress.snapshot();
        match form {
            ProgressForm::Bar => redraw(&line(&snapshot)),
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
    while_shown(form, (pause, pause), show, work)
}

// of the amount known so far: items while reading, pages during OCR
fn percent(snapshot: &Snapshot) -> u64 {
    let (done, all) = match snapshot.phase {
        Phase::Stage(name) => (snapshot.stage(name).done, snapshot.stage(name).jobs),
        Phase::Indexing => (1, 1),
    };
    (done * 100).checked_div(all).unwrap_or(0).min(100)
}

fn line(snapshot: &Snapshot) -> String {
    let searchable = number(snapshot.searchable);
    let mut text = match snapshot.phase {
        Phase::Stage(StageName::READ) => {
            let more = if snapshot.walked { "" } else { " so far" };
            let received = bytes(snapshot.met_bytes);
            let read = snapshot.stage(StageName::READ);
            let (done, all) = (number(read.done), number(read.jobs));
            let pages = counted(read.pages, "page", "pages");
            format!("reading {done} of {all} items{more} · {received} found · {pages} · searchable now: {searchable}")
        }
        Phase::Stage(name) => {
            let (done, all) = (number(snapshot.stage(name).done), number(snapshot.stage(name).jobs));
            match name {
                StageName::OCR => format!("OCR {done} of {all} pages · searchable now: {searchable}"),
                name => format!("{} {done} of {all} · searchable now: {searchable}", name.as_str()),
            }
        }
        Phase::Indexing => format!("indexing the last pages · searchable now: {searchable}"),
    };
    if let Some(left) = estimate(snapshot) {
        text.push_str(&left);
    }
    if let Some((label, since)) = snapshot.slowest.as_ref().filter(|(_, since)| since.as_secs() >= 5) {
        text.push_str(&format!(" · {label} for {} s", since.as_secs()));
    }
    text
}

// A range, as files differ much in size.
fn estimate(snapshot: &Snapshot) -> Option<String> {
    let (done, all) = match snapshot.phase {
        Phase::Stage(StageName::READ) if !snapshot.walked => return None,
        Phase::Stage(name) => (snapshot.stage(name).done, snapshot.stage(name).jobs),
        Phase::Indexing => return None,
    };
    if snapshot.elapsed < ESTIMATE_AFTER {
        return None;
    }
    let left = time_left(snapshot.elapsed, done, all)?.as_secs_f64() / 60.0;
    Some(format!(" · about {:.0} to {:.0} min left", (left * 0.8).floor(), (left * 1.5).ceil().max(1.0)))
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
