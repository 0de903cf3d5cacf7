//! One file per format, and which of them reads what.

mod pdf;
pub(crate) mod table;
pub(crate) mod text;

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
        Reader::LockedOffice => Ok(Verdict::Encrypted),
        Reader::Pdf => pdf::extract(input, request, out),
        Reader::None => Ok(Verdict::Unsupported(format!("no reader for {}", kind.media_type))),
        // Readers arrive below this line, one arm each.
        Reader::Docx
        | Reader::Pptx
        | Reader::Doc
        | Reader::Ppt
        | Reader::Odt
        | Reader::Odp
        | Reader::Sheet
        | Reader::Picture
        | Reader::Html
        | Reader::Eml
        | Reader::Mbox
        | Reader::Zip
        | Reader::Gzip
        | Reader::Bzip2
        | Reader::Xz
        | Reader::Zstd
        | Reader::Tar => Ok(Verdict::Unsupported(format!("no reader for {}", kind.media_type))),
    }
}

/// Paints one page of a file of this kind.
pub(crate) fn render(
    kind: Kind,
    _input: &mut dyn Input,
    _request: &Request,
    _out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    Ok(Verdict::Unsupported(format!("pages of {} are not painted", kind.media_type)))
}

/// Loads what readers share.
pub(crate) fn warm(_font_folders: &[std::path::PathBuf]) {}
