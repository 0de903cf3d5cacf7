//! Small files of searches in the case's folder.

use crate::SearchError;
use exhibit_case::CaseError;
use exhibit_store::{Readers, replace_file};
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

pub(crate) fn io_error(
    act: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> SearchError {
    let path = path.to_owned();
    move |source| SearchError::Case(CaseError::Io { act, path, source })
}

/// Reads a small JSON file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, SearchError> {
    let bytes = fs::read(path).map_err(io_error("read", path))?;
    serde_json::from_slice(&bytes).map_err(|error| io_error("understand", path)(error.into()))
}

/// Replaces a file atomically and durably.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> std::io::Result<()>,
) -> Result<(), SearchError> {
    let replaced = replace_file(path, Readers::Default, |file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.flush()
    });
    replaced.map_err(io_error("write", path))
}
