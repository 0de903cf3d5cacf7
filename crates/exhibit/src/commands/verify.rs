//! `exhibit verify`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::{Style, bytes, counted, number};
use crate::progress::Meter;
use crate::system::{self, MachineClock};
use clap::Args;
use exhibit_case::{
    Case, CaseError, Deviation, Verification, VerifyStep, keep_still, layout, remembered, verify_remains,
};
use exhibit_custody::{AccessLog, Act, Fixity};
use exhibit_dossier::{AnchorStanding, Handover, Standing, check_handovers, check_quotes, list_anchors};
use exhibit_model::{Clock, shown};
use exhibit_proof::finding::Finding;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check the case against its hashes and its log
#[derive(Debug, Args)]
#[command(after_help = "Lists every deviation, and exits with 4 if there is any.\n\
                        Example:\n  exhibit verify ~/Exhibit/leak")]
pub(crate) struct VerifyArgs {
    /// The folder of the case
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Do not record this check in the log
    #[arg(long)]
    no_log: bool,
}

impl Run for VerifyArgs {
    const GROUP: Group = Group::Trust;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, verify: &VerifyArgs) -> Result<ExitCode, Failure> {
    let folder = match &verify.path {
        Some(path) => path.clone(),
        None => context.case_folder()?,
    };
    let mut more = More::default();
    let found = match Case::open(&folder) {
        Ok(case) => {
            // a case that is being written to does not stand still
            let _still = keep_still(&folder)?;
            let mut found = check(context, &case);
            anchors(&case, &mut found);
            more.quotes = check_quotes_too(&case, &mut found);
            more.access = check_access_too(&case, &mut found);
            found
        }
        Err(error @ CaseError::NoCase(_)) => return Err(error.into()),
        Err(error) => verify_remains(&folder, &error),
    };
    if !verify.no_log && !context.dry_run() {
        record(context, &folder, &found, &more);
    }
    print(context, &found, &more);
    Ok(if found.deviations.is_empty() { Exit::Done } else { Exit::Mismatch }.into())
}

/// What was checked besides what the case itself checks.
#[derive(Default)]
struct More {
    /// Quotes, and how many of them do not hold.
    quotes: (u64, u64),
    /// Entries of the access log, where there is one.
    access: Option<u64>,
}

fn check_quotes_too(case: &Case, found: &mut Verification) -> (u64, u64) {
    let standing = match check_quotes(case) {
        Ok(standing) => standing,
        Err(error) => {
            found.wrong("quotes", exhibit_case::chain_of(&error));
            return (0, 0);
        }
    };
    let before = found.deviations.len();
    let there: BTreeSet<u64> = standing.iter().filter_map(|quote| quote.anchor.as_ref()).map(|a| a.entry).collect();
    for quote in &standing {
        let place = format!("quotes/{}.json", quote.id);
        let next = quote.anchor.as_ref().is_some_and(|anchor| anchor.entry == found.entries);
        let what = match &quote.standing {
            Standing::Holds | Standing::ReadAnew => continue,
            Standing::NotLogged if next => {
                let what = "it was written ahead of its log entry, which never came".to_owned();
                found.leftovers.push(Deviation { place, what });
                continue;
            }
            Standing::NotLogged => "the log does not record this quote: it was put there or altered",
            Standing::Broken { .. } => {
                "its page does not say it any more: `exhibit quote check` shows the nearest text"
            }
            Standing::PageGone => "its document or page is not there any more",
            Standing::Unreadable => "it is not a quote",
        };
        found.wrong(place, what);
    }
    for entry in found.quotes.clone().difference(&there) {
        found.wrong(format!("quotes/Q-{entry:06}.json"), format!("log entry {entry} records it, but it is not there"));
    }
    (standing.len() as u64, (found.deviations.len() - before) as u64)
}

// what was written down and waits for its entries stays where it is: checking changes nothing
fn check_access_too(case: &Case, found: &mut Verification) -> Option<u64> {
    let folder = case.access_folder();
    if !AccessLog::is_in(&folder) {
        if AccessLog::was_in(&folder) {
            found.wrong(layout::ACCESS, "its log is missing, though what it recorded is there");
        }
        return None;
    }
    let report = system::keys().ok().map(|keys| AccessLog::open(&folder, &keys).and_then(|log| log.check()))?;
    match report {
        Ok(report) => {
            for what in super::log::access::wrong(&report) {
                found.wrong(layout::ACCESS, what);
            }
            Some(report.log.entries)
        }
        Err(error) => {
            found.wrong(layout::ACCESS, exhibit_case::chain_of(&error));
            None
        }
    }
}

