//! Creating, finding, locking and opening cases.

use exhibit_case::{
    AccessSettings, Case, CaseError, CaseFolder, CaseWriter, Config, Keys, NewCase, Principal,
    is_prefix, keep_still,
};
use exhibit_custody::{AccessError, AccessRecord, Act, LogError, Verb};
use exhibit_model::{EntrySeq, PageNumber};
use exhibit_testing::{NOW, TestCase, acts, overwrite, random};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

fn init(folder: &Path, keys: &Path) -> Result<(), CaseError> {
    let new = NewCase { name: "case", prefix: "EXH", keys, lock: None };
    Case::init(folder, &new, &mut acts(5))
}

fn take(case: &TestCase) -> Result<CaseWriter, CaseError> {
    CaseWriter::take(&case.folder(), &Keys::plain(&case.keys()), acts(6))
}

#[test]
fn a_case_is_created_in_a_new_or_empty_folder_alone() {
    let parent = tempfile::tempdir().expect("a folder");
    let at = |name: &str| parent.path().join(name);
    init(&at("new/below"), &at("keys")).expect("a case");
    assert!(matches!(init(&at("new/below"), &at("keys")), Err(CaseError::Exists(_))));
    fs::create_dir(at("empty")).expect("made");
    init(&at("empty"), &at("more keys")).expect("a case");
    fs::create_dir(at("full")).expect("made");
    fs::write(at("full/notes"), "mine").expect("written");
    assert!(matches!(init(&at("full"), &at("keys")), Err(CaseError::NotEmpty(_))));
    assert_eq!(fs::read(at("full/notes")).expect("read"), b"mine");
    fs::write(at("file"), "").expect("written");
    assert!(init(&at("file"), &at("keys")).is_err());
    let key = fs::read_dir(at("keys")).expect("keys").next().expect("a key").expect("a key");
    assert_eq!(key.metadata().expect("metadata").permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_interrupted_creation_is_no_case() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("case");
    let mut calls = 0;
    let dying = move |bytes: &mut [u8]| {
        calls += 1;
        assert!(calls < 3, "the process dies here");
        bytes.fill(calls);
    };
    let local = exhibit_case::Principal::LOCAL;
    let mut acts = exhibit_case::Acts::new(exhibit_model::FixedClock(NOW), dying, local, "test");
    let keys = parent.path().join("keys");
    let created = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        Case::init(
            &folder,
            &NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None },
            &mut acts,
        )
    }));
    assert!(!matches!(created, Ok(Ok(()))));
    assert!(!CaseFolder::new(&folder).is_case());
    assert!(matches!(Case::open(&folder), Err(CaseError::NoCase(_))));
}

#[test]
fn the_case_around_a_folder_is_found() {
    let case = TestCase::empty();
    for below in ["", "custody", "custody/tile"] {
        assert_eq!(Case::find(&case.path(below)).expect("found").join(""), case.folder().join(""));
    }
    assert_eq!(Case::find(&case.keys()), None);
    assert_eq!(Case::find(&PathBuf::from("/nowhere")), None);
}

#[test]
fn prefixes_are_short_capital_words() {
    for (prefix, expected) in [
        ("EXH", true),
        ("A", true),
        ("A1", true),
        ("ABCDEFGHIJKL", true),
        ("", false),
        ("1A", false),
        ("exh", false),
        ("ABCDEFGHIJKLM", false),
        ("A-B", false),
        ("Ä", false),
        ("А", false),
        ("A B", false),
        ("A\n", false),
    ] {
        assert_eq!(is_prefix(prefix), expected, "{prefix:?}");
    }
}

