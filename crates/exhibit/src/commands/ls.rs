//! `exhibit ls [PATH]`

use super::{Context, Group, Run};
use crate::codes;
use crate::failure::{Exit, Failure};
use crate::output::{Style, bytes};
use crate::texts::texts;
use clap::Args;
use exhibit_case::Case;
use exhibit_catalogue::{Item, ItemFilter};
use exhibit_model::{ItemId, State};
use serde_json::{Value, json};
use std::process::ExitCode;

const BATCH: u32 = 1000;

/// List the items of the case
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  exhibit ls\n  exhibit ls notices/2019 --tree\n  exhibit ls --state failed --json"
)]
pub(crate) struct LsArgs {
    /// List only items below this path
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// Print a tree
    #[arg(long)]
    tree: bool,
    /// List only items in this state
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
}

impl Run for LsArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, ls: &LsArgs) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let states = match &ls.state {
        None => Vec::new(),
        Some(word) => vec![State::from_word(word).ok_or_else(|| {
            let all = State::ALL.map(State::word).join(", ");
            Failure::usage(texts().unknown_state(format!("{word:?}")))
                .hint(texts().hint_unknown_state(all))
        })?],
    };
    let mut after: Option<ItemId> = None;
    let mut listed = 0_u64;
    let mut tree = Vec::new();
    loop {
        let filter =
            ItemFilter { states: states.clone(), after, most: BATCH, ..ItemFilter::default() };
        let items = super::view(&case).items(&filter)?;
        let Some(last) = items.last() else { break };
        after = Some(last.id);
        for item in &items {
            let path = super::view(&case).path(item)?;
            if ls.path.as_deref().is_none_or(|wanted| is_below(&path, wanted)) {
                listed += 1;
                if ls.tree && !context.output.json {
                    tree.push((path, line(context, &case, item, None)));
                } else {
                    print(context, &case, item, &path);
                }
            }
        }
    }
    print_tree(context, tree);
    Ok(if listed == 0 { Exit::Nothing } else { Exit::Done }.into())
}

fn is_below(path: &str, wanted: &str) -> bool {
    let wanted = wanted.trim_end_matches('/');
    path.strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with("!/"))
}

/// One item as a JSON object.
pub(crate) fn object(case: &Case, item: &Item, path: &str) -> Value {
    let reason = codes::why(item);
    json!({
        "id": case.label(item.id),
        "path": path,
        "container": item.container.map(|id| case.label(id)),
        "sha256": item.original.map(|original| original.to_string()),
        "size": item.size,
        "media_type": if item.media_type.is_empty() { None } else { Some(&item.media_type) },
        "state": item.state.word(),
        "reason": if reason.is_empty() { None } else { Some(reason) },
        "reasons": item.reasons().map(codes::reason).collect::<Vec<_>>(),
        "duplicate_of": item.duplicate_of.map(|id| case.label(id)),
        "pages": item.pages,
        "languages": item.languages,
        "members": item.found,
        "modified": item.modified.map(|moment| moment.to_rfc3339()),
        "received": item.received.to_rfc3339(),
        "log_entry": item.seq.map(exhibit_model::EntrySeq::get),
    })
}

fn print(context: &Context<'_>, case: &Case, item: &Item, path: &str) {
    if context.output.json {
        context.output.object("item", object(case, item, path));
    } else {
        context.output.line(&line(context, case, item, Some(path)));
    }
}

fn line(context: &Context<'_>, case: &Case, item: &Item, path: Option<&str>) -> String {
    let style = match item.state {
        State::Failed => Style::Bad,
        state if state.is_problem() => Style::Warning,
        State::Read => Style::Good,
        _ => Style::Dim,
    };
    let state = context.output.style(style, &format!("{:<11}", item.state.word()));
    let name = path.map_or_else(|| case.name(item), str::to_owned);
    let pages = if item.pages > 0 {
        format!("{:>4} {}", item.pages, texts().column_pages())
    } else {
        "      ".to_owned()
    };
    format!("{}  {state} {:>10} {pages}  {name}", case.label(item.id), bytes(item.size))
}

fn print_tree(context: &Context<'_>, mut tree: Vec<(String, String)>) {
    tree.sort();
    let mut open: Vec<String> = Vec::new();
    for (path, text) in tree {
        let parts: Vec<&str> = path.split('/').collect();
        let folders = &parts[..parts.len() - 1];
        let shared = open.iter().zip(folders).take_while(|(a, b)| a == *b).count();
        open.truncate(shared);
        for folder in &folders[shared..] {
            context.output.line(&format!("{:indent$}{folder}/", "", indent = open.len() * 2));
            open.push((*folder).to_owned());
        }
        context.output.line(&format!("{:indent$}{text}", "", indent = open.len() * 2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_below_whole_parts_only() {
        assert!(is_below("a/b.zip!/c", "a"));
        assert!(is_below("a/b.zip!/c", "a/b.zip"));
        assert!(is_below("a/b", "a/b/"));
        assert!(!is_below("ab/c", "a"));
    }
}
