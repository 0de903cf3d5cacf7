//! Checkpoints: what a log's operator signs, a size and a root (C2SP tlog-checkpoint v1.0.0).

use crate::hash::Hash;
use crate::note::{Note, NoteError, VerifierKey};
use crate::text::{LineError, Lines, decimal};

/// A log's size and root, as its operator states them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The log's identity, such as `9f3a5c0d71b2e846/custody`.
    pub origin: String,
    /// How many entries the log has.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// Further lines that the operator signed; Exhibit writes none.
    pub extensions: Vec<String>,
}

/// Why a note is not a checkpoint of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The log's key did not sign it.
    #[error("it is not signed by the log's key")]
    Signature(#[from] NoteError),
    /// What is signed is not a checkpoint.
    #[error("what is signed is not a checkpoint")]
    Form(#[from] LineError),
    /// What is signed names another log than the key.
    #[error("it is of another log than its key")]
    Origin,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let more: String = self.extensions.iter().map(|line| format!("{line}\n")).collect();
        format!("{}\n{}\n{}\n{more}", self.origin, self.size, self.root)
    }

    /// Reads a signed text.
    ///
    /// # Errors
    /// [`LineError`] for anything that [`Self::text`] would not have written the same way.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let mut lines = Lines::new(text.as_bytes())?;
        let filled = |line: &str| (!line.is_empty()).then(|| line.to_owned());
        let mut checkpoint = Self {
            origin: lines.take("it must be the log's name", filled)?,
            size: lines.take("it must be the size as a plain decimal number", decimal)?,
            root: lines.take("it must be the base64 of a 32-byte root", Hash::from_base64)?,
            extensions: Vec::new(),
        };
        while !lines.rest().is_empty() {
            checkpoint.extensions.push(lines.take("no line may be empty", filled)?);
        }
        // There is one tree without entries.
        if checkpoint.size == 0 && checkpoint.root != Hash::empty() {
            return Err(LineError { line: 3, must: "it must be the root of a log without entries" });
        }
        Ok(checkpoint)
    }

    /// The checkpoint that a log signed, given the log's key.
    ///
    /// # Errors
    /// [`CheckpointError`], where the note is not that.
    pub fn signed(note: &Note, log: &VerifierKey) -> Result<Self, CheckpointError> {
        note.verify(log)?;
        let checkpoint = Self::parse(&note.text)?;
        if checkpoint.origin == log.name() { Ok(checkpoint) } else { Err(CheckpointError::Origin) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example printed in C2SP tlog-checkpoint v1.0.0.
    const PRINTED: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn the_printed_example_goes_there_and_back() {
        let checkpoint = Checkpoint::parse(PRINTED).expect("a checkpoint");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.text(), PRINTED);
        let extended = format!("{PRINTED}more\n");
        assert_eq!(Checkpoint::parse(&extended).expect("a checkpoint").text(), extended);
    }

    #[test]
    fn odd_checkpoints_are_refused() {
        let (name, size) = ("it must be the log's name", "it must be the size as a plain decimal number");
        let (root, empty) = ("it must be the base64 of a 32-byte root", "no line may be empty");
        for (from, to, line, must) in [
            ("20852163", "020852163", 2, size),
            ("20852163", "-1", 2, size),
            ("20852163", "+1", 2, size),
            ("20852163", "18446744073709551616", 2, size),
            ("20852163\n", "20852163\r\n", 2, "no control character may stand in it but line feeds"),
            ("20852163", "", 2, size),
            ("example.com/behind-the-sofa", "", 1, name),
            (PRINTED, "", 1, name),
            (PRINTED, "a\n1\n", 3, root),
            ("q2I=\n", "q2I=\n\n", 4, empty),
            ("q2I=\n", "q2I=", 3, "it must end with a line feed"),
            ("q2I=", "q2I", 3, root),
            ("q2I=", "q2J=", 3, root),
            ("CsUY", "", 3, root),
            ("20852163", "0", 3, "it must be the root of a log without entries"),
        ] {
            let odd = PRINTED.replace(from, to);
            assert_eq!(Checkpoint::parse(&odd), Err(LineError { line, must }), "{from:?} -> {to:?}");
        }
    }
}
