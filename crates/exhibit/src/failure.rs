//! Failures as users and scripts see them: what happened, why, what to do next, and a stable exit code.

use crate::codes::reason_text;
use crate::texts::{safe, texts};
use exhibit_case::{CaseError, CaseFolder};
use exhibit_custody::{KeyError, LogError};
use exhibit_index::IndexError;
use exhibit_ingest::IngestError;
use exhibit_model::{PageNumber, State};
use exhibit_search::{Kept, SearchError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

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

    pub(crate) fn io(act: Act, path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        let (texts, place): (_, PathBuf) = (texts(), path.into());
        let (path, cause) = (place.display().to_string(), error.to_string());
        let message = match act {
            Act::Read => texts.cannot_read(cause, path),
            Act::ReadPassphrase => texts.cannot_read_passphrase(cause, path),
            Act::Write => texts.cannot_write(cause, path),
            Act::WriteTo => texts.cannot_write_to(cause, path),
            Act::Create => texts.cannot_create(cause, path),
            Act::CreateFolder => texts.cannot_create_folder(cause, path),
            Act::Find => texts.cannot_find(cause, path),
            Act::Prompt => texts.cannot_prompt(cause, path),
        };
        match (error.kind(), act) {
            (ErrorKind::NotFound, Act::Read | Act::ReadPassphrase | Act::Find) => {
                Self::new(Exit::Usage, "not-found", message).hint(texts.hint_check_name())
            }
            (ErrorKind::PermissionDenied, Act::CreateFolder) => {
                Self::new(Exit::Usage, "denied", message)
                    .hint(texts.hint_create_elsewhere(owner_of(&place)))
            }
            (ErrorKind::PermissionDenied, _) => Self::new(Exit::Usage, "denied", message)
                .hint(texts.hint_belongs_to(owner_of(&place))),
            _ => Self::of_io(message, error),
        }
    }

    /// A file or folder of a case that this user may not read, if that may be why something failed.
    pub(crate) fn or_denied(self, case: &Path) -> Self {
        let may_be =
            matches!(self.exit, Exit::Internal | Exit::Mismatch | Exit::NoCase | Exit::ToolMissing);
        if !may_be && self.code != "denied" {
            return self;
        }
        Self::denied(case).unwrap_or(self)
    }

    /// The failure to read a case that this user may not read; `None` if nothing refuses it.
    pub(crate) fn denied(case: &Path) -> Option<Self> {
        let denied = CaseFolder::new(case).needed().into_iter().find(|path| is_denied(path))?;
        let failure =
            Self::new(Exit::Usage, "denied", texts().case_denied(path(case), path(&denied)));
        Some(failure.hint(texts().hint_belongs_to(owner_of(&denied))))
    }

    /// A failure of the system.
    pub(crate) fn of_io(message: String, error: &std::io::Error) -> Self {
        if exhibit_case::is_disk_full(error) {
            return disk_full(message);
        }
        Self::new(Exit::Internal, "io", message)
    }

    fn internal(code: &'static str, error: &(dyn std::error::Error + 'static)) -> Self {
        if exhibit_case::is_disk_full(error) {
            return disk_full(exhibit_case::chain_of(error));
        }
        Self::new(Exit::Internal, code, exhibit_case::chain_of(error))
    }

    fn mismatch(message: String) -> Self {
        Self::new(Exit::Mismatch, "mismatch", message).hint(texts().hint_verify())
    }
}

// Whether opening a file, or listing a folder, is refused for lack of permission.
fn is_denied(path: &Path) -> bool {
    let opened = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::read_dir(path).map(drop),
        Ok(metadata) if metadata.is_file() => std::fs::File::open(path).map(drop),
        other => other.map(drop),
    };
    opened.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// The user to whom a path belongs, or else the folder nearest to it that can be examined: by name if the system has
/// one, otherwise by number.
fn owner_of(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let Some(owner) =
        absolute.ancestors().find_map(|path| std::fs::metadata(path).ok()).map(|found| found.uid())
    else {
        return texts().unknown_owner();
    };
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == owner.to_string()).then(|| exhibit_model::shown(name))
    });
    name.unwrap_or_else(|| texts().owner_number(owner.to_string()))
}

/// What was attempted with a file or folder.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Read,
    ReadPassphrase,
    Write,
    WriteTo,
    Create,
    CreateFolder,
    Find,
    Prompt,
}

