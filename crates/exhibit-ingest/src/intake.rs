//! Intake: opens every file of a source read-only, reads it once, and hashes it while copying it into the store.

use crate::committer::{Content, Message, Sender};
use crate::progress::{Progress, add};
use crate::walk::{Entry, EntryKind, walk};
use crate::{IngestError, run::StopRequest};
use exhibit_catalogue::Catalogue;
use exhibit_model::{Reason, SourceId, State};
use exhibit_store::{FinishedDeposit, Originals};
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::Read;
use std::path::Path;

pub(crate) struct Intake<'a> {
    pub(crate) originals: &'a Originals,
    pub(crate) catalogue: Catalogue,
    pub(crate) out: Sender<'a>,
    pub(crate) progress: &'a Progress,
    pub(crate) stop: &'a StopRequest,
}

enum Copied<'a> {
    Whole(FinishedDeposit<'a>),
    Unreadable(Reason),
}

impl Intake<'_> {
    /// Receives everything in one source, until a stop is requested.
    pub(crate) fn receive(&mut self, source: SourceId, path: &Path) -> Result<(), IngestError> {
        let mut found = 0;
        let mut failure = None;
        let walked = walk(path, &mut |entry| {
            found += 1;
            add(&self.progress.met, 1);
            match self.one(source, entry) {
                Ok(()) => !self.stop.requested(),
                Err(error) => {
                    failure = Some(error);
                    false
                }
            }
        });
        walked.map_err(|error| IngestError::Source { path: path.to_owned(), source: error })?;
        if let Some(error) = failure {
            return Err(error);
        }
        if !self.stop.requested() {
            self.out.send(Message::Walked { source, found })?;
        }
        Ok(())
    }

    fn one(&mut self, source: SourceId, entry: Entry) -> Result<(), IngestError> {
        let (content, times) = match entry.kind {
            EntryKind::Other(reason) => (Content::None(State::Unsupported, Some(reason)), None),
            EntryKind::Unreadable(reason) => (Content::None(State::Failed, Some(reason)), None),
            EntryKind::File { size, modified, changed } => {
                add(&self.progress.met_bytes, size);
                if self.catalogue.knows_file(source, &entry.below, size, changed)? {
                    return Ok(());
                }
                match copy(&entry.path, self.originals)? {
                    Copied::Whole(sealed) => (Content::Bytes(sealed), Some((modified, changed))),
                    Copied::Unreadable(reason) => {
                        (Content::None(State::Failed, Some(reason)), Some((modified, changed)))
                    }
                }
            }
        };
        self.out.send(Message::File { source, path: entry.below, times, content })
    }
}

/// Copies a file into the store. An unreadable file is not an error; an unwritable store is.
fn copy<'a>(path: &Path, originals: &'a Originals) -> Result<Copied<'a>, IngestError> {
    // never follows a link that replaced the file, and never blocks on a pipe
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let mut file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(error) => {
            return Ok(Copied::Unreadable(Reason::cannot_open(&error.into())));
        }
    };
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Ok(Copied::Unreadable(Reason::Replaced));
    }
    let mut deposit = originals.deposit()?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Copied::Whole(deposit.finish()?)),
            Ok(count) => deposit.write(&buffer[..count])?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                return Ok(Copied::Unreadable(Reason::cannot_read_after(deposit.size(), &error)));
            }
        }
    }
}
