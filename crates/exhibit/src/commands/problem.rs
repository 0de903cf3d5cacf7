//! `exhibit problem ls|show|retry`

use super::{Context, Group, Run, ingest};
use crate::codes;
use crate::coverage;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::system;
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_catalogue::{Account, ItemFilter};
use exhibit_model::State;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

const SAMPLE: usize = 3;

type Causes = BTreeSet<String>;

/// Show files that failed, are encrypted, unsupported or truncated, and retry them
#[derive(Debug, Args)]
pub(crate) struct ProblemArgs {
    #[command(subcommand)]
    command: ProblemCommand,
}

#[derive(Debug, Subcommand)]
enum ProblemCommand {
    /// List problems, grouped by cause
    Ls,
    /// Show one problem
    Show {
        /// The document
        #[arg(value_name = "DOC")]
        document: String,
    },
    /// Retry them
    Retry {
        /// A file of passwords to try, one per line
        #[arg(long, value_name = "FILE")]
        passwords: Option<PathBuf>,
    },
}

impl Run for ProblemArgs {
    const GROUP: Group = Group::Material;

    fn supports_dry_run(&self) -> bool {
        !matches!(self.command, ProblemCommand::Retry { .. })
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &ProblemCommand) -> Result<ExitCode, Failure> {
    match command {
        ProblemCommand::Ls => list(context),
        ProblemCommand::Show { document } => {
            super::show::ShowArgs::summary_of(document).run(context)
        }
        ProblemCommand::Retry { passwords } => {
            let folder = context.case_folder()?;
            let order = ingest::Order {
                sources: &[],
                name: None,
                retry: true,
                passwords: passwords.as_deref(),
                ocr: true,
                workers: system::processors(),
            };
            let summary = ingest::take_in(context.output, &folder, &order)?;
            ingest::report(context.output, &summary);
            Ok(ingest::exit_of(&summary))
        }
    }
}

fn list(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let states: Vec<State> = State::ALL.into_iter().filter(|state| state.is_problem()).collect();
    let items = super::view(&case).items(&ItemFilter { states, ..ItemFilter::default() })?;
    let account = super::view(&case).account()?;
    let output = context.output;
    if output.json {
        for item in &items {
            output
                .object("problem", super::ls::object(&case, item, &super::view(&case).path(item)?));
        }
    } else {
        // by their codes: how a parser words what it found makes no other cause
        let mut causes: BTreeMap<(State, Vec<String>), (Causes, Vec<String>)> = BTreeMap::new();
        for item in &items {
            let place = format!("{}  {}", case.label(item.id), super::view(&case).path(item)?);
            let (reasons, places) = causes.entry((item.state, item.causes())).or_default();
            reasons.insert(codes::why(item));
            places.push(place);
        }
        for ((state, _), (reasons, places)) in &causes {
            let reason = reasons.first().map(String::as_str).unwrap_or_default();
            let cause = match (reason, reasons.len()) {
                ("", _) => state.word().to_owned(),
                (reason, 1) => texts().cause(reason, state.word()),
                (reason, _) => texts().cause_similar(reason, state.word()),
            };
            let style = if *state == State::Failed { Style::Bad } else { Style::Warning };
            output.line(&format!(
                "{}  {}",
                output.style(style, &cause),
                texts().items(places.len() as u64)
            ));
            for place in places.iter().take(SAMPLE) {
                output.line(&format!("    {place}"));
            }
            if places.len() > SAMPLE {
                let more = texts().problems_more((places.len() - SAMPLE).to_string(), state.word());
                output.line(&format!("    {more}"));
            }
        }
        let more = not_finished(&account);
        for line in &more {
            output.line(&output.style(Style::Warning, line));
        }
        if items.is_empty() && more.is_empty() {
            output.line(&texts().no_problems());
        } else if items.iter().any(|item| item.state == State::Encrypted) {
            output.line("");
            output.line(&texts().try_passwords());
        }
    }
    if output.json {
        coverage::report(context, &case)?;
    }
    let nothing = items.is_empty() && not_finished(&account).is_empty();
    Ok(if nothing { Exit::Nothing } else { Exit::Done }.into())
}

// What is not a problem of one item: intakes that were interrupted, and what was not read yet.
fn not_finished(account: &Account) -> Vec<String> {
    let texts = texts();
    let mut lines: Vec<String> = account.intakes.iter().map(coverage::intake_text).collect();
    let mut add = |count: u64, text: &dyn Fn(u64) -> String| {
        if count > 0 {
            lines.push(text(count));
        }
    };
    add(account.in_state(State::Waiting), &|count| texts.problems_waiting(count));
    add(account.pages_waiting_for_ocr, &|count| texts.problems_waiting_for_ocr(count));
    add(account.pages_ocr_failed, &|count| texts.problems_ocr_failed(count));
    lines
}
