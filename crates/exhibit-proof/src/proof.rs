//! One entry's proof as a text that travels alone (C2SP `tlog-proof@v1`, as published on 2026-07-22).

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::{Note, NoteError, VerifierKey};
use crate::tree::{self, ProofError};
use crate::{BASE64, decimal};
use base64::Engine as _;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes that an inclusion proof can have in a tree of at most `2^63` entries.
const MAX_HASHES: usize = 63;

/// The proof that an entry stands in a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogProof {
    /// Bytes of whoever made the proof; nothing vouches for them.
    pub extra: Option<Vec<u8>>,
    /// The entry's index in the log.
    pub index: u64,
    /// The inclusion proof, the sibling's hash first.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

/// Why a text is not a log proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not UTF-8.
    #[error("the proof is not UTF-8")]
    NotUtf8,
    /// Its first line is another.
    #[error("the proof's first line is not {FIRST_LINE}")]
    FirstLine,
    /// Its extra data is not base64.
    #[error("the proof's extra data is not base64")]
    Extra,
    /// There is no index where it must stand.
    #[error("the proof has no index line where it must stand")]
    Index,
    /// A line of the inclusion proof is not a hash.
    #[error("line {line} of the inclusion proof is not a hash")]
    Hash {
        /// Which, from 1.
        line: usize,
    },
    /// The inclusion proof is longer than any can be.
    #[error("the inclusion proof is longer than any can be")]
    TooLong,
    /// There is no blank line before the checkpoint.
    #[error("no blank line stands before the checkpoint")]
    NoCheckpoint,
    /// The checkpoint is not a signed note.
    #[error("the checkpoint is not a signed note")]
    Note(#[source] NoteError),
}

/// Why a log proof does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The checkpoint is not signed by the log's key.
    #[error("the checkpoint is not signed by the log's key")]
    Signature(#[source] NoteError),
    /// What is signed is not a checkpoint.
    #[error("what is signed is not a checkpoint")]
    Checkpoint(#[source] CheckpointError),
    /// The checkpoint is of another log.
    #[error("the checkpoint is of another log")]
    Origin,
    /// The entry is not the one at this index of the log.
    #[error("the entry is not the one at this index of the log")]
    Inclusion(#[source] ProofError),
}

impl LogProof {
    /// The proof as a text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", BASE64.encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            text.push_str(&format!("{hash}\n"));
        }
        text.push_str(&format!("\n{}", self.checkpoint));
        text
    }

    /// Reads a proof. Nothing is proved yet: see [`Self::verify`].
    ///
    /// # Errors
    /// [`ReadError`] for anything that [`Self::write`] would not have written the same way.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let text = str::from_utf8(bytes).map_err(|_| ReadError::NotUtf8)?;
        let (head, note) = text.split_once("\n\n").ok_or(ReadError::NoCheckpoint)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(ReadError::FirstLine);
        }
        let extra = lines.next_if(|line| line.starts_with("extra ")).map(|line| BASE64.decode(&line["extra ".len()..]));
        let extra = extra.transpose().map_err(|_| ReadError::Extra)?;
        let index =
            lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal).ok_or(ReadError::Index)?;
        let mut hashes = Vec::new();
        for (line, number) in lines.zip(1..) {
            if number > MAX_HASHES {
                return Err(ReadError::TooLong);
            }
            hashes.push(Hash::from_base64(line).ok_or(ReadError::Hash { line: number })?);
        }
        let checkpoint = Note::parse(note.as_bytes()).map_err(ReadError::Note)?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    /// Checks that `entry` stands at the proof's index in the log whose key is `log`, and gives the checkpoint that
    /// covers it.
    ///
    /// # Errors
    /// [`VerifyError`], where it is not proved.
    pub fn verify(&self, entry: &[u8], log: &VerifierKey) -> Result<Checkpoint, VerifyError> {
        self.checkpoint.verify(log).map_err(VerifyError::Signature)?;
        let checkpoint = Checkpoint::parse(&self.checkpoint.text).map_err(VerifyError::Checkpoint)?;
        if checkpoint.origin != log.name() {
            return Err(VerifyError::Origin);
        }
        tree::check_inclusion(Hash::leaf(entry), self.index, checkpoint.size, &self.hashes, checkpoint.root)
            .map_err(VerifyError::Inclusion)?;
        Ok(checkpoint)
    }
}
