//! A document's tree made from what the catalogue knows: the same when it is logged, checked and proved.

use exhibit_catalogue::{PagePicture, PageText};
use exhibit_custody::{Entry, Fact};
use exhibit_model::OriginalId;
use exhibit_proof::document::Document;

/// What a document's tree is made of.
#[derive(Debug, Clone, Copy)]
pub struct TreeParts<'a> {
    /// The original.
    pub original: OriginalId,
    /// How many bytes it has.
    pub size: u64,
    /// The pages' texts, in the order of the pages.
    pub texts: &'a [PageText],
    /// What read the texts that name no reader of their own.
    pub reader: &'a str,
    /// The pages' pictures, in the order of the pages.
    pub pictures: &'a [PagePicture],
}

impl TreeParts<'_> {
    /// The tree over these parts, with salts from this seed.
    #[must_use]
    pub fn tree(&self, seed: [u8; 32]) -> Document {
        let mut document = Document::new(seed, *self.original.digest().as_bytes(), self.size);
        for text in self.texts {
            let reader = if text.reader.is_empty() { self.reader } else { &text.reader };
            document.push_text(text.page, reader, *text.digest.as_bytes());
        }
        for picture in self.pictures {
            document.push_image(picture.page, &picture.reader, *picture.sha256.as_bytes());
        }
        document
    }
}

/// What an entry of the act `item.derive` says that it was read with.
#[must_use]
pub fn reader_of(entry: &Entry) -> &str {
    if let Some(Fact::Text(reader)) = entry.facts.get("reader") { reader } else { &entry.tool }
}
