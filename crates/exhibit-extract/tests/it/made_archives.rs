//! Archives written here field by field: names in older charsets, links and devices, content in several pieces.

use crate::said::{Said, read, read_with};
use exhibit_model::{Limits, MemberEnd, NoteCode, Reason, Verdict};

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

/// A header of RAR 4.
fn rar_block(kind: u8, flags: u16, body: &[u8]) -> Vec<u8> {
    let size = u16::try_from(7 + body.len()).expect("short").to_le_bytes();
    let covered = [&[kind][..], &flags.to_le_bytes(), &size, body].concat();
    [&crc(&covered).to_le_bytes()[..2], &covered].concat()
}

/// A file of RAR 4: what differs from a stored file of Windows is given.
struct RarFile<'a> {
    name: &'a [u8],
    content: &'a [u8],
    flags: u16,
    host: u8,
    version: u8,
    method: u8,
    attributes: u32,
}

impl<'a> RarFile<'a> {
    fn new(name: &'a [u8], content: &'a [u8]) -> Self {
        Self { name, content, flags: 0, host: 2, version: 29, method: 0x30, attributes: 0x20 }
    }

    fn write(&self) -> Vec<u8> {
        let size = u32::try_from(self.content.len()).expect("short").to_le_bytes();
        let mut body = [&size[..], &size, &[self.host], &crc(self.content).to_le_bytes()].concat();
        body.extend([0, 0x60, 0xC1, 0x58, self.version, self.method]);
        body.extend(u16::try_from(self.name.len()).expect("short").to_le_bytes());
        body.extend(self.attributes.to_le_bytes());
        body.extend(self.name);
        [rar_block(0x74, 0x8000 | self.flags, &body), self.content.to_vec()].concat()
    }
}

fn rar(files: &[RarFile<'_>], end: u16) -> Vec<u8> {
    let files: Vec<u8> = files.iter().flat_map(RarFile::write).collect();
    [&b"Rar!\x1a\x07\0"[..], &rar_block(0x73, 0, &[0; 6]), &files, &rar_block(0x7B, end, b"")].concat()
}

fn end<'s>(said: &'s Said, name: &str) -> &'s MemberEnd {
    let at = said.names().iter().position(|found| found == name);
    &said.members[at.unwrap_or_else(|| panic!("no {name} among {:?}", said.names()))].2
}

#[test]
fn rar_names_links_and_what_is_not_unpacked() {
    let (one, other) = (gbk("材料\\登记表.txt"), gbk("材料\\名单乗.txt"));
    let files = [
        RarFile::new(&one, b"first"),
        RarFile::new(&other, b"second"),
        RarFile { host: 3, attributes: 0o120_777, ..RarFile::new(b"link", b"../target") },
        RarFile { version: 70, method: 0x33, ..RarFile::new(b"later.txt", b"xxxx") },
        RarFile { version: 20, flags: 0x04, ..RarFile::new(b"old.txt", b"xxxx") },
        RarFile { flags: 0xE0, ..RarFile::new(b"folder", b"") },
    ];
    let said = read_with("a.rar", &rar(&files, 0), &["secret"], Limits::STANDARD);
    assert_eq!(said.names(), ["材料/登记表.txt", "材料/名单乗.txt", "link", "later.txt", "old.txt"]);
    assert!(said.get("rar:names").is_some_and(|charset| charset.starts_with("gb")), "{:?}", said.metadata);
    assert_eq!((said.members[0].1.as_slice(), &said.members[0].2), (&b"first"[..], &MemberEnd::Whole));
    assert_eq!(said.members[0].0.name, one, "the bytes of the name are kept");
    let target = Some("../target".to_owned());
    assert_eq!(*end(&said, "link"), MemberEnd::Unsupported(Reason::SymbolicLink { target }));
    assert!(matches!(end(&said, "later.txt"), MemberEnd::Unsupported(Reason::ArchiveMethod { .. })));
    assert_eq!(*end(&said, "old.txt"), MemberEnd::Encrypted);
    assert!(said.notes.is_empty(), "{:?}", said.notes);
    let split = read("a.rar", &rar(&[RarFile { flags: 0x02, ..RarFile::new(b"a.txt", b"begins") }], 1));
    assert!(split.has_note(&NoteCode::ArchiveSplit), "{:?}", split.notes);
    assert_eq!(split.members[0].1, b"begins");
}

