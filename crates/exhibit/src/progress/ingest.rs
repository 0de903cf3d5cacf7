//! Shows how far a run has come, on stderr: a line that redraws itself on a terminal, lines elsewhere, or JSON events.

use crate::cli::ProgressForm;
use crate::output::{Output, bytes, counted, number};
use exhibit_ingest::{Progress, Snapshot, Stage};
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PLAIN_EVERY: Duration = Duration::from_secs(30);
const ESTIMATE_AFTER: Duration = Duration::from_secs(120);

/// Runs `work` while its progress is shown.
pub(crate) fn watch<T>(output: &Output, progress: &Progress, work: impl FnOnce() -> T) -> T {
    let form = match output.progress {
        ProgressForm::Auto if output.quiet => ProgressForm::None,
        ProgressForm::Auto if std::io::stderr().is_terminal() => ProgressForm::Bar,
        ProgressForm::Auto => ProgressForm::Plain,
        form => form,
    };
    if form == ProgressForm::None {
        return work();
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| show_until(&done, form, progress));
        let result = work();
        done.store(true, Ordering::Relaxed);
        watcher.thread().unpark();
        let _ = watcher.join();
        result
    })
}

/// Something that is counted while it is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub what: &'static str,
    pub done: u64,
    pub all: u64,
}

/// Runs `work` while a count is shown, once it has taken a second.
pub(crate) fn count<T>(output: &Output, now: &(dyn Fn() -> Count + Sync), work: impl FnOnce() -> T) -> T {
    let bar = output.progress == ProgressForm::Bar
        || output.progress == ProgressForm::Auto && !output.quiet && std::io::stderr().is_terminal();
    let json = output.progress == ProgressForm::Json;
    if !bar && !json {
        return work();
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let (began, mut last) = (Instant::now(), "");
            let mut changed = began;
            std::thread::park_timeout(Duration::from_secs(1));
            while !done.load(Ordering::Relaxed) {
                let count = now();
                if count.what != last {
                    (last, changed) = (count.what, if last.is_empty() { began } else { Instant::now() });
                }
                tell(&count, changed.elapsed(), bar);
                std::thread::park_timeout(Duration::from_millis(500));
            }
            if bar {
                redraw("");
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        watcher.thread().unpark();
        let _ = watcher.join();
        result
    })
}

fn tell(count: &Count, elapsed: Duration, bar: bool) {
    let Count { what, done, all } = *count;
    if bar {
        let left = elapsed.as_secs_f64() * all.saturating_sub(done) as f64 / done.max(1) as f64;
        let left =
            if done > 0 && elapsed.as_secs() >= 3 { format!(" · about {left:.0} s left") } else { String::new() };
        redraw(&format!("{} of {} {what}{left}", number(done), number(all)));
    } else {
        let event =
            json!({"v": 1, "kind": "progress", "what": what, "done": done, "of": all, "seconds": elapsed.as_secs()});
        let _ = writeln!(std::io::stderr().lock(), "{event}");
    }
}

fn show_until(done: &AtomicBool, form: ProgressForm, progress: &Progress) {
    let pause = if form == ProgressForm::Bar { Duration::from_millis(200) } else { Duration::from_secs(1) };
    let mut last_plain = (Instant::now(), 0);
    while !done.load(Ordering::Relaxed) {
        std::thread::park_timeout(pause);
        let snapshot = progress.snapshot();
        match form {
            ProgressForm::Bar => redraw(&line(&snapshot)),
            ProgressForm::Json => event(&snapshot),
            _ => {
                let step = percent(&snapshot) / 5;
                if last_plain.0.elapsed() >= PLAIN_EVERY || (step > last_plain.1 && snapshot.walked) {
                    last_plain = (Instant::now(), step);
                    let _ = writeln!(std::io::stderr().lock(), "{}", line(&snapshot));
                }
            }
        }
    }
    if form == ProgressForm::Bar {
        redraw("");
    }
}

fn redraw(text: &str) {
    let width = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(100_usize);
    let cut: String = text.chars().take(width.saturating_sub(1)).collect();
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "\r\u{1b}[2K{cut}");
    let _ = stderr.flush();
}

// of what is known so far: of all items while reading, of all pages while OCR runs
fn percent(snapshot: &Snapshot) -> u64 {
    let (done, all) = match snapshot.stage {
        Stage::Reading => (snapshot.settled, snapshot.items.max(snapshot.settled)),
        Stage::Ocr => (snapshot.ocr_done, snapshot.ocr_wanted),
        Stage::Indexing => (1, 1),
    };
    (done * 100).checked_div(all).unwrap_or(0).min(100)
}

fn line(snapshot: &Snapshot) -> String {
    let searchable = number(snapshot.searchable);
    let mut text = match snapshot.stage {
        Stage::Reading => {
            let more = if snapshot.walked { "" } else { " so far" };
            let received = bytes(snapshot.met_bytes);
            let (settled, items) = (number(snapshot.settled), number(snapshot.items.max(snapshot.settled)));
            let pages = counted(snapshot.pages, "page", "pages");
            format!(
                "reading {settled} of {items} items{more} · {received} met · {pages} · searchable now: {searchable}"
            )
        }
        Stage::Ocr => {
            let (done, all) = (number(snapshot.ocr_done), number(snapshot.ocr_wanted));
            format!("reading pictures of pages (OCR) {done} of {all} · searchable now: {searchable}")
        }
        Stage::Indexing => format!("making the last pages searchable · searchable now: {searchable}"),
    };
    if let Some(left) = estimate(snapshot) {
        text.push_str(&left);
    }
    if let Some((label, since)) = snapshot.slowest.as_ref().filter(|(_, since)| since.as_secs() >= 5) {
        text.push_str(&format!(" · {label} for {} s", since.as_secs()));
    }
    text
}

// a range, and only once there is something to judge by
fn estimate(snapshot: &Snapshot) -> Option<String> {
    let (done, all) = match snapshot.stage {
        Stage::Ocr => (snapshot.ocr_done, snapshot.ocr_wanted),
        Stage::Reading if snapshot.walked => (snapshot.settled, snapshot.items.max(snapshot.settled)),
        _ => return None,
    };
    if snapshot.elapsed < ESTIMATE_AFTER || done == 0 {
        return None;
    }
    let left = snapshot.elapsed.as_secs_f64() * all.saturating_sub(done) as f64 / done as f64 / 60.0;
    Some(format!(" · about {:.0} to {:.0} min left", (left * 0.8).floor(), (left * 1.5).ceil().max(1.0)))
}

fn event(snapshot: &Snapshot) {
    let stage = match snapshot.stage {
        Stage::Reading => "reading",
        Stage::Ocr => "ocr",
        Stage::Indexing => "indexing",
    };
    let event = json!({
        "v": 1, "kind": "progress", "stage": stage, "seconds": snapshot.elapsed.as_secs(),
        "met": snapshot.met, "met_bytes": snapshot.met_bytes, "walked": snapshot.walked, "items": snapshot.items,
        "settled": snapshot.settled, "pages": snapshot.pages, "searchable": snapshot.searchable,
        "ocr_wanted": snapshot.ocr_wanted, "ocr_done": snapshot.ocr_done,
    });
    let _ = writeln!(std::io::stderr().lock(), "{event}");
}
