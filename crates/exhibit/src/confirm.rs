//! Confirmation prompts before irreversible actions.

use crate::commands::Context;
use crate::failure::{Exit, Failure};
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// Returns `Ok` if the answer is yes, or with `--yes`.
pub(crate) fn confirm(context: &Context<'_>, question: &str) -> Result<(), Failure> {
    let global = &context.arguments.global;
    if global.yes {
        return Ok(());
    }
    let unconfirmed =
        || Failure::new(Exit::NeedsAnswer, "unconfirmed", "this cannot be undone and needs a confirmation");
    let stdin = std::io::stdin();
    if global.no_input || !stdin.is_terminal() {
        return Err(unconfirmed().hint("confirm with --yes"));
    }
    let _ = write!(std::io::stderr().lock(), "{question}. Type yes: ");
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    read.map_err(|error| Failure::io("read", "standard input", &error))?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, "unconfirmed", "nothing was done").hint("type yes to confirm"))
    }
}
