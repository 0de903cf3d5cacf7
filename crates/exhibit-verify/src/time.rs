//! Time stamps and proofs of public logs by themselves, and what the anchors in a bag say.

use crate::report::Report;
use crate::run::{Request, Unable, read, wrong};
use exhibit_messages::verify as text;
use exhibit_proof::bagit::{Checked, Files};
use exhibit_proof::finding::{Fault, chain};
use exhibit_proof::hash::to_hex;
use exhibit_proof::json::Value;
use exhibit_proof::package::{Proved, Trust};
use exhibit_time::anchored::Known;
use exhibit_time::sigsum::{LeafRequest, Proof};
use exhibit_time::{Against, Certificate, Moment, SigsumPolicy, Stamp, bag, stamp};
use std::path::{Path, PathBuf};

/// What the reader brings to judge times by.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Time {
    /// Files with certificates of time stamping authorities that the reader trusts.
    pub authorities: Vec<PathBuf>,
    /// A Sigsum policy that the reader trusts: a file.
    pub sigsum: Option<PathBuf>,
    /// What was stamped: a file; without it, `checkpoint` beside the stamp.
    pub data: Option<PathBuf>,
    /// What was asked: a file; without it, the `.tsq` or `.leaf` beside the stamp where there is one.
    pub asked: Option<PathBuf>,
}

/// What was brought, read.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    authorities: Vec<Certificate>,
    sigsum: Option<SigsumPolicy>,
}

impl Time {
    /// Reads what was brought.
    ///
    /// # Errors
    /// [`Unable`], where one of the files cannot be used.
    pub fn read(&self) -> Result<Brought, Unable> {
        let mut authorities = Vec::new();
        for path in &self.authorities {
            authorities.extend(Certificate::read_all(&read(path)?).map_err(|fault| unable(path, &fault))?);
        }
        let policy = self.sigsum.as_ref();
        let policy = policy.map(|path| SigsumPolicy::read(&read(path)?).map_err(|fault| unable(path, &fault)));
        Ok(Brought { authorities, sigsum: policy.transpose()? })
    }
}

fn unable(path: &Path, fault: &dyn std::error::Error) -> Unable {
    Unable { path: path.to_owned(), reason: chain(fault) }
}

/// Adds what the anchors in a bag prove, and what of them does not hold.
pub(crate) fn say_anchors(
    report: &mut Report,
    files: &mut dyn Files,
    checked: &mut Checked,
    (proved, trust): (&Proved, &Trust),
    brought: &Brought,
) {
    let known = Known {
        authorities: &brought.authorities,
        witnesses: trust.policy.as_ref(),
        sigsum: brought.sigsum.as_ref(),
        kept: false,
    };
    let mut facts = Vec::new();
    let mut is_trusted = false;
    for anchor in bag::check(files, checked, &proved.keys(), &known) {
        let (name, by, who) = (&anchor.anchored.name, anchor.anchored.by.to_string(), &anchor.anchored.who);
        if anchor.anchored.is_trusted {
            is_trusted = true;
            // Before what is said of each document: a page for people does not show all of that.
            let line = text::proved_time(name, &by, anchor.size, who);
            report.proved.insert(report.proved.len().min(1), line);
        } else {
            report.not_proved.push(text::not_trusted(name, &by, anchor.size, who));
        }
        let string = |text: &str| Value::Text(text.to_owned());
        let members = [
            ("name", string(name)),
            ("type", string(anchor.anchored.kind.word())),
            ("size", Value::Text(anchor.size.to_string())),
            ("by", string(&by)),
            ("who", string(who)),
            ("trusted", Value::Bool(anchor.anchored.is_trusted)),
        ];
        facts.push(Value::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()));
    }
    if is_trusted {
        report.not_proved.retain(|line| *line != text::not_time());
        say_time_limits(report);
    }
    if !facts.is_empty() {
        report.facts.insert("anchors".to_owned(), Value::List(facts));
    }
}

fn say_time_limits(report: &mut Report) {
    report.not_proved.push(text::not_earlier());
    report.not_proved.push(text::not_revoked());
}

