//! `exhibit case repair|rekey|seal|access`

use super::Context;
use crate::cli::{CaseCommand, Switch};
use crate::failure::{Exit, Failure};
use crate::output::{counted, number};
use crate::progress::{Count, count};
use crate::system::{self, MachineClock};
use crate::{access_log, confirm, passphrase};
use exhibit_case::{Case, CaseError, key_file, layout, rekey};
use exhibit_custody::{Log, Protection};
use exhibit_ingest::Progress;
use exhibit_model::Clock;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, command: &CaseCommand) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    match command {
        CaseCommand::Repair { index: _ } => repair(context, &folder),
        CaseCommand::Rekey { none, new_passphrase_file } => {
            lock_anew(context, &folder, *none, new_passphrase_file.as_deref())
        }
        CaseCommand::Seal => seal(context, &folder),
        CaseCommand::Access { record, keep_days } => access(context, &folder, *record, *keep_days),
    }
}

fn repair(context: &Context<'_>, folder: &Path) -> Result<ExitCode, Failure> {
    if context.dry_run() {
        context.output.line("would make the search index anew from the page packs");
        return Ok(Exit::Done.into());
    }
    // held, so that nobody adds pages meanwhile; of a sealed case, too: the index is no part of what was sealed
    let held = system::hold_any(folder)?;
    let progress = Progress::default();
    let all = held.case.account()?.pages;
    let now = || Count { what: "pages made searchable", done: progress.snapshot().indexed, all };
    count(context.output, &now, || exhibit_ingest::reindex(&held.case, &progress))?;
    let pages = Case::open(folder)?.searchable();
    context.output.line(&format!("Made the search index anew: {pages} pages are searchable."));
    Ok(Exit::Done.into())
}

/// The file of the key that signs a case's log.
pub(crate) fn signing_key(folder: &Path) -> Result<PathBuf, Failure> {
    let log = Log::open(&folder.join(layout::CUSTODY)).map_err(CaseError::from)?;
    Ok(key_file(&system::keys()?, log.verifier()))
}

fn lock_anew(context: &Context<'_>, folder: &Path, none: bool, file: Option<&Path>) -> Result<ExitCode, Failure> {
    let key = signing_key(folder)?;
    let shown = key.display().to_string();
    if context.dry_run() {
        let how = if none { "without a passphrase" } else { "under a new passphrase" };
        context.output.line(&format!("would write {shown} again {how}"));
        return Ok(Exit::Done.into());
    }
    passphrase::unlock(&key)?;
    let old = system::keys()?;
    let keys = system::door(&old);
    // the old passphrase is read from --key-passphrase-file, where one is named: the new one never is
    let lock = if none { None } else { Some(Protection::new(passphrase::choose_anew(file)?)) };
    rekey(&keys, &key, lock.as_ref(), &mut system::random).map_err(CaseError::from)?;
    if context.output.json {
        context.output.object("key", json!({"file": shown, "locked": lock.is_some()}));
    } else {
        let how = if none { "not locked by a passphrase any more" } else { "locked by the new passphrase" };
        context.output.line(&format!("{shown} is {how}."));
        context.output.line("Copies of it elsewhere are as they were: replace or destroy them.");
    }
    Ok(Exit::Done.into())
}

fn seal(context: &Context<'_>, folder: &Path) -> Result<ExitCode, Failure> {
    let case = Case::open(folder)?;
    case.must_be_open()?;
    let account = case.account()?;
    if context.dry_run() {
        context.output.line(&format!("would seal the case {:?} for good", case.config.name));
        return Ok(Exit::Done.into());
    }
    if account.pages_waiting_for_ocr > 0 {
        let pages = number(account.pages_waiting_for_ocr);
        context.output.warn(&format!("{pages} pictures of pages wait for OCR: they would stay unread for good"));
    }
    let question = format!("Seal the case {:?} for good? Nothing can be added to it afterwards", case.config.name);
    confirm::confirm(context, &question)?;
    let entry = system::hold(folder)?.seal(MachineClock.now(), &mut system::random)?;
    let log = Log::open(&folder.join(layout::CUSTODY)).map_err(CaseError::from)?;
    if context.output.json {
        context.output.object("seal", json!({"log_entry": entry, "checkpoint": log.checkpoint()}));
        return Ok(Exit::Done.into());
    }
    context.output.line(&format!("Sealed: log entry {entry} is the last one. Its checkpoint:"));
    context.output.line(log.checkpoint().trim_end());
    context
        .output
        .line("Keep a copy of this checkpoint elsewhere, and anchor it in time: it vouches for the whole case.");
    Ok(Exit::Done.into())
}

fn access(
    context: &Context<'_>,
    folder: &Path,
    record: Option<Switch>,
    keep_days: Option<u32>,
) -> Result<ExitCode, Failure> {
    let case = Case::open(folder)?;
    let mut settings = case.config.access;
    settings.record = record.map_or(settings.record, |switch| switch == Switch::On);
    settings.keep_days = keep_days.unwrap_or(settings.keep_days);
    let changes = settings != case.config.access;
    if changes && !context.dry_run() {
        let mut held = system::hold(folder)?;
        held.set_access(settings, MachineClock.now(), &mut system::random)?;
        if let Some(recorder) = access_log::Recorder::even_if_off(context.output, &held.case) {
            recorder.set();
        }
    }
    if context.output.json {
        let fields = json!({"record": settings.record, "keep_days": settings.keep_days, "changed": changes});
        context.output.object("access", fields);
        return Ok(Exit::Done.into());
    }
    let would = if changes && context.dry_run() { "It would be so: " } else { "" };
    let whether = if settings.record { "is recorded" } else { "is not recorded" };
    let days = counted(u64::from(settings.keep_days), "day", "days");
    context.output.line(&format!("{would}Looking {whether}; what was looked at can be read for {days}."));
    Ok(Exit::Done.into())
}
