//! Passphrases of signing keys and of packages: prompted for without echo, or read from a file, never from the command line,
//! where other programs and the shell's history would see them. The key's passphrase is kept while the command runs, and
//! wiped at its end.

use crate::cli::Global;
use crate::failure::{Act, Exit, Failure, path as shown_path};
use crate::texts::texts;
use clap::Args;
use exhibit_bag::SecretString;
use exhibit_custody::{Key, Passphrase};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The longest passphrase, in bytes.
const LONGEST: usize = 1024;

struct Source {
    file: Option<PathBuf>,
    no_input: bool,
}

static SOURCE: OnceLock<Source> = OnceLock::new();
static KEPT: Mutex<Option<Passphrase>> = Mutex::new(None);

/// Sets where the passphrase of the signing key comes from.
pub(crate) fn set(global: &Global) {
    let _ =
        SOURCE.set(Source { file: global.key_passphrase_file.clone(), no_input: global.no_input });
}

/// Wipes the kept passphrase.
pub(crate) fn close() {
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// The kept passphrase.
pub(crate) fn kept(_: &Path) -> Option<Passphrase> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn keep(passphrase: &Passphrase) {
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some(passphrase.clone());
}

/// Whether the passphrase comes from a file, without a prompt.
pub(crate) fn has_file() -> bool {
    SOURCE.get().is_some_and(|source| source.file.is_some())
}

/// Gets the passphrase of a locked key, unless it is kept already. A missing or malformed key is reported by the code that
/// loads it.
pub(crate) fn unlock(key: &Path) -> Result<(), Failure> {
    if !Key::is_locked(key).unwrap_or(false) || kept(key).is_some() {
        return Ok(());
    }
    let passphrase = match SOURCE.get().and_then(|source| source.file.as_deref()) {
        Some(file) => from_file(file)?,
        None => at_terminal(&texts().passphrase_of_key(shown_path(key)))?,
    };
    keep(&passphrase);
    Ok(())
}

/// A passphrase for the first key of a case: from the given file, else prompted for twice. It is kept.
pub(crate) fn choose() -> Result<Passphrase, Failure> {
    let passphrase = choose_new(SOURCE.get().and_then(|source| source.file.as_deref()))?;
    keep(&passphrase);
    Ok(passphrase)
}

/// A passphrase that replaces another: from a file of its own, else prompted for twice.
pub(crate) fn choose_new(file: Option<&Path>) -> Result<Passphrase, Failure> {
    if let Some(file) = file {
        return from_file(file);
    }
    let (first, second) =
        (at_terminal(&texts().passphrase_new())?, at_terminal(&texts().passphrase_repeat())?);
    if first.is_same(&second) {
        Ok(first)
    } else {
        Err(Failure::usage(texts().passphrases_differ()).hint(texts().hint_try_again()))
    }
}

/// A passphrase from the first line of a file. `/dev/fd/3` reads file descriptor 3.
pub(crate) fn from_file(path: &Path) -> Result<Passphrase, Failure> {
    let unreadable = |error: io::Error| Failure::io(Act::ReadPassphrase, path, &error);
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_file() && metadata.mode() & 0o077 != 0 {
        let message = texts().passphrase_exposed(shown_path(path));
        return Err(Failure::new(Exit::Usage, "passphrase-exposed", message)
            .hint(texts().hint_passphrase_exposed(shown_path(path))));
    }
    let mut bytes = Hidden::new();
    for byte in io::BufReader::with_capacity(1, file).bytes() {
        match byte.map_err(unreadable)? {
            b'\n' => break,
            byte => bytes.push(byte)?,
        }
    }
    bytes.passphrase()
}

fn at_terminal(prompt: &str) -> Result<Passphrase, Failure> {
    if SOURCE.get().is_some_and(|source| source.no_input) {
        return Err(Failure::new(Exit::NeedsAnswer, "passphrase", texts().passphrase_no_input())
            .hint(texts().hint_passphrase_file()));
    }
    typed(prompt, &texts().hint_passphrase_file())?.passphrase()
}

/// Prompts at the terminal, without echo. `hint` is shown if there is no terminal.
pub(crate) fn typed(prompt: &str, hint: &str) -> Result<Hidden, Failure> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
    let terminal = terminal.map_err(|_| {
        Failure::new(Exit::NeedsAnswer, "passphrase", texts().passphrase_no_terminal()).hint(hint)
    })?;
    ask(&terminal, prompt)
}

