//! `exhibit problem ls|show|retry`, `exhibit password import|ls`

use super::{Context, ingest};
use crate::cli::{Password, Problem, Show};
use crate::failure::{Exit, Failure};
use crate::output::{Style, counted};
use crate::system;
use exhibit_catalogue::ItemFilter;
use exhibit_model::{State, shown};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

const SAMPLE: usize = 3;

pub(crate) fn run(context: &Context<'_>, problem: &Problem) -> Result<ExitCode, Failure> {
    match problem {
        Problem::Ls => list(context),
        Problem::Show { document } => {
            let show = Show { document: document.clone(), text: false, meta: false, custody: false, page: None };
            super::show::run(context, &show)
        }
        Problem::Retry { passwords } => {
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
    let items = case.items(&ItemFilter { states, ..ItemFilter::default() })?;
    let output = context.output;
    if output.json {
        for item in &items {
            output.object("problem", super::ls::object(&case, item, &case.path(item)?));
        }
    } else {
        let mut causes: BTreeMap<(State, String), Vec<String>> = BTreeMap::new();
        for item in &items {
            let place = format!("{}  {}", case.label(item.id), case.path(item)?);
            causes.entry((item.state, shown(&item.reason))).or_default().push(place);
        }
        for ((state, reason), places) in &causes {
            let cause = if reason.is_empty() { state.word().to_owned() } else { format!("{state}: {reason}") };
            let style = if *state == State::Failed { Style::Bad } else { Style::Warning };
            output.line(&format!("{}  {}", output.style(style, &cause), counted(places.len() as u64, "item", "items")));
            for place in places.iter().take(SAMPLE) {
                output.line(&format!("    {place}"));
            }
            if places.len() > SAMPLE {
                output.line(&format!("    and {} more: exhibit ls --state {state}", places.len() - SAMPLE));
            }
        }
        if items.is_empty() {
            output.line("No problems: nothing failed, is encrypted, unsupported or cut short.");
        } else if items.iter().any(|item| item.state == State::Encrypted) {
            output.line("");
            output.line("Passwords for encrypted files: exhibit problem retry --passwords FILE");
        }
    }
    Ok(if items.is_empty() { Exit::Nothing } else { Exit::Done }.into())
}

pub(crate) fn password(context: &Context<'_>, password: &Password) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    match password {
        Password::Import { file } => {
            let text = if file == Path::new("-") {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|error| Failure::io("read", "standard input", &error))?;
                text
            } else {
                std::fs::read_to_string(file).map_err(|error| Failure::io("read", file, &error))?
            };
            let added = case.add_passwords(&text.lines().map(str::to_owned).collect::<Vec<_>>())?;
            if context.output.json {
                context.output.object("passwords", json!({"added": added, "held": case.passwords()?.len()}));
            } else {
                context.output.line(&format!("Added {}.", counted(added as u64, "password", "passwords")));
                context.output.line("Try them: exhibit problem retry");
            }
        }
        Password::Ls => {
            let held = case.passwords()?.len();
            if context.output.json {
                context.output.object("passwords", json!({"held": held}));
            } else {
                context.output.line(&counted(held as u64, "password", "passwords"));
            }
        }
    }
    Ok(Exit::Done.into())
}
