//! Compound files: legacy Word and PowerPoint through office_oxide, and the other content of any compound file
//! (properties, embedded objects, macros).
//!
//! Word's pages follow the page breaks in the file. office_oxide parses hostile bytes: a panic in it is
//! caught here and is a failure with a reason.

mod embedded;
pub(crate) mod macros;
pub(crate) mod property_set;
pub(crate) mod rc4;
mod records;
pub(crate) mod sealed;
mod slides;
#[cfg(test)]
mod tests;
mod word;

use super::office::draft::Draft;
use crate::compound::Compound;
use crate::identify;
use crate::out::{Input, Out, Stop};
use exhibit_model::{Detail, MarkKind, NoteCode, PageKind, ReaderKey, Reason, Request, Verdict};
use office_oxide::doc::{DocDocument, DocError, SubDocumentKind};
use office_oxide::ppt::{PptDocument, PptError, SlideText, TextType};
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use sealed::Sealed;

pub(crate) use embedded::{emit_embedded, file_in_object, ole10_native};

/// The whole file, if it has at most `most` bytes.
pub(crate) fn whole(input: &mut dyn Input, most: u64) -> Option<Vec<u8>> {
    input.rewind().ok()?;
    let mut bytes = Vec::new();
    input.take(most.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// A stream of a compound file.
pub(crate) fn stream(bytes: &[u8], name: &str) -> Option<Vec<u8>> {
    Compound::open(Cursor::new(bytes))?.stream(name, u64::MAX)
}

/// Emits the properties stored in a compound file.
pub(crate) fn emit_properties(bytes: &[u8], out: &mut Out<'_>) -> Result<(), Stop> {
    let Some(mut file) = Compound::open(Cursor::new(bytes)) else { return Ok(()) };
    for name in ["\u{5}SummaryInformation", "\u{5}DocumentSummaryInformation"] {
        let Some(set) = file.stream(name, 16 << 20) else { continue };
        for (key, value) in property_set::properties(&set) {
            out.metadata(&key, &value)?;
        }
    }
    Ok(())
}

/// Emits the contents of an Office Open XML file sealed with a password, if one of the given passwords opens it.
pub(crate) fn extract_sealed(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = whole(input, request.limits.whole_file_bytes) else {
        return Ok(too_large(request));
    };
    let (Some(info), Some(package)) =
        (stream(&bytes, "/EncryptionInfo"), stream(&bytes, "/EncryptedPackage"))
    else {
        // what rights management encrypts has no such header
        let scheme = "no EncryptionInfo".to_owned();
        out.note(0, NoteCode::EncryptionUnsupported { scheme })?;
        return Ok(Verdict::Encrypted);
    };
    let open = match sealed::opened(&info, &package, &request.passwords) {
        Ok(open) => open,
        Err(Sealed::WrongPassword) => return Ok(Verdict::Encrypted),
        Err(Sealed::Scheme(scheme)) => {
            out.note(0, NoteCode::EncryptionUnsupported { scheme })?;
            return Ok(Verdict::Encrypted);
        }
        Err(Sealed::Damaged) => {
            let scheme = "damaged EncryptionInfo".to_owned();
            out.note(0, NoteCode::EncryptionUnsupported { scheme })?;
            return Ok(Verdict::Encrypted);
        }
    };
    let mut open = Cursor::new(open);
    let kind = match identify::identify(&request.name, &mut open) {
        Ok(kind) if kind.reader != Some(ReaderKey::SealedOffice) => kind,
        _ => return Ok(Verdict::Failed(Reason::DecryptedUnknown)),
    };
    out.metadata("office:sealed", kind.media_type)?;
    out.note(0, NoteCode::Decrypted)?;
    super::extract(kind, &mut open, request, out)
}

/// Emits the file within an object as office files embed it, if there is one.
pub(crate) fn extract_object(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = whole(input, request.limits.whole_file_bytes) else {
        return Ok(too_large(request));
    };
    let macros = macros::emit(&bytes, out)?;
    if embedded::emit_object(&bytes, out)? || macros {
        return Ok(Verdict::Read);
    }
    Ok(Verdict::Unsupported(Reason::UnknownCompoundFile))
}

fn too_large(request: &Request) -> Verdict {
    Verdict::Truncated(Reason::FileSizeLimit { bytes: request.limits.whole_file_bytes })
}

/// Whether rights management encrypted a file: what its usual streams have is a message to the reader. Notes it.
pub(crate) fn is_rights_managed(bytes: &[u8], out: &mut Out<'_>) -> Result<bool, Stop> {
    let managed = stream(bytes, "/\u{9}DRMContent").is_some();
    if managed {
        out.note(0, NoteCode::EncryptionUnsupported { scheme: "DRMContent".to_owned() })?;
    }
    Ok(managed)
}

/// Emits the contents of a Word document of 1993 to 2003.
pub(crate) fn extract_doc(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = whole(input, request.limits.whole_file_bytes) else {
        return Ok(too_large(request));
    };
    emit_properties(&bytes, out)?;
    if is_rights_managed(&bytes, out)? {
        return Ok(Verdict::Encrypted);
    }
    let main = stream(&bytes, "/WordDocument").unwrap_or_default();
    let document = match word::read(main, |name| stream(&bytes, name), &request.passwords) {
        Ok(document) => document,
        Err(word::Unread::Encrypted) => return Ok(Verdict::Encrypted),
        Err(word::Unread::Damaged) => return second_reading(&bytes, out),
    };
    if document.decrypted {
        out.note(0, NoteCode::Decrypted)?;
    }
    if document.incomplete {
        out.note(0, NoteCode::TextMissing)?;
    }
    for instruction in document.acting {
        out.metadata("office:field", &instruction)?;
        out.note(0, NoteCode::ActiveField { instruction })?;
    }
    for page in document.pages {
        out.page(page.into_page(PageKind::Text, String::new()))?;
    }
    macros::emit(&bytes, out)?;
    emit_embedded(&bytes, out)?;
    Ok(Verdict::Read)
}

// What our reader does not know, or cannot follow.
fn second_reading(bytes: &[u8], out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let document = DocDocument::from_reader(Cursor::new(bytes))?;
        Ok::<_, DocError>((doc_text(&document), document.text_complete()))
    }));
    let (page, complete) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(DocError::Encrypted)) => return Ok(Verdict::Encrypted),
        Ok(Err(error)) => {
            emit_embedded(bytes, out)?;
            return Ok(Verdict::Failed(Reason::CannotParse { detail: Detail::of(&error) }));
        }
        Err(_) => return Ok(Verdict::Failed(Reason::ParserPanicked { format: "doc".to_owned() })),
    };
    let reason = Reason::PartMissing { part: "Table".to_owned() };
    out.note(0, NoteCode::FallbackParser { reason: Box::new(reason) })?;
    if !complete {
        out.note(0, NoteCode::TextMissing)?;
    }
    out.page(page.into_page(PageKind::Text, String::new()))?;
    macros::emit(bytes, out)?;
    emit_embedded(bytes, out)?;
    Ok(Verdict::Read)
}

