//! Cosignatures as files, and all anchors of one checkpoint.

use crate::fixture;
use exhibit_proof::note::{KeyKind, SignedNote, SignerKey, VerifierKey};
use exhibit_proof::policy::Policy;
use exhibit_proof::{Checkpoint, Hash};
use exhibit_time::anchored::{self, AnchorKind, Known};
use exhibit_time::sigsum::LeafRequest;
use exhibit_time::witness::{self, AddCheckpoint};
use exhibit_time::{Certificate, StatedTime, TimeFault};
use std::collections::BTreeMap;

/// The body of a request, from C2SP tlog-witness.
const REQUEST: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

#[test]
fn specification_request_round_trips() {
    let body = AddCheckpoint::read(REQUEST.as_bytes()).expect("a body");
    assert_eq!((body.old, body.hashes.len(), body.checkpoint.signatures.len()), (20_852_014, 4, 2));
    assert_eq!(body.write(), REQUEST);
    for (from, to) in [
        ("old 2", "old 02"),
        ("old 2", "old +2"),
        ("old ", "old  "),
        ("PlRN", "PlR"),
        ("old", "new"),
    ] {
        assert!(
            AddCheckpoint::read(REQUEST.replacen(from, to, 1).as_bytes()).is_err(),
            "{from} -> {to}"
        );
    }
    let long = REQUEST.replacen(
        "\n\n",
        &format!("\n{}\n", "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n".repeat(60)),
        1,
    );
    assert!(AddCheckpoint::read(long.as_bytes()).is_err(), "64 hashes");
}

fn log() -> SignerKey {
    SignerKey::new("0707070707070707/custody", &[7; 32]).expect("a key")
}

fn checkpoint(size: u64, root: Hash) -> SignedNote {
    let text = Checkpoint {
        origin: "0707070707070707/custody".to_owned(),
        size,
        root,
        extensions: Vec::new(),
    }
    .text();
    SignedNote { signatures: vec![log().sign(&text)], text }
}

// A witness signs according to C2SP tlog-cosignature, with the same Ed25519 as the keys of notes.
fn witness(seed: u8, name: &str) -> (SignerKey, VerifierKey) {
    let signer = SignerKey::new(name, &[seed; 32]).expect("a key");
    let key =
        VerifierKey::new(name, KeyKind::Cosignature, &signer.verifier().public()).expect("a key");
    (signer, key)
}

fn response((signer, key): &(SignerKey, VerifierKey), note: &SignedNote, time: u64) -> Vec<u8> {
    let signed = signer.sign(&format!("cosignature/v1\ntime {time}\n{}", note.text));
    let bytes = [&time.to_be_bytes()[..], &signed.bytes].concat();
    exhibit_proof::Signature { name: key.name().to_owned(), id: key.id(), bytes }
        .to_string()
        .into_bytes()
}

#[test]
fn responses_of_witnesses() {
    let note = checkpoint(1, Hash::leaf(b"a"));
    let own = witness(9, "partner.example/w1");
    let other = witness(8, "other.example/w2");
    let good = response(&own, &note, 1_780_000_000);
    assert_eq!(witness::check(&note, &good, &own.1), Ok(StatedTime::from_seconds(1_780_000_000)));
    let both = [response(&other, &note, 5), good.clone()].concat();
    assert!(witness::check(&note, &both, &own.1).is_ok(), "lines of other signers are ignored");
    assert_eq!(witness::signers(&both).expect("lines").len(), 2);
    assert!(matches!(witness::check(&note, &good, &other.1), Err(TimeFault::NoWitness(_))));
    let later = checkpoint(2, Hash::leaf(b"b"));
    assert!(matches!(witness::check(&later, &good, &own.1), Err(TimeFault::Signature(_))));
    assert!(matches!(
        witness::check(&note, &response(&own, &note, 0), &own.1),
        Err(TimeFault::Signature(_))
    ));
    for bad in [
        &b""[..],
        b"\n",
        b"x",
        &good[..good.len() - 1],
        &[good.as_slice(), b"\n"].concat(),
        &[0xff, 0xfe],
    ] {
        assert!(witness::check(&note, bad, &own.1).is_err(), "{bad:?}");
    }
    assert_eq!(witness::read_key(format!("{}\n", own.1).as_bytes()), Ok(own.1.clone()));
    assert!(
        witness::read_key(log().verifier().to_string().as_bytes()).is_err(),
        "the key of a log is not that of a witness"
    );
}

