//! The command line: the options that every command takes, and the root help, which is generated from the commands.

use crate::commands::{Command, Group};
use crate::failure::Exit;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Args, CommandFactory, FromArgMatches, Parser, ValueEnum};
use exhibit_messages::Language;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// The widest line of the root help.
const WIDTH: usize = 120;

/// Turns a leaked trove of documents into evidence that holds up
#[derive(Debug, Parser)]
#[command(name = "exhibit", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The case [default: EXHIBIT_CASE, else the nearest parent folder with an exhibit.toml]
    #[arg(
        short = 'C',
        long = "case",
        value_name = "DIR",
        global = true,
        env = "EXHIBIT_CASE",
        hide_env = true
    )]
    pub(crate) case: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Show what would be done, without doing it
    #[arg(short = 'n', long, global = true)]
    pub(crate) dry_run: bool,
    /// Answer yes to all questions
    #[arg(short = 'y', long, global = true)]
    pub(crate) yes: bool,
    /// Print no progress and no remarks
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print details on stderr; repeat for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How to show progress
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "HOW")]
    pub(crate) progress: ProgressForm,
    /// When to use colour; NO_COLOR is respected
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    /// The language of messages and pages [default: EXHIBIT_LANG, else en]
    #[arg(
        long, global = true, value_name = "LANG", env = "EXHIBIT_LANG", hide_env = true,
        value_parser = PossibleValuesParser::new(Language::ALL.map(Language::tag)).map(|tag| language(&tag))
    )]
    pub(crate) lang: Option<Language>,
    /// The most memory of all processes, such as 4G [default: 3/4 of this computer's]
    #[arg(long, global = true, value_name = "SIZE", value_parser = crate::memory::parse)]
    pub(crate) memory: Option<u64>,
    /// Show contents even if the access log cannot be written; nothing is recorded then
    #[arg(long, global = true)]
    pub(crate) unrecorded: bool,
    /// Never prompt; fail instead
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Read the signing key's passphrase from a file's first line (/dev/fd/N: a descriptor)
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "EXHIBIT_KEY_PASSPHRASE_FILE",
        hide_env = true
    )]
    pub(crate) key_passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressForm {
    Auto,
    Bar,
    Plain,
    Json,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// The whole command line as clap knows it, with our root help.
pub(crate) fn command() -> clap::Command {
    let command = Arguments::command();
    let help = root_help(&command);
    command.override_help(help)
}

// The language of a tag; the parser accepts no other tags.
fn language(tag: &str) -> Language {
    Language::from_tag(tag).unwrap_or_default()
}

/// Parses the command line of this process.
pub(crate) fn parse() -> Result<Arguments, clap::Error> {
    let mut command = command();
    let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Prints clap's own output: help and version to stdout, errors to stderr.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    let unknown = error.get(ContextKind::InvalidSubcommand);
    if let Some(ContextValue::String(name)) =
        unknown.filter(|_| error.kind() == ErrorKind::InvalidSubcommand)
    {
        let meant: Vec<String> =
            meant(name).iter().map(|path| format!("`exhibit {path}`")).collect();
        if !meant.is_empty() {
            let hint = crate::texts::texts().hint_see_command(meant.join(", "));
            let _ =
                writeln!(std::io::stderr().lock(), "{} {hint}", crate::texts::texts().word_hint());
        }
    }
    ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { Exit::Done as u8 })
}

/// What people call commands that have another name here.
const OTHER_NAMES: [(&str, &[&str]); 16] = [
    ("add", &["ingest"]),
    ("find", &["search"]),
    ("grep", &["search"]),
    ("view", &["show", "serve"]),
    ("get", &["cat"]),
    ("extract", &["cat"]),
    ("list", &["ls"]),
    ("errors", &["problem ls"]),
    ("problems", &["problem ls"]),
    ("passwords", &["password import", "problem retry"]),
    ("quotes", &["quote ls"]),
    ("tags", &["tag ls"]),
    ("package", &["bag export"]),
    ("web", &["serve"]),
    ("index", &["case repair"]),
    ("create", &["init"]),
];

// The commands that someone may have meant who typed this name: those of this name within other commands, and those
// that others call so.
fn meant(name: &str) -> Vec<String> {
    fn within(above: &str, command: &clap::Command, name: &str, found: &mut Vec<String>) {
        for inner in command.get_subcommands() {
            let path = format!("{above}{}", inner.get_name());
            if inner.get_name() == name {
                found.push(path.clone());
            }
            within(&format!("{path} "), inner, name, found);
        }
    }
    let name = name.to_lowercase();
    let mut found = Vec::new();
    within("", &Arguments::command(), &name, &mut found);
    let others =
        OTHER_NAMES.iter().filter(|(other, _)| *other == name).flat_map(|(_, paths)| *paths);
    found.extend(others.map(|path| (*path).to_owned()));
    found
}

