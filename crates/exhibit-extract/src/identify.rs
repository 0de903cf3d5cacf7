//! What a file is, by its bytes; its name is a hint only where bytes cannot tell.
//!
//! Fixed bytes first, then a look inside zip packages and OLE2 compound files, then the text formats, which have no
//! signature. Every kind that is recognised has its exact media type even where no reader reads it, so that the
//! ledger says what an unsupported file is.

mod magic;
mod names;
mod packages;
mod prose;

pub(crate) use names::suspicion;

use crate::out::Input;
use std::io::Read;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    /// The IANA media type, or the one in common use where none is registered.
    pub media_type: &'static str,
    /// Which reader reads it.
    pub(crate) reader: Reader,
}

/// The readers there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reader {
    /// No bytes at all.
    Empty,
    /// PDF.
    Pdf,
    /// Word, Office Open XML.
    Docx,
    /// PowerPoint, Office Open XML.
    Pptx,
    /// Word 97 to 2003 in a compound file.
    Doc,
    /// PowerPoint 97 to 2003 in a compound file.
    Ppt,
    /// OpenDocument text.
    Odt,
    /// OpenDocument presentation.
    Odp,
    /// A workbook: xlsx, xlsb, xls, ods.
    Sheet,
    /// An Office Open XML file sealed with a password, in a compound file.
    LockedOffice,
    /// JPEG, PNG, TIFF, BMP, GIF, WebP.
    Picture,
    /// Plain text in any encoding, and text formats read as plain text.
    Text,
    /// Comma-, semicolon-, tab- or bar-separated values.
    Table,
    /// HTML and XHTML.
    Html,
    /// Markdown.
    Markdown,
    /// An internet message.
    Eml,
    /// A mailbox of internet messages one after another.
    Mbox,
    /// A zip archive.
    Zip,
    /// A gzip file.
    Gzip,
    /// A bzip2 file.
    Bzip2,
    /// An xz file.
    Xz,
    /// A Zstandard file.
    Zstd,
    /// A tar archive.
    Tar,
    /// Sealed for the holder of a key: an S/MIME or PGP message.
    Sealed,
    /// No reader for this kind.
    None,
}

/// How many bytes at the start of a file are looked at.
const HEAD: u64 = 64 << 10;

/// Says what the bytes of `input` are; leaves it at its start.
///
/// # Errors
/// An I/O error of the input itself.
pub fn identify(name: &[u8], input: &mut dyn Input) -> std::io::Result<Kind> {
    let mut head = Vec::new();
    input.rewind()?;
    (&mut *input).take(HEAD).read_to_end(&mut head)?;
    input.rewind()?;
    let kind = match &head[..] {
        [] => Kind { media_type: "application/x-empty", reader: Reader::Empty },
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', b'0', b'0', b'P', b'K', ..] => {
            packages::in_zip(&head, input)
        }
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => packages::in_compound(name, &head, input),
        _ => magic::by_magic(&head)
            .or_else(|| prose::by_text(name, &head))
            .unwrap_or(Kind { media_type: "application/octet-stream", reader: Reader::None }),
    };
    input.rewind()?;
    Ok(kind)
}

/// The ending of a file's name in lower case, without its dot; empty where it has none.
pub(crate) fn ending(name: &[u8]) -> String {
    let last = name.rsplit(|b| *b == b'/' || *b == b'\\').next().unwrap_or(name);
    match last.iter().rposition(|b| *b == b'.') {
        Some(dot) if dot > 0 => String::from_utf8_lossy(&last[dot + 1..]).to_ascii_lowercase(),
        _ => String::new(),
    }
}
