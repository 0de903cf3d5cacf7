//! Confirmation prompts before irreversible actions.

use crate::commands::Context;
use crate::failure::{Act, Exit, Failure};
use crate::texts::texts;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// Returns `Ok` if the answer is yes, or with `--yes`.
pub(crate) fn confirm(context: &Context<'_>, question: &str) -> Result<(), Failure> {
    let global = &context.arguments.global;
    if global.yes {
        return Ok(());
    }
    let unconfirmed = || Failure::new(Exit::NeedsAnswer, "unconfirmed", texts().unconfirmed());
    let stdin = std::io::stdin();
    if global.no_input || !stdin.is_terminal() {
        return Err(unconfirmed().hint(texts().hint_confirm()));
    }
    let _ = write!(std::io::stderr().lock(), "{} ", texts().type_yes(question));
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    read.map_err(|error| Failure::io(Act::Read, texts().standard_input(), &error))?;
    if answer.trim() == "yes" {
        Ok(())
    } else {
        Err(Failure::new(Exit::Usage, "unconfirmed", texts().nothing_done())
            .hint(texts().hint_type_yes()))
    }
}

/// Prompts for a yes where that is possible; `false` if it is not, or the answer is another. `--yes` is no answer: the
/// question is about what someone has seen.
pub(crate) fn prompt(context: &Context<'_>, question: &str) -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if context.arguments.global.no_input || !stdin.is_terminal() {
        return Ok(false);
    }
    let _ = write!(std::io::stderr().lock(), "{} ", texts().type_yes(question));
    let mut answer = String::new();
    let read = stdin.lock().read_line(&mut answer);
    read.map_err(|error| Failure::io(Act::Read, texts().standard_input(), &error))?;
    Ok(answer.trim() == "yes")
}
