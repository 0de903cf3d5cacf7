//! `exhibit ingest SOURCE...`

use super::{Context, Group, Run};
use crate::coverage;
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::output::{Output, Style, bytes, number};
use crate::password_list::passwords_of;
use crate::progress::watch;
use crate::system;
use crate::texts::texts;
use clap::Args;
use exhibit_cage::{Cage, CageLimits};
use exhibit_case::CaseWriter;
use exhibit_catalogue::Account;
use exhibit_ingest::{
    IngestOptions, IngestProgress, OcrTools, RunContext, StopRequest, Summary, find_ocr,
};
use exhibit_model::{Limits, State};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Ingest files, folders and archives; resumes where it stopped
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  exhibit ingest /media/disk2 --as 'disk 2'\n  \
                        exhibit ingest             resume where it stopped\n  \
                        exhibit ingest --retry     retry what failed")]
pub(crate) struct IngestArgs {
    /// Files, folders or archives to ingest; without any, resume where it stopped
    #[arg(value_name = "SOURCE")]
    sources: Vec<PathBuf>,
    /// The name of the source
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// Retry items that failed, are encrypted, unsupported or truncated
    #[arg(long)]
    retry: bool,
    /// A file of passwords to try, one per line; they are kept in the case
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
    /// Skip OCR
    #[arg(long)]
    no_ocr: bool,
    /// Number of parallel workers [default: one per processor]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
}

impl Run for IngestArgs {
    const GROUP: Group = Group::Material;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, ingest: &IngestArgs) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    if context.dry_run() {
        return plan(context, &ingest.sources);
    }
    let order = Order {
        sources: &ingest.sources,
        name: ingest.name.as_deref(),
        retry: ingest.retry || ingest.passwords.is_some(),
        passwords: ingest.passwords.as_deref(),
        ocr: !ingest.no_ocr,
        workers: ingest.workers.unwrap_or_else(system::processors),
    };
    let summary = take_in(context.output, &folder, &order)?;
    report(context.output, &summary);
    Ok(exit_of(&summary))
}

/// What to ingest, and how.
pub(crate) struct Order<'a> {
    pub(crate) sources: &'a [PathBuf],
    pub(crate) name: Option<&'a str>,
    pub(crate) retry: bool,
    pub(crate) passwords: Option<&'a Path>,
    pub(crate) ocr: bool,
    pub(crate) workers: usize,
}

/// Ingests sources, showing progress. The first Ctrl-C stops gracefully, the second at once.
pub(crate) fn take_in(
    output: &Output,
    folder: &Path,
    order: &Order<'_>,
) -> Result<Summary, Failure> {
    take_in_by(output, folder, order, |held, options, world| {
        Ok(exhibit_ingest::ingest(held, order.sources, options, world)?)
    })
}

/// Runs `work` on a writable case, showing progress, as [`take_in`] does.
pub(crate) fn take_in_by(
    output: &Output,
    folder: &Path,
    order: &Order<'_>,
    work: impl FnOnce(&mut CaseWriter, &IngestOptions<'_>, &RunContext<'_>) -> Result<Summary, Failure>,
) -> Result<Summary, Failure> {
    let means = prepare(output, folder, order, system::cage)?;
    let stop = Arc::new(StopRequest::default());
    let asked = Arc::clone(&stop);
    end_on_interrupt(move || {
        let before = asked.requested();
        asked.request();
        before
    })?;
    take_in_with(output, means, order, &IngestProgress::default(), &stop, work)
}

/// What a run needs, acquired before it begins: the case, locked for writing, and the cage.
pub(crate) struct Means {
    held: CaseWriter,
    recogniser: Option<String>,
    tools: Option<OcrTools>,
    cage: Cage,
}

/// Locks the case, prompting for the passphrase of its key if needed, and starts the cage.
pub(crate) fn prepare(
    output: &Output,
    folder: &Path,
    order: &Order<'_>,
    cage: fn(usize) -> Result<Cage, Failure>,
) -> Result<Means, Failure> {
    let held = system::hold(folder)?;
    if let Some(file) = order.passwords {
        let list = std::fs::read(file).map_err(|error| Failure::io(Act::Read, file, &error))?;
        held.case.add_passwords(&passwords_of(&list))?;
    }
    let tools = if order.ocr { find_ocr() } else { None };
    let recogniser = exhibit_ocr::models::version();
    match (&recogniser, &tools) {
        _ if !order.ocr => {}
        (None, None) => output.warn(&texts().no_ocr()),
        (None, Some(_)) => output.warn(&texts().no_ocr_models()),
        (Some(_), None) => output.warn(&texts().no_tesseract()),
        (Some(_), Some(_)) => {}
    }
    Ok(Means { held, recogniser, tools, cage: cage(order.workers)? })
}

/// Runs `work` with what it needs, showing progress, until it is done or `stop` is requested.
pub(crate) fn take_in_with(
    output: &Output,
    means: Means,
    order: &Order<'_>,
    progress: &IngestProgress,
    stop: &StopRequest,
    work: impl FnOnce(&mut CaseWriter, &IngestOptions<'_>, &RunContext<'_>) -> Result<Summary, Failure>,
) -> Result<Summary, Failure> {
    let Means { mut held, recogniser, tools, cage } = means;
    let retried = [State::Failed, State::Encrypted, State::Truncated, State::Unsupported];
    let options = IngestOptions {
        name: order.name,
        workers: order.workers,
        ocr: order.ocr,
        recogniser: recogniser.as_deref(),
        tesseract: tools.as_ref(),
        retry: if order.retry { &retried } else { &[] },
        limits: Limits::STANDARD,
        cage_limits: CageLimits::STANDARD,
    };
    let world = RunContext { cage: &cage, progress, stop };
    let summary = watch(output, progress, || work(&mut held, &options, &world))?;
    held.log_marks()?;
    Ok(summary)
}

