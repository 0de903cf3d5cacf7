//! The table of kinds: its rows agree with the enums and with each other.

use super::*;

#[test]
fn media_types_keys_and_families_are_unique() {
    let unique = |mut names: Vec<String>| {
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    };
    unique(MediaType::all().map(|row| row.name.to_ascii_lowercase()).collect());
    unique(FileKind::all().map(|kind| kind.key().to_owned()).collect());
    unique(FileKind::all().filter_map(|kind| kind.family().map(str::to_owned)).collect());
}

#[test]
fn archives_and_compressed_files_have_the_archive_kind() {
    for media_type in [
        "application/zip",
        "application/x-tar",
        "application/x-gtar",
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-lz4",
        "application/x-cpio",
        "application/x-7z-compressed",
        "application/vnd.rar",
    ] {
        assert_eq!(FileKind::of(media_type), FileKind::Archive, "{media_type}");
    }
    assert_eq!(FileKind::named("archive"), [FileKind::Archive]);
}

#[test]
fn unlisted_media_types_have_the_kind_of_their_top_level_type() {
    for (media_type, kind) in [
        ("image/x-odd", FileKind::Image),
        ("AUDIO/x-odd", FileKind::Audio),
        ("text/x-odd; charset=utf-8", FileKind::Text),
        ("text/HTML; charset=utf-8", FileKind::WebPage),
        ("message/x-odd", FileKind::Email),
        ("application/x-odd", FileKind::Other),
        ("", FileKind::Other),
        ("image", FileKind::Other),
        ("\u{e9}\u{e9}\u{e9}\u{e9}", FileKind::Other),
    ] {
        assert_eq!(FileKind::of(media_type), kind, "{media_type}");
    }
}

#[test]
fn a_kind_is_found_by_its_own_words() {
    for kind in FileKind::all() {
        assert_eq!(kind.row().map(|row| row.kind), Some(kind));
        for word in kind.words() {
            assert!(FileKind::named(word).contains(&kind), "{word}");
        }
    }
    assert_eq!(FileKind::named("mail"), [FileKind::Email, FileKind::Mailbox]);
    assert_eq!(FileKind::named("foo"), []);
}

// A new variant does not compile here until it has a number, and fails until it has a row.
const fn number(kind: FileKind) -> usize {
    match kind {
        FileKind::Pdf => 0,
        FileKind::Word => 1,
        FileKind::Spreadsheet => 2,
        FileKind::Slides => 3,
        FileKind::Email => 4,
        FileKind::Mailbox => 5,
        FileKind::Image => 6,
        FileKind::Markdown => 7,
        FileKind::WebPage => 8,
        FileKind::Table => 9,
        FileKind::Text => 10,
        FileKind::Archive => 11,
        FileKind::DiskImage => 12,
        FileKind::Audio => 13,
        FileKind::Video => 14,
        FileKind::Book => 15,
        FileKind::Document => 16,
        FileKind::Database => 17,
        FileKind::Program => 18,
        FileKind::Sealed => 19,
        FileKind::Key => 20,
        FileKind::Font => 21,
        FileKind::Unknown => 22,
        FileKind::Other => 23,
    }
}

#[test]
fn every_kind_has_one_row_with_media_types() {
    let numbers: Vec<usize> = FileKind::all().map(number).collect();
    assert_eq!(
        numbers,
        (0..=number(FileKind::Other)).collect::<Vec<_>>(),
        "one row each, in order of declaration"
    );
    for kind in FileKind::all() {
        assert!(MediaType::all().any(|media_type| media_type.kind == kind), "{kind:?}");
    }
}

#[test]
fn every_media_type_is_found_and_has_the_kind_of_its_row() {
    for media_type in MediaType::all() {
        let name = media_type.name;
        let found = MediaType::find(name).expect(name);
        assert_eq!(
            (found.name, found.kind, found.reader),
            (name, media_type.kind, media_type.reader)
        );
        for text in [
            name.to_owned(),
            name.to_uppercase(),
            format!(" {name} ; charset=gb18030"),
            format!("{name};"),
        ] {
            assert_eq!(FileKind::of(&text), media_type.kind, "{text}");
        }
        assert!(
            MediaType::find(&name[1..]).is_none() && MediaType::find(&format!("{name} ")).is_none(),
            "{name}"
        );
    }
    for absent in ["", "/", "application/PDF", "application/pdf;q=1"] {
        assert!(MediaType::find(absent).is_none(), "{absent}");
    }
}

#[test]
fn names_of_media_types_are_tokens_of_rfc_6838() {
    let token = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    for media_type in MediaType::all() {
        let (top, sub) = media_type.name.split_once('/').expect(media_type.name);
        assert!(token(top) && token(sub), "{}", media_type.name);
        assert_eq!(top, top.to_lowercase(), "{}", media_type.name);
    }
}

