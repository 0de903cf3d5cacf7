//! Turns a trove into searchable pages; resumable, with a complete account.
//!
//! *Intake* walks a source and copies files into the store while hashing them. *Stages* (reading, OCR) derive pages,
//! members and findings from what was received: their jobs are rows of the catalogue's work table, leased to threads
//! through one queue. The *committer* alone changes the case: it groups the messages of the others, makes bytes
//! durable, then commits the catalogue, then appends to the custody log. Nothing is acknowledged before that commit,
//! and everything that is decided is derived from what is committed; so a run resumes where a killed one made its last
//! commit. An *indexer* follows the catalogue and stores its position in the index.

mod bag_source;
mod committer;
mod hocr;
mod indexer;
mod intake;
mod progress;
mod queue;
mod rebuild;
mod recognition;
mod run;
#[cfg(test)]
mod sources_tests;
mod stages;
#[cfg(test)]
mod tests;
mod walk;

pub use bag_source::{BagFile, BagSource};
pub use progress::{IngestProgress, Phase, Running, Snapshot, StageCounts};
pub use rebuild::reindex;
pub use run::{IngestOptions, RunContext, StopRequest, Summary, ingest, survey, take_over};
pub use stages::StageName;
pub use stages::ocr::{OcrTools, find_ocr};

use exhibit_cage::CageError;
use exhibit_case::CaseError;
use exhibit_catalogue::CatalogueError;
use exhibit_index::IndexError;
use exhibit_store::StoreError;
use std::path::PathBuf;

/// Why a run failed. Everything acknowledged before is kept.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A source does not exist, or cannot be read at all.
    #[error("cannot read the source {}", path.display())]
    Source {
        /// The source.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A source contains the case, or the case contains the source.
    #[error("{} contains the case, or is inside it", .0.display())]
    Entangled(PathBuf),
    /// A file of a received bag has changed since it was checked.
    #[error("{place} has changed since it was checked")]
    BagChanged {
        /// The file.
        place: String,
    },
    /// The case returned an error.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The catalogue returned an error.
    #[error("the catalogue cannot be written")]
    Catalogue(#[from] CatalogueError),
    /// The store returned an error.
    #[error("the store cannot be written")]
    Store(#[from] StoreError),
    /// The index returned an error.
    #[error("the index cannot be written")]
    Index(#[from] IndexError),
    /// No worker can be started.
    #[error("no worker can be started")]
    Cage(#[from] CageError),
    /// A thread of this program ended unexpectedly.
    #[error("the {0} ended unexpectedly")]
    Thread(&'static str),
}