fn doc_text(document: &DocDocument) -> Draft {
    let mut page = Draft::default();
    page.push(document.plain_text_ref());
    for part in document.subdocuments() {
        let kind = match part.kind {
            SubDocumentKind::Footnotes | SubDocumentKind::Endnotes => Some(MarkKind::Notes),
            SubDocumentKind::HeadersFooters | SubDocumentKind::HeaderTextBoxes => {
                Some(MarkKind::Furniture)
            }
            SubDocumentKind::Comments => Some(MarkKind::Annotation),
            SubDocumentKind::TextBoxes => None,
        };
        let mut lines = Draft::default();
        lines.push(&part.text);
        page.append_lines(&lines, kind);
    }
    page
}

/// Emits the contents of a PowerPoint presentation of 1997 to 2003.
pub(crate) fn extract_ppt(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let Some(bytes) = whole(input, request.limits.whole_file_bytes) else {
        return Ok(too_large(request));
    };
    emit_properties(&bytes, out)?;
    if is_rights_managed(&bytes, out)? {
        return Ok(Verdict::Encrypted);
    }
    let mut main = stream(&bytes, "/PowerPoint Document").unwrap_or_default();
    let user = stream(&bytes, "/Current User").unwrap_or_default();
    let read = slides::read(&mut main, &user, &request.passwords);
    let presentation = match read {
        Ok(presentation) if !presentation.slides.is_empty() => presentation,
        Err(slides::Unread::Encrypted) => return Ok(Verdict::Encrypted),
        _ => match second_slides(&bytes, out)? {
            Ok(presentation) => presentation,
            Err(verdict) => return Ok(verdict),
        },
    };
    if presentation.decrypted {
        out.note(0, NoteCode::Decrypted)?;
    }
    if presentation.has_macros {
        out.note(0, NoteCode::MacrosPresent { part: None })?;
    }
    let beside = records::presentation(&main);
    let mut furniture = presentation.masters;
    for text in beside.furniture {
        furniture.end_line();
        furniture.push(&lines_of(&text));
    }
    let mut slides = presentation.slides;
    if let Some((first, _)) = slides.first_mut() {
        first.append_lines(&furniture, Some(MarkKind::Furniture));
    }
    for (page, title) in slides {
        out.page(page.into_page(PageKind::Slide, title))?;
    }
    out.container_size(bytes.len() as u64);
    for (number, object) in beside.objects.iter().enumerate() {
        embedded::emit_object_or_itself(&format!("object{}", number + 1), object, out)?;
    }
    Ok(Verdict::Read)
}

