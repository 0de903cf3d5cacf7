//! Passwords to try on encrypted files: stored in the case, one per line, readable by its owner alone.

use crate::{Case, CaseError, io_error};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

impl Case {
    /// The passwords, in the order in which they are tried.
    ///
    /// # Errors
    /// [`CaseError::Io`].
    pub fn passwords(&self) -> Result<Vec<String>, CaseError> {
        let path = self.folder.passwords();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(io_error("read", &path)(error)),
        }
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
        let temporary = path.with_extension("tmp");
        let open = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary);
        let mut file = open.map_err(io_error("create", &temporary))?;
        let text = all.iter().map(|password| format!("{password}\n")).collect::<String>();
        file.write_all(text.as_bytes()).map_err(io_error("write", &temporary))?;
        file.sync_all().map_err(io_error("make durable", &temporary))?;
        fs::rename(&temporary, &path).map_err(io_error("name", &path))?;
        Ok(all.len() - before)
    }
}
