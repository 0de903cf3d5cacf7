//! `exhibit password import|ls`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::counted;
use crate::password_list::passwords_of;
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Manage passwords to try on encrypted files
#[derive(Debug, Args)]
pub(crate) struct PasswordArgs {
    #[command(subcommand)]
    command: PasswordCommand,
}

#[derive(Debug, Subcommand)]
enum PasswordCommand {
    /// Add passwords from a file, one per line, or from standard input with `-`
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show how many passwords there are, never which
    Ls,
}

impl Run for PasswordArgs {
    const GROUP: Group = Group::Material;

    fn supports_dry_run(&self) -> bool {
        matches!(self.command, PasswordCommand::Ls)
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &PasswordCommand) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    match command {
        PasswordCommand::Import { file } => {
            let list = if file == Path::new("-") {
                let mut list = Vec::new();
                let read = std::io::stdin().read_to_end(&mut list);
                read.map_err(|error| Failure::io("read", "standard input", &error))?;
                list
            } else {
                std::fs::read(file).map_err(|error| Failure::io("read", file, &error))?
            };
            let added = case.add_passwords(&passwords_of(&list))?;
            if context.output.json {
                context.output.object("passwords", json!({"added": added, "held": case.passwords()?.len()}));
            } else {
                context.output.line(&format!("Added {}.", counted(added as u64, "password", "passwords")));
                context.output.line("Try them: exhibit problem retry");
            }
        }
        PasswordCommand::Ls => {
            let count = case.passwords()?.len();
            if context.output.json {
                context.output.object("passwords", json!({"held": count}));
            } else {
                context.output.line(&counted(count as u64, "password", "passwords"));
            }
        }
    }
    Ok(Exit::Done.into())
}
