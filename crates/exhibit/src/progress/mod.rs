//! How far work has come, on stderr: a line that is redrawn on a terminal, lines elsewhere, or JSON events. All forms and all
//! estimates are decided here; `bar` shows work over a known amount, `ingest` a run of ingest.

mod bar;
mod ingest;

pub(crate) use bar::{Count, Meter, count};
pub(crate) use ingest::watch;

use crate::cli::ProgressForm;
use crate::output::Output;
use serde_json::Value;
use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often lines are printed where they are not redrawn.
const PLAIN_EVERY: Duration = Duration::from_secs(30);

/// The form of progress that was chosen, or that suits stderr.
fn form(output: &Output) -> ProgressForm {
    match output.progress {
        ProgressForm::Auto if output.quiet => ProgressForm::None,
        ProgressForm::Auto if std::io::stderr().is_terminal() => ProgressForm::Bar,
        ProgressForm::Auto => ProgressForm::Plain,
        form => form,
    }
}

/// Redraws the line of a terminal, cut to its width.
fn redraw(text: &str) {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width: usize = columns.or_else(terminal_width).unwrap_or(100);
    let cut: String = text.chars().take(width.saturating_sub(1)).collect();
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "\r\u{1b}[2K{cut}").and_then(|()| stderr.flush());
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
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

/// Runs `work` while another thread shows progress: `show` is called every `pause`, from `first` on, and cleared at the end.
fn while_shown<T>(
    form: ProgressForm,
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
            if form == ProgressForm::Bar {
                redraw("");
            }
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
    }
}
