//! `exhibit history ls|clear|on|off`

use super::Context;
use crate::cli::HistoryCommand;
use crate::failure::{Exit, Failure};
use crate::output::{Style, counted};
use exhibit_model::{Moment, shown};
use serde_json::json;
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, command: &HistoryCommand) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let output = context.output;
    let said = match (command, context.dry_run()) {
        (HistoryCommand::Ls, _) => return list(context),
        (_, true) => "Would change the history; nothing was changed",
        (HistoryCommand::Clear, false) => {
            case.clear_history()?;
            "Forgot all searches"
        }
        (HistoryCommand::On, false) => {
            case.turn_history(true)?;
            "Searches are remembered"
        }
        (HistoryCommand::Off, false) => {
            case.turn_history(false)?;
            "Searches are not remembered, and those made are forgotten"
        }
    };
    output.line(said);
    Ok(Exit::Done.into())
}

fn list(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let history = context.case()?.history()?;
    let output = context.output;
    if !history.on {
        output.remark("Searches are not remembered; `exhibit history on` changes that");
    }
    for searched in &history.searches {
        let at = Moment(searched.at).to_rfc3339();
        if output.json {
            let object = json!({"at": at, "query": searched.query, "exact": searched.exact, "pages": searched.pages});
            output.object("searched", object);
            continue;
        }
        let exact = if searched.exact { "  (exact)" } else { "" };
        let at = at.chars().take(16).collect::<String>().replace('T', " ");
        let pages = counted(searched.pages, "page", "pages");
        output.line(&format!("{at}  {}{exact}  {pages}", output.style(Style::Bold, &shown(&searched.query))));
    }
    Ok(if history.searches.is_empty() { Exit::Nothing } else { Exit::Done }.into())
}
