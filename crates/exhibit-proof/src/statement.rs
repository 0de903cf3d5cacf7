//! What a log's key says outside the log: that a package was handed over from a case that is sealed, whose log takes
//! no entry any more. A signed note, which cannot be taken for a checkpoint: its first line is not a log's identity.

use crate::note::{Note, NoteError, VerifierKey};
use crate::text::{LineError, Lines};

const FIRST_LINE: &str = "exhibit export v1";

/// Why a note is not a statement of a log's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// It is not a note that the key signed, and it alone.
    #[error("it is not signed by the log's key")]
    Note(#[from] NoteError),
    /// What is signed is something else.
    #[error("what is signed is not a statement")]
    Form(#[from] LineError),
}

/// That a package was handed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The log's identity.
    pub origin: String,
    /// When, as log entries write it.
    pub at: String,
    /// References to what was made, such as `sha256:<hex>`.
    pub made: Vec<String>,
}

impl Statement {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n{}\n{}\n", self.origin, self.at);
        for made in &self.made {
            text.push_str(made);
            text.push('\n');
        }
        text
    }

    /// Reads a signed statement by the key of a log, of that log.
    ///
    /// # Errors
    /// [`StatementError`], also where what is signed is something else.
    pub fn read(bytes: &[u8], key: &VerifierKey) -> Result<Self, StatementError> {
        let note = Note::parse(bytes)?;
        note.verify(key)?;
        let mut lines = Lines::new(note.text.as_bytes())?;
        lines.take("it must be `exhibit export v1`", |line| (line == FIRST_LINE).then_some(()))?;
        let origin = lines.take("it must be the log's name", |line| (line == key.name()).then(|| line.to_owned()))?;
        let filled = |line: &str| (!line.is_empty()).then(|| line.to_owned());
        let mut statement = Self { origin, at: lines.take("it must say when", filled)?, made: Vec::new() };
        while !lines.rest().is_empty() {
            statement.made.push(lines.take("it must say what was made", filled)?);
        }
        Ok(statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checkpoint, Hash, SignerKey};

    #[test]
    fn a_statement_is_read_back_and_nothing_else_is_one() {
        let signer = SignerKey::new("9f3a5c0d71b2e846/custody", &[7; 32]).expect("a name");
        let made = vec!["sha256:00".to_owned()];
        let statement = Statement {
            origin: signer.verifier().name().to_owned(),
            at: "2026-11-28T00:00:00.000000Z".to_owned(),
            made,
        };
        let note = |text: String| Note { signatures: vec![signer.sign(&text)], text }.to_string();
        let good = note(statement.text());
        assert_eq!(Statement::read(good.as_bytes(), signer.verifier()), Ok(statement.clone()));
        assert!(Checkpoint::parse(&statement.text()).is_err(), "it is never a checkpoint");
        let checkpoint =
            Checkpoint { origin: statement.origin.clone(), size: 1, root: Hash::empty(), extensions: Vec::new() };
        let of_other = Statement { origin: "0000000000000000/custody".to_owned(), ..statement.clone() };
        for odd in [checkpoint.text(), of_other.text(), "exhibit export v1\n".to_owned()] {
            let read = Statement::read(note(odd).as_bytes(), signer.verifier());
            assert!(matches!(read, Err(StatementError::Form(_))), "{read:?}");
        }
        let other = SignerKey::new("9f3a5c0d71b2e846/custody", &[8; 32]).expect("a name");
        assert_eq!(Statement::read(good.as_bytes(), other.verifier()), Err(NoteError::NotSigned.into()));
    }
}
