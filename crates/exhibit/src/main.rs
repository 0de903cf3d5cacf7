//! The `exhibit` command: reads arguments, environment and configuration, runs a command, prints, and exits with a code
//! that scripts can rely on. The only crate that does any of these.

mod access_log;
mod beside;
mod browser;
mod cli;
mod codes;
mod commands;
mod confirm;
mod coverage;
mod failure;
mod memory;
mod output;
mod passphrase;
mod password_list;
mod progress;
mod system;
mod texts;

use std::process::ExitCode;

fn main() -> ExitCode {
    // the worker server: no other code of this program may have run in its process
    if std::env::args_os().nth(1).is_some_and(|argument| argument == system::CAGE_SERVER) {
        exhibit_cage::serve(system::read_in_cage, system::warm_up);
    }
    let arguments = match cli::parse() {
        Ok(arguments) => arguments,
        Err(error) => return cli::refuse(&error),
    };
    if !matches!(arguments.command, commands::Command::Man(_)) {
        system::keep_files_private();
    }
    texts::set(arguments.global.lang.unwrap_or_default());
    let output = output::Output::new(&arguments.global);
    system::start_tracing(arguments.global.verbose);
    memory::set(arguments.global.memory);
    passphrase::set(&arguments.global);
    let code = match commands::run(&arguments, &output) {
        Ok(code) => code,
        Err(failure) => output.failure(&failure),
    };
    passphrase::close();
    code
}
