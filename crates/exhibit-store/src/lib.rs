//! The byte stores of a case: originals, written once and named by their SHA-256, and append-only page
//! packs.
//!
//! This crate knows nothing about file names, ledgers or document formats. Both stores make bytes durable in
//! groups: many deposits, then one [`Originals::sync`]; many pages, then one [`PackWriter::sync`]. Until then
//! a deposit is not acknowledged, and a crash leaves at most unreferenced bytes.
//! Single files that are replaced are made durable each: [`replace_file`].
//! `docs/formats/case.md` and `docs/formats/page-pack.md` define the layout on disk.

mod durable;
mod originals;
mod packs;

pub use durable::{Readers, put_in_place, replace_file};
pub use originals::{Deposit, FinishedDeposit, Fixity, Originals};
pub use packs::{PackLocation, PackReader, PackWriter};

use std::path::PathBuf;

/// An operation of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store could not be read or written.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was attempted.
        act: &'static str,
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A record of a page pack does not match its header or the catalogue.
    #[error("page pack {pack} is damaged at byte {offset}: {what}")]
    Damaged {
        /// The pack's number.
        pack: u32,
        /// The offset of the record.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
}

impl StoreError {
    /// Whether the disk or a quota is full, so that resuming later may succeed.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(
                source.kind(),
                std::io::ErrorKind::StorageFull
                    | std::io::ErrorKind::QuotaExceeded
                    | std::io::ErrorKind::FileTooLarge
            ),
            Self::Damaged { .. } => false,
        }
    }
}

pub(crate) fn io_error(
    act: &'static str,
    path: &std::path::Path,
) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { act, path, source }
}
