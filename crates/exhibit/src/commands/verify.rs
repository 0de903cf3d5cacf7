//! `exhibit verify`

use super::Context;
use crate::cli::Verify;
use crate::failure::{Exit, Failure};
use crate::meter::Meter;
use crate::output::{Style, bytes, counted, number};
use crate::world::{self, MachineClock};
use exhibit_case::{
    Case, CaseError, Deviation, Held, Verification, VerifyStep, flush_outbox, keep_still, layout, log_act,
    verify_remains,
};
use exhibit_custody::{Act, Fixity};
use exhibit_dossier::{AnchorStanding, Handover, check_handovers, list_anchors};
use exhibit_model::{Clock, shown};
use exhibit_proof::finding::Finding;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, verify: &Verify) -> Result<ExitCode, Failure> {
    let folder = match &verify.path {
        Some(path) => path.clone(),
        None => context.case_folder()?,
    };
    let found = match Case::open(&folder) {
        Ok(case) => {
            // a case that is being written to does not stand still
            let _still = keep_still(&folder)?;
            let mut found = check(context, &case);
            anchors(&case, &mut found);
            found
        }
        Err(error @ CaseError::NoCase(_)) => return Err(error.into()),
        Err(error) => verify_remains(&folder, &error),
    };
    if !verify.no_log && !context.dry_run() {
        record(context, &folder, &found);
    }
    print(context, &found);
    Ok(if found.deviations.is_empty() { Exit::Done } else { Exit::Mismatch }.into())
}

fn check(context: &Context<'_>, case: &Case) -> Verification {
    let mut meter = Meter::new(context.output);
    let mut found = case.verify(&mut |step| match step {
        VerifyStep::Begin(bytes) => meter.begin("checking originals", true, bytes),
        VerifyStep::Read(more) => meter.more(more),
    });
    meter.end();
    match check_handovers(case) {
        Ok(checked) => checked.into_iter().for_each(|(handover, wrong)| take(&mut found, &handover, wrong)),
        Err(error) => found
            .deviations
            .push(Deviation { place: layout::HANDOVERS.to_owned(), what: exhibit_case::chain_of(&error) }),
    }
    found
}

// what is wrong with a bag that was handed over to this case and kept
fn take(found: &mut Verification, handover: &Handover, wrong: Vec<Finding>) {
    let place = |below: &str| format!("{}/{}/{below}", layout::HANDOVERS, handover.id);
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
fn record(context: &Context<'_>, folder: &Path, found: &Verification) {
    let fixity = Fixity {
        originals: found.originals,
        missing: found.missing,
        altered: found.altered,
        log_size: found.entries,
        log_deviations: found.log_deviations,
    };
    let logged = world::keys().and_then(|keys| {
        let mut held = Held::take(folder, &keys, world::TOOL)?;
        let tool = held.tool().to_owned();
        let work = held.catalogue.begin().map_err(exhibit_case::CaseError::from)?;
        log_act(&work, Act::fixity(&fixity), MachineClock.now(), &tool, &mut world::random)?;
        work.commit().map_err(exhibit_case::CaseError::from)?;
        Ok(flush_outbox(&mut held.catalogue, &mut held.log)?)
    });
    if let Err(failure) = logged {
        context.output.remark(&format!("This check is not logged: {}", failure.message));
    }
}

fn print(context: &Context<'_>, found: &Verification) {
    let output = context.output;
    if output.json {
        let named = |list: &[exhibit_case::Deviation]| {
            list.iter().map(|d| json!({"place": d.place, "what": d.what})).collect::<Vec<_>>()
        };
        output.object(
            "verification",
            json!({
                "good": found.deviations.is_empty(), "originals": found.originals, "bytes": found.bytes, "pages": found.pages,
                "log_entries": found.entries, "deviations": named(&found.deviations), "leftovers": named(&found.leftovers),
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
