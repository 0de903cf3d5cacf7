//! Checking and reading the access log: the log like any log, and every remaining opening against its entry.

use super::days::Days;
use super::{AccessError, AccessLog, LOG, failed, journal};
use crate::check::{LogReport, Remembered, check_log};
use crate::log::Log;
use exhibit_model::EntrySeq;
use std::collections::BTreeMap;

/// The result of a check.
#[derive(Debug)]
pub struct AccessReport {
    /// The check of the log itself.
    pub log: LogReport,
    /// The number of entries whose openings match.
    pub opened: u64,
    /// The number of files of openings that were not checked because the day key is not on this machine.
    pub locked: u64,
    /// The number of recorded accesses that are not in the log yet.
    pub waiting: u64,
    /// The openings that do not match their entries.
    pub wrong: Vec<OpeningFault>,
}

/// A fault in a file of openings of the access log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningFault {
    /// A record does not match the entry of its number.
    #[error("{file}: a record does not match entry {entry}")]
    OtherEntry {
        /// The path of the file relative to the folder of the access log.
        file: String,
        /// The entry.
        entry: u64,
    },
    /// The file has bytes outside valid records.
    #[error("{file}: invalid records: the file was altered or truncated")]
    NotARecord {
        /// The path of the file relative to the folder of the access log.
        file: String,
    },
}

impl AccessReport {
    /// Whether nothing was found that invalidates the log.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.log.is_valid() && self.wrong.is_empty()
    }
}

/// An entry with its openings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenedEntry {
    /// Its number.
    pub seq: EntrySeq,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The opened values, unless they were destroyed or the key is not on this machine.
    pub opened: BTreeMap<String, String>,
}

impl AccessLog {
    /// Checks the log and its openings. Faults do not stop the check.
    ///
    /// # Errors
    /// [`AccessError`] if it cannot be listed or the day keys cannot be read.
    pub fn check(&self) -> Result<AccessReport, AccessError> {
        let log = check_log(&self.folder.join(LOG), &Remembered::default());
        let mut report = AccessReport { log, opened: 0, locked: 0, waiting: 0, wrong: Vec::new() };
        let days = Days::load(&self.days_path())?;
        let open = Log::open(&self.folder.join(LOG)).ok();
        for (day, first) in self.files()? {
            let place = format!("openings/{day}/{first:012}");
            let Some(key) = days.get(&day) else {
                report.locked += 1;
                continue;
            };
            let path = self.openings(&day).join(format!("{first:012}"));
            let read = journal::read(&path, &self.about(&day), key).map_err(failed(&path))?;
            // a record torn by a power cut never became an entry: torn bytes are a fault only if an entry needs them
            for (record, seq) in read.records.iter().zip(first..) {
                let entry = open.as_ref().and_then(|log| log.entry(EntrySeq::new(seq)).ok());
                match (record.seal(EntrySeq::new(seq)), entry) {
                    (Ok(sealed), Some(entry)) if sealed.bytes == entry => report.opened += 1,
                    (_, None) if open.as_ref().is_some_and(|log| log.size() <= seq) => {
                        report.waiting += 1
                    }
                    _ => report
                        .wrong
                        .push(OpeningFault::OtherEntry { file: place.clone(), entry: seq }),
                }
            }
            if read.torn
                && self.is_due_for_more(open.as_ref(), first + read.records.len() as u64, first)
            {
                report.wrong.push(OpeningFault::NotARecord { file: place });
            }
        }
        report.waiting += self.waiting(&days)?;
        Ok(report)
    }

    // Whether the entry after the last valid record also belongs to this file.
    fn is_due_for_more(&self, log: Option<&Log>, next: u64, first: u64) -> bool {
        let size = log.map_or(0, Log::size);
        let following = self
            .files()
            .ok()
            .and_then(|files| files.into_iter().map(|(_, seq)| seq).find(|seq| *seq > first));
        let end = following.unwrap_or(size).min(size);
        next < end
            && log
                .and_then(|log| log.entry(EntrySeq::new(next)).ok())
                .is_some_and(|entry| is_look(&entry))
    }

    fn waiting(&self, days: &Days) -> Result<u64, AccessError> {
        let mut waiting = 0;
        for day in super::names(&self.folder.join(super::JOURNAL))? {
            let path = self.folder.join(super::JOURNAL).join(&day);
            if let Some(key) = days.get(&day) {
                let read = journal::read(&path, &self.about(&day), key).map_err(failed(&path))?;
                waiting += read.records.len() as u64;
            }
        }
        Ok(waiting)
    }

    /// Calls `each` with the entries from `first` and their openings, until it returns `false`.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn entries(
        &self,
        first: EntrySeq,
        each: &mut dyn FnMut(OpenedEntry) -> bool,
    ) -> Result<(), AccessError> {
        let days = Days::load(&self.days_path())?;
        let files = self.files()?;
        let mut opened: BTreeMap<u64, BTreeMap<String, String>> = BTreeMap::new();
        let mut next = files.partition_point(|(_, seq)| *seq <= first.get()).saturating_sub(1);
        let log = Log::open(&self.folder.join(LOG))?;
        let mut result = Ok(());
        log.entries_from(first, &mut |seq, bytes| {
            while let Some((day, from)) = files.get(next).filter(|(_, from)| *from <= seq.get()) {
                next += 1;
                let Some(key) = days.get(day) else { continue };
                let path = self.openings(day).join(format!("{from:012}"));
                match journal::read(&path, &self.about(day), key) {
                    Ok(read) => opened.extend(
                        (*from..).zip(read.records.into_iter().map(|record| record.look.sealed)),
                    ),
                    Err(error) => result = Err(failed(&path)(error)),
                }
            }
            result.is_ok()
                && each(OpenedEntry {
                    seq,
                    bytes: bytes.to_vec(),
                    opened: opened.remove(&seq.get()).unwrap_or_default(),
                })
        })?;
        result
    }
}

fn is_look(entry: &[u8]) -> bool {
    crate::Entry::read(entry).is_ok_and(|entry| !entry.sealed.is_empty())
}
