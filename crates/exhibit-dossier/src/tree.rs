//! A document's tree made again as its log entry has it, for proving single pages.

use crate::DossierError;
use exhibit_case::Held;
use exhibit_catalogue::Item;
use exhibit_custody::{Entry, Log};
use exhibit_proof::document::Document;

/// The reading of a document that holds now.
pub(crate) struct Reading {
    /// Its log entry.
    pub(crate) seq: u64,
    /// The document's tree.
    pub(crate) tree: Document,
}

/// Makes the tree of `content` (an item that is no duplicate) again from the catalogue and holds it against the log;
/// `None` where the item has no pages that were read.
pub(crate) fn reading(held: &mut Held, log: &Log, content: &Item) -> Result<Option<Reading>, DossierError> {
    let document = held.case.label(content.id);
    let (Some(original), Some(seq)) = (content.original, held.catalogue.settled_seq(content.id)?) else {
        return Ok(None);
    };
    let not_as_logged = || DossierError::NotAsLogged { document: document.clone(), entry: seq };
    let entry = Entry::read(&log.entry(seq)?).map_err(|_| not_as_logged())?;
    if entry.act != "item.derive" {
        return Ok(None);
    }
    let openings = held.catalogue.openings(seq)?;
    let seed = openings.iter().find(|opening| opening.field == "tree_seed").map(|opening| opening.value.as_slice());
    let seed: [u8; 32] = seed.and_then(|seed| seed.try_into().ok()).ok_or_else(not_as_logged)?;
    let mut tree = Document::new(seed, *original.digest().as_bytes(), content.size);
    let work = held.catalogue.begin()?;
    for text in work.texts(content.id)? {
        let reader = if text.reader.is_empty() { &entry.tool } else { &text.reader };
        tree.push_text(text.page, reader, *text.digest.as_bytes());
    }
    if !entry.made.contains(&format!("tree:{}", tree.root().to_hex())) {
        return Err(not_as_logged());
    }
    Ok(Some(Reading { seq, tree }))
}
