//! Readers of files: whatever the bytes, a verdict within the limits, and sound pages.

use exhibit_extract::{identify, run};
use exhibit_model::{Limits, Record, Request, Task};
use std::io::Cursor;

/// Small limits, so that a bomb ends soon and running out of memory means a limit was ignored.
const LIMITS: Limits = Limits {
    pages: 200,
    text_bytes: 4 << 20,
    members: 200,
    member_bytes: 8 << 20,
    ratio: 100,
    whole_file_bytes: 16 << 20,
    pixels: 4_000_000,
};

pub(crate) fn identify(bytes: &[u8]) {
    for name in ["file", "file.pdf", "file.txt", "file.docx"] {
        let _ = identify::identify(name.as_bytes(), &mut Cursor::new(bytes));
    }
}

pub(crate) fn text(bytes: &[u8]) {
    read("file.txt", &["text/"], bytes);
}

/// Text with escapes, as each format that has them.
pub(crate) fn escaped(bytes: &[u8]) {
    read("file.json", &["application/json"], bytes);
    read("file.xml", &["application/xml", "image/svg"], bytes);
    read("file.vcf", &["text/vcard", "text/calendar"], bytes);
}

pub(crate) fn table(bytes: &[u8]) {
    read("file.csv", &["text/csv", "text/tab"], bytes);
}

pub(crate) fn html(bytes: &[u8]) {
    read("file.html", &["text/html", "application/xhtml"], bytes);
}

pub(crate) fn mail(bytes: &[u8]) {
    read("file.eml", &["message/"], bytes);
}

pub(crate) fn mbox(bytes: &[u8]) {
    read("file.mbox", &["application/mbox"], bytes);
}

pub(crate) fn zip(bytes: &[u8]) {
    read("file.zip", &["application/zip", "application/java"], bytes);
}

pub(crate) fn tar(bytes: &[u8]) {
    read("file.tar", &["application/x-tar", "application/x-gtar"], bytes);
}

pub(crate) fn sevenz(bytes: &[u8]) {
    read("file.7z", &["application/x-7z-compressed"], bytes);
}

pub(crate) fn rar(bytes: &[u8]) {
    read("file.rar", &["application/vnd.rar"], bytes);
}

pub(crate) fn cabinet(bytes: &[u8]) {
    read("file.cab", &["application/vnd.ms-cab-compressed"], bytes);
}

pub(crate) fn ar(bytes: &[u8]) {
    read("file.a", &["application/x-archive", "application/vnd.debian.binary-package"], bytes);
}

pub(crate) fn cpio(bytes: &[u8]) {
    read("file.cpio", &["application/x-cpio"], bytes);
}

pub(crate) fn lha(bytes: &[u8]) {
    read("file.lzh", &["application/x-lzh-compressed"], bytes);
}

pub(crate) fn arj(bytes: &[u8]) {
    read("file.arj", &["application/x-arj"], bytes);
}

pub(crate) fn iso(bytes: &[u8]) {
    read("file.iso", &["application/vnd.efi.iso"], bytes);
}

pub(crate) fn fat(bytes: &[u8]) {
    read("file.img", &["application/x-raw-disk-image"], bytes);
}

pub(crate) fn selfextracting(bytes: &[u8]) {
    read("file.exe", &["application/x-self-extracting-archive"], bytes);
}

pub(crate) fn compressed(bytes: &[u8]) {
    let types = [
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-lz4",
        "application/lzip",
        "application/x-lzma",
        "application/x-compress",
    ];
    read("file.gz", &types, bytes);
}

pub(crate) fn office(bytes: &[u8]) {
    read("file.docx", &["application/vnd.openxmlformats", "application/vnd.ms-"], bytes);
}

pub(crate) fn opendocument(bytes: &[u8]) {
    read("file.odt", &["application/vnd.oasis"], bytes);
}

pub(crate) fn ole(bytes: &[u8]) {
    read(
        "file.doc",
        &["application/msword", "application/vnd.ms-", "application/x-ole-storage"],
        bytes,
    );
}

pub(crate) fn rtf(bytes: &[u8]) {
    read("file.rtf", &["application/rtf", "text/rtf"], bytes);
}

pub(crate) fn msg(bytes: &[u8]) {
    read("file.msg", &["application/vnd.ms-outlook"], bytes);
}

pub(crate) fn tnef(bytes: &[u8]) {
    read("winmail.dat", &["application/vnd.ms-tnef"], bytes);
}

