//! `exhibit open DIR`: makes a case apart from what it reads, takes in, serves, and opens the browser.

use super::{Context, ingest, init, serve};
use crate::cli::Open;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::system;
use exhibit_case::{Case, layout};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

pub(crate) fn run(context: &Context<'_>, open: &Open) -> Result<ExitCode, Failure> {
    let output = context.output;
    let (folder, sources) = match &open.folder {
        None => (context.case_folder()?, Vec::new()),
        Some(folder) if folder.join(layout::CONFIG).is_file() => (folder.clone(), Vec::new()),
        Some(source) => {
            let source = source.canonicalize().map_err(|error| Failure::io("read", source, &error))?;
            (place_for(&source, open.into.as_deref())?, vec![source])
        }
    };
    if context.dry_run() {
        output.line(&format!("would use the case in {}", folder.display()));
        return Ok(Exit::Done.into());
    }
    if !folder.join(layout::CONFIG).is_file() {
        let name = sources.first().map_or_else(|| init::name_of(&folder), |source| init::name_of(source));
        if let Some(parent) = folder.parent() {
            std::fs::create_dir_all(parent).map_err(|error| Failure::io("make the folder", parent, &error))?;
        }
        init::make(&folder, &name, "EXH", None)?;
        output.remark(&format!("Made a case in {}", folder.display()));
    }
    if Case::open(&folder)?.is_sealed() {
        output.remark("The case is sealed: nothing is taken in.");
    } else if let Some(code) = take_in(context, open, &folder, &sources)? {
        return Ok(code);
    }
    serve::serve_case(output, &folder, &open.serve, &|link| {
        if !open.no_browser {
            open_browser(output, link);
        }
    })
}

// the exit code, where nothing is to be served afterwards
fn take_in(
    context: &Context<'_>,
    open: &Open,
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

/// Where the case of a source goes: the place named, else `~/Exhibit/NAME`; a case that is there for another source
/// is not touched, a number is added to the name.
fn place_for(source: &Path, named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let home = std::env::home_dir().ok_or_else(|| {
        Failure::new(Exit::Usage, "no-home", "there is no home folder to make the case in")
            .hint("name a place: --into DIR")
    })?;
    let name = init::name_of(source);
    for number in 1..1000 {
        let name = if number == 1 { name.clone() } else { format!("{name}-{number}") };
        let folder = home.join("Exhibit").join(name);
        if folder.starts_with(source) {
            return Err(Failure::usage(format!("{} would lie within the source", folder.display()))
                .hint("name a place apart from it: --into DIR"));
        }
        let free = !folder.exists();
        if free || Case::open(&folder).is_ok_and(|case| is_of(&case, source)) {
            return Ok(folder);
        }
    }
    Err(Failure::usage("no free name for the case in ~/Exhibit").hint("name a place: --into DIR"))
}

// made for this source, or made and interrupted before its source was noted
fn is_of(case: &Case, source: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    case.source_paths().is_ok_and(|paths| paths.is_empty() || paths.iter().any(|p| p == source.as_os_str().as_bytes()))
}

fn open_browser(output: &Output, link: &str) {
    let seen = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    if !seen {
        return;
    }
    let started =
        Command::new("xdg-open").arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if started.is_err() {
        output.remark("No browser could be opened: copy the link.");
    }
}
