//! Errors of an index on disk.

use std::path::PathBuf;

/// The index could not be opened, written or searched.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The folder could not be created or read.
    #[error("the index folder {} cannot be used", folder.display())]
    Folder {
        /// The index's folder.
        folder: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The index was made by another version of the analysis or of the index layout, and must be rebuilt.
    #[error(
        "the index was made by analysis {found}, this program needs {wanted}: it has to be made again"
    )]
    Version {
        /// The version recorded in the index; empty if none is.
        found: String,
        /// The version that this program writes.
        wanted: String,
    },
    /// Another writer is using the index.
    #[error("the index is being written by another process")]
    Busy,
    /// The engine failed: a damaged file, a full disk.
    #[error("the index could not be read or written")]
    Engine(#[from] tantivy::TantivyError),
    /// A segment of the index could not be written, so pages added since the last commit are missing.
    #[error(
        "a part of the index could not be written before: what came since the last commit has to be indexed again"
    )]
    Lost,
    /// A regular expression or a syllable matches more words than are searched at once.
    #[error("{pattern} matches more than {most} different words: make it narrower")]
    TooManyWords {
        /// The expression or syllable, as written.
        pattern: String,
        /// The maximum that is searched.
        most: usize,
    },
    /// The progress mark of the index is not a number.
    #[error("the index's last commit carries no mark of how far it has come")]
    Mark,
}
