//! How far work has come, on stderr: a bar on a terminal, lines elsewhere, or JSON events. All forms and all estimates are
//! decided here; `bar` shows work over a known amount, `ingest` a run of ingest. The bar itself is drawn by `indicatif`.

mod bar;
mod ingest;

pub(crate) use bar::{Count, Meter, Step, count};
pub(crate) use ingest::watch;

use crate::cli::ProgressForm;
use crate::output::Output;
use crate::texts::texts;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often lines are printed where they are not redrawn.
const PLAIN_EVERY: Duration = Duration::from_secs(30);

/// The form of progress that was chosen, or that suits stderr. A bar needs a terminal.
fn form(output: &Output) -> ProgressForm {
    match output.progress {
        ProgressForm::Auto if output.quiet => ProgressForm::None,
        ProgressForm::Auto | ProgressForm::Bar if std::io::stderr().is_terminal() => {
            ProgressForm::Bar
        }
        ProgressForm::Auto | ProgressForm::Bar => ProgressForm::Plain,
        form => form,
    }
}

/// A bar with a text beside it, on one line of the terminal; cleared when dropped.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        // the template is valid: without it the bar has the default style
        if let Ok(style) = ProgressStyle::with_template("{bar:20} {wide_msg}") {
            bar.set_style(style.progress_chars("━━─"));
        }
        Self(bar)
    }

    fn show(&self, done: u64, all: u64, text: String) {
        self.0.set_length(all);
        self.0.set_position(done);
        self.0.set_message(text);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn print_line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn print_event(event: &Value) {
    print_line(&event.to_string());
}

/// The time left at the speed so far; `None` while there is too little to judge by.
fn time_left(elapsed: Duration, done: u64, all: u64) -> Option<Duration> {
    if elapsed < Duration::from_secs(3) || done == 0 {
        return None;
    }
    Some(elapsed.mul_f64(all.saturating_sub(done) as f64 / done as f64))
}

/// The time left for people.
fn left(time: Option<Duration>) -> Option<String> {
    let seconds = time?.as_secs_f64();
    Some(match seconds {
        ..90.0 => texts().seconds_left(format!("{seconds:.0}")),
        _ => texts().minutes_left(format!("{:.0}", seconds / 60.0)),
    })
}

/// The parts of a line that there are.
fn joined(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Runs `work` while another thread shows progress: `show` is called every `pause`, from `first` on, and dropped at the end.
fn while_shown<T>(
    (first, pause): (Duration, Duration),
    mut show: impl FnMut() + Send,
    work: impl FnOnce() -> T,
) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let shower = scope.spawn(|| {
            std::thread::park_timeout(first);
            while !done.load(Ordering::Relaxed) {
                show();
                std::thread::park_timeout(pause);
            }
            drop(show);
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        shower.thread().unpark();
        let _ = shower.join();
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_estimated_only_from_some_work() {
        let second = Duration::from_secs(1);
        assert_eq!(time_left(second, 50, 100), None, "too early");
        assert_eq!(time_left(60 * second, 0, 100), None, "nothing done");
        assert_eq!(time_left(60 * second, 25, 100), Some(180 * second));
        assert_eq!(time_left(60 * second, 100, 100), Some(Duration::ZERO));
        assert_eq!(time_left(60 * second, 101, 100), Some(Duration::ZERO), "more than was known");
        assert_eq!(left(Some(80 * second)).as_deref(), Some("about 80 s left"));
        assert_eq!(left(Some(180 * second)).as_deref(), Some("about 3 min left"));
    }

    #[test]
    fn a_bar_has_its_style() {
        assert!(ProgressStyle::with_template("{bar:20} {wide_msg}").is_ok());
        let bar = Bar::new();
        bar.show(3, 4, "x".to_owned());
        assert_eq!(
            (bar.0.position(), bar.0.length(), bar.0.message()),
            (3, Some(4), "x".to_owned())
        );
    }
}
