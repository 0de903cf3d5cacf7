//! Deposits, interrupted and complete, and the check of what is in the store.

use super::*;

fn put(store: &Originals, bytes: &[u8]) -> OriginalId {
    let mut deposit = store.deposit().expect("deposit");
    for chunk in bytes.chunks(3) {
        deposit.write(chunk).expect("write");
    }
    let finished = deposit.finish().expect("finish");
    let original = finished.original;
    assert_eq!(finished.size, bytes.len() as u64);
    finished.keep().expect("keep");
    original
}

fn listing(store: &Originals) -> Vec<String> {
    let mut names = Vec::new();
    store.for_each(&mut |entry| names.push(format!("{entry:?}"))).expect("list");
    names
}

#[test]
fn originals_are_named_by_digest_and_read_only() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Originals::open(folder.path()).expect("open");
    let original = put(&store, b"abc");
    assert_eq!(original.digest(), Digest::of(b"abc"));
    store.sync().expect("sync");
    let path = store.path(original);
    assert_eq!(fs::read(&path).expect("read"), b"abc");
    assert_eq!(fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o400);
    assert_eq!(store.check(original, &mut |_| {}).expect("check"), Fixity::Matches);
}

#[test]
fn torn_leftovers_are_replaced() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Originals::open(folder.path()).expect("open");
    let original = put(&store, b"abc");
    let path = store.path(original);
    fs::remove_file(&path).expect("remove");
    fs::write(&path, b"a").expect("a torn write");
    assert!(matches!(store.check(original, &mut |_| {}), Ok(Fixity::Differs(_))));
    assert_eq!(put(&store, b"abc"), original);
    assert_eq!(store.check(original, &mut |_| {}).expect("check"), Fixity::Matches);
    assert_eq!(listing(&store).len(), 1);
}

#[test]
fn unfinished_deposits_leave_nothing_and_unexpected_files_are_listed() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Originals::open(folder.path()).expect("open");
    let mut deposit = store.deposit().expect("deposit");
    deposit.write(b"half").expect("write");
    drop(deposit.finish().expect("finish"));
    assert_eq!(fs::read_dir(folder.path().join(INCOMING)).expect("list").count(), 0);
    std::mem::forget(store.deposit().expect("an interrupted deposit"));
    store.sweep().expect("sweep");
    assert_eq!(fs::read_dir(folder.path().join(INCOMING)).expect("list").count(), 0);
    fs::create_dir_all(folder.path().join("zz")).expect("folder");
    fs::write(folder.path().join("zz/notes.txt"), b"x").expect("write");
    assert!(listing(&store)[0].contains("notes.txt"));
    let absent = OriginalId::new(Digest::of(b"absent"));
    assert_eq!(store.check(absent, &mut |_| {}).expect("check"), Fixity::Missing);
}

fn open() -> (tempfile::TempDir, Originals) {
    let folder = tempfile::tempdir().expect("folder");
    let store = Originals::open(folder.path()).expect("open");
    (folder, store)
}

fn incoming(folder: &tempfile::TempDir) -> usize {
    fs::read_dir(folder.path().join(INCOMING)).expect("list").count()
}

#[test]
fn a_deposit_is_invisible_until_it_is_kept() {
    let (folder, store) = open();
    let original = OriginalId::new(Digest::of(b"register"));
    let visible = || {
        let checked = store.check(original, &mut |_| {}).expect("check");
        (checked != Fixity::Missing, listing(&store).len(), incoming(&folder))
    };
    let mut deposit = store.deposit().expect("deposit");
    assert_eq!(visible(), (false, 0, 1));
    deposit.write(b"regi").expect("write");
    deposit.write(b"ster").expect("write");
    assert_eq!(deposit.size(), 8);
    assert_eq!(visible(), (false, 0, 1));
    let finished = deposit.finish().expect("finish");
    assert_eq!(finished.original, original);
    assert_eq!(visible(), (false, 0, 1));
    finished.keep().expect("keep");
    assert_eq!(visible(), (true, 1, 0));
}