pub(crate) fn pst(bytes: &[u8]) {
    read("file.pst", &["application/vnd.ms-outlook-pst"], bytes);
}

pub(crate) fn cms(bytes: &[u8]) {
    read("smime.p7m", &["application/pkcs7"], bytes);
}

pub(crate) fn pdf(bytes: &[u8]) {
    read("file.pdf", &["application/pdf"], bytes);
}

pub(crate) fn ofd(bytes: &[u8]) {
    read("notice.ofd", &["application/ofd"], bytes);
}

pub(crate) fn xps(bytes: &[u8]) {
    read("page.xps", &["application/vnd.ms-xpsdocument"], bytes);
}

pub(crate) fn book(bytes: &[u8]) {
    read(
        "book.epub",
        &["application/epub+zip", "application/x-fictionbook+xml", "application/vnd.ms-htmlhelp"],
        bytes,
    );
}

pub(crate) fn visio(bytes: &[u8]) {
    read("drawing.vsdx", &["application/vnd.ms-visio"], bytes);
}

pub(crate) fn sqlite(bytes: &[u8]) {
    read("people.sqlite", &["application/vnd.sqlite3"], bytes);
}

pub(crate) fn access(bytes: &[u8]) {
    read("tables.mdb", &["application/vnd.ms-access"], bytes);
}

pub(crate) fn dbase(bytes: &[u8]) {
    read("table.dbf", &["application/vnd.dbf"], bytes);
}

pub(crate) fn warc(bytes: &[u8]) {
    read("site.warc", &["application/warc"], bytes);
}

pub(crate) fn hangul(bytes: &[u8]) {
    read("document.hwp", &["application/x-hwp-v5", "application/hwp+zip"], bytes);
}

pub(crate) fn iwork(bytes: &[u8]) {
    read("slides.key", &["application/vnd.apple"], bytes);
}

pub(crate) fn publisher(bytes: &[u8]) {
    read("letter.pub", &["application/x-mspublisher"], bytes);
}

pub(crate) fn picture(bytes: &[u8]) {
    read("file.png", &["image/"], bytes);
}

// Reads a file that is of one of these media types; others belong to other targets.
fn read(name: &str, media_types: &[&str], bytes: &[u8]) {
    let Ok(kind) = identify::identify(name.as_bytes(), &mut Cursor::new(bytes)) else { return };
    if !media_types.iter().any(|prefix| kind.media_type.starts_with(prefix)) {
        return;
    }
    let passwords = vec!["secret".to_owned()];
    let request = Request { task: Task::Extract, name: name.into(), passwords, limits: LIMITS };
    let mut records: Vec<Record> = Vec::new();
    let _ = run(&request, &mut Cursor::new(bytes), &mut records);
    check(&records);
    let render = Task::Render { page: 1, dpi: 36, max_side: 400, grey: true };
    let mut pictures: Vec<Record> = Vec::new();
    let _ = run(&Request { task: render, ..request }, &mut Cursor::new(bytes), &mut pictures);
    for record in &pictures {
        let Record::Picture(picture) = record else { continue };
        assert!(
            picture.width <= 400 && picture.height <= 400,
            "a picture larger than was requested"
        );
    }
}

fn check(records: &[Record]) {
    let (mut pages, mut text, mut member_bytes, mut open) = (0, 0, 0, false);
    for record in records {
        match record {
            Record::Page(page) => {
                assert!(page.is_sound(), "an unsound page");
                pages += 1;
                text += page.text.len() as u64;
                assert_eq!(page.number, pages, "pages are numbered in order");
            }
            Record::Member(_) => {
                assert!(!std::mem::replace(&mut open, true), "a member within a member")
            }
            Record::MemberBytes(bytes) => {
                assert!(open, "bytes outside of a member");
                member_bytes += bytes.len() as u64;
            }
            Record::MemberEnd(_) => {
                assert!(std::mem::replace(&mut open, false), "a member ends that never began")
            }
            Record::MediaType(_)
            | Record::Metadata { .. }
            | Record::Note(_)
            | Record::Picture(_)
            | Record::Reading(_) => {}
        }
    }
    assert!(!open, "a member never ended");
    assert!(
        pages <= LIMITS.pages && text <= LIMITS.text_bytes + (1 << 20),
        "limits of pages and text"
    );
    assert!(member_bytes <= LIMITS.member_bytes + (64 << 10), "the limit of members' bytes");
}
