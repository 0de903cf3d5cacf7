//! Output: data to stdout, remarks to stderr, colour only beside a word that states the same. Untrusted strings have passed
//! through `exhibit_model::shown` before they reach this module.

use crate::cli::{ColorChoice, Global, ProgressForm};
use crate::failure::{Act, Exit, Failure};
use crate::texts::texts;
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where and how to print.
pub(crate) struct Output {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    /// Whether contents are shown even if that cannot be recorded.
    pub(crate) unrecorded: bool,
    pub(crate) progress: ProgressForm,
    color: bool,
    error_color: bool,
    closed: AtomicBool,
}

/// How a span of text is styled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    Bold,
    Dim,
    Good,
    Warning,
    Bad,
    Hit,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = |terminal: bool| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !plain,
        };
        Self {
            json: global.json,
            quiet: global.quiet,
            unrecorded: global.unrecorded,
            progress: global.progress,
            color: color(std::io::stdout().is_terminal()),
            error_color: color(std::io::stderr().is_terminal()),
            closed: AtomicBool::new(false),
        }
    }

    /// Styled text, if stdout takes colour.
    pub(crate) fn style(&self, style: Style, text: &str) -> String {
        render(self.color, style, text)
    }

    /// Prints a line of data. If the reader has closed the pipe, further output is dropped and the command keeps its own exit code;
    /// any other failure exits with a message: an empty listing must not be mistaken for a result.
    pub(crate) fn line(&self, text: &str) {
        self.write(format!("{text}\n").as_bytes());
    }

    /// Prints bytes of data, as [`Output::line`] does.
    pub(crate) fn write(&self, bytes: &[u8]) {
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed)
            }
            Err(error) => {
                let failure = Failure::io(Act::Write, texts().the_output(), &error);
                self.failure(&failure);
                std::process::exit(i32::from(Exit::ToolMissing as u8));
            }
        }
    }

    /// Prints one JSON object on a line, with its version and kind first.
    pub(crate) fn object(&self, kind: &str, fields: Value) {
        let mut object = json!({"v": 1, "kind": kind});
        if let (Some(object), Value::Object(fields)) = (object.as_object_mut(), fields) {
            object.extend(fields);
        }
        self.line(&object.to_string());
    }

    /// Prints a remark, which is not data.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// Prints a warning, even with `--quiet`.
    pub(crate) fn warn(&self, text: &str) {
        let word = render(self.error_color, Style::Warning, &texts().word_warning());
        let _ = writeln!(std::io::stderr().lock(), "{word} {text}");
    }

    /// Prints a failure, and returns its exit code.
    pub(crate) fn failure(&self, failure: &Failure) -> ExitCode {
        let mut stderr = std::io::stderr().lock();
        if self.json {
            let object = json!({
                "v": 1, "kind": "error", "code": failure.code, "message": failure.message,
                "hint": failure.hint, "exit": failure.exit as u8,
            });
            let _ = writeln!(stderr, "{object}");
        } else {
            let word = render(self.error_color, Style::Bad, &texts().word_error());
            let _ = writeln!(stderr, "{word} {}", failure.message);
            if let Some(hint) = &failure.hint {
                let word = render(self.error_color, Style::Bold, &texts().word_hint());
                let _ = writeln!(stderr, "{word} {hint}");
            }
        }
        failure.exit.into()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

fn render(color: bool, style: Style, text: &str) -> String {
    if !color {
        return text.to_owned();
    }
    let code = match style {
        Style::Bold => "1",
        Style::Dim => "2",
        Style::Good => "32",
        Style::Warning => "33",
        Style::Bad => "31",
        Style::Hit => "1;33",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// A number of bytes for display: `431 bytes`, `6.2 KB`, `1.3 GB` (powers of 1000).
pub(crate) fn bytes(count: u64) -> String {
    let texts = texts();
    let in_units = |unit: u64| format!("{:.1}", count as f64 / unit as f64);
    match count {
        1_000_000_000_000.. => texts.size_terabytes(in_units(1_000_000_000_000)),
        1_000_000_000.. => texts.size_gigabytes(in_units(1_000_000_000)),
        1_000_000.. => texts.size_megabytes(in_units(1_000_000)),
        1_000.. => texts.size_kilobytes(in_units(1_000)),
        _ => texts.size_bytes(count),
    }
}

/// A number by the custom of the language.
pub(crate) fn number(count: u64) -> String {
    texts().0.number(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_display() {
        assert_eq!(number(0), "0");
        assert_eq!(number(1_234_567), "1,234,567");
        for (count, expect) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 KB"),
            (1_250_000, "1.2 MB"),
            (3_000_000_000, "3.0 GB"),
            (7_500_000_000_000, "7.5 TB"),
        ] {
            assert_eq!(bytes(count), expect);
        }
    }
}
