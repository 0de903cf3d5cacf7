//! Witnesses, public logs and policies at their limits, and damaged in every way.

use crate::fixture;
use exhibit_mutate::Mutator;
use exhibit_proof::note::{KeyKind, SignerKey, VerifierKey};
use exhibit_proof::{Hash, Signature, SignedNote};
use exhibit_time::anchored::{self, AnchorKind, CHECKPOINT, Known};
use exhibit_time::sigsum::{LeafRequest, Proof};
use exhibit_time::witness::{AddCheckpoint, MAX_BODY, check, read_key};
use exhibit_time::{SigsumPolicy, StampRequest, TimeFault};
use std::collections::BTreeMap;

const TIME: u64 = 1_780_000_000;

fn signer(seed: u8) -> SignerKey {
    SignerKey::new("test.example/log", &[seed; 32]).expect("a key")
}

fn witness_key(seed: u8) -> VerifierKey {
    VerifierKey::new("partner.example/w1", KeyKind::Cosignature, &signer(seed).verifier().public())
        .expect("a key")
}

/// A checkpoint of a log of one entry, signed by its key.
fn checkpoint() -> SignedNote {
    let text = format!("test.example/log\n1\n{}\n", Hash::leaf(b"entry").to_base64());
    let signature = signer(1).sign(&text);
    SignedNote::parse(format!("{text}\n{signature}").as_bytes()).expect("a note")
}

fn cosigned(note: &SignedNote, seed: u8, time: u64) -> String {
    let key = witness_key(seed);
    let signed = signer(seed).sign(&format!("cosignature/v1\ntime {time}\n{}", note.text)).bytes;
    Signature {
        name: key.name().to_owned(),
        id: key.id(),
        bytes: [&time.to_be_bytes()[..], &signed].concat(),
    }
    .to_string()
}

#[test]
fn a_cosignature_is_by_its_witness_over_its_checkpoint() {
    let note = checkpoint();
    let reply = cosigned(&note, 2, TIME);
    assert_eq!(
        check(&note, reply.as_bytes(), &witness_key(2)).expect("valid").to_string(),
        "2026-05-28T20:26:40Z"
    );
    assert!(check(&note, reply.as_bytes(), &witness_key(3)).is_err(), "another witness");
    let mut other = note.clone();
    other.text = other.text.replace("\n1\n", "\n2\n");
    assert!(check(&other, reply.as_bytes(), &witness_key(2)).is_err(), "another state");
    // several signatures: that of the witness is among them
    let several = format!("{}{}", cosigned(&note, 3, TIME), cosigned(&note, 2, TIME));
    assert!(check(&note, several.as_bytes(), &witness_key(2)).is_ok());
    for bad in [
        "",
        "\n",
        "\u{2014} partner.example/w1 AAAA\n",
        "no signature\n",
        &"\u{2014} x y\n".repeat(50_000),
    ] {
        assert!(
            check(&note, bad.as_bytes(), &witness_key(2)).is_err(),
            "{:?}",
            bad.chars().take(40).collect::<String>()
        );
    }
    let mut numbers = Mutator::new(5);
    for _ in 0..400 {
        let mutant = numbers.mutate(reply.as_bytes());
        if let Ok(at) = check(&note, &mutant, &witness_key(2)) {
            assert_eq!(
                at.to_string(),
                "2026-05-28T20:26:40Z",
                "{:?}",
                String::from_utf8_lossy(&mutant)
            );
        }
    }
}

