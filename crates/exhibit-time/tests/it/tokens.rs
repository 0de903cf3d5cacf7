//! Valid and invalid time stamps, each with our verdict and OpenSSL's: ours is never more lenient, except for PSS,
//! which OpenSSL's `ts` does not support.

use crate::fixture;
use exhibit_time::{Certificate, StampContext, StampRequest, TimeFault, TimeStamp, stamp};
use std::path::Path;
use std::process::Command;

/// One case: the reply, and what it is checked against.
struct Case {
    reply: &'static str,
    data: &'static str,
    request: Option<&'static str>,
    authority: &'static str,
    kept: bool,
    /// Our error, or empty if valid.
    ours: &'static str,
    /// Whether `openssl ts -verify` accepts it.
    openssl: bool,
}

const fn case(reply: &'static str, ours: &'static str, openssl: bool) -> Case {
    Case {
        reply,
        data: "data.txt",
        request: None,
        authority: "root.pem",
        kept: false,
        ours,
        openssl,
    }
}

const fn with(
    reply: &'static str,
    authority: &'static str,
    ours: &'static str,
    openssl: bool,
) -> Case {
    Case { authority, ..case(reply, ours, openssl) }
}

const WEAK: &str = "the time stamp uses a digest";
const EKU: &str = "is not a certificate only for time stamps";
const UNBOUND: &str = "the signed attribute `signingCertificate`";

const CASES: &[Case] = &[
    case("good.tsr", "", true),
    case("token.tsr", "", true),
    case("chain.tsr", "", true),
    case("p384.tsr", "", true),
    case("policy.tsr", "", true),
    case("sha1-id.tsr", "", true),
    with("ed-root.tsr", "ed.pem", "", true),
    with("pss-root.tsr", "pss.pem", "", true),
    Case { kept: true, ..case("bare.tsr", "", true) },
    Case { kept: true, ..case("no-link.tsr", "", true) },
    Case { request: Some("good.tsq"), ..case("good.tsr", "", true) },
    Case { request: Some("policy.tsq"), ..case("policy.tsr", "", true) },
    // OpenSSL's `ts -verify` does not support PSS in the token itself (`openssl cms -verify` does).
    case("pss.tsr", "", false),
    Case { data: "other.txt", ..case("good.tsr", "the stamp is not over this data", false) },
    Case {
        request: Some("other.tsq"),
        ..case("good.tsr", "the stamp does not answer this request", false)
    },
    Case {
        request: Some("policy.tsq"),
        ..case("good.tsr", "the stamp does not answer this request", false)
    },
    with("good.tsr", "stranger.pem", "no chain of certificates leads from tsa ", false),
    with("good.tsr", "ed.pem", "no chain of certificates", false),
    case("bare.tsr", "the signer's certificate is neither", false),
    case("no-link.tsr", "no chain of certificates leads from tsa-sub ", false),
    case("refused.tsr", "the authority refused (status 2)", false),
    case("expired.tsr", "tsa-old was not valid at the stated time", false),
    case("not-yet.tsr", "tsa-new was not valid at the stated time", false),
    case("issuer-expired.tsr", "sub-old was not valid at the stated time", false),
    case("issuer-key-usage.tsr", "the key of sub-mute may not be used for this", false),
    case("issuer-no-authority.tsr", "sub-none issued another certificate", false),
    with("path-length.tsr", "flat.pem", "more authorities below Root flat ", false),
    case("critical-extension.tsr", "tsa-odd requires an unsupported feature", false),
    case("key-usage.tsr", "the key of tsa-ku may not be used for this", false),
    case("eku-missing.tsr", EKU, false),
    case("eku-not-critical.tsr", EKU, false),
    case("eku-more.tsr", EKU, false),
    case("unbound.tsr", UNBOUND, false),
    case("no-attributes.tsr", "the time stamp is malformed", false),
    case("two-signers.tsr", "2 signatures", false),
    case("key-id.tsr", "the time stamp is malformed", false),
    // Stricter than OpenSSL 3 is by default.
    case("sha1-imprint.tsr", WEAK, true),
    case("sha1-signature.tsr", WEAK, true),
    case("sha1-certificate.tsr", "a certificate uses a digest", true),
    case("short-key.tsr", "tsa-short uses a key that is too short", true),
    case("issuer-purpose.tsr", EKU, true),
    case("issuer-names.tsr", "sub-names requires an unsupported feature", true),
];

fn check(case: &Case) -> Result<TimeStamp, TimeFault> {
    let data = fixture(case.data);
    let request = case.request.map(|name| StampRequest::read(&fixture(name)).expect("a request"));
    let trusted = Certificate::read_all(&fixture(case.authority)).expect("certificates");
    let kept = if case.kept {
        Certificate::read_all(&fixture("kept.pem")).expect("certificates")
    } else {
        Vec::new()
    };
    let against =
        StampContext { data: &data, request: request.as_ref(), kept: &kept, trusted: &trusted };
    stamp::check(&fixture(case.reply), &against)
}

