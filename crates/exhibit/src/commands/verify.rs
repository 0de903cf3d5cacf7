//! `exhibit verify`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::{Style, bytes};
use crate::progress::{Meter, Step};
use crate::system;
use crate::texts::{safe, texts};
use clap::Args;
use exhibit_audit::{Audit, AuditOptions, AuditProgress, CaseFinding, CheckName, audit};
use exhibit_custody::{Act, Fact};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check the case against its hashes and its log
#[derive(Debug, Args)]
#[command(after_help = "Lists every deviation, and exits with 4 if there is any.\n\
                        Example:\n  exhibit verify ~/Exhibit/leak")]
pub(crate) struct VerifyArgs {
    /// The folder of the case
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Do not record this check in the log
    #[arg(long)]
    no_log: bool,
}

impl Run for VerifyArgs {
    const GROUP: Group = Group::Trust;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, verify: &VerifyArgs) -> Result<ExitCode, Failure> {
    let folder = match &verify.path {
        Some(path) => path.clone(),
        None => context.case_folder()?,
    };
    // what cannot be read does not differ from what was received
    if let Some(denied) = Failure::denied(&folder) {
        return Err(denied);
    }
    let keys = system::keys().ok();
    let mut bar = Bar(Meter::new(context.output));
    let found = audit(&folder, &AuditOptions { keys: keys.as_deref() }, &mut bar)?;
    bar.0.end();
    if !verify.no_log && !context.dry_run() {
        record(context, &folder, &found);
    }
    print(context, &found);
    Ok(if found.is_good() { Exit::Done } else { Exit::Mismatch }.into())
}

struct Bar(Meter);

impl AuditProgress for Bar {
    fn begin(&mut self, check: CheckName, bytes: u64) {
        let step = if check == CheckName::Originals { Step::CheckOriginals } else { Step::Check };
        self.0.begin(step, true, bytes);
    }

    fn advance(&mut self, bytes: u64) {
        self.0.more(bytes);
    }
}

// The check and its result are logged as an act of their own; a copy without its key can still be checked.
fn record(context: &Context<'_>, folder: &Path, found: &Audit) {
    let logged =
        system::hold(folder).and_then(|mut held| Ok(held.log(Act::fixity(&found.fixity()))?));
    if let Err(failure) = logged {
        context.output.remark(&texts().check_not_logged(failure.message));
    }
}

fn object(finding: &CaseFinding) -> Value {
    let value = |fact| match fact {
        Fact::Number(number) => Value::from(number),
        Fact::Text(text) => Value::from(text),
        Fact::Flag(flag) => Value::from(flag),
    };
    let values: Map<String, Value> = finding
        .fault
        .values()
        .into_iter()
        .map(|(name, fact)| (name.to_owned(), value(fact)))
        .collect();
    json!({
        "check": finding.check.word(), "place": safe(&finding.place_message()), "code": finding.fault.code(), "values": values,
        "text": safe(&finding.message()),
    })
}

fn print(context: &Context<'_>, found: &Audit) {
    let (output, counts) = (context.output, &found.counts);
    if output.json {
        output.object(
            "verification",
            json!({
                "good": found.is_good(), "originals": counts.originals, "bytes": counts.bytes, "pages": counts.pages,
                "log_entries": counts.log_entries, "log_keys": counts.log_keys, "sealed": counts.sealed,
                "quotes": counts.quotes, "access_entries": counts.access_entries,
                "deviations": found.deviations().map(object).collect::<Vec<_>>(),
                "leftovers": found.leftovers().map(object).collect::<Vec<_>>(),
            }),
        );
        return;
    }
    let texts = texts();
    output.line(&texts.checked_case(
        bytes(counts.bytes),
        texts.log_entries(counts.log_entries),
        texts.originals(counts.originals),
        texts.page_records(counts.pages),
    ));
    if counts.quotes > 0 {
        output.line(&texts.checked_quotes(texts.quotes(counts.quotes)));
    }
    if let Some(entries) = counts.access_entries {
        output.line(&texts.checked_access(texts.entries(entries)));
    }
    if counts.log_keys > 1 {
        output.line(&texts.log_keys(counts.log_keys));
    }
    if let Some(entry) = counts.sealed {
        output.line(&texts.case_sealed_by_log_entry(entry.to_string()));
    }
    for deviation in found.deviations() {
        output.line(&format!(
            "{}  {}",
            output.style(Style::Bad, &texts.differs()),
            line(deviation)
        ));
    }
    for leftover in found.leftovers() {
        output.line(&format!(
            "{}  {}",
            output.style(Style::Dim, &texts.leftover()),
            line(leftover)
        ));
    }
    if found.is_good() {
        output.line(&output.style(Style::Good, &texts.all_good()));
    } else {
        output.line(
            &output.style(Style::Bad, &texts.deviations_found(found.deviations().count() as u64)),
        );
    }
}

fn line(finding: &CaseFinding) -> String {
    texts().place_and_fault(safe(&finding.message()), safe(&finding.place_message()))
}
