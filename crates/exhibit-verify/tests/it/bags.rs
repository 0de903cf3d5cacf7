//! Good bags are good; every tampering is a deviation at its place.

use crate::made::{Plan, Tree, bag, key, signer, witness};
use crate::{check, deviations, page, request};
use exhibit_messages::Message;
use exhibit_proof::finding::Fault;
use exhibit_proof::json::JsonValue;
use exhibit_proof::package::{TrustInput, policy_text};
use exhibit_verify::{Report, TrustedFiles, VerifyRequest, What, check_bag, verify};
use expect_test::expect;
use std::fs;

fn ids(lines: &[Message]) -> Vec<&'static str> {
    lines.iter().map(Message::id).collect()
}

#[test]
fn a_good_bag_is_good_with_the_right_key() {
    let folder = bag(Plan::default()).write();
    let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    expect![[r#"
        GOOD: everything that was checked is in order.

        Checked
          - 10 files (3,654 bytes), read and compared with the digest manifests
          - custody log 0123456789abcdef/custody, 8 entries, root oSRj/Q/wydeu+ZKU6A8q9+XX9RJLu54VM9DyDKnoEKI=

        Proved
          - Nothing in the package was added, removed or changed since its manifests were written.
          - The log is signed by the key that you provided: 0123456789abcdef/custody+6275136f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
          - The custody log recorded the handover of exactly this package, at 2026-11-23T09:30:07.000000Z by its keeper’s clock.
          - EXH-000001: these are the bytes as received (SHA-256 5865ffd41c4902ef36331e0919570a75298d78ba118afd4e69a7a261bd3c36bc), at 2026-11-23T09:30:02.000000Z by the log keeper’s clock.
          - EXH-000001: it was found under the name or path 登记.txt, as sealed in the log.
          - EXH-000001: the text of pages 1–2 is what was read from the original with SHA-256 5865ffd41c4902ef36331e0919570a75298d78ba118afd4e69a7a261bd3c36bc.
          - EXH-000001: the image of page 1 is what was rendered from the original with SHA-256 5865ffd41c4902ef36331e0919570a75298d78ba118afd4e69a7a261bd3c36bc.
          - EXH-000002: these are the bytes as received (SHA-256 45965ac4395dd3024d6b221b144a81a59804b038b149f95a58ac7cf6851f84f4), at 2026-11-23T09:30:04.000000Z by the log keeper’s clock.
          - EXH-000002: it was found under the name or path letter.txt, as sealed in the log.
          - EXH-000002: the text of page 1 is what was read from the original with SHA-256 45965ac4395dd3024d6b221b144a81a59804b038b149f95a58ac7cf6851f84f4.

        Quotes of text in the file
          - Quote Q-000006, page 1 of EXH-000001: the file has the text “登记”.

        NOT proved
          - That anything happened at the stated times: they are from the keeper’s clock, and no witness of yours confirms them.
          - That any document is authentic, or that its contents are true.
          - Who wrote a document, or who leaked it.
          - What was changed or removed before it was received.
          - That text read by a machine is what the page shows: look at the page itself.
    "#]].assert_eq(&page(&report, folder.path()));
}

#[test]
fn without_a_key_the_origin_is_not_proved() {
    let folder = bag(Plan::default()).write();
    let report = verify(&request(What::Bag, folder.path())).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    assert!(ids(&report.not_proved).contains(&"not-key"), "{:?}", report.not_proved);
    assert!(!ids(&report.proved).contains(&"proved-key"), "{:?}", report.proved);
}

#[test]
fn sealed_numbered_and_handed_over_bags_are_good() {
    for (sealed, first, handover) in [
        (true, None, false),
        (false, Some("N-0099"), false),
        (false, None, true),
        (true, Some("N-0099"), true),
    ] {
        let plan = Plan { first, sealed, handover, ..Plan::default() };
        let folder = bag(plan).write();
        for known in if handover { vec![1, 2] } else { vec![1] } {
            let report = check(What::Bag, folder.path(), &key(known)).expect("a report");
            assert!(report.is_good(), "{:?}", report.deviations);
            let wanted = if handover && known == 1 { "proved-key-after" } else { "proved-key" };
            assert!(ids(&report.proved).contains(&wanted), "{:?}", report.proved);
            assert_eq!(ids(&report.proved).contains(&"proved-load-files"), first.is_some());
        }
    }
}

type Case = (&'static str, fn(&mut Tree), &'static [(&'static str, Fault)]);

const TEXT: &str = "data/documents/EXH-000001/text/0001.txt";
const RECORD: &str = "data/documents/EXH-000001/record.json";

// Each case is relisted as a forger would where that makes the custody proofs the only obstacle.
const TAMPERED: &[Case] = &[
    (
        "a text",
        |bag| bag.edit(TEXT, "must", "may"),
        &[(TEXT, Fault::Altered), (TEXT, Fault::Content)],
    ),
    (
        "a text, relisted",
        |bag| {
            bag.edit(TEXT, "must", "may");
            bag.relist();
        },
        &[
            (TEXT, Fault::Content),
            ("manifest-sha256.txt", Fault::Export),
            ("bag-info.txt", Fault::Export),
        ],
    ),
    (
        "an original",
        |bag| {
            bag.put("data/documents/EXH-000002/original.txt", "other");
            bag.relist();
        },
        &[("data/documents/EXH-000002/original.txt", Fault::Content)],
    ),
    (
        "a picture",
        |bag| {
            bag.put("data/documents/EXH-000001/pictures/0001.png", "other");
            bag.relist();
        },
        &[
            ("data/documents/EXH-000001/pictures/0001.png", Fault::Content),
            ("data/quotes/Q-000006.json", Fault::QuoteText),
        ],
    ),
    (
        "a removed text",
        |bag| {
            bag.remove(TEXT);
            bag.relist();
        },
        &[(TEXT, Fault::Missing), ("data/quotes/Q-000006.json", Fault::QuoteText)],
    ),
    (
        "a manifest line",
        |bag| {
            let line =
                bag.text("manifest-sha256.txt").lines().next().expect("a line").to_owned() + "\n";
            bag.edit("manifest-sha256.txt", &line, "");
            bag.relist_tags();
        },
        &[
            ("data/documents/EXH-000001/original.txt", Fault::Unlisted),
            ("manifest-sha256.txt", Fault::Export),
        ],
    ),
    (
        "a tag manifest in another order",
        |bag| {
            let text = bag.text("tagmanifest-sha256.txt");
            let lines: Vec<&str> = text.split_inclusive('\n').rev().collect();
            bag.put("tagmanifest-sha256.txt", lines.concat());
        },
        &[("tagmanifest-sha256.txt", Fault::ManifestLine)],
    ),
    (
        "the signature",
        |bag| {
            // The same key, for another text.
            let text = bag.text("custody/checkpoint");
            let signed = text.rfind("— ").expect("a signature");
            bag.put(
                "custody/checkpoint",
                format!("{}{}", &text[..signed], signer(1).sign("another text\n")),
            );
            bag.relist_tags();
        },
        &[("custody/checkpoint", Fault::Checkpoint)],
    ),
    (
        "a removed proof",
        |bag| {
            bag.remove("custody/entries/000000002.tlog-proof");
            bag.relist_tags();
        },
        &[("custody/entries/000000002.tlog-proof", Fault::Proof), (RECORD, Fault::Receipt)],
    ),
    (
        "the proof of another entry",
        |bag| {
            let other = bag.text("custody/entries/000000003.tlog-proof");
            bag.put("custody/entries/000000002.tlog-proof", other);
            bag.relist_tags();
        },
        &[("custody/entries/000000002.tlog-proof", Fault::Proof)],
    ),
    (
        "an entry",
        |bag| {
            bag.edit("custody/entries/000000002.json", "09:30", "09:31");
            bag.relist_tags();
        },
        &[("custody/entries/000000002.tlog-proof", Fault::Proof), (RECORD, Fault::Receipt)],
    ),
    (
        "a removed export entry",
        |bag| {
            bag.remove("custody/entries/000000007.json");
            bag.remove("custody/entries/000000007.tlog-proof");
            bag.relist_tags();
        },
        &[("manifest-sha256.txt", Fault::Export)],
    ),
    (
        "no custody proofs",
        |bag| {
            bag.0.retain(|path, _| !path.starts_with("custody/"));
            bag.relist_tags();
        },
        &[("custody", Fault::NoCustody)],
    ),
    (
        "another key",
        |bag| {
            bag.put("custody/key.pub", key(9) + "\n");
            bag.relist_tags();
        },
        &[("custody/checkpoint", Fault::Checkpoint)],
    ),
    (
        "a policy with another key",
        |bag| {
            bag.put("custody/policy", policy_text(signer(9).verifier()));
            bag.relist_tags();
        },
        &[("custody/policy", Fault::Policy)],
    ),
    (
        "a record that names another item",
        |bag| {
            bag.edit(RECORD, "\"item\":1", "\"item\":3");
            bag.relist();
        },
        &[(RECORD, Fault::Receipt)],
    ),
    (
        "a malformed record",
        |bag| {
            bag.edit(RECORD, "{", "{ ");
            bag.relist();
        },
        &[(RECORD, Fault::Record)],
    ),
    (
        "another name",
        |bag| {
            bag.edit(
                "data/documents/EXH-000002/record.json",
                "bGV0dGVyLnR4dA==",
                "bGV0dGVyLnR4dQ==",
            );
            bag.relist();
        },
        &[("data/documents/EXH-000002/record.json", Fault::Opening)],
    ),
    (
        "a leaf of the tree",
        |bag| {
            bag.edit(RECORD, "\\\"page\\\":2", "\\\"page\\\":3");
            bag.relist();
        },
        &[(RECORD, Fault::Part), ("data/documents/EXH-000001/text/0002.txt", Fault::Unproved)],
    ),
    (
        "a quote",
        |bag| {
            bag.edit("data/quotes/Q-000006.json", "09:30:06Z", "09:30:07Z");
            bag.relist();
        },
        &[("data/quotes/Q-000006.json", Fault::QuoteLog)],
    ),
    (
        "an extra file",
        |bag| bag.put("data/more.txt", "more"),
        &[
            ("data/more.txt", Fault::Unlisted),
            ("data/more.txt", Fault::Unproved),
            ("bag-info.txt", Fault::Oxum),
        ],
    ),
    (
        "an extra file, relisted",
        |bag| {
            bag.put("data/more.txt", "more");
            bag.relist();
        },
        &[("data/more.txt", Fault::Unproved), ("manifest-sha256.txt", Fault::Export)],
    ),
    (
        "an extra tag file",
        |bag| {
            bag.put("more.txt", "more");
            bag.relist_tags();
        },
        &[("more.txt", Fault::Unproved)],
    ),
    (
        "an anchor that the log does not record",
        |bag| {
            bag.put("custody/anchors/000000003/authority.tsr", "a reply");
            bag.relist_tags();
        },
        &[("custody/anchors/000000003/authority.tsr", Fault::Unproved)],
    ),
    (
        "an allowed but discouraged path",
        |bag| {
            bag.edit("manifest-sha256.txt", "  data/", "  ./data/");
            bag.relist_tags();
        },
        &[("manifest-sha256.txt", Fault::Export)],
    ),
    ("fetch.txt", |bag| bag.put("fetch.txt", ""), &[("fetch.txt", Fault::Fetch)]),
    (
        "another declaration",
        |bag| bag.edit("bagit.txt", "1.0", "0.97"),
        &[("bagit.txt", Fault::Declaration)],
    ),
];

fn assert_has(name: &str, report: &Report, wanted: &[(&str, Fault)]) {
    assert!(!report.is_good(), "{name} is taken for good");
    for (place, fault) in wanted {
        let is_wanted = |found: &&exhibit_proof::finding::Finding| {
            found.fault == *fault && found.place.split(':').next() == Some(place)
        };
        assert!(
            report.deviations.iter().any(|found| is_wanted(&found)),
            "{name}: {place}: {fault:?} is not in {:#?}",
            report.deviations
        );
    }
}

#[test]
fn every_tampering_is_a_deviation_at_its_place() {
    let good = bag(Plan::default());
    for (name, tamper, wanted) in TAMPERED {
        let mut bag = good.clone();
        tamper(&mut bag);
        let folder = bag.write();
        let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
        assert_has(name, &report, wanted);
        let in_memory =
            check_bag(&mut bag, &TrustInput::default(), &TrustedFiles::default(), false).report;
        assert_has(name, &in_memory, wanted);
    }
}

#[test]
fn every_changed_byte_of_a_small_file_is_found() {
    let good = bag(Plan { first: Some("N-0099"), ..Plan::default() });
    for path in good.0.keys() {
        let bytes = &good.0[path];
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut bag = good.clone();
            bag.0.get_mut(path).expect("a file")[at] ^= 1;
            if !path.starts_with("tagmanifest-") {
                bag.relist_tags();
            }
            let report =
                check_bag(&mut bag, &TrustInput::default(), &TrustedFiles::default(), false).report;
            assert!(!report.is_good(), "byte {at} of {path}");
        }
        let mut bag = good.clone();
        bag.remove(path);
        let report =
            check_bag(&mut bag, &TrustInput::default(), &TrustedFiles::default(), false).report;
        assert!(!report.is_good(), "{path} was removed");
    }
}

#[test]
fn another_key_than_the_expected_one_is_a_deviation() {
    let folder = bag(Plan::default()).write();
    let report = check(What::Bag, folder.path(), &key(9)).expect("a report");
    assert_eq!(
        deviations(&report, folder.path()),
        ["custody/key.pub: key: neither the expected key nor a successor of it"]
    );
    assert!(ids(&report.not_proved).contains(&"not-key"));
}

#[test]
fn a_removed_handover_is_a_deviation() {
    let mut bag = bag(Plan { handover: true, ..Plan::default() });
    bag.remove("custody/handovers/000000007.tlog-proof");
    bag.relist_tags();
    let folder = bag.write();
    let report = check(What::Bag, folder.path(), &key(2)).expect("a report");
    assert_has("a removed handover", &report, &[("custody/key.pub", Fault::Key)]);
}

#[test]
fn an_altered_statement_of_a_sealed_case_is_a_deviation() {
    let mut bag = bag(Plan { sealed: true, ..Plan::default() });
    bag.edit("custody/export", "2026-11-24", "2026-11-25");
    bag.relist_tags();
    let folder = bag.write();
    let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
    assert_has("a statement", &report, &[("custody/export", Fault::Export)]);
}

#[test]
fn altered_load_files_are_deviations() {
    let good = bag(Plan { first: Some("N-0099"), ..Plan::default() });
    for path in good.0.keys().filter(|path| path.starts_with("data/loadfile/")) {
        let mut bag = good.clone();
        bag.put(path, "other");
        bag.relist();
        let folder = bag.write();
        let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
        assert_has(path, &report, &[(path, Fault::LoadFile)]);
        bag.remove(path);
        bag.relist();
        let folder = bag.write();
        let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
        assert_has(path, &report, &[(path, Fault::Missing)]);
    }
    for first in ["N-0100", "N-9999", "N", "N-99999999999999"] {
        let mut bag = good.clone();
        bag.edit("bag-info.txt", "N-0099", first);
        bag.relist();
        let folder = bag.write();
        let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
        assert!(
            report.deviations.iter().any(|found| matches!(found.fault, Fault::LoadFile)),
            "{first}"
        );
    }
    let mut bag = bag(Plan::default());
    bag.put("data/loadfile/documents.dat", good.0["data/loadfile/documents.dat"].clone());
    bag.relist();
    let folder = bag.write();
    let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
    assert_has(
        "load files without a first number",
        &report,
        &[("data/loadfile/documents.dat", Fault::Unproved)],
    );
}

#[test]
fn load_files_number_the_documents_of_a_family() {
    let bag = bag(Plan { first: Some("N-0099"), ..Plan::default() });
    let visible = |path: &str| {
        bag.text(path).replace('\u{14}', "|").replace(['\u{fe}', '\u{feff}', '\r'], "")
    };
    expect![[r#"
        BEGBATES|ENDBATES|BEGATTACH|ENDATTACH|PAGECOUNT|DOCID|SHA256|FILESIZE|FILENAME|DATERECEIVED|NATIVEPATH|TEXTPATH|PAGES|NOTE
        N-0099|N-0100|N-0099|N-0101|2|EXH-000001|5865ffd41c4902ef36331e0919570a75298d78ba118afd4e69a7a261bd3c36bc|21|登记.txt|2026-11-23T09:30:02.000000Z|data\documents\EXH-000001\original.txt|data\loadfile\text\N-0099.txt|1-2|
        N-0101|N-0101|N-0099|N-0101|1|EXH-000002|45965ac4395dd3024d6b221b144a81a59804b038b149f95a58ac7cf6851f84f4|21|letter.txt|2026-11-23T09:30:04.000000Z|data\documents\EXH-000002\original.txt|data\loadfile\text\N-0101.txt|1|
    "#]].assert_eq(&visible("data/loadfile/documents.dat"));
    expect![[r#"
        N-0099,EXHIBIT,data\documents\EXH-000001\pictures\0001.png,Y,,,1
    "#]]
    .assert_eq(&visible("data/loadfile/pages.opt"));
}

#[cfg(unix)]
#[test]
fn links_and_special_files_are_deviations_and_are_not_followed() {
    let folder = bag(Plan::default()).write();
    let other = tempfile::tempdir().expect("a folder");
    fs::write(other.path().join("secret.txt"), "secret").expect("a file");
    std::os::unix::fs::symlink(other.path(), folder.path().join("data/folder")).expect("a link");
    std::os::unix::fs::symlink(other.path().join("secret.txt"), folder.path().join("data/link"))
        .expect("a link");
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("data/socket"))
        .expect("a socket");
    let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
    for place in ["data/folder", "data/link", "data/socket"] {
        assert_has(place, &report, &[(place, Fault::NotAFile)]);
    }
    assert!(
        !report.deviations.iter().any(|found| found.place.contains("secret")),
        "{:?}",
        report.deviations
    );
}

#[cfg(unix)]
#[test]
fn a_text_replaced_by_a_link_to_its_copy_is_a_deviation() {
    let folder = bag(Plan::default()).write();
    let copy = tempfile::tempdir().expect("a folder");
    let (text, copy) = (folder.path().join(TEXT), copy.path().join("copy.txt"));
    fs::rename(&text, &copy).expect("moved");
    std::os::unix::fs::symlink(&copy, &text).expect("a link");
    let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
    assert_has("a link", &report, &[(TEXT, Fault::NotAFile), (TEXT, Fault::Missing)]);
}

#[test]
fn a_plain_check_needs_no_proofs() {
    let mut bag = bag(Plan::default());
    bag.0.retain(|path, _| !path.starts_with("custody/"));
    bag.relist_tags();
    let folder = bag.write();
    let report = verify(&VerifyRequest { plain: true, ..request(What::Bag, folder.path()) })
        .expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    assert!(ids(&report.not_proved).contains(&"not-custody"));
}

#[test]
fn a_required_policy_is_checked() {
    let folder = bag(Plan::default()).write();
    let policies = tempfile::tempdir().expect("a folder");
    for (byte, good) in [(1, true), (9, false)] {
        let policy = policies.path().join("policy");
        fs::write(&policy, policy_text(signer(byte).verifier())).expect("a file");
        let request = VerifyRequest { policy: Some(policy), ..request(What::Bag, folder.path()) };
        let report = verify(&request).expect("a report");
        assert_eq!(report.is_good(), good, "{:?}", report.deviations);
        if !good {
            assert_has("a policy", &report, &[("custody/checkpoint", Fault::Policy)]);
        }
    }
}

#[test]
fn a_witness_proves_the_time_if_the_reader_trusts_it() {
    let good = bag(Plan { witnessed: true, ..Plan::default() });
    let folder = good.write();
    let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    assert!(ids(&report.not_proved).contains(&"not-trusted"), "{:?}", report.not_proved);
    assert!(ids(&report.not_proved).contains(&"not-time"), "{:?}", report.not_proved);
    let policies = tempfile::tempdir().expect("a folder");
    let policy = policies.path().join("policy");
    let log = signer(1);
    fs::write(&policy, format!("log {}\nwitness w1 {}\nquorum none\n", log.verifier(), witness()))
        .expect("a file");
    let trusting = |path: &std::path::Path| {
        let request = VerifyRequest {
            policy: Some(policy.clone()),
            key: Some(key(1)),
            ..request(What::Bag, path)
        };
        verify(&request).expect("a report")
    };
    let report = trusting(folder.path());
    assert!(report.is_good(), "{:?}", report.deviations);
    assert!(ids(&report.proved).contains(&"proved-time"), "{:?}", report.proved);
    assert!(!ids(&report.not_proved).contains(&"not-time"), "{:?}", report.not_proved);
    let json = JsonValue::read(report.json().as_bytes()).expect("canonical JSON");
    let [anchor] = json.list("anchors").expect("a list") else { panic!("one anchor") };
    assert_eq!(anchor.get("trusted"), Some(&JsonValue::Bool(true)));
    assert_eq!(
        ["name", "type", "size"].map(|member| anchor.text(member)),
        [Some("w1"), Some("witness"), Some("7")]
    );
    for (name, fault) in [
        ("checkpoint", Fault::Time),
        ("w1.cosignature", Fault::Time),
        ("w1.vkey", Fault::Unproved),
        ("consistency", Fault::Time),
    ] {
        let (mut bag, path) = (good.clone(), format!("custody/anchors/000000007/{name}"));
        bag.put(&path, "other");
        bag.relist_tags();
        let folder = bag.write();
        let report = trusting(folder.path());
        assert_has(name, &report, &[(&path, fault)]);
        assert!(!ids(&report.proved).contains(&"proved-time"), "{name}: {:?}", report.proved);
    }
}

#[test]
fn what_cannot_be_checked_is_an_error() {
    let folder = bag(Plan::default()).write();
    let missing = folder.path().join("missing");
    let error = check(What::Bag, &missing, &key(1)).expect_err("no folder");
    assert_eq!(error.to_string(), format!("{}: not a folder", missing.display()));
    let error = check(What::Bag, folder.path(), "not a key").expect_err("no key");
    assert!(error.to_string().starts_with("not a key: "), "{error}");
    let policy = Some(folder.path().join("bagit.txt"));
    verify(&VerifyRequest { policy, ..request(What::Bag, folder.path()) }).expect_err("no policy");
}

#[test]
fn the_json_report_has_the_same_facts() {
    let mut tampered = bag(Plan::default());
    tampered.edit(TEXT, "must", "may");
    for (bag, good) in [(bag(Plan::default()), true), (tampered, false)] {
        let folder = bag.write();
        let report = check(What::Bag, folder.path(), &key(1)).expect("a report");
        let json = JsonValue::read(report.json().as_bytes()).expect("canonical JSON");
        assert_eq!(json.number("v"), Some(1));
        assert_eq!(json.text("kind"), Some("report"));
        assert_eq!(json.get("good"), Some(&JsonValue::Bool(good)));
        assert_eq!(json.text("key"), Some(key(1).as_str()));
        assert_eq!(json.text("log"), Some(crate::made::ORIGIN));
        assert_eq!(json.text("size"), Some("8"));
        let texts = |name: &str| -> Vec<String> {
            json.list(name)
                .expect("a list")
                .iter()
                .filter_map(JsonValue::as_text)
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(texts("documents"), ["EXH-000001", "EXH-000002"]);
        assert_eq!(json.list("quotes").expect("a list").len(), usize::from(good));
        assert_eq!(texts("earlier_keys"), [""; 0]);
        for (name, lines) in [
            ("checked", &report.checked),
            ("proved", &report.proved),
            ("not_proved", &report.not_proved),
        ] {
            let found: Vec<Option<&str>> =
                json.list(name).expect("a list").iter().map(|line| line.text("id")).collect();
            assert_eq!(
                found,
                lines.iter().map(|line| Some(line.id())).collect::<Vec<_>>(),
                "{name}"
            );
        }
        let found: Vec<[&str; 3]> = json
            .list("deviations")
            .expect("a list")
            .iter()
            .map(|found| ["place", "fault", "detail"].map(|key| found.text(key).expect("a text")))
            .collect();
        let wanted: Vec<[&str; 3]> = report
            .deviations
            .iter()
            .map(|found| [&*found.place, found.fault.word(), &*found.detail])
            .collect();
        assert_eq!(found, wanted);
    }
}
