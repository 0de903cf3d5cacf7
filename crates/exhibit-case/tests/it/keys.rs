//! Signing keys: locked, exposed, absent, followed by another; and the memory that reveals a case that was rolled back.

use exhibit_case::{
    Case, CaseError, CaseWriter, Keys, NewCase, Principal, Rotation, Standing, key_file, key_path,
    rekey, remembered, standing,
};
use exhibit_custody::log::End;
use exhibit_custody::{
    Act, KdfCost, KeyError, KeyProtection, LogError, Passphrase, Remembered, Revocation, check_log,
};
use exhibit_model::{EntrySeq, PageNumber};
use exhibit_testing::{TestCase, acts, copy_folder, overwrite, random};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A lock that costs tests little.
fn lock(passphrase: &str) -> KeyProtection {
    let cost = KdfCost { memory: 64, passes: 1, lanes: 1 };
    KeyProtection { passphrase: Passphrase::new(passphrase).expect("a passphrase"), cost }
}

fn only_key(case: &TestCase) -> PathBuf {
    let open = case.open();
    key_path(&case.keys(), &open.config.log)
}

fn rotate(case: &TestCase, reason: Revocation) -> Result<exhibit_case::Rotated, CaseError> {
    let keys = case.keys();
    let keys = Keys::plain(&keys);
    let mut held = CaseWriter::take_any(&case.folder(), &keys, case.acts())?;
    held.rotate_key(&keys, &Rotation { reason, lock: None })
}

fn take(case: &TestCase) -> Result<CaseWriter, CaseError> {
    CaseWriter::take(&case.folder(), &Keys::plain(&case.keys()), acts(40))
}

#[test]
fn keys_follow_one_another() {
    let case = TestCase::empty();
    let first = case.open().folder.log().expect("a log").verifier().clone();
    let one = rotate(&case, Revocation::Superseded).expect("rotated");
    assert_eq!(one.old, first);
    assert_eq!(one.file, key_file(&case.keys(), &one.new));
    fs::remove_file(only_key(&case)).expect("the first key is needed no more");
    let two = rotate(&case, Revocation::Compromised).expect("rotated");
    assert_eq!((&two.old, two.entry), (&one.new, one.entry.next().next()));
    let entry = case.log(Act::access_set(true, 9));
    assert!(entry > two.entry);
    let report = check_log(&case.path("custody"), &Remembered::default());
    assert!(report.deviations.is_empty() && report.keys.len() == 3, "{:?}", report.deviations);
    let texts: Vec<String> = (one.entry.get()..two.entry.get() + 2)
        .map(|seq| {
            case.open().view(Principal::LOCAL).entry(EntrySeq::new(seq)).expect("an entry").text
        })
        .collect();
    for (text, part) in texts.iter().zip(["key.add", "superseded", "key.add", "compromised"]) {
        assert!(text.contains(part), "{text}");
    }
    // an earlier key is called unreliable afterwards
    let revoked = case.write(|held| held.revoke_key(&first, Revocation::Lost).expect("revoked"));
    assert!(
        case.open().view(Principal::LOCAL).entry(revoked).expect("an entry").text.contains("lost")
    );
    assert!(check_log(&case.path("custody"), &Remembered::default()).deviations.is_empty());
}

#[test]
fn a_key_is_durable_before_the_log_names_it() {
    let case = TestCase::empty();
    let keys = case.keys();
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o700)).expect("permissions");
    let size = case.open().view(Principal::LOCAL).log_size().expect("a size");
    // the new key cannot be written: a folder has its place
    let mut held = take(&case).expect("the case");
    let blocked = exhibit_custody::Key::successor(held.log.log().verifier(), &mut random(41));
    let path = keys.join(format!(
        "{}-{}.key",
        held.log.log().origin().split('/').next().expect("an origin"),
        exhibit_proof::hash::to_hex(&blocked.verifier().id())
    ));
    fs::create_dir(&path).expect("made");
    held.acts = acts(41);
    let refused = held
        .rotate_key(&Keys::plain(&keys), &Rotation { reason: Revocation::Superseded, lock: None });
    assert!(matches!(refused, Err(CaseError::Key(KeyError::Write { .. }))), "{refused:?}");
    drop(held);
    assert_eq!(case.open().view(Principal::LOCAL).log_size().expect("a size"), size);
    assert!(take(&case).is_ok(), "the old key still signs");
}

