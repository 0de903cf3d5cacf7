//! Line-based texts, parsed strictly: UTF-8, no control characters except the line feed, which ends every line.

use crate::BASE64;
use base64::Engine as _;

/// The first line of a text that violates its format, and what the format requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {must}")]
pub struct LineError {
    /// The line, from 1; one after the last if something is missing at the end.
    pub line: usize,
    /// What the line must be.
    pub must: &'static str,
}

/// Reads the lines of a text in order.
pub(crate) struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    /// Starts at the first line of a text.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, LineError> {
        let line = |until: usize| bytes[..until].iter().filter(|b| **b == b'\n').count() + 1;
        let wrong = |until, must| LineError { line: line(until), must };
        let rest =
            str::from_utf8(bytes).map_err(|error| wrong(error.valid_up_to(), "must be UTF-8"))?;
        match rest.bytes().position(|b| b < 0x20 && b != b'\n') {
            Some(byte) => Err(wrong(byte, "must not contain control characters except line feeds")),
            None if rest.is_empty() || rest.ends_with('\n') => Ok(Self { rest, number: 0 }),
            None => Err(wrong(bytes.len(), "must end with a line feed")),
        }
    }

    /// Reads the next line, without its line feed.
    pub(crate) fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        (self.rest, self.number) = (rest, self.number + 1);
        Some(line)
    }

    /// The part of the text that was not read yet.
    pub(crate) const fn rest(&self) -> &'a str {
        self.rest
    }

    /// The error for the line that was read last.
    pub(crate) const fn wrong(&self, must: &'static str) -> LineError {
        LineError { line: self.number, must }
    }

    /// Reads the next line and parses it; `must` describes what it must be.
    pub(crate) fn take<T>(
        &mut self,
        must: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, LineError> {
        let line = self.next();
        line.and_then(read)
            .ok_or(LineError { line: self.number + usize::from(line.is_none()), must })
    }

    /// Reads the next line if it begins with `prefix`, and returns the rest of it.
    pub(crate) fn take_if(&mut self, prefix: &str) -> Option<&'a str> {
        if self.rest.starts_with(prefix) { self.next()?.strip_prefix(prefix) } else { None }
    }
}

/// Parses a decimal number as the formats here write it: only digits, no leading zero except in `0` itself.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with('0');
    if plain && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Decodes standard base64 with padding, only in its canonical form.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}
