//! Earlier revisions of a document: what it was before the updates that were appended to it (ISO 32000-2, 7.5.6).
//!
//! The newest revision that has a page whose text is not in the document any more is emitted as a member, and has its own
//! earlier ones in turn. Encrypted documents, and those with more bytes or pages than the limits here, are not compared;
//! the note that the file was updated remains.

use super::info::has_sound_table;
use super::open::{Opened, ends_well, positions};
use super::page::{self, Reading};
use crate::out::{Out, Stop};
use exhibit_model::{Digest, Member, NoteCode, Relation};
use hayro_syntax::Pdf;
use std::collections::HashSet;

/// The maximum number of revisions that are compared.
const MOST: usize = 16;
/// The maximum size of a document whose revisions are compared.
const MOST_BYTES: usize = 128 << 20;
/// The maximum number of pages that are compared.
const MOST_PAGES: usize = 2_000;

/// The digests of the texts of a document's pages.
pub(super) type Texts = HashSet<Digest>;

/// The digest by which texts of pages are compared; `None` for a page without text.
pub(super) fn text_digest(text: &str) -> Option<Digest> {
    (!text.trim().is_empty()).then(|| Digest::of(text.as_bytes()))
}

/// Emits the newest earlier revision whose text differs from that of the current pages; returns whether there is one.
pub(super) fn emit(opened: &Opened, current: &Texts, out: &mut Out<'_>) -> Result<bool, Stop> {
    let bytes = opened.bytes.as_slice();
    if opened.encrypted || opened.salvaged || bytes.len() > MOST_BYTES {
        return Ok(false);
    }
    let mut pages = 0;
    for end in ends(bytes) {
        let revision = &bytes[..end];
        let Some(differing) = differing_pages(revision, current, &mut pages) else { continue };
        if differing == 0 {
            continue;
        }
        out.note(0, NoteCode::EarlierTextKept { pages: differing })?;
        out.member(Member {
            name: b"earlier revision.pdf".to_vec(),
            name_text: String::new(),
            modified: None,
            relation: Relation::Embedded,
        })?;
        out.member_from(&mut &revision[..])?;
        return Ok(true);
    }
    Ok(false)
}

/// Where the earlier revisions end, the newest first.
fn ends(bytes: &[u8]) -> Vec<usize> {
    let markers: Vec<usize> = positions(bytes, b"%%EOF").take(10_000).map(|at| at + 5).collect();
    let earlier = markers.iter().rev().skip(1).take(MOST).copied();
    let with_line_end = earlier.map(|end| {
        let rest = &bytes[end..];
        end + rest.iter().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
    });
    with_line_end
        .filter(|end| ends_well(&bytes[..*end]) && has_sound_table(&bytes[..*end]))
        .collect()
}

/// The number of pages of a revision whose text is not among the current ones; `None` if it cannot be read.
fn differing_pages(revision: &[u8], current: &Texts, pages: &mut usize) -> Option<u64> {
    let pdf = Pdf::new(revision.to_vec()).ok()?;
    let mut reading = Reading::new(&pdf);
    let mut differing = 0;
    for source in pdf.pages().iter() {
        *pages += 1;
        if *pages > MOST_PAGES {
            break;
        }
        let read = page::read(source, &mut reading, None);
        differing += u64::from(
            text_digest(&read.page.text).is_some_and(|digest| !current.contains(&digest)),
        );
    }
    Some(differing)
}
