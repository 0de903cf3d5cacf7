//! Time stamps made by OpenSSL, from the fixtures of `exhibit-time`.

use crate::{deviations, page, request};
use exhibit_proof::json::JsonValue;
use exhibit_verify::{Report, Time, VerifyError, VerifyRequest, What, verify};
use expect_test::expect;
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../exhibit-time/tests/fixtures")
}

fn stamp(name: &str, data: &str, authorities: &[&str]) -> Result<Report, VerifyError> {
    let fixture = |name: &str| fixtures().join(name);
    let authorities = authorities.iter().map(|name| fixture(name)).collect();
    let time = Time { authorities, data: Some(fixture(data)), ..Time::default() };
    verify(&VerifyRequest { time, ..request(What::Timestamp, &fixture(name)) })
}

#[test]
fn a_good_time_stamp_of_a_trusted_authority() {
    let report = stamp("good.tsr", "data.txt", &["root.pem"]).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    expect![[r#"
        GOOD: everything that was checked is in order.

        Checked
          - FOLDER/good.tsr, compared with FOLDER/data.txt (SHA-256 b8383c78d5ecab879606307e98b081f939c492512e5597035896595d45f3b392)

        Proved
          - These bytes existed by 2026-11-28T13:06:23.500100Z: stamped by tsa, under an authority that you provided (Root root).
          - It answers the request next to it.

        NOT proved
          - When anything happened, beyond that: what is covered existed at the stated moments, and may have been written long before.
          - That the clocks of those who state it were right, that their keys were not stolen, or that their certificates were not revoked.
          - That the stamped contents are true, or whose they are.
    "#]].assert_eq(&page(&report, &fixtures()));
    let json = JsonValue::read(report.json().as_bytes()).expect("canonical JSON");
    assert_eq!(json.get("trusted"), Some(&JsonValue::Bool(true)));
    for member in ["at", "by", "serial", "policy"] {
        assert!(json.text(member).is_some_and(|text| !text.is_empty()), "{member}");
    }
    assert!(!json.list("chain").expect("a list").is_empty());
}

#[test]
fn without_a_trusted_authority_the_signer_is_unknown() {
    let report = stamp("good.tsr", "data.txt", &[]).expect("a report");
    assert!(report.is_good(), "{:?}", report.deviations);
    assert!(
        report.not_proved.iter().any(|line| line.id() == "not-authority"),
        "{:?}",
        report.not_proved
    );
    assert!(report.proved.iter().all(|line| line.id() != "proved-stamp"), "{:?}", report.proved);
}

#[test]
fn invalid_time_stamps_are_deviations() {
    for (name, data, authority) in [
        ("good.tsr", "other.txt", "root.pem"),
        ("good.tsr", "data.txt", "stranger.pem"),
        ("refused.tsr", "data.txt", "root.pem"),
        ("expired.tsr", "data.txt", "root.pem"),
        ("data.txt", "data.txt", "root.pem"),
    ] {
        let report = stamp(name, data, &[authority]).expect("a report");
        let found = deviations(&report, &fixtures());
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(found[0].starts_with(&format!("{name}: time: ")), "{found:?}");
    }
}

#[test]
fn unusable_files_of_the_reader_are_errors() {
    stamp("good.tsr", "missing.txt", &[]).expect_err("no data");
    stamp("good.tsr", "data.txt", &["data.txt"]).expect_err("no certificate");
    stamp("missing.tsr", "data.txt", &[]).expect_err("no time stamp");
}

#[test]
fn the_proof_of_a_public_log_needs_its_policy() {
    let folder = tempfile::tempdir().expect("a folder");
    let proof = folder.path().join("a.sigsum");
    fs::write(&proof, "version=2\nlog=00\n").expect("a file");
    fs::write(folder.path().join("checkpoint"), "data").expect("a file");
    let report = verify(&request(What::Timestamp, &proof)).expect("a report");
    let found = deviations(&report, folder.path());
    assert!(found[0].starts_with("a.sigsum: time: "), "{found:?}");
    assert!(report.proved.is_empty(), "{:?}", report.proved);
}
