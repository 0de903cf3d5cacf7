//! Page packs: what is appended, what a crash leaves, and what damage is named.

use super::*;

#[test]
fn pages_round_trip_and_torn_ends_are_truncated() {
    let folder = tempfile::tempdir().expect("folder");
    let mut writer = PackWriter::open(folder.path(), None).expect("open");
    let (first, digest) = writer.append("关于登记的通知".as_bytes()).expect("append");
    writer.sync().expect("sync");
    let counted = writer.end();
    writer.append(b"never acknowledged").expect("append");
    drop(writer);
    let mut writer = PackWriter::open(folder.path(), Some(counted)).expect("reopen");
    let (second, _) = writer.append(b"second").expect("append");
    assert_eq!(second, counted);
    let reader = PackReader::new(folder.path());
    assert_eq!(Digest::of(&reader.read(first).expect("read")), digest);
    assert_eq!(reader.read(second).expect("read"), b"second");
}

#[test]
fn every_flipped_bit_is_detected() {
    let folder = tempfile::tempdir().expect("folder");
    let mut writer = PackWriter::open(folder.path(), None).expect("open");
    let (place, _) = writer.append(b"the registers were destroyed").expect("append");
    drop(writer);
    let path = pack_path(folder.path(), 1);
    let good = fs::read(&path).expect("read");
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bad).expect("write");
        assert!(PackReader::new(folder.path()).read(place).is_err(), "bit {bit}");
    }
    for cut in 0..good.len() {
        fs::write(&path, &good[..cut]).expect("write");
        assert!(PackReader::new(folder.path()).read(place).is_err(), "cut at {cut}");
    }
}

/// What is wrong with the record at `place`, if it is damaged.
fn damage(folder: &Path, place: PackLocation) -> Option<&'static str> {
    match PackReader::new(folder).read(place) {
        Ok(_) => None,
        Err(StoreError::Damaged { pack, offset, what }) => {
            assert_eq!(PackLocation { pack, offset }, place, "the error names the record");
            Some(what)
        }
        Err(error) => panic!("{error}"),
    }
}

fn pack_of(pages: &[&[u8]]) -> (tempfile::TempDir, Vec<PackLocation>, PackLocation) {
    let folder = tempfile::tempdir().expect("folder");
    let mut writer = PackWriter::open(folder.path(), None).expect("open");
    let places = pages.iter().map(|page| writer.append(page).expect("append").0).collect();
    writer.sync().expect("sync");
    let end = writer.end();
    (folder, places, end)
}

#[test]
fn each_kind_of_damage_is_named() {
    let page = b"the registers were destroyed";
    let (folder, places, end) = pack_of(&[b"before", page, b"after"]);
    let at = usize::try_from(places[1].offset).expect("small");
    let path = pack_path(folder.path(), 1);
    let good = fs::read(&path).expect("read");
    assert_eq!(good.len() as u64, end.offset);
    let frame = at + HEADER;
    for (offset, byte, what) in [
        (at, b'Y', "no record header"),
        (at + 3, b'2', "no record header"),
        (at + 7, 0xff, "invalid length"),
        (at + 15, 0xff, "invalid length"),
        (at + 4, good[at + 4] - 1, "the frame was changed"),
        (at + 8, good[at + 8] - 1, "the frame cannot be decompressed"),
        (at + 8, good[at + 8] + 1, "the page was changed"),
        (at + 16, !good[at + 16], "the page was changed"),
        (at + 47, !good[at + 47], "the page was changed"),
        (at + 48, !good[at + 48], "the frame was changed"),
        (at + 55, !good[at + 55], "the frame was changed"),
        (frame, !good[frame], "the frame was changed"),
    ] {
        let mut bad = good.clone();
        bad[offset] = byte;
        fs::write(&path, &bad).expect("write");
        assert_eq!(damage(folder.path(), places[1]), Some(what), "byte {} = {byte}", offset - at);
        assert_eq!(damage(folder.path(), places[0]), None, "the record before it is untouched");
        assert_eq!(damage(folder.path(), places[2]), None, "the record after it is untouched");
    }
    fs::write(&path, &good[..frame - 1]).expect("write");
    assert_eq!(damage(folder.path(), places[1]), Some("truncated record"));
    fs::write(&path, &good[..=frame]).expect("write");
    assert_eq!(damage(folder.path(), places[1]), Some("invalid length"));
    let error = PackReader::new(folder.path()).read(places[1]).expect_err("cut");
    assert_eq!(error.to_string(), format!("page pack 1 is damaged at byte {at}: invalid length"));
}

