//! Archives and compressed files.

use crate::said::{read, read_with};
use exhibit_model::{Limits, MemberEnd, NoteCode, Reason, Severity, Verdict};
use std::io::{Cursor, Write};
use zip::unstable::write::FileOptionsExt as _;
use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter};

/// A zip archive of stored or deflated entries, whichever is shorter by its bytes.
pub(crate) fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(entries, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated))
}

fn zip_with(entries: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, options).expect("in memory");
        zip.write_all(bytes).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

/// A stored zip archive written field by field, names of any bytes.
fn raw_zip(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut fields = vec![20, 0, 0, 0, 0, 0, 0x10, 0x44, 0x6C, 0x4F];
        fields.extend(crc.sum().to_le_bytes());
        fields.extend(u32::try_from(bytes.len()).expect("short").to_le_bytes().repeat(2));
        fields.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
        fields.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend(u32::try_from(file.len()).expect("short").to_le_bytes());
        directory.extend(*name);
        file.extend(b"PK\x03\x04");
        file.extend(&fields);
        file.extend(*name);
        file.extend(*bytes);
    }
    let start = u32::try_from(file.len()).expect("short");
    let count = u16::try_from(entries.len()).expect("few").to_le_bytes();
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.repeat(2));
    file.extend(u32::try_from(directory.len()).expect("short").to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

#[test]
fn zip_entries_come_out_by_every_method() {
    let text = "登记表 ".repeat(1000);
    for method in [
        CompressionMethod::Stored,
        CompressionMethod::Deflated,
        CompressionMethod::Bzip2,
        CompressionMethod::Zstd,
        CompressionMethod::Lzma,
        CompressionMethod::Xz,
    ] {
        let options = SimpleFileOptions::default().compression_method(method);
        let zip = std::panic::catch_unwind(|| zip_with(&[("a/b.txt", text.as_bytes())], options));
        let Ok(zip) = zip else { continue };
        let said = read("x.zip", &zip);
        assert_eq!(said.members.len(), 1, "{method}");
        assert_eq!(said.members[0].2, MemberEnd::Whole, "{method}");
        assert_eq!(said.members[0].1, text.as_bytes(), "{method}");
    }
}

#[test]
fn names_that_are_not_utf8_are_decoded_as_one() {
    for (encoding, names, charset) in [
        (
            encoding_rs::GBK,
            vec!["人员登记名单.xlsx", "关于加强工作的通知.doc", "附件/一.txt"],
            "gb18030",
        ),
        (encoding_rs::BIG5, vec!["人員登記名單.xlsx", "關於加強工作的通知.doc"], "big5"),
        (encoding_rs::SHIFT_JIS, vec!["住民登録のお知らせ.txt", "名簿データ.csv"], "shift_jis"),
    ] {
        let encoded: Vec<Vec<u8>> =
            names.iter().map(|name| encoding.encode(name).0.into_owned()).collect();
        let entries: Vec<(&[u8], &[u8])> =
            encoded.iter().map(|name| (name.as_slice(), &b"x"[..])).collect();
        let said = read("x.zip", &raw_zip(&entries));
        assert_eq!(said.names(), names);
        assert_eq!(said.get("zip:names"), Some(charset));
        assert_eq!(said.members[0].0.name, encoded[0], "bytes are kept");
        assert_eq!(
            said.members[0].0.modified.map(|m| m.to_rfc3339()).as_deref(),
            Some("2019-11-12T08:32:32Z")
        );
    }
    let dos: &[u8] = b"Verzeichnis f\x81r M\x84rz.txt";
    assert_eq!(read("x.zip", &raw_zip(&[(dos, b"x")])).names(), ["Verzeichnis für März.txt"]);
}

#[test]
fn entries_of_one_name_are_all_there_and_folders_are_none() {
    let said = read(
        "x.zip",
        &raw_zip(&[(b"a.txt", b"1"), (b"f/", b""), (b"a.txt", b"2"), (b"../../etc/passwd", b"3")]),
    );
    assert_eq!(said.names(), ["a.txt", "a.txt", "../../etc/passwd"]);
    assert_eq!(said.members.iter().map(|(_, bytes, _)| bytes[0]).collect::<Vec<_>>(), b"123");
}

#[test]
fn locked_entries_need_their_password() {
    let plain = SimpleFileOptions::default();
    for options in [
        plain.with_aes_encryption(AesMode::Aes256, "密码123"),
        plain.with_deprecated_encryption("密码123".as_bytes()).expect("a key"),
    ] {
        let zip = zip_with(&[("a.txt", b"secret text"), ("b.txt", &[7; 5000])], options);
        let said = read("x.zip", &zip);
        assert_eq!(said.verdict, Verdict::Read);
        assert!(
            said.members.iter().all(|(.., end)| *end == MemberEnd::Encrypted),
            "{:?}",
            said.members
        );
        let said = read_with("x.zip", &zip, &["wrong", "密码123"], Limits::STANDARD);
        assert_eq!(
            (said.members[0].1.as_slice(), &said.members[0].2),
            (&b"secret text"[..], &MemberEnd::Whole)
        );
        assert_eq!(said.members[1].1, [7; 5000]);
    }
}

#[test]
fn damage_costs_only_what_it_hits() {
    let mut zip = raw_zip(&[(b"a.txt", b"first"), (b"b.txt", b"second"), (b"c.txt", b"third")]);
    let at = zip.windows(6).position(|w| w == b"second").expect("stored");
    zip[at] ^= 1;
    let said = read("x.zip", &zip);
    assert_eq!(said.members.iter().map(|(_, bytes, _)| bytes[0]).collect::<Vec<_>>(), b"frt");
    assert!(said.has_note(&NoteCode::ChecksumsWrong { entries: 1 }));
    let whole =
        zip_of(&[("a.txt", b"first"), ("b.txt", &b"second ".repeat(300)), ("c.txt", b"third")]);
    let directory = whole.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    let said = read("x.zip", &whole[..directory]);
    assert!(said.has_note(&NoteCode::ZipDirectoryLost));
    assert_eq!(said.names(), ["a.txt", "b.txt", "c.txt"]);
    assert_eq!(said.members[1].1, b"second ".repeat(300));
    assert!(said.members.iter().all(|(.., end)| *end == MemberEnd::Whole), "{:?}", said.members);
}

#[test]
fn sizes_that_stand_after_the_content_are_found_without_a_directory() {
    let mut zip = ZipWriter::new_stream(Vec::new());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for n in 0..3 {
        zip.start_file(format!("{n}.txt"), options).expect("in memory");
        zip.write_all(&b"streamed ".repeat(500 + n)).expect("in memory");
    }
    let whole = zip.finish().expect("in memory").into_inner();
    let directory = whole.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    for bytes in [&whole[..], &whole[..directory]] {
        let said = read("x.zip", bytes);
        assert_eq!(said.names(), ["0.txt", "1.txt", "2.txt"]);
        assert_eq!(said.members[2].1, b"streamed ".repeat(502));
        assert!(said.members.iter().all(|(.., end)| *end == MemberEnd::Whole));
    }
}

#[test]
fn archives_that_swell_end_at_a_limit() {
    let limits = Limits { member_bytes: 512 << 20, ..Limits::STANDARD };
    let bomb = zip_of(&[("0", &vec![0; 80 << 20])]);
    assert!(bomb.len() < 100_000, "1000 to 1");
    let said = read_with("x.zip", &bomb, &[], limits);
    assert_eq!(said.verdict, Verdict::Truncated(Reason::RatioLimit { ratio: 250 }));
    assert!(matches!(said.members[0].2, MemberEnd::Truncated(_)));
    let limits = Limits { members: 2, ..Limits::STANDARD };
    let said = read_with("x.zip", &zip_of(&[("1", b"x"), ("2", b"x"), ("3", b"x")]), &[], limits);
    assert_eq!(said.verdict, Verdict::Truncated(Reason::MemberLimit { members: 2 }));
    let nested = zip_of(&[("inner.zip", &zip_of(&[("a.txt", b"deep")]))]);
    let inner = read("x.zip", &nested).members.remove(0).1;
    assert_eq!(read("inner.zip", &inner).members[0].1, b"deep");
}

#[test]
fn compressed_files_hold_one_member() {
    let text = "登记表 ".repeat(1000).into_bytes();
    let gz = |bytes: &[u8], name: &str| {
        let mut gz = flate2::GzBuilder::new()
            .filename(name)
            .mtime(1_573_547_400)
            .write(Vec::new(), flate2::Compression::default());
        gz.write_all(bytes).expect("in memory");
        gz.finish().expect("in memory")
    };
    let two = [gz(&text[..3000], "list.txt"), gz(&text[3000..], "x")].concat();
    let said = read("y.gz", &two);
    assert_eq!((said.names(), &said.members[0].1), (vec!["list.txt".to_owned()], &text));
    assert_eq!(
        said.members[0].0.modified.map(|m| m.to_rfc3339()).as_deref(),
        Some("2019-11-12T08:30:00Z")
    );
    let said = read("y.gz", &[&two[..], b"garbage"].concat());
    assert_eq!(said.members[0].2, MemberEnd::Whole);
    assert!(said.has_note(&NoteCode::TrailingBytes { bytes: None }));
    let mut state = 1_u64;
    let mut random = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    let noise: Vec<u8> = (0..60_000).map(|_| random()).collect();
    let long = gz(&noise, "n");
    let said = read("y.gz", &long[..long.len() / 2]);
    let (_, bytes, end) = &said.members[0];
    let after = bytes.len() as u64;
    assert!(
        matches!(end, MemberEnd::Truncated(Reason::DataDamaged { bytes, .. }) if *bytes == after),
        "{end:?}"
    );
    assert!(noise.starts_with(bytes) && bytes.len() > 20_000, "{after}");
    let zst = zstd::encode_all(&text[..], 3).expect("in memory");
    let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz.write_all(&text).expect("in memory");
    for (name, bytes) in [("list.csv.zst", zst), ("list.csv.bz2", bz.finish().expect("in memory"))]
    {
        let said = read(name, &bytes);
        assert_eq!(
            (said.names(), &said.members[0].1),
            (vec!["list.csv".to_owned()], &text),
            "{name}"
        );
    }
}

#[test]
fn tar_files_are_members_and_links_are_named() {
    let long = format!("{}/表.txt", "folder".repeat(40));
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |name: &str, kind: tar::EntryType, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_entry_type(kind);
        header.set_mtime(1_573_547_400);
        if kind.is_symlink() {
            header.set_link_name("target").expect("short");
        }
        tar.append_data(&mut header, name, bytes).expect("in memory");
    };
    add("a.txt", tar::EntryType::Regular, b"first");
    add("f/", tar::EntryType::Directory, b"");
    add(&long, tar::EntryType::Regular, b"second");
    add("link", tar::EntryType::Symlink, b"");
    add("pipe", tar::EntryType::Fifo, b"");
    add("z.txt", tar::EntryType::Regular, &[b'z'; 700]);
    let bytes = tar.into_inner().expect("in memory");
    let said = read("x.tar", &bytes);
    assert_eq!(said.names(), ["a.txt", &long, "link", "pipe", "z.txt"]);
    assert_eq!(said.members[1].1, b"second");
    assert_eq!(
        said.members[2].2,
        MemberEnd::Unsupported(Reason::SymbolicLink { target: Some("target".to_owned()) })
    );
    assert_eq!(said.members[4].1, [b'z'; 700]);
    let mut damaged = bytes.clone();
    damaged[100] ^= 1;
    damaged.insert(0, 0);
    damaged.remove(0);
    let said = read_tar_from_second(&damaged);
    assert_eq!(said.0, [&long[..], "link", "pipe", "z.txt"]);
    assert!(said.1, "damage is said");
    let cut = &bytes[..bytes.len() - 1024 - 512];
    let said = read("x.tar", cut);
    let bytes = said.members[4].1.len() as u64;
    assert_eq!(said.members[4].2, MemberEnd::Truncated(Reason::ArchiveEnds { bytes }));
}

