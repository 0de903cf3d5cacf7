//! Pictures of pages painted for citing: kept for good by their digests, unlike the pictures that are only looked at.

use crate::{Case, CaseError, layout, paint};
use exhibit_cage::Cage;
use exhibit_catalogue::{Item, PagePicture};
use exhibit_model::{Digest, OriginalId, Task};
use exhibit_store::Originals;
use std::fs::File;

/// How cited pages are painted: fine enough to read small print, and the same everywhere.
const DPI: u32 = 200;
const MOST_SIDE: u32 = 4000;

impl Case {
    /// Where cited pictures are kept: by their digests, as originals are.
    ///
    /// # Errors
    /// [`CaseError::Store`].
    pub fn cited(&self) -> Result<Originals, CaseError> {
        Ok(Originals::open(&self.folder.join(layout::CITED))?)
    }

    /// Paints a page for citing and keeps the picture, which counts once the store was made durable and the catalogue has it.
    ///
    /// # Errors
    /// [`CaseError::NotPainted`] with the reason, where the page has no picture.
    pub fn paint_cited(&self, cage: &Cage, content: &Item, page: u32, tool: &str) -> Result<PagePicture, CaseError> {
        let row = self.catalogue().page(content.id, page)?;
        let row = row.ok_or_else(|| CaseError::NoSuchPage { document: self.label(content.id), page })?;
        let not_painted = |reason: String| CaseError::NotPainted { reason };
        if !row.kind.is_rendered() {
            return Err(not_painted(format!("a {} page has no layout of its own", row.kind)));
        }
        let original = content.original.ok_or_else(|| not_painted("it has no bytes".to_owned()))?;
        let task = Task::Render { page, dpi: DPI, max_side: MOST_SIDE, grey: false };
        let file = self.originals().open_original(original)?;
        let painted = paint(cage, &file, &content.path, task, &self.passwords()?)?;
        let store = self.cited()?;
        let mut deposit = store.deposit()?;
        deposit.write(&painted.png)?;
        let sealed = deposit.seal()?;
        let (sha256, size) = (sealed.original.digest(), sealed.size);
        sealed.keep()?;
        let reader = format!("{tool}, {DPI} dpi, at most {MOST_SIDE} pixels");
        Ok(PagePicture { page, sha256, size, reader })
    }

    /// Opens a cited picture.
    ///
    /// # Errors
    /// [`CaseError::Store`].
    pub fn open_cited(&self, sha256: Digest) -> Result<File, CaseError> {
        Ok(self.cited()?.open_original(OriginalId::new(sha256))?)
    }
}
