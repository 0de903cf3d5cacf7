//! The proof of one entry as a self-contained text (C2SP `tlog-proof@v1`, as published on 2026-07-22).

use crate::BASE64;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::{NoteError, SignedNote, VerifierKey};
use crate::text::{LineError, Lines, base64, decimal};
use crate::tree::{self, ProofError};
use base64::Engine as _;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The most hashes that an inclusion proof can have in a tree of at most `2^63` entries.
const MAX_HASHES: usize = 63;

/// The proof that a log contains an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogProof {
    /// Opaque bytes added by the author of the proof; not authenticated.
    pub extra: Option<Vec<u8>>,
    /// The entry's index in the log.
    pub index: u64,
    /// The inclusion proof, the sibling's hash first.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: SignedNote,
}

/// Why a log proof cannot be read or is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogProofError {
    /// The text is not a log proof.
    #[error("not a log proof")]
    Form(#[from] LineError),
    /// The checkpoint at the end of the proof is not a signed note.
    #[error("the checkpoint in the proof")]
    Note(#[from] NoteError),
    /// The checkpoint is not from this log.
    #[error("the checkpoint in the proof")]
    Checkpoint(#[from] CheckpointError),
    /// The log has a different entry at this index.
    #[error("the log has a different entry at this index")]
    Inclusion(#[from] ProofError),
}

impl LogProof {
    /// The proof as a text.
    #[must_use]
    pub fn write(&self) -> String {
        let extra = self
            .extra
            .as_ref()
            .map(|extra| format!("extra {}\n", BASE64.encode(extra)))
            .unwrap_or_default();
        let hashes: String = self.hashes.iter().map(|hash| format!("{hash}\n")).collect();
        format!("{FIRST_LINE}\n{extra}index {}\n{hashes}\n{}", self.index, self.checkpoint)
    }

    /// Parses a proof without verifying it: see [`Self::verify`].
    ///
    /// # Errors
    /// [`LogProofError`] for anything that [`Self::write`] would not have written the same way.
    pub fn read(bytes: &[u8]) -> Result<Self, LogProofError> {
        let mut lines = Lines::new(bytes)?;
        lines
            .take("must be `c2sp.org/tlog-proof@v1`", |line| (line == FIRST_LINE).then_some(()))?;
        let extra =
            lines.take_if("extra ").map(|text| base64(text).ok_or(lines.wrong("must be base64")));
        let extra = extra.transpose()?;
        let index =
            lines.take("must be the index", |line| decimal(line.strip_prefix("index ")?))?;
        let mut hashes = Vec::new();
        let hash = |line: &str| {
            if line.is_empty() { Some(None) } else { Hash::from_base64(line).map(Some) }
        };
        while let Some(hash) = lines.take("must be a hash, or blank", hash)? {
            if hashes.len() == MAX_HASHES {
                return Err(lines.wrong("must not have more hashes").into());
            }
            hashes.push(hash);
        }
        Ok(Self { extra, index, hashes, checkpoint: SignedNote::parse(lines.rest().as_bytes())? })
    }

    /// Checks that `entry` is at the index of the proof in the log whose key is `log`, and returns the checkpoint
    /// that covers it.
    ///
    /// # Errors
    /// [`LogProofError`] if the proof is not valid.
    pub fn verify(&self, entry: &[u8], log: &VerifierKey) -> Result<Checkpoint, LogProofError> {
        let checkpoint = Checkpoint::signed(&self.checkpoint, log)?;
        tree::check_inclusion(
            Hash::leaf(entry),
            self.index,
            checkpoint.size,
            &self.hashes,
            checkpoint.root,
        )?;
        Ok(checkpoint)
    }
}
