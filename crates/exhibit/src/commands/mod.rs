//! The commands, one file each: the arguments with their help, and what the command does. A new command is its file, its
//! `mod` line and its line in the list below.

mod bag;
mod batch;
mod case;
mod cat;
mod completions;
mod demo;
mod doctor;
mod history;
pub(crate) mod ingest;
mod init;
mod log;
mod ls;
mod man;
mod open;
mod password;
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
mod version;

use crate::cli::Arguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::system;
use crate::texts::texts;
use clap::Subcommand;
use exhibit_case::{Case, CaseView, Principal};
use std::process::ExitCode;

/// What a command gets besides its own arguments.
pub(crate) struct Context<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) output: &'a Output,
}

/// The case as the user of this installation can read it: the only place where a command gets its view.
pub(crate) fn view(case: &Case) -> CaseView<'_> {
    case.view(Principal::LOCAL)
}

/// Searching a case as this user.
pub(crate) fn searching(case: &Case) -> exhibit_search::Search<'_> {
    exhibit_search::Search::of(view(case))
}

impl Context<'_> {
    /// The current case, opened.
    pub(crate) fn case(&self) -> Result<Case, Failure> {
        let folder = self.case_folder()?;
        Ok(Case::open(&folder)?)
    }

    /// The folder of the current case.
    pub(crate) fn case_folder(&self) -> Result<std::path::PathBuf, Failure> {
        system::case_folder(self.arguments.global.case.as_deref())
    }

    pub(crate) fn dry_run(&self) -> bool {
        self.arguments.global.dry_run
    }
}

/// The headings of the root help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Start,
    Material,
    Search,
    HandOver,
    Trust,
    Run,
}

impl Group {
    /// All of them, in the order of the root help.
    pub(crate) const ALL: [Self; 6] =
        [Self::Start, Self::Material, Self::Search, Self::HandOver, Self::Trust, Self::Run];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Material => "Material",
            Self::Search => "Search",
            Self::HandOver => "Hand over",
            Self::Trust => "Trust",
            Self::Run => "Run",
        }
    }
}

/// A command: implemented by its arguments. The doc comment of the arguments is its line in the root help.
pub(crate) trait Run {
    /// The heading of the root help under which it is listed.
    const GROUP: Group;

    /// Whether `--dry-run` is accepted with these arguments: the command shows what it would do, or changes nothing anyway.
    fn supports_dry_run(&self) -> bool;

    /// Does the work and prints.
    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure>;
}

macro_rules! commands {
    ($($name:ident($arguments:ty),)*) => {
        /// Every command, with its arguments.
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $($name($arguments),)*
        }

        impl Command {
            /// The group of each command, in the order in which clap lists them.
            pub(crate) fn groups() -> Vec<Group> {
                vec![$(<$arguments as Run>::GROUP),*]
            }

            fn supports_dry_run(&self) -> bool {
                match self {
                    $(Self::$name(arguments) => arguments.supports_dry_run(),)*
                }
            }

            fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
                match self {
                    $(Self::$name(arguments) => arguments.run(context),)*
                }
            }
        }
    };
}

// in the order of the root help
commands! {
    Open(open::OpenArgs),
    Init(init::InitArgs),
    Demo(demo::DemoArgs),
    Doctor(doctor::DoctorArgs),
    Ingest(ingest::IngestArgs),
    Status(status::StatusArgs),
    Problem(problem::ProblemArgs),
    Password(password::PasswordArgs),
    Search(search::SearchArgs),
    Show(show::ShowArgs),
    Cat(cat::CatArgs),
    Ls(ls::LsArgs),
    Similar(similar::SimilarArgs),
    Batch(batch::BatchArgs),
    Saved(saved::SavedArgs),
    History(history::HistoryArgs),
    Tag(tag::TagArgs),
    Quote(quote::QuoteArgs),
    Bag(bag::BagArgs),
    Verify(verify::VerifyArgs),
    Log(log::LogArgs),
    Case(case::CaseArgs),
    Serve(serve::ServeArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Version(version::VersionArgs),
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<ExitCode, Failure> {
    let context = Context { arguments, output };
    if context.dry_run() && !arguments.command.supports_dry_run() {
        return Err(Failure::usage(texts().no_dry_run()).hint(texts().nothing_done()));
    }
    arguments.command.run(&context)
}
