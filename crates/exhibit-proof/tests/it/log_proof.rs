//! Log proofs as text: writing, parsing, verifying, tampering.

use crate::{leaves, plain_root, plain_subtree};
use exhibit_proof::proof::{LogProof, LogProofError};
use exhibit_proof::text::LineError;
use exhibit_proof::tree;
use exhibit_proof::{Checkpoint, CheckpointError, NoteError, ProofError, SignedNote, SignerKey};

const ORIGIN: &str = "9f3a5c0d71b2e846/custody";

fn key() -> SignerKey {
    SignerKey::new(ORIGIN, &[7; 32]).expect("a name")
}

fn proof_for(index: u64, size: u64, origin: &str) -> LogProof {
    let leaves = leaves(size);
    let mut read = |subtree| Ok::<_, ProofError>(plain_subtree(&leaves, subtree));
    let hashes = tree::inclusion(index, size, &mut read).expect("within");
    let checkpoint = Checkpoint {
        origin: origin.to_owned(),
        size,
        root: plain_root(&leaves),
        extensions: Vec::new(),
    };
    let text = checkpoint.text();
    LogProof {
        extra: None,
        index,
        hashes,
        checkpoint: SignedNote { signatures: vec![key().sign(&text)], text },
    }
}

#[test]
fn proofs_round_trip_as_text() {
    for (index, size) in [(0, 1), (4, 9), (8, 9), (70, 300)] {
        let mut proof = proof_for(index, size, ORIGIN);
        for extra in [None, Some(Vec::new()), Some(b"extra".to_vec())] {
            proof.extra = extra;
            let text = proof.write();
            let read = LogProof::read(text.as_bytes()).expect("a proof");
            assert_eq!(read, proof);
            let checkpoint = read.verify(&index.to_be_bytes(), key().verifier()).expect("proved");
            assert_eq!(checkpoint.size, size);
        }
    }
}

#[test]
fn flipped_bits_are_rejected() {
    let text = proof_for(4, 9, ORIGIN).write().into_bytes();
    for place in 0..text.len() {
        for bit in 0..8 {
            let mut altered = text.clone();
            altered[place] ^= 1 << bit;
            let proof = LogProof::read(&altered);
            let accepted = proof
                .is_ok_and(|proof| proof.verify(&4_u64.to_be_bytes(), key().verifier()).is_ok());
            assert!(!accepted, "bit {bit} of byte {place}");
        }
    }
}

#[test]
fn invalid_texts_are_rejected() {
    let text = proof_for(4, 9, ORIGIN).write();
    let hash_line = text.lines().nth(2).expect("a hash").to_owned();
    let (first, index) = ("must be `c2sp.org/tlog-proof@v1`", "must be the index");
    let (hash, many) = ("must be a hash, or blank", "must not have more hashes");
    for (from, to, line, must) in [
        ("@v1", "@v2", 1, first),
        ("c2sp.org", "\u{feff}c2sp.org", 1, first),
        ("index 4\n", "", 2, index),
        ("index 4", "index 04", 2, index),
        ("index 4", "Index 4", 2, index),
        ("index 4", "index  4", 2, index),
        ("index 4", "index 4\r", 2, "must not contain control characters except line feeds"),
        ("index 4\n", "index 4\nextra AAAA\n", 3, hash),
        ("index 4\n", "extra AAA\nindex 4\n", 2, "must be base64"),
        ("index 4\n", "extra AAAA\nextra AAAA\nindex 4\n", 3, index),
        ("index 4\n", &format!("index 4\n{}", format!("{hash_line}\n").repeat(64)), 66, many),
        (&hash_line, &hash_line[1..], 3, hash),
        ("\n\n", "\n", 7, hash),
    ] {
        let invalid =
            if from == "\n\n" { text.replace(from, to) } else { text.replacen(from, to, 1) };
        let error = LineError { line, must }.into();
        assert_eq!(LogProof::read(invalid.as_bytes()), Err(error), "{from:?} -> {to:?}");
    }
    let invalid = text.replacen("— ", "- ", 1);
    assert!(matches!(LogProof::read(invalid.as_bytes()), Err(LogProofError::Note(_))), "{invalid}");
    let not_utf8 = LineError { line: 1, must: "must be UTF-8" };
    assert_eq!(LogProof::read(b"\xff"), Err(not_utf8.into()));
}

#[test]
fn other_entries_keys_and_logs_are_not_proved() {
    let entry = 4_u64.to_be_bytes();
    let proof = proof_for(4, 9, ORIGIN);
    assert_eq!(proof.verify(&5_u64.to_be_bytes(), key().verifier()), Err(ProofError::Root.into()));
    let not_signed = LogProofError::Checkpoint(NoteError::NotSigned.into());
    let other = SignerKey::new(ORIGIN, &[8; 32]).expect("a name");
    assert_eq!(proof.verify(&entry, other.verifier()), Err(not_signed));
    let other_log = proof_for(4, 9, "0000000000000000/custody");
    assert_eq!(other_log.verify(&entry, key().verifier()), Err(CheckpointError::Origin.into()));
    let mut swapped = proof.clone();
    swapped.checkpoint.text = proof_for(4, 8, ORIGIN).checkpoint.text;
    let forged = LogProofError::Checkpoint(NoteError::Forged.into());
    assert_eq!(swapped.verify(&entry, key().verifier()), Err(forged));
}
