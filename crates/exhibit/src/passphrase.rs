//! Asks for a passphrase at the terminal without showing it, or reads it from a file. It is never taken from the command line,
//! where other programs and the shell's history would see it.

use crate::cli::Passphrase;
use crate::failure::Failure;
use exhibit_dossier::SecretString;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, BufReader, Write};

impl Passphrase {
    /// The passphrase, where one is asked for; twice, where it is a new one.
    pub(crate) fn get(&self, new: bool, no_input: bool) -> Result<Option<SecretString>, Failure> {
        if let Some(path) = &self.passphrase_file {
            let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
            return usable(text.lines().next().unwrap_or_default()).map(Some);
        }
        if !self.passphrase {
            return Ok(None);
        }
        if no_input {
            return Err(
                Failure::usage("--passphrase would ask, which --no-input forbids").hint("use --passphrase-file FILE")
            );
        }
        let first = ask("Passphrase: ")?;
        if new && ask("The same again: ")? != first {
            return Err(Failure::usage("the two passphrases differ"));
        }
        usable(&first).map(Some)
    }
}

fn usable(text: &str) -> Result<SecretString, Failure> {
    if text.is_empty() {
        return Err(Failure::usage("the passphrase is empty"));
    }
    Ok(SecretString::from(text.to_owned()))
}

fn ask(prompt: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| {
        Failure::usage(format!("there is no terminal to ask at: {error}")).hint("use --passphrase-file FILE")
    };
    let mut terminal = std::fs::File::options().read(true).write(true).open("/dev/tty").map_err(failed)?;
    let before = tcgetattr(&terminal).map_err(|error| failed(error.into()))?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    terminal.write_all(prompt.as_bytes()).map_err(failed)?;
    tcsetattr(&terminal, OptionalActions::Flush, &silent).map_err(|error| failed(error.into()))?;
    let mut line = String::new();
    let read = BufReader::new(&terminal).read_line(&mut line);
    let back = tcsetattr(&terminal, OptionalActions::Flush, &before);
    let _ = writeln!(terminal);
    read.map_err(failed)?;
    back.map_err(|error| failed(error.into()))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
