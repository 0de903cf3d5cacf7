//! Builds a document's tree from the catalogue: the same when it is logged, checked and proved.

use exhibit_catalogue::{PagePicture, PageText};
use exhibit_custody::{Entry, Fact};
use exhibit_model::OriginalId;
use exhibit_proof::document::DocumentTree;

/// The parts of a document's tree.
#[derive(Debug, Clone, Copy)]
pub struct TreeParts<'a> {
    /// The original.
    pub original: OriginalId,
    /// Its length in bytes.
    pub size: u64,
    /// The pages' texts, in page order.
    pub texts: &'a [PageText],
    /// The reader of the texts that name no reader themselves.
    pub reader: &'a str,
    /// The pages' pictures, in page order.
    pub pictures: &'a [PagePicture],
}

impl TreeParts<'_> {
    /// The tree over these parts, with salts from this seed.
    #[must_use]
    pub fn tree(&self, seed: [u8; 32]) -> DocumentTree {
        let mut document = DocumentTree::new(seed, *self.original.digest().as_bytes(), self.size);
        for text in self.texts {
            let reader = if text.reader.is_empty() { self.reader } else { &text.reader };
            document.push_text(text.page.get(), reader, *text.digest.as_bytes());
        }
        for picture in self.pictures {
            document.push_image(picture.page.get(), &picture.reader, *picture.sha256.as_bytes());
        }
        document
    }
}

/// The reader named in an `item.derive` entry.
#[must_use]
pub fn reader_of(entry: &Entry) -> &str {
    if let Some(Fact::Text(reader)) = entry.facts.get("reader") { reader } else { &entry.tool }
}
