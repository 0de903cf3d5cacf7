//! Anchors by witnesses and public logs: requested as files, checked when they come back, handed over in bags. Time
//! stamps of authorities are tried through the program, with OpenSSL as the authority.

use exhibit_bag::{
    AnchorRecipients, AnchorRequests, AnchorStatus, BagError, Imported, Reply, ask_anchors,
    import_anchor, list_anchors,
};
use exhibit_case::Principal;
use exhibit_custody::{Entry, Fact, Revocation, Verb};
use exhibit_proof::finding::Fault;
use exhibit_proof::hash::{from_hex, to_hex};
use exhibit_proof::note::{KeyKind, SignerKey, VerifierKey};
use exhibit_proof::{Checkpoint, Hash, Signature};
use exhibit_testing::{ForgedBag, TestCase, deviations, request};
use exhibit_time::anchored::AnchorKind;
use exhibit_time::witness::AddCheckpoint;
use exhibit_verify::{Report, What, verify};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::PathBuf;

/// A time that all anchors of these tests state: 28 May 2026, 20:26:40 UTC.
const TIME: u64 = 1_780_000_000;

fn signer(seed: u8) -> SignerKey {
    SignerKey::new("x", &[seed; 32]).expect("a key")
}

fn witness_key(seed: u8) -> VerifierKey {
    VerifierKey::new("partner.example/w1", KeyKind::Cosignature, &signer(seed).verifier().public())
        .expect("a key")
}

/// What a witness answers to a request (C2SP tlog-witness).
fn cosign(body: &[u8], seed: u8) -> String {
    cosign_at(body, seed, TIME)
}

fn cosign_at(body: &[u8], seed: u8, time: u64) -> String {
    let body = AddCheckpoint::read(body).expect("a request");
    let key = witness_key(seed);
    let signed =
        signer(seed).sign(&format!("cosignature/v1\ntime {time}\n{}", body.checkpoint.text)).bytes;
    Signature {
        name: key.name().to_owned(),
        id: key.id(),
        bytes: [&time.to_be_bytes()[..], &signed].concat(),
    }
    .to_string()
}

/// The proof of a public log of one leaf that a witness has seen, and the policy that accepts it.
fn logged_publicly(leaf: &str) -> (String, String) {
    let value = |key: &str| {
        from_hex(leaf.lines().find_map(|line| line.strip_prefix(key)).expect("a line"))
            .expect("hex")
    };
    let (message, signature, key) = (value("message="), value("signature="), value("public_key="));
    let (log, witness) = (signer(5), signer(6));
    let hash = |key: &SignerKey| to_hex(&Sha256::digest(key.verifier().public()));
    let (checksum, key_hash) = (Sha256::digest(&message), Sha256::digest(&key));
    let root = Hash::leaf(&[&checksum[..], &signature, &key_hash].concat());
    let head = format!("sigsum.org/v1/tree/{}\n1\n{}\n", hash(&log), root.to_base64());
    let seen = witness.sign(&format!("cosignature/v1\ntime {TIME}\n{head}")).bytes;
    let proof = format!(
        "version=2\nlog={}\nleaf={} {}\n\nsize=1\nroot_hash={}\nsignature={}\ncosignature={} {TIME} {}\n",
        hash(&log),
        to_hex(&key_hash),
        to_hex(&signature),
        root.to_hex(),
        to_hex(&log.sign(&head).bytes),
        hash(&witness),
        to_hex(&seen),
    );
    let (log_key, witness_key) =
        (to_hex(&log.verifier().public()), to_hex(&witness.verifier().public()));
    (proof, format!("log {log_key}\nwitness w {witness_key}\nquorum w\n"))
}

/// Requests in a folder next to the case.
fn ask(
    case: &TestCase,
    recipients: &AnchorRecipients<'_>,
    folder: &str,
) -> Result<AnchorRequests, BagError> {
    case.write(|held| ask_anchors(held, recipients, &case.beside(folder)))
}

