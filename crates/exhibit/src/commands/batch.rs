//! `exhibit batch new|ls|show|run|export`

use super::{Context, Group, Run};
use crate::access_log;
use crate::coverage;
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::output::Style;
use crate::progress::{Count, Step, count};
use crate::system::{self, MachineClock};
use crate::texts::{safe, texts};
use clap::{Args, Subcommand, ValueEnum};
use exhibit_case::Case;
use exhibit_messages::line_error;
use exhibit_model::{Clock, ItemId, Moment, shown};
use exhibit_search::{
    Batch, BatchForm, BatchLine, BatchLineError, BatchProgress, BatchRun, NewBatch, SearchError,
    Which,
};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

const SAMPLE: usize = 10;

/// Search for many names or queries from a file
#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    #[command(subcommand)]
    command: BatchCommand,
}

#[derive(Debug, Subcommand)]
enum BatchCommand {
    /// Create a batch: one name or query per line, or a column of a CSV file
    #[command(
        after_help = "Examples:\n  exhibit batch new names.txt\n  exhibit batch new staff.csv --column 3 --exact"
    )]
    New(BatchNew),
    /// List the batches
    Ls,
    /// Show the results of the last run
    Show {
        /// The number of the batch
        #[arg(value_name = "N")]
        batch: u64,
    },
    /// Run all lines; exits with 1 if nothing is found, with 3 if some lines are unusable
    Run {
        /// The number of the batch
        #[arg(value_name = "N")]
        batch: u64,
    },
    /// Write the results of the last run, one line each
    Export(BatchExport),
}

#[derive(Debug, Args)]
struct BatchNew {
    /// The list
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The name of the batch [default: the file's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Lines are queries with operators, not plain names
    #[arg(long)]
    queries: bool,
    /// Match words exactly as written: no spelling or script variants
    #[arg(long)]
    exact: bool,
    /// The column of a table to use, from 1 [default for .csv files: 1]
    #[arg(long, value_name = "N")]
    column: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
struct BatchExport {
    /// The number of the batch
    #[arg(value_name = "N")]
    batch: u64,
    /// The output format
    #[arg(long, value_enum, default_value = "csv", value_name = "FORMAT")]
    format: ListFormat,
    /// Write to this file, which must not exist [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only lines without results
    #[arg(long, conflicts_with_all = ["new", "bad"])]
    zero: bool,
    /// Only lines with new results since the previous run
    #[arg(long, conflicts_with = "bad")]
    new: bool,
    /// Only unusable lines
    #[arg(long)]
    bad: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    Csv,
    Ndjson,
}

impl Run for BatchArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        !matches!(&self.command, BatchCommand::Export(export) if export.output.is_some())
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, &self.command)
    }
}

fn run(context: &Context<'_>, command: &BatchCommand) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    match command {
        BatchCommand::New(new) => make(context, &case, new),
        BatchCommand::Ls => {
            for batch in super::searching(&case).batches()? {
                print_batch(context, &batch);
            }
            Ok(Exit::Done.into())
        }
        BatchCommand::Show { batch } => show(context, &case, *batch),
        BatchCommand::Run { batch } => run_batch(context, &case, *batch),
        BatchCommand::Export(export) => {
            let _noted = access_log::note(
                context.output,
                &case,
                access_log::export("batch", &export.batch.to_string()),
            )?;
            let code = write_out(&case, export)?;
            coverage::warn_of(context.output, &case)?;
            Ok(code)
        }
    }
}

/// Maximum size of a list, in bytes.
const MAX_LIST: u64 = 1 << 30;

fn make(context: &Context<'_>, case: &Case, new: &BatchNew) -> Result<ExitCode, Failure> {
    let mut list = Vec::new();
    let file = File::open(&new.file).map_err(|error| Failure::io(Act::Read, &new.file, &error))?;
    file.take(MAX_LIST + 1)
        .read_to_end(&mut list)
        .map_err(|error| Failure::io(Act::Read, &new.file, &error))?;
    if list.len() as u64 > MAX_LIST {
        let message = texts().list_too_large(MAX_LIST, shown_path(&new.file));
        return Err(Failure::usage(message).hint(texts().hint_split_list()));
    }
    let named = new
        .name
        .clone()
        .or_else(|| new.file.file_name().map(|name| name.to_string_lossy().into_owned()));
    let is_table = new.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let column = new.column.map(|column| column.get() - 1).or(is_table.then_some(0));
    let name = named.unwrap_or_default();
    let new = NewBatch { name: &name, list: &list, queries: new.queries, exact: new.exact, column };
    if context.dry_run() {
        let lines = exhibit_search::read_list(&list, column).len() as u64;
        context.output.line(&texts().would_create_batch(lines));
        return Ok(Exit::Done.into());
    }
    let (number, lines) = super::searching(case).new_batch(&new, MachineClock.now())?;
    if context.output.json {
        context.output.object("batch", object(&super::searching(case).batch(number)?));
    } else {
        context
            .output
            .line(&texts().created_batch(texts().lines(lines as u64), number.to_string()));
        context.output.remark(&texts().run_batch(number.to_string()));
    }
    Ok(Exit::Done.into())
}

fn object(batch: &Batch) -> Value {
    let time = |at: i64| Moment(at).to_rfc3339();
    let run = |run: &BatchRun| {
        json!({
            "run": run.run, "at": time(run.at), "pages": run.pages, "lines": run.lines,
            "found": run.found, "new": run.new, "bad": run.bad,
        })
    };
    json!({
        "batch": batch.number, "name": batch.name, "made": time(batch.made), "queries": batch.queries,
        "exact": batch.exact, "last_run": batch.last_run.as_ref().map(run),
    })
}