#[test]
fn a_deposit_dropped_at_any_step_leaves_no_file_and_no_folder() {
    let (folder, store) = open();
    let begun = store.deposit().expect("deposit");
    drop(begun);
    let mut written = store.deposit().expect("deposit");
    written.write(b"half of it").expect("write");
    drop(written);
    let mut finished = store.deposit().expect("deposit");
    finished.write(b"all of it").expect("write");
    drop(finished.finish().expect("finish"));
    assert_eq!(incoming(&folder), 0);
    assert_eq!(
        fs::read_dir(folder.path()).expect("list").count(),
        1,
        "only the folder of incoming deposits"
    );
}

#[test]
fn a_crash_at_any_step_leaves_only_what_sweep_removes() {
    let (folder, store) = open();
    let kept = put(&store, b"acknowledged");
    let mut written = store.deposit().expect("deposit");
    written.write(b"half of it").expect("write");
    std::mem::forget(written);
    let mut finished = store.deposit().expect("deposit");
    finished.write(b"all of it").expect("write");
    std::mem::forget(finished.finish().expect("finish"));
    assert_eq!(incoming(&folder), 2);
    drop(store);

    let store = Originals::open(folder.path()).expect("reopen");
    assert_eq!(
        listing(&store),
        [format!("{:?}", Ok::<_, PathBuf>(kept))],
        "leftovers are not listed"
    );
    store.sweep().expect("sweep");
    assert_eq!(incoming(&folder), 0);
    assert_eq!(
        store.check(kept, &mut |_| {}).expect("check"),
        Fixity::Matches,
        "sweeping spares originals"
    );
}

#[test]
fn duplicate_content_is_stored_once() {
    let (folder, store) = open();
    let first = put(&store, b"the same list");
    let second = put(&store, b"the same list");
    let other = put(&store, b"the same list ");
    assert_eq!(first, second);
    assert_ne!(first, other);
    assert_eq!(listing(&store).len(), 2);
    assert_eq!(incoming(&folder), 0);
    assert_eq!(store.check(first, &mut |_| {}).expect("check"), Fixity::Matches);
}

#[test]
fn deposits_of_the_same_content_at_once_all_succeed() {
    let (folder, store) = open();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(put(&store, &bytes).digest(), Digest::of(&bytes)));
        }
    });
    assert_eq!((listing(&store).len(), incoming(&folder)), (1, 0));
    let original = OriginalId::new(Digest::of(&bytes));
    assert_eq!(fs::read(store.path(original)).expect("read"), bytes);
}

#[test]
fn two_stores_of_one_folder_do_not_mix_their_deposits() {
    let (folder, one) = open();
    let two = Originals::open(folder.path()).expect("open again");
    let (mut a, mut b) = (one.deposit().expect("deposit"), two.deposit().expect("deposit"));
    a.write(b"aaaa").expect("write");
    b.write(b"bb").expect("write");
    let (a, b) = (a.finish().expect("finish"), b.finish().expect("finish"));
    let originals = [a.original, b.original];
    a.keep().expect("keep");
    b.keep().expect("keep");
    for original in originals {
        assert_eq!(one.check(original, &mut |_| {}).expect("check"), Fixity::Matches, "{original}");
    }
}

#[test]
fn a_leftover_of_an_earlier_process_with_the_same_id_is_neither_used_nor_in_the_way() {
    let (folder, store) = open();
    let mut leftovers = Vec::new();
    // whatever number the next deposit has, as other tests of this process also take numbers
    let next = NEXT_TEMPORARY.load(Ordering::Relaxed);
    for number in next..next + 20 {
        let path = folder.path().join(INCOMING).join(format!("{}-{number}", std::process::id()));
        fs::write(&path, b"a longer leftover").expect("write");
        leftovers.push(path);
    }
    let original = put(&store, b"short");
    assert_eq!(fs::read(store.path(original)).expect("read"), b"short");
    for path in leftovers {
        assert_eq!(fs::read(&path).expect("read"), b"a longer leftover", "{}", path.display());
    }
}

