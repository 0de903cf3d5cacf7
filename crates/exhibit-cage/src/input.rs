//! The input file of a worker: an inherited descriptor, opened by the parent, read-only.
//!
//! Reads use explicit offsets (`pread`), so a worker cannot move the offset at which its parent reads the same file.
//! Nothing is buffered here: callers that read small pieces wrap it in a `BufReader`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;

/// The file to read. Its length is the one when the job started.
#[derive(Debug)]
pub struct JobInput {
    file: File,
    length: u64,
    at: u64,
}

impl JobInput {
    /// Wraps an open regular file.
    ///
    /// # Errors
    /// If its length cannot be determined.
    pub fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length, at: 0 })
    }

    /// The file's length in bytes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.length
    }

    /// Whether the file has no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl Read for JobInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }

    fn read_to_end(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let start = buffer.len();
        let promised = usize::try_from(self.length.saturating_sub(self.at))
            .map_err(|_| io::ErrorKind::OutOfMemory)?;
        // one byte more than expected, so that the end shows without growing; a file that grew is read to its new end
        let mut step = promised.saturating_add(1);
        loop {
            let filled = buffer.len();
            buffer.try_reserve(step)?;
            buffer.resize(filled + step, 0);
            let outcome = self.read(&mut buffer[filled..]);
            buffer.truncate(filled + outcome.as_ref().copied().unwrap_or(0));
            if outcome? == 0 {
                return Ok(buffer.len() - start);
            }
            step = step.saturating_sub(buffer.len() - filled).max(4096);
        }
    }
}

impl Seek for JobInput {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(distance) => self.length.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.at.checked_add_signed(distance),
        };
        self.at = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
