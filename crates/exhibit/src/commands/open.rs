//! `exhibit open [DIR]`: creates a case outside the source, ingests, serves, and opens the browser.

use super::serve::ServeArgs;
use super::{Context, Group, Run, ingest, init, serve};
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::output::Output;
use crate::system;
use crate::texts::texts;
use clap::Args;
use exhibit_case::{Case, CaseFolder};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Ingest a folder, serve it on this machine and open the browser
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  exhibit open ~/leak            a new case in ~/Exhibit/leak\n  \
                        exhibit open ~/Exhibit/leak    an existing case: resume ingesting, and serve it")]
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
            let source = source.canonicalize().map_err(|error| Failure::io(Act::Read, source, &error))?;
            (place_for(&source, open.into.as_deref())?, vec![source])
        }
    };
    if context.dry_run() {
        output.line(&texts().would_use_case(shown_path(&folder)));
        return Ok(Exit::Done.into());
    }
    if !CaseFolder::new(&folder).is_case() {
        let name = sources.first().map_or_else(|| init::name_of(&folder), |source| init::name_of(source));
        if let Some(parent) = folder.parent() {
            std::fs::create_dir_all(parent).map_err(|error| Failure::io(Act::CreateFolder, parent, &error))?;
        }
        init::make(&folder, &name, "EXH", None)?;
        output.remark(&texts().created_case_in(shown_path(&folder)));
    }
    if Case::open(&folder)?.is_sealed() {
        output.remark(&texts().sealed_not_ingested());
    } else if let Some(code) = take_in(context, open, &folder, &sources)? {
        return Ok(code);
    }
    serve::serve_case(output, &folder, &open.serve, &|link| {
        if !open.no_browser {
            open_browser(output, link);
        }
    })
}

// Returns the exit code if nothing is to be served afterwards.
fn take_in(
    context: &Context<'_>,
    open: &OpenArgs,
    folder: &Path,
    sources: &[PathBuf],
) -> Result<Option<ExitCode>, Failure> {
    let output = context.output;
    let workers = system::processors();
    let order = ingest::Order { sources, name: None, retry: false, passwords: None, ocr: true, workers };
    let summary = ingest::take_in(output, folder, &order)?;
    ingest::report(output, &summary);
    Ok((summary.stopped || open.no_serve).then(|| ingest::exit_of(&summary)))
}

/// Where the case of a source goes: the given folder, else `~/Exhibit/NAME`. An existing case of another source is
/// left alone; a number is appended to the name instead.
fn place_for(source: &Path, named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let home = std::env::home_dir()
        .ok_or_else(|| Failure::new(Exit::Usage, "no-home", texts().no_home_case()).hint(texts().hint_into()))?;
    let name = init::name_of(source);
    for number in 1..1000 {
        let name = if number == 1 { name.clone() } else { format!("{name}-{number}") };
        let folder = home.join("Exhibit").join(name);
        if folder.starts_with(source) {
            return Err(Failure::usage(texts().inside_source(shown_path(&folder))).hint(texts().hint_outside_source()));
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
    sources.is_ok_and(|all| all.is_empty() || all.iter().any(|one| one.path == source.as_os_str().as_bytes()))
}

fn open_browser(output: &Output, link: &str) {
    let seen = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if !seen {
        return;
    }
    let started =
        Command::new("xdg-open").arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if started.is_err() {
        output.remark(&texts().no_browser());
    }
}