/// The exit code of the signal that stopped a run: 130 for SIGINT, 143 for SIGTERM.
static STOPPED_BY: AtomicU8 = AtomicU8::new(Exit::Interrupted as u8);

/// Calls `ask` at each Ctrl-C or SIGTERM: it requests a graceful stop, and returns whether one was requested before. The
/// process ends at once then.
pub(crate) fn end_on_interrupt(ask: impl Fn() -> bool + Send + 'static) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Internal, "runtime", error.to_string()))?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
            loop {
                let code = tokio::select! {
                    _ = tokio::signal::ctrl_c() => 130_u8,
                    _ = terminate.recv() => 143_u8,
                };
                STOPPED_BY.store(code, Ordering::Relaxed);
                if ask() {
                    // everything acknowledged is on disk: exiting here loses nothing
                    std::process::exit(i32::from(code));
                }
            }
        });
    });
    Ok(())
}

pub(crate) fn exit_of(summary: &Summary) -> ExitCode {
    let failed = |state: &State| summary.account.items.get(state).copied().unwrap_or(0) > 0;
    if summary.stopped {
        ExitCode::from(STOPPED_BY.load(Ordering::Relaxed))
    } else if State::ALL.iter().filter(|state| state.is_problem()).any(failed) {
        Exit::SomeFailed.into()
    } else {
        Exit::Done.into()
    }
}

/// Prints what a run did, and the totals of the case.
pub(crate) fn report(output: &Output, summary: &Summary) {
    if output.json {
        output.object(
            "ingest",
            json!({
                "received": summary.items, "pages": summary.pages, "ocr_pages": summary.ocr_pages, "stopped": summary.stopped,
                "encrypted": {"retried": summary.encrypted, "opened": summary.opened},
                "items": super::status::states(&summary.account),
            }),
        );
        return;
    }
    let (items, pages) = (texts().items(summary.items), texts().pages(summary.pages));
    output.line(&match summary.ocr_pages {
        0 => texts().received(items, pages),
        ocr => texts().received_with_ocr(items, ocr, pages),
    });
    if summary.encrypted > 0 {
        output.line(&match summary.opened {
            0 => texts().no_password_fitted(summary.encrypted),
            opened => texts().passwords_fitted(texts().items(summary.encrypted), opened),
        });
    }
    account(output, &summary.account);
    if summary.stopped {
        output.line(&texts().stopped());
        output.line(&texts().resume_with());
    }
}

/// Prints the totals of a case: each item in exactly one state, and what is not read apart from what is.
pub(crate) fn account(output: &Output, account: &Account) {
    let texts = texts();
    output.line("");
    output.line(&output.style(Style::Bold, &texts.account_title(account.total())));
    let row = |count: u64, style: Style, word: &str| {
        if count > 0 {
            output.line(&format!("  {:>9}  {}", number(count), output.style(style, word)));
        }
    };
    for state in State::ALL {
        let count = account.in_state(state);
        match state {
            State::Read => {
                row(count.saturating_sub(account.read_in_part), Style::Good, state.word());
                row(account.read_in_part, Style::Warning, &texts.account_read_in_part());
            }
            State::Failed => row(count, Style::Bad, state.word()),
            _ if state.is_problem() => row(count, Style::Warning, state.word()),
            _ => row(count, Style::Dim, state.word()),
        }
    }
    let (size, originals) = (bytes(account.bytes), texts.originals(account.originals));
    let pages = texts.pages(account.pages_with_text());
    let sizes = match account.pages_by_ocr {
        0 => texts.account_sizes(size, originals, pages),
        ocr => texts.account_sizes_ocr(size, ocr, originals, pages),
    };
    output.line(&format!("  {sizes}"));
    if account.pages_waiting_for_ocr > 0 {
        output.line(&format!("  {}", texts.account_ocr_waiting(account.pages_waiting_for_ocr)));
    }
    if account.pages_ocr_failed > 0 {
        output.line(&format!("  {}", texts.account_ocr_failed(account.pages_ocr_failed)));
    }
    for intake in &account.intakes {
        output.line(&output.style(Style::Bad, &format!("  {}", coverage::intake_text(intake))));
    }
    if !account.gaps.is_empty() {
        let gaps = texts.account_gaps(account.gaps.len() as u64);
        output.line(&output.style(Style::Bad, &format!("  {gaps}")));
    } else if account.is_complete() {
        output.line(&format!("  {}", texts.account_complete()));
    }
    if account.intakes.is_empty()
        && account.in_state(State::Waiting) + account.pages_waiting_for_ocr > 0
    {
        output.line(&format!("  {}", texts.account_continue()));
    }
    if account.problems() > 0 {
        output.line(&format!("  {}", texts.account_problems(account.problems())));
    }
}

fn plan(context: &Context<'_>, sources: &[PathBuf]) -> Result<ExitCode, Failure> {
    for source in sources {
        let (mut files, mut size) = (0, 0);
        exhibit_ingest::survey(source, &mut |bytes| {
            files += 1;
            size += bytes;
        })?;
        let (size, files) = (bytes(size), texts().files(files));
        context.output.line(&texts().would_ingest(size, files, shown_path(source)));
    }
    Ok(Exit::Done.into())
}
