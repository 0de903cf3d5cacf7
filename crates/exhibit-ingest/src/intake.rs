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
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) struct Intake<'a> {
    pub(crate) originals: &'a Originals,
    pub(crate) catalogue: Catalogue,
    pub(crate) out: Sender<'a>,
    pub(crate) progress: &'a IngestProgress,
    pub(crate) stop: &'a StopRequest,
}

/// How far a source was walked.
struct Walk {
    found: u64,
    to_end: bool,
}

enum Copied<'a> {
    Whole(FinishedDeposit<'a>),
    Unreadable(Reason),
}

impl Intake<'_> {
    /// Receives everything in one source, until a stop is requested. The entries are counted beside that, so that an
    /// interrupted intake can state how many are missing.
    pub(crate) fn receive(&mut self, source: SourceId, path: &Path) -> Result<(), IngestError> {
        let unreadable = |error| IngestError::Source { path: path.to_owned(), source: error };
        let folder = Source::open(path).map_err(unreadable)?;
        let ended = AtomicBool::new(false);
        let (out, stop) = (self.out.clone(), self.stop);
        std::thread::scope(|scope| {
            let (counted, first) = std::sync::mpsc::sync_channel(1);
            let ended = &ended;
            let counting = scope.spawn(move || {
                let goes_on = || !stop.requested() && !ended.load(Ordering::Relaxed);
                let entries =
                    Source::open(path).and_then(|source| count(&source, &goes_on)).ok().flatten();
                // if the committer is gone, receiving reports that
                let _ = entries.map(|entries| out.send(Message::Counted { source, entries }));
                let _ = counted.send(());
                entries
            });
            // most sources are counted before their first entry is received
            let _ = first.recv_timeout(COUNTED_FIRST);
            let walked = self.walk(source, path, &folder);
            ended.store(walked.is_err(), Ordering::Relaxed);
            let known = counting.join().ok().flatten();
            let Walk { found, to_end } = walked?;
            // a stop at the last entry leaves nothing to receive
            if to_end || known == Some(found) {
                self.out.send(Message::Walked { source, found })?;
            }
            Ok(())
        })
    }

    // Receives the entries of a source, until a stop is requested.
    fn walk(
        &mut self,
        source: SourceId,
        path: &Path,
        folder: &Source,
    ) -> Result<Walk, IngestError> {
        let mut walk = Walk { found: 0, to_end: true };
        let mut failure = None;
        let walked = folder.walk(&mut |entry| {
            walk.found += 1;
            add(&self.progress.met, 1);
            match self.one(source, path, folder, entry) {
                Ok(()) => walk.to_end = !self.stop.requested(),
                Err(error) => {
                    failure = Some(error);
                    walk.to_end = false;
                }
            }
            walk.to_end
        });
        walked.map_err(|error| IngestError::Source { path: path.to_owned(), source: error })?;
        failure.map_or(Ok(walk), Err)
    }

    fn one(
        &mut self,
        source: SourceId,
        path: &Path,
        folder: &Source,
        entry: Entry,
    ) -> Result<(), IngestError> {
        // an entry that cannot be read is accounted for; a source that is gone ends its intake
        let must_be_there = || {
            folder
                .is_at(path)
                .map_err(|error| IngestError::Source { path: path.to_owned(), source: error })
        };
        if matches!(entry.kind, EntryKind::Unreadable(_)) {
            must_be_there()?;
        }
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
                        must_be_there()?;
                        (Content::None(State::Failed, Some(reason)), Some((modified, changed)))
                    }
                }
            }
        };
        self.out.send(Message::File {
            source,
            path: entry.below,
            path_text: entry.below_text,
            times,
            content,
        })
    }
}

/// How long receiving waits for the number of entries of a source.
const COUNTED_FIRST: Duration = Duration::from_secs(2);

// The number of entries of a source; `None` if counting was ended.
fn count(source: &Source, goes_on: &dyn Fn() -> bool) -> std::io::Result<Option<u64>> {
    let (mut entries, mut ended) = (0, false);
    source.walk(&mut |_| {
        entries += 1;
        ended = !goes_on();
        !ended
    })?;
    Ok((!ended).then_some(entries))
}

/// Copies a file into the store. An unreadable file is not an error; an unwritable store is.
fn copy<'a>(
    folder: &Source,
    below: &[u8],
    originals: &'a Originals,
) -> Result<Copied<'a>, IngestError> {
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