/// An entry of an old portable cpio archive.
fn cpio(name: &[u8], mode: u32, content: &[u8]) -> Vec<u8> {
    let (size, length) = (content.len(), name.len() + 1);
    let header = format!("070707000001000002{mode:06o}000000000000000001000000{:011o}{length:06o}{size:011o}", 1);
    [header.as_bytes(), name, b"\0", content].concat()
}

#[test]
fn cpio_links_devices_and_names() {
    let name = gbk("登记表.txt");
    let archive = [
        cpio(&name, 0o100_644, b"content"),
        cpio(b"link", 0o120_777, &gbk("名单.txt")),
        cpio(b"disk", 0o060_600, b""),
        cpio(b"terminal", 0o020_600, b""),
        cpio(b"pipe", 0o010_600, b""),
        cpio(b"socket", 0o140_600, b""),
        cpio(b"folder", 0o040_755, b""),
        cpio(b"TRAILER!!!", 0, b""),
    ];
    let said = read("a.cpio", &[archive.concat(), vec![0; 100], b"hidden".to_vec()].concat());
    assert_eq!(said.names(), ["登记表.txt", "link", "disk", "terminal", "pipe", "socket"]);
    let target = Some("名单.txt".to_owned());
    assert_eq!(*end(&said, "link"), MemberEnd::Unsupported(Reason::SymbolicLink { target }));
    for (name, reason) in [
        ("disk", Reason::Device),
        ("terminal", Reason::Device),
        ("pipe", Reason::NamedPipe),
        ("socket", Reason::Socket),
    ] {
        assert_eq!(*end(&said, name), MemberEnd::Unsupported(reason), "{name}");
    }
    assert!(said.has_note(&NoteCode::TrailingBytes { bytes: Some(6) }), "{:?}", said.notes);
}

