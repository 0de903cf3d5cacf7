//! `exhibit log ls --access`, `exhibit log check --access`: who searched, viewed and exported.

use crate::access_log::Recorder;
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::output::{Output, Style};
use crate::system;
use crate::texts::texts;
use exhibit_case::{Case, chain_of};
use exhibit_custody::access::{AccessError, OpenedEntry};
use exhibit_custody::{AccessLog, AccessReport};
use exhibit_model::{EntrySeq, shown};
use serde_json::{Value, json};
use std::process::ExitCode;

/// The access log of a case, with pending records included; `None` if nothing was recorded yet.
pub(crate) fn open(output: &Output, case: &Case) -> Result<Option<AccessLog>, Failure> {
    if !AccessLog::is_in(&case.access_folder()) {
        return Ok(None);
    }
    if let Some(recorder) = Recorder::of(output, case) {
        recorder.fold();
    }
    AccessLog::open(&case.access_folder(), &system::keys()?).map(Some).map_err(unusable)
}

fn unusable(error: AccessError) -> Failure {
    Failure::new(Exit::Mismatch, "access-log", chain_of(&error)).hint(texts().hint_access_check())
}

pub(crate) fn list(context: &Context<'_>, from: u64, limit: u64) -> Result<ExitCode, Failure> {
    let output = context.output;
    let Some(log) = open(output, &context.case()?)? else {
        output.remark(&texts().nothing_recorded());
        return Ok(Exit::Nothing.into());
    };
    let (mut left, mut more) = (limit, false);
    let each = &mut |entry: OpenedEntry| {
        more = left == 0;
        if !more {
            print(output, &entry);
            left -= 1;
        }
        !more
    };
    log.entries(EntrySeq::new(from), each).map_err(unusable)?;
    if more {
        output.remark(&texts().log_access_more(from.saturating_add(limit).to_string()));
    }
    Ok(Exit::Done.into())
}

fn print(output: &Output, entry: &OpenedEntry) {
    let text = String::from_utf8_lossy(&entry.bytes).into_owned();
    if output.json {
        let opened: serde_json::Map<_, _> = entry
            .opened
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        output.object("entry", json!({"seq": entry.seq.get(), "entry": text, "openings": opened}));
        return;
    }
    let Ok(read) = exhibit_custody::Entry::read(&entry.bytes) else {
        output.line(&format!("{:>8}  {}", entry.seq, shown(&text)));
        return;
    };
    let opened = entry.opened.iter().map(|(name, value)| format!("{name}: {}", shown(value)));
    let sealed = read
        .sealed
        .keys()
        .filter(|name| !entry.opened.contains_key(*name))
        .map(|name| format!("{name}: {}", texts().value_sealed()));
    let values: Vec<String> = opened.chain(sealed).collect();
    output.line(&format!(
        "{:>8}  {}  {:<10}  {}",
        entry.seq,
        read.at.to_rfc3339(),
        read.act,
        values.join("  ")
    ));
}

pub(crate) fn check(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let output = context.output;
    let Some(log) = open(output, &context.case()?)? else {
        output.remark(&texts().nothing_recorded());
        return Ok(Exit::Nothing.into());
    };
    let report = log.check().map_err(unusable)?;
    let wrong = wrong(&report);
    if output.json {
        output.object(
            "access-log-check",
            json!({
                "good": report.is_valid(), "entries": report.log.entries, "opened": report.opened, "locked": report.locked,
                "waiting": report.waiting, "deviations": wrong,
            }),
        );
    } else {
        let texts = texts();
        output.line(&texts.checked_access_log(texts.entries(report.log.entries), report.opened));
        for what in &wrong {
            output.line(&format!("{}  {what}", output.style(Style::Bad, &texts.differs())));
        }
        let (style, verdict) = if report.is_valid() {
            (Style::Good, texts.access_log_valid())
        } else {
            (Style::Bad, texts.access_log_not_valid())
        };
        output.line(&output.style(style, &verdict));
    }
    Ok(if report.is_valid() { Exit::Done } else { Exit::Mismatch }.into())
}

/// Everything that is wrong with the access log.
pub(crate) fn wrong(report: &AccessReport) -> Vec<String> {
    let log = report
        .log
        .deviations
        .iter()
        .filter(|deviation| !deviation.is_harmless())
        .map(|d| chain_of(d));
    log.chain(report.wrong.iter().map(ToString::to_string)).collect()
}
