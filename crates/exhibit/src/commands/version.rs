//! `exhibit version`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

/// Print the version
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {}

impl Run for VersionArgs {
    const GROUP: Group = Group::Run;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        let version = env!("CARGO_PKG_VERSION");
        if context.output.json {
            let analysis = exhibit_text::ANALYSIS_VERSION;
            context.output.object(
                "version",
                json!({"version": version, "case_form": 1, "analysis": analysis}),
            );
        } else {
            context.output.line(&format!("exhibit {version}"));
        }
        Ok(Exit::Done.into())
    }
}