#[test]
fn a_handover_that_was_interrupted_is_completed() {
    let case = TestCase::empty();
    let before = case.beside("before");
    copy_folder(&case.folder(), &before);
    let rotated = rotate(&case, Revocation::Superseded).expect("rotated");
    // as a kill leaves it between the entries and the handover: the log ends with them, signed by the old key
    let mut held = take(&case).expect("the case");
    assert_eq!(held.log.end(), End::Open);
    let next = exhibit_custody::Key::successor(held.log.log().verifier(), &mut random(42));
    let own = case.keys().join(format!(
        "{}-{}.key",
        held.log.log().origin().split('/').next().expect("an origin"),
        exhibit_proof::hash::to_hex(&next.verifier().id())
    ));
    next.save(&own, None, &mut random(43)).expect("saved");
    let old = held.log.log().verifier().clone();
    let work = held.catalogue.begin().expect("a transaction");
    held.acts.log(&work, Act::key_add(next.verifier(), &old)).expect("posted");
    held.acts.log(&work, Act::key_revoke(&old, Revocation::Superseded)).expect("posted");
    work.commit().expect("a commit");
    held.flush().expect("flushed");
    assert_eq!(held.log.end(), End::Revoked);
    assert!(matches!(held.log(Act::access_set(true, 1)), Err(CaseError::Log(LogError::Revoked))));
    drop(held);
    let taken = take(&case);
    assert!(matches!(taken, Err(CaseError::HandoverUnfinished)), "{taken:?}");
    let completed = rotate(&case, Revocation::Lost).expect("completed");
    assert_eq!((&completed.old, &completed.new), (&rotated.new, next.verifier()));
    assert!(take(&case).is_ok());
    let report = check_log(&case.path("custody"), &Remembered::default());
    assert!(report.deviations.is_empty() && report.keys.len() == 3, "{:?}", report.deviations);
}

#[test]
fn a_sealed_case_keeps_its_key() {
    let case = TestCase::empty();
    case.write(|held| held.seal().expect("sealed"));
    assert!(matches!(rotate(&case, Revocation::Superseded), Err(CaseError::Sealed)));
}

#[test]
fn a_locked_key_needs_its_passphrase_to_sign_and_not_to_read() {
    let parent = tempfile::tempdir().expect("a folder");
    let (folder, keys) = (parent.path().join("case"), parent.path().join("keys"));
    let secret = lock("ئون ئىككى دەرىجە");
    Case::init(
        &folder,
        &NewCase { name: "case", prefix: "EXH", keys: &keys, lock: Some(&secret) },
        &mut acts(1),
    )
    .expect("a case");
    let take = |ask: &dyn Fn(&Path) -> Option<Passphrase>| {
        CaseWriter::take(&folder, &Keys { folder: &keys, ask }, acts(2)).map(drop)
    };
    assert!(matches!(take(&|_| None), Err(CaseError::Key(KeyError::Locked { .. }))));
    assert!(matches!(
        take(&|_| Passphrase::new("ئون ئىككى")),
        Err(CaseError::Key(KeyError::Passphrase { .. }))
    ));
    take(&|path| {
        assert!(path.starts_with(&keys), "asked for the key in {}", path.display());
        Passphrase::new("ئون ئىككى دەرىجە")
    })
    .expect("the case");
    let case = Case::open(&folder).expect("read without a key");
    assert_eq!(case.view(Principal::LOCAL).log_size().expect("a size"), 1);
    let file = key_path(&keys, &case.config.log);
    let text = fs::read_to_string(&file).expect("read");
    assert!(!text.contains("PRIVATE"), "{text}");
    // locked again, then unlocked
    let with = |passphrase: &'static str| move |_: &Path| Passphrase::new(passphrase);
    let (old, new) = (with("ئون ئىككى دەرىجە"), with("another one"));
    let change = |ask: &dyn Fn(&Path) -> Option<Passphrase>, lock: Option<&KeyProtection>| {
        rekey(&Keys { folder: &keys, ask }, &file, lock, &mut random(3))
    };
    change(&old, Some(&lock("another one"))).expect("locked again");
    assert!(matches!(change(&old, None), Err(KeyError::Passphrase { .. })));
    assert!(matches!(take(&old), Err(CaseError::Key(KeyError::Passphrase { .. }))));
    take(&new).expect("the case");
    change(&new, None).expect("unlocked");
    take(&|_| None).expect("the case");
    assert_eq!(fs::metadata(&file).expect("metadata").permissions().mode() & 0o777, 0o600);
}

