//! What checks read: the case as far as it can be opened, its log, and what the log records.

use crate::{CheckStop, Logged};
use exhibit_case::{
    Case, CaseError, CaseFolder, CaseView, Config, Principal, WholeCase, remembered,
};
use exhibit_catalogue::{Catalogue, CatalogueError};
use exhibit_custody::{Entry, Log, LogReport, Remembered, check_log_with};
use exhibit_model::EntrySeq;
use std::path::{Path, PathBuf};

/// What a check of a case is given by its caller.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditOptions<'a> {
    /// The folder of keys on this machine: what it remembers of the log is compared, and the access log is opened with it.
    pub keys: Option<&'a Path>,
}

/// What checks read.
pub struct AuditContext {
    folder: CaseFolder,
    case: Result<Case, CaseError>,
    catalogue: Option<Catalogue>,
    catalogue_error: Option<CatalogueError>,
    log: Option<Log>,
    keys: Option<PathBuf>,
    pub(crate) report: LogReport,
    pub(crate) logged: Logged,
}

impl std::fmt::Debug for AuditContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditContext").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl AuditContext {
    /// Reads the whole log of the case in `folder`, which was opened as far as that is possible.
    #[must_use]
    pub fn new(folder: &Path, case: Result<Case, CaseError>, options: &AuditOptions<'_>) -> Self {
        let folder = CaseFolder::new(folder);
        let config = match &case {
            Ok(case) => Some(case.config.clone()),
            Err(_) => Config::read(&folder).ok(),
        };
        let note = config
            .as_ref()
            .zip(options.keys)
            .and_then(|(config, keys)| remembered(keys, &config.log));
        let remembered = Remembered {
            heads: Vec::new(),
            checkpoints: note.into_iter().collect(),
            verifier: config.map(|config| config.verifier),
        };
        let custody = folder.custody();
        let mut logged = Logged::default();
        let report = check_log_with(&custody, &remembered, &mut |entry| logged.note(entry));
        // a connection of its own, so that a long check does not block readers
        let catalogue = case.is_ok().then(|| folder.catalogue_for_reading()).transpose();
        let (catalogue, catalogue_error) = match catalogue {
            Ok(catalogue) => (catalogue, None),
            Err(error) => (None, Some(error)),
        };
        // committed entries that are not appended yet are as good as those in the log
        for outgoing in
            catalogue.as_ref().and_then(|catalogue| catalogue.outbox().ok()).into_iter().flatten()
        {
            if let Ok(entry) = Entry::read(&outgoing.entry) {
                logged.note(&entry);
            }
        }
        let (log, keys) = (Log::open(&custody).ok(), options.keys.map(Path::to_owned));
        Self { folder, case, catalogue, catalogue_error, log, keys, report, logged }
    }

    /// The case's folder.
    #[must_use]
    pub const fn folder(&self) -> &CaseFolder {
        &self.folder
    }

    /// The case.
    ///
    /// # Errors
    /// [`CheckStop::Unavailable`].
    pub fn case(&self) -> Result<&Case, CheckStop> {
        self.case.as_ref().map_err(|_| CheckStop::Unavailable)
    }

    /// The case, read as a whole: a check of a part of it is not one of the case.
    ///
    /// # Errors
    /// [`CheckStop::Unavailable`].
    pub fn view(&self) -> Result<CaseView<'_>, CheckStop> {
        Ok(self.case()?.view(Principal::LOCAL))
    }

    /// The case without a scope.
    ///
    /// # Errors
    /// [`CheckStop`].
    pub fn whole(&self) -> Result<WholeCase<'_>, CheckStop> {
        Ok(self.view()?.whole()?)
    }

    /// Why the case cannot be opened, where that is so.
    #[must_use]
    pub fn case_error(&self) -> Option<&CaseError> {
        self.case.as_ref().err()
    }

    /// The catalogue, on a connection of its own.
    ///
    /// # Errors
    /// [`CheckStop::Unavailable`].
    pub fn catalogue(&self) -> Result<&Catalogue, CheckStop> {
        self.catalogue.as_ref().ok_or(CheckStop::Unavailable)
    }

    /// Why the catalogue of a case that could be opened cannot be opened once more, where that is so.
    #[must_use]
    pub fn catalogue_error(&self) -> Option<&CatalogueError> {
        self.catalogue_error.as_ref()
    }

    /// The custody log, for reading single entries.
    ///
    /// # Errors
    /// [`CheckStop::Unavailable`].
    pub fn log(&self) -> Result<&Log, CheckStop> {
        self.log.as_ref().ok_or(CheckStop::Unavailable)
    }

    /// The folder of keys on this machine.
    ///
    /// # Errors
    /// [`CheckStop::Unavailable`].
    pub fn keys(&self) -> Result<&Path, CheckStop> {
        self.keys.as_deref().ok_or(CheckStop::Unavailable)
    }

    /// What the custody log records.
    #[must_use]
    pub fn logged(&self) -> &Logged {
        &self.logged
    }

    /// The entry of this number, where it can be read.
    #[must_use]
    pub fn entry(&self, seq: EntrySeq) -> Option<Entry> {
        self.log
            .as_ref()
            .and_then(|log| log.entry(seq).ok())
            .and_then(|bytes| Entry::read(&bytes).ok())
    }
}
