//! `exhibit similar DOC`

use super::{Context, search};
use crate::cli::Similar;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use exhibit_model::shown;
use serde_json::{Value, json};
use std::process::ExitCode;

pub(crate) fn run(context: &Context<'_>, asked: &Similar) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let similar = case.similar(case.resolve(&asked.document)?, asked.page, asked.limit)?;
    let output = context.output;
    if !output.json {
        let words: Vec<String> = similar.words.iter().map(|word| shown(word)).collect();
        output.remark(&match words.is_empty() {
            true => "It has no word that tells it from the rest".to_owned(),
            false => format!("Its telling words: {}", words.join(" ")),
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
        output.line(&output.style(Style::Dim, &format!("  shares: {}", words.join(" "))));
    }
    Ok(if similar.hits.is_empty() { Exit::Nothing } else { Exit::Done }.into())
}
