//! Who looked: the settings of the access log in `exhibit.toml`, and opening it. The log itself is in `exhibit-custody`.

use crate::writer::{ACTOR, Held};
use crate::{Case, CaseError, layout};
use exhibit_custody::{AccessError, AccessLog, Act};
use exhibit_model::Moment;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What `exhibit.toml` says of recording who looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSettings {
    /// Whether looks are recorded.
    pub record: bool,
    /// For how many days it can be read what was looked at; afterwards the log only shows that something was.
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
        self.folder.join(layout::ACCESS)
    }

    /// Opens the access log for recording; where there is none yet, it is begun.
    ///
    /// # Errors
    /// [`AccessError`], where the case or the keys cannot be written to: looking is then not recorded.
    pub fn access_log(
        &self,
        keys: &Path,
        tool: &str,
        now: Moment,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<AccessLog, AccessError> {
        AccessLog::open_or_begin(&self.access_folder(), keys, (ACTOR, tool), now, random)
    }
}

impl Held {
    /// Records looks from now on, or not, and says so in the custody log first.
    ///
    /// # Errors
    /// [`CaseError::Catalogue`], [`CaseError::Log`], [`CaseError::Io`].
    pub fn set_access(
        &mut self,
        settings: AccessSettings,
        now: Moment,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<u64, CaseError> {
        let entry = self.log_one(Act::access_set(settings.record, settings.keep_days), now, random)?;
        self.case.config.access = settings;
        self.case.config.write_again(&self.case.folder)?;
        Ok(entry)
    }
}