fn print_batch(context: &Context<'_>, batch: &Batch) {
    let output = context.output;
    if output.json {
        output.object("batch", object(batch));
        return;
    }
    let kind = if batch.queries { texts().batch_queries() } else { texts().batch_names() };
    let run = batch.last_run.as_ref().map_or_else(|| texts().batch_not_run(), summary);
    output.line(&format!(
        "{:>4}  {}  {kind}  {run}",
        batch.number,
        output.style(Style::Bold, &shown(&batch.name))
    ));
}

fn summary(run: &BatchRun) -> String {
    let texts = texts();
    let found = texts.batch_run(run.found, texts.lines(run.lines), run.run.to_string());
    let new = (run.since > 0).then(|| texts.batch_run_new(run.new));
    let bad = (run.bad > 0).then(|| texts.batch_run_bad(run.bad));
    [Some(found), new, bad].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn show(context: &Context<'_>, case: &Case, number: u64) -> Result<ExitCode, Failure> {
    print_batch(context, &super::searching(case).batch(number)?);
    if !context.output.json {
        list(context, case, number)?;
    }
    coverage::report(context, case)?;
    Ok(Exit::Done.into())
}

// The lines with the most documents, and the unusable lines.
fn list(context: &Context<'_>, case: &Case, number: u64) -> Result<(), Failure> {
    let (mut best, mut bad): (Vec<BatchLine>, Vec<BatchLine>) = (Vec::new(), Vec::new());
    super::searching(case).batch_lines(number, &mut |line| {
        if line.error.is_some() {
            bad.push(line);
        } else if line.pages > 0 {
            best.push(line);
            if best.len() > 50 * SAMPLE {
                keep_best(&mut best);
            }
        }
    })?;
    keep_best(&mut best);
    let output = context.output;
    for line in &best {
        let counts = texts()
            .batch_line_counts(texts().documents(line.document_count), texts().pages(line.pages));
        output.line(&format!("  {}  {counts}", output.style(Style::Hit, &shown(&line.text))));
        if let Some(key) = line.first {
            let context = shown(&line.context.replace(['\n', '\t'], " "));
            let first =
                texts().batch_first(context, label(case, key.document), key.page.to_string());
            output.line(&output.style(Style::Dim, &format!("    {first}")));
        }
    }
    for line in bad.iter().take(SAMPLE) {
        let reason = line
            .error
            .as_ref()
            .map(|error| safe(&line_error(&error.code, error.query().as_ref())))
            .unwrap_or_default();
        output.warn(&texts().batch_bad_line(line.line.to_string(), reason, shown(&line.text)));
    }
    Ok(())
}

fn keep_best(lines: &mut Vec<BatchLine>) {
    lines.sort_by(|a, b| b.document_count.cmp(&a.document_count).then_with(|| a.line.cmp(&b.line)));
    lines.truncate(SAMPLE);
}

fn run_batch(context: &Context<'_>, case: &Case, number: u64) -> Result<ExitCode, Failure> {
    if context.dry_run() {
        print_batch(context, &super::searching(case).batch(number)?);
        return Ok(Exit::Done.into());
    }
    let progress = BatchProgress::default();
    let run = count(context.output, &|| how_far(&progress), || {
        super::searching(case).run_batch(
            number,
            MachineClock.now(),
            system::processors(),
            &progress,
        )
    })?;
    let _noted = access_log::note(
        context.output,
        case,
        access_log::batch(&super::searching(case).batch(number)?.name, Some(run.lines)),
    )?;
    show(context, case, number)?;
    context.output.remark(&texts().export_batch(number.to_string()));
    let exit = match (run.found, run.bad) {
        (_, 1..) => Exit::SomeFailed,
        (0, _) => Exit::Nothing,
        _ => Exit::Done,
    };
    Ok(exit.into())
}

fn how_far(progress: &BatchProgress) -> Count {
    let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
    let (pages, queries) = (load(&progress.pages), load(&progress.queries));
    match load(&progress.of_pages) {
        all if pages < all => Count { step: Step::SearchNames, done: pages, all },
        _ => Count { step: Step::RunQueries, done: queries, all: load(&progress.of_queries) },
    }
}

fn label(case: &Case, document: i64) -> String {
    case.label(ItemId::new(document))
}

fn write_out(case: &Case, export: &BatchExport) -> Result<ExitCode, Failure> {
    if super::searching(case).batch(export.batch)?.last_run.is_none() {
        let number = export.batch.to_string();
        return Err(Failure::new(Exit::Nothing, "not-run", texts().batch_has_not_run(&number))
            .hint(texts().hint_run_batch(number)));
    }
    let name = export.output.clone().unwrap_or_else(|| texts().standard_output().into());
    let failed = |error: std::io::Error| Failure::io(Act::Write, &name, &error);
    let mut to: Box<dyn Write> = match &export.output {
        Some(path) => Box::new(BufWriter::new(File::create_new(path).map_err(failed)?)),
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    let form = match export.format {
        ListFormat::Csv => BatchForm::Csv,
        ListFormat::Ndjson => BatchForm::Ndjson,
    };
    let which = match (export.zero, export.new, export.bad) {
        (true, ..) => Which::Zero,
        (_, true, _) => Which::New,
        (_, _, true) => Which::Bad,
        _ => Which::All,
    };
    let text =
        |error: &BatchLineError| texts().0.text(&line_error(&error.code, error.query().as_ref()));
    super::searching(case).write_batch(export.batch, form, which, &text, &mut to).map_err(
        |error| match error {
            SearchError::Output(error) => failed(error),
            error => error.into(),
        },
    )?;
    Ok(Exit::Done.into())
}
