//! `docs/user/formats.md` is made from the table of file kinds and the texts here. After a change of either,
//! `UPDATE_EXPECT=1 cargo nextest run -p exhibit-extract -E 'test(formats_table)'` writes it.

use exhibit_model::{FileKind, MediaType, ReaderKey};
use std::fmt::Write;

/// What each reader reads, and what it leaves out.
const READERS: &[(ReaderKey, &str, &str)] = &[
    (
        ReaderKey::Pdf,
        "text with positions, invisible and covered text marked, annotations, form values, attachments, earlier revisions, properties; pages rendered and read by OCR",
        "encryption for a certificate; scripts",
    ),
    (
        ReaderKey::Docx,
        "text, tables, list numbers, notes, comments, tracked changes, hidden text, headers and footers, text boxes, charts, embedded files, properties, external references",
        "layout; macros as code",
    ),
    (
        ReaderKey::Pptx,
        "slides, notes, comments, charts and diagrams, hidden and removed slides, embedded files, properties",
        "layout",
    ),
    (
        ReaderKey::Doc,
        "text, list numbers, notes, comments, hidden and deleted text, text boxes, headers and footers, embedded objects, macro source, properties",
        "layout; Word 2 and older",
    ),
    (ReaderKey::Ppt, "slides, notes, hidden slides, embedded objects, properties", "layout"),
    (
        ReaderKey::Rtf,
        "text in its code pages, notes, tracked changes, hidden text, embedded objects, properties",
        "layout",
    ),
    (
        ReaderKey::Opendocument,
        "text, tables, notes, annotations, tracked deletions, master pages, embedded objects, encrypted files with their password",
        "layout",
    ),
    (
        ReaderKey::Sheet,
        "cells as displayed and as stored, comments, text boxes, charts, hidden rows and sheets, external references",
        "formulas without stored results; drawings of xlsb",
    ),
    (ReaderKey::SealedOffice, "what the password opens", "rights management"),
    (ReaderKey::Object, "embedded files, macro source", "other streams"),
    (
        ReaderKey::Ofd,
        "text with positions, templates, annotations, custom tags, outline, properties; pictures and attachments; signatures and seals named, their digests (SM3, SHA-1, SHA-256) checked",
        "text drawn as curves; the layout as a picture; whether a signature is of its key; encrypted files",
    ),
    (
        ReaderKey::Xps,
        "text with positions, links, properties; pictures",
        "text drawn as curves; signatures",
    ),
    (
        ReaderKey::Visio,
        "text of shapes and their masters, shape data, comments, pictures, properties",
        "positions; the binary format before 2013",
    ),
    (ReaderKey::Publisher, "text, embedded objects, properties", "positions; drawn text"),
    (
        ReaderKey::Hwp,
        "paragraphs, cells, notes, headers and footers, pictures, properties; the preview of documents for distribution",
        "encrypted documents",
    ),
    (
        ReaderKey::Hwpx,
        "paragraphs, cells, notes, headers and footers, pictures, properties",
        "encrypted documents",
    ),
    (
        ReaderKey::Iwork,
        "2005 to 2012: slides, tables, notes, comments, properties; since 2013: the texts stored; previews and media",
        "since 2013: the places of texts and numbers in tables",
    ),
    (
        ReaderKey::Epub,
        "chapters in reading order, titles, chapters outside of it, pictures, links, properties",
        "encrypted chapters",
    ),
    (ReaderKey::Help, "pages and pictures as members, the title", "indexes"),
    (ReaderKey::FictionBook, "sections, notes, tables, pictures, properties", ""),
    (
        ReaderKey::Sqlite,
        "all tables with their columns, tables without row ids, the schema; files in cells as members",
        "deleted rows; changes in a write-ahead log; encrypted databases",
    ),
    (
        ReaderKey::Access,
        "tables of Jet 3, Jet 4 and ACE; memos; files in cells as members; names of queries, forms and linked tables",
        "deleted rows; queries and forms; databases with a password since 2007",
    ),
    (
        ReaderKey::Dbase,
        "records with their columns, deleted ones marked as hidden",
        "memos in the file beside it",
    ),
    (
        ReaderKey::Warc,
        "responses and resources under their addresses, bodies of requests, the list of records",
        "bodies compressed with Brotli",
    ),
    (
        ReaderKey::Picture,
        "EXIF, IPTC and XMP properties, each frame; text by OCR",
        "sensor data of raw photographs",
    ),
    (ReaderKey::Heif, "properties", "the picture itself"),
    (ReaderKey::Metafile, "text", "drawing"),
    (ReaderKey::Svg, "text, titles, links, embedded pictures", "drawing"),
    (ReaderKey::Text, "text in any encoding", ""),
    (ReaderKey::Json, "the exact text, and escapes decoded", ""),
    (ReaderKey::Xml, "the exact text, and references decoded", "entities that it declares"),
    (ReaderKey::ContentLines, "the exact text, and lines unfolded and decoded", ""),
    (ReaderKey::Table, "rows in pages", ""),
    (
        ReaderKey::Html,
        "visible and hidden text, links, embedded files, properties",
        "scripts; what only style sheets hide",
    ),
    (
        ReaderKey::Mail,
        "headers, body, attachments, inner messages; web pages saved as MHTML",
        "encrypted parts",
    ),
    (
        ReaderKey::Msg,
        "properties, body, recipients, attachments, embedded messages",
        "rights management",
    ),
    (ReaderKey::Tnef, "message and attachments", ""),
    (ReaderKey::Olm, "message", ""),
    (
        ReaderKey::Pst,
        "messages by folder, attachments, deleted messages that are still there",
        "encryption by rights management",
    ),
    (ReaderKey::Mbox, "each message", ""),
    (ReaderKey::Zip, "members, encrypted ones with their password", "strong encryption"),
    (ReaderKey::Gzip, "what is compressed", ""),
    (ReaderKey::Bzip2, "what is compressed", ""),
    (ReaderKey::Xz, "what is compressed", ""),
    (ReaderKey::Zstd, "what is compressed", ""),
    (ReaderKey::Tar, "members", "sparse files"),
    (ReaderKey::SevenZip, "members, encrypted ones with their password", ""),
    (ReaderKey::Rar, "members, encrypted ones with their password", ""),
    (ReaderKey::Lz4, "what is compressed", ""),
    (ReaderKey::Lzip, "what is compressed", ""),
    (ReaderKey::Lzma, "what is compressed", ""),
    (ReaderKey::Compress, "what is compressed", ""),
    (ReaderKey::Ar, "members, those of Debian packages too", ""),
    (ReaderKey::Cpio, "members", ""),
    (ReaderKey::Cabinet, "members, of sets as far as they are in one file", "Quantum compression"),
    (ReaderKey::Lha, "members", "the methods `lh1` to `lh3`"),
    (ReaderKey::Arj, "members", "encrypted members"),
    (ReaderKey::Iso, "files with their long names (Rock Ridge, Joliet)", "UDF alone"),
    (ReaderKey::Fat, "files of FAT file systems", "other file systems"),
    (ReaderKey::SelfExtracting, "the archive behind the program", "the program"),
    (ReaderKey::Signed, "what is signed, and by whom", "whether the signature is valid"),
    (ReaderKey::Sealed, "", "everything: it is encrypted for the holder of a key"),
    (ReaderKey::Empty, "", ""),
];