#[test]
fn a_frame_with_a_matching_checksum_and_other_content_is_detected() {
    let (folder, places, _) = pack_of(&[b"paid 10,000"]);
    let path = pack_path(folder.path(), 1);
    let mut forged = fs::read(&path).expect("read");
    let frame = zstd::bulk::compress(b"paid 90,000", 3).expect("compress");
    forged.truncate(HEADER);
    forged[4..8].copy_from_slice(&u32::try_from(frame.len()).expect("small").to_le_bytes());
    forged[48..56].copy_from_slice(&Digest::of(&frame).as_bytes()[..8]);
    forged.extend_from_slice(&frame);
    fs::write(&path, &forged).expect("write");
    assert_eq!(damage(folder.path(), places[0]), Some("the page was changed"));
}

#[test]
fn a_location_that_is_not_of_a_record_is_an_error() {
    let (folder, places, end) = pack_of(&[b"one", b"two"]);
    let at = |offset| PackLocation { pack: 1, offset };
    assert_eq!(damage(folder.path(), at(places[0].offset + 1)), Some("no record header"));
    assert_eq!(damage(folder.path(), end), Some("truncated record"));
    assert_eq!(damage(folder.path(), at(1 << 40)), Some("truncated record"));
    let reader = PackReader::new(folder.path());
    assert!(
        matches!(reader.read(PackLocation { pack: 2, offset: 0 }), Err(StoreError::Io { .. })),
        "no such pack"
    );
    assert!(reader.read(at(u64::MAX)).is_err());
}

#[test]
fn appending_after_a_cut_keeps_what_counts_and_removes_the_rest() {
    let (folder, places, end) = pack_of(&[b"one", b"two"]);
    let path = pack_path(folder.path(), 1);
    let counted = fs::read(&path).expect("read");
    let next = pack_path(folder.path(), 2);
    // a crash within a record, after it, and after the next pack was begun
    for leftover in [&b"X"[..], b"XPG1 and a part", &[0; 500]] {
        fs::write(&path, [&counted[..], leftover].concat()).expect("write");
        fs::write(&next, b"XPG1").expect("write");
        let mut writer = PackWriter::open(folder.path(), Some(end)).expect("open");
        assert_eq!(fs::read(&path).expect("read"), counted);
        assert!(!next.exists(), "nothing in the next pack counts");
        let (place, digest) = writer.append(b"three").expect("append");
        writer.sync().expect("sync");
        assert_eq!(place, end);
        let reader = PackReader::new(folder.path());
        for (place, page) in [(places[0], &b"one"[..]), (places[1], b"two"), (place, b"three")] {
            assert_eq!(reader.read(place).expect("read"), page);
        }
        assert_eq!(digest, Digest::of(b"three"));
    }
}

#[test]
fn a_pack_without_any_record_that_counts_starts_empty() {
    let (folder, _, _) = pack_of(&[b"never acknowledged"]);
    let mut writer = PackWriter::open(folder.path(), None).expect("open");
    assert_eq!(writer.end(), PackLocation { pack: 1, offset: 0 });
    assert_eq!(fs::metadata(pack_path(folder.path(), 1)).expect("metadata").len(), 0);
    let (place, _) = writer.append(b"").expect("an empty page is a page");
    assert_eq!(PackReader::new(folder.path()).read(place).expect("read"), b"");
}