fn check(context: &Context<'_>, case: &Case) -> Verification {
    let once: Vec<_> = system::keys().ok().and_then(|keys| remembered(&keys, &case.config.log)).into_iter().collect();
    let mut meter = Meter::new(context.output);
    let mut found = case.verify(&once, &mut |step| match step {
        VerifyStep::Begin(bytes) => meter.begin("checking originals", true, bytes),
        VerifyStep::Read(more) => meter.more(more),
    });
    meter.end();
    match check_handovers(case) {
        Ok(checked) => checked.into_iter().for_each(|(handover, wrong)| take(&mut found, &handover, wrong)),
        Err(error) => {
            found.deviations.push(Deviation { place: layout::BAGS.to_owned(), what: exhibit_case::chain_of(&error) })
        }
    }
    found
}

// what is wrong with a bag that was handed over to this case and kept
fn take(found: &mut Verification, handover: &Handover, wrong: Vec<Finding>) {
    let place = |below: &str| format!("{}/{}/{below}", layout::BAGS, handover.id);
    for finding in wrong {
        let what = format!("{}: {}", finding.fault.word(), finding.detail);
        found.deviations.push(Deviation { place: place(&finding.place), what: what.trim_end_matches(": ").to_owned() });
    }
    if !handover.whole {
        let what = "taking it in was interrupted: `exhibit bag import` goes on with it".to_owned();
        found.leftovers.push(Deviation { place: place(""), what });
    }
}

// What anchors the log in time: held against the log as it is now.
fn anchors(case: &Case, found: &mut Verification) {
    let place = |size: u64, name: &str| format!("custody/anchors/{size:09}/{}", shown(name));
    match list_anchors(case) {
        Ok(rows) => {
            for row in rows {
                let place = place(row.size, &row.name);
                match row.standing {
                    AnchorStanding::Broken(what) => found.deviations.push(Deviation { place, what: shown(&what) }),
                    AnchorStanding::NotLogged(_) => {
                        let what = "no log entry records it; import it again".to_owned();
                        found.leftovers.push(Deviation { place, what });
                    }
                    AnchorStanding::Holds(..) | AnchorStanding::Asked(_) => {}
                }
            }
        }
        Err(error) => {
            let what = exhibit_case::chain_of(&error);
            found.deviations.push(Deviation { place: "custody/anchors".to_owned(), what });
        }
    }
}

// that a case was checked, and what was found, is itself an act; a copy without its key can be checked all the same
fn record(context: &Context<'_>, folder: &Path, found: &Verification, more: &More) {
    let fixity = Fixity {
        originals: found.originals,
        missing: found.missing,
        altered: found.altered,
        log_size: found.entries,
        log_deviations: found.log_deviations,
        quotes: more.quotes.0,
        broken_quotes: more.quotes.1,
    };
    let logged = system::hold(folder)
        .and_then(|mut held| Ok(held.log_one(Act::fixity(&fixity), MachineClock.now(), &mut system::random)?));
    if let Err(failure) = logged {
        context.output.remark(&format!("This check is not logged: {}", failure.message));
    }
}

fn print(context: &Context<'_>, found: &Verification, more: &More) {
    let output = context.output;
    if output.json {
        let named = |list: &[exhibit_case::Deviation]| {
            list.iter().map(|d| json!({"place": d.place, "what": d.what})).collect::<Vec<_>>()
        };
        output.object(
            "verification",
            json!({
                "good": found.deviations.is_empty(), "originals": found.originals, "bytes": found.bytes, "pages": found.pages,
                "log_entries": found.entries, "log_keys": found.keys, "sealed": found.sealed,
                "quotes": more.quotes.0, "access_entries": more.access, "deviations": named(&found.deviations), "leftovers": named(&found.leftovers),
            }),
        );
        return;
    }
    let originals = counted(found.originals, "original", "originals");
    output.line(&format!(
        "Checked {originals} ({}), {} and {} against their digests.",
        bytes(found.bytes),
        counted(found.pages, "page record", "page records"),
        counted(found.entries, "log entry", "log entries"),
    ));
    if more.quotes.0 > 0 {
        let quotes = counted(more.quotes.0, "quote", "quotes");
        output.line(&format!("Held {quotes} against their pages and the log."));
    }
    if let Some(entries) = more.access {
        output.line(&format!("Checked the access log, {}.", counted(entries, "entry", "entries")));
    }
    if found.keys > 1 {
        output.line(&format!("The log had {} keys, each handed over to the next.", number(found.keys)));
    }
    if let Some(entry) = found.sealed {
        output.line(&format!("The case is sealed by log entry {entry}."));
    }
    for deviation in &found.deviations {
        let word = output.style(Style::Bad, "differs");
        output.line(&format!("{word}  {}: {}", deviation.place, deviation.what));
    }
    for leftover in &found.leftovers {
        output.line(&format!("{}  {}: {}", output.style(Style::Dim, "leftover"), leftover.place, leftover.what));
    }
    if found.deviations.is_empty() {
        output.line(&output.style(Style::Good, "Everything is as it was received and logged."));
    } else {
        let count = number(found.deviations.len() as u64);
        output.line(&output.style(Style::Bad, &format!("{count} found that must not be. Work from a good copy.")));
    }
}
