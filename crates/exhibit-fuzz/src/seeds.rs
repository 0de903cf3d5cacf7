//! Seeds: valid inputs of every target, from the example trove, the fixtures of other crates, and made here.

use crate::proofs::{Bag, signer};
use exhibit_model::{
    Limits, Member, MemberEnd, Page, PageKind, Record, Request, Task, Verdict, wire,
};
use exhibit_proof::json::JsonValue;
use exhibit_proof::proof::LogProof;
use exhibit_proof::{Checkpoint, Hash, SignedNote, tile};
use std::fs;
use std::path::{Path, PathBuf};

/// Endings of the example trove's files, and the targets that read them.
const BY_ENDING: &[(&str, &str)] = &[
    ("txt", "format_text"),
    ("md", "format_text"),
    ("csv", "format_table"),
    ("html", "format_html"),
    ("eml", "format_mail"),
    ("mbox", "format_mbox"),
    ("zip", "format_zip"),
    ("gz", "format_compressed"),
    ("docx", "format_office"),
    ("xlsx", "format_office"),
    ("pptx", "format_office"),
    ("ods", "format_opendocument"),
    ("doc", "format_ole"),
    ("xls", "format_ole"),
    ("pdf", "format_pdf"),
    ("tif", "format_picture"),
    ("gif", "format_picture"),
    ("bmp", "format_picture"),
    ("webp", "format_picture"),
    ("jpg", "format_picture"),
    ("png", "format_picture"),
];

/// Files that the tests of their readers make, and the targets that read them.
const DOCUMENTS: &[(&str, &str)] = &[
    ("format_ofd", "notice.ofd"),
    ("format_xps", "page.xps"),
    ("format_book", "book.epub"),
    ("format_book", "book.fb2"),
    ("format_book", "help.chm"),
    ("format_visio", "drawing.vsdx"),
    ("format_sqlite", "people.sqlite"),
    ("format_access", "tables.mdb"),
    ("format_dbase", "table.dbf"),
    ("format_warc", "site.warc"),
    ("format_hangul", "document.hwp"),
    ("format_iwork", "slides.key"),
    ("format_publisher", "letter.pub"),
];

/// Larger files make slow and shallow fuzzing.
const MAX_SEED: u64 = 128 << 10;

/// Valid inputs, each with the name of the target that reads it.
///
/// # Panics
/// If the files of the repository that they are made from cannot be read.
#[must_use]
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds = from_trove();
    seeds.extend(from_fixtures());
    seeds.extend(outlook_seeds());
    seeds.extend(archive_seeds());
    seeds.extend(wire_seeds());
    seeds.extend(proof_seeds());
    for text in [
        r#"{"a":"\u767b\ud83d\ude00 \n","b":"x"}"#,
        "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<a>&#x767B;&amp;&#35760;</a>",
        "BEGIN:VCARD\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=99=BB=\n=E8=AE=B0\nNOTE:one\\, \n two\nEND:VCARD\n",
    ] {
        seeds.push(("format_escaped", text.into()));
    }
    for message in [
        "From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\n\n--X\nContent-Type: text/plain; format=flowed; delsp=yes\n\na \nb\n\
         --X\nContent-Disposition: attachment; filename*0*=utf-8''%E4%B8%80; filename*2*=%E4%B8%89\n\nx\n--X--\n",
        "From: a@example.org\nTo: b@example.org\nSubject: =?utf-7?Q?+dnuLsA-?=\n\nbegin 644 a\n#0V%T\n=ybegin size=3 name=b\nmk~\n=yend size=3\n",
    ] {
        seeds.push(("format_mail", message.into()));
    }
    for query in [
        "登记 AND name:王*",
        "\"one two\" OR (a -b)",
        "date:2019-03..2019-05 type:pdf",
        "/ab+c/ ~3 from:li@example.org",
    ] {
        seeds.push(("query", query.into()));
    }
    for picture in [
        &b"P5 2 2 255\n\x10\xf0\x10\xf0"[..],
        b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nENDHDR\n\xff\0\0",
        b"<svg><title>gate</title><text>one<tspan>two</tspan></text><image href='data:image/png;base64,iVBORw=='/></svg>",
        b"8BPS\0\x01\0\0\0\0\0\0\0\x01\0\0\0\x02\0\0\0\x02\0\x08\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\xf0\x10\xf0",
        b"\x01\0\x09\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\x08\0\0\0\x21\x05\x04\0gate\x09\0\x03\0\x03\0\0\0\0\0",
        b"\0\0\0\x10ftypheic\0\0\0\0\0\0\0\x14ispe\0\0\0\0\0\0\0\x40\0\0\0\x30",
    ] {
        seeds.push(("format_picture", picture.to_vec()));
    }
    seeds
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn from_trove() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds = Vec::new();
    let mut folders = vec![root().join("examples/trove")];
    while let Some(folder) = folders.pop() {
        let listed = fs::read_dir(&folder).expect("the example trove is in the repository");
        let mut paths: Vec<PathBuf> = listed.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let ending = path
                .extension()
                .map(|ending| ending.to_string_lossy().to_lowercase())
                .unwrap_or_default();
            let target =
                BY_ENDING.iter().find(|(known, _)| *known == ending).map(|(_, target)| *target);
            if let Some(target) = target
                && path.metadata().expect("a file").len() <= MAX_SEED
            {
                let bytes = fs::read(&path).expect("a file");
                seeds.push(("identify", bytes[..bytes.len().min(4096)].to_vec()));
                seeds.push((target, bytes));
            }
        }
    }
    let mut tar = vec![0; 512];
    let header: [(usize, &[u8]); 7] = [
        (0, b"a.txt"),
        (100, b"0000644\0"),
        (124, b"00000000014\0"),
        (136, b"13562544000\0"),
        (148, b"        "),
        (156, b"0"),
        (257, b"ustar\x0000"),
    ];
    for (at, bytes) in header {
        tar[at..at + bytes.len()].copy_from_slice(bytes);
    }
    let sum: u32 = tar.iter().map(|byte| u32::from(*byte)).sum();
    tar[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar.extend(b"some content");
    tar.resize(2048, 0);
    seeds.push(("format_tar", tar));
    seeds
}