/// A path for messages.
pub(crate) fn path(path: &Path) -> String {
    path.display().to_string()
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        let texts = texts();
        let chain = || exhibit_case::chain_of(&error);
        if exhibit_case::is_disk_full(&error) {
            return disk_full(chain());
        }
        match &error {
            CaseError::NoCase(folder) => {
                Self::new(Exit::NoCase, "no-case", texts.no_case(path(folder)))
                    .hint(texts.hint_no_case())
            }
            CaseError::Exists(folder) => {
                Self::new(Exit::Usage, "case-exists", texts.case_exists(path(folder)))
                    .hint(texts.hint_case_exists())
            }
            CaseError::NotEmpty(folder) => {
                Self::new(Exit::Usage, "folder-not-empty", texts.folder_not_empty(path(folder)))
                    .hint(texts.hint_folder_not_empty())
            }
            CaseError::Locked { holder } => {
                Self::new(Exit::Busy, "case-locked", texts.case_locked(holder))
                    .hint(texts.hint_case_locked())
            }
            CaseError::NoSuchDocument(name) => Self::new(
                Exit::Nothing,
                "no-such-document",
                texts.no_such_document(format!("{name:?}")),
            )
            .hint(texts.hint_no_such_document()),
            CaseError::AmbiguousName { name, documents } => Self::new(
                Exit::Nothing,
                "ambiguous-name",
                texts.ambiguous_name(format!("{name:?}")),
            )
            .hint(texts.hint_ambiguous_name(documents.join(" "))),
            CaseError::NoSuchPage { document, page, pages, state } => {
                no_such_page(document, *page, *pages, *state)
            }
            CaseError::NoSuchEntry(entry) => {
                Self::new(Exit::Nothing, "no-such-document", texts.no_such_entry(entry.to_string()))
            }
            CaseError::NotATag(tag) => {
                Self::new(Exit::Usage, "not-a-tag", texts.not_a_tag(format!("{tag:?}")))
                    .hint(texts.hint_not_a_tag())
            }
            CaseError::NoIndex => no_index(texts.no_index()),
            CaseError::Index(IndexError::Version { .. }) => no_index(chain()),
            CaseError::RenderError { reason } => {
                Self::new(Exit::Nothing, "not-rendered", texts.not_rendered(reason_text(reason)))
                    .hint(texts.hint_not_rendered())
            }
            CaseError::Copy { folder, original } => {
                let message = texts.case_copy(path(folder), path(original));
                Self::new(Exit::Usage, "case-copy", message)
                    .hint(texts.hint_case_copy(path(folder), path(original)))
            }
            CaseError::Sealed | CaseError::Log(LogError::Sealed) => {
                Self::new(Exit::Usage, "sealed", texts.sealed()).hint(texts.hint_sealed())
            }
            CaseError::HandoverUnfinished => {
                Self::new(Exit::Usage, "handover-unfinished", texts.handover_unfinished())
                    .hint(texts.hint_handover_unfinished())
            }
            CaseError::Waiting(items) => {
                Self::new(Exit::Usage, "waiting", texts.waiting(*items)).hint(texts.hint_waiting())
            }
            CaseError::Key(error) => of_key(error, chain()),
            CaseError::Log(LogError::RolledBack { .. } | LogError::Forked { .. }) => {
                Self::new(Exit::Mismatch, "rolled-back", chain()).hint(texts.hint_rolled_back())
            }
            CaseError::Altered { document } => Self::mismatch(texts.altered(document)),
            CaseError::Store(exhibit_store::StoreError::Damaged { .. }) => Self::mismatch(chain()),
            CaseError::Log(_) => Self::new(Exit::Mismatch, "log", chain()).hint(texts.hint_log()),
            CaseError::Cage(_) => {
                Self::new(Exit::ToolMissing, "cage", chain()).hint(texts.hint_cage())
            }
            CaseError::Io { act, path: place, source }
                if source.kind() == ErrorKind::PermissionDenied =>
            {
                let owner = owner_of(place);
                let hint = if act.starts_with("make") {
                    texts.hint_create_elsewhere(owner)
                } else {
                    texts.hint_belongs_to(owner)
                };
                Self::new(Exit::Usage, "denied", chain()).hint(hint)
            }
            other => Self::internal("case", other),
        }
    }
}

fn no_such_page(document: &str, page: PageNumber, pages: u64, state: State) -> Failure {
    let texts = texts();
    let page = page.to_string();
    let failure = |message: String| Failure::new(Exit::Nothing, "no-such-document", message);
    match (state, pages) {
        (State::Encrypted, 0) => {
            failure(texts.no_page_encrypted(document, page)).hint(texts.try_passwords())
        }
        (State::Waiting, 0) => {
            failure(texts.no_page_waiting(document, page)).hint(texts.hint_waiting())
        }
        (_, 0) => failure(texts.no_page_at_all(document, page, state.word()))
            .hint(texts.hint_no_page_at_all(document)),
        _ => failure(texts.no_such_page(document, page)).hint(texts.hint_has_pages(pages)),
    }
}