#[test]
fn an_altered_original_is_reported_with_its_digest() {
    let (_folder, store) = open();
    let original = put(&store, b"witness statement");
    let path = store.path(original);
    for altered in [&b"witness statemenT"[..], b"witness", b"witness statement ", b""] {
        fs::remove_file(&path).expect("remove");
        fs::write(&path, altered).expect("write");
        let fixity = store.check(original, &mut |_| {}).expect("check");
        assert_eq!(fixity, Fixity::Differs(Digest::of(altered)));
    }
    fs::remove_file(&path).expect("remove");
    assert_eq!(store.check(original, &mut |_| {}).expect("check"), Fixity::Missing);
    assert!(
        matches!(store.open_original(original), Err(StoreError::Io { path: named, .. }) if named == path)
    );
}

#[test]
fn a_check_reports_every_byte_as_progress() {
    let (_folder, store) = open();
    for size in [0, 1, 256 << 10, (256 << 10) + 1, 1_000_000] {
        let bytes = vec![7; size];
        let mut deposit = store.deposit().expect("deposit");
        deposit.write(&bytes).expect("write");
        let finished = deposit.finish().expect("finish");
        let original = finished.original;
        finished.keep().expect("keep");
        let mut seen = 0;
        assert_eq!(
            store.check(original, &mut |count| seen += count).expect("check"),
            Fixity::Matches
        );
        assert_eq!(seen, size as u64);
        let mut read = Vec::new();
        store.open_original(original).expect("open").read_to_end(&mut read).expect("read");
        assert_eq!(read, bytes);
    }
}

#[test]
fn an_original_that_is_a_folder_cannot_be_read() {
    let (_folder, store) = open();
    let original = OriginalId::new(Digest::of(b"gone"));
    fs::create_dir_all(store.path(original)).expect("folder");
    assert!(matches!(store.check(original, &mut |_| {}), Err(StoreError::Io { .. })));
}

#[test]
fn all_that_is_not_an_original_is_listed_as_unexpected() {
    let (folder, store) = open();
    let original = put(&store, b"listed");
    let name = original.to_string();
    let (prefix, rest) = name.split_at(2);
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("A")).expect("folder");
    fs::create_dir_all(at(&format!("{prefix}/nested"))).expect("folder");
    fs::create_dir_all(at(&prefix.repeat(2))).expect("folder");
    let mut unexpected = vec![
        at("stray"),
        at("A").join("file"),
        at(&format!("{prefix}/{}", rest.to_uppercase())),
        at(&format!("{prefix}/{rest}0")),
        at(&format!("{prefix}/{}", &rest[1..])),
        at(&prefix.repeat(2)).join(&rest[2..]),
    ];
    for path in &unexpected {
        fs::write(path, b"x").expect("write");
    }
    // a link to an original: its target may be outside the store
    let linked = format!("{}{}", &rest[1..], &rest[..1]);
    std::os::unix::fs::symlink(store.path(original), at(&format!("{prefix}/{linked}")))
        .expect("link");
    std::os::unix::fs::symlink(at(prefix), at("zz")).expect("link");
    unexpected.extend([
        at(&format!("{prefix}/nested")),
        at(&format!("{prefix}/{linked}")),
        at("zz"),
    ]);

    let (mut originals, mut others) = (Vec::new(), Vec::new());
    store
        .for_each(&mut |entry| match entry {
            Ok(original) => originals.push(original),
            Err(path) => others.push(path),
        })
        .expect("list");
    assert_eq!(originals, [original]);
    unexpected.sort();
    others.sort();
    assert_eq!(others, unexpected);
}

#[test]
fn a_store_cannot_be_opened_where_a_file_is() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("originals");
    fs::write(&path, b"x").expect("write");
    let error = Originals::open(&path).expect_err("a file");
    assert!(error.to_string().starts_with("cannot make the folder "), "{error}");
    assert!(!error.is_full());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_in_any_pieces_are_stored_under_their_digest(pieces: Vec<Vec<u8>>) {
        let (_folder, store) = open();
        let whole = pieces.concat();
        let mut deposit = store.deposit().expect("deposit");
        for piece in &pieces {
            deposit.write(piece).expect("write");
        }
        let finished = deposit.finish().expect("finish");
        proptest::prop_assert_eq!(finished.original.digest(), Digest::of(&whole));
        proptest::prop_assert_eq!(finished.size, whole.len() as u64);
        let original = finished.original;
        finished.keep().expect("keep");
        proptest::prop_assert_eq!(fs::read(store.path(original)).expect("read"), whole);
    }
}
