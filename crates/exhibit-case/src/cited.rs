//! Pictures of pages rendered for citing: stored permanently by their digests, unlike pictures for viewing.

use crate::{Case, CaseError, CaseWriter, render};
use exhibit_cage::Cage;
use exhibit_catalogue::{Item, PagePicture};
use exhibit_model::{Digest, OriginalId, PageNumber, Reason, Task};
use exhibit_store::Originals;
use std::fs::File;

/// The settings for rendering cited pages: fine enough for small print, and the same everywhere.
const DPI: u32 = 200;
const MOST_SIDE: u32 = 4000;

impl Case {
    /// The store of cited pictures: by their digests, like originals.
    ///
    /// # Errors
    /// [`CaseError::Store`].
    pub(crate) fn cited(&self) -> Result<Originals, CaseError> {
        Ok(self.folder.cited()?)
    }

    /// Renders a page for citing and stores the picture. It counts once the store is durable and the catalogue refers
    /// to it.
    ///
    /// # Errors
    /// [`CaseError::RenderError`] with the reason, if the page has no picture.
    fn render_cited(
        &self,
        cage: &Cage,
        content: &Item,
        page: PageNumber,
        tool: &str,
    ) -> Result<PagePicture, CaseError> {
        let row = self.catalogue().page(content.id, page)?;
        let row = row.ok_or_else(|| self.no_such_page(content.id, page))?;
        let render_error = |reason: Reason| CaseError::RenderError { reason };
        if !row.kind.is_rendered() {
            return Err(render_error(Reason::NoLayout { kind: row.kind.word().to_owned() }));
        }
        let original = content.original.ok_or_else(|| render_error(Reason::NoBytes))?;
        let task = Task::Render { page: page.get(), dpi: DPI, max_side: MOST_SIDE, grey: false };
        let file = self.originals().open_original(original)?;
        let rendered = render(cage, &file, &content.path, task, &self.passwords()?)?;
        let store = self.cited()?;
        let mut deposit = store.deposit()?;
        deposit.write(&rendered.png)?;
        let sealed = deposit.finish()?;
        let (sha256, size) = (sealed.original.digest(), sealed.size);
        sealed.keep()?;
        let reader = format!("{tool}, {DPI} dpi, at most {MOST_SIDE} pixels");
        Ok(PagePicture { page, sha256, size, reader })
    }

    /// Opens a cited picture.
    ///
    /// # Errors
    /// [`CaseError::Store`].
    pub(crate) fn open_cited(&self, sha256: Digest) -> Result<File, CaseError> {
        Ok(self.cited()?.open_original(OriginalId::new(sha256))?)
    }
}

impl CaseWriter {
    /// Renders a page for citing and stores the picture. It counts once [`Self::sync_cited`] made the store durable and
    /// the catalogue refers to it.
    ///
    /// # Errors
    /// [`CaseError::RenderError`] with the reason, if the page has no picture.
    pub fn render_cited(
        &self,
        cage: &Cage,
        content: &Item,
        page: PageNumber,
    ) -> Result<PagePicture, CaseError> {
        self.case.render_cited(cage, content, page, self.tool())
    }

    /// Makes the store of cited pictures durable.
    ///
    /// # Errors
    /// [`CaseError::Store`].
    pub fn sync_cited(&self) -> Result<(), CaseError> {
        Ok(self.case.cited()?.sync()?)
    }
}
