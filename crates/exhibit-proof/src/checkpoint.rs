//! Checkpoints: what a log's operator signs, a size and a root (C2SP tlog-checkpoint v1.0.0).

use crate::decimal;
use crate::hash::Hash;

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

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It does not consist of at least three lines, none of them empty, each ended by a line feed.
    #[error("a checkpoint is three or more lines, none of them empty")]
    Lines,
    /// Its second line is not a size.
    #[error("a checkpoint's second line is its size as a plain decimal number")]
    Size,
    /// Its third line is not a root.
    #[error("a checkpoint's third line is the base64 of a 32-byte root")]
    Root,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads a signed text.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything that [`Self::text`] would not have written the same way.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n').collect();
        let [origin, size, root, extensions @ ..] = lines.as_slice() else { return Err(CheckpointError::Lines) };
        if lines.iter().any(|line| line.is_empty()) {
            return Err(CheckpointError::Lines);
        }
        Ok(Self {
            origin: (*origin).to_owned(),
            size: decimal(size).ok_or(CheckpointError::Size)?,
            root: Hash::from_base64(root).ok_or(CheckpointError::Root)?,
            extensions: extensions.iter().map(|line| (*line).to_owned()).collect(),
        })
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
        for (from, to, error) in [
            ("20852163", "020852163", CheckpointError::Size),
            ("20852163", "-1", CheckpointError::Size),
            ("20852163", "+1", CheckpointError::Size),
            ("20852163", "18446744073709551616", CheckpointError::Size),
            ("20852163\n", "20852163\r\n", CheckpointError::Size),
            ("20852163", "", CheckpointError::Lines),
            ("example.com/behind-the-sofa", "", CheckpointError::Lines),
            ("q2I=\n", "q2I=\n\n", CheckpointError::Lines),
            ("q2I=\n", "q2I=", CheckpointError::Lines),
            ("q2I=", "q2I", CheckpointError::Root),
            ("q2I=", "q2J=", CheckpointError::Root),
            ("CsUY", "", CheckpointError::Root),
        ] {
            assert_eq!(Checkpoint::parse(&PRINTED.replace(from, to)), Err(error), "{from:?} -> {to:?}");
        }
    }
}
