//! Pictures of pages painted for citing: kept for good by their digests, unlike the pictures that are only looked at.

use crate::verify::Verification;
use crate::{Case, CaseError, chain_of, layout, paint};
use exhibit_cage::Cage;
use exhibit_catalogue::{Catalogue, Item, PagePicture};
use exhibit_model::{Digest, OriginalId, Reason, Task};
use exhibit_store::{Fixity, Originals};
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
        let not_painted = |reason: Reason| CaseError::NotPainted { reason };
        if !row.kind.is_rendered() {
            return Err(not_painted(Reason::NoLayout { kind: row.kind.word().to_owned() }));
        }
        let original = content.original.ok_or_else(|| not_painted(Reason::NoBytes))?;
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

    pub(crate) fn verify_cited(&self, catalogue: &Catalogue, found: &mut Verification) -> Result<(), CaseError> {
        let mut kept = Vec::new();
        catalogue.all_pictures(&mut |item, picture| kept.push((item, picture)))?;
        if kept.is_empty() {
            return Ok(());
        }
        let store = self.cited()?;
        for (item, picture) in kept {
            let place = || format!("{} page {}, its cited picture", self.label(item), picture.page);
            match store.check(OriginalId::new(picture.sha256), &mut |_| {}) {
                Ok(Fixity::Matches) => {}
                Ok(Fixity::Missing) => found.wrong(place(), "the picture is missing"),
                Ok(Fixity::Differs(digest)) => {
                    found.wrong(place(), format!("its bytes were altered: they have the SHA-256 {digest}"));
                }
                Err(error) => found.wrong(place(), chain_of(&error)),
            }
        }
        Ok(())
    }
}
