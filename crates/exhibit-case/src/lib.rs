//! One case on disk, opened: its documents and pages, searching them, their pictures and tags. Checking a case is
//! in `exhibit-audit`.
//!
//! Reading never changes a case. Writing is for the one process that holds the case's lock ([`Held`]), and is done by
//! `exhibit-ingest`. The layout of the folder is `docs/formats/case.md`.

mod access;
mod asking;
mod batch;
mod batch_export;
mod cited;
mod config;
mod document_date;
mod document_tree;
mod documents;
mod facets;
mod history;
mod keys;
mod lists;
mod passwords;
mod picture;
mod places;
mod saved;
mod search;
mod similar;
mod tag_log;
mod tags;
mod verify;
mod ways_on;
mod words;
mod writer;

pub use access::AccessSettings;
pub use asking::BatchProgress;
pub use batch::{Batch, BatchLine, MOST_LINES, NewBatch, Run};
pub use batch_export::{BatchForm, Which};
pub use config::{Config, is_prefix};
pub use document_date::date_of;
pub use document_tree::{TreeParts, reader_of};
pub use documents::{Document, Entry, read_page};
pub use exhibit_cage::Cage;
pub use exhibit_proof::finding::chain as chain_of;
pub use facets::{FacetCount, FacetCounts};
pub use history::{History, Searched};
pub use keys::{Keys, Rotated, Rotation, key_file, key_path, rekey, remembered};
pub use lists::{ListLine, read_list};
pub use picture::paint;
pub use places::{Places, own_path};
pub use saved::Saved;
pub use search::{PageHits, SearchHit, SearchRequest, SearchResults};
pub use similar::{Similar, SimilarHit};
pub use tag_log::{TagLog, log_marks};
pub use tags::{TagChange, TagCount, is_tag};
pub use verify::finding_digest;
pub use ways_on::{How, WayOn};
pub use words::{TellingWord, TellingWords};
pub use writer::{Held, NewCase, append_outbox, flush_outbox, keep_still, log_act};

