//! A statement signed by the key of a log outside the log: that a package was handed over from a sealed case, whose log
//! accepts no further entries. It is a signed note that cannot be confused with a checkpoint, because its first line is
//! not the identity of a log.

use crate::entry::is_moment;
use crate::hash::Hash;
use crate::note::{NoteError, SignedNote, VerifierKey};
use crate::text::{LineError, Lines};

const FIRST_LINE: &str = "exhibit export v1";

/// Why a note is not a statement signed by the key of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// It is not a note signed by the key.
    #[error("not signed by the key of the log")]
    Note(#[from] NoteError),
    /// The signed text is not a statement.
    #[error("the signed text is not a statement")]
    Form(#[from] LineError),
    /// It has signatures of other keys.
    #[error("signed by other keys too")]
    Signatures,
}

/// The statement that a package was handed over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The identity of the log.
    pub origin: String,
    /// The time, in the format of log entries.
    pub at: String,
    /// References to the outputs, such as `sha256:<hex>`.
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

    /// Reads a statement about a log, signed by the key of that log.
    ///
    /// # Errors
    /// [`StatementError`].
    pub fn read(bytes: &[u8], key: &VerifierKey) -> Result<Self, StatementError> {
        let note = SignedNote::parse(bytes)?;
        note.verify(key)?;
        if note.signatures.len() > 1 {
            return Err(StatementError::Signatures);
        }
        let mut lines = Lines::new(note.text.as_bytes())?;
        lines.take("must be `exhibit export v1`", |line| (line == FIRST_LINE).then_some(()))?;
        let origin = lines.take("must be the name of the log", |line| {
            (line == key.name()).then(|| line.to_owned())
        })?;
        let at = lines.take("must be the time", |line| is_moment(line).then(|| line.to_owned()))?;
        let digest =
            |line: &str| Hash::from_hex(line.strip_prefix("sha256:")?).map(|_| line.to_owned());
        let mut statement = Self { origin, at, made: Vec::new() };
        while !lines.rest().is_empty() {
            statement.made.push(lines.take("must be a reference to an output", digest)?);
        }
        Ok(statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Checkpoint, SignerKey};

    #[test]
    fn only_statements_are_read_as_statements() {
        let signer = SignerKey::new("9f3a5c0d71b2e846/custody", &[7; 32]).expect("a name");
        let made = vec![format!("sha256:{}", "0a".repeat(32))];
        let statement = Statement {
            origin: signer.verifier().name().to_owned(),
            at: "2026-11-28T00:00:00.000000Z".to_owned(),
            made,
        };
        let note =
            |text: String| SignedNote { signatures: vec![signer.sign(&text)], text }.to_string();
        let good = note(statement.text());
        assert_eq!(Statement::read(good.as_bytes(), signer.verifier()), Ok(statement.clone()));
        assert!(Checkpoint::parse(&statement.text()).is_err(), "a statement is not a checkpoint");
        let checkpoint = Checkpoint {
            origin: statement.origin.clone(),
            size: 1,
            root: Hash::empty(),
            extensions: Vec::new(),
        };
        let other_log =
            Statement { origin: "0000000000000000/custody".to_owned(), ..statement.clone() };
        let soon = statement.text().replacen("2026-11-28T00:00:00.000000Z", "at a good moment", 1);
        let free = statement.text() + "and more\n";
        for invalid in
            [checkpoint.text(), other_log.text(), "exhibit export v1\n".to_owned(), soon, free]
        {
            let read = Statement::read(note(invalid).as_bytes(), signer.verifier());
            assert!(matches!(read, Err(StatementError::Form(_))), "{read:?}");
        }
        let other = SignerKey::new("9f3a5c0d71b2e846/custody", &[8; 32]).expect("a name");
        assert_eq!(
            Statement::read(good.as_bytes(), other.verifier()),
            Err(NoteError::NotSigned.into())
        );
        let twice = format!("{good}{}", other.sign(&statement.text()));
        assert_eq!(
            Statement::read(twice.as_bytes(), signer.verifier()),
            Err(StatementError::Signatures)
        );
    }
}
