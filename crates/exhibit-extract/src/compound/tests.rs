//! Compound files made by our own writer and by an independent one, and damaged in each of their tables.

use super::{Builder, Compound, EntryKind};
use exhibit_model::CompoundFault;
use std::io::{Cursor, Read, Write};

fn open(bytes: &[u8]) -> Option<Compound<Cursor<&[u8]>>> {
    Compound::open(Cursor::new(bytes))
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 7 % 251).expect("a byte")).collect()
}

const SIZES: [usize; 9] = [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000];

fn sample() -> Vec<u8> {
    let mut builder = Builder::new([7; 16]);
    let pool = builder.storage(Builder::ROOT, "ObjectPool", [0; 16]);
    let inner = builder.storage(pool, "_12", [9; 16]);
    for size in SIZES {
        builder.stream(Builder::ROOT, &format!("s{size}"), content(size));
        builder.stream(inner, &format!("in{size}"), content(size));
    }
    builder.finish()
}

fn foreign(version: cfb::Version) -> Vec<u8> {
    let mut file =
        cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).expect("memory");
    file.create_storage_all("/ObjectPool/_12").expect("a storage");
    for size in SIZES {
        for path in [format!("/s{size}"), format!("/ObjectPool/_12/in{size}")] {
            file.create_stream(path).expect("a stream").write_all(&content(size)).expect("memory");
        }
    }
    file.flush().expect("memory");
    file.into_inner().into_inner()
}

fn check(bytes: &[u8]) {
    let mut file = open(bytes).expect("a compound file");
    assert_eq!(file.entries().len(), 3 + 2 * SIZES.len());
    for size in SIZES {
        assert_eq!(file.stream(&format!("/S{size}"), 1 << 20), Some(content(size)), "{size}");
        assert_eq!(
            file.stream(&format!("/objectpool/_12/in{size}"), 1 << 20),
            Some(content(size)),
            "{size}"
        );
        assert_eq!(
            file.stream(&format!("/s{size}"), 10).map(|bytes| bytes.len()),
            Some(size.min(10))
        );
    }
    assert_eq!(file.stream("/ObjectPool", 10), None);
    assert_eq!(file.stream("/missing", 10), None);
    assert!(file.damage.is_empty(), "{:?}", file.damage);
}

#[test]
fn streams_of_every_size_are_read() {
    check(&sample());
    check(&foreign(cfb::Version::V3));
    check(&foreign(cfb::Version::V4));
}

#[test]
fn what_is_written_is_read_by_another_program() {
    let mut file = cfb::CompoundFile::open_strict(Cursor::new(sample())).expect("valid");
    for size in SIZES {
        let mut found = Vec::new();
        file.open_stream(format!("/ObjectPool/_12/in{size}"))
            .expect("there")
            .read_to_end(&mut found)
            .expect("memory");
        assert_eq!(found, content(size));
    }
}

#[test]
fn a_table_that_the_header_has_no_room_for_is_listed() {
    let mut builder = Builder::new([0; 16]);
    builder.stream(Builder::ROOT, "large", content(8 << 20));
    let bytes = builder.finish();
    assert_eq!(
        open(&bytes).and_then(|mut file| file.stream("/large", u64::MAX)),
        Some(content(8 << 20))
    );
    assert!(cfb::CompoundFile::open_strict(Cursor::new(&bytes)).is_ok());
    // the chain of lists returns to itself
    let mut looped = bytes;
    let last = looped.len() - 4;
    let list = u32::from_le_bytes(looped[68..72].try_into().expect("four bytes"));
    looped[last..].copy_from_slice(&list.to_le_bytes());
    let mut file = open(&looped).expect("a compound file");
    assert_eq!(file.stream("/large", u64::MAX), Some(content(8 << 20)));
}

#[test]
fn a_storage_is_copied_as_a_file() {
    let mut file = open_owned(sample());
    let pool = file.find("/ObjectPool/_12").expect("there").id;
    let copy = file.as_file(pool).expect("small");
    let mut copy = open_owned(copy);
    assert_eq!(copy.entries()[0].class, [9; 16]);
    assert_eq!(copy.stream("/in4097", 1 << 20), Some(content(4097)));
    assert_eq!(copy.entries().len(), 1 + SIZES.len());
}

fn open_owned(bytes: Vec<u8>) -> Compound<Cursor<Vec<u8>>> {
    Compound::open(Cursor::new(bytes)).expect("a compound file")
}

/// The place of an entry in the directory, which our writer places first.
fn entry_at(bytes: &[u8], name: &str) -> usize {
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).chain([0, 0]).collect();
    let at = bytes.chunks_exact(128).position(|entry| entry.starts_with(&wide));
    at.expect("an entry") * 128
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn damage_of(bytes: &[u8], path: &str) -> (Option<Vec<u8>>, Vec<CompoundFault>) {
    let Some(mut file) = open(bytes) else { return (None, Vec::new()) };
    let found = file.stream(path, 1 << 20);
    (found, file.damage.keys().copied().collect())
}