/// A cabinet with one stored block, and files anywhere in it.
fn cabinet(block: &[u8], files: &[(u32, u32, u16, &[u8])]) -> Vec<u8> {
    let table: Vec<u8> = files
        .iter()
        .flat_map(|(size, at, folder, name)| {
            let numbers = [size.to_le_bytes(), at.to_le_bytes()].concat();
            [&numbers[..], &folder.to_le_bytes(), &[0xC1, 0x58, 0, 0x60, 0x20, 0], name, b"\0"].concat()
        })
        .collect();
    let data = u32::try_from(44 + table.len()).expect("short");
    let length = u16::try_from(block.len()).expect("short").to_le_bytes();
    let size = data + 8 + u32::try_from(block.len()).expect("short");
    let mut bytes = b"MSCF\0\0\0\0".to_vec();
    [size, 0, 44, 0].iter().for_each(|field| bytes.extend(field.to_le_bytes()));
    bytes.extend([3, 1, 1, 0]);
    bytes.extend(u16::try_from(files.len()).expect("few").to_le_bytes());
    bytes.extend([0; 6]);
    bytes.extend(data.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    [bytes, table, vec![0; 4], length.repeat(2), block.to_vec()].concat()
}

#[test]
fn cabinets_with_files_that_share_bytes_and_older_names() {
    let name = gbk("材料\\登记表.txt");
    let files: [(u32, u32, u16, &[u8]); 5] = [
        (4, 6, 0, b"tail.txt"),
        (6, 0, 0, &name),
        (10, 0, 0, b"all.txt"),
        (90, 4, 0, b"long.txt"),
        (3, 0, 0xFFFD, b"before.txt"),
    ];
    let said = read("a.cab", &cabinet(b"gate gates", &files));
    assert_eq!(said.names(), ["材料/登记表.txt", "all.txt", "long.txt", "tail.txt", "before.txt"]);
    let contents: Vec<&[u8]> = said.members.iter().map(|(_, bytes, _)| bytes.as_slice()).collect();
    assert_eq!(contents, [&b"gate g"[..], b"gate gates", b" gates", b"ates", b""]);
    assert_eq!(*end(&said, "tail.txt"), MemberEnd::Whole);
    assert!(matches!(end(&said, "long.txt"), MemberEnd::Truncated(_)));
    assert_eq!(*end(&said, "before.txt"), MemberEnd::Unsupported(Reason::ContinuedFile));
}

fn iso_record(extent: u8, size: u8, flags: u8, name: &[u8], system: &[u8]) -> Vec<u8> {
    let mut record = vec![0; 33 + name.len() + (name.len() + 1) % 2];
    record.extend(system);
    if record.len() % 2 == 1 {
        record.push(0);
    }
    record[0] = u8::try_from(record.len()).expect("short");
    (record[2], record[10], record[25], record[28]) = (extent, size, flags, 1);
    record[32] = u8::try_from(name.len()).expect("short");
    record[33..33 + name.len()].copy_from_slice(name);
    record
}

#[test]
fn discs_with_files_in_pieces_and_fields_elsewhere() {
    let mut image = vec![0; 24 * 2048];
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(16 * 2048, b"\x01CD001\x01");
    put(16 * 2048 + 156, &iso_record(18, 0, 2, &[0], b""));
    // the length of the root: a whole sector
    put(16 * 2048 + 156 + 10, &2048_u32.to_le_bytes());
    put(17 * 2048, b"\xffCD001\x01");
    let continued =
        [&b"CE\x1c\x01"[..], &21_u32.to_le_bytes().repeat(2), &[0; 8], &60_u32.to_le_bytes().repeat(2)].concat();
    let named = [&b"NM\x08\x01\x01lon"[..], &continued].concat();
    let root = [
        iso_record(18, 0, 2, &[0], b"SP\x07\x01\xbe\xef\0"),
        iso_record(18, 0, 2, &[1], b""),
        iso_record(19, 4, 0x80, b"PIECES.TXT;1", b"NM\x0b\x01\0pieces"),
        iso_record(20, 5, 0, b"PIECES.TXT;1", b"NM\x0b\x01\0pieces"),
        iso_record(22, 3, 0, b"LONG.TXT;1", &named),
        iso_record(0, 0, 0, b"LINK.;1", b"NM\x09\x01\0linkSL\x0f\x01\0\x04\0\x08\0\0\x04name"),
    ];
    put(18 * 2048, &root.concat());
    put(19 * 2048, b"gate");
    put(20 * 2048, b"s are");
    put(21 * 2048, b"NM\x0b\x01\0g name");
    put(22 * 2048, b"abc");
    let said = read("a.iso", &image);
    assert_eq!(
        (said.verdict.clone(), said.names()),
        (Verdict::Read, vec!["pieces".into(), "long name".into(), "link".into()])
    );
    assert_eq!((said.members[0].1.as_slice(), said.members[1].1.as_slice()), (&b"gates are"[..], &b"abc"[..]));
    assert!(
        matches!(&said.members[2].2, MemberEnd::Unsupported(Reason::SymbolicLink { target: Some(target) }) if target.ends_with("name"))
    );
}

#[test]
fn disks_with_short_names_and_removed_files() {
    let entry = |name: &[u8; 11], attributes: u8, case: u8, cluster: u8| {
        let mut entry = [0; 32];
        entry[..11].copy_from_slice(name);
        (entry[11], entry[12], entry[26], entry[28]) = (attributes, case, cluster, 4);
        entry
    };
    // a long name whose checksum belongs to another file
    let mut stray = entry(b"\x41w\0r\0o\0n\0g\0", 0x0F, 0, 0);
    stray[13] = 0x77;
    let entries = [
        entry(b"TROVE      ", 0x08, 0, 0),
        entry(b"\xe5ONE    TXT", 0x20, 0, 2),
        stray,
        entry(b"LOWER   TXT", 0x20, 0x18, 2),
        entry(b"UPPER      ", 0x20, 0, 2),
        entry(b"\x05NE     TXT", 0x20, 0, 2),
    ];
    let mut image = vec![0; 16 * 512];
    let mut put = |at: usize, bytes: &[u8]| image[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"\xeb\x3c\x90MSDOS5.0\0\x02\x01\x01\0\x01\x10\0\x10\0\xf8\x01\0");
    put(510, b"\x55\xaa");
    put(512, b"\xf8\xff\xff\xff\x0f\0");
    put(1024, &entries.concat());
    put(1536, b"gate");
    let said = read("a.img", &image);
    assert_eq!(said.names().get(..2), Some(&["lower.txt".to_owned(), "UPPER".to_owned()][..]));
    assert_eq!((said.members.len(), said.members[2].0.name[0]), (3, 0xE5));
    assert!(said.members.iter().all(|(_, bytes, end)| bytes == b"gate" && *end == MemberEnd::Whole));
}
