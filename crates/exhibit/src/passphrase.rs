//! The passphrase of a package: asked for at the terminal without showing it, or read from a file. It is never taken from the command line,
//! where other programs and the shell's history would see it.

use crate::cli::Passphrase;
use crate::door;
use crate::failure::Failure;
use exhibit_bag::SecretString;

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
        let ask = |prompt| door::typed(prompt, "use --passphrase-file FILE");
        let first = ask("Passphrase: ")?;
        if new && ask("The same again: ")?.text()? != first.text()? {
            return Err(Failure::usage("the two passphrases differ"));
        }
        usable(first.text()?).map(Some)
    }
}

fn usable(text: &str) -> Result<SecretString, Failure> {
    if text.is_empty() {
        return Err(Failure::usage("the passphrase is empty"));
    }
    Ok(SecretString::from(text.to_owned()))
}
