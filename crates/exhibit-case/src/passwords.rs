//! Passwords to try on encrypted files: stored in the case, one per line, readable by its owner alone.

use crate::{Case, CaseError, CaseWriter, io_error};
use exhibit_store::{Readers, replace_file};
use std::fs;
use std::io::Write;

impl Case {
    /// The passwords, in the order in which they are tried.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub(crate) fn passwords(&self) -> Result<Vec<String>, CaseError> {
        let path = self.folder.passwords();
        match fs::read_to_string(&path) {
            Ok(text) => {
                Ok(text.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect())
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(io_error("read", &path)(error)),
        }
    }

    /// The number of passwords.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn password_count(&self) -> Result<usize, CaseError> {
        Ok(self.passwords()?.len())
    }

    /// Adds passwords that are not in the list yet. Returns the number of new ones.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn add_passwords(&self, more: &[String]) -> Result<usize, CaseError> {
        self.must_be_open()?;
        let mut all = self.passwords()?;
        let before = all.len();
        for password in more {
            if !password.is_empty() && !all.contains(password) {
                all.push(password.clone());
            }
        }
        let path = self.folder.passwords();
        let text = all.iter().map(|password| format!("{password}\n")).collect::<String>();
        let replaced = replace_file(&path, Readers::Owner, |file| file.write_all(text.as_bytes()));
        replaced.map_err(io_error("write", &path))?;
        Ok(all.len() - before)
    }
}

impl CaseWriter {
    /// The passwords to try while reading files, in order.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn passwords(&self) -> Result<Vec<String>, CaseError> {
        self.case.passwords()
    }
}
