//! A trove in, searchable pages out; resumable, accounted.
//!
//! *Intake* walks a source and copies files into the store while hashing them. *Stages* (reading, OCR) derive pages, members
//! and findings from what was received: their jobs are rows of the catalogue's work table, leased to threads through one
//! queue. The *committer* alone changes the case: it groups the messages of the others, makes bytes durable, then commits the
//! catalogue, then appends to the custody log. Nothing is acknowledged before that commit, and everything that is
//! decided is derived from what is committed; so a run resumes where a killed one made its last commit. An *indexer* follows
//! the catalogue and remembers how far it got.

mod bag_source;
mod committer;
mod hocr;
mod indexer;
mod intake;
mod progress;
mod queue;
mod rebuild;
mod run;
mod stages;
#[cfg(test)]
mod tests;
mod walk;

pub use bag_source::{BagFile, BagSource};
pub use progress::{Phase, Progress, Snapshot, StageCounts};
pub use rebuild::reindex;
pub use run::{Options, Stop, Summary, World, ingest, survey, take_over};
pub use stages::StageName;
pub use stages::ocr::{OcrTools, find_ocr};

use exhibit_cage::CageError;
use exhibit_case::CaseError;
use exhibit_catalogue::CatalogueError;
use exhibit_index::IndexError;
use exhibit_store::StoreError;
use std::path::PathBuf;

/// Taking in could not go on. All that was acknowledged before is kept.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A source is not there, or cannot be read at all.
    #[error("cannot read the source {}", path.display())]
    Source {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A source contains the case, or the case contains the source.
    #[error("{} and the case lie within each other", .0.display())]
    Entangled(PathBuf),
    /// A file of a received bag has changed since it was checked.
    #[error("{place} has changed since it was checked")]
    BagChanged {
        /// The file.
        place: String,
    },
    /// The case refused.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The catalogue refused.
    #[error("the catalogue cannot be written")]
    Catalogue(#[from] CatalogueError),
    /// The store refused.
    #[error("the store cannot be written")]
    Store(#[from] StoreError),
    /// The index refused.
    #[error("the index cannot be written")]
    Index(#[from] IndexError),
    /// No worker can be started.
    #[error("no worker can be started")]
    Cage(#[from] CageError),
    /// A part of this program ended unexpectedly.
    #[error("the {0} ended unexpectedly")]
    Thread(&'static str),
}

impl IngestError {
    /// Whether the disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Store(error) | Self::Case(CaseError::Store(error)) => error.is_full(),
            Self::Catalogue(error) | Self::Case(CaseError::Catalogue(error)) => error.is_full(),
            other => {
                let mut cause: Option<&dyn std::error::Error> = Some(other);
                while let Some(error) = cause {
                    if let Some(io) = error.downcast_ref::<std::io::Error>() {
                        return io.kind() == std::io::ErrorKind::StorageFull;
                    }
                    cause = error.source();
                }
                false
            }
        }
    }
}
