//! The few entry points of development: `cargo xtask check`, `test`, `tidy`.
//!
//! Everything that CI runs is one of these; nothing here is part of what users install. Each subcommand is one module
//! with a `run` that says what went wrong; this file only chooses among them.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a development tool talks to its terminal")]

mod bench;
mod check;
mod command;
mod corpus;
mod dist;
mod test;
mod tidy;

use std::process::ExitCode;

/// A subcommand: its name, what it does, and the function that does it.
struct Entry {
    name: &'static str,
    about: &'static str,
    /// Gives what went wrong in one line, or an empty line where all has been said.
    run: fn(&[String]) -> Result<(), String>,
}

const ENTRIES: &[Entry] = &[
    Entry { name: "check", about: "formatting, clippy and documentation, warnings denied", run: check::run },
    Entry { name: "test", about: "all tests; ends with the runner's summary", run: test::run },
    Entry { name: "tidy", about: "house rules: file headers, walls between crates, licences", run: tidy::run },
    Entry { name: "corpus", about: "a folder of real files, held against what is in them", run: corpus::run },
    Entry { name: "dist", about: "static programs, a .deb and a tarball, the same bytes for everyone", run: dist::run },
    Entry { name: "bench", about: "honest figures, beside peers where they are installed", run: bench::run },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("help", String::as_str);
    let Some(entry) = ENTRIES.iter().find(|entry| entry.name == name) else {
        print!("{}", usage());
        return if matches!(name, "help" | "--help" | "-h") { ExitCode::SUCCESS } else { ExitCode::from(2) };
    };
    match (entry.run)(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            if !problem.is_empty() {
                eprintln!("xtask {name}: {problem}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The list of subcommands.
fn usage() -> String {
    let lines: Vec<String> = ENTRIES.iter().map(|entry| format!("  {:<8} {}\n", entry.name, entry.about)).collect();
    format!("usage: cargo xtask COMMAND\n\n{}", lines.concat())
}
