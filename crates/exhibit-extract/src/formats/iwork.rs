//! Pages, Numbers and Keynote: the XML of 2005 to 2012 with its paragraphs, tables and slides; of the archives since, the
//! texts that they store, without their places.
//!
//! The preview that the program keeps in the file, a PDF or a picture of the first page, is a member.

mod archive;
mod markup;
#[cfg(test)]
mod tests;

use super::office::draft::Draft;
use super::office::package::{PART_CAP, Package};
use crate::out::{Input, Out, Stop};
use exhibit_model::{NoteCode, PageKind, Reason, Request, Verdict};
use std::io::{Cursor, Read};

/// Emits the contents of a document.
pub(super) fn extract(
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let most = request.limits.whole_file_bytes;
    let Some(mut package) = Package::open(input, most) else {
        return Ok(Verdict::Failed(Reason::NotAPackage));
    };
    if package.is_salvaged() {
        out.note(0, NoteCode::ZipDirectoryLost)?;
    }
    if package.has(".iwpv2") || package.has(".iwph") {
        // the check of a password is beside what it encrypts
        members(&mut package, &|name| name.starts_with("preview"), out)?;
        out.note(0, NoteCode::EncryptionUnsupported { scheme: "iWork password".to_owned() })?;
        return Ok(Verdict::Encrypted);
    }
    let markup = ["index.apxl", "index.xml"].into_iter().find(|name| package.has(name));
    let verdict = match markup {
        Some(part) => markup::read(&mut package, part, out)?,
        None => archives(&mut package, most, out)?,
    };
    let is_content = |name: &str| {
        let lower = name.to_lowercase();
        let is_preview = lower.ends_with("preview.pdf")
            || lower.ends_with("thumbnail.jpg")
            || lower == "preview.jpg";
        let ending = lower.rsplit('.').next().unwrap_or_default();
        let is_media = matches!(
            ending,
            "jpg"
                | "jpeg"
                | "png"
                | "tif"
                | "tiff"
                | "gif"
                | "heic"
                | "pdf"
                | "mov"
                | "mp4"
                | "m4v"
                | "m4a"
                | "mp3"
        );
        is_preview || (is_media && !lower.starts_with("thumbs/") && !lower.starts_with("preview-"))
    };
    members(&mut package, &is_content, out)?;
    Ok(verdict)
}

fn members(
    package: &mut Package<'_>,
    wanted: &dyn Fn(&str) -> bool,
    out: &mut Out<'_>,
) -> Result<(), Stop> {
    out.container_size(package.size());
    for name in package.names() {
        if wanted(&name) && !name.ends_with('/') {
            package.emit_member(&name, out)?;
        }
    }
    Ok(())
}

/// Emits the texts of the archives in a package, or in the package within it.
fn archives(package: &mut Package<'_>, most: u64, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let is_archive = |name: &String| name.to_lowercase().ends_with(".iwa");
    if package.names().iter().any(is_archive) {
        return texts(package, out);
    }
    let inner = package.names().into_iter().find(|name| name.to_lowercase().ends_with("index.zip"));
    let mut bytes = Vec::new();
    if let Some(mut part) = inner.and_then(|name| package.part(&name, PART_CAP)) {
        // what was read before an error may still be read
        let _ = part.read_to_end(&mut bytes);
    }
    let mut inner = Cursor::new(bytes);
    match Package::open(&mut inner, most) {
        Some(mut package) => texts(&mut package, out),
        None => Ok(Verdict::Failed(Reason::PartMissing { part: "Index".to_owned() })),
    }
}

fn texts(package: &mut Package<'_>, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    let (mut archives, mut damaged) = (0, 0);
    for name in package.names() {
        if !name.to_lowercase().ends_with(".iwa") {
            continue;
        }
        archives += 1;
        let mut bytes = Vec::new();
        let whole = package
            .part(&name, PART_CAP)
            .is_some_and(|mut part| part.read_to_end(&mut bytes).is_ok());
        let (texts, complete) = archive::texts(&bytes);
        damaged += u64::from(!whole || !complete);
        // templates and styles have texts that no page shows
        let label = name.rsplit('/').next().unwrap_or(&name).trim_end_matches(".iwa");
        let is_master = label.starts_with("MasterSlide") || label.starts_with("TemplateSlide");
        let mut draft = Draft::default();
        for text in texts {
            draft.push(&text);
            draft.end_line();
        }
        if is_master {
            draft.mark(0, exhibit_model::MarkKind::Furniture);
        }
        if !draft.is_blank() {
            draft.emit(PageKind::Text, label, out)?;
        }
    }
    if archives == 0 {
        return Ok(Verdict::Failed(Reason::NoEntries));
    }
    if damaged > 0 {
        out.note(0, NoteCode::PartsUnread { parts: damaged })?;
    }
    Ok(Verdict::Read)
}