#[test]
fn extensions_are_lower_case_without_a_dot_and_listed_once() {
    for media_type in MediaType::all() {
        let endings = media_type.endings;
        for (at, ending) in endings.iter().enumerate() {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            assert!(
                !ending.is_empty() && ending.chars().all(plain),
                "{}: {ending:?}",
                media_type.name
            );
            assert!(!endings[..at].contains(ending), "{}: {ending} twice", media_type.name);
            assert!(MediaType::is_expected_of(ending));
        }
    }
    for absent in ["", "PDF", ".pdf", "exe", "scr"] {
        assert!(!MediaType::is_expected_of(absent), "{absent:?}");
    }
}

#[test]
fn every_reader_reads_some_media_type() {
    let readers = [
        ReaderKey::Empty,
        ReaderKey::Pdf,
        ReaderKey::Docx,
        ReaderKey::Pptx,
        ReaderKey::Doc,
        ReaderKey::Ppt,
        ReaderKey::Rtf,
        ReaderKey::Opendocument,
        ReaderKey::Sheet,
        ReaderKey::Ofd,
        ReaderKey::Xps,
        ReaderKey::Visio,
        ReaderKey::Epub,
        ReaderKey::FictionBook,
        ReaderKey::Sqlite,
        ReaderKey::Access,
        ReaderKey::Dbase,
        ReaderKey::Help,
        ReaderKey::Warc,
        ReaderKey::Hwp,
        ReaderKey::Hwpx,
        ReaderKey::Iwork,
        ReaderKey::Publisher,
        ReaderKey::SealedOffice,
        ReaderKey::Object,
        ReaderKey::Picture,
        ReaderKey::Heif,
        ReaderKey::Metafile,
        ReaderKey::Svg,
        ReaderKey::Text,
        ReaderKey::Json,
        ReaderKey::Xml,
        ReaderKey::ContentLines,
        ReaderKey::Table,
        ReaderKey::Html,
        ReaderKey::Mail,
        ReaderKey::Msg,
        ReaderKey::Tnef,
        ReaderKey::Olm,
        ReaderKey::Pst,
        ReaderKey::Mbox,
        ReaderKey::Zip,
        ReaderKey::SevenZip,
        ReaderKey::Rar,
        ReaderKey::Lz4,
        ReaderKey::Lzip,
        ReaderKey::Lzma,
        ReaderKey::Compress,
        ReaderKey::Ar,
        ReaderKey::Cpio,
        ReaderKey::Cabinet,
        ReaderKey::Lha,
        ReaderKey::Arj,
        ReaderKey::Iso,
        ReaderKey::Fat,
        ReaderKey::SelfExtracting,
        ReaderKey::Gzip,
        ReaderKey::Bzip2,
        ReaderKey::Xz,
        ReaderKey::Zstd,
        ReaderKey::Tar,
        ReaderKey::Signed,
        ReaderKey::Sealed,
    ];
    for reader in readers {
        assert!(MediaType::all().any(|media_type| media_type.reader == Some(reader)), "{reader:?}");
    }
    for media_type in MediaType::all() {
        let reader = media_type.reader;
        assert!(reader.is_none_or(|reader| readers.contains(&reader)), "{reader:?}");
        // no reader opens a program
        assert!(reader.is_none() || media_type.kind != FileKind::Program, "{}", media_type.name);
    }
    assert_eq!(MediaType::find("application/octet-stream").map(|row| row.reader), Some(None));
}

#[test]
fn keys_and_words_can_be_typed_in_a_query() {
    for kind in FileKind::all() {
        let plain = |text: &str| {
            text.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !text.is_empty()
        };
        assert!(plain(kind.key()), "{kind:?}");
        for (at, word) in kind.words().iter().enumerate() {
            assert!(plain(word) && !kind.words()[..at].contains(word), "{kind:?}: {word}");
            assert!(
                FileKind::named(&word.to_uppercase()).is_empty(),
                "the query's parser lowers the case"
            );
        }
    }
    // only the kinds without a name have no word
    let wordless: Vec<_> = FileKind::all().filter(|kind| kind.words().is_empty()).collect();
    assert_eq!(wordless, [FileKind::Unknown, FileKind::Other]);
}

#[test]
fn a_family_is_a_top_level_type_and_takes_its_unlisted_types() {
    for kind in FileKind::all() {
        let Some(family) = kind.family() else { continue };
        assert_eq!(family.find('/'), Some(family.len() - 1), "{family}");
        assert_eq!(FileKind::of(&format!("{family}x-never-listed")), kind);
        assert_eq!(FileKind::of(&family.to_uppercase()), kind);
        assert_eq!(
            FileKind::of(&family[..family.len() - 1]),
            FileKind::Other,
            "not without its slash"
        );
    }
}