fn ask_witness(case: &TestCase, folder: &str) -> Result<AnchorRequests, BagError> {
    let witnesses = [("partner".to_owned(), format!("{}\n", witness_key(9)).into_bytes())];
    ask(case, &AnchorRecipients { authorities: &[], witnesses: &witnesses, sigsum: &[] }, folder)
}

fn ask_public_log(case: &TestCase, folder: &str) -> Result<AnchorRequests, BagError> {
    let names = ["public".to_owned()];
    ask(case, &AnchorRecipients { authorities: &[], witnesses: &[], sigsum: &names }, folder)
}

fn import(case: &TestCase, bytes: &[u8], policy: Option<&[u8]>) -> Result<Imported, BagError> {
    case.write(|held| import_anchor(held, &Reply { bytes, authorities: &[], policy }))
}

fn statuses(case: &TestCase) -> Vec<String> {
    let word = |status: &AnchorStatus| match status {
        AnchorStatus::Valid(..) => "valid".to_owned(),
        AnchorStatus::NotLogged(_) => "not logged".to_owned(),
        AnchorStatus::Requested(kind) => format!("requested {}", kind.word()),
        AnchorStatus::Broken(fault) => fault.code().to_owned(),
    };
    let rows = list_anchors(&case.open()).expect("anchors");
    rows.iter().map(|row| format!("{} {}", row.name, word(&row.standing))).collect()
}

fn case() -> TestCase {
    TestCase::of_texts(&[("notice.txt", "须由值班员逐一登记")])
}

fn anchors_folder(case: &TestCase) -> PathBuf {
    fs::read_dir(case.path("custody/anchors"))
        .expect("anchors")
        .next()
        .expect("one")
        .expect("a folder")
        .path()
}

fn lines(report: &Report) -> Vec<&str> {
    report.proved.iter().chain(&report.not_proved).map(|line| line.id()).collect()
}

#[test]
fn a_witness_cosigns_by_file_and_the_next_request_extends_the_first() {
    let case = case();
    assert_eq!(statuses(&case), [] as [&str; 0]);
    let asked = ask_witness(&case, "ask").expect("asked");
    assert_eq!(asked.files, [("partner.add-checkpoint".to_owned(), AnchorKind::Witness)]);
    assert_eq!(
        asked.size,
        case.open().view(Principal::LOCAL).log_size().expect("a size"),
        "asking is no entry"
    );
    assert_eq!(statuses(&case), ["partner requested witness"]);
    let body = fs::read(case.beside("ask/partner.add-checkpoint")).expect("a request");
    let first = AddCheckpoint::read(&body).expect("a request");
    assert_eq!((first.old, first.hashes.len()), (0, 0));
    assert!(
        matches!(import(&case, cosign(&body, 8).as_bytes(), None), Err(BagError::Time(_))),
        "another witness"
    );
    let reply = cosign(&body, 9);
    let imported = import(&case, reply.as_bytes(), None).expect("imported");
    assert_eq!((imported.size, imported.already), (asked.size, false));
    assert_eq!(imported.anchored.by.to_string(), "2026-05-28T20:26:40Z");
    let again = import(&case, reply.as_bytes(), None).expect("known");
    assert_eq!((again.entry, again.already), (imported.entry, true));
    assert_eq!(statuses(&case), ["partner valid"]);
    let log = case.open().folder.log().expect("a log");
    let bytes = log.entry(imported.entry).expect("an entry");
    let entry = Entry::read(&bytes).expect("an entry");
    assert_eq!(
        (entry.act, entry.facts.get("log_size")),
        (Verb::Anchor, Some(&Fact::Number(asked.size)))
    );
    assert!(
        !String::from_utf8_lossy(&bytes).contains("partner"),
        "whom a case deals with stays sealed"
    );
    // the same state is not cosigned twice; the next one extends it
    let next = ask_witness(&case, "next").expect("asked");
    assert!(next.size > asked.size);
    let body = fs::read(case.beside("next/partner.add-checkpoint")).expect("a request");
    let next = AddCheckpoint::read(&body).expect("a request");
    let older = Checkpoint::parse(&first.checkpoint.text).expect("a checkpoint");
    assert_eq!(next.old, older.size);
    next.check(&older).expect("consistent");
}

