//! The keys that encrypt openings: one for each day, stored in a file next to the signing keys, outside the case.
//! Destroying the key of a day destroys the record of what was viewed on that day, also in every copy of the case.

use super::AccessError;
use super::journal::is_day;
use crate::Random;
use crate::cipher::Secret;
use crate::key::{read_file, write_file};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The keys, by day.
pub(crate) struct Days {
    path: PathBuf,
    keys: BTreeMap<String, Secret>,
}

impl Days {
    /// Reads the keys, if there are any.
    pub(crate) fn load(path: &Path) -> Result<Self, AccessError> {
        let mut days = Self { path: path.to_owned(), keys: BTreeMap::new() };
        if path.symlink_metadata().is_err() {
            return Ok(days);
        }
        for line in read_file(path)?.lines() {
            let (day, key) =
                line.split_once(' ').ok_or_else(|| AccessError::Days(path.to_owned()))?;
            let key = BASE64.decode(key).ok().map(Zeroizing::new);
            let key = key
                .and_then(|key| <[u8; 32]>::try_from(key.as_slice()).ok())
                .filter(|_| is_day(day));
            days.keys.insert(
                day.to_owned(),
                Zeroizing::new(key.ok_or_else(|| AccessError::Days(path.to_owned()))?),
            );
        }
        Ok(days)
    }

    pub(crate) fn get(&self, day: &str) -> Option<&Secret> {
        self.keys.get(day)
    }

    /// Generates the key of a day, durably, unless it exists.
    pub(crate) fn begin(&mut self, day: &str, random: Random<'_>) -> Result<(), AccessError> {
        if self.keys.contains_key(day) {
            return Ok(());
        }
        let mut key = Zeroizing::new([0; 32]);
        random(key.as_mut_slice());
        self.keys.insert(day.to_owned(), key);
        self.save()
    }

    /// The days before a day that still have a key.
    pub(crate) fn before(&self, day: &str) -> Vec<String> {
        self.keys.keys().filter(|key| key.as_str() < day).cloned().collect()
    }

    /// Destroys the keys of all days before a day.
    pub(crate) fn shred_before(&mut self, day: &str) -> Result<(), AccessError> {
        self.keys.retain(|key, _| key.as_str() >= day);
        self.save()
    }

    fn save(&self) -> Result<(), AccessError> {
        // Allocated at full size: a growing text would leave copies in memory.
        let mut text = Zeroizing::new(String::with_capacity(self.keys.len() * 64));
        for (day, key) in &self.keys {
            text.push_str(day);
            text.push(' ');
            text.push_str(&Zeroizing::new(BASE64.encode(key.as_slice())));
            text.push('\n');
        }
        Ok(write_file(&self.path, &text)?)
    }
}
