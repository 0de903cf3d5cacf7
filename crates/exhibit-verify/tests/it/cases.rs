//! Logs, proofs and bags as cases write them: signed by a key that followed others, copied, altered.

use exhibit_case::{Keys, Rotation};
use exhibit_custody::Revocation;
use exhibit_proof::finding::Fault;
use exhibit_testing::{ForgedBag, TestCase, TestItem, deviations, flip, overwrite, request};
use exhibit_verify::{VerifyRequest, What, verify};
use std::fs;
use std::path::Path;

fn case() -> TestCase {
    TestCase::new(&[
        TestItem::text("notice.txt", "第一条 严防逃跑。\u{c}须由值班员逐一登记。"),
        TestItem::archive("post.zip"),
        TestItem::text("list.txt", "a list of names").within("post.zip"),
    ])
}

fn rotate(case: &TestCase) {
    let keys = case.keys();
    let rotation = Rotation { reason: Revocation::Superseded, lock: None };
    case.write(|held| held.rotate_key(&Keys::plain(&keys), &rotation).expect("rotated"));
}

fn public_key(case: &TestCase) -> String {
    fs::read_to_string(case.path("custody/key.pub")).expect("a key").trim_end().to_owned()
}

/// What is found of something, given a key from elsewhere: place and fault.
fn found(what: What, path: &Path, key: Option<&str>) -> Vec<(String, Fault)> {
    let request = VerifyRequest { key: key.map(str::to_owned), ..request(what, path.to_owned()) };
    let report = verify(&request).expect("something to check");
    let below = format!("{}/", path.parent().expect("a parent").display());
    report
        .deviations
        .into_iter()
        .map(|found| (found.place.replace(&below, ""), found.fault))
        .collect()
}

#[test]
fn proofs_and_checkpoints_are_trusted_by_an_earlier_key() {
    let (case, other) = (case(), TestCase::of_seed(8));
    let first = public_key(&case);
    rotate(&case);
    rotate(&case);
    let last = public_key(&case);
    let copy = case.beside("copy");
    case.open().folder.log().expect("a log").copy_to(&copy).expect("copied");
    let bag = case.export("bag", &["notice.txt"], &[]);
    let proof = bag.join("custody/entries/000000000.tlog-proof");
    for (what, path) in [
        (What::Checkpoint, copy.clone()),
        (What::Checkpoint, copy.join("checkpoint")),
        (What::Checkpoint, bag.join("custody/checkpoint")),
        (What::Proof, proof.clone()),
        (What::Bag, bag.clone()),
    ] {
        for key in [None, Some(last.as_str()), Some(first.as_str())] {
            assert_eq!(found(what, &path, key), [], "{} by {key:?}", path.display());
        }
        assert!(!found(what, &path, Some(&public_key(&other))).is_empty(), "{}", path.display());
    }
    // one handover is missing: nothing leads from the first key to the last
    let handover = exhibit_testing::files_below(&bag.join("custody/handovers")).remove(0);
    fs::remove_file(handover).expect("removed");
    assert!(
        found(What::Proof, &proof, Some(&first)).iter().any(|(_, fault)| *fault == Fault::Proof)
    );
    assert!(found(What::Proof, &proof, Some(&last)).is_empty(), "the last key needs none");
}

#[test]
fn a_copy_of_a_log_that_was_altered_is_named() {
    let case = case();
    rotate(&case);
    let copy = case.beside("copy");
    case.open().folder.log().expect("a log").copy_to(&copy).expect("copied");
    let width = fs::read_to_string(copy.join("checkpoint"))
        .expect("a checkpoint")
        .lines()
        .nth(1)
        .expect("a size")
        .to_owned();
    let (entries, hashes) =
        (format!("tile/entries/000.p/{width}"), format!("tile/0/000.p/{width}"));
    let handover = exhibit_testing::files_below(&copy.join("handovers")).remove(0);
    let handover = handover.strip_prefix(&copy).expect("below").to_string_lossy().into_owned();
    for (name, at, named, fault) in [
        (&entries, 2, &entries, Fault::Entry),
        (&entries, 40, &entries, Fault::Proof),
        (&entries, 0, &entries, Fault::Entry),
        (&hashes, 33, &entries, Fault::Proof),
        (&"checkpoint".to_owned(), 20, &"checkpoint".to_owned(), Fault::Checkpoint),
        (&"key.pub".to_owned(), 60, &"key.pub".to_owned(), Fault::Key),
        (&handover, 60, &handover, Fault::Key),
    ] {
        flip(&copy.join(name), at);
        let all = found(What::Checkpoint, &copy, None);
        let is_named =
            all.iter().any(|(place, found)| place.contains(named.as_str()) && *found == fault);
        assert!(is_named, "byte {at} of {name}: {all:?}");
        flip(&copy.join(name), at);
    }
    assert_eq!(found(What::Checkpoint, &copy, None), []);
    for file in [&entries, &hashes] {
        let whole = fs::read(copy.join(file)).expect("read");
        for kept in [0, 1, whole.len() / 2, whole.len() - 1] {
            fs::write(copy.join(file), &whole[..kept]).expect("written");
            assert_ne!(found(What::Checkpoint, &copy, None), [], "{kept} bytes of {file}");
        }
        fs::remove_file(copy.join(file)).expect("removed");
        assert_ne!(found(What::Checkpoint, &copy, None), [], "without {file}");
        fs::write(copy.join(file), whole).expect("written");
    }
    fs::create_dir_all(copy.join("tile/0/001.p")).expect("made");
    fs::write(copy.join("tile/0/001.p/3"), "x").expect("written");
    let all = found(What::Checkpoint, &copy, None);
    assert!(
        matches!(&all[..], [(place, Fault::Unproved)] if place.ends_with("tile/0/001.p/3")),
        "{all:?}"
    );
}

