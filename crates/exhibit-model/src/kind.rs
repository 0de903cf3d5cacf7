//! File kinds: one table for every crate that needs them.
//!
//! Per kind: the key of its label, the words that `type:` accepts for it, the top-level media type whose unlisted types
//! belong to it, and its media types; per media type: the reader that reads it, and the expected extensions of
//! its files. A format is added by a row in the table and, if it is supported, its reader's key.

mod table;

/// The kind of a file, by its media type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// A word processor document.
    Word,
    /// A workbook.
    Spreadsheet,
    /// A presentation.
    Slides,
    /// One message.
    Email,
    /// A file that contains several messages.
    Mailbox,
    /// A picture.
    Image,
    /// Markdown.
    Markdown,
    /// A web page.
    WebPage,
    /// Separated values.
    Table,
    /// Plain text, and formats that are read as plain text.
    Text,
    /// An archive or a compressed file.
    Archive,
    /// The image of a disk.
    DiskImage,
    /// An audio recording.
    Audio,
    /// A video recording.
    Video,
    /// An electronic book.
    Book,
    /// Any other document: a drawing, a plan, a fixed layout.
    Document,
    /// A database, or a table in a database format.
    Database,
    /// An executable.
    Program,
    /// Encrypted for the holder of a key.
    Sealed,
    /// A key, a certificate, a signature.
    Key,
    /// A font.
    Font,
    /// Unrecognised bytes.
    Unknown,
    /// Recognised, and none of the above.
    Other,
}

/// Names a reader. The readers themselves are in the crate that runs them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReaderKey {
    /// A file without any bytes.
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
    /// Rich Text Format.
    Rtf,
    /// OpenDocument text and presentations.
    Opendocument,
    /// OFD, the fixed layout of Chinese public offices.
    Ofd,
    /// SQLite databases.
    Sqlite,
    /// Access databases.
    Access,
    /// Web archives.
    Warc,
    /// Hangul documents in compound files.
    Hwp,
    /// Hangul documents in packages.
    Hwpx,
    /// Pages, Numbers and Keynote.
    Iwork,
    /// Publisher documents.
    Publisher,
    /// Compiled help.
    Help,
    /// dBase tables.
    Dbase,
    /// XPS and OpenXPS.
    Xps,
    /// Visio drawings in packages.
    Visio,
    /// EPUB books.
    Epub,
    /// FictionBook.
    FictionBook,
    /// Workbooks: xlsx, xlsb, xls, ods.
    Sheet,
    /// An Office Open XML file encrypted with a password, in a compound file.
    SealedOffice,
    /// An object as office files embed it, in a compound file.
    Object,
    /// JPEG, PNG, TIFF, BMP, GIF, WebP, JPEG 2000, JBIG2, Netpbm, Photoshop, raw photographs.
    Picture,
    /// HEIF and AVIF.
    Heif,
    /// Windows metafiles: EMF and WMF.
    Metafile,
    /// SVG drawings.
    Svg,
    /// Plain text in any encoding, and text formats read as plain text.
    Text,
    /// Text with backslash escapes: JSON and JavaScript.
    Json,
    /// XML without a reader of its own.
    Xml,
    /// vCard and iCalendar.
    ContentLines,
    /// Comma-, semicolon-, tab- or bar-separated values.
    Table,
    /// HTML and XHTML.
    Html,
    /// An internet message.
    Mail,
    /// An item of Outlook as a compound file.
    Msg,
    /// A message of Outlook as an attachment, `winmail.dat`.
    Tnef,
    /// A message of an Outlook for Mac archive.
    Olm,
    /// A store of Outlook.
    Pst,
    /// A mailbox of concatenated internet messages.
    Mbox,
    /// A zip archive.
    Zip,
    /// A 7z archive.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// An LZ4 file.
    Lz4,
    /// An lzip file.
    Lzip,
    /// An LZMA file.
    Lzma,
    /// A file of `compress`.
    Compress,
    /// An archive of `ar`.
    Ar,
    /// A cpio archive.
    Cpio,
    /// A cabinet of Windows.
    Cabinet,
    /// An LHA archive.
    Lha,
    /// An ARJ archive.
    Arj,
    /// The image of an optical disc.
    Iso,
    /// The image of a disk with a FAT file system.
    Fat,
    /// A program that unpacks the archive behind it.
    SelfExtracting,
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
    /// A signed S/MIME message, or a signature.
    Signed,
    /// An S/MIME or PGP message, encrypted for the holder of a key.
    Sealed,
}

/// A media type that Exhibit recognises: a row of the table.
#[derive(Clone, Copy, Debug)]
pub struct MediaType {
    /// The IANA media type, or the one in common use where none is registered.
    pub name: &'static str,
    /// The kind of file.
    pub kind: FileKind,
    /// The reader for it, if there is one.
    pub reader: Option<ReaderKey>,
    /// Expected extensions of such files (lower case, without the dot).
    pub endings: &'static [&'static str],
}

impl MediaType {
    /// The row of a media type, written exactly as in the table. Usable in constants, so that code which names a
    /// media type missing from the table fails to compile.
    #[must_use]
    pub const fn find(name: &str) -> Option<Self> {
        let mut k = 0;
        while k < table::KINDS.len() {
            let row = &table::KINDS[k];
            let mut t = 0;
            while t < row.types.len() {
                if same(row.types[t].0, name) {
                    return Some(row.media_type(t));
                }
                t += 1;
            }
            k += 1;
        }
        None
    }

    /// Every media type of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        table::KINDS.iter().flat_map(|row| (0..row.types.len()).map(|t| row.media_type(t)))
    }

    /// Whether this extension (lower case, without the dot) belongs to certain media types.
    #[must_use]
    pub fn is_expected_of(ending: &str) -> bool {
        Self::all().any(|media_type| media_type.endings.contains(&ending))
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl FileKind {
    /// All kinds, in display order.
    pub fn all() -> impl Iterator<Item = Self> {
        table::KINDS.iter().map(|row| row.kind)
    }

    /// The kind of a media type. One missing from the table has the kind of its top-level type.
    #[must_use]
    pub fn of(media_type: &str) -> Self {
        let name = media_type.split(';').next().unwrap_or_default().trim();
        let listed =
            MediaType::all().find(|row| row.name.eq_ignore_ascii_case(name)).map(|row| row.kind);
        let begins = |family: &str| {
            name.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family))
        };
        let family =
            || table::KINDS.iter().find(|row| row.family.is_some_and(begins)).map(|row| row.kind);
        listed.or_else(family).unwrap_or(Self::Other)
    }

    fn row(self) -> Option<&'static table::Row> {
        table::KINDS.iter().find(|row| row.kind == self)
    }

    /// The key of its label, for the texts of an interface.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.row().map_or("other", |row| row.key)
    }

    /// The words that `type:` accepts for it. The first one names it, possibly together with similar kinds.
    #[must_use]
    pub fn words(self) -> &'static [&'static str] {
        self.row().map_or(&[], |row| row.words)
    }

    /// The top-level media type, slash included, whose types are of this kind unless the table lists them elsewhere.
    #[must_use]
    pub fn family(self) -> Option<&'static str> {
        self.row().and_then(|row| row.family)
    }

    /// The kinds for a word of `type:`; empty if there is no such word.
    #[must_use]
    pub fn named(word: &str) -> Vec<Self> {
        table::KINDS.iter().filter(|row| row.words.contains(&word)).map(|row| row.kind).collect()
    }
}

#[cfg(test)]
mod tests;
