//! `exhibit case repair|rekey|seal|access|adopt`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};

use crate::progress::{Count, Step, count};
use crate::system;
use crate::texts::texts;
use crate::{access_log, confirm, passphrase};
use clap::{Args, Subcommand, ValueEnum};
use exhibit_case::{Case, CaseError, CaseFolder, key_file, rekey};
use exhibit_custody::KeyProtection;
use exhibit_ingest::IngestProgress;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Seal a case, change its passphrase, set access logging, rebuild its index
#[derive(Debug, Args)]
pub(crate) struct CaseArgs {
    #[command(subcommand)]
    command: CaseCommand,
}

#[derive(Debug, Subcommand)]
enum CaseCommand {
    /// Close the case permanently: it can still be searched and handed over, but never changed
    #[command(after_help = "Example:\n  exhibit case seal --yes")]
    Seal,
    /// Turn access logging on or off, and set how long entries can be read; without arguments, show the settings
    #[command(
        after_help = "Examples:\n  exhibit case access off\n  exhibit case access on --keep-days 90"
    )]
    Access {
        /// Whether searches, views and exports are recorded
        #[arg(value_enum, value_name = "on|off")]
        record: Option<Switch>,
        /// For how many days entries can be read
        #[arg(long, value_name = "DAYS")]
        keep_days: Option<u32>,
    },
    /// Change the passphrase of the signing key (prompted for)
    #[command(
        after_help = "Examples:\n  exhibit case rekey\n  exhibit case rekey --key-passphrase-file old --new-passphrase-file new"
    )]
    Rekey {
        /// Remove the passphrase
        #[arg(long, conflicts_with = "new_passphrase_file")]
        none: bool,
        /// Read the new passphrase from this file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Make this copy the folder in which the case is worked on; the folder that it was copied from is the copy then
    #[command(after_help = "Example:\n  exhibit -C /media/disk/case case adopt")]
    Adopt,
    /// Rebuild derived data
    Repair {
        /// The search index, from the page packs
        #[arg(long, required = true)]
        index: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl Run for CaseArgs {
    const GROUP: Group = Group::Trust;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &CaseCommand) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    match command {
        CaseCommand::Repair { index: _ } => repair(context, &folder),
        CaseCommand::Rekey { none, new_passphrase_file } => {
            lock_anew(context, &folder, *none, new_passphrase_file.as_deref())
        }
        CaseCommand::Seal => seal(context, &folder),
        CaseCommand::Adopt => adopt(context, &folder),
        CaseCommand::Access { record, keep_days } => access(context, &folder, *record, *keep_days),
    }
}

fn repair(context: &Context<'_>, folder: &Path) -> Result<ExitCode, Failure> {
    if context.dry_run() {
        context.output.line(&texts().would_rebuild_index());
        return Ok(Exit::Done.into());
    }
    // locked, so that no pages are added meanwhile; also for a sealed case: the index is not part of the seal
    let held = system::hold_any(folder)?;
    let progress = IngestProgress::default();
    let all = held.view().account()?.pages;
    let now = || Count { step: Step::Index, done: progress.snapshot().indexed, all };
    count(context.output, &now, || exhibit_ingest::reindex(&held.case, &progress))?;
    let pages = super::view(&Case::open(folder)?).searchable();
    context.output.line(&texts().rebuilt_index(pages));
    Ok(Exit::Done.into())
}

/// The file of the key that signs the log of a case.
pub(crate) fn signing_key(folder: &Path) -> Result<PathBuf, Failure> {
    let log = CaseFolder::new(folder).log().map_err(CaseError::from)?;
    Ok(key_file(&system::keys()?, log.verifier()))
}

fn lock_anew(
    context: &Context<'_>,
    folder: &Path,
    none: bool,
    file: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let key = signing_key(folder)?;
    let shown = key.display().to_string();
    if context.dry_run() {
        context.output.line(&match none {
            true => texts().would_rekey_none(shown),
            false => texts().would_rekey_new(shown),
        });
        return Ok(Exit::Done.into());
    }
    passphrase::unlock(&key)?;
    let old = system::keys()?;
    let keys = system::unlocked_keys(&old);
    // only the old passphrase is read from --key-passphrase-file
    let lock = if none { None } else { Some(KeyProtection::new(passphrase::choose_new(file)?)) };
    rekey(&keys, &key, lock.as_ref(), &mut system::random).map_err(CaseError::from)?;
    if context.output.json {
        context.output.object("key", json!({"file": shown, "locked": lock.is_some()}));
    } else {
        context.output.line(&match none {
            true => texts().rekeyed_none(shown),
            false => texts().rekeyed_new(shown),
        });
        context.output.line(&texts().key_copies_unchanged());
    }
    Ok(Exit::Done.into())
}

fn adopt(context: &Context<'_>, folder: &Path) -> Result<ExitCode, Failure> {
    let shown = folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).display().to_string();
    if context.dry_run() {
        context.output.line(&texts().would_adopt(shown));
        return Ok(Exit::Done.into());
    }
    let keys = system::keys()?;
    exhibit_case::adopt(&system::unlocked_keys(&keys), folder)?;
    if context.output.json {
        context.output.object("adopted", json!({"folder": shown}));
    } else {
        context.output.line(&texts().adopted(shown));
    }
    Ok(Exit::Done.into())
}

fn seal(context: &Context<'_>, folder: &Path) -> Result<ExitCode, Failure> {
    let case = Case::open(folder)?;
    case.must_be_open()?;
    let account = super::view(&case).account()?;
    let name = format!("{:?}", case.config.name);
    if context.dry_run() {
        context.output.line(&texts().would_seal(name));
        return Ok(Exit::Done.into());
    }
    if account.pages_waiting_for_ocr > 0 {
        context.output.warn(&texts().ocr_never_read(account.pages_waiting_for_ocr));
    }
    confirm::confirm(context, &texts().ask_seal(name))?;
    let entry = system::hold(folder)?.seal()?;
    let log = CaseFolder::new(folder).log().map_err(CaseError::from)?;
    if context.output.json {
        context
            .output
            .object("seal", json!({"log_entry": entry.get(), "checkpoint": log.checkpoint()}));
        return Ok(Exit::Done.into());
    }
    context.output.line(&texts().sealed_checkpoint(entry.to_string()));
    context.output.line(log.checkpoint().trim_end());
    context.output.line(&texts().keep_checkpoint());
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
        held.set_access(settings)?;
        if let Some(recorder) = access_log::Recorder::even_if_off(context.output, &held.case) {
            recorder.set();
        }
    }
    if context.output.json {
        let fields =
            json!({"record": settings.record, "keep_days": settings.keep_days, "changed": changes});
        context.output.object("access", fields);
        return Ok(Exit::Done.into());
    }
    let days = u64::from(settings.keep_days);
    let text = if settings.record { texts().access_on(days) } else { texts().access_off(days) };
    context.output.line(&if changes && context.dry_run() {
        texts().would_change(text)
    } else {
        text
    });
    Ok(Exit::Done.into())
}
