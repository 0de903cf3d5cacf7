//! The settings of the access log in `exhibit.toml`, and opening it. The log itself is in `exhibit-custody`.

use crate::writer::CaseWriter;
use crate::{Acts, Case, CaseError};
use exhibit_custody::{AccessError, AccessLog, Act};
use exhibit_model::EntrySeq;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The access log settings in `exhibit.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSettings {
    /// Whether accesses are recorded.
    pub record: bool,
    /// The number of days for which the recorded values stay readable; afterwards the log only shows that an access
    /// happened.
    pub keep_days: u32,
}

impl Default for AccessSettings {
    fn default() -> Self {
        Self { record: true, keep_days: 365 }
    }
}

impl Case {
    /// The folder of the access log.
    #[must_use]
    pub fn access_folder(&self) -> PathBuf {
        self.folder.access()
    }

    /// Opens the access log for recording, creating it if it does not exist.
    ///
    /// # Errors
    /// [`AccessError`] if the case or the keys are not writable: accesses are then not recorded.
    pub fn access_log(&self, keys: &Path, acts: &mut Acts) -> Result<AccessLog, AccessError> {
        let (now, actor, tool) = (acts.now(), acts.actor().id().to_owned(), acts.tool().to_owned());
        AccessLog::open_or_begin(&self.access_folder(), keys, (&actor, &tool), now, acts.random())
    }
}

impl CaseWriter {
    /// Turns access logging on or off, and records the change in the custody log first.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`], [`CaseError::Log`], [`CaseError::Io`].
    pub fn set_access(&mut self, settings: AccessSettings) -> Result<EntrySeq, CaseError> {
        let entry = self.log(Act::access_set(settings.record, settings.keep_days))?;
        self.case.config.access = settings;
        self.case.config.write_again(&self.case.folder)?;
        Ok(entry)
    }
}
