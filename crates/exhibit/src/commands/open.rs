//! `exhibit open [DIR]`: creates a case outside the source, serves it, opens the browser, and ingests meanwhile.

use super::ingest::Order;
use super::serve::{Beside, ServeArgs};
use super::{Context, Group, Run, ingest, init, serve};
use crate::beside;
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::output::Output;
use crate::system;
use crate::texts::texts;
use clap::Args;
use exhibit_case::{Case, CaseFolder};
use exhibit_web::IntakeControl;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Ingest a folder, serve it on this machine and open the browser
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  exhibit open ~/leak            a new case in ~/Exhibit/leak\n  \
                        exhibit open ~/Exhibit/leak    an existing case: resume ingesting, and serve it"
)]
pub(crate) struct OpenArgs {
    /// A folder to ingest, or a case [default: the current case]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Where to create the case [default: ~/Exhibit/NAME]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Do not open the browser
    #[arg(long)]
    no_browser: bool,
    /// Exit after ingesting
    #[arg(long)]
    no_serve: bool,
    #[command(flatten)]
    serve: ServeArgs,
}

impl Run for OpenArgs {
    const GROUP: Group = Group::Start;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, open: &OpenArgs) -> Result<ExitCode, Failure> {
    let output = context.output;
    let (folder, sources) = match &open.folder {
        None => (context.case_folder()?, Vec::new()),
        Some(folder) if CaseFolder::new(folder).is_case() => (folder.clone(), Vec::new()),
        Some(source) => {
            let source =
                source.canonicalize().map_err(|error| Failure::io(Act::Read, source, &error))?;
            (place_for(&source, open.into.as_deref())?, vec![source])
        }
    };
    if context.dry_run() {
        output.line(&texts().would_use_case(shown_path(&folder)));
        return Ok(Exit::Done.into());
    }
    if !CaseFolder::new(&folder).is_case() {
        let name =
            sources.first().map_or_else(|| init::name_of(&folder), |source| init::name_of(source));
        if let Some(parent) = folder.parent() {
            std::fs::create_dir_all(parent)
                .map_err(|error| Failure::io(Act::CreateFolder, parent, &error))?;
        }
        init::make(&folder, &name, "EXH", None)?;
        output.remark(&texts().created_case_in(shown_path(&folder)));
    }
    let (in_browser, serving) = (!open.no_browser, !open.no_serve);
    if Case::open(&folder)?.is_sealed() {
        output.remark(&texts().sealed_not_ingested());
        let beside = if in_browser { Beside::Browser } else { Beside::Nothing };
        return if serving {
            serve::serve_case(output, &folder, &open.serve, beside)
        } else {
            Ok(Exit::Done.into())
        };
    }
    let workers = system::processors();
    let order =
        Order { sources: &sources, name: None, retry: false, passwords: None, ocr: true, workers };
    if serving {
        return serve_first(output, &folder, &order, &open.serve, in_browser);
    }
    let summary = ingest::take_in(output, &folder, &order)?;
    ingest::report(output, &summary);
    Ok(ingest::exit_of(&summary))
}

// The browser opens at once: what is read can be searched while the rest is ingested.
fn serve_first(
    output: &Output,
    folder: &Path,
    order: &Order<'_>,
    args: &ServeArgs,
    in_browser: bool,
) -> Result<ExitCode, Failure> {
    let means = ingest::prepare(output, folder, order, system::cage_of_intake)?;
    let intake = beside::Beside::new();
    let asked = Arc::clone(&intake);
    ingest::end_on_interrupt(move || asked.end())?;
    let (served, last) = std::thread::scope(|scope| {
        let taking = scope.spawn(|| beside::take_in(&intake, output, folder, order, means));
        let shown: Arc<dyn IntakeControl> = Arc::clone(&intake) as _;
        let served = serve::serve_case(output, folder, args, Beside::Intake(shown, in_browser));
        let _ = intake.end();
        (served, taking.join().ok().flatten())
    });
    let code = served?;
    Ok(match last {
        Some(summary) if summary.stopped => ingest::exit_of(&summary),
        _ => code,
    })
}

/// Where the case of a source goes: the given folder, else `~/Exhibit/NAME`. An existing case of another source is
/// left alone; a number is appended to the name instead.
fn place_for(source: &Path, named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let home = std::env::home_dir().ok_or_else(|| {
        Failure::new(Exit::Usage, "no-home", texts().no_home_case()).hint(texts().hint_into())
    })?;
    let name = init::name_of(source);
    for number in 1..1000 {
        let name = if number == 1 { name.clone() } else { format!("{name}-{number}") };
        let folder = home.join("Exhibit").join(name);
        if folder.starts_with(source) {
            return Err(Failure::usage(texts().inside_source(shown_path(&folder)))
                .hint(texts().hint_outside_source()));
        }
        let free = !folder.exists();
        if free || Case::open(&folder).is_ok_and(|case| is_of(&case, source)) {
            return Ok(folder);
        }
    }
    Err(Failure::usage(texts().no_free_name()).hint(texts().hint_into()))
}

// Created for this source, or interrupted before its source was recorded.
fn is_of(case: &Case, source: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let sources = super::view(case).sources();
    sources.is_ok_and(|all| {
        all.is_empty() || all.iter().any(|one| one.path == source.as_os_str().as_bytes())
    })
}
