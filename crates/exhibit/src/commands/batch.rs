//! `exhibit batch new|ls|show|run|export`

use super::Context;
use crate::access_log;
use crate::cli::{BatchCommand, BatchExport, BatchNew, ListFormat};
use crate::failure::{Exit, Failure};
use crate::output::{Style, counted, number};
use crate::progress::{Count, count};
use crate::system::{self, MachineClock};
use exhibit_case::{Batch, BatchForm, BatchLine, BatchProgress, Case, CaseError, NewBatch, Run, Which};
use exhibit_model::{Clock, ItemId, Moment, shown};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

const SAMPLE: usize = 10;

pub(crate) fn run(context: &Context<'_>, command: &BatchCommand) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    match command {
        BatchCommand::New(new) => make(context, &case, new),
        BatchCommand::Ls => {
            for batch in case.batches()? {
                say(context, &batch);
            }
            Ok(Exit::Done.into())
        }
        BatchCommand::Show { batch } => show(context, &case, *batch),
        BatchCommand::Run { batch } => ask(context, &case, *batch),
        BatchCommand::Export(export) => {
            let _noted =
                access_log::note(context.output, &case, access_log::export("batch", &export.batch.to_string()));
            write_out(&case, export)
        }
    }
}

/// The longest list that is read.
const MOST_LIST: u64 = 1 << 30;

fn make(context: &Context<'_>, case: &Case, new: &BatchNew) -> Result<ExitCode, Failure> {
    let mut list = Vec::new();
    let file = File::open(&new.file).map_err(|error| Failure::io("read", &new.file, &error))?;
    file.take(MOST_LIST + 1).read_to_end(&mut list).map_err(|error| Failure::io("read", &new.file, &error))?;
    if list.len() as u64 > MOST_LIST {
        let message = format!("{} is longer than a list may be ({} bytes)", new.file.display(), MOST_LIST);
        return Err(Failure::usage(message).hint("split it, and make a batch of each part"));
    }
    let named = new.name.clone().or_else(|| new.file.file_name().map(|name| name.to_string_lossy().into_owned()));
    let is_table = new.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let column = new.column.map(|column| column.get() - 1).or(is_table.then_some(0));
    let name = named.unwrap_or_default();
    let new = NewBatch { name: &name, list: &list, queries: new.queries, exact: new.exact, column };
    if context.dry_run() {
        let lines = exhibit_case::read_list(&list, column).len() as u64;
        context.output.line(&format!("Would keep a batch of {}", counted(lines, "line", "lines")));
        return Ok(Exit::Done.into());
    }
    let (number, lines) = case.new_batch(&new, MachineClock.now())?;
    if context.output.json {
        context.output.object("batch", object(&case.batch(number)?));
    } else {
        context.output.line(&format!("Batch {number}: {}", counted(lines as u64, "line", "lines")));
        context.output.remark(&format!("Ask it with: exhibit batch run {number}"));
    }
    Ok(Exit::Done.into())
}

fn object(batch: &Batch) -> Value {
    let time = |at: i64| Moment(at).to_rfc3339();
    let run = |run: &Run| {
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

fn say(context: &Context<'_>, batch: &Batch) {
    let output = context.output;
    if output.json {
        output.object("batch", object(batch));
        return;
    }
    let kind = if batch.queries { "queries" } else { "names" };
    let run = batch.last_run.as_ref().map_or_else(|| "not run yet".to_owned(), summary);
    output.line(&format!("{:>4}  {}  {kind}  {run}", batch.number, output.style(Style::Bold, &shown(&batch.name))));
}

fn summary(run: &Run) -> String {
    let new = if run.since > 0 { format!(", {} with something new", number(run.new)) } else { String::new() };
    let bad = if run.bad > 0 { format!(", {} not usable", number(run.bad)) } else { String::new() };
    format!("run {}: {} of {} found{new}{bad}", run.run, number(run.found), counted(run.lines, "line", "lines"))
}

fn show(context: &Context<'_>, case: &Case, number: u64) -> Result<ExitCode, Failure> {
    say(context, &case.batch(number)?);
    if !context.output.json {
        list(context, case, number)?;
    }
    Ok(Exit::Done.into())
}

// The lines with most documents, and those that could not be asked.
fn list(context: &Context<'_>, case: &Case, number: u64) -> Result<(), Failure> {
    let (mut best, mut bad): (Vec<BatchLine>, Vec<BatchLine>) = (Vec::new(), Vec::new());
    case.batch_lines(number, &mut |line| {
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
        let documents = counted(line.document_count, "document", "documents");
        let pages = counted(line.pages, "page", "pages");
        output.line(&format!("  {}  {documents}, {pages}", output.style(Style::Hit, &shown(&line.text))));
        if let Some((document, page)) = line.first {
            let context = shown(&line.context.replace(['\n', '\t'], " "));
            output.line(&output.style(Style::Dim, &format!("    {} page {page}: {context}", label(case, document))));
        }
    }
    for line in bad.iter().take(SAMPLE) {
        let reason = line.error.as_deref().unwrap_or_default();
        output.warn(&format!("line {}: {} {}", line.line, shown(&line.text), shown(reason)));
    }
    Ok(())
}

fn keep_best(lines: &mut Vec<BatchLine>) {
    lines.sort_by(|a, b| b.document_count.cmp(&a.document_count).then_with(|| a.line.cmp(&b.line)));
    lines.truncate(SAMPLE);
}

fn ask(context: &Context<'_>, case: &Case, number: u64) -> Result<ExitCode, Failure> {
    if context.dry_run() {
        say(context, &case.batch(number)?);
        return Ok(Exit::Done.into());
    }
    let progress = BatchProgress::default();
    let run = count(context.output, &|| how_far(&progress), || {
        case.run_batch(number, MachineClock.now(), system::processors(), &progress)
    })?;
    let _noted = access_log::note(context.output, case, access_log::batch(&case.batch(number)?.name, run.lines));
    show(context, case, number)?;
    context.output.remark(&format!("All of it: exhibit batch export {number} -o hits.csv"));
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
        all if pages < all => Count { what: "pages read for the names", done: pages, all },
        _ => Count { what: "queries asked of the index", done: queries, all: load(&progress.of_queries) },
    }
}

fn label(case: &Case, document: i64) -> String {
    case.label(ItemId(document))
}

fn write_out(case: &Case, export: &BatchExport) -> Result<ExitCode, Failure> {
    if case.batch(export.batch)?.last_run.is_none() {
        return Err(Failure::new(Exit::Nothing, "not-run", format!("batch {} has not been run", export.batch))
            .hint(format!("ask it first: exhibit batch run {}", export.batch)));
    }
    let name = export.output.clone().unwrap_or_else(|| "standard output".into());
    let failed = |error: std::io::Error| Failure::io("write", &name, &error);
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
    case.write_batch(export.batch, form, which, &mut to).map_err(|error| match error {
        CaseError::Output(error) => failed(error),
        error => error.into(),
    })?;
    Ok(Exit::Done.into())
}
