//! Intake: opens every file of a source read-only, reads it once, and hashes it while copying it into the store.

use crate::committer::{Content, Message, Sender};
use crate::progress::{IngestProgress, add};
use crate::walk::{Entry, EntryKind, Source};
use crate::{IngestError, run::StopRequest};
use exhibit_catalogue::Catalogue;
use exhibit_model::{Reason, SourceId, State};
use exhibit_store::{FinishedDeposit, Originals};
use std::io::Read;
use std::path::Path;

pub(crate) struct Intake<'a> {
    pub(crate) originals: &'a Originals,
    pub(crate) catalogue: Catalogue,
    pub(crate) out: Sender<'a>,
    pub(crate) progress: &'a IngestProgress,
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
        let unreadable = |error| IngestError::Source { path: path.to_owned(), source: error };
        let folder = Source::open(path).map_err(unreadable)?;
        let walked = folder.walk(&mut |entry| {
            found += 1;
            add(&self.progress.met, 1);
            match self.one(source, &folder, entry) {
                Ok(()) => !self.stop.requested(),
                Err(error) => {
                    failure = Some(error);
                    false
                }
            }
        });
        walked.map_err(unreadable)?;
        if let Some(error) = failure {
            return Err(error);
        }
        if !self.stop.requested() {
            self.out.send(Message::Walked { source, found })?;
        }
        Ok(())
    }

    fn one(&mut self, source: SourceId, folder: &Source, entry: Entry) -> Result<(), IngestError> {
        let (content, times) = match entry.kind {
            EntryKind::Other(reason) => (Content::None(State::Unsupported, Some(reason)), None),
            EntryKind::Unreadable(reason) => (Content::None(State::Failed, Some(reason)), None),
            EntryKind::File { size, modified, changed } => {
                add(&self.progress.met_bytes, size);
                if self.catalogue.knows_file(source, &entry.below, size, changed)? {
                    return Ok(());
                }
                match copy(folder, &entry.below, self.originals)? {
                    Copied::Whole(sealed) => (Content::Bytes(sealed), Some((modified, changed))),
                    Copied::Unreadable(reason) => {
                        (Content::None(State::Failed, Some(reason)), Some((modified, changed)))
                    }
                }
            }
        };
        self.out.send(Message::File { source, path: entry.below, path_text: entry.below_text, times, content })
    }
}

/// Copies a file into the store. An unreadable file is not an error; an unwritable store is.
fn copy<'a>(folder: &Source, below: &[u8], originals: &'a Originals) -> Result<Copied<'a>, IngestError> {
    let mut file = match folder.open_file(below) {
        Ok(file) => file,
        Err(reason) => return Ok(Copied::Unreadable(reason)),
    };
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
