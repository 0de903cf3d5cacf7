//! What can go wrong, as users and scripts see it: what happened, why, what to do next, and an exit code that never changes.

use exhibit_case::CaseError;
use exhibit_custody::{KeyError, LogError};
use exhibit_index::IndexError;
use exhibit_ingest::IngestError;
use std::path::PathBuf;

/// The exit codes. A number is never used for anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Nothing = 1,
    Usage = 2,
    SomeFailed = 3,
    Mismatch = 4,
    Busy = 5,
    NeedsAnswer = 7,
    ToolMissing = 8,
    WrongPassphrase = 9,
    NoCase = 10,
    Internal = 70,
    Interrupted = 130,
}

/// A command that could not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// A word for scripts, such as `case-locked`.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self { exit, code, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    pub(crate) fn io(act: &str, path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        let path: PathBuf = path.into();
        let exit = if error.kind() == std::io::ErrorKind::StorageFull { Exit::ToolMissing } else { Exit::Internal };
        Self::new(exit, "io", format!("cannot {act} {}: {error}", path.display()))
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        let message = exhibit_case::chain_of(&error);
        match &error {
            CaseError::NoCase(_) => Self::new(Exit::NoCase, "no-case", message)
                .hint("make one with `exhibit init DIR`, name one with -C DIR, or go into its folder"),
            CaseError::Exists(_) => Self::new(Exit::Usage, "case-exists", message).hint("add to it with `exhibit ingest`"),
            CaseError::NotEmpty(_) => {
                Self::new(Exit::Usage, "folder-not-empty", message).hint("name a new or an empty folder for the case")
            }
            CaseError::Locked { .. } => Self::new(Exit::Busy, "case-locked", message)
                .hint("wait until it has ended; searching and reading work all the while"),
            CaseError::NoSuchDocument(_) | CaseError::NoSuchPage { .. } => {
                Self::new(Exit::Nothing, "no-such-document", message).hint("`exhibit ls` lists what the case holds")
            }
            CaseError::NotKept { what, .. } => {
                let list = if *what == "batch" { "`exhibit batch ls`" } else { "`exhibit saved ls`" };
                Self::new(Exit::Nothing, "not-kept", message).hint(format!("{list} lists what is kept"))
            }
            CaseError::NotATag(_) => Self::new(Exit::Usage, "not-a-tag", message)
                .hint("a tag is at most 60 characters on one line, without quotation marks and stars"),
            CaseError::TooManyLines { .. } => {
                Self::new(Exit::Usage, "list-too-long", message).hint("divide the list and make several batches")
            }
            CaseError::NoIndex | CaseError::Index(IndexError::Version { .. }) => {
                Self::new(Exit::ToolMissing, "no-index", message).hint("make it anew: exhibit case repair --index")
            }
            CaseError::NotPainted { reason } => {
                let reason = crate::codes::reason_text(reason);
                let message = format!("the page has no picture: {reason}");
                Self::new(Exit::Nothing, "not-painted", message).hint("its text is there: `exhibit cat DOC --text`")
            }
            CaseError::Query(query) => {
                let failure = Self::new(Exit::Usage, "query", message);
                match exhibit_query::text::hint(query) {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                }
            }
            CaseError::Sealed | CaseError::Log(LogError::Sealed) => Self::new(Exit::Usage, "sealed", message)
                .hint("it can be searched, read, verified and handed over; for more, make another case"),
            CaseError::HandoverUnfinished => Self::new(Exit::Usage, "handover-unfinished", message)
                .hint("finish it with `exhibit log key rotate`"),
            CaseError::Waiting(_) => {
                Self::new(Exit::Usage, "waiting", message).hint("read them first: `exhibit ingest`")
            }
            CaseError::Key(KeyError::Passphrase { .. }) => Self::new(Exit::WrongPassphrase, "passphrase", message)
                .hint("nothing was changed; try again, or put a good copy of the key file back"),
            CaseError::Key(KeyError::Locked { .. }) => Self::new(Exit::NeedsAnswer, "passphrase", message)
                .hint("name a file with the passphrase: --key-passphrase-file FILE"),
            CaseError::Log(LogError::RolledBack { .. } | LogError::Forked { .. }) => {
                Self::new(Exit::Mismatch, "rolled-back", message).hint(
                    "this machine has seen a later state of the log, and nothing is signed that would be a second history; \
                     `exhibit log check` says more. If a backup was put back on purpose, see \"Put back from a backup\" in docs/user/keys.md",
                )
            }
            CaseError::Key(_) => Self::new(Exit::Internal, "key", message).hint(
                "the case can be read and verified without it; to add to the case, put the key file back or set EXHIBIT_KEYS",
            ),
            CaseError::Altered { .. } => {
                Self::new(Exit::Mismatch, "mismatch", message).hint("`exhibit verify` names everything that differs")
            }
            CaseError::Store(store) if store.is_full() => disk_full(message),
            CaseError::Catalogue(catalogue) if catalogue.is_full() => disk_full(message),
            CaseError::Store(exhibit_store::StoreError::Damaged { .. }) => {
                Self::new(Exit::Mismatch, "mismatch", message).hint("`exhibit verify` names everything that differs")
            }
            CaseError::Log(_) => Self::new(Exit::Mismatch, "log", message)
                .hint("`exhibit verify` says what is wrong with the log, and what is still good"),
            CaseError::Cage(_) => {
                Self::new(Exit::ToolMissing, "cage", message).hint("`exhibit doctor` says what this machine lacks")
            }
            _ => Self::new(Exit::Internal, "case", message),
        }
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        let message = exhibit_case::chain_of(&error);
        if error.is_full() {
            return disk_full(message);
        }
        match error {
            IngestError::Case(error) => error.into(),
            IngestError::Index(error @ IndexError::Version { .. }) => CaseError::Index(error).into(),
            IngestError::Source { .. } => {
                Self::new(Exit::Usage, "source", message).hint("check that the path is there and may be read")
            }
            IngestError::Entangled(_) => {
                Self::new(Exit::Usage, "source", message).hint("keep the case in a folder apart from what it takes in")
            }
            IngestError::Cage(_) => {
                Self::new(Exit::ToolMissing, "cage", message).hint("`exhibit doctor` says what this machine lacks")
            }
            _ => Self::new(Exit::Internal, "ingest", message)
                .hint("everything acknowledged before is kept; go on with `exhibit ingest`"),
        }
    }
}

fn disk_full(message: String) -> Failure {
    Failure::new(Exit::ToolMissing, "disk-full", message)
        .hint("everything done so far is kept; make room, then go on with `exhibit ingest`")
}
