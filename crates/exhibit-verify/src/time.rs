//! Time stamps and proofs of public logs, alone and as anchors in a bag.

use crate::report::Report;
use crate::run::{VerifyError, VerifyRequest, read, wrong};
use exhibit_messages::verify as text;
use exhibit_proof::bagit::{Checked, Files};
use exhibit_proof::finding::{Fault, chain};
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::JsonValue;
use exhibit_proof::package::{ANCHORS, LoggedAnchor, Proved, TrustInput};
use exhibit_time::anchored::{AnchorKind, Known};
use exhibit_time::bag::BagAnchor;
use exhibit_time::sigsum::{LeafRequest, Proof};
use exhibit_time::{Certificate, SigsumPolicy, StampContext, StatedTime, TimeStamp, bag, stamp};
use std::path::{Path, PathBuf};

/// Files for checking time stamps, supplied by the reader.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Time {
    /// Files with certificates of time stamping authorities that the reader trusts.
    pub authorities: Vec<PathBuf>,
    /// The file of a Sigsum policy that the reader trusts.
    pub sigsum: Option<PathBuf>,
    /// The file of the stamped data; by default `checkpoint` next to the stamp.
    pub data: Option<PathBuf>,
    /// The file of the request; by default the `.tsq` or `.leaf` next to the stamp, if there is one.
    pub asked: Option<PathBuf>,
}

/// The certificates and policy that the reader trusts.
#[derive(Clone, Debug, Default)]
pub struct TrustedFiles {
    authorities: Vec<Certificate>,
    sigsum: Option<SigsumPolicy>,
}

impl Time {
    /// Reads the trusted certificates and policy.
    ///
    /// # Errors
    /// [`VerifyError`] if one of the files cannot be used.
    pub fn read(&self) -> Result<TrustedFiles, VerifyError> {
        let mut authorities = Vec::new();
        for path in &self.authorities {
            authorities
                .extend(Certificate::read_all(&read(path)?).map_err(|fault| unable(path, &fault))?);
        }
        let policy = self.sigsum.as_ref();
        let policy = policy
            .map(|path| SigsumPolicy::read(&read(path)?).map_err(|fault| unable(path, &fault)));
        Ok(TrustedFiles { authorities, sigsum: policy.transpose()? })
    }
}

fn unable(path: &Path, fault: &dyn std::error::Error) -> VerifyError {
    VerifyError::reported(path, fault)
}

/// Reports what the anchors in a bag prove, and their deviations.
pub(crate) fn report_anchors(
    report: &mut Report,
    files: &mut dyn Files,
    checked: &mut Checked,
    (proved, trust): (&Proved, &TrustInput),
    trusted: &TrustedFiles,
) {
    let known = Known {
        authorities: &trusted.authorities,
        witnesses: trust.policy.as_ref(),
        sigsum: trusted.sigsum.as_ref(),
        kept: false,
    };
    let mut facts = Vec::new();
    let mut is_trusted = false;
    for anchor in bag::check(files, checked, &proved.keys(), &known) {
        check_logged(checked, proved, &anchor, trusted);
        let (name, by, who) =
            (&anchor.anchored.name, anchor.anchored.by.to_string(), &anchor.anchored.who);
        if anchor.anchored.is_trusted {
            is_trusted = true;
            // Before the lines about documents, because the page omits lines beyond its limit.
            let line = text::proved_time(name, &by, anchor.size, who);
            report.proved.insert(report.proved.len().min(1), line);
        } else {
            report.not_proved.push(text::not_trusted(name, &by, anchor.size, who));
        }
        let string = |text: &str| JsonValue::Text(text.to_owned());
        let members = [
            ("name", string(name)),
            ("type", string(anchor.anchored.kind.word())),
            ("size", JsonValue::Text(anchor.size.to_string())),
            ("by", string(&by)),
            ("who", string(who)),
            ("trusted", JsonValue::Bool(anchor.anchored.is_trusted)),
        ];
        facts.push(JsonValue::Map(
            members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        ));
    }
    if is_trusted {
        report.not_proved.retain(|line| *line != text::not_time());
        report_time_limits(report);
    }
    if !facts.is_empty() {
        report.facts.insert("anchors".to_owned(), JsonValue::List(facts));
    }
}

// The log must have recorded the anchor as it is.
fn check_logged(
    checked: &mut Checked,
    proved: &Proved,
    anchor: &BagAnchor,
    trusted: &TrustedFiles,
) {
    let BagAnchor { size, anchored } = anchor;
    let folder = format!("{ANCHORS}{size:09}/");
    let file = format!("{folder}{}.{}", anchored.name, anchored.kind.endings()[1]);
    let digest = |path: &str| {
        checked.files.get(path).map(|digests| format!("sha256:{}", to_hex(&digests.sha256)))
    };
    let (checkpoint, reply) = (digest(&format!("{folder}checkpoint")), digest(&file));
    // Other witnesses of a public log may state another time.
    let has_own_policy = anchored.kind == AnchorKind::Sigsum && trusted.sigsum.is_some();
    let is_own = |logged: &&LoggedAnchor| logged.made.first() == reply.as_ref();
    let is_as_logged = |logged: &LoggedAnchor| {
        let by = has_own_policy || logged.by == anchored.by.to_string();
        by && logged.size == *size
            && logged.kind == anchored.kind.word()
            && Some(&logged.checkpoint) == checkpoint.as_ref()
    };
    if !proved.anchors.iter().filter(is_own).any(is_as_logged) {
        checked.wrong(&file, Fault::TimeLog, "");
    }
}

