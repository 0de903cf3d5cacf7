//! Rendering pages for citing: the pictures are stored and become leaves of their document's tree, which is logged
//! again.

use crate::{BagError, reading};
use exhibit_case::{Cage, CaseError, CaseWriter, TreeParts, finding_digest, reader_of};
use exhibit_catalogue::{Item, PagePicture};
use exhibit_custody::{Act, Derivation, Entry};
use exhibit_model::{ItemId, PageNumber, Reason};
use std::collections::BTreeSet;

/// Renders those pages of a document that have no picture yet, and logs the document's tree with them. Returns the
/// pages that cannot be rendered, with the reason. `rendered` is called after each page.
///
/// # Errors
/// [`BagError::NotRead`]; those of the case. Pages rendered until then are rendered again next time.
pub fn render_pages(
    held: &mut CaseWriter,
    cage: &Cage,
    item: ItemId,
    pages: &BTreeSet<PageNumber>,
    rendered: &mut dyn FnMut(),
) -> Result<Vec<(PageNumber, Reason)>, BagError> {
    let content = content_of(held, item)?;
    let have: BTreeSet<PageNumber> =
        held.view().pictures(content.id)?.into_iter().map(|picture| picture.page).collect();
    let (mut new, mut refused) = (Vec::new(), Vec::new());
    for page in pages {
        if !have.contains(page) {
            match held.render_cited(cage, &content, *page) {
                Ok(picture) => new.push(picture),
                Err(CaseError::RenderError { reason }) => refused.push((*page, reason)),
                Err(error) => return Err(error.into()),
            }
        }
        rendered();
    }
    if !new.is_empty() {
        // durable before the catalogue or log refers to them
        held.sync_cited()?;
        log_pictures(held, &content, &new)?;
    }
    Ok(refused)
}

/// The item that was read for a document: itself, or the first with the same bytes.
pub(crate) fn content_of(held: &CaseWriter, item: ItemId) -> Result<Item, BagError> {
    Ok(held.view().content(item)?)
}

// The document's derivation again: the same state and texts, and these pictures.
fn log_pictures(
    held: &mut CaseWriter,
    content: &Item,
    new: &[PagePicture],
) -> Result<(), BagError> {
    let document = held.case.label(content.id);
    let log = held.case.folder.log()?;
    let before = reading::of(held, &log, content)?
        .ok_or(BagError::NotRead { document: document.clone() })?;
    let entry = Entry::read(&log.entry(before.seq)?);
    let entry = entry
        .map_err(|_| BagError::NotAsLogged { document: document.clone(), entry: before.seq })?;
    let original = content.original.ok_or(BagError::NoBytes { document })?;
    let seed = held.acts.seed();
    let work = held.catalogue.begin()?;
    for picture in new {
        work.add_picture(content.id, picture)?;
    }
    let (item, metadata, notes) = work.item_in_full(content.id)?;
    let (texts, pictures, reader) =
        (work.texts(content.id)?, work.pictures(content.id)?, reader_of(&entry));
    let tree = TreeParts { original, size: item.size, texts: &texts, reader, pictures: &pictures }
        .tree(seed);
    let act = Act::item_derive(&Derivation {
        item: item.id,
        original,
        state: item.state,
        tree: tree.root(),
        leaves: tree.leaves(),
        pages: texts.len() as u64,
        reader,
        params: finding_digest(&item, &metadata, &notes),
    });
    let seq = held.acts.log(&work, act.secret("tree_seed", &seed))?;
    work.settled_at(item.id, seq)?;
    work.commit()?;
    Ok(held.flush()?)
}