#[test]
fn a_pack_shorter_than_its_records_is_not_written_to() {
    let (folder, _, end) = pack_of(&[b"one", b"two"]);
    let path = pack_path(folder.path(), 1);
    let short = fs::read(&path).expect("read")[..60].to_vec();
    fs::write(&path, &short).expect("write");
    let refused = |present: u64| {
        let error = PackWriter::open(folder.path(), Some(end)).expect_err("lost bytes");
        assert!(
            matches!(error, StoreError::Damaged { pack: 1, offset, .. } if offset == present),
            "{error}"
        );
        assert!(!error.is_full());
    };
    refused(60);
    assert_eq!(fs::read(&path).expect("read"), short, "what is left is evidence of the damage");
    fs::remove_file(&path).expect("remove");
    refused(0);
    assert!(!path.exists(), "a missing pack is not replaced by an empty one");
}

#[test]
fn a_full_pack_is_followed_by_the_next_one() {
    let (folder, places, end) = pack_of(&[b"first pack"]);
    let mut writer = PackWriter::open(folder.path(), Some(end)).expect("open");
    writer.length = ROLL_AT; // as if a gigabyte had been appended
    let (second, _) = writer.append(b"second pack").expect("append");
    writer.sync().expect("sync");
    assert_eq!(second, PackLocation { pack: 2, offset: 0 });
    assert_eq!(writer.end().pack, 2);
    let reader = PackReader::new(folder.path());
    for _ in 0..2 {
        assert_eq!(reader.read(places[0]).expect("read"), b"first pack");
        assert_eq!(reader.read(second).expect("read"), b"second pack");
    }
}

#[test]
fn one_reader_serves_several_threads() {
    let pages: Vec<Vec<u8>> = (0..40_u8).map(|n| vec![n; 1000 * usize::from(n)]).collect();
    let slices: Vec<&[u8]> = pages.iter().map(Vec::as_slice).collect();
    let (folder, places, _) = pack_of(&slices);
    let reader = PackReader::new(folder.path());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (place, page) in places.iter().zip(&pages) {
                    assert_eq!(&reader.read(*place).expect("read"), page);
                }
            });
        }
    });
}

#[test]
fn only_a_full_disk_or_quota_is_worth_resuming_later() {
    use std::io::ErrorKind;
    for (kind, full) in [
        (ErrorKind::StorageFull, true),
        (ErrorKind::QuotaExceeded, true),
        (ErrorKind::FileTooLarge, true),
        (ErrorKind::PermissionDenied, false),
        (ErrorKind::NotFound, false),
    ] {
        assert_eq!(io_error("write", Path::new("x"))(kind.into()).is_full(), full, "{kind}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn any_pages_are_read_back_in_any_order(pages: Vec<Vec<u8>>, cut: proptest::sample::Index) {
        let folder = tempfile::tempdir().expect("folder");
        let mut writer = PackWriter::open(folder.path(), None).expect("open");
        let mut ends = vec![writer.end()];
        let mut places = Vec::new();
        for page in &pages {
            let (place, digest) = writer.append(page).expect("append");
            proptest::prop_assert_eq!(digest, Digest::of(page));
            places.push(place);
            ends.push(writer.end());
        }
        drop(writer);
        let reader = PackReader::new(folder.path());
        for (place, page) in places.iter().zip(&pages).rev() {
            proptest::prop_assert_eq!(&reader.read(*place).expect("read"), page);
        }
        // reopened at any end, the records before it remain and those after it are gone
        let kept = cut.index(ends.len());
        drop(PackWriter::open(folder.path(), Some(ends[kept])).expect("reopen"));
        for (at, (place, page)) in places.iter().zip(&pages).enumerate() {
            let read = PackReader::new(folder.path()).read(*place).ok();
            proptest::prop_assert_eq!(read.as_ref(), (at < kept).then_some(page));
        }
    }
}