use exhibit_catalogue::{Catalogue, CatalogueError};
use exhibit_custody::log::End;
use exhibit_custody::{Log, LogError};
use exhibit_index::{Index, IndexError, QueryError};
use exhibit_store::{Originals, PackReader, StoreError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A case, open for reading.
pub struct Case {
    /// Its folder.
    pub folder: PathBuf,
    /// What `exhibit.toml` says.
    pub config: Config,
    catalogue: Mutex<Catalogue>,
    originals: Originals,
    packs: PackReader,
    index: OnceLock<Index>,
}

/// The case could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no case in the folder.
    #[error("no case in {}", .0.display())]
    NoCase(PathBuf),
    /// A case is there already.
    #[error("{} is a case already", .0.display())]
    Exists(PathBuf),
    /// A folder that is to become a case holds other things.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// Another process holds the case.
    #[error("the case is in use by {holder}")]
    Locked {
        /// The process and host that hold it.
        holder: String,
    },
    /// The case is closed for good.
    #[error("the case is sealed: nothing can be added to it or changed in it any more")]
    Sealed,
    /// A new signing key was named but has not taken over.
    #[error("a change of the signing key was broken off")]
    HandoverUnfinished,
    /// Items wait to be read: a case is not sealed over them.
    #[error("{0} items wait to be read")]
    Waiting(u64),
    /// `exhibit.toml` cannot be understood.
    #[error("exhibit.toml is not understood: {0}")]
    Config(String),
    /// A file or folder of the case cannot be read or written.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was attempted.
        act: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// No document has this number, digest or path.
    #[error("no document {0:?} in this case")]
    NoSuchDocument(String),
    /// The search index is not there.
    #[error("the case has no search index")]
    NoIndex,
    /// The document has no such page.
    #[error("{document} has no page {page}")]
    NoSuchPage {
        /// The document's label.
        document: String,
        /// The page asked for.
        page: u32,
    },
    /// The page has no picture.
    #[error("the page is not painted: {reason}")]
    NotPainted {
        /// Why not.
        reason: String,
    },
    /// An original's bytes are not those received.
    #[error("the original of {document} does not have its digest")]
    Altered {
        /// The document's label.
        document: String,
    },
    /// What was asked for cannot be written where it is to go.
    #[error("the output cannot be written")]
    Output(#[source] std::io::Error),
    /// A text cannot be a tag.
    #[error("{0:?} cannot be a tag")]
    NotATag(String),
    /// Nothing of this kind and name is kept in the case.
    #[error("no {what} {name}")]
    NotKept {
        /// What it would be.
        what: &'static str,
        /// Its name or number.
        name: String,
    },
    /// A list has more lines than a batch takes.
    #[error("the list has {lines} lines, a batch takes {most}")]
    TooManyLines {
        /// Its lines.
        lines: usize,
        /// The most.
        most: usize,
    },
    /// The query cannot be understood.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The signing key cannot be used.
    #[error("the signing key cannot be used")]
    Key(#[from] exhibit_custody::KeyError),
    /// The custody log refused.
    #[error("the custody log cannot be used")]
    Log(#[from] LogError),
    /// An act cannot be written down.
    #[error("an act cannot be logged")]
    Act(#[from] exhibit_custody::ActError),
    /// The catalogue refused.
    #[error("the catalogue cannot be used")]
    Catalogue(#[from] CatalogueError),
    /// The store refused.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// The index refused.
    #[error("the index cannot be used")]
    Index(#[from] IndexError),
    /// The cage refused.
    #[error("no worker can be started")]
    Cage(#[from] exhibit_cage::CageError),
}

pub(crate) fn io_error(act: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> CaseError {
    let path = path.to_owned();
    move |source| CaseError::Io { act, path, source }
}

/// The names of what is in a case's folder.
pub mod layout {
    /// Name, prefix and settings.
    pub const CONFIG: &str = "exhibit.toml";
    /// Originals by digest.
    pub const ORIGINALS: &str = "originals";
    /// Page packs.
    pub const PACKS: &str = "derived/pages";
    /// Painted pages: a cache.
    pub const PICTURES: &str = "derived/pictures";
    /// Pictures of pages that were painted for citing, by digest.
    pub const CITED: &str = "derived/cited";
    /// The catalogue.
    pub const CATALOGUE: &str = "catalogue.db";
    /// The search index.
    pub const INDEX: &str = "index";
    /// A search index that is being made anew.
    pub const NEW_INDEX: &str = "index.new";
    /// The custody log.
    pub const CUSTODY: &str = "custody";
    /// The access log: who looked, searched and took out.
    pub const ACCESS: &str = "access";
    /// Bags that other cases handed over, by the digests of their manifests.
    pub const BAGS: &str = "bags";
    /// Batches of names and queries, and what came of them.
    pub const BATCHES: &str = "batches";
    /// Saved searches.
    pub const SAVED: &str = "saved.json";
    /// What was searched for; its user's own.
    pub const HISTORY: &str = "history.json";
    /// Every tag put on a document or taken off, one a line.
    pub const TAGS: &str = "tags.ndjson";
    /// Passwords to try on encrypted files, one a line.
    pub const PASSWORDS: &str = "passwords";
    /// Who holds the case.
    pub const LOCK: &str = "lock";
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
    /// [`CaseError::NoCase`] where there is none; others where it is damaged.
    pub fn open(folder: &Path) -> Result<Self, CaseError> {
        let config = Config::read(folder)?;
        let catalogue = Catalogue::open_for_reading(&folder.join(layout::CATALOGUE))?;
        Ok(Self {
            folder: folder.to_owned(),
            config,
            catalogue: Mutex::new(catalogue),
            originals: Originals::open(&folder.join(layout::ORIGINALS))?,
            packs: PackReader::new(&folder.join(layout::PACKS)),
            index: OnceLock::new(),
        })
    }

    /// The folder that holds the case around `start`: itself, or the nearest one above that has an `exhibit.toml`.
    #[must_use]
    pub fn find(start: &Path) -> Option<PathBuf> {
        start.ancestors().find(|folder| folder.join(layout::CONFIG).is_file()).map(Path::to_owned)
    }

    /// Refuses what would change a case that is sealed.
    ///
    /// # Errors
    /// [`CaseError::Sealed`].
    pub fn must_be_open(&self) -> Result<(), CaseError> {
        if self.is_sealed() { Err(CaseError::Sealed) } else { Ok(()) }
    }

    /// Whether the case is closed for good, by its log's last entry. A log whose end cannot be read seals nothing:
    /// `exhibit verify` says what is wrong with it.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        let end = Log::open(&self.folder.join(layout::CUSTODY)).and_then(|log| log.end());
        end.is_ok_and(|end| end == End::Sealed)
    }

    /// The store of originals.
    #[must_use]
    pub fn originals(&self) -> &Originals {
        &self.originals
    }

    pub(crate) fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The search index.
    ///
    /// # Errors
    /// [`CaseError::NoIndex`], [`CaseError::Index`].
    pub fn index(&self) -> Result<&Index, CaseError> {
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let folder = self.folder.join(layout::INDEX);
        // opening would make an empty one, in which nothing is ever found
        if !folder.join("meta.json").is_file() {
            return Err(CaseError::NoIndex);
        }
        let index = Index::open_or_create(&folder)?;
        Ok(self.index.get_or_init(|| index))
    }
}
