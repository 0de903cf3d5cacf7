//! Bombs and traps in archives: sizes that are not there, folders within themselves, content that many members share,
//! names that lead out, and more members than anybody counts.

use crate::said::{Said, read, read_with};
use exhibit_model::{Limits, MemberEnd, Reason, Verdict};

fn put(image: &mut [u8], at: usize, bytes: &[u8]) {
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

fn total(said: &Said) -> usize {
    said.members.iter().map(|(_, bytes, _)| bytes.len()).sum()
}

/// An entry of a new cpio archive, whose content is said to have `size` bytes.
fn cpio(name: &str, size: u32, content: &[u8]) -> Vec<u8> {
    let length = name.len() + 1;
    let fields =
        [0, 0o100_644, 0, 0, 1, 0, size, 0, 0, 0, 0, u32::try_from(length).expect("short"), 0];
    let mut entry = b"070701".to_vec();
    fields.iter().for_each(|field| entry.extend(format!("{field:08x}").bytes()));
    entry.extend(name.bytes());
    entry.push(0);
    entry.resize(entry.len().next_multiple_of(4), 0);
    entry.extend(content);
    entry.resize(entry.len().next_multiple_of(4), 0);
    entry
}

fn ar(name: &str, size: u64, content: &[u8]) -> Vec<u8> {
    let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, "100644");
    [b"!<arch>\n", header.as_bytes(), content].concat()
}

/// A FAT16 image with clusters of 512 bytes, the entries of its root, and the chain of clusters from the second on.
fn fat(entries: &[[u8; 32]], chain: &[u16]) -> Vec<u8> {
    let mut image = vec![0; 512 * (1 + 32 + 32 + 5000)];
    put(&mut image, 0, b"\xeb\x3c\x90MSDOS5.0\0\x02\x01\x01\0\x01\0\x02\0\0\xf8\x20\0");
    put(&mut image, 32, &5065_u32.to_le_bytes());
    put(&mut image, 510, b"\x55\xaa");
    put(&mut image, 512, b"\xf8\xff\xff\xff");
    for (at, next) in chain.iter().enumerate() {
        put(&mut image, 512 + 4 + at * 2, &next.to_le_bytes());
    }
    for (at, entry) in entries.iter().enumerate() {
        put(&mut image, 512 * 33 + at * 32, entry);
    }
    image
}

fn fat_entry(name: &[u8; 11], attributes: u8, cluster: u16, size: u32) -> [u8; 32] {
    let mut entry = [0; 32];
    entry[..11].copy_from_slice(name);
    entry[11] = attributes;
    entry[24..26].copy_from_slice(&[0xC1, 0x58]);
    entry[26..28].copy_from_slice(&cluster.to_le_bytes());
    entry[28..].copy_from_slice(&size.to_le_bytes());
    entry
}

fn iso_record(extent: u8, size: u32, flags: u8, name: &[u8]) -> Vec<u8> {
    let mut record = vec![0; 33 + name.len() + (name.len() + 1) % 2];
    record[0] = u8::try_from(record.len()).expect("short");
    (record[2], record[25], record[28]) = (extent, flags, 1);
    record[10..14].copy_from_slice(&size.to_le_bytes());
    record[32] = u8::try_from(name.len()).expect("short");
    put(&mut record, 33, name);
    record
}

fn iso(records: &[Vec<u8>]) -> Vec<u8> {
    let mut image = vec![0; 24 * 2048];
    put(&mut image, 16 * 2048, b"\x01CD001\x01");
    put(&mut image, 16 * 2048 + 156, &iso_record(18, 2048, 2, &[0]));
    put(&mut image, 17 * 2048, b"\xffCD001\x01");
    let own = [iso_record(18, 2048, 2, &[0]), iso_record(18, 2048, 2, &[1])].concat();
    put(&mut image, 18 * 2048, &[own, records.concat()].concat());
    image
}

#[test]
fn sizes_that_are_not_there_are_cut_to_the_file() {
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a.a", ar("a.txt/", 9_999_999_999, b"gate")),
        ("a.cpio", cpio("a.txt", u32::MAX, b"gate")),
        ("a.img", fat(&[fat_entry(b"A       TXT", 0, 2, u32::MAX)], &[0xFFFF])),
        ("a.iso", iso(&[iso_record(23, u32::MAX, 0, b"A.TXT;1")])),
    ];
    for (name, bytes) in cases {
        let said = read(name, &bytes);
        let (_, kept, end) = &said.members[0];
        assert!(matches!(end, MemberEnd::Truncated(Reason::ArchiveEnds { .. })), "{name}: {end:?}");
        assert!(kept.len() <= bytes.len(), "{name}");
    }
}

#[test]
fn chains_and_folders_in_circles_end() {
    // a file whose clusters follow each other for ever, and a folder in itself
    let circle = fat(
        &[fat_entry(b"A       TXT", 0, 2, 100_000_000), fat_entry(b"F          ", 0x10, 3, 0)],
        &[2, 0xFFFF],
    );
    let mut inner = circle;
    put(&mut inner, 512 * (33 + 32 + 1), &fat_entry(b"F          ", 0x10, 3, 0));
    put(&mut inner, 512 * (33 + 32 + 1) + 32, &fat_entry(b"B       TXT", 0, 4, 3));
    let said = read("a.img", &inner);
    assert_eq!(said.names(), ["A.TXT", "F/B.TXT"]);
    assert!(
        matches!(said.members[0].2, MemberEnd::Truncated(_))
            && said.members[0].1.len() < inner.len()
    );
    let said =
        read("a.iso", &iso(&[iso_record(18, 2048, 2, b"F"), iso_record(23, 3, 0, b"A.TXT;1")]));
    assert_eq!(said.names(), ["A.TXT"]);
}

