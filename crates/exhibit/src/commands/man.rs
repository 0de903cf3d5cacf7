//! `exhibit man DIR`

use super::{Context, Group, Run};
use crate::cli;
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::texts::texts;
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
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::io(Act::CreateFolder, folder, &error))?;
        let mut command = cli::command();
        command.build();
        clap_mangen::generate_to(command, folder)
            .map_err(|error| Failure::io(Act::WriteTo, folder, &error))?;
        context.output.line(&texts().wrote_man(shown_path(folder)));
        Ok(Exit::Done.into())
    }
}
