//! Archives of other kinds and images of disks, made by `tests/fixtures/archives/make.sh` or here, and damaged ones.

use crate::said::{Said, fixture, read, read_with, torment};
use crate::sevenz::long_text;
use exhibit_model::{Limits, MemberEnd, NoteCode, Reason, Verdict};
use std::io::Read;
use std::sync::LazyLock;

fn long() -> &'static [u8] {
    static LONG: LazyLock<String> = LazyLock::new(long_text);
    LONG.as_bytes()
}

/// A fixture that is packed by gzip, as most of it is empty.
fn unpacked(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&fixture(name)[..]).read_to_end(&mut bytes).expect("a gzip file");
    bytes
}

fn content<'s>(said: &'s Said, name: &str) -> &'s [u8] {
    let at = said.names().iter().position(|found| found == name);
    let at = at.unwrap_or_else(|| panic!("no {name} among {:?}", said.names()));
    assert_eq!(said.members[at].2, MemberEnd::Whole, "{name}");
    &said.members[at].1
}

fn check(name: &str, bytes: &[u8], media_type: &str, members: &[(&str, &[u8])]) -> Said {
    let said = read(name, bytes);
    assert_eq!((said.media_type.as_str(), &said.verdict), (media_type, &Verdict::Read), "{name}");
    for (member, text) in members {
        assert_eq!(content(&said, member), *text, "{name}: {member}");
    }
    said
}

#[test]
fn cabinets() {
    for name in ["zip.cab", "stored.cab"] {
        let said = read(name, &fixture(name));
        assert_eq!(
            (said.media_type.as_str(), said.members.len()),
            ("application/vnd.ms-cab-compressed", 3),
            "{name}"
        );
        assert_eq!(content(&said, "名单.txt"), long(), "{name}: {:?}", said.names());
        assert!(said.members.iter().any(|(_, bytes, _)| bytes == b"second file\n"), "{name}");
        assert!(said.notes.is_empty(), "{name}: {:?}", said.notes);
        let whole = fixture(name);
        let cut = read(name, &whole[..whole.len() - 20]);
        assert_eq!(cut.members.len(), 3, "{name}: the list precedes the content");
        assert!(cut.members.iter().any(|(.., end)| *end != MemberEnd::Whole), "{name}");
    }
    let mut quantum = fixture("stored.cab");
    quantum[42] = 2;
    let method = Reason::ArchiveMethod { format: "cab".to_owned(), method: "2".to_owned() };
    assert_eq!(read("a.cab", &quantum).members[0].2, MemberEnd::Unsupported(method));
}

#[test]
fn ar_with_names_of_both_forms() {
    let longest = "a-name-that-is-longer-than-sixteen-bytes.txt";
    for name in ["gnu.a", "bsd.a"] {
        let members: [(&str, &[u8]); 2] = [("b.txt", b"second file\n"), (longest, long())];
        let said = check(name, &fixture(name), "application/x-archive", &members);
        assert_eq!((said.members.len(), said.notes.len()), (2, 0), "{name}");
    }
    let package = [&b"!<arch>\n"[..], &ar_header("debian-binary", 4), b"2.0\n"].concat();
    check(
        "a.deb",
        &package,
        "application/vnd.debian.binary-package",
        &[("debian-binary", b"2.0\n")],
    );
    let cut = read("a.a", &fixture("gnu.a")[..900]);
    assert_eq!(
        cut.members[1].2,
        MemberEnd::Truncated(Reason::ArchiveEnds { bytes: cut.members[1].1.len() as u64 })
    );
    assert!(!cut.members[1].1.is_empty());
}

fn ar_header(name: &str, size: usize) -> Vec<u8> {
    format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, "100644").into_bytes()
}

#[test]
fn cpio_in_every_form() {
    for form in ["bin", "odc", "newc", "crc"] {
        let name = format!("{form}.cpio");
        let members: [(&str, &[u8]); 2] = [("папка/b.txt", b"second file\n"), ("名单.txt", long())];
        let said = check(&name, &fixture(&name), "application/x-cpio", &members);
        let target = Some("名单.txt".to_owned());
        let link = MemberEnd::Unsupported(Reason::SymbolicLink { target });
        assert!(said.members.iter().any(|(m, _, end)| m.name == b"link" && *end == link), "{form}");
        assert_eq!((said.members.len(), said.notes.len()), (5, 0), "{form}: {:?}", said.notes);
        let whole = fixture(&name);
        let cut = read(&name, &whole[..whole.len() / 2]);
        assert!(cut.has_note(&NoteCode::FileCutShort), "{form}: {:?}", cut.notes);
    }
    let said = read("a.cpio", &fixture("links.cpio"));
    assert_eq!(said.members[1].1, long());
    let hard = MemberEnd::Unsupported(Reason::HardLink { target: "d.txt".to_owned() });
    assert_eq!(said.members[0].2, hard, "the content comes with the last name");
}

