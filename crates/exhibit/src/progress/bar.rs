//! Progress over a known amount of work.

use super::{PLAIN_EVERY, form, print_event, print_line, redraw, time_left, while_shown};
use crate::cli::ProgressForm;
use crate::output::{Output, bytes, number};
use serde_json::json;
use std::time::{Duration, Instant};

/// Nothing is shown of work that takes less.
const QUIET: Duration = Duration::from_secs(1);
const REDRAW: Duration = Duration::from_millis(200);
const COUNT_EVERY: Duration = Duration::from_millis(500);

/// Progress that the work itself reports.
pub(crate) struct Meter {
    form: ProgressForm,
    what: &'static str,
    in_bytes: bool,
    all: u64,
    done: u64,
    began: Instant,
    shown_at: Instant,
    shown: bool,
}

impl Meter {
    /// A meter without work.
    pub(crate) fn new(output: &Output) -> Self {
        let now = Instant::now();
        Self { form: form(output), what: "", in_bytes: true, all: 0, done: 0, began: now, shown_at: now, shown: false }
    }

    /// Starts a step: its name, whether it is counted in bytes, and its amount.
    pub(crate) fn begin(&mut self, what: &'static str, in_bytes: bool, all: u64) {
        self.end();
        let now = Instant::now();
        (self.what, self.in_bytes, self.all, self.done, self.began, self.shown_at) = (what, in_bytes, all, 0, now, now);
    }

    /// Adds to what is done.
    pub(crate) fn more(&mut self, more: u64) {
        self.done += more;
        let pause = if self.form == ProgressForm::Plain { PLAIN_EVERY } else { REDRAW };
        if self.form == ProgressForm::None || self.began.elapsed() < QUIET || self.shown_at.elapsed() < pause {
            return;
        }
        self.shown_at = Instant::now();
        match self.form {
            ProgressForm::Json => print_event(&self.event()),
            ProgressForm::Bar => redraw(&self.line()),
            _ => print_line(&self.line()),
        }
        self.shown = true;
    }

    /// Clears the line.
    pub(crate) fn end(&mut self) {
        if std::mem::take(&mut self.shown) && self.form == ProgressForm::Bar {
            redraw("");
        }
    }

    fn line(&self) -> String {
        let amount = |amount| if self.in_bytes { bytes(amount) } else { number(amount) };
        let percent = (self.done * 100).checked_div(self.all).unwrap_or(100).min(100);
        let left = left(time_left(self.began.elapsed(), self.done, self.all));
        format!("{} {} of {} ({percent} %){left}", self.what, amount(self.done), amount(self.all))
    }

    fn event(&self) -> serde_json::Value {
        json!({
            "v": 1, "kind": "progress", "stage": self.what, "seconds": self.began.elapsed().as_secs(),
            "done": self.done, "all": self.all, "unit": if self.in_bytes { "bytes" } else { "pages" },
        })
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end();
    }
}

fn left(time: Option<Duration>) -> String {
    match time.map(|time| time.as_secs_f64()) {
        None => String::new(),
        Some(seconds) if seconds < 90.0 => format!(" · about {seconds:.0} s left"),
        Some(seconds) => format!(" · about {:.0} min left", seconds / 60.0),
    }
}

/// Something that is counted while it is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub what: &'static str,
    pub done: u64,
    pub all: u64,
}

/// Runs `work` while a count of it is shown. `now` is asked for the count, as the work does not report.
pub(crate) fn count<T>(output: &Output, now: &(dyn Fn() -> Count + Sync), work: impl FnOnce() -> T) -> T {
    let form = form(output);
    if form == ProgressForm::None {
        return work();
    }
    let began = Instant::now();
    let (mut last, mut step_began, mut line_at) = ("", began, began);
    let show = move || {
        let Count { what, done, all } = now();
        if what != last {
            (last, step_began) = (what, if last.is_empty() { began } else { Instant::now() });
        }
        let line = || {
            let left = left(time_left(step_began.elapsed(), done, all));
            format!("{} of {} {what}{left}", number(done), number(all))
        };
        match form {
            ProgressForm::Bar => redraw(&line()),
            ProgressForm::Json => print_event(&json!({
                "v": 1, "kind": "progress", "what": what, "done": done, "of": all,
                "seconds": step_began.elapsed().as_secs(),
            })),
            _ if line_at.elapsed() >= PLAIN_EVERY => {
                line_at = Instant::now();
                print_line(&line());
            }
            _ => {}
        }
    };
    while_shown(form, (QUIET, COUNT_EVERY), show, work)
}
