//! `cargo xtask test`: all tests of the workspace.
//!
//! Documentation examples run first, so that the output ends with the summary of the runner of all other tests:
//! cargo-nextest if it is installed, otherwise `cargo test`. Arguments are passed to that runner.

use crate::command;

/// Runs documentation examples, then everything else.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let cargo = command::cargo();
    let more: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments.is_empty() {
        command::run(&cargo, &["test", "--workspace", "--doc", "--locked", "--quiet"], &[])?;
    }
    let runner: &[&str] = if command::has_subcommand("nextest") {
        &["nextest", "run", "--workspace", "--locked", "--no-fail-fast", "--status-level", "fail"]
    } else {
        eprintln!("cargo-nextest is not installed: using cargo test");
        &["test", "--workspace", "--all-targets", "--locked", "--no-fail-fast"]
    };
    // the runner has printed the failures; keep its summary last
    command::run(&cargo, &[runner, &more].concat(), &[]).map_err(|_| String::new())
}
