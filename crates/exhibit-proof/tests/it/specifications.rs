//! Round trips of the examples in the C2SP specifications (signed-note, tlog-checkpoint, tlog-cosignature,
//! tlog-witness, tlog-proof, tlog-policy; CC BY 4.0). Their keys are not published, except that of signed-note, whose
//! example is verified in the tests of notes; the counts and paths of tlog-tiles are checked in the tests of tiles.

use exhibit_proof::policy::Policy;
use exhibit_proof::proof::LogProof;
use exhibit_proof::{Checkpoint, KeyKind, NoteError, SignedNote, SignerKey, VerifierKey};

const CHECKPOINT: &str =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const LOG: &str = "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
const LOG_OTHER: &str = "— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
const COSIGNED: &str = "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
const ANSWER: &str = "\
— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
";

#[test]
fn notes_and_checkpoints_round_trip() {
    let quasimodo = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\
        — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    for (text, signatures) in [
        (quasimodo.to_owned(), 1),
        (format!("{CHECKPOINT}\n{LOG}"), 1),
        (format!("{CHECKPOINT}\n{LOG}{COSIGNED}"), 2),
        (format!("{CHECKPOINT}\n{LOG}{LOG_OTHER}"), 2),
        (format!("{CHECKPOINT}\n{LOG}{LOG_OTHER}{ANSWER}"), 5),
    ] {
        let note = SignedNote::parse(text.as_bytes()).expect("a note");
        assert_eq!((note.signatures.len(), note.to_string()), (signatures, text.clone()));
        if text.starts_with(CHECKPOINT) {
            let checkpoint = Checkpoint::parse(&note.text).expect("a checkpoint");
            assert_eq!((checkpoint.size, checkpoint.text().as_str()), (20_852_163, CHECKPOINT));
        }
    }
}

#[test]
fn cosignatures_have_their_time_and_reject_other_keys() {
    let note = SignedNote::parse(format!("{CHECKPOINT}\n{COSIGNED}").as_bytes()).expect("a note");
    assert_eq!(note.signatures[0].bytes[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(note.signatures[0].bytes.len(), 8 + 64);
    let stranger =
        SignerKey::new("witness.example.com/w1", &[1; 32]).expect("a name").verifier().public();
    let stranger =
        VerifierKey::new("witness.example.com/w1", KeyKind::Cosignature, &stranger).expect("a key");
    assert_eq!(note.verify(&stranger), Err(NoteError::NotSigned));
}

#[test]
fn proof_round_trips() {
    // The specification abbreviates the signatures of this checkpoint; those of another example replace them.
    let printed = format!(
        "c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ\nindex 73894\n\
        gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\nB95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\
        EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\nRoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n\
        AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n\nexample.com/fancylog\n109482\n\
        sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n{LOG}{COSIGNED}"
    );
    let proof = LogProof::read(printed.as_bytes()).expect("a proof");
    assert_eq!((proof.index, proof.hashes.len(), proof.write()), (73_894, 5, printed));
    assert!(proof.extra.is_some_and(|extra| extra.starts_with(b"age-v1.2.1-darwin-arm64.tar.gz")));
}

#[test]
fn policy_is_accepted() {
    let key = |kind, byte| {
        let public = SignerKey::new("k", &[byte; 32]).expect("a name").verifier().public();
        VerifierKey::new(&format!("k.example/{byte}"), kind, &public).expect("a key").to_string()
    };
    // The specification elides the keys.
    let mut text = "log <vkey>\n\nwitness X1 <vkey>\nwitness X2 <vkey>\nwitness X3 <vkey>\n\
        group X-witnesses 2 X1 X2 X3\n\nwitness Y1 <vkey>\nwitness Y2 <vkey>\nwitness Y3 <vkey>\n\
        group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
        .replacen("<vkey>", &key(KeyKind::Note, 1), 1);
    for byte in 2..8 {
        text = text.replacen("<vkey>", &key(KeyKind::Cosignature, byte), 1);
    }
    assert!(Policy::parse(text.as_bytes()).is_ok(), "{text}");
}
