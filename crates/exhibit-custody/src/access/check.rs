//! Checking and reading the access log: the log as every log is checked, and every opening that is still there
//! against the entry that it opens.

use super::days::Days;
use super::{AccessError, AccessLog, LOG, failed, journal};
use crate::check::{Remembered, Report, check_log};
use crate::log::Log;
use std::collections::BTreeMap;

/// What a check found.
#[derive(Debug)]
pub struct AccessReport {
    /// The log proper.
    pub log: Report,
    /// Entries whose openings were read and fit.
    pub opened: u64,
    /// Files of openings whose day's key is not on this machine: they are not checked.
    pub locked: u64,
    /// Looks that wait for the next fold.
    pub waiting: u64,
    /// Openings that do not fit their entries.
    pub wrong: Vec<OpeningFault>,
}

/// What is wrong with a file of openings of the access log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningFault {
    /// A record does not open the entry of its number.
    #[error("{file}: it does not open entry {entry}")]
    OtherEntry {
        /// The file, within the folder of the access log.
        file: String,
        /// The entry.
        entry: u64,
    },
    /// The file has bytes that are not a record.
    #[error("{file}: it has bytes that are not a record: it was altered or truncated")]
    NotARecord {
        /// The file, within the folder of the access log.
        file: String,
    },
}

impl AccessReport {
    /// Whether nothing was found that speaks against the log.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.log.holds() && self.wrong.is_empty()
    }
}

/// An entry with what opens it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenedEntry {
    /// Its number.
    pub seq: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it keeps sealed, where that was not shredded and the key is here.
    pub opened: BTreeMap<String, String>,
}

impl AccessLog {
    /// Checks the log and its openings. Nothing that is found wrong ends the check.
    ///
    /// # Errors
    /// [`AccessError`], where it cannot be listed or the keys of its days cannot be read.
    pub fn check(&self) -> Result<AccessReport, AccessError> {
        let log = check_log(&self.folder.join(LOG), &Remembered::default());
        let mut report = AccessReport { log, opened: 0, locked: 0, waiting: 0, wrong: Vec::new() };
        let days = Days::load(&self.days_path())?;
        let held = Log::open(&self.folder.join(LOG)).ok();
        for (day, first) in self.files()? {
            let place = format!("openings/{day}/{first:012}");
            let Some(key) = days.get(&day) else {
                report.locked += 1;
                continue;
            };
            let path = self.openings(&day).join(format!("{first:012}"));
            let read = journal::read(&path, &self.about(&day), key).map_err(failed(&path))?;
            // what a power cut tore off never became an entry: torn bytes are wrong where an entry waits for them
            for (record, seq) in read.records.iter().zip(first..) {
                let entry = held.as_ref().and_then(|log| log.entry(seq).ok());
                match (record.seal(seq), entry) {
                    (Ok(sealed), Some(entry)) if sealed.bytes == entry => report.opened += 1,
                    (_, None) if held.as_ref().is_some_and(|log| log.size() <= seq) => report.waiting += 1,
                    _ => report.wrong.push(OpeningFault::OtherEntry { file: place.clone(), entry: seq }),
                }
            }
            if read.torn && self.is_due_for_more(held.as_ref(), first + read.records.len() as u64, first) {
                report.wrong.push(OpeningFault::NotARecord { file: place });
            }
        }
        report.waiting += self.waiting(&days)?;
        Ok(report)
    }

    // Whether the entry after the last record that could be read is of this file, too.
    fn is_due_for_more(&self, log: Option<&Log>, next: u64, first: u64) -> bool {
        let size = log.map_or(0, Log::size);
        let following =
            self.files().ok().and_then(|files| files.into_iter().map(|(_, seq)| seq).find(|seq| *seq > first));
        let end = following.unwrap_or(size).min(size);
        next < end && log.and_then(|log| log.entry(next).ok()).is_some_and(|entry| is_look(&entry))
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

    /// Hands out entries from `first` on with what opens them, until `each` says `false`.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn entries(&self, first: u64, each: &mut dyn FnMut(OpenedEntry) -> bool) -> Result<(), AccessError> {
        let days = Days::load(&self.days_path())?;
        let files = self.files()?;
        let mut opened: BTreeMap<u64, BTreeMap<String, String>> = BTreeMap::new();
        let mut next = files.partition_point(|(_, seq)| *seq <= first).saturating_sub(1);
        let log = Log::open(&self.folder.join(LOG))?;
        let mut result = Ok(());
        log.entries_from(first, &mut |seq, bytes| {
            while let Some((day, from)) = files.get(next).filter(|(_, from)| *from <= seq) {
                next += 1;
                let Some(key) = days.get(day) else { continue };
                let path = self.openings(day).join(format!("{from:012}"));
                match journal::read(&path, &self.about(day), key) {
                    Ok(read) => opened.extend((*from..).zip(read.records.into_iter().map(|record| record.look.sealed))),
                    Err(error) => result = Err(failed(&path)(error)),
                }
            }
            result.is_ok()
                && each(OpenedEntry { seq, bytes: bytes.to_vec(), opened: opened.remove(&seq).unwrap_or_default() })
        })?;
        result
    }
}

fn is_look(entry: &[u8]) -> bool {
    crate::Entry::read(entry).is_ok_and(|entry| !entry.sealed.is_empty())
}