#[test]
fn consistency_between_states() {
    let (a, b) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
    let newer = checkpoint(2, Hash::node(&a, &b));
    let older = Checkpoint::parse(&checkpoint(1, a).text).expect("a checkpoint");
    let body = AddCheckpoint { old: 1, hashes: vec![b], checkpoint: newer.clone() };
    assert_eq!(body.check(&older), Ok(()));
    let files = BTreeMap::from([(anchored::CONSISTENCY.to_owned(), body.write().into_bytes())]);
    assert_eq!(anchored::check_consistency(&files, &older, &newer), Ok(()));
    assert!(
        anchored::check_consistency(&files, &older, &checkpoint(1, a)).is_err(),
        "another checkpoint"
    );
    assert!(anchored::check_consistency(&BTreeMap::new(), &older, &newer).is_err(), "no proof");
    let fork = Checkpoint { root: b, ..older.clone() };
    assert!(matches!(body.check(&fork), Err(TimeFault::Consistency(_))));
    let foreign = Checkpoint { origin: "other/custody".to_owned(), ..older };
    assert!(matches!(body.check(&foreign), Err(TimeFault::Consistency(_))));
}

#[test]
fn requests_to_public_logs_are_signed_and_cover_the_data() {
    let request = LeafRequest::new(b"a checkpoint", &[3; 32]);
    assert_eq!(LeafRequest::read(request.write().as_bytes()), Ok(request.clone()));
    assert!(request.is_over(b"a checkpoint") && !request.is_over(b"another"));
    let forged = request.write().replacen("message=", "message=0", 1);
    assert!(LeafRequest::read(forged.as_bytes()).is_err());
    let other = LeafRequest::new(b"another", &[3; 32]).write();
    let swapped = request.write().replacen(&request.write()[..72], &other[..72], 1);
    assert_ne!(swapped, request.write());
    assert_eq!(LeafRequest::read(swapped.as_bytes()), Err(TimeFault::Leaf));
}

#[test]
fn checks_a_folder_of_anchors() {
    let note = checkpoint(12, Hash::leaf(b"root"));
    let own = witness(9, "partner.example/w1");
    let key = log().verifier().clone();
    let mut files = BTreeMap::from([
        ("checkpoint".to_owned(), note.to_string().into_bytes()),
        ("partner.cosignature".to_owned(), response(&own, &note, 1_780_000_000)),
        ("partner.vkey".to_owned(), format!("{}\n", own.1).into_bytes()),
        ("wrong.tsr".to_owned(), fixture("good.tsr")),
        ("pending.tsq".to_owned(), fixture("good.tsq")),
        ("Odd.tsr".to_owned(), Vec::new()),
    ]);
    let found =
        anchored::check(&files, std::slice::from_ref(&key), &Known::default()).expect("a folder");
    assert_eq!(found.checkpoint.size, 12);
    assert_eq!(found.unexpected, ["Odd.tsr"]);
    let [(_, cosigned), (_, stamped)] = found.anchors.as_slice() else {
        panic!("{:?}", found.anchors)
    };
    let cosigned = cosigned.as_ref().expect("cosigned");
    assert_eq!(
        (cosigned.kind, cosigned.who.as_str(), cosigned.is_trusted),
        (AnchorKind::Witness, "partner.example/w1", false)
    );
    assert_eq!(stamped.as_ref().err(), Some(&TimeFault::OtherData));
    let policy = format!("log {key}\nwitness w {}\nquorum w\n", own.1);
    let policy = Policy::parse(policy.as_bytes()).expect("a policy");
    let known = Known { witnesses: Some(&policy), ..Known::default() };
    let found = anchored::check(&files, std::slice::from_ref(&key), &known).expect("a folder");
    assert!(found.anchors[0].1.as_ref().is_ok_and(|anchored| anchored.is_trusted));
    files.insert("checkpoint".to_owned(), b"x".to_vec());
    assert!(matches!(
        anchored::check(&files, std::slice::from_ref(&key), &known),
        Err(TimeFault::Checkpoint(_))
    ));
    let authority = Certificate::read_all(&fixture("root.pem")).expect("certificates");
    assert!(authority[0].is_self_issued());
}