#[test]
fn content_that_many_members_share_meets_the_limit() {
    let limits = Limits { member_bytes: 1 << 20, ..Limits::STANDARD };
    let chain: Vec<u16> = (3..1003).chain([0xFFFF]).collect();
    let entries: Vec<[u8; 32]> = (0..100_u8)
        .map(|n| {
            fat_entry(
                &[
                    b'A',
                    b'0' + n / 10,
                    b'0' + n % 10,
                    b' ',
                    b' ',
                    b' ',
                    b' ',
                    b' ',
                    b'T',
                    b'X',
                    b'T',
                ],
                0,
                2,
                500_000,
            )
        })
        .collect();
    let records: Vec<Vec<u8>> =
        (0..30).map(|n| iso_record(0, 40_000, 0, format!("A{n}.TXT;1").as_bytes())).collect();
    for (name, bytes, most) in
        [("a.img", fat(&entries, &chain), 1 << 20), ("a.iso", iso(&records), 1 << 20)]
    {
        let said = read_with(name, &bytes, &[], limits);
        assert_eq!(
            said.verdict,
            Verdict::Truncated(Reason::MemberBytesLimit { bytes: 1 << 20 }),
            "{name}"
        );
        assert!(total(&said) <= most, "{name}: {}", total(&said));
    }
}

#[test]
fn a_cabinet_that_inflates_meets_the_limit() {
    // blocks of zeros, each of a few bytes
    let mut deflated = flate2::Compress::new(flate2::Compression::best(), false);
    let mut block = Vec::with_capacity(1 << 10);
    deflated.compress_vec(&[0; 32 << 10], &mut block, flate2::FlushCompress::Finish).expect("room");
    let block = [b"CK", &block[..]].concat();
    let count = 2000_u16;
    let mut cabinet = b"MSCF\0\0\0\0".to_vec();
    let data = 36 + 8 + 16 + 6;
    let size = data + u32::from(count) * (8 + u32::try_from(block.len()).expect("short"));
    for field in [size, 0, 44, 0] {
        cabinet.extend(field.to_le_bytes());
    }
    cabinet.extend([3, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    cabinet.extend(data.to_le_bytes());
    cabinet.extend(count.to_le_bytes());
    cabinet.extend(1_u16.to_le_bytes());
    cabinet.extend((u32::from(count) << 15).to_le_bytes());
    cabinet.extend([0; 4 + 2 + 6]);
    cabinet.extend(b"A.TXT\0");
    for _ in 0..count {
        cabinet.extend([0; 4]);
        cabinet.extend(u16::try_from(block.len()).expect("short").to_le_bytes());
        cabinet.extend(0x8000_u16.to_le_bytes());
        cabinet.extend(&block);
    }
    let limits = Limits { member_bytes: 4 << 20, ..Limits::STANDARD };
    let said = read_with("a.cab", &cabinet, &[], limits);
    assert_eq!(said.verdict, Verdict::Truncated(Reason::MemberBytesLimit { bytes: 4 << 20 }));
    assert!(total(&said) <= 4 << 20 && total(&said) > 3 << 20);
}

#[test]
fn names_that_lead_out_and_twins_are_listed_as_they_are() {
    let names =
        ["../../outside.txt", "/absolute.txt", "twin.txt", "twin.txt", "C:\\windows\\x.txt", ""];
    let mut archive: Vec<u8> = names.iter().flat_map(|name| cpio(name, 4, b"gate")).collect();
    archive.extend(cpio("TRAILER!!!", 0, b""));
    let said = read("a.cpio", &archive);
    assert_eq!(said.names(), names);
    assert!(
        said.members.iter().all(|(_, bytes, end)| bytes == b"gate" && *end == MemberEnd::Whole)
    );
    assert!(said.notes.is_empty(), "{:?}", said.notes);
}

#[test]
fn a_hundred_thousand_members_take_linear_time() {
    const COUNT: u32 = 100_000;
    let bits = vec![0xFF_u8; COUNT.div_ceil(8) as usize];
    let names: Vec<u8> = (0..COUNT)
        .flat_map(|n| {
            format!("folder/{n}.txt\0")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
        })
        .collect();
    let number =
        |n: usize| [&[0xE0][..], &u32::try_from(n).expect("short").to_le_bytes()[..3]].concat();
    let mut header = vec![1, 5];
    header.extend(number(COUNT as usize));
    for kind in [0x0E, 0x0F] {
        header.push(kind);
        header.extend(number(bits.len()));
        header.extend(&bits);
    }
    header.push(0x11);
    header.extend(number(names.len() + 1));
    header.push(0);
    header.extend(&names);
    header.extend([0, 0]);
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum()
    };
    let mut start = 0_u64.to_le_bytes().to_vec();
    start.extend((header.len() as u64).to_le_bytes());
    start.extend(crc(&header).to_le_bytes());
    let archive =
        [&b"7z\xBC\xAF\x27\x1C\0\x04"[..], &crc(&start).to_le_bytes(), &start, &header].concat();
    let said = read("a.7z", &archive);
    assert_eq!((said.verdict.clone(), said.members.len()), (Verdict::Read, COUNT as usize));
    assert_eq!(said.members[99_999].0.name, b"folder/99999.txt");
}
