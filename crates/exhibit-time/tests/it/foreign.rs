//! Third-party time stamps and a proof of a public log: our verdicts and OpenSSL's (see `tests/foreign/README.md`).

use exhibit_time::sigsum::Proof;
use exhibit_time::{Certificate, SigsumPolicy, StampContext, StampRequest, TimeFault, stamp};
use std::path::{Path, PathBuf};
use std::process::Command;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(name)
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reply, stamped data, authority, our error (empty if valid), time.
const STAMPS: &[(&str, &str, &str, &str, &str)] = &[
    ("identrust.tsr", "hello.txt", "identrust.pem", "", "2025-03-11T08:52:08Z"),
    ("sigstage-sha256.tsr", "hello.txt", "sigstage.pem", "", ""),
    ("sigstage-sha384.tsr", "hello.txt", "sigstage.pem", "", ""),
    ("sigstage-sha512.tsr", "hello.txt", "sigstage.pem", "", ""),
    ("sigstage-bare.tsr", "hello.txt", "sigstage.pem", "", ""),
    ("local.tsr", "hello.txt", "local.pem", "", ""),
    ("local-injected.tsr", "hello.txt", "local.pem", "", ""),
    ("mock-expired.tsr", "mock.txt", "mock.pem", "", "2023-02-01T00:00:01Z"),
    (
        "sigstage-forged.tsr",
        "hello.txt",
        "sigstage.pem",
        "the signature does not match the key of sigstore-tsa",
        "",
    ),
    ("sigstage-sha256.tsr", "mock.txt", "sigstage.pem", "not over this data", ""),
    ("sigstage-sha256.tsr", "hello.txt", "local.pem", "no chain of certificates", ""),
    ("local.tsr", "hello.txt", "identrust.pem", "no chain of certificates", ""),
];

#[test]
fn stamps_of_public_authorities() {
    for (reply, data, authority, refused, by) in STAMPS {
        let trusted = Certificate::read_all(&file(authority)).expect("certificates");
        let data_bytes = file(data);
        let against =
            StampContext { data: &data_bytes, request: None, kept: &[], trusted: &trusted };
        let verdict = stamp::check(&file(reply), &against);
        let error = verdict.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let fits = if refused.is_empty() { verdict.is_ok() } else { error.contains(refused) };
        assert!(fits, "{reply}: {error:?}");
        if let Some(stamp) = verdict.as_ref().ok().filter(|_| !by.is_empty()) {
            assert_eq!(stamp.no_later_than().to_string(), *by, "{reply}");
        }
        let at =
            stamp::check(&file(reply), &StampContext { trusted: &[], kept: &trusted, ..against })
                .map(|stamp| stamp.at.0 / 1_000_000);
        if let Some(theirs) = openssl(reply, data, authority, at.unwrap_or(1_741_683_128)) {
            assert_eq!(theirs, verdict.is_ok(), "OpenSSL on {reply}");
        }
    }
}

fn openssl(reply: &str, data: &str, authority: &str, at: i64) -> Option<bool> {
    let mut command = Command::new("openssl");
    command
        .current_dir(path(""))
        .args(["ts", "-verify", "-in", reply, "-data", data, "-CAfile", authority]);
    command.args(["-untrusted", authority, "-attime", &at.to_string()]);
    command.output().ok().map(|output| output.status.success())
}

#[test]
fn a_reply_to_a_third_party_request() {
    let request = StampRequest::read(&file("local.tsq")).expect("a request");
    assert_eq!(request.write(), file("local.tsq"));
    let trusted = Certificate::read_all(&file("local.pem")).expect("certificates");
    let against =
        StampContext { data: b"hello", request: Some(&request), kept: &[], trusted: &trusted };
    assert!(stamp::check(&file("local.tsr"), &against).expect("answered").is_trusted);
    let stamp = stamp::check(&file("sigstage-sha512.tsr"), &against);
    assert_eq!(stamp.err(), Some(TimeFault::OtherNonce));
}

// The key that submitted the leaf of the published proof.
const SUBMITTER: &str = "99ed58583e8750b20548e69df4a4e1a592379a9a66c51cd32e42fbe4e1bde78a";

