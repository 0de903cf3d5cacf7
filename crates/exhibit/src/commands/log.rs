//! `exhibit log ls|show|anchor`, `exhibit case repair`

use super::{Context, anchor};
use crate::cli::{CaseCommand, LogCommand};
use crate::failure::{Exit, Failure};
use crate::watch::{Count, count};
use crate::world;
use exhibit_case::{CaseError, layout};
use exhibit_custody::Log;
use exhibit_ingest::Progress;
use serde_json::json;
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, command: &LogCommand) -> Result<ExitCode, Failure> {
    if let LogCommand::Anchor(command) = command {
        return anchor::run(context, command);
    }
    let case = context.case()?;
    let output = context.output;
    match command {
        LogCommand::Anchor(_) => {}
        LogCommand::Ls { from, limit } => {
            let log = Log::open(&case.folder.join(layout::CUSTODY)).map_err(CaseError::from)?;
            let last = log.size().min(from.saturating_add(*limit));
            for seq in *from..last {
                let entry = log.entry(seq).map_err(CaseError::from)?;
                let text = String::from_utf8_lossy(&entry).into_owned();
                if output.json {
                    output.object("entry", json!({"seq": seq, "entry": text}));
                } else {
                    output.line(&format!("{seq:>8}  {text}"));
                }
            }
            if last < log.size() {
                output.remark(&format!("{} more: exhibit log ls --from {last}", log.size() - last));
            }
        }
        LogCommand::Show { seq } => {
            let entry = case.entry(*seq)?;
            if output.json {
                let openings: serde_json::Map<_, _> =
                    entry.openings.iter().map(|(f, v)| (f.clone(), serde_json::Value::from(v.as_str()))).collect();
                output.object(
                    "entry",
                    json!({"seq": seq, "entry": entry.text, "openings": openings, "proof": entry.proof}),
                );
            } else {
                output.line(&entry.text);
                for (field, value) in &entry.openings {
                    output.line(&format!("sealed in it: {field} = {value}"));
                }
                output.line(entry.proof.trim_end());
            }
        }
    }
    Ok(Exit::Done.into())
}

pub(crate) fn case(context: &Context<'_>, command: &CaseCommand) -> Result<ExitCode, Failure> {
    let CaseCommand::Repair { index: _ } = command;
    let folder = context.case_folder()?;
    if context.dry_run() {
        context.output.line("would make the search index anew from the page packs");
        return Ok(Exit::Done.into());
    }
    // held, so that nobody adds pages meanwhile
    let held = world::hold(&folder)?;
    let progress = Progress::default();
    let all = held.case.account()?.pages;
    let now = || Count { what: "pages made searchable", done: progress.snapshot().indexed, all };
    count(context.output, &now, || exhibit_ingest::reindex(&held.case, &progress))?;
    let pages = exhibit_case::Case::open(&folder)?.searchable();
    context.output.line(&format!("Made the search index anew: {pages} pages are searchable."));
    Ok(Exit::Done.into())
}
