//! What another case handed over: files that are not walked but listed, whose bytes are known beforehand.

use crate::IngestError;
use crate::intake::Intake;
use crate::keeper::{Content, Message};
use crate::progress::add;
use exhibit_custody::Act;
use exhibit_model::{OriginalId, SourceId};
use exhibit_proof::bagit::Files;

/// A source that was handed over, and checked.
pub struct Handed {
    /// What names the source for good: taking it in again goes on with it.
    pub identity: Vec<u8>,
    /// What people call it.
    pub name: String,
    /// What the log says of its receipt, given the source's number.
    pub receipt: Box<dyn Fn(SourceId) -> Act + Send>,
    /// Where its bytes are.
    pub from: Box<dyn Files + Send>,
    /// Its files.
    pub files: Vec<HandedFile>,
}

/// One file of a source that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedFile {
    /// Where it lies in what was handed over.
    pub place: String,
    /// Its path below the source, as the case will know it.
    pub path: Vec<u8>,
    /// What its bytes are.
    pub original: OriginalId,
}

impl std::fmt::Debug for Handed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handed").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl Intake<'_> {
    /// Receives everything that was handed over. A file whose bytes are not those that were checked ends it.
    pub(crate) fn take_over(&mut self, source: SourceId, mut handed: Handed) -> Result<(), IngestError> {
        let count = handed.files.len() as u64;
        for file in handed.files {
            if self.stop.asked() {
                return Ok(());
            }
            add(&self.progress.met, 1);
            let changed = || IngestError::Handed { place: file.place.clone() };
            let mut deposit = self.originals.deposit()?;
            let mut written = Ok(());
            let read = handed.from.read(&file.place, &mut |piece| {
                if written.is_ok() {
                    written = deposit.write(piece);
                }
            });
            written?;
            read.map_err(|_| changed())?;
            let sealed = deposit.seal()?;
            if sealed.original != file.original {
                return Err(changed());
            }
            add(&self.progress.met_bytes, sealed.size);
            let content = Content::Bytes(sealed);
            self.out.send(Message::File { source, path: file.path, times: None, content })?;
        }
        self.out.send(Message::Walked { source, found: count })
    }
}