/// Reads an archive whose first header is damaged, so that only its magic tells what it is.
fn read_tar_from_second(bytes: &[u8]) -> (Vec<String>, bool) {
    let said = read("x.tar", bytes);
    (said.names(), said.noted(|code| code.severity() == Severity::Partial))
}

#[test]
fn bytes_that_no_directory_names_are_counted() {
    let bytes_of = |file: &[u8]| {
        let notes = read("x.zip", file).notes;
        notes.iter().find_map(|note| match note.code {
            NoteCode::UnlistedBytes { bytes } => Some(bytes),
            _ => None,
        })
    };
    let (first, second) =
        (raw_zip(&[(b"hidden.txt", b"first")]), raw_zip(&[(b"a.txt", b"1"), (b"b.txt", b"2")]));
    assert_eq!(bytes_of(&second), None);
    assert_eq!(bytes_of(&zip_of(&[("a.txt", b"one"), ("b.txt", b"two")])), None);
    assert_eq!(bytes_of(&[&first[..], &second].concat()), Some(first.len() as u64));
    assert_eq!(bytes_of(&[&second[..], b"behind the end of the archive"].concat()), Some(29));
    // the entry in front is taken out of the directory
    let position = second.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    let mut removed = second.clone();
    removed.drain(position..position + 46 + 5);
    let end = removed.len() - 22;
    removed[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    let length = u32::from_le_bytes(removed[end + 12..end + 16].try_into().expect("four")) - 51;
    removed[end + 12..end + 16].copy_from_slice(&length.to_le_bytes());
    let said = read("x.zip", &removed);
    assert_eq!(said.names(), ["b.txt"]);
    assert_eq!(bytes_of(&removed), Some(30 + 5 + 1));
}

#[test]
fn content_that_does_not_match_its_checksum_is_kept() {
    let mut zip = raw_zip(&[(b"a.txt", b"register"), (b"b.txt", b"second")]);
    let at = zip.windows(8).position(|w| w == b"register").expect("stored");
    zip[at] = b'R';
    let said = read("x.zip", &zip);
    assert_eq!(
        (said.members[0].1.as_slice(), &said.members[0].2),
        (&b"Register"[..], &MemberEnd::Whole)
    );
    assert!(said.has_note(&NoteCode::ChecksumsWrong { entries: 1 }), "{:?}", said.notes);
    // deflated content that ends in damage
    let text: Vec<u8> =
        (0..60_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let mut zip = zip_of(&[("a.txt", &text)]);
    let middle = zip.len() / 2;
    zip[middle..middle + 64].fill(0xFF);
    let said = read("x.zip", &zip);
    let (_, bytes, end) = &said.members[0];
    assert!(!bytes.is_empty() && text.starts_with(&bytes[..1000]), "{} bytes", bytes.len());
    assert!(
        matches!(end, MemberEnd::Truncated(Reason::DataDamaged { .. }) | MemberEnd::Whole),
        "{end:?}"
    );
}

#[test]
fn other_names_in_front_of_the_content_are_counted() {
    let mut zip = raw_zip(&[(b"shown.txt", b"1"), (b"same.txt", b"2")]);
    zip[30..39].copy_from_slice(b"other.txt");
    let said = read("x.zip", &zip);
    assert_eq!(said.names(), ["shown.txt", "same.txt"]);
    assert!(said.has_note(&NoteCode::EntryNamesDiffer { entries: 1 }), "{:?}", said.notes);
}

#[test]
fn backslashes_of_windows_divide_folders_after_decoding() {
    let names = ["材料\\乗.txt", "材料\\登记表.txt"];
    let encoded: Vec<Vec<u8>> =
        names.iter().map(|name| encoding_rs::GBK.encode(name).0.into_owned()).collect();
    assert!(encoded[0].contains(&0x5C));
    let entries: Vec<(&[u8], &[u8])> =
        encoded.iter().map(|name| (name.as_slice(), &b"x"[..])).collect();
    let said = read("x.zip", &raw_zip(&entries));
    assert_eq!(said.names(), ["材料/乗.txt", "材料/登记表.txt"]);
    assert_eq!(said.members[0].0.name, encoded[0], "bytes are kept");
}
