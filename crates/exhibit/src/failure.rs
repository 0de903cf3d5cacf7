//! Failures as users and scripts see them: what happened, why, what to do next, and a stable exit code.

use exhibit_case::CaseError;
use exhibit_custody::{KeyError, LogError};
use exhibit_index::IndexError;
use exhibit_ingest::IngestError;
use exhibit_search::SearchError;
use std::path::PathBuf;

/// The exit codes. A number is never reused with another meaning.
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

impl Exit {
    /// All of them, by number.
    pub(crate) const ALL: [Self; 12] = [
        Self::Done,
        Self::Nothing,
        Self::Usage,
        Self::SomeFailed,
        Self::Mismatch,
        Self::Busy,
        Self::NeedsAnswer,
        Self::ToolMissing,
        Self::WrongPassphrase,
        Self::NoCase,
        Self::Internal,
        Self::Interrupted,
    ];

    /// What it means, for the root help.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "success",
            Self::Nothing => "nothing found",
            Self::Usage => "usage error",
            Self::SomeFailed => "some items failed",
            Self::Mismatch => "evidence does not match",
            Self::Busy => "case in use",
            Self::NeedsAnswer => "input needed",
            Self::ToolMissing => "tool or disk space missing",
            Self::WrongPassphrase => "wrong passphrase or identity",
            Self::NoCase => "no case",
            Self::Internal => "internal error",
            Self::Interrupted => "interrupted (can be resumed)",
        }
    }
}

/// The failure of a command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// A stable code for scripts, such as `case-locked`.
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
                .hint("create one with `exhibit init DIR`, choose one with -C DIR, or change to its folder"),
            CaseError::Exists(_) => Self::new(Exit::Usage, "case-exists", message).hint("add to it with `exhibit ingest`"),
            CaseError::NotEmpty(_) => {
                Self::new(Exit::Usage, "folder-not-empty", message).hint("choose a new or empty folder for the case")
            }
            CaseError::Locked { .. } => Self::new(Exit::Busy, "case-locked", message)
                .hint("wait until it exits; searching and reading work meanwhile"),
            CaseError::NoSuchDocument(_) | CaseError::NoSuchPage { .. } | CaseError::NoSuchEntry(_) => {
                Self::new(Exit::Nothing, "no-such-document", message).hint("`exhibit ls` lists the documents of the case")
            }
            CaseError::NotATag(_) => Self::new(Exit::Usage, "not-a-tag", message)
                .hint("a tag is at most 60 characters on one line, without quotation marks or asterisks"),
            CaseError::NoIndex | CaseError::Index(IndexError::Version { .. }) => {
                Self::new(Exit::ToolMissing, "no-index", message).hint("rebuild it: exhibit case repair --index")
            }
            CaseError::RenderError { reason } => {
                let reason = crate::codes::reason_text(reason);
                let message = format!("the page cannot be rendered: {reason}");
                Self::new(Exit::Nothing, "not-rendered", message).hint("its text is available: `exhibit cat DOC --text`")
            }
            CaseError::Sealed | CaseError::Log(LogError::Sealed) => Self::new(Exit::Usage, "sealed", message)
                .hint("it can be searched, read, verified and handed over; to add material, create another case"),
            CaseError::HandoverUnfinished => Self::new(Exit::Usage, "handover-unfinished", message)
                .hint("finish it with `exhibit log key rotate`"),
            CaseError::Waiting(_) => {
                Self::new(Exit::Usage, "waiting", message).hint("read them first: `exhibit ingest`")
            }
            CaseError::Key(KeyError::Passphrase { .. }) => Self::new(Exit::WrongPassphrase, "passphrase", message)
                .hint("nothing was changed; try again, or restore the key file from a copy"),
            CaseError::Key(KeyError::Locked { .. }) => Self::new(Exit::NeedsAnswer, "passphrase", message)
                .hint("give a file with the passphrase: --key-passphrase-file FILE"),
            CaseError::Log(LogError::RolledBack { .. } | LogError::Forked { .. }) => {
                Self::new(Exit::Mismatch, "rolled-back", message).hint(
                    "this machine has seen a later state of the log, so nothing is signed that would start a second history; \
                     `exhibit log check` shows details. If a backup was restored on purpose, see \"Put back from a backup\" in docs/user/keys.md",
                )
            }
            CaseError::Key(_) => Self::new(Exit::Internal, "key", message).hint(
                "the case can be read and verified without it; to add to the case, restore the key file or set EXHIBIT_KEYS",
            ),
            CaseError::Altered { .. } => {
                Self::new(Exit::Mismatch, "mismatch", message).hint("`exhibit verify` lists every deviation")
            }
            CaseError::Store(store) if store.is_full() => disk_full(message),
            CaseError::Catalogue(catalogue) if catalogue.is_full() => disk_full(message),
            CaseError::Store(exhibit_store::StoreError::Damaged { .. }) => {
                Self::new(Exit::Mismatch, "mismatch", message).hint("`exhibit verify` lists every deviation")
            }
            CaseError::Log(_) => Self::new(Exit::Mismatch, "log", message)
                .hint("`exhibit verify` shows what is wrong with the log, and what is intact"),
            CaseError::Cage(_) => {
                Self::new(Exit::ToolMissing, "cage", message).hint("`exhibit doctor` shows what this machine lacks")
            }
            _ => Self::new(Exit::Internal, "case", message),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        let message = exhibit_case::chain_of(&error);
        match error {
            SearchError::Case(error) => error.into(),
            SearchError::Index(error) => CaseError::Index(error).into(),
            SearchError::Query(query) => {
                let failure = Self::new(Exit::Usage, "query", message);
                match exhibit_query::text::hint(&query) {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                }
            }
            SearchError::NotKept { what, .. } => {
                let list = if what == "batch" { "`exhibit batch ls`" } else { "`exhibit saved ls`" };
                Self::new(Exit::Nothing, "not-kept", message).hint(format!("{list} lists them"))
            }
            SearchError::TooManyLines { .. } => {
                Self::new(Exit::Usage, "list-too-long", message).hint("split it into several batches")
            }
            SearchError::Output(_) => Self::new(Exit::Internal, "case", message),
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
                Self::new(Exit::Usage, "source", message).hint("check that the path exists and is readable")
            }
            IngestError::Entangled(_) => {
                Self::new(Exit::Usage, "source", message).hint("keep the case outside the folders that it ingests")
            }
            IngestError::Cage(_) => {
                Self::new(Exit::ToolMissing, "cage", message).hint("`exhibit doctor` shows what this machine lacks")
            }
            _ => Self::new(Exit::Internal, "ingest", message)
                .hint("everything acknowledged is kept; resume with `exhibit ingest`"),
        }
    }
}

fn disk_full(message: String) -> Failure {
    Failure::new(Exit::ToolMissing, "disk-full", message)
        .hint("everything done so far is kept; free some space, then resume with `exhibit ingest`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_listed_in_order_and_once() {
        assert!(Exit::ALL.is_sorted_by_key(|exit| *exit as u8));
        let numbers: std::collections::BTreeSet<u8> = Exit::ALL.iter().map(|exit| *exit as u8).collect();
        assert_eq!(numbers.len(), Exit::ALL.len());
    }
}
