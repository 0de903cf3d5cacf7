//! `exhibit completions SHELL`

use super::{Context, Group, Run};
use crate::cli;
use crate::failure::{Exit, Failure};
use clap::Args;
use std::process::ExitCode;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  exhibit completions bash > ~/.local/share/bash-completion/completions/exhibit"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Run for CompletionsArgs {
    const GROUP: Group = Group::Run;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut cli::command(), "exhibit", &mut script);
        context.output.write(&script);
        Ok(Exit::Done.into())
    }
}
