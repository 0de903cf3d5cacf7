//! Tags in the custody log. The file of tags is the queue: a change is acknowledged once its line is durable,
//! and the current or next process with the case's lock makes it an entry. The catalogue counts the logged changes.

use crate::tags::{Changes, TagChange, lock_tags};
use crate::writer::CaseWriter;
use crate::{Acts, Case, CaseError, CaseFolder, Scope, io_error};
use exhibit_catalogue::{Catalogue, Work};
use exhibit_custody::Act;
use exhibit_model::{EntrySeq, ItemId, Moment};

/// The catalogue settings with the number of tag changes that are logged or about to be, and the length of the tags
/// file at that point.
const LOGGED: &str = "tags_logged";
const LENGTH: &str = "tags_length";

/// The tag changes of a case.
#[derive(Debug)]
pub struct TagLog {
    /// Every change, in order.
    pub changes: Vec<TagChange>,
    /// Lines that are not a change: leftovers of killed processes, never acknowledged.
    pub lost: u64,
    /// The number of changes that the catalogue counts as logged.
    pub logged: u64,
}

/// Posts the pending tag changes with the current transaction; returns their number. Almost free if there are none.
///
/// # Errors
/// [`CaseError::Io`] if the tags cannot be read; [`CaseError::Act`], [`CaseError::Catalogue`].
pub fn log_marks(work: &Work<'_>, folder: &CaseFolder, acts: &mut Acts) -> Result<u64, CaseError> {
    let length = length(folder)?;
    if work.number(LENGTH)?.unwrap_or(0) == length {
        return Ok(0);
    }
    let logged = work.number(LOGGED)?.unwrap_or(0).unsigned_abs();
    let changes = Changes::read(folder)?;
    let waiting =
        changes.all.get(usize::try_from(logged).unwrap_or(usize::MAX)..).unwrap_or_default();
    for change in waiting {
        acts.log(work, change.act())?;
    }
    // lines removed from the file are not logged again when it grows again
    let logged = logged.max(changes.all.len() as u64);
    work.set_number(LOGGED, logged.cast_signed())?;
    work.set_number(LENGTH, changes.length.cast_signed())?;
    Ok(waiting.len() as u64)
}

fn length(folder: &CaseFolder) -> Result<i64, CaseError> {
    let path = folder.tags();
    match std::fs::metadata(&path) {
        Ok(file) => Ok(file.len().cast_signed()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(io_error("look at", &path)(error)),
    }
}

impl CaseWriter {
    /// Logs the pending tag changes durably; returns their number.
    ///
    /// # Errors
    /// Those of [`log_marks`], and [`CaseError::Log`].
    pub fn log_marks(&mut self) -> Result<u64, CaseError> {
        let work = self.catalogue.begin()?;
        let logged = log_marks(&work, &self.case.folder, &mut self.acts)?;
        work.commit()?;
        self.flush()?;
        Ok(logged)
    }

    /// Seals the case with the last entry of its log. Pending tags are logged first, and none can change meanwhile.
    ///
    /// # Errors
    /// [`CaseError::Waiting`] while items wait to be read; [`CaseError::Catalogue`], [`CaseError::Log`].
    pub fn seal(&mut self) -> Result<EntrySeq, CaseError> {
        let account = self.catalogue.account()?;
        let waiting = account.items.get(&exhibit_model::State::Waiting).copied().unwrap_or(0);
        if waiting > 0 {
            return Err(CaseError::Waiting(waiting));
        }
        let _still = lock_tags(&self.case.folder)?;
        self.log_marks()?;
        self.log(Act::case_seal())
    }
}

impl TagChange {
    fn act(&self) -> Act {
        Act::mark(ItemId::new(self.document), self.on, Moment(self.at), &self.tag)
    }
}

impl Case {
    /// The number of tag changes that the next process with the case's lock has to log.
    ///
    /// # Errors
    /// [`CaseError::Io`], [`CaseError::Catalogue`].
    pub(crate) fn marks_waiting(&self, scope: &Scope) -> Result<u64, CaseError> {
        let catalogue = self.catalogue();
        if catalogue.number(LENGTH)?.unwrap_or(0) == length(&self.folder)? {
            return Ok(0);
        }
        let logged = catalogue.number(LOGGED)?.unwrap_or(0).unsigned_abs();
        let changes = Changes::read(&self.folder)?.all;
        let waiting =
            changes.get(usize::try_from(logged).unwrap_or(usize::MAX)..).unwrap_or_default();
        Ok(waiting.iter().filter(|change| scope.contains(ItemId::new(change.document))).count()
            as u64)
    }

    /// Reads all tag changes, and how many of them the given catalogue counts as logged.
    ///
    /// # Errors
    /// [`CaseError::Io`], [`CaseError::Catalogue`].
    pub(crate) fn tag_log(&self, catalogue: &Catalogue) -> Result<TagLog, CaseError> {
        let Changes { all: changes, lost, .. } = Changes::read(&self.folder)?;
        Ok(TagLog { changes, lost, logged: catalogue.number(LOGGED)?.unwrap_or(0).unsigned_abs() })
    }
}