#[test]
fn a_request_to_a_witness_has_one_form() {
    let request = AddCheckpoint { old: 0, hashes: Vec::new(), checkpoint: checkpoint() };
    let text = request.write();
    assert_eq!(AddCheckpoint::read(text.as_bytes()).expect("a request"), request);
    for (from, to) in [
        ("old 0", "old 00"),
        ("old 0", "old +0"),
        ("old 0", "old -1"),
        ("old 0", "old"),
        ("old 0", "OLD 0"),
        ("old 0", "old 18446744073709551616"),
        ("old 0\n", "old 0\nnot base64\n"),
        ("old 0\n", "old 0\n\n"),
        ("\n\n", "\n"),
    ] {
        let bad = text.replacen(from, to, 1);
        let read = AddCheckpoint::read(bad.as_bytes());
        assert!(read.is_err() || read.is_ok_and(|read| read.write() == bad), "{to}");
    }
    let line = format!("{}\n", Hash::leaf(b"x"));
    let with =
        |count: usize| text.replacen("old 0\n", &format!("old 1\n{}", line.repeat(count)), 1);
    assert_eq!(AddCheckpoint::read(with(63).as_bytes()).expect("the most").hashes.len(), 63);
    assert!(AddCheckpoint::read(with(64).as_bytes()).is_err());
    assert!(matches!(
        AddCheckpoint::read(&vec![b'x'; MAX_BODY + 1]),
        Err(TimeFault::TooLarge { .. })
    ));
    assert!(AddCheckpoint::read(&[0xff; 100]).is_err());
}

#[test]
fn keys_of_witnesses_are_read_with_or_without_a_line_end() {
    let key = witness_key(4);
    for text in [format!("{key}"), format!("{key}\n")] {
        assert_eq!(read_key(text.as_bytes()).expect("a key"), key);
    }
    let log_key = signer(4).verifier().to_string();
    for bad in
        ["", "\n", "x", &format!("{key}x"), &format!("{key}\n{key}\n"), "a+00000000+AAAA", &log_key]
    {
        let read = read_key(bad.as_bytes());
        assert!(read.is_err(), "{bad:?}: {read:?}");
    }
}

#[test]
fn names_of_anchors_are_plain() {
    for (name, expected) in [
        ("a", true),
        ("first-authority-2", true),
        (&*"a".repeat(32), true),
        (&*"a".repeat(33), false),
        ("", false),
        ("A", false),
        ("a b", false),
        ("a/b", false),
        ("..", false),
        ("ä", false),
        ("a\n", false),
    ] {
        assert_eq!(anchored::is_name(name), expected, "{name:?}");
    }
    for kind in AnchorKind::ALL {
        for (place, ending) in kind.endings().into_iter().enumerate() {
            let file = format!("some-name.{ending}");
            assert_eq!(anchored::part(&file), Some(("some-name", kind, place)), "{file}");
        }
    }
    for other in
        ["checkpoint", "consistency", "x.txt", ".tsr", "A.tsr", "a.b.tsr", "a.tsr.new", ".a.tsr"]
    {
        assert_eq!(anchored::part(other), None, "{other}");
    }
}