#[test]
fn settings_that_are_not_of_a_case_are_refused() {
    let case = TestCase::empty();
    let path = case.path(CaseFolder::SETTINGS);
    let whole = fs::read_to_string(&path).expect("read");
    let config = Config::read(&CaseFolder::new(&case.folder())).expect("settings");
    assert_eq!((config.form, config.name.as_str(), config.prefix.as_str()), (1, "case", "EXH"));
    assert_eq!(config.created, NOW.to_rfc3339());
    for (from, to, says) in [
        ("form = 1", "form = 2", "this program reads form 1"),
        ("form = 1", "form = -1", "form"),
        ("form = 1\n", "", "form"),
        ("\"EXH\"", "\"../x\"", "prefix"),
        ("\"EXH\"", "\"\\u001b[31m\"", "prefix"),
        ("name = ", "nome = ", "nome"),
        ("record = true", "record = 1", "record"),
        ("name = \"case\"", "name = \"case\"\nname = \"again\"", "name"),
    ] {
        assert!(whole.contains(from), "{from}");
        fs::write(&path, whole.replacen(from, to, 1)).expect("written");
        match Case::open(&case.folder()) {
            Err(CaseError::Config(why)) => assert!(why.contains(says), "{from} to {to}: {why}"),
            other => panic!("{from} to {to}: {other:?}"),
        }
        assert!(matches!(take(&case), Err(CaseError::Config(_))), "{to}");
    }
    fs::write(&path, [0xff, 0xfe]).expect("written");
    assert!(matches!(Case::open(&case.folder()), Err(CaseError::Io { act: "read", .. })));
    // cases from before there was an access log have no settings for it
    let before = whole.split("[access]").next().expect("a part");
    fs::write(&path, before).expect("written");
    assert_eq!(case.open().config.access, AccessSettings::default());
    fs::remove_file(&path).expect("removed");
    assert!(matches!(Case::open(&case.folder()), Err(CaseError::NoCase(_))));
}

#[test]
fn one_process_writes_at_a_time() {
    let case = TestCase::empty();
    let held = take(&case).expect("the case");
    let holder = format!("process {}", std::process::id());
    assert!(
        matches!(take(&case), Err(CaseError::Locked { holder: who }) if who.starts_with(&holder))
    );
    assert!(matches!(keep_still(&case.folder()), Err(CaseError::Locked { .. })));
    assert!(
        case.open().view(Principal::LOCAL).items(&Default::default()).is_ok(),
        "reading goes on"
    );
    drop(held);
    let still = keep_still(&case.folder()).expect("a lock").expect("a lock");
    let again = keep_still(&case.folder()).expect("several checks").expect("a lock");
    assert!(matches!(take(&case), Err(CaseError::Locked { .. })));
    drop((still, again));
    let _ = take(&case).expect("the case");
    fs::remove_file(case.path("lock")).expect("removed");
    assert!(keep_still(&case.folder()).expect("there never was a writer").is_none());
}

#[test]
fn a_link_in_place_of_the_lock_is_not_followed() {
    let case = TestCase::empty();
    let target = case.beside("target");
    fs::write(&target, "mine").expect("written");
    let _ = fs::remove_file(case.path("lock"));
    std::os::unix::fs::symlink(&target, case.path("lock")).expect("a link");
    assert!(matches!(take(&case), Err(CaseError::Io { act: "open", .. })));
    assert!(matches!(keep_still(&case.folder()), Err(CaseError::Io { act: "open", .. })));
    assert_eq!(fs::read(&target).expect("read"), b"mine");
}