// What our reader cannot follow.
fn second_slides(
    bytes: &[u8],
    out: &mut Out<'_>,
) -> Result<Result<slides::Presentation, Verdict>, Stop> {
    let read = catch_unwind(AssertUnwindSafe(|| {
        let document = PptDocument::from_reader(Cursor::new(bytes))?;
        let slides: Vec<(Draft, String)> = document.slides.iter().map(slide).collect();
        let mut masters = Draft::default();
        for run in &document.master_text {
            masters.push(&lines_of(&run.text));
            masters.end_line();
        }
        let has_macros = document.has_macros();
        Ok::<_, PptError>((
            slides::Presentation { slides, masters, decrypted: false, has_macros },
            document.text_complete(),
        ))
    }));
    let (presentation, complete) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(PptError::Encrypted)) => return Ok(Err(Verdict::Encrypted)),
        Ok(Err(error)) => {
            emit_embedded(bytes, out)?;
            return Ok(Err(Verdict::Failed(Reason::CannotParse { detail: Detail::of(&error) })));
        }
        Err(_) => {
            return Ok(Err(Verdict::Failed(Reason::ParserPanicked { format: "ppt".to_owned() })));
        }
    };
    if presentation.slides.is_empty() {
        return Ok(Ok(presentation));
    }
    let reason = Reason::PartMissing { part: "PowerPoint Document".to_owned() };
    out.note(0, NoteCode::FallbackParser { reason: Box::new(reason) })?;
    if !complete {
        out.note(0, NoteCode::TextMissing)?;
    }
    Ok(Ok(presentation))
}

fn slide(slide: &SlideText) -> (Draft, String) {
    let (mut page, mut title) = (Draft::default(), String::new());
    for run in &slide.text_runs {
        let text = lines_of(&run.text);
        if title.is_empty() && matches!(run.text_type, TextType::Title | TextType::CenterTitle) {
            title = super::office::one_line(&text);
        }
        let mut lines = Draft::default();
        lines.push(&text);
        let notes = matches!(run.text_type, TextType::Notes).then_some(MarkKind::Notes);
        page.append_lines(&lines, notes);
        let links = run.hyperlink.iter().filter(|link| !text.contains(*link));
        for link in links {
            let mut line = Draft::default();
            line.push(link);
            page.append_lines(&line, Some(MarkKind::Annotation));
        }
    }
    for table in &slide.tables {
        page.append_lines(&table_lines(table), None);
    }
    page.images = u32::try_from(slide.image_refs.len()).unwrap_or(u32::MAX);
    if slide.hidden {
        page.mark(0, MarkKind::Hidden);
    }
    (page, title)
}

fn table_lines(table: &office_oxide::ppt::TableBlock) -> Draft {
    let mut draft = Draft::default();
    for row in &table.rows {
        let cell = |runs: &Vec<office_oxide::ppt::TextRun>| {
            let runs: Vec<String> = runs.iter().map(|run| lines_of(&run.text)).collect();
            runs.join("\n")
        };
        let cells: Vec<String> = row.iter().map(cell).collect();
        draft.push(&cells.join("\t"));
        draft.push("\n");
    }
    draft
}

// PowerPoint ends paragraphs with CR and lines with VT.
fn lines_of(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\u{b}'], "\n")
}
