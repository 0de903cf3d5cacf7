//! `exhibit status`

use super::{Context, Group, Run};
use crate::coverage;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::texts::texts;
use clap::Args;
use exhibit_case::Case;
use exhibit_catalogue::Account;
use exhibit_model::State;
use serde_json::{Map, Value, json};
use std::process::ExitCode;
use std::time::Duration;

/// Show progress, totals and problems of the case
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print again every two seconds, until stopped
    #[arg(long)]
    watch: bool,
}

impl Run for StatusArgs {
    const GROUP: Group = Group::Material;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, status: &StatusArgs) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    loop {
        print(context, &case)?;
        if !status.watch {
            return Ok(Exit::Done.into());
        }
        std::thread::sleep(Duration::from_secs(2));
    }
}

/// The number of items in each state.
pub(crate) fn states(account: &Account) -> Value {
    let counts = State::ALL.iter().map(|state| {
        let count = account.items.get(state).copied().unwrap_or(0);
        (state.word().to_owned(), Value::from(count))
    });
    Value::Object(counts.collect::<Map<_, _>>())
}

fn print(context: &Context<'_>, case: &Case) -> Result<(), Failure> {
    let account = super::view(case).account()?;
    let output = context.output;
    if !output.json {
        output.line(&output.style(Style::Bold, &exhibit_model::shown(&case.config.name)));
        let created = texts().created_at(case.config.created.to_string());
        output.line(&format!("{} · {created}", case.folder.path().display()));
        super::ingest::account(output, &account);
        return Ok(());
    }
    let counts = |list: &[(String, u64)]| {
        Value::Object(
            list.iter().map(|(name, count)| (name.clone(), Value::from(*count))).collect(),
        )
    };
    let gaps = account.gaps.iter().map(|gap| {
        let container = gap.container.map(|id| case.label(id));
        json!({"container": container, "source": gap.source.get(), "found": gap.found, "listed": gap.listed})
    });
    output.object(
        "status",
        json!({
            "name": case.config.name,
            "items": states(&account),
            "pages": account.pages,
            "originals": account.originals,
            "bytes": account.bytes,
            "searchable": super::view(case).searchable(),
            "ocr": {"waiting": account.pages_waiting_for_ocr, "done": account.pages_by_ocr, "failed": account.pages_ocr_failed},
            "media_types": counts(&account.media_types),
            "languages": counts(&account.languages),
            "sources": account.sources,
            "log_entries": super::view(case).log_size()?,
            "read_in_part": account.read_in_part,
            "reconciled": account.is_complete(),
            "intakes": account.intakes.iter().map(coverage::intake_object).collect::<Vec<_>>(),
            "gaps": gaps.collect::<Vec<_>>(),
        }),
    );
    Ok(())
}
