//! `exhibit log key ls|rotate|revoke`

use crate::commands::Context;
use crate::commands::case::signing_key;
use crate::failure::{Exit, Failure, path as shown_path};
use crate::passphrase;
use crate::system;
use crate::texts::texts;
use clap::{Args, Subcommand, ValueEnum};
use exhibit_case::{CaseError, CaseFolder, CaseWriter, Rotation, key_file};
use exhibit_custody::{
    Entry, Key, KeyProtection, Passphrase, Ref, Remembered, Revocation, check_log_with,
};
use exhibit_proof::VerifierKey;
use exhibit_proof::hash::to_hex;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Manage the keys that sign the log
#[derive(Debug, Args)]
pub(super) struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// List the keys that the log has used
    Ls,
    /// Replace the signing key; also finishes an interrupted rotation
    #[command(
        after_help = "The new key of a passphrase-locked key is locked with the same passphrase, unless another is given.\nExamples:\n  \
                            exhibit log key rotate\n  exhibit log key rotate --reason compromised --passphrase"
    )]
    Rotate {
        /// Why the old key is retired
        #[arg(long, value_enum, default_value = "superseded", value_name = "WHY")]
        reason: KeyReason,
        /// Lock the new key with a passphrase (prompted for) if the old key is not locked
        #[arg(long)]
        passphrase: bool,
        /// Read the new key's passphrase from this file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Record in the log that an earlier key is not to be trusted, or is lost
    #[command(after_help = "Example:\n  exhibit log key revoke 99df5d1d --reason compromised")]
    Revoke {
        /// The key: its eight digits, or its whole line
        #[arg(value_name = "KEY")]
        key: String,
        /// Why
        #[arg(long, value_enum, value_name = "WHY")]
        reason: KeyReason,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyReason {
    Superseded,
    Compromised,
    Lost,
}

pub(super) fn run(context: &Context<'_>, arguments: &KeyArgs) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    match &arguments.command {
        KeyCommand::Ls => list(context, &folder),
        KeyCommand::Rotate { reason, passphrase, new_passphrase_file } => {
            rotate(context, &folder, *reason, *passphrase, new_passphrase_file.as_deref())
        }
        KeyCommand::Revoke { key, reason } => revoke(context, &folder, key, *reason),
    }
}

impl From<KeyReason> for Revocation {
    fn from(reason: KeyReason) -> Self {
        match reason {
            KeyReason::Superseded => Self::Superseded,
            KeyReason::Compromised => Self::Compromised,
            KeyReason::Lost => Self::Lost,
        }
    }
}

/// The keys that the log has used, with the reason why each was retired.
struct Chain {
    keys: Vec<VerifierKey>,
    reasons: BTreeMap<String, String>,
    holds: bool,
}

fn chain(folder: &Path) -> Chain {
    let mut reasons = BTreeMap::new();
    let report = check_log_with(
        &CaseFolder::new(folder).custody(),
        &Remembered::default(),
        &mut |entry: &Entry| {
            if entry.act == exhibit_custody::Verb::KeyRevoke {
                let reason = match entry.facts.get("reason") {
                    Some(exhibit_custody::Fact::Text(reason)) => exhibit_model::shown(reason),
                    _ => String::new(),
                };
                reasons.insert(entry.object.to_string(), reason);
            }
        },
    );
    let holds = report.is_valid();
    Chain { keys: report.keys, reasons, holds }
}

fn list(context: &Context<'_>, folder: &Path) -> Result<ExitCode, Failure> {
    let chain = chain(folder);
    let keys = system::keys()?;
    for (place, key) in chain.keys.iter().enumerate() {
        let signs = place + 1 == chain.keys.len();
        let reason = chain.reasons.get(&Ref::key(key).to_string()).filter(|_| !signs);
        let file = key_file(&keys, key);
        let own = signs || file != exhibit_case::key_path(&keys, key.name()) || place == 0;
        let file = Some(file).filter(|file| own && file.exists());
        let locked = file.as_ref().and_then(|file| Key::is_locked(file).ok());
        if context.output.json {
            let file = file.map(|file| file.display().to_string());
            let fields = json!({"key": key.to_string(), "signs": signs, "revoked": reason, "file": file, "locked": locked});
            context.output.object("key", fields);
            continue;
        }
        let state = match reason {
            _ if signs => texts().key_current(),
            Some(reason) => texts().key_retired_why(reason),
            None => texts().key_retired(),
        };
        let place = match file {
            None => texts().key_elsewhere(),
            Some(file) if locked == Some(true) => texts().key_locked(shown_path(&file)),
            Some(file) => shown_path(&file),
        };
        context.output.line(&format!("{key}\n    {}", texts().key_state(place, state)));
    }
    if !chain.holds {
        context.output.warn(&texts().log_not_valid_keys());
    }
    Ok(if chain.holds { Exit::Done } else { Exit::Mismatch }.into())
}

fn rotate(
    context: &Context<'_>,
    folder: &Path,
    reason: KeyReason,
    passphrase: bool,
    file: Option<&Path>,
) -> Result<ExitCode, Failure> {
    if context.dry_run() {
        context.output.line(&texts().would_rotate());
        return Ok(Exit::Done.into());
    }
    let old_file = signing_key(folder)?;
    passphrase::unlock(&old_file)?;
    let given = passphrase::kept(&old_file);
    let keys = system::keys()?;
    let unlocked = system::unlocked_keys(&keys);
    let mut held = CaseWriter::take_any(folder, &unlocked, system::acts())?;
    let lock = lock_of_new(given, passphrase, file)?.map(KeyProtection::new);
    let rotation = Rotation { reason: reason.into(), lock: lock.as_ref() };
    let done = held.rotate_key(&unlocked, &rotation)?;
    if context.output.json {
        let fields = json!({
            "old": done.old.to_string(), "new": done.new.to_string(), "log_entry": done.entry.get(),
            "file": done.file.display().to_string(), "locked": Key::is_locked(&done.file).ok(),
        });
        context.output.object("rotation", fields);
        return Ok(Exit::Done.into());
    }
    context.output.line(&texts().rotated(done.entry.to_string(), done.new.to_string()));
    context.output.line(&texts().new_key_is(shown_path(&done.file)));
    context.output.line(&texts().old_key_retired(shown_path(&old_file)));
    Ok(Exit::Done.into())
}

// The successor of a locked key is locked with the same passphrase, unless another is given.
fn lock_of_new(
    given: Option<Passphrase>,
    wanted: bool,
    file: Option<&Path>,
) -> Result<Option<Passphrase>, Failure> {
    match (given, file) {
        (_, Some(file)) => passphrase::choose_new(Some(file)).map(Some),
        (None, None) if wanted => passphrase::choose().map(Some),
        (given, None) => Ok(given),
    }
}

fn revoke(
    context: &Context<'_>,
    folder: &Path,
    id: &str,
    reason: KeyReason,
) -> Result<ExitCode, Failure> {
    let keys = chain(folder).keys;
    let named = |key: &&VerifierKey| to_hex(&key.id()) == id || key.to_string() == id;
    let Some(key) = keys.iter().find(named) else {
        return Err(Failure::new(Exit::Nothing, "no-such-key", texts().no_such_key(id))
            .hint(texts().hint_keys()));
    };
    let log = CaseFolder::new(folder).log().map_err(CaseError::from)?;
    if key == log.verifier() {
        return Err(Failure::usage(texts().is_current_key()).hint(texts().hint_is_current_key()));
    }
    if context.dry_run() {
        context.output.line(&texts().would_revoke(key.to_string()));
        return Ok(Exit::Done.into());
    }
    let reason = Revocation::from(reason);
    let entry = system::hold(folder)?.revoke_key(key, reason)?;
    if context.output.json {
        let fields =
            json!({"key": key.to_string(), "reason": reason.word(), "log_entry": entry.get()});
        context.output.object("revocation", fields);
    } else {
        context.output.line(&texts().revoked(entry.to_string(), key.to_string(), reason.word()));
    }
    Ok(Exit::Done.into())
}
