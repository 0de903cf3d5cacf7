//! `exhibit log ls|show|check|export`; `log key` and `log anchor` have files of their own.

pub(super) mod access;
mod anchor;
mod key;

use super::{Context, Group, Run};
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::output::Style;
use crate::system;
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_case::{Case, CaseError, CaseFolder, chain_of, remembered};
use exhibit_custody::{AccessLog, Log, LogReport, Remembered, check_log};
use exhibit_proof::SignedNote;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Read, check and copy the custody log
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// List entries
    Ls {
        /// Start at this entry
        #[arg(long, default_value_t = 0, value_name = "N")]
        from: u64,
        /// Maximum number of entries
        #[arg(short, long, default_value_t = 50, value_name = "N")]
        limit: u64,
        /// List the access log instead: who searched, viewed and exported
        #[arg(long)]
        access: bool,
    },
    /// Show one entry with its proof
    Show {
        /// The number of the entry
        #[arg(value_name = "N")]
        seq: u64,
    },
    /// Check the whole log for forks, rollbacks, altered or missing files, swapped keys; exits with 4 if anything differs
    #[command(
        after_help = "Examples:\n  exhibit log check\n  exhibit log check --against ~/kept/checkpoint"
    )]
    Check {
        /// A checkpoint of this log that was kept elsewhere: the log must still extend it
        #[arg(long, value_name = "CHECKPOINT", num_args = 1.., conflicts_with = "access")]
        against: Vec<PathBuf>,
        /// Check the access log instead, with its sealed values
        #[arg(long)]
        access: bool,
    },
    /// Copy the log for others to read and check: tiles, checkpoint and key, without sealed values
    #[command(after_help = "Example:\n  exhibit log export ~/log-of-today")]
    Export {
        /// The folder to create; it must not exist
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Also copy the access log, to DIR-access, without its openings
        #[arg(long)]
        with_access_log: bool,
    },
    Key(key::KeyArgs),
    Anchor(anchor::AnchorArgs),
}

impl Run for LogArgs {
    const GROUP: Group = Group::Trust;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &LogCommand) -> Result<ExitCode, Failure> {
    match command {
        LogCommand::Ls { from, limit, access: true } => access::list(context, *from, *limit),
        LogCommand::Ls { from, limit, access: false } => list(context, *from, *limit),
        LogCommand::Show { seq } => show(context, *seq),
        LogCommand::Check { access: true, .. } => access::check(context),
        LogCommand::Check { against, access: false } => check(context, against),
        LogCommand::Export { folder, with_access_log } => {
            let case = CaseFolder::new(&context.case_folder()?);
            let access = AccessLog::log_folder(&case.access());
            let code = export(context, &case.custody(), folder)?;
            if *with_access_log {
                let mut name = folder.as_os_str().to_owned();
                name.push("-access");
                export(context, &access, Path::new(&name))?;
            }
            Ok(code)
        }
        LogCommand::Key(arguments) => key::run(context, arguments),
        LogCommand::Anchor(arguments) => anchor::run(context, arguments),
    }
}

fn list(context: &Context<'_>, from: u64, limit: u64) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let output = context.output;
    let view = super::view(&case);
    let size = view.log_size()?;
    let last = size.min(from.saturating_add(limit));
    view.entries(from..last, &mut |seq, text, subject| {
        // an entry can be about an item that this catalogue does not have: `verify` reports that
        let item = subject.and_then(|id| view.item(id).ok());
        let (label, name) = (subject.map(|id| case.label(id)), item.map(|item| case.name(&item)));
        if output.json {
            output.object(
                "entry",
                json!({"seq": seq.get(), "entry": text, "document": label, "name": name}),
            );
            return;
        }
        output.line(&format!("{seq:>8}  {text}"));
        if let Some(label) = label {
            output.line(&format!(
                "          {}",
                output.style(Style::Bold, &format!("{label}  {}", name.unwrap_or_default()))
            ));
        }
    })?;
    if last < size {
        output.remark(&texts().log_more((size - last).to_string(), last.to_string()));
    }
    match super::view(&case).marks_waiting()? {
        0 => {}
        pending => output.remark(&texts().tags_pending(pending)),
    }
    Ok(Exit::Done.into())
}

fn show(context: &Context<'_>, seq: u64) -> Result<ExitCode, Failure> {
    let entry = super::view(&context.case()?).entry(exhibit_model::EntrySeq::new(seq))?;
    let output = context.output;
    if output.json {
        let openings: serde_json::Map<_, _> = entry
            .openings
            .iter()
            .map(|(f, v)| (f.clone(), serde_json::Value::from(v.as_str())))
            .collect();
        output.object(
            "entry",
            json!({"seq": seq, "entry": entry.text, "openings": openings, "proof": entry.proof}),
        );
    } else {
        output.line(&entry.text);
        for (field, value) in &entry.openings {
            output.line(&texts().sealed_in_it(field, value));
        }
        output.line(entry.proof.trim_end());
    }
    Ok(Exit::Done.into())
}

