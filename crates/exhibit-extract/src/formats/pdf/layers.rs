//! Layers that are switched off: their content is still in the file.
//!
//! The reader skips such text, so the document is read a second time with a catalog without layers; text
//! that appears only then is hidden.

use super::glyphs::Glyph;
use super::objects::{catalog, is_named};
use super::open::positions;
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict};
use std::collections::HashSet;

/// Whether layers are switched off.
pub(super) fn are_off(pdf: &Pdf) -> bool {
    let layers = catalog(pdf.xref()).get::<Dict<'_>>("OCProperties").unwrap_or_default();
    let default = layers.get::<Dict<'_>>("D").unwrap_or_default();
    let off = default.get::<Array<'_>>("OFF").is_some_and(|off| off.raw_iter().next().is_some());
    off || is_named(&default, "BaseState", b"OFF")
}

/// The document with all layers on, if any are off. Encrypted documents are not read a second time.
pub(super) fn all_on(pdf: &Pdf, bytes: &[u8], encrypted: bool) -> Option<Pdf> {
    const KEY: &[u8] = b"/OCProperties";
    if encrypted || !are_off(pdf) {
        return None;
    }
    let mut renamed = catalog(pdf.xref()).data().to_vec();
    let at: Vec<usize> = positions(&renamed, KEY).collect();
    for at in at {
        renamed[at + KEY.len() - 1] = b'_';
    }
    let number = pdf.xref().root_id().obj_number;
    let before = format!("\n{number} 0 obj\n");
    // an invalid table offset makes the reader search for objects, of which the last counts
    let after = b"\nendobj\nstartxref\n0\n%%EOF\n";
    Pdf::new([bytes, before.as_bytes(), &renamed, after].concat()).ok()
}

/// The glyphs of `all` that are not among `shown`.
pub(super) fn hidden(all: Vec<Glyph>, shown: &[Glyph]) -> Vec<Glyph> {
    let place = |glyph: &Glyph| (glyph.origin.0.to_bits(), glyph.origin.1.to_bits(), glyph.first());
    let seen: HashSet<_> = shown.iter().map(place).collect();
    all.into_iter().filter(|glyph| !seen.contains(&place(glyph))).collect()
}
