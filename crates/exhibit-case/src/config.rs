//! `exhibit.toml`: the name of a case, and the settings that are not secret.

use crate::access::AccessSettings;
use crate::{CaseError, CaseFolder, io_error};
use exhibit_store::Readers;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;

/// The content of `exhibit.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The form of the case folder; this program writes and reads form 1.
    pub form: u32,
    /// The case's display name.
    pub name: String,
    /// The prefix of its documents' labels, such as `EXH`.
    pub prefix: String,
    /// The custody log's origin, `<16 hexadecimal digits>/custody`.
    pub log: String,
    /// The log's verifier key in C2SP signed-note form; the signing key is stored elsewhere.
    pub verifier: String,
    /// When the case was created, RFC 3339.
    pub created: String,
    /// The settings of the access log.
    #[serde(default)]
    pub access: AccessSettings,
}

/// Whether this is a valid label prefix: one to twelve capital letters and digits, a letter first.
#[must_use]
pub fn is_prefix(prefix: &str) -> bool {
    (1..=12).contains(&prefix.len())
        && prefix.starts_with(|c: char| c.is_ascii_uppercase())
        && prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

impl Config {
    /// Reads the settings of the case in `folder`.
    ///
    /// # Errors
    /// [`CaseError::NoCase`] if there is no case; [`CaseError::Config`] if the settings cannot be parsed.
    pub fn read(folder: &CaseFolder) -> Result<Self, CaseError> {
        let path = folder.settings();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(CaseError::NoCase(folder.path().to_owned()));
            }
            Err(error) => return Err(io_error("read", &path)(error)),
        };
        let config: Self =
            toml::from_str(&text).map_err(|error| CaseError::Config(error.to_string()))?;
        match config.form {
            // a case may come from others: every value that is shown or used must be harmless
            1 if !is_prefix(&config.prefix) => {
                Err(CaseError::Config("its prefix is not one".to_owned()))
            }
            1 => Ok(config),
            form => Err(CaseError::Config(format!(
                "the case has form {form}; this program reads form 1"
            ))),
        }
    }

    pub(crate) fn text(&self) -> Result<String, CaseError> {
        toml::to_string(self).map_err(|error| CaseError::Config(error.to_string()))
    }

    /// Replaces the settings atomically: the file contains either the old or the new ones.
    pub(crate) fn write_again(&self, folder: &CaseFolder) -> Result<(), CaseError> {
        let (path, text) = (folder.settings(), self.text()?);
        let replaced = exhibit_store::replace_file(&path, Readers::Default, |file| {
            file.write_all(text.as_bytes())
        });
        replaced.map_err(io_error("write", &path))
    }
}
