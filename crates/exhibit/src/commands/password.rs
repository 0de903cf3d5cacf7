//! `exhibit password import|ls`

use super::{Context, Group, Run};
use crate::failure::{Act, Exit, Failure};
use crate::password_list::passwords_of;
use crate::texts::texts;
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
                read.map_err(|error| Failure::io(Act::Read, texts().standard_input(), &error))?;
                list
            } else {
                std::fs::read(file).map_err(|error| Failure::io(Act::Read, file, &error))?
            };
            let added = case.add_passwords(&passwords_of(&list))?;
            if context.output.json {
                context
                    .output
                    .object("passwords", json!({"added": added, "held": case.password_count()?}));
            } else {
                context.output.line(&texts().added_passwords(texts().passwords(added as u64)));
                context.output.line(&texts().try_them());
            }
        }
        PasswordCommand::Ls => {
            let count = case.password_count()?;
            if context.output.json {
                context.output.object("passwords", json!({"held": count}));
            } else {
                context.output.line(&texts().passwords(count as u64));
            }
        }
    }
    Ok(Exit::Done.into())
}