#[test]
fn arj_by_every_method() {
    for method in ["m0", "m1", "m4"] {
        let members: [(&str, &[u8]); 2] = [("LIST.TXT", long()), ("B.TXT", b"second file\n")];
        let bytes = fixture(&format!("{method}.arj"));
        let said = read("a.arj", &bytes);
        assert_eq!(said.media_type, "application/x-arj");
        for (name, text) in members {
            let of = |found: &&String| found.eq_ignore_ascii_case(name);
            let found = said.names().iter().find(of).cloned().expect("a member");
            assert_eq!(content(&said, &found), text, "{method}");
        }
        assert!(said.notes.is_empty(), "{method}: {:?}", said.notes);
        let mut damaged = bytes.clone();
        let middle = bytes.len() - 250;
        damaged[middle] ^= 0x55;
        let said = read("a.arj", &damaged);
        let wrong = said.noted(|code| {
            matches!(code, NoteCode::ChecksumsWrong { .. } | NoteCode::BlocksDamaged { .. })
        });
        assert!(wrong || said.members.iter().any(|(.., end)| *end != MemberEnd::Whole), "{method}");
    }
    let sealed = read_with("a.arj", &fixture("sealed.arj"), &["secret"], Limits::STANDARD);
    assert_eq!(sealed.members[0].2, MemberEnd::Encrypted);
}

#[test]
fn discs_with_names_of_every_kind() {
    for (name, volume) in [("ridge.iso.gz", "TROVE"), ("joliet.iso.gz", "TROVE")] {
        let members: [(&str, &[u8]); 2] = [("папка/b.txt", b"second file\n"), ("名单.txt", long())];
        let said = check(name, &unpacked(name), "application/vnd.efi.iso", &members);
        assert_eq!(
            (said.get("iso:volume"), content(&said, "empty.txt").len()),
            (Some(volume), 0),
            "{name}"
        );
        let links = said
            .members
            .iter()
            .filter(|(.., end)| matches!(end, MemberEnd::Unsupported(_)))
            .count();
        assert_eq!(
            (links, said.members.len()),
            if name == "ridge.iso.gz" { (1, 5) } else { (0, 4) },
            "{name}"
        );
        let modified = said.members[0].0.modified.expect("a time").to_string();
        assert_eq!(modified.get(..10), Some("2019-03-04"), "{name}");
    }
    check(
        "a.iso",
        &unpacked("short.iso.gz"),
        "application/vnd.efi.iso",
        &[("B.TXT", b"second file\n")],
    );
    let whole = unpacked("ridge.iso.gz");
    let at = whole.windows(8).position(|w| w == b"line 1: ").expect("content");
    let cut = read("a.iso", &whole[..at + 100]);
    let ends: Vec<&MemberEnd> = cut.members.iter().map(|(.., end)| end).collect();
    assert!(ends.contains(&&MemberEnd::Truncated(Reason::ArchiveEnds { bytes: 100 })), "{ends:?}");
}

#[test]
fn disks_with_file_systems_of_every_width() {
    for name in ["fat12.img.gz", "fat16.img.gz", "fat32.img.gz"] {
        let members: [(&str, &[u8]); 2] =
            [("folder/名单.txt", long()), ("B.TXT", b"second file\n")];
        let image = unpacked(name);
        let said = check("disk.img", &image, "application/x-raw-disk-image", &members);
        assert_eq!((said.members.len(), said.notes.len()), (2, 0), "{name}: {:?}", said.notes);
        // the same behind a table of partitions
        let mut table = vec![0; 1024];
        table[446 + 4] = 0x0C;
        table[446 + 8] = 2;
        table[446 + 12] = 1;
        table[446 + 16 + 4] = 0x83;
        table[446 + 16 + 9] = 0xFF;
        table[510..512].copy_from_slice(b"\x55\xaa");
        let said = read("disk.img", &[table, image].concat());
        assert_eq!(content(&said, "partition 1/folder/名单.txt"), long(), "{name}");
        assert!(said.has_note(&NoteCode::BlocksDamaged { blocks: 1 }), "{name}: {:?}", said.notes);
        assert!(said.get("disk:partition").is_some_and(|text| text.contains("0x83")), "{name}");
    }
}