/// Checks a time stamp or a public log's proof by itself.
pub(crate) fn timestamp(request: &Request) -> Result<Report, Unable> {
    let path = &request.path;
    let bytes = read(path)?;
    let beside = path.with_file_name("checkpoint");
    let data_path = request.time.data.as_ref().unwrap_or(&beside);
    let data = read(data_path)?;
    let brought = request.time.read()?;
    let mut report = Report::default();
    let digest = to_hex(&exhibit_time::sha256(&data));
    let [stamp, stamped] = [path, data_path].map(|path| path.display().to_string());
    report.checked.push(text::checked_stamp(stamped, digest, stamp));
    let checked = if bytes.starts_with(b"version=") {
        public_log(&mut report, request, (&bytes, &data), &brought)?
    } else {
        authority(&mut report, request, (&bytes, &data), &brought)?
    };
    if let Err(fault) = checked {
        wrong(&mut report, path, Fault::Time, chain(&fault));
    }
    say_time_limits(&mut report);
    report.not_proved.push(text::not_stamped());
    Ok(report)
}

// A file that may lie beside the one that is checked.
fn beside(request: &Request, asked: Option<&PathBuf>, ending: &str) -> Result<Option<Vec<u8>>, Unable> {
    let own = request.path.with_extension(ending);
    match asked {
        Some(path) => read(path).map(Some),
        None if own.is_file() && own != request.path => read(&own).map(Some),
        None => Ok(None),
    }
}

type Checking = Result<Result<(), exhibit_time::Fault>, Unable>;

fn authority(report: &mut Report, request: &Request, (reply, data): (&[u8], &[u8]), brought: &Brought) -> Checking {
    let asked = beside(request, request.time.asked.as_ref(), "tsq")?;
    let kept = beside(request, None, "pem")?;
    let check = || {
        let asked = asked.as_ref().map(|bytes| exhibit_time::Request::read(bytes)).transpose()?;
        let kept = kept.as_ref().map_or(Ok(Vec::new()), |bytes| Certificate::read_all(bytes))?;
        let against = Against { data, request: asked.as_ref(), kept: &kept, trusted: &brought.authorities };
        stamp::check(reply, &against).map(|stamp| (stamp, asked.is_some()))
    };
    let (stamp, is_asked) = match check() {
        Ok(checked) => checked,
        Err(fault) => return Ok(Err(fault)),
    };
    say_stamp(report, &stamp);
    if is_asked {
        report.proved.push(text::proved_answer());
    }
    Ok(Ok(()))
}

fn say_stamp(report: &mut Report, stamp: &Stamp) {
    let by = stamp.no_later_than().to_string();
    let root = stamp.chain.last().map_or("", Certificate::name);
    if stamp.is_trusted {
        report.proved.push(text::proved_stamp(root, &by, stamp.signer()));
    } else {
        report.proved.push(text::proved_stamp_intact(&by, stamp.signer()));
        report.not_proved.push(text::not_authority(stamp.signer()));
    }
    let string = |text: &str| Value::Text(text.to_owned());
    let facts = [("at", &stamp.at.to_string()), ("by", &by), ("serial", &stamp.serial), ("policy", &stamp.policy)];
    report.facts.extend(facts.map(|(key, value)| (key.to_owned(), string(value))));
    let names = stamp.chain.iter().map(|certificate| string(certificate.name())).collect();
    report.facts.insert("chain".to_owned(), Value::List(names));
    report.facts.insert("trusted".to_owned(), Value::Bool(stamp.is_trusted));
}

fn public_log(report: &mut Report, request: &Request, (proof, data): (&[u8], &[u8]), brought: &Brought) -> Checking {
    let leaf = beside(request, request.time.asked.as_ref(), "leaf")?;
    let kept = beside(request, None, "policy")?;
    let check = || {
        let leaf = LeafRequest::read(leaf.as_deref().unwrap_or_default())?;
        let own = kept.as_ref().map(|bytes| SigsumPolicy::read(bytes)).transpose()?;
        let none = || exhibit_time::Fault::Policy("there is none: bring it with --sigsum-policy".to_owned());
        let policy = brought.sigsum.as_ref().or(own.as_ref()).ok_or_else(none)?;
        Proof::read(proof)?.check(data, &leaf.key(), policy)
    };
    match check() {
        Ok(logged) => {
            let by = logged.at.to_string();
            report.proved.push(text::proved_logged(&by, &logged.log));
            for (name, at) in &logged.witnesses {
                let at: &Moment = at;
                report.proved.push(text::proved_cosigned(at.to_string(), name));
            }
            if brought.sigsum.is_none() {
                report.not_proved.push(text::not_policy());
            }
            report.facts.insert("by".to_owned(), Value::Text(by));
            report.facts.insert("trusted".to_owned(), Value::Bool(brought.sigsum.is_some()));
            Ok(Ok(()))
        }
        Err(fault) => Ok(Err(fault)),
    }
}