#[test]
fn the_name_of_a_lock_holder_is_made_safe() {
    let case = TestCase::empty();
    drop(take(&case).expect("the case"));
    let lock = fs::File::options().write(true).open(case.path("lock")).expect("a lock");
    fs::write(case.path("lock"), format!("\u{1b}[31mprocess\u{7} {}\n", "x".repeat(1000)))
        .expect("written");
    lock.lock().expect("locked");
    match take(&case) {
        Err(CaseError::Locked { holder }) => {
            assert!(
                holder.starts_with("[31mprocess x") && holder.chars().count() == 200,
                "{holder:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    fs::write(case.path("lock"), "").expect("written");
    assert!(
        matches!(take(&case), Err(CaseError::Locked { holder }) if holder == "another process")
    );
}

#[test]
fn committed_entries_are_appended_by_the_next_writer() {
    let case = TestCase::empty();
    let size = case.open().view(Principal::LOCAL).log_size().expect("a log");
    {
        let mut held = take(&case).expect("the case");
        let work = held.catalogue.begin().expect("a transaction");
        held.acts.log(&work, Act::access_set(false, 7)).expect("posted");
        work.commit().expect("a commit");
        // killed before the log was written
    }
    assert_eq!(case.open().view(Principal::LOCAL).log_size().expect("a log"), size);
    let held = take(&case).expect("the case");
    assert_eq!(held.log.log().size(), size + 1);
    assert!(held.catalogue.outbox().expect("an outbox").is_empty());
    let entry = case.open().view(Principal::LOCAL).entry(EntrySeq::new(size)).expect("an entry");
    assert!(entry.text.contains("access.set"), "{}", entry.text);
    drop(held);
    assert_eq!(take(&case).expect("the case").log.log().size(), size + 1, "once");
}

#[test]
fn an_entry_that_is_in_the_log_already_is_not_appended_again() {
    let case = TestCase::empty();
    let size = case.log(Act::access_set(false, 7)).next().get();
    // killed between the log and the outbox: the entry is in both
    let entry =
        case.open().folder.log().expect("a log").entry(EntrySeq::new(size - 1)).expect("an entry");
    let hex: String = entry.iter().map(|byte| format!("{byte:02x}")).collect();
    case.sql(&format!("INSERT INTO outbox VALUES ({}, x'{hex}')", size - 1));
    let held = take(&case).expect("the case");
    assert_eq!(held.log.log().size(), size);
    assert!(held.catalogue.outbox().expect("an outbox").is_empty());
    drop(held);
    // another entry under the same number is a fault, not a repetition
    case.sql(&format!("INSERT INTO outbox VALUES ({}, x'7b7d')", size - 1));
    assert!(matches!(take(&case), Err(CaseError::Log(LogError::OtherEntry { .. }))));
    case.sql("DELETE FROM outbox");
    // and one far ahead is a gap
    case.sql(&format!("INSERT INTO outbox VALUES ({}, x'7b7d')", size + 5));
    assert!(matches!(take(&case), Err(CaseError::Log(LogError::Gap { .. }))));
}

#[test]
fn a_sealed_case_is_read_and_not_written() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    case.write(|held| held.seal().expect("sealed"));
    let open = case.open();
    assert!(open.is_sealed() && matches!(open.must_be_open(), Err(CaseError::Sealed)));
    assert!(matches!(take(&case), Err(CaseError::Sealed)));
    assert!(matches!(open.add_passwords(&["x".to_owned()]), Err(CaseError::Sealed)));
    assert!(open.view(Principal::LOCAL).page(case.id("a.txt"), PageNumber::FIRST).is_ok());
    let mut held = CaseWriter::take_any(&case.folder(), &Keys::plain(&case.keys()), acts(7))
        .expect("a writer");
    let refused = held.log(Act::access_set(true, 1));
    assert!(matches!(refused, Err(CaseError::Log(LogError::Sealed))), "{refused:?}");
    assert!(
        held.catalogue.outbox().expect("an outbox").is_empty(),
        "what cannot be logged is not committed either"
    );
}

#[test]
fn a_case_with_waiting_items_is_not_sealed() {
    let case = TestCase::new(&[exhibit_testing::TestItem::waiting("later", b"later")]);
    let sealed = case.write(|held| held.seal());
    assert!(matches!(sealed, Err(CaseError::Waiting(1))), "{sealed:?}");
    assert!(!case.open().is_sealed());
}

#[test]
fn a_damaged_part_is_named_by_its_error() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    let damaged = case.duplicate();
    fs::write(damaged.path(CaseFolder::CATALOGUE), "not a database").expect("written");
    for beside in ["-wal", "-shm"] {
        let _ = fs::remove_file(damaged.path(&format!("{}{beside}", CaseFolder::CATALOGUE)));
    }
    assert!(matches!(Case::open(&damaged.folder()), Err(CaseError::Catalogue(_))));
    let damaged = case.duplicate();
    overwrite(&damaged.path("custody/checkpoint"), |bytes| bytes.truncate(30));
    assert!(matches!(take(&damaged), Err(CaseError::Log(_))));
    assert!(!damaged.open().is_sealed(), "what cannot be read does not count as sealed");
    let damaged = case.duplicate();
    fs::remove_dir_all(damaged.path(CaseFolder::INDEX)).expect("removed");
    assert!(matches!(
        damaged.open().view(Principal::LOCAL).whole().expect("a whole case").index(),
        Err(CaseError::NoIndex)
    ));
    assert_eq!(damaged.open().view(Principal::LOCAL).searchable(), 0);
    let damaged = case.duplicate();
    fs::remove_dir_all(damaged.keys()).expect("removed");
    assert!(matches!(take(&damaged), Err(CaseError::Key(_))));
}

#[test]
fn an_index_that_is_behind_says_so() {
    let case = TestCase::of_texts(&[("a.txt", "one")]);
    assert_eq!(case.open().view(Principal::LOCAL).behind().expect("known"), None);
    let _ = case.add_unindexed(&[exhibit_testing::TestItem::text("b.txt", "two\u{c}three")]);
    assert_eq!(case.open().view(Principal::LOCAL).behind().expect("known"), Some((1, 3)));
    assert_eq!(
        (
            case.open().view(Principal::LOCAL).searchable(),
            case.open().view(Principal::LOCAL).pages_read().expect("pages")
        ),
        (1, 3)
    );
    case.reindex();
    assert_eq!(case.open().view(Principal::LOCAL).behind().expect("known"), None);
}

#[test]
fn settings_of_the_access_log_are_logged_first() {
    let case = TestCase::empty();
    let settings = AccessSettings { record: false, keep_days: 30 };
    let entry = case.write(|held| held.set_access(settings).expect("set"));
    assert_eq!(case.open().config.access, settings);
    let text = case.open().view(Principal::LOCAL).entry(entry).expect("an entry").text;
    assert!(text.contains("\"keep_days\":30") && text.contains("\"record\":false"), "{text}");
    let path = case.path(CaseFolder::SETTINGS);
    assert!(fs::read_to_string(path).expect("read").contains("keep_days = 30"));
}

#[test]
fn accesses_are_recorded_apart_from_the_custody_log() {
    let case = TestCase::empty();
    let size = case.open().view(Principal::LOCAL).log_size().expect("a log");
    let mut random = random(3);
    let log = case.open().access_log(&case.keys(), &mut acts(8)).expect("an access log");
    let search = AccessRecord::new(Verb::Search).secret("query", "secret words");
    log.record_access(search, NOW, &mut random).expect("recorded");
    drop(log);
    let log = case.open().access_log(&case.keys(), &mut acts(9)).expect("the same access log");
    log.fold(365, NOW, &mut random).expect("folded");
    assert_eq!(case.open().view(Principal::LOCAL).log_size().expect("a log"), size);
    for file in case.files(CaseFolder::ACCESS) {
        let bytes = fs::read(&file).expect("read");
        assert!(!String::from_utf8_lossy(&bytes).contains("secret words"), "{}", file.display());
    }
    drop(log);
    // without its keys nothing is recorded, and that is an error
    fs::rename(case.keys(), case.beside("away")).expect("moved");
    let refused: Result<_, AccessError> = case.open().access_log(&case.keys(), &mut acts(10));
    assert!(refused.is_err());
}
