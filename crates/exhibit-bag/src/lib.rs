//! What a case hands over: quotes tied to pages, and bags that prove their content.
//!
//! A quote or a bag is written atomically, and the custody log records it before anyone else has it. The
//! formats are in `docs/formats/anchor.md` and `docs/formats/bag.md`; `exhibit-proof` checks them, and does not
//! depend on cases.

mod anchor;
mod bag;
mod quote;
mod reading;

pub use anchor::{
    AnchorFault, AnchorRecipients, AnchorRequests, AnchorRow, AnchorStatus, Imported, Reply,
    ask_anchors, import_anchor, list_anchors,
};
pub use bag::{
    BagRequest, ExportContext, ExportOrder, ExportStep, Exported, KeptBag, Lock, ReceivedBag,
    Receiver, SealError, SealedBag, Selected, Selection, Unlock, VerifiedBag, check_received,
    export, is_sealed, received_bags, render_pages, unfinished_exports,
};
pub use quote::{
    CheckedQuote, Difference, MAX_QUOTE, NewQuote, Preview, QuoteStatus, SURE, SeenBy,
    check_quotes, list_quotes, make_quote, preview, read_quote,
};

pub use age::secrecy::SecretString;

use exhibit_case::CaseError;
use exhibit_catalogue::CatalogueError;
use exhibit_custody::LogError;
use exhibit_proof::ProofError;
use exhibit_proof::anchor::AnchorError;
use exhibit_search::SearchError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a quote or a bag cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// The case returned an error.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// Searching the case returned an error.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A file or folder could not be read or written.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was attempted.
        act: &'static str,
        /// The path.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The target of the bag already exists.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// Nothing was selected.
    #[error("nothing was chosen to be handed over")]
    Nothing,
    /// The document was never received with bytes, so nothing can be proved about it.
    #[error("{document} was received without its bytes: it cannot be handed over")]
    NoBytes {
        /// The document.
        document: String,
    },
    /// The document was not read, or not completely yet.
    #[error("no reading of {document} is logged: its pages cannot be proved")]
    NotRead {
        /// The document.
        document: String,
    },
    /// An original's bytes are not those that were received.
    #[error("the original of {document} does not have its digest")]
    Altered {
        /// The document.
        document: String,
    },
    /// A picture's bytes are not those that were rendered.
    #[error("the picture of page {page} of {document} does not have its digest")]
    PictureAltered {
        /// The document.
        document: String,
        /// The page.
        page: exhibit_model::PageNumber,
    },
    /// The numbers of a series do not have enough digits.
    #[error("a series from {0} on does not have enough digits for all pages")]
    Series(String),
    /// The case received no bag with this name.
    #[error("no bag {0:?} was imported into this case")]
    NoSuchBag(String),
    /// A received bag is no longer complete.
    #[error("the received bag is not as it was received")]
    BagDamaged,
    /// A file changed between the check and the copy.
    #[error("{0} has changed since it was checked")]
    Changed(String),
    /// A bag cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The catalogue and the log differ on the document.
    #[error("the catalogue's record of {document} differs from log entry {entry}")]
    NotAsLogged {
        /// The document.
        document: String,
        /// The log entry.
        entry: exhibit_model::EntrySeq,
    },
    /// The passage is not on the page.
    #[error("page {page} of {document} does not have this passage")]
    Absent {
        /// The document.
        document: String,
        /// The page.
        page: exhibit_model::PageNumber,
        /// The most similar passage on the page.
        nearest: Option<String>,
        /// How it differs from what was to be quoted, if both are short enough to be compared.
        differences: Option<Vec<Difference>>,
    },
    /// The passage is on the page more than once.
    #[error("page {page} of {document} has this passage {count} times")]
    Ambiguous {
        /// The document.
        document: String,
        /// The page.
        page: exhibit_model::PageNumber,
        /// The number of occurrences.
        count: usize,
        /// The first of them, with their context.
        first: Vec<exhibit_proof::anchor::Passage>,
    },
    /// Who looked at a picture, or what it shows, is empty or not in one line.
    #[error(
        "who looked at the picture has a name of 1 to 64 characters, and a transcription is not empty"
    )]
    Seen,
    /// The passage is empty or too long.
    #[error("a quote has 1 to {} characters", quote::MAX_QUOTE)]
    Length,
    /// The passage cannot be quoted.
    #[error("the passage cannot be quoted")]
    Anchor(#[source] AnchorError),
    /// There is no such quote.
    #[error("no quote {0:?} in this case")]
    NoSuchQuote(String),
    /// The quote is no longer valid.
    #[error("quote {0} is no longer valid")]
    Broken(String),
    /// A name for an authority, witness or public log is invalid.
    #[error(
        "{0:?} cannot be such a name, or is given twice: 1 to 32 small letters, digits and hyphens"
    )]
    AnchorName(String),
    /// The request with this name was already answered.
    #[error("{0:?} has answered for this state of the log before")]
    Answered(String),
    /// No request matches the reply.
    #[error("no matching request ({0})")]
    RequestError(&'static str),
    /// A proof of a public log needs a policy.
    #[error("a proof of a public log is checked against a policy, and none was given")]
    NoPolicy,
    /// A time stamp, cosignature or proof of a public log is not valid.
    #[error("it is not accepted")]
    Time(#[source] exhibit_time::TimeFault),
    /// A proof cannot be made.
    #[error("a proof cannot be made")]
    Proof(#[from] ProofError),
}

impl From<CatalogueError> for BagError {
    fn from(error: CatalogueError) -> Self {
        Self::Case(error.into())
    }
}

impl From<LogError> for BagError {
    fn from(error: LogError) -> Self {
        Self::Case(error.into())
    }
}

pub(crate) fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BagError {
    let path = path.to_owned();
    move |source| BagError::Io { act, path, source }
}
