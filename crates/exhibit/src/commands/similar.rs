//! `exhibit similar DOC`

use super::{Context, Group, Run, search};
use crate::access_log;
use crate::coverage;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::texts::texts;
use clap::Args;
use exhibit_model::{PageNumber, shown};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Find similar documents, by shared distinctive terms
#[derive(Debug, Args)]
#[command(
    after_help = "The shared terms are shown with each document. At most 50 pages of a long document are examined.\n\
                        Examples:\n  exhibit similar EXH-000003\n  exhibit similar EXH-000003 --page 2 -l 5"
)]
pub(crate) struct SimilarArgs {
    /// The document
    #[arg(value_name = "DOC")]
    document: String,
    /// Compare only this page
    #[arg(long, value_name = "N")]
    page: Option<PageNumber>,
    /// Maximum number of documents
    #[arg(short, long, default_value_t = 10, value_name = "N")]
    limit: usize,
}

impl Run for SimilarArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, arguments: &SimilarArgs) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let item = super::view(&case).resolve(&arguments.document)?;
    let similar = super::searching(&case).similar(item, arguments.page, arguments.limit)?;
    let output = context.output;
    let _noted = access_log::note(output, &case, access_log::similar(&case, item, arguments.page))?;
    if !output.json {
        let words: Vec<String> = similar.words.iter().map(|word| shown(word)).collect();
        output.remark(&match words.is_empty() {
            true => texts().no_terms(),
            false => texts().terms(words.join(" ")),
        });
    }
    for found in &similar.hits {
        if output.json {
            let mut object = search::object(&case, &found.hit);
            if let Value::Object(object) = &mut object {
                object.insert("words".to_owned(), json!(found.words));
            }
            output.object("similar", object);
            continue;
        }
        search::print_hit(context, &case, &found.hit);
        let words: Vec<String> = found.words.iter().map(|word| shown(word)).collect();
        output.line(&output.style(Style::Dim, &format!("  {}", texts().shares(words.join(" ")))));
    }
    coverage::report(context, &case)?;
    Ok(if similar.hits.is_empty() { Exit::Nothing } else { Exit::Done }.into())
}
