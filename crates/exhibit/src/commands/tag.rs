//! `exhibit tag add|rm|ls`

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::system::{self, MachineClock};
use crate::texts::texts;
use clap::{Args, Subcommand};
use exhibit_case::Case;
use exhibit_model::{Clock, ItemId, shown};
use serde_json::json;
use std::process::ExitCode;

/// Tag documents
#[derive(Debug, Args)]
pub(crate) struct TagArgs {
    #[command(subcommand)]
    command: TagCommand,
}

#[derive(Debug, Subcommand)]
enum TagCommand {
    /// Add a tag to documents
    #[command(
        after_help = "Examples:\n  exhibit tag add 'to check' EXH-000003 EXH-000007\n  exhibit search 'tag:\"to check\"'"
    )]
    Add {
        /// The tag
        #[arg(value_name = "TAG")]
        tag: String,
        /// The documents
        #[arg(value_name = "DOC", required = true)]
        documents: Vec<String>,
    },
    /// Remove a tag from documents
    Rm {
        /// The tag
        #[arg(value_name = "TAG")]
        tag: String,
        /// The documents
        #[arg(value_name = "DOC", required = true)]
        documents: Vec<String>,
    },
    /// List the tags of a document, or all tags
    Ls {
        /// The document
        #[arg(value_name = "DOC")]
        document: Option<String>,
    },
}

impl Run for TagArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &TagCommand) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    match command {
        TagCommand::Add { tag, documents } => set(context, &case, tag, documents, true),
        TagCommand::Rm { tag, documents } => set(context, &case, tag, documents, false),
        TagCommand::Ls { document: Some(document) } => {
            let id = super::view(&case).resolve(document)?;
            let tags = super::view(&case).tags_of(id)?;
            for tag in &tags {
                if context.output.json {
                    context
                        .output
                        .object("tag", json!({"tag": tag, "documents": [case.label(id)]}));
                } else {
                    context.output.line(&shown(tag));
                }
            }
            Ok(if tags.is_empty() { Exit::Nothing } else { Exit::Done }.into())
        }
        TagCommand::Ls { document: None } => list(context, &case),
    }
}

fn list(context: &Context<'_>, case: &Case) -> Result<ExitCode, Failure> {
    let output = context.output;
    let tags = super::view(case).tags()?;
    for tag in &tags {
        let documents: Vec<String> =
            tag.documents.iter().map(|document| case.label(ItemId::new(*document))).collect();
        if output.json {
            output.object("tag", json!({"tag": tag.tag, "documents": documents}));
            continue;
        }
        let count = texts().documents(documents.len() as u64);
        let first = documents.iter().take(10).cloned().collect::<Vec<_>>().join(" ");
        let more = if documents.len() > 10 { " …" } else { "" };
        output.line(&format!(
            "{}  {count}: {first}{more}",
            output.style(Style::Bold, &shown(&tag.tag))
        ));
    }
    Ok(if tags.is_empty() { Exit::Nothing } else { Exit::Done }.into())
}

fn set(
    context: &Context<'_>,
    case: &Case,
    tag: &str,
    documents: &[String],
    on: bool,
) -> Result<ExitCode, Failure> {
    // all of them are resolved before any is changed
    let ids: Vec<ItemId> = documents
        .iter()
        .map(|document| super::view(case).resolve(document))
        .collect::<Result<_, _>>()?;
    let mut changed = 0;
    for id in ids.iter().filter(|_| !context.dry_run()) {
        changed += u64::from(super::view(case).set_tag(*id, tag, on, MachineClock.now())?);
    }
    if changed > 0
        && let Err(failure) = system::log_marks(case.folder.path())
    {
        context.output.remark(&texts().tags_not_logged(failure.message));
    }
    let message = match (context.dry_run(), on) {
        (true, true) => texts().would_tag(ids.len() as u64),
        (true, false) => texts().would_untag(ids.len() as u64),
        (false, true) => texts().tagged(changed, shown(tag)),
        (false, false) => texts().untagged(changed, shown(tag)),
    };
    context.output.line(&message);
    Ok(Exit::Done.into())
}
