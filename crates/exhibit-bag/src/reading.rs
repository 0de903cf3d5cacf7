//! Rebuilds a document's tree as its log entry has it, to prove single pages.

use crate::BagError;
use exhibit_case::{CaseWriter, TreeParts, reader_of};
use exhibit_catalogue::Item;
use exhibit_custody::{Entry, Log, Ref, Verb};
use exhibit_model::EntrySeq;
use exhibit_proof::document::DocumentTree;

/// The current reading of a document.
pub(crate) struct Reading {
    /// Its log entry.
    pub(crate) seq: EntrySeq,
    /// The number of pages in the document.
    pub(crate) pages: u64,
    /// The document's tree.
    pub(crate) tree: DocumentTree,
}

/// Rebuilds the tree of `content` (an item that is not a duplicate) from the catalogue and checks it against the log;
/// `None` if the item has no pages that were read.
pub(crate) fn of(
    held: &mut CaseWriter,
    log: &Log,
    content: &Item,
) -> Result<Option<Reading>, BagError> {
    let document = held.case.label(content.id);
    let (Some(original), Some(seq)) = (content.original, held.view().reading_entry(content.id)?)
    else {
        return Ok(None);
    };
    let not_as_logged = || BagError::NotAsLogged { document: document.clone(), entry: seq };
    let entry = Entry::read(&log.entry(seq)?).map_err(|_| not_as_logged())?;
    if entry.act != Verb::ItemDerive {
        return Ok(None);
    }
    let openings = held.view().openings(seq)?;
    let seed = openings
        .iter()
        .find(|opening| opening.field == "tree_seed")
        .map(|opening| opening.value.as_slice());
    let seed: [u8; 32] = seed.and_then(|seed| seed.try_into().ok()).ok_or_else(not_as_logged)?;
    let work = held.catalogue.begin()?;
    let (texts, pictures) = (work.texts(content.id)?, work.pictures(content.id)?);
    drop(work);
    let (size, reader) = (content.size, reader_of(&entry));
    let tree = TreeParts { original, size, texts: &texts, reader, pictures: &pictures }.tree(seed);
    if !entry.made.contains(&Ref::Tree(tree.root())) {
        return Err(not_as_logged());
    }
    let pages = texts.len() as u64;
    Ok(Some(Reading { seq, pages, tree }))
}
