//! `exhibit saved ls|show|run|rm`

use super::{Context, Group, Run, search};
use crate::access_log;
use crate::coverage;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::system::MachineClock;
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_case::Case;
use exhibit_model::{Clock, ItemId, Moment, shown};
use exhibit_search::{Kept, Saved, SearchError, SearchRequest};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Manage saved searches, and show new results
#[derive(Debug, Args)]
pub(crate) struct SavedArgs {
    #[command(subcommand)]
    command: SavedCommand,
}

#[derive(Debug, Subcommand)]
enum SavedCommand {
    /// List saved searches, with the number of new documents since each was last run
    Ls,
    /// Show a saved search
    Show {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Run a saved search, and show what is new since it was last run
    Run {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// Maximum number of results
        #[arg(short, long, default_value_t = 25, value_name = "N")]
        limit: usize,
    },
    /// Delete a saved search
    Rm {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl Run for SavedArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &SavedCommand) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    match command {
        SavedCommand::Ls => {
            let all = super::searching(&case).saved()?;
            for (name, saved) in &all {
                print_saved(context, &case, name, saved)?;
            }
            if !all.is_empty() {
                coverage::report(context, &case)?;
            }
            Ok(if all.is_empty() { Exit::Nothing } else { Exit::Done }.into())
        }
        SavedCommand::Show { name } => {
            print_saved(context, &case, name, &known(&case, name)?)?;
            coverage::report(context, &case)?;
            Ok(Exit::Done.into())
        }
        SavedCommand::Run { name, limit } => again(context, &case, name, *limit),
        SavedCommand::Rm { name } => {
            let saved = known(&case, name)?;
            if !context.dry_run() {
                super::searching(&case).forget_search(name)?;
            }
            let (name, query) = (shown(name), shown(&saved.query));
            context.output.line(&match context.dry_run() {
                true => texts().would_delete_saved(name, query),
                false => texts().deleted_saved(name, query),
            });
            Ok(Exit::Done.into())
        }
    }
}

fn known(case: &Case, name: &str) -> Result<Saved, Failure> {
    let missing = || SearchError::NotKept { what: Kept::SavedSearch, name: shown(name) };
    Ok(super::searching(case).saved()?.remove(name).ok_or_else(missing)?)
}

fn new_among(saved: &Saved, found: &[i64]) -> Vec<i64> {
    found
        .iter()
        .filter(|document| saved.documents.binary_search(document).is_err())
        .copied()
        .collect()
}

fn print_saved(
    context: &Context<'_>,
    case: &Case,
    name: &str,
    saved: &Saved,
) -> Result<(), Failure> {
    let (output, search) = (context.output, super::searching(case));
    let found = search.documents_found(&search.saved_query(saved)?)?;
    let new = new_among(saved, &found);
    if output.json {
        output.object("saved", object(case, name, saved, &found, &new));
        return Ok(());
    }
    let mut documents = texts().documents(found.len() as u64);
    if let Some(at) = saved.seen {
        documents = texts().saved_documents_new(new.len() as u64, documents, minute(at));
    }
    let exact = if saved.exact { format!("  {}", texts().exact()) } else { String::new() };
    let name = output.style(Style::Bold, &shown(name));
    output.line(&format!("{name}  {}{exact}  {documents}", shown(&saved.query)));
    Ok(())
}

fn minute(at: i64) -> String {
    Moment(at).to_rfc3339().chars().take(16).collect()
}

fn object(case: &Case, name: &str, saved: &Saved, found: &[i64], new: &[i64]) -> Value {
    let new: Vec<String> = new.iter().map(|document| case.label(ItemId::new(*document))).collect();
    json!({
        "name": name, "query": saved.query, "exact": saved.exact, "documents": found.len(), "new": new,
        "seen": saved.seen.map(|at| Moment(at).to_rfc3339()),
    })
}

fn again(
    context: &Context<'_>,
    case: &Case,
    name: &str,
    limit: usize,
) -> Result<ExitCode, Failure> {
    let saved = known(case, name)?;
    let searching = super::searching(case);
    let query = searching.saved_query(&saved)?;
    let found = searching.documents_found(&query)?;
    let new = new_among(&saved, &found);
    if let Some(at) = saved.seen {
        let labels: Vec<String> =
            new.iter().take(20).map(|document| case.label(ItemId::new(*document))).collect();
        let more = if new.len() > labels.len() { " …" } else { "" };
        let labels = format!("{}{more}", labels.join(" "));
        context.output.remark(&texts().new_since(new.len() as u64, labels, minute(at)));
    }
    let request = SearchRequest { limit, ..SearchRequest::of(&query) };
    let results = searching.search(&request)?;
    let _noted = access_log::note(context.output, case, access_log::search(&saved.query))?;
    search::print(context, case, &request, &results);
    coverage::report(context, case)?;
    if !context.dry_run() && !case.is_sealed() {
        searching.seen_search(name, found, MachineClock.now())?;
    }
    Ok(if results.total > 0 { Exit::Done } else { Exit::Nothing }.into())
}
