//! `exhibit completions|man|version`

use super::Context;
use crate::cli::{Arguments, Completions, Man};
use crate::failure::{Exit, Failure};
use clap::CommandFactory;
use serde_json::json;
use std::process::ExitCode;

pub(crate) fn completions(context: &Context<'_>, completions: &Completions) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Arguments::command(), "exhibit", &mut script);
    context.output.write(&script);
    Ok(Exit::Done.into())
}

pub(crate) fn man(context: &Context<'_>, man: &Man) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(&man.folder).map_err(|error| Failure::io("make the folder", &man.folder, &error))?;
    let mut command = Arguments::command();
    command.build();
    clap_mangen::generate_to(command, &man.folder).map_err(|error| Failure::io("write into", &man.folder, &error))?;
    context.output.line(&format!("Wrote manual pages into {}.", man.folder.display()));
    Ok(Exit::Done.into())
}

pub(crate) fn version(context: &Context<'_>) -> Result<ExitCode, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    if context.output.json {
        let analysis = exhibit_text::ANALYSIS_VERSION;
        context.output.object("version", json!({"version": version, "case_form": 1, "analysis": analysis}));
    } else {
        context.output.line(&format!("exhibit {version}"));
    }
    Ok(Exit::Done.into())
}