#[test]
fn files_next_to_a_checkpoint_are_judged_one_by_one() {
    let note = checkpoint();
    let keys = [signer(1).verifier().clone()];
    let file = |name: &str, text: String| (name.to_owned(), text.into_bytes());
    let good: BTreeMap<String, Vec<u8>> = BTreeMap::from([
        file(CHECKPOINT, note.to_string()),
        file("p.vkey", format!("{}\n", witness_key(2))),
        file("p.cosignature", cosigned(&note, 2, TIME)),
    ]);
    let known = Known { kept: true, ..Known::default() };
    let found = anchored::check(&good, &keys, &known).expect("checked");
    assert!(
        found.anchors.iter().all(|(_, anchor)| anchor.is_ok()) && found.anchors.len() == 1,
        "{found:?}"
    );
    assert!(
        anchored::check(&good, &[signer(9).verifier().clone()], &known).is_err(),
        "another log"
    );
    assert!(anchored::check(&BTreeMap::new(), &keys, &known).is_err(), "no checkpoint");
    let mut strange = good.clone();
    strange.insert("notes.txt".to_owned(), b"mine".to_vec());
    assert_eq!(
        anchored::check(&strange, &keys, &known).expect("checked").unexpected,
        ["notes.txt"]
    );
    let mut without_key = good.clone();
    without_key.remove("p.vkey");
    let found = anchored::check(&without_key, &keys, &known).expect("checked");
    assert!(!found.anchors.iter().any(|(_, anchor)| anchor.is_ok()), "{found:?}");
    let mut numbers = Mutator::new(6);
    for (name, bytes) in &good {
        for _ in 0..60 {
            let mut altered = good.clone();
            let mutant = numbers.mutate(bytes);
            let same = mutant == *bytes;
            altered.insert(name.clone(), mutant);
            if let Ok(found) = anchored::check(&altered, &keys, &known) {
                for (_, anchor) in found.anchors.iter().filter(|_| !same) {
                    let stated = anchor.as_ref().map(|anchor| anchor.by.to_string());
                    assert!(
                        stated.is_err() || stated.as_deref() == Ok("2026-05-28T20:26:40Z"),
                        "{name}: {stated:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn requests_and_proofs_of_public_logs_have_one_form() {
    let request = LeafRequest::new(b"data", &[7; 32]);
    let text = request.write();
    assert_eq!(LeafRequest::read(text.as_bytes()).expect("a request").write(), text);
    let mut numbers = Mutator::new(8);
    for _ in 0..400 {
        let mutant = numbers.mutate(text.as_bytes());
        if let Ok(read) = LeafRequest::read(&mutant) {
            assert_eq!(read.write().as_bytes(), mutant, "another spelling of a request");
        }
    }
    for bad in [
        "",
        "version=2\n",
        "version=1\n\n\n",
        "version=2\nlog=\nleaf=\n\n",
        &"version=2\n".repeat(20_000),
    ] {
        assert!(
            Proof::read(bad.as_bytes()).is_err(),
            "{:?}",
            bad.chars().take(40).collect::<String>()
        );
    }
    for _ in 0..400 {
        let length = numbers.below(400);
        let noise = numbers.bytes(length);
        assert!(Proof::read(&noise).is_err() && LeafRequest::read(&noise).is_err());
    }
}

#[test]
fn policies_with_unknown_words_or_members_are_refused() {
    let key = exhibit_proof::hash::to_hex(&signer(5).verifier().public());
    let good = format!("log {key}\nwitness a {key}\nquorum a\n");
    assert!(SigsumPolicy::read(good.as_bytes()).is_ok());
    assert!(SigsumPolicy::read(format!("# a comment\n\n{good}").as_bytes()).is_ok());
    for bad in [
        String::new(),
        format!("log {key}\n"),
        format!("log {key}\nquorum b\n"),
        format!("log {key}x\nquorum none\n"),
        format!("log {key}\nquorum none\nquorum none\n"),
        format!("log {key}\nwitness a {key}\nwitness a {key}\nquorum a\n"),
        format!("log {key}\ngroup g 2 a b\nquorum g\n"),
        format!("log {key}\nunknown word\nquorum none\n"),
        "quorum none".repeat(10_000),
    ] {
        assert!(
            SigsumPolicy::read(bad.as_bytes()).is_err(),
            "{:?}",
            bad.chars().take(80).collect::<String>()
        );
    }
}

#[test]
fn a_request_for_a_stamp_is_over_its_data_and_nonce() {
    let request = StampRequest::new(b"data", [9; 16]);
    let bytes = request.write();
    assert_eq!(StampRequest::read(&bytes).expect("a request").write(), bytes);
    assert_ne!(bytes, StampRequest::new(b"data", [8; 16]).write());
    assert_ne!(bytes, StampRequest::new(b"Data", [9; 16]).write());
    for kept in 0..bytes.len() {
        assert!(StampRequest::read(&bytes[..kept]).is_err(), "{kept} bytes");
    }
    assert!(StampRequest::read(&[&bytes[..], b"x"].concat()).is_err());
    assert!(StampRequest::read(&fixture("good.tsr")).is_err(), "a reply is no request");
}
