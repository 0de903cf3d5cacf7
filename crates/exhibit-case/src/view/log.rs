//! The custody log within a scope: a restricted one contains the entries about its items, and no others.

use super::CaseView;
use crate::documents::subject;
use crate::{CaseError, ProvedEntry};
use exhibit_custody::{Entry as Parsed, Log, Ref};
use exhibit_model::{EntrySeq, ItemId, Opening};
use std::ops::Range;

impl CaseView<'_> {
    /// An entry of the custody log, with the openings of its commitments and its proof.
    ///
    /// # Errors
    /// [`CaseError::NoSuchEntry`] if the entry is not about items of the scope alone; [`CaseError::Log`] if the log has no
    /// such entry.
    pub fn entry(&self, seq: EntrySeq) -> Result<ProvedEntry, CaseError> {
        if !self.shows(&self.case.folder.log()?, seq)? {
            return Err(CaseError::NoSuchEntry(seq));
        }
        self.case.entry(seq)
    }

    /// The entries of a range of numbers in their canonical JSON, each with the item that it is about; those outside the
    /// scope are left out.
    ///
    /// # Errors
    /// [`CaseError::Log`] if one cannot be read.
    pub fn entries(
        &self,
        range: Range<u64>,
        each: &mut dyn FnMut(EntrySeq, String, Option<ItemId>),
    ) -> Result<(), CaseError> {
        let log = self.case.folder.log()?;
        for seq in range.map(EntrySeq::new) {
            if self.shows(&log, seq)? {
                let bytes = log.entry(seq)?;
                each(seq, String::from_utf8_lossy(&bytes).into_owned(), subject(&bytes));
            }
        }
        Ok(())
    }

    /// The openings of an entry's commitments.
    ///
    /// # Errors
    /// [`CaseError::NoSuchEntry`] if the entry is not about items of the scope alone; [`CaseError::Log`],
    /// [`CaseError::Catalogue`].
    pub fn openings(&self, seq: EntrySeq) -> Result<Vec<Opening>, CaseError> {
        if !self.scope.is_full() && !self.shows(&self.case.folder.log()?, seq)? {
            return Err(CaseError::NoSuchEntry(seq));
        }
        Ok(self.case.catalogue().openings(seq)?)
    }

    /// The entry that records the last reading of a document; `None` if it was not read.
    ///
    /// # Errors
    /// [`CaseError::NoSuchDocument`]; [`CaseError::Catalogue`].
    pub fn reading_entry(&self, id: ItemId) -> Result<Option<EntrySeq>, CaseError> {
        self.allow(id)?;
        Ok(self.case.catalogue().settled_seq(id)?)
    }

    /// The number of entries in the custody log, in every scope: the signed checkpoint states it.
    ///
    /// # Errors
    /// [`CaseError::Log`].
    pub fn log_size(&self) -> Result<u64, CaseError> {
        self.case.log_size()
    }

    /// The number of tag changes on the scope's documents that the next process with the case's lock has to log.
    ///
    /// # Errors
    /// [`CaseError::Io`], [`CaseError::Catalogue`].
    pub fn marks_waiting(&self) -> Result<u64, CaseError> {
        self.case.marks_waiting(&self.scope)
    }

    // Whether an entry is about items of the scope alone.
    fn shows(&self, log: &Log, seq: EntrySeq) -> Result<bool, CaseError> {
        if self.scope.is_full() {
            return Ok(true);
        }
        let Ok(entry) = Parsed::read(&log.entry(seq)?) else { return Ok(false) };
        let is_item = matches!(entry.object, Ref::Item(_));
        let mut named = entry.used.iter().chain(&entry.made).chain([&entry.object]);
        Ok(is_item
            && named.all(|named| !matches!(named, Ref::Item(id) if !self.scope.contains(*id))))
    }
}