#[test]
fn a_case_that_goes_on_extends_what_was_handed_over() {
    let case = case();
    let earlier = case.export("earlier", &["notice.txt"], &[]);
    let _ = case.add_texts(&[("later.txt", "later")]);
    let later = case.export("later", &["notice.txt", "later.txt"], &[]);
    for bag in [&earlier, &later] {
        assert_eq!(deviations(bag), []);
    }
    let size = |bag: &Path| -> u64 {
        let text = fs::read_to_string(bag.join("custody/checkpoint")).expect("a checkpoint");
        text.lines().nth(1).expect("a size").parse().expect("a number")
    };
    assert!(size(&later) > size(&earlier));
    // the files of one bag do not prove the other
    let forged = ForgedBag::new(&later, case.beside("forged"), &earlier, &earlier);
    forged.take(&earlier, "custody/checkpoint");
    forged.cover_up();
    assert!(deviations(&forged.bag).iter().any(|(_, fault, _)| *fault == Fault::Proof));
}

#[test]
fn a_member_is_proved_with_its_containers() {
    let case = case();
    let bag = case.export("bag", &["list.txt"], &[]);
    assert_eq!(deviations(&bag), []);
    let record = "data/documents/EXH-000003/record.json";
    for (from, to) in [
        ("\"containers\":[{\"item\":2", "\"containers\":[{\"item\":1"),
        ("\"item\":3", "\"item\":2"),
        ("\"document\":\"EXH-000003\"", "\"document\":\"EXH-000001\""),
        ("\"v\":1", "\"v\":2"),
    ] {
        let forged = ForgedBag::new(&bag, case.beside("forged"), &bag, &bag);
        forged.edit(record, from, to);
        forged.cover_up();
        assert_ne!(deviations(&forged.bag), [], "{from}");
    }
}

#[test]
fn a_plain_check_looks_at_lists_alone() {
    let case = case();
    let bag = case.export("bag", &["notice.txt"], &[]);
    fs::remove_dir_all(bag.join("custody")).expect("removed");
    let forged = ForgedBag::new(&bag, case.beside("forged"), &bag, &bag);
    forged.cover_up();
    let check = |plain: bool| {
        verify(&VerifyRequest { plain, ..request(What::Bag, forged.bag.clone()) }).expect("a bag")
    };
    assert!(check(true).is_good());
    let proved = check(false);
    assert!(
        proved.deviations.iter().any(|found| found.fault == Fault::NoCustody),
        "{:?}",
        proved.deviations
    );
    overwrite(&forged.bag.join("bagit.txt"), |bytes| bytes.push(b'\n'));
    assert!(!check(true).is_good());
}

#[test]
fn quotes_are_proved_by_the_bag_around_them_and_not_without() {
    let case = case();
    let id = case.quote("notice.txt", 2, "逐一登记");
    let bag = case.export("bag", &[], &[id.as_str()]);
    let quote = bag.join(format!("data/quotes/{id}.json"));
    assert_eq!(found(What::Quote, &quote, None), []);
    for (from, to, fault) in [
        ("逐一登记", "不必登记", Fault::QuoteText),
        ("\"page=2\"", "\"page=1\"", Fault::QuoteText),
        ("\"start\":", "\"start\":1", Fault::QuoteText),
    ] {
        let forged = ForgedBag::new(&bag, case.beside("forged"), &bag, &bag);
        forged.edit(&format!("data/quotes/{id}.json"), from, to);
        forged.cover_up();
        let all = deviations(&forged.bag);
        let is_named = all.iter().any(|(_, found, _)| {
            *found == fault || matches!(found, Fault::QuoteLog | Fault::Quote)
        });
        assert!(is_named, "{from}: {all:?}");
    }
    let alone = case.beside("alone.json");
    fs::copy(&quote, &alone).expect("copied");
    let report = verify(&request(What::Quote, alone));
    assert!(
        report.as_ref().map_or(true, |report| !report.is_good() || !report.not_proved.is_empty()),
        "{report:?}"
    );
}
