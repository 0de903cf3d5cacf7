//! The settings of the access log in `exhibit.toml`, and opening it. The log itself is in `exhibit-custody`.

use crate::writer::CaseWriter;
use crate::{Acts, Case, CaseError};
use exhibit_catalogue::Catalogue;
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
        let act = Act::access_set(settings.record, settings.keep_days);
        let entry = self.log_with(act, |work| work.set_number(PENDING, settings.number()))?;
        self.apply_access(settings)?;
        Ok(entry)
    }

    /// Completes a change that was logged by a process which was killed before it changed the settings.
    pub(crate) fn complete_access(&mut self) -> Result<(), CaseError> {
        match self.catalogue.number(PENDING)?.and_then(AccessSettings::of_number) {
            Some(settings) => self.apply_access(settings),
            None => Ok(()),
        }
    }

    fn apply_access(&mut self, settings: AccessSettings) -> Result<(), CaseError> {
        if self.case.config.access != settings {
            self.case.config.access = settings;
            self.case.config.write_again(&self.case.folder)?;
        }
        let work = self.catalogue.begin()?;
        work.set_number(PENDING, NOTHING)?;
        Ok(work.commit()?)
    }
}

/// The number in the catalogue that stores logged settings until `exhibit.toml` has them.
const PENDING: &str = "access_pending";
const NOTHING: i64 = -1;

impl AccessSettings {
    fn number(self) -> i64 {
        i64::from(self.keep_days) * 2 + i64::from(self.record)
    }

    fn of_number(number: i64) -> Option<Self> {
        Some(Self {
            record: number.checked_rem(2)? == 1,
            keep_days: u32::try_from(number.checked_div(2)?).ok()?,
        })
        .filter(|_| number >= 0)
    }

    /// The settings that an interrupted change has logged, if `exhibit.toml` does not have them yet.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`].
    pub fn pending(catalogue: &Catalogue) -> Result<Option<Self>, CaseError> {
        Ok(catalogue.number(PENDING)?.and_then(Self::of_number))
    }
}
