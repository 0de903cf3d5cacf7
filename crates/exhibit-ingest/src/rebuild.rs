//! Rebuilds a case's index from its page packs.
//!
//! The new index is built next to the old one and replaces it once it is complete, so that searching works meanwhile
//! and a crash at any moment leaves one of the two. An interrupted rebuild resumes from its last commit, unless
//! pages have changed since.

use crate::IngestError;
use crate::indexer::{Indexer, Pace, follow_to_the_end};
use crate::progress::{IngestProgress, Phase};
use exhibit_case::{Case, CaseError};
use exhibit_index::Index;
use exhibit_store::put_in_place;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// The file that marks an unfinished index; it contains the revision of the pages up to which the index is built.
const UNFINISHED: &str = "exhibit-unfinished";

/// Rebuilds the index of a case from its page packs. The caller has the case's lock.
///
/// # Errors
/// [`IngestError`]; the old index is then still in place.
pub fn reindex(case: &Case, progress: &IngestProgress) -> Result<(), IngestError> {
    let (folder, aside) = (case.folder.index(), case.folder.new_index());
    let catalogue = case.folder.catalogue_for_reading()?;
    let upto = catalogue.number("revision")?.unwrap_or(0).to_string();
    let index = match resumable(&aside, &upto) {
        Some(index) => index,
        None => begin(&aside, &upto)?,
    };
    progress.enter(Phase::Indexing);
    let packs = case.folder.packs();
    let prefix = &case.config.prefix;
    follow_to_the_end(Indexer {
        catalogue,
        packs: &packs,
        index,
        prefix,
        progress,
        pace: Pace::ALONE,
        new_to_it: true,
    })?;
    let failed = |source| CaseError::Io {
        act: "put the new index in place of",
        path: folder.clone(),
        source,
    };
    swap_in(&aside, &folder).map_err(failed)?;
    Ok(())
}

// The leftover of an interrupted rebuild, if it is of the same revision. It contains only what was committed.
fn resumable(aside: &Path, upto: &str) -> Option<Index> {
    let known = fs::read_to_string(aside.join(UNFINISHED)).ok()?;
    let index = Index::open_or_create(aside).ok().filter(|_| known == upto)?;
    index.committed().is_ok().then_some(index)
}

fn begin(aside: &Path, upto: &str) -> Result<Index, IngestError> {
    let failed = |source| CaseError::Io { act: "make", path: aside.to_owned(), source };
    let prepare = || -> io::Result<()> {
        remove(aside)?;
        fs::create_dir(aside)?;
        let mut note = File::create(aside.join(UNFINISHED))?;
        note.write_all(upto.as_bytes())?;
        note.sync_all()
    };
    prepare().map_err(failed)?;
    Ok(Index::open_or_create(aside)?)
}

fn swap_in(aside: &Path, folder: &Path) -> io::Result<()> {
    fs::remove_file(aside.join(UNFINISHED))?;
    if folder.exists() {
        match renameat_with(CWD, aside, CWD, folder, RenameFlags::EXCHANGE) {
            Ok(()) => {}
            // a file system that cannot exchange: for a moment there is no index, which is reported and can be repaired
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                remove(folder)?;
                put_in_place(aside, folder)?;
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        put_in_place(aside, folder)?;
    }
    if let Some(above) = folder.parent() {
        File::open(above)?.sync_all()?;
    }
    remove(aside)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
