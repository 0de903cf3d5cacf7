//! A bag received from another case: its files are listed rather than walked, and their digests are known in advance.

use crate::IngestError;
use crate::committer::{Content, Message};
use crate::intake::Intake;
use crate::progress::add;
use exhibit_custody::Act;
use exhibit_model::{OriginalId, SourceId};
use exhibit_proof::bagit::Files;

/// A received bag, checked.
pub struct BagSource {
    /// The permanent name of the source, by which importing the bag again resumes.
    pub identity: Vec<u8>,
    /// Its display name.
    pub name: String,
    /// The act of its receipt, given the number of the source.
    pub receipt: Box<dyn Fn(SourceId) -> Act + Send>,
    /// Reads its bytes.
    pub from: Box<dyn Files + Send>,
    /// Its files.
    pub files: Vec<BagFile>,
}

/// One file of a received bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BagFile {
    /// Its path within the bag.
    pub place: String,
    /// Its path below the source, as recorded in the case.
    pub path: Vec<u8>,
    /// The digest of its bytes.
    pub original: OriginalId,
}

impl std::fmt::Debug for BagSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BagSource").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl Intake<'_> {
    /// Receives every file of a bag. Fails at the first file that has changed since it was checked.
    pub(crate) fn take_over(
        &mut self,
        source: SourceId,
        mut bag: BagSource,
    ) -> Result<(), IngestError> {
        let count = bag.files.len() as u64;
        self.out.send(Message::Counted { source, entries: count })?;
        for file in bag.files {
            if self.stop.requested() {
                return Ok(());
            }
            add(&self.progress.met, 1);
            let changed = || IngestError::BagChanged { place: file.place.clone() };
            let mut deposit = self.originals.deposit()?;
            let mut written = Ok(());
            let read = bag.from.read(&file.place, &mut |piece| {
                if written.is_ok() {
                    written = deposit.write(piece);
                }
            });
            written?;
            read.map_err(|_| changed())?;
            let sealed = deposit.finish()?;
            if sealed.original != file.original {
                return Err(changed());
            }
            add(&self.progress.met_bytes, sealed.size);
            let content = Content::Bytes(sealed);
            self.out.send(Message::File {
                source,
                path: file.path,
                path_text: String::new(),
                times: None,
                content,
            })?;
        }
        self.out.send(Message::Walked { source, found: count })
    }
}
