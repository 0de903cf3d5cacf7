//! One file per command; each takes its arguments, prints, and gives an exit code.

mod bag;
mod batch;
mod case;
mod cat;
mod demo;
mod doctor;
mod history;
mod ingest;
mod init;
mod log;
mod ls;
mod open;
mod packaging;
mod problem;
mod quote;
mod saved;
mod search;
mod serve;
mod show;
mod similar;
mod status;
mod tag;
mod verify;

use crate::cli::{Arguments, Command};
use crate::failure::Failure;
use crate::output::Output;
use crate::system;
use exhibit_case::Case;
use std::process::ExitCode;

/// What a command is given besides its own arguments.
pub(crate) struct Context<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) output: &'a Output,
}

impl Context<'_> {
    /// The case that is meant.
    pub(crate) fn case(&self) -> Result<Case, Failure> {
        let folder = self.case_folder()?;
        Ok(Case::open(&folder)?)
    }

    pub(crate) fn case_folder(&self) -> Result<std::path::PathBuf, Failure> {
        system::case_folder(self.arguments.global.case.as_deref())
    }

    pub(crate) fn dry_run(&self) -> bool {
        self.arguments.global.dry_run
    }
}

/// Whether a command says what it would do with `--dry-run`, or changes nothing anyway.
const fn plans(command: &Command) -> bool {
    use crate::cli::Problem;
    match command {
        Command::Serve(_)
        | Command::Man(_)
        | Command::Password(_)
        | Command::Quote(_)
        | Command::Bag(_)
        | Command::Saved(_) => false,
        Command::Problem(problem) => !matches!(problem, Problem::Retry { .. }),
        Command::Cat(cat) => cat.output.is_none(),
        _ => true,
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Failure> {
    let context = Context { arguments, output };
    if context.dry_run() && !plans(&arguments.command) {
        return Err(Failure::usage("this command cannot say beforehand what it would do")
            .hint("leave out --dry-run; nothing was done"));
    }
    match &arguments.command {
        Command::Open(open) => open::run(&context, open),
        Command::Init(init) => init::run(&context, init),
        Command::Demo(demo) => demo::run(&context, demo),
        Command::Doctor(doctor) => doctor::run(&context, doctor),
        Command::Ingest(ingest) => ingest::run(&context, ingest),
        Command::Status(status) => status::run(&context, status),
        Command::Problem(problem) => problem::run(&context, problem),
        Command::Password(password) => problem::password(&context, password),
        Command::Search(search) => search::run(&context, search),
        Command::Show(show) => show::run(&context, show),
        Command::Cat(cat) => cat::run(&context, cat),
        Command::Ls(ls) => ls::run(&context, ls),
        Command::Batch(command) => batch::run(&context, command),
        Command::Saved(command) => saved::run(&context, command),
        Command::Similar(similar) => similar::run(&context, similar),
        Command::History(command) => history::run(&context, command),
        Command::Tag(command) => tag::run(&context, command),
        Command::Verify(verify) => verify::run(&context, verify),
        Command::Quote(command) => quote::run(&context, command),
        Command::Bag(command) => bag::run(&context, command),
        Command::Log(command) => log::run(&context, command),
        Command::Case(command) => case::run(&context, command),
        Command::Serve(serve) => serve::run(&context, serve),
        Command::Completions(completions) => packaging::completions(&context, completions),
        Command::Man(man) => packaging::man(&context, man),
        Command::Version => packaging::version(&context),
    }
}
