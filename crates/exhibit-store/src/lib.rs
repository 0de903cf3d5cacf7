//! What a case holds as bytes: originals, written once and named by their SHA-256, and page packs,
//! appended to and never changed.
//!
//! Nothing here knows file names, ledgers or formats of documents. Both stores make bytes durable in
//! groups: many deposits, then one [`Originals::sync`]; many pages, then one [`PackWriter::sync`]. Until then
//! a deposit is not acknowledged, and a crash leaves at most bytes that nobody refers to.
//! The layout on disk is defined in `docs/formats/case.md` and `docs/formats/page-pack.md`.

mod originals;
mod packs;

pub use originals::{Deposit, Fixity, Originals, Sealed};
pub use packs::{PackReader, PackWriter, Place};

use std::path::PathBuf;

/// The store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder of the store could not be read or written.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was attempted.
        act: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A record of a page pack is not what its header or the catalogue says.
    #[error("page pack {pack} is damaged at byte {offset}: {what}")]
    Damaged {
        /// The pack's number.
        pack: u32,
        /// Where the record begins.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
}

impl StoreError {
    /// Whether the disk is full (or a quota is), so that going on later may succeed.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(
                source.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded | std::io::ErrorKind::FileTooLarge
            ),
            Self::Damaged { .. } => false,
        }
    }
}

pub(crate) fn io_error(act: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { act, path, source }
}
