//! Texts in lines, read strictly: UTF-8, no control character but the line feed, every line ended by one.

use crate::BASE64;
use base64::Engine as _;

/// Where a text stops being what it should be, and what must stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {must}")]
pub struct LineError {
    /// The line, from 1; one after the last where something is missing at the end.
    pub line: usize,
    /// What is asked of it.
    pub must: &'static str,
}

/// The lines of a text, taken one after another.
pub(crate) struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    /// Begins with a text's first line.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, LineError> {
        let line = |until: usize| bytes[..until].iter().filter(|b| **b == b'\n').count() + 1;
        let wrong = |until, must| LineError { line: line(until), must };
        let rest = str::from_utf8(bytes).map_err(|error| wrong(error.valid_up_to(), "it must be UTF-8"))?;
        match rest.bytes().position(|b| b < 0x20 && b != b'\n') {
            Some(at) => Err(wrong(at, "no control character may stand in it but line feeds")),
            None if rest.is_empty() || rest.ends_with('\n') => Ok(Self { rest, number: 0 }),
            None => Err(wrong(bytes.len(), "it must end with a line feed")),
        }
    }

    /// Takes the next line, without its line feed.
    pub(crate) fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        (self.rest, self.number) = (rest, self.number + 1);
        Some(line)
    }

    /// What was not taken yet.
    pub(crate) const fn rest(&self) -> &'a str {
        self.rest
    }

    /// What is wrong with the line taken last.
    pub(crate) const fn wrong(&self, must: &'static str) -> LineError {
        LineError { line: self.number, must }
    }

    /// Takes a line and makes something of it, which `must` names.
    pub(crate) fn take<T>(
        &mut self,
        must: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, LineError> {
        let line = self.next();
        line.and_then(read).ok_or(LineError { line: self.number + usize::from(line.is_none()), must })
    }

    /// Takes the next line where it begins with `prefix`, and gives what follows that.
    pub(crate) fn take_if(&mut self, prefix: &str) -> Option<&'a str> {
        if self.rest.starts_with(prefix) { self.next()?.strip_prefix(prefix) } else { None }
    }
}

/// Reads a decimal number as the formats here write it: digits alone, no leading zero but for `0` itself.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with('0');
    if plain && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Reads standard base64 with padding in its one canonical form.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}
