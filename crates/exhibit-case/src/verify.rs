//! The digest of what reading an item found.

use exhibit_catalogue::{Item, NoteRow};
use exhibit_model::{Digest, MetadataKey, wire::Writer};

/// The digest of what reading an item found, as log entries of type `item.derive` and `item.fail` carry it in `params_sha256`:
/// state, reason, media type, count of members, properties and notes, in the byte form of `exhibit_model::wire`.
#[must_use]
pub fn finding_digest(item: &Item, metadata: &[(MetadataKey, String)], notes: &[NoteRow]) -> Digest {
    let mut w = Writer::new();
    w.text(item.state.word());
    w.text(&item.reason);
    w.text(&item.media_type);
    w.number(item.found);
    w.number(metadata.len() as u64);
    for (key, value) in metadata {
        w.text(key.as_str());
        w.text(value);
    }
    w.number(notes.len() as u64);
    for note in notes {
        w.text(&note.kind);
        w.number(u64::from(note.page));
        w.text(&note.text);
    }
    Digest::of(&w.into_bytes())
}
