//! What is handed over: quotes tied to pages, and bags that prove what they hold.
//!
//! A quote or a bag is written whole or not at all, and the custody log knows of it before anyone else has it. What
//! the files look like is in `docs/formats/anchor.md` and `docs/formats/bag.md`; checking them is not done here but in
//! `exhibit-proof`, which knows nothing of cases.

mod anchor;
mod bag;
mod quote;
mod reading;

pub use anchor::{
    AnchorFault, AnchorRow, AnchorStanding, AskFor, Asked, Imported, Reply, ask_anchors, import_anchor, list_anchors,
};
pub use bag::{
    Chosen, Exported, KeptBag, Lock, Means, Order, ReceivedBag, Receiver, Request, SealError, SealedBag, Selection,
    Step, Unlock, VerifiedBag, check_received, export, is_sealed, paint_pages, received_bags,
};
pub use quote::{NewQuote, Standing, StandingQuote, check_quotes, list_quotes, make_quote, read_quote};

pub use age::secrecy::SecretString;

use exhibit_case::CaseError;
use exhibit_catalogue::CatalogueError;
use exhibit_custody::LogError;
use exhibit_proof::ProofError;
use exhibit_proof::anchor::AnchorError;
use std::io;
use std::path::{Path, PathBuf};

/// A quote or a bag cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// The case refused.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A file or folder cannot be read or written.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was attempted.
        act: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The place where the bag is to be made is taken.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// Nothing was chosen.
    #[error("nothing was chosen to be handed over")]
    Nothing,
    /// The document was never received with bytes, so that nothing can be proved of it.
    #[error("{document} was received without its bytes: it cannot be handed over")]
    NoBytes {
        /// The document.
        document: String,
    },
    /// The document was not read, or not to its end yet.
    #[error("no reading of {document} is logged: its pages cannot be proved")]
    NotRead {
        /// The document.
        document: String,
    },
    /// An original's bytes are not those received.
    #[error("the original of {document} does not have its digest")]
    Altered {
        /// The document.
        document: String,
    },
    /// A picture's bytes are not those that were painted.
    #[error("the picture of page {page} of {document} does not have its digest")]
    PictureAltered {
        /// The document.
        document: String,
        /// The page.
        page: u32,
    },
    /// The numbers of a series do not suffice.
    #[error("a series from {0} on does not have enough digits for all pages")]
    Series(String),
    /// No bag of this name was handed over to the case.
    #[error("no bag {0:?} was handed over to this case")]
    NoSuchBag(String),
    /// A bag that was handed over is not whole any more.
    #[error("the bag that was handed over is not as it was received")]
    BagDamaged,
    /// A file changed between the check and the copying.
    #[error("{0} is not what it was when it was checked")]
    Changed(String),
    /// A bag cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What the catalogue says of the document is not what the log says.
    #[error("what the catalogue says of {document} is not what log entry {entry} recorded")]
    NotAsLogged {
        /// The document.
        document: String,
        /// The log entry.
        entry: u64,
    },
    /// The page does not have the passage.
    #[error("page {page} of {document} does not have this passage")]
    Absent {
        /// The document.
        document: String,
        /// The page.
        page: u32,
        /// What the page has that is most like it.
        nearest: Option<String>,
    },
    /// The page has the passage more than once.
    #[error("page {page} of {document} has this passage {count} times")]
    Ambiguous {
        /// The document.
        document: String,
        /// The page.
        page: u32,
        /// How often.
        count: usize,
    },
    /// The passage is empty or too long.
    #[error("a quote has 1 to {} characters", quote::MAX_QUOTE)]
    Length,
    /// The passage cannot be a quote.
    #[error("the passage cannot be quoted")]
    Anchor(#[source] AnchorError),
    /// There is no such quote.
    #[error("no quote {0:?} in this case")]
    NoSuchQuote(String),
    /// The quote does not hold any more.
    #[error("quote {0} does not hold any more")]
    Broken(String),
    /// A name for an authority, witness or public log cannot be used.
    #[error("{0:?} cannot be such a name, or is given twice: 1 to 32 small letters, digits and hyphens")]
    AnchorName(String),
    /// What was asked under this name was answered before.
    #[error("{0:?} has answered for this state of the log before")]
    Answered(String),
    /// Nothing was asked that could be answered so.
    #[error("nothing was asked that this answers ({0})")]
    NotAsked(&'static str),
    /// A proof of a public log needs a policy.
    #[error("a proof of a public log is held against a policy, and none was given")]
    NoPolicy,
    /// A time stamp, cosignature or proof of a public log does not hold.
    #[error("it is not accepted")]
    Time(#[source] exhibit_time::Fault),
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

/// Fills a slice with random bytes, fit for secrets.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

pub(crate) fn io_error(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BagError {
    let path = path.to_owned();
    move |source| BagError::Io { act, path, source }
}
