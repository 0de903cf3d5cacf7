//! Bags received from another case: kept with their proofs, checked again, given on unchanged.

use crate::handed_over::{NOTICE, handed_over, numbered};
use exhibit_bag::{BagError, KeptBag, VerifiedBag, check_received, received_bags};
use exhibit_case::{CaseFolder, Principal};
use exhibit_custody::{Act, Channel, Fact, Ref};
use exhibit_model::Digest;
use exhibit_proof::bagit::Files as _;
use exhibit_testing::{
    NOW, TestCase, TestItem, deviations, files_below, flip, original, overwrite,
};
use exhibit_verify::{CheckedBag, Folder, TrustedFiles, check_bag};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn checked(bag: &Path) -> CheckedBag {
    check_bag(&mut Folder::new(bag), &Default::default(), &TrustedFiles::default(), false)
}

fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let own = |file: PathBuf| {
        (file.strip_prefix(folder).expect("below").to_owned(), fs::read(&file).expect("read"))
    };
    files_below(folder).into_iter().map(own).collect()
}

/// Keeps a bag as the import does, with the originals of its documents; `whole` marks the import as complete.
fn receive(case: &TestCase, bag: &Path, whole: bool) -> VerifiedBag {
    let verified = VerifiedBag::from_checked(checked(bag)).expect("a good bag");
    let source = verified.source("bag", Box::new(Folder::new(bag)));
    let items: Vec<TestItem> = source
        .files
        .iter()
        .map(|file| {
            let bytes = fs::read(bag.join(&file.place)).expect("read");
            assert_eq!(file.original.digest(), Digest::of(&bytes));
            TestItem::text(&String::from_utf8_lossy(&file.path), &String::from_utf8_lossy(&bytes))
        })
        .collect();
    case.write(|held| {
        verified.keep(&held.case, &mut Folder::new(bag)).expect("kept");
        verified.keep(&held.case, &mut Folder::new(bag)).expect("kept already");
        let work = held.catalogue.begin().expect("a transaction");
        let (source, _) = work.source(&source.identity, "bag", NOW).expect("a source");
        let act = Act::source_receive(source, Channel::Bag, b"bag").uses(Ref::Bytes(verified.id()));
        held.acts.log(&work, act.fact("log", Fact::Text("origin".to_owned()))).expect("logged");
        if whole {
            work.walked(source, 1).expect("walked");
        }
        work.commit().expect("a commit");
        held.flush().expect("flushed");
    });
    let _ = case.add(&items);
    verified
}

#[test]
fn a_received_bag_is_given_on_unchanged() {
    let (case, other) = (handed_over(), TestCase::of_seed(5));
    let bag = case.export("bag", &["b.html", "notice.txt"], &[]);
    let verified = receive(&other, &bag, true);
    let open = other.open();
    let received = received_bags(&open.view(Principal::LOCAL)).expect("bags");
    assert_eq!(received.len(), 1);
    assert_eq!(
        (received[0].id, received[0].whole, received[0].log.as_str()),
        (verified.id(), true, "origin")
    );
    assert!(received[0].entry.is_some() && received[0].source.is_some());
    assert_eq!(check_received(&open.view(Principal::LOCAL)).expect("checked")[0].1, []);
    let mut kept =
        KeptBag::open(&open.view(Principal::LOCAL), &verified.id().to_string()).expect("a bag");
    let files = kept.list().expect("a list").len();
    let written = kept.write(&other.beside("same")).expect("written");
    assert_eq!(written, files as u64);
    assert_eq!(contents(&other.beside("same")), contents(&bag));
    assert_eq!(deviations(&other.beside("same")), []);
    assert!(matches!(kept.write(&other.beside("same")), Err(BagError::Exists(_))));
}

#[test]
fn originals_are_stored_once_and_proofs_beside_them() {
    let (case, other) = (handed_over(), TestCase::of_seed(5));
    let bag = numbered(&case, "bag");
    let verified = VerifiedBag::from_checked(checked(&bag)).expect("a good bag");
    assert_eq!(
        verified.bytes(),
        contents(&bag).values().map(|bytes| bytes.len() as u64).sum::<u64>()
    );
    assert_eq!(
        verified.key(),
        fs::read_to_string(case.path("custody/key.pub")).expect("a key").trim()
    );
    other.write(|held| verified.keep(&held.case, &mut Folder::new(&bag)).expect("kept"));
    let stored = contents(&other.path(CaseFolder::BAGS).join(verified.id().to_string()));
    assert!(
        stored.keys().all(|path| !path.to_string_lossy().contains("/original")),
        "{:?}",
        stored.keys()
    );
    assert!(stored.contains_key(Path::new("custody/checkpoint")));
    assert!(stored.contains_key(Path::new("data/documents/EXH-000005/pictures/0001.png")));
}

