//! `exhibit demo DIR`: creates a case of invented documents, searches it once, and shows the proof of the first result.

use super::{Context, Group, Run, ingest, init};
use crate::failure::{Exit, Failure, path as shown_path};
use crate::output::Style;
use crate::system;
use crate::texts::texts;
use clap::Args;
use exhibit_case::{Case, CaseFolder};
use exhibit_search::SearchRequest;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the practice case is searched for: "register".
const QUERY: &str = "登记";

/// Create a practice case of invented documents
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  exhibit demo practice && exhibit -C practice search 登记")]
pub(crate) struct DemoArgs {
    /// The folder of the practice case
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The example trove [default: the one that comes with the source code]
    #[arg(long, value_name = "DIR")]
    trove: Option<PathBuf>,
}

impl Run for DemoArgs {
    const GROUP: Group = Group::Start;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, demo: &DemoArgs) -> Result<ExitCode, Failure> {
    let trove = match &demo.trove {
        Some(trove) => trove.clone(),
        None => bundled()?,
    };
    let output = context.output;
    if context.dry_run() {
        output.line(&texts().would_ingest_demo(shown_path(&demo.folder), shown_path(&trove)));
        return Ok(Exit::Done.into());
    }
    if !CaseFolder::new(&demo.folder).is_case() {
        init::make(&demo.folder, &texts().practice_case(), "EXH", None)?;
    }
    let name = texts().practice_trove();
    let order = ingest::Order {
        sources: &[trove],
        name: Some(&name),
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
        output.line(&texts().open_in_browser(shown_path(&demo.folder)));
    }
    Ok(Exit::Done.into())
}

fn search_once(context: &Context<'_>, case: &Case) -> Result<(), Failure> {
    let output = context.output;
    output.line("");
    output.line(&output.style(Style::Bold, &format!("exhibit search {QUERY}")));
    let query = super::searching(case).query(QUERY, false)?;
    let request = SearchRequest { limit: 3, ..SearchRequest::of(&query) };
    let results = super::searching(case).search(&request)?;
    super::search::print(context, case, &request, &results);
    let Some(hit) = results.hits.first() else { return Ok(()) };
    let Some(seq) = hit.item.seq else { return Ok(()) };
    output.line("");
    let label = case.label(hit.item.id);
    output.line(&output.style(Style::Bold, &format!("exhibit show {label} --custody")));
    super::show::custody(
        context,
        &super::view(case).document(hit.item.id)?,
        &super::view(case).entry(seq)?,
    );
    Ok(())
}

// Next to the source tree that this program was built from.
fn bundled() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().ok();
    let above =
        program.iter().flat_map(|p| p.ancestors()).map(|folder| folder.join("examples/trove"));
    let here = std::iter::once(PathBuf::from("examples/trove"));
    here.chain(above).find(|folder| folder.is_dir()).ok_or_else(|| {
        Failure::new(Exit::Usage, "no-trove", texts().no_trove()).hint(texts().hint_no_trove())
    })
}
