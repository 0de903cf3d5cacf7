//! Small files of searches in the case's folder.

use crate::SearchError;
use exhibit_case::CaseError;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

pub(crate) fn io_error(act: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> SearchError {
    let path = path.to_owned();
    move |source| SearchError::Case(CaseError::Io { act, path, source })
}

/// Reads a small JSON file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, SearchError> {
    let bytes = fs::read(path).map_err(io_error("read", path))?;
    serde_json::from_slice(&bytes).map_err(|error| io_error("understand", path)(error.into()))
}

/// Writes a file atomically.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), SearchError> {
    let unfinished = path.with_extension("unfinished");
    let all = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(&unfinished)?);
        write(&mut file)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&unfinished, path)
    };
    all().map_err(io_error("write", path))
}