/// RTF, and what Outlook makes: a message and a store as the tests of their readers make them, TNEF and signed messages.
fn outlook_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let fixture = |name: &str| {
        let path = root().join("crates/exhibit-extract/tests/fixtures").join(name);
        fs::read(path).expect("a fixture of the repository")
    };
    let rtf = concat!(
        r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 S;}{\f1\fcharset2 Symbol;}}{\info{\title t}}{\header h\par}",
        r"\uc1\u30331?\'b5\'c7{\f1\'b7}{\field{\*\fldinst HYPERLINK x}{\fldrslt y}}{\pict\dibitmap0 28000000}",
        r"{\footnote n}\trowd\intbl a\cell\row\page{\v h}{\object{\*\objdata 0105000002000000}}}"
    );
    let html = r"{\rtf1\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 x\htmlrtf }\htmlrtf0{\*\htmltag72 </p>}}";
    let attribute = |level: u8, number: u32, data: &[u8]| {
        let sum = data.iter().fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        let length = u32::try_from(data.len()).expect("small").to_le_bytes();
        [&[level][..], &number.to_le_bytes(), &length, data, &sum.to_le_bytes()].concat()
    };
    let property =
        [&1u32.to_le_bytes()[..], &[0x1e, 0, 0, 0x10, 1, 0, 0, 0, 4, 0, 0, 0], b"body"].concat();
    let tnef = [
        b"\x78\x9f\x3e\x22\x01\0".to_vec(),
        attribute(1, 0x0006_9007, &[0xa8, 3, 0, 0]),
        attribute(1, 0x0001_8004, b"subject\0"),
        attribute(1, 0x0006_9003, &property),
        attribute(2, 0x0006_9002, &[0; 14]),
        attribute(2, 0x0001_8010, b"a.txt\0"),
        attribute(2, 0x0006_800f, b"content"),
    ];
    let signed = [
        &b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80"[..],
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80\x04\x05hello\0\0\0\0\0\0\x31\0\0\0\0\0\0\0",
    ];
    vec![
        ("format_rtf", rtf.into()),
        ("format_rtf", html.into()),
        ("format_msg", fixture("message.msg")),
        ("format_pst", fixture("store.pst")),
        ("format_tnef", tnef.concat()),
        ("format_cms", signed.concat()),
    ]
}

