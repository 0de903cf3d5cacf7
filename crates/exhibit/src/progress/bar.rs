//! Progress over a known amount of work.

use super::{
    Bar, PLAIN_EVERY, form, joined, left, print_event, print_line, time_left, while_shown,
};
use crate::cli::ProgressForm;
use crate::output::{Output, bytes, number};
use crate::texts::texts;
use serde_json::json;
use std::time::{Duration, Instant};

/// Nothing is shown of work that takes less.
const QUIET: Duration = Duration::from_secs(1);
const EVENT_EVERY: Duration = Duration::from_millis(200);
const COUNT_EVERY: Duration = Duration::from_millis(500);

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Render,
    Copy,
    Check,
    CheckOriginals,
    SearchNames,
    RunQueries,
    Index,
}

impl Step {
    fn text(self) -> String {
        let texts = texts();
        match self {
            Self::Render => texts.step_rendering(),
            Self::Copy => texts.step_copying(),
            Self::Check => texts.step_checking(),
            Self::CheckOriginals => texts.step_checking_originals(),
            Self::SearchNames => texts.step_names(),
            Self::RunQueries => texts.step_queries(),
            Self::Index => texts.step_indexing(),
        }
    }

    /// Its name in JSON events.
    fn word(self) -> &'static str {
        match self {
            Self::Render => "rendering-pages",
            Self::Copy => "copying",
            Self::Check => "checking",
            Self::CheckOriginals => "checking-originals",
            Self::SearchNames => "searching-names",
            Self::RunQueries => "running-queries",
            Self::Index => "indexing",
        }
    }
}

/// Progress that the work itself reports.
pub(crate) struct Meter {
    form: ProgressForm,
    step: Step,
    in_bytes: bool,
    all: u64,
    done: u64,
    began: Instant,
    shown_at: Instant,
    bar: Option<Bar>,
}

impl Meter {
    /// A meter without work.
    pub(crate) fn new(output: &Output) -> Self {
        let now = Instant::now();
        let (form, step) = (form(output), Step::Check);
        Self { form, step, in_bytes: true, all: 0, done: 0, began: now, shown_at: now, bar: None }
    }

    /// Starts a step: whether it is counted in bytes, and its amount.
    pub(crate) fn begin(&mut self, step: Step, in_bytes: bool, all: u64) {
        self.end();
        let now = Instant::now();
        (self.step, self.in_bytes, self.all, self.done, self.began, self.shown_at) =
            (step, in_bytes, all, 0, now, now);
    }

    /// Adds to what is done.
    pub(crate) fn more(&mut self, more: u64) {
        self.done += more;
        let pause = if self.form == ProgressForm::Plain { PLAIN_EVERY } else { EVENT_EVERY };
        if self.form == ProgressForm::None
            || self.began.elapsed() < QUIET
            || self.shown_at.elapsed() < pause
        {
            return;
        }
        self.shown_at = Instant::now();
        match self.form {
            ProgressForm::Json => print_event(&self.event()),
            ProgressForm::Bar => {
                let line = self.line();
                self.bar.get_or_insert_with(Bar::new).show(self.done, self.all, line);
            }
            _ => print_line(&self.line()),
        }
    }

    /// Clears the bar.
    pub(crate) fn end(&mut self) {
        self.bar = None;
    }

    fn line(&self) -> String {
        let amount = |amount| if self.in_bytes { bytes(amount) } else { number(amount) };
        let percent = (self.done * 100).checked_div(self.all).unwrap_or(100).min(100);
        let done = texts().progress_step(
            amount(self.all),
            amount(self.done),
            percent.to_string(),
            self.step.text(),
        );
        joined([Some(done), left(time_left(self.began.elapsed(), self.done, self.all))])
    }

    fn event(&self) -> serde_json::Value {
        json!({
            "v": 1, "kind": "progress", "stage": self.step.word(), "seconds": self.began.elapsed().as_secs(),
            "done": self.done, "all": self.all, "unit": if self.in_bytes { "bytes" } else { "pages" },
        })
    }
}

/// Something that is counted while it is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) step: Step,
    pub(crate) done: u64,
    pub(crate) all: u64,
}

/// Runs `work` while a count of it is shown. `now` returns the count, because the work does not report it.
pub(crate) fn count<T>(
    output: &Output,
    now: &(dyn Fn() -> Count + Sync),
    work: impl FnOnce() -> T,
) -> T {
    let form = form(output);
    if form == ProgressForm::None {
        return work();
    }
    let began = Instant::now();
    let (mut last, mut step_began, mut line_at) = (None, began, began);
    let mut bar = None;
    let show = move || {
        let Count { step, done, all } = now();
        if last != Some(step) {
            (last, step_began) = (Some(step), if last.is_none() { began } else { Instant::now() });
        }
        let line = || {
            let counted = texts().progress_count(number(all), number(done), step.text());
            joined([Some(counted), left(time_left(step_began.elapsed(), done, all))])
        };
        match form {
            ProgressForm::Bar => bar.get_or_insert_with(Bar::new).show(done, all, line()),
            ProgressForm::Json => print_event(&json!({
                "v": 1, "kind": "progress", "what": step.word(), "done": done, "of": all,
                "seconds": step_began.elapsed().as_secs(),
            })),
            _ if line_at.elapsed() >= PLAIN_EVERY => {
                line_at = Instant::now();
                print_line(&line());
            }
            _ => {}
        }
    };
    while_shown((QUIET, COUNT_EVERY), show, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_step_and_the_amounts() {
        let now = Instant::now();
        let mut meter = Meter {
            form: ProgressForm::None,
            step: Step::Render,
            in_bytes: false,
            all: 1_200,
            done: 0,
            began: now,
            shown_at: now,
            bar: None,
        };
        meter.more(300);
        assert_eq!(meter.line(), "rendering pages 300 of 1,200 (25 %)");
        assert_eq!(meter.event()["stage"], "rendering-pages");
        meter.begin(Step::Copy, true, 0);
        assert_eq!(meter.line(), "copying 0 bytes of 0 bytes (100 %)");
    }
}