fn report_time_limits(report: &mut Report) {
    report.not_proved.push(text::not_earlier());
    report.not_proved.push(text::not_revoked());
}

/// Checks a single time stamp or proof of a public log.
pub(crate) fn timestamp(request: &VerifyRequest) -> Result<Report, VerifyError> {
    let path = &request.path;
    let bytes = read(path)?;
    let default = path.with_file_name("checkpoint");
    let data_path = request.time.data.as_ref().unwrap_or(&default);
    let data = read(data_path)?;
    let trusted = request.time.read()?;
    let mut report = Report::default();
    let digest = to_hex(&exhibit_time::sha256(&data));
    let [stamp, stamped] = [path, data_path].map(|path| path.display().to_string());
    report.checked.push(text::checked_stamp(stamped, digest, stamp));
    let checked = if bytes.starts_with(b"version=") {
        public_log(&mut report, request, (&bytes, &data), &trusted)?
    } else {
        authority(&mut report, request, (&bytes, &data), &trusted)?
    };
    if let Err(fault) = checked {
        wrong(&mut report, path, Fault::Time, chain(&fault));
    }
    report_time_limits(&mut report);
    report.not_proved.push(text::not_stamped());
    Ok(report)
}

// Reads the given file, or else the file next to the checked one with this extension, if it exists.
fn companion(
    request: &VerifyRequest,
    given: Option<&PathBuf>,
    extension: &str,
) -> Result<Option<Vec<u8>>, VerifyError> {
    let default = request.path.with_extension(extension);
    match given {
        Some(path) => read(path).map(Some),
        None if default.is_file() && default != request.path => read(&default).map(Some),
        None => Ok(None),
    }
}

type Checking = Result<Result<(), exhibit_time::TimeFault>, VerifyError>;

fn authority(
    report: &mut Report,
    request: &VerifyRequest,
    (reply, data): (&[u8], &[u8]),
    trusted: &TrustedFiles,
) -> Checking {
    let request_bytes = companion(request, request.time.asked.as_ref(), "tsq")?;
    let kept = companion(request, None, "pem")?;
    let check = || {
        let stamp_request = request_bytes
            .as_ref()
            .map(|bytes| exhibit_time::StampRequest::read(bytes))
            .transpose()?;
        let kept = kept.as_ref().map_or(Ok(Vec::new()), |bytes| Certificate::read_all(bytes))?;
        let against = StampContext {
            data,
            request: stamp_request.as_ref(),
            kept: &kept,
            trusted: &trusted.authorities,
        };
        stamp::check(reply, &against).map(|stamp| (stamp, stamp_request.is_some()))
    };
    let (stamp, has_request) = match check() {
        Ok(checked) => checked,
        Err(fault) => return Ok(Err(fault)),
    };
    report_stamp(report, &stamp);
    if has_request {
        report.proved.push(text::proved_answer());
    }
    Ok(Ok(()))
}

fn report_stamp(report: &mut Report, stamp: &TimeStamp) {
    let by = stamp.no_later_than().to_string();
    let root = stamp.chain.last().map_or("", Certificate::name);
    if stamp.is_trusted {
        report.proved.push(text::proved_stamp(root, &by, stamp.signer()));
    } else {
        report.proved.push(text::proved_stamp_intact(&by, stamp.signer()));
        report.not_proved.push(text::not_authority(stamp.signer()));
    }
    let string = |text: &str| JsonValue::Text(text.to_owned());
    let facts = [
        ("at", &stamp.at.to_string()),
        ("by", &by),
        ("serial", &stamp.serial),
        ("policy", &stamp.policy),
    ];
    report.facts.extend(facts.map(|(key, value)| (key.to_owned(), string(value))));
    let names = stamp.chain.iter().map(|certificate| string(certificate.name())).collect();
    report.facts.insert("chain".to_owned(), JsonValue::List(names));
    report.facts.insert("trusted".to_owned(), JsonValue::Bool(stamp.is_trusted));
}

fn public_log(
    report: &mut Report,
    request: &VerifyRequest,
    (proof, data): (&[u8], &[u8]),
    trusted: &TrustedFiles,
) -> Checking {
    let leaf = companion(request, request.time.asked.as_ref(), "leaf")?;
    let kept = companion(request, None, "policy")?;
    let check = || {
        let leaf = LeafRequest::read(leaf.as_deref().unwrap_or_default())?;
        let stored = kept.as_ref().map(|bytes| SigsumPolicy::read(bytes)).transpose()?;
        let missing = || exhibit_time::TimeFault::Policy("missing: use --sigsum-policy".to_owned());
        let policy = trusted.sigsum.as_ref().or(stored.as_ref()).ok_or_else(missing)?;
        Proof::read(proof)?.check(data, &leaf.key(), policy)
    };
    match check() {
        Ok(logged) => {
            let by = logged.at.to_string();
            report.proved.push(text::proved_logged(&by, &logged.log));
            for (name, at) in &logged.witnesses {
                let at: &StatedTime = at;
                report.proved.push(text::proved_cosigned(at.to_string(), name));
            }
            if trusted.sigsum.is_none() {
                report.not_proved.push(text::not_policy());
            }
            report.facts.insert("by".to_owned(), JsonValue::Text(by));
            report.facts.insert("trusted".to_owned(), JsonValue::Bool(trusted.sigsum.is_some()));
            Ok(Ok(()))
        }
        Err(fault) => Ok(Err(fault)),
    }
}