// Works on a case whose settings or catalogue cannot be read any more.
fn check(context: &Context<'_>, against: &[PathBuf]) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    if let Some(denied) = Failure::denied(&folder) {
        return Err(denied);
    }
    let custody = CaseFolder::new(&folder).custody();
    if !custody.is_dir() {
        return Err(CaseError::NoCase(folder).into());
    }
    let mut checkpoints =
        against.iter().map(|file| read_checkpoint(file)).collect::<Result<Vec<_>, _>>()?;
    let named = checkpoints.len();
    let config = Case::open(&folder).ok().map(|case| case.config.clone());
    if let (Ok(keys), Ok(log)) = (system::keys(), Log::open(&custody)) {
        checkpoints.extend(remembered(&keys, log.origin()));
    }
    let also = checkpoints.len() - named;
    let once = Remembered {
        heads: Vec::new(),
        checkpoints,
        verifier: config.map(|config| config.verifier),
    };
    let report = check_log(&custody, &once);
    print_check(context, &report, (named, also));
    Ok(if report.is_valid() { Exit::Done } else { Exit::Mismatch }.into())
}

fn read_checkpoint(file: &Path) -> Result<SignedNote, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::io(Act::Read, file, &error))?;
    let note = SignedNote::parse(&bytes).map_err(|error| chain_of(&error));
    let note = note.and_then(|note| match exhibit_proof::Checkpoint::parse(&note.text) {
        Ok(_) => Ok(note),
        Err(error) => Err(chain_of(&error)),
    });
    note.map_err(|why| {
        Failure::usage(texts().not_a_checkpoint(why, shown_path(file)))
            .hint(texts().hint_not_a_checkpoint())
    })
}

fn print_check(context: &Context<'_>, report: &LogReport, (named, also): (usize, usize)) {
    let output = context.output;
    let (harmless, wrong): (Vec<_>, Vec<_>) =
        report.deviations.iter().partition(|d| d.is_harmless());
    if output.json {
        let texts = |list: &[&exhibit_custody::LogFault]| {
            list.iter().map(|d| chain_of(*d)).collect::<Vec<_>>()
        };
        let keys: Vec<String> = report.keys.iter().map(ToString::to_string).collect();
        output.object(
            "log-check",
            json!({
                "good": report.is_valid(), "entries": report.entries, "entries_give_root": report.entries_give_root,
                "keys": keys, "sealed": report.sealed, "compared": named + also,
                "deviations": texts(&wrong), "leftovers": texts(&harmless),
            }),
        );
        return;
    }
    let texts = texts();
    let keys = texts.keys(report.keys.len() as u64);
    output.line(&texts.checked_log(texts.entries(report.entries), keys));
    if let Some(entry) = report.sealed {
        output.line(&texts.case_sealed_by_entry(entry.to_string()));
    }
    match (named, also) {
        (0, 0) => output.remark(&texts.not_compared()),
        (0, _) => output.line(&texts.compared_with_last()),
        _ => output.line(&texts.compared_with(texts.checkpoints(named as u64))),
    }
    for deviation in &wrong {
        output.line(&format!(
            "{}  {}",
            output.style(Style::Bad, &texts.differs()),
            chain_of(*deviation)
        ));
    }
    for leftover in &harmless {
        output.line(&format!(
            "{}  {}",
            output.style(Style::Dim, &texts.leftover()),
            chain_of(*leftover)
        ));
    }
    let (style, verdict) = match wrong.len() {
        0 => (Style::Good, texts.log_valid()),
        _ if report.entries_give_root => (Style::Bad, texts.log_damaged()),
        _ => (Style::Bad, texts.log_not_valid()),
    };
    output.line(&output.style(style, &verdict));
}

fn export(context: &Context<'_>, folder: &Path, target: &Path) -> Result<ExitCode, Failure> {
    let log = Log::open(folder).map_err(CaseError::from)?;
    let entries = texts().entries(log.size());
    if context.dry_run() {
        context.output.line(&texts().would_copy_log(entries, shown_path(target)));
        return Ok(Exit::Done.into());
    }
    if target.symlink_metadata().is_ok() {
        return Err(Failure::new(Exit::Usage, "exists", texts().path_exists(shown_path(target)))
            .hint(texts().hint_path_exists()));
    }
    let files = log.copy_to(target).map_err(CaseError::from)?;
    if context.output.json {
        let fields = json!({
            "path": target.display().to_string(), "entries": log.size(), "files": files,
            "key": log.verifier().to_string(), "checkpoint": log.checkpoint(),
        });
        context.output.object("log-copy", fields);
    } else {
        context.output.line(&texts().copied_log(entries, texts().files(files), shown_path(target)));
        context.output.line(&texts().copy_stays_sealed());
    }
    Ok(Exit::Done.into())
}
