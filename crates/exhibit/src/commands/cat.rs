//! `exhibit cat DOC`: exact bytes, exact text, or the image of a page.

use super::{Context, Group, Run};
use crate::access_log;
use crate::failure::{Act, Exit, Failure};
use crate::system;
use crate::texts::texts;
use clap::Args;
use exhibit_case::{Case, CaseError};
use exhibit_model::{Digest, ItemId, PageNumber};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Write a document's original bytes, its text, or the image of a page
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  exhibit cat EXH-000127 -o copy.pdf\n  exhibit cat EXH-000127 --text --page 2\n  \
                        exhibit cat EXH-000127 --page 2 -o page.png"
)]
pub(crate) struct CatArgs {
    /// The document
    #[arg(value_name = "DOC")]
    document: String,
    /// Write the exact text instead of the original bytes
    #[arg(long)]
    text: bool,
    /// Write only this page: its text with --text, else its rendered image
    #[arg(long, value_name = "N")]
    page: Option<PageNumber>,
    /// The longer side of the image, in pixels
    #[arg(long, default_value_t = 2000, value_name = "PIXELS")]
    side: u32,
    /// Write to this file, which must not exist
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Run for CatArgs {
    const GROUP: Group = Group::Search;

    fn supports_dry_run(&self) -> bool {
        self.output.is_none()
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, cat: &CatArgs) -> Result<ExitCode, Failure> {
    let case = context.case()?;
    let id = super::view(&case).resolve(&cat.document)?;
    let mut out: Box<dyn Write> = match &cat.output {
        Some(path) => Box::new(
            File::create_new(path).map_err(|error| Failure::io(Act::Create, path, &error))?,
        ),
        None if !cat.text && std::io::stdout().is_terminal() => {
            return Err(
                Failure::usage(texts().no_bytes_to_terminal()).hint(texts().hint_output_or_text())
            );
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let look = match &cat.output {
        Some(_) if !cat.text && cat.page.is_none() => {
            access_log::export("original", &case.label(id))
        }
        _ => access_log::view(&case, id, cat.page),
    };
    let _noted = access_log::note(context.output, &case, look)?;
    match (cat.text, cat.page) {
        (true, page) => text(&case, id, page, &mut out)?,
        (false, Some(page)) => {
            let cage = system::cage(1)?;
            let png = super::view(&case).picture(&cage, id, page, cat.side.clamp(16, 10_000))?;
            write(&mut out, &png)?;
        }
        (false, None) => original(&case, id, &mut out)?,
    }
    out.flush().map_err(|error| Failure::io(Act::Write, texts().the_output(), &error))?;
    Ok(Exit::Done.into())
}

fn text(
    case: &Case,
    id: ItemId,
    only: Option<PageNumber>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let numbers = match only {
        Some(number) => vec![number],
        None => super::view(case).document(id)?.pages.iter().map(|row| row.number).collect(),
    };
    for (place, number) in numbers.into_iter().enumerate() {
        if place > 0 {
            write(out, "\u{c}".as_bytes())?;
        }
        write(out, super::view(case).page(id, number)?.text.as_bytes())?;
    }
    Ok(())
}

// Hashed on the way, so that altered bytes are never passed on unnoticed.
fn original(case: &Case, id: ItemId, out: &mut dyn Write) -> Result<(), Failure> {
    let item = super::view(case).item(id)?;
    let label = case.label(id);
    let no_bytes =
        || Failure::new(Exit::Nothing, "no-bytes", texts().no_bytes(&label, item.state.word()));
    let original = item.original.ok_or_else(no_bytes)?;
    let mut file = super::view(case).original(id)?.ok_or_else(no_bytes)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file
            .read(&mut buffer)
            .map_err(|error| Failure::io(Act::Read, texts().the_original(), &error))?
        {
            0 => break,
            count => {
                hasher.update(&buffer[..count]);
                write(out, &buffer[..count])?;
            }
        }
    }
    if Digest::from_bytes(hasher.finalize().into()) == original.digest() {
        Ok(())
    } else {
        Err(CaseError::Altered { document: label }.into())
    }
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> Result<(), Failure> {
    match out.write_all(bytes) {
        // the reader closed the pipe: it has seen enough
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => result.map_err(|error| Failure::io(Act::Write, texts().the_output(), &error)),
    }
}
