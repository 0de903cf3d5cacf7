//! Cosignatures of witnesses as files: the body of a C2SP tlog-witness `add-checkpoint` request, and the response of
//! the witness (as published on 2026-07-22). Transporting the files is out of scope.

use crate::fault::TimeFault;
use crate::stated_time::StatedTime;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exhibit_proof::finding::chain;
use exhibit_proof::note::{KeyKind, SignedNote, VerifierKey};
use exhibit_proof::{Checkpoint, Hash, tree};

/// The maximum size of a request or a response in bytes.
pub const MAX_BODY: usize = 64 << 10;

/// The maximum number of hashes in a consistency proof.
const MAX_HASHES: usize = 63;

/// The body of a request: a checkpoint, and the proof that it is consistent with an older one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AddCheckpoint {
    /// The older size.
    pub old: u64,
    /// The proof.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: SignedNote,
}

impl AddCheckpoint {
    /// Writes the body.
    #[must_use]
    pub fn write(&self) -> String {
        let hashes: String = self.hashes.iter().map(|hash| format!("{hash}\n")).collect();
        format!("old {}\n{hashes}\n{}", self.old, self.checkpoint)
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`TimeFault`] for anything that [`Self::write`] would not have written the same way.
    pub fn read(bytes: &[u8]) -> Result<Self, TimeFault> {
        if bytes.len() > MAX_BODY {
            return Err(TimeFault::TooLarge { most: MAX_BODY });
        }
        let text = str::from_utf8(bytes).map_err(|_| TimeFault::Line(1))?;
        let (head, note) = text.split_once("\n\n").ok_or(TimeFault::Line(1))?;
        let mut lines = head.split('\n');
        let old =
            lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(TimeFault::Line(1))?;
        let plain = old == "0" || !old.starts_with(['0', '+']);
        let old = old.parse().ok().filter(|_| plain).ok_or(TimeFault::Line(1))?;
        let mut hashes = Vec::new();
        for (line, number) in lines.zip(2..) {
            hashes.push(
                Hash::from_base64(line)
                    .filter(|_| number < MAX_HASHES + 2)
                    .ok_or(TimeFault::Line(number))?,
            );
        }
        let checkpoint = SignedNote::parse(note.as_bytes())
            .map_err(|error| TimeFault::Checkpoint(chain(&error)))?;
        Ok(Self { old, hashes, checkpoint })
    }

    /// Checks that the checkpoint extends an older state of the log.
    ///
    /// # Errors
    /// [`TimeFault`] if it does not.
    pub fn check(&self, older: &Checkpoint) -> Result<(), TimeFault> {
        let newer = Checkpoint::parse(&self.checkpoint.text)
            .map_err(|error| TimeFault::Checkpoint(chain(&error)))?;
        if self.old != older.size || newer.origin != older.origin {
            return Err(TimeFault::Consistency("another state or another log".to_owned()));
        }
        tree::check_consistency(older.size, older.root, newer.size, newer.root, &self.hashes)
            .map_err(|error| TimeFault::Consistency(chain(&error)))
    }
}

/// Reads the key of a witness, `<name>+<id>+<key>` on one line (type 0x04).
///
/// # Errors
/// [`TimeFault`] if it is not such a key.
pub fn read_key(bytes: &[u8]) -> Result<VerifierKey, TimeFault> {
    let line = str::from_utf8(bytes).ok().map(|text| text.strip_suffix('\n').unwrap_or(text));
    let key = line
        .and_then(|line| VerifierKey::parse(line).ok())
        .filter(|key| key.kind() == KeyKind::Cosignature);
    key.ok_or(TimeFault::Form("the key of the witness"))
}

/// The key names and key ids of the signature lines in a response.
///
/// # Errors
/// [`TimeFault::Line`] for a line that is not a signature line.
pub fn signers(response: &[u8]) -> Result<Vec<(String, [u8; 4])>, TimeFault> {
    let text = str::from_utf8(response)
        .ok()
        .filter(|_| response.len() <= MAX_BODY)
        .ok_or(TimeFault::Line(1))?;
    let signer = |(line, number): (&str, usize)| {
        let (name, encoded) = line
            .strip_prefix("\u{2014} ")
            .and_then(|l| l.split_once(' '))
            .ok_or(TimeFault::Line(number))?;
        let bytes = STANDARD.decode(encoded).map_err(|_| TimeFault::Line(number))?;
        Ok((name.to_owned(), *bytes.first_chunk::<4>().ok_or(TimeFault::Line(number))?))
    };
    text.lines().zip(1..).map(signer).collect()
}

/// Checks the response of a witness: signature lines, one of them by `witness` over this checkpoint. Returns the time
/// that the witness states.
///
/// # Errors
/// [`TimeFault`].
pub fn check(
    checkpoint: &SignedNote,
    response: &[u8],
    witness: &VerifierKey,
) -> Result<StatedTime, TimeFault> {
    let text = str::from_utf8(response)
        .ok()
        .filter(|_| response.len() <= MAX_BODY)
        .ok_or(TimeFault::Line(1))?;
    signers(response)?;
    let note = SignedNote::parse(format!("{}\n{text}", checkpoint.text).as_bytes());
    let note = note.map_err(|error| TimeFault::Checkpoint(chain(&error)))?;
    let name = || witness.name().to_owned();
    let time = note.verify(witness).map_err(|error| match error {
        exhibit_proof::NoteError::NotSigned => TimeFault::NoWitness(name()),
        _ => TimeFault::Signature(name()),
    })?;
    let seconds =
        time.filter(|seconds| *seconds > 0).and_then(|seconds| i64::try_from(seconds).ok());
    let seconds = seconds.ok_or_else(|| TimeFault::Signature(name()))?;
    Ok(StatedTime::from_seconds(seconds))
}