fn no_index(message: String) -> Failure {
    Failure::new(Exit::ToolMissing, "no-index", message).hint(texts().hint_no_index())
}

fn of_key(error: &KeyError, message: String) -> Failure {
    let texts = texts();
    match error {
        KeyError::Passphrase { .. } => Failure::new(Exit::WrongPassphrase, "passphrase", message)
            .hint(texts.hint_wrong_passphrase()),
        KeyError::Locked { .. } => {
            Failure::new(Exit::NeedsAnswer, "passphrase", message).hint(texts.hint_key_locked())
        }
        _ => Failure::new(Exit::Internal, "key", message).hint(texts.hint_key()),
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        let texts = texts();
        match error {
            SearchError::Case(error) => error.into(),
            SearchError::Index(error) => CaseError::Index(error).into(),
            SearchError::Query(query) => {
                let failure =
                    Self::new(Exit::Usage, "query", safe(&exhibit_messages::query_error(&query)));
                match exhibit_messages::query_hint(&query) {
                    Some(hint) => failure.hint(safe(&hint)),
                    None => failure,
                }
            }
            SearchError::NotKept { what: Kept::Batch, name } => {
                Self::new(Exit::Nothing, "not-kept", texts.no_batch(name))
                    .hint(texts.hint_batches())
            }
            SearchError::NotKept { what: Kept::SavedSearch, name } => {
                Self::new(Exit::Nothing, "not-kept", texts.no_saved_search(name))
                    .hint(texts.hint_saved())
            }
            SearchError::TooManyLines { lines, most } => {
                let message = texts.too_many_lines(lines as u64, most as u64);
                Self::new(Exit::Usage, "list-too-long", message).hint(texts.hint_split_list())
            }
            SearchError::Output(error) => Self::internal("case", &error),
        }
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        let texts = texts();
        let message = exhibit_case::chain_of(&error);
        if exhibit_case::is_disk_full(&error) {
            return disk_full(message);
        }
        match error {
            IngestError::Case(error) => error.into(),
            IngestError::Index(error @ IndexError::Version { .. }) => {
                CaseError::Index(error).into()
            }
            IngestError::Source { path: source, source: error } => {
                let message = texts.cannot_read_source(error.to_string(), path(&source));
                let hint = match error.kind() {
                    ErrorKind::NotFound => texts.hint_check_name(),
                    ErrorKind::PermissionDenied => texts.hint_belongs_to(owner_of(&source)),
                    _ => texts.hint_source(),
                };
                Self::new(Exit::Usage, "source", message).hint(hint)
            }
            IngestError::Entangled(source) => {
                Self::new(Exit::Usage, "source", texts.entangled(path(&source)))
                    .hint(texts.hint_entangled())
            }
            IngestError::Cage(_) => {
                Self::new(Exit::ToolMissing, "cage", message).hint(texts.hint_cage())
            }
            _ => Self::new(Exit::Internal, "ingest", message).hint(texts.hint_resume()),
        }
    }
}

fn disk_full(message: String) -> Failure {
    Failure::new(Exit::ToolMissing, "disk-full", message).hint(texts().hint_disk_full())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_has_its_own_exit_code_and_hint() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let path = PathBuf::from("x");
        for failure in [
            Failure::io(Act::Write, "x", &full()),
            Failure::from(CaseError::Io { act: "write", path: path.clone(), source: full() }),
            Failure::from(SearchError::Case(CaseError::Io {
                act: "write",
                path: path.clone(),
                source: full(),
            })),
            Failure::from(SearchError::Output(full())),
            Failure::from(IngestError::Case(CaseError::Io { act: "write", path, source: full() })),
        ] {
            assert_eq!(
                (failure.exit, failure.code),
                (Exit::ToolMissing, "disk-full"),
                "{failure:?}"
            );
            assert!(failure.hint.is_some(), "{failure:?}");
        }
    }

    #[test]
    fn exit_codes_are_listed_in_order_and_once() {
        assert!(Exit::ALL.is_sorted_by_key(|exit| *exit as u8));
        let numbers: std::collections::BTreeSet<u8> =
            Exit::ALL.iter().map(|exit| *exit as u8).collect();
        assert_eq!(numbers.len(), Exit::ALL.len());
    }
}
