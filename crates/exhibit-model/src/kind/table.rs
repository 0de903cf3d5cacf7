//! The table of file kinds.

use super::{FileKind, MediaType, ReaderKey};

/// One kind.
pub(super) struct Row {
    pub(super) kind: FileKind,
    pub(super) key: &'static str,
    pub(super) words: &'static [&'static str],
    pub(super) family: Option<&'static str>,
    pub(super) types: &'static [Type],
}

impl Row {
    pub(super) const fn media_type(&self, at: usize) -> MediaType {
        let (name, reader, endings) = self.types[at];
        MediaType { name, kind: self.kind, reader, endings }
    }
}

/// A media type, its reader, and the extensions expected of its files' names.
type Type = (&'static str, Option<ReaderKey>, &'static [&'static str]);

const fn read(name: &'static str, reader: ReaderKey, endings: &'static [&'static str]) -> Type {
    (name, Some(reader), endings)
}

const fn unread(name: &'static str, endings: &'static [&'static str]) -> Type {
    (name, None, endings)
}

// People and programs use these extensions for any kind of text.
const TEXT_NAMES: &[&str] = &["txt", "csv", "md", "html", "htm", "eml"];
// Word and Excel themselves save other formats under their own extensions.
const OFFICE_TEXT_NAMES: &[&str] = &["txt", "csv", "md", "html", "htm", "eml", "doc", "dot", "xls", "xlt"];
const WORD_PACKAGE: &[&str] = &["docx", "docm", "dotx", "doc", "dot", "zip"];
const SHEET_PACKAGE: &[&str] = &["xlsx", "xlsm", "xltx", "xls", "xlt", "zip"];
const SLIDES_PACKAGE: &[&str] = &["pptx", "pptm", "ppsx", "ppt", "pps", "zip"];
const VISIO_PACKAGE: &[&str] = &["vsdx", "vsdm", "vssx", "vssm", "vstx", "vstm", "zip"];
const SEALED_NAMES: &[&str] =
    &["docx", "docm", "dotx", "doc", "dot", "xlsx", "xlsm", "xltx", "xls", "xlt", "pptx", "pptm", "ppsx", "ppt", "pps"];
// Audio and video containers share their extensions.
const MEDIA_NAMES: &[&str] = &["mp3", "wav", "m4a", "amr", "ogg", "flac", "mp4", "mov", "avi", "mkv", "wmv"];

/// All kinds, in display order.
pub(super) const KINDS: &[Row] = &[
    Row {
        kind: FileKind::Pdf,
        key: "pdf",
        words: &["pdf"],
        family: None,
        types: &[read("application/pdf", ReaderKey::Pdf, &["pdf"])],
    },
    Row {
        kind: FileKind::Word,
        key: "word",
        words: &["word", "doc", "docx"],
        family: None,
        types: &[
            read(
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                ReaderKey::Docx,
                WORD_PACKAGE,
            ),
            read(
                "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
                ReaderKey::Docx,
                WORD_PACKAGE,
            ),
            read("application/vnd.ms-word.document.macroenabled.12", ReaderKey::Docx, WORD_PACKAGE),
            read("application/vnd.ms-word.template.macroenabled.12", ReaderKey::Docx, WORD_PACKAGE),
            read("application/msword", ReaderKey::Doc, &["doc", "dot"]),
            read("application/vnd.ms-wordml", ReaderKey::Docx, &["xml", "doc"]),
            read("application/rtf", ReaderKey::Rtf, &["rtf", "doc", "dot"]),
            read("text/rtf", ReaderKey::Rtf, &["rtf", "doc", "dot"]),
            read("application/vnd.oasis.opendocument.text", ReaderKey::Opendocument, &["odt", "fodt", "xml", "zip"]),
            read("application/vnd.oasis.opendocument.text-template", ReaderKey::Opendocument, &["odt", "zip"]),
            read("application/vnd.oasis.opendocument.text-master", ReaderKey::Opendocument, &["odt", "zip"]),
            read("application/vnd.sun.xml.writer", ReaderKey::Opendocument, &["sxw", "stw", "zip"]),
            read("application/vnd.apple.pages", ReaderKey::Iwork, &["pages", "zip"]),
            unread("application/x-mswrite", &["doc"]),
            unread("application/vnd.wordperfect", &[]),
            read("application/hwp+zip", ReaderKey::Hwpx, &["hwpx", "zip"]),
            read("application/x-hwp-v5", ReaderKey::Hwp, &[]),
            unread("application/vnd.ms-works", &[]),
        ],
    },
    Row {
        kind: FileKind::Spreadsheet,
        key: "sheet",
        words: &["sheet", "spreadsheet", "excel", "xls", "xlsx"],
        family: None,
        types: &[
            read("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ReaderKey::Sheet, SHEET_PACKAGE),
            read(
                "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
                ReaderKey::Sheet,
                SHEET_PACKAGE,
            ),
            read("application/vnd.ms-excel.sheet.binary.macroenabled.12", ReaderKey::Sheet, SHEET_PACKAGE),
            read("application/vnd.ms-excel.sheet.macroenabled.12", ReaderKey::Sheet, SHEET_PACKAGE),
            read("application/vnd.ms-excel.template.macroenabled.12", ReaderKey::Sheet, SHEET_PACKAGE),
            read("application/vnd.ms-excel.addin.macroenabled.12", ReaderKey::Sheet, SHEET_PACKAGE),
            read("application/vnd.ms-excel", ReaderKey::Sheet, &["xls", "xlt", "xlsx", "xlsm", "xltx"]),
            read("application/vnd.ms-spreadsheetml", ReaderKey::Sheet, &["xml", "xls"]),
            read("application/vnd.oasis.opendocument.spreadsheet", ReaderKey::Sheet, &["ods", "fods", "xml", "zip"]),
            read("application/vnd.oasis.opendocument.spreadsheet-template", ReaderKey::Sheet, &["ods", "zip"]),
            read("application/vnd.sun.xml.calc", ReaderKey::Sheet, &["sxc", "stc", "zip"]),
            read("application/vnd.apple.numbers", ReaderKey::Iwork, &["numbers", "zip"]),
        ],
    },
    Row {
        kind: FileKind::Slides,
        key: "slides",
        words: &["slides", "presentation", "powerpoint", "ppt", "pptx"],
        family: None,
        types: &[
            read(
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                ReaderKey::Pptx,
                SLIDES_PACKAGE,
            ),
            read(
                "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
                ReaderKey::Pptx,
                SLIDES_PACKAGE,
            ),
            read(
                "application/vnd.openxmlformats-officedocument.presentationml.template",
                ReaderKey::Pptx,
                SLIDES_PACKAGE,
            ),
            read("application/vnd.ms-powerpoint.presentation.macroenabled.12", ReaderKey::Pptx, SLIDES_PACKAGE),
            read("application/vnd.ms-powerpoint.slideshow.macroenabled.12", ReaderKey::Pptx, SLIDES_PACKAGE),
            read("application/vnd.ms-powerpoint.template.macroenabled.12", ReaderKey::Pptx, SLIDES_PACKAGE),
            read("application/vnd.ms-powerpoint", ReaderKey::Ppt, &["ppt", "pps", "pptx", "pptm", "ppsx"]),
            read(
                "application/vnd.oasis.opendocument.presentation",
                ReaderKey::Opendocument,
                &["odp", "fodp", "xml", "zip"],
            ),
            read("application/vnd.oasis.opendocument.presentation-template", ReaderKey::Opendocument, &["odp", "zip"]),
            read("application/vnd.sun.xml.impress", ReaderKey::Opendocument, &["sxi", "sti", "zip"]),
            read("application/vnd.apple.keynote", ReaderKey::Iwork, &["key", "zip"]),
        ],
    },
    Row {
        kind: FileKind::Email,
        key: "e-mail",
        words: &["mail", "email", "message"],
        family: Some("message/"),
        types: &[
            read("message/rfc822", ReaderKey::Mail, TEXT_NAMES),
            read("message/x-emlx", ReaderKey::Mail, TEXT_NAMES),
            read("application/vnd.ms-outlook", ReaderKey::Msg, &[]),
            read("application/vnd.ms-tnef", ReaderKey::Tnef, &[]),
            read("application/x-olm-message+xml", ReaderKey::Olm, TEXT_NAMES),
        ],
    },
    Row {
        kind: FileKind::Mailbox,
        key: "mailbox",
        words: &["mail", "email", "message", "mailbox"],
        family: None,
        types: &[
            read("application/mbox", ReaderKey::Mbox, TEXT_NAMES),
            read("application/vnd.ms-outlook-pst", ReaderKey::Pst, &[]),
        ],
    },
    Row {
        kind: FileKind::Image,
        key: "image",
        words: &["image", "picture", "photo"],
        family: Some("image/"),
        types: &[
            read("image/jpeg", ReaderKey::Picture, &["jpg", "jpeg"]),
            read("image/png", ReaderKey::Picture, &["png"]),
            read("image/gif", ReaderKey::Picture, &["gif"]),
            read("image/bmp", ReaderKey::Picture, &["bmp"]),
            read("image/tiff", ReaderKey::Picture, &["tif", "tiff"]),
            read("image/webp", ReaderKey::Picture, &["webp"]),
            read("image/svg+xml", ReaderKey::Svg, &[]),
            read("image/heic", ReaderKey::Heif, &["heic"]),
            read("image/heif", ReaderKey::Heif, &["heic"]),
            read("image/avif", ReaderKey::Heif, &[]),
            read("image/jp2", ReaderKey::Picture, &[]),
            read("image/jpx", ReaderKey::Picture, &[]),
            unread("image/jxl", &[]),
            read("image/x-jp2-codestream", ReaderKey::Picture, &[]),
            read("image/jbig2", ReaderKey::Picture, &[]),
            read("image/x-portable-bitmap", ReaderKey::Picture, &[]),
            read("image/x-portable-graymap", ReaderKey::Picture, &[]),
            read("image/x-portable-pixmap", ReaderKey::Picture, &[]),
            read("image/x-portable-arbitrarymap", ReaderKey::Picture, &[]),
            read("image/x-adobe-dng", ReaderKey::Picture, &[]),
            read("image/x-canon-cr2", ReaderKey::Picture, &[]),
            read("image/x-canon-cr3", ReaderKey::Picture, &[]),
            read("image/x-fuji-raf", ReaderKey::Picture, &[]),
            read("image/x-nikon-nef", ReaderKey::Picture, &[]),
            read("image/x-olympus-orf", ReaderKey::Picture, &[]),
            read("image/x-panasonic-rw2", ReaderKey::Picture, &[]),
            read("image/x-pentax-pef", ReaderKey::Picture, &[]),
            read("image/x-sony-arw", ReaderKey::Picture, &[]),
            read("image/emf", ReaderKey::Metafile, &[]),
            read("image/wmf", ReaderKey::Metafile, &[]),
            read("image/vnd.adobe.photoshop", ReaderKey::Picture, &[]),
            unread("image/vnd.djvu", &[]),
            unread("image/vnd.dwg", &[]),
            unread("image/vnd.microsoft.icon", &[]),
            unread("image/x-xcf", &[]),
        ],
    },
    Row {
        kind: FileKind::Markdown,
        key: "markdown",
        words: &["text", "markdown"],
        family: None,
        types: &[read("text/markdown", ReaderKey::Text, OFFICE_TEXT_NAMES)],
    },
    Row {
        kind: FileKind::WebPage,
        key: "web-page",
        words: &["html", "web"],
        family: None,
        types: &[
            read("text/html", ReaderKey::Html, OFFICE_TEXT_NAMES),
            read("application/xhtml+xml", ReaderKey::Html, OFFICE_TEXT_NAMES),
            read("multipart/related", ReaderKey::Mail, OFFICE_TEXT_NAMES),
        ],
    },
    Row {
        kind: FileKind::Table,
        key: "table",
        words: &["csv", "table"],
        family: None,
        types: &[
            read("text/csv", ReaderKey::Table, OFFICE_TEXT_NAMES),
            read("text/tab-separated-values", ReaderKey::Table, OFFICE_TEXT_NAMES),
        ],
    },
    Row {
        kind: FileKind::Text,
        key: "text",
        words: &["text"],
        family: Some("text/"),
        types: &[
            read("text/plain", ReaderKey::Text, OFFICE_TEXT_NAMES),
            read("text/calendar", ReaderKey::ContentLines, OFFICE_TEXT_NAMES),
            read("text/css", ReaderKey::Text, OFFICE_TEXT_NAMES),
            read("text/javascript", ReaderKey::Json, OFFICE_TEXT_NAMES),
            read("text/vcard", ReaderKey::ContentLines, OFFICE_TEXT_NAMES),
            read("text/vtt", ReaderKey::Text, OFFICE_TEXT_NAMES),
            read("application/json", ReaderKey::Json, TEXT_NAMES),
            read("application/xml", ReaderKey::Xml, OFFICE_TEXT_NAMES),
            read("application/rss+xml", ReaderKey::Xml, TEXT_NAMES),
            read("application/atom+xml", ReaderKey::Xml, TEXT_NAMES),
            read("application/vnd.google-earth.kml+xml", ReaderKey::Xml, TEXT_NAMES),
            read("application/sql", ReaderKey::Text, TEXT_NAMES),
            read("application/yaml", ReaderKey::Text, TEXT_NAMES),
            read("application/toml", ReaderKey::Text, TEXT_NAMES),
            read("application/x-subrip", ReaderKey::Text, TEXT_NAMES),
            read("message/http", ReaderKey::Text, TEXT_NAMES),
        ],
    },
    Row {
        kind: FileKind::Archive,
        key: "archive",
        words: &["archive", "zip"],
        family: None,
        types: &[
            read("application/zip", ReaderKey::Zip, &["zip"]),
            read("application/java-archive", ReaderKey::Zip, &["zip"]),
            read("application/vnd.google-earth.kmz", ReaderKey::Zip, &["zip"]),
            read("application/x-tar", ReaderKey::Tar, &[]),
            read("application/x-gtar", ReaderKey::Tar, &[]),
            read("application/gzip", ReaderKey::Gzip, &["gz", "tgz"]),
            read("application/x-bzip2", ReaderKey::Bzip2, &[]),
            read("application/x-xz", ReaderKey::Xz, &[]),
            read("application/zstd", ReaderKey::Zstd, &[]),
            read("application/x-7z-compressed", ReaderKey::SevenZip, &["7z"]),
            read("application/vnd.rar", ReaderKey::Rar, &["rar"]),
            unread("application/x-rar-compressed", &["rar"]),
            unread("application/x-cpio", &[]),
            unread("application/x-lz4", &[]),
            unread("application/lzip", &[]),
            unread("application/x-lzma", &[]),
            unread("application/x-compress", &[]),
            unread("application/x-lzh-compressed", &[]),
            unread("application/x-arj", &[]),
            unread("application/x-archive", &[]),
            unread("application/x-xar", &[]),
            unread("application/x-rpm", &[]),
            unread("application/vnd.ms-cab-compressed", &[]),
            unread("application/vnd.debian.binary-package", &[]),
            read("application/warc", ReaderKey::Warc, &[]),
            unread("application/x-internet-archive", &[]),
            unread("application/vnd.android.package-archive", &["zip"]),
        ],
    },
    Row {
        kind: FileKind::DiskImage,
        key: "disk-image",
        words: &["disk"],
        family: None,
        types: &[
            unread("application/vnd.efi.iso", &[]),
            unread("application/x-vmdk", &[]),
            unread("application/x-vhd", &[]),
            unread("application/x-vhdx", &[]),
            unread("application/x-qemu-disk", &[]),
            unread("application/x-ewf", &[]),
        ],
    },
    Row {
        kind: FileKind::Audio,
        key: "audio",
        words: &["audio", "sound"],
        family: Some("audio/"),
        types: &[
            unread("audio/mpeg", MEDIA_NAMES),
            unread("audio/mp4", MEDIA_NAMES),
            unread("audio/flac", MEDIA_NAMES),
            unread("audio/AMR", MEDIA_NAMES),
            unread("audio/silk", MEDIA_NAMES),
            unread("audio/midi", MEDIA_NAMES),
            unread("audio/basic", MEDIA_NAMES),
            unread("audio/vnd.wave", MEDIA_NAMES),
            unread("audio/aiff", MEDIA_NAMES),
            unread("application/ogg", &["mp3", "wav", "m4a", "amr", "ogg", "flac"]),
        ],
    },
    Row {
        kind: FileKind::Video,
        key: "video",
        words: &["video", "film"],
        family: Some("video/"),
        types: &[
            unread("video/mp4", MEDIA_NAMES),
            unread("video/3gpp", MEDIA_NAMES),
            unread("video/quicktime", MEDIA_NAMES),
            unread("video/vnd.avi", MEDIA_NAMES),
            unread("video/matroska", MEDIA_NAMES),
            unread("video/x-ms-asf", MEDIA_NAMES),
            unread("video/x-flv", MEDIA_NAMES),
            unread("video/mpeg", MEDIA_NAMES),
        ],
    },
    Row {
        kind: FileKind::Book,
        key: "book",
        words: &["book", "ebook"],
        family: None,
        types: &[
            read("application/epub+zip", ReaderKey::Epub, &["epub", "zip"]),
            unread("application/x-mobipocket-ebook", &[]),
            read("application/x-fictionbook+xml", ReaderKey::FictionBook, &["fb2", "xml", "txt"]),
            read("application/vnd.ms-htmlhelp", ReaderKey::Help, &[]),
        ],
    },
    Row {
        kind: FileKind::Document,
        key: "document",
        words: &["document"],
        family: None,
        types: &[
            read("application/ofd", ReaderKey::Ofd, &["ofd", "zip"]),
            read("application/vnd.ms-xpsdocument", ReaderKey::Xps, &["xps", "oxps", "zip"]),
            unread("application/postscript", &[]),
            unread("application/onenote", &[]),
            unread("application/vnd.visio", &[]),
            read("application/vnd.ms-visio.drawing", ReaderKey::Visio, VISIO_PACKAGE),
            read("application/vnd.ms-visio.drawing.macroenabled.12", ReaderKey::Visio, VISIO_PACKAGE),
            read("application/vnd.ms-visio.stencil", ReaderKey::Visio, VISIO_PACKAGE),
            read("application/vnd.ms-visio.template", ReaderKey::Visio, VISIO_PACKAGE),
            read("application/x-mspublisher", ReaderKey::Publisher, &[]),
            unread("application/vnd.ms-project", &[]),
            read(
                "application/vnd.oasis.opendocument.graphics",
                ReaderKey::Opendocument,
                &["odg", "fodg", "xml", "zip"],
            ),
            read("application/vnd.oasis.opendocument.chart", ReaderKey::Opendocument, &["odc", "zip"]),
            unread("application/vnd.oasis.opendocument.formula", &["zip"]),
            read("application/x-tika-ooxml-protected", ReaderKey::SealedOffice, SEALED_NAMES),
            read("application/x-ole-storage", ReaderKey::Object, &["doc", "dot", "xls", "xlt"]),
        ],
    },
    Row {
        kind: FileKind::Database,
        key: "database",
        words: &["database"],
        family: None,
        types: &[
            read("application/vnd.sqlite3", ReaderKey::Sqlite, &[]),
            read("application/vnd.ms-access", ReaderKey::Access, &[]),
            read("application/vnd.dbf", ReaderKey::Dbase, &[]),
            unread("application/vnd.apache.parquet", &[]),
            unread("application/x-hdf5", &[]),
            unread("application/vnd.oasis.opendocument.base", &["zip"]),
        ],
    },
    Row {
        kind: FileKind::Program,
        key: "program",
        words: &["program"],
        family: None,
        types: &[
            unread("application/vnd.microsoft.portable-executable", &[]),
            unread("application/x-msdownload", &[]),
            unread("application/x-msi", &[]),
            unread("application/x-elf", &[]),
            unread("application/x-mach-binary", &[]),
            unread("application/java-vm", &[]),
            unread("application/wasm", &[]),
            unread("application/vnd.android.dex", &[]),
            unread("application/x-ms-shortcut", &[]),
        ],
    },
    Row {
        kind: FileKind::Sealed,
        key: "sealed",
        words: &["sealed"],
        family: None,
        types: &[
            read("application/pkcs7-mime", ReaderKey::Sealed, &[]),
            read("application/pgp-encrypted", ReaderKey::Sealed, TEXT_NAMES),
            read("application/x-microsoft-rpmsg-message", ReaderKey::Sealed, &[]),
            unread("application/x-luks", &[]),
            unread("application/x-keepass", &[]),
        ],
    },
    Row {
        kind: FileKind::Key,
        key: "key",
        words: &["key"],
        family: None,
        types: &[
            read("application/pgp-keys", ReaderKey::Text, TEXT_NAMES),
            read("application/pgp-signature", ReaderKey::Text, TEXT_NAMES),
            read("application/x-pem-file", ReaderKey::Text, TEXT_NAMES),
            read("application/pkcs7-signature", ReaderKey::Signed, &[]),
            unread("application/timestamped-data", &[]),
        ],
    },
    Row {
        kind: FileKind::Font,
        key: "font",
        words: &["font"],
        family: Some("font/"),
        types: &[
            unread("font/otf", &[]),
            unread("font/ttf", &[]),
            unread("font/collection", &[]),
            unread("font/woff", &[]),
            unread("font/woff2", &[]),
        ],
    },
    Row {
        kind: FileKind::Unknown,
        key: "unknown",
        words: &[],
        family: None,
        types: &[unread("application/octet-stream", &[])],
    },
    Row {
        kind: FileKind::Other,
        key: "other",
        words: &[],
        family: None,
        types: &[
            read("application/x-empty", ReaderKey::Empty, &[]),
            unread("application/x-bplist", &[]),
            unread("application/vnd.tcpdump.pcap", &[]),
            unread("application/x-pcapng", &[]),
            unread("application/x-ms-registry", &[]),
            unread("application/x-ms-evtx", &[]),
        ],
    },
];
