//! Rich Text Format (RTF specification 1.9.1): text in any code page, tables, notes, headers, fields, pictures, objects.
//!
//! Pages end where the file has page breaks. Hidden and deleted text, notes, comments, headers and footers are marked.
//! Numbers of lists are read where the file has them as text; they are not computed. What a mail program stored as RTF
//! in place of HTML is unpacked to that HTML ([MS-OXRTFEX]).

mod fonts;
mod objects;
mod reader;
#[cfg(test)]
mod tests;
mod tokens;

pub(crate) use reader::{Found, parse};

use super::office::draft::Draft;
use crate::out::{Input, Out, Stop};
use exhibit_model::{
    MarkKind, Member, NoteCode, Page, PageKind, Reason, Relation, Request, Verdict,
};
use std::io::Cursor;

/// Minimum bytes of text on a page that does not end at a page break.
const LEAST: usize = 32 << 10;

/// Reads a file.
pub(crate) fn read(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(bytes) = super::ole::whole(input, most) else {
        return Ok(Verdict::Truncated(Reason::FileSizeLimit { bytes: most }));
    };
    out.container_size(bytes.len() as u64);
    let mut found = parse(&bytes);
    found.emit_properties(out)?;
    match found.html.take() {
        Some(html) => {
            let mut read = super::html::text_of(&html);
            let (text, marks) = (std::mem::take(&mut read.text), std::mem::take(&mut read.marks));
            emit_page(text, marks, 0, out)?;
            read.emit(out)?;
        }
        None => {
            for page in std::mem::take(&mut found.pages) {
                let Page { text, marks, counts, .. } =
                    page.into_page(PageKind::Text, String::new());
                emit_page(text, marks, counts.images, out)?;
            }
        }
    }
    found.emit_notes(out)?;
    found.emit_objects(out)?;
    Ok(Verdict::Read)
}

fn emit_page(
    mut text: String,
    mut marks: Vec<exhibit_model::Mark>,
    images: u32,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    while let Some((page, of_page)) = super::text::cut_page(&mut text, &mut marks, LEAST) {
        out.page(Page { marks: of_page, ..Page::of_text(0, PageKind::Text, page) })?;
    }
    if text.trim().is_empty() && images == 0 {
        return Ok(());
    }
    let mut page = Page { marks, ..Page::of_text(0, PageKind::Text, text) };
    page.counts.images = images;
    out.page(page)
}

impl Found {
    /// Emits the properties.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub(crate) fn emit_properties(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        self.properties.iter().try_for_each(|(key, value)| out.metadata(key.as_str(), value))
    }

    /// Emits notes on how it was read.
    ///
    /// # Errors
    /// [`Stop::Closed`].
    pub(crate) fn emit_notes(&self, out: &mut Out<'_>) -> Result<(), Stop> {
        if self.cut_short {
            out.note(0, NoteCode::FileCutShort)?;
        }
        if self.trailing > 0 {
            out.note(0, NoteCode::TrailingBytes { bytes: Some(self.trailing) })?;
        }
        for (charset, places) in &self.undecodable {
            out.note(0, NoteCode::UndecodableBytes { charset: charset.clone(), places: *places })?;
        }
        if let Some(charset) = &self.guessed {
            out.note(0, NoteCode::CharsetGuessed { charset: charset.clone(), texts: 1 })?;
        }
        for instruction in &self.acting {
            out.note(0, NoteCode::ActiveField { instruction: instruction.clone() })?;
        }
        for (relation, target) in &self.outside {
            let (relation, target) = (relation.clone(), target.clone());
            out.note(0, NoteCode::ExternalReference { part: "rtf".to_owned(), relation, target })?;
        }
        Ok(())
    }

    /// Emits pictures and embedded objects as members.
    ///
    /// # Errors
    /// [`Stop`] if the consumer disconnected or a limit is reached.
    pub(crate) fn emit_objects(self, out: &mut Out<'_>) -> Result<(), Stop> {
        for (name, bytes) in self.objects {
            out.member(Member {
                name: name.into_bytes(),
                relation: Relation::Embedded,
                ..Member::default()
            })?;
            out.member_from(&mut Cursor::new(bytes))?;
        }
        Ok(())
    }

    /// The text of all pages as one.
    pub(crate) fn text(&self) -> Draft {
        let mut whole = Draft::default();
        self.pages.iter().for_each(|page| whole.append_lines(page, None::<MarkKind>));
        whole
    }
}
