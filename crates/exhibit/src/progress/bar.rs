//! Shows how far work over a known amount has come: a line that redraws itself on a terminal, lines elsewhere, or JSON events.

use crate::cli::ProgressForm;
use crate::output::{Output, bytes, number};
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Nothing is said of work that is done sooner.
const QUIET: Duration = Duration::from_secs(1);
const REDRAW: Duration = Duration::from_millis(200);
const PLAIN_EVERY: Duration = Duration::from_secs(30);

/// Work under way.
pub(crate) struct Meter {
    form: ProgressForm,
    what: &'static str,
    in_bytes: bool,
    all: u64,
    done: u64,
    begun: Instant,
    said: Instant,
    shown: bool,
}

impl Meter {
    /// Work that is called so, and nothing known of it yet.
    pub(crate) fn new(output: &Output) -> Self {
        let form = match output.progress {
            ProgressForm::Auto if output.quiet => ProgressForm::None,
            ProgressForm::Auto if std::io::stderr().is_terminal() => ProgressForm::Bar,
            ProgressForm::Auto => ProgressForm::Plain,
            form => form,
        };
        let now = Instant::now();
        Self { form, what: "", in_bytes: true, all: 0, done: 0, begun: now, said: now, shown: false }
    }

    /// A part of the work begins: what it is, whether it is counted in bytes, and how much there is.
    pub(crate) fn begin(&mut self, what: &'static str, in_bytes: bool, all: u64) {
        self.end();
        let now = Instant::now();
        (self.what, self.in_bytes, self.all, self.done, self.begun, self.said) = (what, in_bytes, all, 0, now, now);
    }

    /// So much more is done.
    pub(crate) fn more(&mut self, more: u64) {
        self.done += more;
        let pause = if self.form == ProgressForm::Plain { PLAIN_EVERY } else { REDRAW };
        if self.form == ProgressForm::None || self.begun.elapsed() < QUIET || self.said.elapsed() < pause {
            return;
        }
        self.said = Instant::now();
        let mut stderr = std::io::stderr().lock();
        let _ = match self.form {
            ProgressForm::Json => writeln!(stderr, "{}", self.event()),
            ProgressForm::Bar => write!(stderr, "\r\u{1b}[2K{}", self.line()).and_then(|()| stderr.flush()),
            _ => writeln!(stderr, "{}", self.line()),
        };
        self.shown = true;
    }

    /// Clears the line.
    pub(crate) fn end(&mut self) {
        if std::mem::take(&mut self.shown) && self.form == ProgressForm::Bar {
            let _ = write!(std::io::stderr().lock(), "\r\u{1b}[2K");
        }
    }

    fn line(&self) -> String {
        let of = |amount| if self.in_bytes { bytes(amount) } else { number(amount) };
        let percent = (self.done * 100).checked_div(self.all).unwrap_or(100).min(100);
        format!("{} {} of {} ({percent} %){}", self.what, of(self.done), of(self.all), self.left().unwrap_or_default())
    }

    // a guess, and only once there is something to judge by
    fn left(&self) -> Option<String> {
        let spent = self.begun.elapsed().as_secs_f64();
        if spent < 3.0 || self.done == 0 {
            return None;
        }
        let left = spent * self.all.saturating_sub(self.done) as f64 / self.done as f64;
        Some(if left < 90.0 {
            format!(" · about {left:.0} s left")
        } else {
            format!(" · about {:.0} min left", left / 60.0)
        })
    }

    fn event(&self) -> serde_json::Value {
        json!({
            "v": 1, "kind": "progress", "stage": self.what, "seconds": self.begun.elapsed().as_secs(),
            "done": self.done, "all": self.all, "unit": if self.in_bytes { "bytes" } else { "pages" },
        })
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end();
    }
}
