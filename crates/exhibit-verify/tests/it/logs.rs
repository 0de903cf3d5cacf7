//! Proofs of entries, checkpoints and complete copies of logs.

use crate::made::{Forgery, HONEST, Log, Plan, bag, key, set, signer};
use crate::{check, deviations, page, request};
use exhibit_proof::chain::key_ref;
use exhibit_proof::json::JsonValue;
use exhibit_verify::{VerifyRequest, What, verify};
use expect_test::expect;
use std::fs;

const ENTRY: &str = "custody/entries/000000002.json";
const PROOF: &str = "custody/entries/000000002.tlog-proof";

#[test]
fn a_good_proof_of_an_entry() {
    let folder = bag(Plan::default()).write();
    let report = check(What::Proof, &folder.path().join(PROOF), &key(1)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    expect![[r#"
        GOOD: everything that was checked is in order.

        Checked
          - custody log 0123456789abcdef/custody, 8 entries, root oSRj/Q/wydeu+ZKU6A8q9+XX9RJLu54VM9DyDKnoEKI=

        Proved
          - The log is signed by the key that you provided: 0123456789abcdef/custody+6275136f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
          - The key’s owner stated this size and root of the log.
          - The entry is number 2 of the log, byte for byte.

        NOT proved
          - That anything happened at the stated times: they are from the keeper’s clock, and no witness of yours confirms them.
          - That what the entry states is true: it proves only that it was recorded, at this position.
    "#]].assert_eq(&page(&report, folder.path()));
    let own = verify(&request(What::Proof, &folder.path().join(PROOF))).expect("a report");
    // The key of the bag is found in `custody/`, above the folder of the proof.
    assert!(own.is_good(), "{:?}", own.deviations);
    assert!(own.not_proved.iter().any(|line| line.id() == "not-key"), "{:?}", own.not_proved);
}

#[test]
fn altered_entries_and_proofs_are_deviations() {
    let good = bag(Plan::default());
    let found = |path: &str, from: &str, to: &str, known: u8| {
        let mut bag = good.clone();
        bag.edit(path, from, to);
        let folder = bag.write();
        let report = check(What::Proof, &folder.path().join(PROOF), &key(known)).expect("a report");
        assert!(report.proved.iter().all(|line| line.id() != "proved-entry"), "{path}: {to}");
        deviations(&report, folder.path())
    };
    for (path, from, to, known) in [
        (ENTRY, "09:30", "09:31", 1),
        (PROOF, "index 2", "index 3", 1),
        (PROOF, "\n8\n", "\n9\n", 1),
        (PROOF, "v1", "v1", 9),
    ] {
        let found = found(path, from, to, known);
        assert!(
            found.iter().any(|line| line.starts_with(&format!("{PROOF}: proof: "))),
            "{to}: {found:?}"
        );
    }
    assert_eq!(found(PROOF, "c2sp.org", "c2sp.net", 1).len(), 1);
}

#[test]
fn another_entry_can_be_given() {
    let folder = bag(Plan::default()).write();
    let copy = tempfile::tempdir().expect("a folder");
    let (proof, entry) = (copy.path().join("a.tlog-proof"), copy.path().join("b.json"));
    fs::copy(folder.path().join(PROOF), &proof).expect("a copy");
    fs::copy(folder.path().join(ENTRY), &entry).expect("a copy");
    check(What::Proof, &proof, &key(1)).expect_err("no entry next to it");
    let given =
        VerifyRequest { key: Some(key(1)), entry: Some(entry), ..request(What::Proof, &proof) };
    assert!(verify(&given).expect("a report").is_good());
    let no_key = VerifyRequest { key: None, ..given };
    verify(&no_key).expect_err("no key");
    let log = VerifyRequest { log: Some(folder.path().join("custody")), ..no_key };
    assert!(verify(&log).expect("a report").is_good());
}

#[test]
fn a_checkpoint_and_its_key() {
    let folder = bag(Plan::default()).write();
    let path = folder.path().join("custody/checkpoint");
    let report = check(What::Checkpoint, &path, &key(1)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    expect![[r#"
        GOOD: everything that was checked is in order.

        Checked
          - custody log 0123456789abcdef/custody, 8 entries, root oSRj/Q/wydeu+ZKU6A8q9+XX9RJLu54VM9DyDKnoEKI=

        Proved
          - The log is signed by the key that you provided: 0123456789abcdef/custody+6275136f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
          - The key’s owner stated this size and root of the log.

        NOT proved
          - That anything happened at the stated times: they are from the keeper’s clock, and no witness of yours confirms them.
          - That the key’s owner showed everyone the same log: compare size and root with others who have seen it.
    "#]].assert_eq(&page(&report, folder.path()));
    let report = check(What::Checkpoint, &path, &key(9)).expect("a report");
    assert_eq!(deviations(&report, folder.path()).len(), 1);
    fs::write(&path, "not a note").expect("a file");
    let report = check(What::Checkpoint, &path, &key(1)).expect("a report");
    assert!(deviations(&report, folder.path())[0].starts_with("custody/checkpoint: checkpoint: "));
    fs::remove_file(&path).expect("removed");
    check(What::Checkpoint, &path, &key(1)).expect_err("no checkpoint");
}

#[test]
fn a_checkpoint_by_a_successor_of_the_known_key() {
    let folder = bag(Plan { handover: true, ..Plan::default() }).write();
    let path = folder.path().join("custody/checkpoint");
    for (known, id) in [(1, "proved-key-after"), (2, "proved-key")] {
        let report = check(What::Checkpoint, &path, &key(known)).expect("a report");
        assert!(report.is_good(), "{:?}", report.deviations);
        assert!(report.proved.iter().any(|line| line.id() == id), "{:?}", report.proved);
    }
    assert!(!check(What::Checkpoint, &path, &key(9)).expect("a report").is_good());
}

fn log() -> Log {
    let mut log = Log::new(1);
    log.receive_source();
    log.hand_over(2);
    log.push("case.seal", "case", []);
    log
}

#[test]
fn a_complete_copy_of_a_log() {
    let folder = log().copy().write();
    let report = check(What::Checkpoint, folder.path(), &key(1)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    expect![[r#"
        GOOD: everything that was checked is in order.

        Checked
          - custody log 0123456789abcdef/custody, 5 entries, root m2Eh05KC3Hffa/+3Be4vz3Bx9YHlP6o3IMXGvoCBzXU=
          - all 5 entries of the log, and every hash above them

        Proved
          - The log is signed by a successor of the key that you provided: 0123456789abcdef/custody+391b1230+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU
          - The key’s owner stated this size and root of the log.
          - All 5 entries are present, in order, and lead to the signed root.

        NOT proved
          - That anything happened at the stated times: they are from the keeper’s clock, and no witness of yours confirms them.
          - That the key’s owner showed everyone the same log: compare size and root with others who have seen it.
          - What is sealed in the entries, and that what they state is true.
    "#]].assert_eq(&page(&report, folder.path()));
}

#[test]
fn every_changed_byte_of_a_copy_of_a_log_is_found() {
    let good = log().copy();
    for (path, bytes) in &good.0 {
        for at in [0, 1, bytes.len() / 2, bytes.len() - 2, bytes.len() - 1] {
            let mut log = good.clone();
            log.0.get_mut(path).expect("a file")[at] ^= 1;
            let folder = log.write();
            let report = check(What::Checkpoint, folder.path(), &key(2)).expect("a report");
            assert!(!report.is_good(), "byte {at} of {path}");
        }
        if !["checkpoint", "key.pub"].contains(&path.as_str()) {
            let mut log = good.clone();
            log.remove(path);
            let folder = log.write();
            let report = check(What::Checkpoint, folder.path(), &key(2)).expect("a report");
            assert!(!report.is_good(), "{path} was removed");
        }
    }
}

/// A forgery of a whole log: its name, what is forged, the entries after the first, and the deviation.
type Forged = (&'static str, Forgery, fn(&mut Log), &'static str);

const FORGED: &[Forged] = &[
    (
        "an entry after the seal",
        HONEST,
        |log| {
            log.push("case.seal", "case", []);
            log.receive_source();
        },
        "tile/entries/000.p/3: entry 2: after-seal",
    ),
    (
        "a key that was revoked",
        HONEST,
        |log| {
            let reason = JsonValue::map([("reason", "lost".into())]);
            log.push("key.revoke", &key_ref(signer(1).verifier()), [("facts", reason)]);
            log.receive_source();
        },
        "tile/entries/000.p/3: entry 1: key-revoked",
    ),
    (
        "a text in place of a time",
        Forgery {
            entry: |number, entry| {
                if number == 1 {
                    set(entry, "at", "before the trial")
                }
            },
            ..HONEST
        },
        |log| drop(log.receive_source().to_string()),
        "tile/entries/000.p/2: entry 1: entry-time: `at` must be like 2026-11-23T09:30:00.000000Z",
    ),
    (
        "another number",
        Forgery {
            entry: |number, entry| {
                if number == 1 {
                    set(entry, "seq", 7)
                }
            },
            ..HONEST
        },
        |log| drop(log.receive_source().to_string()),
        "tile/entries/000.p/2: entry 1: entry-number: states number 7",
    ),
    (
        "an act of the access log",
        HONEST,
        |log| drop(log.push("search", "case", []).to_string()),
        "tile/entries/000.p/2: entry 1: entry-act: \"search\" is not an act of this log",
    ),
    (
        "a case that is opened by nothing",
        Forgery {
            entry: |_, entry| {
                set(entry, "act", "case.seal");
                set(entry, "made", JsonValue::List(Vec::new()));
                set(entry, "facts", JsonValue::map([]));
            },
            ..HONEST
        },
        |_| {},
        "tile/entries/000.p/1: entry 0: entry-first",
    ),
    (
        "another signature on the checkpoint",
        Forgery {
            note: |note| {
                let also = exhibit_proof::SignerKey::new("court.example/register", &[4; 32])
                    .expect("a name");
                note.signatures.push(also.sign(&note.text));
            },
            ..HONEST
        },
        |_| {},
        "checkpoint: checkpoint-lines",
    ),
    (
        "an extension line in the checkpoint",
        Forgery {
            note: |note| {
                note.text.push_str("registered\n");
                note.signatures = vec![signer(1).sign(&note.text)];
            },
            ..HONEST
        },
        |_| {},
        "checkpoint: checkpoint-lines",
    ),
    (
        "an origin in words",
        Forgery { origin: "court-archive/custody", ..HONEST },
        |_| {},
        "key.pub: origin: not the origin of a log",
    ),
];

#[test]
fn a_whole_log_that_breaks_a_rule_is_not_good_although_it_is_signed() {
    for (name, forgery, fill, wanted) in FORGED {
        let mut log = Log::forged(1, *forgery);
        fill(&mut log);
        let folder = log.copy().write();
        let report = verify(&request(What::Checkpoint, folder.path())).expect("a report");
        let found = deviations(&report, folder.path());
        assert!(found.contains(&(*wanted).to_owned()), "{name}: {wanted} is not in {found:#?}");
        assert!(
            !report.proved.iter().any(|line| line.id() == "proved-whole-log")
                || *wanted == "checkpoint: checkpoint-lines"
        );
    }
    let mut files = log().copy();
    files.put("tile/empty/x", "");
    let folder = files.write();
    fs::remove_file(folder.path().join("tile/empty/x")).expect("removed");
    let report = check(What::Checkpoint, folder.path(), &key(2)).expect("a report");
    assert_eq!(deviations(&report, folder.path()), ["tile/empty: empty-folder"]);
}

#[test]
fn a_log_that_ends_with_a_handover_has_both_signatures() {
    let mut log = Log::new(1);
    log.hand_over(2);
    let mut files = log.copy();
    let proof = files.text("handovers/000000001.tlog-proof");
    let note = &proof[proof.find("\n\n").expect("a checkpoint") + 2..];
    files.put("checkpoint", note);
    let folder = files.write();
    let report = check(What::Checkpoint, folder.path(), &key(2)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
}

#[test]
fn extra_files_and_other_keys_of_a_log_are_deviations() {
    let mut files = log().copy();
    files.put("tile/0/001.p/3", [0; 96]);
    files.put("notes.txt", "");
    let folder = files.write();
    let report = check(What::Checkpoint, folder.path(), &key(9)).expect("a report");
    let mut found = deviations(&report, folder.path());
    found.sort();
    assert_eq!(
        found,
        [
            "key.pub: key: neither the expected key nor a successor of it",
            "notes.txt: unproved",
            "tile/0/001.p/3: unproved",
        ]
    );
}

#[test]
fn a_log_rewritten_under_another_key_is_not_the_known_one() {
    let folder = Log::new(9).copy().write();
    let report = check(What::Checkpoint, folder.path(), &key(9)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    assert!(!check(What::Checkpoint, folder.path(), &key(1)).expect("a report").is_good());
}

#[test]
fn a_claimed_size_does_not_control_the_work() {
    let mut files = log().copy();
    let text = exhibit_proof::Checkpoint {
        origin: crate::made::ORIGIN.to_owned(),
        size: u64::MAX,
        root: exhibit_proof::Hash([0; 32]),
        extensions: Vec::new(),
    }
    .text();
    let note = exhibit_proof::SignedNote { signatures: vec![signer(2).sign(&text)], text };
    files.put("checkpoint", note.to_string());
    let folder = files.write();
    let report = check(What::Checkpoint, folder.path(), &key(2)).expect("a report");
    let found = deviations(&report, folder.path());
    assert!(
        found.contains(&"tile: missing: too few files for a log of this size".to_owned()),
        "{found:?}"
    );
}

#[cfg(unix)]
#[test]
fn special_files_are_not_opened() {
    let folder = bag(Plan::default()).write();
    let socket = folder.path().join("custody/socket");
    let _socket = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    for what in [What::Proof, What::Checkpoint, What::Timestamp] {
        let error = check(what, &socket, &key(1)).expect_err("not a file");
        assert_eq!(error.to_string(), format!("{}: not a file", socket.display()));
    }
}
