//! Questions at the terminal that must be answered before something is done that cannot be undone.

use crate::commands::Context;
use crate::failure::{Exit, Failure};
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// Goes on where the answer is yes, or `--yes` was given.
pub(crate) fn confirm(context: &Context<'_>, question: &str) -> Result<(), Failure> {
    let global = &context.arguments.global;
    if global.yes {
        return Ok(());
    }
    let unasked = || Failure::new(Exit::NeedsAnswer, "unconfirmed", "this cannot be undone, and nobody may be asked");
    let stdin = std::io::stdin();
    if global.no_input || !stdin.is_terminal() {
        return Err(unasked().hint("say --yes if it is meant"));
    }
    let _ = write!(std::io::stderr().lock(), "{question}. Type yes: ");
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    read.map_err(|error| Failure::io("read", "standard input", &error))?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, "unconfirmed", "nothing was done").hint("answer yes if it is meant"))
    }
}
