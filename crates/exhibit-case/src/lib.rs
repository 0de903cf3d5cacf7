//! An opened case on disk: its documents and pages, their pictures and tags. Searching a case is in
//! `exhibit-search`, checking it in `exhibit-audit`. Everything that a case contains is read through a [`CaseView`].
//!
//! Reading never changes a case. Only the process with the case's lock ([`CaseWriter`]) writes, by means of
//! `exhibit-ingest`. The layout of the folder is `docs/formats/case.md`.

mod access;
mod acts;
mod cited;
mod config;
mod document_date;
mod document_tree;
mod documents;
mod folder;
mod keys;
mod passwords;
mod picture;
mod place;
mod places;
mod principal;
mod scope;
mod tag_log;
mod tags;
mod unfinished;
mod verify;
mod view;
mod writer;

use exhibit_model::{EntrySeq, PageNumber, Reason, State};

pub use access::AccessSettings;
pub use acts::Acts;
pub use config::{Config, is_prefix};
pub use document_date::date_of;
pub use document_tree::{TreeParts, reader_of};
pub use documents::{Document, ProvedEntry, read_page};
pub use exhibit_cage::Cage;
pub use exhibit_proof::finding::chain as chain_of;
pub use folder::CaseFolder;
pub use keys::{Keys, Rotated, Rotation, key_file, key_path, rekey, remembered};
pub use picture::{recognise, render};
pub use place::{Standing, adopt, standing};
pub use places::{Places, own_path};
pub use principal::Principal;
pub use scope::Scope;
pub use tag_log::{TagLog, log_marks};
pub use tags::{TagChange, TagCount, is_tag};
pub use verify::{finding_digest, reason_lines};
pub use view::{CaseView, Coverage, PageReader, SourceName, WholeCase};
pub use writer::{CaseWriter, NewCase, append_outbox, keep_still};