/// Archives of the kinds that the example trove has none of: the fixtures of their readers, by their endings.
fn archive_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let folder = root().join("crates/exhibit-extract/tests/fixtures/archives");
    let listed = fs::read_dir(&folder).expect("fixtures of the repository");
    let mut paths: Vec<PathBuf> = listed.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mut seeds = Vec::new();
    for path in paths {
        let name =
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let target = match name.rsplit('.').next() {
            // a derived key for each mutant would take the time of all others
            Some("7z" | "rar") if name.contains("sealed") => continue,
            Some("7z") => "format_sevenz",
            Some("rar") => "format_rar",
            Some("cab") => "format_cabinet",
            Some("a") => "format_ar",
            Some("cpio") => "format_cpio",
            Some("arj") => "format_arj",
            Some("lz4" | "lz" | "lzma" | "Z" | "xz" | "zst" | "bz2") => "format_compressed",
            _ => continue,
        };
        let bytes = fs::read(&path).expect("a fixture");
        if name == "lzma2.7z" || name == "four.rar" || name == "zip.cab" {
            seeds.push(("format_selfextracting", [&b"MZ\x90\0 a program "[..], &bytes].concat()));
        }
        seeds.push((target, bytes));
    }
    let stored = b"\x1e\0-lh0-\x04\0\0\0\x04\0\0\0\0\x60\xc1\x58\x20\0\x05a.txt\0\0gate\0";
    let mut stored = stored.to_vec();
    stored[0] = 29;
    stored[1] = stored[2..31].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    seeds.push(("format_lha", stored));
    seeds.push(("format_iso", disc()));
    seeds.push(("format_fat", disk()));
    seeds
}

/// The least image of an optical disc: a volume, its root, one file.
fn disc() -> Vec<u8> {
    let record = |extent: u8, size: u8, flags: u8, name: &[u8]| {
        let mut record = vec![0; 33 + name.len() + (name.len() + 1) % 2];
        record[0] = u8::try_from(record.len()).expect("short");
        (record[2], record[10], record[25], record[28]) = (extent, size, flags, 1);
        record[32] = u8::try_from(name.len()).expect("short");
        record[33..33 + name.len()].copy_from_slice(name);
        record
    };
    let mut image = vec![0; 20 * 2048];
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(16 * 2048, b"\x01CD001\x01");
    put(16 * 2048 + 156, &record(18, 200, 2, &[0]));
    put(17 * 2048, b"\xffCD001\x01");
    let root =
        [record(18, 200, 2, &[0]), record(18, 200, 2, &[1]), record(19, 4, 0, b"A.TXT;1")].concat();
    put(18 * 2048, &root);
    put(19 * 2048, b"gate");
    image
}

/// The least image of a disk: a FAT file system of a few clusters with one file.
fn disk() -> Vec<u8> {
    let mut image = vec![0; 16 * 512];
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"\xeb\x3c\x90MSDOS5.0\0\x02\x01\x01\0\x01\x10\0\x10\0\xf8\x01\0");
    put(510, b"\x55\xaa");
    put(512, b"\xf8\xff\xff\xff\xff\xff");
    put(1024, b"A       TXT\x20\0\0\0\0\0\0\0\0\0\0\0\x60\xc1\x58\x02\0\x04\0\0\0");
    put(1536, b"gate");
    image
}

fn from_fixtures() -> Vec<(&'static str, Vec<u8>)> {
    let of = |target, name: &str| {
        let path = root().join("crates/exhibit-time/tests/fixtures").join(name);
        (target, fs::read(&path).expect("a fixture of the repository"))
    };
    let mut seeds = vec![
        of("time_stamp", "good.tsr"),
        of("time_stamp", "chain.tsr"),
        of("time_stamp", "p384.tsr"),
        of("certificate", "root.pem"),
        of("certificate", "ed.pem"),
        of("time_request", "good.tsq"),
    ];
    for (target, name) in DOCUMENTS {
        let path = root().join("crates/exhibit-extract/tests/fixtures/formats").join(name);
        seeds.push((target, fs::read(&path).expect("a fixture of the repository")));
    }
    seeds
}