#[test]
fn a_cosigned_state_is_proved_in_a_bag_by_the_readers_policy() {
    let case = case();
    let _ = ask_witness(&case, "ask").expect("asked");
    let body = fs::read(case.beside("ask/partner.add-checkpoint")).expect("a request");
    let _ = import(&case, cosign(&body, 9).as_bytes(), None).expect("imported");
    let seen = |bag: &str, policy: String| {
        fs::write(case.beside("policy"), policy).expect("written");
        let mut asked = request(What::Bag, case.beside(bag));
        asked.policy = Some(case.beside("policy"));
        let report = verify(&asked).expect("a bag");
        lines(&report).contains(&"proved-time")
    };
    let key = || fs::read_to_string(case.path("custody/key.pub")).expect("a key");
    let partner = format!("{}\n", witness_key(9));
    let _ = case.export("bag", &["notice.txt"], &[]);
    assert_eq!(deviations(&case.beside("bag")), []);
    assert!(seen("bag", format!("log {}witness p {partner}quorum none\n", key())));
    assert!(!seen("bag", format!("log {}quorum none\n", key())));
    // a new key of the log does not undo what was anchored under the old one
    let keys = case.keys();
    let keys = exhibit_case::Keys::plain(&keys);
    let rotation = exhibit_case::Rotation { reason: Revocation::Superseded, lock: None };
    case.write(|held| held.rotate_key(&keys, &rotation).expect("rotated"));
    assert_eq!(statuses(&case), ["partner valid"]);
    let _ = case.export("later", &["notice.txt"], &[]);
    assert!(seen("later", format!("log {}witness p {partner}quorum none\n", key())));
}

#[test]
fn the_proof_of_a_public_log_is_checked_by_a_policy() {
    let case = case();
    let asked = ask_public_log(&case, "ask").expect("asked");
    assert_eq!(asked.files, [("public.leaf".to_owned(), AnchorKind::Sigsum)]);
    let leaf = fs::read_to_string(case.beside("ask/public.leaf")).expect("a request");
    let (proof, policy) = logged_publicly(&leaf);
    assert!(matches!(import(&case, proof.as_bytes(), None), Err(BagError::NoPolicy)));
    let strange = format!("log {}\nquorum none\n", to_hex(&signer(6).verifier().public()));
    assert!(matches!(
        import(&case, proof.as_bytes(), Some(strange.as_bytes())),
        Err(BagError::Time(_))
    ));
    assert!(matches!(import(&case, proof.as_bytes(), Some(b"no policy")), Err(BagError::Time(_))));
    assert_eq!(statuses(&case), ["public requested sigsum"], "nothing of it was kept");
    let imported = import(&case, proof.as_bytes(), Some(policy.as_bytes())).expect("imported");
    assert_eq!(imported.anchored.by.to_string(), "2026-05-28T20:26:40Z");
    assert_eq!(statuses(&case), ["public valid"]);
    fs::write(case.beside("policy"), &policy).expect("written");
    fs::write(case.beside("strange"), &strange).expect("written");
    let mut alone = request(What::Timestamp, anchors_folder(&case).join("public.sigsum"));
    let report = verify(&alone).expect("a proof");
    assert!(report.is_good() && lines(&report).contains(&"not-policy"), "{report:?}");
    alone.time.sigsum = Some(case.beside("policy"));
    let report = verify(&alone).expect("a proof");
    assert!(lines(&report).contains(&"proved-logged") && !lines(&report).contains(&"not-policy"));
    let mut in_bag = request(What::Bag, case.export("bag", &["notice.txt"], &[]));
    for (policy, line) in
        [(None, "not-trusted"), (Some("strange"), "not-trusted"), (Some("policy"), "proved-time")]
    {
        in_bag.time.sigsum = policy.map(|name| case.beside(name));
        let report = verify(&in_bag).expect("a bag");
        assert!(report.is_good() && lines(&report).contains(&line), "{policy:?}: {report:?}");
    }
}

