//! `exhibit init DIR`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure, path as shown_path};
use crate::passphrase;
use crate::system;
use crate::texts::texts;
use clap::Args;
use exhibit_case::{Case, NewCase};
use exhibit_custody::KeyProtection;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Create a case folder
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  exhibit init my-case\n  exhibit init my-case --name 'Harbour Ledger' --prefix HL"
)]
pub(crate) struct InitArgs {
    /// The folder to create; it must be new or empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The name of the case [default: the folder's name]
    #[arg(long)]
    name: Option<String>,
    /// The prefix of document numbers
    #[arg(long, default_value = "EXH")]
    prefix: String,
    /// Lock the signing key with a passphrase (prompted for, or read from --key-passphrase-file)
    #[arg(long)]
    passphrase: bool,
}

impl Run for InitArgs {
    const GROUP: Group = Group::Start;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, init: &InitArgs) -> Result<ExitCode, Failure> {
    let name = init.name.clone().unwrap_or_else(|| name_of(&init.folder));
    if context.dry_run() {
        context
            .output
            .line(&texts().would_create_case(format!("{name:?}"), shown_path(&init.folder)));
        return Ok(Exit::Done.into());
    }
    let lock = if init.passphrase { Some(KeyProtection::new(passphrase::choose()?)) } else { None };
    make(&init.folder, &name, &init.prefix, lock.as_ref())?;
    let folder = init.folder.display().to_string();
    if context.output.json {
        context
            .output
            .object("case", json!({"folder": folder, "name": name, "prefix": init.prefix, "locked": lock.is_some()}));
    } else {
        let case = Case::open(&init.folder)?;
        context.output.line(&texts().created_case(format!("{name:?}"), &folder));
        let key = exhibit_case::key_path(&system::keys()?, &case.config.log);
        let key = shown_path(&key);
        context.output.line(&match lock {
            Some(_) => texts().signing_key_locked_is(key),
            None => texts().signing_key_is(key),
        });
        context.output.line(&texts().next_ingest(folder));
    }
    Ok(Exit::Done.into())
}

/// Creates a case.
pub(crate) fn make(
    folder: &Path,
    name: &str,
    prefix: &str,
    lock: Option<&KeyProtection>,
) -> Result<(), Failure> {
    if !exhibit_case::is_prefix(prefix) {
        let message = texts().bad_prefix(format!("{prefix:?}"));
        return Err(Failure::usage(message).hint(texts().hint_bad_prefix()));
    }
    let new = NewCase { name, prefix, keys: &system::keys()?, lock };
    Ok(Case::init(folder, &new, &mut system::acts())?)
}

/// The name of a folder, for display.
pub(crate) fn name_of(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute
        .file_name()
        .map_or_else(|| "case".to_owned(), |name| name.to_string_lossy().into_owned())
}
