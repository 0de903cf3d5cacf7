//! Development tasks: `cargo xtask check`, `test`, `tidy` and others.
//!
//! CI runs only these tasks; nothing here is installed for users. Each subcommand is a module with a function `run` that
//! returns an error message; this file only dispatches.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a development tool prints to its terminal"
)]

mod bench;
mod check;
mod command;
mod corpus;
mod dist;
mod test;
mod tidy;

use std::process::ExitCode;

/// A subcommand.
struct Entry {
    name: &'static str,
    about: &'static str,
    /// Returns a one-line error message, which is empty if the error was already printed.
    run: fn(&[String]) -> Result<(), String>,
}

const ENTRIES: &[Entry] = &[
    Entry {
        name: "check",
        about: "formatting, clippy and documentation, warnings denied",
        run: check::run,
    },
    Entry { name: "test", about: "all tests; ends with the runner's summary", run: test::run },
    Entry {
        name: "tidy",
        about: "repository rules: file headers, dependencies between crates, licences",
        run: tidy::run,
    },
    Entry {
        name: "corpus",
        about: "checks the extraction of a folder of real files against expectations",
        run: corpus::run,
    },
    Entry {
        name: "dist",
        about: "static programs, a .deb and a tarball, the same bytes for everyone",
        run: dist::run,
    },
    Entry {
        name: "bench",
        about: "benchmarks, with those of comparable programs if installed",
        run: bench::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("help", String::as_str);
    let Some(entry) = ENTRIES.iter().find(|entry| entry.name == name) else {
        print!("{}", usage());
        return if matches!(name, "help" | "--help" | "-h") {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(2)
        };
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
    let lines: Vec<String> =
        ENTRIES.iter().map(|entry| format!("  {:<8} {}\n", entry.name, entry.about)).collect();
    format!("usage: cargo xtask COMMAND\n\n{}", lines.concat())
}