#[test]
fn a_proof_of_a_public_log() {
    let key: [u8; 32] = exhibit_proof::hash::from_hex(SUBMITTER)
        .and_then(|key| key.try_into().ok())
        .expect("a key");
    let policy = SigsumPolicy::read(&file("sigsum.policy")).expect("a policy");
    let text = String::from_utf8(file("hello.sigsum")).expect("text");
    let check =
        |text: &str| Proof::read(text.as_bytes())?.check(&file("sigsum.txt"), &key, &policy);
    let logged = check(&text).expect("logged");
    assert_eq!(logged.at.to_string(), "2026-02-04T08:17:31Z");
    assert_eq!(logged.witnesses.len(), 8);
    assert!(logged.log.starts_with("sigsum.org/v1/tree/1643169b"));
    // Version 1 differs in two bytes of the checksum before the leaf.
    let first = |short: &str| {
        text.replace("version=2", "version=1").replace("leaf=2c8d", &format!("leaf={short} 2c8d"))
    };
    assert!(
        check(&first("0000"))
            .is_err_and(|fault| fault == TimeFault::OtherData || fault == TimeFault::Leaf)
    );
    assert!(
        (0..=u16::MAX).any(|short| check(&first(&format!("{short:04x}"))).is_ok()),
        "version 1"
    );
}

#[test]
fn invalid_proofs_of_public_logs_are_rejected() {
    let key: [u8; 32] = exhibit_proof::hash::from_hex(SUBMITTER)
        .and_then(|key| key.try_into().ok())
        .expect("a key");
    let policy_text = String::from_utf8(file("sigsum.policy")).expect("text");
    let text = String::from_utf8(file("hello.sigsum")).expect("text");
    let error = |text: &str, policy: &str, key: &[u8; 32], data: &[u8]| {
        let checked = SigsumPolicy::read(policy.as_bytes())
            .and_then(|policy| Proof::read(text.as_bytes())?.check(data, key, &policy));
        checked.err().map(|fault| fault.to_string()).unwrap_or_default()
    };
    let data = file("sigsum.txt");
    let with = |from: &str, to: &str| error(&text.replacen(from, to, 1), &policy_text, &key, &data);
    for (from, to, expected) in [
        ("version=2", "version=3", "line 1"),
        ("version=2\n", "version=2\n\n", "line 2"),
        ("size=381382", "size=0381382", "line 5"),
        ("size=381382", "size=0", "line"),
        ("size=381382", "size=381383", "does not match"),
        ("log=1643", "log=1644", "does not know the log"),
        ("root_hash=90", "root_hash=91", "does not match"),
        (" 1770193051 a1ee", " 1770193052 a1ee", "does not match"),
        ("leaf=2c8d", "leaf=2c8e", "the leaf was not signed by the key"),
        (" 38dd0b", " 38dd0c", "the leaf was not signed by the key"),
        ("leaf_index=381381", "leaf_index=381380", "not proved to be in the public log"),
        ("node_hash=d009", "node_hash=d008", "not proved to be in the public log"),
        ("node_hash=d009", "node_hash=D009", "line 18"),
        ("leaf_index", "index", "line 17"),
    ] {
        let error = with(from, to);
        assert!(error.contains(expected), "{from} -> {to}: {error:?}");
    }
    assert!(error(&format!("{text}x=1\n"), &policy_text, &key, &data).contains("line"));
    assert!(error(text.trim_end(), &policy_text, &key, &data).contains("form"));
    assert!(error(&text, &policy_text, &key, b"other").contains("the leaf was not signed"));
    assert!(error(&text, &policy_text, &[7; 32], &data).contains("the leaf was not signed"));
    let many = policy_text.replace("group quorum-rule 4", "group quorum-rule 7");
    assert!(error(&text, &many, &key, &data).contains("threshold"));
    let without: String = text
        .lines()
        .filter(|l| {
            !l.starts_with("cosignature=4")
                && !l.starts_with("cosignature=7")
                && !l.starts_with("cosignature=8")
                && !l.starts_with("cosignature=d")
        })
        .map(|l| format!("{l}\n"))
        .collect();
    assert!(error(&without, &policy_text, &key, &data).contains("too few"));
    let none = "log 4644AF2ABD40F4895A003BCA350F9D5912AB301A49C77F13E5B6D905C20A5FE6\nlog 47e481606d8acba747a6b053d6c2d191605fb122175d410a1202a91430abce39\nquorum none\n";
    assert!(error(&text, none, &key, &data).contains("no witness"));
}