use exhibit_catalogue::{Catalogue, CatalogueError};
use exhibit_custody::LogError;
use exhibit_custody::log::End;
use exhibit_index::{Index, IndexError};
use exhibit_store::{Originals, PackReader, StoreError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A case, open for reading.
pub struct Case {
    /// Its folder.
    pub folder: CaseFolder,
    /// The content of `exhibit.toml`.
    pub config: Config,
    catalogue: Mutex<Catalogue>,
    originals: Originals,
    packs: PackReader,
    index: OnceLock<Index>,
}

/// An operation on the case failed.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no case in the folder.
    #[error("no case in {}", .0.display())]
    NoCase(PathBuf),
    /// The folder already contains a case.
    #[error("{} is a case already", .0.display())]
    Exists(PathBuf),
    /// A folder for a new case is not empty.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// Another process has locked the case.
    #[error("the case is in use by {holder}")]
    Locked {
        /// The process and host with the lock.
        holder: String,
    },
    /// The folder is a copy of a case that this machine works on elsewhere; nothing was written to it.
    #[error("{} is a copy of the case in {}", folder.display(), original.display())]
    Copy {
        /// The copy.
        folder: PathBuf,
        /// The case that it was copied from.
        original: PathBuf,
    },
    /// The case is sealed permanently.
    #[error("the case is sealed: nothing can be added to it or changed in it any more")]
    Sealed,
    /// A new signing key was named but has not taken over yet.
    #[error("a key rotation was interrupted")]
    HandoverUnfinished,
    /// Items wait to be read: a case with waiting items is not sealed.
    #[error("{0} items wait to be read")]
    Waiting(u64),
    /// `exhibit.toml` cannot be parsed.
    #[error("exhibit.toml is not understood: {0}")]
    Config(String),
    /// A file or folder of the case could not be read or written.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was attempted.
        act: &'static str,
        /// On which path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// No document has this number, digest or path.
    #[error("no document {0:?} in this case")]
    NoSuchDocument(String),
    /// Several documents have this name.
    #[error("{} documents are called {name:?}", documents.len())]
    AmbiguousName {
        /// The name.
        name: String,
        /// The labels of the first of them.
        documents: Vec<String>,
    },
    /// The log entry is not about documents of the reader's scope.
    #[error("no log entry {0}")]
    NoSuchEntry(EntrySeq),
    /// What was requested covers the whole case, and the reader's scope is a part of it.
    #[error("it covers documents that you cannot read")]
    PartialScope,
    /// The search index is missing.
    #[error("the case has no search index")]
    NoIndex,
    /// The document has no such page.
    #[error("{document} has no page {page}")]
    NoSuchPage {
        /// The document's label.
        document: String,
        /// The requested page.
        page: PageNumber,
        /// The number of its pages.
        pages: u64,
        /// Its state, which may be why it has none.
        state: State,
    },
    /// The page has no picture.
    #[error("the page has no picture ({})", reason.word())]
    RenderError {
        /// The reason.
        reason: Reason,
    },
    /// An original's bytes are not those that were received.
    #[error("the original of {document} does not have its digest")]
    Altered {
        /// The document's label.
        document: String,
    },
    /// A text is not a valid tag.
    #[error("{0:?} cannot be a tag")]
    NotATag(String),
    /// The signing key cannot be used.
    #[error("the signing key cannot be used")]
    Key(#[from] exhibit_custody::KeyError),
    /// The custody log returned an error.
    #[error("the custody log cannot be used")]
    Log(#[from] LogError),
    /// An act cannot be encoded.
    #[error("an act cannot be logged")]
    Act(#[from] exhibit_custody::ActError),
    /// The catalogue returned an error.
    #[error("the catalogue cannot be used")]
    Catalogue(#[from] CatalogueError),
    /// The store returned an error.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// The index returned an error.
    #[error("the index cannot be used")]
    Index(#[from] IndexError),
    /// The cage returned an error.
    #[error("no worker can be started")]
    Cage(#[from] exhibit_cage::CageError),
}

/// Whether an error was caused by a full disk or quota: nothing is wrong then, and the work can be resumed.
#[must_use]
pub fn is_disk_full(error: &(dyn std::error::Error + 'static)) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<std::io::Error>();
        let io = io
            .or_else(|| error.downcast_ref::<std::sync::Arc<std::io::Error>>().map(AsRef::as_ref));
        if io.is_some_and(|io| matches!(io.kind(), StorageFull | QuotaExceeded))
            || error.downcast_ref::<CatalogueError>().is_some_and(CatalogueError::is_full)
            || error.downcast_ref::<StoreError>().is_some_and(StoreError::is_full)
        {
            return true;
        }
        // an error within an error of the system has no source of its own
        let within = io
            .and_then(std::io::Error::get_ref)
            .map(|inner| inner as &(dyn std::error::Error + 'static));
        cause = within.or_else(|| error.source());
    }
    false
}

pub(crate) fn io_error(act: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> CaseError {
    let path = path.to_owned();
    move |source| CaseError::Io { act, path, source }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Case {
    /// Opens the case in `folder`.
    ///
    /// # Errors
    /// [`CaseError::NoCase`] if there is none; others if it is damaged.
    pub fn open(folder: &Path) -> Result<Self, CaseError> {
        let folder = CaseFolder::new(folder);
        let config = Config::read(&folder)?;
        let catalogue = folder.catalogue_for_reading()?;
        Ok(Self {
            config,
            catalogue: Mutex::new(catalogue),
            originals: folder.originals()?,
            packs: folder.packs(),
            index: OnceLock::new(),
            folder,
        })
    }

    /// The folder of the case that contains `start`: itself, or the nearest parent with an `exhibit.toml`.
    #[must_use]
    pub fn find(start: &Path) -> Option<PathBuf> {
        start.ancestors().find(|folder| CaseFolder::new(folder).is_case()).map(Path::to_owned)
    }

    /// Fails if the case is sealed.
    ///
    /// # Errors
    /// [`CaseError::Sealed`].
    pub fn must_be_open(&self) -> Result<(), CaseError> {
        if self.is_sealed() { Err(CaseError::Sealed) } else { Ok(()) }
    }

    /// Whether the case is sealed by its log's last entry. If the end of the log cannot be read, the case does not
    /// count as sealed: `exhibit verify` reports the fault.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        let end = self.folder.log().and_then(|log| log.end());
        end.is_ok_and(|end| end == End::Sealed)
    }

    /// The store of originals.
    #[must_use]
    pub(crate) fn originals(&self) -> &Originals {
        &self.originals
    }

    /// The catalogue, open for reading, locked for this thread.
    pub(crate) fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another connection to the catalogue, open for reading, for a thread that reads all pages.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub(crate) fn connect_catalogue(&self) -> Result<Catalogue, CaseError> {
        Ok(self.folder.catalogue_for_reading()?)
    }

    /// The search index.
    ///
    /// # Errors
    /// [`CaseError::NoIndex`], [`CaseError::Index`].
    pub(crate) fn index(&self) -> Result<&Index, CaseError> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let folder = self.folder.index();
        // opening would create an empty index, in which nothing is ever found
        if !folder.join("meta.json").is_file() {
            return Err(CaseError::NoIndex);
        }
        let index = Index::open_or_create(&folder)?;
        Ok(self.index.get_or_init(|| index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Error, ErrorKind};

    #[test]
    fn a_full_disk_is_recognised_wherever_it_shows() {
        let full = || Error::from(ErrorKind::StorageFull);
        let path = PathBuf::from("case");
        let at = |source| CaseError::Io { act: "write", path: path.clone(), source };
        assert!(is_disk_full(&at(full())));
        assert!(is_disk_full(&at(Error::from(ErrorKind::QuotaExceeded))));
        assert!(is_disk_full(&at(Error::other(full()))), "within another");
        assert!(is_disk_full(&CaseError::Store(StoreError::Io {
            act: "write",
            path: path.clone(),
            source: full()
        })));
        assert!(!is_disk_full(&at(Error::from(ErrorKind::PermissionDenied))));
        assert!(!is_disk_full(&CaseError::Sealed));
    }
}