/// The root help. clap cannot group commands, so it is composed here; every word of it comes from the commands.
fn root_help(root: &clap::Command) -> String {
    let mut sections: Vec<(&str, Vec<(String, String)>)> = Vec::new();
    for group in Group::ALL {
        let commands = root.get_subcommands().zip(Command::groups()).filter(|(_, of)| *of == group);
        sections
            .push((group.title(), commands.flat_map(|(command, _)| usages("", command)).collect()));
    }
    let mut options: Vec<(String, String)> = root.get_arguments().map(option).collect();
    options.push((
        "-h, --help".to_owned(),
        "Print help; `exhibit COMMAND --help` has details and examples".to_owned(),
    ));
    options.push(("-V, --version".to_owned(), "Print the version".to_owned()));
    sections.push(("Options", options));

    let about = root.get_about().map(ToString::to_string).unwrap_or_default();
    let mut help = format!("{about}\n\nUsage: exhibit [OPTIONS] COMMAND\n");
    for (title, lines) in &sections {
        let width = lines.iter().map(|(usage, _)| usage.chars().count()).max().unwrap_or(0);
        let _ = write!(help, "\n{title}\n");
        for (usage, about) in lines {
            let _ = writeln!(help, "  {usage:<width$}  {about}");
        }
    }
    let codes: Vec<String> =
        Exit::ALL.iter().map(|exit| format!("{} {}", *exit as u8, exit.meaning())).collect();
    help.push_str("\nExit codes\n  ");
    help.push_str(&wrapped(&codes));
    help
}

/// A line for a command: its usage and what it does; one more for each of its subcommands that has subcommands itself.
fn usages(above: &str, command: &clap::Command) -> Vec<(String, String)> {
    let name = format!("{above}{}", command.get_name());
    let (nested, plain): (Vec<_>, Vec<_>) =
        command.get_subcommands().partition(|inner| inner.has_subcommands());
    let mut usage = name.clone();
    if plain.is_empty() {
        for argument in command.get_positionals() {
            let _ = write!(usage, " {}", positional(argument));
        }
    } else {
        let names: Vec<&str> = plain.iter().map(|inner| inner.get_name()).collect();
        let _ = write!(usage, " {}", names.join("|"));
    }
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut lines = vec![(usage, about)];
    lines.extend(nested.into_iter().flat_map(|inner| usages(&format!("{name} "), inner)));
    lines
}

fn positional(argument: &Arg) -> String {
    let name = argument.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
    let many = if matches!(argument.get_action(), ArgAction::Append) { "..." } else { "" };
    if argument.is_required_set() { format!("{name}{many}") } else { format!("[{name}]{many}") }
}

fn option(argument: &Arg) -> (String, String) {
    let short =
        argument.get_short().map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
    let mut usage = format!("{short}--{}", argument.get_long().unwrap_or_default());
    let mut about = argument.get_help().map(ToString::to_string).unwrap_or_default();
    if matches!(argument.get_action(), ArgAction::Set) {
        let value =
            argument.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
        let _ = write!(usage, " {value}");
        let values: Vec<String> = argument
            .get_possible_values()
            .iter()
            .map(|value| value.get_name().to_owned())
            .collect();
        if !values.is_empty() {
            let _ = write!(about, ": {}", values.join(", "));
        }
    }
    (usage, about)
}

/// Items separated by commas, in indented lines of the width of the help.
fn wrapped(items: &[String]) -> String {
    let (mut text, mut column) = (String::new(), 2);
    for (place, item) in items.iter().enumerate() {
        let last = place + 1 == items.len();
        let length = item.chars().count() + usize::from(!last);
        if place > 0 && column + 1 + length > WIDTH {
            text.push_str("\n  ");
            column = 2;
        } else if place > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(item);
        text.push_str(if last { "\n" } else { "," });
        column += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_command_has_a_line_in_the_root_help() {
        let (root, help) = (Arguments::command(), root_help(&Arguments::command()));
        assert_eq!(root.get_subcommands().count(), Command::groups().len());
        for command in root.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(
                !about.is_empty() && !about.ends_with('.'),
                "{}: {about:?}",
                command.get_name()
            );
            let listed = |line: &str| {
                line.trim_start().starts_with(command.get_name()) && line.ends_with(&about)
            };
            assert!(help.lines().any(listed), "{} is missing in the root help", command.get_name());
        }
        for line in help.lines() {
            assert!(line.chars().count() <= WIDTH, "too wide: {line}");
        }
    }

    #[test]
    fn a_wrong_name_leads_to_commands_that_exist() {
        assert_eq!(meant("export"), ["batch export", "bag export", "log export"]);
        assert_eq!(meant("Find"), ["search"]);
        assert!(meant("nonsense").is_empty());
        let root = Arguments::command();
        for path in OTHER_NAMES.iter().flat_map(|(_, paths)| *paths) {
            let found =
                path.split(' ').try_fold(&root, |command, name| command.find_subcommand(name));
            assert!(found.is_some(), "{path}");
        }
    }

    #[test]
    fn items_are_never_split() {
        let long = "x".repeat(WIDTH - 6);
        let items = ["0 a".to_owned(), long.clone(), "2 b c".to_owned()];
        assert_eq!(wrapped(&items), format!("0 a,\n  {long},\n  2 b c\n"));
    }
}
