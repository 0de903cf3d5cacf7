//! `exhibit history ls|clear|on|off`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_model::{Moment, shown};
use serde_json::json;
use std::process::ExitCode;

/// Manage the search history
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    #[command(subcommand)]
    command: HistoryCommand,
}

#[derive(Debug, Subcommand)]
enum HistoryCommand {
    /// List past searches, newest first
    Ls,
    /// Clear the history
    Clear,
    /// Turn the history on
    On,
    /// Turn the history off and clear it
    Off,
}

impl Run for HistoryArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &HistoryCommand) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let output = context.output;
    let message = match (command, context.dry_run()) {
        (HistoryCommand::Ls, _) => return list(context),
        (_, true) => texts().would_change_history(),
        (HistoryCommand::Clear, false) => {
            super::searching(&case).clear_history()?;
            texts().cleared_history()
        }
        (HistoryCommand::On, false) => {
            super::searching(&case).turn_history(true)?;
            texts().history_on()
        }
        (HistoryCommand::Off, false) => {
            super::searching(&case).turn_history(false)?;
            texts().history_off_cleared()
        }
    };
    output.line(&message);
    Ok(Exit::Done.into())
}

fn list(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let history = super::searching(&context.case()?).history()?;
    let output = context.output;
    if !history.on {
        output.remark(&texts().history_off());
    }
    for searched in &history.searches {
        let at = Moment(searched.at).to_rfc3339();
        if output.json {
            let object = json!({"at": at, "query": searched.query, "exact": searched.exact, "pages": searched.pages});
            output.object("searched", object);
            continue;
        }
        let exact = if searched.exact { format!("  {}", texts().exact()) } else { String::new() };
        let at = at.chars().take(16).collect::<String>().replace('T', " ");
        let pages = texts().pages(searched.pages);
        output.line(&format!(
            "{at}  {}{exact}  {pages}",
            output.style(Style::Bold, &shown(&searched.query))
        ));
    }
    Ok(if history.searches.is_empty() { Exit::Nothing } else { Exit::Done }.into())
}