#[test]
fn equivalent_spellings_are_one_passphrase() {
    let parent = tempfile::tempdir().expect("a folder");
    let (folder, keys) = (parent.path().join("case"), parent.path().join("keys"));
    let composed = lock("é 登记");
    Case::init(
        &folder,
        &NewCase { name: "case", prefix: "EXH", keys: &keys, lock: Some(&composed) },
        &mut acts(1),
    )
    .expect("a case");
    let decomposed = |_: &Path| Passphrase::new("e\u{301} 登记");
    assert!(CaseWriter::take(&folder, &Keys { folder: &keys, ask: &decomposed }, acts(2)).is_ok());
    assert!(Passphrase::new("").is_none());
}

#[test]
fn a_damaged_exposed_or_absent_key_is_named() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let key = only_key(&case);
    let good = fs::read(&key).expect("read");
    for kept in [0, 1, good.len() / 2, good.len() - 2] {
        fs::write(&key, &good[..kept]).expect("written");
        assert!(matches!(take(&case), Err(CaseError::Key(KeyError::Form { .. }))), "{kept} bytes");
    }
    fs::write(&key, &good).expect("written");
    for (mode, exposed) in
        [(0o600, false), (0o400, false), (0o640, true), (0o604, true), (0o666, true)]
    {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("permissions");
        let taken = take(&case);
        assert_eq!(
            matches!(taken, Err(CaseError::Key(KeyError::Exposed { .. }))),
            exposed,
            "{mode:o}: {taken:?}"
        );
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("permissions");
    // the key of another case
    let other = TestCase::of_seed(3);
    fs::copy(only_key(&other), &key).expect("copied");
    assert!(matches!(take(&case), Err(CaseError::Log(LogError::WrongKey))));
    fs::remove_file(&key).expect("removed");
    assert!(matches!(take(&case), Err(CaseError::Key(KeyError::Read { .. }))));
    assert!(
        case.open().view(Principal::LOCAL).page(case.id("a.txt"), PageNumber::FIRST).is_ok(),
        "reading needs no key"
    );
}

#[test]
fn a_case_that_was_rolled_back_is_revealed_by_the_keys() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let earlier = case.beside("earlier");
    copy_folder(&case.folder(), &earlier);
    let _ = case.add_texts(&[("b.txt", "two")]);
    let log = case.open().config.log;
    let note = remembered(&case.keys(), &log).expect("remembered");
    assert_eq!(note.to_string(), case.open().folder.log().expect("a log").checkpoint());
    // the whole case is put back, catalogue and all
    fs::remove_dir_all(case.folder()).expect("removed");
    fs::rename(&earlier, case.folder()).expect("moved");
    assert!(matches!(take(&case), Err(CaseError::Log(LogError::RolledBack { .. }))));
    // elsewhere nothing is remembered, and a second history begins
    let elsewhere = case.duplicate();
    for file in exhibit_testing::files_below(&elsewhere.keys()) {
        if file.extension().is_some_and(|ending| ending == "checkpoint") {
            fs::remove_file(file).expect("removed");
        }
    }
    assert!(remembered(&elsewhere.keys(), &log).is_none());
    let _ = elsewhere.add_texts(&[("c.txt", "three")]);
    let _ = elsewhere.add_texts(&[("d.txt", "four")]);
    // which the first machine recognises as another one
    let forged = case.duplicate();
    fs::remove_dir_all(forged.folder()).expect("removed");
    copy_folder(&elsewhere.folder(), &forged.folder());
    assert!(matches!(take(&forged), Err(CaseError::Log(LogError::Forked { .. }))));
}

