//! What files are said to be.

use crate::said::read;
use exhibit_model::{NoteCode, Reason, Verdict};

#[test]
fn files_are_told_by_their_bytes() {
    let mut tar = vec![0; 1024];
    tar[..5].copy_from_slice(b"a.txt");
    tar[124..135].copy_from_slice(b"00000000000");
    tar[148..156].copy_from_slice(b"        ");
    let sum: u32 = tar.iter().map(|b| u32::from(*b)).sum();
    tar[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let utf16: Vec<u8> =
        "关于登记的通知\r\n2017年12号".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("", b"".to_vec(), "application/x-empty"),
        ("x", b"%PDF-1.7\n".to_vec(), "application/pdf"),
        ("x", b"\xFF\xD8\xFF\xE0\0\x10JFIF".to_vec(), "image/jpeg"),
        ("x", tar, "application/x-tar"),
        ("x", at(64, b"\x7F\x10\xDA\xBE"), "application/x-virtualbox-vdi"),
        ("x", at(3, b"NTFS    \0"), "application/x-ntfs-image"),
        ("x", at(3, b"-FVE-FS-\0"), "application/x-bitlocker-image"),
        ("x", at(32, b"NXSB"), "application/x-apfs-image"),
        ("x", at(1080, b"\x53\xEF\x01\0"), "application/x-ext-image"),
        ("x", at(1024, b"H+\0\x04"), "application/x-hfs-image"),
        ("x", at(32769, b"BEA01\x01"), "application/x-udf-image"),
        ("x", at(7, b"**ACE**"), "application/x-ace-compressed"),
        ("x", b"MSWIM\0\0\0\xd0\0\0\0".to_vec(), "application/x-ms-wim"),
        ("x", b"age-encryption.org/v1\n-> X25519 x\n\x80\x81".to_vec(), "application/x-age-encryption"),
        ("x", b"Salted__\x01\x02\x03\x04\x80".to_vec(), "application/x-openssl-encrypted"),
        ("x", b"\x1A\0\0\x04\0\0\x29\0".to_vec(), "application/vnd.lotus-notes"),
        ("x", b"CWS\x09\x80\x10\0\0x".to_vec(), "application/vnd.adobe.flash.movie"),
        ("x", b"\x80\x01\x10\0\0\0%!PS-AdobeFont-1.0".to_vec(), "application/x-font-type1"),
        ("x", b"wvpk\x20\0\0\0\x10\x04".to_vec(), "audio/x-wavpack"),
        ("x", b"MDMP\x93\xA7\0\0".to_vec(), "application/x-minidump"),
        ("x", b"Rar!\x1A\x07\x01\0".to_vec(), "application/vnd.rar"),
        ("x", b"7z\xBC\xAF\x27\x1C\0\x04".to_vec(), "application/x-7z-compressed"),
        ("x", b"\x85\x01\x0c\x03\x11\x22\x33\x44\x55\x66\x77\x88\x01\x07\xff".to_vec(), "application/pgp-encrypted"),
        ("x", b"\xc3\x0d\x04\x09\x03\x08\x11\x22\x33\x44\x55\x66\x77\x88\x60".to_vec(), "application/pgp-encrypted"),
        (
            "x",
            b"<?xml version='1.0'?><emails><email><OPFMessageCopyBody/></email></emails>".to_vec(),
            "application/x-olm-message+xml",
        ),
        ("x", b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80".to_vec(), "application/pkcs7-signature"),
        ("x", b"\x76\xe8\x04\x60\xc4\x11\xe3\x86\0".to_vec(), "application/x-microsoft-rpmsg-message"),
        ("x", b"!BDN\0\0\0\0SM".to_vec(), "application/vnd.ms-outlook-pst"),
        ("x", b"SQLite format 3\0\x10\0".to_vec(), "application/vnd.sqlite3"),
        ("x", b"\x7FELF\x02\x01\x01\0".to_vec(), "application/x-elf"),
        ("x", b"MZ\x90\0\x03\0\0\0".to_vec(), "application/vnd.microsoft.portable-executable"),
        ("MZ.txt", b"MZ is the code of a province".to_vec(), "text/plain"),
        ("numbers", b"070707,1\n070708,2\n".to_vec(), "text/plain"),
        ("x", b"\x30\x80\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03\xA0\x80".to_vec(), "application/pkcs7-mime"),
        ("x", b"-----BEGIN PGP MESSAGE-----\n\nhQEMA".to_vec(), "application/pgp-encrypted"),
        ("x", b"{\\rtf1\\ansi hello}".to_vec(), "application/rtf"),
        ("x", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), "image/heic"),
        ("x", b"\0\0\0\x18ftypisom\0\0\0\0".to_vec(), "video/mp4"),
        ("x", utf16, "text/plain"),
        ("x", "登记表\n".as_bytes().to_vec(), "text/plain"),
        (
            "x",
            b"\xB5\xC7\xBC\xC7\xB1\xED\xA3\xBA\xB9\xD8\xD3\xDA\xBC\xD3\xC7\xBF\xB5\xC4\xCD\xA8\xD6\xAA\n".to_vec(),
            "text/plain",
        ),
        ("x", b"From: a@example.org\nSubject: x\n\nbody".to_vec(), "message/rfc822"),
        ("x", b"From a@example.org Tue Nov 12 08:30:00 2019\nFrom: a@example.org\n\nbody".to_vec(), "application/mbox"),
        ("letter.txt", b"To: the committee\nwe write to you\n".to_vec(), "text/plain"),
        ("x", b"<!-- saved --> <!DOCTYPE html><p>x".to_vec(), "text/html"),
        ("x", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>".to_vec(), "application/xhtml+xml"),
        ("x", b"<?xml version='1.0'?><svg/>".to_vec(), "image/svg+xml"),
        ("x", b"<?xml version='1.0'?><a/>".to_vec(), "application/xml"),
        (
            "x",
            b"<?xml version='1.0'?><office:document office:mimetype='application/vnd.oasis.opendocument.text'/>"
                .to_vec(),
            "application/vnd.oasis.opendocument.text",
        ),
        (
            "x",
            b"<?xml version='1.0'?><w:wordDocument xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'/>"
                .to_vec(),
            "application/vnd.ms-wordml",
        ),
        (
            "x",
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>".to_vec(),
            "application/vnd.ms-spreadsheetml",
        ),
        ("x", b"\x09\0\x04\0\x02\0\x10\0".to_vec(), "application/vnd.ms-excel"),
        ("x", b"\x09\x04\x06\0\0\x04\x10\0\0\0".to_vec(), "application/vnd.ms-excel"),
        ("x", b"\x09\x08\x08\0\0\x05\x05\0\0\0".to_vec(), "application/vnd.ms-excel"),
        ("x.csv", b"a,b\n1,2\n".to_vec(), "text/csv"),
        ("x", b"a\tb\tc\n1\t2\t3\n1\t2\t3\n1\t2\t3\n1\t2\t3\n".to_vec(), "text/tab-separated-values"),
        ("README.md", b"# Title\n".to_vec(), "text/markdown"),
        ("x", b"BEGIN:VCARD\nVERSION:3.0\n".to_vec(), "text/vcard"),
        ("x", b"{\"a\": 1}".to_vec(), "application/json"),
        ("x", vec![0x93, 0x01, 0xFE, 0x00, 0x07, 0x88, 0x10, 0x02, 0xC3, 0x05], "application/octet-stream"),
        (
            "x.pdf",
            (0..=255).cycle().take(4000).map(|b: u8| b.wrapping_mul(167) ^ 0x5A).collect(),
            "application/octet-stream",
        ),
    ];
    for (name, bytes, media_type) in cases {
        assert_eq!(
            read(name, &bytes).media_type,
            media_type,
            "{name} {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

#[test]
fn what_is_inside_a_zip_or_a_compound_file_counts() {
    use crate::archives::zip_of;
    let types = |main: &str| {
        format!("<Types><Override PartName='/x' ContentType='application/{main}'/></Types>")
    };
    let word = types("vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml");
    let sheet = types("vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml");
    type Entries<'a> = Vec<(&'a str, &'a [u8])>;
    let cases: Vec<(Entries<'_>, &str)> = vec![
        (vec![("a.txt", b"x")], "application/zip"),
        (
            vec![("_rels/.rels", b"x"), ("[Content_Types].xml", word.as_bytes())],
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            vec![("[Content_Types].xml", sheet.as_bytes())],
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            vec![("mimetype", b"application/vnd.oasis.opendocument.text")],
            "application/vnd.oasis.opendocument.text",
        ),
        (vec![("mimetype", b"application/epub+zip")], "application/epub+zip"),
        (vec![("META-INF/MANIFEST.MF", b"x")], "application/java-archive"),
        (
            vec![("AndroidManifest.xml", b"x"), ("META-INF/MANIFEST.MF", b"x")],
            "application/vnd.android.package-archive",
        ),
        (vec![("OFD.xml", b"x")], "application/ofd"),
    ];
    for (entries, media_type) in cases {
        assert_eq!(read("x", &zip_of(&entries)).media_type, media_type);
    }
    for (stream, media_type) in [
        ("/EncryptedPackage", "application/x-tika-ooxml-protected"),
        ("/__properties_version1.0", "application/vnd.ms-outlook"),
        ("/WordDocument", "application/msword"),
        ("/Whatever", "application/x-ole-storage"),
    ] {
        let mut compound =
            cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("in memory");
        compound.create_stream(stream).expect("a new stream");
        let bytes = compound.into_inner().into_inner();
        assert_eq!(read("x", &bytes).media_type, media_type);
    }
}

#[test]
fn files_of_no_reader_are_unsupported_by_name_and_lying_names_suspicious() {
    let said = read("report.pdf", b"MZ\x90\0\x03\0\0\0");
    let media_type = "application/vnd.microsoft.portable-executable".to_owned();
    assert_eq!(
        said.verdict,
        Verdict::Unsupported(Reason::NoReader { media_type: media_type.clone() })
    );
    assert!(said.has_note(&NoteCode::ProgramDisguised { extension: "pdf".to_owned(), media_type }));
    assert!(read("a\u{202e}txt.exe", b"x").has_note(&NoteCode::NameReordersLetters));
    assert_eq!(read("x", b"").verdict, Verdict::Empty);
}

/// Bytes at an offset, behind zeros and before others.
fn at(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = vec![0; offset];
    file.extend(bytes);
    file.resize(offset + bytes.len() + 600, 0);
    file
}