#[test]
fn streams_one_behind_the_other_are_one_content() {
    let both = long_text() + "second file\n";
    for (name, media_type) in [
        ("two.lz4", "application/x-lz4"),
        ("two.lz", "application/lzip"),
        ("two.xz", "application/x-xz"),
        ("two.zst", "application/zstd"),
        ("two.bz2", "application/x-bzip2"),
    ] {
        let said = read(name, &fixture(name));
        assert_eq!(
            (said.media_type.as_str(), said.members[0].1.as_slice()),
            (media_type, both.as_bytes()),
            "{name}"
        );
        assert_eq!(
            (said.names()[0].as_str(), &said.members[0].2),
            ("two", &MemberEnd::Whole),
            "{name}"
        );
        let whole = fixture(name);
        let cut = read(name, &whole[..whole.len() - 12]);
        assert_ne!(cut.members[0].2, MemberEnd::Whole, "{name}");
    }
    for (name, media_type, inner) in [
        ("list.txt.Z", "application/x-compress", "list.txt"),
        ("list.lzma", "application/x-lzma", "list"),
        ("legacy.lz4", "application/x-lz4", "legacy"),
    ] {
        let said = check(name, &fixture(name), media_type, &[(inner, long())]);
        assert_eq!(said.members.len(), 1, "{name}");
    }
}

#[test]
fn archives_behind_programs_are_read() {
    let program = [
        &b"MZ\x90\0"[..],
        &[0x11; 4000],
        b"7z\xBC\xAF\x27\x1C Rar!\x1a\x07 MSCF\0\0\0\0",
        &[0x22; 1 << 20],
    ]
    .concat();
    let zip = crate::archives::zip_of(&[("名单.txt", long())]);
    let bytes = program.len() as u64;
    for (name, archive) in [
        ("lzma2.7z", fixture("lzma2.7z")),
        ("five.rar", fixture("five.rar")),
        ("four.rar", fixture("four.rar")),
        ("zip.cab", fixture("zip.cab")),
        ("zip", zip),
    ] {
        let said = read("setup.exe", &[&program[..], &archive].concat());
        assert_eq!(said.media_type, "application/x-self-extracting-archive", "{name}");
        let text = if name == "four.rar" { "list.txt" } else { "名单.txt" };
        assert_eq!(content(&said, text), long(), "{name}");
        assert_eq!(
            said.notes.iter().map(|n| &n.code).collect::<Vec<_>>(),
            [&NoteCode::SelfExtracting { bytes }],
            "{name}"
        );
        let disguised = read("letter.pdf", &[&program[..], &archive].concat());
        assert!(
            disguised.noted(|code| matches!(code, NoteCode::ProgramDisguised { .. })),
            "{name}"
        );
    }
    let alone = read("setup.exe", &program);
    assert_eq!(alone.media_type, "application/vnd.microsoft.portable-executable");
    assert!(matches!(alone.verdict, Verdict::Unsupported(_)) && alone.members.is_empty());
}

/// Writes bits, the highest first.
#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    count: usize,
}

impl BitWriter {
    fn put(&mut self, value: usize, bits: usize) {
        for bit in (0..bits).rev() {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let byte = self.bytes.last_mut().expect("a byte");
            *byte |= u8::from(value >> bit & 1 == 1) << (7 - self.count % 8);
            self.count += 1;
        }
    }
}

/// A block of the coding of LHA: two codes of 8 bits and the others of 9, then literals and one copy of three bytes.
fn lzh_stream(literals: &[u8], distance_bits: usize) -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.put(literals.len() + 1, 16);
    // the lengths of code lengths: of 10 (for 8 bits) and of 11 (for 9), one bit each
    bits.put(12, 5);
    (0..3).for_each(|_| bits.put(0, 3));
    bits.put(0, 2);
    (3..10).for_each(|_| bits.put(0, 3));
    bits.put(1, 3);
    bits.put(1, 3);
    bits.put(510, 9);
    (0..510).for_each(|symbol| bits.put(usize::from(symbol >= 2), 1));
    // every distance is of two bits
    bits.put(0, distance_bits);
    bits.put(2, distance_bits);
    let mut put =
        |symbol: usize| if symbol < 2 { bits.put(symbol, 8) } else { bits.put(symbol - 2 + 4, 9) };
    literals.iter().for_each(|byte| put(usize::from(*byte)));
    put(256);
    // a distance of three
    bits.put(0, 1);
    bits.bytes
}