#[test]
fn verdicts() {
    for case in CASES {
        let verdict = check(case);
        let error = verdict.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let fits = if case.ours.is_empty() { verdict.is_ok() } else { error.contains(case.ours) };
        assert!(
            fits,
            "{} below {}: {error:?} instead of {:?}",
            case.reply, case.authority, case.ours
        );
    }
}

#[test]
fn content_of_a_stamp() {
    let stamp = check(&CASES[0]).expect("good");
    assert_eq!((stamp.policy.as_str(), stamp.accuracy), ("1.2.3.4.1", Some(1_500_100)));
    assert_eq!(stamp.no_later_than(), stamp.at.plus(1_500_100));
    let names: Vec<&str> = stamp.chain.iter().map(Certificate::name).collect();
    assert_eq!(names, ["tsa", "Root root"]);
    let chain = check(&case("chain.tsr", "", true)).expect("good").chain;
    assert_eq!(
        chain.iter().map(Certificate::name).collect::<Vec<_>>(),
        ["tsa-sub", "sub", "Root root"]
    );
    // The chain round-trips through PEM.
    let pem: String = chain.iter().map(Certificate::pem).collect();
    assert_eq!(Certificate::read_all(pem.as_bytes()), Ok(chain));
}

#[test]
fn without_an_authority_the_chain_is_only_the_signer() {
    let data = fixture("data.txt");
    let against = StampContext { data: &data, request: None, kept: &[], trusted: &[] };
    let stamp = stamp::check(&fixture("good.tsr"), &against).expect("intact");
    assert!(!stamp.is_trusted);
    assert_eq!(stamp.signer(), "tsa");
    assert!(matches!(
        stamp::check(&fixture("expired.tsr"), &against),
        Err(TimeFault::NotValid { .. })
    ));
    // Intermediate certificates do not serve as authorities.
    let links = Certificate::read_all(&fixture("kept.pem")).expect("certificates");
    let against = StampContext { data: &data, request: None, kept: &[], trusted: &links };
    assert!(matches!(stamp::check(&fixture("chain.tsr"), &against), Err(TimeFault::NoAnchor(_))));
}

/// Alters parts of the valid token; the fault must name the altered part.
#[test]
fn faults_name_the_altered_part() {
    let good = fixture("good.tsr");
    let trusted = Certificate::read_all(&fixture("root.pem")).expect("certificates");
    let data = fixture("data.txt");
    let find = |needle: &[u8]| {
        good.windows(needle.len()).rposition(|window| window == needle).expect("there")
    };
    let altered = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        let against = StampContext { data: &data, request: None, kept: &[], trusted: &trusted };
        stamp::check(&bytes, &against).expect_err("altered")
    };
    assert_eq!(altered(good.len() - 1), TimeFault::Signature("tsa".to_owned()));
    // a digit of the time in the TSTInfo
    let time = good.windows(2).position(|window| window == [0x18, 0x0f]).expect("a time");
    assert_eq!(altered(time + 16 - 1), TimeFault::Altered);
    // the digest of the TSTInfo among the signed attributes: 1.2.840.113549.1.9.4
    let digest = find(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4]);
    assert_eq!(altered(digest + 9 + 4), TimeFault::Altered);
    // the digest of the bound certificate: 1.2.840.113549.1.9.16.2.47
    let bound = find(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47]);
    assert_eq!(altered(bound + 11 + 10), TimeFault::OtherSigner);
}

fn openssl(case: &Case, time: i64) -> Option<bool> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut command = Command::new("openssl");
    command.current_dir(folder).args([
        "ts",
        "-verify",
        "-in",
        case.reply,
        "-CAfile",
        case.authority,
    ]);
    command.args(["-attime", &time.to_string()]);
    if case.reply == "token.tsr" || is_bare_token(case.reply) {
        command.arg("-token_in");
    }
    match case.request {
        Some(request) => command.args(["-queryfile", request]),
        None => command.args(["-data", case.data]),
    };
    if case.kept {
        command.args(["-untrusted", "kept.pem"]);
    }
    command.output().ok().map(|output| output.status.success())
}

fn is_bare_token(reply: &str) -> bool {
    // a ContentInfo begins with an object identifier, a reply with a sequence
    let bytes = fixture(reply);
    let header = if bytes[1] < 0x80 { 2 } else { 2 + usize::from(bytes[1] & 0x7f) };
    bytes[header] == 0x06
}

#[test]
fn openssl_agrees() {
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(std::env::var_os("EXHIBIT_INTEROP").is_none(), "OpenSSL is missing");
        return;
    }
    let at = check(&CASES[0]).expect("good").at.0 / 1_000_000;
    for case in CASES {
        let verdict = openssl(case, at);
        assert_eq!(verdict, Some(case.openssl), "{} below {}", case.reply, case.authority);
        let lenient = case.ours.is_empty() && !case.openssl;
        assert_eq!(lenient, case.reply == "pss.tsr", "{}: more lenient than OpenSSL", case.reply);
    }
}