#[test]
fn documents_come_under_their_proved_names_and_pages_as_files() {
    let case = handed_over();
    let paths = |bag: &Path| -> Vec<String> {
        let verified = VerifiedBag::from_checked(checked(bag)).expect("a good bag");
        let source = verified.source("bag", Box::new(Folder::new(bag)));
        source.files.iter().map(|file| String::from_utf8_lossy(&file.path).into_owned()).collect()
    };
    let named = case.export("named", &["notice.txt", "in/list.txt"], &[]);
    assert_eq!(paths(&named), ["EXH-000003/notice.txt", "EXH-000006/in/list.txt"]);
    let unnamed = exhibit_bag::Selection { without_names: true, ..crate::handed_over::whole([3]) };
    let _ = case.export_selection("unnamed", &unnamed);
    assert_eq!(paths(&case.beside("unnamed")), ["EXH-000003/original.txt"]);
    let quote =
        exhibit_bag::list_quotes(&case.open().view(Principal::LOCAL)).expect("quotes")[1].id();
    let pages = case.export("pages", &[], &[quote.as_str()]);
    assert_eq!(paths(&pages), ["EXH-000005/page 0001.txt", "EXH-000005/page 0001.png"]);
}

#[test]
fn bags_with_findings_are_not_received() {
    let case = handed_over();
    let bag = case.export("bag", &["notice.txt"], &[]);
    let text = bag.join("data/documents/EXH-000003/text/0001.txt");
    flip(&text, 5);
    assert!(
        VerifiedBag::from_checked(checked(&bag)).is_err_and(|checked| !checked.report.is_good())
    );
    flip(&text, 5);
    // a plain BagIt bag without proofs is good, and no bag of a case
    fs::remove_dir_all(bag.join("custody")).expect("removed");
    assert!(VerifiedBag::from_checked(checked(&bag)).is_err());
    assert!(VerifiedBag::from_checked(checked(&case.beside("no such folder"))).is_err());
}

#[test]
fn a_file_that_changes_after_the_check_stops_the_copy() {
    let (case, other) = (handed_over(), TestCase::of_seed(5));
    let bag = case.export("bag", &["notice.txt"], &[]);
    let verified = VerifiedBag::from_checked(checked(&bag)).expect("a good bag");
    overwrite(&bag.join("VERIFY.txt"), |bytes| bytes.push(b' '));
    let kept = other.write(|held| verified.keep(&held.case, &mut Folder::new(&bag)));
    assert!(matches!(kept, Err(BagError::Changed(path)) if path == "VERIFY.txt"));
    assert!(
        received_bags(&other.open().view(Principal::LOCAL)).expect("bags").is_empty(),
        "nothing is under the bag's name"
    );
    overwrite(&bag.join("VERIFY.txt"), |bytes| bytes.truncate(bytes.len() - 1));
    other
        .write(|held| verified.keep(&held.case, &mut Folder::new(&bag)))
        .expect("kept over the leftover");
    assert_eq!(received_bags(&other.open().view(Principal::LOCAL)).expect("bags").len(), 1);
}

#[test]
fn damage_to_a_kept_bag_or_its_originals_is_found() {
    let (case, other) = (handed_over(), TestCase::of_seed(5));
    let bag = case.export("bag", &["notice.txt"], &[]);
    let id = receive(&other, &bag, true).id().to_string();
    let folder = other.path(CaseFolder::BAGS).join(&id);
    let findings =
        || check_received(&other.open().view(Principal::LOCAL)).expect("checked").remove(0).1;
    assert_eq!(findings(), []);
    for file in files_below(&folder) {
        flip(&file, 11);
        assert_ne!(findings(), [], "{}", file.display());
        let mut kept = KeptBag::open(&other.open().view(Principal::LOCAL), &id).expect("a bag");
        assert!(kept.write(&other.beside("damaged")).is_err(), "{}", file.display());
        flip(&file, 11);
    }
    let original = other.path(&original(NOTICE.as_bytes()));
    flip(&original, 0);
    assert_ne!(findings(), []);
    assert!(!other.beside("damaged").exists());
    fs::remove_file(original).expect("removed");
    assert_ne!(findings(), []);
}

#[test]
fn an_import_that_was_interrupted_is_not_checked_yet() {
    let (case, other) = (handed_over(), TestCase::of_seed(5));
    let bag = case.export("bag", &["notice.txt"], &[]);
    let _ = receive(&other, &bag, false);
    let checked = check_received(&other.open().view(Principal::LOCAL)).expect("checked");
    assert_eq!((checked.len(), checked[0].0.whole, checked[0].1.len()), (1, false, 0));
}

#[test]
fn other_folders_are_no_bags() {
    let case = handed_over();
    assert!(received_bags(&case.open().view(Principal::LOCAL)).expect("bags").is_empty());
    for name in ["notes", "00", &"g".repeat(64), "unfinished"] {
        fs::create_dir_all(case.path(CaseFolder::BAGS).join(name)).expect("made");
    }
    assert!(received_bags(&case.open().view(Principal::LOCAL)).expect("bags").is_empty());
    fs::create_dir_all(case.path(CaseFolder::BAGS).join("0".repeat(64))).expect("made");
    let received = received_bags(&case.open().view(Principal::LOCAL)).expect("bags");
    assert_eq!((received.len(), received[0].entry, received[0].whole), (1, None, false));
    for id in ["", "notes", "../custody", &"1".repeat(64), &"G".repeat(64)] {
        assert!(
            matches!(
                KeptBag::open(&case.open().view(Principal::LOCAL), id),
                Err(BagError::NoSuchBag(_))
            ),
            "{id:?}"
        );
    }
}