/// An archive with headers of levels 0, 1 and 2.
type LhaEntry<'a> = (u8, &'a [u8], &'a [u8], &'a [u8]);

fn lha(entries: &[LhaEntry<'_>]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (level, method, name, stream) in entries {
        let size = |n: usize| u32::try_from(n).expect("short").to_le_bytes();
        let content: &[u8] = if *method == b"-lh0-" { stream } else { b"gate gateate" };
        let crc = content.iter().fold(0_u16, |crc, byte| {
            (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 }
            })
        });
        let mut header = [
            *method,
            &size(stream.len()),
            &size(content.len()),
            &[0, 0x60, 0xC1, 0x58, 0x20, *level],
        ]
        .concat();
        match level {
            0 | 1 => {
                header.push(u8::try_from(name.len()).expect("short"));
                header.extend(*name);
                header.extend(crc.to_le_bytes());
                if *level == 1 {
                    header.extend([b'U', 0, 0]);
                }
                let sum = header.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
                archive.extend([u8::try_from(header.len()).expect("short"), sum]);
            }
            _ => {
                header.extend(crc.to_le_bytes());
                header.push(b'U');
                header.extend(u16::try_from(name.len() + 3).expect("short").to_le_bytes());
                header.push(1);
                header.extend(*name);
                header.extend([0, 0]);
                archive.extend(u16::try_from(header.len() + 2).expect("short").to_le_bytes());
            }
        }
        archive.extend(&header);
        archive.extend(*stream);
    }
    archive.push(0);
    archive
}

#[test]
fn lha_by_its_methods_and_levels() {
    let (short, wide) = (lzh_stream(b"gate gate", 4), lzh_stream(b"gate gate", 5));
    let archive = lha(&[
        (0, b"-lh5-", b"five.txt", &short),
        (1, b"-lh0-", b"\xb5\xc7\xbc\xc7.txt", b"stored"),
        (2, b"-lh6-", b"six.txt", &wide),
        (2, b"-lh7-", "登记.txt".as_bytes(), &wide),
        (0, b"-lh4-", b"four.txt", &short),
        (0, b"-lh1-", b"one.txt", b"xx"),
    ]);
    let said = read("a.lzh", &archive);
    assert_eq!(
        (said.media_type.as_str(), &said.verdict),
        ("application/x-lzh-compressed", &Verdict::Read)
    );
    assert_eq!(
        said.names(),
        ["five.txt", "登记.txt", "six.txt", "登记.txt", "four.txt", "one.txt"]
    );
    for at in [0, 2, 3, 4] {
        assert_eq!(said.members[at].1, b"gate gateate", "{at}");
        assert_eq!(said.members[at].2, MemberEnd::Whole, "{at}");
    }
    assert_eq!(
        (said.members[1].1.as_slice(), said.get("lha:names").is_some()),
        (&b"stored"[..], true)
    );
    let method = Reason::ArchiveMethod { format: "lha".to_owned(), method: "-lh1-".to_owned() };
    assert_eq!(said.members[5].2, MemberEnd::Unsupported(method));
    assert!(said.notes.is_empty(), "{:?}", said.notes);
    let wrong = lha(&[(0, b"-lh5-", b"five.txt", &lzh_stream(b"gate gatE", 4))]);
    assert!(read("a.lzh", &wrong).has_note(&NoteCode::ChecksumsWrong { entries: 1 }));
    let cut = read("a.lzh", &archive[..archive.len() - 40]);
    assert!(cut.members.len() >= 4, "what precedes the end is kept");
    torment("a.lzh", &archive);
}

#[test]
fn damaged_containers_end_in_order() {
    for name in [
        "zip.cab",
        "stored.cab",
        "gnu.a",
        "bsd.a",
        "bin.cpio",
        "odc.cpio",
        "newc.cpio",
        "links.cpio",
        "m0.arj",
        "m1.arj",
        "m4.arj",
    ] {
        torment(name, &fixture(name));
    }
    for name in [
        "two.lz4",
        "legacy.lz4",
        "two.lz",
        "list.lzma",
        "list.txt.Z",
        "two.xz",
        "two.zst",
        "two.bz2",
    ] {
        torment(name, &fixture(name));
    }
    let image = unpacked("ridge.iso.gz");
    let used = image.iter().rposition(|b| *b != 0).expect("content") + 1;
    torment("a.iso", &image[32 << 10..used]);
    torment("a.iso", &image[..used.min(64 << 10)]);
    torment("a.img", &unpacked("fat12.img.gz")[..64 << 10]);
}