// Restores the terminal when dropped.
struct Quiet<'a> {
    terminal: &'a File,
    before: Termios,
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
        let _ = self.terminal.write_all(b"\n");
    }
}

fn ask(mut terminal: &File, prompt: &str) -> Result<Hidden, Failure> {
    let failed = |error: io::Error| Failure::io(Act::Prompt, "/dev/tty", &error);
    let before = tcgetattr(terminal).map_err(|error| failed(error.into()))?;
    let mut quiet = before.clone();
    // keys are read one by one and Ctrl-C is one of them, so that the terminal is always restored before the program exits
    quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
    tcsetattr(terminal, OptionalActions::Flush, &quiet).map_err(|error| failed(error.into()))?;
    let _restore = Quiet { terminal, before };
    terminal.write_all(format!("{prompt} ").as_bytes()).map_err(failed)?;
    let mut typed = Hidden::new();
    loop {
        let mut byte = [0];
        let count = terminal.read(&mut byte).map_err(failed)?;
        match byte[0] {
            _ if count == 0 => return Err(stopped()),
            b'\r' | b'\n' => return Ok(typed),
            0x03 | 0x04 | 0x1a | 0x1c => return Err(stopped()),
            0x08 | 0x7f => typed.back(),
            0x15 => typed.clear(),
            byte => typed.push(byte)?,
        }
    }
}

fn stopped() -> Failure {
    Failure::new(Exit::Interrupted, "stopped", texts().passphrase_none())
}

/// Bytes of a passphrase, wiped when dropped.
pub(crate) struct Hidden(zeroize::Zeroizing<Vec<u8>>);

impl Hidden {
    fn new() -> Self {
        // allocated once: a growing buffer would leave copies behind
        Self(zeroize::Zeroizing::new(Vec::with_capacity(LONGEST)))
    }

    fn push(&mut self, byte: u8) -> Result<(), Failure> {
        if self.0.len() == LONGEST {
            return Err(Failure::usage(texts().passphrase_too_long(LONGEST as u64)));
        }
        self.0.push(byte);
        Ok(())
    }

    // removes the last character, of however many bytes
    fn back(&mut self) {
        while self.0.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
    }

    fn clear(&mut self) {
        while self.0.pop().is_some() {}
    }

    /// What was typed.
    pub(crate) fn text(&self) -> Result<&str, Failure> {
        let text =
            str::from_utf8(&self.0).map_err(|_| Failure::usage(texts().passphrase_not_utf8()))?;
        Ok(text.strip_suffix('\r').unwrap_or(text))
    }

    fn passphrase(&self) -> Result<Passphrase, Failure> {
        Passphrase::new(self.text()?)
            .ok_or_else(|| Failure::usage(texts().passphrase_empty()).hint(texts().nothing_done()))
    }
}

/// The passphrase of a package.
#[derive(Debug, Args)]
pub(crate) struct BagPassphrase {
    /// Prompt for a passphrase
    #[arg(long, conflicts_with = "passphrase_file")]
    passphrase: bool,
    /// Read the passphrase from the first line of a file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl BagPassphrase {
    /// The passphrase, if one is requested; prompted for twice if it is new.
    pub(crate) fn get(&self, new: bool, no_input: bool) -> Result<Option<SecretString>, Failure> {
        if let Some(path) = &self.passphrase_file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Failure::io(Act::Read, path, &error))?;
            return usable(text.lines().next().unwrap_or_default()).map(Some);
        }
        if !self.passphrase {
            return Ok(None);
        }
        if no_input {
            return Err(Failure::usage(texts().bag_passphrase_no_input())
                .hint(texts().hint_bag_passphrase_file()));
        }
        let prompt_for = |text: String| typed(&text, &texts().hint_bag_passphrase_file());
        let first = prompt_for(texts().passphrase_of_bag())?;
        if new && prompt_for(texts().passphrase_repeat())?.text()? != first.text()? {
            return Err(Failure::usage(texts().passphrases_differ()));
        }
        usable(first.text()?).map(Some)
    }
}

fn usable(text: &str) -> Result<SecretString, Failure> {
    if text.is_empty() {
        return Err(Failure::usage(texts().passphrase_empty()));
    }
    Ok(SecretString::from(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backspace_removes_whole_characters() {
        let mut typed = Hidden::new();
        for byte in "a登".bytes() {
            typed.push(byte).expect("short");
        }
        typed.back();
        assert_eq!(typed.0.as_slice(), b"a");
        typed.back();
        typed.back();
        assert!(typed.passphrase().is_err(), "an empty passphrase is refused");
    }
}
