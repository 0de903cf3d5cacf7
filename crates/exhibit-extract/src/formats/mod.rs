//! One file per format, and which of them reads what.

mod compressed;
mod docx;
mod exif;
pub(crate) mod html;
mod mail;
pub(crate) mod mbox;
mod office;
mod ole;
mod opendocument;
mod pdf;
mod picture;
mod sheet;
mod slides;
pub(crate) mod table;
mod tar;
pub(crate) mod text;
mod zip;

use crate::identify::{Kind, Reader};
use crate::out::{Input, Out, Stop};
use exhibit_model::{Request, Verdict};

/// Says everything that is in a file of this kind.
pub(crate) fn extract(
    kind: Kind,
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    match kind.reader {
        Reader::Empty => Ok(Verdict::Empty),
        Reader::Text | Reader::Markdown => text::read(input, out),
        Reader::Table => table::read(input, out),
        Reader::Html => html::read(input, out),
        Reader::Eml => mail::read(input, request, out),
        Reader::Mbox => mbox::read(input, out),
        Reader::Zip => zip::read(input, request, out),
        Reader::Docx => docx::extract(input, request, out),
        Reader::Pptx => slides::extract(input, request, out),
        Reader::Sheet => sheet::extract(input, request, out),
        Reader::Doc => ole::extract_doc(input, request, out),
        Reader::Ppt => ole::extract_ppt(input, request, out),
        Reader::Odt | Reader::Odp => opendocument::extract(input, request, out),
        Reader::Picture => picture::extract(input, request, out),
        Reader::LockedOffice => ole::extract_sealed(input, request, out),
        Reader::Pdf => pdf::extract(input, request, out),
        Reader::None if kind.media_type == "application/x-ole-storage" => ole::extract_object(input, request, out),
        Reader::Sealed => Ok(Verdict::Encrypted),
        Reader::None => Ok(Verdict::Unsupported(format!("no reader for {}", kind.media_type))),
        Reader::Tar => tar::read(input, out),
        Reader::Gzip | Reader::Bzip2 | Reader::Xz | Reader::Zstd => compressed::read(kind.reader, input, request, out),
    }
}

/// Paints one page of a file of this kind.
pub(crate) fn render(kind: Kind, input: &mut dyn Input, request: &Request, out: &mut Out<'_>) -> Result<Verdict, Stop> {
    match kind.reader {
        Reader::Picture => picture::render(input, request, out),
        Reader::Pdf => pdf::render(input, request, out),
        _ => Ok(Verdict::Unsupported(format!("pages of {} are not painted", kind.media_type))),
    }
}

/// Loads what readers share.
pub(crate) fn warm(font_folders: &[std::path::PathBuf], map: crate::MapFile) {
    pdf::warm(font_folders, map);
}