fn wire_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let page = Page::of_text(1, PageKind::Text, "关于登记的通知\nsecond line".to_owned());
    let records = [
        Record::MediaType("text/plain".to_owned()),
        Record::Page(Box::new(page.clone())),
        Record::Member(Member { name: b"a.txt".to_vec(), ..Member::default() }),
        Record::MemberEnd(MemberEnd::Whole),
    ];
    let request = Request {
        task: Task::Render { page: 3, dpi: 150, max_side: 2000, grey: true },
        name: b"a.pdf".to_vec(),
        passwords: vec!["secret".to_owned()],
        limits: Limits::STANDARD,
    };
    let mut seeds = vec![
        ("wire_page", wire::encode_page(&page)),
        ("wire_verdict", wire::encode_verdict(&Verdict::Read)),
        ("wire_verdict", wire::encode_verdict(&Verdict::Encrypted)),
        ("wire_request", wire::encode_request(&request)),
    ];
    // frames as docs/formats/worker-protocol.md has them: kind, length, payload
    let mut stream = Vec::new();
    let mut frame = |kind: u8, payload: &[u8]| {
        stream.push(kind);
        stream.extend(u32::try_from(payload.len()).expect("small").to_le_bytes());
        stream.extend(payload);
    };
    for record in &records {
        frame(1, &wire::encode_record(record));
        if matches!(record, Record::Member(_)) {
            frame(2, b"bytes of a member");
        }
    }
    frame(3, &wire::encode_verdict(&Verdict::Read));
    seeds.push(("worker_stream", stream));
    seeds.extend(records.iter().map(|record| ("wire_record", wire::encode_record(record))));
    seeds
}

fn proof_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let key = signer();
    let origin = key.verifier().name().to_owned();
    let checkpoint =
        Checkpoint { origin, size: 1, root: Hash::leaf(b"an entry"), extensions: Vec::new() };
    let text = checkpoint.text();
    let note = SignedNote { signatures: vec![key.sign(&text)], text: text.clone() };
    let proof = LogProof { extra: None, index: 0, hashes: Vec::new(), checkpoint: note.clone() };
    let mut bundle = Vec::new();
    for entry in [&b"{}"[..], b"another entry"] {
        assert!(tile::push_entry(&mut bundle, entry), "a short entry");
    }
    let mut document = exhibit_proof::document::DocumentTree::new([3; 32], [4; 32], 17);
    document.push_text(1, "exhibit 0.1.0", [5; 32]);
    let leaf = document.prove(1).expect("a leaf").record;
    let value = JsonValue::map([
        ("a", 1.into()),
        ("b", JsonValue::List(vec!["text".into(), JsonValue::map([])])),
    ]);
    let bag = Bag::write(&[
        (
            "bagit.txt".to_owned(),
            b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_vec(),
        ),
        ("bag-info.txt".to_owned(), b"Payload-Oxum: 4.1\n".to_vec()),
        ("custody/key.pub".to_owned(), format!("{}\n", key.verifier()).into_bytes()),
        ("custody/checkpoint".to_owned(), note.to_string().into_bytes()),
        ("data/a.txt".to_owned(), b"text".to_vec()),
        (
            "manifest-sha256.txt".to_owned(),
            format!("{}  data/a.txt\n", "0".repeat(64)).into_bytes(),
        ),
    ]);
    let anchors = Bag::write(&[
        ("checkpoint".to_owned(), note.to_string().into_bytes()),
        ("authority.tsq".to_owned(), b"0".to_vec()),
        ("witness.add-checkpoint".to_owned(), format!("old 0\n\n{note}").into_bytes()),
    ]);
    vec![
        ("json", value.write().into_bytes()),
        ("note", note.to_string().into_bytes()),
        ("checkpoint", text.into_bytes()),
        ("policy", format!("log {}\nquorum none\n", key.verifier()).into_bytes()),
        ("tile", bundle),
        ("tile", b"tile/0/x001/x234/067".to_vec()),
        ("log_proof", proof.write().into_bytes()),
        ("leaf_proof", leaf),
        ("bag", bag),
        ("anchor_folder", anchors),
        ("witness", format!("old 0\n\n{note}").into_bytes()),
        (
            "sigsum",
            format!("version=2\nlog={}\nleaf=0000 {}\n", "0".repeat(64), "0".repeat(128))
                .into_bytes(),
        ),
    ]
}