fn table() -> String {
    let mut text = String::from(
        "# Formats\n\nMade from the table of file kinds by a test (`formats_table`). Files are recognised by their content; names are hints. \
         Damage and limits are noted on the file.\n\n## Read\n\n| kind | media types | endings | read | not read |\n| --- | --- | --- | --- | --- |\n",
    );
    for kind in FileKind::all() {
        for (reader, read, unread) in READERS {
            let rows: Vec<MediaType> = MediaType::all()
                .filter(|row| row.kind == kind && row.reader == Some(*reader))
                .collect();
            if rows.is_empty() {
                continue;
            }
            let names: Vec<String> = rows.iter().map(|row| format!("`{}`", row.name)).collect();
            let mut endings: Vec<&str> =
                rows.iter().flat_map(|row| row.endings.iter().copied()).collect();
            endings.sort_unstable();
            endings.dedup();
            let (names, endings) = (names.join(", "), endings.join(", "));
            let _ = writeln!(text, "| {} | {names} | {endings} | {read} | {unread} |", kind.key());
        }
    }
    text.push_str("\n## Recognised by name only\n\n| kind | media types |\n| --- | --- |\n");
    for kind in FileKind::all() {
        let unread = MediaType::all().filter(|row| row.kind == kind && row.reader.is_none());
        let names: Vec<String> = unread.map(|row| format!("`{}`", row.name)).collect();
        if !names.is_empty() {
            let _ = writeln!(text, "| {} | {} |", kind.key(), names.join(", "));
        }
    }
    text
}

#[test]
fn the_table_of_formats_is_current() {
    expect_test::expect_file!["../../../../docs/user/formats.md"].assert_eq(&table());
}

#[test]
fn every_reader_has_its_texts() {
    for row in MediaType::all() {
        let described = READERS.iter().filter(|(reader, ..)| Some(*reader) == row.reader).count();
        assert_eq!(
            described,
            usize::from(row.reader.is_some()),
            "the texts of the reader of {}",
            row.name
        );
    }
}
