//! `exhibit init DIR`

use super::Context;
use crate::cli::Init;
use crate::failure::{Exit, Failure};
use crate::passphrase;
use crate::system::{self, MachineClock, TOOL};
use exhibit_case::{Case, NewCase};
use exhibit_custody::Protection;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, init: &Init) -> Result<ExitCode, Failure> {
    let name = init.name.clone().unwrap_or_else(|| name_of(&init.folder));
    if context.dry_run() {
        context.output.line(&format!("would make the case {name:?} in {}", init.folder.display()));
        return Ok(Exit::Done.into());
    }
    let lock = if init.passphrase { Some(Protection::new(passphrase::choose()?)) } else { None };
    make(&init.folder, &name, &init.prefix, lock.as_ref())?;
    let folder = init.folder.display().to_string();
    if context.output.json {
        context
            .output
            .object("case", json!({"folder": folder, "name": name, "prefix": init.prefix, "locked": lock.is_some()}));
    } else {
        let case = Case::open(&init.folder)?;
        context.output.line(&format!("Made the case {name:?} in {folder}."));
        let key = exhibit_case::key_path(&system::keys()?, &case.config.log);
        let locked = if lock.is_some() { ", locked by the passphrase" } else { "" };
        context.output.line(&format!("Its signing key is {}{locked}: keep a copy apart from the case.", key.display()));
        context.output.line(&format!("Next: exhibit -C {folder} ingest SOURCE"));
    }
    Ok(Exit::Done.into())
}

/// Makes a case.
pub(crate) fn make(folder: &Path, name: &str, prefix: &str, lock: Option<&Protection>) -> Result<(), Failure> {
    if !exhibit_case::is_prefix(prefix) {
        let message = format!("{prefix:?} cannot begin documents' numbers");
        return Err(Failure::usage(message).hint("take one to twelve capital letters A-Z and digits, a letter first"));
    }
    let new = NewCase { name, prefix, keys: &system::keys()?, lock };
    Ok(Case::init(folder, &new, &MachineClock, &mut system::random, TOOL)?)
}

/// The name of a folder, for people.
pub(crate) fn name_of(folder: &Path) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.file_name().map_or_else(|| "case".to_owned(), |name| name.to_string_lossy().into_owned())
}