#[test]
fn replies_that_answer_nothing_are_refused_by_what_is_wrong() {
    let case = case();
    let body = {
        let other = TestCase::of_seed(4);
        let _ = ask_witness(&other, "ask").expect("asked");
        fs::read(other.beside("ask/partner.add-checkpoint")).expect("a request")
    };
    let reply = cosign(&body, 9);
    assert!(
        matches!(import(&case, reply.as_bytes(), None), Err(BagError::RequestError("witness"))),
        "nothing was asked"
    );
    let _ = ask_witness(&case, "ask").expect("asked");
    assert!(
        matches!(import(&case, reply.as_bytes(), None), Err(BagError::Time(_))),
        "that of another case"
    );
    for nonsense in [
        &b""[..],
        b"x",
        b"\x30",
        b"\x30\x82\xff\xff",
        b"version=2\n",
        "\u{2014} ".as_bytes(),
        &[0xff; 4096],
    ] {
        let refused = import(&case, nonsense, Some(b"quorum none\n"));
        assert!(
            matches!(refused, Err(BagError::Time(_) | BagError::RequestError(_))),
            "{nonsense:?}: {refused:?}"
        );
    }
    let good = cosign(&fs::read(case.beside("ask/partner.add-checkpoint")).expect("a request"), 9);
    let mut numbers = exhibit_mutate::Mutator::new(3);
    let size = case.open().view(Principal::LOCAL).log_size().expect("a size");
    for _ in 0..40 {
        let mutant = numbers.mutate(good.as_bytes());
        if mutant != good.as_bytes() {
            assert!(import(&case, &mutant, None).is_err(), "{}", String::from_utf8_lossy(&mutant));
        }
    }
    assert_eq!(
        (case.open().view(Principal::LOCAL).log_size().expect("a size"), statuses(&case)),
        (size, vec!["partner requested witness".to_owned()])
    );
    let _ = import(&case, good.as_bytes(), None).expect("the good one");
    let other = cosign_at(
        &fs::read(case.beside("ask/partner.add-checkpoint")).expect("a request"),
        9,
        TIME + 1,
    );
    assert!(
        matches!(import(&case, other.as_bytes(), None), Err(BagError::Answered(_))),
        "a second answer"
    );
}

#[test]
fn names_and_folders_of_requests_are_checked() {
    let case = case();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for bad in [&["UPPER"][..], &[""], &["../x"], &["a b"], &["x", "x"], &["ü"], &[&"a".repeat(33)]]
    {
        let sigsum = names(bad);
        let asked = ask(
            &case,
            &AnchorRecipients { authorities: &[], witnesses: &[], sigsum: &sigsum },
            "ask",
        );
        assert!(matches!(asked, Err(BagError::AnchorName(_))), "{bad:?}");
    }
    let nobody =
        ask(&case, &AnchorRecipients { authorities: &[], witnesses: &[], sigsum: &[] }, "ask");
    assert!(matches!(nobody, Err(BagError::Nothing)));
    let witnesses = [("partner".to_owned(), b"no key".to_vec())];
    let no_key = ask(
        &case,
        &AnchorRecipients { authorities: &[], witnesses: &witnesses, sigsum: &[] },
        "ask",
    );
    assert!(matches!(no_key, Err(BagError::Time(_))));
    assert!(!case.beside("ask").exists());
    fs::create_dir(case.beside("full")).expect("made");
    fs::write(case.beside("full/notes"), "mine").expect("written");
    assert!(matches!(ask_public_log(&case, "full"), Err(BagError::Exists(_))));
    fs::create_dir(case.beside("empty")).expect("made");
    let _ = ask_public_log(&case, "empty").expect("asked");
    // asked again, the words are the same: an answer to the first is still one
    let _ = ask_public_log(&case, "again").expect("asked");
    let words = |folder: &str| fs::read(case.beside(folder).join("public.leaf")).expect("read");
    assert_eq!(words("empty"), words("again"));
}

