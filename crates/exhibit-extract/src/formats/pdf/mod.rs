//! PDF (ISO 32000-2): pages with positioned text, annotations and form values, embedded files, properties.
//!
//! Parsed by hayro, with a custom device. Each page is emitted as soon as it is read, so that it is kept if
//! a later page takes too long. Pages are counted as the page tree lists them; a tree that loops is followed
//! once. The remains of a damaged file are read, and a note reports the damage.

mod annotations;
mod bidi;
mod files;
mod fonts;
mod glyphs;
mod info;
mod ink;
mod layers;
mod legacy;
mod lines;
mod objects;
mod open;
mod owner;
mod page;
mod references;
mod render;
mod revisions;
mod salvage;
mod unicode;

use crate::out::{Input, Out, Stop};
use crate::raster::{Raster, Wish};
use exhibit_model::{NoteCode, Reason, Request, Verdict};
use open::{Closed, Opened};
use page::Reading;
use revisions::Texts;

/// Emits the contents of a PDF.
pub(crate) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let opened = match open::open(input, out.limits().whole_file_bytes, &request.passwords) {
        Ok(opened) => opened,
        Err(closed) => return refused(closed, out),
    };
    out.container_size(opened.bytes.len() as u64);
    info::emit(&opened, out)?;
    info::note_make(&opened, out)?;
    if files::acts(&opened.pdf) {
        out.note(0, NoteCode::ActionOnOpen)?;
    }
    references::emit(&opened.pdf, out)?;
    let texts = emit_pages(&opened, out)?;
    let members = files::emit(&opened.pdf, out)?;
    let earlier = revisions::emit(&opened, &texts, out)?;
    if opened.pdf.pages().is_empty() && members == 0 && !earlier {
        if opened.encrypted {
            return Ok(Verdict::Encrypted);
        }
        return Ok(Verdict::Failed(Reason::NoPages));
    }
    Ok(Verdict::Read)
}

/// Renders the page that the request names.
pub(crate) fn render(
    input: &mut dyn Input,
    request: &Request,
    wish: Wish,
) -> Result<Raster, Verdict> {
    let opened = open::open(input, request.limits.whole_file_bytes, &request.passwords)
        .map_err(verdict_of)?;
    let pages = opened.pdf.pages();
    let page = (wish.page as usize).checked_sub(1).and_then(|index| pages.get(index));
    let page = page.ok_or(Verdict::Failed(Reason::NoSuchPage { page: u64::from(wish.page) }))?;
    Ok(render::render(page, wish))
}

/// Loads fonts for text whose fonts are not embedded, and the character maps.
pub(crate) fn warm(font_folders: &[std::path::PathBuf], map: crate::MapFile) {
    fonts::warm(font_folders, map);
}

fn refused(closed: Closed, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    if matches!(closed, Closed::Locked | Closed::Unsupported(_)) {
        out.metadata("pdf:encrypted", "yes")?;
    }
    if let Closed::Unsupported(scheme) = &closed {
        out.note(0, NoteCode::EncryptionUnsupported { scheme: scheme.clone() })?;
    }
    Ok(verdict_of(closed))
}

fn verdict_of(closed: Closed) -> Verdict {
    match closed {
        Closed::Locked | Closed::Unsupported(_) => Verdict::Encrypted,
        Closed::Broken(reason) => Verdict::Failed(reason),
        Closed::TooLarge(most) => Verdict::Truncated(Reason::FileSizeLimit { bytes: most }),
    }
}

/// Emits the pages; returns the digests of their texts.
fn emit_pages(opened: &Opened, out: &mut Out<'_>) -> Result<Texts, Stop> {
    let mut texts = Texts::new();
    let mut reading = Reading::new(&opened.pdf);
    let lit = layers::all_on(&opened.pdf, &opened.bytes, opened.encrypted);
    if lit.is_some() {
        out.note(0, NoteCode::LayersHidden)?;
    } else if layers::are_off(&opened.pdf) {
        out.note(0, NoteCode::LayersUnread)?;
    }
    let mut lit_reading = lit.as_ref().map(Reading::new);
    let mut labels = info::labels(&opened.pdf).into_iter();
    for (index, source) in opened.pdf.pages().iter().enumerate() {
        let lit_page = lit.as_ref().and_then(|pdf| pdf.pages().get(index));
        let lit_page = lit_page
            .zip(lit_reading.as_mut())
            .map(|(source, reading)| page::Lit { source, reading });
        let mut read = page::read(source, &mut reading, lit_page);
        let number = out.pages() + 1;
        read.page.label = labels.next().unwrap_or_default();
        read.page.count_characters();
        let (unmapped, unread) = (read.page.counts.unmapped, read.page.leaves_pictures_unread());
        let pictures = u64::from(read.page.counts.images);
        texts.extend(revisions::text_digest(&read.page.text));
        out.page(read.page)?;
        if unmapped > 0 {
            out.note(number, NoteCode::GlyphsUnmapped { glyphs: u64::from(unmapped) })?;
        }
        if unread {
            out.note(number, NoteCode::PicturesUnread { pictures })?;
        }
        if read.decoded > 0 {
            out.note(number, NoteCode::FontBytesDecoded { glyphs: u64::from(read.decoded) })?;
        }
        let covered = &read.covered;
        if covered.characters > 0 {
            let (characters, areas) = (u64::from(covered.characters), covered.areas.len() as u64);
            out.note(number, NoteCode::TextCovered { areas, characters })?;
        }
        if read.redactions > 0 {
            out.note(
                number,
                NoteCode::RedactionsUnapplied { redactions: u64::from(read.redactions) },
            )?;
        }
        if read.sorted {
            out.note(number, NoteCode::LinesReordered)?;
        }
        if read.overfull {
            out.note(number, NoteCode::GlyphLimit { glyphs: glyphs::MOST_GLYPHS as u64 })?;
        }
        if read.acts {
            out.note(number, NoteCode::ActiveAnnotation)?;
        }
    }
    Ok(texts)
}

#[cfg(test)]
mod tests;