#[test]
fn a_damaged_memory_is_no_memory() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let log = case.open().config.log;
    let memory = fs::read_dir(case.keys())
        .expect("keys")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|ending| ending == "checkpoint"))
        .expect("a memory");
    assert!(remembered(&case.keys(), &log).is_some());
    assert!(remembered(&case.keys(), "0000000000000000/custody").is_none());
    overwrite(&memory, |bytes| bytes.truncate(20));
    assert!(remembered(&case.keys(), &log).is_none());
    drop(take(&case).expect("the case"));
    assert!(remembered(&case.keys(), &log).is_some(), "written again");
    // that of another log under this name
    let other = TestCase::of_seed(3);
    fs::copy(other.path("custody/checkpoint"), &memory).expect("copied");
    assert!(remembered(&case.keys(), &log).is_none());
}

fn take_in(folder: &Path, case: &TestCase) -> Result<CaseWriter, CaseError> {
    CaseWriter::take(folder, &Keys::plain(&case.keys()), acts(40))
}

#[test]
fn a_copy_is_noticed_before_its_first_entry() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let copy = case.beside("copy");
    copy_folder(&case.folder(), &copy);
    let size = || exhibit_case::CaseFolder::new(&copy).log().expect("a log").size();
    let before = size();
    match take_in(&copy, &case) {
        Err(CaseError::Copy { folder, original }) => {
            assert_eq!(folder, copy);
            assert_eq!(original, case.folder().canonicalize().expect("a path"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(size(), before, "nothing was written");
    let own = exhibit_case::CaseFolder::new(&copy);
    assert_eq!(
        standing(&case.keys(), &own),
        Standing::CopyOf(case.folder().canonicalize().expect("a path"))
    );
    assert_eq!(standing(&case.keys(), &case.open().folder), Standing::Own);
    // the original is as it was, and continues
    drop(take(&case).expect("the original is open"));
    let _ = case.add_texts(&[("b.txt", "two")]);
    assert!(matches!(take_in(&copy, &case), Err(CaseError::Log(LogError::RolledBack { .. }))));
    match standing(&case.keys(), &own) {
        Standing::Behind { size, once, last: Some(last) } => {
            assert!(size < once);
            assert_eq!(last, case.folder().canonicalize().expect("a path"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_copy_can_take_the_place_of_the_original() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let copy = case.beside("copy");
    copy_folder(&case.folder(), &copy);
    exhibit_case::adopt(&Keys::plain(&case.keys()), &copy).expect("adopted");
    drop(take_in(&copy, &case).expect("the copy is the case now"));
    assert!(matches!(take(&case), Err(CaseError::Copy { .. })), "and the original a copy of it");
    exhibit_case::adopt(&Keys::plain(&case.keys()), &case.folder()).expect("back");
    let _ = case.add_texts(&[("b.txt", "two")]);
    let behind = exhibit_case::adopt(&Keys::plain(&case.keys()), &copy);
    assert!(matches!(behind, Err(CaseError::Log(LogError::RolledBack { .. }))), "{behind:?}");
}

#[test]
fn a_case_that_was_moved_is_no_copy() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let (moved, back) = (case.beside("moved"), case.folder());
    fs::rename(&back, &moved).expect("moved");
    drop(take_in(&moved, &case).expect("renamed"));
    // to another disk: other bytes of the file system, and the first folder is gone
    let elsewhere = case.beside("elsewhere");
    copy_folder(&moved, &elsewhere);
    fs::remove_dir_all(&moved).expect("removed");
    drop(take_in(&elsewhere, &case).expect("moved"));
    // an unrelated folder at the remembered place is nothing to go back to
    fs::rename(&elsewhere, &back).expect("moved");
    fs::create_dir(&elsewhere).expect("made");
    drop(take(&case).expect("the case"));
    // a place that cannot be read is no place
    let place = exhibit_testing::files_below(&case.keys())
        .into_iter()
        .find(|file| file.extension().is_some_and(|e| e == "place"));
    for damage in ["", "x", "1 2", "1 2\nrelative", "9999999999999999999999 1\n/"] {
        fs::write(place.as_ref().expect("a place"), damage).expect("written");
        assert_eq!(standing(&case.keys(), &case.open().folder), Standing::Own, "{damage:?}");
    }
}