#[test]
fn an_import_that_was_interrupted_is_completed() {
    let case = case();
    let _ = ask_witness(&case, "ask").expect("asked");
    let reply = cosign(&fs::read(case.beside("ask/partner.add-checkpoint")).expect("a request"), 9);
    let folder = anchors_folder(&case);
    // as a kill leaves it in the middle of the file, and between the file and its entry
    fs::write(folder.join(".partner.cosignature.new"), "half").expect("written");
    assert_eq!(statuses(&case), ["partner requested witness"]);
    fs::write(folder.join("partner.cosignature"), &reply).expect("written");
    assert_eq!(statuses(&case), ["partner not logged"]);
    let bag = case.export("bag", &["notice.txt"], &[]);
    assert!(!bag.join("custody/anchors").exists(), "what is not logged is not handed over");
    let imported = import(&case, reply.as_bytes(), None).expect("imported");
    assert!(!imported.already);
    assert_eq!(statuses(&case), ["partner valid"]);
}

#[test]
fn what_is_altered_next_to_an_anchor_is_named() {
    let case = case();
    let _ = ask_witness(&case, "ask").expect("asked");
    let reply = cosign(&fs::read(case.beside("ask/partner.add-checkpoint")).expect("a request"), 9);
    let _ = import(&case, reply.as_bytes(), None).expect("imported");
    let folder = anchors_folder(&case);
    for file in ["checkpoint", "partner.vkey", "partner.cosignature"] {
        let good = fs::read(folder.join(file)).expect("read");
        for at in [0, good.len() / 2, good.len() - 3] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(folder.join(file), bad).expect("written");
            assert_ne!(statuses(&case), ["partner valid"], "byte {at} of {file}");
        }
        fs::write(folder.join(file), good).expect("written");
    }
    assert_eq!(statuses(&case), ["partner valid"]);
    for stray in ["consistency", "notes.txt", "x.tsr"] {
        fs::write(folder.join(stray), "x").expect("written");
        assert!(statuses(&case).len() > 1, "{stray}: {:?}", statuses(&case));
        fs::remove_file(folder.join(stray)).expect("removed");
    }
    fs::rename(&folder, folder.with_file_name("000000001")).expect("renamed");
    assert!(
        statuses(&case).iter().any(|status| status.ends_with("anchor-size")),
        "{:?}",
        statuses(&case)
    );
}

#[test]
fn anchors_in_a_bag_are_proved_file_by_file() {
    let case = case();
    let _ = ask_witness(&case, "ask").expect("asked");
    let reply = cosign(&fs::read(case.beside("ask/partner.add-checkpoint")).expect("a request"), 9);
    let _ = import(&case, reply.as_bytes(), None).expect("imported");
    let good = case.export("bag", &["notice.txt"], &[]);
    let anchors = exhibit_testing::files_below(&good.join("custody/anchors"));
    assert_eq!(anchors.len(), 4, "{anchors:?}");
    let size = anchors[0]
        .parent()
        .expect("a folder")
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let below = format!("custody/anchors/{size}");
    for file in ["checkpoint", "consistency", "partner.vkey", "partner.cosignature"] {
        let forged = ForgedBag::new(&good, case.beside("forged"), &good, &good);
        let path = format!("{below}/{file}");
        let middle = forged.text(&path).len() / 2;
        forged.flip(&path, middle);
        forged.cover_up();
        let found = deviations(&forged.bag);
        assert!(
            found.iter().any(|(_, fault, _)| matches!(fault, Fault::Time | Fault::Unproved)),
            "{file}: {found:?}"
        );
    }
    let forged = ForgedBag::new(&good, case.beside("forged"), &good, &good);
    forged.remove(&format!("{below}/consistency"));
    forged.cover_up();
    assert!(deviations(&forged.bag).iter().any(|(_, fault, _)| *fault == Fault::Time));
    for stray in ["custody/anchors/consistency", "custody/anchors/000000001/more/consistency"] {
        let forged = ForgedBag::new(&good, case.beside("forged"), &good, &good);
        forged.put(stray, "anything");
        forged.cover_up();
        assert!(
            deviations(&forged.bag)
                .iter()
                .any(|(place, fault, _)| *fault == Fault::Unproved && place == stray)
        );
    }
}
