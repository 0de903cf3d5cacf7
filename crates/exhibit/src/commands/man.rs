//! `exhibit man DIR`

use super::{Context, Group, Run};
use crate::cli;
use crate::failure::{Exit, Failure};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Write manual pages
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  exhibit man ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The folder to write them to
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Run for ManArgs {
    const GROUP: Group = Group::Run;

    fn supports_dry_run(&self) -> bool {
        false
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        let folder = &self.folder;
        std::fs::create_dir_all(folder).map_err(|error| Failure::io("create the folder", folder, &error))?;
        let mut command = cli::command();
        command.build();
        clap_mangen::generate_to(command, folder).map_err(|error| Failure::io("write to", folder, &error))?;
        context.output.line(&format!("Wrote manual pages to {}.", folder.display()));
        Ok(Exit::Done.into())
    }
}
