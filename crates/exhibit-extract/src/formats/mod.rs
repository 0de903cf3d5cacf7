//! One file or folder per format, and the list of them: a format is added by its module, its line in [`FORMATS`], and
//! its row in the table of file kinds ([`exhibit_model::kind`]).

mod access;
pub(crate) mod ar;
pub(crate) mod archive;
mod arj;
mod cabinet;
mod cms;
mod compressed;
mod cpio;
mod dbase;
mod docx;
mod epub;
mod escaped;
mod exif;
pub(crate) mod fat;
mod fictionbook;
mod hangul;
mod heif;
mod help;
pub(crate) mod html;
mod iso;
mod iwork;
mod layout;
mod lha;
mod lzh;
mod mail;
mod mapi;
pub(crate) mod mbox;
mod metafile;
mod msg;
mod ofd;
mod office;
mod ole;
mod olm;
mod opendocument;
mod pdf;
pub(crate) mod picture;
mod pst;
mod publisher;
mod rar;
mod rtf;
pub(crate) mod selfextracting;
mod sevenz;
mod sheet;
mod slides;
mod sqlite;
mod svg;
pub(crate) mod table;
mod tar;
pub(crate) mod text;
mod tnef;
mod visio;
mod warc;
mod xps;
mod zip;

pub(crate) use zip::names as zip_names;

use crate::MapFile;
use crate::identify::Kind;
use crate::out::{Input, Out, Stop};
use crate::raster::{Raster, Wish};
use escaped::Escapes;
use exhibit_model::{ReaderKey, Reason, Request, Verdict};
use std::path::PathBuf;

type ReadFn = fn(&mut dyn Input, &Request, &mut Out<'_>) -> Result<Verdict, Stop>;
type RenderFn = fn(&mut dyn Input, &Request, Wish) -> Result<Raster, Verdict>;

/// How files of one format are read.
struct Format {
    reader: ReaderKey,
    /// Emits the contents of a file.
    extract: ReadFn,
    /// Renders one page of a file, if its pages have a layout.
    render: Option<RenderFn>,
    /// Loads data that the reader shares with all workers, fonts from the given folders.
    warm: Option<fn(&[PathBuf], MapFile)>,
}

impl Format {
    const fn new(reader: ReaderKey, extract: ReadFn) -> Self {
        Self { reader, extract, render: None, warm: None }
    }

    const fn rendered_by(self, render: RenderFn) -> Self {
        Self { render: Some(render), ..self }
    }

    const fn warmed_by(self, warm: fn(&[PathBuf], MapFile)) -> Self {
        Self { warm: Some(warm), ..self }
    }
}

const FORMATS: &[Format] = &[
    Format::new(ReaderKey::Empty, |_, _, _| Ok(Verdict::Empty)),
    Format::new(ReaderKey::Sealed, |_, _, _| Ok(Verdict::Encrypted)),
    Format::new(ReaderKey::Signed, cms::read),
    Format::new(ReaderKey::Text, |input, _, out| text::read(input, out)),
    Format::new(ReaderKey::Json, |input, _, out| escaped::read(Escapes::Backslash, input, out)),
    Format::new(ReaderKey::Xml, |input, _, out| escaped::read(Escapes::Reference, input, out)),
    Format::new(ReaderKey::ContentLines, |input, _, out| {
        escaped::read(Escapes::ContentLine, input, out)
    }),
    Format::new(ReaderKey::Table, |input, _, out| table::read(input, out)),
    Format::new(ReaderKey::Html, |input, _, out| html::read(input, out)),
    Format::new(ReaderKey::Mail, mail::read),
    Format::new(ReaderKey::Msg, msg::read),
    Format::new(ReaderKey::Tnef, tnef::read),
    Format::new(ReaderKey::Olm, olm::read),
    Format::new(ReaderKey::Pst, pst::read),
    Format::new(ReaderKey::Mbox, |input, _, out| mbox::read(input, out)),
    Format::new(ReaderKey::Docx, docx::extract),
    Format::new(ReaderKey::Pptx, slides::extract),
    Format::new(ReaderKey::Sheet, sheet::extract),
    Format::new(ReaderKey::Doc, ole::extract_doc),
    Format::new(ReaderKey::Ppt, ole::extract_ppt),
    Format::new(ReaderKey::SealedOffice, ole::extract_sealed),
    Format::new(ReaderKey::Object, ole::extract_object),
    Format::new(ReaderKey::Rtf, rtf::read),
    Format::new(ReaderKey::Opendocument, opendocument::extract),
    Format::new(ReaderKey::Ofd, ofd::extract),
    Format::new(ReaderKey::Xps, xps::extract),
    Format::new(ReaderKey::Visio, visio::extract),
    Format::new(ReaderKey::Epub, epub::extract),
    Format::new(ReaderKey::FictionBook, fictionbook::extract),
    Format::new(ReaderKey::Sqlite, sqlite::extract),
    Format::new(ReaderKey::Access, access::extract),
    Format::new(ReaderKey::Warc, warc::extract),
    Format::new(ReaderKey::Hwp, hangul::extract),
    Format::new(ReaderKey::Hwpx, hangul::extract_package),
    Format::new(ReaderKey::Iwork, iwork::extract),
    Format::new(ReaderKey::Publisher, publisher::extract),
    Format::new(ReaderKey::Help, help::extract),
    Format::new(ReaderKey::Dbase, dbase::extract),
    Format::new(ReaderKey::Picture, picture::extract).rendered_by(picture::render),
    Format::new(ReaderKey::Heif, heif::extract),
    Format::new(ReaderKey::Metafile, metafile::extract),
    Format::new(ReaderKey::Svg, svg::extract),
    Format::new(ReaderKey::Pdf, pdf::extract).rendered_by(pdf::render).warmed_by(pdf::warm),
    Format::new(ReaderKey::Zip, zip::read),
    Format::new(ReaderKey::SevenZip, sevenz::read),
    Format::new(ReaderKey::Rar, rar::read),
    Format::new(ReaderKey::Tar, |input, _, out| tar::read(input, out)),
    Format::new(ReaderKey::Lz4, |input, request, out| {
        compressed::read(ReaderKey::Lz4, input, request, out)
    }),
    Format::new(ReaderKey::Lzip, |input, request, out| {
        compressed::read(ReaderKey::Lzip, input, request, out)
    }),
    Format::new(ReaderKey::Lzma, |input, request, out| {
        compressed::read(ReaderKey::Lzma, input, request, out)
    }),
    Format::new(ReaderKey::Compress, |input, request, out| {
        compressed::read(ReaderKey::Compress, input, request, out)
    }),
    Format::new(ReaderKey::Ar, |input, _, out| ar::read(input, out)),
    Format::new(ReaderKey::Cpio, |input, _, out| cpio::read(input, out)),
    Format::new(ReaderKey::Cabinet, |input, _, out| cabinet::read(input, out)),
    Format::new(ReaderKey::Lha, |input, _, out| lha::read(input, out)),
    Format::new(ReaderKey::Arj, |input, _, out| arj::read(input, out)),
    Format::new(ReaderKey::Iso, |input, _, out| iso::read(input, out)),
    Format::new(ReaderKey::Fat, |input, _, out| fat::read(input, out)),
    Format::new(ReaderKey::SelfExtracting, selfextracting::read),
    Format::new(ReaderKey::Gzip, |input, request, out| {
        compressed::read(ReaderKey::Gzip, input, request, out)
    }),
    Format::new(ReaderKey::Bzip2, |input, request, out| {
        compressed::read(ReaderKey::Bzip2, input, request, out)
    }),
    Format::new(ReaderKey::Xz, |input, request, out| {
        compressed::read(ReaderKey::Xz, input, request, out)
    }),
    Format::new(ReaderKey::Zstd, |input, request, out| {
        compressed::read(ReaderKey::Zstd, input, request, out)
    }),
];

fn format_of(kind: Kind) -> Option<&'static Format> {
    FORMATS.iter().find(|format| Some(format.reader) == kind.reader)
}

