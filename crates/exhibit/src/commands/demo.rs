//! `exhibit demo DIR`: a case of invented papers, taken in, searched once, with the proof of what was found.

use super::{Context, ingest, init};
use crate::cli::Demo;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::system;
use exhibit_case::{Case, SearchRequest};
use std::path::PathBuf;
use std::process::ExitCode;

/// What the practice case is searched for: "register".
const QUERY: &str = "登记";

pub(crate) fn run(context: &Context<'_>, demo: &Demo) -> Result<ExitCode, Failure> {
    let trove = match &demo.trove {
        Some(trove) => trove.clone(),
        None => bundled()?,
    };
    let output = context.output;
    if context.dry_run() {
        output.line(&format!("would take {} into a new case in {}", trove.display(), demo.folder.display()));
        return Ok(Exit::Done.into());
    }
    if !demo.folder.join(exhibit_case::layout::CONFIG).exists() {
        init::make(&demo.folder, "Practice case (everything in it is invented)", "EXH", None)?;
    }
    let order = ingest::Order {
        sources: &[trove],
        name: Some("example trove"),
        retry: false,
        passwords: None,
        ocr: true,
        workers: system::processors(),
    };
    let summary = ingest::take_in(output, &demo.folder, &order)?;
    ingest::report(output, &summary);
    if summary.stopped {
        return Ok(ingest::exit_of(&summary));
    }
    if !output.json {
        let case = Case::open(&demo.folder)?;
        search_once(context, &case)?;
        output.line("");
        output.line(&format!("Look at it in the browser: exhibit -C {} serve", demo.folder.display()));
    }
    Ok(Exit::Done.into())
}

fn search_once(context: &Context<'_>, case: &Case) -> Result<(), Failure> {
    let output = context.output;
    output.line("");
    output.line(&output.style(Style::Bold, &format!("exhibit search {QUERY}")));
    let request = SearchRequest { query: QUERY, limit: 3, ..SearchRequest::default() };
    let results = case.search(&request)?;
    super::search::print(context, case, &results, false);
    let Some(hit) = results.hits.first() else { return Ok(()) };
    let Some(seq) = hit.item.seq else { return Ok(()) };
    output.line("");
    let label = case.label(hit.item.id);
    output.line(&output.style(Style::Bold, &format!("exhibit show {label} --custody")));
    super::show::custody(context, &case.document(hit.item.id)?, &case.entry(seq)?);
    Ok(())
}

// beside the source that this program was built from
fn bundled() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|p| p.ancestors()).map(|folder| folder.join("examples/trove"));
    let here = std::iter::once(PathBuf::from("examples/trove"));
    here.chain(above).find(|folder| folder.is_dir()).ok_or_else(|| {
        Failure::new(Exit::Usage, "no-trove", "the example trove is not beside this program")
            .hint("name it: exhibit demo DIR --trove examples/trove")
    })
}
