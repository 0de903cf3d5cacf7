//! Checkpoints: the size and root of a log, signed by its operator (C2SP tlog-checkpoint v1.0.0).

use crate::hash::Hash;
use crate::note::{NoteError, SignedNote, VerifierKey};
use crate::text::{LineError, Lines, decimal};

/// The size and root of a log, as its operator states them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// The identity of the log, such as `9f3a5c0d71b2e846/custody`.
    pub origin: String,
    /// The number of entries in the log.
    pub size: u64,
    /// The root of its tree.
    pub root: Hash,
    /// Extension lines that the operator signed; Exhibit writes none.
    pub extensions: Vec<String>,
}

/// Why a note is not a checkpoint of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The key of the log did not sign it.
    #[error("not signed by the key of the log")]
    Signature(#[from] NoteError),
    /// The signed text is not a checkpoint.
    #[error("the signed text is not a checkpoint")]
    Form(#[from] LineError),
    /// The checkpoint and the key belong to different logs.
    #[error("the checkpoint and the key belong to different logs")]
    Origin,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let more: String = self.extensions.iter().map(|line| format!("{line}\n")).collect();
        format!("{}\n{}\n{}\n{more}", self.origin, self.size, self.root)
    }

    /// Parses a signed text.
    ///
    /// # Errors
    /// [`LineError`] for anything that [`Self::text`] would not have written the same way.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        let mut lines = Lines::new(text.as_bytes())?;
        let filled = |line: &str| (!line.is_empty()).then(|| line.to_owned());
        let mut checkpoint = Self {
            origin: lines.take("must be the name of the log", filled)?,
            size: lines.take("must be the size as a plain decimal number", decimal)?,
            root: lines.take("must be the base64 of a 32-byte root", Hash::from_base64)?,
            extensions: Vec::new(),
        };
        while !lines.rest().is_empty() {
            checkpoint.extensions.push(lines.take("must not contain an empty line", filled)?);
        }
        // The empty log has only one root.
        if checkpoint.size == 0 && checkpoint.root != Hash::empty() {
            return Err(LineError { line: 3, must: "must be the root of a log without entries" });
        }
        Ok(checkpoint)
    }

    /// Returns the checkpoint that a log signed, given the key of the log.
    ///
    /// # Errors
    /// [`CheckpointError`] if the note is not one.
    pub fn signed(note: &SignedNote, log: &VerifierKey) -> Result<Self, CheckpointError> {
        note.verify(log)?;
        let checkpoint = Self::parse(&note.text)?;
        if checkpoint.origin == log.name() { Ok(checkpoint) } else { Err(CheckpointError::Origin) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example in C2SP tlog-checkpoint v1.0.0.
    const PRINTED: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn specification_example_round_trips() {
        let checkpoint = Checkpoint::parse(PRINTED).expect("a checkpoint");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.text(), PRINTED);
        let extended = format!("{PRINTED}more\n");
        assert_eq!(Checkpoint::parse(&extended).expect("a checkpoint").text(), extended);
    }

    #[test]
    fn invalid_checkpoints_are_rejected() {
        let (name, size) =
            ("must be the name of the log", "must be the size as a plain decimal number");
        let (root, empty) =
            ("must be the base64 of a 32-byte root", "must not contain an empty line");
        for (from, to, line, must) in [
            ("20852163", "020852163", 2, size),
            ("20852163", "-1", 2, size),
            ("20852163", "+1", 2, size),
            ("20852163", "18446744073709551616", 2, size),
            (
                "20852163\n",
                "20852163\r\n",
                2,
                "must not contain control characters except line feeds",
            ),
            ("20852163", "", 2, size),
            ("example.com/behind-the-sofa", "", 1, name),
            (PRINTED, "", 1, name),
            (PRINTED, "a\n1\n", 3, root),
            ("q2I=\n", "q2I=\n\n", 4, empty),
            ("q2I=\n", "q2I=", 3, "must end with a line feed"),
            ("q2I=", "q2I", 3, root),
            ("q2I=", "q2J=", 3, root),
            ("CsUY", "", 3, root),
            ("20852163", "0", 3, "must be the root of a log without entries"),
        ] {
            let odd = PRINTED.replace(from, to);
            assert_eq!(
                Checkpoint::parse(&odd),
                Err(LineError { line, must }),
                "{from:?} -> {to:?}"
            );
        }
    }
}