/// Emits the contents of a file of this kind.
pub(crate) fn extract(
    kind: Kind,
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    match format_of(kind) {
        Some(format) => (format.extract)(input, request, out),
        None if kind.media_type == "application/octet-stream"
            && archive::is_later_volume(&request.name) =>
        {
            Ok(Verdict::Unsupported(Reason::ContinuedFile))
        }
        None => {
            Ok(Verdict::Unsupported(Reason::NoReader { media_type: kind.media_type.to_owned() }))
        }
    }
}

/// Renders one page of a file of this kind. An error is the verdict on the file.
pub(crate) fn render(
    kind: Kind,
    input: &mut dyn Input,
    request: &Request,
    wish: Wish,
) -> Result<Raster, Verdict> {
    match format_of(kind).and_then(|format| format.render) {
        Some(render) => render(input, request, wish),
        None => Err(Verdict::Unsupported(Reason::NotRendered {
            media_type: kind.media_type.to_owned(),
        })),
    }
}

/// Loads data that readers share.
pub(crate) fn warm(font_folders: &[PathBuf], map: MapFile) {
    for warm in FORMATS.iter().filter_map(|format| format.warm) {
        warm(font_folders, map);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exhibit_model::MediaType;

    #[test]
    fn readers_of_the_table_match_the_formats() {
        for media_type in MediaType::all() {
            let kind = Kind { media_type: media_type.name, reader: media_type.reader };
            assert_eq!(
                format_of(kind).map(|format| format.reader),
                media_type.reader,
                "{}",
                media_type.name
            );
        }
        for format in FORMATS {
            assert_eq!(
                FORMATS.iter().filter(|other| other.reader == format.reader).count(),
                1,
                "{:?}",
                format.reader
            );
            assert!(
                MediaType::all().any(|row| row.reader == Some(format.reader)),
                "{:?}",
                format.reader
            );
        }
    }
}