#[test]
fn a_stream_longer_than_its_chain_keeps_what_there_is() {
    let mut bytes = sample();
    let at = entry_at(&bytes, "s70000");
    put(&mut bytes, at + 120, 9_000_000);
    let (found, damage) = damage_of(&bytes, "/s70000");
    assert_eq!(found.map(|found| found[..70_000].to_vec()), Some(content(70_000)));
    assert_eq!(damage, [CompoundFault::StreamCut]);
}

#[test]
fn the_upper_half_of_a_size_is_ignored_in_version_3() {
    let mut bytes = sample();
    let at = entry_at(&bytes, "s4097");
    put(&mut bytes, at + 124, 0xdead_beef);
    assert_eq!(damage_of(&bytes, "/s4097"), (Some(content(4097)), vec![]));
}

#[test]
fn a_chain_that_returns_to_itself_ends() {
    let mut bytes = sample();
    let at = entry_at(&bytes, "s70000");
    let start = u32::from_le_bytes(bytes[at + 116..at + 120].try_into().expect("four bytes"));
    let table = u32::from_le_bytes(bytes[76..80].try_into().expect("four bytes"));
    let place = (table as usize + 1) * 512 + (start as usize + 3) * 4;
    put(&mut bytes, place, start);
    let (found, damage) = damage_of(&bytes, "/s70000");
    assert_eq!(found, Some(content(70_000)[..4 * 512].to_vec()));
    assert_eq!(damage, [CompoundFault::AllocationTable, CompoundFault::StreamCut]);
}

#[test]
fn a_lost_part_of_the_table_is_taken_as_consecutive() {
    let mut bytes = sample();
    put(&mut bytes, 76, 0x00ff_ffff);
    // of the table's second sector on nothing is lost
    let (found, damage) = damage_of(&bytes, "/s70000");
    assert_eq!(found, Some(content(70_000)));
    assert!(damage.contains(&CompoundFault::AllocationTable), "{damage:?}");
}

#[test]
fn entries_that_no_storage_refers_to_are_kept() {
    let mut bytes = sample();
    let at = entry_at(&bytes, "ObjectPool");
    put(&mut bytes, at + 76, u32::MAX);
    let file = open(&bytes).expect("a compound file");
    assert_eq!(file.entries().len(), 3 + 2 * SIZES.len());
    assert_eq!(file.find("/_12").map(|entry| entry.kind), Some(EntryKind::Storage));
    assert_eq!(file.damage.get(&CompoundFault::OrphanEntry), Some(&1));
}

#[test]
fn siblings_that_refer_to_each_other_are_read_once() {
    let mut bytes = sample();
    for name in ["s1", "s63", "s4096"] {
        let at = entry_at(&bytes, name);
        put(&mut bytes, at + 68, 1);
        put(&mut bytes, at + 72, 2);
    }
    let file = open(&bytes).expect("a compound file");
    assert_eq!(file.entries().len(), 3 + 2 * SIZES.len());
    assert!(file.damage.contains_key(&CompoundFault::Directory));
}

#[test]
fn a_directory_at_another_place_is_found() {
    let mut bytes = sample();
    put(&mut bytes, 48, 77_777);
    let (found, damage) = damage_of(&bytes, "/s4096");
    assert_eq!(found, Some(content(4096)));
    assert!(damage.contains(&CompoundFault::Directory), "{damage:?}");
    bytes[30] = 77;
    assert!(damage_of(&bytes, "/s4096").1.contains(&CompoundFault::Header));
}

#[test]
fn streams_that_share_their_bytes_are_not_read_without_end() {
    let mut bytes = sample();
    let whole = entry_at(&bytes, "s70000");
    let place = bytes[whole + 116..whole + 124].to_vec();
    for size in [0, 1, 63, 64, 65, 4095, 4096, 4097] {
        let at = entry_at(&bytes, &format!("s{size}"));
        bytes[at + 116..at + 124].copy_from_slice(&place);
    }
    let mut file = open(&bytes).expect("a compound file");
    let mut total = 0;
    for _ in 0..100 {
        total +=
            (0..file.entries().len()).map(|id| file.read(id, u64::MAX).bytes.len()).sum::<usize>();
    }
    assert!(total <= 4 * bytes.len() + (16 << 20), "{total}");
    assert!(file.damage.contains_key(&CompoundFault::StreamCut));
}

#[test]
fn truncated_and_mutated_files_are_harmless() {
    let whole = sample();
    for end in (0..whole.len()).step_by(997) {
        exercise(&whole[..end]);
    }
    let mut state = 0x1234_5678_9abc_def0_u64;
    for _ in 0..120 {
        let mut changed = whole.clone();
        for _ in 0..6 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            // the header, the directory and the tables more often than the content
            let below = if state & 8 == 0 { changed.len() } else { 5000 };
            let at = usize::try_from(state >> 33).expect("small") % below;
            changed[at] = u8::try_from(state >> 20 & 0xff).expect("a byte");
        }
        exercise(&changed);
    }
    assert!(open(b"").is_none() && open(&whole[..8]).is_none());
}

/// Everything in a file is read; no stream is longer than the file.
fn exercise(bytes: &[u8]) {
    let Some(mut file) = open(bytes) else { return };
    for id in 0..file.entries().len() {
        assert!(file.read(id, u64::MAX).bytes.len() <= bytes.len());
    }
    file.as_file(0);
}
